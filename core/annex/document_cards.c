/* document_cards.c - one card for each goal that a sample or a registry estimates: the finding in a
 * sentence, how each clause was decided, and the charts. */
#include <math.h>

#include "annex/chart.h"

/* ---- the sentence -------------------------------------------------------------------------- */

static const char *change_phrase(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const sp_change *c = &f->change;
  if (!sp_change_shown(f))
    return SP_SAY(doc, FINDING_VALUE, sp_scaled_unit(doc, s, f->current.value));
  const int exact = !(c->std_error > 0);
  if (exact ? c->value == 0 : !(c->low > 0 || c->high < 0))
    return SP_SAY(doc, FINDING_NO_CHANGE, sp_scaled_unit(doc, s, f->current.value));
  if (c->value > 0) return SP_SAY(doc, FINDING_UP, sp_scaled_points(doc, s, c->value));
  return SP_SAY(doc, FINDING_DOWN, sp_scaled_points(doc, s, c->value));
}

static const char *verdict_phrase(const sp_doc *doc, const sp_finding *f) {
  if (f->goal->target->kind == SP_TARGET_NONE) return SP_WORD(doc, FINDING_NO_TARGET);
  switch (f->statistical) {
    case SP_VERDICT_MET:
      return SP_WORD(doc, FINDING_MET);
    case SP_VERDICT_NOT_MET:
      return SP_WORD(doc, FINDING_NOT_MET);
    case SP_VERDICT_UNDECIDED:
      return f->point == SP_VERDICT_MET ? SP_WORD(doc, FINDING_UNSURE_MET)
                                        : SP_WORD(doc, FINDING_UNSURE_NOT_MET);
    default:
      return SP_WORD(doc, FINDING_NOT_ASSESSABLE);
  }
}

static const char *finding_sentence(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  if (!sp_shown(&f->current)) return SP_WORD(doc, FINDING_NO_VALUE);
  return SP_SAY(doc, FINDING, change_phrase(doc, f, s), verdict_phrase(doc, f));
}

static void add_heading(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, sp_goal_title(doc, f), SAMPAN_RUN_SMALL, 0);
  sp_rich_add(doc, &runs, finding_sentence(doc, f, s), SAMPAN_RUN_BREAK, 0);
  const char *anchor = sp_doc_printf(doc, "i%s", f->goal->number);
  sampan_block *b = sp_block_add(doc, SAMPAN_BLOCK_HEADING, 0);
  b->level = 2;
  b->anchor = anchor;
  b->gloss = sp_doc_gloss(doc, &f->goal->label);
  b->text = sp_rich(&runs);
}

/* ---- verdicts and definition ---------------------------------------------------------------- */

static void add_pair(sp_doc *doc, sp_list *runs, const char *name, const char *text, int32_t mark) {
  const char *gap = runs->n > 0 ? SP_WORD(doc, WIDE_GAP) : "";
  sp_rich_add(doc, runs, sp_doc_printf(doc, "%s%s%s", gap, name, SP_WORD(doc, NAME_GAP)), 0, 0);
  sp_rich_add(doc, runs, text, SAMPAN_RUN_BOLD, mark);
}

static void add_verdicts(sp_doc *doc, const sp_finding *f) {
  const char *lead = sp_goal_lead(doc, f);
  sp_list runs = {0};
  add_pair(doc, &runs, SP_WORD(doc, POINT), sp_point_word(doc, f), sp_verdict_mark(f->point));
  add_pair(doc, &runs, SP_WORD(doc, STATISTICAL), sp_statistical_word(doc, f),
           sp_verdict_mark(f->statistical));
  add_pair(doc, &runs, SP_WORD(doc, PROGRESS), sp_progress_word(doc, f->progress), 0);
  if (lead[0] != '\0') add_pair(doc, &runs, SP_WORD(doc, LEAD), lead, 0);
  /* The same line twice: a card's table leads on paper, and the line should not shout. */
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_BODY, SAMPAN_SCREEN_ONLY, &runs);
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, SAMPAN_PAPER_ONLY, &runs);
}

