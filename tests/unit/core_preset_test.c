/* core_preset_test.c - the conventions of other systems, and what wins over them. */
#include <criterion/criterion.h>

#include "host/preset_params.h"
#include "host/registry.h"
#include "plan/plan.h"
#include "plan_file.h"

static sp_plan *read_plan(const char *text) {
  char folder[64], path[128];
  sampan_error error = {.struct_size = sizeof error};
  sp_plan *plan = NULL;
  plan_folder(folder);
  plan_write(folder, "p.yaml", text);
  snprintf(path, sizeof path, "%s/p.yaml", folder);
  cr_assert_eq(sp_plan_read(path, &plan, &error), SAMPAN_OK, "%s", error.message);
  plan_remove(folder, "p.yaml");
  cr_assert_eq(rmdir(folder), 0);
  return plan;
}

Test(preset, sets_the_rules_of_the_design) {
  static const struct {
    const char *name, *df, *lonely, *proportion;
  } expected[] = {{"nchs", "domain", "fail", "korn-graubard"},
                  {"r", "domain", "fail", "logit"},
                  {"stata", "strata_present", "fail", "logit"},
                  {"sas", "design", "remove", "wald"},
                  {"who", "design", "adjust", "logit"}};
  for (int i = 0; i < 5; i++) {
    char text[128];
    snprintf(text, sizeof text, "sampan: 1\ndata: {file: d.csv}\npreset: %s\n", expected[i].name);
    sp_plan *plan = read_plan(text);
    cr_assert_not_null(plan->preset);
    cr_expect_str_eq(plan->design.df_name, expected[i].df);
    cr_expect_str_eq(plan->design.lonely_name, expected[i].lonely);
    cr_expect_str_eq(sp_preset_interval(plan->preset, SAMPAN_UNIT_PROPORTION),
                     expected[i].proportion);
    cr_expect_str_eq(sp_preset_interval(plan->preset, SAMPAN_UNIT_NONE), "wald");
    sp_plan_free(plan);
  }
}

/* Wherever the keys stand in the file. */
Test(preset, keys_of_the_plan_win) {
  sp_plan *plan = read_plan(
      "sampan: 1\ndesign: {df: infinite, lonely: average}\ndata: {file: d.csv}\n"
      "preset: who\n");
  cr_expect_eq(plan->design.df_rule, SP_DF_INFINITE);
  cr_expect_eq(plan->design.lonely, SP_LONELY_AVERAGE);
  cr_expect_eq(plan->design.deff_replace, 1);
  sp_plan_free(plan);
}

Test(preset, design_effects_go_by_the_fpc) {
  sp_plan *with = read_plan("sampan: 1\ndata: {file: d.csv}\npreset: sas\ndesign: {fpc: n}\n");
  sp_plan *without = read_plan("sampan: 1\ndata: {file: d.csv}\npreset: stata\n");
  sp_plan *none = read_plan("sampan: 1\ndata: {file: d.csv}\n");
  cr_expect_eq(with->design.deff_replace, 0);
  cr_expect_eq(without->design.deff_replace, 1);
  cr_expect_eq(none->design.deff_replace, 0);
  cr_expect_null(none->preset);
  sp_plan_free(with);
  sp_plan_free(without);
  sp_plan_free(none);
}

/* What the table says of plugins that there are, they take. */
Test(preset, defaults_are_what_plugins_take) {
  const char *folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  const int32_t must_exist[] = {1};
  sampan_error error = {.struct_size = sizeof error};
  sp_registry *registry;
  sp_arena *arena = sp_arena_new(0);
  uint32_t n_names, n_bound = 0;
  const char *const *names = sp_preset_names(&n_names);
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &registry, &error), SAMPAN_OK, "%s",
               error.message);
  for (uint32_t i = 0; i < n_names; i++) {
    const sp_preset *preset = sp_preset_find(names[i]);
    for (int32_t k = 0; k < preset->n_defaults; k++) {
      const sp_preset_default *d = &preset->defaults[k];
      const sampan_plugin *plugin;
      sampan_value *values = NULL;
      uint32_t p = 0;
      if (sp_registry_find(registry, d->kind, d->plugin) == NULL) continue;
      cr_assert_eq(sp_registry_load(registry, d->kind, d->plugin, &plugin, &error), SAMPAN_OK);
      while (p < plugin->n_params && strcmp(plugin->params[p].name, d->parameter) != 0) p++;
      cr_expect_lt(p, plugin->n_params, "%s has no '%s'", d->plugin, d->parameter);
      cr_expect_eq(sp_params_bind_preset(preset, plugin, NULL, NULL, NULL, 0, "p.yaml", "/", "/",
                                         arena, &values, &error),
                   SAMPAN_OK, "%s: %s", d->plugin, error.message);
      n_bound++;
    }
  }
  cr_expect_geq(n_bound, 3U); /* korn-graubard twice, and wald */
  sp_registry_free(registry);
  sp_arena_free(arena);
}

Test(preset, an_option_of_the_plan_wins_over_the_default) {
  static const sampan_param params[] = {
      {"convention", SAMPAN_P_CHOICE, 0, "r|nchs", "nchs", 1, 0, "", ""}};
  const sampan_plugin plugin = {.struct_size = sizeof plugin,
                                .kind = SAMPAN_INTERVAL,
                                .name = "korn-graubard",
                                .n_params = 1,
                                .params = params};
  static const char yaml[] = "convention: nchs\n";
  sampan_error error = {.struct_size = sizeof error};
  sp_arena *arena = sp_arena_new(0);
  sp_yaml *given;
  int32_t ok;
  cr_assert_eq(sp_yaml_parse("o.yaml", yaml, sizeof yaml - 1, arena, &given, &error), SAMPAN_OK);
  const sp_preset *r = sp_preset_find("r");
  cr_expect_eq(sp_preset_options(r, &plugin, given, NULL, arena, &ok), given);
  const sp_yaml *filled = sp_preset_options(r, &plugin, NULL, NULL, arena, &ok);
  cr_assert_not_null(filled);
  cr_expect_str_eq(sp_yaml_get(filled, "convention")->text, "r");
  cr_expect_null(sp_preset_options(NULL, &plugin, NULL, NULL, arena, &ok));
  cr_expect(ok);
  sp_arena_free(arena);
}

Test(preset, choices_can_be_listed) {
  char key[64];
  uint32_t n = 0;
  const sp_preset *sas = sp_preset_find("sas");
  int found = 0;
  for (const char *value; (value = sp_preset_choice(sas, n, key)) != NULL; n++) {
    found += strcmp(key, "design.lonely") == 0 && strcmp(value, "remove") == 0;
    found += strcmp(key, "regression.vadjust") == 0 && strcmp(value, "yes") == 0;
  }
  cr_expect_eq(found, 2);
  cr_expect_eq(n, SP_CHOICE_PARAMETER + (uint32_t)sas->n_defaults);
  cr_expect_null(sp_preset_find("sudaan"));
}
