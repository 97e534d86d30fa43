/* split.c - which variants of the splitter this machine can run. Asked anew for each call: the
 * answer is a few flags that the compiler's run-time keeps. */
#include <stddef.h>

#include "split.h"

const dsv_machine *dsv_machine_at(uint32_t i) {
  const dsv_machine *found[3] = {NULL, NULL, NULL};
  uint32_t n = 0;
#ifdef DSV_X86
  const int carryless = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt") &&
                        __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const int avx2 = carryless && __builtin_cpu_supports("avx2");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2")) {
    found[n++] = &dsv_avx512;
  }
  if (avx2) found[n++] = &dsv_avx2;
#endif
#ifdef DSV_NEON
  found[n++] = &dsv_neon;
#endif
  found[n++] = &dsv_portable;
  return i < n ? found[i] : NULL;
}
