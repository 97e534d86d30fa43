/* finish.c - from totals to estimates: value, gradient, linearized variance, df, limits. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/limits.h"
#include "engine/order.h"

/* The order of units that variances go by: strata, then PSUs, as they were met, and so on. */
static uint64_t *psu_order(const sp_totals *t, int32_t sampled) {
  const uint32_t n = sp_units_leaves(&t->place.units)->n_psu;
  uint64_t *order = calloc(n + 1U, sizeof *order);
  for (uint32_t i = 0; order != NULL && sampled && i < n; i++) {
    order[i] = sp_units_order(&t->place.units, i);
  }
  return order;
}

/* The exposure in the cell of a total, NaN where the estimator counts none. */
static double cell_exposure(const sp_bound *b, const double *totals, uint32_t k) {
  const uint32_t n = b->shape.n_components, first = k / n * n;
  for (uint32_t c = 0; c < n; c++) {
    if ((b->shape.components[c].flags & SAMPAN_EXPOSURE) != 0) return totals[first + c];
  }
  return NAN;
}

/* Sum of g^2 V(T) over the components that count events: Poisson, V = T; for a proportion binomial,
 * V = T (1 - T / N) with the cell's exposure N. */
static double vital_variance(const sp_bound *b, const sampan_statistic *about,
                             const double *gradient, const double *totals) {
  double variance = 0;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    if ((b->shape.components[k % b->shape.n_components].flags & SAMPAN_EVENTS) == 0) continue;
    const double n = cell_exposure(b, totals, k);
    const int binomial = about->unit == SAMPAN_UNIT_PROPORTION && n > 0 && totals[k] <= n;
    variance += gradient[k] * gradient[k] * totals[k] * (binomial ? 1 - totals[k] / n : 1);
  }
  return variance;
}
/* ---- estimates ---------------------------------------------------------------------------- */

/* Memory for one indicator's values, reused from group to group. */
typedef struct maker {
  sp_outcome *outcome;
  sampan_estimates estimates, replicate; /* of the full sample; of one replicate */
  double *totals, *replicate_totals;
  sp_point *points;
  uint32_t capacity;
} maker;

/* The variance of a linearized estimate by the design, and its df. */
static int32_t sampled_variance(maker *m, sp_estimate *e, const double *gradient, double *variance,
                                sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_plan *plan = o->plan;
  const sp_totals *t = o->totals;
  uint32_t n;
  sp_variance_note note;
  if (sp_make_points(o->job, t, e->indicator, e->split, e->group, gradient, m->points, &n,
                     &e->n_psu, &e->n_strata) < 0) {
    return sp_error_memory(error);
  }
  e->df = sp_degrees_of_freedom(o->job, t, m->points, n, e->n_psu, e->n_strata);
  sp_point *points = m->points;
  sp_point *residuals = NULL;
  if (t->crosses != NULL) {
    SP_TRY(sp_residual_points(o, e, gradient, m->points, n, &residuals, &n, error));
    points = residuals;
  }
  const int32_t status = sp_units_covariance(&t->place.units, &plan->design, plan->file, points, n,
                                             points, n, variance, &note, error);
  free(residuals);
  if (status >= 0 && note.n_lonely > 0) sp_estimate_flag(o, e, "lonely");
  return status;
}

/* The variance by replicate weights. */
static void replicate_variance(maker *m, sp_estimate *e, double inner, double *variance) {
  const sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const double full = isnan(inner) ? e->value : inner;
  const uint32_t n_lost =
      sp_replicates_covariance(e->replicates, e->replicates, full, full, job->replicate_factors,
                               job->n_replicates, o->plan->design.replicates->about, variance);
  if (n_lost > 0) e->why = "a replicate has no estimate";
  e->df = sp_replicate_df(o, e);
}

/* Calibrated margins have no error but that of rounding. */
static double without_rounding(const sp_outcome *o, double value, double variance) {
  const int calibrated = o->job->aux != NULL;
  return calibrated && variance < 1e-18 * value * value ? 0 : variance;
}

