/* stat_quantile_test.c - quantile: its rules by hand, its laws, its reads, what it refuses. */
#include "tally_support.h"

static stat_plugin plugin;

static const char *const all_rules[] = {"math", "school", "hf1", "hf2", "hf3",       "hf4", "hf5",
                                        "hf6",  "hf7",    "hf8", "hf9", "shahvaish", "sas"};
enum { N_RULES = sizeof all_rules / sizeof all_rules[0] };

static double quantile(const char *rule, double p, const double *x, const double *w, int64_t n) {
  const tally_records r = {.x = x, .w = w, .n = n};
  tally_run run;
  stat_set_choice(&plugin, "rule", rule);
  stat_set_numbers(&plugin, "at", &p, 1);
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK, "%s", plugin.error.message);
  const double q = run.g[0].status[0] == SAMPAN_ESTIMABLE ? run.g[0].value[0] : NAN;
  tally_close(&run);
  return q;
}

static void open_plugin(void) {
  stat_open(&plugin, SAMPAN_ESTIMATOR, "quantile");
}

static void close_plugin(void) {
  stat_close(&plugin);
}

TestSuite(quantile, .init = open_plugin, .fini = close_plugin);

/* Records that look random; x are multiples of 1 / of, so that few are many ties. */
static void make_records(uint32_t seed, int64_t n, int of, double *x, double *w) {
  for (int64_t i = 0; i < n; i++) {
    seed = seed * 1664525U + 1013904223U;
    x[i] = (double)(seed >> 8 & 0xffff) * of / 65536;
    if (of < 100) x[i] = floor(x[i]);
    seed = seed * 1664525U + 1013904223U;
    w[i] = 0.25 + (double)(seed >> 8 & 0xffff) / 8192;
  }
}

/* ---- rules -------------------------------------------------------------------------------- */

Test(quantile, rules_of_four_records) { /* Hyndman and Fan's, for equal weights */
  static const double x[] = {3, 1, 4, 2};
  static const struct {
    const char *rule;
    double at_30, at_50;
  } known[] = {{"math", 2, 2},     {"school", 2, 2.5},
               {"hf1", 2, 2},      {"hf2", 2, 2.5},
               {"hf3", 2, 2},      {"hf4", 1.2, 2},
               {"hf5", 1.7, 2.5},  {"hf6", 1.5, 2.5},
               {"hf7", 1.9, 2.5},  {"hf8", 1.3 + 1.0 / 3, 2.5},
               {"hf9", 1.65, 2.5}, {"sas", 1.2, 2}};
  for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
    STAT_NEAR(quantile(known[k].rule, 0.3, x, NULL, 4), known[k].at_30, 1e-14);
    STAT_NEAR(quantile(known[k].rule, 0.5, x, NULL, 4), known[k].at_50, 1e-14);
  }
}

Test(quantile, below_the_share_of_the_smallest) {
  static const double x[] = {10, 20, 30}, twice[] = {10, 10, 30};
  cr_assert_eq(quantile("math", 0.1, x, NULL, 3), 10);
  cr_assert_eq(quantile("sas", 0.1, x, NULL, 3), 10);
  cr_assert_eq(quantile("school", 0.1, x, NULL, 3), 15); /* as R: README.md */
  cr_assert_eq(quantile("school", 0.1, twice, NULL, 3), 10);
  cr_assert_eq(quantile("hf3", 0.1, x, NULL, 3), 20);
  STAT_NEAR(quantile("hf4", 0.1, x, NULL, 3), 3, 1e-14); /* 10 - 10 (1/3 - 0.1) 3 */
  for (int k = 0; k < N_RULES; k++) cr_assert_eq(quantile(all_rules[k], 0.1, x + 2, NULL, 1), 30);
}

Test(quantile, sas_interpolates_between_values_not_records) {
  static const double x[] = {1, 1, 5, 5}, w[] = {1, 1, 1, 1};
  STAT_NEAR(quantile("sas", 0.75, x, w, 4), 3, 1e-14); /* F(1) = 1/2, F(5) = 1 */
  STAT_NEAR(quantile("hf4", 0.75, x, w, 4), 5, 1e-14);
}

