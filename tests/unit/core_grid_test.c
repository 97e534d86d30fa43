/* Weights on a binary grid: what fits, what the pairs are, and that sums of them are the exact
 * ones. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "totals/grid.h"

__extension__ typedef __int128 wide;

enum { MOST = 700 };

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

enum { SURVEY, WHOLE, WIDE, WIDER, EQUAL, SHORT, TINY, SUBNORMAL, LARGE, N_KINDS };

/* A weight that is not negative. */
static double weight_of(uint64_t *state, int kind) {
  const double x = (double)(next(state) >> 11) + 1;
  switch (kind) {
    case SURVEY:
      return ldexp(x, -53 + (int)(next(state) % 12));
    case WHOLE:
      return (double)(next(state) % 100000);
    case WIDE: /* still on one grid */
      return ldexp(x, -(int)(next(state) % 20));
    case WIDER:
      return ldexp(x, (int)(next(state) % 300) - 200);
    case EQUAL:
      return 1.0 / 3;
    case SHORT: /* few bits, far apart */
      return ldexp(1, (int)(next(state) % 75));
    case TINY:
      return ldexp(x, -950 - (int)(next(state) % 10));
    case SUBNORMAL:
      return ldexp(x, -1074 - 40);
    default:
      return ldexp(x, 1000 - 53 + (int)(next(state) % 20));
  }
}

typedef struct sample {
  double weight[MOST + 64];
  uint64_t mask[(MOST + 64) / 64];
  int64_t n;
} sample;

/* Where the mask has no bit, anything may stand. */
static void draw(uint64_t *state, int kind, sample *s) {
  static const double odd[] = {-1, NAN, HUGE_VAL, -0.0, 5e-324, DBL_MAX};
  memset(s, 0, sizeof *s);
  s->n = (int64_t)(next(state) % MOST) + 1;
  for (int64_t i = 0; i < s->n; i++) {
    const int is_in = next(state) % 8 != 0;
    s->mask[i / 64] |= (uint64_t)is_in << (i % 64);
    s->weight[i] = is_in ? weight_of(state, kind) : odd[next(state) % 6];
    if (is_in && next(state) % 16 == 0) s->weight[i] = 0;
  }
}

static int is_in(const sample *s, int64_t i) {
  return (s->mask[i / 64] >> (i % 64) & 1) != 0;
}

static wide pair_of(int64_t high, int64_t low) {
  return ((wide)high << SP_GRID_BITS) + low;
}

/* k units of 2^low, with at most 53 bits that matter. */
static double double_of(const sp_grid *grid, wide k) {
  const double high = ldexp((double)(int64_t)(k >> SP_GRID_BITS), grid->low + SP_GRID_BITS);
  return high + ldexp((double)(int64_t)(k & ((INT64_C(1) << SP_GRID_BITS) - 1)), grid->low);
}

static void expect_same(const sp_exact *got, const sp_exact *want, const char *what, int kind) {
  const double a = sp_exact_value(got), b = sp_exact_value(want);
  cr_assert(memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b)), "%s, kind %d: %a, not %a",
            what, kind, a, b);
}

Test(grid, pairs_are_the_weights_and_their_sums_are_exact) {
  uint64_t state = 88172645463325252U;
  int n_fit[N_KINDS] = {0};
  sample s;
  int64_t high[MOST + 64], low[MOST + 64];
  for (int round = 0; round < 9000; round++) {
    const int kind = round % N_KINDS;
    sp_grid grid;
    draw(&state, kind, &s);
    if (!sp_grid_choose(s.weight, s.mask, s.n, &grid) || !grid.is_set) continue;
    sp_grid_sum bound;
    cr_assert(sp_grid_cut(&grid, s.weight, s.mask, s.n, high, low, &bound),
              "kind %d: what was chosen for them does not hold them", kind);
    n_fit[kind]++;
    wide sum = 0;
    int64_t sum_high = 0, sum_low = 0;
    sp_exact exact;
    memset(&exact, 0, sizeof exact);
    for (int64_t i = 0; i < s.n; i++) {
      cr_assert(low[i] >= 0 && low[i] < INT64_C(1) << SP_GRID_BITS);
      cr_assert(high[i] >= 0 && high[i] < INT64_C(1) << (79 - SP_GRID_BITS));
      if (!is_in(&s, i)) {
        cr_assert(high[i] == 0 && low[i] == 0, "a record outside the mask has a weight");
        continue;
      }
      cr_assert_eq(double_of(&grid, pair_of(high[i], low[i])), s.weight[i], "kind %d: %a", kind,
                   s.weight[i]);
      sum += pair_of(high[i], low[i]);
      sum_high += high[i];
      sum_low += low[i];
      sp_exact_add(&exact, s.weight[i]);
    }
    cr_assert(pair_of(sum_high, sum_low) == sum);
    int64_t h = sum_high, l = sum_low;
    sp_grid_carry(&h, &l);
    cr_assert(pair_of(h, l) == sum && l >= 0 && l < INT64_C(1) << SP_GRID_BITS);
    cr_assert(bound.high == sum_high && bound.low == sum_low, "kind %d: the sum is another", kind);
    const sp_exact converted = sp_grid_exact(&grid, h, l);
    expect_same(&converted, &exact, "sp_grid_exact", kind);
    const sp_exact uncarried = sp_grid_exact(&grid, sum_high, sum_low);
    expect_same(&uncarried, &exact, "sp_grid_exact before a carry", kind);
    const double value = sp_grid_value(&grid, h, l), want = sp_exact_value(&exact);
    cr_assert(value == want, "kind %d: %a, not %a", kind, value, want);
  }
  for (int kind = 0; kind < N_KINDS; kind++) {
    const int never = kind == WIDER || kind == SUBNORMAL || kind == LARGE;
    cr_expect(never || n_fit[kind] > 100, "kind %d: %d fit", kind, n_fit[kind]);
    cr_expect((kind != SUBNORMAL && kind != LARGE) || n_fit[kind] == 0);
  }
}

