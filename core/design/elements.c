/* elements.c - the variance of an estimate where every record is a PSU.
 *
 * sum z^2 = g'Mg and sum z = g't by stratum, and the variance is what is left of the first when the
 * square of the second over n has gone: little, where the values are alike. So moments are sums of
 * exact products, and everything up to the difference has twice the digits of a double. */
#include "design/elements.h"

#include <math.h>

#include "totals/exact.h"

/* ---- twofold arithmetic ------------------------------------------------------------------- */

static sp_twofold two_sum(double a, double b) {
  const double sum = a + b, back = sum - a;
  return (sp_twofold){sum, (a - (sum - back)) + (b - back)};
}

static sp_twofold add(sp_twofold a, sp_twofold b) {
  const sp_twofold high = two_sum(a.high, b.high), low = two_sum(a.low, b.low);
  const sp_twofold first = two_sum(high.high, high.low + low.high);
  return two_sum(first.high, first.low + low.low);
}

static sp_twofold times(sp_twofold a, double b) {
  const sp_twofold product = sp_product(a.high, b);
  return two_sum(product.high, product.low + a.low * b);
}

static sp_twofold square(sp_twofold a) {
  const sp_twofold product = sp_product(a.high, a.high);
  return two_sum(product.high, product.low + 2 * a.high * a.low);
}

static sp_twofold over(sp_twofold a, double b) {
  const double first = a.high / b;
  const sp_twofold back = sp_product(first, b);
  return two_sum(first, ((a.high - back.high) - back.low + a.low) / b);
}

static sp_twofold minus(sp_twofold a, sp_twofold b) {
  return add(a, (sp_twofold){-b.high, -b.low});
}

/* ---- strata ------------------------------------------------------------------------------- */

/* What the values of a stratum's records add up to. */
typedef struct spread {
  sp_twofold sum, squares;
} spread;

/* The gradient is divided by its largest part, so that products stay where they are exact. */
static double largest(const double *gradient, uint32_t n) {
  double most = 0;
  for (uint32_t k = 0; k < n; k++) most = fmax(most, fabs(gradient[k]));
  int exponent;
  (void)frexp(most, &exponent);
  return most > 0 ? ldexp(1, exponent) : 1;
}

static spread spread_of(const sp_elements *x, uint32_t h, const double *gradient, double scale) {
  const uint32_t n = x->n_totals / x->n_cells;
  const sp_twofold *total = x->totals + (size_t)h * x->n_totals;
  const sp_twofold *moment = x->moments + (size_t)h * sp_elements_moments(x->n_cells, x->n_totals);
  spread out = {{0, 0}, {0, 0}};
  for (uint32_t cell = 0; cell < x->n_totals; cell += n) {
    for (uint32_t k = 0; k < n; k++, total++) {
      const double g = gradient[cell + k] / scale;
      sp_twofold row = {0, 0};
      if (g == 0) {
        moment += k + 1;
        continue;
      }
      out.sum = add(out.sum, times(*total, g));
      for (uint32_t j = 0; j <= k; j++, moment++) {
        const double other = (j < k ? 2 : 1) * (gradient[cell + j] / scale);
        if (other != 0) row = add(row, times(*moment, other));
      }
      out.squares = add(out.squares, times(row, g));
    }
  }
  return out;
}

/* Sum over the n records of the stratum of (z - centre)^2, those that are not of the group at 0. */
static double about(const spread *s, double n, sp_twofold centre) {
  const sp_twofold twice = times(centre, 2);
  /* sum z^2 - 2 c sum z + n c^2 */
  sp_twofold cross = times(s->sum, twice.high);
  cross = add(cross, times(s->sum, twice.low));
  const sp_twofold left = add(minus(s->squares, cross), times(square(centre), n));
  /* Of what sums of squares hold, less than this is rounding. */
  return left.high > s->squares.high * 0x1p-76 ? left.high : 0;
}

static double about_mean(const spread *s, double n) {
  const double left = minus(s->squares, over(square(s->sum), n)).high;
  return left > s->squares.high * 0x1p-76 ? left : 0;
}

static int is_lonely(const sp_design *d, const sp_stratum *s, int64_t n_records) {
  if (s->fpc >= 1) return 0; /* every unit is in the sample */
  if (s->n_psu <= 1) return 1;
  return sp_lonely_by_domain(d) && n_records == 1;
}

/* The mean over all records of the strata that the group has a record in; whatever their order. */
static sp_twofold grand_mean(const sp_stratum *strata, const sp_elements *x, const double *gradient,
                             double scale) {
  double n = 0;
  sp_long_sum sum;
  memset(&sum, 0, sizeof sum);
  for (uint32_t h = 0; h < x->n_strata; h++) {
    const spread s = spread_of(x, h, gradient, scale);
    sp_long_add(&sum, s.sum.high);
    sp_long_add(&sum, s.sum.low);
    n += strata[x->stratum[h]].n_psu;
  }
  return over(sp_long_value(&sum), n);
}

int32_t sp_elements_variance(const sp_stratum *strata, const sp_design *design, const char *file,
                             const sp_elements *x, const double *gradient, double *out,
                             sp_variance_note *note, sampan_error *error) {
  const double scale = largest(gradient, x->n_totals);
  sp_twofold grand = {0, 0};
  const sp_stratum *failed = NULL;
  uint32_t n_lonely = 0;
  int knows_grand = 0;
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  note->n_lonely = 0;
  note->lonely_text = NULL;
  for (uint32_t h = 0; h < x->n_strata; h++) {
    const sp_stratum *s = &strata[x->stratum[h]];
    const double n = s->n_psu;
    if (s->fpc >= 1) continue;
    const int lonely = is_lonely(design, s, x->n_records != NULL ? x->n_records[h] : 0);
    if (!lonely) {
      const spread z = spread_of(x, h, gradient, scale);
      sp_exact_add(&sum, (1 - s->fpc) * n / (n - 1) * about_mean(&z, n));
      continue;
    }
    if (design->lonely == SP_LONELY_FAIL) { /* of several the first by name */
      if (failed == NULL || strcmp(s->text, failed->text) < 0) failed = s;
      continue;
    }
    if (note->n_lonely++ == 0) note->lonely_text = s->text;
    n_lonely++;
    if (design->lonely != SP_LONELY_ADJUST) continue;
    if (!knows_grand) grand = grand_mean(strata, x, gradient, scale);
    knows_grand = 1;
    const spread z = spread_of(x, h, gradient, scale);
    sp_exact_add(&sum, (1 - s->fpc) * (n > 1 ? n / (n - 1) : 1) * about(&z, n, grand));
  }
  if (failed != NULL) return sp_lonely_error(design, file, 1, failed->text, error);
  *out = sp_exact_value(&sum) * scale * scale;
  if (design->lonely == SP_LONELY_AVERAGE && n_lonely > 0) {
    const double kept = (double)x->n_strata - n_lonely;
    *out = kept > 0 ? *out * x->n_strata / kept : NAN;
  }
  return SAMPAN_OK;
}
