/* old_all.c - an estimator, an interval and a comparison as ABI 1.0 had them: not broken. Their ops
 * end where 1.0 ends; what lies behind them traps or asks for what they cannot do, so that a host
 * that looks there is seen. */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static int32_t beyond(void) {
  __builtin_trap();
}

/* ---- the structs of 1.0, and what lies behind them ----------------------------------------- */

typedef struct old_estimator_ops {
  uint32_t struct_size, n_roles;
  const sampan_role *roles;
  int32_t (*bind)(const sampan_call *, const sampan_batch *, sampan_shape *);
  int32_t (*score)(const sampan_call *, const sampan_shape *, const sampan_batch *,
                   const sampan_scores *);
  int32_t (*value)(const sampan_call *, const sampan_shape *, const sampan_totals *,
                   const sampan_estimates *);
  int32_t (*beyond[4])(void);
} old_estimator_ops;

typedef struct old_interval_ops {
  uint32_t struct_size, units;
  int32_t (*limits)(const sampan_call *, const sampan_interval_in *, sampan_interval_out *);
  uint32_t beyond[4];
} old_interval_ops;

typedef struct old_comparison_ops {
  uint32_t struct_size, minimum, maximum, n_findings;
  int32_t (*compare)(const sampan_call *, const sampan_compared *, sampan_finding *);
  uint32_t beyond[4];
} old_comparison_ops;

/* ---- a share ------------------------------------------------------------------------------- */

static const sampan_role roles[] = {{"of", SAMPAN_TRUTH, 0, "the event", "事件"}};
static const sampan_component components[] = {{SAMPAN_ONE, 0}, {SAMPAN_BIT, SAMPAN_EVENTS}};
static const sampan_statistic statistics[] = {
    {.name = "share", .unit = SAMPAN_UNIT_PROPORTION, .lower = 0, .upper = 1, .per = 1}};

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

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  (void)call;
  (void)shape;
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) {
    out->in[w] = batch->columns[0]->present[w];
    out->bits[1][w] = batch->columns[0]->truth[w];
  }
  return SAMPAN_OK;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
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

static const old_estimator_ops estimator_ops = {.struct_size = offsetof(old_estimator_ops, beyond),
                                                .n_roles = 1,
                                                .roles = roles,
                                                .bind = bind,
                                                .score = score,
                                                .value = value,
                                                .beyond = {beyond, beyond, beyond, beyond}};

/* ---- one standard error to either side ------------------------------------------------------- */

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  (void)call;
  out->status = SAMPAN_LIMITS_OK;
  out->lower = fmax(in->estimate - in->std_error, in->lower_bound);
  out->upper = fmin(in->estimate + in->std_error, in->upper_bound);
  if (isfinite(in->estimate) && isfinite(in->std_error)) return SAMPAN_OK;
  out->status = SAMPAN_LIMITS_NONE;
  snprintf(out->why, sizeof out->why, "no standard error");
  return SAMPAN_OK;
}

static const old_interval_ops interval_ops = {.struct_size = offsetof(old_interval_ops, beyond),
                                              .units = 1U << SAMPAN_UNIT_PROPORTION,
                                              .limits = limits,
                                              .beyond = {~0U, ~0U, ~0U, ~0U}};

/* ---- a difference ---------------------------------------------------------------------------- */

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  (void)call;
  out[0].statistic = "difference";
  out[0].estimate = in->estimate[1] - in->estimate[0];
  out[0].std_error = sqrt(in->covariance[0] + in->covariance[3] - 2 * in->covariance[1]);
  return SAMPAN_OK;
}

static const old_comparison_ops comparison_ops = {
    .struct_size = offsetof(old_comparison_ops, beyond),
    .minimum = 2,
    .maximum = 2,
    .n_findings = 1,
    .compare = compare,
    .beyond = {~0U, ~0U, ~0U, ~0U}};

#define OLD_PLUGIN(id, name_text, kind_number)                                 \
  static const sampan_plugin id##_plugin = {.struct_size = sizeof id##_plugin, \
                                            .kind = kind_number,               \
                                            .name = name_text,                 \
                                            .version = "1",                    \
                                            .label_en = "Old",                 \
                                            .label_zh = "旧",                  \
                                            .summary_en = "As 1.0 had it.",    \
                                            .summary_zh = "1.0 版。",          \
                                            .formula = "p",                    \
                                            .reference = "none",               \
                                            .ops = &id##_ops}
OLD_PLUGIN(estimator, "old-share", SAMPAN_ESTIMATOR);
OLD_PLUGIN(interval, "old-one-error", SAMPAN_INTERVAL);
OLD_PLUGIN(comparison, "old-difference", SAMPAN_COMPARISON);

static const sampan_plugin *const plugins[] = {&estimator_plugin, &interval_plugin,
                                               &comparison_plugin};
SAMPAN_EXPORT extern const sampan_module sampan_module_v1;
SAMPAN_EXPORT const sampan_module sampan_module_v1 = {
    SAMPAN_ABI_MAGIC, sizeof(sampan_module), 1, 0, 3, "old_all", "none", plugins};
