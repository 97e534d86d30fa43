/* life-table.c - an abridged or complete period life table from deaths and populations by age.
 *
 *   m = D / P,  q = n m / (1 + n (1 - a) m),  l' = l - d,  d = l q,  L = n (l' + a d),  L_w = l_w /
 * m_w T = sum L,  e = T / l Var(q) = q^2 (1 - q) / D,  Var(e_x) = sum_{y >= x} (l_y / l_x)^2 ((1 -
 * a) n + e_{y+1})^2 Var(q_y) silcocks: + (l_w / l_x)^2 / (D_w m_w^2)
 *
 * Reference: Chiang, The Life Table and Its Applications, 1984; Silcocks, Jenner and Reza, J
 * Epidemiol Community Health 2001;55:38-43, for the term of the open group.
 *
 * L1  A record belongs to the statistic when its columns are present and its age has a group.
 * L2  q is at most 1; nobody is left after such a group, and nothing is given for the ages behind.
 * L3  A group without population has no rate: not estimable from that age on, and no e at all.
 * L4  No deaths in a group: q = 0 of variance 0. In the open group: no rate to leave by, so L, T
 * and e are not estimable. L5  The first group has a = `a0` if it is of one year; in the others
 * 0.5, or as the plan says. L6  In vital data all variances are sums over independent q: var f =
 * sum (df/dq_y)^2 Var(q_y).
 */
#include <math.h>
#include <stddef.h>

#include "ages.h"
#include "mortality.h"
#include "table.h"

enum {
  PARAM_AGES,
  PARAM_OPEN,
  PARAM_A,
  PARAM_AX,
  PARAM_A0,
  PARAM_Q0,
  PARAM_VARIANCE,
  PARAM_COLUMNS,
  PARAM_AT,
  PARAM_RADIX
};
enum { ROLE_NUMERATOR, ROLE_DENOMINATOR, ROLE_AGE };
enum { MOST_GROUPS = 150 };

static const sampan_param params[] = {
    {"ages", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 150,
     "lower ages of the groups, the last one open; 0, 1, 5, 10 ... `open` if left out",
     "各年龄组的下限，末组为开口组；省略时为 0、1、5、10……直到 open"},
    {"open", SAMPAN_P_INTEGER, 0, NULL, "85", 10, 150,
     "lower age of the open group where `ages` is left out: a multiple of 5",
     "省略 ages 时开口组的下限（5 的倍数）"},
    {"a", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 1,
     "share of the group's width lived by those who die in it, from the first group on; 0.5 where "
     "the list ends",
     "各年龄组死者平均存活的组距比例，自首组起；未列者为 0.5"},
    {"ax", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 150,
     "the same in years, in place of `a`; half the width where the list ends",
     "同上，以年计，代替 a；未列者为组距之半"},
    {"a0", SAMPAN_P_NUMBER, 0, NULL, NULL, 0, 1,
     "share of the first year lived by infants who die, where neither `a` nor `ax` is given: 0.1 "
     "(England), 0.15 (China)",
     "婴儿死者存活的比例，未给 a、ax 时用：0.1（英国）、0.15（中国教材）；默认 0.1"},
    {"q0", SAMPAN_P_CHOICE, 0, "formula|rate", "formula", 1, 0,
     "the first probability of dying: by the formula, or the rate itself, as infant mortality is",
     "首组死亡概率：按公式，或直接取死亡率（婴儿死亡率）"},
    {"variance", SAMPAN_P_CHOICE, 0, "chiang|silcocks", "chiang", 1, 0,
     "silcocks adds the variance of the rate of the open group", "silcocks 另计开口组死亡率的方差"},
    {"columns", SAMPAN_P_CHOICE, 0, "e|all", "e", 1, 0,
     "give life expectancies, or m, q, l, d, L, T and e", "给出期望寿命，或寿命表各列"},
    {"at", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 150,
     "ages to report, lower ages of groups: [0, 65]; the first of `e`, every one of `all` if left "
     "out",
     "报告的年龄（组下限），如 [0, 65]；省略时 e 取首组，all 取全部"},
    {"radix", SAMPAN_P_NUMBER, 0, NULL, "100000", 1, 1e9, "persons at the first age", "基数人口"},
};

