/* manifest.c - what a module's descriptors say, as YAML beside the shared object. */
#include "host/manifest.h"

#include <math.h>

#include "base/buffer.h"
#include "base/input.h"
#include "base/text.h"
#include "host/error_ids.h"
#include "plan/yaml.h"

enum { MANIFEST_VERSION = 1 };

static const char *const kind_names[] = {"",         "source",     "estimator",
                                         "interval", "comparison", "writer"};
static const char *const param_types[] = {"",       "number", "integer", "text",
                                          "choice", "truth",  "numbers", "table"};
static const char *const column_types[] = {
    "",      "number",       "text",       "number|text",
    "truth", "number|truth", "text|truth", "number|text|truth"};

#define N_OF(array) ((int32_t)(sizeof(array) / sizeof((array)[0])))

const char *sp_kind_name(int32_t kind) {
  return kind > 0 && kind < N_OF(kind_names) ? kind_names[kind] : "";
}

int32_t sp_kind_of(const char *name) {
  for (int32_t i = 1; i < N_OF(kind_names); i++) {
    if (strcmp(kind_names[i], name) == 0) return i;
  }
  return 0;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* JSON texts are YAML texts. */
static void put_text(sp_buffer *b, const char *indent, const char *key, const char *text) {
  sp_buffer_printf(b, "%s%s: ", indent, key);
  sp_buffer_json_text(b, text);
  sp_buffer_char(b, '\n');
}

static void put_limit(sp_buffer *b, const char *key, double x) {
  if (!isfinite(x)) return;
  sp_buffer_printf(b, "        %s: ", key);
  sp_buffer_json_number(b, x);
  sp_buffer_char(b, '\n');
}

static void put_params(sp_buffer *b, const sampan_plugin *plugin) {
  if (plugin->n_params > 0) sp_buffer_text_add(b, "    params:\n");
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const sampan_param *p = &plugin->params[i];
    sp_buffer_printf(b, "      - name: %s\n        type: %s\n", p->name, param_types[p->type]);
    if ((p->flags & SAMPAN_PARAM_REQUIRED) != 0) sp_buffer_text_add(b, "        required: yes\n");
    if (p->type == SAMPAN_P_CHOICE) put_text(b, "        ", "choices", p->choices);
    if (p->default_text != NULL) put_text(b, "        ", "default", p->default_text);
    if ((p->type == SAMPAN_P_NUMBER || p->type == SAMPAN_P_INTEGER ||
         p->type == SAMPAN_P_NUMBERS) &&
        p->minimum <= p->maximum) {
      put_limit(b, "minimum", p->minimum);
      put_limit(b, "maximum", p->maximum);
    }
    put_text(b, "        ", "en", p->text_en);
    put_text(b, "        ", "zh", p->text_zh);
  }
}

static void put_roles(sp_buffer *b, const sampan_estimator_ops *ops) {
  if (ops->n_roles > 0) sp_buffer_text_add(b, "    roles:\n");
  for (uint32_t i = 0; i < ops->n_roles; i++) {
    const sampan_role *r = &ops->roles[i];
    sp_buffer_printf(b, "      - name: %s\n        type: %s\n", r->name, column_types[r->types]);
    if ((r->flags & SAMPAN_ROLE_OPTIONAL) == 0) sp_buffer_text_add(b, "        required: yes\n");
    if ((r->flags & SAMPAN_ROLE_MANY) != 0) sp_buffer_text_add(b, "        choices: many\n");
    put_text(b, "        ", "en", r->text_en);
    put_text(b, "        ", "zh", r->text_zh);
  }
}

static void put_plugin(sp_buffer *b, const sampan_plugin *p) {
  sp_buffer_printf(b, "  - kind: %s\n    name: %s\n", sp_kind_name(p->kind), p->name);
  put_text(b, "    ", "version", p->version);
  put_text(b, "    ", "label_en", p->label_en);
  put_text(b, "    ", "label_zh", p->label_zh);
  put_text(b, "    ", "summary_en", p->summary_en);
  put_text(b, "    ", "summary_zh", p->summary_zh);
  put_text(b, "    ", "formula", p->formula);
  put_text(b, "    ", "reference", p->reference);
  if (p->kind == SAMPAN_SOURCE) {
    put_text(b, "    ", "extensions", ((const sampan_source_ops *)p->ops)->extensions);
  } else if (p->kind == SAMPAN_WRITER) {
    put_text(b, "    ", "extensions", ((const sampan_writer_ops *)p->ops)->extensions);
  } else if (p->kind == SAMPAN_INTERVAL) {
    sp_buffer_printf(b, "    units: %u\n", (unsigned)((const sampan_interval_ops *)p->ops)->units);
  }
  put_params(b, p);
  if (p->kind == SAMPAN_ESTIMATOR) put_roles(b, (const sampan_estimator_ops *)p->ops);
}

