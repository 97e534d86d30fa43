/* replicates.h - replicate weights: their variance factors, making them from strata and PSUs, and
 * the covariance of estimates from their replicates,
 *   cov = sum over r of factor_r (a_r - center_a)(b_r - center_b).
 * The degrees of freedom come from design/rank.h. */
#ifndef SP_DESIGN_REPLICATES_H
#define SP_DESIGN_REPLICATES_H

#include "design/units.h"

/* The factors of n replicates that the data hold, scale * rscales[r]. Without a scale it is by
 * type: BRR 1/n, Fay 1/(n (1 - rho)^2), JK1 (n-1)/n, bootstrap 1/(n-1), SDR and ACS 4/n, others 1.
 * JKn needs rscales or a scale: strata do not show in the weights. SAMPAN_E_PLAN otherwise, and
 * where scale, rscales or rho cannot be. */
int32_t sp_replicates_factors(const sp_replicates *spec, uint32_t n, const char *file, double *out,
                              sampan_error *error) SP_CHECK;

/* Replicates made from a design: what each PSU's weights are multiplied by. */
typedef struct sp_replicate_set {
  uint32_t n, n_psu;
  double *multipliers; /* [replicate][PSU as numbered by the units] */
  double *factors;     /* n */
} sp_replicate_set;

/* At most this many multipliers (1 GiB). */
#define SP_REPLICATES_MOST (UINT64_C(1) << 27)

/* Makes the replicates of design->replicates. `order` lists the PSUs in an order that does not
 * depend on the file (say, by the texts of stratum and PSU); NULL: as they are numbered. Strata are
 * taken in the order of their first PSU there. Every PSU counts, also one without positive weight.
 *   JK1        one stratum. Leaves out a PSU, n/(n-1) for the others; factor (1-f)(n-1)/n
 *   JKn        leaves out a PSU, n_h/(n_h-1) for the others of its stratum; (1-f_h)(n_h-1)/n_h
 *   BRR, Fay   two PSUs in each stratum, 1 +- (1-rho) sqrt(1-f_h) by a Hadamard matrix of more rows
 *              than strata (rho 0 for BRR); 1/(R (1-rho)^2)
 *   bootstrap  n_made times n_h-1 PSUs drawn with replacement from each stratum (Rao, Wu and Yue
 *              1992), 1 + sqrt(1-f_h) (times n_h/(n_h-1) - 1); 1/(R-1). The draws depend on seed,
 *              replicate and place of the stratum alone
 * A scale in the plan takes the place of the type's. Strata taken whole (f = 1) add no variance;
 * those with one PSU either, if the plan's rule is `remove` or `certainty`. Otherwise a lonely PSU,
 * and what else a type cannot have, is an error that names the stratum. */
int32_t sp_replicates_make(const sp_design *design, const sp_units *units, const uint32_t *order,
                           const char *file, sp_replicate_set *out, sampan_error *error) SP_CHECK;
void sp_replicate_set_clear(sp_replicate_set *set);

/* The covariance of two estimates from their replicates; `about_full`: about the full-sample
 * estimates, else about the plain means of the replicates with a positive factor. Returns how many
 * replicates with a positive factor have no finite value (the mean of a domain without weight,
 * say): these are left out, their factor with them, as R does. *out is NaN where none is left. */
uint32_t sp_replicates_covariance(const double *a, const double *b, double full_a, double full_b,
                                  const double *factors, uint32_t n, int32_t about_full,
                                  double *out);

#endif
