/* stat_counts_test.c - comparisons of counts: two-by-two, mantel-haenszel, mantel-extension; and
 * t-test. Golden numbers carry the id of the reference case that they come from. */
#include "stat_support.h"

/* The row of this name; the test fails where there is none. */
static sampan_finding row(const stat_plugin *s, const sampan_finding *f, const char *name) {
  const sampan_comparison_ops *ops = (const sampan_comparison_ops *)s->plugin->ops;
  for (uint32_t i = 0; i < ops->n_findings; i++)
    if (f[i].statistic && strcmp(f[i].statistic, name) == 0) return f[i];
  cr_assert_fail("no finding %s", name);
  return f[0];
}

static int32_t run(stat_plugin *s, const sampan_compared *in, sampan_finding *out) {
  return ((const sampan_comparison_ops *)s->plugin->ops)->compare(&s->call, in, out);
}

/* ---- t-test ------------------------------------------------------------------------------- */

typedef struct t_case {
  const char *id;
  uint32_t n;
  double x[2], v[4], df; /* the df before one is taken off */
  double estimate, t, p, lower, upper;
} t_case;
static const t_case t_cases[] = {
    {"ttest_nasty",
     2,
     {3.418210597134675, 3.767166964388555},
     {0.014452108615140498, -0.0017934743649983753, -0.0017934743649983753, 0.16307955660733991},
     44,
     0.34895636725388124,
     0.819954179889397,
     0.41676430124372854,
     -0.5093081565109816,
     1.207220891018744},
    {"ttest_strat",
     2,
     {744.9551685257392, 516.6729189323787},
     {2690.579298271499, -284.024141677659, -284.024141677659, 497.3048932024356},
     197,
     -228.28224959336202,
     -3.7248883157978767,
     0.00025544310179725633,
     -349.1462316589229,
     -107.41826752780122},
    {"ttest_one_nasty",
     1,
     {0.8498255259958107},
     {0.9890416943810576},
     45,
     0.8498255259958108,
     0.8545204718339284,
     0.3974455309425683,
     -1.1544691228507404,
     2.8541201748423624},
};

Test(t_test, agrees_with_svyttest) { /* S1, S2, S3 */
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "t-test");
  for (size_t k = 0; k < sizeof t_cases / sizeof t_cases[0]; k++) {
    const t_case *c = &t_cases[k];
    sampan_finding f;
    const sampan_compared in = {.struct_size = sizeof in,
                                .n = c->n,
                                .estimate = c->x,
                                .covariance = c->v,
                                .df = c->df,
                                .level = 0.95};
    cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
    cr_assert_str_eq(f.statistic, c->n == 1 ? "mean" : "difference");
    STAT_NEAR(f.estimate, c->estimate, 1e-9);
    STAT_NEAR(f.test, c->t, 1e-9);
    STAT_NEAR(f.p_value, c->p, 1e-9);
    STAT_NEAR(f.lower, c->lower, 1e-9);
    STAT_NEAR(f.upper, c->upper, 1e-9);
    cr_assert_eq(f.df, c->df - 1);
  }
  stat_close(&s);
}

Test(t_test, parameters_and_edges) { /* S2, S4 */
  static const double x[] = {3, 5}, v[] = {1, 0, 0, 3};
  sampan_finding f;
  sampan_compared in = {
      .struct_size = sizeof in, .n = 2, .estimate = x, .covariance = v, .df = 10, .level = 0.95};
  stat_plugin s;
  stat_open(&s, SAMPAN_COMPARISON, "t-test");
  stat_set_number(&s, "null", 1);
  stat_set_number(&s, "df_less", 0);
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  STAT_NEAR(f.test, 0.5, 1e-15);
  STAT_NEAR(f.estimate, 2, 1e-15);
  cr_assert_eq(f.df, 10);
  STAT_NEAR(f.upper - f.lower, 4 * 2.2281388519649385, 1e-10); /* 4 t(.975, 10) */
  in.df = 0;
  cr_assert_eq(run(&s, &in, &f), SAMPAN_OK);
  cr_assert(isnan(f.test) && isnan(f.lower) && f.std_error == 2);
  stat_close(&s);
}

