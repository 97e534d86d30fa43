/* total.c - the total of a number over a population.
 *
 *   Y = T1,  T0 = sum w,  T1 = sum w y,  T2 = sum w y^2,  dY/dT = (0, 1, 0)
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 2.9; Horvitz and Thompson, JASA 1952.
 *
 * T1  A record belongs to the statistic when `of` is present; nothing is imputed for a missing one.
 * T2  A number that is not finite is an error that names the row.
 * T3  No record of positive weight: not estimable, for a domain without sample has no total of 0. A
 *     replicate that gives its records no weight has a total of 0.
 * T4  The element variance is that of T0 y: T0^2 (T2 / T0 - m^2) n / (n - 1), n the records of
 *     positive weight, so that dividing it by n gives the variance of the total of a simple random
 *     sample; none for n < 2.
 * T5  The total of a yes/no column is a count of events.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static const sampan_role roles[] = {
    {"of", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "the number to add up", "求合计的变量"}};

static const sampan_component of_number[] = {{SAMPAN_ONE, 0}, {SAMPAN_F64, 0}, {SAMPAN_F64, 0}};
static const sampan_component of_truth[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};

static const sampan_statistic total_of_number[] = {
    {.name = "total", .unit = SAMPAN_UNIT_NONE, .lower = -HUGE_VAL, .upper = HUGE_VAL, .per = 1}};
static const sampan_statistic total_of_truth[] = {
    {.name = "total", .unit = SAMPAN_UNIT_COUNT, .lower = 0, .upper = HUGE_VAL, .per = 1}};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const int is_truth = columns->columns[0]->type == SAMPAN_TRUTH; /* T5 */
  (void)call;
  out->n_components = is_truth ? 2 : 3;
  out->components = is_truth ? of_truth : of_number;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = is_truth ? total_of_truth : total_of_number;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const int64_t n_words = sampan_words(batch->n_records);
  (void)shape;
  for (int64_t w = 0; w < n_words; w++) out->in[w] = of->present[w]; /* T1 */
  if (of->type == SAMPAN_TRUTH) {
    for (int64_t w = 0; w < n_words; w++) out->bits[1][w] = of->truth[w] & of->present[w];
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < batch->n_records; i++) {
    const double y = of->number[i];
    if (!isfinite(y) && sampan_bit(of->present, i)) { /* T2 */
      if (call->error) {
        call->error->row = i + 1;
        snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
      }
      return sampan_fail(call, SAMPAN_E_DATA, "a number that is added up must be finite");
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
  if (totals->n_records < 1 || n < 1) return SAMPAN_OK; /* T3 */
  const double m = totals->total[1] / weight;
  const double second = shape->n_components == 3 ? totals->total[2] / weight : m;
  out->value[0] = totals->total[1];
  out->gradient[1] = 1;
  if (n > 1 && weight > 0) /* T4 */
    out->element_variance[0] = weight * weight * fmax(second - m * m, 0) * n / (n - 1);
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
    .name = "total",
    .version = "1.0.0",
    .label_en = "Total",
    .label_zh = "合计",
    .summary_en =
        "The weighted total over the records in the domain; nothing is added for records "
        "where the number is missing.",
    .summary_zh = "域内记录的加权合计；数值缺失的记录不计入。",
    .formula = "Y = sum(w y)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 2.9",
    .ops = &ops,
};

SAMPAN_MODULE("total", "GPL-3.0-or-later", &plugin);
