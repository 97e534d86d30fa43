/* contrast.c - two estimates a and b: their difference and their ratio, with their covariance.
 *
 *   difference d = b - a,  V(d) = Vaa + Vbb - 2 Vab
 *   ratio      r = b / a,  V(log r) = Vaa/a^2 + Vbb/b^2 - 2 Vab/(a b)
 *   limits d -/+ t se, r exp(-/+ t se(log r)), test t = d / se and log r / se(log r)
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 5A.12 and 6.13; R survey, svycontrast.
 *
 * A1  The covariance counts: domains that share PSUs are not independent.
 * A2  The ratio needs both estimates above 0; its row is not defined otherwise. Its standard error
 *     is r se(log r), its test that of log r = 0.
 * A3  df <= 0: neither test nor limits. df infinite: normal.
 * A4  A standard error of 0 has no test; the limits have no width.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { DIFFERENCE, RATIO, N_FINDINGS };

static sampan_finding undefined(const char *statistic, double df) {
  const sampan_finding f = {.statistic = statistic,
                            .estimate = NAN,
                            .std_error = NAN,
                            .test = NAN,
                            .df = df,
                            .p_value = NAN,
                            .lower = NAN,
                            .upper = NAN};
  return f;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const double a = in->estimate[0], b = in->estimate[1];
  const double vaa = in->covariance[0], vab = in->covariance[1], vbb = in->covariance[3];
  const double t = in->df > 0 ? call->host->t_quantile(0.5 + in->level / 2, in->df) : NAN; /* A3 */
  out[DIFFERENCE] = undefined("difference", in->df);
  out[RATIO] = undefined("ratio", in->df);

  sampan_finding *d = &out[DIFFERENCE];
  d->estimate = b - a;
  d->std_error = sqrt(fmax(vaa + vbb - 2 * vab, 0));              /* A1 */
  if (isnan(vaa) || isnan(vbb) || isnan(vab)) d->std_error = NAN; /* fmax drops it */
  d->lower = d->estimate - t * d->std_error;
  d->upper = d->estimate + t * d->std_error;
  if (d->std_error > 0 && in->df > 0) { /* A3, A4 */
    d->test = d->estimate / d->std_error;
    d->p_value = 2 * call->host->t_cdf(-fabs(d->test), in->df);
  }
  if (!(a > 0 && b > 0)) return SAMPAN_OK; /* A2 */
  sampan_finding *r = &out[RATIO];
  double se = sqrt(fmax(vaa / (a * a) + vbb / (b * b) - 2 * vab / (a * b), 0));
  if (isnan(d->std_error)) se = NAN;
  r->estimate = b / a;
  r->std_error = r->estimate * se;
  r->lower = r->estimate * exp(-t * se);
  r->upper = r->estimate * exp(t * se);
  if (se > 0 && in->df > 0) {
    r->test = log(r->estimate) / se;
    r->p_value = 2 * call->host->t_cdf(-fabs(r->test), in->df);
  }
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = 2,
    .n_findings = N_FINDINGS,
    .compare = compare,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "contrast",
    .version = "1.0.0",
    .label_en = "Difference and ratio",
    .label_zh = "差值与比值",
    .summary_en = "The second estimate minus, and over, the first, with their covariance.",
    .summary_zh = "第二个估计值与第一个之差和之比，计入协方差。",
    .formula = "d = b - a, V(d) = Vaa + Vbb - 2 Vab; r = b / a on the log scale",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 5A.12 and 6.13",
    .ops = &ops,
};

SAMPAN_MODULE("contrast", "GPL-3.0-or-later", &plugin);
