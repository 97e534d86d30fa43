/* stat_series_test.c - comparisons of a series: polynomial, mann-kendall, apc. Golden numbers carry
 * the id of the reference case that they come from. */
#include "stat_support.h"

/* The row of this name; the test fails where there is none. */
static sampan_finding row(const stat_plugin *s, const sampan_finding *f, const char *name) {
  const sampan_comparison_ops *ops = (const sampan_comparison_ops *)s->plugin->ops;
  for (uint32_t i = 0; i < ops->n_findings; i++)
    if (f[i].statistic && strcmp(f[i].statistic, name) == 0) return f[i];
  cr_assert_fail("no finding %s", name);
  return f[0];
}

static int has_row(const stat_plugin *s, const sampan_finding *f, const char *name) {
  const sampan_comparison_ops *ops = (const sampan_comparison_ops *)s->plugin->ops;
  for (uint32_t i = 0; i < ops->n_findings; i++)
    if (f[i].statistic && strcmp(f[i].statistic, name) == 0) return 1;
  return 0;
}

static int32_t run(stat_plugin *s, const sampan_compared *in, sampan_finding *out) {
  return ((const sampan_comparison_ops *)s->plugin->ops)->compare(&s->call, in, out);
}

/* ---- polynomial --------------------------------------------------------------------------- */

static const char *const degrees[] = {"linear", "quadratic", "cubic", "quartic"};

typedef struct poly_case {
  const char *id;
  double x[7], se[7];
  double expected[4][4]; /* estimate, se, t, p */
} poly_case;
static const poly_case polys[] = {
    {"trend_contrast_bmi",
     {26.43790287597101, 26.738536681424772, 26.84604777289618, 27.0544932647318,
      27.738686533318123, 28.05980106888398, 28.511536596358205},
     {0.35767358974141245, 0.27571807576207014, 0.2478727105276231, 0.1859600907594334,
      0.3471376249112496, 0.317949645901682, 0.37022010302664754},
     {{1.843723681757586, 0.3420179111396505, 5.390722595825599, 2.969779114292373e-06},
      {0.30277965589640926, 0.3239569383504498, 0.9346293289414551, 0.35532209001245674},
      {-0.057264753978746634, 0.32250353160026207, -0.17756318417537634, 0.8599196459079651},
      {-0.14733279800305166, 0.2847910625593918, -0.517336452481988, 0.607635395365269}}},
    {"trend_contrast_smoke",
     {0.32847037883180324, 0.35236686493771463, 0.27949001587027644, 0.3021922549746144,
      0.19230894578497415, 0.13346980966120878, 0.13617055354691693},
     {0.054331973131682816, 0.04797131014183377, 0.019599317456745282, 0.05422156276252308,
      0.029987592328486544, 0.0233251653285953, 0.029942794909992795},
     {{-0.2082347369317949, 0.041101545469024975, -5.06634810335113, 8.5803708465812e-06},
      {-0.03283756374192406, 0.04292899773733903, -0.7649273328681143, 0.44859173252610185},
      {0.046449796498287836, 0.036462842145952475, 1.2738940182545249, 0.20970547469312445},
      {0.022403374526811348, 0.04272986633248833, 0.5243024715426652, 0.6028244669269955}}},
};

Test(polynomial, agrees_with_contr_poly) { /* O1 */
  static const double years[] = {2009, 2011, 2013, 2015, 2017, 2019, 2021};
  stat_plugin s;
  sampan_finding f[9];
  stat_open(&s, SAMPAN_COMPARISON, "polynomial");
  for (size_t k = 0; k < 2; k++) {
    double v[49] = {0};
    for (int i = 0; i < 7; i++) v[i * 8] = polys[k].se[i] * polys[k].se[i];
    const sampan_compared in = {.struct_size = sizeof in,
                                .n = 7,
                                .estimate = polys[k].x,
                                .covariance = v,
                                .position = years,
                                .df = 42,
                                .level = 0.95};
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    for (int d = 0; d < 4; d++) {
      const sampan_finding found = row(&s, f, degrees[d]);
      STAT_NEAR(found.estimate, polys[k].expected[d][0], 1e-9);
      STAT_NEAR(found.std_error, polys[k].expected[d][1], 1e-9);
      STAT_NEAR(found.test, polys[k].expected[d][2], 1e-9);
      STAT_NEAR(found.p_value, polys[k].expected[d][3], 1e-9);
    }
    cr_assert(!has_row(&s, f, "quintic"));
  }
  stat_close(&s);
}

