/* Expressions: what they mean as trees, and where they go wrong. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "plan/expression.h"

/* (op a b), 'text', name, first..last, numbers as %g. */
static void dump(const sp_expr *e, sp_buffer *out) {
  switch (e->kind) {
    case SP_EXPR_NUMBER:
      sp_buffer_printf(out, "%g", e->number);
      return;
    case SP_EXPR_TEXT:
      sp_buffer_printf(out, "'%s'", e->text);
      return;
    case SP_EXPR_TRUTH:
      sp_buffer_text_add(out, e->number == 1 ? "true" : "false");
      return;
    case SP_EXPR_MISSING:
      sp_buffer_text_add(out, "missing");
      return;
    case SP_EXPR_NAME:
      sp_buffer_text_add(out, e->text);
      return;
    case SP_EXPR_RANGE:
      sp_buffer_printf(out, "%s..%s", e->text, e->last);
      return;
    default:
      break;
  }
  cr_assert_eq(e->kind, SP_EXPR_CALL);
  sp_buffer_printf(out, "(%s", e->text);
  for (uint32_t i = 0; i < e->n_args; i++) {
    sp_buffer_char(out, ' ');
    dump(e->args[i], out);
  }
  sp_buffer_char(out, ')');
}

static const struct {
  const char *text, *tree;
} good[] = {
    {"1", "1"},
    {"1.5e3", "1500"},
    {".5", "0.5"},
    {"-3", "-3"},
    {"- -3", "3"},
    {"\"a\"", "'a'"},
    {"'it''s'", "'it's'"},
    {"\"say \"\"no\"\"\"", "'say \"no\"'"},
    {"'\\n'", "'\\n'"},
    {"true", "true"},
    {"false", "false"},
    {"missing", "missing"},
    {"age", "age"},
    {"_STSTR", "_STSTR"},
    {"WTMEC2YR / 2", "(/ WTMEC2YR 2)"},
    {"a.b", "a.b"},
    {"`odd name`", "odd name"},
    {"`a``b`", "a`b"},
    {"`1st` + 1", "(+ 1st 1)"},
    {"年龄 >= 15", "(>= 年龄 15)"},
    {"1 + 2 * 3", "(+ 1 (* 2 3))"},
    {"1 - 2 - 3", "(- (- 1 2) 3)"},
    {"(1 + 2) * 3", "(* (+ 1 2) 3)"},
    {"8 / 4 / 2", "(/ (/ 8 4) 2)"},
    {"2 ^ 3 ^ 2", "(^ 2 (^ 3 2))"},
    {"-2 ^ 2", "(neg (^ 2 2))"},
    {"2 ^ -1", "(^ 2 -1)"},
    {"2 ^ 3 * 4", "(* (^ 2 3) 4)"},
    {"-a * b", "(* (neg a) b)"},
    {"a - -b", "(- a (neg b))"},
    {"a-1", "(- a 1)"},
    {"a == 1", "(== a 1)"},
    {"a != 1", "(!= a 1)"},
    {"a <> 1", "(!= a 1)"},
    {"a <= b + 1", "(<= a (+ b 1))"},
    {"a == 1 or b == 2 and c == 3", "(or (== a 1) (and (== b 2) (== c 3)))"},
    {"not a == 1 and b", "(and (not (== a 1)) b)"},
    {"not not a", "(not (not a))"},
    {"18 <= age < 60", "(and (<= 18 age) (< age 60))"},
    {"9 > a >= b > 1", "(and (and (> 9 a) (>= a b)) (> b 1))"},
    {"(a < b) == true", "(== (< a b) true)"},
    {"a in [1, -2, 3]", "(in a 1 -2 3)"},
    {"a in ['x']", "(in a 'x')"},
    {"a not in [1]", "(not (in a 1))"},
    {"a + 1 in [1] or b", "(or (in (+ a 1) 1) b)"},
    {"a between 1 and 2 and b", "(and (between a 1 2) b)"},
    {"a not between 1 and b - 1", "(not (between a 1 (- b 1)))"},
    {"not a in [1]", "(not (in a 1))"},
    {"sum(q1..q9)", "(sum q1..q9)"},
    {"sum(`q 1`..`q 9`, extra)", "(sum q 1..q 9 extra)"},
    {"count(a..b, c == 1)", "(count a..b (== c 1))"},
    {"cut(RIDAGEYR, 20, 40, 60)", "(cut RIDAGEYR 20 40 60)"},
    {"f()", "(f)"},
    {"if(a > 1, 'x', missing)", "(if (> a 1) 'x' missing)"},
    {"is_missing(a) and\n  b", "(and (is_missing a) b)"},
    {"a.b..c.d", NULL}, /* a range needs a function */
    {"sum(a.b..c.d)", "(sum a.b..c.d)"},
};

