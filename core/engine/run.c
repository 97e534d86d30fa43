/* run.c - a plan from its files to its results. */
#include <math.h>

#include "base/buffer.h"
#include "base/text.h"
#include "engine/budget.h"
#include "engine/course.h"
#include "engine/elements.h"
#include "engine/order.h"
#include "engine/version.h"
#include "host/abi.h"

int32_t sp_run_check(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                     sampan_error *error) {
  sp_arena *arena = sp_arena_new(0);
  if (arena == NULL) return sp_error_memory(error);
  sp_job *job = NULL;
  int32_t status = sp_job_bind(plan, registry, options, SP_KEYS_NONE, arena, &job, error);
  if (status >= 0) status = sp_job_shape(job, 1, error);
  if (status >= 0) status = sp_stream_digest(job->stream, 0, options->threads, error);
  if (status >= 0) status = sp_stream_settle(job->stream, status, error);
  sp_job_clear(job);
  sp_arena_free(arena);
  return status;
}

static int32_t copy_counts(sp_outcome *o, sampan_error *error) {
  const sp_plan *plan = o->plan;
  const sp_totals *t = o->totals;
  sp_drop_count *drops = sp_arena_array(o->arena, plan->n_drops + 1U, sizeof *drops);
  if (drops == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < plan->n_drops; i++) {
    drops[i].reason = plan->drop_reasons[i];
    drops[i].n = t->n_dropped[i];
  }
  o->n_drops = plan->n_drops;
  if (plan->keep != NULL) {
    drops[o->n_drops].reason = *plan->keep_reason;
    drops[o->n_drops++].n = t->n_dropped[plan->n_drops];
  }
  o->drops = drops;
  o->n_read = t->n_read;
  o->n_kept = t->n_kept;
  o->n_strata = (int32_t)t->place.units.n_strata;
  o->n_psu = (int32_t)sp_count_psus(t);
  o->weight_sum = sp_exact_value(&t->weight);
  o->weight_min = t->weight_min;
  o->weight_max = t->weight_max;
  const double n = (double)t->n_weighted, mean = o->weight_sum / n;
  o->weight_squares = sp_exact_value(&t->weight_squared);
  const double variance = o->weight_squares / n - mean * mean;
  o->weight_cv = mean > 0 ? sqrt(variance > 0 ? variance : 0) / mean : NAN;
  return SAMPAN_OK;
}

/* Counts by period, in the order of the periods; records without a period are left to the sums. */
static int32_t copy_periods(sp_outcome *o, sampan_error *error) {
  const sp_job *job = o->job;
  const sp_totals *t = o->totals;
  const uint32_t g = job->period_grouping;
  const uint32_t n = g != SP_NONE ? sp_coder_size(t->coders[g]) : 0;
  const uint32_t width = n > 0 ? n : 1, n_indicators = o->plan->n_indicators;
  const char **periods = sp_arena_array(o->arena, width, sizeof *periods);
  uint32_t *code = sp_arena_array(o->arena, width, sizeof *code);
  int64_t *counts = sp_arena_array(o->arena, 2 * (uint64_t)width, sizeof *counts);
  sp_use_count *uses = sp_arena_array(o->arena, (uint64_t)n_indicators * width, sizeof *uses);
  if (periods == NULL || code == NULL || counts == NULL || uses == NULL) {
    return sp_error_memory(error);
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t at = i;
    const char *text = sp_coder_text(t->coders[g], i);
    while (at > 0 && sp_order_values(o->plan, o->plan->period, text, periods[at - 1]) < 0) {
      periods[at] = periods[at - 1];
      code[at] = code[at - 1];
      at--;
    }
    periods[at] = text;
    code[at] = i;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (code[i] + 1 >= t->n_by_period) continue;
    counts[i] = t->by_period[2 * (size_t)(code[i] + 1)];
    counts[width + i] = t->by_period[2 * (size_t)(code[i] + 1) + 1];
  }
  for (uint32_t k = 0; k < n_indicators; k++) {
    for (uint32_t i = 0; i < width; i++) {
      const uint32_t place = n > 0 ? code[i] + 1 : 0;
      if (place < t->use_periods) uses[k * width + i] = t->uses[k * (size_t)t->use_periods + place];
    }
  }
  o->periods = periods;
  o->n_periods = n;
  o->n_read_by_period = counts;
  o->n_kept_by_period = counts + width;
  o->uses = uses;
  return SAMPAN_OK;
}

