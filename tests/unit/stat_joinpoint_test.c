/* stat_joinpoint_test.c - joinpoint. Golden numbers carry the id of the reference case that they
 * come from. */
#include <gsl/gsl_multifit.h>

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

enum { ROWS = 64 };

typedef struct jp_case {
  const char *id;
  double y[20];
  double none[3]; /* slope, sse, apc */
  double grid[13];
  double continuous[4]; /* joinpoint, sse, slopes */
  double aapc;
} jp_case;
/* grid: joinpoint, sse, slopes, intercept, apcs, limits of either, F, bic of 0 and 1 joinpoints */
static const jp_case cases[] = {
    {"joinpoint_2009",
     {4.01371,  4.024353, 4.063631, 4.096329, 4.124043, 4.148939, 4.195115,
      4.209053, 4.260184, 4.269373, 4.223049, 4.172866, 4.076111, 4.027212,
      3.968667, 3.91636,  3.847157, 3.763435, 3.705595, 3.683201},
     {-0.01916992706766908, 0.35875779136301533, -1.8987352524000438},
     {2009, 0.0025869835506075914, 0.030597479104477847, -0.06197685685210317, 4.003322522388057,
      3.107039296879416, -6.00953611085513, 2.8517516205552216, 3.3629606211158354,
      -6.215895484403767, -5.802722671116158, 1101.4242675915145, -3.7212668402576723},
     {2009.0471792134622, 0.0025634616011150357, 0.0303039271757005, -0.062335642540593955},
     -1.796257033885628},
    {"joinpoint_noisy",
     {3.190801, 3.096561, 3.094842, 3.08644,  3.056856, 2.937086, 2.892282,
      2.797105, 2.813803, 2.7308,   2.713664, 2.671145, 2.631053, 2.601732,
      2.655149, 2.60849,  2.656466, 2.674473, 2.647574, 2.741084},
     {-0.029211487218045087, 0.1486828068553409, -2.8788955976363755},
     {2012, 0.017512654464164376, -0.048687722710622654, 0.01298702301587297, 3.191059021733821,
      -4.752147932750974, 1.3071720658868544, -5.194010927194769, -4.308225544087802,
      0.43842097462036517, 2.183437497295822, 59.92016922829653, -4.602099101430137},
     {2012.4030573051148, 0.01682788437384921, -0.047820258925236156, 0.016746033218633827},
     -2.563124455369686},
};
static const double bic_1[] = {-8.35384855312345, -6.441417365977584};

static double years[20], second[ROWS];

static sampan_compared points(const double *y, uint32_t n) {
  for (int i = 0; i < 20; i++) years[i] = 2000 + i;
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = n,
                              .estimate = y,
                              .position = years,
                              .level = 0.95,
                              .df_second = second};
  return in;
}

static void at_most(stat_plugin *s, double least, double most) {
  stat_set_number(s, "min_joinpoints", least);
  stat_set_number(s, "max_joinpoints", most);
}

