/* stat_regression_model_test.c - the estimator `regression` on small data: the terms of a model,
 * what has no estimate, what is refused, and laws that hold of any data. */
#include "stat_frame.h"
#include "stat_reads.h"

enum { N = 48 };

/* Records made by a rule: no two columns are multiples of each other. */
typedef struct small {
  double x[N], z[N], flag[N], count[N], yes[N], y[N], weight[N];
  const char *group[N], *site[N];
} small;

static const char *const levels[] = {"a", "(1,2]", "c=d"};

static void fill(small *d) {
  uint64_t seed = 12345;
  for (int i = 0; i < N; i++) {
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    const double u = (double)(seed >> 40) / (double)(1 << 24);
    d->x[i] = (i * 7) % 11 - 4 + u;
    d->z[i] = (i * 5) % 13 * 0.25;
    d->flag[i] = (i * 3) % 5 < 2;
    d->group[i] = levels[(i * i + i / 4) % 3];
    d->site[i] = i % 7 < 3 ? "north" : "south";
    d->count[i] = floor(3 + d->x[i] * 0.4 + 3 * u);
    if (d->count[i] < 0) d->count[i] = 0;
    d->yes[i] = u + 0.05 * d->x[i] > 0.5;
    d->y[i] = 10 + 2 * d->x[i] - d->z[i] + 5 * u;
    d->weight[i] = 1 + (i % 6) * 0.5;
  }
}

static void set_text(stat_plugin *s, const char *name, const char *text) {
  sampan_value *v = stat_value(s, name);
  v->is_set = text != NULL;
  v->text = text;
}

static const sampan_column *number(stat_plugin *s, const char *name, const double *x) {
  return stat_number_column(s->context.arena, name, x, N);
}

static const sampan_column *text(stat_plugin *s, const char *name, const char *const *x) {
  return stat_text_column(s->context.arena, name, x, N);
}

static const sampan_column *truth(stat_plugin *s, const char *name, const double *x) {
  return stat_truth_column(s->context.arena, name, x, N);
}

static void open_family(stat_plugin *s, small *d, const char *family) {
  fill(d);
  stat_open(s, SAMPAN_ESTIMATOR, "regression");
  stat_set_choice(s, "family", family);
}

/* Runs `of` on up to four columns; NULL ends them. */
static int32_t run(stat_plugin *s, const small *d, const sampan_column *const *columns,
                   stat_reads *r) {
  uint32_t n = 2;
  while (columns[n]) n++;
  const stat_reads_data data = {
      .columns = columns, .n_columns = n, .n = N, .weight = d->weight, .batch = 64};
  return stat_reads_run(s, &data, r);
}

static void must_run(stat_plugin *s, const small *d, const sampan_column *const *columns,
                     stat_reads *r) {
  cr_assert_eq(run(s, d, columns, r), SAMPAN_OK, "%s", s->error.message);
}

static void has_terms(const stat_reads *r, const char *const *names, uint32_t n) {
  cr_assert_eq(r->shape.n_statistics, n);
  for (uint32_t j = 0; j < n; j++) cr_assert_str_eq(r->shape.statistics[j].name, names[j]);
}

static void has_no_estimate(const stat_plugin *s, const stat_reads *r, const char *note) {
  for (uint32_t j = 0; j < r->shape.n_statistics; j++) {
    cr_assert_eq(r->groups[0].status[j], SAMPAN_NOT_ESTIMABLE);
    cr_assert(isnan(r->groups[0].value[j]));
  }
  cr_assert_not_null(strstr(s->note, note), "'%s' has no '%s'", s->note, note);
}

/* ---- terms -------------------------------------------------------------------------------- */

Test(regression_model, terms_as_in_r) {
  static const char *const names[] = {
      "(Intercept)", "x",          "groupa",           "groupc=d",          "sitesouth",
      "x:groupa",    "x:groupc=d", "groupa:sitesouth", "groupc=d:sitesouth"};
  small d;
  stat_plugin s;
  stat_reads r;
  open_family(&s, &d, "gaussian");
  set_text(&s, "interactions", " group : x,site:group ");
  const sampan_column *columns[] = {number(&s, "y", d.y),     NULL,
                                    number(&s, "x", d.x),     text(&s, "group", d.group),
                                    text(&s, "site", d.site), NULL};
  must_run(&s, &d, columns, &r);
  has_terms(&r, names, 9);
  cr_assert_eq(r.groups[0].status[8], SAMPAN_ESTIMABLE);
  stat_close(&s);
}

