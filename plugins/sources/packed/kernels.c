/* kernels.c - unpacking, once as C says it, and the same compiled for wider machines: a code goes
 * through a table, an integer is converted and divided; both are exact, so all variants agree. */
#include "packed.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDER 1
#define ALWAYS_INLINE __attribute__((always_inline)) inline
#else
#define WIDER 0
#define ALWAYS_INLINE inline
#endif

/* ---- codes -------------------------------------------------------------------------------- */

/* Codes of `bits` bits (1, 2, 4) through a table of 2^bits. */
#define UNPACK_BITS(type, bits)                                    \
  do {                                                             \
    const int64_t each = 8 / (bits);                               \
    const uint32_t mask = (1U << (bits)) - 1;                      \
    const unsigned char *p = data + from / each;                   \
    int64_t i = 0;                                                 \
    for (; i + each <= n; i += each, p++) {                        \
      for (int64_t k = 0; k < each; k++) {                         \
        out[i + k] = table[((uint32_t)*p >> (k * (bits))) & mask]; \
      }                                                            \
    }                                                              \
    for (int64_t k = 0; i + k < n; k++) {                          \
      out[i + k] = table[((uint32_t)*p >> (k * (bits))) & mask];   \
    }                                                              \
  } while (0)

#define UNPACK(type)                                                   \
  do {                                                                 \
    if (width == 1) {                                                  \
      UNPACK_BITS(type, 1);                                            \
    } else if (width == 2) {                                           \
      UNPACK_BITS(type, 2);                                            \
    } else if (width == 4) {                                           \
      UNPACK_BITS(type, 4);                                            \
    } else if (width == 8) {                                           \
      const unsigned char *p = data + from;                            \
      for (int64_t i = 0; i < n; i++) out[i] = table[p[i]];            \
    } else {                                                           \
      const uint16_t *p = (const uint16_t *)(const void *)data + from; \
      for (int64_t i = 0; i < n; i++) out[i] = table[p[i]];            \
    }                                                                  \
  } while (0)

static ALWAYS_INLINE void numbers_any(const unsigned char *restrict data, uint32_t width,
                                      int64_t from, int64_t n, const double *restrict table,
                                      double *restrict out) {
  UNPACK(double);
}

static ALWAYS_INLINE void codes_any(const unsigned char *restrict data, uint32_t width,
                                    int64_t from, int64_t n, const uint32_t *restrict table,
                                    uint32_t *restrict out) {
  UNPACK(uint32_t);
}

/* ---- integers ----------------------------------------------------------------------------- */

#define CONVERT(type)                                                          \
  do {                                                                         \
    const type *p = (const type *)(const void *)data + from;                   \
    if (power == 1) {                                                          \
      for (int64_t i = 0; i < n; i++) out[i] = (double)p[i] + start;           \
    } else {                                                                   \
      for (int64_t i = 0; i < n; i++) out[i] = ((double)p[i] + start) / power; \
    }                                                                          \
  } while (0)

/* All below 2^51, so that sums are exact. */
static ALWAYS_INLINE void scaled_any(const unsigned char *restrict data, uint32_t width,
                                     int64_t from, int64_t n, int64_t base, uint32_t decimals,
                                     double *restrict out) {
  const double start = (double)base, power = packed_power(decimals);
  if (width == 1) {
    CONVERT(uint8_t);
  } else if (width == 2) {
    CONVERT(uint16_t);
  } else if (width == 4) {
    CONVERT(uint32_t);
  } else {
    /* As 2^52 + u a double's low bits are those of u. */
    const uint64_t mask = width < 8 ? (UINT64_C(1) << (8 * width)) - 1 : UINT64_MAX;
    const unsigned char *p = data + from * width;
    for (int64_t i = 0; i < n; i++) {
      uint64_t u;
      double x;
      memcpy(&u, p + i * width, sizeof u);
      u = (u & mask & UINT64_C(0xFFFFFFFFFFFFF)) | UINT64_C(0x4330000000000000);
      memcpy(&x, &u, sizeof x);
      out[i] = ((x - 4503599627370496.0) + start) / power;
    }
  }
}

/* ---- the variants ------------------------------------------------------------------------- */

#define VARIANT(suffix, attribute)                                                                 \
  attribute static void numbers_##suffix(const unsigned char *data, uint32_t width, int64_t from,  \
                                         int64_t n, const double *table, double *out) {            \
    numbers_any(data, width, from, n, table, out);                                                 \
  }                                                                                                \
  attribute static void codes_##suffix(const unsigned char *data, uint32_t width, int64_t from,    \
                                       int64_t n, const uint32_t *table, uint32_t *out) {          \
    codes_any(data, width, from, n, table, out);                                                   \
  }                                                                                                \
  attribute static void scaled_##suffix(const unsigned char *data, uint32_t width, int64_t from,   \
                                        int64_t n, int64_t base, uint32_t decimals, double *out) { \
    scaled_any(data, width, from, n, base, decimals, out);                                         \
  }

#define PLAIN
VARIANT(plain, PLAIN)
#if WIDER
#define AVX2 __attribute__((target("avx2"), optimize("O3")))
VARIANT(avx2, AVX2)
#endif

uint32_t packed_kernels_of_machine(packed_kernels out[PACKED_MOST_KERNELS]) {
  uint32_t n = 0;
  out[n++] = (packed_kernels){"plain", numbers_plain, codes_plain, scaled_plain};
#if WIDER
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) {
    out[n++] = (packed_kernels){"avx2", numbers_avx2, codes_avx2, scaled_avx2};
  }
  if (packed_kernels_avx512(&out[n])) n++;
#endif
  return n;
}
