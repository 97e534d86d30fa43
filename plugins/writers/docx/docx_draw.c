/* docx_draw.c - text, primitives and verdict marks with cairo and pango.
 *
 * Metrics are not hinted and shades are grey, so a text is as wide as it was measured and a picture
 * is the same on every run. Nothing relies on colour: filled shapes have a dark edge.
 */
#include "docx_draw.h"

#include <math.h>

enum { INK = 0x111111 };

int32_t docx_canvas_open(docx_canvas *c, const sampan_call *call, int32_t chinese) {
  int n_families = 0;
  PangoFontFamily **families = NULL;
  memset(c, 0, sizeof *c);
  c->call = call;
  c->squeeze = c->text_scale = 1;
  docx_buffer_init(&c->text, call);
  c->fonts = pango_cairo_font_map_new();
  if (!c->fonts) return sampan_fail(call, SAMPAN_E_MEMORY, "no font map");
  pango_font_map_list_families(c->fonts, &families, &n_families);
  g_free(families);
  if (n_families == 0) {
    return sampan_fail(call, SAMPAN_E_IO, "no fonts are installed, and charts need one");
  }
  pango_cairo_font_map_set_resolution((PangoCairoFontMap *)c->fonts, 72.0);
  c->context = pango_font_map_create_context(c->fonts);
  cairo_font_options_t *options = cairo_font_options_create();
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(c->context, options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(c->context, FALSE);
  pango_context_set_language(c->context, pango_language_from_string(chinese ? "zh-cn" : "en"));
  pango_context_set_base_dir(c->context, PANGO_DIRECTION_LTR);
  c->layout = pango_layout_new(c->context);
  pango_layout_set_auto_dir(c->layout, FALSE);
  c->font = pango_font_description_new();
  pango_font_description_set_family_static(
      c->font, chinese ? "Noto Sans CJK SC,Source Han Sans SC,Microsoft YaHei,SimHei,sans-serif"
                       : "Liberation Sans,Arial,Noto Sans CJK SC,Source Han Sans SC,sans-serif");
  return SAMPAN_OK;
}

static int32_t cairo_failure(const sampan_call *call, cairo_status_t status) {
  if (status == CAIRO_STATUS_NO_MEMORY) {
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory while drawing a chart");
  }
  return sampan_fail(call, SAMPAN_E_INTERNAL, "drawing failed: %s", cairo_status_to_string(status));
}

static void end_sheet(docx_canvas *c) {
  if (c->cr) cairo_destroy(c->cr);
  if (c->surface) cairo_surface_destroy(c->surface);
  c->cr = NULL;
  c->surface = NULL;
}

int32_t docx_canvas_sheet(docx_canvas *c, int32_t width, int32_t height, double scale,
                          int32_t clear) {
  end_sheet(c);
  c->surface =
      cairo_image_surface_create(clear ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, width, height);
  c->cr = cairo_create(c->surface);
  const cairo_status_t status = cairo_status(c->cr);
  if (status != CAIRO_STATUS_SUCCESS) return cairo_failure(c->call, status);
  if (!clear) {
    cairo_set_source_rgb(c->cr, 1, 1, 1);
    cairo_paint(c->cr);
  }
  cairo_scale(c->cr, scale, scale);
  return SAMPAN_OK;
}

static cairo_status_t to_buffer(void *closure, const unsigned char *data, unsigned int length) {
  docx_buffer *b = closure;
  docx_add(b, data, length);
  return b->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

int32_t docx_canvas_png(docx_canvas *c, docx_buffer *png, docx_buffer *scratch) {
  cairo_status_t status = cairo_status(c->cr);
  png->n = 0;
  cairo_surface_flush(c->surface);
  if (status == CAIRO_STATUS_SUCCESS && scratch) {
    const docx_sheet sheet = {
        cairo_image_surface_get_data(c->surface), cairo_image_surface_get_width(c->surface),
        cairo_image_surface_get_height(c->surface), cairo_image_surface_get_stride(c->surface), 0};
    const int32_t packed = docx_png(c->call, &sheet, scratch, png);
    end_sheet(c);
    return packed;
  }
  if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png_stream(c->surface, to_buffer, png);
  }
  end_sheet(c);
  return status == CAIRO_STATUS_SUCCESS ? SAMPAN_OK : cairo_failure(c->call, status);
}

void docx_canvas_close(docx_canvas *c) {
  end_sheet(c);
  if (c->font) pango_font_description_free(c->font);
  if (c->layout) g_object_unref(c->layout);
  if (c->context) g_object_unref(c->context);
  if (c->fonts) g_object_unref(c->fonts);
  memset(c, 0, sizeof *c);
}

/* ---- text ---- */

docx_text_box docx_measure(docx_canvas *c, const char *text, double size, int32_t bold,
                           double wrap) {
  docx_text_box box = {0, 0, 0};
  PangoRectangle logical;
  docx_plain(&c->text, text);
  if (c->text.failed) return box;
  pango_font_description_set_absolute_size(c->font, size * PANGO_SCALE);
  pango_font_description_set_weight(c->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description(c->layout, c->font);
  pango_layout_set_alignment(c->layout, PANGO_ALIGN_LEFT);
  pango_layout_set_width(c->layout, wrap > 0 ? (int)(wrap * PANGO_SCALE) : -1);
  pango_layout_set_wrap(c->layout, PANGO_WRAP_WORD_CHAR);
  /* The fonts of CJK carry wide line gaps; lines are set by the size of the text alone. */
  pango_layout_set_line_spacing(c->layout, 0.85F);
  pango_layout_set_text(c->layout, c->text.data, -1);
  pango_layout_get_extents(c->layout, NULL, &logical);
  box.width = (double)logical.width / PANGO_SCALE;
  box.height = (double)logical.height / PANGO_SCALE;
  box.baseline = (double)pango_layout_get_baseline(c->layout) / PANGO_SCALE;
  return box;
}

static void set_color(docx_canvas *c, uint32_t color) {
  cairo_set_source_rgb(c->cr, (color >> 16 & 255U) / 255.0, (color >> 8 & 255U) / 255.0,
                       (color & 255U) / 255.0);
}

void docx_write(docx_canvas *c, const char *text, double size, int32_t bold, double x, double y,
                double wrap, int32_t align, uint32_t color) {
  if (!text || !*text) return;
  const docx_text_box box = docx_measure(c, text, size, bold, wrap);
  const double room = wrap > 0 ? wrap : 0;
  pango_layout_set_alignment(c->layout, align == SAMPAN_ALIGN_CENTER  ? PANGO_ALIGN_CENTER
                                        : align == SAMPAN_ALIGN_RIGHT ? PANGO_ALIGN_RIGHT
                                                                      : PANGO_ALIGN_LEFT);
  if (wrap <= 0) { /* about the point */
    if (align == SAMPAN_ALIGN_CENTER) x -= box.width / 2;
    if (align == SAMPAN_ALIGN_RIGHT) x -= box.width;
    pango_layout_set_width(c->layout, (int)ceil(box.width * PANGO_SCALE));
  } else {
    pango_layout_set_width(c->layout, (int)(room * PANGO_SCALE));
  }
  set_color(c, color);
  cairo_move_to(c->cr, x, y);
  pango_cairo_update_layout(c->cr, c->layout);
  pango_cairo_show_layout(c->cr, c->layout);
  cairo_new_path(c->cr);
}

void docx_rule(docx_canvas *c, double x0, double x1, double y, double width, uint32_t color) {
  set_color(c, color);
  cairo_set_line_width(c->cr, width);
  cairo_move_to(c->cr, x0, y);
  cairo_line_to(c->cr, x1, y);
  cairo_stroke(c->cr);
}

/* ---- primitives ---- */

/* A number to draw at: nothing that a model holds may leave the sheet by miles. */
static double tame(double x, double limit) {
  if (!(x > -limit)) return isnan(x) ? 0 : -limit;
  return x < limit ? x : limit;
}

static void set_dash(docx_canvas *c, uint32_t dash, double width) {
  const double dashed[2] = {6 * DOCX_PX, 4 * DOCX_PX};
  const double dotted[2] = {1.2 * width, 1.8 * width};
  cairo_set_dash(c->cr, dash == 2 ? dotted : dashed, dash ? 2 : 0, 0);
}

/* Stripes over the current path, which stays. A grey is the stripe on white (not published), any
 * other colour the ground of dark stripes, so that both can be told apart without colour. */
static void hatch(docx_canvas *c, uint32_t color) {
  double x0, y0, x1, y1;
  const int pale =
      (color >> 16 & 255U) == (color >> 8 & 255U) && (color >> 8 & 255U) == (color & 255U);
  const double step = 6 * DOCX_PX * 1.414;
  cairo_path_t *path = cairo_copy_path(c->cr);
  cairo_path_extents(c->cr, &x0, &y0, &x1, &y1);
  cairo_save(c->cr);
  set_color(c, pale ? 0xFFFFFF : color);
  cairo_fill_preserve(c->cr);
  cairo_clip(c->cr);
  set_color(c, pale ? color : INK);
  cairo_set_line_width(c->cr, (pale ? 2 : 1.6) * DOCX_PX);
  for (double x = x0 - (y1 - y0); x < x1; x += step) {
    cairo_move_to(c->cr, x, y1);
    cairo_line_to(c->cr, x + (y1 - y0), y0);
  }
  cairo_stroke(c->cr);
  cairo_restore(c->cr);
  cairo_append_path(c->cr, path);
  cairo_path_destroy(path);
}

/* Fills the current path as asked and draws its edge. */
static void finish_shape(docx_canvas *c, int32_t fill, uint32_t color, uint32_t edge,
                         double edge_width) {
  if (fill == SAMPAN_FILL_HATCH) {
    hatch(c, color);
  } else {
    set_color(c, fill == SAMPAN_FILL_NONE ? 0xFFFFFF : color);
    cairo_fill_preserve(c->cr);
  }
  if (edge_width > 0) {
    set_color(c, fill == SAMPAN_FILL_NONE ? color : edge);
    cairo_set_line_width(c->cr, edge_width);
    cairo_stroke(c->cr);
  }
  cairo_new_path(c->cr);
}

static void polygon(docx_canvas *c, double x, double y, double r, const double (*at)[2], int n) {
  for (int i = 0; i < n; i++) cairo_line_to(c->cr, x + r * at[i][0], y + r * at[i][1]);
  cairo_close_path(c->cr);
}

static void symbol(docx_canvas *c, const sampan_draw *d, double x, double y) {
  static const double square[4][2] = {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}};
  static const double diamond[4][2] = {{0, -1.15}, {1.15, 0}, {0, 1.15}, {-1.15, 0}};
  static const double up[3][2] = {{0, -1.15}, {1.15, 0.9}, {-1.15, 0.9}};
  static const double down[3][2] = {{0, 1.15}, {1.15, -0.9}, {-1.15, -0.9}};
  const double r = tame(d->size > 0 ? d->size : 9, 400) * DOCX_PX / 2;
  cairo_new_path(c->cr);
  cairo_set_dash(c->cr, NULL, 0, 0);
  switch (d->symbol) {
    case SAMPAN_SYMBOL_TICK:
      cairo_rectangle(c->cr, x - 1.5 * DOCX_PX, y - r, 3 * DOCX_PX, 2 * r);
      set_color(c, d->color);
      cairo_fill(c->cr);
      return;
    case SAMPAN_SYMBOL_SQUARE:
      polygon(c, x, y, r, square, 4);
      break;
    case SAMPAN_SYMBOL_DIAMOND:
      polygon(c, x, y, r, diamond, 4);
      break;
    case SAMPAN_SYMBOL_UP:
      polygon(c, x, y, r, up, 3);
      break;
    case SAMPAN_SYMBOL_DOWN:
      polygon(c, x, y, r, down, 3);
      break;
    default:
      cairo_arc(c->cr, x, y, r, 0, 2 * G_PI);
  }
  finish_shape(c, d->fill, d->color, INK, (d->fill == SAMPAN_FILL_NONE ? 1.8 : 1) * DOCX_PX);
}

void docx_draw(docx_canvas *c, const sampan_draw *d, double x, double width, double top) {
  const double x0 = x + tame(d->x0, 4) * width, x1 = x + tame(d->x1, 4) * width;
  const double px = DOCX_PX * c->squeeze;
  const double y0 = top + tame(d->y0, 1e4) * px, y1 = top + tame(d->y1, 1e4) * px;
  const double size = tame(d->size, 400) * DOCX_PX;
  const double dx = tame(d->dx, 4000) * DOCX_PX;
  cairo_new_path(c->cr);
  switch (d->kind) {
    case SAMPAN_DRAW_LINE:
      if (d->dash == 2) { /* dots would drown in a hatched bar */
        set_color(c, 0xFFFFFF);
        cairo_set_line_width(c->cr, size + 3 * DOCX_PX);
        cairo_move_to(c->cr, x0, y0);
        cairo_line_to(c->cr, x1, y1);
        cairo_stroke(c->cr);
      }
      set_color(c, d->color);
      cairo_set_line_width(c->cr, size > 0 ? size : DOCX_PX);
      set_dash(c, d->dash, size > 0 ? size : DOCX_PX);
      cairo_move_to(c->cr, x0, y0);
      cairo_line_to(c->cr, x1, y1);
      cairo_stroke(c->cr);
      break;
    case SAMPAN_DRAW_RECT: {
      const int pale = d->fill == SAMPAN_FILL_SOLID;
      cairo_set_dash(c->cr, NULL, 0, 0);
      cairo_rectangle(c->cr, x0 < x1 ? x0 : x1, y0 < y1 ? y0 : y1, fabs(x1 - x0), fabs(y1 - y0));
      finish_shape(c, d->fill, d->color, d->color, pale ? 0 : 0.8 * DOCX_PX);
      break;
    }
    case SAMPAN_DRAW_SYMBOL:
      symbol(c, d, x0 + dx, y0);
      break;
    case SAMPAN_DRAW_TEXT: {
      const double full = size > 0 ? size : 12 * DOCX_PX, text_size = full * c->text_scale;
      /* Squeezed about the middle of its letters, 0.35 of its size above the baseline. */
      const double drop = 0.35 * (text_size - full * c->squeeze);
      const docx_text_box box = docx_measure(c, d->text, text_size, 0, 0);
      docx_write(c, d->text, text_size, 0, x0 + dx, y0 + drop - box.baseline, 0, d->align,
                 d->color);
      break;
    }
    default:
      break; /* a kind of a later version */
  }
  cairo_set_dash(c->cr, NULL, 0, 0);
}

/* ---- verdict marks, on a box from -11 to 11 ---- */

static void white_lines(docx_canvas *c, const double (*at)[4], int n, double width,
                        uint32_t color) {
  for (int i = 0; i < n; i++) {
    cairo_move_to(c->cr, at[i][0], at[i][1]);
    cairo_line_to(c->cr, at[i][2], at[i][3]);
  }
  set_color(c, color);
  cairo_set_line_width(c->cr, width);
  cairo_stroke(c->cr);
}

void docx_draw_mark(docx_canvas *c, int32_t mark) {
  static const double cross[2][4] = {{-4, -4, 4, 4}, {4, -4, -4, 4}};
  static const double dash[1][4] = {{-4, 0, 4, 0}};
  static const double diamond[4][2] = {{0, -10.2}, {10.2, 0}, {0, 10.2}, {-10.2, 0}};
  const double gap[2] = {3, 2.4};
  cairo_t *cr = c->cr;
  cairo_translate(cr, 11, 11);
  switch (mark) {
    case SAMPAN_MARK_MET:
      cairo_arc(cr, 0, 0, 9.5, 0, 2 * G_PI);
      finish_shape(c, SAMPAN_FILL_SOLID, 0x009E73, INK, 1.2);
      cairo_move_to(cr, -4.5, 0.5);
      cairo_line_to(cr, -1.2, 4);
      cairo_line_to(cr, 5, -3.8);
      set_color(c, 0xFFFFFF);
      cairo_set_line_width(cr, 2.8);
      cairo_stroke(cr);
      break;
    case SAMPAN_MARK_NOT_MET:
      cairo_rectangle(cr, -9, -9, 18, 18);
      finish_shape(c, SAMPAN_FILL_SOLID, 0xD55E00, INK, 1.2);
      white_lines(c, cross, 2, 2.8, 0xFFFFFF);
      break;
    case SAMPAN_MARK_UNDECIDED:
      polygon(c, 0, 0, 1, diamond, 4);
      finish_shape(c, SAMPAN_FILL_NONE, INK, INK, 1.7);
      cairo_new_sub_path(cr);
      cairo_arc(cr, 0.1, -2.5, 2.7, 177.5 * G_PI / 180, 423.5 * G_PI / 180);
      cairo_curve_to(cr, 0.3, 0.4, 0, 0.8, 0, 2);
      cairo_move_to(cr, 0, 4);
      cairo_line_to(cr, 0, 5.8);
      set_color(c, INK);
      cairo_set_line_width(cr, 1.9);
      cairo_stroke(cr);
      break;
    default:
      cairo_arc(cr, 0, 0, 9.5, 0, 2 * G_PI);
      set_color(c, 0xFFFFFF);
      cairo_fill_preserve(cr);
      cairo_set_dash(cr, gap, 2, 0);
      set_color(c, 0x555555);
      cairo_set_line_width(cr, 1.7);
      cairo_stroke(cr);
      cairo_set_dash(cr, NULL, 0, 0);
      white_lines(c, dash, 1, 2.3, 0x333333);
  }
}
