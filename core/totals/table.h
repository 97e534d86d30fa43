/* table.h - exact totals by domain and PSU. A table holds a row of lanes for each pair that was
 * met; tables add up, whatever they met first. */
#ifndef SP_TOTALS_TABLE_H
#define SP_TOTALS_TABLE_H

#include "base/error.h"
#include "totals/exact.h"

typedef struct sp_table_key {
  uint32_t group, psu;
} sp_table_key;

typedef struct sp_table sp_table;

/* A table whose rows have n_lanes sums and whose groups have n_counts counts. *out is owned. */
int32_t sp_table_new(uint32_t n_lanes, uint32_t n_counts, sp_table **out);
void sp_table_free(sp_table *table);

/* The row of a pair, made if it is new; UINT32_MAX when out of memory. */
uint32_t sp_table_row(sp_table *table, uint32_t group, uint32_t psu);
/* The lanes of a row; stable as long as the table. */
sp_exact *sp_table_lanes(const sp_table *table, uint32_t row);
sp_table_key sp_table_key_of(const sp_table *table, uint32_t row);
uint32_t sp_table_n_rows(const sp_table *table);
/* The counts of a group, made if it is new; NULL when out of memory. Not stable. */
int64_t *sp_table_counts(sp_table *table, uint32_t group);

/* Sets counts of a group, if it has any, to zero. */
void sp_table_clear_counts(sp_table *table, uint32_t group, uint32_t first, uint32_t n);

/* The rows ordered by group and then by `order` of their PSU (an array by PSU); *out (n_rows) is
 * owned by the caller, as is *start (n_groups + 1): rows of group g are out[start[g]] and on. */
int32_t sp_table_by_group(const sp_table *table, uint32_t n_groups, const uint64_t *order,
                          uint32_t **out, uint32_t **start);
uint64_t sp_table_bytes(const sp_table *table);

#endif
