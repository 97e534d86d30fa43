/* other_name.c - a module that is named unlike its file. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("another")};
SAMPAN_MODULE("another", "none", &plugin);
