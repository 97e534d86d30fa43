/* read.c - nodes as texts, numbers, labels and expressions. */
#include "plan/read.h"

#include "base/digest.h"
#include "base/input.h"
#include "base/text.h"
#include "plan/error_ids.h"

enum { SP_READ_MAX_BYTES = 4 << 20, SP_READ_MAX_NAMES = 10000 };

int32_t sp_read_memory(const sp_reading *r, uint64_t n, uint64_t size, void **out) {
  *out = sp_arena_array(r->arena, n == 0 ? 1 : n, size);
  return *out != NULL ? SAMPAN_OK : (sp_error_memory(r->error), SAMPAN_E_MEMORY);
}

/* A copy in the arena, or an error. */
static int32_t keep_text(const sp_reading *r, const char *text, uint64_t n, const char **out) {
  *out = sp_arena_text_n(r->arena, text, n);
  return *out != NULL ? SAMPAN_OK : (sp_error_memory(r->error), SAMPAN_E_MEMORY);
}

int32_t sp_read_file(sp_reading *r, const char *path, sp_yaml **tree, const char **digest) {
  char *text, hex[65];
  uint64_t n;
  sp_sha256 sha;
  SP_TRY(keep_text(r, path, strlen(path), &r->file));
  const char *slash = strrchr(path, '/');
  const uint64_t n_folder = slash == NULL ? 0 : slash == path ? 1 : (uint64_t)(slash - path);
  SP_TRY(keep_text(r, n_folder > 0 ? path : ".", n_folder > 0 ? n_folder : 1, &r->folder));
  SP_TRY(sp_input_text(path, SP_READ_MAX_BYTES, r->arena, &text, &n, r->error));
  sp_sha256_init(&sha);
  sp_sha256_add(&sha, text, n);
  sp_sha256_hex(&sha, hex);
  SP_TRY(keep_text(r, hex, 64, digest));
  SP_TRY(sp_yaml_parse(r->file, text, n, r->arena, tree, r->error));
  if ((*tree)->kind == SP_YAML_MAP) return SAMPAN_OK;
  return sp_yaml_error(*tree, r->file, SP_ID_VALUE_KIND, r->error,
                       "the file must hold keys with values");
}

int32_t sp_read_version(const sp_reading *r, const sp_yaml *tree, const char *key) {
  const sp_yaml *version = sp_yaml_get(tree, key);
  int64_t number;
  if (version == NULL) {
    const int32_t status = sp_yaml_error(tree, r->file, SP_ID_PLAN_VERSION, r->error,
                                         "the version key '%s' is missing", key);
    (void)sp_error_hint(r->error, "begin the file with '%s: 1'", key);
    return status;
  }
  if (version->kind == SP_YAML_SCALAR &&
      sp_parse_integer(version->text, strlen(version->text), &number) == 0 && number == 1) {
    return SAMPAN_OK;
  }
  const int32_t status = sp_yaml_error(version, r->file, SP_ID_PLAN_VERSION, r->error,
                                       "version '%.40s' of '%s' is not known here",
                                       version->kind == SP_YAML_SCALAR ? version->text : "?", key);
  (void)sp_error_hint(r->error, "this program reads version 1");
  return status;
}

int32_t sp_read_kind(const sp_reading *r, const sp_yaml *node, int32_t kind, const char *what) {
  static const char *const names[] = {"", "a single value", "a list", "a map of keys to values"};
  if (node->kind == kind) return SAMPAN_OK;
  const int32_t empty = node->kind == SP_YAML_SCALAR && node->quoted == 0 && node->text[0] == '\0';
  if (empty) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'%s' has no value", what);
  }
  return sp_yaml_error(node, r->file, SP_ID_VALUE_KIND, r->error, "'%s' must be %s, not %s", what,
                       names[kind], names[node->kind]);
}

int32_t sp_read_map(const sp_reading *r, const sp_yaml *node, const char *const *keys, uint32_t n,
                    const char *what) {
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, what));
  return sp_yaml_known_keys(node, r->file, keys, n, r->error);
}

int32_t sp_read_needs(const sp_reading *r, const sp_yaml *map, const char *what) {
  const int32_t status =
      sp_yaml_error(map, r->file, SP_ID_PLAN_NEEDS, r->error, "'%s' is missing here", what);
  for (uint32_t i = 0; map->kind == SP_YAML_MAP && i < map->n; i++) {
    if (sp_nearest(map->keys[i]->text, &what, 1) == NULL) continue;
    (void)sp_error_hint(r->error, "is it '%s' in line %d?", map->keys[i]->text, map->keys[i]->line);
  }
  return status;
}

