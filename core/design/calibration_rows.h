/* calibration_rows.h - what the two halves of calibration share: rows in a fixed order, sums over
 * them, and the factor of a matrix. */
#ifndef SP_DESIGN_CALIBRATION_ROWS_H
#define SP_DESIGN_CALIBRATION_ROWS_H

#include "design/calibration.h"

/* A row of positive weight; its x that are not 0 are found once. */
typedef struct sp_calibration_row {
  const double *x;
  double q, weight;
  uint32_t p;
  uint32_t n_filled;      /* x that are not 0 */
  const uint32_t *filled; /* their numbers */
} sp_calibration_row;

typedef struct sp_calibration_sorted {
  sp_calibration_row *rows; /* by x, q, weight */
  uint64_t n;
  uint32_t p;
  uint32_t reserved;
  uint32_t *filled;
} sp_calibration_sorted;

/* Checks, leaves out rows of weight 0, sorts. */
int32_t sp_calibration_sort(sp_calibration_sorted *out, const sp_calibration_rows *rows,
                            sampan_error *error) SP_CHECK;
void sp_calibration_sorted_clear(sp_calibration_sorted *sorted);

/* The lower half of sum weight * factor x x' / q into matrix[p][p]; factors NULL: 1. */
void sp_calibration_products(const sp_calibration_sorted *sorted, const double *factors,
                             double *matrix);

/* Room for a matrix of p columns, and the factor of one. */
int32_t sp_calibration_solver_room(sp_calibration_solver *solver, uint32_t p) SP_CHECK;
void sp_calibration_solver_set(sp_calibration_solver *solver, const double *matrix);

#endif
