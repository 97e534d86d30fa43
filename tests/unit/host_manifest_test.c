/* host_manifest_test.c - manifests, listing, and where plugins are looked for. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/input.h"
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
TestSuite(host_manifest, .init = make, .fini = drop);

#define READY() \
  if (!is_ready) return

Test(host_manifest, kinds) {
  const char *const names[] = {"", "source", "estimator", "interval", "comparison", "writer"};
  for (int32_t i = 1; i < 6; i++) {
    cr_assert_str_eq(sp_kind_name(i), names[i]);
    cr_assert_eq(sp_kind_of(names[i]), i);
  }
  cr_assert_str_eq(sp_kind_name(0), "");
  cr_assert_str_eq(sp_kind_name(6), "");
  cr_assert_eq(sp_kind_of("sources"), 0);
  cr_assert_eq(sp_kind_of(""), 0);
}

Test(host_manifest, says_what_the_descriptor_says) {
  READY();
  sp_registry *registry;
  const sampan_plugin *plugin;
  char digest[65];
  int64_t n_bytes;
  host_copy("good");
  host_manifest("good");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  const sp_plugin_info *info = sp_registry_find(registry, SAMPAN_INTERVAL, "good");
  cr_assert(info != NULL);
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "good", &plugin, &error), SAMPAN_OK);
  cr_assert_str_eq(info->label_en, plugin->label_en, "quotes, backslash and line end survive");
  cr_assert_str_eq(info->label_zh, plugin->label_zh);
  cr_assert_str_eq(info->summary_zh, plugin->summary_zh);
  cr_assert_str_eq(info->version, "1");
  cr_assert_str_eq(info->license, "Apache-2.0");
  cr_assert_str_eq(info->module, "good");
  cr_assert_str_eq(info->file, host_path("good.so"));
  cr_assert_str_eq(info->extensions, "");
  cr_assert_eq(info->units, 1 << SAMPAN_UNIT_PROPORTION);
  cr_assert_eq(info->abi_major, SAMPAN_ABI_MAJOR);
  cr_assert_eq(info->n_roles, 0);
  cr_assert_eq(sp_input_digest(info->file, digest, &n_bytes, &error), SAMPAN_OK);
  cr_assert_str_eq(info->digest, digest);
  cr_assert_eq(info->n_params, plugin->n_params);
  const char *const types[] = {"number", "integer", "text", "choice", "truth", "numbers", "table"};
  for (uint32_t i = 0; i < info->n_params; i++) {
    const sampan_param *p = &plugin->params[i];
    cr_assert_str_eq(info->params[i].name, p->name);
    cr_assert_str_eq(info->params[i].type, types[i]);
    cr_assert_str_eq(info->params[i].text_en, p->text_en);
    cr_assert_str_eq(info->params[i].text_zh, p->text_zh);
    cr_assert_str_eq(info->params[i].default_text, p->default_text ? p->default_text : "");
    cr_assert_str_eq(info->params[i].choices, p->choices ? p->choices : "");
    cr_assert_eq(info->params[i].required, i == 2);
  }
  cr_assert(info->params[0].minimum == 0 && isinf(info->params[0].maximum));
  cr_assert(info->params[1].minimum == 1 && info->params[1].maximum == 10);
  cr_assert(isinf(info->params[5].minimum) && isinf(info->params[5].maximum));
  sp_registry_free(registry);
}

Test(host_manifest, listing_runs_no_code) {
  READY();
  sp_registry *registry;
  const sampan_plugin *plugin;
  uint32_t n;
  host_copy("marks");
  host_manifest_by_hand("marks", "marks", NULL, "1.0");
  setenv("SAMPAN_TEST_MARK", host_path("mark"), 1);
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK);
  const sp_plugin_info *list = sp_registry_list(registry, &n);
  cr_assert(n == 1 && strcmp(list[0].name, "marks") == 0);
  cr_assert(sp_registry_find(registry, SAMPAN_INTERVAL, "marks") == &list[0]);
  cr_assert(access(host_path("mark"), F_OK) != 0, "listing ran the code of a plugin");
  cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "marks", &plugin, &error), SAMPAN_OK);
  cr_assert(access(host_path("mark"), F_OK) == 0, "the test would not have noticed");
  sp_registry_free(registry);
}

static void refused(const char *text, const char *part) {
  sp_registry *registry;
  host_write("x.plugin", text);
  cr_assert_eq(host_open(&registry, &error), SAMPAN_E_PLUGIN, "accepted: %s", text);
  cr_assert(registry == NULL);
  cr_assert(strstr(error.message, part) != NULL, "%s instead of %s", error.message, part);
  cr_assert_str_eq(error.file, host_path("x.plugin"));
  cr_assert_gt(error.line, 0);
  cr_assert(strstr(error.hint, "sampan manifest") != NULL);
}

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "sampan-plugin: 1\nmodule: x\nlicense: none\nabi: \"1.0\"\nsha256: " DIGEST "\n"

Test(host_manifest, broken_ones_are_named) {
  READY();
  sp_registry *registry;
  refused("", "empty");
  refused("- a\n", "no manifest");
  refused("sampan-plugin: [\n", "not YAML");
  refused("sampan-plugin: 2\n", "version '2'");
  refused("sampan-plugin: 1\nmodule: y\nlicense: none\nabi: \"1.0\"\nsha256: " DIGEST "\n",
          "does not belong");
  refused("sampan-plugin: 1\nmodule: x\nlicense: none\nabi: one\nsha256: " DIGEST "\n", "'abi'");
  refused("sampan-plugin: 1\nmodule: x\nlicense: none\nabi: \"1.0\"\nsha256: 0123\n", "'sha256'");
  refused(HEAD, "no plugins");
  refused(HEAD "plugins: {a: b}\n", "must be a list");
  refused(HEAD "plugins: [a]\n", "must be a map");
  refused(HEAD "plugins: [{kind: thing, name: x, version: a}]\n", "kind 'thing'");
  refused(HEAD "plugins: [{kind: source, name: X!, version: a}]\n", "named 'X!'");
  refused(HEAD "plugins: [{kind: source, name: x}]\n", "'version' is missing");
  refused(HEAD "plugins: [{kind: interval, name: x, version: a, units: many}]\n", "'units'");
  /* Keys of a later program do no harm. */
  host_write("x.plugin", HEAD "later: 1\nplugins: [{kind: source, name: x, version: a, new: b}]\n");
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  sp_registry_free(registry);
}

