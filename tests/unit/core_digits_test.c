/* Doubles as text: byte for byte what the C library says. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digits.h"

static void by_library(double x, char *out) {
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(out, 40, "%.*g", digits, x);
    if (strtod(out, NULL) == x) return;
  }
}

static void check(double x) {
  char got[40], want[40];
  by_library(x, want);
  const int32_t n = sp_format_double(x, got);
  cr_assert_str_eq(got, want, "%a: %s, not %s", x, got, want);
  cr_assert_eq((size_t)n, strlen(want));
}

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

Test(digits, are_those_of_the_library) {
  const double some[] = {0,        -0.0,
                         1,        -1,
                         0.1,      0.3,
                         1e15,     999999999999999,
                         1e-4,     9.9e-5,
                         1e-11,    9e-12,
                         0.5,      2.5e-7,
                         1e300,    5e-324,
                         123456.5, 1e15 + 2,
                         1e22,     1e14 + 0.5,
                         0.95,     99999999999999.99,
                         0.1 + 0.2};
  for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) check(some[i]);
}

Test(digits, near_powers_of_two_and_ten) {
  for (int e = -80; e < 70; e++) {
    const double x = ldexp(1, e);
    check(x);
    check(nextafter(x, 0));
    check(nextafter(x, 2 * x));
  }
  for (int e = -20; e < 20; e++) {
    double up = pow(10, e), down = up;
    for (int k = 0; k < 40; k++) {
      check(up);
      check(-down);
      up = nextafter(up, 1e300);
      down = nextafter(down, 0);
    }
  }
}

Test(digits, of_any_double) {
  uint64_t state = 88172645463325252U;
  for (int i = 0; i < 60000; i++) {
    const uint64_t bits = next(&state);
    double x;
    memcpy(&x, &bits, sizeof x);
    if (isfinite(x)) check(x);
    check(ldexp((double)(bits >> 11), -(int)(next(&state) % 100)));
    check((double)(next(&state) % 1000000) / 1000);
    check((double)(next(&state) % 100000000000U) / pow(10, (double)(next(&state) % 20)));
  }
}

Test(digits, have_none_where_not_finite) {
  char out[32];
  cr_assert_eq(sp_format_double(NAN, out), 0);
  cr_assert_str_eq(out, "");
  cr_assert_eq(sp_format_double(-HUGE_VAL, out), 0);
}
