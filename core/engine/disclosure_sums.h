/* disclosure_sums.h - unknown numbers and the sums that tie them: which of them can be worked out.
 */
#ifndef SP_ENGINE_DISCLOSURE_SUMS_H
#define SP_ENGINE_DISCLOSURE_SUMS_H

#include "base/error.h"

/* Equations among unknowns: the terms of equation e are term[start[e]] to term[start[e + 1]]. What
 * is known stands on the other side and matters to none of the questions asked here. */
typedef struct sp_sums {
  uint32_t n_unknowns, n_equations;
  const uint32_t *start;
  const uint32_t *term; /* unknowns */
  const int8_t *sign;   /* 1 or -1 */
} sp_sums;

/* Marks each unknown that the equations determine, by exact elimination. Where they are too many
 * for that, all unknowns that hang together count as determined. */
int32_t sp_sums_determined(const sp_sums *sums, uint8_t *determined) SP_CHECK;

/* Narrows the limits of each unknown to what the equations leave, given the limits at entry and the
 * true values, which the constants of the equations follow from. The limits that are left hold all
 * solutions; they may be wider than those. */
void sp_sums_narrow(const sp_sums *sums, const double *value, double *low, double *high);

#endif
