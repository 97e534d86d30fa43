/* writer_docx_test.c - the docx writer against its requirements D1 to D11 (plugins/writers/docx).
 */
#include <math.h>

#include "writer_docx_package.h"
#include "writer_sample.h"

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

/* ---- texts ---- */

/* What a reader reads: the content of w:t and the alternative texts, entities resolved, blanks of
 * every kind left out. */
static char *readable(const char *xml) {
  char *text = malloc(strlen(xml) + 1), *to = text;
  int inside = 0;
  cr_assert_not_null(text);
  for (const char *at = xml; *at;) {
    if (!inside && strncmp(at, "<w:t xml:space=\"preserve\">", 26) == 0) {
      inside = '<';
      at += 26;
    } else if (!inside && strncmp(at, " descr=\"", 8) == 0) {
      inside = '"';
      at += 8;
    } else if (inside && *at == inside) {
      inside = 0;
    } else if (inside && *at == '&') {
      *to++ = at[1] == 'a' ? '&' : at[1] == 'l' ? '<' : at[1] == 'g' ? '>' : '"';
      at += entity(at);
    } else if (strncmp(at, "\xC2\xA0", 2) == 0) {
      at += 2;
    } else if (inside && *at != ' ' && *at != '\n') {
      *to++ = *at++;
    } else {
      at++;
    }
  }
  *to = '\0';
  return text;
}

static void assert_has(const char *text, const char *what) {
  char bare[4096], *to = bare;
  for (const char *at = what; *at; at++) {
    if (*at != ' ' && *at != '\n') *to++ = *at;
  }
  *to = '\0';
  cr_assert_not_null(strstr(text, bare), "'%s' is not in the document", what);
}

static void assert_has_runs(const char *text, const sampan_text *t) {
  for (uint32_t i = 0; i < t->n_runs; i++) assert_has(text, t->runs[i].text);
}

static void assert_has_table(const char *text, const sampan_table_block *t) {
  assert_has(text, t->caption);
  for (uint32_t j = 0; j < t->n_columns; j++) {
    if (t->columns[j].flags & SAMPAN_SCREEN_ONLY) continue;
    assert_has(text, t->columns[j].head);
    for (uint32_t i = 0; i < t->n_rows; i++) {
      if (t->rows[i].kind != SAMPAN_ROW_GROUP || j == 0) {
        assert_has_runs(text, &t->rows[i].cells[t->rows[i].kind == SAMPAN_ROW_GROUP ? 0 : j]);
      }
    }
  }
  for (uint32_t i = 0; i < t->n_notes; i++) assert_has_runs(text, &t->notes[i]);
}

static void assert_has_chart(const char *text, const sampan_chart_block *c) {
  assert_has(text, c->caption);
  assert_has(text, c->title);
  for (uint32_t i = 0; i < c->n_rows; i++) assert_has(text, c->rows[i].sentence);
  for (uint32_t i = 0; i < c->n_notes; i++) assert_has_runs(text, &c->notes[i]);
}

Test(writer_docx, sample_is_complete) {
  const sampan_document *d = writer_sample_document();
  package *p = written(d);
  /* D7 */
  cr_assert_eq(count(text_of(p, "word/_rels/document.xml.rels"), "media/mark"), 4);
  cr_assert_not_null(strstr(text_of(p, "word/document.xml"), "descr=\"圆形勾号\""));
  char *text = readable(text_of(p, "word/document.xml"));
  assert_has(text, d->number);
  assert_has(text, d->title);
  assert_has(text, d->subtitle);
  assert_has(text, d->footer);
  for (uint32_t i = 0; i < d->n_head; i++) {
    assert_has(text, d->head[i].name);
    assert_has_runs(text, &d->head[i].text);
  }
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    const sampan_block *b = &d->blocks[i];
    if (b->flags & SAMPAN_SCREEN_ONLY) continue;
    assert_has_runs(text, &b->text);
    if (b->kind == SAMPAN_BLOCK_TABLE) assert_has_table(text, b->content);
    if (b->kind == SAMPAN_BLOCK_CHART) assert_has_chart(text, b->content);
    if (b->kind != SAMPAN_BLOCK_FACTS) continue;
    const sampan_facts_block *facts = b->content;
    for (uint32_t k = 0; k < facts->n_facts; k++) assert_has_runs(text, &facts->facts[k].text);
  }
  /* D8: a column and a block that are for screens */
  cr_assert_null(strstr(text, "数据来源"));
  cr_assert_null(strstr(text, "1.2成人吸烟率2.4"));
  /* the manifest travels along, and the properties know the title */
  cr_assert_not_null(strstr(text_of(p, "customXml/item1.xml"), "&quot;rows&quot;:1260"));
  cr_assert_not_null(strstr(text_of(p, "docProps/core.xml"),
                            "<dc:title>连云区省级健康促进区建设终期评估指标表</dc:title>"));
  cr_assert_null(strstr(text_of(p, "docProps/core.xml"), "dcterms"));
  free(text);
  discard(p);
}

