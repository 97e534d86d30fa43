/* sum.h - the sum of an array of doubles, order-free. */
#ifndef SP_TOTALS_SUM_H
#define SP_TOTALS_SUM_H

#include <stdint.h>

/* What sp_exact_value says of an sp_exact that each was added to, bit for bit, for any order of
 * them. */
double sp_sum(const double *x, uint64_t n);

#endif
