/* ratio.c - one total over another, times a constant: a ratio, a proportion or a rate.
 *
 *   R = per T1 / T0,  T0 = sum w x,  T1 = sum w y,  dR/dT = (-R, per, 0 ...) / T0
 *
 * and for the design effect sum w x y, sum w x^2, sum w y^2.
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 6.4; Keyfitz, Human Biology 1966, for the
 * Poisson and binomial rates of complete counts.
 *
 * R1  A record belongs to the statistic when numerator and denominator are both present.
 * R2  The numerator counts events, the denominator their exposure.
 * R3  A number that is not finite, and a negative one in a rate or proportion, is an error that
 *     names the row.
 * R4  No record, or a denominator of 0: not estimable.
 * R5  The unit is `ratio` where `per` is 1 and `rate` elsewhere, unless the plan says; a proportion
 *     takes no `per`.
 * R6  The element variance is that of N e / T0, e = per y - R x the residual, N the sum of weights:
 *     N sum w e^2 / T0^2 n / (n - 1), n the records of positive weight; none for n < 2.
 */
#include <float.h>
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_PER = 0, PARAM_UNIT = 1 };
enum { UNIT_PROPORTION = 0, UNIT_RATIO = 1, UNIT_RATE = 2 };

static const sampan_param params[] = {
    {"per", SAMPAN_P_NUMBER, 0, NULL, "1", 1e-9, 1e12, "multiply by this: 1000, 100000",
     "乘以此数：1000、100000"},
    {"unit", SAMPAN_P_CHOICE, 0, "proportion|ratio|rate", NULL, 1, 0,
     "what the number is; ratio where `per` is 1, else rate",
     "数的性质；per 为 1 时是比，否则是率"},
};

static const sampan_role roles[] = {
    {"numerator", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "what is counted: cases, deaths", "分子"},
    {"denominator", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "what it comes from: population, births",
     "分母"},
};

/* The denominator x, the numerator y, and x y; then the square of each that is a number, x first,
 * for the square of a bit is the bit. */
enum { X = 0, Y = 1, XY = 2, SQUARES = 3, MOST_COMPONENTS = 5 };

/* By whether x and y are bits (R2). */
static const sampan_component components[2][2][MOST_COMPONENTS] = {
    {{{SAMPAN_F64, SAMPAN_EXPOSURE},
      {SAMPAN_F64, SAMPAN_EVENTS},
      {SAMPAN_F64, 0},
      {SAMPAN_F64, 0},
      {SAMPAN_F64, 0}},
     {{SAMPAN_F64, SAMPAN_EXPOSURE},
      {SAMPAN_BIT, SAMPAN_EVENTS},
      {SAMPAN_F64, 0},
      {SAMPAN_F64, 0}}},
    {{{SAMPAN_BIT, SAMPAN_EXPOSURE}, {SAMPAN_F64, SAMPAN_EVENTS}, {SAMPAN_F64, 0}, {SAMPAN_F64, 0}},
     {{SAMPAN_BIT, SAMPAN_EXPOSURE}, {SAMPAN_BIT, SAMPAN_EVENTS}, {SAMPAN_BIT, 0}}},
};

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const double per = call->values[PARAM_PER].number;
  const sampan_value *unit = &call->values[PARAM_UNIT];
  const int what = unit->is_set ? (int)unit->number : per == 1 ? UNIT_RATIO : UNIT_RATE;
  if (what == UNIT_PROPORTION && per != 1) { /* R5 */
    if (call->error)
      snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[PARAM_PER].name);
    return sampan_fail(call, SAMPAN_E_PLAN, "a proportion takes no `per`, but it is %.17g", per);
  }
  sampan_statistic *statistic = call->host->alloc(call, sizeof *statistic);
  if (!statistic) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  statistic->per = per;
  if (what == UNIT_PROPORTION) {
    statistic->name = "proportion";
    statistic->unit = SAMPAN_UNIT_PROPORTION;
    statistic->upper = 1;
  } else if (what == UNIT_RATE) {
    statistic->name = "rate";
    statistic->unit = SAMPAN_UNIT_RATE;
    statistic->upper = HUGE_VAL;
  } else {
    statistic->name = "ratio";
    statistic->unit = SAMPAN_UNIT_RATIO;
    statistic->lower = -HUGE_VAL;
    statistic->upper = HUGE_VAL;
  }
  const int x_is_bit = columns->columns[1]->type == SAMPAN_TRUTH;
  const int y_is_bit = columns->columns[0]->type == SAMPAN_TRUTH;
  out->n_components = SQUARES + !x_is_bit + !y_is_bit;
  out->components = components[x_is_bit][y_is_bit];
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = statistic;
  return SAMPAN_OK;
}

