/* state_tables.c - groups and tables as bytes: by split as the plan has them, whether a job keeps
 * their totals in one table, or those that are sums of weights in one of their own. */
#include <stdlib.h>

#include "engine/state_totals.h"

/* ---- out ---------------------------------------------------------------------------------- */

static int is_twin(const sp_split *a, const sp_split *b) {
  return a->groupings == b->groupings && a->n_groupings == b->n_groupings;
}

uint32_t sp_splits_whole(const sp_job *job) {
  for (uint32_t s = 1; s < job->n_splits; s++) {
    for (uint32_t k = 0; k < s; k++) {
      if (is_twin(&job->splits[s], &job->splits[k])) return s; /* they come last */
    }
  }
  return job->n_splits;
}

/* A split with its other part, if it has one: whose groups and rows have numbers of their own. */
typedef struct parts {
  const sp_job *job;
  const sp_split *split[2];
  sp_table *table[2];
  uint32_t n;
  uint32_t n_groups, n_rows;
  uint32_t *group, *row; /* of the other part, by those of the first; SP_NONE: none */
} parts;

static int32_t match_groups(parts *p, const sp_map *mine, const sp_map *other, uint32_t width) {
  p->group = malloc((p->n_groups + (size_t)1) * sizeof *p->group);
  if (p->group == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t g = 0; g < p->n_groups; g++) {
    p->group[g] = sp_map_find(other, sp_map_key(mine, g, NULL), width * sizeof(uint32_t));
  }
  return SAMPAN_OK;
}

