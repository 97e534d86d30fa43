/* docx.c - writes a document as a Word file (Office Open XML, ECMA-376 part 1, transitional).
 *
 * Reference: GB/T 9704-2012 for the page set, fonts, levels and page numbers of Chinese official
 * documents; ECMA-376 for the parts; PKWARE APPNOTE 6.3 for the container.
 *
 * D1  The same document gives the same bytes: no clock, fixed stamps, sorted relations.
 * D2  Page: A4, margins 37, 35, 28, 26 mm, bound margins mirrored; landscape sections between
 *     LANDSCAPE and PORTRAIT are the portrait page turned, with the number in its place.
 * D3  First page: the annex number on the first line, the title from the third, then the body on
 *     fixed lines with an indent of two characters (Chinese only).
 * D4  Every run names its East Asian and its Latin font and its languages.
 * D5  Tables have fixed widths, repeated heads, rows that do not split, a grid of 0.5 pt, and
 *     paragraph styles of their own without indent; framed rows have thick rules.
 * D6  Charts are pictures at 300 dpi as wide as the text, with what their rows show as the
 *     alternative text. One of many rows is drawn closer to fit what is left of the page, or a
 *     page; one that cannot is cut, between groups where it can be.
 * D7  Verdict marks are pictures that differ in shape, and text follows them.
 * D8  SCREEN_ONLY blocks and columns are left out.
 * D9  Every part is well-formed whatever the texts hold.
 * D10 A failed write, lack of memory or a cancelled run is returned, not passed over.
 * D11 A card flows: its heading, paragraphs and first table stay together; no page is broken for
 * it.
 */
#include "docx.h"

static int is_shown(const sampan_block *b) {
  return !(b->flags & SAMPAN_SCREEN_ONLY);
}

/* Names and texts of the head in centred lines; a line breaks between facts, not within one. */
static void head_facts(docx_writer *w) {
  const sampan_document *d = w->document;
  const double room = 36; /* characters of 12 pt in 156 mm */
  double used = 0;
  if (d->n_head == 0) return;
  docx_paragraph_open(w, DOCX_HEAD_FACTS, -1, 0);
  for (uint32_t i = 0; i < d->n_head; i++) {
    const sampan_run name = {d->head[i].name, 0, 0};
    const sampan_text as_text = {&name, 1, 0};
    const double width = docx_ems(&as_text) + 0.5 + docx_ems(&d->head[i].text);
    const int wraps = i > 0 && used + 2 + width > room;
    if (i > 0 && !wraps) docx_run(w, DOCX_HEAD_FACTS, "\xE3\x80\x80", 0);
    used = wraps || i == 0 ? width : used + 1 + width;
    docx_run(w, DOCX_HEAD_FACTS, d->head[i].name,
             DOCX_RUN_HEAD | (wraps ? (uint32_t)SAMPAN_RUN_BREAK : 0U));
    docx_run(w, DOCX_HEAD_FACTS, "\xC2\xA0", 0);
    docx_runs(w, DOCX_HEAD_FACTS, &d->head[i].text, 0);
  }
  docx_paragraph_close(w);
}

/* D3. One blank line stands between the number and the title. */
static void first_page(docx_writer *w) {
  const sampan_document *d = w->document;
  if (d->number && *d->number) {
    docx_line(w, DOCX_NUMBER, d->number, 0);
    docx_paragraph_open(w, DOCX_NUMBER, -1, 0);
    docx_paragraph_close(w);
  }
  docx_line(w, DOCX_TITLE, d->title, 0);
  if (d->subtitle && *d->subtitle) {
    static const char open[] = "\xEF\xBC\x88", close[] = "\xEF\xBC\x89";
    const int bare = strncmp(d->subtitle, open, 3) != 0 && d->subtitle[0] != '(';
    docx_paragraph_open(w, DOCX_SUBTITLE, -1, 0);
    if (bare) docx_run(w, DOCX_SUBTITLE, w->chinese ? open : "(", 0);
    docx_run(w, DOCX_SUBTITLE, d->subtitle, 0);
    if (bare) docx_run(w, DOCX_SUBTITLE, w->chinese ? close : ")", 0);
    docx_paragraph_close(w);
  }
  head_facts(w);
}

static void heading(docx_writer *w, const sampan_block *b) {
  const int32_t style = b->level <= 1 ? DOCX_HEADING1 : DOCX_HEADING2;
  uint32_t flags = 0;
  for (uint32_t i = 0; i < b->text.n_runs; i++) {
    if (b->text.runs[i].flags & SAMPAN_RUN_BREAK) flags = DOCX_BLOCK_INDENT;
  }
  docx_paragraph_open(w, style, -1, flags);
  docx_runs(w, style, &b->text, 0);
  docx_paragraph_close(w);
}

