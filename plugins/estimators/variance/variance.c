/* variance.c - the variance and standard deviation of a number in a population.
 *
 *   v = k (T2 / T0 - (T1 / T0)^2),  k = n / (n - 1),  T0 = sum w,  T1 = sum w d,  T2 = sum w d^2,
 *   d = y - c,  dv/dT = k (2 e^2 - T2 / T0, -2 e, 1) / T0,  e = T1 / T0,  s = sqrt(v)
 *
 * c is the mean of the first read, so that nothing cancels in the second; T1 is then but rounding.
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 2.4; Lumley, Complex Surveys, 2010, 2.4.
 *
 * V1  A record belongs to the statistic when `of` is present.
 * V2  A number that is not finite is an error that names the row.
 * V3  n are the records of positive weight; fewer than 2, or no weight: not estimable.
 * V4  A deviation of 0 has gradient 0: all its residuals are 0.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { T0 = 0, T1 = 1, T2 = 2, N_TOTALS = 3 };
enum { VARIANCE = 0, DEVIATION = 1, N_STATISTICS = 2 };

static const sampan_role roles[] = {
    {"of", SAMPAN_NUMBER, 0, "the number whose spread is wanted", "求方差的变量"}};

static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_F64, 0}, {SAMPAN_F64, 0}};

static const sampan_statistic statistics[] = {
    {.name = "variance", .unit = SAMPAN_UNIT_NONE, .lower = 0, .upper = HUGE_VAL, .per = 1},
    {.name = "sd", .unit = SAMPAN_UNIT_NONE, .lower = 0, .upper = HUGE_VAL, .per = 1}};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)call;
  (void)columns;
  out->n_components = N_TOTALS;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = N_STATISTICS;
  out->statistics = statistics;
  out->n_state = 1;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  const int centred = batch->read > 0 && batch->memory;
  (void)shape;
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) out->in[w] = of->present[w]; /* V1 */
  for (int64_t i = 0; i < batch->n_records; i++) {
    const double y = of->number[i];
    if (!isfinite(y) && sampan_bit(of->present, i)) { /* V2 */
      if (call->error) {
        call->error->row = i + 1;
        snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
      }
      return sampan_fail(call, SAMPAN_E_DATA, "a number that has a variance must be finite");
    }
    if (!centred) { /* the square of a large number could overflow, and is not used */
      out->numbers[T1][i] = y;
      out->numbers[T2][i] = 0;
      continue;
    }
    const uint32_t group = batch->group[i];
    const double d = group == UINT32_MAX ? 0 : y - batch->memory[group]->state[0];
    out->numbers[T1][i] = d;
    out->numbers[T2][i] = d * d;
  }
  return SAMPAN_OK;
}

static int32_t advance(const sampan_call *call, const sampan_shape *shape,
                       const sampan_totals *totals, double *state) {
  (void)call;
  (void)shape;
  if (totals->read > 0 || totals->n_positive < 2 || !(totals->total[T0] > 0)) return SAMPAN_END;
  state[0] = totals->total[T1] / totals->total[T0];
  return SAMPAN_OK;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double *t = totals->total;
  const double n = (double)totals->n_positive;
  (void)call;
  (void)shape;
  for (int i = 0; i < N_STATISTICS * N_TOTALS; i++) out->gradient[i] = 0;
  for (int i = 0; i < N_STATISTICS; i++) {
    out->value[i] = out->element_variance[i] = NAN;
    out->status[i] = SAMPAN_NOT_ESTIMABLE;
  }
  if (totals->read == 0 || n < 2 || !(t[T0] > 0)) return SAMPAN_OK; /* V3 */
  const double k = n / (n - 1), e = t[T1] / t[T0], second = t[T2] / t[T0];
  const double v = fmax(k * (second - e * e), 0), s = sqrt(v);
  double *of_variance = out->gradient + VARIANCE * N_TOTALS;
  double *of_deviation = out->gradient + DEVIATION * N_TOTALS;
  of_variance[T0] = k * (2 * e * e - second) / t[T0];
  of_variance[T1] = -2 * k * e / t[T0];
  of_variance[T2] = k / t[T0];
  for (int i = 0; i < N_TOTALS && s > 0; i++) of_deviation[i] = of_variance[i] / (2 * s); /* V4 */
  out->value[VARIANCE] = v;
  out->value[DEVIATION] = s;
  out->status[VARIANCE] = out->status[DEVIATION] = SAMPAN_ESTIMABLE;
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
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "variance",
    .version = "1.0.0",
    .label_en = "Variance and standard deviation",
    .label_zh = "方差与标准差",
    .summary_en =
        "The weighted variance of the number in the population, with the factor n / (n - "
        "1), and its square root; records where it is missing are outside the domain.",
    .summary_zh = "域内记录的加权方差（乘以 n/(n-1)）及其平方根；数值缺失的记录视为域外。",
    .formula = "v = n / (n - 1) sum(w (y - m)^2) / sum(w), m = sum(w y) / sum(w)",
    .reference = "Lumley, Complex Surveys, 2010, 2.4; Cochran, Sampling Techniques, 1977, 2.4",
    .ops = &ops,
};

SAMPAN_MODULE("variance", "GPL-3.0-or-later", &plugin);
