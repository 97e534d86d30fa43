/* Strata and PSUs that come by run: the units, the strata and the errors are those of records that
 * come one by one. */
#include <criterion/criterion.h>
#include <string.h>

#include "design/error_ids.h"
#include "engine/place.h"

enum { STRATUM = 0, PSU = 1, FIELDS = 2, ROWS = 1024, BATCH = 192 };

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

typedef struct fixture {
  sp_arena *arena;
  sp_program *program;
  sp_machine *machine;
  sp_expr names[FIELDS];
  const sp_expr *one[FIELDS];
  uint32_t required[FIELDS];
  sp_place_columns columns;
  sp_plan plan;
  sp_place place;
} fixture;

static void open_fixture(fixture *f, int nested, int with_strata) {
  static const char *const names[FIELDS] = {"stratum", "psu"};
  memset(f, 0, sizeof *f);
  f->arena = sp_arena_new(0);
  f->program = sp_program_new(f->arena, "plan.yaml");
  for (uint32_t k = 0; k < FIELDS; k++) {
    uint32_t field;
    f->names[k] = (sp_expr){.kind = SP_EXPR_NAME, .text = names[k]};
    f->one[k] = &f->names[k];
    cr_assert_eq(sp_program_field(f->program, names[k], SAMPAN_NUMBER, &field, NULL), 0);
    cr_assert_eq(
        sp_program_require(f->program, f->one[k], SAMPAN_NUMBER | SP_KEY, &f->required[k], NULL),
        0);
  }
  cr_assert_eq(sp_program_compile(f->program, NULL), 0);
  cr_assert(sp_program_is_key_alone(f->program, PSU));
  cr_assert_eq(sp_machine_new(f->program, BATCH, &f->machine, NULL), 0);
  f->columns = (sp_place_columns){
      .strata = &f->required[STRATUM], .psus = &f->required[PSU], .fpc = UINT32_MAX};
  f->plan.file = "plan.yaml";
  f->plan.design = (sp_design){.given = 1,
                               .strata = &f->one[STRATUM],
                               .n_strata = with_strata ? 1U : 0,
                               .psu = &f->one[PSU],
                               .n_psu = 1,
                               .nested = nested};
  cr_assert_eq(sp_place_init(&f->place, &f->plan, &f->columns), 0);
  cr_assert_eq(sp_place_start(&f->place, BATCH), 0);
}

static void close_fixture(fixture *f) {
  sp_place_clear(&f->place);
  sp_machine_free(f->machine);
  sp_arena_free(f->arena);
}

typedef struct sample {
  double field[FIELDS][ROWS], weight[ROWS];
  uint64_t kept[ROWS / 64];
} sample;

/* Sorted, or PSUs come again; `drops`: some batches have records that are not kept. */
static void draw(uint64_t *state, int nested, int sorted, int drops, sample *s) {
  int psu = 0, stratum = 0;
  memset(s->kept, 0xff, sizeof s->kept);
  for (int i = 0; i < ROWS;) {
    const int n = 1 + (int)(next(state) % (next(state) % 3 == 0 ? 4 : 150));
    psu = sorted ? psu + 1 : (int)(next(state) % 40);
    stratum = nested ? (int)(next(state) % 3) : psu / 4;
    const int is_idle = next(state) % 5 == 0; /* weights of 0 to the end of the run */
    for (int k = 0; k < n && i < ROWS; k++, i++) {
      s->field[STRATUM][i] = stratum;
      s->field[PSU][i] = psu * (psu % 2 == 0 ? 1 : 70000.5);
      s->weight[i] = is_idle && k < n - 1 ? 0 : 1.5;
      if (drops && i / BATCH == 2 && next(state) % 9 == 0)
        s->kept[i / 64] &= ~(UINT64_C(1) << i % 64);
    }
  }
}

