/* vital_relative_test.c - relative survival: an example worked by hand, and what is refused. */
#include "vital_support.h"

static stat_plugin s;
static vital_run run;
static stat_column time_column, event_column, age_column, sex_column, year_column;

/* Age 60 has 0.98, 61 to 69 have 0.97, 70 and over 0.95. */
static const char *const header[] = {"age", "survival"};
static const char *const text[] = {"61", "0.97", "60", "0.98", "70", "0.95"};
static const double number[] = {61, 0.97, 60, 0.98, 70, 0.95};
static const sampan_table expected = {.struct_size = sizeof expected,
                                      .n_rows = 3,
                                      .n_columns = 2,
                                      .header = header,
                                      .text = text,
                                      .number = number,
                                      .name = "expected",
                                      .digest = ""};

enum { N = 5 };
static const double times[] = {0.5, 1, 1.5, 2, 3}, events[] = {1, 0, 0, 1, 0};
static const double ages[] = {60, 60.5, 69.2, 75, 60}, years[] = {1, 2};

static void open_example(const char *method, const sampan_column **list) {
  list[0] = stat_numbers(&time_column, "time", times, N);
  list[1] = stat_truths(&event_column, "event", events, N);
  list[2] = stat_numbers(&age_column, "age", ages, N);
  list[3] = list[4] = NULL;
  stat_open(&s, SAMPAN_ESTIMATOR, "relative-survival");
  stat_set_table(&s, "expected", &expected);
  stat_set_numbers(&s, "at", years, 2);
  stat_set_choice(&s, "method", method);
  stat_set_choice(&s, "columns", "all");
}

/* Year 1: 5 at risk, 1 dies, who is censored at 1.0 has lived through it: p = 4/5; expected
 * (3 * 0.98 + 0.97 + 0.95) / 5 = 0.972. Year 2: 3 at risk, 1 dies, 1 is censored: p = 1 - 1 / 2.5;
 * they are 70.2, 76 and 61: expected (0.95 + 0.95 + 0.97) / 3. */
Test(relative_survival, ederer2_by_hand) { /* V3, V5 */
  const sampan_column *list[5];
  open_example("ederer2", list);
  vital_all(&s, list, 5, NULL, N, &run);
  STAT_NEAR(run.value[vital_at(&run, "S1")], 0.8, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "E1")], 0.972, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "R1")], 0.8 / 0.972, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "S2")], 0.48, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "E2")], 0.972 * 2.87 / 3, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "R2")], 0.48 / (0.972 * 2.87 / 3), 1e-14);
  const double r2 = run.value[vital_at(&run, "R2")];
  STAT_NEAR(run.model_variance[vital_at(&run, "R2")], r2 * r2 * (1.0 / 20 + 1 / 3.75), 1e-13);
  for (uint32_t k = 0; k < run.n_statistics; k++) vital_check_gradient(&s, &run, k);
  stat_close(&s);
}

/* Products of the five: three of 0.98 * 0.97, 0.97 * 0.95, 0.95 * 0.95; their mean is 0.93516. */
Test(relative_survival, ederer1_by_hand) {
  const sampan_column *list[5];
  open_example("ederer1", list);
  vital_all(&s, list, 5, NULL, N, &run);
  STAT_NEAR(run.value[vital_at(&run, "E2")], 0.93516, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "R2")], 0.48 / 0.93516, 1e-14);
  STAT_NEAR(run.model_variance[vital_at(&run, "R2")],
            pow(0.48 / 0.93516, 2) * (1.0 / 20 + 1 / 3.75), 1e-13);
  for (uint32_t k = 0; k < run.n_statistics; k++) vital_check_gradient(&s, &run, k);
  stat_close(&s);
}

Test(relative_survival, pohar_perme_by_hand) {
  const sampan_column *list[5];
  open_example("pohar-perme", list);
  vital_all(&s, list, 5, NULL, N, &run);
  const double a = 1 / sqrt(0.98), c1 = 1 / sqrt(0.97), d1 = 1 / sqrt(0.95);
  const double c2 = d1 / 0.97, d2 = d1 / 0.95, e2 = c1 / 0.98;
  const double y1 = 0.5 * a + a + c1 + d1 + a, y2 = 0.5 * c2 + d2 + e2;
  const double m1 = -(2.5 * a * log(0.98) + c1 * log(0.97) + d1 * log(0.95));
  const double m2 = -((0.5 * c2 + d2) * log(0.95) + e2 * log(0.97));
  const double r1 = exp(-(a - m1) / y1), r2 = r1 * exp(-(d2 - m2) / y2);
  STAT_NEAR(run.value[vital_at(&run, "R1")], r1, 1e-13);
  STAT_NEAR(run.value[vital_at(&run, "R2")], r2, 1e-13);
  STAT_NEAR(run.value[vital_at(&run, "S2")], 0.48, 1e-14);
  STAT_NEAR(run.model_variance[vital_at(&run, "R2")],
            r2 * r2 * (a * a / (y1 * y1) + d2 * d2 / (y2 * y2)), 1e-13);
  for (uint32_t k = 0; k < run.n_statistics; k++) vital_check_gradient(&s, &run, k);
  stat_close(&s);
}

