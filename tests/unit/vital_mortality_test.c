/* vital_mortality_test.c - indirect standardization, premature mortality, and their intervals. */
#include "vital_cases.h"
#include "vital_support.h"

static stat_plugin s;
static vital_run run;

static sampan_interval_out limits_of(const char *name, const sampan_interval_in *in) {
  static stat_plugin interval;
  sampan_interval_out out = {.struct_size = sizeof out};
  stat_open(&interval, SAMPAN_INTERVAL, name);
  if (strcmp(name, "byar") == 0) stat_set_number(&interval, "exact_below", 0);
  const sampan_interval_ops *ops = (const sampan_interval_ops *)interval.plugin->ops;
  cr_assert_eq(ops->limits(&interval.call, in, &out), SAMPAN_OK);
  stat_close(&interval);
  return out;
}

/* ---- premature-mortality ------------------------------------------------------------------ */

static void check_premature(const double (*data)[4], uint32_t n_rows, const double (*total)[7],
                            const double (*groups)[2], double level) {
  static stat_column deaths, population, age;
  for (int sex = 0; sex < 2; sex++) {
    double x[3][STAT_RECORDS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < n_rows; i++) {
      if (data[i][0] != sex) continue;
      x[0][n] = data[i][3];
      x[1][n] = data[i][2];
      x[2][n++] = data[i][1];
    }
    const sampan_column *list[] = {stat_numbers(&deaths, "ncd_deaths", x[0], n),
                                   stat_numbers(&population, "pop", x[1], n),
                                   stat_numbers(&age, "age", x[2], n)};
    stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "premature-mortality");
    stat_set_choice(&s, "columns", "all");
    vital_all(&s, list, 3, NULL, n, &run);
    cr_assert_str_eq(run.shape.statistics[0].name, "40q30");
    const double *e = total[sex], se = sqrt(run.model_variance[0]);
    double events = 0;
    for (uint32_t g = 0; g < 8; g++) events += run.total[2 * g + 1];
    STAT_NEAR(run.value[0], e[0], 1e-12);
    STAT_NEAR(se, e[1], 1e-11);
    STAT_NEAR(events, e[6], 1e-15);
    const sampan_interval_in in = {.struct_size = sizeof in,
                                   .unit = SAMPAN_UNIT_PROPORTION,
                                   .estimate = run.value[0],
                                   .std_error = se,
                                   .df = HUGE_VAL,
                                   .level = level,
                                   .upper_bound = 1,
                                   .per = 1};
    sampan_interval_out out = limits_of("wald", &in);
    STAT_NEAR(out.lower, e[2], 1e-10);
    STAT_NEAR(out.upper, e[3], 1e-10);
    out = limits_of("cloglog", &in);
    STAT_NEAR(out.lower, e[4], 1e-10);
    STAT_NEAR(out.upper, e[5], 1e-10);
    for (uint32_t g = 0; g < 8; g++)
      for (uint32_t k = 0; k < 2; k++)
        STAT_NEAR(run.value[1 + 2 * g + k], groups[8 * sex + (int)g][k], 1e-12);
    cr_assert_str_eq(run.shape.statistics[16].name, "q65");
    for (uint32_t k = 0; k < 17; k += 4) vital_check_gradient(&s, &run, k);
    stat_close(&s);
  }
}

Test(premature, reference_case) {
  check_premature(q3070_data, sizeof q3070_data / sizeof q3070_data[0], q3070_total, q3070_groups,
                  0.95);
}

Test(premature, reference_case_of_few_deaths) { /* P2 */
  check_premature(q3070_small_data, sizeof q3070_small_data / sizeof q3070_small_data[0],
                  q3070_small_total, q3070_small_groups, 0.9);
}

Test(premature, edges) { /* P1, P2, P3 */
  static const char *const text[] = {"25-29", "30-34", "70+", "60-64", "65+", "68-72"};
  static const double code[] = {0, 1, 2, 3, 4, 5}, p[] = {9, 10, 9, 20, 9, 9},
                      d[] = {1, 30, 1, 1, 1, 1};
  static stat_column deaths, population, age;
  const sampan_column *list[] = {stat_numbers(&deaths, "d", d, 4),
                                 stat_numbers(&population, "p", p, 4),
                                 stat_texts(&age, "age", code, 4, text, 6)};
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "premature-mortality");
  vital_all(&s, list, 3, NULL, 4, &run);
  cr_assert_eq(run.totals.n_records, 2);
  cr_assert_eq(run.status[0], SAMPAN_NOT_ESTIMABLE, "six groups have no population");
  stat_set_number(&s, "below", 35);
  vital_all(&s, list, 3, NULL, 4, &run);
  cr_assert_str_eq(run.shape.statistics[0].name, "5q30");
  cr_assert_eq(run.value[0], 1, "more than all cannot die");
  cr_assert_eq(run.model_variance[0], 0);
  for (uint32_t bad = 4; bad < 6; bad++) {
    const double one[] = {bad};
    list[2] = stat_texts(&age, "age", one, 1, text, 6);
    stat_set_number(&s, "below", 70);
    cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
    cr_assert_eq(vital_read(&s, list, 3, NULL, 1, 0, &run), SAMPAN_E_DATA, "%s", text[bad]);
  }
  stat_set_number(&s, "below", 72);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "below");
  stat_close(&s);
}

