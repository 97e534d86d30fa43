/* split_portable.c - the splitter in plain C: eight bytes a word, eight words a block. */
#include "split.h"
#include "word.h"

#define TARGET
#define SPLIT split_portable
#define COUNT count_portable

#define ONES UINT64_C(0x0101010101010101)
#define LOW7 UINT64_C(0x7F7F7F7F7F7F7F7F)
#define HIGH UINT64_C(0x8080808080808080)

typedef struct lanes {
  uint64_t word[8];
} lanes;
typedef uint64_t wanted;
typedef uint64_t kept;

static inline lanes load(const char *p) {
  lanes x;
  for (int i = 0; i < 8; i++) x.word[i] = dsv_word(p + 8 * i);
  return x;
}

static inline wanted want(char c) {
  return ONES * (unsigned char)c;
}

/* The high bit of every byte that is 0, and of no other one. */
static inline uint64_t zero_bytes(uint64_t x) {
  return ~(((x & LOW7) + LOW7) | x) & HIGH;
}

static inline uint64_t equal(lanes x, wanted w) {
  uint64_t bits = 0;
  for (int i = 0; i < 8; i++) {
    const uint64_t found = zero_bytes(x.word[i] ^ w) >> 7;
    bits |= (found * UINT64_C(0x0102040810204080)) >> 56 << (8 * i);
  }
  return bits;
}

static inline kept full(void) {
  return ~UINT64_C(0);
}

static inline kept empty(void) {
  return 0;
}

/* Of the blocks with a zero byte it keeps 0, of the others something else. */
static inline kept least(kept k, lanes x) {
  uint64_t zero = 0;
  for (int i = 0; i < 8; i++) zero |= zero_bytes(x.word[i]);
  return zero != 0 ? 0 : k;
}

static inline kept either(kept k, lanes x) {
  for (int i = 0; i < 8; i++) k |= x.word[i];
  return k;
}

static inline uint64_t any_zero(kept k) {
  return k == 0;
}

static inline uint64_t any_high(kept k) {
  return k & HIGH;
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

const dsv_machine dsv_portable = {"portable", split_portable, count_portable, &dsv_digits_portable,
                                  dsv_utf8_portable};
