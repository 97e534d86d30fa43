/* types.c - the functions of the expression language, and what type everything has. */
#include "base/text.h"
#include "records/error_ids.h"
#include "records/program_internal.h"

#define SP_ANY (SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH)
#define SP_MANY UINT32_MAX

/* By name in no order: the table is short. docs/expressions.md explains each. */
static const sp_function functions[] = {
    {"+", SP_OP_ADD, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"-", SP_OP_SUB, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"*", SP_OP_MUL, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"/", SP_OP_DIV, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"^", SP_OP_POW, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"neg", SP_OP_NEG, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"abs", SP_OP_ABS, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"floor", SP_OP_FLOOR, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"ceil", SP_OP_CEIL, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"sqrt", SP_OP_SQRT, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"log", SP_OP_LOG, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"exp", SP_OP_EXP, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"round", SP_OP_ROUND, SP_SHAPE_LIST, 1, 2, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"cut", SP_OP_CUT, SP_SHAPE_LIST, 2, 257, SAMPAN_NUMBER, SAMPAN_TEXT},
    {"==", SP_OP_EQ, SP_SHAPE_COMPARE, 2, 2, SP_ANY, SAMPAN_TRUTH},
    {"!=", SP_OP_NE, SP_SHAPE_COMPARE, 2, 2, SP_ANY, SAMPAN_TRUTH},
    {"<", SP_OP_LESS, SP_SHAPE_COMPARE, 2, 2, SAMPAN_NUMBER, SAMPAN_TRUTH},
    {"<=", SP_OP_LESS_EQUAL, SP_SHAPE_COMPARE, 2, 2, SAMPAN_NUMBER, SAMPAN_TRUTH},
    {">", SP_OP_LESS, SP_SHAPE_COMPARE, 2, 2, SAMPAN_NUMBER, SAMPAN_TRUTH},
    {">=", SP_OP_LESS_EQUAL, SP_SHAPE_COMPARE, 2, 2, SAMPAN_NUMBER, SAMPAN_TRUTH},
    {"between", SP_OP_AND, SP_SHAPE_BETWEEN, 3, 3, SAMPAN_NUMBER, SAMPAN_TRUTH},
    {"in", SP_OP_IN, SP_SHAPE_LIST, 2, SP_MANY, SAMPAN_NUMBER | SAMPAN_TEXT, SAMPAN_TRUTH},
    {"starts_with", SP_OP_STARTS_WITH, SP_SHAPE_LIST, 2, SP_MANY, SAMPAN_TEXT, SAMPAN_TRUTH},
    {"and", SP_OP_AND, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_TRUTH, SAMPAN_TRUTH},
    {"or", SP_OP_OR, SP_SHAPE_SIMPLE, 2, 2, SAMPAN_TRUTH, SAMPAN_TRUTH},
    {"not", SP_OP_NOT, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_TRUTH, SAMPAN_TRUTH},
    {"if", SP_OP_IF, SP_SHAPE_CHOICE, 3, 3, SP_ANY, 0},
    {"coalesce", SP_OP_COALESCE, SP_SHAPE_CHOICE, 1, SP_MANY, SP_ANY, 0},
    {"is_missing", SP_OP_IS_MISSING, SP_SHAPE_LIST, 1, 2, SP_ANY, SAMPAN_TRUTH},
    {"sum", SP_OP_SUM, SP_SHAPE_SIMPLE, 1, SP_MANY, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"mean", SP_OP_MEAN, SP_SHAPE_SIMPLE, 1, SP_MANY, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"min", SP_OP_MINIMUM, SP_SHAPE_SIMPLE, 1, SP_MANY, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"max", SP_OP_MAXIMUM, SP_SHAPE_SIMPLE, 1, SP_MANY, SAMPAN_NUMBER, SAMPAN_NUMBER},
    {"count", SP_OP_COUNT, SP_SHAPE_SIMPLE, 1, SP_MANY, SP_ANY, SAMPAN_NUMBER},
    {"number", SP_OP_TO_NUMBER, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_TEXT | SAMPAN_TRUTH, SAMPAN_NUMBER},
    {"text", SP_OP_TO_TEXT, SP_SHAPE_SIMPLE, 1, 1, SAMPAN_NUMBER | SAMPAN_TRUTH, SAMPAN_TEXT},
};

#define SP_N_FUNCTIONS (sizeof functions / sizeof functions[0])

const sp_function *sp_function_find(const char *name) {
  for (size_t i = 0; i < SP_N_FUNCTIONS; i++) {
    if (strcmp(functions[i].name, name) == 0) return &functions[i];
  }
  return NULL;
}

const char *sp_type_name(int32_t type) {
  return type == SAMPAN_NUMBER  ? "a number"
         : type == SAMPAN_TEXT  ? "a text"
         : type == SAMPAN_TRUTH ? "true or false"
                                : "of unknown type";
}

