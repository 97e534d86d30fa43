/* annex_document_test.c - the annex as a document: its order, its words, its numbers, its marks,
 * and that nothing which is held back gets out. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "annex/document.h"
#include "annex/document_sections.h"
#include "annex_document_look.h"
#include "annex_document_sample.h"

static sp_arena *arena;
static const sampan_document *documents[2]; /* zh, en */

static void setup(void) {
  static const char *const languages[] = {"zh", "en"};
  arena = sp_arena_new(0);
  for (int i = 0; i < 2; i++) {
    sampan_error error = {.struct_size = sizeof error};
    const int32_t status = sp_document_build(annex_document_sample(), NULL, languages[i], arena,
                                             &documents[i], &error);
    cr_assert_eq(status, SAMPAN_OK, "%s", error.message);
  }
}

static void teardown(void) {
  sp_arena_free(arena);
}

TestSuite(annex_document, .init = setup, .fini = teardown);

/* ---- finding ------------------------------------------------------------------------------- */

static const sampan_table_block *table_captioned(const sampan_document *d, const char *caption) {
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    if (d->blocks[i].kind != SAMPAN_BLOCK_TABLE) continue;
    const sampan_table_block *t = d->blocks[i].content;
    if (strcmp(t->caption, caption) == 0) return t;
  }
  cr_assert_fail("no table '%s'", caption);
  return NULL;
}

static const sampan_chart_block *chart_captioned(const sampan_document *d, const char *part) {
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    if (d->blocks[i].kind != SAMPAN_BLOCK_CHART) continue;
    const sampan_chart_block *c = d->blocks[i].content;
    if (strstr(c->caption, part) != NULL) return c;
  }
  cr_assert_fail("no chart '%s'", part);
  return NULL;
}

/* The runs of a cell, put together. */
static const char *joined(const sampan_text *t) {
  const char *text = "";
  for (uint32_t i = 0; i < t->n_runs; i++)
    text = sp_arena_printf(arena, "%s%s%s", text, i > 0 ? "|" : "", t->runs[i].text);
  return text;
}

static const sampan_table_row *row_numbered(const sampan_table_block *t, const char *number) {
  for (uint32_t i = 0; i < t->n_rows; i++)
    if (t->rows[i].kind == SAMPAN_ROW_BODY && strcmp(t->rows[i].cells[0].runs[0].text, number) == 0)
      return &t->rows[i];
  cr_assert_fail("no row '%s'", number);
  return NULL;
}

static const sampan_chart_row *strip_labelled(const sampan_chart_block *c, const char *label) {
  for (uint32_t i = 0; i < c->n_rows; i++)
    if (c->rows[i].kind == SAMPAN_CHART_ROW_STRIP && strstr(c->rows[i].label, label) != NULL)
      return &c->rows[i];
  cr_assert_fail("no strip '%s'", label);
  return NULL;
}

static const char *whole_text(const sampan_document *d) {
  const char *text = "";
  for (uint32_t i = 0; i < d->n_blocks; i++)
    if (d->blocks[i].content == NULL)
      text = sp_arena_printf(arena, "%s\n%s", text, joined(&d->blocks[i].text));
  return text;
}

#define NB "\xc2\xa0"
#define THIN "\xe2\x80\xaf"

/* ---- everything that is said ----------------------------------------------------------------- */

static void no_bad_number(void *data, const char *text, const char *where) {
  static const char *const bad[] = {"nan", "NaN", "inf", "-nan", "{0}", "{1}", "{9}", "(null)"};
  (void)data;
  cr_assert_not_null(text, "%s", where);
  for (uint32_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    const char *at = strstr(text, bad[i]);
    /* Part of a word is no number: "information", "infinite". */
    while (at != NULL && ((at > text && at[-1] >= 'a' && at[-1] <= 'z') ||
                          (at[strlen(bad[i])] >= 'a' && at[strlen(bad[i])] <= 'z')))
      at = strstr(at + 1, bad[i]);
    cr_assert_null(at, "%s: '%s' has '%s'", where, text, bad[i]);
  }
}

