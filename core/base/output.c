#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/error_ids.h"

enum {
  BUFFER_BYTES = 64 * 1024,
  LARGEST_WRITE = 1 << 30,
  NAME_KEPT = 200,
  TRIES = 100,
  WAKE_MS = 100 /* how soon a cancel is noticed */
};

struct sp_output {
  sampan_output sink;
  char *path;   /* as errors name it */
  char *target; /* where the file goes, links resolved; NULL: written to directly */
  char *temp;   /* the file being written; NULL where there is none to remove */
  int fd;
  int regular;
  const volatile int *cancel; /* NULL: never */
  int sent;                   /* bytes have left */
  int prepared;               /* whole, and closed */
  size_t n_buffered;
  sampan_error failure; /* a file that could not be written once is never put in place */
  unsigned char buffer[BUFFER_BYTES];
};

/* Records what failed, with the errno, and reports it. */
static int32_t fail(const char *path, int32_t id, const char *what, int number,
                    sampan_error *error) {
  char why[128];
  int32_t status;
  sp_error_errno(number, why, sizeof why);
  status = sp_error_set(error, SAMPAN_E_IO, id, "%s: %s", what, why);
  if (number == ENOSPC || number == EDQUOT) {
    (void)sp_error_hint(error, "free some space, or write elsewhere");
  } else if (number == EACCES || number == EPERM || number == EROFS) {
    (void)sp_error_hint(error, "check the permissions of the file and its folder");
  } else if (number == ENOENT || number == ENOTDIR) {
    (void)sp_error_hint(error, "the folder must exist");
  }
  (void)sp_error_file(error, path);
  return status;
}

static int32_t report_failure(const sp_output *out, sampan_error *error) {
  const sampan_error *f = &out->failure;
  (void)sp_error_set(error, f->status, f->id, "%s", f->message);
  (void)sp_error_hint(error, "%s", f->hint);
  (void)sp_error_file(error, f->file);
  return f->status;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Waits until a pipe takes PIPE_BUF bytes without making the writer wait. Returns 0 or an errno. */
static int wait_for(int fd, const volatile int *cancel) {
  struct pollfd wait = {fd, POLLOUT, 0};
  for (;;) {
    if (sp_cancelled(cancel)) return ECANCELED;
    const int n = poll(&wait, 1, WAKE_MS);
    if (n > 0) return 0;
    if (n < 0 && errno != EINTR) return errno;
  }
}

/* As write_all(), to what may keep the writer waiting for ever. */
static int write_patiently(int fd, const volatile int *cancel, const unsigned char *bytes,
                           int64_t n, int *sent) {
  while (n > 0) {
    const int number = wait_for(fd, cancel);
    if (number != 0) return number;
    const ssize_t put = write(fd, bytes, (size_t)(n < PIPE_BUF ? n : PIPE_BUF));
    if (put > 0) {
      *sent = 1;
      bytes += put;
      n -= put;
    } else if (put == 0) {
      return EIO;
    } else if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) {
      return errno;
    }
  }
  return 0;
}

