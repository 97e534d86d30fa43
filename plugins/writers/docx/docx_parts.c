/* docx_parts.c - the parts of the package around the body (ECMA-376): styles, settings, fonts,
 * footers, properties, relations. */
#include "docx.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define W_NS "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define R_NS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define NAMESPACES                                                                         \
  " xmlns:w=\"" W_NS "\" xmlns:r=\"" R_NS                                                  \
  "\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\"" \
  " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\""                     \
  " xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""                \
  " xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""              \
  " xmlns:wps=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\""

/* clang-format would build a staircase of these. */
/* clang-format off */
#define CONTENT_TYPE(part, type)                            \
  "<Override PartName=\"/" part "\" ContentType=\"application/" \
  "vnd.openxmlformats-officedocument." type "+xml\"/>"

static const char content_types[] = XML
    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
    "<Default Extension=\"rels\" "
    "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
    "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
    "<Default Extension=\"png\" ContentType=\"image/png\"/>"
    CONTENT_TYPE("word/document.xml", "wordprocessingml.document.main")
    CONTENT_TYPE("word/styles.xml", "wordprocessingml.styles")
    CONTENT_TYPE("word/settings.xml", "wordprocessingml.settings")
    CONTENT_TYPE("word/fontTable.xml", "wordprocessingml.fontTable")
    CONTENT_TYPE("word/footer1.xml", "wordprocessingml.footer")
    CONTENT_TYPE("word/footer2.xml", "wordprocessingml.footer")
    CONTENT_TYPE("word/footer3.xml", "wordprocessingml.footer")
    CONTENT_TYPE("word/footer4.xml", "wordprocessingml.footer")
    CONTENT_TYPE("docProps/app.xml", "extended-properties")
    CONTENT_TYPE("customXml/itemProps1.xml", "customXmlProperties")
    "<Override PartName=\"/docProps/core.xml\" "
    "ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";

#define RELATIONSHIPS \
  XML "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define RELATION(id, type, target) \
  "<Relationship Id=\"" id "\" Type=\"" R_NS "/" type "\" Target=\"" target "\"/>"

static const char package_relations[] = RELATIONSHIPS
    RELATION("rId1", "officeDocument", "word/document.xml")
    RELATION("rId3", "extended-properties", "docProps/app.xml")
    "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/"
    "relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>";

static const char document_relations[] = RELATIONSHIPS
    RELATION("rId1", "styles", "styles.xml")
    RELATION("rId2", "settings", "settings.xml")
    RELATION("rId3", "fontTable", "fontTable.xml")
    RELATION("rId4", "customXml", "../customXml/item1.xml")
    RELATION("rIdPortOdd", "footer", "footer1.xml")
    RELATION("rIdPortEven", "footer", "footer2.xml")
    RELATION("rIdLandOdd", "footer", "footer3.xml")
    RELATION("rIdLandEven", "footer", "footer4.xml");
/* clang-format on */

static const char app_properties[] = XML
    "<Properties "
    "xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\">"
    "<Application>sampan</Application></Properties>";

static const char item_relations[] =
    RELATIONSHIPS RELATION("rId1", "customXmlProps", "itemProps1.xml") "</Relationships>";

static const char item_properties[] = XML
    "<ds:datastoreItem ds:itemID=\"{7A3C2B54-53A1-4D50-8E0F-53414D50414E}\" "
    "xmlns:ds=\"http://schemas.openxmlformats.org/officeDocument/2006/customXml\">"
    "<ds:schemaRefs/></ds:datastoreItem>";

/* Odd pages number on the right, even ones on the left; margins are those of a bound document. */
static const char settings[] =
    XML "<w:settings xmlns:w=\"" W_NS
        "\"><w:zoom w:percent=\"100\"/><w:mirrorMargins/>"
        "<w:bordersDoNotSurroundHeader/><w:bordersDoNotSurroundFooter/>"
        "<w:defaultTabStop w:val=\"420\"/><w:evenAndOddHeaders/>"
        "<w:characterSpacingControl "
        "w:val=\"compressPunctuation\"/><w:compat><w:doNotExpandShiftReturn/>"
        "<w:compatSetting w:name=\"compatibilityMode\" "
        "w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
        "<w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/><w:decimalSymbol w:val=\".\"/>"
        "<w:listSeparator w:val=\",\"/></w:settings>";

