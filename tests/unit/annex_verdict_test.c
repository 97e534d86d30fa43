/* The decisions of an evaluation: values, differences, verdicts, progress, sample sizes, dates. */
#include <criterion/criterion.h>
#include <math.h>

#include "annex/checklist.h"
#include "annex/dates.h"
#include "annex/error_ids.h"
#include "annex/value.h"
#include "annex/verdict.h"
#include "base/quantile.h"

#define NEAR(actual, expected, tolerance)                                                 \
  cr_expect(fabs((actual) - (expected)) <= (tolerance)*fmax(fabs((double)(expected)), 1), \
            "%s is %.17g, not %.17g", #actual, (double)(actual), (double)(expected))

enum {
  MET = SP_VERDICT_MET,
  NOT = SP_VERDICT_NOT_MET,
  OPEN = SP_VERDICT_UNDECIDED,
  NONE = SP_VERDICT_NOT_ASSESSABLE
};

static sp_value number(double value, double std_error, double df) {
  const sp_reference reference = {.given = 1,
                                  .is_value = 1,
                                  .value = value,
                                  .std_error = std_error,
                                  .df = df,
                                  .source = {"", ""}};
  sp_value v;
  sp_value_number(&reference, 0.95, &v);
  return v;
}

/* Two samples that are not the same outcome: nothing of them but their address is looked at. */
static const sp_outcome wave_a, wave_b;

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

static sp_value count(double numerator, double denominator) {
  sp_value v = estimate(&wave_a, numerator / denominator, 0, HUGE_VAL, NAN, NAN, 1);
  v.low = v.high = v.value;
  v.is_full_count = 1;
  return v;
}

static sp_change interval(double value, double low, double high) {
  const sp_change c = {.given = 1, .value = value, .std_error = 1, .low = low, .high = high};
  return c;
}

/* ---- differences -------------------------------------------------------------------------- */

Test(annex_verdict, welch_df) {
  /* Unequal variances 9.0 and 0.9 of n = 10 and 20, a textbook pair: 9.9. */
  NEAR(sp_welch_df(0.9, 9, 0.045, 19), 9.91076356945722, 1e-13);
  cr_expect_eq(sp_welch_df(0.5, 12, 0, 3), 12);
  cr_expect_eq(sp_welch_df(0.5, 12, 0, NAN), 12);
  NEAR(sp_welch_df(0.5, 12, 0.5, 12), 24, 1e-13);
  NEAR(sp_welch_df(0.5, 12, 0.5, HUGE_VAL), 48, 1e-13);
  cr_expect_eq(sp_welch_df(1, HUGE_VAL, 2, HUGE_VAL), HUGE_VAL);
  cr_expect(isnan(sp_welch_df(1, 0, 1, 5)));
  cr_expect(isnan(sp_welch_df(1, 5, 1, NAN)));
}

/* Expected numbers: scipy.stats.t. */
Test(annex_verdict, difference_of_independent_values) {
  const sp_value a = estimate(&wave_a, 0.25, 0.02, 24, 0.21, 0.29, 900);
  const sp_value b = estimate(&wave_b, 0.20, 0.015, 72, 0.17, 0.23, 900);
  sampan_error error;
  sp_change d;
  cr_assert_eq(sp_value_difference(&a, &b, 1, 0.95, &d, &error), SAMPAN_OK);
  cr_expect_eq(d.given, 1);
  NEAR(d.value, 0.05, 1e-15);
  NEAR(d.std_error, 0.025, 1e-15);
  NEAR(d.df, 53.003533568904594, 1e-12);
  NEAR(d.low, -0.00014357184679286705, 1e-12);
  NEAR(d.high, 0.10014357184679284, 1e-12);
  NEAR(d.p, 0.05063604056441123, 1e-12);
  cr_assert_eq(sp_value_difference(&a, &b, 1.2, 0.90, &d, &error), SAMPAN_OK);
  NEAR(d.value, 0.01, 1e-15);
  NEAR(d.std_error, 0.02690724809414742, 1e-15);
  NEAR(d.df, 64.51661606630017, 1e-12);
  NEAR(d.low, -0.034903266444270706, 1e-12);
  NEAR(d.p, 0.7113734449531078, 1e-12);
}

Test(annex_verdict, difference_of_exact_values) {
  const sp_value a = count(31, 62), half = number(0.5, 0, HUGE_VAL);
  sampan_error error;
  sp_change d;
  cr_expect(sp_value_is_exact(&a));
  cr_assert_eq(sp_value_difference(&a, &half, 1, 0.95, &d, &error), SAMPAN_OK);
  cr_expect_eq(d.value, 0);
  cr_expect_eq(d.std_error, 0);
  cr_expect(d.low == 0 && d.high == 0);
  cr_expect(isnan(d.p));
  /* 0.1 * 3 is not 0.3 in binary, but no district is judged by that. */
  cr_expect_eq(sp_minus(0.1 * 3, 0.3), 0);
  cr_expect_neq(sp_minus(0.3 + 1e-9, 0.3), 0);
}

Test(annex_verdict, difference_without_a_side) {
  const sp_value a = number(0.25, 0.01, HUGE_VAL);
  sp_value none;
  sampan_error error;
  sp_change d;
  sp_value_none(&none);
  cr_assert_eq(sp_value_difference(&a, &none, 1, 0.95, &d, &error), SAMPAN_OK);
  cr_expect_eq(d.given, 0);
  cr_expect(isnan(d.value) && isnan(d.low) && isnan(d.std_error));
  /* A value without its error: a difference, but no interval. */
  const sp_value bare = estimate(&wave_a, 0.3, NAN, NAN, NAN, NAN, 50);
  cr_assert_eq(sp_value_difference(&bare, &a, 1, 0.95, &d, &error), SAMPAN_OK);
  NEAR(d.value, 0.05, 1e-15);
  cr_expect(isnan(d.low) && isnan(d.high) && isnan(d.p));
  /* df 0: a standard error that supports no interval. */
  const sp_value lone = estimate(&wave_a, 0.3, 0.02, 0, NAN, NAN, 50);
  cr_assert_eq(sp_value_difference(&lone, &a, 1, 0.95, &d, &error), SAMPAN_OK);
  cr_expect(isnan(d.low) && isnan(d.high));
}

/* Nobody of a sample of 30 has the event: Clopper-Pearson 0 to 0.1157, not an exact 0. The limits
 * combine as Zou and Donner's. */
Test(annex_verdict, no_event_is_not_exact) {
  const sp_value a = estimate(&wave_a, 0, 0, 29, 0, 0.1157, 30);
  const sp_value b = estimate(&wave_b, 0.1, 0.03, 29, 0.05, 0.18, 200);
  sampan_error error;
  sp_change d;
  cr_expect(!sp_value_is_exact(&a));
  cr_assert_eq(sp_value_difference(&a, &b, 1, 0.95, &d, &error), SAMPAN_OK);
  NEAR(d.low, -0.1 - 0.08, 1e-12);
  NEAR(d.high, -0.1 + sqrt(0.1157 * 0.1157 + 0.05 * 0.05), 1e-12);
  cr_expect(isnan(d.std_error));
  cr_expect_eq(sp_verdict_statistical(SP_TARGET_LT, &d), OPEN);
  sp_value_minus_number(&a, 0.2, &d);
  NEAR(d.high, 0.1157 - 0.2, 1e-12);
  cr_expect_eq(sp_verdict_statistical(SP_TARGET_LT, &d), MET);
  sp_value_minus_number(&a, 0.1, &d);
  cr_expect_eq(sp_verdict_point(SP_TARGET_LT, d.value), MET);
  cr_expect_eq(sp_verdict_statistical(SP_TARGET_LT, &d), OPEN);
}

Test(annex_verdict, numbers_have_limits_by_t) {
  const sp_value v = number(0.2536, 0.0071, 72);
  NEAR(v.high - v.value, 0.01415359132329929, 1e-12);
  NEAR(v.value - v.low, 0.01415359132329929, 1e-12);
  const sp_value exact = number(1.75, 0, HUGE_VAL);
  cr_expect(exact.low == 1.75 && exact.high == 1.75);
}

/* Only what is the same, or a count, is exact: a variance that rounds to 0 is not. */
Test(annex_verdict, variance_of_a_difference) {
  sampan_error error;
  double v = -1;
  cr_assert_eq(sp_variance_of_difference(4, 9, 2, &v, &error), SAMPAN_OK);
  cr_expect_eq(v, 9);
  cr_assert_eq(sp_variance_of_difference(1, 1, 1 - 1e-16, &v, &error), SAMPAN_OK);
  cr_expect_eq(v, 0);
  cr_assert_eq(sp_variance_of_difference(1, 1, 1 + 1e-13, &v, &error), SAMPAN_OK);
  cr_expect_eq(v, 0);
  cr_assert_eq(sp_variance_of_difference(1, NAN, 0, &v, &error), SAMPAN_OK);
  cr_expect(isnan(v));
  sp_error_clear(&error);
  cr_expect_eq(sp_variance_of_difference(1, 1, 1.01, &v, &error), SAMPAN_E_INTERNAL);
  cr_expect_eq(error.id, SP_ID_ANNEX_VARIANCE);
}

Test(annex_verdict, an_estimate_less_itself_is_exact) {
  const sp_estimate one = {.value = 0.2};
  sp_value a = estimate(&wave_a, 0.2, 0.02, 24, 0.16, 0.24, 900);
  sampan_error error;
  sp_change d;
  a.estimate = &one;
  cr_assert_eq(sp_value_difference(&a, &a, 1, 0.95, &d, &error), SAMPAN_OK);
  cr_expect(d.value == 0 && d.std_error == 0 && d.low == 0 && d.high == 0);
}

Test(annex_verdict, definitions_are_compared_by_what_they_state) {
  sp_value a = number(0.2, 0.01, 72), b = number(0.3, 0.01, 72);
  cr_expect(sp_value_comparable(&a, &b));
  a.definition_version = "2020";
  cr_expect_not(sp_value_comparable(&a, &b));
  cr_expect_not(sp_value_comparable(&b, &a));
  b.definition_version = "2015";
  cr_expect_not(sp_value_comparable(&a, &b));
  char same[] = "2020";
  b.definition_version = same;
  cr_expect(sp_value_comparable(&a, &b));
}

/* ---- verdicts ----------------------------------------------------------------------------- */

static const struct {
  int32_t op;
  double gap;
  int32_t point;
} points[] = {
    {SP_TARGET_GT, 1, MET},    {SP_TARGET_GT, 0, NOT}, {SP_TARGET_GT, -1, NOT},
    {SP_TARGET_GE, 1, MET},    {SP_TARGET_GE, 0, MET}, {SP_TARGET_GE, -1, NOT},
    {SP_TARGET_LT, -1, MET},   {SP_TARGET_LT, 0, NOT}, {SP_TARGET_LT, 1, NOT},
    {SP_TARGET_LE, -1, MET},   {SP_TARGET_LE, 0, MET}, {SP_TARGET_LE, 1, NOT},
    {SP_TARGET_EQ, 0, MET},    {SP_TARGET_EQ, 1, NOT}, {SP_TARGET_EQ, -1, NOT},
    {SP_TARGET_GE, NAN, NONE},
};

Test(annex_verdict, point) {
  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
    cr_expect_eq(sp_verdict_point(points[i].op, points[i].gap), points[i].point, "case %zu", i);
    /* Without error the two verdicts are one. */
    sp_change exact = interval(points[i].gap, points[i].gap, points[i].gap);
    exact.std_error = 0;
    cr_expect_eq(sp_verdict_statistical(points[i].op, &exact), points[i].point, "case %zu", i);
  }
}

