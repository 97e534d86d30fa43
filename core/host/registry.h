/* registry.h - finding, checking and loading plugins: the only dlopen. Listing reads the manifests
 * that the build writes beside the shared objects, and runs no plugin code; a plugin is loaded when
 * a plan names it, and never unloaded. */
#ifndef SP_HOST_REGISTRY_H
#define SP_HOST_REGISTRY_H

#include "base/arena.h"
#include "base/error.h"

/* A parameter ("number", "choice", ...), or a role: its type is a list of column types
 * ("number|truth"), its choices "many" where it takes several columns. Texts are never NULL. */
typedef struct sp_param_info {
  const char *name, *type, *choices, *default_text, *text_en, *text_zh;
  int32_t required;
  int32_t reserved;
  double minimum, maximum; /* infinite where there is no limit */
} sp_param_info;

/* What a manifest says of one plugin. Texts are never NULL. */
typedef struct sp_plugin_info {
  int32_t kind; /* SAMPAN_SOURCE ... */
  uint32_t n_params, n_roles;
  int32_t units; /* interval: mask */
  const char *name, *version, *label_en, *label_zh, *summary_en, *summary_zh, *formula, *reference;
  const char *extensions; /* source, writer */
  const sp_param_info *params;
  const sp_param_info *roles; /* estimator */
  const char *file;           /* absolute path of the shared object */
  const char *digest;         /* SHA-256 of it, as the manifest says */
  const char *module, *license;
  int32_t abi_major, abi_minor;
  const sampan_error *broken; /* why it must not be used, or NULL */
  uint32_t folder;            /* the number of its folder, in the order of the search */
  uint32_t reserved;
} sp_plugin_info;

/* A manifest that could not be read: nobody knows what its module holds. */
typedef struct sp_broken_manifest {
  const char *module; /* by its file name */
  const char *file;
  const char *text; /* as far as it could be read, or "" */
  const sampan_error *error;
  uint32_t folder;
  int32_t origin; /* SP_FOLDER_* */
} sp_broken_manifest;

/* Where a folder of plugins comes from. */
enum {
  SP_FOLDER_SHIPPED = 0, /* it came with the program */
  SP_FOLDER_NAMED = 1, /* --plugin-dir or SAMPAN_PLUGIN_PATH: it must exist, and may hide others */
  SP_FOLDER_OWN = 2    /* the user's own: it adds plugins, and hides none that are shipped */
};

typedef struct sp_registry sp_registry;

/* Reads the manifests in the directories, in order; a name that an earlier directory has hides the
 * same name in later ones. Directories must be absolute, and every component of the path owned by
 * root or the effective user and writable by nobody else. `origins` NULL: all shipped. A plugin of
 * an own folder that would hide another one of a shipped folder, two of one name in a folder, and a
 * manifest that cannot be read are no errors here, but where one of them is to be loaded. *out is
 * owned. */
int32_t sp_registry_open(const char *const *folders, const int32_t *origins, uint32_t n_folders,
                         sp_registry **out, sampan_error *error) SP_CHECK;
void sp_registry_free(sp_registry *registry);

/* The directories to search, in order: --plugin-dir, SAMPAN_PLUGIN_PATH (ignored when privileges
 * were raised), $XDG_DATA_HOME/sampan/plugins, `plugins` beside the program, the installed one; and
 * the SP_FOLDER_* of each. Borrowed from the arena. */
int32_t sp_registry_search_path(const char *const *given, uint32_t n_given, const char *program,
                                sp_arena *arena, const char ***folders, int32_t **origins,
                                uint32_t *n_folders, sampan_error *error) SP_CHECK;

/* All plugins, by kind and name. Borrowed. */
const sp_plugin_info *sp_registry_list(const sp_registry *registry, uint32_t *n);
/* The manifests that could not be read. Borrowed. */
const sp_broken_manifest *sp_registry_broken(const sp_registry *registry, uint32_t *n);
/* One, or NULL. */
const sp_plugin_info *sp_registry_find(const sp_registry *registry, int32_t kind, const char *name);
/* The plugin of a kind that claims the extension of a file name (".gz" not counted), or NULL. */
const sp_plugin_info *sp_registry_by_extension(const sp_registry *registry, int32_t kind,
                                               const char *file_name);

/* Loads it, once: digest as the manifest says, ABI version, descriptor, name. Version mismatch is
 * refused, naming both. *out is borrowed and lives as long as the process. An unknown name is an
 * error that names the nearest one. */
int32_t sp_registry_load(sp_registry *registry, int32_t kind, const char *name,
                         const sampan_plugin **out, sampan_error *error) SP_CHECK;

/* Loads a shared object by its absolute path, whether or not it has a manifest: for `sampan
 * manifest` and `sampan check`. */
int32_t sp_module_load(const char *path, const sampan_module **out, sampan_error *error) SP_CHECK;
/* Refuses a descriptor that breaks the rules of plugin.h. */
int32_t sp_module_validate(const sampan_module *module, const char *path,
                           sampan_error *error) SP_CHECK;
/* Writes the manifest (YAML) of a loaded module. */
struct sp_buffer;
int32_t sp_manifest_write(const sampan_module *module, const char *path, struct sp_buffer *out,
                          sampan_error *error) SP_CHECK;
/* "estimator" ... for a kind; 0 for an unknown name. */
const char *sp_kind_name(int32_t kind);
int32_t sp_kind_of(const char *name);

#endif
