/* budget.h - what totals may take of the memory, and what they take. */
#ifndef SP_ENGINE_BUDGET_H
#define SP_ENGINE_BUDGET_H

#include "engine/job.h"

/* The most bytes that all totals of a run may take. */
uint64_t sp_budget(const sp_run_options *options);
/* What these take. It is quick enough for every batch. */
uint64_t sp_totals_bytes(const sp_job *job, const sp_totals *totals);
/* What the totals of one worker take at least, once there is a record. */
uint64_t sp_totals_least(const sp_job *job, const sp_totals *totals);

/* Refuses a plan whose totals take more than they may, whatever is in its files. */
int32_t sp_budget_plan(const sp_job *job, const sp_totals *totals, sampan_error *error) SP_CHECK;
/* The error of totals that have come to n_bytes in all, most of them in these. */
int32_t sp_budget_error(const sp_job *job, const sp_totals *totals, uint64_t n_bytes,
                        sampan_error *error);

#endif
