/* docx_table.c - tables, counts and facts. Widths are fixed and in twips: WPS does not fit them. */
#include "docx.h"

enum {
  CELL_SIDE = 62, /* space at the sides of a cell, twips */
  GRID = 4,       /* border widths, in 1/8 pt */
  RULE = 8,       /* below the head */
  FRAME = 14,     /* around a row whose verdicts differ */
  KEEP_ROWS = 9,  /* a table of no more rows than this stays on one page */
  MANY_NOTES = 4,
  LONG_FACT = 8,     /* a text of so many runs may be cut between pages */
  SMALLEST_HEAD = 14 /* half points of a head that is set smaller to keep to a line */
};

static void table_open(docx_writer *w, const char *caption, const int32_t *widths, uint32_t n,
                       int32_t grid) {
  docx_buffer *b = &w->body;
  int32_t total = 0;
  docx_flow(w, caption && *caption ? 1 : DOCX_BARE_TABLE);
  for (uint32_t i = 0; i < n; i++) total += widths[i];
  docx_printf(b, "<w:tbl><w:tblPr><w:tblStyle w:val=\"%s\"/><w:tblW w:w=\"%d\" w:type=\"dxa\"/>",
              grid ? "TableGrid" : "TablePlain", total);
  docx_put(b, "<w:jc w:val=\"center\"/>");
  if (grid) {
    static const char *const side[6] = {"top", "left", "bottom", "right", "insideH", "insideV"};
    docx_put(b, "<w:tblBorders>");
    for (int i = 0; i < 6; i++) {
      docx_printf(b, "<w:%s w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"000000\"/>",
                  side[i], GRID);
    }
    docx_put(b, "</w:tblBorders>");
  }
  docx_printf(b,
              "<w:tblLayout w:type=\"fixed\"/><w:tblCellMar><w:top w:w=\"18\" w:type=\"dxa\"/>"
              "<w:left w:w=\"%d\" w:type=\"dxa\"/><w:bottom w:w=\"18\" w:type=\"dxa\"/>"
              "<w:right w:w=\"%d\" w:type=\"dxa\"/></w:tblCellMar><w:tblLook w:val=\"0020\" "
              "w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"0\" w:lastColumn=\"0\" "
              "w:noHBand=\"1\" w:noVBand=\"1\"/>",
              CELL_SIDE, CELL_SIDE);
  if (caption && *caption) {
    docx_put(b, "<w:tblCaption w:val=\"");
    docx_escape_attribute(b, caption);
    docx_put(b, "\"/>");
  }
  docx_put(b, "</w:tblPr><w:tblGrid>");
  for (uint32_t i = 0; i < n; i++) docx_printf(b, "<w:gridCol w:w=\"%d\"/>", widths[i]);
  docx_put(b, "</w:tblGrid>");
  w->in_cell = 1;
}

static void table_close(docx_writer *w) {
  docx_put(&w->body, "</w:tbl>");
  w->in_cell = 0;
  w->page.repeat = 0;
}

static void row_open(docx_writer *w, int32_t head) {
  docx_put(&w->body, head ? "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"
                          : "<w:tr><w:trPr><w:cantSplit/></w:trPr>");
}

static void row_close(docx_writer *w, int32_t head) {
  docx_put(&w->body, "</w:tr>");
  docx_page_row(w, head);
}

/* Borders other than the table's; 0: the table's, -1: none. */
typedef struct cell_borders {
  int32_t top, side, bottom;
} cell_borders;

static void border(docx_buffer *b, const char *side, int32_t size) {
  if (size < 0) docx_printf(b, "<w:%s w:val=\"nil\"/>", side);
  if (size > 0) {
    docx_printf(b, "<w:%s w:val=\"single\" w:sz=\"%d\" w:space=\"0\" w:color=\"000000\"/>", side,
                size);
  }
}

