/* lanes.c - the portable variant, and choosing one. */
#include "base/lanes.h"

#include <float.h>
#include <math.h>
#include <stddef.h>

#define SP_LANES_TARGET

#define EQ(a, b) ((a) == (b))
#define NE(a, b) ((a) != (b))
#define LT(a, b) ((a) < (b))
#define LE(a, b) ((a) <= (b))
#define GT(a, b) ((a) > (b))
#define GE(a, b) ((a) >= (b))

/* No branch depends on a value. */
#define SP_DEFINE_BITS(op)                                                                  \
  static uint64_t bits_##op(const double *a, const double *b) {                             \
    uint64_t word = 0;                                                                      \
    for (int k = 0; k < 64; k++) word |= (uint64_t)(op(a[k], b[k])) << k;                   \
    return word;                                                                            \
  }                                                                                         \
  static uint64_t bits_one_##op(const double *a, double b) {                                \
    uint64_t word = 0;                                                                      \
    for (int k = 0; k < 64; k += 4) {                                                       \
      const uint64_t low = (uint64_t)(op(a[k], b)) | (uint64_t)(op(a[k + 1], b)) << 1;      \
      const uint64_t high = (uint64_t)(op(a[k + 2], b)) | (uint64_t)(op(a[k + 3], b)) << 1; \
      word |= (low | high << 2) << k;                                                       \
    }                                                                                       \
    return word;                                                                            \
  }

SP_DEFINE_BITS(EQ)
SP_DEFINE_BITS(NE)
SP_DEFINE_BITS(LT)
SP_DEFINE_BITS(LE)
SP_DEFINE_BITS(GT)
SP_DEFINE_BITS(GE)

#define SP_BITS(op, a, b) bits_##op(a, b)
#define SP_BITS_ONE(op, a, c) bits_one_##op(a, c)

static uint64_t finite_64(const double *x) {
  uint64_t word = 0;
  for (int k = 0; k < 64; k += 2) {
    const uint64_t low = (uint64_t)(fabs(x[k]) <= DBL_MAX);
    word |= (low | (uint64_t)(fabs(x[k + 1]) <= DBL_MAX) << 1) << k;
  }
  return word;
}

static void zero_64(double *x, uint64_t present) {
  for (int k = 0; k < 64; k++) x[k] = (present >> k & 1) != 0 ? x[k] : 0;
}

static void zero_codes_64(uint32_t *x, uint64_t present) {
  for (int k = 0; k < 64; k++) x[k] &= (uint32_t)0 - (uint32_t)(present >> k & 1);
}

static void choose_64(double *t, const double *a, const double *b, uint64_t mask) {
  for (int k = 0; k < 64; k++) t[k] = (mask >> k & 1) != 0 ? a[k] : b[k];
}

static void range_64(const double *x, uint64_t mask, double *least, double *most) {
  for (int k = 0; k < 64; k++) {
    const int is_in = (int)(mask >> k & 1);
    *least = is_in && x[k] < *least ? x[k] : *least;
    *most = is_in && x[k] > *most ? x[k] : *most;
  }
}

static void choose_codes_64(uint32_t *t, const uint32_t *a, const uint32_t *b, uint64_t mask) {
  for (int k = 0; k < 64; k++) t[k] = (mask >> k & 1) != 0 ? a[k] : b[k];
}

static int look_up(const double *x, uint64_t present, const uint32_t *table, uint32_t n_table,
                   uint32_t *out) {
  uint64_t bad = 0;
  for (int k = 0; k < 64; k++) {
    const uint64_t here = present >> k & 1;
    const int inside = x[k] >= 0 && x[k] < n_table;
    const uint32_t at = inside ? (uint32_t)x[k] : 0;
    const uint32_t code = inside && x[k] == at && here != 0 ? table[at] : 0;
    bad |= here & (code == 0);
    out[k] = code - 1;
  }
  return bad == 0;
}

static uint64_t same_codes(const uint32_t *codes, uint32_t x) {
  uint64_t out = 0;
  for (int k = 0; k < 64; k++) out |= (uint64_t)(codes[k] == x) << k;
  return out;
}

#include "base/lanes_cross.h"

#include "base/lanes_body.h"

static const sp_lanes portable = {
    "portable",  compare,           compare_one, any_of,       count, is_finite, all_finite,
    zero_absent, zero_absent_codes, choose,      choose_codes, range, look_up,   fill_codes,
    spread,      same_codes,        cross};

const sp_lanes *sp_lanes_of(int32_t variant) {
  switch (variant) {
    case SP_LANES_PORTABLE:
      return &portable;
    case SP_LANES_AVX2:
      return sp_lanes_avx2();
    case SP_LANES_AVX512:
      return sp_lanes_avx512();
    default:
      return NULL;
  }
}

const sp_lanes *sp_lanes_best(void) {
  for (int32_t variant = SP_LANES_END - 1; variant > SP_LANES_PORTABLE; variant--) {
    const sp_lanes *lanes = sp_lanes_of(variant);
    if (lanes != NULL) return lanes;
  }
  return &portable;
}