#define SOURCE(name, extensions) \
  "  - {kind: source, name: " name ", version: a, extensions: \"" extensions "\"}\n"

Test(host_manifest, extensions) {
  READY();
  sp_registry *registry;
  host_write("x.plugin", HEAD "plugins:\n" SOURCE("csv", "csv|tsv") SOURCE("xpt", "xpt|v5.xpt"));
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  const char *const csv[] = {"a.csv", "/x.y/a.TSV", "a.b.csv.gz", "a.CSV.GZ"};
  const char *const none[] = {"csv", "a.cs", "a.csvx", "a.csv/b", "a.", "", ".gz", "a.gz", "a.xls"};
  for (size_t i = 0; i < sizeof csv / sizeof csv[0]; i++) {
    const sp_plugin_info *info = sp_registry_by_extension(registry, SAMPAN_SOURCE, csv[i]);
    cr_assert(info != NULL && strcmp(info->name, "csv") == 0, "%s", csv[i]);
    cr_assert(sp_registry_by_extension(registry, SAMPAN_WRITER, csv[i]) == NULL);
  }
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    cr_assert(sp_registry_by_extension(registry, SAMPAN_SOURCE, none[i]) == NULL, "%s", none[i]);
  }
  cr_assert_str_eq(sp_registry_by_extension(registry, SAMPAN_SOURCE, "DEMO_H.XPT")->name, "xpt");
  sp_registry_free(registry);
}

Test(host_manifest, names_once_in_a_folder) {
  READY();
  sp_registry *registry;
  host_write("x.plugin", HEAD "plugins:\n" SOURCE("csv", "csv") SOURCE("csv", "tsv"));
  cr_assert_eq(host_open(&registry, &error), SAMPAN_E_PLUGIN);
  cr_assert_eq(error.id, SP_ID_MANIFEST_TWICE);
}

Test(host_manifest, earlier_folders_hide_later_ones) {
  READY();
  sp_registry *registry;
  uint32_t n;
  host_write("x.plugin", HEAD "plugins:\n" SOURCE("tsv", "tsv") SOURCE("csv", "csv"));
  const char *const folders[] = {host_path("."), host_path("../"), host_path(".")};
  cr_assert_eq(sp_registry_open(folders, NULL, 3, &registry, &error), SAMPAN_OK, "%s",
               error.message);
  const sp_plugin_info *list = sp_registry_list(registry, &n);
  cr_assert_eq(n, 2);
  cr_assert_str_eq(list[0].name, "csv", "sorted by name");
  cr_assert_str_eq(list[1].name, "tsv");
  sp_registry_free(registry);
}

Test(host_manifest, search_path) {
  sp_arena *arena = sp_arena_new(0);
  const char *const given[] = {"/one"};
  const char **folders;
  int32_t *must_exist;
  uint32_t n;
  setenv("SAMPAN_PLUGIN_PATH", "/two:/three", 1);
  setenv("XDG_DATA_HOME", "/data", 1);
  sp_error_clear(&error);
  cr_assert_eq(sp_registry_search_path(given, 1, "/opt/bin/sampan", arena, &folders, &must_exist,
                                       &n, &error),
               SAMPAN_OK, "%s", error.message);
  const char *const wanted[] = {"/one", "/two", "/three", "/data/sampan/plugins",
                                "/opt/bin/plugins"};
  cr_assert(n == 5 || n == 6, "%u", n);
  for (uint32_t i = 0; i < 5; i++) {
    cr_assert_str_eq(folders[i], wanted[i]);
    cr_assert_eq(must_exist[i], i < 3);
  }
  setenv("XDG_DATA_HOME", "data", 1);
  setenv("HOME", "/home/a", 1);
  setenv("SAMPAN_PLUGIN_PATH", "", 1);
  cr_assert_eq(sp_registry_search_path(NULL, 0, NULL, arena, &folders, &must_exist, &n, &error),
               SAMPAN_OK);
  cr_assert_str_eq(folders[0], "/home/a/.local/share/sampan/plugins");
  const char *const bad[] = {"plugins", "/a:", ":/a", "/a::/b", ".", "/a:./b"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    setenv("SAMPAN_PLUGIN_PATH", bad[i], 1);
    cr_assert_eq(sp_registry_search_path(NULL, 0, NULL, arena, &folders, &must_exist, &n, &error),
                 SAMPAN_E_USAGE, "%s", bad[i]);
    cr_assert_eq(error.id, SP_ID_FOLDER_RELATIVE);
    cr_assert(strstr(error.message, "SAMPAN_PLUGIN_PATH") != NULL);
  }
  unsetenv("SAMPAN_PLUGIN_PATH");
  const char *const relative[] = {"plugins"};
  cr_assert_eq(sp_registry_search_path(relative, 1, NULL, arena, &folders, &must_exist, &n, &error),
               SAMPAN_E_USAGE);
  cr_assert(strstr(error.message, "--plugin-dir") != NULL);
  sp_arena_free(arena);
}
