/* docx_draw.h - drawing with cairo and pango, in points, for docx_chart.c. Internal. */
#ifndef SAMPAN_PLUGIN_DOCX_DRAW_H
#define SAMPAN_PLUGIN_DOCX_DRAW_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "docx.h"

#define DOCX_PX 0.75 /* a px of the model is 1/96 inch, on paper as on a screen */

/* Owns what cairo and pango allocate: close it on every path. */
typedef struct docx_canvas {
  const sampan_call *call;
  PangoFontMap *fonts; /* of this call: pango's default one belongs to the thread */
  PangoContext *context;
  PangoLayout *layout;
  PangoFontDescription *font;
  cairo_surface_t *surface;
  cairo_t *cr;
  double squeeze, text_scale; /* of the y of primitives, of their texts */
  docx_buffer text;           /* scratch */
} docx_canvas;

int32_t docx_canvas_open(docx_canvas *c, const sampan_call *call, int32_t chinese);
/* A new white sheet (or a clear one) of so many pixels, `scale` pixels a point. */
int32_t docx_canvas_sheet(docx_canvas *c, int32_t width, int32_t height, double scale,
                          int32_t clear);
/* Ends the sheet; its PNG replaces *png. A white sheet's has few colours and needs the scratch; a
 * clear one's has all. */
int32_t docx_canvas_png(docx_canvas *c, docx_buffer *png, docx_buffer *scratch);
void docx_canvas_close(docx_canvas *c);

typedef struct docx_text_box {
  double width, height, baseline;
} docx_text_box;

/* Lays out a text; `wrap`: the width to keep to, 0 for none. */
docx_text_box docx_measure(docx_canvas *c, const char *text, double size, int32_t bold,
                           double wrap);
/* Draws it with its top left corner at x, y; `wrap` wide, aligned within that. */
void docx_write(docx_canvas *c, const char *text, double size, int32_t bold, double x, double y,
                double wrap, int32_t align, uint32_t color);
void docx_rule(docx_canvas *c, double x0, double x1, double y, double width, uint32_t color);

/* One primitive, over a strip at x that is `width` points wide, y counted from `top`. */
void docx_draw(docx_canvas *c, const sampan_draw *d, double x, double width, double top);
/* A verdict mark that fills a sheet 22 points wide. */
void docx_draw_mark(docx_canvas *c, int32_t mark);

#endif
