/* Variances of several stages: a worked example, and what must not change them. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "design/error_ids.h"
#include "design/units.h"

enum { MOST = 200 };

static const sp_expr given = {.kind = SP_EXPR_NAME, .text = "n"};

/* A record: its path of units and the population of each stage's stratum. */
typedef struct record {
  int stratum, psu, second, third;
  double n1, n2, n3, z;
} record;

typedef struct sample {
  sp_units units;
  sp_stage stages[2];
  sp_design design;
  sp_point points[MOST];
  uint32_t n;
} sample;

static uint32_t stratum_in(sp_units *u, uint32_t parent, int number, double population) {
  char key[32];
  const int n = snprintf(key, sizeof key, "h%d", number);
  memcpy(key + n + 1, &parent, sizeof parent);
  const uint32_t h = sp_units_stratum(u, key, (uint64_t)n + 1 + sizeof parent);
  cr_assert_neq(h, SP_MAP_NONE);
  u->strata[h].parent = parent;
  u->strata[h].fpc_given = population;
  return h;
}

static uint32_t unit_in(sp_units *u, uint32_t stratum, int number) {
  char key[16];
  const int n = snprintf(key, sizeof key, "%d", number);
  return sp_units_psu(u, stratum, key, (uint64_t)n);
}

static int compare_points(const sp_point *a, const sp_point *b, const sp_units *units) {
  const uint64_t x = sp_point_order(units, a), y = sp_point_order(units, b);
  return x < y ? -1 : x > y;
}

/* Leaves with z NaN are in the sample, and hold no record of the domain. */
static int32_t make(sample *s, uint32_t n_stages, int32_t lonely, const record *records, uint32_t n,
                    sampan_error *error) {
  memset(s, 0, sizeof *s);
  s->design = (sp_design){.lonely = lonely,
                          .nested = 1,
                          .fpc = &given,
                          .fpc_is = SP_FPC_POPULATION,
                          .stages = s->stages,
                          .n_stages = n_stages - 1};
  s->stages[0].fpc = s->stages[1].fpc = &given;
  cr_assert_eq(sp_design_stages(&s->design), n_stages);
  cr_assert_eq(sp_units_init_stages(&s->units, n_stages), 0);
  for (uint32_t i = 0; i < n; i++) {
    const record *r = &records[i];
    const int numbers[3] = {r->psu, r->second, r->third};
    const double populations[3] = {r->n1, r->n2, r->n3};
    sp_units *u = &s->units;
    uint32_t unit = 0, psu = 0;
    for (uint32_t k = 0; k < n_stages; k++, u = u->below) {
      unit = unit_in(u, stratum_in(u, unit, k == 0 ? r->stratum : 0, populations[k]), numbers[k]);
      if (k == 0) psu = unit;
    }
    uint32_t at = 0;
    while (at < s->n && s->points[at].leaf != unit) at++;
    if (isnan(r->z)) continue;
    if (at == s->n) s->n++;
    s->points[at].leaf = unit;
    s->points[at].psu = psu;
    s->points[at].stratum = s->units.psus[psu].stratum;
    s->points[at].z += r->z;
  }
  SP_TRY(sp_units_finish(&s->units, &s->design, "plan.yaml", error));
  for (uint32_t i = 1; i < s->n; i++) { /* sorted by insertion */
    for (uint32_t j = i; j > 0; j--) {
      if (compare_points(&s->points[j - 1], &s->points[j], &s->units) <= 0) break;
      const sp_point swap = s->points[j];
      s->points[j] = s->points[j - 1];
      s->points[j - 1] = swap;
    }
  }
  return SAMPAN_OK;
}

static double variance(const record *records, uint32_t n, uint32_t n_stages, int32_t lonely) {
  static const sp_variance_note none = {0};
  sample *s = malloc(sizeof *s);
  sp_variance_note note = none;
  double out = -1;
  cr_assert_eq(make(s, n_stages, lonely, records, n, NULL), 0);
  cr_assert_eq(sp_units_covariance(&s->units, &s->design, "plan.yaml", s->points, s->n, s->points,
                                   s->n, &out, &note, NULL),
               0);
  sp_units_clear(&s->units);
  free(s);
  return out;
}

