/* long_sum.c - sums without rounding. */
#include "totals/long_sum.h"

#include <math.h>

enum { LOWEST = -1088, DIGIT = 32 };

#define DIGIT_MASK ((INT64_C(1) << DIGIT) - 1)

void sp_long_clear(sp_long_sum *s) {
  if (s->end > s->first) {
    memset(s->limb + s->first, 0, (size_t)(s->end - s->first) * sizeof *s->limb);
  }
  s->first = s->end = 0;
}

static void reach(sp_long_sum *s, int32_t first, int32_t end) {
  if (s->end == 0) {
    s->first = first;
    s->end = end;
    return;
  }
  if (first < s->first) s->first = first;
  if (end > s->end) s->end = end;
}

/* Adds a number of up to 62 bits that begins at this place. */
static void add_at(sp_long_sum *s, uint64_t size, int64_t sign, int32_t place) {
  const int32_t at = place / DIGIT, shift = place % DIGIT;
  const uint64_t low = size & (uint64_t)DIGIT_MASK, high = size >> DIGIT;
  const uint64_t a = low << shift, b = high << shift;
  s->limb[at] += sign * (int64_t)(a & (uint64_t)DIGIT_MASK);
  s->limb[at + 1] += sign * (int64_t)((a >> DIGIT) + (b & (uint64_t)DIGIT_MASK));
  s->limb[at + 2] += sign * (int64_t)(b >> DIGIT);
  reach(s, at, at + 3);
}

void sp_long_add(sp_long_sum *s, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int32_t biased = (int32_t)(bits >> 52 & 0x7ff);
  uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
  if (biased != 0) mantissa |= UINT64_C(1) << 52;
  if (mantissa == 0) return;
  add_at(s, mantissa, (bits >> 63) != 0 ? -1 : 1, (biased != 0 ? biased : 1) - 1075 - LOWEST);
}

void sp_long_add_whole(sp_long_sum *s, int64_t x, int32_t exponent) {
  if (x == 0) return;
  add_at(s, x < 0 ? -(uint64_t)x : (uint64_t)x, x < 0 ? -1 : 1, exponent - LOWEST);
}

/* Has every limb between 0 and 2^32 and returns 1, or -1 where it had to turn the sign. */
static int carry(sp_long_sum *s) {
  for (int turned = 0;; turned++) {
    int64_t over = 0;
    for (int32_t i = s->first; i < s->end; i++) {
      const int64_t x = s->limb[i] + over;
      s->limb[i] = x & DIGIT_MASK;
      over = x >> DIGIT;
    }
    for (; over != 0 && over != -1 && s->end < SP_LONG_LIMBS; over >>= DIGIT) {
      s->limb[s->end++] = over & DIGIT_MASK;
    }
    if (over == 0 || turned > 0) return turned > 0 ? -1 : 1;
    if (s->end < SP_LONG_LIMBS) s->limb[s->end++] = over; /* -1 */
    for (int32_t i = s->first; i < s->end; i++) s->limb[i] = -s->limb[i];
  }
}

/* The double nearest to limbs that were carried: 62 bits of the head decide, with one for whether
 * there is more. */
static double nearest(const sp_long_sum *s) {
  int32_t top = s->end - 1;
  while (top >= s->first && s->limb[top] == 0) top--;
  if (s->end == 0 || top < s->first) return 0;
  uint64_t head = (uint64_t)s->limb[top];
  int32_t n_bits = 64 - __builtin_clzll(head), exponent = top * DIGIT + LOWEST;
  uint64_t more = 0;
  for (int32_t i = top - 1; i >= s->first; i--) {
    const uint64_t limb = (uint64_t)s->limb[i];
    const int32_t room = 62 - n_bits < DIGIT ? 62 - n_bits : DIGIT;
    head = head << room | limb >> (DIGIT - room);
    exponent -= room;
    n_bits += room;
    if (room < DIGIT) more |= limb & ((UINT64_C(1) << (DIGIT - room)) - 1);
  }
  return ldexp((double)(int64_t)(head | (uint64_t)(more != 0)), exponent);
}

sp_twofold sp_long_value(sp_long_sum *s) {
  const int sign = carry(s);
  const double high = nearest(s);
  if (high == 0) return (sp_twofold){0, 0};
  sp_long_sum rest = *s;
  sp_long_add(&rest, -high);
  const int other = carry(&rest);
  const double low = nearest(&rest);
  if (sign < 0) { /* as it was */
    for (int32_t i = s->first; i < s->end; i++) s->limb[i] = -s->limb[i];
  }
  return (sp_twofold){sign * high, sign * other * low};
}
