/* check_value.c - the laws of value(): its gradient is that of its value, and it says so where
 * there is nothing to estimate. */
#include <math.h>

#include "host/check_score.h"

/* Totals that value() is tried with, and what it answers. */
typedef struct trial {
  sp_check_form *f;
  uint32_t n_totals, n_statistics;
  double *total;
  int64_t *count;
  sampan_totals totals;
  double *value, *gradient, *element;
  int32_t *status;
} trial;

static int32_t trial_new(sp_check_form *f, trial *t) {
  sp_arena *arena = f->c->arena;
  memset(t, 0, sizeof *t);
  t->f = f;
  t->n_totals = f->shape.n_cells * f->shape.n_components;
  t->n_statistics = f->shape.n_statistics;
  const uint64_t n = t->n_totals, m = t->n_statistics;
  t->total = (double *)sp_arena_array(arena, n, sizeof(double));
  t->count = (int64_t *)sp_arena_array(arena, n, sizeof(int64_t));
  t->value = (double *)sp_arena_array(arena, m + 1, sizeof(double));
  t->element = (double *)sp_arena_array(arena, m + 1, sizeof(double));
  t->gradient = (double *)sp_arena_array(arena, n * m + 1, sizeof(double));
  t->status = (int32_t *)sp_arena_array(arena, m + 1, sizeof(int32_t));
  return t->total != NULL && t->count != NULL && t->value != NULL && t->element != NULL &&
                 t->gradient != NULL && t->status != NULL
             ? SAMPAN_OK
             : SAMPAN_E_MEMORY;
}

/* Adds up the scores with drawn weights, of each record with the chance `share`. */
static void add_up(trial *t, const sp_check_scores *s, double share, double scale) {
  const uint32_t k = t->f->shape.n_components;
  uint64_t seed = SP_CHECK_SEED;
  memset(t->total, 0, t->n_totals * sizeof *t->total);
  memset(t->count, 0, t->n_totals * sizeof *t->count);
  t->totals = (sampan_totals){.struct_size = sizeof t->totals,
                              .n_totals = t->n_totals,
                              .total = t->total,
                              .count = t->count};
  for (int64_t i = 0; i < s->n; i++) {
    const double w = scale * (sp_check_uniform(&seed) < 0.02 ? 0 : 0.5 + sp_check_uniform(&seed));
    const int drawn = sp_check_uniform(&seed) < share;
    if (!drawn || !s->in[i]) continue;
    t->totals.n_records++;
    t->totals.n_positive += w > 0;
    t->totals.weight += w;
    for (uint32_t c = 0; c < k; c++) {
      const double u = s->u[(uint64_t)i * k + c];
      const size_t at = (size_t)s->cell[i] * k + c;
      if (t->f->shape.components[c].type == SAMPAN_BIT && u == 0) continue;
      t->total[at] += w * u;
      t->count[at]++;
    }
  }
}

#define UNWRITTEN 0x1.a5a5a5a5a5a5ap+700
#define GUARDED 0x1.5a5a5a5a5a5a5p-700

/* Calls value(); 1 if it answered. */
static int call_value(trial *t, const char *when, int moved) {
  sp_check_form *f = t->f;
  const size_t n = (size_t)t->n_statistics * t->n_totals;
  sampan_estimates out = {.struct_size = sizeof out,
                          .n_statistics = t->n_statistics,
                          .value = t->value,
                          .gradient = t->gradient,
                          .element_variance = t->element,
                          .status = t->status};
  for (size_t i = 0; i < t->n_statistics; i++) {
    t->value[i] = t->element[i] = UNWRITTEN;
    t->status[i] = -77;
  }
  for (size_t i = 0; i < n; i++) t->gradient[i] = UNWRITTEN;
  t->value[t->n_statistics] = t->element[t->n_statistics] = t->gradient[n] = GUARDED;
  t->status[t->n_statistics] = -78;
  if (sp_check_host_renew(&f->scratch) < 0) return 0;
  const sampan_call call = sp_check_call(&f->scratch, f->c->plugin, f->options->values);
  const int32_t status = f->ops->value(&call, &f->shape, &t->totals, &out);
  sp_law_beat(f->c);
  sp_law_enter(f->c, "value() fills its arrays and nothing else");
  if (!sp_law_holds(f->c, status == SAMPAN_OK, "it returned %d '%s' for %s; %s", (int)status,
                    f->scratch.error.message, when, f->text)) {
    return 0;
  }
  sp_law_holds(f->c,
               t->value[t->n_statistics] == GUARDED && t->element[t->n_statistics] == GUARDED &&
                   t->gradient[n] == GUARDED && t->status[t->n_statistics] == -78,
               "it wrote beside them; %s", f->text);
  for (size_t i = 0; i < t->n_statistics; i++) {
    const int estimable = t->status[i] == SAMPAN_ESTIMABLE;
    sp_law_holds(f->c, estimable || t->status[i] == SAMPAN_NOT_ESTIMABLE,
                 "the status of statistic %u is %d for %s; %s", (unsigned)i, (int)t->status[i],
                 when, f->text);
    sp_law_holds(f->c, !estimable || isfinite(t->value[i]), "statistic %u is %g for %s; %s",
                 (unsigned)i, t->value[i], when, f->text);
    sp_law_holds(f->c, !estimable || (t->value[i] != UNWRITTEN && t->element[i] != UNWRITTEN),
                 "statistic %u is not written for %s; %s", (unsigned)i, when, f->text);
    /* Totals that were moved may be those of no population. */
    sp_law_holds(f->c, moved || !(t->element[i] < 0),
                 "the element variance of statistic %u is %g; %s", (unsigned)i, t->element[i],
                 f->text);
    for (uint32_t k = 0; estimable && k < t->n_totals; k++) {
      const double g = t->gradient[i * t->n_totals + k];
      sp_law_holds(f->c, isfinite(g) && g != UNWRITTEN, "gradient %u of statistic %u is %g; %s",
                   (unsigned)k, (unsigned)i, g, f->text);
    }
  }
  return 1;
}

