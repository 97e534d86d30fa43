/* methods_design.c - what the methods section says of a survey's design: every choice of the plan
 * that changes a number. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "annex/document_sections.h"
#include "design/units.h"

enum { MOST_TOTALS = 40 }; /* that are written out */

static const char *expressions(sp_doc *doc, const sp_expr *const *list, uint32_t n) {
  const char *text = "";
  for (uint32_t i = 0; i < n; i++) text = sp_doc_join(doc, text, sp_expression_text(doc, list[i]));
  return text;
}

/* A number as it is, with the minus of the annex. */
static const char *exact_number(sp_doc *doc, double x) {
  char text[64];
  const char *out = "", *minus, *at = text;
  snprintf(text, sizeof text, "%.10g", x);
  for (; (minus = strchr(at, '-')) != NULL; at = minus + 1)
    out = sp_doc_printf(doc, "%s%.*s" SP_MINUS, out, (int)(minus - at), at);
  return sp_doc_printf(doc, "%s%s", out, at);
}

static const char *number_of(sp_doc *doc, uint32_t n) {
  return sp_count(doc, n);
}

/* ---- what was sampled ----------------------------------------------------------------------- */

static const char *fpc_text(sp_doc *doc, const sp_design *d, const sp_expr *fpc) {
  if (fpc == NULL) return SP_WORD(doc, WITHOUT_FPC);
  const char *text = sp_expression_text(doc, fpc);
  return d->fpc_is == SP_FPC_FRACTION ? SP_SAY(doc, FPC_FRACTION, text)
                                      : SP_SAY(doc, FPC_POPULATION, text);
}

static const char *stage_text(sp_doc *doc, const sp_design *d, uint32_t i) {
  const sp_stage *s = &d->stages[i];
  const char *unit = expressions(doc, s->unit, s->n_unit);
  const char *strata = expressions(doc, s->strata, s->n_strata);
  return SP_SAY(doc, STAGE, number_of(doc, i + 2),
                unit[0] != '\0' ? unit : SP_WORD(doc, PSU_IS_RECORD),
                strata[0] != '\0' ? strata : SP_WORD(doc, NO_STRATA), fpc_text(doc, d, s->fpc));
}

static const char *design_text(sp_doc *doc, const sp_design *d) {
  const char *strata = expressions(doc, d->strata, d->n_strata);
  const char *psu = expressions(doc, d->psu, d->n_psu);
  const char *weight =
      d->weight != NULL ? sp_expression_text(doc, d->weight) : SP_WORD(doc, WEIGHT_ONE);
  if (!d->given) return SP_WORD(doc, DESIGN_NONE);
  if (d->replicates != NULL && !d->replicates->make) return SP_SAY(doc, DESIGN_REPLICATES, weight);
  const char *text =
      SP_SAY(doc, DESIGN_TEXT, strata[0] != '\0' ? strata : SP_WORD(doc, NO_STRATA),
             psu[0] != '\0' ? psu : SP_WORD(doc, PSU_IS_RECORD), weight, fpc_text(doc, d, d->fpc));
  for (uint32_t i = 0; i < d->n_stages; i++)
    text = sp_doc_printf(doc, "%s%s", text, stage_text(doc, d, i));
  return d->nested ? text : sp_doc_printf(doc, "%s%s", text, SP_WORD(doc, NOT_NESTED));
}

/* ---- variance ------------------------------------------------------------------------------- */

static const char *lonely_text(sp_doc *doc, const sp_design *d) {
  static const int32_t words[] = {[SP_LONELY_FAIL] = SP_W_LONELY_FAIL,
                                  [SP_LONELY_REMOVE] = SP_W_LONELY_REMOVE,
                                  [SP_LONELY_CERTAINTY] = SP_W_LONELY_CERTAINTY,
                                  [SP_LONELY_ADJUST] = SP_W_LONELY_ADJUST,
                                  [SP_LONELY_AVERAGE] = SP_W_LONELY_AVERAGE};
  int32_t rule = d->lonely;
  /* Replicates are made only where no stratum needs a mean of others. */
  if (d->replicates != NULL && rule != SP_LONELY_REMOVE && rule != SP_LONELY_CERTAINTY)
    rule = SP_LONELY_FAIL;
  const int in_domain =
      d->lonely_in_domain && (rule == SP_LONELY_ADJUST || rule == SP_LONELY_AVERAGE);
  return sp_doc_printf(doc, "%s%s", sp_word(words[rule], doc->language),
                       in_domain ? SP_WORD(doc, LONELY_DOMAIN) : "");
}