static void cell_open(docx_writer *w, int32_t width, uint32_t span, cell_borders borders,
                      int32_t shaded, const char *vertical) {
  docx_buffer *b = &w->body;
  docx_printf(b, "<w:tc><w:tcPr><w:tcW w:w=\"%d\" w:type=\"dxa\"/>", width);
  if (span > 1) docx_printf(b, "<w:gridSpan w:val=\"%u\"/>", span);
  if (borders.top || borders.side || borders.bottom) {
    docx_put(b, "<w:tcBorders>");
    border(b, "top", borders.top);
    border(b, "left", borders.side);
    border(b, "bottom", borders.bottom);
    border(b, "right", borders.side);
    docx_put(b, "</w:tcBorders>");
  }
  if (shaded) docx_put(b, "<w:shd w:val=\"clear\" w:color=\"auto\" w:fill=\"EEEEEE\"/>");
  docx_printf(b, "<w:vAlign w:val=\"%s\"/></w:tcPr>", vertical);
  docx_page_cell(w, (width - 2 * CELL_SIDE) / 20.0);
}

static void cell_close(docx_writer *w) {
  docx_put(&w->body, "</w:tc>");
  docx_page_cell_end(w);
}

/* ---- tables of the model ---- */

static int is_on_paper(const sampan_table_column *c) {
  return !(c->flags & SAMPAN_SCREEN_ONLY);
}

/* The widest word of a text, in ems; Chinese breaks anywhere. */
static double widest_word(const sampan_text *text) {
  double word = 0, widest = 0;
  uint64_t n = 0;
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const sampan_run *r = &text->runs[i];
    if (r->flags & SAMPAN_RUN_BREAK || r->mark != SAMPAN_MARK_NONE) word = 0;
    for (const char *at = r->text; at && *at;) {
      const uint32_t c = docx_next_character(&at, &n);
      if (c >= 0x2E80 || c == ' ' || c == '\n') {
        word = 0;
      } else {
        word += docx_width_of(c) * (r->flags & SAMPAN_RUN_SMALL ? 0.9 : 1);
      }
      if (word > widest) widest = word;
    }
  }
  return widest;
}

/* What a column needs, in twips: so that no word breaks, or so that nothing in it wraps. */
static int32_t needed_width(const docx_writer *w, const sampan_table_block *t, uint32_t j,
                            double (*measure)(const sampan_text *)) {
  const sampan_run head = {t->columns[j].head ? t->columns[j].head : "", 0, 0};
  const sampan_text as_text = {&head, 1, 0};
  const docx_style *s = docx_style_of(w->chinese, t->compact ? DOCX_TABLE_SMALL : DOCX_TABLE);
  double ems = measure(&as_text);
  for (uint32_t i = 0; i < t->n_rows; i++) {
    if (t->rows[i].kind == SAMPAN_ROW_GROUP) continue;
    const double cell = measure(&t->rows[i].cells[j]);
    if (cell > ems) ems = cell;
  }
  if (!(ems < 1000)) ems = 1000;
  return (int32_t)(ems * 1.02 * s->size * 10) + 2 * CELL_SIDE + 10;
}

/* Columns that have more than they need give to those that have less, the least in want first, as
 * long as that ends the want. */
