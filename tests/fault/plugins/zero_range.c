/* zero_range.c - a number whose author forgot the limits: it could be 0 alone. */
#include "fault.h"

static const sampan_param params[] = {{"size", SAMPAN_P_NUMBER, 0, NULL, NULL, 0, 0, "en", "zh"}};
static const sampan_plugin plugin = {FAULT_PLUGIN("zero_range"), .params = params, .n_params = 1};
SAMPAN_MODULE("zero_range", "none", &plugin);
