/* calibration_solver.c - rows in a fixed order, their products, and solving with them. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/calibration_rows.h"
#include "design/error_ids.h"

/* What is left of a variable's sum of squares after the others, below which it follows from them.
 */
#define DEPENDENT 1e-12

/* ---- rows --------------------------------------------------------------------------------- */

static int compare_doubles(double a, double b) {
  return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right) {
  const sp_calibration_row *a = left, *b = right;
  for (uint32_t j = 0; j < a->p; j++) {
    const int by = compare_doubles(a->x[j], b->x[j]);
    if (by != 0) return by;
  }
  const int by = compare_doubles(a->q, b->q);
  return by != 0 ? by : compare_doubles(a->weight, b->weight);
}

static int32_t check_row(const sp_calibration_rows *rows, uint64_t i, sampan_error *error) {
  const double weight = rows->weight[i], q = rows->q != NULL ? rows->q[i] : 1;
  if (!(weight >= 0) || !isfinite(weight)) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATE_ROW,
                 "a weight of %.10g cannot be calibrated", weight);
    return sp_error_hint(error, "weights must be numbers of 0 or more");
  }
  if (weight > 0 && (!(q > 0) || !isfinite(q))) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATE_ROW,
                 "a variance of %.10g of a record with weight cannot be calibrated with", q);
    return sp_error_hint(error, "calibrate: {variance: ..} must be above 0 in all records");
  }
  for (uint32_t j = 0; weight > 0 && j < rows->p; j++) {
    if (isfinite(rows->x[i * rows->p + j])) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_CALIBRATE_ROW,
                 "the variable of total number %u is missing in a record with weight", j + 1);
    return sp_error_hint(error,
                         "a record that takes part in a calibration needs all its variables");
  }
  return SAMPAN_OK;
}

int32_t sp_calibration_sort(sp_calibration_sorted *out, const sp_calibration_rows *rows,
                            sampan_error *error) {
  memset(out, 0, sizeof *out);
  out->p = rows->p;
  uint64_t n = 0, n_filled = 0;
  for (uint64_t i = 0; i < rows->n; i++) {
    SP_TRY(check_row(rows, i, error));
    if (!(rows->weight[i] > 0)) continue;
    n++;
    for (uint32_t j = 0; j < rows->p; j++) n_filled += rows->x[i * rows->p + j] != 0;
  }
  out->rows = calloc(n + 1, sizeof *out->rows);
  out->filled = calloc(n_filled + 1, sizeof *out->filled);
  if (out->rows == NULL || out->filled == NULL) {
    sp_calibration_sorted_clear(out);
    return sp_error_memory(error);
  }
  uint32_t *filled = out->filled;
  for (uint64_t i = 0; i < rows->n; i++) {
    if (!(rows->weight[i] > 0)) continue;
    sp_calibration_row *row = &out->rows[out->n++];
    row->x = rows->x + i * rows->p;
    row->q = rows->q != NULL ? rows->q[i] : 1;
    row->weight = rows->weight[i];
    row->p = rows->p;
    row->filled = filled;
    for (uint32_t j = 0; j < rows->p; j++) {
      if (row->x[j] != 0) filled[row->n_filled++] = j;
    }
    filled += row->n_filled;
  }
  qsort(out->rows, out->n, sizeof *out->rows, compare_rows);
  return SAMPAN_OK;
}

void sp_calibration_sorted_clear(sp_calibration_sorted *sorted) {
  free(sorted->rows);
  free(sorted->filled);
  memset(sorted, 0, sizeof *sorted);
}

void sp_calibration_products(const sp_calibration_sorted *sorted, const double *factors,
                             double *matrix) {
  const uint64_t p = sorted->p;
  memset(matrix, 0, p * p * sizeof *matrix);
  for (uint64_t i = 0; i < sorted->n; i++) {
    const sp_calibration_row *row = &sorted->rows[i];
    const double weight = row->weight * (factors != NULL ? factors[i] : 1) / row->q;
    if (weight == 0) continue;
    for (uint32_t a = 0; a < row->n_filled; a++) {
      const double x = weight * row->x[row->filled[a]];
      double *line = matrix + row->filled[a] * p;
      for (uint32_t b = 0; b <= a; b++) line[row->filled[b]] += x * row->x[row->filled[b]];
    }
  }
}

/* ---- solving ------------------------------------------------------------------------------ */

int32_t sp_calibration_solver_room(sp_calibration_solver *solver, uint32_t p) {
  memset(solver, 0, sizeof *solver);
  solver->p = p;
  solver->pivot = calloc((uint64_t)p + 1, sizeof *solver->pivot);
  solver->scale = calloc((uint64_t)p + 1, sizeof *solver->scale);
  solver->factor = calloc((uint64_t)p * p + 1, sizeof *solver->factor);
  if (solver->pivot != NULL && solver->scale != NULL && solver->factor != NULL) return SAMPAN_OK;
  sp_calibration_solver_clear(solver);
  return SAMPAN_E_MEMORY;
}

