/* stat_interval_laws_test.c - what must hold of every interval of a proportion or a rate, and the
 * edges of those that have no test of their own. */
#include <stddef.h>

#include "stat_support.h"

static sampan_interval_out limits_of(stat_plugin *s, const sampan_interval_in *in) {
  sampan_interval_out out = {.struct_size = sizeof out};
  const int32_t status = ((const sampan_interval_ops *)s->plugin->ops)->limits(&s->call, in, &out);
  cr_assert_eq(status, SAMPAN_OK);
  cr_assert(out.status == SAMPAN_LIMITS_OK || out.why[0], "no limits and no reason");
  cr_assert(out.status == SAMPAN_LIMITS_OK || (isnan(out.lower) && isnan(out.upper)));
  return out;
}

static sampan_interval_in proportion(double p, double n, double df) {
  const sampan_interval_in in = {.struct_size = sizeof in,
                                 .unit = SAMPAN_UNIT_PROPORTION,
                                 .estimate = p,
                                 .std_error = sqrt(p * (1 - p) / n),
                                 .df = df,
                                 .level = 0.95,
                                 .n = (int64_t)n,
                                 .n_positive = (int64_t)n,
                                 .n_events = (int64_t)llround(n * p),
                                 .events = n * p,
                                 .exposure = n,
                                 .upper_bound = 1,
                                 .per = 1};
  return in;
}

static sampan_interval_in rate(double events, double exposure, double per) {
  const double weight = per / exposure;
  const sampan_interval_in in = {.struct_size = sizeof in,
                                 .unit = SAMPAN_UNIT_RATE,
                                 .estimate = events * weight,
                                 .std_error = sqrt(events) * weight,
                                 .df = HUGE_VAL,
                                 .level = 0.95,
                                 .n = 18,
                                 .n_positive = 18,
                                 .events = events,
                                 .exposure = exposure,
                                 .gradient_max = weight,
                                 .gradient_mean = weight,
                                 .gradient_mean_square = weight * weight,
                                 .upper_bound = HUGE_VAL,
                                 .per = per};
  return in;
}

static const char *const sizes[] = {"effective", "records", "exposure"};
static const double levels[] = {0.5, 0.8, 0.9, 0.95, 0.99, 0.999999};
enum { N_LEVELS = sizeof levels / sizeof levels[0] };

/* Opens an interval of proportions; 0 where it has no such size. */
static int open_sized(stat_plugin *s, const char *name, int size) {
  stat_open(s, SAMPAN_INTERVAL, name);
  if (strcmp(name, "wald") == 0) stat_set_number(s, "bounded", 1);
  for (uint32_t i = 0; i < s->plugin->n_params; i++) {
    if (strcmp(s->plugin->params[i].name, "size") != 0) continue;
    if (size == 0 && !strstr(s->plugin->params[i].choices, "effective")) return 0;
    stat_set_choice(s, "size", sizes[size]);
    return 1;
  }
  return size == 0;
}

static const char *const proportions[] = {"wald",          "logit",           "likelihood",
                                          "arcsine",       "wilson",          "jeffreys",
                                          "agresti-coull", "clopper-pearson", "korn-graubard"};
enum { N_PROPORTIONS = sizeof proportions / sizeof proportions[0] };

/* Limits of p at every level: in order, between 0 and 1, about p, the wider the higher the level;
 * those of 1 - p are the same from the other end. */
