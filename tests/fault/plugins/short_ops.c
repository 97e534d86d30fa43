/* Ops that end before their functions. */
#include <stddef.h>

#include "fault.h"

static const sampan_interval_ops ops = {.struct_size = offsetof(sampan_interval_ops, limits),
                                        .units = 1U << SAMPAN_UNIT_PROPORTION,
                                        .limits = fault_limits};
static const sampan_plugin plugin = {FAULT_PLUGIN("short_ops"), .ops = &ops};
SAMPAN_MODULE("short_ops", "none", &plugin);
