/* html_chart.c - charts as rows of a table, each strip an inline picture.
 *
 * x is written in percent and y in px, so that a strip stretches and its text keeps its size. What
 * lies behind all strips is drawn in a second picture that fills the cell, however high its row
 * grew: so a reference line is continuous from the first row to the last. */
#include <math.h>

#include "html.h"

static void attribute(html *h, const char *name, double v, const char *unit) {
  html_put(h, " ");
  html_put(h, name);
  html_put(h, "=\"");
  html_number(h, v);
  html_put(h, unit);
  html_put(h, "\"");
}

static void color(html *h, const char *name, uint32_t rgb) {
  char text[48];
  snprintf(text, sizeof text, " %s=\"#%06x\"", name, (unsigned)(rgb & 0xffffff));
  html_put(h, text);
}

static void dashes(html *h, uint32_t dash) {
  if (dash == 1) html_put(h, " stroke-dasharray=\"4 3\"");
  if (dash == 2) html_put(h, " stroke-dasharray=\"2 3\"");
}

/* Solid: filled. None: an outline. Hatch: a pattern that html_hatches() has defined. */
static void paint(html *h, const sampan_draw *d, double outline, const char *inside) {
  if (d->fill == SAMPAN_FILL_HATCH) {
    char text[48];
    snprintf(text, sizeof text, " fill=\"url(#h%06x)\"", (unsigned)(d->color & 0xffffff));
    html_put(h, text);
  } else if (d->fill == SAMPAN_FILL_NONE) {
    html_put(h, " fill=\"");
    html_put(h, inside);
    html_put(h, "\"");
    color(h, "stroke", d->color);
    attribute(h, "stroke-width", outline, "");
  } else {
    color(h, "fill", d->color);
  }
}

static void draw_symbol(html *h, const sampan_draw *d) {
  const double r = (d->size > 0 ? d->size : 9) / 2;
  char path[160];
  if (d->symbol == SAMPAN_SYMBOL_CIRCLE && d->dx == 0) {
    html_put(h, "<circle");
    attribute(h, "cx", 100 * d->x0, "%");
    attribute(h, "cy", d->y0, "");
    attribute(h, "r", d->fill == SAMPAN_FILL_NONE ? r - 1 : r, "");
    paint(h, d, 2, "#fff");
    html_put(h, "/>");
    return;
  }
  switch (d->symbol) {
    case SAMPAN_SYMBOL_SQUARE:
      snprintf(path, sizeof path, "M%.5g %.5gh%.5gv%.5gh%.5gz", -r, -r, 2 * r, 2 * r, -2 * r);
      break;
    case SAMPAN_SYMBOL_DIAMOND:
      snprintf(path, sizeof path, "M0 %.5gL%.5g 0 0 %.5g %.5g 0z", -r, r, r, -r);
      break;
    case SAMPAN_SYMBOL_UP:
      snprintf(path, sizeof path, "M0 %.5gL%.5g %.5gH%.5gz", -r, r, 0.8 * r, -r);
      break;
    case SAMPAN_SYMBOL_DOWN:
      snprintf(path, sizeof path, "M0 %.5gL%.5g %.5gH%.5gz", r, r, -0.8 * r, -r);
      break;
    case SAMPAN_SYMBOL_TICK:
      snprintf(path, sizeof path, "M-1.75 %.5gh3.5v%.5gh-3.5z", -r, 2 * r);
      break;
    default:
      snprintf(path, sizeof path, "M%.5g 0a%.5g %.5g 0 1 0 %.5g 0a%.5g %.5g 0 1 0 %.5g 0z", -r, r,
               r, 2 * r, r, r, -2 * r);
  }
  /* A path has no percentages: the nested picture's origin is the point. */
  html_put(h, "<svg overflow=\"visible\"");
  attribute(h, "x", 100 * d->x0, "%");
  attribute(h, "y", d->y0, "");
  html_put(h, "><path d=\"");
  html_put(h, path);
  html_put(h, "\"");
  if (d->dx != 0) {
    html_put(h, " transform=\"translate(");
    html_number(h, d->dx);
    html_put(h, ")\"");
  }
  paint(h, d, 1.8, "#fff");
  html_put(h, "/></svg>");
}

