/* Expressions over batches: three-valued logic, missing values, arithmetic, texts, types, and what
 * is refused. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "records/error_ids.h"
#include "records/program.h"

enum { ROWS = 9 };

/* Nine records, for every pair of true, false and missing: p and q are 1, 0 or missing. */
static const double p_of[ROWS] = {1, 1, 1, 0, 0, 0, NAN, NAN, NAN};
static const double q_of[ROWS] = {1, 0, NAN, 1, 0, NAN, 1, 0, NAN};
static const double x_of[ROWS] = {-2.5, 0, 1.005, 20, 39.999, 40, 60, NAN, 1e300};
static const char *const s_of[ROWS] = {"a", "b", "", "ab", NULL, "7", " 8 ", "a", "C00.1"};
static const char *const t_of[ROWS] = {"b", "b", "", NULL, "a", "7", "8", "A", "C00.1"};

typedef struct fixture {
  sp_arena *arena;
  sp_program *program;
  sp_machine *machine;
  uint32_t p, q, x, s, t;
} fixture;

static void set_number(sp_column *c, int64_t i, double x) {
  if (c == NULL) return;
  sampan_set_bit(c->present, i, !isnan(x));
  c->number[i] = isnan(x) ? 0 : x;
}

static void set_text(sp_column *c, int64_t i, const char *text) {
  if (c == NULL) return;
  sampan_set_bit(c->present, i, text != NULL);
  c->code[i] = text != NULL ? sp_dictionary_add(c->dictionary, text, strlen(text)) : 0;
}

static void open_fixture(fixture *f) {
  memset(f, 0, sizeof *f);
  f->arena = sp_arena_new(0);
  f->program = sp_program_new(f->arena, "plan.yaml");
  cr_assert_eq(sp_program_field(f->program, "p", SAMPAN_NUMBER, &f->p, NULL), 0);
  cr_assert_eq(sp_program_field(f->program, "q", SAMPAN_NUMBER, &f->q, NULL), 0);
  cr_assert_eq(sp_program_field(f->program, "x", SAMPAN_NUMBER, &f->x, NULL), 0);
  cr_assert_eq(sp_program_field(f->program, "s", SAMPAN_TEXT, &f->s, NULL), 0);
  cr_assert_eq(sp_program_field(f->program, "t", SAMPAN_TEXT, &f->t, NULL), 0);
}

static void close_fixture(fixture *f) {
  sp_machine_free(f->machine);
  sp_arena_free(f->arena);
}

static const sp_expr *parse(fixture *f, const char *text) {
  sp_expr *e;
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_expr_parse(text, "plan.yaml", 3, 5, f->arena, &e, &error), 0, "%s: %s", text,
               error.message);
  return e;
}

/* Runs an expression over the nine records, of which `from` and on come first. */
static const sp_column *eval(fixture *f, const char *text, int32_t types, int from, int n) {
  uint32_t required;
  sampan_error error = {.struct_size = sizeof error};
  open_fixture(f);
  cr_assert_eq(sp_program_require(f->program, parse(f, text), types, &required, &error), 0,
               "%s: %s", text, error.message);
  cr_assert_eq(sp_program_compile(f->program, &error), 0, "%s: %s", text, error.message);
  cr_assert_eq(sp_machine_new(f->program, 64, &f->machine, NULL), 0);
  sp_column *c[] = {sp_machine_field(f->machine, f->p), sp_machine_field(f->machine, f->q),
                    sp_machine_field(f->machine, f->x), sp_machine_field(f->machine, f->s),
                    sp_machine_field(f->machine, f->t)};
  for (int i = 0; i < n; i++) {
    set_number(c[0], i, p_of[from + i]);
    set_number(c[1], i, q_of[from + i]);
    set_number(c[2], i, x_of[from + i]);
    set_text(c[3], i, s_of[from + i]);
    set_text(c[4], i, t_of[from + i]);
  }
  cr_assert_eq(sp_machine_run(f->machine, n, NULL), 0);
  return sp_machine_column(f->machine, required);
}