static const struct {
  int32_t op;
  double low, high;
  int32_t statistical;
} intervals[] = {
    {SP_TARGET_GT, 0.1, 0.3, MET},   {SP_TARGET_GT, 0, 0.3, OPEN},
    {SP_TARGET_GT, -0.1, 0.3, OPEN}, {SP_TARGET_GT, -0.3, 0, NOT},
    {SP_TARGET_GT, -0.3, -0.1, NOT}, {SP_TARGET_GE, 0, 0.3, MET},
    {SP_TARGET_GE, -0.1, 0.3, OPEN}, {SP_TARGET_GE, -0.3, 0, OPEN},
    {SP_TARGET_GE, -0.3, -0.1, NOT}, {SP_TARGET_LT, -0.3, -0.1, MET},
    {SP_TARGET_LT, -0.3, 0, OPEN},   {SP_TARGET_LT, 0, 0.3, NOT},
    {SP_TARGET_LT, 0.1, 0.3, NOT},   {SP_TARGET_LE, -0.3, 0, MET},
    {SP_TARGET_LE, -0.3, 0.1, OPEN}, {SP_TARGET_LE, 0, 0.3, OPEN},
    {SP_TARGET_LE, 0.1, 0.3, NOT},   {SP_TARGET_EQ, -0.1, 0.1, OPEN},
    {SP_TARGET_EQ, 0.1, 0.3, NOT},   {SP_TARGET_EQ, -0.3, -0.1, NOT},
    {SP_TARGET_GT, NAN, 0.3, NONE},  {SP_TARGET_GT, 0.1, NAN, NONE},
};

