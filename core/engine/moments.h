/* moments.h - the variance of an estimate where every record is a PSU: sums and sums of squares by
 * stratum, from tables by stratum or from those by unit, and bit for bit the same. */
#ifndef SP_ENGINE_MOMENTS_H
#define SP_ENGINE_MOMENTS_H

#include "design/elements.h"
#include "engine/job.h"

/* Those of one indicator in the group at hand. Starts as zeros. */
typedef struct sp_moments {
  uint32_t *stratum; /* that the group has a record in */
  sp_twofold *totals, *moments;
  uint32_t n_strata, n_present; /* present: with a positive weight */
  double df_present;            /* records of these in the design, less 1 each */
  uint64_t capacity[3];         /* elements that there is room for */
  sp_long_sum *sums;            /* scratch */
} sp_moments;

void sp_moments_clear(sp_moments *moments);

/* The rows of a group, in the order of their strata. */
typedef struct sp_group_rows {
  const sp_table *table;
  const uint32_t *rows, *leaf; /* leaf: the key of each row, a stratum or a unit */
  uint32_t n_rows;
  uint32_t first;        /* the first lane of the indicator */
  uint32_t first_square; /* by stratum: of the indicator */
  int32_t by_stratum;
} sp_group_rows;

/* SAMPAN_E_MEMORY. */
int32_t sp_moments_load(sp_moments *moments, const sp_units *units, const sp_bound *bound,
                        const sp_group_rows *rows) SP_CHECK;

#endif
