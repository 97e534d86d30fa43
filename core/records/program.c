/* program.c - naming columns, settling their types, and making instructions from expressions. */
#include "records/program.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "records/error_ids.h"
#include "records/program_internal.h"

sp_program *sp_program_new(sp_arena *arena, const char *file) {
  sp_program *p = sp_arena_alloc(arena, sizeof *p);
  if (p == NULL) return NULL;
  p->arena = arena;
  p->file = file;
  return p;
}

/* Whether there is room for one more element. */
#define SP_ROOM(arena, array, n, capacity) \
  ((n) < (capacity) ||                     \
   ((array) = sp_program_grow(arena, array, n, &(capacity), sizeof *(array))) != NULL)

int32_t sp_program_field(sp_program *p, const char *name, int32_t type, uint32_t *out,
                         sampan_error *error) {
  sp_symbol *s = NULL;
  if (sp_program_symbol(p, name) != UINT32_MAX) {
    return sp_error_set(error, SAMPAN_E_PLAN, SP_ID_COLUMN_TWICE,
                        "column '%s' comes twice: in two of the joined files, or in a file and in "
                        "the plan's own settings",
                        name);
  }
  SP_TRY(sp_program_add_symbol(p, name, &s, error));
  s->type = type;
  s->has_reasons = type != 0;
  *out = p->n_symbols - 1;
  p->n_fields = p->n_symbols;
  return SAMPAN_OK;
}

void sp_program_no_reasons(sp_program *p, uint32_t field) {
  p->symbols[field].has_reasons = 0;
}

int32_t sp_program_define(sp_program *p, const char *name, const sp_expr *expr,
                          sampan_error *error) {
  sp_symbol *s = NULL;
  if (sp_program_symbol(p, name) != UINT32_MAX) {
    return sp_expr_error(expr, p->file, SP_ID_COLUMN_TWICE, error,
                         "'%s' is already the name of a column; choose another for the derived one",
                         name);
  }
  SP_TRY(sp_program_names(p, expr, error));
  SP_TRY(sp_program_add_symbol(p, name, &s, error));
  s->expr = expr;
  return SAMPAN_OK;
}

int32_t sp_program_require(sp_program *p, const sp_expr *expr, int32_t types, uint32_t *out,
                           sampan_error *error) {
  SP_TRY(sp_program_names(p, expr, error));
  if (!SP_ROOM(p->arena, p->required, p->n_required, p->required_capacity)) {
    return sp_error_memory(error);
  }
  sp_required *r = &p->required[p->n_required++];
  r->expr = expr;
  r->types = types & ~(SP_PREFERS_NUMBER | SP_KEY);
  r->prefers_number = (types & SP_PREFERS_NUMBER) != 0;
  r->is_key = (types & SP_KEY) != 0 && expr->kind == SP_EXPR_NAME;
  if (r->is_key) p->symbols[sp_program_symbol(p, expr->text)].is_key = 1;
  *out = p->n_required - 1;
  return SAMPAN_OK;
}

int32_t sp_program_range(sp_program *p, const sp_expr *range, const char ***out, uint32_t *n,
                         sampan_error *error) {
  const uint32_t first = sp_program_symbol(p, range->text);
  const uint32_t last = sp_program_symbol(p, range->last);
  const uint32_t missing = first == UINT32_MAX || first >= p->n_fields ? 1 : 2;
  if (first >= p->n_fields || last >= p->n_fields) {
    return sp_expr_error(range, p->file, SP_ID_RANGE, error,
                         "'%s' is not a column of the files, so it cannot end the range %s..%s",
                         missing == 1 ? range->text : range->last, range->text, range->last);
  }
  if (last < first) {
    return sp_expr_error(range, p->file, SP_ID_RANGE, error,
                         "the range %s..%s is empty: '%s' comes after '%s' in the file",
                         range->text, range->last, range->text, range->last);
  }
  *n = last - first + 1;
  *out = sp_arena_array(p->arena, *n, sizeof **out);
  if (*out == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < *n; i++) (*out)[i] = p->symbols[first + i].name;
  return SAMPAN_OK;
}

