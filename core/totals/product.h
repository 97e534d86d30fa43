/* product.h - products of doubles without rounding, as the sum of two. */
#ifndef SP_TOTALS_PRODUCT_H
#define SP_TOTALS_PRODUCT_H

/* A number of twice the precision: high is the double nearest to it, low the rest. */
typedef struct sp_twofold {
  double high, low;
} sp_twofold;

/* a b, exactly, for products between 1e-250 and 1e250 (Veltkamp and Dekker: no FMA is taken for
 * granted). */
static inline sp_twofold sp_product(double a, double b) {
  const double split = 134217729; /* 2^27 + 1 */
  const double ca = split * a, cb = split * b;
  const double a1 = ca - (ca - a), b1 = cb - (cb - b), a2 = a - a1, b2 = b - b1;
  const double high = a * b;
  return (sp_twofold){high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2};
}

#endif
