/* lawless.c - plugins that each break one law, for the tests of `sampan check`. The summary of each
 * says which. Never installed. */
#include <fenv.h>
#include <math.h>
#include <sampan/plugin.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- estimators: a prevalence with one thing wrong ----------------------------------------- */

static const sampan_role lawless_roles[] = {{"of", SAMPAN_TRUTH, 0, "the event", "事件"}};
static const sampan_component lawless_components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};
static const sampan_statistic lawless_statistics[] = {
    {.name = "share", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

static int32_t lawless_bind(const sampan_call *call, const sampan_batch *columns,
                            sampan_shape *out) {
  (void)call;
  (void)columns;
  out->n_components = 2;
  out->components = lawless_components;
  out->n_cells = 1;
  out->n_statistics = 1;
  out->statistics = lawless_statistics;
  return SAMPAN_OK;
}

static int32_t lawless_score(const sampan_call *call, const sampan_shape *shape,
                             const sampan_batch *batch, const sampan_scores *out) {
  (void)call;
  (void)shape;
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) {
    out->in[w] = batch->columns[0]->present[w];
    out->bits[1][w] = batch->columns[0]->truth[w];
  }
  return SAMPAN_OK;
}

static int32_t lawless_value(const sampan_call *call, const sampan_shape *shape,
                             const sampan_totals *totals, const sampan_estimates *out) {
  (void)call;
  (void)shape;
  out->value[0] = out->element_variance[0] = NAN;
  out->gradient[0] = out->gradient[1] = 0;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (!(totals->total[0] > 0)) return SAMPAN_OK;
  out->value[0] = totals->total[1] / totals->total[0];
  out->gradient[0] = -out->value[0] / totals->total[0];
  out->gradient[1] = 1 / totals->total[0];
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

static int32_t gradient_value(const sampan_call *call, const sampan_shape *shape,
                              const sampan_totals *totals, const sampan_estimates *out) {
  const int32_t status = lawless_value(call, shape, totals, out);
  out->gradient[0] *= 1.001;
  return status;
}

static int32_t beyond_score(const sampan_call *call, const sampan_shape *shape,
                            const sampan_batch *batch, const sampan_scores *out) {
  const int32_t status = lawless_score(call, shape, batch, out);
  out->bits[1][sampan_words(batch->n_records)] = 0;
  return status;
}

static int64_t lawless_calls;

static int32_t state_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  const int32_t status = lawless_score(call, shape, batch, out);
  if (batch->n_records > 0 && lawless_calls++ % 2 == 1) sampan_set_bit(out->in, 0, 0);
  return status;
}

static int32_t input_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  const int32_t status = lawless_score(call, shape, batch, out);
  if (batch->n_records > 0) ((uint64_t *)batch->columns[0]->truth)[0] ^= 1U;
  return status;
}

static int32_t missing_score(const sampan_call *call, const sampan_shape *shape,
                             const sampan_batch *batch, const sampan_scores *out) {
  const int32_t status = lawless_score(call, shape, batch, out);
  memset(out->in, 0xff, (size_t)sampan_words(batch->n_records) * 8);
  return status;
}

static int32_t crash_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  if (batch->n_records == 0) __builtin_trap();
  return lawless_score(call, shape, batch, out);
}

static int32_t exit_score(const sampan_call *call, const sampan_shape *shape,
                          const sampan_batch *batch, const sampan_scores *out) {
  if (batch->n_records == 7) _exit(3);
  return lawless_score(call, shape, batch, out);
}

static int32_t rounding_score(const sampan_call *call, const sampan_shape *shape,
                              const sampan_batch *batch, const sampan_scores *out) {
  fesetround(FE_UPWARD);
  return lawless_score(call, shape, batch, out);
}

static int32_t print_score(const sampan_call *call, const sampan_shape *shape,
                           const sampan_batch *batch, const sampan_scores *out) {
  if (write(2, "hello\n", 6) < 0) return SAMPAN_E_IO;
  return lawless_score(call, shape, batch, out);
}

#define LAWLESS_ESTIMATOR(id, name_text, score_fn, value_fn, text)              \
  static const sampan_estimator_ops id##_ops = {.struct_size = sizeof id##_ops, \
                                                .n_roles = 1,                   \
                                                .roles = lawless_roles,         \
                                                .bind = lawless_bind,           \
                                                .score = score_fn,              \
                                                .value = value_fn};             \
  LAWLESS_PLUGIN(id, name_text, SAMPAN_ESTIMATOR, text)

