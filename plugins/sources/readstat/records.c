/* records.c - values into the sink's batches: what is wanted, what is missing and why. */
#include <math.h>

#include "foreign.h"

#define NO_FILL UINT32_MAX

typedef struct records {
  const sampan_call *call;
  const sampan_schema *schema;
  const sampan_sink *sink;
  uint32_t *first;         /* per column: its first fill, or NO_FILL */
  uint32_t *next;          /* per fill: the next one of the same column */
  double **missing_number; /* per fill: its `missing` as numbers, NaN where a text is none */
  uint32_t opening;        /* the first column that ReadStat reports: it begins a record */
  uint32_t n_variables;    /* seen in this run */
  int64_t n;               /* records in the batch, the current one counted */
} records;

static void restart(foreign_run *run) {
  ((records *)run->part)->n_variables = 0;
}

static int on_variable(foreign_run *run, readstat_variable_t *variable, const char *labels) {
  records *r = (records *)run->part;
  const uint32_t i = r->n_variables++;
  (void)labels;
  (void)variable;
  if (i >= r->schema->n_fields) {
    return foreign_stop(
        run, sampan_fail(run->call, SAMPAN_E_IO, "the file's columns changed while it was read"));
  }
  return r->first[i] != NO_FILL || i == r->opening ? READSTAT_HANDLER_OK
                                                   : READSTAT_HANDLER_SKIP_VARIABLE;
}

static int32_t fail_cell(foreign_run *run, uint32_t column, const char *format, const char *text) {
  const records *r = (const records *)run->part;
  sampan_error *e = run->call->error;
  if (e != NULL) {
    e->row = run->n_rows;
    snprintf(e->column, sizeof e->column, "%s", r->schema->fields[column].name);
  }
  return sampan_fail(run->call, SAMPAN_E_DATA, format, text);
}

static int is_missing_text(const sampan_fill *fill, const char *text) {
  for (uint32_t i = 0; i < fill->n_missing; i++) {
    if (strcmp(fill->missing[i], text) == 0) return 1;
  }
  return 0;
}

static int is_missing_number(const sampan_fill *fill, const double *missing, double x) {
  for (uint32_t i = 0; i < fill->n_missing; i++) {
    if (missing[i] == x) return 1;
  }
  return 0;
}

/* A cell, before it is known how the plan wants it. */
typedef struct cell {
  const char *text; /* NULL: it is a number */
  double number;
  int present;
  uint8_t reason;
} cell;

/* Missing values: SAS and Stata tag them, SPSS declares which values they are (F4, F5). */
static int32_t read_cell(foreign_run *run, uint32_t column, readstat_variable_t *variable,
                         readstat_value_t value, cell *out) {
  *out = (cell){.present = 1};
  const int is_text = readstat_value_type_class(value) == READSTAT_TYPE_CLASS_STRING;
  if (is_text) {
    out->text = readstat_string_value(value) != NULL ? readstat_string_value(value) : "";
    if (foreign_blank(out->text)) out->present = 0;
  } else if (readstat_value_is_tagged_missing(value)) {
    const char tag = readstat_value_tag(value);
    out->present = 0;
    out->reason = (uint8_t)(tag >= 'A' && tag <= 'Z' ? tag - 'A' + 'a' : tag);
  } else {
    out->number = readstat_double_value(value);
    if (readstat_value_is_system_missing(value) || isnan(out->number)) out->present = 0;
    if (out->present && isinf(out->number)) {
      return fail_cell(run, column, "the value is %s", "infinite");
    }
  }
  if (out->present && !run->keep_user_missing && run->format->i_user_missing >= 0 &&
      readstat_value_is_defined_missing(value, variable)) {
    out->present = 0;
    out->reason = 'u';
  }
  if (out->present && is_text && !foreign_utf8(out->text)) {
    foreign_hint(run->call, "Set encoding, for Chinese texts often to gb18030.");
    return fail_cell(run, column, "the text is not %s", "UTF-8, and the file names no encoding");
  }
  return SAMPAN_OK;
}

static int32_t fill_cell(foreign_run *run, uint32_t column, uint32_t i_fill, const cell *c) {
  const records *r = (const records *)run->part;
  const sampan_fill *fill = &r->sink->fills[i_fill];
  const int64_t i = r->n - 1;
  int present = c->present;
  double x = 0;
  uint32_t code = 0;
  if (present && fill->type == SAMPAN_NUMBER) {
    x = c->number;
    if (c->text != NULL) {
      present = !is_missing_text(fill, c->text);
      if (present && run->call->host->parse_number(c->text, strlen(c->text), &x) != 0) {
        char shown[44];
        snprintf(shown, sizeof shown, "%.40s", c->text);
        while (!foreign_utf8(shown)) shown[strlen(shown) - 1] = '\0';
        foreign_hint(run->call,
                     "If this text means missing, list it under `missing` for the "
                     "column; if the column holds texts, read it as text.");
        return fail_cell(run, column, "\"%s\" is not a number", shown);
      }
    }
    present = present && !is_missing_number(fill, r->missing_number[i_fill], x);
  } else if (present) {
    char number[32];
    const char *text = c->text;
    if (text == NULL) {
      foreign_number(run->call, c->number, number);
      text = number;
      present = !is_missing_number(fill, r->missing_number[i_fill], c->number);
    }
    present = present && !is_missing_text(fill, text);
    if (present) code = r->sink->intern(r->sink->data, i_fill, text, strlen(text));
    if (code == UINT32_MAX) return sampan_fail(run->call, SAMPAN_E_MEMORY, "out of memory");
  }
  if (fill->number != NULL) fill->number[i] = present ? x : 0;
  if (fill->code != NULL) fill->code[i] = present ? code : 0;
  if (fill->reason != NULL) fill->reason[i] = c->reason;
  if (present) sampan_set_bit(fill->present, i, 1);
  return SAMPAN_OK;
}