uint32_t sp_program_find_field(const sp_program *p, const char *name) {
  const uint32_t i = sp_program_symbol(p, name);
  return i < p->n_fields ? i : UINT32_MAX;
}

int32_t sp_program_is_key(const sp_program *p, uint32_t field) {
  return p->symbols[field].is_key;
}

int32_t sp_program_is_key_alone(const sp_program *p, uint32_t field) {
  return p->symbols[field].is_key && !p->symbols[field].has_other_use;
}

void sp_program_offer_number(sp_program *p, uint32_t field) {
  p->symbols[field].is_offered = 1;
}

/* ---- instructions ------------------------------------------------------------------------- */

static int32_t new_register(sp_program *p, const char *name, int32_t type, uint32_t *out,
                            sampan_error *error) {
  if (type != SAMPAN_NUMBER && type != SAMPAN_TEXT && type != SAMPAN_TRUTH) {
    return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_TYPE, "a column of no single type (%d)",
                        (int)type);
  }
  if (!SP_ROOM(p->arena, p->registers, p->n_registers, p->register_capacity)) {
    return sp_error_memory(error);
  }
  sp_register *r = &p->registers[p->n_registers++];
  r->name = name;
  r->type = type;
  *out = p->n_registers - 1;
  return SAMPAN_OK;
}

/* A new instruction with its own target register. */
static int32_t emit(sp_program *p, int32_t op, int32_t type, const uint32_t *arguments,
                    uint32_t n_arguments, sp_operation **out, uint32_t *target,
                    sampan_error *error) {
  SP_TRY(new_register(p, "", type, target, error));
  uint32_t *copy = sp_arena_array(p->arena, n_arguments + 1U, sizeof *copy);
  if (copy == NULL || !SP_ROOM(p->arena, p->operations, p->n_operations, p->operation_capacity)) {
    return sp_error_memory(error);
  }
  sp_operation *o = &p->operations[p->n_operations++];
  if (n_arguments > 0) memcpy(copy, arguments, n_arguments * sizeof *copy);
  o->op = op;
  o->target = *target;
  o->arguments = copy;
  o->n_arguments = n_arguments;
  *out = o;
  return SAMPAN_OK;
}

static int32_t type_error(const sp_program *p, const sp_expr *e, int32_t is, int32_t types,
                          sampan_error *error) {
  const char *wanted = (types & SAMPAN_NUMBER) != 0  ? "a number"
                       : (types & SAMPAN_TRUTH) != 0 ? "true or false"
                                                     : "a text";
  const char *what = e->kind == SP_EXPR_NAME ? e->text : "this expression";
  const int32_t status =
      sp_expr_error(e, p->file, SP_ID_TYPE, error, "%s is %s, but %s is needed here", what,
                    sp_type_name(is), wanted);
  if (is != SAMPAN_TRUTH && types == SAMPAN_TRUTH) {
    return sp_error_hint(error, "say when it is true, as in: %s == 1", what);
  }
  if (is == SAMPAN_TEXT && (types & SAMPAN_NUMBER) != 0) {
    return sp_error_hint(error, "number(%s) reads a text as a number", what);
  }
  return status;
}

/* Brings a register to one of the wanted types, or refuses. */
static int32_t coerce(sp_program *p, const sp_expr *e, int32_t types, uint32_t *reg,
                      sampan_error *error) {
  const int32_t is = p->registers[*reg].type;
  if ((types & is) != 0) return SAMPAN_OK;
  if (is == SAMPAN_TRUTH && (types & SAMPAN_NUMBER) != 0) {
    sp_operation *o;
    const uint32_t from = *reg; /* emit() sets its target before it reads its arguments */
    return emit(p, SP_OP_TO_NUMBER, SAMPAN_NUMBER, &from, 1, &o, reg, error);
  }
  return type_error(p, e, is, types, error);
}

static int32_t generate(sp_program *p, const sp_expr *e, int32_t types, uint32_t *reg,
                        sampan_error *error);

/* One type of a mask, where nothing tells which. */
static int32_t one_type(int32_t types) {
  return (types & SAMPAN_NUMBER) != 0 ? SAMPAN_NUMBER
         : (types & SAMPAN_TEXT) != 0 ? SAMPAN_TEXT
                                      : SAMPAN_TRUTH;
}