static void design_effect(const sp_outcome *o, sp_estimate *e, double variance,
                          double element_variance) {
  const double n = (double)e->n_positive;
  double simple = element_variance / n;
  /* Against simple sampling of n out of the estimated population, without replacement as R, unless
     the plan says with. */
  if (!o->plan->design.deff_replace) simple *= 1 - n / e->pop;
  e->deff = variance / simple;
  /* Weights that add up to less than the sample estimate no population. */
  if ((!o->plan->design.deff_replace && !(e->pop > n)) || !isfinite(e->deff)) e->deff = NAN;
}

/* Variance, df, design effect and limits of an estimate that has a value. */
static int32_t add_error(maker *m, const sp_bound *b, sp_estimate *e, const sampan_totals *view,
                         sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_plan *plan = o->plan;
  const uint32_t k = e->statistic;
  const double *gradient = m->estimates.gradient + (size_t)k * b->n_totals;
  const double element_variance = m->estimates.element_variance[k];
  const double inner = m->estimates.inner[k];
  double variance = 0;
  e->df = HUGE_VAL;
  if (plan->kind == SP_KIND_VITAL) {
    const double own = m->estimates.model_variance[k];
    variance = isnan(own) ? vital_variance(b, e->about, gradient, m->totals) : own;
  }
  if (plan->kind == SP_KIND_SURVEY && e->replicates != NULL) {
    replicate_variance(m, e, inner, &variance);
  } else if (plan->kind == SP_KIND_SURVEY) {
    SP_TRY(sampled_variance(m, e, gradient, &variance, error));
  }
  e->df -= m->estimates.df_spent[k];
  if (plan->kind == SP_KIND_SURVEY && e->df <= 0) sp_estimate_flag(o, e, "df0");
  if (isinf(variance)) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_TOO_LARGE,
                        "the variance of indicator '%s' is no finite number: are its values or "
                        "weights as large as they should be?",
                        b->indicator->name);
  }
  if (isnan(variance)) { /* a rule for lonely PSUs, or replicates, that give no variance here */
    sp_estimate_flag(o, e, "no-variance");
    if (e->why[0] == '\0') e->why = "no stratum is left to estimate a variance from";
    return SAMPAN_OK;
  }
  variance = without_rounding(o, isnan(inner) ? e->value : inner, variance);
  const double std_error = sqrt(variance > 0 ? variance : 0);
  if (isnan(inner)) e->std_error = std_error;
  if (plan->kind == SP_KIND_SURVEY && element_variance > 0 && e->n_positive > 1) {
    design_effect(o, e, variance, element_variance);
  }
  if (b->shape.n_cells > 1 && element_variance > 0 && e->n_positive > 1) {
    e->simple_variance = element_variance / (double)e->n_positive;
  }
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value <= 0) sp_estimate_flag(o, e, "p0");
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value >= 1) sp_estimate_flag(o, e, "p1");
  const sp_uncertain known = {.totals = m->totals,
                              .gradient = gradient,
                              .replicates = e->replicates,
                              .inner = inner,
                              .inner_error = std_error,
                              .view = view};
  return b->interval != NULL ? sp_limits(o, b, &known, e, error) : SAMPAN_OK;
}

static void sum_flagged(const sp_bound *b, const double *totals, uint32_t flag, double *out) {
  *out = NAN;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    if ((b->shape.components[k % b->shape.n_components].flags & flag) == 0) continue;
    *out = (isnan(*out) ? 0 : *out) + totals[k];
  }
}

/* Of several statistics, the total of the events that one is about: of the components that raise
 * it, if any does, else of all. */
static void sum_raised(const sp_bound *b, const double *totals, const double *gradient,
                       double *out) {
  double sum = 0;
  int raised = 0;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    const sampan_component *c = &b->shape.components[k % b->shape.n_components];
    if (c->type != SAMPAN_BIT || (c->flags & SAMPAN_EVENTS) == 0 || !(gradient[k] > 0)) continue;
    raised = 1;
    sum += totals[k];
  }
  if (raised) *out = sum;
}

