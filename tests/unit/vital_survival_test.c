/* vital_survival_test.c - the weighted survival curve: a published one, its influences against
 * changed weights, ties, entries, quantiles. */
#include "vital_support.h"

static stat_plugin s;
static vital_run run;
static stat_column time_column, event_column, entry_column;

/* Times of remission, 6-MP (Freireich and others, Blood 1963;21:699-716). */
static const double remission[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                                   17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
static const double relapse[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
enum { N = 21 };
/* Kleinbaum and Klein, Survival Analysis, 2.2: product-limit estimates at 6, 7, 10, 13, 16, 22, 23;
 * Greenwood standard errors to three digits. */
static const double times[] = {6, 7, 10, 13, 16, 22, 23};
static const double survival[] = {.8571, .8067, .7529, .6902, .6275, .5378, .4482};
static const double greenwood[] = {.0764, .0869, .0963, .1068, .1141, .1282, .1346};

static void remission_columns(const sampan_column **list) {
  list[0] = stat_numbers(&time_column, "time", remission, N);
  list[1] = stat_truths(&event_column, "event", relapse, N);
  list[2] = NULL;
}

Test(kaplan_meier, agrees_with_the_published_curve) { /* K3, K6 */
  static const double at[] = {0, 5.9, 6, 7, 10, 13, 16, 22, 23, 35}, half[] = {0.25, 0.5};
  const sampan_column *list[3];
  remission_columns(list);
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  stat_set_numbers(&s, "at", at, 10);
  stat_set_numbers(&s, "quantiles", half, 2);
  vital_all(&s, list, 3, NULL, N, &run);
  cr_assert_eq(run.n_reads, 2);
  cr_assert_eq(run.value[0], 1);
  cr_assert_eq(run.value[1], 1);
  cr_assert_str_eq(run.shape.statistics[1].name, "S5.9");
  for (uint32_t k = 2; k < 9; k++) {
    cr_assert(fabs(run.value[k] - survival[k - 2]) < 5.001e-5, "S(%g)", at[k]);
    cr_assert(fabs(sqrt(run.model_variance[k]) - greenwood[k - 2]) < 5.1e-5, "SE(%g)", at[k]);
    cr_assert_eq(at[k], times[k - 2]);
    /* The linearized variance of a simple sample is Greenwood's times n / (n - 1). */
    STAT_NEAR(vital_variance(&run, k), run.model_variance[k] * N / (N - 1), 1e-12);
  }
  cr_assert_eq(run.value[9], run.value[8]);
  cr_assert_eq(run.total[0], 9, "events");
  /* Quantiles: 1 - S first reaches 0.25 at 13 and 0.5 at 23. */
  cr_assert_str_eq(run.shape.statistics[10].name, "p25");
  cr_assert_str_eq(run.shape.statistics[11].name, "median");
  cr_assert_eq(run.value[10], 13);
  cr_assert_eq(run.value[11], 23);
  cr_assert_eq(run.inner[11], 0.5);
  STAT_NEAR(vital_variance(&run, 11), vital_variance(&run, 8), 1e-12);
  double t = NAN;
  const sampan_estimator_ops *ops = stat_estimator(&s);
  cr_assert_eq(ops->back(&s.call, &run.shape, &run.totals, 11, 0.3, &t), SAMPAN_OK);
  cr_assert_eq(t, 13);
  cr_assert_eq(ops->back(&s.call, &run.shape, &run.totals, 11, 0.6, &t), SAMPAN_OK);
  cr_assert(isnan(t), "the curve never falls to 0.4");
  stat_close(&s);
}

/* Influences against differences of the value by each weight, with entries, ties and weights. */
static void check_influence(const char *method, int with_entry) {
  static const double x[] = {2, 3, 3, 3, 4, 5, 5, 6.5, 7, 7, 8, 9};
  static const double d[] = {1, 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0};
  static const double from[] = {0, 0, 1, 0, 3, 0, 2, 3, 0, 5, 0, 4};
  static const double weight[] = {1, 2, .5, 3, 1.5, .7, 2.2, 1, .3, 4, 1, 2}, at[] = {3, 5, 8, 9};
  enum { M = 12 };
  const sampan_column *list[] = {stat_numbers(&time_column, "time", x, M),
                                 stat_numbers(&event_column, "event", d, M),
                                 with_entry ? stat_numbers(&entry_column, "entry", from, M) : NULL};
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  stat_set_choice(&s, "method", method);
  stat_set_numbers(&s, "at", at, 4);
  vital_all(&s, list, 3, weight, M, &run);
  for (int i = 0; i < M; i++) {
    static vital_run above, below;
    double w[M];
    memcpy(w, weight, sizeof w);
    w[i] = weight[i] * (1 + 1e-5);
    vital_all(&s, list, 3, w, M, &above);
    w[i] = weight[i] * (1 - 1e-5);
    vital_all(&s, list, 3, w, M, &below);
    for (uint32_t k = 0; k < 4; k++)
      cr_assert(fabs((above.value[k] - below.value[k]) / 2e-5 - vital_z(&run, k, i)) < 1e-9,
                "%s: record %d at %g: %.12g, not %.12g", method, i, at[k], vital_z(&run, k, i),
                (above.value[k] - below.value[k]) / 2e-5);
  }
  stat_close(&s);
}

Test(kaplan_meier, influences_are_derivatives_by_weights) {
  check_influence("kaplan-meier", 0);
  check_influence("kaplan-meier", 1);
  check_influence("nelson-aalen", 0);
  check_influence("nelson-aalen", 1);
}

Test(kaplan_meier, entries_count_after_they_begin) { /* K3 */
  /* At 2: all but the one who enters at 2. At 3: three of four are left, one dies. */
  static const double x[] = {2, 3, 4, 5}, d[] = {1, 1, 0, 0}, from[] = {0, 0, 2, 1}, at[] = {2, 3};
  const sampan_column *list[] = {stat_numbers(&time_column, "time", x, 4),
                                 stat_numbers(&event_column, "event", d, 4),
                                 stat_numbers(&entry_column, "entry", from, 4)};
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  stat_set_numbers(&s, "at", at, 2);
  vital_all(&s, list, 3, NULL, 4, &run);
  STAT_NEAR(run.value[0], 2.0 / 3, 1e-15);
  STAT_NEAR(run.value[1], 2.0 / 3 * 2 / 3, 1e-15);
  stat_close(&s);
}

Test(kaplan_meier, ends_of_the_curve) { /* K1, K4, K5 */
  static const double x[] = {1, 2, NAN}, all[] = {1, 1, 1}, none[] = {0, 0, 0};
  static const double weight[] = {0.1, 0.2, 1}, at[] = {2, 3}, half[] = {0.5};
  const sampan_column *list[] = {stat_numbers(&time_column, "time", x, 3),
                                 stat_numbers(&event_column, "event", all, 3), NULL};
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  stat_set_numbers(&s, "at", at, 2);
  stat_set_numbers(&s, "quantiles", half, 1);
  vital_all(&s, list, 3, weight, 3, &run);
  cr_assert_eq(run.totals.n_records, 2);
  cr_assert_eq(run.value[0], 0, "exactly, though weights are rounded");
  cr_assert_eq(run.value[1], 0);
  cr_assert_eq(vital_variance(&run, 0), 0);
  cr_assert_eq(run.value[2], 2);
  list[1] = stat_numbers(&event_column, "event", none, 3);
  vital_all(&s, list, 3, weight, 3, &run);
  cr_assert_eq(run.value[0], 1);
  cr_assert_eq(run.status[1], SAMPAN_NOT_ESTIMABLE, "past the longest time");
  cr_assert_eq(run.status[2], SAMPAN_NOT_ESTIMABLE, "no median");
  vital_all(&s, list, 3, weight, 0, &run);
  cr_assert_eq(run.n_reads, 1);
  for (uint32_t k = 0; k < 3; k++) cr_assert_eq(run.status[k], SAMPAN_NOT_ESTIMABLE);
  stat_close(&s);
}

Test(kaplan_meier, refuses) { /* K2 */
  static const double x[] = {1, -1}, d[] = {1, 2}, from[] = {0, 1}, fine[] = {1, 1}, at[] = {1};
  static const double down[] = {3, 1};
  stat_open(&s, SAMPAN_ESTIMATOR, "kaplan-meier");
  const sampan_column *list[] = {stat_numbers(&time_column, "time", x, 2),
                                 stat_numbers(&event_column, "event", fine, 2), NULL};
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_E_PLAN, "neither times nor quantiles");
  cr_assert_str_eq(s.error.parameter, "at");
  stat_set_numbers(&s, "at", down, 2);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_E_PLAN);
  stat_set_numbers(&s, "at", at, 1);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 2, 0, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 2);
  cr_assert_str_eq(s.error.column, "time");
  list[0] = stat_numbers(&time_column, "time", fine, 2);
  list[1] = stat_numbers(&event_column, "event", d, 2);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 2, 0, &run), SAMPAN_E_DATA);
  cr_assert_str_eq(s.error.column, "event");
  list[1] = stat_numbers(&event_column, "event", fine, 2);
  list[2] = stat_numbers(&entry_column, "entry", from, 2);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 2, 0, &run), SAMPAN_E_DATA);
  cr_assert_str_eq(s.error.column, "entry");
  stat_close(&s);
}
