#include "base/text.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- numbers ------------------------------------------------------------------------------ */

/* Decimal digits that decide how a decimal rounds to a double: at most 768, and whether anything
 * but zeros follows. */
enum { DECIDING_DIGITS = 800 };

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static int is_blank(char c) {
  return c == ' ' || c == '\t';
}

/* digits[0 .. n) of a decimal number: its value is all n digits, read as an integer, times
 * 10^exponent. A point among the digits is skipped. strtod sees an integer with an exponent and
 * never a decimal mark, so that the locale does not matter. */
static double read_exactly(const char *digits, const char *end, int64_t exponent) {
  char text[DECIDING_DIGITS + 32];
  int kept = 0, sticky = 0;
  for (const char *p = digits; p < end; ++p) {
    if (*p == '.') continue;
    if (kept < DECIDING_DIGITS) {
      text[kept++] = *p;
    } else {
      ++exponent;
      sticky |= *p != '0';
    }
  }
  if (sticky) {
    text[kept++] = '1';
    --exponent;
  }
  (void)snprintf(text + kept, sizeof text - (size_t)kept, "e%lld", (long long)exponent);
  return strtod(text, NULL);
}

/* The value of mantissa * 10^exponent by one correctly rounded operation, where both are exact
 * doubles (Clinger); 0 if they are not. */
static int read_fast(uint64_t mantissa, int64_t exponent, double *out) {
  static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (mantissa > UINT64_C(1) << 53 || exponent < -22 || exponent > 22) return 0;
  *out = exponent < 0 ? (double)mantissa / power[-exponent] : (double)mantissa * power[exponent];
  return 1;
}

int32_t sp_parse_number(const char *text, uint64_t n, double *out) {
  /* Far beyond every exponent that matters, and far from overflow. */
  const int64_t exponent_limit = INT64_C(1) << 40;
  const char *p = text, *end, *digits = NULL, *digits_end;
  uint64_t mantissa = 0;
  int64_t exponent = 0, significant = 0;
  int negative = 0, seen = 0, point = 0;
  double x;

  if (n == 0) return -1;
  end = text + n;
  while (p < end && is_blank(*p)) ++p;
  while (p < end && is_blank(end[-1])) --end;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  for (; p < end; ++p) {
    if (*p == '.' && !point) {
      point = 1;
      continue;
    }
    if (!is_digit(*p)) break;
    seen = 1;
    exponent -= point;
    if (significant == 0 && *p == '0') continue;
    if (significant == 0) digits = p;
    if (significant++ < 19) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
  }
  digits_end = p;
  if (!seen) return -1;
  if (p < end && (*p == 'e' || *p == 'E')) {
    int64_t given = 0;
    int below = 0;
    ++p;
    if (p < end && (*p == '+' || *p == '-')) below = *p++ == '-';
    if (p == end) return -1;
    for (; p < end && is_digit(*p); ++p) {
      if (given < exponent_limit) given = given * 10 + (*p - '0');
    }
    exponent += below ? -given : given;
  }
  if (p != end) return -1;

  if (significant == 0 || significant + exponent < -400) {
    x = 0;
  } else if (significant + exponent > 400) {
    return -1; /* no double is that large, and infinity is none of the user's numbers */
  } else if (significant > 19 || !read_fast(mantissa, exponent, &x)) {
    x = read_exactly(digits, digits_end, exponent);
    if (!isfinite(x)) return -1;
  }
  *out = negative ? -x : x;
  return 0;
}

int32_t sp_parse_integer(const char *text, uint64_t n, int64_t *out) {
  const char *p = text, *end;
  uint64_t value = 0, limit = INT64_MAX;
  int negative = 0;
  if (n == 0) return -1;
  end = text + n;
  while (p < end && is_blank(*p)) ++p;
  while (p < end && is_blank(end[-1])) --end;
  if (p < end && (*p == '+' || *p == '-')) negative = *p++ == '-';
  if (p == end) return -1;
  limit += (uint64_t)negative;
  for (; p < end; ++p) {
    uint64_t digit;
    if (!is_digit(*p)) return -1;
    digit = (uint64_t)(*p - '0');
    if (value > (limit - digit) / 10) return -1;
    value = value * 10 + digit;
  }
  *out = !negative ? (int64_t)value : value > INT64_MAX ? INT64_MIN : -(int64_t)value;
  return 0;
}

