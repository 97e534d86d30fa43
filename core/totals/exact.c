/* exact.c - merging and reading order-free sums. */
#include "totals/exact.h"

#include <math.h>

__extension__ typedef unsigned __int128 sp_u128;
__extension__ typedef __int128 sp_i128;

void sp_exact_merge(sp_exact *sum, const sp_exact *other) {
  sum->not_finite |= other->not_finite;
  if (other->top == 0) return;
  if (other->top > sum->top) sp_exact_raise(sum, other->top);
  const int32_t below = sum->top - other->top;
  for (int32_t i = 0; below + i < SP_EXACT_LIMBS; i++) sum->limb[below + i] += other->limb[i];
}

/* Two digits above the limbs take their carries: 63 bits less 28 are 35, which is two digits. */
#define SP_DIGITS (SP_EXACT_LIMBS + 2)

/* The magnitude as digits of 28 bits, the highest first; returns the sign. */
static int sp_exact_digits(const sp_exact *sum, uint32_t digit[SP_DIGITS]) {
  const int64_t mask = (INT64_C(1) << SP_EXACT_BITS) - 1;
  int sign = 1;
  for (int round = 0; round < 2; round++) {
    int64_t carry = 0;
    for (int i = SP_EXACT_LIMBS - 1; i >= 0; i--) {
      const int64_t x = sign * sum->limb[i] + carry;
      digit[i + 2] = (uint32_t)(x & mask);
      carry = (x - (x & mask)) / (INT64_C(1) << SP_EXACT_BITS);
    }
    if (carry >= 0) {
      digit[1] = (uint32_t)(carry & mask);
      digit[0] = (uint32_t)(carry >> SP_EXACT_BITS);
      return sign;
    }
    sign = -1;
  }
  return sign; /* not reached: a sum and its negative cannot both be negative */
}

/* x 2^exponent; the power of two by its bits where both are ordinary numbers. */
static double scaled(double x, int32_t exponent) {
  const int64_t biased = (int64_t)exponent + 1023;
  if (exponent < -900 || exponent > 800) return ldexp(x, exponent);
  const uint64_t bits = (uint64_t)biased << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return x * power;
}

/* Sums whose limbs fit together in 128 bits, as nearly all do: 62 bits of the head decide, with one
 * for whether there is more. */
static double value_of_small(const sp_exact *sum) {
  const sp_i128 whole = ((sp_i128)sum->limb[0] * ((sp_i128)1 << (3 * SP_EXACT_BITS))) +
                        ((sp_i128)sum->limb[1] * ((sp_i128)1 << (2 * SP_EXACT_BITS))) +
                        ((sp_i128)sum->limb[2] * ((sp_i128)1 << SP_EXACT_BITS)) + sum->limb[3];
  const sp_u128 size = whole < 0 ? -(sp_u128)whole : (sp_u128)whole;
  if (size == 0) return 0.0;
  const uint64_t high = (uint64_t)(size >> 64);
  const int32_t n_bits =
      high != 0 ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)size);
  const int32_t below = n_bits > 62 ? n_bits - 62 : 0;
  uint64_t head = (uint64_t)(size >> below);
  if (below > 0 && (size & (((sp_u128)1 << below) - 1)) != 0) head |= 1;
  const double x = scaled((double)(int64_t)head, (sum->top - 4) * SP_EXACT_BITS - 1092 + below);
  return whole < 0 ? -x : x;
}

double sp_exact_value(const sp_exact *sum) {
  if (sum->not_finite) return NAN;
  if (sum->top == 0) return 0.0;
  const int64_t most = INT64_C(1) << 40; /* times 2^84 */
  if (sum->limb[0] < most && sum->limb[0] > -most) return value_of_small(sum);
  uint32_t digit[SP_DIGITS];
  const int sign = sp_exact_digits(sum, digit);
  int first = 0;
  while (first < SP_DIGITS && digit[first] == 0) first++;
  if (first == SP_DIGITS) return 0.0;
  sp_u128 head = 0;
  int last = first;
  for (; last < SP_DIGITS && last < first + 4; last++) {
    head = (head << SP_EXACT_BITS) | digit[last];
  }
  for (int i = last; i < SP_DIGITS; i++) {
    if (digit[i] != 0) head |= 1; /* sticky: decides a tie, and nothing else */
  }
  /* digit[i] stands at position top + 1 - i (0-based: top - 1 is limb 0, i = 2). */
  const int position = sum->top - 1 + 2 - (last - 1);
  return sign * ldexp((double)head, position * SP_EXACT_BITS - 17 - 1075);
}