/* Another reference level is the same model: coefficients are differences of the others. */
Test(regression_model, reference_levels) {
  static const char *const names[] = {"(Intercept)", "x", "group(1,2]", "groupa", "sitenorth"};
  small d;
  stat_plugin s;
  stat_reads r, other;
  open_family(&s, &d, "poisson");
  const sampan_column *columns[] = {number(&s, "count", d.count), NULL,
                                    number(&s, "x", d.x),         text(&s, "group", d.group),
                                    text(&s, "site", d.site),     NULL};
  must_run(&s, &d, columns, &r);
  set_text(&s, "reference", "group=c=d, site=south");
  must_run(&s, &d, columns, &other);
  has_terms(&other, names, 5);
  const double *b = r.groups[0].value, *c = other.groups[0].value;
  STAT_NEAR(c[0], b[0] + b[3] + b[4], 1e-12);
  STAT_NEAR(c[2], -b[3], 1e-12);
  STAT_NEAR(c[3], b[2] - b[3], 1e-12);
  STAT_NEAR(c[4], -b[4], 1e-12);
  set_text(&s, "reference", "group=(1,2]");
  must_run(&s, &d, columns, &other);
  STAT_NEAR(other.groups[0].value[2], b[2], 1e-12);
  stat_close(&s);
}

/* Names and levels may hold what separates them: the longest that fits is meant. */
Test(regression_model, names_within_names) {
  static const char *const within[] = {"1", "1,2", "1,2,3"};
  static const char *const names[] = {"(Intercept)", "a:b",      "a",         "g1,2",
                                      "g1,2,3",      "a:b:g1,2", "a:b:g1,2,3"};
  static const char *const others[] = {"(Intercept)", "a:b", "a", "g1", "g1,2,3"};
  small d;
  stat_plugin s;
  stat_reads r;
  open_family(&s, &d, "gaussian");
  for (int i = 0; i < N; i++) d.group[i] = within[i % 3];
  const sampan_column *columns[] = {number(&s, "y", d.y),   NULL,
                                    number(&s, "a:b", d.z), number(&s, "a", d.x),
                                    text(&s, "g", d.group), NULL};
  set_text(&s, "interactions", "a:b:g");
  must_run(&s, &d, columns, &r);
  has_terms(&r, names, 7);
  set_text(&s, "interactions", NULL);
  set_text(&s, "reference", "g=1,2");
  must_run(&s, &d, columns, &r);
  has_terms(&r, others, 5);
  stat_close(&s);
}

Test(regression_model, without_intercept_a_factor_has_its_means) {
  static const char *const names[] = {"group(1,2]", "groupa", "groupc=d"};
  small d;
  stat_plugin s;
  stat_reads r;
  double sum[3] = {0}, weight[3] = {0};
  open_family(&s, &d, "gaussian");
  stat_set_number(&s, "intercept", 0);
  const sampan_column *columns[] = {number(&s, "y", d.y), NULL, text(&s, "group", d.group), NULL};
  must_run(&s, &d, columns, &r);
  has_terms(&r, names, 3);
  for (int i = 0; i < N; i++) {
    const uint32_t code = columns[2]->code[i];
    sum[code] += d.weight[i] * d.y[i];
    weight[code] += d.weight[i];
  }
  for (int k = 0; k < 3; k++) STAT_NEAR(r.groups[0].value[k], sum[k] / weight[k], 1e-13);
  stat_close(&s);
}

