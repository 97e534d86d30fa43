/* html_table.c - tables: columns by medium, groups, framed rows, filter buttons, the phone's
 * blocks.
 *
 * A column with phone == 1 makes each row a block on a narrow screen: the title, then figures in a
 * grid, then full lines; the column's head goes along in data-l. A table without such a column
 * stays a table everywhere. */
#include "html.h"

enum { MAX_WORDS = 32, MAX_WORD = 40 };

/* The rows' filter words, in the order of the buttons. */
typedef struct filters {
  uint32_t n;
  char word[MAX_WORDS][MAX_WORD];
} filters;

typedef struct known_word {
  const char *word;
  int32_t group; /* 0 verdict, 1 kind of data */
  const char *en, *zh;
} known_word;

static const known_word known_words[] = {
    {"met", 0, "met", "达标"},
    {"not_met", 0, "not met", "未达标"},
    {"undecided", 0, "undecided", "不能判定"},
    {"not_assessable", 0, "not assessable", "不可评"},
    {"survey", 1, "survey", "抽样"},
    {"register", 1, "register", "登记"},
    {"vital", 1, "vital", "生命登记"},
    {"checklist", 1, "checklist", "清单"},
};
enum { N_KNOWN = sizeof known_words / sizeof known_words[0], OTHER = 2 };

/* "not-met" and "not_met" are one word. */
static int same_word(const char *a, const char *b) {
  for (; *a && *b; a++, b++)
    if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) return 0;
  return *a == *b;
}

static const known_word *find_known(const char *word) {
  for (int i = 0; i < N_KNOWN; i++)
    if (same_word(word, known_words[i].word)) return &known_words[i];
  return NULL;
}

static int has_word(const filters *f, const char *word) {
  for (uint32_t i = 0; i < f->n; i++)
    if (same_word(f->word[i], word)) return 1;
  return 0;
}

/* The next word of a list; 0 at its end. Words too long for a button are passed over. */
static int next_word(const char **s, char out[MAX_WORD]) {
  for (;;) {
    uint32_t n;
    while (**s == ' ') ++*s;
    if (**s == 0) return 0;
    for (n = 0; **s && **s != ' '; ++*s, n++)
      if (n < MAX_WORD - 1) out[n] = **s;
    if (n < MAX_WORD) {
      out[n] = 0;
      return 1;
    }
  }
}

static void collect_words(const sampan_table_block *t, filters *f) {
  f->n = 0;
  for (uint32_t i = 0; i < t->n_rows; i++) {
    const char *s = t->rows[i].filter ? t->rows[i].filter : "";
    char word[MAX_WORD];
    while (next_word(&s, word))
      if (f->n < MAX_WORDS && !has_word(f, word)) memcpy(f->word[f->n++], word, sizeof word);
  }
}

static void button(html *h, int32_t group, const char *word, const char *label, int pressed) {
  html_put(h, "<button type=\"button\" data-g=\"");
  html_int(h, group);
  html_put(h, "\" data-w=\"");
  html_escape(h, word, HTML_SPACE);
  html_put(h, pressed ? "\" aria-pressed=\"true\">" : "\" aria-pressed=\"false\">");
  html_escape(h, label, HTML_SPACE);
  html_put(h, "</button>");
}

static int word_group(const char *word) {
  const known_word *k = find_known(word);
  return k ? k->group : OTHER;
}

/* One row of buttons for each group of words that tells rows apart. They do nothing without the
 * script, so the style sheet hides them until it runs. */
