/* results.c - estimates as rows of the table that writers get. */
#include <math.h>

#include "base/buffer.h"
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

/* What rows say of their groups, made once for all indicators of a split. */
typedef struct group_names {
  const char *level; /* NULL: not made yet */
  const char **by;
} group_names;

typedef struct split_names {
  const char *domain;
  uint32_t *column;    /* by variable of the split: its place among those of the results */
  group_names *groups; /* by group */
} split_names;

static int32_t name_split(sp_outcome *o, const sp_estimate *e, split_names *names,
                          sp_buffer *text) {
  const uint32_t n_groups = sp_map_size(o->totals->groups[e->split].map);
  sp_buffer_reset(text);
  names->groups = sp_arena_array(o->arena, n_groups + 1U, sizeof *names->groups);
  names->column = sp_arena_array(o->arena, e->n_by + 1U, sizeof *names->column);
  if (names->groups == NULL || names->column == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < e->n_by; i++) {
    if (i > 0) sp_buffer_text_add(text, " & ");
    sp_buffer_text_add(text, e->by[i]);
    for (uint32_t k = 0; k < o->results.n_by; k++) {
      if (strcmp(o->results.by[k], e->by[i]) == 0) names->column[i] = k;
    }
  }
  names->domain = text->failed ? NULL : sp_arena_text(o->arena, sp_buffer_text(text));
  return names->domain != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static int32_t name_group(sp_outcome *o, const sp_estimate *e, const split_names *split,
                          group_names *names, sp_buffer *text) {
  sp_buffer_reset(text);
  names->by = sp_arena_array(o->arena, o->results.n_by + 1U, sizeof *names->by);
  if (names->by == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < e->n_by; i++) {
    if (i > 0) sp_buffer_text_add(text, " & ");
    sp_buffer_text_add(text, label_of(o, e->by[i], e->values[i]));
    names->by[split->column[i]] = e->values[i];
  }
  names->level = text->failed ? NULL : sp_arena_text(o->arena, sp_buffer_text(text));
  return names->level != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static int32_t name_domain(sp_outcome *o, const sp_estimate *e, split_names *all, sp_buffer *text,
                           sampan_result *row) {
  split_names *split = &all[e->split];
  if (split->domain == NULL) SP_TRY(name_split(o, e, split, text));
  group_names *group = &split->groups[e->group];
  if (group->level == NULL) SP_TRY(name_group(o, e, split, group, text));
  row->domain = split->domain;
  row->level = group->level;
  row->by = group->by;
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

static int32_t make_rows(sp_outcome *o, sampan_result *rows, split_names *names, sp_buffer *text) {
  const sp_plan *plan = o->plan;
  const char *language = o->job->options->language;
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
    SP_TRY(name_domain(o, e, names, text, row));
    fill_numbers(o, e, row);
    if (e->status == SAMPAN_STATUS_SUPPRESSED) suppress(row);
  }
  return SAMPAN_OK;
}

int32_t sp_results_build(sp_outcome *o, sampan_error *error) {
  const sp_plan *plan = o->plan;
  const char *language = o->job->options->language;
  sampan_result *rows = sp_arena_array(o->arena, o->n_estimates + 1U, sizeof *rows);
  split_names *names = sp_arena_array(o->arena, o->job->n_splits + 1U, sizeof *names);
  if (rows == NULL || names == NULL) return sp_error_memory(error);
  SP_TRY(collect_by(o, error));
  sp_buffer text;
  sp_buffer_init(&text);
  const int32_t status = make_rows(o, rows, names, &text);
  sp_buffer_clear(&text);
  if (status < 0) return sp_error_memory(error);
  o->results.struct_size = sizeof o->results;
  o->results.rows = rows;
  o->results.n_rows = o->n_estimates;
  o->results.title = sp_label_in(&plan->title, language);
  o->results.language = language;
  o->results.manifest = "";
  return SAMPAN_OK;
}
