/* writer_html_test.c - the html writer: H1 to H7 of plugins/writers/html/html.c. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "writer_harness.h"
#include "writer_sample.h"

static void expect_text(const char *page, const sampan_text *text, int skip_number) {
  for (uint32_t i = 0; i < text->n_runs; i++) {
    const char *s = text->runs[i].text;
    if (skip_number && i == 0) s += strspn(s, "0123456789. ");
    cr_expect(writer_has(page, s), "missing: %s", s);
  }
}

static void expect_table(const char *page, const sampan_table_block *t) {
  cr_expect(writer_has(page, t->caption), "missing: %s", t->caption);
  for (uint32_t c = 0; c < t->n_columns; c++)
    cr_expect(writer_has(page, t->columns[c].head), "missing: %s", t->columns[c].head);
  for (uint32_t r = 0; r < t->n_rows; r++)
    for (uint32_t c = 0; c < (t->rows[r].kind == SAMPAN_ROW_GROUP ? 1 : t->n_columns); c++)
      expect_text(page, &t->rows[r].cells[c], 0);
  for (uint32_t i = 0; i < t->n_notes; i++) expect_text(page, &t->notes[i], 0);
}

static void expect_chart(const char *page, const char *whole, const sampan_chart_block *c) {
  cr_expect(writer_has(page, c->title));
  cr_expect(writer_has(page, c->caption));
  for (uint32_t i = 0; i < c->n_legend; i++) cr_expect(writer_has(page, c->legend[i].text));
  for (uint32_t i = 0; i < c->n_notes; i++) expect_text(page, &c->notes[i], 0);
  for (uint32_t i = 0; i < c->n_rows; i++) {
    const sampan_chart_row *r = &c->rows[i];
    cr_expect(writer_has(page, r->label), "missing: %s", r->label);
    cr_expect(writer_has(whole, r->sentence), "missing: %s", r->sentence);
    for (uint32_t j = 0; j < c->n_left; j++) cr_expect(writer_has(page, r->left[j]));
    for (uint32_t j = 0; j < c->n_right; j++) cr_expect(writer_has(page, r->right[j]));
    for (uint32_t j = 0; j < r->n_draws; j++)
      cr_expect(writer_has(page, r->draws[j].text), "missing: %s", r->draws[j].text);
  }
}

static void expect_block(const char *page, const char *whole, const sampan_block *b) {
  switch (b->kind) {
    case SAMPAN_BLOCK_HEADING:
      cr_expect(writer_has(page, b->gloss));
      expect_text(page, &b->text, 0);
      break;
    case SAMPAN_BLOCK_PARAGRAPH:
      expect_text(page, &b->text, b->level == SAMPAN_PARAGRAPH_NUMBERED);
      break;
    case SAMPAN_BLOCK_TABLE:
      expect_table(page, (const sampan_table_block *)b->content);
      break;
    case SAMPAN_BLOCK_CHART:
      expect_chart(page, whole, (const sampan_chart_block *)b->content);
      break;
    case SAMPAN_BLOCK_COUNTS: {
      const sampan_counts_block *c = (const sampan_counts_block *)b->content;
      for (uint32_t i = 0; i < c->n_counts; i++) {
        cr_expect(writer_has(page, c->counts[i].label));
        for (uint32_t j = 0; j < c->counts[i].n_items; j++)
          cr_expect(writer_has(page, c->counts[i].items[j]));
      }
      break;
    }
    case SAMPAN_BLOCK_FACTS: {
      const sampan_facts_block *f = (const sampan_facts_block *)b->content;
      for (uint32_t i = 0; i < f->n_facts; i++) {
        cr_expect(writer_has(page, f->facts[i].name));
        expect_text(page, &f->facts[i].text, 0);
      }
      break;
    }
    default:
      break;
  }
}

Test(writer_html, every_text_appears) {
  const sampan_document *d = writer_sample_document();
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = d}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  char *page = writer_squeeze(r.bytes, 0), *whole = writer_squeeze(r.bytes, 1);
  cr_expect(writer_has(page, d->number));
  cr_expect(writer_has(page, d->title));
  cr_expect(writer_has(page, d->subtitle));
  cr_expect(writer_has(page, d->footer));
  for (uint32_t i = 0; i < d->n_head; i++) expect_text(page, &d->head[i].text, 0);
  for (uint32_t i = 0; i < d->n_blocks; i++) expect_block(page, whole, &d->blocks[i]);
  free(page);
  free(whole);
  writer_clear(&r);
}

Test(writer_html, is_well_formed) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = writer_sample_document()}, &r);
  cr_expect_str_eq(writer_html_fault(r.bytes), "");
  writer_clear(&r);
  writer_run(&(writer_job){.module = "html", .results = writer_sample_results()}, &r);
  cr_expect_eq(r.status, SAMPAN_OK);
  cr_expect_str_eq(writer_html_fault(r.bytes), "");
  writer_clear(&r);
}

/* The checker must be able to fail, or the test above says nothing. */
Test(writer_html, the_checker_finds_faults) {
  cr_expect_str_neq(writer_html_fault("<p><b>x</p></b>"), "");
  cr_expect_str_neq(writer_html_fault("<p>x"), "");
  cr_expect_str_neq(writer_html_fault("<p a=b>x</p>"), "");
  cr_expect_str_neq(writer_html_fault("<p id=\"a\">x</p><p id=\"a\">y</p>"), "");
  cr_expect_str_neq(writer_html_fault("<a href=\"#b\">x</a>"), "");
  cr_expect_str_eq(writer_html_fault("<p id=\"a\">x<br><a href=\"#a\">y</a></p>"), "");
}

