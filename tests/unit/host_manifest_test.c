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

/* A manifest x.plugin that is none: the registry opens, and x cannot be loaded. */
static void refused(const char *text, const char *part) {
  sp_registry *registry;
  const sampan_plugin *loaded;
  uint32_t n;
  host_write("x.plugin", text);
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  const sp_broken_manifest *broken = sp_registry_broken(registry, &n);
  cr_assert_eq(n, 1, "accepted: %s", text);
  cr_assert_str_eq(broken->module, "x");
  cr_assert_str_eq(broken->file, host_path("x.plugin"));
  cr_assert_eq(sp_registry_load(registry, SAMPAN_SOURCE, "x", &loaded, &error), SAMPAN_E_PLUGIN);
  cr_assert(strstr(error.message, part) != NULL, "%s instead of %s", error.message, part);
  cr_assert_str_eq(error.file, host_path("x.plugin"));
  cr_assert_gt(error.line, 0);
  cr_assert(strstr(error.hint, "sampan manifest") != NULL);
  sp_registry_free(registry);
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
  const sampan_plugin *loaded;
  uint32_t n;
  host_write("x.plugin",
             HEAD "plugins:\n" SOURCE("csv", "csv") SOURCE("csv", "tsv") SOURCE("sas", "sas"));
  cr_assert_eq(host_open(&registry, &error), SAMPAN_OK, "%s", error.message);
  const sp_plugin_info *list = sp_registry_list(registry, &n);
  cr_assert_eq(n, 2);
  cr_assert_eq(list[0].broken->id, SP_ID_MANIFEST_TWICE);
  cr_assert(list[1].broken == NULL, "it stands there once");
  cr_assert_eq(sp_registry_load(registry, SAMPAN_SOURCE, "csv", &loaded, &error), SAMPAN_E_PLUGIN);
  cr_assert_eq(error.id, SP_ID_MANIFEST_TWICE);
  sp_registry_free(registry);
}

/* What a broken manifest of a folder that was named may hold is not taken from a later folder. */
Test(host_manifest, a_broken_one_hides_what_it_names) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  const char *const folders[] = {host_path("."), SAMPAN_TEST_PLUGIN_DIR};
  int32_t origins[] = {SP_FOLDER_NAMED, SP_FOLDER_SHIPPED};
  host_write("x.plugin", HEAD "plugins:\n  - {kind: interval, name: logit}\n");
  for (int own = 0; own < 2; own++) {
    if (own) origins[0] = SP_FOLDER_OWN;
    cr_assert_eq(sp_registry_open(folders, origins, 2, &registry, &error), SAMPAN_OK, "%s",
                 error.message);
    /* An own folder hides nothing. */
    cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "logit", &loaded, &error),
                 own ? SAMPAN_OK : SAMPAN_E_PLUGIN);
    sp_error_clear(&error);
    cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "wilson", &loaded, &error), SAMPAN_OK,
                 "%s", error.message);
    cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "logi", &loaded, &error),
                 SAMPAN_E_PLAN, "not the whole name");
    cr_assert_eq(sp_registry_load(registry, SAMPAN_INTERVAL, "qqqqqqqqqqqq", &loaded, &error),
                 SAMPAN_E_PLAN);
    cr_assert(strstr(error.hint, "manifest of x") != NULL, "%s", error.hint);
    sp_registry_free(registry);
  }
}