/* One batch; by run where the column has fewer than records. */
static int32_t place_batch(fixture *f, const sample *s, int from, int n, int by_run, uint32_t *unit,
                           sampan_error *error) {
  static uint32_t ends[FIELDS][BATCH];
  for (uint32_t k = 0; k < FIELDS; k++) {
    sp_column *c = sp_machine_field(f->machine, k);
    const double *x = s->field[k] + from;
    memset(c->present, 0xff, BATCH / 8);
    c->n_runs = 0;
    c->run_end = ends[k];
    for (int i = 0; i < n; i++) {
      if (!by_run) {
        c->number[i] = x[i];
        continue;
      }
      if (i == 0 || x[i] != x[i - 1]) c->number[c->n_runs++] = x[i];
      ends[k][c->n_runs - 1] = (uint32_t)i + 1;
    }
  }
  cr_assert_eq(sp_machine_run(f->machine, n, NULL), 0);
  return sp_place_batch(&f->place, f->machine, s->kept + from / 64, s->weight + from, n,
                        unit + from, error);
}

static void expect_starts(const sp_place *p, const uint32_t *unit, int n) {
  for (int i = 1; i < n && p->starts != NULL; i++) {
    cr_assert(unit[i] == unit[i - 1] || sampan_bit(p->starts, i), "unit %d begins unseen", i);
  }
}

static void expect_same(const fixture *a, const fixture *b) {
  const sp_units *u = &a->place.units, *v = &b->place.units;
  cr_assert_eq(u->n_psu, v->n_psu);
  cr_assert_eq(u->n_strata, v->n_strata);
  for (uint32_t i = 0; i < u->n_psu; i++) {
    cr_assert_eq(u->psus[i].stratum, v->psus[i].stratum);
    cr_assert_eq(u->psus[i].has_weight, v->psus[i].has_weight, "unit %u", i);
  }
  for (uint32_t h = 0; h < u->n_strata; h++) {
    cr_assert_eq(u->strata[h].n_psu, v->strata[h].n_psu);
    cr_assert_str_eq(u->strata[h].text, v->strata[h].text);
  }
}

Test(place_runs, runs_and_records_have_the_same_units) {
  static sample s;
  static uint32_t one[ROWS], other[ROWS];
  uint64_t state = 88172645463325252U;
  int n_by_run = 0;
  for (int round = 0; round < 200; round++) {
    fixture a, b;
    const int nested = round % 2, with_strata = round % 5 != 0;
    draw(&state, nested, round % 3 == 0, round % 4 == 0, &s);
    open_fixture(&a, nested, with_strata);
    open_fixture(&b, nested, with_strata);
    for (int from = 0; from < ROWS; from += BATCH) {
      const int n = from + BATCH <= ROWS ? BATCH : ROWS - from;
      cr_assert_eq(place_batch(&a, &s, from, n, 0, one, NULL), 0);
      cr_assert_null(a.place.starts);
      cr_assert_eq(place_batch(&b, &s, from, n, 1 + from / BATCH % 3 != 0, other, NULL), 0);
      n_by_run += b.place.starts != NULL;
      expect_starts(&b.place, other + from, n);
      for (int i = from; i < from + n; i++) {
        cr_assert(!sampan_bit(s.kept, i) || one[i] == other[i], "round %d, record %d", round, i);
      }
    }
    expect_same(&a, &b);
    close_fixture(&a);
    close_fixture(&b);
  }
  cr_assert_gt(n_by_run, 500);
}

Test(place_runs, a_psu_in_two_strata_is_told_at_its_record) {
  static sample s;
  uint32_t unit[ROWS];
  for (int by_run = 0; by_run < 2; by_run++) {
    fixture f;
    sampan_error error = {.struct_size = sizeof error};
    for (int i = 0; i < BATCH; i++) {
      s.field[STRATUM][i] = i < 100 ? 1 : 2;
      s.field[PSU][i] = i < 50 ? 7 : i < 100 ? 8 : i < 130 ? 9 : 7;
      s.weight[i] = 1;
    }
    memset(s.kept, 0xff, sizeof s.kept);
    open_fixture(&f, 0, 1);
    cr_assert_eq(place_batch(&f, &s, 0, BATCH, by_run, unit, &error), SAMPAN_E_DATA);
    cr_assert_eq(error.id, SP_ID_NOT_NESTED);
    cr_assert_eq(error.row, 131);
    cr_assert_str_eq(error.column, "psu");
    cr_assert(strstr(error.message, "PSU '7' is in stratum '2' here, and in stratum '1' before") !=
              NULL);
    close_fixture(&f);
  }
}
