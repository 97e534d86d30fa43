/* numbers.c - plain decimal numbers, read eight digits at a time. They have the bits that the
 * host's parse_number() gives: an integer of at most 2^53 over an exact power of ten is rounded
 * once, by the division. Everything else (exponents, plus signs, blanks, more digits) is left. */
#include <math.h>

#include "columns.h"
#include "word.h"

#define ZEROS UINT64_C(0x3030303030303030)
#define HIGH UINT64_C(0x8080808080808080)
#define ABOVE_NINE UINT64_C(0x7676767676767676) /* brings a byte above 9 to its high bit */

void dsv_numbers_open(dsv_numbers *c, const dsv_fills *f, uint32_t i_fill) {
  const sampan_fill *fill = &f->sink->fills[i_fill];
  *c = (dsv_numbers){.missing = f->missing_number[i_fill], .n_missing = fill->n_missing};
  c->mark = f->dialect->decimal_comma ? ',' : '.';
  /* A missing text with a decimal comma is compared as text, and only dsv_cell() sees texts. */
  c->only_integers = f->dialect->decimal_comma && fill->n_missing > 0;
  for (uint32_t i = 0; i < fill->n_missing; i++) {
    const double x = c->missing[i];
    if (!(x >= 0 && x < 100) || floor(x) != x) continue;
    c->two_digit[(int)x / 64] |= UINT64_C(1) << ((int)x % 64);
  }
}

/* Up to two digits, without a branch; 0 where a cell is something else. */
static inline int read_narrow(const dsv_numbers *c, const char *bytes, const dsv_spans *spans,
                              int32_t n, double *x, uint64_t *present, int has_missing) {
  uint64_t word = 0;
  uint32_t strange = 0;
  for (int32_t i = 0; i < n; i++) {
    const uint32_t n_bytes = spans->n[i];
    const uint32_t shift = (16 - 8 * n_bytes) & 31;
    const uint32_t two = (uint32_t)dsv_word(bytes + spans->from[i]) ^ (uint32_t)ZEROS;
    const uint32_t digits = ((two & 0xFFFF) << shift) & 0xFFFF; /* tens, units */
    const uint32_t value = (digits & 0xFF) * 10 + (digits >> 8);
    uint32_t is_there = n_bytes != 0;
    strange |= (((digits + 0x7676) | digits) & 0x8080) | (uint32_t)(n_bytes > 2);
    if (has_missing) is_there &= ~(uint32_t)(c->two_digit[(value >> 6) & 1] >> (value & 63));
    x[i] = (double)(int32_t)(value & (0 - is_there));
    word |= (uint64_t)is_there << i;
  }
  *present = word;
  return strange == 0;
}

