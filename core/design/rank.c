/* rank.c - the rank of a matrix from the products of its columns. */
#include "design/rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE 1e-5       /* R's, of degf() */
#define LONGEST 1e7          /* squared; a column counts as no longer than this */
#define FIRST_CHECK 16       /* updates before the rank is first looked at */
#define STEPS 8388608.0      /* 2^23: the largest entry of a row */
#define CARRY 1099511627776. /* 2^40 */
/* Rows whose products, of 2^46 at most, a double holds exactly beside what a carry leaves. */
#define MOST_ROWS 127

static uint64_t triangle(uint32_t i) {
  return (uint64_t)i * ((uint64_t)i + 1) / 2;
}

void sp_rank_init(sp_rank *rank, uint32_t n) {
  memset(rank, 0, sizeof *rank);
  rank->n = n;
  rank->next_check = FIRST_CHECK;
}

static void drop_products(sp_rank *rank) {
  free(rank->low);
  free(rank->high);
  free(rank->pending);
  rank->low = NULL;
  rank->high = NULL;
  rank->pending = NULL;
  rank->n_pending = rank->n_waiting = rank->n_low = 0;
}

void sp_rank_clear(sp_rank *rank) {
  drop_products(rank);
  free(rank->met);
  memset(rank, 0, sizeof *rank);
}

uint64_t sp_rank_bytes(const sp_rank *rank) {
  const uint64_t met = rank->n_met * sizeof *rank->met;
  if (rank->low == NULL) return met;
  return met + triangle(rank->n) * (sizeof *rank->low + sizeof *rank->high) +
         (uint64_t)rank->n * SP_RANK_PENDING * sizeof *rank->pending;
}

/* Moves what is above 2^40 up. What is left is from 0 to 2^40: sums that are equal look the same.
 */
static void carry(sp_rank *rank) {
  const uint64_t n = triangle(rank->n);
  for (uint64_t i = 0; i < n; i++) {
    const double up = floor(rank->low[i] / CARRY);
    rank->high[i] += (int64_t)up;
    rank->low[i] -= up * CARRY;
  }
  rank->n_low = 0;
}

/* Cholesky of the products, column by column; a column that what is before it explains is left out.
 * The rank, and the least that is left of a column that counts. */
static int32_t factor(const sp_rank *rank, uint32_t *out, double *least) {
  const uint32_t n = rank->n;
  const uint64_t n_products = triangle(n);
  double *left = malloc((n_products + 1) * sizeof *left); /* becomes the factor */
  uint32_t *kept = malloc((n + 1U) * sizeof *kept);       /* rows of columns left out are skipped */
  if (left == NULL || kept == NULL) {
    free(left);
    free(kept);
    return SAMPAN_E_MEMORY;
  }
  for (uint64_t i = 0; i < n_products; i++) {
    left[i] = ((double)rank->high[i] * CARRY + rank->low[i]) / (STEPS * STEPS);
  }
  uint32_t n_kept = 0;
  *least = HUGE_VAL;
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
    if (!(whole > 0) || !(rest >= TOLERANCE * TOLERANCE * fmin(whole, LONGEST))) continue;
    line[i] = sqrt(rest);
    kept[n_kept++] = i;
    *least = fmin(*least, rest);
  }
  free(left);
  free(kept);
  *out = n_kept;
  return SAMPAN_OK;
}

/* Moves the pending rows into the products. */
static void flush(sp_rank *rank) {
  const uint32_t n = rank->n;
  if (rank->n_pending == 0) return;
  if (rank->n_low + rank->n_waiting > MOST_ROWS) carry(rank);
  /* Rows two by two: the products are read and written half as often. */
  for (uint32_t k = 0; k < rank->n_pending; k += 2) {
    const int is_pair = k + 1 < rank->n_pending;
    const double *row = rank->pending + (uint64_t)k * n, *next = is_pair ? row + n : row;
    for (uint32_t i = 0; i < n; i++) {
      double *line = rank->low + triangle(i);
      const double x = row[i] * rank->count[k], y = is_pair ? next[i] * rank->count[k + 1] : 0;
      if (x == 0 && y == 0) continue;
      for (uint32_t j = 0; j <= i; j++) line[j] += x * row[j] + y * next[j];
    }
  }
  rank->n_low += rank->n_waiting;
  rank->n_pending = rank->n_waiting = 0;
  rank->n_updates++;
}

/* Now and then sees whether more rows can matter. What is left of a column only grows with them,
 * and what must be left has a highest value: once it is surpassed the rank is full for good. */
