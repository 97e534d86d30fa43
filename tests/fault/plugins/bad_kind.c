/* bad_kind.c - a plugin of a kind that does not exist. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("bad_kind"), .kind = 9};
SAMPAN_MODULE("bad_kind", "none", &plugin);