/* ---- cloglog ------------------------------------------------------------------------------ */

Test(cloglog, has_none_at_the_ends_and_without_df) { /* C1, C2, C3 */
  sampan_interval_in in = {.struct_size = sizeof in,
                           .unit = SAMPAN_UNIT_PROPORTION,
                           .estimate = 0,
                           .std_error = 0.1,
                           .df = 5,
                           .level = 0.95,
                           .upper_bound = 1,
                           .per = 1};
  cr_assert_eq(limits_of("cloglog", &in).status, SAMPAN_LIMITS_NONE);
  in.estimate = 1;
  cr_assert_eq(limits_of("cloglog", &in).status, SAMPAN_LIMITS_NONE);
  in.estimate = 0.3;
  in.df = 0;
  cr_assert_eq(limits_of("cloglog", &in).status, SAMPAN_LIMITS_NONE);
  in.df = 5;
  in.std_error = 0;
  const sampan_interval_out out = limits_of("cloglog", &in);
  STAT_NEAR(out.lower, 0.3, 1e-15);
  STAT_NEAR(out.upper, 0.3, 1e-15);
  cr_assert(out.why[0]);
}

Test(cloglog, complement_is_that_of_survival) {
  static stat_plugin interval;
  sampan_interval_out out = {.struct_size = sizeof out};
  sampan_interval_in in = {.struct_size = sizeof in,
                           .unit = SAMPAN_UNIT_PROPORTION,
                           .estimate = 0.8,
                           .std_error = 0.05,
                           .df = HUGE_VAL,
                           .level = 0.95,
                           .upper_bound = 1,
                           .per = 1};
  stat_open(&interval, SAMPAN_INTERVAL, "cloglog");
  stat_set_choice(&interval, "of", "complement");
  const sampan_interval_ops *ops = (const sampan_interval_ops *)interval.plugin->ops;
  cr_assert_eq(ops->limits(&interval.call, &in, &out), SAMPAN_OK);
  stat_close(&interval);
  /* S^exp(-/+ z se / (S log S)) */
  const double theta = 1.959963984540054 * 0.05 / (0.8 * log(0.8));
  STAT_NEAR(out.lower, pow(0.8, exp(-theta)), 1e-12);
  STAT_NEAR(out.upper, pow(0.8, exp(theta)), 1e-12);
  in.estimate = 0.2;
  const sampan_interval_out other = limits_of("cloglog", &in);
  STAT_NEAR(out.lower, 1 - other.upper, 1e-12);
  STAT_NEAR(out.upper, 1 - other.lower, 1e-12);
}

/* ---- indirect ----------------------------------------------------------------------------- */

enum { AREAS = sizeof smr_expected / sizeof smr_expected[0] };
enum { AGES = sizeof smr_ages / sizeof smr_ages[0] };
enum { ROWS = sizeof smr_data / sizeof smr_data[0] };

static const char *const header[] = {"age", "events", "population"};

/* The reference of the case: all areas together. */
static const sampan_table *pooled(const char **text, double *number, sampan_table *table) {
  for (uint32_t a = 0; a < AGES; a++) {
    double events = 0, population = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
      if (smr_data[i][1] != a) continue;
      events += smr_data[i][2];
      population += smr_data[i][3];
    }
    for (int k = 0; k < 3; k++) text[3 * a + k] = "";
    text[3 * a] = smr_ages[a];
    number[3 * a] = NAN;
    number[3 * a + 1] = events;
    number[3 * a + 2] = population;
  }
  *table = (sampan_table){.struct_size = sizeof *table,
                          .n_rows = AGES,
                          .n_columns = 3,
                          .header = header,
                          .text = text,
                          .number = number,
                          .name = "pooled",
                          .digest = ""};
  return table;
}

