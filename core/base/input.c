/* input.c - files, pipes and .gz: opening, reading, closing. */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/error_ids.h"
#include "base/input_internal.h"

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
  do { /* not blocking: a pipe that nobody writes to yet is waited for where a cancel is seen */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  } while (*fd < 0 && errno == EINTR);
  /* A socket, which cannot be opened by its name. */
  if (*fd < 0 && errno == ENXIO && strcmp(path, "/dev/stdin") == 0) {
    *fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  }
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
  int64_t got;
  if (n > LARGEST_READ) n = LARGEST_READ;
  do {
    got = in->positioned ? pread(in->fd, buffer, (size_t)n, (off_t)in->disk_next)
                         : sp_input_take_pipe(in, buffer, n, error);
  } while (got == -1 && errno == EINTR);
  if (got < -1) return got;
  if (got == -1) {
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
int64_t sp_input_take(sp_input *in, void *buffer, int64_t n, sampan_error *error) {
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

static int64_t reader_read(void *data, void *buffer, int64_t n, sampan_error *error) {
  return sp_input_take(data, buffer, n, error);
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
  if (!input->gzip && input->positioned) return reader_seek(input, 0, error);
  if (input->failure.status < 0) return report_failure(input, error);
  if (!input->positioned) {
    if (!input->keeps && input->disk_next > 0) return reader_seek(input, 0, error);
    input->keeps = 0;
    input->kept_next = 0;
  }
  input->disk_next = 0;
  input->raw_next = input->raw_end = 0;
  input->in_member = 0;
  input->n_members = input->n_inflated = 0;
  return SAMPAN_OK;
}

int32_t sp_input_rename(sp_input *input, const char *name, sampan_error *error) {
  char *path = strdup(name);
  if (path == NULL) return sp_error_memory(error);
  free(input->path);
  input->path = path;
  return SAMPAN_OK;
}

void sp_input_progress(const sp_input *input, int64_t *done, int64_t *total) {
  *done = disk_offset(input);
  *total = input->disk_size;
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

int32_t sp_input_begin(const char *path, const volatile int *cancel, sp_input **out,
                       sampan_error *error) {
  sp_input *in = calloc(1, sizeof *in);
  const size_t n = strlen(path) + 1;
  struct stat about;
  int32_t status;
  *out = NULL;
  if (!in) return sp_error_memory(error);
  in->fd = -1;
  in->cancel = cancel;
  sp_buffer_init(&in->kept);
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
  const int32_t opened = sp_input_begin(path, NULL, &in, error);
  int32_t status = SAMPAN_OK;
  *out = NULL;
  if (opened < 0) return opened;
  if (!in->positioned) {
    /* Kept as it comes, compressed, unless a source will seek in it. */
    const int gzip = in->gzip;
    if (!seeks) in->gzip = 0;
    status = sp_input_to_file(in, error);
    if (!seeks) in->gzip = gzip;
    in->seen_end = in->seen_end && !in->gzip;
  } else if (seeks && in->gzip) {
    status = sp_input_to_file(in, error);
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
    got = sp_input_take(input, rest, sizeof rest, error);
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
  sp_buffer_clear(&input->kept);
  free(input->raw);
  free(input->path);
  free(input);
}
