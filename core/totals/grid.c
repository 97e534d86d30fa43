/* grid.c - choosing a grid, cutting weights, reading sums. */
#include "totals/grid.h"

#include <math.h>

__extension__ typedef __int128 sp_i128;

enum { SP_GRID_SPAN = 79, SP_GRID_MARGIN = 4 };

#define SP_LOW_MASK ((INT64_C(1) << SP_GRID_BITS) - 1)

/* The exponent and the mantissa of a positive double: mantissa * 2^exponent. */
static int64_t take_apart(double x, int32_t *exponent) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t biased = (uint32_t)(bits >> 52) & 0x7ff;
  const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
  *exponent = (int32_t)(biased != 0 ? biased : 1) - 1075;
  return (int64_t)(biased != 0 ? fraction | UINT64_C(1) << 52 : fraction);
}

int sp_grid_choose(const double *weight, const uint64_t *mask, int64_t n, sp_grid *out) {
  int32_t top = INT32_MIN, bottom = INT32_MAX;
  out->is_set = 0;
  out->low = 0;
  for (int64_t i = 0; i < n; i++) {
    if ((mask[i / 64] >> (i % 64) & 1) == 0 || weight[i] == 0) continue;
    if (!(weight[i] > 0) || !isfinite(weight[i])) return 0;
    int32_t exponent;
    const int64_t mantissa = take_apart(weight[i], &exponent);
    const int32_t high = exponent + 64 - __builtin_clzll((uint64_t)mantissa);
    const int32_t low = exponent + __builtin_ctzll((uint64_t)mantissa);
    if (high > top) top = high;
    if (low < bottom) bottom = low;
  }
  if (top == INT32_MIN) return 1;
  /* Weights that come later may have all the bits of a double. */
  const int32_t full = top - 53;
  out->low = (bottom < full ? bottom : full) - SP_GRID_MARGIN;
  out->is_set = 1;
  return out->low > -1000 && top - out->low <= SP_GRID_SPAN - 1;
}

int sp_grid_cut(const sp_grid *grid, const double *weight, const uint64_t *mask, int64_t n,
                int64_t *high, int64_t *low, int64_t *bound) {
  int64_t sum = 0;
  uint64_t bad = 0;
  for (int64_t i = 0; i < n; i++) {
    int32_t exponent;
    const uint64_t is_in = mask[i / 64] >> (i % 64) & 1;
    const double w = is_in ? weight[i] : 0;
    const int64_t mantissa = take_apart(w, &exponent);
    const int32_t shift = exponent - grid->low;
    if (mantissa == 0 && !signbit(w)) {
      high[i] = low[i] = 0;
    } else if (shift >= 0 && shift <= SP_GRID_SPAN - 53) {
      high[i] = shift <= SP_GRID_BITS ? mantissa >> (SP_GRID_BITS - shift)
                                      : mantissa << (shift - SP_GRID_BITS);
      low[i] = (int64_t)((uint64_t)mantissa << shift) & SP_LOW_MASK;
    } else if (shift < 0 && shift > -64 && (mantissa & ((INT64_C(1) << -shift) - 1)) == 0) {
      high[i] = (mantissa >> -shift) >> SP_GRID_BITS;
      low[i] = (mantissa >> -shift) & SP_LOW_MASK;
    } else {
      bad = 1;
      high[i] = low[i] = 0;
    }
    bad |= w < 0;
    sum += high[i];
  }
  *bound += sum + n;
  return bad == 0;
}

double sp_grid_value(const sp_grid *grid, int64_t high, int64_t low) {
  const sp_i128 k = ((sp_i128)high << SP_GRID_BITS) + low;
  /* The conversion rounds once; the power of two is exact, as weights are normal numbers. */
  return ldexp((double)k, grid->low);
}

sp_exact sp_grid_exact(const sp_grid *grid, int64_t high, int64_t low) {
  sp_exact out;
  memset(&out, 0, sizeof out);
  sp_i128 k = ((sp_i128)high << SP_GRID_BITS) + low;
  /* In parts of 32 bits, each of which is a double. */
  for (int part = 0; k != 0; part++) {
    const double digit = (double)(int64_t)(k & 0xffffffff);
    sp_exact_add(&out, ldexp(digit, grid->low + 32 * part));
    k >>= 32;
    if (k == -1) { /* the rest of a negative number */
      sp_exact_add(&out, -ldexp(1, grid->low + 32 * (part + 1)));
      break;
    }
  }
  return out;
}

/* Numbers at a time: pairs of so many need no carry. */
enum { SP_ADDED_AT_ONCE = 512 };

void sp_exact_add_all(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n) {
  int64_t high[SP_ADDED_AT_ONCE], low[SP_ADDED_AT_ONCE];
  for (int64_t first = 0; first < n; first += SP_ADDED_AT_ONCE) {
    const int64_t m = n - first < SP_ADDED_AT_ONCE ? n - first : SP_ADDED_AT_ONCE;
    const uint64_t *words = mask + first / 64;
    sp_grid grid;
    int64_t bound = 0;
    if (sp_grid_choose(x + first, words, m, &grid) &&
        (!grid.is_set || sp_grid_cut(&grid, x + first, words, m, high, low, &bound))) {
      int64_t sum_high = 0, sum_low = 0;
      for (int64_t i = 0; i < m && grid.is_set; i++) {
        sum_high += high[i];
        sum_low += low[i];
      }
      if (!grid.is_set) continue; /* nothing but 0 */
      const sp_exact part = sp_grid_exact(&grid, sum_high, sum_low);
      sp_exact_merge(sum, &part);
      continue;
    }
    for (int64_t i = 0; i < m; i++) {
      if ((words[i / 64] >> (i % 64) & 1) != 0) sp_exact_add(sum, x[first + i]);
    }
  }
}
