/* association.h - the table of a crossing, and the tests of independence in it. */
#ifndef ASSOCIATION_H
#define ASSOCIATION_H

#include <sampan/plugin.h>

/* A table without empty rows and columns. k = rows * columns cells, row by row; q = (rows - 1)
 * (columns - 1). */
typedef struct table {
  uint32_t rows, columns, k, q;
  const uint32_t *cell;    /* which estimate each cell is */
  const double *total;     /* k */
  const double *share;     /* k: of the sum of totals */
  const double *total_cov; /* k * k */
  const double *share_cov; /* k * k */
  double sum, n;           /* of the totals; the records that X2 is scaled to */
} table;

/* Makes the table; `out->q` is 0 where there is nothing to test. */
int32_t association_table(const sampan_call *call, const sampan_compared *in, table *out);

/* Pearson's X2 of the shares, scaled to n. */
double association_pearson(const table *t);

/* The q eigenvalues of the design effects matrix: 1 where there are any. */
int32_t association_eigenvalues(const sampan_call *call, const table *t, double *out);

/* Wald's statistic on q df, not divided by them; NaN where the covariance is singular. */
int32_t association_wald(const sampan_call *call, const table *t, double *out);

/* Upper tail of sum a_i chi2(1) where ddf is HUGE_VAL, else of sum a_i chi2(1) / (chi2(ddf) / ddf),
 * by the saddlepoint. */
int32_t association_saddlepoint(const sampan_call *call, double x, const double *a, uint32_t n,
                                double ddf, double *out);

/* Upper tails. */
double association_f_tail(const sampan_call *call, double f, double df1, double df2);
double association_chisq_tail(double x, double df);

#endif
