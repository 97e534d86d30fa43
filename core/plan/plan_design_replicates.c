/* plan_design_replicates.c - replicate weights in a design: given as columns, or to be made. */
#include <math.h>

#include "plan/error_ids.h"
#include "plan/plan_parts.h"

/* Names in any case; the first of a type is the canonical one. */
static const struct {
  const char *name;
  int32_t type;
} types[] = {{"BRR", SP_REPLICATES_BRR},
             {"Fay", SP_REPLICATES_FAY},
             {"JK1", SP_REPLICATES_JK1},
             {"JKn", SP_REPLICATES_JKN},
             {"JK2", SP_REPLICATES_JK2},
             {"bootstrap", SP_REPLICATES_BOOTSTRAP},
             {"SDR", SP_REPLICATES_SDR},
             {"ACS", SP_REPLICATES_ACS},
             {"other", SP_REPLICATES_OTHER},
             {"boot", SP_REPLICATES_BOOTSTRAP},
             {"successive-difference", SP_REPLICATES_SDR},
             {"successive_difference", SP_REPLICATES_SDR}};

enum { N_CANONICAL = 9 };

static int same_in_any_case(const char *a, const char *b) {
  for (; *a != '\0' && *b != '\0'; a++, b++) {
    const char x = *a >= 'A' && *a <= 'Z' ? (char)(*a - 'A' + 'a') : *a;
    const char y = *b >= 'A' && *b <= 'Z' ? (char)(*b - 'A' + 'a') : *b;
    if (x != y) return 0;
  }
  return *a == *b;
}

static const char *name_of(int32_t type) {
  uint32_t i = 0;
  while (types[i].type != type) i++;
  return types[i].name;
}

static int is_made(int32_t type) {
  return type == SP_REPLICATES_BRR || type == SP_REPLICATES_FAY || type == SP_REPLICATES_JK1 ||
         type == SP_REPLICATES_JKN || type == SP_REPLICATES_BOOTSTRAP;
}

static int32_t read_type(const sp_reading *r, const sp_yaml *map, sp_replicates *out) {
  const sp_yaml *node = sp_yaml_get(map, "type");
  const char *text, *names[N_CANONICAL];
  if (node == NULL) return sp_plan_needs(r, map, "type", "as in type: BRR");
  SP_TRY(sp_read_text(r, node, "type", &text));
  uint32_t n = 0;
  for (uint32_t i = 0; i < SP_COUNT(types); i++) {
    if (out->make && !is_made(types[i].type)) continue;
    if (same_in_any_case(text, types[i].name)) {
      out->type = types[i].type;
      out->name = name_of(out->type);
      return SAMPAN_OK;
    }
    if (i < N_CANONICAL) names[n++] = types[i].name;
  }
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_VALUE_CHOICE, r->error, "'type' cannot be '%.60s'%s", text,
                    out->make ? " for weights that are made here" : "");
  sp_yaml_suggest(text, names, n, "it is one of", r->error);
  return status;
}

/* A key that has a meaning for other types only. */
static int32_t clash(const sp_reading *r, const sp_yaml *node, const char *key,
                     const sp_replicates *of, const char *hint) {
  const int32_t status =
      sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                    "'%s' says nothing about replicates of type %s", key, of->name);
  (void)sp_error_hint(r->error, "%s", hint);
  return status;
}

static int32_t read_rho(const sp_reading *r, const sp_yaml *map, sp_replicates *out) {
  const sp_yaml *rho = sp_yaml_get(map, "rho");
  if (out->type != SP_REPLICATES_FAY) {
    return rho == NULL ? SAMPAN_OK
                       : clash(r, rho, "rho", out, "weights that Fay's factor damps have type Fay");
  }
  if (rho == NULL) {
    return sp_plan_needs(r, map, "rho", "Fay's factor, as in rho: 0.3; without it the type is BRR");
  }
  SP_TRY(sp_read_number(r, rho, "rho", &out->rho));
  if (out->rho >= 0 && out->rho < 1) return SAMPAN_OK;
  return sp_yaml_error(rho, r->file, SP_ID_VALUE_NUMBER, r->error,
                       "'rho' must be at least 0 and less than 1, not %s", rho->text);
}

/* A number that is positive, or, where that is allowed, zero. */
static int32_t read_positive(const sp_reading *r, const sp_yaml *node, const char *what,
                             int zero_too, double *out) {
  SP_TRY(sp_read_number(r, node, what, out));
  if (isfinite(*out) && (*out > 0 || (zero_too && *out == 0))) return SAMPAN_OK;
  return sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error, "'%s' must be %s, not %s", what,
                       zero_too ? "0 or more" : "more than 0", node->text);
}

/* ---- columns of the data ------------------------------------------------------------------ */