/* Writes one column as the component it is; `in` is final. */
static int32_t score_column(const sampan_call *call, const sampan_column *column, int64_t n,
                            const uint64_t *in, int only_positive, uint64_t *bits,
                            double *numbers) {
  if (column->type == SAMPAN_TRUTH) {
    for (int64_t w = 0; w < sampan_words(n); w++) bits[w] = column->truth[w] & in[w];
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    const double x = column->number[i];
    numbers[i] = x;
    if (isfinite(x) && !(only_positive && x < 0)) continue;
    if (!sampan_bit(in, i)) continue;
    if (call->error) { /* R3 */
      call->error->row = i + 1;
      snprintf(call->error->column, sizeof call->error->column, "%s", column->name);
    }
    return sampan_fail(
        call, SAMPAN_E_DATA, "%s, but is %.17g",
        only_positive ? "a count or population is 0 or more" : "a number of a ratio is finite", x);
  }
  return SAMPAN_OK;
}

/* Writes x y and the squares, from the components that are written (R6). */
static void score_products(const sampan_shape *shape, int64_t n, const sampan_scores *out) {
  const int x_is_bit = shape->components[X].type == SAMPAN_BIT;
  const int y_is_bit = shape->components[Y].type == SAMPAN_BIT;
  uint32_t at = SQUARES;
  if (x_is_bit && y_is_bit) {
    for (int64_t w = 0; w < sampan_words(n); w++)
      out->bits[XY][w] = out->bits[X][w] & out->bits[Y][w];
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    const double x = x_is_bit ? sampan_bit(out->bits[X], i) : out->numbers[X][i];
    const double y = y_is_bit ? sampan_bit(out->bits[Y], i) : out->numbers[Y][i];
    out->numbers[XY][i] = x * y;
  }
  for (int c = X; c <= Y; c++) {
    if (shape->components[c].type == SAMPAN_BIT) continue;
    for (int64_t i = 0; i < n; i++) out->numbers[at][i] = out->numbers[c][i] * out->numbers[c][i];
    at++;
  }
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const sampan_column *numerator = batch->columns[0], *denominator = batch->columns[1];
  const int only_positive = shape->statistics[0].unit != SAMPAN_UNIT_RATIO;
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++)
    out->in[w] = numerator->present[w] & denominator->present[w]; /* R1 */
  int32_t status = score_column(call, denominator, batch->n_records, out->in, only_positive,
                                out->bits[X], out->numbers[X]);
  if (status < 0) return status;
  status = score_column(call, numerator, batch->n_records, out->in, only_positive, out->bits[Y],
                        out->numbers[Y]);
  if (status < 0) return status;
  score_products(shape, batch->n_records, out);
  return SAMPAN_OK;
}

/* sum w (y - r x)^2, 0 where it is nothing but rounding. */
static double residuals(const sampan_shape *shape, const double *total, double r) {
  uint32_t at = SQUARES;
  const double xx = shape->components[X].type == SAMPAN_BIT ? total[X] : total[at++];
  const double yy = shape->components[Y].type == SAMPAN_BIT ? total[Y] : total[at];
  const double sum = yy - 2 * r * total[XY] + r * r * xx;
  return sum > 16 * DBL_EPSILON * (yy + r * r * xx) ? sum : 0;
}

/* The records of positive weight: the sample that the element variance comes from. A host older
 * than the field gives all records. */
static double sample_size(const sampan_totals *totals) {
  const size_t covered = offsetof(sampan_totals, n_positive) + sizeof totals->n_positive;
  return (double)(totals->struct_size >= covered ? totals->n_positive : totals->n_records);
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const double per = shape->statistics[0].per;
  const double denominator = totals->total[X];
  const double n = sample_size(totals);
  (void)call;
  for (uint32_t i = 0; i < shape->n_components; i++) out->gradient[i] = 0;
  out->value[0] = out->element_variance[0] = NAN;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1 || denominator == 0 || !isfinite(denominator))
    return SAMPAN_OK; /* R4 */
  const double r = totals->total[Y] / denominator;
  out->value[0] = per * r;
  out->gradient[X] = -out->value[0] / denominator;
  out->gradient[Y] = per / denominator;
  if (n > 1) /* R6 */
    out->element_variance[0] = per / denominator * (per / denominator) * totals->weight *
                               residuals(shape, totals->total, r) * n / (n - 1);
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = 2,
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "ratio",
    .version = "1.0.0",
    .label_en = "Ratio or rate",
    .label_zh = "比或率",
    .summary_en =
        "The weighted total of the numerator over that of the denominator; records where "
        "either is missing are outside the domain.",
    .summary_zh = "分子的加权合计除以分母的加权合计；任一缺失的记录视为域外。",
    .formula = "R = per * sum(w y) / sum(w x)",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 6.4",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("ratio", "GPL-3.0-or-later", &plugin);
