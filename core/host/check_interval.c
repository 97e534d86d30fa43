/* check_interval.c - the laws of intervals: limits hold the estimate, keep to the values that the
 * statistic can take, and widen with the level. */
#include <math.h>

#include "host/check_laws.h"

enum { N_LEVELS = 4 };
static const double levels[N_LEVELS] = {0.8, 0.9, 0.95, 0.99};

typedef struct trial {
  sp_checker *c;
  sp_check_host *host;
  const sampan_interval_ops *ops;
  const sp_check_options *options;
} trial;

/* ---- one call ----------------------------------------------------------------------------- */

static const char *describe(const trial *t, const sampan_interval_in *in) {
  const char *text = sp_arena_printf(
      t->c->arena,
      "%s unit %d, estimate %.6g, se %.6g, df %g, level %g, n %lld, events %g, exposure %g",
      t->options->text, (int)in->unit, in->estimate, in->std_error, in->df, in->level,
      (long long)in->n, in->events, in->exposure);
  return text != NULL ? text : "";
}

/* Calls limits(); 1 if it gave an answer that keeps its contract. */
static int call_limits(const trial *t, const sampan_interval_in *in, sampan_interval_out *out) {
  sp_checker *c = t->c;
  const sampan_interval_in copy = *in;
  struct {
    sampan_interval_out out;
    unsigned char guard[64];
  } room;
  memset(&room, 0xa5, sizeof room);
  room.out = (sampan_interval_out){.struct_size = sizeof room.out, .n_eff = NAN};
  if (sp_check_host_renew(t->host) < 0) return 0;
  const sampan_call call = sp_check_call(t->host, c->plugin, t->options->values);
  const int32_t status = t->ops->limits(&call, &copy, &room.out);
  *out = room.out;
  sp_law_enter(c, "answers every input, with limits or a reason for none");
  if (!sp_law_holds(c, status == SAMPAN_OK, "it returned %d '%s': %s", (int)status,
                    t->host->error.message, describe(t, in))) {
    return 0;
  }
  sp_law_holds(c, out->status == SAMPAN_LIMITS_OK || out->status == SAMPAN_LIMITS_NONE,
               "its status is %d: %s", (int)out->status, describe(t, in));
  sp_law_holds(c, memchr(out->why, '\0', sizeof out->why) != NULL, "`why` has no end");
  if (!sp_law_intact(c)) return 0;
  sp_law_holds(c, out->status == SAMPAN_LIMITS_OK || out->why[0] != '\0',
               "no limits, and no reason why: %s", describe(t, in));
  sp_law_holds(c, out->status != SAMPAN_LIMITS_OK || (!isnan(out->lower) && !isnan(out->upper)),
               "limits %g and %g: %s", out->lower, out->upper, describe(t, in));
  sp_law_enter(c, "writes its answer and nothing else");
  int clean = memcmp(&copy, in, sizeof copy) == 0;
  for (size_t i = 0; i < sizeof room.guard; i++) clean = clean && room.guard[i] == 0xa5;
  sp_law_holds(c, clean, "it wrote elsewhere: %s", describe(t, in));
  return 1;
}

/* ---- consistent inputs -------------------------------------------------------------------- */

/* The value of a parameter yes or no; -1 where the plugin has none of the name. */
static int truth_of(const trial *t, const char *name) {
  const sampan_plugin *p = t->c->plugin;
  for (uint32_t i = 0; i < p->n_params; i++) {
    if (strcmp(p->params[i].name, name) == 0) return t->options->values[i].number != 0;
  }
  return -1;
}

/* A parameter `bounded` that is off asks for limits that may lie anywhere: Wald's, as R gives. */
static int is_unbounded(const trial *t) {
  return truth_of(t, "bounded") == 0;
}

/* A parameter `reflect` asks that a limit beyond the values turns back: arcsine's, as R gives. It
 * then goes up and down with the level. */
static int is_reflected(const trial *t) {
  return truth_of(t, "reflect") == 1;
}

/* A limit as far as the statistic can take it: what lies beyond need not widen. */
static double within(const sampan_interval_in *in, double limit) {
  return fmin(fmax(limit, in->lower_bound), in->upper_bound);
}

static void check_answer(const trial *t, const sampan_interval_in *in,
                         const sampan_interval_out *out) {
  sp_checker *c = t->c;
  const double slack = 1e-9 * (fabs(in->estimate) + in->std_error) + 1e-300;
  if (out->status != SAMPAN_LIMITS_OK) return;
  sp_law_enter(c, "limits hold the estimate");
  sp_law_holds(c, out->lower <= in->estimate + slack && in->estimate <= out->upper + slack,
               "limits %.17g and %.17g: %s", out->lower, out->upper, describe(t, in));
  if (is_unbounded(t)) return;
  sp_law_enter(c, "limits are values that the statistic can take");
  sp_law_holds(c, out->lower >= in->lower_bound && out->upper <= in->upper_bound,
               "limits %.17g and %.17g: %s", out->lower, out->upper, describe(t, in));
}

