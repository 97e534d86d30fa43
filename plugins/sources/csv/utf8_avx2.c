/* utf8_avx2.c - whether bytes are UTF-8, 32 at a time. Three tables, looked up by the halves of two
 * neighbouring bytes, give the errors that each half allows; what all three allow is one. Method:
 * Keiser and Lemire, Validating UTF-8 in less than one instruction per byte, 2021. */
#include "split.h"

#ifdef DSV_X86
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2")))

enum {
  SHORT = 1 << 0,      /* a first byte, then no continuation */
  LONG = 1 << 1,       /* ASCII, then a continuation */
  OVERLONG_3 = 1 << 2, /* E0 80 to E0 9F */
  LARGE = 1 << 3,      /* F4 90 and above */
  SURROGATE = 1 << 4,  /* ED A0 to ED BF */
  OVERLONG_2 = 1 << 5, /* C0, C1 */
  OVERLONG_4 = 1 << 6, /* F0 80 to F0 8F, and F5 80 and above */
  TWO_CONTS = 1 << 7,  /* two continuations: an error unless the first byte calls for both */
  ANY = SHORT | LONG | TWO_CONTS
};

TARGET static inline __m256i look_up(const uint8_t table[16], __m256i places) {
  const __m128i half = _mm_loadu_si128((const __m128i *)(const void *)table);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(half), places);
}

TARGET static inline __m256i high_half(__m256i x) {
  return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(15));
}

/* What is wrong in a block, given the one before. */
TARGET static inline __m256i errors_of(__m256i x, __m256i before) {
  static const uint8_t first_high[16] = {LONG,
                                         LONG,
                                         LONG,
                                         LONG,
                                         LONG,
                                         LONG,
                                         LONG,
                                         LONG,
                                         TWO_CONTS,
                                         TWO_CONTS,
                                         TWO_CONTS,
                                         TWO_CONTS,
                                         SHORT | OVERLONG_2,
                                         SHORT,
                                         SHORT | OVERLONG_3 | SURROGATE,
                                         SHORT | LARGE | OVERLONG_4};
  static const uint8_t first_low[16] = {ANY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                                        ANY | OVERLONG_2,
                                        ANY,
                                        ANY,
                                        ANY | LARGE,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4 | SURROGATE,
                                        ANY | LARGE | OVERLONG_4,
                                        ANY | LARGE | OVERLONG_4};
  static const uint8_t second_high[16] = {SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | OVERLONG_4,
                                          LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | LARGE,
                                          LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | LARGE,
                                          LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | LARGE,
                                          SHORT,
                                          SHORT,
                                          SHORT,
                                          SHORT};
  const __m256i joint = _mm256_permute2x128_si256(before, x, 0x21);
  const __m256i back_1 = _mm256_alignr_epi8(x, joint, 15);
  const __m256i back_2 = _mm256_alignr_epi8(x, joint, 14);
  const __m256i back_3 = _mm256_alignr_epi8(x, joint, 13);
  const __m256i pairs = _mm256_and_si256(
      _mm256_and_si256(look_up(first_high, high_half(back_1)),
                       look_up(first_low, _mm256_and_si256(back_1, _mm256_set1_epi8(15)))),
      look_up(second_high, high_half(x)));
  /* The third and fourth bytes of characters: there, and only there, two continuations meet. */
  const __m256i third = _mm256_subs_epu8(back_2, _mm256_set1_epi8(0xE0 - 0x80));
  const __m256i fourth = _mm256_subs_epu8(back_3, _mm256_set1_epi8(0xF0 - 0x80));
  const __m256i due = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8(-0x80));
  return _mm256_xor_si256(due, pairs);
}

TARGET int32_t dsv_utf8_avx2(const char *bytes, int64_t n) {
  __m256i before = _mm256_setzero_si256(), errors = _mm256_setzero_si256();
  for (int64_t i = 0; i < n + 1; i += 32) {
    __m256i x;
    if (n - i >= 32) {
      x = _mm256_loadu_si256((const __m256i *)(const void *)(bytes + i));
    } else { /* zeros behind the end: a character cut there shows */
      char rest[32];
      memset(rest, 0, sizeof rest);
      if (n > i) memcpy(rest, bytes + i, (size_t)(n - i));
      x = _mm256_loadu_si256((const __m256i *)(const void *)rest);
    }
    if (_mm256_movemask_epi8(_mm256_or_si256(x, before)) != 0) {
      errors = _mm256_or_si256(errors, errors_of(x, before));
    }
    before = x;
  }
  return _mm256_testz_si256(errors, errors);
}
#else
typedef int utf8_avx2_is_for_other_machines;
#endif
