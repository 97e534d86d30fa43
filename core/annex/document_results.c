/* document_results.c - the first section: how many goals are met, and where the two verdicts
 * differ. The point verdict is the official one and counts all; the statistical verdict is told
 * beside it for what was sampled, since elsewhere it is the same. */
#include "annex/document_sections.h"

static const int32_t verdicts[] = {SP_VERDICT_MET, SP_VERDICT_NOT_MET, SP_VERDICT_UNDECIDED,
                                   SP_VERDICT_NOT_ASSESSABLE};
enum { N_VERDICTS = sizeof verdicts / sizeof verdicts[0] };

enum { BY_POINT = 0, BY_STATISTICS = 1 };

/* A verdict for counting: anything unknown is not assessable. */
static int32_t counted(const sp_finding *f, int32_t by) {
  const int32_t verdict = by == BY_POINT ? f->point : f->statistical;
  return verdict >= SP_VERDICT_MET && verdict <= SP_VERDICT_UNDECIDED ? verdict
                                                                      : SP_VERDICT_NOT_ASSESSABLE;
}

/* Goals of a sort (-1: of all) with a verdict (0: with any). */
static uint32_t how_many(const sp_doc *doc, int32_t sort, int32_t verdict, int32_t by) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    n += (sort < 0 || sp_goal_sort(f) == sort) && (verdict == 0 || counted(f, by) == verdict);
  }
  return n;
}

static const char *number(sp_doc *doc, uint32_t n) {
  return sp_count(doc, (int64_t)n);
}

/* ---- the counts, for the screen ------------------------------------------------------------ */

/* By the point verdict. Goals that are met by their numbers alone, the others with their names; one
 * whose statistical verdict is another says so. */
static void add_count(sp_doc *doc, sp_list *counts, int32_t verdict) {
  sp_list items = {0};
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (counted(f, BY_POINT) != verdict) continue;
    const char *item =
        verdict == SP_VERDICT_MET && !f->differ ? f->goal->number : sp_goal_title(doc, f);
    if (f->differ) item = SP_SAY(doc, BY_STATISTICS, item, sp_statistical_word(doc, f));
    *SP_ADD(doc, &items, const char *) = item;
  }
  sampan_count *count = SP_ADD(doc, counts, sampan_count);
  count->mark = sp_verdict_mark(verdict);
  count->count = number(doc, items.n);
  count->label = sp_verdict_word(doc, verdict);
  count->items = items.items;
  count->n_items = items.n;
}

static void add_counts(sp_doc *doc) {
  sp_list counts = {0}, list = {0};
  for (uint32_t v = 0; v < N_VERDICTS; v++) add_count(doc, &counts, verdicts[v]);
  sampan_counts_block *content = SP_ADD(doc, &list, sampan_counts_block);
  content->counts = counts.items;
  content->n_counts = counts.n;
  sp_block_add(doc, SAMPAN_BLOCK_COUNTS, SAMPAN_SCREEN_ONLY)->content = content;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static const char *names_that_differ(sp_doc *doc, uint32_t *n) {
  const char *names = "";
  *n = 0;
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (!f->differ) continue;
    names = sp_doc_join(doc, names, sp_goal_title(doc, f));
    (*n)++;
  }
  return names;
}

static const char *names_that_are_late(sp_doc *doc) {
  const char *names = "";
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (sp_goal_sort(f) == SP_SORT_CHECKLIST && f->check_status == SP_CHECK_LATE)
      names = sp_doc_join(doc, names, sp_goal_title(doc, f));
  }
  return names;
}

static const char *sampled(sp_doc *doc, int32_t verdict) {
  return number(doc, how_many(doc, SP_SORT_SAMPLE, verdict, BY_STATISTICS));
}

/* What the sampling error leaves of the verdicts. */
static void add_statistical(sp_doc *doc, sp_list *runs) {
  uint32_t n_differ;
  const char *names = names_that_differ(doc, &n_differ);
  const uint32_t n = how_many(doc, SP_SORT_SAMPLE, 0, BY_POINT);
  if (n == 0) return;
  sp_rich_add(doc, runs,
              SP_SAY(doc, ANSWER_SURVEYS, number(doc, n), sampled(doc, SP_VERDICT_MET),
                     sampled(doc, SP_VERDICT_NOT_MET), sampled(doc, SP_VERDICT_UNDECIDED),
                     sampled(doc, SP_VERDICT_NOT_ASSESSABLE)),
              0, 0);
  sp_rich_add(doc, runs,
              n_differ == 0 ? SP_WORD(doc, ANSWER_AGREE)
                            : SP_SAY(doc, ANSWER_DIFFER, number(doc, n_differ), names),
              0, 0);
  if (n < doc->evaluation->n_findings) sp_rich_add(doc, runs, SP_WORD(doc, ANSWER_EXACT), 0, 0);
}

static const char *pointed(sp_doc *doc, int32_t verdict) {
  return number(doc, how_many(doc, -1, verdict, BY_POINT));
}