static int32_t unknown_column(sp_program *p, const sp_expr *e, sampan_error *error) {
  const char **names = sp_arena_array(p->arena, p->n_symbols + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < p->n_symbols; i++) names[i] = p->symbols[i].name;
  const char *nearest = sp_nearest(e->text, names, p->n_symbols);
  const int32_t status =
      sp_expr_error(e, p->file, SP_ID_UNKNOWN_COLUMN, error,
                    "there is no column '%s' in the files, and no derived column "
                    "of that name before this place",
                    e->text);
  return nearest != NULL ? sp_error_hint(error, "did you mean '%s'?", nearest) : status;
}

/* is_missing(column, "r"): one letter, of a column whose file has such. Else it would be false
 * everywhere, and nobody would know. */
static int32_t check_reason(const sp_program *p, const sp_expr *e, sampan_error *error) {
  const sp_expr *column = e->args[0], *reason = e->args[1];
  if (reason->kind != SP_EXPR_TEXT || strlen(reason->text) != 1 ||
      strchr("abcdefghijklmnopqrstuvwxyz_", reason->text[0]) == NULL) {
    return sp_expr_error(reason, p->file, SP_ID_ARGUMENTS, error,
                         "a reason for a missing value is one letter from a to z, or _, in quotes");
  }
  const uint32_t field =
      column->kind == SP_EXPR_NAME ? sp_program_find_field(p, column->text) : UINT32_MAX;
  if (field == UINT32_MAX) {
    (void)sp_expr_error(column, p->file, SP_ID_ARGUMENTS, error,
                        "only a column of a file has reasons for missing values");
    return sp_error_hint(error, "ask of the columns that this is made from");
  }
  if (p->symbols[field].has_reasons) return SAMPAN_OK;
  (void)sp_expr_error(column, p->file, SP_ID_ARGUMENTS, error,
                      "the files give no reasons for missing values of '%s'", column->text);
  return sp_error_hint(error,
                       "CSV has none: is_missing(%s) is true of all; to tell a code apart, leave "
                       "it out of `missing` and compare with it",
                       column->text);
}

int32_t sp_program_names(sp_program *p, const sp_expr *e, sampan_error *error) {
  if (e->kind == SP_EXPR_NAME && sp_program_symbol(p, e->text) == UINT32_MAX) {
    return unknown_column(p, e, error);
  }
  if (e->kind == SP_EXPR_RANGE) {
    const char **names;
    uint32_t n;
    return sp_program_range(p, e, &names, &n, error);
  }
  if (e->kind != SP_EXPR_CALL) return SAMPAN_OK;
  const sp_function *f = sp_function_find(e->text);
  if (f == NULL) {
    const char *names[SP_N_FUNCTIONS];
    for (size_t i = 0; i < SP_N_FUNCTIONS; i++) names[i] = functions[i].name;
    const char *nearest = sp_nearest(e->text, names, (uint32_t)SP_N_FUNCTIONS);
    const int32_t status =
        sp_expr_error(e, p->file, SP_ID_FUNCTION, error, "there is no function '%s'", e->text);
    return nearest != NULL ? sp_error_hint(error, "did you mean '%s'?", nearest) : status;
  }
  if (e->n_args < f->minimum || e->n_args > f->maximum) {
    return sp_expr_error(e, p->file, SP_ID_ARGUMENTS, error, "%s takes %s%u argument%s, not %u",
                         e->text, f->maximum > f->minimum ? "at least " : "", f->minimum,
                         f->minimum == 1 ? "" : "s", e->n_args);
  }
  for (uint32_t i = 0; i < e->n_args; i++) SP_TRY(sp_program_names(p, e->args[i], error));
  return f->op == SP_OP_IS_MISSING && e->n_args == 2 ? check_reason(p, e, error) : SAMPAN_OK;
}

int32_t sp_function_takes(const sp_function *f, uint32_t i, int32_t types) {
  if (f->shape == SP_SHAPE_CHOICE) return f->op == SP_OP_IF && i == 0 ? SAMPAN_TRUTH : types;
  return f->argument;
}

/* The one type of a mask, or 0. */
static int32_t single(int32_t types) {
  return types == SAMPAN_NUMBER || types == SAMPAN_TEXT || types == SAMPAN_TRUTH ? types : 0;
}

/* What is known of any of the arguments from `first` on. */
static int32_t known_among(const sp_program *p, const sp_expr *e, uint32_t first) {
  int32_t type = 0;
  for (uint32_t i = first; i < e->n_args && type == 0; i++) type = sp_program_known(p, e->args[i]);
  return type;
}

int32_t sp_program_known(const sp_program *p, const sp_expr *e) {
  const sp_function *f;
  switch (e->kind) {
    case SP_EXPR_NUMBER:
      return SAMPAN_NUMBER;
    case SP_EXPR_TEXT:
      return SAMPAN_TEXT;
    case SP_EXPR_TRUTH:
      return SAMPAN_TRUTH;
    case SP_EXPR_NAME:
      return p->symbols[sp_program_symbol(p, e->text)].type;
    case SP_EXPR_CALL:
      f = sp_function_find(e->text);
      return f->result != 0 ? f->result : known_among(p, e, f->op == SP_OP_IF ? 1 : 0);
    default:
      return 0;
  }
}

