/* sift.h - what every read does first with a batch: which records are dropped, which belong to the
 * domain, what they weigh. */
#ifndef SP_ENGINE_SIFT_H
#define SP_ENGINE_SIFT_H

#include "base/lanes.h"
#include "engine/job.h"

typedef struct sp_sift {
  const sp_job *job;
  uint64_t *kept, *eligible; /* not dropped; and in the domain */
  const double *weight;      /* as the data give it; 1 without one */
  double least, most;        /* of the weights of kept records: +-HUGE_VAL where there is none */
  double *ones;
  const sp_lanes *lanes;
} sp_sift;

/* Memory for batches of up to `capacity` records; ends with the arena. */
int32_t sp_sift_init(sp_sift *sift, const sp_job *job, int64_t capacity, sp_arena *arena);

/* Sifts a batch. What is met is counted in `totals` where that is not NULL: by the first read. */
int32_t sp_sift_batch(sp_sift *sift, const sp_machine *machine, int64_t n, sp_totals *totals,
                      sampan_error *error) SP_CHECK;

#endif
