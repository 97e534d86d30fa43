/* @NAME@.c - the first estimate against the mean of all others.
 *
 *   d = e1 - (e2 + ... + en) / (n - 1),  V(d) = c'Vc,  c = (1, -1/(n - 1), ...)
 *   limits d -/+ t[1 - a/2, df] se, test d / se
 *
 * Reference: put here where the formula comes from.
 *
 * R1  The covariance counts: domains that share PSUs are not independent.
 * R2  df <= 0 or a standard error of 0: no test.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { MOST = 1000 };

/* Called once for a set of estimates: gives n_findings rows. */
static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n = in->n;
  const double other = -1.0 / (double)(n - 1);
  double d = 0, variance = 0;
  for (uint32_t i = 0; i < n; i++) {
    const double ci = i == 0 ? 1 : other;
    d += ci * in->estimate[i];
    for (uint32_t j = 0; j < n; j++) /* R1 */
      variance += ci * (j == 0 ? 1 : other) * in->covariance[(uint64_t)i * n + j];
  }
  const double se = variance < 0 ? 0 : sqrt(variance);
  const double t = in->df > 0 ? call->host->t_quantile(0.5 + in->level / 2, in->df) : NAN;
  *out = (sampan_finding){.statistic = "difference",
                          .estimate = d,
                          .std_error = se,
                          .test = NAN,
                          .df = in->df,
                          .p_value = NAN,
                          .lower = d - t * se,
                          .upper = d + t * se};
  if (se > 0 && in->df > 0) { /* R2 */
    out->test = d / se;
    out->p_value = 2 * call->host->t_cdf(-fabs(out->test), in->df);
  }
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops, .minimum = 2, .maximum = MOST, .n_findings = 1, .compare = compare};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "@NAME@",
    .version = "0.1.0",
    .label_en = "Against all others",
    .label_zh = "与其余均值之差",
    .summary_en = "The first estimate minus the mean of all others, with their covariance.",
    .summary_zh = "第一个估计值与其余估计值均值之差，计入协方差。",
    .formula = "d = e1 - mean(e2 ... en), V(d) = c'Vc",
    .reference = "",
    .ops = &ops,
};

SAMPAN_MODULE("@NAME@", "GPL-3.0-or-later", &plugin);
