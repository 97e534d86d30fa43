/* number.c - reading and writing decimal numbers, independent of the locale. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/powers.h"
#include "base/text.h"

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

/* What most numbers are: a sign, up to 15 digits and a point. Their integer and the power of ten
 * are exact, so that one division rounds rightly. 0 if it is another number, or none. */
static int read_plain(const char *text, uint64_t n, double *out) {
  static const double power[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const char *end = text + n, *point = NULL;
  const int negative = *text == '-';
  uint64_t integer = 0;
  text += negative;
  if (n > 16 || text == end) return 0;
  const char *first = text;
  for (; text < end; text++) {
    const unsigned digit = (unsigned char)*text - (unsigned)'0';
    if (digit <= 9) {
      integer = integer * 10 + digit;
    } else if (*text == '.' && point == NULL) {
      point = text;
    } else {
      return 0;
    }
  }
  const int64_t n_digits = end - first - (point != NULL);
  if (n_digits == 0 || n_digits > 15) return 0;
  double x = (double)integer;
  if (point != NULL) x /= power[end - point - 1];
  *out = negative ? -x : x;
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
  if (read_plain(text, n, out)) return 0;
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

#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

/* x as scaled / 2^shift = x * 10^places, exactly, with 17 digits before the point. */
typedef struct exact {
  wide scaled;
  uint64_t power; /* 5^places: what x is multiplied by, the twos being in the shift */
  uint64_t mantissa;
  int32_t shift, places;
} exact;

/* 0 where it does not fit: numbers below some 1e-10 and above 1e16. */
static int scale_exactly(double x, exact *e) {
  uint64_t bits;
  if (!(x >= 1e-10 && x < 1e16)) return 0;
  memcpy(&bits, &x, sizeof bits);
  const int32_t exponent = (int32_t)(bits >> 52) - 1075; /* x = mantissa * 2^exponent */
  e->mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
  /* The digits before the point less one, or one less: log10(2) times the bits. */
  const int32_t magnitude = ((exponent + 52) * 78913) >> 18;
  for (e->places = 16 - magnitude; e->places >= 16 - magnitude - 1; e->places--) {
    if (e->places < 0 || e->places > SP_MOST_POWER_OF_5) return 0;
    e->power = sp_power_of_5(e->places);
    e->scaled = (wide)e->mantissa * e->power;
    e->shift = -(exponent + e->places);
    if (e->shift < 1 || e->shift > 100) return 0;
    const wide whole = e->scaled >> e->shift;
    if (whole < UINT64_C(10000000000000000)) return 0;
    if (whole < UINT64_C(100000000000000000)) return 1;
  }
  return 0;
}

/* Whether value / 10^places reads back as x: it lies no further than half the distance to the next
 * double, where a tie goes to an even mantissa. */
static int rounds_to(const exact *e, uint64_t value, int lopsided) {
  const wide at = (wide)value << e->shift;
  const int below = at < e->scaled;
  wide gap = (below ? e->scaled - at : at - e->scaled) * 2;
  if (below && lopsided) gap *= 2;
  return gap < e->power || (gap == e->power && e->mantissa % 2 == 0);
}

/* The same as to_shortest() by whole numbers alone; 0 for x that it leaves. */
static int to_shortest_exactly(double x, decimal *d) {
  static const uint64_t unit[] = {100, 10, 1};
  exact e;
  if (!scale_exactly(x, &e)) return 0;
  const int lopsided = e.mantissa == UINT64_C(1) << 52;
  const uint64_t whole = (uint64_t)(e.scaled >> e.shift);
  const wide rest = e.scaled - ((wide)whole << e.shift), half = (wide)1 << (e.shift - 1);
  uint64_t value = 0;
  for (int32_t n = 15; n <= 17; n++) {
    const uint64_t u = unit[n - 15], over = whole % u;
    /* Half to even, as printf rounds. */
    int up;
    value = whole / u;
    if (u == 1) {
      up = rest > half || (rest == half && value % 2 != 0);
    } else {
      up = over > u / 2 || (over == u / 2 && (rest > 0 || value % 2 != 0));
    }
    value = (value + (uint64_t)up) * u;
    if (rounds_to(&e, value, lopsided)) break;
    if (!lopsided || n == 17) continue;
    value += u;
    if (rounds_to(&e, value, lopsided)) break;
  }
  d->exponent = 16 - e.places;
  if (value == UINT64_C(100000000000000000)) { /* 99.9 became 100.0 */
    value /= 10;
    d->exponent++;
  }
  d->n = 17;
  uint32_t low = (uint32_t)(value % 100000000);
  const uint64_t high = value / 100000000;
  for (int32_t i = 16; i > 8; i--, low /= 10) d->digit[i] = (char)('0' + low % 10);
  d->digit[0] = (char)('0' + high / 100000000);
  low = (uint32_t)(high % 100000000);
  for (int32_t i = 8; i > 0; i--, low /= 10) d->digit[i] = (char)('0' + low % 10);
  return 1;
}

#else

static int to_shortest_exactly(double x, decimal *d) {
  (void)x;
  (void)d;
  return 0;
}

#endif

/* The shortest decimal that reads back as x > 0. One of up to 15 digits is found by rounding to 15
 * and dropping zeros, save for subnormal numbers, which carry fewer. Doubles lie closer together
 * below a power of two than above it, so that there the decimal next above may do where the nearest
 * does not. */
static void to_shortest(double x, decimal *d) {
  int exponent;
  const int done = to_shortest_exactly(x, d);
  const int lopsided = !done && frexp(x, &exponent) <= 0.5;
  for (int32_t n = x < DBL_MIN ? 1 : 15; n <= 17 && !done; ++n) {
    to_digits(x, n, d);
    if (reads_back(d, x)) break;
    if (!lopsided || n == 17) continue;
    increment(d);
    if (reads_back(d, x)) break;
  }
  while (d->n > 1 && d->digit[d->n - 1] == '0') --d->n;
}

static int32_t put_integer(int64_t x, char *out) {
  char reversed[24], *p = out;
  int32_t n = 0;
  uint64_t size = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
  do {
    reversed[n++] = (char)('0' + size % 10);
    size /= 10;
  } while (size > 0);
  if (x < 0) *p++ = '-';
  while (n > 0) *p++ = reversed[--n];
  *p = '\0';
  return (int32_t)(p - out);
}

int32_t sp_format_number(double x, char *out) {
  char *p = out;
  decimal d;
  out[0] = '\0';
  if (!isfinite(x)) return 0;
  if (fabs(x) < 1e15 && floor(x) >= x) {
    return put_integer((int64_t)x, out); /* -0 becomes 0 */
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
