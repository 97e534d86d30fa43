/* mortality.c - one module for the estimators of deaths and populations by age. */
#include "mortality.h"

SAMPAN_MODULE("mortality", "GPL-3.0-or-later", &mortality_indirect, &mortality_life_table,
              &mortality_premature);