/* The tables that plugins were given are inputs as well. */
static int32_t add_tables(sp_outcome *o, sampan_error *error) {
  const sp_job *job = o->job;
  uint32_t n_most = 0, n_stream;
  const sp_file_fact *read = sp_stream_files(job->stream, &n_stream);
  for (uint32_t i = 0; i < o->plan->n_indicators; i++)
    n_most += job->indicators[i].plugin->n_params;
  sp_file_fact *files = sp_arena_array(o->arena, n_stream + n_most + 1U, sizeof *files);
  if (files == NULL) return sp_error_memory(error);
  memcpy(files, read, n_stream * sizeof *files);
  uint32_t n = n_stream;
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    for (uint32_t k = 0; k < b->plugin->n_params; k++) {
      const sampan_table *table = b->values[k].table;
      if (table == NULL || table->digest == NULL || table->digest[0] == '\0') continue;
      int known = 0;
      for (uint32_t f = n_stream; f < n; f++) {
        known = known || strcmp(files[f].digest, table->digest) == 0;
      }
      if (known) continue;
      files[n].file = table->name;
      files[n].source = "table";
      files[n].proven = 1;
      files[n].n_bytes = -1;
      files[n].n_records = table->n_rows;
      files[n].n_unmatched = -1;
      memcpy(files[n++].digest, table->digest, sizeof files[0].digest);
    }
  }
  o->files = files;
  o->n_files = n;
  return SAMPAN_OK;
}

/* What a plan of several periods may not mean. */
static int32_t note_periods(sp_outcome *o, sampan_error *error) {
  const sp_plan *plan = o->plan;
  const sp_calibrate *c = plan->design.calibrate;
  if (plan->period == NULL) return SAMPAN_OK;
  if (o->totals->n_shared_psus > 0) {
    const char *text = sp_arena_printf(
        o->arena,
        "%u of %d PSUs hold records of several values of '%s' and are taken for the same PSUs each "
        "time; if their numbers start anew, cross the strata with it: strata: [%s, ...]",
        o->totals->n_shared_psus, o->n_psu, plan->period, plan->period);
    if (text == NULL) return sp_error_memory(error);
    sp_job_note(o->job, text);
  }
  for (uint32_t m = 0; c != NULL && m < c->n_margins; m++) {
    const sp_by *by = c->margins[m].by;
    int has_period = by == NULL; /* expressions may well name it */
    for (uint32_t k = 0; by != NULL && k < by->n_columns; k++) {
      has_period = has_period || strcmp(by->columns[k], plan->period) == 0;
    }
    if (has_period) continue;
    const char *text = sp_arena_printf(
        o->arena,
        "the totals of `%s` are met by the records of all values of '%s' together; to meet them in "
        "each, name '%s' in its `by`",
        c->name, plan->period, plan->period);
    if (text == NULL) return sp_error_memory(error);
    sp_job_note(o->job, text);
  }
  return SAMPAN_OK;
}

/* What plugins had to say, and the records that a split leaves out. */
static int32_t take_notes(sp_outcome *o, sampan_error *error) {
  sp_job *job = o->job;
  sp_ungrouped *list = sp_arena_array(o->arena, job->n_groupings + 1U, sizeof *list);
  if (list == NULL) return sp_error_memory(error);
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    const int64_t n = o->totals->n_ungrouped[g];
    if (n == 0) continue;
    list[o->n_ungrouped].column = job->groupings[g].column;
    list[o->n_ungrouped++].n = n;
    const char *text = sp_arena_printf(
        o->arena,
        "%lld record%s of the domain %s no value of '%s', and so %s in none of its groups",
        (long long)n, n == 1 ? "" : "s", n == 1 ? "has" : "have", job->groupings[g].column,
        n == 1 ? "is" : "are");
    if (text == NULL) return sp_error_memory(error);
    sp_job_note(job, text);
  }
  SP_TRY(note_periods(o, error));
  o->ungrouped = list;
  o->notes = job->notes.texts;
  o->n_notes = job->notes.n;
  return SAMPAN_OK;
}

