/* stat_readme_test.c - the worked examples of the plugins' pages, re-read and run. */
#include <stdio.h>

#include "stat_support.h"

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

typedef struct example {
  char text[16384];
  const char *start; /* the first line of the last fenced block */
} example;

static void open_example(example *e, const char *folder, const char *name) {
  char path[512];
  snprintf(path, sizeof path, "%s/plugins/%s/%s/README.md", SAMPAN_SOURCE_DIR, folder, name);
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f, "%s", path);
  const size_t n = fread(e->text, 1, sizeof e->text - 1, f);
  fclose(f);
  e->text[n] = '\0';
  e->start = strstr(e->text, "\n```\n");
  cr_assert_not_null(e->start, "%s has no example", path);
}

/* Reads up to n numbers of the line `key = ...`: how many. */
static int numbers(const example *e, const char *key, double *out, int n) {
  char line[64];
  int found = 0;
  snprintf(line, sizeof line, "\n%s = ", key);
  const char *at = strstr(e->start, line);
  if (!at) return 0;
  at += strlen(line);
  while (found < n && *at != '\n') {
    char *end = NULL;
    out[found++] = strtod(at, &end);
    cr_assert_neq(end, at, "%s of the example is not a number", key);
    at = end;
    while (*at == ' ') at++;
  }
  return found;
}

static double number(const example *e, const char *key, double otherwise) {
  double x = otherwise;
  numbers(e, key, &x, 1);
  return x;
}

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

Test(readme, comparisons) {
  static example e;
  static const double years[] = {2009, 2011, 2013, 2015, 2017, 2019, 2021};
  static const double se[] = {0.054331973131682816, 0.04797131014183377,  0.019599317456745282,
                              0.05422156276252308,  0.029987592328486544, 0.0233251653285953,
                              0.029942794909992795};
  double y[7], v[49] = {0};
  sampan_finding f[2];
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