int32_t sp_manifest_write(const sampan_module *module, const char *path, struct sp_buffer *out,
                          sampan_error *error) {
  char digest[65];
  int64_t n_bytes;
  SP_TRY(sp_module_validate(module, path, error));
  SP_TRY(sp_input_digest(path, digest, &n_bytes, error));
  sp_buffer_printf(out, "sampan-plugin: %d\nmodule: %s\n", (int)MANIFEST_VERSION, module->name);
  put_text(out, "", "license", module->license);
  sp_buffer_printf(out, "abi: \"%u.%u\"\nsha256: %s\nplugins:\n", (unsigned)module->abi_major,
                   (unsigned)module->abi_minor, digest);
  for (uint32_t i = 0; i < module->n_plugins; i++) put_plugin(out, module->plugins[i]);
  return out->failed ? (sp_error_memory(error), SAMPAN_E_MEMORY) : SAMPAN_OK;
}

/* ---- reading ------------------------------------------------------------------------------ */

typedef struct manifest {
  const char *path;
  sp_arena *arena;
  sampan_error *error;
} manifest;

static int32_t wrong(const manifest *m, const sp_yaml *node, const char *format, ...)
    SP_PRINTF(3, 4);
static int32_t wrong(const manifest *m, const sp_yaml *node, const char *format, ...) {
  char message[256];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  return sp_yaml_error(node, m->path, SP_ID_MANIFEST, m->error, "%s", message);
}

/* The text of a key; "" where it may be left out and is. */
static int32_t text_of(const manifest *m, const sp_yaml *map, const char *key, int required,
                       const char **out) {
  const sp_yaml *node = sp_yaml_get(map, key);
  *out = "";
  if (node == NULL) return required ? wrong(m, map, "'%s' is missing", key) : SAMPAN_OK;
  if (node->kind != SP_YAML_SCALAR) return wrong(m, node, "'%s' must be a text", key);
  *out = node->text;
  return SAMPAN_OK;
}

static int32_t limit_of(const manifest *m, const sp_yaml *map, const char *key, double *out) {
  const char *text;
  SP_TRY(text_of(m, map, key, 0, &text));
  if (text[0] == '\0' || sp_parse_number(text, strlen(text), out) == 0) return SAMPAN_OK;
  return wrong(m, sp_yaml_get(map, key), "'%s' must be a number", key);
}

/* A list of maps under a key that may be left out. */
static int32_t list_of(const manifest *m, const sp_yaml *map, const char *key, uint64_t size,
                       const sp_yaml **list, void **out, uint32_t *n) {
  *list = sp_yaml_get(map, key);
  *n = 0;
  *out = NULL;
  if (*list == NULL) return SAMPAN_OK;
  if ((*list)->kind != SP_YAML_LIST) return wrong(m, *list, "'%s' must be a list", key);
  for (uint32_t i = 0; i < (*list)->n; i++) {
    if ((*list)->items[i]->kind != SP_YAML_MAP) {
      return wrong(m, (*list)->items[i], "an item of '%s' must be a map", key);
    }
  }
  *n = (*list)->n;
  *out = sp_arena_array(m->arena, *n + UINT64_C(1), size);
  return *out != NULL ? SAMPAN_OK : (sp_error_memory(m->error), SAMPAN_E_MEMORY);
}

static int32_t params_of(const manifest *m, const sp_yaml *plugin, const char *key,
                         const sp_param_info **out, uint32_t *n) {
  const sp_yaml *list;
  void *memory;
  SP_TRY(list_of(m, plugin, key, sizeof(sp_param_info), &list, &memory, n));
  sp_param_info *params = (sp_param_info *)memory;
  for (uint32_t i = 0; i < *n; i++) {
    const sp_yaml *map = list->items[i];
    const char *required;
    SP_TRY(text_of(m, map, "name", 1, &params[i].name));
    SP_TRY(text_of(m, map, "type", 1, &params[i].type));
    SP_TRY(text_of(m, map, "choices", 0, &params[i].choices));
    SP_TRY(text_of(m, map, "default", 0, &params[i].default_text));
    SP_TRY(text_of(m, map, "en", 0, &params[i].text_en));
    SP_TRY(text_of(m, map, "zh", 0, &params[i].text_zh));
    SP_TRY(text_of(m, map, "required", 0, &required));
    params[i].required = strcmp(required, "yes") == 0;
    params[i].minimum = -HUGE_VAL;
    params[i].maximum = HUGE_VAL;
    SP_TRY(limit_of(m, map, "minimum", &params[i].minimum));
    SP_TRY(limit_of(m, map, "maximum", &params[i].maximum));
  }
  *out = params;
  return SAMPAN_OK;
}