Test(annex_document, no_text_has_a_number_that_is_none) {
  for (int i = 0; i < 2; i++) annex_visit_document(documents[i], no_bad_number, NULL);
}

/* A hyphen before a digit is a minus that was not written as one; dates and ranges are none. */
static void minus_signs(void *data, const char *text, const char *where) {
  (void)data;
  for (const char *at = text; (at = strchr(at, '-')) != NULL; at++) {
    const int after_digit = at > text && at[-1] >= '0' && at[-1] <= '9';
    const int is_formula = at > text && (at[-1] == '(' || at[-1] == 'n' || at[-1] == 'A');
    cr_assert(after_digit || is_formula || at[1] < '0' || at[1] > '9', "%s: '%s'", where, text);
  }
}

Test(annex_document, minus_is_u2212) {
  for (int i = 0; i < 2; i++) annex_visit_document(documents[i], minus_signs, NULL);
}

static void no_secret(void *data, const char *text, const char *where) {
  static const char *const secrets[] = {"77123", "77" THIN "123", "87.7", "87.65", "86.7", "88.7"};
  (void)data;
  for (uint32_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
    cr_assert_null(strstr(text, secrets[i]), "%s: '%s' tells '%s'", where, text, secrets[i]);
}

Test(annex_document, suppressed_numbers_are_nowhere) {
  for (int i = 0; i < 2; i++) {
    annex_visit_document(documents[i], no_secret, NULL);
    no_secret(NULL, documents[i]->manifest, "manifest");
  }
}

static void no_machine_path(void *data, const char *text, const char *where) {
  (void)data;
  cr_assert_null(strstr(text, "/home/"), "%s: %s", where, text);
  cr_assert_null(strstr(text, "/srv/"), "%s: %s", where, text);
}

Test(annex_document, no_path_of_this_machine) {
  for (int i = 0; i < 2; i++) {
    annex_visit_document(documents[i], no_machine_path, NULL);
    no_machine_path(NULL, documents[i]->manifest, "manifest");
  }
}

/* In Chinese no half-width punctuation follows a Chinese character. */
static void full_width(void *data, const char *text, const char *where) {
  (void)data;
  for (const unsigned char *at = (const unsigned char *)text; *at != 0; at++) {
    if (at - (const unsigned char *)text < 3 || strchr(",;:!?", *at) == NULL) continue;
    cr_assert(!(at[-3] >= 0xe4 && at[-3] <= 0xe9 && at[-1] >= 0x80), "%s: %s", where, text);
  }
}

Test(annex_document, chinese_punctuation_is_full_width) {
  annex_visit_document(documents[0], full_width, NULL);
}

static void no_chinese_words(void *data, const char *text, const char *where) {
  (void)where;
  if (strstr(text, "达标") != NULL || strstr(text, "现值") != NULL) (*(int *)data)++;
}

Test(annex_document, english_speaks_english) {
  int n = 0;
  annex_visit_document(documents[1], no_chinese_words, &n);
  cr_assert_eq(n, 0);
}

/* ---- the frame ------------------------------------------------------------------------------- */

Test(annex_document, nine_sections_in_order) {
  static const char *const titles[2][9] = {
      {"一、评估结果", "二、与全省水平比较", "三、指标总表", "四、调查指标", "五、登记指标",
       "六、任务清单", "七、数据质量", "八、方法", "九、溯源"},
      {"1. Results", "2. Against the province", "3. Table of indicators", "4. Survey indicators",
       "5. Register indicators", "6. Checklist", "7. Data quality", "8. Methods", "9. Provenance"}};
  for (int l = 0; l < 2; l++) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < documents[l]->n_blocks; i++) {
      const sampan_block *b = &documents[l]->blocks[i];
      if (b->kind != SAMPAN_BLOCK_HEADING || b->level != 1) continue;
      cr_assert_lt(n, 9);
      cr_assert_str_eq(b->text.runs[0].text, titles[l][n]);
      cr_assert_neq(b->gloss[0], '\0');
      cr_assert_neq(b->anchor[0], '\0');
      n++;
    }
    cr_assert_eq(n, 9);
  }
}

