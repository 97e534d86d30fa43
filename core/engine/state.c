/* state.c - a plan over a shard of its records, and its outcome from all of them. */
#include "engine/state.h"

#include <stdlib.h>

#include "engine/budget.h"
#include "engine/error_ids.h"
#include "engine/merge.h"
#include "engine/state_file.h"
#include "engine/state_totals.h"
#include "host/abi.h"

/* ---- plans -------------------------------------------------------------------------------- */

static int32_t no_shards(const sp_job *job, const sp_yaml *place, const char *what,
                         sampan_error *error) {
  sp_error_set(error, SAMPAN_E_PLAN, SP_ID_NO_SHARDS, "the plan cannot be run in shards: %s", what);
  sp_error_hint(error, "`sampan run` takes it; what can be run in shards can be a plan of its own");
  return place != NULL ? sp_error_text_place(error, job->plan->file, place->line, place->column)
                       : sp_error_file(error, job->plan->file);
}

/* Plans whose reads need what others found of all records. */
static int32_t check_plan(const sp_job *job, sampan_error *error) {
  const sp_design *d = &job->plan->design;
  char what[256];
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    int has_levels = 0;
    for (uint32_t k = 0; k < b->n_columns; k++) has_levels |= b->levels[k] != NULL;
    if (!has_levels && !sp_estimator_advances(b->ops)) continue;
    snprintf(what, sizeof what, "indicator '%.80s' (estimator '%.60s') takes several reads",
             b->indicator->name, b->plugin->name);
    return no_shards(job, b->indicator->place, what, error);
  }
  const char *pipe = sp_stream_pipe(job->stream);
  if (pipe != NULL) {
    snprintf(what, sizeof what, "'%.120s' is a pipe, which gives its bytes only once", pipe);
    return no_shards(job, NULL, what, error);
  }
  if (job->aux != NULL) {
    return no_shards(job, d->place, "its weights are calibrated by all records first", error);
  }
  if (d->replicates != NULL && d->replicates->make) {
    return no_shards(job, d->place, "its replicates are made from the PSUs of all records", error);
  }
  return SAMPAN_OK;
}

/* ---- one shard ---------------------------------------------------------------------------- */

typedef struct shard {
  uint32_t k, n;
  sp_buffer *out;
} shard;

static int32_t partial(sp_outcome *o, void *data, sampan_error *error) {
  const shard *s = data;
  SP_TRY(check_plan(o->job, error));
  SP_TRY(sp_outcome_open(o, error));
  if (sp_stream_take_shard(o->job->stream, s->k, s->n) < 0) return sp_error_memory(error);
  SP_TRY(sp_stream_digest(o->job->stream, 1, o->job->options->threads, error));
  const int32_t status = sp_scan(o->job, o->totals, 0, error);
  SP_TRY(sp_job_settle(o->job, status, error));
  o->job->is_reading = 0;
  SP_TRY(sp_stream_check_shard(o->job->stream, error));
  return sp_state_write(o->job, o->totals, s->k, s->n, s->out, error);
}

int32_t sp_partial(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                   uint32_t k, uint32_t n, sp_buffer *out, sampan_error *error) {
  sp_outcome *o;
  shard s = {.k = k, .n = n, .out = out};
  SP_TRY(sp_outcome_make(plan, registry, options, partial, &s, &o, error));
  sp_outcome_free(o);
  return SAMPAN_OK;
}

/* ---- all shards --------------------------------------------------------------------------- */

/* Reads what the states say of themselves. */
static int32_t read_states(sp_outcome *o, const char *const *files, uint32_t n, sp_state **out,
                           sampan_error *error) {
  sp_buffer bytes;
  sp_bytes totals;
  *out = sp_arena_array(o->arena, n + 1U, sizeof **out);
  if (*out == NULL) return sp_error_memory(error);
  sp_buffer_init(&bytes);
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n && status >= 0; i++) {
    status = sp_state_read(files[i], o->arena, &bytes, &(*out)[i], &totals, error);
  }
  sp_buffer_clear(&bytes);
  return status;
}

static int32_t add_totals(sp_outcome *o, sp_totals *from, sp_bytes *bytes, const sp_state *state,
                          sampan_error *error) {
  sp_merge *merge;
  SP_TRY(sp_totals_lay_out(o->job, from, error));
  const int32_t status = sp_get_totals(bytes, o->job, from);
  if (status == SAMPAN_E_DATA) {
    return sp_state_damaged(state->file, "the totals of the state cannot be read", error);
  }
  if (status < 0 || sp_merge_new(o->job, o->totals, from, &merge) < 0) {
    return sp_error_memory(error);
  }
  const int32_t merged = sp_merge_add(merge, error);
  sp_merge_free(merge);
  const uint64_t n_bytes = sp_totals_bytes(o->job, o->totals) + sp_totals_bytes(o->job, from);
  int64_t *peak = o->job->options->totals_peak;
  if (peak != NULL && n_bytes > (uint64_t)*peak) *peak = (int64_t)n_bytes;
  if (merged >= 0 && n_bytes > sp_budget(o->job->options)) {
    return sp_budget_error(o->job, o->totals, n_bytes, error);
  }
  if (merged < 0 && error != NULL && error->file[0] == '\0') sp_error_file(error, state->file);
  return merged;
}

