/* chart_forest.c - a goal by groups: the total first, then the groups in the order of the plan's
 * labels or in natural order, never by value. A group that is held back keeps its row. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "annex/chart.h"
#include "base/text.h"

enum { IS_TOTAL = 1, IS_FULL_COUNT = 2 };

/* One group: an estimate of the goal's indicator and period, split by one variable. */
typedef struct group {
  const sp_estimate *e;
  const char *value;
  uint32_t order; /* of its label in the plan */
} group;

static int by_order(const void *a, const void *b) {
  const group *x = a, *y = b;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  return sp_compare_natural(x->value, y->value);
}

static uint32_t label_order(const sp_plan *plan, const char *column, const char *value) {
  const sp_column_label *label = sp_plan_label(plan, column);
  for (uint32_t i = 0; label != NULL && i < label->n_values; i++)
    if (strcmp(label->values[i].value, value) == 0) return i;
  return UINT32_MAX;
}

static void collect(sp_doc *doc, const sp_finding *f, const char *by, sp_list *groups) {
  const sp_outcome *outcome = f->current.outcome;
  const sp_reference *r = &f->goal->current;
  for (uint32_t i = 0; i < outcome->n_estimates; i++) {
    const sp_estimate *e = &outcome->estimates[i];
    if (e->n_by != 1 || e->statistic != 0 || strcmp(e->by[0], by) != 0) continue;
    if (strcmp(outcome->plan->indicators[e->indicator].name, r->indicator) != 0) continue;
    if (strcmp(e->period, r->period != NULL ? r->period : "") != 0) continue;
    group *g = SP_ADD(doc, groups, group);
    g->e = e;
    g->value = e->values[0];
    g->order = label_order(outcome->plan, by, g->value);
  }
  if (groups->n > 1) qsort(groups->items, groups->n, sizeof(group), by_order);
}

static void see(sp_range *range, const sp_scale *s, const sp_estimate *e) {
  if (sp_is_hidden(e)) return;
  sp_range_add(range, s->factor * e->value);
  sp_range_add(range, s->factor * e->low);
  sp_range_add(range, s->factor * e->high);
}

/* Records of a sample; of a full count what was counted, for its records are files' lines. */
static const char *size_text(sp_doc *doc, const sp_estimate *e, int is_full_count) {
  if (!is_full_count) return sp_count(doc, e->n_positive);
  if (!isfinite(e->events) || !isfinite(e->exposure)) return SP_WORD(doc, FULL_COUNT);
  return sp_doc_printf(doc, "%s" SP_NO_BREAK "/" SP_NO_BREAK "%s", sp_plain_number(doc, e->events),
                       sp_plain_number(doc, e->exposure));
}