static void check_proportion(stat_plugin *s, double p, double n, double df) {
  sampan_interval_out before = {.status = SAMPAN_LIMITS_NONE};
  for (int i = 0; i < N_LEVELS; i++) {
    sampan_interval_in in = proportion(p, n, df), mirror = proportion(1 - p, n, df);
    in.level = mirror.level = levels[i];
    const sampan_interval_out out = limits_of(s, &in), other = limits_of(s, &mirror);
    cr_assert_eq(out.status, SAMPAN_LIMITS_OK, "%s %g of %g: %s", s->plugin->name, p, n, out.why);
    cr_assert(0 <= out.lower && out.lower <= p * (1 + 1e-12) && p <= out.upper * (1 + 1e-12) &&
                  out.upper <= 1,
              "%s, %g of %g at %g: %.17g to %.17g", s->plugin->name, p, n, levels[i], out.lower,
              out.upper);
    cr_assert(fabs(1 - out.upper - other.lower) < 1e-9 && fabs(1 - out.lower - other.upper) < 1e-9,
              "%s, %g of %g: %.17g to %.17g, and %.17g to %.17g", s->plugin->name, p, n, out.lower,
              out.upper, other.lower, other.upper);
    /* Jeffreys and Korn-Graubard adjust n for df by the level, much so with few records. */
    if (before.status == SAMPAN_LIMITS_OK && (n >= 30 || df > 1e9))
      cr_assert(out.lower <= before.lower * (1 + 1e-12) && out.upper >= before.upper * (1 - 1e-12),
                "%s, %g of %g at %g: %.17g to %.17g", s->plugin->name, p, n, levels[i], out.lower,
                out.upper);
    before = out;
  }
}

Test(interval_laws, proportions) {
  static const double ns[] = {10, 30, 1000, 1e6, 1e8}, dfs[] = {HUGE_VAL, 40, 3};
  static const double ps[] = {1e-8, 1e-6, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999};
  for (int m = 0; m < N_PROPORTIONS; m++) {
    for (int size = 0; size < 3; size++) {
      stat_plugin s;
      if (open_sized(&s, proportions[m], size)) {
        for (size_t k = 0; k < sizeof ns / sizeof ns[0]; k++)
          for (size_t j = 0; j < sizeof ps / sizeof ps[0]; j++)
            for (size_t d = 0; d < sizeof dfs / sizeof dfs[0]; d++) {
              const double x = ps[j] * ns[k];
              if (x < 0.5 || fabs(x - round(x)) > 1e-9 * x) continue; /* events are whole */
              check_proportion(&s, ps[j], ns[k], dfs[d]);
            }
      }
      stat_close(&s);
    }
  }
}

/* At n = 1e8 every one is the normal interval to about its next order, 1 / n. */
Test(interval_laws, a_hundred_million_records) {
  const double p = 0.25, se = sqrt(p * (1 - p) / 1e8);
  for (int m = 0; m < N_PROPORTIONS; m++) {
    for (int size = 0; size < 3; size++) {
      stat_plugin s;
      if (open_sized(&s, proportions[m], size)) {
        const sampan_interval_in in = proportion(p, 1e8, HUGE_VAL);
        const sampan_interval_out out = limits_of(&s, &in);
        cr_assert(fabs(out.lower - (p - 1.959963984540054 * se)) < 3e-8, "%s", proportions[m]);
        cr_assert(fabs(out.upper - (p + 1.959963984540054 * se)) < 3e-8, "%s", proportions[m]);
      }
      stat_close(&s);
    }
  }
}

/* No error, no df, nothing to estimate, no records: no limits, and why. */
Test(interval_laws, proportions_without) {
  static const char *const names[] = {"arcsine", "likelihood", "agresti-coull", "jeffreys"};
  for (int m = 0; m < 4; m++) {
    stat_plugin s;
    stat_open(&s, SAMPAN_INTERVAL, names[m]);
    for (int one = 0; one < 2; one++) { /* A1, H1, G1, J1 */
      const sampan_interval_in in = proportion(one, 700, 45);
      const sampan_interval_out out = limits_of(&s, &in);
      cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
      cr_assert_not_null(strstr(out.why, "korn-graubard"));
    }
    static const double dfs[] = {0, -1, NAN};
    for (int d = 0; d < 3; d++) {
      const sampan_interval_in in = proportion(0.3, 100, dfs[d]);
      cr_assert_str_eq(limits_of(&s, &in).why, "no degrees of freedom");
    }
    sampan_interval_in in = proportion(0.3, 100, 20);
    in.std_error = NAN;
    cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
    in = proportion(0.3, 100, 20);
    in.estimate = NAN;
    cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
    for (int size = 1; size < 3; size++) {
      in = proportion(0.3, 100, 20);
      in.n_positive = 0;
      in.exposure = 0;
      stat_set_choice(&s, "size", sizes[size]);
      cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
    }
    stat_close(&s);
  }
}

