/* narrow.c - tables of sums of weights on a grid. */
#include <stdlib.h>

#include "totals/table_internal.h"

/* Rows of this many bytes in all no longer stay in a core's cache. */
#define SP_CACHED_BYTES (UINT64_C(1) << 19)

static int64_t *row_at(const sp_table *t, uint32_t row) {
  return (int64_t *)(void *)sp_table_at(t, row);
}

/* Where the low part of a lane is in its row; the high part is `block` behind it. */
static uint32_t place_of(const sp_table *t, uint32_t lane) {
  return lane / t->block * 2 * t->block + lane % t->block;
}

void sp_table_set_grid(sp_table *t, const sp_grid *grid) {
  t->grid = *grid;
}

static void carry_squares(const sp_table *t, int64_t *row) {
  for (uint32_t k = 0; k < t->n_squares; k++) {
    int64_t *low = row + place_of(t, t->first_square + k), *high = low + 2 * sp_square_step(t);
    sp_squares_carry(&low[t->block], &low[0], &high[t->block], &high[0]);
  }
}

void sp_table_carry(sp_table *t) {
  for (uint32_t r = 0; r < t->n_rows; r++) {
    int64_t *row = row_at(t, r);
    for (uint32_t first = 0; first < t->n_padded * 2; first += 2 * t->block) {
      for (uint32_t k = first; k < first + t->block; k++) {
        sp_grid_carry(&row[k + t->block], &row[k]);
      }
    }
    carry_squares(t, row);
  }
}

int32_t sp_narrow_add_row(sp_table *into, uint32_t row, const sp_table *from, uint32_t from_row) {
  int64_t *to = row_at(into, row);
  const int64_t *add = row_at(from, from_row);
  for (uint32_t first = 0; first < into->n_padded * 2; first += 2 * into->block) {
    for (uint32_t k = first; k < first + into->block; k++) {
      to[k + into->block] += add[k + into->block];
      to[k] += add[k];
      sp_grid_carry(&to[k + into->block], &to[k]);
    }
  }
  const uint32_t first_square = into->first_square * 2;
  for (uint32_t k = first_square; k < first_square + 4 * sp_square_step(into); k++) to[k] += add[k];
  carry_squares(into, to);
  for (uint32_t lane = 0; from->touched != NULL && lane < from->n_lanes; lane++) {
    if (sp_narrow_touched(from, from_row, lane) == 1) SP_TRY(sp_table_touch(into, row, lane));
  }
  return SAMPAN_OK;
}

sp_exact sp_narrow_lane(const sp_table *t, uint32_t row, uint32_t lane) {
  const int64_t *low = row_at(t, row) + place_of(t, lane);
  sp_exact out = sp_grid_exact(&t->grid, low[t->block], low[0]);
  if (out.top == 0 && sp_narrow_touched(t, row, lane) == 1) sp_exact_touch(&out);
  return out;
}

int32_t sp_narrow_touched(const sp_table *t, uint32_t row, uint32_t lane) {
  const int64_t *low = row_at(t, row) + place_of(t, lane);
  if ((low[0] | low[t->block]) != 0) return 2; /* no weight is negative */
  if (row >= t->touched_rows) return 0;
  return (int32_t)(t->touched[(size_t)row * sp_touched_words(t) + lane / 64] >> (lane % 64) & 1);
}

/* The power of two of a grid, or 0 where it is no normal number. */
static double unit_of(const sp_grid *grid) {
  const uint64_t bits = (uint64_t)(grid->low + 1023) << 52;
  double unit;
  memcpy(&unit, &bits, sizeof unit);
  return grid->low > -1000 && grid->low < 800 ? unit : 0;
}

/* The double nearest to each sum of a whole block, as sp_grid_value; 0 where a high part is too
 * large. Both parts are whole numbers below 2^52, which a double holds as they are behind the bits
 * of 2^52; their sum rounds once, and the unit rounds nothing. */