Test(polynomial, of_uneven_positions_up_to_their_number) { /* O2 */
  static const double x[] = {2000, 2003, 2004, 2010}, same[] = {1, 1, 1, 1};
  static const double v[16] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};
  double y[4], squares = 0, parts = 0;
  for (int i = 0; i < 4; i++) {
    y[i] = 5 - pow(x[i] - 2004, 2) + 2 * sin(i);
    squares += y[i] * y[i];
  }
  sampan_compared in = {.struct_size = sizeof in,
                        .n = 4,
                        .estimate = y,
                        .covariance = v,
                        .position = x,
                        .df = HUGE_VAL,
                        .level = 0.95};
  stat_plugin s;
  sampan_finding f[9];
  stat_open(&s, SAMPAN_COMPARISON, "polynomial");
  stat_set_number(&s, "degree", 9);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(!has_row(&s, f, "quartic")); /* four positions: three degrees, which take up all */
  for (int d = 0; d < 3; d++) {
    parts += pow(row(&s, f, degrees[d]).estimate, 2);
    STAT_NEAR(row(&s, f, degrees[d]).std_error, 1, 1e-12);
  }
  STAT_NEAR(parts + pow(y[0] + y[1] + y[2] + y[3], 2) / 4, squares, 1e-12);
  in.df = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].p_value) && isnan(f[0].lower));
  in.position = same;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "position"));
  stat_close(&s);
}

/* ---- mann-kendall ------------------------------------------------------------------------- */

typedef struct mk_case {
  const char *id;
  uint32_t n;
  double x[15], y[15];
  double s, variance, z, p, tau, exact;
  double slope, lower, upper, intercept;
} mk_case;
static const mk_case series[] = {
    {"mk_noties",
     14,
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14},
     {9.75, 11.691, 11.54, 12.243, 11.67, 12.938, 11.129, 12.268, 12.846, 14.441, 10.359, 13.357,
      13.759, 14.167},
     47,
     333.6666666666667,
     2.518264946676251,
     0.01179345707706501,
     0.5164835164835165,
     0.009753043266808037,
     0.23881818181818187,
     0.1088194012375994,
     0.380259958190794,
     10.6755},
    {"mk_ties",
     15,
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
     {4, 5, 5, 6, 6, 6, 8, 7, 9, 9, 9, 12, 5, 13, 10},
     72,
     397.3333333333333,
     3.5618928306327176,
     0.0003681906856290021,
     0.7171371656006363,
     NAN,
     0.5,
     0.3333333333333333,
     0.6925707573939908,
     3.5},
    {"mk_unevenyears",
     8,
     {2000, 2003, 2004, 2008, 2009, 2013, 2017, 2020},
     {22.1, 21.4, 21.9, 20.3, 19.8, 18.9, 19.2, 17.5},
     -24,
     65.33333333333333,
     -2.8455120410060126,
     0.004434008303100654,
     -0.857142857142857,
     0.001736111111111111,
     -0.22970588235294115,
     -0.2796055006926664,
     -0.15820369561636027,
     481.50882352941176},
};

Test(mann_kendall, agrees_with_kendall_and_gilbert) { /* K2, K3 */
  stat_plugin s;
  sampan_finding f[6];
  stat_open(&s, SAMPAN_COMPARISON, "mann-kendall");
  for (size_t k = 0; k < 3; k++) {
    const mk_case *c = &series[k];
    const sampan_compared in = {
        .struct_size = sizeof in, .n = c->n, .estimate = c->y, .position = c->x, .level = 0.95};
    stat_set_choice(&s, "p", "normal");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(row(&s, f, "S").estimate, c->s, 1e-12);
    STAT_NEAR(row(&s, f, "S").test, c->z, 1e-10);
    STAT_NEAR(row(&s, f, "S").p_value, c->p, 1e-9);
    STAT_NEAR(row(&s, f, "variance of S").estimate, c->variance, 1e-12);
    STAT_NEAR(row(&s, f, "tau").estimate, c->tau, 1e-12);
    STAT_NEAR(row(&s, f, "Sen slope").estimate, c->slope, 1e-11);
    STAT_NEAR(row(&s, f, "Sen slope").lower, c->lower, 1e-9);
    STAT_NEAR(row(&s, f, "Sen slope").upper, c->upper, 1e-9);
    STAT_NEAR(row(&s, f, "Sen intercept").estimate, c->intercept, 1e-11);
    cr_assert_eq(row(&s, f, "n").estimate, c->n);
    s.note[0] = '\0';
    stat_set_choice(&s, "p", "exact");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(row(&s, f, "S").p_value, c->exact, 1e-9);
    cr_assert(isnan(c->exact) == (strstr(s.note, "ties") != NULL));
  }
  stat_close(&s);
}

