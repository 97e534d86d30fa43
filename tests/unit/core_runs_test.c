/* The quick ways to a variance against the general one, on random designs. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/elements.h"
#include "design/runs.h"

enum { MOST = 400, N_TOTALS = 3, N_MOMENTS = 6 };

typedef struct world {
  sp_units units;
  sp_design design;
  sp_point points[MOST];
  double z[MOST], work[MOST];
  uint32_t stratum[MOST], end[MOST];
  uint32_t n, n_runs;
  uint64_t state;
} world;

static uint64_t next(world *w) {
  w->state ^= w->state << 13;
  w->state ^= w->state >> 7;
  w->state ^= w->state << 17;
  return w->state;
}

static double uniform(world *w) {
  return (double)(next(w) >> 11) * 0x1p-53;
}

/* Strata of `least` PSUs and more; some with an FPC, some taken whole. */
static void make(world *w, uint64_t seed, uint32_t least) {
  memset(w, 0, sizeof *w);
  w->state = seed * 2654435761U + 88172645463325252U;
  cr_assert_eq(sp_units_init(&w->units), 0);
  const uint32_t n_strata = 1 + (uint32_t)(next(w) % 8);
  for (uint32_t h = 0; h < n_strata; h++) {
    char text[16];
    const int length = snprintf(text, sizeof text, "h%u", h);
    cr_assert_eq(sp_units_stratum(&w->units, text, (uint64_t)length), h);
    const uint32_t n = least + (uint32_t)(next(w) % 20);
    for (uint32_t i = 0; i < n; i++) {
      cr_assert_neq(sp_units_psu(&w->units, h, NULL, 0), SP_MAP_NONE);
    }
    const uint64_t kind = next(w) % 6;
    w->units.strata[h].fpc = kind == 0 ? 1 : kind < 3 ? uniform(w) : 0;
  }
}

static void add_point(world *w, uint32_t psu, double z) {
  const uint32_t stratum = w->units.psus[psu].stratum;
  w->points[w->n] = (sp_point){.psu = psu, .stratum = stratum, .leaf = psu, .z = z};
  if (w->n_runs == 0 || w->stratum[w->n_runs - 1] != stratum) w->stratum[w->n_runs++] = stratum;
  w->z[w->n++] = z;
  w->end[w->n_runs - 1] = w->n;
}

static sp_runs runs_of(world *w) {
  return (sp_runs){
      .z = w->z, .work = w->work, .stratum = w->stratum, .end = w->end, .n_runs = w->n_runs};
}

Test(runs, are_the_covariance_bit_for_bit) {
  int n_told = 0;
  for (uint64_t seed = 1; seed < 3000; seed++) {
    world w;
    make(&w, seed, seed % 5 == 0 ? 1 : 2);
    const uint64_t kind = seed % 4;
    for (uint32_t i = 0; i < w.units.n_psu; i++) {
      if (next(&w) % 3 == 0) continue;
      double z = uniform(&w) - 0.5;
      if (kind == 1) z = ldexp(z, (int)(next(&w) % 80) - 40);
      if (kind == 2) z = 0.25;
      if (kind == 3 && next(&w) % 2 == 0) z = 0;
      add_point(&w, i, z);
    }
    w.design.lonely = (int32_t[]){SP_LONELY_REMOVE, SP_LONELY_ADJUST, SP_LONELY_AVERAGE,
                                  SP_LONELY_CERTAINTY}[next(&w) % 4];
    w.design.lonely_in_domain = next(&w) % 2 == 0;
    const sp_runs runs = runs_of(&w);
    sp_variance_note note;
    double got = -1, want = -1;
    cr_assert_eq(sp_units_covariance(&w.units, &w.design, "plan.yaml", w.points, w.n, w.points, w.n,
                                     &want, &note, NULL),
                 0);
    const int told = sp_runs_variance(&w.units, &w.design, &runs, &got);
    cr_assert_eq(told, note.n_lonely == 0, "seed %d", (int)seed);
    cr_assert(!told || memcmp(&got, &want, sizeof got) == 0, "seed %d: %a, not %a", (int)seed, got,
              want);
    n_told += told;
    sp_units_clear(&w.units);
  }
  cr_assert_gt(n_told, 1000);
}

/* ---- records as PSUs ---------------------------------------------------------------------- */

typedef struct sums {
  uint32_t stratum[MOST];
  int64_t n_records[MOST];
  sp_long_sum totals[MOST][N_TOTALS], moments[MOST][N_MOMENTS];
  sp_twofold total[MOST][N_TOTALS], moment[MOST][N_MOMENTS];
  uint32_t n;
} sums;

static void add_record(sums *s, uint32_t stratum, double weight, const double *u) {
  if (s->n == 0 || s->stratum[s->n - 1] != stratum) s->stratum[s->n++] = stratum;
  const uint32_t h = s->n - 1;
  uint32_t at = 0;
  s->n_records[h]++;
  for (uint32_t k = 0; k < N_TOTALS; k++) {
    sp_long_add(&s->totals[h][k], weight * u[k]);
    for (uint32_t j = 0; j <= k; j++) {
      sp_long_add_product(&s->moments[h][at++], weight * u[k], weight * u[j]);
    }
  }
}

