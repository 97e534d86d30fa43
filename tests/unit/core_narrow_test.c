/* Narrow tables: they come to what wide ones come to, whatever is added in which order by which
 * variant. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "totals/table_internal.h"

enum { RECORDS = 640, BATCH = 192, GROUPS = 70, MOST_LANES = 200 };

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Records: a group (or none), a unit, a weight (often 0), and a bitmap for each lane (or none). */
typedef struct records {
  uint32_t n_lanes, n_groups, n_units;
  uint32_t group[RECORDS], unit[RECORDS];
  double weight[RECORDS];
  uint64_t bits[MOST_LANES][RECORDS / 64];
  uint8_t has_bits[MOST_LANES];
  sp_grid grid;
  int64_t high[RECORDS], low[RECORDS];
} records;

static void draw(uint64_t *state, uint32_t n_lanes, uint32_t n_groups, uint32_t n_units,
                 records *r) {
  uint64_t all[RECORDS / 64];
  sp_grid_sum bound;
  memset(r, 0, sizeof *r);
  r->n_lanes = n_lanes;
  r->n_groups = n_groups;
  r->n_units = n_units;
  for (int i = 0; i < RECORDS; i++) {
    r->group[i] = next(state) % 11 == 0 ? UINT32_MAX : (uint32_t)(next(state) % n_groups);
    r->unit[i] = (uint32_t)(next(state) % n_units);
    if (n_groups == 1) r->group[i] = 0; /* all of them, in runs */
    if (n_groups == 1 && i % 23 != 0) r->unit[i] = r->unit[i - 1];
    r->weight[i] =
        next(state) % 6 == 0 ? 0 : ldexp((double)(next(state) >> 11), -53 + (int)(next(state) % 9));
  }
  for (uint32_t k = 0; k < n_lanes; k++) {
    r->has_bits[k] = next(state) % 9 != 0;
    for (int w = 0; w < RECORDS / 64; w++) {
      r->bits[k][w] = r->has_bits[k] ? next(state) & next(state) : 0;
    }
  }
  memset(all, 0xff, sizeof all);
  cr_assert(sp_grid_choose(r->weight, all, RECORDS, &r->grid) && r->grid.is_set);
  cr_assert(sp_grid_cut(&r->grid, r->weight, all, RECORDS, r->high, r->low, &bound));
}

static int has(const records *r, uint32_t lane, int64_t i) {
  return r->group[i] != UINT32_MAX && (r->bits[lane][i / 64] >> (i % 64) & 1) != 0;
}

/* Records [from, to), from a multiple of 64. */
static void add_narrow(sp_table *t, const records *r, int64_t from, int64_t to) {
  const uint64_t *bits[MOST_LANES];
  uint32_t rows[RECORDS];
  const int64_t n = to - from;
  for (uint32_t k = 0; k < r->n_lanes; k++) {
    bits[k] = r->has_bits[k] ? r->bits[k] + from / 64 : NULL;
  }
  const sp_pairs pairs = {.group = r->group + from, .unit = r->unit + from, .n_units = r->n_units};
  cr_assert_eq(sp_table_rows(t, &pairs, n, rows), 0);
  uint64_t starts[RECORDS / 64 + 1] = {0};
  int all = 1;
  for (int64_t i = 0; i < n; i++) {
    all = all && rows[i] != UINT32_MAX;
    if (i == 0 || rows[i] != rows[i - 1]) starts[i / 64] |= UINT64_C(1) << (i % 64);
  }
  const sp_addends addends = {.rows = rows,
                              .group = r->group + from,
                              .n_groups = r->n_groups,
                              .starts = all ? starts : NULL,
                              .high = r->high + from,
                              .low = r->low + from};
  cr_assert_eq(sp_table_add_bits(t, &addends, n, bits), 0);
  for (int64_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < r->n_lanes; k++) {
      if (has(r, k, from + i) && r->weight[from + i] == 0) {
        cr_assert_eq(sp_table_touch(t, rows[i], k), 0);
      }
    }
  }
}

