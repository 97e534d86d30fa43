/* limits.c - the limits of an estimate. */
#include "engine/limits.h"

#include <math.h>

#include "base/quantile.h"
#include "base/text.h"
#include "engine/error_ids.h"
#include "host/abi.h"

enum { FLAGS_SIZE = 128 };

void sp_estimate_flag(sp_worker *w, sp_estimate *e, const char *flag) {
  char joined[FLAGS_SIZE];
  const char *flags = flag;
  if (e->flags[0] != '\0') {
    (void)snprintf(joined, sizeof joined, "%s %s", e->flags, flag);
    flags = sp_worker_text(w, joined);
  }
  if (flags != NULL) e->flags = flags;
}

/* What the gradient says of events: the largest weight of one, and mean and mean square of the
 * weights over the cells that have exposure. */
static void event_weights(const sp_bound *b, const sp_uncertain *known, sampan_interval_in *in) {
  const sampan_shape *shape = &b->shape;
  double sum = 0, squares = 0, n = 0;
  for (uint32_t cell = 0; cell < shape->n_cells; cell++) {
    const size_t first = (size_t)cell * shape->n_components;
    double weight = NAN, exposure = NAN;
    for (uint32_t c = 0; c < shape->n_components; c++) {
      const uint32_t flags = shape->components[c].flags;
      const double own = known->gradient[first + c];
      if ((flags & SAMPAN_EVENTS) != 0 && !(fabs(own) <= fabs(weight))) weight = own;
      if ((flags & SAMPAN_EXPOSURE) != 0) exposure = known->totals[first + c];
    }
    if (fabs(weight) > in->gradient_max) in->gradient_max = fabs(weight);
    if (isnan(weight) || !(exposure > 0)) continue;
    sum += weight;
    squares += weight * weight;
    n++;
  }
  in->gradient_mean = n > 0 ? sum / n : NAN;
  in->gradient_mean_square = n > 0 ? squares / n : NAN;
}

static sampan_interval_in describe(const sp_outcome *o, sp_worker *w, const sp_bound *b,
                                   const sp_uncertain *known, const sp_estimate *e) {
  const sp_replicates *replicates = o->plan->design.replicates;
  /* Data in rows count what the rows hold, not the rows. */
  const int in_rows = o->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  const int is_inner = !isnan(known->inner);
  sampan_interval_in in = {.struct_size = sizeof in,
                           .unit = is_inner ? SAMPAN_UNIT_PROPORTION : e->about->unit,
                           .estimate = is_inner ? known->inner : e->value,
                           .std_error = is_inner ? known->inner_error : e->std_error,
                           .df = e->df,
                           .level = e->level,
                           .n = in_rows ? llround(e->exposure) : e->n,
                           .n_positive = in_rows ? llround(e->exposure) : e->n_positive,
                           .n_events = e->n_events,
                           .events = isnan(e->events) ? 0 : e->events,
                           .exposure = isnan(e->exposure) ? 0 : e->exposure,
                           .lower_bound = is_inner ? 0 : e->about->lower,
                           .upper_bound = is_inner ? 1 : e->about->upper,
                           .per = is_inner ? 1 : e->about->per,
                           .t_quantile = sp_worker_t(w, 0.5 + e->level / 2, e->df)};
  event_weights(b, known, &in);
  if (known->replicates != NULL) {
    in.n_replicates = o->job->n_replicates;
    in.about_estimate = replicates->about;
    in.replicate = known->replicates;
    in.replicate_factor = o->job->replicate_factors;
  }
  return in;
}

/* The limits of the inner value turned into those of the statistic; the error is their distance. */
static int32_t go_back(sp_worker *w, const sp_bound *b, const sp_uncertain *known,
                       const sampan_interval_out *out, sp_estimate *e, sampan_error *error) {
  const double inner[2] = {out->lower, out->upper};
  double limit[2] = {NAN, NAN};
  for (int i = 0; i < 2; i++) {
    sampan_call call = sp_scratch_call(&w->scratch, b->plugin, b->values, error);
    const int32_t status =
        b->ops->back(&call, &b->shape, known->view, e->statistic, inner[i], &limit[i]);
    if (status < 0) return sp_plugin_failed(status, b->plugin, error);
  }
  if (limit[1] < limit[0]) { /* a rule that is not monotone: shahvaish */
    sp_estimate_flag(w, e, "no-interval");
    e->why = "the rule turns the limits of its share round";
    return SAMPAN_OK;
  }
  e->low = limit[0];
  e->high = limit[1];
  const double t = sp_t_quantile((1 + e->level) / 2, e->df);
  e->std_error = (limit[1] - limit[0]) / (2 * t);
  if (isnan(e->low) || isnan(e->high)) {
    sp_estimate_flag(w, e, "no-interval");
    e->why = "a limit of its share lies beyond the data";
  }
  return SAMPAN_OK;
}

/* Why limits of a standard error of 0 would be a certainty that is not there: without events, in
 * complete counts. Those of a share by its exposure hold; those of a sum or product of shares, to
 * which an event adds something else, do not. Limits of no width are given to whom asks for them.
 */
static const char *false_certainty(const sp_outcome *o, const sp_bound *b, const sp_estimate *e,
                                   const sampan_interval_in *in, const sampan_interval_out *out) {
  const double n = isnan(e->exposure) ? e->pop : e->exposure;
  if (o->plan->kind != SP_KIND_VITAL || in->std_error > 0 || !(in->gradient_max > 0)) return NULL;
  if (!(out->lower < out->upper)) {
    return b->indicator->interval.plugin != NULL
               ? NULL
               : "standard error is 0: limits of no width mean nothing";
  }
  if (in->unit != SAMPAN_UNIT_PROPORTION || fabs(in->gradient_max * n - 1) <= 1e-9) return NULL;
  return "standard error is 0, and events count differently in the estimate";
}

int32_t sp_limits(const sp_outcome *o, sp_worker *w, const sp_bound *b, const sp_uncertain *known,
                  sp_estimate *e, sampan_error *error) {
  const sampan_interval_in in = describe(o, w, b, known, e);
  sampan_interval_out out = {.struct_size = sizeof out, .n_eff = NAN};
  const sampan_interval_ops *ops = b->interval->ops;
  sampan_call call = sp_scratch_call(&w->scratch, b->interval, b->interval_values, error);
  const int32_t status = ops->limits(&call, &in, &out);
  if (status < 0) return sp_plugin_failed(status, b->interval, error);
  e->interval = b->interval->name;
  e->n_eff = out.n_eff;
  out.why[sizeof out.why - 1] = '\0';
  if (out.why[0] != '\0') {
    e->why = sp_worker_text(w, out.why);
    if (e->why == NULL) return sp_error_memory(error);
  }
  if (out.status != SAMPAN_LIMITS_OK) {
    sp_estimate_flag(w, e, "no-interval");
    return SAMPAN_OK;
  }
  if (!(out.lower <= out.upper)) {
    return sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_INTERVAL,
                        "interval '%s' broke its contract: limits %.10g and %.10g",
                        b->interval->name, out.lower, out.upper);
  }
  const char *why = false_certainty(o, b, e, &in, &out);
  if (why != NULL) {
    sp_estimate_flag(w, e, "no-interval");
    e->why = why;
    e->n_eff = NAN;
    return SAMPAN_OK;
  }
  if (!isnan(known->inner)) return go_back(w, b, known, &out, e, error);
  e->low = out.lower;
  e->high = out.upper;
  return SAMPAN_OK;
}
