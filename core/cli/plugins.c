/* plugins.c - sampan plugins: the list of plugins, and all that the manifest says of one. */
#include <math.h>

#include "base/text.h"
#include "cli/data_file.h"

enum { SP_ID_NO_PLUGIN = 6060 };

static int in_chinese(const cli *c) {
  return c->args.language != NULL && strcmp(c->args.language, "zh") == 0;
}

/* What cannot be used, and why. */
static void write_broken(cli *c, const sp_plugin_info *list, uint32_t n, sp_buffer *out) {
  uint32_t n_broken;
  const sp_broken_manifest *broken = sp_registry_broken(c->registry, &n_broken);
  cli_grid grid = {.arena = c->arena, .n_columns = 3};
  for (uint32_t i = 0; i < n_broken; i++) {
    cli_grid_add(&grid, sp_arena_printf(c->arena, "  %s", broken[i].module));
    cli_grid_add(&grid, broken[i].error->message);
    cli_grid_add(&grid, broken[i].file);
  }
  for (uint32_t i = 0; i < n; i++) {
    if (list[i].broken == NULL) continue;
    cli_grid_add(&grid, sp_arena_printf(c->arena, "  %s", list[i].name));
    cli_grid_add(&grid, list[i].broken->message);
    cli_grid_add(&grid, list[i].file);
  }
  if (grid.n_cells == 0) return;
  sp_buffer_printf(out, "%sbroken\n", out->n_bytes > 0 ? "\n" : "");
  cli_grid_write(&grid, out);
}

static int32_t write_list(cli *c, const sp_plugin_info *list, uint32_t n, sp_buffer *out) {
  for (int32_t kind = SAMPAN_SOURCE; kind <= SAMPAN_WRITER; kind++) {
    cli_grid grid = {.arena = c->arena, .n_columns = 4};
    for (uint32_t i = 0; i < n; i++) {
      const sp_plugin_info *p = &list[i];
      if (p->kind != kind || p->broken != NULL) continue;
      cli_grid_add(&grid, sp_arena_printf(c->arena, "  %s", p->name));
      cli_grid_add(&grid, p->version);
      cli_grid_add(&grid, in_chinese(c) ? p->summary_zh : p->summary_en);
      cli_grid_add(&grid, p->file);
    }
    if (grid.n_cells == 0) continue;
    sp_buffer_printf(out, "%s%ss\n", out->n_bytes > 0 ? "\n" : "", sp_kind_name(kind));
    cli_grid_write(&grid, out);
  }
  write_broken(c, list, n, out);
  if (out->n_bytes == 0) sp_buffer_text_add(out, "no plugins were found\n");
  return SAMPAN_OK;
}

/* ---- one plugin --------------------------------------------------------------------------- */

static const char *limits_of(const sp_param_info *p, sp_arena *arena) {
  char low[32], high[32];
  if (p->choices[0] != '\0') return p->choices;
  sp_format_number(p->minimum, low);
  sp_format_number(p->maximum, high);
  if (isfinite(p->minimum) && isfinite(p->maximum)) {
    return sp_arena_printf(arena, "%s to %s", low, high);
  }
  if (isfinite(p->minimum)) return sp_arena_printf(arena, "%s or more", low);
  if (isfinite(p->maximum)) return sp_arena_printf(arena, "up to %s", high);
  return "";
}

static void write_params(cli *c, const char *title, const sp_param_info *params, uint32_t n,
                         sp_buffer *out) {
  cli_grid grid = {.arena = c->arena, .n_columns = 5};
  if (n == 0) return;
  for (uint32_t i = 0; i < n; i++) {
    const sp_param_info *p = &params[i];
    cli_grid_add(&grid, sp_arena_printf(c->arena, "  %s", p->name));
    cli_grid_add(&grid, p->type);
    cli_grid_add(&grid, p->required ? "required"
                        : p->default_text[0] != '\0'
                            ? sp_arena_printf(c->arena, "default %s", p->default_text)
                            : "optional");
    cli_grid_add(&grid, limits_of(p, c->arena));
    cli_grid_add(&grid, in_chinese(c) ? p->text_zh : p->text_en);
  }
  sp_buffer_printf(out, "\n%s\n", title);
  cli_grid_write(&grid, out);
}

static void write_fact(sp_buffer *out, const char *name, const char *text) {
  if (text[0] == '\0') return;
  sp_buffer_printf(out, "%-11s", name);
  for (; *text != '\0'; text++) {
    if (*text == '\n') {
      sp_buffer_text_add(out, "\n           ");
    } else {
      sp_buffer_char(out, *text);
    }
  }
  sp_buffer_char(out, '\n');
}