Test(indirect, reference_case) { /* I2, I6 */
  static stat_column deaths, years, age;
  const char *text[3 * AGES];
  double number[3 * AGES];
  sampan_table table;
  for (uint32_t area = 0; area < AREAS; area++) {
    double x[3][ROWS];
    uint32_t n = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
      if (smr_data[i][0] != area) continue;
      x[0][n] = smr_data[i][2];
      x[1][n] = smr_data[i][3];
      x[2][n++] = smr_data[i][1];
    }
    const sampan_column *list[] = {stat_numbers(&deaths, "cases", x[0], n),
                                   stat_numbers(&years, "py", x[1], n),
                                   stat_texts(&age, "age", x[2], n, smr_ages, AGES)};
    stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "indirect");
    stat_set_table(&s, "standard_rates", pooled(text, number, &table));
    stat_set_choice(&s, "statistic", "all");
    vital_all(&s, list, 3, NULL, n, &run);
    const double *e = smr_expected[area];
    STAT_NEAR(run.total[1], e[0], 1e-15);
    STAT_NEAR(run.total[0], e[1], 1e-12);
    STAT_NEAR(run.value[vital_at(&run, "smr")], e[2], 1e-12);
    STAT_NEAR(run.value[vital_at(&run, "expected")], e[1], 1e-12);
    STAT_NEAR(run.value[vital_at(&run, "p_exact")], e[3], 1e-9);
    STAT_NEAR(run.value[vital_at(&run, "chi2")], e[4], 1e-10);
    STAT_NEAR(run.value[vital_at(&run, "isr")], e[5], 1e-12);
    for (uint32_t k = 0; k < run.n_statistics; k++)
      if (k != vital_at(&run, "p_exact")) vital_check_gradient(&s, &run, k);
    const double scale = 1 / run.total[0];
    STAT_NEAR(sqrt(vital_poisson(&run, 0)), sqrt(e[0]) * scale, 1e-12);
    const sampan_interval_in in = {.struct_size = sizeof in,
                                   .unit = SAMPAN_UNIT_RATIO,
                                   .estimate = run.value[0],
                                   .std_error = sqrt(vital_poisson(&run, 0)),
                                   .df = HUGE_VAL,
                                   .level = 0.95,
                                   .events = run.total[1],
                                   .exposure = run.total[0],
                                   .gradient_max = run.gradient[1],
                                   .upper_bound = HUGE_VAL,
                                   .per = 1};
    const sampan_interval_out out = limits_of("byar", &in);
    STAT_NEAR(out.lower, smr_byar[area][0], 1e-9);
    STAT_NEAR(out.upper, smr_byar[area][1], 1e-9);
    stat_close(&s);
  }
}

/* A map in the plan, rates per 1000. */
static const char *const map_text[] = {"0-19", "1", "20-59", "5", "60+", "50"};
static const double map_number[] = {NAN, 1, NAN, 5, NAN, 50};
static const char *const map_header[] = {"key", "value"};
static const sampan_table map = {.struct_size = sizeof map,
                                 .n_rows = 3,
                                 .n_columns = 2,
                                 .header = map_header,
                                 .text = map_text,
                                 .number = map_number,
                                 .name = "a map",
                                 .digest = ""};

Test(indirect, map_of_rates_and_missing_values) { /* I1, I4, I5 */
  static const double d[] = {2, 3, NAN, 1}, p[] = {1000, 2000, 500, NAN}, a[] = {10, 70, 30, 30};
  static stat_column deaths, years, age;
  const sampan_column *list[] = {stat_numbers(&deaths, "d", d, 4), stat_numbers(&years, "p", p, 4),
                                 stat_numbers(&age, "a", a, 4)};
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "indirect");
  stat_set_table(&s, "standard_rates", &map);
  stat_set_number(&s, "standard_per", 1000);
  vital_all(&s, list, 3, NULL, 4, &run);
  cr_assert_eq(run.totals.n_records, 2);
  STAT_NEAR(run.value[0], 5.0 / 101, 1e-14);
  stat_set_choice(&s, "statistic", "isr");
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "crude_rate");
  stat_set_number(&s, "crude_rate", 10);
  vital_all(&s, list, 3, NULL, 4, &run);
  STAT_NEAR(run.value[0], 5.0 / 101 * 1000, 1e-13);
  stat_set_choice(&s, "statistic", "test");
  vital_all(&s, list, 3, NULL, 4, &run);
  cr_assert_eq(run.status[1], SAMPAN_ESTIMABLE);
  run.total[1] = 4.5;
  vital_value(&s, &run);
  cr_assert_eq(run.status[0], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.status[1], SAMPAN_NOT_ESTIMABLE, "no exact test of half a death");
  run.total[0] = 0;
  vital_value(&s, &run);
  cr_assert_eq(run.status[0], SAMPAN_NOT_ESTIMABLE);
  cr_assert(s.note[0]);
  stat_close(&s);
}

Test(indirect, refuses_ages_that_overlap_or_leave_a_gap) { /* I3 */
  static const char *const overlap[] = {"0-20", "1", "20-59", "5", "60+", "50"};
  static const char *const gap[] = {"0-18", "1", "20-59", "5", "60+", "50"};
  static const char *const twice[] = {"0-19", "1", "0-19", "5", "60+", "50"};
  static const char *const *const bad[] = {overlap, gap, twice};
  static const char *const says[] = {"overlap", "leave a gap", "twice"};
  static const double x[] = {1};
  static stat_column column;
  const sampan_column *one = stat_numbers(&column, "x", x, 1), *list[] = {one, one, one};
  for (int i = 0; i < 3; i++) {
    sampan_table table = map;
    table.text = bad[i];
    stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "indirect");
    stat_set_table(&s, "standard_rates", &table);
    cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_E_PLAN);
    cr_assert_not_null(strstr(s.error.message, says[i]), "%s", s.error.message);
    stat_close(&s);
  }
}
