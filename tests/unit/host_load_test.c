/* host_load_test.c - plugins that must not be loaded, and why. */
#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/error_ids.h"
#include "host_support.h"

static sampan_error error;
static int is_ready;

static void make(void) {
  is_ready = host_folder() != NULL;
}
static void drop(void) {
  if (is_ready) host_folder_remove();
}
TestSuite(host_load, .init = make, .fini = drop);

#define READY() \
  if (!is_ready) return

static void assert_error(int32_t status, int32_t wanted, int32_t id, const char *part) {
  cr_assert_eq(status, wanted, "status %d: %s", status, error.message);
  cr_assert_eq(error.status, wanted);
  cr_assert_eq(error.id, id, "id %d: %s", error.id, error.message);
  cr_assert(strstr(error.message, part) != NULL, "%s", error.message);
  cr_assert(error.hint[0] != '\0' || id == SP_ID_PLUGIN_BROKEN || id == SP_ID_PLUGIN_MAGIC ||
                id == SP_ID_PLUGIN_SHORT || id == SP_ID_PLUGIN_NAME || id == SP_ID_FILE_OPEN,
            "no hint: %s", error.message);
}

/* Loads interval NAME of the folder, which must fail, with the file named. */
static void refused_as(const char *plugin, const char *file, int32_t id, const char *part) {
  sp_registry *registry;
  const sampan_plugin *loaded;
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  const int32_t status = sp_registry_load(registry, SAMPAN_INTERVAL, plugin, &loaded, &error);
  assert_error(status, SAMPAN_E_PLUGIN, id, part);
  cr_assert(loaded == NULL);
  cr_assert_str_eq(error.file, host_path(file));
  cr_assert_str_eq(error.plugin, plugin);
  sp_registry_free(registry);
}

/* The bad plugin NAME of tests/fault/plugins. */
static void refused(const char *name, int32_t id, const char *part) {
  char file[64];
  snprintf(file, sizeof file, "%s.so", name);
  host_copy(name);
  host_manifest_by_hand(name, name, NULL, "1.0");
  refused_as(name, file, id, part);
}

/* The manifest of NAME cannot be read: the registry opens, and only NAME cannot be loaded. */
static void only_this_is_lost(const char *plugin, const char *file, int32_t id, const char *part) {
  sp_registry *registry;
  const sampan_plugin *loaded;
  uint32_t n;
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  int32_t status = sp_registry_load(registry, SAMPAN_INTERVAL, plugin, &loaded, &error);
  assert_error(status, SAMPAN_E_PLUGIN, id, part);
  cr_assert_str_eq(error.file, host_path(file));
  cr_assert_str_eq(error.plugin, plugin);
  cr_assert_eq(sp_registry_broken(registry, &n)->error->id, id);
  cr_assert_eq(n, 1);
  sp_error_clear(&error);
  status = sp_registry_load(registry, SAMPAN_INTERVAL, "fast", &loaded, &error);
  cr_assert_eq(status, SAMPAN_OK, "another one: %s", error.message);
  sp_registry_free(registry);
}

/* Opening the registry itself must fail. */
static void closed(int32_t id, const char *part) {
  sp_registry *registry;
  assert_error(host_open(&registry, &error), SAMPAN_E_PLUGIN, id, part);
  cr_assert(registry == NULL);
}

Test(host_load, a_good_one_is_loaded_once) {
  READY();
  sp_registry *registry;
  const sampan_plugin *first, *second;
  host_copy("good");
  host_manifest("good");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "good", &first, &error), SAMPAN_OK, "%s",
               error.message);
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "good", &second, &error), SAMPAN_OK);
  cr_assert_eq(first, second);
  cr_assert_str_eq(first->name, "good");
  sp_registry_free(registry);
}

Test(host_load, unknown_names_are_plan_errors) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  host_copy("good");
  host_manifest("good");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK);
  int32_t status = sp_registry_load(registry, SAMPAN_INTERVAL, "goood", &loaded, &error);
  assert_error(status, SAMPAN_E_PLAN, SP_ID_PLUGIN_UNKNOWN, "no interval 'goood'");
  cr_assert(strstr(error.hint, "'good'") != NULL && strstr(error.hint, "sampan plugins") != NULL);
  status = sp_registry_load(registry, SAMPAN_WRITER, "good", &loaded, &error);
  assert_error(status, SAMPAN_E_PLAN, SP_ID_PLUGIN_UNKNOWN, "no writer 'good'");
  cr_assert(strstr(error.hint, "interval") != NULL, "%s", error.hint);
  status = sp_registry_load(registry, SAMPAN_INTERVAL, "../good", &loaded, &error);
  assert_error(status, SAMPAN_E_PLAN, SP_ID_PLUGIN_UNKNOWN, "../good");
  sp_registry_free(registry);
}

