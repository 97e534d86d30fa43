/* linear-combination.c - a sum of estimates with given coefficients, such as the difference of two
 * levels of a factor in a regression.
 *
 *   L = c' estimate,  V(L) = c' V c,  t = (L - null) / se on df
 *
 * Reference: Searle, Linear Models, 1971, 3.6; Lumley, Complex Surveys, 2010, 4.2.
 *
 * L1  One coefficient for each estimate, in the order of the plan.
 * L2  df <= 0: neither test nor limits. A standard error of 0 has no test.
 * L3  An estimate that is not there makes the combination not there, unless its coefficient is 0.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_COEFFICIENTS, PARAM_NULL };

static const sampan_param params[] = {
    {"coefficients", SAMPAN_P_NUMBERS, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0,
     "one number for each estimate, in their order", "每个估计值一个系数，按顺序"},
    {"null", SAMPAN_P_NUMBER, 0, NULL, "0", 1, 0, "the value under test", "原假设的值"}};

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const sampan_value *given = &call->values[PARAM_COEFFICIENTS];
  const double *c = given->numbers;
  sampan_finding *f = &out[0];
  double variance = 0;
  f->statistic = "combination";
  f->estimate = 0;
  f->std_error = f->test = f->p_value = f->lower = f->upper = NAN;
  f->df = in->df;
  if (given->n_numbers != in->n) { /* L1 */
    if (call->error) {
      snprintf(call->error->parameter, sizeof call->error->parameter, "coefficients");
      snprintf(call->error->hint, sizeof call->error->hint,
               "give one number for each estimate in their order, 0 for those that have no part");
    }
    return sampan_fail(call, SAMPAN_E_PLAN, "`coefficients` has %u numbers for %u estimates",
                       given->n_numbers, in->n);
  }
  for (uint32_t i = 0; i < in->n; i++) {
    if (c[i] == 0) continue; /* L3 */
    f->estimate += c[i] * in->estimate[i];
    for (uint32_t j = 0; j < in->n; j++)
      if (c[j] != 0) variance += c[i] * c[j] * in->covariance[(uint64_t)i * in->n + j];
  }
  if (isnan(f->estimate) || isnan(variance)) return SAMPAN_OK;
  f->std_error = variance > 0 ? sqrt(variance) : 0; /* below 0 by rounding alone */
  if (!(in->df > 0)) return SAMPAN_OK;              /* L2 */
  const double t = call->host->t_quantile(0.5 + in->level / 2, in->df);
  f->lower = f->estimate - t * f->std_error;
  f->upper = f->estimate + t * f->std_error;
  if (!(f->std_error > 0)) return SAMPAN_OK;
  f->test = (f->estimate - call->values[PARAM_NULL].number) / f->std_error;
  f->p_value = 2 * call->host->t_cdf(-fabs(f->test), in->df);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 1,
    .maximum = UINT32_MAX,
    .n_findings = 1,
    .compare = compare,
    .flags = SAMPAN_COMPARES_STATISTICS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "linear-combination",
    .version = "1.0.0",
    .label_en = "Linear combination",
    .label_zh = "线性组合",
    .summary_en =
        "A sum of the estimates with given coefficients, with its error from their "
        "covariance under the design.",
    .summary_zh = "按给定系数对估计值求和，误差由设计协方差得出。",
    .formula = "L = c' estimate, V(L) = c' V c",
    .reference = "Searle, Linear Models, 1971, 3.6",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("linear-combination", "GPL-3.0-or-later", &plugin);