/* The value of record i as text; "." where it is missing. */
static void show(const sp_column *c, int i, char *out, size_t size) {
  if (!sampan_bit(c->present, i)) {
    snprintf(out, size, ".");
    /* Absent values are 0, whatever the records held. */
    if (c->number != NULL) cr_assert_eq(c->number[i], 0);
  } else if (c->type == SAMPAN_NUMBER) {
    snprintf(out, size, "%.15g", c->number[i]);
  } else if (c->type == SAMPAN_TRUTH) {
    snprintf(out, size, "%d", sampan_bit(c->truth, i));
  } else {
    snprintf(out, size, "'%s'", c->dictionary->text[c->code[i]]);
  }
}

static void expect(const char *text, int32_t types, const char *want) {
  fixture f;
  char got[512] = "", alone[64];
  const sp_column *c = eval(&f, text, types, 0, ROWS);
  for (int i = 0; i < ROWS; i++) {
    char one[64];
    show(c, i, one, sizeof one);
    snprintf(got + strlen(got), sizeof got - strlen(got), i > 0 ? " %s" : "%s", one);
    /* A record alone has the same value. */
    fixture g;
    show(eval(&g, text, types, i, 1), 0, alone, sizeof alone);
    cr_assert_str_eq(one, alone, "%s: record %d alone", text, i);
    close_fixture(&g);
  }
  cr_assert_str_eq(got, want, "%s\n   is %s\n  not %s", text, got, want);
  close_fixture(&f);
}

static void number(const char *text, const char *want) {
  expect(text, SAMPAN_NUMBER, want);
}

static void truth(const char *text, const char *want) {
  expect(text, SAMPAN_TRUTH, want);
}

static void texts(const char *text, const char *want) {
  expect(text, SAMPAN_TEXT, want);
}

Test(program, logic_of_three_values) {
  truth("p == 1 and q == 1", "1 0 . 0 0 0 . 0 .");
  truth("p == 1 or q == 1", "1 1 1 1 0 . 1 . .");
  truth("not (p == 1)", "0 0 0 1 1 1 . . .");
  truth("(p == 1) == (q == 1)", "1 0 . 0 1 . . . .");
  truth("(p == 1) != (q == 1)", "0 1 . 1 0 . . . .");
  truth("p == 1 and true", "1 1 1 0 0 0 . . .");
  truth("p == 1 and false", "0 0 0 0 0 0 0 0 0");
  truth("p == 1 or true", "1 1 1 1 1 1 1 1 1");
  truth("p == 1 or missing", "1 1 1 . . . . . .");
}

Test(program, numbers_and_missing) {
  number("p + q", "2 1 . 1 0 . . . .");
  number("p - q", "0 1 . -1 0 . . . .");
  number("p / q", "1 . . 0 . . . . .");
  number("x / 0", ". . . . . . . . .");
  number("x * x", "6.25 0 1.010025 400 1599.920001 1600 3600 . .");
  number("0 - x", "2.5 0 -1.005 -20 -39.999 -40 -60 . -1e+300");
  number("abs(x)", "2.5 0 1.005 20 39.999 40 60 . 1e+300");
  number("sqrt(p - 1)", "0 0 0 . . . . . .");
  number("2 ^ (p + q)", "4 2 . 2 1 . . . .");
  number("floor(x)", "-3 0 1 20 39 40 60 . 1e+300");
  number("ceil(x)", "-2 0 2 20 40 40 60 . 1e+300");
  number("log(x - x)", ". . . . . . . . .");
  number("exp(p - 1)", "1 1 1 0.367879441171442 0.367879441171442 0.367879441171442 . . .");
  number("exp(x * 1e9)", "0 1 . . . . . . .");
}

