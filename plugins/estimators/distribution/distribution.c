/* distribution.c - how a population is distributed over the levels of a factor.
 *
 *   p_l = T_l / T0,  T0 = sum w,  T_l = sum w I(level l),  dp_l/dT = (-p_l at 0, 1 at l) / T0
 *
 * or, with `show: count`, the totals T_l themselves.
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 3.2, 6.4; Wolter, Introduction to Variance
 * Estimation, 2nd ed. 2007, 6.4.
 *
 * D1  A record belongs to the statistic when `of` is present; missing is no level.
 * D2  The levels are those of the whole indicator: a group without records of one has 0 there.
 * D3  No record, or no weight: not estimable.
 * D4  The element variance is p (1 - p) n / (n - 1), n the records of positive weight, of a count
 *     T0^2 times that; none for n < 2.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SHOW = 0, N_PARAMS = 1 };
enum { SHOW_SHARE = 0, SHOW_COUNT = 1, MOST_LEVELS = 2000 };

static const sampan_param params[] = {
    {"show", SAMPAN_P_CHOICE, 0, "share|count", "share", 1, 0,
     "the share of each level, or how many have it", "各水平的构成比，或人数"},
};

static const sampan_role roles[] = {
    {"of", SAMPAN_TEXT, SAMPAN_ROLE_LEVELS, "the variable with the levels", "分类变量"}};

static int32_t fail_column(const sampan_call *call, const sampan_column *of, uint32_t n_levels) {
  if (call->error) {
    snprintf(call->error->column, sizeof call->error->column, "%s", of->name ? of->name : "");
    if (n_levels > 0)
      snprintf(call->error->hint, sizeof call->error->hint,
               "derive classes of it, or use the estimator `mean` or `quantile`");
    else
      snprintf(call->error->hint, sizeof call->error->hint,
               "look at its missing codes, and at what the plan keeps and drops");
  }
  if (n_levels == 0)
    return sampan_fail(call, SAMPAN_E_DATA, "no record has a value of the variable with levels");
  return sampan_fail(call, SAMPAN_E_DATA, "a distribution has at most %d levels, but here are %u",
                     MOST_LEVELS, (unsigned)n_levels);
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const sampan_column *of = columns->columns[0];
  const int counts = call->values[PARAM_SHOW].number == SHOW_COUNT;
  const uint32_t n = of->dictionary ? of->dictionary->n_entries : 0;
  if (n < 1 || n > MOST_LEVELS) return fail_column(call, of, n);
  sampan_component *components = call->host->alloc(call, (n + 1) * sizeof *components);
  sampan_statistic *statistics = call->host->alloc(call, n * sizeof *statistics);
  if (!components || !statistics) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  components[0].type = SAMPAN_ONE;
  for (uint32_t l = 0; l < n; l++) {
    components[l + 1].type = SAMPAN_BIT;
    components[l + 1].flags = SAMPAN_EVENTS;
    statistics[l] = (sampan_statistic){.name = of->dictionary->text[l],
                                       .unit = counts ? SAMPAN_UNIT_COUNT : SAMPAN_UNIT_PROPORTION,
                                       .lower = 0,
                                       .upper = counts ? HUGE_VAL : 1,
                                       .per = 1};
  }
  out->n_components = n + 1;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = n;
  out->statistics = statistics;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const int64_t n_words = sampan_words(batch->n_records);
  for (uint32_t l = 0; l < shape->n_statistics; l++)
    memset(out->bits[l + 1], 0, (size_t)n_words * sizeof(uint64_t));
  for (int64_t w = 0; w < n_words; w++) out->in[w] = of->present[w]; /* D1 */
  for (int64_t i = 0; i < batch->n_records; i++) {
    if (!sampan_bit(of->present, i)) continue;
    if (of->code[i] >= shape->n_statistics) {
      if (call->error) {
        call->error->row = i + 1;
        snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
      }
      return sampan_fail(call, SAMPAN_E_INTERNAL, "a value that is none of the levels");
    }
    sampan_set_bit(out->bits[of->code[i] + 1], i, 1);
  }
  return SAMPAN_OK;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double weight = totals->total[0], n = (double)totals->n_positive;
  const uint32_t n_totals = shape->n_components;
  const int counts = shape->statistics[0].unit == SAMPAN_UNIT_COUNT;
  (void)call;
  for (uint32_t l = 0; l < shape->n_statistics; l++) {
    double *gradient = out->gradient + (size_t)l * n_totals;
    for (uint32_t i = 0; i < n_totals; i++) gradient[i] = 0;
    out->value[l] = out->element_variance[l] = NAN;
    out->status[l] = SAMPAN_NOT_ESTIMABLE;
    if (totals->n_records < 1 || !(weight > 0)) continue; /* D3 */
    const double p = totals->total[l + 1] / weight, scale = counts ? weight : 1;
    out->value[l] = counts ? totals->total[l + 1] : p;
    gradient[l + 1] = counts ? 1 : 1 / weight;
    if (!counts) gradient[0] = -p / weight;
    if (n > 1) out->element_variance[l] = scale * scale * p * (1 - p) * n / (n - 1); /* D4 */
    out->status[l] = SAMPAN_ESTIMABLE;
  }
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = 1,
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "distribution",
    .version = "1.0.0",
    .label_en = "Distribution over levels",
    .label_zh = "构成",
    .summary_en =
        "The weighted share or number of the records in the domain at each level of a "
        "variable; records where it is missing are outside the domain.",
    .summary_zh = "域内记录在变量各水平上的加权构成比或人数；变量缺失的记录视为域外。",
    .formula = "p_l = sum(w I(x = l)) / sum(w)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 6.4",
    .params = params,
    .n_params = N_PARAMS,
    .ops = &ops,
};

SAMPAN_MODULE("distribution", "GPL-3.0-or-later", &plugin);
