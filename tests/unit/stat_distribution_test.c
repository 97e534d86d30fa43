/* stat_distribution_test.c - distribution: shares and counts of the levels of a factor. */
#include "oracle_support.h"
#include "stat_support.h"

static const char *const levels[] = {"never", "former", "current", "unknown"};
static const double codes[] = {0, 2, NAN, 1, 2, 0, 2, 1};
static const double weights[] = {1, 2, 50, 1.5, 0.5, 3, 2, 0};

typedef struct result {
  sampan_shape shape;
  double total[8], value[8], gradient[64], element_variance[8];
  int64_t count[8];
  int32_t status[8];
} result;

static stat_plugin plugin;
static stat_column column;

static void open_plugin(void) {
  stat_open(&plugin, SAMPAN_ESTIMATOR, "distribution");
}

static void close_plugin(void) {
  stat_close(&plugin);
}

TestSuite(distribution, .init = open_plugin, .fini = close_plugin);

static void estimate(const double *code, const double *w, int64_t n, uint32_t n_levels,
                     result *out) {
  const sampan_column *of = stat_texts(&column, "smoke", code, n, levels, n_levels);
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = 1, .n_records = n, .columns = &of};
  uint64_t in[STAT_WORDS], bits[8][STAT_WORDS], *p_bits[8];
  int64_t n_records = 0, n_positive = 0;
  double weight = 0;
  memset(out, 0, sizeof *out);
  memset(in, 0xa5, sizeof in);
  memset(bits, 0xa5, sizeof bits);
  out->shape.struct_size = sizeof out->shape;
  cr_assert_eq(stat_estimator(&plugin)->bind(&plugin.call, &batch, &out->shape), SAMPAN_OK);
  cr_assert_eq(out->shape.n_components, n_levels + 1);
  for (uint32_t c = 0; c < 8; c++) p_bits[c] = c > 0 && c <= n_levels ? bits[c] : NULL;
  const sampan_scores scores = {
      .struct_size = sizeof scores, .n_components = n_levels + 1, .in = in, .bits = p_bits};
  cr_assert_eq(stat_estimator(&plugin)->score(&plugin.call, &out->shape, &batch, &scores),
               SAMPAN_OK);
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(in, i)) continue;
    n_records++;
    n_positive += w[i] > 0;
    weight += w[i];
    out->total[0] += w[i];
    for (uint32_t c = 1; c <= n_levels; c++) {
      out->total[c] += w[i] * sampan_bit(bits[c], i);
      out->count[c] += sampan_bit(bits[c], i);
    }
  }
  const sampan_totals totals = {.struct_size = sizeof totals,
                                .n_totals = n_levels + 1,
                                .total = out->total,
                                .count = out->count,
                                .n_records = n_records,
                                .weight = weight,
                                .n_positive = n_positive};
  const sampan_estimates estimates = {.struct_size = sizeof estimates,
                                      .n_statistics = n_levels,
                                      .value = out->value,
                                      .gradient = out->gradient,
                                      .element_variance = out->element_variance,
                                      .status = out->status};
  cr_assert_eq(stat_estimator(&plugin)->value(&plugin.call, &out->shape, &totals, &estimates),
               SAMPAN_OK);
}

Test(distribution, shares_of_the_levels) { /* D1, D2, D4 */
  static const double expected[] = {0.4, 0.15, 0.45, 0};
  result r;
  estimate(codes, weights, 8, 4, &r);
  for (int l = 0; l < 4; l++) {
    cr_assert_str_eq(r.shape.statistics[l].name, levels[l]);
    cr_assert_eq(r.shape.statistics[l].unit, SAMPAN_UNIT_PROPORTION);
    cr_assert_eq(r.status[l], SAMPAN_ESTIMABLE); /* the last without a record as well */
    STAT_NEAR(r.value[l], expected[l], 1e-15);
    STAT_NEAR(r.gradient[l * 5], -expected[l] / 10, 1e-15);
    STAT_NEAR(r.gradient[l * 5 + 1 + l], 0.1, 1e-15);
    STAT_NEAR(r.element_variance[l], expected[l] * (1 - expected[l]) * 6 / 5, 1e-14);
    for (int c = 1; c < 5; c++)
      if (c != l + 1) cr_assert_eq(r.gradient[l * 5 + c], 0);
  }
}

