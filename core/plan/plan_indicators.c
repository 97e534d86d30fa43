/* plan_indicators.c - the section `indicators` of a plan. */
#include "plan/error_ids.h"
#include "plan/plan_parts.h"

/* A plugin by name, or a map of its options with the name under `method`. */
static int32_t read_choice(const sp_reading *r, const sp_yaml *node, const char *what,
                           sp_choice *out) {
  const sp_yaml *name = node;
  out->place = node;
  if (node->kind == SP_YAML_MAP) {
    name = sp_yaml_get(node, "method");
    if (name == NULL) return sp_read_needs(r, node, "method");
    out->options = node;
  }
  return sp_read_plugin(r, name, what, &out->plugin);
}

int sp_plan_same_columns(const sp_by *a, const sp_by *b) {
  if (a->n_columns != b->n_columns) return 0;
  for (uint32_t i = 0; i < a->n_columns; i++) {
    uint32_t j = 0;
    while (j < b->n_columns && strcmp(a->columns[i], b->columns[j]) != 0) j++;
    if (j == b->n_columns) return 0;
  }
  return 1;
}

/* A name, a list of names (one crossing) or a list of lists of names (one crossing each). */
static int32_t read_by(const sp_reading *r, const sp_yaml *node, sp_indicator *out) {
  sp_by *by;
  const int lists =
      node != NULL && node->kind == SP_YAML_LIST && node->n > 0 &&
      (node->items[0]->kind == SP_YAML_LIST || node->items[node->n - 1]->kind == SP_YAML_LIST);
  out->n_by = lists ? node->n : 1;
  SP_TRY(SP_NEW(r, out->n_by, &by));
  out->by = by;
  if (node == NULL) return SAMPAN_OK;
  if (!lists) return sp_read_names(r, node, "by", &by[0].columns, &by[0].n_columns);
  for (uint32_t i = 0; i < node->n; i++) {
    if (node->items[i]->kind != SP_YAML_LIST) {
      const int32_t status = sp_yaml_error(node->items[i], r->file, SP_ID_VALUE_KIND, r->error,
                                           "'by' holds either names or lists of names, not both");
      (void)sp_error_hint(r->error, "write [[], [sex], [sex, age]]");
      return status;
    }
    SP_TRY(sp_read_names(r, node->items[i], "by", &by[i].columns, &by[i].n_columns));
    for (uint32_t j = 0; j < i; j++) {
      if (!sp_plan_same_columns(&by[i], &by[j])) continue;
      return sp_yaml_error(node->items[i], r->file, SP_ID_VALUE_TWICE, r->error,
                           "this crossing is there twice in 'by'");
    }
  }
  return SAMPAN_OK;
}

static int32_t read_indicator(const sp_reading *r, const sp_yaml *key, const sp_yaml *map,
                              sp_indicator *out) {
  int64_t decimals = -1;
  out->name = key->text;
  out->place = key;
  out->label.en = out->label.zh = out->name;
  out->note.en = out->note.zh = "";
  SP_TRY(sp_read_kind(r, map, SP_YAML_MAP, out->name));
  const sp_yaml *estimator = sp_yaml_get(map, "estimator"), *label = sp_yaml_get(map, "label"),
                *interval = sp_yaml_get(map, "interval"), *where = sp_yaml_get(map, "where"),
                *shown = sp_yaml_get(map, "decimals"), *note = sp_yaml_get(map, "note"),
                *version = sp_yaml_get(map, "definition_version");
  if (estimator == NULL) return sp_read_needs(r, map, "estimator");
  SP_TRY(sp_read_plugin(r, estimator, "estimator", &out->estimator.plugin));
  out->estimator.options = map;
  out->estimator.place = estimator;
  if (label != NULL) SP_TRY(sp_read_label(r, label, "label", &out->label));
  if (interval != NULL) SP_TRY(read_choice(r, interval, "interval", &out->interval));
  SP_TRY(read_by(r, sp_yaml_get(map, "by"), out));
  if (where != NULL) SP_TRY(sp_read_expr(r, where, "where", &out->where));
  if (shown != NULL) SP_TRY(sp_read_integer(r, shown, "decimals", 0, 12, &decimals));
  out->decimals = (int32_t)decimals;
  if (version != NULL) {
    SP_TRY(sp_read_text(r, version, "definition_version", &out->definition_version));
  }
  return note != NULL ? sp_read_label(r, note, "note", &out->note) : SAMPAN_OK;
}

int32_t sp_plan_indicators(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_indicator *indicators;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "indicators"));
  SP_TRY(SP_NEW(r, node->n, &indicators));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(read_indicator(r, node->keys[i], node->items[i], &indicators[i]));
  }
  plan->indicators = indicators;
  plan->n_indicators = node->n;
  return SAMPAN_OK;
}
