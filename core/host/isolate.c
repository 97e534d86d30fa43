/* isolate.c - starting, watching and ending the child process of a source. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* close_range */
#endif
#include "host/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/error_ids.h"
#include "host/source_run.h"
#include "host/wire.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1 /* reserves terabytes of addresses, and reports on standard error */
#else
#define SANITIZED 0
#endif

enum { PIPE_FD = 3, MOST_FILES = 32 /* conversion tables of iconv are files, too */ };

const sp_isolate_limits sp_isolate_default = {
    .address_bytes = UINT64_C(4) << 30, .cpu_seconds = 4 * 3600, .idle_ms = 300 * 1000};

/* ---- the child ---------------------------------------------------------------------------- */

/* `spare` lies between the limit that warns and the one that ends the process. */
static void limit(int what, uint64_t amount, uint64_t spare) {
  struct rlimit now;
  if (getrlimit(what, &now) != 0) return;
  struct rlimit r = {.rlim_cur = (rlim_t)amount, .rlim_max = (rlim_t)(amount + spare)};
  if (now.rlim_max != RLIM_INFINITY && now.rlim_max < r.rlim_max) r.rlim_max = now.rlim_max;
  if (r.rlim_cur > r.rlim_max) r.rlim_cur = r.rlim_max;
  (void)setrlimit(what, &r);
}

/* What this process has mapped: the child begins with it. */
static uint64_t mapped_bytes(void) {
  char text[64] = "";
  const int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t n = read(fd, text, sizeof text - 1);
  (void)close(fd);
  const long page = sysconf(_SC_PAGESIZE);
  return n > 0 && page > 0 ? strtoull(text, NULL, 10) * (uint64_t)page : 0;
}

static void set_limits(const sp_isolate_limits *limits) {
  limit(RLIMIT_CORE, 0, 0);
  limit(RLIMIT_NOFILE, MOST_FILES, 0);
  limit(RLIMIT_CPU, limits->cpu_seconds, 5); /* SIGXCPU says what it was, SIGKILL does not */
  const uint64_t mapped = mapped_bytes();
  if (!SANITIZED && limits->address_bytes > 0 && mapped > 0) {
    limit(RLIMIT_AS, mapped + limits->address_bytes, 0);
  }
}

/* Signals: the parent's handlers mean nothing here, and the parent decides what an interrupt from
 * the terminal is to do. */
static void set_signals(void) {
  static const int crashes[] = {SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGABRT, SIGSYS,
                                SIGTRAP, SIGXCPU, SIGPIPE, SIGTERM, SIGALRM, SIGCHLD};
  struct sigaction act = {.sa_handler = SIG_DFL};
  sigset_t none;
  (void)sigemptyset(&act.sa_mask);
  for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++) {
    (void)sigaction(crashes[i], &act, NULL);
  }
  act.sa_handler = SIG_IGN;
  (void)sigaction(SIGINT, &act, NULL);
  (void)sigaction(SIGQUIT, &act, NULL);
  (void)sigaction(SIGHUP, &act, NULL);
  (void)sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only the pipe stays open, as PIPE_FD; what a library prints goes nowhere. */
static int close_files(int fd) {
  if (fd != PIPE_FD && dup2(fd, PIPE_FD) < 0) return -1;
  if (close_range(PIPE_FD + 1, ~0U, 0) != 0) {
    for (int i = PIPE_FD + 1; i < 65536; i++) (void)close(i);
  }
  const int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0) return -1;
  for (int i = 0; i < (SANITIZED ? 2 : 3); i++) (void)dup2(nothing, i);
  if (nothing > PIPE_FD) (void)close(nothing);
  return 0;
}

typedef struct child {
  sp_wire_out out;
  const sampan_sink *sink; /* the parent's: its memory is the child's own here */
  sp_map **texts;
  uint32_t *n_sent;
  int64_t bytes_done, bytes_total;
} child;