/* ---- fonts ---- */

typedef struct font_entry {
  const char *name, *alternatives, *panose, *charset, *family;
} font_entry;

/* Names that Word has, and what stands in for them elsewhere. */
static void font_table(docx_buffer *b) {
  static const font_entry fonts[] = {
      {"\xE4\xBB\xBF\xE5\xAE\x8B_GB2312", "FangSong,\xE4\xBB\xBF\xE5\xAE\x8B",
       "02010609030101010101", "86", "modern"},
      {"\xE6\xA5\xB7\xE4\xBD\x93_GB2312", "KaiTi,\xE6\xA5\xB7\xE4\xBD\x93", "02010609030101010101",
       "86", "modern"},
      {"\xE9\xBB\x91\xE4\xBD\x93", "SimHei", "02010609060101010101", "86", "modern"},
      {"\xE5\xAE\x8B\xE4\xBD\x93", "SimSun", "02010600030101010101", "86", "auto"},
      {"\xE6\x96\xB9\xE6\xAD\xA3\xE5\xB0\x8F\xE6\xA0\x87\xE5\xAE\x8B\xE7\xAE\x80\xE4\xBD\x93",
       "FZXiaoBiaoSong-B05S,SimSun,\xE5\xAE\x8B\xE4\xBD\x93", "02010601030101010101", "86", "auto"},
      {"Times New Roman", "Liberation Serif", "02020603050405020304", "00", "roman"},
      {"Arial", "Liberation Sans", "020B0604020202020204", "00", "swiss"},
      {"Courier New", "Liberation Mono", "02070309020205020404", "00", "modern"},
  };
  docx_put(b, XML "<w:fonts xmlns:w=\"" W_NS "\">");
  for (size_t i = 0; i < sizeof fonts / sizeof fonts[0]; i++) {
    docx_printf(b,
                "<w:font w:name=\"%s\"><w:altName w:val=\"%s\"/><w:panose1 w:val=\"%s\"/>"
                "<w:charset w:val=\"%s\"/><w:family w:val=\"%s\"/><w:pitch w:val=\"%s\"/></w:font>",
                fonts[i].name, fonts[i].alternatives, fonts[i].panose, fonts[i].charset,
                fonts[i].family, i == 7 ? "fixed" : "variable");
  }
  docx_put(b, "</w:fonts>");
}

/* ---- styles ---- */

static void style_fonts(docx_buffer *b, const docx_style *s) {
  docx_printf(b, "<w:rFonts w:ascii=\"%s\" w:hAnsi=\"%s\" w:eastAsia=\"%s\" w:cs=\"%s\"/>",
              s->latin, s->latin, s->east, s->latin);
}

static void paragraph_style(docx_buffer *b, const docx_style *s, int32_t index) {
  docx_printf(b,
              "<w:style w:type=\"paragraph\" w:styleId=\"%s\"%s><w:name w:val=\"%s\"/>"
              "<w:basedOn w:val=\"Normal\"/>",
              s->id,
              s->outline || index == DOCX_TITLE || index == DOCX_CAPTION || index == DOCX_FOOTER
                  ? ""
                  : " w:customStyle=\"1\"",
              s->name);
  if (s->outline) docx_put(b, "<w:next w:val=\"BodyText\"/>");
  docx_put(b, "<w:qFormat/><w:pPr>");
  if (s->keep_next) docx_put(b, "<w:keepNext/>");
  if (index == DOCX_NOTE) docx_put(b, "<w:keepLines/>");
  docx_put(b, "<w:widowControl/>");
  if (index == DOCX_CODE) docx_put(b, "<w:wordWrap w:val=\"0\"/>");
  /* The grid counts characters: no quarter spaces between Chinese and digits. */
  docx_put(b, "<w:autoSpaceDE w:val=\"0\"/><w:autoSpaceDN w:val=\"0\"/>");
  docx_put(b, "<w:snapToGrid w:val=\"0\"/>");
  docx_printf(b, "<w:spacing w:before=\"%d\" w:after=\"%d\" w:line=\"%d\" w:lineRule=\"%s\"/>",
              s->before, s->after, s->line ? s->line : 240, s->line ? "exact" : "auto");
  docx_printf(b, "<w:ind w:left=\"0\" w:right=\"0\" w:firstLineChars=\"%d\" w:firstLine=\"%d\"/>",
              s->chars, s->indent);
  docx_printf(b, "<w:jc w:val=\"%s\"/>", s->align);
  if (s->outline) docx_printf(b, "<w:outlineLvl w:val=\"%d\"/>", s->outline - 1);
  docx_put(b, "</w:pPr><w:rPr>");
  style_fonts(b, s);
  if (s->bold) docx_put(b, "<w:b/>");
  if (s->tracking) docx_printf(b, "<w:spacing w:val=\"%d\"/>", s->tracking);
  docx_printf(b, "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/></w:rPr></w:style>", s->size, s->size);
}

