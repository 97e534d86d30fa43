/* source_csv_keys_test.c - numbers that are to be as they are written: what the csv source takes
 * for one, in every variant that the machine has, against a regular expression. */
#include <criterion/criterion.h>
#include <regex.h>
#include <stdlib.h>

#include "columns.h"
#include "source_csv_both.h"

enum { ROOM = 40 };

static regex_t whole;

static uint64_t next(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 20;
}

static int is_whole(const char *text) {
  return regexec(&whole, text, 0, NULL, 0) == 0;
}

/* Whole numbers of any length, most of them as they should be, and what is like them. */
static void make(char *out, uint64_t *state) {
  static const char *const odd[] = {
      "",   "0",   "-0",  "00",  "01",       "-",  "--1", "+1",  " 1",  "1 ",       "1.0",
      "1.", "1e3", "0x1", "1,2", "A7",       "7A", "\t",  "-7",  "-07", "/1",       ":1",
      "1:", "NA",  "7",   "-9",  "\xC3\xA9", "99", "099", "1-2", "-1-", "000000001"};
  const uint64_t kind = next(state) % 8;
  if (kind == 0) {
    strcpy(out, odd[next(state) % (sizeof odd / sizeof odd[0])]);
    return;
  }
  int n = kind == 1 ? sprintf(out, "-") : 0;
  const int n_digits = 1 + (int)(next(state) % (kind == 2 ? 18 : kind == 3 ? 2 : 9));
  for (int i = 0; i < n_digits; i++) out[n++] = (char)('0' + next(state) % 10);
  out[n] = '\0';
  if (kind == 4) out[next(state) % (uint64_t)n] = (char)(' ' + next(state) % 94);
}

static void check_group(const dsv_machine *machine, const char (*text)[ROOM], dsv_spans *spans,
                        int mostly_long) {
  static const double missing[] = {7, -9, 99};
  dsv_numbers column = {.missing = missing,
                        .n_missing = 3,
                        .mark = '.',
                        .as_written = 1,
                        .mostly_long = (int8_t)mostly_long};
  double x[DSV_GROUP];
  uint64_t present;
  const uint64_t left = dsv_read_numbers(&column, machine->digits, text[0], spans, x, &present);
  for (int i = 0; i < DSV_GROUP; i++) {
    const double value = strtod(text[i], NULL);
    const int is_missing = value == 7 || value == -9 || value == 99;
    cr_assert_eq(left >> i & 1, text[i][0] != '\0' && !is_whole(text[i]), "%s: \"%s\"",
                 machine->name, text[i]);
    if ((left >> i & 1) != 0) continue;
    cr_assert_eq(present >> i & 1, text[i][0] != '\0' && !is_missing, "%s: \"%s\"", machine->name,
                 text[i]);
    cr_assert((present >> i & 1) != 0 ? x[i] == value : x[i] == 0, "%s: \"%s\"", machine->name,
              text[i]);
  }
}

Test(source_csv_keys, variants) {
  static char text[DSV_GROUP][ROOM];
  uint64_t state = 11;
  cr_assert_eq(regcomp(&whole, "^(0|-?[1-9][0-9]{0,14})$", REG_EXTENDED | REG_NOSUB), 0);
  for (int round = 0; round < 4000; round++) {
    dsv_spans spans;
    for (uint32_t i = 0; i < DSV_GROUP; i++) {
      memset(text[i], '5', ROOM);
      make(text[i], &state);
      spans.from[i] = i * (uint32_t)ROOM;
      spans.n[i] = (uint32_t)strlen(text[i]);
      spans.word[i] = 0;
      for (int k = 7; k >= 0; k--) spans.word[i] = spans.word[i] << 8 | (unsigned char)text[i][k];
    }
    for (uint32_t m = 0; dsv_machine_at(m) != NULL; m++) {
      check_group(dsv_machine_at(m), (const char(*)[ROOM])text, &spans, round % 2);
    }
  }
  regfree(&whole);
}

/* A file of one cell among others, read in stretches by every variant: its status, and the cell. */
static int32_t read_cell(const char *cell, uint32_t flags, source_cell *out) {
  static const char *const missing[] = {"NA", "7", "08"};
  static const source_column columns[] = {{"k", SAMPAN_NUMBER, missing, 3}, {0}};
  char bytes[512];
  int32_t first = 0;
  const int n = snprintf(bytes, sizeof bytes, "id,k\n1,12\n2,%s\n3,-345\n", cell);
  for (uint32_t m = 0; dsv_machine_at(m) != NULL && m < BOTH_MACHINES; m++) {
    source_result r;
    const source_job job = {.plugin = sampan_module_v1.plugins[0],
                            .bytes = bytes,
                            .n_bytes = n,
                            .columns = columns,
                            .buffer = 1000,
                            .flags = flags,
                            .ops = &both_ops[m]};
    source_run(&job, &r);
    if (m == 0) first = r.status;
    cr_assert_eq(r.status, first, "%s: %s", dsv_machine_at(m)->name, cell);
    if (r.status == SAMPAN_END) {
      cr_assert_eq(r.n_records, 3);
      *out = r.cells[1];
      out->text = NULL; /* it goes with the result */
    }
    source_result_clear(&r);
  }
  return first;
}

Test(source_csv_keys, cells) {
  static const struct {
    const char *cell;
    int32_t is_read, is_present;
    double number;
  } cases[] = {{"0", 1, 1, 0},
               {"12", 1, 1, 12},
               {"\"12\"", 1, 1, 12},
               {"-12", 1, 1, -12},
               {"123456789012345", 1, 1, 123456789012345},
               {"-123456789012345", 1, 1, -123456789012345},
               {"", 1, 0, 0},
               {"  ", 1, 0, 0},
               {"\"\"", 1, 0, 0},
               {"NA", 1, 0, 0},
               {" NA ", 1, 0, 0},
               {"7", 1, 0, 0},
               {"08", 1, 0, 0},
               {"8", 1, 0, 0}, /* a number: 08 is 8 */
               {"1234567890123456", 0, 0, 0},
               {"07", 0, 0, 0}, /* as a text it is not the code 7 */
               {"09", 0, 0, 0},
               {"-0", 0, 0, 0},
               {"+1", 0, 0, 0},
               {" 1", 0, 0, 0},
               {"\"1 \"", 0, 0, 0},
               {"1.0", 0, 0, 0},
               {"1e2", 0, 0, 0},
               {"A", 0, 0, 0},
               {"\"1\"\"\"", 0, 0, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    source_cell cell = {0};
    const int32_t status = read_cell(cases[i].cell, SAMPAN_FILL_AS_WRITTEN, &cell);
    cr_assert_eq(status, cases[i].is_read ? SAMPAN_END : SAMPAN_E_DATA, "%s: %ld", cases[i].cell,
                 (long)status);
    if (!cases[i].is_read) continue;
    cr_assert_eq(cell.present, cases[i].is_present, "%s", cases[i].cell);
    cr_assert(cell.number == cases[i].number, "%s: %g", cases[i].cell, cell.number);
  }
  source_cell cell = {0};
  cr_assert_eq(read_cell("09", 0, &cell), SAMPAN_END);
  cr_assert(cell.present && cell.number == 9);
}