/* H2: with nothing or all, one limit is the estimate and the other has exp(-c^2 / 2n) left. */
Test(likelihood, nothing_or_all_of_n) {
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "likelihood");
  stat_set_choice(&s, "size", "records");
  for (int one = 0; one < 2; one++) {
    const sampan_interval_in in = proportion(one, 50, HUGE_VAL);
    const sampan_interval_out out = limits_of(&s, &in);
    const double rest = exp(-1.959963984540054 * 1.959963984540054 / 100);
    STAT_NEAR(out.lower, one ? rest : 0, 1e-12);
    STAT_NEAR(out.upper, one ? 1 : 1 - rest, 1e-12);
  }
  stat_close(&s);
}

/* The limits are roots of the equation, also for a share of one in a hundred million. */
Test(likelihood, limits_are_roots) {
  static const double ps[] = {1e-8, 1e-3, 0.2, 0.97};
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "likelihood");
  stat_set_choice(&s, "size", "records");
  for (int i = 0; i < 4; i++) {
    const double n = ps[i] < 1e-3 ? 1e8 : 3000, p = ps[i];
    const double h = 1.959963984540054 * 1.959963984540054 / (2 * n);
    const sampan_interval_in in = proportion(p, n, HUGE_VAL);
    const sampan_interval_out out = limits_of(&s, &in);
    for (int up = 0; up < 2; up++) {
      const double q = up ? out.upper : out.lower;
      STAT_NEAR(-p * log1p((q - p) / p) - (1 - p) * log1p(-(q - p) / (1 - p)), h, 1e-9);
    }
  }
  stat_close(&s);
}

/* A3 */
Test(arcsine, stops_or_turns_back) {
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "arcsine");
  sampan_interval_in in = proportion(0.05, 20, 10);
  cr_assert_eq(limits_of(&s, &in).lower, 0);
  stat_set_number(&s, "reflect", 1);
  const double angle = asin(sqrt(0.05)), width = 2.2281388519649385 / (2 * sqrt(20));
  cr_assert_gt(width, angle);
  STAT_NEAR(limits_of(&s, &in).lower, sin(angle - width) * sin(angle - width), 1e-9);
  in = proportion(0.95, 20, 10);
  STAT_NEAR(limits_of(&s, &in).upper, 1 - sin(angle - width) * sin(angle - width), 1e-9);
  in = proportion(0.05, 20, 1); /* so far that the limit would pass the estimate */
  cr_assert_eq(limits_of(&s, &in).lower, 0);
  stat_close(&s);
}

