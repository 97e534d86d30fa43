/* token.c - cuts an expression into words. */
#include "plan/token.h"

#include "base/text.h"
#include "plan/error_ids.h"

static const char *const sp_keywords[] = {"or",      "and",  "not",   "in",
                                          "between", "true", "false", "missing"};
enum { SP_N_KEYWORDS = sizeof sp_keywords / sizeof sp_keywords[0] };

/* The longer sign first. */
static const struct {
  const char *written, *text;
} sp_signs[] = {{"==", "=="}, {"!=", "!="}, {"<>", "!="}, {"<=", "<="}, {">=", ">="}, {"..", ".."},
                {"<", "<"},   {">", ">"},   {"+", "+"},   {"-", "-"},   {"*", "*"},   {"/", "/"},
                {"^", "^"},   {"(", "("},   {")", ")"},   {"[", "["},   {"]", "]"},   {",", ","}};

/* Operators of other languages, and what they are called here. */
static const struct {
  const char *written, *hint;
} sp_foreign[] = {{"&&", "write 'and'"},
                  {"||", "write 'or'"},
                  {"**", "write '^' for a power"},
                  {"&", "write 'and'"},
                  {"|", "write 'or'"},
                  {"!", "write 'not'"},
                  {"%", "write a share as a number: 0.3 for 30 %"},
                  {"{", "a list stands in [ ]"},
                  {"}", "a list stands in [ ]"},
                  {":", "a range of columns is written first..last"},
                  {";", "arguments are separated by ','"}};

/* Signs that an input method for Chinese gives where the expression needs the plain one. */
static const struct {
  const char *written, *plain;
} sp_wide[] = {
    {"\xef\xbc\x88", "("},  {"\xef\xbc\x89", ")"},  {"\xef\xbc\x8c", ","},  {"\xe3\x80\x81", ","},
    {"\xe2\x80\x9c", "\""}, {"\xe2\x80\x9d", "\""}, {"\xe2\x80\x98", "'"},  {"\xe2\x80\x99", "'"},
    {"\xe2\x89\xa5", ">="}, {"\xe2\x89\xa4", "<="}, {"\xe2\x89\xa0", "!="}, {"\xef\xbc\x9d", "=="},
    {"\xef\xbc\x9c", "<"},  {"\xef\xbc\x9e", ">"},  {"\xef\xbc\x8b", "+"},  {"\xef\xbc\x8d", "-"},
    {"\xe2\x88\x92", "-"},  {"\xc3\x97", "*"},      {"\xc3\xb7", "/"},      {"\xef\xbc\xbb", "["},
    {"\xef\xbc\xbd", "]"},  {"\xe3\x80\x90", "["},  {"\xe3\x80\x91", "]"},  {"\xe2\x80\xa6", ".."},
    {"\xe3\x80\x80", " "},  {"\xc2\xa0", " "},      {"\xef\xbc\x81", "!"},  {"\xef\xbc\x8a", "*"},
    {"\xef\xbc\x8f", "/"},  {"\xe3\x80\x82", "."},  {"\xef\xbc\x8e", "."},  {"\xef\xbc\x9a", ":"},
    {"\xef\xbc\x9b", ";"},  {"\xef\xbc\x85", "%"}};

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}

static int starts_name(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (unsigned char)c >= 0x80;
}

static int in_name(char c) {
  return starts_name(c) || is_digit(c);
}

/* Moves over n bytes, counting characters and lines. */
static void move(sp_lexer *lexer, size_t n) {
  for (size_t i = 0; i < n; i++, lexer->at++) {
    const unsigned char c = (unsigned char)*lexer->at;
    if (c == '\n') {
      lexer->line++;
      if (lexer->column > 0) lexer->column = 1;
    } else if ((c & 0xc0) != 0x80 && lexer->column > 0) {
      lexer->column++;
    }
  }
}

