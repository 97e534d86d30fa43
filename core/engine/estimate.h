/* estimate.h - the estimates of one group of records, made by one thread of several. */
#ifndef SP_ENGINE_ESTIMATE_H
#define SP_ENGINE_ESTIMATE_H

#include "engine/moments.h"
#include "engine/worker.h"

/* An indicator in one of the splits that it is estimated for. */
typedef struct sp_target {
  uint32_t indicator, split;
  uint32_t place;    /* in the split */
  uint32_t reserved; /* */
  uint64_t first;    /* of its estimates in the order of results */
  const sp_by *by;
} sp_target;

/* The memory of one thread, reused from group to group. */
typedef struct sp_maker {
  sp_outcome *outcome;
  sp_worker worker;
  sp_arena *own;
  sampan_estimates estimates, replicate; /* of the full sample; of one replicate */
  double *totals, *replicate_totals;
  /* The group at hand: its rows, what they come to, and for surveys each of them */
  const sp_table *table;
  const uint32_t *rows;
  uint32_t n_rows, n_lanes;
  double *sums, *matrix, *row;
  uint32_t *leaf;
  int32_t has_matrix, knows_design_df;
  double design_df;
  /* Where every record is a PSU */
  sp_moments moments;
  uint32_t moments_of; /* the place of the indicator that they are of, and 1; 0: of none yet */
  int32_t by_elements;
  /* Linearized values */
  double *z, *work;
  uint32_t *run_stratum, *run_end;
  sp_point *points;
  uint32_t n_points, reserved;
} sp_maker;

/* `arena` takes what estimates point to. Clear in any case. SAMPAN_E_MEMORY. */
int32_t sp_maker_init(sp_maker *maker, sp_outcome *outcome, sp_arena *arena);
void sp_maker_clear(sp_maker *maker);
/* Turns to a group, whose estimates for all targets of the split can then be made. */
void sp_maker_load(sp_maker *maker, uint32_t split, uint32_t group);
/* The estimates of all statistics; `out` is zeroed. */
int32_t sp_make_estimates(sp_maker *maker, const sp_target *target, uint32_t group,
                          const char *period, const char *const *values, sp_estimate *out,
                          sampan_error *error) SP_CHECK;

#endif