static int32_t name_plugins(sp_outcome *o, sampan_error *error) {
  const uint32_t n = o->plan->n_indicators;
  const sampan_plugin **estimators = sp_arena_array(o->arena, n, sizeof *estimators);
  const sampan_plugin **intervals = sp_arena_array(o->arena, n, sizeof *intervals);
  if (estimators == NULL || intervals == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    estimators[i] = o->job->indicators[i].plugin;
    intervals[i] = o->job->indicators[i].interval;
  }
  o->estimators = estimators;
  o->intervals = intervals;
  return SAMPAN_OK;
}

static int32_t add_manifest(sp_outcome *o, const sp_registry *registry, sampan_error *error) {
  sp_buffer text;
  sp_buffer_init(&text);
  sp_outcome_manifest(o, registry, &text);
  o->results.manifest = text.failed ? NULL : sp_arena_text(o->arena, sp_buffer_text(&text));
  sp_buffer_clear(&text);
  return o->results.manifest != NULL ? SAMPAN_OK : sp_error_memory(error);
}

/* How a run must be done that failed the first time. */
typedef struct sp_again {
  int32_t by_text;  /* keys of CSV files as texts: some may be no numbers; 1: all but the PSU, 2 */
  int32_t plain;    /* its files as a whole, in one thread: what the first error is */
  int32_t all_wide; /* no totals on a grid */
} sp_again;

/* A read that failed may have failed of keys that are no numbers. */
static int has_another_way(const sp_job *job) {
  return job->is_reading && sp_program_n_as_written(job->program) > 0;
}

/* Whether a run that failed is to be tried in another way; sets which. */
static int try_again(const sp_outcome *o, int32_t status, sp_again *again) {
  const sp_job *job = o->job;
  if (job == NULL || !job->is_reading || status == SAMPAN_E_CANCELLED) return 0;
  if (job->needs_wide) {
    if (again->all_wide) return 0;
    again->all_wide = 1;
    return 1;
  }
  if (has_another_way(job)) {
    again->by_text++;
    return 1;
  }
  if (!job->in_pieces || again->plain) return 0;
  again->plain = 1;
  return 1;
}

int32_t sp_job_settle(sp_job *job, int32_t status, sampan_error *error) {
  if (status < 0 && has_another_way(job)) return status;
  return sp_stream_settle(job->stream, status, error);
}

static void seal(sp_outcome *o) {
  for (uint32_t k = 0; k < o->job->n_splits; k++) sp_table_seal(o->totals->tables[k]);
}

/* The reads: one, and as many more as estimators need that take several. */
static int32_t read_all(sp_outcome *o, sampan_error *error) {
  uint32_t n_open = 1;
  for (uint32_t read = 0; n_open > 0; read++) {
    if (read > 0) sp_courses_restart(o->job, o->totals);
    SP_TRY(sp_scan(o->job, o->totals, read, error));
    if (o->totals->n_courses == 0) seal(o); /* no row is looked for any more */
    SP_TRY(sp_walks_make(o, error));
    SP_TRY(sp_courses_advance(o, &n_open, error));
  }
  return SAMPAN_OK;
}

static int32_t new_outcome(const sp_plan *plan, sp_outcome **out, sampan_error *error) {
  sp_arena *arena = sp_arena_new(0);
  *out = arena != NULL ? sp_arena_alloc(arena, sizeof **out) : NULL;
  if (*out == NULL) {
    sp_arena_free(arena);
    return sp_error_memory(error);
  }
  (*out)->arena = arena;
  (*out)->plan = plan;
  return SAMPAN_OK;
}

/* Whether a plan needs the records but once. */
static int32_t reads_once(const sp_job *job) {
  const sp_replicates *replicates = job->plan->design.replicates;
  if (job->n_levels > 0 || job->aux != NULL) return 0;
  if (replicates != NULL && replicates->make) return 0;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    if (sp_estimator_advances(job->indicators[i].ops)) return 0;
  }
  return 1;
}