Test(program, rounding_is_as_people_read) {
  number("round(x)", "-3 0 1 20 40 40 60 . 1e+300");
  number("round(x, 2)", "-2.5 0 1.01 20 40 40 60 . 1e+300");
  number("round(0 - 0.5)", "-1 -1 -1 -1 -1 -1 -1 -1 -1");
  number("round(2.675, 2)", "2.68 2.68 2.68 2.68 2.68 2.68 2.68 2.68 2.68");
  number("round(1234567, -3)",
         "1235000 1235000 1235000 1235000 1235000 1235000 1235000 1235000 "
         "1235000");
  /* Whole numbers stay, up to the largest there are. */
  truth("round(4503599627370497) == 4503599627370497", "1 1 1 1 1 1 1 1 1");
  truth("round(3000000000000001) == 3000000000000001", "1 1 1 1 1 1 1 1 1");
  truth("round(9007199254740991) == 9007199254740991", "1 1 1 1 1 1 1 1 1");
  truth("round(10000000000000001) == 10000000000000001", "1 1 1 1 1 1 1 1 1");
  truth("round(0.1, 300) == 0.1", "1 1 1 1 1 1 1 1 1");
}

Test(program, comparisons) {
  truth("x < 20", "1 1 1 0 0 0 0 . 0");
  truth("x <= 20", "1 1 1 1 0 0 0 . 0");
  truth("x > 20", "0 0 0 0 1 1 1 . 1");
  truth("x >= 20", "0 0 0 1 1 1 1 . 1");
  truth("x between 0 and 40", "0 1 1 1 1 1 0 . 0");
  truth("x in [0, 40, -2.5]", "1 1 0 0 0 1 0 . 0");
  truth("x in [60]", "0 0 0 0 0 0 1 . 0");
  truth("p < q", "0 0 . 1 0 . . . .");
}

Test(program, texts_are_equal_across_dictionaries) {
  truth("s == t", "0 1 1 . . 1 0 0 1");
  truth("s != t", "1 0 0 . . 0 1 1 0");
  truth("s == 'a'", "1 0 0 0 . 0 0 1 0");
  truth("s in ['a', 'ab', 'x']", "1 0 0 1 . 0 0 1 0");
  truth("starts_with(s, 'a', 'C0')", "1 0 0 1 . 0 0 1 1");
  truth("starts_with(s, '')", "1 1 1 1 . 1 1 1 1");
  number("number(s)", ". . . . . 7 8 . .");
  number("number(x > 20)", "0 0 0 0 1 1 1 . 1");
  texts("text(p)", "'1' '1' '1' '0' '0' '0' . . .");
  texts("text(-q)", "'-1' '0' . '-1' '0' . '-1' '0' .");
  texts("text(p == 1)", "'true' 'true' 'true' 'false' 'false' 'false' . . .");
}

Test(program, choices) {
  number("if(p == 1, 10, q)", "10 10 10 1 0 . . . .");
  texts("if(p == 1, s, t)", "'a' 'b' '' . 'a' '7' . . .");
  number("if(p == 1, missing, 3)", ". . . 3 3 3 . . .");
  truth("if(p == 1, q == 1, missing)", "1 0 . . . . . . .");
  number("coalesce(p, q)", "1 1 1 0 0 0 1 0 .");
  number("coalesce(p, q, -1)", "1 1 1 0 0 0 1 0 -1");
  texts("coalesce(s, t)", "'a' 'b' '' 'ab' 'a' '7' ' 8 ' 'a' 'C00.1'");
  truth("is_missing(p)", "0 0 0 0 0 0 1 1 1");
  truth("is_missing(s)", "0 0 0 0 1 0 0 0 0");
  truth("is_missing(p + q)", "0 0 1 0 0 1 1 1 1");
  truth("is_missing(p == 1 and q == 1)", "0 0 1 0 0 0 1 0 1");
  /* Where nothing tells the type of what is missing, there is still one. */
  number("number(if(p > 0, missing, missing))", ". . . . . . . . .");
  number("number(coalesce(missing, missing))", ". . . . . . . . .");
  texts("coalesce(if(p > 0, missing, missing), s)", "'a' 'b' '' 'ab' . '7' ' 8 ' 'a' 'C00.1'");
  truth("if(p == 1, missing, missing) and false", "0 0 0 0 0 0 0 0 0");
  number("count(if(p == 1, missing, missing), missing)", "0 0 0 0 0 0 0 0 0");
}

