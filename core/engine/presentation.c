/* presentation.c - presentation standards for proportions and rates. */
#include "engine/presentation.h"

#include <math.h>

#include "base/quantile.h"
#include "base/text.h"
#include "engine/error_ids.h"

int32_t sp_presentation_read(const sp_plan *plan, sp_presentation *out, sampan_error *error) {
  static const char *const standards[] = {"none", "nchs", "brfss"};
  static const char *const keys[] = {"standard", "minimum_n"};
  const sp_yaml *given = plan->suppression;
  memset(out, 0, sizeof *out);
  if (given == NULL) return SAMPAN_OK;
  const sp_yaml *name = given;
  if (given->kind == SP_YAML_MAP) {
    SP_TRY(sp_yaml_known_keys(given, plan->file, keys, 2, error));
    name = sp_yaml_get(given, "standard");
    const sp_yaml *least = sp_yaml_get(given, "minimum_n");
    if (least != NULL &&
        (least->kind != SP_YAML_SCALAR ||
         sp_parse_integer(least->text, strlen(least->text), &out->minimum_n) != 0 ||
         out->minimum_n < 1)) {
      return sp_yaml_error(least, plan->file, SP_ID_SUPPRESSION, error,
                           "minimum_n: a number of records is needed");
    }
    if (name == NULL) return SAMPAN_OK;
  }
  for (int32_t i = 0; name->kind == SP_YAML_SCALAR && i < 3; i++) {
    if (strcmp(name->text, standards[i]) == 0) {
      out->standard = i;
      return SAMPAN_OK;
    }
  }
  sp_yaml_error(name, plan->file, SP_ID_SUPPRESSION, error,
                "suppression: a presentation standard is needed");
  return sp_error_hint(error, "there are: none, nchs, brfss");
}

typedef struct decision {
  int32_t status;
  const char *flag, *why;
} decision;

static decision suppressed(const char *flag, const char *why) {
  const decision d = {SAMPAN_STATUS_SUPPRESSED, flag, why};
  return d;
}

/* The width of NCHS's interval, and its effective sample size. */
static double nchs_width(const sp_estimate *e, double n_eff) {
  const double n = (double)e->n_positive, p = e->value, alpha = (1 - e->level) / 2;
  double size = n_eff;
  if (p > 0 && p < 1) {
    const double t_n = sp_t_quantile(1 - alpha, n - 1), t_df = sp_t_quantile(1 - alpha, e->df);
    size = e->df > 0 ? fmin(n, n_eff * (t_n / t_df) * (t_n / t_df)) : 0;
  }
  const double low = sp_beta_quantile(alpha, size * p, size * (1 - p) + 1);
  const double high = sp_beta_quantile(1 - alpha, size * p + 1, size * (1 - p));
  return high - low;
}

static decision nchs_proportion(const sp_presentation *rule, const sp_estimate *e) {
  const double n = (double)e->n_positive, p = e->value;
  const double variance = e->std_error * e->std_error;
  const int extreme = !(p > 0 && p < 1) || !(variance > 0);
  const double n_eff = extreme ? n : fmin(n, p * (1 - p) / variance);
  const double least = rule->minimum_n > 0 ? (double)rule->minimum_n : 30;
  const double width = extreme ? 0 : nchs_width(e, n_eff);
  if (n < least) return suppressed("Px", "too few records");
  if (n_eff < 30) return suppressed("Px", "effective sample size below 30");
  decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  if (width > 0.05) {
    if (width >= 0.30) return suppressed("Px", "interval as wide as 30 points or wider");
    if (width / p > 1.30) return suppressed("Px", "interval wider than 130 % of the estimate");
    if (width / (1 - p) > 1.30) shown.flag = "Pc";
  }
  if (e->df < 8) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Pdf";
  }
  if (extreme && !(p > 0 && p < 1)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "P0";
  }
  return shown;
}

static decision nchs_rate(const sp_estimate *e) {
  decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  if (e->n_events < 10) return suppressed("Rx", "fewer than 10 events");
  if (e->value > 0 && (e->high - e->low) / e->value > 1.60) {
    return suppressed("Rx", "interval wider than 160 % of the estimate");
  }
  if (e->df < 8) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Rdf";
  }
  return shown;
}

static decision brfss(const sp_presentation *rule, const sp_estimate *e) {
  const decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const int64_t least = rule->minimum_n > 0 ? rule->minimum_n : 50;
  if (e->n_positive < least) return suppressed("Px", "too few records");
  if ((e->high - e->low) / 2 > 0.10) return suppressed("Px", "half the interval exceeds 10 points");
  if (e->value > 0 && e->std_error / e->value > 0.30) {
    return suppressed("Px", "relative standard error above 30 %");
  }
  return shown;
}

static decision decide(const sp_presentation *rule, const sp_estimate *e) {
  decision shown = {e->status, NULL, NULL};
  if (e->about->unit == SAMPAN_UNIT_PROPORTION) {
    if (rule->standard == SP_STANDARD_NCHS) return nchs_proportion(rule, e);
    if (rule->standard == SP_STANDARD_BRFSS) return brfss(rule, e);
  }
  if (e->about->unit == SAMPAN_UNIT_RATE && rule->standard == SP_STANDARD_NCHS) {
    return nchs_rate(e);
  }
  if (rule->minimum_n > 0 && e->n_positive < rule->minimum_n) {
    return suppressed("Px", "too few records");
  }
  return shown;
}

void sp_presentation_apply(const sp_presentation *rule, sp_outcome *o) {
  if (o->plan->kind == SP_KIND_REGISTER) return;
  if (rule->standard == SP_STANDARD_NONE && rule->minimum_n == 0) return;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    sp_estimate *e = (sp_estimate *)&o->estimates[i];
    if (e->status != SAMPAN_STATUS_OK || isnan(e->value)) continue;
    const decision d = decide(rule, e);
    e->status = d.status;
    if (d.why != NULL) e->why = d.why;
    if (d.flag == NULL) continue;
    const char *flags =
        e->flags[0] == '\0' ? d.flag : sp_arena_printf(o->arena, "%s %s", e->flags, d.flag);
    if (flags != NULL) e->flags = flags;
  }
}
