/* params.c - values for the parameters that a plugin declares. */
#include "host/params.h"

#include <dirent.h>
#include <math.h>

#include "base/text.h"
#include "host/error_ids.h"
#include "host/module.h"
#include "host/registry.h"

enum { MOST_NUMBERS = 100000, MOST_NAMES = 256 };

typedef struct binding {
  const sampan_plugin *plugin;
  const sampan_param *param;
  const sp_yaml *place; /* of the plugin in the plan; may be NULL */
  const char *file, *folder, *data_folder;
  sp_arena *arena;
  sampan_error *error;
} binding;

static int32_t memory(const binding *b) {
  return sp_error_memory(b->error), SAMPAN_E_MEMORY;
}

/* An error at a node, or (for a default) at the place of the plugin. */
static int32_t wrong(const binding *b, const sp_yaml *node, int32_t id, const char *format, ...)
    SP_PRINTF(4, 5);
static int32_t wrong(const binding *b, const sp_yaml *node, int32_t id, const char *format, ...) {
  char message[512];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  if (node == NULL) node = b->place;
  (void)sp_error_set(b->error, SAMPAN_E_PLAN, id, "%s", message);
  (void)sp_error_text_place(b->error, b->file, node != NULL ? node->line : 0,
                            node != NULL ? node->column : 0);
  if (b->error != NULL) {
    (void)snprintf(b->error->plugin, sizeof b->error->plugin, "%.40s", b->plugin->name);
    if (b->param != NULL) {
      (void)snprintf(b->error->parameter, sizeof b->error->parameter, "%.40s", b->param->name);
    }
  }
  return SAMPAN_E_PLAN;
}

/* ---- scalars ------------------------------------------------------------------------------ */

static const char *kind_text(const sp_yaml *node) {
  return node->kind == SP_YAML_LIST ? "a list" : "a map";
}

/* The text of a node that must be a single value. */
static int32_t scalar(const binding *b, const sp_yaml *node, const char **out) {
  if (node->kind != SP_YAML_SCALAR) {
    return wrong(b, node, SP_ID_PARAM_KIND, "'%s' must be a single value, not %s", b->param->name,
                 kind_text(node));
  }
  if (node->text[0] == '\0' && node->quoted == 0) {
    return wrong(b, node, SP_ID_PARAM_KIND, "'%s' has no value", b->param->name);
  }
  *out = node->text;
  return SAMPAN_OK;
}

/* "between 0 and 1", "at least 0", "at most 1" */
static int32_t out_of_range(const binding *b, const sp_yaml *node, const char *given) {
  char low[32], high[32];
  (void)sp_format_number(b->param->minimum, low);
  (void)sp_format_number(b->param->maximum, high);
  if (isinf(b->param->maximum)) {
    return wrong(b, node, SP_ID_PARAM_RANGE, "'%s' must be at least %s, not %.40s", b->param->name,
                 low, given);
  }
  if (isinf(b->param->minimum)) {
    return wrong(b, node, SP_ID_PARAM_RANGE, "'%s' must be at most %s, not %.40s", b->param->name,
                 high, given);
  }
  return wrong(b, node, SP_ID_PARAM_RANGE, "'%s' must be between %s and %s, not %.40s",
               b->param->name, low, high, given);
}

static int32_t number_of(const binding *b, const sp_yaml *node, const char *text, uint64_t n,
                         double *out) {
  char given[64];
  int64_t whole;
  (void)snprintf(given, sizeof given, "%.*s", (int)(n < 60 ? n : 60), text);
  if (sp_parse_number(text, n, out) != 0) {
    return wrong(b, node, SP_ID_PARAM_NUMBER, "'%s' must be a %s, not '%s'", b->param->name,
                 b->param->type == SAMPAN_P_INTEGER ? "whole number" : "number", given);
  }
  if (b->param->type == SAMPAN_P_INTEGER &&
      (sp_parse_integer(text, n, &whole) != 0 || fabs(*out) > 9007199254740992.0)) {
    return wrong(b, node, SP_ID_PARAM_NUMBER, "'%s' must be a whole number, not %s", b->param->name,
                 given);
  }
  if (b->param->minimum <= b->param->maximum &&
      !(*out >= b->param->minimum && *out <= b->param->maximum)) {
    return out_of_range(b, node, given);
  }
  return SAMPAN_OK;
}