Test(annex_verdict, statistical) {
  for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
    const sp_change gap =
        interval((intervals[i].low + intervals[i].high) / 2, intervals[i].low, intervals[i].high);
    const int32_t verdict = sp_verdict_statistical(intervals[i].op, &gap);
    cr_expect_eq(verdict, intervals[i].statistical, "case %zu: %d", i, verdict);
    /* A decided verdict is never against the point. */
    if (verdict == MET || verdict == NOT) {
      cr_expect_eq(sp_verdict_point(intervals[i].op, gap.value), verdict, "case %zu", i);
    }
  }
  sp_change none = interval(1, 1, 1);
  none.given = 0;
  cr_expect_eq(sp_verdict_statistical(SP_TARGET_GT, &none), NONE);
}

static const struct {
  int32_t parts[3], any, all;
} several[] = {
    {{MET, NOT, NOT}, MET, NOT},      {{MET, MET, MET}, MET, MET},
    {{NOT, NOT, NOT}, NOT, NOT},      {{NOT, OPEN, NOT}, OPEN, NOT},
    {{MET, OPEN, MET}, MET, OPEN},    {{OPEN, OPEN, NONE}, OPEN, OPEN},
    {{NOT, NONE, NOT}, NONE, NOT},    {{MET, NONE, MET}, MET, NONE},
    {{NONE, NONE, NONE}, NONE, NONE}, {{NONE, OPEN, MET}, MET, OPEN},
    {{NONE, OPEN, NOT}, OPEN, NOT},
};

