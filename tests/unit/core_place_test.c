/* Where records stand in a design of two stages: the same numbers in every read, and the record
 * that is at fault. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "design/error_ids.h"
#include "engine/place.h"
#include "records/error_ids.h"

enum { STRATUM = 0, PSU = 1, SECOND = 2, N1 = 3, N2 = 4, FIELDS = 5, ROWS = 8 };

static const char *const names[FIELDS] = {"stratum", "psu", "street", "n1", "n2"};

static const double records[ROWS][FIELDS] = {{1, 1, 1, 5, 4}, {2, 1, 1, 9, 7}, {1, 1, 2, 5, 4},
                                             {1, 2, 1, 5, 6}, {2, 1, 1, 9, 7}, {1, 1, 1, 5, 4},
                                             {2, 2, 3, 9, 8}, {1, 2, 2, 5, 6}};

typedef struct fixture {
  sp_arena *arena;
  sp_program *program;
  sp_machine *machine;
  sp_expr names[FIELDS];
  const sp_expr *one[FIELDS];
  uint32_t required[FIELDS];
  sp_stage stage;
  sp_stage_columns stage_columns;
  sp_place_columns columns;
  sp_plan plan;
  sp_place place;
} fixture;

/* Two stages with FPC; the second of streets or of records. */
static void open_fixture(fixture *f, int by_street) {
  memset(f, 0, sizeof *f);
  f->arena = sp_arena_new(0);
  f->program = sp_program_new(f->arena, "plan.yaml");
  for (uint32_t k = 0; k < FIELDS; k++) {
    uint32_t field;
    f->names[k] = (sp_expr){.kind = SP_EXPR_NAME, .text = names[k]};
    f->one[k] = &f->names[k];
    cr_assert_eq(sp_program_field(f->program, names[k], SAMPAN_NUMBER, &field, NULL), 0);
    cr_assert_eq(field, k);
    cr_assert_eq(sp_program_require(f->program, f->one[k], SAMPAN_NUMBER, &f->required[k], NULL),
                 0);
  }
  cr_assert_eq(sp_program_compile(f->program, NULL), 0);
  cr_assert_eq(sp_machine_new(f->program, 64, &f->machine, NULL), 0);
  f->stage = (sp_stage){.unit = &f->one[SECOND], .n_unit = by_street ? 1U : 0, .fpc = f->one[N2]};
  f->stage_columns = (sp_stage_columns){.units = &f->required[SECOND], .fpc = f->required[N2]};
  f->columns = (sp_place_columns){.strata = &f->required[STRATUM],
                                  .psus = &f->required[PSU],
                                  .fpc = f->required[N1],
                                  .stages = &f->stage_columns};
  f->plan.file = "plan.yaml";
  f->plan.design = (sp_design){.given = 1,
                               .strata = &f->one[STRATUM],
                               .n_strata = 1,
                               .psu = &f->one[PSU],
                               .n_psu = 1,
                               .fpc = f->one[N1],
                               .fpc_is = SP_FPC_POPULATION,
                               .nested = 1,
                               .stages = &f->stage,
                               .n_stages = 1};
  cr_assert_eq(sp_place_init(&f->place, &f->plan, &f->columns), 0);
}

static void close_fixture(fixture *f) {
  sp_place_clear(&f->place);
  sp_machine_free(f->machine);
  sp_arena_free(f->arena);
}

/* Reads records from..to in batches of `size`. */
static int32_t read_rows(fixture *f, const double (*rows)[FIELDS], int n, int size, uint32_t *unit,
                         sampan_error *error) {
  static const double weight[ROWS] = {1, 1, 1, 1, 1, 1, 0, 1};
  const uint64_t all = UINT64_MAX;
  cr_assert_eq(sp_place_start(&f->place, 64), 0);
  for (int from = 0; from < n; from += size) {
    const int m = from + size <= n ? size : n - from;
    for (int i = 0; i < m; i++) {
      for (uint32_t k = 0; k < FIELDS; k++) {
        sp_column *c = sp_machine_field(f->machine, k);
        const double x = rows[from + i][k];
        sampan_set_bit(c->present, i, !isnan(x));
        c->number[i] = isnan(x) ? 0 : x;
      }
    }
    cr_assert_eq(sp_machine_run(f->machine, m, NULL), 0);
    SP_TRY(sp_place_batch(&f->place, f->machine, &all, weight + from, m, unit + from, error));
  }
  return sp_place_finish(&f->place, error);
}

