/* next_minor.c - a module for the next minor version of the ABI. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("next_minor")};
static const sampan_plugin *const plugins[] = {&plugin};
SAMPAN_EXPORT extern const sampan_module sampan_module_v1;
SAMPAN_EXPORT const sampan_module sampan_module_v1 = {SAMPAN_ABI_MAGIC,
                                                      sizeof(sampan_module),
                                                      SAMPAN_ABI_MAJOR,
                                                      SAMPAN_ABI_MINOR + 1,
                                                      1,
                                                      "next_minor",
                                                      "none",
                                                      plugins};
