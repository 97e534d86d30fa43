/* elements.h - designs whose every record is a PSU: their totals are kept by stratum, with sums of
 * squares beside them, and no unit has a row of its own. */
#ifndef SP_ENGINE_ELEMENTS_H
#define SP_ENGINE_ELEMENTS_H

#include "engine/job.h"

/* Two components whose product is a sum of squares: of one alone where b is SP_NONE, of all
 * records in where a is. */
typedef struct sp_square_of {
  uint32_t a, b;
} sp_square_of;

/* Whether an estimator's second moments are sums of squared weights, and few: then the variance of
 * records as PSUs is found from them, whichever way totals are kept. */
int sp_has_squares(const sp_bound *bound);
/* The squares of a cell, each once, and which of them is the moment of each pair of components (in
 * the order 00, 10, 11, 20 ...). SAMPAN_E_MEMORY. */
int32_t sp_squares_bind(sp_bound *bound, sp_arena *arena);

/* The column of PSUs that every record may have one of its own of, or NULL where the plan alone
 * says that totals are not kept by stratum. */
const char *sp_elements_psu(const sp_job *job);
/* Decides whether totals are kept by stratum: job->by_stratum. Without a PSU every record is one;
 * with a column of whole numbers it is to be proven. SAMPAN_E_MEMORY. */
int32_t sp_elements_decide(sp_job *job);
/* Whether records turned out to be no PSUs of their own, or the squares of weights to be no
 * ordinary numbers: all is to be read again, by unit. */
int sp_elements_failed(const sp_outcome *outcome);
/* Whether the variance of the outcome's estimates is that of records as PSUs. */
int sp_elements_apply(const sp_outcome *outcome);
/* PSUs of the design. */
int64_t sp_count_psus(const sp_totals *totals);

#endif