Test(relative_survival, half_years_use_the_root_of_a_year) {
  static const double at[] = {0.5, 1.5};
  const sampan_column *list[5];
  open_example("ederer2", list);
  stat_set_number(&s, "width", 0.5);
  stat_set_numbers(&s, "at", at, 2);
  vital_all(&s, list, 5, NULL, N, &run);
  STAT_NEAR(run.value[vital_at(&run, "E0.5")], (3 * sqrt(0.98) + sqrt(0.97) + sqrt(0.95)) / 5,
            1e-14);
  STAT_NEAR(run.value[vital_at(&run, "S0.5")], 0.8, 1e-14);
  STAT_NEAR(run.value[vital_at(&run, "S1.5")], 0.8, 1e-14);
  stat_close(&s);
}

Test(relative_survival, nobody_left) { /* V4 */
  static const double at[] = {1, 5};
  static const double all_die[] = {1, 1, 1, 1, 1};
  const sampan_column *list[5];
  open_example("ederer2", list);
  stat_set_numbers(&s, "at", at, 2);
  vital_all(&s, list, 5, NULL, N, &run);
  cr_assert_eq(run.status[vital_at(&run, "R1")], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "R5")], SAMPAN_NOT_ESTIMABLE);
  list[1] = stat_truths(&event_column, "event", all_die, N);
  vital_all(&s, list, 5, NULL, N, &run);
  cr_assert_eq(run.status[vital_at(&run, "R5")], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.value[vital_at(&run, "R5")], 0);
  cr_assert_eq(run.model_variance[vital_at(&run, "R5")], 0);
  stat_close(&s);
}

/* By sex and year as well; rates of death in place of survival. */
static const char *const by_header[] = {"sex", "year", "age", "rate"};
static const char *const by_text[] = {"F", "2000", "0", ".01", "F", "2001", "0", ".02",
                                      "M", "2000", "0", ".03", "M", "2001", "0", ".04"};
static const double by_number[] = {NAN, 2000, 0, .01, NAN, 2001, 0, .02,
                                   NAN, 2000, 0, .03, NAN, 2001, 0, .04};
static const sampan_table by_table = {.struct_size = sizeof by_table,
                                      .n_rows = 4,
                                      .n_columns = 4,
                                      .header = by_header,
                                      .text = by_text,
                                      .number = by_number,
                                      .name = "by sex and year",
                                      .digest = ""};

Test(relative_survival, goes_by_sex_and_year) { /* V2 */
  static const char *const sexes[] = {"M", "F", "X"};
  static const double sex[] = {0, 1, 0}, year[] = {2000.2, 2000.9, 2001.5}, three[] = {3, 3, 3};
  static const double none[] = {0, 0, 0}, at[] = {1}, unknown[] = {2, 2, 2};
  const sampan_column *list[5];
  open_example("ederer2", list);
  stat_set_table(&s, "expected", &by_table);
  cr_assert_eq(vital_bind(&s, list, 5, &run), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "sex"));
  list[0] = stat_numbers(&time_column, "time", three, 3);
  list[1] = stat_numbers(&event_column, "event", none, 3);
  list[2] = stat_numbers(&age_column, "age", ages, 3);
  list[3] = stat_texts(&sex_column, "sex", sex, 3, sexes, 3);
  list[4] = stat_numbers(&year_column, "year", year, 3);
  stat_set_numbers(&s, "at", at, 1);
  vital_all(&s, list, 5, NULL, 3, &run);
  STAT_NEAR(run.value[vital_at(&run, "E1")], (exp(-.03) + exp(-.01) + exp(-.04)) / 3, 1e-14);
  stat_set_numbers(&s, "at", years, 2);
  cr_assert_eq(vital_bind(&s, list, 5, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 5, NULL, 3, 0, &run), SAMPAN_E_DATA, "2002 is not there");
  cr_assert_eq(s.error.row, 3);
  cr_assert_str_eq(s.error.column, "year");
  stat_set_choice(&s, "outside", "nearest");
  vital_all(&s, list, 5, NULL, 3, &run);
  STAT_NEAR(run.value[vital_at(&run, "E2")],
            (exp(-.03) + exp(-.01) + exp(-.04)) / 3 * (exp(-.04) + exp(-.02) + exp(-.04)) / 3,
            1e-14);
  list[3] = stat_texts(&sex_column, "sex", unknown, 3, sexes, 3);
  cr_assert_eq(vital_read(&s, list, 5, NULL, 3, 0, &run), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(s.error.message, "`X`"));
  stat_close(&s);
}

Test(relative_survival, refuses_tables_and_years) {
  static const char *const twice[] = {"61", "0.97", "61", "0.98", "70", "0.95"};
  static const double twice_number[] = {61, 0.97, 61, 0.98, 70, 0.95};
  static const double above_1[] = {61, 0.97, 60, 1.98, 70, 0.95};
  static const double odd[] = {1.5}, down[] = {2, 1};
  const char *const no_header[] = {"age", "people"};
  for (int i = 0; i < 5; i++) {
    const sampan_column *list[5];
    sampan_table table = expected;
    open_example("ederer2", list);
    if (i == 0) table.text = twice;
    if (i == 0) table.number = twice_number;
    if (i == 1) table.number = above_1;
    if (i == 2) table.header = no_header;
    if (i == 3) stat_set_numbers(&s, "at", odd, 1);
    if (i == 4) stat_set_numbers(&s, "at", down, 2);
    stat_set_table(&s, "expected", &table);
    cr_assert_eq(vital_bind(&s, list, 5, &run), SAMPAN_E_PLAN, "%d", i);
    cr_assert(s.error.message[0] && s.error.hint[0]);
    cr_assert_str_eq(s.error.parameter, i < 3 ? "expected" : "at");
    stat_close(&s);
  }
}
