/* calibration.c - the ratios of calibrated to base weights that meet known totals. */
#include "design/calibration.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "design/calibration_rows.h"
#include "design/error_ids.h"
#include "totals/exact.h"

enum { STEPS = 200, STALLED = 20, HALVINGS = 60 };
#define EXACT 1e-14      /* a misfit that no step betters */
#define CLOSE 1e-11      /* a misfit that is good once steps no longer better it */
#define GOOD_ENOUGH 1e-9 /* a misfit that is no failure */
#define AGREE 1e-7       /* of totals that follow from others */
#define DAMPING 1e-4     /* of the sum at g = 1, where cut off ratios leave no slope */

/* ---- ratios ------------------------------------------------------------------------------- */

/* g(u), and its slope. */
static double ratio_at(const sp_calibration *c, double u, double *slope) {
  double g;
  switch (c->distance) {
    case SP_DISTANCE_RAKING:
      g = exp(u);
      *slope = g;
      break;
    case SP_DISTANCE_LOGIT: {
      const double over = c->high - 1, under = 1 - c->low;
      const double steep = (c->high - c->low) / (over * under);
      /* the same for e^(Au) and, above 0, e^(-Au): neither overflows */
      const double e = exp(-fabs(steep * u));
      const double a = u > 0 ? over * e : over, b = u > 0 ? under : under * e;
      g = (c->low * a + c->high * b) / (a + b);
      *slope = steep * (c->high - c->low) * (a / (a + b)) * (b / (a + b));
      return g;
    }
    default:
      g = 1 + u;
      *slope = 1;
      break;
  }
  if (g > c->low && g < c->high) return g;
  if (isnan(g)) return g;
  *slope = 0;
  return g <= c->low ? c->low : c->high;
}

static double argument(const sp_calibration *c, const double *x, double q) {
  double u = 0;
  for (uint32_t j = 0; j < c->p; j++) u += x[j] * c->lambda[j];
  return u / q;
}

double sp_calibration_ratio(const sp_calibration *c, const double *x, double q) {
  double slope;
  return ratio_at(c, argument(c, x, q), &slope);
}

/* ---- the search --------------------------------------------------------------------------- */

typedef struct search {
  sp_calibration *c;
  const sp_calibration_aim *aim;
  sp_calibration_sorted sorted;
  sp_calibration_solver whole, solver; /* of A; of the slope at lambda */
  double *a, *slope;                   /* [p][p] */
  double *slopes;                      /* of g in each row */
  sp_exact *sums;
  double *totals; /* p each: those that follow from others are what the others say */
  double *size, *misfit, *tried, *step, *start, *best, *work;
  double *room;
  sampan_error *error;
} search;

static const char *name_of(const search *s, uint32_t j, char *text, size_t n_text) {
  if (s->aim->names != NULL && s->aim->names[j] != NULL) {
    snprintf(text, n_text, "the total '%s'", s->aim->names[j]);
  } else {
    snprintf(text, n_text, "total number %u", j + 1);
  }
  return text;
}

/* sum w x - T at lambda, and the slopes of g. Returns the largest relative misfit, NaN for none. */
static double look(const search *s, double *misfit) {
  const uint32_t p = s->c->p;
  double worst = 0;
  memset(s->sums, 0, p * sizeof *s->sums);
  for (uint64_t i = 0; i < s->sorted.n; i++) {
    const sp_calibration_row *row = &s->sorted.rows[i];
    double u = 0;
    for (uint32_t a = 0; a < row->n_filled; a++) {
      u += row->x[row->filled[a]] * s->c->lambda[row->filled[a]];
    }
    const double weight = row->weight * ratio_at(s->c, u / row->q, &s->slopes[i]);
    for (uint32_t a = 0; a < row->n_filled; a++) {
      sp_exact_add(&s->sums[row->filled[a]], weight * row->x[row->filled[a]]);
    }
  }
  for (uint32_t i = 0; i < s->whole.rank; i++) {
    const uint32_t j = s->whole.pivot[i];
    misfit[j] = sp_exact_value(&s->sums[j]) - s->totals[j];
    const double relative = fabs(misfit[j]) / s->size[j];
    if (isnan(relative)) return NAN;
    if (relative > worst) worst = relative;
  }
  return worst;
}

/* step = -(slope)^- misfit. */
static void find_step(search *s) {
  const uint64_t p = s->c->p;
  sp_calibration_products(&s->sorted, s->slopes, s->slope);
  sp_calibration_solver_set(&s->solver, s->slope);
  if (s->solver.rank < s->whole.rank) {
    for (uint64_t i = 0; i < p * p; i++) s->slope[i] += DAMPING * s->a[i];
    sp_calibration_solver_set(&s->solver, s->slope);
  }
  for (uint64_t j = 0; j < p; j++) s->step[j] = -s->misfit[j];
  sp_calibration_solve(&s->solver, s->step, s->step, s->work);
}

static double along(const search *s, const double *misfit) {
  double sum = 0;
  for (uint32_t j = 0; j < s->c->p; j++) sum += s->step[j] * misfit[j];
  return sum;
}