Test(regression_model, yes_and_no_as_1_and_0) {
  static const char *const names[] = {"(Intercept)", "flag"};
  small d;
  stat_plugin s;
  stat_reads r;
  double yes[2] = {0}, all[2] = {0};
  open_family(&s, &d, "binomial");
  const sampan_column *columns[] = {truth(&s, "yes", d.yes), NULL, truth(&s, "flag", d.flag), NULL};
  must_run(&s, &d, columns, &r);
  has_terms(&r, names, 2);
  for (int i = 0; i < N; i++) {
    yes[(int)d.flag[i]] += d.weight[i] * d.yes[i];
    all[(int)d.flag[i]] += d.weight[i];
  }
  const double odds[] = {yes[0] / (all[0] - yes[0]), yes[1] / (all[1] - yes[1])};
  STAT_NEAR(r.groups[0].value[0], log(odds[0]), 1e-12);
  STAT_NEAR(r.groups[0].value[1], log(odds[1] / odds[0]), 1e-12);
  stat_close(&s);
}

static void refuses(stat_plugin *s, const small *d, const sampan_column *const *columns,
                    const char *parameter, const char *message) {
  stat_reads r;
  cr_assert_eq(run(s, d, columns, &r), SAMPAN_E_PLAN, "nothing refused: %s", message);
  cr_assert_not_null(strstr(s->error.message, message), "'%s' has no '%s'", s->error.message,
                     message);
  cr_assert_str_eq(s->error.parameter, parameter);
  cr_assert(s->error.hint[0] != '\0');
}

Test(regression_model, refuses_what_it_cannot_read) {
  small d;
  stat_plugin s;
  const char *one[N];
  open_family(&s, &d, "gaussian");
  for (int i = 0; i < N; i++) one[i] = "only";
  const sampan_column *columns[] = {number(&s, "y", d.y),     NULL,
                                    number(&s, "x", d.x),     text(&s, "group", d.group),
                                    text(&s, "site", d.site), NULL};
  static const char *const products[] = {"x",      "x:", "x:nobody", "x:x", "x:group,group:x",
                                         "x;group"};
  for (size_t i = 0; i < sizeof products / sizeof products[0]; i++) {
    set_text(&s, "interactions", products[i]);
    refuses(&s, &d, columns, "interactions", "not understood");
  }
  set_text(&s, "interactions", "x:group:site, x:group, group:site");
  refuses(&s, &d, columns, "interactions", "no meaning by itself");
  set_text(&s, "interactions", NULL);
  static const char *const references[] = {"x=1", "group", "group=", "group=a b", "site=north;"};
  for (size_t i = 0; i < sizeof references / sizeof references[0]; i++) {
    set_text(&s, "reference", references[i]);
    refuses(&s, &d, columns, "reference", "not understood");
  }
  set_text(&s, "reference", NULL);
  columns[3] = number(&s, "x", d.z);
  refuses(&s, &d, columns, "on", "'x' is named twice");
  columns[3] = number(&s, "", d.z);
  refuses(&s, &d, columns, "on", "has no name");
  cr_assert_not_null(strstr(s.error.hint, "derive"));
  columns[3] = text(&s, "same", one);
  refuses(&s, &d, columns, "on", "one value only");
  stat_close(&s);
}

/* ---- laws --------------------------------------------------------------------------------- */

/* Records in another order, and each as two of half the weight, give the same coefficients. */
Test(regression_model, order_and_splitting_do_not_matter) {
  static const char *const families[] = {"gaussian", "binomial", "poisson"};
  enum { TWICE = 2 * N };
  for (int k = 0; k < 3; k++) {
    small d;
    stat_plugin s;
    stat_reads r, split;
    double y[TWICE], x[TWICE], weight[TWICE];
    const char *group[TWICE];
    open_family(&s, &d, families[k]);
    const double *of = k == 0 ? d.y : k == 1 ? d.yes : d.count;
    const sampan_column *columns[] = {number(&s, "of", of), NULL, number(&s, "x", d.x),
                                      text(&s, "group", d.group), NULL};
    must_run(&s, &d, columns, &r);
    for (int i = 0; i < TWICE; i++) {
      const int from = (i * 29 + 5) % N;
      y[i] = of[from];
      x[i] = d.x[from];
      group[i] = d.group[from];
      weight[i] = d.weight[from] / 2;
    }
    sp_arena *arena = s.context.arena;
    const sampan_column *twice[] = {stat_number_column(arena, "of", y, TWICE), NULL,
                                    stat_number_column(arena, "x", x, TWICE),
                                    stat_text_column(arena, "group", group, TWICE)};
    const stat_reads_data data = {.columns = twice, .n_columns = 4, .n = TWICE, .weight = weight};
    cr_assert_eq(stat_reads_run(&s, &data, &split), SAMPAN_OK);
    for (uint32_t j = 0; j < r.shape.n_statistics; j++)
      STAT_NEAR(split.groups[0].value[j], r.groups[0].value[j], 1e-12);
    stat_close(&s);
  }
}

