/* premature-mortality.c - the probability of dying between two ages, as of 30 to 69 by SDG 3.4.1.
 *
 *   m = D / P,  q = 5 m / (1 + 2.5 m),  Q = 1 - prod (1 - q) over 30-34 .. 65-69
 *   dQ/dq_y = (1 - Q) / (1 - q_y);  vital data: Var(Q) = sum (dQ/dq_y)^2 q_y^2 (1 - q_y) / D_y
 *
 * Reference: WHO, Noncommunicable diseases global monitoring framework: indicator definitions and
 * specifications, 2014, indicator 1; Chiang, The Life Table and Its Applications, 1984.
 *
 * P1  A record belongs to the statistic when its columns are present and its age is from `from` to
 *     below `below`; a label that runs over the edge of a group is an error.
 * P2  A group without population: not estimable. No deaths: q = 0 of variance 0.
 * P3  q is at most 1.
 */
#include <math.h>
#include <stddef.h>

#include "ages.h"
#include "mortality.h"

enum { PARAM_FROM, PARAM_BELOW, PARAM_WIDTH, PARAM_COLUMNS };
enum { ROLE_NUMERATOR, ROLE_DENOMINATOR, ROLE_AGE };
enum { MOST_GROUPS = 150, NAME_BYTES = 32 };

static const sampan_param params[] = {
    {"from", SAMPAN_P_INTEGER, 0, NULL, "30", 0, 149, "first age", "起始年龄"},
    {"below", SAMPAN_P_INTEGER, 0, NULL, "70", 1, 150, "age at which it ends: 70 for 30-69",
     "终止年龄（不含）：30-69 岁写 70"},
    {"width", SAMPAN_P_INTEGER, 0, NULL, "5", 1, 150, "years in each age group",
     "年龄组组距（岁）"},
    {"columns", SAMPAN_P_CHOICE, 0, "total|all", "total", 1, 0,
     "give the probability alone, or also the rate m and probability q of each group",
     "只给出总概率，或同时给出各年龄组的死亡率 m 和死亡概率 q"},
};

static const sampan_role roles[] = {
    {"numerator", SAMPAN_NUMBER, 0, "deaths from the causes in question", "相关死因的死亡数"},
    {"denominator", SAMPAN_NUMBER, 0, "population, or person-years", "人口数或人年数"},
    {"age", SAMPAN_NUMBER | SAMPAN_TEXT, 0, "age in years, or the label of an age group",
     "年龄（岁），或年龄组标签"},
};

static const sampan_component components[] = {{SAMPAN_F64, SAMPAN_EXPOSURE},
                                              {SAMPAN_F64, SAMPAN_EVENTS}};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const int from = (int)call->values[PARAM_FROM].number;
  const int below = (int)call->values[PARAM_BELOW].number;
  const int width = (int)call->values[PARAM_WIDTH].number;
  const int all = (int)call->values[PARAM_COLUMNS].number == 1;
  double edges[MOST_GROUPS];
  uint32_t n = 0;
  (void)columns;
  if (below <= from || (below - from) % width != 0) {
    sampan_fail(call, SAMPAN_E_PLAN, "ages from %d to below %d are no whole groups of %d years",
                from, below, width);
    return ages_fail_plan(call, params[PARAM_BELOW].name,
                          "below - from is a multiple of `width`: 70 - 30 of 5");
  }
  for (int age = from; age < below; age += width) edges[n++] = age;
  ages *a = call->host->alloc(call, sizeof *a);
  sampan_statistic *statistics = call->host->alloc(call, (2ULL * n + 1) * sizeof *statistics);
  char *name = call->host->alloc(call, NAME_BYTES);
  if (!a || !statistics || !name) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const int32_t status = ages_from_edges(call, params[PARAM_FROM].name, edges, n, below, a);
  if (status < 0) return status;
  snprintf(name, NAME_BYTES, "%dq%d", below - from, from);
  statistics[0] =
      (sampan_statistic){.name = name, .unit = SAMPAN_UNIT_PROPORTION, .upper = 1, .per = 1};
  for (uint32_t g = 0; all && g < n; g++) {
    statistics[1 + 2 * g] = (sampan_statistic){.name = ages_text(call, "m", edges[g]),
                                               .unit = SAMPAN_UNIT_RATE,
                                               .upper = HUGE_VAL,
                                               .per = 1};
    statistics[2 + 2 * g] = (sampan_statistic){.name = ages_text(call, "q", edges[g]),
                                               .unit = SAMPAN_UNIT_PROPORTION,
                                               .upper = 1,
                                               .per = 1};
    if (!statistics[1 + 2 * g].name || !statistics[2 + 2 * g].name)
      return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  }
  out->n_components = 2;
  out->components = components;
  out->n_cells = n;
  out->n_statistics = all ? 1 + 2 * n : 1;
  out->statistics = statistics;
  out->bound = a;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const ages *a = (const ages *)shape->bound;
  const sampan_column *deaths = batch->columns[ROLE_NUMERATOR];
  const sampan_column *population = batch->columns[ROLE_DENOMINATOR];
  const sampan_column *age = batch->columns[ROLE_AGE];
  const int64_t n = batch->n_records;
  uint32_t *cell = out->cell; /* none where there is one group, but the ages still count */
  if (!cell) cell = call->host->alloc(call, ((uint64_t)n + 1) * sizeof *cell);
  if (!cell) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (int64_t w = 0; w < sampan_words(n); w++) /* P1 */
    out->in[w] = deaths->present[w] & population->present[w] & age->present[w];
  int32_t status = ages_score(call, a, age, n, out->in, cell);
  if (status < 0) return status;
  status = ages_score_count(call, population, n, out->in, out->numbers[0]);
  if (status < 0) return status;
  return ages_score_count(call, deaths, n, out->in, out->numbers[1]);
}