Test(joinpoint, agrees_with_the_grid_and_segmented) { /* J1 */
  stat_plugin s;
  sampan_finding f[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  for (size_t k = 0; k < 2; k++) {
    const jp_case *c = &cases[k];
    double rate[20];
    const sampan_compared in = points(rate, 20);
    for (int i = 0; i < 20; i++) rate[i] = exp(c->y[i]);
    stat_set_choice(&s, "search", "grid");
    at_most(&s, 0, 0);
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(row(&s, f, "slope 1").estimate, c->none[0], 1e-9);
    STAT_NEAR(row(&s, f, "SSE").estimate, c->none[1], 1e-9);
    STAT_NEAR(row(&s, f, "APC 1").estimate, c->none[2], 1e-9);
    STAT_NEAR(row(&s, f, "AAPC").estimate, c->none[2], 1e-9);
    cr_assert(!has_row(&s, f, "joinpoint 1") && !has_row(&s, f, "F"));

    at_most(&s, 1, 1);
    const double *e = c->grid;
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(row(&s, f, "joinpoint 1").estimate, e[0], 1e-12);
    STAT_NEAR(row(&s, f, "SSE").estimate, e[1], 1e-9);
    STAT_NEAR(row(&s, f, "slope 1").estimate, e[2], 1e-9);
    STAT_NEAR(row(&s, f, "slope 2").estimate, e[3], 1e-9);
    STAT_NEAR(row(&s, f, "intercept").estimate, e[4], 1e-9);
    STAT_NEAR(row(&s, f, "APC 1").estimate, e[5], 1e-9);
    STAT_NEAR(row(&s, f, "APC 2").estimate, e[6], 1e-9);
    STAT_NEAR(row(&s, f, "APC 1").lower, e[7], 1e-9);
    STAT_NEAR(row(&s, f, "APC 1").upper, e[8], 1e-9);
    STAT_NEAR(row(&s, f, "APC 2").lower, e[9], 1e-9);
    STAT_NEAR(row(&s, f, "APC 2").upper, e[10], 1e-9);
    STAT_NEAR(row(&s, f, "F").test, e[11], 1e-9);
    STAT_NEAR(row(&s, f, "BIC 0").estimate, e[12], 1e-9);
    STAT_NEAR(row(&s, f, "BIC 1").estimate, bic_1[k], 1e-9);
    STAT_NEAR(row(&s, f, "AAPC").estimate, c->aapc, 1e-9);

    stat_set_choice(&s, "search", "continuous");
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    STAT_NEAR(row(&s, f, "joinpoint 1").estimate, c->continuous[0], 1e-9);
    STAT_NEAR(row(&s, f, "SSE").estimate, c->continuous[1], 1e-9);
    STAT_NEAR(row(&s, f, "slope 1").estimate, c->continuous[2], 1e-5);
    STAT_NEAR(row(&s, f, "slope 2").estimate, c->continuous[3], 1e-5);
  }
  stat_close(&s);
}

Test(joinpoint, chooses_their_number) {
  static const char *const ways[] = {"bic", "bic3", "wbic", "permutation"};
  stat_plugin s;
  sampan_finding f[ROWS], again[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  stat_set_choice(&s, "scale", "logged");
  stat_set_number(&s, "permutations", 499);
  const sampan_compared in = points(cases[0].y, 20);
  for (int i = 0; i < 4; i++) {
    stat_set_choice(&s, "select", ways[i]);
    at_most(&s, 0, 2);
    cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
    /* Zero is out of the question; a second joinpoint is for the criterion. */
    cr_assert_geq(row(&s, f, "joinpoints").estimate, 1, "%s", ways[i]);
    const double bic[] = {row(&s, f, "BIC 1").estimate, row(&s, f, "BIC3 1").estimate,
                          row(&s, f, "WBIC 1").estimate};
    cr_assert(bic[0] <= bic[2] && bic[2] <= bic[1]); /* R2 is between 0 and 1 */
  }
  STAT_NEAR(row(&s, f, "permutation 1").p_value, 1 / 500.0, 1e-12); /* 0 against 2 */
  cr_assert_eq(row(&s, f, "permutation 1").df, 4);
  cr_assert_eq(run(&s, &in, again), SAMPAN_OK);
  cr_assert_eq(row(&s, again, "permutation 2").p_value,
               row(&s, f, "permutation 2").p_value); /* J6 */
  /* The weight of WBIC: the least squares of the hinge by hand, one joinpoint. */
  const double unit = log(20) / 20;
  const double r2 = (row(&s, f, "WBIC 1").estimate - row(&s, f, "BIC 1").estimate) / unit;
  at_most(&s, 1, 1);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(r2, 1 - cases[0].grid[1] / cases[0].none[1], 1e-8); /* partial R2 given the line */
  stat_close(&s);
}

/* The mean slope is that of the segments by their lengths, within `from` and `to`. */
Test(joinpoint, averages_over_a_range) {
  stat_plugin s;
  sampan_finding f[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  stat_set_choice(&s, "scale", "logged");
  at_most(&s, 1, 1);
  stat_set_number(&s, "from", 2007);
  stat_set_number(&s, "to", 2012);
  sampan_compared in = points(cases[0].y, 20);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  const double slope = (2 * cases[0].grid[2] + 3 * cases[0].grid[3]) / 5;
  STAT_NEAR(row(&s, f, "mean slope").estimate, slope, 1e-9);
  STAT_NEAR(row(&s, f, "AAPC").estimate, 100 * expm1(slope), 1e-9);
  stat_set_number(&s, "to", 2008); /* within one segment: its own slope and limits */
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  STAT_NEAR(row(&s, f, "AAPC").lower, cases[0].grid[7], 1e-9);
  stat_set_number(&s, "to", 2030);
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "within"));
  stat_close(&s);
}

/* A broken line with two known joinpoints and a little noise. */
Test(joinpoint, finds_two_joinpoints_whatever_the_order_of_the_points) {
  double y[20], se[20], shuffled[20], x[20];
  stat_plugin s;
  sampan_finding f[ROWS], g[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  stat_set_choice(&s, "scale", "linear");
  stat_set_choice(&s, "weights", "variance");
  for (int i = 0; i < 20; i++) {
    y[i] = 10 + 1.0 * i - 2 * fmax(i - 6, 0) + 3 * fmax(i - 13, 0) + 0.004 * ((i * 7919) % 13 - 6);
    se[i] = 0.1 + 0.01 * (i % 3);
  }
  sampan_compared in = points(y, 20);
  in.std_error = se;
  at_most(&s, 0, 3);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert_eq(row(&s, f, "joinpoints").estimate, 2);
  cr_assert_eq(row(&s, f, "joinpoint 1").estimate, 2006);
  cr_assert_eq(row(&s, f, "joinpoint 2").estimate, 2013);
  cr_assert(fabs(row(&s, f, "slope 2").estimate + 1) < 0.05);
  cr_assert(!has_row(&s, f, "AAPC") && has_row(&s, f, "mean slope"));
  double moved[20];
  for (int i = 0; i < 20; i++) {
    x[i] = years[(i * 7) % 20];
    shuffled[i] = y[(i * 7) % 20];
    moved[i] = se[(i * 7) % 20];
  }
  in.position = x;
  in.estimate = shuffled;
  in.std_error = moved;
  cr_assert_eq(run(&s, &in, g), SAMPAN_OK);
  cr_assert_eq(row(&s, g, "slope 3").upper, row(&s, f, "slope 3").upper);
  const double on_grid = row(&s, f, "SSE").estimate;
  stat_set_choice(&s, "search", "continuous");
  cr_assert_eq(run(&s, &in, g), SAMPAN_OK);
  cr_assert(row(&s, g, "SSE").estimate < on_grid);
  stat_close(&s);
}

/* Sum of squares about the line with two joinpoints, by another way. */
static double by_gsl(const double *y, int first, int second_one) {
  double design[80], weights[20], sse = NAN, c[4], cov[16];
  for (int i = 0; i < 20; i++) {
    design[i * 4] = weights[i] = 1;
    design[i * 4 + 1] = i;
    design[i * 4 + 2] = fmax(i - first, 0);
    design[i * 4 + 3] = fmax(i - second_one, 0);
  }
  gsl_multifit_linear_workspace *w = gsl_multifit_linear_alloc(20, 4);
  const gsl_matrix_const_view x = gsl_matrix_const_view_array(design, 20, 4);
  const gsl_vector_const_view wv = gsl_vector_const_view_array(weights, 20),
                              yv = gsl_vector_const_view_array(y, 20);
  gsl_vector_view cv = gsl_vector_view_array(c, 4);
  gsl_matrix_view covv = gsl_matrix_view_array(cov, 4, 4);
  gsl_multifit_wlinear(&x.matrix, &wv.vector, &yv.vector, &cv.vector, &covv.matrix, &sse, w);
  gsl_multifit_linear_free(w);
  return sse;
}

Test(joinpoint, tries_every_placement) { /* J1 */
  stat_plugin s;
  sampan_finding f[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  stat_set_choice(&s, "scale", "logged");
  at_most(&s, 2, 2);
  for (int k = 0; k < 2; k++) {
    for (int between = 0; between <= 3; between++) {
      double least = HUGE_VAL;
      int at = 0, second_at = 0;
      for (int i = 3; i <= 16; i++) {
        for (int j = i + 1 + between; j <= 16; j++) {
          const double sse = by_gsl(cases[k].y, i, j);
          if (sse >= least) continue;
          least = sse;
          at = i;
          second_at = j;
        }
      }
      const sampan_compared in = points(cases[k].y, 20);
      stat_set_number(&s, "min_end", 3);
      stat_set_number(&s, "min_between", between);
      cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
      cr_assert_eq(row(&s, f, "joinpoint 1").estimate, 2000 + at);
      cr_assert_eq(row(&s, f, "joinpoint 2").estimate, 2000 + second_at);
      STAT_NEAR(row(&s, f, "SSE").estimate, least, 1e-10);
    }
  }
  stat_close(&s);
}

Test(joinpoint, edges) { /* J2, J4 */
  double y[20], same[] = {2000, 2001, 2001, 2002, 2003};
  stat_plugin s;
  sampan_finding f[ROWS];
  stat_open(&s, SAMPAN_COMPARISON, "joinpoint");
  for (int i = 0; i < 20; i++) y[i] = exp(2 + 0.03 * i);
  sampan_compared in = points(y, 20);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK); /* an exact line needs no joinpoint */
  cr_assert_eq(row(&s, f, "joinpoints").estimate, 0);
  STAT_NEAR(row(&s, f, "APC 1").estimate, 100 * expm1(0.03), 1e-9);
  in.n = 4;
  at_most(&s, 0, 3);
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK); /* too short for any */
  cr_assert_eq(row(&s, f, "joinpoints").estimate, 0);
  cr_assert_not_null(strstr(s.note, "room"));
  at_most(&s, 2, 1);
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  at_most(&s, 0, 1);
  in.n = 5;
  in.position = same;
  cr_assert_eq(run(&s, &in, f), SAMPAN_E_PLAN);
  cr_assert_not_null(strstr(s.error.message, "2001"));
  in.position = years;
  y[2] = 0;
  s.note[0] = '\0';
  cr_assert_eq(run(&s, &in, f), SAMPAN_OK);
  cr_assert(isnan(row(&s, f, "joinpoints").estimate));
  cr_assert_not_null(strstr(s.note, "logarithm"));
  stat_close(&s);
}
