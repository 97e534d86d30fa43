/* expression.c - reads an expression by precedence (Pratt). From loose to tight:
 *   or | and | not | == != < <= > >= in between | + - | * / | unary - | ^
 */
#include "plan/expression.h"

#include "plan/error_ids.h"
#include "plan/token.h"

enum { SP_EXPR_DEPTH = 200, SP_EXPR_NODES = 100000 };

enum {
  SP_TIGHT_OR = 1,
  SP_TIGHT_AND = 2,
  SP_TIGHT_NOT = 3,
  SP_TIGHT_COMPARE = 4,
  SP_TIGHT_SUM = 5,
  SP_TIGHT_PRODUCT = 6,
  SP_TIGHT_MINUS = 7,
  SP_TIGHT_POWER = 8
};

typedef struct parser {
  sp_lexer lexer;
  sp_token token; /* the next one */
  int32_t depth;  /* of the calls that are under way */
} parser;

/* A tree, how deep it is (a long chain of operators is deep without being nested in the text), and
 * how many nodes a walk meets: chained comparisons share their middle, so that chains inside of
 * chains would double the walk at each level. */
typedef struct tree {
  sp_expr *expr;
  int32_t depth;
  uint64_t n_nodes;
} tree;

static int32_t parse(parser *p, int32_t tight, tree *out);

static int32_t advance(parser *p) {
  return sp_token_next(&p->lexer, &p->token);
}

static int is_sign(const parser *p, const char *text) {
  return p->token.kind == SP_TOKEN_SIGN && strcmp(p->token.text, text) == 0;
}

static int is_keyword(const parser *p, const char *text) {
  return p->token.kind == SP_TOKEN_KEYWORD && strcmp(p->token.text, text) == 0;
}

/* What stands at the next token, for messages. */
static const char *found(const parser *p, char *out, size_t size) {
  switch (p->token.kind) {
    case SP_TOKEN_END:
      return "the end";
    case SP_TOKEN_TEXT:
      (void)snprintf(out, size, "the text \"%.60s\"", p->token.text);
      return out;
    default:
      (void)snprintf(out, size, "'%.60s'", p->token.text);
      return out;
  }
}

static int32_t unexpected(const parser *p, const char *wanted) {
  char text[128];
  /* AND, Or, TRUE: a keyword in another case. */
  const char *keyword =
      p->token.kind == SP_TOKEN_NAME ? sp_token_keyword_like(p->token.text) : NULL;
  const int32_t status =
      sp_token_error(&p->lexer, p->token.line, p->token.column,
                     keyword ? SP_ID_EXPR_KEYWORD : SP_ID_EXPR_UNEXPECTED,
                     "%s expected, but %s found", wanted, found(p, text, sizeof text));
  if (keyword != NULL) {
    (void)sp_error_hint(p->lexer.error, "write '%s' in lower case", keyword);
  }
  return status;
}

static int32_t expect(parser *p, const char *sign) {
  char wanted[16];
  if (is_sign(p, sign)) return advance(p);
  (void)snprintf(wanted, sizeof wanted, "'%s'", sign);
  return unexpected(p, wanted);
}

static int32_t too_deep(const parser *p, int32_t line, int32_t column) {
  const int32_t status = sp_token_error(&p->lexer, line, column, SP_ID_EXPR_DEPTH,
                                        "an expression deeper than %d levels", SP_EXPR_DEPTH);
  (void)sp_error_hint(p->lexer.error, "derive a part of it first, under a name of its own");
  return status;
}

static int32_t leaf(parser *p, int32_t kind, tree *out) {
  sp_expr *e = (sp_expr *)sp_arena_alloc(p->lexer.arena, sizeof *e);
  if (e == NULL) return sp_error_memory(p->lexer.error), SAMPAN_E_MEMORY;
  e->kind = kind;
  e->line = p->token.line;
  e->column = p->token.column;
  e->number = p->token.number;
  e->text = p->token.text;
  out->expr = e;
  out->depth = 1;
  out->n_nodes = 1;
  return SAMPAN_OK;
}