/* A year and its square far from 0: the model is that of years since 2015. */
Test(regression_model, columns_far_from_0_cost_no_digits) {
  small d;
  stat_plugin s;
  stat_reads r, near;
  double year[N], square[N], since[N], since2[N];
  open_family(&s, &d, "binomial");
  for (int i = 0; i < N; i++) {
    since[i] = (i * 7) % 13 - 6;
    since2[i] = since[i] * since[i];
    year[i] = 2015 + since[i];
    square[i] = year[i] * year[i];
  }
  const sampan_column *yes = number(&s, "yes", d.yes);
  const sampan_column *far[] = {yes, NULL, number(&s, "year", year), number(&s, "square", square),
                                NULL};
  const sampan_column *close[] = {yes, NULL, number(&s, "since", since),
                                  number(&s, "since2", since2), NULL};
  must_run(&s, &d, far, &r);
  must_run(&s, &d, close, &near);
  const double *b = r.groups[0].value, *c = near.groups[0].value;
  STAT_NEAR(b[2], c[2], 1e-9);
  STAT_NEAR(b[1], c[1] - 2 * 2015 * c[2], 1e-9);
  STAT_NEAR(b[0], c[0] - 2015 * c[1] + 2015.0 * 2015 * c[2], 1e-8);
  const stat_reads_data data = {.columns = far, .n_columns = 4, .n = N, .weight = d.weight};
  uint32_t stratum[N] = {0}, psu[N];
  for (uint32_t i = 0; i < N; i++) psu[i] = i / 2;
  const stat_reads_design design = {stratum, psu, 1, N / 2, NULL};
  STAT_NEAR(stat_reads_covariance(&s, &r, &data, &design, 0, 2, 2),
            stat_reads_covariance(&s, &near, &data, &design, 0, 2, 2), 1e-8);
  stat_close(&s);
}

Test(regression_model, a_line_without_errors) {
  small d;
  stat_plugin s;
  stat_reads r;
  open_family(&s, &d, "gaussian");
  for (int i = 0; i < N; i++) d.y[i] = 3 - 2 * d.x[i];
  const sampan_column *columns[] = {number(&s, "y", d.y), NULL, number(&s, "x", d.x),
                                    number(&s, "z", d.z), NULL};
  must_run(&s, &d, columns, &r);
  STAT_NEAR(r.groups[0].value[0], 3, 1e-13);
  STAT_NEAR(r.groups[0].value[1], -2, 1e-13);
  STAT_NEAR(r.groups[0].value[2], 0, 1e-13);
  stat_close(&s);
}

/* log(sum w y / sum w exp(offset)): the closed form, with offsets that a full step overshoots. */
Test(regression_model, offsets_that_differ_by_orders_of_magnitude) {
  small d;
  stat_plugin s;
  stat_reads r;
  double offset[N], events = 0, exposure = 0;
  open_family(&s, &d, "poisson");
  for (int i = 0; i < N; i++) {
    offset[i] = (i * 11) % 41 - 20;
    events += d.weight[i] * d.count[i];
    exposure += d.weight[i] * exp(offset[i]);
  }
  const sampan_column *columns[] = {number(&s, "count", d.count), number(&s, "offset", offset),
                                    NULL};
  must_run(&s, &d, columns, &r);
  cr_assert_eq(r.groups[0].status[0], SAMPAN_ESTIMABLE, "%s", s.note);
  STAT_NEAR(r.groups[0].value[0], log(events / exposure), 1e-12);
  stat_close(&s);
}

/* A maximum that full steps run away from, as offsets put the start far off: the score equations
 * hold where halved steps ended. */
