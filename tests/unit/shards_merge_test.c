/* Totals of random parts of the records, merged in trees of any shape and spilled at any moment,
 * come to what one read of all records comes to: to the last bit. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "engine/course.h"
#include "engine/merge.h"
#include "shards_support.h"

#define INDICATORS                                                               \
  "indicators:\n"                                                                \
  "  share: {estimator: prevalence, of: y == 1, by: [[], [sex], [sex, area]]}\n" \
  "  mean: {estimator: mean, of: z, where: age < 60, by: [[], [area]]}\n"        \
  "  sum: {estimator: total, of: z}\n"

static const char *const plans[] = {
    "design: {strata: [year, h], psu: p, weight: w}\nperiod: year\ndomain: age >= 20\n"
    "drop: [{when: age < 18, reason: too young}]\n" INDICATORS,
    "design: {strata: h, psu: p, weight: w, nest: no}\nperiod: year\n" INDICATORS,
    "design: {strata: h, weight: w}\ndomain: y == 1\n" INDICATORS,
    "design: {strata: h, psu: p, weight: w, fpc: n1, fpc_is: population,\n"
    "         stages: [{unit: q, fpc: n2}]}\n" INDICATORS,
    "design: {weight: w, df: domain, replicates: {type: BRR, weights: r1..r4, combined: "
    "yes}}\n" INDICATORS,
    "design: {strata: h, psu: p, weight: w}\n" INDICATORS
    "  middle: {estimator: quantile, of: z, by: [[], [sex]]}\n",
    INDICATORS,
};
enum { PLANS = sizeof plans / sizeof plans[0], PARTS = 5, PIECES = 3, ROOT = PARTS };

/* Numbers: the codes of texts are those of one machine, and every file is read by one of its own.
 */
#define TYPES "types: {year: number, h: number, p: number, q: number, sex: number, area: number}\n"

static sampan_error error;

static int32_t keep(sp_outcome *o, void *data, sampan_error *e) {
  (void)data;
  (void)e;
  o->job->all_wide = 1; /* several reads into one table have several grids */
  return SAMPAN_OK;
}

/* The outcome of a plan over a file, bound and laid out. */
static sp_outcome *bind(const shards_folder *f, const sp_plan *plan) {
  sp_outcome *o;
  cr_assert_eq(sp_outcome_make(plan, f->registry, &f->options, keep, NULL, &o, &error), 0, "%s",
               error.message);
  cr_assert_eq(sp_outcome_open(o, &error), 0, "%s", error.message);
  return o;
}

/* One part: some files, read one after the other into the totals of the first. */
typedef struct part {
  sp_plan *plans[PIECES];
  sp_outcome *pieces[PIECES];
  sp_merge *merge;
  int parent, n_read;
} part;

static void read_piece(part *p) {
  sp_totals *t = p->pieces[0]->totals;
  const int64_t before = t->n_read, n_kept = t->n_kept;
  t->n_kept = 1; /* pieces of which nothing is kept are none of its business */
  cr_assert_eq(sp_scan(p->pieces[p->n_read++]->job, t, 0, &error), 0, "%s", error.message);
  t->place.is_known = 0; /* others come */
  t->n_kept += n_kept - 1;
  t->n_read += before;
}

static sp_plan *make_plan(const shards_folder *f, const char *name, const char *data,
                          const char *rest) {
  char text[1024];
  snprintf(text, sizeof text, "%s%s", TYPES, rest);
  return shards_plan(f, name, data, text);
}

static void make_parts(const shards_folder *f, const char *rest, uint64_t *state, part *parts) {
  int of[SHARDS_RECORDS];
  /* Parts of different sizes. */
  for (int i = 0; i < SHARDS_RECORDS; i++) {
    const uint32_t a = shards_random(state, PARTS * PIECES), b = shards_random(state, 8);
    of[i] = b == 0 ? 0 : (int)a;
  }
  for (int k = 0; k < PARTS; k++) {
    for (int j = 0; j < PIECES; j++) {
      char data[64], plan[64];
      snprintf(data, sizeof data, "part-%d-%d.csv", k, j);
      snprintf(plan, sizeof plan, "part-%d-%d.yaml", k, j);
      shards_data(f, data, of, k * PIECES + j);
      parts[k].plans[j] = make_plan(f, plan, data, rest);
      parts[k].pieces[j] = bind(f, parts[k].plans[j]);
    }
  }
}

static void free_parts(part *parts) {
  for (int k = 0; k < PARTS; k++) {
    sp_merge_free(parts[k].merge);
    for (int j = 0; j < PIECES; j++) sp_outcome_free(parts[k].pieces[j]);
    for (int j = 0; j < PIECES; j++) sp_plan_free(parts[k].plans[j]);
  }
}