/* L6, H3: the log odds of the replicates, and what happens where one has none. */
Test(replicates, log_odds) {
  static const char *const names[] = {"logit", "likelihood"};
  double p[4] = {0.2, 0.3, NAN, 0.28}, factor[4] = {0.5, 0.5, 0.5, 0};
  for (int m = 0; m < 2; m++) {
    stat_plugin s;
    stat_open(&s, SAMPAN_INTERVAL, names[m]);
    sampan_interval_in in = proportion(0.25, 100, 12);
    const sampan_interval_out plain = limits_of(&s, &in);
    in.n_replicates = 4;
    in.replicate = p;
    in.replicate_factor = factor;
    p[0] = 0.2;
    for (int about = 0; about < 2; about++) {
      const double a = log(0.2 / 0.8), b = log(0.3 / 0.7);
      const double centre = about ? log(0.25 / 0.75) : (a + b) / 2;
      const double se = sqrt(0.5 * (a - centre) * (a - centre) + 0.5 * (b - centre) * (b - centre));
      in.about_estimate = about;
      stat_set_choice(&s, "replicates", "transformed");
      const sampan_interval_out out = limits_of(&s, &in);
      stat_set_choice(&s, "replicates", "delta");
      const sampan_interval_out delta = limits_of(&s, &in);
      cr_assert_eq(delta.lower, plain.lower);
      cr_assert_neq(out.lower, delta.lower);
      in.n_replicates = 0; /* the same error by delta */
      const double by_estimate = in.std_error;
      in.std_error = se * 0.25 * 0.75;
      const sampan_interval_out same = limits_of(&s, &in);
      STAT_NEAR(out.lower, same.lower, 1e-12);
      STAT_NEAR(out.upper, same.upper, 1e-12);
      in.std_error = by_estimate;
      in.n_replicates = 4;
    }
    p[0] = 0;
    stat_set_choice(&s, "replicates", "transformed");
    const sampan_interval_out fallen = limits_of(&s, &in);
    cr_assert_eq(fallen.lower, plain.lower);
    cr_assert_not_null(strstr(fallen.why, "replicate"));
    in.struct_size = (uint32_t)offsetof(sampan_interval_in, gradient_mean); /* a host of ABI 1.0 */
    cr_assert_str_empty(limits_of(&s, &in).why);
    stat_close(&s);
  }
}

/* X4: the limits of exp(b) are exp of those of b. */
Test(replicates, logarithm) {
  const double b[4] = {0.2, -0.4, 0.9, 0.1}, factor[4] = {0.5, 0.5, 0.5, 0.5};
  double ratio[4];
  stat_plugin s;
  sampan_interval_in in = proportion(exp(0.15), 100, 12);
  in.unit = SAMPAN_UNIT_RATIO;
  in.upper_bound = HUGE_VAL;
  in.std_error = 0.5;
  stat_open(&s, SAMPAN_INTERVAL, "log");
  const sampan_interval_out plain = limits_of(&s, &in);
  for (int r = 0; r < 4; r++) ratio[r] = exp(b[r]);
  in.n_replicates = 4;
  in.replicate = ratio;
  in.replicate_factor = factor;
  for (int about = 0; about < 2; about++) {
    const double centre = about ? 0.15 : 0.2;
    double variance = 0;
    for (int r = 0; r < 4; r++) variance += 0.5 * (b[r] - centre) * (b[r] - centre);
    const double width = s.call.host->t_quantile(0.5 + in.level / 2, in.df) * sqrt(variance);
    in.about_estimate = about;
    const sampan_interval_out out = limits_of(&s, &in);
    STAT_NEAR(out.lower, exp(0.15 - width), 1e-12);
    STAT_NEAR(out.upper, exp(0.15 + width), 1e-12);
    cr_assert_str_empty(out.why);
  }
  stat_set_choice(&s, "replicates", "delta");
  cr_assert_eq(limits_of(&s, &in).lower, plain.lower);
  stat_set_choice(&s, "replicates", "transformed");
  ratio[2] = 0;
  cr_assert_eq(limits_of(&s, &in).lower, plain.lower);
  cr_assert_not_null(strstr(limits_of(&s, &in).why, "replicate"));
  stat_close(&s);
}

