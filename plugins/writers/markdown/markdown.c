/* markdown.c - the markdown writer: results as aligned pipe tables, for terminals and READMEs;
 * documents in markdown_document.c.
 *
 * Reference: GitHub Flavored Markdown, tables.
 *
 * M1  Columns line up where a Chinese character is as wide as two Latin ones.
 * M2  Numbers are rounded: proportions as per cent with one decimal, rates with two.
 * M3  A text cannot end its cell or begin markup: | \ ` * < [ are escaped, line breaks are spaces.
 * M4  A failed write ends the call with the failure's status. */
#include "markdown.h"

#include <math.h>

enum { N_COLUMNS = 8, CELL = 400 };

int32_t md_flush(markdown *w) {
  if (w->status >= 0 && w->n_used > 0) {
    const int32_t status = w->out->write(w->out->data, w->buffer, w->n_used, w->call->error);
    if (status < 0) w->status = status;
  }
  w->n_used = 0;
  return w->status;
}

void md_put(markdown *w, const char *s) {
  for (; *s && w->status >= 0; s++) {
    w->buffer[w->n_used++] = *s;
    if (w->n_used == sizeof w->buffer) md_flush(w);
  }
}

/* A text with nothing in it that markdown would act on. */
void md_text(markdown *w, const char *s, const char *newline) {
  for (; *s; s++) {
    const char one[2] = {*s, 0};
    if (*s == '\n' || *s == '\r') {
      md_put(w, newline);
    } else if ((unsigned char)*s < 0x20) {
      md_put(w, " ");
    } else {
      if (strchr("|\\`*<[", *s)) md_put(w, "\\");
      md_put(w, one);
    }
  }
}

/* ---- columns of a terminal ----------------------------------------------------------------------
 */

/* The character at s as a code point; *n its bytes. Broken UTF-8 counts byte by byte. */
static uint32_t decode(const unsigned char *s, uint32_t *n) {
  const uint32_t length = *s < 0xc0 ? 1U : *s < 0xe0 ? 2U : *s < 0xf0 ? 3U : 4U;
  uint32_t c = length == 1 ? *s : *s & (0xffU >> (length + 1));
  for (uint32_t i = 1; i < length; i++) {
    if ((s[i] & 0xc0) != 0x80) {
      *n = 1;
      return 0xfffd;
    }
    c = c << 6 | (s[i] & 0x3fU);
  }
  *n = length;
  return c;
}

static int is_wide(uint32_t c) {
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x20000 && c <= 0x3fffd);
}

static uint32_t width_of(const char *text) {
  const unsigned char *s = (const unsigned char *)text;
  uint32_t width = 0;
  while (*s) {
    uint32_t n;
    width += is_wide(decode(s, &n)) ? 2 : 1;
    s += n;
  }
  return width;
}

/* ---- cells
 * ------------------------------------------------------------------------------------------ */

/* What a table is drawn from: the text of a cell, escaped; row -1 is the head. */
typedef struct table {
  uint64_t n_rows;
  uint32_t n_columns;
  uint32_t right; /* mask of the columns of figures */
  int32_t zh;
  const sampan_results *results;
  void (*cell)(const struct table *t, int64_t row, uint32_t column, char out[CELL]);
} table;

/* Appends an escaped text; cut at a character's end where it is too long for a cell. */
static void add(char out[CELL], const char *s) {
  size_t n = strlen(out);
  for (; *s && n + 8 < CELL; s++) {
    if (strchr("|\\`*<[", *s)) out[n++] = '\\';
    out[n++] = (unsigned char)*s < 0x20 ? ' ' : *s;
  }
  while (((unsigned char)*s & 0xc0) == 0x80 && n + 1 < CELL) out[n++] = *s++;
  out[n] = 0;
}

static void add_number(char out[CELL], int32_t unit, double v, int more) {
  char text[64];
  const double x = unit == SAMPAN_UNIT_PROPORTION ? 100 * v : v;
  int decimals = 2;
  if (isnan(v)) {
    add(out, "—");
    return;
  }
  if (unit == SAMPAN_UNIT_PROPORTION) decimals = 1;
  if (unit == SAMPAN_UNIT_COUNT) decimals = 0;
  if (unit == SAMPAN_UNIT_NONE && fabs(x) < 1) decimals = 3;
  snprintf(text, sizeof text, fabs(x) < 1e15 ? "%.*f" : "%.*e", decimals + more, x);
  add(out, text);
}

static void add_interval(char out[CELL], int32_t unit, double low, double high) {
  if (isnan(low) && isnan(high)) {
    add(out, "—");
    return;
  }
  add_number(out, unit, low, 0);
  add(out, low < 0 ? ", " : "–");
  add_number(out, unit, high, 0);
}

static const char *status_word(int32_t status, int32_t zh) {
  switch (status) {
    case SAMPAN_STATUS_OK:
      return "";
    case SAMPAN_STATUS_REVIEW:
      return zh ? "待复核" : "review";
    case SAMPAN_STATUS_SUPPRESSED:
      return zh ? "不发布" : "suppressed";
    default:
      return zh ? "不可估计" : "not estimable";
  }
}

