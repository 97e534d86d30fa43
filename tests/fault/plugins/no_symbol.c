/* no_symbol.c - a shared object that is no plugin. */
#include "fault.h"

SAMPAN_EXPORT int32_t fault_something(void);
SAMPAN_EXPORT int32_t fault_something(void) {
  return (int32_t)fault_ops.struct_size;
}
