/* check_laws.h - what the parts of sp_check_module share: internal to core/host.
 *
 * The laws of a plugin are tried in a child process, so that a plugin that crashes, hangs, prints
 * or ends the process breaks one law and no more. The child writes its findings into memory that it
 * shares with its parent. */
#ifndef SP_HOST_CHECK_LAWS_H
#define SP_HOST_CHECK_LAWS_H

#include "base/buffer.h"
#include "host/check.h"
#include "host/context.h"

enum { SP_CHECK_MOST_LAWS = 48 };

typedef struct sp_check_row {
  char law[72];
  int32_t passed; /* as in sp_law */
  char detail[512];
} sp_check_row;

typedef struct sp_check_report {
  volatile uint64_t beats; /* grows while there is progress */
  volatile uint32_t current;
  volatile uint32_t n;
  volatile int32_t done;
  sp_check_row rows[SP_CHECK_MOST_LAWS];
} sp_check_report;

/* The check of one plugin. */
typedef struct sp_checker {
  const sampan_plugin *plugin;
  const char *sample, *data_folder; /* either may be NULL */
  sp_arena *arena;
  sp_check_report *report;
} sp_checker;

/* Enters a law: it has passed until it is seen broken, and is the one to blame for a crash. */
void sp_law_enter(sp_checker *c, const char *law);
/* Says of the current law whether it holds; the first thing that breaks it is kept. Returns
 * `holds`.
 */
int sp_law_holds(sp_checker *c, int holds, const char *format, ...) SP_PRINTF(3, 4);
/* The current law does not apply, unless it was seen broken. */
void sp_law_skip(sp_checker *c, const char *format, ...) SP_PRINTF(2, 3);
/* What a law that has passed tells. */
void sp_law_tell(sp_checker *c, const char *format, ...) SP_PRINTF(2, 3);
/* 1 unless the current law was seen broken. */
int sp_law_intact(const sp_checker *c);
/* Says that there is progress, within a law that takes long. */
void sp_law_beat(sp_checker *c);

/* ---- random numbers: one fixed sequence per seed ------------------------------------------- */

#define SP_CHECK_SEED UINT64_C(20240229)

uint64_t sp_check_random(uint64_t *state);
double sp_check_uniform(uint64_t *state); /* in [0, 1) */
uint64_t sp_check_below(uint64_t *state, uint64_t n);

/* ---- the host as a plugin under check sees it ---------------------------------------------- */

/* A host whose memory ends after `allocations` pieces (-1: never). The context comes first, where
 * the host's own functions look for it. */
typedef struct sp_check_host {
  sp_context context;
  sampan_host table;
  sampan_error error;
  int64_t allocations, n_allocated;
} sp_check_host;

int32_t sp_check_host_init(sp_check_host *h) SP_CHECK;
void sp_check_host_clear(sp_check_host *h);
/* Forgets what was allocated. */
int32_t sp_check_host_renew(sp_check_host *h) SP_CHECK;
/* The context of a call, with the error cleared. */
sampan_call sp_check_call(sp_check_host *h, const sampan_plugin *plugin,
                          const sampan_value *values);

/* ---- parameters ---------------------------------------------------------------------------- */

/* One set of parameter values to try. */
typedef struct sp_check_options {
  const char *text; /* as YAML, for messages */
  sampan_value *values;
} sp_check_options;

/* The sets to try: the defaults, with made-up values for what has none, then each other choice.
 * From a sample that ends in .yaml: what it says for the plugin, alone. *n is 0 where the
 * parameters cannot be made up; *error says why. */
int32_t sp_check_parameters(sp_checker *c, sp_check_options **out, uint32_t *n,
                            sampan_error *error) SP_CHECK;

/* ---- the laws ------------------------------------------------------------------------------ */

/* What a process is that no plugin may change: floating point, locale, signals, files. */
typedef struct sp_process_state {
  uint32_t control; /* of the floating-point unit */
  int32_t rounding, denormals;
  int32_t n_files;
  char decimal[8], codeset[32];
  char folder[512];
  const void *locale, *environment;
  const void *handlers[32];
} sp_process_state;

void sp_process_state_take(sp_process_state *out);
/* NULL, or what differs. */
const char *sp_process_state_differs(const sp_process_state *before, const sp_process_state *after);

void sp_check_object(sp_checker *c, const sampan_module *module);
void sp_check_descriptor(sp_checker *c, const sampan_module *module);
void sp_check_estimator(sp_checker *c);
void sp_check_interval(sp_checker *c);
void sp_check_comparison(sp_checker *c);
void sp_check_source(sp_checker *c);
void sp_check_writer(sp_checker *c);

#endif
