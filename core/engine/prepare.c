/* prepare.c - the read before the others. */
#include <stdlib.h>

#include "engine/auxiliary.h"
#include "engine/levels.h"
#include "engine/weigh.h"

typedef struct preparer {
  sp_job *job;
  sp_totals *totals;
  sp_arena *arena;
  sp_sift sift;
  sp_weigh weigh;
  uint32_t *unit, *codes;
  int64_t n_read, n_kept;
} preparer;

static int32_t take_batch(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                          sampan_error *error) {
  preparer *p = data;
  (void)wave;
  (void)row;
  SP_TRY(sp_sift_batch(&p->sift, machine, n, NULL, error));
  p->n_read += n;
  p->n_kept += p->sift.lanes->count(p->sift.kept, NULL, sampan_words(n));
  SP_TRY(
      sp_place_batch(&p->totals->place, machine, p->sift.kept, p->sift.weight, n, p->unit, error));
  SP_TRY(sp_levels_take(p->job, &p->sift, machine, n, p->codes, error));
  if (p->job->aux == NULL) return SAMPAN_OK;
  SP_TRY(sp_weigh_batch(&p->weigh, &p->sift, machine, p->unit, n, NULL, error));
  return sp_auxiliary_take(p->job->aux, &p->sift, p->unit, p->weigh.weight, p->weigh.n, n, error);
}

static int32_t preparer_init(preparer *p, sp_job *job, sp_totals *totals, int64_t capacity) {
  memset(p, 0, sizeof *p);
  p->job = job;
  p->totals = totals;
  p->arena = sp_arena_new(0);
  if (p->arena == NULL) return SAMPAN_E_MEMORY;
  p->unit = sp_arena_array(p->arena, (uint64_t)capacity + 64, sizeof *p->unit);
  p->codes = sp_arena_array(p->arena, (uint64_t)capacity + 64, sizeof *p->codes);
  if (p->unit == NULL || p->codes == NULL) return SAMPAN_E_MEMORY;
  SP_TRY(sp_place_start(&totals->place, capacity));
  SP_TRY(sp_sift_init(&p->sift, job, capacity, p->arena));
  return sp_weigh_init(&p->weigh, job, capacity, p->arena);
}

/* Units in an order that does not depend on the file: by the texts of stratum and PSU. */
static int32_t make_replicates(sp_job *job, const sp_totals *totals, sampan_error *error) {
  const sp_plan *plan = job->plan;
  uint32_t *order;
  SP_TRY(sp_place_order(&totals->place, &order, error));
  const int32_t status =
      sp_replicates_make(&plan->design, &totals->place.units, order, plan->file, &job->made, error);
  free(order);
  if (status < 0) return status;
  job->n_replicates = job->made.n;
  job->replicate_factors = job->made.factors;
  return SAMPAN_OK;
}

int32_t sp_prepare(sp_job *job, sp_totals *totals, sampan_error *error) {
  const sp_replicates *replicates = job->plan->design.replicates;
  const int makes = replicates != NULL && replicates->make;
  job->units = &totals->place.units;
  job->n_prepared = -1;
  if (job->n_levels == 0 && job->aux == NULL && !makes) return SAMPAN_OK;
  const int64_t capacity = sp_batch_capacity(job);
  totals->n_reads++;
  preparer p;
  sp_machine *machine = NULL;
  int32_t status = preparer_init(&p, job, totals, capacity);
  if (status < 0) {
    status = sp_error_memory(error);
  } else {
    status = sp_machine_new(job->program, capacity, &machine, error);
  }
  if (status >= 0) {
    const sp_stream_hand hand = {.machine = machine, .data = &p};
    status = sp_job_read(job, &hand, 1, take_batch, error);
  }
  sp_machine_free(machine);
  sp_arena_free(p.arena);
  if (status >= 0 && p.n_kept == 0) status = sp_nothing_kept(job, p.n_read, error);
  if (status >= 0) status = sp_place_finish(&totals->place, error);
  job->n_prepared = p.n_read;
  if (status >= 0) status = sp_levels_settle(job, error);
  if (status >= 0 && makes) status = make_replicates(job, totals, error);
  if (status >= 0 && job->aux != NULL) status = sp_auxiliary_settle(job, error);
  return status;
}
