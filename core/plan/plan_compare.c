/* plan_compare.c - the section `compare` of a plan. */
#include <math.h>

#include "plan/error_ids.h"
#include "plan/plan_parts.h"

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

/* What is compared: the values of one variable or of two, or the statistics of an estimate. */
static int32_t read_across(const sp_reading *r, const sp_yaml *node, sp_comparison *out) {
  const char *const *names;
  uint32_t n;
  SP_TRY(sp_read_names(r, node, "across", &names, &n));
  if (n == 0 || n > 2) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'across' names one variable, or two that are crossed, not %u", n);
  }
  out->across = names[0];
  if (n == 2) out->second = names[1];
  return SAMPAN_OK;
}

static int32_t read_statistics(const sp_reading *r, const sp_yaml *map, const sp_yaml *node,
                               sp_comparison *out) {
  static const char *const others[] = {"across", "values"};
  for (uint32_t i = 0; i < SP_COUNT(others); i++) {
    const sp_yaml *other = sp_yaml_get(map, others[i]);
    if (other == NULL) continue;
    const int32_t status = sp_yaml_error(other, r->file, SP_ID_PLAN_CLASH, r->error,
                                         "'%s' and 'statistics' exclude each other", others[i]);
    (void)sp_error_hint(r->error,
                        "'statistics' compares the numbers of one estimate, 'across' those of "
                        "several estimates");
    return status;
  }
  if (node->kind == SP_YAML_SCALAR && strcmp(node->text, "all") == 0) return SAMPAN_OK;
  SP_TRY(sp_read_names(r, node, "statistics", &out->values, &out->n_values));
  if (out->n_values > 0) return SAMPAN_OK;
  return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'statistics' names none");
}

static int32_t read_what(const sp_reading *r, const sp_plan *plan, const sp_yaml *map,
                         sp_comparison *out) {
  const sp_yaml *across = sp_yaml_get(map, "across"), *values = sp_yaml_get(map, "values"),
                *statistics = sp_yaml_get(map, "statistics");
  if (statistics != NULL) return read_statistics(r, map, statistics, out);
  out->across = plan->period;
  if (across != NULL) SP_TRY(read_across(r, across, out));
  if (out->across == NULL) return sp_read_needs(r, map, "across");
  return values != NULL ? sp_read_names(r, values, "values", &out->values, &out->n_values)
                        : SAMPAN_OK;
}

static int32_t read_within(const sp_reading *r, const sp_yaml *node, sp_comparison *out) {
  sp_by *within;
  SP_TRY(SP_NEW(r, 1, &within));
  SP_TRY(sp_read_names(r, node, "within", &within->columns, &within->n_columns));
  for (uint32_t i = 0; i < within->n_columns; i++) {
    const char *column = within->columns[i];
    const int is_first = out->across != NULL && strcmp(column, out->across) == 0;
    if (!is_first && (out->second == NULL || strcmp(column, out->second) != 0)) continue;
    return sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                         "'%.100s' is both in 'across' and in 'within'", column);
  }
  if (within->n_columns > 0) out->within = within;
  return SAMPAN_OK;
}

static int32_t read_positions_of(const sp_reading *r, const sp_yaml *map, sp_comparison *out) {
  const sp_yaml *positions = sp_yaml_get(map, "positions");
  if (positions == NULL) return SAMPAN_OK;
  if (out->n_values == 0) {
    if (out->across != NULL) return sp_read_needs(r, map, "values");
    const int32_t status = sp_yaml_error(positions, r->file, SP_ID_PLAN_CLASH, r->error,
                                         "'positions' are those of named statistics");
    (void)sp_error_hint(r->error, "write statistics: [a, b] instead of all");
    return status;
  }
  return read_positions(r, positions, out);
}

static int32_t read_comparison(const sp_reading *r, const sp_plan *plan, const sp_yaml *key,
                               const sp_yaml *map, sp_comparison *out) {
  static const char *const dfs[] = {"compared", "all", "design", "domain"};
  out->name = key->text;
  out->place = key;
  out->label.en = out->label.zh = out->name;
  out->level = NAN;
  SP_TRY(sp_read_kind(r, map, SP_YAML_MAP, out->name));
  const sp_yaml *label = sp_yaml_get(map, "label"), *method = sp_yaml_get(map, "method"),
                *within = sp_yaml_get(map, "within"), *level = sp_yaml_get(map, "level"),
                *df = sp_yaml_get(map, "df");
  if (label != NULL) SP_TRY(sp_read_label(r, label, "label", &out->label));
  if (method == NULL) return sp_read_needs(r, map, "method");
  SP_TRY(sp_read_plugin(r, method, "method", &out->method.plugin));
  out->method.options = map;
  out->method.place = method;
  SP_TRY(read_of(r, plan, map, out));
  SP_TRY(read_what(r, plan, map, out));
  SP_TRY(read_positions_of(r, map, out));
  if (within != NULL) SP_TRY(read_within(r, within, out));
  if (df != NULL) {
    uint32_t rule;
    SP_TRY(sp_read_choice(r, df, "df", dfs, SP_COUNT(dfs), &rule));
    out->df = (int32_t)rule;
  }
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
