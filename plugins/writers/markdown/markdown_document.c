/* markdown_document.c - a document in markdown: every text, no layout. Charts become tables of
 * their labels, figures and sentences. What is for the screen alone is kept, what is for paper
 * alone is left out. */
#include "markdown.h"

static const char *mark_sign(int32_t mark) {
  static const char *const signs[] = {"", "✔ ", "✘ ", "? ", "– "};
  return mark >= SAMPAN_MARK_MET && mark <= SAMPAN_MARK_NOT_ASSESSABLE ? signs[mark] : "";
}

static void write_runs(markdown *w, const sampan_text *text, const char *newline) {
  int begun = 0;
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const sampan_run *r = &text->runs[i];
    if (r->text[0] == 0 && r->mark == SAMPAN_MARK_NONE) continue;
    if ((r->flags & SAMPAN_RUN_BREAK) && begun) md_put(w, newline);
    md_put(w, mark_sign(r->mark));
    if (r->flags & SAMPAN_RUN_SUPERSCRIPT) md_put(w, "<sup>");
    if (r->flags & SAMPAN_RUN_BOLD) md_put(w, "**");
    md_text(w, r->text, newline);
    if (r->flags & SAMPAN_RUN_BOLD) md_put(w, "**");
    if (r->flags & SAMPAN_RUN_SUPERSCRIPT) md_put(w, "</sup>");
    begun = 1;
  }
}

static void write_notes(markdown *w, const sampan_text *notes, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    md_put(w, "\n");
    write_runs(w, &notes[i], "  \n");
    md_put(w, "\n");
  }
}

static void caption(markdown *w, const char *s) {
  if (s == NULL || s[0] == 0) return;
  md_put(w, "**");
  md_text(w, s, " ");
  md_put(w, "**\n\n");
}

static void write_table(markdown *w, const sampan_table_block *t) {
  caption(w, t->caption);
  for (uint32_t i = 0; i < t->n_columns; i++) {
    if (t->columns[i].flags & SAMPAN_PAPER_ONLY) continue;
    md_put(w, "| ");
    md_text(w, t->columns[i].head, " ");
    md_put(w, " ");
  }
  md_put(w, "|\n");
  for (uint32_t i = 0; i < t->n_columns; i++)
    if (!(t->columns[i].flags & SAMPAN_PAPER_ONLY))
      md_put(w, t->columns[i].align == SAMPAN_ALIGN_RIGHT ? "|--:" : "|---");
  md_put(w, "|\n");
  for (uint32_t i = 0; i < t->n_rows; i++) {
    const sampan_table_row *r = &t->rows[i];
    for (uint32_t j = 0, cell = 0; j < t->n_columns; j++) {
      if (t->columns[j].flags & SAMPAN_PAPER_ONLY) continue;
      md_put(w, "| ");
      if (r->kind != SAMPAN_ROW_GROUP)
        write_runs(w, &r->cells[j], " ");
      else if (cell++ == 0)
        write_runs(w, &r->cells[0], " ");
      md_put(w, " ");
    }
    md_put(w, "|\n");
  }
  write_notes(w, t->notes, t->n_notes);
  md_put(w, "\n");
}

static void chart_cell(markdown *w, const char *s) {
  md_put(w, "| ");
  md_text(w, s ? s : "", " ");
  md_put(w, " ");
}

static void write_chart(markdown *w, const sampan_chart_block *c) {
  caption(w, c->title);
  chart_cell(w, c->label_head);
  for (uint32_t i = 0; i < c->n_left; i++) chart_cell(w, c->left[i].text);
  for (uint32_t i = 0; i < c->n_right; i++) chart_cell(w, c->right[i].text);
  chart_cell(w, c->strip_head);
  md_put(w, "|\n");
  for (uint32_t i = 0; i < 2 + c->n_left + c->n_right; i++) md_put(w, "|---");
  md_put(w, "|\n");
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const sampan_chart_row *r = &c->rows[i];
    if (r->kind == SAMPAN_CHART_ROW_AXIS) continue;
    chart_cell(w, r->label);
    for (uint32_t j = 0; j < c->n_left; j++) chart_cell(w, r->left ? r->left[j] : "");
    for (uint32_t j = 0; j < c->n_right; j++) chart_cell(w, r->right ? r->right[j] : "");
    chart_cell(w, r->sentence);
    md_put(w, "|\n");
  }
  write_notes(w, c->notes, c->n_notes);
  md_put(w, "\n");
}