/* Goes as far along the step as the sum of distances falls, or a little beyond. */
static double go(search *s) {
  const uint32_t p = s->c->p;
  const double descent = -along(s, s->misfit);
  double length = 1;
  memcpy(s->start, s->c->lambda, p * sizeof *s->start);
  for (int i = 0; i < HALVINGS; i++, length /= 2) {
    for (uint32_t j = 0; j < p; j++) s->c->lambda[j] = s->start[j] + length * s->step[j];
    const double worst = look(s, s->tried);
    if (isnan(worst) || !(along(s, s->tried) <= 0.5 * fabs(descent))) continue;
    memcpy(s->misfit, s->tried, p * sizeof *s->misfit);
    return worst;
  }
  return NAN;
}

/* Newton's method on a convex sum. */
static void run(search *s) {
  const uint32_t p = s->c->p;
  double worst = look(s, s->misfit);
  int stalled = 0;
  s->c->misfit = worst;
  memcpy(s->best, s->c->lambda, p * sizeof *s->best);
  for (uint32_t n = 1; n <= STEPS && !isnan(worst) && s->c->misfit > EXACT; n++) {
    if (stalled >= (s->c->misfit <= CLOSE ? 1 : STALLED)) break;
    find_step(s);
    worst = go(s);
    s->c->n_steps = n;
    stalled = worst < 0.99 * s->c->misfit ? 0 : stalled + 1;
    if (!(worst < s->c->misfit)) continue;
    s->c->misfit = worst;
    memcpy(s->best, s->c->lambda, p * sizeof *s->best);
  }
  /* Of a search that failed, the last place tells best which totals are out of reach. */
  if (s->c->misfit <= GOOD_ENOUGH || isnan(worst)) {
    memcpy(s->c->lambda, s->best, p * sizeof *s->best);
  }
}

/* ---- what cannot be ----------------------------------------------------------------------- */

static int32_t check_aim(const sp_calibration_aim *aim, uint32_t p, sampan_error *error) {
  const int logit = aim->distance == SP_DISTANCE_LOGIT;
  if (p > SP_CALIBRATION_MOST) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_MANY,
                 "%u known totals are more than the %d that can be calibrated to", p,
                 SP_CALIBRATION_MOST);
    return sp_error_hint(error, "cross fewer variables, or rake their margins");
  }
  if (logit && !aim->is_bounded) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS, "distance: logit needs bounds");
    return sp_error_hint(error, "bounds: [0.2, 3], of the calibrated weight over the base weight");
  }
  if (!aim->is_bounded) return SAMPAN_OK;
  if (!(aim->low < aim->high) || (aim->distance == SP_DISTANCE_RAKING && !(aim->high > 0))) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS,
                 "no ratio of weights is between the bounds %.10g and %.10g", aim->low, aim->high);
    return sp_error_hint(error, "bounds: [0.2, 3], the lower one first");
  }
  if (logit && !(aim->low < 1 && aim->high > 1 && isfinite(aim->low) && isfinite(aim->high))) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_BOUNDS,
                 "distance: logit needs bounds on both sides of 1, not %.10g and %.10g", aim->low,
                 aim->high);
    return sp_error_hint(error, "bounds: [0.2, 3]");
  }
  return SAMPAN_OK;
}

/* Totals that follow from others must be what those say; then they are exactly that. */
static int32_t check_dependent(search *s) {
  const uint64_t p = s->c->p;
  char text[160];
  for (uint64_t i = 0; i < p; i++) {
    const uint32_t j = s->whole.pivot[i];
    const double given = s->aim->totals[j];
    s->totals[j] = given;
    if (i < s->whole.rank) continue;
    s->c->n_dependent++;
    if (!(s->a[j * p + j] > 0)) { /* no record with weight has it */
      if (given == 0) continue;
      sp_error_set(s->error, SAMPAN_E_DATA, SP_ID_CALIBRATE_EMPTY,
                   "%s is %.10g, but no record with weight counts towards it",
                   name_of(s, j, text, sizeof text), given);
      return sp_error_hint(s->error, "join the cell with another, in the data and in the totals");
    }
    for (uint64_t k = 0; k < p; k++) s->work[k] = k < j ? s->a[j * p + k] : s->a[k * p + j];
    sp_calibration_solve(&s->whole, s->work, s->step, s->tried);
    double implied = 0, size = fabs(given);
    for (uint64_t k = 0; k < p; k++) {
      implied += s->step[k] * s->aim->totals[k];
      size += fabs(s->step[k] * s->aim->totals[k]);
    }
    if (fabs(given - implied) > AGREE * size) {
      sp_error_set(s->error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_CONTRADICTION,
                   "%s is given as %.10g, but from the other totals it follows as %.10g",
                   name_of(s, j, text, sizeof text), given, implied);
      return sp_error_hint(s->error,
                           "margins must add up to the same population; see the sources of both");
    }
    s->totals[j] = implied;
  }
  return SAMPAN_OK;
}

