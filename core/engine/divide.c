/* divide.c - the group of each record in every split, and the row of totals of group and unit. */
#include <stdlib.h>

#include "engine/error_ids.h"
#include "engine/scanner.h"

/* Crossings of up to 2^18 codes find their groups in an array, others in a map. */
enum { SP_DENSE_BITS = 18 };

void sp_crossing_clear(sp_crossing *c) {
  free(c->dense);
  c->dense = NULL;
}

static uint32_t bits_for(uint32_t n) {
  return n <= 1 ? 0 : 32 - (uint32_t)__builtin_clz(n - 1);
}

/* The place of a tuple of codes in the array. */
static uint32_t place_of(const sp_cross *c, const uint32_t *tuple) {
  uint32_t place = 0;
  for (uint32_t g = 0; g < c->n_codes; g++) place |= tuple[g] << c->shift[g];
  return place;
}

/* Brings the array up to the codes and groups that are known by now. The last variable has the
 * lowest bits: plans name those first that change least from record to record. */
static int32_t refresh(sp_crossing *c, const sp_split *split, const sp_totals *t,
                       const sp_map *groups) {
  uint32_t n_bits = 0;
  int same = c->dense != NULL;
  for (uint32_t g = split->n_groupings; g-- > 0 && n_bits <= SP_DENSE_BITS;) {
    const uint32_t width = bits_for(sp_coder_size(t->coders[split->groupings[g]]));
    same = same && c->cross.shift[g] == n_bits && c->width[g] == width;
    c->cross.shift[g] = n_bits;
    c->width[g] = width;
    n_bits += width;
  }
  c->is_dense = n_bits <= SP_DENSE_BITS;
  if (!c->is_dense) return SAMPAN_OK;
  if (!same) {
    free(c->dense);
    const size_t n = (size_t)1 << n_bits;
    c->dense = calloc(n > SP_CROSS_WINDOW ? n : SP_CROSS_WINDOW, sizeof *c->dense);
    if (c->dense == NULL) return SAMPAN_E_MEMORY;
    c->cross.dense = c->dense;
    c->cross.mask = (uint32_t)n - 1;
    c->cross.n_codes = split->n_groupings;
    c->n_known = 0;
  }
  for (; c->n_known < sp_map_size(groups); c->n_known++) {
    uint32_t tuple[SP_CROSS_MOST];
    memcpy(tuple, sp_map_key(groups, c->n_known, NULL), split->n_groupings * sizeof *tuple);
    c->dense[place_of(&c->cross, tuple)] = c->n_known + 1;
  }
  return SAMPAN_OK;
}

/* A record of a later read that is not where those of the first were. */
static int32_t changed(int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
               "the record is in a group or a unit that was not there in the first read: the file "
               "has changed meanwhile");
  sp_error_hint(error, "run again when nobody writes to the file");
  return sp_error_cell(error, NULL, i + 1, NULL);
}

/* The group of record i by its codes, which is new where this read may find new ones. */
static int32_t find_group(sp_scanner *s, const sp_split *split, sp_map *groups, int64_t i,
                          uint32_t *out, sampan_error *error) {
  uint32_t tuple[SP_CROSS_MOST];
  for (uint32_t g = 0; g < split->n_groupings; g++) {
    tuple[g] = s->codes[split->groupings[g]][i];
    if (tuple[g] != SP_CODE_MISSING) continue;
    *out = SP_NONE;
    return SAMPAN_OK;
  }
  const uint64_t n_bytes = split->n_groupings * sizeof *tuple;
  *out = s->read == 0 ? sp_map_add(groups, tuple, n_bytes) : sp_map_find(groups, tuple, n_bytes);
  if (*out != SP_MAP_NONE) return SAMPAN_OK;
  return s->read == 0 ? sp_error_memory(error) : changed(i, error);
}

/* All groups that are in the array already; 0 where some record's is not. */
static int look_up(const sp_scanner *s, const sp_split *split, const sp_crossing *c, int64_t n,
                   const sp_machine *machine, uint32_t *out) {
  const uint64_t *present[SP_CROSS_MOST];
  int has_all = 1;
  for (uint32_t g = 0; g < split->n_groupings; g++) {
    const uint32_t required = s->job->groupings[split->groupings[g]].required;
    present[g] = sp_machine_column(machine, required)->present;
  }
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t whole = s->sift.eligible[w];
    for (uint32_t g = 0; g < split->n_groupings; g++) whole &= present[g][w];
    has_all = s->sift.lanes->cross(&c->cross, w * 64, whole, out + w * 64) && has_all;
  }
  return has_all;
}

/* One group for all. */
static void give_all(const sp_scanner *s, int64_t n, uint32_t *out) {
  for (int64_t w = 0; w < sampan_words(n); w++) {
    const int64_t first = w * 64, m = n - first < 64 ? n - first : 64;
    const uint64_t word = s->sift.eligible[w];
    if (word == ~UINT64_C(0)) {
      memset(out + first, 0, (size_t)m * sizeof *out);
      continue;
    }
    for (int64_t i = 0; i < m; i++) out[first + i] = (uint32_t)(word >> i & 1) - 1;
  }
}

