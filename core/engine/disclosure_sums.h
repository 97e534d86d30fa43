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

/* Marks each unknown that the equations determine, by elimination. Where they are too many for
 * that, all unknowns count as determined: the mark can be set without need, but not be missing. */
int32_t sp_sums_determined(const sp_sums *sums, uint8_t *determined) SP_CHECK;

/* Narrows the limits of each unknown to what the equations leave, given the limits at entry and the
 * true values, which the constants of the equations follow from. The limits that are left hold all
 * solutions; they may be wider than those. cause[2 x] and cause[2 x + 1] get the equations that the
 * lower and upper limit of unknown x come from, or UINT32_MAX. */
void sp_sums_narrow(const sp_sums *sums, const double *value, double *low, double *high,
                    uint32_t *cause);

#endif
