/* docx_figure.c - charts on pages: how close one is laid out, where it is cut, and what stands
 * around the picture. */
#include <math.h>

#include "docx_chart.h"

#define MAX_HEIGHT 4000.0 /* of a picture, whatever its texts hold */

enum {
  FEW_ROWS = 8,   /* nothing is gained by laying out fewer rows closer */
  MANY_ROWS = 20, /* given heights are for screens: so many rows start closer */
  START = 2,
  CUT = 3,     /* of charts that take several pages */
  READABLE = 6 /* the closest to fill what is left of a page; the rest is for a page of its own */
};

/* Height of rows against the given one, and the largest text, in points. */
static const struct closeness {
  double squeeze, largest;
} closeness[] = {{1, 9},    {0.9, 9},    {0.8, 9},  {0.72, 8.5},
                 {0.64, 8}, {0.58, 7.5}, {0.52, 7}, {0.46, 6.5}};
enum { N_CLOSENESS = sizeof closeness / sizeof closeness[0] };

/* The caption, then what each row shows: read out instead of the picture. */
static void describe(docx_writer *w, const docx_chart_layout *l, uint32_t from, uint32_t to) {
  const sampan_chart_block *chart = l->chart;
  docx_buffer *b = &w->alt;
  b->n = 0;
  if (chart->caption) docx_put(b, chart->caption);
  if (chart->title && *chart->title) {
    if (b->n) docx_put(b, "\n");
    docx_put(b, chart->title);
  }
  for (uint32_t i = 0; i < chart->n_rows; i++) {
    const char *text = chart->rows[i].sentence;
    if (!docx_chart_shows(l, i, from, to)) continue;
    if (!text || !*text) text = chart->rows[i].label;
    if (!text || !*text) continue;
    docx_put(b, "\n");
    docx_put(b, text);
  }
  docx_add(b, "", 1);
}

static int32_t one_picture(docx_writer *w, const docx_chart_layout *l, uint32_t from, uint32_t to,
                           double limit) {
  const double width_mm = docx_text_width(w);
  const double height = fmin(docx_chart_height(l, from, to), MAX_HEIGHT);
  const double shrink = height > limit ? limit / height : 1; /* one row may be too tall */
  const int32_t pixels = (int32_t)(width_mm / 25.4 * DOCX_DPI + 0.5);
  const double scale = pixels / l->width;
  const int32_t lines = (int32_t)ceil(height * scale);
  char name[64], relation[32];
  int32_t status = docx_canvas_sheet(l->canvas, pixels, lines, scale, 0);
  if (status < 0) return status;
  docx_chart_draw(l, from, to);
  status = docx_canvas_png(l->canvas, &w->png, &w->alt);
  if (status < 0) return status;
  w->n_charts++;
  snprintf(name, sizeof name, "word/media/chart%u.png", w->n_charts);
  status = docx_zip_add(&w->zip, name, w->png.data, w->png.n, 1);
  if (status < 0) return status;
  describe(w, l, from, to);
  if (w->alt.failed) return sampan_fail(w->call, SAMPAN_E_MEMORY, "out of memory");
  const int64_t cx = (int64_t)(width_mm * 36000 * shrink);
  const int64_t cy = (int64_t)((double)cx * lines / pixels + 0.5);
  const int more = to < l->chart->n_rows;
  snprintf(relation, sizeof relation, "rIdChart%u", w->n_charts);
  docx_paragraph_open(w, DOCX_PICTURE, -1, l->chart->n_notes > 0 && !more ? DOCX_KEEP_NEXT : 0);
  docx_put(&w->body, "<w:r>");
  docx_picture(w, relation, cx, cy, "Chart", w->alt.data);
  docx_put(&w->body, "</w:r>");
  w->page.picture = (double)cy / 12700;
  docx_paragraph_close(w);
  return SAMPAN_OK;
}

/* The end of the picture that starts at `from`: as many rows as a page holds, less the last group
 * where that leaves most of a page. */
