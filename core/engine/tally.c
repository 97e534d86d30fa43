/* tally.c - distributions of values by group. */
#include "engine/tally.h"

#include <math.h>
#include <stdlib.h>

int32_t sp_tally_init(sp_tally_table *t, uint32_t n_runs, int32_t apart, uint64_t *n_bytes) {
  memset(t, 0, sizeof *t);
  t->n_runs = n_runs;
  t->apart = apart;
  t->n_bytes = n_bytes;
  t->values = sp_map_new(61);
  if (t->values == NULL) return SAMPAN_E_MEMORY;
  return sp_table_new(n_runs + 1, 1, &t->table);
}

void sp_tally_clear(sp_tally_table *t) {
  sp_map_free(t->values);
  sp_table_free(t->table);
  free(t->value);
  memset(t, 0, sizeof *t);
}

/* The number of a value; SP_MAP_NONE when out of memory. */
static uint32_t number_of(sp_tally_table *t, double value) {
  const double key = value == 0 ? 0 : value; /* -0 is 0 */
  const uint32_t number = t->apart ? t->n_values : sp_map_add(t->values, &key, sizeof key);
  if (number == SP_MAP_NONE || number < t->n_values) return number;
  if (number == t->capacity) {
    const uint32_t capacity = t->capacity != 0 ? t->capacity * 2 : 1024;
    double *grown = realloc(t->value, capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    t->value = grown;
    t->capacity = capacity;
  }
  t->value[t->n_values++] = key;
  return number;
}

/* A row of the table with its keys, and its value, weight, weight below and count in each run. */
static uint64_t bytes_of_row(const sp_tally_table *t) {
  return (t->n_runs + UINT64_C(1)) * sizeof(sp_exact) + t->n_runs * UINT64_C(32) + 64;
}

int32_t sp_tally_add(sp_tally_table *t, uint32_t group, double value, sp_slices *const *weights,
                     int64_t i) {
  if (isnan(value)) return SAMPAN_OK;
  for (uint32_t r = 0; r < t->n_runs; r++) {
    if (weights[r][i].top > 0 && weights[r][i].slice[0] < 0) return SAMPAN_E_DATA;
  }
  const uint32_t number = number_of(t, value);
  if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  const uint32_t n_rows = sp_table_n_rows(t->table);
  const uint32_t row = sp_table_row(t->table, group, number);
  if (row == UINT32_MAX) return SAMPAN_E_MEMORY;
  if (row == n_rows) *t->n_bytes += bytes_of_row(t);
  if (*t->n_bytes > SP_TALLY_MOST_BYTES) return SAMPAN_E_PLAN;
  sp_exact *lanes = sp_table_lanes(t->table, row);
  for (uint32_t r = 0; r < t->n_runs; r++) {
    if (weights[r][i].top != 0) sp_exact_add_slices(&lanes[r], &weights[r][i]);
  }
  sp_exact_add(&lanes[t->n_runs], 1);
  return SAMPAN_OK;
}

int32_t sp_tally_merge(sp_tally_table *t, sp_tally_table *from, const uint32_t *group) {
  const uint32_t n = sp_table_n_rows(from->table);
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(from->table, i);
    const uint32_t number = number_of(t, from->value[key.psu]);
    if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    const uint32_t n_rows = sp_table_n_rows(t->table);
    const uint32_t row = sp_table_row(t->table, group[key.group], number);
    if (row == UINT32_MAX || sp_table_add_row(t->table, row, from->table, i) < 0) {
      return SAMPAN_E_MEMORY;
    }
    if (row == n_rows) *t->n_bytes += bytes_of_row(t);
  }
  *from->n_bytes -= n * bytes_of_row(from);
  sp_table_clear(from->table);
  if (from->apart) from->n_values = 0;
  return SAMPAN_OK;
}

typedef struct tally_row {
  double value;
  uint32_t group, number, row, reserved;
} tally_row;

