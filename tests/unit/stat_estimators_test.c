/* stat_estimators_test.c - prevalence, mean, total, count and ratio. */
#include <stddef.h>

#include "stat_support.h"

/* Eight records, one missing; weights of a survey. */
static const double eight[] = {1, 0, 1, NAN, 0, 0, 1, 0};
static const double weight[] = {1.5, 2, 1, 7, 0.5, 3, 2.5, 0};
static const double height[] = {160, 171.5, 168, NAN, 155, 180, 149.5, 200};

static void open_estimator(stat_plugin *s, const char *name) {
  stat_open(s, SAMPAN_ESTIMATOR, name);
}

Test(prevalence, weighs_present_records_of_either_type) { /* P1 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  for (int is_truth = 0; is_truth < 2; is_truth++) {
    open_estimator(&s, "prevalence");
    const sampan_column *column =
        is_truth ? stat_truths(&of, "sick", eight, 8) : stat_numbers(&of, "sick", eight, 8);
    stat_all(&s, &column, 1, weight, 8, &run);
    cr_assert_eq(run.n_records, 7);
    cr_assert_eq(run.count[1], 3);
    STAT_NEAR(run.value, 5.0 / 10.5, 1e-15);
    STAT_NEAR(run.element_variance, (5.0 / 10.5) * (5.5 / 10.5) * 6 / 5, 1e-14);
    cr_assert_eq(run.status, SAMPAN_ESTIMABLE);
    cr_assert_eq(run.shape.components[1].flags, SAMPAN_EVENTS);
    stat_check_gradient(&s, &run);
    stat_close(&s);
  }
}

Test(prevalence, names_the_row_of_a_value_that_is_neither) { /* P2 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  double x[STAT_RECORDS] = {0};
  open_estimator(&s, "prevalence");
  x[130] = 2;
  const sampan_column *column = stat_numbers(&of, "smoke", x, 131);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, &column, 1, NULL, 131, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 131);
  cr_assert_str_eq(s.error.column, "smoke");
  /* The same number past the end of the batch is nobody's. */
  cr_assert_eq(stat_score(&s, &column, 1, NULL, 130, &run), SAMPAN_OK);
  stat_close(&s);
}

Test(prevalence, nothing_to_estimate) { /* P3, P4 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  static const double zero_weights[] = {0, 0}, missing[] = {NAN, NAN}, both[] = {1, 0};
  open_estimator(&s, "prevalence");
  const sampan_column *column = stat_truths(&of, "x", missing, 2);
  stat_all(&s, &column, 1, NULL, 2, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  cr_assert(isnan(run.value) && run.gradient[0] == 0);
  stat_all(&s, &column, 1, NULL, 0, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  column = stat_truths(&of, "x", both, 2);
  stat_all(&s, &column, 1, zero_weights, 2, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  stat_all(&s, &column, 1, NULL, 1, &run);
  cr_assert_eq(run.value, 1);
  cr_assert(isnan(run.element_variance));
  stat_close(&s);
}

Test(prevalence, design_effect_of_the_oracle) { /* P4; mean_nasty, ybin: deff_wr */
  stat_plugin s;
  stat_column of;
  stat_run run;
  open_estimator(&s, "prevalence");
  const sampan_column *column = stat_truths(&of, "ybin", eight, 8);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK);
  run.total[0] = 401297.85075700004;
  run.total[1] = 0.095820621068525 * run.total[0];
  run.count[0] = run.n_records = 747;
  run.n_positive = 696;
  stat_estimate(&s, &run);
  const double se = 0.04593165628999655;
  STAT_NEAR(se * se / (run.element_variance / 696), 16.92370465612723, 1e-9);
  run.total[0] = run.total[1] = 1e8; /* all of a large population */
  stat_estimate(&s, &run);
  cr_assert_eq(run.value, 1);
  cr_assert_eq(run.element_variance, 0);
  stat_close(&s);
}

