/* document_table.c - the main table: every goal once, in the programme's order. */
#include <math.h>
#include <string.h>

#include "annex/document_sections.h"
#include "annex/value.h"

const char *sp_value_detail(sp_doc *doc, const sp_scale *s, const sp_value *v) {
  if (!sp_shown(v)) return sp_is_hidden(v->estimate) ? sp_hidden_reason(doc, v->estimate) : "";
  if (sp_has_interval(v))
    return sp_doc_printf(doc, "(%s)", sp_scaled_interval(doc, s, v->low, v->high));
  if (v->is_full_count && isfinite(v->numerator) && isfinite(v->denominator))
    return sp_doc_printf(doc, "%s" SP_NO_BREAK "/" SP_NO_BREAK "%s",
                         sp_plain_number(doc, v->numerator), sp_plain_number(doc, v->denominator));
  if (v->is_full_count) return SP_WORD(doc, FULL_COUNT);
  return v->outcome == NULL ? SP_WORD(doc, AS_PUBLISHED) : SP_WORD(doc, NO_INTERVAL);
}

static sampan_text value_cell(sp_doc *doc, const sp_scale *s, const sp_value *v, uint32_t flags) {
  const char *figure = sp_shown(v) ? sp_scaled(doc, s, v->value) : SP_DASH;
  return sp_two_lines(doc, figure, flags, sp_value_detail(doc, s, v));
}

static sampan_text change_cell(sp_doc *doc, const sp_finding *f, const sp_scale *s) {
  const sp_change *c = &f->change;
  const char *lack = sp_short_by_text(doc, f, s);
  if (sp_shown(&f->current) && sp_shown(&f->baseline) &&
      !sp_value_comparable(&f->current, &f->baseline))
    return sp_two_lines(doc, SP_DASH, 0, sp_other_definition_text(doc, &f->current, &f->baseline));
  if (!sp_change_shown(f)) return sp_two_lines(doc, SP_DASH, 0, lack);
  if (c->std_error > 0 && isfinite(c->low) && isfinite(c->high))
    lack = sp_doc_printf(doc, "(%s)", sp_scaled_limits(doc, s, c->low, c->high));
  return sp_two_lines(doc, sp_scaled_signed(doc, s, c->value), 0, lack);
}

static sampan_text source_cell(sp_doc *doc, const sp_finding *f) {
  const char *source = sp_doc_label(doc, &f->goal->source);
  const char *kind;
  switch (sp_goal_sort(f)) {
    case SP_SORT_REGISTER:
      kind = SP_WORD(doc, SOURCE_REGISTER);
      break;
    case SP_SORT_CHECKLIST:
      kind = SP_WORD(doc, SOURCE_CHECKLIST);
      break;
    default:
      kind = SP_WORD(doc, SOURCE_SAMPLE);
      break;
  }
  if (f->goal->kind == SP_KIND_VITAL) kind = SP_WORD(doc, SOURCE_VITAL);
  return sp_two_lines(doc, kind, 0, source);
}

/* ---- notes --------------------------------------------------------------------------------- */

/* The letters of a goal's notes: an equal text is given once. */
static const char *letters(sp_doc *doc, sp_list *all, const sp_list *own) {
  const char *text = "";
  const char *const *mine = own->items;
  for (uint32_t i = 0; i < own->n; i++) {
    const char *const *known = all->items;
    uint32_t at = 0;
    while (at < all->n && strcmp(known[at], mine[i]) != 0) at++;
    if (at == all->n) *SP_ADD(doc, all, const char *) = mine[i];
    const char *letter =
        at < 26 ? sp_doc_printf(doc, "%c", (int)('a' + at))
                : sp_doc_printf(doc, "%c%c", (int)('a' + at / 26 - 1), (int)('a' + at % 26));
    text = text[0] == '\0' ? letter : sp_doc_printf(doc, "%s,%s", text, letter);
  }
  return text;
}

static void add_note(sp_doc *doc, sp_list *notes, const char *text) {
  if (text[0] != '\0') *SP_ADD(doc, notes, const char *) = text;
}

