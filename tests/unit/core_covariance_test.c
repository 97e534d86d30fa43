/* The covariance of PSU totals: textbook numbers by hand, and the laws of a covariance. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/error_ids.h"
#include "design/units.h"

/* Strata with n[h] PSUs, numbered through. */
static void make(sp_units *u, uint32_t n_strata, const uint32_t *n, const char *const *names) {
  char text[16];
  cr_assert_eq(sp_units_init(u), 0);
  for (uint32_t h = 0; h < n_strata; h++) {
    const char *name = names != NULL ? names[h] : text;
    if (names == NULL) snprintf(text, sizeof text, "h%u", h);
    const uint32_t stratum = sp_units_stratum(u, name, strlen(name));
    cr_assert_eq(stratum, h);
    for (uint32_t i = 0; i < n[h]; i++) {
      char psu[16];
      const int length = snprintf(psu, sizeof psu, "%u", i); /* numbers start anew */
      cr_assert_neq(sp_units_psu(u, h, psu, (uint64_t)length), SP_MAP_NONE);
      cr_assert_eq(sp_units_psu(u, h, psu, (uint64_t)length), u->n_psu - 1, "made twice");
    }
    cr_assert_eq(u->strata[h].n_psu, n[h]);
  }
}

/* A point for each PSU in order; z[i] NaN: no record of the domain there. */
static uint32_t points(const sp_units *u, const double *z, sp_point *out) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < u->n_psu; i++) {
    if (isnan(z[i])) continue;
    out[n++] = (sp_point){.psu = i, .stratum = u->psus[i].stratum, .z = z[i]};
  }
  return n;
}

static sp_design design_of(int32_t lonely) {
  sp_design d = {.lonely = lonely, .nested = 1};
  return d;
}

static double covariance(const sp_units *u, int32_t lonely, const double *za, const double *zb,
                         sp_variance_note *note) {
  sp_point a[256], b[256];
  sp_variance_note own;
  const sp_design d = design_of(lonely);
  double out = -1;
  const uint32_t n_a = points(u, za, a), n_b = points(u, zb, b);
  cr_assert_eq(sp_units_covariance(u, &d, "plan.yaml", a, n_a, b, n_b, &out,
                                   note != NULL ? note : &own, NULL),
               0);
  return out;
}

static double variance(const sp_units *u, int32_t lonely, const double *z) {
  return covariance(u, lonely, z, z, NULL);
}

static void close_to(double got, double want) {
  cr_assert(fabs(got - want) <= 1e-13 * fabs(want) + 1e-300, "%.17g, not %.17g", got, want);
}

Test(covariance, two_strata_by_hand) {
  sp_units u;
  make(&u, 2, (const uint32_t[]){2, 3}, NULL);
  const double z[] = {10, 14, 3, 6, 9};
  /* 2/1 * (2^2 + 2^2) + 3/2 * (3^2 + 0 + 3^2) */
  close_to(variance(&u, SP_LONELY_FAIL, z), 16 + 27);
  const double other[] = {1, 5, 2, 1, 3};
  /* 2 * (-2*-2 + 2*2) + 1.5 * (-3*0 + 0 + 3*1) */
  close_to(covariance(&u, SP_LONELY_FAIL, z, other, NULL), 16 + 4.5);
  sp_units_clear(&u);
}

Test(covariance, psus_without_records_count_as_zero) {
  sp_units u;
  make(&u, 2, (const uint32_t[]){3, 4}, NULL);
  const double zeros[] = {6, 0, 3, 0, 0, 8, 0}, absent[] = {6, NAN, 3, NAN, NAN, 8, NAN};
  /* 3/2 * (9 + 9 + 0) + 4/3 * (4 + 4 + 36 + 4) */
  close_to(variance(&u, SP_LONELY_FAIL, zeros), 27 + 64);
  close_to(variance(&u, SP_LONELY_FAIL, absent), 27 + 64);
  /* Domains that share no PSU still vary together. */
  const double a[] = {6, NAN, NAN, 1, NAN, NAN, NAN}, b[] = {NAN, 4, NAN, NAN, NAN, NAN, 2};
  /* 3/2 * (-3 * 6 * 4 / 9) + 4/3 * (-4 * 1 * 2 / 16), as sum (a - m)(b - m) = -a b / n */
  close_to(covariance(&u, SP_LONELY_FAIL, a, b, NULL), 1.5 * -8 + 4.0 / 3 * -0.5);
  sp_units_clear(&u);
}

