/* core_presentation_test.c - which estimates the presentation standards let through. Expected
 * results follow the published decision steps (Vital Health Stat 2(175) and 2(200)), worked by
 * hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "engine/presentation.h"

/* Applies a standard to one estimate and returns it. */
static sp_estimate decide(int32_t standard, int32_t unit, int64_t n, double value, double std_error,
                          double df, double low, double high, int64_t n_events) {
  static const sampan_statistic about[] = {{"x", SAMPAN_UNIT_PROPORTION, 0, 0, 1, 1},
                                           {"x", SAMPAN_UNIT_RATE, 0, 0, HUGE_VAL, 100000}};
  sp_arena *arena = sp_arena_new(0);
  sp_plan plan = {.kind = SP_KIND_SURVEY};
  sp_estimate e = {.about = &about[unit == SAMPAN_UNIT_RATE],
                   .n = n,
                   .n_positive = n,
                   .n_events = n_events,
                   .exposure = unit == SAMPAN_UNIT_RATE ? 100000 : NAN,
                   .simple_variance = NAN,
                   .value = value,
                   .std_error = std_error,
                   .df = df,
                   .level = 0.95,
                   .low = low,
                   .high = high,
                   .flags = "",
                   .why = ""};
  sp_outcome outcome = {.arena = arena, .plan = &plan, .estimates = &e, .n_estimates = 1};
  const sp_presentation rule = {.standard = standard};
  sp_presentation_apply(&rule, &outcome);
  sp_arena_free(arena);
  return e;
}

static sp_estimate nchs(int64_t n, double p, double std_error, double df) {
  return decide(SP_STANDARD_NCHS, SAMPAN_UNIT_PROPORTION, n, p, std_error, df, NAN, NAN, 0);
}

Test(presentation, a_precise_proportion_is_shown) {
  const sp_estimate e = nchs(9942, 0.0806, 0.0036, 30);
  cr_assert_eq(e.status, SAMPAN_STATUS_OK);
  cr_assert_str_eq(e.flags, "");
}

