/* cells.c - from the fields of a record to numbers and texts in the sink's batches. */
#include <math.h>

#include "dsv.h"

#define NO_FILL UINT32_MAX

enum { CELL_OK = 0, CELL_NOT_NUMBER, CELL_NO_MEMORY, CELL_OTHER_HEADER };

typedef struct cells {
  const sampan_call *call;
  const dsv_dialect *dialect;
  const sampan_sink *sink;
  dsv_names names;
  uint32_t *first;         /* per column: its first fill, or NO_FILL */
  uint32_t *next;          /* per fill: the next one of the same column */
  double **missing_number; /* per fill: its `missing` as numbers, NaN where a text is none */
  int64_t n;               /* records in the batch, the current one not counted */
  int32_t header_seen;
  int32_t problem; /* CELL_*: the first of the record */
  uint32_t problem_column;
  char shown[DSV_SHOWN_BYTES];
} cells;

static int32_t parse(const cells *c, const char *text, uint64_t n, double *out) {
  char buffer[64];
  if (!c->dialect->decimal_comma) return c->call->host->parse_number(text, n, out);
  if (n >= sizeof buffer || memchr(text, '.', n) != NULL) return -1;
  memcpy(buffer, text, n);
  char *comma = (char *)memchr(buffer, ',', n);
  if (comma != NULL) *comma = '.';
  return c->call->host->parse_number(buffer, n, out);
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

static void note_problem(cells *c, int32_t problem, uint32_t column, const char *text, uint64_t n) {
  if (c->problem != CELL_OK) return;
  c->problem = problem;
  c->problem_column = column;
  dsv_show(text, n, c->shown);
}

static void fill_cell(cells *c, uint32_t i_fill, uint32_t column, const char *text, uint64_t n) {
  sampan_fill *fill = &c->sink->fills[i_fill];
  const char *core = text; /* without the blanks around it */
  uint64_t n_core = n;
  double x = 0;
  uint32_t code = 0;
  int present = 0;
  while (n_core > 0 && (*core == ' ' || *core == '\t')) core++, n_core--;
  while (n_core > 0 && (core[n_core - 1] == ' ' || core[n_core - 1] == '\t')) n_core--;
  if (n_core > 0 && !is_missing_text(fill, core, n_core)) {
    if (fill->type == SAMPAN_NUMBER) {
      if (parse(c, core, n_core, &x) == 0) {
        present = !is_missing_number(fill, c->missing_number[i_fill], x);
      } else {
        note_problem(c, CELL_NOT_NUMBER, column, text, n);
      }
    } else {
      code = c->sink->intern(c->sink->data, i_fill, text, n);
      present = code != UINT32_MAX;
      if (!present) note_problem(c, CELL_NO_MEMORY, column, "", 0);
    }
  }
  if (fill->number != NULL) fill->number[c->n] = present ? x : 0;
  if (fill->code != NULL) fill->code[c->n] = present ? code : 0;
  if (fill->reason != NULL) fill->reason[c->n] = 0;
  if (present) sampan_set_bit(fill->present, c->n, 1);
}

static void on_cell(void *data, uint32_t i, const char *text, uint64_t n) {
  cells *c = (cells *)data;
  if (i >= c->names.n_fields) return;
  if (!c->header_seen) { /* C9 */
    const char *name = c->names.fields[i].name;
    if (strlen(name) != n || memcmp(name, text, n) != 0) c->problem = CELL_OTHER_HEADER;
    return;
  }
  for (uint32_t f = c->first[i]; f != NO_FILL; f = c->next[f]) fill_cell(c, f, i, text, n);
}

static int32_t flush(cells *c) {
  const int64_t n = c->n;
  c->n = 0;
  if (c->call->host->cancelled(c->call)) {
    return sampan_fail(c->call, SAMPAN_E_CANCELLED, "cancelled");
  }
  return n > 0 ? c->sink->batch(c->sink->data, n, c->call->error) : SAMPAN_OK;
}

static int32_t on_record(void *data, const dsv_scanner *s) {
  cells *c = (cells *)data;
  if (!c->header_seen) {
    c->header_seen = 1;
    return c->problem == CELL_OTHER_HEADER ? dsv_fail_changed(c->call) : SAMPAN_OK;
  }
  if (c->problem == CELL_NO_MEMORY) return sampan_fail(c->call, SAMPAN_E_MEMORY, "out of memory");
  if (c->problem == CELL_NOT_NUMBER) {
    dsv_place(c->call, s->row, s->record_line, -1, &c->names, c->problem_column);
    dsv_hint(c->call,
             "If this text means missing, list it under `missing` for the column; if the column "
             "holds texts, read it as text.");
    return sampan_fail(c->call, SAMPAN_E_DATA, "\"%s\" is not a number", c->shown);
  }
  c->n++;
  return c->n == c->sink->capacity ? flush(c) : SAMPAN_OK;
}

/* Which fills a column has, and what means missing in them. */
static int32_t plan_fills(cells *c) {
  const sampan_host *host = c->call->host;
  const uint32_t n_fills = c->sink->n_fills;
  c->first = (uint32_t *)host->alloc(c->call, (uint64_t)c->names.n_fields * sizeof *c->first + 1);
  c->next = (uint32_t *)host->alloc(c->call, (uint64_t)n_fills * sizeof *c->next + 1);
  c->missing_number =
      (double **)host->alloc(c->call, (uint64_t)n_fills * sizeof *c->missing_number + 1);
  if (c->first == NULL || c->next == NULL || c->missing_number == NULL) goto no_memory;
  for (uint32_t i = 0; i < c->names.n_fields; i++) c->first[i] = NO_FILL;
  for (uint32_t i = 0; i < n_fills; i++) {
    const sampan_fill *fill = &c->sink->fills[i];
    if (fill->field >= c->names.n_fields) {
      return sampan_fail(c->call, SAMPAN_E_INTERNAL, "column %lu was asked for, of %lu",
                         (unsigned long)fill->field + 1, (unsigned long)c->names.n_fields);
    }
    c->next[i] = c->first[fill->field];
    c->first[fill->field] = i;
    c->missing_number[i] =
        (double *)host->alloc(c->call, (uint64_t)fill->n_missing * sizeof(double) + 1);
    if (c->missing_number[i] == NULL) goto no_memory;
    for (uint32_t m = 0; m < fill->n_missing; m++) {
      double *x = &c->missing_number[i][m];
      if (host->parse_number(fill->missing[m], strlen(fill->missing[m]), x) != 0) {
        *x = NAN;
      }
    }
  }
  return SAMPAN_OK;
no_memory:
  return sampan_fail(c->call, SAMPAN_E_MEMORY, "out of memory");
}

int32_t dsv_cells(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                  const sampan_schema *schema, const sampan_sink *sink) {
  cells c = {
      .call = call, .dialect = dialect, .sink = sink, .names = {schema->fields, schema->n_fields}};
  const dsv_handler handler = {&c, on_cell, on_record};
  int32_t status = plan_fills(&c);
  if (status < 0) return status;
  status = dsv_feed(call, reader, dialect, &c.names, &handler, schema->n_fields);
  if (status != SAMPAN_END) return status;
  status = flush(&c);
  return status == SAMPAN_OK ? SAMPAN_END : status;
}
