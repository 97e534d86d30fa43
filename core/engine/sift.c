/* sift.c - which records are dropped, which belong to the domain, what they weigh. */
#include "engine/sift.h"

#include <math.h>

#include "design/error_ids.h"

int32_t sp_sift_init(sp_sift *s, const sp_job *job, int64_t capacity, sp_arena *arena) {
  const uint64_t room = (uint64_t)capacity + 64;
  s->job = job;
  s->kept = sp_arena_array(arena, room / 64 + 1, sizeof *s->kept);
  s->eligible = sp_arena_array(arena, room / 64 + 1, sizeof *s->eligible);
  s->ones = sp_arena_array(arena, room, sizeof *s->ones);
  s->lanes = sp_lanes_best();
  if (s->kept == NULL || s->eligible == NULL || s->ones == NULL) return SAMPAN_E_MEMORY;
  for (uint64_t i = 0; i < room; i++) s->ones[i] = 1;
  return SAMPAN_OK;
}

/* Takes records out of `kept`; how many there were. */
static int64_t take_out(sp_sift *s, const sp_column *c, int when, int64_t n_words) {
  int64_t n = 0;
  for (int64_t w = 0; w < n_words; w++) {
    const uint64_t yes = c->present[w] & c->truth[w];
    const uint64_t hit = (when ? yes : ~yes) & s->kept[w];
    n += __builtin_popcountll(hit);
    s->kept[w] &= ~hit;
  }
  return n;
}

static void drop_records(sp_sift *s, const sp_machine *machine, int64_t n, sp_totals *totals) {
  const sp_job *job = s->job;
  const int64_t n_words = sampan_words(n);
  memset(s->kept, 0xff, (size_t)n_words * 8);
  if (n % 64 != 0) s->kept[n / 64] &= (UINT64_C(1) << (n % 64)) - 1;
  for (uint32_t d = 0; d < job->plan->n_drops; d++) {
    const int64_t n_hit = take_out(s, sp_machine_column(machine, job->drops[d]), 1, n_words);
    if (totals != NULL) totals->n_dropped[d] += n_hit;
  }
  if (job->keep != SP_NONE) {
    const int64_t n_hit = take_out(s, sp_machine_column(machine, job->keep), 0, n_words);
    if (totals != NULL) totals->n_dropped[job->plan->n_drops] += n_hit;
  }
  if (totals != NULL) totals->n_kept += s->lanes->count(s->kept, NULL, n_words);
  memcpy(s->eligible, s->kept, (size_t)n_words * 8);
  if (job->domain == SP_NONE) return;
  const sp_column *c = sp_machine_column(machine, job->domain);
  for (int64_t w = 0; w < n_words; w++) s->eligible[w] &= c->present[w] & c->truth[w];
}

static int32_t no_weight(const sp_column *c, int64_t i, sampan_error *error) {
  sp_error_set(
      error, SAMPAN_E_DATA, SP_ID_WEIGHT,
      sampan_bit(c->present, i) ? "the weight is negative: %.10g" : "the record has no weight",
      c->number[i]);
  sp_error_hint(error,
                "records without a weight are not part of the sample: drop them with "
                "`keep` or `drop`, so that they are counted");
  return sp_error_cell(error, NULL, i + 1, c->name);
}

/* The first record whose weight is not there, is negative, or has no square. */
static int32_t find_bad(const sp_sift *s, const sp_column *c, int64_t n, sampan_error *error) {
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(s->kept, i)) continue;
    if (!sampan_bit(c->present, i) || c->number[i] < 0) return no_weight(c, i, error);
    if (isfinite(c->number[i] * c->number[i])) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_WEIGHT, "the weight is too large: %.10g",
                 c->number[i]);
    return sp_error_cell(error, NULL, i + 1, c->name);
  }
  return SAMPAN_OK;
}

int32_t sp_sift_batch(sp_sift *s, const sp_machine *machine, int64_t n, sp_totals *totals,
                      sampan_error *error) {
  const uint32_t weight = s->job->weight;
  const sp_column *c = weight != SP_NONE ? sp_machine_column(machine, weight) : NULL;
  drop_records(s, machine, n, totals);
  s->weight = c != NULL ? c->number : s->ones;
  s->least = HUGE_VAL;
  s->most = -HUGE_VAL;
  s->lanes->range(s->weight, s->kept, n, &s->least, &s->most);
  if (c == NULL) return SAMPAN_OK;
  uint64_t absent = 0;
  for (int64_t w = 0; w < sampan_words(n); w++) absent |= s->kept[w] & ~c->present[w];
  if (absent != 0 || s->least < 0 || s->most > 0x1p511) return find_bad(s, c, n, error);
  return SAMPAN_OK;
}