void sp_calibration_solver_clear(sp_calibration_solver *solver) {
  free(solver->pivot);
  free(solver->scale);
  free(solver->factor);
  memset(solver, 0, sizeof *solver);
}

/* Exchanges rows and columns i < k of a symmetric matrix of which the lower half is kept. */
static void exchange(sp_calibration_solver *s, uint64_t i, uint64_t k) {
  const uint64_t p = s->p;
  double *f = s->factor;
  const uint32_t number = s->pivot[i];
  s->pivot[i] = s->pivot[k];
  s->pivot[k] = number;
  for (uint64_t j = 0; j < i; j++) {
    const double x = f[i * p + j];
    f[i * p + j] = f[k * p + j];
    f[k * p + j] = x;
  }
  for (uint64_t j = i + 1; j < k; j++) {
    const double x = f[j * p + i];
    f[j * p + i] = f[k * p + j];
    f[k * p + j] = x;
  }
  for (uint64_t j = k + 1; j < p; j++) {
    const double x = f[j * p + i];
    f[j * p + i] = f[j * p + k];
    f[j * p + k] = x;
  }
  const double x = f[i * p + i];
  f[i * p + i] = f[k * p + k];
  f[k * p + k] = x;
}

/* One step: column i of the factor, and what it leaves of the rest. Zeros are skipped: indicators
 * of cells have little else. */
static void eliminate(sp_calibration_solver *s, uint64_t i) {
  const uint64_t p = s->p;
  double *f = s->factor;
  const double root = sqrt(f[i * p + i]);
  f[i * p + i] = root;
  for (uint64_t j = i + 1; j < p; j++) f[j * p + i] /= root;
  for (uint64_t j = i + 1; j < p; j++) {
    const double x = f[j * p + i];
    if (x == 0) continue;
    for (uint64_t k = i + 1; k <= j; k++) f[j * p + k] -= x * f[k * p + i];
  }
}

void sp_calibration_solver_set(sp_calibration_solver *s, const double *matrix) {
  const uint64_t p = s->p;
  for (uint64_t i = 0; i < p; i++) {
    const double whole = matrix[i * p + i];
    s->pivot[i] = (uint32_t)i;
    s->scale[i] = whole > 0 ? 1 / sqrt(whole) : 0;
  }
  for (uint64_t i = 0; i < p; i++) {
    for (uint64_t j = 0; j <= i; j++) {
      s->factor[i * p + j] = matrix[i * p + j] * s->scale[i] * s->scale[j];
    }
  }
  s->rank = 0;
  for (uint64_t i = 0; i < p; i++) {
    uint64_t best = i;
    for (uint64_t k = i + 1; k < p; k++) {
      /* what is equal but for the last bits stays in the order of the plan */
      if (s->factor[k * p + k] > s->factor[best * p + best] * (1 + 1e-8)) best = k;
    }
    if (!(s->factor[best * p + best] > DEPENDENT)) return;
    if (best != i) exchange(s, i, best);
    eliminate(s, i);
    s->rank++;
  }
}

void sp_calibration_solve(const sp_calibration_solver *s, const double *c, double *b,
                          double *work) {
  const uint64_t p = s->p;
  for (uint64_t i = 0; i < s->rank; i++) {
    double x = c[s->pivot[i]] * s->scale[s->pivot[i]];
    for (uint64_t j = 0; j < i; j++) x -= s->factor[i * p + j] * work[j];
    work[i] = x / s->factor[i * p + i];
  }
  for (uint64_t i = s->rank; i-- > 0;) {
    double x = work[i];
    for (uint64_t j = i + 1; j < s->rank; j++) x -= s->factor[j * p + i] * work[j];
    work[i] = x / s->factor[i * p + i];
  }
  for (uint64_t i = 0; i < p; i++) {
    b[s->pivot[i]] = i < s->rank ? work[i] * s->scale[s->pivot[i]] : 0;
  }
}

int32_t sp_calibration_solver_init(sp_calibration_solver *solver, const sp_calibration_rows *rows,
                                   sampan_error *error) {
  sp_calibration_sorted sorted;
  memset(solver, 0, sizeof *solver);
  SP_TRY(sp_calibration_sort(&sorted, rows, error));
  const uint64_t p = rows->p;
  double *matrix = calloc(p * p + 1, sizeof *matrix);
  int32_t status = matrix == NULL ? SAMPAN_E_MEMORY : sp_calibration_solver_room(solver, rows->p);
  if (status == 0) {
    sp_calibration_products(&sorted, NULL, matrix);
    sp_calibration_solver_set(solver, matrix);
  }
  free(matrix);
  sp_calibration_sorted_clear(&sorted);
  return status == 0 ? SAMPAN_OK : sp_error_memory(error);
}
