/* elements.h - the variance of an estimate where every record is a PSU: from sums and sums of
 * squares by stratum, without a value for each record. */
#ifndef SP_DESIGN_ELEMENTS_H
#define SP_DESIGN_ELEMENTS_H

#include "design/units.h"
#include "totals/long_sum.h"

/* A group of records by stratum, those of one indicator; arrays by stratum that the group has a
 * record in, borrowed. With v_k = w u_k of a record for its total k:
 *   totals   sum of v_k, n_totals for each stratum
 *   moments  sum of v_k v_j, j <= k, for the totals of each cell in the order 00, 10, 11, 20 ...:
 *            n (n + 1) / 2 for n totals of a cell; no record is in two cells
 * Each sum is the number itself, and rounded only in the end. */
typedef struct sp_elements {
  const uint32_t *stratum;  /* place among the strata of the design, each once */
  const int64_t *n_records; /* NULL: not known, and the design has no lonely_in_domain */
  const sp_twofold *totals, *moments;
  uint32_t n_strata, n_totals; /* n_totals: of all cells */
  uint32_t n_cells, reserved;
} sp_elements;

/* The moments of an estimator in one stratum. */
static inline uint32_t sp_elements_moments(uint32_t n_cells, uint32_t n_totals) {
  const uint32_t n = n_totals / n_cells;
  return n_cells * (n * (n + 1) / 2);
}

/* What sp_units_covariance gives for the linearized values of the records, z = gradient . v: the
 * sum over strata of (1 - f) n / (n - 1) [sum z^2 - (sum z)^2 / n], with n the records that the
 * stratum has in the design, and the same rules for strata with one. `strata` are those of the
 * design. A spread of less than 1e-11 of the values is taken for none. */
int32_t sp_elements_variance(const sp_stratum *strata, const sp_design *design, const char *file,
                             const sp_elements *elements, const double *gradient, double *out,
                             sp_variance_note *note, sampan_error *error) SP_CHECK;

#endif
