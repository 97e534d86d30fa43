/* presentation_read.c - the section `suppression` of a plan. */
#include <math.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/presentation.h"

static const char *const standards[SP_N_STANDARDS] = {
    "none", "nchs", "brfss", "counts", "nchs-3030", "nhhcs", "nsduh", "uscs", "vital"};

static int32_t read_standard(const sp_plan *plan, const sp_yaml *name, sp_presentation *out,
                             sampan_error *error) {
  for (int32_t i = 0; name->kind == SP_YAML_SCALAR && i < SP_N_STANDARDS; i++) {
    if (strcmp(name->text, standards[i]) != 0) continue;
    out->standard = i;
    const int by_interval = i == SP_STANDARD_NCHS || i == SP_STANDARD_BRFSS;
    if (!by_interval || fabs(plan->level - 0.95) < 1e-12) return SAMPAN_OK;
    sp_yaml_error(name, plan->file, SP_ID_SUPPRESSION, error,
                  "suppression: %s is defined for intervals at 95 %%, not %.10g", standards[i],
                  plan->level);
    return sp_error_hint(error, "leave `level` out, or suppression");
  }
  sp_yaml_error(name, plan->file, SP_ID_SUPPRESSION, error,
                "suppression: a presentation standard is needed");
  return sp_error_hint(
      error, "there are: none, nchs, brfss, counts, nchs-3030, nhhcs, nsduh, uscs, vital");
}

static int32_t wrong(const sp_plan *plan, const sp_yaml *node, const char *key, const char *needed,
                     sampan_error *error) {
  sp_yaml_error(node, plan->file, SP_ID_SUPPRESSION, error, "%s: %s is needed", key, needed);
  return sp_error_hint(error,
                       "leave it out for the standard's own, or write `none` to ask for "
                       "nothing");
}

static int is_none(const sp_yaml *node) {
  return node->kind == SP_YAML_SCALAR && strcmp(node->text, "none") == 0;
}

/* A whole number of 1 or more, or `none`: -1. */
static int32_t read_minimum(const sp_plan *plan, const sp_yaml *map, const char *key, int64_t *out,
                            sampan_error *error) {
  const sp_yaml *node = sp_yaml_get(map, key);
  if (node == NULL) return SAMPAN_OK;
  if (is_none(node)) {
    *out = -1;
    return SAMPAN_OK;
  }
  if (node->kind == SP_YAML_SCALAR && sp_parse_integer(node->text, strlen(node->text), out) == 0 &&
      *out >= 1) {
    return SAMPAN_OK;
  }
  return wrong(plan, node, key,
               strcmp(key, "minimum_n") == 0 ? "a number of records" : "a number of events", error);
}

/* A number above 0, a share also as a percentage, or `none`. */
static int32_t read_limit(const sp_plan *plan, const sp_yaml *map, const char *key, double none,
                          double *out, sampan_error *error) {
  const sp_yaml *node = sp_yaml_get(map, key);
  if (node == NULL) return SAMPAN_OK;
  *out = none;
  if (is_none(node)) return SAMPAN_OK;
  const size_t n = node->kind == SP_YAML_SCALAR ? strlen(node->text) : 0;
  const int percent = none > 0 && n > 1 && node->text[n - 1] == '%';
  if (n > 0 && sp_parse_number(node->text, n - (percent ? 1 : 0), out) == 0) {
    if (percent) *out /= 100;
    /* 30 for 30 %: no half width or relative error that is meant is above 1. */
    if (*out > 0 && isfinite(*out) && (none < 0 || *out <= 1)) return SAMPAN_OK;
  }
  return wrong(plan, node, key, none > 0 ? "a share such as 0.30 or 30%" : "a number above 0",
               error);
}

/* `protect: 5`, or {below: 5, zeros: yes}. */
static int32_t read_protect(const sp_plan *plan, const sp_yaml *node, sp_protection *out,
                            sampan_error *error) {
  static const char *const keys[] = {"below", "zeros"};
  const sp_yaml *below = node, *zeros = NULL;
  int64_t n = 0;
  if (node->kind == SP_YAML_MAP) {
    SP_TRY(sp_yaml_known_keys(node, plan->file, keys, 2, error));
    below = sp_yaml_get(node, "below");
    zeros = sp_yaml_get(node, "zeros");
  }
  if (below == NULL || below->kind != SP_YAML_SCALAR ||
      sp_parse_integer(below->text, strlen(below->text), &n) != 0 || n < 2) {
    sp_yaml_error(below != NULL ? below : node, plan->file, SP_ID_SUPPRESSION, error,
                  "protect: the smallest count that may be published is needed, 2 or more");
    return sp_error_hint(error, "protect: 5, or protect: {below: 5, zeros: no}");
  }
  out->below = (double)n;
  if (zeros == NULL) return SAMPAN_OK;
  const char *text = zeros->kind == SP_YAML_SCALAR ? zeros->text : "";
  out->zeros = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;
  if (out->zeros || strcmp(text, "no") == 0 || strcmp(text, "false") == 0) return SAMPAN_OK;
  sp_yaml_error(zeros, plan->file, SP_ID_SUPPRESSION, error, "zeros: yes or no is needed");
  return sp_error_hint(error, "yes: counts of 0 are withheld as well");
}

int32_t sp_presentation_read(const sp_plan *plan, sp_presentation *out, sampan_error *error) {
  static const char *const keys[] = {
      "standard",           "minimum_n",   "minimum_events", "minimum_effective_n",
      "maximum_half_width", "maximum_rse", "protect"};
  const sp_yaml *given = plan->suppression;
  memset(out, 0, sizeof *out);
  if (given == NULL) return SAMPAN_OK;
  if (given->kind != SP_YAML_MAP) return read_standard(plan, given, out, error);
  SP_TRY(sp_yaml_known_keys(given, plan->file, keys, 7, error));
  const sp_yaml *name = sp_yaml_get(given, "standard"), *protect = sp_yaml_get(given, "protect");
  SP_TRY(read_minimum(plan, given, "minimum_n", &out->minimum_n, error));
  SP_TRY(read_minimum(plan, given, "minimum_events", &out->minimum_events, error));
  SP_TRY(read_limit(plan, given, "minimum_effective_n", -1, &out->minimum_effective_n, error));
  SP_TRY(read_limit(plan, given, "maximum_half_width", HUGE_VAL, &out->maximum_half_width, error));
  SP_TRY(read_limit(plan, given, "maximum_rse", HUGE_VAL, &out->maximum_rse, error));
  if (protect != NULL) SP_TRY(read_protect(plan, protect, &out->protect, error));
  if (name != NULL) SP_TRY(read_standard(plan, name, out, error));
  if (out->standard == SP_STANDARD_COUNTS && out->minimum_n <= 0 && out->minimum_events <= 0) {
    sp_yaml_error(name, plan->file, SP_ID_SUPPRESSION, error,
                  "suppression: `counts` needs a smallest count");
    return sp_error_hint(error, "add minimum_n: 30, minimum_events: 10, or both");
  }
  return SAMPAN_OK;
}
