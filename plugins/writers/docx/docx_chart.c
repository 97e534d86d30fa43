/* docx_chart.c - a chart as pictures: rows of a table with a strip on one shared axis.
 *
 * Laid out in points. Texts take what they need, the strip what they leave. A chart of many rows
 * can be laid out closer: lower rows, and below a point also smaller texts.
 */
#include <math.h>

#include "docx_chart.h"

enum { INK = 0x111111, GREY = 0x555555, FAINT = 0xD9D9D9 };

#define PAD 3.5           /* at either side of a text */
#define STRIP_PAD 7.0     /* at either side of the strip, for symbols on its ends */
#define STRIP_GOOD 0.44   /* share of the width that the strip should have, */
#define STRIP_FAIR 0.38   /* has where texts cannot be smaller, */
#define STRIP_LEAST 0.3   /* and has in any case */
#define STRIP_NARROW 0.22 /* before figures break */
#define TEXT_GIVES 0.45   /* of the width of columns of texts */
#define INDENT 9.0        /* of rows below a group, or beside bold ones */
#define LEGEND_MARK 20.0
#define LEGEND_LINE 15.0
#define MAX_ROW 500.0
#define FULL_SIZE 9.0 /* of the text */

static const char *column_text(const sampan_chart_block *chart, const sampan_chart_row *row,
                               uint32_t j) {
  const char *const *texts = j < chart->n_left ? row->left : row->right;
  const char *text = texts ? texts[j < chart->n_left ? j : j - chart->n_left] : NULL;
  return text ? text : "";
}

static const sampan_chart_head *column_head(const sampan_chart_block *chart, uint32_t j) {
  return j < chart->n_left ? &chart->left[j] : &chart->right[j - chart->n_left];
}

static double indent_of(const docx_chart_layout *l, uint32_t i) {
  const sampan_chart_row *row = &l->chart->rows[i];
  if (row->kind != SAMPAN_CHART_ROW_STRIP || row->flags & SAMPAN_CHART_BOLD) return 0;
  if (l->has_bold) return INDENT;
  while (i-- > 0) {
    if (l->chart->rows[i].kind == SAMPAN_CHART_ROW_GROUP) return INDENT;
  }
  return 0;
}

static int is_bold(const sampan_chart_row *row) {
  return row->kind == SAMPAN_CHART_ROW_GROUP || row->flags & SAMPAN_CHART_BOLD;
}

/* What a column needs without wrapping; j past the columns: the label. */
static double natural_width(const docx_chart_layout *l, uint32_t j) {
  const sampan_chart_block *chart = l->chart;
  const uint32_t n = chart->n_left + chart->n_right;
  const char *head = j < n ? column_head(chart, j)->text : chart->label_head;
  double width = docx_measure(l->canvas, head, l->size, 1, 0).width;
  for (uint32_t i = 0; i < chart->n_rows; i++) {
    const sampan_chart_row *row = &chart->rows[i];
    /* A group's name runs on over the strip. */
    if (j >= n && row->kind == SAMPAN_CHART_ROW_GROUP) continue;
    const char *text = j < n ? column_text(chart, row, j) : row->label;
    double w = docx_measure(l->canvas, text, l->size, is_bold(row), 0).width;
    if (j >= n) w += indent_of(l, i);
    if (w > width) width = w;
  }
  return width > 0 ? width + 2 * PAD : 0;
}

static double given_width(const docx_chart_layout *l, uint32_t j) {
  const sampan_chart_block *chart = l->chart;
  const double px =
      j < chart->n_left + chart->n_right ? column_head(chart, j)->width : chart->label_width;
  return px > 0 && px < 1000 ? px / 1000 * l->width : 0;
}

