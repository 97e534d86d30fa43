/* state_totals.c - totals as bytes. */
#include "engine/state_totals.h"

#include <stdlib.h>

#include "engine/ranks.h"

/* ---- out ---------------------------------------------------------------------------------- */

static void put_integers(sp_buffer *out, const int64_t *x, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) sp_put_integer(out, x[i]);
}

static void put_periods(sp_buffer *out, const sp_job *job, const sp_totals *t) {
  sp_put_count(out, t->n_by_period);
  put_integers(out, t->by_period, 2 * (uint64_t)t->n_by_period);
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    for (uint32_t p = 0; p < t->n_by_period; p++) {
      const sp_use_count *use = &t->uses[(size_t)i * t->use_periods + p];
      sp_put_integer(out, use->n_domain);
      sp_put_integer(out, use->n_missing);
    }
  }
}

static void put_counts(sp_buffer *out, const sp_job *job, const sp_totals *t) {
  sp_put_integer(out, t->n_read);
  sp_put_integer(out, t->n_kept);
  put_integers(out, t->n_dropped, job->plan->n_drops + 1U);
  put_integers(out, t->n_ungrouped, job->n_groupings);
  sp_put_integer(out, t->n_weighted);
  sp_put_exact(out, &t->weight);
  sp_put_exact(out, &t->weight_squared);
  sp_put_number(out, t->weight_min);
  sp_put_number(out, t->weight_max);
  put_periods(out, job, t);
}

static void put_psus(sp_buffer *out, const sp_totals *t) {
  const uint32_t n_psu = t->place.units.n_psu;
  const uint32_t n_marked = t->n_psu_in_domain < n_psu ? t->n_psu_in_domain : n_psu;
  const uint32_t n_periods = t->n_period_of_psu < n_psu ? t->n_period_of_psu : n_psu;
  sp_put_count(out, n_marked);
  sp_buffer_add(out, t->psu_in_domain, n_marked);
  sp_put_count(out, n_periods);
  for (uint32_t i = 0; i < n_periods; i++) sp_put_count(out, t->period_of_psu[i]);
  sp_put_count(out, t->n_shared_psus);
}

/* The products of its columns, carried. */
static void put_rank(sp_buffer *out, sp_rank *rank) {
  sp_rank whole;
  sp_rank_init(&whole, rank->n);
  if (sp_rank_merge(&whole, rank) < 0) out->failed = 1;
  const uint64_t n = (uint64_t)whole.n * (whole.n + UINT64_C(1)) / 2;
  const int has_rows = whole.low != NULL && !out->failed;
  sp_put_count(out, whole.is_full ? 2 : (uint64_t)has_rows);
  for (uint64_t i = 0; has_rows && i < n; i++) {
    sp_put_count(out, (uint64_t)whole.low[i]);
    sp_put_integer(out, whole.high[i]);
  }
  sp_rank_clear(&whole);
}

static void put_ranks(sp_buffer *out, const sp_job *job, sp_totals *t) {
  const uint32_t n_splits = sp_splits_whole(job); /* those in parts have no replicates */
  put_rank(out, &t->rank);
  for (uint32_t s = 0; s < n_splits; s++) {
    const uint64_t n = (uint64_t)t->rank_groups[s] * job->splits[s].n_indicators;
    sp_put_count(out, t->rank_groups[s]);
    for (uint64_t i = 0; i < n; i++) put_rank(out, &t->ranks[s][i]);
  }
}

void sp_put_totals(sp_buffer *out, const sp_job *job, sp_totals *t) {
  for (uint32_t g = 0; g < job->n_groupings; g++) sp_put_values(out, t->coders[g]);
  sp_put_place(out, &t->place);
  put_counts(out, job, t);
  put_psus(out, t);
  sp_put_tables(out, job, t);
  put_ranks(out, job, t);
}

/* ---- in ----------------------------------------------------------------------------------- */

static void get_tallies(sp_bytes *in, int64_t *out, uint64_t n) {
  for (uint64_t i = 0; i < n; i++) out[i] = sp_get_tally(in);
}

static int32_t get_periods(sp_bytes *in, const sp_job *job, sp_totals *t) {
  const uint32_t g = job->period_grouping;
  const uint32_t most = 1 + (g != SP_NONE ? sp_coder_size(t->coders[g]) : 0);
  const uint32_t n = (uint32_t)sp_get_count(in, most);
  SP_TRY(sp_totals_period_room(job, t, n));
  get_tallies(in, t->by_period, 2 * (uint64_t)n);
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    for (uint32_t p = 0; p < n; p++) {
      sp_use_count *use = &t->uses[(size_t)i * t->use_periods + p];
      use->n_domain = sp_get_tally(in);
      use->n_missing = sp_get_tally(in);
    }
  }
  return SAMPAN_OK;
}

