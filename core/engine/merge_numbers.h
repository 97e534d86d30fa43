/* merge_numbers.h - what the parts of a merge share. Internal to merge*.c. */
#ifndef SP_ENGINE_MERGE_NUMBERS_H
#define SP_ENGINE_MERGE_NUMBERS_H

#include "engine/merge.h"

/* From numbers of one part to those of the other: of the first n, which are known. */
typedef struct sp_numbers {
  uint32_t *to;
  uint32_t n, capacity;
} sp_numbers;

/* Room for n numbers. SAMPAN_E_MEMORY. */
int32_t sp_numbers_room(sp_numbers *numbers, uint32_t n) SP_CHECK;

typedef struct sp_merge_stage {
  sp_numbers *strata_codes, *unit_codes; /* by part */
  sp_numbers tuples;                     /* of strata */
  sp_numbers strata, units;
  uint32_t *idle; /* units without a positive weight so far, which may yet get one */
  uint32_t n_idle, idle_capacity;
} sp_merge_stage;

struct sp_merge {
  const sp_job *job;
  sp_totals *into, *from;
  sp_numbers *values; /* by grouping */
  sp_merge_stage *stages;
  uint32_t n_stages;
  uint32_t n_shared;  /* of `from`, as it was the last time */
  uint32_t n_periods; /* PSUs of `from` whose period was brought over */
  sp_numbers *groups; /* by split */
};

/* The strata and units of all stages. */
int32_t sp_merge_place(sp_merge *merge, sampan_error *error) SP_CHECK;
/* PSUs: in the domain, and in several periods. SAMPAN_E_MEMORY. */
int32_t sp_merge_psus(sp_merge *merge) SP_CHECK;
/* What is counted of records and weights. SAMPAN_E_MEMORY. */
int32_t sp_merge_counts(sp_merge *merge) SP_CHECK;
/* The ranks of the replicates. */
int32_t sp_merge_ranks(sp_merge *merge, sampan_error *error) SP_CHECK;

#endif
