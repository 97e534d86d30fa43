/* order.c - groups in the order that tables show. */
#include "engine/order.h"

#include <stdlib.h>

#include "base/text.h"

/* The place of a value among the plan's labels of a column, or UINT32_MAX. */
static uint32_t label_place(const sp_plan *plan, const char *column, const char *value) {
  const sp_column_label *label = sp_plan_label(plan, column);
  for (uint32_t i = 0; label != NULL && i < label->n_values; i++) {
    if (strcmp(label->values[i].value, value) == 0) return i;
  }
  return UINT32_MAX;
}

int sp_order_values(const sp_plan *plan, const char *column, const char *a, const char *b) {
  const uint32_t pa = label_place(plan, column, a), pb = label_place(plan, column, b);
  if (pa != pb) return pa < pb ? -1 : 1;
  return sp_compare_natural(a, b);
}

/* Codes by the order of their values, and at first the place of each in it. */
typedef struct ranking {
  const sp_outcome *outcome;
  const sp_coder *coder;
  const char *column;
} ranking;

/* Merge sort: qsort's comparison takes no context, and a context in a static would be state. */
static void sort_codes(const ranking *r, uint32_t *a, uint32_t *scratch, uint32_t n) {
  if (n < 2) return;
  const uint32_t half = n / 2;
  sort_codes(r, a, scratch, half);
  sort_codes(r, a + half, scratch, n - half);
  memcpy(scratch, a, half * sizeof *a);
  uint32_t i = 0, j = half, k = 0;
  while (i < half) {
    const int later =
        j >= n || sp_order_values(r->outcome->plan, r->column, sp_coder_text(r->coder, a[j]),
                                  sp_coder_text(r->coder, scratch[i])) >= 0;
    a[k++] = later ? scratch[i++] : a[j++];
  }
}

/* The place of each code among the values of its column; owned (free). */
static uint32_t *rank_codes(const sp_outcome *o, uint32_t grouping) {
  const ranking r = {.outcome = o,
                     .coder = o->totals->coders[grouping],
                     .column = o->job->groupings[grouping].column};
  const uint32_t n = sp_coder_size(r.coder);
  uint32_t *rank = malloc((n + 1U) * sizeof *rank), *codes = malloc((n + 1U) * sizeof *codes);
  if (rank != NULL && codes != NULL) {
    for (uint32_t i = 0; i < n; i++) codes[i] = i;
    sort_codes(&r, codes, rank, n);
    for (uint32_t i = 0; i < n; i++) rank[codes[i]] = i;
  } else {
    free(rank);
    rank = NULL;
  }
  free(codes);
  return rank;
}

/* Puts numbers into the order of their keys, equal ones in that of before: n < 2^32. */
static void order_by(const uint32_t *key, uint32_t n_keys, uint32_t *number, uint32_t *scratch,
                     uint32_t *start, uint32_t n) {
  memset(start, 0, (n_keys + 1U) * sizeof *start);
  for (uint32_t i = 0; i < n; i++) start[key[number[i]] + 1]++;
  for (uint32_t k = 0; k < n_keys; k++) start[k + 1] += start[k];
  for (uint32_t i = 0; i < n; i++) scratch[start[key[number[i]]]++] = number[i];
  memcpy(number, scratch, n * sizeof *number);
}

/* The numbers of the groups in order: by the last variable, then by the one before, and so on. */
static int32_t order_numbers(const sp_outcome *o, uint32_t split_index, uint32_t *number,
                             uint32_t n) {
  const sp_split *split = &o->job->splits[split_index];
  const sp_map *map = o->totals->groups[split_index].map;
  uint32_t *scratch = malloc((n + 1U) * sizeof *scratch), *key = malloc((n + 1U) * sizeof *key);
  int32_t status = scratch != NULL && key != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
  for (uint32_t g = 0; g < n; g++) number[g] = g;
  for (uint32_t k = split->n_groupings; k-- > 0 && status >= 0;) {
    const uint32_t n_codes = sp_coder_size(o->totals->coders[split->groupings[k]]);
    uint32_t *rank = rank_codes(o, split->groupings[k]);
    uint32_t *start = malloc((n_codes + 2U) * sizeof *start);
    status = rank != NULL && start != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
    for (uint32_t g = 0; g < n && status >= 0; g++) {
      uint32_t code;
      memcpy(&code, sp_map_key(map, g, NULL) + k * sizeof code, sizeof code);
      key[g] = rank[code];
    }
    if (status >= 0) order_by(key, n_codes, number, scratch, start, n);
    free(rank);
    free(start);
  }
  free(scratch);
  free(key);
  return status;
}

int32_t sp_order_groups(const sp_outcome *o, uint32_t split_index, sp_arena *arena,
                        sp_ordered_group **out, uint32_t *n, sampan_error *error) {
  const sp_job *job = o->job;
  const sp_split *split = &job->splits[split_index];
  const sp_map *map = o->totals->groups[split_index].map;
  const uint32_t period = o->plan->period != NULL ? 1 : 0, width = split->n_groupings;
  *n = sp_map_size(map);
  *out = sp_arena_array(arena, *n + 1U, sizeof **out);
  const char **values = sp_arena_array(arena, (uint64_t)*n * width + 1, sizeof *values);
  uint32_t *number = malloc((*n + 1U) * sizeof *number);
  if (*out == NULL || values == NULL || number == NULL ||
      order_numbers(o, split_index, number, *n) < 0) {
    free(number);
    return sp_error_memory(error);
  }
  for (uint32_t i = 0; i < *n; i++, values += width) {
    sp_ordered_group *group = &(*out)[i];
    const char *key = sp_map_key(map, number[i], NULL);
    group->group = number[i];
    group->period = "";
    group->values = values;
    for (uint32_t k = 0; k < width; k++) {
      uint32_t code;
      memcpy(&code, key + k * sizeof code, sizeof code);
      const char *text = sp_coder_text(o->totals->coders[split->groupings[k]], code);
      if (k < period) {
        group->period = text;
      } else {
        values[k - period] = text;
      }
    }
  }
  free(number);
  return SAMPAN_OK;
}
