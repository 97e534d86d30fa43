/* A plan from end to end in the process: estimates that know their covariance, groups in their
 * order, counts of what was dropped. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/outcome.h"
#include "host/registry.h"

static const char plan_text[] =
    "sampan: 1\n"
    "data: {file: data.csv}\n"
    "derive: {old: age >= 50}\n"
    "design: {strata: h, psu: p, weight: w}\n"
    "drop:\n"
    "  - {when: age < 18, reason: too young}\n"
    "  - {when: w == 0, reason: no weight}\n"
    "labels: {sex: {values: {m: men, f: women}}}\n"
    "indicators:\n"
    "  sum: {estimator: total, of: y, by: [[], [sex], [area], [sex, area]]}\n"
    "  share: {estimator: prevalence, of: old, by: [[], [area]]}\n"
    "  share_mean: {estimator: mean, of: old}\n"
    "  y: {estimator: mean, of: y, by: [[], [sex]]}\n"
    "compare:\n"
    "  gap: {method: contrast, of: y, across: sex}\n"
    "  level: {method: t-test, of: share_mean, statistics: all, null: 0.5}\n";

typedef struct fixture {
  char folder[64];
  sp_plan *plan;
  sp_registry *registry;
  sp_outcome *outcome;
} fixture;

static void write_file(const fixture *f, const char *name, FILE **out) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", f->folder, name);
  *out = fopen(path, "w");
  cr_assert_not_null(*out);
}

static void open_fixture(fixture *f, int64_t batch) {
  static const char *const folders[] = {SAMPAN_TEST_PLUGIN_DIR};
  static const int32_t must_exist[] = {1};
  static const volatile int never = 0;
  FILE *file;
  sampan_error error = {.struct_size = sizeof error};
  uint64_t state = 88172645463325252u;
  char path[128];
  if (strncmp(SAMPAN_TEST_PLUGIN_DIR, "/tmp/", 5) == 0) {
    cr_skip_test("plugins of a build in /tmp, where others can write, are not loaded");
  }
  snprintf(f->folder, sizeof f->folder, "/tmp/sampan-engine-XXXXXX");
  cr_assert_not_null(mkdtemp(f->folder));
  write_file(f, "plan.yaml", &file);
  fputs(plan_text, file);
  fclose(file);
  write_file(f, "data.csv", &file);
  fputs("h,p,w,sex,area,age,y\n", file);
  for (int i = 0; i < 1000; i++) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    fprintf(file, "%d,%d,%d.%d,%s,%d,%d,%d\n", i % 5, i / 5 % 4, (int)(state % 90),
            i % 10 == 0 ? 0 : (int)(state % 7), (state >> 20) % 2 != 0 ? "m" : "f",
            (int)((state >> 24) % 12), 10 + (int)((state >> 30) % 70), (int)((state >> 40) % 1000));
  }
  fclose(file);
  snprintf(path, sizeof path, "%s/plan.yaml", f->folder);
  cr_assert_eq(sp_plan_read(path, &f->plan, &error), 0, "%s", error.message);
  cr_assert_eq(sp_registry_open(folders, must_exist, 1, &f->registry, &error), 0, "%s",
               error.message);
  const sp_run_options options = {
      .language = "en", .data_folder = "/", .batch = batch, .cancel = &never};
  cr_assert_eq(sp_run(f->plan, f->registry, &options, &f->outcome, &error), 0, "%s", error.message);
}

static void close_fixture(fixture *f) {
  char path[128];
  static const char *const names[] = {"plan.yaml", "data.csv"};
  sp_outcome_free(f->outcome);
  sp_plan_free(f->plan);
  sp_registry_free(f->registry);
  for (int i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "%s/%s", f->folder, names[i]);
    remove(path);
  }
  rmdir(f->folder);
}

static const sp_estimate *find(const fixture *f, const char *indicator, const char *by,
                               const char *value) {
  const sp_estimate *e =
      sp_outcome_find(f->outcome, indicator, "", &by, &value, by != NULL ? 1 : 0);
  cr_assert_not_null(e, "%s by %s", indicator, by);
  return e;
}

static double covariance(const fixture *f, const sp_estimate *a, const sp_estimate *b) {
  const sp_estimate *both[] = {a, b};
  double matrix[4];
  cr_assert_eq(sp_outcome_covariances(f->outcome, both, 2, matrix, NULL), 0);
  cr_assert_eq(matrix[1], matrix[2]);
  return matrix[1];
}

Test(engine, covariances_are_those_of_the_estimates) {
  fixture f;
  open_fixture(&f, 0);
  const sp_outcome *o = f.outcome;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *a = &o->estimates[i];
    const double own = covariance(&f, a, a);
    cr_assert_eq(sqrt(own), a->std_error);
    for (uint32_t j = 0; j < i; j++) {
      const sp_estimate *b = &o->estimates[j];
      const double both = covariance(&f, a, b);
      cr_assert_eq(both, covariance(&f, b, a));
      cr_assert_leq(fabs(both), a->std_error * b->std_error * (1 + 1e-12));
    }
  }
  /* Totals add up, and so do their variances with the covariances. */
  const sp_estimate *all = find(&f, "sum", NULL, NULL), *men = find(&f, "sum", "sex", "m"),
                    *women = find(&f, "sum", "sex", "f");
  cr_assert_float_eq(men->value + women->value, all->value, 1e-9 * all->value);
  const double sum =
      covariance(&f, men, men) + covariance(&f, women, women) + 2 * covariance(&f, men, women);
  const double whole = covariance(&f, all, all);
  cr_assert_float_eq(sum, whole, 1e-10 * whole, "%.17g, not %.17g", sum, whole);
  double by_area = 0;
  for (int i = 0; i < 12; i++) {
    for (int j = 0; j < 12; j++) {
      char a[16], b[16];
      snprintf(a, sizeof a, "%d", i);
      snprintf(b, sizeof b, "%d", j);
      by_area += covariance(&f, find(&f, "sum", "area", a), find(&f, "sum", "area", b));
    }
  }
  cr_assert_float_eq(by_area, whole, 1e-10 * whole);
  close_fixture(&f);
}

