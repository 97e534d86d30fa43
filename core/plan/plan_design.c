/* plan_design.c - the section `design` of a plan, and the names that other systems have for it. */
#include "plan/error_ids.h"
#include "plan/plan_parts.h"

static const char *const lonely_rules[] = {"fail", "remove", "certainty", "adjust", "average"};
static const char *const df_rules[] = {"domain", "design", "strata_present", "infinite"};

/* What Stata and svy call the rules; -1: a rule that this program does not have. */
static const struct {
  const char *name;
  int32_t rule;
} lonely_aliases[] = {{"missing", SP_LONELY_FAIL},
                      {"raise_error", SP_LONELY_FAIL},
                      {"skip", SP_LONELY_REMOVE},
                      {"scaled", SP_LONELY_AVERAGE},
                      {"scale", SP_LONELY_AVERAGE},
                      {"centered", SP_LONELY_ADJUST},
                      {"center", SP_LONELY_ADJUST},
                      {"collapse", -1},
                      {"pool", -1}};

int32_t sp_plan_aliased(const sp_reading *r, const sp_yaml *map, const char *const *names,
                        uint32_t n, const sp_yaml **out) {
  const sp_yaml *first = NULL;
  *out = NULL;
  for (uint32_t i = 0; i < map->n; i++) {
    for (uint32_t k = 0; k < n; k++) {
      const sp_yaml *key = map->keys[i];
      if (strcmp(key->text, names[k]) != 0) continue;
      if (first != NULL) {
        return sp_yaml_error(key, r->file, SP_ID_PLAN_CLASH, r->error, "'%s' and '%s' are the same",
                             first->text, key->text);
      }
      first = key;
      *out = map->items[i];
    }
  }
  return SAMPAN_OK;
}

int32_t sp_plan_needs(const sp_reading *r, const sp_yaml *map, const char *what, const char *hint) {
  const int32_t status = sp_read_needs(r, map, what);
  (void)sp_error_hint(r->error, "%s", hint);
  return status;
}

/* One expression or a list of them. */
static int32_t expressions(const sp_reading *r, const sp_yaml *node, const char *what,
                           const sp_expr *const **out, uint32_t *n) {
  const sp_expr **list;
  const uint32_t count = node->kind == SP_YAML_LIST ? node->n : 1;
  SP_TRY(SP_NEW(r, count, &list));
  for (uint32_t i = 0; i < count; i++) {
    const sp_yaml *item = node->kind == SP_YAML_LIST ? node->items[i] : node;
    SP_TRY(sp_read_expr(r, item, what, &list[i]));
  }
  *out = list;
  *n = count;
  return SAMPAN_OK;
}

static int32_t read_lonely(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  const char *text;
  uint32_t rule;
  SP_TRY(sp_read_text(r, node, "lonely", &text));
  for (uint32_t i = 0; i < SP_COUNT(lonely_aliases); i++) {
    if (strcmp(text, lonely_aliases[i].name) != 0) continue;
    if (lonely_aliases[i].rule < 0) {
      const int32_t status =
          sp_yaml_error(node, r->file, SP_ID_VALUE_CHOICE, r->error,
                        "'lonely' cannot be '%s': strata are not joined here", text);
      (void)sp_error_hint(r->error, "derive a column with the joined strata");
      return status;
    }
    design->lonely = lonely_aliases[i].rule;
    design->lonely_name = lonely_rules[design->lonely];
    return SAMPAN_OK;
  }
  SP_TRY(sp_read_choice(r, node, "lonely", lonely_rules, SP_COUNT(lonely_rules), &rule));
  design->lonely = (int32_t)rule;
  design->lonely_name = lonely_rules[rule];
  return SAMPAN_OK;
}

static int32_t read_fpc(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  static const char *const names[] = {"population", "fraction"};
  const sp_yaml *fpc = sp_yaml_get(node, "fpc"), *is = sp_yaml_get(node, "fpc_is");
  uint32_t choice = 0;
  if (is != NULL) SP_TRY(sp_read_choice(r, is, "fpc_is", names, SP_COUNT(names), &choice));
  int any = fpc != NULL;
  for (uint32_t i = 0; i < design->n_stages; i++) any = any || design->stages[i].fpc != NULL;
  if (!any) return is == NULL ? SAMPAN_OK : sp_read_needs(r, node, "fpc");
  design->fpc_is = choice == 0 ? SP_FPC_POPULATION : SP_FPC_FRACTION;
  return fpc != NULL ? sp_read_expr(r, fpc, "fpc", &design->fpc) : SAMPAN_OK;
}