/* The units that an interval is for. */
static const char *units_text(int32_t units, sp_arena *arena) {
  static const char *const names[] = {"any number", "proportion", "count", "rate", "ratio"};
  const char *text = "";
  for (int i = 0; i < 5 && text != NULL; i++) {
    if ((units >> i & 1) == 0) continue;
    text = sp_arena_printf(arena, "%s%s%s", text, text[0] != '\0' ? ", " : "", names[i]);
  }
  return text != NULL ? text : "";
}

static void write_one(cli *c, const sp_plugin_info *p, sp_buffer *out) {
  const int zh = in_chinese(c);
  sp_buffer_printf(out, "%s%s %s %s\n", out->n_bytes > 0 ? "\n" : "", sp_kind_name(p->kind),
                   p->name, p->version);
  if (p->broken != NULL) {
    write_fact(out, "broken", p->broken->message);
    write_fact(out, "", p->broken->hint);
  }
  write_fact(out, "label", zh ? p->label_zh : p->label_en);
  write_fact(out, "summary", zh ? p->summary_zh : p->summary_en);
  write_fact(out, "formula", p->formula);
  write_fact(out, "reference", p->reference);
  write_fact(out, "file names", p->extensions);
  if (p->kind == SAMPAN_INTERVAL) write_fact(out, "units", units_text(p->units, c->arena));
  write_fact(out, "module", p->module);
  write_fact(out, "license", p->license);
  sp_buffer_printf(out, "%-11s%d.%d\n", "ABI", (int)p->abi_major, (int)p->abi_minor);
  write_fact(out, "file", p->file);
  write_fact(out, "sha256", p->digest);
  write_params(c, "roles (columns)", p->roles, p->n_roles, out);
  write_params(c, "parameters", p->params, p->n_params, out);
}

static int32_t unknown(cli *c, const sp_plugin_info *list, uint32_t n, const char *name,
                       sampan_error *error) {
  uint32_t n_broken;
  const sp_broken_manifest *broken = sp_registry_broken(c->registry, &n_broken);
  for (uint32_t i = 0; i < n_broken; i++) {
    if (strcmp(broken[i].module, name) != 0) continue;
    if (error != NULL) *error = *broken[i].error;
    return broken[i].error->status;
  }
  const char **names = sp_arena_array(c->arena, n + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) names[i] = list[i].name;
  const char *nearest = sp_nearest(name, names, n);
  sp_error_set(error, SAMPAN_E_USAGE, SP_ID_NO_PLUGIN, "there is no plugin '%s'", name);
  return nearest != NULL ? sp_error_hint(error, "did you mean '%s'?", nearest)
                         : sp_error_hint(error, "`sampan plugins` lists them");
}

/* NAME or KIND/NAME: all plugins of that name. */
static int32_t write_named(cli *c, const sp_plugin_info *list, uint32_t n, const char *given,
                           sp_buffer *out, sampan_error *error) {
  const char *slash = strchr(given, '/');
  const char *name = slash != NULL ? slash + 1 : given;
  int32_t kind = 0;
  uint32_t found = 0;
  if (slash != NULL) {
    const char *text = sp_arena_text_n(c->arena, given, (uint64_t)(slash - given));
    kind = text != NULL ? sp_kind_of(text) : 0;
    if (kind == 0) {
      sp_error_set(error, SAMPAN_E_USAGE, SP_ID_NO_PLUGIN, "'%.*s' is no kind of plugin",
                   (int)(slash - given), given);
      return sp_error_hint(error,
                           "the kinds are source, estimator, interval, comparison and writer");
    }
  }
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(list[i].name, name) != 0 || (kind != 0 && list[i].kind != kind)) continue;
    write_one(c, &list[i], out);
    found++;
  }
  return found > 0 ? SAMPAN_OK : unknown(c, list, n, name, error);
}

int32_t cli_plugins(cli *c, sampan_error *error) {
  uint32_t n;
  sp_buffer text;
  SP_TRY(cli_need_operands(c, 0, 2, error));
  SP_TRY(cli_refuse_inputs(c, NULL, 0, error));
  SP_TRY(cli_registry(c, error));
  const sp_plugin_info *list = sp_registry_list(c->registry, &n);
  /* `plugins show NAME` and `plugins NAME` are the same. */
  const uint32_t n_given = c->args.n_operands;
  if (n_given == 2 && strcmp(c->args.operands[0], "show") != 0) {
    SP_TRY(cli_need_operands(c, 0, 1, error));
  }
  sp_buffer_init(&text);
  int32_t status = n_given == 0
                       ? write_list(c, list, n, &text)
                       : write_named(c, list, n, c->args.operands[n_given - 1], &text, error);
  if (status >= 0) {
    status =
        text.failed ? sp_error_memory(error) : cli_write_text(c, text.data, text.n_bytes, error);
  }
  sp_buffer_clear(&text);
  return status;
}