/* Every record of the domain is in both parts, so they have the same groups and rows. */
static int32_t match_rows(parts *p) {
  p->row = malloc((p->n_rows + (size_t)1) * sizeof *p->row);
  if (p->row == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < p->n_rows; i++) {
    const sp_table_key key = sp_table_key_of(p->table[0], i);
    p->row[i] = SP_NONE;
    if (p->group[key.group] == SP_NONE) continue;
    p->row[i] = sp_table_row(p->table[1], p->group[key.group], key.psu);
    if (p->row[i] == UINT32_MAX) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static int32_t find_parts(const sp_job *job, sp_totals *t, uint32_t split, parts *p) {
  *p = (parts){.job = job, .split = {&job->splits[split]}, .table = {t->tables[split]}, .n = 1};
  p->n_groups = sp_map_size(t->groups[split].map);
  p->n_rows = sp_table_n_rows(t->tables[split]);
  for (uint32_t s = sp_splits_whole(job); s < job->n_splits; s++) {
    if (!is_twin(&job->splits[s], &job->splits[split])) continue;
    p->split[1] = &job->splits[s];
    p->table[1] = t->tables[s];
    p->n = 2;
    SP_TRY(match_groups(p, t->groups[split].map, t->groups[s].map, t->groups[s].width));
    SP_TRY(match_rows(p));
  }
  return SAMPAN_OK;
}

static void clear_parts(parts *p) {
  free(p->group);
  free(p->row);
}

/* Which part has an indicator, and where; SP_NONE: none. */
static uint32_t part_of(const parts *p, uint32_t indicator, uint32_t *place) {
  for (uint32_t k = 0; k < p->n; k++) {
    for (*place = 0; *place < p->split[k]->n_indicators; ++*place) {
      if (p->split[k]->indicators[*place] == indicator) return k;
    }
  }
  return SP_NONE;
}

static void put_groups(sp_buffer *out, const sp_tuples *groups) {
  const uint32_t n = sp_map_size(groups->map);
  sp_put_count(out, n);
  for (uint32_t i = 0; i < n; i++) {
    const char *tuple = sp_map_key(groups->map, i, NULL);
    for (uint32_t k = 0; k < groups->width; k++) {
      uint32_t code;
      memcpy(&code, tuple + k * sizeof code, sizeof code);
      sp_put_count(out, code);
    }
  }
}

static void put_lanes(sp_buffer *out, const sp_table *table, uint32_t row, uint32_t first,
                      uint32_t n) {
  for (uint32_t k = 0; k < n; k++) {
    sp_exact lane;
    sp_table_lane(table, row, first + k, &lane);
    sp_put_exact(out, &lane);
  }
}

/* The lanes of a row; of two parts in the order of the indicators, as if they were one, and each
 * total by itself, as wide totals have it. */
static void put_row(sp_buffer *out, const parts *p, uint32_t row) {
  if (p->n == 1 && !p->split[0]->is_narrow) {
    put_lanes(out, p->table[0], row, 0, sp_table_n_lanes(p->table[0]));
    return;
  }
  for (uint32_t i = 0; i < p->job->plan->n_indicators; i++) {
    uint32_t place;
    const uint32_t k = part_of(p, i, &place);
    if (k == SP_NONE) continue;
    const sp_bound *b = &p->job->indicators[i];
    const uint32_t first = p->split[k]->lane_start[place], at = k == 0 ? row : p->row[row];
    put_lanes(out, p->table[k], at, first, 1);
    for (uint32_t c = 0; c < b->n_totals; c++) {
      put_lanes(out, p->table[k], at, first + b->lane_of[c], 1);
    }
  }
}

static void put_counts(sp_buffer *out, const parts *p, uint32_t group) {
  for (uint32_t i = 0; i < p->job->plan->n_indicators; i++) {
    uint32_t place;
    const uint32_t k = part_of(p, i, &place);
    if (k == SP_NONE) continue;
    const int64_t *counts = sp_table_counts(p->table[k], k == 0 ? group : p->group[group]);
    if (counts == NULL) {
      out->failed = 1;
      return;
    }
    const uint32_t n = SP_COUNT_TOTALS + p->job->indicators[i].n_totals;
    for (uint32_t c = 0; c < n; c++)
      sp_put_integer(out, counts[p->split[k]->count_start[place] + c]);
  }
}

static void put_split(sp_buffer *out, const parts *p) {
  for (uint32_t g = 0; p->n > 1 && g < p->n_groups; g++) {
    if (p->group[g] == SP_NONE) out->failed = 1;
  }
  if (out->failed) return;
  sp_put_count(out, p->n_rows);
  for (uint32_t i = 0; i < p->n_rows; i++) {
    const sp_table_key key = sp_table_key_of(p->table[0], i);
    sp_put_count(out, key.group);
    sp_put_count(out, key.psu);
    put_row(out, p, i);
  }
  for (uint32_t g = 0; g < p->n_groups; g++) put_counts(out, p, g);
}

void sp_put_tables(sp_buffer *out, const sp_job *job, sp_totals *t) {
  const uint32_t n = sp_splits_whole(job);
  for (uint32_t s = 0; s < n; s++) {
    parts p;
    if (find_parts(job, t, s, &p) < 0) out->failed = 1;
    put_groups(out, &t->groups[s]);
    if (!out->failed) put_split(out, &p);
    clear_parts(&p);
  }
}

/* ---- in ----------------------------------------------------------------------------------- */

static int32_t get_groups(sp_bytes *in, const sp_job *job, sp_totals *t, uint32_t split) {
  const sp_split *s = &job->splits[split];
  /* The group of all records takes no byte, and is one. */
  const uint32_t n = s->n_groupings > 0 ? sp_get_size(in) : (uint32_t)sp_get_count(in, 1);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t tuple[32] = {0};
    for (uint32_t k = 0; k < s->n_groupings; k++) {
      const uint32_t size = sp_coder_size(t->coders[s->groupings[k]]);
      tuple[k] = (uint32_t)sp_get_count(in, size > 0 ? size - 1 : 0);
      if (size == 0) in->is_bad = 1;
    }
    if (in->is_bad) return SAMPAN_E_DATA;
    const uint32_t number = sp_map_add(t->groups[split].map, tuple, s->n_groupings * sizeof *tuple);
    if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    if (number != i) return SAMPAN_E_DATA;
  }
  return SAMPAN_OK;
}

static int32_t get_table(sp_bytes *in, const sp_job *job, sp_totals *t, uint32_t split) {
  const uint32_t n_groups = sp_map_size(t->groups[split].map);
  const sp_units *units = &t->place.units;
  /* Without units of the design all is unit 0. */
  const uint32_t n_units = !job->by_unit         ? 1
                           : t->place.by_stratum ? units->n_strata
                                                 : sp_units_leaves(units)->n_psu;
  sp_table *table = t->tables[split];
  const uint32_t n_lanes = sp_table_n_lanes(table), n_counts = sp_table_n_counts(table);
  const uint32_t n_rows = sp_get_size(in);
  for (uint32_t i = 0; i < n_rows; i++) {
    const uint32_t group = (uint32_t)sp_get_count(in, n_groups);
    const uint32_t unit = (uint32_t)sp_get_count(in, n_units);
    if (in->is_bad || group >= n_groups || unit >= n_units) return SAMPAN_E_DATA;
    const uint32_t row = sp_table_row(table, group, unit);
    if (row == UINT32_MAX) return SAMPAN_E_MEMORY;
    if (row != i) return SAMPAN_E_DATA;
    for (uint32_t k = 0; k < n_lanes; k++) {
      const sp_exact lane = sp_get_exact(in);
      sp_table_merge_lane(table, row, k, &lane);
    }
  }
  for (uint32_t g = 0; g < n_groups; g++) {
    int64_t *counts = sp_table_counts(table, g);
    if (counts == NULL) return SAMPAN_E_MEMORY;
    for (uint32_t c = 0; c < n_counts; c++) counts[c] = sp_get_tally(in);
  }
  return SAMPAN_OK;
}

int32_t sp_get_tables(sp_bytes *in, const sp_job *job, sp_totals *t) {
  for (uint32_t s = 0; s < job->n_splits; s++) {
    SP_TRY(get_groups(in, job, t, s));
    SP_TRY(get_table(in, job, t, s));
  }
  return SAMPAN_OK;
}
