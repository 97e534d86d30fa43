/* twice.c - a module with two plugins of one name. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("twice")};
SAMPAN_MODULE("twice", "none", &plugin, &plugin);
