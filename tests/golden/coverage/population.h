/* population.h - the finite population that the samples of the coverage simulation are drawn from.
 */
#ifndef COVERAGE_POPULATION_H
#define COVERAGE_POPULATION_H

#include "random.h"

enum {
  N_STRATA = 24,
  N_TRIPLES = 10, /* of clusters, in each stratum */
  N_CLUSTERS = N_STRATA * N_TRIPLES * 3,
  MAX_SIZE = 120,
  N_BINARY = 5
};

/* Binary outcomes: rare, one in ten, half, one that no group differs in, and one for the logistic
 * regression. */
enum { RARE, TENTH, HALF, APART, MODEL };

typedef struct {
  int sex, age, group; /* from 1 */
  int y[N_BINARY];
  double x, z; /* skewed, roughly normal; on a grid of three decimals */
} Person;

typedef struct {
  int stratum, size;
  double measure; /* what it is drawn by; not its size, so that weights differ */
  Person person[MAX_SIZE];
} Cluster;

typedef struct {
  Cluster cluster[N_CLUSTERS]; /* those of a stratum together */
} Population;

void population_build(Population *out);

/* exp by the logistic function, whose steps are the same on every machine. */
double exact_exp(double x);

#endif
