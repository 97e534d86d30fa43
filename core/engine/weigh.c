/* weigh.c - the weights that a read adds up with. */
#include "engine/weigh.h"

#include <math.h>

#include "design/error_ids.h"
#include "engine/auxiliary.h"
#include "engine/error_ids.h"
#include "engine/ranks.h"

int32_t sp_weigh_init(sp_weigh *w, const sp_job *job, int64_t capacity, sp_arena *arena) {
  const uint64_t room = (uint64_t)capacity + 64;
  w->job = job;
  w->n = 1 + job->n_replicates;
  w->n_aux = job->n_aux;
  w->weight = sp_arena_array(arena, w->n, sizeof *w->weight);
  w->slices = sp_arena_array(arena, w->n, sizeof *w->slices);
  w->row = sp_arena_array(arena, (uint64_t)w->n + w->n_aux, sizeof *w->row);
  if (w->weight == NULL || w->slices == NULL || w->row == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t r = 0; r < w->n; r++) {
    w->weight[r] = sp_arena_array(arena, room, sizeof **w->weight);
    w->slices[r] = sp_arena_array(arena, room, sizeof **w->slices);
    if (w->weight[r] == NULL || w->slices[r] == NULL) return SAMPAN_E_MEMORY;
  }
  if (job->aux == NULL) return SAMPAN_OK;
  SP_TRY(sp_auxiliary_start(job->aux, capacity, arena));
  w->aux = job->aux->x;
  return SAMPAN_OK;
}

static int32_t bad_replicate(const sp_column *c, int64_t i, sampan_error *error) {
  if (!sampan_bit(c->present, i)) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_WEIGHT, "the record has no replicate weight '%s'",
                 c->name);
  } else {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_WEIGHT, "the replicate weight is %.10g", c->number[i]);
  }
  sp_error_hint(error,
                "records without replicate weights are not part of the sample: drop them "
                "with `keep` or `drop`, so that they are counted");
  return sp_error_cell(error, NULL, i + 1, c->name);
}

/* Weights are squared, and multiplied with values. */
static int32_t too_large(const char *column, double x, int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_WEIGHT, "the weight, as it is used, is too large: %.10g",
               x);
  sp_error_hint(error,
                "it is the record's weight times that of the replicate, or calibrated: is "
                "each of them as large as it should be?");
  return sp_error_cell(error, NULL, i + 1, column);
}

/* Weights of a replicate that the data hold; they may be negative, as some methods make them. */
static int32_t read_replicate(sp_weigh *w, const sp_sift *sift, const sp_column *c, uint32_t run,
                              int64_t n, sampan_error *error) {
  const int combined = w->job->plan->design.replicates->combined;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    const double x = c->number[i];
    if (!sampan_bit(c->present, i) || !isfinite(x * x)) return bad_replicate(c, i, error);
    const double product = combined ? x : x * sift->weight[i];
    if (!isfinite(product * product)) return too_large(c->name, product, i, error);
    w->weight[run][i] = product;
  }
  return SAMPAN_OK;
}

static void make_replicate(sp_weigh *w, const sp_sift *sift, const uint32_t *unit, uint32_t run,
                           int64_t n) {
  const sp_job *job = w->job;
  const double *by_psu = job->made.multipliers + (size_t)(run - 1) * job->made.n_psu;
  for (int64_t i = 0; i < n; i++) {
    if (sampan_bit(sift->kept, i)) {
      w->weight[run][i] = sift->weight[i] * by_psu[sp_units_psu_of(job->units, unit[i])];
    }
  }
}

static int32_t calibrate(sp_weigh *w, const sp_sift *sift, const char *column, int64_t n,
                         sampan_error *error) {
  const sp_auxiliary *a = w->job->aux;
  double *x = w->row;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    for (uint32_t j = 0; j < a->n; j++) x[j] = a->x[j][i];
    for (uint32_t r = 0; r < a->n_calibrations; r++) {
      const double product =
          w->weight[r][i] * sp_calibration_ratio(&a->calibrations[r], x, a->x[a->n][i]);
      if (!isfinite(product * product)) return too_large(column, product, i, error);
      w->weight[r][i] = product;
    }
  }
  return SAMPAN_OK;
}

/* Counts what the weights are, and the rank of the replicates. */
static int32_t count(sp_weigh *w, const sp_sift *sift, const uint32_t *unit, int64_t n,
                     sp_totals *t, sampan_error *error) {
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    const double x = w->weight[0][i];
    sp_exact_add(&t->weight, x);
    sp_exact_add(&t->weight_squared, x * x);
    t->weight_min = fmin(t->weight_min, x);
    t->weight_max = fmax(t->weight_max, x);
    t->n_weighted++;
    if (!w->job->needs_rank) continue;
    SP_TRY(sp_ranks_add(w->job, t, &t->rank, w->weight, unit[i], i, w->row, error));
  }
  return SAMPAN_OK;
}

int32_t sp_weigh_batch(sp_weigh *w, const sp_sift *sift, const sp_machine *machine,
                       const uint32_t *unit, int64_t n, sp_totals *totals, sampan_error *error) {
  const sp_job *job = w->job;
  memcpy(w->weight[0], sift->weight, (size_t)n * sizeof **w->weight);
  for (uint32_t r = 1; r < w->n; r++) {
    if (job->replicate_columns == NULL) {
      make_replicate(w, sift, unit, r, n);
    } else {
      const sp_column *c = sp_machine_column(machine, job->replicate_columns[r - 1]);
      SP_TRY(read_replicate(w, sift, c, r, n, error));
    }
  }
  if (job->aux != NULL) {
    SP_TRY(sp_auxiliary_batch(job->aux, sift, machine, n, error));
    const char *column =
        job->weight != SP_NONE ? sp_machine_column(machine, job->weight)->name : NULL;
    if (job->aux->n_calibrations > 0) SP_TRY(calibrate(w, sift, column, n, error));
  }
  for (uint32_t r = 0; r < w->n; r++) {
    for (int64_t i = 0; i < n; i++) {
      if (sampan_bit(sift->kept, i)) w->slices[r][i] = sp_slice(w->weight[r][i]);
    }
  }
  return totals != NULL ? count(w, sift, unit, n, totals, error) : SAMPAN_OK;
}
