/* linear-trend.c - how estimates change with their position: slope and curvature.
 *
 *   slope      the coefficient of x in the least-squares line through (x_i, estimate_i)
 *   curvature  the coefficient of x^2 in the least-squares parabola through them
 *   Each is a contrast c' estimate with variance c' V c; test t = estimate / se on df.
 *
 * `weights: ordinary` (the default) gives every estimate the same weight: c is the orthogonal
 * polynomial of the positions, as in R's contr.poly with svycontrast and in the trend tests of
 * NCHS; t and p are theirs, and the estimate is per unit of position. `weights: inverse-variance`
 * is generalized least squares with the whole covariance matrix.
 *
 * Reference: Ingram et al., National Center for Health Statistics guidelines for analysis of
 * trends, Vital Health Stat 2(179), 2018; Searle, Linear Models, 1971, 3.3.
 *
 * T1  The estimand is the trend of the estimates, not a regression of records: sample sizes do not
 *     weight it.
 * T2  Positions are used as given, so uneven years keep their distances; fewer than 2 different
 * ones are an error. T3  The curvature needs 3 different positions; its row is not defined
 * otherwise. T4  df <= 0: neither test nor limits. A standard error of 0 has no test. T5  A
 * covariance matrix that is not positive definite has no inverse-variance trend: the rows are not
 * defined, and a note says why.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_WEIGHTS };
enum { WEIGHTS_ORDINARY = 0, WEIGHTS_INVERSE_VARIANCE = 1 };
enum { SLOPE, CURVATURE, N_FINDINGS };

static const sampan_param params[] = {
    {"weights", SAMPAN_P_CHOICE, 0, "ordinary|inverse-variance", "ordinary", 1, 0,
     "the same weight for every estimate, or weights from the covariance",
     "各估计值等权，或按协方差加权"}};

/* V = L L', in place in the lower triangle; 0 if V is not positive definite. */
static int cholesky(double *v, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) {
    for (uint32_t i = j; i < n; i++) {
      double sum = v[(uint64_t)i * n + j];
      for (uint32_t k = 0; k < j; k++) sum -= v[(uint64_t)i * n + k] * v[(uint64_t)j * n + k];
      if (i == j) {
        if (!(sum > 0)) return 0;
        v[(uint64_t)j * n + j] = sqrt(sum);
      } else {
        v[(uint64_t)i * n + j] = sum / v[(uint64_t)j * n + j];
      }
    }
  }
  return 1;
}

/* x := L^-1 x */
static void solve_lower(const double *l, uint32_t n, double *x) {
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < i; k++) x[i] -= l[(uint64_t)i * n + k] * x[k];
    x[i] /= l[(uint64_t)i * n + i];
  }
}

/* x := L'^-1 x */
static void solve_upper(const double *l, uint32_t n, double *x) {
  for (uint32_t i = n; i-- > 0;) {
    for (uint32_t k = i + 1; k < n; k++) x[i] -= l[(uint64_t)k * n + i] * x[k];
    x[i] /= l[(uint64_t)i * n + i];
  }
}

