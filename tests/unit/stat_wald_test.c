/* stat_wald_test.c - the comparisons wald-test and linear-combination. Reference numbers are R's:
 * glm_gauss_clus2 of tests/golden/oracle (regTermTest, svycontrast). */
#include "stat_support.h"

static const double stype[] = {-162.67341500365262, -61.323167209191595};
static const double stype_v[] = {412.33451157806127, 40.68944930002966, 40.68944930002966,
                                 393.5913334664429};

static sampan_compared input(const double *x, const double *v, uint32_t n, double df, double *df2) {
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = n,
                              .estimate = x,
                              .covariance = v,
                              .df = df,
                              .level = 0.95,
                              .df_second = df2};
  *df2 = NAN;
  return in;
}

static int32_t run(stat_plugin *s, const sampan_compared *in, sampan_finding *out) {
  s->note[0] = '\0';
  return ((const sampan_comparison_ops *)s->plugin->ops)->compare(&s->call, in, out);
}

Test(wald_test, agrees_with_reg_term_test) { /* W1 */
  stat_plugin s;
  sampan_finding f;
  double df2;
  const sampan_compared in = input(stype, stype_v, 2, 35, &df2);
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert_str_eq(f.statistic, "F");
  STAT_NEAR(f.test, 34.719112591880524, 1e-9);
  STAT_NEAR(f.p_value, 4.910772627042529e-09, 1e-8);
  cr_assert(f.df == 2 && df2 == 35);
  stat_close(&s);
}

/* One estimate is t squared; a scaled estimate is the same test; equal to the null is F = 0. */
Test(wald_test, laws) {
  stat_plugin s;
  sampan_finding f, g;
  double df2;
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  sampan_compared in = input(stype, stype_v, 1, 35, &df2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.test, stype[0] * stype[0] / stype_v[0], 1e-14);
  STAT_NEAR(f.p_value, 2 * s.call.host->t_cdf(stype[0] / sqrt(stype_v[0]), 35), 1e-10);
  const double scaled[] = {stype[0] * 1e-9, stype[1] * 1e9};
  const double v[] = {stype_v[0] * 1e-18, stype_v[1], stype_v[2], stype_v[3] * 1e18};
  in = input(stype, stype_v, 2, 35, &df2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  in = input(scaled, v, 2, 35, &df2);
  cr_assert_eq(run(&s, &in, &g), SAMPAN_OK);
  STAT_NEAR(g.test, f.test, 1e-13);
  in = input(stype, stype_v, 2, HUGE_VAL, &df2); /* chi-square */
  cr_assert_eq(run(&s, &in, &g), SAMPAN_OK);
  STAT_NEAR(g.p_value, exp(-g.test), 1e-9);
  stat_set_numbers(&s, "null", stype, 2);
  cr_assert_eq(run(&s, &in, &g), SAMPAN_OK);
  cr_assert(g.test == 0 && g.p_value == 1);
  stat_close(&s);
}

Test(wald_test, adjusted) {
  stat_plugin s;
  sampan_finding f;
  double df2;
  sampan_compared in = input(stype, stype_v, 2, 39, &df2);
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  stat_set_choice(&s, "form", "adjusted");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.test, 34.719112591880524 * 38 / 39, 1e-9);
  STAT_NEAR(f.p_value, s.call.host->f_cdf(1 / f.test, 38, 2), 1e-14);
  cr_assert_eq(df2, 38);
  in.df = 1; /* W3 */
  df2 = NAN;
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.test) && isnan(f.p_value) && isnan(df2));
  cr_assert_not_null(strstr(s.note, "degrees of freedom"));
  stat_close(&s);
}

Test(wald_test, null_values) {
  stat_plugin s;
  sampan_finding f, g;
  double df2;
  const double one[] = {-100}, two[] = {-100, -100}, three[] = {0, 0, 0};
  const double moved[] = {stype[0] + 100, stype[1] + 100};
  sampan_compared in = input(moved, stype_v, 2, 35, &df2);
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  in = input(stype, stype_v, 2, 35, &df2);
  stat_set_numbers(&s, "null", one, 1);
  cr_assert_eq(run(&s, &in, &g), SAMPAN_OK);
  STAT_NEAR(g.test, f.test, 1e-13);
  stat_set_numbers(&s, "null", two, 2);
  cr_assert_eq(run(&s, &in, &g), SAMPAN_OK);
  STAT_NEAR(g.test, f.test, 1e-13);
  stat_set_numbers(&s, "null", three, 3);
  cr_assert_eq(run(&s, &in, &g), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "null");
  stat_close(&s);
}

Test(wald_test, no_test_where_estimates_determine_each_other) { /* W2 */
  static const double x[] = {1, 2, 3}, missing[] = {1, NAN, 3};
  static const double sum[] = {1, 0.5, 1.5, 0.5, 2, 2.5, 1.5, 2.5, 4};
  static const double zero[9] = {0};
  stat_plugin s;
  sampan_finding f;
  double df2;
  const double *const covariances[] = {sum, zero};
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  for (int k = 0; k < 2; k++) {
    const sampan_compared in = input(x, covariances[k], 3, 20, &df2);
    cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
    cr_assert(isnan(f.test) && isnan(f.p_value) && isnan(df2));
    cr_assert_not_null(strstr(s.note, "positive definite"));
  }
  const sampan_compared in = input(missing, sum, 3, 20, &df2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.test));
  stat_close(&s);
}

Test(linear_combination, agrees_with_svycontrast) { /* H-M of glm_gauss_clus2 */
  static const double c[] = {1, -1};
  stat_plugin s;
  sampan_finding f;
  double df2;
  const sampan_compared in = input(stype, stype_v, 2, 35, &df2);
  stat_open(&s, SAMPAN_COMPARISON, "linear-combination");
  stat_set_numbers(&s, "coefficients", c, 2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert_str_eq(f.statistic, "combination");
  STAT_NEAR(f.estimate, -101.35024779446103, 1e-12);
  STAT_NEAR(f.std_error, 26.917409727617642, 1e-9);
  STAT_NEAR(f.test, -3.7652303405135688, 1e-9);
  STAT_NEAR(f.p_value, 0.0006121366944774876, 1e-9);
  const double t = s.call.host->t_quantile(0.975, 35);
  STAT_NEAR(f.upper - f.lower, 2 * t * f.std_error, 1e-12);
  cr_assert_eq(f.df, 35);
  stat_set_number(&s, "null", -101.35024779446103);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(fabs(f.test) < 1e-9 && f.p_value > 0.999999);
  stat_close(&s);
}

Test(linear_combination, edges) { /* L1, L2, L3 */
  static const double c[] = {1, 0}, missing[] = {2, NAN}, zero[4] = {0};
  stat_plugin s;
  sampan_finding f;
  double df2;
  stat_open(&s, SAMPAN_COMPARISON, "linear-combination");
  stat_set_numbers(&s, "coefficients", c, 1);
  sampan_compared in = input(missing, stype_v, 2, 35, &df2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "coefficients");
  stat_set_numbers(&s, "coefficients", c, 2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.estimate, 2, 0); /* what is missing has no part */
  STAT_NEAR(f.std_error, sqrt(stype_v[0]), 1e-15);
  in.df = 0;
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(f.estimate == 2 && isnan(f.p_value) && isnan(f.lower));
  in = input(missing, zero, 2, 35, &df2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(f.std_error == 0 && isnan(f.test) && f.lower == 2 && f.upper == 2);
  static const double both[] = {1, 1};
  stat_set_numbers(&s, "coefficients", both, 2);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.estimate) && isnan(f.std_error) && isnan(f.test));
  stat_close(&s);
}
