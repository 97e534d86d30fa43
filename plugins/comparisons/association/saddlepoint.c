/* saddlepoint.c - the upper tail of a weighted sum of chi-squares, or of one over a chi-square.
 *
 * P(sum a_i X_i / (Y / ddf) > x) = P(sum a_i X_i - (x / ddf) Y > 0): the tail at 0 of a quadratic
 * form with one more, negative, weight. Lugannani and Rice with Barndorff-Nielsen's form. Close to
 * the mean, where the form is 0 / 0, Satterthwaite's F (or chi-square) stands in, as in R's pFsum,
 * which also counts ddf in whole chi-squares.
 *
 * Reference: Kuonen, Biometrika 1999;86:929-935; Lumley, R survey. */
#include <math.h>

#include "association.h"

/* Weights lambda with multiplicities m, and where the tail is asked. */
typedef struct form {
  const double *lambda, *m;
  uint32_t n;
  double x;
} form;

static double cumulant(const form *f, double zeta) {
  double sum = 0;
  for (uint32_t i = 0; i < f->n; i++) sum -= f->m[i] * log1p(-2 * zeta * f->lambda[i]) / 2;
  return sum;
}

static double slope(const form *f, double zeta) {
  double sum = 0;
  for (uint32_t i = 0; i < f->n; i++) sum += f->m[i] * f->lambda[i] / (1 - 2 * zeta * f->lambda[i]);
  return sum;
}

static double curvature(const form *f, double zeta) {
  double sum = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    const double r = f->lambda[i] / (1 - 2 * zeta * f->lambda[i]);
    sum += 2 * f->m[i] * r * r;
  }
  return sum;
}

/* The tail, or NaN too close to the mean. lambda is scaled to a largest one of 1. */
static double tail(const sampan_call *call, const form *f) {
  double low = -HUGE_VAL, mean = 0, n = 0;
  for (uint32_t i = 0; i < f->n; i++) {
    mean += f->m[i] * f->lambda[i];
    n += f->m[i];
    if (f->lambda[i] < 0) low = fmax(low, 1 / (2 * f->lambda[i]));
  }
  double high = 0.5;
  if (isinf(low)) low = f->x > mean ? -0.01 : -n / (2 * f->x);
  /* The slope rises from -inf (or below x) to inf between the ends. */
  for (int step = 0; step < 200; step++) {
    const double mid = low + (high - low) / 2;
    if (mid <= low || mid >= high) break;
    if (slope(f, mid) > f->x)
      high = mid;
    else
      low = mid;
  }
  const double zeta = low + (high - low) / 2;
  if (fabs(zeta) < 1e-4) return NAN;
  const double w = copysign(sqrt(2 * fmax(zeta * f->x - cumulant(f, zeta), 0)), zeta);
  const double v = zeta * sqrt(curvature(f, zeta));
  return call->host->normal_cdf(-(w + log(v / w) / w));
}

int32_t association_saddlepoint(const sampan_call *call, double x, const double *a, uint32_t n,
                                double ddf, double *out) {
  double *lambda = call->host->alloc(call, ((uint64_t)n + 1) * 2 * sizeof *lambda);
  if (!lambda) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *m = lambda + n + 1, largest = 0, sum = 0, squares = 0;
  for (uint32_t i = 0; i < n; i++) {
    largest = fmax(largest, a[i]);
    sum += a[i];
    squares += a[i] * a[i];
  }
  for (uint32_t i = 0; i < n; i++) {
    lambda[i] = a[i] / largest;
    m[i] = 1;
  }
  form f = {lambda, m, n, x / largest};
  if (isfinite(ddf)) {
    lambda[n] = -f.x / ddf;
    m[n] = floor(ddf * (1 + 1e-12)); /* whole terms, as in R: 45 stays 45 */
    f.n = n + 1;
    f.x = 0;
  }
  *out = x > 0 ? tail(call, &f) : 1;
  if (isnan(*out))
    *out = association_f_tail(call, x / sum, sum * sum / squares, ddf); /* Satterthwaite */
  *out = fmin(fmax(*out, 0), 1);
  return SAMPAN_OK;
}
