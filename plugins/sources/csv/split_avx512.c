/* split_avx512.c - the splitter by AVX-512: compares give masks, VBMI2 packs the byte numbers. */
#include "split.h"

#ifdef DSV_X86
#include <immintrin.h>

#define TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,bmi,bmi2,popcnt,pclmul,avx2")))
#define SPLIT split_avx512
#define COUNT count_avx512

typedef __m512i lanes;
typedef __m512i wanted;
typedef __m512i kept;

TARGET static inline lanes load(const char *p) {
  return _mm512_loadu_si512(p);
}

TARGET static inline wanted want(char c) {
  return _mm512_set1_epi8(c);
}

TARGET static inline uint64_t equal(lanes x, wanted w) {
  return _mm512_cmpeq_epi8_mask(x, w);
}

TARGET static inline kept full(void) {
  return _mm512_set1_epi8(-1);
}

TARGET static inline kept empty(void) {
  return _mm512_setzero_si512();
}

TARGET static inline kept least(kept k, lanes x) {
  return _mm512_min_epu8(k, x);
}

TARGET static inline kept either(kept k, lanes x) {
  return _mm512_or_si512(k, x);
}

TARGET static inline uint64_t any_zero(kept k) {
  return _mm512_testn_epi8_mask(k, k);
}

TARGET static inline uint64_t any_high(kept k) {
  return _mm512_movepi8_mask(k);
}

TARGET static inline uint64_t parity(uint64_t bits) {
  return (uint64_t)_mm_cvtsi128_si64(
      _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

TARGET static inline __m512i widened(__m512i base, __m128i places) {
  return _mm512_add_epi32(base, _mm512_cvtepu8_epi32(places));
}

TARGET static inline uint32_t *emit(uint32_t *out, uint64_t bits, uint32_t base) {
  static const unsigned char places[64] = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  const int n = __builtin_popcountll(bits);
  const __m512i packed = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(places));
  const __m512i from = _mm512_set1_epi32((int32_t)base);
  _mm512_storeu_si512(out, widened(from, _mm512_castsi512_si128(packed)));
  _mm512_storeu_si512(out + 16, widened(from, _mm512_extracti32x4_epi32(packed, 1)));
  if (n > 32) {
    _mm512_storeu_si512(out + 32, widened(from, _mm512_extracti32x4_epi32(packed, 2)));
    _mm512_storeu_si512(out + 48, widened(from, _mm512_extracti32x4_epi32(packed, 3)));
  }
  return out + n;
}

#include "split_body.h"

const dsv_machine dsv_avx512 = {"avx512", split_avx512, count_avx512, &dsv_digits_avx2,
                                dsv_utf8_avx2};
#else
typedef int split_avx512_is_for_other_machines;
#endif