static void draw_text(html *h, const sampan_draw *d) {
  static const char *const anchor[] = {"start", "middle", "end"};
  if (d->text == NULL || d->text[0] == 0) return;
  html_put(h, "<text");
  attribute(h, "x", 100 * d->x0, "%");
  attribute(h, "y", d->y0, "");
  if (d->dx != 0) attribute(h, "dx", d->dx, "");
  html_put(h, " text-anchor=\"");
  html_put(h, anchor[d->align >= 0 && d->align <= 2 ? d->align : 0]);
  html_put(h, "\"");
  attribute(h, "font-size", d->size > 0 ? d->size : 12, "");
  color(h, "fill", d->color);
  html_put(h, ">");
  html_escape(h, d->text, HTML_SPACE);
  html_put(h, "</text>");
}

/* `whole`: y runs over the whole height instead of the primitive's own. */
static void draw(html *h, const sampan_draw *d, int whole) {
  if (!isfinite(d->x0) || !isfinite(d->y0) || !isfinite(d->x1) || !isfinite(d->y1)) return;
  switch (d->kind) {
    case SAMPAN_DRAW_LINE:
      html_put(h, "<line");
      attribute(h, "x1", 100 * d->x0, "%");
      attribute(h, "x2", 100 * d->x1, "%");
      attribute(h, "y1", whole ? 0 : d->y0, "");
      attribute(h, "y2", whole ? 100 : d->y1, whole ? "%" : "");
      color(h, "stroke", d->color);
      attribute(h, "stroke-width", d->size > 0 ? d->size : 1.5, "");
      dashes(h, d->dash);
      html_put(h, "/>");
      break;
    case SAMPAN_DRAW_RECT:
      html_put(h, "<rect");
      attribute(h, "x", 100 * fmin(d->x0, d->x1), "%");
      attribute(h, "width", 100 * fabs(d->x1 - d->x0), "%");
      attribute(h, "y", whole ? 0 : fmin(d->y0, d->y1), "");
      attribute(h, "height", whole ? 100 : fabs(d->y1 - d->y0), whole ? "%" : "");
      paint(h, d, d->size > 0 ? d->size : 1, "none");
      dashes(h, d->fill == SAMPAN_FILL_NONE ? d->dash : 0);
      html_put(h, "/>");
      break;
    case SAMPAN_DRAW_SYMBOL:
      if (!whole) draw_symbol(h, d);
      break;
    case SAMPAN_DRAW_TEXT:
      if (!whole) draw_text(h, d);
      break;
    default:
      break;
  }
}

/* ---- hatching ----------------------------------------------------------------------------------
 */

enum { MAX_HATCHES = 16 };

typedef struct hatches {
  uint32_t n;
  uint32_t color[MAX_HATCHES];
} hatches;

/* Grey hatching is grey on white, for what is not published; a colour is hatched in black. */
static void hatch(html *h, hatches *seen, const sampan_draw *d) {
  const uint32_t c = d->color & 0xffffff;
  const int grey = (c >> 16) == (c & 0xff) && ((c >> 8) & 0xff) == (c & 0xff);
  char text[400];
  if (d->fill != SAMPAN_FILL_HATCH) return;
  for (uint32_t i = 0; i < seen->n; i++)
    if (seen->color[i] == c) return;
  if (seen->n == MAX_HATCHES) return;
  seen->color[seen->n++] = c;
  snprintf(text, sizeof text,
           "<pattern id=\"h%06x\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
           "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" fill=\"#%06x\"/>"
           "<path d=\"M0 0V6\" stroke=\"#%06x\" stroke-width=\"%s\"/></pattern>\n",
           (unsigned)c, (unsigned)(grey ? 0xffffff : c), (unsigned)(grey ? c : 0x111111),
           grey ? "2.4" : "1.6");
  html_put(h, text);
}

void html_hatches(html *h, const sampan_document *document) {
  hatches seen = {0, {0}};
  for (uint32_t b = 0; b < document->n_blocks; b++) {
    if (document->blocks[b].kind != SAMPAN_BLOCK_CHART) continue;
    const sampan_chart_block *c = (const sampan_chart_block *)document->blocks[b].content;
    for (uint32_t i = 0; i < c->n_behind; i++) hatch(h, &seen, &c->behind[i]);
    for (uint32_t i = 0; i < c->n_legend; i++) hatch(h, &seen, &c->legend[i].symbol);
    for (uint32_t i = 0; i < c->n_rows; i++)
      for (uint32_t j = 0; j < c->rows[i].n_draws; j++) hatch(h, &seen, &c->rows[i].draws[j]);
  }
}

/* ---- the table of strips
 * ------------------------------------------------------------------------- */

static const char *or_empty(const char *s) {
  return s ? s : "";
}

