/* wald-test.c - whether several estimates are all equal to given values: F by their covariance.
 *
 *   W = d' V^-1 d, d = estimate - null, of q estimates
 *   wald       F = W / q                        on q and df
 *   adjusted   F = W (df - q + 1) / (df q)      on q and df - q + 1
 *
 * Reference: Korn and Graubard, Simultaneous testing of regression coefficients with complex survey
 * data, Am Stat 44, 1990; Wald, Trans Am Math Soc 54, 1943.
 *
 * W1  The df is that of the comparison. For coefficients of a regression it is R's residual df, or
 *     the design's, as the regression's `df` says; Stata's and SUDAAN's adjusted test wants the
 *     design's.
 * W2  V must be positive definite. Where it is not (estimates that determine each other, more
 *     estimates than degrees of freedom), there is no test, and a note says so: a generalized
 *     inverse would test something else, without telling what.
 * W3  df <= 0, or for `adjusted` df < q: no p-value, and a note.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_METHOD, PARAM_NULL };
enum { METHOD_WALD, METHOD_ADJUSTED };

static const sampan_param params[] = {
    {"form", SAMPAN_P_CHOICE, 0, "wald|adjusted", "wald", 1, 0,
     "F = W / q, or adjusted for the degrees of freedom that V was estimated with",
     "F = W / q，或按协方差矩阵的自由度调整"},
    {"null", SAMPAN_P_NUMBERS, 0, NULL, NULL, 1, 0,
     "the values under test: one for all estimates, or one for each; 0 if not given",
     "原假设的值：一个，或每个估计值各一个；默认为 0"}};

/* V scaled to 1 on its diagonal is factored in place, and d scaled by the same; 0 where V is not
 * positive definite to rounding. */
static int factor(double *v, double *d, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const double scale = sqrt(v[(uint64_t)i * n + i]);
    if (!(scale > 0) || isinf(scale)) return 0;
    d[i] /= scale;
    for (uint32_t j = 0; j < n; j++) { /* the diagonal is needed by the rows to come */
      if (j != i) v[(uint64_t)i * n + j] /= scale;
      if (j != i) v[(uint64_t)j * n + i] /= scale;
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    double *row = v + (uint64_t)i * n;
    double pivot = 1;
    for (uint32_t j = 0; j < i; j++) {
      const double *other = v + (uint64_t)j * n;
      for (uint32_t k = 0; k < j; k++) row[j] -= row[k] * other[k];
      row[j] /= other[j];
      pivot -= row[j] * row[j];
    }
    if (!(pivot > 1e-12)) return 0;
    row[i] = sqrt(pivot);
  }
  return 1;
}

/* d' V^-1 d = |L^-1 d|^2 */
static double quadratic(const double *l, double *d, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < i; k++) d[i] -= l[(uint64_t)i * n + k] * d[k];
    d[i] /= l[(uint64_t)i * n + i];
    sum += d[i] * d[i];
  }
  return sum;
}

static int32_t refuse_null(const sampan_call *call, uint32_t n, uint32_t wanted) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "null");
    snprintf(call->error->hint, sizeof call->error->hint,
             "give one number, or one for each of the estimates in their order");
  }
  return sampan_fail(call, SAMPAN_E_PLAN, "`null` has %u values for %u estimates", n, wanted);
}

static void test(const sampan_call *call, const sampan_compared *in, double w,
                 sampan_finding *out) {
  const double q = in->n;
  const int adjusted = (int)call->values[PARAM_METHOD].number == METHOD_ADJUSTED;
  const int normal = isinf(in->df);
  const double df2 = adjusted && !normal ? in->df - q + 1 : in->df;
  const size_t covered = offsetof(sampan_compared, df_second) + sizeof in->df_second;
  if (!(df2 > 0)) { /* W3 */
    call->host->note(call,
                     "wald-test: the degrees of freedom are not enough for a test of this many "
                     "estimates: test fewer, or the design's df with `df: design`");
    return;
  }
  out->test = w / q * (adjusted && !normal ? df2 / in->df : 1);
  /* P(F > f) as P(1 / F < 1 / f): 1 - cdf would leave small p without digits. */
  out->p_value = out->test > 0 ? call->host->f_cdf(1 / out->test, df2, q) : 1;
  if (in->struct_size >= covered && in->df_second) in->df_second[0] = df2;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const sampan_value *null = &call->values[PARAM_NULL];
  const uint32_t n = in->n, n_null = null->is_set ? null->n_numbers : 0;
  const sampan_finding undefined = {.statistic = "F",
                                    .estimate = NAN,
                                    .std_error = NAN,
                                    .test = NAN,
                                    .df = n,
                                    .p_value = NAN,
                                    .lower = NAN,
                                    .upper = NAN};
  out[0] = undefined;
  if (n_null > 1 && n_null != n) return refuse_null(call, n_null, n);
  double *d = call->host->alloc(call, (uint64_t)n * sizeof *d);
  double *v = call->host->alloc(call, (uint64_t)n * n * sizeof *v);
  if (!d || !v) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  memcpy(v, in->covariance, (uint64_t)n * n * sizeof *v);
  for (uint32_t i = 0; i < n; i++) {
    if (isnan(in->estimate[i])) return SAMPAN_OK;
    d[i] = in->estimate[i] - (n_null > 0 ? null->numbers[n_null > 1 ? i : 0] : 0);
  }
  if (!factor(v, d, n)) { /* W2 */
    call->host->note(call,
                     "wald-test: the covariance of the estimates is not positive definite, so "
                     "there is no test: leave out estimates that others determine, or test fewer "
                     "than the design has degrees of freedom for");
    return SAMPAN_OK;
  }
  test(call, in, quadratic(v, d, n), &out[0]);
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
    .name = "wald-test",
    .version = "1.0.0",
    .label_en = "Wald test",
    .label_zh = "Wald 检验",
    .summary_en =
        "The joint test that all the estimates have given values (0 unless said otherwise), by "
        "their covariance under the design.",
    .summary_zh = "依据设计协方差，联合检验各估计值是否均等于给定值（默认为 0）。",
    .formula = "F = d' V^-1 d / q; adjusted: F (df - q + 1) / df on q and df - q + 1",
    .reference = "Korn and Graubard, Am Stat 44, 1990",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("wald-test", "GPL-3.0-or-later", &plugin);
