/* core_disclosure_test.c - which cells are withheld for confidentiality, worked by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "engine/disclosure_sums.h"
#include "engine/presentation.h"

/* ---- sums ----------------------------------------------------------------------------------- */

Test(disclosure, a_sum_of_two_unknowns_tells_neither) {
  static const uint32_t start[] = {0, 2}, term[] = {0, 1};
  static const int8_t sign[] = {1, 1};
  const sp_sums sums = {2, 1, start, term, sign};
  uint8_t determined[2];
  cr_assert_eq(sp_sums_determined(&sums, determined), SAMPAN_OK);
  cr_expect(!determined[0] && !determined[1]);
}

/* x + y, y + z, x + y + z: no sum has one unknown alone, and yet all are determined. */
Test(disclosure, several_sums_together_tell) {
  static const uint32_t start[] = {0, 2, 4, 7}, term[] = {0, 1, 1, 2, 0, 1, 2};
  static const int8_t sign[] = {1, 1, 1, 1, 1, 1, 1};
  const sp_sums sums = {4, 3, start, term, sign};
  uint8_t determined[4];
  cr_assert_eq(sp_sums_determined(&sums, determined), SAMPAN_OK);
  cr_expect(determined[0] && determined[1] && determined[2] && !determined[3]);
}

/* A table of 2 x 2 with its margins, all four cells hidden: none is determined. Three hidden: the
 * fourth's row and column tell them all. */
Test(disclosure, a_square_of_hidden_cells_holds) {
  static const uint32_t start[] = {0, 2, 4, 6, 8}, term[] = {0, 1, 2, 3, 0, 2, 1, 3};
  static const int8_t sign[] = {1, 1, 1, 1, 1, 1, 1, 1};
  static const uint32_t start_3[] = {0, 2, 3, 5, 6}, term_3[] = {0, 1, 2, 0, 2, 1};
  const sp_sums four = {4, 4, start, term, sign}, three = {3, 4, start_3, term_3, sign};
  uint8_t determined[4];
  cr_assert_eq(sp_sums_determined(&four, determined), SAMPAN_OK);
  for (int i = 0; i < 4; i++) cr_expect_not(determined[i]);
  cr_assert_eq(sp_sums_determined(&three, determined), SAMPAN_OK);
  for (int i = 0; i < 3; i++) cr_expect(determined[i]);
}

Test(disclosure, limits_close_in_on_small_sums) {
  static const uint32_t start[] = {0, 2}, term[] = {0, 1};
  static const int8_t sign[] = {1, 1};
  const sp_sums sums = {2, 1, start, term, sign};
  const double value[] = {1, 1};
  double low[] = {1, 1}, high[] = {4, 4};
  uint32_t cause[4];
  sp_sums_narrow(&sums, value, low, high, cause);
  cr_expect(cause[0] == UINT32_MAX && cause[1] == 0);
  cr_expect(high[0] == 1 && high[1] == 1);
  const double open[] = {2, 3};
  double low_2[] = {1, 1}, high_2[] = {4, 4};
  sp_sums_narrow(&sums, open, low_2, high_2, cause);
  cr_expect(low_2[0] == 1 && high_2[0] == 4);
}

/* ---- tables --------------------------------------------------------------------------------- */

enum { MOST = 64 };
static const sampan_statistic share = {"x", SAMPAN_UNIT_PROPORTION, 0, 0, 1, 1};
static const sampan_statistic mean = {"x", SAMPAN_UNIT_NONE, 0, -HUGE_VAL, HUGE_VAL, 1};
static const char *const by_sex[] = {"sex"};
static const char *const by_both[] = {"sex", "age"};
static const char *const values[][2] = {{"f", NULL}, {"m", NULL}, {"f", "1"}, {"f", "2"},
                                        {"f", "3"},  {"m", "1"},  {"m", "2"}, {"m", "3"}};

typedef struct table {
  sp_arena *arena;
  sp_plan plan;
  sp_outcome outcome;
  sp_estimate e[MOST];
} table;