/* A positive decimal: digits d[0].d[1]d[2]... times 10^exponent. */
typedef struct decimal {
  char digit[20];
  int32_t n, exponent;
} decimal;

/* x to n significant digits. printf's decimal mark, whatever the locale makes it, is passed over.
 */
static void to_digits(double x, int32_t n, decimal *d) {
  char text[64];
  const char *p = text;
  (void)snprintf(text, sizeof text, "%.*e", (int)(n - 1), x);
  d->n = 0;
  for (; *p && *p != 'e'; ++p) {
    if (is_digit(*p) && d->n < n) d->digit[d->n++] = *p;
  }
  d->exponent = *p ? (int32_t)strtol(p + 1, NULL, 10) : 0;
}

static int reads_back(const decimal *d, double x) {
  const double y = read_exactly(d->digit, d->digit + d->n, (int64_t)d->exponent - (d->n - 1));
  return y >= x && y <= x;
}

/* Adds 1 to the last digit. */
static void increment(decimal *d) {
  int32_t i = d->n - 1;
  while (i >= 0 && d->digit[i] == '9') d->digit[i--] = '0';
  if (i >= 0) {
    ++d->digit[i];
  } else {
    d->digit[0] = '1'; /* 99.9 became 00.0 */
    ++d->exponent;
  }
}

/* The shortest decimal that reads back as x > 0. One of up to 15 digits is found by rounding to 15
 * and dropping zeros, save for subnormal numbers, which carry fewer. Doubles lie closer together
 * below a power of two than above it, so that there the decimal next above may do where the nearest
 * does not. */
static void to_shortest(double x, decimal *d) {
  int exponent;
  const int lopsided = frexp(x, &exponent) <= 0.5;
  for (int32_t n = x < DBL_MIN ? 1 : 15; n <= 17; ++n) {
    to_digits(x, n, d);
    if (reads_back(d, x)) break;
    if (!lopsided || n == 17) continue;
    increment(d);
    if (reads_back(d, x)) break;
  }
  while (d->n > 1 && d->digit[d->n - 1] == '0') --d->n;
}

int32_t sp_format_number(double x, char *out) {
  char *p = out;
  decimal d;
  out[0] = '\0';
  if (!isfinite(x)) return 0;
  if (fabs(x) < 1e15 && floor(x) >= x) {
    return (int32_t)snprintf(out, 32, "%lld", (long long)x); /* -0 becomes 0 */
  }
  to_shortest(fabs(x), &d);
  if (x < 0) *p++ = '-';
  if (d.exponent < -5 || d.exponent >= 16) {
    *p++ = d.digit[0];
    if (d.n > 1) {
      *p++ = '.';
      memcpy(p, d.digit + 1, (size_t)d.n - 1);
      p += d.n - 1;
    }
    return (int32_t)(p - out) + (int32_t)snprintf(p, 8, "e%d", (int)d.exponent);
  }
  for (int32_t place = d.exponent > 0 ? d.exponent : 0; place >= 0 || d.exponent - place < d.n;
       --place) {
    const int32_t i = d.exponent - place;
    if (place == -1) *p++ = '.';
    *p++ = i >= 0 && i < d.n ? d.digit[i] : '0';
  }
  *p = '\0';
  return (int32_t)(p - out);
}

int32_t sp_format_fixed(double x, int32_t decimals, const char *thousands, char *out) {
  /* number[0] takes a carry; number[whole] is the first digit after the mark. */
  char number[40], *p = out;
  decimal d = {{'0'}, 1, 0};
  size_t gap = strlen(thousands);
  int32_t whole, n, first, next, nonzero = 0;

  out[0] = '\0';
  if (!isfinite(x)) return 0;
  if (fabs(x) >= 1e18) return sp_format_number(x, out); /* nobody counts such digits */
  if (decimals < 0) decimals = 0;
  if (decimals > 12) decimals = 12;
  if (fabs(x) > 0) to_shortest(fabs(x), &d);

  whole = 2 + (d.exponent > 0 ? d.exponent : 0);
  n = whole + decimals;
  for (int32_t i = 0; i < n; ++i) {
    const int32_t from = d.exponent - (whole - 1 - i);
    number[i] = '0';
    if (from >= 0 && from < d.n) number[i] = d.digit[from];
  }
  next = d.exponent + decimals + 1; /* the first digit that is cut off */
  if (next >= 0 && next < d.n && d.digit[next] >= '5') {
    int32_t i = n - 1;
    while (number[i] == '9') number[i--] = '0';
    ++number[i];
  }
  for (int32_t i = 0; i < n; ++i) nonzero |= number[i] != '0';
  first = number[0] == '0';
  /* A separator that would not fit is left out. */
  if (gap > (64 - 2 - (size_t)(n - first) - 1) / 7) gap = 0;

  if (x < 0 && nonzero) *p++ = '-';
  for (int32_t i = first; i < n; ++i) {
    if (i == whole) *p++ = '.';
    *p++ = number[i];
    if (gap && i < whole - 1 && (whole - 1 - i) % 3 == 0) {
      memcpy(p, thousands, gap);
      p += gap;
    }
  }
  *p = '\0';
  return (int32_t)(p - out);
}