Test(mann_kendall, edges) { /* K4, K5 */
  double x[] = {1, 2, 3, 4}, y[] = {4, 4, 4, 4};
  const sampan_compared in = {
      .struct_size = sizeof in, .n = 4, .estimate = y, .position = x, .level = 0.95};
  stat_plugin s;
  sampan_finding f[6];
  stat_open(&s, SAMPAN_COMPARISON, "mann-kendall");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(row(&s, f, "S").estimate == 0 && isnan(row(&s, f, "tau").estimate));
  cr_assert(isnan(row(&s, f, "S").p_value) && row(&s, f, "Sen slope").estimate == 0);
  for (int i = 0; i < 4; i++) y[i] = i;
  stat_set_choice(&s, "p", "exact");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(row(&s, f, "S").p_value, 2 / 24.0, 1e-14); /* 1 of 4! orders, either way */
  cr_assert(isnan(row(&s, f, "Sen slope").lower));
  for (int i = 0; i < 4; i++) x[i] = 7;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  stat_close(&s);
}

/* ---- apc ---------------------------------------------------------------------------------- */

static const char *const models[] = {"ols", "wls", "poisson", "quasipoisson"};

typedef struct apc_case {
  const char *id;
  uint32_t n;
  double x[16], events[16], exposure[16];
  double expected[4][8]; /* apc, low, high, slope, se, intercept, p, df */
} apc_case;
static const apc_case rates[] = {
    {"apc_down",
     16,
     {2005, 2006, 2007, 2008, 2009, 2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017, 2018, 2019,
      2020},
     {110, 110, 115, 129, 102, 107, 95, 102, 110, 88, 93, 109, 105, 91, 93, 91},
     {300000, 302000, 304000, 306000, 308000, 310000, 312000, 314000, 316000, 318000, 320000,
      322000, 324000, 326000, 328000, 330000},
     {{-2.0614749487854347, -2.982438557915007, -1.1317688609052787, -0.020830199545364844,
       0.004405090065454194, 3.6400276939326455, 0.00032320069630907853, 14},
      {-2.0755677466316182, -3.0156114076128073, -1.1264124946265899, -0.020974104223048108,
       0.004497444251744218, 3.6469744068198153, 0.00036556146521961135, 14},
      {-2.069882659961376, -3.0911353259761807, -1.0378677482908136, -0.020916050052913776,
       0.005348638343035844, -7.869338880408614, 9.209101501668555e-05, HUGE_VAL},
      {-2.069882659961376, -3.0118043304631374, -1.1188133150726833, -0.020916050052913776,
       0.0045062098809438185, -7.869338880408614, 0.0003811063320559518, 14}}},
    {"apc_small",
     8,
     {2010, 2011, 2012, 2013, 2014, 2015, 2016, 2017},
     {5, 7, 4, 9, 11, 8, 12, 14},
     {10012, 10100, 10230, 10341, 10390, 10444, 10502, 10611},
     {{14.69059031754239, 3.6889963805716617, 26.85947368134635, 0.1370677974458268,
       0.04121193981760159, 3.883192703701289, 0.015886933341691792, 6},
      {13.767151672595201, 4.564245117375836, 23.78002428235864, 0.1289836444111164,
       0.034472905938986206, 3.9587684356483686, 0.009604402498652274, 6},
      {14.344271228768704, 2.8799953045769655, 27.0860513176613, 0.13404363465789418,
       0.05390436080960663, -7.594899733953322, 0.01289363558570183, HUGE_VAL},
      {14.344271228768704, 4.950317836688689, 24.579064002296715, 0.13404363465789418,
       0.03503466865208488, -7.594899733953322, 0.00869933321730353, 6}}},
};

