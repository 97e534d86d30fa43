/* check_course.c - estimators of several reads, as the core runs them: scores, totals and tallies
 * by group, advance(), until all groups are settled. The laws of what comes out. */
#include "host/check_course.h"

#include <math.h>
#include <stdlib.h>

/* More reads than the core makes. */
enum { MOST_READS = 100, RECORDS = 601 };
#define GUARDED 0x1.5a5a5a5a5a5a5p-700

/* ---- totals and tallies ------------------------------------------------------------------- */

static int32_t course_new(sp_check_form *f, int64_t n, sp_check_course_run *r) {
  sp_arena *arena = f->c->arena;
  const uint64_t n_totals = (uint64_t)f->shape.n_cells * f->shape.n_components;
  const uint64_t n_state = f->shape.n_state;
  memset(r, 0, sizeof *r);
  r->f = f;
  r->n = n;
  r->records = (int64_t *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *r->records);
  r->weight = (double *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *r->weight);
  r->state = (double *)sp_arena_array(arena, SP_CHECK_GROUPS * n_state + 1, sizeof *r->state);
  r->next = (double *)sp_arena_array(arena, 2 * (n_state + 1), sizeof *r->next);
  r->total = (double *)sp_arena_array(arena, SP_CHECK_GROUPS * n_totals, sizeof *r->total);
  r->count = (int64_t *)sp_arena_array(arena, SP_CHECK_GROUPS * n_totals, sizeof *r->count);
  r->tally = (sampan_tally *)sp_arena_array(
      arena, (uint64_t)SP_CHECK_GROUPS * f->shape.n_components, sizeof *r->tally);
  r->tallies = (const sampan_tally **)sp_arena_array(
      arena, (uint64_t)SP_CHECK_GROUPS * f->shape.n_components, sizeof(const sampan_tally *));
  if (r->records == NULL || r->weight == NULL || r->state == NULL || r->next == NULL ||
      r->total == NULL || r->count == NULL || r->tally == NULL || r->tallies == NULL) {
    return SAMPAN_E_MEMORY;
  }
  uint64_t seed = SP_CHECK_SEED;
  for (int64_t i = 0; i < n; i++) {
    r->records[i] = i;
    r->weight[i] = sp_check_uniform(&seed) < 0.02 ? 0 : 0.5 + sp_check_uniform(&seed);
  }
  return sp_check_scores_new(f, n, &r->scores);
}

static void add_up(sp_check_course_run *r, uint32_t group) {
  const sampan_shape *shape = &r->f->shape;
  const uint32_t n_totals = shape->n_cells * shape->n_components;
  double *total = r->total + (size_t)group * n_totals;
  int64_t *count = r->count + (size_t)group * n_totals;
  sampan_totals *t = &r->totals[group];
  memset(total, 0, n_totals * sizeof *total);
  memset(count, 0, n_totals * sizeof *count);
  *t = (sampan_totals){.struct_size = sizeof *t,
                       .n_totals = n_totals,
                       .total = total,
                       .count = count,
                       .read = r->reads.read,
                       .n_state = shape->n_state,
                       .state = r->state + (size_t)group * shape->n_state,
                       .tallies = r->tallies + (size_t)group * shape->n_components};
  for (int64_t i = 0; i < r->n; i++) {
    if (!r->scores.in[i] || sp_check_group(r->records[i]) != group) continue;
    const double w = r->weight[i];
    t->n_records++;
    t->n_positive += w > 0;
    t->weight += w;
    for (uint32_t c = 0; c < shape->n_components; c++) {
      const double u = r->scores.u[(uint64_t)i * shape->n_components + c];
      const size_t at = (size_t)r->scores.cell[i] * shape->n_components + c;
      const int32_t type = shape->components[c].type;
      if (type == SAMPAN_BIT && u == 0) continue;
      count[at]++;
      if (type != SAMPAN_TALLY) total[at] += w * u;
    }
  }
}

typedef struct tallied {
  double value, weight;
  int64_t at;
} tallied;

static int compare_tallied(const void *a, const void *b) {
  const tallied *x = (const tallied *)a, *y = (const tallied *)b;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return x->at < y->at ? -1 : x->at > y->at;
}

