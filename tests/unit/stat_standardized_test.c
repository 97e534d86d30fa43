/* stat_standardized_test.c - direct standardization, against published and reference values. */
#include "stat_support.h"

enum { AGE, OF, NUMERATOR, DENOMINATOR, N_COLUMNS };

/* ---- tables ------------------------------------------------------------------------------- */

typedef struct standard_table {
  sampan_table table;
  const char *text[128];
  double number[128];
} standard_table;

/* A table from n_rows * n_columns cells; cells that are numbers are read as such. */
static const sampan_table *make_table(standard_table *t, const char *const *header,
                                      uint32_t n_columns, const char *const *cells,
                                      uint32_t n_rows) {
  memset(t, 0, sizeof *t);
  for (uint32_t i = 0; i < n_rows * n_columns; i++) {
    char *end = NULL;
    t->text[i] = cells[i];
    t->number[i] = strtod(cells[i], &end);
    if (end == cells[i] || *end) t->number[i] = NAN;
  }
  t->table.struct_size = sizeof t->table;
  t->table.n_rows = n_rows;
  t->table.n_columns = n_columns;
  t->table.header = header;
  t->table.text = t->text;
  t->table.number = t->number;
  t->table.name = "test";
  return &t->table;
}

static const char *const full_header[] = {"age", "age_from", "age_to", "weight"};
static const char *const map_header[] = {"key", "value"};

/* The NCHS adult standard of three groups, rows out of order on purpose. */
static const char *const adults[] = {"40-59", "40",    "59",    "72816", "60+", "60",
                                     "",      "45364", "20-39", "20",    "39",  "77670"};

/* The WHO standard in 18 groups as printed: case asr_who. */
static const char *const who[] = {
    "0-4",   "8.86",  "5-9",   "8.69",  "10-14", "8.6",   "15-19", "8.47",  "20-24",
    "8.22",  "25-29", "7.93",  "30-34", "7.61",  "35-39", "7.15",  "40-44", "6.59",
    "45-49", "6.04",  "50-54", "5.37",  "55-59", "4.55",  "60-64", "3.72",  "65-69",
    "2.96",  "70-74", "2.21",  "75-79", "1.52",  "80-84", "0.91",  "85+",   "0.63"};

static void open_with(stat_plugin *s, const sampan_table *table) {
  stat_open(s, SAMPAN_ESTIMATOR, "standardized");
  stat_set_table(s, "standard", table);
}

/* sqrt of the Poisson variance sum g1a^2 T1a. */
static double poisson_std_error(const stat_run *run) {
  double sum = 0;
  for (uint32_t i = 1; i < 2 * run->shape.n_cells; i += 2)
    sum += run->gradient[i] * run->gradient[i] * run->total[i];
  return sqrt(sum);
}

/* ---- rates -------------------------------------------------------------------------------- */

Test(standardized, cancer_rates_by_numeric_age) { /* asr_who, areas Tiny and East */
  static const double tiny_cases[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 0, 1, 3, 2, 1, 2, 1};
  static const double tiny_py[] = {182,   168.6, 172.2, 213.9, 220.7, 206,  167.8, 193.8, 168.9,
                                   163.2, 191.5, 116.4, 115.5, 124.4, 90.6, 60.1,  37.5,  22.7};
  static const double east_cases[] = {4,   18,  19,  27,   57,   74,   123,  240,  256,
                                      395, 633, 719, 1005, 1124, 1200, 1321, 1306, 1457};
  static const double east_py[] = {110853.7, 105869.9, 152088.2, 111365.0, 142048.5, 161992.0,
                                   132442.4, 182730.1, 122428.5, 139617.7, 138150.5, 109370.3,
                                   98204.1,  70508.6,  48896.6,  33227.1,  22532.0,  16389.6};
  stat_plugin s;
  standard_table t;
  stat_column age, cases, py;
  stat_run run;
  double ages[18];
  for (int i = 0; i < 18; i++) ages[i] = 5 * i + (i % 2 ? 4.99 : 0); /* first and last moments */
  open_with(&s, make_table(&t, map_header, 2, who, 18));
  stat_set_number(&s, "per", 100000);
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", ages, 18), NULL,
                                             stat_numbers(&cases, "cases", tiny_cases, 18),
                                             stat_numbers(&py, "py", tiny_py, 18)};
  stat_all(&s, columns, N_COLUMNS, NULL, 18, &run);
  STAT_NEAR(run.value, 374.9767567562033, 1e-12);
  STAT_NEAR(poisson_std_error(&run), 101.17363593600895, 1e-12);
  cr_assert(isnan(run.element_variance));
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_RATE);
  cr_assert_eq(run.shape.components[0].flags, SAMPAN_EXPOSURE);
  cr_assert_eq(run.shape.components[1].flags, SAMPAN_EVENTS);
  stat_check_gradient(&s, &run);

  columns[NUMERATOR] = stat_numbers(&cases, "cases", east_cases, 18);
  columns[DENOMINATOR] = stat_numbers(&py, "py", east_py, 18);
  stat_all(&s, columns, N_COLUMNS, NULL, 18, &run);
  STAT_NEAR(run.value, 422.2365713306999, 1e-12);
  STAT_NEAR(poisson_std_error(&run), 4.254204290990443, 1e-12);
  stat_check_gradient(&s, &run);
  stat_close(&s);
}

