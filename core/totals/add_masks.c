/* add_masks.c - the variants of adding by mask, and which of them this processor has. */
#include "totals/add_masks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

static void add_portable(int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask,
                         int64_t high, int64_t low) {
  (void)n_lanes;
  while (mask != 0) {
    const uint32_t lane = (uint32_t)__builtin_ctzll(mask);
    mask &= mask - 1;
    int64_t *block = row + (size_t)(lane / SP_BLOCK_LANES) * 2 * SP_BLOCK_LANES;
    block[lane % SP_BLOCK_LANES] += low;
    block[SP_BLOCK_LANES + lane % SP_BLOCK_LANES] += high;
    tally[lane]++;
  }
}

#if defined(__x86_64__)
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq"))) static void add_avx512(
    int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask, int64_t high, int64_t low) {
  const __m512i h = _mm512_set1_epi64(high), l = _mm512_set1_epi64(low);
  const __m256i one = _mm256_set1_epi32(1);
  for (uint32_t lane = 0; lane < n_lanes; lane += SP_BLOCK_LANES) {
    const __mmask8 k = (__mmask8)(mask >> lane);
    int64_t *block = row + (size_t)lane * 2;
    _mm512_storeu_si512(
        block, _mm512_mask_add_epi64(_mm512_loadu_si512(block), k, _mm512_loadu_si512(block), l));
    block += SP_BLOCK_LANES;
    _mm512_storeu_si512(
        block, _mm512_mask_add_epi64(_mm512_loadu_si512(block), k, _mm512_loadu_si512(block), h));
    const __m256i t = _mm256_loadu_si256((const __m256i *)(tally + lane));
    _mm256_storeu_si256((__m256i *)(tally + lane), _mm256_mask_add_epi32(t, k, t, one));
  }
}

__attribute__((target("avx2"))) static void add_avx2(int64_t *row, uint32_t *tally,
                                                     uint32_t n_lanes, uint64_t mask, int64_t high,
                                                     int64_t low) {
  const __m256i h = _mm256_set1_epi64x(high), l = _mm256_set1_epi64x(low);
  const __m256i first = _mm256_setr_epi64x(1, 2, 4, 8), last = _mm256_setr_epi64x(16, 32, 64, 128);
  const __m256i narrow = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  for (uint32_t lane = 0; lane < n_lanes; lane += SP_BLOCK_LANES) {
    const int64_t byte = (int64_t)(mask >> lane & 0xff);
    const __m256i b = _mm256_set1_epi64x(byte), b32 = _mm256_set1_epi32((int32_t)byte);
    const __m256i k0 = _mm256_cmpeq_epi64(_mm256_and_si256(b, first), first);
    const __m256i k1 = _mm256_cmpeq_epi64(_mm256_and_si256(b, last), last);
    __m256i *block = (__m256i *)(row + (size_t)lane * 2);
    const __m256i x0 = _mm256_add_epi64(_mm256_loadu_si256(block), _mm256_and_si256(k0, l));
    const __m256i x1 = _mm256_add_epi64(_mm256_loadu_si256(block + 1), _mm256_and_si256(k1, l));
    const __m256i x2 = _mm256_add_epi64(_mm256_loadu_si256(block + 2), _mm256_and_si256(k0, h));
    const __m256i x3 = _mm256_add_epi64(_mm256_loadu_si256(block + 3), _mm256_and_si256(k1, h));
    _mm256_storeu_si256(block, x0);
    _mm256_storeu_si256(block + 1, x1);
    _mm256_storeu_si256(block + 2, x2);
    _mm256_storeu_si256(block + 3, x3);
    __m256i *t = (__m256i *)(tally + lane);
    const __m256i k = _mm256_cmpeq_epi32(_mm256_and_si256(b32, narrow), narrow);
    _mm256_storeu_si256(t, _mm256_sub_epi32(_mm256_loadu_si256(t), k));
  }
}
#endif

sp_add_mask_fn *sp_add_mask_named(const char *name) {
  if (strcmp(name, "portable") == 0) return add_portable;
#if defined(__x86_64__)
  if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return add_avx2;
  if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq")) {
    return add_avx512;
  }
#endif
  return NULL;
}

sp_add_mask_fn *sp_add_mask_best(void) {
  sp_add_mask_fn *best = sp_add_mask_named("avx512");
  if (best == NULL) best = sp_add_mask_named("avx2");
  return best != NULL ? best : add_portable;
}

/* Blocks of 32, 16, ... 1 bits change places (Warren, Hacker's Delight, 7-3). */
void sp_turn_bits(const uint64_t in[64], uint64_t out[64]) {
  memcpy(out, in, 64 * sizeof *out);
  uint64_t m = UINT64_C(0x00000000ffffffff);
  for (uint32_t j = 32; j != 0; j >>= 1, m ^= m << j) {
    for (uint32_t k = 0; k < 64; k = ((k | j) + 1) & ~j) {
      const uint64_t t = (out[k] >> j ^ out[k | j]) & m;
      out[k] ^= t << j;
      out[k | j] ^= t;
    }
  }
}
