/* host_check_reads_test.c - sp_check_module on estimators of several reads: each law is seen broken
 * by the plugin that breaks it. */
#include "host/check.h"

#include <criterion/criterion.h>

#include "../fault/plugins/lawless_reads.c"

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

TestSuite(host_check_reads, .init = check_lawless, .fini = free_laws, .timeout = 120);

static const sp_law *find(const char *plugin, const char *law) {
  for (uint32_t i = 0; i < n_laws; i++) {
    if (strcmp(laws[i].plugin, plugin) == 0 && strstr(laws[i].law, law) != NULL) return &laws[i];
  }
  cr_assert_fail("%s has no law '%s'", plugin, law);
  return NULL;
}

/* The law is broken, and no other one is. */
static void breaks(const char *plugin, const char *law, const char *detail) {
  const sp_law *found = find(plugin, law);
  cr_expect_eq(found->passed, 0, "%s: '%s' was not seen broken", plugin, law);
  cr_expect(strstr(found->detail, detail) != NULL, "%s: %s", plugin, found->detail);
  for (uint32_t i = 0; i < n_laws; i++) {
    if (strcmp(laws[i].plugin, plugin) != 0 || &laws[i] == found) continue;
    cr_expect_neq(laws[i].passed, 0, "%s: '%s' as well: %s", plugin, laws[i].law, laws[i].detail);
  }
}

Test(host_check_reads, a_lawful_plugin_passes) {
  for (uint32_t i = 0; i < n_laws; i++) {
    if (strcmp(laws[i].plugin, "estimator lawful-reads") != 0) continue;
    cr_expect_neq(laws[i].passed, 0, "%s: %s", laws[i].law, laws[i].detail);
  }
  cr_expect_eq(find("estimator lawful-reads", "in later reads")->passed, 1);
  cr_expect_eq(find("estimator lawful-reads", "the gradient is that")->passed, 1);
  cr_expect_eq(find("estimator lawful-reads", "what the weight of a record does")->passed, 1);
}

Test(host_check_reads, the_error_of_all_reads) {
  breaks("estimator forgets", "what the weight of a record does", "moves mean by");
  const sp_law *gradient = find("estimator slope", "the gradient is that of the value");
  cr_expect_eq(gradient->passed, 0);
  cr_expect_eq(find("estimator slope", "what the weight of a record does")->passed, 0);
}

Test(host_check_reads, what_value_says) {
  breaks("estimator spends", "value() fills", "degrees of freedom");
  breaks("estimator negative", "value() fills", "model variance");
  breaks("estimator inner", "value() fills", "no back()");
}

Test(host_check_reads, the_way_back) {
  breaks("estimator wave", "back()", "up and down");
  breaks("estimator far", "back()", "about the inner value 0.5");
}

Test(host_check_reads, advance) {
  breaks("estimator endless", "the reads come to an end", "100 reads");
  breaks("estimator wide", "advance() writes its state alone", "past its 1 numbers");
  breaks("estimator counts", "the same totals give the same state", "read 0");
}

Test(host_check_reads, later_reads) {
  breaks("estimator first", "in later reads", "batches of 1");
  breaks("estimator refuses", "later reads take", "read 1");
}

Test(host_check_reads, a_tally_needs_reads) {
  breaks("estimator tally", "a whole shape", "no advance()");
}
