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

enum { FEW_TOTALS = 64 };

int32_t sp_totals_view(const sp_outcome *outcome, uint32_t indicator, uint32_t split_index,
                       uint32_t group, uint32_t run, double weight, const double *totals,
                       sampan_totals *view) {
  const sp_job *job = outcome->job;
  const sp_totals *t = outcome->totals;
  const sp_split *split = &job->splits[split_index];
  const int64_t *counts = sp_table_counts(t->tables[split_index], group);
  if (counts == NULL) return SAMPAN_E_MEMORY;
  counts += split->count_start[sp_place_in_split(split, indicator)];
  memset(view, 0, sizeof *view);
  view->struct_size = sizeof *view;
  view->n_totals = job->indicators[indicator].n_totals;
  view->total = totals;
  view->count = counts + SP_COUNT_TOTALS;
  view->n_records = counts[SP_COUNT_N];
  view->n_positive = counts[SP_COUNT_POSITIVE];
  view->weight = weight;
  const sp_course *course = sp_course_of(t, indicator, split_index);
  if (course != NULL) sp_course_view(course, run, group, view);
  return SAMPAN_OK;
}

/* Summed exactly over the units of the design. */
int32_t sp_group_totals(const sp_outcome *outcome, uint32_t indicator, uint32_t split_index,
                        uint32_t group, uint32_t run, double *totals, sampan_totals *view) {
  const sp_split *split = &outcome->job->splits[split_index];
  const sp_bound *b = &outcome->job->indicators[indicator];
  const uint32_t n = b->n_lanes;
  const uint32_t first =
      run * split->n_lanes + split->lane_start[sp_place_in_split(split, indicator)];
  const sp_walk *walk = &outcome->totals->walks[split_index];
  double few[FEW_TOTALS + 1];
  double *sums = n <= FEW_TOTALS + 1 ? few : malloc(n * sizeof *sums);
  if (sums == NULL) return SAMPAN_E_MEMORY;
  sp_table_totals(outcome->totals->tables[split_index], walk->rows + walk->start[group],
                  walk->start[group + 1] - walk->start[group], first, n, sums);
  const double weight = sums[0];
  for (uint32_t k = 0; k < b->n_totals; k++) totals[k] = sums[b->lane_of[k]];
  if (sums != few) free(sums);
  return sp_totals_view(outcome, indicator, split_index, group, run, weight, totals, view);
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

int32_t sp_estimator_value(const sp_outcome *outcome, uint32_t indicator, const sampan_totals *view,
                           sp_scratch *scratch, const sampan_estimates *out, sampan_error *error) {
  const sp_bound *b = &outcome->job->indicators[indicator];
  SP_TRY(sp_job_cancelled(outcome->job, error));
  const uint32_t n = b->shape.n_statistics;
  for (uint32_t k = 0; k < n; k++) {
    out->value[k] = out->element_variance[k] = out->inner[k] = out->model_variance[k] = NAN;
    out->df_spent[k] = 0;
    out->status[k] = SAMPAN_NOT_ESTIMABLE;
  }
  memset(out->gradient, 0, (size_t)n * b->n_totals * sizeof *out->gradient);
  sampan_call call = sp_scratch_call(scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->value(&call, &b->shape, view, out);
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
