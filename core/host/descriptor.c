/* descriptor.c - a module's descriptors against the rules of plugin.h.
 *
 * Only what a struct_size covers is looked at; what it must cover at least is ABI 1.0, whatever has
 * been appended since. A descriptor is constant data of an object that is
 * already loaded: this finds mistakes of its author, not malice. */
#include <math.h>

#include "base/text.h"
#include "host/abi.h"
#include "host/error_ids.h"
#include "host/module.h"

enum { MOST_PLUGINS = 256, MOST_PARAMS = 256, LONGEST_TEXT = 65536 };

typedef struct checking {
  const char *path;
  const sampan_plugin *plugin; /* NULL: the module itself */
  sampan_error *error;
} checking;

static int32_t refuse(const checking *c, int32_t id, const char *format, ...) SP_PRINTF(3, 4);
static int32_t refuse(const checking *c, int32_t id, const char *format, ...) {
  char message[512];
  va_list ap;
  va_start(ap, format);
  (void)vsnprintf(message, sizeof message, format, ap);
  va_end(ap);
  if (c->plugin != NULL && c->plugin->name != NULL) {
    (void)sp_error_set(c->error, SAMPAN_E_PLUGIN, id, "plugin '%.40s': %s", c->plugin->name,
                       message);
    if (c->error != NULL) {
      (void)snprintf(c->error->plugin, sizeof c->error->plugin, "%.40s", c->plugin->name);
    }
  } else {
    (void)sp_error_set(c->error, SAMPAN_E_PLUGIN, id, "%s", message);
  }
  (void)sp_error_file(c->error, c->path);
  return SAMPAN_E_PLUGIN;
}

static int32_t check_text(const checking *c, const char *text, const char *what, int may_be_empty) {
  if (text == NULL) return refuse(c, SP_ID_PLUGIN_BROKEN, "its %s is NULL", what);
  if (!may_be_empty && text[0] == '\0') {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "its %s is empty", what);
  }
  const uint64_t n = strlen(text);
  if (n > LONGEST_TEXT) return refuse(c, SP_ID_PLUGIN_BROKEN, "its %s is too long", what);
  if (sp_utf8_invalid(text, n) >= 0) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "its %s is no UTF-8", what);
  }
  for (uint64_t i = 0; i < n; i++) {
    const unsigned char b = (unsigned char)text[i];
    if ((b < 0x20 && b != '\n') || b == 0x7f) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "its %s holds a control character", what);
    }
  }
  return SAMPAN_OK;
}

static int32_t check_size(const checking *c, uint32_t is, size_t must, const char *what) {
  if (is >= must) return SAMPAN_OK;
  return refuse(c, SP_ID_PLUGIN_SHORT, "its %s has %u bytes where at least %u are needed", what,
                (unsigned)is, (unsigned)must);
}

/* ---- parameters --------------------------------------------------------------------------- */

static int32_t check_choices(const checking *c, const sampan_param *param) {
  uint32_t n = 0;
  int found = param->default_text == NULL;
  SP_TRY(check_text(c, param->choices, "list of choices", 0));
  for (const char *at = param->choices;; at += n + 1) {
    n = sp_choice_length(at);
    if (n == 0) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "parameter '%s' has an empty choice", param->name);
    }
    found = found || (strlen(param->default_text) == n && memcmp(param->default_text, at, n) == 0);
    if (at[n] == '\0') break;
  }
  if (found) return SAMPAN_OK;
  return refuse(c, SP_ID_PLUGIN_BROKEN, "the default of parameter '%s' is none of its choices",
                param->name);
}

static int32_t check_numeric(const checking *c, const sampan_param *param) {
  double x = 0;
  if (isnan(param->minimum) || isnan(param->maximum)) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "a limit of parameter '%s' is not a number", param->name);
  }
  /* What an author gets who leaves both out. */
  if (param->minimum == 0 && param->maximum == 0) {
    return refuse(c, SP_ID_PLUGIN_BROKEN,
                  "parameter '%s' allows 0 alone: give its limits, or a minimum above the maximum "
                  "where there are none",
                  param->name);
  }
  if (param->default_text == NULL || param->type == SAMPAN_P_NUMBERS) return SAMPAN_OK;
  const char *text = param->default_text;
  if (sp_parse_number(text, strlen(text), &x) != 0 ||
      (param->type == SAMPAN_P_INTEGER && x != floor(x)) ||
      (param->minimum <= param->maximum && (x < param->minimum || x > param->maximum))) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "the default of parameter '%s' is none of its values",
                  param->name);
  }
  return SAMPAN_OK;
}