Test(annex_verdict, any_and_all) {
  for (size_t i = 0; i < sizeof several / sizeof several[0]; i++) {
    cr_expect_eq(sp_verdict_any(several[i].parts, 3), several[i].any, "any, case %zu", i);
    cr_expect_eq(sp_verdict_all(several[i].parts, 3), several[i].all, "all, case %zu", i);
  }
}

/* ---- clauses ------------------------------------------------------------------------------ */

static const sp_comparator province = {.name = "province"};
static const sp_goal goal = {.comparators = &province, .n_comparators = 1, .direction = 1};

static void decide(const sp_target *target, const sp_value *current, const sp_value *baseline,
                   const sp_value *comparator, sp_arena *arena, sp_clause *out) {
  const sp_clause_values values = {.goal = &goal,
                                   .current = current,
                                   .baseline = baseline,
                                   .comparators = comparator,
                                   .level = 0.95};
  sampan_error error;
  cr_assert_eq(sp_clause_decide(target, &values, arena, out, &error), SAMPAN_OK);
}

Test(annex_verdict, clauses_of_a_survey) {
  const sp_value current = estimate(&wave_a, 0.25, 0.02, 24, 0.21, 0.293, 1200);
  const sp_value baseline = estimate(&wave_b, 0.20, 0.015, 24, 0.17, 0.233, 1200);
  const sp_value comparator = number(0.2, 0.005, 72);
  const sp_target fifth = {.kind = SP_TARGET_BASELINE, .op = SP_TARGET_GE, .value = 1.2};
  const sp_target above = {
      .kind = SP_TARGET_COMPARATOR, .op = SP_TARGET_GT, .comparator = "province"};
  const sp_target points_more = {.kind = SP_TARGET_CHANGE, .op = SP_TARGET_GE, .value = 0.04};
  const sp_target fixed = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.21};
  const sp_target *parts[] = {&fifth, &above};
  const sp_target any = {.kind = SP_TARGET_ANY, .parts = parts, .n_parts = 2};
  const sp_target all = {.kind = SP_TARGET_ALL, .parts = parts, .n_parts = 2};
  const sp_target none = {.kind = SP_TARGET_NONE};
  sp_arena *arena = sp_arena_new(0);
  sp_clause c;

  decide(&fifth, &current, &baseline, &comparator, arena, &c);
  NEAR(c.threshold, 0.24, 1e-15);
  NEAR(c.gap.value, 0.01, 1e-12);
  NEAR(c.gap.std_error, sqrt(0.02 * 0.02 + 1.44 * 0.015 * 0.015), 1e-15);
  cr_expect(c.point == MET && c.statistical == OPEN);
  decide(&above, &current, &baseline, &comparator, arena, &c);
  NEAR(c.gap.std_error, sqrt(0.0004 + 0.000025), 1e-15);
  NEAR(c.gap.df, sp_welch_df(0.0004, 24, 0.000025, 72), 1e-12);
  cr_expect(c.point == MET && c.statistical == MET);
  decide(&points_more, &current, &baseline, &comparator, arena, &c);
  NEAR(c.threshold, 0.24, 1e-15);
  NEAR(c.gap.value, 0.01, 1e-12);
  NEAR((c.gap.low + c.gap.high) / 2, 0.01, 1e-12);
  cr_expect(c.point == MET && c.statistical == OPEN);
  /* The estimate's own limits decide, and 0.21 itself is enough for >=. */
  decide(&fixed, &current, &baseline, &comparator, arena, &c);
  cr_expect(c.gap.low == 0 && isnan(c.gap.p));
  cr_expect(c.point == MET && c.statistical == MET);
  decide(&any, &current, &baseline, &comparator, arena, &c);
  cr_expect(c.n_parts == 2 && c.point == MET && c.statistical == MET);
  NEAR(sp_clause_threshold(&c, 1), 0.2, 1e-15);
  NEAR(sp_clause_threshold(&c, -1), 0.24, 1e-15);
  decide(&all, &current, &baseline, &comparator, arena, &c);
  cr_expect(c.point == MET && c.statistical == OPEN);
  NEAR(sp_clause_threshold(&c, 1), 0.24, 1e-15);
  decide(&none, &current, &baseline, &comparator, arena, &c);
  cr_expect(c.point == NONE && c.statistical == NONE && isnan(c.threshold) && !c.gap.given);
  sp_arena_free(arena);
}