/* Fay and Feuer 1997: Down syndrome by birth order, Michigan 1950-64, standardized to all births by
 * the mother's age. Age groups come as texts, in another order than the standard's. */
Test(standardized, down_syndrome_by_text_age) {
  static const char *const births[] = {"<20",   "319933", "20-24", "931318", "25-29", "786511",
                                       "30-34", "488235", "35-39", "237863", "40+",   "61313"};
  static const char *const labels[] = {"40+", "35-39", "30-34", "25-29", "20-24", "<20"};
  static const double order[] = {5, 4, 3, 2, 1, 0};
  static const double cases[][6] = {{107, 141, 60, 40, 39, 25},
                                    {25, 150, 110, 84, 82, 39},
                                    {3, 71, 114, 103, 108, 75},
                                    {1, 26, 64, 89, 137, 96},
                                    {0, 8, 63, 112, 262, 295}};
  static const double born[][6] = {{230061, 329449, 114920, 39487, 14208, 3052},
                                   {72202, 326701, 208667, 83228, 28466, 5375},
                                   {15050, 175702, 207081, 117300, 45026, 8660},
                                   {2293, 68800, 132424, 98301, 46075, 9834},
                                   {327, 30666, 123419, 149919, 104088, 34392}};
  static const double rate[] = {92.3045255331994, 91.1741168346641, 85.0692213383019,
                                92.7178650551998, 75.5290074452568};
  static const double se[] = {6.26017789216925, 4.610124280917, 4.12071603298211, 6.72226160282627,
                              4.10208446325181};
  stat_plugin s;
  standard_table t;
  stat_column age, up, down;
  stat_run run;
  open_with(&s, make_table(&t, map_header, 2, births, 6));
  stat_set_number(&s, "per", 100000);
  for (int k = 0; k < 5; k++) {
    const sampan_column *columns[N_COLUMNS] = {stat_texts(&age, "age", order, 6, labels, 6), NULL,
                                               stat_numbers(&up, "cases", cases[k], 6),
                                               stat_numbers(&down, "births", born[k], 6)};
    stat_all(&s, columns, N_COLUMNS, NULL, 6, &run);
    STAT_NEAR(run.value, rate[k], 1e-12);
    STAT_NEAR(poisson_std_error(&run), se[k], 1e-12);
    stat_check_gradient(&s, &run);
  }
  stat_close(&s);
}

/* ---- prevalence --------------------------------------------------------------------------- */

/* standardize_nhanes, race 1, RIAGENDR 1: the totals and their with-replacement covariance were
 * computed from nhanes.csv; value and standard error are those of R's svystandardize. */