static int32_t choice_of(const binding *b, const sp_yaml *node, const char *text,
                         sampan_value *value) {
  const char *names[MOST_NAMES];
  uint32_t n_names = 0;
  for (const char *at = b->param->choices; n_names < MOST_NAMES;) {
    const uint32_t n = sp_choice_length(at);
    names[n_names] = sp_arena_text_n(b->arena, at, n);
    if (names[n_names] == NULL) return memory(b);
    if (strcmp(names[n_names], text) == 0) {
      value->number = n_names;
      value->text = names[n_names];
      return SAMPAN_OK;
    }
    n_names++;
    if (at[n] == '\0') break;
    at += n + 1;
  }
  (void)wrong(b, node, SP_ID_PARAM_CHOICE, "'%s' cannot be '%.60s'", b->param->name, text);
  sp_yaml_suggest(text, names, n_names, "it can be", b->error);
  return SAMPAN_E_PLAN;
}

static int32_t truth_of(const binding *b, const sp_yaml *node, const char *text, double *out) {
  *out = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
  if (*out == 1 || strcmp(text, "no") == 0 || strcmp(text, "false") == 0) return SAMPAN_OK;
  return wrong(b, node, SP_ID_PARAM_TRUTH, "'%s' must be yes or no, not '%.60s'", b->param->name,
               text);
}

/* ---- lists of numbers --------------------------------------------------------------------- */

/* "20, 40, 60": how a default says a list. */
static int32_t numbers_in_text(const binding *b, const sp_yaml *node, const char *text,
                               sampan_value *value) {
  uint32_t n = 1;
  for (const char *p = text; *p != '\0'; p++) n += *p == ',';
  if (text[0] == '\0') n = 0;
  double *numbers = (double *)sp_arena_array(b->arena, n + UINT64_C(1), sizeof *numbers);
  if (numbers == NULL) return memory(b);
  for (uint32_t i = 0; i < n; i++) {
    const uint64_t length = strcspn(text, ",");
    SP_TRY(number_of(b, node, text, length, &numbers[i]));
    text += length + 1;
  }
  value->numbers = numbers;
  value->n_numbers = n;
  return SAMPAN_OK;
}

static int32_t numbers_of(const binding *b, const sp_yaml *node, sampan_value *value) {
  if (node->kind == SP_YAML_SCALAR) {
    const char *text;
    SP_TRY(scalar(b, node, &text));
    return numbers_in_text(b, node, text, value);
  }
  if (node->kind != SP_YAML_LIST) {
    return wrong(b, node, SP_ID_PARAM_KIND, "'%s' must be a list of numbers, not a map",
                 b->param->name);
  }
  if (node->n > MOST_NUMBERS) {
    return wrong(b, node, SP_ID_PARAM_RANGE, "'%s' has more than %d numbers", b->param->name,
                 (int)MOST_NUMBERS);
  }
  double *numbers = (double *)sp_arena_array(b->arena, node->n + UINT64_C(1), sizeof *numbers);
  if (numbers == NULL) return memory(b);
  for (uint32_t i = 0; i < node->n; i++) {
    const char *text;
    SP_TRY(scalar(b, node->items[i], &text));
    SP_TRY(number_of(b, node->items[i], text, strlen(text), &numbers[i]));
  }
  value->numbers = numbers;
  value->n_numbers = node->n;
  return SAMPAN_OK;
}

/* ---- tables ------------------------------------------------------------------------------- */

static int32_t table_in_plan(const binding *b, const sp_yaml *node, sampan_value *value) {
  static const char *const header[] = {"key", "value"};
  if (node->n == 0) {
    return wrong(b, node, SP_ID_PARAM_TABLE, "the table '%s' has no rows", b->param->name);
  }
  sampan_table *table = (sampan_table *)sp_arena_alloc(b->arena, sizeof *table);
  const char **text = (const char **)sp_arena_array(b->arena, UINT64_C(2) * node->n, sizeof *text);
  double *number = (double *)sp_arena_array(b->arena, UINT64_C(2) * node->n, sizeof *number);
  const char *name = sp_arena_text(b->arena, b->param->name);
  if (table == NULL || text == NULL || number == NULL || name == NULL) return memory(b);
  for (uint32_t i = 0; i < node->n; i++) {
    text[2 * i] = node->keys[i]->text;
    SP_TRY(scalar(b, node->items[i], &text[2 * i + 1]));
  }
  for (uint32_t i = 0; i < 2 * node->n; i++) {
    if (sp_parse_number(text[i], strlen(text[i]), &number[i]) != 0) number[i] = NAN;
  }
  *table = (sampan_table){.struct_size = sizeof *table,
                          .n_rows = node->n,
                          .n_columns = 2,
                          .header = header,
                          .text = text,
                          .number = number,
                          .name = name};
  value->table = table;
  return SAMPAN_OK;
}