Test(annex_verdict, clauses_without_values) {
  const sp_value current = estimate(&wave_a, 0.25, 0.02, 24, 0.21, 0.293, 1200);
  const sp_target fifth = {.kind = SP_TARGET_BASELINE, .op = SP_TARGET_GE, .value = 1.2};
  const sp_target fixed = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.21};
  sp_value none;
  sp_value_none(&none);
  sp_arena *arena = sp_arena_new(0);
  sampan_error error;
  sp_clause c;
  decide(&fifth, &current, &none, &none, arena, &c);
  cr_expect(c.point == NONE && c.statistical == NONE && isnan(c.threshold));
  decide(&fixed, &none, &none, &none, arena, &c);
  cr_expect(c.point == NONE && c.statistical == NONE);
  /* Two definitions are never compared, but a fixed number still holds. */
  sp_value versioned = current;
  versioned.definition_version = "2020";
  const sp_clause_values apart = {.goal = &goal,
                                  .current = &current,
                                  .baseline = &versioned,
                                  .comparators = &none,
                                  .level = 0.95};
  cr_assert_eq(sp_clause_decide(&fifth, &apart, arena, &c, &error), SAMPAN_OK);
  cr_expect(c.point == NONE && c.statistical == NONE && c.is_other_definition);
  cr_assert_eq(sp_clause_decide(&fixed, &apart, arena, &c, &error), SAMPAN_OK);
  cr_expect(c.point == MET);
  sp_arena_free(arena);
}

