/* document_parts.h - building blocks of the annex: growing lists, rich texts, tables, charts.
 * Internal to core/annex.
 *
 * A failed allocation is remembered in `failed` and asked for once, at the end; until then writes
 * go to `spare`, so that the sections need not look. */
#ifndef SP_ANNEX_DOCUMENT_PARTS_H
#define SP_ANNEX_DOCUMENT_PARTS_H

#include "annex/evaluate.h"
#include "annex/words.h"

/* Items lie in one array, which moves when it grows: a pointer into it holds until the next add. */
typedef struct sp_list {
  void *items;
  uint32_t n, capacity;
} sp_list;

typedef struct sp_doc {
  const sp_evaluation *evaluation;
  const sp_programme *programme;
  sp_registry *registry; /* NULL: no digests of plugins */
  sp_arena *arena;
  const char *language, *level; /* "95%" */
  int32_t zh, failed;
  uint32_t n_sections, n_tables, n_figures, reserved;
  sp_list blocks;
  uint64_t spare[128];
} sp_doc;

/* A zeroed item at the end of the list; all items of a list have one size, 1024 bytes at most. */
void *sp_doc_add(sp_doc *doc, sp_list *list, uint64_t size);
#define SP_ADD(doc, list, type) ((type *)sp_doc_add((doc), (list), sizeof(type)))

/* ---- texts --------------------------------------------------------------------------------- */

/* "" for NULL, which marks the document as failed: for what came from the arena. */
const char *sp_doc_kept(sp_doc *doc, const char *text);
const char *sp_doc_printf(sp_doc *doc, const char *format, ...) SP_PRINTF(2, 3);
const char *sp_doc_say(sp_doc *doc, int32_t word, const char *const *values, uint32_t n_values);
/* A word of the catalogue, without and with arguments; with them {9} is the confidence level. */
#define SP_WORD(doc, id) sp_word(SP_W_##id, (doc)->language)
#define SP_SAY(doc, id, ...)                                  \
  sp_doc_say((doc), SP_W_##id, (const char *[]){__VA_ARGS__}, \
             (uint32_t)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)))
const char *sp_doc_label(const sp_doc *doc, const sp_label *label);
/* The label in the language that the document is not in; "" if it is the same. */
const char *sp_doc_gloss(const sp_doc *doc, const sp_label *label);
/* Appends an item to an enumeration: "a, b" or "a、b". */
const char *sp_doc_join(sp_doc *doc, const char *list, const char *item);
/* The text with a full stop, unless it ends in one; "" stays. */
const char *sp_doc_sentence(sp_doc *doc, const char *text);
/* The last part of a path. */
const char *sp_doc_file_name(const char *path);

void sp_rich_add(sp_doc *doc, sp_list *runs, const char *text, uint32_t flags, int32_t mark);
sampan_text sp_rich(const sp_list *runs);
sampan_text sp_plain(sp_doc *doc, const char *text);
sampan_text sp_styled(sp_doc *doc, const char *text, uint32_t flags, int32_t mark);
/* A second, smaller line under the first; "" for none. */
sampan_text sp_two_lines(sp_doc *doc, const char *first, uint32_t flags, const char *second);

/* ---- blocks -------------------------------------------------------------------------------- */

sampan_block *sp_block_add(sp_doc *doc, int32_t kind, uint32_t flags);
/* A numbered heading of level 1; the gloss is the title in the other language. */
void sp_section(sp_doc *doc, const char *anchor, int32_t title);
void sp_section_titled(sp_doc *doc, const char *anchor, const char *title, const char *gloss);
/* A heading of level 2; `number` 1, 2 ... within the section, or 0. English has none: 1.1 is the
 * name of a goal. */
void sp_subsection(sp_doc *doc, int32_t number, int32_t title);
void sp_paragraph(sp_doc *doc, int32_t style, uint32_t flags, const char *text);
void sp_rich_paragraph(sp_doc *doc, int32_t style, uint32_t flags, const sp_list *runs);

/* ---- facts --------------------------------------------------------------------------------- */

/* Leaves out a fact without text. */
void sp_fact_add(sp_doc *doc, sp_list *facts, const char *name, const char *text);
void sp_facts_close(sp_doc *doc, const sp_list *facts, uint32_t flags);

/* ---- tables -------------------------------------------------------------------------------- */

typedef struct sp_grid {
  sp_list columns, rows, notes;
} sp_grid;

void sp_grid_column(sp_doc *doc, sp_grid *grid, const char *head, int32_t align, double screen,
                    double paper, int32_t phone);
/* The cells of a new row, one per column, to be filled. Every column comes first. */
sampan_text *sp_grid_row(sp_doc *doc, sp_grid *grid, int32_t kind, uint32_t flags,
                         const char *filter);
void sp_grid_group(sp_doc *doc, sp_grid *grid, const char *title, const char *remark);
void sp_grid_note(sp_doc *doc, sp_grid *grid, const char *text);
/* Adds the block, with the next number before its title. */
void sp_grid_close(sp_doc *doc, sp_grid *grid, const char *title, uint32_t flags, int32_t compact);

/* The mark of a verdict, and its word. */
int32_t sp_verdict_mark(int32_t verdict);
const char *sp_verdict_word(const sp_doc *doc, int32_t verdict);

#endif