Test(quantile, a_tie_is_seen_through_rounding) {
  static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  double w[10];
  for (int k = 0; k < 4; k++) {
    static const double scales[] = {0.1, 1.0 / 3, 1e-7, 12345.678};
    for (int i = 0; i < 10; i++) w[i] = scales[k];
    for (int i = 1; i < 10; i++) {
      cr_assert_eq(quantile("math", i / 10.0, x, w, 10), i);
      cr_assert_eq(quantile("school", i / 10.0, x, w, 10), i + 0.5);
    }
  }
}

Test(quantile, a_constant_is_its_own_quantile) {
  double x[30], w[30], p = 0.37;
  make_records(5, 30, 1000, x, w);
  for (int i = 0; i < 30; i++) x[i] = 0.1;
  for (int k = 0; k < N_RULES; k++) {
    const tally_records r = {.x = x, .w = w, .n = 30};
    tally_run run;
    stat_set_numbers(&plugin, "at", &p, 1);
    stat_set_choice(&plugin, "rule", all_rules[k]);
    cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
    STAT_NEAR(run.g[0].value[0], 0.1, 1e-15);
    if (strcmp(all_rules[k], "shahvaish") != 0) cr_assert_eq(run.g[0].inner[0], 1);
    tally_close(&run);
  }
}

/* ---- laws --------------------------------------------------------------------------------- */

Test(quantile, does_not_depend_on_the_scale_of_the_weights) {
  double x[60], w[60], scaled[60];
  for (uint32_t seed = 1; seed < 8; seed++) {
    make_records(seed, 60, seed % 2 ? 12 : 1000, x, w);
    for (int i = 0; i < 60; i++) scaled[i] = w[i] * 37.3;
    for (int k = 0; k < N_RULES; k++) {
      if (strcmp(all_rules[k], "shahvaish") == 0) continue; /* does: README.md */
      for (double p = 0.05; p < 1; p += 0.1)
        STAT_NEAR(quantile(all_rules[k], p, x, scaled, 60), quantile(all_rules[k], p, x, w, 60),
                  1e-11);
    }
  }
}

Test(quantile, does_not_depend_on_the_order_of_records) {
  static const char *const rules[] = {"math", "school", "hf3", "sas"};
  double x[60], w[60], other_x[60], other_w[60];
  make_records(3, 60, 12, x, w);
  for (int i = 0; i < 60; i++) {
    other_x[i] = x[(i * 23 + 7) % 60];
    other_w[i] = w[(i * 23 + 7) % 60];
  }
  for (int k = 0; k < 4; k++)
    for (double p = 0.05; p < 1; p += 0.05)
      STAT_NEAR(quantile(rules[k], p, other_x, other_w, 60), quantile(rules[k], p, x, w, 60),
                1e-12);
}

Test(quantile, a_record_is_two_of_half_its_weight) {
  double x[60], w[60], half_x[120], half_w[120];
  make_records(9, 60, 1000, x, w);
  for (int i = 0; i < 120; i++) {
    half_x[i] = x[i / 2];
    half_w[i] = w[i / 2] / 2;
  }
  for (double p = 0.005; p < 1; p += 0.03) {
    cr_assert_eq(quantile("math", p, half_x, half_w, 120), quantile("math", p, x, w, 60));
    STAT_NEAR(quantile("sas", p, half_x, half_w, 120), quantile("sas", p, x, w, 60), 1e-12);
  }
}

Test(quantile, rises_with_the_share) {
  double x[60], w[60];
  for (uint32_t seed = 1; seed < 4; seed++) {
    make_records(seed, 60, seed % 2 ? 12 : 1000, x, w);
    for (int k = 0; k < N_RULES; k++) {
      if (strcmp(all_rules[k], "shahvaish") == 0) continue;
      double last = -HUGE_VAL;
      for (double p = 0.002; p < 1; p += 0.01) {
        const double q = quantile(all_rules[k], p, x, w, 60);
        cr_assert_geq(q, last - 1e-12 * fabs(last), "%s at %g", all_rules[k], p);
        last = q;
      }
    }
  }
}