/* A call at a token's place. The arguments are copied. */
static int32_t call(parser *p, const sp_token *at, const char *text, const tree *args, uint32_t n,
                    tree *out) {
  tree made;
  SP_TRY(leaf(p, SP_EXPR_CALL, &made));
  made.expr->line = at->line;
  made.expr->column = at->column;
  made.expr->number = 0.0;
  made.expr->text = text;
  made.expr->n_args = n;
  made.expr->args =
      (sp_expr **)sp_arena_array(p->lexer.arena, n == 0 ? 1 : n, sizeof *made.expr->args);
  if (made.expr->args == NULL) return sp_error_memory(p->lexer.error), SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    made.expr->args[i] = args[i].expr;
    if (args[i].depth >= made.depth) made.depth = args[i].depth + 1;
    made.n_nodes += args[i].n_nodes;
  }
  if (made.n_nodes > SP_EXPR_NODES) {
    return sp_token_error(&p->lexer, at->line, at->column, SP_ID_EXPR_DEPTH,
                          "an expression with more than %d parts", SP_EXPR_NODES);
  }
  if (made.depth > SP_EXPR_DEPTH) return too_deep(p, at->line, at->column);
  *out = made;
  return SAMPAN_OK;
}

/* A growing list of arguments. */
typedef struct arguments {
  tree *items;
  uint32_t n, capacity;
} arguments;

static int32_t append(parser *p, arguments *list, tree item) {
  if (list->n == list->capacity) {
    const uint32_t capacity = list->capacity == 0 ? 4 : list->capacity * 2;
    tree *grown =
        (tree *)sp_arena_grow(p->lexer.arena, list->items, list->n, capacity, sizeof *grown);
    if (grown == NULL) return sp_error_memory(p->lexer.error), SAMPAN_E_MEMORY;
    list->items = grown;
    list->capacity = capacity;
  }
  list->items[list->n++] = item;
  return SAMPAN_OK;
}

/* first..last, which is an argument of its own. */
static int32_t range(parser *p, tree *name) {
  SP_TRY(advance(p));
  if (p->token.kind != SP_TOKEN_NAME) return unexpected(p, "the last column of the range");
  name->expr->kind = SP_EXPR_RANGE;
  name->expr->last = p->token.text;
  SP_TRY(advance(p));
  if (p->token.kind == SP_TOKEN_END)
    return SAMPAN_OK; /* the item of a list; else the caller asks */
  return is_sign(p, ",") || is_sign(p, ")") ? SAMPAN_OK : unexpected(p, "',' or ')'");
}

static int32_t call_arguments(parser *p, const sp_token *function, tree *out) {
  arguments list = {0};
  SP_TRY(expect(p, "("));
  while (!is_sign(p, ")")) {
    tree argument;
    if (list.n > 0) {
      if (!is_sign(p, ",")) return unexpected(p, "',' or ')'");
      SP_TRY(advance(p));
    }
    SP_TRY(parse(p, 0, &argument));
    if (is_sign(p, "..")) {
      if (argument.expr->kind != SP_EXPR_NAME) return unexpected(p, "',' or ')'");
      SP_TRY(range(p, &argument));
    }
    SP_TRY(append(p, &list, argument));
  }
  SP_TRY(advance(p));
  return call(p, function, function->text, list.items, list.n, out);
}

/* Makes a number negative, so that -1 is one number; its place is that of the sign. */
static int32_t negate(parser *p, const sp_token *sign, sp_expr *number) {
  number->text = number->text[0] == '-' ? number->text + 1
                                        : sp_arena_printf(p->lexer.arena, "-%s", number->text);
  if (number->text == NULL) return sp_error_memory(p->lexer.error), SAMPAN_E_MEMORY;
  number->number = -number->number;
  number->line = sign->line;
  number->column = sign->column;
  return SAMPAN_OK;
}

