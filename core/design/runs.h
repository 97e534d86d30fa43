/* runs.h - the variance of an estimate under a design of one stage, where no rule for lonely PSUs
 * is met: the common case, and nothing but sums. */
#ifndef SP_DESIGN_RUNS_H
#define SP_DESIGN_RUNS_H

#include "design/units.h"

/* Linearized values, one for each PSU that has one, those of a stratum together; caller-owned. */
typedef struct sp_runs {
  const double *z;
  double *work;            /* as long as z */
  const uint32_t *stratum; /* by run */
  const uint32_t *end;     /* by run: one past its last value */
  uint32_t n_runs, reserved;
} sp_runs;

/* What sp_units_covariance gives for the same values, bit for bit. 0 where a rule for lonely PSUs
 * is met or the design has later stages: then that function is to be asked. */
int sp_runs_variance(const sp_units *units, const sp_design *design, const sp_runs *runs,
                     double *out);

#endif
