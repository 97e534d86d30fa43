/* reference_rates.h - the age-specific rates that indirect standardization compares with. */
#ifndef SAMPAN_MORTALITY_REFERENCE_RATES_H
#define SAMPAN_MORTALITY_REFERENCE_RATES_H

#include "ages.h"

typedef struct reference_rates {
  ages ages;
  double *rate; /* ages.n, per person-year */
  double crude; /* of the whole reference population; NaN where the table does not say */
} reference_rates;

/* Reads and checks a table whose rates are `per` so many person-years. Fails with SAMPAN_E_PLAN. */
int32_t reference_rates_read(const sampan_call *call, const sampan_table *table, double per,
                             int needs_ages, reference_rates *out);

#endif