Test(presentation, thirty_records_are_the_least) {
  cr_assert_eq(nchs(29, 0.5, sqrt(0.25 / 29), 28).status, SAMPAN_STATUS_SUPPRESSED);
  /* 30 records give an interval wider than 30 points at p = 0.5 (0.31 to 0.69). */
  cr_assert_eq(nchs(30, 0.5, sqrt(0.25 / 30), 29).status, SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(nchs(30, 0.0, 0, 29).status, SAMPAN_STATUS_REVIEW);
}

Test(presentation, a_large_design_effect_suppresses) {
  /* n = 300 with deff 12: 25 effective records. */
  const sp_estimate e = nchs(300, 0.2, sqrt(0.2 * 0.8 / 25), 24);
  cr_assert_eq(e.status, SAMPAN_STATUS_SUPPRESSED);
  cr_assert_str_eq(e.flags, "Px");
}

Test(presentation, a_wide_relative_interval_suppresses) {
  /* p = 0.03 on 200 simple records: about 0.011 to 0.064, 177 % of p. */
  cr_assert_eq(nchs(200, 0.03, sqrt(0.03 * 0.97 / 200), 199).status, SAMPAN_STATUS_SUPPRESSED);
  /* Its complement is shown, with a warning. */
  const sp_estimate e = nchs(200, 0.97, sqrt(0.03 * 0.97 / 200), 199);
  cr_assert_eq(e.status, SAMPAN_STATUS_OK);
  cr_assert_str_eq(e.flags, "Pc");
}

Test(presentation, few_degrees_of_freedom_want_review) {
  const sp_estimate e = nchs(2000, 0.4, 0.02, 7);
  cr_assert_eq(e.status, SAMPAN_STATUS_REVIEW);
  cr_assert_str_eq(e.flags, "Pdf");
  cr_assert_eq(nchs(2000, 0.4, 0.02, 8).status, SAMPAN_STATUS_OK);
}

Test(presentation, rates_need_ten_events) {
  cr_assert_eq(
      decide(SP_STANDARD_NCHS, SAMPAN_UNIT_RATE, 9, 9.0, 3.0, HUGE_VAL, 4.1, 17.1, 9).status,
      SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(
      decide(SP_STANDARD_NCHS, SAMPAN_UNIT_RATE, 40, 40.0, 6.3, HUGE_VAL, 28.6, 54.5, 40).status,
      SAMPAN_STATUS_OK);
  cr_assert_eq(
      decide(SP_STANDARD_NCHS, SAMPAN_UNIT_RATE, 40, 10.0, 5, HUGE_VAL, 2.0, 19.0, 12).status,
      SAMPAN_STATUS_SUPPRESSED);
}

Test(presentation, brfss_tests_three_things) {
  const int32_t s = SP_STANDARD_BRFSS, u = SAMPAN_UNIT_PROPORTION;
  cr_assert_eq(decide(s, u, 50, 0.5, 0.05, 40, 0.41, 0.59, 25).status, SAMPAN_STATUS_OK);
  cr_assert_eq(decide(s, u, 49, 0.5, 0.05, 40, 0.41, 0.59, 25).status, SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(decide(s, u, 50, 0.5, 0.055, 40, 0.39, 0.60, 25).status, SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(decide(s, u, 90, 0.02, 0.007, 40, 0.01, 0.04, 2).status, SAMPAN_STATUS_SUPPRESSED);
}

Test(presentation, what_cannot_be_computed_is_not_shown) {
  /* One PSU: no variance, or one of 0 without degrees of freedom. */
  cr_assert_eq(nchs(40, 0.5, NAN, 0).status, SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(nchs(40, 0.5, 0, 0).status, SAMPAN_STATUS_SUPPRESSED);
  const int32_t u = SAMPAN_UNIT_PROPORTION;
  cr_assert_eq(decide(SP_STANDARD_BRFSS, u, 228, 0, 0, 30, NAN, NAN, 0).status,
               SAMPAN_STATUS_SUPPRESSED);
  cr_assert_eq(decide(SP_STANDARD_NCHS, SAMPAN_UNIT_RATE, 40, 40, 6, HUGE_VAL, NAN, NAN, 40).status,
               SAMPAN_STATUS_SUPPRESSED);
}

Test(presentation, flags_of_suppressed_rows_tell_no_value) {
  sp_estimate e = nchs(12, 0, 0, 11);
  cr_assert_str_eq(e.flags, "Px");
}

static sp_estimate by_rule(const sp_presentation *rule, int32_t unit, int64_t n, int64_t n_events,
                           double value, double std_error) {
  static const sampan_statistic abouts[] = {{"x", SAMPAN_UNIT_NONE, 0, -HUGE_VAL, HUGE_VAL, 1},
                                            {"x", SAMPAN_UNIT_PROPORTION, 0, 0, 1, 1},
                                            {"x", SAMPAN_UNIT_COUNT, 0, 0, HUGE_VAL, 1}};
  sp_arena *arena = sp_arena_new(0);
  sp_plan plan = {.kind = SP_KIND_SURVEY};
  sp_estimate e = {.about = &abouts[unit],
                   .n = n,
                   .n_positive = n,
                   .n_events = n_events,
                   .events = n_events < 0 ? NAN : (double)n_events,
                   .exposure = NAN,
                   .simple_variance = NAN,
                   .value = value,
                   .std_error = std_error,
                   .df = 40,
                   .level = 0.95,
                   .low = value - 2 * std_error,
                   .high = value + 2 * std_error,
                   .flags = "",
                   .why = ""};
  sp_outcome outcome = {
      .arena = arena, .plan = &plan, .estimates = &e, .n_estimates = 1, .weight_cv = 1};
  sp_presentation_apply(rule, &outcome);
  sp_arena_free(arena);
  return e;
}

/* Kish's effect of weights with CV 1 is 2: 18 records are 9. */
Test(presentation, counts_need_ten_effective_records) {
  const sp_presentation rule = {.standard = SP_STANDARD_NCHS};
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_COUNT, 18, -1, 1000, 50).status,
               SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_COUNT, 20, -1, 1000, 50).status, SAMPAN_STATUS_OK);
  /* exp(x) - exp(-x) = 1.6 at x = 0.7327; t(0.975, 9) = 2.262. */
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_COUNT, 20, -1, 1000, 323).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_COUNT, 20, -1, 1000, 325).status,
               SAMPAN_STATUS_SUPPRESSED);
}