Test(plan_expression, trees) {
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    sampan_error error;
    sp_error_clear(&error);
    sp_arena *arena = sp_arena_new(0);
    sp_expr *expr = NULL;
    const int32_t status = sp_expr_parse(good[i].text, "p.yaml", 3, 5, arena, &expr, &error);
    if (good[i].tree == NULL) {
      cr_expect_eq(status, SAMPAN_E_PLAN, "%s", good[i].text);
      cr_expect_null(expr);
    } else {
      cr_assert_eq(status, SAMPAN_OK, "%s: %s", good[i].text, error.message);
      sp_buffer out;
      sp_buffer_init(&out);
      dump(expr, &out);
      cr_expect_str_eq(sp_buffer_text(&out), good[i].tree, "%s gives %s", good[i].text,
                       sp_buffer_text(&out));
      sp_buffer_clear(&out);
    }
    sp_arena_free(arena);
  }
}

static const struct {
  const char *text;
  int line, column;
  const char *message, *hint;
} bad[] = {
    {"", 3, 5, "is empty", ""},
    {"  ", 3, 5, "is empty", ""},
    {"a = 1", 3, 7, "a single '='", "write '=='"},
    {"a === 1", 3, 9, "a single '='", "write '=='"},
    {"a && b", 3, 7, "'&&' is no operator", "write 'and'"},
    {"a || b", 3, 7, "'||' is no operator", "write 'or'"},
    {"!a", 3, 5, "'!' is no operator", "write 'not'"},
    {"a ** 2", 3, 7, "'**' is no operator", "'^'"},
    {"a % 2", 3, 7, "'%' is no operator", "0.3"},
    {"a # b", 3, 7, "'#' has no meaning", ""},
    {"a ; b", 3, 7, "';' is no operator", "','"},
    {"sum(q1:q9)", 3, 11, "':' is no operator", "first..last"},
    {"a +", 3, 8, "a value expected, but the end found", ""},
    {"a + * b", 3, 9, "a value expected, but '*' found", ""},
    {"(a", 3, 7, "')' expected, but the end found", "not closed"},
    {"a)", 3, 6, "an operator or the end expected, but ')' found", ""},
    {"a b", 3, 7, "but 'b' found", ""},
    {"a 'b'", 3, 7, "but the text \"b\" found", ""},
    {"a AND b", 3, 7, "but 'AND' found", "'and' in lower case"},
    {"'abc", 3, 5, "this text has no closing '", ""},
    {"`abc", 3, 5, "this name has no closing `", ""},
    {"``", 3, 5, "a name in backquotes is empty", ""},
    {"2a + 1", 3, 5, "'2a' is neither", "backquotes"},
    {"1.2.3", 3, 5, "'1.2.3' is neither", ""},
    {"1e999", 3, 5, "no number that can be held", ""},
    {"a < b > c", 3, 11, "'>' cannot follow", "runs one way"},
    {"a == b == c", 3, 12, "'==' cannot follow", "'and'"},
    {"a < b == c", 3, 11, "'==' cannot follow", ""},
    {"a == missing", 3, 10, "always missing", "is_missing"},
    {"missing != a", 3, 5, "always missing", "is_missing"},
    {"missing(a)", 3, 5, "a value, not a function", "is_missing"},
    {"a in 1", 3, 10, "a list in [ ] expected", ""},
    {"a in []", 3, 11, "a number or a text expected, but ']' found", ""},
    {"a in [1, b]", 3, 14, "not 'b'", "\"b\""},
    {"a in [missing]", 3, 11, "not 'missing'", "is_missing"},
    {"a in [1", 3, 12, "',' or ']' expected", ""},
    {"a not 1", 3, 11, "'in' or 'between' after 'not'", ""},
    {"a between 1 or 2", 3, 17, "'and' of 'between'", ""},
    {"a..b", 3, 6, "only be an argument of a function", "sum(first..last)"},
    {"sum(a..b + 1)", 3, 14, "',' or ')' expected", ""},
    {"sum(a..)", 3, 12, "the last column of the range expected", ""},
    {"sum(1..2)", 3, 10, "',' or ')' expected", ""},
    {"sum(a, )", 3, 12, "a value expected", ""},
    {"sum(a b)", 3, 11, "',' or ')' expected, but 'b' found", ""},
    {"年龄 ＞ 3", 3, 8, "'＞' is no sign", "write '>'"},
    {"年龄≥3", 3, 7, "'≥' is no sign", "write '>='"},
    {"年龄 == “a”", 3, 11, "is no sign", "write '\"'"},
    {"a or\nb = 1", 4, 3, "a single '='", ""},
};

