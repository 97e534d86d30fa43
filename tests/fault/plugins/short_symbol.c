/* short_symbol.c - exports four bytes by the name of the module. */
#include "fault.h"

SAMPAN_EXPORT extern const uint32_t sampan_module_v1;
SAMPAN_EXPORT const uint32_t sampan_module_v1 = SAMPAN_ABI_MAGIC;
SAMPAN_EXPORT uint32_t fault_size(void);
SAMPAN_EXPORT uint32_t fault_size(void) {
  return fault_ops.struct_size;
}
