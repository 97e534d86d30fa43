/* source_csv_split_test.c - every variant of the splitter against one that looks at each byte. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "columns.h"

enum { N = 64 * 40 };

/* Positions outside quotes, and whether the quoting is strict, by the rules of scan.c. */
static int64_t naive(const dsv_split *s, const char *p, int64_t n, uint32_t *out, int *bad) {
  int64_t n_out = 0;
  int inside = 0, may_open = 1, closed = 0, cr = 0;
  for (int64_t i = 0; i < n; i++) {
    const unsigned char c = (unsigned char)p[i];
    const int is_quote = s->quote != 0 && c == s->quote;
    *bad |= c == 0 || (cr && c != '\n');
    cr = 0;
    if (inside) {
      if (is_quote) inside = 0, closed = 1;
      continue;
    }
    const int is_end = c == s->delimiter || c == '\n';
    *bad |= closed && !is_end && c != '\r' && !is_quote;
    *bad |= is_quote && !may_open && !closed;
    if (is_end) out[n_out++] = (uint32_t)i;
    cr = c == '\r';
    inside = is_quote;
    may_open = is_end;
    closed = 0;
  }
  return n_out;
}

Test(source_csv_split, variants) {
  static const char bytes_of[4][17] = {"abc,,\n\"1234567890", "\"\"\",\n\r\n\",,\nxxx\r\n",
                                       "1,2\r\n3,4\n5,6,7,\n,", ",,,,,,,,,,,,\n,,,"};
  uint32_t *expected = (uint32_t *)malloc((N + 64) * sizeof *expected);
  uint32_t *found = (uint32_t *)malloc((N + 64) * sizeof *found);
  char *p = (char *)malloc(N + 64);
  uint64_t state = 7;
  int n_bad = 0, n_good = 0;
  for (int round = 0; round < 6000; round++) {
    const int64_t n = 64 * (1 + round % 40);
    const char *from = bytes_of[round % 4];
    for (int64_t i = 0; i < n; i++) {
      state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
      p[i] = (state >> 33) % 97 < (uint64_t)(round % 7) ? "\"\r\n,"[state >> 60 & 3]
                                                        : from[(i + round) % 16];
      if (round % 11 == 0 && (state >> 40) % 5000 == 0) p[i] = (char)(state >> 60 == 0 ? 0 : 0xE5);
    }
    dsv_split start = {.delimiter = ',', .quote = '"', .may_open = 1};
    if (round % 5 == 0) start.quote = 0;
    int bad = 0;
    const int64_t n_expected = naive(&start, p, n, expected, &bad);
    for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
      const dsv_machine *machine = dsv_machine_at(m);
      dsv_split s = start;
      uint32_t *out = found;
      const int64_t half = n / 128 * 64; /* in two pieces, as chunks come */
      out = machine->split(&s, p, half, 0, out);
      out = machine->split(&s, p + half, n - half, (uint32_t)half, out);
      int64_t n_lines = 0, n_quotes = 0, high = 0;
      for (int64_t i = 0; i < n_expected; i++) n_lines += p[expected[i]] == '\n';
      for (int64_t i = 0; i < n; i++) n_quotes += p[i] == '"', high |= p[i] & 0x80;
      cr_assert_eq(s.bad != 0, bad, "%s, round %d", machine->name, round);
      cr_assert_eq(s.high != 0, high != 0, "%s, round %d", machine->name, round);
      cr_assert_eq(machine->count(p, n - round % 64, '"') <= n_quotes, 1);
      cr_assert_eq(machine->count(p, n, '"'), n_quotes, "%s, round %d", machine->name, round);
      if (bad) continue;
      cr_assert_eq(out - found, n_expected, "%s, round %d", machine->name, round);
      cr_assert_eq(memcmp(found, expected, (size_t)n_expected * sizeof *found), 0);
      cr_assert_eq((int64_t)s.n_lines, n_lines);
    }
    n_bad += bad;
    n_good += !bad;
  }
  cr_assert_gt(n_bad, 100);
  cr_assert_gt(n_good, 100);
  free(expected);
  free(found);
  free(p);
}