Test(program, over_columns) {
  number("sum(p, q)", "2 1 . 1 0 . . . .");
  number("mean(p, q)", "1 0.5 . 0.5 0 . . . .");
  number("min(p, q, x)", "-2.5 0 . 0 0 . . . .");
  number("max(p, q, x)", "1 1 . 20 39.999 . . . .");
  number("count(p, q)", "2 2 1 2 2 1 1 1 0");
  number("count(p == 1, q == 1)", "2 1 1 1 0 0 1 0 0");
  number("sum(p..x)", "-0.5 1 . 21 39.999 . . . .");
  number("count(p..t)", "5 5 4 4 4 4 4 3 3");
  number("sum(p == 1, q == 1)", "2 1 . 1 0 . . . .");
  number("sum(p..q, 1)", "3 2 . 2 1 . . . .");
}

Test(program, cuts_and_their_labels) {
  texts("cut(x, 20, 40, 60)", "'<20' '<20' '<20' '20-39' '20-39' '40-59' '60+' . '60+'");
  texts("cut(x, 0)", "'<0' '0+' '0+' '0+' '0+' '0+' '0+' . '0+'");
  texts("cut(x, 0, 1, 20)", "'<0' '0' '1-19' '20+' '20+' '20+' '20+' . '20+'");
  texts("cut(x, -2, 1.5, 40)", "'<-2' '-2-<1.5' '-2-<1.5' '1.5-<40' '1.5-<40' '40+' '40+' . '40+'");
}

/* ---- reasons ------------------------------------------------------------------------------ */

Test(program, reasons_of_missing_values) {
  fixture f;
  uint32_t refused, any;
  open_fixture(&f);
  cr_assert_eq(
      sp_program_require(f.program, parse(&f, "is_missing(x, 'b')"), SAMPAN_TRUTH, &refused, NULL),
      0);
  cr_assert_eq(sp_program_require(f.program, parse(&f, "is_missing(x)"), SAMPAN_TRUTH, &any, NULL),
               0);
  cr_assert_eq(sp_program_compile(f.program, NULL), 0);
  cr_assert_eq(sp_machine_new(f.program, 64, &f.machine, NULL), 0);
  sp_column *x = sp_machine_field(f.machine, f.x);
  cr_assert_not_null(x->reason);
  for (int i = 0; i < 4; i++) set_number(x, i, i == 3 ? 5 : NAN);
  x->reason[0] = 'a';
  x->reason[1] = 'b';
  x->reason[3] = 'b'; /* of a record before, say: the value is there */
  cr_assert_eq(sp_machine_run(f.machine, 4, NULL), 0);
  cr_assert_eq(sp_machine_column(f.machine, refused)->truth[0] & 15, 2);
  cr_assert_eq(sp_machine_column(f.machine, any)->truth[0] & 15, 7);
  close_fixture(&f);
}

/* ---- types -------------------------------------------------------------------------------- */

/* The types that fields of no known type get from their uses: "a=number b=text". */
static void infer(const char *derived, const char *text, int32_t types, const char *want) {
  static const char *const names[] = {"a", "b", "c", "d"};
  sp_arena *arena = sp_arena_new(0);
  sp_program *p = sp_program_new(arena, "plan.yaml");
  fixture f = {.arena = arena, .program = p};
  uint32_t index, required;
  sampan_error error = {.struct_size = sizeof error};
  char got[128] = "";
  for (int i = 0; i < 4; i++) cr_assert_eq(sp_program_field(p, names[i], 0, &index, NULL), 0);
  if (derived != NULL) {
    cr_assert_eq(sp_program_define(p, "new", parse(&f, derived), &error), 0, "%s", error.message);
  }
  cr_assert_eq(sp_program_require(p, parse(&f, text), types, &required, &error), 0, "%s",
               error.message);
  cr_assert_eq(sp_program_compile(p, &error), 0, "%s: %s", text, error.message);
  for (uint32_t i = 0; i < 4; i++) {
    if (!sp_program_field_used(p, i)) continue;
    snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s=%s", got[0] != '\0' ? " " : "",
             names[i], sp_program_field_type(p, i) == SAMPAN_NUMBER ? "number" : "text");
  }
  cr_assert_str_eq(got, want, "%s: %s, not %s", text, got, want);
  sp_arena_free(arena);
}

