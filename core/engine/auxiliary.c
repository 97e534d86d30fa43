/* auxiliary.c - the auxiliary variables of a calibration. */
#include "engine/auxiliary.h"

#include <math.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "engine/bind.h"
#include "engine/error_ids.h"

enum { SP_MOST_MARGIN_COLUMNS = 16 };

static int32_t bind_cells(sp_job *job, sp_aux_margin *m, sampan_error *error) {
  const sp_by *by = m->margin->by;
  m->n_columns = by->n_columns;
  m->required = sp_arena_array(job->arena, by->n_columns + 1U, sizeof *m->required);
  m->coders = sp_arena_array(job->arena, by->n_columns + 1U, sizeof *m->coders);
  m->codes = sp_arena_array(job->arena, by->n_columns + 1U, sizeof *m->codes);
  m->tuples = sp_map_new(71);
  if (m->required == NULL || m->coders == NULL || m->codes == NULL || m->tuples == NULL) {
    return sp_error_memory(error);
  }
  if (by->n_columns > SP_MOST_MARGIN_COLUMNS) {
    return sp_yaml_error(m->margin->place, job->plan->file, SP_ID_TOO_MANY, error,
                         "by: cells are crossings of at most %d columns", SP_MOST_MARGIN_COLUMNS);
  }
  for (uint32_t k = 0; k < by->n_columns; k++) {
    SP_TRY(
        sp_bind_column(job, by->columns[k], m->margin->place, SP_ANY_TYPE, &m->required[k], error));
    m->coders[k] = sp_coder_new();
    if (m->coders[k] == NULL) return sp_error_memory(error);
  }
  return SAMPAN_OK;
}

static int32_t bind_expressions(sp_job *job, sp_aux_margin *m, sampan_error *error) {
  m->required = sp_arena_array(job->arena, m->margin->n_totals + 1U, sizeof *m->required);
  if (m->required == NULL) return sp_error_memory(error);
  for (uint32_t k = 0; k < m->margin->n_totals; k++) {
    SP_TRY(sp_program_require(job->program, m->margin->totals[k].of, SAMPAN_NUMBER | SAMPAN_TRUTH,
                              &m->required[k], error));
  }
  return SAMPAN_OK;
}

int32_t sp_auxiliary_bind(sp_job *job, sampan_error *error) {
  const sp_calibrate *c = job->plan->design.calibrate;
  if (c == NULL) return SAMPAN_OK;
  sp_auxiliary *a = sp_arena_alloc(job->arena, sizeof *a);
  if (a == NULL) return sp_error_memory(error);
  job->aux = a;
  a->job = job;
  a->n_margins = c->n_margins;
  a->margins = sp_arena_array(job->arena, c->n_margins + 1U, sizeof *a->margins);
  if (a->margins == NULL) return sp_error_memory(error);
  for (uint32_t m = 0; m < c->n_margins; m++) {
    sp_aux_margin *margin = &a->margins[m];
    margin->margin = &c->margins[m];
    margin->first = a->n;
    a->n += c->margins[m].n_totals;
    SP_TRY(c->margins[m].by != NULL ? bind_cells(job, margin, error)
                                    : bind_expressions(job, margin, error));
  }
  a->variance = SP_NONE;
  if (c->variance != NULL) {
    SP_TRY(sp_program_require(job->program, c->variance, SAMPAN_NUMBER, &a->variance, error));
  }
  a->totals = sp_arena_array(job->arena, a->n + 1U, sizeof *a->totals);
  a->names = sp_arena_array(job->arena, a->n + 1U, sizeof *a->names);
  a->key = sp_arena_array(job->arena, a->n + 1U, sizeof *a->key);
  if (a->totals == NULL || a->names == NULL || a->key == NULL) return sp_error_memory(error);
  for (uint32_t m = 0, j = 0; m < c->n_margins; m++) {
    for (uint32_t k = 0; k < c->margins[m].n_totals; k++, j++) {
      a->totals[j] = c->margins[m].totals[k].total;
      a->names[j] = c->margins[m].totals[k].text;
    }
  }
  job->n_aux = a->n;
  return SAMPAN_OK;
}

