/* count.c - how many in the population: the weighted count of records, or of those with an event.
 *
 *   without `of`: N = T0 = sum w
 *   with `of`:    X = T1 = sum w y
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 3.2.
 *
 * C1  Without `of` every record belongs to the statistic; with it, those where it is present.
 * C2  No record of positive weight: not estimable, for a domain without sample has no count of 0. A
 *     replicate that gives its records no weight has a count of 0.
 * C3  With `of` the element variance is T0^2 p (1 - p) n / (n - 1), p = T1 / T0, n > 1 the records
 *     of positive weight. Without it there is none: the count of a whole domain has no variance
 *     within the domain.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static const sampan_role roles[] = {{"of", SAMPAN_TRUTH, SAMPAN_ROLE_OPTIONAL,
                                     "count only the records where this is so",
                                     "只计满足此条件的记录"}};

static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic statistics[] = {
    {.name = "count", .unit = SAMPAN_UNIT_COUNT, .lower = 0, .upper = HUGE_VAL, .per = 1}};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)call;
  out->n_components = columns->n_columns > 0 && columns->columns[0] ? 2 : 1;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = statistics;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const int64_t n_words = sampan_words(batch->n_records);
  (void)call;
  if (shape->n_components == 1) {
    for (int64_t w = 0; w < n_words; w++) out->in[w] = UINT64_MAX; /* C1 */
    return SAMPAN_OK;
  }
  const sampan_column *of = batch->columns[0];
  for (int64_t w = 0; w < n_words; w++) {
    out->in[w] = of->present[w]; /* C1 */
    out->bits[1][w] = of->truth[w] & of->present[w];
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
  const uint32_t counted = shape->n_components - 1;
  (void)call;
  for (uint32_t i = 0; i < shape->n_components; i++) out->gradient[i] = 0;
  out->value[0] = out->element_variance[0] = NAN;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || n < 1) return SAMPAN_OK; /* C2 */
  out->value[0] = totals->total[counted];
  out->gradient[counted] = 1;
  if (counted == 1 && n > 1 && weight > 0) { /* C3 */
    const double p = totals->total[1] / weight;
    out->element_variance[0] = weight * weight * p * (1 - p) * n / (n - 1);
  }
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
    .name = "count",
    .version = "1.0.0",
    .label_en = "Count",
    .label_zh = "人数",
    .summary_en =
        "The weighted count of the records in the domain, or of those among them that "
        "meet the condition.",
    .summary_zh = "域内记录（或其中满足条件者）的加权数。",
    .formula = "N = sum(w), or X = sum(w y)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 3.2",
    .ops = &ops,
};

SAMPAN_MODULE("count", "GPL-3.0-or-later", &plugin);
