/* finish.c - from totals to estimates: value, gradient, linearized variance, df, limits. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/job.h"
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
  sampan_estimates estimates;
  double *totals;
  sp_point *points;
  uint32_t capacity;
} maker;

static void add_flag(const sp_outcome *o, sp_estimate *e, const char *flag) {
  const char *joined =
      e->flags[0] == '\0' ? flag : sp_arena_printf(o->arena, "%s %s", e->flags, flag);
  if (joined != NULL) e->flags = joined;
}
static int32_t limits(maker *m, const sp_bound *b, sp_estimate *e, const double *gradient,
                      sampan_error *error) {
  sp_job *job = m->outcome->job;
  const sampan_shape *shape = &b->shape;
  double largest = 0;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    const uint32_t flags = shape->components[k % shape->n_components].flags;
    if ((flags & SAMPAN_EVENTS) != 0 && fabs(gradient[k]) > largest) largest = fabs(gradient[k]);
  }
  /* Data in rows count what the rows hold, not the rows. */
  const int in_rows = m->outcome->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  const sampan_interval_in in = {.struct_size = sizeof in,
                                 .unit = e->about->unit,
                                 .estimate = e->value,
                                 .std_error = e->std_error,
                                 .df = e->df,
                                 .level = e->level,
                                 .n = in_rows ? llround(e->exposure) : e->n,
                                 .n_positive = in_rows ? llround(e->exposure) : e->n_positive,
                                 .n_events = e->n_events,
                                 .events = isnan(e->events) ? 0 : e->events,
                                 .exposure = isnan(e->exposure) ? 0 : e->exposure,
                                 .gradient_max = largest,
                                 .lower_bound = e->about->lower,
                                 .upper_bound = e->about->upper,
                                 .per = e->about->per};
  sampan_interval_out out = {.struct_size = sizeof out, .n_eff = NAN};
  const sampan_interval_ops *ops = b->interval->ops;
  sp_scratch scratch;
  if (sp_scratch_init(&scratch, job) < 0) return sp_error_memory(error);
  sampan_call call = sp_scratch_call(&scratch, b->interval, b->interval_values, error);
  const int32_t status = ops->limits(&call, &in, &out);
  sp_scratch_clear(&scratch);
  if (status < 0) {
    if (error != NULL) {
      error->status = status;
      snprintf(error->plugin, sizeof error->plugin, "%s", b->interval->name);
    }
    return status;
  }
  e->interval = b->interval->name;
  e->n_eff = out.n_eff;
  out.why[sizeof out.why - 1] = '\0';
  if (out.why[0] != '\0') {
    e->why = sp_arena_text(m->outcome->arena, out.why);
    if (e->why == NULL) return sp_error_memory(error);
  }
  if (out.status != SAMPAN_LIMITS_OK) {
    add_flag(m->outcome, e, "no-interval");
    return SAMPAN_OK;
  }
  if (!(out.lower <= out.upper)) {
    return sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_INTERVAL,
                        "interval '%s' broke its contract: limits %.10g and %.10g",
                        b->interval->name, out.lower, out.upper);
  }
  e->low = out.lower;
  e->high = out.upper;
  return SAMPAN_OK;
}

