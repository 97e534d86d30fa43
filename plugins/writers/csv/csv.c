/* csv.c - the csv writer: results as one long table, or the comparisons as another.
 *
 * Reference: RFC 4180, with UTF-8 text and LF or CRLF alike inside quoted cells; lines end in CRLF.
 *
 * C1  Columns stand in a fixed order; one column per split variable follows, named by.NAME. Or
 * those of `columns`, in the order given. C2  A double is written with the fewest of 15, 16 or 17
 * digits that read back as the same double. C3  Missing is an empty cell: NaN, a count of -1, a
 * variable that the row is not split by. C4  A cell with a comma, quote or line break is quoted;
 * nothing else is changed. C5  With excel: yes, a text cell that a spreadsheet would run as a
 * formula gets a leading '. C6  A failed write ends the call with the failure's status. */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_BOM = 0, PARAM_EXCEL = 1, PARAM_TABLE = 2, PARAM_COLUMNS = 3, N_PARAMS = 4 };
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

/* What a column shows: a field of the row, or something of the table. */
typedef enum shown { TEXT, COUNT, NUMBER, UNIT, STATUS, DF_SECOND, BY } shown;

typedef struct column {
  const char *name;
  shown shown;
  uint32_t at; /* of the field; BY: which variable */
} column;