Test(annex_document, head_and_footer) {
  const sampan_document *d = documents[0];
  cr_assert_str_eq(d->language, "zh");
  cr_assert_str_eq(d->number, "附件1");
  cr_assert_str_eq(d->title, "健康促进区建设\n终期评估指标表");
  cr_assert_eq(d->n_head, 5);
  cr_assert_str_eq(d->head[0].name, "方案");
  cr_assert_null(strchr(d->footer, '\n'));
  cr_assert_str_eq(
      d->manifest,
      "{\"programme\":{\"file\":\"programme.yaml\",\"sha256\":\"dd\"},"
      "\"runs\":[{\"engine\":\"sampan\"},{\"plan\":{\"file\":\"tasks.yaml\",\"sha256\":"
      "\"cc\"},\"files\":[{\"file\":\"tasks.csv\",\"sha256\":\"fedcba98\",\"records\":4}]}"
      "]}");
  cr_assert_str_eq(d->head[2].text.runs[0].text, "2020年（现场调查 2020年11月）");
  cr_assert_str_eq(d->head[3].text.runs[0].text, "2021年");
}

Test(annex_document, cards_and_landscape_are_closed) {
  for (int l = 0; l < 2; l++) {
    int cards = 0, open = 0, landscape = 0;
    for (uint32_t i = 0; i < documents[l]->n_blocks; i++) {
      const sampan_block *b = &documents[l]->blocks[i];
      if (b->kind == SAMPAN_BLOCK_CARD) {
        cr_assert_eq(open++, 0);
        cards++;
        cr_assert_eq(b[1].kind, SAMPAN_BLOCK_HEADING);
      }
      if (b->kind == SAMPAN_BLOCK_CARD_END) cr_assert_eq(--open, 0);
      if (b->kind == SAMPAN_BLOCK_LANDSCAPE) cr_assert_eq(landscape++, 0);
      if (b->kind == SAMPAN_BLOCK_PORTRAIT) cr_assert_eq(--landscape, 0);
    }
    cr_assert_eq(cards, 5);
    cr_assert_eq(open, 0);
    cr_assert_eq(landscape, 0);
  }
}

/* ---- results ----------------------------------------------------------------------------------
 */

Test(annex_document, answer_comes_first) {
  const sampan_block *b = &documents[0]->blocks[1];
  cr_assert_eq(b->kind, SAMPAN_BLOCK_PARAGRAPH);
  cr_assert_eq(b->level, SAMPAN_PARAGRAPH_LEAD);
  cr_assert_str_eq(
      joined(&b->text),
      "按点值判定（正式口径），本次评估的 13 项指标和任务中，|达标 5 项|，未达标 5 项，"
      "因证据不足不能判定 1 项，不可评 2 项。|其中逾期完成、计入达标的有：3.2 "
      "健康影响评价制度。|计入抽样误差（统计判定），5 项抽样调查指标中达标 1 项，"
      "未达标 1 项，不能判定 1 项，不可评 2 项|；两种判定不一致的有 1 项：1.1 "
      "居民健康素养水平。|登记指标和任务没有抽样误差，两种判定相同。");
  cr_assert_str_eq(
      joined(&documents[1]->blocks[1].text),
      "By the point verdict, which is the official one, of 13 goals and tasks |5 are met|; 5 not "
      "met, 1 undecided for want of evidence, 2 not assessable.| Done late, and counted as met: "
      "3.2 Impact review.| With the sampling error counted (statistical verdict), of 5 survey "
      "goals 1 is met, 1 not met, 1 undecided, 2 not assessable|; the two verdicts differ for 1: "
      "1.1 Health literacy.| Registers and tasks have no sampling error: their two verdicts are "
      "the same.");
}

