/* mantel-extension.c - the trend of cases over scores, in strata: Mantel's extension of the
 * Mantel-Haenszel test.
 *
 *   In a stratum, of n_i persons at score x_i are a_i cases; N = sum n_i, M = sum a_i:
 *     observed  O = sum x_i a_i
 *     expected  E = M sum x_i n_i / N
 *     variance  V = M (N - M) (N sum x_i^2 n_i - (sum x_i n_i)^2) / (N^2 (N - 1))
 *   z = sum (O - E) / sqrt(sum V);  chi2 = z^2;  corrected (|sum (O - E)| - 1/2)^2 / sum V
 *
 * Reference: Mantel, J Am Stat Assoc 1963;58:690-700.
 *
 * M1  From counts alone: weights and design do not enter.
 * M2  Rows of the crossing are strata, columns are scores. A comparison over one variable is one
 *     stratum.
 * M3  A stratum of one person or none, without cases or with cases only, adds to observed and
 *     expected alike, and nothing to the variance.
 * M4  The correction by 1/2 is right where scores are 1 apart; it never turns the sign.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { OBSERVED, EXPECTED, VARIANCE, TREND, CHI2, CORRECTED, N_FINDINGS };

static sampan_finding number(const char *statistic, double estimate) {
  const sampan_finding f = {statistic, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return f;
}

static sampan_finding tested(const sampan_call *call, const char *statistic, double chi2) {
  const double p = isnan(chi2) ? NAN : 2 * call->host->normal_cdf(-sqrt(chi2));
  const sampan_finding f = {statistic, NAN, NAN, chi2, 1, p, NAN, NAN};
  return f;
}

/* Adds a stratum to observed, expected and variance. */
static int32_t add_stratum(const sampan_call *call, const sampan_compared *in, uint32_t first,
                           uint32_t n_scores, double sum[3]) {
  double n = 0, m = 0, observed = 0, sum_x = 0, squares = 0;
  for (uint32_t j = 0; j < n_scores; j++) {
    const int64_t n_j = in->n_records[first + j], a_j = in->n_events[first + j];
    if (n_j < 0 || a_j < 0 || a_j > n_j)
      return sampan_fail(call, SAMPAN_E_DATA, "%s has %lld cases among %lld persons",
                         in->label && in->label[first + j] ? in->label[first + j] : "a score",
                         (long long)a_j, (long long)n_j);
    n += (double)n_j;
    m += (double)a_j;
    observed += in->position[first + j] * (double)a_j;
    sum_x += in->position[first + j] * (double)n_j;
  }
  if (!(n > 0)) return SAMPAN_OK;
  for (uint32_t j = 0; j < n_scores; j++) { /* about the mean: scores may be far from 0 */
    const double d = in->position[first + j] - sum_x / n;
    squares += d * d * (double)in->n_records[first + j];
  }
  sum[OBSERVED] += observed;
  sum[EXPECTED] += m * sum_x / n;
  if (n > 1) sum[VARIANCE] += m * (n - m) * squares / (n * (n - 1)); /* M3 */
  return SAMPAN_OK;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n_strata = in->n_rows > 0 ? in->n_rows : 1; /* M2 */
  const uint32_t n_scores = in->n_rows > 0 ? in->n_columns : in->n;
  double sum[3] = {0, 0, 0};
  for (uint32_t k = 0; k < n_strata; k++) {
    const int32_t status = add_stratum(call, in, k * n_scores, n_scores, sum);
    if (status < 0) return status;
  }
  const double excess = sum[OBSERVED] - sum[EXPECTED], v = sum[VARIANCE];
  const double z = v > 0 ? excess / sqrt(v) : NAN;
  const double rest = fmax(fabs(excess) - 0.5, 0); /* M4 */
  out[OBSERVED] = number("observed", sum[OBSERVED]);
  out[EXPECTED] = number("expected", sum[EXPECTED]);
  out[VARIANCE] = number("variance", v);
  out[TREND] = number("trend", NAN);
  out[TREND].df = HUGE_VAL;
  out[TREND].test = z;
  out[TREND].p_value = isnan(z) ? NAN : 2 * call->host->normal_cdf(-fabs(z));
  out[CHI2] = tested(call, "chi-square", z * z);
  out[CORRECTED] = tested(call, "chi-square corrected", v > 0 ? rest * rest / v : NAN);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = UINT32_MAX,
    .n_findings = N_FINDINGS,
    .compare = compare,
    .flags = SAMPAN_COMPARES_CROSSING | SAMPAN_COMPARES_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "mantel-extension",
    .version = "1.0.0",
    .label_en = "Mantel extension test",
    .label_zh = "Mantel 扩展趋势检验",
    .summary_en = "The trend of cases over scores, in strata, from unweighted counts.",
    .summary_zh = "分层计数资料的 Mantel 扩展趋势检验（未加权）。",
    .formula = "z = sum (O - E) / sqrt(sum V), O = sum x a, E = M sum x n / N",
    .reference = "Mantel, J Am Stat Assoc 1963;58:690-700",
    .ops = &ops,
};

SAMPAN_MODULE("mantel-extension", "GPL-3.0-or-later", &plugin);
