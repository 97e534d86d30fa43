/* table.c - rows of exact sums by (group, PSU), and counts by group. */
#include "totals/table_internal.h"

#include <stdlib.h>

static int32_t make(uint32_t n_lanes, uint32_t n_squares, uint32_t n_counts, int32_t is_narrow,
                    sp_table **out) {
  sp_table *t = calloc(1, sizeof *t);
  *out = t;
  if (t == NULL) return SAMPAN_E_MEMORY;
  t->n_lanes = n_lanes;
  t->n_counts = n_counts;
  t->is_narrow = is_narrow;
  t->last_row = UINT32_MAX;
  const uint32_t widest = n_lanes > n_squares ? n_lanes : n_squares;
  t->block = widest <= 2 ? 2 : widest <= 4 ? 4 : SP_BLOCK_LANES;
  t->n_padded = (n_lanes + t->block - 1) / t->block * t->block;
  t->n_squares = n_squares;
  t->first_square = t->n_padded;
  t->row_bytes = is_narrow ? (t->n_padded + 2 * (uint64_t)sp_square_step(t)) * 2 * sizeof(int64_t)
                           : n_lanes * (uint64_t)sizeof(sp_exact);
  t->adders = sp_adders_best();
  t->lanes = sp_lanes_best();
  return SAMPAN_OK;
}

int32_t sp_table_new(uint32_t n_lanes, uint32_t n_counts, sp_table **out) {
  return make(n_lanes, 0, n_counts, 0, out);
}

int32_t sp_table_new_narrow(uint32_t n_lanes, uint32_t n_counts, sp_table **out) {
  return make(n_lanes, 0, n_counts, 1, out);
}

int32_t sp_table_new_squares(uint32_t n_lanes, uint32_t n_squares, uint32_t n_counts,
                             sp_table **out) {
  return make(n_lanes, n_squares, n_counts, 1, out);
}

void sp_table_free(sp_table *t) {
  if (t == NULL) return;
  for (uint32_t i = 0; i < t->n_chunks; i++) free(t->chunks[i]);
  free(t->chunks);
  free(t->counts);
  free(t->tallies);
  free(t->touched);
  free(t->keys);
  free(t->ways);
  free(t->slots);
  free(t);
}

void sp_table_seal(sp_table *t) {
  free(t->ways);
  free(t->slots);
  t->ways = NULL;
  t->slots = NULL;
  t->way_units = t->way_bits = t->slot_mask = t->n_hashed = 0;
}

int sp_table_is_narrow(const sp_table *t) {
  return t->is_narrow;
}

uint32_t sp_table_n_lanes(const sp_table *t) {
  return t->n_lanes;
}

uint32_t sp_table_n_rows(const sp_table *t) {
  return t->n_rows;
}

static size_t ways_bytes(const sp_table *t) {
  return (((size_t)t->way_units << t->way_bits) + SP_WAYS_READ) * sizeof *t->ways;
}

uint64_t sp_table_bytes(const sp_table *t) {
  const uint64_t slots = t->slots != NULL ? (uint64_t)t->slot_mask + 1 : 0;
  return (uint64_t)t->n_chunks * SP_CHUNK_ROWS * t->row_bytes + slots * sizeof *t->slots +
         (uint64_t)t->key_capacity * sizeof *t->keys +
         (uint64_t)t->group_capacity * t->n_counts * sizeof *t->counts +
         (uint64_t)t->tally_capacity * t->n_padded * sizeof *t->tallies +
         (uint64_t)t->touched_rows * sp_touched_words(t) * sizeof *t->touched +
         (t->ways != NULL ? ways_bytes(t) : 0);
}

uint64_t sp_table_least(const sp_table *t) {
  return SP_CHUNK_ROWS * (t->row_bytes + sizeof *t->keys + sizeof *t->slots) +
         (uint64_t)SP_FIRST_GROUPS * t->n_counts * sizeof *t->counts +
         (t->is_narrow ? (uint64_t)SP_FIRST_GROUPS * t->n_padded * sizeof *t->tallies : 0);
}

uint64_t sp_table_used(const sp_table *t) {
  return t->n_rows * (t->row_bytes + 2 * sizeof *t->keys);
}

