/* stat_readme_test.c - the worked examples of the plugins' pages, re-read and run. */
#include "stat_example.h"
#include "stat_frame.h"
#include "stat_reads.h"
#include "tally_support.h"

Test(readme, intervals) {
  static const struct {
    const char *name;
    int32_t unit;
  } pages[] = {
      {"wald", SAMPAN_UNIT_PROPORTION},    {"logit", SAMPAN_UNIT_PROPORTION},
      {"wilson", SAMPAN_UNIT_PROPORTION},  {"clopper-pearson", SAMPAN_UNIT_PROPORTION},
      {"cloglog", SAMPAN_UNIT_PROPORTION}, {"korn-graubard", SAMPAN_UNIT_PROPORTION},
      {"byar", SAMPAN_UNIT_RATE},          {"dobson", SAMPAN_UNIT_RATE},
      {"fay-feuer", SAMPAN_UNIT_RATE},
      {"arcsine", SAMPAN_UNIT_PROPORTION},
      {"likelihood", SAMPAN_UNIT_PROPORTION},
      {"agresti-coull", SAMPAN_UNIT_PROPORTION},
      {"jeffreys", SAMPAN_UNIT_PROPORTION},
      {"log", SAMPAN_UNIT_RATE},
      {"poisson", SAMPAN_UNIT_RATE},
      {"tiwari", SAMPAN_UNIT_RATE},
  };
  static example e;
  stat_plugin s;
  for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
    open_example(&e, "intervals", pages[i].name);
    stat_open(&s, SAMPAN_INTERVAL, pages[i].name);
    const sampan_interval_in in = {.struct_size = sizeof in,
                                   .unit = pages[i].unit,
                                   .estimate = number(&e, "estimate", NAN),
                                   .std_error = number(&e, "std_error", 0),
                                   .df = number(&e, "df", HUGE_VAL),
                                   .level = number(&e, "level", NAN),
                                   .n = (int64_t)number(&e, "n", 0),
                                   .n_positive = (int64_t)number(&e, "n_positive", 0),
                                   .n_events = (int64_t)number(&e, "n_events", 0),
                                   .events = number(&e, "events", 0),
                                   .exposure = number(&e, "exposure", 0),
                                   .gradient_max = number(&e, "gradient_max", 0),
                                   .gradient_mean = number(&e, "gradient_mean", NAN),
                                   .gradient_mean_square = number(&e, "gradient_mean_square", NAN),
                                   .upper_bound = HUGE_VAL,
                                   .per = number(&e, "per", 1)};
    sampan_interval_out out = {.struct_size = sizeof out};
    cr_assert_eq(((const sampan_interval_ops *)s.plugin->ops)->limits(&s.call, &in, &out),
                 SAMPAN_OK);
    cr_assert_eq(out.status, SAMPAN_LIMITS_OK, "%s: %s", pages[i].name, out.why);
    STAT_NEAR(out.lower, number(&e, "lower", NAN), 1e-9);
    STAT_NEAR(out.upper, number(&e, "upper", NAN), 1e-9);
    stat_close(&s);
  }
}

Test(readme, estimators) {
  static const struct {
    const char *name;
    int is_truth;
    uint32_t n_columns;
  } pages[] = {
      {"prevalence", 1, 1}, {"mean", 0, 1}, {"total", 0, 1}, {"count", 1, 1}, {"ratio", 0, 2}};
  static const double one[] = {1};
  static example e;
  stat_plugin s;
  stat_column c;
  stat_run run;
  for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
    double gradient[STAT_TOTALS];
    open_example(&e, "estimators", pages[i].name);
    stat_open(&s, SAMPAN_ESTIMATOR, pages[i].name);
    const double per = number(&e, "per", 1);
    if (per != 1) stat_set_number(&s, "per", per);
    const sampan_column *column =
        pages[i].is_truth ? stat_truths(&c, "x", one, 1) : stat_numbers(&c, "x", one, 1);
    const sampan_column *columns[] = {column, column};
    cr_assert_eq(stat_bind(&s, columns, pages[i].n_columns, &run), SAMPAN_OK);
    const int n = numbers(&e, "totals", run.total, STAT_TOTALS);
    cr_assert_eq(n, (int)run.shape.n_components);
    cr_assert_eq(numbers(&e, "gradient", gradient, STAT_TOTALS), n);
    run.n_records = run.n_positive = run.count[0] = 7;
    stat_estimate(&s, &run);
    STAT_NEAR(run.value, number(&e, "value", NAN), 1e-15);
    for (int k = 0; k < n; k++) STAT_NEAR(run.gradient[k], gradient[k], 1e-15);
    stat_close(&s);
  }
}

/* Records of the example, for estimators that read them more than once. */
static tally_records records(const example *e, double *x, double *w) {
  const int n = numbers(e, "x", x, 16);
  cr_assert_gt(n, 1);
  cr_assert_eq(numbers(e, "w", w, 16), n);
  return (tally_records){.x = x, .w = w, .n = n};
}