/* K7, K8 */
Test(korn_graubard, cap_and_df) {
  stat_plugin s;
  sampan_interval_in in = proportion(0.2, 500, 10);
  in.std_error = 0.01; /* better than 500 records */
  stat_open(&s, SAMPAN_INTERVAL, "korn-graubard");
  const sampan_interval_out capped = limits_of(&s, &in);
  cr_assert_eq(capped.n_eff, 500);
  stat_set_choice(&s, "cap", "no");
  STAT_NEAR(limits_of(&s, &in).n_eff, 1600, 1e-12);
  stat_set_choice(&s, "convention", "r");
  stat_set_choice(&s, "cap", "yes");
  cr_assert_eq(limits_of(&s, &in).n_eff, 500);
  cr_assert_eq(limits_of(&s, &in).lower, capped.lower);
  stat_set_choice(&s, "cap", "convention");
  STAT_NEAR(limits_of(&s, &in).n_eff, 1600, 1e-12);
  /* n_eff 1600, of which the df leave 1600 (1.9647 / 2.2281)^2 = 1244, and n* = 500. */
  stat_set_choice(&s, "convention", "nchs");
  stat_set_choice(&s, "cap", "adjusted");
  STAT_NEAR(limits_of(&s, &in).n_eff, 1600, 1e-12);
  cr_assert_gt(limits_of(&s, &in).lower, capped.lower); /* not 500 (1.9647 / 2.2281)^2 = 389 */
  in.df = INFINITY;
  stat_set_number(&s, "adjust_df", 0);
  const sampan_interval_out of_records = limits_of(&s, &in);
  stat_set_choice(&s, "cap", "yes");
  cr_assert_eq(limits_of(&s, &in).lower, of_records.lower); /* n* = 500 both */
  stat_set_number(&s, "adjust_df", 1);
  stat_set_choice(&s, "cap", "convention");
  in.std_error = 0.03;
  in.df = 499;
  const sampan_interval_out by_records = limits_of(&s, &in);
  stat_set_number(&s, "adjust_df", 0);
  in.df = 0; /* plays no part */
  STAT_NEAR(limits_of(&s, &in).lower, by_records.lower, 1e-12);
  STAT_NEAR(limits_of(&s, &in).upper, by_records.upper, 1e-12);
  stat_close(&s);
}

Test(wald, sizes_are_for_proportions) { /* W4 */
  stat_plugin s;
  sampan_interval_in in = rate(10, 1000, 1000);
  stat_open(&s, SAMPAN_INTERVAL, "wald");
  stat_set_choice(&s, "size", "exposure");
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  stat_close(&s);
}

/* ---- rates -------------------------------------------------------------------------------- */

static const char *const forms[] = {"exact", "mid-p", "score", "square-root"};

Test(interval_laws, rates) {
  static const char *const names[] = {"poisson", "poisson", "poisson", "poisson",
                                      "byar",    "log",     "tiwari",  "fay-feuer"};
  static const double events[] = {0, 1, 2, 9, 100, 12345, 1e8};
  for (int m = 0; m < 8; m++) {
    stat_plugin s;
    stat_open(&s, SAMPAN_INTERVAL, names[m]);
    if (m < 4) stat_set_choice(&s, "form", forms[m]);
    for (size_t k = 0; k < sizeof events / sizeof events[0]; k++) {
      sampan_interval_out before = {.lower = HUGE_VAL, .upper = 0};
      for (int i = 0; i < N_LEVELS; i++) {
        sampan_interval_in in = rate(events[k], 3e9, 1e5);
        in.level = levels[i];
        const sampan_interval_out out = limits_of(&s, &in);
        if (events[k] == 0 && strcmp(names[m], "log") == 0) { /* X1 */
          cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
          continue;
        }
        cr_assert_eq(out.status, SAMPAN_LIMITS_OK, "%s: %s", names[m], out.why);
        cr_assert(0 <= out.lower && out.lower <= in.estimate && in.estimate <= out.upper &&
                      isfinite(out.upper) && (out.lower < out.upper || events[k] == 0),
                  "%s of %g at %g: %.17g to %.17g", names[m], events[k], levels[i], out.lower,
                  out.upper);
        cr_assert(out.lower <= before.lower && out.upper >= before.upper,
                  "%s of %g at %g: %.17g to %.17g", names[m], events[k], levels[i], out.lower,
                  out.upper);
        if (events[k] == 0) cr_assert_eq(out.lower, 0); /* P1, T1 */
        if (events[k] > 1e7 && levels[i] == 0.95) {
          STAT_NEAR(out.lower, in.estimate * (1 - 1.959963984540054e-4), 4e-8);
          STAT_NEAR(out.upper, in.estimate * (1 + 1.959963984540054e-4), 4e-8);
        }
        before = out;
      }
    }
    stat_close(&s);
  }
}

