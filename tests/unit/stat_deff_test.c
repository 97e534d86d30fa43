/* stat_deff_test.c - the element variances against the design effects of the reference cases:
 *
 *   deff_wr = V / (S / n),  deff_wor = V / (S / n (1 - n / N))
 *
 * with V the variance of the case, S the element variance, n the records of positive weight and N
 * the sum of their weights. */
#include "oracle_support.h"
#include "stat_support.h"

/* Runs an estimator over the columns of a case, in parts of the size that the driver takes. */
static void estimate(stat_plugin *s, const double *const *x, uint32_t n_columns, const double *w,
                     int64_t n, stat_run *run) {
  static stat_column held[2];
  const sampan_column *columns[2];
  for (int64_t from = 0; from == 0 || from < n; from += STAT_RECORDS) {
    const int64_t part = n - from < STAT_RECORDS ? n - from : STAT_RECORDS;
    for (uint32_t k = 0; k < n_columns; k++)
      columns[k] = stat_numbers(&held[k], "x", x[k] + from, part);
    if (from == 0) cr_assert_eq(stat_bind(s, columns, n_columns, run), SAMPAN_OK);
    cr_assert_eq(stat_score(s, columns, n_columns, w + from, part, run), SAMPAN_OK);
  }
  stat_estimate(s, run);
}

static int check_row(const sp_yaml *row, const stat_run *run) {
  const double se = oracle_number(row, "se"), n = (double)run->n_positive;
  const double wr = oracle_number(row, "deff_wr"), wor = oracle_number(row, "deff_wor");
  int compared = 0;
  STAT_NEAR(run->value, oracle_number(row, "estimate"), 1e-9);
  if (!isnan(wr)) {
    STAT_NEAR(se * se / (run->element_variance / n), wr, 1e-9);
    compared++;
  }
  if (!isnan(wor)) {
    STAT_NEAR(se * se / (run->element_variance / n * (1 - n / run->weight)), wor, 1e-9);
    compared++;
  }
  return compared;
}

/* The rows of a case of kind mean, total or ratio that are of numbers and of no group: how many
 * design effects agree. */
static int check_case(const char *id, const char *estimator) {
  oracle_case c;
  int compared = 0;
  oracle_open(&c, id);
  const char *by = oracle_text(c.analysis, "by");
  double *w = oracle_column(&c, oracle_text(sp_yaml_get(c.root, "design"), "weights"));
  cr_assert_null(by);
  for (uint32_t k = 0; k < c.expected->n; k++) {
    const sp_yaml *row = c.expected->items[k], *key = sp_yaml_get(row, "key");
    const char *variable = oracle_text(key, "variable");
    double *x[2] = {NULL, NULL};
    stat_plugin s;
    stat_run run;
    if (variable && (oracle_text(key, "category") || strcmp(variable, "one_") == 0)) continue;
    x[0] = oracle_column(&c, variable ? variable : oracle_text(key, "numerator"));
    if (!variable) x[1] = oracle_column(&c, oracle_text(key, "denominator"));
    stat_open(&s, SAMPAN_ESTIMATOR, estimator);
    estimate(&s, (const double *const *)x, variable ? 1 : 2, w, c.n_rows, &run);
    compared += check_row(row, &run);
    stat_close(&s);
    free(x[0]);
    free(x[1]);
  }
  free(w);
  oracle_close(&c);
  return compared;
}

Test(deff, of_means) {
  cr_assert_gt(check_case("mean_3stage", "mean"), 5);
  cr_assert_gt(check_case("mean_strat", "mean"), 3);
  cr_assert_gt(check_case("mean_clus1", "mean"), 3);
  cr_assert_gt(check_case("mean_nasty", "mean"), 5);
}

Test(deff, of_totals) {
  cr_assert_gt(check_case("total_strat", "total"), 1);
  cr_assert_gt(check_case("total_clus1", "total"), 3);
  cr_assert_gt(check_case("total_nasty", "total"), 5);
}

Test(deff, of_ratios) { /* R6 */
  cr_assert_eq(check_case("ratio_strat", "ratio"), 2);
  cr_assert_geq(check_case("ratio_clus2", "ratio"), 2);
}

/* By residuals, for every combination of numbers and bits. */
Test(deff, of_ratios_of_either_type) { /* R6 */
  static const double up[] = {1, 0, 1, 1, 0, 0, 1}, down[] = {1, 1, 0, 1, 1, 0, 1};
  static const double w[] = {1.5, 2, 1, 0.5, 3, 2.5, 0};
  double y = 0, x = 0, n = 0, squares = 0;
  for (int i = 0; i < 7; i++) {
    y += w[i] * up[i];
    x += w[i] * down[i];
    n += w[i];
  }
  for (int i = 0; i < 7; i++)
    squares += w[i] * (up[i] - y / x * down[i]) * (up[i] - y / x * down[i]);
  for (int kind = 0; kind < 4; kind++) {
    stat_plugin s;
    stat_column a, b;
    stat_run run;
    stat_open(&s, SAMPAN_ESTIMATOR, "ratio");
    stat_set_number(&s, "per", 100);
    const sampan_column *columns[] = {
        kind & 1 ? stat_truths(&a, "y", up, 7) : stat_numbers(&a, "y", up, 7),
        kind & 2 ? stat_truths(&b, "x", down, 7) : stat_numbers(&b, "x", down, 7)};
    stat_all(&s, columns, 2, w, 7, &run);
    cr_assert_eq(run.shape.n_components, 3 + !(kind & 1) + !(kind & 2));
    STAT_NEAR(run.value, 100 * y / x, 1e-14);
    STAT_NEAR(run.element_variance, 1e4 * n * squares / (x * x) * 6 / 5, 1e-13);
    stat_check_gradient(&s, &run);
    stat_close(&s);
  }
}

Test(deff, none_where_a_ratio_is_the_same_in_every_record) { /* R6 */
  static const double up[] = {0.3, 0.6, 0.9}, down[] = {1, 2, 3};
  stat_plugin s;
  stat_column a, b;
  stat_run run;
  stat_open(&s, SAMPAN_ESTIMATOR, "ratio");
  const sampan_column *columns[] = {stat_numbers(&a, "y", up, 3), stat_numbers(&b, "x", down, 3)};
  stat_all(&s, columns, 2, NULL, 3, &run);
  cr_assert_eq(run.element_variance, 0);
  stat_all(&s, columns, 2, NULL, 1, &run);
  cr_assert(isnan(run.element_variance));
  stat_close(&s);
}
