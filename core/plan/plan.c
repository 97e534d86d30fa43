/* plan.c - a plan file from end to end; its sections are read by plan_*.c. */
#include "plan/plan.h"

#include "base/text.h"
#include "plan/error_ids.h"
#include "plan/plan_parts.h"

typedef int32_t (*section_fn)(const sp_reading *r, const sp_yaml *node, sp_plan *plan);

static int32_t read_title(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  return sp_read_label(r, node, "title", &plan->title);
}

static int32_t read_kind(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  return sp_plan_kind(r, node, &plan->kind);
}

static int32_t read_domain(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  return sp_read_expr(r, node, "domain", &plan->domain);
}

static int32_t read_period(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  return sp_read_text(r, node, "period", &plan->period);
}

static int32_t read_level(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  return sp_read_level(r, node, "level", &plan->level);
}

/* Presentation standards are judged where results are shown. */
static int32_t read_suppression(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  (void)r;
  plan->suppression = node;
  return SAMPAN_OK;
}

/* In the order of reading: comparisons look at the indicators. */
static const struct {
  const char *key;
  section_fn read;
} sections[] = {{"sampan", NULL},
                {"title", read_title},
                {"kind", read_kind},
                {"preset", sp_plan_preset},
                {"data", sp_plan_data},
                {"types", sp_plan_types},
                {"missing", sp_plan_missing},
                {"derive", sp_plan_derive},
                {"keep", sp_plan_keep},
                {"drop", sp_plan_drop},
                {"design", sp_plan_design},
                {"domain", read_domain},
                {"period", read_period},
                {"level", read_level},
                {"labels", sp_plan_labels},
                {"indicators", sp_plan_indicators},
                {"compare", sp_plan_compare},
                {"suppression", read_suppression},
                {"checklist", sp_plan_checklist}};

int32_t sp_plan_kind(const sp_reading *r, const sp_yaml *node, int32_t *out) {
  static const char *const names[] = {"survey", "vital", "register", "checklist"};
  uint32_t i;
  SP_TRY(sp_read_choice(r, node, "kind", names, SP_COUNT(names), &i));
  *out = (int32_t)i;
  return SAMPAN_OK;
}

static int32_t known_sections(const sp_reading *r, const sp_yaml *tree) {
  const char *keys[SP_COUNT(sections)];
  for (uint32_t i = 0; i < SP_COUNT(sections); i++) keys[i] = sections[i].key;
  return sp_yaml_known_keys(tree, r->file, keys, SP_COUNT(keys), r->error);
}

static int32_t read_plan(sp_reading *r, const char *path, sp_plan *plan) {
  sp_yaml *tree;
  SP_TRY(sp_read_file(r, path, &tree, &plan->digest));
  plan->file = r->file;
  plan->folder = r->folder;
  const sp_yaml *programme = sp_yaml_get(tree, "sampan_programme");
  if (programme != NULL) {
    const int32_t status = sp_yaml_error(programme, r->file, SP_ID_PLAN_IS_PROGRAMME, r->error,
                                         "this is a programme, not a plan");
    (void)sp_error_hint(r->error, "'sampan annex' takes a programme");
    return status;
  }
  SP_TRY(sp_read_version(r, tree, "sampan"));
  SP_TRY(known_sections(r, tree));
  for (uint32_t i = 0; i < SP_COUNT(sections); i++) {
    const sp_yaml *node = sp_yaml_get(tree, sections[i].key);
    if (node != NULL && sections[i].read != NULL) SP_TRY(sections[i].read(r, node, plan));
  }
  sp_plan_preset_end(plan);
  if (plan->n_waves == 0) return sp_read_needs(r, tree, "data");
  const int has_checklist = plan->checklist.item != NULL;
  if (plan->kind == SP_KIND_CHECKLIST && !has_checklist) {
    return sp_read_needs(r, tree, "checklist");
  }
  if (plan->kind != SP_KIND_CHECKLIST && has_checklist) {
    const int32_t status = sp_yaml_error(sp_yaml_get(tree, "checklist"), r->file, SP_ID_PLAN_CLASH,
                                         r->error, "'checklist' stands in a plan of another kind");
    (void)sp_error_hint(r->error, "add 'kind: checklist'");
    return status;
  }
  return SAMPAN_OK;
}

int32_t sp_plan_read(const char *path, sp_plan **out, sampan_error *error) {
  *out = NULL;
  sp_arena *arena = sp_arena_new(0);
  if (arena == NULL) return sp_error_memory(error), SAMPAN_E_MEMORY;
  sp_reading r = {.arena = arena, .error = error};
  sp_plan *plan;
  int32_t status = SP_NEW(&r, 1, &plan);
  if (status == SAMPAN_OK) {
    plan->arena = arena;
    plan->level = 0.95;
    plan->title.en = plan->title.zh = "";
    plan->design.nested = 1;
    plan->design.lonely_name = "fail";
    plan->design.df_name = "domain";
    status = read_plan(&r, path, plan);
  }
  if (status != SAMPAN_OK) {
    sp_arena_free(arena);
    return status;
  }
  *out = plan;
  return SAMPAN_OK;
}

void sp_plan_free(sp_plan *plan) {
  if (plan != NULL) sp_arena_free(plan->arena);
}

const char *sp_label_in(const sp_label *label, const char *language) {
  const char *text = strcmp(language, "zh") == 0 ? label->zh : label->en;
  return text != NULL ? text : "";
}

const sp_column_label *sp_plan_label(const sp_plan *plan, const char *column) {
  for (uint32_t i = 0; i < plan->n_labels; i++) {
    if (strcmp(plan->labels[i].column, column) == 0) return &plan->labels[i];
  }
  return NULL;
}

const sp_value_label *sp_plan_value_label(const sp_plan *plan, const char *column,
                                          const char *value) {
  const sp_column_label *label = sp_plan_label(plan, column);
  for (uint32_t i = 0; label != NULL && i < label->n_values; i++) {
    if (strcmp(label->values[i].value, value) == 0) return &label->values[i];
  }
  return NULL;
}