Test(types, come_from_the_uses) {
  const int32_t any = SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH;
  infer(NULL, "a", SAMPAN_NUMBER, "a=number");
  infer(NULL, "a", SAMPAN_NUMBER | SAMPAN_TRUTH, "a=number");
  infer(NULL, "a", any, "a=text");
  infer(NULL, "a == 1", SAMPAN_TRUTH, "a=number");
  infer(NULL, "1 == a", SAMPAN_TRUTH, "a=number");
  infer(NULL, "a == '1'", SAMPAN_TRUTH, "a=text");
  infer(NULL, "a in [1, 2]", SAMPAN_TRUTH, "a=number");
  infer(NULL, "a in ['1', '2']", SAMPAN_TRUTH, "a=text");
  infer(NULL, "a < b", SAMPAN_TRUTH, "a=number b=number");
  infer(NULL, "a == b and b > 3", SAMPAN_TRUTH, "a=number b=number");
  infer(NULL, "sum(a..c)", SAMPAN_NUMBER, "a=number b=number c=number");
  infer(NULL, "if(a == 'x', b, 3)", SAMPAN_NUMBER, "a=text b=number");
  infer(NULL, "coalesce(a, b, 'none')", SAMPAN_TEXT, "a=text b=text");
  infer(NULL, "is_missing(d)", SAMPAN_TRUTH, "d=text");
  infer(NULL, "is_missing(d) or d > 3", SAMPAN_TRUTH, "d=number");
  infer("a", "new + 1", SAMPAN_NUMBER, "a=number");
  infer("if(b == 1, a, missing)", "new == 'x'", SAMPAN_TRUTH, "a=text b=number");
  infer("a + b", "c == 1", SAMPAN_TRUTH, "c=number"); /* nobody needs the others */
  infer("a", "new == b and b > 3", SAMPAN_TRUTH, "a=number b=number");
  infer("if(b == 1, missing, missing)", "new == 'x' or new == c", SAMPAN_TRUTH, "b=number c=text");
}

/* ---- refusals ----------------------------------------------------------------------------- */

static void refuse(const char *text, int32_t types, int32_t id, const char *message,
                   const char *hint) {
  fixture f;
  uint32_t required, open;
  sampan_error error = {.struct_size = sizeof error};
  open_fixture(&f);
  cr_assert_eq(sp_program_field(f.program, "untyped", 0, &open, NULL), 0);
  cr_assert_eq(sp_program_field(f.program, "other", 0, &open, NULL), 0);
  int32_t status = sp_program_require(f.program, parse(&f, text), types, &required, &error);
  if (status >= 0) status = sp_program_compile(f.program, &error);
  cr_assert_eq(status, SAMPAN_E_PLAN, "%s is accepted", text);
  cr_assert_eq(error.id, id, "%s: SMP%d, %s", text, error.id, error.message);
  cr_assert(strstr(error.message, message) != NULL, "%s: %s", text, error.message);
  cr_assert(strstr(error.hint, hint) != NULL, "%s: %s", text, error.hint);
  cr_assert_eq(error.line, 3);
  cr_assert_geq(error.line_column, 5);
  cr_assert_str_eq(error.file, "plan.yaml");
  close_fixture(&f);
}

