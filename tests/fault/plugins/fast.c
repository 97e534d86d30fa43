/* fast.c - turns denormal numbers off when it is loaded, as an object built with -Ofast does. */
#include "fault.h"

#if defined(__SSE2__)
#include <xmmintrin.h>
static void hurry(void) __attribute__((constructor));
static void hurry(void) {
  _mm_setcsr(_mm_getcsr() | 0x8040U); /* flush to zero, denormals are zero */
}
#endif

static const sampan_plugin plugin = {FAULT_PLUGIN("fast")};
SAMPAN_MODULE("fast", "none", &plugin);
