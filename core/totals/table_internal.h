/* table_internal.h - what table.c and narrow.c share. */
#ifndef SP_TOTALS_TABLE_INTERNAL_H
#define SP_TOTALS_TABLE_INTERNAL_H

#include "totals/table.h"

#define SP_CHUNK_ROWS 256
#define SP_FIRST_GROUPS 16 /* that there is room for */

struct sp_table {
  uint32_t n_lanes, n_counts;
  int32_t is_narrow;
  uint32_t block, n_padded; /* narrow: lanes of a block; lanes with those that fill up the last */
  uint32_t first_square, n_squares; /* narrow: the lower pairs of sums of squares are lanes from
                                       here; the upper ones follow, from a block of their own */
  uint32_t no_tally[64];            /* where lanes that nobody counts are counted */
  uint64_t row_bytes;
  sp_grid grid;
  const sp_adders *adders;
  const sp_lanes *lanes;
  uint64_t *keys;    /* by row: group and PSU */
  uint32_t *slots;   /* rows by the hash of their keys; UINT32_MAX: free */
  uint32_t n_hashed; /* rows that slots have: the first so many */
  uint32_t slot_mask, n_rows, key_capacity;
  unsigned char **chunks; /* of SP_CHUNK_ROWS rows each: rows never move */
  uint32_t n_chunks;
  int64_t *counts;
  uint32_t n_groups, group_capacity;
  uint32_t *tallies; /* narrow: [group][n_padded] */
  uint32_t n_tallied, tally_capacity;
  uint64_t *touched; /* narrow: bits by row and lane that weights of 0 were met for; or NULL */
  uint32_t touched_rows;
  uint64_t *ways; /* where rows were found last, row << 32 | group: by unit, and by the lowest bits
                     of the group; UINT64_MAX where there is no row of such a pair */
  uint32_t way_bits, way_units;
  int32_t has_all_ways;  /* there are some for each unit */
  uint32_t n_scattered;  /* blocks to go before runs of the same row are looked for again */
  uint64_t n_way_looks;  /* records that were looked for since the misses were last judged */
  uint32_t n_way_misses; /* of them, whose place another row had */
  uint32_t last_row;     /* files come with runs of the same pair */
  uint64_t last_key;
};

static inline unsigned char *sp_table_at(const sp_table *t, uint32_t row) {
  return t->chunks[row / SP_CHUNK_ROWS] + (row % SP_CHUNK_ROWS) * t->row_bytes;
}

/* The lanes between the lower pairs and the upper ones. */
static inline uint32_t sp_square_step(const sp_table *t) {
  return (t->n_squares + t->block - 1) / t->block * t->block;
}

static inline uint32_t sp_touched_words(const sp_table *t) {
  return (t->n_lanes + 63) / 64;
}

int32_t sp_narrow_add_row(sp_table *into, uint32_t row, const sp_table *from, uint32_t from_row);
sp_exact sp_narrow_lane(const sp_table *t, uint32_t row, uint32_t lane);
int32_t sp_narrow_touched(const sp_table *t, uint32_t row, uint32_t lane);
void sp_narrow_totals(const sp_table *t, const uint32_t *rows, uint32_t n_rows, uint32_t first,
                      uint32_t n, double *out);

#endif