static void add_wide(sp_table *t, const records *r, int64_t from, int64_t to) {
  for (int64_t i = from; i < to; i++) {
    if (r->group[i] == UINT32_MAX) continue;
    sp_exact *lanes = sp_table_lanes(t, sp_table_row(t, r->group[i], r->unit[i]));
    for (uint32_t k = 0; k < r->n_lanes; k++) {
      if (!has(r, k, i)) continue;
      sp_exact_add(&lanes[k], r->weight[i]);
      sp_exact_touch(&lanes[k]);
    }
  }
}

/* Same rows, and by every look at them the same lanes. */
static void expect_same(sp_table *narrow, sp_table *wide, const char *what) {
  const uint32_t n_lanes = sp_table_n_lanes(wide), n_rows = sp_table_n_rows(wide);
  double got[MOST_LANES], want[MOST_LANES];
  uint32_t *mine = malloc((n_rows + 1) * sizeof *mine);
  uint32_t *theirs = malloc((n_rows + 1) * sizeof *theirs);
  cr_assert_eq(sp_table_n_rows(narrow), n_rows, "%s: %u rows, not %u", what,
               sp_table_n_rows(narrow), n_rows);
  for (uint32_t row = 0; row < n_rows; row++) {
    const sp_table_key key = sp_table_key_of(wide, row);
    const uint32_t at = sp_table_row(narrow, key.group, key.psu);
    mine[row] = at;
    theirs[row] = row;
    for (uint32_t k = 0; k < n_lanes; k++) {
      sp_exact a, b;
      sp_table_lane(narrow, at, k, &a);
      sp_table_lane(wide, row, k, &b);
      cr_assert_eq(sp_exact_value(&a), sp_exact_value(&b), "%s: row %u, lane %u", what, row, k);
      cr_assert_eq(sp_table_touched(narrow, at, k), sp_table_touched(wide, row, k),
                   "%s: row %u, lane %u is touched", what, row, k);
      cr_assert_eq(a.top > 0, b.top > 0);
    }
    sp_table_totals(narrow, &at, 1, 0, n_lanes, got);
    sp_table_totals(wide, &row, 1, 0, n_lanes, want);
    cr_assert_arr_eq(got, want, n_lanes * sizeof *got, "%s: row %u", what, row);
  }
  cr_assert_eq(sp_table_n_rows(narrow), n_rows, "%s: a row was missing", what);
  for (uint32_t first = 0; first < n_lanes; first += 1 + n_lanes / 5) {
    const uint32_t n = n_lanes - first;
    for (uint32_t m = 1; m <= n; m += 1 + n / 3) {
      sp_table_totals(narrow, mine, n_rows, first, m, got);
      sp_table_totals(wide, theirs, n_rows, first, m, want);
      cr_assert_arr_eq(got, want, m * sizeof *got, "%s: lanes %u to %u", what, first, first + m);
    }
  }
  free(mine);
  free(theirs);
}

static void expect_tallies(const sp_table *t, const records *r, int64_t to, uint32_t times,
                           const char *what) {
  for (uint32_t g = 0; g < r->n_groups; g++) {
    const uint32_t *tally = sp_table_tally(t, g);
    for (uint32_t k = 0; k < r->n_lanes; k++) {
      uint32_t n = 0;
      for (int64_t i = 0; i < to; i++) n += r->group[i] == g && has(r, k, i);
      cr_assert_eq(tally != NULL ? tally[k] : 0, n * times, "%s: group %u, lane %u", what, g, k);
    }
  }
}

static const char *const variants[] = {"portable", "avx2", "avx512", NULL};

static sp_table *narrow_table(const records *r, const char *variant) {
  sp_table *t;
  cr_assert_eq(sp_table_new_narrow(r->n_lanes, 2, &t), 0);
  cr_assert(sp_table_is_narrow(t));
  sp_table_set_grid(t, &r->grid);
  if (variant != NULL) t->adders = sp_adders_named(variant);
  return t;
}

static const uint32_t lane_counts[] = {1,  2,  3,  4,  5,  6,  7,  8,   9,   15,
                                       16, 17, 63, 64, 65, 72, 73, 128, 129, 200};
enum { N_LANE_COUNTS = sizeof lane_counts / sizeof *lane_counts };

