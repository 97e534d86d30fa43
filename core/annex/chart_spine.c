/* chart_spine.c - the second section: every survey goal against its comparator, both errors
 * counted; right is better. The range of all districts is not known, so no bars are drawn. */
#include <math.h>

#include "annex/chart.h"

/* One goal beside its comparator. */
typedef struct against {
  const sp_finding *f;
  const sp_value *other;
  const sp_label *name;
  sp_change gap;
  sp_scale scale;
  int32_t judgement; /* +1 better, -1 worse, 0 no clear difference or no direction */
  int32_t is_shown, on_axis, reserved;
} against;

static int32_t judge(const sp_change *gap, int32_t direction) {
  if (!isfinite(gap->low) || !isfinite(gap->high) || direction == 0) return 0;
  if (gap->low > 0) return direction;
  return gap->high < 0 ? -direction : 0;
}

static int32_t collect(sp_doc *doc, sp_list *rows, sampan_error *error) {
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    against a = {.f = f, .is_shown = sp_shown(&f->current)};
    const sp_outcome *outcome = sp_finding_outcome(f);
    if (sp_goal_sort(f) != SP_SORT_SAMPLE) continue;
    a.other = sp_band_of(f, &a.name);
    if (a.other == NULL) continue;
    a.scale = sp_scale_of(doc, f);
    if (a.is_shown) {
      SP_TRY(sp_value_difference(&f->current, a.other, 1,
                                 outcome != NULL ? outcome->plan->level : 0.95, &a.gap, error));
      a.is_shown = a.gap.given && isfinite(a.gap.value);
    }
    if (a.is_shown) a.judgement = judge(&a.gap, f->goal->direction);
    a.on_axis = a.is_shown && a.scale.unit == SAMPAN_UNIT_PROPORTION;
    *SP_ADD(doc, rows, against) = a;
  }
  return SAMPAN_OK;
}

/* The sign with which a difference is drawn: a goal that is better low is flipped. */
static double sign_of(const against *a) {
  return a->f->goal->direction < 0 ? -1 : 1;
}

static void draw(sp_doc *doc, const against *a, const sp_axis *axis, sp_list *draws) {
  const double k = 100 * sign_of(a), x = sp_axis_at(axis, k * a->gap.value);
  if (!a->is_shown) {
    sp_draw_box(doc, draws, 0, 6, 1, 28, SAMPAN_FILL_HATCH, 0xDDDDDD);
    sp_draw_text(doc, draws, 0, 21, SAMPAN_ALIGN_LEFT, 10,
                 sp_doc_printf(doc, SP_DASH " %s", sp_hidden_reason(doc, a->f->current.estimate)));
    return;
  }
  if (!a->on_axis) {
    sp_draw_text(doc, draws, 0.5, 21, SAMPAN_ALIGN_CENTER, 0, SP_WORD(doc, OTHER_UNIT));
    return;
  }
  if (isfinite(a->gap.low) && isfinite(a->gap.high))
    sp_draw_whisker(doc, draws, sp_axis_at(axis, k * a->gap.low), sp_axis_at(axis, k * a->gap.high),
                    17);
  if (a->judgement > 0)
    sp_draw_symbol(doc, draws, SAMPAN_SYMBOL_UP, SAMPAN_FILL_SOLID, SP_BLUE, x, 17, 12);
  else if (a->judgement < 0)
    sp_draw_symbol(doc, draws, SAMPAN_SYMBOL_DOWN, SAMPAN_FILL_SOLID, SP_VERMILION, x, 17, 12);
  else
    sp_draw_symbol(doc, draws, SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, SP_BLACK, x, 17, 11);
}

static const char *judged(sp_doc *doc, const against *a, const char *name) {
  if (!a->is_shown) return SP_DASH;
  return a->judgement > 0   ? SP_SAY(doc, BETTER, name)
         : a->judgement < 0 ? SP_SAY(doc, WORSE, name)
                            : SP_WORD(doc, SIMILAR);
}

static void add_row(sp_doc *doc, sp_chart *chart, const against *a, const sp_axis *axis) {
  const sp_finding *f = a->f;
  sp_list left = {0}, right = {0}, draws = {0};
  const char *other = sp_doc_label(doc, a->name), *word = judged(doc, a, other);
  const char *title = sp_goal_title(doc, f), *gap = SP_DASH;
  const char *value = a->is_shown ? sp_scaled(doc, &a->scale, f->current.value) : SP_DASH;
  if (a->is_shown) {
    const char *limits = sp_scaled_limits(doc, &a->scale, a->gap.low, a->gap.high);
    gap = sp_scaled_signed(doc, &a->scale, a->gap.value);
    if (limits[0] != '\0') gap = sp_doc_printf(doc, "%s (%s)", gap, limits);
  }
  if (f->goal->direction < 0) title = SP_SAY(doc, IN_BRACKETS, title, SP_WORD(doc, LOW_IS_GOOD));
  *SP_ADD(doc, &left, const char *) = value;
  *SP_ADD(doc, &left, const char *) = sp_scaled(doc, &a->scale, a->other->value);
  *SP_ADD(doc, &right, const char *) = gap;
  *SP_ADD(doc, &right, const char *) = word;
  draw(doc, a, axis, &draws);
  sampan_chart_row *row =
      sp_chart_row(doc, chart, SAMPAN_CHART_ROW_STRIP, title, &left, &right, &draws, 34,
                   SP_SAY(doc, SPINE_SENTENCE, title, value, other,
                          sp_scaled(doc, &a->scale, a->other->value), gap, word));
  if (!a->is_shown) row->flags = SAMPAN_ROW_MUTED;
}

