/* poisson.c - the exact two-sided test of a Poisson count.
 *
 * Densities by Loader's saddle point, tails summed outwards from their edge, so that small p-values
 * are as exact as large ones. lgamma() is left alone: it writes signgam.
 *
 * Reference: Loader, Fast and accurate computation of binomial probabilities, 2000.
 */
#include "poisson.h"

#include <math.h>

#define TWO_PI 6.283185307179586476925

/* x log(x / m) + m - x without cancellation. */
static double deviance(double x, double m) {
  if (!(fabs(x - m) < 0.1 * (x + m))) return x * log(x / m) + m - x;
  const double v = (x - m) / (x + m);
  double sum = (x - m) * v, term = 2 * x * v;
  for (int j = 1; j < 1000; j++) {
    term *= v * v;
    const double next = sum + term / (2 * j + 1);
    if (next == sum) break;
    sum = next;
  }
  return sum;
}

static double density(double x, double m) {
  if (x <= 15) {
    double factorial = 1;
    for (int k = 2; k <= (int)x; k++) factorial *= k;
    return exp(x * log(m) - m) / factorial;
  }
  const double y = x * x;
  const double stirling =
      (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / y) / y) / y) / y) / x;
  return exp(-stirling - deviance(x, m)) / sqrt(TWO_PI * x);
}

static double at_most(double x, double m) { /* x < m */
  double sum = 0;
  for (double term = x < 0 ? 0 : density(x, m); term > 1e-18 * sum && x >= 0; x--) {
    sum += term;
    term *= x / m;
  }
  return sum;
}

static double at_least(double x, double m) { /* x > m */
  double sum = 0;
  for (double term = density(x, m); term > 1e-18 * sum; sum += term, term *= m / ++x) {
    if (sum == 0 && term == 0) break;
  }
  return sum;
}

/* The least count above m whose density is at most d. */
static double edge_above(double m, double d) {
  double low = ceil(m), high = low + 1;
  while (density(high, m) > d) high += high - low;
  if (density(low, m) <= d) return low;
  while (high - low > 1) { /* low is likelier than d, high is not */
    const double middle = floor((low + high) / 2);
    if (density(middle, m) > d)
      low = middle;
    else
      high = middle;
  }
  return high;
}

/* The largest count below m whose density is at most d; -1 if none is. */
static double edge_below(double m, double d) {
  double low = -1, high = floor(m) + 1; /* low is no likelier than d */
  while (high - low > 1) {
    const double middle = floor((low + high) / 2);
    if (density(middle, m) <= d)
      low = middle;
    else
      high = middle;
  }
  return low;
}

double poisson_two_sided(double x, double m, double *slope) {
  const double d = density(x, m) * (1 + 1e-7); /* ties but for rounding */
  double below = x, above = x;
  *slope = 0;
  if (x == m) return 1;
  if (x < m)
    above = edge_above(m, d);
  else
    below = edge_below(m, d);
  const double p = at_most(below, m) + at_least(above, m);
  if (p >= 1 || above - below <= 1) return 1;
  *slope = density(above - 1, m) - (below < 0 ? 0 : density(below, m));
  return p;
}
