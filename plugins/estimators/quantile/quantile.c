/* quantile.c - quantiles of a number over a population, with the error of Woodruff.
 *
 * Read 0 tallies the number; the rule gives q_j. Read 1 sums I(x <= q_j): its share is `inner`,
 *
 *   s_j = T_j / T0,  T0 = sum w,  T_j = sum w I(x <= q_j),  ds_j/dT = (-s_j, 1) / T0,
 *
 * whose limits back() turns into those of q_j by the same rule.
 *
 * References: Woodruff, JASA 1952, 635-646; Francisco and Fuller, Annals of Statistics 1991,
 * 454-469; Hyndman and Fan, American Statistician 1996, 361-365.
 *
 * Q1  A record belongs to the statistic when `of` is present; one of weight 0 has no part in q.
 * Q2  A number that is not finite is an error that names the row.
 * Q3  No record of positive weight: not estimable.
 * Q4  `at` are shares between 0 and 1, each once.
 * Q5  A limit of the share below 0 or above 1, or none, gives no limit of the quantile.
 * Q6  `error: replicates` has no inner statistic and no gradient, and needs one read; each
 * replicate has a tally of its own. Q7  Else replicates give the share below the quantile of the
 * full sample.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stdlib.h>

#include "rule.h"

enum { PARAM_AT = 0, PARAM_RULE = 1, PARAM_ERROR = 2, N_PARAMS = 3 };
enum { ERROR_SHARE = 0, ERROR_REPLICATES = 1 };
enum { ONE = 0, TALLY = 1, SHARES = 2, MOST_QUANTILES = 1000 };

static const sampan_param params[] = {
    {"at", SAMPAN_P_NUMBERS, 0, NULL, "0.5", 0, 1, "shares below the quantiles: [0.25, 0.5, 0.75]",
     "分位点：[0.25, 0.5, 0.75]"},
    {"rule", SAMPAN_P_CHOICE, 0, "math|school|hf1|hf2|hf3|hf4|hf5|hf6|hf7|hf8|hf9|shahvaish|sas",
     "math", 1, 0,
     "how a quantile is made of the distribution: math, the smallest number with that share",
     "由分布求分位数的规则；math 为累计比例达到该值的最小数"},
    {"error", SAMPAN_P_CHOICE, 0, "share|replicates", "share", 1, 0,
     "where the error comes from: the share below (Woodruff), or the quantiles of the replicate "
     "weights, for designs that have them",
     "误差来源：低于分位数的比例（Woodruff），或重复权重各自的分位数"},
};

static const sampan_role roles[] = {
    {"of", SAMPAN_NUMBER, 0, "the number whose quantiles are wanted", "求分位数的变量"}};

typedef struct bound {
  uint32_t n; /* quantiles */
  int32_t rule;
  int32_t by_replicates;
  double at[];
} bound;

static int32_t fail_at(const sampan_call *call, const char *what, double p) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[PARAM_AT].name);
    snprintf(call->error->hint, sizeof call->error->hint,
             "write the median as 0.5 and quartiles as [0.25, 0.5, 0.75]");
  }
  return sampan_fail(call, SAMPAN_E_PLAN, "%s, but is %.17g", what, p);
}

/* "q0.25": the fewest digits that read as the number again. */
static void name_quantile(double p, char *out, size_t size) {
  for (int digits = 1; digits <= 17; digits++) {
    snprintf(out, size, "q%.*g", digits, p);
    if (strtod(out + 1, NULL) == p) return;
  }
}

static int32_t describe(const sampan_call *call, bound *b, sampan_shape *out) {
  enum { NAME = 32 };
  const uint32_t n_components = b->by_replicates ? SHARES : SHARES + b->n;
  sampan_component *components = call->host->alloc(call, n_components * sizeof *components);
  sampan_statistic *statistics = call->host->alloc(call, b->n * sizeof *statistics);
  char *names = call->host->alloc(call, (uint64_t)b->n * NAME);
  if (!components || !statistics || !names)
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  components[ONE].type = SAMPAN_ONE;
  components[TALLY].type = SAMPAN_TALLY;
  components[TALLY].flags = rule_by_record(b->rule) ? SAMPAN_APART : 0;
  for (uint32_t c = SHARES; c < n_components; c++) components[c].type = SAMPAN_BIT;
  for (uint32_t j = 0; j < b->n; j++) {
    name_quantile(b->at[j], names + (size_t)j * NAME, NAME);
    statistics[j] = (sampan_statistic){.name = names + (size_t)j * NAME,
                                       .unit = SAMPAN_UNIT_NONE,
                                       .lower = -HUGE_VAL,
                                       .upper = HUGE_VAL,
                                       .per = 1};
  }
  out->n_components = n_components;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = b->n;
  out->statistics = statistics;
  out->bound = b;
  out->n_state = b->by_replicates ? 0 : b->n;
  /* Q7 */
  out->flags = b->by_replicates ? 0 : SAMPAN_SHAPE_SHARED_STATE;
  return SAMPAN_OK;
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  static const double median = 0.5;
  const sampan_value *at = &call->values[PARAM_AT];
  const int given = at->is_set && at->numbers;
  const uint32_t n = given ? at->n_numbers : 1;
  const double *p = given ? at->numbers : &median;
  (void)columns;
  if (n < 1 || n > MOST_QUANTILES) {
    if (call->error)
      snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[PARAM_AT].name);
    return sampan_fail(call, SAMPAN_E_PLAN, "`at` lists 1 to %d shares, but has %u", MOST_QUANTILES,
                       (unsigned)n);
  }
  bound *b = call->host->alloc(call, sizeof *b + n * sizeof *b->at);
  if (!b) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  b->n = n;
  b->rule = (int32_t)call->values[PARAM_RULE].number;
  b->by_replicates = call->values[PARAM_ERROR].number == ERROR_REPLICATES;
  for (uint32_t j = 0; j < n; j++) { /* Q4 */
    if (!(p[j] > 0 && p[j] < 1)) return fail_at(call, "`at` is between 0 and 1", p[j]);
    for (uint32_t k = 0; k < j; k++)
      if (p[k] == p[j]) return fail_at(call, "each share of `at` stands there once", p[j]);
    b->at[j] = p[j];
  }
  return describe(call, b, out);
}

