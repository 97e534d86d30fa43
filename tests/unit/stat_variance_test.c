/* stat_variance_test.c - variance and sd: reference cases, numbers with a large mean, laws. */
#include "oracle_support.h"
#include "tally_support.h"

static stat_plugin plugin;

static void drive(const double *x, const double *w, int64_t n, tally_run *run) {
  const tally_records r = {.x = x, .w = w, .n = n};
  stat_open(&plugin, SAMPAN_ESTIMATOR, "variance");
  cr_assert_eq(tally_drive(&plugin, &r, run), SAMPAN_OK, "%s", plugin.error.message);
}

static void check_case(const char *id, const char *strata, const char *psu, int has_fpc) {
  oracle_case c;
  tally_run run;
  oracle_open(&c, id);
  double *w = oracle_column(&c, oracle_text(sp_yaml_get(c.root, "design"), "weights"));
  tally_design d = {0};
  uint32_t *stratum = oracle_codes(&c, strata, NULL, &d.n_strata);
  uint32_t *unit = psu ? oracle_codes(&c, psu, stratum, &d.n_psus) : NULL;
  double *fraction = has_fpc ? oracle_column(&c, "fpc") : NULL;
  double sampled[16] = {0};
  for (int64_t i = 0; i < c.n_rows; i++) sampled[stratum[i] % 16]++;
  for (int64_t i = 0; fraction && i < c.n_rows; i++)
    fraction[i] = sampled[stratum[i]] / fraction[i];
  d.stratum = stratum;
  d.psu = unit;
  d.fraction = fraction;
  for (uint32_t k = 0; k < c.expected->n; k++) {
    const sp_yaml *row = c.expected->items[k];
    double *x = oracle_column(&c, oracle_text(sp_yaml_get(row, "key"), "variable"));
    const tally_records r = {.x = x, .w = w, .n = c.n_rows};
    drive(x, w, c.n_rows, &run);
    const tally_group *g = &run.g[0];
    const double se = oracle_number(row, "se"), sd = oracle_number(row, "sd");
    cr_assert_eq(run.n_reads, 2);
    STAT_NEAR(g->value[0], oracle_number(row, "estimate"), 1e-9);
    STAT_NEAR(g->value[1], sd, 1e-9);
    STAT_NEAR(tally_std_error(&run, &r, &d, 0, 0), se, 1e-9);
    STAT_NEAR(tally_std_error(&run, &r, &d, 0, 1), se / (2 * sd), 1e-9); /* delta method */
    tally_close(&run);
    stat_close(&plugin);
    free(x);
  }
  free(w);
  free(stratum);
  free(unit);
  free(fraction);
  oracle_close(&c);
}

Test(variance, reference_cases) { /* V1 */
  check_case("variance_nasty", "strat", "psu", 0);
  check_case("variance_strat", "stype", NULL, 1);
}

Test(variance, keeps_its_digits_beside_a_large_mean) {
  static const double small[] = {1, 2, 4, 7, 7, 11}, w[] = {1, 3, 2, 1.5, 1, 2};
  double large[6];
  tally_run a, b;
  drive(small, w, 6, &a);
  for (int i = 0; i < 6; i++) large[i] = small[i] + 1e9;
  const double v = a.g[0].value[0];
  drive(large, w, 6, &b);
  STAT_NEAR(b.g[0].value[0], v, 1e-12);
  STAT_NEAR(b.g[0].value[1], sqrt(v), 1e-12);
  tally_close(&a);
  tally_close(&b);
}

Test(variance, gradient_is_the_derivative) {
  static const double x[] = {1, 2, 4, 7, 7, 11}, w[] = {1, 3, 2, 1.5, 1, 2};
  tally_run run;
  drive(x, w, 6, &run);
  tally_group *g = &run.g[0];
  g->total[1] = 0.8; /* away from the mean, where the middle term is not 0 */
  double value[2][2], element[2], gradient[6], kept[6];
  int32_t status[2];
  sampan_estimates out = {.struct_size = sizeof out,
                          .n_statistics = 2,
                          .gradient = kept,
                          .value = value[0],
                          .element_variance = element,
                          .status = status};
  stat_estimator(&plugin)->value(&plugin.call, &run.shape, &g->totals, &out);
  out.gradient = gradient;
  for (int k = 0; k < 3; k++) {
    const double at = g->total[k], h = 1e-5 * fmax(fabs(at), 1);
    for (int side = 0; side < 2; side++) {
      g->total[k] = at + (side ? h : -h);
      out.value = value[side];
      stat_estimator(&plugin)->value(&plugin.call, &run.shape, &g->totals, &out);
    }
    g->total[k] = at;
    for (int j = 0; j < 2; j++)
      cr_assert_float_eq((value[1][j] - value[0][j]) / (2 * h), kept[j * 3 + k], 1e-7);
  }
  tally_close(&run);
  stat_close(&plugin);
}

Test(variance, groups_have_means_of_their_own) {
  static const double x[] = {1, 100, 3, 104, 5, 102, 9};
  static const uint32_t group[] = {0, 1, 0, 1, 0, 1, UINT32_MAX};
  const tally_records r = {.x = x, .group = group, .n = 7, .batch = 2};
  tally_run run;
  stat_open(&plugin, SAMPAN_ESTIMATOR, "variance");
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
  STAT_NEAR(run.g[0].value[0], 4, 1e-14); /* 1, 3, 5 */
  STAT_NEAR(run.g[1].value[0], 4, 1e-14); /* 100, 104, 102 */
  tally_close(&run);
  stat_close(&plugin);
}

Test(variance, needs_two_records_of_positive_weight) { /* V3, V4 */
  static const double x[] = {3, 5, NAN, 3}, one[] = {2, 0, 1, 0}, two[] = {2, 0, 1, 3};
  tally_run run;
  drive(x, one, 4, &run);
  cr_assert_eq(run.g[0].status[0], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.g[0].status[1], SAMPAN_NOT_ESTIMABLE);
  cr_assert(isnan(run.g[0].value[1]));
  tally_close(&run);
  drive(x, two, 4, &run);
  cr_assert_eq(run.g[0].status[0], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.g[0].value[0], 0);
  for (int k = 0; k < 3; k++) cr_assert_eq(run.g[0].gradient[3 + k], 0);
  tally_close(&run);
}

Test(variance, names_the_row_of_an_infinite_number) { /* V2 */
  static const double x[] = {3, 5, HUGE_VAL};
  const tally_records r = {.x = x, .n = 3};
  tally_run run;
  stat_open(&plugin, SAMPAN_ESTIMATOR, "variance");
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_E_DATA);
  cr_assert_eq(plugin.error.row, 3);
  cr_assert_str_eq(plugin.error.column, "x");
  tally_close(&run);
}