/* One age group of width n: its rate and probability, and what they vary with. */
typedef struct group {
  double p, d, m, q, dq_dm, var_q;
} group;

static group group_of(const ages *a, const double *total, uint32_t g) {
  const double n = a->upper[g] - a->lower[g];
  group x = {.p = total[2 * (size_t)g], .d = total[2 * (size_t)g + 1], .m = NAN, .q = NAN};
  if (!(x.p > 0)) return x; /* P2 */
  const double by = 1 + n / 2 * x.d / x.p;
  x.m = x.d / x.p;
  x.q = n * x.m / by;
  x.dq_dm = n / (by * by);
  if (x.q > 1) { /* P3 */
    x.q = 1;
    x.dq_dm = 0;
  }
  if (x.d > 0) x.var_q = x.q * x.q * (1 - x.q) / x.d;
  return x;
}

static void set_variance(const sampan_estimates *out, uint32_t k, double variance) {
  const size_t covered = offsetof(sampan_estimates, model_variance) + sizeof out->model_variance;
  if (out->struct_size >= covered && out->model_variance) out->model_variance[k] = variance;
}

/* The m and q of each group. */
static void report_groups(const ages *a, const double *total, const sampan_estimates *out) {
  const size_t n_totals = 2 * (size_t)a->n;
  for (uint32_t g = 0; g < a->n; g++) {
    const group x = group_of(a, total, g);
    for (uint32_t k = 1 + 2 * g; k < 3 + 2 * g; k++) {
      const int is_q = k == 2 + 2 * g;
      const double slope = is_q ? x.dq_dm : 1;
      if (isnan(x.m)) continue;
      out->value[k] = is_q ? x.q : x.m;
      out->status[k] = SAMPAN_ESTIMABLE;
      out->gradient[k * n_totals + 2 * (size_t)g] = -slope * x.m / x.p;
      out->gradient[k * n_totals + 2 * (size_t)g + 1] = slope / x.p;
      if (is_q) set_variance(out, k, x.var_q);
    }
  }
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const ages *a = (const ages *)shape->bound;
  const double *total = totals->total;
  double variance = 0, survived = 1;
  int known = totals->n_records > 0;
  for (uint64_t i = 0; i < (uint64_t)shape->n_statistics * totals->n_totals; i++)
    out->gradient[i] = 0;
  for (uint32_t k = 0; k < shape->n_statistics; k++) {
    out->value[k] = out->element_variance[k] = NAN;
    out->status[k] = SAMPAN_NOT_ESTIMABLE;
  }
  if (shape->n_statistics > 1) report_groups(a, total, out);
  for (uint32_t g = 0; g < a->n; g++) {
    const group x = group_of(a, total, g);
    if (isnan(x.q)) {
      char text[160];
      snprintf(text, sizeof text, "ages %g-%g have deaths but no population: no rate is given",
               a->lower[g], a->upper[g] - 1);
      if (x.d > 0) call->host->note(call, text);
      known = 0;
      continue;
    }
    survived *= 1 - x.q;
  }
  if (!known) return SAMPAN_OK;
  for (uint32_t g = 0; g < a->n; g++) {
    const group x = group_of(a, total, g);
    double others = 1; /* a quotient would be 0 / 0 where all of a group die */
    for (uint32_t h = 0; h < a->n; h++)
      if (h != g) others *= 1 - group_of(a, total, h).q;
    out->gradient[2 * (size_t)g] = -others * x.dq_dm * x.m / x.p;
    out->gradient[2 * (size_t)g + 1] = others * x.dq_dm / x.p;
    variance += others * others * x.var_q;
  }
  out->value[0] = 1 - survived;
  out->status[0] = SAMPAN_ESTIMABLE;
  set_variance(out, 0, variance);
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

const sampan_plugin mortality_premature = {
    .struct_size = sizeof mortality_premature,
    .kind = SAMPAN_ESTIMATOR,
    .name = "premature-mortality",
    .version = "1.0.0",
    .label_en = "Premature mortality",
    .label_zh = "过早死亡率",
    .summary_en =
        "The probability of dying between two exact ages from the given causes, other causes "
        "left aside (40q30 of SDG 3.4.1).",
    .summary_zh =
        "两个确切年龄之间死于指定死因的概率，不计其他死因（30-69 岁即重大慢性病过早死亡率）。",
    .formula = "Q = 1 - prod(1 - q), q = 5 m / (1 + 2.5 m)",
    .reference =
        "WHO, Noncommunicable diseases global monitoring framework: indicator definitions and "
        "specifications, 2014",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};
