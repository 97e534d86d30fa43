#include "annex/document_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void *sp_doc_add(sp_doc *doc, sp_list *list, uint64_t size) {
  if (list->n == list->capacity) {
    const uint32_t capacity = list->capacity > 0 ? 2 * list->capacity : 8;
    void *items = sp_arena_grow(doc->arena, list->items, list->n, capacity, size);
    if (items == NULL) {
      doc->failed = 1;
      memset(doc->spare, 0, sizeof doc->spare);
      return doc->spare;
    }
    list->items = items;
    list->capacity = capacity;
  }
  return (char *)list->items + size * list->n++;
}

/* ---- texts --------------------------------------------------------------------------------- */

const char *sp_doc_kept(sp_doc *doc, const char *text) {
  if (text != NULL) return text;
  doc->failed = 1;
  return "";
}

const char *sp_doc_printf(sp_doc *doc, const char *format, ...) {
  va_list ap, again;
  char *text;
  va_start(ap, format);
  va_copy(again, ap);
  const int n = vsnprintf(NULL, 0, format, ap);
  va_end(ap);
  text = n < 0 ? NULL : sp_arena_array(doc->arena, (uint64_t)n + 1, 1);
  if (text != NULL) vsnprintf(text, (size_t)n + 1, format, again);
  va_end(again);
  return sp_doc_kept(doc, text);
}

const char *sp_doc_say(sp_doc *doc, int32_t word, const char *const *values, uint32_t n_values) {
  const char *all[10] = {"", "", "", "", "", "", "", "", "", doc->level};
  for (uint32_t i = 0; i < n_values && i < 9; i++) all[i] = values[i];
  return sp_doc_kept(doc, sp_word_fill(word, doc->language, all, 10, doc->arena));
}

const char *sp_doc_label(const sp_doc *doc, const sp_label *label) {
  const char *text = sp_label_in(label, doc->language);
  return text != NULL ? text : "";
}

const char *sp_doc_gloss(const sp_doc *doc, const sp_label *label) {
  const char *other = sp_label_in(label, doc->zh ? "en" : "zh");
  return other == NULL || strcmp(other, sp_doc_label(doc, label)) == 0 ? "" : other;
}

const char *sp_doc_join(sp_doc *doc, const char *list, const char *item) {
  if (list[0] == '\0') return item;
  return sp_doc_printf(doc, "%s%s%s", list, SP_WORD(doc, LIST_COMMA), item);
}

const char *sp_doc_sentence(sp_doc *doc, const char *text) {
  static const char *const ends[] = {".", "!", "?", ";", "。", "！", "？", "；"};
  const size_t n = strlen(text);
  for (uint32_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    const size_t k = strlen(ends[i]);
    if (n == 0 || (n >= k && strcmp(text + n - k, ends[i]) == 0)) return text;
  }
  return sp_doc_printf(doc, "%s%s", text, doc->zh ? "。" : ".");
}

const char *sp_doc_file_name(const char *path) {
  const char *slash = path != NULL ? strrchr(path, '/') : NULL;
  return slash != NULL ? slash + 1 : path != NULL ? path : "";
}

void sp_rich_add(sp_doc *doc, sp_list *runs, const char *text, uint32_t flags, int32_t mark) {
  sampan_run *run = SP_ADD(doc, runs, sampan_run);
  run->text = text;
  run->flags = flags;
  run->mark = mark;
}

sampan_text sp_rich(const sp_list *runs) {
  const sampan_text text = {.runs = runs->items, .n_runs = runs->n};
  return text;
}

sampan_text sp_styled(sp_doc *doc, const char *text, uint32_t flags, int32_t mark) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, text, flags, mark);
  return sp_rich(&runs);
}

sampan_text sp_plain(sp_doc *doc, const char *text) {
  return sp_styled(doc, text, 0, SAMPAN_MARK_NONE);
}

sampan_text sp_two_lines(sp_doc *doc, const char *first, uint32_t flags, const char *second) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, first, flags, SAMPAN_MARK_NONE);
  if (second[0] != '\0')
    sp_rich_add(doc, &runs, second, SAMPAN_RUN_BREAK | SAMPAN_RUN_SMALL, SAMPAN_MARK_NONE);
  return sp_rich(&runs);
}

/* ---- blocks -------------------------------------------------------------------------------- */

sampan_block *sp_block_add(sp_doc *doc, int32_t kind, uint32_t flags) {
  sampan_block *block = SP_ADD(doc, &doc->blocks, sampan_block);
  block->kind = kind;
  block->flags = flags;
  block->anchor = block->gloss = "";
  return block;
}

/* 一、 or 1. */
static const char *section_number(sp_doc *doc, uint32_t number) {
  static const char *const numerals[] = {"零", "一", "二", "三", "四", "五",
                                         "六", "七", "八", "九", "十"};
  return doc->zh ? numerals[number % 11] : sp_doc_printf(doc, "%u", (unsigned)number);
}

void sp_section(sp_doc *doc, const char *anchor, int32_t title) {
  sp_section_titled(doc, anchor, sp_word(title, doc->language),
                    sp_word(title, doc->zh ? "en" : "zh"));
}

void sp_section_titled(sp_doc *doc, const char *anchor, const char *title, const char *gloss) {
  const char *number = section_number(doc, ++doc->n_sections);
  sampan_block *block = sp_block_add(doc, SAMPAN_BLOCK_HEADING, 0);
  block->level = 1;
  block->anchor = anchor;
  block->gloss = gloss;
  block->text = sp_plain(doc, sp_doc_printf(doc, doc->zh ? "%s、%s" : "%s. %s", number, title));
}

