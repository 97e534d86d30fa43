/* check.c - the laws of plugins: one child process for each plugin, and what comes of it. */
#include "host/check.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/check_laws.h"
#include "host/error_ids.h"
#include "host/registry.h"

enum { PATIENCE_S = 60, PAUSE_MS = 5 };

/* ---- laws --------------------------------------------------------------------------------- */

static sp_check_row *current(const sp_checker *c) {
  return &c->report->rows[c->report->current];
}

void sp_law_enter(sp_checker *c, const char *law) {
  sp_check_report *r = c->report;
  r->beats++;
  for (uint32_t i = 0; i < r->n; i++) {
    if (strcmp(r->rows[i].law, law) != 0) continue;
    r->current = i;
    if (r->rows[i].passed < 0) r->rows[i].passed = 1;
    return;
  }
  if (r->n == SP_CHECK_MOST_LAWS) r->n--;
  sp_check_row *row = &r->rows[r->n];
  memset(row, 0, sizeof *row);
  (void)snprintf(row->law, sizeof row->law, "%s", law);
  row->passed = 1;
  r->current = r->n;
  r->n++;
}

int sp_law_holds(sp_checker *c, int holds, const char *format, ...) {
  sp_check_row *row = current(c);
  if (holds || row->passed == 0) return holds;
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(row->detail, sizeof row->detail, format, ap);
  va_end(ap);
  row->passed = 0;
  return 0;
}

void sp_law_skip(sp_checker *c, const char *format, ...) {
  sp_check_row *row = current(c);
  if (row->passed == 0) return;
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(row->detail, sizeof row->detail, format, ap);
  va_end(ap);
  row->passed = -1;
}

void sp_law_tell(sp_checker *c, const char *format, ...) {
  sp_check_row *row = current(c);
  if (row->passed != 1) return;
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(row->detail, sizeof row->detail, format, ap);
  va_end(ap);
}

int sp_law_intact(const sp_checker *c) {
  return current(c)->passed != 0;
}

void sp_law_beat(sp_checker *c) {
  c->report->beats++;
}

/* ---- random numbers ----------------------------------------------------------------------- */