static void merge(part *p) {
  cr_assert_eq(sp_merge_add(p->merge, &error), 0, "%s", error.message);
  const sp_totals *from = p->pieces[0]->totals;
  cr_assert_eq(from->n_kept, 0);
  cr_assert_eq(sp_table_n_rows(from->tables[0]), 0);
}

/* Reads and merges in some order, until the root has all. */
static void merge_all(const shards_folder *f, const char *rest, sp_outcome *root, uint64_t *state) {
  part parts[PARTS];
  memset(parts, 0, sizeof parts);
  make_parts(f, rest, state, parts);
  for (int k = 0; k < PARTS; k++) {
    parts[k].parent = k + 1 + (int)shards_random(state, (uint32_t)(PARTS - k));
    sp_totals *into =
        parts[k].parent == ROOT ? root->totals : parts[parts[k].parent].pieces[0]->totals;
    cr_assert_eq(sp_merge_new(root->job, into, parts[k].pieces[0]->totals, &parts[k].merge), 0);
  }
  for (int left = PARTS * PIECES; left > 0;) {
    part *p = &parts[shards_random(state, PARTS)];
    if (shards_random(state, 3) == 0) {
      merge(p);
    } else if (p->n_read < PIECES) {
      read_piece(p);
      left--;
    }
  }
  for (int k = 0; k < PARTS; k++) merge(&parts[k]);
  free_parts(parts);
}

static void finish(const shards_folder *f, sp_outcome *o) {
  uint32_t n_open = 1;
  o->totals->n_reads = 1;
  cr_assert_eq(sp_place_finish(&o->totals->place, &error), 0, "%s", error.message);
  for (uint32_t read = 0; n_open > 0; read++) {
    if (read > 0) sp_courses_restart(o->job, o->totals);
    if (read > 0) {
      cr_assert_eq(sp_scan(o->job, o->totals, read, &error), 0, "%s", error.message);
    }
    cr_assert_eq(sp_walks_make(o, &error), 0);
    cr_assert_eq(sp_courses_advance(o, &n_open, &error), 0, "%s", error.message);
  }
  cr_assert_eq(sp_outcome_finish(o, f->registry, &error), 0, "%s", error.message);
}

static void same_number(double a, double b, const char *what) {
  cr_assert(memcmp(&a, &b, sizeof a) == 0, "%s: %.17g and %.17g", what, a, b);
}

static void same(const sp_outcome *a, const sp_outcome *b) {
  cr_assert_eq(a->n_estimates, b->n_estimates);
  cr_assert_gt(a->n_estimates, 0);
  for (uint32_t i = 0; i < a->n_estimates; i++) {
    const sp_estimate *x = &a->estimates[i], *y = &b->estimates[i];
    cr_assert_eq(x->indicator, y->indicator);
    for (uint32_t k = 0; k < x->n_by; k++) cr_assert_str_eq(x->values[k], y->values[k]);
    const double *const p[] = {&x->value, &x->std_error, &x->df,  &x->low,
                               &x->high,  &x->pop,       &x->deff};
    const double *const q[] = {&y->value, &y->std_error, &y->df,  &y->low,
                               &y->high,  &y->pop,       &y->deff};
    for (size_t k = 0; k < sizeof p / sizeof p[0]; k++) same_number(*p[k], *q[k], "an estimate");
    cr_assert_eq(x->n, y->n);
    cr_assert_eq(x->n_positive, y->n_positive);
    cr_assert_eq(x->n_events, y->n_events);
    cr_assert_eq(x->n_psu, y->n_psu);
    cr_assert_eq(x->n_strata, y->n_strata);
  }
  cr_assert_eq(a->n_read, b->n_read);
  cr_assert_eq(a->n_kept, b->n_kept);
  cr_assert_eq(a->n_strata, b->n_strata);
  cr_assert_eq(a->n_psu, b->n_psu);
  cr_assert_eq(a->n_periods, b->n_periods);
  for (uint32_t i = 0; i < a->n_drops; i++) cr_assert_eq(a->drops[i].n, b->drops[i].n);
  const uint32_t n_periods = a->n_periods > 0 ? a->n_periods : 1;
  for (uint32_t i = 0; i < a->n_periods; i++) {
    cr_assert_eq(a->n_read_by_period[i], b->n_read_by_period[i]);
    cr_assert_eq(a->n_kept_by_period[i], b->n_kept_by_period[i]);
  }
  for (uint32_t i = 0; i < a->plan->n_indicators * n_periods; i++) {
    cr_assert_eq(a->uses[i].n_domain, b->uses[i].n_domain);
    cr_assert_eq(a->uses[i].n_missing, b->uses[i].n_missing);
  }
  same_number(a->weight_sum, b->weight_sum, "the sum of the weights");
  same_number(a->weight_squares, b->weight_squares, "their squares");
  same_number(a->weight_min, b->weight_min, "the least weight");
  same_number(a->weight_max, b->weight_max, "the largest weight");
  same_number(a->design.df, b->design.df, "df of the design");
  cr_assert_eq(a->n_notes, b->n_notes);
  for (uint32_t i = 0; i < a->n_notes; i++) cr_assert_str_eq(a->notes[i], b->notes[i]);
}

