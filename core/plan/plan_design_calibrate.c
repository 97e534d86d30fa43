/* plan_design_calibrate.c - known totals that the weights are made to agree with. */
#include <math.h>

#include "plan/error_ids.h"
#include "plan/plan_parts.h"

static int32_t bad_total(const sp_reading *r, const sp_yaml *node, const char *key) {
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                    "the total of '%.100s' must be more than 0, not %s", key, node->text);
  (void)sp_error_hint(r->error,
                      "cells without a population have no records: drop them, or join the cell "
                      "with another");
  return status;
}

/* Whether a cell's text can be the values of that many variables. */
static int32_t check_parts(const sp_reading *r, const sp_yaml *key, const sp_by *by) {
  uint32_t n_parts = 1;
  for (const char *at = key->text; (at = strstr(at, " / ")) != NULL; at += 3) n_parts++;
  if (by->n_columns == 1 || n_parts >= by->n_columns) return SAMPAN_OK;
  const int32_t status =
      sp_yaml_error(key, r->file, SP_ID_PLAN_CLASH, r->error,
                    "'%.100s' is one value, and a cell has %u: one of each variable in 'by'",
                    key->text, by->n_columns);
  (void)sp_error_hint(r->error, "join the values by \" / \": \"F / 20-39\"");
  return status;
}

static int32_t read_cells(const sp_reading *r, const sp_yaml *node, sp_margin *out) {
  sp_known_total *totals;
  if (node->kind == SP_YAML_SCALAR) {
    const int32_t status = sp_yaml_error(node, r->file, SP_ID_VALUE_KIND, r->error,
                                         "'totals' must be a map of cells to numbers, not a text");
    (void)sp_error_hint(r->error, "write them out: totals: {F: 150000, M: 140000}");
    return status;
  }
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "totals"));
  if (node->n == 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'totals' is empty");
  }
  SP_TRY(SP_NEW(r, node->n, &totals));
  for (uint32_t i = 0; i < node->n; i++) {
    const sp_yaml *key = node->keys[i], *item = node->items[i];
    SP_TRY(check_parts(r, key, out->by));
    SP_TRY(sp_read_number(r, item, key->text, &totals[i].total));
    if (!(isfinite(totals[i].total) && totals[i].total > 0)) return bad_total(r, item, key->text);
    totals[i].text = key->text;
    totals[i].place = key;
  }
  out->totals = totals;
  out->n_totals = node->n;
  return SAMPAN_OK;
}

static int32_t read_margin(const sp_reading *r, const sp_yaml *node, const char *what,
                           sp_margin *out) {
  static const char *const keys[] = {"by", "totals"};
  sp_by *columns;
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), what));
  const sp_yaml *by = sp_yaml_get(node, "by"), *totals = sp_yaml_get(node, "totals");
  if (by == NULL) return sp_read_needs(r, node, "by");
  if (totals == NULL) return sp_read_needs(r, node, "totals");
  SP_TRY(SP_NEW(r, 1, &columns));
  SP_TRY(sp_read_names(r, by, "by", &columns->columns, &columns->n_columns));
  if (columns->n_columns == 0) {
    return sp_yaml_error(by, r->file, SP_ID_VALUE_EMPTY, r->error, "'by' names no variable");
  }
  out->by = columns;
  out->place = node;
  return read_cells(r, totals, out);
}

/* ---- raking ------------------------------------------------------------------------------- */

static double sum_of(const sp_margin *margin) {
  double sum = 0;
  for (uint32_t i = 0; i < margin->n_totals; i++) sum += margin->totals[i].total;
  return sum;
}

/* Margins of one population: other variables each, and the same number of people. */
static int32_t check_margins(const sp_reading *r, const sp_margin *margins, uint32_t i) {
  for (uint32_t j = 0; j < i; j++) {
    if (!sp_plan_same_columns(margins[i].by, margins[j].by)) continue;
    return sp_yaml_error(margins[i].place, r->file, SP_ID_VALUE_TWICE, r->error,
                         "'rake' has two margins of the same variables");
  }
  const double first = sum_of(&margins[0]), own = sum_of(&margins[i]);
  if (fabs(first - own) <= 1e-9 * first) return SAMPAN_OK;
  const int32_t status =
      sp_yaml_error(margins[i].place, r->file, SP_ID_PLAN_CLASH, r->error,
                    "this margin adds up to %.15g, and the first one to %.15g", own, first);
  (void)sp_error_hint(r->error, "no weights agree with both: make them margins of one population");
  return status;
}

static int32_t read_rake(const sp_reading *r, const sp_yaml *node, sp_calibrate *out) {
  sp_margin *margins;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "rake"));
  if (node->n == 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'rake' has no margin");
  }
  SP_TRY(SP_NEW(r, node->n, &margins));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(read_margin(r, node->items[i], "rake", &margins[i]));
    SP_TRY(check_margins(r, margins, i));
  }
  out->distance = SP_DISTANCE_RAKING;
  out->margins = margins;
  out->n_margins = node->n;
  return SAMPAN_OK;
}