/* Takes up to `over` points from columns of texts, for a figure does not break well. */
static double shrink_texts(docx_chart_layout *l, double over) {
  const uint32_t n = l->chart->n_left + l->chart->n_right;
  double texts = 0;
  for (uint32_t j = 0; j < n; j++) texts += l->numeric[j] ? 0 : l->column[j];
  const double give = fmin(over, TEXT_GIVES * texts);
  if (give <= 0) return 0;
  for (uint32_t j = 0; j < n; j++) {
    if (!l->numeric[j]) l->column[j] *= 1 - give / texts;
  }
  return give;
}

/* Chooses the size of the text and the widths. The given widths are kept where there is room. */
static void fit_columns(docx_chart_layout *l) {
  static const double sizes[3] = {FULL_SIZE, 8.5, 8};
  const uint32_t n = l->chart->n_left + l->chart->n_right;
  double sum = 0;
  for (int step = 0; step < 4; step++) {
    l->size = fmin(sizes[step == 0 ? 0 : step - 1], l->largest);
    sum = 0;
    for (uint32_t j = 0; j <= n; j++) {
      double width = natural_width(l, j);
      if (step == 0 && given_width(l, j) > width && width > 0) width = given_width(l, j);
      if (j < n) {
        l->column[j] = width;
      } else {
        l->label = width;
      }
      sum += width;
    }
    if (sum <= (1 - (step == 0 ? STRIP_GOOD : STRIP_FAIR)) * l->width) break;
  }
  if (sum > (1 - STRIP_LEAST) * l->width) { /* the label gives first, then texts: they wrap */
    const double over = sum - (1 - STRIP_LEAST) * l->width;
    const double give = fmin(over, fmax(0, l->label - 0.22 * l->width));
    l->label -= give;
    sum -= give + shrink_texts(l, sum - give - (1 - STRIP_LEAST) * l->width);
    const double scale = (1 - STRIP_NARROW) * l->width / sum;
    if (scale < 1) {
      l->label *= scale;
      for (uint32_t j = 0; j < n; j++) l->column[j] *= scale;
    }
  }
  l->strip_x = l->label + STRIP_PAD;
  l->strip_width = l->width - l->label - 2 * STRIP_PAD;
  for (uint32_t j = 0; j < n; j++) {
    l->strip_width -= l->column[j];
    if (j < l->chart->n_left) l->strip_x += l->column[j];
  }
}

static int starts_as_figure(const char *text) {
  const unsigned char c = (unsigned char)text[0];
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || strncmp(text, "\xE2\x88\x92", 3) == 0 ||
         strncmp(text, "\xE2\x80\x94", 3) == 0;
}

static void find_figures(docx_chart_layout *l) {
  const sampan_chart_block *chart = l->chart;
  for (uint32_t j = 0; j < chart->n_left + chart->n_right; j++) {
    uint32_t figures = 0, others = 0;
    for (uint32_t i = 0; i < chart->n_rows; i++) {
      const char *text = column_text(chart, &chart->rows[i], j);
      if (*text) *(starts_as_figure(text) ? &figures : &others) += 1;
    }
    l->numeric[j] = figures > others;
  }
}

/* Left edge of a text column. */
static double column_x(const docx_chart_layout *l, uint32_t j) {
  double x = l->label;
  for (uint32_t k = 0; k < j; k++) x += l->column[k];
  return j < l->chart->n_left ? x : x + l->strip_width + 2 * STRIP_PAD;
}

static double given_height(const sampan_chart_row *row) {
  return row->height > 0 ? fmin(row->height * DOCX_PX, MAX_ROW) : 20 * DOCX_PX;
}

/* The axis keeps its room: ticks and numbers are no closer in a close chart. */
static double squeeze_of(const docx_chart_layout *l, uint32_t i) {
  return l->chart->rows[i].kind == SAMPAN_CHART_ROW_AXIS ? 1 : l->squeeze;
}