/* A number with or without sign, a text, true or false. */
static int32_t list_item(parser *p, tree *out) {
  const sp_token sign = p->token;
  const int minus = is_sign(p, "-");
  if (minus) SP_TRY(advance(p));
  if (p->token.kind == SP_TOKEN_NUMBER) {
    SP_TRY(leaf(p, SP_EXPR_NUMBER, out));
    if (minus) SP_TRY(negate(p, &sign, out->expr));
  } else if (p->token.kind == SP_TOKEN_TEXT && !minus) {
    SP_TRY(leaf(p, SP_EXPR_TEXT, out));
  } else if ((is_keyword(p, "true") || is_keyword(p, "false")) && !minus) {
    SP_TRY(leaf(p, SP_EXPR_TRUTH, out));
    out->expr->number = p->token.text[0] == 't';
  } else if (is_sign(p, "]") || p->token.kind == SP_TOKEN_END) {
    return unexpected(p, "a number or a text");
  } else {
    char text[128];
    const int32_t status =
        sp_token_error(&p->lexer, p->token.line, p->token.column, SP_ID_EXPR_LIST,
                       "a list holds numbers and texts, not %s", found(p, text, sizeof text));
    if (p->token.kind == SP_TOKEN_NAME) {
      (void)sp_error_hint(p->lexer.error, "put a text in quotes: \"%s\"", p->token.text);
    } else if (is_keyword(p, "missing")) {
      (void)sp_error_hint(p->lexer.error, "write is_missing(x)");
    }
    return status;
  }
  return advance(p);
}

static int32_t in_list(parser *p, const sp_token *at, tree left, tree *out) {
  arguments list = {0};
  SP_TRY(append(p, &list, left));
  if (!is_sign(p, "[")) return unexpected(p, "a list in [ ]");
  SP_TRY(advance(p));
  for (;;) {
    tree item;
    SP_TRY(list_item(p, &item));
    SP_TRY(append(p, &list, item));
    if (is_sign(p, "]")) break;
    if (!is_sign(p, ",")) return unexpected(p, "',' or ']'");
    SP_TRY(advance(p));
  }
  SP_TRY(advance(p));
  return call(p, at, "in", list.items, list.n, out);
}

static int32_t between(parser *p, const sp_token *at, tree left, tree *out) {
  tree args[3] = {left};
  SP_TRY(parse(p, SP_TIGHT_SUM, &args[1]));
  if (!is_keyword(p, "and")) return unexpected(p, "'and' of 'between'");
  SP_TRY(advance(p));
  SP_TRY(parse(p, SP_TIGHT_SUM, &args[2]));
  return call(p, at, "between", args, 3, out);
}

static int is_comparison(const parser *p) {
  return is_sign(p, "==") || is_sign(p, "!=") || is_sign(p, "<") || is_sign(p, "<=") ||
         is_sign(p, ">") || is_sign(p, ">=");
}

static int32_t not_missing(const parser *p, const sp_expr *side) {
  if (side->kind != SP_EXPR_MISSING) return SAMPAN_OK;
  const int32_t status = sp_token_error(&p->lexer, side->line, side->column, SP_ID_EXPR_MISSING,
                                        "a comparison with missing is always missing");
  (void)sp_error_hint(p->lexer.error, "write is_missing(x), or not is_missing(x)");
  return status;
}

/* Comparisons; those that run in one direction can be chained: a <= x < b is a <= x and x < b. */
static int32_t comparisons(parser *p, tree left, tree *out) {
  tree whole = {0};
  char first = '\0';
  while (is_comparison(p)) {
    const sp_token at = p->token;
    if (whole.expr != NULL && (at.text[0] != first || first == '=' || first == '!')) {
      const int32_t status = sp_token_error(&p->lexer, at.line, at.column, SP_ID_EXPR_CHAIN,
                                            "'%s' cannot follow another comparison", at.text);
      (void)sp_error_hint(p->lexer.error,
                          "join two comparisons with 'and', or use ( ); a chain runs one way: "
                          "a < x <= b");
      return status;
    }
    first = at.text[0];
    tree sides[2] = {left}, one;
    SP_TRY(advance(p));
    SP_TRY(parse(p, SP_TIGHT_SUM, &sides[1]));
    SP_TRY(not_missing(p, sides[0].expr));
    SP_TRY(not_missing(p, sides[1].expr));
    SP_TRY(call(p, &at, at.text, sides, 2, &one));
    if (whole.expr == NULL) {
      whole = one;
    } else {
      const tree both[2] = {whole, one};
      SP_TRY(call(p, &at, "and", both, 2, &whole));
    }
    left = sides[1];
  }
  *out = whole;
  return SAMPAN_OK;
}

