/* docx_chart.h - the layout and drawing of a chart, for docx_figure.c. Internal. */
#ifndef SAMPAN_PLUGIN_DOCX_CHART_H
#define SAMPAN_PLUGIN_DOCX_CHART_H

#include "docx_draw.h"

typedef struct docx_chart_layout {
  const sampan_chart_block *chart;
  docx_canvas *canvas;
  double width, size;      /* of the picture, of its text */
  double squeeze, largest; /* rows against the given ones; the largest text */
  double label;            /* width of the label column */
  double *column;          /* widths of left, then right */
  int32_t *numeric;        /* per column: figures, set flush right */
  double strip_x, strip_width;
  double *row;                            /* heights */
  double title, head, text_above, legend; /* heights; text_above: texts of `behind` */
  int32_t has_bold;
} docx_chart_layout;

int32_t docx_chart_open(docx_writer *w, docx_chart_layout *l, docx_canvas *canvas,
                        const sampan_chart_block *chart);
/* Lays out: rows `squeeze` times as high as given, texts no larger than `largest` points. */
void docx_chart_fit(docx_chart_layout *l, double squeeze, double largest);
/* A picture of rows [from, to): is row i in it (an axis always is), its height, the drawing. */
int docx_chart_shows(const docx_chart_layout *l, uint32_t i, uint32_t from, uint32_t to);
double docx_chart_height(const docx_chart_layout *l, uint32_t from, uint32_t to);
void docx_chart_draw(const docx_chart_layout *l, uint32_t from, uint32_t to);

#endif
