/* limits.h - the limits of an estimate, by the interval plugin of its indicator. */
#ifndef SP_ENGINE_LIMITS_H
#define SP_ENGINE_LIMITS_H

#include "engine/worker.h"

/* What is known of an estimate whose variance has been found. */
typedef struct sp_uncertain {
  const double *totals, *gradient, *replicates; /* replicates: NULL without replicate weights */
  double inner, inner_error; /* the value on the scale of its interval; NaN where that is its own */
  const sampan_totals *view;
} sp_uncertain;

/* Finds e->low and e->high, and where the statistic has an inner scale e->std_error. */
int32_t sp_limits(const sp_outcome *outcome, sp_worker *worker, const sp_bound *bound,
                  const sp_uncertain *known, sp_estimate *e, sampan_error *error) SP_CHECK;

/* Adds a word to the flags of an estimate. */
void sp_estimate_flag(sp_worker *worker, sp_estimate *e, const char *flag);

#endif
