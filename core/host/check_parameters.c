/* check_parameters.c - parameter values to try a plugin with, and the laws of its descriptor. */
#include <math.h>

#include "base/input.h"
#include "base/text.h"
#include "host/check_laws.h"
#include "host/params.h"
#include "host/registry.h"

enum { MOST_SETS = 24 };

static int ends_in(const char *text, const char *end) {
  const size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

/* The folder of a file, for the tables that a sample names. */
static const char *folder_of(const char *path, sp_arena *arena) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return ".";
  return slash == path ? "/" : sp_arena_text_n(arena, path, (uint64_t)(slash - path));
}

/* A number that a parameter allows. */
static double some_number(const sampan_param *p) {
  const int bounded = p->minimum <= p->maximum;
  double x = 1;
  if (bounded && isfinite(p->minimum) && isfinite(p->maximum)) x = (p->minimum + p->maximum) / 2;
  if (bounded && x < p->minimum) x = p->minimum;
  if (bounded && x > p->maximum) x = p->maximum;
  return p->type == SAMPAN_P_INTEGER ? floor(x) : x;
}

/* Writes a value for a parameter that must be given; `attempt` chooses among tables. */
static void write_value(const sp_checker *c, const sampan_param *p, uint32_t attempt,
                        sp_buffer *text) {
  switch (p->type) {
    case SAMPAN_P_TABLE:
      if (c->sample != NULL && ends_in(c->sample, ".csv")) {
        sp_buffer_json_text(
            text, strrchr(c->sample, '/') != NULL ? strrchr(c->sample, '/') + 1 : c->sample);
      } else {
        sp_buffer_text_add(text,
                           attempt == 0 ? "who2000" : "{0-19: 30, 20-39: 30, 40-59: 25, 60+: 15}");
      }
      return;
    case SAMPAN_P_NUMBER:
    case SAMPAN_P_INTEGER:
      sp_buffer_json_number(text, some_number(p));
      return;
    case SAMPAN_P_NUMBERS:
      sp_buffer_printf(text, "[%g]", some_number(p));
      return;
    case SAMPAN_P_CHOICE:
      sp_buffer_add(text, p->choices, strcspn(p->choices, "|"));
      return;
    case SAMPAN_P_TRUTH:
      sp_buffer_text_add(text, "yes");
      return;
    default:
      sp_buffer_text_add(text, "a");
  }
}

/* Writes a set: what must be given, and parameter `other` with one of its choices. */
static void write_set(const sp_checker *c, uint32_t attempt, uint32_t other, const char *choice,
                      uint64_t n_choice, sp_buffer *text) {
  const char *separator = "";
  sp_buffer_char(text, '{');
  for (uint32_t i = 0; i < c->plugin->n_params; i++) {
    const sampan_param *p = &c->plugin->params[i];
    if (i != other && (p->flags & SAMPAN_PARAM_REQUIRED) == 0) continue;
    sp_buffer_printf(text, "%s%s: ", separator, p->name);
    if (i == other) {
      sp_buffer_add(text, choice, n_choice);
    } else {
      write_value(c, p, attempt, text);
    }
    separator = ", ";
  }
  sp_buffer_char(text, '}');
}

static int32_t bind_set(const sp_checker *c, const char *text, sp_check_options *out,
                        sampan_error *error) {
  sp_yaml *tree;
  const char *folder = c->sample != NULL ? folder_of(c->sample, c->arena) : ".";
  SP_TRY(sp_yaml_parse("made-up parameters", text, strlen(text), c->arena, &tree, error));
  SP_TRY(sp_params_bind(c->plugin, tree, tree, NULL, 0, "made-up parameters", folder,
                        c->data_folder, c->arena, &out->values, error));
  out->text = sp_arena_text(c->arena, text);
  return out->text != NULL ? SAMPAN_OK : sp_error_memory(error);
}

/* Adds the set if it binds; *n counts. */
static int32_t add_set(const sp_checker *c, uint32_t attempt, uint32_t other, const char *choice,
                       uint64_t n_choice, sp_check_options *sets, uint32_t *n,
                       sampan_error *error) {
  sp_buffer text;
  if (*n == MOST_SETS) return SAMPAN_OK;
  sp_buffer_init(&text);
  write_set(c, attempt, other, choice, n_choice, &text);
  const int32_t status = bind_set(c, sp_buffer_text(&text), &sets[*n], error);
  sp_buffer_clear(&text);
  if (status == SAMPAN_OK) (*n)++;
  return status;
}