Test(mean, of_numbers) { /* M1, M4 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  double sum = 0, sum_w = 0, spread = 0;
  open_estimator(&s, "mean");
  const sampan_column *column = stat_numbers(&of, "height", height, 8);
  stat_all(&s, &column, 1, weight, 8, &run);
  for (int i = 0; i < 8; i++) {
    if (isnan(height[i])) continue;
    sum += weight[i] * height[i];
    sum_w += weight[i];
  }
  for (int i = 0; i < 8; i++)
    if (!isnan(height[i])) spread += weight[i] * pow(height[i] - sum / sum_w, 2);
  STAT_NEAR(run.value, sum / sum_w, 1e-15);
  STAT_NEAR(run.element_variance, spread / sum_w * 6 / 5, 1e-10);
  cr_assert_eq(run.gradient[2], 0);
  stat_check_gradient(&s, &run);
  stat_close(&s);
}

Test(mean, of_truths_is_a_proportion) { /* M5 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  open_estimator(&s, "mean");
  const sampan_column *column = stat_truths(&of, "sick", eight, 8);
  stat_all(&s, &column, 1, weight, 8, &run);
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_PROPORTION);
  STAT_NEAR(run.value, 5.0 / 10.5, 1e-15);
  STAT_NEAR(run.element_variance, (5.0 / 10.5) * (5.5 / 10.5) * 6 / 5, 1e-14);
  stat_close(&s);
}

Test(mean, refuses_infinity_and_the_empty_domain) { /* M2, M3 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  static const double x[] = {1, HUGE_VAL, NAN};
  open_estimator(&s, "mean");
  const sampan_column *column = stat_numbers(&of, "dose", x, 3);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, &column, 1, NULL, 3, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 2);
  cr_assert_str_eq(s.error.column, "dose");
  stat_estimate(&s, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  stat_close(&s);
}

Test(total, value_gradient_and_design_effect) { /* T1, T4; total_st3, b: deff_wr */
  stat_plugin s;
  stat_column of;
  stat_run run;
  open_estimator(&s, "total");
  const sampan_column *column = stat_numbers(&of, "height", height, 8);
  stat_all(&s, &column, 1, weight, 8, &run);
  STAT_NEAR(run.value, 240 + 343 + 168 + 77.5 + 540 + 373.75, 1e-15);
  stat_check_gradient(&s, &run);
  column = stat_truths(&of, "b", eight, 8);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK); /* T5 */
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_COUNT);
  run.total[0] = 14099.277777777777;
  run.total[1] = 3939.2159722222223;
  run.count[0] = run.n_records = run.n_positive = 178;
  stat_estimate(&s, &run);
  const double se = 565.2095196644422;
  STAT_NEAR(se * se / (run.element_variance / 178), 1.4128174821513948, 1e-9);
  stat_close(&s);
}

Test(total, edges) { /* T2, T3 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  static const double x[] = {-HUGE_VAL};
  open_estimator(&s, "total");
  const sampan_column *column = stat_numbers(&of, "x", x, 1);
  cr_assert_eq(stat_bind(&s, &column, 1, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, &column, 1, NULL, 1, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 1);
  stat_estimate(&s, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  stat_close(&s);
}

Test(count, of_records_and_of_events) { /* C1, C2, C3 */
  stat_plugin s;
  stat_column of;
  stat_run run;
  open_estimator(&s, "count");
  const sampan_column *column = NULL;
  stat_all(&s, &column, 1, weight, 8, &run);
  cr_assert_eq(run.n_records, 8);
  STAT_NEAR(run.value, 17.5, 1e-15);
  cr_assert(isnan(run.element_variance));
  stat_check_gradient(&s, &run);
  column = stat_truths(&of, "sick", eight, 8);
  stat_all(&s, &column, 1, weight, 8, &run);
  cr_assert_eq(run.n_records, 7);
  STAT_NEAR(run.value, 5.0, 1e-15);
  STAT_NEAR(run.element_variance, 5.0 * 5.5 * 6 / 5, 1e-14);
  stat_check_gradient(&s, &run);
  stat_all(&s, &column, 1, weight, 0, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  stat_close(&s);
}

Test(ratio, needs_both_and_scales) { /* R1, R2, R5 */
  stat_plugin s;
  stat_column up, down;
  stat_run run;
  static const double deaths[] = {3, 1, NAN, 4}, births[] = {1000, 500, 800, NAN};
  open_estimator(&s, "ratio");
  stat_set_number(&s, "per", 1000);
  const sampan_column *columns[] = {stat_numbers(&up, "deaths", deaths, 4),
                                    stat_numbers(&down, "births", births, 4)};
  stat_all(&s, columns, 2, NULL, 4, &run);
  cr_assert_eq(run.n_records, 2);
  STAT_NEAR(run.value, 1000 * 4.0 / 1500, 1e-15);
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_RATE);
  cr_assert_eq(run.shape.statistics[0].per, 1000);
  cr_assert_eq(run.shape.components[0].flags, SAMPAN_EXPOSURE);
  cr_assert_eq(run.shape.components[1].flags, SAMPAN_EVENTS);
  stat_check_gradient(&s, &run);
  stat_close(&s);
}

