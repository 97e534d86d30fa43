/* points.c - the linearized values of estimates by unit of the design, and degrees of freedom. */
#include <math.h>
#include <stdlib.h>

#include "engine/ranks.h"

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
  const sp_table *table = t->tables[split_index];
  const sp_units *u = &t->place.units;
  const uint32_t first = split->lane_start[place];
  uint32_t last = UINT32_MAX, last_psu = UINT32_MAX;
  *n = 0;
  *n_psu = *n_strata = 0;
  for (uint32_t r = walk->start[group]; r < walk->start[group + 1]; r++) {
    const uint32_t row = walk->rows[r], leaf = sp_table_key_of(table, row).psu;
    /* Whether there are records does not go by what their weights come to: calibrated ones may be
       negative. */
    const int32_t touched = sp_table_touched(table, row, first);
    if (touched == 0) continue;
    sp_table_totals(table, &row, 1, first, b->n_lanes, totals);
    const uint32_t psu = sp_units_psu_of(u, leaf);
    const uint32_t stratum = u->n_psu > 0 ? u->psus[psu].stratum : 0;
    const uint32_t has_weight = touched > 1;
    double z = 0;
    for (uint32_t k = 0; k < b->n_totals; k++) z += gradient[k] * totals[b->lane_of[k]];
    out[(*n)++] =
        (sp_point){.psu = psu, .stratum = stratum, .leaf = leaf, .has_weight = has_weight, .z = z};
    if (!has_weight) continue;
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
        if (!points[i].has_weight || points[i].stratum == last) continue;
        last = points[i].stratum;
        df += u->strata[last].n_psu - 1.0;
      }
      return df;
    default:
      return (double)n_psu - n_strata;
  }
}

/* PSUs that are counted, less the strata that they are in. */
static double df_of(const sp_totals *t, int (*counts)(const sp_totals *, uint32_t psu)) {
  const sp_units *u = &t->place.units;
  double df = 0;
  char *seen = calloc(u->n_strata + 1U, 1);
  if (seen == NULL) return NAN;
  for (uint32_t i = 0; i < u->n_psu; i++) {
    if (!counts(t, i)) continue;
    df += seen[u->psus[i].stratum] ? 1 : 0;
    seen[u->psus[i].stratum] = 1;
  }
  free(seen);
  return df;
}

static int has_weight(const sp_totals *t, uint32_t psu) {
  return t->place.units.psus[psu].has_weight;
}

static int is_in_domain(const sp_totals *t, uint32_t psu) {
  return psu < t->n_psu_in_domain && t->psu_in_domain[psu];
}

/* The same, where every record is a PSU. */
static double df_of_elements(const sp_totals *t, int in_domain) {
  const sp_units *u = &t->place.units;
  double df = 0;
  for (uint32_t h = 0; h < u->n_strata; h++) {
    const uint32_t n = in_domain ? u->strata[h].n_in_domain : u->strata[h].n_positive;
    df += n > 0 ? n - 1.0 : 0;
  }
  return df;
}

double sp_design_df(const sp_totals *t) {
  return t->place.by_stratum ? df_of_elements(t, 0) : df_of(t, has_weight);
}

double sp_whole_df(const sp_outcome *o) {
  if (o->plan->kind != SP_KIND_SURVEY || o->plan->design.df_rule == SP_DF_INFINITE) return HUGE_VAL;
  return o->job->n_replicates > 0 ? sp_replicate_df(o, NULL) : sp_design_df(o->totals);
}

double sp_sample_df(const sp_outcome *o) {
  const int whole = o->job->domain == SP_NONE || o->job->n_replicates > 0 ||
                    o->plan->kind != SP_KIND_SURVEY || o->plan->design.df_rule == SP_DF_INFINITE;
  if (whole) return sp_whole_df(o);
  return o->totals->place.by_stratum ? df_of_elements(o->totals, 1)
                                     : df_of(o->totals, is_in_domain);
}

double sp_replicate_df(const sp_outcome *o, const sp_estimate *e) {
  const sp_job *job = o->job;
  sp_totals *t = o->totals; /* a rank keeps its value once it is found */
  uint32_t rank = 0;
  if (job->plan->design.df_rule == SP_DF_INFINITE) return HUGE_VAL;
  if (!job->needs_rank) return job->plan->design.replicates->df;
  sp_rank *of = &t->rank;
  if (job->rank_by_domain && e != NULL) {
    const sp_split *split = &job->splits[e->split];
    if (e->group >= t->rank_groups[e->split]) return -1; /* not one record */
    of = &t->ranks[e->split]
                  [(size_t)e->group * split->n_indicators + sp_place_in_split(split, e->indicator)];
  }
  return sp_ranks_value(job, of, &rank) < 0 ? NAN : (double)rank - 1;
}

/* The gradient of one statistic of a group, computed anew. */
static int32_t gradient_of(const sp_outcome *o, const sp_estimate *e, sp_arena *arena,
                           const double **out, sampan_error *error) {
  const sp_bound *b = &o->job->indicators[e->indicator];
  sampan_estimates estimates;
  sampan_totals view;
  double *totals = sp_arena_array(arena, b->n_totals + 1U, sizeof *totals);
  if (totals == NULL || sp_estimates_make(b, arena, &estimates) < 0) return sp_error_memory(error);
  *out = estimates.gradient + (size_t)e->statistic * b->n_totals;
  if (sp_group_totals(o, e->indicator, e->split, e->group, 0, totals, &view) < 0) {
    return sp_error_memory(error);
  }
  sp_scratch scratch;
  if (sp_scratch_init(&scratch, o->job) < 0) return sp_error_memory(error);
  const int32_t status = sp_estimator_value(o, e->indicator, &view, &scratch, &estimates, error);
  sp_scratch_clear(&scratch);
  return status;
}

int32_t sp_points(const sp_outcome *o, const sp_estimate *e, sp_point **out, uint32_t *n,
                  sampan_error *error) {
  const sp_walk *walk = &o->totals->walks[e->split];
  *out = NULL;
  *n = 0;
  if (o->job->plan->kind != SP_KIND_SURVEY) return SAMPAN_OK;
  sp_arena *arena = sp_arena_new(0);
  sp_point *points =
      malloc((walk->start[e->group + 1] - walk->start[e->group] + 1U) * sizeof *points);
  const double *gradient = NULL;
  int32_t status = arena == NULL || points == NULL ? sp_error_memory(error)
                                                   : gradient_of(o, e, arena, &gradient, error);
  int32_t n_psu, n_strata;
  if (status >= 0 && sp_make_points(o->job, o->totals, e->indicator, e->split, e->group, gradient,
                                    points, n, &n_psu, &n_strata) < 0) {
    status = sp_error_memory(error);
  }
  if (status >= 0 && o->totals->crosses != NULL) {
    sp_point *residuals = NULL;
    status = sp_residual_points(o, e, gradient, points, *n, &residuals, n, error);
    free(points);
    points = residuals;
  }
  sp_arena_free(arena);
  if (status < 0) {
    free(points);
    return status;
  }
  *out = points;
  return SAMPAN_OK;
}