static int32_t add_choices(const sp_checker *c, uint32_t attempt, uint32_t i,
                           sp_check_options *sets, uint32_t *n, sampan_error *error) {
  const sampan_param *p = &c->plugin->params[i];
  if (p->type == SAMPAN_P_TRUTH) {
    SP_TRY(add_set(c, attempt, i, "yes", 3, sets, n, error));
    return add_set(c, attempt, i, "no", 2, sets, n, error);
  }
  if (p->type != SAMPAN_P_CHOICE) return SAMPAN_OK;
  for (const char *at = p->choices;;) {
    const uint64_t length = strcspn(at, "|");
    const int is_default = p->default_text != NULL && strlen(p->default_text) == length &&
                           strncmp(p->default_text, at, length) == 0;
    if (!is_default) SP_TRY(add_set(c, attempt, i, at, length, sets, n, error));
    if (at[length] == '\0') return SAMPAN_OK;
    at += length + 1;
  }
}

/* The values that a sample in YAML gives: for the plugin by name, or without names. */
static int32_t from_sample(const sp_checker *c, sp_check_options *sets, uint32_t *n,
                           sampan_error *error) {
  char *text;
  uint64_t n_bytes;
  sp_yaml *tree;
  SP_TRY(sp_input_text(c->sample, 1 << 20, c->arena, &text, &n_bytes, error));
  SP_TRY(sp_yaml_parse(c->sample, text, n_bytes, c->arena, &tree, error));
  const sp_yaml *own = sp_yaml_get(tree, c->plugin->name);
  const char *folder = folder_of(c->sample, c->arena);
  if (folder == NULL) return sp_error_memory(error);
  SP_TRY(sp_params_bind(c->plugin, own != NULL ? own : tree, tree, NULL, 0, c->sample, folder,
                        c->data_folder, c->arena, &sets[0].values, error));
  sets[0].text = c->sample;
  *n = 1;
  return SAMPAN_OK;
}

int32_t sp_check_parameters(sp_checker *c, sp_check_options **out, uint32_t *n,
                            sampan_error *error) {
  sp_check_options *sets = (sp_check_options *)sp_arena_array(c->arena, MOST_SETS, sizeof *sets);
  *n = 0;
  *out = sets;
  if (sets == NULL) return sp_error_memory(error);
  const int is_yaml =
      c->sample != NULL && (ends_in(c->sample, ".yaml") || ends_in(c->sample, ".yml"));
  if (is_yaml) return from_sample(c, sets, n, error);
  for (uint32_t attempt = 0; attempt < 2 && *n == 0; attempt++) {
    const int32_t status = add_set(c, attempt, UINT32_MAX, "", 0, sets, n, error);
    if (status == SAMPAN_OK) {
      for (uint32_t i = 0; i < c->plugin->n_params; i++) {
        SP_TRY(add_choices(c, attempt, i, sets, n, error));
      }
      return SAMPAN_OK;
    }
    if (status == SAMPAN_E_MEMORY || attempt == 1) return status;
  }
  return SAMPAN_OK;
}

/* ---- the descriptor ----------------------------------------------------------------------- */

static int is_chinese(const char *text) {
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text >= 0xe3) return 1;
  }
  return 0;
}

static void check_texts(sp_checker *c, const char *what, const char *en, const char *zh) {
  sp_law_holds(c, en[0] != '\0' && !is_chinese(en), "the English text of %s is '%s'", what, en);
  /* A name such as JSON is the same in both. */
  sp_law_holds(c, is_chinese(zh) || strcmp(en, zh) == 0, "the Chinese text of %s is '%s'", what,
               zh);
}

void sp_check_descriptor(sp_checker *c, const sampan_module *module) {
  const sampan_plugin *p = c->plugin;
  sampan_error error;
  const char *file = sp_arena_printf(c->arena, "%s.so", module->name); /* loading saw to its name */
  sp_error_clear(&error);
  sp_law_enter(c, "has a descriptor that follows the rules of plugin.h");
  sp_law_holds(c, file != NULL && sp_module_validate(module, file, &error) >= 0, "%s",
               error.message);
  if (!sp_law_intact(c)) return;
  sp_law_enter(c, "has its texts in English and Chinese");
  check_texts(c, "the label", p->label_en, p->label_zh);
  check_texts(c, "the summary", p->summary_en, p->summary_zh);
  for (uint32_t i = 0; i < p->n_params; i++) {
    check_texts(c, p->params[i].name, p->params[i].text_en, p->params[i].text_zh);
  }
  if (p->kind == SAMPAN_ESTIMATOR) {
    const sampan_estimator_ops *ops = (const sampan_estimator_ops *)p->ops;
    for (uint32_t i = 0; i < ops->n_roles; i++) {
      check_texts(c, ops->roles[i].name, ops->roles[i].text_en, ops->roles[i].text_zh);
    }
  }
  sp_law_enter(c, "says how it computes");
  if (p->kind == SAMPAN_SOURCE || p->kind == SAMPAN_WRITER) {
    sp_law_skip(c, "it computes nothing");
  } else {
    sp_law_holds(c, p->formula[0] != '\0', "it gives no formula");
  }
}