Test(ratio, of_truths_is_a_proportion_on_request) {
  stat_plugin s;
  stat_column up, down;
  stat_run run;
  static const double on_treatment[] = {1, 0, 0, 1, NAN}, sick[] = {1, 1, 0, 1, 1};
  open_estimator(&s, "ratio");
  const sampan_column *columns[] = {stat_truths(&up, "treated", on_treatment, 5),
                                    stat_truths(&down, "sick", sick, 5)};
  stat_all(&s, columns, 2, weight, 5, &run);
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_RATIO);
  stat_set_choice(&s, "unit", "proportion");
  stat_all(&s, columns, 2, weight, 5, &run);
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_PROPORTION);
  STAT_NEAR(run.value, (1.5 + 7) / (1.5 + 2 + 7), 1e-15);
  stat_check_gradient(&s, &run);
  stat_set_number(&s, "per", 100);
  cr_assert_eq(stat_bind(&s, columns, 2, &run), SAMPAN_E_PLAN); /* R5 */
  cr_assert_str_eq(s.error.parameter, "per");
  stat_close(&s);
}

Test(ratio, edges) { /* R3, R4 */
  stat_plugin s;
  stat_column up, down;
  stat_run run;
  static const double negative[] = {1, -1, 2}, zero[] = {0, 0, 0};
  open_estimator(&s, "ratio");
  const sampan_column *columns[] = {stat_numbers(&up, "change", negative, 3),
                                    stat_numbers(&down, "population", zero, 3)};
  stat_all(&s, columns, 2, NULL, 3, &run); /* a ratio may be of negative numbers */
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  stat_set_choice(&s, "unit", "rate");
  cr_assert_eq(stat_bind(&s, columns, 2, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, columns, 2, NULL, 3, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 2);
  cr_assert_str_eq(s.error.column, "change");
  stat_close(&s);
}

Test(estimators, batches_do_not_matter) {
  static const char *const names[] = {"prevalence", "mean", "total", "count"};
  stat_plugin s;
  stat_column of;
  stat_run whole, parts;
  double x[200], w[200];
  for (int i = 0; i < 200; i++) {
    x[i] = i % 7 == 3 ? NAN : i % 3 == 0;
    w[i] = 1 + i % 5;
  }
  for (int k = 0; k < 4; k++) {
    open_estimator(&s, names[k]);
    const sampan_column *column = stat_truths(&of, "x", x, 200);
    stat_all(&s, &column, 1, w, 200, &whole);
    cr_assert_eq(stat_bind(&s, &column, 1, &parts), SAMPAN_OK);
    for (int from = 0; from < 200; from += 7) {
      const int n = 200 - from < 7 ? 200 - from : 7;
      column = stat_truths(&of, "x", x + from, n);
      cr_assert_eq(stat_score(&s, &column, 1, w + from, n, &parts), SAMPAN_OK);
    }
    stat_estimate(&s, &parts);
    cr_assert_eq(parts.n_records, whole.n_records, "%s", names[k]);
    cr_assert_eq(parts.value, whole.value, "%s", names[k]);
    stat_close(&s);
  }
}

/* The sample behind the element variance are the records of positive weight; a host that does not
 * know the field gives all records. */
Test(estimators, count_positive_weights_where_the_host_gives_them) { /* P4, M4, T4, C3 */
  static const char *const names[] = {"prevalence", "mean", "total", "count"};
  stat_plugin s;
  stat_column of;
  stat_run run;
  for (int k = 0; k < 4; k++) {
    open_estimator(&s, names[k]);
    const sampan_column *column = stat_truths(&of, "sick", eight, 8);
    stat_all(&s, &column, 1, weight, 8, &run);
    cr_assert_eq(run.n_records, 7);
    cr_assert_eq(run.n_positive, 6);
    const double positive = run.element_variance;
    sampan_totals old = {.struct_size = (uint32_t)offsetof(sampan_totals, n_positive),
                         .n_totals = run.shape.n_components,
                         .total = run.total,
                         .count = run.count,
                         .n_records = run.n_records,
                         .weight = run.weight,
                         .n_positive = -1};
    const sampan_estimates out = {.struct_size = sizeof out,
                                  .n_statistics = 1,
                                  .value = &run.value,
                                  .gradient = run.gradient,
                                  .element_variance = &run.element_variance,
                                  .status = &run.status};
    cr_assert_eq(stat_estimator(&s)->value(&s.call, &run.shape, &old, &out), SAMPAN_OK);
    STAT_NEAR(positive * (5.0 / 6), run.element_variance * (6.0 / 7), 1e-14);
    stat_close(&s);
  }
}
