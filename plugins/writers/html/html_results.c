/* html_results.c - a table of results as a document: one table of estimates, one of comparisons,
 * numbers rounded for reading. All memory is the host's. */
#include <math.h>

#include "html.h"

typedef struct maker {
  const sampan_call *call;
  int32_t zh;
  int32_t failed;
} maker;

static void *take(maker *m, uint64_t n) {
  void *p = m->call->host->alloc(m->call, n > 0 ? n : 1);
  if (p == NULL) m->failed = 1;
  return p;
}

static const char *word(const maker *m, const char *en, const char *zh) {
  return m->zh ? zh : en;
}

/* ---- cells
 * ---------------------------------------------------------------------------------------- */

static void set_runs(maker *m, sampan_text *cell, const char *a, const char *b) {
  sampan_run *runs = (sampan_run *)take(m, 2 * sizeof *runs);
  if (runs == NULL) return;
  runs[0].text = a;
  runs[1].text = b;
  runs[1].flags = SAMPAN_RUN_BREAK | SAMPAN_RUN_SMALL;
  cell->runs = runs;
  cell->n_runs = b[0] ? 2 : a[0] ? 1 : 0;
}

static const char *copy(maker *m, const char *s) {
  const uint64_t n = strlen(s) + 1;
  char *p = (char *)take(m, n);
  if (p == NULL) return "";
  memcpy(p, s, n);
  return p;
}

/* A number with so many decimals, its minus sign U+2212; a dash where there is none. */
static void format_number(char *out, size_t size, double v, int decimals) {
  char text[48];
  if (isnan(v)) {
    snprintf(out, size, "—");
  } else if (isinf(v)) {
    snprintf(out, size, v > 0 ? "∞" : "−∞");
  } else {
    snprintf(text, sizeof text, fabs(v) < 1e15 ? "%.*f" : "%.*e", decimals, fabs(v));
    const int zero = strspn(text, "0.") == strlen(text);
    snprintf(out, size, "%s%s", v < 0 && !zero ? "−" : "", text);
  }
}

/* Per cent with one decimal, counts with none, rates with two, anything else with three figures. */
static int decimals_of(int32_t unit, double v) {
  if (unit == SAMPAN_UNIT_PROPORTION) return 1;
  if (unit == SAMPAN_UNIT_COUNT) return 0;
  if (unit == SAMPAN_UNIT_RATE) return fabs(v) < 100 ? 2 : 1;
  if (!(fabs(v) < 1000)) return 0;
  return fabs(v) < 1 ? 3 : 2;
}

static double scaled(int32_t unit, double v) {
  return unit == SAMPAN_UNIT_PROPORTION ? 100 * v : v;
}

static void number_cell(maker *m, sampan_text *cell, double v, int decimals) {
  char text[64];
  format_number(text, sizeof text, v, decimals);
  set_runs(m, cell, copy(m, text), "");
}

static void count_cell(maker *m, sampan_text *cell, int64_t v) {
  char text[32];
  if (v < 0)
    snprintf(text, sizeof text, "—");
  else
    snprintf(text, sizeof text, "%lld", (long long)v);
  set_runs(m, cell, copy(m, text), "");
}

/* The estimate, and its interval on the second line. */
static void estimate_cell(maker *m, sampan_text *cell, int32_t unit, double v, double low,
                          double high) {
  char a[64], b[160] = "", lo[64], hi[64];
  const int d = decimals_of(unit, scaled(unit, v));
  format_number(a, sizeof a - 1, scaled(unit, v), d); /* room for the sign */
  if (unit == SAMPAN_UNIT_PROPORTION && !isnan(v)) {
    const size_t n = strlen(a);
    a[n] = '%';
    a[n + 1] = '\0';
  }
  if (!isnan(low) || !isnan(high)) {
    format_number(lo, sizeof lo, scaled(unit, low), d);
    format_number(hi, sizeof hi, scaled(unit, high), d);
    snprintf(b, sizeof b, low < 0 ? "(%s, %s)" : "(%s–%s)", lo, hi);
  }
  set_runs(m, cell, copy(m, a), copy(m, b));
}

