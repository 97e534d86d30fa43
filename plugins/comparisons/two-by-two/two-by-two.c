/* two-by-two.c - the table of two groups by event or not, from unweighted counts.
 *
 *   Of n0 in the first group (the reference) are a0 events, of n1 in the second a1; p = a / n.
 *     risk ratio       p1 / p0, limits exp(log RR -/+ z sqrt(1/a1 - 1/n1 + 1/a0 - 1/n0))   (Katz)
 *     odds ratio       a1 b0 / (b1 a0), b = n - a, limits by 1/a1 + 1/b1 + 1/a0 + 1/b0    (Woolf)
 *     risk difference  p1 - p0, limits by the Wilson limits of either (Newcombe's method 10);
 *                      Wald's by sqrt(p1 q1 / n1 + p0 q0 / n0)
 *     attributable fraction of the exposed  1 - 1 / RR, limits those of RR
 *     chi-square       N (a1 b0 - b1 a0)^2 / (n1 n0 M B), corrected |.| - N / 2 (Yates)
 *     Fisher           sum of the hypergeometric probabilities not above that of the table
 *
 * Reference: Katz et al., Biometrics 1978;34:469-474; Woolf, Ann Hum Genet 1955;19:251-253;
 * Newcombe, Stat Med 1998;17:873-890; Agresti, Categorical Data Analysis, 3rd ed. 2013, 3.1, 3.5.
 *
 * B1  From counts alone: weights and design do not enter. For survey data use contrast.
 * B2  As in contrast the second estimate stands over, or less, the first: give the reference group
 *     first in `values`.
 * B3  A ratio with a count of 0 below the line is not defined; with 0 above it, it is 0. Neither
 *     has limits: no 1/2 is added.
 * B4  Fisher's two-sided p takes in tables as probable as the one at hand but for 1e-7 of it, as R
 *     does.
 * B5  An empty group, no event, or only events: no test.
 */
#include <math.h>
#include <sampan/plugin.h>

enum {
  RISK_RATIO,
  ODDS_RATIO,
  DIFFERENCE,
  DIFFERENCE_WALD,
  FRACTION,
  CHI2,
  CORRECTED,
  FISHER,
  N_FINDINGS
};

typedef struct table {
  double a0, b0, n0, a1, b1, n1; /* events, the others, all: of the reference, of the second */
} table;