/* in [..], between a and b, and both with not before them. */
static int32_t membership(parser *p, tree left, tree *out) {
  const sp_token at = p->token;
  const int negated = is_keyword(p, "not");
  if (negated) SP_TRY(advance(p));
  if (is_keyword(p, "in")) {
    SP_TRY(advance(p));
    SP_TRY(in_list(p, &at, left, out));
  } else if (is_keyword(p, "between")) {
    SP_TRY(advance(p));
    SP_TRY(between(p, &at, left, out));
  } else {
    return unexpected(p, "'in' or 'between' after 'not'");
  }
  if (negated) {
    const tree inner = *out;
    SP_TRY(call(p, &at, "not", &inner, 1, out));
  }
  return SAMPAN_OK;
}

/* not and unary -: an operator before its only operand. */
static int32_t prefix(parser *p, const char *text, int32_t tight, tree *out) {
  const sp_token at = p->token;
  tree operand;
  SP_TRY(advance(p));
  SP_TRY(parse(p, tight, &operand));
  if (strcmp(text, "neg") == 0 && operand.expr->kind == SP_EXPR_NUMBER) {
    *out = operand;
    return negate(p, &at, operand.expr);
  }
  return call(p, &at, text, &operand, 1, out);
}

static int32_t literal(parser *p, int32_t kind, tree *out) {
  SP_TRY(leaf(p, kind, out));
  if (kind == SP_EXPR_TRUTH) out->expr->number = p->token.text[0] == 't';
  return advance(p);
}

static int32_t not_a_function(const parser *p, const sp_token *at) {
  const int32_t status = sp_token_error(&p->lexer, at->line, at->column, SP_ID_EXPR_MISSING,
                                        "'%s' is a value, not a function", at->text);
  (void)sp_error_hint(p->lexer.error, "write is_missing(x)");
  return status;
}

static int32_t primary(parser *p, tree *out) {
  const sp_token at = p->token;
  if (at.kind == SP_TOKEN_NUMBER) return literal(p, SP_EXPR_NUMBER, out);
  if (at.kind == SP_TOKEN_TEXT) return literal(p, SP_EXPR_TEXT, out);
  if (is_keyword(p, "true") || is_keyword(p, "false")) return literal(p, SP_EXPR_TRUTH, out);
  if (is_keyword(p, "missing")) {
    SP_TRY(literal(p, SP_EXPR_MISSING, out));
    return is_sign(p, "(") ? not_a_function(p, &at) : SAMPAN_OK;
  }
  if (is_keyword(p, "not")) return prefix(p, "not", SP_TIGHT_NOT, out);
  if (is_sign(p, "-")) return prefix(p, "neg", SP_TIGHT_MINUS, out);
  if (is_sign(p, "(")) {
    SP_TRY(advance(p));
    SP_TRY(parse(p, 0, out));
    if (!is_sign(p, ")")) {
      const int32_t status = unexpected(p, "')'");
      if (p->token.kind == SP_TOKEN_END) {
        (void)sp_error_hint(p->lexer.error, "a '(' is not closed");
      }
      return status;
    }
    return advance(p);
  }
  if (at.kind != SP_TOKEN_NAME) return unexpected(p, "a value");
  SP_TRY(literal(p, SP_EXPR_NAME, out));
  return is_sign(p, "(") ? call_arguments(p, &at, out) : SAMPAN_OK;
}

