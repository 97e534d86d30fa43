/* hadamard.h - Hadamard matrices by the constructions of Sylvester and Paley. */
#ifndef SP_DESIGN_HADAMARD_H
#define SP_DESIGN_HADAMARD_H

#include <stdint.h>

#include "base/error.h"

#define SP_HADAMARD_MOST 8192

/* A matrix of order 2^doublings * base, where base is 1, q + 1 (q a prime, 3 mod 4) or 2 (q + 1)
 * (q a prime, 1 mod 4). */
typedef struct sp_hadamard {
  uint32_t order, base, q; /* q 0: Sylvester's alone */
  int8_t *character;       /* of 0 .. q-1: 0, 1 for squares, -1 */
} sp_hadamard;

/* The smallest matrix of these constructions with at least `least` rows. They reach every multiple
 * of 4 up to 200 but 52, 92, 100, 116, 156, 172, 184 and 188, for which the next one is taken.
 * SAMPAN_E_PLAN above SP_HADAMARD_MOST. */
int32_t sp_hadamard_init(sp_hadamard *h, uint32_t least) SP_CHECK;
void sp_hadamard_clear(sp_hadamard *h);

/* 1 or -1; normalized: column 0 is all 1, so that every other column adds up to 0. */
int32_t sp_hadamard_at(const sp_hadamard *h, uint32_t row, uint32_t column);

#endif