static void add_definition(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const char *definition = sp_doc_label(doc, &f->goal->definition);
  const char *note = sp_doc_label(doc, &f->goal->note);
  const char *cooperating = sp_doc_label(doc, &f->goal->cooperating);
  sp_list runs = {0};
  if (definition[0] != '\0') sp_rich_add(doc, &runs, sp_doc_sentence(doc, definition), 0, 0);
  sp_rich_add(doc, &runs, SP_SAY(doc, TARGET_IS, sp_clause_words(doc, f, s, &f->clause)),
              runs.n > 0 ? SAMPAN_RUN_BREAK : 0, 0);
  if (note[0] != '\0') sp_rich_add(doc, &runs, sp_doc_sentence(doc, note), SAMPAN_RUN_BREAK, 0);
  if (cooperating[0] != '\0')
    sp_rich_add(doc, &runs,
                sp_doc_sentence(doc, SP_SAY(doc, COLON, SP_WORD(doc, COOPERATING), cooperating)),
                SAMPAN_RUN_BREAK, 0);
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_NOTE, 0, &runs);
}

/* ---- the clauses ---------------------------------------------------------------------------- */

/* The df that the limits of a difference were made with; "" where it has none. */
static const char *df_text(sp_doc *doc, const sp_change *gap) {
  if (!(gap->high > gap->low) || isnan(gap->df)) return "";
  return isinf(gap->df)
             ? SP_WORD(doc, GAP_DF_INFINITE)
             : SP_SAY(doc, GAP_DF,
                      sp_number(doc, gap->df,
                                gap->df < 100 && fabs(gap->df - round(gap->df)) > 1e-9 ? 1 : 0));
}

static const char *gap_text(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                            const sp_clause *c) {
  if (!sp_gap_shown(f, c)) return SP_DASH;
  const char *limits = c->gap.std_error > 0 || c->gap.high > c->gap.low
                           ? sp_scaled_limits(doc, s, c->gap.low, c->gap.high)
                           : "";
  const char *gap = sp_scaled_signed(doc, s, c->gap.value);
  return limits[0] != '\0' ? sp_doc_printf(doc, "%s (%s)", gap, limits) : gap;
}

/* The difference with its df, or why there is none. */
static sampan_text gap_cell(sp_doc *doc, const sp_finding *f, const sp_scale *s,
                            const sp_clause *c) {
  const sp_value *other =
      c->target->kind == SP_TARGET_COMPARATOR ? sp_clause_comparator(f, c, NULL) : &f->baseline;
  if (c->is_other_definition && other != NULL)
    return sp_two_lines(doc, SP_DASH, 0, sp_other_definition_text(doc, &f->current, other));
  return sp_two_lines(doc, gap_text(doc, f, s, c), 0,
                      sp_gap_shown(f, c) ? df_text(doc, &c->gap) : "");
}

static void verdict_cells(sp_doc *doc, sampan_text *cells, int32_t point, int32_t statistical,
                          uint32_t flags) {
  cells[2] = sp_styled(doc,
                       point == SP_VERDICT_NOT_ASSESSABLE ? SP_WORD(doc, NO_POINT_VERDICT)
                                                          : sp_verdict_word(doc, point),
                       flags, sp_verdict_mark(point));
  cells[3] = sp_styled(doc, sp_verdict_word(doc, statistical), flags, sp_verdict_mark(statistical));
}