/* Walks the legend; draws it where `draw`. Returns its height. */
static double legend(const docx_chart_layout *l, double top, int draw) {
  double x = 0, y = top;
  for (uint32_t i = 0; i < l->chart->n_legend; i++) {
    const sampan_legend *item = &l->chart->legend[i];
    const docx_text_box box = docx_measure(l->canvas, item->text, l->size, 0, 0);
    const double width = LEGEND_MARK + 4 + box.width + 12;
    if (x > 0 && x + width - 12 > l->width) {
      x = 0;
      y += LEGEND_LINE;
    }
    if (draw) {
      sampan_draw mark = item->symbol;
      if (mark.kind == SAMPAN_DRAW_LINE && mark.x0 == mark.x1) { /* as one of `behind`: no height */
        mark.y0 = 1;
        mark.y1 = 15;
      }
      docx_draw(l->canvas, &mark, x, LEGEND_MARK, y + (LEGEND_LINE - 16 * DOCX_PX) / 2);
      docx_write(l->canvas, item->text, l->size, 0, x + LEGEND_MARK + 4,
                 y + (LEGEND_LINE - box.height) / 2, 0, SAMPAN_ALIGN_LEFT, INK);
    }
    x += width;
  }
  return l->chart->n_legend ? y + LEGEND_LINE - top : 0;
}

static double head_height(const docx_chart_layout *l) {
  const sampan_chart_block *chart = l->chart;
  double height = docx_measure(l->canvas, chart->label_head, l->size, 1, 0).height;
  int any = (chart->label_head && *chart->label_head) || (chart->strip_head && *chart->strip_head);
  for (uint32_t j = 0; j < chart->n_left + chart->n_right; j++) {
    const char *text = column_head(chart, j)->text;
    const double h = docx_measure(l->canvas, text, l->size, 1, l->column[j] - 2 * PAD + 0.5).height;
    if (h > height) height = h;
    if (text && *text) any = 1;
  }
  return any ? height + 5 : 0;
}

int32_t docx_chart_open(docx_writer *w, docx_chart_layout *l, docx_canvas *canvas,
                        const sampan_chart_block *chart) {
  const uint64_t n = (uint64_t)chart->n_left + chart->n_right;
  memset(l, 0, sizeof *l);
  l->chart = chart;
  l->canvas = canvas;
  l->width = docx_text_width(w) * 72 / 25.4;
  l->column = w->call->host->alloc(w->call, (n + 1) * sizeof *l->column);
  l->numeric = w->call->host->alloc(w->call, (n + 1) * sizeof *l->numeric);
  l->row = w->call->host->alloc(w->call, ((uint64_t)chart->n_rows + 1) * sizeof *l->row);
  if (!l->column || !l->numeric || !l->row) {
    return sampan_fail(w->call, SAMPAN_E_MEMORY, "out of memory while drawing a chart");
  }
  for (uint32_t i = 0; i < chart->n_rows; i++) {
    if (chart->rows[i].flags & SAMPAN_CHART_BOLD) l->has_bold = 1;
  }
  find_figures(l);
  return SAMPAN_OK;
}

static double row_height(const docx_chart_layout *l, uint32_t i) {
  const sampan_chart_block *chart = l->chart;
  const sampan_chart_row *row = &chart->rows[i];
  const double room =
      row->kind == SAMPAN_CHART_ROW_GROUP ? l->width : l->label - indent_of(l, i) - 2 * PAD + 0.5;
  double text = docx_measure(l->canvas, row->label, l->size, is_bold(row), room).height;
  for (uint32_t j = 0; j < chart->n_left + chart->n_right; j++) {
    const double h = docx_measure(l->canvas, column_text(chart, row, j), l->size, is_bold(row),
                                  l->column[j] - 2 * PAD + 0.5)
                         .height;
    if (h > text) text = h;
  }
  return fmin(fmax(given_height(row) * squeeze_of(l, i), text + (l->squeeze < 1 ? 0.5 : 2)),
              MAX_ROW);
}

