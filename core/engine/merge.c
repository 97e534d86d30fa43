/* merge.c - one part's totals added to another's. */
#include "engine/merge.h"

#include <stdlib.h>

#include "engine/course.h"
#include "engine/merge_numbers.h"

int32_t sp_numbers_room(sp_numbers *numbers, uint32_t n) {
  if (n <= numbers->capacity) return SAMPAN_OK;
  const uint64_t wished = n + (uint64_t)n / 2 + 64;
  const uint32_t capacity = wished < UINT32_MAX ? (uint32_t)wished : UINT32_MAX;
  uint32_t *grown = realloc(numbers->to, capacity * sizeof *grown);
  if (grown == NULL) return SAMPAN_E_MEMORY;
  numbers->to = grown;
  numbers->capacity = capacity;
  return SAMPAN_OK;
}

static void free_numbers(sp_numbers *list, uint32_t n) {
  for (uint32_t i = 0; list != NULL && i < n; i++) free(list[i].to);
  free(list);
}

void sp_merge_free(sp_merge *m) {
  if (m == NULL) return;
  free_numbers(m->values, m->job->n_groupings);
  free_numbers(m->groups, m->job->n_splits);
  for (uint32_t k = 0; m->stages != NULL && k < m->n_stages; k++) {
    sp_merge_stage *s = &m->stages[k];
    free_numbers(s->strata_codes, m->from->place.stages[k].n_strata);
    free_numbers(s->unit_codes, m->from->place.stages[k].n_unit);
    free(s->tuples.to);
    free(s->strata.to);
    free(s->units.to);
    free(s->idle);
  }
  free(m->stages);
  free(m);
}