/* Clauses without parts, numbered in order; then what several come to. */
static void add_clause(sp_doc *doc, sp_grid *grid, const sp_finding *f, const sp_scale *s,
                       const sp_clause *c, uint32_t *number) {
  sampan_text *cells;
  for (uint32_t i = 0; i < c->n_parts; i++) add_clause(doc, grid, f, s, &c->parts[i], number);
  cells = sp_grid_row(doc, grid, c->n_parts > 0 ? SAMPAN_ROW_TOTAL : SAMPAN_ROW_BODY, 0, "");
  if (c->n_parts > 0) {
    cells[0] = sp_styled(
        doc,
        c->target->kind == SP_TARGET_ANY ? SP_WORD(doc, COMBINED_ANY) : SP_WORD(doc, COMBINED_ALL),
        SAMPAN_RUN_BOLD, 0);
    cells[1] = sp_plain(doc, "");
    verdict_cells(doc, cells, c->point, c->statistical, SAMPAN_RUN_BOLD);
    return;
  }
  const char *n = sp_doc_printf(doc, "%u", (unsigned)++*number);
  cells[0] = sp_two_lines(doc, SP_SAY(doc, CLAUSE, n, sp_clause_difference(doc, f, s, c)), 0,
                          sp_clause_words(doc, f, s, c));
  cells[1] = gap_cell(doc, f, s, c);
  verdict_cells(doc, cells, c->point, c->statistical, 0);
}

static void add_clauses(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  sp_grid grid = {0};
  uint32_t number = 0;
  const char *unit = s->points_name[0] != '\0' ? s->points_name : SP_WORD(doc, VALUE);
  sp_grid_column(doc, &grid, SP_WORD(doc, HEAD_DECISION), SAMPAN_ALIGN_LEFT, 480, 66, 1);
  sp_grid_column(doc, &grid, SP_SAY(doc, HEAD_GAP, unit), SAMPAN_ALIGN_RIGHT, 280, 40, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, POINT), SAMPAN_ALIGN_LEFT, 150, 24, 0);
  sp_grid_column(doc, &grid, SP_WORD(doc, STATISTICAL), SAMPAN_ALIGN_LEFT, 170, 26, 0);
  if (f->goal->target->kind == SP_TARGET_NONE || f->clause.target == NULL) {
    sampan_text *cells = sp_grid_row(doc, &grid, SAMPAN_ROW_BODY, 0, "");
    const char *gap = SP_DASH;
    if (sp_change_shown(f)) {
      gap = sp_scaled_signed(doc, s, f->change.value);
      const char *limits = sp_scaled_limits(doc, s, f->change.low, f->change.high);
      if (f->change.std_error > 0 && limits[0] != '\0')
        gap = sp_doc_printf(doc, "%s (%s)", gap, limits);
    }
    cells[0] = sp_plain(doc, SP_WORD(doc, CHANGE_REPORTED));
    cells[1] = sp_two_lines(doc, gap, 0, sp_change_shown(f) ? df_text(doc, &f->change) : "");
    verdict_cells(doc, cells, f->point, f->statistical, 0);
  } else {
    add_clause(doc, &grid, f, s, &f->clause, &number);
  }
  sp_grid_close(doc, &grid, SP_SAY(doc, TABLE_DECISION, sp_goal_name(doc, f)), 0, 1);
}

/* ---- the sample of the next wave ------------------------------------------------------------- */

static void add_next_wave(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const char *text = sp_next_wave_text(doc, f, s);
  sp_list runs = {0};
  if (text[0] == '\0') return;
  sp_rich_add(doc, &runs, SP_WORD(doc, CARD_NEXT_HEAD), SAMPAN_RUN_BOLD, 0);
  sp_rich_add(doc, &runs, text, 0, 0);
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, &runs);
}

void sp_section_cards(sp_doc *doc) {
  uint32_t n = 0;
  sp_section(doc, "survey", SP_W_SECTION_SURVEY);
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (sp_goal_sort(f) != SP_SORT_SAMPLE) continue;
    const sp_scale s = sp_scale_of(doc, f);
    n++;
    sp_block_add(doc, SAMPAN_BLOCK_CARD, 0);
    add_heading(doc, f, &s);
    add_verdicts(doc, f);
    add_definition(doc, f, &s);
    add_clauses(doc, f, &s);
    add_next_wave(doc, f, &s);
    sp_chart_dumbbell(doc, f, &s);
    sp_chart_forest(doc, f, &s);
    sp_block_add(doc, SAMPAN_BLOCK_CARD_END, 0);
  }
  if (n == 0) sp_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, SP_WORD(doc, SURVEY_NONE));
}
