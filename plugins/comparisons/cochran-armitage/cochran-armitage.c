/* cochran-armitage.c - the trend of proportions in ordered groups, from unweighted counts.
 *
 *   slope b = sum n_i (p_i - p)(x_i - m) / S,  S = sum n_i (x_i - m)^2,  m = sum n_i x_i / N
 *   z = b / sqrt(p (1 - p) / S)
 *   departure from the line = chi-square of the table - z^2, on k - 2 degrees of freedom
 *   intercept = p - b m, the proportion of the line at position 0
 *
 * Reference: Armitage, Biometrics 1955;11:375-386; Agresti, Categorical Data Analysis, 3rd ed.
 * 2013, 5.3.5.
 *
 * H1  From records and events alone: weights and design do not enter. For survey data use
 *     linear-trend. In data of kind `register` they are the exposure and events of the rows.
 * H2  `variance: n` is the binomial one (SAS, R's prop.trend.test); `n-1` multiplies z by
 *     sqrt((N - 1) / N) (Mantel-Haenszel, linear-by-linear).
 * H3  z > 0 when the proportion rises with the position; the p-value is two-sided and normal. That
 * of `one-sided` is for the direction that the data show, `chi-square` is z^2 on 1 df. H4  The
 * standard error is that of the slope under no trend; there are no limits. H5  No event, only
 * events, or one position that has records: no test. H6  The departure is always from Pearson's
 * chi-square; it needs 3 groups with records.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_VARIANCE };
enum { VARIANCE_N = 0, VARIANCE_N_MINUS_1 = 1 };
enum { SLOPE, DEPARTURE, CHI2, ONE_SIDED, INTERCEPT, N_FINDINGS };

static const sampan_param params[] = {{"variance", SAMPAN_P_CHOICE, 0, "n|n-1", "n", 1, 0,
                                       "the binomial variance, or that of the Mantel-Haenszel test",
                                       "二项方差，或 Mantel-Haenszel 方差"}};

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
  double n = 0, events = 0, m = 0;
  uint32_t n_groups = 0;
  out[SLOPE] = undefined("slope", HUGE_VAL);
  out[DEPARTURE] = undefined("departure", NAN);
  out[CHI2] = undefined("chi-square", 1);
  out[ONE_SIDED] = undefined("one-sided", HUGE_VAL);
  out[INTERCEPT] = undefined("intercept", NAN);
  for (uint32_t i = 0; i < in->n; i++) {
    const int64_t n_i = in->n_records[i], x_i = in->n_events[i];
    if (n_i < 0 || x_i < 0 || x_i > n_i)
      return sampan_fail(call, SAMPAN_E_DATA, "%s has %lld events among %lld records",
                         in->label && in->label[i] ? in->label[i] : "a group", (long long)x_i,
                         (long long)n_i);
    n += (double)n_i;
    events += (double)x_i;
    m += (double)n_i * in->position[i];
    n_groups += n_i > 0;
  }
  if (!(n > 0)) return SAMPAN_OK;
  m /= n;
  const double p = events / n, binomial = p * (1 - p);
  double s = 0, covariance = 0, chisq = 0;
  for (uint32_t i = 0; i < in->n; i++) {
    const double n_i = (double)in->n_records[i], distance = in->position[i] - m;
    const double excess = (double)in->n_events[i] - n_i * p;
    s += n_i * distance * distance;
    covariance += excess * distance;
    if (n_i > 0) chisq += excess * excess / (n_i * binomial);
  }
  if (!(s > 0) || !(binomial > 0)) return SAMPAN_OK; /* H5 */
  sampan_finding *slope = &out[SLOPE];
  const double z = covariance / sqrt(binomial * s);
  const double shrink =
      (int)call->values[PARAM_VARIANCE].number == VARIANCE_N_MINUS_1 ? sqrt((n - 1) / n) : 1;
  slope->estimate = covariance / s;
  slope->std_error = sqrt(binomial / s) / shrink; /* H2, H4 */
  slope->test = z * shrink;
  slope->p_value = 2 * call->host->normal_cdf(-fabs(slope->test)); /* H3 */
  out[CHI2].test = slope->test * slope->test;
  out[CHI2].p_value = slope->p_value;
  out[ONE_SIDED].test = slope->test;
  out[ONE_SIDED].p_value = slope->p_value / 2;
  out[INTERCEPT].estimate = p - slope->estimate * m;
  if (n_groups < 3) return SAMPAN_OK; /* H6 */
  sampan_finding *departure = &out[DEPARTURE];
  departure->df = n_groups - 2;
  departure->test = fmax(chisq - z * z, 0);
  departure->p_value = 1 - call->host->chisq_cdf(departure->test, departure->df);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = UINT32_MAX,
    .n_findings = N_FINDINGS,
    .compare = compare,
    .flags = SAMPAN_COMPARES_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "cochran-armitage",
    .version = "1.1.0",
    .label_en = "Cochran-Armitage trend",
    .label_zh = "Cochran-Armitage 趋势检验",
    .summary_en = "The trend of proportions in ordered groups, from unweighted counts.",
    .summary_zh = "按未加权计数检验有序组比例的趋势。",
    .formula = "z = sum n_i (p_i - p)(x_i - m) / sqrt(p (1 - p) sum n_i (x_i - m)^2)",
    .reference = "Armitage, Biometrics 1955;11:375-386",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("cochran-armitage", "GPL-3.0-or-later", &plugin);
