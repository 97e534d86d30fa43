/* no_ops.c - a plugin without functions. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("no_ops"), .ops = NULL};
SAMPAN_MODULE("no_ops", "none", &plugin);