static void close_to(double got, double want) {
  cr_assert(fabs(got - want) <= 1e-12 * fabs(want) + 1e-300, "%.17g, not %.17g", got, want);
}

/* Two of N = 4 PSUs; two of 3 and two of 2 units in them; z are values times N / n times M / m, so
 * that V = N^2 (1 - n/N) s^2 / n + N / n sum M^2 (1 - m/M) s_i^2 / m (Sarndal, Swensson, Wretman
 * 1992, result 4.3.1): values 3, 5 of 3 and 2, 6 of 2 give totals 12 and 8, s^2 = 8, s_i^2 = 2, 8.
 * 16 * 0.5 * 8 / 2 + 2 * (9 * (1/3) * 2 / 2 + 0) = 38. */
static const record two_stage[] = {{0, 1, 1, 0, 4, 3, 0, 2 * 1.5 * 3},
                                   {0, 1, 2, 0, 4, 3, 0, 2 * 1.5 * 5},
                                   {0, 2, 1, 0, 4, 2, 0, 2 * 1.0 * 2},
                                   {0, 2, 2, 0, 4, 2, 0, 2 * 1.0 * 6}};

Test(stages, two_by_hand) {
  close_to(variance(two_stage, 4, 2, SP_LONELY_FAIL), 38);
  close_to(variance(two_stage, 4, 1, SP_LONELY_FAIL), 32); /* the first stage alone */
}

/* A stage that takes everything adds nothing, and a certain PSU has its own second stage only. */
Test(stages, whole_units_and_certain_psus) {
  record r[4];
  memcpy(r, two_stage, sizeof r);
  for (int i = 0; i < 4; i++) r[i].n2 = 2;
  close_to(variance(r, 4, 2, SP_LONELY_FAIL), variance(r, 4, 1, SP_LONELY_FAIL));
  /* N = n = 2: 0 + 1 * sum (1 - m/M) m / (m - 1) sum (z - mean)^2, z = 3, 5 times 1.5. */
  for (int i = 0; i < 4; i++) {
    r[i].n1 = 2;
    r[i].n2 = two_stage[i].n2;
    r[i].z = two_stage[i].z / 2;
  }
  close_to(variance(r, 4, 2, SP_LONELY_FAIL), 9 * (1 / 3.0) * 2 / 2);
}

Test(stages, three_by_hand) {
  /* The two-stage sample, its first unit being two of 4 records: z = 2, 7 instead of 9. f of the
   * stages above it is 1/2 * 2/3: 1/3 * (1 - 1/2) * 2 * sum (z - 4.5)^2 = 1/3 * 12.5. */
  const record r[] = {{0, 1, 1, 1, 4, 3, 4, 2},
                      {0, 1, 1, 2, 4, 3, 4, 7},
                      {0, 1, 2, 1, 4, 3, 1, 15},
                      {0, 2, 1, 1, 4, 2, 1, 4},
                      {0, 2, 2, 1, 4, 2, 1, 12}};
  close_to(variance(r, 5, 3, SP_LONELY_FAIL), 38 + 12.5 / 3);
}

/* Units without records of the domain count as zeros, at each stage. */
Test(stages, domain) {
  record r[4], zero[4];
  memcpy(r, two_stage, sizeof r);
  memcpy(zero, two_stage, sizeof zero);
  r[1].z = r[2].z = r[3].z = NAN;
  zero[1].z = zero[2].z = zero[3].z = 0;
  close_to(variance(r, 4, 2, SP_LONELY_FAIL), variance(zero, 4, 2, SP_LONELY_FAIL));
  /* 1/2 * 2 * (4.5^2 + 4.5^2) + 1/2 * 1/3 * 2 * (4.5^2 + 4.5^2) */
  close_to(variance(r, 4, 2, SP_LONELY_FAIL), 40.5 + 13.5);
}