/* ---- reads -------------------------------------------------------------------------------- */

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const bound *b = shape->bound;
  const sampan_column *of = batch->columns[0];
  const int64_t n = batch->n_records, n_words = sampan_words(n);
  double *tally = out->numbers[TALLY];
  for (int64_t w = 0; w < n_words; w++) out->in[w] = of->present[w]; /* Q1 */
  for (int64_t i = 0; i < n; i++) {
    if (tally) tally[i] = of->number[i];
    if (isfinite(of->number[i]) || !sampan_bit(of->present, i)) continue; /* Q2 */
    if (call->error) {
      call->error->row = i + 1;
      snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
    }
    return sampan_fail(call, SAMPAN_E_DATA, "a number that has quantiles must be finite");
  }
  if (b->by_replicates) return SAMPAN_OK;
  for (uint32_t j = 0; j < b->n; j++)
    memset(out->bits[SHARES + j], 0, (size_t)n_words * sizeof(uint64_t));
  if (batch->read == 0 || !batch->memory) return SAMPAN_OK;
  for (int64_t i = 0; i < n; i++) {
    if (batch->group[i] == UINT32_MAX || !sampan_bit(of->present, i)) continue;
    const double *q = batch->memory[batch->group[i]]->state, x = of->number[i];
    const uint64_t bit = UINT64_C(1) << (i & 63);
    for (uint32_t j = 0; j < b->n; j++)
      if (x <= q[j]) out->bits[SHARES + j][i >> 6] |= bit;
  }
  return SAMPAN_OK;
}

static const sampan_tally *tally_of(const sampan_totals *totals) {
  const sampan_tally *tally = totals->tallies ? totals->tallies[TALLY] : NULL;
  return tally && tally->n > 0 ? tally : NULL;
}

static int32_t advance(const sampan_call *call, const sampan_shape *shape,
                       const sampan_totals *totals, double *state) {
  const bound *b = shape->bound;
  const sampan_tally *tally = tally_of(totals);
  (void)call;
  if (totals->read > 0 || b->by_replicates || !tally) return SAMPAN_END;
  for (uint32_t j = 0; j < b->n; j++) state[j] = rule_quantile(tally, b->rule, b->at[j]);
  return SAMPAN_OK;
}

/* ---- the estimate ------------------------------------------------------------------------- */

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const bound *b = shape->bound;
  const sampan_tally *tally = tally_of(totals);
  const double weight = totals->total[ONE];
  (void)call;
  for (size_t i = 0; i < (size_t)b->n * totals->n_totals; i++) out->gradient[i] = 0;
  for (uint32_t j = 0; j < b->n; j++) {
    out->value[j] = out->element_variance[j] = NAN;
    out->status[j] = SAMPAN_NOT_ESTIMABLE;
    if (!tally || !(weight > 0)) continue; /* Q3 */
    out->value[j] = rule_quantile(tally, b->rule, b->at[j]);
    out->status[j] = SAMPAN_ESTIMABLE;
    if (b->by_replicates) continue; /* Q6 */
    const double share = totals->total[SHARES + j] / weight;
    double *gradient = out->gradient + (size_t)j * totals->n_totals;
    gradient[ONE] = -share / weight;
    gradient[SHARES + j] = 1 / weight;
    if (out->inner) out->inner[j] = share;
  }
  return SAMPAN_OK;
}

static int32_t back(const sampan_call *call, const sampan_shape *shape, const sampan_totals *totals,
                    uint32_t statistic, double x, double *out) {
  const bound *b = shape->bound;
  (void)call;
  (void)statistic;
  *out = rule_quantile(tally_of(totals), b->rule, x); /* Q5 */
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = 1,
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
    .advance = advance,
    .back = back,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "quantile",
    .version = "1.0.0",
    .label_en = "Quantile",
    .label_zh = "分位数",
    .summary_en =
        "Weighted quantiles over the records in the domain, with limits by Woodruff's "
        "method: those of the share below the quantile, read back as quantiles; records "
        "where the number is missing are outside the domain.",
    .summary_zh =
        "域内记录的加权分位数，置信限按 Woodruff 法由低于分位数的比例换算；"
        "数值缺失的记录视为域外。",
    .formula = "q(p) = min{x: F(x) >= p}, F(x) = sum(w I(X <= x)) / sum(w)",
    .reference = "Woodruff, J Am Stat Assoc 1952, 635-646; Hyndman and Fan, Am Stat 1996, 361-365",
    .params = params,
    .n_params = N_PARAMS,
    .ops = &ops,
};

SAMPAN_MODULE("quantile", "GPL-3.0-or-later", &plugin);
