/* stat_comparisons_test.c - contrast, linear-trend and cochran-armitage. Golden numbers carry the
 * id of the reference case, or the publication, that they come from. */
#include "stat_support.h"

static int32_t run(stat_plugin *s, const sampan_compared *in, sampan_finding *out) {
  return ((const sampan_comparison_ops *)s->plugin->ops)->compare(&s->call, in, out);
}

/* ---- contrast ----------------------------------------------------------------------------- */

/* difference_nasty, ybin by agegrp: a, se a, b, se b, covariance; difference, se, t, p, limits;
 * ratio and limits. The means and standard errors are those of propci_nasty_by. */
Test(contrast, of_domains_that_share_psus) { /* A1, A2 */
  static const double x[] = {0.023000347141585973, 0.32643426002764625};
  static const double se[] = {0.020033588089453082, 0.06766107092352946};
  static const double cov = 0.0001031743493122855;
  const double v[] = {se[0] * se[0], cov, cov, se[1] * se[1]};
  const sampan_compared in = {
      .struct_size = sizeof in, .n = 2, .estimate = x, .covariance = v, .df = 45, .level = 0.95};
  sampan_finding f[2];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "contrast");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert_str_eq(f[0].statistic, "difference");
  STAT_NEAR(f[0].estimate, 0.30343391288606025, 1e-12);
  STAT_NEAR(f[0].std_error, 0.06908702100707621, 1e-9);
  STAT_NEAR(f[0].test, 4.392053796254743, 1e-9);
  STAT_NEAR(f[0].p_value, 6.743854909388915e-05, 1e-8);
  STAT_NEAR(f[0].lower, 0.1642855097480258, 1e-9);
  STAT_NEAR(f[0].upper, 0.4425823160240947, 1e-9);
  cr_assert_str_eq(f[1].statistic, "ratio");
  STAT_NEAR(f[1].estimate, 14.192579704044293, 1e-9);
  STAT_NEAR(f[1].lower, 2.412357088905278, 1e-9);
  STAT_NEAR(f[1].upper, 83.49896438717455, 1e-9);
  stat_close(&s);
}

Test(contrast, of_independent_strata) { /* difference_strat, H minus E; by_strat */
  static const double x[] = {674.43, 625.8199999999999};
  static const double v[] = {12.382479793907285 * 12.382479793907285, 0, 0,
                             14.937129185393081 * 14.937129185393081};
  const sampan_compared in = {
      .struct_size = sizeof in, .n = 2, .estimate = x, .covariance = v, .df = 197, .level = 0.95};
  sampan_finding f[2];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "contrast");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, -48.610000000000014, 1e-12);
  STAT_NEAR(f[0].std_error, 19.402155399533424, 1e-12);
  STAT_NEAR(f[0].p_value, 0.013041740064283627, 1e-9);
  STAT_NEAR(f[1].estimate, 0.9279243212787094, 1e-12);
  STAT_NEAR(f[1].lower, 0.8744242150761306, 1e-10);
  STAT_NEAR(f[1].upper, 0.9846977372940066, 1e-10);
  stat_close(&s);
}

Test(contrast, edges) { /* A2, A3, A4 */
  double x[] = {0, 0.2}, v[] = {0, 0, 0, 0.01};
  sampan_compared in = {
      .struct_size = sizeof in, .n = 2, .estimate = x, .covariance = v, .df = 12, .level = 0.95};
  sampan_finding f[2];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "contrast");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].test, 2, 1e-12);
  cr_assert(isnan(f[1].estimate) && isnan(f[1].p_value));
  x[0] = 0.1;
  in.df = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, 0.1, 1e-12);
  cr_assert(isnan(f[0].p_value) && isnan(f[0].lower) && isnan(f[1].upper));
  in.df = HUGE_VAL;
  v[3] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].p_value) && f[0].lower == f[0].estimate);
  v[0] = NAN;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].std_error) && isnan(f[1].std_error));
  x[0] = NAN; /* a group without an estimate */
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].estimate) && isnan(f[1].estimate));
  stat_close(&s);
}

/* ---- linear-trend ------------------------------------------------------------------------- */

static const double years[] = {2009, 2011, 2013, 2015, 2017, 2019, 2021};