static void share_room(docx_writer *w, const sampan_table_block *t, int32_t *widths,
                       double (*measure)(const sampan_text *)) {
  const uint64_t size = ((uint64_t)t->n_columns + 1) * sizeof(int32_t);
  int32_t *over = w->call->host->alloc(w->call, size); /* what a column has above its need */
  if (!over) {
    w->body.failed = 1;
    return;
  }
  for (uint32_t j = 0; j < t->n_columns; j++) {
    if (!widths[j]) continue;
    /* What stands on one line is not broken for another column's sake. */
    const int32_t whole = widths[j] - needed_width(w, t, j, docx_ems);
    over[j] = whole >= 0 ? whole : widths[j] - needed_width(w, t, j, measure);
  }
  for (;;) {
    int32_t spare = 0, want = INT32_MAX;
    uint32_t to = 0;
    for (uint32_t j = 0; j < t->n_columns; j++) {
      if (over[j] > 0) spare += over[j];
      if (over[j] >= 0 || -over[j] >= want) continue;
      want = -over[j];
      to = j;
    }
    if (want > spare) return;
    int32_t given = 0, left = spare;
    for (uint32_t j = 0; j < t->n_columns; j++) {
      if (over[j] <= 0) continue;
      const int32_t gives = (int32_t)((int64_t)(want - given) * over[j] / left);
      left -= over[j];
      over[j] -= gives;
      widths[j] -= gives;
      given += gives;
    }
    widths[to] += given;
    over[to] = 0;
  }
}

/* Widths of the columns on paper, 0 for the others; never wider than the text area. */
static int32_t *column_widths(docx_writer *w, const sampan_table_block *t, uint32_t *n) {
  int32_t *widths = w->call->host->alloc(w->call, ((uint64_t)t->n_columns + 1) * sizeof *widths);
  const double text_width = docx_text_width(w);
  double sum = 0;
  uint32_t unknown = 0;
  *n = 0;
  if (!widths) {
    w->body.failed = 1;
    return NULL;
  }
  for (uint32_t j = 0; j < t->n_columns; j++) {
    if (!is_on_paper(&t->columns[j])) continue;
    ++*n;
    if (t->columns[j].paper_width > 0) {
      sum += t->columns[j].paper_width;
    } else {
      unknown++;
    }
  }
  /* Columns without a width share what is left, but no less than 10 mm each. */
  double rest = unknown ? (text_width - sum) / unknown : 0;
  if (unknown && rest < 10) rest = 10;
  sum += rest * unknown;
  const double scale = sum > text_width ? text_width / sum : 1;
  for (uint32_t j = 0; j < t->n_columns; j++) {
    const double width = t->columns[j].paper_width;
    if (is_on_paper(&t->columns[j])) widths[j] = DOCX_MM((width > 0 ? width : rest) * scale);
  }
  share_room(w, t, widths, widest_word);
  /* The widths of landscape tables are those of the standard layout. */
  if (!w->wants_landscape) share_room(w, t, widths, docx_ems);
  return widths;
}

/* The caption as a first row that repeats on every page, as GB/T 9704 tables carry it. */
static void caption_row(docx_writer *w, const char *caption, int32_t width, uint32_t span) {
  const cell_borders open = {-1, -1, RULE};
  row_open(w, 1);
  cell_open(w, width, span, open, 0, "center");
  docx_paragraph_open(w, DOCX_CAPTION, -1, DOCX_KEEP_NEXT);
  docx_run(w, DOCX_CAPTION, caption, 0);
  docx_paragraph_close(w);
  cell_close(w);
  row_close(w, 1);
}

/* One line of a head. One a little too long is set smaller; a longer one of Chinese is cut into
 * even parts, for no lone character. */
static void head_line(docx_writer *w, int32_t style, const char *line, const char *end, double room,
                      double air) {
  const int32_t size = docx_style_of(w->chinese, style)->size;
  double ems = 0;
  uint64_t n = 0;
  uint32_t count = 0, wide = 1;
  for (const char *at = line; at < end; count++) {
    const uint32_t c = docx_next_character(&at, &n);
    ems += docx_width_of(c);
    if (c < 0x2E80) wide = 0;
  }
  const int smaller = ems > room && ems * SMALLEST_HEAD <= room * size;
  const uint32_t fits = room >= 2 + air ? (uint32_t)(room - air) : 2;
  const uint32_t parts = !smaller && wide && count > fits ? (count + fits - 1) / fits : 1;
  const uint32_t each = (count + parts - 1) / parts;
  w->run_size = smaller ? (int32_t)(room * size / ems) : 0;
  for (uint32_t k = 0; line < end;) {
    const char *from = line;
    char part[512];
    while (line < end && (parts == 1 || k < each) && (size_t)(line - from) + 5 < sizeof part) {
      docx_next_character(&line, &n);
      k++;
    }
    memcpy(part, from, (size_t)(line - from));
    part[line - from] = '\0';
    docx_run(w, style, part, 0);
    if (line < end && parts > 1 && k >= each) {
      docx_run(w, style, "\n", 0);
      k = 0;
    }
  }
  w->run_size = 0;
}

