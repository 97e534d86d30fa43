/* html.c - the html writer: a document, or a table of results, as one page that needs nothing else.
 *
 * Layout: docs/annex.md; the marks, sizes, widths and rules of paper and phone are fixed there.
 * Reference: HTML Living Standard; CSS Paged Media Module Level 3 (named pages); WCAG 2.2.
 *
 * H1  One file: no external style, script, font or picture.
 * H2  Every text is escaped; control characters and broken UTF-8 become U+FFFD.
 * H3  The page is complete without its script.
 * H4  Screen-only parts are absent on paper and the reverse; a landscape section is a named page.
 * H5  No sideways scrolling at 360 px: rows of tables become blocks.
 * H6  A failed write ends the call with the failure's status.
 * H7  The manifest is embedded as JSON that cannot end its element. */
#include "html.h"

enum { MAX_DEPTH = 8 };

/* Open sections: LANDSCAPE and CARD, innermost last. */
typedef struct nest {
  int32_t depth;
  int32_t kind[MAX_DEPTH];
} nest;

static void open_section(html *h, nest *n, int32_t kind, const char *tag) {
  if (n->depth == MAX_DEPTH) return;
  n->kind[n->depth++] = kind;
  html_put(h, tag);
}

/* Closes the innermost section of that kind, and those inside it; with kind 0 all of them. */
static void close_section(html *h, nest *n, int32_t kind) {
  int32_t at = n->depth;
  while (at > 0 && kind != 0 && n->kind[at - 1] != kind) at--;
  if (kind == 0)
    at = 0;
  else if (at-- == 0)
    return;
  while (n->depth > at)
    html_put(h, n->kind[--n->depth] == SAMPAN_BLOCK_CARD ? "</section>\n" : "</div>\n");
}

/* ---- blocks
 * -------------------------------------------------------------------------------------- */

/* The block's own anchor, or one by its place. */
static void write_id(html *h, uint32_t index) {
  const char *anchor = h->document->blocks[index].anchor;
  if (anchor && anchor[0]) {
    html_escape(h, anchor, HTML_SPACE);
  } else {
    html_put(h, "b");
    html_int(h, index + 1);
  }
}

/* A card's heading may have a small first line, the indicator, above the finding; the gloss belongs
 * to that line. */
static void write_heading(html *h, uint32_t index) {
  const sampan_block *b = &h->document->blocks[index];
  uint32_t first = 1;
  html_put(h, b->level == 2 ? "<h3" : "<h2");
  html_class(h, "", b->flags);
  html_put(h, " id=\"");
  write_id(h, index);
  html_put(h, "\">");
  while (first < b->text.n_runs && !(b->text.runs[first].flags & SAMPAN_RUN_BREAK)) first++;
  const int split = first < b->text.n_runs && b->level == 2;
  sampan_text top = b->text;
  if (split) {
    top.n_runs = first;
    html_put(h, "<span class=\"cno\">");
  }
  html_text(h, &top, HTML_BREAK);
  if (b->gloss && b->gloss[0]) {
    html_put(h, h->zh ? " <em lang=\"en\">" : " <em lang=\"zh-CN\">");
    html_escape(h, b->gloss, HTML_SPACE);
    html_put(h, "</em>");
  }
  if (split) {
    const sampan_text rest = {.runs = b->text.runs + first, .n_runs = b->text.n_runs - first};
    html_put(h, "</span>");
    html_text(h, &rest, HTML_BREAK);
  }
  html_put(h, b->level == 2 ? "</h3>\n" : "</h2>\n");
}

/* "1. Text": the number hangs to the left. */
static void write_numbered(html *h, const sampan_block *b) {
  const char *s = b->text.n_runs > 0 ? b->text.runs[0].text : "";
  uint32_t digits = 0, skip;
  char number[8];
  while (s[digits] >= '0' && s[digits] <= '9') digits++;
  html_put(h, "<p");
  html_class(h, "li", b->flags);
  html_put(h, ">");
  if (digits == 0 || digits >= sizeof number) {
    html_text(h, &b->text, HTML_BREAK);
  } else {
    sampan_run first = b->text.runs[0];
    const sampan_text head = {.runs = &first, .n_runs = 1};
    const sampan_text rest = {.runs = b->text.runs + 1, .n_runs = b->text.n_runs - 1};
    skip = digits;
    if (s[skip] == '.' || s[skip] == ')') skip++;
    if (strncmp(s + skip, "、", 3) == 0 || strncmp(s + skip, "．", 3) == 0) skip += 3;
    while (s[skip] == ' ') skip++;
    memcpy(number, s, digits);
    number[digits] = 0;
    html_put(h, "<span class=\"n\">");
    html_put(h, number);
    html_put(h, "</span> ");
    first.text = s + skip;
    html_text(h, &head, HTML_BREAK);
    html_text(h, &rest, HTML_BREAK);
  }
  html_put(h, "</p>\n");
}