static int32_t flush(records *r) {
  const int64_t n = r->n;
  r->n = 0;
  if (r->call->host->cancelled(r->call)) {
    return sampan_fail(r->call, SAMPAN_E_CANCELLED, "cancelled");
  }
  return n > 0 ? r->sink->batch(r->sink->data, n, r->call->error) : SAMPAN_OK;
}

/* The read fails: what is wrong with an earlier record comes first, whatever the batches. The first
 * n records are whole. */
static int32_t fail_after(records *r, int64_t n, int32_t status) {
  const int64_t n_begun = r->n;
  if (n <= 0 || status == SAMPAN_E_CANCELLED) return status;
  for (uint32_t f = 0; f < r->sink->n_fills && n < n_begun; f++) {
    sampan_set_bit(r->sink->fills[f].present, n, 0);
  }
  r->n = 0;
  sampan_error earlier = {.struct_size = sizeof earlier};
  const int32_t found = r->sink->batch(r->sink->data, n, &earlier);
  if (found == SAMPAN_OK) return status;
  if (r->call->error != NULL) *r->call->error = earlier;
  return found;
}

static int on_value(foreign_run *run, readstat_variable_t *variable, readstat_value_t value) {
  records *r = (records *)run->part;
  const int index = readstat_variable_get_index(variable);
  if (index < 0 || (uint32_t)index >= r->schema->n_fields) return READSTAT_HANDLER_OK;
  const uint32_t column = (uint32_t)index;
  int32_t status = SAMPAN_OK;
  if (column == r->opening) {
    if (r->n == r->sink->capacity) status = flush(r);
    r->n++;
    run->n_rows++;
  }
  if (r->first[column] != NO_FILL && status == SAMPAN_OK) {
    cell c;
    status = read_cell(run, column, variable, value, &c);
    for (uint32_t f = r->first[column]; status == SAMPAN_OK && f != NO_FILL; f = r->next[f]) {
      status = fill_cell(run, column, f, &c);
    }
  }
  return status == SAMPAN_OK ? READSTAT_HANDLER_OK : foreign_stop(run, status);
}

/* Which fills a column has, and what means missing in them. */
static int32_t plan_fills(records *r) {
  const sampan_host *host = r->call->host;
  const uint32_t n_fills = r->sink->n_fills, n_fields = r->schema->n_fields;
  r->first = (uint32_t *)host->alloc(r->call, ((uint64_t)n_fields + 1) * sizeof *r->first);
  r->next = (uint32_t *)host->alloc(r->call, ((uint64_t)n_fills + 1) * sizeof *r->next);
  r->missing_number =
      (double **)host->alloc(r->call, ((uint64_t)n_fills + 1) * sizeof *r->missing_number);
  if (r->first == NULL || r->next == NULL || r->missing_number == NULL) goto no_memory;
  for (uint32_t i = 0; i < n_fields; i++) r->first[i] = NO_FILL;
  r->opening = n_fills > 0 ? UINT32_MAX : 0;
  for (uint32_t i = 0; i < n_fills; i++) {
    const sampan_fill *fill = &r->sink->fills[i];
    if (fill->field >= n_fields) {
      return sampan_fail(r->call, SAMPAN_E_INTERNAL, "column %lu was asked for, of %lu",
                         (unsigned long)fill->field + 1, (unsigned long)n_fields);
    }
    if (fill->field < r->opening) r->opening = fill->field;
    r->next[i] = r->first[fill->field];
    r->first[fill->field] = i;
    r->missing_number[i] =
        (double *)host->alloc(r->call, ((uint64_t)fill->n_missing + 1) * sizeof(double));
    if (r->missing_number[i] == NULL) goto no_memory;
    for (uint32_t m = 0; m < fill->n_missing; m++) {
      double *x = &r->missing_number[i][m];
      if (host->parse_number(fill->missing[m], strlen(fill->missing[m]), x) != 0) *x = NAN;
    }
  }
  return SAMPAN_OK;
no_memory:
  return sampan_fail(r->call, SAMPAN_E_MEMORY, "out of memory");
}

int32_t foreign_records(const sampan_call *call, const sampan_reader *reader,
                        const foreign_format *format, const sampan_schema *schema,
                        const sampan_sink *sink) {
  records r = {.call = call, .schema = schema, .sink = sink};
  foreign_run run;
  int32_t status = plan_fills(&r);
  if (status == SAMPAN_OK) status = foreign_open(&run, call, reader, format);
  if (status < 0) return status;
  run.part = &r;
  run.variable = on_variable;
  run.value = on_value;
  status = foreign_parse(&run, restart);
  if (foreign_xport_members(&run) < 0) status = SAMPAN_E_DATA;
  if (status == SAMPAN_OK) status = run.status;
  if (status != SAMPAN_OK) return fail_after(&r, r.n - 1, status);
  if (r.n_variables != schema->n_fields) {
    return sampan_fail(call, SAMPAN_E_IO, "the file's columns changed while it was read");
  }
  /* The proof of completeness (F1). A file without variables has no records to count. */
  if (run.n_declared >= 0 && schema->n_fields > 0 && run.n_rows != run.n_declared) {
    status = sampan_fail(call, SAMPAN_E_INCOMPLETE, "the file declares %lld records and has %lld",
                         (long long)run.n_declared, (long long)run.n_rows);
    return fail_after(&r, r.n, status);
  }
  if (format->id == FOREIGN_XPT) status = foreign_xport_after(&run);
  if (status < 0) return fail_after(&r, r.n, status);
  status = flush(&r);
  return status == SAMPAN_OK ? SAMPAN_END : status;
}
