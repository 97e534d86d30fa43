/* walks.c - the rows of totals by group, in the order of their units. */
#include <stdlib.h>

#include "engine/job.h"

/* The units of records in the order that variances go by: strata, then PSUs, as they were met, and
 * so on; or the strata. *out is owned. */
static int32_t order_units(const sp_totals *t, int32_t sampled, uint32_t *n, uint32_t **out) {
  const sp_units *u = &t->place.units, *leaves = sp_units_leaves(u);
  const int by_stratum = t->place.by_stratum;
  *n = !sampled ? 1 : by_stratum ? u->n_strata : leaves->n_psu;
  *out = malloc((*n + (size_t)1) * sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  if (!sampled || by_stratum || leaves->rank != NULL) {
    for (uint32_t i = 0; i < *n; i++) (*out)[sampled && !by_stratum ? leaves->rank[i] : i] = i;
    return SAMPAN_OK;
  }
  uint32_t *start = calloc(u->n_strata + (size_t)1, sizeof *start);
  if (start == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < *n; i++) start[u->psus[i].stratum + 1]++;
  for (uint32_t h = 1; h < u->n_strata; h++) start[h] += start[h - 1];
  for (uint32_t i = 0; i < *n; i++) (*out)[start[u->psus[i].stratum]++] = i;
  free(start);
  return SAMPAN_OK;
}

/* Rows are counted into their units, and from there into their groups. */
static int32_t make_walk(const sp_table *table, uint32_t n_groups, const uint32_t *units,
                         uint32_t n_units, sp_arena *arena, sp_walk *out) {
  const uint32_t n = sp_table_n_rows(table);
  out->n_rows = n;
  out->rows = sp_arena_array(arena, n + 1U, sizeof *out->rows);
  out->start = sp_arena_array(arena, n_groups + 2U, sizeof *out->start);
  uint32_t *by_unit = malloc((n + (size_t)1) * sizeof *by_unit);
  uint32_t *place = calloc(n_units + (size_t)1, sizeof *place);
  if (out->rows == NULL || out->start == NULL || by_unit == NULL || place == NULL) {
    free(by_unit);
    free(place);
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(table, i);
    out->start[key.group + 2]++;
    place[key.psu]++;
  }
  for (uint32_t i = 0, end = 0; i < n_units; i++) {
    const uint32_t here = place[units[i]];
    place[units[i]] = end;
    end += here;
  }
  for (uint32_t i = 0; i < n; i++) by_unit[place[sp_table_key_of(table, i).psu]++] = i;
  for (uint32_t g = 0; g < n_groups; g++) {
    if (out->start[g + 2] > out->most_rows) out->most_rows = out->start[g + 2];
  }
  for (uint32_t g = 2; g < n_groups + 2U; g++) out->start[g] += out->start[g - 1];
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t group = sp_table_key_of(table, by_unit[i]).group;
    out->rows[out->start[group + 1]++] = by_unit[i];
  }
  free(by_unit);
  free(place);
  return SAMPAN_OK;
}

static int32_t make_walks(sp_outcome *o, sampan_error *error) {
  sp_totals *t = o->totals;
  const sp_job *job = o->job;
  uint32_t n_units, *units;
  int32_t status = order_units(t, job->by_unit, &n_units, &units);
  t->walks = sp_arena_array(o->arena, job->n_splits + 1U, sizeof *t->walks);
  if (t->walks == NULL) status = SAMPAN_E_MEMORY;
  for (uint32_t s = 0; s < job->n_splits && status >= 0; s++) {
    status = make_walk(t->tables[s], sp_map_size(t->groups[s].map), units, n_units, o->arena,
                       &t->walks[s]);
  }
  free(units);
  return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int32_t sp_walks_make(sp_outcome *o, sampan_error *error) {
  if (o->totals->walks != NULL) return SAMPAN_OK; /* later reads meet the same rows */
  return make_walks(o, error);
}
