/* hadamard.c - normalized Hadamard matrices, worked out entry by entry.
 *
 * Paley I (q = 3 mod 4): I + S, S skew with first row 1 and the characters of i - j inside. Paley
 * II (q = 1 mod 4): C x (1 1; 1 -1) + I x (1 -1; -1 -1), C the symmetric conference matrix.
 * Sylvester: (H H; H -H). See Hedayat and Wallis, Ann. Statist. 6 (1978) 1184-1238. */
#include "design/hadamard.h"

#include <stdlib.h>
#include <string.h>

static int is_prime(uint32_t n) {
  if (n < 2) return 0;
  for (uint32_t d = 2; d * d <= n; d++) {
    if (n % d == 0) return 0;
  }
  return 1;
}

/* Fills base and q where `order` can be made without doubling. */
static int base_of(uint32_t order, uint32_t *q) {
  *q = 0;
  if (order == 1) return 1;
  if (order % 4 != 0) return 0;
  if (is_prime(order - 1)) { /* 3 mod 4, as order is a multiple of 4 */
    *q = order - 1;
    return 1;
  }
  if (is_prime(order / 2 - 1) && (order / 2 - 1) % 4 == 1) {
    *q = order / 2 - 1;
    return 1;
  }
  return 0;
}

int32_t sp_hadamard_init(sp_hadamard *h, uint32_t least) {
  memset(h, 0, sizeof *h);
  for (uint32_t order = 1; order <= SP_HADAMARD_MOST; order = order < 4 ? order * 2 : order + 4) {
    if (order < least) continue;
    uint32_t base = order;
    while (!base_of(base, &h->q) && base % 2 == 0) base /= 2;
    if (!base_of(base, &h->q)) continue;
    h->order = order;
    h->base = base;
    if (h->q == 0) return SAMPAN_OK;
    h->character = malloc(h->q);
    if (h->character == NULL) return SAMPAN_E_MEMORY;
    memset(h->character, -1, h->q);
    for (uint64_t i = 1; i < h->q; i++) h->character[i * i % h->q] = 1;
    h->character[0] = 0;
    return SAMPAN_OK;
  }
  return SAMPAN_E_PLAN;
}

void sp_hadamard_clear(sp_hadamard *h) {
  free(h->character);
  memset(h, 0, sizeof *h);
}

/* The conference matrix of order q + 1; in its first column `sign` below the 0. */
static int32_t conference(const sp_hadamard *h, uint32_t i, uint32_t j, int32_t sign) {
  if (i == j) return 0;
  if (i == 0) return 1;
  if (j == 0) return sign;
  return h->character[(i + h->q - j) % h->q];
}

static int32_t base_at(const sp_hadamard *h, uint32_t i, uint32_t j) {
  if (h->q == 0) return 1;
  if (h->q % 4 == 3) return i == j ? 1 : conference(h, i, j, -1);
  const uint32_t low = 2 * (i % 2) + j % 2;
  if (i / 2 == j / 2) return low == 0 ? 1 : -1;
  return conference(h, i / 2, j / 2, 1) * (low == 3 ? -1 : 1);
}

int32_t sp_hadamard_at(const sp_hadamard *h, uint32_t row, uint32_t column) {
  uint32_t both = row / h->base & column / h->base;
  const uint32_t i = row % h->base;
  int32_t sign = base_at(h, i, column % h->base) * base_at(h, i, 0);
  for (; both != 0; both &= both - 1) sign = -sign;
  return sign;
}