static int block_values(double unit, const int64_t *high, const int64_t *low, double *out) {
  const uint64_t place = UINT64_C(0x433) << 52;
  uint64_t bits[2][SP_BLOCK_LANES], all = 0;
  double part[2][SP_BLOCK_LANES];
  for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) all |= (uint64_t)high[k];
  if (all >> 52 != 0) return 0;
  for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) {
    bits[0][k] = (uint64_t)high[k] | place;
    bits[1][k] = (uint64_t)low[k] | place;
  }
  memcpy(part, bits, sizeof part);
  for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) {
    out[k] = ((part[0][k] - 0x1p52) * 0x1p40 + (part[1][k] - 0x1p52)) * unit;
  }
  return 1;
}

static void add_rows(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t place,
                     int64_t high[SP_BLOCK_LANES], int64_t low[SP_BLOCK_LANES]) {
  for (uint32_t r = 0; r < n_rows; r++) {
    const int64_t *row = row_at(t, rows[r]) + place;
    for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) {
      low[k] += row[k];
      high[k] += row[k + SP_BLOCK_LANES];
    }
    if ((r & 0xffff) != 0xffff) continue;
    for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) sp_grid_carry(&high[k], &low[k]);
  }
  for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) sp_grid_carry(&high[k], &low[k]);
}

/* All lanes of a block of the usual width. */
static void block_totals(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t place,
                         double unit, double out[SP_BLOCK_LANES]) {
  int64_t high[SP_BLOCK_LANES] = {0}, low[SP_BLOCK_LANES] = {0};
  add_rows(t, rows, n_rows, place, high, low);
  if (unit > 0 && block_values(unit, high, low, out)) return;
  for (uint32_t k = 0; k < SP_BLOCK_LANES; k++) out[k] = sp_grid_value(&t->grid, high[k], low[k]);
}

/* One lane of a narrower one. */
static double lane_total(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t place,
                         double unit) {
  int64_t high = 0, low = 0;
  for (uint32_t r = 0; r < n_rows; r++) {
    const int64_t *row = row_at(t, rows[r]) + place;
    low += row[0];
    high += row[t->block];
    if ((r & 0xffff) == 0xffff) sp_grid_carry(&high, &low);
  }
  sp_grid_carry(&high, &low);
  /* As in block_values. */
  if (unit > 0 && (uint64_t)high >> 52 == 0) return ((double)high * 0x1p40 + (double)low) * unit;
  return sp_grid_value(&t->grid, high, low);
}

void sp_narrow_totals(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t first,
                      uint32_t n, double *out) {
  const double unit = unit_of(&t->grid);
  if (t->block != SP_BLOCK_LANES) {
    for (uint32_t k = 0; k < n; k++) {
      out[k] = lane_total(t, rows, n_rows, place_of(t, first + k), unit);
    }
    return;
  }
  double values[SP_BLOCK_LANES];
  for (uint32_t lane = first; lane < first + n;) {
    const uint32_t skipped = lane % SP_BLOCK_LANES, left = first + n - lane;
    const uint32_t place = lane / SP_BLOCK_LANES * 2 * SP_BLOCK_LANES;
    const uint32_t most = SP_BLOCK_LANES - skipped < left ? SP_BLOCK_LANES - skipped : left;
    const int whole = most == SP_BLOCK_LANES;
    block_totals(t, rows, n_rows, place, unit, whole ? out + (lane - first) : values);
    if (!whole) memcpy(out + (lane - first), values + skipped, most * sizeof *out);
    lane += most;
  }
}

/* ---- adding ------------------------------------------------------------------------------- */

uint32_t *sp_table_tally(const sp_table *t, uint32_t group) {
  return group < t->n_tallied ? t->tallies + (size_t)group * t->n_padded : NULL;
}

uint32_t sp_table_n_tallied(const sp_table *t) {
  return t->n_tallied;
}

/* The tallies of a group that there is room for. */
static uint32_t *tally_of(sp_table *t, uint32_t group) {
  if (group >= t->n_tallied) t->n_tallied = group + 1;
  return t->tallies + (size_t)group * t->n_padded;
}