Test(readme, quantiles) {
  static const char *const rules[] = {"math", "hf7", "sas"};
  static example e;
  double x[16], w[16], at[4], q[4], inner[4];
  stat_plugin s;
  tally_run run;
  open_example(&e, "estimators", "quantile");
  stat_open(&s, SAMPAN_ESTIMATOR, "quantile");
  const tally_records r = records(&e, x, w);
  const int n = numbers(&e, "at", at, 4);
  cr_assert_eq(n, 3);
  stat_set_numbers(&s, "at", at, (uint32_t)n);
  for (int k = 0; k < 3; k++) {
    stat_set_choice(&s, "rule", rules[k]);
    cr_assert_eq(tally_drive(&s, &r, &run), SAMPAN_OK);
    cr_assert_eq(numbers(&e, rules[k], q, 4), n);
    cr_assert_eq(numbers(&e, "inner", inner, 4), n);
    for (int j = 0; j < n; j++) {
      STAT_NEAR(run.g[0].value[j], q[j], 1e-14);
      if (k == 0) STAT_NEAR(run.g[0].inner[j], inner[j], 1e-15);
    }
    tally_close(&run);
  }
  stat_close(&s);
}

Test(readme, variance) {
  static example e;
  double x[16], w[16];
  stat_plugin s;
  tally_run run;
  open_example(&e, "estimators", "variance");
  stat_open(&s, SAMPAN_ESTIMATOR, "variance");
  const tally_records r = records(&e, x, w);
  cr_assert_eq(tally_drive(&s, &r, &run), SAMPAN_OK);
  STAT_NEAR(run.g[0].value[0], number(&e, "variance", NAN), 1e-14);
  STAT_NEAR(run.g[0].value[1], number(&e, "sd", NAN), 1e-14);
  tally_close(&run);
  stat_close(&s);
}

Test(readme, distribution) {
  static const char *const levels[] = {"a", "b", "c"};
  static const double one[] = {1};
  static example e;
  double total[4], expected[4], value[3], gradient[12], element[3];
  int64_t count[4] = {7, 4, 2, 1};
  int32_t status[3];
  stat_column c;
  stat_plugin s;
  stat_run run;
  open_example(&e, "estimators", "distribution");
  stat_open(&s, SAMPAN_ESTIMATOR, "distribution");
  const sampan_column *column = stat_texts(&c, "x", one, 1, levels, 3);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK);
  cr_assert_eq(numbers(&e, "totals", total, 4), 4);
  const sampan_totals totals = {.struct_size = sizeof totals,
                                .n_totals = 4,
                                .total = total,
                                .count = count,
                                .n_records = 7,
                                .weight = total[0],
                                .n_positive = 6};
  const sampan_estimates out = {.struct_size = sizeof out,
                                .n_statistics = 3,
                                .value = value,
                                .gradient = gradient,
                                .element_variance = element,
                                .status = status};
  cr_assert_eq(stat_estimator(&s)->value(&s.call, &run.shape, &totals, &out), SAMPAN_OK);
  cr_assert_eq(numbers(&e, "value", expected, 4), 3);
  for (int l = 0; l < 3; l++) STAT_NEAR(value[l], expected[l], 1e-15);
  cr_assert_eq(numbers(&e, "gradient_of_c", expected, 4), 4);
  for (int k = 0; k < 4; k++) STAT_NEAR(gradient[8 + k], expected[k], 1e-15);
  stat_close(&s);
}

Test(readme, comparisons) {
  static example e;
  static const double years[] = {2009, 2011, 2013, 2015, 2017, 2019, 2021};
  static const double se[] = {0.054331973131682816, 0.04797131014183377,  0.019599317456745282,
                              0.05422156276252308,  0.029987592328486544, 0.0233251653285953,
                              0.029942794909992795};
  double y[7], v[49] = {0};
  sampan_finding f[5];
  stat_plugin s;
  open_example(&e, "comparisons", "contrast");
  stat_open(&s, SAMPAN_COMPARISON, "contrast");
  y[0] = number(&e, "a", NAN);
  y[1] = number(&e, "b", NAN);
  v[0] = number(&e, "variance_a", NAN);
  v[1] = v[2] = number(&e, "covariance", NAN);
  v[3] = number(&e, "variance_b", NAN);
  sampan_compared in = {.struct_size = sizeof in,
                        .n = 2,
                        .estimate = y,
                        .covariance = v,
                        .position = years,
                        .df = number(&e, "df", NAN),
                        .level = 0.95};
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, number(&e, "difference", NAN), 1e-12);
  STAT_NEAR(f[0].std_error, number(&e, "difference_se", NAN), 1e-9);
  STAT_NEAR(f[1].estimate, number(&e, "ratio", NAN), 1e-12);
  stat_close(&s);

  open_example(&e, "comparisons", "linear-trend");
  stat_open(&s, SAMPAN_COMPARISON, "linear-trend");
  cr_assert_eq(numbers(&e, "estimates", y, 7), 7);
  memset(v, 0, sizeof v);
  for (int i = 0; i < 7; i++) v[i * 8] = se[i] * se[i];
  in.n = 7;
  in.df = 42;
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, number(&e, "slope", NAN), 1e-12);
  STAT_NEAR(f[0].test, number(&e, "slope_t", NAN), 1e-10);
  STAT_NEAR(f[0].p_value, number(&e, "slope_p", NAN), 1e-9);
  stat_close(&s);

  static const int64_t events[] = {26, 26, 23, 18, 9}, records[] = {32, 33, 32, 32, 32};
  static const double dose[] = {0, 1, 2, 3, 4};
  open_example(&e, "comparisons", "cochran-armitage");
  stat_open(&s, SAMPAN_COMPARISON, "cochran-armitage");
  in.n = 5;
  in.position = dose;
  in.n_records = records;
  in.n_events = events;
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].test, number(&e, "z", NAN), 1e-10);
  STAT_NEAR(f[0].p_value, number(&e, "p", NAN), 1e-9);
  STAT_NEAR(f[0].estimate, number(&e, "slope", NAN), 1e-10);
  stat_close(&s);
}

