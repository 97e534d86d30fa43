/* ranks.h - the ranks of the replicate weights: of all records, and by domain. */
#ifndef SP_ENGINE_RANKS_H
#define SP_ENGINE_RANKS_H

#include "engine/job.h"

/* Together they hold at most this much. */
#define SP_RANKS_MOST_BYTES (UINT64_C(1) << 30)

/* Columns of the ranks: the replicates, but for those made ones whose factor is 0 (strata taken
 * whole): they say nothing about the variance. */
uint32_t sp_ranks_width(const sp_job *job);

/* Adds record i of a unit, with its weights by run, to a rank of `totals`; `row` has room for the
 * replicates. Replicates that are made multiply the weights of a PSU by the same: it is met. */
int32_t sp_ranks_add(const sp_job *job, sp_totals *totals, sp_rank *rank, double *const *weight,
                     uint32_t unit, int64_t i, double *row, sampan_error *error) SP_CHECK;

/* Room for the ranks of a group of a split, where df go by domain. SAMPAN_E_MEMORY. */
int32_t sp_ranks_room(const sp_job *job, sp_totals *totals, uint32_t split,
                      uint32_t group) SP_CHECK;
/* Refuses ranks that take more than they may. */
int32_t sp_ranks_check(const sp_totals *totals, sampan_error *error) SP_CHECK;

/* The rank, found once. SAMPAN_E_MEMORY. */
int32_t sp_ranks_value(const sp_job *job, sp_rank *rank, uint32_t *out) SP_CHECK;

#endif
