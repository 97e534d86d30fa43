/* programme_goals.c - one goal of a programme: where its values come from, and what is said of it.
 */
#include <math.h>

#include "plan/error_ids.h"
#include "plan/plan_parts.h"
#include "plan/programme_parts.h"

const sp_plan *sp_programme_plan_named(const sp_programme *programme, const char *name) {
  for (uint32_t i = 0; i < programme->n_plans; i++) {
    if (strcmp(programme->plans[i].name, name) == 0) return programme->plans[i].plan;
  }
  return NULL;
}

static int32_t no_such_plan(const sp_reading *r, const sp_programme *programme, const sp_yaml *node,
                            const char *name) {
  const char **names;
  SP_TRY(SP_NEW(r, programme->n_plans, &names));
  for (uint32_t i = 0; i < programme->n_plans; i++) names[i] = programme->plans[i].name;
  const int32_t status = sp_yaml_error(node, r->file, SP_ID_PROGRAMME_PLAN, r->error,
                                       "the programme has no plan '%.100s'", name);
  sp_yaml_suggest(name, names, programme->n_plans, "plans", r->error);
  return status;
}

static int32_t no_such_indicator(const sp_reading *r, const sp_plan *plan, const sp_yaml *node,
                                 const sp_reference *reference) {
  const char **names;
  SP_TRY(SP_NEW(r, plan->n_indicators, &names));
  for (uint32_t i = 0; i < plan->n_indicators; i++) names[i] = plan->indicators[i].name;
  const int32_t status = sp_yaml_error(node, r->file, SP_ID_PROGRAMME_INDICATOR, r->error,
                                       "plan '%.100s' has no indicator '%.100s'", reference->plan,
                                       reference->indicator);
  sp_yaml_suggest(reference->indicator, names, plan->n_indicators, "its indicators", r->error);
  return status;
}

static const sp_indicator *indicator_of(const sp_plan *plan, const char *name) {
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    if (strcmp(plan->indicators[i].name, name) == 0) return &plan->indicators[i];
  }
  return NULL;
}

/* The plan that a reference names; one need not be named where there is one only. */
static int32_t plan_of(const sp_reading *r, const sp_programme *programme, const sp_yaml *map,
                       sp_reference *out, const sp_plan **plan) {
  const sp_yaml *node = sp_yaml_get(map, "plan");
  if (node != NULL) {
    SP_TRY(sp_read_text(r, node, "plan", &out->plan));
  } else if (programme->n_plans == 1) {
    out->plan = programme->plans[0].name;
  } else {
    return sp_read_needs(r, map, "plan");
  }
  *plan = sp_programme_plan_named(programme, out->plan);
  return *plan != NULL ? SAMPAN_OK : no_such_plan(r, programme, node, out->plan);
}

/* A plan with periods has one value for each of them. */
static int32_t read_period(const sp_reading *r, const sp_plan *plan, const sp_yaml *map,
                           sp_reference *out) {
  const sp_yaml *node = sp_yaml_get(map, "period");
  if (node != NULL) SP_TRY(sp_read_text(r, node, "period", &out->period));
  if ((node == NULL) == (plan->period == NULL)) return SAMPAN_OK;
  if (node != NULL) {
    return sp_yaml_error(node, r->file, SP_ID_PROGRAMME_PERIOD, r->error,
                         "plan '%.100s' has no periods", out->plan);
  }
  const int32_t status = sp_yaml_error(map, r->file, SP_ID_PROGRAMME_PERIOD, r->error,
                                       "'period' is missing: plan '%.100s' has one value for each "
                                       "'%.100s'",
                                       out->plan, plan->period);
  (void)sp_error_hint(r->error, "name the value of '%.100s' that is meant", plan->period);
  return status;
}

