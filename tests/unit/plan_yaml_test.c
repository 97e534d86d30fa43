/* YAML as a tree with places, and what of YAML is refused. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "plan/error_ids.h"
#include "plan/yaml.h"

static int32_t parse(const char *text, sp_arena *arena, sp_yaml **out, sampan_error *error) {
  sp_error_clear(error);
  return sp_yaml_parse("p.yaml", text, strlen(text), arena, out, error);
}

Test(plan_yaml, tree_and_places) {
  static const char text[] =
      "# plan\n"
      "年: \"01\"\n"
      "no: on\n"
      "list: [a, 'b', [c]]\n"
      "block: |\n"
      "  one\n"
      "  two\n"
      "folded: >\n"
      "  one\n"
      "  two\n"
      "long: one\n"
      "  two\n"
      "empty:\n"
      "map: {x: 1, y: ~}\n";
  sampan_error error;
  sp_yaml *tree;
  sp_arena *arena = sp_arena_new(0);
  cr_assert_eq(parse(text, arena, &tree, &error), 0, "%s", error.message);
  cr_assert_eq(tree->kind, SP_YAML_MAP);
  cr_assert_eq(tree->n, 8);
  cr_expect_eq(tree->line, 2);
  cr_expect_eq(tree->column, 1);

  const sp_yaml *year = sp_yaml_get(tree, "年");
  cr_expect_str_eq(year->text, "01");
  cr_expect_eq(year->quoted, SP_YAML_QUOTED);
  cr_expect_eq(year->line, 2);
  cr_expect_eq(year->column, 4);                         /* characters, not bytes */
  cr_expect_str_eq(sp_yaml_get(tree, "no")->text, "on"); /* never a truth by itself */
  cr_expect_eq(sp_yaml_get(tree, "no")->quoted, 0);

  const sp_yaml *list = sp_yaml_get(tree, "list");
  cr_assert_eq(list->kind, SP_YAML_LIST);
  cr_assert_eq(list->n, 3);
  cr_expect_eq(list->column, 7);
  cr_expect_eq(list->items[1]->column, 11);
  cr_expect_str_eq(list->items[1]->text, "b");
  cr_expect_str_eq(list->items[2]->items[0]->text, "c");

  const sp_yaml *block = sp_yaml_get(tree, "block");
  cr_expect_str_eq(block->text, "one\ntwo\n");
  cr_expect_eq(block->quoted, SP_YAML_LITERAL);
  cr_expect_eq(sp_yaml_get(tree, "folded")->quoted, SP_YAML_FOLDED);
  cr_expect_str_eq(sp_yaml_get(tree, "folded")->text, "one two\n");
  const sp_yaml *folded = sp_yaml_get(tree, "long");
  cr_expect_str_eq(folded->text, "one two");
  cr_expect_eq(folded->line, 11);
  cr_expect_eq(folded->last_line, 12);
  cr_expect_str_eq(sp_yaml_get(tree, "empty")->text, "");
  cr_expect_str_eq(sp_yaml_get(sp_yaml_get(tree, "map"), "y")->text, "~");
  cr_expect_null(sp_yaml_get(tree, "x"));
  cr_expect_null(sp_yaml_get(list, "x"));
  sp_arena_free(arena);
}

static const struct {
  const char *text;
  int32_t id, line, column;
} refused[] = {
    {"", SP_ID_YAML_EMPTY, 1, 1},
    {"# only\n", SP_ID_YAML_EMPTY, 2, 1},
    {"a: &x 1\n", SP_ID_YAML_ANCHOR, 1, 4},
    {"a: &x [1]\n", SP_ID_YAML_ANCHOR, 1, 4},
    {"a: &x {b: 1}\n", SP_ID_YAML_ANCHOR, 1, 4},
    {"a: *x\n", SP_ID_YAML_ANCHOR, 1, 4},
    {"&x a: 1\n", SP_ID_YAML_ANCHOR, 1, 1},
    {"a: !int 1\n", SP_ID_YAML_TAG, 1, 4},
    {"a: !!set {b}\n", SP_ID_YAML_TAG, 1, 4},
    {"a: ! 1\n", SP_ID_YAML_TAG, 1, 4},
    {"%TAG !e! tag:e,2000:\n---\na: 1\n", SP_ID_YAML_DIRECTIVE, 1, 1},
    {"a:\n  <<: {b: 1}\n", SP_ID_YAML_MERGE, 2, 3},
    {"a: 1\nb: 2\na: 3\n", SP_ID_YAML_DUPLICATE, 3, 1},
    {"a: 1\n\"a\": 3\n", SP_ID_YAML_DUPLICATE, 2, 1},
    {"{a: {b: 1, b: 2}}\n", SP_ID_YAML_DUPLICATE, 1, 12},
    {"? [a]\n: 1\n", SP_ID_YAML_KEY, 1, 3},
    {"? {a: 1}\n: 1\n", SP_ID_YAML_KEY, 1, 3},
    {"'': 1\n", SP_ID_YAML_KEY, 1, 1},
    {"a: 1\n---\nb: 2\n", SP_ID_YAML_DOCUMENTS, 2, 1},
    {"a: 1\n...\nb: 2\n", SP_ID_YAML_SYNTAX, 3, 1},
    {"a: [1\n", SP_ID_YAML_SYNTAX, 2, 1},
    {"a: 'x\n", SP_ID_YAML_SYNTAX, 2, 1},
    {"a: b: c\n", SP_ID_YAML_SYNTAX, 1, 5},
    {"a:\n\tb: 1\n", SP_ID_YAML_SYNTAX, 2, 1},
    {"a: @x\n", SP_ID_YAML_SYNTAX, 1, 4},
    {"a: \"x\\u0001y\"\n", SP_ID_YAML_CONTROL, 1, 4},
    {"a: \"x\\0y\"\n", SP_ID_YAML_CONTROL, 1, 4},
    {"年: a\x7f", SP_ID_YAML_CONTROL, 1, 5},
    {"a: 1\n年: \xff\n", SP_ID_YAML_ENCODING, 2, 4},
    {"a: \xed\xa0\x80\n", SP_ID_YAML_ENCODING, 1, 4},
};