static void write_paragraph(html *h, const sampan_block *b) {
  if (b->level == SAMPAN_PARAGRAPH_NUMBERED) {
    write_numbered(h, b);
  } else if (b->level == SAMPAN_PARAGRAPH_CODE) {
    html_put(h, "<pre");
    html_class(h, "", b->flags);
    html_put(h, ">");
    html_text(h, &b->text, HTML_VERBATIM);
    html_put(h, "</pre>\n");
  } else {
    html_put(h, "<p");
    html_class(h,
               b->level == SAMPAN_PARAGRAPH_LEAD   ? "lead"
               : b->level == SAMPAN_PARAGRAPH_NOTE ? "note"
                                                   : "",
               b->flags);
    html_put(h, ">");
    html_text(h, &b->text, HTML_BREAK);
    html_put(h, "</p>\n");
  }
}

/* Bare numbers run on; a number with a name has a line to itself. */
static void write_items(html *h, const sampan_count *c) {
  html_put(h, "<div class=\"its\">");
  for (uint32_t i = 0; i < c->n_items; i++) {
    const char *space = strchr(c->items[i], ' ');
    if (space == NULL) {
      html_put(h, "<span class=\"nb\">");
      html_escape(h, c->items[i], HTML_SPACE);
      html_put(h, "</span> ");
    } else {
      char number[16] = "";
      if ((size_t)(space - c->items[i]) < sizeof number)
        memcpy(number, c->items[i], (size_t)(space - c->items[i]));
      html_put(h, "<span class=\"it\"><span class=\"nb\">");
      html_escape(h, number, HTML_SPACE);
      html_put(h, "</span> ");
      html_escape(h, number[0] ? space + 1 : c->items[i], HTML_SPACE);
      html_put(h, "</span>");
    }
  }
  html_put(h, "</div>");
}

static void write_counts(html *h, const sampan_counts_block *b, uint32_t flags) {
  html_put(h, "<div");
  html_class(h, "sums", flags);
  html_put(h, " style=\"--n:");
  html_int(h, b->n_counts);
  html_put(h, "\">\n");
  for (uint32_t i = 0; i < b->n_counts; i++) {
    const sampan_count *c = &b->counts[i];
    html_put(h, "<div class=\"sum\"><div class=\"sh\">");
    html_mark(h, c->mark, 0, "ib");
    html_put(h, "<b>");
    html_escape(h, c->count, HTML_SPACE);
    html_put(h, "</b> <span>");
    html_escape(h, c->label, HTML_SPACE);
    html_put(h, "</span></div>");
    if (c->n_items > 0) write_items(h, c);
    html_put(h, "</div>\n");
  }
  html_put(h, "</div>\n");
}

static void write_facts(html *h, const sampan_facts_block *b, uint32_t flags) {
  html_put(h, "<dl");
  html_class(h, "", flags);
  html_put(h, ">\n");
  for (uint32_t i = 0; i < b->n_facts; i++) {
    html_put(h, "<dt>");
    html_escape(h, b->facts[i].name, HTML_SPACE);
    html_put(h, "</dt><dd>");
    html_text(h, &b->facts[i].text, HTML_BREAK);
    html_put(h, "</dd>\n");
  }
  html_put(h, "</dl>\n");
}

