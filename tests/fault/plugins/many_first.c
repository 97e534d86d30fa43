/* many_first.c - an estimator whose first role of two takes many columns. */
#include "fault.h"

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  (void)columns;
  (void)out;
  return sampan_fail(call, SAMPAN_E_PLUGIN, "never called %u", fault_ops.struct_size);
}
static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  (void)shape;
  (void)batch;
  (void)out;
  return sampan_fail(call, SAMPAN_E_PLUGIN, "never called");
}
static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  (void)shape;
  (void)totals;
  (void)out;
  return sampan_fail(call, SAMPAN_E_PLUGIN, "never called");
}
static const sampan_role roles[] = {{"of", SAMPAN_NUMBER, SAMPAN_ROLE_MANY, "en", "zh"},
                                    {"age", SAMPAN_NUMBER, 0, "en", "zh"}};
static const sampan_estimator_ops ops = {sizeof ops, 2, roles, bind, score, value};
static const sampan_plugin plugin = {FAULT_PLUGIN("many_first"), .kind = SAMPAN_ESTIMATOR,
                                     .ops = &ops};
SAMPAN_MODULE("many_first", "none", &plugin);
