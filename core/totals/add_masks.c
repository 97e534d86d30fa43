/* add_masks.c - the variants of adding by mask, and which of them this processor has. */
#include "totals/add_masks.h"

#include "base/lanes.h"

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

/* Blocks of 32, 16, ... 1 bits change places (Warren, Hacker's Delight, 7-3). */
static void turn_portable(const uint64_t in[64], uint64_t out[64]) {
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

static void run_portable(int64_t *row, uint32_t *tally, uint32_t block, uint64_t same,
                         const uint64_t *words, const int64_t *high, const int64_t *low) {
  for (uint32_t k = 0; k < block; k++) {
    for (uint64_t word = words[k] & same; word != 0; word &= word - 1) {
      const int i = __builtin_ctzll(word);
      row[k] += low[i];
      row[block + k] += high[i];
      tally[k]++;
    }
  }
}

static int find_portable(const uint64_t *ways, uint32_t bits, const uint32_t *group,
                         const uint32_t *unit, uint32_t *rows) {
  const uint32_t mask = (UINT32_C(1) << bits) - 1;
  uint32_t differ = 0;
  for (uint32_t i = 0; i < 8; i++) {
    const uint64_t way = ways[((size_t)unit[i] << bits) | (group[i] & mask)];
    differ |= (uint32_t)way ^ group[i];
    rows[i] = (uint32_t)(way >> 32);
  }
  return differ == 0;
}

static uint64_t find_64_portable(const uint64_t *ways, uint32_t bits, const uint32_t *group,
                                 uint64_t here, uint32_t *rows) {
  const uint32_t mask = (UINT32_C(1) << bits) - 1;
  uint64_t unknown = 0;
  for (; here != 0; here &= here - 1) {
    const uint32_t i = (uint32_t)__builtin_ctzll(here);
    const uint64_t way = ways[group[i] & mask];
    const int is_out = group[i] == UINT32_MAX;
    if (!is_out && (uint32_t)way != group[i]) unknown |= here & -here;
    rows[i] = is_out ? UINT32_MAX : (uint32_t)(way >> 32);
  }
  return unknown;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,popcnt,bmi")))
#define AVX512 __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,popcnt,bmi")))

/* One step of turn_portable for words that are j apart in the same vector: `other` has them in each
 * other's place, `down` is those whose bits of `mask` come from above. */
AVX512 static __m512i turn_within(__m512i x, __m512i other, __mmask8 down, uint32_t j,
                                  __m512i mask) {
  const __m128i by = _mm_cvtsi32_si128((int32_t)j);
  const __m512i high = _mm512_andnot_si512(mask, x), low = _mm512_and_si512(mask, x);
  /* The first of a pair keeps its low bits and gets the other's as high ones; and back. */
  const __m512i first = _mm512_or_si512(low, _mm512_sll_epi64(_mm512_and_si512(mask, other), by));
  const __m512i second =
      _mm512_or_si512(high, _mm512_srl_epi64(_mm512_andnot_si512(mask, other), by));
  return _mm512_mask_mov_epi64(first, down, second);
}

AVX512 static void turn_avx512(const uint64_t in[64], uint64_t out[64]) {
  const uint64_t *from = in;
  uint64_t m = UINT64_C(0x00000000ffffffff);
  for (uint32_t j = 32; j >= 8; j >>= 1, m ^= m << j, from = out) {
    const __m512i mask = _mm512_set1_epi64((int64_t)m);
    const __m128i by = _mm_cvtsi32_si128((int32_t)j);
    for (uint32_t k = 0; k < 64; k = (k + 8 + j) & ~j) {
      const __m512i a = _mm512_loadu_si512(from + k), b = _mm512_loadu_si512(from + (k | j));
      const __m512i t = _mm512_and_si512(_mm512_xor_si512(_mm512_srl_epi64(a, by), b), mask);
      _mm512_storeu_si512(out + k, _mm512_xor_si512(a, _mm512_sll_epi64(t, by)));
      _mm512_storeu_si512(out + (k | j), _mm512_xor_si512(b, t));
    }
  }
  const __m512i m4 = _mm512_set1_epi64((int64_t)UINT64_C(0x0f0f0f0f0f0f0f0f));
  const __m512i m2 = _mm512_set1_epi64((int64_t)UINT64_C(0x3333333333333333));
  const __m512i m1 = _mm512_set1_epi64((int64_t)UINT64_C(0x5555555555555555));
  for (uint32_t k = 0; k < 64; k += 8) {
    __m512i x = _mm512_loadu_si512(out + k);
    x = turn_within(x, _mm512_shuffle_i64x2(x, x, 0x4e), 0xf0, 4, m4);
    x = turn_within(x, _mm512_permutex_epi64(x, 0x4e), 0xcc, 2, m2);
    x = turn_within(x, _mm512_permutex_epi64(x, 0xb1), 0xaa, 1, m1);
    _mm512_storeu_si512(out + k, x);
  }
}

AVX512 static void add_avx512(int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask,
                              int64_t high, int64_t low) {
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

/* The sums of four vectors. */
AVX512 static __m256i sums_of(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i ab = _mm512_add_epi64(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
  const __m512i cd = _mm512_add_epi64(_mm512_unpacklo_epi64(c, d), _mm512_unpackhi_epi64(c, d));
  const __m512i half =
      _mm512_add_epi64(_mm512_shuffle_i64x2(ab, cd, 0x44), _mm512_shuffle_i64x2(ab, cd, 0xee));
  return _mm512_castsi512_si256(_mm512_add_epi64(_mm512_shuffle_i64x2(half, half, 0x88),
                                                 _mm512_shuffle_i64x2(half, half, 0xdd)));
}

/* Two low parts and two high ones to where they belong. */
AVX512 static void add_pair(int64_t *low, int64_t *high, __m256i sums) {
  __m128i *to = (__m128i *)(void *)low;
  _mm_storeu_si128(to, _mm_add_epi64(_mm_loadu_si128(to), _mm256_castsi256_si128(sums)));
  to = (__m128i *)(void *)high;
  _mm_storeu_si128(to, _mm_add_epi64(_mm_loadu_si128(to), _mm256_extracti64x2_epi64(sums, 1)));
}

AVX512 static void run_avx512(int64_t *row, uint32_t *tally, uint32_t block, uint64_t same,
                              const uint64_t *words, const int64_t *high, const int64_t *low) {
  for (uint32_t k = 0; k < block; k += 2) {
    const uint64_t first = words[k] & same, second = words[k + 1] & same;
    __m512i h0 = _mm512_setzero_si512(), h1 = h0, l0 = h0, l1 = h0;
    for (uint32_t i = 0; i < 64; i += 8) {
      const __m512i up = _mm512_loadu_si512(high + i), down = _mm512_loadu_si512(low + i);
      const __mmask8 m0 = (__mmask8)(first >> i), m1 = (__mmask8)(second >> i);
      h0 = _mm512_mask_add_epi64(h0, m0, h0, up);
      l0 = _mm512_mask_add_epi64(l0, m0, l0, down);
      h1 = _mm512_mask_add_epi64(h1, m1, h1, up);
      l1 = _mm512_mask_add_epi64(l1, m1, l1, down);
    }
    add_pair(row + k, row + block + k, sums_of(l0, l1, h0, h1));
    tally[k] += (uint32_t)__builtin_popcountll(first);
    tally[k + 1] += (uint32_t)__builtin_popcountll(second);
  }
}

AVX512 static int find_avx512(const uint64_t *ways, uint32_t bits, const uint32_t *group,
                              const uint32_t *unit, uint32_t *rows) {
  const __m256i g = _mm256_loadu_si256((const __m256i *)group);
  const __m256i u = _mm256_loadu_si256((const __m256i *)unit);
  const __m256i mask = _mm256_set1_epi32((int32_t)((UINT32_C(1) << bits) - 1));
  const __m256i place = _mm256_or_si256(_mm256_sll_epi32(u, _mm_cvtsi32_si128((int32_t)bits)),
                                        _mm256_and_si256(g, mask));
  const __m512i way = _mm512_i32gather_epi64(place, ways, 8);
  _mm256_storeu_si256((__m256i *)rows, _mm512_cvtepi64_epi32(_mm512_srli_epi64(way, 32)));
  return _mm256_cmpeq_epi32_mask(_mm512_cvtepi64_epi32(way), g) == 0xff;
}

AVX512 static __m512i halves(__m512i first, __m512i last) {
  return _mm512_inserti64x4(_mm512_castsi256_si512(_mm512_cvtepi64_epi32(first)),
                            _mm512_cvtepi64_epi32(last), 1);
}

AVX512 static uint64_t find_64_avx512(const uint64_t *ways, uint32_t bits, const uint32_t *group,
                                      uint64_t here, uint32_t *rows) {
  if ((1U << bits) > SP_WAYS_READ) return find_64_portable(ways, bits, group, here, rows);
  const __m512i first = _mm512_loadu_si512(ways), last = _mm512_loadu_si512(ways + 8);
  const __m512i known = halves(first, last), none = _mm512_set1_epi32(-1);
  const __m512i row = halves(_mm512_srli_epi64(first, 32), _mm512_srli_epi64(last, 32));
  const __m512i mask = _mm512_set1_epi32((int32_t)((UINT32_C(1) << bits) - 1));
  uint64_t unknown = 0;
  for (uint32_t i = 0; i < 64; i += 16) {
    const __mmask16 use = (__mmask16)(here >> i);
    const __m512i g = _mm512_loadu_si512(group + i), at = _mm512_and_si512(g, mask);
    const __mmask16 is_out = _mm512_cmpeq_epi32_mask(g, none);
    const __mmask16 is = _mm512_cmpeq_epi32_mask(_mm512_permutexvar_epi32(at, known), g);
    const __m512i found = _mm512_mask_mov_epi32(_mm512_permutexvar_epi32(at, row), is_out, none);
    unknown |= (uint64_t)(uint16_t)(use & ~(is | is_out)) << i;
    if (use == 0xffff) { /* what a mask has stored is read slowly */
      _mm512_storeu_si512(rows + i, found);
    } else {
      _mm512_mask_storeu_epi32(rows + i, use, found);
    }
  }
  return unknown;
}

AVX2 static void add_avx2(int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask,
                          int64_t high, int64_t low) {
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

AVX2 static int64_t sum_avx2(const int64_t *x, uint64_t mask) {
  const __m256i bits = _mm256_setr_epi64x(1, 2, 4, 8);
  __m256i sum = _mm256_setzero_si256();
  for (uint32_t i = 0; i < 64; i += 4) {
    const __m256i four = _mm256_and_si256(_mm256_set1_epi64x((int64_t)(mask >> i)), bits);
    const __m256i k = _mm256_cmpeq_epi64(four, bits);
    sum = _mm256_add_epi64(sum, _mm256_and_si256(k, _mm256_loadu_si256((const __m256i *)(x + i))));
  }
  int64_t parts[4];
  _mm256_storeu_si256((__m256i *)parts, sum);
  return parts[0] + parts[1] + parts[2] + parts[3];
}

AVX2 static void run_avx2(int64_t *row, uint32_t *tally, uint32_t block, uint64_t same,
                          const uint64_t *words, const int64_t *high, const int64_t *low) {
  for (uint32_t k = 0; k < block; k++) {
    const uint64_t mask = words[k] & same;
    if (mask == 0) continue;
    row[k] += sum_avx2(low, mask);
    row[block + k] += sum_avx2(high, mask);
    tally[k] += (uint32_t)__builtin_popcountll(mask);
  }
}
#endif

const sp_adders *sp_adders_named(const char *name) {
  static const sp_adders portable = {"portable",    add_portable,  run_portable,
                                     turn_portable, find_portable, find_64_portable};
  if (strcmp(name, "portable") == 0) return &portable;
#if defined(__x86_64__)
  static const sp_adders avx2 = {"avx2",        add_avx2,      run_avx2,
                                 turn_portable, find_portable, find_64_portable};
  static const sp_adders avx512 = {"avx512",    add_avx512,  run_avx512,
                                   turn_avx512, find_avx512, find_64_avx512};
  /* What lanes need they need as well. */
  if (strcmp(name, "avx2") == 0 && sp_lanes_avx2() != NULL) return &avx2;
  if (strcmp(name, "avx512") == 0 && sp_lanes_avx512() != NULL) return &avx512;
#endif
  return NULL;
}

const sp_adders *sp_adders_best(void) {
  const sp_adders *best = sp_adders_named("avx512");
  if (best == NULL) best = sp_adders_named("avx2");
  return best != NULL ? best : sp_adders_named("portable");
}
