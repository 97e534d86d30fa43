/* search.c - the best places of k joinpoints: exhaustive on the observed x, then between them.
 *
 * A line with joinpoints is 1, x and hinges (x - tau)+. Hinges are orthogonalized one by one, so
 * that a search over places only pays for the last of them. */
#include <math.h>

#include "joinpoint.h"

static double dot(const double *a, const double *b, uint32_t n) {
  double sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* Takes the d columns before it out of column d, twice for the digits, and the column out of the
 * residual before; what is left of the sum of squares. */
static double project(const series *s, uint32_t d, const double *before, double *residual) {
  const uint32_t n = s->n;
  double *q = s->work + (uint64_t)d * n;
  for (int twice = 0; twice < 2; twice++) {
    for (uint32_t e = 0; e < d; e++) {
      const double *other = s->work + (uint64_t)e * n;
      const double k = dot(q, other, n);
      for (uint32_t i = 0; i < n; i++) q[i] -= k * other[i];
    }
  }
  const double length = sqrt(dot(q, q, n));
  for (uint32_t i = 0; i < n; i++) q[i] = length > 0 ? q[i] / length : 0;
  const double k = dot(q, before, n);
  for (uint32_t i = 0; i < n; i++) residual[i] = before[i] - k * q[i];
  return dot(residual, residual, n);
}

static double *residual_at(const series *s, uint32_t d) {
  return s->work + (uint64_t)(MOST_JOINPOINTS + 3 + d) * s->n;
}

/* The straight line: columns 0 and 1. */
static double straight(const series *s) {
  const uint32_t n = s->n;
  const double middle = (s->x[0] + s->x[n - 1]) / 2, half = (s->x[n - 1] - s->x[0]) / 2;
  double *y = residual_at(s, MOST_JOINPOINTS + 2);
  for (uint32_t i = 0; i < n; i++) {
    y[i] = s->root[i] * s->y[i];
    s->work[i] = s->root[i];
    s->work[n + i] = s->root[i] * (s->x[i] - middle) / half;
  }
  project(s, 0, y, residual_at(s, 0));
  return project(s, 1, residual_at(s, 0), residual_at(s, 1));
}

static double add_hinge(const series *s, uint32_t d, double tau) {
  double *q = s->work + (uint64_t)d * s->n;
  for (uint32_t i = 0; i < s->n; i++) q[i] = s->root[i] * fmax(s->x[i] - tau, 0);
  return project(s, d, residual_at(s, d - 1), residual_at(s, d));
}

double joinpoint_sse(const series *s, const double *tau, uint32_t k, double *residual) {
  double sse = straight(s);
  for (uint32_t j = 0; j < k; j++) sse = add_hinge(s, 2 + j, tau[j]);
  if (residual) memcpy(residual, residual_at(s, 1 + k), s->n * sizeof *residual);
  return sse;
}

double joinpoint_placements(const series *s, uint32_t k) {
  double placements = 1, free = (double)s->n - 2.0 * s->min_end;
  if (k > 0) free -= (k - 1.0) * s->min_between;
  for (uint32_t j = 0; j < k; j++) placements *= fmax(free - j, 0) / (j + 1);
  return placements;
}

/* Places joinpoints j .. k - 1, the first at point `from` or after. */
static void place(const series *s, uint32_t k, uint32_t j, uint32_t from, double *tau,
                  broken *best) {
  const uint32_t behind = (k - 1 - j) * (s->min_between + 1); /* what the later ones need */
  for (uint32_t i = from; i + behind + s->min_end < s->n; i++) {
    tau[j] = s->x[i];
    const double sse = add_hinge(s, 2 + j, tau[j]);
    if (j + 1 < k) {
      place(s, k, j + 1, i + 1 + s->min_between, tau, best);
    } else if (sse < best->sse) {
      best->sse = sse;
      memcpy(best->tau, tau, k * sizeof *tau);
    }
  }
}

broken joinpoint_grid(const series *s, uint32_t k) {
  broken best = {.k = k, .sse = HUGE_VAL};
  double tau[MOST_JOINPOINTS];
  const double line = straight(s);
  if (k == 0)
    best.sse = line;
  else
    place(s, k, 0, s->min_end, tau, &best);
  return best;
}

/* ---- between the observed x --------------------------------------------------------------- */

static double sse_with(const series *s, const broken *b, uint32_t j, double tau) {
  double moved[MOST_JOINPOINTS];
  memcpy(moved, b->tau, sizeof moved);
  moved[j] = tau;
  return joinpoint_sse(s, moved, b->k, NULL);
}

/* Golden section: between two observed x the sum of squares has one minimum (Hudson). */
static void golden(const series *s, broken *b, uint32_t j, double low, double high) {
  static const double ratio = 0.6180339887498949;
  double a = high - ratio * (high - low), c = low + ratio * (high - low);
  double at_a = sse_with(s, b, j, a), at_c = sse_with(s, b, j, c);
  for (int step = 0; step < 64; step++) {
    if (at_a <= at_c) {
      high = c;
      c = a;
      at_c = at_a;
      a = high - ratio * (high - low);
      at_a = sse_with(s, b, j, a);
    } else {
      low = a;
      a = c;
      at_a = at_c;
      c = low + ratio * (high - low);
      at_c = sse_with(s, b, j, c);
    }
  }
  const double sse = fmin(at_a, at_c);
  if (sse < b->sse) {
    b->sse = sse;
    b->tau[j] = at_a <= at_c ? a : c;
  }
}

/* The points that joinpoint j may lie between, given those beside it. */
static void range_of(const series *s, const broken *b, uint32_t j, uint32_t *first,
                     uint32_t *last) {
  *first = s->min_end;
  *last = s->n - 1 - s->min_end;
  if (j > 0) {
    uint32_t i = 0;
    while (i < s->n && s->x[i] <= b->tau[j - 1]) i++;
    *first = i + s->min_between;
  }
  if (j + 1 < b->k) {
    uint32_t i = s->n;
    while (i > 0 && s->x[i - 1] >= b->tau[j + 1]) i--;
    *last = i >= 1 + s->min_between ? i - 1 - s->min_between : 0;
  }
}

void joinpoint_refine(const series *s, broken *b) {
  for (int round = 0; round < 100; round++) {
    const double before = b->sse;
    for (uint32_t j = 0; j < b->k; j++) {
      uint32_t first, last;
      range_of(s, b, j, &first, &last);
      for (uint32_t i = first; i < last && last < s->n; i++) golden(s, b, j, s->x[i], s->x[i + 1]);
    }
    if (!(b->sse < before * (1 - 1e-13)) || b->k < 2) return;
  }
}
