/* residuals.c - the linearized values of estimates under calibration: z = w (u - x'B), with B from
 * base weights (design/calibration.h), by unit. Units without records of the domain have residuals,
 * too. */
#include <stdlib.h>

#include "engine/auxiliary.h"

/* B of an estimate: A^- times the sums of its linearized values by auxiliary variable. */
static int32_t coefficients(const sp_outcome *o, const sp_estimate *e, const double *gradient,
                            double *b) {
  const sp_job *job = o->job;
  const sp_split *split = &job->splits[e->split];
  const sp_bound *bound = &job->indicators[e->indicator];
  sp_table *crosses = o->totals->crosses[e->split];
  const uint32_t row = sp_table_row(crosses, e->group, 0), p = job->n_aux;
  double *work = malloc((p + 1U) * sizeof *work);
  if (row == UINT32_MAX || work == NULL) {
    free(work);
    return SAMPAN_E_MEMORY;
  }
  const sp_exact *lanes =
      sp_table_lanes(crosses, row) + split->cross_start[sp_place_in_split(split, e->indicator)];
  for (uint32_t j = 0; j < p; j++) {
    b[j] = 0;
    for (uint32_t k = 0; k < bound->n_totals; k++) {
      if (gradient[k] != 0) b[j] += gradient[k] * sp_exact_value(&lanes[(size_t)k * p + j]);
    }
  }
  sp_calibration_solve(&job->aux->solver, b, b, work);
  free(work);
  return SAMPAN_OK;
}

typedef struct ordered_point {
  uint64_t order;
  sp_point point;
} ordered_point;

static int compare_points(const void *a, const void *b) {
  const ordered_point *x = a, *y = b;
  return x->order < y->order ? -1 : x->order > y->order;
}

/* The residual parts of all units of the sample, in order: -x'B with calibrated weights. */
static void unit_parts(const sp_outcome *o, const double *b, ordered_point *out) {
  const sp_units *units = &o->totals->place.units;
  const sp_table *table = o->totals->aux_by_unit;
  const uint32_t n = sp_table_n_rows(table), p = o->job->n_aux;
  for (uint32_t i = 0; i < n; i++) {
    const sp_exact *lanes = sp_table_lanes(table, i);
    sp_point *point = &out[i].point;
    memset(point, 0, sizeof *point);
    point->leaf = sp_table_key_of(table, i).psu;
    point->psu = sp_units_psu_of(units, point->leaf);
    point->stratum = units->psus[point->psu].stratum;
    for (uint32_t j = 0; j < p; j++) {
      if (b[j] != 0) point->z -= b[j] * sp_exact_value(&lanes[j]);
    }
    out[i].order = sp_point_order(units, point);
  }
  qsort(out, n, sizeof *out, compare_points);
}

int32_t sp_residual_points(const sp_outcome *o, const sp_estimate *e, const double *gradient,
                           const sp_point *points, uint32_t n, sp_point **out, uint32_t *n_out,
                           sampan_error *error) {
  const sp_units *units = &o->totals->place.units;
  const uint32_t n_units = sp_table_n_rows(o->totals->aux_by_unit);
  double *b = malloc((o->job->n_aux + 1U) * sizeof *b);
  ordered_point *parts = malloc((n_units + 1U) * sizeof *parts);
  *out = malloc((n_units + 1U) * sizeof **out);
  int32_t status = b == NULL || parts == NULL || *out == NULL ? SAMPAN_E_MEMORY : SAMPAN_OK;
  if (status >= 0) status = coefficients(o, e, gradient, b);
  if (status >= 0) unit_parts(o, b, parts);
  for (uint32_t i = 0, j = 0; i < n_units && status >= 0; i++) {
    (*out)[i] = parts[i].point;
    if (j < n && sp_point_order(units, &points[j]) == parts[i].order) (*out)[i].z += points[j++].z;
  }
  *n_out = n_units;
  free(parts);
  free(b);
  if (status >= 0) return SAMPAN_OK;
  free(*out);
  *out = NULL;
  return sp_error_memory(error);
}