/* ---- two-by-two --------------------------------------------------------------------------- */

typedef struct four {
  int64_t records[2], events[2]; /* unexposed, exposed */
  double risk_ratio[3], odds_ratio[3], newcombe[3], wald[3], chi2[2], fisher;
} four;
/* two_by_two, tables a, b and c. */
static const four fours[] = {
    {{60, 50},
     {8, 15},
     {2.25, 1.040073749753869, 4.86744329543749},
     {2.7857142857142856, 1.067570005130568, 7.269035327274437},
     {0.16666666666666666, 0.01302389650266747, 0.3184159904763501},
     {0.16666666666666666, 0.013263628290411028, 0.3200697050429223},
     {4.581042811927369, 0.03232753548841818},
     0.0370262206739589},
    {{200, 200},
     {22, 40},
     {1.8181818181818183, 1.1229180929496223, 2.9439236438727954},
     {2.022727272727273, 1.152687063451138, 3.549467804023937},
     {0.09000000000000001, 0.01894682592822851, 0.16082223875363116},
     {0.09000000000000001, 0.01961846016685148, 0.16038153983314854},
     {6.184386333269708, 0.01288823914988121},
     0.018316085516274765},
    {{30, 10},
     {5, 3},
     {1.8, 0.5211051679619036, 6.217554918274898},
     {2.142857142857143, 0.407979232200385, 11.255074700563506},
     {0.13333333333333333, -0.12259120398204162, 0.4505849902128055},
     {0.13333333333333333, -0.18044232985912048, 0.4471089965257872},
     {0.8333333333333334, 0.3613104285261788},
     0.38784126090627646},
};

static sampan_compared counted(const int64_t *records, const int64_t *events, uint32_t n) {
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = n,
                              .n_records = records,
                              .n_events = events,
                              .df = 30,
                              .level = 0.95};
  return in;
}

static void near_limits(sampan_finding f, const double *expected) {
  STAT_NEAR(f.estimate, expected[0], 1e-9);
  STAT_NEAR(f.lower, expected[1], 1e-9);
  STAT_NEAR(f.upper, expected[2], 1e-9);
}

Test(two_by_two, agrees_with_r) { /* B2, B4 */
  stat_plugin s;
  sampan_finding f[8];
  stat_open(&s, SAMPAN_COMPARISON, "two-by-two");
  for (size_t k = 0; k < 3; k++) {
    const sampan_compared in = counted(fours[k].records, fours[k].events, 2);
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    near_limits(row(&s, f, "risk ratio"), fours[k].risk_ratio);
    near_limits(row(&s, f, "odds ratio"), fours[k].odds_ratio);
    near_limits(row(&s, f, "risk difference"), fours[k].newcombe);
    near_limits(row(&s, f, "risk difference Wald"), fours[k].wald);
    STAT_NEAR(row(&s, f, "chi-square").test, fours[k].chi2[0], 1e-9);
    STAT_NEAR(row(&s, f, "chi-square").p_value, fours[k].chi2[1], 1e-9);
    STAT_NEAR(row(&s, f, "Fisher exact").p_value, fours[k].fisher, 1e-9);
    cr_assert_lt(row(&s, f, "chi-square corrected").test, fours[k].chi2[0]);
    STAT_NEAR(row(&s, f, "attributable fraction").estimate, 1 - 1 / fours[k].risk_ratio[0], 1e-12);
  }
  stat_close(&s);
}

/* Fisher's p by all tables, with log factorials. */
static double all_tables(const int64_t *n, const int64_t *a) {
  const double n0 = (double)n[0], n1 = (double)n[1], m = (double)(a[0] + a[1]);
  double at = 0, sum = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (double x = fmax(0, m - n0); x <= fmin(m, n1); x++) {
      const double p = exp(lgamma(n1 + 1) - lgamma(x + 1) - lgamma(n1 - x + 1) + lgamma(n0 + 1) -
                           lgamma(m - x + 1) - lgamma(n0 - m + x + 1) - lgamma(n0 + n1 + 1) +
                           lgamma(m + 1) + lgamma(n0 + n1 - m + 1));
      if (pass == 0 && x == (double)a[1]) at = p;
      if (pass == 1 && p <= at * (1 + 1e-7)) sum += p;
    }
  }
  return fmin(sum, 1);
}

