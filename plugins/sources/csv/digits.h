/* digits.h - a group of 64 cells that may be integers of up to eight digits, at once; a variant for
 * each kind of machine. Private to the plugin. */
#ifndef SAMPAN_CSV_DIGITS_H
#define SAMPAN_CSV_DIGITS_H

#include <stdint.h>

enum { DSV_GROUP = 64 };

/* The bytes of a column's fields, without line ends and the enclosing quotes. Always 64 of them:
 * past the last record they are empty. */
typedef struct dsv_spans {
  uint64_t word[DSV_GROUP]; /* the first eight bytes, the first one lowest; behind n, anything */
  uint32_t from[DSV_GROUP];
  uint32_t n[DSV_GROUP];
} dsv_spans;

typedef struct dsv_digits {
  /* Reads the cells of 1 to 8 digits, whose bits it returns; the value of the others is 0. The
   * bits of *filled are those of the cells that are not empty. */
  uint64_t (*read)(const dsv_spans *spans, double *x, uint64_t *filled);
  /* Which cells begin with a 0 and go on. */
  uint64_t (*padded)(const dsv_spans *spans);
  /* Which of 64 numbers are equal to y. */
  uint64_t (*equal)(const double *x, double y);
} dsv_digits;

extern const dsv_digits dsv_digits_portable;
#if defined(__x86_64__) && defined(__GNUC__)
extern const dsv_digits dsv_digits_avx2;
#endif

#endif