uint64_t sp_check_random(uint64_t *state) { /* Steele, Lea and Flood 2014: splitmix64 */
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

double sp_check_uniform(uint64_t *state) {
  return (double)(sp_check_random(state) >> 11) * 0x1p-53;
}

uint64_t sp_check_below(uint64_t *state, uint64_t n) {
  return sp_check_random(state) % n;
}

/* ---- the host ----------------------------------------------------------------------------- */

static void *counted_alloc(const sampan_call *call, uint64_t n_bytes) {
  sp_check_host *h = (sp_check_host *)call->host_data;
  if (h->allocations >= 0 && h->n_allocated >= h->allocations) return NULL;
  h->n_allocated++;
  return sp_arena_alloc(h->context.arena, n_bytes);
}

int32_t sp_check_host_init(sp_check_host *h) {
  memset(h, 0, sizeof *h);
  h->table = *sp_host_table();
  h->table.alloc = counted_alloc;
  h->allocations = -1;
  h->context.arena = sp_arena_new(0);
  sp_error_clear(&h->error);
  return h->context.arena != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

void sp_check_host_clear(sp_check_host *h) {
  sp_arena_free(h->context.arena);
  h->context.arena = NULL;
}

int32_t sp_check_host_renew(sp_check_host *h) {
  sp_arena_free(h->context.arena);
  h->context.arena = sp_arena_new(0);
  h->n_allocated = 0;
  return h->context.arena != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

sampan_call sp_check_call(sp_check_host *h, const sampan_plugin *plugin,
                          const sampan_value *values) {
  sp_error_clear(&h->error);
  sampan_call call = sp_host_call(&h->context, values, plugin->n_params, &h->error);
  call.host = &h->table;
  call.host_data = h;
  return call;
}

/* ---- the child ---------------------------------------------------------------------------- */

static void try_laws(sp_checker *c, const sampan_module *module) {
  sp_process_state before, after;
  sp_check_object(c, module);
  sp_check_descriptor(c, module);
  sp_process_state_take(&before);
  switch (c->plugin->kind) {
    case SAMPAN_SOURCE:
      sp_check_source(c);
      break;
    case SAMPAN_ESTIMATOR:
      sp_check_estimator(c);
      break;
    case SAMPAN_INTERVAL:
      sp_check_interval(c);
      break;
    case SAMPAN_COMPARISON:
      sp_check_comparison(c);
      break;
    default:
      sp_check_writer(c);
  }
  sp_process_state_take(&after);
  sp_law_enter(c, "leaves floating point, locale, signals, GSL and files as they were");
  const char *what = sp_process_state_differs(&before, &after);
  sp_law_holds(c, what == NULL, "after its calls %s", what != NULL ? what : "");
}

/* Runs in the child, and never returns. */
static void run_child(sp_checker *c, const sampan_module *module, int output) {
  if (dup2(output, 1) < 0 || dup2(output, 2) < 0) _exit(1);
  try_laws(c, module);
  c->report->done = 1;
  _exit(0);
}

/* ---- the parent --------------------------------------------------------------------------- */

static int64_t now_ms(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Waits for the child while it makes progress; 1 if it had to be ended. */
static int wait_child(pid_t pid, const sp_check_report *report, int *how) {
  const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
  uint64_t seen = report->beats;
  int64_t since = now_ms();
  int ended = 0;
  for (;;) {
    const pid_t done = waitpid(pid, how, ended ? 0 : WNOHANG);
    if (done == pid) return ended;
    if (done < 0 && errno != EINTR) return ended;
    if (report->beats != seen) {
      seen = report->beats;
      since = now_ms();
    } else if (!ended && now_ms() - since > PATIENCE_S * INT64_C(1000)) {
      (void)kill(pid, SIGKILL);
      ended = 1;
    }
    (void)nanosleep(&pause, NULL);
  }
}

/* The first line of what the child printed; "" if nothing. */
static void first_line(int output, char *out, size_t size) {
  const ssize_t n = pread(output, out, size - 1, 0);
  out[n > 0 ? n : 0] = '\0';
  for (char *p = out; *p != '\0'; p++) {
    if (*p == '\n' && p > out) {
      *p = '\0';
      return;
    }
    if ((unsigned char)*p < 0x20) *p = ' ';
  }
}

static void judge(sp_checker *c, int hung, int how, const char *printed) {
  const char *colon = printed[0] != '\0' ? "; it printed: " : "";
  if (hung) {
    sp_law_holds(c, 0, "it made no progress for %d seconds and was ended", PATIENCE_S);
  } else if (WIFSIGNALED(how)) {
    sp_law_holds(c, 0, "it crashed with signal %d, seed %llu%s%s", WTERMSIG(how),
                 (unsigned long long)SP_CHECK_SEED, colon, printed);
  } else if (!c->report->done) {
    sp_law_holds(c, 0, "it ended the process with exit status %d%s%s", WEXITSTATUS(how), colon,
                 printed);
  } else {
    sp_law_enter(c, "prints nothing");
    sp_law_holds(c, printed[0] == '\0', "it printed: %s", printed);
  }
}

static int32_t check_plugin(sp_checker *c, const sampan_module *module, sampan_error *error) {
  char printed[256];
  int how = 0;
  FILE *output = tmpfile();
  memset(c->report, 0, sizeof *c->report);
  sp_law_enter(c, "can be checked");
  const pid_t pid = output != NULL ? fork() : -1;
  if (pid == 0) run_child(c, module, fileno(output));
  if (pid < 0) {
    if (output != NULL) (void)fclose(output);
    return sp_error_set(error, SAMPAN_E_IO, SP_ID_SOURCE_PROCESS,
                        "no child process can be started for the check of '%s'", c->plugin->name);
  }
  const int hung = wait_child(pid, c->report, &how);
  first_line(fileno(output), printed, sizeof printed);
  (void)fclose(output);
  judge(c, hung, how, printed);
  return SAMPAN_OK;
}

/* Copies the rows of a report to the caller's list. */
static int32_t take_rows(const sp_checker *c, sp_arena *arena, sp_law **laws, uint32_t *n,
                         uint32_t *capacity) {
  const char *name =
      sp_arena_printf(arena, "%s %s", sp_kind_name(c->plugin->kind), c->plugin->name);
  if (*n + c->report->n > *capacity) {
    const uint32_t wider = (*n + c->report->n) * 2;
    *laws = (sp_law *)sp_arena_grow(arena, *laws, *n, wider, sizeof **laws);
    *capacity = wider;
  }
  if (*laws == NULL || name == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < c->report->n; i++) {
    const sp_check_row *row = &c->report->rows[i];
    sp_law *law = &(*laws)[(*n)++];
    law->plugin = name;
    law->law = sp_arena_text(arena, row->law);
    law->passed = row->passed;
    law->detail = sp_arena_text(arena, row->detail);
    if (law->law == NULL || law->detail == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_check_module(const sampan_module *module, const char *sample, const char *data_folder,
                        sp_arena *arena, sp_law **out, uint32_t *n, sampan_error *error) {
  sp_law *laws = NULL;
  uint32_t n_laws = 0, capacity = 0;
  int32_t status = SAMPAN_OK;
  *out = NULL;
  *n = 0;
  void *shared = mmap(NULL, sizeof(sp_check_report), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return sp_error_memory(error), SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < module->n_plugins && status >= 0; i++) {
    sp_checker c = {.plugin = module->plugins[i],
                    .sample = sample,
                    .data_folder = data_folder,
                    .arena = sp_arena_new(0),
                    .report = (sp_check_report *)shared};
    status = c.arena != NULL ? check_plugin(&c, module, error) : SAMPAN_E_MEMORY;
    if (status >= 0) status = take_rows(&c, arena, &laws, &n_laws, &capacity);
    if (status == SAMPAN_E_MEMORY) (void)sp_error_memory(error);
    sp_arena_free(c.arena);
  }
  (void)munmap(shared, sizeof(sp_check_report));
  *out = laws;
  *n = n_laws;
  return status;
}