static const sampan_role roles[] = {
    {"numerator", SAMPAN_NUMBER, 0, "deaths", "死亡数"},
    {"denominator", SAMPAN_NUMBER, 0, "population, or person-years", "人口数或人年数"},
    {"age", SAMPAN_NUMBER | SAMPAN_TEXT, 0, "age in years, or the label of an age group",
     "年龄（岁），或年龄组标签"},
};

static const sampan_component components[] = {{SAMPAN_F64, SAMPAN_EXPOSURE},
                                              {SAMPAN_F64, SAMPAN_EVENTS}};

typedef struct life {
  ages ages;
  table_plan plan;
  int32_t silcocks;
  uint32_t n_columns;     /* reported at each age: all, or e alone */
  const uint32_t *report; /* groups, n_statistics / n_columns */
} life;

/* The lower ages: those of the plan, or 0, 1, 5, 10 ... `open`. */
static int32_t make_ages(const sampan_call *call, life *t) {
  const sampan_value *given = &call->values[PARAM_AGES];
  double edges[MOST_GROUPS] = {0, 1};
  if (given->is_set && given->n_numbers >= 2 && given->n_numbers <= MOST_GROUPS)
    return ages_from_edges(call, params[PARAM_AGES].name, given->numbers, given->n_numbers,
                           HUGE_VAL, &t->ages);
  if (given->is_set) {
    sampan_fail(call, SAMPAN_E_PLAN, "a life table has 2 to %d age groups, not %u", MOST_GROUPS,
                (unsigned)given->n_numbers);
    return ages_fail_plan(call, params[PARAM_AGES].name, "write lower ages, as [0, 1, 5, 10, 15]");
  }
  const int open = (int)call->values[PARAM_OPEN].number;
  if (open % 5 != 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "the open group starts at a multiple of 5, not at %d", open);
    return ages_fail_plan(call, params[PARAM_OPEN].name, "for other groups give `ages`");
  }
  uint32_t n = 2;
  for (int age = 5; age <= open; age += 5) edges[n++] = age;
  return ages_from_edges(call, params[PARAM_OPEN].name, edges, n, HUGE_VAL, &t->ages);
}

/* Widths, and how much of them the dead live (L5). */
static int32_t make_fractions(const sampan_call *call, life *t) {
  const sampan_value *a = &call->values[PARAM_A], *ax = &call->values[PARAM_AX];
  const sampan_value *a0 = &call->values[PARAM_A0], *given = a->is_set ? a : ax;
  const uint32_t n = t->ages.n;
  double *width = call->host->alloc(call, 2ULL * n * sizeof *width), *fraction = width + n;
  if (!width) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  if (a->is_set + ax->is_set + a0->is_set > 1) {
    sampan_fail(call, SAMPAN_E_PLAN, "give only one of `a`, `ax` and `a0`");
    return ages_fail_plan(call, params[a->is_set ? PARAM_A : PARAM_AX].name,
                          "the first number of `a` or `ax` is that of the first group");
  }
  if (given->is_set && given->n_numbers > n) {
    sampan_fail(call, SAMPAN_E_PLAN, "%u numbers for %u age groups", (unsigned)given->n_numbers,
                (unsigned)n);
    return ages_fail_plan(call, params[a->is_set ? PARAM_A : PARAM_AX].name,
                          "one for each group, from the first on");
  }
  for (uint32_t x = 0; x < n; x++) {
    width[x] = x + 1 < n ? t->ages.upper[x] - t->ages.lower[x] : 0;
    fraction[x] = 0.5;
    if (x == 0 && t->ages.lower[0] == 0 && width[0] == 1) fraction[0] = 0.1;
    if (x == 0 && a0->is_set) fraction[0] = a0->number;
    if (!given->is_set) continue;
    fraction[x] = x >= given->n_numbers ? 0.5
                  : a->is_set           ? a->numbers[x]
                  : width[x] > 0        ? ax->numbers[x] / width[x]
                                        : 0;
    if (fraction[x] >= 0 && fraction[x] <= 1) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "those who die from age %g live %g of %g years",
                t->ages.lower[x], fraction[x] * width[x], width[x]);
    return ages_fail_plan(call, params[PARAM_AX].name,
                          "years lived within the group, at most its width");
  }
  t->plan.n = n;
  t->plan.width = width;
  t->plan.fraction = fraction;
  t->plan.radix = call->values[PARAM_RADIX].number;
  t->plan.q0_is_m0 = (int)call->values[PARAM_Q0].number;
  t->silcocks = (int)call->values[PARAM_VARIANCE].number;
  return SAMPAN_OK;
}