Test(standardized, agrees_with_svystandardize) {
  static const double totals[] = {7720955.205876001, 1017078.132922,    5037686.662008997,
                                  1011797.256303,    1679751.261794998, 199169.24638};
  static const int64_t counts[] = {279, 38, 292, 60, 193, 24};
  static const double v[36] = {
      1607450309636.9819, 175465990619.04395, 1101495378896.4761, 298046303024.96057,
      412760808411.75928, 49154546849.90667,  175465990619.04395, 37763345323.907417,
      116168308111.98511, 19053777796.703396, 37035791299.130371, 373147759.15691125,
      1101495378896.4761, 116168308111.98511, 871710439029.70166, 220968000655.89093,
      331460995907.74896, 42802659711.047516, 298046303024.96057, 19053777796.703396,
      220968000655.89093, 70324850276.061615, 84484441505.031464, 12668556893.892326,
      412760808411.75928, 37035791299.130371, 331460995907.74896, 84484441505.031464,
      163059441269.5397,  21085658943.252106, 49154546849.906662, 373147759.15691125,
      42802659711.047516, 12668556893.892326, 21085658943.252106, 5528920038.0672922};
  static const double one[] = {30};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, full_header, 4, adults, 3));
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", one, 1),
                                             stat_truths(&of, "high", one, 1), NULL, NULL};
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_OK, "%s", s.error.message);
  cr_assert_eq(run.shape.n_cells, 3);
  memcpy(run.total, totals, sizeof totals);
  memcpy(run.count, counts, sizeof counts);
  run.n_records = 800;
  run.n_positive = 764;
  stat_estimate(&s, &run);
  STAT_NEAR(run.value, 0.15437860713490303, 1e-12);
  STAT_NEAR(stat_std_error(&run, v, 6), 0.008318203862638129, 1e-11);
  stat_check_gradient(&s, &run);
  double expected = 0; /* S7 */
  static const double share[] = {77670 / 195850.0, 72816 / 195850.0, 45364 / 195850.0};
  for (int a = 0; a < 3; a++) {
    const double p = totals[2 * a + 1] / totals[2 * a];
    expected += share[a] * share[a] * p * (1 - p) / (double)counts[2 * a];
  }
  STAT_NEAR(run.element_variance / 764, expected, 1e-12);
  cr_assert_eq(run.shape.statistics[0].unit, SAMPAN_UNIT_PROPORTION);
  stat_close(&s);
}

Test(standardized, ages_outside_the_standard_are_out) { /* S2 */
  static const double ages[] = {19.9, 20, 39, 39.9, 40, 59, 60, 110, -1, NAN, 30};
  static const double sick[] = {1, 1, 0, 1, 0, 1, 1, 0, 1, 1, NAN};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, full_header, 4, adults, 3));
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", ages, 11),
                                             stat_numbers(&of, "sick", sick, 11), NULL, NULL};
  stat_all(&s, columns, N_COLUMNS, NULL, 11, &run);
  cr_assert_eq(run.n_records, 7);
  cr_assert_eq(run.total[0], 3);
  cr_assert_eq(run.total[1], 2);
  cr_assert_eq(run.total[2], 2);
  cr_assert_eq(run.total[4], 2);
  STAT_NEAR(run.value, (77670 * 2.0 / 3 + 72816 * 0.5 + 45364 * 0.5) / 195850, 1e-14);
  stat_close(&s);
}

Test(standardized, mean_of_a_number) {
  static const double ages[] = {25, 45, 65, 66}, height[] = {170, 165, 160, 162};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, full_header, 4, adults, 3));
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", ages, 4),
                                             stat_numbers(&of, "height", height, 4), NULL, NULL};
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, columns, N_COLUMNS, NULL, 4, &run), SAMPAN_E_DATA); /* S8 */
  cr_assert_eq(s.error.row, 1);
  cr_assert_str_eq(s.error.column, "height");
  stat_set_choice(&s, "statistic", "mean");
  stat_all(&s, columns, N_COLUMNS, NULL, 4, &run);
  STAT_NEAR(run.value, (77670 * 170.0 + 72816 * 165.0 + 45364 * 161.0) / 195850, 1e-14);
  stat_check_gradient(&s, &run);
  stat_close(&s);
}

/* ---- the standard ------------------------------------------------------------------------- */

