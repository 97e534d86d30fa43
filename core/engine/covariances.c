/* covariances.c - the covariance matrix of estimates of one outcome, and their joint df.
 *
 * Rules for lonely PSUs depend on which strata are at hand. So that the variance of a difference is
 * that of the difference, all entries of a matrix share the strata that any of its estimates holds
 * records in: each list of points is filled up with zeros for the units that only the others have.
 */
#include <math.h>
#include <stdlib.h>

#include "engine/ranks.h"

/* The points of n estimates; lists[i] has n_points[i]. */
typedef struct point_lists {
  sp_point **lists;
  uint32_t *n_points;
  uint32_t n;
} point_lists;

static void lists_clear(point_lists *l) {
  for (uint32_t i = 0; l->lists != NULL && i < l->n; i++) free(l->lists[i]);
  free(l->lists);
  free(l->n_points);
}

static int32_t lists_make(point_lists *l, const sp_outcome *o, const sp_estimate *const *estimates,
                          uint32_t n, sampan_error *error) {
  l->n = n;
  l->lists = calloc(n + 1U, sizeof *l->lists);
  l->n_points = calloc(n + 1U, sizeof *l->n_points);
  if (l->lists == NULL || l->n_points == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    SP_TRY(sp_points(o, estimates[i], &l->lists[i], &l->n_points[i], error));
  }
  return SAMPAN_OK;
}

/* The units of both lists, with the values of `own`; those of `other` alone are zeros. */
static uint32_t fill_up(const sp_units *u, const sp_point *own, uint32_t n_own,
                        const sp_point *other, uint32_t n_other, sp_point *out) {
  uint32_t i = 0, j = 0, n = 0;
  while (i < n_own || j < n_other) {
    const uint64_t a = i < n_own ? sp_point_order(u, &own[i]) : UINT64_MAX;
    const uint64_t b = j < n_other ? sp_point_order(u, &other[j]) : UINT64_MAX;
    out[n] = a <= b ? own[i] : other[j];
    if (a > b) out[n].z = 0;
    i += a <= b;
    j += b <= a;
    n++;
  }
  return n;
}

static int32_t lists_align(const sp_units *u, point_lists *l, sampan_error *error) {
  for (uint32_t i = 1; i < l->n; i++) { /* list 0 becomes the union, as to its PSUs */
    sp_point *filled = malloc((l->n_points[0] + l->n_points[i] + 1U) * sizeof *filled);
    if (filled == NULL) return sp_error_memory(error);
    l->n_points[0] = fill_up(u, l->lists[0], l->n_points[0], l->lists[i], l->n_points[i], filled);
    free(l->lists[0]);
    l->lists[0] = filled;
  }
  for (uint32_t i = 1; i < l->n; i++) {
    sp_point *filled = malloc((l->n_points[0] + l->n_points[i] + 1U) * sizeof *filled);
    if (filled == NULL) return sp_error_memory(error);
    l->n_points[i] = fill_up(u, l->lists[i], l->n_points[i], l->lists[0], l->n_points[0], filled);
    free(l->lists[i]);
    l->lists[i] = filled;
  }
  return SAMPAN_OK;
}

static int32_t fill_matrix(const point_lists *l, const sp_outcome *o, double *matrix,
                           sampan_error *error) {
  sp_variance_note note;
  for (uint32_t i = 0; i < l->n; i++) {
    for (uint32_t j = 0; j <= i; j++) {
      double *entry = &matrix[(size_t)i * l->n + j];
      SP_TRY(sp_units_covariance(&o->totals->place.units, &o->plan->design, o->plan->file,
                                 l->lists[i], l->n_points[i], l->lists[j], l->n_points[j], entry,
                                 &note, error));
      matrix[(size_t)j * l->n + i] = *entry;
    }
  }
  return SAMPAN_OK;
}

/* By replicates; NaN where a replicate has no estimate. */
static void replicate_matrix(const sp_outcome *o, const sp_estimate *const *estimates, uint32_t n,
                             double *matrix) {
  const sp_job *job = o->job;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = 0; j <= i; j++) {
      const sp_estimate *a = estimates[i], *b = estimates[j];
      double *entry = &matrix[(size_t)i * n + j];
      (void)sp_replicates_covariance(a->replicates, b->replicates, a->value, b->value,
                                     job->replicate_factors, job->n_replicates,
                                     o->plan->design.replicates->about, entry);
      matrix[(size_t)j * n + i] = *entry;
    }
  }
}