static void add_row(sp_doc *doc, sp_chart *chart, const sp_axis *axis, const sp_scale *s,
                    const char *name, const sp_estimate *e, uint32_t flags) {
  const int is_total = (flags & IS_TOTAL) != 0, is_full_count = (flags & IS_FULL_COUNT) != 0;
  sp_list left = {0}, right = {0}, draws = {0};
  const char *text = SP_DASH, *n = SP_DASH, *sentence;
  if (sp_is_hidden(e) || !isfinite(e->value)) {
    const char *reason = sp_hidden_reason(doc, e);
    sp_draw_box(doc, &draws, 0, 4, 1, 24, SAMPAN_FILL_HATCH, 0xDDDDDD);
    sp_draw_text(doc, &draws, 0, 18, SAMPAN_ALIGN_LEFT, 10,
                 sp_doc_printf(doc, SP_DASH " %s", reason));
    sentence = SP_SAY(doc, NOT_PUBLISHED, name, reason);
  } else {
    const int limits = !is_full_count && isfinite(e->low) && isfinite(e->high);
    n = size_text(doc, e, is_full_count);
    text = sp_scaled(doc, s, e->value);
    if (limits)
      text = sp_doc_printf(doc, "%s (%s)", text, sp_scaled_interval(doc, s, e->low, e->high));
    if (e->status == SAMPAN_STATUS_REVIEW) text = sp_doc_printf(doc, "%s*", text);
    if (limits)
      sp_draw_whisker(doc, &draws, sp_axis_at(axis, s->factor * e->low),
                      sp_axis_at(axis, s->factor * e->high), 14);
    sp_draw_symbol(doc, &draws, is_total ? SAMPAN_SYMBOL_CIRCLE : SAMPAN_SYMBOL_SQUARE,
                   SAMPAN_FILL_SOLID, SP_BLUE, sp_axis_at(axis, s->factor * e->value), 14,
                   is_total ? 12 : 9);
    sentence = SP_SAY(doc, COLON, name, text);
  }
  *SP_ADD(doc, &left, const char *) = n;
  *SP_ADD(doc, &right, const char *) = text;
  sampan_chart_row *row =
      sp_chart_row(doc, chart, SAMPAN_CHART_ROW_STRIP, name, &left, &right, &draws, 28, sentence);
  row->flags = (is_total ? SAMPAN_CHART_BOLD : 0) | (sp_is_hidden(e) ? SAMPAN_ROW_MUTED : 0);
}

static void add_groups(sp_doc *doc, sp_chart *chart, const sp_axis *axis, const sp_scale *s,
                       const sp_plan *plan, const char *by, const sp_list *groups, uint32_t flags) {
  const sp_column_label *label = sp_plan_label(plan, by);
  const char *head = label != NULL ? sp_doc_label(doc, &label->label) : "";
  const group *g = groups->items;
  sp_chart_row(doc, chart, SAMPAN_CHART_ROW_GROUP, head[0] != '\0' ? head : by, NULL, NULL, NULL,
               26, "");
  for (uint32_t i = 0; i < groups->n; i++) {
    const sp_value_label *value = sp_plan_value_label(plan, by, g[i].value);
    const char *name = value != NULL ? sp_doc_label(doc, &value->label) : "";
    add_row(doc, chart, axis, s, name[0] != '\0' ? name : g[i].value, g[i].e, flags);
  }
}

static int any_hidden(const sp_chart *chart) {
  const sampan_chart_row *rows = chart->rows.items;
  for (uint32_t i = 0; i < chart->rows.n; i++)
    if (rows[i].flags & SAMPAN_ROW_MUTED) return 1;
  return 0;
}

/* The dashed line of the target and the comparator's band, with what they mean. */
static void add_references(sp_doc *doc, sp_chart *chart, const sp_finding *f, const sp_scale *s,
                           const sp_axis *axis, const sp_clause *target, const sp_value *band,
                           const sp_label *name) {
  sp_list line = {0}, box = {0}, hatch = {0};
  if (band != NULL) {
    sp_draw_box(doc, &box, 0, 3, 1, 13, SAMPAN_FILL_SOLID, SP_PALE);
    sp_draw_box(doc, &chart->behind, sp_axis_at(axis, s->factor * band->low), 0,
                sp_axis_at(axis, s->factor * band->high), 1, SAMPAN_FILL_SOLID, SP_PALE);
  }
  if (target != NULL) {
    const double x = sp_axis_at(axis, s->factor * target->threshold);
    sp_draw_line(doc, &line, 0.5, 0, 0.5, 1, 1.5, SP_BLACK, 1);
    sp_draw_line(doc, &chart->behind, x, 0, x, 1, 1.5, SP_BLACK, 1);
    sp_chart_legend(doc, chart, &line,
                    SP_SAY(doc, TARGET_AT, sp_clause_threshold_text(doc, f, s, target)));
  }
  if (band != NULL) sp_chart_legend(doc, chart, &box, SP_SAY(doc, BAND, sp_doc_label(doc, name)));
  if (!any_hidden(chart)) return;
  sp_draw_box(doc, &hatch, 0, 3, 1, 13, SAMPAN_FILL_HATCH, 0xDDDDDD);
  sp_chart_legend(doc, chart, &hatch, SP_WORD(doc, HELD_BACK));
}