/* Nothing but strips. */
int32_t html_chart_is_bare(const sampan_chart_block *c) {
  if (c->n_left > 0 || c->n_right > 0 || or_empty(c->label_head)[0]) return 0;
  for (uint32_t i = 0; i < c->n_rows; i++)
    if (or_empty(c->rows[i].label)[0]) return 0;
  return 1;
}

static int has_groups(const sampan_chart_block *c) {
  for (uint32_t i = 0; i < c->n_rows; i++)
    if (c->rows[i].kind == SAMPAN_CHART_ROW_GROUP) return 1;
  return 0;
}

/* A figure, or the dash of one that is not given. */
static int is_figure(const char *s) {
  return (*s >= '0' && *s <= '9') || *s == '+' || *s == '-' || strncmp(s, "−", 3) == 0 ||
         strncmp(s, "—", 3) == 0;
}

static int is_figure_column(const sampan_chart_block *c, uint32_t column, int right) {
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const char *const *texts = right ? c->rows[i].right : c->rows[i].left;
    if (texts && or_empty(texts[column])[0] && !is_figure(texts[column])) return 0;
  }
  return 1;
}

/* A figure with its interval: the interval can be left out on a phone. */
static void write_figure(html *h, const char *text) {
  const char *open = is_figure(text) ? strstr(text, " (") : NULL;
  char figure[64];
  if (open == NULL || (size_t)(open - text) >= sizeof figure) {
    html_escape(h, text, HTML_BREAK);
    return;
  }
  memcpy(figure, text, (size_t)(open - text));
  figure[open - text] = 0;
  html_escape(h, figure, HTML_BREAK);
  html_put(h, "<span class=\"iv\">");
  html_escape(h, open, HTML_BREAK);
  html_put(h, "</span>");
}

static void write_texts(html *h, const sampan_chart_block *c, const sampan_chart_row *r,
                        int right) {
  const uint32_t n = right ? c->n_right : c->n_left;
  const sampan_chart_head *heads = right ? c->right : c->left;
  const char *const *texts = right ? r->right : r->left;
  for (uint32_t i = 0; i < n; i++) {
    const char *text = texts ? or_empty(texts[i]) : "";
    html_put(h, right ? i == 0 ? "<td class=\"x x0" : "<td class=\"x" : "<td class=\"x xl");
    if (is_figure_column(c, i, right)) html_put(h, " r");
    if (text[0] == 0) html_put(h, " mt");
    html_put(h, "\" data-l=\"");
    html_label(h, or_empty(heads[i].text));
    html_put(h, "\">");
    write_figure(h, text);
    html_put(h, "</td>");
  }
}

static void write_strip(html *h, const sampan_chart_block *c, const sampan_chart_row *r) {
  html_put(h, "<td class=\"st\">");
  if (c->n_behind > 0 && r->kind != SAMPAN_CHART_ROW_AXIS) {
    html_put(h, "<svg class=\"bh\" aria-hidden=\"true\" width=\"100%\" height=\"100%\">");
    for (uint32_t i = 0; i < c->n_behind; i++) draw(h, &c->behind[i], 1);
    html_put(h, "</svg>");
  }
  if (r->n_draws > 0) {
    html_put(h, "<svg class=\"strip\" width=\"100%\"");
    attribute(h, "height", r->height, "");
    if (or_empty(r->sentence)[0]) {
      html_put(h, " role=\"img\" aria-label=\"");
      html_escape(h, r->sentence, HTML_SPACE);
      html_put(h, "\">");
    } else {
      html_put(h, " aria-hidden=\"true\">");
    }
    for (uint32_t i = 0; i < r->n_draws; i++) draw(h, &r->draws[i], 0);
    html_put(h, "</svg>");
  }
  html_put(h, "</td>");
}

static void write_row(html *h, const sampan_chart_block *c, const sampan_chart_row *r, int bare) {
  html_put(h, "<tr class=\"");
  html_put(h, r->kind == SAMPAN_CHART_ROW_GROUP  ? "gp"
              : r->kind == SAMPAN_CHART_ROW_AXIS ? "ax"
                                                 : "sr");
  if (r->flags & SAMPAN_CHART_BOLD) html_put(h, " bd");
  if (r->flags & SAMPAN_ROW_MUTED) html_put(h, " mu");
  html_put(h, "\">");
  if (!bare) {
    const int label = or_empty(r->label)[0] != 0;
    html_put(h, r->kind == SAMPAN_CHART_ROW_GROUP ? "<th scope=\"rowgroup\">"
                : label                           ? "<th scope=\"row\">"
                                                  : "<td class=\"mt\">");
    html_escape(h, or_empty(r->label), HTML_BREAK);
    html_put(h, label || r->kind == SAMPAN_CHART_ROW_GROUP ? "</th>" : "</td>");
    write_texts(h, c, r, 0);
  }
  write_strip(h, c, r);
  if (!bare) write_texts(h, c, r, 1);
  html_put(h, "</tr>\n");
}