static int32_t divide_split(sp_scanner *s, const sp_machine *machine, uint32_t k, int64_t n,
                            sampan_error *error) {
  const sp_split *split = &s->job->splits[k];
  sp_map *groups = s->totals->groups[k].map;
  sp_crossing *c = &s->crossings[k];
  uint32_t *out = s->groups[k];
  if (split->n_groupings == 0) {
    give_all(s, n, out);
    return SAMPAN_OK;
  }
  if (refresh(c, split, s->totals, groups) < 0) return sp_error_memory(error);
  if (c->is_dense) {
    for (uint32_t g = 0; g < split->n_groupings; g++) {
      c->cross.codes[g] = s->codes[split->groupings[g]];
    }
    if (look_up(s, split, c, n, machine, out)) return SAMPAN_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    if (c->is_dense && out[i] != SP_NONE) continue;
    out[i] = SP_NONE;
    if (sampan_bit(s->sift.eligible, i)) SP_TRY(find_group(s, split, groups, i, &out[i], error));
  }
  return SAMPAN_OK;
}

/* ---- periods ------------------------------------------------------------------------------ */

/* The period that all records of the batch share, as code + 1; SP_NONE where they do not. */
static uint32_t common_period(const sp_scanner *s, int64_t n) {
  const uint32_t g = s->job->period_grouping;
  if (g == SP_NONE) return 0;
  const uint32_t *codes = s->codes[g];
  uint32_t differ = 0;
  for (int64_t i = 0; i < n; i++) differ |= codes[i] ^ codes[0];
  return differ == 0 ? codes[0] + 1 : SP_NONE; /* missing: 0 */
}

static int32_t count_periods(sp_scanner *s, int64_t n, const sp_column *period,
                             sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  const uint32_t g = job->period_grouping;
  const uint32_t n_periods = 1 + (g != SP_NONE ? sp_coder_size(t->coders[g]) : 0);
  if (sp_totals_period_room(job, t, n_periods) < 0) return sp_error_memory(error);
  const int64_t n_kept = s->sift.lanes->count(s->sift.kept, NULL, sampan_words(n));
  for (int64_t w = 0; w < sampan_words(n); w++) {
    const uint64_t without = period != NULL ? s->sift.kept[w] & ~period->present[w] : 0;
    if (without == 0) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_PERIOD_MISSING,
                 "the record has no period, so it would be in no estimate");
    sp_error_hint(error, "drop such records with `keep` or `drop`, so that they are counted");
    return sp_error_cell(error, NULL, w * 64 + __builtin_ctzll(without) + 1, job->plan->period);
  }
  s->period = common_period(s, n);
  if (s->period != SP_NONE) {
    t->by_period[2 * (size_t)s->period] += n;
    t->by_period[2 * (size_t)s->period + 1] += n_kept;
    return SAMPAN_OK;
  }
  for (int64_t i = 0; i < n; i++) {
    int64_t *count = t->by_period + 2 * (size_t)(s->codes[g][i] + 1);
    count[0]++;
    count[1] += sampan_bit(s->sift.kept, i);
  }
  return SAMPAN_OK;
}

/* ---- batches ------------------------------------------------------------------------------ */

static int32_t find_rows(sp_scanner *s, uint32_t k, int64_t n, sampan_error *error) {
  sp_table *table = s->totals->tables[k];
  const sp_units *units = &s->totals->place.units;
  const uint32_t n_units = s->job->by_stratum ? units->n_strata : sp_units_leaves(units)->n_psu;
  uint32_t *rows = s->rows[k];
  sp_pairs pairs = {.group = s->groups[k],
                    .unit = s->job->by_unit ? s->unit : NULL,
                    .n_units = n_units,
                    .starts = s->job->by_unit ? s->totals->place.starts : NULL};
  s->row_starts[k] = NULL;
  if (s->job->splits[k].n_groupings == 0 && pairs.starts != NULL &&
      sp_all_bits(s->sift.eligible, n)) {
    pairs.group = NULL;
    s->row_starts[k] = pairs.starts;
  }
  if (sp_table_rows(table, &pairs, n, rows) < 0) return sp_error_memory(error);
  const uint32_t n_known = s->read > 0 ? s->totals->walks[k].n_rows : 0;
  for (int64_t i = 0; i < n && s->read > 0; i++) {
    if (rows[i] != SP_NONE && rows[i] >= n_known) return changed(i, error);
  }
  return SAMPAN_OK;
}

int32_t sp_divide(sp_scanner *s, const sp_machine *machine, int64_t n, sampan_error *error) {
  const sp_job *job = s->job;
  sp_totals *t = s->totals;
  const sp_column *period = NULL;
  for (uint32_t g = 0; g < job->n_groupings; g++) {
    const sp_column *c = sp_machine_column(machine, job->groupings[g].required);
    SP_TRY(sp_coder_codes(t->coders[g], c, n, s->codes[g], error));
    if (g == job->period_grouping) period = c;
    if (s->read > 0) continue;
    t->n_ungrouped[g] += s->sift.lanes->count(s->sift.eligible, c->present, sampan_words(n));
  }
  if (s->read == 0) SP_TRY(count_periods(s, n, period, error));
  for (uint32_t k = 0; k < job->n_splits; k++) {
    SP_TRY(divide_split(s, machine, k, n, error));
    SP_TRY(find_rows(s, k, n, error));
  }
  return SAMPAN_OK;
}