Test(host_load, shared_object_missing) {
  READY();
  host_copy("good");
  host_manifest("good");
  unlink(host_path("good.so"));
  refused_as("good", "good.so", SP_ID_FILE_OPEN, "No such file");
}

Test(host_load, four_bytes) {
  READY();
  host_write("stub.so", "\177ELF");
  host_manifest_by_hand("stub", "stub", NULL, "1.0");
  refused_as("stub", "stub.so", SP_ID_PLUGIN_LOAD, "cannot be loaded");
}

Test(host_load, text_file) {
  READY();
  host_write("stub.so", "#!/bin/sh\necho this is no plugin, whatever its name says\nexit 0\n");
  host_manifest_by_hand("stub", "stub", NULL, "1.0");
  refused_as("stub", "stub.so", SP_ID_PLUGIN_LOAD, "cannot be loaded");
}

Test(host_load, no_symbol) {
  READY();
  refused("no_symbol", SP_ID_PLUGIN_SYMBOL, "sampan_module_v1");
}
Test(host_load, missing_symbol) {
  READY();
  refused("missing_symbol", SP_ID_PLUGIN_LOAD, "fault_that_nobody_has");
}
Test(host_load, bad_magic) {
  READY();
  refused("bad_magic", SP_ID_PLUGIN_MAGIC, "53414d51");
}
Test(host_load, next_major) {
  READY();
  refused("next_major", SP_ID_PLUGIN_ABI, "2.0, but this program has 1.2");
}
Test(host_load, next_minor) {
  READY();
  refused("next_minor", SP_ID_PLUGIN_ABI, "1.3, but this program has 1.2");
}
Test(host_load, short_module) {
  READY();
  refused("short_module", SP_ID_PLUGIN_SHORT, "sampan_module has 8 bytes");
}
Test(host_load, short_symbol) {
  READY();
  refused("short_symbol", SP_ID_PLUGIN_SHORT, "too short");
}
Test(host_load, short_plugin) {
  READY();
  refused("short_plugin", SP_ID_PLUGIN_SHORT, "sampan_plugin has 16 bytes");
}
Test(host_load, short_ops) {
  READY();
  refused("short_ops", SP_ID_PLUGIN_SHORT, "sampan_interval_ops has 8 bytes");
}
Test(host_load, shorter_than_this_program_knows) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  host_copy("old_interval");
  host_manifest("old_interval");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "old_interval", &loaded, &error),
               SAMPAN_OK, "%s", error.message);
  sp_registry_free(registry);
}
Test(host_load, other_name) {
  READY();
  refused("other_name", SP_ID_PLUGIN_NAME, "calls itself 'another'");
}
Test(host_load, null_text) {
  READY();
  refused("null_text", SP_ID_PLUGIN_BROKEN, "Chinese label is NULL");
}
Test(host_load, bad_utf8) {
  READY();
  refused("bad_utf8", SP_ID_PLUGIN_BROKEN, "no UTF-8");
}
Test(host_load, no_ops) {
  READY();
  refused("no_ops", SP_ID_PLUGIN_BROKEN, "ops are NULL");
}
Test(host_load, bad_kind) {
  READY();
  refused("bad_kind", SP_ID_PLUGIN_BROKEN, "kind 9");
}
Test(host_load, twice_in_a_module) {
  READY();
  refused("twice", SP_ID_PLUGIN_NAME, "two of this kind and name");
}
Test(host_load, bad_choice) {
  READY();
  refused("bad_choice", SP_ID_PLUGIN_BROKEN, "default of parameter 'size'");
}
Test(host_load, zero_range) {
  READY();
  refused("zero_range", SP_ID_PLUGIN_BROKEN, "allows 0 alone");
}
Test(host_load, many_first) {
  READY();
  refused("many_first", SP_ID_PLUGIN_BROKEN, "only the last role may");
}

Test(host_load, digest_of_another_file) {
  READY();
  host_copy("marks");
  setenv("SAMPAN_TEST_MARK", host_path("mark"), 1);
  host_manifest_by_hand("marks", "marks",
                        "0000000000000000000000000000000000000000000000000000000000000000", "1.0");
  refused_as("marks", "marks.so", SP_ID_PLUGIN_DIGEST, "0000000000000000");
  cr_assert(access(host_path("mark"), F_OK) != 0, "its code ran before the check");
}