static const char *status_word(const maker *m, int32_t status) {
  switch (status) {
    case SAMPAN_STATUS_OK:
      return word(m, "ok", "可用");
    case SAMPAN_STATUS_REVIEW:
      return word(m, "review", "待复核");
    case SAMPAN_STATUS_SUPPRESSED:
      return word(m, "suppressed", "不发布");
    default:
      return word(m, "not estimable", "不可估计");
  }
}

static const char *rate_unit(maker *m, const sampan_result *r) {
  char text[64];
  if (r->unit != SAMPAN_UNIT_RATE || !(r->per > 1)) return "";
  snprintf(text, sizeof text, "/ %.0f", r->per);
  return copy(m, text);
}

/* ---- tables
 * ------------------------------------------------------------------------------------------ */

enum { N_ESTIMATE_COLUMNS = 10, N_TEST_COLUMNS = 6 };

static void set_column(sampan_table_column *c, const char *head, int32_t align, double width,
                       double paper, int32_t phone) {
  c->head = head;
  c->align = align;
  c->screen_width = width;
  c->paper_width = paper;
  c->phone = phone;
}

static void fill_estimate(maker *m, sampan_table_row *row, sampan_text *cells,
                          const sampan_result *r) {
  row->cells = cells;
  row->filter = "";
  row->flags = r->status == SAMPAN_STATUS_SUPPRESSED ? SAMPAN_ROW_MUTED : 0;
  set_runs(m, &cells[0], r->indicator_label[0] ? r->indicator_label : r->indicator, r->statistic);
  set_runs(m, &cells[1], r->level[0] ? r->level : word(m, "all", "全部"), r->domain);
  set_runs(m, &cells[2], r->period, "");
  count_cell(m, &cells[3], r->n);
  count_cell(m, &cells[4], r->n_events);
  estimate_cell(m, &cells[5], r->unit, r->estimate, r->conf_low, r->conf_high);
  if (cells[5].n_runs == 1 && !isnan(r->estimate))
    set_runs(m, &cells[5], cells[5].runs[0].text, rate_unit(m, r));
  number_cell(m, &cells[6], scaled(r->unit, r->std_error),
              decimals_of(r->unit, scaled(r->unit, r->std_error)) + 1);
  number_cell(m, &cells[7], r->deff, 2);
  set_runs(m, &cells[8], r->method, r->ci_method);
  set_runs(m, &cells[9], status_word(m, r->status), r->flags);
}

static sampan_table_block *estimates_table(maker *m, const sampan_results *r) {
  sampan_table_block *t = (sampan_table_block *)take(m, sizeof *t);
  sampan_table_column *c = (sampan_table_column *)take(m, N_ESTIMATE_COLUMNS * sizeof *c);
  sampan_table_row *rows = (sampan_table_row *)take(m, r->n_rows * sizeof *rows);
  sampan_text *cells = (sampan_text *)take(m, r->n_rows * N_ESTIMATE_COLUMNS * sizeof *cells);
  if (m->failed) return NULL;
  set_column(&c[0], word(m, "Indicator", "指标"), SAMPAN_ALIGN_LEFT, 220, 42, 1);
  set_column(&c[1], word(m, "Group", "人群"), SAMPAN_ALIGN_LEFT, 150, 26, 2);
  set_column(&c[2], word(m, "Period", "时期"), SAMPAN_ALIGN_LEFT, 80, 14, 0);
  set_column(&c[3], word(m, "n", "样本量"), SAMPAN_ALIGN_RIGHT, 80, 15, 0);
  set_column(&c[4], word(m, "Events", "事件数"), SAMPAN_ALIGN_RIGHT, 80, 15, 0);
  set_column(&c[5], word(m, "Estimate\n(interval)", "估计值\n(置信区间)"), SAMPAN_ALIGN_RIGHT, 140,
             30, 0);
  set_column(&c[6], word(m, "Std. error", "标准误"), SAMPAN_ALIGN_RIGHT, 90, 16, 0);
  set_column(&c[7], word(m, "Deff", "设计效应"), SAMPAN_ALIGN_RIGHT, 80, 14, 0);
  set_column(&c[8], word(m, "Method\n(interval)", "方法\n(区间)"), SAMPAN_ALIGN_LEFT, 130, 25, 0);
  set_column(&c[9], word(m, "Status", "状态"), SAMPAN_ALIGN_LEFT, 110, 24, 0);
  for (uint64_t i = 0; i < r->n_rows && !m->failed; i++)
    fill_estimate(m, &rows[i], cells + i * N_ESTIMATE_COLUMNS, &r->rows[i]);
  t->caption = word(m, "Estimates", "估计值");
  t->columns = c;
  t->n_columns = N_ESTIMATE_COLUMNS;
  t->rows = rows;
  t->n_rows = (uint32_t)r->n_rows;
  t->compact = 1;
  return t;
}

