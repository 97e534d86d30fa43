/* scale.c - decimals as integers: x = k / 10^d, bit for bit. */
#include <math.h>

#include "packed.h"

/* Up to 2^50 the product with a power of ten is off by less than a half. */
#define LARGEST 1125899906842624.0

double packed_power(uint32_t d) {
  static const double powers[PACKED_MOST_DECIMALS + 1] = {1,   1e1, 1e2, 1e3, 1e4,
                                                          1e5, 1e6, 1e7, 1e8, 1e9};
  return powers[d <= PACKED_MOST_DECIMALS ? d : PACKED_MOST_DECIMALS];
}

int64_t packed_scaled(double x, uint32_t decimals) {
  const double scaled = x * packed_power(decimals);
  return (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

/* As an integer at a power of ten; 0 if it is none, or -0, whose sign an integer loses. */
static inline int fits(double x, double power, int64_t *k) {
  const double scaled = x * power;
  if (!(fabs(scaled) < LARGEST)) return 0;
  *k = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  const double back = (double)*k / power;
  uint64_t a, b;
  memcpy(&a, &x, sizeof a);
  memcpy(&b, &back, sizeof b);
  return a == b;
}

int32_t packed_scale(const double *x, const uint64_t *present, int64_t n, int32_t decimals,
                     int64_t *least, int64_t *most) {
  int32_t d = decimals;
  double power = packed_power((uint32_t)d), low = 0, high = 0;
  int64_t k;
  int seen = 0;
  /* What is a multiple of 10^-d is one of 10^-(d+1): d only grows. */
  for (int64_t i = 0; i < n; i++) {
    if (present != NULL && !sampan_bit(present, i)) continue;
    while (!fits(x[i], power, &k)) {
      if (++d > PACKED_MOST_DECIMALS) return -1;
      power = packed_power((uint32_t)d);
    }
    if (!seen || x[i] < low) low = x[i];
    if (!seen || x[i] > high) high = x[i];
    seen = 1;
  }
  if (!fits(low, power, least) || !fits(high, power, most)) return -1;
  return d;
}
