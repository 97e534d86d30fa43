/* host_check_test.c - sp_check_module: each law is seen broken by the plugin that breaks it. */
#include "host/check.h"

#include <criterion/criterion.h>

#include "../fault/plugins/lawless.c"

static sp_arena *arena;
static sp_law *laws;
static uint32_t n_laws;

static void check_lawless(void) {
  sampan_error error = {.struct_size = sizeof error};
  arena = sp_arena_new(0);
  cr_assert_eq(sp_check_module(&sampan_module_v1, NULL, SAMPAN_SOURCE_DIR "/datasets/standards",
                               arena, &laws, &n_laws, &error),
               SAMPAN_OK, "%s", error.message);
}

static void free_laws(void) {
  sp_arena_free(arena);
}

TestSuite(host_check, .init = check_lawless, .fini = free_laws, .timeout = 120);

static const sp_law *find(const char *plugin, const char *law) {
  for (uint32_t i = 0; i < n_laws; i++) {
    if (strcmp(laws[i].plugin, plugin) == 0 && strstr(laws[i].law, law) != NULL) return &laws[i];
  }
  cr_assert_fail("%s has no law '%s'", plugin, law);
  return NULL;
}

static uint32_t count_failed(const char *plugin) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < n_laws; i++) {
    n += strcmp(laws[i].plugin, plugin) == 0 && laws[i].passed == 0;
  }
  return n;
}

static void expect_broken(const char *plugin, const char *law, const char *detail) {
  const sp_law *found = find(plugin, law);
  cr_expect_eq(found->passed, 0, "%s: '%s' was not seen broken", plugin, law);
  cr_expect(strstr(found->detail, detail) != NULL, "%s: %s", plugin, found->detail);
}

Test(host_check, a_lawful_plugin_passes) {
  for (uint32_t i = 0; i < n_laws; i++) {
    if (strcmp(laws[i].plugin, "estimator lawful") != 0) continue;
    cr_expect_neq(laws[i].passed, 0, "%s: %s", laws[i].law, laws[i].detail);
  }
  cr_expect_eq(find("estimator lawful", "in batches of")->passed, 1);
  cr_expect_eq(find("estimator lawful", "gradient")->passed, 1);
  cr_expect_eq(find("estimator lawful", "exports its module")->passed,
               -1); /* no object of its own */
}

Test(host_check, a_wrong_gradient_is_seen_and_nothing_else) {
  expect_broken("estimator gradient", "gradient", "d share / d total 0");
  cr_expect_eq(count_failed("estimator gradient"), 1);
}

Test(host_check, memory_and_input) {
  expect_broken("estimator beyond", "inside its arrays", "component 1");
  expect_broken("estimator input", "leaves its input", "records");
}

Test(host_check, state_between_calls) {
  expect_broken("estimator state", "in batches of", "batches of 1");
}

Test(host_check, missing_is_not_no) {
  expect_broken("estimator missing", "every value missing are out", "record 1 is in");
  expect_broken("estimator missing", "among records that are missing", "is in, not out");
}

Test(host_check, a_crash_breaks_one_law) {
  expect_broken("estimator crash", "no records are no error", "it "); /* ASan: exit status */
  cr_expect_eq(count_failed("estimator crash"), 1);
}

Test(host_check, the_process) {
  expect_broken("estimator exits", "in batches of", "exit status 3");
  expect_broken("estimator rounding", "leaves floating point", "rounded another way");
  expect_broken("estimator prints", "prints nothing", "hello");
}

Test(host_check, intervals_comparisons_writers) {
  expect_broken("interval narrow", "widen with the level", "0.9");
  expect_broken("comparison certain", "p-values from 0 to 1", "p = 1.5");
  expect_broken("writer raw", "escapes", "script");
  expect_broken("writer raw", "an output that fails", "write 1");
}