static sampan_table_block *tests_table(maker *m, const sampan_results *r) {
  sampan_table_block *t = (sampan_table_block *)take(m, sizeof *t);
  sampan_table_column *c = (sampan_table_column *)take(m, N_TEST_COLUMNS * sizeof *c);
  sampan_table_row *rows = (sampan_table_row *)take(m, r->n_tests * sizeof *rows);
  sampan_text *cells = (sampan_text *)take(m, r->n_tests * N_TEST_COLUMNS * sizeof *cells);
  if (m->failed) return NULL;
  set_column(&c[0], word(m, "Comparison", "比较"), SAMPAN_ALIGN_LEFT, 260, 50, 1);
  set_column(&c[1], word(m, "Indicator", "指标"), SAMPAN_ALIGN_LEFT, 160, 30, 2);
  set_column(&c[2], word(m, "Statistic\n(method)", "统计量\n(方法)"), SAMPAN_ALIGN_LEFT, 160, 30,
             0);
  set_column(&c[3], word(m, "Estimate\n(interval)", "估计值\n(置信区间)"), SAMPAN_ALIGN_RIGHT, 160,
             30, 0);
  set_column(&c[4], word(m, "Test", "检验"), SAMPAN_ALIGN_RIGHT, 100, 18, 0);
  set_column(&c[5], "p", SAMPAN_ALIGN_RIGHT, 100, 18, 0);
  for (uint64_t i = 0; i < r->n_tests && !m->failed; i++) {
    const sampan_test *x = &r->tests[i];
    sampan_text *cell = cells + i * N_TEST_COLUMNS;
    rows[i].cells = cell;
    rows[i].filter = "";
    set_runs(m, &cell[0], x->label[0] ? x->label : x->comparison, x->terms);
    set_runs(m, &cell[1], x->indicator, "");
    set_runs(m, &cell[2], x->statistic, x->method);
    estimate_cell(m, &cell[3], SAMPAN_UNIT_NONE, x->estimate, x->conf_low, x->conf_high);
    number_cell(m, &cell[4], x->test, 2);
    if (x->p_value < 0.001)
      set_runs(m, &cell[5], "< 0.001", "");
    else
      number_cell(m, &cell[5], x->p_value, 3);
  }
  t->caption = word(m, "Comparisons", "比较");
  t->columns = c;
  t->n_columns = N_TEST_COLUMNS;
  t->rows = rows;
  t->n_rows = (uint32_t)r->n_tests;
  t->compact = 1;
  return t;
}

static void set_block(sampan_block *b, const sampan_table_block *t) {
  b->kind = SAMPAN_BLOCK_TABLE;
  b->anchor = "";
  b->gloss = "";
  b->content = t;
}

const sampan_document *html_results_document(const sampan_call *call, const sampan_results *r) {
  maker m = {.call = call, .zh = strncmp(r->language, "zh", 2) == 0};
  sampan_document *d = (sampan_document *)take(&m, sizeof *d);
  sampan_block *blocks = (sampan_block *)take(&m, 4 * sizeof *blocks);
  if (m.failed) return NULL;
  blocks[0].kind = SAMPAN_BLOCK_LANDSCAPE;
  set_block(&blocks[1], estimates_table(&m, r));
  d->n_blocks = 2;
  if (r->n_tests > 0) set_block(&blocks[d->n_blocks++], tests_table(&m, r));
  d->struct_size = sizeof *d;
  d->blocks = blocks;
  d->language = r->language;
  d->number = "";
  d->title = r->title;
  d->subtitle = "";
  d->footer = "";
  d->manifest = r->manifest;
  return m.failed ? NULL : d;
}
