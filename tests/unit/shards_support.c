/* shards_support.c - a folder with plans over random records. */
#include "shards_support.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t shards_random(uint64_t *state, uint32_t below) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (uint32_t)(*state >> 20) % below;
}

void shards_open(shards_folder *f) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  static const volatile int never = 0;
  if (strncmp(SAMPAN_TEST_PLUGIN_DIR, "/tmp/", 5) == 0) {
    cr_skip_test("plugins of a build in /tmp, where others can write, are not loaded");
  }
  memset(f, 0, sizeof *f);
  snprintf(f->path, sizeof f->path, "/tmp/sampan-shards-XXXXXX");
  cr_assert_not_null(mkdtemp(f->path));
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &f->registry, NULL), 0);
  f->options = (sp_run_options){
      .language = "en", .data_folder = "/", .batch = 64, .threads = 1, .cancel = &never};
}

void shards_close(shards_folder *f) {
  DIR *folder = opendir(f->path);
  const struct dirent *entry;
  while ((entry = readdir(folder)) != NULL) {
    if (entry->d_name[0] != '.') remove(shards_path(f, entry->d_name));
  }
  closedir(folder);
  rmdir(f->path);
  sp_registry_free(f->registry);
}

const char *shards_path(const shards_folder *f, const char *name) {
  static char paths[8][400];
  static int next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", f->path, name);
  return path;
}

void shards_write(const shards_folder *f, const char *name, const void *bytes, uint64_t n) {
  FILE *file = fopen(shards_path(f, name), "wb");
  cr_assert_not_null(file);
  cr_assert_eq(fwrite(bytes, 1, n, file), n);
  fclose(file);
}

void shards_data(const shards_folder *f, const char *name, const int *part, int which) {
  FILE *file = fopen(shards_path(f, name), "w");
  uint64_t state = 88172645463325252u;
  cr_assert_not_null(file);
  fputs("year,h,p,q,n1,n2,w,sex,area,age,y,z,r1,r2,r3,r4\n", file);
  for (int i = 0; i < SHARDS_RECORDS; i++) {
    char line[256];
    const uint32_t h = shards_random(&state, 5), p = shards_random(&state, 4);
    const double w = exp(shards_random(&state, 1000) / 250.0) * (shards_random(&state, 9) > 0);
    const double z = shards_random(&state, 100000) / 7.0;
    const uint32_t bits = shards_random(&state, 256);
    const char *area = (bits & 6) == 0 ? "1" : "2";
    if (shards_random(&state, 40) == 0) area = "";
    snprintf(line, sizeof line, "%u,%u,%u,%u,%u,%u,%.13g,%u,%s,%u,%u,%.9g,%.13g,%.13g,%.13g,%.13g",
             2020 + shards_random(&state, 2), h, 10 * h + p, shards_random(&state, 5), 20 + h,
             9 + p, w, bits & 1, area, 15 + shards_random(&state, 60), bits >> 3 & 1, z,
             (bits & 16) != 0 ? 2 * w : 0, (bits & 32) != 0 ? 2 * w : 0,
             (bits & 64) != 0 ? 2 * w : 0, (bits & 128) != 0 ? 2 * w : 0);
    if (part == NULL || part[i] == which) fprintf(file, "%s\n", line);
  }
  fclose(file);
}

sp_plan *shards_plan(const shards_folder *f, const char *name, const char *data, const char *rest) {
  char text[2048];
  sp_plan *plan;
  sampan_error error = {.struct_size = sizeof error};
  const int n = snprintf(text, sizeof text, "sampan: 1\ndata: {file: %s}\n%s", data, rest);
  cr_assert_lt(n, (int)sizeof text);
  shards_write(f, name, text, (uint64_t)n);
  cr_assert_eq(sp_plan_read(shards_path(f, name), &plan, &error), 0, "%s", error.message);
  return plan;
}
