/* check_influence.c - the error of an estimator of several reads: the gradient of its last read is
 * to say all that the weight of a record does, by the reads before as well; and back(). */
#include <math.h>

#include "host/check_course.h"

enum { TRIED = 12 };

/* ---- the influence of a record ------------------------------------------------------------ */

/* The value of a statistic of group 0 with the weight of one record moved; NaN where there is
 * none. */
static double value_with(sp_check_course_run *r, sp_check_trial *t, int64_t record, double move,
                         double *values) {
  const double kept = r->weight[record];
  sp_arena *arena = sp_arena_new(0);
  int fine = 0;
  r->weight[record] = kept + move;
  if (arena != NULL && sp_check_course_go(r, "a weight moved a little", NULL, arena)) {
    sp_check_course_totals(r, 0, t);
    fine = sp_check_call_value(t, "a weight moved a little", 0);
  }
  r->weight[record] = kept;
  sp_arena_free(arena);
  for (size_t i = 0; i < t->n_statistics; i++) {
    values[i] = fine && t->status[i] == SAMPAN_ESTIMABLE ? t->value[i] : NAN;
  }
  return fine;
}

/* What the gradient says of the record: the sum of gradient by score. */
static void influence_of(const sp_check_course_run *r, const sp_check_trial *t, int64_t record,
                         double *out) {
  const uint32_t k = r->f->shape.n_components;
  const size_t first = (size_t)r->scores.cell[record] * k;
  for (size_t i = 0; i < t->n_statistics; i++) {
    out[i] = 0;
    for (uint32_t c = 0; c < k; c++) {
      if (r->f->shape.components[c].type == SAMPAN_TALLY) continue;
      out[i] += t->gradient[i * t->n_totals + first + c] * r->scores.u[(uint64_t)record * k + c];
    }
  }
}

/* What a value does between two steps is its curvature, and bounds the error of the difference. */
static void compare(sp_check_form *f, size_t i, int64_t record, double h, double given, double v,
                    double below, double above, double size) {
  const double numeric = (above - below) / (2 * h), curved = fabs(above - 2 * v + below) / h;
  if (isnan(below) || isnan(above)) return;
  const double slack = 1e-5 * fmax(fabs(given), size) + 0.05 * curved + 1e-9 * fabs(v) / h;
  sp_law_enter(f->c, SP_CHECK_INFLUENCE_LAW);
  sp_law_holds(f->c, fabs(numeric - given) <= slack,
               "the weight of record %lld moves %s by %.9g, but gradient and scores say %.9g; %s; "
               "seed %llu",
               (long long)record + 1, f->shape.statistics[i].name, numeric, given, f->text,
               (unsigned long long)SP_CHECK_SEED);
}

/* Statistics that come from tallies are steps in the weights, and have no derivative to compare. */
static int is_smooth(const sampan_shape *shape) {
  for (uint32_t c = 0; c < shape->n_components; c++) {
    if (shape->components[c].type == SAMPAN_TALLY) return 0;
  }
  return 1;
}

void sp_check_influence(sp_check_course_run *r, sp_check_trial *t) {
  sp_check_form *f = r->f;
  const size_t m = t->n_statistics;
  double *memory = (double *)sp_arena_array(f->c->arena, (TRIED + 4) * m + 1, sizeof *memory);
  double *v = memory, *size = memory + m, *below = size + m, *above = below + m, *z = above + m;
  int64_t tried[TRIED];
  int n = 0;
  if (memory == NULL || sp_check_is_adjusted(f)) return;
  sp_law_enter(f->c, SP_CHECK_INFLUENCE_LAW);
  if (!is_smooth(&f->shape)) {
    sp_law_skip(f->c, "it goes by tallies");
    return;
  }
  sp_check_course_totals(r, 0, t);
  if (!sp_check_call_value(t, "drawn records", 0)) return;
  for (size_t i = 0; i < m; i++) {
    v[i] = t->status[i] == SAMPAN_ESTIMABLE && isnan(t->inner[i]) ? t->value[i] : NAN;
    size[i] = 0;
  }
  for (int64_t i = 0; i < r->n && n < TRIED; i += 3) {
    if (!r->scores.in[i] || sp_check_group(r->records[i]) != 0 || !(r->weight[i] > 0)) continue;
    influence_of(r, t, i, z + (size_t)n * m);
    for (size_t k = 0; k < m; k++) size[k] = fmax(size[k], fabs(z[(size_t)n * m + k]));
    tried[n++] = i;
  }
  for (int i = 0; i < n; i++) {
    const double h = 0.01 * r->weight[tried[i]];
    if (!value_with(r, t, tried[i], -h, below) || !value_with(r, t, tried[i], h, above)) return;
    for (size_t k = 0; k < m; k++) {
      if (isnan(v[k])) continue;
      compare(f, k, tried[i], h, z[(size_t)i * m + k], v[k], below[k], above[k], size[k]);
    }
  }
}