static int32_t read_stage(const sp_reading *r, const sp_yaml *node, int is_last, sp_stage *out) {
  static const char *const keys[] = {"strata", "unit", "psu", "cluster", "ids", "fpc"};
  static const char *const unit_names[] = {"unit", "psu", "cluster", "ids"};
  const sp_yaml *unit;
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "stages"));
  SP_TRY(sp_plan_aliased(r, node, unit_names, SP_COUNT(unit_names), &unit));
  const sp_yaml *strata = sp_yaml_get(node, "strata"), *fpc = sp_yaml_get(node, "fpc");
  out->place = node;
  if (unit == NULL && !is_last) {
    return sp_plan_needs(r, node, "unit", "only the last stage can be one of records");
  }
  if (strata != NULL) SP_TRY(expressions(r, strata, "strata", &out->strata, &out->n_strata));
  if (unit != NULL) SP_TRY(expressions(r, unit, "unit", &out->unit, &out->n_unit));
  return fpc != NULL ? sp_read_expr(r, fpc, "fpc", &out->fpc) : SAMPAN_OK;
}

static int32_t read_stages(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  sp_stage *stages;
  SP_TRY(sp_read_kind(r, node, SP_YAML_LIST, "stages"));
  if (node->n == 0) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_EMPTY, r->error, "'stages' is empty");
  }
  if (node->n > SP_PLAN_MOST_STAGES) {
    return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                         "'stages' has more than %d entries", SP_PLAN_MOST_STAGES);
  }
  if (design->n_psu == 0) {
    const int32_t status =
        sp_yaml_error(node, r->file, SP_ID_PLAN_NEEDS, r->error,
                      "'stages' come after a first stage of PSUs, and 'psu' is missing");
    (void)sp_error_hint(r->error, "add 'psu': the units of the first stage");
    return status;
  }
  SP_TRY(SP_NEW(r, node->n, &stages));
  for (uint32_t i = 0; i < node->n; i++) {
    SP_TRY(read_stage(r, node->items[i], i + 1 == node->n, &stages[i]));
  }
  design->stages = stages;
  design->n_stages = node->n;
  return SAMPAN_OK;
}

static int32_t read_rules(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  static const char *const deff_names[] = {"wor", "wr"};
  const sp_yaml *lonely = sp_yaml_get(node, "lonely"), *df = sp_yaml_get(node, "df"),
                *nest = sp_yaml_get(node, "nest"), *deff = sp_yaml_get(node, "deff"),
                *domain = sp_yaml_get(node, "lonely_in_domain");
  uint32_t rule;
  if (lonely != NULL) SP_TRY(read_lonely(r, lonely, design));
  if (domain != NULL) {
    SP_TRY(sp_read_truth(r, domain, "lonely_in_domain", &design->lonely_in_domain));
  }
  if (df != NULL) {
    SP_TRY(sp_read_choice(r, df, "df", df_rules, SP_COUNT(df_rules), &rule));
    design->df_rule = (int32_t)rule;
    design->df_name = df_rules[rule];
  }
  if (deff != NULL) {
    SP_TRY(sp_read_choice(r, deff, "deff", deff_names, SP_COUNT(deff_names), &rule));
    design->deff_replace = (int32_t)rule;
  }
  return nest != NULL ? sp_read_truth(r, nest, "nest", &design->nested) : SAMPAN_OK;
}

int32_t sp_plan_design(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const keys[] = {
      "strata",    "psu",    "cluster",         "ids",          "weight", "weights",
      "fpc",       "fpc_is", "stages",          "lonely",       "df",     "lonely_in_domain",
      "nest",      "deff",   "make_replicates", "poststratify", "rake",   "calibrate",
      "replicates"};
  static const char *const psu_names[] = {"psu", "cluster", "ids"};
  static const char *const weight_names[] = {"weight", "weights"};
  sp_design *design = &plan->design;
  const sp_yaml *psu, *weight;
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "design"));
  design->given = 1;
  design->place = node;
  SP_TRY(sp_plan_aliased(r, node, psu_names, SP_COUNT(psu_names), &psu));
  SP_TRY(sp_plan_aliased(r, node, weight_names, SP_COUNT(weight_names), &weight));
  const sp_yaml *strata = sp_yaml_get(node, "strata"), *stages = sp_yaml_get(node, "stages");
  if (strata != NULL) {
    SP_TRY(expressions(r, strata, "strata", &design->strata, &design->n_strata));
  }
  if (psu != NULL) SP_TRY(expressions(r, psu, "psu", &design->psu, &design->n_psu));
  if (weight != NULL) SP_TRY(sp_read_expr(r, weight, "weight", &design->weight));
  if (stages != NULL) SP_TRY(read_stages(r, stages, design));
  SP_TRY(read_fpc(r, node, design));
  SP_TRY(read_rules(r, node, design));
  SP_TRY(sp_plan_replicates(r, node, design));
  return sp_plan_calibrate(r, node, design);
}