static void add(table *t, uint32_t indicator, uint32_t n_by, int which, int64_t n,
                int64_t n_events) {
  sp_estimate *e = &t->e[t->outcome.n_estimates++];
  *e = (sp_estimate){.indicator = indicator,
                     .period = "",
                     .by = n_by == 2 ? by_both : by_sex,
                     .values = n_by > 0 ? values[which] : NULL,
                     .n_by = n_by,
                     .about = n_events < 0 ? &mean : &share,
                     .n = n,
                     .n_positive = n,
                     .n_events = n_events < 0 ? 0 : n_events,
                     .events = n_events < 0 ? NAN : (double)n_events,
                     .exposure = NAN,
                     .value = 0.5,
                     .flags = "",
                     .why = ""};
}

static table *open_table(uint32_t n_indicators) {
  static table t;
  memset(&t, 0, sizeof t);
  t.arena = sp_arena_new(0);
  t.plan.n_indicators = n_indicators;
  t.plan.kind = SP_KIND_SURVEY;
  t.outcome.arena = t.arena;
  t.outcome.plan = &t.plan;
  t.outcome.estimates = t.e;
  return &t;
}

static void apply(table *t, double below, int32_t zeros) {
  const sp_protection rule = {.below = below, .zeros = zeros};
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_disclosure_apply(&rule, &t->outcome, &error), SAMPAN_OK, "%s", error.message);
}

static int is_hidden(const table *t, int i) {
  return t->e[i].status == SAMPAN_STATUS_SUPPRESSED;
}

static void close_table(table *t) {
  sp_arena_free(t->arena);
}

Test(disclosure, a_small_group_takes_another_with_it) {
  table *t = open_table(1);
  add(t, 0, 0, 0, 200, 90);
  add(t, 0, 1, 0, 3, 1);
  add(t, 0, 1, 1, 197, 89);
  apply(t, 5, 0);
  cr_expect_not(is_hidden(t, 0));
  cr_expect_str_eq(t->e[1].flags, "confidential");
  cr_expect_str_eq(t->e[1].why, "fewer than 5 records or events");
  cr_expect_str_eq(t->e[2].flags, "complementary");
  cr_expect_str_eq(t->e[2].why, "would reveal another cell");
  close_table(t);
}

Test(disclosure, few_events_and_few_others_are_small_counts) {
  table *t = open_table(1);
  add(t, 0, 1, 0, 100, 2);
  add(t, 0, 1, 1, 100, 98);
  apply(t, 5, 0);
  cr_expect_str_eq(t->e[0].flags, "confidential");
  cr_expect_str_eq(t->e[1].flags, "confidential");
  close_table(t);
}

Test(disclosure, zeros_are_shown_unless_asked) {
  for (int32_t zeros = 0; zeros < 2; zeros++) {
    table *t = open_table(1);
    add(t, 0, 0, 0, 200, 100);
    add(t, 0, 1, 0, 100, 0);
    add(t, 0, 1, 1, 100, 100);
    apply(t, 5, zeros);
    cr_expect_eq(is_hidden(t, 1), zeros);
    cr_expect_eq(is_hidden(t, 2), zeros);
    close_table(t);
  }
}

/* One small cell of 2 x 3: a second in its row, a second in its column, and the corner of both; the
 * smallest ones that there are. */
Test(disclosure, a_table_with_both_margins_needs_four) {
  table *t = open_table(1);
  static const int64_t n[] = {3, 40, 30, 50, 60, 20};
  add(t, 0, 0, 0, 203, -1);
  add(t, 0, 1, 0, 73, -1);
  add(t, 0, 1, 1, 130, -1);
  for (int i = 0; i < 6; i++) add(t, 0, 2, 2 + i, n[i], -1);
  /* The other margin. */
  static const char *const by_age[] = {"age"};
  static const char *const ages[][1] = {{"1"}, {"2"}, {"3"}};
  static const int64_t margin[] = {53, 100, 50};
  for (int i = 0; i < 3; i++) {
    add(t, 0, 1, 0, margin[i], -1);
    t->e[9 + i].by = by_age;
    t->e[9 + i].values = ages[i];
  }
  apply(t, 5, 0);
  static const int hidden[] = {0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0, 0};
  for (int i = 0; i < 12; i++) cr_expect_eq(is_hidden(t, i), hidden[i], "%d", i);
  close_table(t);
}