static void estimate_cell(const table *t, int64_t row, uint32_t column, char out[CELL]) {
  static const char *const en[] = {"indicator", "group",    "period",   "statistic",
                                   "n",         "estimate", "interval", "status"};
  static const char *const zh[] = {"指标",   "人群",   "时期",     "统计量",
                                   "样本量", "估计值", "置信区间", "状态"};
  out[0] = 0;
  if (row < 0) {
    add(out, t->zh ? zh[column] : en[column]);
    return;
  }
  const sampan_result *r = &t->results->rows[row];
  char text[32];
  switch (column) {
    case 0:
      add(out, r->indicator_label[0] ? r->indicator_label : r->indicator);
      break;
    case 1:
      add(out, r->level);
      break;
    case 2:
      add(out, r->period);
      break;
    case 3:
      add(out, r->statistic);
      break;
    case 4:
      snprintf(text, sizeof text, "%lld", (long long)r->n);
      add(out, r->n < 0 ? "—" : text);
      break;
    case 5:
      add_number(out, r->unit, r->estimate, 0);
      if (r->unit == SAMPAN_UNIT_PROPORTION && !isnan(r->estimate)) add(out, "%");
      break;
    case 6:
      add_interval(out, r->unit, r->conf_low, r->conf_high);
      break;
    default:
      add(out, status_word(r->status, t->zh));
  }
}

static void test_cell(const table *t, int64_t row, uint32_t column, char out[CELL]) {
  static const char *const en[] = {"comparison", "terms", "statistic", "estimate", "interval", "p"};
  static const char *const zh[] = {"比较", "项", "统计量", "估计值", "置信区间", "p"};
  out[0] = 0;
  if (row < 0) {
    add(out, t->zh ? zh[column] : en[column]);
    return;
  }
  const sampan_test *x = &t->results->tests[row];
  switch (column) {
    case 0:
      add(out, x->label[0] ? x->label : x->comparison);
      break;
    case 1:
      add(out, x->terms);
      break;
    case 2:
      add(out, x->statistic);
      break;
    case 3:
      add_number(out, SAMPAN_UNIT_NONE, x->estimate, 0);
      break;
    case 4:
      add_interval(out, SAMPAN_UNIT_NONE, x->conf_low, x->conf_high);
      break;
    default:
      if (x->p_value < 0.001)
        add(out, "< 0.001");
      else
        add_number(out, SAMPAN_UNIT_NONE, x->p_value, 0);
  }
}

/* ---- tables
 * ------------------------------------------------------------------------------------------- */

static void repeat(markdown *w, const char *s, uint32_t n) {
  while (n-- > 0) md_put(w, s);
}

static void write_line(markdown *w, const table *t, int64_t row, const uint32_t *width) {
  char cell[CELL];
  for (uint32_t c = 0; c < t->n_columns; c++) {
    t->cell(t, row, c, cell);
    const uint32_t pad = width[c] - width_of(cell);
    md_put(w, c == 0 ? "| " : " | ");
    if (t->right >> c & 1U) repeat(w, " ", pad);
    md_put(w, cell);
    if (!(t->right >> c & 1U)) repeat(w, " ", pad);
  }
  md_put(w, " |\n");
}

static void write_table(markdown *w, const table *t) {
  uint32_t width[N_COLUMNS];
  char cell[CELL];
  for (uint32_t c = 0; c < t->n_columns; c++) {
    width[c] = 3;
    for (int64_t row = -1; row < (int64_t)t->n_rows; row++) {
      t->cell(t, row, c, cell);
      const uint32_t n = width_of(cell);
      if (n > width[c]) width[c] = n;
    }
  }
  write_line(w, t, -1, width);
  for (uint32_t c = 0; c < t->n_columns; c++) {
    md_put(w, c == 0 ? "|" : "|");
    repeat(w, "-", width[c] + 1);
    md_put(w, t->right >> c & 1U ? ":" : "-");
  }
  md_put(w, "|\n");
  for (int64_t row = 0; row < (int64_t)t->n_rows && w->status >= 0; row++)
    write_line(w, t, row, width);
}

static int32_t write_results(const sampan_call *call, const sampan_results *results,
                             const sampan_output *out) {
  markdown w = {.call = call, .out = out};
  w.zh = strncmp(results->language, "zh", 2) == 0;
  const table estimates = {.n_rows = results->n_rows,
                           .n_columns = 8,
                           .right = 0x70,
                           .zh = w.zh,
                           .results = results,
                           .cell = estimate_cell};
  const table tests = {.n_rows = results->n_tests,
                       .n_columns = 6,
                       .right = 0x38,
                       .zh = w.zh,
                       .results = results,
                       .cell = test_cell};
  if (results->title[0]) {
    md_put(&w, "# ");
    md_text(&w, results->title, " ");
    md_put(&w, "\n\n");
  }
  write_table(&w, &estimates);
  if (results->n_tests > 0) {
    md_put(&w, "\n");
    write_table(&w, &tests);
  }
  return md_flush(&w);
}

static const sampan_writer_ops ops = {
    .struct_size = sizeof(sampan_writer_ops),
    .flags = SAMPAN_WRITER_NO_MANIFEST,
    .extensions = "md|markdown",
    .document = md_document,
    .results = write_results,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_WRITER,
    .name = "markdown",
    .version = "1.0.0",
    .label_en = "Markdown",
    .label_zh = "Markdown",
    .summary_en = "Aligned tables of rounded numbers, to be read in a terminal or a README.",
    .summary_zh = "对齐的表格、取整的数值，供终端或 README 阅读。",
    .formula = "",
    .reference = "GitHub Flavored Markdown",
    .ops = &ops,
};

SAMPAN_MODULE("markdown", "GPL-3.0-or-later", &plugin);
