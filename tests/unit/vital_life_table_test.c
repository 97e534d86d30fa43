/* vital_life_table_test.c - life tables: the reference cases, three published tables, and what is
 * not defined. */
#include "vital_cases.h"
#include "vital_support.h"

enum { GROUPS = 32 };

typedef struct columns {
  stat_column deaths, population, age;
  const sampan_column *list[3];
  double edges[GROUPS];
} columns;

/* Rows of n_wide numbers that begin with age, population, deaths. */
static void fill(columns *c, const double *rows, uint32_t n_wide, uint32_t n) {
  double population[GROUPS], deaths[GROUPS];
  for (uint32_t i = 0; i < n; i++) {
    c->edges[i] = rows[i * n_wide];
    population[i] = rows[i * n_wide + 1];
    deaths[i] = rows[i * n_wide + 2];
  }
  c->list[0] = stat_numbers(&c->deaths, "deaths", deaths, n);
  c->list[1] = stat_numbers(&c->population, "pop", population, n);
  c->list[2] = stat_numbers(&c->age, "age", c->edges, n);
}

static columns c;
static stat_plugin s;
static vital_run run;

static void open_table(uint32_t n) {
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "life-table");
  stat_set_numbers(&s, "ages", c.edges, n);
}

static void check_case(const double (*data)[4], const double (*expected)[12], uint32_t n) {
  double a[GROUPS];
  fill(&c, &data[0][0], 4, n);
  open_table(n);
  for (uint32_t i = 0; i < n; i++) a[i] = data[i][3];
  stat_set_numbers(&s, "a", a, n);
  stat_set_choice(&s, "columns", "all");
  for (int silcocks = 0; silcocks < 2; silcocks++) {
    stat_set_choice(&s, "variance", silcocks ? "silcocks" : "chiang");
    vital_all(&s, c.list, 3, NULL, n, &run);
    for (uint32_t x = 0; x < n; x++) {
      for (uint32_t k = 0; k < 7; k++) STAT_NEAR(run.value[7 * x + k], expected[x][k], 1e-12);
      STAT_NEAR(run.model_variance[7 * x + 1], expected[x][7], 1e-10);
      STAT_NEAR(sqrt(run.model_variance[7 * x + 6]), expected[x][8 + silcocks], 1e-10);
      cr_assert(isnan(run.model_variance[7 * x]), "the variance of m is Poisson's");
    }
  }
  stat_close(&s);
}

Test(life_table, reference_case) {
  check_case(life_table_data, life_table_expected, 20);
}

Test(life_table, reference_case_of_few_deaths) { /* L4 */
  check_case(life_table_small_data, life_table_small_expected, 19);
}

/* Textbook of health statistics: age, population, deaths, published e. */
static const double chinese[][4] = {
    {0, 21865, 256, 71.46},   {1, 44255, 58, 71.3},    {5, 76411, 45, 67.67},
    {10, 98446, 60, 62.86},   {15, 113452, 96, 58.04}, {20, 127784, 131, 53.28},
    {25, 118925, 128, 48.54}, {30, 99523, 100, 43.79}, {35, 76224, 92, 38.99},
    {40, 59686, 135, 34.22},  {45, 66580, 252, 29.58}, {50, 55413, 356, 25.09},
    {55, 44331, 682, 20.83},  {60, 33294, 888, 17.3},  {65, 29448, 1025, 14.41},
    {70, 18686, 956, 11.68},  {75, 10282, 998, 9.38},  {80, 8984, 1023, 8.78}};

Test(life_table, chinese_textbook) { /* L5 */
  const uint32_t n = sizeof chinese / sizeof chinese[0];
  fill(&c, &chinese[0][0], 4, n);
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "life-table");
  stat_set_number(&s, "open", 80);
  stat_set_number(&s, "a0", 0.15);
  stat_set_choice(&s, "q0", "rate");
  stat_set_numbers(&s, "at", c.edges, n);
  vital_all(&s, c.list, 3, NULL, n, &run);
  cr_assert_eq(run.n_statistics, n);
  for (uint32_t x = 0; x < n; x++)
    cr_assert(fabs(run.value[x] - chinese[x][3]) < 0.005001, "e%g is %.4f", c.edges[x],
              run.value[x]);
  stat_close(&s);
}

