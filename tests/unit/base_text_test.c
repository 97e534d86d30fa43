/* Numbers and texts: reading, writing, ordering, suggesting. */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int32_t parse(const char *text, double *out) {
  return sp_parse_number(text, strlen(text), out);
}

static void expect_number(const char *text, double want) {
  double got = -12345;
  cr_expect_eq(parse(text, &got), 0, "'%s' is a number", text);
  cr_expect(memcmp(&got, &want, sizeof got) == 0, "'%s' gives %.17g, not %.17g", text, got, want);
}

static void expect_none(const char *text) {
  double got = 7;
  cr_expect_eq(parse(text, &got), -1, "'%s' is no number, but gave %g", text, got);
  cr_expect(got >= 7 && got <= 7, "'%s' left the result alone", text);
}

Test(base_text, parse_plain) {
  expect_number("0", 0.0);
  expect_number("-0", -0.0);
  expect_number("1", 1.0);
  expect_number("+1.5", 1.5);
  expect_number("-2.675", -2.675);
  expect_number(".5", 0.5);
  expect_number("5.", 5.0);
  expect_number("007.250", 7.25);
  expect_number("  \t12 \t", 12.0);
  expect_number("1e3", 1000.0);
  expect_number("1E+03", 1000.0);
  expect_number("1.e-2", 0.01);
  expect_number("123456789012345678", 123456789012345678.0);
}

Test(base_text, parse_refuses) {
  static const char *const none[] = {"",
                                     " ",
                                     ".",
                                     "+",
                                     "-",
                                     "e5",
                                     "1e",
                                     "1e+",
                                     "1 2",
                                     "1,5",
                                     "--1",
                                     "1..2",
                                     "1.2.3",
                                     "0x10",
                                     "inf",
                                     "-inf",
                                     "nan",
                                     "INFINITY",
                                     "1f",
                                     "1e5.",
                                     "1_000",
                                     "NA",
                                     "1\n",
                                     "\xc2\xa0"
                                     "1",
                                     "1e309",
                                     "-1e400",
                                     "1e99999999999999999999"};
  for (size_t i = 0; i < sizeof none / sizeof *none; ++i) expect_none(none[i]);
  double x;
  cr_expect_eq(sp_parse_number("1\0002", 3, &x), -1, "a NUL inside");
  cr_expect_eq(sp_parse_number("123", 2, &x), 0);
  cr_expect_float_eq(x, 12, 0, "only n bytes are read");
}

Test(base_text, parse_extremes) {
  expect_number("1e-400", 0.0);
  expect_number("-1e-99999999999999999999", -0.0);
  expect_number("0e99999999999999999999", 0.0);
  expect_number("1.7976931348623157e308", DBL_MAX);
  expect_none("1.7976931348623159e308");
  expect_number("4.9406564584124654e-324", 4.9406564584124654e-324);
  expect_number("2.4703282292062327e-324", 0.0);
  expect_number("2.4703282292062329e-324", 4.9406564584124654e-324);
  expect_number("2.2250738585072011e-308", 2.2250738585072011e-308);
  /* Long zeros on either side of the point. */
  char text[2100];
  memset(text, '0', sizeof text);
  memcpy(text + 1000, "1e-1000", 8);
  expect_number(text, 0.0);
  memset(text, '0', sizeof text);
  text[0] = '1';
  memcpy(text + 1001, "e-1000", 7);
  expect_number(text, 1.0);
  memset(text, '0', sizeof text);
  text[0] = '.';
  memcpy(text + 1001, "125e1000", 9);
  expect_number(text, 0.125);
}

