/* weigh.h - the weights that a read adds up with: of the full sample, calibrated where the plan
 * says so, and of each replicate. */
#ifndef SP_ENGINE_WEIGH_H
#define SP_ENGINE_WEIGH_H

#include "base/lanes.h"
#include "engine/sift.h"
#include "totals/grid.h"

typedef struct sp_weigh {
  const sp_job *job;
  uint32_t n;         /* 1 and the replicates */
  uint32_t n_aux;     /* auxiliary variables of the calibration; 0: none */
  double **weight;    /* [0 the full sample, then each replicate][record] */
  sp_slices **slices; /* of them */
  double **aux;       /* [variable][record] */
  double *row;        /* the weights of one record by replicate, or its auxiliary variables */
  double *own;        /* of the full sample, where calibration changes them */
  const sp_lanes *lanes;
  struct sp_common *common;
  int64_t *high, *low;     /* of the full sample on the grid, where some totals are narrow */
  int32_t some_weightless; /* some record of the batch has the weight 0 */
  sp_grid grid;
  sp_grid_sum sum;                  /* of the batch */
  sp_grid weight_grid, square_grid; /* of the sums of the weights and of their squares */
  int64_t bound;                    /* no sum on the grid exceeds it since it was last taken */
} sp_weigh;

/* Memory for batches of up to `capacity` records; ends with the arena. */
int32_t sp_weigh_init(sp_weigh *weigh, const sp_job *job, int64_t capacity, sp_arena *arena);

/* Weighs the kept records of a batch. What is met is counted in `totals` where that is not NULL. */
int32_t sp_weigh_batch(sp_weigh *weigh, const sp_sift *sift, const sp_machine *machine,
                       const uint32_t *unit, int64_t n, sp_totals *totals,
                       sampan_error *error) SP_CHECK;

#endif
