/* lanes_body.h - what all variants of lanes share; included by each after it defines
 *   SP_LANES_TARGET     the attribute of its functions
 *   SP_BITS(op, a, b)   bitmap of the 64 comparisons a[k] op b[k]; SP_BITS_ONE(op, a, c) with one c
 *   finite_64, zero_64, zero_codes_64, range_64, choose_64, choose_codes_64, look_up, same_codes,
 *   cross: of 64 records
 * and before it makes its table of them. */
#include <string.h>

static SP_LANES_TARGET uint64_t low_bits(int64_t n) {
  return n >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << n) - 1;
}

/* The last records in a block of their own, so that nothing past them is read. */
static SP_LANES_TARGET const double *padded(const double *x, int64_t n, double *block) {
  if (n >= 64) return x;
  for (int64_t k = 0; k < 64; k++) block[k] = k < n ? x[k] : 0;
  return block;
}

#define SP_EACH_WORD(left, word)                             \
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) { \
    const double *a = padded(x + w * 64, left, block);       \
    out[w] = (word)&low_bits(left);                          \
  }                                                          \
  break

static SP_LANES_TARGET void compare_one(int32_t relation, const double *x, double y, int64_t n,
                                        uint64_t *out) {
  double block[64];
  switch (relation) {
    case SP_IS_EQ:
      SP_EACH_WORD(left, SP_BITS_ONE(EQ, a, y));
    case SP_IS_NE:
      SP_EACH_WORD(left, SP_BITS_ONE(NE, a, y));
    case SP_IS_LT:
      SP_EACH_WORD(left, SP_BITS_ONE(LT, a, y));
    case SP_IS_LE:
      SP_EACH_WORD(left, SP_BITS_ONE(LE, a, y));
    case SP_IS_GT:
      SP_EACH_WORD(left, SP_BITS_ONE(GT, a, y));
    default:
      SP_EACH_WORD(left, SP_BITS_ONE(GE, a, y));
  }
}

static SP_LANES_TARGET void compare(int32_t relation, const double *x, const double *y, int64_t n,
                                    uint64_t *out) {
  double block[64], other[64];
  switch (relation) {
    case SP_IS_EQ:
      SP_EACH_WORD(left, SP_BITS(EQ, a, padded(y + w * 64, left, other)));
    case SP_IS_NE:
      SP_EACH_WORD(left, SP_BITS(NE, a, padded(y + w * 64, left, other)));
    case SP_IS_LT:
      SP_EACH_WORD(left, SP_BITS(LT, a, padded(y + w * 64, left, other)));
    case SP_IS_LE:
      SP_EACH_WORD(left, SP_BITS(LE, a, padded(y + w * 64, left, other)));
    case SP_IS_GT:
      SP_EACH_WORD(left, SP_BITS(GT, a, padded(y + w * 64, left, other)));
    default:
      SP_EACH_WORD(left, SP_BITS(GE, a, padded(y + w * 64, left, other)));
  }
}

static SP_LANES_TARGET void any_of(const double *x, const double *values, uint32_t n_values,
                                   int64_t n, uint64_t *out) {
  double block[64];
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    const double *a = padded(x + w * 64, left, block);
    uint64_t word = 0;
    for (uint32_t k = 0; k < n_values && word != ~UINT64_C(0); k++) {
      word |= SP_BITS_ONE(EQ, a, values[k]);
    }
    out[w] = word & low_bits(left);
  }
}

static SP_LANES_TARGET void is_finite(const double *x, int64_t n, uint64_t *out) {
  double block[64];
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    out[w] = finite_64(padded(x + w * 64, left, block)) & low_bits(left);
  }
}

static SP_LANES_TARGET int64_t count(const uint64_t *bits, const uint64_t *but, int64_t n_words) {
  int64_t n = 0;
  for (int64_t w = 0; w < n_words && but == NULL; w++) n += __builtin_popcountll(bits[w]);
  for (int64_t w = 0; w < n_words && but != NULL; w++) n += __builtin_popcountll(bits[w] & ~but[w]);
  return n;
}

/* An exponent of all ones, and one more, is a sign. */
static SP_LANES_TARGET int all_finite(const double *x, int64_t n) {
  const uint64_t ones = UINT64_C(0x7ff) << 52, one = UINT64_C(1) << 52;
  uint64_t any = 0;
  for (int64_t i = 0; i < n; i++) {
    uint64_t bits;
    memcpy(&bits, &x[i], sizeof bits);
    any |= (bits & ones) + one;
  }
  return any >> 63 == 0;
}

static SP_LANES_TARGET void fill_codes(uint32_t *out, uint32_t code, int64_t n) {
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    for (int k = 0; k < 16; k++) out[i + k] = code;
  }
  for (; i < n; i++) out[i] = code;
}

static SP_LANES_TARGET int spread(const double *x, double value, uint32_t code, uint32_t *out) {
  if (SP_BITS_ONE(EQ, x, value) != ~UINT64_C(0)) return 0;
  for (int k = 0; k < 64; k++) out[k] = code;
  return 1;
}

static SP_LANES_TARGET void zero_absent(double *x, const uint64_t *present, int64_t n) {
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    const uint64_t word = present[w] | ~low_bits(left);
    if (word == ~UINT64_C(0)) continue;
    uint64_t absent = ~word;
    if (left >= 64 && __builtin_popcountll(absent) > 8) {
      zero_64(x + w * 64, word);
    } else {
      for (; absent != 0; absent &= absent - 1) x[w * 64 + __builtin_ctzll(absent)] = 0;
    }
  }
}

static SP_LANES_TARGET void zero_absent_codes(uint32_t *x, const uint64_t *present, int64_t n) {
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    const uint64_t word = present[w] | ~low_bits(left);
    if (word == ~UINT64_C(0)) continue;
    if (left >= 64) {
      zero_codes_64(x + w * 64, word);
    } else {
      for (int64_t k = 0; k < left; k++) x[w * 64 + k] *= (uint32_t)(word >> k & 1);
    }
  }
}

static SP_LANES_TARGET void choose(double *t, const double *a, const double *b,
                                   const uint64_t *mask, int64_t n) {
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    const int64_t i = w * 64;
    if (left >= 64) {
      choose_64(t + i, a + i, b + i, mask[w]);
    } else {
      for (int64_t k = i; k < n; k++) t[k] = (mask[w] >> (k - i) & 1) != 0 ? a[k] : b[k];
    }
  }
}

static SP_LANES_TARGET void choose_codes(uint32_t *t, const uint32_t *a, const uint32_t *b,
                                         const uint64_t *mask, int64_t n) {
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    const int64_t i = w * 64;
    if (left >= 64) {
      choose_codes_64(t + i, a + i, b + i, mask[w]);
    } else {
      for (int64_t k = i; k < n; k++) t[k] = (mask[w] >> (k - i) & 1) != 0 ? a[k] : b[k];
    }
  }
}

#undef SP_EACH_WORD

static SP_LANES_TARGET void range(const double *x, const uint64_t *mask, int64_t n, double *least,
                                  double *most) {
  double block[64];
  for (int64_t w = 0, left = n; left > 0; w++, left -= 64) {
    range_64(padded(x + w * 64, left, block), mask[w] & low_bits(left), least, most);
  }
}
