/* plan_indicators.c - the sections `indicators` and `compare` of a plan. */
#include <math.h>

#include "base/text.h"
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

static int same_columns(const sp_by *a, const sp_by *b) {
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
      if (!same_columns(&by[i], &by[j])) continue;
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

static int32_t indicator_exists(const sp_reading *r, const sp_plan *plan, const sp_yaml *place,
                                const char *name) {
  const char **names;
  SP_TRY(SP_NEW(r, plan->n_indicators, &names));
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    if (strcmp(plan->indicators[i].name, name) == 0) return SAMPAN_OK;
    names[i] = plan->indicators[i].name;
  }
  const int32_t status = sp_yaml_error(place, r->file, SP_ID_PLAN_NAME, r->error,
                                       "the plan has no indicator '%.100s'", name);
  sp_yaml_suggest(name, names, plan->n_indicators, "indicators", r->error);
  return status;
}

static int32_t read_of(const sp_reading *r, const sp_plan *plan, const sp_yaml *map,
                       sp_comparison *out) {
  const sp_yaml *of = sp_yaml_get(map, "of");
  if (of == NULL) return sp_read_needs(r, map, "of");
  SP_TRY(sp_read_names(r, of, "of", &out->of, &out->n_of));
  if (out->n_of == 0) {
    return sp_yaml_error(of, r->file, SP_ID_VALUE_EMPTY, r->error, "'of' names no indicator");
  }
  for (uint32_t i = 0; i < out->n_of; i++) {
    const sp_yaml *place = of->kind == SP_YAML_LIST ? of->items[i] : of;
    SP_TRY(indicator_exists(r, plan, place, out->of[i]));
  }
  return SAMPAN_OK;
}

static int32_t read_positions(const sp_reading *r, const sp_yaml *node, sp_comparison *out) {
  double *positions;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "positions"));
  if (node->n != out->n_values) {
    return sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                         "'positions' has %u numbers for %u values", node->n, out->n_values);
  }
  SP_TRY(SP_NEW(r, node->n, &positions));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(sp_read_number(r, node->items[i], "positions", &positions[i]));
  }
  out->positions = positions;
  return SAMPAN_OK;
}

static int32_t read_within(const sp_reading *r, const sp_yaml *node, sp_comparison *out) {
  sp_by *within;
  SP_TRY(SP_NEW(r, 1, &within));
  SP_TRY(sp_read_names(r, node, "within", &within->columns, &within->n_columns));
  for (uint32_t i = 0; i < within->n_columns; i++) {
    if (strcmp(within->columns[i], out->across) != 0) continue;
    return sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                         "'%.100s' is both in 'across' and in 'within'", out->across);
  }
  if (within->n_columns > 0) out->within = within;
  return SAMPAN_OK;
}

static int32_t read_comparison(const sp_reading *r, const sp_plan *plan, const sp_yaml *key,
                               const sp_yaml *map, sp_comparison *out) {
  out->name = key->text;
  out->place = key;
  out->label.en = out->label.zh = out->name;
  out->level = NAN;
  SP_TRY(sp_read_kind(r, map, SP_YAML_MAP, out->name));
  const sp_yaml *label = sp_yaml_get(map, "label"), *method = sp_yaml_get(map, "method"),
                *across = sp_yaml_get(map, "across"), *values = sp_yaml_get(map, "values"),
                *positions = sp_yaml_get(map, "positions"), *within = sp_yaml_get(map, "within"),
                *level = sp_yaml_get(map, "level");
  if (label != NULL) SP_TRY(sp_read_label(r, label, "label", &out->label));
  if (method == NULL) return sp_read_needs(r, map, "method");
  SP_TRY(sp_read_plugin(r, method, "method", &out->method.plugin));
  out->method.options = map;
  out->method.place = method;
  SP_TRY(read_of(r, plan, map, out));
  out->across = plan->period;
  if (across != NULL) SP_TRY(sp_read_text(r, across, "across", &out->across));
  if (out->across == NULL) return sp_read_needs(r, map, "across");
  if (values != NULL) SP_TRY(sp_read_names(r, values, "values", &out->values, &out->n_values));
  if (positions != NULL && values == NULL) return sp_read_needs(r, map, "values");
  if (positions != NULL) SP_TRY(read_positions(r, positions, out));
  if (within != NULL) SP_TRY(read_within(r, within, out));
  return level != NULL ? sp_read_level(r, level, "level", &out->level) : SAMPAN_OK;
}

int32_t sp_plan_compare(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  sp_comparison *comparisons;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "compare"));
  SP_TRY(SP_NEW(r, node->n, &comparisons));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(read_comparison(r, plan, node->keys[i], node->items[i], &comparisons[i]));
  }
  plan->comparisons = comparisons;
  plan->n_comparisons = node->n;
  return SAMPAN_OK;
}
