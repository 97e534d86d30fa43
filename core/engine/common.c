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
