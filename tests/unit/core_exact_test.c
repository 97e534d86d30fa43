/* Order-free sums: the same bytes for any order, partition and merge tree; the right value by
 * integers and by hand. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "totals/exact.h"

__extension__ typedef __int128 wide;

static uint64_t next(uint64_t *state) { /* Marsaglia, "Xorshift RNGs", 2003 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static double of_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* Any finite double, all exponents alike. */
static double any_double(uint64_t *state) {
  for (;;) {
    const double x = of_bits(next(state));
    if (isfinite(x)) return x;
  }
}

static void shuffle(double *x, int n, uint64_t *state) {
  for (int i = n - 1; i > 0; i--) {
    const int j = (int)(next(state) % (uint64_t)(i + 1));
    const double swap = x[i];
    x[i] = x[j];
    x[j] = swap;
  }
}

static sp_exact sum_of(const double *x, int n) {
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  for (int i = 0; i < n; i++) sp_exact_add(&sum, x[i]);
  return sum;
}

/* Sums a range through a tree of merges, cut at random. */
static sp_exact tree_of(const double *x, int n, uint64_t *state) {
  if (n <= 1) return sum_of(x, n);
  const int cut = (int)(next(state) % (uint64_t)(n + 1));
  if (cut == 0 || cut == n) return sum_of(x, n);
  sp_exact left = tree_of(x, cut, state), right = tree_of(x + cut, n - cut, state);
  if ((next(state) & 1) != 0) {
    sp_exact_merge(&left, &right);
    return left;
  }
  sp_exact_merge(&right, &left);
  return right;
}

static double value_of(const double *x, int n) {
  const sp_exact sum = sum_of(x, n);
  return sp_exact_value(&sum);
}

/* ---- slices ------------------------------------------------------------------------------- */

Test(exact, slices_of_every_exponent_put_the_double_together) {
  static const uint64_t mantissas[] = {0,
                                       1,
                                       UINT64_C(0xfffffffffffff),
                                       UINT64_C(0x8000000000000),
                                       UINT64_C(0x5555555555555),
                                       UINT64_C(0x0000010000001)};
  for (uint64_t exponent = 0; exponent < 2047; exponent++) {
    for (size_t m = 0; m < sizeof mantissas / sizeof *mantissas; m++) {
      for (uint64_t sign = 0; sign < 2; sign++) {
        const double x = of_bits(sign << 63 | exponent << 52 | mantissas[m]);
        const sp_slices s = sp_slice(x);
        if (x == 0) {
          cr_assert_eq(s.top, 0);
          continue;
        }
        cr_assert_gt(s.top, 0);
        cr_assert_neq(s.slice[0], 0, "the highest slice of %a is empty", x);
        double back = 0;
        for (int i = 0; i < 3; i++) {
          cr_assert_lt(llabs(s.slice[i]), 1LL << SP_EXACT_BITS);
          /* Bit 0 of position p is worth 2^(28 p - 1092): exponent 1 begins at 2^-1074, bit 18. */
          const int place = (s.top - 1 - i) * SP_EXACT_BITS - 1092;
          if (s.slice[i] != 0) back += ldexp((double)s.slice[i], place);
        }
        cr_assert_eq(back, x, "%a came back as %a", x, back);
        cr_assert_eq(value_of(&x, 1), x, "alone, %a is %a", x, value_of(&x, 1));
      }
    }
  }
}

Test(exact, nothing_and_zeros_are_zero) {
  const double zeros[] = {0.0, -0.0, 0.0};
  const sp_exact none = sum_of(NULL, 0), some = sum_of(zeros, 3);
  cr_assert_eq(memcmp(&none, &some, sizeof none), 0);
  cr_assert_eq(sp_exact_value(&none), 0.0);
  cr_assert_not(signbit(sp_exact_value(&some)));
}

/* ---- order -------------------------------------------------------------------------------- */

static void check_orders(double *x, int n, uint64_t *state, const char *what) {
  const sp_exact first = sum_of(x, n);
  for (int round = 0; round < 20; round++) {
    shuffle(x, n, state);
    const sp_exact again = sum_of(x, n), merged = tree_of(x, n, state);
    cr_assert_eq(memcmp(&first, &again, sizeof first), 0, "%s: another order", what);
    cr_assert_eq(memcmp(&first, &merged, sizeof first), 0, "%s: merged", what);
  }
}

Test(exact, any_order_and_any_merge_tree_give_the_same_bytes) {
  enum { N = 400 };
  double x[N];
  uint64_t state = 88172645463325252u;
  for (int set = 0; set < 30; set++) {
    for (int i = 0; i < N; i++) x[i] = any_double(&state) / 1024;
    check_orders(x, N, &state, "all exponents");
    for (int i = 0; i < N; i++) x[i] = (double)(next(&state) % 1000000) / 1e4;
    check_orders(x, N, &state, "weights");
    for (int i = 0; i < N; i++) x[i] = of_bits(next(&state) & UINT64_C(0x800fffffffffffff));
    check_orders(x, N, &state, "subnormals");
    for (int i = 0; i < N; i += 2) {
      x[i] = ldexp((double)(next(&state) >> 11), (int)(next(&state) % 200) - 100);
      x[i + 1] = -x[i];
    }
    x[0] = 1e-30;
    check_orders(x, N, &state, "what cancels");
  }
}