Test(two_by_two, fishers_p_is_that_of_all_tables) {
  static const int64_t n[][2] = {{5, 5}, {1, 30}, {30, 1}, {40, 13}, {300, 500}, {12, 12}};
  stat_plugin s;
  sampan_finding f[8];
  stat_open(&s, SAMPAN_COMPARISON, "two-by-two");
  for (size_t k = 0; k < sizeof n / sizeof n[0]; k++) {
    for (int64_t i = 0; i <= n[k][0]; i += 1 + n[k][0] / 6) {
      for (int64_t j = 0; j <= n[k][1]; j += 1 + n[k][1] / 6) {
        const int64_t events[] = {i, j};
        const sampan_compared in = counted(n[k], events, 2);
        cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
        const double p = row(&s, f, "Fisher exact").p_value;
        if (i + j == 0 || i + j == n[k][0] + n[k][1])
          cr_assert(isnan(p));
        else
          cr_assert(fabs(p - all_tables(n[k], events)) < 1e-9 * p + 1e-13, "%lld %lld: %.17g",
                    (long long)i, (long long)j, p);
      }
    }
  }
  stat_close(&s);
}

Test(two_by_two, edges) { /* B3, B5 */
  static const char *const labels[] = {"no", "yes"};
  int64_t records[] = {20, 30}, events[] = {0, 6};
  stat_plugin s;
  sampan_finding f[8];
  sampan_compared in = counted(records, events, 2);
  in.label = labels;
  stat_open(&s, SAMPAN_COMPARISON, "two-by-two");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(row(&s, f, "risk ratio").estimate) && isnan(row(&s, f, "odds ratio").lower));
  STAT_NEAR(row(&s, f, "risk difference").estimate, 0.2, 1e-14);
  cr_assert(row(&s, f, "chi-square").p_value < 0.05);
  events[0] = 4;
  events[1] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(row(&s, f, "risk ratio").estimate == 0 && isnan(row(&s, f, "risk ratio").upper));
  events[0] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(row(&s, f, "chi-square").p_value) && isnan(row(&s, f, "Fisher exact").p_value));
  records[0] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(row(&s, f, "risk difference").estimate));
  events[1] = 31;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(s.error.message, "yes"));
  stat_close(&s);
}

/* ---- mantel-haenszel ---------------------------------------------------------------------- */

Test(mantel_haenszel, agrees_with_mantelhaen_test) { /* two_by_two, pooled */
  static const double odds_ratio[] = {2.190254788915752, 1.3749547765612655, 3.48899914538726};
  int64_t records[8] = {0}, events[8] = {0}; /* a fourth stratum without records */
  stat_plugin s;
  sampan_finding f[4];
  for (int k = 0; k < 6; k++) {
    records[k] = fours[k / 2].records[k % 2];
    events[k] = fours[k / 2].events[k % 2];
  }
  stat_open(&s, SAMPAN_COMPARISON, "mantel-haenszel");
  for (uint32_t strata = 3; strata <= 4; strata++) {
    sampan_compared in = counted(records, events, 2 * strata);
    in.n_rows = strata;
    in.n_columns = 2;
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    near_limits(row(&s, f, "odds ratio"), odds_ratio);
    STAT_NEAR(row(&s, f, "chi-square").test, 11.186726167692681, 1e-9);
    STAT_NEAR(row(&s, f, "chi-square").p_value, 0.0008238457675214606, 1e-9);
    cr_assert_lt(row(&s, f, "chi-square corrected").test, row(&s, f, "chi-square").test);
  }
  sampan_compared one = counted(records, events, 2); /* one stratum: the crude ratios */
  cr_assert_eq(run(&s, &one, f), SAMPAN_OK);
  near_limits(row(&s, f, "risk ratio"), fours[0].risk_ratio);
  near_limits(row(&s, f, "odds ratio"), fours[0].odds_ratio);
  one.n = 6;
  one.n_rows = 2;
  one.n_columns = 3;
  cr_assert_eq(run(&s, &one, f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "two values"));
  stat_close(&s);
}

