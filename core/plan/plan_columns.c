/* plan_columns.c - the sections of a plan about columns and records: types, missing, derive, keep,
 * drop, labels, checklist. */
#include "plan/error_ids.h"
#include "plan/plan_parts.h"

int32_t sp_plan_types(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const names[] = {"number", "text"};
  sp_named_expr *types;
  uint32_t choice;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "types"));
  SP_TRY(SP_NEW(r, node->n, &types));
  for (uint32_t i = 0; i < node->n; i++) {
    sp_expr *type;
    const sp_yaml *value = node->items[i];
    SP_TRY(sp_read_choice(r, value, node->keys[i]->text, names, SP_COUNT(names), &choice));
    SP_TRY(SP_NEW(r, 1, &type));
    type->kind = SP_EXPR_NAME;
    type->line = value->line;
    type->column = value->column;
    type->text = names[choice];
    types[i] = (sp_named_expr){node->keys[i]->text, type, node->keys[i]};
  }
  plan->types = types;
  plan->n_types = node->n;
  return SAMPAN_OK;
}

/* "first..last" or one column. */
static int32_t missing_columns(const sp_reading *r, const sp_yaml *key, sp_missing_rule *rule) {
  const char *dots = strstr(key->text, "..");
  rule->first = key->text;
  if (dots == NULL) return SAMPAN_OK;
  rule->last = dots + 2;
  rule->first = sp_arena_text_n(r->arena, key->text, (uint64_t)(dots - key->text));
  if (rule->first == NULL) return sp_error_memory(r->error), SAMPAN_E_MEMORY;
  if (rule->first[0] != '\0' && rule->last[0] != '\0' && strstr(rule->last, "..") == NULL) {
    return SAMPAN_OK;
  }
  return sp_yaml_error(key, r->file, SP_ID_VALUE_RANGE, r->error,
                       "'%.100s' is no range of columns: write first..last", key->text);
}

int32_t sp_plan_missing(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_missing_rule *rules;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "missing"));
  SP_TRY(SP_NEW(r, node->n, &rules));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(missing_columns(r, node->keys[i], &rules[i]));
    SP_TRY(
        sp_read_names(r, node->items[i], node->keys[i]->text, &rules[i].codes, &rules[i].n_codes));
    rules[i].place = node->keys[i];
  }
  plan->missing = rules;
  plan->n_missing = node->n;
  return SAMPAN_OK;
}

int32_t sp_plan_derive(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_named_expr *derived;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "derive"));
  SP_TRY(SP_NEW(r, node->n, &derived));
  for (uint32_t i = 0; i < node->n; i++) {
    derived[i].name = node->keys[i]->text;
    derived[i].place = node->keys[i];
    SP_TRY(sp_read_expr(r, node->items[i], derived[i].name, &derived[i].expr));
  }
  plan->derived = derived;
  plan->n_derived = node->n;
  return SAMPAN_OK;
}

/* The reason for leaving records out: as given, or the text of the expression. */
static int32_t read_reason(const sp_reading *r, const sp_yaml *map, const sp_yaml *expr,
                           sp_label *out) {
  const sp_yaml *reason = map == NULL ? NULL : sp_yaml_get(map, "reason");
  if (reason != NULL) return sp_read_label(r, reason, "reason", out);
  out->en = out->zh = expr->text;
  return SAMPAN_OK;
}

int32_t sp_plan_keep(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const keys[] = {"expression", "reason"};
  const sp_yaml *expr = node, *map = NULL;
  sp_label *reason;
  if (node->kind == SP_YAML_MAP) {
    SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "keep"));
    map = node;
    expr = sp_yaml_get(node, "expression");
    if (expr == NULL) return sp_read_needs(r, node, "expression");
  }
  SP_TRY(sp_read_expr(r, expr, "keep", &plan->keep));
  SP_TRY(SP_NEW(r, 1, &reason));
  SP_TRY(read_reason(r, map, expr, reason));
  plan->keep_reason = reason;
  return SAMPAN_OK;
}

