/* input_pipe.c - pipes: waiting for bytes, keeping the first of them, and spooling. */
#define _GNU_SOURCE /* F_SETPIPE_SZ */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error_ids.h"
#include "base/input_internal.h"

enum {
  WAKE_MS = 100, /* how soon a cancel is noticed */
  ROOM = 1 << 20 /* in the pipe, where the system allows: fewer turns of writer and reader */
};

/* Waits for bytes, or the end. */
static int32_t wait_for(const sp_input *in, sampan_error *error) {
  for (;;) {
    struct pollfd p = {.fd = in->fd, .events = POLLIN};
    if (sp_cancelled(in->cancel)) {
      return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_INPUT_CANCELLED, "cancelled");
    }
    const int n = poll(&p, 1, in->cancel != NULL ? WAKE_MS : -1);
    if (n > 0) return SAMPAN_OK;
    if (n < 0 && errno != EINTR) return -1;
  }
}

/* A byte that was kept is given once more, and then let go. */
static int64_t take_kept(sp_input *in, void *buffer, int64_t n) {
  const uint64_t left = in->kept.n_bytes - in->kept_next;
  const uint64_t part = (uint64_t)n < left ? (uint64_t)n : left;
  memcpy(buffer, in->kept.data + in->kept_next, (size_t)part);
  in->kept_next += part;
  if (in->kept_next == in->kept.n_bytes) {
    sp_buffer_clear(&in->kept);
    in->kept_next = 0;
  }
  return (int64_t)part;
}

int64_t sp_input_take_pipe(sp_input *in, void *buffer, int64_t n, sampan_error *error) {
  ssize_t got;
  if (!in->keeps && in->kept_next < in->kept.n_bytes) return take_kept(in, buffer, n);
  do {
    const int32_t status = wait_for(in, error);
    if (status < 0) return status;
    got = read(in->fd, buffer, (size_t)n);
  } while (got < 0 && (errno == EINTR || errno == EAGAIN));
  if (got <= 0) return got;
  if (in->digest != NULL) sp_sha256_add(in->digest, buffer, (uint64_t)got);
  if (in->keeps) sp_buffer_add(&in->kept, buffer, (uint64_t)got);
  return in->kept.failed ? sp_error_memory(error) : got;
}

int32_t sp_input_open_once(const char *path, const volatile int *cancel, sp_sha256 *digest,
                           sp_input **out, sampan_error *error) {
  SP_TRY(sp_input_begin(path, cancel, out, error));
  (*out)->keeps = 1;
  (*out)->digest = digest;
  (void)fcntl((*out)->fd, F_SETPIPE_SZ, ROOM);
  return SAMPAN_OK;
}

void sp_input_no_digest(sp_input *input) {
  input->digest = NULL;
}

int32_t sp_input_spool(sp_input *in, char *path, uint64_t size, sampan_error *error) {
  SP_TRY(sp_input_rewind(in, error));
  SP_TRY(sp_input_to_file(in, error));
  (void)snprintf(path, (size_t)size, "/proc/%ld/fd/%d", (long)getpid(), in->fd);
  return SAMPAN_OK;
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

/* Copies everything that the reader gives to an unlinked temporary file, which takes the place of
 * the input's own. */
static int32_t spool_to(sp_input *in, const char *folder, int fd, sampan_error *error) {
  unsigned char *block = malloc(RAW_BYTES);
  int64_t got, size = 0;
  int number = 0;
  if (!block) return sp_error_memory(error);
  while ((got = sp_input_take(in, block, RAW_BYTES, error)) > 0) {
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

int32_t sp_input_to_file(sp_input *in, sampan_error *error) {
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
