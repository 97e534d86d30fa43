/* host_params_test.c - a plan's options as the values of declared parameters, and tables. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/error_ids.h"
#include "host/params.h"

enum { BOUND, ROUNDS, NAME, RULE, STRICT, AGES, STANDARD, N_PARAMS };

static const sampan_param params[N_PARAMS] = {
    {"bound", SAMPAN_P_NUMBER, 0, NULL, "0.5", 0, HUGE_VAL, "en", "zh"},
    {"rounds", SAMPAN_P_INTEGER, 0, NULL, NULL, 1, 10, "en", "zh"},
    {"name", SAMPAN_P_TEXT, 0, NULL, "x", 1, 0, "en", "zh"},
    {"rule", SAMPAN_P_CHOICE, 0, "ordinary|inverse-variance|n", "n", 1, 0, "en", "zh"},
    {"strict", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0, "en", "zh"},
    {"ages", SAMPAN_P_NUMBERS, 0, NULL, "20, 40", 0, 120, "en", "zh"},
    {"standard", SAMPAN_P_TABLE, 0, NULL, NULL, 1, 0, "the standard", "zh"}};
static const sampan_plugin plugin = {.struct_size = sizeof plugin,
                                     .kind = SAMPAN_ESTIMATOR,
                                     .name = "some",
                                     .params = params,
                                     .n_params = N_PARAMS};

static sp_arena *arena;
static sampan_error error;
static sampan_value *values;
static char folder[] = "/tmp/sampan_params_XXXXXX";

static void make(void) {
  arena = sp_arena_new(0);
  cr_assert(mkdtemp(folder) != NULL);
}
static void drop(void) {
  sp_arena_free(arena);
  char command[128];
  snprintf(command, sizeof command, "%s/t.csv", folder);
  unlink(command);
  rmdir(folder);
}
TestSuite(host_params, .init = make, .fini = drop);
TestSuite(host_table, .init = make, .fini = drop);

static const char *write_csv(const char *text, size_t n) {
  static char path[128];
  snprintf(path, sizeof path, "%s/t.csv", folder);
  FILE *out = fopen(path, "wb");
  cr_assert(out != NULL && fwrite(text, 1, n, out) == n && fclose(out) == 0);
  return path;
}

/* The options stand in line 2 and on, of a file whose first line is "options:". */
static int32_t bind(const char *yaml) {
  static const char *const also[] = {"of", "interval"};
  sp_yaml *tree = NULL;
  values = NULL;
  sp_error_clear(&error);
  char text[1024];
  snprintf(text, sizeof text, "options:\n%s", yaml);
  if (yaml[0] == '\0') {
    return sp_params_bind(&plugin, NULL, NULL, also, 2, "plan.yaml", folder,
                          SAMPAN_SOURCE_DIR "/datasets/standards", arena, &values, &error);
  }
  cr_assert_eq(sp_yaml_parse("plan.yaml", text, strlen(text), arena, &tree, &error), SAMPAN_OK,
               "%s", error.message);
  return sp_params_bind(&plugin, sp_yaml_get(tree, "options"), tree->keys[0], also, 2, "plan.yaml",
                        folder, SAMPAN_SOURCE_DIR "/datasets/standards", arena, &values, &error);
}

static void refused(const char *yaml, int32_t id, const char *parameter, int32_t line,
                    int32_t column, const char *message, const char *hint) {
  cr_assert_eq(bind(yaml), SAMPAN_E_PLAN, "%s: %s", yaml, error.message);
  cr_assert(values == NULL);
  cr_assert_eq(error.id, id, "%s: %d %s", yaml, error.id, error.message);
  cr_assert_str_eq(error.parameter, parameter);
  cr_assert_str_eq(error.plugin, "some");
  cr_assert_str_eq(error.file, "plan.yaml");
  cr_assert(error.line == line && error.line_column == column, "%s: %d:%d", yaml, error.line,
            error.line_column);
  cr_assert(strstr(error.message, message) != NULL, "%s: %s", yaml, error.message);
  cr_assert(strstr(error.hint, hint) != NULL, "%s: %s", yaml, error.hint);
}