static int compare_rows(const void *a, const void *b) {
  const tally_row *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  if (x->value < y->value) return -1;
  if (x->value > y->value) return 1;
  return x->number < y->number ? -1 : x->number > y->number; /* the order of the file */
}

static tally_row *sorted_rows(const sp_tally_table *t, uint32_t n) {
  tally_row *rows = malloc((n + 1U) * sizeof *rows);
  for (uint32_t i = 0; i < n && rows != NULL; i++) {
    const sp_table_key key = sp_table_key_of(t->table, i);
    const tally_row row = {t->value[key.psu], key.group, key.psu, i, 0};
    rows[i] = row;
  }
  if (rows != NULL) qsort(rows, n, sizeof *rows, compare_rows);
  return rows;
}

/* What the distributions of all runs share: the rows in order, and their values and records. */
typedef struct sorted_tally {
  const sp_tally_table *table;
  tally_row *rows;
  double *value;
  int64_t *count;
} sorted_tally;

/* The distribution of rows from `first` to before `end` in one run. */
static int32_t make_one(const sorted_tally *all, uint32_t run, uint32_t first, uint32_t end,
                        sp_arena *arena, sampan_tally *out) {
  const uint32_t room = end - first;
  double *weight = sp_arena_array(arena, 2 * (uint64_t)room + 1, sizeof *weight);
  if (weight == NULL) return SAMPAN_E_MEMORY;
  double *below = weight + room, *value = all->value + first;
  int64_t *count = all->count + first;
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  uint32_t n = 0;
  for (uint32_t i = first; i < end; i++) {
    const sp_exact *lane = sp_table_lanes(all->table->table, all->rows[i].row) + run;
    const double w = sp_exact_value(lane);
    if (w > 0) {
      sp_exact_merge(&sum, lane);
      weight[n] = w;
      below[n] = sp_exact_value(&sum);
      if (value != all->value + first) {
        value[n] = all->value[i];
        count[n] = all->count[i];
      }
      n++;
    } else if (value == all->value + first) { /* a gap: values of its own */
      value = sp_arena_array(arena, room + 1U, sizeof *value);
      count = sp_arena_array(arena, room + 1U, sizeof *count);
      if (value == NULL || count == NULL) return SAMPAN_E_MEMORY;
      memcpy(value, all->value + first, n * sizeof *value);
      memcpy(count, all->count + first, n * sizeof *count);
    }
  }
  *out = (sampan_tally){.struct_size = sizeof *out,
                        .n = n,
                        .value = value,
                        .weight = weight,
                        .below = below,
                        .count = count};
  return SAMPAN_OK;
}

int32_t sp_tally_make(const sp_tally_table *t, uint32_t n_groups, sp_arena *arena,
                      sampan_tally **out) {
  const uint32_t n = sp_table_n_rows(t->table);
  sorted_tally all = {.table = t,
                      .rows = sorted_rows(t, n),
                      .value = sp_arena_array(arena, n + 1U, sizeof *all.value),
                      .count = sp_arena_array(arena, n + 1U, sizeof *all.count)};
  *out = sp_arena_array(arena, (uint64_t)t->n_runs * n_groups + 1, sizeof **out);
  int32_t status = all.rows != NULL && all.value != NULL && all.count != NULL && *out != NULL
                       ? SAMPAN_OK
                       : SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n && status >= 0; i++) {
    all.value[i] = all.rows[i].value;
    all.count[i] = (int64_t)sp_exact_value(sp_table_lanes(t->table, all.rows[i].row) + t->n_runs);
  }
  for (uint32_t g = 0, first = 0; g < n_groups && status >= 0; g++) {
    uint32_t end = first;
    while (end < n && all.rows[end].group == g) end++;
    for (uint32_t r = 0; r < t->n_runs && status >= 0; r++) {
      status = make_one(&all, r, first, end, arena, &(*out)[(uint64_t)r * n_groups + g]);
    }
    first = end;
  }
  free(all.rows);
  return status;
}