static void write_block(html *h, nest *n, uint32_t index) {
  const sampan_block *b = &h->document->blocks[index];
  switch (b->kind) {
    case SAMPAN_BLOCK_HEADING:
      write_heading(h, index);
      break;
    case SAMPAN_BLOCK_PARAGRAPH:
      write_paragraph(h, b);
      break;
    case SAMPAN_BLOCK_TABLE:
      html_table(h, (const sampan_table_block *)b->content, b->flags);
      break;
    case SAMPAN_BLOCK_CHART:
      html_chart(h, (const sampan_chart_block *)b->content, b->flags);
      break;
    case SAMPAN_BLOCK_COUNTS:
      write_counts(h, (const sampan_counts_block *)b->content, b->flags);
      break;
    case SAMPAN_BLOCK_FACTS:
      write_facts(h, (const sampan_facts_block *)b->content, b->flags);
      break;
    case SAMPAN_BLOCK_LANDSCAPE:
      open_section(h, n, SAMPAN_BLOCK_LANDSCAPE, "<div class=\"wide\">\n");
      break;
    case SAMPAN_BLOCK_PORTRAIT:
      close_section(h, n, SAMPAN_BLOCK_LANDSCAPE);
      break;
    case SAMPAN_BLOCK_CARD:
      /* The first card stays on the page of the heading above it. */
      open_section(h, n, SAMPAN_BLOCK_CARD,
                   index > 0 && h->document->blocks[index - 1].kind != SAMPAN_BLOCK_CARD_END
                       ? "<section class=\"card first\">\n"
                       : "<section class=\"card\">\n");
      break;
    case SAMPAN_BLOCK_CARD_END:
      close_section(h, n, SAMPAN_BLOCK_CARD);
      break;
    default:
      break; /* a kind of a later version */
  }
}

/* Two neighbours of the same kind, each narrow enough for half of the page. */
static int is_pair(const sampan_document *d, uint32_t i, int32_t paper) {
  if (i + 1 >= d->n_blocks) return 0;
  const sampan_block *a = &d->blocks[i], *b = &d->blocks[i + 1];
  if (a->kind != b->kind || a->flags != b->flags) return 0;
  if (a->kind == SAMPAN_BLOCK_CHART)
    return html_chart_is_bare((const sampan_chart_block *)a->content) &&
           html_chart_is_bare((const sampan_chart_block *)b->content);
  if (a->kind == SAMPAN_BLOCK_TABLE)
    return html_table_is_half((const sampan_table_block *)a->content, paper) &&
           html_table_is_half((const sampan_table_block *)b->content, paper);
  return 0;
}

static void write_blocks(html *h) {
  const sampan_document *d = h->document;
  nest n = {0, {0}};
  for (uint32_t i = 0; i < d->n_blocks && h->status >= 0; i++) {
    if (is_pair(d, i, 0)) {
      html_put(h, is_pair(d, i, 1) ? "<div class=\"two\">\n" : "<div class=\"two wp\">\n");
      write_block(h, &n, i);
      write_block(h, &n, ++i);
      html_put(h, "</div>\n");
    } else {
      write_block(h, &n, i);
    }
  }
  close_section(h, &n, 0);
}

/* ---- the page
 * -------------------------------------------------------------------------------------- */

/* The example notice: what comes before its first pause is set apart. */
static void write_subtitle(html *h, const char *s) {
  static const char *const pauses[] = {"，", "：", ", ", ": ", "　", " "};
  const char *cut = NULL;
  char first[128];
  for (uint32_t i = 0; i < sizeof pauses / sizeof pauses[0]; i++) {
    const char *at = strstr(s, pauses[i]);
    if (at && (cut == NULL || at < cut)) cut = at;
  }
  html_put(h, "<p class=\"demo\">");
  if (cut && (size_t)(cut - s) < sizeof first) {
    memcpy(first, s, (size_t)(cut - s));
    first[cut - s] = 0;
    html_escape(h, first, HTML_SPACE);
    html_put(h, "<span>");
    html_escape(h, cut, HTML_SPACE);
    html_put(h, "</span>");
  } else {
    html_escape(h, s, HTML_SPACE);
  }
  html_put(h, "</p>\n");
}

static void write_contents(html *h) {
  const sampan_document *d = h->document;
  uint32_t n = 0;
  for (uint32_t i = 0; i < d->n_blocks; i++)
    n += d->blocks[i].kind == SAMPAN_BLOCK_HEADING && d->blocks[i].level == 1;
  if (n < 2) return;
  html_put(h, "<nav aria-label=\"");
  html_put(h, html_word(h, "Contents", "目录"));
  html_put(h, "\">");
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    const sampan_block *b = &d->blocks[i];
    if (b->kind != SAMPAN_BLOCK_HEADING || b->level != 1 || (b->flags & SAMPAN_PAPER_ONLY))
      continue;
    html_put(h, "<a href=\"#");
    write_id(h, i);
    html_put(h, "\">");
    for (uint32_t j = 0; j < b->text.n_runs; j++)
      if (!(b->text.runs[j].flags & SAMPAN_RUN_SUPERSCRIPT))
        html_escape(h, b->text.runs[j].text, HTML_SPACE);
    html_put(h, "</a> ");
  }
  html_put(h, "</nav>\n");
}