Test(annex_verdict, clauses_of_full_counts) {
  const sp_target half = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GE, .value = 0.5};
  const sp_target more_than_half = {.kind = SP_TARGET_VALUE, .op = SP_TARGET_GT, .value = 0.5};
  const sp_target tenth_more = {.kind = SP_TARGET_CHANGE, .op = SP_TARGET_GE, .value = 0.1};
  const sp_value now = count(31, 62), before = count(24.8, 62), short_of = count(30, 62);
  sp_arena *arena = sp_arena_new(0);
  sp_clause c;
  decide(&half, &now, &before, NULL, arena, &c);
  cr_expect(c.point == MET && c.statistical == MET);
  decide(&half, &short_of, &before, NULL, arena, &c);
  cr_expect(c.point == NOT && c.statistical == NOT);
  decide(&more_than_half, &now, &before, NULL, arena, &c);
  cr_expect(c.point == NOT && c.statistical == NOT);
  decide(&tenth_more, &now, &before, NULL, arena, &c); /* 0.5 - 0.4 - 0.1 is 5.6e-17 off 0 */
  cr_expect(c.gap.value == 0 && c.gap.low == 0 && c.gap.high == 0);
  cr_expect(c.point == MET && c.statistical == MET);
  sp_arena_free(arena);
}

/* ---- progress ----------------------------------------------------------------------------- */

static const struct {
  const char *what;
  int32_t has_target, is_met, direction;
  double baseline, current, target, std_error; /* 0: a full count */
  int32_t expected;
} progress[] = {
    {"no target", 0, 0, 1, 0.2, 0.3, NAN, 0, SP_PROGRESS_NONE},
    {"met", 1, 1, 1, 0.2, 0.3, 0.25, 0.01, SP_PROGRESS_MET},
    {"met from the start, now worse", 1, 1, 1, 0.4, 0.3, 0.25, 0.01, SP_PROGRESS_MET},
    {"no second value", 1, 0, 1, 0.2, NAN, 0.25, 0, SP_PROGRESS_BASELINE_ONLY},
    {"no baseline", 1, 0, 1, NAN, 0.2, 0.25, 0, SP_PROGRESS_BASELINE_ONLY},
    {"significantly up", 1, 0, 1, 0.2, 0.24, 0.3, 0.01, SP_PROGRESS_IMPROVING},
    {"up, not significantly", 1, 0, 1, 0.2, 0.24, 0.3, 0.03, SP_PROGRESS_LITTLE},
    {"down, not significantly", 1, 0, 1, 0.2, 0.18, 0.3, 0.03, SP_PROGRESS_LITTLE},
    {"significantly down", 1, 0, 1, 0.2, 0.16, 0.3, 0.01, SP_PROGRESS_WORSE},
    {"less is better, down", 1, 0, -1, 0.3, 0.26, 0.2, 0.01, SP_PROGRESS_IMPROVING},
    {"less is better, up", 1, 0, -1, 0.3, 0.34, 0.2, 0.01, SP_PROGRESS_WORSE},
    {"direction by the target", 1, 0, 0, 0.3, 0.26, 0.2, 0.01, SP_PROGRESS_IMPROVING},
    {"count: 10 % of the way", 1, 0, 1, 0.2, 0.21, 0.3, 0, SP_PROGRESS_IMPROVING},
    {"count: 9 % of the way", 1, 0, 1, 0.2, 0.209, 0.3, 0, SP_PROGRESS_LITTLE},
    {"count: nothing moved", 1, 0, 1, 0.2, 0.2, 0.3, 0, SP_PROGRESS_LITTLE},
    {"count: down by 9 % of the baseline", 1, 0, 1, 0.2, 0.182, 0.3, 0, SP_PROGRESS_LITTLE},
    {"count: down by 10 % of the baseline", 1, 0, 1, 0.2, 0.18, 0.3, 0, SP_PROGRESS_WORSE},
    {"count: up from none where less is better", 1, 0, -1, 0, 1, -1, 0, SP_PROGRESS_WORSE},
};

