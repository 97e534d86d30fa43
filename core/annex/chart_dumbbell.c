/* chart_dumbbell.c - from baseline to current on one strip, with target and comparator. */
#include <math.h>

#include "annex/chart.h"

/* The comparator is labelled on a line below the target, so that near texts keep apart. */
enum { LABELS = 12, MIDDLE = 52, SPREAD = 6, HEIGHT = 72 };

static void add_value(sp_doc *doc, sp_list *draws, const sp_axis *axis, const sp_scale *s,
                      const sp_value *v, double whisker_y, int32_t fill, uint32_t color) {
  const double x = sp_axis_at(axis, s->factor * v->value);
  if (sp_has_interval(v))
    sp_draw_whisker(doc, draws, sp_axis_at(axis, s->factor * v->low),
                    sp_axis_at(axis, s->factor * v->high), whisker_y);
  sp_draw_symbol(doc, draws, SAMPAN_SYMBOL_CIRCLE, fill, color, x, MIDDLE, 12);
}

static void legend_value(sp_doc *doc, sp_chart *chart, const sp_scale *s, const sp_value *v,
                         const char *name, int32_t fill, uint32_t color) {
  sp_list symbol = {0};
  const char *detail = sp_has_interval(v) ? sp_value_detail(doc, s, v) : "";
  sp_draw_symbol(doc, &symbol, SAMPAN_SYMBOL_CIRCLE, fill, color, 0.5, 8, 11);
  sp_chart_legend(doc, chart, &symbol,
                  sp_doc_printf(doc, "%s %s%s%s", name, sp_scaled_unit(doc, s, v->value),
                                detail[0] != '\0' ? " " : "", detail));
}

/* Target and comparator are labelled outward, so that the texts keep clear of each other; near an
 * end of the strip a text turns inward. */
static void label_at(sp_doc *doc, sp_list *draws, double x, double y, int outward_left,
                     const char *text) {
  const int left = x < 0.2 ? 0 : x > 0.8 ? 1 : outward_left;
  sp_draw_text(doc, draws, x, y, left ? SAMPAN_ALIGN_RIGHT : SAMPAN_ALIGN_LEFT, left ? -4 : 4,
               text);
}

void sp_chart_dumbbell(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  sp_chart chart = {.label_head = "", .strip_head = ""};
  sp_range range = sp_range_none;
  sp_list draws = {0}, symbol = {0};
  const sp_label *name = NULL;
  const sp_value *band = sp_band_of(f, &name), *ends[] = {&f->baseline, &f->current, band};
  const sp_clause *c = sp_clause_deciding(f, &f->clause);
  if (!sp_shown(&f->baseline) || !sp_shown(&f->current)) return;
  for (uint32_t i = 0; i < 3; i++) {
    if (ends[i] == NULL) continue;
    sp_range_add(&range, s->factor * ends[i]->value);
    if (!sp_has_interval(ends[i])) continue;
    sp_range_add(&range, s->factor * ends[i]->low);
    sp_range_add(&range, s->factor * ends[i]->high);
  }
  /* The comparator as a target has its band already. */
  const int has_target = c != NULL && c->target->kind != SP_TARGET_COMPARATOR;
  if (has_target) sp_range_add(&range, s->factor * c->threshold);
  const int is_share = s->unit == SAMPAN_UNIT_PROPORTION;
  const sp_axis axis = sp_axis_over(range, is_share ? 0 : -INFINITY, is_share ? 100 : INFINITY);
  const double target = has_target ? sp_axis_at(&axis, s->factor * c->threshold) : NAN;
  const double other = band != NULL ? sp_axis_at(&axis, s->factor * band->value) : NAN;
  sp_draw_line(doc, &draws, sp_axis_at(&axis, s->factor * f->baseline.value), MIDDLE,
               sp_axis_at(&axis, s->factor * f->current.value), MIDDLE, 5, SP_SKY, 0);
  if (has_target)
    sp_draw_symbol(doc, &draws, SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, SP_BLACK, target, MIDDLE - 4,
                   34);
  add_value(doc, &draws, &axis, s, &f->baseline, MIDDLE - SPREAD, SAMPAN_FILL_NONE, SP_BLACK);
  add_value(doc, &draws, &axis, s, &f->current, MIDDLE + SPREAD, SAMPAN_FILL_SOLID, SP_BLUE);
  if (has_target)
    label_at(doc, &draws, target, LABELS, band == NULL || target <= other,
             SP_SAY(doc, TARGET_AT, sp_scaled(doc, s, c->threshold)));
  if (band != NULL) {
    label_at(doc, &draws, other, has_target ? LABELS + 14 : LABELS, has_target && other < target,
             sp_doc_printf(doc, "%s %s", sp_doc_label(doc, name), sp_scaled(doc, s, band->value)));
    if (sp_has_interval(band))
      sp_draw_box(doc, &chart.behind, sp_axis_at(&axis, s->factor * band->low), 0,
                  sp_axis_at(&axis, s->factor * band->high), 1, SAMPAN_FILL_SOLID, 0xD9D9D9);
    else
      sp_draw_line(doc, &chart.behind, other, 0, other, 1, 1.5, SP_GREY, 2);
  }
  sp_chart_row(doc, &chart, SAMPAN_CHART_ROW_STRIP, "", NULL, NULL, &draws, HEIGHT,
               SP_SAY(doc, DUMBBELL_SENTENCE, sp_scaled_unit(doc, s, f->baseline.value),
                      sp_scaled_unit(doc, s, f->current.value)));
  sp_chart_axis_row(doc, &chart, &axis, s->name);
  legend_value(doc, &chart, s, &f->baseline, sp_baseline_name(doc, " "), SAMPAN_FILL_NONE,
               SP_BLACK);
  legend_value(doc, &chart, s, &f->current, sp_current_name(doc, " "), SAMPAN_FILL_SOLID, SP_BLUE);
  if (has_target) {
    sp_draw_symbol(doc, &symbol, SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, SP_BLACK, 0.5, 8, 14);
    sp_chart_legend(doc, &chart, &symbol, SP_WORD(doc, TARGET));
  }
  if (band != NULL && sp_has_interval(band)) {
    sp_list box = {0};
    sp_draw_box(doc, &box, 0, 3, 1, 13, SAMPAN_FILL_SOLID, 0xD9D9D9);
    sp_chart_legend(doc, &chart, &box, SP_SAY(doc, BAND, sp_doc_label(doc, name)));
  }
  chart.title = SP_SAY(doc, DUMBBELL_TITLE, s->name[0] != '\0' ? s->name : SP_WORD(doc, VALUE));
  sp_chart_note(doc, &chart, SP_WORD(doc, NO_TREND));
  sp_chart_close(doc, &chart, SP_SAY(doc, DUMBBELL_CAPTION, sp_goal_name(doc, f)), 0);
}