Test(engine, a_truth_is_a_number_where_one_is_needed) {
  fixture f;
  open_fixture(&f, 0);
  const sp_estimate *share = find(&f, "share", NULL, NULL);
  const sp_estimate *mean = find(&f, "share_mean", NULL, NULL);
  cr_assert_gt(share->value, 0.2);
  cr_assert_float_eq(mean->value, share->value, 1e-14);
  cr_assert_float_eq(mean->std_error, share->std_error, 1e-14);
  close_fixture(&f);
}

Test(engine, a_contrast_is_made_of_the_estimates) {
  fixture f;
  open_fixture(&f, 0);
  const sp_estimate *men = find(&f, "y", "sex", "m"), *women = find(&f, "y", "sex", "f");
  const sampan_test *t = f.outcome->results.tests;
  cr_assert_geq(f.outcome->results.n_tests, 1);
  cr_assert_str_eq(t->statistic, "difference");
  cr_assert_str_eq(t->terms, "sex: m, f", "the order of the labels");
  cr_assert_float_eq(t->estimate, women->value - men->value, 1e-9);
  const double variance =
      covariance(&f, men, men) + covariance(&f, women, women) - 2 * covariance(&f, men, women);
  cr_assert_float_eq(t->std_error, sqrt(variance), 1e-9 * t->std_error);
  close_fixture(&f);
}

Test(engine, one_estimate_is_compared_with_a_number) {
  fixture f;
  open_fixture(&f, 0);
  const sp_estimate *mean = find(&f, "share_mean", NULL, NULL);
  const sampan_test *t = &f.outcome->results.tests[f.outcome->results.n_tests - 1];
  cr_assert_str_eq(t->comparison, "level");
  cr_assert_eq(t->estimate, mean->value);
  cr_assert_eq(t->df, mean->df - 1);
  cr_assert_float_eq(t->test, (mean->value - 0.5) / mean->std_error, 1e-12 * fabs(t->test));
  close_fixture(&f);
}

