/* cell.c - what one cell means: a number, a text, or nothing (C5). */
#include <math.h>

#include "dsv.h"

static int32_t parse(const dsv_fills *f, const char *text, uint64_t n, double *out) {
  char buffer[64];
  const sampan_host *host = f->call->host;
  if (!f->dialect->decimal_comma) return host->parse_number(text, n, out);
  if (n >= sizeof buffer || memchr(text, '.', n) != NULL) return -1;
  memcpy(buffer, text, n);
  char *comma = (char *)memchr(buffer, ',', n);
  if (comma != NULL) *comma = '.';
  return host->parse_number(buffer, n, out);
}

static int is_missing_text(const sampan_fill *fill, const char *text, uint64_t n) {
  for (uint32_t i = 0; i < fill->n_missing; i++) {
    if (strlen(fill->missing[i]) == n && memcmp(fill->missing[i], text, n) == 0) return 1;
  }
  return 0;
}

/* 7 and 7.0 are the same answer, however the file writes it. */
static int is_missing_number(const sampan_fill *fill, const double *missing, double x) {
  for (uint32_t i = 0; i < fill->n_missing; i++) {
    if (missing[i] == x) return 1;
  }
  return 0;
}

int32_t dsv_cell(const dsv_fills *f, uint32_t i_fill, const char *text, uint64_t n, double *x,
                 uint32_t *code) {
  const sampan_fill *fill = &f->sink->fills[i_fill];
  const char *core = text; /* without the blanks around it */
  uint64_t n_core = n;
  *x = 0;
  *code = 0;
  while (n_core > 0 && (*core == ' ' || *core == '\t')) core++, n_core--;
  while (n_core > 0 && (core[n_core - 1] == ' ' || core[n_core - 1] == '\t')) n_core--;
  if (n_core == 0 || is_missing_text(fill, core, n_core)) return DSV_CELL_ABSENT;
  /* Such a cell as is left to this function is not written as its number is: 03 is not 3, even
   * where 3 means missing. */
  if ((fill->flags & SAMPAN_FILL_AS_WRITTEN) != 0) return DSV_CELL_NOT_NUMBER;
  if (fill->type == SAMPAN_NUMBER) {
    if (parse(f, core, n_core, x) != 0) {
      *x = 0;
      return DSV_CELL_NOT_NUMBER;
    }
    if (!is_missing_number(fill, f->missing_number[i_fill], *x)) return DSV_CELL_PRESENT;
    *x = 0;
    return DSV_CELL_ABSENT;
  }
  *code = f->sink->intern(f->sink->data, i_fill, text, n);
  if (*code != UINT32_MAX) return DSV_CELL_PRESENT;
  *code = 0;
  return DSV_CELL_NO_MEMORY;
}

int32_t dsv_fills_open(dsv_fills *f, const sampan_call *call, const dsv_dialect *dialect,
                       const sampan_sink *sink, uint32_t n_fields) {
  const sampan_host *host = call->host;
  *f = (dsv_fills){.call = call, .dialect = dialect, .sink = sink};
  f->missing_number =
      (double **)host->alloc(call, (uint64_t)sink->n_fills * sizeof *f->missing_number + 1);
  if (f->missing_number == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < sink->n_fills; i++) {
    const sampan_fill *fill = &sink->fills[i];
    if (fill->field >= n_fields) {
      return sampan_fail(call, SAMPAN_E_INTERNAL, "column %lu was asked for, of %lu",
                         (unsigned long)fill->field + 1, (unsigned long)n_fields);
    }
    f->missing_number[i] =
        (double *)host->alloc(call, (uint64_t)fill->n_missing * sizeof(double) + 1);
    if (f->missing_number[i] == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    for (uint32_t m = 0; m < fill->n_missing; m++) {
      double *x = &f->missing_number[i][m];
      if (host->parse_number(fill->missing[m], strlen(fill->missing[m]), x) != 0) *x = NAN;
    }
  }
  return SAMPAN_OK;
}
