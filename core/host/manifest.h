/* manifest.h - reading what sp_manifest_write wrote: internal to core/host. */
#ifndef SP_HOST_MANIFEST_H
#define SP_HOST_MANIFEST_H

#include "host/registry.h"

/* Reads the manifest `path` (its text is given) of the shared object `object`. *out is borrowed
 * from the arena. What is newer than this program and unknown to it is passed over. */
int32_t sp_manifest_read(const char *path, const char *text, uint64_t n_bytes, const char *object,
                         sp_arena *arena, sp_plugin_info **out, uint32_t *n,
                         sampan_error *error) SP_CHECK;

#endif
