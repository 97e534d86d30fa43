/* polynomial.c - orthogonal polynomial contrasts of estimates over their positions.
 *
 *   c_d  the polynomial of degree d in the positions that is orthogonal to those of lower degree,
 *        of length 1, with a positive leading coefficient
 *   estimate c_d' y,  variance c_d' V c_d,  t = estimate / se on df
 *
 * Reference: Kennedy and Gentle, Statistical Computing, 1980, 8.3; R's contr.poly(scores =) with
 * survey's svycontrast; SUDAAN, POLYNOMIAL.
 *
 * O1  Positions keep their distances. Contrasts have length 1 as in R; SUDAAN scales otherwise,
 *     where t and p agree and the estimate does not.
 * O2  Degrees go up to `degree`, and to one less than there are different positions; rows above are
 *     left out. Fewer than 2 different positions are an error.
 * O3  df <= 0: neither test nor limits. A standard error of 0 has no test.
 * O4  Polynomials come from the three-term recurrence, orthogonalized once more: powers of the
 *     positions would lose digits.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_DEGREE };
enum { MOST_DEGREES = 9 };

static const char *const names[MOST_DEGREES] = {"linear",   "quadratic", "cubic",
                                                "quartic",  "quintic",   "degree 6",
                                                "degree 7", "degree 8",  "degree 9"};

static const sampan_param params[] = {
    {"degree", SAMPAN_P_INTEGER, 0, NULL, "4", 1, MOST_DEGREES, "the highest degree", "最高次数"}};

static double dot(const double *a, const double *b, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* How many different positions, counted to MOST_DEGREES + 1. */
static uint32_t n_different(const double *x, uint32_t n) {
  uint32_t found = 1;
  for (uint32_t i = 1; i < n && found <= MOST_DEGREES; i++) {
    uint32_t is_new = 1;
    for (uint32_t j = 0; j < i; j++)
      if (x[j] == x[i]) is_new = 0;
    found += is_new;
  }
  return found;
}

/* Makes the contrast of degree d from those below it. */
static void next_contrast(const double *x, uint32_t n, uint32_t d, double *c) {
  double *q = c + (uint64_t)d * n;
  const double *last = q - n;
  for (uint32_t i = 0; i < n; i++) q[i] = x[i] * last[i];
  for (int twice = 0; twice < 2; twice++) { /* O4 */
    for (uint32_t e = 0; e < d; e++) {
      const double *other = c + (uint64_t)e * n;
      const double k = dot(q, other, n);
      for (uint32_t i = 0; i < n; i++) q[i] -= k * other[i];
    }
  }
  const double length = sqrt(dot(q, q, n));
  for (uint32_t i = 0; i < n; i++) q[i] /= length;
}

static void find(const sampan_call *call, const sampan_compared *in, const double *c,
                 sampan_finding *out) {
  double variance = 0;
  out->estimate = dot(c, in->estimate, in->n);
  for (uint32_t i = 0; i < in->n; i++)
    variance += c[i] * dot(c, in->covariance + (uint64_t)i * in->n, in->n);
  out->std_error = variance < 0 ? 0 : sqrt(variance);
  if (!(in->df > 0)) return; /* O3 */
  const double t = call->host->t_quantile(0.5 + in->level / 2, in->df);
  out->lower = out->estimate - t * out->std_error;
  out->upper = out->estimate + t * out->std_error;
  if (!(out->std_error > 0)) return;
  out->test = out->estimate / out->std_error;
  out->p_value = 2 * call->host->t_cdf(-fabs(out->test), in->df);
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  const uint32_t n = in->n, different = n_different(in->position, n);
  uint32_t most = (uint32_t)call->values[PARAM_DEGREE].number;
  for (uint32_t d = 0; d < MOST_DEGREES; d++) out[d].statistic = NULL;
  if (different < 2)
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "polynomial contrasts need two different positions; all %u are %g", n,
                       in->position[0]);
  if (most > different - 1) most = different - 1; /* O2 */
  double *x = call->host->alloc(call, (uint64_t)n * (most + 2) * sizeof *x);
  if (!x) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *c = x + n, mean = 0, widest = 0;
  for (uint32_t i = 0; i < n; i++) mean += in->position[i] / n;
  for (uint32_t i = 0; i < n; i++) {
    x[i] = in->position[i] - mean;
    widest = fmax(widest, fabs(x[i]));
  }
  for (uint32_t i = 0; i < n; i++) {
    x[i] /= widest;
    c[i] = 1 / sqrt(n);
  }
  for (uint32_t d = 1; d <= most; d++) {
    sampan_finding *f = &out[d - 1];
    next_contrast(x, n, d, c);
    *f = (sampan_finding){names[d - 1], NAN, NAN, NAN, in->df, NAN, NAN, NAN};
    find(call, in, c + (uint64_t)d * n, f);
  }
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = UINT32_MAX,
    .n_findings = MOST_DEGREES,
    .compare = compare,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "polynomial",
    .version = "1.0.0",
    .label_en = "Polynomial contrasts",
    .label_zh = "正交多项式对比",
    .summary_en =
        "Orthogonal polynomial contrasts of the estimates over their positions, with their "
        "covariance.",
    .summary_zh = "估计值对位置（年份、等级）的正交多项式对比，计入协方差。",
    .formula = "t_d = c_d' y / sqrt(c_d' V c_d)",
    .reference = "Kennedy and Gentle, Statistical Computing, 1980, 8.3",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("polynomial", "GPL-3.0-or-later", &plugin);