#define LAWLESS_PLUGIN(id, name_text, kind_number, text)                       \
  static const sampan_plugin id##_plugin = {.struct_size = sizeof id##_plugin, \
                                            .kind = kind_number,               \
                                            .name = name_text,                 \
                                            .version = "1",                    \
                                            .label_en = name_text,             \
                                            .label_zh = "违规插件",            \
                                            .summary_en = text,                \
                                            .summary_zh = "违规插件",          \
                                            .formula = "p",                    \
                                            .reference = "",                   \
                                            .ops = &id##_ops}

LAWLESS_ESTIMATOR(lawful, "lawful", lawless_score, lawless_value, "Breaks nothing.");
LAWLESS_ESTIMATOR(gradient, "gradient", lawless_score, gradient_value, "A wrong gradient.");
LAWLESS_ESTIMATOR(beyond, "beyond", beyond_score, lawless_value, "Writes past its array.");
LAWLESS_ESTIMATOR(state, "state", state_score, lawless_value, "Remembers its calls.");
LAWLESS_ESTIMATOR(input, "input", input_score, lawless_value, "Changes its input.");
LAWLESS_ESTIMATOR(missing, "missing", missing_score, lawless_value, "Takes missing for no.");
LAWLESS_ESTIMATOR(crash, "crash", crash_score, lawless_value, "Crashes without records.");
LAWLESS_ESTIMATOR(exits, "exits", exit_score, lawless_value, "Ends the process.");
LAWLESS_ESTIMATOR(rounding, "rounding", rounding_score, lawless_value, "Rounds another way.");
LAWLESS_ESTIMATOR(prints, "prints", print_score, lawless_value, "Prints.");

/* ---- an interval that is too narrow where the level rises ---------------------------------- */

static int32_t narrow_limits(const sampan_call *call, const sampan_interval_in *in,
                             sampan_interval_out *out) {
  (void)call;
  out->lower = in->estimate - in->std_error * (1 - in->level);
  out->upper = in->estimate + in->std_error * (1 - in->level);
  return SAMPAN_OK;
}

static const sampan_interval_ops narrow_ops = {.struct_size = sizeof narrow_ops,
                                               .units = 1U << SAMPAN_UNIT_PROPORTION,
                                               .limits = narrow_limits};
LAWLESS_PLUGIN(narrow, "narrow", SAMPAN_INTERVAL, "Narrows with the level, and gives NaN.");

/* ---- a comparison whose p-value is none ---------------------------------------------------- */

static int32_t certain_compare(const sampan_call *call, const sampan_compared *in,
                               sampan_finding *out) {
  (void)call;
  out[0].statistic = "difference";
  out[0].estimate = in->estimate[1] - in->estimate[0];
  out[0].p_value = 1.5;
  return SAMPAN_OK;
}

static const sampan_comparison_ops certain_ops = {.struct_size = sizeof certain_ops,
                                                  .minimum = 2,
                                                  .maximum = 2,
                                                  .n_findings = 1,
                                                  .compare = certain_compare};
LAWLESS_PLUGIN(certain, "certain", SAMPAN_COMPARISON, "Gives a p-value of 1.5.");

/* ---- a writer that escapes nothing and ignores failures ------------------------------------ */

static int32_t raw_results(const sampan_call *call, const struct sampan_results *results,
                           const sampan_output *out) {
  (void)out->write(out->data, "<p>", 3, call->error);
  for (uint64_t i = 0; i < results->n_rows; i++) {
    const char *text = results->rows[i].indicator;
    (void)out->write(out->data, text, (int64_t)strlen(text), call->error);
  }
  return SAMPAN_OK;
}

static const sampan_writer_ops raw_ops = {
    .struct_size = sizeof raw_ops, .extensions = "html", .results = raw_results};
LAWLESS_PLUGIN(raw, "raw", SAMPAN_WRITER, "Escapes nothing and ignores failures.");

SAMPAN_MODULE("lawless", "GPL-3.0-or-later", &lawful_plugin, &gradient_plugin, &beyond_plugin,
              &state_plugin, &input_plugin, &missing_plugin, &crash_plugin, &exits_plugin,
              &rounding_plugin, &prints_plugin, &narrow_plugin, &certain_plugin, &raw_plugin);