/* The register of a column. Derived ones have theirs already: see generate_derived(). */
static int32_t symbol_register(sp_program *p, uint32_t index, uint32_t *reg, sampan_error *error) {
  sp_symbol *s = &p->symbols[index];
  if (s->reg == UINT32_MAX && s->expr != NULL) {
    return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_UNKNOWN_COLUMN,
                        "derived column '%s' is used before it is made", s->name);
  }
  if (s->reg == UINT32_MAX) {
    const int guessed = s->type == 0;
    if (guessed) s->type = SAMPAN_TEXT;
    SP_TRY(new_register(p, s->name, s->type, &s->reg, error));
    p->registers[s->reg].guessed = guessed;
  }
  *reg = s->reg;
  return SAMPAN_OK;
}

/* Arguments of functions over columns, ranges spread out. */
static int32_t generate_arguments(sp_program *p, const sp_expr *e, uint32_t n, int32_t types,
                                  uint32_t **out, uint32_t *n_out, sampan_error *error) {
  uint32_t total = 0;
  for (uint32_t i = 0; i < n; i++) {
    const char **names;
    uint32_t n_names = 1;
    if (e->args[i]->kind == SP_EXPR_RANGE) {
      SP_TRY(sp_program_range(p, e->args[i], &names, &n_names, error));
    }
    total += n_names;
  }
  uint32_t *regs = sp_arena_array(p->arena, total + 1U, sizeof *regs);
  if (regs == NULL) return sp_error_memory(error);
  uint32_t k = 0;
  for (uint32_t i = 0; i < n; i++) {
    const sp_expr *a = e->args[i];
    const char **names = NULL;
    uint32_t n_names = 1;
    if (a->kind == SP_EXPR_RANGE) SP_TRY(sp_program_range(p, a, &names, &n_names, error));
    for (uint32_t j = 0; j < n_names; j++, k++) {
      if (names != NULL) {
        SP_TRY(symbol_register(p, sp_program_symbol(p, names[j]), &regs[k], error));
      } else {
        SP_TRY(generate(p, a, types, &regs[k], error));
      }
      sp_expr column = *a;
      if (names != NULL) {
        column.kind = SP_EXPR_NAME;
        column.text = names[j];
      }
      SP_TRY(coerce(p, &column, types, &regs[k], error));
    }
  }
  *out = regs;
  *n_out = total;
  return SAMPAN_OK;
}

/* The number that a constant argument is. */
static int32_t constant_number(const sp_program *p, const sp_expr *e, double *out,
                               sampan_error *error) {
  if (e->kind == SP_EXPR_NUMBER) {
    *out = e->number;
    return SAMPAN_OK;
  }
  if (e->kind == SP_EXPR_CALL && strcmp(e->text, "neg") == 0 &&
      e->args[0]->kind == SP_EXPR_NUMBER) {
    *out = -e->args[0]->number;
    return SAMPAN_OK;
  }
  return sp_expr_error(e, p->file, SP_ID_ARGUMENTS, error, "a number is needed here");
}

static int32_t constants_from(sp_program *p, const sp_expr *e, uint32_t from, int32_t type,
                              sp_operation *o, sampan_error *error) {
  const uint32_t n = e->n_args - from;
  double *numbers = sp_arena_array(p->arena, n + 1U, sizeof *numbers);
  const char **texts = sp_arena_array(p->arena, n + 1U, sizeof *texts);
  if (numbers == NULL || texts == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    const sp_expr *a = e->args[from + i];
    if (type == SAMPAN_TEXT) {
      if (a->kind != SP_EXPR_TEXT) {
        return sp_expr_error(a, p->file, SP_ID_ARGUMENTS, error,
                             "a text in quotes is needed here, as the column is text");
      }
      texts[i] = a->text;
    } else {
      SP_TRY(constant_number(p, a, &numbers[i], error));
    }
  }
  o->constants = numbers;
  o->texts = texts;
  if (type == SAMPAN_TEXT) {
    o->n_texts = n;
  } else {
    o->n_constants = n;
  }
  return SAMPAN_OK;
}