static void write_tools(html *h, const filters *f) {
  const char *name[] = {html_word(h, "Verdict", "统计判定"), html_word(h, "Data", "数据"),
                        html_word(h, "Other", "其他")};
  html_put(h, "<div class=\"tools\" hidden>");
  for (int g = 0; g <= OTHER; g++) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < f->n; i++) n += word_group(f->word[i]) == g;
    if (n < 2) continue;
    html_put(h, "<span class=\"grp\" role=\"group\" aria-label=\"");
    html_put(h, name[g]);
    html_put(h, "\"><span>");
    html_put(h, name[g]);
    html_put(h, "</span>");
    button(h, g, "", html_word(h, "all", "全部"), 1);
    for (int i = 0; i < N_KNOWN; i++)
      if (known_words[i].group == g)
        for (uint32_t j = 0; j < f->n; j++)
          if (same_word(f->word[j], known_words[i].word))
            button(h, g, f->word[j], html_word(h, known_words[i].en, known_words[i].zh), 0);
    if (g == OTHER)
      for (uint32_t j = 0; j < f->n; j++)
        if (word_group(f->word[j]) == OTHER) button(h, g, f->word[j], f->word[j], 0);
    html_put(h, "</span>");
  }
  if (has_word(f, "met") && (has_word(f, "not_met") || has_word(f, "undecided"))) {
    html_put(h, "<span class=\"grp\"><span>");
    html_put(h, html_word(h, "Order", "排序"));
    html_put(h, "</span>");
    button(h, 9, "", html_word(h, "programme", "方案次序"), 1);
    button(h, 9, "first", html_word(h, "not met first", "未达标在前"), 0);
    html_put(h, "</span>");
  }
  html_put(h, "</div>\n");
}

/* ---- columns ------------------------------------------------------------------------------------
 */

static uint32_t count_columns(const sampan_table_block *t, uint32_t hidden) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < t->n_columns; i++) n += (t->columns[i].flags & hidden) == 0;
  return n;
}

static double total_width(const sampan_table_block *t, int paper) {
  double sum = 0;
  for (uint32_t i = 0; i < t->n_columns; i++) {
    const sampan_table_column *c = &t->columns[i];
    const uint32_t hidden = paper ? SAMPAN_SCREEN_ONLY : SAMPAN_PAPER_ONLY;
    if (!(c->flags & hidden)) sum += paper ? c->paper_width : c->screen_width;
  }
  return sum;
}

static int has_title(const sampan_table_block *t) {
  for (uint32_t i = 0; i < t->n_columns; i++)
    if (t->columns[i].phone == 1 && !(t->columns[i].flags & SAMPAN_PAPER_ONLY)) return 1;
  return 0;
}

/* A table that asks for half of the page or less may share it with its neighbour. */
int32_t html_table_is_half(const sampan_table_block *t, int32_t paper) {
  const double w = total_width(t, paper);
  return w > 0 && w <= (paper ? 95 : 600);
}

static void write_columns(html *h, const sampan_table_block *t) {
  const double screen = total_width(t, 0), paper = total_width(t, 1);
  html_put(h, "<colgroup>");
  for (uint32_t i = 0; i < t->n_columns; i++) {
    const sampan_table_column *c = &t->columns[i];
    html_put(h, "<col");
    html_class(h, "", c->flags);
    html_put(h, " style=\"");
    if (screen > 0 && !(c->flags & SAMPAN_PAPER_ONLY)) {
      html_put(h, "--s:");
      html_number(h, 100 * c->screen_width / screen);
      html_put(h, "%;");
    }
    if (paper > 0 && !(c->flags & SAMPAN_SCREEN_ONLY)) {
      html_put(h, "--p:");
      html_number(h, 100 * c->paper_width / paper);
      html_put(h, "%");
    }
    html_put(h, "\">");
  }
  html_put(h, "</colgroup>\n");
}

static void open_cell(html *h, const sampan_table_column *c, const char *tag, const char *scope,
                      int empty) {
  static const char *const phone[] = {"p0", "p1", "p2", "p3"};
  static const char *const align[] = {"", " c", " r"};
  char css[32];
  snprintf(css, sizeof css, "%s%s%s", phone[c->phone >= 0 && c->phone <= 3 ? c->phone : 0],
           align[c->align >= 0 && c->align <= 2 ? c->align : 0], empty ? " mt" : "");
  html_put(h, "<");
  html_put(h, tag);
  html_put(h, scope);
  html_class(h, css, c->flags);
}

static void write_head(html *h, const sampan_table_block *t) {
  html_put(h, "<thead>");
  if (t->caption && t->caption[0]) {
    /* A caption element does not repeat on the next page; a row of the head does. */
    html_put(h, "<tr class=\"po cap\"><th colspan=\"");
    html_int(h, count_columns(t, SAMPAN_SCREEN_ONLY));
    html_put(h, "\">");
    html_escape(h, t->caption, HTML_SPACE);
    html_put(h, "</th></tr>");
  }
  html_put(h, "<tr>");
  for (uint32_t i = 0; i < t->n_columns; i++) {
    open_cell(h, &t->columns[i], "th", " scope=\"col\"", 0);
    html_put(h, ">");
    html_escape(h, t->columns[i].head, HTML_SUBTITLE);
    html_put(h, "</th>");
  }
  html_put(h, "</tr></thead>\n");
}

