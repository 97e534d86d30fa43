/* source_readstat_broken_test.c - every file of tests/bad-input/foreign gives the error that its
 * list says. */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "source_harness.h"

#define FOLDER SAMPAN_SOURCE_DIR "/tests/bad-input/foreign/"

extern const sampan_module sampan_module_v1;

static void check(const char *name, const char *status, long byte, const char *message) {
  char path[512];
  int64_t n_bytes;
  source_job job = {0};
  source_result r;
  static const source_column id[] = {
      {"ID", SAMPAN_NUMBER, NULL, 0}, {"TEXT", SAMPAN_TEXT, NULL, 0}, {0}};
  snprintf(path, sizeof path, FOLDER "%s", name);
  char *bytes = source_slurp(path, &n_bytes);
  cr_assert_not_null(bytes, "%s", path);
  for (uint32_t i = 0; i < sampan_module_v1.n_plugins; i++) {
    const sampan_plugin *p = sampan_module_v1.plugins[i];
    if (strcmp(p->name, strrchr(name, '.') + 1) == 0) job.plugin = p;
  }
  cr_assert_not_null(job.plugin, "%s", name);
  job.bytes = bytes;
  job.n_bytes = n_bytes;
  job.columns = id;
  source_run(&job, &r);
  if (r.status == SAMPAN_E_PLAN) { /* it has no TEXT */
    static const source_column id_alone[] = {{"ID", SAMPAN_NUMBER, NULL, 0}, {0}};
    source_result_clear(&r);
    job.columns = id_alone;
    source_run(&job, &r);
  }
  const int32_t expected = strcmp(status, "data") == 0 ? SAMPAN_E_DATA : SAMPAN_E_INCOMPLETE;
  cr_expect_eq(r.status, expected, "%s: %d %s", name, (int)r.status, r.error.message);
  cr_expect(strstr(r.error.message, message) != NULL, "%s: %s", name, r.error.message);
  if (byte > 0) cr_expect_eq(r.error.byte, byte, "%s: byte %ld", name, (long)r.error.byte);
  source_result_clear(&r);
  free(bytes);
}

Test(source_readstat_broken, every_file) {
  FILE *f = fopen(FOLDER "EXPECTED", "r");
  char line[512], name[64], status[16], message[128];
  long byte;
  int n = 0;
  cr_assert_not_null(f);
  while (fgets(line, sizeof line, f) != NULL) {
    if (line[0] == '#') continue;
    cr_assert_eq(sscanf(line, "%63[^\t]\t%15[^\t]\t%ld\t%127[^\n]", name, status, &byte, message),
                 4, "%s", line);
    check(name, status, byte, message);
    n++;
  }
  fclose(f);
  cr_assert_geq(n, 15);
}
