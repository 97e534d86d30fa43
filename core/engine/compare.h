/* compare.h - which estimates a comparison is of. Internal to compare*.c. */
#ifndef SP_ENGINE_COMPARE_H
#define SP_ENGINE_COMPARE_H

#include "engine/job.h"

/* Variables of `within`, and the period. */
enum { SP_MOST_LEVELS = 32 };

/* An estimate that is compared; in a crossing, also a cell that has none. */
typedef struct sp_chosen {
  const sp_estimate *estimate; /* NULL: a cell of a crossing without a record */
  const char *value;           /* of `across`, or the name of the statistic */
  const char *second;          /* of the second variable of a crossing, or NULL */
  uint32_t place;              /* among the values that the plan lists */
  uint32_t reserved;
} sp_chosen;

typedef struct sp_comparer {
  sp_outcome *outcome;
  const sp_comparison *comparison;
  const sampan_plugin *plugin;
  const sampan_value *values;
  sp_chosen *room; /* for all estimates; of one level at a time */
  sp_chosen *chosen;
  uint32_t n_chosen;
  uint32_t n_unusable;        /* without a value, or suppressed */
  uint32_t n_rows, n_columns; /* of a crossing; else 0, 0 */
  uint32_t test_capacity, reserved;
} sp_comparer;

/* How many variables a comparison is done once for each level of. */
uint32_t sp_compare_levels(const sp_comparer *comparer);
/* Whether a comparison is of this estimate; `out` gets its values and place, `level` the values of
 * `within`, and then of the period where that is a level, too. */
int sp_compare_takes(const sp_comparer *comparer, uint32_t indicator, const sp_estimate *estimate,
                     sp_chosen *out, const char **level);
/* Chooses the estimates of an indicator at one level, in order; a crossing gets all its cells. */
int32_t sp_compare_choose(sp_comparer *comparer, uint32_t indicator, const char *const *level,
                          sampan_error *error) SP_CHECK;
/* Values that the plan lists and that no estimate has are an error. */
int32_t sp_compare_check_values(const sp_comparer *comparer, uint32_t indicator,
                                sampan_error *error) SP_CHECK;

#endif