Test(covariance, finite_population_correction) {
  sp_units u;
  make(&u, 2, (const uint32_t[]){2, 2}, NULL);
  const double z[] = {10, 14, 3, 9};
  sp_design d = design_of(SP_LONELY_FAIL);
  const sp_expr given = {.kind = SP_EXPR_NAME};
  d.fpc = &given;
  d.fpc_is = SP_FPC_POPULATION;
  u.strata[0].fpc_given = 8;
  u.strata[1].fpc_given = 2;
  cr_assert_eq(sp_units_finish(&u, &d, "plan.yaml", NULL), 0);
  close_to(u.strata[0].fpc, 0.25);
  close_to(variance(&u, SP_LONELY_FAIL, z), 0.75 * 16); /* the second stratum is a census */
  d.fpc_is = SP_FPC_FRACTION;
  u.strata[0].fpc_given = 0.5;
  u.strata[1].fpc_given = 0.25;
  cr_assert_eq(sp_units_finish(&u, &d, "plan.yaml", NULL), 0);
  close_to(variance(&u, SP_LONELY_FAIL, z), 0.5 * 16 + 0.75 * 36);
  static const double wrong[] = {0, -1, 1.5, NAN, HUGE_VAL};
  for (int i = 0; i < 5; i++) {
    sampan_error error = {.struct_size = sizeof error};
    u.strata[1].fpc_given = wrong[i];
    cr_assert_eq(sp_units_finish(&u, &d, "plan.yaml", &error), SAMPAN_E_DATA);
    cr_assert_eq(error.id, SP_ID_FPC);
    cr_assert(strstr(error.message, "'h1'") != NULL);
  }
  d.fpc_is = SP_FPC_POPULATION;
  u.strata[1].fpc_given = 1;
  u.strata[0].fpc_given = 2;
  sampan_error error = {.struct_size = sizeof error};
  cr_assert_eq(sp_units_finish(&u, &d, "plan.yaml", &error), SAMPAN_E_DATA);
  cr_assert(strstr(error.message, "less than the 2 in the data") != NULL);
  sp_units_clear(&u);
}

Test(covariance, each_rule_for_lonely_psus) {
  static const char *const names[] = {"north", "south", "islands"};
  sp_units u;
  make(&u, 3, (const uint32_t[]){2, 2, 1}, names);
  const double z[] = {10, 14, 3, 9, 4}, away[] = {10, 14, 3, 9, NAN};
  sp_variance_note note;
  close_to(covariance(&u, SP_LONELY_REMOVE, z, z, &note), 16 + 36);
  cr_assert_eq(note.n_lonely, 1);
  cr_assert_str_eq(note.lonely_text, "islands");
  close_to(variance(&u, SP_LONELY_CERTAINTY, z), 16 + 36);
  close_to(variance(&u, SP_LONELY_AVERAGE, z), (16 + 36) * 3 / 2.0);
  /* The grand mean of five PSUs is 8. */
  close_to(variance(&u, SP_LONELY_ADJUST, z), 16 + 36 + 16);
  sp_point p[8];
  const sp_design fail = design_of(SP_LONELY_FAIL);
  sampan_error error = {.struct_size = sizeof error};
  double out;
  uint32_t n = points(&u, z, p);
  cr_assert_eq(sp_units_covariance(&u, &fail, "plan.yaml", p, n, p, n, &out, &note, &error),
               SAMPAN_E_DATA);
  cr_assert_eq(error.id, SP_ID_LONELY);
  cr_assert(strstr(error.message, "'islands'") != NULL);
  cr_assert_neq(error.hint[0], '\0');
  /* A lonely PSU that the domain does not touch is nobody's business. */
  n = points(&u, away, p);
  cr_assert_eq(sp_units_covariance(&u, &fail, "plan.yaml", p, n, p, n, &out, &note, NULL), 0);
  close_to(out, 52);
  cr_assert_eq(note.n_lonely, 0);
  /* Neither is one that is its whole stratum's population. */
  u.strata[2].fpc = 1;
  n = points(&u, z, p);
  cr_assert_eq(sp_units_covariance(&u, &fail, "plan.yaml", p, n, p, n, &out, &note, NULL), 0);
  close_to(out, 52);
  sp_units_clear(&u);
}

Test(covariance, nothing_but_lonely_psus) {
  sp_units u;
  make(&u, 2, (const uint32_t[]){1, 1}, NULL);
  const double z[] = {10, 4};
  close_to(variance(&u, SP_LONELY_CERTAINTY, z), 0);
  close_to(variance(&u, SP_LONELY_ADJUST, z), 9 + 9);
  cr_assert(isnan(variance(&u, SP_LONELY_AVERAGE, z)), "no stratum to take an average of");
  sp_units_clear(&u);
}

