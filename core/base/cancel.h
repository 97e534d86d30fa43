/* cancel.h - the flag that ends a run: set by a signal handler, read by every thread. */
#ifndef SP_BASE_CANCEL_H
#define SP_BASE_CANCEL_H

#include <stddef.h>
#include <stdint.h>

/* NULL: never. Atomic, as a signal may be handled by any thread. */
static inline int32_t sp_cancelled(const volatile int *flag) {
  return flag != NULL && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0;
}

static inline void sp_cancel(volatile int *flag) {
  __atomic_store_n(flag, 1, __ATOMIC_RELAXED);
}

#endif
