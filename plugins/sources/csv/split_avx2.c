/* split_avx2.c - the splitter by AVX2: two halves a mask, positions by the lowest set bit. */
#include "split.h"

#ifdef DSV_X86
#include <immintrin.h>

#define TARGET __attribute__((target("avx2,bmi,bmi2,popcnt,pclmul")))
#define SPLIT split_avx2
#define COUNT count_avx2

typedef struct lanes {
  __m256i low, high;
} lanes;
typedef __m256i wanted;
typedef __m256i kept;

TARGET static inline lanes load(const char *p) {
  return (lanes){_mm256_loadu_si256((const __m256i *)(const void *)p),
                 _mm256_loadu_si256((const __m256i *)(const void *)(p + 32))};
}

TARGET static inline wanted want(char c) {
  return _mm256_set1_epi8(c);
}

TARGET static inline uint64_t joined(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

TARGET static inline uint64_t equal(lanes x, wanted w) {
  return joined(_mm256_cmpeq_epi8(x.low, w), _mm256_cmpeq_epi8(x.high, w));
}

TARGET static inline kept full(void) {
  return _mm256_set1_epi8(-1);
}

TARGET static inline kept empty(void) {
  return _mm256_setzero_si256();
}

TARGET static inline kept least(kept k, lanes x) {
  return _mm256_min_epu8(k, _mm256_min_epu8(x.low, x.high));
}

TARGET static inline kept either(kept k, lanes x) {
  return _mm256_or_si256(k, _mm256_or_si256(x.low, x.high));
}

TARGET static inline uint64_t any_zero(kept k) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(k, _mm256_setzero_si256()));
}

TARGET static inline uint64_t any_high(kept k) {
  return (uint32_t)_mm256_movemask_epi8(k);
}

TARGET static inline uint64_t parity(uint64_t bits) {
  return (uint64_t)_mm_cvtsi128_si64(
      _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)bits), _mm_set1_epi8(-1), 0));
}

TARGET static inline uint32_t *emit(uint32_t *out, uint64_t bits, uint32_t base) {
  const int n = __builtin_popcountll(bits);
  /* Eight at a time whether set or not: the loop then ends as often as it can be foreseen. */
  for (int i = 0; i < n; i += 8) {
    for (int k = 0; k < 8; k++) {
      out[i + k] = base + (uint32_t)_tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
  }
  return out + n;
}

#include "split_body.h"

const dsv_machine dsv_avx2 = {"avx2", split_avx2, count_avx2, &dsv_digits_avx2, dsv_utf8_avx2};
#else
typedef int split_avx2_is_for_other_machines;
#endif