/* Austria, males, 1992: age, population, deaths, years lived by those who die, e. */
static const double austria[][5] = {
    {0, 47925, 419, 0.068, 72.8890088775708},    {1, 189127, 70, 1.626, 72.5260491127316},
    {5, 234793, 36, 2.5, 68.6310788982289},      {10, 238790, 46, 3.143, 63.681796589105},
    {15, 254996, 249, 2.724, 58.7401422430832},  {20, 326831, 420, 2.52, 54.0143665322745},
    {25, 355086, 403, 2.481, 49.3463102553432},  {30, 324222, 441, 2.601, 44.6130069287308},
    {35, 269963, 508, 2.701, 39.8997406191554},  {40, 261971, 769, 2.663, 35.251520236361},
    {45, 238011, 1154, 2.698, 30.7335967996166}, {50, 261612, 1866, 2.676, 26.422260527517},
    {55, 181385, 2043, 2.645, 22.2856142537683}, {60, 187962, 3496, 2.624, 18.4256723991751},
    {65, 153832, 4366, 2.619, 14.970588541529},  {70, 105169, 4337, 2.593, 11.8641279654143},
    {75, 73694, 5279, 2.518, 9.00464806791652},  {80, 57512, 6460, 2.423, 6.83926538891413},
    {85, 32248, 6146, 5.247, 5.24698991213798}};

Test(life_table, preston_box_3_1) {
  const uint32_t n = sizeof austria / sizeof austria[0];
  double ax[GROUPS];
  fill(&c, &austria[0][0], 5, n);
  open_table(n);
  for (uint32_t x = 0; x < n; x++) ax[x] = austria[x][3];
  stat_set_numbers(&s, "ax", ax, n - 1);
  stat_set_numbers(&s, "at", c.edges, n);
  vital_all(&s, c.list, 3, NULL, n, &run);
  for (uint32_t x = 0; x < n; x++) STAT_NEAR(run.value[x], austria[x][4], 1e-12);
  cr_assert(fabs(run.value[0] - 72.889) < 0.0005);
  stat_close(&s);
}

/* Public Health England, example of the life expectancy tool: age, population, deaths. */
static const double england[][3] = {
    {0, 7060, 17},    {1, 35059, 9},     {5, 46974, 4},     {10, 48489, 8},    {15, 43219, 20},
    {20, 38561, 15},  {25, 46009, 24},   {30, 57208, 33},   {35, 61435, 50},   {40, 55601, 71},
    {45, 50209, 100}, {50, 56416, 163},  {55, 46411, 263},  {60, 39820, 304},  {65, 37978, 536},
    {70, 37039, 872}, {75, 33288, 1390}, {80, 23306, 1605}, {85, 11936, 1936}, {90, 11936, 1937}};

Test(life_table, english_tool) {
  static const double e[] = {80.16960813, 79.36245674, 75.44193645, 70.47299936};
  static const double lower[] = {79.88268548, 79.0898816, 75.17407307, 70.20675732};
  const uint32_t n = sizeof england / sizeof england[0];
  fill(&c, &england[0][0], 3, n);
  open_table(n);
  stat_set_choice(&s, "variance", "silcocks");
  stat_set_numbers(&s, "at", c.edges, 4);
  vital_all(&s, c.list, 3, NULL, n, &run);
  for (uint32_t x = 0; x < 4; x++) {
    STAT_NEAR(run.value[x], e[x], 1e-9);
    STAT_NEAR(run.value[x] - 1.96 * sqrt(run.model_variance[x]), lower[x], 1e-9);
  }
  stat_close(&s);
}

Test(life_table, gradients_are_derivatives) {
  const uint32_t n = 19;
  fill(&c, &life_table_small_data[0][0], 4, n);
  open_table(n);
  stat_set_choice(&s, "columns", "all");
  vital_all(&s, c.list, 3, NULL, n, &run);
  for (uint32_t k = 0; k < run.n_statistics; k += 5) vital_check_gradient(&s, &run, k);
  stat_close(&s);
}

