/* order.h - the groups of a split in the order that tables show: by period, then by each variable,
 * in the order of the plan's labels where it gives them, else in natural order. */
#ifndef SP_ENGINE_ORDER_H
#define SP_ENGINE_ORDER_H

#include "engine/job.h"

typedef struct sp_ordered_group {
  uint32_t group;
  uint32_t reserved;
  const char *period;        /* "" where the plan has none */
  const char *const *values; /* of the variables, without the period */
} sp_ordered_group;

/* *out lives in the arena. */
int32_t sp_order_groups(const sp_outcome *outcome, uint32_t split, sp_arena *arena,
                        sp_ordered_group **out, uint32_t *n, sampan_error *error) SP_CHECK;

/* Orders two values of a column: -1, 0, 1. */
int sp_order_values(const sp_plan *plan, const char *column, const char *a, const char *b);

#endif