Test(source_csv_split, count_stops) {
  char p[192];
  memset(p, '"', sizeof p);
  for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
    for (int64_t n = 0; n <= 128; n++) cr_assert_eq(dsv_machine_at(m)->count(p, n, '"'), n);
  }
}

Test(source_csv_split, cut) {
  static const struct {
    const char *bytes;
    int64_t end;
  } cases[] = {{"a,b\n1,2\n3", 8},   {"a,b\n", 4},      {"a,b", 0},    {"", 0},
               {"1,\"\n\"", 0},      {"1,\"\n\"\n", 6}, {"1,\"\n", 0}, {"1,\"\"\n\"", 5},
               {"1,2\n\n\r\n\n", 4}, {"\r\n\n", 0},     {"\n1", 0},    {"1,\"\n\n\"\n", 7},
               {"1\n2,\"\"\"\n", 2}};
  for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
      char copy[128] = "";
      dsv_dialect d = {.delimiter = ',', .quote = '"'};
      const int64_t n = (int64_t)strlen(cases[i].bytes);
      memset(copy, '"', sizeof copy);
      memcpy(copy, cases[i].bytes, (size_t)n);
      cr_assert_eq(dsv_cut(&d, dsv_machine_at(m), copy, n), cases[i].end, "%s", cases[i].bytes);
      d.quote = 0;
      const char *last = strrchr(cases[i].bytes, '\n');
      const int64_t n_lines = last ? last + 1 - cases[i].bytes : 0;
      cr_assert_eq(dsv_cut(&d, dsv_machine_at(m), copy, n),
                   dsv_without_blank_lines(cases[i].bytes, n_lines));
      d.gb18030 = 1;
      cr_assert_eq(dsv_cut(&d, dsv_machine_at(m), copy, n), -1);
    }
  }
}

/* Every two and three bytes of a sample, and where they stand among the 32 that go together. */
Test(source_csv_split, utf8) {
  static const unsigned char sample[] = {'a',  0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                         0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE5, 0xED, 0xEF,
                                         0xF0, 0xF1, 0xF4, 0xF5, 0xF8, 0xFF};
  enum { N_SAMPLE = sizeof sample };
  int n_valid = 0;
  for (int code = 0; code < N_SAMPLE * N_SAMPLE * N_SAMPLE * N_SAMPLE; code++) {
    char p[100];
    const int at = code % 67, n = 100 - code % 29 % (at < 30 ? 5 : 1);
    memset(p, 'x', sizeof p);
    for (int i = 0, rest = code; i < 4; i++, rest /= N_SAMPLE) {
      p[at + i] = (char)sample[rest % N_SAMPLE];
    }
    if (code % 3 == 0) memcpy(p + 90, "\xE5\x8C\xBA\xF0\xA0\xAE\xB7\xC3\xA9x", 10);
    int32_t problem;
    const int is_valid = dsv_valid((const unsigned char *)p, n, &problem) == n;
    n_valid += is_valid;
    for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
      const int found = dsv_machine_at(m)->is_utf8(p, n);
      if (found != is_valid)
        cr_assert_eq(found, is_valid, "%s, code %d", dsv_machine_at(m)->name, code);
    }
  }
  cr_assert_gt(n_valid, 500);
}

Test(source_csv_split, utf8_cut_anywhere) {
  static const char text[] = "abc\xE5\x8C\xBA\xF0\xA0\xAE\xB7\xC3\xA9xyz\xE5\x8C\xBA";
  for (int before = 0; before < 70; before++) {
    for (int n = 0; n < (int)sizeof text; n++) {
      char p[128];
      int32_t problem;
      memset(p, ' ', sizeof p);
      memcpy(p + before, text, sizeof text);
      const int is_valid = dsv_valid((unsigned char *)p, before + n, &problem) == before + n;
      for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
        cr_assert_eq(dsv_machine_at(m)->is_utf8(p, before + n), is_valid);
      }
    }
  }
}