const char *sp_coverage_text(sp_doc *doc, const sp_finding *f) {
  const sp_value *v = &f->coverage;
  if (!v->given || !isfinite(v->numerator) || !isfinite(v->denominator)) return "";
  return SP_SAY(doc, NOTE_COVERAGE, sp_count(doc, (int64_t)v->numerator),
                sp_count(doc, (int64_t)v->denominator),
                sp_share(doc, (int64_t)v->numerator, (int64_t)v->denominator));
}

void sp_goal_notes(sp_doc *doc, const sp_finding *f, const sp_scale *s, sp_list *notes) {
  const sp_clause *c = sp_clause_deciding(f, &f->clause);
  if (f->differ && c != NULL)
    add_note(doc, notes,
             SP_SAY(doc, NOTE_DIFFER, sp_clause_difference(doc, f, s, c),
                    sp_scaled_range(doc, s, c->gap.low, c->gap.high)));
  for (uint32_t i = 0; f->comparators != NULL && i < f->goal->n_comparators; i++) {
    const sp_value *v = &f->comparators[i];
    if (!sp_has_interval(v) || !sp_value_comparable(&f->current, v)) continue;
    add_note(doc, notes,
             SP_SAY(doc, NOTE_COMPARATOR, sp_doc_label(doc, &f->goal->comparators[i].label),
                    sp_scaled_unit(doc, s, v->value), sp_scaled_interval(doc, s, v->low, v->high)));
  }
  if (f->current.estimate != NULL && f->current.estimate->status == SAMPAN_STATUS_REVIEW)
    add_note(doc, notes, SP_WORD(doc, NOTE_REVIEW));
  add_note(doc, notes, sp_coverage_text(doc, f));
  const char *own = sp_doc_label(doc, &f->goal->note);
  if (f->goal->kind != SP_KIND_CHECKLIST && f->goal->target->kind == SP_TARGET_NONE &&
      own[0] == '\0')
    own = SP_WORD(doc, NOTE_NO_NUMBER);
  add_note(doc, notes, sp_doc_sentence(doc, own));
}

/* ---- rows ---------------------------------------------------------------------------------- */

enum {
  NUMBER,
  NAME,
  NAME_UNIT,
  UNIT,
  BASELINE,
  CURRENT,
  CHANGE,
  TARGET,
  POINT,
  STATISTICAL,
  PROGRESS,
  LEAD,
  SOURCE
};

/* Widths of docs/annex.md, px of 1160 and mm of 225; English verdicts are longer than Chinese ones.
 */
typedef struct widths {
  double screen, paper;
} widths;
static const widths widths_zh[] = {{0, 9},    {174, 0}, {0, 35},   {62, 0},  {98, 25},
                                   {98, 25},  {94, 25}, {158, 37}, {78, 15}, {92, 17},
                                   {114, 19}, {96, 18}, {96, 0}};
static const widths widths_en[] = {{0, 9},    {174, 0},  {0, 33},   {46, 0},  {98, 24},
                                   {98, 24},  {94, 24},  {150, 35}, {88, 18}, {112, 22},
                                   {114, 19}, {100, 17}, {86, 0}};