Test(plan_expression, rejects) {
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    sampan_error error;
    sp_error_clear(&error);
    sp_arena *arena = sp_arena_new(0);
    sp_expr *expr = NULL;
    const int32_t status = sp_expr_parse(bad[i].text, "p.yaml", 3, 5, arena, &expr, &error);
    cr_expect_eq(status, SAMPAN_E_PLAN, "%s", bad[i].text);
    cr_expect_null(expr);
    cr_expect_str_eq(error.file, "p.yaml");
    cr_expect(error.id >= 3040 && error.id < 3070, "%s: id %d", bad[i].text, (int)error.id);
    cr_expect_eq(error.line, bad[i].line, "%s: line %d", bad[i].text, (int)error.line);
    cr_expect_eq(error.line_column, bad[i].column, "%s: column %d", bad[i].text,
                 (int)error.line_column);
    cr_expect_not_null(strstr(error.message, bad[i].message), "%s: %s", bad[i].text, error.message);
    cr_expect_not_null(strstr(error.hint, bad[i].hint), "%s: %s", bad[i].text, error.hint);
    sp_arena_free(arena);
  }
}

Test(plan_expression, places_of_nodes) {
  sampan_error error;
  sp_error_clear(&error);
  sp_arena *arena = sp_arena_new(0);
  sp_expr *e;
  cr_assert_eq(sp_expr_parse("年龄 > 15 and\n  f(x, -1)", "p", 7, 11, arena, &e, &error), 0);
  cr_expect_eq(e->line, 7);
  cr_expect_eq(e->column, 19); /* and */
  cr_expect_eq(e->args[0]->column, 14);
  cr_expect_eq(e->args[0]->args[0]->column, 11);
  cr_expect_eq(e->args[1]->line, 8); /* f */
  cr_expect_eq(e->args[1]->column, 3);
  cr_expect_eq(e->args[1]->args[1]->column, 8); /* -1 */
  cr_expect_str_eq(e->args[1]->args[1]->text, "-1");
  cr_expect_eq(sp_expr_error(e->args[1], "p", 3999, &error, "no %s", "f"), SAMPAN_E_PLAN);
  cr_expect_str_eq(error.message, "no f");
  cr_expect_eq(error.line, 8);
  cr_expect_eq(error.line_column, 3);
  /* An unknown column stays unknown. */
  cr_assert_eq(sp_expr_parse("a +\nb", "p", 7, 0, arena, &e, &error), 0);
  cr_expect_eq(e->args[1]->line, 8);
  cr_expect_eq(e->args[1]->column, 0);
  sp_arena_free(arena);
}

/* head, n times middle, tail */
static int32_t parse_repeated(const char *head, const char *middle, int n, const char *tail,
                              sampan_error *error) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, head);
  for (int i = 0; i < n; i++) sp_buffer_text_add(&b, middle);
  sp_buffer_text_add(&b, tail);
  sp_arena *arena = sp_arena_new(0);
  sp_expr *expr;
  sp_error_clear(error);
  const int32_t status = sp_expr_parse(sp_buffer_text(&b), "p", 1, 1, arena, &expr, error);
  sp_arena_free(arena);
  sp_buffer_clear(&b);
  return status;
}

Test(plan_expression, depth_is_limited) {
  sampan_error error;
  cr_expect_eq(parse_repeated("a", " + a", 199, "", &error), 0, "%s", error.message);
  cr_expect_eq(parse_repeated("a", " + a", 200, "", &error), SAMPAN_E_PLAN);
  cr_expect_not_null(strstr(error.message, "deeper than 200"));
  cr_expect_eq(parse_repeated("", "(", 199, "a", &error), SAMPAN_E_PLAN);
  cr_expect_null(strstr(error.message, "deeper"));
  const char *const openers[] = {"(", "not ", "-", "f(", "2 ^ ", "a + ("};
  for (size_t i = 0; i < sizeof openers / sizeof openers[0]; i++) {
    cr_expect_eq(parse_repeated("", openers[i], 200000, "a", &error), SAMPAN_E_PLAN);
    cr_expect_not_null(strstr(error.message, "deeper than 200"), "%s", openers[i]);
  }
  cr_expect_eq(parse_repeated("f(a", ", a", 5000, ")", &error), 0); /* wide is not deep */
}

/* A chain in a chain is walked twice: that must not grow without end. */
Test(plan_expression, chains_in_chains) {
  sampan_error error;
  sp_buffer b;
  sp_buffer_init(&b);
  for (int i = 0; i < 40; i++) sp_buffer_text_add(&b, "1 < (");
  sp_buffer_text_add(&b, "a");
  for (int i = 0; i < 40; i++) sp_buffer_text_add(&b, ") < 2");
  sp_error_clear(&error);
  cr_expect_eq(parse_repeated(sp_buffer_text(&b), "", 0, "", &error), SAMPAN_E_PLAN);
  cr_expect_not_null(strstr(error.message, "more than 100000 parts"), "%s", error.message);
  sp_buffer_clear(&b);
}
