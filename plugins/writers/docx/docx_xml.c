/* docx_xml.c - runs, paragraphs, inline pictures and section breaks of word/document.xml. */
#include "docx.h"

/* Characters that Unicode shares between the scripts but that a Chinese text sets in its own font:
 * quotes, dash, ellipsis, middle dot. The en dash, the minus sign and the like stay Latin, so that
 * intervals look the same throughout. */
static int is_shared_punctuation(uint32_t c) {
  return c == 0x2014 || c == 0x2018 || c == 0x2019 || c == 0x201C || c == 0x201D || c == 0x2026 ||
         c == 0xB7;
}

static void run_properties(docx_writer *w, int32_t style, uint32_t flags, int east) {
  docx_buffer *b = &w->body;
  const docx_style *s = docx_style_of(w->chinese, style);
  const docx_style *f = flags & DOCX_RUN_HEAD ? docx_style_of(w->chinese, DOCX_CAPTION) : s;
  docx_printf(b, "<w:rPr><w:rFonts w:ascii=\"%s\" w:hAnsi=\"%s\" w:eastAsia=\"%s\" w:cs=\"%s\"",
              f->latin, f->latin, f->east, f->latin);
  docx_put(b, east ? " w:hint=\"eastAsia\"/>" : "/>");
  if (flags & SAMPAN_RUN_BOLD || (flags & DOCX_RUN_HEAD && f->bold)) docx_put(b, "<w:b/>");
  if (flags & DOCX_RUN_MUTED) docx_put(b, "<w:color w:val=\"555555\"/>");
  if (flags & SAMPAN_RUN_SMALL || w->run_size) {
    const int32_t size = w->run_size ? w->run_size : (s->size * 9 + 5) / 10;
    docx_printf(b, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/>", size, size);
  }
  if (flags & SAMPAN_RUN_SUPERSCRIPT) docx_put(b, "<w:vertAlign w:val=\"superscript\"/>");
  docx_put(b, "<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr>");
}

static int binds(uint32_t c) {
  return c == '=' || c == '<' || c == '>' || c == 0x2264 || c == 0x2265;
}

/* One w:r of bytes [from, to) of a text, without line breaks. */
static void piece(docx_writer *w, int32_t style, uint32_t flags, int east, const char *from,
                  const char *to) {
  char part[8];
  if (from == to) return;
  docx_put(&w->body, "<w:r>");
  run_properties(w, style, flags, east);
  docx_put(&w->body, "<w:t xml:space=\"preserve\">");
  for (uint32_t before = 0; from < to;) {
    const char *start = from;
    uint64_t n = 0;
    const uint32_t c = docx_next_character(&from, &n);
    docx_page_text(w, docx_width_of(c) * (flags & SAMPAN_RUN_SMALL ? 0.9 : 1));
    if (c == ' ' && binds(before)) { /* "≥ 30%" stays on one line */
      docx_put(&w->body, "\xC2\xA0");
    } else {
      memcpy(part, start, (size_t)(from - start));
      part[from - start] = '\0';
      docx_escape(&w->body, part);
    }
    before = c;
  }
  docx_put(&w->body, "</w:t></w:r>");
}

static void lone(docx_writer *w, int32_t style, uint32_t flags, const char *element) {
  docx_put(&w->body, "<w:r>");
  run_properties(w, style, flags, 0);
  docx_put(&w->body, element);
  if (strcmp(element, "<w:br/>") == 0) docx_page_break_line(w);
  docx_put(&w->body, "</w:r>");
}

void docx_run(docx_writer *w, int32_t style, const char *text, uint32_t flags) {
  if (flags & SAMPAN_RUN_BREAK) lone(w, style, flags, "<w:br/>");
  if (!text) return;
  const char *from = text;
  int east = 0;
  uint64_t n = 0;
  while (*text) {
    const char *at = text;
    const uint32_t c = docx_next_character(&text, &n);
    if (c == '\n' || c == '\t') {
      piece(w, style, flags, east, from, at);
      lone(w, style, flags, c == '\n' ? "<w:br/>" : "<w:tab/>");
      from = text;
    } else {
      const int shared = w->chinese && is_shared_punctuation(c);
      if (shared != east) {
        piece(w, style, flags, east, from, at);
        from = at;
        east = shared;
      }
    }
  }
  piece(w, style, flags, east, from, text);
}

void docx_mark(docx_writer *w, int32_t style, int32_t mark) {
  static const char *const name[2][5] = {
      {"", "Tick in a circle", "Cross in a square", "Question mark in a diamond",
       "Dash in a dashed circle"},
      {"", "\xE5\x9C\x86\xE5\xBD\xA2\xE5\x8B\xBE\xE5\x8F\xB7",
       "\xE6\x96\xB9\xE5\xBD\xA2\xE5\x8F\x89\xE5\x8F\xB7",
       "\xE8\x8F\xB1\xE5\xBD\xA2\xE9\x97\xAE\xE5\x8F\xB7",
       "\xE8\x99\x9A\xE7\xBA\xBF\xE5\x9C\x86\xE7\x9F\xAD\xE6\xA8\xAA"}};
  if (mark <= SAMPAN_MARK_NONE || mark > SAMPAN_MARK_NOT_ASSESSABLE) return;
  const docx_style *s = docx_style_of(w->chinese, style);
  const int64_t side = (int64_t)s->size * 12700 / 2;
  char relation[16];
  snprintf(relation, sizeof relation, "rIdMark%d", mark);
  w->marks |= 1U << mark;
  docx_page_text(w, 1);
  docx_put(&w->body, "<w:r><w:rPr>");
  docx_printf(&w->body, "<w:position w:val=\"%d\"/></w:rPr>", -(s->size * 14 + 50) / 100);
  docx_picture(w, relation, side, side, "Mark", name[w->chinese ? 1 : 0][mark]);
  docx_put(&w->body, "</w:r>");
}

/* Where lines are indented, a break opens a paragraph, or its line would start at the margin. */
static int breaks_paragraph(const docx_writer *w, int32_t style) {
  const docx_style *s = docx_style_of(w->chinese, style);
  return !w->in_cell && s->indent > 0 && !s->outline;
}

void docx_runs(docx_writer *w, int32_t style, const sampan_text *text, uint32_t flags) {
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const sampan_run *r = &text->runs[i];
    uint32_t f = r->flags | flags;
    if (f & SAMPAN_RUN_BREAK && breaks_paragraph(w, style)) {
      const uint32_t same = w->open_flags;
      docx_paragraph_close(w);
      docx_paragraph_open(w, style, -1, same);
      f &= ~(uint32_t)SAMPAN_RUN_BREAK;
    }
    if (r->mark != SAMPAN_MARK_NONE) {
      if (f & SAMPAN_RUN_BREAK) lone(w, style, f, "<w:br/>");
      f &= ~(uint32_t)SAMPAN_RUN_BREAK;
      docx_mark(w, style, r->mark);
      if (r->text && *r->text) {
        if (w->stack_marks) {
          lone(w, style, f, "<w:br/>");
        } else {
          docx_run(w, style, "\xC2\xA0", f);
        }
      }
    }
    docx_run(w, style, r->text, f);
  }
}