Test(host_manifest, own_folders_hide_nothing_that_is_shipped) {
  READY();
  sp_registry *registry;
  const sampan_plugin *loaded;
  uint32_t n;
  const char *const folders[] = {host_path("."), SAMPAN_TEST_PLUGIN_DIR};
  const int32_t own[] = {SP_FOLDER_OWN, SP_FOLDER_SHIPPED};
  const int32_t named[] = {SP_FOLDER_NAMED, SP_FOLDER_SHIPPED};
  const int32_t both[] = {SP_FOLDER_OWN, SP_FOLDER_OWN};
  host_write("x.plugin", HEAD "plugins:\n" SOURCE("csv", "csv") SOURCE("mine", "mine"));
  cr_assert_eq(sp_registry_open(folders, own, 2, &registry, &error), SAMPAN_OK, "%s",
               error.message);
  const int32_t status = sp_registry_load(registry, SAMPAN_SOURCE, "csv", &loaded, &error);
  cr_assert_eq(status, SAMPAN_E_PLUGIN);
  cr_assert_eq(error.id, SP_ID_PLUGIN_HIDES, "%s", error.message);
  cr_assert(strstr(error.hint, "--plugin-dir /") != NULL, "%s", error.hint);
  cr_assert(sp_registry_find(registry, SAMPAN_SOURCE, "mine")->broken == NULL);
  sp_registry_free(registry);
  cr_assert_eq(sp_registry_open(folders, named, 2, &registry, &error), SAMPAN_OK);
  const sp_plugin_info *info = sp_registry_find(registry, SAMPAN_SOURCE, "csv");
  cr_assert(info->broken == NULL, "the folder was named");
  cr_assert_str_eq(info->module, "x");
  sp_registry_free(registry);
  cr_assert_eq(sp_registry_open(folders, both, 2, &registry, &error), SAMPAN_OK);
  cr_assert(sp_registry_find(registry, SAMPAN_SOURCE, "csv")->broken == NULL, "none is shipped");
  sp_registry_free(registry);
  const char *const twice[] = {host_path("."), host_path(".")};
  cr_assert_eq(sp_registry_open(twice, own, 2, &registry, &error), SAMPAN_OK);
  cr_assert(sp_registry_list(registry, &n)->broken == NULL, "it is the same one");
  sp_registry_free(registry);
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
  int32_t *origins;
  uint32_t n;
  setenv("SAMPAN_PLUGIN_PATH", "/two:/three", 1);
  setenv("XDG_DATA_HOME", "/data", 1);
  sp_error_clear(&error);
  cr_assert_eq(
      sp_registry_search_path(given, 1, "/opt/bin/sampan", arena, &folders, &origins, &n, &error),
      SAMPAN_OK, "%s", error.message);
  const char *const wanted[] = {"/one", "/two", "/three", "/data/sampan/plugins",
                                "/opt/bin/plugins"};
  cr_assert(n == 5 || n == 6, "%u", n);
  for (uint32_t i = 0; i < 5; i++) {
    cr_assert_str_eq(folders[i], wanted[i]);
    cr_assert_eq(origins[i], i < 3 ? SP_FOLDER_NAMED : i == 3 ? SP_FOLDER_OWN : SP_FOLDER_SHIPPED);
  }
  setenv("XDG_DATA_HOME", "data", 1);
  setenv("HOME", "/home/a", 1);
  setenv("SAMPAN_PLUGIN_PATH", "", 1);
  cr_assert_eq(sp_registry_search_path(NULL, 0, NULL, arena, &folders, &origins, &n, &error),
               SAMPAN_OK);
  cr_assert_str_eq(folders[0], "/home/a/.local/share/sampan/plugins");
  const char *const bad[] = {"plugins", "/a:", ":/a", "/a::/b", ".", "/a:./b"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    setenv("SAMPAN_PLUGIN_PATH", bad[i], 1);
    cr_assert_eq(sp_registry_search_path(NULL, 0, NULL, arena, &folders, &origins, &n, &error),
                 SAMPAN_E_USAGE, "%s", bad[i]);
    cr_assert_eq(error.id, SP_ID_FOLDER_RELATIVE);
    cr_assert(strstr(error.message, "SAMPAN_PLUGIN_PATH") != NULL);
  }
  unsetenv("SAMPAN_PLUGIN_PATH");
  const char *const relative[] = {"plugins"};
  cr_assert_eq(sp_registry_search_path(relative, 1, NULL, arena, &folders, &origins, &n, &error),
               SAMPAN_E_USAGE);
  cr_assert(strstr(error.message, "--plugin-dir") != NULL);
  sp_arena_free(arena);
}
