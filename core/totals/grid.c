/* grid.c - choosing a grid, cutting weights, reading sums. */
#include "totals/grid.h"

#include <math.h>

#include "base/lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

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
  /* No sum of pairs is beyond the doubles. */
  return out->low > -1000 && out->low < 900 && top - out->low <= SP_GRID_SPAN - 1;
}

/* One weight, whatever it is; 0 where it does not fit. */
static int cut_one(const sp_grid *grid, double w, int64_t *high, int64_t *low) {
  int32_t exponent;
  const int64_t mantissa = take_apart(w, &exponent);
  const int32_t shift = exponent - grid->low;
  *high = *low = 0;
  if (mantissa == 0) return !signbit(w);
  if (w < 0 || !isfinite(w)) return 0;
  if (shift >= 0) {
    if (shift > SP_GRID_SPAN - 53) return 0;
    *high = mantissa >> (SP_GRID_BITS - shift);
    *low = (int64_t)((uint64_t)mantissa << shift) & SP_LOW_MASK;
    return 1;
  }
  if (shift <= -53 || (mantissa & ((INT64_C(1) << -shift) - 1)) != 0) return 0;
  *high = (mantissa >> -shift) >> SP_GRID_BITS;
  *low = (mantissa >> -shift) & SP_LOW_MASK;
  return 1;
}

/* Cuts 64 weights of the common kind, and adds their parts to sums; the bits of those of the mask
 * that are of another. */
typedef uint64_t cut_fn(int32_t grid_low, const double *weight, uint64_t mask, int64_t *high,
                        int64_t *low, int64_t *sums);

static uint64_t cut_portable(int32_t grid_low, const double *weight, uint64_t mask, int64_t *high,
                             int64_t *low, int64_t *sums) {
  uint64_t odd = 0;
  for (int64_t i = 0; i < 64; i++) {
    uint64_t bits;
    memcpy(&bits, &weight[i], sizeof bits);
    const int64_t is_in = (int64_t)(mask >> i & 1);
    const int64_t exponent = (int64_t)(bits >> 52), shift = exponent - 1075 - grid_low;
    const int64_t fits = (int64_t)(exponent > 0) & (int64_t)(exponent < 2047) &
                         (int64_t)(shift >= 0) & (int64_t)(shift <= SP_GRID_SPAN - 53);
    const int64_t by = shift & 31, keep = -(is_in & fits);
    const uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    high[i] = (int64_t)(mantissa >> (SP_GRID_BITS - by)) & keep;
    low[i] = (int64_t)(mantissa << by) & SP_LOW_MASK & keep;
    odd |= (uint64_t)(is_in & (fits ^ 1)) << i;
    sums[0] += high[i];
    sums[1] += low[i];
  }
  return odd;
}

/* The same of their squares, rounded as doubles are, whose pairs are not asked for. */
typedef uint64_t sum_fn(int32_t grid_low, const double *x, uint64_t mask, int64_t *sums);