Test(base_text, parse_rounds_halves_by_every_digit) {
  expect_number("9007199254740993", 9007199254740992.0);
  expect_number("9007199254740993.0000000000000000000", 9007199254740992.0);
  expect_number("9007199254740993.0000000000000000001", 9007199254740994.0);
  /* The digit that decides lies beyond any fixed number of them. */
  char text[2000];
  memset(text, '0', sizeof text);
  memcpy(text, "9007199254740993.", 17);
  text[1990] = '\0';
  expect_number(text, 9007199254740992.0);
  text[1989] = '1';
  expect_number(text, 9007199254740994.0);
}

Test(base_text, parse_agrees_with_strtod) {
  uint64_t state = 1;
  for (int i = 0; i < 200000; ++i) {
    char text[64];
    double x, got;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    memcpy(&x, &state, sizeof x);
    if (!isfinite(x)) continue;
    snprintf(text, sizeof text, "%.*g", 1 + (int)(state >> 20 & 31) % 22, x);
    const double want = strtod(text, NULL);
    if (!isfinite(want)) continue;
    cr_assert_eq(parse(text, &got), 0, "%s", text);
    cr_assert(memcmp(&got, &want, sizeof got) == 0, "%s", text);
  }
}

Test(base_text, locale_does_not_matter) {
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
  char out[64];
  int set = 0;
  for (size_t i = 0; !set && i < sizeof names / sizeof *names; ++i) {
    set = setlocale(LC_ALL, names[i]) != NULL;
  }
  if (!set) cr_skip_test("no locale with a decimal comma here");
  expect_number("1234567890123456.789", 1234567890123456.789);
  expect_number("1.1e-30", 1.1e-30);
  expect_none("1,5");
  sp_format_number(0.1, out);
  cr_expect_str_eq(out, "0.1");
  sp_format_fixed(1234.5, 2, "", out);
  cr_expect_str_eq(out, "1234.50");
}

