/* context.h - the context that every plugin call gets: the host's function table and its memory. */
#ifndef SP_HOST_CONTEXT_H
#define SP_HOST_CONTEXT_H

#include "base/arena.h"
#include "base/error.h"

/* What a run shares with the plugins it calls. Caller-owned; one per worker thread. */
typedef struct sp_context {
  sp_arena *arena;                            /* where host->alloc takes memory; borrowed */
  const volatile int *cancel;                 /* nonzero: stop; NULL: never */
  void (*note)(void *data, const char *text); /* NULL: notes are dropped */
  void *note_data;
} sp_context;

/* The host's functions; constant. */
const sampan_host *sp_host_table(void);

/* Makes the call context for one plugin with its parameter values. */
sampan_call sp_host_call(sp_context *context, const sampan_value *values, uint32_t n_values,
                         sampan_error *error);

#endif
