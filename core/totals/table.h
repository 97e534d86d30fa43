/* table.h - exact totals by domain and unit. A table holds a row of lanes for each pair that was
 * met; tables add up, whatever they met first.
 *
 * Wide tables hold any sums, as sp_exact. Narrow ones are for lanes that are sums of the weights of
 * some of the records: pairs of integers on a grid (grid.h), less than half the memory, and added
 * for all lanes of a record at once. */
#ifndef SP_TOTALS_TABLE_H
#define SP_TOTALS_TABLE_H

#include "base/error.h"
#include "base/lanes.h"
#include "totals/add_masks.h"
#include "totals/squares.h"

typedef struct sp_table_key {
  uint32_t group, psu;
} sp_table_key;

typedef struct sp_table sp_table;

/* A table whose rows have n_lanes sums and whose groups have n_counts counts. *out is owned. */
int32_t sp_table_new(uint32_t n_lanes, uint32_t n_counts, sp_table **out);
int32_t sp_table_new_narrow(uint32_t n_lanes, uint32_t n_counts, sp_table **out);
/* A narrow table with two more lanes for each of n_squares sums of squared weights (squares.h),
 * behind the others; rows that are added to each other carry them. */
int32_t sp_table_new_squares(uint32_t n_lanes, uint32_t n_squares, uint32_t n_counts,
                             sp_table **out);
void sp_table_free(sp_table *table);
/* Takes out all rows and counts; memory is kept for the next ones. */
void sp_table_clear(sp_table *table);

int sp_table_is_narrow(const sp_table *table);
uint32_t sp_table_n_lanes(const sp_table *table);
uint32_t sp_table_n_rows(const sp_table *table);
uint64_t sp_table_bytes(const sp_table *table);
uint64_t sp_table_least(const sp_table *table); /* with one row or a few */
uint64_t sp_table_used(const sp_table *table);  /* of these, by rows that are there */

/* ---- rows --------------------------------------------------------------------------------- */

/* The row of a pair, made if it is new; UINT32_MAX when out of memory. */
uint32_t sp_table_row(sp_table *table, uint32_t group, uint32_t psu);
/* Records whose rows are looked for. */
typedef struct sp_pairs {
  const uint32_t *group; /* UINT32_MAX: in none. NULL, with `starts`: all are in group 0 */
  const uint32_t *unit;  /* NULL: all are of unit 0 */
  uint32_t n_units;      /* that there are so far: none is beyond */
  uint32_t reserved;
  const uint64_t *starts; /* bit i where record i is of another unit than the one before; NULL where
                             that is not known */
} sp_pairs;

/* The row of each of n records, UINT32_MAX for those in no group; SAMPAN_E_MEMORY. */
int32_t sp_table_rows(sp_table *table, const sp_pairs *pairs, int64_t n, uint32_t *rows) SP_CHECK;
sp_table_key sp_table_key_of(const sp_table *table, uint32_t row);
/* Adds a row of another table of the same form; grids must be the same. SAMPAN_E_MEMORY. */
int32_t sp_table_add_row(sp_table *into, uint32_t row, const sp_table *from,
                         uint32_t from_row) SP_CHECK;

/* The sums of lanes [first, first + n) over some rows. */
void sp_table_totals(const sp_table *table, const uint32_t *rows, uint32_t n_rows, uint32_t first,
                     uint32_t n, double *out);
/* 0: nothing was added to the lane; 1: weights of 0 alone; 2: another weight. */
int32_t sp_table_touched(const sp_table *table, uint32_t row, uint32_t lane);
/* The exact state of a lane. */
void sp_table_lane(const sp_table *table, uint32_t row, uint32_t lane, sp_exact *out);

/* Frees what finds rows, once no more are looked for. */
void sp_table_seal(sp_table *table);

/* ---- wide --------------------------------------------------------------------------------- */

/* The lanes of a row; stable as long as the table. */
sp_exact *sp_table_lanes(const sp_table *table, uint32_t row);
void sp_table_merge_lane(sp_table *table, uint32_t row, uint32_t lane, const sp_exact *add);

/* ---- narrow ------------------------------------------------------------------------------- */

/* The grid that weights are cut by; set once, before the first row. */
void sp_table_set_grid(sp_table *table, const sp_grid *grid);
/* Records that are added to their rows. */
typedef struct sp_addends {
  const uint32_t *rows, *group; /* by record; UINT32_MAX: in none */
  uint32_t n_groups;            /* that there are so far */
  uint32_t reserved;
  const uint64_t *starts;    /* bit i where record i goes to another row than the one before; NULL
                                where that is not known */
  const int64_t *high, *low; /* its weight */
} sp_addends;

/* Adds the weight of n records to those lanes of their rows whose bitmap has bit i; and 1 to the
 * tally of these lanes in the record's group. */
int32_t sp_table_add_bits(sp_table *table, const sp_addends *addends, int64_t n,
                          const uint64_t *const *bits) SP_CHECK;
/* Adds the squares of n records to those whose bitmap has bit i; rows as before. */
void sp_table_add_squares(sp_table *table, const uint32_t *rows, int64_t n,
                          const sp_squares *squares, const uint64_t *const *bits);
/* Adds the square of record i to one. */
void sp_table_add_square(sp_table *table, uint32_t row, uint32_t square, const sp_squares *squares,
                         int64_t i);
/* The sum of squares as it is, and that of a lane. */
void sp_table_square(const sp_table *table, uint32_t row, uint32_t square, sp_long_sum *out);
void sp_table_sum(const sp_table *table, uint32_t row, uint32_t lane, sp_long_sum *out);
/* Adds one record to one lane and its tally. */
int32_t sp_table_add_bit(sp_table *table, uint32_t row, uint32_t group, uint32_t lane, int64_t high,
                         int64_t low) SP_CHECK;
/* Marks a lane that a record of weight 0 belongs to. */
int32_t sp_table_touch(sp_table *table, uint32_t row, uint32_t lane) SP_CHECK;
/* Records behind each lane of a group since they were last cleared; NULL: none. */
uint32_t *sp_table_tally(const sp_table *table, uint32_t group);
uint32_t sp_table_n_tallied(const sp_table *table); /* groups that have tallies */
/* After SP_GRID_MOST records at the latest, and before totals are read. Rows that are added to
 * carry by themselves. */
void sp_table_carry(sp_table *table);

/* ---- counts of groups --------------------------------------------------------------------- */

/* The counts of a group, made if it is new; NULL when out of memory. Not stable. */
int64_t *sp_table_counts(sp_table *table, uint32_t group);
uint32_t sp_table_n_counts(const sp_table *table);
uint32_t sp_table_n_groups(const sp_table *table); /* groups that have counts */
/* Sets counts of a group, if it has any, to zero. */
void sp_table_clear_counts(sp_table *table, uint32_t group, uint32_t first, uint32_t n);

#endif