Test(base_text, parse_integer) {
  static const struct {
    const char *text;
    int32_t status;
    int64_t want;
  } cases[] = {{"0", 0, 0},
               {"-0", 0, 0},
               {" +42 ", 0, 42},
               {"9223372036854775807", 0, INT64_MAX},
               {"-9223372036854775808", 0, INT64_MIN},
               {"9223372036854775808", -1, 0},
               {"-9223372036854775809", -1, 0},
               {"99999999999999999999", -1, 0},
               {"00000000000000000000000000012", 0, 12},
               {"1.0", -1, 0},
               {"1e3", -1, 0},
               {"-", -1, 0},
               {"", -1, 0},
               {" ", -1, 0},
               {"1 2", -1, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    int64_t got = 0;
    cr_expect_eq(sp_parse_integer(cases[i].text, strlen(cases[i].text), &got), cases[i].status,
                 "'%s'", cases[i].text);
    cr_expect_eq(got, cases[i].want, "'%s'", cases[i].text);
  }
}

static void expect_shown(double x, const char *want) {
  char out[32];
  const int32_t n = sp_format_number(x, out);
  cr_expect_str_eq(out, want);
  cr_expect_eq(n, (int32_t)strlen(want), "the length of %s", want);
}

Test(base_text, format_number) {
  expect_shown(0, "0");
  expect_shown(-0.0, "0");
  expect_shown(1, "1");
  expect_shown(-1.5, "-1.5");
  expect_shown(0.1, "0.1");
  expect_shown(0.1 + 0.2, "0.30000000000000004");
  expect_shown(1.0 / 3, "0.3333333333333333");
  expect_shown(100, "100");
  expect_shown(123456789012, "123456789012");
  expect_shown(1e15, "1000000000000000");
  expect_shown(9007199254740993e0, "9007199254740992");
  expect_shown(1e16, "1e16");
  expect_shown(123456.789e10, "1234567890000000");
  expect_shown(1e22, "1e22");
  expect_shown(1e-4, "0.0001");
  expect_shown(1e-5, "0.00001");
  expect_shown(1.25e-5, "0.0000125");
  expect_shown(9.99e-6, "9.99e-6");
  expect_shown(1e-300, "1e-300");
  expect_shown(-1.5e300, "-1.5e300");
  expect_shown(DBL_MAX, "1.7976931348623157e308");
  expect_shown(DBL_MIN, "2.2250738585072014e-308");
  expect_shown(4.9406564584124654e-324, "5e-324");
  expect_shown(5.684341886080802e-14, "5.684341886080802e-14");
  expect_shown(HUGE_VAL, "");
  expect_shown(-HUGE_VAL, "");
  expect_shown(NAN, "");
}

Test(base_text, format_number_reads_back) {
  uint64_t state = 99;
  for (int i = 0; i < 100000; ++i) {
    char out[32];
    double x, back;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    memcpy(&x, &state, sizeof x);
    if (i % 2) x = ldexp((double)(state >> 11), -(int)(state % 80));
    if (!isfinite(x)) continue;
    const int32_t n = sp_format_number(x, out);
    cr_assert_eq(n, (int32_t)strlen(out));
    cr_assert_lt(n, 32);
    cr_assert_eq(sp_parse_number(out, (uint64_t)n, &back), 0, "%s", out);
    cr_assert(back >= x && back <= x, "%s", out);
  }
}

static void expect_fixed(double x, int32_t decimals, const char *thousands, const char *want) {
  char out[64];
  const int32_t n = sp_format_fixed(x, decimals, thousands, out);
  cr_expect_str_eq(out, want);
  cr_expect_eq(n, (int32_t)strlen(want), "the length of %s", want);
}

Test(base_text, format_fixed_rounds_what_is_seen) {
  expect_fixed(0.125, 2, "", "0.13");
  expect_fixed(-0.125, 2, "", "-0.13");
  expect_fixed(2.675, 2, "", "2.68");
  expect_fixed(1.005, 2, "", "1.01");
  expect_fixed(0.5, 0, "", "1");
  expect_fixed(1.5, 0, "", "2");
  expect_fixed(2.5, 0, "", "3");
  expect_fixed(0.49999999999999994, 0, "", "0");
  expect_fixed(9.995, 2, "", "10.00");
  expect_fixed(99.95, 1, "", "100.0");
  expect_fixed(0.05, 1, "", "0.1");
  expect_fixed(0.04, 1, "", "0.0");
  expect_fixed(0.005, 1, "", "0.0");
  expect_fixed(1e-300, 12, "", "0.000000000000");
  expect_fixed(5e-13, 12, "", "0.000000000001");
}

Test(base_text, format_fixed_has_no_negative_zero) {
  expect_fixed(-0.0, 1, "", "0.0");
  expect_fixed(-0.04, 1, "", "0.0");
  expect_fixed(-0.4, 0, "", "0");
  expect_fixed(-0.05, 1, "", "-0.1");
}

Test(base_text, format_fixed_groups) {
  expect_fixed(0, 0, ",", "0");
  expect_fixed(999, 0, ",", "999");
  expect_fixed(999.95, 1, ",", "1,000.0");
  expect_fixed(1000, 0, ",", "1,000");
  expect_fixed(-1234567.891, 2, ",", "-1,234,567.89");
  expect_fixed(123456789012, 1, "\xe2\x80\xaf",
               "123\xe2\x80\xaf"
               "456\xe2\x80\xaf"
               "789\xe2\x80\xaf"
               "012.0");
  expect_fixed(999999999999999872.0, 12, "", "999999999999999900.000000000000");
  expect_fixed(1e300, 2, ",", "1e300");
  expect_fixed(NAN, 2, ",", "");
  expect_fixed(HUGE_VAL, 2, ",", "");
  /* Out of range decimals and separators never overrun the 64 bytes. */
  char out[64];
  cr_expect_lt(sp_format_fixed(-999999999999999872.0, 99, "<separator>", out), 64);
  cr_expect_lt(sp_format_fixed(-999999999999999872.0, 12, "abcd", out), 64);
  expect_fixed(1.5, -3, "", "2");
}

static int64_t invalid(const char *text) {
  return sp_utf8_invalid(text, strlen(text));
}

Test(base_text, utf8_validity) {
  cr_expect_eq(sp_utf8_invalid("", 0), -1);
  cr_expect_eq(invalid("plain ASCII, longer than a word"), -1);
  cr_expect_eq(sp_utf8_invalid("a\0b", 3), -1, "NUL is valid");
  cr_expect_eq(invalid("\xe5\xb9\xb4\xe9\xbe\x84 \xc3\xa9 \xf0\x9f\x98\x80"), -1);
  cr_expect_eq(invalid("\xf4\x8f\xbf\xbf"), -1, "U+10FFFF");
  cr_expect_eq(invalid("\xf4\x90\x80\x80"), 0, "beyond U+10FFFF");
  cr_expect_eq(invalid("abc\x80"), 3, "a lone continuation");
  cr_expect_eq(invalid("\xc0\x80"), 0, "an overlong NUL");
  cr_expect_eq(invalid("\xc1\xbf"), 0);
  cr_expect_eq(invalid("\xe0\x9f\xbf"), 0, "overlong in three bytes");
  cr_expect_eq(invalid("\xf0\x8f\xbf\xbf"), 0, "overlong in four bytes");
  cr_expect_eq(invalid("\xed\x9f\xbf"), -1, "U+D7FF");
  cr_expect_eq(invalid("\xed\xa0\x80"), 0, "a surrogate");
  cr_expect_eq(invalid("\xee\x80\x80"), -1, "U+E000");
  cr_expect_eq(invalid("12345678\xe5\xb9"), 8, "cut short");
  cr_expect_eq(invalid("1234567\xe5\xb9\xb4 89\xff"), 13);
  cr_expect_eq(invalid("\xf8\x88\x80\x80\x80"), 0);
  cr_expect_eq(sp_utf8_invalid("\xe5\xb9\xb4", 2), 0, "n ends inside a character");
}

Test(base_text, utf8_width) {
  cr_expect_eq(sp_utf8_width(""), 0);
  cr_expect_eq(sp_utf8_width("age"), 3);
  cr_expect_eq(sp_utf8_width("\xc3\xa9t\xc3\xa9"), 3);
  cr_expect_eq(sp_utf8_width("e\xcc\x81"), 1, "a combining accent");
  cr_expect_eq(sp_utf8_width("\xe5\xb9\xb4\xe9\xbe\x84"), 4, "two Han characters");
  cr_expect_eq(sp_utf8_width("\xef\xbc\x88"), 2, "a full-width bracket");
  cr_expect_eq(sp_utf8_width("\xe3\x80\x80"), 2, "an ideographic space");
  cr_expect_eq(sp_utf8_width("\xea\xb0\x80"), 2, "a Hangul syllable");
  cr_expect_eq(sp_utf8_width("\xe2\x80\x8b"), 0, "a zero-width space");
  cr_expect_eq(sp_utf8_width("\xe2\x80\x93"), 1, "a dash");
  cr_expect_eq(sp_utf8_width("\xf0\x9f\x98\x80"), 2);
  cr_expect_eq(sp_utf8_width("\xf0\xa0\x80\x80"), 2, "Han beyond the BMP");
  cr_expect_eq(sp_utf8_width("a\xff"
                             "b"),
               3, "a bad byte takes a column");
}

Test(base_text, utf8_characters) {
  cr_expect_eq(sp_utf8_characters("abc", 0), 0);
  cr_expect_eq(sp_utf8_characters("abc", 2), 2);
  cr_expect_eq(sp_utf8_characters("\xe5\xb9\xb4\xe9\xbe\x84x", 6), 2);
  cr_expect_eq(sp_utf8_characters("\xe5\xb9\xb4\xe9\xbe\x84x", 7), 3);
}

Test(base_text, natural_order) {
  static const char *const sorted[] = {"",
                                       "0",
                                       "1",
                                       "01",
                                       "2",
                                       "9",
                                       "10",
                                       "10 a",
                                       "10a",
                                       "99999999999999999999998",
                                       "99999999999999999999999",
                                       "A1",
                                       "a",
                                       "a0",
                                       "a00",
                                       "a1",
                                       "a1b2",
                                       "a1b10",
                                       "a2",
                                       "a10",
                                       "a-5",
                                       "\xc3\xa9"};
  const size_t n = sizeof sorted / sizeof *sorted;
  cr_expect_lt(sp_compare_natural("9", "10"), 0);
  cr_expect_eq(sp_compare_natural("x7", "x7"), 0);
  /* Antisymmetric and transitive over the whole set, and zero only for equal texts. */
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const int ij = sp_compare_natural(sorted[i], sorted[j]);
      cr_expect_eq(ij, -sp_compare_natural(sorted[j], sorted[i]));
      cr_expect_eq(ij == 0, i == j, "'%s' '%s'", sorted[i], sorted[j]);
      for (size_t k = 0; k < n; ++k) {
        if (ij < 0 && sp_compare_natural(sorted[j], sorted[k]) < 0) {
          cr_expect_lt(sp_compare_natural(sorted[i], sorted[k]), 0);
        }
      }
    }
  }
  cr_expect_lt(sp_compare_natural("a1b2", "a1b10"), 0);
  cr_expect_lt(sp_compare_natural("99999999999999999999998", "99999999999999999999999"), 0);
  cr_expect_lt(sp_compare_natural("z", "\xc3\xa9"), 0, "bytes are unsigned");
  cr_expect_lt(sp_compare_natural("a", "a1"), 0);
}

