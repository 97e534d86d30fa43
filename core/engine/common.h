/* common.h - what the workers of one read share. */
#ifndef SP_ENGINE_COMMON_H
#define SP_ENGINE_COMMON_H

#include <pthread.h>

#include "engine/job.h"
#include "totals/grid.h"

/* What the sums on a grid may come to in one worker, and in all. */
#define SP_MOST_BOUND (INT64_C(1) << 61)

typedef struct sp_common {
  pthread_mutex_t lock; /* of all that follows, and of the totals that workers merge into */
  sp_job *job;
  sp_grid grid;  /* of the narrow totals; chosen by whoever meets the first weights */
  int64_t bound; /* no sum on the grid exceeds it */
} sp_common;

/* The grid of this read, chosen by these weights if there is none; 0 where they fit on none. */
int sp_common_grid(sp_common *common, const double *weight, const uint64_t *mask, int64_t n,
                   sp_grid *out);
/* Has the run begin anew, without narrow totals. */
void sp_common_need_wide(sp_common *common);

#endif
