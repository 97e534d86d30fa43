/* mann-kendall.c - whether a series rises or falls, and how fast: Mann-Kendall test, Kendall's
 * tau-b, and Sen's slope.
 *
 *   S = sum over pairs i < j of sign(y_j - y_i) sign(x_j - x_i);  z = (S - sign S) / sqrt(V(S))
 *   tau-b = S / sqrt((pairs not tied in x) (pairs not tied in y))
 *   Sen's slope: the median of the M slopes (y_j - y_i) / (x_j - x_i); limits are the order
 *   statistics (M - C) / 2 and (M + C) / 2 + 1, C = normal quantile * sqrt(V(S)), interpolated;
 *   intercept: the median of y - slope x
 *
 * Reference: Mann, Econometrica 1945;13:245-259; Kendall, Rank Correlation Methods, 4th ed. 1975;
 * Sen, J Am Stat Assoc 1968;63:1379-1389; Gilbert, Statistical Methods for Environmental Pollution
 * Monitoring, 1987, 16.4-16.5.
 *
 * K1  Estimates and positions alone: standard errors and design do not enter.
 * K2  V(S) allows for ties in either, exactly as Kendall gives it.
 * K3  `p: exact` counts the orders of n different values; it needs a series without ties, else
 * there is no p-value, and a note says why. K4  Limits whose order statistic would lie outside the
 * slopes are not defined. K5  Fewer than 2 different positions are an error; a constant series has
 * S = 0 and no tau.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stdlib.h>

enum { PARAM_P };
enum { P_NORMAL = 0, P_EXACT = 1 };
enum { SCORE, VARIANCE, TAU, SLOPE, INTERCEPT, LENGTH, N_FINDINGS };
enum { MOST_ESTIMATES = 2000, MOST_EXACT = 300 };

static const sampan_param params[] = {{"p", SAMPAN_P_CHOICE, 0, "normal|exact", "normal", 1, 0,
                                       "the p-value by the normal distribution, or exact (no ties)",
                                       "p 值：正态近似，或精确（无结）"}};

static sampan_finding number(const char *statistic, double estimate) {
  const sampan_finding f = {statistic, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return f;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double sign(double x) {
  return (x > 0) - (x < 0);
}

/* What the groups of equal values take part with. */
typedef struct ties {
  double pairs, pairs_1, triples, v; /* sum t(t-1)/2, t(t-1), t(t-1)(t-2), t(t-1)(2t+5) */
} ties;

static ties count_ties(double *sorted, uint32_t n) {
  ties sum = {0, 0, 0, 0};
  qsort(sorted, n, sizeof *sorted, ascending);
  for (uint32_t i = 0, j; i < n; i = j) {
    for (j = i + 1; j < n && sorted[j] == sorted[i];) j++;
    const double t = j - i;
    sum.pairs += t * (t - 1) / 2;
    sum.pairs_1 += t * (t - 1);
    sum.triples += t * (t - 1) * (t - 2);
    sum.v += t * (t - 1) * (2 * t + 5);
  }
  return sum;
}

static double variance_of(double n, const ties *x, const ties *y) { /* K2 */
  double v = (n * (n - 1) * (2 * n + 5) - x->v - y->v) / 18;
  v += x->pairs_1 * y->pairs_1 / (2 * n * (n - 1));
  if (n > 2) v += x->triples * y->triples / (9 * n * (n - 1) * (n - 2));
  return v;
}

/* The share of the orders of n values that have at most `most` pairs in the one order: the
 * distribution of inversions, built up value by value. */
static double share_of_orders(uint32_t n, uint64_t most, double *share, double *before) {
  double sum = 0;
  share[0] = 1;
  for (uint64_t d = 1; d <= most; d++) share[d] = 0;
  for (uint32_t m = 2; m <= n; m++) { /* the m-th value makes 0 to m - 1 inversions */
    double window = 0;
    memcpy(before, share, (most + 1) * sizeof *share);
    for (uint64_t d = 0; d <= most; d++) {
      window += before[d];
      if (d >= m) window -= before[d - m];
      share[d] = window / m;
    }
  }
  for (uint64_t d = 0; d <= most; d++) sum += share[d];
  return sum;
}

static int32_t exact_p(const sampan_call *call, uint32_t n, double s, int has_ties, double *p) {
  const uint64_t pairs = (uint64_t)n * (n - 1) / 2;
  if (has_ties || n > MOST_EXACT) { /* K3 */
    call->host->note(call, has_ties
                               ? "mann-kendall: the series has ties, for which there is no exact "
                                 "p-value; ask for `p: normal`"
                               : "mann-kendall: no exact p-value for more than 300 estimates; "
                                 "ask for `p: normal`");
    return SAMPAN_OK;
  }
  const uint64_t fewer = (pairs - (uint64_t)fabs(s)) / 2; /* pairs against the trend */
  double *share = call->host->alloc(call, 2 * (pairs + 1) * sizeof *share);
  if (!share) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  *p = fmin(1, 2 * share_of_orders(n, fewer, share, share + pairs + 1));
  return SAMPAN_OK;
}

