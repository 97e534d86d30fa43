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

#endif