void sp_auxiliary_free(sp_job *job) {
  sp_auxiliary *a = job->aux;
  if (a == NULL) return;
  for (uint32_t m = 0; m < a->n_margins; m++) {
    sp_aux_margin *margin = &a->margins[m];
    for (uint32_t k = 0; k < margin->n_columns && margin->coders != NULL; k++) {
      sp_coder_free(margin->coders[k]);
    }
    sp_map_free(margin->tuples);
    free(margin->cell_of);
  }
  sp_map_free(a->rows);
  sp_table_free(a->weights);
  for (uint32_t r = 0; r < a->n_calibrations; r++) sp_calibration_clear(&a->calibrations[r]);
  sp_calibration_solver_clear(&a->solver);
  job->aux = NULL;
}

int32_t sp_auxiliary_start(sp_auxiliary *a, int64_t capacity, sp_arena *arena) {
  a->x = sp_arena_array(arena, a->n + 2U, sizeof *a->x);
  if (a->x == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t j = 0; j <= a->n; j++) {
    a->x[j] = sp_arena_array(arena, (uint64_t)capacity + 64, sizeof **a->x);
    if (a->x[j] == NULL) return SAMPAN_E_MEMORY;
  }
  for (uint32_t m = 0; m < a->n_margins; m++) {
    for (uint32_t k = 0; k < a->margins[m].n_columns; k++) {
      a->margins[m].codes[k] = sp_arena_array(arena, (uint64_t)capacity + 64, sizeof(uint32_t));
      if (a->margins[m].codes[k] == NULL) return SAMPAN_E_MEMORY;
    }
  }
  return SAMPAN_OK;
}

/* ---- values ------------------------------------------------------------------------------- */

static int32_t missing(const sp_auxiliary *a, const char *column, int64_t i, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATION,
               "the record has no value for the %s of the design",
               a->job->plan->design.calibrate->name);
  sp_error_hint(error, "drop such records with `keep` or `drop`, or give them one with coalesce()");
  return sp_error_cell(error, NULL, i + 1, column);
}

/* The cell of a tuple of codes that is new: its texts joined are the key that the plan gives. */
static int32_t find_cell(sp_auxiliary *a, sp_aux_margin *m, const uint32_t *tuple, int64_t i,
                         uint32_t *out, sampan_error *error) {
  sp_buffer text;
  sp_buffer_init(&text);
  for (uint32_t k = 0; k < m->n_columns; k++) {
    if (k > 0) sp_buffer_text_add(&text, " / ");
    sp_buffer_text_add(&text, sp_coder_text(m->coders[k], tuple[k]));
  }
  *out = SP_NONE;
  for (uint32_t k = 0; k < m->margin->n_totals && !text.failed; k++) {
    if (strcmp(m->margin->totals[k].text, sp_buffer_text(&text)) == 0) *out = m->first + k;
  }
  int32_t status = text.failed ? sp_error_memory(error) : SAMPAN_OK;
  if (status >= 0 && *out == SP_NONE) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATION,
                 "the plan gives no population total for '%s'", sp_buffer_text(&text));
    sp_error_hint(error, "each cell of `%s` that has records needs its total",
                  a->job->plan->design.calibrate->name);
    status = sp_error_cell(error, NULL, i + 1, m->margin->by->columns[0]);
  }
  sp_buffer_clear(&text);
  return status;
}