static void add_columns(sp_doc *doc, sp_grid *g) {
  const char *interval = SP_SAY(doc, VALUE_INTERVAL, "");
  const struct {
    const char *head;
    int32_t align, phone;
  } columns[] = {
      {SP_WORD(doc, HEAD_NUMBER), SAMPAN_ALIGN_LEFT, 3},
      {SP_WORD(doc, HEAD_GOAL), SAMPAN_ALIGN_LEFT, 1},
      {SP_WORD(doc, HEAD_GOAL_UNIT), SAMPAN_ALIGN_LEFT, 3},
      {SP_WORD(doc, HEAD_UNIT), SAMPAN_ALIGN_LEFT, 3},
      {sp_doc_printf(doc, "%s\n%s", sp_baseline_name(doc, "\n"), interval), SAMPAN_ALIGN_RIGHT, 0},
      {sp_doc_printf(doc, "%s\n%s", sp_current_name(doc, "\n"), interval), SAMPAN_ALIGN_RIGHT, 0},
      {SP_SAY(doc, HEAD_CHANGE, ""), SAMPAN_ALIGN_RIGHT, 0},
      {SP_WORD(doc, HEAD_TARGET), SAMPAN_ALIGN_LEFT, 2},
      {SP_WORD(doc, HEAD_POINT), SAMPAN_ALIGN_LEFT, 0},
      {SP_WORD(doc, HEAD_STATISTICAL), SAMPAN_ALIGN_LEFT, 0},
      {SP_WORD(doc, HEAD_PROGRESS), SAMPAN_ALIGN_LEFT, 0},
      {SP_WORD(doc, HEAD_LEAD), SAMPAN_ALIGN_LEFT, 0},
      {SP_WORD(doc, HEAD_SOURCE), SAMPAN_ALIGN_LEFT, 0},
  };
  const widths *w = doc->zh ? widths_zh : widths_en;
  for (uint32_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
    sp_grid_column(doc, g, columns[i].head, columns[i].align, w[i].screen, w[i].paper,
                   columns[i].phone);
}

static sampan_text named(sp_doc *doc, const char *name, const char *note) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, name, 0, 0);
  if (note[0] != '\0') sp_rich_add(doc, &runs, note, SAMPAN_RUN_SUPERSCRIPT, 0);
  return sp_rich(&runs);
}

static void fill_task(sp_doc *doc, const sp_finding *f, sampan_text *cells) {
  const char *deadline = f->goal->deadline != NULL ? f->goal->deadline : "";
  if (f->check != NULL && f->check->deadline != NULL && f->check->deadline[0] != '\0')
    deadline = f->check->deadline;
  const char *done = f->check != NULL && f->check->done_date != NULL ? f->check->done_date : "";
  sp_list result = {0};
  sp_rich_add(doc, &result, sp_point_word(doc, f), SAMPAN_RUN_BOLD,
              sp_verdict_mark(f->statistical));
  if (done[0] != '\0') sp_rich_add(doc, &result, done, SAMPAN_RUN_BREAK | SAMPAN_RUN_SMALL, 0);
  cells[BASELINE] = cells[CHANGE] = sp_plain(doc, SP_DASH);
  cells[CURRENT] = sp_rich(&result);
  cells[TARGET] =
      sp_plain(doc, deadline[0] != '\0' ? SP_SAY(doc, DONE_BY, deadline) : SP_WORD(doc, DONE));
  cells[PROGRESS] = sp_plain(doc, SP_DASH);
}

static void fill_numbers(sp_doc *doc, const sp_finding *f, const sp_scale *s, sampan_text *cells) {
  cells[BASELINE] = value_cell(doc, s, &f->baseline, 0);
  cells[CURRENT] = value_cell(doc, s, &f->current, SAMPAN_RUN_BOLD);
  cells[CHANGE] = change_cell(doc, f, s);
  cells[TARGET] = sp_plain(doc, sp_clause_words(doc, f, s, &f->clause));
  cells[PROGRESS] = sp_plain(doc, sp_progress_word(doc, f->progress));
}