/* Room for the tallies of all groups up to this one. */
static int32_t tally_room(sp_table *t, uint32_t group) {
  if (group >= t->tally_capacity) {
    uint32_t capacity = t->tally_capacity != 0 ? t->tally_capacity : SP_FIRST_GROUPS;
    while (capacity <= group) capacity *= 2;
    uint32_t *grown = realloc(t->tallies, (size_t)capacity * t->n_padded * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + (size_t)t->tally_capacity * t->n_padded, 0,
           (size_t)(capacity - t->tally_capacity) * t->n_padded * sizeof *grown);
    t->tallies = grown;
    t->tally_capacity = capacity;
  }
  return SAMPAN_OK;
}

int32_t sp_table_touch(sp_table *t, uint32_t row, uint32_t lane) {
  const uint32_t words = sp_touched_words(t);
  if (row >= t->touched_rows) {
    const uint32_t rows = (row + 1) * 2 > 256 ? (row + 1) * 2 : 256;
    uint64_t *grown = realloc(t->touched, (size_t)rows * words * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + (size_t)t->touched_rows * words, 0,
           (size_t)(rows - t->touched_rows) * words * sizeof *grown);
    t->touched = grown;
    t->touched_rows = rows;
  }
  t->touched[(size_t)row * words + lane / 64] |= UINT64_C(1) << (lane % 64);
  return SAMPAN_OK;
}

int32_t sp_table_add_bit(sp_table *t, uint32_t row, uint32_t group, uint32_t lane, int64_t high,
                         int64_t low) {
  if (group >= t->tally_capacity && tally_room(t, group) < 0) return SAMPAN_E_MEMORY;
  int64_t *at = row_at(t, row) + place_of(t, lane);
  at[0] += low;
  at[t->block] += high;
  tally_of(t, group)[lane]++;
  return SAMPAN_OK;
}

typedef int64_t two __attribute__((vector_size(16), aligned(16), may_alias));

/* Some lanes of the rows of a table that lie side by side. */
typedef struct section {
  uint32_t first, n_lanes; /* first: that of a block */
} section;

/* Up to 64 records. */
typedef struct block {
  const uint32_t *rows, *group;
  const int64_t *high, *low;
  int64_t n;
} block;

/* Rows, or groups, of a block that are looked for as runs before each record goes by itself. */
enum { SP_MOST_RUNS = 4, SP_SCATTERED = 15 };

static uint64_t same_as(const sp_table *t, const uint32_t *numbers, int64_t n, uint32_t x) {
  if (n == 64) return t->lanes->same_codes(numbers, x);
  uint64_t out = 0;
  for (int64_t i = 0; i < n; i++) out |= (uint64_t)(numbers[i] == x) << i;
  return out;
}

/* Counts of the lanes of records of the same group, where the block has few groups. */
static void tally_few(sp_table *t, const uint32_t *rows, const uint32_t *group, int64_t n,
                      const uint64_t *words) {
  uint64_t left = ~same_as(t, rows, n, UINT32_MAX);
  if (n < 64) left &= (UINT64_C(1) << n) - 1;
  for (uint32_t run = 0; left != 0 && run < SP_MOST_RUNS; run++) {
    const uint32_t g = group[__builtin_ctzll(left)];
    const uint64_t same = same_as(t, group, n, g) & left;
    left &= ~same;
    uint32_t *tally = tally_of(t, g);
    for (uint32_t k = 0; k < t->n_lanes; k++) {
      tally[k] += (uint32_t)__builtin_popcountll(words[k] & same);
    }
  }
  for (; left != 0; left &= left - 1) {
    const int i = __builtin_ctzll(left);
    uint32_t *tally = tally_of(t, group[i]);
    for (uint32_t k = 0; k < t->n_lanes; k++) tally[k] += (uint32_t)(words[k] >> i & 1);
  }
}

/* Some of a block, all of the row of one of them. */
static void add_run(sp_table *t, uint32_t place, const block *b, int first, uint64_t same,
                    const uint64_t *words) {
  uint32_t *tally = b->group != NULL ? tally_of(t, b->group[first]) : t->no_tally;
  t->adders->add_run(row_at(t, b->rows[first]) + 2 * place, tally, t->block, same, words, b->high,
                     b->low);
}

