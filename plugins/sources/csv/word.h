/* word.h - eight bytes of text in a word, the first one lowest. Private to the plugin. */
#ifndef SAMPAN_CSV_WORD_H
#define SAMPAN_CSV_WORD_H

#include <stdint.h>
#include <string.h>

static inline uint64_t dsv_word(const char *p) {
  uint64_t w;
  memcpy(&w, p, sizeof w);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  w = __builtin_bswap64(w);
#endif
  return w;
}

/* The n (1 to 8) digits that begin a word; 0 if they are none. */
static inline int dsv_eight(uint64_t word, uint32_t n, uint64_t *out) {
  const uint64_t digits = (word ^ UINT64_C(0x3030303030303030)) << (64 - 8 * n);
  const uint64_t pairs = digits * 10 + (digits >> 8);
  /* Brings a byte above 9 to its high bit. */
  const uint64_t strange = (digits + UINT64_C(0x7676767676767676)) | digits;
  const uint64_t even = UINT64_C(0x000000FF000000FF);
  *out = (((pairs & even) * UINT64_C(0x000F424000000064)) +
          (((pairs >> 16) & even) * UINT64_C(0x0000271000000001))) >>
         32;
  return (strange & UINT64_C(0x8080808080808080)) == 0;
}

#endif