/* ---- back() ------------------------------------------------------------------------------- */

static int32_t call_back(sp_check_trial *t, size_t i, double x, double *out) {
  sp_check_form *f = t->f;
  double room[2] = {NAN, 0x1.5a5a5a5a5a5a5p-700};
  const double guard = room[1];
  if (sp_check_host_renew(&f->scratch) < 0) return SAMPAN_E_MEMORY;
  const sampan_call call = sp_check_call(&f->scratch, f->c->plugin, f->options->values);
  const int32_t status = f->ops->back(&call, &f->shape, &t->totals, (uint32_t)i, x, &room[0]);
  *out = room[0];
  sp_law_enter(f->c, SP_CHECK_BACK_LAW);
  sp_law_holds(f->c, status == SAMPAN_OK && room[1] == guard && !isinf(*out),
               "it returned %d '%s' and %g for %g; %s", (int)status, f->scratch.error.message, *out,
               x, f->text);
  return status;
}

/* About its inner value, back() gives what lies about the value: a few records to either side, for
 * rules that lie between two. */
static void check_about(sp_check_trial *t, size_t i, double inner, double value, int rises) {
  const double near = 6.0 / (double)(t->totals.n_positive + 1);
  double low = NAN, high = NAN;
  if (call_back(t, i, fmax(inner - near, 0), &low) != SAMPAN_OK) return;
  if (call_back(t, i, fmin(inner + near, 1), &high) != SAMPAN_OK) return;
  if (!rises) {
    const double kept = low;
    low = high;
    high = kept;
  }
  const double slack = 1e-9 * fabs(value);
  sp_law_enter(t->f->c, SP_CHECK_BACK_LAW);
  sp_law_holds(t->f->c, !(low > value + slack) && !(high < value - slack),
               "%s is %g, but it gives %g and %g about the inner value %g; %s",
               t->f->shape.statistics[i].name, value, low, high, inner, t->f->text);
}

void sp_check_back(sp_check_trial *t) {
  sp_check_form *f = t->f;
  if (!sp_check_call_value(t, "drawn records", 0)) return;
  for (size_t i = 0; i < t->n_statistics; i++) {
    const double inner = t->inner[i], value = t->value[i];
    double before = NAN, x = NAN, again = NAN;
    int rises = 0, falls = 0;
    if (t->status[i] != SAMPAN_ESTIMABLE || isnan(inner)) continue;
    for (int k = 0; k <= 100; k++) {
      if (call_back(t, i, k / 100.0, &x) != SAMPAN_OK) return;
      if (call_back(t, i, k / 100.0, &again) != SAMPAN_OK) return;
      sp_law_holds(f->c, x == again || (isnan(x) && isnan(again)), "%g, then %g, for %g; %s", x,
                   again, k / 100.0, f->text);
      rises = rises || x > before;
      falls = falls || x < before;
      if (!isnan(x)) before = x;
    }
    sp_law_holds(f->c, !(rises && falls), "%s goes up and down with the inner value; %s",
                 f->shape.statistics[i].name, f->text);
    sp_law_holds(f->c, rises || falls || !(inner > 0 && inner < 1) || isnan(before),
                 "%s is the same whatever the inner value; %s", f->shape.statistics[i].name,
                 f->text);
    check_about(t, i, inner, value, !falls);
  }
}
