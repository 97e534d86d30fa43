/* walks.c - the rows of totals by group, in the order of their units. */
#include <stdlib.h>

#include "engine/job.h"

typedef struct ordered_row {
  uint64_t order;
  uint32_t row, reserved;
} ordered_row;

static int compare_rows(const void *a, const void *b) {
  const ordered_row *x = a, *y = b;
  return x->order < y->order ? -1 : x->order > y->order;
}

enum { FEW_ROWS = 24 };

/* Rows of a group come nearly in order where files do. */
static void sort_rows(ordered_row *rows, uint32_t n) {
  uint32_t i = 1;
  while (i < n && rows[i - 1].order <= rows[i].order) i++;
  if (i >= n) return;
  if (n > FEW_ROWS) {
    qsort(rows, n, sizeof *rows, compare_rows);
    return;
  }
  for (; i < n; i++) {
    const ordered_row x = rows[i];
    uint32_t k = i;
    for (; k > 0 && rows[k - 1].order > x.order; k--) rows[k] = rows[k - 1];
    rows[k] = x;
  }
}

/* Counted into groups, then each put in order. */
static int32_t make_walk(const sp_table *table, uint32_t n_groups, const uint64_t *order,
                         sp_arena *arena, sp_walk *out) {
  const uint32_t n = sp_table_n_rows(table);
  out->n_rows = n;
  out->rows = sp_arena_array(arena, n + 1U, sizeof *out->rows);
  out->start = sp_arena_array(arena, n_groups + 2U, sizeof *out->start);
  ordered_row *rows = malloc((n + 1U) * sizeof *rows);
  if (out->rows == NULL || out->start == NULL || rows == NULL) {
    free(rows);
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < n; i++) out->start[sp_table_key_of(table, i).group + 2]++;
  for (uint32_t g = 0; g < n_groups; g++) {
    if (out->start[g + 2] > out->most_rows) out->most_rows = out->start[g + 2];
  }
  for (uint32_t g = 2; g < n_groups + 2U; g++) out->start[g] += out->start[g - 1];
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(table, i);
    rows[out->start[key.group + 1]++] = (ordered_row){.order = order[key.psu], .row = i};
  }
  for (uint32_t g = 0; g < n_groups; g++) {
    sort_rows(rows + out->start[g], out->start[g + 1] - out->start[g]);
  }
  for (uint32_t i = 0; i < n; i++) out->rows[i] = rows[i].row;
  free(rows);
  return SAMPAN_OK;
}

/* The order of units that variances go by: strata, then PSUs, as they were met, and so on; or of
 * strata. */
static uint64_t *psu_order(const sp_totals *t, int32_t sampled) {
  const int by_stratum = t->place.by_stratum;
  const uint32_t n = by_stratum ? t->place.units.n_strata : sp_units_leaves(&t->place.units)->n_psu;
  uint64_t *order = calloc(n + 1U, sizeof *order);
  for (uint32_t i = 0; order != NULL && sampled && i < n; i++) {
    order[i] = by_stratum ? i : sp_units_order(&t->place.units, i);
  }
  return order;
}

static int32_t make_walks(sp_outcome *o, sampan_error *error) {
  sp_totals *t = o->totals;
  const sp_job *job = o->job;
  uint64_t *order = psu_order(t, o->plan->kind == SP_KIND_SURVEY);
  t->walks = sp_arena_array(o->arena, job->n_splits + 1U, sizeof *t->walks);
  int32_t status = order == NULL || t->walks == NULL ? SAMPAN_E_MEMORY : SAMPAN_OK;
  for (uint32_t s = 0; s < job->n_splits && status >= 0; s++) {
    status = make_walk(t->tables[s], sp_map_size(t->groups[s].map), order, o->arena, &t->walks[s]);
  }
  free(order);
  return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int32_t sp_walks_make(sp_outcome *o, sampan_error *error) {
  if (o->totals->walks != NULL) return SAMPAN_OK; /* later reads meet the same rows */
  return make_walks(o, error);
}