/* ---- rows
 * ------------------------------------------------------------------------------------------ */

static void group_cell(html *h, const sampan_text *cell, uint32_t span, uint32_t flags) {
  html_put(h, "<th scope=\"rowgroup\"");
  html_class(h, "", flags);
  html_put(h, " colspan=\"");
  html_int(h, span);
  html_put(h, "\">");
  html_text(h, cell, HTML_BREAK);
  html_put(h, "</th>");
}

/* A cell that spans more columns than a medium shows would add empty ones: one cell for each. */
static void write_group(html *h, const sampan_table_block *t, const sampan_table_row *r) {
  const uint32_t on_screen = count_columns(t, SAMPAN_PAPER_ONLY);
  const uint32_t on_paper = count_columns(t, SAMPAN_SCREEN_ONLY);
  html_put(h, "<tr class=\"g\">");
  if (on_screen == on_paper) {
    group_cell(h, r->cells, on_screen, 0);
  } else {
    group_cell(h, r->cells, on_screen, SAMPAN_SCREEN_ONLY);
    group_cell(h, r->cells, on_paper, SAMPAN_PAPER_ONLY);
  }
  html_put(h, "</tr>\n");
}

static void write_row(html *h, const sampan_table_block *t, const sampan_table_row *r, int titled) {
  html_put(h, "<tr class=\"b");
  if (r->kind == SAMPAN_ROW_TOTAL) html_put(h, " tot");
  if (r->flags & SAMPAN_ROW_FRAMED) html_put(h, " fr");
  if (r->flags & SAMPAN_ROW_MUTED) html_put(h, " mu");
  html_put(h, "\"");
  if (r->filter && r->filter[0]) {
    html_put(h, " data-f=\"");
    html_escape(h, r->filter, HTML_SPACE);
    html_put(h, "\"");
  }
  html_put(h, ">");
  for (uint32_t i = 0; i < t->n_columns; i++) {
    const sampan_table_column *c = &t->columns[i];
    const int header = titled ? c->phone == 1 : i == 0;
    open_cell(h, c, header ? "th" : "td", header ? " scope=\"row\"" : "", r->cells[i].n_runs == 0);
    if (titled && !header && c->phone != 3) {
      html_put(h, " data-l=\"");
      html_label(h, c->head);
      html_put(h, "\"");
    }
    html_put(h, ">");
    html_text(h, &r->cells[i], HTML_BREAK);
    html_put(h, header ? "</th>" : "</td>");
  }
  html_put(h, "</tr>\n");
}

void html_table(html *h, const sampan_table_block *t, uint32_t flags) {
  const int titled = has_title(t);
  const double screen = total_width(t, 0);
  filters f;
  collect_words(t, &f);
  html_put(h, "<div");
  html_class(h, "tb", flags);
  html_put(h, ">");
  if (f.n > 0) write_tools(h, &f);
  html_put(h, "<table class=\"t");
  if (t->compact) html_put(h, " cmp");
  if (titled) html_put(h, count_columns(t, SAMPAN_PAPER_ONLY) > 4 ? " bw" : " bn");
  if (screen > 0) html_put(h, " fx");
  if (screen > 0 && screen < 1100) {
    html_put(h, "\" style=\"--w:");
    html_number(h, screen);
    html_put(h, "px");
  }
  html_put(h, "\">");
  if (t->caption && t->caption[0]) {
    html_put(h, "<caption>");
    html_escape(h, t->caption, HTML_SPACE);
    html_put(h, "</caption>");
  }
  write_columns(h, t);
  write_head(h, t);
  html_put(h, "<tbody>");
  for (uint32_t i = 0; i < t->n_rows; i++) {
    if (t->rows[i].kind == SAMPAN_ROW_GROUP) {
      if (i > 0) html_put(h, "</tbody><tbody>");
      write_group(h, t, &t->rows[i]);
    } else {
      write_row(h, t, &t->rows[i], titled);
    }
  }
  html_put(h, "</tbody></table>\n");
  html_notes(h, t->notes, t->n_notes);
  html_put(h, "</div>\n");
}
