/* lawless_reads.c - estimators of several reads that each break one law, for the tests of `sampan
 * check`. The summary of each says which. Never installed. */
#include <math.h>
#include <sampan/plugin.h>

/* The mean in two reads: the first gives a centre, the second the sum of the distances to it. The
 * statistic `spread` is the second moment about the centre. */
enum { ONE = 0, FIRST = 1, SECOND = 2, N_TOTALS = 3 };

static const sampan_role reads_roles[] = {{"of", SAMPAN_NUMBER, 0, "the number", "数值"}};
static const sampan_component reads_components[] = {
    {SAMPAN_ONE, 0}, {SAMPAN_F64, 0}, {SAMPAN_F64, 0}};
static const sampan_statistic reads_statistics[] = {
    {.name = "mean", .lower = -HUGE_VAL, .upper = HUGE_VAL, .per = 1}};

static int32_t reads_bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)call;
  (void)columns;
  out->n_components = N_TOTALS;
  out->components = reads_components;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = reads_statistics;
  out->n_state = 1;
  return SAMPAN_OK;
}

static int32_t reads_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  const sampan_column *of = batch->columns[0];
  (void)call;
  (void)shape;
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) out->in[w] = of->present[w];
  for (int64_t i = 0; i < batch->n_records; i++) {
    const int is_later = batch->memory != NULL && batch->group[i] != UINT32_MAX;
    const double d = of->number[i] - (is_later ? batch->memory[batch->group[i]]->state[0] : 0);
    out->numbers[FIRST][i] = d;
    out->numbers[SECOND][i] = d * d;
  }
  return SAMPAN_OK;
}

static int32_t reads_advance(const sampan_call *call, const sampan_shape *shape,
                             const sampan_totals *totals, double *state) {
  (void)call;
  (void)shape;
  if (totals->read > 0 || !(totals->total[ONE] > 0)) return SAMPAN_END;
  state[0] = totals->total[FIRST] / totals->total[ONE];
  return SAMPAN_OK;
}

static int32_t reads_value(const sampan_call *call, const sampan_shape *shape,
                           const sampan_totals *totals, const sampan_estimates *out) {
  const double *t = totals->total;
  (void)call;
  (void)shape;
  out->value[0] = out->element_variance[0] = NAN;
  for (int i = 0; i < N_TOTALS; i++) out->gradient[i] = 0;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->read == 0 || !(t[ONE] > 0)) return SAMPAN_OK;
  out->value[0] = totals->state[0] + t[FIRST] / t[ONE];
  out->gradient[ONE] = -t[FIRST] / t[ONE] / t[ONE];
  out->gradient[FIRST] = 1 / t[ONE];
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

/* ---- one thing wrong ----------------------------------------------------------------------- */

/* The gradient is that of the value, but the centre, which the weights move too, is left out. */
static int32_t forgets_value(const sampan_call *call, const sampan_shape *shape,
                             const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = reads_value(call, shape, totals, out);
  if (out->status[0] != SAMPAN_ESTIMABLE) return status;
  out->value[0] += totals->state[0];
  return status;
}

static int32_t slope_value(const sampan_call *call, const sampan_shape *shape,
                           const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = reads_value(call, shape, totals, out);
  out->gradient[FIRST] *= 1.01;
  return status;
}

static int32_t spends_value(const sampan_call *call, const sampan_shape *shape,
                            const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = reads_value(call, shape, totals, out);
  out->df_spent[0] = NAN;
  return status;
}

static int32_t negative_value(const sampan_call *call, const sampan_shape *shape,
                              const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = reads_value(call, shape, totals, out);
  out->model_variance[0] = -1;
  return status;
}

/* Its inner value has no way back. */
static int32_t inner_value(const sampan_call *call, const sampan_shape *shape,
                           const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = reads_value(call, shape, totals, out);
  if (out->status[0] == SAMPAN_ESTIMABLE) out->inner[0] = 0.5;
  return status;
}

static int32_t wave_back(const sampan_call *call, const sampan_shape *shape,
                         const sampan_totals *totals, uint32_t statistic, double x, double *out) {
  (void)call;
  (void)shape;
  (void)statistic;
  *out = totals->state[0] + sin(20 * x);
  return SAMPAN_OK;
}

static int32_t far_back(const sampan_call *call, const sampan_shape *shape,
                        const sampan_totals *totals, uint32_t statistic, double x, double *out) {
  (void)call;
  (void)shape;
  (void)statistic;
  *out = totals->state[0] + 1000 + x;
  return SAMPAN_OK;
}

static int32_t endless_advance(const sampan_call *call, const sampan_shape *shape,
                               const sampan_totals *totals, double *state) {
  const int32_t status = reads_advance(call, shape, totals, state);
  return status == SAMPAN_END ? SAMPAN_OK : status;
}

static int32_t wide_advance(const sampan_call *call, const sampan_shape *shape,
                            const sampan_totals *totals, double *state) {
  state[shape->n_state] = 1;
  return reads_advance(call, shape, totals, state);
}