void docx_chart_fit(docx_chart_layout *l, double squeeze, double largest) {
  const sampan_chart_block *chart = l->chart;
  l->squeeze = squeeze;
  l->largest = largest;
  fit_columns(l);
  for (uint32_t i = 0; i < chart->n_rows; i++) l->row[i] = row_height(l, i);
  /* A caption that says the title is title enough. */
  l->title = l->text_above = 0;
  if (chart->title && *chart->title && !(chart->caption && strstr(chart->caption, chart->title))) {
    l->title = docx_measure(l->canvas, chart->title, l->size + 1, 1, l->width).height + 4;
  }
  l->head = head_height(l);
  for (uint32_t i = 0; i < chart->n_behind; i++) {
    if (chart->behind[i].kind == SAMPAN_DRAW_TEXT) l->text_above = 16 * DOCX_PX;
  }
  l->canvas->text_scale = l->size / FULL_SIZE;
  l->legend = legend(l, 0, 0);
}

static void draw_head(const docx_chart_layout *l, double top) {
  const sampan_chart_block *chart = l->chart;
  docx_write(l->canvas, chart->label_head, l->size, 1, PAD, top + 2, 0, SAMPAN_ALIGN_LEFT, INK);
  docx_write(l->canvas, chart->strip_head, l->size, 1, l->strip_x, top + 2, l->strip_width,
             SAMPAN_ALIGN_LEFT, INK);
  for (uint32_t j = 0; j < chart->n_left + chart->n_right; j++) {
    docx_write(l->canvas, column_head(chart, j)->text, l->size, 1, column_x(l, j) + PAD, top + 2,
               l->column[j] - 2 * PAD + 0.5, l->numeric[j] ? SAMPAN_ALIGN_RIGHT : SAMPAN_ALIGN_LEFT,
               INK);
  }
}

static void draw_texts(const docx_chart_layout *l, uint32_t i, double top) {
  const sampan_chart_row *row = &l->chart->rows[i];
  const uint32_t color = row->flags & SAMPAN_ROW_MUTED ? GREY : INK;
  const double indent = indent_of(l, i);
  const int bold = is_bold(row);
  double wrap = l->label - indent - 2 * PAD + 0.5;
  if (row->kind == SAMPAN_CHART_ROW_GROUP || wrap <= 0) wrap = l->width - 2 * PAD;
  docx_text_box box = docx_measure(l->canvas, row->label, l->size, bold, wrap);
  docx_write(l->canvas, row->label, l->size, bold, PAD + indent, top + (l->row[i] - box.height) / 2,
             wrap, SAMPAN_ALIGN_LEFT, color);
  for (uint32_t j = 0; j < l->chart->n_left + l->chart->n_right; j++) {
    const char *text = column_text(l->chart, row, j);
    wrap = l->column[j] - 2 * PAD + 0.5;
    box = docx_measure(l->canvas, text, l->size, bold, wrap);
    docx_write(l->canvas, text, l->size, bold, column_x(l, j) + PAD,
               top + (l->row[i] - box.height) / 2, wrap,
               l->numeric[j] ? SAMPAN_ALIGN_RIGHT : SAMPAN_ALIGN_LEFT, color);
  }
}

/* Lines and bands over the strips from `top` to `bottom`; their texts above. */
static void draw_behind(const docx_chart_layout *l, double top, double bottom) {
  for (uint32_t i = 0; i < l->chart->n_behind; i++) {
    sampan_draw d = l->chart->behind[i];
    d.y0 = d.kind == SAMPAN_DRAW_TEXT ? -4 : 0;
    d.y1 = (bottom - top) / DOCX_PX;
    if (d.kind == SAMPAN_DRAW_SYMBOL) d.y0 = d.y1 / 2;
    docx_draw(l->canvas, &d, l->strip_x, l->strip_width, top);
  }
}

/* ---- pictures ---- */

int docx_chart_shows(const docx_chart_layout *l, uint32_t i, uint32_t from, uint32_t to) {
  return l->chart->rows[i].kind == SAMPAN_CHART_ROW_AXIS || (i >= from && i < to);
}

/* The legend comes once, at the end. */
static int has_legend(const docx_chart_layout *l, uint32_t to) {
  return l->legend > 0 && to >= l->chart->n_rows;
}

