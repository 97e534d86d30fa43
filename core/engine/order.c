/* order.c - groups in the order that tables show. */
#include "engine/order.h"

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

static int compare(const sp_outcome *o, const sp_split *split, const sp_ordered_group *x,
                   const sp_ordered_group *y) {
  const sp_job *job = o->job;
  const uint32_t period = o->plan->period != NULL ? 1 : 0;
  for (uint32_t k = 0; k < split->n_groupings; k++) {
    const char *column = job->groupings[split->groupings[k]].column;
    const char *a = k < period ? x->period : x->values[k - period];
    const char *b = k < period ? y->period : y->values[k - period];
    const int order = sp_order_values(o->plan, column, a, b);
    if (order != 0) return order;
  }
  return 0;
}

/* Merge sort: qsort's comparison takes no context, and a context in a static would be state. */
static void sort(const sp_outcome *o, const sp_split *split, sp_ordered_group *a,
                 sp_ordered_group *scratch, uint32_t n) {
  if (n < 2) return;
  const uint32_t half = n / 2;
  sort(o, split, a, scratch, half);
  sort(o, split, a + half, scratch, n - half);
  memcpy(scratch, a, half * sizeof *a);
  uint32_t i = 0, j = half, k = 0;
  while (i < half) {
    if (j < n && compare(o, split, &a[j], &scratch[i]) < 0) {
      a[k++] = a[j++];
    } else {
      a[k++] = scratch[i++];
    }
  }
}

int32_t sp_order_groups(const sp_outcome *o, uint32_t split_index, sp_ordered_group **out,
                        uint32_t *n, sampan_error *error) {
  const sp_job *job = o->job;
  const sp_split *split = &job->splits[split_index];
  const sp_map *map = o->totals->groups[split_index].map;
  const uint32_t period = o->plan->period != NULL ? 1 : 0;
  *n = sp_map_size(map);
  *out = sp_arena_array(o->arena, *n + 1U, sizeof **out);
  sp_ordered_group *scratch = sp_arena_array(o->arena, *n + 1U, sizeof *scratch);
  if (*out == NULL || scratch == NULL) return sp_error_memory(error);
  for (uint32_t g = 0; g < *n; g++) {
    uint32_t tuple[32];
    const char **values = sp_arena_array(o->arena, split->n_groupings + 1U, sizeof *values);
    if (values == NULL) return sp_error_memory(error);
    memcpy(tuple, sp_map_key(map, g, NULL), split->n_groupings * sizeof *tuple);
    (*out)[g].group = g;
    (*out)[g].period = "";
    (*out)[g].values = values;
    for (uint32_t k = 0; k < split->n_groupings; k++) {
      const char *text = sp_coder_text(o->totals->coders[split->groupings[k]], tuple[k]);
      if (k < period) {
        (*out)[g].period = text;
      } else {
        values[k - period] = text;
      }
    }
  }
  sort(o, split, *out, scratch, *n);
  return SAMPAN_OK;
}
