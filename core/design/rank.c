/* rank.c - the rank of a matrix from the products of its columns. */
#include "design/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-5 /* R's, of degf() */
#define SURE 1e-3      /* columns that differ by this much stay different */
#define FIRST_CHECK 16 /* updates before the rank is first looked at */

static uint64_t triangle(uint32_t i) {
  return (uint64_t)i * ((uint64_t)i + 1) / 2;
}

void sp_rank_init(sp_rank *rank, uint32_t n) {
  memset(rank, 0, sizeof *rank);
  rank->n = n;
  rank->next_check = FIRST_CHECK;
}

void sp_rank_clear(sp_rank *rank) {
  free(rank->products);
  free(rank->pending);
  memset(rank, 0, sizeof *rank);
}

/* Products with the pending rows added. */
static void update(const sp_rank *rank, double *products) {
  const uint32_t n = rank->n;
  for (uint32_t i = 0; i < n; i++) {
    double *line = products + triangle(i);
    for (uint32_t k = 0; k < rank->n_pending; k++) {
      const double *row = rank->pending + (uint64_t)k * n;
      const double x = row[i] * rank->squares[k];
      if (x == 0) continue;
      for (uint32_t j = 0; j <= i; j++) line[j] += x * row[j];
    }
  }
}

/* The rank at a tolerance: Cholesky of a copy of the products, column by column; a column that what
 * is before it explains is left out. */
static int32_t rank_at(const sp_rank *rank, double tolerance, uint32_t *out) {
  const uint32_t n = rank->n;
  *out = 0;
  if (rank->products == NULL) return SAMPAN_OK;
  const uint64_t n_bytes = triangle(n) * sizeof(double);
  double *left = malloc(n_bytes); /* becomes the factor; rows of columns left out are skipped */
  uint32_t *kept = malloc(n * sizeof *kept);
  if (left == NULL || kept == NULL) {
    free(left);
    free(kept);
    return SAMPAN_E_MEMORY;
  }
  memcpy(left, rank->products, n_bytes);
  update(rank, left);
  uint32_t n_kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    double *line = left + triangle(i);
    const double whole = line[i];
    double rest = whole;
    for (uint32_t a = 0; a < n_kept; a++) {
      const double *above = left + triangle(kept[a]);
      double x = line[kept[a]];
      for (uint32_t b = 0; b < a; b++) x -= line[kept[b]] * above[kept[b]];
      x /= above[kept[a]];
      line[kept[a]] = x;
      rest -= x * x;
    }
    if (!(whole > 0) || !(rest >= tolerance * tolerance * whole)) continue;
    line[i] = sqrt(rest);
    kept[n_kept++] = i;
  }
  free(left);
  free(kept);
  *out = n_kept;
  return SAMPAN_OK;
}

/* Moves the pending rows into the products; now and then sees whether more rows can matter. */
static int32_t flush(sp_rank *rank) {
  if (rank->n_pending == 0) return SAMPAN_OK;
  update(rank, rank->products);
  rank->n_pending = 0;
  if (++rank->n_updates < rank->next_check) return SAMPAN_OK;
  rank->next_check *= 2;
  if (rank->n_updates * SP_RANK_PENDING < rank->n) return SAMPAN_OK;
  uint32_t sure = 0;
  SP_TRY(rank_at(rank, SURE, &sure));
  rank->is_full = sure == rank->n;
  return SAMPAN_OK;
}

static int32_t make_room(sp_rank *rank) {
  if (rank->products != NULL) return SAMPAN_OK;
  double *products = calloc(triangle(rank->n), sizeof *products);
  double *pending = calloc((uint64_t)rank->n * SP_RANK_PENDING, sizeof *pending);
  if (products == NULL || pending == NULL) {
    free(products);
    free(pending);
    return SAMPAN_E_MEMORY;
  }
  rank->products = products;
  rank->pending = pending;
  return SAMPAN_OK;
}

int32_t sp_rank_add(sp_rank *rank, const double *row, double scale) {
  const uint64_t n_bytes = rank->n * sizeof *row;
  if (rank->is_full || rank->n == 0 || scale == 0) return SAMPAN_OK;
  SP_TRY(make_room(rank));
  for (uint32_t k = rank->n_pending; k-- > 0;) {
    if (memcmp(rank->pending + (uint64_t)k * rank->n, row, n_bytes) != 0) continue;
    rank->squares[k] += scale * scale;
    return SAMPAN_OK;
  }
  if (rank->n_pending == SP_RANK_PENDING) SP_TRY(flush(rank));
  memcpy(rank->pending + (uint64_t)rank->n_pending * rank->n, row, n_bytes);
  rank->squares[rank->n_pending++] = scale * scale;
  return SAMPAN_OK;
}

int32_t sp_rank_merge(sp_rank *rank, const sp_rank *other) {
  if (rank->is_full || other->products == NULL) return SAMPAN_OK;
  SP_TRY(make_room(rank));
  const uint64_t n = triangle(rank->n);
  for (uint64_t i = 0; i < n; i++) rank->products[i] += other->products[i];
  update(other, rank->products);
  rank->n_updates += other->n_updates;
  rank->is_full = other->is_full;
  return SAMPAN_OK;
}

int32_t sp_rank_value(const sp_rank *rank, uint32_t *out) {
  if (rank->is_full) {
    *out = rank->n;
    return SAMPAN_OK;
  }
  return rank_at(rank, TOLERANCE, out);
}