/* H1, H3: nothing is fetched, and the filter buttons are hidden until the script shows them. */
Test(writer_html, is_one_file) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = writer_sample_document()}, &r);
  cr_expect_null(strstr(r.bytes, "http"));
  cr_expect_null(strstr(r.bytes, "src="));
  cr_expect_null(strstr(r.bytes, "@import"));
  cr_expect_null(strstr(r.bytes, "<link"));
  cr_expect_not_null(strstr(r.bytes, "<html lang=\"zh-CN\">"));
  cr_expect_not_null(strstr(r.bytes, "<div class=\"tools\" hidden>"));
  cr_expect_not_null(strstr(r.bytes, "aria-pressed=\"true\""));
  writer_clear(&r);
}

/* H4: the landscape section, the media, and cells that span what each medium shows. */
Test(writer_html, serves_both_media) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = writer_sample_document()}, &r);
  const char *wide = strstr(r.bytes, "<div class=\"wide\">");
  cr_assert_not_null(wide);
  cr_expect_not_null(strstr(wide, "id=\"table\""));
  cr_expect_not_null(strstr(r.bytes, "@page wide{size:A4 landscape"));
  cr_expect_not_null(strstr(r.bytes, "class=\"so\" colspan=\"11\""));
  cr_expect_not_null(strstr(r.bytes, "class=\"po\" colspan=\"10\""));
  cr_expect_not_null(strstr(r.bytes, "<div class=\"tb po\">"));
  cr_expect_not_null(strstr(r.bytes, "<div class=\"sums so\""));
  writer_clear(&r);
}

/* Reference lines over the whole height; x in percent and y in px. */
Test(writer_html, draws_strips) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = writer_sample_document()}, &r);
  cr_expect_not_null(strstr(r.bytes, "y1=\"0\" y2=\"100%\""));
  cr_expect_not_null(strstr(r.bytes, "<circle cx=\"60%\" cy=\"38\" r=\"6\""), "(25 - 10) / 25");
  cr_expect_not_null(strstr(r.bytes, "url(#he69f00)"));
  cr_expect_not_null(strstr(r.bytes, "id=\"he69f00\""));
  cr_expect_not_null(strstr(r.bytes, "stroke-dasharray"));
  cr_expect_null(strstr(r.bytes, "=\"nan"));
  writer_clear(&r);
}

