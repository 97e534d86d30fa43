/* common.c - what the workers of one read share. */
#include "engine/common.h"

int sp_common_grid(sp_common *c, const double *weight, const uint64_t *mask, int64_t n,
                   sp_grid *out) {
  int fits = 1;
  (void)pthread_mutex_lock(&c->lock);
  if (!c->grid.is_set) fits = sp_grid_choose(weight, mask, n, &c->grid);
  if (!fits) c->grid.is_set = 0;
  *out = c->grid;
  (void)pthread_mutex_unlock(&c->lock);
  return fits;
}

void sp_common_need_wide(sp_common *c) {
  (void)pthread_mutex_lock(&c->lock);
  c->job->needs_wide = 1;
  (void)pthread_mutex_unlock(&c->lock);
}

void sp_common_count(sp_common *c, const sp_totals *totals, uint64_t *counted) {
  const uint64_t now = sp_totals_bytes(c->job, totals), grown = now - *counted;
  if (grown == 0) return;
  *counted = now;
  const uint64_t all = __atomic_add_fetch(&c->n_bytes, grown, __ATOMIC_RELAXED);
  uint64_t peak = __atomic_load_n(&c->peak, __ATOMIC_RELAXED);
  while (all > peak && !__atomic_compare_exchange_n(&c->peak, &peak, all, 0, __ATOMIC_RELAXED,
                                                    __ATOMIC_RELAXED)) {
  }
}

int32_t sp_common_check(sp_common *c, const sp_totals *own, const sp_totals *main,
                        sampan_error *error) {
  const uint64_t n_bytes = __atomic_load_n(&c->n_bytes, __ATOMIC_RELAXED);
  if (n_bytes <= c->most) return SAMPAN_OK;
  (void)pthread_mutex_lock(&c->lock);
  const int is_own = sp_totals_bytes(c->job, own) >= sp_totals_bytes(c->job, main);
  const int32_t status = sp_budget_error(c->job, is_own ? own : main, n_bytes, error);
  (void)pthread_mutex_unlock(&c->lock);
  return status;
}
