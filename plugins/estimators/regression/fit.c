/* fit.c - Newton's method on the totals of one read after the other.
 *
 *   A = sum w v z z',  U = sum w z (y - mu),  step = A^-1 U,  decrement = U' A^-1 U
 *
 * F1  The columns are centred from the second read on (with an intercept): z = x - c. The last
 *     step is exact to rounding even where a column is far from 0.
 * F2  A is scaled to 1 on its diagonal; a pivot of 1e-10 or less is a term that the terms before it
 *     determine. By then half of the digits of A's inverse are gone.
 * F3  Settled: the step changes residuals by less than 1e-11 of their size, or by what rounding
 *     leaves. value() makes that step, so that the coefficients are exact to its square.
 * F4  A must have stopped changing, pivot by pivot, so that the last step is small for the records
 * of every term, however little they weigh. With separated outcomes a pivot falls by e a read for
 *     ever, while the decrement vanishes.
 * F5  A step that raises the deviance is halved: the likelihood is concave, so this finds the
 *     maximum where there is one.
 *
 * Reference: Dennis and Schnabel, Numerical Methods for Unconstrained Optimization, 1983, 6.3.
 */
#include <math.h>

#include "model.h"

static const double least_pivot = 1e-10;
static const double least_start_pivot = 1e-8;

static int32_t no_memory(const sampan_call *call) {
  return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
}

static double *vectors(const sampan_call *call, const model *m, uint64_t n) {
  return call->host->alloc(call, n * m->n * sizeof(double));
}

/* Row j of the Cholesky factor of r (n * n, lower triangle, in place); returns the pivot. */
static double factor_row(double *r, uint32_t n, uint32_t j, const uint8_t *left_out) {
  double *row = r + (uint64_t)j * n;
  double pivot = row[j];
  for (uint32_t k = 0; k < j; k++) {
    const double *other = r + (uint64_t)k * n;
    if (left_out && left_out[k]) {
      row[k] = 0;
      continue;
    }
    for (uint32_t i = 0; i < k; i++) row[k] -= row[i] * other[i];
    row[k] /= other[k];
    pivot -= row[k] * row[k];
  }
  return pivot;
}

/* x := (L L')^-1 x */
static void substitute(const double *l, uint32_t n, double *x) {
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < i; k++) x[i] -= l[(uint64_t)i * n + k] * x[k];
    x[i] /= l[(uint64_t)i * n + i];
  }
  for (uint32_t i = n; i-- > 0;) {
    for (uint32_t k = i + 1; k < n; k++) x[i] -= l[(uint64_t)k * n + i] * x[k];
    x[i] /= l[(uint64_t)i * n + i];
  }
}

void fit_apply(const model *m, const fit *f, double *x) {
  for (uint32_t j = 0; j < m->n; j++) x[j] /= f->scale[j];
  substitute(f->factor, m->n, x);
  for (uint32_t j = 0; j < m->n; j++) x[j] /= f->scale[j];
}

/* The first read has the columns as they are: they are centred here by algebra, which may cost the
 * digits of a column far from 0. Such a column, like one that others determine, starts at 0; the
 * next read judges it. */
int32_t fit_start(const sampan_call *call, const model *m, const sampan_totals *totals,
                  double *state) {
  const double *total = totals->total;
  const uint32_t n = m->n;
  double *centre = state + STATE_VECTORS, *beta = centre + n;
  double *r = vectors(call, m, n), *scale = vectors(call, m, 1);
  uint8_t *left_out = call->host->alloc(call, n);
  if (!r || !scale || !left_out) return no_memory(call);
  const double at_0 = total[at_a(0, 0)];
  const int is_centred = m->intercept && at_0 > 0;
  for (uint32_t j = 0; j < n; j++) {
    centre[j] = is_centred && j > 0 ? total[at_a(j, 0)] / at_0 : 0;
    beta[j] = total[at_u(m, j)] - centre[j] * total[at_u(m, 0)];
    const double raw = total[at_a(j, j)];
    const double square = raw - (centre[j] != 0 ? centre[j] * total[at_a(j, 0)] : 0);
    left_out[j] = !(square > 1e-12 * raw);
    scale[j] = left_out[j] ? 1 : sqrt(square);
  }
  for (uint32_t j = 0; j < n; j++) {
    double *row = r + (uint64_t)j * n;
    for (uint32_t k = 0; k <= j; k++) {
      const double moved = is_centred && k > 0 ? centre[j] * total[at_a(k, 0)] : 0;
      const double product = is_centred && k == 0 && j > 0 ? 0 : total[at_a(j, k)] - moved;
      row[k] = product / (scale[j] * scale[k]);
    }
    const double pivot = factor_row(r, n, j, left_out);
    if (!(pivot > least_start_pivot)) left_out[j] = 1;
    if (left_out[j]) memset(row, 0, n * sizeof *row);
    row[j] = left_out[j] ? 1 : sqrt(pivot);
    beta[j] = left_out[j] ? 0 : beta[j] / scale[j];
  }
  substitute(r, n, beta);
  for (uint32_t j = 0; j < n; j++) beta[j] = left_out[j] ? 0 : beta[j] / scale[j];
  return SAMPAN_OK;
}