static int32_t check_param(const checking *c, uint32_t i) {
  const sampan_param *param = &c->plugin->params[i];
  if (param->name == NULL || !sp_is_plugin_name(param->name)) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "its parameter %u has no proper name", (unsigned)i + 1);
  }
  for (uint32_t k = 0; k < i; k++) {
    if (strcmp(c->plugin->params[k].name, param->name) == 0) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "it has two parameters '%s'", param->name);
    }
  }
  SP_TRY(check_text(c, param->text_en, "English text of a parameter", 0));
  SP_TRY(check_text(c, param->text_zh, "Chinese text of a parameter", 0));
  if (param->default_text != NULL) {
    SP_TRY(check_text(c, param->default_text, "default of a parameter", 1));
    if ((param->flags & SAMPAN_PARAM_REQUIRED) != 0) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "parameter '%s' is required, yet has a default",
                    param->name);
    }
  }
  switch (param->type) {
    case SAMPAN_P_NUMBER:
    case SAMPAN_P_INTEGER:
    case SAMPAN_P_NUMBERS:
      return check_numeric(c, param);
    case SAMPAN_P_CHOICE:
      return check_choices(c, param);
    case SAMPAN_P_TRUTH:
      if (param->default_text == NULL || strcmp(param->default_text, "yes") == 0 ||
          strcmp(param->default_text, "no") == 0) {
        return SAMPAN_OK;
      }
      return refuse(c, SP_ID_PLUGIN_BROKEN, "the default of parameter '%s' must be yes or no",
                    param->name);
    case SAMPAN_P_TEXT:
    case SAMPAN_P_TABLE:
      return SAMPAN_OK;
    default:
      return refuse(c, SP_ID_PLUGIN_BROKEN, "parameter '%s' has no known type", param->name);
  }
}

/* ---- kinds -------------------------------------------------------------------------------- */

static int32_t needs(const checking *c, int there, const char *what) {
  return there ? SAMPAN_OK : refuse(c, SP_ID_PLUGIN_BROKEN, "its ops have no %s", what);
}

static int32_t check_source(const checking *c) {
  const sampan_source_ops *ops = (const sampan_source_ops *)c->plugin->ops;
  SP_TRY(check_size(c, ops->struct_size, SAMPAN_SOURCE_OPS_SIZE_1_0, "sampan_source_ops"));
  SP_TRY(check_text(c, ops->extensions, "list of extensions", 1));
  SP_TRY(needs(c, ops->schema != NULL, "schema()"));
  return needs(c, ops->read != NULL, "read()");
}

static int32_t check_estimator(const checking *c) {
  const sampan_estimator_ops *ops = (const sampan_estimator_ops *)c->plugin->ops;
  SP_TRY(check_size(c, ops->struct_size, SAMPAN_ESTIMATOR_OPS_SIZE_1_0, "sampan_estimator_ops"));
  SP_TRY(needs(c, ops->bind != NULL, "bind()"));
  SP_TRY(needs(c, ops->score != NULL, "score()"));
  SP_TRY(needs(c, ops->value != NULL, "value()"));
  if (ops->n_roles > MOST_PARAMS) return refuse(c, SP_ID_PLUGIN_BROKEN, "it has too many roles");
  SP_TRY(needs(c, ops->n_roles == 0 || ops->roles != NULL, "roles"));
  for (uint32_t i = 0; i < ops->n_roles; i++) {
    const sampan_role *role = &ops->roles[i];
    if (role->name == NULL || !sp_is_plugin_name(role->name)) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "its role %u has no proper name", (unsigned)i + 1);
    }
    SP_TRY(check_text(c, role->text_en, "English text of a role", 0));
    SP_TRY(check_text(c, role->text_zh, "Chinese text of a role", 0));
    if (role->types <= 0 || role->types > (SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH)) {
      return refuse(c, SP_ID_PLUGIN_BROKEN, "role '%s' accepts no known column type", role->name);
    }
    if ((role->flags & SAMPAN_ROLE_MANY) != 0 && i + 1 < ops->n_roles) {
      return refuse(c, SP_ID_PLUGIN_BROKEN,
                    "role '%s' takes many columns, which only the last role may", role->name);
    }
    for (uint32_t k = 0; k < i; k++) {
      if (strcmp(ops->roles[k].name, role->name) == 0) {
        return refuse(c, SP_ID_PLUGIN_BROKEN, "it has two roles '%s'", role->name);
      }
    }
    for (uint32_t k = 0; k < c->plugin->n_params; k++) {
      if (strcmp(c->plugin->params[k].name, role->name) == 0) {
        return refuse(c, SP_ID_PLUGIN_BROKEN, "'%s' is both a role and a parameter", role->name);
      }
    }
  }
  return SAMPAN_OK;
}

