#include "annex/chart.h"

#include <math.h>

#include "annex/value.h"

const sp_range sp_range_none = {INFINITY, -INFINITY};

/* ---- axes ---------------------------------------------------------------------------------- */

enum { MOST_STEPS = 6 };

void sp_range_add(sp_range *range, double x) {
  if (!isfinite(x)) return;
  range->low = fmin(range->low, x);
  range->high = fmax(range->high, x);
}

/* 1, 2 or 5 times a power of ten that is no smaller than x. */
static double round_step(double x) {
  const double power = pow(10, floor(log10(x)));
  const double lead = x / power * (1 - 1e-9);
  return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

static int32_t decimals_of(double step) {
  const int32_t n = (int32_t)ceil(-log10(step) - 1e-9);
  return n < 0 ? 0 : n > 6 ? 6 : n;
}

sp_axis sp_axis_over(sp_range r, double lower, double upper) {
  sp_axis axis = {0, 1, 1, 0, 0};
  if (!isfinite(r.low) || !isfinite(r.high)) return axis;
  double span = r.high - r.low;
  if (span < 1e-9 * fmax(1, fabs(r.high))) span = fmax(1e-6, fabs(r.high)) * 0.2;
  const double low = fmax(r.low - 0.04 * span, lower), high = fmin(r.high + 0.04 * span, upper);
  axis.step = round_step(span / (MOST_STEPS - 1));
  do {
    axis.low = fmax(floor(low / axis.step + 1e-9) * axis.step, lower);
    axis.high = fmin(ceil(high / axis.step - 1e-9) * axis.step, upper);
    if ((axis.high - axis.low) / axis.step <= MOST_STEPS + 1e-9) break;
    axis.step = round_step(axis.step * 1.01);
  } while (1);
  if (axis.high <= axis.low) axis.high = axis.low + axis.step;
  axis.decimals = decimals_of(axis.step);
  return axis;
}

sp_axis sp_axis_about_zero(sp_range r) {
  sp_axis axis = {-1, 1, 1, 0, 0};
  const double most = fmax(fabs(r.low), fabs(r.high)) * 1.04;
  if (!isfinite(most) || most <= 0) return axis;
  const int each_side = MOST_STEPS / 2;
  axis.step = round_step(most / each_side);
  axis.high = ceil(most / axis.step - 1e-9) * axis.step;
  axis.low = -axis.high;
  axis.decimals = decimals_of(axis.step);
  return axis;
}

double sp_axis_at(const sp_axis *axis, double x) {
  const double at = (x - axis->low) / (axis->high - axis->low);
  return isfinite(at) ? fmin(fmax(at, 0), 1) : 0;
}

/* ---- primitives ---------------------------------------------------------------------------- */

void sp_draw_line(sp_doc *doc, sp_list *draws, double x0, double y0, double x1, double y1,
                  double width, uint32_t color, uint32_t dash) {
  sampan_draw *d = SP_ADD(doc, draws, sampan_draw);
  d->kind = SAMPAN_DRAW_LINE;
  d->x0 = x0;
  d->y0 = y0;
  d->x1 = x1;
  d->y1 = y1;
  d->size = width;
  d->color = color;
  d->dash = dash;
  d->text = "";
}

void sp_draw_box(sp_doc *doc, sp_list *draws, double x0, double y0, double x1, double y1,
                 int32_t fill, uint32_t color) {
  sampan_draw *d = SP_ADD(doc, draws, sampan_draw);
  d->kind = SAMPAN_DRAW_RECT;
  d->fill = fill;
  d->x0 = x0;
  d->y0 = y0;
  d->x1 = x1;
  d->y1 = y1;
  d->size = 1;
  d->color = color;
  d->text = "";
}

void sp_draw_symbol(sp_doc *doc, sp_list *draws, int32_t symbol, int32_t fill, uint32_t color,
                    double x, double y, double size) {
  sampan_draw *d = SP_ADD(doc, draws, sampan_draw);
  d->kind = SAMPAN_DRAW_SYMBOL;
  d->symbol = symbol;
  d->fill = fill;
  d->color = color;
  d->x0 = x;
  d->y0 = y;
  d->size = size;
  d->text = "";
}

void sp_draw_text(sp_doc *doc, sp_list *draws, double x, double y, int32_t align, double dx,
                  const char *text) {
  sampan_draw *d = SP_ADD(doc, draws, sampan_draw);
  d->kind = SAMPAN_DRAW_TEXT;
  d->align = align;
  d->color = SP_BLACK;
  d->x0 = x;
  d->y0 = y;
  d->dx = dx;
  d->size = 12;
  d->text = text;
}

void sp_draw_whisker(sp_doc *doc, sp_list *draws, double x0, double x1, double y) {
  sp_draw_line(doc, draws, x0, y, x1, y, 1.5, SP_BLACK, 0);
  sp_draw_line(doc, draws, x0, y - 5, x0, y + 5, 1.5, SP_BLACK, 0);
  sp_draw_line(doc, draws, x1, y - 5, x1, y + 5, 1.5, SP_BLACK, 0);
}

/* ---- charts -------------------------------------------------------------------------------- */

void sp_chart_head(sp_doc *doc, sp_list *heads, const char *text, double width) {
  sampan_chart_head *head = SP_ADD(doc, heads, sampan_chart_head);
  head->text = text;
  head->width = width;
}

/* The texts, or as many empty ones as there are heads. */
static const char *const *texts_or_empty(sp_doc *doc, const sp_list *texts, const sp_list *heads) {
  sp_list empty = {0};
  if (texts != NULL) return texts->items;
  for (uint32_t i = 0; i < heads->n; i++) *SP_ADD(doc, &empty, const char *) = "";
  return empty.items;
}

sampan_chart_row *sp_chart_row(sp_doc *doc, sp_chart *chart, int32_t kind, const char *label,
                               const sp_list *left, const sp_list *right, const sp_list *draws,
                               double height, const char *sentence) {
  const char *const *lefts = texts_or_empty(doc, left, &chart->left);
  const char *const *rights = texts_or_empty(doc, right, &chart->right);
  sampan_chart_row *row = SP_ADD(doc, &chart->rows, sampan_chart_row);
  row->kind = kind;
  row->label = label;
  row->left = lefts;
  row->right = rights;
  row->draws = draws != NULL ? draws->items : NULL;
  row->n_draws = draws != NULL ? draws->n : 0;
  row->height = height;
  row->sentence = sentence;
  return row;
}

void sp_chart_axis_row(sp_doc *doc, sp_chart *chart, const sp_axis *axis, const char *unit) {
  sp_list draws = {0};
  const int32_t n = (int32_t)floor((axis->high - axis->low) / axis->step + 1e-6);
  sp_draw_line(doc, &draws, 0, 0.5, 1, 0.5, 1, SP_BLACK, 0);
  for (int32_t i = 0; i <= n; i++) {
    const double x = axis->low + i * axis->step, at = sp_axis_at(axis, x);
    const int32_t align = at < 0.02   ? SAMPAN_ALIGN_LEFT
                          : at > 0.98 ? SAMPAN_ALIGN_RIGHT
                                      : SAMPAN_ALIGN_CENTER;
    sp_draw_line(doc, &draws, at, 0, at, 4, 1, SP_BLACK, 0);
    sp_draw_text(doc, &draws, at, 17, align, 0, sp_number(doc, x, axis->decimals));
  }
  sp_chart_row(doc, chart, SAMPAN_CHART_ROW_AXIS, "", NULL, NULL, &draws, 24,
               SP_SAY(doc, AXIS_SENTENCE, sp_number(doc, axis->low, axis->decimals),
                      sp_number(doc, axis->high, axis->decimals), unit));
}

void sp_chart_legend(sp_doc *doc, sp_chart *chart, const sp_list *one_symbol, const char *text) {
  sampan_legend *legend = SP_ADD(doc, &chart->legend, sampan_legend);
  if (one_symbol->n > 0) legend->symbol = *(const sampan_draw *)one_symbol->items;
  legend->text = text;
}

void sp_chart_note(sp_doc *doc, sp_chart *chart, const char *text) {
  const sampan_text note = sp_plain(doc, text);
  *SP_ADD(doc, &chart->notes, sampan_text) = note;
}

void sp_chart_close(sp_doc *doc, sp_chart *chart, const char *caption, uint32_t flags) {
  sp_list list = {0};
  sampan_chart_block *b = SP_ADD(doc, &list, sampan_chart_block);
  const char *number = sp_doc_printf(doc, "%u", (unsigned)++doc->n_figures);
  b->title = chart->title;
  b->caption = SP_SAY(doc, FIGURE_CAPTION, number, caption);
  b->label_width = chart->label_width;
  b->label_head = chart->label_head;
  b->strip_head = chart->strip_head;
  b->left = chart->left.items;
  b->n_left = chart->left.n;
  b->right = chart->right.items;
  b->n_right = chart->right.n;
  b->behind = chart->behind.items;
  b->n_behind = chart->behind.n;
  b->rows = chart->rows.items;
  b->n_rows = chart->rows.n;
  b->legend = chart->legend.items;
  b->n_legend = chart->legend.n;
  b->notes = chart->notes.items;
  b->n_notes = chart->notes.n;
  sp_block_add(doc, SAMPAN_BLOCK_CHART, flags)->content = b;
}

const sp_value *sp_band_of(const sp_finding *f, const sp_label **label) {
  for (uint32_t i = 0; f->comparators != NULL && i < f->goal->n_comparators; i++) {
    if (!sp_shown(&f->comparators[i])) continue;
    if (!sp_value_comparable(&f->current, &f->comparators[i])) continue;
    *label = &f->goal->comparators[i].label;
    return &f->comparators[i];
  }
  return NULL;
}