/* The distribution of component c over the records of a group. */
static int32_t tally_up(sp_check_course_run *r, uint32_t group, uint32_t c, sp_arena *arena) {
  const sampan_shape *shape = &r->f->shape;
  const int apart = (shape->components[c].flags & SAMPAN_APART) != 0;
  const uint64_t most = (uint64_t)r->n + 1;
  tallied *all = (tallied *)sp_arena_array(arena, most, sizeof *all);
  double *numbers = (double *)sp_arena_array(arena, 3 * most, sizeof *numbers);
  int64_t *count = (int64_t *)sp_arena_array(arena, most, sizeof *count), n = 0, m = 0;
  if (all == NULL || numbers == NULL || count == NULL) return SAMPAN_E_MEMORY;
  for (int64_t i = 0; i < r->n; i++) {
    const double value = r->scores.u[(uint64_t)i * shape->n_components + c];
    if (!r->scores.in[i] || sp_check_group(r->records[i]) != group || isnan(value)) continue;
    if (!(r->weight[i] > 0)) continue;
    all[n++] = (tallied){.value = value == 0 ? 0 : value, .weight = r->weight[i], .at = i};
  }
  qsort(all, (size_t)n, sizeof *all, compare_tallied);
  double *value = numbers, *weight = numbers + most, *below = numbers + 2 * most;
  for (int64_t i = 0; i < n; i++) {
    if (m == 0 || apart || all[i].value != value[m - 1]) {
      value[m] = all[i].value;
      weight[m] = 0;
      below[m] = m > 0 ? below[m - 1] : 0;
      count[m++] = 0;
    }
    weight[m - 1] += all[i].weight;
    below[m - 1] += all[i].weight;
    count[m - 1]++;
  }
  const size_t at = (size_t)group * shape->n_components + c;
  r->tally[at] = (sampan_tally){.struct_size = sizeof r->tally[at],
                                .n = m,
                                .value = value,
                                .weight = weight,
                                .below = below,
                                .count = count};
  r->tallies[at] = &r->tally[at];
  return SAMPAN_OK;
}

static int32_t begin_groups(sp_check_course_run *r, sp_arena *arena) {
  const sampan_shape *shape = &r->f->shape;
  for (uint32_t g = 0; g < SP_CHECK_GROUPS; g++) {
    r->memory[g] = (sampan_memory){.struct_size = sizeof r->memory[g],
                                   .n_state = shape->n_state,
                                   .state = r->state + (size_t)g * shape->n_state,
                                   .tallies = r->tallies + (size_t)g * shape->n_components};
    r->memories[g] = &r->memory[g];
    r->settled[g] = 0;
    for (uint32_t c = 0; c < shape->n_components; c++) {
      if (shape->components[c].type == SAMPAN_TALLY) SP_TRY(tally_up(r, g, c, arena));
    }
  }
  r->reads.memory = r->memories;
  return SAMPAN_OK;
}

/* ---- the reads ---------------------------------------------------------------------------- */

static int32_t call_advance(sp_check_course_run *r, uint32_t g, double *state) {
  const uint32_t n_state = r->f->shape.n_state;
  sp_check_form *f = r->f;
  memcpy(state, r->state + (size_t)g * n_state, n_state * sizeof *state);
  state[n_state] = GUARDED;
  if (sp_check_host_renew(&f->scratch) < 0) return SAMPAN_E_MEMORY;
  const sampan_call call = sp_check_call(&f->scratch, f->c->plugin, f->options->values);
  return f->ops->advance(&call, &f->shape, &r->totals[g], state);
}