/* D1 */
Test(writer_docx, same_document_same_bytes) {
  sink a = {0}, b = {0};
  sampan_error error;
  cr_assert_eq(run(writer_sample_document(), &a, 0, 0, &error), SAMPAN_OK);
  cr_assert_eq(run(writer_sample_document(), &b, 0, 0, &error), SAMPAN_OK);
  cr_assert_eq(a.n, b.n);
  cr_assert_eq(memcmp(a.bytes, b.bytes, a.n), 0);
  free(a.bytes);
  free(b.bytes);
}

/* D2: GB/T 9704-2012 in twips: 156 mm by 22 lines of 29 pt, whichever way the page is turned. */
Test(writer_docx, page_set) {
  package *p = written(writer_sample_document());
  const char *xml = text_of(p, "word/document.xml");
  cr_assert_eq(count(xml, "<w:sectPr>"), 3);
  cr_assert_eq(count(xml, "w:orient=\"landscape\""), 1);
  /* the margins are those of the README's example */
  FILE *readme = fopen(SAMPAN_SOURCE_DIR "/plugins/writers/docx/README.md", "r");
  char line[512], margins[128];
  int at[4], examples = 0;
  cr_assert_not_null(readme);
  while (fgets(line, sizeof line, readme)) {
    const int turned = line[0] == 'l';
    const char *form = turned ? "landscape %d %d %d %d" : "portrait %d %d %d %d";
    if (sscanf(line, form, &at[0], &at[1], &at[2], &at[3]) != 4) continue;
    snprintf(margins, sizeof margins, "top=\"%d\" w:right=\"%d\" w:bottom=\"%d\" w:left=\"%d\"",
             at[0], at[1], at[2], at[3]);
    cr_assert_eq(count(xml, margins), turned ? 1 : 2);
    cr_assert_eq((turned ? 11906 : 16838) - at[0] - at[2], turned ? 8845 : 22 * 29 * 20);
    examples++;
  }
  fclose(readme);
  cr_assert_eq(examples, 2);
  const char *settings = text_of(p, "word/settings.xml");
  cr_assert(strstr(settings, "<w:evenAndOddHeaders/>") && strstr(settings, "<w:mirrorMargins/>"));
  cr_assert_not_null(strstr(text_of(p, "word/footer1.xml"), "w:jc w:val=\"right\""));
  cr_assert_not_null(strstr(text_of(p, "word/footer2.xml"), "w:jc w:val=\"left\""));
  cr_assert_not_null(strstr(text_of(p, "word/footer3.xml"), "vert=\"vert\""));
  for (int i = 1; i <= 4; i++) {
    char name[32];
    snprintf(name, sizeof name, "word/footer%d.xml", i);
    cr_assert_eq(count(text_of(p, name), " PAGE "), 1);
    cr_assert_eq(count(text_of(p, name), "宋体"), 7 * 4);
  }
  discard(p);
}

/* D3, D4 */
Test(writer_docx, styles_and_runs) {
  package *p = written(writer_sample_document());
  const char *xml = text_of(p, "word/document.xml"), *styles = text_of(p, "word/styles.xml");
  const int runs = count(xml, "<w:t xml:space");
  cr_assert_gt(runs, 500);
  int n = 0;
  for (const char *at = xml; (at = strstr(at, "<w:r><w:rPr><w:rFonts w:ascii=")) != NULL; at++) {
    const char *end = strstr(at, "</w:rPr>"), *east = strstr(at, "w:eastAsia=");
    const char *latin = strstr(at, "w:hAnsi="), *lang = strstr(at, "w:lang ");
    cr_assert(east && latin && lang && east < end && latin < end && lang < end);
    if (strncmp(end, "</w:rPr><w:t ", 13) == 0) n++;
  }
  cr_assert_eq(n, runs, "a run without fonts");
  cr_assert_not_null(strstr(styles, "方正小标宋简体"));
  const char *body = strstr(styles, "w:styleId=\"BodyText\"");
  cr_assert(body && strstr(body, "w:line=\"580\"") && strstr(body, "w:firstLineChars=\"200\""));
  cr_assert_not_null(strstr(body, "仿宋_GB2312"));
  const char *cell = strstr(styles, "w:styleId=\"TableText\"");
  cr_assert_lt(strstr(cell, "w:line=\"300\" w:lineRule=\"exact\""), strstr(cell, "</w:style>"));
  cr_assert_lt(strstr(cell, "w:firstLine=\"0\""), strstr(cell, "</w:style>"));
  cr_assert_not_null(
      strstr(text_of(p, "word/fontTable.xml"), "\"仿宋_GB2312\"><w:altName w:val=\"FangSong,"));
  discard(p);
}