static void head_text(docx_writer *w, int32_t style, const char *text, double room, double air) {
  while (text && *text) {
    const char *end = strchr(text, '\n');
    if (!end) end = text + strlen(text);
    head_line(w, style, text, end, room, air);
    if (*end) docx_run(w, style, "\n", 0);
    text = *end ? end + 1 : end;
  }
}

static void head_row(docx_writer *w, const sampan_table_block *t, const int32_t *widths,
                     int32_t style) {
  const cell_borders ruled = {0, 0, RULE};
  const int32_t size = docx_style_of(w->chinese, style)->size;
  double air = 0.1; /* a head that has lines anyway need not squeeze into one */
  for (uint32_t j = 0; j < t->n_columns; j++) {
    if (is_on_paper(&t->columns[j]) && t->columns[j].head && strchr(t->columns[j].head, '\n'))
      air = 0.8;
  }
  row_open(w, 1);
  for (uint32_t j = 0; j < t->n_columns; j++) {
    if (!is_on_paper(&t->columns[j])) continue;
    cell_open(w, widths[j], 1, ruled, 0, "center");
    docx_paragraph_open(w, style, -1, DOCX_KEEP_NEXT);
    head_text(w, style, t->columns[j].head, (widths[j] - 2.0 * CELL_SIDE) / (size * 10.0), air);
    docx_paragraph_close(w);
    cell_close(w);
  }
  row_close(w, 1);
}

static int is_framed(const sampan_table_block *t, uint32_t i) {
  return i < t->n_rows && t->rows[i].flags & SAMPAN_ROW_FRAMED;
}

static int has_mark(const sampan_text *cell) {
  return cell->n_runs > 0 && cell->runs[0].mark != SAMPAN_MARK_NONE;
}

/* In a column too narrow for a mark and its text side by side, all its texts go below. */
static int is_stacked(const docx_writer *w, const sampan_table_block *t, uint32_t j,
                      int32_t width) {
  const docx_style *s = docx_style_of(w->chinese, t->compact ? DOCX_TABLE_SMALL : DOCX_TABLE);
  const double room = (width - 2.0 * CELL_SIDE) / (s->size * 10.0);
  for (uint32_t i = 0; i < t->n_rows; i++) {
    if (t->rows[i].kind == SAMPAN_ROW_GROUP || !has_mark(&t->rows[i].cells[j])) continue;
    if (docx_ems(&t->rows[i].cells[j]) > room) return 1;
  }
  return 0;
}