Test(host_params, defaults) {
  cr_assert_eq(bind(""), SAMPAN_OK, "%s", error.message);
  for (int i = 0; i < N_PARAMS; i++) {
    cr_assert_eq(values[i].struct_size, sizeof values[i]);
    cr_assert_eq(values[i].is_set, i != ROUNDS && i != STANDARD, "%s", params[i].name);
  }
  cr_assert_eq(values[BOUND].number, 0.5);
  cr_assert_str_eq(values[NAME].text, "x");
  cr_assert_eq(values[RULE].number, 2);
  cr_assert_str_eq(values[RULE].text, "n");
  cr_assert_eq(values[STRICT].number, 0);
  cr_assert(values[AGES].n_numbers == 2 && values[AGES].numbers[0] == 20 &&
            values[AGES].numbers[1] == 40);
  cr_assert(values[STANDARD].table == NULL);
}

Test(host_params, given) {
  cr_assert_eq(bind("  bound: 1e3\n  rounds: 10\n  name: '01'\n  rule: inverse-variance\n"
                    "  strict: yes\n  ages: [0, 5.5, '120']\n  standard: {'0': 1, 1-4: 2.5}\n"
                    "  of: y\n  interval: {logit: 1}\n"),
               SAMPAN_OK, "%s", error.message);
  cr_assert_eq(values[BOUND].number, 1000);
  cr_assert_eq(values[ROUNDS].number, 10);
  cr_assert_str_eq(values[NAME].text, "01");
  cr_assert_eq(values[RULE].number, 1);
  cr_assert_str_eq(values[RULE].text, "inverse-variance");
  cr_assert_eq(values[STRICT].number, 1);
  cr_assert(values[AGES].n_numbers == 3 && values[AGES].numbers[1] == 5.5);
  const sampan_table *t = values[STANDARD].table;
  cr_assert(t->n_rows == 2 && t->n_columns == 2);
  cr_assert_str_eq(t->header[0], "key");
  cr_assert_str_eq(t->header[1], "value");
  cr_assert_str_eq(t->text[2], "1-4");
  cr_assert(t->number[0] == 0 && t->number[1] == 1 && isnan(t->number[2]) && t->number[3] == 2.5);
  cr_assert_str_eq(t->name, "standard");
  cr_assert_eq(bind("  name: ''\n  ages: 7\n  strict: 'false'\n"), SAMPAN_OK);
  cr_assert_str_eq(values[NAME].text, "");
  cr_assert(values[AGES].n_numbers == 1 && values[AGES].numbers[0] == 7);
  cr_assert_eq(values[STRICT].number, 0);
}

Test(host_params, errors_have_their_place) {
  refused("  of: y\n  bond: 1\n", SP_ID_PARAM_UNKNOWN, "bond", 3, 3,
          "estimator 'some' has no parameter 'bond'", "'bound'");
  refused("  zzzzzzzz: 1\n", SP_ID_PARAM_UNKNOWN, "zzzzzzzz", 2, 3, "no parameter",
          "bound, rounds, name");
  refused("  bound: much\n", SP_ID_PARAM_NUMBER, "bound", 2, 10, "a number, not 'much'", "");
  refused("  bound: 0x10\n", SP_ID_PARAM_NUMBER, "bound", 2, 10, "not '0x10'", "");
  refused("  bound: .inf\n", SP_ID_PARAM_NUMBER, "bound", 2, 10, "not '.inf'", "");
  refused("  bound: -1\n", SP_ID_PARAM_RANGE, "bound", 2, 10, "at least 0, not -1", "");
  refused("  bound: [1]\n", SP_ID_PARAM_KIND, "bound", 2, 10, "not a list", "");
  refused("  bound:\n", SP_ID_PARAM_KIND, "bound", 2, 9, "has no value", "");
  refused("  rounds: 2.5\n", SP_ID_PARAM_NUMBER, "rounds", 2, 11, "a whole number, not 2.5", "");
  refused("  rounds: two\n", SP_ID_PARAM_NUMBER, "rounds", 2, 11, "a whole number", "");
  refused("  rounds: 11\n", SP_ID_PARAM_RANGE, "rounds", 2, 11, "between 1 and 10, not 11", "");
  refused("  rounds: 0\n", SP_ID_PARAM_RANGE, "rounds", 2, 11, "between 1 and 10, not 0", "");
  refused("  name: {a: b}\n", SP_ID_PARAM_KIND, "name", 2, 9, "not a map", "");
  refused("  rule: ordinry\n", SP_ID_PARAM_CHOICE, "rule", 2, 9, "cannot be 'ordinry'",
          "'ordinary'");
  refused("  rule: 1\n", SP_ID_PARAM_CHOICE, "rule", 2, 9, "cannot be '1'",
          "ordinary, inverse-variance, n");
  refused("  strict: on\n", SP_ID_PARAM_TRUTH, "strict", 2, 11, "yes or no, not 'on'", "");
  refused("  ages: [1, b]\n", SP_ID_PARAM_NUMBER, "ages", 2, 13, "not 'b'", "");
  refused("  ages:\n    - 1\n    - 130\n", SP_ID_PARAM_RANGE, "ages", 4, 7, "0 and 120, not 130",
          "");
  refused("  ages: {a: 1}\n", SP_ID_PARAM_KIND, "ages", 2, 9, "not a map", "");
  refused("  ages: [[1]]\n", SP_ID_PARAM_KIND, "ages", 2, 10, "not a list", "");
  refused("  standard: [a]\n", SP_ID_PARAM_KIND, "standard", 2, 13, "not a list", "");
  refused("  standard: {}\n", SP_ID_PARAM_TABLE, "standard", 2, 13, "no rows", "");
  refused("  standard: {a: [1]}\n", SP_ID_PARAM_KIND, "standard", 2, 17, "not a list", "");
  refused("  [a]\n", SP_ID_PARAM_KIND, "", 2, 3, "keys with values", "");
}

