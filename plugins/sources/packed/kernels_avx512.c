/* kernels_avx512.c - unpacking for machines with AVX-512: 8 records at a time. */
#include "packed.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx512vbmi,avx2,fma")))

/* ---- codes -------------------------------------------------------------------------------- */

/* 8 numbers from the table of 2, 4 or 16 by the lowest bits of 8 lanes. */
WIDE static inline __m512d look_up(__m512i code, uint32_t width, __m512d low, __m512d high) {
  return width == 2 ? _mm512_permutexvar_pd(code, low) : _mm512_permutex2var_pd(low, code, high);
}

WIDE static void numbers_wide(const unsigned char *data, uint32_t width, int64_t from, int64_t n,
                              const double *table, double *out) {
  int64_t i = 0;
  if (width == 1) {
    const unsigned char *p = data + from / 8;
    const __m512d zero = _mm512_set1_pd(table[0]), one = _mm512_set1_pd(table[1]);
    for (; i + 8 <= n; i += 8) {
      _mm512_storeu_pd(out + i, _mm512_mask_blend_pd((__mmask8)p[i / 8], zero, one));
    }
    for (; i < n; i++) out[i] = table[p[i / 8] >> (i % 8) & 1];
  } else if (width == 2 || width == 4) {
    const int64_t each = 8 / width;
    const unsigned char *p = data + from / each;
    const __m512i shift = width == 2 ? _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0)
                                     : _mm512_set_epi64(28, 24, 20, 16, 12, 8, 4, 0);
    /* Of 4 entries twice, as the lookup takes 3 bits. */
    const __m512d low =
        width == 2 ? _mm512_broadcast_f64x4(_mm256_loadu_pd(table)) : _mm512_loadu_pd(table);
    const __m512d high = width == 2 ? low : _mm512_loadu_pd(table + 8);
    for (; i + 8 <= n; i += 8) {
      uint32_t word = 0;
      if (width == 2) {
        uint16_t half;
        memcpy(&half, p + i / 4, sizeof half);
        word = half;
      } else {
        memcpy(&word, p + i / 2, sizeof word);
      }
      const __m512i code = _mm512_srlv_epi64(_mm512_set1_epi64((long long)word), shift);
      _mm512_storeu_pd(out + i, look_up(code, width, low, high));
    }
    for (; i < n; i++) out[i] = table[p[i / each] >> (i % each * width) & ((1U << width) - 1)];
  } else if (width == 8) {
    const unsigned char *p = data + from;
    for (; i < n; i++) out[i] = table[p[i]];
  } else {
    const uint16_t *p = (const uint16_t *)(const void *)data + from;
    for (; i < n; i++) out[i] = table[p[i]];
  }
}

WIDE static void codes_wide(const unsigned char *data, uint32_t width, int64_t from, int64_t n,
                            const uint32_t *table, uint32_t *out) {
  int64_t i = 0;
  if (width <= 4) {
    const int64_t each = 8 / width;
    const unsigned char *p = data + from / each;
    const __m512i steps = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i mask = _mm512_set1_epi32((1 << width) - 1);
    const __m512i entries = _mm512_maskz_loadu_epi32((__mmask16)((1U << (1U << width)) - 1), table);
    const __m512i shift = _mm512_mullo_epi32(_mm512_and_epi32(steps, _mm512_set1_epi32(7)),
                                             _mm512_set1_epi32((int)width));
    for (; i + 16 <= n; i += 16) {
      uint32_t low = 0, high = 0; /* of 8 codes each */
      memcpy(&low, p + i / each, width);
      memcpy(&high, p + (i + 8) / each, width);
      const __m512i words = _mm512_mask_set1_epi32(_mm512_set1_epi32((int)low), 0xFF00, (int)high);
      const __m512i code = _mm512_and_epi32(_mm512_srlv_epi32(words, shift), mask);
      _mm512_storeu_si512(out + i, _mm512_permutexvar_epi32(code, entries));
    }
    for (; i < n; i++) out[i] = table[p[i / each] >> (i % each * width) & ((1U << width) - 1)];
  } else if (width == 8) {
    const unsigned char *p = data + from;
    for (; i < n; i++) out[i] = table[p[i]];
  } else {
    const uint16_t *p = (const uint16_t *)(const void *)data + from;
    for (; i < n; i++) out[i] = table[p[i]];
  }
}

