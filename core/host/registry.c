/* registry.c - the plugins that the manifests in a list of folders tell of. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "host/registry.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "host/error_ids.h"
#include "host/manifest.h"
#include "host/module.h"
#include "host/trust.h"

enum { MANIFEST_MAX_BYTES = 1 << 20, MOST_MANIFESTS = 4096 };

struct sp_registry {
  sp_arena *arena;
  sp_plugin_info *infos;
  const sampan_plugin **loaded; /* by info; NULL: not yet */
  uint32_t n_infos;
};

/* ---- reading manifests -------------------------------------------------------------------- */

static int32_t file_error(const char *path, int number, sampan_error *error) {
  char why[128];
  sp_error_errno(number, why, sizeof why);
  (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FILE_OPEN,
                     "a file of a plugin cannot be read: %s", why);
  (void)sp_error_file(error, path);
  return SAMPAN_E_PLUGIN;
}

static int32_t read_text(sp_arena *arena, int fd, const char *path, char **out, uint64_t *n,
                         sampan_error *error) {
  struct stat about;
  if (fstat(fd, &about) != 0) return file_error(path, errno, error);
  if (about.st_size > MANIFEST_MAX_BYTES) return file_error(path, EFBIG, error);
  const uint64_t size = (uint64_t)about.st_size;
  char *text = (char *)sp_arena_alloc(arena, size + 1);
  if (text == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  *n = 0;
  while (*n < size) {
    const ssize_t got = read(fd, text + *n, (size_t)(size - *n));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error(path, errno, error);
    if (got == 0) break;
    *n += (uint64_t)got;
  }
  *out = text;
  return SAMPAN_OK;
}

static int order(const sp_plugin_info *a, const sp_plugin_info *b) {
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  return strcmp(a->name, b->name);
}

static int order_infos(const void *a, const void *b) {
  return order((const sp_plugin_info *)a, (const sp_plugin_info *)b);
}

/* Adds what a manifest tells, unless an earlier folder (infos before n_earlier) has the name. */
static int32_t add_infos(sp_registry *r, const sp_plugin_info *infos, uint32_t n,
                         uint32_t n_earlier, sampan_error *error) {
  sp_plugin_info *grown = (sp_plugin_info *)sp_arena_grow(r->arena, r->infos, r->n_infos,
                                                          (uint64_t)r->n_infos + n, sizeof *grown);
  if (grown == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  r->infos = grown;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = 0;
    while (k < r->n_infos && order(&r->infos[k], &infos[i]) != 0) k++;
    if (k < n_earlier) continue;
    if (k < r->n_infos) {
      (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_MANIFEST_TWICE,
                         "%s '%s' is in this folder twice: in module %s and in module %s",
                         sp_kind_name(infos[i].kind), infos[i].name, r->infos[k].module,
                         infos[i].module);
      (void)sp_error_hint(error, "remove one of them");
      (void)sp_error_file(error, infos[i].file);
      return SAMPAN_E_PLUGIN;
    }
    r->infos[r->n_infos++] = infos[i];
  }
  return SAMPAN_OK;
}

static int32_t read_manifest(sp_registry *r, int folder, const char *real, const char *name,
                             uint32_t n_earlier, sampan_error *error) {
  const size_t n_stem = strlen(name) - strlen(".plugin");
  const char *path = sp_arena_printf(r->arena, "%s/%s", real, name);
  const char *object = sp_arena_printf(r->arena, "%s/%.*s.so", real, (int)n_stem, name);
  sp_plugin_info *infos;
  uint32_t n_infos;
  uint64_t n = 0;
  char *text = NULL;
  int fd;
  if (path == NULL || object == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  SP_TRY(sp_trust_file(folder, real, name, &fd, error));
  const int32_t status = read_text(r->arena, fd, path, &text, &n, error);
  (void)close(fd);
  if (status < 0) return status;
  SP_TRY(sp_manifest_read(path, text, n, object, r->arena, &infos, &n_infos, error));
  return add_infos(r, infos, n_infos, n_earlier, error);
}

static int order_names(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of the manifests in a folder, sorted. */
static int32_t list_manifests(sp_arena *arena, DIR *folder, const char *real, const char ***out,
                              uint32_t *n, sampan_error *error) {
  const char **names = NULL;
  uint32_t capacity = 0;
  *n = 0;
  for (;;) {
    errno = 0;
    const struct dirent *entry = readdir(folder);
    if (entry == NULL) break;
    const size_t length = strlen(entry->d_name);
    if (length <= 7 || entry->d_name[0] == '.' ||
        strcmp(entry->d_name + length - 7, ".plugin") != 0) {
      continue;
    }
    if (*n == MOST_MANIFESTS) return file_error(real, EFBIG, error);
    if (*n == capacity) {
      capacity = capacity == 0 ? 32 : capacity * 2;
      names = (const char **)sp_arena_grow(arena, names, *n, capacity, sizeof *names);
      if (names == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
    }
    names[*n] = sp_arena_text(arena, entry->d_name);
    if (names[(*n)++] == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  }
  if (errno != 0) return file_error(real, errno, error);
  if (*n > 1) qsort(names, *n, sizeof *names, order_names);
  *out = names;
  return SAMPAN_OK;
}

static int32_t read_folder(sp_registry *r, const char *path, int must_exist, sampan_error *error) {
  const char *real, **names = NULL;
  uint32_t n = 0;
  int fd;
  SP_TRY(sp_trust_folder(path, r->arena, &real, &fd, error));
  if (fd < 0) {
    if (!must_exist) return SAMPAN_OK;
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_MISSING,
                       "there is no such plugin folder");
    (void)sp_error_hint(error, "check --plugin-dir and SAMPAN_PLUGIN_PATH");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  DIR *folder = fdopendir(fd);
  if (folder == NULL) {
    const int number = errno;
    (void)close(fd);
    return file_error(real, number, error);
  }
  const uint32_t n_earlier = r->n_infos;
  int32_t status = list_manifests(r->arena, folder, real, &names, &n, error);
  for (uint32_t i = 0; status == SAMPAN_OK && i < n; i++) {
    status = read_manifest(r, fd, real, names[i], n_earlier, error);
  }
  (void)closedir(folder);
  return status;
}

int32_t sp_registry_open(const char *const *folders, const int32_t *must_exist, uint32_t n_folders,
                         sp_registry **out, sampan_error *error) {
  *out = NULL;
  sp_registry *r = (sp_registry *)calloc(1, sizeof *r);
  if (r != NULL) r->arena = sp_arena_new(0);
  if (r == NULL || r->arena == NULL) {
    free(r);
    return sp_error_memory(error), SAMPAN_E_MEMORY;
  }
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n_folders && status == SAMPAN_OK; i++) {
    status = read_folder(r, folders[i], must_exist != NULL && must_exist[i], error);
  }
  if (status == SAMPAN_OK) {
    if (r->n_infos > 1) qsort(r->infos, r->n_infos, sizeof *r->infos, order_infos);
    r->loaded = (const sampan_plugin **)sp_arena_array(r->arena, r->n_infos + UINT64_C(1),
                                                       sizeof *r->loaded);
    if (r->loaded == NULL) status = (sp_error_memory(error), SAMPAN_E_MEMORY);
  }
  if (status < 0) {
    sp_registry_free(r);
    return status;
  }
  *out = r;
  return SAMPAN_OK;
}

void sp_registry_free(sp_registry *registry) {
  if (registry == NULL) return;
  sp_arena_free(registry->arena);
  free(registry);
}

/* ---- looking up --------------------------------------------------------------------------- */

const sp_plugin_info *sp_registry_list(const sp_registry *registry, uint32_t *n) {
  *n = registry->n_infos;
  return registry->infos;
}

const sp_plugin_info *sp_registry_find(const sp_registry *registry, int32_t kind,
                                       const char *name) {
  for (uint32_t i = 0; i < registry->n_infos; i++) {
    const sp_plugin_info *info = &registry->infos[i];
    if (info->kind == kind && strcmp(info->name, name) == 0) return info;
  }
  return NULL;
}

static int has_extension(const char *extensions, const char *extension, size_t n) {
  for (const char *at = extensions; *at != '\0';) {
    const size_t length = sp_choice_length(at);
    if (length == n && strncasecmp(at, extension, n) == 0) return 1;
    at += length + (at[length] == '|');
  }
  return 0;
}

const sp_plugin_info *sp_registry_by_extension(const sp_registry *registry, int32_t kind,
                                               const char *file_name) {
  const char *slash = strrchr(file_name, '/');
  const char *base = slash != NULL ? slash + 1 : file_name;
  size_t end = strlen(base);
  if (end > 3 && strcasecmp(base + end - 3, ".gz") == 0) end -= 3;
  size_t dot = end;
  while (dot > 0 && base[dot - 1] != '.') dot--;
  if (dot == 0 || dot == end) return NULL;
  for (uint32_t i = 0; i < registry->n_infos; i++) {
    const sp_plugin_info *info = &registry->infos[i];
    if (info->kind == kind && has_extension(info->extensions, base + dot, end - dot)) return info;
  }
  return NULL;
}

/* ---- loading ------------------------------------------------------------------------------ */

static int32_t unknown(const sp_registry *r, int32_t kind, const char *name, sampan_error *error) {
  const char *kind_name = sp_kind_name(kind);
  (void)sp_error_set(error, SAMPAN_E_PLAN, SP_ID_PLUGIN_UNKNOWN, "there is no %s '%.60s'",
                     kind_name, name);
  if (error != NULL) (void)snprintf(error->plugin, sizeof error->plugin, "%.60s", name);
  const char **names =
      (const char **)sp_arena_array(r->arena, r->n_infos + UINT64_C(1), sizeof *names);
  uint32_t n = 0;
  for (uint32_t i = 0; names != NULL && i < r->n_infos; i++) {
    if (r->infos[i].kind == kind) names[n++] = r->infos[i].name;
  }
  const char *nearest = n > 0 ? sp_nearest(name, names, n) : NULL;
  for (uint32_t i = 0; nearest == NULL && i < r->n_infos; i++) {
    if (strcmp(r->infos[i].name, name) != 0) continue;
    (void)sp_error_hint(error, "'%s' is a name of kind %s; `sampan plugins` lists them all", name,
                        sp_kind_name(r->infos[i].kind));
    return SAMPAN_E_PLAN;
  }
  if (nearest != NULL) {
    (void)sp_error_hint(error, "did you mean '%s'? `sampan plugins` lists them all", nearest);
  } else {
    (void)sp_error_hint(error, "`sampan plugins` lists them all");
  }
  return SAMPAN_E_PLAN;
}

static int32_t load_info(const sp_plugin_info *info, const sampan_plugin **out,
                         sampan_error *error) {
  const sampan_module *module;
  /* Before any of its code runs. */
  if (info->abi_major != SAMPAN_ABI_MAJOR || info->abi_minor > SAMPAN_ABI_MINOR) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_ABI,
                       "the plugin was built for plugin ABI %d.%d, but this program has %d.%d",
                       (int)info->abi_major, (int)info->abi_minor, SAMPAN_ABI_MAJOR,
                       SAMPAN_ABI_MINOR);
    (void)sp_error_hint(error, "build the plugin for this sampan, or use the sampan it is for");
    (void)sp_error_file(error, info->file);
    return SAMPAN_E_PLUGIN;
  }
  SP_TRY(sp_module_open(info->file, info->digest, &module, error));
  const sampan_plugin *plugin = sp_module_plugin(module, info->kind, info->name);
  if (plugin == NULL) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_NAME,
                       "its manifest promises the %s '%s', which the module does not hold",
                       sp_kind_name(info->kind), info->name);
  } else if (strcmp(plugin->version, info->version) != 0) {
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_MANIFEST_DIFFERS,
                       "'%s' has version %.40s, but its manifest says %.40s", info->name,
                       plugin->version, info->version);
  } else {
    *out = plugin;
    return SAMPAN_OK;
  }
  (void)sp_error_hint(error, "write the manifest again: sampan manifest %s", info->file);
  (void)sp_error_file(error, info->file);
  return SAMPAN_E_PLUGIN;
}

int32_t sp_registry_load(sp_registry *registry, int32_t kind, const char *name,
                         const sampan_plugin **out, sampan_error *error) {
  *out = NULL;
  const sp_plugin_info *info = sp_registry_find(registry, kind, name);
  if (info == NULL) return unknown(registry, kind, name, error);
  const sampan_plugin **slot = &registry->loaded[info - registry->infos];
  if (*slot == NULL) {
    const int32_t status = load_info(info, slot, error);
    if (status < 0) {
      if (error != NULL) (void)snprintf(error->plugin, sizeof error->plugin, "%s", info->name);
      return status;
    }
  }
  *out = *slot;
  return SAMPAN_OK;
}