/* All that comes after the reads, but for what the files are found to be. */
static int32_t estimate(sp_outcome *o, sampan_error *error) {
  sp_design_facts_take(o);
  SP_TRY(name_plugins(o, error));
  SP_TRY(copy_counts(o, error));
  SP_TRY(copy_periods(o, error));
  SP_TRY(sp_finish(o, error));
  SP_TRY(sp_presentation_withhold(&o->job->presentation, o, error));
  if (o->job->options->no_covariances && o->plan->n_comparisons == 0)
    sp_totals_shed(o->job, o->totals);
  SP_TRY(sp_results_build(o, error));
  SP_TRY(sp_compare(o, error));
  return take_notes(o, error);
}

int32_t sp_outcome_finish(sp_outcome *o, sp_registry *registry, sampan_error *error) {
  SP_TRY(estimate(o, error));
  SP_TRY(add_tables(o, error));
  return add_manifest(o, registry, error);
}

int32_t sp_outcome_open(sp_outcome *o, sampan_error *error) {
  SP_TRY(sp_totals_new(o->job, &o->totals, error));
  SP_TRY(sp_prepare(o->job, o->totals, error));
  SP_TRY(sp_job_shape(o->job, 0, error));
  SP_TRY(sp_totals_lay_out(o->job, o->totals, error));
  return sp_budget_plan(o->job, o->totals, error);
}

/* Records turned out to be no PSUs of their own: all begins anew. Clustered samples show it within
 * the first batch. */
static int32_t read_by_units(sp_outcome *o, sampan_error *error) {
  sp_job *job = o->job;
  sp_error_clear(error);
  sp_totals_free(job, o->totals);
  o->totals = NULL;
  job->by_stratum = job->needs_wide = 0;
  SP_TRY(sp_totals_new(job, &o->totals, error));
  SP_TRY(sp_prepare(job, o->totals, error)); /* what it asks for was not needed the first time */
  SP_TRY(sp_totals_lay_out(job, o->totals, error));
  return read_all(o, error);
}

static int32_t read_and_estimate(sp_outcome *o, sampan_error *error) {
  SP_TRY(sp_outcome_open(o, error));
  const int32_t status = read_all(o, error);
  if (status != SAMPAN_E_CANCELLED && sp_elements_failed(o)) {
    SP_TRY(read_by_units(o, error));
  } else if (status < 0) {
    return status;
  }
  o->job->is_reading = 0;
  return estimate(o, error);
}

/* `again`: what an earlier try showed to be needed. */
static int32_t bind_and(sp_outcome_fn *step, void *data, sp_outcome *o, sp_registry *registry,
                        const sp_run_options *options, const sp_again *again, sampan_error *error) {
  const int32_t tries[] = {SP_KEYS_ALL, SP_KEYS_PSU, SP_KEYS_NONE};
  const int32_t as_written = again->plain ? SP_KEYS_NONE : tries[again->by_text];
  SP_TRY(sp_job_bind(o->plan, registry, options, as_written, o->arena, &o->job, error));
  o->job->plain = again->plain;
  o->job->all_wide = again->all_wide || sp_stream_has_pipe(o->job->stream);
  return step(o, data, error);
}

int32_t sp_outcome_make(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                        sp_outcome_fn *step, void *data, sp_outcome **out, sampan_error *error) {
  sp_outcome *o;
  *out = NULL;
  SP_TRY(new_outcome(plan, &o, error));
  sp_again again = {0};
  int32_t status = bind_and(step, data, o, registry, options, &again, error);
  while (status < 0 && try_again(o, status, &again)) {
    sp_outcome_free(o);
    sp_error_clear(error);
    SP_TRY(new_outcome(plan, &o, error));
    status = bind_and(step, data, o, registry, options, &again, error);
  }
  if (status < 0) {
    sp_outcome_free(o);
    return status;
  }
  *out = o;
  return SAMPAN_OK;
}

static int32_t run(sp_outcome *o, void *data, sampan_error *error) {
  const sp_run_options *options = o->job->options;
  SP_TRY(sp_stream_digest(o->job->stream, !options->no_digest, options->threads, error));
  if (reads_once(o->job)) sp_stream_once(o->job->stream);
  o->job->may_be_elements = 1;
  SP_TRY(sp_job_settle(o->job, read_and_estimate(o, error), error));
  SP_TRY(add_tables(o, error));
  return add_manifest(o, data, error);
}

int32_t sp_run(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
               sp_outcome **out, sampan_error *error) {
  return sp_outcome_make(plan, registry, options, run, registry, out, error);
}