/* "By groups:" announces what comes next and stays with it. */
static int announces(const sampan_text *text) {
  const char *last = text->n_runs ? text->runs[text->n_runs - 1].text : NULL;
  const size_t n = last ? strlen(last) : 0;
  return (n >= 1 && last[n - 1] == ':') || (n >= 3 && strcmp(last + n - 3, "\xEF\xBC\x9A") == 0);
}

static void paragraph(docx_writer *w, const sampan_block *b) {
  const uint32_t flags = w->card_head || announces(&b->text) ? DOCX_KEEP_NEXT : 0;
  int32_t style = DOCX_BODY;
  if (b->level == SAMPAN_PARAGRAPH_LEAD) style = DOCX_LEAD;
  if (b->level == SAMPAN_PARAGRAPH_NOTE) style = DOCX_NOTE;
  if (b->level == SAMPAN_PARAGRAPH_CODE) style = DOCX_CODE;
  if (b->level == SAMPAN_PARAGRAPH_NUMBERED) style = DOCX_NUMBERED;
  docx_paragraph_open(w, style, -1, flags);
  docx_runs(w, style, &b->text, 0);
  docx_paragraph_close(w);
}

static int32_t block(docx_writer *w, const sampan_block *b) {
  switch (b->kind) {
    case SAMPAN_BLOCK_HEADING:
      heading(w, b);
      break;
    case SAMPAN_BLOCK_PARAGRAPH:
      paragraph(w, b);
      break;
    case SAMPAN_BLOCK_TABLE:
      docx_table(w, b->content);
      w->card_head = 0;
      break;
    case SAMPAN_BLOCK_CHART:
      w->card_head = 0;
      return docx_chart(w, b->content);
    case SAMPAN_BLOCK_COUNTS:
      docx_counts(w, b->content);
      break;
    case SAMPAN_BLOCK_FACTS:
      docx_facts(w, b->content);
      break;
    case SAMPAN_BLOCK_LANDSCAPE:
      w->wants_landscape = 1;
      break;
    case SAMPAN_BLOCK_PORTRAIT:
      w->wants_landscape = 0;
      break;
    case SAMPAN_BLOCK_CARD:
      w->card_head = 1;
      break;
    case SAMPAN_BLOCK_CARD_END:
      w->card_head = 0;
      break;
    default: /* a kind of a later version has nothing that this one could show */
      break;
  }
  return SAMPAN_OK;
}

static int32_t write_document(const sampan_call *call, const sampan_document *document,
                              const sampan_output *out) {
  docx_writer w;
  memset(&w, 0, sizeof w);
  w.call = call;
  w.document = document;
  w.chinese = !document->language || strncmp(document->language, "en", 2) != 0;
  docx_zip_init(&w.zip, call, out);
  docx_buffer_init(&w.body, call);
  docx_buffer_init(&w.png, call);
  docx_buffer_init(&w.alt, call);

  int32_t status = docx_parts_open(&w);
  if (status < 0) return status;
  docx_body_open(&w);
  first_page(&w);
  for (uint32_t i = 0; i < document->n_blocks; i++) {
    if (call->host->cancelled(call)) {
      return sampan_fail(call, SAMPAN_E_CANCELLED, "the run was cancelled");
    }
    if (is_shown(&document->blocks[i])) status = block(&w, &document->blocks[i]);
    if (status < 0) return status;
    if (w.body.failed) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  }
  docx_line(&w, DOCX_TABLE_NOTE, document->footer, 0);
  docx_body_close(&w);
  status = docx_parts_close(&w);
  return status < 0 ? status : docx_zip_finish(&w.zip);
}

static const sampan_writer_ops ops = {
    .struct_size = sizeof ops,
    .extensions = "docx",
    .document = write_document,
};

static const sampan_plugin docx_plugin = {
    .struct_size = sizeof docx_plugin,
    .kind = SAMPAN_WRITER,
    .name = "docx",
    .version = "1.0",
    .label_en = "Word document",
    .label_zh = "Word 文档",
    .summary_en =
        "Writes the annex as a Word file on the page set of GB/T 9704-2012, with charts "
        "as pictures at 300 dpi.",
    .summary_zh = "按 GB/T 9704—2012 的版式把附件写成 Word 文件，图为 300 dpi 图片。",
    .formula = "",
    .reference = "GB/T 9704-2012; ECMA-376 part 1 (transitional); PKWARE APPNOTE 6.3",
    .ops = &ops,
};

SAMPAN_MODULE("docx", "GPL-3.0-or-later", &docx_plugin);