/* q(p) of x is -q(1 - p) of -x: school and hf5 for any weights, the others for equal ones; not near
 * the ends, where R's school is not even-handed. */
Test(quantile, mirrors) {
  static const char *const rules[] = {"school", "hf5", "hf6", "hf7", "hf8", "hf9"};
  double x[40], w[40], mirrored[40];
  for (uint32_t seed = 1; seed < 5; seed++) {
    make_records(seed, 40, 1000, x, w);
    for (int i = 0; i < 40; i++) mirrored[i] = -x[i];
    for (int k = 0; k < 6; k++) {
      const double *weight = k < 2 ? w : NULL;
      for (double p = 0.1; p < 0.95; p += 0.05)
        STAT_NEAR(quantile(rules[k], p, x, weight, 40),
                  -quantile(rules[k], 1 - p, mirrored, weight, 40), 1e-11);
    }
  }
}

Test(quantile, lies_within_the_data) {
  double x[25], w[25];
  make_records(11, 25, 1000, x, w);
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (int i = 0; i < 25; i++) {
    low = fmin(low, x[i]);
    high = fmax(high, x[i]);
  }
  for (int k = 0; k < N_RULES; k++)
    for (double p = 0.001; p < 1; p += 0.037) {
      const double q = quantile(all_rules[k], p, x, w, 25);
      cr_assert_leq(q, high);
      if (strcmp(all_rules[k], "hf4") != 0) cr_assert_geq(q, low, "%s", all_rules[k]);
    }
}

/* ---- reads -------------------------------------------------------------------------------- */

Test(quantile, several_at_once_and_groups_apart) {
  static const double at[] = {0.25, 0.5, 0.75};
  double x[80], w[80], of_x[80], of_w[80];
  uint32_t group[80];
  tally_run run;
  make_records(17, 80, 1000, x, w);
  for (int i = 0; i < 80; i++) group[i] = i % 4 == 3 ? UINT32_MAX : (uint32_t)(i % 2);
  x[4] = NAN;
  w[6] = 0;
  const tally_records r = {.x = x, .w = w, .group = group, .n = 80, .batch = 7};
  stat_set_numbers(&plugin, "at", at, 3);
  stat_set_choice(&plugin, "rule", "hf7");
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
  cr_assert_eq(run.n_reads, 2);
  for (uint32_t g = 0; g < 2; g++) {
    int64_t n = 0;
    for (int i = 0; i < 80; i++)
      if (group[i] == g) {
        of_x[n] = x[i];
        of_w[n++] = w[i];
      }
    for (int j = 0; j < 3; j++) {
      double below = 0, all = 0;
      const double q = run.g[g].value[j];
      for (int64_t i = 0; i < n; i++)
        if (!isnan(of_x[i])) {
          all += of_w[i];
          below += of_x[i] <= q ? of_w[i] : 0;
        }
      STAT_NEAR(run.g[g].inner[j], below / all, 1e-14);
      STAT_NEAR(run.g[g].gradient[j * 5], -below / all / all, 1e-13);
      STAT_NEAR(run.g[g].gradient[j * 5 + 2 + j], 1 / all, 1e-14);
      cr_assert(isnan(run.g[g].element_variance[j]));
      stat_plugin kept = plugin;
      cr_assert_eq(quantile("hf7", at[j], of_x, of_w, n), q);
      plugin = kept;
      stat_set_numbers(&plugin, "at", at, 3);
    }
  }
  tally_close(&run);
}

Test(quantile, limits_go_back_by_the_same_rule) { /* Q5 */
  double x[50], w[50], p = 0.5;
  tally_run run;
  make_records(23, 50, 1000, x, w);
  const tally_records r = {.x = x, .w = w, .n = 50};
  for (int k = 0; k < N_RULES; k++) {
    stat_set_choice(&plugin, "rule", all_rules[k]);
    stat_set_numbers(&plugin, "at", &p, 1);
    cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
    cr_assert_eq(tally_back(&plugin, &run, 0, 0, 0.5), run.g[0].value[0]);
    cr_assert(isnan(tally_back(&plugin, &run, 0, 0, -1e-9)));
    cr_assert(isnan(tally_back(&plugin, &run, 0, 0, 1 + 1e-9)));
    cr_assert(isnan(tally_back(&plugin, &run, 0, 0, NAN)));
    cr_assert(isfinite(tally_back(&plugin, &run, 0, 0, 0)));
    cr_assert(isfinite(tally_back(&plugin, &run, 0, 0, 1)));
    tally_close(&run);
  }
}