/* Columns and ranges of them; *is_counted says whether there is no range among them. */
static int32_t read_weights(const sp_reading *r, const sp_yaml *map, sp_replicates *out,
                            int *is_counted) {
  const sp_yaml *node = sp_yaml_get(map, "weights");
  const sp_yaml **items;
  if (node == NULL) {
    return sp_plan_needs(r, map, "weights", "the columns of the replicates: weights: w1..w80");
  }
  out->n_weights = node->kind == SP_YAML_LIST ? node->n : 1;
  SP_TRY(SP_NEW(r, out->n_weights, &items));
  out->weights = items;
  *is_counted = 1;
  for (uint32_t i = 0; i < out->n_weights; i++) {
    const char *text;
    sp_expr *expr;
    items[i] = node->kind == SP_YAML_LIST ? node->items[i] : node;
    SP_TRY(sp_read_text(r, items[i], "weights", &text));
    SP_TRY(sp_expr_parse_columns(text, r->file, items[i]->line, items[i]->column, r->arena, &expr,
                                 r->error));
    if (expr->kind == SP_EXPR_RANGE) *is_counted = 0;
    if (expr->kind != SP_EXPR_RANGE && expr->kind != SP_EXPR_NAME) {
      const int32_t status =
          sp_yaml_error(items[i], r->file, SP_ID_VALUE_KIND, r->error,
                        "'weights' must be columns or ranges of them, not '%.60s'", text);
      (void)sp_error_hint(r->error, "derive a column, or write weights: w1..w80");
      return status;
    }
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(items[j]->text, text) != 0) continue;
      return sp_yaml_error(items[i], r->file, SP_ID_VALUE_TWICE, r->error,
                           "'%.100s' is there twice in 'weights'", text);
    }
  }
  if (!*is_counted || out->n_weights > 1) return SAMPAN_OK;
  const int32_t status = sp_yaml_error(node, r->file, SP_ID_VALUE_NUMBER, r->error,
                                       "'weights' needs at least two replicates");
  (void)sp_error_hint(r->error, "a range of columns is written w1..w80");
  return status;
}

static int32_t read_scales(const sp_reading *r, const sp_yaml *map, int is_counted,
                           sp_replicates *out) {
  const sp_yaml *scale = sp_yaml_get(map, "scale"), *rscales = sp_yaml_get(map, "rscales");
  if (scale == NULL && out->type == SP_REPLICATES_OTHER) {
    return sp_plan_needs(r, map, "scale", "the factor of the sum of squares, which no type gives");
  }
  if (scale != NULL) SP_TRY(read_positive(r, scale, "scale", 0, &out->scale));
  if (rscales == NULL) {
    if (out->type != SP_REPLICATES_JKN) return SAMPAN_OK;
    const int32_t status = sp_yaml_error(map, r->file, SP_ID_PLAN_NEEDS, r->error,
                                         "'rscales' is missing: the weights of a stratified "
                                         "jackknife do not tell how many PSUs each stratum has");
    (void)sp_error_hint(r->error, "(n - 1) / n of each replicate's stratum; 0.5 for pairs of PSUs");
    return status;
  }
  double *numbers;
  out->n_rscales = rscales->kind == SP_YAML_LIST ? rscales->n : 1;
  SP_TRY(SP_NEW(r, out->n_rscales, &numbers));
  out->rscales = numbers;
  for (uint32_t i = 0; i < out->n_rscales; i++) {
    const sp_yaml *item = rscales->kind == SP_YAML_LIST ? rscales->items[i] : rscales;
    SP_TRY(read_positive(r, item, "rscales", 1, &numbers[i]));
  }
  const int is_list = rscales->kind == SP_YAML_LIST;
  if (!is_list || (is_counted ? out->n_rscales == out->n_weights : out->n_rscales > 1)) {
    return SAMPAN_OK;
  }
  const int32_t status = sp_yaml_error(rscales, r->file, SP_ID_PLAN_CLASH, r->error,
                                       is_counted ? "'rscales' has %u numbers for %u replicates"
                                                  : "'rscales' has %u numbers for more replicates",
                                       out->n_rscales, out->n_weights);
  (void)sp_error_hint(r->error, "one number for all, or a list with one for each");
  return status;
}

/* Replicate weights hold the design already. */
static int32_t check_alone(const sp_reading *r, const sp_yaml *design) {
  static const char *const others[] = {"strata", "psu",    "cluster", "ids",
                                       "fpc",    "fpc_is", "stages",  "make_replicates"};
  for (uint32_t i = 0; i < SP_COUNT(others); i++) {
    const sp_yaml *node = sp_yaml_get(design, others[i]);
    if (node == NULL) continue;
    const int32_t status = sp_yaml_error(node, r->file, SP_ID_PLAN_CLASH, r->error,
                                         "'%s' and 'replicates' exclude each other", others[i]);
    (void)sp_error_hint(
        r->error, "the replicate weights of the data say all about the design; leave '%s' out",
        others[i]);
    return status;
  }
  return SAMPAN_OK;
}