static void body_row(docx_writer *w, const sampan_table_block *t, uint32_t i, const int32_t *widths,
                     const int32_t *stacked, int32_t total, uint32_t n_columns, int32_t keep) {
  const sampan_table_row *row = &t->rows[i];
  const int32_t style = t->compact ? DOCX_TABLE_SMALL : DOCX_TABLE;
  const int32_t head = t->compact ? DOCX_TABLE_HEAD_SMALL : DOCX_TABLE_HEAD;
  /* Readers settle a shared border differently: both rows state the thick one. */
  const cell_borders borders = {is_framed(t, i) || (i > 0 && is_framed(t, i - 1)) ? FRAME : 0, 0,
                                is_framed(t, i) || is_framed(t, i + 1) ? FRAME : 0};
  uint32_t flags = row->flags & SAMPAN_ROW_MUTED ? DOCX_RUN_MUTED : 0;
  if (row->kind == SAMPAN_ROW_TOTAL) flags |= SAMPAN_RUN_BOLD;
  const uint32_t kept = keep || row->kind == SAMPAN_ROW_GROUP ? DOCX_KEEP_NEXT : 0;
  row_open(w, 0);
  if (row->kind == SAMPAN_ROW_GROUP) {
    cell_open(w, total, n_columns, borders, 1, "center");
    docx_paragraph_open(w, head, SAMPAN_ALIGN_LEFT, kept);
    for (uint32_t k = 0; k < row->cells[0].n_runs; k++) {
      const sampan_text one = {&row->cells[0].runs[k], 1, 0};
      /* A remark after the group's name. */
      if (k > 0 && one.runs->flags & SAMPAN_RUN_SMALL) docx_run(w, head, "\xE3\x80\x80", flags);
      docx_runs(w, head, &one, flags);
    }
    docx_paragraph_close(w);
    cell_close(w);
  }
  for (uint32_t j = 0; row->kind != SAMPAN_ROW_GROUP && j < t->n_columns; j++) {
    if (!is_on_paper(&t->columns[j])) continue;
    cell_open(w, widths[j], 1, borders, 0, "center");
    w->stack_marks = stacked[j] && has_mark(&row->cells[j]);
    docx_paragraph_open(w, style, stacked[j] ? SAMPAN_ALIGN_CENTER : t->columns[j].align, kept);
    docx_runs(w, style, &row->cells[j], flags);
    docx_paragraph_close(w);
    w->stack_marks = 0;
    cell_close(w);
  }
  row_close(w, 0);
}

void docx_table(docx_writer *w, const sampan_table_block *t) {
  uint32_t n = 0;
  int32_t *widths = column_widths(w, t, &n);
  if (!widths || n == 0) return;
  int32_t total = 0, has_head = 0;
  int32_t *shown = w->call->host->alloc(w->call, (uint64_t)n * sizeof *shown);
  int32_t *stacked = w->call->host->alloc(w->call, (uint64_t)t->n_columns * sizeof *stacked);
  if (!shown || !stacked) {
    w->body.failed = 1;
    return;
  }
  for (uint32_t j = 0, k = 0; j < t->n_columns; j++) {
    if (!is_on_paper(&t->columns[j])) continue;
    shown[k++] = widths[j];
    stacked[j] = is_stacked(w, t, j, widths[j]);
    total += widths[j];
    if (t->columns[j].head && *t->columns[j].head) has_head = 1;
  }
  const int32_t has_caption = t->caption && *t->caption;
  const int32_t is_long = t->n_rows > KEEP_ROWS;
  if (has_caption && !is_long) docx_line(w, DOCX_CAPTION, t->caption, DOCX_KEEP_NEXT);
  table_open(w, t->caption, shown, n, 1);
  if (has_caption && is_long) caption_row(w, t->caption, total, n);
  if (has_head) head_row(w, t, widths, t->compact ? DOCX_TABLE_HEAD_SMALL : DOCX_TABLE_HEAD);
  for (uint32_t i = 0; i < t->n_rows; i++) {
    /* The last rows hold on to the notes, the rows of a short table to each other. */
    const int32_t keep = i + 1 < t->n_rows ? !is_long : t->n_notes > 0;
    body_row(w, t, i, widths, stacked, total, n, keep);
  }
  if (t->n_rows == 0 && !has_head) { /* a table must have a row, a row a cell, a cell a paragraph */
    const cell_borders none = {0, 0, 0};
    row_open(w, 0);
    cell_open(w, total, n, none, 0, "center");
    docx_put(&w->body, "<w:p/>");
    cell_close(w);
    row_close(w, 0);
  }
  table_close(w);
  if (t->n_notes > 0) w->after_table = 0;
  for (uint32_t i = 0; i < t->n_notes; i++) { /* many notes run on, or they would fill a page */
    const int runs_on = t->n_notes >= MANY_NOTES;
    if (i == 0 || !runs_on) docx_paragraph_open(w, DOCX_TABLE_NOTE, -1, 0);
    if (i > 0 && runs_on) docx_run(w, DOCX_TABLE_NOTE, w->chinese ? "\xE3\x80\x80" : "  ", 0);
    docx_runs(w, DOCX_TABLE_NOTE, &t->notes[i], 0);
    if (i + 1 == t->n_notes || !runs_on) docx_paragraph_close(w);
  }
}