Test(host_params, required) {
  static const sampan_param needed = {
      "per", SAMPAN_P_NUMBER, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0, "per how many", "zh"};
  static const sampan_plugin rate = {.struct_size = sizeof rate,
                                     .kind = SAMPAN_WRITER,
                                     .name = "rate",
                                     .params = &needed,
                                     .n_params = 1};
  const sp_yaml place = {.kind = SP_YAML_SCALAR, .line = 9, .column = 4, .text = ""};
  sp_error_clear(&error);
  cr_assert_eq(
      sp_params_bind(&rate, NULL, &place, NULL, 0, "plan.yaml", ".", NULL, arena, &values, &error),
      SAMPAN_E_PLAN);
  cr_assert_eq(error.id, SP_ID_PARAM_NEEDS);
  cr_assert(error.line == 9 && error.line_column == 4);
  cr_assert_str_eq(error.message, "writer 'rate' needs 'per'");
  cr_assert_str_eq(error.hint, "per: per how many");
  cr_assert_str_eq(error.parameter, "per");
}

Test(host_params, tables_from_files) {
  cr_assert_eq(bind("  standard: who2000\n"), SAMPAN_OK, "%s", error.message);
  const sampan_table *t = values[STANDARD].table;
  double sum = 0;
  cr_assert(t->n_rows == 19 && t->n_columns == 4);
  cr_assert_str_eq(t->name, "who2000");
  cr_assert_str_eq(t->header[3], "weight");
  cr_assert_str_eq(t->text[4], "1-4");
  for (uint32_t i = 0; i < t->n_rows; i++) sum += t->number[4 * i + 3];
  cr_assert_eq(sum, 1000000, "INDEX.csv says what they sum to");
  (void)write_csv("age,w\n0,2\n", 10);
  cr_assert_eq(bind("  standard: t.csv\n"), SAMPAN_OK, "%s", error.message);
  cr_assert_str_eq(values[STANDARD].table->name, "t.csv");
  cr_assert_eq(values[STANDARD].table->number[1], 2);
  refused("  standard: who2001\n", SP_ID_PARAM_TABLE, "standard", 2, 13, "no shipped table",
          "'who2000'");
  refused("  standard: none.csv\n", SP_ID_PARAM_TABLE, "standard", 2, 13, "No such file",
          "none.csv");
  refused("  standard: ../who2000\n", SP_ID_PARAM_TABLE, "standard", 2, 13, "No such file", "");
}

Test(host_params, an_error_in_a_table_names_its_file) {
  const char *path = write_csv("age,w\n0,2\n1\n", 12);
  cr_assert_eq(bind("  standard: t.csv\n"), SAMPAN_E_DATA);
  cr_assert_str_eq(error.file, path);
  cr_assert_str_eq(error.parameter, "standard");
  cr_assert(error.line == 3 && error.row == 2);
}

/* ---- tables ------------------------------------------------------------------------------- */

