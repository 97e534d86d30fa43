/* null_text.c - a plugin without a label. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("null_text"), .label_zh = NULL};
SAMPAN_MODULE("null_text", "none", &plugin);
