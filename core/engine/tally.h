/* tally.h - distributions of values by group: what estimators of several reads get of the first. */
#ifndef SP_ENGINE_TALLY_H
#define SP_ENGINE_TALLY_H

#include <sampan/plugin.h>

#include "base/arena.h"
#include "base/map.h"
#include "totals/table.h"

typedef struct sp_tally_table {
  sp_map *values; /* numbers of values; not where records are kept apart */
  double *value;  /* by number */
  uint32_t n_values, capacity;
  uint32_t n_runs; /* weights: the full sample and the replicates */
  int32_t apart;
  uint64_t *n_bytes; /* of this one and others, with what sp_tally_make will take */
  sp_table *table;   /* (group, value): the weight in each run, then the records */
} sp_tally_table;

/* Tallies that share a count of bytes hold at most this much together. */
#define SP_TALLY_MOST_BYTES (UINT64_C(1) << 33)

int32_t sp_tally_init(sp_tally_table *tally, uint32_t n_runs, int32_t apart, uint64_t *n_bytes);
void sp_tally_clear(sp_tally_table *tally);

/* Adds record i with its weights by run; NaN has no part. SAMPAN_E_DATA: one of the weights is
 * negative; SAMPAN_E_PLAN: it would take more than the bound; SAMPAN_E_MEMORY. */
int32_t sp_tally_add(sp_tally_table *tally, uint32_t group, double value, sp_slices *const *weights,
                     int64_t i);

/* Adds what another one holds, whose groups are group[g] here, and empties it. Records that are
 * kept apart come after those that are here. The bound is not looked at. SAMPAN_E_MEMORY. */
int32_t sp_tally_merge(sp_tally_table *tally, sp_tally_table *from, const uint32_t *group) SP_CHECK;

/* The distributions, in the arena: (*out)[run * n_groups + group]. Values of no weight are left
 * out. SAMPAN_E_MEMORY. */
int32_t sp_tally_make(const sp_tally_table *tally, uint32_t n_groups, sp_arena *arena,
                      sampan_tally **out);

#endif