Test(presentation, plain_counts) {
  const sp_presentation rule = {
      .standard = SP_STANDARD_COUNTS, .minimum_n = 30, .minimum_events = 10};
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_PROPORTION, 30, 10, 0.3, 0.1).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_PROPORTION, 29, 10, 0.3, 0.1).status,
               SAMPAN_STATUS_SUPPRESSED);
  const sp_estimate e = by_rule(&rule, SAMPAN_UNIT_PROPORTION, 30, 9, 0.3, 0.1);
  cr_expect_str_eq(e.why, "too few events");
  /* A mean has no events. */
  cr_expect_eq(by_rule(&rule, SAMPAN_UNIT_NONE, 30, -1, 5, 1).status, SAMPAN_STATUS_OK);
}

Test(presentation, brfss_tests_can_be_changed_one_by_one) {
  const int32_t u = SAMPAN_UNIT_PROPORTION;
  sp_presentation rule = {.standard = SP_STANDARD_BRFSS};
  cr_expect_eq(by_rule(&rule, u, 45, 20, 0.5, 0.04).status, SAMPAN_STATUS_SUPPRESSED);
  rule.minimum_n = -1;
  cr_expect_eq(by_rule(&rule, u, 45, 20, 0.5, 0.04).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&rule, u, 60, 20, 0.5, 0.06).status, SAMPAN_STATUS_SUPPRESSED);
  rule.maximum_half_width = 0.15;
  cr_expect_eq(by_rule(&rule, u, 60, 20, 0.5, 0.06).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&rule, u, 60, 20, 0.1, 0.04).status, SAMPAN_STATUS_SUPPRESSED);
  rule.maximum_rse = HUGE_VAL;
  cr_expect_eq(by_rule(&rule, u, 60, 20, 0.1, 0.04).status, SAMPAN_STATUS_OK);
}

Test(presentation, older_rules) {
  const int32_t u = SAMPAN_UNIT_PROPORTION;
  const sp_presentation r3030 = {.standard = SP_STANDARD_NCHS_3030};
  const sp_presentation nhhcs = {.standard = SP_STANDARD_NHHCS};
  const sp_presentation nsduh = {.standard = SP_STANDARD_NSDUH};
  const sp_presentation uscs = {.standard = SP_STANDARD_USCS};
  const sp_presentation vital = {.standard = SP_STANDARD_VITAL};
  cr_expect_eq(by_rule(&r3030, u, 29, 9, 0.3, 0.01).status, SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&r3030, u, 30, 9, 0.3, 0.09).status, SAMPAN_STATUS_REVIEW);
  cr_expect_eq(by_rule(&r3030, u, 30, 9, 0.3, 0.08).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&nhhcs, u, 59, 9, 0.3, 0.08).status, SAMPAN_STATUS_REVIEW);
  cr_expect_eq(by_rule(&nhhcs, u, 60, 9, 0.3, 0.08).status, SAMPAN_STATUS_OK);
  /* p = 0.2, -ln p = 1.609: the limit is a standard error of 0.0563; the same for 0.8. */
  cr_expect_eq(by_rule(&nsduh, u, 90, 18, 0.2, 0.056).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&nsduh, u, 90, 18, 0.2, 0.057).status, SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&nsduh, u, 90, 72, 0.8, 0.057).status, SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&nsduh, u, 90, 0, 0, 0).status, SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&uscs, u, 90, 15, 0.2, 0.01).status, SAMPAN_STATUS_SUPPRESSED);
  cr_expect_eq(by_rule(&uscs, u, 90, 16, 0.2, 0.01).status, SAMPAN_STATUS_OK);
  cr_expect_eq(by_rule(&vital, u, 90, 19, 0.2, 0.01).status, SAMPAN_STATUS_REVIEW);
  cr_expect_eq(by_rule(&vital, u, 90, 20, 0.2, 0.01).status, SAMPAN_STATUS_OK);
}

/* No flag hides another: few degrees of freedom and an unreliable complement at once. */
Test(presentation, flags_add_up) {
  const sp_estimate e = nchs(400, 0.97, sqrt(0.03 * 0.97 / 150), 7);
  cr_expect_eq(e.status, SAMPAN_STATUS_REVIEW);
  cr_expect_str_eq(e.flags, "Pc Pdf");
  cr_expect_str_eq(nchs(300, 0, 0, 7).flags, "Pdf P0");
}

Test(presentation, full_counts_and_no_standard_change_nothing) {
  const sp_estimate e = decide(SP_STANDARD_NONE, SAMPAN_UNIT_PROPORTION, 3, 0.5, 0.4, 1, 0, 1, 1);
  cr_assert_eq(e.status, SAMPAN_STATUS_OK);
  cr_assert_str_eq(e.flags, "");
}