static const char *taylor_text(sp_doc *doc, const sp_design *d) {
  const uint32_t n = sp_design_stages(d);
  const char *text = d->fpc != NULL ? SP_WORD(doc, TAYLOR_FPC) : SP_WORD(doc, TAYLOR_WR);
  if (n > 1) text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, STAGES_ADDED, number_of(doc, n)));
  if (d->n_stages + 1 > n && d->fpc != NULL)
    text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, STAGES_LEFT, number_of(doc, n)));
  return sp_doc_printf(doc, "%s%s", text, lonely_text(doc, d));
}

/* "each times 0.0125". */
static const char *factor_text(sp_doc *doc, const sp_design_facts *facts) {
  const char *low = exact_number(doc, facts->factor_low);
  if (facts->factor_low == facts->factor_high) return SP_SAY(doc, FACTOR_ONE, low);
  return SP_SAY(doc, FACTOR_RANGE, low, exact_number(doc, facts->factor_high));
}

static const char *replicates_text(sp_doc *doc, const sp_design *d, const sp_design_facts *facts) {
  const sp_replicates *r = d->replicates;
  const char *n = number_of(doc, facts->n_replicates), *factor = factor_text(doc, facts);
  const char *text = r->make ? SP_SAY(doc, REPLICATES_MADE, n, r->name)
                             : SP_SAY(doc, REPLICATES_GIVEN, n, r->name);
  if (r->type == SP_REPLICATES_FAY)
    text = sp_doc_printf(doc, "%s%s", text, SP_SAY(doc, REPLICATES_RHO, exact_number(doc, r->rho)));
  if (r->make && r->type == SP_REPLICATES_BOOTSTRAP)
    text = sp_doc_printf(
        doc, "%s%s", text,
        SP_SAY(doc, REPLICATES_SEED, sp_doc_printf(doc, "%llu", (unsigned long long)r->seed)));
  if (!r->make && !r->combined)
    text = sp_doc_printf(doc, "%s%s", text, SP_WORD(doc, REPLICATES_FACTORS));
  text = sp_doc_printf(
      doc, "%s%s", text,
      r->about ? SP_SAY(doc, REPLICATES_MSE, factor) : SP_SAY(doc, REPLICATES_MEAN, factor));
  if (!r->make) return text;
  if (d->n_stages > 0) text = sp_doc_printf(doc, "%s%s", text, SP_WORD(doc, STAGES_REPLICATED));
  return sp_doc_printf(doc, "%s%s", text, lonely_text(doc, d));
}

/* ---- known totals --------------------------------------------------------------------------- */

/* The label of a column, or its name. */
static const char *column_name(const sp_doc *doc, const sp_plan *plan, const char *column) {
  const sp_column_label *label = sp_plan_label(plan, column);
  const char *name = label != NULL ? sp_doc_label(doc, &label->label) : "";
  return name[0] != '\0' ? name : column;
}

static const char *margin_name(sp_doc *doc, const sp_plan *plan, const sp_margin *m) {
  const char *text = "";
  for (uint32_t k = 0; k < m->by->n_columns; k++) {
    const char *name = column_name(doc, plan, m->by->columns[k]);
    text = k == 0 ? name : SP_SAY(doc, CROSSED_BY, text, name);
  }
  return text;
}

/* A cell by the label of its value, where the plan has one; cells of several variables as given. */
static const char *total_name(sp_doc *doc, const sp_plan *plan, const sp_margin *m,
                              const sp_known_total *t) {
  if (t->of != NULL) return sp_expression_text(doc, t->of);
  const sp_value_label *label =
      m->by->n_columns == 1 ? sp_plan_value_label(plan, m->by->columns[0], t->text) : NULL;
  const char *name = label != NULL ? sp_doc_label(doc, &label->label) : "";
  return name[0] != '\0' ? name : t->text;
}

static const char *totals_text(sp_doc *doc, const sp_plan *plan, const sp_calibrate *c) {
  const char *text = "";
  uint32_t n = 0;
  for (uint32_t m = 0; m < c->n_margins; m++) {
    for (uint32_t k = 0; k < c->margins[m].n_totals; k++) {
      const sp_known_total *t = &c->margins[m].totals[k];
      if (++n > MOST_TOTALS) continue;
      text = sp_doc_join(doc, text,
                         SP_SAY(doc, TOTAL_OF, total_name(doc, plan, &c->margins[m], t),
                                exact_number(doc, t->total)));
    }
  }
  if (n > MOST_TOTALS) text = SP_SAY(doc, TOTALS_CUT, text, number_of(doc, n - MOST_TOTALS));
  return SP_SAY(doc, TOTALS, text);
}

