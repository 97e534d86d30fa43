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
  sp_broken_manifest *broken;
  uint32_t n_infos, n_broken;
};

/* The folder that is being read. */
typedef struct place {
  const char *path; /* resolved */
  int fd;
  uint32_t number;
  int32_t origin;
  const int32_t *origins; /* by number; NULL: all shipped */
} place;

static int32_t origin_of(const int32_t *origins, uint32_t folder) {
  return origins != NULL ? origins[folder] : SP_FOLDER_SHIPPED;
}

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

/* Keeps an error until somebody asks for what it is about. */
static const sampan_error *keep_error(sp_registry *r, const sampan_error *error) {
  sampan_error *kept = (sampan_error *)sp_arena_alloc(r->arena, sizeof *kept);
  if (kept != NULL) *kept = *error;
  return kept;
}

/* Two plugins of one kind and name, of which the first would be taken. */
static int32_t meet(sp_registry *r, sp_plugin_info *first, const sp_plugin_info *second,
                    const place *at, sampan_error *error) {
  sampan_error why;
  if (first->broken != NULL) return SAMPAN_OK;
  sp_error_clear(&why);
  if (first->folder == at->number) {
    (void)sp_error_set(&why, SAMPAN_E_PLUGIN, SP_ID_MANIFEST_TWICE,
                       "%s '%s' is in this folder twice: in module %s and in module %s",
                       sp_kind_name(first->kind), first->name, first->module, second->module);
    (void)sp_error_hint(&why, "remove one of them");
  } else if (origin_of(at->origins, first->folder) == SP_FOLDER_OWN &&
             at->origin == SP_FOLDER_SHIPPED && strcmp(first->digest, second->digest) != 0) {
    (void)sp_error_set(&why, SAMPAN_E_PLUGIN, SP_ID_PLUGIN_HIDES,
                       "your own %s '%s' has the name of one that came with sampan, %.200s",
                       sp_kind_name(first->kind), first->name, second->file);
    (void)sp_error_hint(&why,
                        "give it another name, remove it, or say that it is meant: --plugin-dir "
                        "%.*s",
                        (int)(strrchr(first->file, '/') - first->file), first->file);
  } else {
    return SAMPAN_OK;
  }
  (void)sp_error_file(&why, first->file);
  first->broken = keep_error(r, &why);
  return first->broken != NULL ? SAMPAN_OK : sp_error_memory(error);
}

/* Adds what a manifest tells, but for names that are there. */
static int32_t add_infos(sp_registry *r, const sp_plugin_info *infos, uint32_t n, const place *at,
                         sampan_error *error) {
  sp_plugin_info *grown = (sp_plugin_info *)sp_arena_grow(r->arena, r->infos, r->n_infos,
                                                          (uint64_t)r->n_infos + n, sizeof *grown);
  if (grown == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  r->infos = grown;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = 0;
    while (k < r->n_infos && order(&r->infos[k], &infos[i]) != 0) k++;
    if (k < r->n_infos) {
      SP_TRY(meet(r, &r->infos[k], &infos[i], at, error));
      continue;
    }
    r->infos[r->n_infos] = infos[i];
    r->infos[r->n_infos++].folder = at->number;
  }
  return SAMPAN_OK;
}