Test(host_table, reads) {
  sampan_table *t;
  char digest[65];
  static const char csv[] =
      "\xef\xbb\xbf"
      "age,\"the \"\"w\"\"\",note\r\n0, 1.5 ,\"a,b\"\r\n1-4,,\"two\r\nlines\"\r\n\"5\",-1e2,";
  const char *path = write_csv(csv, sizeof csv - 1);
  cr_assert_eq(sp_table_read(path, "t", arena, &t, digest, &error), SAMPAN_OK, "%s", error.message);
  cr_assert(t->n_rows == 3 && t->n_columns == 3 && t->struct_size == sizeof *t);
  cr_assert_str_eq(t->header[1], "the \"w\"");
  const char *const text[] = {"0", " 1.5 ", "a,b", "1-4", "", "two\r\nlines", "5", "-1e2", ""};
  const double number[] = {0, 1.5, NAN, NAN, NAN, NAN, 5, -100, NAN};
  for (int i = 0; i < 9; i++) {
    cr_assert_str_eq(t->text[i], text[i]);
    cr_assert(isnan(number[i]) ? isnan(t->number[i]) : t->number[i] == number[i], "cell %d", i);
  }
  cr_assert_eq(strlen(digest), 64);
}

static void broken(const char *csv, size_t n, int32_t id, int32_t line, int32_t column,
                   int64_t row) {
  sampan_table *t;
  sp_error_clear(&error);
  const char *path = write_csv(csv, n);
  cr_assert_eq(sp_table_read(path, "t", arena, &t, NULL, &error), SAMPAN_E_DATA, "accepted: %s",
               csv);
  cr_assert(t == NULL);
  cr_assert_eq(error.id, id, "%s: %d %s", csv, error.id, error.message);
  cr_assert(error.line == line && error.line_column == column && error.row == row,
            "%s: %d:%d row %d: %s", csv, error.line, error.line_column, (int)error.row,
            error.message);
  cr_assert_str_eq(error.file, path);
}
#define BROKEN(csv, ...) broken(csv, sizeof(csv) - 1, __VA_ARGS__)

Test(host_table, refuses) {
  BROKEN("", SP_ID_TABLE_EMPTY, 1, 1, 0);
  BROKEN("a,b\n", SP_ID_TABLE_EMPTY, 2, 1, 0);
  BROKEN("a,\n1,2\n", SP_ID_TABLE_HEADER, 1, 1, 0);
  BROKEN("a,a\n1,2\n", SP_ID_TABLE_HEADER, 1, 1, 0);
  BROKEN("a,b\n1\n", SP_ID_TABLE_RAGGED, 2, 2, 1);
  BROKEN("a,b\n1,2\n1,2,3\n", SP_ID_TABLE_RAGGED, 3, 6, 2);
  BROKEN("a,b\n1,2\n\n3,4\n", SP_ID_TABLE_RAGGED, 3, 1, 2);
  BROKEN("a\n1\n\n", SP_ID_TABLE_RAGGED, 3, 1, 2);
  BROKEN("a,b\n1,\"2\n3,4\n", SP_ID_TABLE_QUOTE, 2, 3, 1);
  BROKEN("a,b\n\"1\"x,2\n", SP_ID_TABLE_QUOTE, 2, 4, 1);
  BROKEN("a,b\n1,2\"\n", SP_ID_TABLE_QUOTE, 2, 4, 1);
  BROKEN("a,b\r1,2\r", SP_ID_TABLE_TEXT, 1, 4, 0);
  BROKEN("a,b\n1,\0\n", SP_ID_TABLE_TEXT, 2, 3, 0);
  BROKEN("a,b\n1,\xc0\xaf\n", SP_ID_TABLE_TEXT, 2, 3, 0);
}

Test(host_table, names_the_column) {
  BROKEN("a,b\n1,2\"\n", SP_ID_TABLE_QUOTE, 2, 4, 1);
  cr_assert_str_eq(error.column, "b");
}

Test(host_table, at_most_100000_cells) {
  const size_t n = 100001;
  char *csv = malloc(2 * n + 3);
  sampan_table *t;
  memcpy(csv, "a\n", 2);
  for (size_t i = 0; i < n; i++) memcpy(csv + 2 + 2 * i, "1\n", 2);
  cr_assert_eq(sp_table_read(write_csv(csv, 2 * n), "t", arena, &t, NULL, &error), SAMPAN_OK);
  cr_assert_eq(t->n_rows, 100000);
  broken(csv, 2 * n + 2, SP_ID_TABLE_SIZE, 100002, 2, 100001);
  free(csv);
}
