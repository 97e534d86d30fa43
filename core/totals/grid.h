/* grid.h - weights on a binary grid: a weight that is k units of 2^low, |k| < 2^79, is a pair of
 * integers, and sums of pairs are exact in any order.
 *
 * k = high * 2^40 + low, 0 <= low < 2^40. Pairs add up as two int64: 2^22 of them before the low
 * parts must be carried. Survey weights span few powers of two, so that one grid holds them all;
 * where it does not, totals are kept as sp_exact. */
#ifndef SP_TOTALS_GRID_H
#define SP_TOTALS_GRID_H

#include "totals/exact.h"

#define SP_GRID_BITS 40
#define SP_GRID_MOST (INT64_C(1) << 22) /* pairs between two carries */

typedef struct sp_grid {
  int32_t low; /* the unit is 2^low */
  int32_t is_set;
} sp_grid;

/* Whether a grid can hold weights like these (those of a mask, finite); *out is one with room for
 * larger, smaller and longer ones. Weights that are all 0 say nothing: *out is not set. */
int sp_grid_choose(const double *weight, const uint64_t *mask, int64_t n, sp_grid *out);

/* A sum of pairs, not carried. */
typedef struct sp_grid_sum {
  int64_t high, low;
} sp_grid_sum;

/* Cuts the weights of a mask into pairs, 0 elsewhere, and sums them up; 0 where one is negative or
 * does not fit. n is at most SP_GRID_MOST. */
int sp_grid_cut(const sp_grid *grid, const double *weight, const uint64_t *mask, int64_t n,
                int64_t *high, int64_t *low, sp_grid_sum *sum);

/* The double nearest to a sum (ties to even). */
double sp_grid_value(const sp_grid *grid, int64_t high, int64_t low);
/* The same sum as an sp_exact. */
sp_exact sp_grid_exact(const sp_grid *grid, int64_t high, int64_t low);

/* Adds the numbers of a mask to a sum: the same as one by one, and faster. `grid` is one that held
 * the numbers before, and becomes one that holds these; at first not set. */
void sp_exact_add_all(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n,
                      sp_grid *grid);
/* The same of their squares, each rounded to a double. */
void sp_exact_add_squares(sp_exact *sum, const double *x, const uint64_t *mask, int64_t n,
                          sp_grid *grid);
/* Carries what low has beyond its bits. */
static inline void sp_grid_carry(int64_t *high, int64_t *low) {
  *high += *low >> SP_GRID_BITS;
  *low &= (INT64_C(1) << SP_GRID_BITS) - 1;
}

#endif
