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

/* The item of a key that has other names, too; two of them at once are an error. */
static int32_t aliased(const sp_reading *r, const sp_yaml *map, const char *const *names,
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
  if (fpc == NULL) return is == NULL ? SAMPAN_OK : sp_read_needs(r, node, "fpc");
  SP_TRY(sp_read_expr(r, fpc, "fpc", &design->fpc));
  if (is != NULL) SP_TRY(sp_read_choice(r, is, "fpc_is", names, SP_COUNT(names), &choice));
  design->fpc_is = choice == 0 ? SP_FPC_POPULATION : SP_FPC_FRACTION;
  return SAMPAN_OK;
}

int32_t sp_plan_design(const sp_reading *r, const sp_yaml *node, sp_plan *plan) {
  static const char *const keys[] = {"strata", "psu",    "cluster", "ids", "weight", "weights",
                                     "fpc",    "fpc_is", "lonely",  "df",  "nest"};
  static const char *const psu_names[] = {"psu", "cluster", "ids"};
  static const char *const weight_names[] = {"weight", "weights"};
  sp_design *design = &plan->design;
  const sp_yaml *psu, *weight;
  uint32_t rule;
  SP_TRY(sp_read_map(r, node, keys, SP_COUNT(keys), "design"));
  design->given = 1;
  design->place = node;
  SP_TRY(aliased(r, node, psu_names, SP_COUNT(psu_names), &psu));
  SP_TRY(aliased(r, node, weight_names, SP_COUNT(weight_names), &weight));
  const sp_yaml *strata = sp_yaml_get(node, "strata"), *lonely = sp_yaml_get(node, "lonely"),
                *df = sp_yaml_get(node, "df"), *nest = sp_yaml_get(node, "nest");
  if (strata != NULL) {
    SP_TRY(expressions(r, strata, "strata", &design->strata, &design->n_strata));
  }
  if (psu != NULL) SP_TRY(expressions(r, psu, "psu", &design->psu, &design->n_psu));
  if (weight != NULL) SP_TRY(sp_read_expr(r, weight, "weight", &design->weight));
  SP_TRY(read_fpc(r, node, design));
  if (lonely != NULL) SP_TRY(read_lonely(r, lonely, design));
  if (df != NULL) {
    SP_TRY(sp_read_choice(r, df, "df", df_rules, SP_COUNT(df_rules), &rule));
    design->df_rule = (int32_t)rule;
    design->df_name = df_rules[rule];
  }
  return nest != NULL ? sp_read_truth(r, nest, "nest", &design->nested) : SAMPAN_OK;
}
