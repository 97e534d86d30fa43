/* Records that are PSUs: totals by stratum give what totals by unit give, to the last bit; and that
 * is the variance of the units one by one, to rounding. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/distinct.h"
#include "engine/job.h"

typedef struct fixture {
  char folder[64];
  sp_registry *registry;
  uint64_t state;
} fixture;

static uint64_t next(fixture *f) {
  f->state ^= f->state << 13;
  f->state ^= f->state >> 7;
  f->state ^= f->state << 17;
  return f->state >> 11;
}

static double uniform(fixture *f) {
  return (double)(next(f) % 1000003) / 1000003;
}

static void open_fixture(fixture *f) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  sampan_error error = {.struct_size = sizeof error};
  if (strncmp(SAMPAN_TEST_PLUGIN_DIR, "/tmp/", 5) == 0) {
    cr_skip_test("plugins of a build in /tmp, where others can write, are not loaded");
  }
  memset(f, 0, sizeof *f);
  snprintf(f->folder, sizeof f->folder, "/tmp/sampan-elements-XXXXXX");
  cr_assert_not_null(mkdtemp(f->folder));
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &f->registry, &error), 0, "%s",
               error.message);
}

static FILE *file_of(const fixture *f, const char *name) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", f->folder, name);
  FILE *file = fopen(path, "w");
  cr_assert_not_null(file);
  return file;
}

static void close_fixture(fixture *f) {
  static const char *const names[] = {"plan.yaml", "data.csv"};
  char path[128];
  sp_registry_free(f->registry);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
    remove(path);
  }
  rmdir(f->folder);
}

/* A design without a rule that stops it, whatever its strata are. */
static void write_plan(fixture *f, int by_number) {
  static const char *const lonely[] = {"remove", "certainty", "adjust", "average"};
  static const char *const df[] = {"domain", "design", "strata_present", "infinite"};
  FILE *plan = file_of(f, "plan.yaml");
  const int has_strata = next(f) % 5 != 0;
  const uint64_t fpc = has_strata ? next(f) % 3 : 0;
  fputs("sampan: 1\ndata: {file: data.csv}\ndesign: {", plan);
  if (has_strata) fputs("strata: h, ", plan);
  if (by_number) fputs("psu: id, ", plan);
  if (by_number && next(f) % 2 == 0) fputs("nest: no, ", plan);
  if (next(f) % 6 != 0) fputs("weight: w, ", plan);
  if (fpc == 1) fputs("fpc: share, fpc_is: fraction, ", plan);
  if (fpc == 2) fputs("fpc: people, fpc_is: population, ", plan);
  fprintf(plan, "lonely: %s, df: %s}\n", lonely[next(f) % 4], df[next(f) % 4]);
  if (next(f) % 3 == 0) fputs("domain: age >= 30\n", plan);
  if (next(f) % 3 == 0) fputs("period: year\n", plan);
  fputs(
      "indicators:\n"
      "  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex], [sex, place]]}\n"
      "  all: {estimator: prevalence, of: age >= 0, by: [[], [place]]}\n"
      "  known: {estimator: count, of: ill == 1, by: [[], [place]]}\n"
      "  adjusted: {estimator: standardized, of: ill == 1, age: age, empty: renormalize, "
      "standard: {0-39: 3, 40-59: 2, 60+: 1}, by: [[], [sex]]}\n",
      plan);
  fclose(plan);
}

static void write_data(fixture *f, int repeats) {
  FILE *data = file_of(f, "data.csv");
  const int n = 3 + (int)(next(f) % 150), n_strata = 1 + (int)(next(f) % 9);
  const int alike = next(f) % 4 == 0;
  fputs("id,h,w,share,people,year,sex,place,age,ill\n", data);
  for (int i = 0; i < n; i++) {
    const int h = (int)(next(f) % (uint64_t)n_strata), place = (int)(next(f) % 4);
    const double w = alike ? 1.1 : exp(6 * uniform(f));
    fprintf(data, "%d,%d,", (i * 7919) % 100003 + (repeats && i == n - 1 ? -7919 : 0), h);
    if (next(f) % 12 == 0) {
      fputs("0,", data);
    } else {
      fprintf(data, "%.*f,", (int)(next(f) % 7) + 1, w + 0.1);
    }
    fprintf(data, "%g,%d,%d,%s,", h == 0 ? 1 : 0.05 * (h + 1), 200 + h, 2020 + (int)(next(f) % 2),
            next(f) % 2 == 0 ? "m" : "f");
    if (place > 0) fprintf(data, "%d", place);
    fprintf(data, ",%d,", (int)(next(f) % 90));
    if (next(f) % 15 != 0) fputs(next(f) % 5 < 2 || (alike && h == 1) ? "1" : "0", data);
    fputs("\n", data);
  }
  fclose(data);
}

