/* ranks.c - the ranks of the replicate weights. */
#include "engine/ranks.h"

#include <stdlib.h>

#include "engine/error_ids.h"

/* The weights of a PSU's records have one pattern, which calibration would change. */
static int is_by_psu(const sp_job *job) {
  return job->made.n > 0 && job->aux == NULL;
}

static int counts(const sp_job *job, uint32_t replicate) {
  return job->made.n == 0 || job->replicate_factors[replicate] != 0;
}

uint32_t sp_ranks_width(const sp_job *job) {
  uint32_t n = 0;
  for (uint32_t r = 0; r < job->n_replicates; r++) n += counts(job, r);
  return n;
}

static int32_t too_much(sampan_error *error) {
  (void)sp_error_set(error, SAMPAN_E_MEMORY, SP_ID_RANKS,
                     "the degrees of freedom of every domain, from the rank of its replicate "
                     "weights, take more than %d GiB",
                     (int)(SP_RANKS_MOST_BYTES >> 30));
  (void)sp_error_hint(error, "give them: `degf:` of the replicates, or `df: design`");
  return SAMPAN_E_MEMORY;
}

static int32_t add(const sp_job *job, sp_rank *rank, double *const *weight, uint32_t unit,
                   int64_t i, double *row) {
  if (rank->is_full) return SAMPAN_OK;
  if (is_by_psu(job)) {
    if (weight[0][i] == 0) return SAMPAN_OK;
    return sp_rank_meet(rank, sp_units_psu_of(job->units, unit));
  }
  uint32_t n = 0;
  for (uint32_t r = 0; r < job->n_replicates; r++) {
    if (counts(job, r)) row[n++] = weight[r + 1][i];
  }
  return sp_rank_add(rank, row);
}

int32_t sp_ranks_add(const sp_job *job, sp_totals *t, sp_rank *rank, double *const *weight,
                     uint32_t unit, int64_t i, double *row, sampan_error *error) {
  const uint64_t before = sp_rank_bytes(rank);
  if (add(job, rank, weight, unit, i, row) < 0) return sp_error_memory(error);
  t->rank_bytes += sp_rank_bytes(rank) - before;
  return sp_ranks_check(t, error);
}

int32_t sp_ranks_check(const sp_totals *t, sampan_error *error) {
  return t->rank_bytes <= SP_RANKS_MOST_BYTES ? SAMPAN_OK : too_much(error);
}

int32_t sp_ranks_room(const sp_job *job, sp_totals *t, uint32_t split, uint32_t group) {
  const uint32_t width = job->splits[split].n_indicators, n = group + 1;
  if (group < t->rank_groups[split]) return SAMPAN_OK;
  sp_rank *grown = realloc(t->ranks[split], (size_t)n * width * sizeof *grown);
  if (grown == NULL) return SAMPAN_E_MEMORY;
  t->ranks[split] = grown;
  for (size_t k = (size_t)t->rank_groups[split] * width; k < (size_t)n * width; k++) {
    sp_rank_init(&grown[k], t->rank.n);
  }
  t->rank_groups[split] = n;
  return SAMPAN_OK;
}

int32_t sp_ranks_value(const sp_job *job, sp_rank *rank, uint32_t *out) {
  if (rank->is_known || !is_by_psu(job)) return sp_rank_value(rank, out);
  const sp_replicate_set *made = &job->made;
  sp_rank rows;
  sp_rank_init(&rows, rank->n);
  double *row = malloc((rank->n + 1U) * sizeof *row);
  int32_t status = row != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
  for (uint32_t p = 0; p < made->n_psu && status >= 0; p++) {
    if (!sp_rank_has_met(rank, p)) continue;
    uint32_t n = 0;
    for (uint32_t r = 0; r < made->n; r++) {
      if (counts(job, r)) row[n++] = made->multipliers[(size_t)r * made->n_psu + p];
    }
    status = sp_rank_add(&rows, row);
  }
  if (status >= 0) status = sp_rank_value(&rows, out);
  sp_rank_clear(&rows);
  free(row);
  if (status < 0) return status;
  rank->value = *out;
  rank->is_known = 1;
  return SAMPAN_OK;
}
