/* finish.c - from totals to estimates: who makes which, and where they stand.
 *
 * Results are ordered by indicator, then by its splits, then by group. Work goes by split and
 * group: what a group needs is found once for all indicators of its split. Every estimate has its
 * place beforehand, so that threads share nothing but the list of groups. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "engine/estimate.h"
#include "engine/order.h"

enum { GROUPS_AT_ONCE = 32, MOST_THREADS = 64, WORTH_A_THREAD = 256 };

/* Some groups of one split. */
typedef struct piece {
  uint32_t split, first, end, reserved;
} piece;

typedef struct shop {
  sp_outcome *outcome;
  sp_target *targets;        /* by split */
  uint32_t *first_target;    /* by split, and the end */
  sp_ordered_group **groups; /* by split */
  uint32_t *n_groups;
  sp_estimate *estimates;
  piece *pieces;
  uint32_t n_pieces;
  atomic_uint next;
  atomic_ullong failed_at; /* the first place without its estimates */
} shop;

typedef struct bench {
  shop *shop;
  sp_maker maker;
  sampan_error error; /* of the first place that failed here */
  uint64_t failed_at;
  int32_t status;
  int32_t is_running;
  pthread_t thread;
} bench;

/* ---- the list of work --------------------------------------------------------------------- */

/* The places of all estimates. */
static int32_t lay_out_targets(shop *x, sp_arena *arena, uint64_t *n_estimates) {
  const sp_job *job = x->outcome->job;
  uint32_t n = 0;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) n += job->indicators[i].indicator->n_by;
  x->targets = sp_arena_array(arena, n + 1U, sizeof *x->targets);
  x->first_target = sp_arena_array(arena, job->n_splits + 2U, sizeof *x->first_target);
  if (x->targets == NULL || x->first_target == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    for (uint32_t k = 0; k < b->indicator->n_by; k++) x->first_target[b->splits[k] + 2]++;
  }
  for (uint32_t s = 2; s < job->n_splits + 2U; s++) x->first_target[s] += x->first_target[s - 1];
  *n_estimates = 0;
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    const sp_bound *b = &job->indicators[i];
    for (uint32_t k = 0; k < b->indicator->n_by; k++) {
      const uint32_t s = b->splits[k];
      x->targets[x->first_target[s + 1]++] =
          (sp_target){.indicator = i,
                      .split = s,
                      .place = sp_place_in_split(&job->splits[s], i),
                      .first = *n_estimates,
                      .by = &b->indicator->by[k]};
      *n_estimates += (uint64_t)x->n_groups[s] * b->shape.n_statistics;
    }
  }
  return SAMPAN_OK;
}

static int32_t lay_out_pieces(shop *x, sp_arena *arena) {
  const sp_job *job = x->outcome->job;
  uint64_t n = 0;
  for (uint32_t s = 0; s < job->n_splits; s++) n += x->n_groups[s] / GROUPS_AT_ONCE + 1;
  x->pieces = sp_arena_array(arena, n, sizeof *x->pieces);
  if (x->pieces == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t s = 0; s < job->n_splits; s++) {
    for (uint32_t g = 0; g < x->n_groups[s]; g += GROUPS_AT_ONCE) {
      const uint32_t left = x->n_groups[s] - g;
      x->pieces[x->n_pieces++] = (piece){
          .split = s, .first = g, .end = g + (left < GROUPS_AT_ONCE ? left : GROUPS_AT_ONCE)};
    }
  }
  return SAMPAN_OK;
}

static int32_t lay_out(shop *x, sp_arena *arena, sampan_error *error) {
  sp_outcome *o = x->outcome;
  const sp_job *job = o->job;
  uint64_t n_estimates;
  x->groups = sp_arena_array(arena, job->n_splits + 1U, sizeof(sp_ordered_group *));
  x->n_groups = sp_arena_array(arena, job->n_splits + 1U, sizeof *x->n_groups);
  if (x->groups == NULL || x->n_groups == NULL) return sp_error_memory(error);
  for (uint32_t s = 0; s < job->n_splits; s++) {
    SP_TRY(sp_order_groups(o, s, arena, &x->groups[s], &x->n_groups[s], error));
    /* Threads do not make the counts of groups that have no record. */
    const uint32_t last = x->n_groups[s] > 0 ? x->n_groups[s] - 1 : 0;
    if (sp_table_counts(o->totals->tables[s], last) == NULL) return sp_error_memory(error);
  }
  if (lay_out_targets(x, arena, &n_estimates) < 0 || lay_out_pieces(x, arena) < 0 ||
      n_estimates > UINT32_MAX) {
    return sp_error_memory(error);
  }
  x->estimates = sp_arena_array(o->arena, n_estimates + 1U, sizeof *x->estimates);
  if (x->estimates == NULL) return sp_error_memory(error);
  o->estimates = x->estimates;
  o->n_estimates = (uint32_t)n_estimates;
  atomic_store(&x->failed_at, UINT64_MAX);
  return SAMPAN_OK;
}

/* ---- work --------------------------------------------------------------------------------- */