#define FIELD(type, name, shown) \
  { #name, shown, offsetof(type, name) }
#define OF_RESULT(name, shown) FIELD(sampan_result, name, shown)
#define OF_TEST(name, shown) FIELD(sampan_test, name, shown)

static const column of_estimates[] = {
    OF_RESULT(indicator, TEXT),    OF_RESULT(indicator_label, TEXT),
    OF_RESULT(period, TEXT),       OF_RESULT(domain, TEXT),
    OF_RESULT(level, TEXT),        OF_RESULT(statistic, TEXT),
    OF_RESULT(unit, UNIT),         OF_RESULT(n, COUNT),
    OF_RESULT(n_events, COUNT),    OF_RESULT(pop_hat, NUMBER),
    OF_RESULT(estimate, NUMBER),   OF_RESULT(std_error, NUMBER),
    OF_RESULT(conf_low, NUMBER),   OF_RESULT(conf_high, NUMBER),
    OF_RESULT(conf_level, NUMBER), OF_RESULT(df, NUMBER),
    OF_RESULT(cv, NUMBER),         OF_RESULT(deff, NUMBER),
    OF_RESULT(deff_ref, TEXT),     OF_RESULT(n_eff, NUMBER),
    OF_RESULT(method, TEXT),       OF_RESULT(ci_method, TEXT),
    OF_RESULT(df_rule, TEXT),      OF_RESULT(lonely_rule, TEXT),
    OF_RESULT(status, STATUS),     OF_RESULT(flags, TEXT)};

static const column of_comparisons[] = {
    OF_TEST(comparison, TEXT),  OF_TEST(label, TEXT),        OF_TEST(indicator, TEXT),
    OF_TEST(terms, TEXT),       OF_TEST(statistic, TEXT),    OF_TEST(method, TEXT),
    OF_TEST(estimate, NUMBER),  OF_TEST(std_error, NUMBER),  OF_TEST(test, NUMBER),
    OF_TEST(df, NUMBER),        OF_TEST(p_value, NUMBER),    OF_TEST(conf_low, NUMBER),
    OF_TEST(conf_high, NUMBER), OF_TEST(conf_level, NUMBER), {"df_second", DF_SECOND, 0}};

#define N_OF(list) ((uint32_t)(sizeof list / sizeof list[0]))

/* A host older than the field gives none. */
static double second_df(const sampan_results *results, uint64_t i) {
  const size_t covered = offsetof(sampan_results, df_second) + sizeof results->df_second;
  if (results->struct_size < covered || results->df_second == NULL) return NAN;
  return results->df_second[i];
}

/* A field of a row, whichever struct that is. */
#define AT(type, row, column) (*(const type *)((const char *)(row) + (column)->at))

static void write_cell(csv *w, const sampan_results *results, uint64_t i, const void *row,
                       const column *c) {
  switch (c->shown) {
    case TEXT:
      text_cell(w, AT(char *const, row, c));
      break;
    case COUNT:
      count_cell(w, AT(int64_t, row, c));
      break;
    case NUMBER:
      number_cell(w, AT(double, row, c));
      break;
    case UNIT:
      text_cell(w, unit_name(AT(int32_t, row, c)));
      break;
    case STATUS:
      text_cell(w, status_name(AT(int32_t, row, c)));
      break;
    case DF_SECOND:
      number_cell(w, second_df(results, i));
      break;
    case BY: {
      const sampan_result *r = row;
      text_cell(w, r->by && r->by[c->at] ? r->by[c->at] : "");
      break;
    }
  }
}

/* The columns that the table has: those of the list, then the variables it is split by. */
static column *all_columns(const csv *w, const sampan_results *results, const column *list,
                           uint32_t n_list, uint32_t n_by) {
  const sampan_host *host = w->call->host;
  column *columns = host->alloc(w->call, (n_list + n_by) * sizeof *columns);
  if (columns == NULL) return NULL;
  memcpy(columns, list, n_list * sizeof *columns);
  for (uint32_t i = 0; i < n_by; i++) {
    const uint64_t n = strlen(results->by[i]) + sizeof "by.";
    char *name = host->alloc(w->call, n);
    if (name == NULL) return NULL;
    snprintf(name, n, "by.%s", results->by[i]);
    columns[n_list + i] = (column){name, BY, i};
  }
  return columns;
}

/* The column called by the first n bytes of `name`. */
static const column *find_column(const column *columns, uint32_t n_columns, const char *name,
                                 uint64_t n) {
  for (uint32_t i = 0; i < n_columns; i++) {
    if (strlen(columns[i].name) == n && memcmp(columns[i].name, name, n) == 0) return &columns[i];
  }
  return NULL;
}

/* Of n columns those that `names` names, in its order, into `out`; how many. 0: the error is set.
 */
static uint32_t choose(const csv *w, const char *names, const column *columns, uint32_t n,
                       column *out, uint32_t most) {
  uint32_t n_chosen = 0;
  for (const char *s = names;; s++) {
    const uint64_t length = strcspn(s, ",");
    const column *found = find_column(columns, n, s, length);
    if (found == NULL || n_chosen == most) {
      const int by = n > 0 && columns[n - 1].shown == BY;
      sampan_error *e = w->call->error;
      sampan_fail(w->call, SAMPAN_E_USAGE,
                  found == NULL ? "the table has no column '%.*s'" : "too many columns: '%.*s'",
                  (int)length, s);
      if (e != NULL) {
        snprintf(e->hint, sizeof e->hint,
                 "the first line of the whole table names them: %s, %s%s%s, and so on",
                 columns[0].name, columns[1].name, by ? ", " : "", by ? columns[n - 1].name : "");
      }
      return 0;
    }
    out[n_chosen++] = *found;
    s += length;
    if (*s == '\0') return n_chosen;
  }
}

static int32_t write_table(csv *w, const sampan_results *results, const char *names, int of_tests) {
  const column *list = of_tests ? of_comparisons : of_estimates;
  const uint32_t n_list = of_tests ? N_OF(of_comparisons) : N_OF(of_estimates);
  const uint32_t n_by = of_tests ? 0 : results->n_by;
  column *columns = all_columns(w, results, list, n_list, n_by), *chosen = columns;
  uint32_t n = n_list + n_by;
  if (columns != NULL && names != NULL && *names) {
    const uint32_t most = 4 * n;
    chosen = w->call->host->alloc(w->call, most * sizeof *chosen);
    if (chosen != NULL) n = choose(w, names, columns, n, chosen, most);
    if (n == 0) return SAMPAN_E_USAGE;
  }
  if (columns == NULL || chosen == NULL) return SAMPAN_E_MEMORY;
  w->column = MOST_COLUMNS; /* names are no texts of the columns below them */
  for (uint32_t i = 0; i < n; i++) text_cell(w, chosen[i].name);
  end_line(w);
  const uint64_t n_rows = of_tests ? results->n_tests : results->n_rows;
  for (uint64_t i = 0; i < n_rows && w->status >= 0; i++) {
    const void *row = of_tests ? (const void *)&results->tests[i] : (const void *)&results->rows[i];
    for (uint32_t k = 0; k < n; k++) write_cell(w, results, i, row, &chosen[k]);
    end_line(w);
  }
  return flush(w);
}

static int param(const sampan_call *call, uint32_t index) {
  return index < call->n_values && call->values[index].is_set ? (int)call->values[index].number : 0;
}

static int32_t write_results(const sampan_call *call, const sampan_results *results,
                             const sampan_output *out) {
  csv w = {.call = call, .out = out, .at_start = 1};
  w.excel = param(call, PARAM_EXCEL);
  if (param(call, PARAM_BOM)) put(&w, "\xef\xbb\xbf");
  const int32_t of_tests = param(call, PARAM_TABLE) == TABLE_COMPARISONS;
  const char *names = call->n_values > PARAM_COLUMNS ? call->values[PARAM_COLUMNS].text : NULL;
  return write_table(&w, results, names, of_tests);
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
    {.name = "columns",
     .type = SAMPAN_P_TEXT,
     .minimum = 1,
     .maximum = 0,
     .text_en = "the columns to write, in this order, with commas between; else all of them",
     .text_zh = "要写的列，按此次序，以逗号分隔；不给则全部"},
};

static const sampan_writer_ops ops = {
    .struct_size = sizeof(sampan_writer_ops),
    .flags = SAMPAN_WRITER_NO_MANIFEST,
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
