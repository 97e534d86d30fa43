/* preset_params.h - the defaults of a plan's preset among the options for a plugin. */
#ifndef SP_HOST_PRESET_PARAMS_H
#define SP_HOST_PRESET_PARAMS_H

#include "host/params.h"
#include "plan/preset.h"

/* `options` with a value for each parameter of the plugin that the preset has a default for and the
 * options leave out; the same options where there is none (or no preset). NULL: no memory - told
 * apart from no options by *ok. */
const sp_yaml *sp_preset_options(const sp_preset *preset, const sampan_plugin *plugin,
                                 const sp_yaml *options, const sp_yaml *place, sp_arena *arena,
                                 int32_t *ok);

/* sp_params_bind with them. */
int32_t sp_params_bind_preset(const sp_preset *preset, const sampan_plugin *plugin,
                              const sp_yaml *options, const sp_yaml *place, const char *const *also,
                              uint32_t n_also, const char *file, const char *folder,
                              const char *data_folder, sp_arena *arena, sampan_value **out,
                              sampan_error *error) SP_CHECK;

#endif
