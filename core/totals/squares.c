/* squares.c - the squares of weights on a grid. */
#include "totals/squares.h"

__extension__ typedef unsigned __int128 sp_u128;

#define DIGIT_MASK ((INT64_C(1) << SP_GRID_BITS) - 1)

void sp_squares_make(const int64_t *high, const int64_t *low, int64_t n, const sp_squares *out) {
  for (int64_t i = 0; i < n; i++) {
    const uint64_t h = (uint64_t)high[i], l = (uint64_t)low[i];
    sp_u128 x = (sp_u128)l * l;
    out->digit[0][i] = (int64_t)x & DIGIT_MASK;
    x = (x >> SP_GRID_BITS) + 2 * ((sp_u128)h * l);
    out->digit[1][i] = (int64_t)x & DIGIT_MASK;
    x = (x >> SP_GRID_BITS) + (sp_u128)h * h;
    out->digit[2][i] = (int64_t)x & DIGIT_MASK;
    out->digit[3][i] = (int64_t)(x >> SP_GRID_BITS);
  }
}

void sp_squares_add_to(sp_long_sum *sum, const sp_grid *grid, const int64_t digit[4]) {
  for (int32_t k = 0; k < 4; k++) {
    sp_long_add_whole(sum, digit[k], 2 * grid->low + SP_GRID_BITS * k);
  }
}