/* The first failure in the order of results is the one that is told, whoever meets it. */
static void keep_error(bench *b, uint64_t place, int32_t status, const sampan_error *error) {
  unsigned long long first = atomic_load(&b->shop->failed_at);
  while (place < first && !atomic_compare_exchange_weak(&b->shop->failed_at, &first, place)) {
  }
  if (place >= b->failed_at) return;
  b->failed_at = place;
  b->status = status;
  b->error = *error;
}

static void make_group(bench *b, uint32_t split, uint32_t number) {
  shop *x = b->shop;
  const sp_ordered_group *group = &x->groups[split][number];
  sp_maker_load(&b->maker, split, group->group);
  for (uint32_t i = x->first_target[split]; i < x->first_target[split + 1]; i++) {
    const sp_target *t = &x->targets[i];
    const uint32_t n = x->outcome->job->indicators[t->indicator].shape.n_statistics;
    const uint64_t place = t->first + (uint64_t)number * n;
    if (place > atomic_load_explicit(&x->failed_at, memory_order_relaxed)) continue;
    sampan_error error = {.struct_size = sizeof error};
    b->maker.worker.place = place;
    const int32_t status = sp_make_estimates(&b->maker, t, group->group, group->period,
                                             group->values, x->estimates + place, &error);
    if (status < 0) keep_error(b, place, status, &error);
  }
}

static void *work(void *data) {
  bench *b = data;
  shop *x = b->shop;
  for (;;) {
    const uint32_t i = atomic_fetch_add(&x->next, 1);
    if (i >= x->n_pieces) return NULL;
    const piece *p = &x->pieces[i];
    for (uint32_t g = p->first; g < p->end; g++) make_group(b, p->split, g);
  }
}

/* Calibration looks its sums up, and that is not for several at once. */
static uint32_t thread_count(const shop *x) {
  const sp_outcome *o = x->outcome;
  int64_t n = o->job->options->threads;
  if (n <= 0) n = sysconf(_SC_NPROCESSORS_ONLN);
  const int64_t worth = o->n_estimates / WORTH_A_THREAD;
  if (o->totals->crosses != NULL) return 1;
  if (n > worth) n = worth;
  if (n > MOST_THREADS) n = MOST_THREADS;
  return n > 1 ? (uint32_t)n : 1;
}

/* What estimates point to: an arena for each bench, which the outcome takes over. */
static int32_t open_benches(shop *x, bench *benches, uint32_t n, sp_arena ***arenas) {
  sp_outcome *o = x->outcome;
  *arenas = sp_arena_array(o->arena, n, sizeof **arenas);
  if (*arenas == NULL) return SAMPAN_E_MEMORY;
  o->arenas = *arenas;
  for (uint32_t i = 0; i < n; i++) {
    benches[i].shop = x;
    benches[i].failed_at = UINT64_MAX;
    (*arenas)[i] = sp_arena_new(0);
    if ((*arenas)[i] == NULL) return SAMPAN_E_MEMORY;
    o->n_arenas++;
    SP_TRY(sp_maker_init(&benches[i].maker, o, (*arenas)[i]));
  }
  return SAMPAN_OK;
}

/* The main thread is one of them; where no other starts, the only one. */
static void run_benches(bench *benches, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    benches[i].is_running = pthread_create(&benches[i].thread, NULL, work, &benches[i]) == 0;
  }
  (void)work(&benches[0]);
  for (uint32_t i = 1; i < n; i++) {
    if (benches[i].is_running) (void)pthread_join(benches[i].thread, NULL);
  }
}

static int32_t finish(shop *x, bench *benches, uint32_t n, sampan_error *error) {
  sp_outcome *o = x->outcome;
  sp_arena **arenas;
  if (open_benches(x, benches, n, &arenas) < 0) return sp_error_memory(error);
  run_benches(benches, n);
  const bench *first = &benches[0];
  for (uint32_t i = 1; i < n; i++) {
    if (benches[i].failed_at < first->failed_at) first = &benches[i];
  }
  if (first->status < 0) {
    if (error != NULL) *error = first->error;
    return first->status;
  }
  sp_worker *workers = sp_arena_array(arenas[0], n, sizeof *workers);
  if (workers == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) workers[i] = benches[i].maker.worker;
  return sp_workers_tell(workers, n, o->job) < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

int32_t sp_finish(sp_outcome *o, sampan_error *error) {
  const sp_job *job = o->job;
  shop x = {.outcome = o};
  SP_TRY(sp_walks_make(o, error));
  SP_TRY(lay_out(&x, o->arena, error));
  /* What all of them ask for is found before there are several. */
  if (job->n_replicates > 0 && job->needs_rank && !job->rank_by_domain) {
    (void)sp_replicate_df(o, NULL);
  }
  const uint32_t n = thread_count(&x);
  bench *benches = calloc(n, sizeof *benches);
  if (benches == NULL) return sp_error_memory(error);
  const int32_t status = finish(&x, benches, n, error);
  for (uint32_t i = 0; i < n; i++) sp_maker_clear(&benches[i].maker);
  free(benches);
  return status;
}