static int32_t cell_of(sp_auxiliary *a, sp_aux_margin *m, int64_t i, uint32_t *out,
                       sampan_error *error) {
  uint32_t tuple[SP_MOST_MARGIN_COLUMNS] = {0};
  for (uint32_t k = 0; k < m->n_columns; k++) {
    tuple[k] = m->codes[k][i];
    if (tuple[k] == SP_CODE_MISSING) return missing(a, m->margin->by->columns[k], i, error);
  }
  const uint32_t number = sp_map_add(m->tuples, tuple, m->n_columns * sizeof *tuple);
  if (number == SP_MAP_NONE) return sp_error_memory(error);
  if (number == m->n_cell_of) {
    uint32_t *grown = realloc(m->cell_of, (number + 1U) * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    m->cell_of = grown;
    SP_TRY(find_cell(a, m, tuple, i, &grown[number], error));
    m->n_cell_of++;
  }
  *out = m->cell_of[number];
  return SAMPAN_OK;
}

static int32_t take_cells(sp_auxiliary *a, sp_aux_margin *m, const sp_sift *sift,
                          const sp_machine *machine, int64_t n, sampan_error *error) {
  for (uint32_t k = 0; k < m->n_columns; k++) {
    SP_TRY(sp_coder_codes(m->coders[k], sp_machine_column(machine, m->required[k]), n, m->codes[k],
                          error));
  }
  for (uint32_t j = 0; j < m->margin->n_totals; j++) {
    memset(a->x[m->first + j], 0, (size_t)n * sizeof **a->x);
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    uint32_t cell = 0;
    SP_TRY(cell_of(a, m, i, &cell, error));
    a->x[cell][i] = 1;
  }
  return SAMPAN_OK;
}

static int32_t take_number(const sp_auxiliary *a, const sp_column *c, const sp_sift *sift,
                           int64_t n, double *out, sampan_error *error) {
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    if (!sampan_bit(c->present, i)) return missing(a, c->name, i, error);
    out[i] = c->type == SAMPAN_TRUTH ? sampan_bit(c->truth, i) : c->number[i];
  }
  return SAMPAN_OK;
}

int32_t sp_auxiliary_batch(sp_auxiliary *a, const sp_sift *sift, const sp_machine *machine,
                           int64_t n, sampan_error *error) {
  for (uint32_t m = 0; m < a->n_margins; m++) {
    sp_aux_margin *margin = &a->margins[m];
    if (margin->n_columns > 0) {
      SP_TRY(take_cells(a, margin, sift, machine, n, error));
      continue;
    }
    for (uint32_t k = 0; k < margin->margin->n_totals; k++) {
      SP_TRY(take_number(a, sp_machine_column(machine, margin->required[k]), sift, n,
                         a->x[margin->first + k], error));
    }
  }
  double *q = a->x[a->n];
  if (a->variance == SP_NONE) {
    for (int64_t i = 0; i < n; i++) q[i] = 1;
    return SAMPAN_OK;
  }
  const sp_column *c = sp_machine_column(machine, a->variance);
  SP_TRY(take_number(a, c, sift, n, q, error));
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i) || q[i] > 0) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATION,
                 "`variance` of the calibration must be positive, but is %.10g", q[i]);
    return sp_error_cell(error, NULL, i + 1, c->name);
  }
  return SAMPAN_OK;
}

/* ---- the read before the others ------------------------------------------------------------ */

int32_t sp_auxiliary_take(sp_auxiliary *a, const sp_sift *sift, const uint32_t *unit,
                          double *const *weights, uint32_t n_weights, int64_t n,
                          sampan_error *error) {
  if (a->rows == NULL) {
    a->rows = sp_map_new(72);
    if (a->rows == NULL || sp_table_new(n_weights, 1, &a->weights) < 0) {
      return sp_error_memory(error);
    }
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(sift->kept, i)) continue;
    for (uint32_t j = 0; j <= a->n; j++) a->key[j] = a->x[j][i] == 0 ? 0 : a->x[j][i];
    const uint32_t row = sp_map_add(a->rows, a->key, (a->n + 1U) * sizeof *a->key);
    const uint32_t place = row != SP_MAP_NONE ? sp_table_row(a->weights, row, unit[i]) : UINT32_MAX;
    if (place == UINT32_MAX) return sp_error_memory(error);
    sp_exact *lanes = sp_table_lanes(a->weights, place);
    for (uint32_t r = 0; r < n_weights; r++) sp_exact_add(&lanes[r], weights[r][i]);
  }
  return SAMPAN_OK;
}

