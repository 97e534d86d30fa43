#include "annex_document_look.h"

#include <math.h>

static void visit_text(const sampan_text *t, annex_visit *see, void *data, const char *where) {
  for (uint32_t i = 0; i < t->n_runs; i++) see(data, t->runs[i].text, where);
}

static int on_strip(double x) {
  return x >= 0 && x <= 1;
}

static void visit_draws(const sampan_draw *d, uint32_t n, annex_visit *see, void *data) {
  for (uint32_t i = 0; i < n; i++) {
    const int is_placed =
        on_strip(d[i].x0) && on_strip(d[i].x1) && isfinite(d[i].y0) && isfinite(d[i].y1);
    see(data, is_placed ? d[i].text : NULL, "draw");
  }
}

static void visit_table(const sampan_table_block *t, annex_visit *see, void *data) {
  see(data, t->caption, "caption");
  for (uint32_t i = 0; i < t->n_columns; i++) see(data, t->columns[i].head, "column");
  for (uint32_t r = 0; r < t->n_rows; r++) {
    const uint32_t n = t->rows[r].kind == SAMPAN_ROW_GROUP ? 1 : t->n_columns;
    for (uint32_t i = 0; i < n; i++) {
      if (t->rows[r].cells[i].n_runs == 0) see(data, NULL, "empty cell");
      visit_text(&t->rows[r].cells[i], see, data, "cell");
    }
    see(data, t->rows[r].filter, "filter");
  }
  for (uint32_t i = 0; i < t->n_notes; i++) visit_text(&t->notes[i], see, data, "note");
}

static void visit_chart(const sampan_chart_block *c, annex_visit *see, void *data) {
  see(data, c->title, "title");
  see(data, c->caption, "caption");
  for (uint32_t i = 0; i < c->n_left; i++) see(data, c->left[i].text, "head");
  for (uint32_t i = 0; i < c->n_right; i++) see(data, c->right[i].text, "head");
  for (uint32_t r = 0; r < c->n_rows; r++) {
    see(data, c->rows[r].label, "label");
    see(data, c->rows[r].sentence, "sentence");
    for (uint32_t i = 0; i < c->n_left; i++) see(data, c->rows[r].left[i], "left");
    for (uint32_t i = 0; i < c->n_right; i++) see(data, c->rows[r].right[i], "right");
    visit_draws(c->rows[r].draws, c->rows[r].n_draws, see, data);
  }
  visit_draws(c->behind, c->n_behind, see, data);
  for (uint32_t i = 0; i < c->n_legend; i++) see(data, c->legend[i].text, "legend");
  for (uint32_t i = 0; i < c->n_notes; i++) visit_text(&c->notes[i], see, data, "note");
}

static void visit_content(const sampan_block *b, annex_visit *see, void *data) {
  const sampan_counts_block *counts = b->content;
  const sampan_facts_block *facts = b->content;
  switch (b->kind) {
    case SAMPAN_BLOCK_TABLE:
      visit_table(b->content, see, data);
      break;
    case SAMPAN_BLOCK_CHART:
      visit_chart(b->content, see, data);
      break;
    case SAMPAN_BLOCK_COUNTS:
      for (uint32_t i = 0; i < counts->n_counts; i++) {
        see(data, counts->counts[i].count, "count");
        see(data, counts->counts[i].label, "count");
        for (uint32_t k = 0; k < counts->counts[i].n_items; k++)
          see(data, counts->counts[i].items[k], "count");
      }
      break;
    case SAMPAN_BLOCK_FACTS:
      for (uint32_t i = 0; i < facts->n_facts; i++) {
        see(data, facts->facts[i].name, "fact");
        visit_text(&facts->facts[i].text, see, data, "fact");
      }
      break;
    default:
      visit_text(&b->text, see, data, "block");
      break;
  }
}

void annex_visit_document(const sampan_document *d, annex_visit *see, void *data) {
  see(data, d->number, "number");
  see(data, d->title, "title");
  see(data, d->footer, "footer");
  for (uint32_t i = 0; i < d->n_head; i++) visit_text(&d->head[i].text, see, data, "head");
  for (uint32_t i = 0; i < d->n_blocks; i++) visit_content(&d->blocks[i], see, data);
}