Test(distribution, counts_of_the_levels) { /* D4 */
  result r;
  stat_set_choice(&plugin, "show", "count");
  estimate(codes, weights, 8, 4, &r);
  cr_assert_eq(r.shape.statistics[2].unit, SAMPAN_UNIT_COUNT);
  STAT_NEAR(r.value[0], 4, 1e-15);
  STAT_NEAR(r.value[2], 4.5, 1e-15);
  cr_assert_eq(r.value[3], 0);
  cr_assert_eq(r.gradient[0], 0);
  cr_assert_eq(r.gradient[1], 1);
  STAT_NEAR(r.element_variance[0], 100 * 0.4 * 0.6 * 6 / 5, 1e-14);
}

Test(distribution, nothing_to_estimate) { /* D3 */
  static const double missing[] = {NAN, NAN}, some[] = {1, 0}, zero[] = {0, 0};
  result r;
  estimate(missing, weights, 2, 4, &r);
  for (int l = 0; l < 4; l++) cr_assert_eq(r.status[l], SAMPAN_NOT_ESTIMABLE);
  estimate(some, zero, 2, 4, &r);
  for (int l = 0; l < 4; l++) cr_assert(isnan(r.value[l]));
  estimate(some, weights, 1, 4, &r);
  cr_assert_eq(r.value[1], 1);
  cr_assert(isnan(r.element_variance[1]));
}

Test(distribution, refuses_no_levels_and_too_many) {
  static const char *many[2001];
  static const uint32_t n_levels[] = {0, 2001, 2000};
  for (int l = 0; l < 2001; l++) many[l] = "code";
  for (int k = 0; k < 3; k++) {
    const sampan_column *of = stat_texts(&column, "smoke", codes, 8, many, n_levels[k]);
    const sampan_batch batch = {.struct_size = sizeof batch, .n_columns = 1, .columns = &of};
    sampan_shape shape = {.struct_size = sizeof shape};
    const int32_t status = stat_estimator(&plugin)->bind(&plugin.call, &batch, &shape);
    cr_assert_eq(status, k < 2 ? SAMPAN_E_DATA : SAMPAN_OK);
    cr_assert_str_eq(plugin.error.column, "smoke");
    cr_assert_neq(plugin.error.hint[0], '\0');
  }
}

/* Shares and design effects of a factor in a case of means. */
static void check_case(const char *id, const char *factor, const char *weight,
                       const char *const *values, uint32_t n_values) {
  oracle_case c;
  result r;
  double code[STAT_RECORDS], n = 0;
  uint32_t compared = 0;
  oracle_open(&c, id);
  double *w = oracle_column(&c, weight);
  for (int64_t i = 0; i < c.n_rows; i++) {
    code[i] = NAN;
    for (uint32_t l = 0; l < n_values; l++)
      if (strcmp(oracle_cell(&c, i, factor), values[l]) == 0) code[i] = l;
    n += !isnan(code[i]) && w[i] > 0;
  }
  estimate(code, w, c.n_rows, n_values, &r);
  for (uint32_t k = 0; k < c.expected->n; k++) {
    const sp_yaml *row = c.expected->items[k], *key = sp_yaml_get(row, "key");
    for (uint32_t l = 0; l < n_values; l++) {
      if (strcmp(oracle_text(key, "variable"), factor) != 0) continue;
      if (strcmp(oracle_text(key, "category"), values[l]) != 0) continue;
      const double se = oracle_number(row, "se");
      STAT_NEAR(r.value[l], oracle_number(row, "estimate"), 1e-12);
      STAT_NEAR(se * se / (r.element_variance[l] / n), oracle_number(row, "deff_wr"), 1e-9);
      compared++;
    }
  }
  cr_assert_eq(compared, n_values);
  free(w);
  oracle_close(&c);
}

Test(distribution, reference_cases) { /* D4 */
  static const char *const types[] = {"E", "H", "M"}, *const letters[] = {"x", "y"};
  check_case("mean_strat", "stype", "pw", types, 3);
  check_case("mean_3stage", "grp", "w", letters, 2);
}