static int32_t check_interval(const checking *c) {
  const sampan_interval_ops *ops = (const sampan_interval_ops *)c->plugin->ops;
  SP_TRY(check_size(c, ops->struct_size, SAMPAN_INTERVAL_OPS_SIZE_1_0, "sampan_interval_ops"));
  SP_TRY(needs(c, ops->limits != NULL, "limits()"));
  return needs(c, ops->units != 0, "units that it is for");
}

static int32_t check_comparison(const checking *c) {
  const sampan_comparison_ops *ops = (const sampan_comparison_ops *)c->plugin->ops;
  SP_TRY(check_size(c, ops->struct_size, SAMPAN_COMPARISON_OPS_SIZE_1_0, "sampan_comparison_ops"));
  SP_TRY(needs(c, ops->compare != NULL, "compare()"));
  SP_TRY(needs(c, ops->n_findings > 0, "findings"));
  return needs(c, ops->minimum > 0 && ops->minimum <= ops->maximum, "number of estimates");
}

static int32_t check_writer(const checking *c) {
  const sampan_writer_ops *ops = (const sampan_writer_ops *)c->plugin->ops;
  SP_TRY(check_size(c, ops->struct_size, SAMPAN_WRITER_OPS_SIZE_1_0, "sampan_writer_ops"));
  SP_TRY(check_text(c, ops->extensions, "list of extensions", 1));
  return needs(c, ops->document != NULL || ops->results != NULL, "document() or results()");
}

static int32_t check_plugin(const checking *c) {
  const sampan_plugin *p = c->plugin;
  if (p->name == NULL || !sp_is_plugin_name(p->name)) {
    const checking module = {.path = c->path, .error = c->error};
    return refuse(&module, SP_ID_PLUGIN_NAME,
                  "a plugin's name must match [a-z][a-z0-9_-]{0,31}, not '%.40s'",
                  p->name != NULL ? p->name : "");
  }
  SP_TRY(check_text(c, p->version, "version", 0));
  SP_TRY(check_text(c, p->label_en, "English label", 0));
  SP_TRY(check_text(c, p->label_zh, "Chinese label", 0));
  SP_TRY(check_text(c, p->summary_en, "English summary", 0));
  SP_TRY(check_text(c, p->summary_zh, "Chinese summary", 0));
  SP_TRY(check_text(c, p->formula, "formula", 1));
  SP_TRY(check_text(c, p->reference, "reference", 1));
  if (p->n_params > MOST_PARAMS) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "it has too many parameters");
  }
  if (p->n_params > 0 && p->params == NULL) {
    return refuse(c, SP_ID_PLUGIN_BROKEN, "its parameters are NULL");
  }
  for (uint32_t i = 0; i < p->n_params; i++) SP_TRY(check_param(c, i));
  if (p->ops == NULL) return refuse(c, SP_ID_PLUGIN_BROKEN, "its ops are NULL");
  switch (p->kind) {
    case SAMPAN_SOURCE:
      return check_source(c);
    case SAMPAN_ESTIMATOR:
      return check_estimator(c);
    case SAMPAN_INTERVAL:
      return check_interval(c);
    case SAMPAN_COMPARISON:
      return check_comparison(c);
    case SAMPAN_WRITER:
      return check_writer(c);
    default:
      return refuse(c, SP_ID_PLUGIN_BROKEN, "its kind %d is unknown", (int)p->kind);
  }
}

