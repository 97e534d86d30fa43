/* @NAME@.c - the share of records with a value over a threshold.
 *
 *   p = T1 / T0,  T0 = sum w,  T1 = sum w [of > over],  dp/dT = (-p, 1) / T0
 *
 * Reference: put here where the formula comes from.
 *
 * R1  A record belongs to the statistic when `of` is present.
 * R2  Over means more than: a value equal to the threshold is not over it.
 * R3  No record, or no weight: not estimable.
 */
#include <math.h>
#include <sampan/plugin.h>

/* What the plan may set; name, type, flags, choices, default, minimum, maximum, text. */
static const sampan_param params[] = {{"over", SAMPAN_P_NUMBER, 0, NULL, "0", 1, 0, /* any number */
                                       "the threshold", "阈值"}};

/* The columns that the plan must name. */
static const sampan_role roles[] = {{"of", SAMPAN_NUMBER, 0, "the measurement", "测量值"}};

/* What is summed over the records: 1 for each, and 1 for each that is over. */
static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic statistics[] = {
    {.name = "share", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

/* Called once for an indicator, before any record: says what will be summed. */
static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)call;
  (void)columns;
  out->n_components = 2;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = statistics;
  return SAMPAN_OK;
}

/* Called for every batch: says of each record whether it is in, and what it adds. */
static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const double over = call->values[0].number;
  (void)shape;
  call->host->pack_compare(of->number, batch->n_records, '>', over, out->bits[1]); /* R2 */
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) {
    out->in[w] = of->present[w]; /* R1 */
    out->bits[1][w] &= of->present[w];
  }
  return SAMPAN_OK;
}

/* Called for every domain: makes the estimate and its gradient from the weighted totals. */
static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double t0 = totals->total[0], t1 = totals->total[1];
  const double n = (double)totals->n_records;
  (void)call;
  (void)shape;
  out->value[0] = out->element_variance[0] = NAN;
  out->gradient[0] = out->gradient[1] = 0;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || !(t0 > 0)) return SAMPAN_OK; /* R3 */
  const double p = t1 / t0;
  out->value[0] = p;
  out->gradient[0] = -p / t0;
  out->gradient[1] = 1 / t0;
  if (n > 1) out->element_variance[0] = p * (1 - p) * n / (n - 1);
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {.struct_size = sizeof ops,
                                         .n_roles = 1,
                                         .roles = roles,
                                         .bind = bind,
                                         .score = score,
                                         .value = value};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "@NAME@",
    .version = "0.1.0",
    .label_en = "Share over a threshold",
    .label_zh = "超过阈值的比例",
    .summary_en =
        "The weighted share of the records in the domain whose value is over a threshold.",
    .summary_zh = "域内测量值超过阈值的记录的加权比例。",
    .formula = "p = sum(w [of > over]) / sum(w)",
    .reference = "",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("@NAME@", "GPL-3.0-or-later", &plugin);
