/* merge_counts.c - what two parts counted of their records, weights and PSUs. */
#include <math.h>
#include <stdlib.h>

#include "engine/merge_numbers.h"
#include "engine/ranks.h"

/* ---- PSUs --------------------------------------------------------------------------------- */

static int32_t merge_domain(sp_merge *m) {
  sp_totals *into = m->into, *from = m->from;
  const uint32_t n_psu = into->place.units.n_psu;
  const uint32_t n_from = from->n_psu_in_domain < from->place.units.n_psu ? from->n_psu_in_domain
                                                                          : from->place.units.n_psu;
  if (n_from == 0) return SAMPAN_OK;
  if (n_psu > into->n_psu_in_domain) {
    const uint32_t room = n_psu + n_psu / 2 + 64;
    unsigned char *grown = realloc(into->psu_in_domain, room);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + into->n_psu_in_domain, 0, room - into->n_psu_in_domain);
    into->psu_in_domain = grown;
    into->n_psu_in_domain = room;
  }
  for (const unsigned char *at = from->psu_in_domain, *end = at + n_from;
       (at = memchr(at, 1, (size_t)(end - at))) != NULL; at++) {
    into->psu_in_domain[m->stages[0].units.to[at - from->psu_in_domain]] = 1;
  }
  memset(from->psu_in_domain, 0, n_from);
  return SAMPAN_OK;
}

static int32_t merge_periods(sp_merge *m) {
  const uint32_t shared = UINT32_MAX;
  sp_totals *into = m->into, *from = m->from;
  const uint32_t n_psu = into->place.units.n_psu;
  const uint32_t n_from = from->n_period_of_psu < from->place.units.n_psu ? from->n_period_of_psu
                                                                          : from->place.units.n_psu;
  if (n_from == 0) return SAMPAN_OK;
  if (n_psu > into->n_period_of_psu) {
    const uint32_t room = n_psu + n_psu / 2 + 64;
    uint32_t *grown = realloc(into->period_of_psu, room * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + into->n_period_of_psu, 0, (room - into->n_period_of_psu) * sizeof *grown);
    into->period_of_psu = grown;
    into->n_period_of_psu = room;
  }
  /* PSUs that were brought over change only where they come to be shared. */
  const sp_numbers *codes = &m->values[m->job->period_grouping];
  for (uint32_t i = m->n_shared != from->n_shared_psus ? 0 : m->n_periods; i < n_from; i++) {
    const uint32_t mine = from->period_of_psu[i];
    if (mine == 0) continue;
    const uint32_t period = mine == shared ? shared : codes->to[mine - 1] + 1;
    uint32_t *theirs = &into->period_of_psu[m->stages[0].units.to[i]];
    if (*theirs == 0 && period != shared) *theirs = period;
    if (*theirs == period || *theirs == shared) continue;
    *theirs = shared;
    into->n_shared_psus++;
  }
  m->n_periods = n_from;
  m->n_shared = from->n_shared_psus;
  return SAMPAN_OK;
}

int32_t sp_merge_psus(sp_merge *m) {
  SP_TRY(merge_domain(m));
  return m->job->period_grouping != SP_NONE ? merge_periods(m) : SAMPAN_OK;
}

/* ---- records ------------------------------------------------------------------------------ */

static void move(int64_t *into, int64_t *from, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    into[i] += from[i];
    from[i] = 0;
  }
}

/* Counts by period: 0 for records without one, else 1 and its number. */
static int32_t move_by_period(sp_merge *m) {
  sp_totals *into = m->into, *from = m->from;
  const uint32_t g = m->job->period_grouping, n_indicators = m->job->plan->n_indicators;
  if (from->n_by_period == 0) return SAMPAN_OK;
  const uint32_t n = 1 + (g != SP_NONE ? sp_coder_size(into->coders[g]) : 0);
  SP_TRY(sp_totals_period_room(m->job, into, n));
  for (uint32_t p = 0; p < from->n_by_period; p++) {
    const uint32_t to = p == 0 ? 0 : m->values[g].to[p - 1] + 1;
    move(into->by_period + 2 * (size_t)to, from->by_period + 2 * (size_t)p, 2);
    for (uint32_t i = 0; i < n_indicators; i++) {
      sp_use_count *mine = &from->uses[(size_t)i * from->use_periods + p];
      sp_use_count *theirs = &into->uses[(size_t)i * into->use_periods + to];
      theirs->n_domain += mine->n_domain;
      theirs->n_missing += mine->n_missing;
      memset(mine, 0, sizeof *mine);
    }
  }
  return SAMPAN_OK;
}

int32_t sp_merge_counts(sp_merge *m) {
  sp_totals *into = m->into, *from = m->from;
  move(&into->n_read, &from->n_read, 1);
  move(&into->n_kept, &from->n_kept, 1);
  move(into->n_dropped, from->n_dropped, m->job->plan->n_drops + 1);
  move(into->n_ungrouped, from->n_ungrouped, m->job->n_groupings);
  move(&into->n_weighted, &from->n_weighted, 1);
  sp_exact_merge(&into->weight, &from->weight);
  sp_exact_merge(&into->weight_squared, &from->weight_squared);
  memset(&from->weight, 0, sizeof from->weight);
  memset(&from->weight_squared, 0, sizeof from->weight_squared);
  into->weight_min = fmin(into->weight_min, from->weight_min);
  into->weight_max = fmax(into->weight_max, from->weight_max);
  from->weight_min = HUGE_VAL;
  from->weight_max = -HUGE_VAL;
  return move_by_period(m);
}

/* ---- ranks -------------------------------------------------------------------------------- */

/* Units that were met go by their numbers, the rows by themselves. */
static int32_t merge_rank(sp_merge *m, sp_rank *into, sp_rank *from) {
  m->into->rank_bytes -= sp_rank_bytes(into);
  for (uint32_t w = 0; w < from->n_met; w++) {
    for (uint64_t word = from->met[w]; word != 0; word &= word - 1) {
      const uint32_t unit = w * 64 + (uint32_t)__builtin_ctzll(word);
      SP_TRY(sp_rank_meet(into, m->stages[0].units.to[unit]));
    }
    from->met[w] = 0;
  }
  SP_TRY(sp_rank_merge(into, from));
  m->into->rank_bytes += sp_rank_bytes(into);
  const uint32_t n = from->n;
  m->from->rank_bytes -= sp_rank_bytes(from);
  sp_rank_clear(from);
  sp_rank_init(from, n);
  return SAMPAN_OK;
}

static int32_t merge_split_ranks(sp_merge *m, uint32_t split) {
  const uint32_t width = m->job->splits[split].n_indicators;
  const sp_numbers *groups = &m->groups[split];
  for (uint32_t g = 0; g < m->from->rank_groups[split]; g++) {
    SP_TRY(sp_ranks_room(m->job, m->into, split, groups->to[g]));
    for (uint32_t i = 0; i < width; i++) {
      SP_TRY(merge_rank(m, &m->into->ranks[split][(size_t)groups->to[g] * width + i],
                        &m->from->ranks[split][(size_t)g * width + i]));
    }
  }
  return SAMPAN_OK;
}

int32_t sp_merge_ranks(sp_merge *m, sampan_error *error) {
  if (m->from->ranks == NULL) return SAMPAN_OK;
  if (merge_rank(m, &m->into->rank, &m->from->rank) < 0) return sp_error_memory(error);
  for (uint32_t k = 0; k < m->job->n_splits; k++) {
    if (merge_split_ranks(m, k) < 0) return sp_error_memory(error);
  }
  return sp_ranks_check(m->into, error);
}
