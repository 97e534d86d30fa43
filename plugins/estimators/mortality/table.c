/* table.c - the columns of a life table and their derivatives, carried along from age to age. */
#include "table.h"

#include <math.h>
#include <stddef.h>

uint64_t table_size(uint32_t n) {
  return (uint64_t)n * (2 + TABLE_COLUMNS + (TABLE_COLUMNS - 2) * (uint64_t)n) + 1;
}

void table_lay_out(table *t, uint32_t n, double *memory) {
  for (int c = 0; c < TABLE_COLUMNS; c++, memory += n) t->column[c] = memory;
  t->m = t->column[TABLE_M];
  t->q = t->column[TABLE_Q];
  t->dq_dm = memory;
  t->var_q = memory + n;
  memory += 2 * (size_t)n;
  for (int c = TABLE_L; c < TABLE_COLUMNS; c++, memory += (size_t)n * n) t->slope[c] = memory;
  t->slope[TABLE_M] = t->slope[TABLE_Q] = NULL;
}

/* q of each group from its m: n m / (1 + n (1 - a) m), at most 1; the last is 1. */
static void probabilities(const table_plan *p, const double *deaths, table *t) {
  for (uint32_t x = 0; x + 1 < p->n; x++) {
    const double n = p->width[x], m = t->m[x];
    const double by = x == 0 && p->q0_is_m0 ? 1 : 1 + n * (1 - p->fraction[x]) * m;
    const double q = (x == 0 && p->q0_is_m0 ? m : n * m) / by;
    t->q[x] = q > 1 ? 1 : q;
    t->dq_dm[x] = q > 1 ? 0 : x == 0 && p->q0_is_m0 ? 1 : n / (by * by);
    t->var_q[x] = deaths[x] > 0 ? t->q[x] * t->q[x] * (1 - t->q[x]) / deaths[x] : 0;
  }
  t->q[p->n - 1] = 1;
  t->dq_dm[p->n - 1] = t->var_q[p->n - 1] = 0;
}

void table_make(const table_plan *p, const double *deaths, table *t) {
  const size_t n = p->n;
  double *l = t->column[TABLE_L], *d = t->column[TABLE_D], *ll = t->column[TABLE_LL];
  double *tt = t->column[TABLE_T], *e = t->column[TABLE_E];
  double *sl = t->slope[TABLE_L], *sd = t->slope[TABLE_D], *sll = t->slope[TABLE_LL];
  double *st = t->slope[TABLE_T], *se = t->slope[TABLE_E];
  probabilities(p, deaths, t);
  l[0] = p->radix;
  for (size_t x = 0; x < n; x++) {
    const size_t row = x * n, next = row + n;
    const double q = t->q[x], width = p->width[x], a = p->fraction[x];
    d[x] = l[x] * q;
    for (size_t y = 0; y < n; y++) sd[row + y] = sl[row + y] * q;
    if (x + 1 == n) break;
    sd[row + x] += l[x];
    l[x + 1] = l[x] - d[x];
    for (size_t y = 0; y < n; y++) sl[next + y] = sl[row + y] - sd[row + y];
    ll[x] = width * (l[x + 1] + a * d[x]);
    for (size_t y = 0; y < n; y++) sll[row + y] = width * (sl[next + y] + a * sd[row + y]);
  }
  /* The last group: nobody left needs no rate. */
  const size_t last = (n - 1) * n;
  const double m = t->m[n - 1];
  ll[n - 1] = l[n - 1] == 0 ? 0 : m > 0 ? l[n - 1] / m : NAN;
  for (size_t y = 0; y < n; y++) sll[last + y] = m > 0 ? sl[last + y] / m : 0;
  if (m > 0) sll[last + n - 1] -= l[n - 1] / (m * m);
  for (size_t x = n; x-- > 0;) {
    const size_t row = x * n;
    tt[x] = ll[x] + (x + 1 < n ? tt[x + 1] : 0);
    e[x] = l[x] > 0 ? tt[x] / l[x] : NAN;
    for (size_t y = 0; y < n; y++) {
      st[row + y] = sll[row + y] + (x + 1 < n ? st[row + n + y] : 0);
      se[row + y] = l[x] > 0 ? (st[row + y] - e[x] * sl[row + y]) / l[x] : NAN;
    }
  }
}