/* *text is what could be read of it. */
static int32_t read_manifest(sp_registry *r, const place *at, const char *name, const char *path,
                             char **text, sampan_error *error) {
  const size_t n_stem = strlen(name) - strlen(".plugin");
  const char *object = sp_arena_printf(r->arena, "%s/%.*s.so", at->path, (int)n_stem, name);
  sp_plugin_info *infos;
  uint32_t n_infos;
  uint64_t n = 0;
  int fd;
  if (object == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  SP_TRY(sp_trust_file(at->fd, at->path, name, &fd, error));
  const int32_t status = read_text(r->arena, fd, path, text, &n, error);
  (void)close(fd);
  if (status < 0) return status;
  SP_TRY(sp_manifest_read(path, *text, n, object, r->arena, &infos, &n_infos, error));
  return add_infos(r, infos, n_infos, at, error);
}

/* One that cannot be read is kept for those who need it: others have no part in it. */
static int32_t take_manifest(sp_registry *r, const place *at, const char *name,
                             sampan_error *error) {
  sampan_error why;
  char *text = NULL;
  const char *path = sp_arena_printf(r->arena, "%s/%s", at->path, name);
  if (path == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  sp_error_clear(&why);
  const int32_t status = read_manifest(r, at, name, path, &text, &why);
  if (status >= 0) return SAMPAN_OK;
  if (status == SAMPAN_E_MEMORY) return sp_error_memory(error), SAMPAN_E_MEMORY;
  const sp_broken_manifest broken = {
      .module = sp_arena_text_n(r->arena, name, strlen(name) - strlen(".plugin")),
      .file = path,
      .text = text != NULL ? text : "",
      .error = keep_error(r, &why),
      .folder = at->number,
      .origin = at->origin};
  sp_broken_manifest *grown = (sp_broken_manifest *)sp_arena_grow(
      r->arena, r->broken, r->n_broken, r->n_broken + UINT64_C(1), sizeof *grown);
  if (grown == NULL || broken.module == NULL || broken.error == NULL) {
    return sp_error_memory(error), SAMPAN_E_MEMORY;
  }
  r->broken = grown;
  r->broken[r->n_broken++] = broken;
  return SAMPAN_OK;
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

static int32_t read_folder(sp_registry *r, const char *path, uint32_t number,
                           const int32_t *origins, sampan_error *error) {
  place at = {.number = number, .origin = origin_of(origins, number), .origins = origins};
  const char **names = NULL;
  uint32_t n = 0;
  SP_TRY(sp_trust_folder(path, r->arena, &at.path, &at.fd, error));
  if (at.fd < 0) {
    if (at.origin != SP_FOLDER_NAMED) return SAMPAN_OK;
    (void)sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_FOLDER_MISSING,
                       "there is no such plugin folder");
    (void)sp_error_hint(error, "check --plugin-dir and SAMPAN_PLUGIN_PATH");
    (void)sp_error_file(error, path);
    return SAMPAN_E_PLUGIN;
  }
  DIR *folder = fdopendir(at.fd);
  if (folder == NULL) {
    const int why = errno;
    (void)close(at.fd);
    return file_error(at.path, why, error);
  }
  int32_t status = list_manifests(r->arena, folder, at.path, &names, &n, error);
  for (uint32_t i = 0; status == SAMPAN_OK && i < n; i++) {
    status = take_manifest(r, &at, names[i], error);
  }
  (void)closedir(folder);
  return status;
}

int32_t sp_registry_open(const char *const *folders, const int32_t *origins, uint32_t n_folders,
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
    status = read_folder(r, folders[i], i, origins, error);
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

const sp_broken_manifest *sp_registry_broken(const sp_registry *registry, uint32_t *n) {
  *n = registry->n_broken;
  return registry->broken;
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

/* 1 if the module of a manifest that could not be read may hold a plugin of this name. */
static int may_hold(const sp_broken_manifest *b, const char *name) {
  static const char key[] = "name: ", more[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  const size_t n = strlen(name);
  if (strcmp(b->module, name) == 0) return 1;
  for (const char *at = strstr(b->text, key); at != NULL; at = strstr(at, key)) {
    at += sizeof key - 1;
    if (strncmp(at, name, n) == 0 && (at[n] == '\0' || strchr(more, at[n]) == NULL)) return 1;
  }
  return 0;
}

/* The manifest, not to be read, that stands between the name and its plugin (NULL: none known). An
 * own folder hides nothing, so what is broken there stands before no other plugin. */
static const sp_broken_manifest *obstacle(const sp_registry *r, const sp_plugin_info *info,
                                          const char *name) {
  for (uint32_t i = 0; i < r->n_broken; i++) {
    const sp_broken_manifest *b = &r->broken[i];
    if (info != NULL && (b->origin == SP_FOLDER_OWN || b->folder >= info->folder)) continue;
    if (may_hold(b, name)) return b;
  }
  return NULL;
}

static int32_t report(const sampan_error *kept, const char *name, sampan_error *error) {
  if (error != NULL) {
    *error = *kept;
    (void)snprintf(error->plugin, sizeof error->plugin, "%.60s", name);
  }
  return kept->status;
}

/* Names the manifest in the message, as a plan's place may take that of the file. */
static int32_t report_manifest(const sp_broken_manifest *b, const char *name, sampan_error *error) {
  const int32_t status = report(b->error, name, error);
  if (error != NULL) {
    (void)snprintf(error->message, sizeof error->message, "the manifest %.400s: %.300s", b->file,
                   b->error->message);
  }
  return status;
}

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
  } else if (r->n_broken > 0) {
    (void)sp_error_hint(error,
                        "the manifest of %.60s cannot be read; `sampan plugins` says why, and "
                        "lists all",
                        r->broken[0].module);
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
  const sp_broken_manifest *broken = obstacle(registry, info, name);
  if (broken != NULL) return report_manifest(broken, name, error);
  if (info == NULL) return unknown(registry, kind, name, error);
  if (info->broken != NULL) return report(info->broken, name, error);
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