void sp_subsection(sp_doc *doc, int32_t number, int32_t title) {
  const char *text = sp_word(title, doc->language);
  sampan_block *block = sp_block_add(doc, SAMPAN_BLOCK_HEADING, 0);
  if (number > 0 && doc->zh)
    text = sp_doc_printf(doc, "（%s）%s", section_number(doc, (uint32_t)number), text);
  block->level = 2;
  block->text = sp_plain(doc, text);
}

void sp_rich_paragraph(sp_doc *doc, int32_t style, uint32_t flags, const sp_list *runs) {
  sampan_block *block = sp_block_add(doc, SAMPAN_BLOCK_PARAGRAPH, flags);
  block->level = style;
  block->text = sp_rich(runs);
}

void sp_paragraph(sp_doc *doc, int32_t style, uint32_t flags, const char *text) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, text, 0, SAMPAN_MARK_NONE);
  sp_rich_paragraph(doc, style, flags, &runs);
}

/* ---- facts --------------------------------------------------------------------------------- */

void sp_fact_add(sp_doc *doc, sp_list *facts, const char *name, const char *text) {
  if (text[0] == '\0') return;
  const sampan_text rich = sp_plain(doc, text);
  sampan_fact *fact = SP_ADD(doc, facts, sampan_fact);
  fact->name = name;
  fact->text = rich;
}

void sp_facts_close(sp_doc *doc, const sp_list *facts, uint32_t flags) {
  sp_list list = {0};
  sampan_facts_block *content = SP_ADD(doc, &list, sampan_facts_block);
  if (facts->n == 0) return;
  content->facts = facts->items;
  content->n_facts = facts->n;
  sp_block_add(doc, SAMPAN_BLOCK_FACTS, flags)->content = content;
}

/* ---- tables -------------------------------------------------------------------------------- */

void sp_grid_column(sp_doc *doc, sp_grid *grid, const char *head, int32_t align, double screen,
                    double paper, int32_t phone) {
  sampan_table_column *column = SP_ADD(doc, &grid->columns, sampan_table_column);
  column->head = head;
  column->align = align;
  column->screen_width = screen;
  column->paper_width = paper;
  column->phone = phone;
  if (screen == 0) column->flags = SAMPAN_PAPER_ONLY;
  if (paper == 0) column->flags = SAMPAN_SCREEN_ONLY;
}

sampan_text *sp_grid_row(sp_doc *doc, sp_grid *grid, int32_t kind, uint32_t flags,
                         const char *filter) {
  const uint32_t n = kind == SAMPAN_ROW_GROUP ? 1 : grid->columns.n;
  sampan_text *cells = sp_arena_array(doc->arena, n, sizeof *cells);
  sampan_table_row *row = SP_ADD(doc, &grid->rows, sampan_table_row);
  if (cells == NULL) {
    doc->failed = 1;
    cells = (sampan_text *)(void *)doc->spare;
  }
  row->kind = kind;
  row->flags = flags;
  row->cells = cells;
  row->filter = filter;
  return cells;
}

void sp_grid_group(sp_doc *doc, sp_grid *grid, const char *title, const char *remark) {
  sp_list runs = {0};
  sp_rich_add(doc, &runs, title, SAMPAN_RUN_BOLD, SAMPAN_MARK_NONE);
  if (remark[0] != '\0') sp_rich_add(doc, &runs, remark, SAMPAN_RUN_SMALL, SAMPAN_MARK_NONE);
  sp_grid_row(doc, grid, SAMPAN_ROW_GROUP, 0, "")[0] = sp_rich(&runs);
}

void sp_grid_note(sp_doc *doc, sp_grid *grid, const char *text) {
  const sampan_text note = sp_plain(doc, text);
  *SP_ADD(doc, &grid->notes, sampan_text) = note;
}

void sp_grid_close(sp_doc *doc, sp_grid *grid, const char *title, uint32_t flags, int32_t compact) {
  sp_list list = {0};
  sampan_table_block *content = SP_ADD(doc, &list, sampan_table_block);
  const char *number = sp_doc_printf(doc, "%u", (unsigned)++doc->n_tables);
  content->caption = SP_SAY(doc, TABLE_CAPTION, number, title);
  content->columns = grid->columns.items;
  content->n_columns = grid->columns.n;
  content->rows = grid->rows.items;
  content->n_rows = grid->rows.n;
  content->notes = grid->notes.items;
  content->n_notes = grid->notes.n;
  content->compact = compact;
  sp_block_add(doc, SAMPAN_BLOCK_TABLE, flags)->content = content;
}

/* ---- verdicts ------------------------------------------------------------------------------ */

int32_t sp_verdict_mark(int32_t verdict) {
  switch (verdict) {
    case SP_VERDICT_MET:
      return SAMPAN_MARK_MET;
    case SP_VERDICT_NOT_MET:
      return SAMPAN_MARK_NOT_MET;
    case SP_VERDICT_UNDECIDED:
      return SAMPAN_MARK_UNDECIDED;
    default:
      return SAMPAN_MARK_NOT_ASSESSABLE;
  }
}

const char *sp_verdict_word(const sp_doc *doc, int32_t verdict) {
  switch (verdict) {
    case SP_VERDICT_MET:
      return SP_WORD(doc, MET);
    case SP_VERDICT_NOT_MET:
      return SP_WORD(doc, NOT_MET);
    case SP_VERDICT_UNDECIDED:
      return SP_WORD(doc, UNDECIDED);
    default:
      return SP_WORD(doc, NOT_ASSESSABLE);
  }
}
