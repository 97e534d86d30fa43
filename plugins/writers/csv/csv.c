/* csv.c - the csv writer: results as one long table, or the comparisons as another.
 *
 * Reference: RFC 4180, with UTF-8 text and LF or CRLF alike inside quoted cells; lines end in CRLF.
 *
 * C1  Columns stand in a fixed order; one column per split variable follows, named by.NAME.
 * C2  A double is written with the fewest of 15, 16 or 17 digits that read back as the same double.
 * C3  Missing is an empty cell: NaN, a count of -1, a variable that the row is not split by.
 * C4  A cell with a comma, quote or line break is quoted; nothing else is changed.
 * C5  With excel: yes, a text cell that a spreadsheet would run as a formula gets a leading '.
 * C6  A failed write ends the call with the failure's status. */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_BOM = 0, PARAM_EXCEL = 1, PARAM_TABLE = 2, N_PARAMS = 3 };
enum { TABLE_ESTIMATES = 0, TABLE_COMPARISONS = 1 };

enum { MOST_COLUMNS = 32 };

/* How a text cell looks. Tables say the same thing in row after row, at the same address: a text is
 * looked through when a column gets another one. */
typedef struct cell {
  const char *text;
  uint64_t n_bytes;
  int32_t plain;
} cell;

/* Bytes on their way out: the first failure sticks. Caller-owned. */
typedef struct csv {
  const sampan_call *call;
  const sampan_output *out;
  int32_t excel;
  int32_t status;
  int32_t at_start; /* of a line */
  uint32_t n_used;
  uint32_t column; /* of text cells in this line */
  uint32_t reserved;
  cell cells[MOST_COLUMNS]; /* the last of each column */
  char buffer[16384];
} csv;

static int32_t flush(csv *w) {
  if (w->status >= 0 && w->n_used > 0) {
    const int32_t status = w->out->write(w->out->data, w->buffer, w->n_used, w->call->error);
    if (status < 0) w->status = status;
  }
  w->n_used = 0;
  return w->status;
}

static void put_bytes(csv *w, const char *s, uint64_t n) {
  while (n > sizeof w->buffer - w->n_used) {
    const uint64_t part = sizeof w->buffer - w->n_used;
    memcpy(w->buffer + w->n_used, s, part);
    w->n_used += (uint32_t)part;
    s += part;
    n -= part;
    flush(w);
  }
  memcpy(w->buffer + w->n_used, s, n);
  w->n_used += (uint32_t)n;
}

static void put(csv *w, const char *s) {
  put_bytes(w, s, strlen(s));
}

/* ---- cells --------------------------------------------------------------------------------------
 */

static void separate(csv *w) {
  if (!w->at_start) put_bytes(w, ",", 1);
  w->at_start = 0;
}

static void look_at(const csv *w, const char *s, cell *c) {
  c->text = s;
  c->n_bytes = strcspn(s, ",\"\r\n");
  c->plain = s[c->n_bytes] == '\0' && !(w->excel && *s && strchr("=+-@\t\r", *s));
}

static void text_cell(csv *w, const char *s) {
  cell here, *c = w->column < MOST_COLUMNS ? &w->cells[w->column++] : &here;
  separate(w);
  if (c == &here || c->text != s) look_at(w, s, c);
  if (c->plain) {
    put_bytes(w, s, c->n_bytes);
    return;
  }
  const char *guard = w->excel && *s && strchr("=+-@\t\r", *s) ? "'" : "";
  if (s[c->n_bytes] == '\0') {
    put(w, guard);
    put_bytes(w, s, c->n_bytes);
    return;
  }
  put(w, "\"");
  put(w, guard);
  for (; *s; s++) {
    if (*s == '"') put_bytes(w, s, 1); /* twice */
    put_bytes(w, s, 1);
  }
  put(w, "\"");
}

/* Inf and -Inf for what has no end: degrees of freedom of a normal interval. */
static void number_cell(csv *w, double v) {
  char text[40];
  separate(w);
  if (isnan(v)) return;
  if (isinf(v)) {
    put(w, v > 0 ? "Inf" : "-Inf");
    return;
  }
  put_bytes(w, text, (uint64_t)w->call->host->format_number(v, text));
}

static void count_cell(csv *w, int64_t v) {
  char text[24], *p = text + sizeof text;
  separate(w);
  if (v < 0) return;
  do {
    *--p = (char)('0' + v % 10);
    v /= 10;
  } while (v > 0);
  put_bytes(w, p, (uint64_t)(text + sizeof text - p));
}

static void end_line(csv *w) {
  put(w, "\r\n");
  w->at_start = 1;
  w->column = 0;
}

/* Names are no texts of the columns below them. */
static void header(csv *w, const char *const *names, uint32_t n) {
  w->column = MOST_COLUMNS;
  for (uint32_t i = 0; i < n; i++) text_cell(w, names[i]);
}

/* ---- the two tables
 * -------------------------------------------------------------------------------- */

static const char *unit_name(int32_t unit) {
  static const char *const names[] = {"", "proportion", "count", "rate", "ratio"};
  return unit >= 0 && unit < (int32_t)(sizeof names / sizeof names[0]) ? names[unit] : "";
}

static const char *status_name(int32_t status) {
  static const char *const names[] = {"ok", "review", "suppressed", "not_estimable"};
  return status >= 0 && status < (int32_t)(sizeof names / sizeof names[0]) ? names[status] : "";
}

