/* squares.h - the squares of weights on a grid, and sums of them, without rounding.
 *
 * A weight of k units is a square of k^2 units, k < 2^79: four digits of 40 bits, two pairs. */
#ifndef SP_TOTALS_SQUARES_H
#define SP_TOTALS_SQUARES_H

#include "totals/grid.h"
#include "totals/long_sum.h"

/* By record; high * 2^120 + ... + digit[0]. */
typedef struct sp_squares {
  int64_t *digit[4];
} sp_squares;

/* The squares of n weights that were cut. */
void sp_squares_make(const int64_t *high, const int64_t *low, int64_t n, const sp_squares *out);

/* Carries the sum of squares in two pairs (low[0] and high[0] the lower one). */
static inline void sp_squares_carry(int64_t *high0, int64_t *low0, int64_t *high1, int64_t *low1) {
  sp_grid_carry(high0, low0);
  sp_grid_carry(low1, high0);
  sp_grid_carry(high1, low1);
}

/* The number that digits on this grid stand for. */
void sp_squares_add_to(sp_long_sum *sum, const sp_grid *grid, const int64_t digit[4]);

#endif
