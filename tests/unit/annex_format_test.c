/* annex_format_test.c - words with their places filled, and numbers as an annex writes them. */
#include "annex/format.h"

#include <criterion/criterion.h>
#include <math.h>

#include "base/input.h"

#define NB "\xc2\xa0"
#define THIN "\xe2\x80\xaf"

static sp_arena *arena;

static void setup(void) {
  arena = sp_arena_new(0);
}

static void teardown(void) {
  sp_arena_free(arena);
}

TestSuite(annex_format, .init = setup, .fini = teardown);

Test(annex_format, words_fill_their_places) {
  const char *one[] = {"1", "b"}, *two[] = {"2", "b"};
  cr_assert_str_eq(sp_word_fill(SP_W_COLON, "zh", one, 2, arena), "1：b");
  cr_assert_str_eq(sp_word_fill(SP_W_ANSWER_MET, "en", one, 1, arena), "1 is met");
  cr_assert_str_eq(sp_word_fill(SP_W_ANSWER_MET, "en", two, 1, arena), "2 are met");
  for (int32_t i = 0; i < SP_N_WORDS; i++) {
    cr_assert_neq(sp_word(i, "en")[0], '\0', "word %d", i);
    cr_assert_neq(sp_word(i, "zh")[0], '\0', "word %d", i);
  }
}

Test(annex_format, numbers_are_typeset) {
  sp_doc doc = {.arena = arena, .language = "zh", .level = "95%", .zh = 1};
  cr_assert_str_eq(sp_number(&doc, -1234.56, 1), "−1" THIN "234.6");
  cr_assert_str_eq(sp_number(&doc, -0.04, 1), "0.0");
  cr_assert_str_eq(sp_signed(&doc, 0.05, 1), "+0.1");
  cr_assert_str_eq(sp_number(&doc, NAN, 1), "—");
  cr_assert_str_eq(sp_interval(&doc, 1, 2.25, 1), "1.0–2.3");
  cr_assert_str_eq(sp_interval(&doc, -1, 2, 1), "−1.0," NB "2.0");
  cr_assert_str_eq(sp_plain_number(&doc, 100 * 0.3), "30");
  cr_assert_str_eq(sp_plain_number(&doc, 1.75), "1.75");
  cr_assert_str_eq(sp_share(&doc, 1, 8), "12.5%");
}

Test(annex_format, held_back_values_say_why_without_numbers) {
  sp_doc doc = {.arena = arena, .language = "zh", .level = "95%", .zh = 1};
  sp_estimate e = {.status = SAMPAN_STATUS_SUPPRESSED, .flags = "lonely Px", .why = ""};
  cr_assert_str_eq(sp_hidden_reason(&doc, &e), "精度不足，不发布");
  e.why = "effective sample size below 30"; /* as engine/presentation.c has it */
  cr_assert_str_eq(sp_hidden_reason(&doc, &e), "精度不足：有效样本 < 30");
  e.flags = "confidential";
  cr_assert_str_eq(sp_hidden_reason(&doc, &e), "保密，不发布");
  e.flags = "complementary";
  cr_assert_str_eq(sp_hidden_reason(&doc, &e), "补充抑制，防止反推");
  e.status = SAMPAN_STATUS_NOT_ESTIMABLE;
  cr_assert_str_eq(sp_hidden_reason(&doc, &e), "无法估计");
  e.status = SAMPAN_STATUS_REVIEW;
  cr_assert_not(sp_is_hidden(&e));
}

static const int32_t reasons[] = {
    SP_W_WHY_RECORDS,         SP_W_WHY_EFFECTIVE,  SP_W_WHY_WIDTH,       SP_W_WHY_RELATIVE,
    SP_W_WHY_EVENTS,          SP_W_WHY_RATE,       SP_W_WHY_HALF,        SP_W_WHY_ERROR,
    SP_W_WHY_NO_ERROR,        SP_W_WHY_POPULATION, SP_W_WHY_TEN_RECORDS, SP_W_WHY_FEW_EVENTS,
    SP_W_WHY_SMALL_EFFECTIVE, SP_W_WHY_WIDE_HALF,  SP_W_WHY_LARGE_ERROR, SP_W_WHY_LOGARITHM};
enum { N_REASONS = sizeof reasons / sizeof reasons[0] };

/* The code of the engine's standards. */
static const char *standards_code(void) {
  static const char *const files[] = {"presentation.c", "presentation_nchs.c"};
  const char *all = "";
  for (int i = 0; i < 2; i++) {
    char *code = NULL;
    uint64_t n;
    sampan_error error = {.struct_size = sizeof error};
    const char *path = sp_arena_printf(arena, "%s/core/engine/%s", SAMPAN_SOURCE_DIR, files[i]);
    cr_assert_eq(sp_input_text(path, 1 << 20, arena, &code, &n, &error), SAMPAN_OK, "%s",
                 error.message);
    all = sp_arena_printf(arena, "%s%s", all, code);
  }
  return all;
}

/* The reasons are told apart by the engine's own texts: those must be the ones it gives. */
Test(annex_format, reasons_are_those_of_the_engine) {
  const char *code = standards_code();
  int found = 0;
  for (uint32_t i = 0; i < N_REASONS; i++)
    cr_expect_not_null(strstr(code, sp_arena_printf(arena, "\"%s\"", sp_word(reasons[i], "en"))),
                       "%s", sp_word(reasons[i], "en"));
  /* And none that the annex has no word for: every text of a call but its flag. */
  for (const char *at = code; (at = strstr(at, "sp_withheld(\"")) != NULL;) {
    const char *end = strstr(at, ");"), *from = strchr(at, ',');
    while ((from = strchr(from, '"')) != NULL && from < end) {
      const char *to = strchr(from + 1, '"');
      const int n = (int)(to - from - 1);
      uint32_t i = 0;
      while (i < N_REASONS && (strlen(sp_word(reasons[i], "en")) != (size_t)n ||
                               strncmp(sp_word(reasons[i], "en"), from + 1, (size_t)n) != 0))
        i++;
      cr_expect_lt(i, N_REASONS, "'%.*s'", n, from + 1);
      from = to + 1;
      found++;
    }
    at = end;
  }
  cr_expect_geq(found, N_REASONS);
}

Test(annex_format, expressions_are_written_back) {
  sp_doc doc = {.arena = arena, .language = "en", .level = "95%"};
  static const char *const texts[] = {"age >= 15 and not (sex == 2 or sex == 3)",
                                      "smoke in [1, 2]",
                                      "weight / (height / 100) ^ 2 >= 28",
                                      "age between 18 and 69",
                                      "sum(q01..q08) - -1 * 2",
                                      "name == \"a b\" or x == missing_code",
                                      "a - (b - c)",
                                      "(a + b) * c"};
  for (uint32_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    sampan_error error = {.struct_size = sizeof error};
    sp_expr *first, *again;
    cr_assert_eq(sp_expr_parse(texts[i], "t", 1, 1, arena, &first, &error), SAMPAN_OK, "%s",
                 error.message);
    const char *text = sp_expression_text(&doc, first);
    cr_assert_str_eq(text, texts[i]);
    cr_assert_eq(sp_expr_parse(text, "t", 1, 1, arena, &again, &error), SAMPAN_OK);
  }
}