static int32_t read_value(const sp_reading *r, const sp_yaml *map, const sp_yaml *value,
                          sp_reference *out) {
  static const char *const others[] = {"plan", "indicator", "period"};
  const sp_yaml *std_error = sp_yaml_get(map, "std_error"), *df = sp_yaml_get(map, "df"),
                *source = sp_yaml_get(map, "source"),
                *version = sp_yaml_get(map, "definition_version");
  for (uint32_t i = 0; i < SP_COUNT(others); i++) {
    const sp_yaml *other = sp_yaml_get(map, others[i]);
    if (other == NULL) continue;
    return sp_yaml_error(other, r->file, SP_ID_PLAN_CLASH, r->error,
                         "'%s' cannot stand beside 'value'", others[i]);
  }
  out->is_value = 1;
  out->df = HUGE_VAL;
  SP_TRY(sp_read_share(r, value, "value", &out->value));
  if (std_error != NULL) SP_TRY(sp_read_share(r, std_error, "std_error", &out->std_error));
  if (out->std_error < 0.0) {
    return sp_yaml_error(std_error, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'std_error' must be at least 0");
  }
  if (df != NULL) {
    SP_TRY(sp_read_number(r, df, "df", &out->df));
    if (!(out->df > 0.0)) {
      return sp_yaml_error(df, r->file, SP_ID_VALUE_NUMBER, r->error, "'df' must be above 0");
    }
  }
  if (version != NULL) {
    SP_TRY(sp_read_text(r, version, "definition_version", &out->definition_version));
  }
  return source != NULL ? sp_read_label(r, source, "source", &out->source) : SAMPAN_OK;
}

int32_t sp_programme_reference(const sp_reading *r, const sp_programme *programme,
                               const sp_yaml *map, int32_t is_checklist, sp_reference *out) {
  static const char *const keys[] = {"plan", "indicator",          "period", "value", "std_error",
                                     "df",   "definition_version", "source", "label"};
  static const char *const value_only[] = {"std_error", "df", "definition_version"};
  const sp_plan *plan;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "reference"));
  out->given = 1;
  out->place = map;
  out->source.en = out->source.zh = "";
  const sp_yaml *value = sp_yaml_get(map, "value"), *name = sp_yaml_get(map, "indicator"),
                *source = sp_yaml_get(map, "source");
  if (value != NULL) return read_value(r, map, value, out);
  for (uint32_t i = 0; i < SP_COUNT(value_only); i++) {
    const sp_yaml *other = sp_yaml_get(map, value_only[i]);
    if (other == NULL) continue;
    return sp_yaml_error(other, r->file, SP_ID_PLAN_CLASH, r->error, "'%s' belongs to a 'value'",
                         value_only[i]);
  }
  SP_TRY(plan_of(r, programme, map, out, &plan));
  if (source != NULL) SP_TRY(sp_read_label(r, source, "source", &out->source));
  if (name == NULL) {
    if (is_checklist && plan->kind == SP_KIND_CHECKLIST) return SAMPAN_OK;
    return sp_read_needs(r, map, "indicator");
  }
  SP_TRY(sp_read_text(r, name, "indicator", &out->indicator));
  if (indicator_of(plan, out->indicator) == NULL) return no_such_indicator(r, plan, name, out);
  return read_period(r, plan, map, out);
}

static int32_t read_comparators(const sp_reading *r, const sp_programme *programme,
                                const sp_yaml *node, sp_goal *goal) {
  sp_comparator *comparators;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "comparators"));
  SP_TRY(SP_NEW(r, node->n, &comparators));
  for (uint32_t i = 0; i < node->n; i++) {
    sp_comparator *c = &comparators[i];
    const sp_yaml *map = node->items[i];
    c->name = node->keys[i]->text;
    c->label.en = c->label.zh = c->name;
    SP_TRY(sp_programme_reference(r, programme, map, 0, &c->reference));
    const sp_yaml *label = sp_yaml_get(map, "label");
    if (label != NULL) SP_TRY(sp_read_label(r, label, "label", &c->label));
  }
  goal->comparators = comparators;
  goal->n_comparators = node->n;
  return SAMPAN_OK;
}

