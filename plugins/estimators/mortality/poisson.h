/* poisson.h - the exact two-sided test of a Poisson count. */
#ifndef SAMPAN_MORTALITY_POISSON_H
#define SAMPAN_MORTALITY_POISSON_H

/* The probability of counts no likelier than x, where m are expected, as poisson.test of R has it;
 * *slope is its derivative by m. */
double poisson_two_sided(double x, double m, double *slope);

#endif