static double dot(const double *a, const double *b, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* How many different positions, counted to 3. */
static int n_different(const double *x, uint32_t n) {
  int found = 1;
  for (uint32_t i = 1; i < n && found < 3; i++) {
    int is_new = 1;
    for (uint32_t j = 0; j < i; j++)
      if (x[j] == x[i]) is_new = 0;
    found += is_new;
  }
  return found;
}

/* The contrast that gives the coefficient of x^degree: c such that c' y is the last coefficient of
 * the polynomial fit. Columns 1, x, .. x^degree (whitened by l where given) are orthogonalized; the
 * residual q of the last has c = q / q'q, whitened back. `columns` has room for 3 n. */
static void contrast_of(const double *x, uint32_t n, int degree, const double *l, double *columns,
                        double *c) {
  for (int d = 0; d <= degree; d++) {
    double *column = columns + (uint64_t)d * n;
    for (uint32_t i = 0; i < n; i++) column[i] = d == 0 ? 1 : d == 1 ? x[i] : x[i] * x[i];
    if (l) solve_lower(l, n, column);
    for (int twice = 0; twice < 2; twice++) { /* once loses digits where columns are close */
      for (int e = 0; e < d; e++) {
        const double *other = columns + (uint64_t)e * n;
        const double k = dot(column, other, n) / dot(other, other, n);
        for (uint32_t i = 0; i < n; i++) column[i] -= k * other[i];
      }
    }
  }
  const double *q = columns + (uint64_t)degree * n;
  const double norm = dot(q, q, n);
  for (uint32_t i = 0; i < n; i++) c[i] = q[i] / norm;
  if (l) solve_upper(l, n, c);
}

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

/* Fills a row from its contrast. */
static void find(const sampan_call *call, const sampan_compared *in, const double *c,
                 sampan_finding *out) {
  double variance = 0;
  out->estimate = dot(c, in->estimate, in->n);
  for (uint32_t i = 0; i < in->n; i++)
    variance += c[i] * dot(c, in->covariance + (uint64_t)i * in->n, in->n);
  out->std_error = variance < 0 ? 0 : sqrt(variance);
  if (!(in->df > 0)) return; /* T4 */
  const double t = call->host->t_quantile(0.5 + in->level / 2, in->df);
  out->lower = out->estimate - t * out->std_error;
  out->upper = out->estimate + t * out->std_error;
  if (!(out->std_error > 0)) return;
  out->test = out->estimate / out->std_error;
  out->p_value = 2 * call->host->t_cdf(-fabs(out->test), in->df);
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n = in->n;
  const int different = n_different(in->position, n);
  out[SLOPE] = undefined("slope", in->df);
  out[CURVATURE] = undefined("curvature", in->df);
  if (different < 2) /* T2 */
    return sampan_fail(call, SAMPAN_E_PLAN, "a trend needs two different positions");
  double *work = call->host->alloc(call, (uint64_t)n * 5 * sizeof *work);
  if (!work) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *x = work, *c = work + n, *columns = work + 2 * (uint64_t)n, *l = NULL;
  double mean = 0;
  for (uint32_t i = 0; i < n; i++) mean += in->position[i] / n;
  for (uint32_t i = 0; i < n; i++) x[i] = in->position[i] - mean; /* years are far from 0 */
  if ((int)call->values[PARAM_WEIGHTS].number == WEIGHTS_INVERSE_VARIANCE) {
    l = call->host->alloc(call, (uint64_t)n * n * sizeof *l);
    if (!l) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    memcpy(l, in->covariance, (uint64_t)n * n * sizeof *l);
    if (!cholesky(l, n)) { /* T5 */
      call->host->note(call,
                       "linear-trend: the covariance of the estimates is not positive "
                       "definite, so there is no inverse-variance trend");
      return SAMPAN_OK;
    }
  }
  contrast_of(x, n, 1, l, columns, c);
  find(call, in, c, &out[SLOPE]);
  if (different < 3) return SAMPAN_OK; /* T3 */
  contrast_of(x, n, 2, l, columns, c);
  find(call, in, c, &out[CURVATURE]);
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
    .name = "linear-trend",
    .version = "1.0.0",
    .label_en = "Linear trend",
    .label_zh = "线性趋势",
    .summary_en =
        "The slope and the curvature of the estimates over their positions, with their "
        "covariance.",
    .summary_zh = "估计值随位置（年份、等级）变化的斜率和曲率，计入协方差。",
    .formula = "slope = c' y, c the least-squares contrast of the positions; V = c' V c",
    .reference = "NCHS guidelines for analysis of trends, Vital Health Stat 2(179), 2018",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("linear-trend", "GPL-3.0-or-later", &plugin);
