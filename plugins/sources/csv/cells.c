/* cells.c - from the fields of a record to numbers and texts in the sink's batches. */
#include "dsv.h"

#define NO_FILL UINT32_MAX

enum { CELL_OK = 0, CELL_NOT_NUMBER, CELL_NO_MEMORY, CELL_OTHER_HEADER };

typedef struct cells {
  const sampan_call *call;
  const dsv_dialect *dialect;
  const sampan_sink *sink;
  dsv_names names;
  dsv_fills fills;
  uint32_t *first; /* per column: its first fill, or NO_FILL */
  uint32_t *next;  /* per fill: the next one of the same column */
  int64_t n;       /* records in the batch, the current one not counted */
  int32_t header_seen;
  int32_t problem; /* CELL_*: the first of the record */
  uint32_t problem_column;
  char shown[DSV_SHOWN_BYTES];
} cells;

static void note_problem(cells *c, int32_t problem, uint32_t column, const char *text, uint64_t n) {
  if (c->problem != CELL_OK) return;
  c->problem = problem;
  c->problem_column = column;
  dsv_show(text, n, c->shown);
}

static void fill_cell(cells *c, uint32_t i_fill, uint32_t column, const char *text, uint64_t n) {
  sampan_fill *fill = &c->sink->fills[i_fill];
  double x;
  uint32_t code;
  const int32_t found = dsv_cell(&c->fills, i_fill, text, n, &x, &code);
  if (found == DSV_CELL_NOT_NUMBER) note_problem(c, CELL_NOT_NUMBER, column, text, n);
  if (found == DSV_CELL_NO_MEMORY) note_problem(c, CELL_NO_MEMORY, column, "", 0);
  if (fill->number != NULL) fill->number[c->n] = x;
  if (fill->code != NULL) fill->code[c->n] = code;
  if (fill->reason != NULL) fill->reason[c->n] = 0;
  if (found == DSV_CELL_PRESENT) sampan_set_bit(fill->present, c->n, 1);
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

/* The read fails: what is wrong with an earlier record comes first, whatever the batches. */
static int32_t fail_after(cells *c, int32_t status) {
  const int64_t n = c->n;
  if (n == 0 || status == SAMPAN_E_CANCELLED) return status;
  for (uint32_t f = 0; f < c->sink->n_fills; f++) sampan_set_bit(c->sink->fills[f].present, n, 0);
  c->n = 0;
  sampan_error earlier = {.struct_size = sizeof earlier};
  const int32_t found = c->sink->batch(c->sink->data, n, &earlier);
  if (found == SAMPAN_OK) return status;
  if (c->call->error != NULL) *c->call->error = earlier;
  return found;
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

/* Which fills a column has. */
static int32_t plan_fills(cells *c) {
  const sampan_host *host = c->call->host;
  const uint32_t n_fills = c->sink->n_fills;
  const int32_t status = dsv_fills_open(&c->fills, c->call, c->dialect, c->sink, c->names.n_fields);
  if (status < 0) return status;
  c->first = (uint32_t *)host->alloc(c->call, (uint64_t)c->names.n_fields * sizeof *c->first + 1);
  c->next = (uint32_t *)host->alloc(c->call, (uint64_t)n_fills * sizeof *c->next + 1);
  if (c->first == NULL || c->next == NULL) {
    return sampan_fail(c->call, SAMPAN_E_MEMORY, "out of memory");
  }
  for (uint32_t i = 0; i < c->names.n_fields; i++) c->first[i] = NO_FILL;
  for (uint32_t i = 0; i < n_fills; i++) {
    const uint32_t field = c->sink->fills[i].field;
    c->next[i] = c->first[field];
    c->first[field] = i;
  }
  return SAMPAN_OK;
}

int32_t dsv_cells(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                  const sampan_schema *schema, const sampan_sink *sink) {
  cells c = {
      .call = call, .dialect = dialect, .sink = sink, .names = {schema->fields, schema->n_fields}};
  const dsv_handler handler = {&c, on_cell, on_record};
  int32_t status = plan_fills(&c);
  if (status < 0) return status;
  status = dsv_feed(call, reader, dialect, &c.names, &handler, schema->n_fields);
  if (status != SAMPAN_END) return fail_after(&c, status);
  status = flush(&c);
  return status == SAMPAN_OK ? SAMPAN_END : status;
}
