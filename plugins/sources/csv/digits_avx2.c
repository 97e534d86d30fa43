/* digits_avx2.c - four cells at a time by AVX2. */
#include "digits.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx2")))

TARGET static inline __m256i load(const void *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}

/* The high bits of four lanes. */
TARGET static inline uint64_t mask_of(__m256i lanes) {
  return (uint64_t)(uint32_t)_mm256_movemask_pd(_mm256_castsi256_pd(lanes));
}

TARGET static uint64_t read(const dsv_spans *spans, double *x, uint64_t *filled) {
  const __m256i zeros = _mm256_set1_epi8('0'), above_nine = _mm256_set1_epi8(0x76);
  const __m256i high = _mm256_set1_epi8(-0x80), eight = _mm256_set1_epi64x(8);
  const __m256i tens = _mm256_set1_epi16(0x010A), hundreds = _mm256_set1_epi32(0x00010064);
  const __m256i ten_thousand = _mm256_set1_epi64x(10000);
  const __m256i two_52 = _mm256_castpd_si256(_mm256_set1_pd(4503599627370496.0));
  uint64_t bits = 0, not_empty = 0;
  for (int i = 0; i < DSV_GROUP; i += 4) {
    const __m256i n =
        _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(spans->n + i)));
    /* A shift by 64 or more gives zeros: no digits. */
    const __m256i shift = _mm256_slli_epi64(_mm256_sub_epi64(eight, n), 3);
    const __m256i digits = _mm256_sllv_epi64(_mm256_xor_si256(load(spans->word + i), zeros), shift);
    const __m256i strange =
        _mm256_and_si256(_mm256_or_si256(_mm256_add_epi8(digits, above_nine), digits), high);
    const __m256i is_filled = _mm256_cmpgt_epi64(n, _mm256_setzero_si256());
    const __m256i is_read =
        _mm256_and_si256(_mm256_andnot_si256(_mm256_cmpgt_epi64(n, eight), is_filled),
                         _mm256_cmpeq_epi64(strange, _mm256_setzero_si256()));
    const __m256i fours = _mm256_madd_epi16(_mm256_maddubs_epi16(digits, tens), hundreds);
    const __m256i value = _mm256_and_si256(
        is_read,
        _mm256_add_epi64(_mm256_mul_epu32(fours, ten_thousand), _mm256_srli_epi64(fours, 32)));
    /* As the low bits of 2^52 an integer becomes a double exactly. */
    const __m256d sum = _mm256_castsi256_pd(_mm256_or_si256(value, two_52));
    _mm256_storeu_pd(x + i, _mm256_sub_pd(sum, _mm256_castsi256_pd(two_52)));
    bits |= mask_of(is_read) << i;
    not_empty |= mask_of(is_filled) << i;
  }
  *filled = not_empty;
  return bits;
}

TARGET static uint64_t padded(const dsv_spans *spans) {
  const __m256i byte = _mm256_set1_epi64x(0xFF), zero = _mm256_set1_epi64x('0');
  const __m256i one = _mm256_set1_epi64x(1);
  uint64_t bits = 0;
  for (int i = 0; i < DSV_GROUP; i += 4) {
    const __m256i n =
        _mm256_cvtepu32_epi64(_mm_loadu_si128((const __m128i *)(const void *)(spans->n + i)));
    const __m256i first = _mm256_and_si256(load(spans->word + i), byte);
    bits |= mask_of(_mm256_and_si256(_mm256_cmpeq_epi64(first, zero), _mm256_cmpgt_epi64(n, one)))
            << i;
  }
  return bits;
}

TARGET static uint64_t equal(const double *x, double y) {
  const __m256d wanted = _mm256_set1_pd(y);
  uint64_t bits = 0;
  for (int i = 0; i < DSV_GROUP; i += 4) {
    const __m256d same = _mm256_cmp_pd(_mm256_loadu_pd(x + i), wanted, _CMP_EQ_OQ);
    bits |= mask_of(_mm256_castpd_si256(same)) << i;
  }
  return bits;
}

const dsv_digits dsv_digits_avx2 = {read, padded, equal};
#else
typedef int digits_avx2_is_for_other_machines;
#endif