Test(quantile, nothing_to_estimate) { /* Q3 */
  static const double missing[] = {NAN, NAN}, x[] = {1, 2}, zero[] = {0, 0}, one[] = {0, 3};
  cr_assert(isnan(quantile("math", 0.5, missing, NULL, 2)));
  cr_assert(isnan(quantile("hf7", 0.5, x, zero, 2)));
  cr_assert(isnan(quantile("hf7", 0.5, x, NULL, 0)));
  cr_assert_eq(quantile("math", 0.5, x, one, 2), 2); /* Q1 */
}

Test(quantile, one_read_for_replicate_weights) { /* Q6 */
  static const double x[] = {1, 2, 3, 4, 5};
  const tally_records r = {.x = x, .n = 5};
  tally_run run;
  stat_set_choice(&plugin, "error", "replicates");
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
  cr_assert_eq(run.n_reads, 1);
  cr_assert_eq(run.shape.n_state, 0);
  cr_assert_eq(run.shape.flags, 0);
  cr_assert_eq(run.shape.n_components, 2);
  cr_assert_eq(run.g[0].value[0], 3);
  cr_assert(isnan(run.g[0].inner[0]));
  cr_assert_eq(run.g[0].gradient[0], 0);
  tally_close(&run);
}

/* ---- bind --------------------------------------------------------------------------------- */

Test(quantile, names_and_shape) { /* Q4 */
  static const double at[] = {0.25, 0.5, 0.975, 1.0 / 3}, x[] = {1, 2};
  const tally_records r = {.x = x, .n = 2};
  tally_run run;
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
  cr_assert_eq(run.shape.n_statistics, 1);
  cr_assert_str_eq(run.shape.statistics[0].name, "q0.5");
  cr_assert_eq(run.shape.components[1].flags, 0);
  tally_close(&run);
  stat_set_numbers(&plugin, "at", at, 4);
  stat_set_choice(&plugin, "rule", "hf6");
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_OK);
  cr_assert_eq(run.shape.n_state, 4);
  cr_assert_eq(run.shape.flags, SAMPAN_SHAPE_SHARED_STATE); /* Q7 */
  cr_assert_str_eq(run.shape.statistics[0].name, "q0.25");
  cr_assert_str_eq(run.shape.statistics[2].name, "q0.975");
  cr_assert_str_eq(run.shape.statistics[3].name, "q0.3333333333333333");
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_NONE);
  cr_assert_eq(run.shape.components[1].type, SAMPAN_TALLY);
  cr_assert_eq(run.shape.components[1].flags, SAMPAN_APART);
  tally_close(&run);
}

Test(quantile, refuses_shares_that_are_none) { /* Q4 */
  static const double wrong[][2] = {{0, 0.5}, {0.5, 1}, {0.5, 0.5}, {25, 50}, {-0.1, 0.5}};
  static const double x[] = {1, 2};
  const tally_records r = {.x = x, .n = 2};
  tally_run run;
  for (size_t k = 0; k < sizeof wrong / sizeof wrong[0]; k++) {
    stat_set_numbers(&plugin, "at", wrong[k], 2);
    cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_E_PLAN);
    cr_assert_str_eq(plugin.error.parameter, "at");
    cr_assert_neq(plugin.error.hint[0], '\0');
  }
}

Test(quantile, names_the_row_of_an_infinite_number) { /* Q2 */
  static const double x[] = {3, NAN, -HUGE_VAL, 1};
  const tally_records r = {.x = x, .n = 4};
  tally_run run;
  cr_assert_eq(tally_drive(&plugin, &r, &run), SAMPAN_E_DATA);
  cr_assert_eq(plugin.error.row, 3);
  cr_assert_str_eq(plugin.error.column, "x");
  tally_close(&run);
}