/* A baseline or current value: a reference without a label. */
static int32_t read_reference(const sp_reading *r, const sp_programme *programme,
                              const sp_yaml *map, const char *key, int32_t is_checklist,
                              sp_reference *out) {
  const sp_yaml *node = sp_yaml_get(map, key);
  out->source.en = out->source.zh = "";
  if (node == NULL) return SAMPAN_OK;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, key));
  for (uint32_t i = 0; i < node->n; i++) {
    if (strcmp(node->keys[i]->text, "label") != 0) continue;
    return sp_yaml_error(node->keys[i], r->file, SP_ID_YAML_UNKNOWN_KEY, r->error,
                         "unknown key 'label'");
  }
  return sp_programme_reference(r, programme, node, is_checklist, out);
}

/* A checklist item comes from the programme's only checklist, unless `current` says another. */
static int32_t read_item(const sp_reading *r, const sp_programme *programme, const sp_yaml *map,
                         sp_goal *goal) {
  const sp_yaml *item = sp_yaml_get(map, "item");
  const sp_programme_plan *only = NULL;
  if (goal->kind != SP_KIND_CHECKLIST) {
    return item == NULL ? SAMPAN_OK
                        : sp_yaml_error(item, r->file, SP_ID_PLAN_CLASH, r->error,
                                        "'item' belongs to a goal with 'kind: checklist'");
  }
  if (item == NULL) return sp_read_needs(r, map, "item");
  SP_TRY(sp_read_text(r, item, "item", &goal->item));
  if (goal->current.given) return SAMPAN_OK;
  for (uint32_t i = 0; i < programme->n_plans; i++) {
    if (programme->plans[i].plan->kind != SP_KIND_CHECKLIST) continue;
    if (only != NULL) return sp_read_needs(r, map, "current");
    only = &programme->plans[i];
  }
  if (only == NULL) {
    const int32_t status = sp_yaml_error(item, r->file, SP_ID_PROGRAMME_PLAN, r->error,
                                         "the programme has no plan of kind checklist");
    (void)sp_error_hint(r->error, "name one under 'plans'");
    return status;
  }
  goal->current.given = 1;
  goal->current.plan = only->name;
  goal->current.place = item;
  return SAMPAN_OK;
}

/* The kind of a goal's data, where it does not say: that of the plan that its value comes from. */
static int32_t kind_of(const sp_programme *programme, const sp_goal *goal) {
  const sp_reference *from[] = {&goal->current, &goal->baseline};
  for (int i = 0; i < 2; i++) {
    if (from[i]->plan != NULL) return sp_programme_plan_named(programme, from[i]->plan)->kind;
  }
  return SP_KIND_REGISTER;
}

/* The groups that a card shows must be estimated. */
static int32_t read_by(const sp_reading *r, const sp_programme *programme, const sp_yaml *node,
                       sp_goal *goal) {
  SP_TRY(sp_read_names(r, node, "by", &goal->by, &goal->n_by));
  if (goal->current.indicator == NULL) return SAMPAN_OK;
  const sp_indicator *indicator =
      indicator_of(sp_programme_plan_named(programme, goal->current.plan), goal->current.indicator);
  for (uint32_t i = 0; i < goal->n_by; i++) {
    uint32_t k = 0;
    while (k < indicator->n_by && (indicator->by[k].n_columns != 1 ||
                                   strcmp(indicator->by[k].columns[0], goal->by[i]) != 0)) {
      k++;
    }
    if (k < indicator->n_by) continue;
    const sp_yaml *place = node->kind == SP_YAML_LIST ? node->items[i] : node;
    const int32_t status = sp_yaml_error(place, r->file, SP_ID_PROGRAMME_CROSSING, r->error,
                                         "plan '%.100s' does not estimate '%.100s' by '%.100s'",
                                         goal->current.plan, goal->current.indicator, goal->by[i]);
    (void)sp_error_hint(r->error, "add [%.100s] to 'by' of the indicator", goal->by[i]);
    return status;
  }
  return SAMPAN_OK;
}

