/* results.c - estimates as rows of the table that writers get. */
#include <math.h>

#include "base/text.h"
#include "engine/job.h"

/* All variables that any estimate is split by, in the order of their first use. */
static int32_t collect_by(sp_outcome *o, sampan_error *error) {
  const char **by = sp_arena_array(o->arena, o->job->n_groupings + 1U, sizeof *by);
  if (by == NULL) return sp_error_memory(error);
  uint32_t n = 0;
  for (uint32_t g = 0; g < o->job->n_groupings; g++) {
    if (g != o->job->period_grouping) by[n++] = o->job->groupings[g].column;
  }
  o->results.by = by;
  o->results.n_by = n;
  return SAMPAN_OK;
}

static const char *label_of(const sp_outcome *o, const char *column, const char *value) {
  const sp_value_label *label = sp_plan_value_label(o->plan, column, value);
  const char *text = label != NULL ? sp_label_in(&label->label, o->job->options->language) : "";
  return text[0] != '\0' ? text : value;
}

static int32_t name_domain(sp_outcome *o, const sp_estimate *e, sampan_result *row,
                           sampan_error *error) {
  const char *domain = "", *level = "";
  for (uint32_t i = 0; i < e->n_by; i++) {
    const char *separator = i > 0 ? " & " : "";
    domain = sp_arena_printf(o->arena, "%s%s%s", domain, separator, e->by[i]);
    level = domain == NULL ? NULL
                           : sp_arena_printf(o->arena, "%s%s%s", level, separator,
                                             label_of(o, e->by[i], e->values[i]));
    if (level == NULL) return sp_error_memory(error);
  }
  const char **by = sp_arena_array(o->arena, o->results.n_by + 1U, sizeof *by);
  if (by == NULL) return sp_error_memory(error);
  for (uint32_t k = 0; k < o->results.n_by; k++) {
    for (uint32_t i = 0; i < e->n_by; i++) {
      if (strcmp(o->results.by[k], e->by[i]) == 0) by[k] = e->values[i];
    }
  }
  row->domain = domain;
  row->level = level;
  row->by = by;
  return SAMPAN_OK;
}

static void fill_numbers(const sp_outcome *o, const sp_estimate *e, sampan_result *row) {
  const int full_count = o->plan->kind == SP_KIND_REGISTER;
  const int sampled = o->plan->kind == SP_KIND_SURVEY;
  row->n = e->n;
  row->n_events = isnan(e->events) ? -1 : e->n_events; /* -1: it counts none */
  row->pop_hat = e->pop;
  row->estimate = e->value;
  row->std_error = full_count ? NAN : e->std_error;
  row->conf_low = e->low;
  row->conf_high = e->high;
  row->conf_level = isnan(e->low) ? NAN : e->level;
  row->df = sampled || isfinite(e->df) ? e->df : NAN; /* infinite by the plan's own rule */
  row->cv = e->value != 0 ? row->std_error / fabs(e->value) : NAN;
  row->deff = e->deff;
  row->n_eff = e->n_eff;
}

static void suppress(sampan_result *row) {
  row->n = row->n_events = -1;
  row->pop_hat = row->estimate = row->std_error = row->conf_low = row->conf_high = NAN;
  row->conf_level = row->df = row->cv = row->deff = row->n_eff = NAN;
}

int32_t sp_results_build(sp_outcome *o, sampan_error *error) {
  const sp_plan *plan = o->plan;
  const char *language = o->job->options->language;
  sampan_result *rows = sp_arena_array(o->arena, o->n_estimates + 1U, sizeof *rows);
  if (rows == NULL) return sp_error_memory(error);
  SP_TRY(collect_by(o, error));
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    const sp_indicator *indicator = &plan->indicators[e->indicator];
    sampan_result *row = &rows[i];
    const char *label = sp_label_in(&indicator->label, language);
    row->struct_size = sizeof *row;
    row->status = e->status;
    row->indicator = indicator->name;
    row->indicator_label = label[0] != '\0' ? label : indicator->name;
    row->period = e->period;
    row->statistic = e->about->name;
    row->unit = e->about->unit;
    row->per = e->about->per;
    row->deff_ref = isnan(e->deff) ? "" : plan->design.deff_replace ? "wr" : "wor";
    row->method = o->estimators[e->indicator]->name;
    row->ci_method = e->interval;
    row->df_rule = plan->kind == SP_KIND_SURVEY ? plan->design.df_name : "";
    row->lonely_rule = plan->kind == SP_KIND_SURVEY ? plan->design.lonely_name : "";
    row->flags = e->flags;
    SP_TRY(name_domain(o, e, row, error));
    fill_numbers(o, e, row);
    if (e->status == SAMPAN_STATUS_SUPPRESSED) suppress(row);
  }
  o->results.struct_size = sizeof o->results;
  o->results.rows = rows;
  o->results.n_rows = o->n_estimates;
  o->results.title = sp_label_in(&plan->title, language);
  o->results.language = language;
  o->results.manifest = "";
  return SAMPAN_OK;
}
