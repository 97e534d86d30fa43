/* docx.h - what the files of the docx writer share. Internal to the plugin.
 *
 * All memory comes from host->alloc and goes with the call. Builders remember a failure, so callers
 * append freely and ask once. Only integers are printed: nothing here depends on the locale.
 */
#ifndef SAMPAN_PLUGIN_DOCX_H
#define SAMPAN_PLUGIN_DOCX_H

#include <sampan/plugin.h>

/* ---- bytes (docx_buffer.c) ---- */

typedef struct docx_buffer {
  const sampan_call *call;
  char *data;
  uint64_t n, capacity;
  int32_t failed;
} docx_buffer;

void docx_buffer_init(docx_buffer *b, const sampan_call *call);
void docx_add(docx_buffer *b, const void *bytes, uint64_t n);
void docx_put(docx_buffer *b, const char *text); /* as it is */
void docx_printf(docx_buffer *b, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* The next character of *text, moved past it: U+FFFD for each byte that is no UTF-8, 0 at the end.
 * `*n` is the number of its bytes. */
uint32_t docx_next_character(const char **text, uint64_t *n);
/* Text for XML: markup escaped, what XML 1.0 forbids left out, broken UTF-8 replaced. In an
 * attribute line breaks become spaces. */
void docx_escape(docx_buffer *b, const char *text);
void docx_escape_attribute(docx_buffer *b, const char *text);
/* Terminated text for a picture: as docx_escape keeps it, without the markup. Replaces *b. */
void docx_plain(docx_buffer *b, const char *text);
/* Puts n bytes before offset `at`. */
void docx_insert(docx_buffer *b, uint64_t at, const char *bytes, uint64_t n);
/* Empties *b and gives room for n bytes; NULL where there is none. */
void *docx_room(docx_buffer *b, uint64_t n);

/* ---- the container (docx_zip.c) ---- */

typedef struct docx_zip {
  const sampan_call *call;
  const sampan_output *out;
  docx_buffer directory; /* central directory so far */
  docx_buffer packed;    /* scratch */
  uint64_t offset;
  uint32_t n_entries;
  uint32_t reserved;
} docx_zip;

void docx_zip_init(docx_zip *zip, const sampan_call *call, const sampan_output *out);
/* Writes one entry; deflated, or stored where it is compressed already. */
int32_t docx_zip_add(docx_zip *zip, const char *name, const void *data, uint64_t n,
                     int32_t is_packed);
int32_t docx_zip_buffer(docx_zip *zip, const char *name, const docx_buffer *b);
int32_t docx_zip_finish(docx_zip *zip);

/* ---- styles (docx_style.c) ---- */

enum {
  DOCX_NUMBER, /* "附件1" */
  DOCX_TITLE,
  DOCX_SUBTITLE,
  DOCX_HEAD_FACTS,
  DOCX_HEADING1,
  DOCX_HEADING2,
  DOCX_BODY,
  DOCX_LEAD,
  DOCX_NOTE,
  DOCX_CODE,
  DOCX_NUMBERED,
  DOCX_CAPTION,
  DOCX_TABLE,
  DOCX_TABLE_SMALL,
  DOCX_TABLE_HEAD,
  DOCX_TABLE_HEAD_SMALL,
  DOCX_TABLE_NOTE,
  DOCX_FACT,
  DOCX_COUNT,
  DOCX_PICTURE,
  DOCX_FOOTER,
  DOCX_N_STYLES
};

/* A paragraph style. Sizes in half points, lengths in twips; line 0: single spacing. */
typedef struct docx_style {
  const char *id, *name;
  const char *east, *latin;
  const char *align; /* w:jc */
  int32_t size, line, before, after;
  int32_t indent;                   /* first line, twips */
  int32_t chars;                    /* the same in 1/100 character; 0 none */
  int32_t tracking;                 /* letter spacing, twips */
  int32_t bold, keep_next, outline; /* outline: 1, 2, or 0 for none */
} docx_style;

const docx_style *docx_style_of(int32_t chinese, int32_t style);

/* ---- the writer's state during one call ---- */

/* What the writer believes of the open page (docx_page.c); lengths in points. */
typedef struct docx_page {
  double used;       /* of the text area */
  double chain;      /* on top of that: what stays with the next block */
  double repeat;     /* head of the open table, which comes again on a new page */
  double row, cell;  /* heights so far */
  double cell_width; /* of its text */
  double room, at;   /* of the open paragraph: ems a line, and the place in it */
  double picture;    /* its height where it is one */
  uint32_t lines;
  int32_t style, keep;
} docx_page;

typedef struct docx_writer {
  const sampan_call *call;
  const sampan_document *document;
  docx_zip zip;
  docx_buffer body; /* word/document.xml */
  docx_buffer png;  /* scratch */
  docx_buffer alt;  /* scratch: the alternative text of a chart */
  int32_t chinese;
  int32_t landscape, wants_landscape; /* of the open section; of the next block */
  int32_t after_table;                /* the last block was a table with nothing below it */
  int32_t in_cell;
  int32_t stack_marks; /* text goes below its mark */
  int32_t run_size;    /* half points instead of the style's; 0: the style's */
  int32_t card_head;   /* the head of a card: paragraphs stay with its table */
  uint32_t open_flags; /* of the open paragraph */
  docx_page page;
  uint64_t section_at; /* where the last paragraph takes a section break; 0: it is no paragraph */
  uint32_t n_charts, n_drawings;
  uint32_t marks; /* bit set: mark is in use */
} docx_writer;

enum {
  DOCX_RUN_MUTED = 0x100,
  DOCX_RUN_HEAD = 0x200 /* the font of headings: names of facts */
};

#define DOCX_MM(mm) ((int32_t)((mm)*1440.0 / 25.4 + 0.5)) /* millimetres to twips */

/* ---- paragraphs (docx_xml.c) ---- */

enum {
  DOCX_KEEP_NEXT = 1,
  DOCX_BLOCK_INDENT = 2 /* the first line's indent for all lines: a heading of two lines */
};

/* `align`: SAMPAN_ALIGN_* or -1 for the style's own. */
void docx_paragraph_open(docx_writer *w, int32_t style, int32_t align, uint32_t flags);
void docx_paragraph_close(docx_writer *w);
void docx_run(docx_writer *w, int32_t style, const char *text, uint32_t flags);
void docx_mark(docx_writer *w, int32_t style, int32_t mark);
void docx_runs(docx_writer *w, int32_t style, const sampan_text *text, uint32_t flags);
/* How wide a text is, in widths of a Chinese character; near enough to choose a layout. */
double docx_ems(const sampan_text *text);
/* A whole paragraph of one run; nothing where the text is empty. */
void docx_line(docx_writer *w, int32_t style, const char *text, uint32_t flags);
/* A picture in the open paragraph; sizes in EMU. */
void docx_picture(docx_writer *w, const char *relation, int64_t width, int64_t height,
                  const char *name, const char *description);
/* The width of a character in widths of a Chinese one. */
double docx_width_of(uint32_t c);
enum { DOCX_BARE_TABLE = 2 /* a table without a caption above: some space before it */ };
/* To be called before a paragraph or table (1) of the body: section breaks, spacing. */
void docx_flow(docx_writer *w, int32_t is_table);
void docx_section(docx_buffer *b, int32_t landscape);
/* Width of the text area that the next block gets, in mm. */
double docx_text_width(const docx_writer *w);

/* ---- the page as far as it is known (docx_page.c) ---- */

void docx_page_start(docx_writer *w);
/* Points that the next block has on this page; on a page that begins with what it stays with. */
double docx_page_left(const docx_writer *w);
double docx_page_whole(const docx_writer *w);
void docx_page_block(docx_writer *w, double height, int32_t keep);
void docx_page_row(docx_writer *w, int32_t head);
void docx_page_cell(docx_writer *w, double width);
void docx_page_cell_end(docx_writer *w);
void docx_page_paragraph(docx_writer *w, int32_t style, uint32_t flags);
void docx_page_paragraph_end(docx_writer *w);
void docx_page_text(docx_writer *w, double ems);
void docx_page_break_line(docx_writer *w);

/* ---- tables (docx_table.c) ---- */

void docx_table(docx_writer *w, const sampan_table_block *table);
void docx_counts(docx_writer *w, const sampan_counts_block *counts);
void docx_facts(docx_writer *w, const sampan_facts_block *facts);

/* ---- fixed parts (docx_parts.c) ---- */

/* Before and after the body. */
int32_t docx_parts_open(docx_writer *w);
int32_t docx_parts_close(docx_writer *w);
/* Start and end of word/document.xml. */
void docx_body_open(docx_writer *w);
void docx_body_close(docx_writer *w);

/* ---- pictures (docx_figure.c, docx_png.c; docx_chart.h, docx_draw.h) ---- */

enum { DOCX_DPI = 300 };

/* Words of 0xXXRRGGBB in the machine's order. */
typedef struct docx_sheet {
  const unsigned char *pixels;
  int32_t width, height, stride, reserved;
} docx_sheet;

/* The sheet as PNG, which replaces *png. */
int32_t docx_png(const sampan_call *call, const docx_sheet *sheet, docx_buffer *scratch,
                 docx_buffer *png);

int32_t docx_chart(docx_writer *w, const sampan_chart_block *chart);
/* Adds word/media/markN.png for every mark in use. */
int32_t docx_mark_pictures(docx_writer *w);

#endif
