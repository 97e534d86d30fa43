/* bad_utf8.c - a plugin whose summary is no UTF-8. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("bad_utf8"), .summary_en = "caf\xe9"};
SAMPAN_MODULE("bad_utf8", "none", &plugin);