static int32_t add_state(sp_outcome *o, const sp_state *state, sp_arena *arena, sp_buffer *bytes,
                         sampan_error *error) {
  sp_state again;
  sp_bytes rest;
  sp_totals *from;
  SP_TRY(sp_state_read(state->file, arena, bytes, &again, &rest, error));
  if (strcmp(again.digest, state->digest) != 0) {
    return sp_state_damaged(state->file, "the state was changed while it was being read", error);
  }
  SP_TRY(sp_totals_new(o->job, &from, error));
  for (uint32_t i = 0; i < again.n_notes; i++) sp_job_note(o->job, again.notes[i]);
  const int32_t status = add_totals(o, from, &rest, state, error);
  sp_totals_free(o->job, from);
  return status;
}

/* What a whole read would have found of the files. */
static int32_t set_counts(sp_outcome *o, const sp_state *states, uint32_t n, sampan_error *error) {
  const uint32_t n_files = states[0].n_files;
  int64_t *n_records = sp_arena_array(o->arena, n_files + 1U, sizeof *n_records);
  int64_t *n_unmatched = sp_arena_array(o->arena, n_files + 1U, sizeof *n_unmatched);
  if (n_records == NULL || n_unmatched == NULL) return sp_error_memory(error);
  uint32_t file = 0;
  for (uint32_t w = 0; w < o->plan->n_waves; w++, file++) {
    for (uint32_t i = 0; i < n; i++) n_records[file] += states[i].stretches[w].n_records;
    for (uint32_t j = 0; j < o->plan->waves[w].n_joins; j++) {
      file++;
      n_records[file] = states[0].n_records[file];
      for (uint32_t i = 0; i < n; i++) {
        if (states[i].n_records[file] < 0 || states[i].n_unmatched[file] < 0) {
          return sp_state_damaged(states[i].file, "the state does not count its side tables",
                                  error);
        }
        n_unmatched[file] += states[i].n_unmatched[file];
      }
    }
  }
  return sp_stream_set_counts(o->job->stream, n_records, n_unmatched, error);
}

static int32_t add_states(sp_outcome *o, const sp_state *states, uint32_t n, sampan_error *error) {
  sp_arena *arena = sp_arena_new(0);
  if (arena == NULL) return sp_error_memory(error);
  sp_buffer bytes;
  sp_buffer_init(&bytes);
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n && status >= 0; i++) {
    status = add_state(o, &states[i], arena, &bytes, error);
  }
  sp_buffer_clear(&bytes);
  sp_arena_free(arena);
  return status;
}

typedef struct state_files {
  sp_registry *registry;
  const char *const *files;
  uint32_t n;
} state_files;

static int32_t merge_states(sp_outcome *o, void *data, sampan_error *error) {
  const state_files *given = data;
  const uint32_t n = given->n;
  sp_state *states;
  sp_origin *origins;
  uint32_t n_origins;
  SP_TRY(check_plan(o->job, error));
  SP_TRY(read_states(o, given->files, n, &states, error));
  o->job->all_wide = 1; /* states of narrow totals may have several grids */
  SP_TRY(sp_outcome_open(o, error));
  SP_TRY(sp_stream_digest(o->job->stream, 1, o->job->options->threads, error));
  SP_TRY(sp_stream_settle(o->job->stream, SAMPAN_OK, error));
  SP_TRY(sp_origins_of(o->job, o->arena, &origins, &n_origins, error));
  SP_TRY(sp_states_check_origins(states, n, origins, n_origins, error));
  SP_TRY(sp_states_check_cover(o->job, states, n, error));
  SP_TRY(set_counts(o, states, n, error));
  sp_totals *t = o->totals;
  SP_TRY(add_states(o, states, n, error));
  t->n_reads = 1;
  if (t->n_kept == 0) return sp_nothing_kept(o->job, t->n_read, error);
  SP_TRY(sp_place_finish(&t->place, error));
  SP_TRY(sp_walks_make(o, error));
  return sp_outcome_finish(o, given->registry, error);
}

int32_t sp_merge_states(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                        const char *const *files, uint32_t n, sp_outcome **out,
                        sampan_error *error) {
  state_files given = {.registry = registry, .files = files, .n = n};
  return sp_outcome_make(plan, registry, options, merge_states, &given, out, error);
}
