/* runs.c - the variance of an estimate under a design of one stage. */
#include "design/runs.h"

#include "totals/sum.h"

/* (1 - f) n / (n - 1) sum (z - mean)^2; PSUs without a value are 0. Operation by operation as in
 * covariance.c. */
static double stratum_part(const sp_stratum *s, const double *z, uint32_t n_values, double *work) {
  const double n = s->n_psu;
  double mean = n_values == 1 ? z[0] : sp_sum(z, n_values);
  mean /= n;
  for (uint32_t i = 0; i < n_values; i++) work[i] = (z[i] - mean) * (z[i] - mean);
  const double squares = sp_sum(work, n_values) + (n - (double)n_values) * mean * mean;
  return (1 - s->fpc) * n / (n - 1) * squares;
}

int sp_runs_variance(const sp_units *units, const sp_design *design, const sp_runs *runs,
                     double *out) {
  const int in_domain = sp_lonely_by_domain(design);
  if (units->below != NULL) return 0;
  uint32_t first = 0, n_parts = 0;
  for (uint32_t i = 0; i < runs->n_runs; first = runs->end[i++]) {
    const sp_stratum *s = &units->strata[runs->stratum[i]];
    const uint32_t n = runs->end[i] - first;
    if (s->fpc >= 1) continue; /* every unit is in the sample */
    if (s->n_psu <= 1 || (in_domain && n == 1)) return 0;
    /* A stratum has a value at least, so that its part finds room where the first were. */
    runs->work[n_parts] = stratum_part(s, runs->z + first, n, runs->work + n_parts);
    n_parts++;
  }
  *out = sp_sum(runs->work, n_parts);
  return 1;
}