/* 1 if advance() kept its contract. */
static int advance_group(sp_check_course_run *r, uint32_t g, const char *when) {
  static const char *const law = "advance() writes its state alone, and says what is next";
  sp_check_form *f = r->f;
  const uint32_t n_state = f->shape.n_state;
  double *first = r->next, *second = r->next + n_state + 1;
  const int32_t status = call_advance(r, g, first);
  sp_law_enter(f->c, law);
  sp_law_holds(f->c, status == SAMPAN_OK || status == SAMPAN_END,
               "it returned %d '%s' in read %u, %s; %s", (int)status, f->scratch.error.message,
               (unsigned)r->reads.read, when, f->text);
  sp_law_holds(f->c, first[n_state] == GUARDED, "it wrote past its %u numbers; %s",
               (unsigned)n_state, f->text);
  const int32_t again = call_advance(r, g, second);
  sp_law_enter(f->c, "the same totals give the same state");
  sp_law_holds(f->c,
               status == again &&
                   (status != SAMPAN_OK || memcmp(first, second, n_state * sizeof *first) == 0),
               "advance() in read %u, %s; %s", (unsigned)r->reads.read, when, f->text);
  if (!sp_law_intact(f->c)) return 0;
  r->settled[g] = status == SAMPAN_END;
  if (status == SAMPAN_OK) {
    memcpy(r->state + (size_t)g * n_state, first, n_state * sizeof *first);
  }
  return status == SAMPAN_OK || status == SAMPAN_END;
}

/* One read; 0 where a law was broken. *open: groups that need another. */
static int read_once(sp_check_course_run *r, const char *when, sp_arena *arena, uint32_t *open) {
  const sp_check_packing packing = {0};
  sp_check_form *f = r->f;
  f->reads = r->reads.read > 0 ? &r->reads : NULL;
  const int32_t status =
      sp_check_score(f, &f->shape, r->records, r->n, r->n > 0 ? r->n : 1, &packing, &r->scores);
  f->reads = NULL;
  sp_law_enter(f->c, "what the first read took, later reads take");
  if (!sp_law_holds(f->c, status == SAMPAN_OK, "score() returned %d '%s' in read %u, %s; %s",
                    (int)status, f->scratch.error.message, (unsigned)r->reads.read, when,
                    f->text)) {
    return 0;
  }
  if (r->reads.read == 0 && begin_groups(r, arena) < 0) return 0;
  *open = 0;
  for (uint32_t g = 0; g < SP_CHECK_GROUPS; g++) {
    add_up(r, g);
    if (!r->settled[g] && !advance_group(r, g, when)) return 0;
    *open += !r->settled[g];
  }
  sp_law_beat(f->c);
  return 1;
}

int sp_check_course_go(sp_check_course_run *r, const char *when,
                       void (*each)(sp_check_course_run *), sp_arena *arena) {
  uint32_t open = 1;
  memset(r->state, 0, ((size_t)SP_CHECK_GROUPS * r->f->shape.n_state + 1) * sizeof *r->state);
  for (r->reads.read = 0; r->reads.read < MOST_READS; r->reads.read++) {
    if (!read_once(r, when, arena, &open)) return 0;
    if (each != NULL) each(r);
    if (open == 0) return 1;
  }
  sp_law_enter(r->f->c, "the reads come to an end");
  sp_law_holds(r->f->c, 0, "%u groups are not settled after %d reads, %s; %s", (unsigned)open,
               (int)MOST_READS, when, r->f->text);
  return 0;
}

/* ---- the laws ----------------------------------------------------------------------------- */