/* ---- UTF-8 -------------------------------------------------------------------------------- */

/* Bytes of the sequence at p, of which n are there, and its code point; 0 if it is invalid. */
static uint32_t decode(const unsigned char *p, uint64_t n, uint32_t *code) {
  uint32_t length, lowest;
  if (p[0] < 0x80) {
    *code = p[0];
    return 1;
  }
  if (p[0] >= 0xc2 && p[0] <= 0xdf) {
    length = 2;
    lowest = 0x80;
    *code = p[0] & 0x1fU;
  } else if (p[0] >= 0xe0 && p[0] <= 0xef) {
    length = 3;
    lowest = 0x800;
    *code = p[0] & 0x0fU;
  } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
    length = 4;
    lowest = 0x10000;
    *code = p[0] & 0x07U;
  } else {
    return 0;
  }
  if (n < length) return 0;
  for (uint32_t i = 1; i < length; ++i) {
    if ((p[i] & 0xc0U) != 0x80) return 0;
    *code = *code << 6 | (p[i] & 0x3fU);
  }
  if (*code < lowest || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff)) return 0;
  return length;
}

int64_t sp_utf8_invalid(const char *text, uint64_t n) {
  const unsigned char *p = (const unsigned char *)text;
  uint64_t i = 0;
  while (i < n) {
    uint64_t word;
    uint32_t code, length;
    if (n - i >= sizeof word) { /* most text is ASCII */
      memcpy(&word, p + i, sizeof word);
      if ((word & UINT64_C(0x8080808080808080)) == 0) {
        i += sizeof word;
        continue;
      }
    }
    length = decode(p + i, n - i, &code);
    if (length == 0) return (int64_t)i;
    i += length;
  }
  return -1;
}

/* Ranges of Unicode 14: combining marks, joiners and the inner letters of Hangul syllables take no
 * column; wide and full-width characters take two. */
typedef struct range {
  uint32_t first, last;
} range;