static void write_estimate(csv *w, const sampan_results *results, const sampan_result *r) {
  text_cell(w, r->indicator);
  text_cell(w, r->indicator_label);
  text_cell(w, r->period);
  text_cell(w, r->domain);
  text_cell(w, r->level);
  text_cell(w, r->statistic);
  text_cell(w, unit_name(r->unit));
  count_cell(w, r->n);
  count_cell(w, r->n_events);
  const double numbers[] = {r->pop_hat,    r->estimate, r->std_error, r->conf_low, r->conf_high,
                            r->conf_level, r->df,       r->cv,        r->deff};
  for (uint32_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) number_cell(w, numbers[i]);
  text_cell(w, r->deff_ref);
  number_cell(w, r->n_eff);
  text_cell(w, r->method);
  text_cell(w, r->ci_method);
  text_cell(w, r->df_rule);
  text_cell(w, r->lonely_rule);
  text_cell(w, status_name(r->status));
  text_cell(w, r->flags);
  for (uint32_t i = 0; i < results->n_by; i++) text_cell(w, r->by && r->by[i] ? r->by[i] : "");
  end_line(w);
}

static void write_estimates(csv *w, const sampan_results *results) {
  static const char *const names[] = {"indicator",  "indicator_label",
                                      "period",     "domain",
                                      "level",      "statistic",
                                      "unit",       "n",
                                      "n_events",   "pop_hat",
                                      "estimate",   "std_error",
                                      "conf_low",   "conf_high",
                                      "conf_level", "df",
                                      "cv",         "deff",
                                      "deff_ref",   "n_eff",
                                      "method",     "ci_method",
                                      "df_rule",    "lonely_rule",
                                      "status",     "flags"};
  header(w, names, sizeof names / sizeof names[0]);
  for (uint32_t i = 0; i < results->n_by; i++) {
    char name[256];
    snprintf(name, sizeof name, "by.%s", results->by[i]);
    text_cell(w, name);
  }
  end_line(w);
  for (uint64_t i = 0; i < results->n_rows && w->status >= 0; i++)
    write_estimate(w, results, &results->rows[i]);
}

/* A host older than the field gives none. */
static double second_df(const sampan_results *results, uint64_t i) {
  const size_t covered = offsetof(sampan_results, df_second) + sizeof results->df_second;
  if (results->struct_size < covered || results->df_second == NULL) return NAN;
  return results->df_second[i];
}

static void write_comparisons(csv *w, const sampan_results *results) {
  static const char *const names[] = {"comparison", "label",      "indicator", "terms",
                                      "statistic",  "method",     "estimate",  "std_error",
                                      "test",       "df",         "p_value",   "conf_low",
                                      "conf_high",  "conf_level", "df_second"};
  header(w, names, sizeof names / sizeof names[0]);
  end_line(w);
  for (uint64_t i = 0; i < results->n_tests && w->status >= 0; i++) {
    const sampan_test *t = &results->tests[i];
    const char *const texts[] = {t->comparison, t->label,     t->indicator,
                                 t->terms,      t->statistic, t->method};
    const double numbers[] = {t->estimate, t->std_error, t->test,      t->df,
                              t->p_value,  t->conf_low,  t->conf_high, t->conf_level};
    for (uint32_t j = 0; j < sizeof texts / sizeof texts[0]; j++) text_cell(w, texts[j]);
    for (uint32_t j = 0; j < sizeof numbers / sizeof numbers[0]; j++) number_cell(w, numbers[j]);
    number_cell(w, second_df(results, i));
    end_line(w);
  }
}

static int param(const sampan_call *call, uint32_t index) {
  return index < call->n_values && call->values[index].is_set ? (int)call->values[index].number : 0;
}

static int32_t write_results(const sampan_call *call, const sampan_results *results,
                             const sampan_output *out) {
  csv w = {.call = call, .out = out, .at_start = 1};
  w.excel = param(call, PARAM_EXCEL);
  if (param(call, PARAM_BOM)) put(&w, "\xef\xbb\xbf");
  if (param(call, PARAM_TABLE) == TABLE_COMPARISONS)
    write_comparisons(&w, results);
  else
    write_estimates(&w, results);
  return flush(&w);
}

/* ---- descriptors
 * -------------------------------------------------------------------------------------- */

static const sampan_param params[N_PARAMS] = {
    {.name = "bom",
     .type = SAMPAN_P_TRUTH,
     .default_text = "no",
     .minimum = 1,
     .maximum = 0,
     .text_en = "begin with a byte order mark, for spreadsheets that need one to see UTF-8",
     .text_zh = "文件以字节顺序标记开头，供需要它识别 UTF-8 的电子表格使用"},
    {.name = "excel",
     .type = SAMPAN_P_TRUTH,
     .default_text = "no",
     .minimum = 1,
     .maximum = 0,
     .text_en = "put ' before texts that a spreadsheet would run as a formula",
     .text_zh = "在会被电子表格当作公式执行的文字前加 '"},
    {.name = "table",
     .type = SAMPAN_P_CHOICE,
     .choices = "estimates|comparisons",
     .default_text = "estimates",
     .minimum = 1,
     .maximum = 0,
     .text_en = "which table to write",
     .text_zh = "写哪一张表"},
};

static const sampan_writer_ops ops = {
    .struct_size = sizeof(sampan_writer_ops),
    .extensions = "csv",
    .results = write_results,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_WRITER,
    .name = "csv",
    .version = "1.0.0",
    .label_en = "CSV table",
    .label_zh = "CSV 表",
    .summary_en = "One row per estimate in a fixed order of columns; numbers read back exactly.",
    .summary_zh = "每个估计一行，列的次序固定，数值可原样读回。",
    .formula = "",
    .reference = "RFC 4180",
    .params = params,
    .n_params = N_PARAMS,
    .ops = &ops,
};

SAMPAN_MODULE("writer-csv", "GPL-3.0-or-later", &plugin);
