/* common.h - what the workers of one read share. */
#ifndef SP_ENGINE_COMMON_H
#define SP_ENGINE_COMMON_H

#include <pthread.h>

#include "engine/budget.h"
#include "totals/grid.h"

/* What the sums on a grid may come to in one worker, and in all. */
#define SP_MOST_BOUND (INT64_C(1) << 61)

typedef struct sp_common {
  pthread_mutex_t lock; /* of all that follows, and of the totals that workers merge into */
  sp_job *job;
  sp_grid grid;       /* of the narrow totals; chosen by whoever meets the first weights */
  int32_t has_merged; /* some worker has brought something to the totals of all */
  int32_t reserved3;
  int64_t bound;          /* no sum on the grid exceeds it */
  uint64_t main_bytes;    /* that the totals of all were counted with */
  uint64_t n_bytes, peak; /* of the totals of all and of all workers; atomic, without the lock */
  uint64_t most;          /* that they may come to */
} sp_common;

/* The grid of this read, chosen by these weights if there is none; 0 where they fit on none. */
int sp_common_grid(sp_common *common, const double *weight, const uint64_t *mask, int64_t n,
                   sp_grid *out);
/* Has the run begin anew, without narrow totals. */
void sp_common_need_wide(sp_common *common);

/* Counts the bytes of totals that were *counted before. */
void sp_common_count(sp_common *common, const sp_totals *totals, uint64_t *counted);
/* The error of totals that take more than they may; `own` are the worker's. Without the lock. */
int32_t sp_common_check(sp_common *common, const sp_totals *own, const sp_totals *main,
                        sampan_error *error) SP_CHECK;

#endif
