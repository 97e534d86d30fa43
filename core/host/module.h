/* module.h - loading a shared object that was checked: internal to core/host. */
#ifndef SP_HOST_MODULE_H
#define SP_HOST_MODULE_H

#include "host/registry.h"

/* Loads `path` (absolute). With `digest`, the path must be trusted (trust.h) and the file must have
 * that SHA-256, both found out before any of its code runs. */
int32_t sp_module_open(const char *path, const char *digest, const sampan_module **out,
                       sampan_error *error) SP_CHECK;

/* The plugin of a module, or NULL. */
const sampan_plugin *sp_module_plugin(const sampan_module *module, int32_t kind, const char *name);

/* Where in `choices` the first of its names ends that starts at `at`; for walking "a|b|c". */
uint32_t sp_choice_length(const char *at);

#endif
