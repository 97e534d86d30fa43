/* tally.c - distributions of values by group. */
#include "engine/tally.h"

#include <math.h>
#include <stdlib.h>

int32_t sp_tally_init(sp_tally_table *t, uint32_t n_runs, int32_t apart) {
  memset(t, 0, sizeof *t);
  t->n_runs = n_runs;
  t->apart = apart;
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

int32_t sp_tally_add(sp_tally_table *t, uint32_t group, double value, sp_slices *const *weights,
                     int64_t i) {
  if (isnan(value)) return SAMPAN_OK;
  const uint32_t number = number_of(t, value);
  if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  const uint32_t row = sp_table_row(t->table, group, number);
  if (row == UINT32_MAX) return SAMPAN_E_MEMORY;
  sp_exact *lanes = sp_table_lanes(t->table, row);
  for (uint32_t r = 0; r < t->n_runs; r++) {
    if (weights[r][i].top != 0) sp_exact_add_slices(&lanes[r], &weights[r][i]);
  }
  sp_exact_add(&lanes[t->n_runs], 1);
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

int32_t sp_tally_make(const sp_tally_table *t, uint32_t run, uint32_t n_groups, sp_arena *arena,
                      sampan_tally **out) {
  const uint32_t n = sp_table_n_rows(t->table);
  double *numbers = sp_arena_array(arena, 3 * (uint64_t)n + 1, sizeof *numbers);
  int64_t *counts = sp_arena_array(arena, n + 1U, sizeof *counts);
  *out = sp_arena_array(arena, n_groups + 1U, sizeof **out);
  tally_row *rows = numbers != NULL && counts != NULL && *out != NULL ? sorted_rows(t, n) : NULL;
  if (rows == NULL) return SAMPAN_E_MEMORY;
  double *value = numbers, *weight = numbers + n, *below = numbers + 2 * (size_t)n;
  uint32_t i = 0, at = 0;
  for (uint32_t g = 0; g < n_groups; g++) {
    sampan_tally *tally = &(*out)[g];
    sp_exact sum;
    memset(&sum, 0, sizeof sum);
    tally->struct_size = sizeof *tally;
    tally->value = value + at;
    tally->weight = weight + at;
    tally->below = below + at;
    tally->count = counts + at;
    for (; i < n && rows[i].group == g; i++) {
      const sp_exact *lanes = sp_table_lanes(t->table, rows[i].row);
      const double w = sp_exact_value(&lanes[run]);
      if (!(w > 0)) continue;
      sp_exact_merge(&sum, &lanes[run]);
      value[at] = rows[i].value;
      weight[at] = w;
      below[at] = sp_exact_value(&sum);
      counts[at++] = (int64_t)sp_exact_value(&lanes[t->n_runs]);
      tally->n++;
    }
  }
  free(rows);
  return SAMPAN_OK;
}