Test(annex_document, counts_add_up) {
  const sampan_block *b = &documents[0]->blocks[2];
  const sampan_counts_block *counts = b->content;
  uint32_t n = 0;
  cr_assert_eq(b->kind, SAMPAN_BLOCK_COUNTS);
  cr_assert_eq(counts->n_counts, 4);
  for (uint32_t i = 0; i < 4; i++) {
    cr_assert_eq(counts->counts[i].mark, (int32_t)i + 1);
    n += counts->counts[i].n_items;
  }
  cr_assert_eq(n, SAMPLE_N_GOALS);
  cr_assert_str_eq(counts->counts[0].items[0], "1.1 居民健康素养水平（统计判定：不能判定）");
  cr_assert_str_eq(counts->counts[0].items[1], "1.3");
  cr_assert_str_eq(counts->counts[2].count, "1"); /* a task without evidence */
  const sampan_table_block *t = table_captioned(documents[0], "表1　评估结果汇总（项）");
  cr_assert_eq(t->n_rows, 5);
  cr_assert_eq(t->rows[4].kind, SAMPAN_ROW_TOTAL);
  cr_assert_str_eq(t->rows[0].cells[0].runs[0].text, "抽样调查，点值判定");
  cr_assert_str_eq(t->rows[0].cells[2].runs[0].text, "2");
  cr_assert_str_eq(t->rows[1].cells[0].runs[0].text, "抽样调查，统计判定");
  cr_assert_str_eq(t->rows[1].cells[2].runs[0].text, "1");
  cr_assert_str_eq(t->rows[1].cells[4].runs[0].text, "1");
  cr_assert_str_eq(t->rows[2].cells[0].runs[0].text, "部门登记");
  cr_assert_str_eq(t->rows[2].cells[3].runs[0].text, "3");
  cr_assert_str_eq(t->rows[2].cells[4].runs[0].text, "—");
}

Test(annex_document, what_is_missing) {
  const char *zh = whole_text(documents[0]), *en = whole_text(documents[1]);
  cr_assert_not_null(strstr(zh, "2.4 健康促进机关比例|：差 1 家（现有 31，需 32）；目标：≥" NB
                                "50%。|（牵头：区级机关工委）"));
  cr_assert_not_null(strstr(zh, "：差 6 户（现有 94，需 100）"));
  cr_assert_not_null(strstr(zh, "：差 1 人（现有 4，需 5）"));
  cr_assert_not_null(
      strstr(zh, "现值 26.6%，目标：比基线下降 20%（≤" NB "21.9%）；还差 4.7" NB "个百分点。"));
  cr_assert_not_null(strstr(zh, "区间为 −0.3 至 7.1，含 0"));
  cr_assert_not_null(strstr(zh, "点值判定为达标；现值 25.0%"));
  cr_assert_not_null(strstr(
      zh, "若现值不变、设计及基线和对照的误差不变，以 80% 的把握作出判定，需样本 2" THIN
          "330 人（本轮的 1.8 倍；每个初级抽样单位调查人数不变，即 56 个初级抽样单位，本轮为 "
          "30 个）。"));
  cr_assert_not_null(strstr(en,
                            "If the values stay as they are, a verdict with 80% power needs a "
                            "sample of 2" THIN "330 (1.8 times the present one; 56 PSUs"));
  cr_assert_not_null(strstr(zh, "已报完成，须补交证据材料。|（牵头：生态环境局）"));
  cr_assert_not_null(strstr(zh, "未完成，时限为 2021-01-31。"));
  cr_assert_not_null(strstr(en, "short by 1 agency (31 now, 32 needed); target: ≥" NB "50%."));
}

/* ---- the main table ---------------------------------------------------------------------------
 */

enum { BASELINE = 4, CURRENT = 5, CHANGE = 6, TARGET = 7, POINT = 8, STATISTICAL = 9 };