/* The same input at every level. */
static void check_levels(const trial *t, sampan_interval_in in) {
  sampan_interval_out before = {.status = SAMPAN_LIMITS_NONE}, out, again;
  for (int i = 0; i < N_LEVELS; i++) {
    in.level = levels[i];
    if (!call_limits(t, &in, &out)) return;
    check_answer(t, &in, &out);
    if (!call_limits(t, &in, &again)) return;
    sp_law_enter(t->c, "the same input gives the same limits");
    sp_law_holds(
        t->c,
        out.status == again.status && (out.status != SAMPAN_LIMITS_OK ||
                                       (out.lower == again.lower && out.upper == again.upper)),
        "%.17g, %.17g, then %.17g, %.17g: %s", out.lower, out.upper, again.lower, again.upper,
        describe(t, &in));
    /* Korn and Graubard's effective size depends on the level, much so in the smallest samples. */
    if (i > 0 && in.n >= 30 && !is_reflected(t) && before.status == SAMPAN_LIMITS_OK &&
        out.status == SAMPAN_LIMITS_OK) {
      const double slack = 1e-9 * (before.upper - before.lower);
      sp_law_enter(t->c, "limits widen with the level");
      sp_law_holds(t->c,
                   within(&in, out.lower) <= within(&in, before.lower) + slack &&
                       within(&in, out.upper) >= within(&in, before.upper) - slack,
                   "%.17g to %.17g at %g, %.17g to %.17g at %g: %s", before.lower, before.upper,
                   levels[i - 1], out.lower, out.upper, levels[i], describe(t, &in));
    }
    before = out;
  }
}

/* The weights of one event, from the least to the most: as of two age groups. */
static void set_weights(sampan_interval_in *in, double least, double most) {
  in->gradient_max = most;
  in->gradient_mean = (least + most) / 2;
  in->gradient_mean_square = (least * least + most * most) / 2;
}

/* What k events of n records come to in a unit. `effect`: the variance over that of simple
 * sampling.
 */
static sampan_interval_in input_of(int32_t unit, int64_t n, int64_t k, double effect, double df) {
  const double x = (double)k, m = (double)n;
  sampan_interval_in in = {.struct_size = sizeof in,
                           .unit = unit,
                           .df = df,
                           .level = 0.95,
                           .n = n,
                           .n_positive = n,
                           .n_events = k,
                           .events = x,
                           .exposure = m,
                           .lower_bound = 0,
                           .upper_bound = HUGE_VAL,
                           .per = 1};
  switch (unit) {
    case SAMPAN_UNIT_PROPORTION:
      in.estimate = n > 0 ? x / m : 0;
      in.std_error = n > 0 ? sqrt(effect * in.estimate * (1 - in.estimate) / m) : 0;
      set_weights(&in, n > 0 ? 1 / m : 0, n > 0 ? 1 / m : 0);
      in.upper_bound = 1;
      return in;
    case SAMPAN_UNIT_COUNT:
      in.estimate = x;
      in.std_error = sqrt(effect * x);
      set_weights(&in, 1, 1);
      return in;
    case SAMPAN_UNIT_RATE:
      in.per = 100000;
      in.exposure = 1000 * m;
      break;
    case SAMPAN_UNIT_RATIO:
    default:
      in.lower_bound = -HUGE_VAL;
  }
  in.estimate = in.exposure > 0 ? in.per * x / in.exposure : 0;
  in.std_error = in.exposure > 0 ? in.per * sqrt(effect * x) / in.exposure : 0;
  const double weight = in.exposure > 0 ? in.per / in.exposure : 0;
  set_weights(&in, weight, weight * (effect > 1 ? effect : 1));
  return in;
}

static void check_unit(const trial *t, int32_t unit) {
  static const int64_t sizes[] = {1, 2, 3, 12, 30, 1000, 100000, 100000000};
  static const double effects[] = {0, 1, 2.5, 0.3}, dfs[] = {HUGE_VAL, 1, 2, 30, 1e6};
  for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
    const int64_t n = sizes[s];
    const int64_t events[] = {0, 1, 2, 10, n / 10, n / 2, n - 1, n};
    for (size_t e = 0; e < sizeof events / sizeof events[0]; e++) {
      if (events[e] < 0 || events[e] > n) continue;
      for (size_t f = 0; f < sizeof effects / sizeof effects[0]; f++) {
        for (size_t d = 0; d < sizeof dfs / sizeof dfs[0]; d++) {
          check_levels(t, input_of(unit, n, events[e], effects[f], dfs[d]));
        }
      }
    }
  }
}