/* ---- values ------------------------------------------------------------------------------- */

Test(exact, sums_are_those_of_integers) {
  enum { N = 1000 };
  double x[N];
  uint64_t state = 4101842887655102017u;
  for (int set = 0; set < 200; set++) {
    const int scale = (int)(next(&state) % 1900) - 1000;
    wide sum = 0;
    for (int i = 0; i < N; i++) {
      const int64_t whole = (int64_t)(next(&state) >> 11) * ((next(&state) & 1) != 0 ? 1 : -1);
      const int shift = (int)(next(&state) % 20);
      x[i] = ldexp((double)whole, scale + shift);
      sum += (wide)whole * (1 << shift);
    }
    /* gcc rounds int128 to nearest even; scaling by a power of two is exact. */
    cr_assert_eq(value_of(x, N), ldexp((double)sum, scale));
  }
}

Test(exact, a_million_additions) {
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  wide whole = 0;
  for (int64_t i = 0; i < 1 << 20; i++) {
    const int64_t x = ((int64_t)1 << 53) - 1 - (i % 1000);
    sp_exact_add(&sum, (double)x * 0.03125);
    whole += x;
  }
  cr_assert_eq(sp_exact_value(&sum), (double)whole * 0.03125);
  for (int64_t i = 0; i < 1 << 20; i++) sp_exact_add(&sum, -(double)(whole >> 20) * 0.03125);
  cr_assert_eq(sp_exact_value(&sum),
               (double)(whole - ((wide)(int64_t)(double)(whole >> 20) << 20)) * 0.03125);
}

Test(exact, ties_go_to_even_and_a_last_bit_decides_them) {
  const double base = 9007199254740992.0; /* 2^53 */
  const double tie[] = {base, 1}, up[] = {base, 1, ldexp(1, -20)}, odd[] = {base + 2, 1};
  const double down[] = {base + 2, 1, -ldexp(1, -20)};
  cr_assert_eq(value_of(tie, 2), base);
  cr_assert_eq(value_of(up, 3), base + 2);
  cr_assert_eq(value_of(odd, 2), base + 4);
  cr_assert_eq(value_of(down, 3), base + 2);
}

Test(exact, cancellation_leaves_what_is_left) {
  const double a[] = {1e16, 1, -1e16}, b[] = {1e20, 3.5, -1e20, 0.125, -3.5};
  const double c[] = {DBL_MAX, 1e300, -DBL_MAX, -1e300}, d[] = {0.1, 0.2, -0.3};
  cr_assert_eq(value_of(a, 3), 1);
  cr_assert_eq(value_of(b, 5), 0.125);
  cr_assert_eq(value_of(c, 4), 0);
  /* 0.1 + 0.2 - 0.3 of the doubles, exactly 2^-55. */
  cr_assert_eq(value_of(d, 3), ldexp(1, -55));
}

Test(exact, what_is_dropped_is_below_its_bound) {
  uint64_t state = 2463534242u;
  for (int i = 0; i < 20000; i++) {
    const double big = 1 + (double)(next(&state) >> 12) * ldexp(1, -52);
    const double small = ldexp(big, -1 - (int)(next(&state) % 200));
    const double pair[] = {big, small, -big};
    cr_assert_leq(fabs(value_of(pair, 3) - small), ldexp(big, -81));
  }
}

Test(exact, the_sign_changes_nothing_else) {
  double x[64], y[64];
  uint64_t state = 362436069u;
  for (int set = 0; set < 500; set++) {
    for (int i = 0; i < 64; i++) {
      x[i] = ldexp((double)(int64_t)next(&state), (int)(next(&state) % 90));
      y[i] = -x[i];
    }
    cr_assert_eq(value_of(x, 64), -value_of(y, 64));
  }
}

Test(exact, the_ends_of_the_range) {
  const double least = of_bits(1);
  double x[1024];
  for (int i = 0; i < 1024; i++) x[i] = least;
  cr_assert_eq(value_of(x, 1024), 1024 * least);
  const double halves[] = {DBL_MIN / 2, DBL_MIN / 2, -least};
  cr_assert_eq(value_of(halves, 3), DBL_MIN - least);
  const double most[] = {DBL_MAX / 2, DBL_MAX / 2};
  cr_assert_eq(value_of(most, 2), DBL_MAX);
  const double over[] = {DBL_MAX, DBL_MAX, -DBL_MAX};
  cr_assert_eq(value_of(over, 3), DBL_MAX, "an overflow on the way is none");
  const double beyond[] = {DBL_MAX, DBL_MAX};
  cr_assert_eq(value_of(beyond, 2), HUGE_VAL);
}
