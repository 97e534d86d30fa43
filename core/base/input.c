#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buffer.h"
#include "base/error_ids.h"

enum {
  RAW_BYTES = 256 * 1024,
  LARGEST_READ = 1 << 30, /* fits every count of read() and zlib */
  RATIO_FREE = 16 * 1024 * 1024,
  RATIO_LIMIT = 1000
};

struct sp_input {
  sampan_reader reader;
  char *path;
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
  sampan_error failure; /* an input that failed once stays failed, whatever a source makes of it */
};

/* ---- the file on disk --------------------------------------------------------------------- */

static int32_t open_failed(const char *path, int number, sampan_error *error) {
  char why[128];
  int32_t status;
  sp_error_errno(number, why, sizeof why);
  status = sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_OPEN, "the file cannot be opened: %s", why);
  if (number == ENOENT || number == ENOTDIR) {
    (void)sp_error_hint(error, "check the name and the folder");
  } else if (number == EACCES || number == EPERM) {
    (void)sp_error_hint(error, "check the permissions of the file and of its folders");
  }
  (void)sp_error_file(error, path);
  return status;
}

static int32_t open_fd(const char *path, int *fd, struct stat *about, sampan_error *error) {
  int32_t status;
  int number;
  do {
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  } while (*fd < 0 && errno == EINTR);
  if (*fd < 0) return open_failed(path, errno, error);
  if (fstat(*fd, about) != 0) {
    number = errno;
    (void)close(*fd);
    *fd = -1;
    return open_failed(path, number, error);
  }
  if (!S_ISDIR(about->st_mode)) return SAMPAN_OK;
  (void)close(*fd);
  *fd = -1;
  status = sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_FOLDER, "this is a folder, not a file");
  (void)sp_error_hint(error, "name a file in it");
  (void)sp_error_file(error, path);
  return status;
}

/* Reads up to n bytes at disk_next: how many, 0 at the end of a whole file. */
static int64_t read_disk(sp_input *in, void *buffer, int64_t n, sampan_error *error) {
  char why[128];
  ssize_t got;
  if (n > LARGEST_READ) n = LARGEST_READ;
  do {
    got = in->positioned ? pread(in->fd, buffer, (size_t)n, (off_t)in->disk_next)
                         : read(in->fd, buffer, (size_t)n);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    sp_error_errno(errno, why, sizeof why);
    return sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_READ, "reading failed: %s", why);
  }
  if (got == 0 && in->disk_next < in->disk_size) {
    const int32_t status =
        sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_INPUT_SHRANK,
                     "the file ended at byte %lld, though it had %lld bytes when it was opened",
                     (long long)in->disk_next, (long long)in->disk_size);
    (void)sp_error_hint(error, "something else is changing the file: run again when it is done");
    return status;
  }
  in->disk_next += got;
  return got;
}

/* Fills the empty raw buffer; 0 at the end. */
static int64_t refill(sp_input *in, sampan_error *error) {
  const int64_t got = read_disk(in, in->raw, RAW_BYTES, error);
  in->raw_next = 0;
  in->raw_end = got > 0 ? (size_t)got : 0;
  return got;
}

/* ---- plain and inflated bytes ------------------------------------------------------------- */

static int64_t read_plain(sp_input *in, unsigned char *buffer, int64_t n, sampan_error *error) {
  size_t part;
  if (in->raw_next == in->raw_end) {
    int64_t got;
    if (n >= RAW_BYTES) {
      /* The buffer no longer ends at disk_next. */
      in->raw_next = in->raw_end = 0;
      return read_disk(in, buffer, n, error);
    }
    got = refill(in, error);
    if (got <= 0) return got;
  }
  part = in->raw_end - in->raw_next;
  if ((uint64_t)n < part) part = (size_t)n;
  memcpy(buffer, in->raw + in->raw_next, part);
  in->raw_next += part;
  return (int64_t)part;
}