static int32_t read_poststratify(const sp_reading *r, const sp_yaml *node, sp_calibrate *out) {
  sp_margin *margin;
  SP_TRY(SP_NEW(r, 1, &margin));
  SP_TRY(read_margin(r, node, "poststratify", margin));
  out->distance = SP_DISTANCE_LINEAR;
  out->margins = margin;
  out->n_margins = 1;
  return SAMPAN_OK;
}

/* ---- calibration to totals of expressions ------------------------------------------------- */

static int32_t read_bounds(const sp_reading *r, const sp_yaml *node, sp_calibrate *out) {
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "bounds"));
  if (node->n != 2) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'bounds' must be two numbers, as in [0.3, 3], not %u", node->n);
  }
  SP_TRY(sp_read_number(r, node->items[0], "bounds", &out->low));
  SP_TRY(sp_read_number(r, node->items[1], "bounds", &out->high));
  out->is_bounded = 1;
  if (!(isfinite(out->low) && isfinite(out->high) && out->low < 1 && out->high > 1)) {
    const int32_t status = sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                                         "'bounds' must lie on either side of 1, not at %s and %s",
                                         node->items[0]->text, node->items[1]->text);
    (void)sp_error_hint(r->error,
                        "they bound the ratio of the calibrated weight to the weight: [0.3, 3]");
    return status;
  }
  if (out->distance == SP_DISTANCE_LINEAR || out->low >= 0) return SAMPAN_OK;
  return sp_yaml_error(node->items[0], r->file, SP_ID_VALUE_NUMBER, r->error,
                       "the lower bound must be 0 or more for this distance, not %s",
                       node->items[0]->text);
}

static int32_t read_expression_totals(const sp_reading *r, const sp_yaml *node, sp_margin *out) {
  sp_known_total *totals;
  SP_TRY(sp_read_kind(r, node, SP_YAML_MAP, "totals"));
  if (node->n == 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'totals' is empty");
  }
  SP_TRY(SP_NEW(r, node->n, &totals));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(sp_read_expr(r, node->keys[i], "totals", &totals[i].of));
    SP_TRY(sp_read_number(r, node->items[i], node->keys[i]->text, &totals[i].total));
    if (!isfinite(totals[i].total)) {
      return sp_yaml_error(node->items[i], r->file, SP_ID_VALUE_NUMBER, r->error,
                           "the total of '%.100s' is no finite number", node->keys[i]->text);
    }
    totals[i].text = node->keys[i]->text;
    totals[i].place = node->keys[i];
  }
  out->totals = totals;
  out->n_totals = node->n;
  out->place = node;
  return SAMPAN_OK;
}

static int32_t read_calibrate(const sp_reading *r, const sp_yaml *node, sp_calibrate *out) {
  static const char *const keys[] = {"distance", "bounds", "totals", "variance"};
  static const char *const distances[] = {"linear", "raking", "logit"};
  sp_margin *margin;
  uint32_t distance = SP_DISTANCE_LINEAR;
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "calibrate"));
  const sp_yaml *named = sp_yaml_get(node, "distance"), *bounds = sp_yaml_get(node, "bounds"),
                *totals = sp_yaml_get(node, "totals"), *variance = sp_yaml_get(node, "variance");
  if (named != NULL) {
    SP_TRY(sp_read_choice(r, named, "distance", distances, SP_COUNT(distances), &distance));
  }
  out->distance = (int32_t)distance;
  if (bounds != NULL) SP_TRY(read_bounds(r, bounds, out));
  if (bounds == NULL && distance == SP_DISTANCE_LOGIT) {
    return sp_plan_needs(r, node, "bounds", "the logit distance lies between them: [0.3, 3]");
  }
  if (variance != NULL) SP_TRY(sp_read_expr(r, variance, "variance", &out->variance));
  if (totals == NULL) {
    return sp_plan_needs(r, node, "totals", "as in totals: {'1': 6194, 'sex == \"F\"': 3100}");
  }
  SP_TRY(SP_NEW(r, 1, &margin));
  out->margins = margin;
  out->n_margins = 1;
  return read_expression_totals(r, totals, margin);
}

int32_t sp_plan_calibrate(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  static const struct {
    const char *name;
    int32_t (*read)(const sp_reading *r, const sp_yaml *node, sp_calibrate *out);
  } ways[] = {
      {"poststratify", read_poststratify}, {"rake", read_rake}, {"calibrate", read_calibrate}};
  sp_calibrate *out = NULL;
  for (uint32_t i = 0; i < SP_COUNT(ways); i++) {
    const sp_yaml *part = sp_yaml_get(node, ways[i].name);
    if (part == NULL) continue;
    if (out != NULL) {
      const int32_t status =
          sp_yaml_error(part, r->file, SP_ID_PLAN_CLASH, r->error,
                        "'%s' and '%s' exclude each other", out->name, ways[i].name);
      (void)sp_error_hint(r->error,
                          "'calibrate' takes totals of cells, too: 'sex == \"F\": 150000'");
      return status;
    }
    SP_TRY(SP_NEW(r, 1, &out));
    out->name = ways[i].name;
    out->place = part;
    SP_TRY(ways[i].read(r, part, out));
  }
  design->calibrate = out;
  return SAMPAN_OK;
}