static void add_axis(sp_doc *doc, sp_chart *chart, const sp_axis *axis) {
  sp_list draws = {0};
  const int32_t n = (int32_t)round((axis->high - axis->low) / axis->step);
  sp_draw_text(doc, &draws, 0, 12, SAMPAN_ALIGN_LEFT, 0, SP_WORD(doc, SIDE_WORSE));
  sp_draw_text(doc, &draws, 1, 12, SAMPAN_ALIGN_RIGHT, 0, SP_WORD(doc, SIDE_BETTER));
  for (int32_t i = 0; i <= n; i++) {
    const double x = axis->low + i * axis->step, at = sp_axis_at(axis, x);
    sp_draw_text(doc, &draws, at, 30,
                 i == 0   ? SAMPAN_ALIGN_LEFT
                 : i == n ? SAMPAN_ALIGN_RIGHT
                          : SAMPAN_ALIGN_CENTER,
                 0, sp_signed(doc, x, axis->decimals));
  }
  sp_chart_row(doc, chart, SAMPAN_CHART_ROW_AXIS, "", NULL, NULL, &draws, 36,
               SP_SAY(doc, SPINE_AXIS, sp_number(doc, axis->high, axis->decimals)));
}

static void add_legend(sp_doc *doc, sp_chart *chart, const char *name) {
  sp_list better = {0}, similar = {0}, worse = {0};
  sp_draw_symbol(doc, &better, SAMPAN_SYMBOL_UP, SAMPAN_FILL_SOLID, SP_BLUE, 0.5, 8, 11);
  sp_draw_symbol(doc, &similar, SAMPAN_SYMBOL_CIRCLE, SAMPAN_FILL_NONE, SP_BLACK, 0.5, 8, 11);
  sp_draw_symbol(doc, &worse, SAMPAN_SYMBOL_DOWN, SAMPAN_FILL_SOLID, SP_VERMILION, 0.5, 8, 11);
  sp_chart_legend(doc, chart, &better, SP_SAY(doc, BETTER, name));
  sp_chart_legend(doc, chart, &similar, SP_WORD(doc, SIMILAR));
  sp_chart_legend(doc, chart, &worse, SP_SAY(doc, WORSE, name));
}

/* The comparator gives the section its name, in both languages. */
static void add_title(sp_doc *doc, const sp_label *name) {
  const char *gloss_language = doc->zh ? "en" : "zh";
  const char *here = name != NULL ? sp_doc_label(doc, name) : SP_WORD(doc, A_COMPARATOR);
  const char *there =
      name != NULL ? sp_label_in(name, gloss_language) : sp_word(SP_W_A_COMPARATOR, gloss_language);
  const char *gloss = sp_word_fill(SP_W_SECTION_SPINE, gloss_language, &there, 1, doc->arena);
  sp_section_titled(doc, "spine", SP_SAY(doc, SECTION_SPINE, here), sp_doc_kept(doc, gloss));
}

int32_t sp_section_spine(sp_doc *doc, sampan_error *error) {
  sp_chart chart = {.label_width = 230, .strip_head = ""};
  sp_list rows = {0};
  sp_range range = sp_range_none;
  int32_t any_flipped = 0;
  SP_TRY(collect(doc, &rows, error));
  add_title(doc, rows.n > 0 ? ((const against *)rows.items)[0].name : NULL);
  if (rows.n == 0) {
    sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, SPINE_NONE));
    return SAMPAN_OK;
  }
  const against *a = rows.items;
  const char *name = sp_doc_label(doc, a[0].name);
  sp_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, 0, SP_SAY(doc, SPINE_HOW, name));
  for (uint32_t i = 0; i < rows.n; i++) {
    if (!a[i].on_axis) continue;
    sp_range_add(&range, 100 * a[i].gap.value);
    sp_range_add(&range, 100 * a[i].gap.low);
    sp_range_add(&range, 100 * a[i].gap.high);
    any_flipped |= a[i].f->goal->direction < 0;
  }
  const sp_axis axis = sp_axis_about_zero(range);
  chart.title = SP_SAY(doc, SPINE_TITLE, name);
  chart.label_head = SP_WORD(doc, HEAD_GOAL);
  sp_chart_head(doc, &chart.left, SP_WORD(doc, SPINE_HERE), 66);
  sp_chart_head(doc, &chart.left, sp_doc_printf(doc, "%s\n%%", name), 66);
  sp_chart_head(doc, &chart.right, SP_SAY(doc, SPINE_GAP, name), 160);
  sp_chart_head(doc, &chart.right, SP_SAY(doc, SPINE_JUDGED, name), 110);
  sp_draw_line(doc, &chart.behind, 0.5, 0, 0.5, 1, 1.5, SP_BLACK, 0);
  add_axis(doc, &chart, &axis);
  for (uint32_t i = 0; i < rows.n; i++) add_row(doc, &chart, &a[i], &axis);
  add_legend(doc, &chart, name);
  if (any_flipped) sp_chart_note(doc, &chart, SP_WORD(doc, SPINE_FLIPPED));
  sp_chart_note(doc, &chart, SP_WORD(doc, SPINE_NO_RANGE));
  sp_chart_close(doc, &chart, SP_SAY(doc, SPINE_CAPTION, name), 0);
  return SAMPAN_OK;
}