/* D5 */
Test(writer_docx, tables) {
  package *p = written(writer_sample_document());
  const char *xml = text_of(p, "word/document.xml");
  cr_assert_eq(count(xml, "</w:tbl><w:tbl>"), 0, "two tables in a row become one");
  cr_assert_eq(count(xml, "<w:tr>"), count(xml, "<w:cantSplit/>"));
  cr_assert_eq(count(xml, "<w:tbl>"), count(xml, "<w:tblLayout w:type=\"fixed\"/>"));
  for (const char *at = xml; (at = strstr(at, "<w:tbl>")) != NULL; at++) {
    const char *end = strstr(at, "</w:tblGrid>");
    const long total = strtol(strstr(at, "<w:tblW w:w=\"") + 13, NULL, 10);
    long sum = 0;
    for (const char *c = at; (c = strstr(c, "<w:gridCol w:w=\"")) != NULL && c < end; c++) {
      sum += strtol(c + 16, NULL, 10);
    }
    cr_assert_eq(sum, total);
    cr_assert_leq(total, 12756 + 4);
  }
  /* the main table: 10 columns on paper, its caption in the head that repeats */
  const char *grid_end = strstr(strstr(xml, "w:tblCaption w:val=\"表2"), "</w:tblGrid>");
  cr_assert_eq(count(grid_end, "<w:gridSpan w:val=\"10\"/>"), 4, "its caption and three groups");
  cr_assert_eq(strncmp(grid_end, "</w:tblGrid><w:tr><w:trPr><w:cantSplit/><w:tblHeader/>", 54), 0);
  cr_assert_eq(count(xml, "w:sz=\"14\""), 1 + 2 * 10 + 10, "the framed row, its neighbours");
  discard(p);
}

/* D6: more rows than a page holds; the axis and the head come again, no row is lost. */
Test(writer_docx, tall_chart_is_cut) {
  static const char *const figure[1] = {"12.5 (10.1–15.2)"};
  static const sampan_draw dot[1] = {{.kind = SAMPAN_DRAW_SYMBOL, .x0 = 0.5, .y0 = 14, .size = 9}};
  static const sampan_chart_head right[1] = {{"% (95% CI)", 160}};
  sampan_chart_row rows[81] = {0};
  char sentence[81][32];
  for (int i = 0; i < 81; i++) {
    snprintf(sentence[i], sizeof sentence[i], "row[%d]", i);
    rows[i] = (sampan_chart_row){.kind = i == 80 ? SAMPAN_CHART_ROW_AXIS : SAMPAN_CHART_ROW_STRIP,
                                 .label = "Township",
                                 .right = figure,
                                 .draws = dot,
                                 .n_draws = 1,
                                 .height = 28,
                                 .sentence = sentence[i]};
  }
  const sampan_chart_block chart = {.title = "All, %",
                                    .caption = "Figure 1  All places",
                                    .label_width = 200,
                                    .label_head = "Place",
                                    .strip_head = "",
                                    .right = right,
                                    .n_right = 1,
                                    .rows = rows,
                                    .n_rows = 81};
  const sampan_block block = {
      .kind = SAMPAN_BLOCK_CHART, .anchor = "", .gloss = "", .content = &chart};
  const sampan_document d = {.struct_size = sizeof d,
                             .n_blocks = 1,
                             .blocks = &block,
                             .language = "en",
                             .number = "Annex 1",
                             .title = "Places",
                             .subtitle = "",
                             .footer = "",
                             .manifest = ""};
  package *p = written(&d);
  const char *xml = text_of(p, "word/document.xml");
  const int pictures = count(xml, "<pic:pic>");
  cr_assert(pictures > 2 && pictures < 6, "%d pictures", pictures);
  cr_assert_eq(count(xml, "row[80]"), pictures);
  for (int i = 0; i < 80; i++) cr_assert_eq(count(xml, sentence[i]), 1);
  for (const char *at = xml; (at = strstr(at, "<wp:extent cx=\"")) != NULL; at++) {
    cr_assert_eq(strtol(at + 15, NULL, 10), 156 * 36000);
    cr_assert_lt(strtol(strstr(at, "cy=\"") + 4, NULL, 10), 200 * 36000);
  }
  /* 300 dpi: 1843 pixels over 156 mm, in the header of the PNG */
  const unsigned char *png = (const unsigned char *)text_of(p, "word/media/chart1.png");
  cr_assert_eq(memcmp(png + 24, "\x04\x03", 2), 0, "4 bits a pixel, a palette");
  cr_assert_eq((uint32_t)png[16] << 24 | (uint32_t)png[17] << 16 | (uint32_t)png[18] << 8 | png[19],
               1843);
  /* English has no indent and no Chinese body font */
  const char *body = strstr(text_of(p, "word/styles.xml"), "w:styleId=\"BodyText\"");
  cr_assert_lt(strstr(body, "w:firstLine=\"0\""), strstr(body, "</w:style>"));
  discard(p);
}

