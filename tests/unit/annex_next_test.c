/* The size of the next wave, what a wave can show, and which sizes nobody can draw. */
#include <criterion/criterion.h>
#include <math.h>

#include "annex/value.h"
#include "annex/verdict.h"
#include "base/quantile.h"

#define NEAR(actual, expected, tolerance)                                                 \
  cr_expect(fabs((actual) - (expected)) <= (tolerance)*fmax(fabs((double)(expected)), 1), \
            "%s is %.17g, not %.17g", #actual, (double)(actual), (double)(expected))

/* A sample: nothing of it but its address is looked at. */
static const sp_outcome wave_a;

static sp_value estimate(const sp_outcome *outcome, double value, double std_error, double df,
                         double low, double high, int64_t n) {
  sp_value v;
  sp_value_none(&v);
  v.given = 1;
  v.outcome = outcome;
  v.value = value;
  v.std_error = std_error;
  v.df = df;
  v.low = low;
  v.high = high;
  v.n = n;
  return v;
}

static const sp_goal goal = {.direction = 1};

static double next_n(double se, double other, double gap) {
  return sp_next_n(1000, se * se, other * other, 0, gap, HUGE_VAL, 0.95);
}

/* Power of a two-sided normal test of a gap, the far tail aside. */
static double power(double gap, double std_error) {
  return sp_normal_cdf(fabs(gap) / std_error - 1.959963984540054);
}

Test(annex_next, next_n_has_the_power) {
  /* 1000 * 0.0004 / (0.05 / 2.8015852)^2 = 1255.8 */
  cr_expect_eq(next_n(0.02, 0, 0.05), 1256);
  NEAR(power(0.05, 0.02 * sqrt(1000.0 / 1256)), 0.8, 1e-4);
  const double n = next_n(0.02, 0.01, -0.04);
  NEAR(power(0.04, sqrt(0.0004 * 1000 / n + 0.0001)), 0.8, 1e-4);
  /* Today's few df ask for more. */
  cr_expect_gt(sp_next_n(1000, 0.0004, 0, 0, 0.05, 24, 0.95), 1256);
  /* A panel: the covariance with the earlier wave shrinks, too. */
  const double k = sp_next_n(1000, 0.0004, 0.0004, 0.0002, 0.055, HUGE_VAL, 0.95) / 1000;
  NEAR(power(0.055, sqrt(0.0004 / k - 2 * 0.0002 / sqrt(k) + 0.0004)), 0.8, 2e-3);
}

Test(annex_next, next_n_is_monotonic) {
  for (double gap = 0.02; gap < 0.055; gap += 0.005) {
    cr_expect_gt(next_n(0.02, 0.003, gap), next_n(0.02, 0.003, gap + 0.005));
    cr_expect_gt(next_n(0.03, 0.003, gap), next_n(0.02, 0.003, gap));
    cr_expect_gt(next_n(0.02, 0.005, gap), next_n(0.02, 0.003, gap));
  }
  cr_expect_eq(next_n(0.02, 0.02, 0.05), INFINITY); /* the other side alone is too uncertain */
  cr_expect_eq(next_n(0.02, 0, 0), INFINITY);
  cr_expect_eq(next_n(0.02, 0, 1), 1000); /* never fewer than now */
  cr_expect(isnan(next_n(0, 0, 0.05)));
  cr_expect(isnan(next_n(0.02, NAN, 0.05)));
  cr_expect(isnan(sp_next_n(-1, 0.0004, 0, 0, 0.05, HUGE_VAL, 0.95)));
  cr_expect(isnan(sp_next_n(1000, 0.0004, 0, 0, 0.05, 0, 0.95)));
}

/* (t_0.975 + t_0.8) SE: 1.959963984540054 + 0.841621233572914 for infinite df. */
Test(annex_next, detectable_gap) {
  const sp_change gap = {.given = 1, .value = 0.01, .std_error = 0.02, .df = HUGE_VAL};
  sp_change few = gap, none = gap, exact = gap;
  NEAR(sp_detectable_gap(&gap, 0.95), 0.02 * 2.801585218112969, 1e-12);
  few.df = 48;
  NEAR(sp_detectable_gap(&few, 0.95), 0.02 * (sp_t_quantile(0.975, 48) + sp_t_quantile(0.8, 48)),
       1e-12);
  cr_expect_gt(sp_detectable_gap(&few, 0.95), sp_detectable_gap(&gap, 0.95));
  none.df = 0;
  exact.std_error = 0;
  cr_expect(isnan(sp_detectable_gap(&none, 0.95)));
  cr_expect(isnan(sp_detectable_gap(&exact, 0.95)));
  /* The gap that is just detectable is the one for which no more records are needed. */
  cr_expect_eq(next_n(0.02, 0, sp_detectable_gap(&gap, 0.95) * 1.000001), 1000);
}

Test(annex_next, next_waves_that_nobody_can_draw) {
  cr_expect_eq(sp_next_kind(NAN, 1234, NAN), SP_NEXT_NONE);
  cr_expect_eq(sp_next_kind(5000, 1234, 122000), SP_NEXT_SIZE);
  cr_expect_eq(sp_next_kind(800885, 1234, 122000), SP_NEXT_NOT_PRACTICABLE);
  cr_expect_eq(sp_next_kind(12341, 1234, 122000), SP_NEXT_NOT_PRACTICABLE); /* over ten times */
  cr_expect_eq(sp_next_kind(12340, 1234, NAN), SP_NEXT_SIZE);
  cr_expect_eq(sp_next_kind(2000, 1234, 1999), SP_NEXT_NOT_PRACTICABLE); /* over the population */
  cr_expect_eq(sp_next_kind(INFINITY, 1234, NAN), SP_NEXT_NOT_PRACTICABLE);
}

/* Of rules of which any will do, the cheapest that leans to `met` is asked for; where none does,
 * all have to be refuted. */
Test(annex_next, next_n_of_several_rules) {
  const sp_value current = estimate(&wave_a, 0.25, 0.02, HUGE_VAL, 0.21, 0.29, 1000);
  const sp_target low = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.22};
  const sp_target lower = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.215};
  const sp_target high = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.27};
  const sp_target higher = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.28};
  const sp_target *good[] = {&low, &lower, &high}, *bad[] = {&high, &higher};
  const sp_target any_good = {.kind = SP_TARGET_ANY, .parts = good, .n_parts = 3};
  const sp_target any_bad = {.kind = SP_TARGET_ANY, .parts = bad, .n_parts = 2};
  const sp_target all_good = {.kind = SP_TARGET_ALL, .parts = good, .n_parts = 2};
  const sp_target all_bad = {.kind = SP_TARGET_ALL, .parts = bad, .n_parts = 2};
  const struct {
    const sp_target *target;
    double gap;
  } cases[] = {{&any_good, 0.035}, {&any_bad, 0.02}, {&all_good, 0.03}, {&all_bad, 0.03}};
  const sp_clause_values values = {.goal = &goal, .current = &current, .level = 0.95};
  sp_arena *arena = sp_arena_new(0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sampan_error error;
    sp_clause c;
    cr_assert_eq(sp_clause_decide(cases[i].target, &values, arena, &c, &error), SAMPAN_OK);
    cr_expect_eq(c.statistical, SP_VERDICT_UNDECIDED);
    const sp_clause *by;
    NEAR(sp_clause_next_n(&c, &values, &by), next_n(0.02, 0, cases[i].gap), 1e-12);
    NEAR(fabs(by->gap.value), cases[i].gap, 1e-12); /* the part that the size is for */
  }
  sp_arena_free(arena);
}
