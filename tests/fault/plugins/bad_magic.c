/* bad_magic.c - a module with another magic number. */
#include "fault.h"

static const sampan_plugin plugin = {FAULT_PLUGIN("bad_magic")};
static const sampan_plugin *const plugins[] = {&plugin};
SAMPAN_EXPORT extern const sampan_module sampan_module_v1;
SAMPAN_EXPORT const sampan_module sampan_module_v1 = {SAMPAN_ABI_MAGIC + 1,
                                                      sizeof(sampan_module),
                                                      SAMPAN_ABI_MAJOR,
                                                      SAMPAN_ABI_MINOR,
                                                      1,
                                                      "bad_magic",
                                                      "none",
                                                      plugins};