static int32_t not_gzip(const sp_input *in, sampan_error *error) {
  int32_t status;
  if (in->n_members == 0) {
    status = sp_error_set(error, SAMPAN_E_DATA, SP_ID_GZIP_NONE,
                          "the name ends in .gz, but this is no gzip file");
    (void)sp_error_hint(error, "rename it, or compress it with gzip");
  } else {
    status = sp_error_set(error, SAMPAN_E_DATA, SP_ID_GZIP_GARBAGE,
                          "bytes that are no gzip data follow the compressed data");
    (void)sp_error_hint(error, "the file was damaged: fetch it again");
  }
  return status;
}

/* Sees to it that there are raw bytes of an open member. SAMPAN_END at the end of the file. */
static int32_t begin_inflating(sp_input *in, sampan_error *error) {
  int32_t status;
  if (in->raw_next == in->raw_end) {
    const int64_t got = refill(in, error);
    if (got < 0) return (int32_t)got;
    if (got == 0) {
      if (!in->in_member && in->n_members > 0) return SAMPAN_END;
      status = sp_error_set(error, SAMPAN_E_INCOMPLETE, SP_ID_GZIP_TRUNCATED,
                            "the compressed file ends before its data do");
      (void)sp_error_hint(error, "the file was cut off: fetch or compress it again");
      return status;
    }
  }
  if (in->in_member) return SAMPAN_OK;
  if (in->raw[in->raw_next] != 0x1f) return not_gzip(in, error);
  if (inflateReset(&in->inflater) != Z_OK) return sp_error_memory(error);
  in->in_member = 1;
  return SAMPAN_OK;
}

static int64_t read_gzip(sp_input *in, unsigned char *buffer, int64_t n, sampan_error *error) {
  z_stream *z = &in->inflater;
  const uInt room = (uInt)(n < LARGEST_READ ? n : LARGEST_READ);
  z->next_out = buffer;
  z->avail_out = room;
  while (z->avail_out == room) {
    int64_t consumed;
    int code;
    const int32_t status = begin_inflating(in, error);
    if (status < 0) return status;
    if (status == SAMPAN_END) return 0;
    z->next_in = in->raw + in->raw_next;
    z->avail_in = (uInt)(in->raw_end - in->raw_next);
    code = inflate(z, Z_NO_FLUSH);
    in->raw_next = in->raw_end - z->avail_in;
    if (code == Z_STREAM_END) {
      in->in_member = 0;
      ++in->n_members;
    } else if (code == Z_MEM_ERROR) {
      return sp_error_memory(error);
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      /* The header is told from its first bytes: magic, method, flags. */
      if (z->total_out == 0 && z->total_in <= 4) return not_gzip(in, error);
      (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_GZIP_CORRUPT,
                         "the compressed data are damaged%s%s", z->msg ? ": " : "",
                         z->msg ? z->msg : "");
      (void)sp_error_hint(error, "fetch or compress the file again");
      return SAMPAN_E_DATA;
    }
    in->n_inflated += room - z->avail_out;
    consumed = in->disk_next - (int64_t)z->avail_in;
    if (in->n_inflated > RATIO_FREE && in->n_inflated / RATIO_LIMIT > consumed) {
      (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_GZIP_RATIO,
                         "the file inflates to more than %d times its size", (int)RATIO_LIMIT);
      (void)sp_error_hint(error,
                          "no survey data compress like this; inflate it yourself with "
                          "gunzip if you trust it");
      return SAMPAN_E_DATA;
    }
  }
  return room - z->avail_out;
}

/* ---- the reader --------------------------------------------------------------------------- */

/* Offset of the next byte, among those in the file on disk. */
static int64_t disk_offset(const sp_input *in) {
  return in->disk_next - (int64_t)(in->raw_end - in->raw_next);
}

static int32_t report_failure(const sp_input *in, sampan_error *error) {
  const sampan_error *f = &in->failure;
  (void)sp_error_set(error, f->status, f->id, "%s", f->message);
  (void)sp_error_hint(error, "%s", f->hint);
  (void)sp_error_file(error, in->path);
  if (error) error->byte = f->byte;
  return f->status;
}