static void child_note(void *data, const char *text) {
  child *c = (child *)data;
  sp_wire_send_note(&c->out, text);
}

static uint32_t child_intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  const child *c = (const child *)data;
  return c->texts[fill] != NULL ? sp_map_add(c->texts[fill], text, n) : UINT32_MAX;
}

static int32_t child_batch(void *data, int64_t n, sampan_error *error) {
  child *c = (child *)data;
  (void)error;
  sp_wire_send_batch(&c->out, c->sink, c->texts, c->n_sent, n, c->bytes_done, c->bytes_total);
  if (c->out.failed) _exit(1); /* nobody is listening any more */
  return SAMPAN_OK;
}

static void child_progress(void *data, int64_t done, int64_t total) {
  child *c = (child *)data;
  c->bytes_done = done;
  c->bytes_total = total;
}

static int32_t child_texts(child *c, sampan_error *error) {
  const uint32_t n = c->sink->n_fills;
  c->texts = (sp_map **)calloc(n + (size_t)1, sizeof *c->texts);
  c->n_sent = (uint32_t *)calloc(n + (size_t)1, sizeof *c->n_sent);
  if (c->texts == NULL || c->n_sent == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  for (uint32_t f = 0; f < n; f++) {
    if (c->sink->fills[f].type != SAMPAN_TEXT) continue;
    c->texts[f] = sp_map_new((uint64_t)getpid() * UINT64_C(0x9e3779b97f4a7c15) + f);
    if (c->texts[f] == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* Runs the source; sink NULL: its schema alone. Never returns. */
static _Noreturn void child_main(sp_source *source, const sampan_sink *sink, sp_context *context,
                                 const sp_isolate_limits *limits, int fd) {
  child c = {.sink = sink, .bytes_total = -1};
  sp_context own = *context;
  sampan_error error;
  int32_t status;
  set_signals();
  if (close_files(fd) != 0 || sp_wire_out_init(&c.out, PIPE_FD) != SAMPAN_OK) _exit(1);
  set_limits(limits);
  own.note = child_note;
  own.note_data = &c;
  own.cancel = NULL; /* the parent ends this process when it is cancelled */
  sp_error_clear(&error);
  if (sink == NULL) {
    status = sp_source_run_schema(source, &own, &error);
    if (status == SAMPAN_OK) sp_wire_send_schema(&c.out, &source->schema);
  } else {
    const sampan_sink sends = {.struct_size = sizeof sends,
                               .n_fills = sink->n_fills,
                               .fills = sink->fills,
                               .capacity = sink->capacity,
                               .data = &c,
                               .intern = child_intern,
                               .batch = child_batch};
    status = child_texts(&c, &error);
    if (status == SAMPAN_OK) {
      status = sp_source_run_read(source, &sends, &own, child_progress, &c, NULL, &error);
    }
  }
  sp_wire_send_done(&c.out, status, &error);
  _exit(c.out.failed ? 1 : 0);
}

/* ---- the parent --------------------------------------------------------------------------- */

typedef struct watch {
  sp_source *source;
  const sampan_sink *sink; /* NULL: the schema */
  sp_context *context;
  const sp_isolate_limits *limits;
  sp_progress_fn *progress;
  void *progress_data;
  pid_t pid;
  sp_wire_in in;
  sp_guard guard;
  sp_wire_codes *codes;
  int has_schema;
} watch;

static int32_t no_process(const watch *w, int number, sampan_error *error) {
  char why[128];
  sp_error_errno(number, why, sizeof why);
  (void)sp_error_set(error, SAMPAN_E_IO, SP_ID_SOURCE_PROCESS,
                     "no process could be started to read the file: %s", why);
  return sp_source_error(w->source, SAMPAN_E_IO, error);
}

static int32_t start(watch *w, sampan_error *error) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return no_process(w, errno, error);
  const pid_t parent = getpid();
  w->pid = fork();
  if (w->pid == 0) {
    /* No orphan goes on reading; the parent may be gone before the request is made. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    child_main(w->source, w->sink, w->context, w->limits, fds[1]);
  }
  const int number = errno;
  (void)close(fds[1]);
  if (w->pid < 0) {
    (void)close(fds[0]);
    return no_process(w, number, error);
  }
  if (sp_wire_in_init(&w->in, fds[0], w->context->cancel, w->limits->idle_ms) != SP_WIRE_OK) {
    w->in.fd = fds[0];
    return sp_error_memory(error), SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* Ends the child, unless it ended itself, and takes its status: no zombie stays. */
static int end(watch *w, int must_kill) {
  int how = 0;
  if (w->in.fd >= 0) (void)close(w->in.fd);
  w->in.fd = -1;
  if (must_kill) (void)kill(w->pid, SIGKILL);
  while (waitpid(w->pid, &how, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return how;
}

/* The child closed the pipe without a last word. It is about to be gone, or its source closed a
 * file that it should not have. */
static int32_t gone(watch *w, sampan_error *error) {
  int how = 0;
  pid_t done = 0;
  for (int i = 0; i < 200 && done == 0; i++) {
    const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    done = waitpid(w->pid, &how, WNOHANG);
    if (done < 0 && errno == EINTR) done = 0;
    if (done == 0) (void)nanosleep(&pause, NULL);
  }
  if (done == w->pid) {
    (void)close(w->in.fd);
    w->in.fd = -1;
    w->pid = -1;
  } else {
    how = end(w, 1);
    w->pid = -1;
  }
  sp_error_clear(error);
  if (WIFSIGNALED(how) && WTERMSIG(how) == SIGXCPU) {
    (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_SOURCE_LIMIT,
                       "the reader of %.300s used more than %llu seconds of processor time",
                       w->source->file, (unsigned long long)w->limits->cpu_seconds);
  } else if (WIFSIGNALED(how)) {
    (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_SOURCE_CRASHED,
                       "the reader of %.300s crashed (signal %d) after %lld records",
                       w->source->file, WTERMSIG(how), (long long)w->guard.n_records);
  } else {
    (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_SOURCE_EXITED,
                       "the reader of %.300s ended by itself (exit status %d) after %lld records",
                       w->source->file, WIFEXITED(how) ? WEXITSTATUS(how) : -1,
                       (long long)w->guard.n_records);
  }
  (void)sp_error_hint(error,
                      "the file is damaged in a way that its reader does not survive, or too large "
                      "for it: fetch it again, or convert it to CSV");
  return sp_source_error(w->source, SAMPAN_E_DATA, error);
}

static int32_t wire_error(watch *w, int32_t wire, sampan_error *error) {
  int32_t status = SAMPAN_E_PLUGIN;
  if (wire == SP_WIRE_GONE) return gone(w, error);
  sp_error_clear(error);
  if (wire == SP_WIRE_IDLE) {
    status = SAMPAN_E_DATA;
    (void)sp_error_set(error, status, SP_ID_SOURCE_HANGS,
                       "the reader of %.300s made no progress for %lld seconds", w->source->file,
                       (long long)(w->limits->idle_ms / 1000));
    (void)sp_error_hint(error, "the file is damaged, or on a disk that does not answer");
  } else if (wire == SP_WIRE_CANCELLED) {
    status = SAMPAN_E_CANCELLED;
    (void)sp_error_set(error, status, SP_ID_SOURCE_CANCELLED, "cancelled");
  } else if (wire == SP_WIRE_MEMORY) {
    status = SAMPAN_E_MEMORY;
    (void)sp_error_memory(error);
  } else {
    (void)sp_error_set(error, status, SP_ID_SOURCE_MESSAGE,
                       "the reader of %.300s sent data that make no sense", w->source->file);
    (void)sp_error_hint(error, "the file is damaged, or made to do harm");
  }
  return sp_source_error(w->source, status, error);
}

/* One message. SAMPAN_END after the last; *error is the child's then. */
static int32_t take(watch *w, int32_t *wire, int32_t *last, sampan_error *error) {
  int32_t type;
  int64_t n, done, total;
  const char *note;
  *wire = sp_wire_receive(&w->in, &type);
  if (*wire != SP_WIRE_OK) return SAMPAN_OK;
  if (type == SP_WIRE_NOTE) {
    *wire = sp_wire_note(&w->in, &note);
    if (*wire == SP_WIRE_OK && w->context->note != NULL) {
      w->context->note(w->context->note_data, note);
    }
  } else if (type == SP_WIRE_DONE) {
    *wire = sp_wire_done(&w->in, last, error);
    return *wire == SP_WIRE_OK ? SAMPAN_END : SAMPAN_OK;
  } else if (type == SP_WIRE_SCHEMA && w->sink == NULL && !w->has_schema) {
    *wire = sp_wire_schema(&w->in, w->context->arena, &w->source->schema);
    w->has_schema = 1;
  } else if (type == SP_WIRE_BATCH && w->sink != NULL) {
    *wire = sp_wire_batch(&w->in, w->sink, w->codes, &n, &done, &total);
    if (*wire != SP_WIRE_OK) return SAMPAN_OK;
    SP_TRY(sp_guard_batch(&w->guard, n));
    if (w->progress != NULL) w->progress(w->progress_data, done, total);
  } else {
    *wire = SP_WIRE_SENSELESS;
  }
  return SAMPAN_OK;
}

static int32_t listen_to(watch *w, sampan_error *error) {
  int32_t wire = SP_WIRE_OK, last = SAMPAN_E_INTERNAL, status = SAMPAN_OK;
  while (status == SAMPAN_OK && wire == SP_WIRE_OK) status = take(w, &wire, &last, error);
  if (wire != SP_WIRE_OK) return wire_error(w, wire, error);
  if (status < 0) return sp_guard_finish(&w->guard, status, error);
  if (last < 0) return sp_source_error(w->source, last, error);
  sp_error_clear(error);
  if (w->sink != NULL) return sp_guard_finish(&w->guard, SAMPAN_END, error);
  return w->has_schema ? SAMPAN_OK : wire_error(w, SP_WIRE_SENSELESS, error);
}

static int32_t run_child(watch *w, sampan_error *error) {
  int32_t status = start(w, error);
  if (status == SAMPAN_OK) status = listen_to(w, error);
  /* It has said its last word, or is not wanted any more. */
  if (w->pid > 0) (void)end(w, 1);
  sp_wire_in_clear(&w->in);
  return status;
}

int32_t sp_isolate_schema(sp_source *source, sp_context *context, const sp_isolate_limits *limits,
                          sampan_error *error) {
  watch w = {.source = source,
             .context = context,
             .limits = limits,
             .pid = -1,
             .in = {.fd = -1},
             .guard = {.source = source, .context = context}};
  SP_TRY(run_child(&w, error));
  return sp_source_check_schema(source, error);
}

int32_t sp_isolate_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                        const sp_isolate_limits *limits, sp_progress_fn *progress,
                        void *progress_data, int64_t *n_records, sampan_error *error) {
  watch w = {.source = source,
             .sink = sink,
             .context = context,
             .limits = limits,
             .progress = progress,
             .progress_data = progress_data,
             .pid = -1,
             .in = {.fd = -1},
             .guard = {.sink = sink, .source = source, .context = context}};
  sp_error_clear(&w.guard.failure);
  w.codes = (sp_wire_codes *)calloc(sink->n_fills + (size_t)1, sizeof *w.codes);
  if (w.codes == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  sp_guard_clear_fills(sink);
  const int32_t status = run_child(&w, error);
  for (uint32_t f = 0; f < sink->n_fills; f++) free(w.codes[f].code);
  free(w.codes);
  if (status == SAMPAN_OK && n_records != NULL) *n_records = w.guard.n_records;
  return status;
}