static const char *kind_text(sp_doc *doc, const sp_plan *plan, const sp_calibrate *c) {
  static const int32_t distances[] = {[SP_DISTANCE_LINEAR] = SP_W_DISTANCE_LINEAR,
                                      [SP_DISTANCE_RAKING] = SP_W_DISTANCE_RAKING,
                                      [SP_DISTANCE_LOGIT] = SP_W_DISTANCE_LOGIT};
  const char *margins = "";
  if (strcmp(c->name, "calibrate") == 0)
    return SP_SAY(doc, CALIBRATED, sp_word(distances[c->distance], doc->language));
  for (uint32_t m = 0; m < c->n_margins; m++)
    margins = sp_doc_join(doc, margins, margin_name(doc, plan, &c->margins[m]));
  return strcmp(c->name, "rake") == 0 ? SP_SAY(doc, RAKED, margins)
                                      : SP_SAY(doc, POSTSTRATIFIED, margins);
}

static const char *calibration_text(sp_doc *doc, const sp_plan *plan,
                                    const sp_design_facts *facts) {
  const sp_calibrate *c = plan->design.calibrate;
  if (c == NULL) return "";
  const char *text = kind_text(doc, plan, c);
  if (c->is_bounded)
    text =
        sp_doc_printf(doc, "%s%s", text,
                      SP_SAY(doc, BOUNDED, exact_number(doc, c->low), exact_number(doc, c->high)));
  if (c->variance != NULL)
    text = sp_doc_printf(doc, "%s%s", text,
                         SP_SAY(doc, CALIBRATION_Q, sp_expression_text(doc, c->variance)));
  text = sp_doc_printf(doc, "%s%s", text, totals_text(doc, plan, c));
  if (isfinite(facts->misfit)) {
    const double at_most = facts->misfit < 1e-12 ? 1e-12 : facts->misfit;
    text = sp_doc_printf(
        doc, "%s%s", text,
        SP_SAY(doc, TOTALS_MET, number_of(doc, facts->n_totals), exact_number(doc, at_most)));
  }
  if (facts->n_dependent > 0)
    text = sp_doc_printf(doc, "%s%s", text,
                         SP_SAY(doc, TOTALS_DEPENDENT, number_of(doc, facts->n_dependent)));
  return sp_doc_printf(doc, "%s%s", text,
                       plan->design.replicates != NULL ? SP_WORD(doc, CALIBRATION_REPLICATES)
                                                       : SP_WORD(doc, CALIBRATION_TAYLOR));
}

/* ---- degrees of freedom --------------------------------------------------------------------- */

static const char *df_text(sp_doc *doc, const sp_design *d) {
  const sp_replicates *r = d->replicates;
  if (d->df_rule == SP_DF_INFINITE) return SP_WORD(doc, DF_INFINITE);
  if (r != NULL && !isnan(r->df)) return SP_SAY(doc, DF_GIVEN, exact_number(doc, r->df));
  if (r != NULL)
    return d->df_rule == SP_DF_DOMAIN ? SP_WORD(doc, DF_RANK_DOMAIN) : SP_WORD(doc, DF_RANK);
  switch (d->df_rule) {
    case SP_DF_DESIGN:
      return SP_WORD(doc, DF_DESIGN);
    case SP_DF_STRATA_PRESENT:
      return SP_WORD(doc, DF_STRATA_PRESENT);
    default:
      return SP_WORD(doc, DF_DOMAIN);
  }
}

void sp_design_add(sp_doc *doc, sp_list *facts, const sp_plan *plan, const char *title) {
  const char *text = design_text(doc, &plan->design);
  if (title[0] != '\0') text = SP_SAY(doc, COLON, title, text);
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_DESIGN), text);
}

void sp_design_variance_add(sp_doc *doc, sp_list *facts, const sp_plan *plan,
                            const sp_outcome *outcome) {
  const sp_design *d = &plan->design;
  static const sp_design_facts none = {.factor_low = NAN, .factor_high = NAN, .misfit = NAN};
  const sp_design_facts *known = outcome != NULL ? &outcome->design : &none;
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_CALIBRATION), calibration_text(doc, plan, known));
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_VARIANCE),
              d->replicates != NULL ? replicates_text(doc, d, known) : taylor_text(doc, d));
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_DF), df_text(doc, d));
  sp_fact_add(doc, facts, SP_WORD(doc, FACT_DEFF),
              d->deff_replace ? SP_WORD(doc, DEFF_WR) : SP_WORD(doc, DEFF_WOR));
  if (known->n_reads > 1)
    sp_fact_add(doc, facts, SP_WORD(doc, FACT_READS),
                SP_SAY(doc, READS, number_of(doc, known->n_reads)));
}
