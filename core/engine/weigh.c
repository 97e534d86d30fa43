/* weigh.c - the weights that a read adds up with. */
#include "engine/weigh.h"

#include <math.h>

#include "design/error_ids.h"
#include "engine/auxiliary.h"
#include "engine/common.h"
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
  w->own = sp_arena_array(arena, room, sizeof *w->own);
  w->common = job->common;
  w->lanes = sp_lanes_best();
  if (w->weight == NULL || w->slices == NULL || w->row == NULL || w->own == NULL) {
    return SAMPAN_E_MEMORY;
  }
  int is_wide = job->n_splits == 0, is_narrow = 0; /* no splits: they are not laid out yet */
  for (uint32_t k = 0; k < job->n_splits; k++) {
    is_wide = is_wide || !job->splits[k].is_narrow;
    is_narrow = is_narrow || job->splits[k].is_narrow;
  }
  for (uint32_t r = 0; r < w->n; r++) {
    w->weight[r] = sp_arena_array(arena, room, sizeof **w->weight);
    if (w->weight[r] == NULL) return SAMPAN_E_MEMORY;
    if (!is_wide) continue;
    w->slices[r] = sp_arena_array(arena, room, sizeof **w->slices);
    if (w->slices[r] == NULL) return SAMPAN_E_MEMORY;
  }
  if (is_narrow) {
    w->high = sp_arena_array(arena, room, sizeof *w->high);
    w->low = sp_arena_array(arena, room, sizeof *w->low);
    if (w->high == NULL || w->low == NULL) return SAMPAN_E_MEMORY;
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
  const double *weight = w->weight[0];
  double low = t->weight_min, high = t->weight_max;
  if (w->high != NULL && w->grid.is_set) {
    const sp_exact sum = sp_grid_exact(&w->grid, w->sum.high, w->sum.low);
    sp_exact_merge(&t->weight, &sum);
  } else {
    sp_exact_add_all(&t->weight, weight, sift->kept, n, &w->weight_grid);
  }
  sp_exact_add_squares(&t->weight_squared, weight, sift->kept, n, &w->square_grid);
  if (weight == sift->weight) {
    low = fmin(low, sift->least);
    high = fmax(high, sift->most);
  } else {
    w->lanes->range(weight, sift->kept, n, &low, &high);
  }
  t->weight_min = low;
  t->weight_max = high;
  t->n_weighted += w->lanes->count(sift->kept, NULL, sampan_words(n));
  for (int64_t i = 0; i < n && w->job->needs_rank; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    SP_TRY(sp_ranks_add(w->job, t, &t->rank, w->weight, unit[i], i, w->row, error));
  }
  return SAMPAN_OK;
}

/* The run begins anew without narrow totals. */
static int32_t no_grid(const sp_weigh *w, sampan_error *error) {
  sp_common_need_wide(w->common);
  return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_WEIGHT, "the weights do not fit on one grid");
}

/* The weights of the full sample as pairs of integers. */
static int32_t cut(sp_weigh *w, const sp_sift *sift, int64_t n, sampan_error *error) {
  const double *weight = w->weight[0];
  w->some_weightless = !(sift->least > 0);
  if (!w->grid.is_set && !sp_common_grid(w->common, weight, sift->kept, n, &w->grid)) {
    return no_grid(w, error);
  }
  if (!w->grid.is_set) { /* nothing but weights of 0 so far */
    memset(w->high, 0, (size_t)n * sizeof *w->high);
    memset(w->low, 0, (size_t)n * sizeof *w->low);
    return SAMPAN_OK;
  }
  const int fits = sp_grid_cut(&w->grid, weight, sift->kept, n, w->high, w->low, &w->sum);
  w->bound += w->sum.high + (w->sum.low >> SP_GRID_BITS) + 1;
  return fits && w->bound < SP_MOST_BOUND ? SAMPAN_OK : no_grid(w, error);
}

int32_t sp_weigh_batch(sp_weigh *w, const sp_sift *sift, const sp_machine *machine,
                       const uint32_t *unit, int64_t n, sp_totals *totals, sampan_error *error) {
  const sp_job *job = w->job;
  if (job->aux != NULL) {
    memcpy(w->own, sift->weight, (size_t)n * sizeof *w->own);
    w->weight[0] = w->own;
  } else {
    w->weight[0] = (double *)sift->weight; /* nothing changes it */
  }
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
  for (uint32_t r = 0; r < w->n && w->slices[r] != NULL; r++) {
    for (int64_t i = 0; i < n; i++) {
      if (sampan_bit(sift->kept, i)) w->slices[r][i] = sp_slice(w->weight[r][i]);
    }
  }
  if (w->high != NULL && w->common != NULL) SP_TRY(cut(w, sift, n, error));
  return totals != NULL ? count(w, sift, unit, n, totals, error) : SAMPAN_OK;
}
