/* lanes_avx512.c - lanes of 8 doubles. */
#include "base/lanes.h"

#include <stddef.h>

#if defined(__x86_64__) && defined(__GNUC__)

#include <float.h>
#include <immintrin.h>

#define SP_LANES_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,popcnt")))

#define SP_DEFINE_BITS(op, predicate)                                                             \
  static SP_LANES_TARGET uint64_t bits_##op(const double *a, const double *b) {                   \
    uint64_t word = 0;                                                                            \
    for (int k = 0; k < 64; k += 8) {                                                             \
      word |=                                                                                     \
          (uint64_t)_mm512_cmp_pd_mask(_mm512_loadu_pd(a + k), _mm512_loadu_pd(b + k), predicate) \
          << k;                                                                                   \
    }                                                                                             \
    return word;                                                                                  \
  }                                                                                               \
  static SP_LANES_TARGET uint64_t bits_one_##op(const double *a, double b) {                      \
    const __m512d one = _mm512_set1_pd(b);                                                        \
    uint64_t word = 0;                                                                            \
    for (int k = 0; k < 64; k += 8) {                                                             \
      word |= (uint64_t)_mm512_cmp_pd_mask(_mm512_loadu_pd(a + k), one, predicate) << k;          \
    }                                                                                             \
    return word;                                                                                  \
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
  const __m512d most = _mm512_set1_pd(DBL_MAX);
  uint64_t word = 0;
  for (int k = 0; k < 64; k += 8) {
    const __m512d size = _mm512_abs_pd(_mm512_loadu_pd(x + k));
    word |= (uint64_t)_mm512_cmp_pd_mask(size, most, _CMP_LE_OQ) << k;
  }
  return word;
}

static SP_LANES_TARGET void choose_64(double *t, const double *a, const double *b, uint64_t mask) {
  for (int k = 0; k < 64; k += 8) {
    _mm512_storeu_pd(t + k, _mm512_mask_blend_pd((__mmask8)(mask >> k), _mm512_loadu_pd(b + k),
                                                 _mm512_loadu_pd(a + k)));
  }
}

static SP_LANES_TARGET void zero_64(double *x, uint64_t present) {
  for (int k = 0; k < 64; k += 8) {
    _mm512_storeu_pd(x + k, _mm512_maskz_loadu_pd((__mmask8)(present >> k), x + k));
  }
}

static SP_LANES_TARGET void range_64(const double *x, uint64_t mask, double *least, double *most) {
  __m512d low = _mm512_set1_pd(*least), high = _mm512_set1_pd(*most);
  for (int k = 0; k < 64; k += 8) {
    const __m512d value = _mm512_loadu_pd(x + k);
    low = _mm512_mask_min_pd(low, (__mmask8)(mask >> k), low, value);
    high = _mm512_mask_max_pd(high, (__mmask8)(mask >> k), high, value);
  }
  *least = _mm512_reduce_min_pd(low);
  *most = _mm512_reduce_max_pd(high);
}

static SP_LANES_TARGET void choose_codes_64(uint32_t *t, const uint32_t *a, const uint32_t *b,
                                            uint64_t mask) {
  for (int k = 0; k < 64; k += 16) {
    const __m512i left = _mm512_loadu_si512(a + k), right = _mm512_loadu_si512(b + k);
    _mm512_storeu_si512(t + k, _mm512_mask_blend_epi32((__mmask16)(mask >> k), right, left));
  }
}

static SP_LANES_TARGET void zero_codes_64(uint32_t *x, uint64_t present) {
  for (int k = 0; k < 64; k += 16) {
    _mm512_storeu_si512(x + k, _mm512_maskz_loadu_epi32((__mmask16)(present >> k), x + k));
  }
}

/* Tables of which only the first 32 entries are asked for stay in registers. */
static SP_LANES_TARGET int look_up_few(const double *x, uint64_t present, const uint32_t *table,
                                       uint32_t *out) {
  const __m512i first = _mm512_loadu_si512(table), last = _mm512_loadu_si512(table + 16);
  const __m512i one = _mm512_set1_epi32(1), end = _mm512_set1_epi32(32);
  for (int k = 0; k < 64; k += 16) {
    const __m512d low = _mm512_loadu_pd(x + k), high = _mm512_loadu_pd(x + k + 8);
    const __m256i at_low = _mm512_cvttpd_epi32(low), at_high = _mm512_cvttpd_epi32(high);
    const __m512i at = _mm512_inserti64x4(_mm512_castsi256_si512(at_low), at_high, 1);
    const __mmask16 whole =
        (__mmask16)(_mm512_cmp_pd_mask(_mm512_cvtepi32_pd(at_low), low, _CMP_EQ_OQ) |
                    _mm512_cmp_pd_mask(_mm512_cvtepi32_pd(at_high), high, _CMP_EQ_OQ) << 8);
    const __mmask16 here = (__mmask16)(present >> k);
    const __mmask16 use = whole & here & _mm512_cmplt_epu32_mask(at, end);
    const __m512i code = _mm512_maskz_permutex2var_epi32(use, first, at, last);
    if (_mm512_test_epi32_mask(code, code) != here) return 0;
    _mm512_storeu_si512(out + k, _mm512_sub_epi32(code, one));
  }
  return 1;
}

