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
    if (strcmp(name->text, standards[i]) != 0) continue;
    out->standard = i;
    if (i == SP_STANDARD_NONE || fabs(plan->level - 0.95) < 1e-12) return SAMPAN_OK;
    sp_yaml_error(name, plan->file, SP_ID_SUPPRESSION, error,
                  "suppression: %s is defined for intervals at 95 %%, not %.10g", standards[i],
                  plan->level);
    return sp_error_hint(error, "leave `level` out, or suppression");
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

/* An estimate as the rules for proportions see it: on the scale from 0 to 1, with the number of
 * records - or, where data come in rows, of what the rows count. */
typedef struct proportion {
  double p, std_error, n, n_eff, df, half_width;
} proportion;

static int is_proportion(const sp_estimate *e) {
  return e->about->unit == SAMPAN_UNIT_PROPORTION ||
         (e->about->unit == SAMPAN_UNIT_RATE && isfinite(e->about->upper));
}

static proportion proportion_of(const sp_outcome *o, const sp_estimate *e) {
  const double scale = e->about->unit == SAMPAN_UNIT_RATE ? e->about->per : 1;
  const int in_rows = o->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  proportion x = {.p = e->value / scale,
                  .std_error = e->std_error / scale,
                  .n = in_rows ? e->exposure : (double)e->n_positive,
                  .df = e->df,
                  .half_width = (e->high - e->low) / 2 / scale};
  const double variance = x.std_error * x.std_error;
  /* Age-adjusted: n over the design effect against simple sampling within ages. */
  const double simple =
      isnan(e->simple_variance) ? x.p * (1 - x.p) / x.n : e->simple_variance / (scale * scale);
  x.n_eff = variance > 0 ? fmin(x.n, x.n * simple / variance) : x.n;
  return x;
}

/* The width of NCHS's interval at 95 %. */
static double nchs_width(const proportion *x) {
  if (!(x->p > 0 && x->p < 1)) return 0; /* the rule for no, or only, events */
  double size = 0;
  if (x->df > 0) {
    const double ratio = sp_t_quantile(0.975, x->n - 1) / sp_t_quantile(0.975, x->df);
    size = fmin(x->n, x->n_eff * ratio * ratio);
  }
  const double low = sp_beta_quantile(0.025, size * x->p, size * (1 - x->p) + 1);
  const double high = sp_beta_quantile(0.975, size * x->p + 1, size * (1 - x->p));
  return size > 0 ? high - low : 1;
}

/* Every test is written so that what cannot be computed fails it. */
static decision nchs_proportion(const sp_presentation *rule, const proportion *x) {
  const double least = rule->minimum_n > 0 ? (double)rule->minimum_n : 30;
  if (!(x->n >= least)) return suppressed("Px", "too few records");
  if (isnan(x->std_error)) return suppressed("Px", "no standard error");
  if (!(x->n_eff >= 30)) return suppressed("Px", "effective sample size below 30");
  decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const double width = nchs_width(x);
  if (!(width <= 0.05)) {
    if (!(width < 0.30)) return suppressed("Px", "interval as wide as 30 points or wider");
    if (!(width / x->p <= 1.30)) {
      return suppressed("Px", "interval wider than 130 % of the estimate");
    }
    if (!(width / (1 - x->p) <= 1.30)) shown.flag = "Pc";
  }
  if (!(x->df >= 8)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Pdf";
  }
  if (!(x->p > 0 && x->p < 1)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "P0";
  }
  return shown;
}

static decision nchs_rate(const sp_presentation *rule, const sp_estimate *e) {
  decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  if (rule->minimum_n > 0 && e->n_positive < rule->minimum_n) {
    return suppressed("Rx", "too few records");
  }
  if (!(e->n_events >= 10)) return suppressed("Rx", "fewer than 10 events");
  if (!(e->exposure >= 10)) return suppressed("Rx", "a population of fewer than 10");
  if (!((e->high - e->low) / e->value <= 1.60)) {
    return suppressed("Rx", "interval wider than 160 % of the estimate");
  }
  if (!(e->df >= 8)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Rdf";
  }
  return shown;
}

/* Counts: 10 records, and the width of the log-t interval exp(ln X -/+ t SE / X). */
static decision nchs_count(const sp_estimate *e) {
  decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const int64_t n = e->n_events > 0 ? e->n_events : e->n_positive;
  if (n < 10) return suppressed("Cx", "fewer than 10 records");
  const double x = sp_t_quantile(0.975, e->df) * e->std_error / e->value;
  if (!(exp(x) - exp(-x) <= 1.60)) {
    return suppressed("Cx", "interval wider than 160 % of the estimate");
  }
  if (!(e->df >= 8)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Cdf";
  }
  return shown;
}

static decision brfss(const sp_presentation *rule, const proportion *x) {
  const decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const double least = rule->minimum_n > 0 ? (double)rule->minimum_n : 50;
  if (!(x->n >= least)) return suppressed("Px", "too few records");
  if (!(x->half_width <= 0.10)) return suppressed("Px", "half the interval exceeds 10 points");
  if (!(x->std_error / x->p <= 0.30)) {
    return suppressed("Px", "relative standard error above 30 %");
  }
  return shown;
}

static decision decide(const sp_presentation *rule, const sp_outcome *o, const sp_estimate *e) {
  const decision shown = {e->status, NULL, NULL};
  if (is_proportion(e)) {
    const proportion x = proportion_of(o, e);
    if (rule->standard == SP_STANDARD_NCHS) return nchs_proportion(rule, &x);
    if (rule->standard == SP_STANDARD_BRFSS) return brfss(rule, &x);
  } else if (rule->standard == SP_STANDARD_NCHS) {
    if (e->about->unit == SAMPAN_UNIT_RATE) return nchs_rate(rule, e);
    if (e->about->unit == SAMPAN_UNIT_COUNT && o->plan->kind == SP_KIND_SURVEY) {
      return nchs_count(e);
    }
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
    const decision d = decide(rule, o, e);
    e->status = d.status;
    if (d.why != NULL) e->why = d.why;
    if (d.status == SAMPAN_STATUS_SUPPRESSED) {
      e->flags = d.flag; /* the others (p0) would tell the value */
    } else if (d.flag != NULL) {
      const char *flags =
          e->flags[0] == '\0' ? d.flag : sp_arena_printf(o->arena, "%s %s", e->flags, d.flag);
      if (flags != NULL) e->flags = flags;
    }
  }
}