/* The value of eight digits, the first one in the lowest byte. */
static inline uint64_t value_of(uint64_t digits) {
  digits = digits * 10 + (digits >> 8);
  return (((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
          (((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
         32;
}

/* 1 to 8 digits that fill [p, p + n). */
static inline int read_eight(const char *p, uint32_t n, uint64_t *out) {
  const uint64_t digits = (dsv_word(p) ^ ZEROS) << (64 - 8 * n);
  *out = value_of(digits);
  return (((digits + ABOVE_NINE) | digits) & HIGH) == 0;
}

static const uint64_t integer_power[17] = {UINT64_C(1),
                                           UINT64_C(10),
                                           UINT64_C(100),
                                           UINT64_C(1000),
                                           UINT64_C(10000),
                                           UINT64_C(100000),
                                           UINT64_C(1000000),
                                           UINT64_C(10000000),
                                           UINT64_C(100000000),
                                           UINT64_C(1000000000),
                                           UINT64_C(10000000000),
                                           UINT64_C(100000000000),
                                           UINT64_C(1000000000000),
                                           UINT64_C(10000000000000),
                                           UINT64_C(100000000000000),
                                           UINT64_C(1000000000000000),
                                           UINT64_C(10000000000000000)};

/* 1 to 16 digits. */
static inline int read_digits(const char *p, uint32_t n, uint64_t *out) {
  uint64_t rest;
  if (n <= 8) return read_eight(p, n, out);
  if (!read_eight(p, 8, out) || !read_eight(p + 8, n - 8, &rest)) return 0;
  *out = *out * integer_power[n - 8] + rest;
  return 1;
}

/* Where the mark stands in the first 16 bytes, or 16. */
static inline uint32_t place_of(const char *p, char mark) {
  const uint64_t marks = UINT64_C(0x0101010101010101) * (unsigned char)mark;
  for (uint32_t i = 0; i < 16; i += 8) {
    const uint64_t x = dsv_word(p + i) ^ marks;
    /* The lowest of the bits is right, whatever the ones above it are. */
    const uint64_t found = (x - UINT64_C(0x0101010101010101)) & ~x & HIGH;
    if (found != 0) return i + (uint32_t)__builtin_ctzll(found) / 8;
  }
  return 16;
}

/* [-] digits [mark digits], of 16 digits at most. */
static inline int read_decimal(const dsv_numbers *c, const char *p, uint32_t n, double *out) {
  static const double power[17] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                   1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};
  const int is_negative = *p == '-';
  uint64_t mantissa, fraction;
  uint32_t n_fraction = 0;
  p += is_negative;
  n -= (uint32_t)is_negative;
  if (n == 0 || n > 17) return 0;
  const uint32_t n_whole = place_of(p, c->mark);
  if (n_whole >= n) {
    if (n > 16 || !read_digits(p, n, &mantissa)) return 0;
  } else {
    n_fraction = n - n_whole - 1;
    if (c->only_integers || n_whole == 0 || n_fraction == 0) return 0;
    if (!read_digits(p, n_whole, &mantissa)) return 0;
    if (!read_digits(p + n_whole + 1, n_fraction, &fraction)) return 0;
    mantissa = mantissa * integer_power[n_fraction] + fraction;
  }
  if (mantissa > UINT64_C(1) << 53) return 0;
  const double x = (double)(int64_t)mantissa / power[n_fraction];
  *out = is_negative ? -x : x;
  return 1;
}

static uint64_t read_wide(const dsv_numbers *c, const char *bytes, const dsv_spans *spans,
                          int32_t n, double *x, uint64_t *present) {
  uint64_t word = 0, left = 0;
  for (int32_t i = 0; i < n; i++) {
    const uint32_t n_bytes = spans->n[i];
    const char *p = bytes + spans->from[i];
    uint64_t value;
    x[i] = 0;
    if (n_bytes == 0) continue;
    word |= UINT64_C(1) << i;
    if (n_bytes <= 8 && read_eight(p, n_bytes, &value)) {
      x[i] = (double)(int64_t)value;
    } else if (!read_decimal(c, p, n_bytes, &x[i])) {
      left |= UINT64_C(1) << i;
    }
  }
  for (uint32_t m = 0; m < c->n_missing; m++) {
    const double missing = c->missing[m];
    uint64_t equal = 0;
    for (int32_t i = 0; i < n; i++) equal |= (uint64_t)(x[i] == missing) << i;
    for (equal &= word & ~left; equal != 0; equal &= equal - 1) {
      const int i = __builtin_ctzll(equal);
      x[i] = 0;
      word &= ~(UINT64_C(1) << i);
    }
  }
  *present = word & ~left;
  return left;
}

uint64_t dsv_read_numbers(dsv_numbers *c, const char *bytes, const dsv_spans *spans, int32_t n,
                          double *x, uint64_t *present) {
  if (!c->wide) {
    if (c->n_missing == 0 ? read_narrow(c, bytes, spans, n, x, present, 0)
                          : read_narrow(c, bytes, spans, n, x, present, 1)) {
      return 0;
    }
    c->wide = 1;
  }
  return read_wide(c, bytes, spans, n, x, present);
}