double docx_ems(const sampan_text *text) {
  double ems = 0, widest = 0;
  uint64_t n = 0;
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const sampan_run *r = &text->runs[i];
    if (r->flags & SAMPAN_RUN_BREAK) ems = 0;
    if (r->mark != SAMPAN_MARK_NONE) ems += 1.4;
    for (const char *at = r->text; at && *at;) {
      const uint32_t c = docx_next_character(&at, &n);
      ems = c == '\n' ? 0 : ems + docx_width_of(c) * (r->flags & SAMPAN_RUN_SMALL ? 0.9 : 1);
      if (ems > widest) widest = ems;
    }
    if (ems > widest) widest = ems;
  }
  return widest;
}

void docx_paragraph_open(docx_writer *w, int32_t style, int32_t align, uint32_t flags) {
  static const char *const jc[3] = {"left", "center", "right"};
  docx_buffer *b = &w->body;
  if (!w->in_cell) docx_flow(w, 0);
  docx_page_paragraph(w, style, flags);
  w->open_flags = flags;
  docx_printf(b, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>", docx_style_of(w->chinese, style)->id);
  if (flags & DOCX_KEEP_NEXT) docx_put(b, "<w:keepNext/>");
  if (flags & DOCX_BLOCK_INDENT) {
    docx_printf(b, "<w:ind w:left=\"%d\" w:firstLineChars=\"0\" w:firstLine=\"0\"/>",
                docx_style_of(w->chinese, style)->indent);
  }
  if (align >= SAMPAN_ALIGN_LEFT && align <= SAMPAN_ALIGN_RIGHT) {
    docx_printf(b, "<w:jc w:val=\"%s\"/>", jc[align]);
  }
  if (!w->in_cell) w->section_at = b->n;
  docx_put(b, "</w:pPr>");
}

void docx_paragraph_close(docx_writer *w) {
  docx_put(&w->body, "</w:p>");
  docx_page_paragraph_end(w);
}

void docx_line(docx_writer *w, int32_t style, const char *text, uint32_t flags) {
  if (!text || !*text) return;
  docx_paragraph_open(w, style, -1, flags);
  docx_run(w, style, text, 0);
  docx_paragraph_close(w);
}

void docx_picture(docx_writer *w, const char *relation, int64_t width, int64_t height,
                  const char *name, const char *description) {
  docx_buffer *b = &w->body;
  const long long cx = width, cy = height;
  const uint32_t id = ++w->n_drawings;
  docx_printf(b,
              "<w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent "
              "cx=\"%lld\" cy=\"%lld\"/><wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/>"
              "<wp:docPr id=\"%u\" name=\"%s %u\" descr=\"",
              cx, cy, id, name, id);
  docx_escape_attribute(b, description);
  docx_printf(
      b,
      "\"/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/>"
      "</wp:cNvGraphicFramePr><a:graphic><a:graphicData "
      "uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>"
      "<pic:cNvPr id=\"%u\" name=\"%s %u\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>"
      "<a:blip r:embed=\"%s\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>"
      "<a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"%lld\" cy=\"%lld\"/></a:xfrm>"
      "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData>"
      "</a:graphic></wp:inline></w:drawing>",
      id, name, id, relation, cx, cy);
}

double docx_text_width(const docx_writer *w) {
  return w->wants_landscape ? 225.0 : 156.0;
}

/* The top margin gives 4 twips, within the millimetre that the standard allows, so that 22 lines of
 * 29 pt fit exactly. The landscape page is the portrait one turned: its head is the binding side.
 */
void docx_section(docx_buffer *b, int32_t landscape) {
  const char *kind = landscape ? "Land" : "Port";
  docx_printf(b,
              "<w:sectPr><w:footerReference w:type=\"default\" r:id=\"rId%sOdd\"/>"
              "<w:footerReference w:type=\"even\" r:id=\"rId%sEven\"/><w:type "
              "w:val=\"nextPage\"/>",
              kind, kind);
  docx_put(b, landscape ? "<w:pgSz w:w=\"16838\" w:h=\"11906\" w:orient=\"landscape\"/>"
                          "<w:pgMar w:top=\"1587\" w:right=\"2098\" w:bottom=\"1474\" "
                          "w:left=\"1984\" w:header=\"851\" w:footer=\"567\" w:gutter=\"0\"/>"
                        : "<w:pgSz w:w=\"11906\" w:h=\"16838\"/>"
                          "<w:pgMar w:top=\"2094\" w:right=\"1474\" w:bottom=\"1984\" "
                          "w:left=\"1587\" w:header=\"851\" w:footer=\"1427\" w:gutter=\"0\"/>");
  docx_put(b, "<w:cols w:space=\"425\"/></w:sectPr>");
}

/* Ends the open section. Its break goes into the last paragraph, for one more paragraph could start
 * a page of its own. */
static void section_break(docx_writer *w) {
  docx_buffer s;
  docx_buffer_init(&s, w->call);
  if (!w->section_at) {
    docx_put(&s,
             "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" "
             "w:lineRule=\"exact\"/><w:rPr><w:sz w:val=\"2\"/></w:rPr>");
    docx_section(&s, w->landscape);
    docx_put(&s, "</w:pPr></w:p>");
    docx_add(&w->body, s.data, s.n);
  } else {
    docx_section(&s, w->landscape);
    docx_insert(&w->body, w->section_at, s.data, s.n);
  }
  if (s.failed) w->body.failed = 1;
  w->landscape = w->wants_landscape;
  docx_page_start(w);
}

void docx_flow(docx_writer *w, int32_t is_table) {
  if (w->landscape != w->wants_landscape) {
    section_break(w);
  } else if (is_table == DOCX_BARE_TABLE && w->section_at) {
    docx_put(&w->body,
             "<w:p><w:pPr><w:keepNext/><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"80\" "
             "w:lineRule=\"exact\"/><w:rPr><w:sz w:val=\"2\"/></w:rPr></w:pPr></w:p>");
    docx_page_block(w, 4, 1);
  } else if (w->after_table) { /* two tables in a row would become one */
    docx_put(&w->body,
             "<w:p><w:pPr><w:spacing w:before=\"0\" w:after=\"0\" w:line=\"120\" "
             "w:lineRule=\"exact\"/><w:rPr><w:sz w:val=\"2\"/></w:rPr></w:pPr></w:p>");
    docx_page_block(w, 6, 0);
  }
  w->after_table = is_table != 0;
  if (is_table) w->section_at = 0;
}