/* Batches of odd sizes, by every variant that this machine has; then cleared, and used again. */
Test(narrow, comes_to_what_a_wide_table_comes_to) {
  static records r;
  uint64_t state = 88172645463325252U;
  int n_variants = 0;
  for (int v = 0; variants[v] != NULL; v++) {
    if (sp_adders_named(variants[v]) == NULL) continue;
    n_variants++;
    for (int i = 0; i < N_LANE_COUNTS; i++) {
      const uint32_t n_groups = i % 3 == 1 ? 1 : 1 + (uint32_t)(next(&state) % GROUPS);
      draw(&state, lane_counts[i], n_groups, 1 + (uint32_t)(next(&state) % 40), &r);
      sp_table *narrow = narrow_table(&r, variants[v]), *wide;
      for (int round = 0; round < 2; round++) {
        cr_assert_eq(sp_table_new(r.n_lanes, 2, &wide), 0);
        const int64_t n = round == 0 ? RECORDS : RECORDS - 37;
        for (int64_t at = 0; at < n; at += BATCH) {
          add_narrow(narrow, &r, at, at + BATCH < n ? at + BATCH : n);
        }
        add_wide(wide, &r, 0, n);
        sp_table_carry(narrow);
        expect_same(narrow, wide, variants[v]);
        expect_tallies(narrow, &r, n, 1, variants[v]);
        const uint64_t bytes = sp_table_bytes(narrow);
        cr_assert(sp_table_used(narrow) > 0 && sp_table_used(narrow) <= bytes);
        sp_table_clear(narrow);
        cr_assert_eq(sp_table_n_rows(narrow), 0);
        cr_assert_eq(sp_table_n_tallied(narrow), 0);
        cr_assert_null(sp_table_tally(narrow, 0));
        cr_assert_eq(sp_table_bytes(narrow), bytes, "memory stays");
        cr_assert_eq(sp_table_used(narrow), 0);
        sp_table_free(wide);
      }
      sp_table_free(narrow);
    }
  }
  cr_assert_geq(n_variants, 1);
}

/* The same bytes by every variant, carried or not. */
Test(narrow, variants_agree_byte_for_byte) {
  uint64_t state = 521288629521288629U;
  for (int v = 1; variants[v] != NULL; v++) {
    const sp_adders *add = sp_adders_named(variants[v]);
    const sp_adders *portable = sp_adders_named("portable");
    for (int round = 0; round < 2000 && add != NULL; round++) {
      int64_t row[2][128];
      uint32_t tally[2][64];
      const uint32_t n_lanes = 8 * (1 + (uint32_t)(next(&state) % 8));
      const uint64_t used = n_lanes == 64 ? ~UINT64_C(0) : (UINT64_C(1) << n_lanes) - 1;
      for (int i = 0; i < 128; i++) row[0][i] = row[1][i] = (int64_t)(next(&state) >> 4);
      for (int i = 0; i < 64; i++) tally[0][i] = tally[1][i] = (uint32_t)next(&state);
      const uint64_t mask = next(&state) & used;
      const int64_t high = (int64_t)(next(&state) >> 25), low = (int64_t)(next(&state) >> 24);
      portable->add_mask(row[0], tally[0], n_lanes, mask, high, low);
      add->add_mask(row[1], tally[1], n_lanes, mask, high, low);
      cr_assert_arr_eq(row[0], row[1], sizeof row[0], "%s", variants[v]);
      cr_assert_arr_eq(tally[0], tally[1], sizeof tally[0], "%s", variants[v]);
    }
  }
  cr_assert_null(sp_adders_named("none such"));
}

Test(narrow, bits_turn_about) {
  uint64_t state = 7, in[64], out[64];
  for (int v = 0; variants[v] != NULL; v++) {
    if (sp_adders_named(variants[v]) == NULL) continue;
    for (int i = 0; i < 64; i++) in[i] = next(&state);
    sp_adders_named(variants[v])->turn_bits(in, out);
    for (int i = 0; i < 64; i++) {
      for (int j = 0; j < 64; j++) cr_assert_eq(out[i] >> j & 1, in[j] >> i & 1, "%d %d", i, j);
    }
  }
}

