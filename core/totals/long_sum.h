/* long_sum.h - sums of doubles and of their products without any rounding: a number as long as the
 * range of a double, of which only the part that is in use is worked on. For sums that are taken
 * one after the other; those that are kept are sp_exact, or pairs on a grid. */
#ifndef SP_TOTALS_LONG_SUM_H
#define SP_TOTALS_LONG_SUM_H

#include <stdint.h>
#include <string.h>

#include "totals/product.h"

enum { SP_LONG_LIMBS = 70 };

/* limb[i] stands for limb[i] 2^(32 i - 1088); those before `first` and from `end` on are 0. Starts
 * as zeros. A limb holds 2^30 summands. */
typedef struct sp_long_sum {
  int64_t limb[SP_LONG_LIMBS];
  int32_t first, end; /* end 0: no summand but 0 */
} sp_long_sum;

void sp_long_clear(sp_long_sum *sum);
/* Adds a finite double. */
void sp_long_add(sp_long_sum *sum, double x);
/* Adds a b, for products between 1e-250 and 1e250. */
static inline void sp_long_add_product(sp_long_sum *sum, double a, double b) {
  const sp_twofold product = sp_product(a, b);
  sp_long_add(sum, product.high);
  sp_long_add(sum, product.low);
}
/* Adds x 2^exponent, for |x| < 2^62 and what is the double of a normal number in the end. */
void sp_long_add_whole(sp_long_sum *sum, int64_t x, int32_t exponent);
/* The double nearest to the sum, and the one nearest to the rest: a function of the sum alone.
 * Carries. */
sp_twofold sp_long_value(sp_long_sum *sum);

#endif