static int64_t reads_calls;

static int32_t counts_advance(const sampan_call *call, const sampan_shape *shape,
                              const sampan_totals *totals, double *state) {
  const int32_t status = reads_advance(call, shape, totals, state);
  if (status == SAMPAN_OK) state[0] += (double)reads_calls++;
  return status;
}

/* In later reads it takes the state of the first record's group for all. */
static int32_t first_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  const int32_t status = reads_score(call, shape, batch, out);
  if (!batch->memory || batch->n_records < 1 || batch->group[0] == UINT32_MAX) return status;
  for (int64_t i = 0; i < batch->n_records; i++)
    out->numbers[FIRST][i] =
        batch->columns[0]->number[i] - batch->memory[batch->group[0]]->state[0];
  return status;
}

/* Later reads refuse what the first took. */
static int32_t refuses_score(const sampan_call *call, const sampan_shape *shape,
                             const sampan_batch *batch, const sampan_scores *out) {
  if (batch->read > 0) return sampan_fail(call, SAMPAN_E_DATA, "no");
  return reads_score(call, shape, batch, out);
}

/* A tally of which nothing can be known: there is one read. */
static int32_t tally_bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  static const sampan_component components[] = {
      {SAMPAN_ONE, 0}, {SAMPAN_F64, 0}, {SAMPAN_TALLY, 0}};
  const int32_t status = reads_bind(call, columns, out);
  out->components = components;
  return status;
}

#define READS_ESTIMATOR(id, name_text, bind_fn, score_fn, value_fn, advance_fn, back_fn, text) \
  static const sampan_estimator_ops id##_ops = {.struct_size = sizeof id##_ops,                \
                                                .n_roles = 1,                                  \
                                                .roles = reads_roles,                          \
                                                .bind = bind_fn,                               \
                                                .score = score_fn,                             \
                                                .value = value_fn,                             \
                                                .advance = advance_fn,                         \
                                                .back = back_fn};                              \
  static const sampan_plugin id##_plugin = {.struct_size = sizeof id##_plugin,                 \
                                            .kind = SAMPAN_ESTIMATOR,                          \
                                            .name = name_text,                                 \
                                            .version = "1",                                    \
                                            .label_en = name_text,                             \
                                            .label_zh = "违规插件",                            \
                                            .summary_en = text,                                \
                                            .summary_zh = "违规插件",                          \
                                            .formula = "sum(w y) / sum(w)",                    \
                                            .reference = "",                                   \
                                            .ops = &id##_ops}

READS_ESTIMATOR(lawful, "lawful-reads", reads_bind, reads_score, reads_value, reads_advance, NULL,
                "Breaks nothing.");
READS_ESTIMATOR(forgets, "forgets", reads_bind, reads_score, forgets_value, reads_advance, NULL,
                "Its error forgets the first read.");
READS_ESTIMATOR(slope, "slope", reads_bind, reads_score, slope_value, reads_advance, NULL,
                "A wrong gradient.");
READS_ESTIMATOR(spends, "spends", reads_bind, reads_score, spends_value, reads_advance, NULL,
                "Spends NaN degrees of freedom.");
READS_ESTIMATOR(negative, "negative", reads_bind, reads_score, negative_value, reads_advance, NULL,
                "A negative variance.");
READS_ESTIMATOR(inner, "inner", reads_bind, reads_score, inner_value, reads_advance, NULL,
                "An inner value, and no way back.");
READS_ESTIMATOR(wave, "wave", reads_bind, reads_score, inner_value, reads_advance, wave_back,
                "Goes back up and down.");
READS_ESTIMATOR(far, "far", reads_bind, reads_score, inner_value, reads_advance, far_back,
                "Goes back to somewhere else.");
READS_ESTIMATOR(endless, "endless", reads_bind, reads_score, reads_value, endless_advance, NULL,
                "Never settles.");
READS_ESTIMATOR(wide, "wide", reads_bind, reads_score, reads_value, wide_advance, NULL,
                "Writes past its state.");
READS_ESTIMATOR(counts, "counts", reads_bind, reads_score, reads_value, counts_advance, NULL,
                "Counts its calls.");
READS_ESTIMATOR(first, "first", reads_bind, first_score, reads_value, reads_advance, NULL,
                "Takes the first group for all.");
READS_ESTIMATOR(refuses, "refuses", reads_bind, refuses_score, reads_value, reads_advance, NULL,
                "Refuses in the second read what it took in the first.");
READS_ESTIMATOR(tally, "tally", tally_bind, reads_score, reads_value, NULL, NULL,
                "Tallies for no one.");

SAMPAN_MODULE("lawless_reads", "GPL-3.0-or-later", &lawful_plugin, &forgets_plugin, &slope_plugin,
              &spends_plugin, &negative_plugin, &inner_plugin, &wave_plugin, &far_plugin,
              &endless_plugin, &wide_plugin, &counts_plugin, &first_plugin, &refuses_plugin,
              &tally_plugin);