static int32_t look(sp_rank *rank) {
  if (rank->n_updates < rank->next_check) return SAMPAN_OK;
  rank->next_check *= 2;
  if (rank->n_updates * SP_RANK_PENDING < rank->n) return SAMPAN_OK;
  uint32_t value = 0;
  double least = 0;
  carry(rank);
  SP_TRY(factor(rank, &value, &least));
  if (value < rank->n || !(least >= 2 * TOLERANCE * TOLERANCE * LONGEST)) return SAMPAN_OK;
  rank->is_full = 1;
  drop_products(rank);
  return SAMPAN_OK;
}

static int32_t make_room(sp_rank *rank) {
  if (rank->low != NULL) return SAMPAN_OK;
  const uint64_t n = triangle(rank->n);
  rank->low = calloc(n + 1, sizeof *rank->low);
  rank->high = calloc(n + 1, sizeof *rank->high);
  rank->pending = calloc((uint64_t)rank->n * SP_RANK_PENDING + 1, sizeof *rank->pending);
  if (rank->low != NULL && rank->high != NULL && rank->pending != NULL) return SAMPAN_OK;
  drop_products(rank);
  return SAMPAN_E_MEMORY;
}

int32_t sp_rank_add(sp_rank *rank, const double *row) {
  const uint32_t n = rank->n;
  double most = 0;
  for (uint32_t j = 0; j < n; j++) most = fmax(most, fabs(row[j]));
  if (rank->is_full || most == 0) return SAMPAN_OK;
  SP_TRY(make_room(rank));
  if (rank->n_pending == SP_RANK_PENDING || rank->n_waiting == MOST_ROWS) {
    flush(rank);
    SP_TRY(look(rank));
    if (rank->is_full) return SAMPAN_OK;
  }
  rank->is_known = 0;
  double *mine = rank->pending + (uint64_t)rank->n_pending * n;
  for (uint32_t j = 0; j < n; j++) {
    const double x = row[j] / most * STEPS;
    mine[j] = (double)(int32_t)(x < 0 ? x - 0.5 : x + 0.5);
  }
  rank->n_waiting++;
  for (uint32_t k = rank->n_pending; k-- > 0;) {
    if (memcmp(rank->pending + (uint64_t)k * n, mine, n * sizeof *mine) != 0) continue;
    rank->count[k]++;
    return SAMPAN_OK;
  }
  rank->count[rank->n_pending++] = 1;
  return SAMPAN_OK;
}

static int32_t room_to_meet(sp_rank *rank, uint32_t n_words) {
  if (n_words <= rank->n_met) return SAMPAN_OK;
  uint64_t *grown = realloc(rank->met, n_words * sizeof *grown);
  if (grown == NULL) return SAMPAN_E_MEMORY;
  memset(grown + rank->n_met, 0, (n_words - rank->n_met) * sizeof *grown);
  rank->met = grown;
  rank->n_met = n_words;
  return SAMPAN_OK;
}

int32_t sp_rank_meet(sp_rank *rank, uint32_t unit) {
  const uint32_t word = unit / 64;
  if (word >= rank->n_met) SP_TRY(room_to_meet(rank, word + word / 4 + 1));
  if (!sp_rank_has_met(rank, unit)) rank->is_known = 0;
  rank->met[word] |= UINT64_C(1) << (unit % 64);
  return SAMPAN_OK;
}

int32_t sp_rank_has_met(const sp_rank *rank, uint32_t unit) {
  return unit / 64 < rank->n_met && (rank->met[unit / 64] >> (unit % 64) & 1) != 0;
}

int32_t sp_rank_merge(sp_rank *rank, sp_rank *other) {
  rank->is_known = 0;
  SP_TRY(room_to_meet(rank, other->n_met));
  for (uint32_t i = 0; i < other->n_met; i++) rank->met[i] |= other->met[i];
  if (rank->is_full || (other->low == NULL && !other->is_full)) return SAMPAN_OK;
  if (other->is_full) {
    rank->is_full = 1;
    drop_products(rank);
    return SAMPAN_OK;
  }
  SP_TRY(make_room(rank));
  flush(rank);
  flush(other);
  carry(rank);
  carry(other);
  const uint64_t n = triangle(rank->n);
  for (uint64_t i = 0; i < n; i++) {
    rank->low[i] += other->low[i];
    rank->high[i] += other->high[i];
  }
  carry(rank);
  rank->n_updates += other->n_updates;
  return SAMPAN_OK;
}

int32_t sp_rank_value(sp_rank *rank, uint32_t *out) {
  *out = rank->value;
  if (rank->is_known) return SAMPAN_OK;
  uint32_t value = rank->is_full ? rank->n : 0;
  if (rank->low != NULL) {
    double least = 0;
    flush(rank);
    carry(rank);
    SP_TRY(factor(rank, &value, &least));
  }
  rank->value = *out = value;
  rank->is_known = 1;
  return SAMPAN_OK;
}