/* ---- rows --------------------------------------------------------------------------------- */

static uint32_t slot_of(const sp_table *t, uint64_t key) {
  uint64_t h = key * UINT64_C(0x9e3779b97f4a7c15);
  h ^= h >> 32;
  return (uint32_t)(h * UINT64_C(0xd6e8feb86659fd93) >> 32) & t->slot_mask;
}

static void hash_row(sp_table *t, uint32_t row) {
  uint32_t s = slot_of(t, t->keys[row]);
  while (t->slots[s] != UINT32_MAX) s = (s + 1) & t->slot_mask;
  t->slots[s] = row;
}

/* Brings the slots up to the rows that there are, with room for one more; at most half of them are
 * taken. */
static int32_t hash_rows(sp_table *t) {
  uint32_t n = t->slots != NULL ? t->slot_mask + 1 : 256;
  while (n != 0 && n / 2 <= t->n_rows) n *= 2;
  if (t->slots == NULL || n != t->slot_mask + 1) {
    /* Written before it is read: see base/map.c. */
    uint32_t *slots = n != 0 ? malloc(n * sizeof *slots) : NULL;
    if (slots == NULL) return SAMPAN_E_MEMORY;
    memset(slots, 0xff, n * sizeof *slots);
    free(t->slots);
    t->slots = slots;
    t->slot_mask = n - 1;
    t->n_hashed = 0;
  }
  for (; t->n_hashed < t->n_rows; t->n_hashed++) hash_row(t, t->n_hashed);
  return SAMPAN_OK;
}

static int32_t grow_keys(sp_table *t) {
  const uint32_t capacity = t->key_capacity != 0 ? t->key_capacity * 2 : SP_CHUNK_ROWS;
  uint64_t *keys = realloc(t->keys, (size_t)capacity * sizeof *keys);
  if (keys == NULL) return SAMPAN_E_MEMORY;
  t->keys = keys;
  unsigned char **chunks = realloc(t->chunks, (size_t)(capacity / SP_CHUNK_ROWS) * sizeof *chunks);
  if (chunks == NULL) return SAMPAN_E_MEMORY;
  t->chunks = chunks;
  t->key_capacity = capacity;
  return SAMPAN_OK;
}

/* A row that is new, and empty. */
static uint32_t new_row(sp_table *t, uint64_t key) {
  const uint32_t row = t->n_rows;
  if (row >= UINT32_MAX / 2) return UINT32_MAX;
  if (row == t->key_capacity && grow_keys(t) < 0) return UINT32_MAX;
  if (row / SP_CHUNK_ROWS == t->n_chunks) {
    t->chunks[t->n_chunks] = malloc(SP_CHUNK_ROWS * t->row_bytes);
    if (t->chunks[t->n_chunks] == NULL) return UINT32_MAX;
    t->n_chunks++;
  }
  memset(sp_table_at(t, row), 0, t->row_bytes);
  t->keys[row] = key;
  t->n_rows++;
  return row;
}

/* The row of a key by the slots. */
static uint32_t find_row(sp_table *t, uint64_t key) {
  if (hash_rows(t) < 0) return UINT32_MAX;
  for (uint32_t s = slot_of(t, key); t->slots[s] != UINT32_MAX; s = (s + 1) & t->slot_mask) {
    if (t->keys[t->slots[s]] == key) return t->slots[s];
  }
  return new_row(t, key);
}

/* The places where rows are remembered: this many in all, and this many of a unit. */
enum { SP_MOST_WAYS = 1 << 19, SP_MOST_WAY_BITS = 6, SP_WAY_LOOKS = 4 };
/* Records that are looked for again where one of 64 was not found, about. */
enum { SP_LOOKED_AGAIN = 16 };

static void forget_ways(sp_table *t) {
  if (t->ways == NULL) return;
  memset(t->ways, 0xff, ways_bytes(t));
}

/* Room for units up to `unit`, and more places for each where they were too few. Without memory
 * for it rows are found all the same. */