/* Which groups are reported. */
static int32_t make_report(const sampan_call *call, life *t, uint32_t *n_report) {
  const sampan_value *at = &call->values[PARAM_AT];
  const int all = (int)call->values[PARAM_COLUMNS].number == 1;
  const uint32_t n = at->is_set ? at->n_numbers : all ? t->ages.n : 1;
  uint32_t *report = call->host->alloc(call, (n + 1ULL) * sizeof *report);
  if (!report) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    uint32_t g = at->is_set ? 0 : i;
    while (at->is_set && g < t->ages.n && t->ages.lower[g] != at->numbers[i]) g++;
    report[i] = g;
    for (uint32_t j = 0; j < i; j++)
      if (report[j] == g) g = t->ages.n;
    if (g < t->ages.n) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "no age group starts at %g, or it is named twice",
                at->numbers[i]);
    return ages_fail_plan(call, params[PARAM_AT].name, "name lower ages of groups, each once");
  }
  t->n_columns = all ? TABLE_COLUMNS : 1;
  t->report = report;
  *n_report = n;
  if (n > 0) return SAMPAN_OK;
  sampan_fail(call, SAMPAN_E_PLAN, "no age is named");
  return ages_fail_plan(call, params[PARAM_AT].name, "name ages, as [0, 65]");
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  static const char *const prefix[TABLE_COLUMNS] = {"m", "q", "l", "d", "L", "T", "e"};
  uint32_t n_report = 0;
  (void)columns;
  life *t = call->host->alloc(call, sizeof *t);
  if (!t) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  int32_t status = make_ages(call, t);
  if (status >= 0) status = make_fractions(call, t);
  if (status >= 0) status = make_report(call, t, &n_report);
  if (status < 0) return status;
  const uint32_t n = n_report * t->n_columns;
  sampan_statistic *statistics = call->host->alloc(call, n * sizeof *statistics);
  if (!statistics) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t c = t->n_columns == 1 ? TABLE_E : i % t->n_columns;
    sampan_statistic *s = &statistics[i];
    s->name = ages_text(call, prefix[c], t->ages.lower[t->report[i / t->n_columns]]);
    if (!s->name) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    s->unit = c == TABLE_M   ? SAMPAN_UNIT_RATE
              : c == TABLE_Q ? SAMPAN_UNIT_PROPORTION
                             : SAMPAN_UNIT_NONE;
    s->upper = c == TABLE_Q ? 1 : HUGE_VAL;
    s->per = 1;
  }
  out->n_components = 2;
  out->components = components;
  out->n_cells = t->ages.n;
  out->n_statistics = n;
  out->statistics = statistics;
  out->bound = t;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const life *t = (const life *)shape->bound;
  const sampan_column *deaths = batch->columns[ROLE_NUMERATOR];
  const sampan_column *population = batch->columns[ROLE_DENOMINATOR];
  const sampan_column *age = batch->columns[ROLE_AGE];
  const int64_t n = batch->n_records;
  for (int64_t w = 0; w < sampan_words(n); w++) /* L1 */
    out->in[w] = deaths->present[w] & population->present[w] & age->present[w];
  int32_t status = ages_score(call, &t->ages, age, n, out->in, out->cell);
  if (status < 0) return status;
  status = ages_score_count(call, population, n, out->in, out->numbers[0]);
  if (status < 0) return status;
  return ages_score_count(call, deaths, n, out->in, out->numbers[1]);
}

