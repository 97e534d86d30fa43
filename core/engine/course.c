/* course.c - estimators of several reads. */
#include "engine/course.h"

#include <math.h>
#include <stdlib.h>

#include "engine/error_ids.h"
#include "host/abi.h"

/* More reads than any method that settles at all takes. */
enum { SP_MOST_READS = 100 };

static int32_t make_course(const sp_job *job, uint32_t indicator, uint32_t split, uint64_t *n_bytes,
                           sp_course *c) {
  const sp_bound *b = &job->indicators[indicator];
  const sampan_shape *shape = &b->shape;
  const uint32_t n_weights = 1 + job->n_replicates;
  c->indicator = indicator;
  c->split = split;
  c->n_runs = (shape->flags & SAMPAN_SHAPE_SHARED_STATE) != 0 ? 1 : n_weights;
  c->arena = sp_arena_new(0);
  c->tallies = calloc(shape->n_components + 1U, sizeof *c->tallies);
  if (c->arena == NULL || c->tallies == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t k = 0; k < shape->n_components; k++) {
    const sampan_component *component = &shape->components[k];
    if (component->type != SAMPAN_TALLY) continue;
    const int apart = (component->flags & SAMPAN_APART) != 0;
    if (sp_tally_init(&c->tallies[k], c->n_runs, apart, n_bytes) < 0) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_courses_make(const sp_job *job, sp_totals *t, sampan_error *error) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) n += job->indicators[i].indicator->n_by;
  t->courses = calloc(n + 1U, sizeof *t->courses);
  if (t->courses == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    if (!sp_estimator_advances(b->ops)) continue;
    for (uint32_t k = 0; k < b->indicator->n_by; k++) {
      sp_course *c = &t->courses[t->n_courses++];
      if (make_course(job, i, b->splits[k], &t->tally_bytes, c) < 0) return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

void sp_courses_free(const sp_job *job, sp_totals *t) {
  for (uint32_t i = 0; i < t->n_courses; i++) {
    sp_course *c = &t->courses[i];
    const uint32_t n = job->indicators[c->indicator].shape.n_components;
    for (uint32_t k = 0; c->tallies != NULL && k < n; k++) sp_tally_clear(&c->tallies[k]);
    free(c->tallies);
    sp_arena_free(c->arena);
  }
  free(t->courses);
  t->courses = NULL;
  t->n_courses = 0;
}

sp_course *sp_course_of(const sp_totals *t, uint32_t indicator, uint32_t split) {
  for (uint32_t i = 0; i < t->n_courses; i++) {
    if (t->courses[i].indicator == indicator && t->courses[i].split == split) {
      return &t->courses[i];
    }
  }
  return NULL;
}

/* The tallies of the first read, by run and group. */
static int32_t make_tallies(sp_course *c, uint32_t n_components, const sampan_tally **tallies) {
  for (uint32_t k = 0; k < n_components; k++) {
    if (c->tallies[k].table == NULL) continue;
    sampan_tally *made;
    SP_TRY(sp_tally_make(&c->tallies[k], c->n_groups, c->arena, &made));
    const uint64_t n = (uint64_t)c->n_runs * c->n_groups;
    for (uint64_t i = 0; i < n; i++) tallies[i * n_components + k] = &made[i];
    sp_tally_clear(&c->tallies[k]);
  }
  return SAMPAN_OK;
}

/* What the first read left: groups, tallies, states of zeros. */
static int32_t found(const sp_job *job, const sp_totals *t, sp_course *c, sampan_error *error) {
  const sampan_shape *shape = &job->indicators[c->indicator].shape;
  c->n_groups = sp_map_size(t->groups[c->split].map);
  const uint64_t n = (uint64_t)c->n_runs * c->n_groups;
  c->state = sp_arena_array(c->arena, n * shape->n_state + 1, sizeof *c->state);
  c->settled = sp_arena_array(c->arena, n + 1, 1);
  c->n_open = sp_arena_array(c->arena, c->n_runs + 1U, sizeof *c->n_open);
  c->memory = sp_arena_array(c->arena, n + 1, sizeof *c->memory);
  c->memories = sp_arena_array(c->arena, n + 1, sizeof *c->memories);
  const sampan_tally **tallies =
      sp_arena_array(c->arena, n * shape->n_components + 1, sizeof *tallies);
  if (c->state == NULL || c->settled == NULL || c->n_open == NULL || c->memory == NULL ||
      c->memories == NULL || tallies == NULL) {
    return sp_error_memory(error);
  }
  for (uint32_t r = 0; r < c->n_runs; r++) c->n_open[r] = c->n_groups;
  for (uint64_t i = 0; i < n; i++) {
    c->memory[i].struct_size = sizeof *c->memory;
    c->memory[i].n_state = shape->n_state;
    c->memory[i].state = c->state + i * shape->n_state;
    c->memory[i].tallies = tallies + i * shape->n_components;
    c->memories[i] = &c->memory[i];
  }
  return make_tallies(c, shape->n_components, tallies) < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int sp_course_is_settled(const sp_course *c, uint32_t run, uint32_t group) {
  const uint32_t own = run < c->n_runs ? run : 0;
  if (c->n_reads == 0) return 0;
  /* A group that the first read did not meet: the file has changed, and the scan will say so. */
  if (group >= c->n_groups) return 1;
  return c->settled[(uint64_t)own * c->n_groups + group] != 0;
}

void sp_course_view(const sp_course *c, uint32_t run, uint32_t group, sampan_totals *view) {
  const uint32_t own = run < c->n_runs ? run : 0;
  const uint64_t at = (uint64_t)own * c->n_groups + group;
  const sampan_memory *memory = &c->memory[at];
  const uint32_t n_reads = c->settled[at] != 0 ? c->settled[at] : c->n_reads;
  view->read = n_reads > 0 ? n_reads - 1 : 0;
  view->n_state = memory->n_state;
  view->state = memory->state;
  view->tallies = memory->tallies;
}

static int32_t advance_group(sp_outcome *o, sp_course *c, uint32_t run, uint32_t group,
                             double *totals, double *state, sampan_error *error) {
  sp_job *job = o->job;
  const sp_bound *b = &job->indicators[c->indicator];
  const uint64_t at = (uint64_t)run * c->n_groups + group;
  const uint32_t n_state = b->shape.n_state;
  sampan_totals view;
  if (sp_group_totals(o, c->indicator, c->split, group, run, totals, &view) < 0) {
    return sp_error_memory(error);
  }
  for (uint32_t k = 0; k < n_state; k++) state[k] = c->state[at * n_state + k];
  sp_scratch scratch;
  if (sp_scratch_init(&scratch, job) < 0) return sp_error_memory(error);
  sampan_call call = sp_scratch_call(&scratch, b->plugin, b->values, error);
  const int32_t status = b->ops->advance(&call, &b->shape, &view, state);
  sp_scratch_clear(&scratch);
  if (status < 0) {
    return sp_plugin_failed(status, b->plugin, error);
  }
  if (status == SAMPAN_END) {
    c->settled[at] = (unsigned char)c->n_reads;
    c->n_open[run]--;
  }
  /* A settled group's totals were made by the state that it has. */
  for (uint32_t k = 0; status != SAMPAN_END && k < n_state; k++) {
    c->state[at * n_state + k] = state[k];
  }
  return SAMPAN_OK;
}

static int32_t advance(sp_outcome *o, sp_course *c, sampan_error *error) {
  const sp_bound *b = &o->job->indicators[c->indicator];
  c->n_reads++;
  if (c->n_reads == 1) SP_TRY(found(o->job, o->totals, c, error));
  double *memory = calloc(b->n_totals + (size_t)b->shape.n_state + 1, sizeof *memory);
  int32_t status = memory != NULL ? SAMPAN_OK : sp_error_memory(error);
  c->is_settled = 1;
  for (uint32_t r = 0; r < c->n_runs && status >= 0; r++) {
    for (uint32_t g = 0; g < c->n_groups && status >= 0; g++) {
      const uint64_t at = (uint64_t)r * c->n_groups + g;
      if (!c->settled[at]) {
        status = advance_group(o, c, r, g, memory, memory + b->n_totals, error);
      }
    }
    c->is_settled = c->is_settled && c->n_open[r] == 0;
  }
  free(memory);
  if (status < 0 || c->is_settled || c->n_reads < SP_MOST_READS) return status;
  sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_NOT_SETTLED,
               "indicator '%s' has not settled after %d reads of the data", b->indicator->name,
               SP_MOST_READS);
  sp_error_hint(error, "estimator '%s' never said that it was done: check the plugin",
                b->plugin->name);
  const sp_yaml *at = b->indicator->place;
  return sp_error_text_place(error, o->plan->file, at->line, at->column);
}

int32_t sp_courses_advance(sp_outcome *o, uint32_t *n_open, sampan_error *error) {
  *n_open = 0;
  for (uint32_t i = 0; i < o->totals->n_courses; i++) {
    sp_course *c = &o->totals->courses[i];
    if (!c->is_settled) SP_TRY(advance(o, c, error));
    *n_open += !c->is_settled;
  }
  return SAMPAN_OK;
}

static void clear_lanes(sp_table *table, uint32_t row, uint64_t first, uint32_t n) {
  memset(sp_table_lanes(table, row) + first, 0, n * sizeof(sp_exact));
}

static void restart(const sp_job *job, sp_totals *t, const sp_course *c) {
  const sp_split *split = &job->splits[c->split];
  const sp_bound *b = &job->indicators[c->indicator];
  const uint32_t place = sp_place_in_split(split, c->indicator);
  sp_table *table = t->tables[c->split];
  sp_table *crosses = t->crosses != NULL ? t->crosses[c->split] : NULL;
  const uint32_t n_rows = sp_table_n_rows(table);
  const uint32_t n_crosses = crosses != NULL ? sp_table_n_rows(crosses) : 0;
  for (uint32_t i = 0; i < n_rows; i++) {
    const uint32_t group = sp_table_key_of(table, i).group;
    for (uint32_t r = 0; r <= job->n_replicates; r++) {
      if (sp_course_is_settled(c, r, group)) continue;
      clear_lanes(table, i, (uint64_t)r * split->n_lanes + split->lane_start[place],
                  1 + b->n_totals);
    }
  }
  /* Counts and crosses are those of the full sample. */
  for (uint32_t i = 0; i < n_crosses; i++) {
    if (sp_course_is_settled(c, 0, sp_table_key_of(crosses, i).group)) continue;
    clear_lanes(crosses, i, split->cross_start[place], b->n_totals * job->n_aux);
  }
  for (uint32_t g = 0; g < c->n_groups; g++) {
    if (!sp_course_is_settled(c, 0, g)) {
      sp_table_clear_counts(table, g, split->count_start[place], SP_COUNT_TOTALS + b->n_totals);
    }
  }
}

void sp_courses_restart(const sp_job *job, sp_totals *t) {
  for (uint32_t i = 0; i < t->n_courses; i++) {
    if (!t->courses[i].is_settled) restart(job, t, &t->courses[i]);
  }
}
