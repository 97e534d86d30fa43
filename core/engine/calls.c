/* calls.c - the contexts that plugins are called in, and what they have to say. */
#include "base/cancel.h"
#include "engine/error_ids.h"
#include "engine/job.h"

sampan_call sp_job_call(sp_job *job, const sampan_plugin *plugin, const sampan_value *values,
                        sampan_error *error) {
  return sp_host_call(&job->context, values, plugin->n_params, error);
}

int32_t sp_scratch_init(sp_scratch *s, sp_job *job) {
  s->context = job->context;
  s->context.arena = sp_arena_new(0);
  return s->context.arena != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

void sp_scratch_clear(sp_scratch *s) {
  sp_arena_free(s->context.arena);
  s->context.arena = NULL;
}

sampan_call sp_scratch_call(sp_scratch *s, const sampan_plugin *plugin, const sampan_value *values,
                            sampan_error *error) {
  if (sp_arena_bytes(s->context.arena) > 0) {
    sp_arena *fresh = sp_arena_new(0);
    if (fresh != NULL) { /* else the old one goes on filling, which is no error yet */
      sp_arena_free(s->context.arena);
      s->context.arena = fresh;
    }
  }
  return sp_host_call(&s->context, values, plugin->n_params, error);
}

int32_t sp_job_cancelled(const sp_job *job, sampan_error *error) {
  if (!sp_cancelled(job->context.cancel)) return SAMPAN_OK;
  return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_CANCELLED, "cancelled");
}

int32_t sp_plugin_failed(int32_t status, const sampan_plugin *plugin, sampan_error *error) {
  if (error == NULL) return status;
  error->status = status;
  snprintf(error->plugin, sizeof error->plugin, "%s", plugin->name);
  return status;
}

void sp_notes_add(sp_notes *notes, sp_arena *arena, const char *text) {
  for (uint32_t i = 0; i < notes->n; i++) {
    if (strcmp(notes->texts[i], text) == 0) return;
  }
  const char *copy = sp_arena_text(arena, text);
  const char **grown = sp_arena_grow(arena, notes->texts, notes->n, notes->n + 1U, sizeof *grown);
  if (copy == NULL || grown == NULL) return; /* a note is not worth a failure */
  notes->texts = grown;
  notes->texts[notes->n++] = copy;
}

void sp_job_note(void *data, const char *text) {
  sp_job *job = data;
  sp_notes_add(&job->notes, job->arena, text);
}