Test(annex_document, each_goal_once_in_the_main_table) {
  for (int l = 0; l < 2; l++) {
    const sampan_table_block *t = table_captioned(
        documents[l], l == 0 ? "表2　指标总表" : "Table 2. Indicators, targets and verdicts");
    uint32_t n_groups = 0, n_goals = 0;
    double screen = 0, paper = 0;
    for (uint32_t i = 0; i < t->n_rows; i++) {
      n_groups += t->rows[i].kind == SAMPAN_ROW_GROUP;
      n_goals += t->rows[i].kind == SAMPAN_ROW_BODY;
    }
    cr_assert_eq(n_groups, 3);
    cr_assert_eq(n_goals, SAMPLE_N_GOALS);
    for (uint32_t g = 0; g < SAMPLE_N_GOALS; g++)
      row_numbered(t, annex_document_sample()->findings[g].goal->number);
    for (uint32_t i = 0; i < t->n_columns; i++) {
      screen += t->columns[i].screen_width;
      paper += t->columns[i].paper_width;
    }
    cr_assert_float_eq(screen, 1160, 1e-9);
    cr_assert_float_eq(paper, 225, 1e-9);
  }
}

Test(annex_document, cells_of_the_main_table) {
  const sampan_table_block *t = table_captioned(documents[0], "表2　指标总表");
  const sampan_table_row *r = row_numbered(t, "1.1");
  cr_assert_eq(r->flags, SAMPAN_ROW_FRAMED);
  cr_assert_str_eq(r->filter, "undecided survey");
  cr_assert_str_eq(joined(&r->cells[BASELINE]), "18.0|(16.2–20.0)");
  cr_assert_str_eq(joined(&r->cells[CURRENT]), "25.0|(21.9–28.3)");
  cr_assert_str_eq(joined(&r->cells[CHANGE]), "+7.0|(3.5," NB "10.5)");
  cr_assert_str_eq(joined(&r->cells[TARGET]),
                   "比基线提高 20%（≥" NB "21.6%），或高于全省（>" NB "26.1%）");
  cr_assert_eq(r->cells[POINT].runs[0].mark, SAMPAN_MARK_MET);
  cr_assert_str_eq(joined(&r->cells[POINT]), "达标");
  cr_assert_eq(r->cells[STATISTICAL].runs[0].mark, SAMPAN_MARK_UNDECIDED);
  cr_assert_str_eq(joined(&r->cells[STATISTICAL]), "不能判定");

  r = row_numbered(t, "1.2");
  cr_assert_eq(r->flags, 0);
  cr_assert_str_eq(joined(&r->cells[CHANGE]), "−0.8|(−4.7," NB "3.1)");

  r = row_numbered(t, "1.5"); /* held back */
  cr_assert_eq(r->flags, SAMPAN_ROW_MUTED);
  cr_assert_str_eq(joined(&r->cells[CURRENT]), "—|精度不足，不发布");
  cr_assert_str_eq(joined(&r->cells[CHANGE]), "—");

  r = row_numbered(t, "2.4");
  cr_assert_str_eq(joined(&r->cells[CURRENT]), "48.4|31" NB "/" NB "64");
  cr_assert_str_eq(joined(&r->cells[CHANGE]), "+30.0|差 1 家");
  cr_assert_eq(r->cells[POINT].runs[0].mark, SAMPAN_MARK_NOT_MET);

  r = row_numbered(t, "2.7"); /* no denominator: a full count says so */
  cr_assert_str_eq(joined(&r->cells[CURRENT]), "94|全数");
  r = row_numbered(t, "2.8"); /* small rates have two decimals */
  cr_assert_str_eq(joined(&r->cells[CURRENT]), "1.57|4" NB "/" NB "254" THIN "000");
}

Test(annex_document, tasks_keep_their_own_words) {
  const sampan_table_block *main = table_captioned(documents[0], "表2　指标总表");
  cr_assert_str_eq(joined(&row_numbered(main, "3.2")->cells[CURRENT]), "逾期完成|2021-03-12");
  cr_assert_str_eq(joined(&row_numbered(main, "3.2")->cells[POINT]), "达标");
  static const struct {
    const char *number, *zh, *en;
    int32_t mark;
  } tasks[] = {{"3.1", "按期完成", "Done on time", SAMPAN_MARK_MET},
               {"3.2", "逾期完成", "Done late", SAMPAN_MARK_MET},
               {"3.3", "证据不足", "Lacks evidence", SAMPAN_MARK_UNDECIDED},
               {"3.4", "未完成", "Not done", SAMPAN_MARK_NOT_MET}};
  for (int l = 0; l < 2; l++) {
    const sampan_table_block *t =
        table_captioned(documents[l], l == 0 ? "表8　任务清单" : "Table 8. Tasks");
    cr_assert_eq(t->n_rows, 4);
    for (uint32_t i = 0; i < 4; i++) {
      const sampan_text *cell = &row_numbered(t, tasks[i].number)->cells[5];
      cr_assert_str_eq(cell->runs[0].text, l == 0 ? tasks[i].zh : tasks[i].en);
      cr_assert_eq(cell->runs[0].mark, tasks[i].mark);
    }
  }
}

