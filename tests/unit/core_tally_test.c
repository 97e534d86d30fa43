/* Distributions of values by group: shared where no weight is 0, refused where one is negative or
 * they would take too much. */
#include <criterion/criterion.h>

#include "engine/tally.h"

enum { RUNS = 3, ROWS = 6 };

static int32_t add_all(sp_tally_table *t, double w[RUNS][ROWS]) {
  static const double values[ROWS] = {5, 1, 3, 1, 5, 9};
  sp_slices slices[RUNS][ROWS];
  sp_slices *runs[RUNS];
  int32_t status = SAMPAN_OK;
  for (int r = 0; r < RUNS; r++) {
    for (int i = 0; i < ROWS; i++) slices[r][i] = sp_slice(w[r][i]);
    runs[r] = slices[r];
  }
  for (int64_t i = 0; i < ROWS && status >= 0; i++) {
    status = sp_tally_add(t, i == ROWS - 1, values[i], runs, i);
  }
  return status;
}

Test(tally, of_each_run) {
  double w[RUNS][ROWS] = {{1, 2, 4, 8, 16, 3}, {2, 2, 2, 2, 2, 3}, {1, 1, 0, 1, 1, 0}};
  sp_tally_table t;
  uint64_t n_bytes = 0;
  cr_assert_eq(sp_tally_init(&t, RUNS, 0, &n_bytes), 0);
  cr_assert_eq(add_all(&t, w), 0);
  cr_assert_gt(n_bytes, 4 * (RUNS + 1) * sizeof(sp_exact));
  sp_arena *arena = sp_arena_new(0);
  sampan_tally *made;
  cr_assert_eq(sp_tally_make(&t, 2, arena, &made), 0);
  cr_assert_eq(made[0].n, 3);
  cr_assert_eq(made[0].value[1], 3);
  cr_assert_eq(made[0].weight[2], 17);
  cr_assert_eq(made[0].below[1], 14);
  cr_assert_eq(made[0].below[2], 31);
  cr_assert_eq(made[0].count[0], 2);
  cr_assert_eq(made[1].n, 1);
  cr_assert_eq(made[1].value[0], 9);
  cr_assert_eq(made[2].value, made[0].value); /* no value has weight 0: one list for both runs */
  cr_assert_eq(made[2].below[2], 10);
  cr_assert_eq(made[4].n, 2); /* 3 is left out */
  cr_assert_eq(made[4].value[1], 5);
  cr_assert_eq(made[4].below[1], 4);
  cr_assert_eq(made[4].count[1], 2);
  cr_assert_eq(made[5].n, 0);
  sp_arena_free(arena);
  sp_tally_clear(&t);
}

Test(tally, of_negative_weights_is_refused) {
  for (int run = 0; run < RUNS; run++) {
    double w[RUNS][ROWS] = {{1, 2, 4, 8, 16, 3}, {2, 2, 2, 2, 2, 3}, {1, 1, 0, 1, 1, 0}};
    w[run][3] = -0.001;
    sp_tally_table t;
    uint64_t n_bytes = 0;
    cr_assert_eq(sp_tally_init(&t, RUNS, 0, &n_bytes), 0);
    cr_assert_eq(add_all(&t, w), SAMPAN_E_DATA);
    sp_tally_clear(&t);
  }
}

Test(tally, of_too_many_values_is_refused) {
  double w[RUNS][ROWS] = {{1, 2, 4, 8, 16, 3}, {2, 2, 2, 2, 2, 3}, {1, 1, 1, 1, 1, 1}};
  sp_tally_table t;
  uint64_t n_bytes = SP_TALLY_MOST_BYTES - 600; /* another tally holds them */
  cr_assert_eq(sp_tally_init(&t, RUNS, 0, &n_bytes), 0);
  cr_assert_eq(add_all(&t, w), SAMPAN_E_PLAN);
  sp_tally_clear(&t);
}
