/* search_path.c - the folders in which plugins are looked for. */
#include <stdlib.h>
#include <sys/auxv.h>

#include "host/error_ids.h"
#include "host/registry.h"

enum { MOST_FOLDERS = 256 };

typedef struct search {
  sp_arena *arena;
  const char **folders;
  int32_t *origins;
  uint32_t n;
  sampan_error *error;
} search;

static int32_t add(search *s, const char *folder, int32_t origin) {
  if (folder == NULL) return sp_error_memory(s->error), SAMPAN_E_MEMORY;
  if (s->n == MOST_FOLDERS) {
    return sp_error_set(s->error, SAMPAN_E_USAGE, SP_ID_FOLDER_OPEN, "too many plugin folders");
  }
  s->folders[s->n] = folder;
  s->origins[s->n++] = origin;
  return SAMPAN_OK;
}

/* A folder that the user named: there is no folder that a relative name means for sure. */
static int32_t add_named(search *s, const char *folder, const char *from) {
  if (folder != NULL && folder[0] != '/') {
    (void)sp_error_set(s->error, SAMPAN_E_USAGE, SP_ID_FOLDER_RELATIVE,
                       folder[0] == '\0' ? "%s holds an empty name"
                                         : "%s: '%.200s' is no absolute "
                                           "path",
                       from, folder);
    (void)sp_error_hint(s->error, "give plugin folders by their absolute paths, beginning with /");
    return SAMPAN_E_USAGE;
  }
  return add(s, folder, SP_FOLDER_NAMED);
}

static int32_t add_variable(search *s, const char *list) {
  for (const char *at = list;;) {
    const size_t n = strcspn(at, ":");
    SP_TRY(add_named(s, sp_arena_text_n(s->arena, at, n), "SAMPAN_PLUGIN_PATH"));
    if (at[n] == '\0') return SAMPAN_OK;
    at += n + 1;
  }
}

/* The user's own folder; a relative XDG_DATA_HOME does not count, says its specification. */
static int32_t add_own(search *s) {
  const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
  if (data != NULL && data[0] == '/') {
    return add(s, sp_arena_printf(s->arena, "%s/sampan/plugins", data), SP_FOLDER_OWN);
  }
  if (home != NULL && home[0] == '/') {
    return add(s, sp_arena_printf(s->arena, "%s/.local/share/sampan/plugins", home), SP_FOLDER_OWN);
  }
  return SAMPAN_OK;
}

static int32_t add_beside(search *s, const char *program) {
  const char *slash = program != NULL && program[0] == '/' ? strrchr(program, '/') : NULL;
  if (slash == NULL) return SAMPAN_OK;
  return add(s, sp_arena_printf(s->arena, "%.*s/plugins", (int)(slash - program), program),
             SP_FOLDER_SHIPPED);
}

int32_t sp_registry_search_path(const char *const *given, uint32_t n_given, const char *program,
                                sp_arena *arena, const char ***folders, int32_t **origins,
                                uint32_t *n_folders, sampan_error *error) {
  search s = {.arena = arena, .error = error};
  /* With raised privileges the environment is that of somebody who has fewer. */
  const int raised = getauxval(AT_SECURE) != 0;
  *folders = NULL;
  *origins = NULL;
  *n_folders = 0;
  s.folders = (const char **)sp_arena_array(arena, MOST_FOLDERS, sizeof *s.folders);
  s.origins = (int32_t *)sp_arena_array(arena, MOST_FOLDERS, sizeof *s.origins);
  if (s.folders == NULL || s.origins == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n_given; i++) SP_TRY(add_named(&s, given[i], "--plugin-dir"));
  const char *list = raised ? NULL : getenv("SAMPAN_PLUGIN_PATH");
  if (list != NULL && list[0] != '\0') SP_TRY(add_variable(&s, list));
  if (!raised) SP_TRY(add_own(&s));
  SP_TRY(add_beside(&s, program));
#ifdef SAMPAN_PLUGIN_DIR
  SP_TRY(add(&s, SAMPAN_PLUGIN_DIR, SP_FOLDER_SHIPPED));
#endif
  *folders = s.folders;
  *origins = s.origins;
  *n_folders = s.n;
  return SAMPAN_OK;
}