Test(host_load, manifest_for_the_next_major) {
  READY();
  host_copy("marks");
  setenv("SAMPAN_TEST_MARK", host_path("mark"), 1);
  host_manifest_by_hand("marks", "marks", NULL, "2.0");
  refused_as("marks", "marks.so", SP_ID_PLUGIN_ABI, "2.0, but this program has 1.2");
  cr_assert(access(host_path("mark"), F_OK) != 0, "its code ran before the check");
}

Test(host_load, manifest_promises_another_plugin) {
  READY();
  host_copy("good");
  host_manifest_by_hand("good", "better", NULL, "1.0");
  refused_as("better", "good.so", SP_ID_PLUGIN_NAME, "does not hold");
}

Test(host_load, folder_for_everybody) {
  READY();
  host_copy("good");
  host_manifest("good");
  chmod(host_path("."), 0777);
  closed(SP_ID_FOLDER_TRUST, "can be written by everybody");
  chmod(host_path("."), 01777);
  closed(SP_ID_FOLDER_TRUST, "can be written by everybody");
  chmod(host_path("."), 0775);
  closed(SP_ID_FOLDER_TRUST, "can be written by its group");
}

Test(host_load, folder_that_opens_up_later) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  host_copy("good");
  host_manifest("good");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK);
  chmod(host_path("."), 0777);
  const int32_t status = sp_registry_load(registry, SAMPAN_INTERVAL, "good", &loaded, &error);
  assert_error(status, SAMPAN_E_PLUGIN, SP_ID_FOLDER_TRUST, "can be written by everybody");
  sp_registry_free(registry);
}

Test(host_load, files_for_everybody) {
  READY();
  host_copy("good");
  host_manifest("good");
  chmod(host_path("good.so"), 0777);
  refused_as("good", "good.so", SP_ID_FILE_TRUST, "can be written by everybody");
  host_copy("fast");
  host_manifest("fast");
  chmod(host_path("good.plugin"), 0666);
  only_this_is_lost("good", "good.plugin", SP_ID_FILE_TRUST, "can be written by everybody");
}

Test(host_load, symbolic_links) {
  READY();
  char from[1024];
  snprintf(from, sizeof from, "%s/good.so", SAMPAN_FAULT_PLUGINS);
  host_copy("good");
  host_manifest("good");
  unlink(host_path("good.so"));
  cr_assert_eq(symlink(from, host_path("good.so")), 0);
  refused_as("good", "good.so", SP_ID_FILE_TRUST, "symbolic link");
  host_copy("fast");
  host_manifest("fast");
  cr_assert_eq(symlink(host_path("good.plugin"), host_path("other.plugin")), 0);
  only_this_is_lost("other", "other.plugin", SP_ID_FILE_TRUST, "symbolic link");
}

Test(host_load, no_regular_file) {
  READY();
  host_copy("fast");
  host_manifest("fast");
  cr_assert_eq(mkfifo(host_path("pipe.plugin"), 0600), 0);
  only_this_is_lost("pipe", "pipe.plugin", SP_ID_FILE_TRUST, "no regular file");
}

Test(host_load, folders_must_be_absolute) {
  sp_registry *registry;
  const char *const bad[] = {"plugins", "", ".", "./plugins"};
  for (int i = 0; i < 4; i++) {
    sp_error_clear(&error);
    assert_error(sp_registry_open(&bad[i], NULL, 1, &registry, &error), SAMPAN_E_PLUGIN,
                 SP_ID_FOLDER_RELATIVE, "plugin folder");
  }
  const sampan_module *module;
  sp_error_clear(&error);
  assert_error(sp_module_load("good.so", &module, &error), SAMPAN_E_PLUGIN, SP_ID_FOLDER_RELATIVE,
               "absolute");
}

Test(host_load, folder_missing) {
  READY();
  sp_registry *registry;
  uint32_t n;
  const char *const folders[] = {host_path("not-there")};
  const int32_t needed[] = {1};
  sp_error_clear(&error);
  assert_error(sp_registry_open(folders, needed, 1, &registry, &error), SAMPAN_E_PLUGIN,
               SP_ID_FOLDER_MISSING, "no such");
  cr_assert_eq(sp_registry_open(folders, NULL, 1, &registry, &error), SAMPAN_OK);
  cr_assert(sp_registry_list(registry, &n) == NULL && n == 0);
  sp_registry_free(registry);
}

Test(host_load, floating_point_stays_as_it_was) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  host_copy("fast");
  host_manifest("fast");
  volatile double tiny = 1e-310;
  cr_assert(tiny / 2 != 0, "sp_module_load left denormal numbers off");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK);
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "fast", &loaded, &error), SAMPAN_OK);
  cr_assert(tiny / 2 != 0, "sp_registry_load left denormal numbers off");
  sp_registry_free(registry);
}