/* Free of smoking is the complement of smoking: what one hides, the other must not show. */
Test(disclosure, complements_are_hidden_together) {
  table *t = open_table(2);
  for (uint32_t i = 0; i < 2; i++) {
    add(t, i, 0, 0, 300, i == 0 ? 60 : 240);
    add(t, i, 1, 0, 100, i == 0 ? 3 : 97);
    add(t, i, 1, 1, 200, i == 0 ? 57 : 143);
  }
  apply(t, 5, 0);
  for (int i = 0; i < 6; i++) cr_expect_eq(is_hidden(t, i), i % 3 != 0, "%d", i);
  close_table(t);
}

/* The records of a mean that asks the same people are the same records. */
Test(disclosure, the_same_records_are_one_count) {
  table *t = open_table(2);
  add(t, 0, 1, 0, 4, 2);
  add(t, 0, 1, 1, 96, 50);
  add(t, 1, 1, 0, 4, -1);
  add(t, 1, 1, 1, 96, -1);
  apply(t, 5, 0);
  for (int i = 0; i < 4; i++) cr_expect(is_hidden(t, i), "%d", i);
  close_table(t);
}

/* 1 + 1 = 2: both are small, and with both hidden their sum still tells them. */
Test(disclosure, limits_count_too) {
  table *t = open_table(1);
  static const int64_t n[] = {1, 1, 60, 50, 60, 70};
  add(t, 0, 1, 0, 62, -1);
  add(t, 0, 1, 1, 180, -1);
  for (int i = 0; i < 6; i++) add(t, 0, 2, 2 + i, n[i], -1);
  apply(t, 5, 0);
  cr_expect(is_hidden(t, 2) && is_hidden(t, 3));
  cr_expect(is_hidden(t, 4));
  cr_expect_str_eq(t->e[4].flags, "complementary");
  cr_expect_not(is_hidden(t, 5));
  close_table(t);
}

Test(disclosure, what_is_imprecise_is_hidden_already) {
  table *t = open_table(1);
  add(t, 0, 0, 0, 203, -1);
  add(t, 0, 1, 0, 3, -1);
  add(t, 0, 1, 1, 20, -1);
  t->e[2].status = SAMPAN_STATUS_SUPPRESSED;
  t->e[2].flags = "Px";
  t->e[1].values = values[0];
  apply(t, 5, 0);
  cr_expect_str_eq(t->e[1].flags, "confidential");
  cr_expect_str_eq(t->e[2].flags, "Px");
  cr_expect_not(is_hidden(t, 0));
  close_table(t);
}

Test(disclosure, missing_values_of_too_few_are_not_told) {
  table *t = open_table(1);
  sp_use_count use = {.n_domain = 9, .n_missing = 6};
  t->outcome.uses = &use;
  add(t, 0, 0, 0, 3, 1);
  apply(t, 5, 0);
  cr_expect(is_hidden(t, 0));
  cr_expect_eq(use.n_domain, -1);
  cr_expect_eq(use.n_missing, -1);
  close_table(t);
}

Test(disclosure, without_protection_all_is_shown) {
  table *t = open_table(1);
  add(t, 0, 1, 0, 3, 1);
  apply(t, 0, 0);
  cr_expect_not(is_hidden(t, 0));
  close_table(t);
}

/* Few events of any statistic count, whichever is the first; the others of its row stay. */
Test(disclosure, every_statistic_is_a_cell) {
  for (int few = 0; few < 3; few++) {
    table *t = open_table(1);
    for (int k = 0; k < 3; k++) {
      add(t, 0, 1, 0, 100, k == few ? 3 : 30 + k);
      t->e[k].statistic = (uint32_t)k;
    }
    apply(t, 5, 0);
    for (int k = 0; k < 3; k++) cr_expect_eq(is_hidden(t, k), k == few, "%d of %d", k, few);
    close_table(t);
  }
}

/* Few records hide all statistics; so does what would tell them from another split. */
Test(disclosure, few_records_hide_every_statistic) {
  table *t = open_table(1);
  static const int64_t n[] = {200, 3, 197}, events[][2] = {{90, 80}, {1, 2}, {89, 78}};
  for (int i = 0; i < 3; i++) {
    for (int k = 0; k < 2; k++) {
      add(t, 0, i > 0, i > 0 ? i - 1 : 0, n[i], events[i][k]);
      t->e[2 * i + k].statistic = (uint32_t)k;
    }
  }
  apply(t, 5, 0);
  for (int i = 0; i < 6; i++) cr_expect_eq(is_hidden(t, i), i > 1, "%d", i);
  close_table(t);
}