/* The order statistic of a rank, 1 the first, interpolated. */
static double at_rank(const double *sorted, uint64_t n, double rank) {
  if (!(rank >= 1 && rank <= (double)n)) return NAN; /* K4 */
  const uint64_t low = (uint64_t)rank;
  if (low == n) return sorted[n - 1];
  return sorted[low - 1] + (rank - (double)low) * (sorted[low] - sorted[low - 1]);
}

static double median(const double *sorted, uint64_t n) {
  return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n = in->n;
  const double *x = in->position, *y = in->estimate;
  if (n > MOST_ESTIMATES)
    return sampan_fail(call, SAMPAN_E_PLAN, "mann-kendall takes up to %d estimates, not %u",
                       MOST_ESTIMATES, n);
  double *sorted = call->host->alloc(call, (uint64_t)n * sizeof *sorted);
  double *slopes = call->host->alloc(call, (uint64_t)n * (n - 1) / 2 * sizeof *slopes);
  if (!sorted || !slopes) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  uint64_t n_slopes = 0;
  double s = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = i + 1; j < n; j++) {
      s += sign(y[j] - y[i]) * sign(x[j] - x[i]);
      if (x[j] != x[i]) slopes[n_slopes++] = (y[j] - y[i]) / (x[j] - x[i]);
    }
  }
  if (n_slopes == 0)
    return sampan_fail(call, SAMPAN_E_PLAN, "a trend needs two different positions");
  memcpy(sorted, x, n * sizeof *sorted);
  const ties x_ties = count_ties(sorted, n);
  memcpy(sorted, y, n * sizeof *sorted);
  const ties y_ties = count_ties(sorted, n);
  const double v = variance_of(n, &x_ties, &y_ties), pairs = 0.5 * n * (n - 1);

  out[SCORE] = number("S", s);
  out[SCORE].std_error = sqrt(v);
  out[SCORE].df = HUGE_VAL;
  if (v > 0) {
    out[SCORE].test = (s - sign(s)) / sqrt(v);
    out[SCORE].p_value = fmin(1, 2 * call->host->normal_cdf(-fabs(out[SCORE].test)));
  }
  if ((int)call->values[PARAM_P].number == P_EXACT) {
    out[SCORE].p_value = NAN;
    const int32_t status =
        exact_p(call, n, s, x_ties.pairs + y_ties.pairs > 0, &out[SCORE].p_value);
    if (status < 0) return status;
  }
  out[VARIANCE] = number("variance of S", v);
  out[TAU] = number("tau", s / sqrt((pairs - x_ties.pairs) * (pairs - y_ties.pairs)));
  out[SLOPE] = number("Sen slope", NAN);
  out[INTERCEPT] = number("Sen intercept", NAN);
  out[LENGTH] = number("n", n);
  if (y_ties.pairs == pairs) out[TAU].estimate = NAN; /* K5 */

  qsort(slopes, n_slopes, sizeof *slopes, ascending);
  const double slope = median(slopes, n_slopes), m = (double)n_slopes;
  const double c = call->host->normal_quantile(0.5 + in->level / 2) * sqrt(v);
  out[SLOPE].estimate = slope;
  out[SLOPE].lower = at_rank(slopes, n_slopes, (m - c) / 2);
  out[SLOPE].upper = at_rank(slopes, n_slopes, (m + c) / 2 + 1);
  for (uint32_t i = 0; i < n; i++) sorted[i] = y[i] - slope * x[i];
  qsort(sorted, n, sizeof *sorted, ascending);
  out[INTERCEPT].estimate = median(sorted, n);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = UINT32_MAX,
    .n_findings = N_FINDINGS,
    .compare = compare,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "mann-kendall",
    .version = "1.0.0",
    .label_en = "Mann-Kendall trend",
    .label_zh = "Mann-Kendall 趋势检验",
    .summary_en = "The Mann-Kendall test of a series, with Kendall's tau and Sen's slope.",
    .summary_zh = "序列的 Mann-Kendall 趋势检验，附 Kendall tau 与 Sen 斜率。",
    .formula = "z = (S - sign S) / sqrt(V(S)); Sen slope = median (y_j - y_i) / (x_j - x_i)",
    .reference = "Kendall, Rank Correlation Methods, 4th ed. 1975; Sen, J Am Stat Assoc 1968",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("mann-kendall", "GPL-3.0-or-later", &plugin);