void sp_outcome_free(sp_outcome *o) {
  if (o == NULL) return;
  if (o->totals != NULL) sp_totals_free(o->job, o->totals);
  sp_job_clear(o->job);
  for (uint32_t i = 0; i < o->n_arenas; i++) sp_arena_free(o->arenas[i]);
  sp_arena_free(o->arena);
}

const sp_estimate *sp_outcome_find(const sp_outcome *o, const char *indicator, const char *period,
                                   const char *const *by, const char *const *values,
                                   uint32_t n_by) {
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->statistic != 0 || e->n_by != n_by) continue;
    if (strcmp(o->plan->indicators[e->indicator].name, indicator) != 0) continue;
    if (strcmp(e->period, period != NULL ? period : "") != 0) continue;
    uint32_t n_same = 0;
    for (uint32_t k = 0; k < n_by; k++) {
      for (uint32_t j = 0; j < n_by; j++) {
        n_same += strcmp(e->by[j], by[k]) == 0 && strcmp(e->values[j], values[k]) == 0;
      }
    }
    if (n_same == n_by) return e;
  }
  return NULL;
}

/* ---- manifest ----------------------------------------------------------------------------- */

static void member(sp_buffer *b, const char *name, const char *text) {
  sp_buffer_json_text(b, name);
  sp_buffer_char(b, ':');
  sp_buffer_json_text(b, text);
}

static void manifest_files(const sp_outcome *o, sp_buffer *b) {
  sp_buffer_text_add(b, ",\"inputs\":[");
  for (uint32_t i = 0; i < o->n_files; i++) {
    const sp_file_fact *f = &o->files[i];
    sp_buffer_text_add(b, i > 0 ? ",{" : "{");
    member(b, "file", f->file);
    sp_buffer_char(b, ',');
    member(b, "source", f->source);
    sp_buffer_char(b, ',');
    if (f->digest[0] != '\0') member(b, "sha256", f->digest);
    if (f->digest[0] != '\0') sp_buffer_char(b, ',');
    if (f->n_bytes >= 0) sp_buffer_printf(b, "\"bytes\":%lld,", (long long)f->n_bytes);
    sp_buffer_printf(b, "\"records\":%lld,\"complete\":%s", (long long)f->n_records,
                     f->proven ? "true" : "\"not verifiable\"");
    if (f->n_unmatched >= 0) {
      sp_buffer_printf(b, ",\"unmatched\":%lld", (long long)f->n_unmatched);
    }
    sp_buffer_char(b, '}');
  }
  sp_buffer_char(b, ']');
}

static void manifest_plugin(const sp_registry *registry, const sampan_plugin *p, int *n,
                            sp_buffer *b) {
  const sp_plugin_info *info = sp_registry_find(registry, p->kind, p->name);
  sp_buffer_text_add(b, (*n)++ > 0 ? ",{" : "{");
  member(b, "kind", sp_kind_name(p->kind));
  sp_buffer_char(b, ',');
  member(b, "name", p->name);
  sp_buffer_char(b, ',');
  member(b, "version", p->version);
  sp_buffer_char(b, ',');
  member(b, "sha256", info != NULL ? info->digest : "");
  sp_buffer_char(b, '}');
}

static int used_before(const sampan_plugin *const *plugins, uint32_t i) {
  for (uint32_t k = 0; k < i; k++) {
    if (plugins[k] == plugins[i]) return 1;
  }
  return plugins[i] == NULL;
}