void sp_chart_forest(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  sp_chart chart = {.label_width = 190};
  sp_range range = sp_range_none;
  const sp_outcome *outcome = f->current.outcome;
  const sp_label *name = NULL;
  const sp_value *band = sp_band_of(f, &name);
  const sp_clause *target = sp_clause_deciding(f, &f->clause);
  sp_list *groups;
  uint32_t n_groups = 0;
  if (outcome == NULL || f->current.estimate == NULL || f->goal->n_by == 0) return;
  groups = sp_arena_array(doc->arena, f->goal->n_by, sizeof *groups);
  if (groups == NULL) {
    doc->failed = 1;
    return;
  }
  see(&range, s, f->current.estimate);
  int any_review = f->current.estimate->status == SAMPAN_STATUS_REVIEW;
  for (uint32_t i = 0; i < f->goal->n_by; i++) {
    collect(doc, f, f->goal->by[i], &groups[i]);
    n_groups += groups[i].n;
    for (uint32_t j = 0; j < groups[i].n; j++) {
      const sp_estimate *e = ((group *)groups[i].items)[j].e;
      see(&range, s, e);
      any_review |= e->status == SAMPAN_STATUS_REVIEW;
    }
  }
  if (n_groups == 0) return;
  if (band != NULL && !sp_has_interval(band)) band = NULL;
  if (band != NULL) {
    sp_range_add(&range, s->factor * band->low);
    sp_range_add(&range, s->factor * band->high);
  }
  if (target != NULL && target->target->kind == SP_TARGET_COMPARATOR) target = NULL;
  if (target != NULL) sp_range_add(&range, s->factor * target->threshold);
  const int is_share = s->unit == SAMPAN_UNIT_PROPORTION;
  const sp_axis axis = sp_axis_over(range, is_share ? 0 : -INFINITY, is_share ? 100 : INFINITY);
  const uint32_t flags = f->current.is_full_count ? IS_FULL_COUNT : 0;
  const char *unit = s->name[0] != '\0' ? s->name : SP_WORD(doc, VALUE);
  chart.title = SP_SAY(doc, FOREST_TITLE, unit);
  chart.label_head = SP_WORD(doc, GROUP);
  chart.strip_head = flags ? SP_WORD(doc, CURRENT) : SP_SAY(doc, ESTIMATE_INTERVAL, "");
  sp_chart_head(doc, &chart.left, flags ? SP_WORD(doc, NUMERATOR_DENOMINATOR) : "n",
                flags ? 150 : 80);
  sp_chart_head(doc, &chart.right,
                flags ? unit : sp_doc_printf(doc, "%s (%s CI)", unit, doc->level), 170);
  add_row(doc, &chart, &axis, s, SP_WORD(doc, WHOLE_AREA), f->current.estimate, flags | IS_TOTAL);
  for (uint32_t i = 0; i < f->goal->n_by; i++)
    if (groups[i].n > 0)
      add_groups(doc, &chart, &axis, s, outcome->plan, f->goal->by[i], &groups[i], flags);
  sp_chart_axis_row(doc, &chart, &axis, s->name);
  add_references(doc, &chart, f, s, &axis, target, band, name);
  sp_chart_note(doc, &chart,
                any_hidden(&chart) ? SP_WORD(doc, FOREST_NOTE_HIDDEN) : SP_WORD(doc, FOREST_NOTE));
  if (any_review) sp_chart_note(doc, &chart, SP_WORD(doc, FOREST_NOTE_REVIEW));
  sp_chart_close(doc, &chart, SP_SAY(doc, FOREST_CAPTION, sp_goal_name(doc, f)), 0);
}
