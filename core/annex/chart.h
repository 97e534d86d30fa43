/* chart.h - axes and primitives of the annex's charts. Internal to core/annex. */
#ifndef SP_ANNEX_CHART_H
#define SP_ANNEX_CHART_H

#include "annex/document_sections.h"

/* Okabe and Ito's colours; grey is for context alone. */
enum {
  SP_BLUE = 0x0072B2,
  SP_VERMILION = 0xD55E00,
  SP_SKY = 0x56B4E9,
  SP_ORANGE = 0xE69F00,
  SP_BLACK = 0x111111,
  SP_GREY = 0x555555,
  SP_PALE = 0xE4E4E4,
  SP_MIDDLE = 0xBDBDBD
};

typedef struct sp_axis {
  double low, high, step;
  int32_t decimals, reserved;
} sp_axis;

/* What is to be seen; start with sp_range_none. */
typedef struct sp_range {
  double low, high;
} sp_range;
extern const sp_range sp_range_none;
void sp_range_add(sp_range *range, double x); /* skips what is not finite */

/* Round ends and at most seven ticks; within [lower, upper], which may be infinite. */
sp_axis sp_axis_over(sp_range range, double lower, double upper);
/* The same distance either side of 0. */
sp_axis sp_axis_about_zero(sp_range range);
/* The place of a number on the strip, 0 to 1; clamped. */
double sp_axis_at(const sp_axis *axis, double x);

void sp_draw_line(sp_doc *doc, sp_list *draws, double x0, double y0, double x1, double y1,
                  double width, uint32_t color, uint32_t dash);
void sp_draw_box(sp_doc *doc, sp_list *draws, double x0, double y0, double x1, double y1,
                 int32_t fill, uint32_t color);
void sp_draw_symbol(sp_doc *doc, sp_list *draws, int32_t symbol, int32_t fill, uint32_t color,
                    double x, double y, double size);
void sp_draw_text(sp_doc *doc, sp_list *draws, double x, double y, int32_t align, double dx,
                  const char *text);
/* A line with a cap at either end. */
void sp_draw_whisker(sp_doc *doc, sp_list *draws, double x0, double x1, double y);

typedef struct sp_chart {
  const char *title, *label_head, *strip_head;
  double label_width;
  sp_list left, right, behind, rows, legend, notes;
} sp_chart;

void sp_chart_head(sp_doc *doc, sp_list *heads, const char *text, double width);
/* A row; `left` and `right` hold as many texts as the chart has heads (NULL: empty texts). */
sampan_chart_row *sp_chart_row(sp_doc *doc, sp_chart *chart, int32_t kind, const char *label,
                               const sp_list *left, const sp_list *right, const sp_list *draws,
                               double height, const char *sentence);
/* The axis with its ticks; `unit` is named in its sentence. */
void sp_chart_axis_row(sp_doc *doc, sp_chart *chart, const sp_axis *axis, const char *unit);
void sp_chart_legend(sp_doc *doc, sp_chart *chart, const sp_list *one_symbol, const char *text);
void sp_chart_note(sp_doc *doc, sp_chart *chart, const char *text);
/* Adds the block; `caption` gets the next number of a figure. */
void sp_chart_close(sp_doc *doc, sp_chart *chart, const char *caption, uint32_t flags);

/* ---- the charts of a card ------------------------------------------------------------------- */

void sp_chart_dumbbell(sp_doc *doc, const sp_finding *f, const sp_scale *s);
void sp_chart_forest(sp_doc *doc, const sp_finding *f, const sp_scale *s);
/* The first comparator that may be shown and held against the current value, or NULL. */
const sp_value *sp_band_of(const sp_finding *f, const sp_label **label);

#endif