static void styles(const docx_writer *w, docx_buffer *b) {
  const docx_style *body = docx_style_of(w->chinese, DOCX_BODY);
  docx_put(b, XML "<w:styles xmlns:w=\"" W_NS "\"><w:docDefaults><w:rPrDefault><w:rPr>");
  style_fonts(b, body);
  docx_printf(b,
              "<w:sz w:val=\"%d\"/><w:szCs w:val=\"%d\"/><w:lang w:val=\"en-US\" "
              "w:eastAsia=\"zh-CN\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault><w:pPrDefault/>"
              "</w:docDefaults>",
              body->size, body->size);
  docx_put(b,
           "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\">"
           "<w:name w:val=\"Normal\"/><w:qFormat/></w:style>"
           "<w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\">"
           "<w:name w:val=\"Default Paragraph Font\"/></w:style>"
           "<w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\">"
           "<w:name w:val=\"Normal Table\"/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/>"
           "</w:tblPr></w:style><w:style w:type=\"table\" w:styleId=\"TableGrid\">"
           "<w:name w:val=\"Table Grid\"/><w:basedOn w:val=\"TableNormal\"/></w:style>"
           "<w:style w:type=\"table\" w:customStyle=\"1\" w:styleId=\"TablePlain\">"
           "<w:name w:val=\"Table Plain\"/><w:basedOn w:val=\"TableNormal\"/></w:style>");
  for (int32_t i = 0; i < DOCX_N_STYLES; i++) {
    paragraph_style(b, docx_style_of(w->chinese, i), i);
  }
  docx_put(b, "</w:styles>");
}

/* ---- footers ---- */