/* ---- charts ------------------------------------------------------------------------------------
 */

Test(annex_document, spine_flips_what_is_better_low) {
  const sampan_chart_block *c = chart_captioned(documents[0], "与全省之差");
  const sampan_chart_row *r = strip_labelled(c, "成人吸烟率（越低越好）");
  cr_assert_str_eq(r->left[0], "26.6");
  cr_assert_str_eq(r->left[1], "22.4");
  cr_assert_eq(strncmp(r->right[0], "+4.2 (", 6), 0, "%s", r->right[0]);
  cr_assert_str_eq(r->right[1], "差于全省");
  const sampan_draw *symbol = &r->draws[r->n_draws - 1];
  cr_assert_eq(symbol->symbol, SAMPAN_SYMBOL_DOWN);
  cr_assert_lt(symbol->x0, 0.5); /* the sign stays, the picture turns */
  r = strip_labelled(c, "居民健康素养水平");
  cr_assert_str_eq(r->right[1], "无明显差异");
  cr_assert_eq(r->draws[r->n_draws - 1].symbol, SAMPAN_SYMBOL_CIRCLE);
  cr_assert_eq(r->draws[r->n_draws - 1].fill, SAMPAN_FILL_NONE);
  for (uint32_t i = 0; i < c->n_rows; i++)
    cr_assert_null(strstr(c->rows[i].label, "经常参加体育锻炼率")); /* has no comparator */
}

Test(annex_document, forest_keeps_the_rows_that_are_held_back) {
  const sampan_chart_block *c = chart_captioned(documents[0], "居民健康素养水平：分人群估计");
  static const char *const labels[] = {"合计", "性别",  "男",    "女", "age_group",
                                       "5-14", "15-24", "65-69", ""};
  cr_assert_eq(c->n_rows, 9);
  for (uint32_t i = 0; i < 9; i++) cr_assert_str_eq(c->rows[i].label, labels[i]);
  cr_assert_eq(c->rows[0].flags, SAMPAN_CHART_BOLD);
  cr_assert_str_eq(c->rows[0].left[0], "1" THIN "260");
  cr_assert_str_eq(c->rows[2].right[0], "24.3 (19.9–29.2)");
  for (uint32_t i = 5; i < 9; i += 2) {
    if (i == 7) cr_assert_not_null(strstr(c->rows[i].draws[1].text, "精度不足"));
    if (i == 5) cr_assert_not_null(strstr(c->rows[i].draws[1].text, "保密"));
  }
  cr_assert_str_eq(c->rows[5].left[0], "—");
  cr_assert_str_eq(c->rows[5].right[0], "—");
  cr_assert_eq(c->rows[5].flags, SAMPAN_ROW_MUTED);
  cr_assert_eq(c->rows[5].draws[0].fill, SAMPAN_FILL_HATCH);
}

Test(annex_document, registers_are_bars) {
  const sampan_chart_block *c = chart_captioned(documents[0], "登记指标");
  const sampan_chart_row *r = strip_labelled(c, "健康促进机关比例");
  cr_assert_eq(c->n_rows, 4);
  cr_assert_str_eq(r->left[0], "31" NB "/" NB "64");
  cr_assert_str_eq(r->right[0], "48.4%");
  cr_assert_str_eq(r->right[1], "≥" NB "50%");
  cr_assert_str_eq(r->right[2], "未达标，差 1 家");
  cr_assert_eq(r->draws[1].fill, SAMPAN_FILL_HATCH);
  cr_assert_float_eq(r->draws[1].x1, 31 / 64.0, 1e-12);
  cr_assert_float_eq(r->draws[1].x0, 0, 0); /* bars start at 0 */
  cr_assert_not_null(strstr(whole_text(documents[0]), "2.7 的横轴终点是 120" NB "户"));
}