/* A name without a folder or an ending: that of a shipped table. */
static int is_shipped_name(const char *text) {
  for (const char *p = text; *p != '\0'; p++) {
    const int fine = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
                     (*p >= '0' && *p <= '9') || (p > text && (*p == '-' || *p == '_'));
    if (!fine) return 0;
  }
  return text[0] != '\0';
}

/* Hints at the shipped table with the nearest name. */
static void suggest_shipped(const binding *b, const char *text) {
  const char *names[MOST_NAMES];
  uint32_t n = 0;
  DIR *folder = opendir(b->data_folder);
  if (folder == NULL) return;
  for (const struct dirent *entry = readdir(folder); entry != NULL && n < MOST_NAMES;
       entry = readdir(folder)) {
    const size_t length = strlen(entry->d_name);
    if (length <= 4 || strcmp(entry->d_name + length - 4, ".csv") != 0) continue;
    if (strcmp(entry->d_name, "INDEX.csv") == 0) continue;
    names[n] = sp_arena_text_n(b->arena, entry->d_name, length - 4);
    if (names[n] != NULL) n++;
  }
  (void)closedir(folder);
  const char *nearest = n > 0 ? sp_nearest(text, names, n) : NULL;
  if (nearest != NULL) {
    (void)sp_error_hint(b->error, "did you mean '%s'?", nearest);
  } else {
    (void)sp_error_hint(b->error, "a file is given with its ending: %.60s.csv", text);
  }
}

static int32_t table_file(const binding *b, const sp_yaml *node, const char *path, const char *text,
                          sampan_value *value) {
  sampan_table *table;
  sampan_error seen;
  if (path == NULL) return memory(b);
  sp_error_clear(&seen);
  char *digest = (char *)sp_arena_alloc(b->arena, 65);
  if (digest == NULL) return memory(b);
  const int32_t status = sp_table_read(path, text, b->arena, &table, digest, &seen);
  if (status >= 0) {
    table->digest = digest;
    value->table = table;
    return SAMPAN_OK;
  }
  if (status == SAMPAN_E_IO) { /* what the plan says of the file is wrong: its place counts */
    (void)wrong(b, node, SP_ID_PARAM_TABLE, "table '%.100s' of '%s': %.300s", text, b->param->name,
                seen.message);
    (void)sp_error_hint(b->error, "it was looked for as %.400s", path);
    return SAMPAN_E_PLAN;
  }
  if (b->error != NULL) {
    *b->error = seen;
    (void)snprintf(b->error->plugin, sizeof b->error->plugin, "%.40s", b->plugin->name);
    (void)snprintf(b->error->parameter, sizeof b->error->parameter, "%.40s", b->param->name);
  }
  return status;
}

static int32_t table_named(const binding *b, const sp_yaml *node, const char *text,
                           sampan_value *value) {
  if (!is_shipped_name(text)) {
    const char *path = text[0] == '/' || b->folder == NULL
                           ? text
                           : sp_arena_printf(b->arena, "%s/%s", b->folder, text);
    return table_file(b, node, path, text, value);
  }
  if (b->data_folder == NULL) {
    return wrong(b, node, SP_ID_PARAM_TABLE, "there is no shipped table '%.60s'", text);
  }
  const char *path = sp_arena_printf(b->arena, "%s/%s.csv", b->data_folder, text);
  const int32_t status = table_file(b, node, path, text, value);
  if (status == SAMPAN_E_PLAN) {
    (void)wrong(b, node, SP_ID_PARAM_TABLE, "there is no shipped table '%.60s'", text);
    suggest_shipped(b, text);
  }
  return status;
}

static int32_t table_of(const binding *b, const sp_yaml *node, sampan_value *value) {
  const char *text;
  if (node->kind == SP_YAML_MAP) return table_in_plan(b, node, value);
  if (node->kind == SP_YAML_LIST) {
    return wrong(b, node, SP_ID_PARAM_KIND,
                 "'%s' must be a map, a CSV file or the name of a table, not a list",
                 b->param->name);
  }
  SP_TRY(scalar(b, node, &text));
  return table_named(b, node, text, value);
}

/* ---- one value ---------------------------------------------------------------------------- */