Test(annex_verdict, progress) {
  for (size_t i = 0; i < sizeof progress / sizeof progress[0]; i++) {
    const double moved = progress[i].current - progress[i].baseline, se = progress[i].std_error;
    const sp_change change = {.given = !isnan(moved),
                              .value = moved,
                              .std_error = se,
                              .low = moved - 2 * se,
                              .high = moved + 2 * se};
    const sp_progress_in in = {.has_target = progress[i].has_target,
                               .is_met = progress[i].is_met,
                               .direction = progress[i].direction,
                               .baseline = progress[i].baseline,
                               .current = progress[i].current,
                               .target = progress[i].target,
                               .change = &change};
    cr_expect_eq(sp_progress(&in), progress[i].expected, "%s: %d", progress[i].what,
                 sp_progress(&in));
  }
  /* A standard error without a test is not "without standard error": no 10 % rule. */
  const sp_change untested = {
      .given = 1, .value = 0.05, .std_error = 0.02, .low = NAN, .high = NAN, .df = 0};
  sp_progress_in in = {.has_target = 1,
                       .direction = 1,
                       .baseline = 0.2,
                       .current = 0.25,
                       .target = 0.3,
                       .change = &untested};
  cr_expect_eq(sp_progress(&in), SP_PROGRESS_NOT_ASSESSABLE);
  in.is_met = 1;
  cr_expect_eq(sp_progress(&in), SP_PROGRESS_MET);
  in.is_met = 0;
  in.is_untestable = 1; /* another definition */
  cr_expect_eq(sp_progress(&in), SP_PROGRESS_NOT_ASSESSABLE);
  NEAR(sp_progress_percent(20, 21, 30), 10, 1e-12);
  NEAR(sp_progress_percent(30, 25, 20), 50, 1e-12);
  NEAR(sp_progress_percent(30, 35, 20), -50, 1e-12);
  cr_expect(isnan(sp_progress_percent(0.2, 0.3, 0.2)));
}

/* ---- checklists --------------------------------------------------------------------------- */