/* Parts merged in random order, in random trees, are the whole. */
Test(narrow, parts_merge_in_any_order) {
  enum { PARTS = 5 };
  static records r;
  uint64_t state = 362436069362436069U;
  for (int round = 0; round < 40; round++) {
    draw(&state, lane_counts[round % N_LANE_COUNTS], 12, 9, &r);
    sp_table *parts[PARTS], *wide;
    cr_assert_eq(sp_table_new(r.n_lanes, 2, &wide), 0);
    add_wide(wide, &r, 0, RECORDS);
    for (int p = 0; p < PARTS; p++) parts[p] = narrow_table(&r, NULL);
    for (int64_t at = 0; at < RECORDS; at += 64) {
      add_narrow(parts[next(&state) % PARTS], &r, at, at + 64);
    }
    for (uint32_t left = PARTS; left > 1; left--) {
      const uint32_t from = (uint32_t)(next(&state) % left);
      uint32_t to = (uint32_t)(next(&state) % left);
      if (to == from) to = (from + 1) % left;
      for (uint32_t i = 0; i < sp_table_n_rows(parts[from]); i++) {
        const sp_table_key key = sp_table_key_of(parts[from], i);
        const uint32_t row = sp_table_row(parts[to], key.group, key.psu);
        cr_assert_eq(sp_table_add_row(parts[to], row, parts[from], i), 0);
      }
      sp_table_free(parts[from]);
      parts[from] = parts[left - 1];
    }
    sp_table_carry(parts[0]);
    expect_same(parts[0], wide, "merged");
    sp_table_free(parts[0]);
    sp_table_free(wide);
  }
}

/* As many records as may come between two carries: all with the largest low part. */
Test(narrow, carries_when_it_must) {
  const double weights[] = {0x1.fffffffffffffp20};
  const uint64_t one = 1;
  for (uint32_t n_lanes = 1; n_lanes <= 9; n_lanes += 4) {
    sp_grid grid;
    int64_t high, low;
    sp_grid_sum bound;
    sp_table *t;
    double got[9];
    cr_assert(sp_grid_choose(weights, &one, 1, &grid));
    cr_assert(sp_grid_cut(&grid, weights, &one, 1, &high, &low, &bound));
    cr_assert_eq(sp_table_new_narrow(n_lanes, 1, &t), 0);
    sp_table_set_grid(t, &grid);
    const uint32_t row = sp_table_row(t, 3, 5);
    for (int64_t i = 0; i < SP_GRID_MOST; i++) {
      cr_assert_eq(sp_table_add_bit(t, row, 3, n_lanes - 1, high, low), 0);
    }
    sp_table_carry(t);
    sp_table_carry(t); /* once more changes nothing */
    sp_table_totals(t, &row, 1, 0, n_lanes, got);
    for (uint32_t k = 0; k + 1 < n_lanes; k++) cr_assert_eq(got[k], 0);
    cr_assert_eq(got[n_lanes - 1], 0x1.fffffffffffffp20 * (double)SP_GRID_MOST);
    cr_assert_eq(sp_table_tally(t, 3)[n_lanes - 1], SP_GRID_MOST);
    cr_assert_null(sp_table_tally(t, 4));
    sp_table_free(t);
  }
}

/* ---- rows, of either form ----------------------------------------------------------------- */

/* Batches of pairs by sp_table_rows are where sp_table_row finds them; rows are numbered as they
 * are met. `reach`: units beyond those that rows are remembered of. */