/* Reads until the buffer is full or the file ends. An error after some bytes shows at the next
 * call, as failures stay. */
static int64_t reader_read(void *data, void *buffer, int64_t n, sampan_error *error) {
  sp_input *in = data;
  unsigned char *out = buffer;
  int64_t total = 0;
  if (in->failure.status < 0) return report_failure(in, error);
  while (total < n) {
    const int64_t got = in->gzip ? read_gzip(in, out + total, n - total, &in->failure)
                                 : read_plain(in, out + total, n - total, &in->failure);
    if (got < 0) {
      in->failure.byte = disk_offset(in);
      return total > 0 ? total : report_failure(in, error);
    }
    if (got == 0) {
      in->seen_end = 1;
      break;
    }
    total += got;
  }
  return total;
}

static int32_t reader_seek(void *data, int64_t offset, sampan_error *error) {
  sp_input *in = data;
  const int64_t raw_start = in->disk_next - (int64_t)in->raw_end;
  if (in->failure.status < 0) return report_failure(in, error);
  if (in->gzip || !in->positioned || offset < 0) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_INPUT_SEEK,
                       offset < 0 ? "a move to before the start of the file"
                                  : "a move in a file that is read from start to end");
    (void)sp_error_file(error, in->path);
    return SAMPAN_E_PLUGIN;
  }
  if (offset >= raw_start && offset <= in->disk_next) { /* formats hop about a little */
    in->raw_next = (size_t)(offset - raw_start);
  } else {
    in->raw_next = in->raw_end = 0;
    in->disk_next = offset;
  }
  return SAMPAN_OK;
}

const sampan_reader *sp_input_reader(sp_input *input) {
  return &input->reader;
}

int32_t sp_input_rewind(sp_input *input, sampan_error *error) {
  if (!input->gzip) return reader_seek(input, 0, error);
  if (input->failure.status < 0) return report_failure(input, error);
  input->disk_next = 0;
  input->raw_next = input->raw_end = 0;
  input->in_member = 0;
  input->n_members = input->n_inflated = 0;
  return SAMPAN_OK;
}

void sp_input_progress(const sp_input *input, int64_t *done, int64_t *total) {
  *done = disk_offset(input);
  *total = input->disk_size;
}

/* ---- spooling ----------------------------------------------------------------------------- */

static int32_t spool_failed(const char *folder, int number, sampan_error *error) {
  char why[128];
  int32_t status;
  sp_error_errno(number, why, sizeof why);
  status = sp_error_set(error, SAMPAN_E_IO, SP_ID_SPOOL,
                        "no temporary copy of the input can be made in %s: %s", folder, why);
  (void)sp_error_hint(error, "set TMPDIR to a folder with enough space");
  return status;
}

static int32_t spool_write(int fd, const unsigned char *bytes, int64_t n, int *number) {
  while (n > 0) {
    const ssize_t put = write(fd, bytes, (size_t)n);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      *number = put < 0 ? errno : EIO;
      return -1;
    }
    bytes += put;
    n -= put;
  }
  return 0;
}

/* Copies everything that reader_read gives to an unlinked temporary file, which takes the place of
 * the input's own. */
static int32_t spool_to(sp_input *in, const char *folder, int fd, sampan_error *error) {
  unsigned char *block = malloc(RAW_BYTES);
  int64_t got, size = 0;
  int number = 0;
  if (!block) return sp_error_memory(error);
  while ((got = reader_read(in, block, RAW_BYTES, error)) > 0) {
    if (spool_write(fd, block, got, &number) != 0) {
      free(block);
      return spool_failed(folder, number, error);
    }
    size += got;
  }
  free(block);
  if (got < 0) return (int32_t)got;
  if (close(in->fd) != 0 && errno != EINTR) {
    number = errno;
    in->fd = -1;
    return spool_failed(folder, number, error);
  }
  in->fd = fd;
  in->positioned = 1;
  in->gzip = 0;
  in->disk_size = size;
  in->disk_next = 0;
  in->raw_next = in->raw_end = 0;
  return SAMPAN_OK;
}