static const range zero_width[] = {
    {0x300, 0x36f},     {0x483, 0x489},     {0x591, 0x5bd},     {0x5bf, 0x5bf},
    {0x5c1, 0x5c2},     {0x5c4, 0x5c5},     {0x5c7, 0x5c7},     {0x610, 0x61a},
    {0x61c, 0x61c},     {0x64b, 0x65f},     {0x670, 0x670},     {0x6d6, 0x6dc},
    {0x6df, 0x6e4},     {0x6e7, 0x6e8},     {0x6ea, 0x6ed},     {0x711, 0x711},
    {0x730, 0x74a},     {0x7a6, 0x7b0},     {0x7eb, 0x7f3},     {0x7fd, 0x7fd},
    {0x816, 0x819},     {0x81b, 0x823},     {0x825, 0x827},     {0x829, 0x82d},
    {0x859, 0x85b},     {0x898, 0x89f},     {0x8ca, 0x8e1},     {0x8e3, 0x902},
    {0x93a, 0x93a},     {0x93c, 0x93c},     {0x941, 0x948},     {0x94d, 0x94d},
    {0x951, 0x957},     {0x962, 0x963},     {0x981, 0x981},     {0x9bc, 0x9bc},
    {0x9c1, 0x9c4},     {0x9cd, 0x9cd},     {0x9e2, 0x9e3},     {0x9fe, 0xa02},
    {0xa3c, 0xa3c},     {0xa41, 0xa51},     {0xa70, 0xa71},     {0xa75, 0xa75},
    {0xa81, 0xa82},     {0xabc, 0xabc},     {0xac1, 0xac8},     {0xacd, 0xacd},
    {0xae2, 0xae3},     {0xafa, 0xb01},     {0xb3c, 0xb3c},     {0xb3f, 0xb3f},
    {0xb41, 0xb44},     {0xb4d, 0xb56},     {0xb62, 0xb63},     {0xb82, 0xb82},
    {0xbc0, 0xbc0},     {0xbcd, 0xbcd},     {0xc00, 0xc00},     {0xc04, 0xc04},
    {0xc3c, 0xc3c},     {0xc3e, 0xc40},     {0xc46, 0xc56},     {0xc62, 0xc63},
    {0xc81, 0xc81},     {0xcbc, 0xcbc},     {0xcbf, 0xcbf},     {0xcc6, 0xcc6},
    {0xccc, 0xccd},     {0xce2, 0xce3},     {0xd00, 0xd01},     {0xd3b, 0xd3c},
    {0xd41, 0xd44},     {0xd4d, 0xd4d},     {0xd62, 0xd63},     {0xd81, 0xd81},
    {0xdca, 0xdca},     {0xdd2, 0xdd6},     {0xe31, 0xe31},     {0xe34, 0xe3a},
    {0xe47, 0xe4e},     {0xeb1, 0xeb1},     {0xeb4, 0xebc},     {0xec8, 0xecd},
    {0xf18, 0xf19},     {0xf35, 0xf35},     {0xf37, 0xf37},     {0xf39, 0xf39},
    {0xf71, 0xf7e},     {0xf80, 0xf84},     {0xf86, 0xf87},     {0xf8d, 0xfbc},
    {0xfc6, 0xfc6},     {0x102d, 0x1030},   {0x1032, 0x1037},   {0x1039, 0x103a},
    {0x103d, 0x103e},   {0x1058, 0x1059},   {0x105e, 0x1060},   {0x1071, 0x1074},
    {0x1082, 0x1082},   {0x1085, 0x1086},   {0x108d, 0x108d},   {0x109d, 0x109d},
    {0x1160, 0x11ff},   {0x135d, 0x135f},   {0x1712, 0x1714},   {0x1732, 0x1733},
    {0x1752, 0x1753},   {0x1772, 0x1773},   {0x17b4, 0x17b5},   {0x17b7, 0x17bd},
    {0x17c6, 0x17c6},   {0x17c9, 0x17d3},   {0x17dd, 0x17dd},   {0x180b, 0x180f},
    {0x1885, 0x1886},   {0x18a9, 0x18a9},   {0x1920, 0x1922},   {0x1927, 0x1928},
    {0x1932, 0x1932},   {0x1939, 0x193b},   {0x1a17, 0x1a18},   {0x1a1b, 0x1a1b},
    {0x1a56, 0x1a56},   {0x1a58, 0x1a60},   {0x1a62, 0x1a62},   {0x1a65, 0x1a6c},
    {0x1a73, 0x1a7f},   {0x1ab0, 0x1b03},   {0x1b34, 0x1b34},   {0x1b36, 0x1b3a},
    {0x1b3c, 0x1b3c},   {0x1b42, 0x1b42},   {0x1b6b, 0x1b73},   {0x1b80, 0x1b81},
    {0x1ba2, 0x1ba5},   {0x1ba8, 0x1ba9},   {0x1bab, 0x1bad},   {0x1be6, 0x1be6},
    {0x1be8, 0x1be9},   {0x1bed, 0x1bed},   {0x1bef, 0x1bf1},   {0x1c2c, 0x1c33},
    {0x1c36, 0x1c37},   {0x1cd0, 0x1cd2},   {0x1cd4, 0x1ce0},   {0x1ce2, 0x1ce8},
    {0x1ced, 0x1ced},   {0x1cf4, 0x1cf4},   {0x1cf8, 0x1cf9},   {0x1dc0, 0x1dff},
    {0x200b, 0x200f},   {0x202a, 0x202e},   {0x2060, 0x206f},   {0x20d0, 0x20f0},
    {0x2cef, 0x2cf1},   {0x2d7f, 0x2d7f},   {0x2de0, 0x2dff},   {0x302a, 0x302d},
    {0x3099, 0x309a},   {0xa66f, 0xa672},   {0xa674, 0xa67d},   {0xa69e, 0xa69f},
    {0xa6f0, 0xa6f1},   {0xa802, 0xa802},   {0xa806, 0xa806},   {0xa80b, 0xa80b},
    {0xa825, 0xa826},   {0xa82c, 0xa82c},   {0xa8c4, 0xa8c5},   {0xa8e0, 0xa8f1},
    {0xa8ff, 0xa8ff},   {0xa926, 0xa92d},   {0xa947, 0xa951},   {0xa980, 0xa982},
    {0xa9b3, 0xa9b3},   {0xa9b6, 0xa9b9},   {0xa9bc, 0xa9bd},   {0xa9e5, 0xa9e5},
    {0xaa29, 0xaa2e},   {0xaa31, 0xaa32},   {0xaa35, 0xaa36},   {0xaa43, 0xaa43},
    {0xaa4c, 0xaa4c},   {0xaa7c, 0xaa7c},   {0xaab0, 0xaab0},   {0xaab2, 0xaab4},
    {0xaab7, 0xaab8},   {0xaabe, 0xaabf},   {0xaac1, 0xaac1},   {0xaaec, 0xaaed},
    {0xaaf6, 0xaaf6},   {0xabe5, 0xabe5},   {0xabe8, 0xabe8},   {0xabed, 0xabed},
    {0xfb1e, 0xfb1e},   {0xfe00, 0xfe0f},   {0xfe20, 0xfe2f},   {0xfeff, 0xfeff},
    {0xfff9, 0xfffb},   {0x101fd, 0x101fd}, {0x102e0, 0x102e0}, {0x10376, 0x1037a},
    {0x10a01, 0x10a0f}, {0x10a38, 0x10a3f}, {0x10ae5, 0x10ae6}, {0x10d24, 0x10d27},
    {0x10eab, 0x10eac}, {0x10f46, 0x10f50}, {0x10f82, 0x10f85}, {0x11001, 0x11001},
    {0x11038, 0x11046}, {0x11070, 0x11070}, {0x11073, 0x11074}, {0x1107f, 0x11081},
    {0x110b3, 0x110b6}, {0x110b9, 0x110ba}, {0x110c2, 0x110c2}, {0x11100, 0x11102},
    {0x11127, 0x1112b}, {0x1112d, 0x11134}, {0x11173, 0x11173}, {0x11180, 0x11181},
    {0x111b6, 0x111be}, {0x111c9, 0x111cc}, {0x111cf, 0x111cf}, {0x1122f, 0x11231},
    {0x11234, 0x11234}, {0x11236, 0x11237}, {0x1123e, 0x1123e}, {0x112df, 0x112df},
    {0x112e3, 0x112ea}, {0x11300, 0x11301}, {0x1133b, 0x1133c}, {0x11340, 0x11340},
    {0x11366, 0x11374}, {0x11438, 0x1143f}, {0x11442, 0x11444}, {0x11446, 0x11446},
    {0x1145e, 0x1145e}, {0x114b3, 0x114b8}, {0x114ba, 0x114ba}, {0x114bf, 0x114c0},
    {0x114c2, 0x114c3}, {0x115b2, 0x115b5}, {0x115bc, 0x115bd}, {0x115bf, 0x115c0},
    {0x115dc, 0x115dd}, {0x11633, 0x1163a}, {0x1163d, 0x1163d}, {0x1163f, 0x11640},
    {0x116ab, 0x116ab}, {0x116ad, 0x116ad}, {0x116b0, 0x116b5}, {0x116b7, 0x116b7},
    {0x1171d, 0x1171f}, {0x11722, 0x11725}, {0x11727, 0x1172b}, {0x1182f, 0x11837},
    {0x11839, 0x1183a}, {0x1193b, 0x1193c}, {0x1193e, 0x1193e}, {0x11943, 0x11943},
    {0x119d4, 0x119db}, {0x119e0, 0x119e0}, {0x11a01, 0x11a0a}, {0x11a33, 0x11a38},
    {0x11a3b, 0x11a3e}, {0x11a47, 0x11a47}, {0x11a51, 0x11a56}, {0x11a59, 0x11a5b},
    {0x11a8a, 0x11a96}, {0x11a98, 0x11a99}, {0x11c30, 0x11c3d}, {0x11c3f, 0x11c3f},
    {0x11c92, 0x11ca7}, {0x11caa, 0x11cb0}, {0x11cb2, 0x11cb3}, {0x11cb5, 0x11cb6},
    {0x11d31, 0x11d45}, {0x11d47, 0x11d47}, {0x11d90, 0x11d91}, {0x11d95, 0x11d95},
    {0x11d97, 0x11d97}, {0x11ef3, 0x11ef4}, {0x13430, 0x13438}, {0x16af0, 0x16af4},
    {0x16b30, 0x16b36}, {0x16f4f, 0x16f4f}, {0x16f8f, 0x16f92}, {0x16fe4, 0x16fe4},
    {0x1bc9d, 0x1bc9e}, {0x1bca0, 0x1cf46}, {0x1d167, 0x1d169}, {0x1d173, 0x1d182},
    {0x1d185, 0x1d18b}, {0x1d1aa, 0x1d1ad}, {0x1d242, 0x1d244}, {0x1da00, 0x1da36},
    {0x1da3b, 0x1da6c}, {0x1da75, 0x1da75}, {0x1da84, 0x1da84}, {0x1da9b, 0x1daaf},
    {0x1e000, 0x1e02a}, {0x1e130, 0x1e136}, {0x1e2ae, 0x1e2ae}, {0x1e2ec, 0x1e2ef},
    {0x1e8d0, 0x1e8d6}, {0x1e944, 0x1e94a}, {0xe0001, 0xe01ef}};

