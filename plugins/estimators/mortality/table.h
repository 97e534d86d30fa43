/* table.h - the columns of a life table and their derivatives. */
#ifndef SAMPAN_MORTALITY_TABLE_H
#define SAMPAN_MORTALITY_TABLE_H

#include <stdint.h>

enum { TABLE_M, TABLE_Q, TABLE_L, TABLE_D, TABLE_LL, TABLE_T, TABLE_E, TABLE_COLUMNS };

/* What stays the same for all domains; n groups, the last open. */
typedef struct table_plan {
  uint32_t n;
  int32_t q0_is_m0; /* the first probability is the first rate, as that of births is */
  const double *width;
  const double *fraction; /* of the width, lived by those who die in it */
  double radix;
} table_plan;

/* The rates of a domain, and what follows. The free numbers y are q of each group but the last, and
 * m of the last. NaN where a column is not defined. */
typedef struct table {
  double *m, *q, *dq_dm, *var_q; /* n each; var_q 0 where no one died */
  double *column[TABLE_COLUMNS]; /* n each; TABLE_M and TABLE_Q are m and q */
  double *slope[TABLE_COLUMNS];  /* n * n: d column[x] / d y; NULL for TABLE_M and TABLE_Q */
} table;

/* Doubles of memory that table_make() takes. */
uint64_t table_size(uint32_t n);

/* Lays a table out in zeroed memory. */
void table_lay_out(table *t, uint32_t n, double *memory);

/* From t->m and the deaths of each group to everything else. */
void table_make(const table_plan *plan, const double *deaths, table *t);

#endif