static void make_ways(sp_table *t, uint32_t unit) {
  uint32_t bits = t->way_bits, units = t->way_units != 0 ? t->way_units : 64;
  while (units <= unit && units < SP_MOST_WAYS) units *= 2;
  /* Too few for each unit: one in eight was not found. */
  if (t->n_way_misses > t->n_way_looks / 8 && bits < SP_MOST_WAY_BITS) bits++;
  t->n_way_misses = 0;
  t->n_way_looks = 0;
  while (bits > 0 && ((uint64_t)units << bits) > SP_MOST_WAYS) bits--;
  if (units == t->way_units && bits == t->way_bits && t->ways != NULL) return;
  uint64_t *grown = malloc((((size_t)units << bits) + SP_WAYS_READ) * sizeof *grown);
  if (grown == NULL) return;
  free(t->ways);
  t->ways = grown;
  t->way_units = units;
  t->way_bits = bits;
  forget_ways(t);
  for (uint32_t i = 0; i < t->n_rows; i++) {
    const uint32_t g = (uint32_t)(t->keys[i] >> 32), u = (uint32_t)t->keys[i];
    if (u < units) grown[((size_t)u << bits) | (g & ((1U << bits) - 1))] = (uint64_t)i << 32 | g;
  }
}

/* Before n looks for units up to `unit`. */
static void judge_ways(sp_table *t, uint32_t unit, int64_t n) {
  t->n_way_looks += (uint64_t)n;
  if (unit >= t->way_units || t->n_way_looks > (uint64_t)t->way_units * SP_WAY_LOOKS) {
    make_ways(t, unit);
  }
}

/* The row of a pair whose place among the ways is `way`. A place that is empty tells that there is
 * none; one that another group has does not. UINT32_MAX when out of memory. */
static uint32_t find_one(sp_table *t, uint32_t group, uint32_t unit, uint64_t *way) {
  if ((uint32_t)*way == group && *way != UINT64_MAX) return (uint32_t)(*way >> 32);
  const uint64_t key = (uint64_t)group << 32 | unit;
  const int is_taken = *way != UINT64_MAX;
  const uint32_t row = is_taken ? find_row(t, key) : new_row(t, key);
  if (row == UINT32_MAX) return row;
  *way = (uint64_t)row << 32 | group;
  t->n_way_misses += (uint32_t)is_taken;
  return row;
}

uint32_t sp_table_row(sp_table *t, uint32_t group, uint32_t psu) {
  const uint64_t key = (uint64_t)group << 32 | psu;
  if (t->last_row != UINT32_MAX && t->last_key == key) return t->last_row;
  judge_ways(t, psu, 1);
  const uint32_t bits = t->way_bits;
  const uint32_t row =
      psu < t->way_units
          ? find_one(t, group, psu, &t->ways[((size_t)psu << bits) | (group & ((1U << bits) - 1))])
          : find_row(t, key);
  if (row == UINT32_MAX) return row;
  t->last_key = key;
  t->last_row = row;
  return row;
}

void sp_table_clear(sp_table *t) {
  if (t->slots != NULL) memset(t->slots, 0xff, ((size_t)t->slot_mask + 1) * sizeof *t->slots);
  if (t->touched != NULL) {
    memset(t->touched, 0, (size_t)t->touched_rows * sp_touched_words(t) * sizeof *t->touched);
  }
  if (t->counts != NULL) {
    memset(t->counts, 0, (size_t)t->group_capacity * t->n_counts * sizeof *t->counts);
  }
  if (t->tallies != NULL) {
    memset(t->tallies, 0, (size_t)t->tally_capacity * t->n_padded * sizeof *t->tallies);
  }
  forget_ways(t);
  t->n_rows = t->n_hashed = 0;
  t->n_groups = 0;
  t->n_tallied = 0;
  t->last_row = UINT32_MAX;
}

