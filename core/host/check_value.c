/* check_value.c - the laws of value(): its gradient is that of its value, and it says so where
 * there is nothing to estimate. */
#include <math.h>

#include "host/abi.h"
#include "host/check_value.h"

int32_t sp_check_trial_new(sp_check_form *f, sp_check_trial *t) {
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
  t->inner = (double *)sp_arena_array(arena, m + 1, sizeof(double));
  t->df_spent = (double *)sp_arena_array(arena, m + 1, sizeof(double));
  t->model = (double *)sp_arena_array(arena, m + 1, sizeof(double));
  return t->total != NULL && t->count != NULL && t->value != NULL && t->element != NULL &&
                 t->gradient != NULL && t->status != NULL && t->inner != NULL &&
                 t->df_spent != NULL && t->model != NULL
             ? SAMPAN_OK
             : SAMPAN_E_MEMORY;
}

/* Adds up the scores with drawn weights, of each record with the chance `share`. */
static void add_up(sp_check_trial *t, const sp_check_scores *s, double share, double scale) {
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

enum { MOST_SLOPES = 300 };
#define GRADIENT_LAW "the gradient is that of the value"
#define UNWRITTEN 0x1.a5a5a5a5a5a5ap+700
#define GUARDED 0x1.5a5a5a5a5a5a5p-700

/* What holds of one statistic of an answer. */
static void check_answer(sp_check_trial *t, size_t i, const char *when, int moved) {
  sp_check_form *f = t->f;
  const int estimable = t->status[i] == SAMPAN_ESTIMABLE;
  sp_law_holds(f->c, estimable || t->status[i] == SAMPAN_NOT_ESTIMABLE,
               "the status of statistic %u is %d for %s; %s", (unsigned)i, (int)t->status[i], when,
               f->text);
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
  sp_law_holds(f->c, isnan(t->inner[i]) || sp_estimator_goes_back(f->ops),
               "statistic %u has an inner value, but there is no back(); %s", (unsigned)i, f->text);
  sp_law_holds(f->c, !estimable || !isinf(t->inner[i]), "the inner value of statistic %u is %g; %s",
               (unsigned)i, t->inner[i], f->text);
  sp_law_holds(f->c, !estimable || (isfinite(t->df_spent[i]) && t->df_spent[i] >= 0),
               "statistic %u spends %g degrees of freedom; %s", (unsigned)i, t->df_spent[i],
               f->text);
  sp_law_holds(
      f->c,
      !estimable || moved || isnan(t->model[i]) || (isfinite(t->model[i]) && t->model[i] >= 0),
      "the model variance of statistic %u is %g; %s", (unsigned)i, t->model[i], f->text);
}

int sp_check_call_value(sp_check_trial *t, const char *when, int moved) {
  sp_check_form *f = t->f;
  const size_t n = (size_t)t->n_statistics * t->n_totals;
  sampan_estimates out = {.struct_size = sizeof out,
                          .n_statistics = t->n_statistics,
                          .value = t->value,
                          .gradient = t->gradient,
                          .element_variance = t->element,
                          .status = t->status,
                          .inner = t->inner,
                          .df_spent = t->df_spent,
                          .model_variance = t->model};
  for (size_t i = 0; i < t->n_statistics; i++) {
    t->value[i] = t->element[i] = UNWRITTEN;
    t->status[i] = -77;
    t->inner[i] = t->model[i] = NAN;
    t->df_spent[i] = 0;
  }
  for (size_t i = 0; i < n; i++) t->gradient[i] = UNWRITTEN;
  t->value[t->n_statistics] = t->element[t->n_statistics] = t->gradient[n] = GUARDED;
  t->inner[t->n_statistics] = t->model[t->n_statistics] = t->df_spent[t->n_statistics] = GUARDED;
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
                   t->gradient[n] == GUARDED && t->status[t->n_statistics] == -78 &&
                   t->inner[t->n_statistics] == GUARDED && t->model[t->n_statistics] == GUARDED &&
                   t->df_spent[t->n_statistics] == GUARDED,
               "it wrote beside them; %s", f->text);
  for (size_t i = 0; i < t->n_statistics; i++) check_answer(t, i, when, moved);
  return 1;
}

