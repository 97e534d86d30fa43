/* short_module.c - a module of a struct that is too short. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("short_module")};
static const sampan_plugin *const plugins[] = {&plugin};
SAMPAN_EXPORT extern const sampan_module sampan_module_v1;
SAMPAN_EXPORT const sampan_module sampan_module_v1 = {
    SAMPAN_ABI_MAGIC, 8, SAMPAN_ABI_MAJOR, SAMPAN_ABI_MINOR, 1, "short_module", "none", plugins};