/* H2, H7: whatever a text holds, it stays a text. */
Test(writer_html, escapes_hostile_texts) {
  const char *evil =
      "</style></script><script>alert(1)</script>&<i a='b' c=\"d\">]]>\x01\x7f\xff\xc0\xaf";
  const sampan_run run = {.text = evil, .flags = SAMPAN_RUN_BOLD};
  const sampan_fact fact = {evil, {&run, 1, 0}};
  const sampan_table_column column = {.head = evil, .screen_width = 100, .phone = 1};
  const sampan_table_column second = {.head = evil, .screen_width = 100};
  const sampan_table_column columns[] = {column, second};
  const sampan_text cells[] = {{&run, 1, 0}, {&run, 1, 0}};
  const sampan_table_row row = {.cells = cells, .filter = "met <b>\"x\""};
  const sampan_table_block table = {
      .caption = evil, .columns = columns, .rows = &row, .n_columns = 2, .n_rows = 1};
  const sampan_draw draw = {.kind = SAMPAN_DRAW_TEXT, .text = evil};
  const sampan_chart_row strip = {
      .label = evil, .draws = &draw, .n_draws = 1, .height = 20, .sentence = evil};
  const sampan_chart_block chart = {.title = evil,
                                    .caption = evil,
                                    .label_head = evil,
                                    .strip_head = evil,
                                    .rows = &strip,
                                    .n_rows = 1};
  const sampan_block blocks[] = {
      {.kind = SAMPAN_BLOCK_HEADING, .level = 1, .anchor = "", .gloss = evil, .text = {&run, 1, 0}},
      {.kind = SAMPAN_BLOCK_HEADING, .level = 1, .anchor = "", .gloss = "", .text = {&run, 1, 0}},
      {.kind = SAMPAN_BLOCK_TABLE, .anchor = "", .gloss = "", .content = &table},
      {.kind = SAMPAN_BLOCK_CHART, .anchor = "", .gloss = "", .content = &chart},
      {.kind = SAMPAN_BLOCK_CARD_END, .anchor = "", .gloss = ""},
      {.kind = SAMPAN_BLOCK_CARD, .anchor = "", .gloss = ""},
      {.kind = SAMPAN_BLOCK_LANDSCAPE, .anchor = "", .gloss = ""},
  };
  const sampan_document d = {.struct_size = sizeof d,
                             .n_blocks = SAMPLE_COUNT(blocks),
                             .blocks = blocks,
                             .language = "en",
                             .number = evil,
                             .title = evil,
                             .subtitle = evil,
                             .head = &fact,
                             .n_head = 1,
                             .footer = evil,
                             .manifest = "{\"a\":\"</script><script>alert(1)</script>\"}"};
  writer_result r;
  writer_run(&(writer_job){.module = "html", .document = &d}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  cr_expect_null(strstr(r.bytes, "alert(1)</script>"));
  cr_expect_null(strstr(r.bytes, "<script>alert"));
  cr_expect_null(strstr(r.bytes, "<i a="));
  cr_expect_null(strchr(r.bytes, 0x01));
  cr_expect_null(strchr(r.bytes, 0x7f));
  cr_expect_null(strchr(r.bytes, (char)0xff));
  cr_expect_not_null(
      strstr(r.bytes, "&lt;script&gt;alert(1)&lt;/script&gt;&amp;&lt;i a=&#39;b&#39;"));
  cr_expect_not_null(strstr(r.bytes, "\\u003c/script\\u003e"));
  cr_expect_str_eq(writer_html_fault(r.bytes), "");
  writer_clear(&r);
}

/* H6: wherever it happens, and nothing is written after it. */
Test(writer_html, reports_a_failed_write) {
  for (int64_t limit = 1; limit < 90000; limit += 9973) {
    writer_result r;
    writer_run(
        &(writer_job){.module = "html", .document = writer_sample_document(), .fail_after = limit},
        &r);
    cr_expect_eq(r.status, SAMPAN_E_IO);
    cr_expect_str_eq(r.error.message, "the disk is full");
    cr_expect_eq(r.writes_after_failure, 0);
    writer_clear(&r);
  }
}

Test(writer_html, results_are_readable) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .results = writer_sample_results()}, &r);
  cr_assert_eq(r.status, SAMPAN_OK);
  char *page = writer_squeeze(r.bytes, 0);
  cr_expect(writer_has(page, "30.0%"));
  cr_expect(writer_has(page, "(21.9–28.3)"));
  cr_expect(writer_has(page, "681.5"));
  cr_expect(writer_has(page, "不发布"));
  cr_expect(writer_has(page, "confidential complementary"));
  cr_expect(writer_has(page, "(−0.071, 0.043)"));
  cr_expect_null(strstr(r.bytes, ">nan"));
  free(page);
  writer_clear(&r);
}

Test(writer_html, no_memory_is_an_error) {
  writer_result r;
  writer_run(&(writer_job){.module = "html", .results = writer_sample_results(), .budget = 64}, &r);
  cr_expect_eq(r.status, SAMPAN_E_MEMORY);
  writer_clear(&r);
}
