/* fault.h - a sound interval plugin, for the files here to break in one place each. */
#ifndef FAULT_H
#define FAULT_H

#include <sampan/plugin.h>

static inline int32_t fault_limits(const sampan_call *call, const sampan_interval_in *in,
                                   sampan_interval_out *out) {
  (void)call;
  out->status = SAMPAN_LIMITS_OK;
  out->lower = in->estimate;
  out->upper = in->estimate;
  return SAMPAN_OK;
}

static const sampan_interval_ops fault_ops = {sizeof(sampan_interval_ops),
                                              1U << SAMPAN_UNIT_PROPORTION, fault_limits};

/* The fields of a sampan_plugin; what follows in an initializer overrides them. */
#define FAULT_PLUGIN(plugin_name)                                                           \
  .struct_size = sizeof(sampan_plugin), .kind = SAMPAN_INTERVAL, .name = plugin_name,       \
  .version = "1", .label_en = "a test", .label_zh = "测试", .summary_en = "For the tests.", \
  .summary_zh = "测试用。", .formula = "x", .reference = "none", .ops = &fault_ops

#endif
