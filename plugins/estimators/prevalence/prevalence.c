/* prevalence.c - the share of a population that has an event.
 *
 *   p = T1 / T0,  T0 = sum w,  T1 = sum w y,  dp/dT = (-p, 1) / T0
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 6.4 and 7.2; Wolter, Introduction to
 * Variance Estimation, 2nd ed. 2007, 6.4.
 *
 * P1  A record belongs to the statistic when `of` is present; missing is never "no".
 * P2  A NUMBER column holds 0 and 1 only; anything else is an error that names the row.
 * P3  No record, or no weight: not estimable.
 * P4  The element variance is p (1 - p) n / (n - 1), n the records of positive weight; it has none
 *     for n < 2.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static const sampan_role roles[] = {
    {"of", SAMPAN_TRUTH | SAMPAN_NUMBER, 0, "the event: yes or no, or 1 or 0", "事件：是否或 1/0"}};

static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic statistics[] = {
    {.name = "prevalence", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

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

/* Names the first record of word w whose bit is set in `bad`. */
static int32_t fail_value(const sampan_call *call, const sampan_column *column, int64_t w,
                          uint64_t bad) {
  int64_t i = w * 64;
  while (!(bad & 1U)) {
    bad >>= 1;
    i++;
  }
  if (call->error) {
    call->error->row = i + 1;
    snprintf(call->error->column, sizeof call->error->column, "%s", column->name);
    snprintf(call->error->hint, sizeof call->error->hint,
             "derive a yes/no column, such as `%s == 1`, or use the estimator `mean`",
             column->name);
  }
  return sampan_fail(call, SAMPAN_E_DATA, "the event must be 0 or 1, but is %.17g",
                     column->number[i]);
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const int64_t n_words = sampan_words(batch->n_records);
  uint64_t *in = out->in, *event = out->bits[1];
  (void)shape;
  if (of->type == SAMPAN_TRUTH) {
    for (int64_t w = 0; w < n_words; w++) {
      in[w] = of->present[w]; /* P1 */
      event[w] = of->truth[w] & of->present[w];
    }
    return SAMPAN_OK;
  }
  call->host->pack_compare(of->number, batch->n_records, '=', 1.0, event);
  call->host->pack_compare(of->number, batch->n_records, '=', 0.0, in);
  for (int64_t w = 0; w < n_words; w++) {
    uint64_t bad = of->present[w] & ~(event[w] | in[w]);
    const int64_t left = batch->n_records - w * 64;
    if (left < 64) bad &= (UINT64_C(1) << left) - 1;
    if (bad) return fail_value(call, of, w, bad); /* P2 */
    in[w] = of->present[w];                       /* P1 */
    event[w] &= of->present[w];
  }
  return SAMPAN_OK;
}

/* The records of positive weight: the sample that the element variance comes from. A host older
 * than the field gives all records. */
static double sample_size(const sampan_totals *totals) {
  const size_t covered = offsetof(sampan_totals, n_positive) + sizeof totals->n_positive;
  return (double)(totals->struct_size >= covered ? totals->n_positive : totals->n_records);
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double weight = totals->total[0];
  const double n = sample_size(totals);
  (void)call;
  (void)shape;
  out->gradient[0] = out->gradient[1] = 0;
  out->value[0] = out->element_variance[0] = NAN;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || !(weight > 0)) return SAMPAN_OK; /* P3 */
  const double p = totals->total[1] / weight;
  out->value[0] = p;
  out->gradient[0] = -p / weight;
  out->gradient[1] = 1 / weight;
  if (n > 1) out->element_variance[0] = p * (1 - p) * n / (n - 1); /* P4 */
  out->status[0] = SAMPAN_ESTIMABLE;
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
    .name = "prevalence",
    .version = "1.0.0",
    .label_en = "Prevalence",
    .label_zh = "率（百分比）",
    .summary_en =
        "The weighted share of the records in the domain that have the event; records "
        "where the event is missing are outside the domain.",
    .summary_zh = "域内发生该事件的记录的加权比例；事件缺失的记录视为域外。",
    .formula = "p = sum(w y) / sum(w)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 6.4",
    .ops = &ops,
};

SAMPAN_MODULE("prevalence", "GPL-3.0-or-later", &plugin);