/* ---- inputs that do not go together --------------------------------------------- */

static void check_extremes(const trial *t, int32_t unit) {
  static const double odd[] = {0, 1e-12, 0.01, 0.5, 1, NAN};
  uint64_t seed = SP_CHECK_SEED;
  const uint64_t n_odd = sizeof odd / sizeof odd[0];
  for (int i = 0; i < 4000; i++) {
    sampan_interval_out out;
    sampan_interval_in in = input_of(unit, 1 + (int64_t)sp_check_below(&seed, 100), 1, 1, 10);
    if (i % 4 == 0) in.df = i % 8 == 0 ? 0 : -1;
    if (i % 3 == 0) in.estimate = odd[sp_check_below(&seed, n_odd)];
    if (i % 5 == 0) in.std_error = odd[sp_check_below(&seed, n_odd)];
    if (i % 7 == 0) in.gradient_max = odd[sp_check_below(&seed, n_odd)];
    if (i % 9 == 0) in.gradient_mean = odd[sp_check_below(&seed, n_odd)];
    if (i % 10 == 0) in.gradient_mean_square = odd[sp_check_below(&seed, n_odd)];
    if (i % 11 == 0) in.exposure = odd[sp_check_below(&seed, n_odd)];
    if (i % 13 == 0) in.n = in.n_positive = in.n_events = 0;
    if (!call_limits(t, &in, &out)) return;
    if (out.status != SAMPAN_LIMITS_OK) continue;
    sp_law_enter(t->c, "the lower limit is not above the upper one");
    sp_law_holds(t->c, out.lower <= out.upper, "limits %g and %g: %s", out.lower, out.upper,
                 describe(t, &in));
  }
}

/* ---- replicate weights ---------------------------------------------------------- */

enum { REPLICATES = 12 };

/* An estimate with what the replicates make of it. `kind` 1: one replicate has no estimate; 2: all
 * are the estimate; 3: some lie at the bounds of what the statistic can take. */
static void check_replicates(const trial *t, int32_t unit) {
  double replicate[REPLICATES], factor[REPLICATES];
  uint64_t seed = SP_CHECK_SEED + (uint64_t)unit;
  for (int i = 0; i < 64; i++) {
    const int kind = i % 4;
    sampan_interval_in in = input_of(unit, 200, 1 + (int64_t)sp_check_below(&seed, 198), 1, 15);
    double squares = 0;
    for (int r = 0; r < REPLICATES; r++) {
      const double off = kind == 2 ? 0 : 0.2 * (sp_check_uniform(&seed) - 0.5);
      replicate[r] = within(&in, in.estimate * (1 + off));
      if (kind == 1 && r == 5) replicate[r] = NAN;
      if (kind == 3 && r == 7) replicate[r] = isfinite(in.lower_bound) ? in.lower_bound : 0;
      if (kind == 3 && r == 8 && isfinite(in.upper_bound)) replicate[r] = in.upper_bound;
      factor[r] = 1.0 / REPLICATES;
      if (isnan(replicate[r])) continue;
      squares += factor[r] * (replicate[r] - in.estimate) * (replicate[r] - in.estimate);
    }
    in.std_error = sqrt(squares);
    in.n_replicates = REPLICATES;
    in.about_estimate = i / 4 % 2;
    in.replicate = replicate;
    in.replicate_factor = factor;
    check_levels(t, in);
  }
}

void sp_check_interval(sp_checker *c) {
  sp_check_host host;
  sp_check_options *sets;
  sampan_error error;
  uint32_t n;
  sp_error_clear(&error);
  sp_law_enter(c, "answers every input, with limits or a reason for none");
  if (sp_check_parameters(c, &sets, &n, &error) < 0 || sp_check_host_init(&host) < 0) {
    sp_law_skip(c, "no parameters could be made up: %s", error.message);
    return;
  }
  const sampan_interval_ops *ops = (const sampan_interval_ops *)c->plugin->ops;
  for (uint32_t i = 0; i < n; i++) {
    const trial t = {.c = c, .host = &host, .ops = ops, .options = &sets[i]};
    for (int32_t unit = SAMPAN_UNIT_NONE; unit <= SAMPAN_UNIT_RATIO; unit++) {
      if ((ops->units >> unit & 1U) == 0) continue;
      check_unit(&t, unit);
      check_extremes(&t, unit);
      check_replicates(&t, unit);
    }
  }
  sp_check_host_clear(&host);
}