/* ---- cards -------------------------------------------------------------------------------------
 */

Test(annex_document, card_headings_state_the_finding) {
  const char *zh = whole_text(documents[0]), *en = whole_text(documents[1]);
  cr_assert_not_null(strstr(
      zh, "1.1 居民健康素养水平|比基线高 7.0" NB "个百分点，点值达标，但现有样本不足以确认"));
  cr_assert_not_null(strstr(zh, "1.2 成人吸烟率|现值 26.6%，与基线相比变化不明显，未达标"));
  cr_assert_not_null(strstr(zh, "1.3 经常参加体育锻炼率|比基线高 6.2" NB "个百分点，达标"));
  cr_assert_not_null(strstr(zh, "原文没有数值阈值，不判定"));
  cr_assert_not_null(strstr(zh, "1.5 少见行为|现值不发布，不作判定"));
  cr_assert_not_null(strstr(en, "7.0" NB "percentage points above baseline; on target by its "
                                "point, but the sample cannot confirm it"));
  const sampan_table_block *t = table_captioned(documents[0], "表3　居民健康素养水平：判定过程");
  cr_assert_eq(t->n_rows, 3);
  cr_assert_str_eq(joined(&t->rows[0].cells[0]),
                   "条款 1：现值" NB "−" NB "1.20" NB "×" NB "基线|比基线提高 20%（≥" NB "21.6%）");
  cr_assert_str_eq(joined(&t->rows[0].cells[1]), "+3.4 (−0.3," NB "7.1)|自由度 48");
  cr_assert_str_eq(joined(&t->rows[2].cells[0]), "合并：任一条成立即达标");
}

/* ---- quality, methods, provenance -------------------------------------------------------------
 */

Test(annex_document, quality_counts_records) {
  const sampan_table_block *t = table_captioned(documents[0], "表9　读入、剔除和保留的记录");
  cr_assert_eq(t->n_rows, 2);
  cr_assert_str_eq(joined(&t->rows[0].cells[2]), "1" THIN "282");
  cr_assert_str_eq(joined(&t->rows[0].cells[3]), "31");
  t = table_captioned(documents[0], "表10　剔除的记录，按原因");
  cr_assert_str_eq(joined(&t->rows[1].cells[1]), "非常住居民");
  cr_assert_str_eq(joined(&t->rows[1].cells[3]), "1.3%");
}

static const char *fact_named(const sampan_document *d, const char *name) {
  for (uint32_t i = 0; i < d->n_blocks; i++) {
    const sampan_facts_block *facts = d->blocks[i].content;
    for (uint32_t k = 0; d->blocks[i].kind == SAMPAN_BLOCK_FACTS && k < facts->n_facts; k++)
      if (strcmp(facts->facts[k].name, name) == 0) return joined(&facts->facts[k].text);
  }
  cr_assert_fail("no fact '%s'", name);
  return "";
}

Test(annex_document, methods_come_from_the_plan) {
  cr_assert_not_null(strstr(fact_named(documents[0], "文件完整性"), "survey_2021.csv"));
  cr_assert_str_eq(fact_named(documents[0], "关联文件"), "side.csv：2 条记录没有对应");
  cr_assert_not_null(strstr(fact_named(documents[0], "纳入范围"), "估计域：age >= 15"));
  cr_assert_not_null(strstr(fact_named(documents[0], "权重"), "变异系数 0.48"));
  cr_assert_not_null(
      strstr(fact_named(documents[1], "Interval: Korn-Graubard"), "Korn and Graubard 1998"));
  cr_assert_str_eq(fact_named(documents[0], "指标定义"),
                   "1.1 居民健康素养水平：66 分中得 53 分及以上者的比例。定义版本：2015。");
  cr_assert_not_null(strstr(fact_named(documents[0], "统计判定"), "95% 区间"));
}

