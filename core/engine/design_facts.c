/* design_facts.c - what a design came to, for the annex and the manifest. */
#include <math.h>

#include "base/buffer.h"
#include "engine/auxiliary.h"

void sp_design_facts_take(sp_outcome *o) {
  const sp_job *job = o->job;
  const sp_auxiliary *a = job->aux;
  sp_design_facts *d = &o->design;
  d->df = sp_whole_df(o);
  d->factor_low = d->factor_high = d->misfit = NAN;
  d->n_reads = o->totals->n_reads;
  d->n_replicates = job->n_replicates;
  for (uint32_t r = 0; r < job->n_replicates; r++) {
    d->factor_low = fmin(d->factor_low, job->replicate_factors[r]); /* of NaN and a number, that */
    d->factor_high = fmax(d->factor_high, job->replicate_factors[r]);
  }
  if (a == NULL) return;
  d->n_totals = a->n;
  for (uint32_t r = 0; r < a->n_calibrations; r++) {
    d->misfit = fmax(d->misfit, a->calibrations[r].misfit);
  }
  if (a->n_calibrations > 0) d->n_dependent = a->calibrations[0].n_dependent;
}

/* ---- manifest ----------------------------------------------------------------------------- */

static void name(sp_buffer *b, const char *text) {
  sp_buffer_json_text(b, text);
  sp_buffer_char(b, ':');
}

static void text_member(sp_buffer *b, const char *key, const char *text) {
  name(b, key);
  sp_buffer_json_text(b, text);
  sp_buffer_char(b, ',');
}

static void number_member(sp_buffer *b, const char *key, double x) {
  name(b, key);
  sp_buffer_json_number(b, x);
  sp_buffer_char(b, ',');
}

static void truth_member(sp_buffer *b, const char *key, int32_t is_true) {
  name(b, key);
  sp_buffer_text_add(b, is_true ? "true," : "false,");
}

/* Replicates: `factor` is what their squares are multiplied by, scale times rscale. */
static void replicates(const sp_outcome *o, const sp_replicates *r, sp_buffer *b) {
  const sp_design_facts *d = &o->design;
  name(b, "replicates");
  sp_buffer_char(b, '{');
  text_member(b, "type", r->name);
  truth_member(b, "made", r->make);
  number_member(b, "n", d->n_replicates);
  if (r->type == SP_REPLICATES_FAY) number_member(b, "rho", r->rho);
  if (r->make && r->type == SP_REPLICATES_BOOTSTRAP) {
    sp_buffer_printf(b, "\"seed\":%llu,", (unsigned long long)r->seed);
  }
  if (!r->make) truth_member(b, "combined", r->combined);
  number_member(b, "factor_min", d->factor_low);
  number_member(b, "factor_max", d->factor_high);
  truth_member(b, "mse", r->about);
  text_member(b, "df", isnan(r->df) ? "rank" : "given");
  name(b, "degf");
  sp_buffer_json_number(b, r->df);
  sp_buffer_text_add(b, "},");
}

static void calibration(const sp_outcome *o, const sp_calibrate *c, sp_buffer *b) {
  static const char *const distances[] = {"linear", "raking", "logit"};
  name(b, "calibration");
  sp_buffer_char(b, '{');
  text_member(b, "kind", c->name);
  text_member(b, "distance", distances[c->distance]);
  if (c->is_bounded) {
    number_member(b, "ratio_min", c->low);
    number_member(b, "ratio_max", c->high);
  }
  truth_member(b, "variance_given", c->variance != NULL);
  number_member(b, "totals", o->design.n_totals);
  number_member(b, "totals_dependent", o->design.n_dependent);
  name(b, "misfit");
  sp_buffer_json_number(b, o->design.misfit);
  sp_buffer_text_add(b, "},");
}

void sp_design_manifest(const sp_outcome *o, sp_buffer *b) {
  static const char *const fpc[] = {"none", "population", "fraction"};
  const sp_design *d = &o->plan->design;
  number_member(b, "stages", 1 + d->n_stages);
  number_member(b, "stages_in_variance", sp_design_stages(d));
  text_member(b, "fpc", d->fpc == NULL ? fpc[0] : fpc[d->fpc_is]);
  truth_member(b, "nest", d->nested);
  truth_member(b, "lonely_in_domain", d->lonely_in_domain);
  text_member(b, "deff", d->deff_replace ? "wr" : "wor");
  number_member(b, "df", o->design.df);
  if (d->replicates != NULL) replicates(o, d->replicates, b);
  if (d->calibrate != NULL) calibration(o, d->calibrate, b);
}
