/* numbers.c - plain decimal numbers, read eight digits at a time. They have the bits that the
 * host's parse_number() gives: an integer of at most 2^53 over an exact power of ten is rounded
 * once, by the division. Everything else (exponents, plus signs, blanks, more digits) is left. */
#include <math.h>

#include "columns.h"
#include "word.h"

void dsv_numbers_open(dsv_numbers *c, const dsv_fills *f, uint32_t i_fill) {
  const sampan_fill *fill = &f->sink->fills[i_fill];
  *c = (dsv_numbers){.missing = f->missing_number[i_fill],
                     .n_missing = fill->n_missing,
                     .as_written = (fill->flags & SAMPAN_FILL_AS_WRITTEN) != 0};
  c->mark = f->dialect->decimal_comma ? ',' : '.';
  /* A missing text with a decimal comma is compared as text, and only dsv_cell() sees texts. */
  c->only_integers = f->dialect->decimal_comma && fill->n_missing > 0;
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
  if (n <= 8) return dsv_eight(dsv_word(p), n, out);
  if (!dsv_eight(dsv_word(p), 8, out) || !dsv_eight(dsv_word(p + 8), n - 8, &rest)) return 0;
  *out = *out * integer_power[n - 8] + rest;
  return 1;
}

/* Where the mark stands in the first 16 bytes, or 16. */
static inline uint32_t place_of(const char *p, char mark) {
  const uint64_t marks = UINT64_C(0x0101010101010101) * (unsigned char)mark;
  for (uint32_t i = 0; i < 16; i += 8) {
    const uint64_t x = dsv_word(p + i) ^ marks;
    /* The lowest of the bits is right, whatever the ones above it are. */
    const uint64_t found = (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
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

int dsv_as_written(const char *text, uint64_t n, double *out) {
  const int is_negative = n > 0 && *text == '-';
  uint64_t value;
  text += is_negative;
  n -= (uint64_t)is_negative;
  if (n == 0 || n > 15 || (*text == '0' && (n > 1 || is_negative))) return 0;
  if (!read_digits(text, (uint32_t)n, &value)) return 0;
  *out = (double)(int64_t)value;
  if (is_negative) *out = -*out;
  return 1;
}

uint64_t dsv_read_numbers(dsv_numbers *c, const dsv_digits *digits, const char *bytes,
                          const dsv_spans *spans, double *x, uint64_t *present) {
  uint64_t word = 0, left = 0, rest = 0;
  if (c->mostly_long) {
    memset(x, 0, DSV_GROUP * sizeof *x);
    for (int i = 0; i < DSV_GROUP; i++) rest |= (uint64_t)(spans->n[i] != 0) << i;
  } else {
    word = digits->read(spans, x, &rest);
    if (c->as_written) word &= ~digits->padded(spans);
    rest &= ~word;
    if ((rest & (rest - 1)) != 0) c->mostly_long = __builtin_popcountll(rest) > DSV_GROUP / 2;
  }
  for (; rest != 0; rest &= rest - 1) {
    const int i = __builtin_ctzll(rest);
    const uint64_t bit = rest & (0 - rest);
    const char *text = bytes + spans->from[i];
    if (c->as_written ? dsv_as_written(text, spans->n[i], &x[i])
                      : read_decimal(c, text, spans->n[i], &x[i])) {
      word |= bit;
    } else {
      left |= bit;
    }
  }
  for (uint32_t m = 0; m < c->n_missing; m++) {
    uint64_t equal = word & digits->equal(x, c->missing[m]);
    word &= ~equal;
    for (; equal != 0; equal &= equal - 1) x[__builtin_ctzll(equal)] = 0;
  }
  *present = word;
  return left;
}
