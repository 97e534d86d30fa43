/* curve.c - a survival curve from the tallies of event and exit times.
 *
 *   d(u): weight of events at u;  Y(u): weight of those with entry < u <= time
 *
 * Whether all at risk die is asked of counts, not of weights, whose sums are rounded.
 */
#include "curve.h"

#include <math.h>

/* The values of a tally that are less than u, as u rises. */
typedef struct passed {
  const sampan_tally *tally;
  int64_t next, count;
} passed;

static double pass(passed *p, double u) {
  while (p->next < p->tally->n && p->tally->value[p->next] < u)
    p->count += p->tally->count[p->next++];
  return p->next > 0 ? p->tally->below[p->next - 1] : 0;
}

static double all_of(const sampan_tally *t) {
  return t->n > 0 ? t->below[t->n - 1] : 0;
}

static int64_t count_of(const sampan_tally *t) {
  int64_t sum = 0;
  for (int64_t i = 0; i < t->n; i++) sum += t->count[i];
  return sum;
}

int32_t curve_make(const sampan_call *call, const sampan_tally *events, const sampan_tally *times,
                   const sampan_tally *entries, int aalen, curve *out) {
  const uint64_t n = (uint64_t)events->n;
  double *memory = call->host->alloc(call, (4 * n + 4) * sizeof *memory);
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  *out = (curve){.n = events->n,
                 .time = events->value,
                 .survival = memory,
                 .influence = memory + n + 1,
                 .variance = memory + 2 * (n + 1),
                 .jump = memory + 3 * (n + 1),
                 .last = times->n > 0 ? times->value[times->n - 1] : NAN};
  passed out_before = {.tally = times}, in_before = {.tally = entries};
  const double weight = all_of(times), entering = entries ? all_of(entries) : 0;
  const int64_t count = count_of(times), n_entering = entries ? count_of(entries) : 0;
  out->survival[0] = 1;
  for (uint64_t k = 0; k < n; k++) {
    const double u = events->value[k], d = events->weight[k];
    double at_risk = weight - pass(&out_before, u);
    int64_t n_at_risk = count - out_before.count;
    if (entries) { /* those who enter at u or later are not at risk yet */
      at_risk -= entering - pass(&in_before, u);
      n_at_risk -= n_entering - in_before.count;
    }
    const int all_die = events->count[k] >= n_at_risk;
    const double left = all_die ? 0 : at_risk - d, h = all_die ? 1 : d / at_risk;
    if (aalen) {
      out->survival[k + 1] = out->survival[k] * exp(-h);
      out->jump[k] = 1 / at_risk;
      out->influence[k + 1] = out->influence[k] + h / at_risk;
      out->variance[k + 1] = out->variance[k] + h * (1 - h) / at_risk;
      continue;
    }
    out->survival[k + 1] = all_die ? 0 : out->survival[k] * (left / at_risk);
    out->jump[k] = all_die ? 0 : 1 / left; /* S = 0 from here on: nothing moves it */
    out->influence[k + 1] = out->influence[k] + (all_die ? 0 : h / left);
    out->variance[k + 1] = out->influence[k + 1];
  }
  return SAMPAN_OK;
}

int64_t curve_steps(const curve *c, double time) {
  int64_t low = 0, high = c->n; /* the steps [0, low) are at or before time */
  while (low < high) {
    const int64_t middle = (low + high) / 2;
    if (c->time[middle] <= time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}