static void write_masthead(html *h) {
  const sampan_document *d = h->document;
  html_put(h, "<header>\n");
  if (d->number[0]) {
    html_put(h, "<p class=\"fj\">");
    html_escape(h, d->number, HTML_SPACE);
    html_put(h, "</p>\n");
  }
  html_put(h, "<h1>");
  html_escape(h, d->title, h->zh ? HTML_MAYBE : HTML_SPACE);
  html_put(h, "</h1>\n");
  if (d->subtitle[0]) write_subtitle(h, d->subtitle);
  if (d->n_head > 0) {
    html_put(h, "<p class=\"meta\">");
    for (uint32_t i = 0; i < d->n_head; i++) {
      html_put(h, "<span>");
      html_escape(h, d->head[i].name, HTML_SPACE);
      html_put(h, " ");
      html_text(h, &d->head[i].text, HTML_SPACE);
      html_put(h, "</span> ");
    }
    html_put(h, "</p>\n");
  }
  write_contents(h);
  html_put(h, "</header>\n");
}

/* The running head and the page number of paper. */
static void write_page_rules(html *h) {
  const sampan_document *d = h->document;
  html_put(h, "@page{@top-right{content:\"");
  html_css_string(h, d->subtitle);
  if (d->subtitle[0] && d->number[0]) html_put(h, "\\2003 ");
  html_css_string(h, d->number);
  html_put(h, "\"}}\n");
}

void html_page(html *h) {
  const sampan_document *d = h->document;
  html_put(h, "<!DOCTYPE html>\n<html lang=\"");
  html_escape(h, h->zh ? "zh-CN" : d->language, HTML_SPACE);
  html_put(h,
           "\">\n<head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>");
  html_escape(h, d->number, HTML_SPACE);
  if (d->number[0]) html_put(h, " ");
  html_escape(h, d->title, h->zh ? HTML_JOIN : HTML_SPACE);
  html_put(h, "</title>\n<style>\n");
  for (const char *const *s = html_style; *s; s++) html_put(h, *s);
  write_page_rules(h);
  html_put(h,
           "</style></head>\n<body>\n<svg width=\"0\" height=\"0\" class=\"defs\" "
           "aria-hidden=\"true\"><defs>\n");
  html_put(h, html_symbols);
  html_hatches(h, d);
  html_put(h, "</defs></svg>\n<main>\n");
  write_masthead(h);
  write_blocks(h);
  if (d->footer[0]) {
    html_put(h, "<footer>");
    html_escape(h, d->footer, HTML_BREAK);
    html_put(h, "</footer>\n");
  }
  html_put(h, "</main>\n");
  if (d->manifest && d->manifest[0]) {
    html_put(h, "<script type=\"application/json\" id=\"manifest\">");
    html_json(h, d->manifest);
    html_put(h, "</script>\n");
  }
  html_put(h, html_script);
  html_put(h, "</body></html>\n");
}

static int32_t write_document(const sampan_call *call, const sampan_document *document,
                              const sampan_output *out) {
  html h = {.call = call, .out = out, .document = document};
  h.zh = strncmp(document->language, "zh", 2) == 0;
  html_page(&h);
  return html_flush(&h);
}

static int32_t write_results(const sampan_call *call, const sampan_results *results,
                             const sampan_output *out) {
  const sampan_document *document = html_results_document(call, results);
  if (document == NULL) return sampan_fail(call, SAMPAN_E_MEMORY, "no memory for the page");
  return write_document(call, document, out);
}

static const sampan_writer_ops ops = {
    .struct_size = sizeof(sampan_writer_ops),
    .extensions = "html|htm",
    .document = write_document,
    .results = write_results,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_WRITER,
    .name = "html",
    .version = "1.0.0",
    .label_en = "HTML page",
    .label_zh = "HTML 网页",
    .summary_en = "One self-contained page for screens, phones and A4 paper.",
    .summary_zh = "一个自足的网页，适用于电脑、手机和 A4 纸。",
    .formula = "",
    .reference = "HTML Living Standard; CSS Paged Media Module Level 3; WCAG 2.2",
    .ops = &ops,
};

SAMPAN_MODULE("html", "GPL-3.0-or-later", &plugin);
