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
  sp_table *table; /* (group, value): the weight in each run, then the records */
} sp_tally_table;

int32_t sp_tally_init(sp_tally_table *tally, uint32_t n_runs, int32_t apart);
void sp_tally_clear(sp_tally_table *tally);

/* Adds record i with its weights by run; NaN has no part. SAMPAN_E_MEMORY. */
int32_t sp_tally_add(sp_tally_table *tally, uint32_t group, double value, sp_slices *const *weights,
                     int64_t i);

/* The distribution of every group in one run: *out has n_groups tallies, in the arena. Values of
 * no weight are left out. */
int32_t sp_tally_make(const sp_tally_table *tally, uint32_t run, uint32_t n_groups, sp_arena *arena,
                      sampan_tally **out);

#endif