static uint64_t squares_portable(int32_t grid_low, const double *x, uint64_t mask, int64_t *sums) {
  double squares[64];
  int64_t high[64], low[64];
  for (int i = 0; i < 64; i++) squares[i] = x[i] * x[i];
  return cut_portable(grid_low, squares, mask, high, low, sums);
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw")))

/* Of a grid that sp_grid_choose makes, exponents that are not those of normal numbers do not fit:
 * its lowest and its highest are among these. */
AVX512 static inline __attribute__((always_inline)) uint64_t cut_inline(int32_t grid_low,
                                                                        const double *x,
                                                                        uint64_t mask, int squared,
                                                                        int64_t *high, int64_t *low,
                                                                        int64_t *sums) {
  const __m512i fraction = _mm512_set1_epi64((INT64_C(1) << 52) - 1);
  const __m512i one = _mm512_set1_epi64(INT64_C(1) << 52);
  const __m512i base = _mm512_set1_epi64(1075 + (int64_t)grid_low);
  const __m512i most = _mm512_set1_epi64(SP_GRID_SPAN - 53);
  const __m512i part = _mm512_set1_epi64(SP_GRID_BITS), low_mask = _mm512_set1_epi64(SP_LOW_MASK);
  __m512i sum_high = _mm512_setzero_si512(), sum_low = _mm512_setzero_si512();
  uint64_t odd = 0;
  for (uint32_t i = 0; i < 64; i += 8) {
    const __mmask8 is_in = (__mmask8)(mask >> i);
    const __m512d value = _mm512_loadu_pd(x + i);
    const __m512i bits = _mm512_castpd_si512(squared ? _mm512_mul_pd(value, value) : value);
    /* With the sign: negatives do not fit. */
    const __m512i shift = _mm512_sub_epi64(_mm512_srli_epi64(bits, 52), base);
    const __mmask8 keep = _mm512_mask_cmple_epu64_mask(is_in, shift, most);
    const __m512i mantissa = _mm512_or_si512(_mm512_and_si512(bits, fraction), one);
    const __m512i h = _mm512_maskz_srlv_epi64(keep, mantissa, _mm512_sub_epi64(part, shift));
    const __m512i l = _mm512_maskz_and_epi64(keep, _mm512_sllv_epi64(mantissa, shift), low_mask);
    if (high != NULL) {
      _mm512_storeu_si512(high + i, h);
      _mm512_storeu_si512(low + i, l);
    }
    sum_high = _mm512_add_epi64(sum_high, h);
    sum_low = _mm512_add_epi64(sum_low, l);
    odd |= (uint64_t)(uint8_t)(is_in & ~keep) << i;
  }
  sums[0] += _mm512_reduce_add_epi64(sum_high);
  sums[1] += _mm512_reduce_add_epi64(sum_low);
  return odd;
}

AVX512 static uint64_t cut_avx512(int32_t grid_low, const double *x, uint64_t mask, int64_t *high,
                                  int64_t *low, int64_t *sums) {
  return cut_inline(grid_low, x, mask, 0, high, low, sums);
}

AVX512 static uint64_t squares_avx512(int32_t grid_low, const double *x, uint64_t mask,
                                      int64_t *sums) {
  return cut_inline(grid_low, x, mask, 1, NULL, NULL, sums);
}
#endif

static cut_fn *best_cut(void) {
#if defined(__x86_64__)
  if (sp_lanes_avx512() != NULL) return cut_avx512;
#endif
  return cut_portable;
}

static sum_fn *best_squares(void) {
#if defined(__x86_64__)
  if (sp_lanes_avx512() != NULL) return squares_avx512;
#endif
  return squares_portable;
}

int sp_grid_cut(const sp_grid *grid, const double *weight, const uint64_t *mask, int64_t n,
                int64_t *high, int64_t *low, sp_grid_sum *sum) {
  cut_fn *const many = best_cut();
  int fits = 1;
  int64_t sums[2] = {0, 0};
  for (int64_t first = 0; first < n; first += 64) {
    const int64_t m = n - first < 64 ? n - first : 64;
    uint64_t odd = m < 64 ? mask[first / 64] & ((UINT64_C(1) << m) - 1) : mask[first / 64];
    if (m == 64) {
      odd = many(grid->low, weight + first, odd, high + first, low + first, sums);
    } else {
      memset(high + first, 0, (size_t)m * sizeof *high);
      memset(low + first, 0, (size_t)m * sizeof *low);
    }
    for (; odd != 0; odd &= odd - 1) {
      const int64_t i = first + __builtin_ctzll(odd);
      fits = cut_one(grid, weight[i], &high[i], &low[i]) && fits;
      sums[0] += high[i];
      sums[1] += low[i];
    }
  }
  sum->high = sums[0];
  sum->low = sums[1];
  return fits;
}

double sp_grid_value(const sp_grid *grid, int64_t high, int64_t low) {
  const sp_i128 k = ((sp_i128)high << SP_GRID_BITS) + low;
  /* The conversion rounds once; the power of two is exact, as weights are normal numbers. */
  return ldexp((double)k, grid->low);
}

sp_exact sp_grid_exact(const sp_grid *grid, int64_t high, int64_t low) {
  const int32_t place = grid->low + 1092; /* 1075 + 17, see sp_slice */
  const int32_t shift = place % SP_EXACT_BITS;
  const int64_t mask = (INT64_C(1) << SP_EXACT_BITS) - 1;
  sp_i128 k = ((sp_i128)high << SP_GRID_BITS) + low;
  sp_exact out;
  memset(&out, 0, sizeof out);
  if (k == 0) return out;
  /* Nothing is dropped: what is beyond the lowest three positions stays in one limb. */
  out.limb[3] = (int64_t)((k << shift) & mask);
  k >>= SP_EXACT_BITS - shift;
  for (int i = 2; i > 0; i--, k >>= SP_EXACT_BITS) out.limb[i] = (int64_t)(k & mask);
  out.limb[0] = (int64_t)k;
  out.top = place / SP_EXACT_BITS + 4;
  while (out.limb[0] == 0) {
    for (int i = 0; i < 3; i++) out.limb[i] = out.limb[i + 1];
    out.limb[3] = 0;
    out.top--;
  }
  return out;
}

/* Numbers at a time: pairs of so many need no carry. */
enum { SP_ADDED_AT_ONCE = 512 };

/* As many numbers as are added at once, or fewer. */
static void add_part(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n,
                     sp_grid *grid) {
  int64_t high[SP_ADDED_AT_ONCE], low[SP_ADDED_AT_ONCE];
  sp_grid_sum part = {0, 0};
  int fits = grid->is_set && sp_grid_cut(grid, x, mask, n, high, low, &part);
  if (!fits) {
    fits = sp_grid_choose(x, mask, n, grid);
    if (fits && !grid->is_set) return; /* nothing but 0 */
    fits = fits && sp_grid_cut(grid, x, mask, n, high, low, &part);
  }
  if (fits) {
    const sp_exact exact = sp_grid_exact(grid, part.high, part.low);
    sp_exact_merge(sum, &exact);
    return;
  }
  grid->is_set = 0;
  for (int64_t i = 0; i < n; i++) {
    if ((mask[i / 64] >> (i % 64) & 1) != 0) sp_exact_add(sum, x[i]);
  }
}

void sp_exact_add_all(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n,
                      sp_grid *grid) {
  for (int64_t first = 0; first < n; first += SP_ADDED_AT_ONCE) {
    const int64_t m = n - first < SP_ADDED_AT_ONCE ? n - first : SP_ADDED_AT_ONCE;
    add_part(sum, x + first, mask + first / 64, m, grid);
  }
}

void sp_exact_add_squares(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n,
                          sp_grid *grid) {
  sum_fn *const many = best_squares();
  double squares[SP_ADDED_AT_ONCE];
  for (int64_t first = 0; first < n; first += SP_ADDED_AT_ONCE) {
    const int64_t m = n - first < SP_ADDED_AT_ONCE ? n - first : SP_ADDED_AT_ONCE;
    const uint64_t *words = mask + first / 64;
    uint64_t odd = grid->is_set ? 0 : 1;
    int64_t sums[2] = {0, 0}, i = 0;
    for (; odd == 0 && i + 64 <= m; i += 64) {
      odd = many(grid->low, x + first + i, words[i / 64], sums);
    }
    if (odd == 0 && i == m) {
      const sp_exact exact = sp_grid_exact(grid, sums[0], sums[1]);
      sp_exact_merge(sum, &exact);
      continue;
    }
    for (i = 0; i < m; i++) squares[i] = x[first + i] * x[first + i];
    add_part(sum, squares, words, m, grid);
  }
}
