/* source_csv_broken_test.c - every file of tests/bad-input/csv gives the error that its list says,
 * however its bytes arrive. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "source_harness.h"

#define FOLDER SAMPAN_SOURCE_DIR "/tests/bad-input/csv/"

extern const sampan_module sampan_module_v1;

typedef struct expected {
  char name[64], setting[32], status[16], column[64], message[128];
  long row, line, byte;
} expected;

static int32_t status_of(const char *word) {
  cr_assert(strcmp(word, "data") == 0 || strcmp(word, "incomplete") == 0, "%s", word);
  return strcmp(word, "data") == 0 ? SAMPAN_E_DATA : SAMPAN_E_INCOMPLETE;
}

/* Values in the order delimiter, quote, encoding, decimal. */
static void set_values(const char *setting, sampan_value v[4]) {
  for (int i = 0; i < 4; i++) v[i] = (sampan_value){.struct_size = sizeof v[i], .is_set = 1};
  v[0].text = strncmp(setting, "semicolon", 9) == 0 ? ";" : ",";
  v[1].text = strcmp(setting, "none") == 0 ? "none" : "\"";
  v[2].number = strcmp(setting, "gb18030") == 0;
  v[3].number = strstr(setting, "comma") != NULL;
}

/* Columns that the file has: a, b. */
static void run_with_its_columns(source_job *job, source_result *r) {
  static const source_column both[] = {
      {"a", SAMPAN_NUMBER, NULL, 0}, {"b", SAMPAN_TEXT, NULL, 0}, {0}};
  static const source_column a[] = {{"a", SAMPAN_NUMBER, NULL, 0}, {0}};
  static const source_column *const tries[] = {both, a, NULL};
  for (int i = 0; i < 3; i++) {
    job->columns = tries[i];
    source_run(job, r);
    if (r->status != SAMPAN_E_PLAN) return;
    source_result_clear(r);
  }
}

static void check(const expected *e, int64_t chunk, int64_t capacity) {
  char path[512];
  int64_t n_bytes;
  sampan_value values[4];
  source_result r;
  snprintf(path, sizeof path, FOLDER "%s.csv", e->name);
  char *bytes = source_slurp(path, &n_bytes);
  cr_assert_not_null(bytes, "%s", path);
  set_values(e->setting, values);
  source_job job = {.plugin = sampan_module_v1.plugins[0],
                    .values = values,
                    .bytes = bytes,
                    .n_bytes = n_bytes,
                    .chunk = chunk,
                    .capacity = capacity};
  run_with_its_columns(&job, &r);
  cr_expect_eq(r.status, status_of(e->status), "%s: status %d", e->name, (int)r.status);
  cr_expect_eq(r.error.status, r.status, "%s", e->name);
  cr_expect_eq(r.error.row, e->row, "%s: row %ld", e->name, (long)r.error.row);
  cr_expect_eq(r.error.line, e->line, "%s: line %ld", e->name, (long)r.error.line);
  cr_expect_eq(r.error.byte, e->byte, "%s: byte %ld", e->name, (long)r.error.byte);
  cr_expect_str_eq(r.error.column, strcmp(e->column, "-") == 0 ? "" : e->column, "%s", e->name);
  cr_expect(strstr(r.error.message, e->message) != NULL, "%s: %s", e->name, r.error.message);
  source_result_clear(&r);
  free(bytes);
}

Test(source_csv_broken, every_file) {
  FILE *f = fopen(FOLDER "EXPECTED", "r");
  char line[512];
  int n = 0;
  cr_assert_not_null(f);
  while (fgets(line, sizeof line, f) != NULL) {
    expected e;
    if (line[0] == '#') continue;
    memset(&e, 0, sizeof e);
    cr_assert_eq(sscanf(line, "%63[^\t]\t%31[^\t]\t%15[^\t]\t%ld\t%ld\t%ld\t%63[^\t]\t%127[^\n]",
                        e.name, e.setting, e.status, &e.row, &e.line, &e.byte, e.column, e.message),
                 8, "%s", line);
    static const int64_t chunks[] = {0, 1, 2, 3, 7, 4096};
    for (size_t i = 0; i < sizeof chunks / sizeof chunks[0]; i++) {
      check(&e, chunks[i], i % 2 ? 64 : 65536);
    }
    n++;
  }
  fclose(f);
  cr_assert_geq(n, 40);
}

/* Between the schema and the records another program may write the file (C9). */
Test(source_csv_broken, header_changes_between_the_reads) {
  static const source_column columns[] = {{"a", SAMPAN_NUMBER, NULL, 0}, {0}};
  static const char *const later[] = {"b,a\n1,2\n", "a,c\n1,2\n", "a,b,\n1,2,", "ab,\n1,2\n"};
  for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
    for (int64_t chunk = 0; chunk < 4; chunk++) {
      source_result r;
      const source_job job = {.plugin = sampan_module_v1.plugins[0],
                              .bytes = "a,b\n1,2\n",
                              .n_bytes = 8,
                              .bytes_later = later[i],
                              .chunk = chunk,
                              .columns = columns};
      source_run(&job, &r);
      cr_expect_eq(r.status, SAMPAN_E_DATA, "%s", later[i]);
      cr_expect_str_eq(r.error.message, "the header changed while the file was read");
      cr_expect_neq(r.error.hint[0], '\0');
      cr_expect_eq(r.n_records, 0);
      source_result_clear(&r);
    }
  }
}
