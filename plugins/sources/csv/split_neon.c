/* split_neon.c - the splitter by NEON, of 64-bit ARM. */
#include "split.h"

#ifdef DSV_NEON
#include <arm_neon.h>

#define TARGET
#define SPLIT split_neon
#define COUNT count_neon

typedef uint8x16x4_t lanes;
typedef uint8x16_t wanted;
typedef uint8x16_t kept;

static inline lanes load(const char *p) {
  const uint8_t *q = (const uint8_t *)p;
  const lanes x = {{vld1q_u8(q), vld1q_u8(q + 16), vld1q_u8(q + 32), vld1q_u8(q + 48)}};
  return x;
}

static inline wanted want(char c) {
  return vdupq_n_u8((uint8_t)c);
}

static inline uint64_t equal(lanes x, wanted w) {
  static const uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t bits = vld1q_u8(bit);
  const uint8x16_t a = vandq_u8(vceqq_u8(x.val[0], w), bits);
  const uint8x16_t b = vandq_u8(vceqq_u8(x.val[1], w), bits);
  const uint8x16_t c = vandq_u8(vceqq_u8(x.val[2], w), bits);
  const uint8x16_t d = vandq_u8(vceqq_u8(x.val[3], w), bits);
  const uint8x16_t sum = vpaddq_u8(vpaddq_u8(a, b), vpaddq_u8(c, d));
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

static inline kept full(void) {
  return vdupq_n_u8(255);
}

static inline kept empty(void) {
  return vdupq_n_u8(0);
}

static inline kept least(kept k, lanes x) {
  const uint8x16_t half = vminq_u8(x.val[0], x.val[1]);
  return vminq_u8(k, vminq_u8(half, vminq_u8(x.val[2], x.val[3])));
}

static inline kept either(kept k, lanes x) {
  const uint8x16_t half = vorrq_u8(x.val[0], x.val[1]);
  return vorrq_u8(k, vorrq_u8(half, vorrq_u8(x.val[2], x.val[3])));
}

static inline uint64_t any_zero(kept k) {
  return vminvq_u8(k) == 0;
}

static inline uint64_t any_high(kept k) {
  return vmaxvq_u8(k) >> 7;
}

static inline uint64_t parity(uint64_t bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

static inline uint32_t *emit(uint32_t *out, uint64_t bits, uint32_t base) {
  for (; bits != 0; bits &= bits - 1) *out++ = base + (uint32_t)__builtin_ctzll(bits);
  return out;
}

#include "split_body.h"

const dsv_machine dsv_neon = {"neon", split_neon, count_neon, &dsv_digits_portable,
                              dsv_utf8_portable};
#else
typedef int split_neon_is_for_other_machines;
#endif