static sampan_finding number(const char *statistic, double estimate) {
  const sampan_finding f = {statistic, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return f;
}

static int32_t read_table(const sampan_call *call, const sampan_compared *in, table *t) {
  for (uint32_t i = 0; i < 2; i++) {
    const int64_t n = in->n_records[i], a = in->n_events[i];
    if (n < 0 || a < 0 || a > n)
      return sampan_fail(call, SAMPAN_E_DATA, "%s has %lld events among %lld records",
                         in->label && in->label[i] ? in->label[i] : "a group", (long long)a,
                         (long long)n);
  }
  t->n0 = (double)in->n_records[0];
  t->a0 = (double)in->n_events[0];
  t->b0 = t->n0 - t->a0;
  t->n1 = (double)in->n_records[1];
  t->a1 = (double)in->n_events[1];
  t->b1 = t->n1 - t->a1;
  return SAMPAN_OK;
}

/* A ratio with limits on the log scale; its standard error is ratio * se(log). */
static void set_ratio(sampan_finding *f, double ratio, double variance, double z) {
  if (!isfinite(ratio)) return; /* B3 */
  f->estimate = ratio;
  if (!(ratio > 0) || !isfinite(variance)) return;
  f->std_error = ratio * sqrt(variance);
  f->lower = ratio * exp(-z * sqrt(variance));
  f->upper = ratio * exp(z * sqrt(variance));
}

/* Wilson's limits: 0 lower, 1 upper. */
static void wilson(double a, double n, double z, double limits[2]) {
  const double p = a / n, z2 = z * z;
  const double half = z * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  limits[0] = fmax((p + z2 / (2 * n) - half) / (1 + z2 / n), 0);
  limits[1] = fmin((p + z2 / (2 * n) + half) / (1 + z2 / n), 1);
}

static void set_differences(const table *t, double z, sampan_finding *out) {
  const double p0 = t->a0 / t->n0, p1 = t->a1 / t->n1, d = p1 - p0;
  double l0[2], l1[2];
  wilson(t->a0, t->n0, z, l0);
  wilson(t->a1, t->n1, z, l1);
  out[DIFFERENCE].estimate = out[DIFFERENCE_WALD].estimate = d;
  out[DIFFERENCE].lower = d - sqrt(pow(p1 - l1[0], 2) + pow(l0[1] - p0, 2));
  out[DIFFERENCE].upper = d + sqrt(pow(l1[1] - p1, 2) + pow(p0 - l0[0], 2));
  const double se = sqrt(p1 * (1 - p1) / t->n1 + p0 * (1 - p0) / t->n0);
  out[DIFFERENCE_WALD].std_error = se;
  out[DIFFERENCE_WALD].lower = d - z * se;
  out[DIFFERENCE_WALD].upper = d + z * se;
}

/* The weight of x + 1 events in the second group over that of x, margins fixed. */
static double step(const table *t, double x) {
  const double m = t->a0 + t->a1;
  return (t->n1 - x) * (m - x) / ((x + 1) * (t->n0 - m + x + 1));
}

static double fisher(const table *t) {
  const double m = t->a0 + t->a1, n = t->n0 + t->n1;
  const double least = fmax(0, m - t->n0), most = fmin(m, t->n1);
  /* Weights are over that of the most probable table, so that none overflows. */
  const double mode = fmin(fmax(floor((m + 1) * (t->n1 + 1) / (n + 2)), least), most);
  double at_table = 1, all = 0, extreme = 0, w = 1;
  for (double x = mode; x < t->a1; x++) at_table *= step(t, x);
  for (double x = mode; x > t->a1; x--) at_table /= step(t, x - 1);
  const double bound = at_table * (1 + 1e-7); /* B4 */
  for (double x = mode; x <= most && w > 0; x++) {
    all += w;
    if (w <= bound) extreme += w;
    w *= step(t, x);
  }
  w = 1;
  for (double x = mode - 1; x >= least && w > 0; x--) {
    w /= step(t, x);
    all += w;
    if (w <= bound) extreme += w;
  }
  return fmin(extreme / all, 1);
}

static void set_tests(const sampan_call *call, const table *t, sampan_finding *out) {
  const double n = t->n0 + t->n1, m = t->a0 + t->a1;
  if (!(t->n0 > 0 && t->n1 > 0 && m > 0 && m < n)) return; /* B5 */
  const double cross = fabs(t->a1 * t->b0 - t->b1 * t->a0);
  const double scale = sqrt(n / (t->n1 * t->n0 * m * (n - m)));
  const double z[2] = {cross * scale, fmax(cross - n / 2, 0) * scale};
  for (int i = 0; i < 2; i++) {
    out[CHI2 + i].test = z[i] * z[i];
    out[CHI2 + i].df = 1;
    out[CHI2 + i].p_value = 2 * call->host->normal_cdf(-z[i]);
  }
  out[FISHER].p_value = fisher(t);
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  static const char *const names[N_FINDINGS] = {"risk ratio",
                                                "odds ratio",
                                                "risk difference",
                                                "risk difference Wald",
                                                "attributable fraction",
                                                "chi-square",
                                                "chi-square corrected",
                                                "Fisher exact"};
  const double z = call->host->normal_quantile(0.5 + in->level / 2);
  table t = {0};
  const int32_t status = read_table(call, in, &t);
  if (status < 0) return status;
  for (int i = 0; i < N_FINDINGS; i++) out[i] = number(names[i], NAN);
  if (t.n0 > 0 && t.n1 > 0) {
    set_ratio(&out[RISK_RATIO], (t.a1 / t.n1) / (t.a0 / t.n0),
              1 / t.a1 - 1 / t.n1 + 1 / t.a0 - 1 / t.n0, z);
    set_ratio(&out[ODDS_RATIO], (t.a1 * t.b0) / (t.b1 * t.a0),
              1 / t.a1 + 1 / t.b1 + 1 / t.a0 + 1 / t.b0, z);
    set_differences(&t, z, out);
    if (out[RISK_RATIO].estimate > 0) {
      out[FRACTION].estimate = 1 - 1 / out[RISK_RATIO].estimate;
      out[FRACTION].lower = 1 - 1 / out[RISK_RATIO].lower;
      out[FRACTION].upper = 1 - 1 / out[RISK_RATIO].upper;
    }
  }
  set_tests(call, &t, out);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = 2,
    .n_findings = N_FINDINGS,
    .compare = compare,
    .flags = SAMPAN_COMPARES_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "two-by-two",
    .version = "1.0.0",
    .label_en = "Two-by-two table",
    .label_zh = "四格表",
    .summary_en =
        "Risk ratio, odds ratio, risk difference and tests of a two-by-two table of unweighted "
        "counts.",
    .summary_zh = "四格表（未加权计数）的危险比、比值比、率差及检验。",
    .formula = "RR = p1 / p0, OR = a1 b0 / (b1 a0), RD = p1 - p0",
    .reference = "Katz, Biometrics 1978; Woolf, Ann Hum Genet 1955; Newcombe, Stat Med 1998",
    .ops = &ops,
};

SAMPAN_MODULE("two-by-two", "GPL-3.0-or-later", &plugin);