/* Writes all n bytes; *sent tells whether any have left. Returns 0 or an errno. */
static int write_all(int fd, const unsigned char *bytes, int64_t n, int *sent) {
  while (n > 0) {
    const ssize_t put = write(fd, bytes, (size_t)(n < LARGEST_WRITE ? n : LARGEST_WRITE));
    if (put > 0) {
      *sent = 1;
      bytes += put;
      n -= put;
    } else if (put == 0) {
      return EIO; /* nothing went wrong, yet nothing was written: do not spin */
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      /* A standard output that another program made non-blocking. */
      struct pollfd wait = {fd, POLLOUT, 0};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return errno;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

static int32_t write_out(sp_output *out, const void *bytes, int64_t n, sampan_error *error) {
  const int waits = out->cancel != NULL && !out->regular && out->target == NULL;
  const int number = waits ? write_patiently(out->fd, out->cancel, bytes, n, &out->sent)
                           : write_all(out->fd, bytes, n, &out->sent);
  if (number == 0) return SAMPAN_OK;
  if (number == ECANCELED) {
    (void)sp_error_set(&out->failure, SAMPAN_E_CANCELLED, SP_ID_OUTPUT_CANCELLED, "cancelled");
    return report_failure(out, error);
  }
  (void)fail(out->path, SP_ID_OUTPUT_WRITE, "writing failed", number, &out->failure);
  return report_failure(out, error);
}

static int32_t flush(sp_output *out, sampan_error *error) {
  const size_t n = out->n_buffered;
  out->n_buffered = 0;
  return write_out(out, out->buffer, (int64_t)n, error);
}

int32_t sp_output_write(sp_output *output, const void *bytes, int64_t n, sampan_error *error) {
  if (output->failure.status < 0) return report_failure(output, error);
  if (n < 0) {
    (void)sp_error_set(&output->failure, SAMPAN_E_PLUGIN, SP_ID_OUTPUT_LENGTH,
                       "a writer gave a negative number of bytes");
    (void)sp_error_file(&output->failure, output->path);
    return report_failure(output, error);
  }
  if (n == 0) return SAMPAN_OK;
  if ((uint64_t)n > BUFFER_BYTES - output->n_buffered) SP_TRY(flush(output, error));
  if (n >= BUFFER_BYTES) return write_out(output, bytes, n, error);
  memcpy(output->buffer + output->n_buffered, bytes, (size_t)n);
  output->n_buffered += (size_t)n;
  return SAMPAN_OK;
}

static int32_t sink_write(void *data, const void *bytes, int64_t n, sampan_error *error) {
  return sp_output_write(data, bytes, n, error);
}

void sp_output_cancel(sp_output *output, const volatile int *cancel) {
  output->cancel = cancel;
}

const sampan_output *sp_output_sink(sp_output *output) {
  return &output->sink;
}

/* ---- opening ------------------------------------------------------------------------------ */

static char *duplicate(const char *text) {
  const size_t n = strlen(text) + 1;
  char *out = malloc(n);
  if (out) memcpy(out, text, n);
  return out;
}

/* The name after the last slash. */
static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Creates ".NAME.XXXXXX.tmp" beside the target. O_EXCL with the mode of an ordinary file, rather
 * than mkstemp: the kernel applies the umask, which cannot be read without a race. Returns 0 or an
 * errno. */
static int create_temp(sp_output *out, mode_t mode) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
  const char *name = base_name(out->target);
  const size_t n_folder = (size_t)(name - out->target);
  const size_t n_name = strlen(name) < NAME_KEPT ? strlen(name) : NAME_KEPT;
  const size_t room = n_folder + n_name + sizeof "..XXXXXX.tmp";
  struct timespec now;
  uint64_t random;
  char suffix[7];
  char *temp = malloc(room);
  if (!temp) return ENOMEM;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) memset(&now, 0, sizeof now);
  random = (uint64_t)now.tv_sec * UINT64_C(1000000007) ^ (uint64_t)now.tv_nsec << 20 ^
           (uint64_t)getpid() << 44 ^ (uint64_t)(uintptr_t)out;
  for (int attempt = 0; attempt < TRIES; ++attempt) {
    random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    for (int i = 0; i < 6; ++i) suffix[i] = letters[random >> (64 - 5 * (i + 1)) & 31];
    suffix[6] = '\0';
    (void)snprintf(temp, room, "%.*s.%.*s.%s.tmp", (int)n_folder, out->target, (int)n_name, name,
                   suffix);
    out->fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
    if (out->fd >= 0) {
      out->temp = temp;
      return 0;
    }
    if (errno != EEXIST && errno != EINTR) break;
  }
  {
    const int number = errno;
    free(temp);
    return number;
  }
}

static int32_t open_standard(sp_output *out, sampan_error *error) {
  struct stat about;
  /* A duplicate, so that commit can close it: only then do some file systems tell what failed. */
  out->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (out->fd < 0 || fstat(out->fd, &about) != 0) {
    return fail(out->path, SP_ID_OUTPUT_OPEN, "it cannot be written to", errno, error);
  }
  out->regular = S_ISREG(about.st_mode);
  return SAMPAN_OK;
}

static int32_t open_direct(sp_output *out, sampan_error *error) {
  do {
    out->fd = open(out->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
  } while (out->fd < 0 && errno == EINTR);
  if (out->fd >= 0) return SAMPAN_OK;
  return fail(out->path, SP_ID_OUTPUT_OPEN, "it cannot be opened for writing", errno, error);
}

static int32_t open_folder(const sp_output *out, sampan_error *error) {
  const int32_t status =
      sp_error_set(error, SAMPAN_E_IO, SP_ID_OUTPUT_FOLDER, "this is a folder, not a file");
  (void)sp_error_hint(error, "name a file in it");
  (void)sp_error_file(error, out->path);
  return status;
}

static int32_t open_file(sp_output *out, sampan_error *error) {
  static const char what[] = "the file cannot be written";
  struct stat about;
  mode_t mode = 0666;
  int exists = stat(out->path, &about) == 0, number;
  if (!exists && errno != ENOENT) return fail(out->path, SP_ID_OUTPUT_OPEN, what, errno, error);
  if ((exists && S_ISDIR(about.st_mode)) || (!exists && out->path[0] && !base_name(out->path)[0])) {
    return open_folder(out, error);
  }
  if (exists && !S_ISREG(about.st_mode)) return open_direct(out, error);
  out->regular = 1;
  if (exists) {
    /* A rename asks nobody, so ask whether the file is meant to be changed; and go through links,
     * lest one be replaced by a file. */
    if (access(out->path, W_OK) != 0) {
      return fail(out->path, SP_ID_OUTPUT_OPEN, what, errno, error);
    }
    out->target = realpath(out->path, NULL);
    if (!out->target) return fail(out->path, SP_ID_OUTPUT_OPEN, what, errno, error);
    mode = about.st_mode & 0777;
  } else {
    if (!out->path[0]) return fail(out->path, SP_ID_OUTPUT_OPEN, what, ENOENT, error);
    out->target = duplicate(out->path);
    if (!out->target) return sp_error_memory(error);
  }
  number = create_temp(out, mode);
  if (number == ENOMEM) return sp_error_memory(error);
  if (number) return fail(out->path, SP_ID_OUTPUT_OPEN, what, number, error);
  /* What the file allowed before, it allows again. Where that fails it allows less, never more. */
  if (exists) (void)fchmod(out->fd, mode);
  return SAMPAN_OK;
}

int32_t sp_output_open(const char *path, sp_output **out, sampan_error *error) {
  const int standard = !path || strcmp(path, "-") == 0;
  sp_output *o = calloc(1, sizeof *o);
  int32_t status;
  *out = NULL;
  if (!o) return sp_error_memory(error);
  o->fd = -1;
  sp_error_clear(&o->failure);
  o->sink.struct_size = (uint32_t)sizeof o->sink;
  o->sink.data = o;
  o->sink.write = sink_write;
  o->path = duplicate(standard ? "standard output" : path);
  if (!o->path) {
    status = sp_error_memory(error);
  } else {
    status = standard ? open_standard(o, error) : open_file(o, error);
  }
  if (status < 0) {
    sp_output_abandon(o);
    return status;
  }
  *out = o;
  return SAMPAN_OK;
}

/* ---- finishing ---------------------------------------------------------------------------- */

/* Some file systems cannot sync and say so; that is no failure to write. Returns 0 or an errno. */
static int sync_fd(int fd) {
  int done;
  do {
    done = fsync(fd);
  } while (done != 0 && errno == EINTR);
  if (done == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

/* Makes the rename durable. A folder that may be written but not listed cannot be opened, and is
 * left to the system. Returns 0 or an errno. */
static int sync_folder(const char *target) {
  const size_t n = (size_t)(base_name(target) - target);
  char *folder = malloc(n + 2);
  int fd, number;
  if (!folder) return ENOMEM;
  memcpy(folder, n ? target : ".", n ? n : 1);
  folder[n ? n : 1] = '\0';
  do {
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  } while (fd < 0 && errno == EINTR);
  number = fd < 0 ? errno : 0;
  free(folder);
  if (fd < 0) return number == EACCES ? 0 : number;
  number = sync_fd(fd);
  if (close(fd) != 0 && errno != EINTR && number == 0) number = errno;
  return number;
}

int32_t sp_output_is_direct(const sp_output *output) {
  return output->target == NULL;
}

int32_t sp_output_seen(const sp_output *output) {
  if (output->target != NULL) {
    return output->prepared && output->temp == NULL ? SP_OUTPUT_WHOLE : SP_OUTPUT_NOTHING;
  }
  if (output->prepared) return SP_OUTPUT_WHOLE;
  return output->sent ? SP_OUTPUT_PART : SP_OUTPUT_NOTHING;
}

int32_t sp_output_prepare(sp_output *out, sampan_error *error) {
  int number, closed;
  if (out->failure.status < 0) return report_failure(out, error);
  if (out->prepared) return SAMPAN_OK;
  SP_TRY(flush(out, error));
  number = out->regular ? sync_fd(out->fd) : 0;
  if (number) {
    (void)fail(out->path, SP_ID_OUTPUT_SYNC, "the file cannot be made durable", number,
               &out->failure);
    return report_failure(out, error);
  }
  closed = close(out->fd);
  out->fd = -1;
  if (closed != 0 && errno != EINTR) { /* after EINTR it is closed, on every system we run on */
    (void)fail(out->path, SP_ID_OUTPUT_CLOSE, "closing failed", errno, &out->failure);
    return report_failure(out, error);
  }
  out->prepared = 1;
  return SAMPAN_OK;
}

int32_t sp_output_publish(sp_output *out, sampan_error *error) {
  int number;
  SP_TRY(sp_output_prepare(out, error));
  if (!out->target || !out->temp) return SAMPAN_OK;
  if (rename(out->temp, out->target) != 0) {
    return fail(out->path, SP_ID_OUTPUT_RENAME, "the finished file cannot be put in its place",
                errno, error);
  }
  free(out->temp);
  out->temp = NULL;
  number = sync_folder(out->target);
  if (number == ENOMEM) return sp_error_memory(error);
  if (number) {
    return fail(out->path, SP_ID_OUTPUT_SYNC,
                "the file was written, but its folder cannot be synced", number, error);
  }
  return SAMPAN_OK;
}

int32_t sp_output_commit(sp_output *output, sampan_error *error) {
  const int32_t status = sp_output_publish(output, error);
  sp_output_abandon(output);
  return status;
}

void sp_output_abandon(sp_output *output) {
  if (!output) return;
  if (output->fd >= 0) (void)close(output->fd);
  if (output->temp) (void)unlink(output->temp);
  free(output->temp);
  free(output->target);
  free(output->path);
  free(output);
}
