/* add_masks.h - adding the weight of a record to those lanes of its row that a mask names. */
#ifndef SP_TOTALS_ADD_MASKS_H
#define SP_TOTALS_ADD_MASKS_H

#include "totals/grid.h"

/* Lanes lie in blocks of 8 (of 2 or 4 in rows of no more): the low parts, then the high parts. */
enum { SP_BLOCK_LANES = 8 };

/* Adds (high, low) to the lanes of `row`, in blocks of 8, whose bits are set in `mask`, and 1 to
 * their tallies: n_lanes of them, a multiple of 8 up to 64. */
typedef void sp_add_mask_fn(int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask,
                            int64_t high, int64_t low);

/* The fastest that this processor has; and by name, for tests: "portable", "avx2", "avx512", or
 * NULL where there is no such here. */
sp_add_mask_fn *sp_add_mask_best(void);
sp_add_mask_fn *sp_add_mask_named(const char *name);

/* A matrix of 64 x 64 bits turned about: bit j of out[i] is bit i of word j. */
void sp_turn_bits(const uint64_t in[64], uint64_t out[64]);

#endif
