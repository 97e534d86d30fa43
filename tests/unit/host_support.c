/* host_support.c - plugin folders that are made, filled and removed again. */
#include "host_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/input.h"
#include "host/trust.h"

static char folder[512];

static void must(int fine, const char *what, const char *name) {
  if (fine) return;
  fprintf(stderr, "the test cannot %s %s\n", what, name);
  abort();
}

static int is_trusted(const char *path) {
  sp_arena *arena = sp_arena_new(0);
  sampan_error error;
  const char *real;
  int fd = -1;
  sp_error_clear(&error);
  const int32_t status = sp_trust_folder(path, arena, &real, &fd, &error);
  if (fd >= 0) close(fd);
  sp_arena_free(arena);
  if (status < 0) fprintf(stderr, "left out: %s: %s\n", path, error.message);
  return status == SAMPAN_OK;
}

const char *host_folder(void) {
  if (!is_trusted(SAMPAN_BUILD_DIR)) return NULL;
  snprintf(folder, sizeof folder, "%s/host_XXXXXX", SAMPAN_BUILD_DIR);
  must(mkdtemp(folder) != NULL, "make", folder);
  chmod(folder, 0755);
  return folder;
}

void host_folder_remove(void) {
  chmod(folder, 0755);
  DIR *dir = opendir(folder);
  must(dir != NULL, "list", folder);
  for (const struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
    if (e->d_name[0] != '.') unlink(host_path(e->d_name));
  }
  closedir(dir);
  must(rmdir(folder) == 0, "remove", folder);
}

const char *host_path(const char *name) {
  static char paths[8][1024];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static const char *with(const char *name, const char *ending) {
  static char text[256];
  snprintf(text, sizeof text, "%s%s", name, ending);
  return text;
}

void host_copy(const char *name) {
  char from[1024], block[4096];
  size_t n;
  snprintf(from, sizeof from, "%s/%s.so", SAMPAN_FAULT_PLUGINS, name);
  FILE *in = fopen(from, "rb");
  must(in != NULL, "open", from);
  FILE *out = fopen(host_path(with(name, ".so")), "wb");
  must(out != NULL, "write", name);
  while ((n = fread(block, 1, sizeof block, in)) > 0) fwrite(block, 1, n, out);
  fclose(in);
  must(fclose(out) == 0, "write", name);
  chmod(host_path(with(name, ".so")), 0755);
}

void host_write(const char *name, const char *text) {
  FILE *out = fopen(host_path(name), "wb");
  must(out != NULL, "write", name);
  fputs(text, out);
  must(fclose(out) == 0, "write", name);
  chmod(host_path(name), 0644);
}

void host_manifest(const char *name) {
  const sampan_module *module;
  sp_buffer text;
  sampan_error error;
  sp_buffer_init(&text);
  sp_error_clear(&error);
  const char *path = host_path(with(name, ".so"));
  const int32_t status = sp_module_load(path, &module, &error);
  must(status == SAMPAN_OK, error.message, path);
  must(sp_manifest_write(module, path, &text, &error) == SAMPAN_OK, error.message, path);
  host_write(with(name, ".plugin"), sp_buffer_text(&text));
  sp_buffer_clear(&text);
}

void host_manifest_by_hand(const char *name, const char *plugin, const char *digest,
                           const char *abi) {
  char own[65] = "", text[2048];
  int64_t n;
  sampan_error error;
  const char *path = host_path(with(name, ".so"));
  if (digest == NULL) must(sp_input_digest(path, own, &n, &error) == SAMPAN_OK, "read", path);
  snprintf(text, sizeof text,
           "sampan-plugin: 1\nmodule: %s\nlicense: none\nabi: \"%s\"\nsha256: %s\nplugins:\n"
           "  - {kind: interval, name: %s, version: \"1\"}\n",
           name, abi, digest != NULL ? digest : own, plugin);
  host_write(with(name, ".plugin"), text);
}

int32_t host_open(sp_registry **out, sampan_error *error) {
  const char *const folders[] = {folder};
  static const int32_t must_exist[] = {1};
  sp_error_clear(error);
  return sp_registry_open(folders, must_exist, 1, out, error);
}