static int32_t spool(sp_input *in, sampan_error *error) {
  static const char name[] = "/sampan-XXXXXX";
  const char *folder = getenv("TMPDIR");
  char *path;
  size_t n;
  int32_t status;
  int fd, number;
  if (!folder || !folder[0]) folder = "/tmp";
  n = strlen(folder);
  path = malloc(n + sizeof name);
  if (!path) return sp_error_memory(error);
  memcpy(path, folder, n);
  memcpy(path + n, name, sizeof name);
  fd = mkstemp(path);
  number = errno;
  if (fd >= 0 && (unlink(path) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)) {
    number = errno;
    (void)close(fd);
    fd = -1;
  }
  free(path);
  status = fd < 0 ? spool_failed(folder, number, error) : spool_to(in, folder, fd, error);
  if (status < 0) {
    if (fd >= 0 && fd != in->fd) (void)close(fd);
    (void)sp_error_file(error, in->path);
  }
  return status;
}

/* ---- opening and closing ------------------------------------------------------------------ */

static int has_gz_name(const char *path) {
  const size_t n = strlen(path);
  return n > 3 && strcmp(path + n - 3, ".gz") == 0;
}

static int32_t start_inflating(sp_input *in, sampan_error *error) {
  /* 16: a gzip header and no other; 15: the largest window. */
  const int code = inflateInit2(&in->inflater, 16 + 15);
  if (code != Z_OK) return sp_error_memory(error);
  in->inflater_open = 1;
  return SAMPAN_OK;
}

/* Opens for reading from start to end: no spooling. */
static int32_t open_stream(const char *path, sp_input **out, sampan_error *error) {
  sp_input *in = calloc(1, sizeof *in);
  const size_t n = strlen(path) + 1;
  struct stat about;
  int32_t status;
  *out = NULL;
  if (!in) return sp_error_memory(error);
  in->fd = -1;
  sp_error_clear(&in->failure);
  in->path = malloc(n);
  in->raw = malloc(RAW_BYTES);
  if (!in->path || !in->raw) {
    sp_input_abandon(in);
    return sp_error_memory(error);
  }
  memcpy(in->path, path, n);
  status = open_fd(path, &in->fd, &about, error);
  in->gzip = has_gz_name(path);
  if (status >= 0 && in->gzip) status = start_inflating(in, error);
  if (status < 0) {
    sp_input_abandon(in);
    return status;
  }
  in->positioned = S_ISREG(about.st_mode);
  in->disk_size = in->positioned ? (int64_t)about.st_size : -1;
  in->reader.struct_size = (uint32_t)sizeof in->reader;
  in->reader.data = in;
  in->reader.size = in->gzip ? -1 : in->disk_size;
  in->reader.read = reader_read;
  in->reader.seek = reader_seek;
  *out = in;
  return SAMPAN_OK;
}

int32_t sp_input_open(const char *path, int32_t seeks, sp_input **out, sampan_error *error) {
  sp_input *in;
  const int32_t opened = open_stream(path, &in, error);
  int32_t status = SAMPAN_OK;
  *out = NULL;
  if (opened < 0) return opened;
  if (!in->positioned) {
    /* Kept as it comes, compressed, unless a source will seek in it. */
    const int gzip = in->gzip;
    if (!seeks) in->gzip = 0;
    status = spool(in, error);
    if (!seeks) in->gzip = gzip;
    in->seen_end = in->seen_end && !in->gzip;
  } else if (seeks && in->gzip) {
    status = spool(in, error);
  }
  if (status < 0) {
    sp_input_abandon(in);
    return status;
  }
  in->reader.size = in->gzip ? -1 : in->disk_size;
  *out = in;
  return SAMPAN_OK;
}