/* The weights of the distinct rows in one run: lanes of the data's own replicates, or what a made
 * replicate multiplies each unit's weight by. `sums` has room for the rows. */
static void run_weights(const sp_auxiliary *a, uint32_t run, sp_exact *sums, double *out) {
  const sp_job *job = a->job;
  const uint32_t n = sp_table_n_rows(a->weights), n_rows = sp_map_size(a->rows);
  const double *by_psu = run > 0 && job->made.n > 0
                             ? job->made.multipliers + (size_t)(run - 1) * job->made.n_psu
                             : NULL;
  memset(sums, 0, n_rows * sizeof *sums);
  for (uint32_t i = 0; i < n; i++) {
    const sp_table_key key = sp_table_key_of(a->weights, i);
    const sp_exact *lanes = sp_table_lanes(a->weights, i);
    if (by_psu != NULL) {
      sp_exact_add(&sums[key.group],
                   sp_exact_value(&lanes[0]) * by_psu[sp_units_psu_of(job->units, key.psu)]);
    } else {
      sp_exact_merge(&sums[key.group], &lanes[run]);
    }
  }
  for (uint32_t i = 0; i < n_rows; i++) out[i] = sp_exact_value(&sums[i]);
}

int32_t sp_auxiliary_settle(sp_job *job, sampan_error *error) {
  sp_auxiliary *a = job->aux;
  const sp_calibrate *spec = job->plan->design.calibrate;
  const uint32_t n_rows = a->rows != NULL ? sp_map_size(a->rows) : 0;
  const uint32_t n_runs = 1 + job->n_replicates;
  if (n_rows == 0) return SAMPAN_OK; /* nothing is kept: the next read says so */
  double *x = malloc(((size_t)n_rows * (a->n + 2U) + 1) * sizeof *x);
  sp_exact *sums = malloc(((size_t)n_rows + 1) * sizeof *sums);
  a->calibrations = sp_arena_array(job->arena, n_runs, sizeof *a->calibrations);
  if (x == NULL || sums == NULL || a->calibrations == NULL) {
    free(x);
    free(sums);
    return sp_error_memory(error);
  }
  double *q = x + (size_t)n_rows * a->n, *weight = q + n_rows;
  for (uint32_t i = 0; i < n_rows; i++) {
    const char *key = sp_map_key(a->rows, i, NULL);
    memcpy(x + (size_t)i * a->n, key, a->n * sizeof *x);
    memcpy(&q[i], key + a->n * sizeof *x, sizeof *q);
  }
  const sp_calibration_rows rows = {.x = x, .weight = weight, .q = q, .n = n_rows, .p = a->n};
  const sp_calibration_aim aim = {.totals = a->totals,
                                  .names = a->names,
                                  .distance = spec->distance,
                                  .is_bounded = spec->is_bounded,
                                  .low = spec->low,
                                  .high = spec->high};
  int32_t status = SAMPAN_OK;
  for (uint32_t r = 0; r < n_runs && status >= 0; r++) {
    run_weights(a, r, sums, weight);
    if (r == 0) status = sp_calibration_solver_init(&a->solver, &rows, error);
    if (status >= 0) status = sp_calibration_find(&a->calibrations[r], &rows, &aim, error);
    if (status >= 0) a->n_calibrations++;
    if (status < 0) {
      sp_error_text_place(error, job->plan->file, spec->place->line, spec->place->column);
    }
  }
  free(x);
  free(sums);
  sp_map_free(a->rows);
  sp_table_free(a->weights);
  a->rows = NULL;
  a->weights = NULL;
  return status;
}
