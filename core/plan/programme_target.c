/* programme_target.c - the rule of a goal: a threshold, a change, a comparator, any or all of such
 * rules, or none. */
#include "plan/error_ids.h"
#include "plan/programme_parts.h"

static const char *const target_keys[] = {"op",         "value",  "baseline", "change",
                                          "comparator", "any_of", "all_of",   "text"};

static const struct {
  const char *text;
  int32_t op;
} operators[] = {{"<", SP_TARGET_LT},
                 {"<=", SP_TARGET_LE},
                 {">", SP_TARGET_GT},
                 {">=", SP_TARGET_GE},
                 {"==", SP_TARGET_EQ},
                 {"=", SP_TARGET_EQ},
                 {"\xe2\x89\xa4", SP_TARGET_LE},
                 {"\xe2\x89\xa5", SP_TARGET_GE}};

static int32_t read_target(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                           sp_target *out);

static int32_t rule_error(const sp_reading *r, const sp_yaml *node, const char *message) {
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_PROGRAMME_TARGET, r->error, "%s", message);
  (void)sp_error_hint(
      r->error,
      "a rule is {op: \">=\", value: 0.3}, or has baseline, change or comparator in "
      "place of value; {any_of: [...]}; {all_of: [...]}; none");
  return status;
}

static int32_t read_operator(const sp_reading *r, const sp_yaml *node, int32_t *out) {
  const char *text;
  SP_TRY(sp_read_text(r, node, "op", &text));
  for (uint32_t i = 0; i < SP_COUNT(operators); i++) {
    if (strcmp(operators[i].text, text) != 0) continue;
    *out = operators[i].op;
    return SAMPAN_OK;
  }
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_VALUE_CHOICE, r->error, "'op' cannot be '%.60s'", text);
  (void)sp_error_hint(r->error, "it is one of: \"<\", \"<=\", \">\", \">=\", \"==\", none");
  return status;
}

static int32_t read_parts(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                          const char *what, sp_target *out) {
  const sp_target **parts;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, what));
  if (node->n == 0) return rule_error(r, node, "a list of rules is empty");
  SP_TRY(SP_NEW(r, node->n, &parts));
  for (uint32_t i = 0; i < node->n; i++) {
    sp_target *part;
    SP_TRY(SP_NEW(r, 1, &part));
    SP_TRY(read_target(r, goal, node->items[i], part));
    if (part->kind == SP_TARGET_NONE) {
      return rule_error(r, node->items[i], "'none' cannot be one of several rules");
    }
    parts[i] = part;
  }
  out->parts = parts;
  out->n_parts = node->n;
  return SAMPAN_OK;
}

static int32_t read_comparator(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                               sp_target *out) {
  const char **names;
  SP_TRY(sp_read_text(r, node, "comparator", &out->comparator));
  SP_TRY(SP_NEW(r, goal->n_comparators, &names));
  for (uint32_t i = 0; i < goal->n_comparators; i++) {
    names[i] = goal->comparators[i].name;
    if (strcmp(names[i], out->comparator) == 0) return SAMPAN_OK;
  }
  const int32_t status = sp_yaml_error(node, r->file, SP_ID_PROGRAMME_COMPARATOR, r->error,
                                       "the goal has no comparator '%.100s'", out->comparator);
  sp_yaml_suggest(out->comparator, names, goal->n_comparators, "its comparators", r->error);
  return status;
}

