/* sum.c - the sum of an array of doubles, order-free.
 *
 * Twofold arithmetic with a bound on its error: the errors of the additions are exact (Knuth's
 * two-sum) and are added up in their turn. Where the true sum, give or take the bound, rounds to
 * one double alone, that is what exact.h would say of it: its state differs from the true sum by
 * what it drops, which is below 2^-81 of the largest summand for each of them, and so is part of
 * the bound. In all other cases exact.h is asked. (Ogita, Rump and Oishi, "Accurate sum and dot
 * product", SIAM J. Sci. Comput. 26 (2005) 1955-1988.) */
#include "totals/sum.h"

#include <math.h>

#include "totals/exact.h"

static double by_limbs(const double *x, uint64_t n) {
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  for (uint64_t i = 0; i < n; i++) sp_exact_add(&sum, x[i]);
  return sp_exact_value(&sum);
}

double sp_sum(const double *x, uint64_t n) {
  double sum = 0, rest = 0, size = 0, rest_size = 0;
  for (uint64_t i = 0; i < n; i++) {
    const double next = sum + x[i], back = next - sum;
    const double error = (sum - (next - back)) + (x[i] - back);
    sum = next;
    rest += error;
    size += fabs(x[i]);
    rest_size += fabs(error);
  }
  /* Each addition of an error is off by 2^-53 of what has been added up, which n times `rest_size`
     bounds; each summand loses 2^-81 of the largest to exact.h. With room for the rounding of the
     bounds themselves. */
  const double bound = (double)n * (rest_size * 0x1p-51 + size * 0x1p-80);
  const double low = sum + (rest - bound), high = sum + (rest + bound);
  /* Far from where bounds would underflow; written so that NaN fails. */
  if (!(size > 1e-200 && low == high && isfinite(low))) return by_limbs(x, n);
  return low;
}