Test(annex_document, provenance_names_files_as_given) {
  const sampan_table_block *t = table_captioned(documents[0], "表12　文件和插件");
  int found = 0, tasks_found = 0;
  for (uint32_t i = 0; i < t->n_rows; i++) {
    tasks_found += strcmp(joined(&t->rows[i].cells[1]), "tasks.csv") == 0 &&
                   strcmp(joined(&t->rows[i].cells[2]), "fedcba98") == 0;
    if (strcmp(joined(&t->rows[i].cells[1]), "survey_2021.csv") != 0) continue;
    cr_assert_str_eq(joined(&t->rows[i].cells[2]), "01234567 89abcdef");
    found = 1;
  }
  cr_assert(found);
  cr_assert_eq(tasks_found, 1);
  cr_assert_not_null(
      strstr(whole_text(documents[0]), "sampan annex programme.yaml --lang zh -o annex.html"));
}

Test(annex_document, a_wave_that_nobody_can_draw_is_not_asked_for) {
  const sp_evaluation *sample = annex_document_sample();
  sp_finding f = sample->findings[SAMPLE_LITERACY];
  sp_doc doc = {.arena = arena, .language = "zh", .level = "95%", .zh = 1, .programme = NULL};
  f.next = SP_NEXT_NOT_PRACTICABLE;
  f.next_n = 800885;
  const sp_scale s = sp_scale_of(&doc, &f);
  const char *text = sp_next_wave_text(&doc, &f, &s);
  cr_assert_str_eq(text,
                   "若现值不变，没有可行的样本量能够作出判定；与本轮同样大小的样本，以 80% "
                   "的把握能检出的“现值" NB "−" NB "1.20" NB "×" NB "基线”最小为 5.4" NB
                   "个百分点。");
  f.detectable = NAN;
  cr_assert_str_eq(sp_next_wave_text(&doc, &f, &s), "若现值不变，没有可行的样本量能够作出判定。");
  f.statistical = SP_VERDICT_MET;
  cr_assert_str_eq(sp_next_wave_text(&doc, &f, &s), "");
}

Test(annex_document, coverage_and_definitions_are_told) {
  sp_finding f = annex_document_sample()->findings[SAMPLE_COMMUNITY];
  sp_doc doc = {.arena = arena, .language = "en", .level = "95%"};
  cr_assert_str_eq(sp_coverage_text(&doc, &f), "");
  f.coverage = f.current;
  cr_assert_str_eq(sp_coverage_text(&doc, &f),
                   "Counts those who were covered, not all: 18 of 52, 34.6%.");
  sp_value other = f.current;
  other.definition_version = "2020";
  cr_assert_str_eq(sp_other_definition_text(&doc, &f.current, &other),
                   "not compared: definition not stated against 2020");
}

Test(annex_document, methods_tell_the_limits) {
  cr_assert_not_null(strstr(fact_named(documents[1], "Limits"), "several chances"));
  cr_assert_not_null(strstr(fact_named(documents[1], "Limits"), "taken as independent"));
  cr_assert_not_null(strstr(fact_named(documents[1], "Statistical verdict"), "of one plan"));
  cr_assert_null(strstr(fact_named(documents[0], "权重"), "243")); /* not summed over waves */
}

/* Running out of memory anywhere is an error, not a crash or half a document. */
Test(annex_document, small_budgets_fail_cleanly) {
  for (uint64_t budget = 1024; budget < 4096 * 1024; budget += budget / 3) {
    sp_arena *small = sp_arena_new(budget);
    sampan_error error = {.struct_size = sizeof error};
    const sampan_document *d = NULL;
    const int32_t status =
        sp_document_build(annex_document_sample(), NULL, "zh", small, &d, &error);
    cr_assert(status == SAMPAN_OK ? d != NULL : status == SAMPAN_E_MEMORY && d == NULL,
              "budget %llu: %d", (unsigned long long)budget, status);
    sp_arena_free(small);
  }
}
