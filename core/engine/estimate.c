/* estimate.c - the estimates of one group: value, variance, df, limits. */
#include "engine/estimate.h"

#include <math.h>
#include <stdlib.h>

#include "design/runs.h"
#include "engine/elements.h"
#include "engine/error_ids.h"
#include "engine/limits.h"

/* Rows of totals of a group that are turned into doubles at once, for all indicators of its split;
 * of larger groups each indicator has its own. */
enum { MOST_DOUBLES = 1 << 16 };

/* ---- memory ------------------------------------------------------------------------------- */

static int32_t make_room(sp_maker *m, uint32_t n_totals, uint32_t n_statistics, uint32_t n_lanes,
                         uint32_t n_rows) {
  sp_arena *arena = m->own;
  const sp_bound widest = {.n_totals = n_totals, .shape = {.n_statistics = n_statistics}};
  SP_TRY(sp_estimates_make(&widest, arena, &m->estimates));
  SP_TRY(sp_estimates_make(&widest, arena, &m->replicate));
  m->totals = sp_arena_array(arena, n_totals + 1U, sizeof *m->totals);
  m->replicate_totals = sp_arena_array(arena, n_totals + 1U, sizeof *m->replicate_totals);
  m->sums = sp_arena_array(arena, n_lanes + 1U, sizeof *m->sums);
  m->row = sp_arena_array(arena, n_totals + 2U, sizeof *m->row);
  const uint64_t n = (uint64_t)n_rows + 1;
  if (m->outcome->plan->kind == SP_KIND_SURVEY && m->outcome->job->n_replicates == 0) {
    m->matrix = sp_arena_array(arena, MOST_DOUBLES, sizeof *m->matrix);
    m->leaf = sp_arena_array(arena, n, sizeof *m->leaf);
    m->z = sp_arena_array(arena, n, sizeof *m->z);
    m->work = sp_arena_array(arena, n, sizeof *m->work);
    m->run_stratum = sp_arena_array(arena, n, sizeof *m->run_stratum);
    m->run_end = sp_arena_array(arena, n, sizeof *m->run_end);
    if (m->matrix == NULL || m->leaf == NULL || m->z == NULL || m->work == NULL ||
        m->run_stratum == NULL || m->run_end == NULL) {
      return SAMPAN_E_MEMORY;
    }
  }
  return m->totals != NULL && m->replicate_totals != NULL && m->sums != NULL && m->row != NULL
             ? SAMPAN_OK
             : SAMPAN_E_MEMORY;
}

int32_t sp_maker_init(sp_maker *m, sp_outcome *o, sp_arena *arena) {
  const sp_job *job = o->job;
  uint32_t n_totals = 0, n_statistics = 0, n_lanes = 0, n_rows = 0;
  memset(m, 0, sizeof *m);
  m->outcome = o;
  m->by_elements = sp_elements_apply(o);
  SP_TRY(sp_worker_init(&m->worker, o->job, arena));
  m->own = sp_arena_new(0);
  if (m->own == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < o->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    if (b->n_totals > n_totals) n_totals = b->n_totals;
    if (b->shape.n_statistics > n_statistics) n_statistics = b->shape.n_statistics;
  }
  for (uint32_t s = 0; s < job->n_splits; s++) {
    if (job->splits[s].n_lanes > n_lanes) n_lanes = job->splits[s].n_lanes;
    const uint32_t most = o->totals->walks[s].most_rows;
    if (most > n_rows) n_rows = most;
  }
  return make_room(m, n_totals, n_statistics, n_lanes, n_rows);
}

void sp_maker_clear(sp_maker *m) {
  sp_worker_clear(&m->worker);
  sp_moments_clear(&m->moments);
  sp_arena_free(m->own);
  free(m->points);
}

/* ---- groups ------------------------------------------------------------------------------- */