int32_t fit_solve(const sampan_call *call, const model *m, const sampan_totals *totals, fit *out) {
  const double *total = totals->total;
  const double *before = state_pivots(m, totals->state);
  const uint32_t n = m->n;
  memset(out, 0, sizeof *out);
  out->factor = vectors(call, m, n);
  out->scale = vectors(call, m, 1);
  out->step = vectors(call, m, 1);
  out->pivot = vectors(call, m, 1);
  if (!out->factor || !out->scale || !out->step || !out->pivot) return no_memory(call);
  out->decrement = NAN;
  for (uint32_t j = 0; j < n; j++) {
    double *row = out->factor + (uint64_t)j * n;
    out->fault = j;
    out->scale[j] = sqrt(total[at_a(j, j)]);
    if (!(out->scale[j] > 0)) return SAMPAN_OK;
    for (uint32_t k = 0; k <= j; k++) row[k] = total[at_a(j, k)] / (out->scale[j] * out->scale[k]);
    const double pivot = factor_row(out->factor, n, j, NULL);
    if (!(pivot > least_pivot)) return SAMPAN_OK; /* F2 */
    row[j] = sqrt(pivot);
    out->pivot[j] = pivot * total[at_a(j, j)];
  }
  out->fault = n;
  out->decrement = 0;
  for (uint32_t j = 0; j < n; j++) out->step[j] = total[at_u(m, j)];
  fit_apply(m, out, out->step);
  for (uint32_t j = 0; j < n; j++) {
    const double change = fabs(before[j] / out->pivot[j] - 1);
    out->decrement += out->step[j] * total[at_u(m, j)];
    if (!(change > out->change)) continue;
    out->change = change;
    out->furthest = j;
  }
  if (out->decrement < 0) out->decrement = 0; /* by rounding */
  return SAMPAN_OK;
}

int fit_settled(const model *m, const sampan_totals *totals, const fit *f) {
  const double deviance = totals->total[at_deviance(m)], size = totals->total[at_size(m)];
  const double last = totals->state[STATE_DECREMENT];
  if (f->fault < m->n || !(f->decrement >= 0)) return 0;
  if (m->family != FAMILY_GAUSSIAN && !(f->change <= 1e-6)) return 0;             /* F4 */
  if (f->decrement <= 1e-22 * deviance || f->decrement <= 1e-28 * size) return 1; /* F3 */
  return last > 0 && f->decrement >= last / 4 &&
         (f->decrement <= 1e-18 * deviance || f->decrement <= 1e-24 * size);
}

/* F4. A share of 1e-8 takes 20 reads to reach, and its pivot falls by e a read meanwhile as well.
 */
int fit_hopeless(const model *m, const sampan_totals *totals, const fit *f) {
  const double deviance = totals->total[at_deviance(m)];
  if (f->fault < m->n || totals->read + 1 >= MOST_READS) return 1;
  if (m->family == FAMILY_GAUSSIAN || totals->read < 20 || !(f->change > 0.1)) return 0;
  return f->decrement <= 1e-4 * deviance || deviance <= 1e-4 * totals->weight;
}

int fit_halve(const model *m, const sampan_totals *totals, double *state) {
  const double before = state[STATE_DEVIANCE];
  const double noise = 1e-10 * fabs(before) + 1e-13 * totals->total[at_size(m)];
  double *beta = state + STATE_VECTORS + m->n, *last = beta + m->n;
  if (m->family == FAMILY_GAUSSIAN || totals->read < 2 || totals->read + 1 >= MOST_READS) return 0;
  if (totals->total[at_deviance(m)] <= before + noise) return 0;
  for (uint32_t j = 0; j < m->n; j++) beta[j] = (beta[j] + last[j]) / 2;
  return 1;
}

void fit_step(const model *m, const sampan_totals *totals, const fit *f, double *state) {
  double *beta = state + STATE_VECTORS + m->n, *last = beta + m->n, *pivots = last + m->n;
  for (uint32_t j = 0; j < m->n; j++) {
    last[j] = beta[j];
    beta[j] += f->step[j];
    pivots[j] = f->pivot[j];
  }
  state[STATE_DEVIANCE] = totals->total[at_deviance(m)];
  state[STATE_DECREMENT] = f->decrement;
}

void fit_note(const sampan_call *call, const model *m, const sampan_totals *totals, const fit *f) {
  char text[512];
  const char *name = m->terms[f->fault < m->n ? f->fault : f->furthest].name;
  if (f->fault < m->n && !(f->scale[f->fault] > 0) &&
      state_centre(m, totals->state)[f->fault] == 0) {
    snprintf(text, sizeof text,
             "regression: the term %s is 0 for all records of a group, so the model has no "
             "estimate there: leave the term out, or join its level with another",
             name);
  } else if (f->fault < m->n && (totals->read < 2 || m->family == FAMILY_GAUSSIAN)) {
    snprintf(
        text, sizeof text,
        "regression: the term %s is determined by the terms before it in a group (it is the "
        "same for all records, or collinear), so the model has no estimate there: leave it out",
        name);
  } else if (m->family != FAMILY_GAUSSIAN) {
    snprintf(text, sizeof text,
             "regression: the fit did not settle in %u reads of a group, as the coefficient of %s "
             "runs away; its outcomes are separated (all of one kind for some values), so that no "
             "finite estimate exists: join levels or leave the term out",
             totals->read + 1, name);
  } else {
    snprintf(text, sizeof text, "regression: the fit did not settle in %u reads of a group",
             totals->read + 1);
  }
  call->host->note(call, text);
}
