/* presentation_rules.h - what one standard decides on one estimate. Internal to presentation*.c. */
#ifndef SP_ENGINE_PRESENTATION_RULES_H
#define SP_ENGINE_PRESENTATION_RULES_H

#include "engine/presentation.h"

typedef struct sp_decision {
  int32_t status;
  const char *flag, *why; /* NULL: none */
} sp_decision;

/* An estimate as the rules for proportions see it: on the scale from 0 to 1, with the number of
 * records - or, where data come in rows, of what the rows count. */
typedef struct sp_proportion {
  double p, std_error, n, n_eff, df, half_width;
} sp_proportion;

sp_decision sp_withheld(const char *flag, const char *why);
/* The plan's threshold, or the standard's own. */
double sp_least(int64_t given, double own);

sp_decision sp_nchs_proportion(const sp_presentation *rule, const sp_proportion *x);
sp_decision sp_nchs_rate(const sp_presentation *rule, const sp_estimate *e);
sp_decision sp_nchs_count(const sp_presentation *rule, const sp_outcome *o, const sp_estimate *e);
sp_decision sp_brfss(const sp_presentation *rule, const sp_proportion *x);
sp_decision sp_nsduh(const sp_proportion *x);

#endif
