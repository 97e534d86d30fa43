/* params.h - a plan's options for a plugin against the plugin's declared parameters. */
#ifndef SP_HOST_PARAMS_H
#define SP_HOST_PARAMS_H

#include "host/context.h"
#include "plan/yaml.h"

/* Checks `options` (a map or NULL) and makes one value per declared parameter: unknown keys (other
 * than `also`, e.g. roles and the keys that the plan itself reads) are an error naming the nearest;
 * types, ranges and choices are checked; defaults are filled in. Tables: a map in the plan (key,
 * value), a CSV file relative to `folder`, or the name of a shipped one, looked for in
 * `data_folder` (NAME.csv). *out is borrowed from the arena. */
int32_t sp_params_bind(const sampan_plugin *plugin, const sp_yaml *options, const sp_yaml *place,
                       const char *const *also, uint32_t n_also, const char *file,
                       const char *folder, const char *data_folder, sp_arena *arena,
                       sampan_value **out, sampan_error *error) SP_CHECK;

/* Reads a small CSV file as a table (at most 100,000 cells). `digest` (65 bytes) may be NULL. */
int32_t sp_table_read(const char *path, const char *name, sp_arena *arena, sampan_table **out,
                      char *digest, sampan_error *error) SP_CHECK;

#endif