/* "20-39" for whole breaks, "18.5-<24" for others; the ends open. */
static int32_t cut_labels(sp_program *p, const sp_expr *e, sp_operation *o, sampan_error *error) {
  const uint32_t n = o->n_constants;
  const char **labels = sp_arena_array(p->arena, n + 1U, sizeof *labels);
  if (labels == NULL) return sp_error_memory(error);
  int whole = 1;
  for (uint32_t i = 0; i < n; i++) {
    whole = whole && o->constants[i] == floor(o->constants[i]);
    if (i > 0 && o->constants[i] <= o->constants[i - 1]) {
      return sp_expr_error(e->args[i + 1], p->file, SP_ID_ARGUMENTS, error,
                           "the breaks of cut() must rise");
    }
  }
  for (uint32_t i = 0; i <= n; i++) {
    char low[32] = "", high[32] = "";
    if (i > 0) sp_format_number(o->constants[i - 1], low);
    if (i < n) sp_format_number(o->constants[i] - (whole && i > 0 ? 1 : 0), high);
    if (i == 0) {
      labels[i] = sp_arena_printf(p->arena, "<%s", high);
    } else if (i == n) {
      labels[i] = sp_arena_printf(p->arena, "%s+", low);
    } else if (whole && strcmp(low, high) == 0) {
      labels[i] = sp_arena_text(p->arena, low);
    } else {
      labels[i] = sp_arena_printf(p->arena, whole ? "%s-%s" : "%s-<%s", low, high);
    }
    if (labels[i] == NULL) return sp_error_memory(error);
  }
  o->texts = labels;
  o->n_texts = n + 1;
  return SAMPAN_OK;
}

/* Read as texts, 1 and 1.0 would differ: which it is must be said. */
static int32_t unknown_types(const sp_program *p, const sp_expr *e, sampan_error *error) {
  const char *name = e->args[0]->kind == SP_EXPR_NAME   ? e->args[0]->text
                     : e->args[1]->kind == SP_EXPR_NAME ? e->args[1]->text
                                                        : NULL;
  sp_expr_error(e, p->file, SP_ID_TYPE, error,
                "nothing tells whether the two sides of %s are numbers or texts", e->text);
  return sp_error_hint(error, "say it of the columns, as in: types: {%s: number}",
                       name != NULL ? name : "COLUMN");
}

static int32_t generate_compare(sp_program *p, const sp_expr *e, const sp_function *f,
                                uint32_t *reg, sampan_error *error) {
  const int swap = e->text[0] == '>';
  const int32_t types = sp_function_takes(f, 0, SAMPAN_TRUTH);
  uint32_t regs[2];
  SP_TRY(generate(p, e->args[swap], types, &regs[0], error));
  SP_TRY(coerce(p, e->args[swap], types, &regs[0], error));
  SP_TRY(generate(p, e->args[!swap], types, &regs[1], error));
  SP_TRY(coerce(p, e->args[!swap], types, &regs[1], error));
  if (p->registers[regs[0]].guessed && p->registers[regs[1]].guessed) {
    return unknown_types(p, e, error);
  }
  if (p->registers[regs[0]].type != p->registers[regs[1]].type) {
    const sp_expr *left = e->args[swap], *right = e->args[!swap];
    if (p->registers[regs[0]].type == SAMPAN_NUMBER) {
      SP_TRY(coerce(p, right, SAMPAN_NUMBER, &regs[1], error));
    } else if (p->registers[regs[1]].type == SAMPAN_NUMBER) {
      SP_TRY(coerce(p, left, SAMPAN_NUMBER, &regs[0], error));
    } else {
      SP_TRY(coerce(p, right, p->registers[regs[0]].type, &regs[1], error));
    }
  }
  sp_operation *o;
  return emit(p, f->op, SAMPAN_TRUTH, regs, 2, &o, reg, error);
}

