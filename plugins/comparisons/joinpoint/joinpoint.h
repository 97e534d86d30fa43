/* joinpoint.h - broken lines through a series: fit, search, choice of their number. */
#ifndef JOINPOINT_H
#define JOINPOINT_H

#include <sampan/plugin.h>

enum { MOST_JOINPOINTS = 5 };
enum { SELECT_WBIC, SELECT_BIC, SELECT_BIC3, SELECT_PERMUTATION };

/* A series in the order of x; y is already on the scale of the model. */
typedef struct series {
  uint32_t n;
  uint32_t min_end, min_between; /* points outside, and strictly between, joinpoints */
  const double *x, *y;
  const double *root; /* of the weights */
  double *work;       /* room for (MOST_JOINPOINTS + 3) * 2 * n */
} series;

/* A broken line with k joinpoints. */
typedef struct broken {
  uint32_t k;
  uint32_t reserved;
  double tau[MOST_JOINPOINTS];
  double sse;
} broken;

/* What the choice went by. */
typedef struct choice {
  broken best[MOST_JOINPOINTS + 1]; /* by number of joinpoints */
  double bic[MOST_JOINPOINTS + 1], bic3[MOST_JOINPOINTS + 1], wbic[MOST_JOINPOINTS + 1];
  uint32_t chosen, n_steps; /* steps of the permutation tests */
  struct {
    uint32_t null, other;
    double f, p;
  } step[MOST_JOINPOINTS];
} choice;

typedef struct permutations {
  double n, seed, alpha;
} permutations;

/* Weighted sum of squares about the best line with these joinpoints; `residual` gets n weighted
 * residuals unless it is NULL. */
double joinpoint_sse(const series *s, const double *tau, uint32_t k, double *residual);

/* How many placements of k joinpoints the grid has, as a double: they are many. */
double joinpoint_placements(const series *s, uint32_t k);

/* The best broken line with k joinpoints at observed x. */
broken joinpoint_grid(const series *s, uint32_t k);

/* Moves the joinpoints between observed x to the least sum of squares. */
void joinpoint_refine(const series *s, broken *b);

/* Fits 0 to most joinpoints and chooses from least to most. */
int32_t joinpoint_choose(const sampan_call *call, const series *s, int select, uint32_t least,
                         uint32_t most, const permutations *p, choice *out);

#endif
