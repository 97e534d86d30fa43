/* digits.c - doubles of everyday size to 15 to 17 digits, in exact integer arithmetic.
 *
 * x = m 2^e. With k such that x 10^k has 17 digits before the point, P = m 5^k is a whole number,
 * and x 10^k = P / 2^s, s = -(e + k). For 1e-11 <= x < 1e15 P has at most 116 bits and what stands
 * behind the point, P mod 2^s, at most 62: rounding and the question whether fewer digits read back
 * need no approximation, and nothing is left to doubt. What is smaller or larger goes to the C
 * library, which is right as well and some ten times slower. */
#include "base/digits.h"

#include "base/powers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 sp_u128;
__extension__ typedef __int128 sp_i128;

enum { LEAST_DIGITS = 15, MOST_DIGITS = 17, MOST_POWER = SP_MOST_POWER_OF_5, BUFFER = 32 };

#define TEN_16 UINT64_C(10000000000000000)

/* x 10^k: its whole part, of 17 digits, and what is behind the point, in units of 2^-s. */
typedef struct scaled {
  uint64_t whole, rest, power; /* power: 5^k */
  int32_t s, exponent;         /* exponent: of the first digit */
  int32_t is_power_of_2;
} scaled;

/* 0 where the arithmetic does not hold x > 0. */
static int scale(double x, scaled *out) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  const int32_t e = (int32_t)(bits >> 52) - 1075;
  const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1), m = fraction | UINT64_C(1) << 52;
  /* floor(log10 x), or one less: 1233 / 4096 is a little less than log10(2) */
  int32_t exponent = ((e + 52 + 4096) * 1233 >> 12) - 1233;
  for (int tries = 0; tries < 2; tries++, exponent++) {
    const int32_t k = MOST_DIGITS - 1 - exponent, s = -(e + k);
    if (k < 0 || k > MOST_POWER || s < 1 || s > 62) return 0;
    const sp_u128 p = (sp_u128)m * sp_power_of_5(k);
    const sp_u128 whole = p >> s;
    if (whole >= (sp_u128)TEN_16 * 10) continue;
    if (whole < TEN_16) return 0;
    out->whole = (uint64_t)whole;
    out->rest = (uint64_t)p & ((UINT64_C(1) << s) - 1);
    out->power = sp_power_of_5(k);
    out->s = s;
    out->exponent = exponent;
    out->is_power_of_2 = fraction == 0;
    return 1;
  }
  return 0;
}

/* Rounded to fewer digits, ties to even; `unit` is the place of the last one, 1, 10 or 100. */
static inline uint64_t rounded(const scaled *x, uint64_t unit) {
  const uint64_t head = x->whole / unit, rest = x->whole % unit;
  const uint64_t half = UINT64_C(1) << (x->s - 1);
  int up, tie;
  if (unit == 1) {
    up = x->rest > half;
    tie = x->rest == half;
  } else {
    up = rest > unit / 2 || (rest == unit / 2 && x->rest > 0);
    tie = rest == unit / 2 && x->rest == 0;
  }
  return head + (uint64_t)(up || (tie && (head & 1) != 0));
}

/* Whether `near`, in the place of x 10^k, lies within half the distance of the double from its
 * neighbours, 5^k / 2 in units of 2^-s; below a power of two the neighbour is twice as close. */
static int reads_back(const scaled *x, uint64_t near) {
  const int64_t apart = (int64_t)(near - x->whole);
  if (apart > 16 || apart < -16) return 0; /* half the distance is less than 12 */
  const sp_i128 off = (sp_i128)apart * ((sp_i128)1 << x->s) - (sp_i128)x->rest;
  const sp_i128 limit = (sp_i128)x->power;
  if (off >= 0) return 2 * off < limit;
  return (x->is_power_of_2 ? -4 : -2) * off < limit;
}

static void put_pair(char *out, uint32_t pair) {
  static const char pairs[] =
      "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
      "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
      "8081828384858687888990919293949596979899";
  memcpy(out, pairs + 2 * (size_t)pair, 2);
}

