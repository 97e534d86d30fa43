/* choose.c - how many joinpoints: Schwarz's criterion in three forms, or permutation tests.
 *
 *   BIC(k)  = log(SSE / n) + (2 k + 2) log(n) / n
 *   BIC3(k) = log(SSE / n) + (3 k + 2) log(n) / n
 *   WBIC(k) = log(SSE / n) + ((2 + R2) k + 2) log(n) / n, R2 the largest partial R2 of a joinpoint:
 *             of its hinge, given a line, in the two segments that it joins
 *
 * Permutation (Kim et al. 2000): fewer joinpoints a against more b, from the least and the most:
 * where a is rejected a goes up by one, else b goes down, until they meet. The residuals of a are
 * shuffled; p is the share of shuffles, the series counted, with a ratio SSE_a / SSE_b at least as
 * large. Each test is at alpha / (most - least). */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "joinpoint.h"

/* Squared correlation of y and the hinge at tau, both given a line, over low < x <= high. */
static double partial_r2(const series *s, double tau, double low, double high) {
  double w = 0, x = 0, h = 0, y = 0, xx = 0, xh = 0, xy = 0, hh = 0, hy = 0, yy = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (uint32_t i = 0; i < s->n; i++) {
      if (!(s->x[i] > low && s->x[i] <= high)) continue;
      const double wi = s->root[i] * s->root[i], hinge = fmax(s->x[i] - tau, 0);
      if (pass == 0) {
        w += wi;
        x += wi * s->x[i];
        h += wi * hinge;
        y += wi * s->y[i];
      } else {
        const double dx = s->x[i] - x / w, dh = hinge - h / w, dy = s->y[i] - y / w;
        xx += wi * dx * dx;
        xh += wi * dx * dh;
        xy += wi * dx * dy;
        hh += wi * dh * dh;
        hy += wi * dh * dy;
        yy += wi * dy * dy;
      }
    }
  }
  const double both = hy - xh * xy / xx, rest = (hh - xh * xh / xx) * (yy - xy * xy / xx);
  return rest > 0 ? fmin(both * both / rest, 1) : 0;
}

static double largest_r2(const series *s, const broken *b) {
  double most = 0;
  for (uint32_t j = 0; j < b->k; j++) {
    const double low = j > 0 ? b->tau[j - 1] : -HUGE_VAL;
    const double high = j + 1 < b->k ? b->tau[j + 1] : HUGE_VAL;
    most = fmax(most, partial_r2(s, b->tau[j], low, high));
  }
  return most;
}

static uint32_t least_of(const double *criterion, uint32_t least, uint32_t most) {
  uint32_t best = least;
  for (uint32_t k = least + 1; k <= most; k++)
    if (criterion[k] < criterion[best]) best = k;
  return best;
}

/* p of `null` joinpoints against `other`. */
static int32_t permute(const sampan_call *call, const series *s, const choice *c, uint32_t null,
                       uint32_t other, const permutations *p, gsl_rng *rng, double *out) {
  const uint32_t n = s->n;
  double *memory = call->host->alloc(call, 3 * (uint64_t)n * sizeof *memory);
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *residual = memory, *fitted = memory + n, *y = memory + 2 * (uint64_t)n;
  series shuffled = *s;
  shuffled.y = y;
  const double ratio = c->best[null].sse / c->best[other].sse;
  double n_extreme = 1;
  joinpoint_sse(s, c->best[null].tau, null, residual);
  for (uint32_t i = 0; i < n; i++) fitted[i] = s->y[i] - residual[i] / s->root[i];
  for (double r = 0; r < p->n; r++) {
    if (call->host->cancelled(call)) return sampan_fail(call, SAMPAN_E_CANCELLED, "cancelled");
    gsl_ran_shuffle(rng, residual, n, sizeof *residual);
    for (uint32_t i = 0; i < n; i++) y[i] = fitted[i] + residual[i] / s->root[i];
    const double sse = joinpoint_grid(&shuffled, null).sse;
    if (sse >= ratio * joinpoint_grid(&shuffled, other).sse) n_extreme++;
  }
  *out = n_extreme / (p->n + 1);
  return SAMPAN_OK;
}

static int32_t by_permutation(const sampan_call *call, const series *s, uint32_t least,
                              uint32_t most, const permutations *p, choice *out) {
  uint32_t null = least, other = most;
  gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
  if (!rng) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  gsl_rng_set(rng, (unsigned long)p->seed);
  int32_t status = SAMPAN_OK;
  while (null < other && status == SAMPAN_OK) {
    const double df1 = 2.0 * (other - null), df2 = (double)s->n - 2 - 2.0 * other;
    const uint32_t i = out->n_steps++;
    out->step[i].null = null;
    out->step[i].other = other;
    out->step[i].f =
        (out->best[null].sse - out->best[other].sse) / df1 / (out->best[other].sse / df2);
    status = permute(call, s, out, null, other, p, rng, &out->step[i].p);
    if (out->step[i].p <= p->alpha / (most - least))
      null++;
    else
      other--;
  }
  gsl_rng_free(rng);
  out->chosen = null;
  return status;
}

int32_t joinpoint_choose(const sampan_call *call, const series *s, int select, uint32_t least,
                         uint32_t most, const permutations *p, choice *out) {
  const double n = s->n, unit = log(n) / n;
  uint32_t exact = MOST_JOINPOINTS + 1;
  double size = 0;
  memset(out, 0, sizeof *out);
  for (uint32_t i = 0; i < s->n; i++) size += s->root[i] * s->root[i] * s->y[i] * s->y[i];
  for (uint32_t k = 0; k <= most; k++) {
    out->best[k] = joinpoint_grid(s, k);
    const double sse = out->best[k].sse, fit = log(sse / n);
    if (!(sse > 1e-26 * size) && exact > k) exact = k; /* nothing but rounding is left */
    out->bic[k] = fit + (2.0 * k + 2) * unit;
    out->bic3[k] = fit + (3.0 * k + 2) * unit;
    out->wbic[k] = fit + ((2 + largest_r2(s, &out->best[k])) * k + 2) * unit;
  }
  if (exact <= most) { /* more joinpoints cannot be better, and a test would be 0 / 0 */
    out->chosen = exact > least ? exact : least;
    return SAMPAN_OK;
  }
  if (select == SELECT_PERMUTATION) return by_permutation(call, s, least, most, p, out);
  out->chosen = least_of(select == SELECT_BIC    ? out->bic
                         : select == SELECT_BIC3 ? out->bic3
                                                 : out->wbic,
                         least, most);
  return SAMPAN_OK;
}