Test(program, refuses_with_a_reason) {
  const int32_t any = SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH;
  refuse("untypd == 1", SAMPAN_TRUTH, SP_ID_UNKNOWN_COLUMN, "'untypd'", "'untyped'");
  refuse("rounf(x)", any, SP_ID_FUNCTION, "'rounf'", "'round'");
  refuse("if(p == 1, 2)", any, SP_ID_ARGUMENTS, "3 arguments, not 2", "");
  refuse("cut(x)", any, SP_ID_ARGUMENTS, "at least 2", "");
  refuse("x", SAMPAN_TRUTH, SP_ID_TYPE, "x is a number", "x == 1");
  refuse("s", SAMPAN_NUMBER, SP_ID_TYPE, "s is a text", "number(s)");
  refuse("s + 1", SAMPAN_NUMBER, SP_ID_TYPE, "s is a text", "number(s)");
  refuse("s < t", SAMPAN_TRUTH, SP_ID_TYPE, "s is a text", "");
  refuse("s == 1", SAMPAN_TRUTH, SP_ID_TYPE, "s is a text", "number(s)");
  refuse("x == 'a'", SAMPAN_TRUTH, SP_ID_TYPE, "is a text", "");
  refuse("s in [1, 2]", SAMPAN_TRUTH, SP_ID_ARGUMENTS, "a text in quotes", "");
  refuse("x in ['1']", SAMPAN_TRUTH, SP_ID_ARGUMENTS, "a number is needed", "");
  refuse("not x", SAMPAN_TRUTH, SP_ID_TYPE, "x is a number", "x == 1");
  refuse("p and q", SAMPAN_TRUTH, SP_ID_TYPE, "p is a number", "p == 1");
  /* A field that nothing is known of is not true or false by itself. */
  refuse("untyped", SAMPAN_TRUTH, SP_ID_TYPE, "untyped", "untyped == 1");
  refuse("not untyped", SAMPAN_TRUTH, SP_ID_TYPE, "untyped", "untyped == 1");
  refuse("if(untyped, 1, 2)", SAMPAN_NUMBER, SP_ID_TYPE, "untyped", "untyped == 1");
  refuse("coalesce(untyped, true)", SAMPAN_TRUTH, SP_ID_TYPE, "untyped", "");
  refuse("untyped == true", SAMPAN_TRUTH, SP_ID_TYPE, "", "");
  refuse("sum(x..p)", any, SP_ID_RANGE, "is empty", "");
  refuse("sum(p..nowhere)", any, SP_ID_RANGE, "'nowhere'", "");
  refuse("sum(p..t)", any, SP_ID_TYPE, "s is a text", "number(s)");
  refuse("cut(x, 3, 2)", any, SP_ID_ARGUMENTS, "must rise", "");
  refuse("cut(x, 2, 2)", any, SP_ID_ARGUMENTS, "must rise", "");
  refuse("cut(x, p)", any, SP_ID_ARGUMENTS, "a number is needed", "");
  refuse("round(x, p)", any, SP_ID_ARGUMENTS, "a number is needed", "");
  refuse("if(p == 1, s, 2)", any, SP_ID_TYPE, "needed here", "");
  refuse("is_missing(p..q)", any, SP_ID_ARGUMENTS, "one column", "");
  refuse("is_missing(x, 'refused')", any, SP_ID_ARGUMENTS, "one letter", "");
  refuse("is_missing(x, '')", any, SP_ID_ARGUMENTS, "one letter", "");
  refuse("is_missing(x, 'D')", any, SP_ID_ARGUMENTS, "one letter", "");
  refuse("is_missing(x, 1)", any, SP_ID_ARGUMENTS, "one letter", "");
  refuse("is_missing(x + 1, 'd')", any, SP_ID_ARGUMENTS, "only a column of a file", "made from");
  refuse("is_missing(untyped, 'd')", any, SP_ID_ARGUMENTS, "no reasons", "CSV has none");
  /* Nothing tells what they are: as texts, 1 and 1.0 would differ. */
  refuse("untyped == other", SAMPAN_TRUTH, SP_ID_TYPE, "numbers or texts",
         "types: {untyped: number}");
  refuse("untyped != untyped", SAMPAN_TRUTH, SP_ID_TYPE, "numbers or texts", "types:");
  refuse("number(coalesce(untyped, missing)) > 1 and coalesce(untyped, missing) == other", any,
         SP_ID_TYPE, "", "");
}

/* A field whose type is known may still come from a source that has no reasons. */
Test(program, reasons_are_of_the_files_that_have_them) {
  fixture f;
  uint32_t required;
  sampan_error error = {.struct_size = sizeof error};
  open_fixture(&f);
  sp_program_no_reasons(f.program, f.x);
  cr_assert_eq(sp_program_require(f.program, parse(&f, "is_missing(x, '_')"), SAMPAN_TRUTH,
                                  &required, &error),
               SAMPAN_E_PLAN);
  cr_assert_eq(error.id, SP_ID_ARGUMENTS);
  cr_assert_eq(sp_program_require(f.program, parse(&f, "is_missing(q, '_')"), SAMPAN_TRUTH,
                                  &required, &error),
               0);
  close_fixture(&f);
}