/* ---- integers ----------------------------------------------------------------------------- */

/* x / power, correctly rounded, by products: from an approximation that is off by less than 2 units
 * in the last place, one step gives one that is off by less than 1, and the next the quotient
 * (Markstein, IBM J. Res. Dev. 1990, 111-119: `inverse` is 1 / power, correctly rounded). */
WIDE static inline __m512d divide(__m512d x, __m512d power, __m512d inverse) {
  __m512d q = _mm512_mul_pd(x, inverse);
  q = _mm512_fmadd_pd(_mm512_fnmadd_pd(q, power, x), inverse, q);
  return _mm512_fmadd_pd(_mm512_fnmadd_pd(q, power, x), inverse, q);
}

/* Where the bytes of 8 integers of `width` bytes are in 64 bytes. */
WIDE static inline __m512i places(uint32_t width, __mmask64 *used) {
  unsigned char index[64];
  uint64_t bits = 0;
  for (uint32_t k = 0; k < 8; k++) {
    for (uint32_t b = 0; b < 8; b++) {
      index[8 * k + b] = (unsigned char)(b < width ? k * width + b : 0);
      bits |= (uint64_t)(b < width) << (8 * k + b);
    }
  }
  *used = (__mmask64)bits;
  return _mm512_loadu_si512(index);
}

/* One by one, as the other variants do it. */
WIDE static void scaled_rest(const unsigned char *p, uint32_t width, int64_t i, int64_t n,
                             int64_t base, double power, double *out) {
  const uint64_t mask = width < 8 ? (UINT64_C(1) << (8 * width)) - 1 : UINT64_MAX;
  for (; i < n; i++) {
    uint64_t u;
    memcpy(&u, p + i * width, sizeof u);
    u &= mask & UINT64_C(0xFFFFFFFFFFFFF);
    out[i] = ((double)u + (double)base) / power;
  }
}

WIDE static void scaled_wide(const unsigned char *data, uint32_t width, int64_t from, int64_t n,
                             int64_t base, uint32_t decimals, double *out) {
  const double ten = packed_power(decimals);
  const unsigned char *p = data + from * width;
  const __m512d start = _mm512_set1_pd((double)base), power = _mm512_set1_pd(ten),
                inverse = _mm512_set1_pd(1 / ten);
  const __m512i low52 = _mm512_set1_epi64(0xFFFFFFFFFFFFF);
  __mmask64 used;
  const __m512i index = places(width, &used);
  int64_t i = 0;
  /* 64 bytes are loaded; 8 stand behind the last integer. */
  const int64_t n_bytes = n * width + 8;
  for (; i + 8 <= n; i += 8) {
    __m512i u;
    if (width == 1) {
      u = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const __m128i *)(const void *)(p + i)));
    } else if (width == 2) {
      u = _mm512_cvtepu16_epi64(_mm_loadu_si128((const __m128i *)(const void *)(p + 2 * i)));
    } else if (width == 4) {
      u = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)(const void *)(p + 4 * i)));
    } else {
      if (i * width + 64 > n_bytes) break;
      u = _mm512_maskz_permutexvar_epi8(used, index, _mm512_loadu_si512(p + i * width));
      u = _mm512_and_si512(u, low52);
    }
    __m512d x = _mm512_add_pd(_mm512_cvtepi64_pd(u), start);
    if (decimals > 0) x = divide(x, power, inverse);
    _mm512_storeu_pd(out + i, x);
  }
  scaled_rest(p, width, i, n, base, ten, out);
}

int packed_kernels_avx512(packed_kernels *out) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512dq") ||
      !__builtin_cpu_supports("avx512vl") || !__builtin_cpu_supports("avx512bw") ||
      !__builtin_cpu_supports("avx512vbmi") || !__builtin_cpu_supports("fma")) {
    return 0;
  }
  *out = (packed_kernels){"avx512", numbers_wide, codes_wide, scaled_wide};
  return 1;
}

#else

int packed_kernels_avx512(packed_kernels *out) {
  (void)out;
  return 0;
}

#endif