/* The df of the replicate weights of all records behind the estimates. */
static int32_t joint_rank(const sp_outcome *o, const sp_estimate *const *estimates, uint32_t n,
                          double *df, sampan_error *error) {
  const sp_totals *t = o->totals;
  sp_rank all;
  sp_rank_init(&all, sp_ranks_width(o->job));
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n && status >= 0; i++) {
    const sp_estimate *e = estimates[i];
    const sp_split *split = &o->job->splits[e->split];
    if (e->group >= t->rank_groups[e->split]) continue;
    status = sp_rank_merge(&all, &t->ranks[e->split][(size_t)e->group * split->n_indicators +
                                                     sp_place_in_split(split, e->indicator)]);
  }
  uint32_t rank = 0;
  if (status >= 0) status = sp_ranks_value(o->job, &all, &rank);
  sp_rank_clear(&all);
  *df = (double)rank - 1;
  return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int32_t sp_outcome_covariances(const sp_outcome *o, const sp_estimate *const *estimates, uint32_t n,
                               double *matrix, sampan_error *error) {
  if (o->plan->kind != SP_KIND_SURVEY) {
    /* Without a sample, estimates are independent unless they are the same one. */
    for (uint32_t i = 0; i < n; i++) {
      for (uint32_t j = 0; j < n; j++) {
        const double se = estimates[i]->std_error;
        matrix[(size_t)i * n + j] = estimates[i] == estimates[j] ? se * se : 0;
      }
    }
    return SAMPAN_OK;
  }
  if (o->job->n_replicates > 0) {
    replicate_matrix(o, estimates, n, matrix);
    return SAMPAN_OK;
  }
  point_lists l = {0};
  int32_t status = lists_make(&l, o, estimates, n, error);
  if (status >= 0) status = lists_align(&o->totals->place.units, &l, error);
  if (status >= 0) status = fill_matrix(&l, o, matrix, error);
  lists_clear(&l);
  return status;
}

/* Marks the PSUs that hold records of an estimate with weight, and their strata. Not by its points:
 * under calibration all units have those. */
static void hold_units(const sp_outcome *o, const sp_estimate *e, char *psu, char *stratum) {
  const sp_totals *t = o->totals;
  const sp_units *u = &t->place.units;
  const sp_split *split = &o->job->splits[e->split];
  const sp_walk *walk = &t->walks[e->split];
  const uint32_t first = split->lane_start[sp_place_in_split(split, e->indicator)];
  for (uint32_t r = walk->start[e->group]; r < walk->start[e->group + 1]; r++) {
    if (sp_table_touched(t->tables[e->split], walk->rows[r], first) <= 1) continue;
    const uint32_t unit =
        sp_units_psu_of(u, sp_table_key_of(t->tables[e->split], walk->rows[r]).psu);
    psu[unit] = 1;
    stratum[u->psus[unit].stratum] = 1;
  }
}

int32_t sp_joint_df(const sp_outcome *o, const sp_estimate *const *estimates, uint32_t n,
                    double *df, sampan_error *error) {
  const sp_units *u = &o->totals->place.units;
  *df = HUGE_VAL;
  if (o->plan->kind != SP_KIND_SURVEY || o->plan->design.df_rule == SP_DF_INFINITE) {
    return SAMPAN_OK;
  }
  if (o->job->rank_by_domain) return joint_rank(o, estimates, n, df, error);
  if (o->plan->design.df_rule == SP_DF_DESIGN || o->job->n_replicates > 0) {
    *df = sp_whole_df(o);
    return SAMPAN_OK;
  }
  char *psu = calloc(u->n_psu + 1U, 1), *stratum = calloc(u->n_strata + 1U, 1);
  int32_t status = psu == NULL || stratum == NULL ? sp_error_memory(error) : SAMPAN_OK;
  for (uint32_t i = 0; i < n && status >= 0; i++) hold_units(o, estimates[i], psu, stratum);
  double n_psu = 0, n_strata = 0;
  for (uint32_t i = 0; i < u->n_psu && status >= 0; i++) n_psu += psu[i];
  for (uint32_t h = 0; h < u->n_strata && status >= 0; h++) {
    n_strata += stratum[h];
    if (o->plan->design.df_rule == SP_DF_STRATA_PRESENT && stratum[h]) {
      n_psu += u->strata[h].n_psu; /* all of its PSUs, instead of those counted above */
    }
  }
  if (o->plan->design.df_rule == SP_DF_STRATA_PRESENT) {
    for (uint32_t i = 0; i < u->n_psu && status >= 0; i++) n_psu -= psu[i];
  }
  *df = n_psu - n_strata;
  free(psu);
  free(stratum);
  return status;
}