/* Of weights that come later, some do not fit: they are told, and no other pair is spoilt. */
Test(grid, what_does_not_fit_is_told) {
  uint64_t state = 362436069362436069U;
  sample first, later;
  int64_t high[MOST + 64], low[MOST + 64];
  int n_fit = 0, n_not = 0;
  for (int round = 0; round < 4000; round++) {
    sp_grid grid;
    draw(&state, SURVEY, &first);
    draw(&state, round % N_KINDS, &later);
    if (round % 4 == 0) { /* one odd weight among survey weights */
      static const double odd[] = {-1, -0.0, NAN, HUGE_VAL, 5e-324, DBL_MAX, 0x1p-70, 0x1p60};
      draw(&state, SURVEY, &later);
      const int64_t i = (int64_t)(next(&state) % (uint64_t)later.n);
      later.mask[i / 64] |= UINT64_C(1) << (i % 64);
      later.weight[i] = odd[round / 4 % 8];
    }
    if (!sp_grid_choose(first.weight, first.mask, first.n, &grid) || !grid.is_set) continue;
    sp_grid_sum bound;
    const int fits = sp_grid_cut(&grid, later.weight, later.mask, later.n, high, low, &bound);
    int all = 1;
    for (int64_t i = 0; i < later.n; i++) {
      const wide k = pair_of(high[i], low[i]);
      const double w = later.weight[i];
      const int is_exact = is_in(&later, i) && double_of(&grid, k) == w && !(w == 0 && signbit(w));
      if (is_in(&later, i) && !is_exact) {
        all = 0;
        cr_assert(k == 0, "%a became %a", w, double_of(&grid, k));
        const double units = ldexp(w, -grid.low); /* is it indeed not on the grid? */
        cr_assert(!(w > 0) || units != floor(units) || units >= 0x1p78, "%a fits", w);
      }
      if (!is_in(&later, i)) cr_assert(k == 0);
    }
    cr_assert_eq(fits, all, "round %d", round);
    n_fit += fits;
    n_not += !fits;
  }
  cr_expect(n_fit > 500 && n_not > 500, "%d and %d", n_fit, n_not);
}

Test(grid, zeros_say_nothing_and_others_no) {
  const uint64_t all = ~UINT64_C(0), none = 0;
  const double zeros[3] = {0, 0, 0};
  const double odd[] = {-1, HUGE_VAL, NAN, -5e-324};
  sp_grid grid = {12, 1};
  cr_assert(sp_grid_choose(zeros, &all, 3, &grid));
  cr_assert_eq(grid.is_set, 0);
  for (int i = 0; i < 4; i++) {
    const double w[] = {1, odd[i], 2};
    cr_assert_not(sp_grid_choose(w, &all, 3, &grid), "%g", odd[i]);
    cr_assert(sp_grid_choose(w, &none, 3, &grid));
    cr_assert_eq(grid.is_set, 0);
  }
  const double wide_ones[] = {0x1p30, 0x1.0000000000001p-20};
  cr_assert_not(sp_grid_choose(wide_ones, &all, 2, &grid));
  cr_assert(sp_grid_choose(wide_ones, &all, 1, &grid));
}

/* In chunks of any size, whatever the numbers: state and all. */
static void expect_add_all(uint64_t *state, int kind, int can_be_negative, int squared) {
  static double x[3 * MOST + 64];
  static uint64_t mask[(3 * MOST + 64) / 64 + 1];
  sample s;
  sp_exact want, got;
  sp_grid grid = {0, 0};
  memset(&want, 0, sizeof want);
  memset(&got, 0, sizeof got);
  for (int part = 0; part < 4; part++) {
    int64_t n = 0;
    memset(mask, 0, sizeof mask);
    for (int k = 0; k < 3; k++) {
      draw(state, part == 2 ? WHOLE : kind, &s);
      for (int64_t i = 0; i < s.n; i++, n++) {
        x[n] = s.weight[i];
        if (!is_in(&s, i)) continue;
        if (can_be_negative && next(state) % 3 == 0) x[n] = -x[n];
        mask[n / 64] |= UINT64_C(1) << (n % 64);
        sp_exact_add(&want, squared ? x[n] * x[n] : x[n]);
      }
    }
    if (squared) {
      sp_exact_add_squares(&got, x, mask, n, &grid);
    } else {
      sp_exact_add_all(&got, x, mask, n, &grid);
    }
    expect_same(&got, &want, squared ? "sp_exact_add_squares" : "sp_exact_add_all", kind);
  }
}

Test(grid, add_all_is_one_by_one) {
  uint64_t state = 521288629521288629U;
  for (int round = 0; round < 50 * N_KINDS; round++) {
    expect_add_all(&state, round % N_KINDS, round % 5 == 0, round % 2);
  }
}

Test(grid, add_all_passes_on_what_is_not_finite) {
  const double x[] = {1, HUGE_VAL, 2};
  const uint64_t all = 7, but = 5;
  sp_exact sum;
  sp_grid grid = {0, 0};
  memset(&sum, 0, sizeof sum);
  sp_exact_add_all(&sum, x, &but, 3, &grid);
  cr_assert_eq(sp_exact_value(&sum), 3);
  sp_exact_add_all(&sum, x, &all, 3, &grid);
  cr_assert(isnan(sp_exact_value(&sum)));
}
