/* host_support.h - plugin folders for the tests of core/host. */
#ifndef HOST_SUPPORT_H
#define HOST_SUPPORT_H

#include "host/registry.h"

/* Where the build puts the shared objects of tests/fault/plugins. */
#ifndef SAMPAN_FAULT_PLUGINS
#define SAMPAN_FAULT_PLUGINS SAMPAN_BUILD_DIR "/fault-plugins"
#endif

/* A new folder in the build folder, for which every name below is; NULL if that is not a place
 * which the host trusts (the build is in /tmp, say). */
const char *host_folder(void);
/* Removes it with all that is in it. */
void host_folder_remove(void);
/* FOLDER/NAME, in memory that is used again after eight calls. */
const char *host_path(const char *name);

/* Puts NAME.so there. */
void host_copy(const char *name);
void host_write(const char *name, const char *text);
/* Writes NAME.plugin: for the module as it is, or (by hand) for one that cannot be loaded, saying
 * that it holds one interval plugin of the given name. `digest` NULL: that of the file. */
void host_manifest(const char *name);
void host_manifest_by_hand(const char *name, const char *plugin, const char *digest,
                           const char *abi);

/* Opens the folder. */
int32_t host_open(sp_registry **out, sampan_error *error);

#endif