/* ---- mantel-extension --------------------------------------------------------------------- */

typedef struct trend_case {
  const char *id;
  uint32_t strata, scores;
  double x[4];
  int64_t events[12], records[12];
  double by_stratum[3][3]; /* observed, expected, variance */
  double all[3], z, chi2, p, corrected;
} trend_case;
static const trend_case trends[] = {
    {"mantel_ext",
     2,
     4,
     {0, 1, 2, 3},
     {4, 7, 12, 15, 3, 3, 8, 9},
     {40, 42, 45, 41, 50, 38, 44, 36},
     {{76, 57.67857142857143, 35.9101567273616}, {46, 32.035714285714285, 25.208804330115278}},
     {122, 89.71428571428572, 61.11896105747688},
     4.12973721683104,
     17.05472948007938,
     3.631781067379643e-05,
     16.530576030291726},
    {"mantel_ext_3",
     3,
     3,
     {0, 10, 25},
     {1, 2, 3, 5, 9, 6, 0, 2, 4},
     {20, 22, 19, 30, 35, 22, 9, 12, 10},
     {{95, 68.36065573770492, 555.0994356355818},
      {240, 206.89655172413794, 1421.9644387910296},
      {120, 71.61290322580645, 489.3340270551509}},
     {455, 346.87011068764934, 2466.3979014817623},
     2.177279519025239,
     4.740546103966777,
     0.029459718351431567,
     4.696806247860211},
};

static void near_sums(const stat_plugin *s, const sampan_finding *f, const double *expected) {
  STAT_NEAR(row(s, f, "observed").estimate, expected[0], 1e-12);
  STAT_NEAR(row(s, f, "expected").estimate, expected[1], 1e-12);
  STAT_NEAR(row(s, f, "variance").estimate, expected[2], 1e-12);
}

Test(mantel_extension, agrees_with_mantel) { /* M2 */
  stat_plugin s;
  sampan_finding f[6];
  stat_open(&s, SAMPAN_COMPARISON, "mantel-extension");
  for (size_t k = 0; k < 2; k++) {
    const trend_case *c = &trends[k];
    double x[12];
    const uint32_t n = c->strata * c->scores;
    for (uint32_t i = 0; i < n; i++) x[i] = c->x[i % c->scores];
    sampan_compared in = counted(c->records, c->events, n);
    in.position = x;
    in.n_rows = c->strata;
    in.n_columns = c->scores;
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    near_sums(&s, f, c->all);
    STAT_NEAR(row(&s, f, "trend").test, c->z, 1e-10);
    STAT_NEAR(row(&s, f, "trend").p_value, c->p, 1e-9);
    STAT_NEAR(row(&s, f, "chi-square").test, c->chi2, 1e-10);
    STAT_NEAR(row(&s, f, "chi-square corrected").test, c->corrected, 1e-10);
    for (uint32_t i = 0; i < c->strata; i++) {
      in = counted(c->records + i * c->scores, c->events + i * c->scores, c->scores);
      in.position = c->x;
      cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
      near_sums(&s, f, c->by_stratum[i]);
    }
  }
  stat_close(&s);
}

Test(mantel_extension, edges) { /* M3 */
  static const double x[] = {1, 2};
  int64_t records[] = {1, 0}, events[] = {1, 0};
  stat_plugin s;
  sampan_finding f[6];
  sampan_compared in = counted(records, events, 2);
  in.position = x;
  stat_open(&s, SAMPAN_COMPARISON, "mantel-extension");
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(row(&s, f, "trend").test) && row(&s, f, "variance").estimate == 0);
  records[0] = 0;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(s.error.message, "cases"));
  stat_close(&s);
}