static void put_eight(char *out, uint32_t number) {
  const uint32_t high = number / 10000, low = number % 10000;
  put_pair(out, high / 100);
  put_pair(out + 2, high % 100);
  put_pair(out + 4, low / 100);
  put_pair(out + 6, low % 100);
}

/* n digits of a number that has no more, behind as many zeros as make them 17. */
static const char *put_digits(char out[MOST_DIGITS], uint64_t number, int32_t n) {
  const uint64_t high = number / 100000000;
  put_eight(out + 9, (uint32_t)(number % 100000000));
  put_eight(out + 1, (uint32_t)(high % 100000000));
  out[0] = (char)('0' + high / 100000000);
  return out + MOST_DIGITS - n;
}

/* As %g: without zeros at the end, with an exponent below 1e-4. */
static int32_t lay_out(char *out, uint64_t number, int32_t n, int32_t exponent) {
  char all[MOST_DIGITS];
  char *p = out;
  const char *digit = put_digits(all, number, n);
  while (n > 1 && digit[n - 1] == '0') n--;
  if (exponent < -4) {
    *p++ = digit[0];
    if (n > 1) *p++ = '.';
    memcpy(p, digit + 1, (size_t)n - 1);
    p += n - 1;
    *p++ = 'e';
    *p++ = '-';
    put_pair(p, (uint32_t)-exponent);
    p += 2;
  } else if (exponent < 0) {
    memcpy(p, "0.0000", 6);
    p += 1 - exponent;
    memcpy(p, digit, (size_t)n);
    p += n;
  } else {
    const int32_t n_whole = exponent + 1;
    const int32_t n_given = n < n_whole ? n : n_whole;
    memcpy(p, digit, (size_t)n_given);
    memset(p + n_given, '0', (size_t)(n_whole - n_given));
    p += n_whole;
    if (n > n_whole) {
      *p++ = '.';
      memcpy(p, digit + n_whole, (size_t)(n - n_whole));
      p += n - n_whole;
    }
  }
  *p = '\0';
  return (int32_t)(p - out);
}

static int32_t by_library(double x, char *out) {
  int n = 0;
  for (int digits = LEAST_DIGITS; digits <= MOST_DIGITS; digits++) {
    n = snprintf(out, BUFFER, "%.*g", digits, x);
    if (strtod(out, NULL) == x) break; /* exact: it must read back */
  }
  return n;
}

/* Whole numbers, up to those that %.15g gives an exponent. */
static int32_t put_whole(double x, char *out) {
  uint64_t number = (uint64_t)x;
  char digit[MOST_DIGITS];
  int32_t n = 0;
  for (; number > 0 || n == 0; number /= 10) digit[n++] = (char)('0' + number % 10);
  for (int32_t i = 0; i < n; i++) out[i] = digit[n - 1 - i];
  out[n] = '\0';
  return n;
}

static int32_t put_positive(double x, char *out) {
  scaled s;
  if (x < 1e15 && (double)(uint64_t)x == x) return put_whole(x, out);
  if (!(x >= 1e-11 && x < 1e15) || !scale(x, &s)) return by_library(x, out);
  /* By constants: the compiler divides by these with a multiplication. */
  uint64_t ceiling = TEN_16 / 10, number = rounded(&s, 100);
  int32_t digits = LEAST_DIGITS;
  if (!reads_back(&s, number * 100)) {
    number = rounded(&s, 10);
    ceiling = TEN_16;
    digits++;
    if (!reads_back(&s, number * 10)) {
      number = rounded(&s, 1);
      ceiling = TEN_16 * 10;
      digits++;
    }
  }
  if (number == ceiling) { /* 99.9 became 100 */
    number /= 10;
    s.exponent++;
  }
  return lay_out(out, number, digits, s.exponent);
}

int32_t sp_format_double(double x, char *out) {
  out[0] = '\0';
  if (!isfinite(x)) return 0;
  if (!signbit(x)) return put_positive(x, out);
  out[0] = '-';
  return 1 + put_positive(-x, out + 1);
}