static SP_LANES_TARGET int look_up(const double *x, uint64_t present, const uint32_t *table,
                                   uint32_t n_table, uint32_t *out) {
  if (n_table >= 32 && look_up_few(x, present, table, out)) return 1;
  const __m256i end = _mm256_set1_epi32((int)n_table), one = _mm256_set1_epi32(1);
  uint64_t found = 0;
  for (int k = 0; k < 64; k += 8) {
    const __m512d value = _mm512_loadu_pd(x + k);
    const __m256i at = _mm512_cvttpd_epi32(value);
    const __mmask8 whole = _mm512_cmp_pd_mask(_mm512_cvtepi32_pd(at), value, _CMP_EQ_OQ);
    const __mmask8 inside = _mm256_cmplt_epu32_mask(at, end);
    const __mmask8 use = (__mmask8)(whole & inside & (present >> k));
    const __m256i code =
        _mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), use, at, (const void *)table, 4);
    found |= (uint64_t)_mm256_test_epi32_mask(code, code) << k;
    _mm256_storeu_si256((void *)(out + k), _mm256_sub_epi32(code, one));
  }
  return (present & ~found) == 0;
}

static SP_LANES_TARGET uint64_t same_codes(const uint32_t *codes, uint32_t x) {
  const __m512i wanted = _mm512_set1_epi32((int)x);
  uint64_t out = 0;
  for (int k = 0; k < 64; k += 16) {
    out |= (uint64_t)_mm512_cmpeq_epi32_mask(_mm512_loadu_si512(codes + k), wanted) << k;
  }
  return out;
}

/* The places of 16 records. */
static SP_LANES_TARGET __m512i places(const sp_cross *c, int64_t first) {
  __m512i place = _mm512_setzero_si512();
  for (uint32_t g = 0; g < c->n_codes; g++) {
    const __m512i codes = _mm512_loadu_si512(c->codes[g] + first);
    place = _mm512_or_si512(place, _mm512_sll_epi32(codes, _mm_cvtsi32_si128((int)c->shift[g])));
  }
  return place;
}

/* The groups of 16 records by their entries, and which have one. */
static SP_LANES_TARGET uint64_t take_entries(__m512i entries, __mmask16 use, uint32_t *out) {
  const __m512i one = _mm512_set1_epi32(1), none = _mm512_set1_epi32(-1);
  _mm512_storeu_si512(out, _mm512_mask_sub_epi32(none, use, entries, one));
  return _mm512_test_epi32_mask(entries, entries);
}

/* Entries that are all among 32. */
static SP_LANES_TARGET uint64_t take_near(const uint32_t *window, __m512i at, __mmask16 use,
                                          uint32_t *out) {
  const __m512i low = _mm512_loadu_si512(window), high = _mm512_loadu_si512(window + 16);
  return take_entries(_mm512_maskz_permutex2var_epi32(use, low, at, high), use, out);
}

static SP_LANES_TARGET uint64_t take_far(const sp_cross *c, __m512i place, __mmask16 use,
                                         uint32_t *out) {
  const __m512i at = _mm512_and_si512(place, _mm512_set1_epi32((int)c->mask));
  return take_entries(_mm512_mask_i32gather_epi32(_mm512_setzero_si512(), use, at, c->dense, 4),
                      use, out);
}

/* Most often the places of 64 records differ in their lowest bits alone: then their entries stay in
 * registers. */
static SP_LANES_TARGET int cross(const sp_cross *c, int64_t first, uint64_t whole, uint32_t *out) {
  const __m512i p0 = places(c, first), p1 = places(c, first + 16);
  const __m512i p2 = places(c, first + 32), p3 = places(c, first + 48);
  const __mmask16 m0 = (__mmask16)whole, m1 = (__mmask16)(whole >> 16);
  const __mmask16 m2 = (__mmask16)(whole >> 32), m3 = (__mmask16)(whole >> 48);
  const int any = whole != 0 ? __builtin_ctzll(whole) : 0;
  uint32_t window = 0;
  for (uint32_t g = 0; g < c->n_codes; g++) window |= c->codes[g][first + any] << c->shift[g];
  window &= c->mask & ~(uint32_t)(SP_CROSS_WINDOW - 1);
  const __m512i start = _mm512_set1_epi32((int)window);
  const __m512i beyond = _mm512_set1_epi32(-SP_CROSS_WINDOW);
  const uint32_t is_far = _mm512_mask_test_epi32_mask(m0, _mm512_xor_si512(p0, start), beyond) |
                          _mm512_mask_test_epi32_mask(m1, _mm512_xor_si512(p1, start), beyond) |
                          _mm512_mask_test_epi32_mask(m2, _mm512_xor_si512(p2, start), beyond) |
                          _mm512_mask_test_epi32_mask(m3, _mm512_xor_si512(p3, start), beyond);
  uint64_t found;
  if (is_far == 0) {
    const uint32_t *entries = c->dense + window;
    found = take_near(entries, p0, m0, out) | take_near(entries, p1, m1, out + 16) << 16 |
            take_near(entries, p2, m2, out + 32) << 32 | take_near(entries, p3, m3, out + 48) << 48;
  } else {
    found = take_far(c, p0, m0, out) | take_far(c, p1, m1, out + 16) << 16 |
            take_far(c, p2, m2, out + 32) << 32 | take_far(c, p3, m3, out + 48) << 48;
  }
  return found == whole;
}

#include "base/lanes_body.h"

static const sp_lanes avx512 = {
    "avx512",    compare,           compare_one, any_of,       count, is_finite, all_finite,
    zero_absent, zero_absent_codes, choose,      choose_codes, range, look_up,   fill_codes,
    spread,      same_codes,        cross};

const sp_lanes *sp_lanes_avx512(void) {
  const int has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("popcnt");
  return has ? &avx512 : NULL;
}

#else

const sp_lanes *sp_lanes_avx512(void) {
  return NULL;
}

#endif