/* ---- counts and facts ---- */

/* A row a verdict: mark and name, how many, which. */
void docx_counts(docx_writer *w, const sampan_counts_block *counts) {
  const double text_width = docx_text_width(w);
  const int32_t widths[3] = {DOCX_MM(36), DOCX_MM(14), DOCX_MM(text_width - 50)};
  const cell_borders none = {0, 0, 0};
  if (counts->n_counts == 0) return;
  table_open(w, NULL, widths, 3, 1);
  for (uint32_t i = 0; i < counts->n_counts; i++) {
    const sampan_count *c = &counts->counts[i];
    const uint32_t keep = i + 1 < counts->n_counts ? DOCX_KEEP_NEXT : 0;
    row_open(w, 0);
    cell_open(w, widths[0], 1, none, 0, "center");
    docx_paragraph_open(w, DOCX_COUNT, SAMPAN_ALIGN_LEFT, keep);
    docx_mark(w, DOCX_COUNT, c->mark);
    docx_run(w, DOCX_COUNT, "\xC2\xA0", 0);
    docx_run(w, DOCX_COUNT, c->label, DOCX_RUN_HEAD);
    docx_paragraph_close(w);
    cell_close(w);
    cell_open(w, widths[1], 1, none, 0, "center");
    docx_paragraph_open(w, DOCX_COUNT, SAMPAN_ALIGN_CENTER, keep);
    docx_run(w, DOCX_COUNT, c->count, SAMPAN_RUN_BOLD);
    docx_paragraph_close(w);
    cell_close(w);
    cell_open(w, widths[2], 1, none, 0, "center");
    docx_paragraph_open(w, DOCX_TABLE, SAMPAN_ALIGN_LEFT, keep);
    for (uint32_t k = 0; k < c->n_items; k++) {
      if (k > 0) docx_run(w, DOCX_TABLE, w->chinese ? "\xEF\xBC\x9B" : "; ", 0);
      docx_run(w, DOCX_TABLE, c->items[k], 0);
    }
    docx_paragraph_close(w);
    cell_close(w);
    row_close(w, 0);
  }
  table_close(w);
}

void docx_facts(docx_writer *w, const sampan_facts_block *facts) {
  const double text_width = docx_text_width(w);
  const int32_t widths[2] = {DOCX_MM(30), DOCX_MM(text_width - 30)};
  const cell_borders none = {0, 0, 0};
  if (facts->n_facts == 0) return;
  table_open(w, NULL, widths, 2, 0);
  for (uint32_t i = 0; i < facts->n_facts; i++) {
    const sampan_fact *f = &facts->facts[i];
    if (f->text.n_runs < LONG_FACT) {
      row_open(w, 0);
    } else { /* as long as a page, perhaps */
      docx_put(&w->body, "<w:tr>");
    }
    cell_open(w, widths[0], 1, none, 0, "top");
    docx_paragraph_open(w, DOCX_FACT, -1, 0);
    docx_run(w, DOCX_FACT, f->name, DOCX_RUN_HEAD);
    docx_paragraph_close(w);
    cell_close(w);
    cell_open(w, widths[1], 1, none, 0, "top");
    docx_paragraph_open(w, DOCX_FACT, -1, 0);
    docx_runs(w, DOCX_FACT, &f->text, 0);
    docx_paragraph_close(w);
    cell_close(w);
    row_close(w, 0);
  }
  table_close(w);
}
