/* lanes.h - loops over many values at once, in the widest instructions that the processor has.
 * Every variant gives the same bits. Bitmaps are words of 64 records, lowest bit first. */
#ifndef SP_BASE_LANES_H
#define SP_BASE_LANES_H

#include <stdint.h>

enum { SP_LANES_PORTABLE = 0, SP_LANES_AVX2, SP_LANES_AVX512, SP_LANES_END };

/* x relation y */
enum { SP_IS_EQ = 0, SP_IS_NE, SP_IS_LT, SP_IS_LE, SP_IS_GT, SP_IS_GE };

/* Codes of several columns side by side, and an entry for each such place, of which there are a
 * multiple of SP_CROSS_WINDOW. */
enum { SP_CROSS_WINDOW = 32, SP_CROSS_MOST = 32 };

typedef struct sp_cross {
  const uint32_t *codes[SP_CROSS_MOST];
  uint32_t shift[SP_CROSS_MOST];
  uint32_t n_codes;
  uint32_t mask; /* the bits of a place */
  const uint32_t *dense;
} sp_cross;

typedef struct sp_lanes {
  const char *name;
  /* Bit i of out: x[i] relation y[i]; past n the last word has zeros, here and below. */
  void (*compare)(int32_t relation, const double *x, const double *y, int64_t n, uint64_t *out);
  void (*compare_one)(int32_t relation, const double *x, double y, int64_t n, uint64_t *out);
  /* Bit i of out: x[i] is one of the values. */
  void (*any_of)(const double *x, const double *values, uint32_t n_values, int64_t n,
                 uint64_t *out);
  /* Bits that are set in `bits`, and not in `but` (NULL: none). */
  int64_t (*count)(const uint64_t *bits, const uint64_t *but, int64_t n_words);
  /* Bit i of out: x[i] is finite. And whether all of them are. */
  void (*is_finite)(const double *x, int64_t n, uint64_t *out);
  int (*all_finite)(const double *x, int64_t n);
  /* Makes what is absent 0. */
  void (*zero_absent)(double *x, const uint64_t *present, int64_t n);
  void (*zero_absent_codes)(uint32_t *x, const uint64_t *present, int64_t n);
  /* t[i] is a[i] where the mask has a bit, else b[i]; t may be one of them. */
  void (*choose)(double *t, const double *a, const double *b, const uint64_t *mask, int64_t n);
  void (*choose_codes)(uint32_t *t, const uint32_t *a, const uint32_t *b, const uint64_t *mask,
                       int64_t n);
  /* Widens [least, most] to the values of a mask, none of which is NaN. */
  void (*range)(const double *x, const uint64_t *mask, int64_t n, double *least, double *most);
  /* out[i] = table[x[i]] - 1, and UINT32_MAX for absent ones, of 64 records. 0, with any of out
   * written, if the x of one that is present is no whole number below n_table (at most 2^31), or
   * its entry is 0. */
  int (*look_up)(const double *x, uint64_t present, const uint32_t *table, uint32_t n_table,
                 uint32_t *out);
  /* Gives n records the same code. */
  void (*fill_codes)(uint32_t *out, uint32_t code, int64_t n);
  /* Gives 64 records the same code if all of them are `value`; 0, and nothing done, if not. */
  int (*spread)(const double *x, double value, uint32_t code, uint32_t *out);
  /* Bit i: the code of record i of 64 is x. */
  uint64_t (*same_codes)(const uint32_t *codes, uint32_t x);
  /* Records from `first`, 64 of them: out[i] = dense[place[i]] - 1, where the codes of a record
   * side by side are its place, and UINT32_MAX for those not in `whole`. 0, with all of out
   * written, if the entry of one that is in it is 0. */
  int (*cross)(const sp_cross *cross, int64_t first, uint64_t whole, uint32_t *out);
} sp_lanes;

/* Whether a bitmap has the first n bits, all of them. */
static inline int sp_all_bits(const uint64_t *bits, int64_t n) {
  uint64_t others = 0;
  for (int64_t w = 0; w < n / 64; w++) others |= ~bits[w];
  if (n % 64 != 0) others |= ~bits[n / 64] & ((UINT64_C(1) << (n % 64)) - 1);
  return others == 0;
}

/* Of 64 records, how many after record k follow on it in `same`. */
static inline int64_t sp_run_after(uint64_t same, int64_t k) {
  const uint64_t others = k < 63 ? ~same >> (k + 1) : 0;
  return others != 0 ? __builtin_ctzll(others) : 63 - k;
}

/* The records of 64 from *from up to the next that has a bit in *starts, or to the end; *from moves
 * on there, and bits up to it go. At first 0, without the bit of record 0. */
static inline uint64_t sp_take_run(uint64_t *starts, int *from) {
  const int to = *starts != 0 ? __builtin_ctzll(*starts) : 64;
  const uint64_t run = (to < 64 ? (UINT64_C(1) << to) - 1 : UINT64_MAX) & UINT64_MAX << *from;
  *starts &= *starts - 1;
  *from = to;
  return run;
}

/* The widest that this processor has. */
const sp_lanes *sp_lanes_best(void);
/* One of the variants, NULL if this processor lacks it: AVX2, or AVX-512 with DQ, VL and BW, and
 * the counting of bits. */
const sp_lanes *sp_lanes_of(int32_t variant);

/* NULL where they were not compiled. */
const sp_lanes *sp_lanes_avx2(void);
const sp_lanes *sp_lanes_avx512(void);

#endif
