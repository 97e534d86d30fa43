/* The rank of replicate weights: known ranks, any order of the rows, shards, units. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/rank.h"

static uint64_t next(uint64_t *state) { /* Marsaglia, "Xorshift RNGs", 2003 */
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static double uniform(uint64_t *state) {
  return (double)(next(state) >> 11) * ldexp(1, -53);
}

Test(rank, of_products_of_known_rank) {
  enum { N = 24, ROWS = 3000 };
  uint64_t state = 88172645463325252u;
  double *rows = calloc((uint64_t)ROWS * N, sizeof *rows);
  for (uint32_t known = 1; known <= N; known += known < 4 ? 1 : 5) {
    double factor[N * N];
    for (uint32_t i = 0; i < known * N; i++) factor[i] = 0.5 + uniform(&state);
    sp_rank whole, parts[3];
    sp_rank_init(&whole, N);
    for (int k = 0; k < 3; k++) sp_rank_init(&parts[k], N);
    for (uint32_t i = 0; i < ROWS; i++) {
      double *row = rows + (uint64_t)i * N;
      for (uint32_t j = 0; j < N; j++) row[j] = 0;
      for (uint32_t k = 0; k < known; k++) {
        const double c = uniform(&state) * 1000;
        for (uint32_t j = 0; j < N; j++) row[j] += c * factor[k * N + j];
      }
      /* weights in files are rounded */
      for (uint32_t j = 0; j < N; j++) row[j] = round(row[j] * 1e4) / 1e4;
      cr_assert_eq(sp_rank_add(&whole, row), 0);
      cr_assert_eq(sp_rank_add(&parts[i % 2], row), 0);
    }
    uint32_t a = 0, b = 0;
    cr_assert_eq(sp_rank_merge(&parts[2], &parts[0]), 0);
    cr_assert_eq(sp_rank_merge(&parts[2], &parts[1]), 0);
    cr_assert_eq(sp_rank_value(&whole, &a), 0);
    cr_assert_eq(sp_rank_value(&parts[2], &b), 0);
    cr_assert(a == known && b == known, "%u and %u, not %u", a, b, known);
    sp_rank_clear(&whole);
    for (int k = 0; k < 3; k++) sp_rank_clear(&parts[k]);
  }
  free(rows);
}

Test(rank, of_few_rows_and_none) {
  sp_rank rank;
  uint32_t out = 9;
  sp_rank_init(&rank, 3);
  cr_assert_eq(sp_rank_value(&rank, &out), 0);
  cr_assert_eq(out, 0);
  const double zero[] = {0, 0, 0}, a[] = {2, 0, 1}, b[] = {4, 0, 2}, c[] = {0, 0, 5};
  cr_assert_eq(sp_rank_add(&rank, zero), 0);
  cr_assert_eq(sp_rank_value(&rank, &out), 0);
  cr_assert_eq(out, 0);
  for (int i = 0; i < 100; i++) {
    cr_assert_eq(sp_rank_add(&rank, a), 0);
    cr_assert_eq(sp_rank_add(&rank, b), 0);
  }
  cr_assert_eq(sp_rank_value(&rank, &out), 0);
  cr_assert_eq(out, 1);
  cr_assert_eq(sp_rank_add(&rank, c), 0);
  cr_assert_eq(sp_rank_value(&rank, &out), 0);
  cr_assert_eq(out, 2); /* the second column is 0 in all rows */
  sp_rank_clear(&rank);
}

/* A record of a large weight is a row like others, and the rank that of any order of the rows: once
 * with the constant ones first, once last. */
Test(rank, of_any_order_and_scale) {
  enum { N = 20, ROWS = 2000 };
  for (int last = 0; last < 2; last++) {
    uint64_t state = 362436069;
    sp_rank rank;
    sp_rank_init(&rank, N);
    for (uint32_t i = 0; i < ROWS; i++) {
      const int is_constant = last ? i >= ROWS / 2 : i < ROWS / 2;
      double row[N];
      for (uint32_t j = 0; j < N; j++) row[j] = is_constant ? 1e9 : 1 + uniform(&state);
      cr_assert_eq(sp_rank_add(&rank, row), 0);
    }
    uint32_t out = 0;
    cr_assert_eq(sp_rank_value(&rank, &out), 0);
    cr_assert_eq(out, N);
    sp_rank_clear(&rank);
  }
}

/* Sums are exact: shards merged in any order leave the same bits. */
Test(rank, of_shards_bit_for_bit) {
  enum { N = 12, ROWS = 1000 };
  sp_rank way[2], part[3];
  for (int k = 0; k < 2; k++) {
    uint64_t state = 521288629;
    sp_rank_init(&way[k], N);
    for (int p = 0; p < 3; p++) sp_rank_init(&part[p], N);
    for (uint32_t i = 0; i < ROWS; i++) {
      double row[N];
      for (uint32_t j = 0; j < N; j++) row[j] = uniform(&state) - 0.2;
      row[N - 1] = row[0] + row[1]; /* never full: the sums stay */
      cr_assert_eq(sp_rank_add(k == 0 ? &way[0] : &part[i * i % 3], row), 0);
    }
    for (int p = 3; k == 1 && p-- > 0;) cr_assert_eq(sp_rank_merge(&way[1], &part[p]), 0);
    uint32_t out = 0;
    cr_assert_eq(sp_rank_value(&way[k], &out), 0);
    cr_assert_eq(out, N - 1);
    for (int p = 0; p < 3; p++) sp_rank_clear(&part[p]);
  }
  cr_assert_eq(memcmp(way[0].low, way[1].low, N * (N + 1) / 2 * sizeof(double)), 0);
  cr_assert_eq(memcmp(way[0].high, way[1].high, N * (N + 1) / 2 * sizeof(int64_t)), 0);
  for (int k = 0; k < 2; k++) sp_rank_clear(&way[k]);
}

Test(rank, is_full_for_good) {
  enum { N = 16 };
  uint64_t state = 88675123;
  sp_rank rank, other;
  sp_rank_init(&rank, N);
  sp_rank_init(&other, N);
  for (uint32_t i = 0; i < 5000; i++) {
    double row[N];
    for (uint32_t j = 0; j < N; j++) row[j] = next(&state) & 64 ? 2 : 0;
    cr_assert_eq(sp_rank_add(&rank, row), 0);
  }
  cr_assert(rank.is_full);
  cr_assert_eq(sp_rank_bytes(&rank), 0);
  cr_assert_eq(sp_rank_merge(&other, &rank), 0);
  uint32_t out = 0;
  cr_assert_eq(sp_rank_value(&other, &out), 0);
  cr_assert_eq(out, N);
  sp_rank_clear(&rank);
  sp_rank_clear(&other);
}

Test(rank, of_units_that_are_met) {
  sp_rank a, b;
  sp_rank_init(&a, 3);
  sp_rank_init(&b, 3);
  cr_assert_eq(sp_rank_meet(&a, 5), 0);
  cr_assert_eq(sp_rank_meet(&b, 700), 0);
  cr_assert_eq(sp_rank_meet(&b, 64), 0);
  cr_assert_eq(sp_rank_merge(&a, &b), 0);
  for (uint32_t i = 0; i < 2000; i++) {
    cr_assert_eq(sp_rank_has_met(&a, i), i == 5 || i == 64 || i == 700);
  }
  sp_rank_clear(&a);
  sp_rank_clear(&b);
}