int32_t sp_read_text(const sp_reading *r, const sp_yaml *node, const char *what, const char **out) {
  SP_TRY(sp_read_kind(r, node, SP_YAML_SCALAR, what));
  if (node->text[0] == '\0') {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'%s' has no value", what);
  }
  *out = node->text;
  return SAMPAN_OK;
}

int32_t sp_read_label(const sp_reading *r, const sp_yaml *node, const char *what, sp_label *out) {
  static const char *const keys[] = {"en", "zh"};
  const char *texts[2] = {NULL, NULL};
  if (node->kind != SP_YAML_MAP) {
    if (node->kind == SP_YAML_LIST) {
      return sp_yaml_error(node, r->file, SP_ID_VALUE_KIND, r->error,
                           "'%s' must be a text or {en: ..., zh: ...}, not a list", what);
    }
    SP_TRY(sp_read_text(r, node, what, &texts[0]));
    out->en = out->zh = texts[0];
    return SAMPAN_OK;
  }
  SP_TRY(sp_yaml_known_keys(node, r->file, keys, SP_COUNT(keys), r->error));
  for (int i = 0; i < 2; i++) {
    const sp_yaml *text = sp_yaml_get(node, keys[i]);
    if (text != NULL) SP_TRY(sp_read_text(r, text, keys[i], &texts[i]));
  }
  if (texts[0] == NULL && texts[1] == NULL) return sp_read_needs(r, node, "en");
  out->en = texts[0] != NULL ? texts[0] : texts[1];
  out->zh = texts[1] != NULL ? texts[1] : texts[0];
  return SAMPAN_OK;
}

static int32_t number_error(const sp_reading *r, const sp_yaml *node, const char *what) {
  return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                       "'%s' must be a number, not '%.60s'", what, node->text);
}

int32_t sp_read_number(const sp_reading *r, const sp_yaml *node, const char *what, double *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, what, &text));
  if (node->quoted == 0 && sp_parse_number(text, strlen(text), out) == 0) return SAMPAN_OK;
  const int32_t status = number_error(r, node, what);
  if (node->quoted != 0) (void)sp_error_hint(r->error, "write the number without quotes");
  return status;
}

int32_t sp_read_share(const sp_reading *r, const sp_yaml *node, const char *what, double *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, what, &text));
  uint64_t n = strlen(text);
  if (text[n - 1] != '%') return sp_read_number(r, node, what, out);
  n--;
  while (n > 0 && text[n - 1] == ' ') n--;
  /* The decimal point is moved in the text, not in the number: 14.5% reads as 0.145 does. */
  char moved[96];
  if (n == 0 || n > 80 || strpbrk(text, "eE") != NULL || sp_parse_number(text, n, out) != 0) {
    return number_error(r, node, what);
  }
  (void)snprintf(moved, sizeof moved, "%.*se-2", (int)n, text);
  return sp_parse_number(moved, strlen(moved), out) == 0 ? SAMPAN_OK : number_error(r, node, what);
}

int32_t sp_read_integer(const sp_reading *r, const sp_yaml *node, const char *what, int64_t minimum,
                        int64_t maximum, int64_t *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, what, &text));
  if (sp_parse_integer(text, strlen(text), out) != 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'%s' must be a whole number, not '%.60s'", what, text);
  }
  if (*out >= minimum && *out <= maximum) return SAMPAN_OK;
  if (maximum == INT64_MAX) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'%s' must be at least %lld, not %s", what, (long long)minimum, text);
  }
  return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                       "'%s' must be from %lld to %lld, not %s", what, (long long)minimum,
                       (long long)maximum, text);
}

int32_t sp_read_truth(const sp_reading *r, const sp_yaml *node, const char *what, int32_t *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, what, &text));
  *out = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
  if (*out || strcmp(text, "no") == 0 || strcmp(text, "false") == 0) return SAMPAN_OK;
  return sp_yaml_error(node, r->file, SP_ID_VALUE_TRUTH, r->error,
                       "'%s' must be yes or no, not '%.60s'", what, text);
}