static sp_plan *read_plan(const fixture *f) {
  char path[128];
  sp_plan *plan;
  sampan_error error = {.struct_size = sizeof error};
  snprintf(path, sizeof path, "%s/plan.yaml", f->folder);
  cr_assert_eq(sp_plan_read(path, &plan, &error), 0, "%s", error.message);
  return plan;
}

static sp_outcome *run(const fixture *f, const sp_plan *plan, int no_covariances, int64_t threads) {
  static const volatile int never = 0;
  sp_outcome *out;
  sampan_error error = {.struct_size = sizeof error};
  const sp_run_options options = {.language = "en",
                                  .data_folder = "/",
                                  .batch = threads * 64,
                                  .threads = threads,
                                  .no_covariances = no_covariances,
                                  .cancel = &never};
  cr_assert_eq(sp_run(plan, f->registry, &options, &out, &error), 0, "%s: %s", f->folder,
               error.message);
  return out;
}

static int same(double a, double b) {
  return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void compare(const sp_outcome *a, const sp_outcome *b, int seed) {
  cr_assert_eq(a->n_estimates, b->n_estimates);
  cr_assert_eq(a->n_psu, b->n_psu);
  cr_assert_eq(a->n_strata, b->n_strata);
  cr_assert(same(a->design.df, b->design.df), "seed %d", seed);
  cr_assert(same(sp_sample_df(a), sp_sample_df(b)), "seed %d", seed);
  cr_assert_str_eq(a->results.manifest, b->results.manifest);
  for (uint32_t i = 0; i < a->n_estimates; i++) {
    const sp_estimate *x = &a->estimates[i], *y = &b->estimates[i];
    const double *of[][2] = {{&x->value, &y->value}, {&x->std_error, &y->std_error},
                             {&x->df, &y->df},       {&x->low, &y->low},
                             {&x->high, &y->high},   {&x->deff, &y->deff},
                             {&x->pop, &y->pop},     {&x->n_eff, &y->n_eff}};
    for (uint32_t k = 0; k < sizeof of / sizeof of[0]; k++) {
      cr_assert(same(*of[k][0], *of[k][1]), "seed %d, estimate %u, %u: %.17g, not %.17g", seed, i,
                k, *of[k][0], *of[k][1]);
    }
    cr_assert_eq(x->n, y->n);
    cr_assert_eq(x->n_psu, y->n_psu, "seed %d, estimate %u: %d, not %d", seed, i, x->n_psu,
                 y->n_psu);
    cr_assert_eq(x->n_strata, y->n_strata);
    cr_assert_eq(x->status, y->status);
    cr_assert_str_eq(x->flags, y->flags);
    cr_assert_str_eq(x->why, y->why);
  }
}

/* Against the units one by one. */
static void check_units(const sp_outcome *o, int seed) {
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    double variance, df;
    if (e->status != SAMPAN_STATUS_OK) continue;
    cr_assert_eq(sp_outcome_covariances(o, &e, 1, &variance, NULL), 0);
    cr_assert_eq(sp_joint_df(o, &e, 1, &df, NULL), 0);
    cr_assert(same(df, e->df), "seed %d, estimate %u: df %g, not %g", seed, i, e->df, df);
    if (isnan(variance)) {
      cr_assert(isnan(e->std_error), "seed %d, estimate %u", seed, i);
      continue;
    }
    const double got = e->std_error * e->std_error, size = fmax(e->value * e->value, variance);
    cr_assert(fabs(got - variance) <= 1e-12 * variance + 1e-28 * size,
              "seed %d, estimate %u: %.17g, not %.17g", seed, i, got, variance);
  }
}

