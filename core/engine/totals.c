/* totals.c - what one scan adds up: made, freed. */
#include <math.h>
#include <stdlib.h>

#include "engine/course.h"
#include "engine/ranks.h"

static int32_t make_coders(sp_coder ***out, uint32_t n) {
  *out = calloc(n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = sp_coder_new();
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static void free_coders(sp_coder **coders, uint32_t n) {
  for (uint32_t i = 0; coders != NULL && i < n; i++) sp_coder_free(coders[i]);
  free(coders);
}

static int32_t make(const sp_job *job, sp_totals *t) {
  const sp_plan *plan = job->plan;
  SP_TRY(sp_place_init(&t->place, plan, &job->place));
  SP_TRY(make_coders(&t->coders, job->n_groupings));
  t->n_dropped = calloc(plan->n_drops + 1U, sizeof *t->n_dropped);
  t->n_ungrouped = calloc(job->n_groupings + 1U, sizeof *t->n_ungrouped);
  if (t->n_dropped == NULL || t->n_ungrouped == NULL) {
    return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static int32_t make_groups(const sp_job *job, sp_totals *t) {
  t->groups = calloc(job->n_splits + 1U, sizeof *t->groups);
  t->tables = calloc(job->n_splits + 1U, sizeof *t->tables);
  if (t->groups == NULL || t->tables == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t s = 0; s < job->n_splits; s++) {
    t->groups[s].map = sp_map_new(41 + s);
    t->groups[s].width = job->splits[s].n_groupings;
    if (t->groups[s].map == NULL) return SAMPAN_E_MEMORY;
    /* All records together are a group even where there are none. */
    if (t->groups[s].width == 0 && sp_map_add(t->groups[s].map, "", 0) == SP_MAP_NONE) {
      return SAMPAN_E_MEMORY;
    }
  }
  return SAMPAN_OK;
}

/* The tables of a calibration, and the ranks of replicates. */
static int32_t lay_out_extras(const sp_job *job, sp_totals *t) {
  if (job->aux != NULL && job->n_replicates == 0) {
    t->crosses = calloc(job->n_splits + 1U, sizeof *t->crosses);
    if (t->crosses == NULL) return SAMPAN_E_MEMORY;
    for (uint32_t s = 0; s < job->n_splits; s++) {
      SP_TRY(sp_table_new(job->splits[s].n_crosses, 1, &t->crosses[s]));
    }
    SP_TRY(sp_table_new(job->n_aux, 1, &t->aux_by_unit));
  }
  sp_rank_init(&t->rank, sp_ranks_width(job));
  t->ranks = calloc(job->n_splits + 1U, sizeof *t->ranks);
  t->rank_groups = calloc(job->n_splits + 1U, sizeof *t->rank_groups);
  return t->ranks != NULL && t->rank_groups != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

int32_t sp_totals_lay_out(const sp_job *job, sp_totals *t, sampan_error *error) {
  if (make_groups(job, t) < 0) return sp_error_memory(error);
  t->place.by_stratum = job->by_stratum;
  t->place.distinct = job->distinct;
  for (uint32_t s = 0; s < job->n_splits; s++) {
    const sp_split *split = &job->splits[s];
    const uint64_t n_lanes = (uint64_t)split->n_lanes * (1 + job->n_replicates);
    if (n_lanes > UINT32_MAX) return sp_error_memory(error);
    const uint32_t n_squares = job->by_stratum ? split->n_squares : 0;
    const int32_t status =
        split->is_narrow
            ? sp_table_new_squares((uint32_t)n_lanes, n_squares, split->n_counts, &t->tables[s])
            : sp_table_new((uint32_t)n_lanes, split->n_counts, &t->tables[s]);
    if (status < 0) return sp_error_memory(error);
  }
  if (lay_out_extras(job, t) < 0) return sp_error_memory(error);
  return sp_courses_make(job, t, error);
}

int32_t sp_totals_new(const sp_job *job, sp_totals **out, sampan_error *error) {
  sp_totals *t = calloc(1, sizeof *t);
  *out = NULL;
  if (t == NULL) return sp_error_memory(error);
  t->weight_min = HUGE_VAL;
  t->weight_max = -HUGE_VAL;
  if (make(job, t) < 0) {
    sp_totals_free(job, t);
    return sp_error_memory(error);
  }
  *out = t;
  return SAMPAN_OK;
}

int32_t sp_totals_period_room(const sp_job *job, sp_totals *t, uint32_t n_periods) {
  if (n_periods <= t->n_by_period) return SAMPAN_OK;
  const uint32_t n_indicators = job->plan->n_indicators;
  int64_t *counts = realloc(t->by_period, (size_t)n_periods * 2 * sizeof *counts);
  if (counts == NULL) return SAMPAN_E_MEMORY;
  memset(counts + (size_t)t->n_by_period * 2, 0,
         (size_t)(n_periods - t->n_by_period) * 2 * sizeof *counts);
  t->by_period = counts;
  sp_use_count *uses = calloc((size_t)n_periods * n_indicators, sizeof *uses);
  if (uses == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n_indicators && t->uses != NULL; i++) {
    memcpy(uses + (size_t)i * n_periods, t->uses + (size_t)i * t->use_periods,
           t->use_periods * sizeof *uses);
  }
  free(t->uses);
  t->uses = uses;
  t->use_periods = n_periods;
  t->n_by_period = n_periods;
  return SAMPAN_OK;
}

void sp_totals_swap(sp_totals *a, sp_totals *b) {
  const sp_totals t = *a;
  *a = *b;
  *b = t;
  sp_place_moved(&a->place);
  sp_place_moved(&b->place);
}

void sp_totals_shed(const sp_job *job, sp_totals *t) {
  for (uint32_t s = 0; s < job->n_splits; s++) {
    sp_table_free(t->tables[s]);
    t->tables[s] = NULL;
  }
}

void sp_totals_free(const sp_job *job, sp_totals *t) {
  if (t == NULL) return;
  sp_place_clear(&t->place);
  free_coders(t->coders, job->n_groupings);
  for (uint32_t s = 0; s < job->n_splits; s++) {
    if (t->groups != NULL) sp_map_free(t->groups[s].map);
    if (t->tables != NULL) sp_table_free(t->tables[s]);
    if (t->crosses != NULL) sp_table_free(t->crosses[s]);
    if (t->ranks != NULL) {
      const size_t n = (size_t)t->rank_groups[s] * job->splits[s].n_indicators;
      for (size_t k = 0; k < n; k++) sp_rank_clear(&t->ranks[s][k]);
      free(t->ranks[s]);
    }
  }
  free(t->crosses);
  free(t->ranks);
  free(t->rank_groups);
  sp_table_free(t->aux_by_unit);
  sp_rank_clear(&t->rank);
  free(t->psu_in_domain);
  free(t->period_of_psu);
  sp_courses_free(job, t);
  free(t->groups);
  free(t->tables);
  free(t->n_dropped);
  free(t->n_ungrouped);
  free(t->by_period);
  free(t->uses);
  free(t);
}