static double weight_fact(const fixture *f, const char *name) {
  const char *weights = strstr(f->outcome->results.manifest, "\"weights\":{");
  char member[32];
  snprintf(member, sizeof member, "\"%s\":", name);
  const char *at = weights != NULL ? strstr(weights, member) : NULL;
  cr_assert_not_null(at, "%s: %s", name, f->outcome->results.manifest);
  return strtod(at + strlen(member), NULL);
}

Test(engine, the_manifest_tells_the_weights_of_the_design) {
  fixture f;
  open_fixture(&f, 0);
  const double sum = weight_fact(&f, "sum"), squares = weight_fact(&f, "sum_of_squares");
  const double n = (double)f.outcome->n_kept, cv = f.outcome->weight_cv;
  cr_assert_eq(sum, find(&f, "sum", NULL, NULL)->pop);
  cr_assert_float_eq(n * squares / (sum * sum), 1 + cv * cv, 1e-12);
  cr_assert_gt(weight_fact(&f, "min"), 0, "records of weight 0 are dropped");
  cr_assert_leq(weight_fact(&f, "max"), 90);
  cr_assert_gt(weight_fact(&f, "max"), sum / n);
  close_fixture(&f);
}

Test(engine, groups_come_in_their_order) {
  fixture f;
  char last[8] = "", sex[8] = "";
  int area = -1, n_areas = 0;
  open_fixture(&f, 0);
  for (uint32_t i = 0; i < f.outcome->n_estimates; i++) {
    const sp_estimate *e = &f.outcome->estimates[i];
    if (e->indicator != 0 || e->n_by != 2) continue;
    if (strcmp(e->values[0], sex) != 0) area = -1;
    snprintf(last, sizeof last, "%s", sex);
    snprintf(sex, sizeof sex, "%s", e->values[0]);
    cr_assert(last[0] == '\0' || strcmp(last, sex) == 0 || strcmp(last, "m") == 0,
              "men come first, as in the labels");
    cr_assert_gt(atoi(e->values[1]), area, "9 comes before 10");
    area = atoi(e->values[1]);
    n_areas++;
  }
  cr_assert_eq(n_areas, 24);
  close_fixture(&f);
}

Test(engine, drops_are_counted_in_their_order) {
  fixture f;
  open_fixture(&f, 0);
  const sp_outcome *o = f.outcome;
  cr_assert_eq(o->n_read, 1000);
  cr_assert_eq(o->n_drops, 2);
  cr_assert_gt(o->drops[0].n, 50);
  cr_assert_gt(o->drops[1].n, 0);
  cr_assert_eq(o->n_kept + o->drops[0].n + o->drops[1].n, o->n_read);
  cr_assert_str_eq(o->drops[0].reason.en, "too young");
  cr_assert_eq(find(&f, "sum", NULL, NULL)->n, o->n_kept);
  cr_assert_eq(o->n_strata, 5);
  cr_assert_eq(o->n_psu, 20);
  cr_assert_eq(find(&f, "sum", NULL, NULL)->df, 15);
  cr_assert_float_eq(o->weight_sum, find(&f, "sum", NULL, NULL)->pop, 0);
  close_fixture(&f);
}

Test(engine, batches_do_not_matter) {
  static const int64_t sizes[] = {1, 7, 64, 1024, 65536};
  fixture f, g;
  open_fixture(&f, 0);
  for (int k = 0; k < 5; k++) {
    open_fixture(&g, sizes[k]);
    cr_assert_eq(f.outcome->n_estimates, g.outcome->n_estimates);
    for (uint32_t i = 0; i < f.outcome->n_estimates; i++) {
      const sp_estimate *a = &f.outcome->estimates[i], *b = &g.outcome->estimates[i];
      cr_assert_eq(memcmp(&a->value, &b->value, sizeof(double)), 0);
      cr_assert_eq(memcmp(&a->std_error, &b->std_error, sizeof(double)), 0);
      cr_assert_eq(memcmp(&a->low, &b->low, sizeof(double)), 0);
      cr_assert_eq(a->n, b->n);
    }
    close_fixture(&g);
  }
  close_fixture(&f);
}