/* How tight the operator at the next token binds; 0 if there is none. */
static int32_t tightness(const parser *p) {
  if (is_keyword(p, "or")) return SP_TIGHT_OR;
  if (is_keyword(p, "and")) return SP_TIGHT_AND;
  if (is_keyword(p, "in") || is_keyword(p, "between") || is_keyword(p, "not")) {
    return SP_TIGHT_COMPARE;
  }
  if (is_comparison(p)) return SP_TIGHT_COMPARE;
  if (is_sign(p, "+") || is_sign(p, "-")) return SP_TIGHT_SUM;
  if (is_sign(p, "*") || is_sign(p, "/")) return SP_TIGHT_PRODUCT;
  return is_sign(p, "^") ? SP_TIGHT_POWER : 0;
}

/* One operator and what follows it; *left becomes the whole. */
static int32_t infix(parser *p, int32_t tight, tree *left) {
  const sp_token at = p->token;
  if (tight == SP_TIGHT_COMPARE) {
    return is_comparison(p) ? comparisons(p, *left, left) : membership(p, *left, left);
  }
  tree sides[2] = {*left};
  SP_TRY(advance(p));
  /* ^ takes its right side first, and a minus in it: 2 ^ -1, 2 ^ 3 ^ 2 = 2 ^ 9. */
  SP_TRY(parse(p, tight == SP_TIGHT_POWER ? SP_TIGHT_MINUS : tight + 1, &sides[1]));
  return call(p, &at, at.text, sides, 2, left);
}

/* Parses what binds at least as tight as `tight`. */
static int32_t parse(parser *p, int32_t tight, tree *out) {
  if (++p->depth > SP_EXPR_DEPTH) return too_deep(p, p->token.line, p->token.column);
  SP_TRY(primary(p, out));
  int32_t next;
  while ((next = tightness(p)) != 0 && next >= tight) {
    SP_TRY(infix(p, next, out));
  }
  p->depth--;
  return SAMPAN_OK;
}

static int32_t parse_whole(const char *text, const char *file, int32_t line, int32_t column,
                           int allow_range, sp_arena *arena, sp_expr **out, sampan_error *error) {
  parser p = {.lexer = {.at = text,
                        .file = file,
                        .line = line,
                        .column = column,
                        .arena = arena,
                        .error = error}};
  tree whole;
  *out = NULL;
  SP_TRY(advance(&p));
  if (p.token.kind == SP_TOKEN_END) {
    return sp_token_error(&p.lexer, line, column, SP_ID_EXPR_EMPTY, "the expression is empty");
  }
  SP_TRY(parse(&p, 0, &whole));
  if (allow_range && whole.expr->kind == SP_EXPR_NAME && is_sign(&p, ".."))
    SP_TRY(range(&p, &whole));
  if (is_sign(&p, "..")) {
    const int32_t status =
        sp_token_error(&p.lexer, p.token.line, p.token.column, SP_ID_EXPR_RANGE,
                       "a range of columns can only be an argument of a function");
    (void)sp_error_hint(error, "for example sum(first..last)");
    return status;
  }
  if (p.token.kind != SP_TOKEN_END) return unexpected(&p, "an operator or the end");
  *out = whole.expr;
  return SAMPAN_OK;
}

int32_t sp_expr_parse(const char *text, const char *file, int32_t line, int32_t column,
                      sp_arena *arena, sp_expr **out, sampan_error *error) {
  return parse_whole(text, file, line, column, 0, arena, out, error);
}

int32_t sp_expr_parse_columns(const char *text, const char *file, int32_t line, int32_t column,
                              sp_arena *arena, sp_expr **out, sampan_error *error) {
  return parse_whole(text, file, line, column, 1, arena, out, error);
}

int32_t sp_expr_error(const sp_expr *expr, const char *file, int32_t id, sampan_error *error,
                      const char *format, ...) {
  char message[sizeof error->message];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  (void)sp_error_set(error, SAMPAN_E_PLAN, id, "%s", message);
  (void)sp_error_text_place(error, file, expr->line, expr->column);
  return SAMPAN_E_PLAN;
}