Test(stages, lonely_units_of_the_second_stage) {
  const record r[] = {
      {0, 1, 1, 0, 4, 3, 0, 9}, {0, 1, 2, 0, 4, 3, 0, 15}, {0, 2, 1, 0, 4, 2, 0, 16}};
  close_to(variance(r, 3, 2, SP_LONELY_REMOVE), 38);
  close_to(variance(r, 3, 2, SP_LONELY_CERTAINTY), 38);
  close_to(variance(r, 3, 2, SP_LONELY_ADJUST), 38); /* about itself: the only one in its PSU */
  cr_assert(isnan(variance(r, 3, 2, SP_LONELY_AVERAGE)));
  sample s;
  sampan_error error = {.struct_size = sizeof error};
  sp_variance_note note;
  double out;
  cr_assert_eq(make(&s, 2, SP_LONELY_FAIL, r, 3, NULL), 0);
  cr_assert_eq(sp_units_covariance(&s.units, &s.design, "plan.yaml", s.points, s.n, s.points, s.n,
                                   &out, &note, &error),
               SAMPAN_E_DATA);
  cr_assert_eq(error.id, SP_ID_LONELY);
  cr_assert_not_null(strstr(error.message, "only one unit of stage 2"));
  cr_assert_neq(error.hint[0], '\0');
  sp_units_clear(&s.units);
  record whole[3];
  memcpy(whole, r, sizeof whole);
  whole[2].n2 = 1; /* all there is */
  close_to(variance(whole, 3, 2, SP_LONELY_FAIL), 38);
}

Test(stages, more_units_than_there_are) {
  record r[4];
  sample s;
  sampan_error error = {.struct_size = sizeof error};
  memcpy(r, two_stage, sizeof r);
  r[2].n2 = r[3].n2 = 1;
  cr_assert_eq(make(&s, 2, SP_LONELY_FAIL, r, 4, &error), SAMPAN_E_DATA);
  cr_assert_eq(error.id, SP_ID_FPC);
  cr_assert_not_null(strstr(error.message, "less than the 2 in the data"));
  sp_units_clear(&s.units);
}

/* Which stages a variance knows of. */
Test(stages, ultimate_clusters) {
  sp_stage stages[2] = {{.fpc = &given}, {.fpc = &given}};
  sp_design d = {.fpc = &given, .stages = stages, .n_stages = 2};
  cr_assert_eq(sp_design_stages(&d), 3);
  stages[0].fpc = NULL;
  cr_assert_eq(sp_design_stages(&d), 1, "units of the second stage are drawn with replacement");
  stages[0].fpc = &given;
  d.fpc = NULL;
  cr_assert_eq(sp_design_stages(&d), 1);
  const sp_replicates replicates = {.make = 1};
  d.fpc = &given;
  d.replicates = &replicates;
  cr_assert_eq(sp_design_stages(&d), 1, "replicates leave whole PSUs out");
}

/* ---- laws --------------------------------------------------------------------------------- */