int32_t sp_read_level(const sp_reading *r, const sp_yaml *node, const char *what, double *out) {
  SP_TRY(sp_read_share(r, node, what, out));
  if (*out > 1.0 && *out < 100.0) *out /= 100.0;
  if (*out > 0.0 && *out < 1.0) return SAMPAN_OK;
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                    "'%s' must lie between 0 and 1, not '%.60s'", what, node->text);
  (void)sp_error_hint(r->error, "write 0.95 or 95 for 95 %%");
  return status;
}

int32_t sp_read_choice(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char *const *names, uint32_t n, uint32_t *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, what, &text));
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(names[i], text) != 0) continue;
    *out = i;
    return SAMPAN_OK;
  }
  const int32_t status = sp_yaml_error(node, r->file, SP_ID_VALUE_CHOICE, r->error,
                                       "'%s' cannot be '%.60s'", what, text);
  sp_yaml_suggest(text, names, n, "it is one of", r->error);
  return status;
}

int32_t sp_read_plugin(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char **out) {
  SP_TRY(sp_read_text(r, node, what, out));
  if (sp_is_plugin_name(*out)) return SAMPAN_OK;
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_VALUE_PLUGIN, r->error,
                    "'%s' must name a plugin, which '%.60s' cannot be", what, node->text);
  (void)sp_error_hint(r->error, "a plugin's name has lower-case letters, digits, - and _");
  return status;
}

int32_t sp_read_sha256(const sp_reading *r, const sp_yaml *node, const char *what,
                       const char **out) {
  const char *text;
  char lower[65];
  SP_TRY(sp_read_text(r, node, what, &text));
  const size_t n = strlen(text);
  size_t i = 0;
  for (; i < n && i < 64; i++) {
    const char c = text[i];
    lower[i] = c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c;
    if (strchr("0123456789abcdef", lower[i]) == NULL) break;
  }
  if (i == 64 && n == 64) return keep_text(r, lower, 64, out);
  return sp_yaml_error(node, r->file, SP_ID_VALUE_DIGEST, r->error,
                       "'%s' must be 64 hexadecimal digits", what);
}

int32_t sp_read_path(const sp_reading *r, const sp_yaml *node, const char *what, const char **given,
                     const char **out) {
  SP_TRY(sp_read_text(r, node, what, given));
  /* "./x" would be right too, but messages read better without. */
  const int plain = (*given)[0] == '/' || strcmp(r->folder, ".") == 0;
  *out = plain ? *given
               : sp_arena_printf(r->arena, "%s%s%s", r->folder,
                                 strcmp(r->folder, "/") == 0 ? "" : "/", *given);
  return *out != NULL ? SAMPAN_OK : (sp_error_memory(r->error), SAMPAN_E_MEMORY);
}

int32_t sp_read_names(const sp_reading *r, const sp_yaml *node, const char *what,
                      const char *const **out, uint32_t *n) {
  const char **names;
  if (node->kind != SP_YAML_LIST) {
    SP_TRY(SP_NEW(r, 1, &names));
    SP_TRY(sp_read_text(r, node, what, &names[0]));
    *out = names;
    *n = 1;
    return SAMPAN_OK;
  }
  if (node->n > SP_READ_MAX_NAMES) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'%s' has more than %d entries", what, SP_READ_MAX_NAMES);
  }
  SP_TRY(SP_NEW(r, node->n, &names));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(sp_read_text(r, node->items[i], what, &names[i]));
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(names[i], names[j]) != 0) continue;
      return sp_yaml_error(node->items[i], r->file, SP_ID_VALUE_TWICE, r->error,
                           "'%.100s' is there twice in '%s'", names[i], what);
    }
  }
  *out = names;
  *n = node->n;
  return SAMPAN_OK;
}

int32_t sp_read_expr(const sp_reading *r, const sp_yaml *node, const char *what,
                     const sp_expr **out) {
  const char *text;
  sp_expr *expr;
  int32_t line = node->line, column = node->column;
  SP_TRY(sp_read_text(r, node, what, &text));
  if (node->quoted == SP_YAML_LITERAL || node->quoted == SP_YAML_FOLDED) {
    line++;
    column = 0; /* the indentation is not part of the text */
  } else if (node->last_line > node->line) {
    column = 0; /* the lines were folded into one */
  } else {
    column += node->quoted == SP_YAML_QUOTED;
  }
  SP_TRY(sp_expr_parse(text, r->file, line, column, r->arena, &expr, r->error));
  *out = expr;
  return SAMPAN_OK;
}
