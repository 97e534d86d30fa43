/* vital_readme_test.c - the worked examples of the pages on deaths and survival, re-read and run.
 */
#include <stdio.h>

#include "vital_support.h"

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

enum { MOST = 16 };

static char text[16384];
static const char *start; /* of the example */
static stat_plugin s;
static vital_run run;
static stat_column column[5];

static void open_page(const char *page) {
  char path[512];
  snprintf(path, sizeof path, "%s/plugins/estimators/%s", SAMPAN_SOURCE_DIR, page);
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f, "%s", path);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  start = strstr(text, "\n```\n");
  cr_assert_not_null(start, "%s has no example", path);
}

/* The numbers of the line `key = ...`. */
static uint32_t numbers(const char *key, double *out) {
  char line[64];
  uint32_t n = 0;
  snprintf(line, sizeof line, "\n%s = ", key);
  const char *at = strstr(start, line);
  cr_assert_not_null(at, "no line %s", key);
  at += strlen(line);
  while (n < MOST && *at != '\n') {
    char *end = NULL;
    out[n++] = strtod(at, &end);
    cr_assert_neq(end, at, "%s of the example is not a number", key);
    at = end;
    while (*at == ' ') at++;
  }
  return n;
}

/* Columns deaths, population and ages of the example. */
static uint32_t deaths_by_age(const sampan_column **list, double *ages) {
  static double x[MOST];
  const uint32_t n = numbers("deaths", x);
  list[0] = stat_numbers(&column[0], "deaths", x, n);
  cr_assert_eq(numbers("population", x), n);
  list[1] = stat_numbers(&column[1], "population", x, n);
  cr_assert_eq(numbers("ages", ages), n);
  list[2] = stat_numbers(&column[2], "age", ages, n);
  return n;
}

Test(vital_readme, indirect) {
  static const char *const header[] = {"key", "value"}, *const cells[] = {"0+", "1"};
  static const double rate[] = {NAN, 1}, one[] = {1};
  static const sampan_table table = {.struct_size = sizeof table,
                                     .n_rows = 1,
                                     .n_columns = 2,
                                     .header = header,
                                     .text = cells,
                                     .number = rate,
                                     .name = "a map",
                                     .digest = ""};
  double totals[MOST], x[MOST];
  open_page("mortality/indirect.md");
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "indirect");
  stat_set_table(&s, "standard_rates", &table);
  cr_assert_eq(numbers("totals", totals), 2);
  const sampan_column *list[] = {stat_numbers(&column[0], "d", &totals[1], 1),
                                 stat_numbers(&column[1], "n", &totals[0], 1),
                                 stat_numbers(&column[2], "age", one, 1)};
  vital_all(&s, list, 3, NULL, 1, &run);
  cr_assert_eq(numbers("value", x), 1);
  STAT_NEAR(run.value[0], x[0], 1e-14);
  cr_assert_eq(numbers("gradient", x), 2);
  for (int k = 0; k < 2; k++) STAT_NEAR(run.gradient[k], x[k], 1e-14);
  stat_close(&s);
}

Test(vital_readme, life_table) {
  const sampan_column *list[3];
  double ages[MOST], e[MOST], se[MOST];
  open_page("mortality/life-table.md");
  const uint32_t n = deaths_by_age(list, ages);
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "life-table");
  stat_set_numbers(&s, "ages", ages, n);
  stat_set_numbers(&s, "at", ages, n);
  stat_set_choice(&s, "variance", "silcocks");
  vital_all(&s, list, 3, NULL, n, &run);
  cr_assert_eq(numbers("e", e), n);
  cr_assert_eq(numbers("se", se), n);
  for (uint32_t x = 0; x < n; x++) {
    STAT_NEAR(run.value[x], e[x], 1e-13);
    STAT_NEAR(sqrt(run.model_variance[x]), se[x], 1e-13);
  }
  stat_close(&s);
}

Test(vital_readme, premature_mortality) {
  const sampan_column *list[3];
  double ages[MOST], x[MOST];
  open_page("mortality/premature-mortality.md");
  const uint32_t n = deaths_by_age(list, ages);
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "premature-mortality");
  stat_set_number(&s, "below", 40);
  vital_all(&s, list, 3, NULL, n, &run);
  numbers("value", x);
  STAT_NEAR(run.value[0], x[0], 1e-13);
  numbers("se", x);
  STAT_NEAR(sqrt(run.model_variance[0]), x[0], 1e-13);
  stat_close(&s);
}

Test(vital_readme, kaplan_meier) {
  double time[MOST], event[MOST], weight[MOST], at[MOST], x[MOST], se[MOST];
  open_page("kaplan-meier/README.md");
  const uint32_t n = numbers("time", time), n_at = numbers("at", at);
  cr_assert_eq(numbers("event", event), n);
  cr_assert_eq(numbers("weight", weight), n);
  const sampan_column *list[] = {stat_numbers(&column[0], "time", time, n),
                                 stat_numbers(&column[1], "event", event, n), NULL};
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  stat_set_numbers(&s, "at", at, n_at);
  vital_all(&s, list, 3, weight, n, &run);
  cr_assert_eq(numbers("value", x), n_at);
  cr_assert_eq(numbers("se", se), n_at);
  for (uint32_t k = 0; k < n_at; k++) {
    STAT_NEAR(run.value[k], x[k], 1e-14);
    STAT_NEAR(sqrt(vital_variance(&run, k)), se[k], 1e-13);
  }
  stat_close(&s);
}

Test(vital_readme, relative_survival) {
  static const char *const header[] = {"age", "survival"};
  const char *cells[MOST];
  double table_cells[MOST], time[MOST], event[MOST], age[MOST], at[MOST], x[MOST];
  open_page("relative-survival/README.md");
  const uint32_t n_cells = numbers("table", table_cells), n = numbers("time", time);
  const uint32_t n_at = numbers("at", at);
  for (uint32_t i = 0; i < n_cells; i++) cells[i] = "";
  const sampan_table table = {.struct_size = sizeof table,
                              .n_rows = n_cells / 2,
                              .n_columns = 2,
                              .header = header,
                              .text = cells,
                              .number = table_cells,
                              .name = "the example",
                              .digest = ""};
  cr_assert_eq(numbers("event", event), n);
  cr_assert_eq(numbers("age", age), n);
  const sampan_column *list[] = {stat_numbers(&column[0], "time", time, n),
                                 stat_numbers(&column[1], "event", event, n),
                                 stat_numbers(&column[2], "age", age, n), NULL, NULL};
  stat_open(&s, SAMPAN_ESTIMATOR, "relative-survival");
  stat_set_table(&s, "expected", &table);
  stat_set_numbers(&s, "at", at, n_at);
  vital_all(&s, list, 5, NULL, n, &run);
  cr_assert_eq(numbers("value", x), n_at);
  for (uint32_t k = 0; k < n_at; k++) STAT_NEAR(run.value[k], x[k], 1e-14);
  stat_close(&s);
}