int32_t sp_token_error(const sp_lexer *lexer, int32_t line, int32_t column, int32_t id,
                       const char *format, ...) {
  char message[512];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  (void)sp_error_set(lexer->error, SAMPAN_E_PLAN, id, "%s", message);
  (void)sp_error_text_place(lexer->error, lexer->file, line, column);
  return SAMPAN_E_PLAN;
}

const char *sp_token_keyword_like(const char *text) {
  for (int i = 0; i < SP_N_KEYWORDS; i++) {
    const char *a = text, *b = sp_keywords[i];
    while (*a != '\0' && (*a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a) == *b) {
      a++;
      b++;
    }
    if (*a == '\0' && *b == '\0') return sp_keywords[i];
  }
  return NULL;
}

static int32_t fail_here(const sp_lexer *lexer, int32_t id, const char *message,
                         const char *detail) {
  return sp_token_error(lexer, lexer->line, lexer->column, id, message, detail);
}

static const char *wide_sign(const char *at, const char **plain) {
  for (size_t i = 0; i < sizeof sp_wide / sizeof sp_wide[0]; i++) {
    if (strncmp(at, sp_wide[i].written, strlen(sp_wide[i].written)) != 0) continue;
    *plain = sp_wide[i].plain;
    return sp_wide[i].written;
  }
  return NULL;
}

static int32_t refuse_wide(const sp_lexer *lexer, const char *sign, const char *plain) {
  const int32_t status = sp_token_error(lexer, lexer->line, lexer->column, SP_ID_EXPR_WIDE,
                                        "'%s' is no sign of an expression", sign);
  (void)sp_error_hint(lexer->error, "write '%s'; a name that holds '%s' stands in backquotes",
                      plain, sign);
  return status;
}

/* A text in " or ', or a name in backquotes; the quote itself is written twice. */
static int32_t quoted(sp_lexer *lexer, sp_token *out) {
  const char quote = *lexer->at;
  const char *p = lexer->at + 1;
  size_t n = 0;
  for (;; p++, n++) {
    if (*p == '\0') {
      const int32_t status =
          sp_token_error(lexer, lexer->line, lexer->column, SP_ID_EXPR_TEXT_OPEN,
                         "this %s has no closing %c", quote == '`' ? "name" : "text", quote);
      return status;
    }
    if (*p != quote) continue;
    if (p[1] != quote) break;
    p++;
  }
  if (quote == '`' && n == 0) {
    return fail_here(lexer, SP_ID_EXPR_TEXT_OPEN, "%s", "a name in backquotes is empty");
  }
  char *text = sp_arena_text_n(lexer->arena, lexer->at + 1, n);
  if (text == NULL) return sp_error_memory(lexer->error), SAMPAN_E_MEMORY;
  const char *from = lexer->at + 1;
  for (size_t i = 0; i < n; i++, from++) {
    text[i] = *from;
    if (*from == quote) from++;
  }
  out->kind = quote == '`' ? SP_TOKEN_NAME : SP_TOKEN_TEXT;
  out->text = text;
  move(lexer, (size_t)(p + 1 - lexer->at));
  return SAMPAN_OK;
}

static int32_t number(sp_lexer *lexer, sp_token *out) {
  const char *p = lexer->at;
  while (is_digit(*p)) p++;
  if (p[0] == '.' && p[1] != '.') {
    p++;
    while (is_digit(*p)) p++;
  }
  if (*p == 'e' || *p == 'E') {
    const char *q = p + 1;
    if (*q == '+' || *q == '-') q++;
    if (is_digit(*q)) {
      while (is_digit(*q)) q++;
      p = q;
    }
  }
  const size_t n = (size_t)(p - lexer->at);
  const char *plain;
  if ((in_name(*p) && wide_sign(p, &plain) == NULL) || (p[0] == '.' && p[1] != '.')) {
    size_t m = n;
    while (in_name(lexer->at[m]) || lexer->at[m] == '.') m++;
    const int32_t status = sp_token_error(lexer, lexer->line, lexer->column, SP_ID_EXPR_NUMBER,
                                          "'%.*s' is neither a number nor a name",
                                          (int)(m < 100 ? m : 100), lexer->at);
    (void)sp_error_hint(lexer->error,
                        "a name that starts with a digit stands in backquotes: `%.*s`",
                        (int)(m < 100 ? m : 100), lexer->at);
    return status;
  }
  if (sp_parse_number(lexer->at, n, &out->number) != 0) {
    return sp_token_error(lexer, lexer->line, lexer->column, SP_ID_EXPR_NUMBER,
                          "'%.*s' is no number that can be held", (int)(n < 100 ? n : 100),
                          lexer->at);
  }
  out->kind = SP_TOKEN_NUMBER;
  out->text = sp_arena_text_n(lexer->arena, lexer->at, n);
  if (out->text == NULL) return sp_error_memory(lexer->error), SAMPAN_E_MEMORY;
  move(lexer, n);
  return SAMPAN_OK;
}