static void manifest_plugins(const sp_outcome *o, const sp_registry *registry, sp_buffer *b) {
  int n = 0;
  sp_buffer_text_add(b, ",\"plugins\":[");
  for (uint32_t i = 0; i < o->n_files; i++) {
    int before = 0;
    for (uint32_t k = 0; k < i; k++) before |= strcmp(o->files[k].source, o->files[i].source) == 0;
    const sp_plugin_info *info = sp_registry_find(registry, SAMPAN_SOURCE, o->files[i].source);
    if (before || info == NULL) continue;
    const sampan_plugin plugin = {
        .kind = SAMPAN_SOURCE, .name = info->name, .version = info->version};
    manifest_plugin(registry, &plugin, &n, b);
  }
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) {
    if (!used_before(o->estimators, i)) manifest_plugin(registry, o->estimators[i], &n, b);
  }
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) {
    if (!used_before(o->intervals, i)) manifest_plugin(registry, o->intervals[i], &n, b);
  }
  for (uint32_t i = 0; i < o->plan->n_comparisons; i++) {
    const char *name = o->plan->comparisons[i].method.plugin;
    int before = 0;
    for (uint32_t k = 0; k < i; k++) {
      before |= strcmp(o->plan->comparisons[k].method.plugin, name) == 0;
    }
    const sp_plugin_info *info = sp_registry_find(registry, SAMPAN_COMPARISON, name);
    if (before || info == NULL) continue;
    const sampan_plugin plugin = {
        .kind = SAMPAN_COMPARISON, .name = info->name, .version = info->version};
    manifest_plugin(registry, &plugin, &n, b);
  }
  sp_buffer_char(b, ']');
}

static void manifest_preset(const sp_preset *preset, sp_buffer *b) {
  char key[64];
  const char *value;
  if (preset == NULL) return;
  sp_buffer_text_add(b, ",\"preset\":{");
  member(b, "name", preset->name);
  for (uint32_t i = 0; (value = sp_preset_choice(preset, i, key)) != NULL; i++) {
    sp_buffer_char(b, ',');
    member(b, key, value);
  }
  sp_buffer_char(b, '}');
}

/* Of all records of the design, after calibration. */
static void manifest_weights(const sp_outcome *o, sp_buffer *b) {
  const struct {
    const char *name;
    double value;
  } facts[] = {{"sum", o->weight_sum},
               {"min", o->weight_min},
               {"max", o->weight_max},
               {"sum_of_squares", o->weight_squares}};
  sp_buffer_text_add(b, ",\"weights\":");
  for (uint32_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
    sp_buffer_char(b, i > 0 ? ',' : '{');
    sp_buffer_json_text(b, facts[i].name);
    sp_buffer_char(b, ':');
    sp_buffer_json_number(b, facts[i].value);
  }
  sp_buffer_char(b, '}');
}

void sp_outcome_manifest(const sp_outcome *o, const sp_registry *registry, sp_buffer *b) {
  const char *slash = strrchr(o->plan->file, '/');
  sp_buffer_text_add(b, "{\"engine\":");
  sp_buffer_json_text(b, "sampan " SAMPAN_VERSION);
  sp_buffer_text_add(b, ",\"plan\":{");
  member(b, "file", slash != NULL ? slash + 1 : o->plan->file);
  sp_buffer_char(b, ',');
  member(b, "sha256", o->plan->digest);
  sp_buffer_char(b, '}');
  manifest_files(o, b);
  sp_buffer_printf(b, ",\"reads\":%u", o->design.n_reads);
  sp_buffer_printf(b, ",\"records\":{\"read\":%lld,\"kept\":%lld,\"dropped\":[",
                   (long long)o->n_read, (long long)o->n_kept);
  for (uint32_t i = 0; i < o->n_drops; i++) {
    sp_buffer_text_add(b, i > 0 ? ",{" : "{");
    member(b, "reason", sp_label_in(&o->drops[i].reason, o->job->options->language));
    sp_buffer_printf(b, ",\"n\":%lld}", (long long)o->drops[i].n);
  }
  sp_buffer_text_add(b, "]}");
  if (o->plan->kind == SP_KIND_SURVEY) {
    sp_buffer_printf(b, ",\"design\":{\"strata\":%d,\"psus\":%d,", o->n_strata, o->n_psu);
    sp_design_manifest(o, b);
    member(b, "df_rule", o->plan->design.df_name);
    sp_buffer_char(b, ',');
    member(b, "lonely_psu", o->plan->design.lonely_name);
    manifest_weights(o, b);
    sp_buffer_text_add(b, "}");
  }
  manifest_preset(o->plan->preset, b);
  sp_presentation_manifest(&o->job->presentation, o, b);
  manifest_plugins(o, registry, b);
  sp_buffer_text_add(b, ",\"notes\":[");
  for (uint32_t i = 0; i < o->n_notes; i++) {
    if (i > 0) sp_buffer_char(b, ',');
    sp_buffer_json_text(b, o->notes[i]);
  }
  sp_buffer_text_add(b, "]}");
}