static int32_t direction_of(const sp_target *target) {
  if (target->n_parts > 0) return direction_of(target->parts[0]);
  return target->op == SP_TARGET_GT || target->op == SP_TARGET_GE   ? 1
         : target->op == SP_TARGET_LT || target->op == SP_TARGET_LE ? -1
                                                                    : 0;
}

static int32_t read_rule(const sp_reading *r, const sp_yaml *map, sp_goal *goal) {
  static const char *const names[] = {"lower", "none", "higher"};
  const sp_yaml *direction = sp_yaml_get(map, "direction");
  uint32_t choice = 1;
  if (direction != NULL) {
    SP_TRY(sp_read_choice(r, direction, "direction", names, SP_COUNT(names), &choice));
  }
  goal->direction = (int32_t)choice - 1;
  SP_TRY(sp_programme_target(r, goal, sp_yaml_get(map, "target"), &goal->target));
  if (direction == NULL) goal->direction = direction_of(goal->target);
  return SAMPAN_OK;
}

/* The texts of a goal. */
static int32_t read_texts(const sp_reading *r, const sp_yaml *map, sp_goal *goal) {
  static const char *const keys[] = {"unit",   "lead", "cooperating", "definition",
                                     "source", "note", "clause"};
  sp_label *const labels[] = {&goal->unit,   &goal->lead, &goal->cooperating, &goal->definition,
                              &goal->source, &goal->note, &goal->clause};
  const sp_yaml *number = sp_yaml_get(map, "number"), *label = sp_yaml_get(map, "label"),
                *deadline = sp_yaml_get(map, "deadline");
  if (number == NULL) return sp_read_needs(r, map, "number");
  SP_TRY(sp_read_text(r, number, "number", &goal->number));
  if (label == NULL) return sp_read_needs(r, map, "label");
  SP_TRY(sp_read_label(r, label, "label", &goal->label));
  for (uint32_t i = 0; i < SP_COUNT(keys); i++) {
    const sp_yaml *node = sp_yaml_get(map, keys[i]);
    labels[i]->en = labels[i]->zh = "";
    if (node != NULL) SP_TRY(sp_read_label(r, node, keys[i], labels[i]));
  }
  return deadline != NULL ? sp_read_text(r, deadline, "deadline", &goal->deadline) : SAMPAN_OK;
}

int32_t sp_programme_goal(const sp_reading *r, const sp_programme *programme, const sp_yaml *map,
                          sp_goal *out) {
  static const char *const keys[] = {
      "number",  "label",       "unit",   "kind",   "direction", "decimals",    "baseline",
      "current", "comparators", "by",     "target", "lead",      "cooperating", "definition",
      "source",  "note",        "clause", "item",   "deadline",  "coverage"};
  int64_t decimals = -1;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "goals"));
  out->place = map;
  SP_TRY(read_texts(r, map, out));
  const sp_yaml *kind = sp_yaml_get(map, "kind"), *shown = sp_yaml_get(map, "decimals"),
                *comparators = sp_yaml_get(map, "comparators"), *by = sp_yaml_get(map, "by");
  if (kind != NULL) SP_TRY(sp_plan_kind(r, kind, &out->kind));
  const int32_t is_checklist = kind != NULL && out->kind == SP_KIND_CHECKLIST;
  if (shown != NULL) SP_TRY(sp_read_integer(r, shown, "decimals", 0, 12, &decimals));
  out->decimals = (int32_t)decimals;
  SP_TRY(read_reference(r, programme, map, "baseline", is_checklist, &out->baseline));
  SP_TRY(read_reference(r, programme, map, "current", is_checklist, &out->current));
  SP_TRY(read_reference(r, programme, map, "coverage", 0, &out->coverage));
  if (kind == NULL) out->kind = kind_of(programme, out);
  if (comparators != NULL) SP_TRY(read_comparators(r, programme, comparators, out));
  SP_TRY(read_item(r, programme, map, out));
  if (by != NULL) SP_TRY(read_by(r, programme, by, out));
  return read_rule(r, map, out);
}