/* A use asks for a type. A field becomes it, unless that is true or false: no field is, and it
 * stays open to be refused. A derived column passes it on when its turn comes, not here: a chain of
 * them may be long. */
static void want_symbol(sp_program *p, uint32_t index, int32_t want) {
  sp_symbol *s = &p->symbols[index];
  if (s->type != 0 || want == 0 || (s->expr == NULL && want == SAMPAN_TRUTH)) return;
  int32_t *asked = s->expr == NULL ? &s->type : want == SAMPAN_TRUTH ? &s->want_truth : &s->want;
  if (*asked != 0) return;
  *asked = want;
  p->changed = 1;
}

/* Tells the columns of an expression what is wanted of them. Every part is visited once. */
static void infer(sp_program *p, const sp_expr *e, int32_t want) {
  if (e->kind == SP_EXPR_NAME) {
    want_symbol(p, sp_program_symbol(p, e->text), want);
  } else if (e->kind == SP_EXPR_RANGE) {
    const uint32_t first = sp_program_symbol(p, e->text), last = sp_program_symbol(p, e->last);
    for (uint32_t i = first; i <= last && i < p->n_fields; i++) want_symbol(p, i, want);
  }
  if (e->kind != SP_EXPR_CALL) return;
  const sp_function *f = sp_function_find(e->text);
  const uint32_t first = f->op == SP_OP_IF ? 1 : 0;
  int32_t type = single(f->argument);
  if (f->shape == SP_SHAPE_CHOICE) type = want;
  /* Arguments of one type among them: what any is known to be, all become. */
  const int same = f->shape == SP_SHAPE_CHOICE || f->shape == SP_SHAPE_COMPARE || f->op == SP_OP_IN;
  if (same && type == 0) type = known_among(p, e, first);
  const uint32_t n = f->shape == SP_SHAPE_LIST ? 1 : e->n_args; /* constants follow */
  for (uint32_t i = 0; i < n; i++) infer(p, e->args[i], i < first ? SAMPAN_TRUTH : type);
}

/* The type of a derived column, from its parts, else from what its uses ask for; its parts are
 * told. */
static void infer_symbol(sp_program *p, uint32_t index) {
  sp_symbol *s = &p->symbols[index];
  if (s->type == 0) {
    s->type = sp_program_known(p, s->expr);
    if (s->type == 0) s->type = s->want;
    if (s->type == 0 && s->expr->kind != SP_EXPR_NAME) s->type = s->want_truth;
    if (s->type != 0) p->changed = 1;
  }
  infer(p, s->expr, s->type);
}

/* Types run forwards along a chain of derived columns, wants backwards: a round goes both ways. It
 * ends, as every round but the last settles something for good. */
static void settle(sp_program *p) {
  do {
    p->changed = 0;
    for (uint32_t i = p->n_fields; i < p->n_symbols; i++) infer_symbol(p, i);
    for (uint32_t i = 0; i < p->n_required; i++) {
      const int32_t types = p->required[i].types;
      const int32_t want = types == SP_ANY                ? 0
                           : (types & SAMPAN_NUMBER) != 0 ? SAMPAN_NUMBER
                                                          : single(types);
      infer(p, p->required[i].expr, want);
    }
    for (uint32_t i = p->n_symbols; i-- > p->n_fields;) infer_symbol(p, i);
  } while (p->changed);
}

/* Notes the fields that an expression names. */
static void note_uses(sp_program *p, const sp_expr *e) {
  if (e->kind == SP_EXPR_NAME) {
    p->symbols[sp_program_symbol(p, e->text)].has_other_use = 1;
  } else if (e->kind == SP_EXPR_RANGE) {
    const uint32_t first = sp_program_symbol(p, e->text), last = sp_program_symbol(p, e->last);
    for (uint32_t i = first; i <= last && i < p->n_fields; i++) p->symbols[i].has_other_use = 1;
  }
  if (e->kind != SP_EXPR_CALL) return;
  for (uint32_t i = 0; i < e->n_args; i++) note_uses(p, e->args[i]);
}

/* Fields that are keys and nothing else become the numbers that they are offered as. */
static void take_offers(sp_program *p) {
  for (uint32_t i = p->n_fields; i < p->n_symbols; i++) note_uses(p, p->symbols[i].expr);
  for (uint32_t i = 0; i < p->n_required; i++) {
    if (!p->required[i].is_key) note_uses(p, p->required[i].expr);
  }
  for (uint32_t i = 0; i < p->n_fields; i++) {
    sp_symbol *s = &p->symbols[i];
    if (s->type != 0 || !s->is_offered || s->has_other_use) continue;
    s->type = SAMPAN_NUMBER;
    s->as_written = 1;
    p->n_as_written++;
  }
}

void sp_program_settle_types(sp_program *p) {
  settle(p);
  /* What is still open and may be anything, but is meant to be computed with. */
  for (uint32_t i = 0; i < p->n_required; i++) {
    if (p->required[i].prefers_number) infer(p, p->required[i].expr, SAMPAN_NUMBER);
  }
  settle(p);
  take_offers(p);
}
