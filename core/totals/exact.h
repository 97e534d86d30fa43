/* exact.h - sums of doubles that do not depend on the order of the summands.
 *
 * A double is cut into slices of 28 bits at fixed positions of the number line; a sum keeps the
 * four highest positions that any of its summands has reached, one int64 for each. Every slice at a
 * kept position is added exactly, every slice below is dropped, whenever it comes: so the state is
 * a function of the set of summands alone, and the sum of two states is the state of the union -
 * bit for bit, for any batch, thread, shard or merge order. What is dropped is below 2^-81 of the
 * largest summand. A limb holds 2^35 summands. (The idea of fixed bins is Demmel and Nguyen's,
 * "Parallel reproducible summation", IEEE Trans. Comput. 64 (2015) 2060-2070.)
 */
#ifndef SP_TOTALS_EXACT_H
#define SP_TOTALS_EXACT_H

#include <stdint.h>
#include <string.h>

#define SP_EXACT_BITS 28
#define SP_EXACT_LIMBS 4

typedef struct sp_exact {
  int64_t limb[SP_EXACT_LIMBS]; /* limb[0] at position `top`, the others below it */
  int32_t top;                  /* 0: no summand yet; else position + 1 */
  int32_t not_finite;           /* 1: a summand was infinite or NaN; the sum is NaN */
} sp_exact;

/* A double in slices, made once and added to many sums. */
typedef struct sp_slices {
  int64_t slice[3]; /* slice[0] at position `top` */
  int32_t top;      /* as in sp_exact; 0 for a zero, -1 where the double is not finite */
} sp_slices;

/* Cuts a double. */
static inline sp_slices sp_slice(double x) {
  sp_slices out = {{0, 0, 0}, 0};
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t biased = (uint32_t)(bits >> 52) & 0x7ff;
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (biased == 0 && mantissa == 0) return out;
  if (biased == 0x7ff) {
    out.top = -1;
    return out;
  }
  if (biased != 0) mantissa |= UINT64_C(1) << 52;
  const uint32_t place =
      (biased != 0 ? biased : 1) + 17; /* of the lowest bit; 17 keeps it above 0 */
  const uint32_t bin = place / SP_EXACT_BITS, shift = place % SP_EXACT_BITS;
  const uint64_t mask = (UINT64_C(1) << SP_EXACT_BITS) - 1;
  const uint64_t low = (mantissa << shift) & mask;
  const uint64_t rest = mantissa >> (SP_EXACT_BITS - shift);
  const int64_t sign = (bits >> 63) != 0 ? -1 : 1;
  const int64_t high = (int64_t)(rest >> SP_EXACT_BITS), middle = (int64_t)(rest & mask);
  if (high != 0) {
    out.top = (int32_t)bin + 3;
    out.slice[0] = sign * high;
    out.slice[1] = sign * middle;
    out.slice[2] = sign * (int64_t)low;
  } else if (middle != 0) {
    out.top = (int32_t)bin + 2;
    out.slice[0] = sign * middle;
    out.slice[1] = sign * (int64_t)low;
  } else {
    out.top = (int32_t)bin + 1;
    out.slice[0] = sign * (int64_t)low;
  }
  return out;
}

/* Makes room for a higher position; what falls below the lowest limb is dropped. */
static inline void sp_exact_raise(sp_exact *sum, int32_t top) {
  const int32_t by = top - sum->top;
  for (int32_t i = SP_EXACT_LIMBS - 1; i >= 0; i--) {
    sum->limb[i] = i >= by ? sum->limb[i - by] : 0;
  }
  sum->top = top;
}

/* Adds a cut double. */
static inline void sp_exact_add_slices(sp_exact *sum, const sp_slices *x) {
  if (x->top < 0) {
    sum->not_finite = 1;
    return;
  }
  if (x->top > sum->top) sp_exact_raise(sum, x->top);
  const int32_t below = sum->top - x->top;
  for (int32_t i = 0; i < 3 && below + i < SP_EXACT_LIMBS; i++) {
    sum->limb[below + i] += x->slice[i];
  }
}

/* Marks a sum that something of weight 0 belongs to: it has a position, and is 0. Sums with more
 * than this have had a number added that is not 0, whatever they come to. */
static inline void sp_exact_touch(sp_exact *sum) {
  if (sum->top == 0) sum->top = 1;
}

/* Adds a double. */
static inline void sp_exact_add(sp_exact *sum, double x) {
  const sp_slices slices = sp_slice(x);
  if (slices.top != 0) sp_exact_add_slices(sum, &slices);
}

/* Adds another sum. */
void sp_exact_merge(sp_exact *sum, const sp_exact *other);

/* The double nearest to the sum (ties to even). */
double sp_exact_value(const sp_exact *sum);

#endif