typedef struct trend_case {
  const char *id;
  double x[7], se[7];
  double linear[3], quadratic[3]; /* estimate on unit contrasts, t, p */
  double gls[2];                  /* slope, se */
} trend_case;
static const trend_case trends[] = {
    {"trend_contrast_smoke",
     {0.32847037883180324, 0.35236686493771463, 0.27949001587027644, 0.3021922549746144,
      0.19230894578497415, 0.13346980966120878, 0.13617055354691693},
     {0.054331973131682816, 0.04797131014183377, 0.019599317456745282, 0.05422156276252308,
      0.029987592328486544, 0.0233251653285953, 0.029942794909992795},
     {-0.2082347369317949, -5.06634810335113, 8.5803708465812e-06},
     {-0.03283756374192406, -0.7649273328681143, 0.44859173252610185},
     {-0.020810478454845523, 0.0032151256194933773}},
    {"trend_contrast_bmi",
     {26.43790287597101, 26.738536681424772, 26.84604777289618, 27.0544932647318,
      27.738686533318123, 28.05980106888398, 28.511536596358205},
     {0.35767358974141245, 0.27571807576207014, 0.2478727105276231, 0.1859600907594334,
      0.3471376249112496, 0.317949645901682, 0.37022010302664754},
     {1.843723681757586, 5.390722595825599, 2.969779114292373e-06},
     {0.30277965589640926, 0.9346293289414551, 0.35532209001245674},
     {0.17214099697779123, 0.03162544552579541}},
};

Test(linear_trend, agrees_with_svycontrast_and_gls) { /* T1, T2 */
  stat_plugin s;
  sampan_finding f[2];
  stat_open(&s, SAMPAN_COMPARISON, "linear-trend");
  for (size_t k = 0; k < 2; k++) {
    const trend_case *c = &trends[k];
    double v[49] = {0};
    for (int i = 0; i < 7; i++) v[i * 8] = c->se[i] * c->se[i];
    const sampan_compared in = {.struct_size = sizeof in,
                                .n = 7,
                                .estimate = c->x,
                                .covariance = v,
                                .position = years,
                                .df = 42,
                                .level = 0.95};
    stat_set_choice(&s, "weights", "ordinary");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    cr_assert_str_eq(f[0].statistic, "slope");
    /* contr.poly has length 1: slope = contrast / sqrt(sum (x - m)^2), here sqrt(112). */
    STAT_NEAR(f[0].estimate, c->linear[0] / sqrt(112), 1e-11);
    STAT_NEAR(f[0].test, c->linear[1], 1e-10);
    STAT_NEAR(f[0].p_value, c->linear[2], 1e-9);
    cr_assert_str_eq(f[1].statistic, "curvature");
    /* The monic quadratic is (d^2 - 4) 4 with d = -3 .. 3, of squared length 84 * 16. */
    STAT_NEAR(f[1].estimate, c->quadratic[0] / sqrt(84 * 16), 1e-10);
    STAT_NEAR(f[1].test, c->quadratic[1], 1e-9);
    STAT_NEAR(f[1].p_value, c->quadratic[2], 1e-9);
    stat_set_choice(&s, "weights", "inverse-variance");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(f[0].estimate, c->gls[0], 1e-10);
    STAT_NEAR(f[0].std_error, c->gls[1], 1e-10);
  }
  stat_close(&s);
}

Test(linear_trend, recovers_a_parabola_with_correlated_errors) {
  static const double position[] = {2000, 2003, 2004, 2010};
  static const double v[] = {4, 1, 0.5, 0.2, 1, 3, 1, 0.4, 0.5, 1, 5, 1, 0.2, 0.4, 1, 2};
  static const char *const weights[] = {"ordinary", "inverse-variance"};
  double x[4], mean_x[4];
  for (int i = 0; i < 4; i++) {
    const double d = position[i] - 2000;
    x[i] = 7 - 2 * d + 0.25 * d * d;
    mean_x[i] = 7 - 2 * d;
  }
  sampan_compared in = {.struct_size = sizeof in,
                        .n = 4,
                        .estimate = x,
                        .covariance = v,
                        .position = position,
                        .df = 9,
                        .level = 0.9};
  sampan_finding f[2];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "linear-trend");
  for (int k = 0; k < 2; k++) {
    stat_set_choice(&s, "weights", weights[k]);
    in.estimate = x;
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(f[1].estimate, 0.25, 1e-11);
    in.estimate = mean_x;
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(f[0].estimate, -2, 1e-11);
    cr_assert(fabs(f[1].estimate) < 1e-11);
    cr_assert(f[0].lower < -2 && f[0].upper > -2);
  }
  stat_close(&s);
}

Test(linear_trend, edges) { /* T2, T3, T4, T5 */
  static const double same[] = {3, 3};
  static const double x[] = {1, 2}, singular[] = {1, 1, 1, 1}, v[] = {1, 0, 0, 1};
  sampan_compared in = {.struct_size = sizeof in,
                        .n = 2,
                        .estimate = x,
                        .covariance = v,
                        .position = years,
                        .df = 5,
                        .level = 0.95};
  sampan_finding f[2];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "linear-trend");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, 0.5, 1e-14);
  STAT_NEAR(f[0].std_error, sqrt(2) / 2, 1e-14);
  cr_assert(isnan(f[1].estimate));
  in.df = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].test) && isnan(f[0].lower) && f[0].std_error > 0);
  in.covariance = singular; /* the slope of two equal errors is exact */
  in.df = 5;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(f[0].std_error == 0 && isnan(f[0].p_value));
  stat_set_choice(&s, "weights", "inverse-variance");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].estimate));
  cr_assert_not_null(strstr(s.note, "positive definite"));
  in.position = same;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  stat_close(&s);
}

