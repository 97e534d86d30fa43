/* presentation.c - the standard of a plan on every estimate; the rules that need little; what the
 * manifest says of it. Those of NCHS are in presentation_nchs.c. */
#include "engine/presentation.h"

#include <math.h>

#include "base/buffer.h"
#include "base/text.h"
#include "engine/presentation_rules.h"

sp_decision sp_withheld(const char *flag, const char *why) {
  const sp_decision d = {SAMPAN_STATUS_SUPPRESSED, flag, why};
  return d;
}

double sp_least(int64_t given, double own) {
  return given > 0 ? (double)given : given < 0 ? 0 : own;
}

static double most(double given, double own) {
  return given > 0 ? given : own;
}

/* ---- an estimate --------------------------------------------------------------------------- */

static int is_proportion(const sp_estimate *e) {
  if ((e->about->flags & SAMPAN_STATISTIC_TEST) != 0) return 0;
  return e->about->unit == SAMPAN_UNIT_PROPORTION ||
         (e->about->unit == SAMPAN_UNIT_RATE && isfinite(e->about->upper));
}

static sp_proportion proportion_of(const sp_outcome *o, const sp_estimate *e) {
  const double scale = e->about->unit == SAMPAN_UNIT_RATE ? e->about->per : 1;
  const int in_rows = o->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  sp_proportion x = {.p = e->value / scale,
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

/* ---- rules --------------------------------------------------------------------------------- */

sp_decision sp_brfss(const sp_presentation *rule, const sp_proportion *x) {
  const sp_decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const double half = most(rule->maximum_half_width, 0.10), rse = most(rule->maximum_rse, 0.30);
  if (!(x->n >= sp_least(rule->minimum_n, 50))) return sp_withheld("Px", "too few records");
  if (!isinf(half) && !(x->half_width <= half)) {
    return sp_withheld("Px", half == 0.10 ? "half the interval exceeds 10 points"
                                          : "half the interval is too wide");
  }
  if (!isinf(rse) && !(x->std_error / x->p <= rse)) {
    return sp_withheld("Px", rse == 0.30 ? "relative standard error above 30 %"
                                         : "relative standard error too large");
  }
  return shown;
}

/* National Survey on Drug Use and Health: the relative standard error of -ln p. */
sp_decision sp_nsduh(const sp_proportion *x) {
  const sp_decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  const double p = x->p <= 0.5 ? x->p : 1 - x->p;
  if (!(x->std_error / p / -log(p) <= 0.175)) {
    return sp_withheld("Px", "relative standard error of the logarithm above 17.5 %");
  }
  return shown;
}

/* Events that a reader counts. */
static double events_of(const sp_estimate *e) {
  return (double)e->n_events;
}

/* The older rules of 30: n, and the relative standard error, which marks and does not withhold. */
static sp_decision rule_of_30(const sp_presentation *rule, const sp_estimate *e, double n,
                              double review_below) {
  sp_decision shown = {SAMPAN_STATUS_OK, NULL, NULL};
  if (!(n >= sp_least(rule->minimum_n, 30))) return sp_withheld("Px", "too few records");
  if (!(e->std_error / fabs(e->value) < most(rule->maximum_rse, 0.30)) || n < review_below) {
    shown.status = SAMPAN_STATUS_REVIEW;
    shown.flag = "Ue";
  }
  return shown;
}

/* Thresholds of the plan on what its standard says nothing of. */
static sp_decision by_thresholds(const sp_presentation *rule, const sp_outcome *o,
                                 const sp_estimate *e) {
  const sp_decision shown = {e->status, NULL, NULL};
  const int in_rows = o->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  const double n = in_rows ? e->exposure : (double)e->n_positive;
  const double least_events =
      sp_least(rule->minimum_events, rule->standard == SP_STANDARD_USCS ? 16 : 0);
  if (!(n >= sp_least(rule->minimum_n, 0))) return sp_withheld("Px", "too few records");
  if (!isnan(e->events) && !(events_of(e) >= least_events)) {
    return sp_withheld("Px", "too few events");
  }
  if (rule->maximum_rse > 0 && !isinf(rule->maximum_rse) &&
      !(e->std_error / fabs(e->value) <= rule->maximum_rse)) {
    return sp_withheld("Px", "relative standard error too large");
  }
  if (rule->minimum_effective_n <= 0 && rule->maximum_half_width <= 0) return shown;
  if (!is_proportion(e)) return shown;
  const sp_proportion x = proportion_of(o, e);
  if (rule->minimum_effective_n > 0 && !(x.n_eff >= rule->minimum_effective_n)) {
    return sp_withheld("Px", "effective sample size too small");
  }
  if (rule->maximum_half_width > 0 && !isinf(rule->maximum_half_width) &&
      !(x.half_width <= rule->maximum_half_width)) {
    return sp_withheld("Px", "half the interval is too wide");
  }
  return shown;
}

/* Fewer than 20 events: a rate is not reliable, and is marked. */
static sp_decision vital_rule(const sp_presentation *rule, const sp_outcome *o,
                              const sp_estimate *e) {
  sp_decision d = by_thresholds(rule, o, e);
  if (d.status == SAMPAN_STATUS_OK && !isnan(e->events) && events_of(e) < 20) {
    d.status = SAMPAN_STATUS_REVIEW;
    d.flag = "Ue";
  }
  return d;
}

static sp_decision nchs(const sp_presentation *rule, const sp_outcome *o, const sp_estimate *e) {
  if (is_proportion(e)) {
    const sp_proportion x = proportion_of(o, e);
    return sp_nchs_proportion(rule, &x);
  }
  if (e->about->unit == SAMPAN_UNIT_RATE) return sp_nchs_rate(rule, e);
  if (e->about->unit == SAMPAN_UNIT_COUNT && o->plan->kind == SP_KIND_SURVEY) {
    return sp_nchs_count(rule, o, e);
  }
  return by_thresholds(rule, o, e);
}

static sp_decision decide(const sp_presentation *rule, const sp_outcome *o, const sp_estimate *e) {
  const int proportion = is_proportion(e);
  const sp_proportion x = proportion ? proportion_of(o, e) : (sp_proportion){.p = NAN};
  sp_decision d = {SAMPAN_STATUS_OK, NULL, NULL};
  switch (rule->standard) {
    case SP_STANDARD_NCHS:
      return nchs(rule, o, e);
    case SP_STANDARD_BRFSS:
      if (!proportion) return by_thresholds(rule, o, e);
      d = sp_brfss(rule, &x);
      break;
    case SP_STANDARD_NCHS_3030:
    case SP_STANDARD_NHHCS:
      return rule_of_30(rule, e, proportion ? x.n : (double)e->n_positive,
                        rule->standard == SP_STANDARD_NHHCS ? 60 : 0);
    case SP_STANDARD_NSDUH:
      if (proportion) d = sp_nsduh(&x);
      break;
    case SP_STANDARD_VITAL:
      return vital_rule(rule, o, e);
    default:
      break;
  }
  if (d.status == SAMPAN_STATUS_SUPPRESSED || rule->standard == SP_STANDARD_BRFSS) return d;
  return by_thresholds(rule, o, e);
}

static int asks_for_nothing(const sp_presentation *rule) {
  return rule->standard == SP_STANDARD_NONE && rule->minimum_n <= 0 && rule->minimum_events <= 0 &&
         rule->minimum_effective_n <= 0 && rule->maximum_half_width <= 0 && rule->maximum_rse <= 0;
}

void sp_presentation_apply(const sp_presentation *rule, sp_outcome *o) {
  if (o->plan->kind == SP_KIND_REGISTER || asks_for_nothing(rule)) return;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    sp_estimate *e = (sp_estimate *)&o->estimates[i];
    if (e->status != SAMPAN_STATUS_OK || isnan(e->value)) continue;
    const sp_decision d = decide(rule, o, e);
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

int32_t sp_presentation_withhold(const sp_presentation *rule, sp_outcome *o, sampan_error *error) {
  sp_presentation_apply(rule, o);
  return sp_disclosure_apply(&rule->protect, o, error);
}

/* ---- manifest ------------------------------------------------------------------------------ */

static void threshold(sp_buffer *b, const char *name, double x) {
  if (x == 0) return;
  sp_buffer_printf(b, ",\"%s\":", name);
  if (x < 0 || isinf(x)) {
    sp_buffer_text_add(b, "\"none\"");
  } else {
    sp_buffer_json_number(b, x);
  }
}

void sp_presentation_manifest(const sp_presentation *rule, const sp_outcome *o, sp_buffer *b) {
  static const char *const names[] = {"none",  "nchs",  "brfss", "counts", "nchs-3030",
                                      "nhhcs", "nsduh", "uscs",  "vital"};
  uint32_t n_imprecise = 0, n_confidential = 0, n_complementary = 0;
  if (asks_for_nothing(rule) && !(rule->protect.below > 0)) return;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->status != SAMPAN_STATUS_SUPPRESSED) continue;
    if (strcmp(e->flags, "confidential") == 0) {
      n_confidential++;
    } else if (strcmp(e->flags, "complementary") == 0) {
      n_complementary++;
    } else {
      n_imprecise++;
    }
  }
  sp_buffer_printf(b, ",\"suppression\":{\"standard\":\"%s\"", names[rule->standard]);
  threshold(b, "minimum_n", (double)rule->minimum_n);
  threshold(b, "minimum_events", (double)rule->minimum_events);
  threshold(b, "minimum_effective_n", rule->minimum_effective_n);
  threshold(b, "maximum_half_width", rule->maximum_half_width);
  threshold(b, "maximum_rse", rule->maximum_rse);
  threshold(b, "protect_below", rule->protect.below);
  if (rule->protect.zeros) sp_buffer_text_add(b, ",\"protect_zeros\":true");
  sp_buffer_printf(b, ",\"withheld\":{\"imprecise\":%u,\"confidential\":%u,\"complementary\":%u}}",
                   n_imprecise, n_confidential, n_complementary);
}
