/* tests.c - the statistics of a table, and the tails of their distributions. */
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>

#include "association.h"

double association_pearson(const table *t) {
  double sum = 0;
  for (uint32_t i = 0; i < t->rows; i++) {
    for (uint32_t j = 0; j < t->columns; j++) {
      double row = 0, column = 0;
      for (uint32_t m = 0; m < t->columns; m++) row += t->share[i * t->columns + m];
      for (uint32_t m = 0; m < t->rows; m++) column += t->share[m * t->columns + j];
      const double d = t->share[i * t->columns + j] - row * column;
      sum += d * d / (row * column);
    }
  }
  return t->n * sum;
}

/* Contrast m = (row a, column b) of the interaction at a cell, both main effects taken out. */
static double contrast(const table *t, uint32_t m, uint32_t cell) {
  const uint32_t a = 1 + m / (t->columns - 1), b = 1 + m % (t->columns - 1);
  const double row = (cell / t->columns == a) - 1.0 / t->rows;
  const double column = (cell % t->columns == b) - 1.0 / t->columns;
  return row * column;
}

/* The eigenvalues of (C' D^-1 C / n)^-1 (C' D^-1 V D^-1 C), D the diagonal of the shares: the
 * design effects of the contrasts. Cells without records have no part in it. */
int32_t association_eigenvalues(const sampan_call *call, const table *t, double *out) {
  const uint64_t q = t->q, k = t->k;
  double *memory = call->host->alloc(call, (q * k * 2 + 2 * q * q + 1) * sizeof *memory);
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *c = memory, *vc = c + q * k, *above = vc + q * k, *below = above + q * q;
  for (uint64_t m = 0; m < q; m++)
    for (uint64_t i = 0; i < k; i++)
      c[m * k + i] = t->share[i] > 0 ? contrast(t, (uint32_t)m, (uint32_t)i) / t->share[i] : 0;
  for (uint64_t m = 0; m < q; m++)
    for (uint64_t i = 0; i < k; i++)
      for (uint64_t j = 0; j < k; j++) vc[m * k + i] += t->share_cov[i * k + j] * c[m * k + j];
  for (uint64_t m = 0; m < q; m++) {
    for (uint64_t l = 0; l < q; l++) {
      for (uint64_t i = 0; i < k; i++) {
        above[m * q + l] += c[m * k + i] * vc[l * k + i];
        below[m * q + l] += c[m * k + i] * c[l * k + i] * t->share[i] / t->n;
      }
    }
  }
  gsl_matrix_view a = gsl_matrix_view_array(above, q, q), b = gsl_matrix_view_array(below, q, q);
  gsl_vector_view values = gsl_vector_view_array(out, q);
  gsl_eigen_gensymm_workspace *w = gsl_eigen_gensymm_alloc(q);
  if (!w) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const int status = gsl_eigen_gensymm(&a.matrix, &b.matrix, &values.vector, w);
  gsl_eigen_gensymm_free(w);
  double sum = 0;
  for (uint64_t m = 0; m < q; m++) {
    if (out[m] < 0) out[m] = 0; /* rounding of a singular covariance */
    sum += out[m];
  }
  return status == GSL_SUCCESS && isfinite(sum) && sum > 0;
}

/* U = Y_ij - Y_i. Y_.j / Y.. but for the first row and column, with its linearized covariance. */
int32_t association_wald(const sampan_call *call, const table *t, double *out) {
  const uint64_t q = t->q, k = t->k;
  const uint32_t rows = t->rows, columns = t->columns;
  double *memory =
      call->host->alloc(call, (2 * q * k + q * q + 3 * q + rows + columns) * sizeof *memory);
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *g = memory, *vg = g + q * k, *v = vg + q * k, *u = v + q * q, *x = u + q;
  double *variance = x + q, *row = variance + q, *column = row + rows;
  for (uint32_t i = 0; i < k; i++) {
    row[i / columns] += t->total[i];
    column[i % columns] += t->total[i];
  }
  for (uint32_t m = 0; m < q; m++) {
    const uint32_t a = 1 + m / (columns - 1), b = 1 + m % (columns - 1);
    u[m] = x[m] = t->total[a * columns + b] - row[a] * column[b] / t->sum;
    for (uint32_t i = 0; i < k; i++) {
      const int in_row = i / columns == a, in_column = i % columns == b;
      g[m * k + i] = (in_row && in_column) - in_row * column[b] / t->sum -
                     in_column * row[a] / t->sum + row[a] * column[b] / (t->sum * t->sum);
    }
  }
  for (uint64_t m = 0; m < q; m++)
    for (uint64_t i = 0; i < k; i++)
      for (uint64_t j = 0; j < k; j++) vg[m * k + i] += t->total_cov[i * k + j] * g[m * k + j];
  for (uint64_t m = 0; m < q; m++)
    for (uint64_t l = 0; l < q; l++)
      for (uint64_t i = 0; i < k; i++) v[m * q + l] += g[m * k + i] * vg[l * k + i];
  *out = NAN;
  gsl_matrix_view matrix = gsl_matrix_view_array(v, q, q);
  gsl_vector_view vector = gsl_vector_view_array(x, q);
  for (uint64_t m = 0; m < q; m++) {
    variance[m] = v[m * q + m];
    if (!(variance[m] > 0)) return SAMPAN_OK;
  }
  if (gsl_linalg_cholesky_decomp1(&matrix.matrix) != GSL_SUCCESS) return SAMPAN_OK;
  for (uint64_t m = 0; m < q; m++) /* what is left of a variance given those before it */
    if (v[m * q + m] * v[m * q + m] < 1e-12 * variance[m]) return SAMPAN_OK;
  gsl_linalg_cholesky_svx(&matrix.matrix, &vector.vector);
  *out = 0;
  for (uint64_t m = 0; m < q; m++) *out += u[m] * x[m];
  return SAMPAN_OK;
}

double association_chisq_tail(double x, double df) {
  return gsl_cdf_chisq_Q(x, df);
}

double association_f_tail(const sampan_call *call, double f, double df1, double df2) {
  if (!(df1 > 0 && df2 > 0) || isnan(f)) return NAN;
  if (!(f > 0)) return 1;
  if (isinf(df2)) return association_chisq_tail(f * df1, df1);
  return call->host->f_cdf(1 / f, df2, df1); /* the upper tail, to its last digit */
}
