/* An interval as ABI 1.0 had it at first, before sampan_interval_ops had flags: not broken. */
#include <stddef.h>

#include "fault.h"

static const sampan_interval_ops ops = {.struct_size = offsetof(sampan_interval_ops, flags),
                                        .units = 1U << SAMPAN_UNIT_PROPORTION,
                                        .limits = fault_limits};
static const sampan_plugin plugin = {FAULT_PLUGIN("old_interval"), .ops = &ops};
SAMPAN_MODULE("old_interval", "none", &plugin);
