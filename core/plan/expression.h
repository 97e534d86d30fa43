/* expression.h - the text of a derived column as a tree. docs/expressions.md is the grammar. */
#ifndef SP_PLAN_EXPRESSION_H
#define SP_PLAN_EXPRESSION_H

#include "base/arena.h"
#include "base/error.h"

enum {
  SP_EXPR_NUMBER = 1,
  SP_EXPR_TEXT = 2,
  SP_EXPR_TRUTH = 3, /* true or false; `number` is 1 or 0 */
  SP_EXPR_MISSING = 4,
  SP_EXPR_NAME = 5,
  SP_EXPR_RANGE = 6, /* first..last: the columns between, in file order */
  SP_EXPR_CALL = 7   /* an operator or a function over args */
};

/* Operators have these names in `text`: + - * / ^ neg == != < <= > >= and or not in between.
 * `x in [a, b]` has args x, a, b; `x between a and b` has x, a, b, both ends included. */
typedef struct sp_expr {
  int32_t kind;
  int32_t line, column; /* in the plan file */
  uint32_t n_args;
  double number;
  const char *text; /* NAME: the column; TEXT: the text; NUMBER: as written; CALL: the operator or
                       function; RANGE: first */
  const char *last; /* RANGE */
  struct sp_expr **args;
} sp_expr;

/* Parses `text`, which stands at (line, column) of `file`; column 0: not known, and left 0 in the
 * tree. The tree is at most 200 deep. */
int32_t sp_expr_parse(const char *text, const char *file, int32_t line, int32_t column,
                      sp_arena *arena, sp_expr **out, sampan_error *error) SP_CHECK;
/* The same for an item of a list of columns, which may also be a range. */
int32_t sp_expr_parse_columns(const char *text, const char *file, int32_t line, int32_t column,
                              sp_arena *arena, sp_expr **out, sampan_error *error) SP_CHECK;
/* An error at the expression's place. */
int32_t sp_expr_error(const sp_expr *expr, const char *file, int32_t id, sampan_error *error,
                      const char *format, ...) SP_PRINTF(5, 6);

#endif
