/* disclosure_sums.c - elimination modulo a prime, component by component, and limits passed on from
 * sum to sum. */
#include "engine/disclosure_sums.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The coefficients are 1 and -1: minors of such tables are small, so that what holds modulo this
 * prime holds for rational numbers. */
static const uint64_t prime = 2147483647;

/* Most numbers in a matrix, and most unknowns in it. */
enum { MOST_ENTRIES = 16000000, MOST_UNKNOWNS = 3000, MOST_ROUNDS = 200 };

/* ---- components --------------------------------------------------------------------------- */

static uint32_t root_of(uint32_t *parent, uint32_t i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

static void join_terms(const sp_sums *s, uint32_t *parent) {
  for (uint32_t i = 0; i < s->n_unknowns; i++) parent[i] = i;
  for (uint32_t e = 0; e < s->n_equations; e++) {
    for (uint32_t k = s->start[e] + 1; k < s->start[e + 1]; k++) {
      parent[root_of(parent, s->term[k])] = root_of(parent, s->term[s->start[e]]);
    }
  }
}

/* ---- elimination -------------------------------------------------------------------------- */

static uint64_t power(uint64_t x, uint64_t n) {
  uint64_t out = 1;
  for (; n > 0; n >>= 1) {
    if ((n & 1) != 0) out = out * x % prime;
    x = x * x % prime;
  }
  return out;
}

static void swap_rows(uint32_t *a, uint32_t *b, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) {
    const uint32_t t = a[j];
    a[j] = b[j];
    b[j] = t;
  }
}

/* To reduced row echelon form; returns the rank. */
static uint32_t reduce(uint32_t *m, uint32_t n_rows, uint32_t n) {
  uint32_t rank = 0;
  for (uint32_t c = 0; c < n && rank < n_rows; c++) {
    uint32_t r = rank;
    while (r < n_rows && m[(size_t)r * n + c] == 0) r++;
    if (r == n_rows) continue;
    uint32_t *pivot = &m[(size_t)rank * n];
    if (r != rank) swap_rows(pivot, &m[(size_t)r * n], n);
    const uint64_t inverse = power(pivot[c], prime - 2);
    for (uint32_t j = c; j < n; j++) pivot[j] = (uint32_t)(pivot[j] * inverse % prime);
    for (uint32_t i = 0; i < n_rows; i++) {
      uint32_t *row = &m[(size_t)i * n];
      const uint64_t factor = row[c];
      if (i == rank || factor == 0) continue;
      for (uint32_t j = c; j < n; j++) {
        if (pivot[j] != 0) row[j] = (uint32_t)((row[j] + (prime - factor) * pivot[j]) % prime);
      }
    }
    rank++;
  }
  return rank;
}

/* An unknown is determined when it is alone in a row of the reduced form. */
static void mark_alone(const uint32_t *m, uint32_t rank, uint32_t n, const uint32_t *unknown,
                       uint8_t *determined) {
  for (uint32_t r = 0; r < rank; r++) {
    uint32_t n_terms = 0, at = 0;
    for (uint32_t j = 0; j < n && n_terms < 2; j++) {
      if (m[(size_t)r * n + j] == 0) continue;
      n_terms++;
      at = j;
    }
    if (n_terms == 1) determined[unknown[at]] = 1;
  }
}

/* The unknowns of one component, whose places are in `place`. */
static int32_t solve(const sp_sums *s, uint32_t *parent, uint32_t root, const uint32_t *unknown,
                     uint32_t n, const uint32_t *place, uint8_t *determined) {
  uint32_t n_rows = 0;
  for (uint32_t e = 0; e < s->n_equations; e++) {
    n_rows += s->start[e] < s->start[e + 1] && root_of(parent, s->term[s->start[e]]) == root;
  }
  if (n > MOST_UNKNOWNS || (uint64_t)n_rows * n > MOST_ENTRIES) {
    for (uint32_t k = 0; k < n; k++) determined[unknown[k]] = 1;
    return SAMPAN_OK;
  }
  uint32_t *m = calloc((size_t)n_rows * n + 1, sizeof *m);
  if (m == NULL) return SAMPAN_E_MEMORY;
  uint32_t row = 0;
  for (uint32_t e = 0; e < s->n_equations; e++) {
    if (s->start[e] == s->start[e + 1] || root_of(parent, s->term[s->start[e]]) != root) continue;
    for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
      uint32_t *x = &m[(size_t)row * n + place[s->term[k]]];
      *x = (uint32_t)((*x + (s->sign[k] > 0 ? 1 : prime - 1)) % prime);
    }
    row++;
  }
  mark_alone(m, reduce(m, n_rows, n), n, unknown, determined);
  free(m);
  return SAMPAN_OK;
}

int32_t sp_sums_determined(const sp_sums *s, uint8_t *determined) {
  const size_t n = s->n_unknowns;
  uint32_t *memory = calloc(3 * n + 1, sizeof *memory);
  if (memory == NULL) return SAMPAN_E_MEMORY;
  uint32_t *parent = memory, *place = memory + n, *unknown = memory + 2 * n;
  int32_t status = SAMPAN_OK;
  memset(determined, 0, n);
  join_terms(s, parent);
  for (uint32_t root = 0; root < n && status == SAMPAN_OK; root++) {
    if (parent[root] != root) continue;
    uint32_t n_here = 0;
    for (uint32_t i = 0; i < n; i++) {
      if (root_of(parent, i) != root) continue;
      place[i] = n_here;
      unknown[n_here++] = i;
    }
    status = solve(s, parent, root, unknown, n_here, place, determined);
  }
  free(memory);
  return status;
}

/* ---- limits ------------------------------------------------------------------------------- */

/* The least (or, with the limits exchanged, the greatest) of a sum without term `skip`. */
static double sum_without(const sp_sums *s, uint32_t e, uint32_t skip, const double *if_plus,
                          const double *if_minus) {
  double sum = 0;
  for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
    if (k == skip) continue;
    sum += s->sign[k] > 0 ? if_plus[s->term[k]] : -if_minus[s->term[k]];
  }
  return sum;
}

static int narrow_equation(const sp_sums *s, uint32_t e, const double *value, double *low,
                           double *high) {
  const double total = sum_without(s, e, UINT32_MAX, value, value);
  int changed = 0;
  for (uint32_t k = s->start[e]; k < s->start[e + 1]; k++) {
    const uint32_t x = s->term[k];
    const double most = total - sum_without(s, e, k, low, high);
    const double least = total - sum_without(s, e, k, high, low);
    /* Never past the truth: sums of what is not whole are rounded. */
    const double new_low = fmin(s->sign[k] > 0 ? least : -most, value[x]);
    const double new_high = fmax(s->sign[k] > 0 ? most : -least, value[x]);
    changed |= new_low > low[x] + 1e-9 || new_high < high[x] - 1e-9;
    low[x] = fmax(low[x], new_low);
    high[x] = fmin(high[x], new_high);
  }
  return changed;
}

void sp_sums_narrow(const sp_sums *s, const double *value, double *low, double *high) {
  int changed = 1;
  for (int32_t round = 0; round < MOST_ROUNDS && changed; round++) {
    changed = 0;
    for (uint32_t e = 0; e < s->n_equations; e++) {
      changed |= narrow_equation(s, e, value, low, high);
    }
  }
}
