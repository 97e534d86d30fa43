/* short_plugin.c - a plugin of a struct that is too short. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("short_plugin"), .struct_size = 16};
SAMPAN_MODULE("short_plugin", "none", &plugin);
