/* powers.c - powers of five that 64 bits hold. */
#include "base/powers.h"

uint64_t sp_power_of_5(int32_t k) {
  static const uint64_t powers[SP_MOST_POWER_OF_5 + 1] = {UINT64_C(1),
                                                          UINT64_C(5),
                                                          UINT64_C(25),
                                                          UINT64_C(125),
                                                          UINT64_C(625),
                                                          UINT64_C(3125),
                                                          UINT64_C(15625),
                                                          UINT64_C(78125),
                                                          UINT64_C(390625),
                                                          UINT64_C(1953125),
                                                          UINT64_C(9765625),
                                                          UINT64_C(48828125),
                                                          UINT64_C(244140625),
                                                          UINT64_C(1220703125),
                                                          UINT64_C(6103515625),
                                                          UINT64_C(30517578125),
                                                          UINT64_C(152587890625),
                                                          UINT64_C(762939453125),
                                                          UINT64_C(3814697265625),
                                                          UINT64_C(19073486328125),
                                                          UINT64_C(95367431640625),
                                                          UINT64_C(476837158203125),
                                                          UINT64_C(2384185791015625),
                                                          UINT64_C(11920928955078125),
                                                          UINT64_C(59604644775390625),
                                                          UINT64_C(298023223876953125),
                                                          UINT64_C(1490116119384765625),
                                                          UINT64_C(7450580596923828125)};
  return powers[k];
}
