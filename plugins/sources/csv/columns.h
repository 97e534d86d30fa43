/* columns.h - the fast way of the csv source: separators of up to 64 records to numbers and codes,
 * a column at a time. What is not plain goes to dsv_cell(), which reads cells for read(), too.
 * Private to the plugin. */
#ifndef SAMPAN_CSV_COLUMNS_H
#define SAMPAN_CSV_COLUMNS_H

#include "dsv.h"
#include "split.h"

/* ---- numbers.c ------------------------------------------------------------------------------ */

typedef struct dsv_numbers {
  const double *missing; /* n_missing numbers that mean missing, or NaN */
  uint32_t n_missing;
  char mark;            /* the decimal mark */
  int8_t only_integers; /* fractions are not read fast */
  int8_t mostly_long;   /* few cells are integers of up to eight digits */
  int8_t as_written;    /* SAMPAN_FILL_AS_WRITTEN: other writings are left to dsv_cell() as well */
} dsv_numbers;

void dsv_numbers_open(dsv_numbers *c, const dsv_fills *f, uint32_t i_fill);
/* The text is the number as SAMPAN_FILL_AS_WRITTEN has it. 16 bytes behind it can be read. */
int dsv_as_written(const char *text, uint64_t n, double *out);
/* Reads 64 cells into x and the bits of *present; the bits that it returns are left to dsv_cell().
 * 16 bytes behind each cell can be read. */
uint64_t dsv_read_numbers(dsv_numbers *c, const dsv_digits *digits, const char *bytes,
                          const dsv_spans *spans, double *x, uint64_t *present);

/* ---- texts.c -------------------------------------------------------------------------------- */

enum { DSV_RECENT = 128 };

/* A text met before: its first and last eight bytes, and what became of it. */
typedef struct dsv_recent {
  uint64_t first, last;
  const char *text;
  uint32_t n; /* 0: free */
  uint32_t code;
  uint64_t present;
} dsv_recent;

/* Takes the doubled quotes of quoted fields apart; its memory grows. */
typedef struct dsv_unquote {
  const sampan_call *call;
  char *room;
  uint64_t n_room;
  int32_t quote; /* 256: none */
} dsv_unquote;

/* The text of a field's bytes, or NULL when out of memory; borrowed until the next call. */
const char *dsv_unquoted(dsv_unquote *u, const char *text, uint64_t n, uint64_t *n_out);
/* Codes and presence of n cells: SAMPAN_OK or an error. */
int32_t dsv_read_texts(const dsv_fills *f, uint32_t i_fill, dsv_recent *recent, dsv_unquote *u,
                       const char *bytes, const dsv_spans *spans, int32_t n, uint32_t *code,
                       uint64_t *present);

/* ---- stretch.c, cut.c ----------------------------------------------------------------------- */

int32_t dsv_read_cut(const sampan_call *call, const dsv_dialect *dialect,
                     const sampan_schema *schema, const sampan_stretch *stretch,
                     const sampan_sink *sink, const dsv_machine *machine);
/* n less the empty lines at the end of p[0, n), which begins a line. */
int64_t dsv_without_blank_lines(const char *p, int64_t n);
int64_t dsv_cut(const dsv_dialect *dialect, const dsv_machine *machine, const char *bytes,
                int64_t n);

#endif
