/* points.c - the linearized values of estimates by unit of the design, and degrees of freedom. */
#include <math.h>
#include <stdlib.h>

#include "engine/job.h"

/* Points of one statistic of a group, by unit of the last stage; PSUs with a positive weight in it,
 * and their strata. */
int32_t sp_make_points(const sp_job *job, const sp_totals *t, uint32_t indicator,
                       uint32_t split_index, uint32_t group, const double *gradient, sp_point *out,
                       uint32_t *n, int32_t *n_psu, int32_t *n_strata) {
  const sp_split *split = &job->splits[split_index];
  const sp_bound *b = &job->indicators[indicator];
  const uint32_t place = sp_place_in_split(split, indicator);
  const sp_walk *walk = &t->walks[split_index];
  double *totals = malloc((b->n_totals + 1U) * sizeof *totals);
  if (totals == NULL) return SAMPAN_E_MEMORY;
  uint32_t last = UINT32_MAX, last_psu = UINT32_MAX;
  *n = 0;
  *n_psu = *n_strata = 0;
  for (uint32_t r = walk->start[group]; r < walk->start[group + 1]; r++) {
    const uint32_t leaf = sp_table_key_of(t->tables[split_index], walk->rows[r]).psu;
    const sp_exact *lanes =
        sp_table_lanes(t->tables[split_index], walk->rows[r]) + split->lane_start[place];
    if (!(sp_row_totals(lanes, b->n_totals, totals) > 0)) continue;
    const sp_units *u = &t->place.units;
    const uint32_t psu = sp_units_psu_of(u, leaf);
    const uint32_t stratum = u->n_psu > 0 ? u->psus[psu].stratum : 0;
    double z = 0;
    for (uint32_t k = 0; k < b->n_totals; k++) z += gradient[k] * totals[k];
    out[(*n)++] = (sp_point){.psu = psu, .stratum = stratum, .leaf = leaf, .z = z};
    *n_psu += psu != last_psu;
    *n_strata += stratum != last;
    last_psu = psu;
    last = stratum;
  }
  free(totals);
  return SAMPAN_OK;
}

double sp_degrees_of_freedom(const sp_job *job, const sp_totals *t, const sp_point *points,
                             uint32_t n, int32_t n_psu, int32_t n_strata) {
  const sp_units *u = &t->place.units;
  double df = 0;
  uint32_t last = UINT32_MAX;
  switch (job->plan->design.df_rule) {
    case SP_DF_INFINITE:
      return HUGE_VAL;
    case SP_DF_DESIGN:
      return sp_design_df(t);
    case SP_DF_STRATA_PRESENT:
      for (uint32_t i = 0; i < n; i++) {
        if (points[i].stratum == last) continue;
        last = points[i].stratum;
        df += u->strata[last].n_psu - 1.0;
      }
      return df;
    default:
      return (double)n_psu - n_strata;
  }
}

double sp_design_df(const sp_totals *t) {
  const sp_units *u = &t->place.units;
  double n_psu = 0, n_strata = 0;
  char *seen = calloc(u->n_strata + 1U, 1);
  if (seen == NULL) return NAN;
  for (uint32_t i = 0; i < u->n_psu; i++) {
    if (!u->psus[i].has_weight) continue;
    n_psu++;
    n_strata += !seen[u->psus[i].stratum];
    seen[u->psus[i].stratum] = 1;
  }
  free(seen);
  return n_psu - n_strata;
}

int32_t sp_points(const sp_outcome *outcome, const sp_estimate *e, sp_point **out, uint32_t *n,
                  sampan_error *error) {
  sp_job *job = outcome->job;
  const sp_totals *t = outcome->totals;
  const sp_bound *b = &job->indicators[e->indicator];
  const uint32_t n_statistics = b->shape.n_statistics;
  const sp_walk *walk = &t->walks[e->split];
  *out = NULL;
  *n = 0;
  if (job->plan->kind != SP_KIND_SURVEY) return SAMPAN_OK;
  const size_t n_doubles = (size_t)n_statistics * (b->n_totals + 2U) + b->n_totals + 1U;
  double *memory = calloc(n_doubles, sizeof *memory);
  int32_t *status_of = calloc(n_statistics, sizeof *status_of);
  sp_point *points =
      malloc((walk->start[e->group + 1] - walk->start[e->group] + 1U) * sizeof *points);
  int32_t status = memory == NULL || status_of == NULL || points == NULL ? SAMPAN_E_MEMORY : 0;
  if (status < 0) sp_error_memory(error);
  if (status >= 0) {
    double *totals = memory + (size_t)n_statistics * (b->n_totals + 2U);
    sampan_totals view;
    const sampan_estimates estimates = {.struct_size = sizeof estimates,
                                        .n_statistics = n_statistics,
                                        .value = memory,
                                        .element_variance = memory + n_statistics,
                                        .gradient = memory + 2 * (size_t)n_statistics,
                                        .status = status_of};
    status = sp_evaluate_group(outcome, e->indicator, e->split, e->group, &estimates, totals, &view,
                               error);
    if (status >= 0) {
      int32_t n_psu, n_strata;
      status = sp_make_points(job, t, e->indicator, e->split, e->group,
                              estimates.gradient + (size_t)e->statistic * b->n_totals, points, n,
                              &n_psu, &n_strata);
      if (status < 0) sp_error_memory(error);
    }
  }
  free(memory);
  free(status_of);
  if (status < 0) {
    free(points);
    return status;
  }
  *out = points;
  return SAMPAN_OK;
}