void sp_maker_load(sp_maker *m, uint32_t split_index, uint32_t group) {
  const sp_outcome *o = m->outcome;
  const sp_split *split = &o->job->splits[split_index];
  const sp_walk *walk = &o->totals->walks[split_index];
  m->table = o->totals->tables[split_index];
  m->rows = walk->rows + walk->start[group];
  m->n_rows = walk->start[group + 1] - walk->start[group];
  m->n_lanes = split->n_lanes;
  m->moments_of = 0;
  sp_table_totals(m->table, m->rows, m->n_rows, 0, m->n_lanes, m->sums);
  if (m->leaf == NULL) return;
  m->has_matrix = (uint64_t)m->n_rows * m->n_lanes <= MOST_DOUBLES;
  for (uint32_t r = 0; r < m->n_rows; r++) {
    m->leaf[r] = sp_table_key_of(m->table, m->rows[r]).psu;
    if (!m->has_matrix) continue;
    sp_table_totals(m->table, &m->rows[r], 1, 0, m->n_lanes, m->matrix + (size_t)r * m->n_lanes);
  }
}

/* ---- variances ---------------------------------------------------------------------------- */

/* What the events of a total come from: the exposure of its cell, else the records there; NaN where
 * the estimator counts neither. */
static double cell_size(const sp_bound *b, const double *totals, uint32_t k) {
  const uint32_t n = b->shape.n_components, first = k / n * n;
  double records = NAN;
  for (uint32_t c = 0; c < n; c++) {
    if ((b->shape.components[c].flags & SAMPAN_EXPOSURE) != 0) return totals[first + c];
    if (b->shape.components[c].type == SAMPAN_ONE) records = totals[first + c];
  }
  return records;
}

/* Sum of g^2 V(T) over the components that count events: Poisson, V = T; for a proportion binomial,
 * V = T (1 - T / N) with the N of the cell. NaN where the statistic does not go by events. */
static double vital_variance(const sp_bound *b, const sampan_statistic *about,
                             const double *gradient, const double *totals) {
  double variance = 0;
  int by_events = 0;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    if ((b->shape.components[k % b->shape.n_components].flags & SAMPAN_EVENTS) == 0) continue;
    by_events = by_events || gradient[k] != 0;
    const double n = cell_size(b, totals, k);
    const int binomial = about->unit == SAMPAN_UNIT_PROPORTION && n > 0 && totals[k] <= n;
    variance += gradient[k] * gradient[k] * totals[k] * (binomial ? 1 - totals[k] / n : 1);
  }
  return by_events ? variance : NAN;
}

/* The df by the design's rule; `present` is that of the strata that the domain touches. */
static double degrees_of_freedom(sp_maker *m, const sp_estimate *e, double present) {
  switch (m->outcome->plan->design.df_rule) {
    case SP_DF_INFINITE:
      return HUGE_VAL;
    case SP_DF_DESIGN:
      if (!m->knows_design_df) m->design_df = sp_design_df(m->outcome->totals);
      m->knows_design_df = 1;
      return m->design_df;
    case SP_DF_STRATA_PRESENT:
      return present;
    default:
      return (double)e->n_psu - e->n_strata;
  }
}

/* The linearized values of the group that is loaded, by PSU, under a design of one stage; PSUs and
 * strata with weight, and the df. */
static sp_runs linearize(sp_maker *m, uint32_t place, sp_estimate *e, const double *gradient) {
  const sp_job *job = m->outcome->job;
  const sp_units *u = &m->outcome->totals->place.units;
  const uint32_t first = job->splits[e->split].lane_start[place];
  const sp_bound *b = &job->indicators[e->indicator];
  uint32_t n = 0, n_runs = 0, run = UINT32_MAX, last = UINT32_MAX;
  double present = 0;
  e->n_psu = e->n_strata = 0;
  for (uint32_t r = 0; r < m->n_rows; r++) {
    const double *lane = m->matrix + (size_t)r * m->n_lanes + first;
    if (!m->has_matrix) {
      sp_table_totals(m->table, &m->rows[r], 1, first, b->n_lanes, m->row);
      lane = m->row;
    }
    /* Whether there are records does not go by what their weights come to: calibrated ones may be
       negative. What comes to a number other than 0 has had weight. */
    const int32_t touched = lane[0] != 0 ? 2 : sp_table_touched(m->table, m->rows[r], first);
    if (touched == 0) continue;
    const uint32_t stratum = u->psus[m->leaf[r]].stratum;
    double z = 0;
    for (uint32_t k = 0; k < b->n_totals; k++) z += gradient[k] * lane[b->lane_of[k]];
    if (stratum != run) m->run_stratum[n_runs++] = run = stratum;
    m->z[n++] = z;
    m->run_end[n_runs - 1] = n;
    if (touched < 2) continue;
    e->n_psu++;
    if (stratum == last) continue;
    e->n_strata++;
    present += u->strata[stratum].n_psu - 1.0;
    last = stratum;
  }
  e->df = degrees_of_freedom(m, e, present);
  return (sp_runs){
      .z = m->z, .work = m->work, .stratum = m->run_stratum, .end = m->run_end, .n_runs = n_runs};
}