static int32_t check_met(search *s) {
  if (s->c->misfit <= GOOD_ENOUGH) return SAMPAN_OK;
  char text[160];
  const double worst = look(s, s->misfit);
  uint32_t at = s->whole.pivot[0];
  for (uint32_t i = 0; i < s->whole.rank; i++) {
    const uint32_t j = s->whole.pivot[i];
    if (fabs(s->misfit[j]) / s->size[j] >= worst) at = j;
  }
  char bounds[80] = "";
  if (s->aim->is_bounded) {
    snprintf(bounds, sizeof bounds, " within the bounds %.10g and %.10g", s->aim->low,
             s->aim->high);
  }
  sp_error_set(s->error, SAMPAN_E_DATA, SP_ID_CALIBRATE_UNMET,
               "%s of %.10g cannot be met%s together with the others: the weights come to %.10g",
               name_of(s, at, text, sizeof text), s->totals[at], bounds,
               s->totals[at] + s->misfit[at]);
  return sp_error_hint(s->error, s->aim->is_bounded
                                     ? "widen the bounds, or drop or join totals"
                                     : "drop or join totals; with distance: linear, weights may "
                                       "become 0 or less");
}

/* Takes the x that follow from others out of the rows: their lambda stays 0. */
static void leave_dependent(search *s) {
  const uint32_t p = s->c->p;
  for (uint32_t i = 0; i < p; i++) s->work[s->whole.pivot[i]] = i < s->whole.rank;
  for (uint64_t i = 0; i < s->sorted.n; i++) {
    sp_calibration_row *row = &s->sorted.rows[i];
    uint32_t *filled = s->sorted.filled + (row->filled - s->sorted.filled);
    uint32_t n = 0;
    for (uint32_t a = 0; a < row->n_filled; a++) {
      if (s->work[filled[a]] != 0) filled[n++] = filled[a];
    }
    row->n_filled = n;
  }
  sp_calibration_products(&s->sorted, NULL, s->a);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static int32_t make_room(search *s) {
  const uint64_t p = s->c->p;
  s->room = calloc(2 * p * p + 8 * p + s->sorted.n + 1, sizeof *s->room);
  s->sums = calloc(p + 1, sizeof *s->sums);
  s->c->lambda = calloc(p + 1, sizeof *s->c->lambda);
  if (s->room == NULL || s->sums == NULL || s->c->lambda == NULL) return SAMPAN_E_MEMORY;
  double *at = s->room;
  s->a = at;
  s->slope = at += p * p;
  s->totals = at += p * p;
  s->size = at += p;
  s->misfit = at += p;
  s->tried = at += p;
  s->step = at += p;
  s->start = at += p;
  s->best = at += p;
  s->work = at += p;
  s->slopes = at + p;
  SP_TRY(sp_calibration_solver_room(&s->whole, s->c->p));
  return sp_calibration_solver_room(&s->solver, s->c->p);
}

static int32_t find(search *s, const sp_calibration_rows *rows) {
  const uint32_t p = rows->p;
  SP_TRY(sp_calibration_sort(&s->sorted, rows, s->error));
  if (make_room(s) != 0) return sp_error_memory(s->error);
  sp_calibration_products(&s->sorted, NULL, s->a);
  sp_calibration_solver_set(&s->whole, s->a);
  for (uint32_t j = 0; j < p; j++) {
    char text[160];
    if (isfinite(s->aim->totals[j])) continue;
    sp_error_set(s->error, SAMPAN_E_PLAN, SP_ID_CALIBRATE_TOTAL, "%s is no number",
                 name_of(s, j, text, sizeof text));
    return sp_error_hint(s->error, "totals: give the known total of the population");
  }
  SP_TRY(check_dependent(s));
  leave_dependent(s);
  for (uint64_t i = 0; i < s->sorted.n; i++) {
    const sp_calibration_row *row = &s->sorted.rows[i];
    for (uint32_t a = 0; a < row->n_filled; a++) {
      s->size[row->filled[a]] += row->weight * fabs(row->x[row->filled[a]]);
    }
  }
  for (uint32_t j = 0; j < p; j++) {
    if (fabs(s->totals[j]) > s->size[j]) s->size[j] = fabs(s->totals[j]);
  }
  run(s);
  return check_met(s);
}

int32_t sp_calibration_find(sp_calibration *out, const sp_calibration_rows *rows,
                            const sp_calibration_aim *aim, sampan_error *error) {
  memset(out, 0, sizeof *out);
  SP_TRY(check_aim(aim, rows->p, error));
  out->p = rows->p;
  out->distance = aim->distance;
  out->low = aim->is_bounded ? aim->low : -HUGE_VAL;
  out->high = aim->is_bounded ? aim->high : HUGE_VAL;
  search s = {.c = out, .aim = aim, .error = error};
  const int32_t status = find(&s, rows);
  sp_calibration_sorted_clear(&s.sorted);
  sp_calibration_solver_clear(&s.whole);
  sp_calibration_solver_clear(&s.solver);
  free(s.room);
  free(s.sums);
  if (status != 0) sp_calibration_clear(out);
  return status;
}

void sp_calibration_clear(sp_calibration *calibration) {
  free(calibration->lambda);
  memset(calibration, 0, sizeof *calibration);
}
