/* missing_symbol.c - needs a function that nobody has: RTLD_NOW finds it at loading. */
#include "fault.h"

int32_t fault_that_nobody_has(const sampan_call *call, const sampan_interval_in *in,
                              sampan_interval_out *out);
static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  return fault_that_nobody_has(call, in, out) + fault_limits(call, in, out);
}
static const sampan_interval_ops ops = {sizeof ops, 1U << SAMPAN_UNIT_PROPORTION, limits};
static const sampan_plugin plugin = {FAULT_PLUGIN("missing_symbol"), .ops = &ops};
SAMPAN_MODULE("missing_symbol", "none", &plugin);