static int32_t read_given(const sp_reading *r, const sp_yaml *map, sp_replicates *out) {
  static const char *const keys[] = {"type",  "weights", "combined", "rho",
                                     "scale", "rscales", "mse",      "degf"};
  const sp_yaml *combined = sp_yaml_get(map, "combined");
  int is_counted = 1;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "replicates"));
  SP_TRY(read_type(r, map, out));
  SP_TRY(read_weights(r, map, out, &is_counted));
  if (combined != NULL) SP_TRY(sp_read_truth(r, combined, "combined", &out->combined));
  SP_TRY(read_rho(r, map, out));
  return read_scales(r, map, is_counted, out);
}

/* ---- made from the design ----------------------------------------------------------------- */

static int32_t check_strata(const sp_reading *r, const sp_yaml *map, const sp_design *design,
                            const sp_replicates *of) {
  const int wants = of->type == SP_REPLICATES_BRR || of->type == SP_REPLICATES_FAY ||
                    of->type == SP_REPLICATES_JKN;
  if (wants && design->n_strata == 0) {
    const int32_t status = sp_yaml_error(map, r->file, SP_ID_PLAN_NEEDS, r->error,
                                         "replicates of type %s are made from strata, and the "
                                         "design has none",
                                         of->name);
    (void)sp_error_hint(r->error, of->type == SP_REPLICATES_JKN
                                      ? "add 'strata', or take JK1, the jackknife without strata"
                                      : "add 'strata' of two PSUs each, or take JK1 or bootstrap");
    return status;
  }
  if (of->type != SP_REPLICATES_JK1 || design->n_strata == 0) return SAMPAN_OK;
  const int32_t status = sp_yaml_error(map, r->file, SP_ID_PLAN_CLASH, r->error,
                                       "JK1 is the jackknife of a design without strata");
  (void)sp_error_hint(r->error, "the design has 'strata': take JKn");
  return status;
}

static int32_t read_make(const sp_reading *r, const sp_yaml *map, const sp_design *design,
                         sp_replicates *out) {
  static const char *const keys[] = {"type", "rho", "n", "seed", "mse", "degf"};
  enum { MOST = 100000, BOOTSTRAPS = 50 };
  const sp_yaml *n = sp_yaml_get(map, "n"), *seed = sp_yaml_get(map, "seed");
  static const char hint[] = "the design decides how many there are; only a bootstrap draws";
  int64_t number;
  SP_TRY(sp_read_map(r, map, keys, SP_COUNT(keys), "make_replicates"));
  SP_TRY(read_type(r, map, out));
  SP_TRY(check_strata(r, map, design, out));
  SP_TRY(read_rho(r, map, out));
  if (out->type != SP_REPLICATES_BOOTSTRAP) {
    if (n != NULL) return clash(r, n, "n", out, hint);
    return seed != NULL ? clash(r, seed, "seed", out, hint) : SAMPAN_OK;
  }
  out->n_made = BOOTSTRAPS;
  out->seed = 1;
  if (n != NULL) {
    SP_TRY(sp_read_integer(r, n, "n", 2, MOST, &number));
    out->n_made = (uint32_t)number;
  }
  if (seed != NULL) {
    SP_TRY(sp_read_integer(r, seed, "seed", 0, INT64_MAX, &number));
    out->seed = (uint64_t)number;
  }
  return SAMPAN_OK;
}

int32_t sp_plan_replicates(const sp_reading *r, const sp_yaml *node, sp_design *design) {
  const sp_yaml *given = sp_yaml_get(node, "replicates"),
                *make = sp_yaml_get(node, "make_replicates");
  const sp_yaml *map = given != NULL ? given : make;
  sp_replicates *out;
  if (map == NULL) return SAMPAN_OK;
  if (given != NULL) SP_TRY(check_alone(r, node));
  SP_TRY(SP_NEW(r, 1, &out));
  out->place = map;
  out->make = given == NULL;
  out->combined = 1;
  out->scale = out->df = NAN;
  SP_TRY(given != NULL ? read_given(r, map, out) : read_make(r, map, design, out));
  /* Successive differences are squares about the full-sample estimate (Fay, Train 1995). */
  out->about = out->type == SP_REPLICATES_SDR || out->type == SP_REPLICATES_ACS;
  const sp_yaml *mse = sp_yaml_get(map, "mse"), *degf = sp_yaml_get(map, "degf");
  if (mse != NULL) SP_TRY(sp_read_truth(r, mse, "mse", &out->about));
  if (degf != NULL) SP_TRY(read_positive(r, degf, "degf", 0, &out->df));
  design->replicates = out;
  return SAMPAN_OK;
}
