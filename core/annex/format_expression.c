/* format_expression.c - an expression of a plan written back as text, for the methods section. */
#include <string.h>

#include "annex/format.h"
#include "base/buffer.h"

static void write(const sp_expr *e, int32_t outer, sp_buffer *out);

/* How tightly an operator binds; 0 for a function. */
static int32_t tightness(const char *op) {
  static const struct {
    const char *op;
    int32_t tightness;
  } operators[] = {{"or", 1}, {"and", 2}, {"not", 3}, {"==", 4},  {"!=", 4},      {"<", 4},
                   {"<=", 4}, {">", 4},   {">=", 4},  {"in", 4},  {"between", 4}, {"+", 5},
                   {"-", 5},  {"*", 6},   {"/", 6},   {"neg", 7}, {"^", 8}};
  for (uint32_t i = 0; i < sizeof operators / sizeof operators[0]; i++)
    if (strcmp(op, operators[i].op) == 0) return operators[i].tightness;
  return 0;
}

static void list(const sp_expr *e, uint32_t first, sp_buffer *out) {
  for (uint32_t i = first; i < e->n_args; i++) {
    if (i > first) sp_buffer_text_add(out, ", ");
    write(e->args[i], 0, out);
  }
}

static void call(const sp_expr *e, int32_t own, sp_buffer *out) {
  if (own == 0) {
    sp_buffer_printf(out, "%s(", e->text);
    list(e, 0, out);
    sp_buffer_char(out, ')');
    return;
  }
  if (e->n_args == 1) {
    sp_buffer_text_add(out, strcmp(e->text, "neg") == 0 ? "-" : "not ");
    write(e->args[0], own, out);
    return;
  }
  write(e->args[0], own, out);
  if (strcmp(e->text, "in") == 0) {
    sp_buffer_text_add(out, " in [");
    list(e, 1, out);
    sp_buffer_char(out, ']');
    return;
  }
  for (uint32_t i = 1; i < e->n_args; i++) {
    sp_buffer_printf(out, " %s ", i > 1 && strcmp(e->text, "between") == 0 ? "and" : e->text);
    write(e->args[i], own + 1, out);
  }
}

static void write(const sp_expr *e, int32_t outer, sp_buffer *out) {
  const int32_t own = e->kind == SP_EXPR_CALL ? tightness(e->text) : 0;
  switch (e->kind) {
    case SP_EXPR_TEXT:
      sp_buffer_printf(out, "\"%s\"", e->text);
      break;
    case SP_EXPR_TRUTH:
      sp_buffer_text_add(out, e->number != 0 ? "true" : "false");
      break;
    case SP_EXPR_MISSING:
      sp_buffer_text_add(out, "missing");
      break;
    case SP_EXPR_RANGE:
      sp_buffer_printf(out, "%s..%s", e->text, e->last);
      break;
    case SP_EXPR_CALL:
      if (own > 0 && own < outer) sp_buffer_char(out, '(');
      call(e, own, out);
      if (own > 0 && own < outer) sp_buffer_char(out, ')');
      break;
    default:
      sp_buffer_text_add(out, e->text);
      break;
  }
}

const char *sp_expression_text(sp_doc *doc, const sp_expr *expr) {
  sp_buffer out;
  const char *text = NULL;
  if (expr == NULL) return "";
  sp_buffer_init(&out);
  write(expr, 0, &out);
  if (!out.failed) text = sp_arena_text(doc->arena, sp_buffer_text(&out));
  sp_buffer_clear(&out);
  return sp_doc_kept(doc, text);
}