/* The value of every statistic in every replicate: [statistic][replicate], NULL without any. */
static int32_t make_replicates(maker *m, const sp_bound *b, uint32_t indicator, uint32_t split,
                               uint32_t group, double **out, sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const uint32_t n = o->job->n_replicates, n_statistics = b->shape.n_statistics;
  *out = NULL;
  if (n == 0) return SAMPAN_OK;
  *out = sp_arena_array(o->arena, (uint64_t)n * n_statistics + 1, sizeof **out);
  if (*out == NULL) return sp_error_memory(error);
  for (uint32_t r = 0; r < n; r++) {
    sampan_totals view;
    SP_TRY(sp_evaluate_group(o, indicator, split, group, r + 1, &m->replicate, m->replicate_totals,
                             &view, error));
    for (uint32_t k = 0; k < n_statistics; k++) {
      const int is_inner = !isnan(m->estimates.inner[k]);
      double x = is_inner ? m->replicate.inner[k] : m->replicate.value[k];
      if (m->replicate.status[k] != SAMPAN_ESTIMABLE) x = NAN;
      (*out)[(size_t)k * n + r] = x;
    }
  }
  return SAMPAN_OK;
}

/* The records with the event that a statistic is about: of the components that raise it, if any
 * does, else of all. */
static int64_t count_events(const sp_bound *b, const int64_t *counts, const double *gradient) {
  int64_t n = 0;
  int raised = 0;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    const sampan_component *c = &b->shape.components[k % b->shape.n_components];
    if (c->type != SAMPAN_BIT || (c->flags & SAMPAN_EVENTS) == 0) continue;
    raised = raised || gradient[k] > 0;
    if (gradient[k] > 0) n += counts[SP_COUNT_TOTALS + k];
  }
  return raised ? n : counts[SP_COUNT_EVENTS];
}

static int32_t make_group(maker *m, uint32_t indicator, uint32_t split, uint32_t group,
                          const char *period, const sp_by *by, const char *const *values,
                          sampan_error *error) {
  sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const sp_bound *b = &job->indicators[indicator];
  sampan_totals view;
  SP_TRY(sp_evaluate_group(o, indicator, split, group, 0, &m->estimates, m->totals, &view, error));
  double *replicates;
  SP_TRY(make_replicates(m, b, indicator, split, group, &replicates, error));
  const int64_t *counts =
      sp_table_counts(o->totals->tables[split], group) +
      job->splits[split].count_start[sp_place_in_split(&job->splits[split], indicator)];
  for (uint32_t k = 0; k < b->shape.n_statistics; k++) {
    if (o->n_estimates == m->capacity) {
      m->capacity = m->capacity != 0 ? m->capacity * 2 : 64;
      o->estimates =
          sp_arena_grow(o->arena, o->estimates, o->n_estimates, m->capacity, sizeof *o->estimates);
      if (o->estimates == NULL) return sp_error_memory(error);
    }
    sp_estimate *e = (sp_estimate *)&o->estimates[o->n_estimates++];
    e->indicator = indicator;
    e->statistic = k;
    e->split = split;
    e->group = group;
    e->period = period;
    e->by = by->columns;
    e->values = values;
    e->n_by = by->n_columns;
    e->about = &b->shape.statistics[k];
    e->n = view.n_records;
    e->n_positive = view.n_positive;
    e->n_events = counts[SP_COUNT_EVENTS];
    e->pop = view.weight;
    e->level = o->plan->level;
    e->value = e->std_error = e->df = e->low = e->high = e->deff = e->n_eff = NAN;
    e->simple_variance = NAN;
    e->interval = e->flags = e->why = "";
    sum_flagged(b, m->totals, SAMPAN_EVENTS, &e->events);
    sum_flagged(b, m->totals, SAMPAN_EXPOSURE, &e->exposure);
    if (!isnan(e->events) && o->plan->kind != SP_KIND_SURVEY) e->n_events = llround(e->events);
    if (m->estimates.status[k] != SAMPAN_ESTIMABLE) {
      e->status = SAMPAN_STATUS_NOT_ESTIMABLE;
      e->why = e->n == 0 ? "no record" : "not estimable from these totals";
      continue;
    }
    e->value = m->estimates.value[k];
    if (b->shape.n_statistics > 1 && o->plan->kind != SP_KIND_SURVEY) {
      sum_raised(b, m->totals, m->estimates.gradient + (size_t)k * b->n_totals, &e->events);
      if (!isnan(e->events)) e->n_events = llround(e->events);
    }
    if (isnan(e->events) || o->plan->kind == SP_KIND_SURVEY) {
      e->n_events = count_events(b, counts, m->estimates.gradient + (size_t)k * b->n_totals);
    }
    if (replicates != NULL) e->replicates = replicates + (size_t)k * job->n_replicates;
    SP_TRY(add_error(m, b, e, &view, error));
  }
  return SAMPAN_OK;
}

