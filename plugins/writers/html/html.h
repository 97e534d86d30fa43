/* html.h - what the files of the html writer share. */
#ifndef SAMPAN_WRITER_HTML_H
#define SAMPAN_WRITER_HTML_H

#include <sampan/plugin.h>

/* One page being written. Caller-owned; bytes gather in `buffer` and the first failure sticks, so
 * that the code that writes need not look at every call. */
typedef struct html {
  const sampan_call *call;
  const sampan_output *out;
  const sampan_document *document;
  int32_t zh; /* the page's own few words are Chinese */
  int32_t status;
  uint32_t n_used;
  uint32_t n_tables;
  char buffer[8192];
} html;

/* What becomes of a line break in a text. */
enum {
  HTML_SPACE = 0,    /* a space: attributes, labels */
  HTML_BREAK = 1,    /* <br> */
  HTML_MAYBE = 2,    /* <wbr>: the line may break here */
  HTML_SUBTITLE = 3, /* <br>, and what follows in small letters */
  HTML_VERBATIM = 4, /* itself: code */
  HTML_JOIN = 5      /* nothing */
};

/* html_out.c: bytes and texts. */
int32_t html_flush(html *h);
void html_put(html *h, const char *s);
void html_bytes(html *h, const char *s, uint64_t n);
void html_int(html *h, int64_t v);
void html_number(html *h, double v); /* up to five digits, for attributes and styles */
void html_escape(html *h, const char *s, int32_t newline);
void html_label(html *h, const char *head);
void html_css_string(html *h, const char *s);
void html_json(html *h, const char *s);
void html_text(html *h, const sampan_text *text, int32_t newline);
void html_notes(html *h, const sampan_text *notes, uint32_t n);
void html_mark(html *h, int32_t mark, int32_t alone, const char *css);
void html_class(html *h, const char *css, uint32_t flags);
const char *html_word(const html *h, const char *en, const char *zh);

/* html_table.c, html_chart.c */
void html_table(html *h, const sampan_table_block *t, uint32_t flags);
int32_t html_table_is_half(const sampan_table_block *t, int32_t paper);
void html_chart(html *h, const sampan_chart_block *c, uint32_t flags);
int32_t html_chart_is_bare(const sampan_chart_block *c);
void html_hatches(html *h, const sampan_document *document);

/* html_results.c: the document that a table of results is shown as; NULL when out of memory. */
const sampan_document *html_results_document(const sampan_call *call, const sampan_results *r);

/* html.c */
void html_page(html *h);

/* html_style.c: constant texts. */
extern const char *const html_style[]; /* NULL-terminated pieces */
extern const char *const html_symbols;
extern const char *const html_script;

#endif
