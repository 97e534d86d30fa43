/* base_number_test.c - numbers of every size are written shortest and read back as they were. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Shares, decimals, powers of two and their neighbours, quotients, any bits at all. */
static double any_number(uint64_t *state, int kind) {
  const uint64_t r = next_random(state);
  double x = 0;
  switch (kind) {
    case 0:
      return (double)(r >> 11) / 9007199254740992.0;
    case 1:
      return (double)(r % 100000000) / 1e4;
    case 2:
      x = ldexp(1, (int)(r % 90) - 40);
      return r & 512 ? x : r & 256 ? nextafter(x, 0) : nextafter(x, HUGE_VAL);
    case 3:
      return (double)(r >> 12) / (double)(1 + next_random(state) % 1000);
    case 4:
      return ldexp((double)(r >> 14), -20 - (int)(r % 8));
    default:
      memcpy(&x, &r, sizeof x);
      return fabs(x);
  }
}

/* The digits of a decimal without its sign, point, exponent and outer zeros. */
static int digits_of(const char *text, char *out) {
  int n = 0;
  for (; *text != '\0' && *text != 'e'; text++) {
    if (*text >= '1' || (*text == '0' && n > 0)) out[n++] = *text;
  }
  while (n > 1 && out[n - 1] == '0') n--;
  out[n] = '\0';
  return n;
}

/* x to n digits by the C library; whether it reads back. */
static int library(double x, int n, char *digits) {
  char text[40];
  snprintf(text, sizeof text, "%.*e", n - 1, x);
  digits_of(text, digits);
  return strtod(text, NULL) == x;
}

Test(base_number, is_written_shortest_and_reads_back) {
  uint64_t state = 88172645463325252U;
  for (int i = 0; i < 120000; i++) {
    const double x = any_number(&state, i % 6);
    char text[40], ours[40], theirs[40];
    double back = -1;
    if (!isfinite(x) || x == 0) continue;
    const int32_t length = sp_format_number(x, text);
    cr_assert(length == (int32_t)strlen(text) && length < 32);
    cr_assert(strtod(text, NULL) == x, "%a: %s", x, text);
    cr_assert(sp_parse_number(text, strlen(text), &back) == 0 && back == x, "%a: %s", x, text);
    const int n = digits_of(text, ours);
    cr_assert(n == 1 || !library(x, n - 1, theirs), "%a: %s is not shortest", x, text);
    /* The nearest of that length; just below a power of two another may be the only one. */
    if (library(x, n, theirs)) cr_assert_str_eq(ours, theirs);
  }
}

Test(base_number, reads_decimals_as_the_library_does) {
  static const char signs[] = "0123456789.0123456789012345-+e 9";
  uint64_t state = 362436069;
  for (int i = 0; i < 200000; i++) {
    char text[24];
    const int n = 1 + (int)(next_random(&state) % 19);
    int points = 0, digits = 0, others = 0;
    for (int k = 0; k < n; k++) {
      text[k] = signs[next_random(&state) % (i % 2 == 0 ? 11 : 32)];
      points += text[k] == '.';
      digits += text[k] >= '0' && text[k] <= '9';
      others += text[k] != '.' && (text[k] < '0' || text[k] > '9');
    }
    text[n] = '\0';
    double x = -1;
    const int32_t status = sp_parse_number(text, (uint64_t)n, &x);
    if (others == 0) cr_assert(status == (points <= 1 && digits > 0 ? 0 : -1), "'%s'", text);
    if (status != 0) continue;
    char *end;
    const double y = strtod(text, &end);
    while (*end == ' ') end++;
    cr_assert(*end == '\0' && memcmp(&x, &y, sizeof x) == 0, "'%s': %.17g", text, x);
  }
}
