/* lanes_avx2.c - lanes of 4 doubles. */
#include "base/lanes.h"

#include <stddef.h>

#if defined(__x86_64__) && defined(__GNUC__)

#include <float.h>
#include <immintrin.h>

#define SP_LANES_TARGET __attribute__((target("avx2,popcnt")))

#define SP_DEFINE_BITS(op, predicate)                                                              \
  static SP_LANES_TARGET uint64_t bits_##op(const double *a, const double *b) {                    \
    uint64_t word = 0;                                                                             \
    for (int k = 0; k < 64; k += 4) {                                                              \
      const __m256d is = _mm256_cmp_pd(_mm256_loadu_pd(a + k), _mm256_loadu_pd(b + k), predicate); \
      word |= (uint64_t)(uint32_t)_mm256_movemask_pd(is) << k;                                     \
    }                                                                                              \
    return word;                                                                                   \
  }                                                                                                \
  static SP_LANES_TARGET uint64_t bits_one_##op(const double *a, double b) {                       \
    const __m256d one = _mm256_set1_pd(b);                                                         \
    uint64_t word = 0;                                                                             \
    for (int k = 0; k < 64; k += 4) {                                                              \
      const __m256d is = _mm256_cmp_pd(_mm256_loadu_pd(a + k), one, predicate);                    \
      word |= (uint64_t)(uint32_t)_mm256_movemask_pd(is) << k;                                     \
    }                                                                                              \
    return word;                                                                                   \
  }

SP_DEFINE_BITS(EQ, _CMP_EQ_OQ)
SP_DEFINE_BITS(NE, _CMP_NEQ_UQ)
SP_DEFINE_BITS(LT, _CMP_LT_OQ)
SP_DEFINE_BITS(LE, _CMP_LE_OQ)
SP_DEFINE_BITS(GT, _CMP_GT_OQ)
SP_DEFINE_BITS(GE, _CMP_GE_OQ)

#define SP_BITS(op, a, b) bits_##op(a, b)
#define SP_BITS_ONE(op, a, c) bits_one_##op(a, c)

static SP_LANES_TARGET uint64_t finite_64(const double *x) {
  const __m256d sign = _mm256_set1_pd(-0.0), most = _mm256_set1_pd(DBL_MAX);
  uint64_t word = 0;
  for (int k = 0; k < 64; k += 4) {
    const __m256d size = _mm256_andnot_pd(sign, _mm256_loadu_pd(x + k));
    word |= (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_cmp_pd(size, most, _CMP_LE_OQ)) << k;
  }
  return word;
}

/* The four lowest bits of a word as the signs of four lanes, the eight lowest of eight. */
static SP_LANES_TARGET __m256d signs_4(uint64_t bits) {
  const __m256i shift = _mm256_set_epi64x(60, 61, 62, 63);
  return _mm256_castsi256_pd(_mm256_sllv_epi64(_mm256_set1_epi64x((long long)bits), shift));
}

static SP_LANES_TARGET __m256i signs_8(uint64_t bits) {
  const __m256i shift = _mm256_set_epi32(24, 25, 26, 27, 28, 29, 30, 31);
  return _mm256_sllv_epi32(_mm256_set1_epi32((int)(uint32_t)bits), shift);
}

static SP_LANES_TARGET void choose_64(double *t, const double *a, const double *b, uint64_t mask) {
  for (int k = 0; k < 64; k += 4) {
    _mm256_storeu_pd(t + k, _mm256_blendv_pd(_mm256_loadu_pd(b + k), _mm256_loadu_pd(a + k),
                                             signs_4(mask >> k)));
  }
}

static SP_LANES_TARGET void zero_64(double *x, uint64_t present) {
  for (int k = 0; k < 64; k += 4) {
    _mm256_storeu_pd(x + k, _mm256_blendv_pd(_mm256_setzero_pd(), _mm256_loadu_pd(x + k),
                                             signs_4(present >> k)));
  }
}