/* In the second read: the state is that of read 0, so the scores are not yet another read's. */
static void check_read(sp_check_course_run *r) {
  static const char *const law = "the same scores in later reads, in batches and in another order";
  const sp_check_packing plain = {0}, ones = {.tail = 0xff}, reversed = {.reversed = 1};
  sp_check_form *f = r->f;
  int64_t *mixed = (int64_t *)sp_arena_array(f->c->arena, 2 * (uint64_t)r->n + 1, sizeof *mixed);
  uint64_t seed = SP_CHECK_SEED + r->reads.read;
  sp_check_scores all = r->scores;
  if (r->reads.read != 1 || mixed == NULL || sp_check_scores_new(f, r->n, &all) < 0) return;
  f->reads = &r->reads; /* the states are by now those of the next read */
  if (sp_check_score(f, &f->shape, r->records, r->n, r->n, &plain, &all) == SAMPAN_OK) {
    sp_check_way(f, law, &all, r->records, r->n, 1, &plain, "batches of 1");
    sp_check_way(f, law, &all, r->records, r->n, 7, &ones, "batches of 7, ones in the tails");
    sp_check_way(f, law, &all, r->records, r->n, 100, &reversed, "batches of 100");
    for (int64_t i = 0; i < r->n; i++) mixed[i] = r->records[i];
    for (int64_t i = r->n - 1; i > 0; i--) {
      const int64_t k = (int64_t)sp_check_below(&seed, (uint64_t)i + 1), kept = mixed[i];
      mixed[i] = mixed[k];
      mixed[k] = kept;
    }
    sp_check_way(f, law, &all, mixed, r->n, 128, &plain, "permuted");
    int64_t from = 0;
    for (int64_t i = 0; i < 2 * r->n; i++) {
      mixed[i] = from < r->n && sp_check_below(&seed, 2) == 0 ? r->records[from++] : -1;
    }
    if (f->data.n_columns > 0)
      sp_check_way(f, law, &all, mixed, 2 * r->n, 128, &plain, "with missing records between");
    sp_check_way(f, law, &all, r->records, 0, 64, &plain, "no records");
  }
  f->reads = NULL;
}

/* Whether value() answers for each group, with the range of its statistics. */
static void check_values(sp_check_course_run *r, sp_check_trial *t, const char *when) {
  for (uint32_t g = 0; g < SP_CHECK_GROUPS; g++) {
    sp_check_course_totals(r, g, t);
    if (sp_check_call_value(t, when, 0)) sp_check_range(t);
  }
}

void sp_check_course_totals(const sp_check_course_run *r, uint32_t group, sp_check_trial *t) {
  const sampan_totals *from = &r->totals[group];
  memcpy(t->total, from->total, t->n_totals * sizeof *t->total);
  memcpy(t->count, from->count, t->n_totals * sizeof *t->count);
  t->totals = *from;
  t->totals.total = t->total;
  t->totals.count = t->count;
}

/* Every piece of memory that advance() or a later read asks for is refused once. */
static void check_memory(sp_check_course_run *r) {
  sp_check_form *f = r->f;
  for (int64_t k = 0, more = 1; k < 200 && more; k++) {
    f->scratch.allocations = k;
    const int32_t status = call_advance(r, 0, r->next);
    more = status < 0;
    sp_law_enter(f->c, "stands the end of memory");
    sp_law_holds(f->c, status == SAMPAN_OK || status == SAMPAN_END || status == SAMPAN_E_MEMORY,
                 "advance() returned %d where piece %lld was refused; %s", (int)status,
                 (long long)k + 1, f->text);
  }
  f->scratch.allocations = -1;
}

void sp_check_course(sp_check_form *f, int64_t n) {
  static const struct {
    const char *when;
    int64_t n;
    double scale;
  } hard[] = {{"no records", 0, 1}, {"few records", 5, 1}, {"weights of 0", 60, 0}};
  sp_check_course_run *r = (sp_check_course_run *)sp_arena_alloc(f->c->arena, sizeof *r);
  sp_arena *arena = sp_arena_new(0);
  sp_check_trial t;
  const int64_t most = n < RECORDS ? n : RECORDS;
  if (r == NULL || arena == NULL || sp_check_trial_new(f, &t) < 0) return;
  for (size_t i = 0; i < sizeof hard / sizeof hard[0]; i++) {
    if (course_new(f, hard[i].n, r) < 0) return;
    for (int64_t k = 0; k < r->n; k++) r->weight[k] *= hard[i].scale;
    if (!sp_check_course_go(r, hard[i].when, NULL, arena)) break;
    check_values(r, &t, hard[i].when);
  }
  if (course_new(f, most, r) == SAMPAN_OK &&
      sp_check_course_go(r, "drawn records", check_read, arena)) {
    check_values(r, &t, "drawn records");
    check_memory(r);
    sp_check_course_totals(r, 0, &t);
    sp_check_back(&t);
    if (t.n_totals <= 2000) sp_check_gradient(&t);
    sp_check_influence(r, &t);
  }
  sp_arena_free(arena);
}