Test(regression_model, steps_that_go_too_far_are_halved) {
  enum { FEW = 9 };
  static const double y[FEW] = {0, 1, 0, 1, 1, 1, 0, 0, 1};
  static const double x[FEW] = {-0.8, -2.0, -0.5, 1.3, 0.7, 0.1, 2.7, -0.4, 1.0};
  static const double offset[FEW] = {-26, -1, -7, 12, 5, -12, -15, 2, -7};
  stat_plugin s;
  stat_reads r;
  double u[2] = {0};
  stat_open(&s, SAMPAN_ESTIMATOR, "regression");
  stat_set_choice(&s, "family", "binomial");
  sp_arena *arena = s.context.arena;
  const sampan_column *columns[] = {stat_number_column(arena, "y", y, FEW),
                                    stat_number_column(arena, "offset", offset, FEW),
                                    stat_number_column(arena, "x", x, FEW)};
  const stat_reads_data data = {.columns = columns, .n_columns = 3, .n = FEW};
  cr_assert_eq(stat_reads_run(&s, &data, &r), SAMPAN_OK);
  cr_assert_eq(r.groups[0].status[0], SAMPAN_ESTIMABLE, "%s", s.note);
  const double *b = r.groups[0].value;
  for (int i = 0; i < FEW; i++) {
    const double residual = y[i] - 1 / (1 + exp(-(offset[i] + b[0] + b[1] * x[i])));
    u[0] += residual;
    u[1] += x[i] * residual;
  }
  cr_assert(fabs(u[0]) < 1e-12 && fabs(u[1]) < 1e-12);
  STAT_NEAR(b[0], 6.809561357741749, 1e-9);
  stat_close(&s);
}

/* ---- missing, wrong, or without an estimate ----------------------------------------------- */

Test(regression_model, a_record_with_anything_missing_is_out) {
  small d;
  stat_plugin s;
  stat_reads r, without;
  double offset[N] = {0}, weight[N];
  open_family(&s, &d, "poisson");
  memcpy(weight, d.weight, sizeof weight);
  d.count[3] = NAN;
  offset[9] = NAN;
  d.x[20] = NAN;
  d.group[31] = "";
  const sampan_column *columns[] = {number(&s, "count", d.count), number(&s, "offset", offset),
                                    number(&s, "x", d.x), text(&s, "group", d.group), NULL};
  must_run(&s, &d, columns, &r);
  cr_assert_eq(r.groups[0].n_records, N - 4);
  cr_assert(!r.in[3] && !r.in[9] && !r.in[20] && !r.in[31] && r.in[0]);
  d.weight[3] = d.weight[9] = d.weight[20] = d.weight[31] = 0;
  d.count[3] = offset[9] = d.x[20] = 2;
  d.group[31] = "a";
  const sampan_column *whole[] = {number(&s, "count", d.count), number(&s, "offset", offset),
                                  number(&s, "x", d.x), text(&s, "group", d.group), NULL};
  must_run(&s, &d, whole, &without);
  for (uint32_t j = 0; j < 4; j++)
    STAT_NEAR(r.groups[0].value[j], without.groups[0].value[j], 1e-12);
  stat_close(&s);
}

Test(regression_model, outcomes_that_the_family_does_not_have) {
  static const struct {
    const char *family;
    double bad, good;
  } cases[] = {{"binomial", 2, 0.25}, {"binomial", -0.5, 1}, {"poisson", -1, 0.5}};
  for (size_t k = 0; k < 3; k++) {
    small d;
    stat_plugin s;
    stat_reads r;
    uint32_t group[N] = {0};
    open_family(&s, &d, cases[k].family);
    double y[N];
    for (int i = 0; i < N; i++) y[i] = i % 3 == 0;
    y[40] = cases[k].bad;
    const sampan_column *columns[] = {number(&s, "y", y), NULL, number(&s, "x", d.x), NULL};
    cr_assert_eq(run(&s, &d, columns, &r), SAMPAN_E_DATA);
    cr_assert_eq(s.error.row, 41);
    cr_assert_str_eq(s.error.column, "y");
    cr_assert(s.error.hint[0] != '\0');
    group[40] = UINT32_MAX; /* a record of no group may hold what it likes */
    const stat_reads_data data = {
        .columns = columns, .n_columns = 3, .n = N, .weight = d.weight, .group = group};
    cr_assert_eq(stat_reads_run(&s, &data, &r), SAMPAN_OK, "%s", s.error.message);
    y[40] = cases[k].good;
    columns[0] = number(&s, "y", y);
    must_run(&s, &d, columns, &r);
    cr_assert_eq(r.groups[0].status[1], SAMPAN_ESTIMABLE, "%s", s.note);
    stat_close(&s);
  }
}

