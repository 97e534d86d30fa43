/* preset_params.c - options of a plan with what its preset adds. */
#include "host/preset_params.h"

#include <string.h>

static sp_yaml *scalar(const sp_yaml *place, const char *text, sp_arena *arena) {
  sp_yaml *node = sp_arena_alloc(arena, sizeof *node);
  if (node == NULL) return NULL;
  node->kind = SP_YAML_SCALAR;
  node->text = text;
  node->line = node->last_line = place != NULL ? place->line : 0;
  node->column = place != NULL ? place->column : 0;
  return node;
}

const sp_yaml *sp_preset_options(const sp_preset *preset, const sampan_plugin *plugin,
                                 const sp_yaml *options, const sp_yaml *place, sp_arena *arena,
                                 int32_t *ok) {
  const uint32_t n = options != NULL ? options->n : 0;
  sp_yaml *all = NULL;
  *ok = 1;
  if (preset == NULL || (options != NULL && options->kind != SP_YAML_MAP)) return options;
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    const char *name = plugin->params[i].name;
    const char *text = sp_preset_parameter(preset, plugin->kind, plugin->name, name);
    if (text == NULL || sp_yaml_get(options, name) != NULL) continue;
    if (all == NULL) {
      all = sp_arena_alloc(arena, sizeof *all);
      sp_yaml **keys = sp_arena_array(arena, n + (uint64_t)plugin->n_params, sizeof *keys);
      sp_yaml **items = sp_arena_array(arena, n + (uint64_t)plugin->n_params, sizeof *items);
      if (all == NULL || keys == NULL || items == NULL) {
        *ok = 0;
        return NULL;
      }
      if (options != NULL) *all = *options;
      all->kind = SP_YAML_MAP;
      if (n > 0) {
        memcpy(keys, options->keys, n * sizeof *keys);
        memcpy(items, options->items, n * sizeof *items);
      }
      all->keys = keys;
      all->items = items;
    }
    all->keys[all->n] = scalar(place, name, arena);
    all->items[all->n] = scalar(place, text, arena);
    if (all->keys[all->n] == NULL || all->items[all->n] == NULL) {
      *ok = 0;
      return NULL;
    }
    all->n++;
  }
  return all != NULL ? all : options;
}

int32_t sp_params_bind_preset(const sp_preset *preset, const sampan_plugin *plugin,
                              const sp_yaml *options, const sp_yaml *place, const char *const *also,
                              uint32_t n_also, const char *file, const char *folder,
                              const char *data_folder, sp_arena *arena, sampan_value **out,
                              sampan_error *error) {
  int32_t ok;
  const sp_yaml *all = sp_preset_options(preset, plugin, options, place, arena, &ok);
  *out = NULL;
  if (!ok) return sp_error_memory(error);
  return sp_params_bind(plugin, all, place, also, n_also, file, folder, data_folder, arena, out,
                        error);
}