int32_t sp_input_close(sp_input *input, sampan_error *error) {
  unsigned char rest[16 * 1024];
  char why[128];
  int32_t status = SAMPAN_OK;
  int64_t got = 1;
  int closed;
  if (!input) return SAMPAN_OK;
  if (input->failure.status < 0) status = report_failure(input, error);
  while (status >= 0 && !input->seen_end && got > 0) {
    got = reader_read(input, rest, sizeof rest, error);
    if (got < 0) status = (int32_t)got;
  }
  closed = close(input->fd);
  if (closed != 0 && errno != EINTR && status >= 0) {
    sp_error_errno(errno, why, sizeof why);
    status = sp_error_set(error, SAMPAN_E_IO, SP_ID_INPUT_CLOSE, "closing failed: %s", why);
    (void)sp_error_file(error, input->path);
  }
  input->fd = -1;
  sp_input_abandon(input);
  return status;
}

void sp_input_abandon(sp_input *input) {
  if (!input) return;
  if (input->fd >= 0) (void)close(input->fd);
  if (input->inflater_open) (void)inflateEnd(&input->inflater);
  free(input->raw);
  free(input->path);
  free(input);
}

/* ---- whole files -------------------------------------------------------------------------- */

int32_t sp_input_digest(const char *path, char out[65], int64_t *n_bytes, sampan_error *error) {
  sp_sha256 digest;
  sp_input *in;
  int64_t got;
  out[0] = '\0';
  SP_TRY(open_stream(path, &in, error));
  if (!in->positioned) {
    sp_input_abandon(in);
    (void)sp_error_set(error, SAMPAN_E_IO, SP_ID_DIGEST_STREAM,
                       "no digest can be taken of a pipe or device");
    (void)sp_error_hint(error, "save it to a file first");
    (void)sp_error_file(error, path);
    return SAMPAN_E_IO;
  }
  in->gzip = 0; /* as it lies on disk */
  sp_sha256_init(&digest);
  do {
    unsigned char block[32 * 1024];
    got = reader_read(in, block, sizeof block, error);
    if (got > 0) sp_sha256_add(&digest, block, (uint64_t)got);
  } while (got > 0);
  if (got < 0) {
    sp_input_abandon(in);
    return (int32_t)got;
  }
  if (n_bytes) *n_bytes = in->disk_next;
  SP_TRY(sp_input_close(in, error));
  sp_sha256_hex(&digest, out);
  return SAMPAN_OK;
}

static int32_t read_text(sp_input *in, uint64_t max_bytes, sp_buffer *text, sampan_error *error) {
  char block[16 * 1024];
  int64_t got;
  while ((got = reader_read(in, block, sizeof block, error)) > 0) {
    if ((uint64_t)got > max_bytes - text->n_bytes) {
      (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_TEXT_SIZE,
                         "the file is larger than the %llu bytes allowed here",
                         (unsigned long long)max_bytes);
      (void)sp_error_file(error, in->path);
      return SAMPAN_E_DATA;
    }
    sp_buffer_add(text, block, (uint64_t)got);
    if (text->failed) return sp_error_memory(error);
  }
  return (int32_t)got;
}

int32_t sp_input_text(const char *path, uint64_t max_bytes, sp_arena *arena, char **out,
                      uint64_t *n_bytes, sampan_error *error) {
  sp_buffer text;
  sp_input *in;
  int32_t status;
  *out = NULL;
  SP_TRY(open_stream(path, &in, error));
  sp_buffer_init(&text);
  status = read_text(in, max_bytes, &text, error);
  if (status < 0) {
    sp_input_abandon(in);
  } else {
    status = sp_input_close(in, error);
  }
  if (status >= 0) {
    *out = sp_arena_text_n(arena, sp_buffer_text(&text), text.n_bytes);
    if (!*out) status = sp_error_memory(error);
    if (n_bytes) *n_bytes = text.n_bytes;
  }
  sp_buffer_clear(&text);
  return status;
}
