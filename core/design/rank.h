/* rank.h - the rank of a matrix of weights whose rows come one by one: records x replicates.
 *
 * Keeps the products of the columns (n (n + 1) / 2 doubles) and finds the rank from them as R's
 * qr(tol = 1e-5) does from the matrix: column by column, a column counts when what the columns
 * before leave of it is at least 1e-5 of its length. The degrees of freedom of replicate weights
 * are this rank less 1. */
#ifndef SP_DESIGN_RANK_H
#define SP_DESIGN_RANK_H

#include <stdint.h>

#include "base/error.h"

#define SP_RANK_PENDING 8

typedef struct sp_rank {
  uint32_t n;         /* columns */
  uint32_t n_pending; /* rows that wait for the next update of the products */
  int32_t is_full;    /* the rank is n whatever comes */
  uint32_t reserved;
  uint64_t n_updates, next_check;
  double *products; /* row i of the lower triangle at i (i + 1) / 2; NULL before the first row */
  double *pending;  /* SP_RANK_PENDING rows */
  double squares[SP_RANK_PENDING]; /* sums of the squared scales of equal rows */
} sp_rank;

void sp_rank_init(sp_rank *rank, uint32_t n);
void sp_rank_clear(sp_rank *rank);

/* Adds the row scale * row, n finite doubles; a run of equal rows costs little, so give factors as
 * row and the weight as scale where that is how they come. Rows and scales of 0 add nothing. */
int32_t sp_rank_add(sp_rank *rank, const double *row, double scale) SP_CHECK;
/* Adds the rows of another one, of the same n. */
int32_t sp_rank_merge(sp_rank *rank, const sp_rank *other) SP_CHECK;
/* The rank so far; 0 before the first row. */
int32_t sp_rank_value(const sp_rank *rank, uint32_t *out) SP_CHECK;

#endif