Test(standardized, wider_groups_of_whole_groups) { /* S4, S5 */
  static const double ages[] = {20, 39, 40, 59, 60, 90, 19}, sick[] = {1, 0, 1, 1, 0, 0, 1};
  static const double bounds[] = {20, 40, 60}, odd[] = {20, 42}, falling[] = {40, 20};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, map_header, 2, who, 18));
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", ages, 7),
                                             stat_numbers(&of, "sick", sick, 7), NULL, NULL};
  stat_set_numbers(&s, "groups", bounds, 3);
  stat_all(&s, columns, N_COLUMNS, NULL, 7, &run);
  cr_assert_eq(run.shape.n_cells, 3);
  cr_assert_eq(run.n_records, 6);
  const double young = 8.22 + 7.93 + 7.61 + 7.15, middle = 6.59 + 6.04 + 5.37 + 4.55;
  const double old = 3.72 + 2.96 + 2.21 + 1.52 + 0.91 + 0.63;
  STAT_NEAR(run.value, (young * 0.5 + middle) / (young + middle + old), 1e-14);
  stat_set_number(&s, "below", 60); /* the last group would be empty */
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "below");
  stat_set_numbers(&s, "groups", bounds, 2);
  stat_all(&s, columns, N_COLUMNS, NULL, 7, &run);
  cr_assert_eq(run.n_records, 4);
  STAT_NEAR(run.value, (young * 0.5 + middle) / (young + middle), 1e-14);
  stat_set_number(&s, "below", 61);
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_E_PLAN);
  stat_value(&s, "below")->is_set = 0;
  stat_set_numbers(&s, "groups", odd, 2);
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_E_PLAN);
  cr_assert_str_eq(s.error.parameter, "groups");
  cr_assert_not_null(strstr(s.error.message, "42"));
  stat_set_numbers(&s, "groups", falling, 2);
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_E_PLAN);
  stat_close(&s);
}

Test(standardized, wider_groups_know_both_labels) { /* S3 */
  static const char *const labels[] = {"20-39", "25-29", "40+"};
  static const double codes[] = {0, 1, 2, 2}, sick[] = {1, 0, 1, 1}, bounds[] = {20, 40};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, map_header, 2, who, 18));
  stat_set_numbers(&s, "groups", bounds, 2);
  const sampan_column *columns[N_COLUMNS] = {stat_texts(&age, "age", codes, 4, labels, 3),
                                             stat_truths(&of, "sick", sick, 4), NULL, NULL};
  stat_all(&s, columns, N_COLUMNS, NULL, 4, &run);
  cr_assert_eq(run.total[0], 2);
  cr_assert_eq(run.total[2], 2);
  stat_close(&s);
}

Test(standardized, unknown_label_is_refused_unless_excluded) { /* S3 */
  static const char *const labels[] = {"20-39", "20–39", "40-59", "60+"};
  static const double codes[] = {0, 1, 2, 3}, sick[] = {1, 0, 1, 1};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  open_with(&s, make_table(&t, full_header, 4, adults, 3));
  const sampan_column *columns[N_COLUMNS] = {stat_texts(&age, "agegrp", codes, 4, labels, 4),
                                             stat_truths(&of, "sick", sick, 4), NULL, NULL};
  cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_OK);
  cr_assert_eq(stat_score(&s, columns, N_COLUMNS, NULL, 4, &run), SAMPAN_E_DATA);
  cr_assert_eq(s.error.row, 2);
  cr_assert_not_null(strstr(s.error.message, "20–39"));
  stat_set_choice(&s, "unknown_label", "exclude");
  stat_all(&s, columns, N_COLUMNS, NULL, 4, &run);
  cr_assert_eq(run.n_records, 3);
  stat_close(&s);
}

Test(standardized, refuses_gaps_overlaps_and_repeats) { /* S4 */
  static const char *const gap[] = {"0-9", "1", "20+", "1"};
  static const char *const overlap[] = {"0-10", "1", "10+", "1"};
  static const char *const twice[] = {"0-9", "1", "0-9", "1"};
  static const char *const negative[] = {"0-9", "-1", "10+", "2"};
  static const char *const zero[] = {"0-9", "0", "10+", "0"};
  static const char *const unread[] = {"young", "1", "old", "1"};
  static const char *const *const bad[] = {gap, overlap, twice, negative, zero, unread};
  static const char *const say[] = {"gap", "overlap", "twice", "0-9", "add up", "ages"};
  static const double one[] = {1};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", one, 1),
                                             stat_truths(&of, "x", one, 1), NULL, NULL};
  for (int i = 0; i < 6; i++) {
    open_with(&s, make_table(&t, map_header, 2, bad[i], 2));
    cr_assert_eq(stat_bind(&s, columns, N_COLUMNS, &run), SAMPAN_E_PLAN, "%d", i);
    cr_assert_eq(s.error.status, SAMPAN_E_PLAN);
    cr_assert_str_eq(s.error.parameter, "standard");
    cr_assert_not_null(strstr(s.error.message, say[i]), "%s", s.error.message);
    stat_close(&s);
  }
}

