/* mantel-haenszel.c - two groups by event or not, in strata: the pooled odds ratio, risk ratio and
 * test.
 *
 *   Stratum: a of n1 in the second group and c of n0 in the first (the reference) are events,
 *   b = n1 - a, d = n0 - c, N = n1 + n0.
 *     odds ratio  sum R / sum S,  R = a d / N,  S = b c / N
 *       V(log OR) = sum P R / (2 (sum R)^2) + sum (P S + Q R) / (2 sum R sum S)
 *                 + sum Q S / (2 (sum S)^2),  P = (a + d) / N,  Q = (b + c) / N
 *     risk ratio  sum (a n0 / N) / sum (c n1 / N)
 *       V(log RR) = sum (m n1 n0 - a c N) / N^2 / (sum (a n0 / N) sum (c n1 / N)),  m = a + c
 *     chi-square  (sum (a - n1 m / N))^2 / sum (n1 n0 m (N - m) / (N^2 (N - 1))), on 1 df;
 *                 corrected with |.| - 1/2
 *
 * Reference: Mantel and Haenszel, J Natl Cancer Inst 1959;22:719-748; Robins, Breslow and
 * Greenland, Biometrics 1986;42:311-323; Greenland and Robins, Biometrics 1985;41:55-68.
 *
 * L1  From counts alone: weights and design do not enter.
 * L2  Rows of the crossing are strata, its two columns the groups, the reference first as in
 *     contrast. Two estimates that are not crossed are one stratum.
 * L3  Strata of one person or none add nothing; those with an empty group add nothing.
 * L4  A sum of 0 below the line: no ratio; above it: 0, without limits.
 * L5  The correction is not made larger than the difference.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { ODDS_RATIO, RISK_RATIO, CHI2, CORRECTED, N_FINDINGS };

typedef struct sums {
  double r, s, pr, ps_qr, qs;       /* odds ratio */
  double above, below, rr_variance; /* risk ratio */
  double excess, variance;          /* test */
} sums;

static sampan_finding number(const char *statistic, double estimate) {
  const sampan_finding f = {statistic, estimate, NAN, NAN, NAN, NAN, NAN, NAN};
  return f;
}

static int32_t add_stratum(const sampan_call *call, const sampan_compared *in, uint32_t first,
                           sums *sum) {
  for (uint32_t i = first; i < first + 2; i++) {
    const int64_t n = in->n_records[i], events = in->n_events[i];
    if (n < 0 || events < 0 || events > n)
      return sampan_fail(call, SAMPAN_E_DATA, "%s has %lld events among %lld records",
                         in->label && in->label[i] ? in->label[i] : "a group", (long long)events,
                         (long long)n);
  }
  const double n0 = (double)in->n_records[first], n1 = (double)in->n_records[first + 1];
  const double c = (double)in->n_events[first], a = (double)in->n_events[first + 1];
  const double b = n1 - a, d = n0 - c, n = n0 + n1, m = a + c;
  if (!(n > 1)) return SAMPAN_OK; /* L3 */
  const double r = a * d / n, s = b * c / n, p = (a + d) / n, q = (b + c) / n;
  sum->r += r;
  sum->s += s;
  sum->pr += p * r;
  sum->ps_qr += p * s + q * r;
  sum->qs += q * s;
  sum->above += a * n0 / n;
  sum->below += c * n1 / n;
  sum->rr_variance += (m * n1 * n0 - a * c * n) / (n * n);
  sum->excess += a - n1 * m / n;
  sum->variance += n1 * n0 * m * (n - m) / (n * n * (n - 1));
  return SAMPAN_OK;
}

static void set_ratio(sampan_finding *f, double above, double below, double variance, double z) {
  if (!(below > 0)) return; /* L4 */
  const double ratio = above / below;
  f->estimate = ratio;
  if (!(above > 0)) return;
  f->std_error = ratio * sqrt(variance);
  f->lower = ratio * exp(-z * sqrt(variance));
  f->upper = ratio * exp(z * sqrt(variance));
}

static void set_test(const sampan_call *call, sampan_finding *f, double excess, double variance) {
  if (!(variance > 0)) return;
  f->test = excess * excess / variance;
  f->df = 1;
  f->p_value = 2 * call->host->normal_cdf(-sqrt(f->test));
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n_strata = in->n_rows > 0 ? in->n_rows : 1;
  const uint32_t n_groups = in->n_rows > 0 ? in->n_columns : in->n;
  const double z = call->host->normal_quantile(0.5 + in->level / 2);
  sums s = {0};
  if (n_groups != 2) /* L2 */
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "the second variable of a Mantel-Haenszel comparison has two values, the "
                       "reference first, not %u: name two in `values`",
                       n_groups);
  for (uint32_t k = 0; k < n_strata; k++) {
    const int32_t status = add_stratum(call, in, 2 * k, &s);
    if (status < 0) return status;
  }
  out[ODDS_RATIO] = number("odds ratio", NAN);
  out[RISK_RATIO] = number("risk ratio", NAN);
  out[CHI2] = number("chi-square", NAN);
  out[CORRECTED] = number("chi-square corrected", NAN);
  set_ratio(&out[ODDS_RATIO], s.r, s.s,
            s.pr / (2 * s.r * s.r) + s.ps_qr / (2 * s.r * s.s) + s.qs / (2 * s.s * s.s), z);
  set_ratio(&out[RISK_RATIO], s.above, s.below, s.rr_variance / (s.above * s.below), z);
  set_test(call, &out[CHI2], s.excess, s.variance);
  set_test(call, &out[CORRECTED], fmax(fabs(s.excess) - 0.5, 0), s.variance); /* L5 */
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
    .name = "mantel-haenszel",
    .version = "1.0.0",
    .label_en = "Mantel-Haenszel",
    .label_zh = "Mantel-Haenszel 分层分析",
    .summary_en =
        "The pooled odds ratio, risk ratio and test of two groups in strata, from unweighted "
        "counts.",
    .summary_zh = "分层四格表（未加权计数）的合并比值比、危险比与检验。",
    .formula = "OR = sum (a d / N) / sum (b c / N)",
    .reference = "Mantel and Haenszel, J Natl Cancer Inst 1959; Robins et al., Biometrics 1986",
    .ops = &ops,
};

SAMPAN_MODULE("mantel-haenszel", "GPL-3.0-or-later", &plugin);