int32_t sp_plan_drop(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const keys[] = {"reason", "when"};
  sp_named_expr *drops;
  sp_label *reasons;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "drop"));
  SP_TRY(SP_NEW(r, node->n, &drops));
  SP_TRY(SP_NEW(r, node->n, &reasons));
  for (uint32_t i = 0; i < node->n; i++) {
    const sp_yaml *map = node->items[i];
    SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "drop"));
    const sp_yaml *when = sp_yaml_get(map, "when");
    if (when == NULL) return sp_read_needs(r, map, "when");
    SP_TRY(sp_read_expr(r, when, "when", &drops[i].expr));
    SP_TRY(read_reason(r, map, when, &reasons[i]));
    drops[i].name = reasons[i].en;
    drops[i].place = map;
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(drops[i].name, drops[j].name) != 0) continue;
      return sp_yaml_error(map, r->file, SP_ID_VALUE_TWICE, r->error,
                           "two reasons to drop are called '%.100s'", drops[i].name);
    }
  }
  plan->drops = drops;
  plan->drop_reasons = reasons;
  plan->n_drops = node->n;
  return SAMPAN_OK;
}

/* 1 if the map has keys, and none but a and b. */
static int only_keys(const sp_yaml *map, const char *a, const char *b) {
  for (uint32_t i = 0; i < map->n; i++) {
    if (strcmp(map->keys[i]->text, a) != 0 && strcmp(map->keys[i]->text, b) != 0) return 0;
  }
  return map->n > 0;
}

static int32_t value_labels(const sp_reading *r, const sp_yaml *map, sp_column_label *out) {
  sp_value_label *values;
  SP_TRY(sp_read_kind(r, map, SP_YAML_MAP, "values"));
  SP_TRY(SP_NEW(r, map->n, &values));
  for (uint32_t i = 0; i < map->n; i++) {
    values[i].value = map->keys[i]->text;
    SP_TRY(sp_read_label(r, map->items[i], values[i].value, &values[i].label));
  }
  out->values = values;
  out->n_values = map->n;
  return SAMPAN_OK;
}

/* {label, values}, a label, or values right away. */
static int32_t column_label(const sp_reading *r, const sp_yaml *node, sp_column_label *out) {
  static const char *const keys[] = {"label", "values"};
  out->label.en = out->label.zh = "";
  if (node->kind != SP_YAML_MAP || only_keys(node, "en", "zh")) {
    return sp_read_label(r, node, out->column, &out->label);
  }
  if (sp_yaml_get(node, "values") == NULL && !only_keys(node, "label", "values")) {
    return value_labels(r, node, out);
  }
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), out->column));
  const sp_yaml *label = sp_yaml_get(node, "label"), *values = sp_yaml_get(node, "values");
  if (label != NULL) SP_TRY(sp_read_label(r, label, "label", &out->label));
  return values != NULL ? value_labels(r, values, out) : SAMPAN_OK;
}

int32_t sp_plan_labels(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_column_label *labels;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "labels"));
  SP_TRY(SP_NEW(r, node->n, &labels));
  for (uint32_t i = 0; i < node->n; i++) {
    labels[i].column = node->keys[i]->text;
    SP_TRY(column_label(r, node->items[i], &labels[i]));
  }
  plan->labels = labels;
  plan->n_labels = node->n;
  return SAMPAN_OK;
}

int32_t sp_plan_checklist(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const keys[] = {"item", "task",      "task_en",  "phase",      "deadline",
                                     "done", "done_date", "evidence", "department", "points"};
  sp_checklist *c = &plan->checklist;
  const char **const columns[] = {&c->item,       &c->task,  &c->task_en,   &c->phase,
                                  &c->deadline,   &c->done,  &c->done_date, &c->evidence,
                                  &c->department, &c->points};
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "checklist"));
  for (uint32_t i = 0; i < SP_COUNT(keys); i++) {
    const sp_yaml *column = sp_yaml_get(node, keys[i]);
    if (column != NULL) SP_TRY(sp_read_text(r, column, keys[i], columns[i]));
  }
  if (c->item == NULL) return sp_read_needs(r, node, "item");
  return c->done != NULL ? SAMPAN_OK : sp_read_needs(r, node, "done");
}
