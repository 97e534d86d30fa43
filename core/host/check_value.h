/* check_value.h - totals that value() is tried with: internal to core/host. */
#ifndef SP_HOST_CHECK_VALUE_H
#define SP_HOST_CHECK_VALUE_H

#include "host/check_score.h"

/* Totals that value() is tried with, and what it answers. */
typedef struct sp_check_trial {
  sp_check_form *f;
  uint32_t n_totals, n_statistics;
  double *total;
  int64_t *count;
  sampan_totals totals;
  double *value, *gradient, *element, *inner, *df_spent, *model;
  int32_t *status;
} sp_check_trial;

int32_t sp_check_trial_new(sp_check_form *f, sp_check_trial *out) SP_CHECK;
/* Calls value(); 1 if it answered. Totals that were `moved` may be those of no population. */
int sp_check_call_value(sp_check_trial *t, const char *when, int moved);
/* The values are those that the statistic can take. Of two measured totals nothing is known: drawn
 * cases may well be more than the drawn population. */
void sp_check_range(sp_check_trial *t);
/* The gradient at the totals is that of the value, or of the inner value where there is one. */
void sp_check_gradient(sp_check_trial *t);
/* A parameter `vadjust` asks that the gradient carries a factor: SAS's, of the same name. */
int sp_check_is_adjusted(const sp_check_form *f);

#endif