static int32_t generate_between(sp_program *p, const sp_expr *e, uint32_t *reg,
                                sampan_error *error) {
  uint32_t x[3], pair[2], both[2];
  sp_operation *o;
  for (uint32_t i = 0; i < 3; i++) {
    SP_TRY(generate(p, e->args[i], SAMPAN_NUMBER, &x[i], error));
    SP_TRY(coerce(p, e->args[i], SAMPAN_NUMBER, &x[i], error));
  }
  pair[0] = x[1];
  pair[1] = x[0];
  SP_TRY(emit(p, SP_OP_LESS_EQUAL, SAMPAN_TRUTH, pair, 2, &o, &both[0], error));
  pair[0] = x[0];
  pair[1] = x[2];
  SP_TRY(emit(p, SP_OP_LESS_EQUAL, SAMPAN_TRUTH, pair, 2, &o, &both[1], error));
  return emit(p, SP_OP_AND, SAMPAN_TRUTH, both, 2, &o, reg, error);
}

static int32_t generate_choice(sp_program *p, const sp_expr *e, const sp_function *f, int32_t types,
                               uint32_t *reg, sampan_error *error) {
  const uint32_t first = f->op == SP_OP_IF ? 1 : 0;
  int32_t type = sp_program_known(p, e);
  if (type == 0) type = one_type(types);
  uint32_t *regs = sp_arena_array(p->arena, e->n_args, sizeof *regs);
  if (regs == NULL) return sp_error_memory(error);
  int guessed = 0, told = 0;
  for (uint32_t i = 0; i < e->n_args; i++) {
    const int32_t want = sp_function_takes(f, i, type);
    SP_TRY(generate(p, e->args[i], want, &regs[i], error));
    SP_TRY(coerce(p, e->args[i], want, &regs[i], error));
    if (i < first || e->args[i]->kind == SP_EXPR_MISSING) continue;
    if (p->registers[regs[i]].guessed) {
      guessed = 1;
    } else {
      told = 1;
    }
  }
  sp_operation *o;
  SP_TRY(emit(p, f->op, type, regs, e->n_args, &o, reg, error));
  p->registers[*reg].guessed = guessed && !told;
  return SAMPAN_OK;
}

static int32_t generate_call(sp_program *p, const sp_expr *e, int32_t types, uint32_t *reg,
                             sampan_error *error) {
  const sp_function *f = sp_function_find(e->text);
  uint32_t *regs, n_regs;
  sp_operation *o;
  switch (f->shape) {
    case SP_SHAPE_COMPARE:
      return generate_compare(p, e, f, reg, error);
    case SP_SHAPE_BETWEEN:
      return generate_between(p, e, reg, error);
    case SP_SHAPE_CHOICE:
      return generate_choice(p, e, f, types, reg, error);
    case SP_SHAPE_LIST: { /* in, starts_with, cut, round, is_missing: constants follow */
      SP_TRY(generate_arguments(p, e, 1, f->argument, &regs, &n_regs, error));
      if (n_regs != 1) {
        return sp_expr_error(e, p->file, SP_ID_ARGUMENTS, error, "%s takes one column", e->text);
      }
      const int32_t type = p->registers[regs[0]].type;
      SP_TRY(emit(p, f->op, f->result, regs, 1, &o, reg, error));
      const int texts = f->op == SP_OP_IS_MISSING || (f->op != SP_OP_CUT && type == SAMPAN_TEXT);
      SP_TRY(constants_from(p, e, 1, texts ? SAMPAN_TEXT : SAMPAN_NUMBER, o, error));
      if (f->op == SP_OP_ROUND && o->n_constants == 0) {
        static const double whole = 0;
        o->constants = &whole;
        o->n_constants = 1;
      }
      if (f->op == SP_OP_IS_MISSING && o->n_texts > 0) p->registers[regs[0]].with_reason = 1;
      return f->op == SP_OP_CUT ? cut_labels(p, e, o, error) : SAMPAN_OK;
    }
    default:
      SP_TRY(generate_arguments(p, e, e->n_args, f->argument, &regs, &n_regs, error));
      return emit(p, f->op, f->result, regs, n_regs, &o, reg, error);
  }
}