static int32_t make(sp_merge *m) {
  m->values = calloc(m->job->n_groupings + 1U, sizeof *m->values);
  m->groups = calloc(m->job->n_splits + 1U, sizeof *m->groups);
  m->stages = calloc(m->n_stages + 1U, sizeof *m->stages);
  if (m->values == NULL || m->groups == NULL || m->stages == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t k = 0; k < m->n_stages; k++) {
    const sp_place_stage *from = &m->from->place.stages[k];
    sp_merge_stage *s = &m->stages[k];
    s->strata_codes = calloc(from->n_strata + 1U, sizeof *s->strata_codes);
    s->unit_codes = calloc(from->n_unit + 1U, sizeof *s->unit_codes);
    if (s->strata_codes == NULL || s->unit_codes == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_merge_new(const sp_job *job, sp_totals *into, sp_totals *from, sp_merge **out) {
  *out = NULL;
  sp_merge *m = calloc(1, sizeof *m);
  if (m == NULL) return SAMPAN_E_MEMORY;
  m->job = job;
  m->into = into;
  m->from = from;
  m->n_stages = from->place.n_stages;
  if (make(m) < 0) {
    sp_merge_free(m);
    return SAMPAN_E_MEMORY;
  }
  *out = m;
  return SAMPAN_OK;
}

/* ---- values and groups -------------------------------------------------------------------- */

static int32_t merge_values(sp_merge *m, sampan_error *error) {
  for (uint32_t g = 0; g < m->job->n_groupings; g++) {
    const sp_coder *from = m->from->coders[g];
    sp_numbers *numbers = &m->values[g];
    const uint32_t n = sp_coder_size(from);
    if (sp_numbers_room(numbers, n) < 0) return sp_error_memory(error);
    SP_TRY(sp_coder_merge(m->into->coders[g], from, numbers->n, numbers->to,
                          m->job->groupings[g].column, error));
    numbers->n = n;
  }
  return SAMPAN_OK;
}

static int32_t merge_groups(sp_merge *m, uint32_t split) {
  const sp_split *s = &m->job->splits[split];
  const sp_map *from = m->from->groups[split].map;
  sp_numbers *numbers = &m->groups[split];
  const uint32_t n = sp_map_size(from);
  SP_TRY(sp_numbers_room(numbers, n));
  for (; numbers->n < n; numbers->n++) {
    uint32_t tuple[32] = {0};
    memcpy(tuple, sp_map_key(from, numbers->n, NULL), s->n_groupings * sizeof *tuple);
    for (uint32_t g = 0; g < s->n_groupings; g++) {
      tuple[g] = m->values[s->groupings[g]].to[tuple[g]];
    }
    const uint32_t to =
        sp_map_add(m->into->groups[split].map, tuple, s->n_groupings * sizeof *tuple);
    if (to == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    numbers->to[numbers->n] = to;
  }
  return SAMPAN_OK;
}

/* ---- tables ------------------------------------------------------------------------------- */

/* Numbers NULL: 0 stays 0. */
static int32_t merge_table(sp_table *into, sp_table *from, const sp_numbers *groups,
                           const sp_numbers *units) {
  const uint32_t n = sp_table_n_rows(from);
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(from, i);
    const uint32_t row = sp_table_row(into, groups != NULL ? groups->to[key.group] : 0,
                                      units != NULL ? units->to[key.psu] : 0);
    if (row == UINT32_MAX) return SAMPAN_E_MEMORY;
    SP_TRY(sp_table_add_row(into, row, from, i));
  }
  const uint32_t n_counts = sp_table_n_counts(from);
  for (uint32_t g = 0; groups != NULL && g < sp_table_n_groups(from) && g < groups->n; g++) {
    const int64_t *mine = sp_table_counts(from, g);
    int64_t *theirs = sp_table_counts(into, groups->to[g]);
    if (mine == NULL || theirs == NULL) return SAMPAN_E_MEMORY;
    for (uint32_t c = 0; c < n_counts; c++) theirs[c] += mine[c];
  }
  sp_table_clear(from);
  return SAMPAN_OK;
}

static int32_t merge_tables(sp_merge *m) {
  /* Replicate weights have no units: all is unit 0. */
  const sp_numbers *last = m->n_stages > 0 ? &m->stages[m->n_stages - 1].units : NULL;
  const sp_numbers *leaves = last != NULL && last->n > 0 ? last : NULL;
  const sp_numbers *units = m->job->by_stratum ? &m->stages[0].strata
                            : m->job->by_unit  ? leaves
                                               : NULL;
  for (uint32_t k = 0; k < m->job->n_splits; k++) {
    SP_TRY(merge_groups(m, k));
    SP_TRY(merge_table(m->into->tables[k], m->from->tables[k], &m->groups[k], units));
    if (m->from->crosses == NULL) continue;
    SP_TRY(merge_table(m->into->crosses[k], m->from->crosses[k], &m->groups[k], NULL));
  }
  if (m->from->aux_by_unit == NULL) return SAMPAN_OK;
  return merge_table(m->into->aux_by_unit, m->from->aux_by_unit, NULL, leaves);
}

static int32_t merge_tallies(sp_merge *m) {
  for (uint32_t i = 0; i < m->from->n_courses; i++) {
    sp_course *from = &m->from->courses[i], *into = &m->into->courses[i];
    const uint32_t n = m->job->indicators[from->indicator].shape.n_components;
    for (uint32_t c = 0; c < n; c++) {
      if (from->tallies[c].table == NULL) continue;
      SP_TRY(sp_tally_merge(&into->tallies[c], &from->tallies[c], m->groups[from->split].to));
    }
  }
  return SAMPAN_OK;
}

int32_t sp_merge_add(sp_merge *m, sampan_error *error) {
  SP_TRY(merge_values(m, error));
  SP_TRY(sp_merge_place(m, error));
  if (merge_tables(m) < 0 || merge_tallies(m) < 0 || sp_merge_psus(m) < 0 ||
      sp_merge_counts(m) < 0) {
    return sp_error_memory(error);
  }
  return sp_merge_ranks(m, error);
}