/* The variance under designs of several stages, calibration, and rules for lonely PSUs. */
static int32_t general_variance(sp_maker *m, sp_estimate *e, const double *gradient,
                                double *variance, sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_totals *t = o->totals;
  uint32_t n;
  sp_variance_note note;
  if (m->n_points < m->n_rows + 1U) {
    free(m->points);
    m->n_points = m->n_rows + 1U;
    m->points = malloc((size_t)m->n_points * sizeof *m->points);
    if (m->points == NULL) m->n_points = 0;
  }
  if (m->points == NULL || sp_make_points(o->job, t, e->indicator, e->split, e->group, gradient,
                                          m->points, &n, &e->n_psu, &e->n_strata) < 0) {
    return sp_error_memory(error);
  }
  e->df = sp_degrees_of_freedom(o->job, t, m->points, n, e->n_psu, e->n_strata);
  sp_point *points = m->points, *residuals = NULL;
  if (t->crosses != NULL) {
    SP_TRY(sp_residual_points(o, e, gradient, m->points, n, &residuals, &n, error));
    points = residuals;
  }
  const int32_t status = sp_units_covariance(&t->place.units, &o->plan->design, o->plan->file,
                                             points, n, points, n, variance, &note, error);
  free(residuals);
  if (status >= 0 && note.n_lonely > 0) sp_estimate_flag(&m->worker, e, "lonely");
  return status;
}

/* The variance where every record is a PSU: from sums of squares by stratum. */
static int32_t elements_variance(sp_maker *m, uint32_t place, sp_estimate *e,
                                 const double *gradient, double *variance, sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_split *split = &o->job->splits[e->split];
  const sp_bound *b = &o->job->indicators[e->indicator];
  const sp_units *u = &o->totals->place.units;
  sp_variance_note note;
  if (m->moments_of != place + 1) {
    const sp_group_rows rows = {.table = m->table,
                                .rows = m->rows,
                                .leaf = m->leaf,
                                .n_rows = m->n_rows,
                                .first = split->lane_start[place],
                                .first_square = split->square_start[place],
                                .by_stratum = o->totals->place.by_stratum};
    if (sp_moments_load(&m->moments, u, b, &rows) < 0) return sp_error_memory(error);
    m->moments_of = place + 1;
  }
  e->n_psu = (int32_t)e->n_positive;
  e->n_strata = (int32_t)m->moments.n_present;
  e->df = degrees_of_freedom(m, e, m->moments.df_present);
  const sp_elements elements = {.stratum = m->moments.stratum,
                                .totals = m->moments.totals,
                                .moments = m->moments.moments,
                                .n_strata = m->moments.n_strata,
                                .n_totals = b->n_totals,
                                .n_cells = b->shape.n_cells};
  SP_TRY(sp_elements_variance(u->strata, &o->plan->design, o->plan->file, &elements, gradient,
                              variance, &note, error));
  if (note.n_lonely > 0) sp_estimate_flag(&m->worker, e, "lonely");
  return SAMPAN_OK;
}

/* The variance of a linearized estimate by the design, and its df. */
static int32_t sampled_variance(sp_maker *m, uint32_t place, sp_estimate *e, const double *gradient,
                                double *variance, sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_units *u = &o->totals->place.units;
  if (m->by_elements && o->job->indicators[e->indicator].n_squares > 0) {
    return elements_variance(m, place, e, gradient, variance, error);
  }
  if (u->below == NULL && o->totals->crosses == NULL) {
    const sp_runs runs = linearize(m, place, e, gradient);
    if (sp_runs_variance(u, &o->plan->design, &runs, variance)) return SAMPAN_OK;
  }
  return general_variance(m, e, gradient, variance, error);
}

