/* mean.c - the mean of a number over a population.
 *
 *   m = T1 / T0,  T0 = sum w,  T1 = sum w y,  T2 = sum w y^2,  dm/dT = (-m, 1, 0) / T0
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 6.4; Wolter, Introduction to Variance
 * Estimation, 2nd ed. 2007, 6.4.
 *
 * M1  A record belongs to the statistic when `of` is present.
 * M2  A number that is not finite is an error that names the row.
 * M3  No record, or no weight: not estimable.
 * M4  The element variance is (T2 / T0 - m^2) n / (n - 1), n the records of positive weight, never
 *     below 0; none for n < 2.
 * M5  The mean of a yes/no column is its prevalence: a proportion, that counts events.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static const sampan_role roles[] = {
    {"of", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "the number to average", "求均值的变量"}};

static const sampan_component of_number[] = {{SAMPAN_ONE, 0}, {SAMPAN_F64, 0}, {SAMPAN_F64, 0}};
static const sampan_component of_truth[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic mean_of_number[] = {
    {.name = "mean", .unit = SAMPAN_UNIT_NONE, .lower = -HUGE_VAL, .upper = HUGE_VAL, .per = 1}};
static const sampan_statistic mean_of_truth[] = {
    {.name = "mean", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const int is_truth = columns->columns[0]->type == SAMPAN_TRUTH; /* M5 */
  (void)call;
  out->n_components = is_truth ? 2 : 3;
  out->components = is_truth ? of_truth : of_number;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = is_truth ? mean_of_truth : mean_of_number;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const int64_t n_words = sampan_words(batch->n_records);
  (void)shape;
  for (int64_t w = 0; w < n_words; w++) out->in[w] = of->present[w]; /* M1 */
  if (of->type == SAMPAN_TRUTH) {
    for (int64_t w = 0; w < n_words; w++) out->bits[1][w] = of->truth[w] & of->present[w];
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < batch->n_records; i++) {
    const double y = of->number[i];
    if (!isfinite(y) && sampan_bit(of->present, i)) { /* M2 */
      if (call->error) {
        call->error->row = i + 1;
        snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
      }
      return sampan_fail(call, SAMPAN_E_DATA, "a number that is averaged must be finite");
    }
    out->numbers[1][i] = y;
    out->numbers[2][i] = y * y;
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
  for (uint32_t i = 0; i < shape->n_components; i++) out->gradient[i] = 0;
  out->value[0] = out->element_variance[0] = NAN;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || !(weight > 0)) return SAMPAN_OK; /* M3 */
  const double m = totals->total[1] / weight;
  const double second = shape->n_components == 3 ? totals->total[2] / weight : m;
  out->value[0] = m;
  out->gradient[0] = -m / weight;
  out->gradient[1] = 1 / weight;
  if (n > 1) out->element_variance[0] = fmax(second - m * m, 0) * n / (n - 1); /* M4 */
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
    .name = "mean",
    .version = "1.0.0",
    .label_en = "Mean",
    .label_zh = "均值",
    .summary_en =
        "The weighted mean over the records in the domain; records where the number is "
        "missing are outside the domain.",
    .summary_zh = "域内记录的加权均值；数值缺失的记录视为域外。",
    .formula = "m = sum(w y) / sum(w)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 6.4",
    .ops = &ops,
};

SAMPAN_MODULE("mean", "GPL-3.0-or-later", &plugin);