static void define(fixture *f, const char *name, const char *text) {
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_program_define(f->program, sp_arena_text(f->arena, name), parse(f, text), &error),
               0, "%s: %s", name, error.message);
}

/* The type that a column has by default must not depend on which use comes first. */
Test(program, columns_of_no_type_are_not_compared) {
  fixture f;
  uint32_t required;
  sampan_error error = {.struct_size = sizeof error};
  const int32_t any = SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH;
  for (int n = 0; n < 2; n++) {
    uint32_t index;
    open_fixture(&f);
    cr_assert_eq(sp_program_field(f.program, "a", 0, &index, NULL), 0);
    cr_assert_eq(sp_program_field(f.program, "b", 0, &index, NULL), 0);
    define(&f, "c", "a");
    if (n == 1)
      cr_assert_eq(sp_program_require(f.program, parse(&f, "a"), any, &required, NULL), 0);
    cr_assert_eq(sp_program_require(f.program, parse(&f, "b"), any, &required, NULL), 0);
    cr_assert_eq(sp_program_require(f.program, parse(&f, "c == b"), any, &required, NULL), 0);
    cr_assert_eq(sp_program_compile(f.program, &error), SAMPAN_E_PLAN);
    cr_assert_eq(error.id, SP_ID_TYPE);
    close_fixture(&f);
  }
}

/* A chain of derived columns costs no stack, forwards and backwards, and no time in its square. */
Test(program, long_chains, .timeout = 20) {
  enum { LINKS = 60000 };
  for (int wanted = 0; wanted < 2; wanted++) {
    fixture f;
    uint32_t required, a;
    char name[16], text[64];
    open_fixture(&f);
    cr_assert_eq(sp_program_field(f.program, "a", 0, &a, NULL), 0);
    /* First links know their type and tell it; then only the last use does. */
    define(&f, "z0", wanted ? "a" : "p + 1");
    for (int i = 1; i < LINKS; i++) {
      snprintf(name, sizeof name, "z%d", i);
      snprintf(text, sizeof text, i % 2 != 0 ? "z%d" : "if(p == 1, missing, z%d)", i - 1);
      if (i > 100) snprintf(text, sizeof text, "z%d", i - 1); /* few registers */
      define(&f, name, text);
    }
    snprintf(text, sizeof text, "z%d + 0", LINKS - 1);
    cr_assert_eq(sp_program_require(f.program, parse(&f, text), SAMPAN_NUMBER, &required, NULL), 0);
    cr_assert_eq(sp_program_compile(f.program, NULL), 0);
    if (wanted) cr_assert_eq(sp_program_field_type(f.program, a), SAMPAN_NUMBER);
    cr_assert_eq(sp_machine_new(f.program, 64, &f.machine, NULL), 0);
    sp_column *p = sp_machine_field(f.machine, f.p), *in = sp_machine_field(f.machine, a);
    set_number(p, 0, 0);
    set_number(p, 1, 1);
    set_number(in, 0, 1);
    set_number(in, 1, 1);
    cr_assert_eq(sp_machine_run(f.machine, 2, NULL), 0);
    const sp_column *out = sp_machine_column(f.machine, required);
    cr_assert_eq(out->present[0] & 3, 1);
    cr_assert_eq(out->number[0], 1);
    close_fixture(&f);
  }
}

/* Every part of an expression is looked at once, however deep: both sides were, at every level. */
Test(program, deep_expressions, .timeout = 20) {
  char compare[4096] = "x == 1", choice[8192] = "x", next[8192];
  for (int i = 0; i < 60; i++) {
    snprintf(next, sizeof next, "(%.4000s) == (p == 1)", compare);
    snprintf(compare, sizeof compare, "%.4000s", next);
    snprintf(next, sizeof next, "if(p == 1, coalesce(%.8000s, q), 0)", choice);
    snprintf(choice, sizeof choice, "%.8000s", next);
  }
  for (int k = 0; k < 2; k++) {
    fixture f;
    (void)eval(&f, k == 0 ? compare : choice, k == 0 ? SAMPAN_TRUTH : SAMPAN_NUMBER, 0, ROWS);
    close_fixture(&f);
  }
}