static void add_goal(sp_doc *doc, sp_grid *grid, const sp_finding *f, sp_list *notes) {
  const sp_scale s = sp_scale_of(doc, f);
  const int is_task = sp_goal_sort(f) == SP_SORT_CHECKLIST;
  const char *lead = sp_goal_lead(doc, f), *name = sp_goal_name(doc, f);
  const char *unit = is_task || s.name[0] == '\0' ? SP_DASH : s.name;
  sp_list own = {0};
  uint32_t flags = f->differ ? SAMPAN_ROW_FRAMED : 0;
  if (sp_is_hidden(f->current.estimate)) flags |= SAMPAN_ROW_MUTED;
  if (!is_task || sp_doc_label(doc, &f->goal->note)[0] != '\0') sp_goal_notes(doc, f, &s, &own);
  const char *note = letters(doc, notes, &own);
  sampan_text *cells = sp_grid_row(doc, grid, SAMPAN_ROW_BODY, flags, sp_goal_filter(doc, f));
  cells[NUMBER] = sp_plain(doc, f->goal->number);
  cells[NAME] = named(doc, sp_goal_title(doc, f), note);
  cells[NAME_UNIT] = named(
      doc,
      unit[0] == '\0' || is_task || s.name[0] == '\0' ? name : SP_SAY(doc, IN_BRACKETS, name, unit),
      note);
  cells[UNIT] = sp_plain(doc, unit);
  if (is_task)
    fill_task(doc, f, cells);
  else
    fill_numbers(doc, f, &s, cells);
  cells[POINT] = sp_styled(doc, is_task ? sp_verdict_word(doc, f->point) : sp_point_word(doc, f), 0,
                           sp_verdict_mark(f->point));
  cells[STATISTICAL] =
      sp_styled(doc, sp_verdict_word(doc, f->statistical), 0, sp_verdict_mark(f->statistical));
  cells[LEAD] = sp_plain(doc, lead[0] != '\0' ? lead : SP_DASH);
  cells[SOURCE] = source_cell(doc, f);
}

/* "sample survey, 4", over the goals of the group. */
static const char *group_remark(sp_doc *doc, const sp_goal_group *group) {
  const char *kinds = "";
  uint32_t n = 0, n_by_sort[SP_N_SORTS] = {0};
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (f->group != group) continue;
    n++;
    n_by_sort[sp_goal_sort(f)]++;
  }
  if (n_by_sort[SP_SORT_SAMPLE] > 0) kinds = sp_doc_join(doc, kinds, SP_WORD(doc, KIND_SAMPLE));
  if (n_by_sort[SP_SORT_REGISTER] > 0) kinds = sp_doc_join(doc, kinds, SP_WORD(doc, KIND_REGISTER));
  if (n_by_sort[SP_SORT_CHECKLIST] > 0)
    kinds = sp_doc_join(doc, kinds, SP_WORD(doc, KIND_CHECKLIST));
  return SP_SAY(doc, GROUP_REMARK, sp_count(doc, (int64_t)n), kinds);
}

static void add_notes(sp_doc *doc, sp_grid *grid, const sp_list *notes) {
  const char *const *texts = notes->items;
  for (uint32_t i = 0; i < notes->n; i++) {
    const char *letter =
        i < 26 ? sp_doc_printf(doc, "%c", (int)('a' + i))
               : sp_doc_printf(doc, "%c%c", (int)('a' + i / 26 - 1), (int)('a' + i % 26));
    sp_grid_note(doc, grid, sp_doc_printf(doc, "%s.%s%s", letter, SP_NO_BREAK, texts[i]));
  }
  sp_grid_note(doc, grid, SP_WORD(doc, NOTE_COLUMNS));
  sp_grid_note(doc, grid, SP_WORD(doc, NOTE_PROGRESS));
}

void sp_section_table(sp_doc *doc) {
  sp_grid grid = {0};
  sp_list notes = {0};
  const sp_goal_group *group = NULL;
  sp_block_add(doc, SAMPAN_BLOCK_LANDSCAPE, 0);
  sp_section(doc, "table", SP_W_SECTION_TABLE);
  add_columns(doc, &grid);
  for (uint32_t i = 0; i < doc->evaluation->n_findings; i++) {
    const sp_finding *f = &doc->evaluation->findings[i];
    if (f->group != NULL && f->group != group) {
      group = f->group;
      sp_grid_group(doc, &grid,
                    sp_doc_printf(doc, "%s" SP_NO_BREAK "%s" SP_NO_BREAK SP_NO_BREAK,
                                  group->number != NULL ? group->number : "",
                                  sp_doc_label(doc, &group->label)),
                    group_remark(doc, group));
    }
    add_goal(doc, &grid, f, &notes);
  }
  add_notes(doc, &grid, &notes);
  sp_grid_close(doc, &grid, SP_WORD(doc, TABLE_GOALS), 0, 1);
  sp_block_add(doc, SAMPAN_BLOCK_PORTRAIT, 0);
}