/* Rates; how many groups from the first on have one, and whether all do (L3). */
static uint32_t rates(const sampan_call *call, const life *t, const double *total, double *m,
                      double *deaths) {
  uint32_t known = t->ages.n;
  for (uint32_t x = 0; x < t->ages.n; x++) {
    const double p = total[2 * x];
    deaths[x] = total[2 * x + 1];
    m[x] = p > 0 ? deaths[x] / p : 0;
    if (p > 0) continue;
    if (known > x) known = x;
    if (deaths[x] > 0) {
      char text[160];
      snprintf(text, sizeof text, "ages from %g have deaths but no population: no rate is given",
               t->ages.lower[x]);
      call->host->note(call, text);
    }
  }
  return known;
}

/* Whether a column is defined at group x where `known` groups have rates (L2 to L4). */
static int defined(const life *t, const table *made, uint32_t known, uint32_t column, uint32_t x) {
  const uint32_t needs = column == TABLE_L ? x : column >= TABLE_T ? t->ages.n : x + 1;
  if (column == TABLE_M) return 1; /* has its own rate: seen to by the caller */
  return needs <= known && isfinite(made->column[column][x]);
}

static void report(const life *t, const table *made, const double *total, uint32_t column,
                   uint32_t x, uint32_t k, const sampan_estimates *out) {
  const size_t n = t->ages.n;
  double *gradient = out->gradient + k * 2 * n;
  double variance = 0;
  out->value[k] = made->column[column][x];
  out->status[k] = SAMPAN_ESTIMABLE;
  for (size_t y = 0; y < n; y++) {
    const double p = total[2 * y], m = made->m[y];
    double slope; /* of the column, by m of group y */
    if (column == TABLE_M) {
      slope = y == x;
    } else if (column == TABLE_Q) {
      slope = y == x ? made->dq_dm[y] : 0;
      variance += y == x ? made->var_q[y] : 0;
    } else {
      const double by = made->slope[column][x * n + y];
      slope = y + 1 < n ? by * made->dq_dm[y] : by;
      variance += by * by * made->var_q[y];
      if (y + 1 == n && t->silcocks && by != 0) variance += by * by * m * m / total[2 * y + 1];
    }
    if (slope == 0 || !(p > 0)) continue;
    gradient[2 * y] = -slope * m / p;
    gradient[2 * y + 1] = slope / p;
  }
  const size_t covered = offsetof(sampan_estimates, model_variance) + sizeof out->model_variance;
  if (column != TABLE_M && out->struct_size >= covered && out->model_variance)
    out->model_variance[k] = variance; /* L6 */
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const life *t = (const life *)shape->bound;
  const uint32_t n = t->ages.n;
  table made;
  double *memory = call->host->alloc(call, (table_size(n) + n) * sizeof *memory);
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *deaths = memory + table_size(n);
  table_lay_out(&made, n, memory);
  const uint32_t known = rates(call, t, totals->total, made.m, deaths);
  table_make(&t->plan, deaths, &made);
  for (uint64_t i = 0; i < (uint64_t)shape->n_statistics * totals->n_totals; i++)
    out->gradient[i] = 0;
  for (uint32_t k = 0; k < shape->n_statistics; k++) {
    const uint32_t x = t->report[k / t->n_columns];
    const uint32_t column = t->n_columns == 1 ? TABLE_E : k % t->n_columns;
    out->value[k] = out->element_variance[k] = NAN;
    out->status[k] = SAMPAN_NOT_ESTIMABLE;
    if (totals->n_records < 1 || !defined(t, &made, known, column, x)) continue;
    if (column == TABLE_M && !(totals->total[2 * x] > 0)) continue;
    report(t, &made, totals->total, column, x, k, out);
  }
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = sizeof roles / sizeof roles[0],
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
};

const sampan_plugin mortality_life_table = {
    .struct_size = sizeof mortality_life_table,
    .kind = SAMPAN_ESTIMATOR,
    .name = "life-table",
    .version = "1.0.0",
    .label_en = "Life table",
    .label_zh = "寿命表",
    .summary_en = "A period life table by Chiang's method from deaths and populations by age.",
    .summary_zh = "由分年龄死亡数和人口数按蒋氏法编制的现时寿命表。",
    .formula = "q = n m / (1 + n (1 - a) m), e = T / l",
    .reference = "Chiang, The Life Table and Its Applications, 1984",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};
