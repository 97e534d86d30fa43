/* powers.h - powers that decimal digits are made with. */
#ifndef SP_BASE_POWERS_H
#define SP_BASE_POWERS_H

#include <stdint.h>

enum { SP_MOST_POWER_OF_5 = 27 }; /* the last in 64 bits */

/* 5^k, k up to SP_MOST_POWER_OF_5. */
uint64_t sp_power_of_5(int32_t k);

#endif