Test(place, every_read_gives_the_same_numbers) {
  for (int by_street = 0; by_street < 2; by_street++) {
    fixture f;
    uint32_t first[ROWS], again[ROWS];
    open_fixture(&f, by_street);
    cr_assert_eq(read_rows(&f, records, ROWS, 3, first, NULL), 0);
    const sp_units *leaves = sp_units_leaves(&f.place.units);
    const uint32_t n_leaves = leaves->n_psu;
    cr_assert_eq(n_leaves, by_street ? 6 : ROWS);
    cr_assert_eq(read_rows(&f, records, ROWS, ROWS, again, NULL), 0);
    cr_assert_arr_eq(first, again, sizeof first);
    cr_assert_eq(read_rows(&f, records, ROWS, 1, again, NULL), 0);
    cr_assert_arr_eq(first, again, sizeof first);
    cr_assert_eq(leaves->n_psu, n_leaves);
    cr_assert_eq(first[0] == first[5], by_street); /* one street, two records */
    cr_assert_eq(first[1] == first[4], by_street);
    close_fixture(&f);
  }
}

Test(place, units_know_where_they_lie) {
  fixture f;
  uint32_t unit[ROWS];
  open_fixture(&f, 1);
  cr_assert_eq(read_rows(&f, records, ROWS, 4, unit, NULL), 0);
  const sp_units *u = &f.place.units, *leaves = sp_units_leaves(u);
  cr_assert_eq(u->n_strata, 2);
  cr_assert_eq(u->n_psu, 4); /* PSU 1 of either stratum is another */
  cr_assert_eq(leaves->n_strata, 4);
  cr_assert_str_eq(leaves->strata[leaves->psus[unit[6]].stratum].text, "2 / 2");
  const uint32_t psu = sp_units_psu_of(u, unit[6]);
  cr_assert_str_eq(u->strata[u->psus[psu].stratum].text, "2");
  cr_assert_eq(u->psus[psu].has_weight, 0);
  cr_assert_eq(u->psus[sp_units_psu_of(u, unit[7])].has_weight, 1);
  cr_assert_eq(u->strata[0].fpc, 2 / 5.0);
  cr_assert_eq(leaves->strata[leaves->psus[unit[3]].stratum].fpc, 2 / 6.0);
  /* Leaves of a stratum, and of a PSU in it, follow one another. */
  char seen[6] = {0};
  for (uint32_t i = 0; i < leaves->n_psu; i++) seen[sp_units_order(u, i)] = 1;
  for (int i = 0; i < 6; i++) cr_assert_eq(seen[i], 1);
  cr_assert_lt(sp_units_order(u, unit[7]), sp_units_order(u, unit[1]));
  cr_assert_lt(sp_units_order(u, unit[2]), sp_units_order(u, unit[3]));
  close_fixture(&f);
}

/* A file that changes between two reads: nothing has room for what the first one did not meet. */
Test(place, units_that_the_first_read_did_not_meet) {
  for (int by_street = 0; by_street < 2; by_street++) {
    fixture f;
    uint32_t unit[ROWS];
    sampan_error error = {.struct_size = sizeof error};
    open_fixture(&f, by_street);
    cr_assert_eq(read_rows(&f, records, ROWS - 1, 4, unit, NULL), 0);
    cr_assert_eq(read_rows(&f, records, ROWS, 4, unit, &error), SAMPAN_E_DATA);
    cr_assert_eq(error.id, SP_ID_CHANGED);
    close_fixture(&f);
  }
}

Test(place, the_record_at_fault) {
  static const struct {
    int row, field;
    double value;
    int32_t id;
    const char *text;
  } faults[] = {{2, STRATUM, NAN, SP_ID_STRATUM_MISSING, "no stratum"},
                {3, PSU, NAN, SP_ID_PSU_MISSING, "no PSU"},
                {4, SECOND, NAN, SP_ID_PSU_MISSING, "no unit of stage 2"},
                {5, N1, NAN, SP_ID_FPC_VARIES, "no finite population correction"},
                {5, N1, 6, SP_ID_FPC_VARIES, "stratum '1' is 6 here, and 5"},
                {5, N2, 3, SP_ID_FPC_VARIES, "stratum '1 / 1' is 3 here, and 4"},
                {0, N2, 0.5, SP_ID_FPC, "0.5 units is less than 1"},
                {6, N1, -1, SP_ID_FPC, "less than 1"}};
  for (size_t k = 0; k < sizeof faults / sizeof *faults; k++) {
    fixture f;
    uint32_t unit[ROWS];
    double rows[ROWS][FIELDS];
    sampan_error error = {.struct_size = sizeof error};
    memcpy(rows, records, sizeof rows);
    rows[faults[k].row][faults[k].field] = faults[k].value;
    open_fixture(&f, 1);
    cr_assert_eq(read_rows(&f, (const double(*)[FIELDS])rows, ROWS, ROWS, unit, &error),
                 SAMPAN_E_DATA);
    cr_assert_eq(error.id, faults[k].id, "%s: %s", faults[k].text, error.message);
    cr_assert_not_null(strstr(error.message, faults[k].text), "%s", error.message);
    cr_assert_eq(error.row, faults[k].row + 1);
    cr_assert_str_eq(error.column, names[faults[k].field]);
    close_fixture(&f);
  }
}
