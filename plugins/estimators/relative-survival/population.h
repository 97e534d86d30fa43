/* population.h - the survival expected of the general population, by sex, age and year. */
#ifndef SAMPAN_RELATIVE_SURVIVAL_POPULATION_H
#define SAMPAN_RELATIVE_SURVIVAL_POPULATION_H

#include <sampan/plugin.h>

/* A full grid; each age and year holds up to the next one, the last age without end. */
typedef struct population {
  uint32_t n_sexes, n_ages, n_years; /* 0 sexes, 0 years: the table does not tell them apart */
  int32_t nearest;                   /* years outside the table take the nearest one */
  const char **sex;
  double *sex_number; /* of each sex, NaN where it is no number */
  double *age, *year;
  double *survival; /* over one year, by sex, age, year */
} population;

/* Reads and checks a table with the columns sex, age, year and survival, death or rate. Fails with
 * SAMPAN_E_PLAN, naming the parameter. */
int32_t population_read(const sampan_call *call, const char *parameter, const sampan_table *table,
                        population *out);

/* The survival over one year, or -1 where the table has no such age, -2 no such year. */
double population_survival(const population *p, uint32_t sex, double age, double year);

#endif