Test(apc, agrees_with_lm_and_glm) { /* Y1, Y3 */
  stat_plugin s;
  sampan_finding f[3];
  stat_open(&s, SAMPAN_COMPARISON, "apc");
  for (size_t k = 0; k < 2; k++) {
    const apc_case *c = &rates[k];
    double rate[16];
    for (uint32_t i = 0; i < c->n; i++) rate[i] = 1e5 * c->events[i] / c->exposure[i];
    const sampan_compared in = {.struct_size = sizeof in,
                                .n = c->n,
                                .estimate = rate,
                                .position = c->x,
                                .events = c->events,
                                .exposure = c->exposure,
                                .level = 0.95};
    for (int m = 0; m < 4; m++) {
      const double *e = c->expected[m];
      stat_set_choice(&s, "model", models[m]);
      cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
      STAT_NEAR(row(&s, f, "APC").estimate, e[0], 1e-8);
      STAT_NEAR(row(&s, f, "APC").lower, e[1], 1e-8);
      STAT_NEAR(row(&s, f, "APC").upper, e[2], 1e-8);
      STAT_NEAR(row(&s, f, "slope").estimate, e[3], 1e-8);
      STAT_NEAR(row(&s, f, "slope").std_error, e[4], 1e-8);
      STAT_NEAR(row(&s, f, "intercept").estimate, e[5], 1e-8);
      STAT_NEAR(row(&s, f, "slope").p_value, e[6], 1e-8);
      cr_assert_eq(row(&s, f, "slope").df, e[7]);
    }
  }
  stat_close(&s);
}

Test(apc, weights_by_variance_are_those_by_counts_for_crude_rates) {
  double rate[8], se[8];
  stat_plugin s;
  sampan_finding f[3], g[3];
  for (int i = 0; i < 8; i++) {
    rate[i] = rates[1].events[i] / rates[1].exposure[i];
    se[i] = rate[i] / sqrt(rates[1].events[i]);
  }
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = 8,
                              .estimate = rate,
                              .std_error = se,
                              .position = rates[1].x,
                              .events = rates[1].events,
                              .level = 0.95};
  stat_open(&s, SAMPAN_COMPARISON, "apc");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  stat_set_choice(&s, "model", "wls-variance");
  cr_assert_eq(run(&s, &in, g), SAMPAN_OK);
  STAT_NEAR(g[0].estimate, f[0].estimate, 1e-11);
  STAT_NEAR(g[1].std_error, f[1].std_error, 1e-11);
  stat_close(&s);
}

Test(apc, edges) { /* Y2, Y4 */
  static const double x[] = {2001, 2002, 2003}, exposure[] = {1000, 1000, 1000};
  double rate[] = {0, 0.001, 0.004}, events[] = {0, 1, 4};
  sampan_compared in = {.struct_size = sizeof in,
                        .n = 3,
                        .estimate = rate,
                        .position = x,
                        .events = events,
                        .exposure = exposure,
                        .level = 0.95};
  stat_plugin s;
  sampan_finding f[3];
  stat_open(&s, SAMPAN_COMPARISON, "apc");
  stat_set_choice(&s, "model", "ols");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(f[0].estimate));
  cr_assert_not_null(strstr(s.note, "logarithm"));
  stat_set_choice(&s, "model", "poisson");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(f[0].estimate > 0 && f[0].lower < f[0].estimate);
  /* Score equations of the Poisson line: events and events * year are met. */
  double total = 0, moment = 0;
  for (int i = 0; i < 3; i++) {
    const double mu = 1000 * exp(f[2].estimate + f[1].estimate * i);
    total += events[i] - mu;
    moment += i * (events[i] - mu);
  }
  cr_assert(fabs(total) < 1e-10 && fabs(moment) < 1e-10);
  events[1] = 0;
  s.note[0] = '\0';
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK); /* all in one year: no finite slope */
  cr_assert(isnan(f[0].estimate) && s.note[0] != '\0');
  in.n = 2;
  rate[0] = 0.002;
  stat_set_choice(&s, "model", "ols");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(f[0].estimate, -50, 1e-12);
  cr_assert(isnan(f[1].std_error) && isnan(f[1].p_value));
  in.events = NULL;
  stat_set_choice(&s, "model", "wls");
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "ratio"));
  stat_close(&s);
}
