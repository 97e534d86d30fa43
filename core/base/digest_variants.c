/* digest_variants.c - SHA-256 by the SHA extensions of x86 (SHA-NI), some six times as fast. */
#include "base/digest_variants.h"

const uint32_t sp_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <immintrin.h>

/* Four rounds a step: rnds2 makes two of them from the words in `m`, which msg1 and msg2 extend. */
__attribute__((target("sha,sse4.1"))) static void compress(uint32_t state[8],
                                                           const unsigned char *p,
                                                           uint64_t n_blocks) {
  const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  __m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)state), 0xb1);
  __m128i s1 = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(const void *)(state + 4)), 0x1b);
  __m128i s0 = _mm_alignr_epi8(t, s1, 8);
  s1 = _mm_blend_epi16(s1, t, 0xf0);
  for (; n_blocks > 0; p += 64, n_blocks--) {
    const __m128i s0_before = s0, s1_before = s1;
    __m128i m[4];
    for (int i = 0; i < 4; i++) {
      m[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
      m[i] = _mm_shuffle_epi8(m[i], swap);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; i++) {
      const __m128i now = m[i % 4];
      __m128i *before = &m[(i + 3) % 4], *next = &m[(i + 1) % 4];
      const __m128i *constants = (const __m128i *)(const void *)(sp_sha256_constants + 4 * i);
      const __m128i words = _mm_add_epi32(now, _mm_loadu_si128(constants));
      s1 = _mm_sha256rnds2_epu32(s1, s0, words);
      if (i >= 3 && i < 15) {
        *next = _mm_add_epi32(*next, _mm_alignr_epi8(now, *before, 4));
        *next = _mm_sha256msg2_epu32(*next, now);
      }
      s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32(words, 0x0e));
      if (i >= 1 && i < 13) *before = _mm_sha256msg1_epu32(*before, now);
    }
    s0 = _mm_add_epi32(s0, s0_before);
    s1 = _mm_add_epi32(s1, s1_before);
  }
  t = _mm_shuffle_epi32(s0, 0x1b);
  s1 = _mm_shuffle_epi32(s1, 0xb1);
  _mm_storeu_si128((__m128i *)(void *)state, _mm_blend_epi16(t, s1, 0xf0));
  _mm_storeu_si128((__m128i *)(void *)(state + 4), _mm_alignr_epi8(s1, t, 8));
}

sp_sha256_compress_fn *sp_sha256_instructions(void) {
  unsigned a, b, c, d;
  const unsigned wanted = bit_SSSE3 | bit_SSE4_1;
  if (!__get_cpuid(1, &a, &b, &c, &d) || (c & wanted) != wanted) return NULL;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & (1U << 29)) == 0) return NULL; /* SHA */
  return compress;
}

#else

sp_sha256_compress_fn *sp_sha256_instructions(void) {
  return NULL;
}

#endif