Test(plan_yaml, refusals) {
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    sampan_error error;
    sp_yaml *tree;
    sp_arena *arena = sp_arena_new(0);
    cr_expect_eq(parse(refused[i].text, arena, &tree, &error), SAMPAN_E_PLAN, "%s",
                 refused[i].text);
    cr_expect_null(tree);
    cr_expect_eq(error.id, refused[i].id, "%s: id %d (%s)", refused[i].text, (int)error.id,
                 error.message);
    cr_expect_eq(error.line, refused[i].line, "%s: line %d", refused[i].text, (int)error.line);
    cr_expect_eq(error.line_column, refused[i].column, "%s: column %d", refused[i].text,
                 (int)error.line_column);
    cr_expect_str_eq(error.file, "p.yaml");
    sp_arena_free(arena);
  }
}

Test(plan_yaml, byte_order_mark_and_line_ends) {
  sampan_error error;
  sp_yaml *tree;
  sp_arena *arena = sp_arena_new(0);
  cr_assert_eq(parse("\xef\xbb\xbf"
                     "a: 1\r\nb: x\r\n",
                     arena, &tree, &error),
               0);
  cr_expect_str_eq(sp_yaml_get(tree, "a")->text, "1");
  cr_expect_str_eq(sp_yaml_get(tree, "b")->text, "x");
  cr_expect_eq(sp_yaml_get(tree, "b")->line, 2);
  sp_arena_free(arena);
}

static int32_t nested(int n, sampan_error *error) {
  sp_buffer b;
  sp_buffer_init(&b);
  sp_buffer_text_add(&b, "a: ");
  for (int i = 0; i < n; i++) sp_buffer_char(&b, '[');
  for (int i = 0; i < n; i++) sp_buffer_char(&b, ']');
  sp_yaml *tree;
  sp_arena *arena = sp_arena_new(0);
  const int32_t status = parse(sp_buffer_text(&b), arena, &tree, error);
  sp_arena_free(arena);
  sp_buffer_clear(&b);
  return status;
}

Test(plan_yaml, depth_is_limited) {
  sampan_error error;
  cr_expect_eq(nested(63, &error), 0, "%s", error.message); /* and the map around them */
  cr_expect_eq(nested(64, &error), SAMPAN_E_PLAN);
  cr_expect_eq(error.id, SP_ID_YAML_DEPTH);
  cr_expect_eq(nested(5000, &error), SAMPAN_E_PLAN);
}

Test(plan_yaml, large_maps_and_lists) {
  sp_buffer b;
  sp_buffer_init(&b);
  for (int i = 0; i < 20000; i++) sp_buffer_printf(&b, "k%d: [%d, x]\n", i, i);
  sampan_error error;
  sp_yaml *tree;
  sp_arena *arena = sp_arena_new(0);
  cr_assert_eq(parse(sp_buffer_text(&b), arena, &tree, &error), 0);
  cr_expect_eq(tree->n, 20000);
  cr_expect_str_eq(sp_yaml_get(tree, "k19999")->items[0]->text, "19999");
  sp_buffer_text_add(&b, "k7: again\n");
  cr_expect_eq(parse(sp_buffer_text(&b), arena, &tree, &error), SAMPAN_E_PLAN);
  cr_expect_eq(error.id, SP_ID_YAML_DUPLICATE);
  cr_expect_eq(error.line, 20001);
  cr_expect_not_null(strstr(error.hint, "line 8"));
  sp_arena_free(arena);
  sp_buffer_clear(&b);
}

Test(plan_yaml, known_keys) {
  static const char *const known[] = {"weight", "strata", "psu"};
  sampan_error error;
  sp_yaml *tree;
  sp_arena *arena = sp_arena_new(0);
  cr_assert_eq(parse("psu: a\nwieght: b\n", arena, &tree, &error), 0);
  cr_expect_eq(sp_yaml_known_keys(tree, "p.yaml", known, 3, &error), SAMPAN_E_PLAN);
  cr_expect_str_eq(error.message, "unknown key 'wieght'");
  cr_expect_str_eq(error.hint, "did you mean 'weight'?");
  cr_expect_eq(error.line, 2);
  cr_expect_eq(error.line_column, 1);
  cr_assert_eq(parse("psu: a\nzzzzzzzz: b\n", arena, &tree, &error), 0);
  cr_expect_eq(sp_yaml_known_keys(tree, "p.yaml", known, 3, &error), SAMPAN_E_PLAN);
  cr_expect_str_eq(error.hint, "keys here: weight, strata, psu");
  cr_assert_eq(parse("psu: a\n", arena, &tree, &error), 0);
  cr_expect_eq(sp_yaml_known_keys(tree, "p.yaml", known, 3, &error), 0);
  sp_arena_free(arena);
}

/* Every allocation that fails gives an error, and nothing leaks. */
Test(plan_yaml, out_of_memory) {
  for (uint64_t budget = 64; budget < 4096; budget += 64) {
    sampan_error error;
    sp_yaml *tree;
    sp_arena *arena = sp_arena_new(budget);
    if (arena == NULL) continue;
    const int32_t status = parse("a: [1, 2, {b: c, d: e}]\nf: g\n", arena, &tree, &error);
    if (status < 0) {
      cr_expect_eq(status, SAMPAN_E_MEMORY);
      cr_expect_null(tree);
    }
    sp_arena_free(arena);
  }
}