Test(annex_verdict, dates) {
  static const struct {
    const char *text;
    int32_t first, last; /* 0: no date */
  } cases[] = {
      {"2020-08-31", 20200831, 20200831},
      {"2020-08", 20200801, 20200831},
      {"2021-02", 20210201, 20210228},
      {"2020-02", 20200201, 20200229},
      {"2000-02-29", 20000229, 20000229},
      {"1900-02-29", 0, 0},
      {"2020-13", 0, 0},
      {"2020-00", 0, 0},
      {"2020-04-31", 0, 0},
      {"2020-04-00", 0, 0},
      {"2020-8-31", 0, 0},
      {"2020/08/31", 0, 0},
      {"2020-08/31", 0, 0},
      {"20200831", 0, 0},
      {"2020-08-31 ", 0, 0},
      {"", 0, 0},
      {"0000-01", 0, 0},
      {"abcd-ef-gh", 0, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    int32_t first = -1, last = -1;
    const int32_t status = sp_date_read(cases[i].text, &first, &last);
    cr_expect_eq(status, cases[i].first != 0 ? 0 : -1, "'%s'", cases[i].text);
    if (status == 0) cr_expect(first == cases[i].first && last == cases[i].last);
  }
}

Test(annex_verdict, lateness) {
  static const struct {
    int32_t done;
    const char *date, *deadline;
    int32_t late;
  } cases[] = {
      {1, "2021-03-12", "2021-01-31", 1}, {1, "2021-01-31", "2021-01-31", 0},
      {1, "2021-01-31", "2021-01", 0},    {1, "2021-02-01", "2021-01", 1},
      {1, "2021-01", "2021-01-15", 0}, /* some day of January: not known to be late */
      {1, "2021-02", "2021-01-31", 1},    {0, "2021-03-12", "2021-01-31", 0},
      {1, "", "2021-01-31", 0},           {1, "2021-03-12", "", 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    cr_expect_eq(sp_check_late(cases[i].done, cases[i].date, cases[i].deadline), cases[i].late,
                 "case %zu", i);
  }
}

Test(annex_verdict, checklist_status) {
  const sp_checklist columns = {.item = "i", .done = "d", .done_date = "dd", .evidence = "e"};
  const sp_checklist plain = {.item = "i", .done = "d"};
  static const struct {
    int32_t done, late;
    const char *date, *deadline, *evidence;
    int32_t status, verdict;
  } cases[] = {
      {1, 0, "2021-01-12", "2021-01-31", "file", SP_CHECK_ON_TIME, MET},
      {1, 1, "2021-03-12", "2021-01-31", "file", SP_CHECK_LATE, MET},
      {1, 0, "2021-01-12", "2021-01-31", "", SP_CHECK_NO_EVIDENCE, OPEN},
      {1, 1, "2021-03-12", "2021-01-31", "", SP_CHECK_NO_EVIDENCE, OPEN},
      {1, 0, "", "2021-01-31", "file", SP_CHECK_NO_EVIDENCE, OPEN},
      {1, 0, "", "", "file", SP_CHECK_ON_TIME, MET},
      {0, 0, "", "2021-01-31", "part of it", SP_CHECK_NOT_DONE, NOT},
      {-1, 0, "", "2021-01-31", "", SP_CHECK_UNKNOWN, NONE},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    const sp_check_item item = {.done = cases[i].done,
                                .late = cases[i].late,
                                .done_date = cases[i].date,
                                .deadline = cases[i].deadline,
                                .evidence = cases[i].evidence};
    cr_expect_eq(sp_check_status(&item, &columns), cases[i].status, "case %zu", i);
    cr_expect_eq(sp_check_verdict(cases[i].status), cases[i].verdict, "case %zu", i);
  }
  const sp_check_item bare = {.done = 1, .done_date = "", .deadline = "", .evidence = ""};
  cr_expect_eq(sp_check_status(&bare, &plain), SP_CHECK_ON_TIME);
}

Test(annex_verdict, words_for_done) {
  static const char *const yes[] = {"1", "yes", "TRUE", "是"}, *const no[] = {"0", "No", "false",
                                                                              "否"};
  for (int i = 0; i < 4; i++) {
    cr_expect_eq(sp_check_done(yes[i]), 1);
    cr_expect_eq(sp_check_done(no[i]), 0);
  }
  cr_expect_eq(sp_check_done(""), -1);
  cr_expect_eq(sp_check_done("perhaps"), -2);
  cr_expect_eq(sp_check_done("2"), -2);
}