Test(regression_model, terms_that_others_determine) {
  static const char *const families[] = {"gaussian", "binomial", "poisson"};
  for (int k = 0; k < 3; k++) {
    small d;
    stat_plugin s;
    stat_reads r;
    double twice[N], same[N];
    open_family(&s, &d, families[k]);
    for (int i = 0; i < N; i++) {
      twice[i] = 0.1 * d.x[i] + 2000;
      same[i] = 2021.3;
    }
    const sampan_column *of = number(&s, "of", k == 0 ? d.y : k == 1 ? d.yes : d.count);
    const sampan_column *columns[] = {of, NULL, number(&s, "x", d.x), number(&s, "twice", twice),
                                      NULL};
    must_run(&s, &d, columns, &r);
    has_no_estimate(&s, &r, "twice is determined by");
    cr_assert_eq(r.groups[0].reads, 2);
    columns[3] = number(&s, "same", same);
    must_run(&s, &d, columns, &r);
    has_no_estimate(&s, &r, "same is determined by");
    stat_close(&s);
  }
}

/* Whatever rounding makes of the mean of a constant. */
Test(regression_model, constants) {
  small d;
  stat_plugin s;
  stat_reads r;
  double same[N];
  open_family(&s, &d, "gaussian");
  for (int k = 0; k < 40; k++) {
    for (int i = 0; i < N; i++) same[i] = 0.1 + 50.37 * k;
    const sampan_column *columns[] = {number(&s, "y", d.y), NULL, number(&s, "same", same), NULL};
    must_run(&s, &d, columns, &r);
    has_no_estimate(&s, &r, "same is determined by");
  }
  stat_close(&s);
}

/* A level that a group does not have leaves its term empty there, and only there. */
Test(regression_model, a_level_that_a_group_does_not_have) {
  small d;
  stat_plugin s;
  stat_reads r;
  uint32_t group[N];
  open_family(&s, &d, "gaussian");
  for (int i = 0; i < N; i++) group[i] = strcmp(d.group[i], "a") != 0 && i % 2;
  const sampan_column *columns[] = {number(&s, "y", d.y), NULL, text(&s, "group", d.group)};
  const stat_reads_data data = {.columns = columns,
                                .n_columns = 3,
                                .n = N,
                                .weight = d.weight,
                                .group = group,
                                .n_groups = 3};
  cr_assert_eq(stat_reads_run(&s, &data, &r), SAMPAN_OK);
  cr_assert_eq(r.groups[0].status[1], SAMPAN_ESTIMABLE);
  cr_assert_eq(r.groups[1].status[1], SAMPAN_NOT_ESTIMABLE);
  cr_assert_eq(r.groups[2].status[1], SAMPAN_NOT_ESTIMABLE); /* no records at all */
  cr_assert_not_null(strstr(s.note, "groupa is 0 for all records"), "%s", s.note);
  stat_close(&s);
}

Test(regression_model, separated_outcomes_have_no_estimate) {
  static const char *const families[] = {"binomial", "binomial", "binomial", "poisson", "poisson"};
  for (int k = 0; k < 5; k++) {
    small d;
    stat_plugin s;
    stat_reads r;
    double y[N];
    open_family(&s, &d, families[k]);
    for (int i = 0; i < N; i++) {
      y[i] = k < 3 ? d.yes[i] : d.count[i];
      if (k == 0) y[i] = d.x[i] > 0.5;                      /* wholly, by a number */
      if (k == 1 && strcmp(d.group[i], "a") == 0) y[i] = 1; /* by one level */
      if (k == 2 || k == 4) y[i] = 0;                       /* no event at all */
      if (k == 3 && strcmp(d.group[i], "c=d") == 0) y[i] = 0;
    }
    const sampan_column *columns[] = {number(&s, "y", y), NULL, number(&s, "x", d.x),
                                      text(&s, "group", d.group), NULL};
    must_run(&s, &d, columns, &r);
    has_no_estimate(&s, &r, "separated");
    cr_assert_leq(r.groups[0].reads, 30);
    stat_close(&s);
  }
}

