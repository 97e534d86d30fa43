/* module.c - the only dlopen. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr1 */
#endif
#include "host/module.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <link.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/error_ids.h"
#include "host/trust.h"

/* Opens the file behind `path` after the checks that need no loading. */
static int32_t open_checked(const char *path, const char *digest, sp_arena *arena, int *fd,
                            sampan_error *error) {
  char seen[65];
  const char *slash = strrchr(path, '/'), *real;
  int folder;
  *fd = -1;
  const char *parent = slash == path ? "/" : sp_arena_text_n(arena, path, (uint64_t)(slash - path));
  if (parent == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  SP_TRY(sp_trust_folder(parent, arena, &real, &folder, error));
  if (folder < 0) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_MISSING, "the plugin folder is gone");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  int32_t status = sp_trust_file(folder, real, slash + 1, fd, error);
  (void)close(folder);
  if (status == SAMPAN_OK) status = sp_trust_digest(*fd, path, seen, error);
  if (status == SAMPAN_OK && strcmp(seen, digest) != 0) {
    status = sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_DIGEST,
                          "the plugin is not the one that its manifest describes: its SHA-256 is "
                          "%.16s..., not %.16s...",
                          seen, digest);
    (void)sp_error_hint(
        error, "if you built it again, write its manifest again: sampan manifest %s", slash + 1);
    (void)sp_error_file(error, path);
  }
  if (status < 0 && *fd >= 0) {
    (void)close(*fd);
    *fd = -1;
  }
  return status;
}

static int32_t open_named(const char *path, int *fd, sampan_error *error) {
  char why[128];
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (*fd >= 0) return SAMPAN_OK;
  sp_error_errno(errno, why, sizeof why);
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FILE_OPEN, "the plugin cannot be opened: %s",
                     why);
  (void)sp_error_file(error, path);
  return SAMPAN_E_PLUGIN;
}

/* An object built with -Ofast turns denormal numbers off for the whole process when it is loaded:
 * the environment is put back as it was. */
static void *load_quietly(const char *path, const void **symbol) {
  fenv_t environment;
  const int kept = fegetenv(&environment) == 0;
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  *symbol = handle != NULL ? dlsym(handle, SAMPAN_MODULE_SYMBOL) : NULL;
  if (kept) (void)fesetenv(&environment);
  return handle;
}

/* 1 if the symbol lies in the file that was checked, and is large enough to be looked at. */
static int32_t check_origin(const char *path, int fd, const void *symbol, sampan_error *error) {
  Dl_info info;
  const ElfW(Sym) *entry = NULL;
  struct stat loaded, checked;
  if (dladdr1(symbol, &info, (void **)&entry, RTLD_DL_SYMENT) == 0 || info.dli_fname == NULL ||
      stat(info.dli_fname, &loaded) != 0 || fstat(fd, &checked) != 0 ||
      loaded.st_dev != checked.st_dev || loaded.st_ino != checked.st_ino) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_OTHER,
                       "the file that was loaded is not the one that was checked");
    (void)sp_error_hint(error,
                        "something is changing the plugin folder: run again when it is done");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  if (entry != NULL && entry->st_size < 2 * sizeof(uint32_t)) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_SHORT,
                       "its %s is too short to be a module", SAMPAN_MODULE_SYMBOL);
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  return SAMPAN_OK;
}

static int32_t load(const char *path, int fd, const sampan_module **out, sampan_error *error) {
  const void *symbol;
  if (load_quietly(path, &symbol) == NULL) {
    const char *why = dlerror();
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_LOAD, "the plugin cannot be loaded: %s",
                       why != NULL ? why : "unknown reason");
    (void)sp_error_hint(error,
                        "a plugin is a shared object for this machine that finds all its symbols: "
                        "link it with -Wl,-z,defs");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  if (symbol == NULL) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_SYMBOL,
                       "this is no sampan plugin: it exports no %s", SAMPAN_MODULE_SYMBOL);
    (void)sp_error_hint(error, "a plugin says SAMPAN_MODULE(name, license, &plugin)");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  SP_TRY(check_origin(path, fd, symbol, error));
  SP_TRY(sp_module_validate((const sampan_module *)symbol, path, error));
  *out = (const sampan_module *)symbol;
  return SAMPAN_OK;
}

int32_t sp_module_open(const char *path, const char *digest, const sampan_module **out,
                       sampan_error *error) {
  int fd = -1;
  int32_t status;
  *out = NULL;
  if (path[0] != '/') {
    /* dlopen would look for a bare name in the system's folders. */
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_RELATIVE,
                       "a plugin must be given by its absolute path");
    (void)sp_error_hint(error, "begin it with /");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  if (digest != NULL) {
    sp_arena *arena = sp_arena_new(0);
    if (arena == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
    status = open_checked(path, digest, arena, &fd, error);
    sp_arena_free(arena);
  } else {
    status = open_named(path, &fd, error);
  }
  if (status < 0) return status;
  status = load(path, fd, out, error);
  (void)close(fd);
  return status;
}

int32_t sp_module_load(const char *path, const sampan_module **out, sampan_error *error) {
  return sp_module_open(path, NULL, out, error);
}

const sampan_plugin *sp_module_plugin(const sampan_module *module, int32_t kind, const char *name) {
  for (uint32_t i = 0; i < module->n_plugins; i++) {
    const sampan_plugin *plugin = module->plugins[i];
    if (plugin->kind == kind && strcmp(plugin->name, name) == 0) return plugin;
  }
  return NULL;
}

uint32_t sp_choice_length(const char *at) {
  return (uint32_t)strcspn(at, "|");
}