/* The variance by replicate weights. */
static void replicate_variance(sp_maker *m, sp_estimate *e, double inner, double *variance) {
  const sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const double full = isnan(inner) ? e->value : inner;
  const uint32_t n_lost =
      sp_replicates_covariance(e->replicates, e->replicates, full, full, job->replicate_factors,
                               job->n_replicates, o->plan->design.replicates->about, variance);
  if (n_lost > 0) {
    sp_estimate_flag(&m->worker, e, "replicates-lost");
    e->why = "no replicate has an estimate"; /* said where none is left */
  }
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
static int32_t add_error(sp_maker *m, uint32_t place, sp_estimate *e, const sampan_totals *view,
                         sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const sp_plan *plan = o->plan;
  const sp_bound *b = &o->job->indicators[e->indicator];
  const uint32_t k = e->statistic;
  const double *gradient = m->estimates.gradient + (size_t)k * b->n_totals;
  const double element_variance = m->estimates.element_variance[k];
  const double inner = m->estimates.inner[k];
  double variance = 0;
  e->df = HUGE_VAL;
  if (plan->kind == SP_KIND_VITAL) {
    const double own = m->estimates.model_variance[k];
    variance = isnan(own) ? vital_variance(b, e->about, gradient, m->totals) : own;
    if (isnan(variance)) e->why = "it does not go by events, and without a sample has no variance";
  }
  if (plan->kind == SP_KIND_SURVEY && e->replicates != NULL) {
    replicate_variance(m, e, inner, &variance);
  } else if (plan->kind == SP_KIND_SURVEY) {
    SP_TRY(sampled_variance(m, place, e, gradient, &variance, error));
  }
  e->df -= m->estimates.df_spent[k];
  if (plan->kind == SP_KIND_SURVEY && e->df <= 0) sp_estimate_flag(&m->worker, e, "df0");
  if (isinf(variance)) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_TOO_LARGE,
                        "the variance of indicator '%s' is no finite number: are its values or "
                        "weights as large as they should be?",
                        b->indicator->name);
  }
  if (isnan(variance)) { /* a rule for lonely PSUs, or replicates, that give no variance here */
    sp_estimate_flag(&m->worker, e, "no-variance");
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
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value <= 0)
    sp_estimate_flag(&m->worker, e, "p0");
  if (e->about->unit == SAMPAN_UNIT_PROPORTION && e->value >= 1)
    sp_estimate_flag(&m->worker, e, "p1");
  const sp_uncertain known = {.totals = m->totals,
                              .gradient = gradient,
                              .replicates = e->replicates,
                              .inner = inner,
                              .inner_error = std_error,
                              .view = view};
  return b->interval != NULL ? sp_limits(o, &m->worker, b, &known, e, error) : SAMPAN_OK;
}

/* ---- estimates ---------------------------------------------------------------------------- */

/* Over the components of a flag; of several in one cell, as the levels of a distribution, over
 * those that the statistic goes by. */
static void sum_flagged(const sp_bound *b, const double *totals, const double *gradient,
                        uint32_t flag, double *out) {
  int some = 0;
  *out = NAN;
  for (uint32_t k = 0; k < b->n_totals && b->shape.n_cells == 1; k++) {
    some = some || ((b->shape.components[k].flags & flag) != 0 && gradient[k] != 0);
  }
  for (uint32_t k = 0; k < b->n_totals; k++) {
    if ((b->shape.components[k % b->shape.n_components].flags & flag) == 0) continue;
    if (!some || gradient[k] != 0) *out = (isnan(*out) ? 0 : *out) + totals[k];
  }
}

/* A share of events in their exposure that is above 1, as where they are not among it. */
static int is_no_share(const sp_bound *b, const sp_estimate *e, double value) {
  return b->shape.n_cells == 1 && e->about->unit == SAMPAN_UNIT_PROPORTION && !isnan(e->exposure) &&
         value > e->about->upper * (1 + 1e-12);
}

