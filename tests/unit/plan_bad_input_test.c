/* Broken plans and programmes: tests/bad-input/plans/NAME.yaml with NAME.expected beside it, which
 * holds the exit code, then texts that the message must hold, the place first. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "plan/programme.h"

#define FOLDER SAMPAN_SOURCE_DIR "/tests/bad-input/plans"

static int has_suffix(const char *name, const char *suffix) {
  const size_t n = strlen(name), m = strlen(suffix);
  return n > m && strcmp(name + n - m, suffix) == 0;
}

/* Reads the file as what it says it is. */
static int32_t read_either(const char *path, sampan_error *error) {
  sp_plan *plan = NULL;
  sp_programme *programme = NULL;
  sp_error_clear(error);
  int32_t status = sp_programme_is(path, error);
  if (status == 1) {
    status = sp_programme_read(path, &programme, error);
    cr_assert_null(programme, "%s was read", path);
  } else if (status == 0) {
    status = sp_plan_read(path, &plan, error);
    cr_assert_null(plan, "%s was read", path);
  }
  return status;
}

/* As the program prints it. */
static void shown(const sampan_error *error, char *out, size_t size) {
  char column[16] = "";
  if (error->line_column > 0) snprintf(column, sizeof column, ":%d", (int)error->line_column);
  snprintf(out, size, "%s:%d%s: error: %s\n%s\n", error->file, (int)error->line, column,
           error->message, error->hint);
}

static void check_one(const char *name) {
  char path[512], expected[512], line[512], message[2048];
  snprintf(path, sizeof path, "%s/%s", FOLDER, name);
  snprintf(expected, sizeof expected, "%s/%.*s.expected", FOLDER, (int)(strlen(name) - 5), name);
  FILE *f = fopen(expected, "r");
  cr_assert_not_null(f, "%s has no .expected", name);
  sampan_error error;
  const int32_t status = read_either(path, &error);
  cr_assert_lt(status, 0, "%s was accepted", name);
  cr_expect_eq(error.status, status, "%s", name);
  cr_expect(error.id >= 3000 && error.id < 3200, "%s: id %d", name, (int)error.id);
  shown(&error, message, sizeof message);
  cr_assert_not_null(fgets(line, sizeof line, f));
  cr_expect_eq(sp_error_exit_code(status), atoi(line), "%s: exit code", name);
  int n_lines = 0;
  while (fgets(line, sizeof line, f) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    cr_expect_not_null(strstr(message, line), "%s: '%s' is not in:\n%s", name, line, message);
    n_lines++;
  }
  fclose(f);
  cr_expect_geq(n_lines, 2, "%s says too little", expected);
}

Test(plan_bad_input, every_file_is_diagnosed) {
  DIR *folder = opendir(FOLDER);
  cr_assert_not_null(folder);
  int n = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    if (!has_suffix(entry->d_name, ".yaml")) continue;
    check_one(entry->d_name);
    n++;
  }
  closedir(folder);
  cr_assert_geq(n, 80);
}

Test(plan_bad_input, no_file) {
  sampan_error error;
  sp_plan *plan;
  sp_programme *programme;
  sp_error_clear(&error);
  cr_expect_eq(sp_plan_read(FOLDER "/none.yaml", &plan, &error), SAMPAN_E_IO);
  cr_expect_null(plan);
  cr_expect_not_null(strstr(error.file, "none.yaml"));
  cr_expect_eq(sp_programme_read(FOLDER "/none.yaml", &programme, &error), SAMPAN_E_IO);
  cr_expect_null(programme);
  cr_expect_eq(sp_programme_is(FOLDER "/none.yaml", &error), SAMPAN_E_IO);
}

Test(plan_bad_input, plan_and_programme_are_told_apart) {
  sampan_error error;
  sp_plan *plan;
  sp_programme *programme;
  sp_error_clear(&error);
  cr_expect_eq(sp_programme_read(FOLDER "/good/survey.yaml", &programme, &error), SAMPAN_E_PLAN);
  cr_expect_not_null(strstr(error.message, "a plan, not a programme"));
  cr_expect_eq(error.line, 2);
  cr_expect_eq(sp_plan_read(FOLDER "/target_op.yaml", &plan, &error), SAMPAN_E_PLAN);
  cr_expect_not_null(strstr(error.message, "a programme, not a plan"));
}

/* Without anybody to tell it to, an error is still an error. */
Test(plan_bad_input, no_error_struct) {
  sp_plan *plan;
  cr_expect_eq(sp_plan_read(FOLDER "/key_unknown.yaml", &plan, NULL), SAMPAN_E_PLAN);
  cr_expect_null(plan);
}