/* A logistic regression, each record a PSU of one stratum. */
Test(readme, regression) {
  enum { RECORDS = 10 };
  static example e;
  static const uint32_t stratum[RECORDS] = {0}, psu[RECORDS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const stat_reads_design design = {stratum, psu, 1, RECORDS, NULL};
  double y[RECORDS], x[RECORDS], weight[RECORDS], value[2], se[2], ratio[2];
  stat_plugin s;
  stat_reads r;
  open_example(&e, "estimators", "regression");
  cr_assert_eq(numbers(&e, "y", y, RECORDS), RECORDS);
  cr_assert_eq(numbers(&e, "x", x, RECORDS), RECORDS);
  cr_assert_eq(numbers(&e, "weight", weight, RECORDS), RECORDS);
  cr_assert_eq(numbers(&e, "value", value, 2), 2);
  cr_assert_eq(numbers(&e, "std_error", se, 2), 2);
  cr_assert_eq(numbers(&e, "ratio", ratio, 2), 2);
  stat_open(&s, SAMPAN_ESTIMATOR, "regression");
  stat_set_choice(&s, "family", "binomial");
  const sampan_column *columns[] = {stat_number_column(s.context.arena, "y", y, RECORDS), NULL,
                                    stat_number_column(s.context.arena, "x", x, RECORDS)};
  const stat_reads_data data = {.columns = columns, .n_columns = 3, .n = RECORDS, .weight = weight};
  cr_assert_eq(stat_reads_run(&s, &data, &r), SAMPAN_OK);
  for (uint32_t j = 0; j < 2; j++) {
    STAT_NEAR(r.groups[0].value[j], value[j], 1e-13);
    STAT_NEAR(sqrt(stat_reads_covariance(&s, &r, &data, &design, 0, j, j)), se[j], 1e-11);
  }
  STAT_NEAR(stat_reads_covariance(&s, &r, &data, &design, 0, 0, 1), number(&e, "covariance", NAN),
            1e-11);
  stat_set_choice(&s, "show", "ratio");
  cr_assert_eq(stat_reads_run(&s, &data, &r), SAMPAN_OK);
  for (int j = 0; j < 2; j++) STAT_NEAR(r.groups[0].value[j], ratio[j], 1e-13);
  stat_close(&s);
}

Test(readme, comparisons_of_coefficients) {
  static example e;
  double x[2], v[4], c[2], df2 = NAN;
  sampan_finding f;
  stat_plugin s;
  open_example(&e, "comparisons", "wald-test");
  cr_assert_eq(numbers(&e, "estimates", x, 2), 2);
  cr_assert_eq(numbers(&e, "covariance", v, 4), 4);
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = 2,
                              .estimate = x,
                              .covariance = v,
                              .df = number(&e, "df", NAN),
                              .level = 0.95,
                              .df_second = &df2};
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, &f),
               SAMPAN_OK);
  STAT_NEAR(f.test, number(&e, "f", NAN), 1e-10);
  STAT_NEAR(f.p_value, number(&e, "p", NAN), 1e-8);
  stat_close(&s);

  open_example(&e, "comparisons", "linear-combination");
  cr_assert_eq(numbers(&e, "coefficients", c, 2), 2);
  stat_open(&s, SAMPAN_COMPARISON, "linear-combination");
  stat_set_numbers(&s, "coefficients", c, 2);
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, &f),
               SAMPAN_OK);
  STAT_NEAR(f.estimate, number(&e, "combination", NAN), 1e-12);
  STAT_NEAR(f.std_error, number(&e, "std_error", NAN), 1e-10);
  STAT_NEAR(f.p_value, number(&e, "p", NAN), 1e-9);
  stat_close(&s);
}