/* D6: `n` rows in groups of six, as high as on a screen; the number of pictures. */
static int pictures_of(int n, long *tallest) {
  sampan_chart_row rows[72] = {0};
  static const char *const figure[1] = {"12.5 (10.1–15.2)"};
  static const sampan_chart_head right[1] = {{"% (95% CI)", 160}};
  for (int i = 0; i <= n; i++) {
    rows[i] = (sampan_chart_row){.kind = i == n       ? SAMPAN_CHART_ROW_AXIS
                                         : i % 7 == 0 ? SAMPAN_CHART_ROW_GROUP
                                                      : SAMPAN_CHART_ROW_STRIP,
                                 .label = i % 7 == 0 ? "年龄组" : "人群",
                                 .right = i % 7 == 0 || i == n ? NULL : figure,
                                 .height = 28,
                                 .sentence = i % 7 == 0 ? "group" : "row"};
  }
  const sampan_chart_block chart = {.title = "",
                                    .caption = "图1　各人群",
                                    .label_width = 200,
                                    .label_head = "人群",
                                    .strip_head = "",
                                    .right = right,
                                    .n_right = 1,
                                    .rows = rows,
                                    .n_rows = (uint32_t)n + 1};
  const sampan_block blocks[] = {{.kind = SAMPAN_BLOCK_CARD, .anchor = "", .gloss = ""},
                                 {.kind = SAMPAN_BLOCK_CHART, .content = &chart},
                                 {.kind = SAMPAN_BLOCK_CARD_END},
                                 {.kind = SAMPAN_BLOCK_CARD},
                                 {.kind = SAMPAN_BLOCK_CARD_END}};
  const sampan_document d = {.struct_size = sizeof d,
                             .n_blocks = 5,
                             .blocks = blocks,
                             .language = "zh",
                             .number = "",
                             .title = "",
                             .subtitle = "",
                             .footer = "",
                             .manifest = ""};
  package *p = written(&d);
  const char *xml = text_of(p, "word/document.xml");
  const int pictures = count(xml, "<pic:pic>");
  /* D11: a card flows; a cut comes before a group: each picture's text begins with one */
  cr_assert_null(strstr(xml, "pageBreakBefore"));
  cr_assert_eq(count(xml, "descr=\"图1　各人群 group"), pictures);
  *tallest = 0;
  for (const char *at = xml; (at = strstr(at, " cy=\"")) != NULL; at++) {
    const long cy = strtol(at + 5, NULL, 10);
    if (cy > *tallest) *tallest = cy;
  }
  discard(p);
  return pictures;
}

Test(writer_docx, charts_keep_to_a_page) {
  const long page = 225 * 36000;
  long tallest[5];
  cr_assert_eq(pictures_of(12, &tallest[0]), 1);
  cr_assert_eq(pictures_of(29, &tallest[1]), 1);
  cr_assert_eq(pictures_of(40, &tallest[2]), 1);
  cr_assert_eq(pictures_of(71, &tallest[3]), 2);
  /* 28 px are 21 pt: twelve rows have them, forty would be 840 pt of a page of 638 */
  cr_assert_gt(tallest[0], 12L * 21 * 12700 - 4 * 12700);
  for (int i = 0; i < 4; i++) cr_assert_lt(tallest[i], page, "%d: %ld", i, tallest[i]);
}