Test(base_text, nearest) {
  static const char *const names[] = {"weight", "strata", "cluster", "N", "mean"};
  const uint32_t n = sizeof names / sizeof *names;
  cr_expect_str_eq(sp_nearest("wieght", names, n), "weight", "swapped letters");
  cr_expect_str_eq(sp_nearest("weights", names, n), "weight");
  cr_expect_str_eq(sp_nearest("WEIGHT", names, n), "weight", "case");
  cr_expect_str_eq(sp_nearest("starta", names, n), "strata");
  cr_expect_str_eq(sp_nearest("n", names, n), "N");
  cr_expect_null(sp_nearest("x", names, n));
  cr_expect_null(sp_nearest("", names, n));
  cr_expect_null(sp_nearest("income", names, n));
  cr_expect_null(sp_nearest("weight", names, 0));
  char longest[200];
  memset(longest, 'w', sizeof longest - 1);
  longest[sizeof longest - 1] = '\0';
  cr_expect_null(sp_nearest(longest, names, n));
  static const char *const chinese[] = {"\xe5\xb9\xb4\xe9\xbe\x84\xe7\xbb\x84"};
  cr_expect_not_null(sp_nearest("\xe5\xb9\xb4\xe7\xbe\x84\xe7\xbb\x84", chinese, 1));
}

Test(base_text, plugin_names) {
  cr_expect(sp_is_plugin_name("a"));
  cr_expect(sp_is_plugin_name("mean"));
  cr_expect(sp_is_plugin_name("age-adjusted_2"));
  cr_expect(sp_is_plugin_name("a2345678901234567890123456789012"), "32 characters");
  cr_expect_not(sp_is_plugin_name("a23456789012345678901234567890123"), "33 characters");
  cr_expect_not(sp_is_plugin_name(""));
  cr_expect_not(sp_is_plugin_name("1a"));
  cr_expect_not(sp_is_plugin_name("Mean"));
  cr_expect_not(sp_is_plugin_name("a.b"));
  cr_expect_not(sp_is_plugin_name("-a"));
  cr_expect_not(sp_is_plugin_name("a\xc3\xa9"));
}