static int32_t name(sp_lexer *lexer, sp_token *out) {
  const char *p = lexer->at, *plain;
  /* A point belongs to the name only before another of its characters: a..b is a range. */
  while ((in_name(*p) && wide_sign(p, &plain) == NULL) || (*p == '.' && in_name(p[1]))) p++;
  const size_t n = (size_t)(p - lexer->at);
  out->text = sp_arena_text_n(lexer->arena, lexer->at, n);
  if (out->text == NULL) return sp_error_memory(lexer->error), SAMPAN_E_MEMORY;
  out->kind = SP_TOKEN_NAME;
  const char *keyword = sp_token_keyword_like(out->text);
  if (keyword != NULL && strcmp(keyword, out->text) == 0) out->kind = SP_TOKEN_KEYWORD;
  move(lexer, n);
  return SAMPAN_OK;
}

static int32_t sign(sp_lexer *lexer, sp_token *out) {
  for (size_t i = 0; i < sizeof sp_foreign / sizeof sp_foreign[0]; i++) {
    const size_t n = strlen(sp_foreign[i].written);
    if (strncmp(lexer->at, sp_foreign[i].written, n) != 0 || strncmp(lexer->at, "!=", 2) == 0) {
      continue;
    }
    const int32_t status =
        fail_here(lexer, SP_ID_EXPR_OPERATOR, "'%s' is no operator here", sp_foreign[i].written);
    (void)sp_error_hint(lexer->error, "%s", sp_foreign[i].hint);
    return status;
  }
  for (size_t i = 0; i < sizeof sp_signs / sizeof sp_signs[0]; i++) {
    const size_t n = strlen(sp_signs[i].written);
    if (strncmp(lexer->at, sp_signs[i].written, n) != 0) continue;
    out->kind = SP_TOKEN_SIGN;
    out->text = sp_signs[i].text;
    move(lexer, n);
    return SAMPAN_OK;
  }
  if (*lexer->at == '=') {
    const int32_t status =
        fail_here(lexer, SP_ID_EXPR_SINGLE_EQUALS, "%s", "a single '=' compares nothing");
    (void)sp_error_hint(lexer->error, "write '==' to compare");
    return status;
  }
  const char shown[2] = {*lexer->at, '\0'};
  return fail_here(lexer, SP_ID_EXPR_CHARACTER, "'%s' has no meaning in an expression", shown);
}

int32_t sp_token_next(sp_lexer *lexer, sp_token *out) {
  const char *plain;
  memset(out, 0, sizeof *out);
  out->text = "";
  while (*lexer->at == ' ' || *lexer->at == '\t' || *lexer->at == '\n' || *lexer->at == '\r') {
    move(lexer, 1);
  }
  out->line = lexer->line;
  out->column = lexer->column;
  const char c = *lexer->at;
  if (c == '\0') return SAMPAN_OK;
  if (c == '"' || c == '\'' || c == '`') return quoted(lexer, out);
  if (is_digit(c) || (c == '.' && is_digit(lexer->at[1]))) return number(lexer, out);
  const char *wide = wide_sign(lexer->at, &plain);
  if (wide != NULL) return refuse_wide(lexer, wide, plain);
  return starts_name(c) ? name(lexer, out) : sign(lexer, out);
}
