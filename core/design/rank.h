/* rank.h - the rank of a matrix of weights whose rows come one by one: records x replicates.
 *
 * Each row is taken by its largest entry, in steps of 2^-23 of it: a row counts for its pattern,
 * not for the size of its record. The products of the columns (n (n + 1) / 2) are then sums of
 * integers, kept exactly: they, and the rank, do not depend on the order of the rows, nor on what
 * is merged with what. From them the rank is found as R's qr(tol = 1e-5) finds it from the matrix:
 * column by column, a column counts when what the columns before leave of it is at least 1e-5 of
 * its length. The degrees of freedom of replicate weights are this rank less 1.
 *
 * Where records of a unit have the same row, units can be met instead of rows added. */
#ifndef SP_DESIGN_RANK_H
#define SP_DESIGN_RANK_H

#include <stdint.h>

#include "base/error.h"

#define SP_RANK_PENDING 16

typedef struct sp_rank {
  uint32_t n;         /* columns */
  uint32_t n_pending; /* rows that wait for the next update of the products */
  int32_t is_full;    /* the rank is n whatever comes */
  int32_t is_known;   /* `value` is the rank so far */
  uint32_t value;
  uint32_t n_met;     /* words of `met` */
  uint32_t n_waiting; /* rows that the pending ones stand for */
  uint32_t n_low;     /* rows in `low` */
  uint64_t n_updates, next_check;
  double
      *low; /* row i of the lower triangle at i (i + 1) / 2; integers; NULL before the first row */
  int64_t *high;                   /* 2^40 each */
  double *pending;                 /* SP_RANK_PENDING rows */
  uint32_t count[SP_RANK_PENDING]; /* equal rows */
  uint64_t *met;                   /* by unit, a bit */
} sp_rank;

void sp_rank_init(sp_rank *rank, uint32_t n);
void sp_rank_clear(sp_rank *rank);

/* Adds a row of n finite doubles; a run of equal patterns costs little. A row of zeros adds
 * nothing. SAMPAN_E_MEMORY. */
int32_t sp_rank_add(sp_rank *rank, const double *row) SP_CHECK;
/* Notes that a unit has records here. SAMPAN_E_MEMORY. */
int32_t sp_rank_meet(sp_rank *rank, uint32_t unit) SP_CHECK;
int32_t sp_rank_has_met(const sp_rank *rank, uint32_t unit);
/* Adds the rows and units of another one, of the same n. */
int32_t sp_rank_merge(sp_rank *rank, sp_rank *other) SP_CHECK;
/* The rank of the rows so far, found once; 0 before the first. */
int32_t sp_rank_value(sp_rank *rank, uint32_t *out) SP_CHECK;
/* What it holds. */
uint64_t sp_rank_bytes(const sp_rank *rank);

#endif