Test(merge, parts_come_to_the_whole) {
  shards_folder f;
  shards_open(&f);
  error.struct_size = sizeof error;
  shards_data(&f, "all.csv", NULL, 0);
  uint64_t state = 20260417;
  for (int i = 0; i < PLANS; i++) {
    sp_outcome *whole;
    sp_plan *plan = make_plan(&f, "all.yaml", "all.csv", plans[i]);
    cr_assert_eq(sp_run(plan, f.registry, &f.options, &whole, &error), 0, "%s", error.message);
    for (int round = 0; round < 6; round++) {
      sp_outcome *root = bind(&f, plan);
      merge_all(&f, plans[i], root, &state);
      finish(&f, root);
      same(whole, root);
      sp_outcome_free(root);
    }
    sp_outcome_free(whole);
    sp_plan_free(plan);
  }
  shards_close(&f);
}

static int32_t scan_all(sp_outcome *o, void *data, sampan_error *e) {
  SP_TRY(keep(o, data, e));
  SP_TRY(sp_outcome_open(o, e));
  return sp_scan(o->job, o->totals, 0, e);
}

/* What no part shows by itself. */
static void conflict(const char *rest, const char *first, const char *second, const char *message) {
  shards_folder f;
  sp_merge *m;
  shards_open(&f);
  error = (sampan_error){.struct_size = sizeof error};
  shards_write(&f, "a.csv", first, strlen(first));
  shards_write(&f, "b.csv", second, strlen(second));
  sp_plan *a = shards_plan(&f, "a.yaml", "a.csv", rest),
          *b = shards_plan(&f, "b.yaml", "b.csv", rest);
  sp_outcome *into, *from;
  cr_assert_eq(sp_outcome_make(a, f.registry, &f.options, scan_all, NULL, &into, &error), 0, "%s",
               error.message);
  cr_assert_eq(sp_outcome_make(b, f.registry, &f.options, scan_all, NULL, &from, &error), 0, "%s",
               error.message);
  into->totals->place.is_known = 0;
  cr_assert_eq(sp_merge_new(into->job, into->totals, from->totals, &m), 0);
  cr_assert_eq(sp_merge_add(m, &error), SAMPAN_E_DATA);
  cr_assert_str_eq(error.message, message);
  sp_merge_free(m);
  sp_outcome_free(into);
  sp_outcome_free(from);
  sp_plan_free(a);
  sp_plan_free(b);
  shards_close(&f);
}

Test(merge, a_psu_in_two_strata) {
  conflict(
      "types: {h: text}\ndesign: {strata: h, psu: p, nest: no}\n"
      "indicators: {y: {estimator: prevalence, of: y == 1}}\n",
      "h,p,y\na,1,1\na,2,0\n", "h,p,y\nb,3,1\nb,2,0\n",
      "PSU '2' is in stratum 'b' here, and in stratum 'a' before");
}

Test(merge, two_corrections_of_a_stratum) {
  conflict(
      "types: {h: text}\ndesign: {strata: h, psu: p, fpc: n, fpc_is: population}\n"
      "indicators: {y: {estimator: prevalence, of: y == 1}}\n",
      "h,p,n,y\na,1,9,1\na,2,9,0\n", "h,p,n,y\na,3,8,1\na,4,8,0\n",
      "the finite population correction of stratum 'a' is 8 here, and 9 in an earlier record; "
      "it must be the same in the whole stratum");
}

Test(merge, one_number_in_two_texts) {
  conflict("types: {g: text}\nindicators: {y: {estimator: prevalence, of: y == 1, by: [[g]]}}\n",
           "g,y\n1,1\n2,0\n", "g,y\n3,1\n01,0\n",
           "column 'g' holds \"1\" and \"01\": one number, but two texts and so two groups");
}
