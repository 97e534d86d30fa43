/* presentation_nchs.c - the standards of the National Center for Health Statistics. Every test is
 * written so that what cannot be computed fails it. */
#include <math.h>

#include "base/quantile.h"
#include "engine/presentation_rules.h"

/* The width of NCHS's interval at 95 %. */
static double korn_graubard_width(const sp_proportion *x) {
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

sp_decision sp_nchs_proportion(const sp_presentation *rule, const sp_proportion *x) {
  static const char *const flags[] = {NULL, "Pc",    "Pdf",    "Pc Pdf",
                                      "P0", "Pc P0", "Pdf P0", "Pc Pdf P0"};
  const double least_eff = rule->minimum_effective_n;
  if (!(x->n >= sp_least(rule->minimum_n, 30))) return sp_withheld("Px", "too few records");
  if (isnan(x->std_error)) return sp_withheld("Px", "no standard error");
  if (!(x->n_eff >= (least_eff > 0 ? least_eff : least_eff < 0 ? 0 : 30))) {
    return sp_withheld(
        "Px", least_eff > 0 ? "effective sample size too small" : "effective sample size below 30");
  }
  const double width = korn_graubard_width(x);
  uint32_t marks = 0;
  if (!(width <= 0.05)) {
    if (!(width < 0.30)) return sp_withheld("Px", "interval as wide as 30 points or wider");
    if (!(width / x->p <= 1.30)) {
      return sp_withheld("Px", "interval wider than 130 % of the estimate");
    }
    if (!(width / (1 - x->p) <= 1.30)) marks |= 1;
  }
  if (!(x->df >= 8)) marks |= 2;
  if (!(x->p > 0 && x->p < 1)) marks |= 4;
  const sp_decision shown = {marks > 1 ? SAMPAN_STATUS_REVIEW : SAMPAN_STATUS_OK, flags[marks],
                             NULL};
  return shown;
}

sp_decision sp_nchs_rate(const sp_presentation *rule, const sp_estimate *e) {
  sp_decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  if (rule->minimum_n > 0 && e->n_positive < rule->minimum_n) {
    return sp_withheld("Rx", "too few records");
  }
  if (!((double)e->n_events >= sp_least(rule->minimum_events, 10))) {
    return sp_withheld("Rx", rule->minimum_events > 0 ? "too few events" : "fewer than 10 events");
  }
  if (!(e->exposure >= 10)) return sp_withheld("Rx", "a population of fewer than 10");
  if (!((e->high - e->low) / e->value <= 1.60)) {
    return sp_withheld("Rx", "interval wider than 160 % of the estimate");
  }
  if (!(e->df >= 8)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Rdf";
  }
  return shown;
}

/* Counts: 10 records, 10 effective ones by Kish's effect of the weights (of the whole sample: those
 * of a domain are not kept apart), and the width of the log-t interval exp(ln X -/+ t SE / X), t
 * with the effective records less 1 (eq. 24). */
sp_decision sp_nchs_count(const sp_presentation *rule, const sp_outcome *o, const sp_estimate *e) {
  sp_decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const double n = (double)(isnan(e->events) ? e->n_positive : e->n_events);
  const double cv = isnan(o->weight_cv) ? 0 : o->weight_cv, n_eff = n / (1 + cv * cv);
  const double least = sp_least(rule->minimum_n, 10);
  if (!(n >= least && n_eff >= fmin(least, 10))) {
    return sp_withheld("Cx", rule->minimum_n > 0 ? "too few records" : "fewer than 10 records");
  }
  if (rule->minimum_events > 0 && !isnan(e->events) && e->n_events < rule->minimum_events) {
    return sp_withheld("Cx", "too few events");
  }
  const double x = sp_t_quantile(0.975, n_eff - 1) * e->std_error / e->value;
  if (!(exp(x) - exp(-x) <= 1.60)) {
    return sp_withheld("Cx", "interval wider than 160 % of the estimate");
  }
  if (!(e->df >= 8)) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Cdf";
  }
  return shown;
}