static void expect_rows(uint64_t *state, sp_table *t, uint32_t n_groups, uint32_t n_units,
                        uint32_t reach, int with_units) {
  enum { N = 512 };
  uint32_t group[N], unit[N], rows[N];
  for (int batch = 0; batch < 60; batch++) {
    uint32_t n_before = sp_table_n_rows(t);
    for (int i = 0; i < N; i++) {
      const int out = next(state) % 13 == 0;
      group[i] = out ? UINT32_MAX : (uint32_t)(next(state) % n_groups);
      unit[i] = (uint32_t)(next(state) % n_units);
      if (next(state) % 200 == 0) unit[i] += reach;
      if (i > 0 && next(state) % 3 == 0) group[i] = group[i - 1], unit[i] = unit[i - 1];
      if (batch % 3 != 0 && i % (64 * (batch % 3)) != 0) unit[i] = unit[i - 1]; /* runs of units */
    }
    const int64_t n = batch % 7 == 0 ? N - 63 : N;
    uint64_t starts[N / 64] = {0};
    for (int i = 1; i < N; i++) {
      if (unit[i] != unit[i - 1] || next(state) % 50 == 0)
        starts[i / 64] |= UINT64_C(1) << (i % 64);
    }
    for (int i = 0; batch % 4 == 1 && with_units && i < N; i++) group[i] = 0;
    const sp_pairs pairs = {.group = batch % 4 == 1 && with_units ? NULL : group,
                            .unit = with_units ? unit : NULL,
                            .n_units = n_units + reach,
                            .starts = batch % 2 ? starts : NULL};
    cr_assert_eq(sp_table_rows(t, &pairs, n, rows), 0);
    for (int64_t i = 0; i < n; i++) {
      if (group[i] == UINT32_MAX) {
        cr_assert_eq(rows[i], UINT32_MAX);
        continue;
      }
      cr_assert_lt(rows[i], sp_table_n_rows(t));
      cr_assert_leq(rows[i], n_before, "a row was left out");
      n_before += rows[i] == n_before;
      const sp_table_key key = sp_table_key_of(t, rows[i]);
      cr_assert_eq(key.group, group[i]);
      cr_assert_eq(key.psu, with_units ? unit[i] : 0);
      if (i % 16 == 0) cr_assert_eq(sp_table_row(t, group[i], key.psu), rows[i]);
    }
    cr_assert_eq(sp_table_n_rows(t), n_before, "two rows of one pair");
  }
}

Test(rows, are_found_among_many_units_and_groups) {
  static const uint32_t cases[][3] = {/* groups, units, reach */
                                      {1, 1, 0},      {1, 5000, 0},       {300, 3, 0},
                                      {2000, 40, 0},  {70, 3000, 0},      {9, 100, 600000},
                                      {1000, 1, 500}, {3, 200000, 400000}};
  uint64_t state = 88172645463325252U;
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    for (int form = 0; form < 4; form++) {
      sp_table *t;
      cr_assert_eq(form % 2 == 0 ? sp_table_new(2, 1, &t) : sp_table_new_narrow(2, 1, &t), 0);
      for (int round = 0; round < 2; round++) {
        expect_rows(&state, t, cases[c][0], cases[c][1], cases[c][2], form < 2);
        sp_table_clear(t);
        cr_assert_eq(sp_table_n_rows(t), 0);
      }
      sp_table_free(t);
    }
  }
}

/* A row that was there before a clear is new, and empty. */
Test(rows, of_a_cleared_table_are_empty) {
  const sp_grid grid = {-20, 1};
  sp_table *t;
  cr_assert_eq(sp_table_new_narrow(9, 2, &t), 0);
  sp_table_set_grid(t, &grid);
  for (uint32_t i = 0; i < 600; i++) {
    const uint32_t row = sp_table_row(t, i, i % 3);
    cr_assert_eq(sp_table_add_bit(t, row, i, i % 9, 1, 5), 0);
    cr_assert_eq(sp_table_touch(t, row, 8 - i % 9), 0);
    sp_table_counts(t, i)[1] = i;
  }
  cr_assert_eq(sp_table_n_groups(t), 600);
  sp_table_clear(t);
  cr_assert_eq(sp_table_n_groups(t), 0);
  for (uint32_t i = 0; i < 300; i++) {
    const uint32_t row = sp_table_row(t, 2 * (i % 2), i / 2 % 3);
    for (uint32_t k = 0; k < 9; k++) cr_assert_eq(sp_table_touched(t, row, k), 0);
    cr_assert_eq(sp_table_counts(t, i)[1], 0);
  }
  cr_assert_eq(sp_table_n_rows(t), 6);
  sp_table_free(t);
}