/* Those of 64 records that are of one unit. Groups that are new are few. */
static int32_t find_unit(sp_table *t, const uint32_t *group, uint32_t unit, uint64_t here,
                         uint32_t *rows) {
  enum { SP_FEW = 6 };
  const uint32_t bits = t->way_bits, mask = (UINT32_C(1) << bits) - 1;
  uint64_t *ways = &t->ways[(size_t)unit << bits];
  here = t->adders->find_64(ways, bits, group, here, rows);
  const uint32_t n_before = t->n_way_misses;
  for (int n = 0; here != 0; n++) {
    const int i = __builtin_ctzll(here);
    here &= here - 1;
    rows[i] = UINT32_MAX;
    if (group[i] == UINT32_MAX) continue;
    rows[i] = find_one(t, group[i], unit, &ways[group[i] & mask]);
    if (rows[i] == UINT32_MAX) return SAMPAN_E_MEMORY;
    if (n < SP_FEW && here != 0) here = t->adders->find_64(ways, bits, group, here, rows);
  }
  t->n_way_misses += (t->n_way_misses - n_before) * (SP_LOOKED_AGAIN - 1);
  return SAMPAN_OK;
}

/* Records of several units. */
static int32_t find_each(sp_table *t, const uint32_t *group, const uint32_t *unit, int64_t n,
                         uint32_t *rows) {
  const uint32_t bits = t->way_bits, mask = (UINT32_C(1) << bits) - 1, units = t->way_units;
  const int has_all = t->has_all_ways && unit != NULL;
  for (int64_t i = 0; i < n; i++) {
    while (has_all && i + 8 <= n &&
           t->adders->find_8(t->ways, bits, group + i, unit + i, rows + i)) {
      i += 8;
    }
    if (i >= n) break;
    const uint32_t g = group[i], u = unit != NULL ? unit[i] : 0;
    rows[i] = UINT32_MAX;
    if (g == UINT32_MAX) continue;
    rows[i] = u < units ? find_one(t, g, u, &t->ways[((size_t)u << bits) | (g & mask)])
                        : find_row(t, (uint64_t)g << 32 | u);
    if (rows[i] == UINT32_MAX) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* 64 records: most often of one unit or of two. */
static int32_t find_rows(sp_table *t, const uint32_t *group, const uint32_t *unit, uint32_t *rows) {
  if (unit == NULL) return find_unit(t, group, 0, UINT64_MAX, rows);
  const uint64_t first = t->lanes->same_codes(unit, unit[0]);
  const uint64_t last = first != UINT64_MAX ? t->lanes->same_codes(unit, unit[63]) : 0;
  if ((first | last) != UINT64_MAX) return find_each(t, group, unit, 64, rows);
  SP_TRY(find_unit(t, group, unit[0], first, rows));
  return last != 0 ? find_unit(t, group, unit[63], last, rows) : SAMPAN_OK;
}

/* 64 records whose units are known by where they begin. */
static int32_t find_runs(sp_table *t, const uint32_t *group, const uint32_t *unit, uint64_t starts,
                         uint32_t *rows) {
  starts &= ~UINT64_C(1);
  for (int from = 0; from < 64;) {
    const uint32_t u = unit[from];
    SP_TRY(find_unit(t, group, u, sp_take_run(&starts, &from), rows));
  }
  return SAMPAN_OK;
}

/* Records in group 0, all: a row for each run. */
static int32_t rows_of_units(sp_table *t, const sp_pairs *pairs, int64_t n, uint32_t *rows) {
  for (int64_t i = 0; i < n;) {
    int64_t end = i + 1;
    while (end < n) {
      const uint64_t left = pairs->starts[end / 64] >> (end % 64);
      if (left != 0) {
        end += __builtin_ctzll(left);
        break;
      }
      end = (end / 64 + 1) * 64;
    }
    if (end > n) end = n;
    const uint32_t row = sp_table_row(t, 0, pairs->unit[i]);
    if (row == UINT32_MAX) return SAMPAN_E_MEMORY;
    t->lanes->fill_codes(rows + i, row, end - i);
    i = end;
  }
  return SAMPAN_OK;
}

int32_t sp_table_rows(sp_table *t, const sp_pairs *pairs, int64_t n, uint32_t *rows) {
  const uint32_t *group = pairs->group, *unit = pairs->unit;
  const uint32_t most = pairs->n_units > 0 && unit != NULL ? pairs->n_units - 1 : 0;
  if (group == NULL) return rows_of_units(t, pairs, n, rows);
  judge_ways(t, most, n);
  t->has_all_ways = most < t->way_units;
  int64_t i = 0;
  for (; t->has_all_ways && i + 64 <= n; i += 64) {
    if (pairs->starts != NULL && unit != NULL) {
      SP_TRY(find_runs(t, group + i, unit + i, pairs->starts[i / 64], rows + i));
    } else {
      SP_TRY(find_rows(t, group + i, unit != NULL ? unit + i : NULL, rows + i));
    }
  }
  return find_each(t, group + i, unit != NULL ? unit + i : NULL, n - i, rows + i);
}

sp_table_key sp_table_key_of(const sp_table *t, uint32_t row) {
  return (sp_table_key){.group = (uint32_t)(t->keys[row] >> 32), .psu = (uint32_t)t->keys[row]};
}

int32_t sp_table_add_row(sp_table *into, uint32_t row, const sp_table *from, uint32_t from_row) {
  if (into->is_narrow) return sp_narrow_add_row(into, row, from, from_row);
  sp_exact *to = sp_table_lanes(into, row);
  const sp_exact *lanes = sp_table_lanes(from, from_row);
  for (uint32_t k = 0; k < into->n_lanes; k++) sp_exact_merge(&to[k], &lanes[k]);
  return SAMPAN_OK;
}

/* ---- wide --------------------------------------------------------------------------------- */

sp_exact *sp_table_lanes(const sp_table *t, uint32_t row) {
  return (sp_exact *)(void *)sp_table_at(t, row);
}

void sp_table_merge_lane(sp_table *t, uint32_t row, uint32_t lane, const sp_exact *add) {
  sp_exact_merge(&sp_table_lanes(t, row)[lane], add);
}

/* ---- either ------------------------------------------------------------------------------- */

void sp_table_lane(const sp_table *t, uint32_t row, uint32_t lane, sp_exact *out) {
  if (t->is_narrow) {
    *out = sp_narrow_lane(t, row, lane);
  } else {
    *out = sp_table_lanes(t, row)[lane];
  }
}

int32_t sp_table_touched(const sp_table *t, uint32_t row, uint32_t lane) {
  if (t->is_narrow) return sp_narrow_touched(t, row, lane);
  const int32_t top = sp_table_lanes(t, row)[lane].top;
  return top > 1 ? 2 : top;
}

void sp_table_totals(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t first,
                     uint32_t n, double *out) {
  if (t->is_narrow) {
    sp_narrow_totals(t, rows, n_rows, first, n, out);
    return;
  }
  for (uint32_t k = 0; k < n; k++) {
    sp_exact sum;
    memset(&sum, 0, sizeof sum);
    for (uint32_t r = 0; r < n_rows; r++) {
      sp_exact_merge(&sum, &sp_table_lanes(t, rows[r])[first + k]);
    }
    out[k] = sp_exact_value(&sum);
  }
}

/* ---- counts ------------------------------------------------------------------------------- */

int64_t *sp_table_counts(sp_table *t, uint32_t group) {
  if (group >= t->group_capacity) {
    uint32_t capacity = t->group_capacity != 0 ? t->group_capacity : SP_FIRST_GROUPS;
    while (capacity <= group) capacity *= 2;
    int64_t *grown = realloc(t->counts, (size_t)capacity * t->n_counts * sizeof *grown);
    if (grown == NULL) return NULL;
    memset(grown + (size_t)t->group_capacity * t->n_counts, 0,
           (size_t)(capacity - t->group_capacity) * t->n_counts * sizeof *grown);
    t->counts = grown;
    t->group_capacity = capacity;
  }
  if (group >= t->n_groups) t->n_groups = group + 1;
  return t->counts + (size_t)group * t->n_counts;
}

uint32_t sp_table_n_counts(const sp_table *t) {
  return t->n_counts;
}

uint32_t sp_table_n_groups(const sp_table *t) {
  return t->n_groups;
}

void sp_table_clear_counts(sp_table *t, uint32_t group, uint32_t first, uint32_t n) {
  if (group >= t->n_groups) return;
  memset(t->counts + (size_t)group * t->n_counts + first, 0, n * sizeof *t->counts);
}
