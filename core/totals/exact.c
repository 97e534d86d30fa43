/* exact.c - merging and reading order-free sums. */
#include "totals/exact.h"

#include <math.h>

__extension__ typedef unsigned __int128 sp_u128;

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

double sp_exact_value(const sp_exact *sum) {
  if (sum->not_finite) return NAN;
  if (sum->top == 0) return 0.0;
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