/* The number that a rule is about, by its key. */
static int32_t read_right_side(const sp_reading *r, const sp_goal *goal, const sp_yaml *map,
                               sp_target *out) {
  static const char *const keys[] = {"value", "baseline", "change", "comparator"};
  static const int32_t kinds[] = {SP_TARGET_VALUE, SP_TARGET_BASELINE, SP_TARGET_CHANGE,
                                  SP_TARGET_COMPARATOR};
  const sp_yaml *side = NULL;
  uint32_t which = 0;
  for (uint32_t i = 0; i < SP_COUNT(keys); i++) {
    const sp_yaml *item = sp_yaml_get(map, keys[i]);
    if (item == NULL) continue;
    if (side != NULL) {
      return sp_yaml_error(item, r->file, SP_ID_PLAN_CLASH, r->error,
                           "a rule has '%s' or '%s', not both", keys[which], keys[i]);
    }
    side = item;
    which = i;
  }
  if (side == NULL) return rule_error(r, map, "the rule says nothing to compare with");
  out->kind = kinds[which];
  if (out->kind == SP_TARGET_COMPARATOR) return read_comparator(r, goal, side, out);
  SP_TRY(sp_read_share(r, side, keys[which], &out->value));
  if (out->kind == SP_TARGET_VALUE) return SAMPAN_OK;
  if (!goal->baseline.given) {
    return sp_yaml_error(side, r->file, SP_ID_PROGRAMME_TARGET, r->error,
                         "the rule looks at the baseline, but the goal has none");
  }
  if (out->kind == SP_TARGET_CHANGE || out->value > 0.0) return SAMPAN_OK;
  const int32_t status = sp_yaml_error(side, r->file, SP_ID_VALUE_NUMBER, r->error,
                                       "'baseline' must be a factor above 0");
  (void)sp_error_hint(r->error, "1.20 or 120%% for a fifth more than the baseline");
  return status;
}

static int32_t read_target(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                           sp_target *out) {
  out->place = node;
  out->text.en = out->text.zh = "";
  if (node->kind == SP_YAML_SCALAR) {
    if (strcmp(node->text, "none") != 0) return rule_error(r, node, "this target is no rule");
    out->kind = SP_TARGET_NONE;
    return SAMPAN_OK;
  }
  if (node->kind == SP_YAML_LIST) {
    return rule_error(r, node, "a list of rules needs any_of or all_of before it");
  }
  SP_TRY(sp_read_map(r, node, target_keys, SP_COUNT(target_keys), "target"));
  const sp_yaml *op = sp_yaml_get(node, "op"), *any = sp_yaml_get(node, "any_of"),
                *all = sp_yaml_get(node, "all_of"), *text = sp_yaml_get(node, "text");
  if (text != NULL) SP_TRY(sp_read_label(r, text, "text", &out->text));
  if ((any != NULL) + (all != NULL) + (op != NULL) != 1) {
    return rule_error(r, node, "a rule has exactly one of op, any_of and all_of");
  }
  if (op == NULL) {
    if (node->n != 1 + (text != NULL)) {
      return rule_error(r, node, "any_of and all_of stand alone, but for a text");
    }
    out->kind = any != NULL ? SP_TARGET_ANY : SP_TARGET_ALL;
    return read_parts(r, goal, any != NULL ? any : all, any != NULL ? "any_of" : "all_of", out);
  }
  if (op->kind == SP_YAML_SCALAR && strcmp(op->text, "none") == 0) {
    if (node->n != 1 + (text != NULL)) return rule_error(r, node, "'none' stands alone");
    out->kind = SP_TARGET_NONE;
    return SAMPAN_OK;
  }
  SP_TRY(read_operator(r, op, &out->op));
  return read_right_side(r, goal, node, out);
}

/* A target that asks for more where less is better is a slip in one of the two. */
static int32_t with_direction(const sp_reading *r, const sp_goal *goal, const sp_target *target) {
  const int32_t way = target->op == SP_TARGET_GT || target->op == SP_TARGET_GE   ? 1
                      : target->op == SP_TARGET_LT || target->op == SP_TARGET_LE ? -1
                                                                                 : 0;
  for (uint32_t i = 0; i < target->n_parts; i++) {
    SP_TRY(with_direction(r, goal, target->parts[i]));
  }
  if (way * goal->direction >= 0) return SAMPAN_OK;
  const int32_t status =
      sp_yaml_error(target->place, r->file, SP_ID_PROGRAMME_DIRECTION, r->error,
                    "the target asks for %s, but 'direction' says that %s is better",
                    way > 0 ? "more" : "less", way > 0 ? "less" : "more");
  (void)sp_error_hint(r->error, "correct 'op' or 'direction'");
  return status;
}

int32_t sp_programme_target(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                            const sp_target **out) {
  sp_target *target;
  SP_TRY(SP_NEW(r, 1, &target));
  target->kind = SP_TARGET_NONE;
  target->text.en = target->text.zh = "";
  *out = target;
  if (node == NULL) return SAMPAN_OK;
  SP_TRY(read_target(r, goal, node, target));
  return with_direction(r, goal, target);
}