static int32_t maker_init(maker *m, const sp_bound *b, uint32_t most_rows) {
  sp_arena *arena = m->outcome->arena;
  SP_TRY(sp_estimates_make(b, arena, &m->estimates));
  SP_TRY(sp_estimates_make(b, arena, &m->replicate));
  m->totals = sp_arena_array(arena, b->n_totals + 1U, sizeof *m->totals);
  m->replicate_totals = sp_arena_array(arena, b->n_totals + 1U, sizeof *m->replicate_totals);
  m->points = sp_arena_array(arena, most_rows + 1U, sizeof *m->points);
  return m->totals != NULL && m->replicate_totals != NULL && m->points != NULL ? SAMPAN_OK
                                                                               : SAMPAN_E_MEMORY;
}

static int32_t make_indicator(maker *m, uint32_t indicator, sampan_error *error) {
  sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const sp_bound *b = &job->indicators[indicator];
  for (uint32_t i = 0; i < b->indicator->n_by; i++) {
    const uint32_t split = b->splits[i];
    sp_ordered_group *groups;
    uint32_t n_groups;
    SP_TRY(sp_order_groups(o, split, &groups, &n_groups, error));
    if (maker_init(m, b, sp_table_n_rows(o->totals->tables[split])) < 0) {
      return sp_error_memory(error);
    }
    for (uint32_t g = 0; g < n_groups; g++) {
      SP_TRY(make_group(m, indicator, split, groups[g].group, groups[g].period,
                        &b->indicator->by[i], groups[g].values, error));
    }
  }
  return SAMPAN_OK;
}

static int32_t make_walks(sp_outcome *o, sampan_error *error) {
  sp_totals *t = o->totals;
  const sp_job *job = o->job;
  uint64_t *order = psu_order(t, o->plan->kind == SP_KIND_SURVEY);
  t->walks = sp_arena_array(o->arena, job->n_splits + 1U, sizeof *t->walks);
  int32_t status = order == NULL || t->walks == NULL ? SAMPAN_E_MEMORY : SAMPAN_OK;
  for (uint32_t s = 0; s < job->n_splits && status >= 0; s++) {
    uint32_t *rows, *start;
    const uint32_t n_groups = sp_map_size(t->groups[s].map);
    status = sp_table_by_group(t->tables[s], n_groups, order, &rows, &start);
    if (status < 0) break;
    /* The arena takes them over, so that they end with the outcome. */
    t->walks[s].rows = sp_arena_grow(o->arena, rows, sp_table_n_rows(t->tables[s]),
                                     sp_table_n_rows(t->tables[s]) + 1U, sizeof *rows);
    t->walks[s].start = sp_arena_grow(o->arena, start, n_groups + 1U, n_groups + 2U, sizeof *start);
    free(rows);
    free(start);
    if (t->walks[s].rows == NULL || t->walks[s].start == NULL) status = SAMPAN_E_MEMORY;
  }
  free(order);
  return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int32_t sp_walks_make(sp_outcome *o, sampan_error *error) {
  if (o->totals->walks != NULL) return SAMPAN_OK; /* later reads meet the same rows */
  return make_walks(o, error);
}

int32_t sp_finish(sp_outcome *o, sampan_error *error) {
  maker m = {.outcome = o};
  SP_TRY(sp_walks_make(o, error));
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) SP_TRY(make_indicator(&m, i, error));
  return SAMPAN_OK;
}