static int32_t get_counts(sp_bytes *in, const sp_job *job, sp_totals *t) {
  t->n_read = sp_get_tally(in);
  t->n_kept = sp_get_tally(in);
  get_tallies(in, t->n_dropped, job->plan->n_drops + 1U);
  get_tallies(in, t->n_ungrouped, job->n_groupings);
  t->n_weighted = sp_get_tally(in);
  t->weight = sp_get_exact(in);
  t->weight_squared = sp_get_exact(in);
  t->weight_min = sp_get_number(in);
  t->weight_max = sp_get_number(in);
  return get_periods(in, job, t);
}

static int32_t get_psus(sp_bytes *in, const sp_job *job, sp_totals *t) {
  const uint32_t n_psu = t->place.units.n_psu, g = job->period_grouping;
  const uint32_t n_codes = g != SP_NONE ? sp_coder_size(t->coders[g]) : 0;
  t->psu_in_domain = calloc(n_psu + (size_t)1, 1);
  t->period_of_psu = calloc(n_psu + (size_t)1, sizeof *t->period_of_psu);
  if (t->psu_in_domain == NULL || t->period_of_psu == NULL) return SAMPAN_E_MEMORY;
  t->n_psu_in_domain = (uint32_t)sp_get_count(in, n_psu);
  for (uint32_t i = 0; i < t->n_psu_in_domain; i++) {
    t->psu_in_domain[i] = (unsigned char)sp_get_count(in, 1);
  }
  t->n_period_of_psu = (uint32_t)sp_get_count(in, n_psu);
  for (uint32_t i = 0; i < t->n_period_of_psu; i++) {
    const uint32_t period = (uint32_t)sp_get_count(in, UINT32_MAX);
    if (period > n_codes && period != UINT32_MAX) in->is_bad = 1;
    t->period_of_psu[i] = in->is_bad ? 0 : period;
  }
  t->n_shared_psus = (uint32_t)sp_get_count(in, n_psu);
  return SAMPAN_OK;
}

static int32_t get_rank(sp_bytes *in, sp_rank *rank) {
  const uint64_t kind = sp_get_count(in, 2);
  const uint64_t n = (uint64_t)rank->n * (rank->n + UINT64_C(1)) / 2;
  if (kind == 1 && n > (uint64_t)(in->end - in->at)) return SAMPAN_E_DATA;
  sp_rank read;
  sp_rank_init(&read, rank->n);
  read.is_full = kind == 2;
  int32_t status = SAMPAN_OK;
  if (kind == 1) {
    read.low = calloc(n + 1, sizeof *read.low);
    read.high = calloc(n + 1, sizeof *read.high);
    if (read.low == NULL || read.high == NULL) status = SAMPAN_E_MEMORY;
    for (uint64_t i = 0; status >= 0 && i < n; i++) {
      read.low[i] = (double)sp_get_count(in, UINT64_C(1) << 40);
      read.high[i] = sp_get_limb(in);
    }
  }
  if (status >= 0) status = sp_rank_merge(rank, &read);
  sp_rank_clear(&read);
  return status;
}

static int32_t get_ranks(sp_bytes *in, const sp_job *job, sp_totals *t) {
  SP_TRY(get_rank(in, &t->rank));
  for (uint32_t s = 0; s < job->n_splits; s++) {
    const uint32_t width = job->splits[s].n_indicators;
    const uint32_t n = (uint32_t)sp_get_count(in, sp_map_size(t->groups[s].map));
    for (uint32_t g = 0; g < n; g++) {
      SP_TRY(sp_ranks_room(job, t, s, g));
      for (uint32_t i = 0; i < width; i++) {
        SP_TRY(get_rank(in, &t->ranks[s][(size_t)g * width + i]));
      }
    }
  }
  return SAMPAN_OK;
}

int32_t sp_get_totals(sp_bytes *in, const sp_job *job, sp_totals *t) {
  for (uint32_t g = 0; g < job->n_groupings; g++) SP_TRY(sp_get_values(in, t->coders[g]));
  SP_TRY(sp_get_place(in, &t->place));
  SP_TRY(get_counts(in, job, t));
  SP_TRY(get_psus(in, job, t));
  SP_TRY(sp_get_tables(in, job, t));
  SP_TRY(get_ranks(in, job, t));
  return in->is_bad || in->at != in->end ? SAMPAN_E_DATA : SAMPAN_OK;
}