/* The influence of a record is (y - p) / (W p (1 - p)) of its level, and it is so to rounding for a
 * level of little weight as well, which the others' steps would hide. */
Test(regression_model, levels_of_little_weight_are_as_exact) {
  small d;
  stat_plugin s;
  stat_reads r;
  double events[3] = {0}, all[3] = {0};
  open_family(&s, &d, "binomial");
  stat_set_number(&s, "intercept", 0);
  for (int i = 0; i < N; i++) {
    if (strcmp(d.group[i], "c=d") != 0) continue;
    d.weight[i] *= d.yes[i] == 1 ? 1e-14 : 1e-12;
  }
  const sampan_column *columns[] = {number(&s, "yes", d.yes), NULL, text(&s, "group", d.group),
                                    NULL};
  must_run(&s, &d, columns, &r);
  for (int i = 0; i < N; i++) {
    all[columns[2]->code[i]] += d.weight[i];
    events[columns[2]->code[i]] += d.weight[i] * d.yes[i];
  }
  const uint32_t n = r.shape.n_components;
  for (int i = 0; i < N; i++) {
    const uint32_t k = columns[2]->code[i];
    const double p = events[k] / all[k];
    double influence = 0;
    for (uint32_t c = 0; c < n; c++)
      influence += r.groups[0].gradient[(uint64_t)k * n + c] * r.u[(uint64_t)i * n + c];
    STAT_NEAR(influence, (d.yes[i] - p) / (all[k] * p * (1 - p)), 1e-9);
    STAT_NEAR(r.groups[0].value[k], log(p / (1 - p)), 1e-12);
  }
  stat_close(&s);
}

/* A share of 2e-7 takes as many steps to reach as a separated one would take to be called so. */
Test(regression_model, rare_events_are_not_separated) {
  small d;
  stat_plugin s;
  stat_reads r;
  double events[2] = {0}, all[2] = {0};
  open_family(&s, &d, "binomial");
  for (int i = 0; i < N; i++) {
    if (d.flag[i] == 1 && d.yes[i] == 1) d.weight[i] *= 1e-7;
    events[(int)d.flag[i]] += d.weight[i] * d.yes[i];
    all[(int)d.flag[i]] += d.weight[i];
  }
  const sampan_column *columns[] = {number(&s, "yes", d.yes), NULL, truth(&s, "flag", d.flag),
                                    NULL};
  must_run(&s, &d, columns, &r);
  cr_assert_eq(r.groups[0].status[1], SAMPAN_ESTIMABLE, "%s", s.note);
  cr_assert_lt(events[1] / all[1], 2e-7);
  STAT_NEAR(r.groups[0].value[0], log(events[0] / (all[0] - events[0])), 1e-11);
  STAT_NEAR(r.groups[0].value[0] + r.groups[0].value[1], log(events[1] / (all[1] - events[1])),
            1e-11);
  stat_close(&s);
}

/* However little weight the separated records have: their part in the decrement is lost in that of
 * the others, and only how it falls tells. */
Test(regression_model, separation_among_records_of_little_weight) {
  small d;
  stat_plugin s;
  stat_reads r;
  open_family(&s, &d, "binomial");
  for (int i = 0; i < N; i++) {
    if (strcmp(d.group[i], "c=d") != 0) continue;
    d.weight[i] *= 1e-12;
    d.yes[i] = 0;
  }
  const sampan_column *columns[] = {number(&s, "yes", d.yes), NULL, number(&s, "x", d.x),
                                    text(&s, "group", d.group), NULL};
  must_run(&s, &d, columns, &r);
  has_no_estimate(&s, &r, "separated");
  stat_close(&s);
}
