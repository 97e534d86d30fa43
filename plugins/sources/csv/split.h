/* split.h - where the fields of a text end: positions of the separators outside quotes, found 64
 * bytes at a time, and whether the quoting is strict. One variant a file for each kind of machine;
 * all give the same. Private to the plugin. */
#ifndef SAMPAN_CSV_SPLIT_H
#define SAMPAN_CSV_SPLIT_H

#include "digits.h"

/* What is carried from one block of 64 bytes to the next. Bits of single bytes are 0 or 1. */
typedef struct dsv_split {
  unsigned char delimiter;
  unsigned char quote; /* 0: fields are never quoted */
  uint64_t inside;     /* all ones within quotes, else 0 */
  uint64_t may_open;   /* a quote may stand here: a field begins, or a quote was closed before */
  uint64_t closed;     /* the byte before closes a quote */
  uint64_t cr;         /* the byte before is CR outside quotes */
  uint64_t bad;        /* not 0: a zero byte, a stray quote, text behind one, a CR alone */
  uint64_t high;       /* not 0: bytes above 0x7F, since the caller set it to 0 */
  uint64_t quotes;     /* not 0: quotes, since the caller set it to 0 */
  uint64_t n_lines;    /* line ends outside quotes */
} dsv_split;

/* Splits n bytes, a multiple of 64. Writes base + i for every byte i that is a separator, and
 * returns behind the last one; room for n + 64 positions is needed. */
typedef uint32_t *dsv_split_fn(dsv_split *s, const char *bytes, int64_t n, uint32_t base,
                               uint32_t *out);
/* How many of n bytes are c; 64 bytes behind them can be read. */
typedef int64_t dsv_count_fn(const char *bytes, int64_t n, unsigned char c);

/* Whether n bytes are whole UTF-8 characters. */
typedef int32_t dsv_utf8_fn(const char *bytes, int64_t n);

typedef struct dsv_machine {
  const char *name;
  dsv_split_fn *split;
  dsv_count_fn *count;
  const dsv_digits *digits;
  dsv_utf8_fn *is_utf8;
} dsv_machine;

/* The variants that this machine can run, the best one first; 0 past the last. */
const dsv_machine *dsv_machine_at(uint32_t i);

#if defined(__x86_64__) && defined(__GNUC__)
#define DSV_X86 1
extern const dsv_machine dsv_avx512, dsv_avx2;
dsv_utf8_fn dsv_utf8_avx2;
#elif defined(__aarch64__) && defined(__ARM_NEON) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define DSV_NEON 1
extern const dsv_machine dsv_neon;
#endif
extern const dsv_machine dsv_portable;
dsv_utf8_fn dsv_utf8_portable;

#endif