static uint64_t next(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static uint32_t some_sample(uint64_t *state, record *out) {
  uint32_t n = 0;
  for (int h = 0; h < 3; h++) {
    for (int i = 0; i < 2 + h; i++) {
      const int n_second = 2 + (int)(next(state) % 2);
      for (int j = 0; j < n_second; j++) {
        for (int k = 0; k < 2; k++) {
          const double z = ldexp((double)(next(state) >> 11), -40 - (int)(next(state) % 20));
          out[n++] = (record){h, i, j, k, 3.0 + 2 * h, n_second + 1.0 + i, 5.0 + j, z};
        }
      }
    }
  }
  return n;
}

/* Records in another order, units with other numbers: the same bytes. */
Test(stages, order_and_numbers_do_not_matter) {
  uint64_t state = 88172645463325252u;
  for (int set = 0; set < 50; set++) {
    record r[MOST];
    const uint32_t n = some_sample(&state, r);
    const double first = variance(r, n, 3, SP_LONELY_FAIL);
    cr_assert(first > 0);
    for (uint32_t i = 0; i < n; i++) {
      const uint32_t j = i + (uint32_t)(next(&state) % (n - i));
      const record swap = r[i];
      r[i] = r[j];
      r[j] = swap;
    }
    for (uint32_t i = 0; i < n; i++) {
      r[i].psu = 17 * r[i].psu % 23;
      r[i].second = 100 - r[i].second;
      r[i].third = 7 - r[i].third;
    }
    cr_assert_eq(variance(r, n, 3, SP_LONELY_FAIL), first);
    cr_assert(variance(r, n, 2, SP_LONELY_FAIL) < first);
    cr_assert(variance(r, n, 1, SP_LONELY_FAIL) < variance(r, n, 2, SP_LONELY_FAIL));
  }
}

/* V(a + b) = V(a) + V(b) + 2 C(a, b), where a and b have different leaves. */
Test(stages, covariances_are_bilinear) {
  uint64_t state = 1181783497276652981u;
  for (int set = 0; set < 50; set++) {
    record r[MOST];
    const uint32_t n = some_sample(&state, r);
    sample s;
    sp_variance_note note;
    sp_point a[MOST], b[MOST];
    uint32_t n_a = 0, n_b = 0;
    double v[4];
    cr_assert_eq(make(&s, 3, SP_LONELY_FAIL, r, n, NULL), 0);
    for (uint32_t i = 0; i < s.n; i++) {
      const uint32_t where = (uint32_t)(next(&state) % 3);
      sp_point p = s.points[i];
      if (where != 0) a[n_a++] = p;
      if (where != 0) p.z = -p.z / 3;
      if (where != 1) b[n_b++] = p;
      s.points[i].z = where == 2 ? s.points[i].z + p.z : p.z;
      if (where == 1) s.points[i].z = a[n_a - 1].z;
    }
    const sp_point *lists[4][2] = {{a, a}, {b, b}, {a, b}, {s.points, s.points}};
    const uint32_t sizes[4][2] = {{n_a, n_a}, {n_b, n_b}, {n_a, n_b}, {s.n, s.n}};
    for (int k = 0; k < 4; k++) {
      cr_assert_eq(sp_units_covariance(&s.units, &s.design, NULL, lists[k][0], sizes[k][0],
                                       lists[k][1], sizes[k][1], &v[k], &note, NULL),
                   0);
    }
    cr_assert(fabs(v[3] - (v[0] + v[1] + 2 * v[2])) <= 1e-12 * (v[0] + v[1]));
    sp_units_clear(&s.units);
  }
}

/* ---- the rule for units that are lonely in the domain alone -------------------------------- */

Test(stages, lonely_in_the_domain) {
  /* Two strata of two PSUs with N = 4: 10 and 14; 6 and none. The grand mean is 30 / 4. */
  const record r[] = {{0, 1, 0, 0, 4, 0, 0, 10},
                      {0, 2, 0, 0, 4, 0, 0, 14},
                      {1, 3, 0, 0, 4, 0, 0, 6},
                      {1, 4, 0, 0, 4, 0, 0, NAN}};
  static const int32_t rules[] = {SP_LONELY_FAIL, SP_LONELY_REMOVE, SP_LONELY_ADJUST,
                                  SP_LONELY_AVERAGE};
  /* 0.5 * 2 * (4 + 4), then 0.5 * 2 * (9 + 9), or about 7.5, or twice the first */
  const double plain = 8 + 18, wanted[] = {plain, plain, 8 + 1.5 * 1.5 + 7.5 * 7.5, 2 * 8};
  for (int k = 0; k < 4; k++) {
    sample s;
    sp_variance_note note;
    double out;
    close_to(variance(r, 4, 1, rules[k]), plain);
    cr_assert_eq(make(&s, 1, rules[k], r, 4, NULL), 0);
    s.design.lonely_in_domain = 1;
    cr_assert_eq(sp_units_covariance(&s.units, &s.design, "plan.yaml", s.points, s.n, s.points, s.n,
                                     &out, &note, NULL),
                 0);
    close_to(out, wanted[k]);
    cr_assert_eq(note.n_lonely, k >= 2);
    sp_units_clear(&s.units);
  }
}
