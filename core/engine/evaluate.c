/* evaluate.c - what an estimator makes of the totals of a group. */
#include <math.h>
#include <stdlib.h>

#include "engine/course.h"
#include "engine/error_ids.h"

uint32_t sp_place_in_split(const sp_split *split, uint32_t indicator) {
  uint32_t k = 0;
  while (split->indicators[k] != indicator) k++;
  return k;
}

/* ---- totals of a group -------------------------------------------------------------------- */

/* The totals of one row of a table for one indicator; returns the weight. */
double sp_row_totals(const sp_exact *lanes, uint32_t n_totals, double *out) {
  for (uint32_t k = 0; k < n_totals; k++) out[k] = sp_exact_value(&lanes[1 + k]);
  return sp_exact_value(&lanes[0]);
}

/* Summed exactly over the units of the design. */
int32_t sp_group_totals(const sp_outcome *outcome, uint32_t indicator, uint32_t split_index,
                        uint32_t group, uint32_t run, double *totals, sampan_totals *view) {
  const sp_job *job = outcome->job;
  const sp_totals *t = outcome->totals;
  const sp_split *split = &job->splits[split_index];
  const sp_bound *b = &job->indicators[indicator];
  const uint32_t place = sp_place_in_split(split, indicator);
  const size_t first = (size_t)run * split->n_lanes + split->lane_start[place];
  const sp_walk *walk = &t->walks[split_index];
  sp_exact *sums = calloc(b->n_totals + 1U, sizeof *sums);
  if (sums == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t r = walk->start[group]; r < walk->start[group + 1]; r++) {
    const sp_exact *lanes = sp_table_lanes(t->tables[split_index], walk->rows[r]) + first;
    for (uint32_t k = 0; k <= b->n_totals; k++) sp_exact_merge(&sums[k], &lanes[k]);
  }
  const double weight = sp_row_totals(sums, b->n_totals, totals);
  free(sums);
  const int64_t *counts = sp_table_counts(t->tables[split_index], group);
  if (counts == NULL) return SAMPAN_E_MEMORY;
  counts += split->count_start[place];
  memset(view, 0, sizeof *view);
  view->struct_size = sizeof *view;
  view->n_totals = b->n_totals;
  view->total = totals;
  view->count = counts + SP_COUNT_TOTALS;
  view->n_records = counts[SP_COUNT_N];
  view->n_positive = counts[SP_COUNT_POSITIVE];
  view->weight = weight;
  const sp_course *course = sp_course_of(t, indicator, split_index);
  if (course != NULL) sp_course_view(course, run, group, view);
  return SAMPAN_OK;
}

int32_t sp_estimates_make(const sp_bound *b, sp_arena *arena, sampan_estimates *out) {
  const uint32_t n = b->shape.n_statistics;
  double *memory = sp_arena_array(arena, (uint64_t)n * (b->n_totals + 5U) + 1, sizeof *memory);
  out->struct_size = sizeof *out;
  out->n_statistics = n;
  out->status = sp_arena_array(arena, n + 1U, sizeof *out->status);
  if (memory == NULL || out->status == NULL) return SAMPAN_E_MEMORY;
  out->value = memory;
  out->element_variance = memory + n;
  out->inner = memory + 2 * (size_t)n;
  out->df_spent = memory + 3 * (size_t)n;
  out->model_variance = memory + 4 * (size_t)n;
  out->gradient = memory + 5 * (size_t)n;
  return SAMPAN_OK;
}

static int32_t not_finite(const sp_bound *b, uint32_t statistic, sampan_error *error) {
  return sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_VALUE,
                      "estimator '%s' calls statistic '%s' estimable, but its value or gradient "
                      "is no finite number",
                      b->plugin->name, b->shape.statistics[statistic].name);
}

int32_t sp_evaluate_group(const sp_outcome *outcome, uint32_t indicator, uint32_t split,
                          uint32_t group, uint32_t run, const sampan_estimates *out, double *totals,
                          sampan_totals *view, sampan_error *error) {
  sp_job *job = outcome->job;
  const sp_bound *b = &job->indicators[indicator];
  SP_TRY(sp_job_cancelled(job, error));
  if (sp_group_totals(outcome, indicator, split, group, run, totals, view) < 0) {
    return sp_error_memory(error);
  }
  const uint32_t n = b->shape.n_statistics;
  for (uint32_t k = 0; k < n; k++) {
    out->value[k] = out->element_variance[k] = out->inner[k] = out->model_variance[k] = NAN;
    out->df_spent[k] = 0;
    out->status[k] = SAMPAN_NOT_ESTIMABLE;
  }
  memset(out->gradient, 0, (size_t)n * b->n_totals * sizeof *out->gradient);
  sp_scratch scratch;
  if (sp_scratch_init(&scratch, job) < 0) return sp_error_memory(error);
  sampan_call call = sp_scratch_call(&scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->value(&call, &b->shape, view, out);
  sp_scratch_clear(&scratch);
  if (status < 0) {
    return sp_plugin_failed(status, b->plugin, error);
  }
  for (uint32_t k = 0; k < n; k++) {
    if (out->status[k] != SAMPAN_ESTIMABLE) continue;
    int finite = isfinite(out->value[k]) && isfinite(out->df_spent[k]);
    for (uint32_t j = 0; j < b->n_totals && finite; j++) {
      finite = isfinite(out->gradient[(size_t)k * b->n_totals + j]);
    }
    if (!finite) return not_finite(b, k, error);
  }
  return SAMPAN_OK;
}