/* A value from its text; node is NULL for a default. */
static int32_t from_text(const binding *b, const sp_yaml *node, const char *text,
                         sampan_value *value) {
  switch (b->param->type) {
    case SAMPAN_P_NUMBER:
    case SAMPAN_P_INTEGER:
      return number_of(b, node, text, strlen(text), &value->number);
    case SAMPAN_P_CHOICE:
      return choice_of(b, node, text, value);
    case SAMPAN_P_TRUTH:
      return truth_of(b, node, text, &value->number);
    case SAMPAN_P_NUMBERS:
      return numbers_in_text(b, node, text, value);
    case SAMPAN_P_TABLE:
      return table_named(b, node, text, value);
    default:
      value->text = text;
      return SAMPAN_OK;
  }
}

static int32_t bind_one(const binding *b, const sp_yaml *node, sampan_value *value) {
  const char *text;
  *value = (sampan_value){.struct_size = sizeof *value};
  if (node == NULL) {
    if (b->param->default_text != NULL) {
      value->is_set = 1;
      return from_text(b, NULL, b->param->default_text, value);
    }
    if ((b->param->flags & SAMPAN_PARAM_REQUIRED) == 0) return SAMPAN_OK;
    (void)wrong(b, NULL, SP_ID_PARAM_NEEDS, "%s '%s' needs '%s'", sp_kind_name(b->plugin->kind),
                b->plugin->name, b->param->name);
    (void)sp_error_hint(b->error, "%s: %s", b->param->name, b->param->text_en);
    return SAMPAN_E_PLAN;
  }
  value->is_set = 1;
  if (b->param->type == SAMPAN_P_NUMBERS) return numbers_of(b, node, value);
  if (b->param->type == SAMPAN_P_TABLE) return table_of(b, node, value);
  SP_TRY(scalar(b, node, &text));
  return from_text(b, node, text, value);
}

/* ---- all of them -------------------------------------------------------------------------- */

static int is_one_of(const char *text, const char *const *names, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(names[i], text) == 0) return 1;
  }
  return 0;
}

/* Refuses keys that are neither parameters nor in `also`. */
static int32_t check_keys(const binding *b, const sp_yaml *options, const char *const *also,
                          uint32_t n_also) {
  const sampan_plugin *plugin = b->plugin;
  const uint32_t n = plugin->n_params + n_also;
  const char **names = (const char **)sp_arena_array(b->arena, n + UINT64_C(1), sizeof *names);
  if (names == NULL) return memory(b);
  for (uint32_t i = 0; i < plugin->n_params; i++) names[i] = plugin->params[i].name;
  for (uint32_t i = 0; i < n_also; i++) names[plugin->n_params + i] = also[i];
  for (uint32_t i = 0; i < options->n; i++) {
    const sp_yaml *key = options->keys[i];
    if (is_one_of(key->text, names, n)) continue;
    (void)wrong(b, key, SP_ID_PARAM_UNKNOWN, "%s '%s' has no parameter '%.60s'",
                sp_kind_name(plugin->kind), plugin->name, key->text);
    if (b->error != NULL) {
      (void)snprintf(b->error->parameter, sizeof b->error->parameter, "%.40s", key->text);
    }
    if (n == 0) {
      (void)sp_error_hint(b->error, "it has no parameters at all");
    } else {
      sp_yaml_suggest(key->text, names, n, "it has", b->error);
    }
    return SAMPAN_E_PLAN;
  }
  return SAMPAN_OK;
}

int32_t sp_params_bind(const sampan_plugin *plugin, const sp_yaml *options, const sp_yaml *place,
                       const char *const *also, uint32_t n_also, const char *file,
                       const char *folder, const char *data_folder, sp_arena *arena,
                       sampan_value **out, sampan_error *error) {
  binding b = {.plugin = plugin,
               .place = place,
               .file = file,
               .folder = folder,
               .data_folder = data_folder,
               .arena = arena,
               .error = error};
  *out = NULL;
  if (options != NULL && options->kind != SP_YAML_MAP) {
    return wrong(&b, options, SP_ID_PARAM_KIND, "the options of '%s' must be keys with values",
                 plugin->name);
  }
  if (options != NULL) SP_TRY(check_keys(&b, options, also, n_also));
  sampan_value *values =
      (sampan_value *)sp_arena_array(arena, plugin->n_params + UINT64_C(1), sizeof *values);
  if (values == NULL) return memory(&b);
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    b.param = &plugin->params[i];
    SP_TRY(bind_one(&b, sp_yaml_get(options, b.param->name), &values[i]));
  }
  *out = values;
  return SAMPAN_OK;
}