static void add_answer(sp_doc *doc) {
  const char *late = names_that_are_late(doc);
  sp_list runs = {0};
  sp_rich_add(doc, &runs, SP_SAY(doc, ANSWER_ALL, pointed(doc, 0)), 0, 0);
  sp_rich_add(doc, &runs, SP_SAY(doc, ANSWER_MET, pointed(doc, SP_VERDICT_MET)), SAMPAN_RUN_BOLD,
              0);
  sp_rich_add(doc, &runs,
              SP_SAY(doc, ANSWER_REST, pointed(doc, SP_VERDICT_NOT_MET),
                     pointed(doc, SP_VERDICT_UNDECIDED), pointed(doc, SP_VERDICT_NOT_ASSESSABLE)),
              0, 0);
  if (late[0] != '\0') sp_rich_add(doc, &runs, SP_SAY(doc, ANSWER_LATE, late), 0, 0);
  add_statistical(doc, &runs);
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_LEAD, 0, &runs);
}

/* ---- the counts by kind of data ------------------------------------------------------------- */

static void fill_row(sp_doc *doc, sp_grid *grid, int32_t sort, int32_t by, const char *name) {
  const uint32_t n = how_many(doc, sort, 0, by), flag = sort < 0 ? SAMPAN_RUN_BOLD : 0;
  sampan_text *cells;
  if (n == 0 && sort >= 0) return;
  cells = sp_grid_row(doc, grid, sort < 0 ? SAMPAN_ROW_TOTAL : SAMPAN_ROW_BODY, 0, "");
  cells[0] = sp_styled(doc, name, flag, 0);
  cells[1] = sp_styled(doc, number(doc, n), flag, 0);
  for (uint32_t v = 0; v < N_VERDICTS; v++) {
    const uint32_t k = how_many(doc, sort, verdicts[v], by);
    cells[2 + v] = sp_styled(doc, k > 0 ? number(doc, k) : SP_DASH, flag, 0);
  }
}

static void add_kinds(sp_doc *doc) {
  sp_grid grid = {0};
  sp_grid_column(doc, &grid, SP_WORD(doc, KIND_OF_DATA), SAMPAN_ALIGN_LEFT, 220, 40, 1);
  sp_grid_column(doc, &grid, SP_WORD(doc, N_GOALS), SAMPAN_ALIGN_RIGHT, 100, 20, 0);
  for (uint32_t v = 0; v < N_VERDICTS; v++)
    sp_grid_column(doc, &grid, sp_verdict_word(doc, verdicts[v]), SAMPAN_ALIGN_RIGHT, 120, 24, 0);
  const char *sample = SP_WORD(doc, KIND_SAMPLE), *total = SP_WORD(doc, TOTAL);
  fill_row(doc, &grid, SP_SORT_SAMPLE, BY_POINT, SP_SAY(doc, ROW_POINT, sample));
  fill_row(doc, &grid, SP_SORT_SAMPLE, BY_STATISTICS, SP_SAY(doc, ROW_STATISTICAL, sample));
  fill_row(doc, &grid, SP_SORT_REGISTER, BY_POINT, SP_WORD(doc, KIND_REGISTER));
  fill_row(doc, &grid, SP_SORT_CHECKLIST, BY_POINT, SP_WORD(doc, KIND_CHECKLIST));
  fill_row(doc, &grid, -1, BY_POINT, SP_SAY(doc, ROW_POINT, total));
  sp_grid_note(doc, &grid, SP_WORD(doc, NOTE_RESULTS));
  sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_RESULTS), 0, 0);
}

/* ---- where the two verdicts differ ---------------------------------------------------------- */

static void explain_difference(sp_doc *doc, const sp_finding *f) {
  const sp_scale s = sp_scale_of(doc, f);
  const sp_clause *c = sp_clause_deciding(f, &f->clause);
  sp_list runs = {0};
  sp_rich_add(doc, &runs, sp_goal_title(doc, f), SAMPAN_RUN_BOLD, 0);
  if (c == NULL) {
    sp_rich_add(doc, &runs,
                SP_SAY(doc, DIFFER_BARE, sp_point_word(doc, f), sp_statistical_word(doc, f)), 0, 0);
  } else {
    sp_rich_add(
        doc, &runs,
        SP_SAY(doc, DIFFER_WHY, sp_scaled_unit(doc, &s, f->current.value),
               sp_clause_words(doc, f, &s, c), sp_point_word(doc, f),
               sp_clause_difference(doc, f, &s, c),
               sp_scaled_range(doc, &s, c->gap.low, c->gap.high), sp_statistical_word(doc, f)),
        0, 0);
  }
  sp_rich_paragraph(doc, SAMPAN_PARAGRAPH_BODY, 0, &runs);
}

void sp_section_results(sp_doc *doc) {
  int32_t n_parts = 0, any = 0;
  sp_section(doc, "results", SP_W_SECTION_RESULTS);
  add_answer(doc);
  add_counts(doc);
  add_kinds(doc);
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    if (!doc->evaluation->findings[i].differ) continue;
    if (!any) sp_subsection(doc, ++n_parts, SP_W_PART_DIFFER);
    any = 1;
    explain_difference(doc, &doc->evaluation->findings[i]);
  }
  sp_section_missing(doc, n_parts + 1);
}