static int32_t generate(sp_program *p, const sp_expr *e, int32_t types, uint32_t *reg,
                        sampan_error *error) {
  sp_operation *o;
  switch (e->kind) {
    case SP_EXPR_NAME:
      return symbol_register(p, sp_program_symbol(p, e->text), reg, error);
    case SP_EXPR_NUMBER:
    case SP_EXPR_TRUTH:
      SP_TRY(emit(p, SP_OP_CONSTANT, e->kind == SP_EXPR_TRUTH ? SAMPAN_TRUTH : SAMPAN_NUMBER, NULL,
                  0, &o, reg, error));
      o->constants = &e->number;
      o->n_constants = 1;
      return SAMPAN_OK;
    case SP_EXPR_TEXT:
      SP_TRY(emit(p, SP_OP_CONSTANT, SAMPAN_TEXT, NULL, 0, &o, reg, error));
      o->texts = (const char *const *)&e->text;
      o->n_texts = 1;
      return SAMPAN_OK;
    case SP_EXPR_MISSING:
      return emit(p, SP_OP_CONSTANT, one_type(types), NULL, 0, &o, reg, error);
    case SP_EXPR_RANGE:
      return sp_expr_error(e, p->file, SP_ID_RANGE, error,
                           "a range of columns stands for several values; it goes inside sum(), "
                           "mean(), min(), max() or count()");
    default:
      return generate_call(p, e, types, reg, error);
  }
}

/* Marks the columns that an expression needs, with the types that it takes of them. */
static void mark(sp_program *p, const sp_expr *e, int32_t types) {
  if (e->kind == SP_EXPR_NAME) {
    sp_symbol *s = &p->symbols[sp_program_symbol(p, e->text)];
    const int32_t both = s->needed ? s->types & types : types;
    s->needed = 1;
    if (both != 0) s->types = both;
  } else if (e->kind == SP_EXPR_CALL) { /* a range holds fields: they need no mark */
    const sp_function *f = sp_function_find(e->text);
    for (uint32_t i = 0; i < e->n_args; i++) {
      mark(p, e->args[i], sp_function_takes(f, i, types));
    }
  }
}

/* The derived columns that are needed, in the order of their definition: they refer backwards, so
 * each finds its parts made, and a chain of them costs no stack. */
static int32_t generate_derived(sp_program *p, sampan_error *error) {
  for (uint32_t i = 0; i < p->n_required; i++) mark(p, p->required[i].expr, p->required[i].types);
  for (uint32_t i = p->n_symbols; i-- > p->n_fields;) {
    const sp_symbol *s = &p->symbols[i];
    if (s->needed) mark(p, s->expr, s->type != 0 ? s->type : s->types);
  }
  for (uint32_t i = p->n_fields; i < p->n_symbols; i++) {
    sp_symbol *s = &p->symbols[i];
    if (!s->needed) continue;
    SP_TRY(generate(p, s->expr, s->type != 0 ? s->type : s->types, &s->reg, error));
    sp_register *r = &p->registers[s->reg];
    s->type = r->type;
    if (r->name[0] == '\0') r->name = s->name;
  }
  return SAMPAN_OK;
}

int32_t sp_program_compile(sp_program *p, sampan_error *error) {
  sp_program_settle_types(p);
  SP_TRY(generate_derived(p, error));
  for (uint32_t i = 0; i < p->n_required; i++) {
    sp_required *r = &p->required[i];
    SP_TRY(generate(p, r->expr, r->types, &r->reg, error));
    SP_TRY(coerce(p, r->expr, r->types, &r->reg, error));
  }
  return SAMPAN_OK;
}

/* ---- what came out ------------------------------------------------------------------------ */

int32_t sp_program_type(const sp_program *p, uint32_t required) {
  return p->registers[p->required[required].reg].type;
}

const char *sp_program_name(const sp_program *p, uint32_t required) {
  const sp_expr *e = p->required[required].expr;
  return e->kind == SP_EXPR_NAME ? e->text : p->registers[p->required[required].reg].name;
}

uint32_t sp_program_n_fields(const sp_program *p) {
  return p->n_fields;
}

const char *sp_program_field_name(const sp_program *p, uint32_t field) {
  return p->symbols[field].name;
}

int32_t sp_program_field_type(const sp_program *p, uint32_t field) {
  return p->symbols[field].type;
}

int32_t sp_program_field_used(const sp_program *p, uint32_t field) {
  return p->symbols[field].reg != UINT32_MAX;
}

int32_t sp_program_as_written(const sp_program *p, uint32_t field) {
  return p->symbols[field].as_written;
}

uint32_t sp_program_n_as_written(const sp_program *p) {
  return p->n_as_written;
}