/* ---- the module --------------------------------------------------------------------------- */

static int32_t check_head(const checking *c, const sampan_module *m) {
  if (m->magic != SAMPAN_ABI_MAGIC) {
    return refuse(c, SP_ID_PLUGIN_MAGIC, "this is no sampan plugin: its magic number is %08x",
                  (unsigned)m->magic);
  }
  SP_TRY(check_size(c, m->struct_size, offsetof(sampan_module, n_plugins), "sampan_module"));
  if (m->abi_major != SAMPAN_ABI_MAJOR || m->abi_minor > SAMPAN_ABI_MINOR) {
    const int newer = m->abi_major > SAMPAN_ABI_MAJOR || m->abi_major == SAMPAN_ABI_MAJOR;
    (void)refuse(c, SP_ID_PLUGIN_ABI,
                 "the plugin was built for plugin ABI %u.%u, but this program has %u.%u",
                 (unsigned)m->abi_major, (unsigned)m->abi_minor, (unsigned)SAMPAN_ABI_MAJOR,
                 (unsigned)SAMPAN_ABI_MINOR);
    (void)sp_error_hint(c->error, newer ? "use a newer sampan, or build the plugin for this one"
                                        : "build the plugin again with this sampan's plugin.h");
    return SAMPAN_E_PLUGIN;
  }
  return check_size(c, m->struct_size, SAMPAN_MODULE_SIZE_1_0, "sampan_module");
}

/* The module is named as its file. */
static int32_t check_file_name(const checking *c, const sampan_module *m) {
  const char *slash = strrchr(c->path, '/');
  const char *base = slash != NULL ? slash + 1 : c->path;
  const size_t n = strlen(base);
  if (n > 3 && strcmp(base + n - 3, ".so") == 0 && strlen(m->name) == n - 3 &&
      memcmp(base, m->name, n - 3) == 0) {
    return SAMPAN_OK;
  }
  (void)refuse(c, SP_ID_PLUGIN_NAME, "the module calls itself '%.40s', but its file is %.60s",
               m->name, base);
  (void)sp_error_hint(c->error, "name the file %.40s.so", m->name);
  return SAMPAN_E_PLUGIN;
}

int32_t sp_module_validate(const sampan_module *module, const char *path, sampan_error *error) {
  checking c = {.path = path, .error = error};
  SP_TRY(check_head(&c, module));
  if (module->name == NULL || !sp_is_plugin_name(module->name)) {
    return refuse(&c, SP_ID_PLUGIN_NAME, "the module has no proper name");
  }
  if (path != NULL) SP_TRY(check_file_name(&c, module));
  SP_TRY(check_text(&c, module->license, "license", 0));
  if (module->n_plugins == 0 || module->n_plugins > MOST_PLUGINS || module->plugins == NULL) {
    return refuse(&c, SP_ID_PLUGIN_BROKEN, "the module holds no plugins");
  }
  for (uint32_t i = 0; i < module->n_plugins; i++) {
    c.plugin = NULL;
    if (module->plugins[i] == NULL) {
      return refuse(&c, SP_ID_PLUGIN_BROKEN, "plugin %u of the module is NULL", (unsigned)i + 1);
    }
    SP_TRY(
        check_size(&c, module->plugins[i]->struct_size, SAMPAN_PLUGIN_SIZE_1_0, "sampan_plugin"));
    c.plugin = module->plugins[i];
    SP_TRY(check_plugin(&c));
    for (uint32_t k = 0; k < i; k++) {
      if (module->plugins[k]->kind == c.plugin->kind &&
          strcmp(module->plugins[k]->name, c.plugin->name) == 0) {
        return refuse(&c, SP_ID_PLUGIN_NAME, "the module holds two of this kind and name");
      }
    }
  }
  return SAMPAN_OK;
}
