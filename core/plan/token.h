/* token.h - the words of an expression, with their places. For expression.c. */
#ifndef SP_PLAN_TOKEN_H
#define SP_PLAN_TOKEN_H

#include "base/arena.h"
#include "base/error.h"

enum {
  SP_TOKEN_END = 0,
  SP_TOKEN_NUMBER = 1,
  SP_TOKEN_TEXT = 2,
  SP_TOKEN_NAME = 3,
  SP_TOKEN_KEYWORD = 4, /* or and not in between true false missing */
  SP_TOKEN_SIGN = 5     /* an operator, bracket, comma, or .. */
};

typedef struct sp_token {
  int32_t kind;
  int32_t line, column;
  const char *text; /* in the arena, or constant; an operator in its canonical spelling */
  double number;
} sp_token;

typedef struct sp_lexer {
  const char *at;
  const char *file;
  int32_t line, column; /* of the next character; column 0: unknown */
  sp_arena *arena;
  sampan_error *error;
} sp_lexer;

int32_t sp_token_next(sp_lexer *lexer, sp_token *out) SP_CHECK;
/* The keyword that a name is, whatever its case; or NULL. */
const char *sp_token_keyword_like(const char *text);
/* An error at a place. */
int32_t sp_token_error(const sp_lexer *lexer, int32_t line, int32_t column, int32_t id,
                       const char *format, ...) SP_PRINTF(5, 6);

#endif
