/* plan_file.h - writes a text to a temporary file, for tests of plans and programmes. */
#ifndef SP_TESTS_PLAN_FILE_H
#define SP_TESTS_PLAN_FILE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A new folder; its path in out. */
static inline void plan_folder(char out[64]) {
  snprintf(out, 64, "/tmp/sampan_plan_XXXXXX");
  cr_assert_not_null(mkdtemp(out));
}

static inline void plan_write(const char *folder, const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "w");
  cr_assert_not_null(f);
  cr_assert_geq(fputs(text, f), 0);
  cr_assert_eq(fclose(f), 0);
}

static inline void plan_remove(const char *folder, const char *name) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  cr_assert_eq(remove(path), 0);
}

#endif
