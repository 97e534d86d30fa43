/* bind_compare.c - the comparisons of a plan against their plugins, indicators and variables. */
#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/job.h"
#include "host/abi.h"
#include "host/preset_params.h"

static int32_t find_indicator(const sp_plan *plan, const sp_comparison *c, const char *name,
                              uint32_t *out, sampan_error *error) {
  const char **names = sp_arena_array(plan->arena, plan->n_indicators + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(error);
  for (*out = 0; *out < plan->n_indicators; ++*out) {
    names[*out] = plan->indicators[*out].name;
    if (strcmp(names[*out], name) == 0) return SAMPAN_OK;
  }
  const char *nearest = sp_nearest(name, names, plan->n_indicators);
  const int32_t status =
      sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                    "comparison '%s' is of '%s', which is no indicator of the plan", c->name, name);
  return nearest != NULL ? sp_error_hint(error, "did you mean '%s'?", nearest) : status;
}

static int has_column(const sp_by *by, const char *column) {
  for (uint32_t i = 0; i < by->n_columns; i++) {
    if (strcmp(by->columns[i], column) == 0) return 1;
  }
  return 0;
}

/* The variables that the compared estimates are split by: `across` and its second, `within`. */
static uint32_t variables_of(const sp_comparison *c, const char **out, uint32_t most) {
  uint32_t n = 0;
  if (c->across != NULL) out[n++] = c->across;
  if (c->second != NULL) out[n++] = c->second;
  for (uint32_t k = 0; c->within != NULL && k < c->within->n_columns && n < most; k++) {
    out[n++] = c->within->columns[k];
  }
  return n;
}

/* Whether some split of the indicator is by exactly the variables of the comparison. */
static int is_split(const sp_plan *plan, const sp_indicator *indicator, const sp_comparison *c) {
  const char *variables[64];
  const uint32_t n_variables = variables_of(c, variables, 64);
  for (uint32_t i = 0; i < indicator->n_by; i++) {
    const sp_by *by = &indicator->by[i];
    uint32_t n = 0;
    int all = 1;
    for (uint32_t k = 0; k < n_variables; k++) {
      const int is_period = plan->period != NULL && strcmp(plan->period, variables[k]) == 0;
      n += !is_period;
      all = all && (is_period || has_column(by, variables[k]));
    }
    if (all && n == by->n_columns) return 1;
  }
  return 0;
}

static int32_t not_split(const sp_plan *plan, const sp_comparison *c, const char *indicator,
                         sampan_error *error) {
  if (c->across == NULL) {
    sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                  "comparison '%s' is of statistics %s, and '%s' has no such estimates", c->name,
                  c->within != NULL ? "within other variables" : "over all records", indicator);
    return sp_error_hint(error, "the indicator needs a matching split, as in: by: [%s]",
                         c->within != NULL ? c->within->columns[0] : "[]");
  }
  sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                "comparison '%s' is across '%s'%s%s%s%s, and '%s' is not split by that", c->name,
                c->across, c->second != NULL ? " and '" : "", c->second != NULL ? c->second : "",
                c->second != NULL ? "'" : "", c->within != NULL ? " within other variables" : "",
                indicator);
  return sp_error_hint(error, "the indicator needs a matching split, as in: by: [[%s%s%s]]",
                       c->across, c->second != NULL ? ", " : "",
                       c->second != NULL ? c->second : "");
}

/* Not every method can compare a crossing, or statistics. */
static int32_t check_form(const sp_plan *plan, const sampan_plugin *plugin, const sp_comparison *c,
                          sampan_error *error) {
  const uint32_t flags = sp_comparison_flags(plugin->ops);
  if (c->second != NULL && (flags & SAMPAN_COMPARES_CROSSING) == 0) {
    sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                  "comparison '%s': method '%s' compares across one variable, not the crossing of "
                  "two",
                  c->name, plugin->name);
    return sp_error_hint(error, "write across: %s, and within: %s for each of its values",
                         c->across, c->second);
  }
  if (c->across == NULL && (flags & SAMPAN_COMPARES_STATISTICS) == 0) {
    sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                  "comparison '%s': method '%s' does not compare the statistics of one estimate",
                  c->name, plugin->name);
    return sp_error_hint(error, "wald-test and linear-combination do");
  }
  return SAMPAN_OK;
}

/* Counts of a sample with a design are not independent. */
static int32_t check_counts(const sp_plan *plan, const sp_bound_comparison *b,
                            sampan_error *error) {
  const sp_comparison *c = b->comparison;
  const int crossing = (sp_comparison_flags(b->plugin->ops) & SAMPAN_COMPARES_CROSSING) != 0;
  const int pearson = sp_has_chosen(b->plugin, b->values, "statistic", "pearson");
  const int counts = (sp_comparison_flags(b->plugin->ops) & SAMPAN_COMPARES_COUNTS) != 0;
  if ((!counts && !pearson) || !sp_plan_has_design(plan)) return SAMPAN_OK;
  sp_yaml_error(c->place, plan->file, SP_ID_COMPARISON, error,
                "comparison '%s': %s'%s' takes unweighted counts for independent ones, which those "
                "of a sample with strata, clusters or weights are not",
                c->name, pearson ? "statistic 'pearson' of " : "method ", b->plugin->name);
  if (pearson) return sp_error_hint(error, "write statistic: rao-scott");
  return sp_error_hint(error, crossing ? "association and contrast go by the design"
                                       : "contrast, linear-trend and association go by the design");
}

static int32_t bind_one(sp_job *job, sp_bound_comparison *b, const sp_comparison *c,
                        sampan_error *error) {
  static const char *const also[] = {"label",     "method", "of",    "across",     "values",
                                     "positions", "within", "level", "statistics", "df"};
  const sp_plan *plan = job->plan;
  sampan_value *values;
  b->comparison = c;
  const int32_t status =
      sp_registry_load(job->registry, SAMPAN_COMPARISON, c->method.plugin, &b->plugin, error);
  if (status < 0) {
    sp_error_text_place(error, plan->file, c->place->line, c->place->column);
    return status;
  }
  SP_TRY(check_form(plan, b->plugin, c, error));
  SP_TRY(sp_params_bind_preset(plan->preset, b->plugin, c->method.options, c->place, also, 10,
                               plan->file, plan->folder, job->options->data_folder, job->arena,
                               &values, error));
  b->values = values;
  SP_TRY(check_counts(plan, b, error));
  b->of = sp_arena_array(job->arena, c->n_of + 1U, sizeof *b->of);
  if (b->of == NULL) return sp_error_memory(error);
  for (uint32_t f = 0; f < c->n_of; f++) {
    SP_TRY(find_indicator(plan, c, c->of[f], &b->of[f], error));
    if (is_split(plan, &plan->indicators[b->of[f]], c)) continue;
    return not_split(plan, c, c->of[f], error);
  }
  return SAMPAN_OK;
}

int32_t sp_job_bind_comparisons(sp_job *job, sampan_error *error) {
  const uint32_t n = job->plan->n_comparisons;
  job->comparisons = sp_arena_array(job->arena, n + 1U, sizeof *job->comparisons);
  if (job->comparisons == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    SP_TRY(bind_one(job, &job->comparisons[i], &job->plan->comparisons[i], error));
  }
  return SAMPAN_OK;
}
