/* table.c - rows of exact sums by (group, PSU). */
#include "totals/table.h"

#include <stdlib.h>

#include "base/map.h"

#define SP_CHUNK_ROWS 256

struct sp_table {
  uint32_t n_lanes, n_counts;
  sp_map *rows;
  sp_exact **chunks; /* of SP_CHUNK_ROWS rows each: rows never move */
  uint32_t n_chunks;
  int64_t *counts;
  uint32_t n_groups, group_capacity;
  sp_table_key last; /* files come with runs of the same pair */
  uint32_t last_row;
};

int32_t sp_table_new(uint32_t n_lanes, uint32_t n_counts, sp_table **out) {
  sp_table *t = calloc(1, sizeof *t);
  *out = NULL;
  if (t == NULL) return SAMPAN_E_MEMORY;
  t->n_lanes = n_lanes;
  t->n_counts = n_counts;
  t->last_row = UINT32_MAX;
  t->rows = sp_map_new(21);
  if (t->rows == NULL) {
    free(t);
    return SAMPAN_E_MEMORY;
  }
  *out = t;
  return SAMPAN_OK;
}

void sp_table_free(sp_table *t) {
  if (t == NULL) return;
  for (uint32_t i = 0; i < t->n_chunks; i++) free(t->chunks[i]);
  free(t->chunks);
  free(t->counts);
  sp_map_free(t->rows);
  free(t);
}

uint32_t sp_table_row(sp_table *t, uint32_t group, uint32_t psu) {
  if (t->last_row != UINT32_MAX && t->last.group == group && t->last.psu == psu) {
    return t->last_row;
  }
  const sp_table_key key = {group, psu};
  const uint32_t row = sp_map_add(t->rows, &key, sizeof key);
  if (row == SP_MAP_NONE) return UINT32_MAX;
  if (row / SP_CHUNK_ROWS == t->n_chunks) {
    sp_exact **grown = realloc(t->chunks, (t->n_chunks + 1U) * sizeof *grown);
    if (grown == NULL) return UINT32_MAX;
    t->chunks = grown;
    t->chunks[t->n_chunks] = calloc((size_t)SP_CHUNK_ROWS * t->n_lanes, sizeof(sp_exact));
    if (t->chunks[t->n_chunks] == NULL) return UINT32_MAX;
    t->n_chunks++;
  }
  t->last = key;
  t->last_row = row;
  return row;
}

sp_exact *sp_table_lanes(const sp_table *t, uint32_t row) {
  return t->chunks[row / SP_CHUNK_ROWS] + (size_t)(row % SP_CHUNK_ROWS) * t->n_lanes;
}

sp_table_key sp_table_key_of(const sp_table *t, uint32_t row) {
  sp_table_key key;
  memcpy(&key, sp_map_key(t->rows, row, NULL), sizeof key);
  return key;
}

uint32_t sp_table_n_rows(const sp_table *t) {
  return sp_map_size(t->rows);
}

int64_t *sp_table_counts(sp_table *t, uint32_t group) {
  if (group >= t->group_capacity) {
    uint32_t capacity = t->group_capacity != 0 ? t->group_capacity : 16;
    while (capacity <= group) capacity *= 2;
    int64_t *grown = realloc(t->counts, (size_t)capacity * t->n_counts * sizeof *grown);
    if (grown == NULL) return NULL;
    memset(grown + (size_t)t->group_capacity * t->n_counts, 0,
           (size_t)(capacity - t->group_capacity) * t->n_counts * sizeof *grown);
    t->counts = grown;
    t->group_capacity = capacity;
  }
  return t->counts + (size_t)group * t->n_counts;
}

void sp_table_clear_counts(sp_table *t, uint32_t group, uint32_t first, uint32_t n) {
  if (group >= t->group_capacity) return;
  memset(t->counts + (size_t)group * t->n_counts + first, 0, n * sizeof *t->counts);
}

typedef struct sort_row {
  uint64_t order;
  uint32_t group, row;
} sort_row;

static int compare_rows(const void *a, const void *b) {
  const sort_row *x = a, *y = b;
  if (x->group != y->group) return x->group < y->group ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

int32_t sp_table_by_group(const sp_table *t, uint32_t n_groups, const uint64_t *order,
                          uint32_t **out, uint32_t **start) {
  const uint32_t n = sp_table_n_rows(t);
  sort_row *rows = malloc((n + 1U) * sizeof *rows);
  *out = malloc((n + 1U) * sizeof **out);
  *start = calloc(n_groups + 2U, sizeof **start);
  if (rows == NULL || *out == NULL || *start == NULL) {
    free(rows);
    free(*out);
    free(*start);
    *out = NULL;
    *start = NULL;
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(t, i);
    rows[i].group = key.group;
    rows[i].order = order[key.psu];
    rows[i].row = i;
    (*start)[key.group + 1]++;
  }
  qsort(rows, n, sizeof *rows, compare_rows);
  for (uint32_t i = 0; i < n; i++) (*out)[i] = rows[i].row;
  for (uint32_t g = 0; g < n_groups; g++) (*start)[g + 1] += (*start)[g];
  free(rows);
  return SAMPAN_OK;
}

uint64_t sp_table_bytes(const sp_table *t) {
  return (uint64_t)t->n_chunks * SP_CHUNK_ROWS * t->n_lanes * sizeof(sp_exact) +
         (uint64_t)t->group_capacity * t->n_counts * sizeof *t->counts + sp_map_bytes(t->rows);
}