static int32_t plugin_of(const manifest *m, const sp_yaml *map, sp_plugin_info *out) {
  const char *kind, *units;
  SP_TRY(text_of(m, map, "kind", 1, &kind));
  SP_TRY(text_of(m, map, "name", 1, &out->name));
  out->kind = sp_kind_of(kind);
  if (out->kind == 0) return wrong(m, sp_yaml_get(map, "kind"), "kind '%.40s' is unknown", kind);
  if (!sp_is_plugin_name(out->name)) {
    return wrong(m, sp_yaml_get(map, "name"), "no plugin can be named '%.40s'", out->name);
  }
  SP_TRY(text_of(m, map, "version", 1, &out->version));
  SP_TRY(text_of(m, map, "label_en", 0, &out->label_en));
  SP_TRY(text_of(m, map, "label_zh", 0, &out->label_zh));
  SP_TRY(text_of(m, map, "summary_en", 0, &out->summary_en));
  SP_TRY(text_of(m, map, "summary_zh", 0, &out->summary_zh));
  SP_TRY(text_of(m, map, "formula", 0, &out->formula));
  SP_TRY(text_of(m, map, "reference", 0, &out->reference));
  SP_TRY(text_of(m, map, "extensions", 0, &out->extensions));
  SP_TRY(text_of(m, map, "units", 0, &units));
  int64_t mask = 0;
  if (units[0] != '\0' &&
      (sp_parse_integer(units, strlen(units), &mask) != 0 || mask < 0 || mask > INT32_MAX)) {
    return wrong(m, sp_yaml_get(map, "units"), "'units' must be a mask");
  }
  out->units = (int32_t)mask;
  SP_TRY(params_of(m, map, "params", &out->params, &out->n_params));
  return params_of(m, map, "roles", &out->roles, &out->n_roles);
}

static int32_t is_digest(const char *text) {
  size_t n = 0;
  while (text[n] != '\0' && strchr("0123456789abcdef", text[n]) != NULL) n++;
  return n == 64 && text[n] == '\0';
}

/* "1.0" */
static int32_t abi_of(const manifest *m, const sp_yaml *tree, int32_t *major, int32_t *minor) {
  const char *text;
  int64_t a = 0, b = 0;
  SP_TRY(text_of(m, tree, "abi", 1, &text));
  const char *dot = strchr(text, '.');
  if (dot == NULL || sp_parse_integer(text, (uint64_t)(dot - text), &a) != 0 ||
      sp_parse_integer(dot + 1, strlen(dot + 1), &b) != 0 || a < 0 || a > UINT16_MAX || b < 0 ||
      b > UINT16_MAX) {
    return wrong(m, sp_yaml_get(tree, "abi"), "'abi' must be a version such as 1.0");
  }
  *major = (int32_t)a;
  *minor = (int32_t)b;
  return SAMPAN_OK;
}

static int32_t module_of(const manifest *m, const sp_yaml *tree, const char *object,
                         sp_plugin_info **out, uint32_t *n) {
  const sp_yaml *list;
  sp_plugin_info common = {.file = object};
  const char *version;
  void *memory;
  if (tree->kind != SP_YAML_MAP) return wrong(m, tree, "this is no manifest of a plugin");
  SP_TRY(text_of(m, tree, "sampan-plugin", 1, &version));
  if (strcmp(version, "1") != 0) {
    return wrong(m, tree, "manifest version '%.20s' is not known here", version);
  }
  SP_TRY(text_of(m, tree, "module", 1, &common.module));
  SP_TRY(text_of(m, tree, "license", 1, &common.license));
  SP_TRY(text_of(m, tree, "sha256", 1, &common.digest));
  SP_TRY(abi_of(m, tree, &common.abi_major, &common.abi_minor));
  const char *base = strrchr(object, '/');
  base = base != NULL ? base + 1 : object;
  if (strlen(base) != strlen(common.module) + 3 ||
      strncmp(base, common.module, strlen(common.module)) != 0) {
    return wrong(m, sp_yaml_get(tree, "module"), "module '%.40s' does not belong to %.60s",
                 common.module, base);
  }
  if (!is_digest(common.digest)) {
    return wrong(m, sp_yaml_get(tree, "sha256"), "'sha256' must have 64 hexadecimal digits");
  }
  SP_TRY(list_of(m, tree, "plugins", sizeof(sp_plugin_info), &list, &memory, n));
  sp_plugin_info *infos = (sp_plugin_info *)memory;
  if (*n == 0) return wrong(m, tree, "it lists no plugins");
  for (uint32_t i = 0; i < *n; i++) {
    infos[i] = common;
    SP_TRY(plugin_of(m, list->items[i], &infos[i]));
  }
  *out = infos;
  return SAMPAN_OK;
}

int32_t sp_manifest_read(const char *path, const char *text, uint64_t n_bytes, const char *object,
                         sp_arena *arena, sp_plugin_info **out, uint32_t *n, sampan_error *error) {
  const manifest m = {.path = path, .arena = arena, .error = error};
  sp_yaml *tree;
  *out = NULL;
  *n = 0;
  int32_t status = sp_yaml_parse(path, text, n_bytes, arena, &tree, error);
  if (status == SAMPAN_OK) status = module_of(&m, tree, object, out, n);
  if (status != SAMPAN_E_PLAN) return status;
  /* A file that the build wrote, not a plan of the user. */
  if (error != NULL) error->status = SAMPAN_E_PLUGIN;
  (void)sp_error_hint(error, "write it again: sampan manifest %s", object);
  return SAMPAN_E_PLUGIN;
}