static const range double_width[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
    {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
    {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
    {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
    {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
    {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
    {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0x3029},
    {0x302e, 0x303e},   {0x3041, 0x3096},   {0x309b, 0x3247},   {0x3250, 0x4dbf},
    {0x4e00, 0xa4c6},   {0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfad9},
    {0xfe10, 0xfe19},   {0xfe30, 0xfe6b},   {0xff01, 0xff60},   {0xffe0, 0xffe6},
    {0x16fe0, 0x16fe3}, {0x16ff0, 0x1b2fb}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f320}, {0x1f32d, 0x1f335},
    {0x1f337, 0x1f37c}, {0x1f37e, 0x1f393}, {0x1f3a0, 0x1f3ca}, {0x1f3cf, 0x1f3d3},
    {0x1f3e0, 0x1f3f0}, {0x1f3f4, 0x1f3f4}, {0x1f3f8, 0x1f43e}, {0x1f440, 0x1f440},
    {0x1f442, 0x1f4fc}, {0x1f4ff, 0x1f53d}, {0x1f54b, 0x1f54e}, {0x1f550, 0x1f567},
    {0x1f57a, 0x1f57a}, {0x1f595, 0x1f596}, {0x1f5a4, 0x1f5a4}, {0x1f5fb, 0x1f64f},
    {0x1f680, 0x1f6c5}, {0x1f6cc, 0x1f6cc}, {0x1f6d0, 0x1f6d2}, {0x1f6d5, 0x1f6df},
    {0x1f6eb, 0x1f6ec}, {0x1f6f4, 0x1f6fc}, {0x1f7e0, 0x1f7f0}, {0x1f90c, 0x1f93a},
    {0x1f93c, 0x1f945}, {0x1f947, 0x1f9ff}, {0x1fa70, 0x1faf6}, {0x20000, 0x3fffd}};

static int is_in(const range *ranges, size_t n, uint32_t code) {
  size_t low = 0;
  while (low < n) {
    const size_t middle = low + (n - low) / 2;
    if (code > ranges[middle].last) {
      low = middle + 1;
    } else if (code < ranges[middle].first) {
      n = middle;
    } else {
      return 1;
    }
  }
  return 0;
}

/* The next character of a text of n > 0 bytes; an invalid byte stands for itself, as U+FFFD. */
static uint32_t next_character(const char *text, uint64_t n, uint32_t *code) {
  const uint32_t length = decode((const unsigned char *)text, n, code);
  if (length) return length;
  *code = 0xfffd;
  return 1;
}

int32_t sp_utf8_width(const char *text) {
  const uint64_t n = strlen(text);
  int32_t width = 0;
  for (uint64_t i = 0; i < n;) {
    uint32_t code;
    i += next_character(text + i, n - i, &code);
    if (code < 0x300) {
      ++width;
    } else if (is_in(double_width, sizeof double_width / sizeof *double_width, code)) {
      width += 2;
    } else if (!is_in(zero_width, sizeof zero_width / sizeof *zero_width, code)) {
      ++width;
    }
  }
  return width;
}

int32_t sp_utf8_characters(const char *text, uint64_t n_bytes) {
  int32_t n = 0;
  for (uint64_t i = 0; i < n_bytes; ++n) {
    uint32_t code;
    i += next_character(text + i, n_bytes - i, &code);
  }
  return n;
}

/* ---- comparing ---------------------------------------------------------------------------- */

int sp_compare_natural(const char *a, const char *b) {
  const char *p = a, *q = b;
  int order;
  while (*p && *q) {
    if (is_digit(*p) && is_digit(*q)) {
      size_t n_p = 0, n_q = 0;
      while (*p == '0') ++p;
      while (*q == '0') ++q;
      while (is_digit(p[n_p])) ++n_p;
      while (is_digit(q[n_q])) ++n_q;
      if (n_p != n_q) return n_p < n_q ? -1 : 1;
      order = memcmp(p, q, n_p);
      if (order) return order < 0 ? -1 : 1;
      p += n_p;
      q += n_q;
    } else {
      if (*p != *q) return (unsigned char)*p < (unsigned char)*q ? -1 : 1;
      ++p;
      ++q;
    }
  }
  if (*p || *q) return *p ? 1 : -1;
  order = strcmp(a, b); /* "1" and "01" must differ, lest a sort leave their order to chance */
  return order < 0 ? -1 : order > 0;
}

/* Names longer than this are not suggested for. */
enum { NAME_CHARACTERS = 64 };

/* The characters of a name with ASCII letters in lower case; -1 if it is too long. */
static int32_t spell(const char *text, uint32_t out[NAME_CHARACTERS]) {
  const uint64_t n_bytes = strlen(text);
  int32_t n = 0;
  for (uint64_t i = 0; i < n_bytes; ++n) {
    uint32_t code;
    if (n == NAME_CHARACTERS) return -1;
    i += next_character(text + i, n_bytes - i, &code);
    out[n] = code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code;
  }
  return n;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn a into b. */
static int32_t distance(const uint32_t *a, int32_t n_a, const uint32_t *b, int32_t n_b) {
  int32_t row[3][NAME_CHARACTERS + 1];
  int32_t *before = row[0], *above = row[1], *here = row[2];
  for (int32_t j = 0; j <= n_b; ++j) here[j] = j;
  for (int32_t i = 1; i <= n_a; ++i) {
    int32_t *spare = before;
    before = above;
    above = here;
    here = spare;
    here[0] = i;
    for (int32_t j = 1; j <= n_b; ++j) {
      int32_t least = above[j - 1] + (a[i - 1] != b[j - 1]);
      if (above[j] + 1 < least) least = above[j] + 1;
      if (here[j - 1] + 1 < least) least = here[j - 1] + 1;
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          before[j - 2] + 1 < least) {
        least = before[j - 2] + 1;
      }
      here[j] = least;
    }
  }
  return here[n_b];
}

const char *sp_nearest(const char *text, const char *const *candidates, uint32_t n) {
  uint32_t wanted[NAME_CHARACTERS], offered[NAME_CHARACTERS];
  const int32_t n_wanted = spell(text, wanted);
  const char *best = NULL;
  int32_t best_distance = INT32_MAX;
  if (n_wanted < 0) return NULL;
  for (uint32_t i = 0; i < n; ++i) {
    const int32_t n_offered = spell(candidates[i], offered);
    int32_t d, limit;
    if (n_offered < 0) continue;
    /* A third of the longer one may be wrong; more would be a guess, not a suggestion. */
    limit = (n_wanted > n_offered ? n_wanted : n_offered) / 3;
    if (abs(n_wanted - n_offered) > limit) continue;
    d = distance(wanted, n_wanted, offered, n_offered);
    if (d > limit || d >= best_distance) continue;
    best = candidates[i];
    best_distance = d;
  }
  return best;
}

int sp_is_plugin_name(const char *name) {
  size_t n = 0;
  if (name[0] < 'a' || name[0] > 'z') return 0;
  while (name[n] && n <= 32) {
    const char c = name[n++];
    if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '_' && c != '-') return 0;
  }
  return n <= 32;
}
