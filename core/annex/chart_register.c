/* chart_register.c - the fifth section: full counts as bars from 0 with target and baseline. */
#include <math.h>

#include "annex/chart.h"

enum { TOP = 9, BOTTOM = 25, MIDDLE = 17 };

/* The end of a bar's axis that is no percentage. */
static double own_end(const sp_finding *f, const sp_clause *target) {
  sp_range range = {0, 0};
  if (sp_shown(&f->current)) sp_range_add(&range, f->current.value);
  if (sp_shown(&f->baseline)) sp_range_add(&range, f->baseline.value);
  if (target != NULL) sp_range_add(&range, target->threshold);
  return range.high > 0 ? sp_axis_over(range, 0, INFINITY).high : 1;
}

static double at(double value, double end) {
  return fmin(fmax(value / end, 0), 1);
}

static void draw(sp_doc *doc, const sp_finding *f, const sp_clause *target, double end,
                 sp_list *draws) {
  const int missed = f->point == SP_VERDICT_NOT_MET;
  sp_draw_box(doc, draws, 0, TOP, 1, BOTTOM, SAMPAN_FILL_NONE, SP_MIDDLE);
  if (!sp_shown(&f->current)) {
    sp_draw_text(doc, draws, 0, MIDDLE + 4, SAMPAN_ALIGN_LEFT, 8,
                 sp_hidden_reason(doc, f->current.estimate));
    return;
  }
  sp_draw_box(doc, draws, 0, TOP, at(f->current.value, end), BOTTOM,
              missed ? SAMPAN_FILL_HATCH : SAMPAN_FILL_SOLID, missed ? SP_ORANGE : SP_SKY);
  if (sp_shown(&f->baseline)) {
    const double x = at(f->baseline.value, end);
    sp_draw_line(doc, draws, x, TOP, x, BOTTOM, 2, SP_BLACK, 2);
  }
  if (target != NULL)
    sp_draw_symbol(doc, draws, SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, SP_BLACK,
                   at(target->threshold, end), MIDDLE, 24);
}

static const char *counted(sp_doc *doc, const sp_scale *s, const sp_value *v) {
  if (!sp_shown(v)) return SP_DASH;
  if (isfinite(v->numerator) && isfinite(v->denominator)) return sp_value_detail(doc, s, v);
  return SP_WORD(doc, FULL_COUNT);
}

/* Adds the row; returns a remark on an axis of its own, or "". */
static const char *add_row(sp_doc *doc, sp_chart *chart, const sp_finding *f) {
  const sp_scale s = sp_scale_of(doc, f);
  const sp_clause *target = sp_clause_deciding(f, &f->clause);
  const int is_share = s.unit == SAMPAN_UNIT_PROPORTION;
  const double end = is_share ? 1 : own_end(f, target);
  const char *name = sp_goal_title(doc, f), *lack = sp_short_by_text(doc, f, &s);
  /* A longer unit than % stands beside the target. */
  const char *value = !sp_shown(&f->current) ? SP_DASH
                      : is_share             ? sp_scaled_unit(doc, &s, f->current.value)
                                             : sp_scaled(doc, &s, f->current.value);
  const char *goal = target != NULL ? sp_clause_threshold_text(doc, f, &s, target) : SP_DASH;
  const char *verdict = sp_point_word(doc, f);
  sp_list left = {0}, right = {0}, draws = {0};
  if (lack[0] != '\0') verdict = sp_doc_printf(doc, "%s%s%s", verdict, SP_WORD(doc, COMMA), lack);
  *SP_ADD(doc, &left, const char *) = counted(doc, &s, &f->current);
  *SP_ADD(doc, &right, const char *) = value;
  *SP_ADD(doc, &right, const char *) = goal;
  *SP_ADD(doc, &right, const char *) = verdict;
  draw(doc, f, target, end, &draws);
  sp_chart_row(doc, chart, SAMPAN_CHART_ROW_STRIP, name, &left, &right, &draws, 34,
               SP_SAY(doc, REGISTER_SENTENCE, name, value, goal, verdict));
  if (is_share) return "";
  return SP_SAY(doc, OWN_AXIS, f->goal->number,
                sp_doc_printf(doc, "%s%s", sp_plain_number(doc, end), s.suffix));
}

static void add_legend(sp_doc *doc, sp_chart *chart) {
  sp_list base = {0}, target = {0}, hatch = {0};
  sp_draw_line(doc, &base, 0.5, 0, 0.5, 1, 2, SP_BLACK, 2);
  sp_draw_symbol(doc, &target, SAMPAN_SYMBOL_TICK, SAMPAN_FILL_SOLID, SP_BLACK, 0.5, 8, 14);
  sp_draw_box(doc, &hatch, 0, 3, 1, 13, SAMPAN_FILL_HATCH, SP_ORANGE);
  sp_chart_legend(doc, chart, &base, SP_WORD(doc, BASELINE));
  sp_chart_legend(doc, chart, &target, SP_WORD(doc, TARGET));
  sp_chart_legend(doc, chart, &hatch, SP_WORD(doc, NOT_MET));
}

/* Registers that the programme splits by groups. */
static void add_groups(sp_doc *doc) {
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    const sp_scale s = sp_scale_of(doc, f);
    if (sp_goal_sort(f) != SP_SORT_REGISTER || f->goal->n_by == 0) continue;
    const char *covered = sp_coverage_text(doc, f), *title = sp_goal_title(doc, f);
    sp_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, 0,
                 covered[0] != '\0' ? SP_SAY(doc, BY_GROUP_COVERED, title, covered)
                                    : SP_SAY(doc, BY_GROUP, title));
    sp_chart_forest(doc, f, &s);
  }
}

void sp_section_registers(sp_doc *doc) {
  sp_chart chart = {.label_width = 240};
  const char *remarks = "";
  sp_section(doc, "register", SP_W_SECTION_REGISTERS);
  chart.title = SP_WORD(doc, REGISTER_TITLE);
  chart.label_head = SP_WORD(doc, HEAD_GOAL);
  chart.strip_head = SP_WORD(doc, REGISTER_STRIP);
  sp_chart_head(doc, &chart.left, SP_WORD(doc, NUMERATOR_DENOMINATOR), 100);
  sp_chart_head(doc, &chart.right, SP_WORD(doc, CURRENT), 90);
  sp_chart_head(doc, &chart.right, SP_WORD(doc, TARGET), 130);
  sp_chart_head(doc, &chart.right, SP_WORD(doc, HEAD_VERDICT_GAP), 140);
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (sp_goal_sort(f) == SP_SORT_REGISTER)
      remarks = sp_doc_printf(doc, "%s%s", remarks, add_row(doc, &chart, f));
  }
  if (chart.rows.n == 0) {
    sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, REGISTER_NONE));
    return;
  }
  sp_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, 0,
               sp_doc_printf(doc, "%s%s", SP_WORD(doc, REGISTER_HOW), remarks));
  add_legend(doc, &chart);
  sp_chart_close(doc, &chart, SP_WORD(doc, REGISTER_CAPTION), 0);
  add_groups(doc);
}