/* ---- laws --------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static double uniform(uint64_t *state) {
  return (double)(next(state) >> 11) * 0x1p-53;
}

Test(covariance, symmetric_and_within_cauchy_and_schwarz) {
  uint64_t state = 1181783497276652981u;
  for (int set = 0; set < 300; set++) {
    sp_units u;
    double a[256], b[256];
    uint32_t n[12];
    for (int h = 0; h < 12; h++) n[h] = 2 + (uint32_t)(next(&state) % 6);
    make(&u, 12, n, NULL);
    for (uint32_t i = 0; i < u.n_psu; i++) {
      a[i] = next(&state) % 4 == 0 ? NAN : exp(20 * uniform(&state)) - 1000;
      b[i] = next(&state) % 4 == 0 ? NAN : uniform(&state) - 0.5;
    }
    const double ab = covariance(&u, 0, a, b, NULL), ba = covariance(&u, 0, b, a, NULL);
    const double aa = variance(&u, 0, a), bb = variance(&u, 0, b);
    cr_assert_eq(ab, ba, "not symmetric: %.17g, %.17g", ab, ba);
    cr_assert(aa >= 0 && bb >= 0);
    cr_assert_leq(ab * ab, aa * bb * (1 + 1e-12));
    cr_assert_eq(covariance(&u, 0, a, a, NULL), aa);
    sp_units_clear(&u);
  }
}

/* The same PSUs met in another order: other numbers, the same bytes. */
Test(covariance, does_not_depend_on_the_order_of_the_psus) {
  enum { STRATA = 9, EACH = 7, N = STRATA * EACH };
  uint64_t state = 88172645463325252u;
  static const int32_t rules[] = {SP_LONELY_FAIL, SP_LONELY_ADJUST, SP_LONELY_AVERAGE};
  for (int set = 0; set < 100; set++) {
    double za[N + 1], zb[N + 1], results[3][2];
    int place[N + 1];
    for (int i = 0; i <= N; i++) {
      za[i] = ldexp(uniform(&state) - 0.5, (int)(next(&state) % 30));
      zb[i] = uniform(&state);
      place[i] = i;
    }
    for (int round = 0; round < 2; round++) {
      sp_units u;
      sp_point a[N + 1], b[N + 1];
      cr_assert_eq(sp_units_init(&u), 0);
      for (int i = 0; i < N; i++) { /* the last one, lonely, stays last */
        const int j = i + (int)(next(&state) % (uint64_t)(N - i));
        const int swap = place[i];
        if (round == 0) continue;
        place[i] = place[j];
        place[j] = swap;
      }
      uint32_t psu[N + 1];
      for (int i = 0; i <= N; i++) {
        char text[16];
        const int h = place[i] / EACH;
        int length = snprintf(text, sizeof text, "s%d", h);
        const uint32_t stratum = sp_units_stratum(&u, text, (uint64_t)length);
        length = snprintf(text, sizeof text, "p%d", place[i]);
        psu[place[i]] = sp_units_psu(&u, stratum, text, (uint64_t)length);
      }
      uint32_t n = 0; /* in the order of (stratum, PSU) */
      for (uint32_t h = 0; h < u.n_strata; h++) {
        for (uint32_t p = 0; p < u.n_psu; p++) {
          if (u.psus[p].stratum != h) continue;
          int i = 0;
          while (psu[i] != p) i++;
          a[n] = (sp_point){.psu = p, .stratum = h, .z = za[i]};
          b[n++] = (sp_point){.psu = p, .stratum = h, .z = zb[i]};
        }
      }
      cr_assert_eq(n, N + 1);
      for (int r = 0; r < 3; r++) {
        sp_variance_note note;
        const sp_design d = design_of(rules[r]);
        const uint32_t used = r == 0 ? N : N + 1;
        cr_assert_eq(
            sp_units_covariance(&u, &d, NULL, a, used, b, used, &results[r][round], &note, NULL),
            0);
      }
      sp_units_clear(&u);
    }
    /* Under `fail` the lonely one was left out; it is the last point in both rounds. */
    for (int r = 0; r < 3; r++) cr_assert_eq(results[r][0], results[r][1], "rule %d", rules[r]);
  }
}

/* ---- units -------------------------------------------------------------------------------- */

Test(units, records_without_a_psu_are_their_own) {
  sp_units u;
  cr_assert_eq(sp_units_init(&u), 0);
  const uint32_t h = sp_units_stratum(&u, "", 0);
  for (uint32_t i = 0; i < 1000; i++) cr_assert_eq(sp_units_psu(&u, h, NULL, 0), i);
  cr_assert_eq(u.strata[h].n_psu, 1000);
  sp_units_clear(&u);
}

Test(units, psus_are_those_of_their_stratum) {
  sp_units u;
  char text[600];
  cr_assert_eq(sp_units_init(&u), 0);
  memset(text, 'x', sizeof text);
  const uint32_t a = sp_units_stratum(&u, "a", 1), b = sp_units_stratum(&u, "b", 1);
  cr_assert_neq(sp_units_psu(&u, a, "1", 1), sp_units_psu(&u, b, "1", 1));
  cr_assert_neq(sp_units_psu(&u, a, text, 600), sp_units_psu(&u, a, text, 599));
  cr_assert_eq(sp_units_psu(&u, a, text, 600), sp_units_psu(&u, a, text, 600));
  cr_assert_eq(u.strata[a].n_psu, 3);
  cr_assert_eq(u.strata[b].n_psu, 1);
  sp_units_clear(&u);
}
