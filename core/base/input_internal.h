/* input_internal.h - shared by input.c, input_pipe.c and input_whole.c. */
#ifndef SP_BASE_INPUT_INTERNAL_H
#define SP_BASE_INPUT_INTERNAL_H

#include <zlib.h>

#include "base/buffer.h"
#include "base/input.h"

enum {
  RAW_BYTES = 256 * 1024,
  LARGEST_READ = 1 << 30, /* fits every count of read() and zlib */
  RATIO_FREE = 16 * 1024 * 1024,
  RATIO_LIMIT = 1000
};

struct sp_input {
  sampan_reader reader;
  char *path;         /* as errors name it */
  int fd;             /* -1: none */
  int positioned;     /* 1: a regular file, read by offset; 0: a stream */
  int gzip;           /* 1: inflate */
  int seen_end;       /* everything was read at least once */
  int64_t disk_size;  /* when it was opened; -1 for a stream */
  int64_t disk_next;  /* offset of the next byte to read from fd */
  unsigned char *raw; /* RAW_BYTES as they lie on disk */
  size_t raw_next, raw_end;
  z_stream inflater;
  int inflater_open, in_member;
  int64_t n_members, n_inflated;
  /* Of a pipe. */
  const volatile int *cancel; /* NULL: never */
  int keeps;                  /* what is read is kept for one rewind */
  sp_buffer kept;
  uint64_t kept_next;
  sp_sha256 *digest;    /* takes in every byte as it comes; NULL: nothing does */
  sampan_error failure; /* an input that failed once stays failed, whatever a source makes of it */
};

/* Opens as it is: nothing is spooled, and of a pipe nothing is kept. */
int32_t sp_input_begin(const char *path, const volatile int *cancel, sp_input **out,
                       sampan_error *error) SP_CHECK;
/* What the reader's read() does. */
int64_t sp_input_take(sp_input *input, void *buffer, int64_t n, sampan_error *error) SP_CHECK;
/* Up to n bytes of a pipe: those kept first. 0 at the end; -1 with errno; or SAMPAN_E_CANCELLED. */
int64_t sp_input_take_pipe(sp_input *input, void *buffer, int64_t n, sampan_error *error) SP_CHECK;
/* Puts an unlinked temporary copy of all that the reader gives in the place of the input's own. */
int32_t sp_input_to_file(sp_input *input, sampan_error *error) SP_CHECK;

#endif
