/* data_file.c - opening a data file by itself, and tables for the terminal. */
#include "cli/data_file.h"

#include "base/text.h"
#include "host/params.h"

enum { SP_ID_NO_SOURCE = 6050 };

int32_t cli_data_open(cli *c, const char *path, sp_context *context, sp_source *out,
                      sampan_error *error) {
  sampan_value *values;
  const char *name = c->args.format;
  if (name == NULL) {
    const sp_plugin_info *info = sp_registry_by_extension(c->registry, SAMPAN_SOURCE, path);
    if (info == NULL) {
      sp_error_set(error, SAMPAN_E_USAGE, SP_ID_NO_SOURCE, "no source claims the file name '%s'",
                   path);
      return sp_error_hint(error, "`sampan plugins` lists the sources; --format names one");
    }
    name = info->name;
  }
  memset(out, 0, sizeof *out);
  SP_TRY(sp_registry_load(c->registry, SAMPAN_SOURCE, name, &out->plugin, error));
  SP_TRY(sp_params_bind(out->plugin, NULL, NULL, NULL, 0, "", ".", c->data_folder, c->arena,
                        &values, error));
  out->values = values;
  out->file = path;
  *context = (sp_context){.arena = c->arena, .cancel = c->cancel};
  return sp_source_schema(out, context, error);
}

/* ---- tables ------------------------------------------------------------------------------- */

void cli_grid_add(cli_grid *g, const char *text) {
  if (g->n_cells == g->capacity) {
    const uint32_t wider = g->capacity * 2 + 64;
    g->cells = sp_arena_grow(g->arena, g->cells, g->n_cells, wider, sizeof *g->cells);
    g->capacity = g->cells != NULL ? wider : 0;
  }
  if (g->cells == NULL || text == NULL) {
    g->failed = 1;
    return;
  }
  g->cells[g->n_cells++] = text;
}

static void pad(sp_buffer *out, int32_t n) {
  for (int32_t i = 0; i < n; i++) sp_buffer_char(out, ' ');
}

/* A cell on one line: what would break the table stands as a blank. */
static void add_cell(sp_buffer *out, const char *text) {
  for (; *text != '\0'; text++) sp_buffer_char(out, (unsigned char)*text < 0x20 ? ' ' : *text);
}

void cli_grid_write(const cli_grid *g, sp_buffer *out) {
  int32_t width[16] = {0};
  if (g->failed) out->failed = 1;
  if (g->failed || g->n_columns == 0 || g->n_columns > 16) return;
  for (uint32_t i = 0; i < g->n_cells; i++) {
    const int32_t w = sp_utf8_width(g->cells[i]);
    if (w > width[i % g->n_columns]) width[i % g->n_columns] = w;
  }
  for (uint32_t i = 0; i < g->n_cells; i++) {
    const uint32_t k = i % g->n_columns;
    const int32_t space = width[k] - sp_utf8_width(g->cells[i]);
    const int to_right = (g->right >> k & 1U) != 0;
    if (to_right) pad(out, space);
    add_cell(out, g->cells[i]);
    if (k + 1 == g->n_columns) {
      sp_buffer_char(out, '\n');
    } else {
      pad(out, 2 + (to_right ? 0 : space));
    }
  }
}