/* ---- cochran-armitage --------------------------------------------------------------------- */

typedef struct ca_case {
  const char *id;
  uint32_t n;
  double x[5];
  int64_t events[5], records[5];
  double z, p, slope, departure, p_departure, z_n_minus_1, intercept;
} ca_case;
static const ca_case tables[] = {
    {"ca_dose",
     4,
     {0, 1, 2, 3},
     {2, 4, 10, 13},
     {50, 51, 49, 52},
     3.4347457529928205,
     0.0005931100100361184,
     0.07549849236455597,
     0.5744658597994547,
     0.7503369325737541,
     3.4262333588573997,
     0.02956910806341799},
    {"ca_smoke; Fleiss 1981",
     4,
     {1, 2, 3, 4},
     {83, 90, 129, 70},
     {86, 93, 136, 82},
     -2.8679125309530877,
     0.004131897477641411,
     -0.03341562641260143,
     4.3754890119298935,
     0.11216946106483243,
     -2.8642982730194024,
     1.0218714141660008},
    {"ca_uneven",
     5,
     {0, 0.5, 1, 5, 12},
     {10, 9, 20, 31, 8},
     {100, 80, 150, 170, 30},
     2.7612882256133187,
     0.005757384171797757,
     0.013777037646882711,
     0.23274213627453033,
     0.972138142359984,
     2.758682006792301,
     0.11077763640446078},
    {"SAS PROC FREQ pain data: Z = -4.7918",
     5,
     {0, 1, 2, 3, 4},
     {26, 26, 23, 18, 9},
     {32, 33, 32, 32, 32},
     -4.79181257603957,
     1.65281268875674e-06,
     -0.128869969040248,
     3.64106963653401,
     0.302921457523865,
     NAN,
     NAN},
    {"Agresti alcohol and malformation: z^2 = 6.57",
     5,
     {0, 0.5, 1.5, 4, 7},
     {48, 38, 5, 1, 1},
     {17114, 14502, 793, 127, 38},
     2.56322725186542,
     0.0103704145729974,
     0.00167119374032877,
     5.51192086455298,
     0.137927353700131,
     NAN,
     NAN},
};

Test(cochran_armitage, agrees_with_published_tables) { /* H1, H2, H3, H6 */
  stat_plugin s;
  sampan_finding f[5];
  stat_open(&s, SAMPAN_COMPARISON, "cochran-armitage");
  for (size_t k = 0; k < sizeof tables / sizeof tables[0]; k++) {
    const ca_case *c = &tables[k];
    const sampan_compared in = {.struct_size = sizeof in,
                                .n = c->n,
                                .position = c->x,
                                .n_records = c->records,
                                .n_events = c->events};
    stat_set_choice(&s, "variance", "n");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(f[0].test, c->z, 1e-10);
    STAT_NEAR(f[0].p_value, c->p, 1e-9);
    STAT_NEAR(f[0].estimate, c->slope, 1e-10);
    STAT_NEAR(f[0].estimate / f[0].std_error, c->z, 1e-10);
    STAT_NEAR(f[1].test, c->departure, 1e-9);
    STAT_NEAR(f[1].p_value, c->p_departure, 1e-9);
    cr_assert_eq(f[1].df, c->n - 2);
    cr_assert_str_eq(f[2].statistic, "chi-square");
    STAT_NEAR(f[2].test, c->z * c->z, 1e-10);
    STAT_NEAR(f[2].p_value, c->p, 1e-9);
    cr_assert_str_eq(f[3].statistic, "one-sided");
    STAT_NEAR(f[3].p_value, c->p / 2, 1e-9);
    cr_assert_str_eq(f[4].statistic, "intercept");
    if (isnan(c->z_n_minus_1)) continue;
    STAT_NEAR(f[4].estimate, c->intercept, 1e-10);
    stat_set_choice(&s, "variance", "n-1");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(f[0].test, c->z_n_minus_1, 1e-10);
    STAT_NEAR(f[1].test, c->departure, 1e-9);
  }
  stat_close(&s);
}

Test(cochran_armitage, edges) { /* H4, H5, H6 */
  static const double x[] = {1, 2};
  static const char *const labels[] = {"2015", "2016"};
  int64_t events[] = {0, 0}, records[] = {10, 20};
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = 2,
                              .position = x,
                              .n_records = records,
                              .n_events = events,
                              .label = labels};
  sampan_finding f[5];
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "cochran-armitage");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].test) && isnan(f[1].test));
  events[1] = 5;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(f[0].test > 0 && isnan(f[0].lower) && isnan(f[1].test));
  records[0] = 0; /* one group left */
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].test));
  records[1] = 0;
  events[1] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].test));
  events[1] = 1;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(s.error.message, "2016"));
  stat_close(&s);
}