static sp_elements elements_of(sums *s) {
  for (uint32_t h = 0; h < s->n; h++) {
    for (uint32_t k = 0; k < N_TOTALS; k++) s->total[h][k] = sp_long_value(&s->totals[h][k]);
    for (uint32_t k = 0; k < N_MOMENTS; k++) s->moment[h][k] = sp_long_value(&s->moments[h][k]);
  }
  return (sp_elements){.stratum = s->stratum,
                       .n_records = s->n_records,
                       .totals = s->total[0],
                       .moments = s->moment[0],
                       .n_strata = s->n,
                       .n_totals = N_TOTALS,
                       .n_cells = 1};
}

/* `rounding`: what the general way loses where it makes a record's value. */
static void compare(world *w, sums *s, const double *gradient, double rounding, uint64_t seed) {
  const sp_elements elements = elements_of(s);
  sp_variance_note note, other;
  double got = -1, want = -1;
  cr_assert_eq(sp_units_covariance(&w->units, &w->design, "plan.yaml", w->points, w->n, w->points,
                                   w->n, &want, &note, NULL),
               0);
  cr_assert_eq(sp_elements_variance(w->units.strata, &w->design, "plan.yaml", &elements, gradient,
                                    &got, &other, NULL),
               0);
  cr_assert_eq(note.n_lonely, other.n_lonely);
  cr_assert_eq(note.lonely_text, other.lonely_text);
  if (isnan(want)) {
    cr_assert(isnan(got), "seed %d: %g", (int)seed, got);
    return;
  }
  cr_assert(fabs(got - want) <= 1e-12 * want + rounding, "seed %d: %.17g, not %.17g", (int)seed,
            got, want);
}

Test(elements, have_the_variance_of_the_records) {
  static sums s;
  for (uint64_t seed = 1; seed < 3000; seed++) {
    world w;
    make(&w, seed, seed % 3 == 0 ? 1 : 2);
    memset(&s, 0, sizeof s);
    /* A prevalence, from rare to nearly all, and a mean. */
    const double p = seed % 2 == 0 ? 0.001 + 0.998 * uniform(&w) : 0.999999;
    double rounding = 0;
    const double gradient[N_TOTALS] = {-p / 1e5, 1 / 1e5, seed % 4 == 0 ? 0.3 / 1e5 : 0};
    for (uint32_t i = 0; i < w.units.n_psu; i++) {
      if (next(&w) % 3 == 0) continue;
      const double weight = next(&w) % 10 == 0 ? 0 : 10 + 500 * uniform(&w);
      const double u[N_TOTALS] = {1, uniform(&w) < p, seed % 8 == 0 ? 1 + uniform(&w) : 1.5};
      double z = 0, size = 0;
      for (uint32_t k = 0; k < N_TOTALS; k++) {
        z += gradient[k] * (weight * u[k]);
        size += fabs(gradient[k] * (weight * u[k]));
      }
      rounding += 0x1p-50 * size * fabs(z);
      add_point(&w, i, z);
      add_record(&s, w.units.psus[i].stratum, weight, u);
    }
    w.design.lonely = (int32_t[]){SP_LONELY_REMOVE, SP_LONELY_ADJUST, SP_LONELY_AVERAGE,
                                  SP_LONELY_CERTAINTY}[next(&w) % 4];
    w.design.lonely_in_domain = next(&w) % 2 == 0;
    compare(&w, &s, gradient, rounding, seed);
    sp_units_clear(&w.units);
  }
}

/* Values that are all the same have no spread, however they are rounded. */
Test(elements, without_spread_have_no_variance) {
  static sums s;
  world w;
  make(&w, 4, 5);
  memset(&s, 0, sizeof s);
  for (uint32_t h = 0; h < w.units.n_strata; h++) w.units.strata[h].fpc = 0;
  for (uint32_t i = 0; i < w.units.n_psu; i++) {
    const uint32_t stratum = w.units.psus[i].stratum;
    add_record(&s, stratum, 100.1 / (3 + stratum), (const double[]){1, 1, 1});
  }
  const sp_elements elements = elements_of(&s);
  sp_variance_note note;
  double got = -1;
  cr_assert_eq(sp_elements_variance(w.units.strata, &w.design, "plan.yaml", &elements,
                                    (const double[]){1.1, 0, 0}, &got, &note, NULL),
               0);
  cr_assert_eq(got, 0);
  sp_units_clear(&w.units);
}

Test(elements, name_a_stratum_with_one_record) {
  static sums s;
  world w;
  memset(&w, 0, sizeof w);
  memset(&s, 0, sizeof s);
  cr_assert_eq(sp_units_init(&w.units), 0);
  cr_assert_eq(sp_units_stratum(&w.units, "north", 5), 0);
  cr_assert_neq(sp_units_psu(&w.units, 0, NULL, 0), SP_MAP_NONE);
  add_record(&s, 0, 2, (const double[]){1, 1, 1});
  w.design.lonely = SP_LONELY_FAIL;
  const sp_elements elements = elements_of(&s);
  sp_variance_note note;
  sampan_error error = {.struct_size = sizeof error};
  double got = -1;
  cr_assert_eq(sp_elements_variance(w.units.strata, &w.design, "plan.yaml", &elements,
                                    (const double[]){1, 0, 0}, &got, &note, &error),
               SAMPAN_E_DATA);
  cr_assert_not_null(strstr(error.message, "'north'"));
  sp_units_clear(&w.units);
}