/* Variance, df, design effect and limits of an estimate that has a value. */
static int32_t add_error(maker *m, const sp_bound *b, sp_estimate *e, const double *gradient,
                         double element_variance, sampan_error *error) {
  const sp_plan *plan = m->outcome->plan;
  const sp_totals *t = m->outcome->totals;
  double variance = 0;
  e->df = HUGE_VAL;
  if (plan->kind == SP_KIND_VITAL) variance = vital_variance(b, e->about, gradient, m->totals);
  if (plan->kind == SP_KIND_SURVEY) {
    uint32_t n;
    sp_variance_note note;
    if (sp_make_points(m->outcome->job, t, e->indicator, e->split, e->group, gradient, m->points,
                       &n, &e->n_psu, &e->n_strata) < 0) {
      return sp_error_memory(error);
    }
    SP_TRY(sp_units_covariance(&t->place.units, &plan->design, plan->file, m->points, n, m->points,
                               n, &variance, &note, error));
    e->df = sp_degrees_of_freedom(m->outcome->job, t, m->points, n, e->n_psu, e->n_strata);
    if (note.n_lonely > 0) add_flag(m->outcome, e, "lonely");
    if (e->df <= 0) add_flag(m->outcome, e, "df0");
  }
  if (isinf(variance)) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_TOO_LARGE,
                        "the variance of indicator '%s' is no finite number: are its values or "
                        "weights as large as they should be?",
                        b->indicator->name);
  }
  if (isnan(variance)) { /* a rule for lonely PSUs that gives no variance here */
    add_flag(m->outcome, e, "no-variance");
    e->why = "no stratum is left to estimate a variance from";
    return SAMPAN_OK;
  }
  e->std_error = sqrt(variance > 0 ? variance : 0);
  if (plan->kind == SP_KIND_SURVEY && element_variance > 0 && e->n_positive > 1) {
    /* Against simple sampling without replacement of n out of the estimated population, as R. */
    const double n = (double)e->n_positive;
    e->deff = variance / (element_variance / n * (1 - n / e->pop));
    /* Weights that add up to less than the sample estimate no population. */
    if (!(e->pop > n) || !isfinite(e->deff)) e->deff = NAN;
  }
  if (b->shape.n_cells > 1 && element_variance > 0 && e->n_positive > 1) {
    e->simple_variance = element_variance / (double)e->n_positive;
  }
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value <= 0) add_flag(m->outcome, e, "p0");
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value >= 1) add_flag(m->outcome, e, "p1");
  return b->interval != NULL ? limits(m, b, e, gradient, error) : SAMPAN_OK;
}

static void sum_flagged(const sp_bound *b, const double *totals, uint32_t flag, double *out) {
  *out = NAN;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    if ((b->shape.components[k % b->shape.n_components].flags & flag) == 0) continue;
    *out = (isnan(*out) ? 0 : *out) + totals[k];
  }
}

static int32_t make_group(maker *m, uint32_t indicator, uint32_t split, uint32_t group,
                          const char *period, const sp_by *by, const char *const *values,
                          sampan_error *error) {
  sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const sp_bound *b = &job->indicators[indicator];
  sampan_totals view;
  SP_TRY(sp_evaluate_group(o, indicator, split, group, &m->estimates, m->totals, &view, error));
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
    SP_TRY(add_error(m, b, e, m->estimates.gradient + (size_t)k * b->n_totals,
                     m->estimates.element_variance[k], error));
  }
  return SAMPAN_OK;
}

static int32_t maker_init(maker *m, const sp_bound *b, uint32_t most_rows) {
  const uint32_t n = b->shape.n_statistics;
  double *memory = sp_arena_array(
      m->outcome->arena, (uint64_t)n * (b->n_totals + 2U) + b->n_totals + 1U, sizeof(double));
  int32_t *status = sp_arena_array(m->outcome->arena, n, sizeof *status);
  m->points = sp_arena_array(m->outcome->arena, most_rows + 1U, sizeof *m->points);
  if (memory == NULL || status == NULL || m->points == NULL) return SAMPAN_E_MEMORY;
  m->estimates.struct_size = sizeof m->estimates;
  m->estimates.n_statistics = n;
  m->estimates.value = memory;
  m->estimates.element_variance = memory + n;
  m->estimates.gradient = memory + 2 * (size_t)n;
  m->estimates.status = status;
  m->totals = memory + (size_t)n * (b->n_totals + 2U);
  return SAMPAN_OK;
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

int32_t sp_finish(sp_outcome *o, sampan_error *error) {
  maker m = {.outcome = o};
  SP_TRY(make_walks(o, error));
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) SP_TRY(make_indicator(&m, i, error));
  return SAMPAN_OK;
}
