/* Sums of arrays: those of exact.h, bit for bit. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "totals/exact.h"
#include "totals/long_sum.h"
#include "totals/sum.h"

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static double number(uint64_t *state, uint64_t kind) {
  const double x = (double)(next(state) >> 11) * ((next(state) & 1) != 0 ? 1 : -1);
  switch (kind) {
    case 0:
      return x * 0x1p-53;
    case 1:
      return ldexp(x, -(int)(next(state) % 140));
    case 2:
      return ldexp(x, (int)(next(state) % 1900) - 1000);
    case 3:
      return (double)(next(state) % 1000) - 500;
    case 4:
      return ldexp(x, -1070 + (int)(next(state) % 60));
    default: /* ties */
      return ldexp(1, (int)(next(state) % 120) - 60);
  }
}

static double by_limbs(const double *x, uint64_t n) {
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  for (uint64_t i = 0; i < n; i++) sp_exact_add(&sum, x[i]);
  return sp_exact_value(&sum);
}

static int same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

Test(sum, is_the_exact_one) {
  uint64_t state = 88172645463325252U;
  double x[300];
  for (int round = 0; round < 60000; round++) {
    const uint64_t n = next(&state) % (round % 50 == 0 ? 300 : 12), kind = next(&state) % 6;
    for (uint64_t i = 0; i < n; i++) {
      x[i] = i > 0 && next(&state) % 8 == 0 ? -x[i - 1] : number(&state, kind);
    }
    const double want = by_limbs(x, n), got = sp_sum(x, n);
    cr_assert(same(got, want), "%a, not %a: %d numbers", got, want, (int)n);
  }
}

Test(sum, of_what_is_not_finite) {
  const double some[] = {1, HUGE_VAL, 2}, both[] = {HUGE_VAL, -HUGE_VAL}, large[] = {1e308, 1e308};
  cr_assert(isnan(sp_sum(some, 3)));
  cr_assert(isnan(sp_sum(both, 2)));
  cr_assert(same(sp_sum(large, 2), by_limbs(large, 2)));
  cr_assert(same(sp_sum(NULL, 0), 0));
}

/* The two ways that a state is read meet where its limbs outgrow 128 bits. */
Test(sum, doubles_with_its_state) {
  uint64_t state = 7;
  for (int round = 0; round < 200; round++) {
    sp_exact sum;
    memset(&sum, 0, sizeof sum);
    for (int i = 0; i < 5; i++) sp_exact_add(&sum, number(&state, 0));
    double want = sp_exact_value(&sum);
    for (int i = 0; i < 30; i++) {
      const sp_exact half = sum;
      sp_exact_merge(&sum, &half);
      want *= 2;
      cr_assert(same(sp_exact_value(&sum), want), "after %d doublings", i + 1);
    }
  }
}

Test(sum, of_products_is_not_rounded) {
  uint64_t state = 11;
  for (int round = 0; round < 1000; round++) {
    const double a = number(&state, 0), b = number(&state, 0);
    sp_long_sum sum;
    memset(&sum, 0, sizeof sum);
    /* (a + b)^2 - a^2 - 2 a b - b^2, where a + b is exact */
    const double whole = (double)(int64_t)(a * 1e6), part = (double)(int64_t)(b * 1e6) / 1024;
    sp_long_add_product(&sum, whole + part, whole + part);
    sp_long_add_product(&sum, whole, -whole);
    sp_long_add_product(&sum, whole, -2 * part);
    sp_long_add_product(&sum, -part, part);
    cr_assert(same(sp_long_value(&sum).high, 0));
    const sp_twofold product = sp_product(a, b);
    cr_assert_eq(product.high, a * b);
    cr_assert_leq(fabs(product.low), fabs(a * b) * 0x1p-53);
  }
}

Test(sum, that_is_long_rounds_in_the_end) {
  uint64_t state = 12;
  for (int round = 0; round < 1000; round++) {
    double x[20];
    sp_long_sum forth, back;
    sp_exact exact;
    memset(&forth, 0, sizeof forth);
    memset(&back, 0, sizeof back);
    memset(&exact, 0, sizeof exact);
    for (int i = 0; i < 20; i++) {
      x[i] = number(&state, 0);
      sp_long_add(&forth, x[i]);
      sp_exact_add(&exact, x[i]);
    }
    for (int i = 20; i-- > 0;) sp_long_add(&back, x[i]);
    sp_long_add_whole(&forth, 3, -40);
    sp_long_add_whole(&back, 1, -40);
    sp_long_add_whole(&back, -(INT64_C(1) << 38), -79);
    sp_long_add_whole(&back, 5, -41); /* 3 in parts: 1 - 1/2 + 5/2 */
    const sp_twofold a = sp_long_value(&forth), b = sp_long_value(&back);
    cr_assert(same(a.high, b.high) && same(a.low, b.low));
    sp_long_add_whole(&forth, -3, -40);
    const sp_twofold c = sp_long_value(&forth);
    cr_assert(same(c.high, sp_exact_value(&exact)), "%a, not %a", c.high, sp_exact_value(&exact));
    sp_exact_add(&exact, -c.high);
    cr_assert_float_eq(c.low, sp_exact_value(&exact), fabs(c.high) * 0x1p-80);
    sp_long_clear(&forth);
    cr_assert_eq(sp_long_value(&forth).high, 0);
  }
}
