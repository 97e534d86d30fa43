/* bad_choice.c - a choice whose default is none of its choices. */
#include "fault.h"

static const sampan_param params[] = {{"size", SAMPAN_P_CHOICE, 0, "a|b", "c", 1, 0, "en", "zh"}};
static const sampan_plugin plugin = {FAULT_PLUGIN("bad_choice"), .params = params, .n_params = 1};
SAMPAN_MODULE("bad_choice", "none", &plugin);
