/* source_csv_numbers_test.c - the numbers that the csv source reads fast have the bits that the
 * host's parser gives, and it leaves alone what is no plain number. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/text.h"
#include "columns.h"

enum { ROOM = 40 };

static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 20;
}

static int digits(char *out, int n, uint64_t *state) {
  const int nines = next(state) % 8 == 0;
  for (int i = 0; i < n; i++) out[i] = (char)('0' + (nines ? 9 : next(state) % 10));
  return n;
}

static int make(char *out, uint64_t *state) {
  static const char *const odd[] = {"",
                                    "-",
                                    ".",
                                    "-.5",
                                    "5.",
                                    "+1",
                                    " 1",
                                    "1 ",
                                    "1e5",
                                    "1.2.3",
                                    "--1",
                                    "0x10",
                                    "1,5",
                                    "12a",
                                    "a12",
                                    "-0",
                                    "-0.0",
                                    "00000000",
                                    "/",
                                    ":",
                                    "1/",
                                    "12345678:",
                                    "1.5\xC3",
                                    "\xB1",
                                    "NA",
                                    "1-2",
                                    "123456789012345678",
                                    "9007199254740992",
                                    "9007199254740993",
                                    "900719925474.0993",
                                    "0.9007199254740993",
                                    "90071992547409.93",
                                    "99999999.99999999",
                                    "12345678.12345678",
                                    "-12345678.1234567",
                                    "0.000000000000001"};
  int n = 0;
  switch (next(state) % 6) {
    case 0:
      return sprintf(out, "%s", odd[next(state) % (sizeof odd / sizeof odd[0])]);
    case 1:
      return digits(out, 1 + (int)(next(state) % 2), state);
    case 2:
      return digits(out, 1 + (int)(next(state) % 20), state);
    case 3:
      n = sprintf(out, "%s", next(state) % 4 ? "" : "-");
      n += digits(out + n, 1 + (int)(next(state) % 10), state);
      n += sprintf(out + n, ".");
      return n + digits(out + n, 1 + (int)(next(state) % 17), state);
    case 4:
      n = digits(out, 1 + (int)(next(state) % 12), state);
      out[next(state) % (uint64_t)n] = (char)(1 + next(state) % 255);
      return n;
    default:
      n = digits(out, 1 + (int)(next(state) % 3), state);
      n += sprintf(out + n, ".");
      return n + digits(out + n, 2, state);
  }
}

/* What may be left to dsv_cell(): more than 16 digits, above 2^53, or not [-]digits[.digits]. */
static int is_plain(const char *text, int n) {
  int n_digits = 0, n_marks = 0;
  const int from = n > 0 && text[0] == '-';
  uint64_t value = 0;
  for (int i = from; i < n; i++) {
    if (text[i] == '.') {
      n_marks++;
    } else if (text[i] >= '0' && text[i] <= '9') {
      n_digits++;
      value = value * 10 + (uint64_t)(text[i] - '0');
    } else {
      return 0;
    }
  }
  if (n_digits == 0 || n_digits > 16 || n_marks > 1 || value > UINT64_C(1) << 53) return 0;
  return text[from] != '.' && text[n - 1] != '.';
}

static void check_group(const dsv_machine *machine, const char (*text)[ROOM + 64], dsv_spans *spans,
                        int mostly_long) {
  static const double missing[] = {7, 99, -0.5, 12.25};
  dsv_numbers column = {
      .missing = missing, .n_missing = 4, .mark = '.', .mostly_long = (int8_t)mostly_long};
  double x[DSV_GROUP];
  uint64_t present;
  const uint64_t left = dsv_read_numbers(&column, machine->digits, text[0], spans, x, &present);
  for (int i = 0; i < DSV_GROUP; i++) {
    const int n = (int)spans->n[i], is_present = present >> i & 1, is_left = left >> i & 1;
    double expected = 0;
    int is_missing = 0;
    if (n == 0) {
      cr_assert(!is_present && !is_left && x[i] == 0);
      continue;
    }
    const int is_number = sp_parse_number(text[i], (uint64_t)n, &expected) == 0;
    cr_assert_eq(is_left, !is_plain(text[i], n), "%s: %.*s", machine->name, n, text[i]);
    if (is_left) continue;
    cr_assert(is_number, "%s: %.*s", machine->name, n, text[i]);
    for (int m = 0; m < 4; m++) is_missing |= expected == missing[m];
    if (is_missing) expected = 0;
    cr_assert_eq(is_present, !is_missing, "%s: %.*s", machine->name, n, text[i]);
    cr_assert_eq(memcmp(&x[i], &expected, sizeof expected), 0, "%s: %.*s: %.17g", machine->name, n,
                 text[i], x[i]);
  }
}

Test(source_csv_numbers, variants) {
  static char text[DSV_GROUP][ROOM + 64];
  uint64_t state = 5;
  for (int round = 0; round < 4000; round++) {
    dsv_spans spans;
    for (uint32_t i = 0; i < DSV_GROUP; i++) {
      memset(text[i], (int)(next(&state) % 256), sizeof text[i]); /* what lies behind is not read */
      spans.from[i] = i * (uint32_t)sizeof text[i];
      spans.n[i] = (uint32_t)make(text[i], &state);
      spans.word[i] = 0;
      for (int k = 7; k >= 0; k--) spans.word[i] = spans.word[i] << 8 | (unsigned char)text[i][k];
    }
    for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
      check_group(dsv_machine_at(m), (const char(*)[ROOM + 64]) text, &spans, round % 2);
    }
  }
}
