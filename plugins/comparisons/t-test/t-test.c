/* t-test.c - one estimate against a number, or two against each other.
 *
 *   one  estimate a:       t = (a - null) / se(a)
 *   two  estimates a, b:   d = b - a,  V(d) = Vaa + Vbb - 2 Vab,  t = (d - null) / se(d)
 *   p two-sided and limits by t on df - df_less degrees of freedom
 *
 * Reference: Lumley, Complex Surveys, 2010, 2.4; R survey, svyttest.
 *
 * S1  The difference is the second estimate minus the first, in the order of the plan.
 * S2  `df_less` is taken from the df of the comparison: 1 in R's svyttest, which counts the slope
 * of a regression, for one mean as well; 0 in Stata, SUDAAN and SAS. S3  The covariance counts:
 * domains that share PSUs are not independent. S4  No df left: neither test nor limits. A standard
 * error of 0 has no test; the limits have no width.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_NULL, PARAM_DF_LESS };

static const sampan_param params[] = {
    {"null", SAMPAN_P_NUMBER, 0, NULL, "0", 1, 0,
     "the value of the estimate, or of the difference, that is tested", "检验的原假设值"},
    {"df_less", SAMPAN_P_INTEGER, 0, NULL, "1", 0, 1000,
     "taken from the degrees of freedom: 1 as R does, 0 as Stata, SUDAAN and SAS",
     "自由度扣减数：R 为 1，Stata、SUDAAN、SAS 为 0"}};

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const double null = call->values[PARAM_NULL].number;
  const double df = in->df - call->values[PARAM_DF_LESS].number; /* S2 */
  sampan_finding f = {.statistic = in->n == 1 ? "mean" : "difference",
                      .df = df,
                      .test = NAN,
                      .p_value = NAN,
                      .lower = NAN,
                      .upper = NAN};
  double variance = in->covariance[0];
  f.estimate = in->estimate[0];
  if (in->n == 2) { /* S1, S3 */
    f.estimate = in->estimate[1] - in->estimate[0];
    variance += in->covariance[3] - 2 * in->covariance[1];
  }
  f.std_error = variance < 0 ? 0 : sqrt(variance);
  if (df > 0) { /* S4 */
    const double t = call->host->t_quantile(0.5 + in->level / 2, df);
    f.lower = f.estimate - t * f.std_error;
    f.upper = f.estimate + t * f.std_error;
    if (f.std_error > 0) {
      f.test = (f.estimate - null) / f.std_error;
      f.p_value = 2 * call->host->t_cdf(-fabs(f.test), df);
    }
  }
  out[0] = f;
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 1,
    .maximum = 2,
    .n_findings = 1,
    .compare = compare,
    .flags = SAMPAN_COMPARES_STATISTICS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "t-test",
    .version = "1.0.0",
    .label_en = "t test",
    .label_zh = "t 检验",
    .summary_en = "A design-based t test of one estimate, or of the difference of two.",
    .summary_zh = "基于抽样设计的 t 检验：一个估计值，或两个估计值之差。",
    .formula = "t = (b - a - null) / sqrt(Vaa + Vbb - 2 Vab)",
    .reference = "Lumley, Complex Surveys, 2010, 2.4",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("t-test", "GPL-3.0-or-later", &plugin);