Test(life_table, labels_fall_in_their_groups) { /* L1 */
  static const char *const text[] = {"0", "1-4", "5-9", "10-14", "90+", "85-89", "85+", "80-84"};
  static const double code[] = {0, 1, 2, 3, 4, 5, 6, 7}, d[] = {1, 1, 1, 1, 1, 1, 1, 1};
  static const double wide[] = {0, 5, 10, 80};
  stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "life-table");
  const sampan_column *list[] = {stat_numbers(&c.deaths, "d", d, 8),
                                 stat_numbers(&c.population, "p", d, 8),
                                 stat_texts(&c.age, "age", code, 8, text, 8)};
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 8, 0, &run), SAMPAN_OK, "%s", s.error.message);
  cr_assert_eq(run.cell[0], 0);
  cr_assert_eq(run.cell[1], 1);
  cr_assert_eq(run.cell[2], 2);
  for (int i = 4; i < 7; i++) cr_assert_eq(run.cell[i], 18, "%s", text[i]);
  stat_set_numbers(&s, "ages", wide, 4);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 8, 0, &run), SAMPAN_OK);
  cr_assert_eq(run.cell[1], 0, "1-4 lies in 0-4");
  static const double late[] = {0, 3, 10};
  stat_set_numbers(&s, "ages", late, 3);
  cr_assert_eq(vital_bind(&s, list, 3, &run), SAMPAN_OK);
  cr_assert_eq(vital_read(&s, list, 3, NULL, 8, 0, &run), SAMPAN_E_DATA);
  cr_assert_not_null(strstr(s.error.message, "1-4"));
  cr_assert_eq(s.error.row, 2);
  stat_close(&s);
}

Test(life_table, what_is_not_defined) { /* L2, L3, L4 */
  /* age, population, deaths; the table of ages 0, 1, 5, 10+ */
  static const double no_open[] = {0, 100, 1, 1, 400, 0, 5, 500, 1, 10, 800, 0};
  static const double no_people[] = {0, 100, 1, 1, 0, 0, 5, 500, 1, 10, 800, 9};
  static const double all_die[] = {0, 100, 1, 1, 10, 30, 5, 500, 1, 10, 800, 9};
  fill(&c, no_open, 3, 4);
  open_table(4);
  stat_set_choice(&s, "columns", "all");
  vital_all(&s, c.list, 3, NULL, 4, &run);
  cr_assert_eq(run.status[vital_at(&run, "e0")], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "L10")], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "L5")], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.value[vital_at(&run, "m10")], 0);
  fill(&c, no_people, 3, 4);
  vital_all(&s, c.list, 3, NULL, 4, &run);
  cr_assert_eq(run.status[vital_at(&run, "e5")], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "m1")], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "l1")], SAMPAN_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "l5")], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(run.status[vital_at(&run, "m5")], SAMPAN_ESTIMABLE);
  fill(&c, all_die, 3, 4);
  vital_all(&s, c.list, 3, NULL, 4, &run);
  cr_assert_eq(run.value[vital_at(&run, "q1")], 1);
  cr_assert_eq(run.value[vital_at(&run, "l5")], 0);
  cr_assert_eq(run.status[vital_at(&run, "e5")], SAMPAN_NOT_ESTIMABLE);
  /* q0 = 0.01 / 1.009, then all die, halfway through four years */
  STAT_NEAR(run.value[vital_at(&run, "e0")], 1 - 0.9 * 0.01 / 1.009 + 2 * (1 - 0.01 / 1.009),
            1e-12);
  cr_assert(isfinite(run.model_variance[vital_at(&run, "e0")]));
  stat_close(&s);
}

Test(life_table, refuses_plans_that_make_no_table) {
  static const double down[] = {0, 5, 1}, off[] = {3}, one[] = {0};
  static const double long_a[] = {0.1, 0.5, 0.5, 0.5}, ages[] = {0, 1, 5}, years[] = {0.1, 7};
  fill(&c, &life_table_data[0][0], 4, 20);
  for (int i = 0; i < 7; i++) {
    stat_open_in(&s, SAMPAN_ESTIMATOR, "mortality", "life-table");
    stat_set_numbers(&s, "ages", ages, 3);
    if (i == 0) stat_set_numbers(&s, "ages", down, 3);
    if (i == 1) stat_set_numbers(&s, "at", off, 1);
    if (i == 2) stat_set_numbers(&s, "ages", one, 1);
    if (i == 3) stat_set_numbers(&s, "a", long_a, 4);
    if (i == 4) stat_set_numbers(&s, "ax", years, 2);
    if (i == 5) stat_set_numbers(&s, "a", long_a, 1);
    if (i == 5) stat_set_number(&s, "a0", 0.15);
    if (i == 6) stat_value(&s, "ages")->is_set = 0;
    if (i == 6) stat_set_number(&s, "open", 83);
    cr_assert_eq(vital_bind(&s, c.list, 3, &run), SAMPAN_E_PLAN, "%d", i);
    cr_assert(s.error.message[0] && s.error.hint[0] && s.error.parameter[0], "%d", i);
    stat_close(&s);
  }
}