/* P2, B3: a standardized rate is refused, with 0 events as well; observed over expected is not. */
Test(poisson, wants_events_that_count_the_same) {
  static const char *const names[] = {"poisson", "byar"};
  for (int m = 0; m < 2; m++) {
    stat_plugin s;
    stat_open(&s, SAMPAN_INTERVAL, names[m]);
    for (double events = 0; events < 20; events += 14) {
      sampan_interval_in in = rate(events, 2615.8, 1e5);
      in.estimate *= 0.7; /* standardized */
      in.gradient_max = 51.5;
      in.gradient_mean = 36;
      in.gradient_mean_square = 1376;
      const sampan_interval_out out = limits_of(&s, &in);
      cr_assert_eq(out.status, SAMPAN_LIMITS_NONE);
      cr_assert_not_null(strstr(out.why, "fay-feuer"));
    }
    sampan_interval_in in = rate(0, 2615.8, 1); /* none observed, 14.7 expected */
    in.gradient_max = in.gradient_mean = 1 / 14.7;
    STAT_NEAR(limits_of(&s, &in).upper, 3.6888794541139363 / 14.7, 1e-9);
    in.events = NAN;
    cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
    stat_close(&s);
  }
}

Test(tiwari, edges) { /* T2, T3, T4 */
  stat_plugin s, exact;
  stat_open(&s, SAMPAN_INTERVAL, "tiwari");
  stat_open(&exact, SAMPAN_INTERVAL, "poisson");
  sampan_interval_in in = rate(7, 5e4, 1e5);
  sampan_interval_out out = limits_of(&s, &in), like = limits_of(&exact, &in);
  STAT_NEAR(out.lower, like.lower, 1e-11);
  STAT_NEAR(out.upper, like.upper, 1e-11);
  in.std_error = 0;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in = rate(7, 5e4, 1e5);
  in.gradient_mean_square *= 0.5; /* less than the mean allows */
  cr_assert_not_null(strstr(limits_of(&s, &in).why, "contradict"));
  in.gradient_mean = in.gradient_mean_square = NAN; /* no cells */
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  in = rate(7, 5e4, 1e5);
  in.struct_size = (uint32_t)offsetof(sampan_interval_in, gradient_mean); /* a host of ABI 1.0 */
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  stat_close(&s);
  stat_close(&exact);
}

Test(log, edges) { /* X1, X2, X3 */
  stat_plugin s;
  stat_open(&s, SAMPAN_INTERVAL, "log");
  sampan_interval_in in = rate(0, 5e4, 1e5);
  cr_assert_not_null(strstr(limits_of(&s, &in).why, "poisson"));
  in.unit = SAMPAN_UNIT_NONE;
  in.estimate = -3;
  in.std_error = 1;
  cr_assert_not_null(strstr(limits_of(&s, &in).why, "wald"));
  in.estimate = 3;
  in.df = 0;
  cr_assert_str_eq(limits_of(&s, &in).why, "no degrees of freedom");
  in.df = 7;
  STAT_NEAR(limits_of(&s, &in).upper, 3 * exp(2.3646242515927849 / 3), 1e-12);
  in.std_error = 0;
  const sampan_interval_out out = limits_of(&s, &in);
  cr_assert_eq(out.lower, 3);
  cr_assert_not_null(strstr(out.why, "complete count"));
  in.std_error = NAN;
  cr_assert_eq(limits_of(&s, &in).status, SAMPAN_LIMITS_NONE);
  stat_close(&s);
}