Test(program, names_come_once) {
  fixture f;
  uint32_t index;
  sampan_error error = {.struct_size = sizeof error};
  open_fixture(&f);
  cr_assert_eq(sp_program_field(f.program, "x", 0, &index, &error), SAMPAN_E_PLAN);
  cr_assert_eq(error.id, SP_ID_COLUMN_TWICE);
  cr_assert_eq(sp_program_define(f.program, "x", parse(&f, "p"), &error), SAMPAN_E_PLAN);
  cr_assert_eq(sp_program_define(f.program, "y", parse(&f, "p"), &error), 0);
  cr_assert_eq(sp_program_define(f.program, "y", parse(&f, "q"), &error), SAMPAN_E_PLAN);
  cr_assert_eq(sp_program_find_field(f.program, "x"), f.x);
  cr_assert_eq(sp_program_find_field(f.program, "y"), UINT32_MAX, "derived is no field");
  cr_assert_eq(sp_program_n_fields(f.program), 5);
  close_fixture(&f);
}

/* A field that keys alone ask for is read as numbers where they are offered. */
Test(program, keys_as_numbers) {
  static const struct {
    const char *derived, *required;
    int32_t offered, other, as_written;
  } cases[] = {{NULL, NULL, 1, 0, 1},          {NULL, NULL, 0, 0, 0},
               {NULL, "k == 1", 1, 0, 0}, /* an expression decides, on a number as well */
               {NULL, "k == \"1\"", 1, 0, 0},  {"is_missing(k)", NULL, 1, 0, 0},
               {"k", NULL, 1, 0, 0},           {"count(a..b)", NULL, 1, 0, 0},
               {"count(a..a)", NULL, 1, 0, 1}, {NULL, NULL, 1, SAMPAN_NUMBER | SAMPAN_TEXT, 0},
               {NULL, NULL, 1, SP_KEY, 1}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    fixture f;
    uint32_t a, k, b, key, other;
    const int32_t any = SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH;
    open_fixture(&f);
    cr_assert_eq(sp_program_field(f.program, "a", 0, &a, NULL), 0);
    cr_assert_eq(sp_program_field(f.program, "k", 0, &k, NULL), 0);
    cr_assert_eq(sp_program_field(f.program, "b", 0, &b, NULL), 0);
    if (cases[i].derived != NULL) define(&f, "z", cases[i].derived);
    cr_assert_eq(sp_program_require(f.program, parse(&f, "k"), any | SP_KEY, &key, NULL), 0);
    cr_assert(sp_program_is_key(f.program, k) && !sp_program_is_key(f.program, a));
    if (cases[i].other != 0) {
      const int32_t types = cases[i].other == SP_KEY ? any | SP_KEY : cases[i].other;
      cr_assert_eq(sp_program_require(f.program, parse(&f, "k"), types, &other, NULL), 0);
    }
    if (cases[i].required != NULL) {
      const sp_expr *e = parse(&f, cases[i].required);
      cr_assert_eq(sp_program_require(f.program, e, SAMPAN_TRUTH, &other, NULL), 0);
    }
    if (cases[i].offered) sp_program_offer_number(f.program, k);
    cr_assert_eq(sp_program_compile(f.program, NULL), 0);
    cr_assert_eq(sp_program_as_written(f.program, k), cases[i].as_written, "case %zu", i);
    cr_assert_eq(sp_program_n_as_written(f.program), (uint32_t)cases[i].as_written);
    if (cases[i].as_written) cr_assert_eq(sp_program_type(f.program, key), SAMPAN_NUMBER);
    if (!cases[i].offered) cr_assert_eq(sp_program_type(f.program, key), SAMPAN_TEXT);
    close_fixture(&f);
  }
}