static void write_counts(markdown *w, const sampan_counts_block *b) {
  for (uint32_t i = 0; i < b->n_counts; i++) {
    const sampan_count *c = &b->counts[i];
    md_put(w, "- ");
    md_put(w, mark_sign(c->mark));
    md_put(w, "**");
    md_text(w, c->count, " ");
    md_put(w, "** ");
    md_text(w, c->label, " ");
    for (uint32_t j = 0; j < c->n_items; j++) {
      md_put(w, j == 0 ? ": " : ", ");
      md_text(w, c->items[j], " ");
    }
    md_put(w, "\n");
  }
  md_put(w, "\n");
}

static void write_facts(markdown *w, const sampan_fact *facts, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    md_put(w, "- **");
    md_text(w, facts[i].name, " ");
    md_put(w, "** ");
    write_runs(w, &facts[i].text, " ");
    md_put(w, "\n");
  }
  if (n > 0) md_put(w, "\n");
}

static void write_code(markdown *w, const sampan_text *text) {
  md_put(w, "    "); /* indented: no text can end it */
  for (uint32_t i = 0; i < text->n_runs; i++)
    for (const char *s = text->runs[i].text; *s; s++) {
      const char one[2] = {*s, 0};
      md_put(w, one);
      if (*s == '\n') md_put(w, "    ");
    }
  md_put(w, "\n\n");
}

static void write_block(markdown *w, const sampan_block *b) {
  switch (b->kind) {
    case SAMPAN_BLOCK_HEADING:
      md_put(w, b->level == 2 ? "### " : "## ");
      write_runs(w, &b->text, " ");
      if (b->gloss && b->gloss[0]) {
        md_put(w, " (");
        md_text(w, b->gloss, " ");
        md_put(w, ")");
      }
      md_put(w, "\n\n");
      break;
    case SAMPAN_BLOCK_PARAGRAPH:
      if (b->level == SAMPAN_PARAGRAPH_CODE) {
        write_code(w, &b->text);
      } else {
        write_runs(w, &b->text, "  \n");
        md_put(w, "\n\n");
      }
      break;
    case SAMPAN_BLOCK_TABLE:
      write_table(w, (const sampan_table_block *)b->content);
      break;
    case SAMPAN_BLOCK_CHART:
      write_chart(w, (const sampan_chart_block *)b->content);
      break;
    case SAMPAN_BLOCK_COUNTS:
      write_counts(w, (const sampan_counts_block *)b->content);
      break;
    case SAMPAN_BLOCK_FACTS: {
      const sampan_facts_block *f = (const sampan_facts_block *)b->content;
      write_facts(w, f->facts, f->n_facts);
      break;
    }
    default:
      break; /* sections say how paper is laid out */
  }
}

int32_t md_document(const sampan_call *call, const sampan_document *document,
                    const sampan_output *out) {
  markdown w = {.call = call, .out = out};
  w.zh = strncmp(document->language, "zh", 2) == 0;
  if (document->number[0]) {
    md_text(&w, document->number, " ");
    md_put(&w, "\n\n");
  }
  md_put(&w, "# ");
  md_text(&w, document->title, w.zh ? "" : " ");
  md_put(&w, "\n\n");
  if (document->subtitle[0]) {
    md_put(&w, "**");
    md_text(&w, document->subtitle, " ");
    md_put(&w, "**\n\n");
  }
  write_facts(&w, document->head, document->n_head);
  for (uint32_t i = 0; i < document->n_blocks && w.status >= 0; i++)
    if (!(document->blocks[i].flags & SAMPAN_PAPER_ONLY)) write_block(&w, &document->blocks[i]);
  md_text(&w, document->footer, "  \n");
  md_put(&w, "\n");
  return md_flush(&w);
}