Test(standardized, exactly_one_form) { /* S1 */
  static const double one[] = {1};
  stat_plugin s;
  standard_table t;
  stat_column age, of, up, down;
  stat_run run;
  open_with(&s, make_table(&t, map_header, 2, who, 18));
  const sampan_column *a = stat_numbers(&age, "age", one, 1), *o = stat_truths(&of, "x", one, 1);
  const sampan_column *u = stat_numbers(&up, "u", one, 1), *d = stat_numbers(&down, "d", one, 1);
  const sampan_column *bad[][N_COLUMNS] = {
      {a, NULL, NULL, NULL}, {a, NULL, u, NULL}, {a, NULL, NULL, d}, {a, o, u, d}, {a, o, u, NULL}};
  for (int i = 0; i < 5; i++)
    cr_assert_eq(stat_bind(&s, bad[i], N_COLUMNS, &run), SAMPAN_E_PLAN, "%d", i);
  stat_close(&s);
}

Test(standardized, empty_age_groups) { /* S6 */
  static const double ages[] = {25, 26, 45}, sick[] = {1, 0, 1}, nobody[] = {0, 0, 0};
  stat_plugin s;
  standard_table t;
  stat_column age, of, up, down;
  stat_run run;
  open_with(&s, make_table(&t, full_header, 4, adults, 3));
  const sampan_column *columns[N_COLUMNS] = {stat_numbers(&age, "age", ages, 3),
                                             stat_truths(&of, "sick", sick, 3), NULL, NULL};
  stat_all(&s, columns, N_COLUMNS, NULL, 3, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  cr_assert(isnan(run.value));
  stat_set_choice(&s, "empty", "renormalize");
  stat_all(&s, columns, N_COLUMNS, NULL, 3, &run);
  STAT_NEAR(run.value, (77670 * 0.5 + 72816) / (77670 + 72816), 1e-14);
  cr_assert_eq(run.gradient[4], 0);
  columns[OF] = NULL;
  columns[NUMERATOR] = stat_numbers(&up, "cases", sick, 3);
  columns[DENOMINATOR] = stat_numbers(&down, "population", nobody, 3);
  stat_all(&s, columns, N_COLUMNS, NULL, 3, &run);
  cr_assert_eq(run.status, SAMPAN_NOT_ESTIMABLE);
  cr_assert_not_null(strstr(s.note, "20-39"));
  stat_close(&s);
}

/* Out of memory at each allocation is an error value, never a crash. */
Test(standardized, out_of_memory) {
  static const char *const labels[] = {"20-24", "25-29"};
  static const double codes[] = {0, 1}, sick[] = {1, 0}, bounds[] = {20, 40};
  stat_plugin s;
  standard_table t;
  stat_column age, of;
  stat_run run;
  int n_failed = 0;
  for (uint64_t budget = 1;; budget += 64) {
    open_with(&s, make_table(&t, map_header, 2, who, 18));
    stat_set_numbers(&s, "groups", bounds, 2);
    sp_arena_free(s.context.arena);
    s.context.arena = sp_arena_new(budget);
    const sampan_column *columns[N_COLUMNS] = {stat_texts(&age, "age", codes, 2, labels, 2),
                                               stat_truths(&of, "sick", sick, 2), NULL, NULL};
    int32_t status = stat_bind(&s, columns, N_COLUMNS, &run);
    if (status == SAMPAN_OK) status = stat_score(&s, columns, N_COLUMNS, NULL, 2, &run);
    stat_close(&s);
    if (status == SAMPAN_OK) break;
    cr_assert_eq(status, SAMPAN_E_MEMORY);
    cr_assert_eq(s.error.status, SAMPAN_E_MEMORY);
    n_failed++;
  }
  cr_assert_gt(n_failed, 10);
}