/* The value of every statistic in every replicate: [statistic][replicate], NULL without any. */
static int32_t make_replicates(sp_maker *m, const sp_bound *b, uint32_t indicator, uint32_t split,
                               uint32_t group, double **out, sampan_error *error) {
  const sp_outcome *o = m->outcome;
  const uint32_t n = o->job->n_replicates, n_statistics = b->shape.n_statistics;
  *out = NULL;
  if (n == 0) return SAMPAN_OK;
  *out = sp_arena_array(m->worker.arena, (uint64_t)n * n_statistics + 1, sizeof **out);
  if (*out == NULL) return sp_error_memory(error);
  for (uint32_t r = 0; r < n; r++) {
    sampan_totals view;
    if (sp_group_totals(o, indicator, split, group, r + 1, m->replicate_totals, &view) < 0) {
      return sp_error_memory(error);
    }
    SP_TRY(sp_estimator_value(o, indicator, &view, &m->worker.scratch, &m->replicate, error));
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

int32_t sp_make_estimates(sp_maker *m, const sp_target *target, uint32_t group, const char *period,
                          const char *const *values, sp_estimate *out, sampan_error *error) {
  sp_outcome *o = m->outcome;
  const sp_job *job = o->job;
  const uint32_t indicator = target->indicator, split = target->split, place = target->place;
  const sp_bound *b = &job->indicators[indicator];
  const uint32_t first = job->splits[split].lane_start[place];
  sampan_totals view;
  for (uint32_t k = 0; k < b->n_totals; k++) m->totals[k] = m->sums[first + b->lane_of[k]];
  if (sp_totals_view(o, indicator, split, group, 0, m->sums[first], m->totals, &view) < 0) {
    return sp_error_memory(error);
  }
  SP_TRY(sp_estimator_value(o, indicator, &view, &m->worker.scratch, &m->estimates, error));
  double *replicates;
  SP_TRY(make_replicates(m, b, indicator, split, group, &replicates, error));
  const int64_t *counts = view.count - SP_COUNT_TOTALS;
  for (uint32_t k = 0; k < b->shape.n_statistics; k++) {
    sp_estimate *e = &out[k];
    e->indicator = indicator;
    e->statistic = k;
    e->split = split;
    e->group = group;
    e->period = period;
    e->by = target->by->columns;
    e->values = values;
    e->n_by = target->by->n_columns;
    e->about = &b->shape.statistics[k];
    e->n = view.n_records;
    e->n_positive = view.n_positive;
    e->n_events = counts[SP_COUNT_EVENTS];
    e->pop = view.weight;
    e->level = o->plan->level;
    e->value = e->std_error = e->df = e->low = e->high = e->deff = e->n_eff = NAN;
    e->simple_variance = NAN;
    e->interval = e->flags = e->why = "";
    const double *gradient = m->estimates.gradient + (size_t)k * b->n_totals;
    sum_flagged(b, m->totals, gradient, SAMPAN_EVENTS, &e->events);
    sum_flagged(b, m->totals, gradient, SAMPAN_EXPOSURE, &e->exposure);
    if (!isnan(e->events) && o->plan->kind != SP_KIND_SURVEY) e->n_events = llround(e->events);
    if (m->estimates.status[k] != SAMPAN_ESTIMABLE) {
      e->status = SAMPAN_STATUS_NOT_ESTIMABLE;
      e->why = e->n == 0 ? "no record" : "not estimable from these totals";
      continue;
    }
    if (is_no_share(b, e, m->estimates.value[k])) {
      e->status = SAMPAN_STATUS_NOT_ESTIMABLE;
      e->why = "the numerator is above the denominator: no proportion";
      char note[512];
      (void)snprintf(
          note, sizeof note,
          "the numerator of '%s' is above its denominator somewhere: no proportion there",
          b->indicator->name);
      sp_worker_note(&m->worker, note);
      continue;
    }
    e->value = m->estimates.value[k];
    if (isnan(e->events) || o->plan->kind == SP_KIND_SURVEY) {
      e->n_events = count_events(b, counts, gradient);
    }
    if ((e->about->flags & SAMPAN_STATISTIC_TEST) != 0) continue;
    if (replicates != NULL) e->replicates = replicates + (size_t)k * job->n_replicates;
    SP_TRY(add_error(m, place, e, &view, error));
  }
  return SAMPAN_OK;
}