/* The values are those that the statistic can take. Of two measured totals nothing is known: drawn
 * cases may well be more than the drawn population. */
static void check_range(trial *t) {
  int counts_records = 0;
  for (uint32_t k = 0; k < t->f->shape.n_components; k++) {
    counts_records = counts_records || t->f->shape.components[k].type == SAMPAN_ONE;
  }
  if (!counts_records) return;
  sp_law_enter(t->f->c, "values are ones that the statistic can take");
  for (size_t i = 0; i < t->n_statistics; i++) {
    const sampan_statistic *s = &t->f->shape.statistics[i];
    if (t->status[i] != SAMPAN_ESTIMABLE) continue;
    const double slack = 1e-12 * fabs(t->value[i]);
    sp_law_holds(t->f->c, t->value[i] >= s->lower - slack && t->value[i] <= s->upper + slack,
                 "%s is %.17g; %s", s->name, t->value[i], t->f->text);
  }
}

/* Two values at once: where total k is moved by -h and by h. 0 where one is not estimable. */
static int around(trial *t, uint32_t k, double h, size_t i, double *below, double *above) {
  const double kept = t->total[k];
  int fine = 1;
  for (int side = 0; side < 2 && fine; side++) {
    t->total[k] = side == 0 ? kept - h : kept + h;
    fine = call_value(t, "totals moved a little", 1) && t->status[i] == SAMPAN_ESTIMABLE;
    *(side == 0 ? below : above) = t->value[i];
  }
  t->total[k] = kept;
  return fine;
}

static void check_gradient(trial *t) {
  static const char *const law = "the gradient is that of the value";
  sp_checker *c = t->f->c;
  const size_t n = (size_t)t->n_statistics * t->n_totals;
  double *given = (double *)sp_arena_array(c->arena, n + t->n_statistics, sizeof *given);
  double largest = 0;
  uint32_t n_seen = 0;
  sp_law_enter(c, law);
  if (given == NULL || !call_value(t, "drawn totals", 0)) return;
  memcpy(given, t->gradient, n * sizeof *given);
  memcpy(given + n, t->value, t->n_statistics * sizeof *given);
  for (uint32_t k = 0; k < t->n_totals; k++) largest = fmax(largest, fabs(t->total[k]));
  for (size_t i = 0; i < t->n_statistics; i++) {
    if (!call_value(t, "drawn totals", 0) || t->status[i] != SAMPAN_ESTIMABLE) continue;
    for (uint32_t k = 0; k < t->n_totals; k++) {
      double below = NAN, above = NAN;
      const double size = t->total[k] != 0 ? fabs(t->total[k]) : largest;
      const double h = 6e-6 * size, g = given[i * t->n_totals + k];
      if (!(h > 0) || !around(t, k, h, i, &below, &above)) continue;
      const double numeric = (above - below) / (2 * h);
      const double noise = 1e-9 * fabs(given[n + i]) / size + 1e-300;
      sp_law_enter(c, law);
      sp_law_holds(c, fabs(numeric - g) <= 1e-6 * fabs(g) + noise,
                   "d %s / d total %u is %.9g, but numerically %.9g; %s; seed %llu",
                   t->f->shape.statistics[i].name, (unsigned)k, g, numeric, t->f->text,
                   (unsigned long long)SP_CHECK_SEED);
      n_seen++;
    }
  }
  sp_law_enter(c, law);
  if (n_seen == 0) sp_law_skip(c, "nothing is estimable from made-up records; %s", t->f->text);
}

static void check_empty(trial *t, const sp_check_scores *scores) {
  add_up(t, scores, 0, 1);
  if (call_value(t, "no records", 0)) {
    sp_law_enter(t->f->c, "no records are not estimable, or give a finite value");
    for (size_t i = 0; i < t->n_statistics; i++) {
      sp_law_holds(t->f->c, t->status[i] == SAMPAN_NOT_ESTIMABLE || isfinite(t->value[i]),
                   "statistic %u is %g; %s", (unsigned)i, t->value[i], t->f->text);
    }
  }
  add_up(t, scores, 0.5, 0); /* records, but no weight */
  (void)call_value(t, "weights of 0", 0);
  add_up(t, scores, 1e-3, 1);
  if (call_value(t, "few records", 0)) check_range(t);
  add_up(t, scores, 1, 1e9);
  if (call_value(t, "large weights", 0)) check_range(t);
}

void sp_check_value(sp_check_form *f, const sp_check_scores *scores) {
  trial t;
  if (trial_new(f, &t) < 0) return;
  check_empty(&t, scores);
  add_up(&t, scores, 0.9, 1);
  if (!call_value(&t, "drawn totals", 0)) return;
  check_range(&t);
  if (t.n_totals <= 20000) check_gradient(&t);
}