void sp_check_range(sp_check_trial *t) {
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

/* What the gradient of a statistic is of. */
static double target(const sp_check_trial *t, size_t i) {
  return isnan(t->inner[i]) ? t->value[i] : t->inner[i];
}

/* Two values at once: where total k is moved by -h and by h. 0 where one is not estimable. */
static int around(sp_check_trial *t, uint32_t k, double h, size_t i, double *below, double *above) {
  const double kept = t->total[k];
  int fine = 1;
  for (int side = 0; side < 2 && fine; side++) {
    t->total[k] = side == 0 ? kept - h : kept + h;
    fine = sp_check_call_value(t, "totals moved a little", 1) && t->status[i] == SAMPAN_ESTIMABLE;
    *(side == 0 ? below : above) = target(t, i);
  }
  t->total[k] = kept;
  return fine;
}

/* A numeric derivative against the gradient that was given. */
typedef struct slope {
  double given, numeric;
  int n_tried, agrees, moves; /* moves: the value depends on the total at all */
} slope;

/* Tries one step; what rounding makes of the difference counts for nothing. */
static void try_step(sp_check_trial *t, uint32_t k, size_t i, double v, double h, slope *out) {
  double below = NAN, above = NAN;
  if (!(h > 0) || !around(t, k, h, i, &below, &above)) return;
  const double numeric = (above - below) / (2 * h), noise = 6e-15 * fabs(v) / h + 1e-300;
  const double off = fabs(numeric - out->given);
  out->moves = out->moves || above != below;
  if (noise > 1e-4 * fmax(fabs(out->given), fabs(numeric)) && numeric != out->given &&
      t->totals.read > 0) {
    return;
  }
  if (out->n_tried++ == 0) out->numeric = numeric;
  if (off <= 1e-6 * fabs(out->given) + noise) out->agrees = 1;
}

/* After several reads a total may be next to 0, and the value be defined next to what it is alone:
 * smaller and smaller steps are tried, and one has to agree. */
static slope find_slope(sp_check_trial *t, uint32_t k, size_t i, double given, double v,
                        double largest) {
  const double own = fabs(t->total[k]);
  slope found = {.given = given};
  if (t->totals.read == 0) {
    try_step(t, k, i, v, 6e-6 * (own != 0 ? own : largest), &found);
    return found;
  }
  for (double h = 6e-6 * largest; h > 1e-15 * largest && !found.agrees; h /= 10) {
    try_step(t, k, i, v, h, &found);
  }
  return found;
}

int sp_check_is_adjusted(const sp_check_form *f) {
  const sampan_plugin *p = f->c->plugin;
  for (uint32_t i = 0; i < p->n_params; i++) {
    if (strcmp(p->params[i].name, "vadjust") == 0) return f->options->values[i].number != 0;
  }
  return 0;
}

/* The gradient of one statistic; how many of its numbers were compared. A statistic that the totals
 * do not move, such as one that is read from a tally, has its gradient from elsewhere. */
static uint32_t check_slopes(sp_check_trial *t, size_t i, const double *given, double v,
                             double largest, slope *slopes) {
  /* With many totals and several steps for each, some of them do. */
  const uint64_t all = (uint64_t)t->n_totals * t->n_statistics;
  const uint32_t stride = t->totals.read > 0 ? (uint32_t)(1 + all / MOST_SLOPES) : 1;
  uint32_t n_seen = 0;
  int moves = 0;
  for (uint32_t k = 0; k < t->n_totals; k++) {
    slopes[k] = (slope){0};
    if ((k + i) % stride != 0) continue;
    slopes[k] = find_slope(t, k, i, given[k], v, largest);
    moves = moves || slopes[k].moves;
  }
  for (uint32_t k = 0; k < t->n_totals && (moves || t->totals.read == 0); k++) {
    if (slopes[k].n_tried == 0) continue;
    sp_law_enter(t->f->c, GRADIENT_LAW);
    sp_law_holds(t->f->c, slopes[k].agrees,
                 "d %s / d total %u is %.9g, but numerically %.9g; %s; seed %llu",
                 t->f->shape.statistics[i].name, (unsigned)k, given[k], slopes[k].numeric,
                 t->f->text, (unsigned long long)SP_CHECK_SEED);
    n_seen++;
  }
  return n_seen;
}

void sp_check_gradient(sp_check_trial *t) {
  sp_checker *c = t->f->c;
  const size_t n = (size_t)t->n_statistics * t->n_totals;
  double *given = (double *)sp_arena_array(c->arena, n + t->n_statistics, sizeof *given);
  slope *slopes = (slope *)sp_arena_array(c->arena, t->n_totals, sizeof *slopes);
  double largest = 0;
  uint32_t n_seen = 0;
  sp_law_enter(c, GRADIENT_LAW);
  if (sp_check_is_adjusted(t->f) || given == NULL || slopes == NULL ||
      !sp_check_call_value(t, "drawn totals", 0)) {
    return;
  }
  memcpy(given, t->gradient, n * sizeof *given);
  for (size_t i = 0; i < t->n_statistics; i++) given[n + i] = target(t, i);
  for (uint32_t k = 0; k < t->n_totals; k++) largest = fmax(largest, fabs(t->total[k]));
  for (size_t i = 0; i < t->n_statistics; i++) {
    if (!sp_check_call_value(t, "drawn totals", 0) || t->status[i] != SAMPAN_ESTIMABLE) continue;
    n_seen += check_slopes(t, i, given + i * t->n_totals, given[n + i], largest, slopes);
  }
  sp_law_enter(c, GRADIENT_LAW);
  if (n_seen == 0) {
    sp_law_skip(c, "nothing that its totals move is estimable from made-up records; %s",
                t->f->text);
  }
}

static void check_empty(sp_check_trial *t, const sp_check_scores *scores) {
  add_up(t, scores, 0, 1);
  if (sp_check_call_value(t, "no records", 0)) {
    sp_law_enter(t->f->c, "no records are not estimable, or give a finite value");
    for (size_t i = 0; i < t->n_statistics; i++) {
      sp_law_holds(t->f->c, t->status[i] == SAMPAN_NOT_ESTIMABLE || isfinite(t->value[i]),
                   "statistic %u is %g; %s", (unsigned)i, t->value[i], t->f->text);
    }
  }
  add_up(t, scores, 0.5, 0); /* records, but no weight */
  (void)sp_check_call_value(t, "weights of 0", 0);
  add_up(t, scores, 1e-3, 1);
  if (sp_check_call_value(t, "few records", 0)) sp_check_range(t);
  add_up(t, scores, 1, 1e9);
  if (sp_check_call_value(t, "large weights", 0)) sp_check_range(t);
}

void sp_check_value(sp_check_form *f, const sp_check_scores *scores) {
  sp_check_trial t;
  if (sp_check_trial_new(f, &t) < 0) return;
  check_empty(&t, scores);
  add_up(&t, scores, 0.9, 1);
  if (!sp_check_call_value(&t, "drawn totals", 0)) return;
  sp_check_range(&t);
  if (t.n_totals <= 20000) sp_check_gradient(&t);
}