static void write_heads(html *h, const sampan_chart_block *c, int right) {
  const uint32_t n = right ? c->n_right : c->n_left;
  const sampan_chart_head *heads = right ? c->right : c->left;
  for (uint32_t i = 0; i < n; i++) {
    html_put(h, is_figure_column(c, i, right) ? "<th scope=\"col\" class=\"x r\">"
                                              : "<th scope=\"col\" class=\"x\">");
    html_escape(h, or_empty(heads[i].text), HTML_SUBTITLE);
    html_put(h, "</th>");
  }
}

static void write_col(html *h, double width) {
  html_put(h, "<col style=\"width:");
  html_number(h, width / 10);
  html_put(h, "%\">");
}

static void write_legend(html *h, const sampan_chart_block *c) {
  if (c->n_legend == 0) return;
  html_put(h, "<div class=\"leg\">");
  for (uint32_t i = 0; i < c->n_legend; i++) {
    const sampan_draw *d = &c->legend[i].symbol;
    /* Lines and bands of the key stand for ones that cross the strip. */
    const int upright = d->kind == SAMPAN_DRAW_LINE && d->x0 >= d->x1 && d->x0 <= d->x1;
    html_put(h, "<span><svg class=\"ky\" width=\"22\" height=\"16\" aria-hidden=\"true\">");
    draw(h, d, upright);
    html_put(h, "</svg>");
    html_escape(h, or_empty(c->legend[i].text), HTML_SPACE);
    html_put(h, "</span>");
  }
  html_put(h, "</div>");
}

static void write_caption(html *h, const sampan_chart_block *c) {
  html_put(h, "<figcaption>");
  if (or_empty(c->caption)[0]) {
    html_put(h, "<span class=\"po\">");
    html_escape(h, c->caption, HTML_SPACE);
    html_put(h, "</span> ");
  }
  html_put(h, "<span class=\"ti\">");
  html_escape(h, or_empty(c->title), HTML_SPACE);
  html_put(h, "</span>");
  write_legend(h, c);
  html_put(h, "</figcaption>\n");
}

void html_chart(html *h, const sampan_chart_block *c, uint32_t flags) {
  const int bare = html_chart_is_bare(c);
  const int inline_phone = has_groups(c) || c->n_right <= 1;
  double used = c->label_width;
  int heads = or_empty(c->label_head)[0] || or_empty(c->strip_head)[0];
  for (uint32_t i = 0; i < c->n_left; i++) used += c->left[i].width, heads |= 1;
  for (uint32_t i = 0; i < c->n_right; i++) used += c->right[i].width, heads |= 1;

  html_put(h, "<figure");
  html_class(h, bare ? "ch bare" : inline_phone ? "ch inl" : "ch stk", flags);
  html_put(h, ">");
  write_caption(h, c);
  html_put(h, "<table class=\"k\"><colgroup>");
  if (!bare) {
    write_col(h, c->label_width);
    for (uint32_t i = 0; i < c->n_left; i++) write_col(h, c->left[i].width);
    write_col(h, used < 1000 ? 1000 - used : 0);
    for (uint32_t i = 0; i < c->n_right; i++) write_col(h, c->right[i].width);
  }
  html_put(h, "</colgroup>\n");
  if (!bare && heads) {
    html_put(h, "<thead><tr><th scope=\"col\">");
    html_escape(h, or_empty(c->label_head), HTML_SUBTITLE);
    html_put(h, "</th>");
    write_heads(h, c, 0);
    html_put(h, "<th scope=\"col\" class=\"st\">");
    html_escape(h, or_empty(c->strip_head), HTML_SUBTITLE);
    html_put(h, "</th>");
    write_heads(h, c, 1);
    html_put(h, "</tr></thead>\n");
  }
  html_put(h, "<tbody>");
  for (uint32_t i = 0; i < c->n_rows; i++) write_row(h, c, &c->rows[i], bare);
  html_put(h, "</tbody></table>\n");
  html_notes(h, c->notes, c->n_notes);
  html_put(h, "</figure>\n");
}