/* A whole block of few rows; 0, and nothing done, where it has more. */
static int add_runs(sp_table *t, uint32_t place, const block *b, const uint64_t *words) {
  uint64_t same[SP_MOST_RUNS], left = UINT64_MAX;
  int first[SP_MOST_RUNS];
  uint32_t n = 0;
  while (left != 0) {
    if (n == SP_MOST_RUNS) return 0;
    first[n] = __builtin_ctzll(left);
    same[n] = t->lanes->same_codes(b->rows, b->rows[first[n]]);
    left &= ~same[n++];
  }
  for (uint32_t k = 0; k < n; k++) {
    if (b->rows[first[k]] != UINT32_MAX) add_run(t, place, b, first[k], same[k], words);
  }
  return 1;
}

/* A whole block whose rows are known by where they begin. */
static void add_known_runs(sp_table *t, uint32_t place, const block *b, uint64_t starts,
                           const uint64_t *words) {
  starts &= ~UINT64_C(1);
  for (int from = 0; from < 64;) {
    const int first = from;
    add_run(t, place, b, first, sp_take_run(&starts, &from), words);
  }
}

/* Rows of 2 lanes; `words` has a word for each. */
static void add_two(sp_table *t, uint32_t place, const uint32_t *rows, int64_t n,
                    const int64_t *high, const int64_t *low, const uint64_t *words) {
  const two mask[4] = {{0, 0}, {-1, 0}, {0, -1}, {-1, -1}};
  for (int64_t i = 0; i < n; i++) {
    if (rows[i] == UINT32_MAX) continue;
    const two m = mask[(words[0] >> i & 1) | (words[1] >> i & 1) << 1];
    two *at = (two *)(void *)(row_at(t, rows[i]) + place);
    at[0] += (two){low[i], low[i]} & m;
    at[1] += (two){high[i], high[i]} & m;
  }
}

static void add_four(sp_table *t, uint32_t place, const uint32_t *rows, int64_t n,
                     const int64_t *high, const int64_t *low, const uint64_t *words) {
  for (int64_t i = 0; i < n; i++) {
    if (rows[i] == UINT32_MAX) continue;
    int64_t *at = row_at(t, rows[i]) + place;
    for (uint32_t k = 0; k < 4; k++) {
      const int64_t m = -(int64_t)(words[k] >> i & 1);
      at[k] += low[i] & m;
      at[4 + k] += high[i] & m;
    }
  }
}

static void add_few(sp_table *t, uint32_t first, const block *b, const uint64_t *starts,
                    const uint64_t *words) {
  if (b->n == 64 && starts != NULL) {
    add_known_runs(t, first, b, *starts, words);
    return;
  }
  if (b->n == 64 && t->n_scattered == 0) {
    if (add_runs(t, first, b, words)) return;
    t->n_scattered = SP_SCATTERED;
  }
  t->n_scattered -= t->n_scattered > 0;
  if (b->group != NULL) tally_few(t, b->rows, b->group, b->n, words);
  if (t->block == 2) {
    add_two(t, 2 * first, b->rows, b->n, b->high, b->low, words);
  } else {
    add_four(t, 2 * first, b->rows, b->n, b->high, b->low, words);
  }
}

static void add_many(sp_table *t, const block *b, const uint64_t *masks, uint32_t first,
                     uint32_t n_left) {
  const uint32_t n_padded = (n_left + SP_BLOCK_LANES - 1) / SP_BLOCK_LANES * SP_BLOCK_LANES;
  const uint32_t n_lanes = n_padded < 64 ? n_padded : 64;
  const int is_large = (uint64_t)t->n_rows * t->row_bytes > SP_CACHED_BYTES;
  const uint32_t *rows = b->rows;
  enum { AHEAD = 6 };
  for (int64_t i = 0; i < b->n; i++) {
    if (is_large && i + AHEAD < b->n && rows[i + AHEAD] != UINT32_MAX) {
      const int64_t *next = row_at(t, rows[i + AHEAD]) + (size_t)first * 2;
      for (uint32_t k = 0; k < n_lanes; k += 4) __builtin_prefetch(next + (size_t)k * 2, 1);
    }
    if (rows[i] == UINT32_MAX || masks[i] == 0) continue;
    uint32_t *tally = b->group != NULL ? tally_of(t, b->group[i]) + first : t->no_tally;
    t->adders->add_mask(row_at(t, rows[i]) + (size_t)first * 2, tally, n_lanes, masks[i],
                        b->high[i], b->low[i]);
  }
}

