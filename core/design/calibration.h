/* calibration.h - weights that meet known totals of the population (Deville and Sarndal 1992).
 *
 * Each record has auxiliary variables x (p of them) and a base weight w0. Its calibrated weight is
 *   w = w0 g(x'lambda / q),   lambda such that sum w x = T,
 *   linear  g(u) = 1 + u, cut off at the bounds
 *   raking  g(u) = exp u, cut off at the bounds
 *   logit   g(u) = (L (U-1) + U (1-L) e^(Au)) / (U-1 + (1-L) e^(Au)), A = (U-L) / ((U-1)(1-L))
 * q is 1, or the value of the plan's `variance` (heteroskedastic: variance of y proportional to q).
 * Post-strata: linear, x the indicators of the cells. Raking of margins: raking, x the indicators
 * of all cells of all margins, which are dependent; dependent x are left to the others, and their
 * totals must agree with what the others imply.
 *
 * Variance of an estimate with linearized values u (of a record; 0 outside the domain, also outside
 * it in the sums here): the ordinary variance of the design for the values
 *   z = w (u - x'B),   B = A^- C,   A = sum w0 x x' / q,   C = sum w0 x u / q
 * over all records of the sample: calibrated w before the residual, base weights w0 - without g -
 * in A and C, for every distance. u is linearized at the calibrated weights (a mean: (y - mean) /
 * sum w). q divides in A and C as it does in g, and appears nowhere else. That is what R's `survey`
 * does, whose calib_* cases this meets. Replicate weights need none of it: every replicate is
 * calibrated by itself to the same T, with its own weights as w0. */
#ifndef SP_DESIGN_CALIBRATION_H
#define SP_DESIGN_CALIBRATION_H

#include "base/error.h"
#include "plan/plan.h"

#define SP_CALIBRATION_MOST 4096 /* totals */

/* Distinct (x, q) of the sample with the sum of their base weights, in any order: they are sorted
 * before anything is added. Rows of weight 0 do nothing; negative weights are refused. */
typedef struct sp_calibration_rows {
  const double *x; /* [row][p] */
  const double *weight;
  const double *q; /* NULL: 1 */
  uint64_t n;
  uint32_t p;
  uint32_t reserved;
} sp_calibration_rows;

/* What to meet. */
typedef struct sp_calibration_aim {
  const double *totals;     /* p */
  const char *const *names; /* p, for messages; NULL: totals are called by their number */
  int32_t distance;         /* SP_DISTANCE_* */
  int32_t is_bounded;       /* of the ratio w / w0; needed for logit */
  double low, high;
} sp_calibration_aim;

typedef struct sp_calibration {
  uint32_t p;
  int32_t distance;
  double low, high; /* -inf, inf where unbounded */
  double misfit;    /* the largest relative one that is left */
  uint32_t n_steps;
  uint32_t n_dependent; /* x that follow from others */
  double *lambda;       /* p */
} sp_calibration;

/* Finds lambda. SAMPAN_E_PLAN: bounds that cannot be, totals that contradict one another (both sums
 * are named), too many totals; SAMPAN_E_DATA: a total whose x is 0 in all records, totals that
 * cannot be met within the bounds or with positive weights (the worst is named), bad q or weight.
 */
int32_t sp_calibration_find(sp_calibration *out, const sp_calibration_rows *rows,
                            const sp_calibration_aim *aim, sampan_error *error) SP_CHECK;
void sp_calibration_clear(sp_calibration *calibration);

/* w / w0 of a record; q 1 where the plan has no variance. */
double sp_calibration_ratio(const sp_calibration *calibration, const double *x, double q);

/* A^-: A's pivoted Cholesky factor, scaled to ones on the diagonal. */
typedef struct sp_calibration_solver {
  uint32_t p, rank;
  uint32_t *pivot; /* p: those that count first */
  double *factor;  /* [p][p] in the order of the pivots, lower */
  double *scale;   /* p: 1 / sqrt of the diagonal, 0 where that is 0 */
} sp_calibration_solver;

/* A of all rows; uses neither totals nor g, so that one serves every estimate. */
int32_t sp_calibration_solver_init(sp_calibration_solver *solver, const sp_calibration_rows *rows,
                                   sampan_error *error) SP_CHECK;
void sp_calibration_solver_clear(sp_calibration_solver *solver);
/* b = A^- c; 0 for dependent x. b may be c; `work` has room for p. */
void sp_calibration_solve(const sp_calibration_solver *solver, const double *c, double *b,
                          double *work);

#endif