static SP_LANES_TARGET void range_64(const double *x, uint64_t mask, double *least, double *most) {
  const __m256d first = _mm256_set1_pd(*least), last = _mm256_set1_pd(*most);
  __m256d low = first, high = last;
  for (int k = 0; k < 64; k += 4) {
    const __m256d value = _mm256_loadu_pd(x + k), use = signs_4(mask >> k);
    low = _mm256_min_pd(low, _mm256_blendv_pd(first, value, use));
    high = _mm256_max_pd(high, _mm256_blendv_pd(last, value, use));
  }
  double lows[4], highs[4];
  _mm256_storeu_pd(lows, low);
  _mm256_storeu_pd(highs, high);
  for (int k = 0; k < 4; k++) {
    *least = lows[k] < *least ? lows[k] : *least;
    *most = highs[k] > *most ? highs[k] : *most;
  }
}

static SP_LANES_TARGET void choose_codes_64(uint32_t *t, const uint32_t *a, const uint32_t *b,
                                            uint64_t mask) {
  for (int k = 0; k < 64; k += 8) {
    const __m256 left = _mm256_castsi256_ps(_mm256_loadu_si256((const void *)(a + k)));
    const __m256 right = _mm256_castsi256_ps(_mm256_loadu_si256((const void *)(b + k)));
    const __m256 is = _mm256_castsi256_ps(signs_8(mask >> k));
    _mm256_storeu_si256((void *)(t + k), _mm256_castps_si256(_mm256_blendv_ps(right, left, is)));
  }
}

static SP_LANES_TARGET void zero_codes_64(uint32_t *x, uint64_t present) {
  for (int k = 0; k < 64; k += 8) {
    const __m256i is = _mm256_srai_epi32(signs_8(present >> k), 31);
    void *at = x + k;
    _mm256_storeu_si256(at, _mm256_and_si256(_mm256_loadu_si256(at), is));
  }
}

static SP_LANES_TARGET int look_up(const double *x, uint64_t present, const uint32_t *table,
                                   uint32_t n_table, uint32_t *out) {
  const __m256i most = _mm256_set1_epi32((int)(n_table - 1)), one = _mm256_set1_epi32(1);
  uint64_t found = 0;
  for (int k = 0; k < 64; k += 8) {
    const __m256d low = _mm256_loadu_pd(x + k), high = _mm256_loadu_pd(x + k + 4);
    const __m128i at_low = _mm256_cvttpd_epi32(low), at_high = _mm256_cvttpd_epi32(high);
    const __m256i at = _mm256_inserti128_si256(_mm256_castsi128_si256(at_low), at_high, 1);
    const __m256d is_low = _mm256_cmp_pd(_mm256_cvtepi32_pd(at_low), low, _CMP_EQ_OQ);
    const __m256d is_high = _mm256_cmp_pd(_mm256_cvtepi32_pd(at_high), high, _CMP_EQ_OQ);
    const uint64_t whole = (uint64_t)(uint32_t)_mm256_movemask_pd(is_low) |
                           (uint64_t)(uint32_t)_mm256_movemask_pd(is_high) << 4;
    const __m256i inside = _mm256_cmpeq_epi32(_mm256_min_epu32(at, most), at);
    const __m256i use = _mm256_and_si256(inside, signs_8(whole & present >> k));
    const __m256i code =
        _mm256_mask_i32gather_epi32(_mm256_setzero_si256(), (const void *)table, at, use, 4);
    const __m256i none = _mm256_cmpeq_epi32(code, _mm256_setzero_si256());
    found |= (uint64_t)(~(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(none)) & 0xffU) << k;
    _mm256_storeu_si256((void *)(out + k), _mm256_sub_epi32(code, one));
  }
  return (present & ~found) == 0;
}

static SP_LANES_TARGET uint64_t same_codes(const uint32_t *codes, uint32_t x) {
  const __m256i wanted = _mm256_set1_epi32((int)x);
  uint64_t out = 0;
  for (int k = 0; k < 64; k += 8) {
    const __m256i is = _mm256_cmpeq_epi32(_mm256_loadu_si256((const void *)(codes + k)), wanted);
    out |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(is)) << k;
  }
  return out;
}

#include "base/lanes_cross.h"

#include "base/lanes_body.h"

static const sp_lanes avx2 = {
    "avx2",      compare,           compare_one, any_of,       count, is_finite, all_finite,
    zero_absent, zero_absent_codes, choose,      choose_codes, range, look_up,   fill_codes,
    spread,      same_codes,        cross};

const sp_lanes *sp_lanes_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt") ? &avx2 : NULL;
}

#else

const sp_lanes *sp_lanes_avx2(void) {
  return NULL;
}

#endif