double docx_chart_height(const docx_chart_layout *l, uint32_t from, uint32_t to) {
  double height = l->title + l->head + l->text_above + 3;
  if (has_legend(l, to)) height += l->legend + 5;
  for (uint32_t i = 0; i < l->chart->n_rows; i++) {
    if (docx_chart_shows(l, i, from, to)) height += l->row[i];
  }
  return height;
}

static double text_width(const docx_chart_layout *l, const sampan_draw *d) {
  const double size = (d->size > 0 ? d->size : 12) * DOCX_PX * l->canvas->text_scale;
  return docx_measure(l->canvas, d->text, fmin(size, 400), 0, 0).width;
}

/* How far, in px, to move a text of an axis so that two that start from the ends of a narrow strip
 * keep clear of each other: both go outward, where an axis has nothing else. */
static double apart(const docx_chart_layout *l, const sampan_chart_row *row, uint32_t k) {
  const sampan_draw *d = &row->draws[k];
  if (row->kind != SAMPAN_CHART_ROW_AXIS || d->kind != SAMPAN_DRAW_TEXT) return 0;
  for (uint32_t j = 0; j < row->n_draws; j++) {
    const sampan_draw *other = &row->draws[j];
    const sampan_draw *left = d->x0 < other->x0 ? d : other, *right = left == d ? other : d;
    if (j == k || other->kind != SAMPAN_DRAW_TEXT || other->y0 != d->y0) continue;
    if (left->align != SAMPAN_ALIGN_LEFT || right->align != SAMPAN_ALIGN_RIGHT) continue;
    const double room = (right->x0 - left->x0) * l->strip_width;
    const double over = text_width(l, left) + text_width(l, right) + 2 * PAD - room;
    if (over > 0 && over < l->width) return (left == d ? -over : over) / 2 / DOCX_PX;
  }
  return 0;
}

void docx_chart_draw(const docx_chart_layout *l, uint32_t from, uint32_t to) {
  const sampan_chart_block *chart = l->chart;
  const int is_table = l->head > 0;
  double y = 1, first = -1, last = -1;
  if (l->title > 0) {
    docx_write(l->canvas, chart->title, l->size + 1, 1, 0, y, l->width, SAMPAN_ALIGN_LEFT, INK);
    y += l->title;
  }
  if (is_table) {
    docx_rule(l->canvas, 0, l->width, y, 0.9, INK);
    draw_head(l, y);
    y += l->head;
    docx_rule(l->canvas, 0, l->width, y, 0.6, INK);
  }
  y += l->text_above;
  const double top = y;
  for (uint32_t i = 0; i < chart->n_rows; i++) {
    if (!docx_chart_shows(l, i, from, to)) continue;
    if (chart->rows[i].kind != SAMPAN_CHART_ROW_AXIS) {
      if (first < 0) first = y;
      last = y + l->row[i];
      if (is_table && y > first) docx_rule(l->canvas, 0, l->width, y, 0.35, FAINT);
    }
    y += l->row[i];
  }
  if (first >= 0) draw_behind(l, first, last);
  y = top;
  for (uint32_t i = 0; i < chart->n_rows; i++) {
    const sampan_chart_row *row = &chart->rows[i];
    if (!docx_chart_shows(l, i, from, to)) continue;
    l->canvas->squeeze = squeeze_of(l, i);
    const double middle = y + (l->row[i] - given_height(row) * l->canvas->squeeze) / 2;
    draw_texts(l, i, y);
    for (uint32_t k = 0; k < row->n_draws; k++) {
      sampan_draw d = row->draws[k];
      d.dx += apart(l, row, k);
      docx_draw(l->canvas, &d, l->strip_x, l->strip_width, middle);
    }
    l->canvas->squeeze = 1;
    y += l->row[i];
  }
  if (is_table) docx_rule(l->canvas, 0, l->width, y, 0.9, INK);
  if (has_legend(l, to)) legend(l, y + 5, 1);
}