/* D9 */
Test(writer_docx, hostile_texts) {
  static const char hostile[] =
      "]]></w:t><x a=\"'&#0;&\x01\x1f\x7f\xc0\xaf\xed\xa0\x80\xff\xef\xbf\xbe"
      "\xf0\x9f\x98\x80 \xe4\xb8";
  const sampan_run run_of[2] = {{hostile, SAMPAN_RUN_BOLD, SAMPAN_MARK_MET}, {hostile, 0, 99}};
  const sampan_text text = {run_of, 2, 0};
  const char *const items[1] = {hostile};
  const sampan_count verdict = {SAMPAN_MARK_UNDECIDED, 0, hostile, hostile, items, 1, 0};
  const sampan_counts_block counts = {&verdict, 1, 0};
  const sampan_fact fact = {hostile, {run_of, 2, 0}};
  const sampan_facts_block facts = {&fact, 1, 0};
  const sampan_table_column column = {hostile, 7, 0, 0, NAN, 0, 0};
  const sampan_table_row row = {.cells = &text, .filter = ""};
  const sampan_table_block table = {hostile, &column, &row, 1, 1, &text, 1, 0};
  const sampan_draw draws[3] = {
      {.kind = SAMPAN_DRAW_TEXT, .x0 = NAN, .y0 = INFINITY, .size = 1e300, .text = hostile},
      {.kind = SAMPAN_DRAW_RECT, .fill = SAMPAN_FILL_HATCH, .x1 = 1e300, .y1 = -1e300, .text = ""},
      {.kind = 77, .text = hostile}};
  const sampan_chart_row strip = {
      .label = hostile, .draws = draws, .n_draws = 3, .height = NAN, .sentence = hostile};
  const sampan_chart_block chart = {.title = hostile,
                                    .caption = "",
                                    .label_head = hostile,
                                    .strip_head = hostile,
                                    .rows = &strip,
                                    .n_rows = 1};
  const sampan_block blocks[] = {
      {.kind = SAMPAN_BLOCK_HEADING, .level = 1, .text = {run_of, 2, 0}},
      {.kind = SAMPAN_BLOCK_PARAGRAPH, .level = 99, .text = {run_of, 2, 0}},
      {.kind = SAMPAN_BLOCK_COUNTS, .content = &counts},
      {.kind = SAMPAN_BLOCK_FACTS, .content = &facts},
      {.kind = SAMPAN_BLOCK_LANDSCAPE},
      {.kind = SAMPAN_BLOCK_TABLE, .content = &table},
      {.kind = SAMPAN_BLOCK_CHART, .content = &chart},
      {.kind = 1234}};
  const sampan_document d = {.struct_size = sizeof d,
                             .n_blocks = 8,
                             .blocks = blocks,
                             .language = "zh",
                             .number = hostile,
                             .title = hostile,
                             .subtitle = hostile,
                             .head = &fact,
                             .n_head = 1,
                             .footer = hostile,
                             .manifest = hostile};
  package *p = written(&d);
  char *text_seen = readable(text_of(p, "word/document.xml"));
  assert_has(text_seen, "]]></w:t><xa=\"'&#0;&");
  assert_has(text_seen, "\xf0\x9f\x98\x80");
  free(text_seen);
  discard(p);
}

/* An empty document is a document. */
Test(writer_docx, nothing_to_say) {
  const sampan_document d = {.struct_size = sizeof d,
                             .language = "en",
                             .number = "",
                             .title = "",
                             .subtitle = "",
                             .footer = "",
                             .manifest = ""};
  package *p = written(&d);
  cr_assert_eq(count(text_of(p, "word/document.xml"), "<w:sectPr>"), 1);
  discard(p);
}

/* D10: whichever write fails, the failure comes back, and nothing is written after it. */
Test(writer_docx, write_failures_come_back) {
  sink whole = {0};
  sampan_error error;
  cr_assert_eq(run(writer_sample_document(), &whole, 0, 0, &error), SAMPAN_OK);
  for (int64_t i = 1; i <= whole.calls; i += i < 12 ? 1 : 7) {
    sink s = {.fails_at = i};
    cr_assert_eq(run(writer_sample_document(), &s, 0, 0, &error), SAMPAN_E_IO);
    cr_assert_str_eq(error.message, "no space left");
    cr_assert_eq(s.calls, i);
    free(s.bytes);
  }
  free(whole.bytes);
}

Test(writer_docx, memory_and_cancellation) {
  sampan_error error;
  for (uint64_t budget = 1; budget < 600000; budget = budget * 3 + 1000) {
    sink s = {0};
    cr_assert_eq(run(writer_sample_document(), &s, budget, 0, &error), SAMPAN_E_MEMORY,
                 "%llu bytes are enough", (unsigned long long)budget);
    cr_assert_eq(error.status, SAMPAN_E_MEMORY);
    free(s.bytes);
  }
  sink s = {0};
  cr_assert_eq(run(writer_sample_document(), &s, 0, 1, &error), SAMPAN_E_CANCELLED);
  free(s.bytes);
}