static uint32_t picture_end(const docx_chart_layout *l, uint32_t from, double limit) {
  const sampan_chart_row *rows = l->chart->rows;
  const uint32_t n = l->chart->n_rows;
  uint32_t to = from + 1;
  while (to < n && docx_chart_height(l, from, to + 1) <= limit) to++;
  if (to == n) return n;
  uint32_t end = to;
  while (end > from + 1 && rows[end].kind != SAMPAN_CHART_ROW_GROUP) end--;
  if (docx_chart_height(l, from, end) < 0.6 * limit) end = to;
  while (end > from + 1 && rows[end - 1].kind == SAMPAN_CHART_ROW_GROUP) end--;
  return end;
}

/* What the caption and the notes take of the page. */
static double around(const docx_writer *w, const sampan_chart_block *chart) {
  const docx_style *caption = docx_style_of(w->chinese, DOCX_CAPTION);
  const docx_style *note = docx_style_of(w->chinese, DOCX_TABLE_NOTE);
  double height = 16; /* around the picture, and for what is not known exactly */
  if (chart->caption && *chart->caption) {
    height += (caption->line + caption->before + caption->after) / 20.0;
  }
  for (uint32_t i = 0; i < chart->n_notes; i++) {
    const double width = docx_ems(&chart->notes[i]) * note->size / 2;
    height += ceil(width * 25.4 / 72 / docx_text_width(w)) * note->line / 20 + note->before / 20.0;
  }
  return height;
}

/* Lays the chart out as open as it can be within what is left of this page, else within a page. */
static void fit(docx_chart_layout *l, double left, double whole) {
  const uint32_t n = l->chart->n_rows;
  const int start = n >= MANY_ROWS ? START : 0;
  const int closest = n > FEW_ROWS ? N_CLOSENESS - 1 : start;
  for (int pass = 0; pass < 2; pass++) {
    const double room = pass == 0 ? left : whole;
    for (int i = start; i <= (pass == 0 && closest > READABLE ? READABLE : closest); i++) {
      docx_chart_fit(l, closeness[i].squeeze, closeness[i].largest);
      if (docx_chart_height(l, 0, n) <= room) return;
    }
  }
  docx_chart_fit(l, closeness[n > FEW_ROWS ? CUT : 0].squeeze,
                 closeness[n > FEW_ROWS ? CUT : 0].largest);
}

int32_t docx_chart(docx_writer *w, const sampan_chart_block *chart) {
  docx_canvas canvas;
  docx_chart_layout l;
  const double taken = around(w, chart), whole = docx_page_whole(w) - taken;
  int32_t status = docx_canvas_open(&canvas, w->call, w->chinese);
  if (status == SAMPAN_OK) status = docx_chart_open(w, &l, &canvas, chart);
  if (status == SAMPAN_OK) {
    fit(&l, docx_page_left(w) - taken, whole);
    docx_line(w, DOCX_CAPTION, chart->caption, DOCX_KEEP_NEXT);
  }
  for (uint32_t from = 0; status == SAMPAN_OK && from < chart->n_rows;) {
    const uint32_t to = picture_end(&l, from, whole);
    status = one_picture(w, &l, from, to, whole);
    from = to;
  }
  docx_canvas_close(&canvas);
  for (uint32_t i = 0; status == SAMPAN_OK && i < chart->n_notes; i++) {
    docx_paragraph_open(w, DOCX_TABLE_NOTE, -1, i + 1 < chart->n_notes ? DOCX_KEEP_NEXT : 0);
    docx_runs(w, DOCX_TABLE_NOTE, &chart->notes[i], 0);
    docx_paragraph_close(w);
  }
  return status;
}

int32_t docx_mark_pictures(docx_writer *w) {
  docx_canvas canvas;
  int32_t status = SAMPAN_OK;
  if (!w->marks) return status;
  status = docx_canvas_open(&canvas, w->call, w->chinese);
  for (int32_t mark = 1; status == SAMPAN_OK && mark <= SAMPAN_MARK_NOT_ASSESSABLE; mark++) {
    char name[64];
    if (!(w->marks & 1U << mark)) continue;
    status = docx_canvas_sheet(&canvas, 110, 110, 5, 1);
    if (status < 0) break;
    docx_draw_mark(&canvas, mark);
    status = docx_canvas_png(&canvas, &w->png, NULL);
    if (status < 0) break;
    snprintf(name, sizeof name, "word/media/mark%d.png", mark);
    status = docx_zip_add(&w->zip, name, w->png.data, w->png.n, 1);
  }
  docx_canvas_close(&canvas);
  return status;
}
