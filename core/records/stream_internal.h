/* stream_internal.h - shared by stream.c, stream_read.c and join.c. */
#ifndef SP_RECORDS_STREAM_INTERNAL_H
#define SP_RECORDS_STREAM_INTERNAL_H

#include <sys/stat.h>
#include <time.h>

#include "host/deal.h"
#include "records/stream.h"

/* Key columns of a join. */
enum { SP_MOST_KEYS = 16 };

/* Bytes of a file whose digest is not worth a thread. */
enum { SP_SMALL_FILE = 1 << 20 };

/* What tells that a file was replaced or written to: it is opened more than once, for its digest,
 * its header and its records. (A change of as many bytes within the clock's tick goes unseen.) */
typedef struct sp_file_stamp {
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec modified;
} sp_file_stamp;

/* A file of the plan with its source. */
typedef struct sp_file {
  sp_source source;
  const char *given;
  const sp_yaml *place;
  sp_file_stamp stamp; /* when it was opened */
  int64_t asserted;    /* records, or -1 */
  const char *asserted_digest;
  sp_file_fact *fact;
  int32_t is_pipe;   /* can be read only once */
  sp_input *spooled; /* what keeps source.opens alive; or NULL */
  sp_sha256 sha;     /* of a pipe: of the bytes that came */
} sp_file;

/* SHA-256 of files, by a thread of its own. */
typedef struct sp_digests sp_digests;

/* A side table in memory: the columns that the program needs, and a row number by key. */
typedef struct sp_side {
  sp_map *keys;
  sp_column *columns; /* n_columns */
  sp_dictionary *dictionaries;
  uint32_t *fields; /* program field of each column */
  uint32_t n_columns;
  int64_t n_records;
  sp_arena *arena;
} sp_side;

typedef struct sp_wave_files {
  sp_file main;
  sp_file *joins; /* as in the plan's wave */
} sp_wave_files;

typedef struct sp_conflict {
  const char *column, *file; /* the second file that has it, as the plan names it */
  const sp_yaml *place;
} sp_conflict;

struct sp_stream {
  const sp_plan *plan;
  sp_context *context;
  sp_wave_files *waves;
  sp_file_fact *facts;
  sp_file **files; /* of each fact */
  uint32_t n_facts;
  sp_conflict *conflicts; /* columns that two files of one wave have */
  uint32_t n_conflicts;
  uint32_t reserved;
  sp_stretch *stretches; /* by wave; NULL: all is read */
  int32_t once;          /* there will be but one read */
  int32_t takes_digests; /* of every file */
  uint32_t n_reads;
  sp_digests *digests; /* NULL: none is being taken */
};

/* 1 for what is there and is neither a file nor a folder. */
int32_t sp_file_is_pipe(const char *path);
/* Opens a pipe to be read as it comes, or spooled where its source cannot. */
int32_t sp_file_open_pipe(sp_stream *stream, sp_file *file, sampan_error *error) SP_CHECK;
/* Before a read: spools pipes that must be there for another one. */
int32_t sp_stream_ready(sp_stream *stream, sampan_error *error) SP_CHECK;
/* The file is the one that was opened. */
int32_t sp_file_unchanged(const sp_file *file, sampan_error *error) SP_CHECK;
/* The digest that the plan asserts of a file, against the one that it has. */
int32_t sp_file_check_digest(const sp_stream *stream, const sp_file *file,
                             sampan_error *error) SP_CHECK;
void sp_stream_stop_digests(sp_stream *stream);

/* The index of a field in a schema, or UINT32_MAX. */
uint32_t sp_schema_find(const sampan_schema *schema, const char *name);
/* The texts that mean missing in a column; *out is borrowed from the arena. */
int32_t sp_missing_codes(const sp_stream *stream, sp_program *program, const char *column,
                         const char *const **out, uint32_t *n, sampan_error *error) SP_CHECK;
/* Clears the values of `column` that are one of the codes (numbers by value). */
void sp_missing_apply(sp_column *column, int64_t n, const char *const *codes, uint32_t n_codes);
/* The side table j of a wave has the column, and not as a key of its join. */
int sp_side_provides(const sp_wave *wave, const sp_wave_files *files, uint32_t j, const char *name);
/* All 0 where there is no such file. */
sp_file_stamp sp_file_stamp_of(const char *path);
/* Where the records of a file go. */
typedef struct sp_file_hands {
  const sampan_sink *const *sinks;
  uint32_t n_sinks;
  int32_t plain;       /* as a whole, to the first sink */
  int32_t *in_pieces;  /* set to 1 where it was not; or NULL */
  const sp_span *span; /* of a file that has spans; NULL: all of it */
} sp_file_hands;

/* Reads the records of a file, which must be the one that was opened all the while. */
int32_t sp_file_read(sp_stream *stream, sp_file *file, const sp_file_hands *to,
                     sp_progress_fn *progress, void *progress_data, sampan_error *error) SP_CHECK;
/* What the plan asserts of a file against what was read. */
int32_t sp_file_finish(const sp_stream *stream, sp_file *file, int64_t n_records,
                       sampan_error *error) SP_CHECK;

/* A joined file no record of which found a partner is a wrong key, not an empty answer. */
int32_t sp_stream_check_joins(const sp_stream *stream, sampan_error *error) SP_CHECK;
/* The records [*from, *to) of a wave's main file that its stretch takes; all where it has none. */
int32_t sp_stretch_rows(sp_stream *stream, uint32_t wave, int64_t *from, int64_t *to,
                        sampan_error *error) SP_CHECK;
/* What is dealt out of a wave's main file, if a shard takes a span of it; else NULL, and the shard
 * goes by records. Sets which of both. */
const sp_span *sp_stretch_span(sp_stream *stream, uint32_t wave, int32_t plain, sp_span *out);
/* Moves the values of n records down by `by`. */
void sp_fills_shift(const sampan_fill *fills, uint32_t n_fills, int64_t by, int64_t n);

/* Loads the side table of a join. */
int32_t sp_side_load(sp_stream *stream, uint32_t wave, uint32_t j, sp_program *program,
                     sp_side *out, sampan_error *error) SP_CHECK;
void sp_side_clear(sp_side *side);
/* Fills the machine's columns for n records from the side table; the number of unmatched records is
 * added to *n_unmatched. */
int32_t sp_side_join(const sp_side *side, const sp_join *join, const sp_program *program,
                     sp_machine *machine, int64_t n, int64_t *n_unmatched,
                     sampan_error *error) SP_CHECK;

#endif