/* Without groups nobody counts these lanes. */
static void add_section(sp_table *t, section at, const sp_addends *a, int64_t n,
                        const uint64_t *const *bits) {
  uint64_t words[64], masks[64];
  for (int64_t w = 0; w * 64 < n; w++) {
    const int64_t i = w * 64;
    const block b = {.rows = a->rows + i,
                     .group = a->group != NULL ? a->group + i : NULL,
                     .high = a->high + i,
                     .low = a->low + i,
                     .n = n - i < 64 ? n - i : 64};
    for (uint32_t first = 0; first < at.n_lanes; first += 64) {
      const uint32_t n_words = t->block < SP_BLOCK_LANES ? t->block : 64;
      uint64_t any = 0;
      for (uint32_t k = 0; k < n_words; k++) {
        words[k] = first + k < at.n_lanes && bits[first + k] != NULL ? bits[first + k][w] : 0;
        any |= words[k];
      }
      if (any == 0) continue;
      if (t->block < SP_BLOCK_LANES) {
        add_few(t, at.first, &b, a->starts != NULL ? &a->starts[w] : NULL, words);
      } else {
        t->adders->turn_bits(words, masks);
        add_many(t, &b, masks, at.first + first, at.n_lanes - first);
      }
    }
  }
}

int32_t sp_table_add_bits(sp_table *t, const sp_addends *addends, int64_t n,
                          const uint64_t *const *bits) {
  const uint32_t n_groups = addends->n_groups;
  if (n_groups > t->tally_capacity && tally_room(t, n_groups - 1) < 0) return SAMPAN_E_MEMORY;
  add_section(t, (section){0, t->n_lanes}, addends, n, bits);
  return SAMPAN_OK;
}

/* ---- squares ------------------------------------------------------------------------------ */

void sp_table_add_squares(sp_table *t, const uint32_t *rows, int64_t n, const sp_squares *squares,
                          const uint64_t *const *bits) {
  for (uint32_t pair = 0; pair < 2; pair++) {
    const section at = {t->first_square + pair * sp_square_step(t), t->n_squares};
    const sp_addends addends = {
        .rows = rows, .high = squares->digit[2 * pair + 1], .low = squares->digit[2 * pair]};
    add_section(t, at, &addends, n, bits);
  }
}

void sp_table_add_square(sp_table *t, uint32_t row, uint32_t square, const sp_squares *squares,
                         int64_t i) {
  for (uint32_t pair = 0; pair < 2; pair++) {
    int64_t *low =
        row_at(t, row) + place_of(t, t->first_square + pair * sp_square_step(t) + square);
    low[0] += squares->digit[2 * pair][i];
    low[t->block] += squares->digit[2 * pair + 1][i];
  }
}

void sp_table_square(const sp_table *t, uint32_t row, uint32_t square, sp_long_sum *out) {
  const int64_t *low = row_at(t, row) + place_of(t, t->first_square + square);
  const int64_t *high = low + 2 * (size_t)sp_square_step(t);
  sp_squares_add_to(out, &t->grid, (int64_t[]){low[0], low[t->block], high[0], high[t->block]});
}

void sp_table_sum(const sp_table *t, uint32_t row, uint32_t lane, sp_long_sum *out) {
  const int64_t *low = row_at(t, row) + place_of(t, lane);
  sp_long_add_whole(out, low[0], t->grid.low);
  sp_long_add_whole(out, low[t->block], t->grid.low + SP_GRID_BITS);
}