Test(elements, by_stratum_are_those_by_unit, .timeout = 120) {
  fixture f;
  open_fixture(&f);
  for (int seed = 1; seed <= 120; seed++) {
    f.state = 88172645463325252u + (uint64_t)seed * 1000003;
    const int by_number = seed % 2;
    write_data(&f, 0);
    write_plan(&f, by_number);
    sp_plan *plan = read_plan(&f);
    sp_outcome *strata = run(&f, plan, 1, 1), *more = run(&f, plan, 1, 3);
    sp_outcome *units = run(&f, plan, 0, 2);
    cr_assert_eq(strata->job->by_stratum, 1, "seed %d", seed);
    cr_assert_eq(more->job->by_stratum, 1);
    cr_assert_eq(units->job->by_stratum, 0);
    compare(strata, units, seed);
    compare(more, units, seed);
    check_units(units, seed);
    sp_outcome_free(strata);
    sp_outcome_free(more);
    sp_outcome_free(units);
    sp_plan_free(plan);
  }
  close_fixture(&f);
}

/* A number that comes back in the last record makes it a clustered sample. */
Test(elements, that_are_not_all_psus_go_by_unit, .timeout = 60) {
  fixture f;
  open_fixture(&f);
  for (int seed = 1; seed <= 30; seed++) {
    f.state = 88172645463325252u + (uint64_t)seed * 999983;
    write_data(&f, 1);
    FILE *plan_file = file_of(&f, "plan.yaml");
    fputs(
        "sampan: 1\ndata: {file: data.csv}\n"
        "design: {strata: h, psu: id, weight: w, nest: yes, lonely: adjust}\n"
        "indicators:\n  ill: {estimator: prevalence, of: ill == 1, by: [[], [sex]]}\n",
        plan_file);
    fclose(plan_file);
    sp_plan *plan = read_plan(&f);
    sp_outcome *a = run(&f, plan, 1, 1), *b = run(&f, plan, 0, 1);
    cr_assert_eq(a->job->by_stratum, 0);
    compare(a, b, seed);
    check_units(b, seed);
    sp_outcome_free(a);
    sp_outcome_free(b);
    sp_plan_free(plan);
  }
  close_fixture(&f);
}

/* ---- numbers that are all different ------------------------------------------------------- */

static int32_t add(sp_distinct *d, double *x, int64_t n, uint64_t kept, uint64_t present) {
  const sp_column column = {.type = SAMPAN_NUMBER, .number = x, .present = &present};
  return sp_distinct_add(d, &column, &kept, n, NULL);
}

Test(distinct, takes_each_whole_number_once) {
  sp_distinct *d = sp_distinct_new();
  cr_assert_not_null(d);
  double first[] = {5, 4, 2147483647, 0, 5, 65536}, second[] = {6, 131071, 65536};
  cr_assert_eq(add(d, first, 6, 0x2f, 0x2f), 0); /* the second 5 is dropped */
  cr_assert_eq(add(d, second, 2, 3, 3), 0);
  cr_assert_not(sp_distinct_failed(d));
  cr_assert_lt(add(d, second + 2, 1, 1, 1), 0);
  cr_assert(sp_distinct_failed(d));
  sp_distinct_free(d);
  sp_distinct_free(NULL);
}

Test(distinct, refuses_what_proves_nothing) {
  double wrong[] = {-1, 0.5, 2147483648.0, NAN};
  for (int i = 0; i < 4; i++) {
    sp_distinct *d = sp_distinct_new();
    cr_assert_lt(add(d, &wrong[i], 1, 1, 1), 0, "%g", wrong[i]);
    cr_assert(sp_distinct_failed(d));
    sp_distinct_free(d);
  }
  double twice[] = {7, 7};
  sp_distinct *d = sp_distinct_new();
  cr_assert_lt(add(d, twice, 2, 3, 3), 0);
  sp_distinct_free(d);
  d = sp_distinct_new();
  cr_assert_lt(add(d, twice, 1, 1, 0), 0); /* missing */
  sp_distinct_free(d);
}