static void page_number(const docx_writer *w, docx_buffer *b, const char *properties) {
  const docx_style *s = docx_style_of(w->chinese, DOCX_FOOTER);
  static const char *const part[5] = {"<w:t xml:space=\"preserve\">\xE2\x80\x94 </w:t>",
                                      "<w:fldChar w:fldCharType=\"begin\"/>",
                                      "<w:instrText xml:space=\"preserve\"> PAGE </w:instrText>",
                                      "<w:fldChar w:fldCharType=\"separate\"/>", "<w:t>1</w:t>"};
  docx_printf(b, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/>%s</w:pPr>", s->id, properties);
  for (int i = 0; i < 7; i++) {
    docx_put(b, "<w:r><w:rPr>");
    style_fonts(b, s);
    docx_put(b, "<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr>");
    docx_put(b, i < 5    ? part[i]
                : i == 5 ? "<w:fldChar w:fldCharType=\"end\"/>"
                         : "<w:t xml:space=\"preserve\"> \xE2\x80\x94</w:t>");
    docx_put(b, "</w:r>");
  }
  docx_put(b, "</w:p>");
}

#define EMU(mm) ((long long)((mm)*36000.0 + 0.5))

/* On a landscape page the number stands where the bound, turned page has it: in the left margin,
 * 7 mm from the text, at the bottom on odd pages and at the top on even ones; one character in. */
static void turned_number(const docx_writer *w, docx_buffer *b, int32_t even) {
  const double length = 40, breadth = 8, character = 14 * 25.4 / 72;
  const double x = 35 - 7 - breadth / 2;
  const double y = even ? 28 + character : 210 - 26 - character - length;
  docx_printf(b, "<w:p><w:pPr><w:pStyle w:val=\"%s\"/></w:pPr><w:r>",
              docx_style_of(w->chinese, DOCX_FOOTER)->id);
  docx_put(b,
           "<mc:AlternateContent><mc:Choice Requires=\"wps\"><w:drawing><wp:anchor distT=\"0\" "
           "distB=\"0\" distL=\"0\" distR=\"0\" simplePos=\"0\" relativeHeight=\"2\" "
           "behindDoc=\"0\" locked=\"0\" layoutInCell=\"1\" allowOverlap=\"1\"><wp:simplePos "
           "x=\"0\" y=\"0\"/>");
  docx_printf(b,
              "<wp:positionH relativeFrom=\"page\"><wp:posOffset>%lld</wp:posOffset>"
              "</wp:positionH><wp:positionV relativeFrom=\"page\"><wp:posOffset>%lld"
              "</wp:posOffset></wp:positionV><wp:extent cx=\"%lld\" cy=\"%lld\"/>",
              EMU(x), EMU(y), EMU(breadth), EMU(length));
  docx_put(b,
           "<wp:effectExtent l=\"0\" t=\"0\" r=\"0\" b=\"0\"/><wp:wrapNone/><wp:docPr id=\"9001\" "
           "name=\"Page number\"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData "
           "uri=\"http://schemas.microsoft.com/office/word/2010/wordprocessingShape\"><wps:wsp>"
           "<wps:cNvSpPr txBox=\"1\"/><wps:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/>");
  docx_printf(b, "<a:ext cx=\"%lld\" cy=\"%lld\"/>", EMU(breadth), EMU(length));
  docx_put(b,
           "</a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom><a:noFill/><a:ln><a:noFill/>"
           "</a:ln></wps:spPr><wps:txbx><w:txbxContent>");
  page_number(w, b, even ? "<w:jc w:val=\"left\"/>" : "<w:jc w:val=\"right\"/>");
  docx_put(b,
           "</w:txbxContent></wps:txbx><wps:bodyPr rot=\"0\" vert=\"vert\" wrap=\"square\" "
           "lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\" anchor=\"ctr\" anchorCtr=\"0\">"
           "<a:noAutofit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor>"
           "</w:drawing></mc:Choice></mc:AlternateContent></w:r></w:p>");
}

static void footer(const docx_writer *w, docx_buffer *b, int32_t landscape, int32_t even) {
  docx_put(b, XML "<w:ftr" NAMESPACES ">");
  if (landscape) {
    turned_number(w, b, even);
  } else {
    page_number(w, b,
                even ? "<w:ind w:leftChars=\"100\" w:left=\"280\"/><w:jc w:val=\"left\"/>"
                     : "<w:ind w:rightChars=\"100\" w:right=\"280\"/><w:jc w:val=\"right\"/>");
  }
  docx_put(b, "</w:ftr>");
}

/* ---- properties ---- */

/* No dates: the same document gives the same bytes. */
static void core_properties(const docx_writer *w, docx_buffer *b) {
  const sampan_document *d = w->document;
  docx_put(b, XML
           "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/"
           "core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>");
  for (const char *at = d->title; at && *at;) { /* one line of what may be several */
    char part[2] = {*at, 0};
    const char *end = strchr(at, '\n');
    if (at == end) {
      if (!w->chinese) docx_put(b, " ");
      at++;
      continue;
    }
    if ((unsigned char)*at < 0x80) {
      docx_escape(b, part);
      at++;
    } else { /* a whole run of other characters, so that none is cut */
      char run[64];
      size_t n = 0;
      uint64_t bytes = 0;
      while ((unsigned char)*at >= 0x80 && n + 5 < sizeof run) {
        const char *from = at;
        docx_next_character(&at, &bytes);
        memcpy(run + n, from, (size_t)(at - from));
        n += (size_t)(at - from);
      }
      run[n] = '\0';
      docx_escape(b, run);
    }
  }
  docx_put(b, "</dc:title>");
  if (d->subtitle && *d->subtitle) {
    docx_put(b, "<dc:subject>");
    docx_escape(b, d->subtitle);
    docx_put(b, "</dc:subject>");
  }
  docx_printf(b, "<dc:creator>sampan</dc:creator><dc:language>%s</dc:language>",
              w->chinese ? "zh-CN" : "en");
  docx_put(b, "</cp:coreProperties>");
}

/* ---- the package ---- */

typedef struct fixed_part {
  const char *name, *text;
} fixed_part;

int32_t docx_parts_open(docx_writer *w) {
  static const fixed_part parts[] = {{"[Content_Types].xml", content_types},
                                     {"_rels/.rels", package_relations},
                                     {"docProps/app.xml", app_properties},
                                     {"word/settings.xml", settings},
                                     {"customXml/_rels/item1.xml.rels", item_relations},
                                     {"customXml/itemProps1.xml", item_properties}};
  static const char *const names[4] = {"word/footer1.xml", "word/footer2.xml", "word/footer3.xml",
                                       "word/footer4.xml"};
  docx_buffer b;
  int32_t status = SAMPAN_OK;
  docx_buffer_init(&b, w->call);
  for (size_t i = 0; status == SAMPAN_OK && i < sizeof parts / sizeof parts[0]; i++) {
    status = docx_zip_add(&w->zip, parts[i].name, parts[i].text, strlen(parts[i].text), 0);
  }
  if (status == SAMPAN_OK) {
    core_properties(w, &b);
    status = docx_zip_buffer(&w->zip, "docProps/core.xml", &b);
  }
  if (status == SAMPAN_OK) {
    b.n = 0;
    styles(w, &b);
    status = docx_zip_buffer(&w->zip, "word/styles.xml", &b);
  }
  if (status == SAMPAN_OK) {
    b.n = 0;
    font_table(&b);
    status = docx_zip_buffer(&w->zip, "word/fontTable.xml", &b);
  }
  for (int32_t i = 0; status == SAMPAN_OK && i < 4; i++) {
    b.n = 0;
    footer(w, &b, i / 2, i % 2);
    status = docx_zip_buffer(&w->zip, names[i], &b);
  }
  if (status == SAMPAN_OK) {
    b.n = 0;
    docx_put(&b, XML "<sampan:manifest xmlns:sampan=\"urn:sampan:manifest:1\">");
    docx_escape(&b, w->document->manifest);
    docx_put(&b, "</sampan:manifest>");
    status = docx_zip_buffer(&w->zip, "customXml/item1.xml", &b);
  }
  return status;
}

int32_t docx_parts_close(docx_writer *w) {
  docx_buffer b;
  docx_buffer_init(&b, w->call);
  docx_put(&b, document_relations);
  for (int32_t mark = 1; mark <= SAMPAN_MARK_NOT_ASSESSABLE; mark++) {
    if (w->marks & 1U << mark) {
      docx_printf(&b, RELATION("rIdMark%d", "image", "media/mark%d.png"), mark, mark);
    }
  }
  for (uint32_t i = 1; i <= w->n_charts; i++) {
    docx_printf(&b, RELATION("rIdChart%u", "image", "media/chart%u.png"), i, i);
  }
  docx_put(&b, "</Relationships>");
  int32_t status = docx_mark_pictures(w);
  if (status == SAMPAN_OK) status = docx_zip_buffer(&w->zip, "word/document.xml", &w->body);
  if (status == SAMPAN_OK) status = docx_zip_buffer(&w->zip, "word/_rels/document.xml.rels", &b);
  return status;
}

void docx_body_open(docx_writer *w) {
  docx_put(&w->body, XML "<w:document" NAMESPACES "><w:body>");
}

void docx_body_close(docx_writer *w) {
  if (!w->section_at)
    docx_put(&w->body, "<w:p><w:pPr><w:spacing w:line=\"20\" w:lineRule=\"exact\"/></w:pPr></w:p>");
  docx_section(&w->body, w->landscape);
  docx_put(&w->body, "</w:body></w:document>");
}
