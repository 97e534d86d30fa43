/* stat_regression_test.c - the estimator `regression` against R's svyglm on the reference data,
 * with the sandwich of a with-replacement design, and Wald tests of its coefficients. */
#include "stat_frame.h"
#include "stat_reads.h"
#include "stat_regression_cases.h"

enum { N_CASES = sizeof regression_cases / sizeof regression_cases[0], MOST_ON = 8 };

/* A case as the core would hand it over. */
typedef struct prepared {
  stat_frame frame;
  const sampan_column *columns[2 + MOST_ON];
  stat_reads_data data;
  stat_reads_design design;
} prepared;

static void *array(stat_plugin *s, int64_t n, size_t size) {
  return sp_arena_array(s->context.arena, (uint64_t)n + 1, size);
}

static void set_text(stat_plugin *s, const char *name, const char *text) {
  sampan_value *v = stat_value(s, name);
  v->is_set = text != NULL;
  v->text = text;
}

static const double *derived(stat_plugin *s, const stat_frame *f, const char *name) {
  if (strncmp(name, "years", 5) != 0) return stat_frame_numbers(f, name);
  double *x = stat_frame_numbers(f, "year");
  for (int64_t i = 0; i < f->n; i++) {
    x[i] -= 2009;
    if (name[5] == '2') x[i] *= x[i];
  }
  (void)s;
  return x;
}

/* Reads the words of `on`; a word that ends in * is a factor. */
static uint32_t read_on(stat_plugin *s, const stat_frame *f, const char *on,
                        const sampan_column **out) {
  sp_arena *arena = s->context.arena;
  uint32_t n = 0;
  while (*on != '\0') {
    const size_t length = strcspn(on, " ");
    const int is_factor = on[length - 1] == '*';
    char *name = sp_arena_text_n(arena, on, length - (size_t)is_factor);
    cr_assert_lt(n, MOST_ON);
    out[n++] = is_factor ? stat_text_column(arena, name, stat_frame_texts(f, name), f->n)
                         : stat_number_column(arena, name, derived(s, f, name), f->n);
    on += length;
    while (*on == ' ') on++;
  }
  return n;
}

static void prepare_outcome(stat_plugin *s, const regression_case *c, prepared *p) {
  const stat_frame *f = &p->frame;
  sp_arena *arena = s->context.arena;
  if (c->of_is) {
    const char *const *text = stat_frame_texts(f, c->of);
    double *y = array(s, f->n, sizeof *y);
    for (int64_t i = 0; i < f->n; i++)
      y[i] = text[i][0] == '\0' ? NAN : strcmp(text[i], c->of_is) == 0;
    p->columns[0] = stat_truth_column(arena, c->of, y, f->n);
  } else {
    p->columns[0] = stat_number_column(arena, c->of, stat_frame_numbers(f, c->of), f->n);
  }
  if (!c->enroll) return;
  double *x = stat_frame_numbers(f, c->enroll);
  for (int64_t i = 0; i < f->n; i++) x[i] = log(x[i]);
  p->columns[1] = stat_number_column(arena, "", x, f->n);
}

static void prepare_design(stat_plugin *s, const regression_case *c, prepared *p) {
  const stat_frame *f = &p->frame;
  sp_arena *arena = s->context.arena;
  const char *const *strata = c->strata ? stat_frame_texts(f, c->strata) : NULL;
  const char *const *psu = c->psu ? stat_frame_texts(f, c->psu) : NULL;
  uint32_t *stratum = array(s, f->n, sizeof *stratum), *unit = array(s, f->n, sizeof *unit);
  p->design.n_strata = stat_codes(arena, strata, NULL, f->n, stratum);
  p->design.n_psu = psu ? stat_codes(arena, strata, psu, f->n, unit) : (uint32_t)f->n;
  for (int64_t i = 0; i < f->n && !psu; i++) unit[i] = (uint32_t)i;
  p->design.stratum = stratum;
  p->design.psu = unit;
  if (!c->fpc) return;
  double *fraction = array(s, p->design.n_strata, sizeof *fraction);
  uint8_t *seen = array(s, p->design.n_psu, 1);
  const double *population = stat_frame_numbers(f, c->fpc);
  for (int64_t i = 0; i < f->n; i++) {
    if (!seen[unit[i]]) fraction[stratum[i]] += 1 / population[i];
    seen[unit[i]] = 1;
  }
  p->design.fraction = fraction;
}

static void prepare(stat_plugin *s, const regression_case *c, prepared *p) {
  memset(p, 0, sizeof *p);
  stat_frame_read(&p->frame, s->context.arena, c->data);
  stat_set_choice(s, "family", c->family);
  set_text(s, "interactions", c->interactions);
  prepare_outcome(s, c, p);
  prepare_design(s, c, p);
  p->data.columns = p->columns;
  p->data.n_columns = 2 + read_on(s, &p->frame, c->on, p->columns + 2);
  p->data.n = p->frame.n;
  p->data.weight = stat_frame_numbers(&p->frame, c->weight);
  if (!c->where_not) return;
  const char *const *grp = stat_frame_texts(&p->frame, "grp");
  uint32_t *group = array(s, p->frame.n, sizeof *group);
  for (int64_t i = 0; i < p->frame.n; i++)
    group[i] = grp[i][0] == '\0' || strcmp(grp[i], c->where_not) == 0 ? UINT32_MAX : 0;
  p->data.group = group;
}

static const regression_case *case_of(const char *id) {
  for (size_t k = 0; k < N_CASES; k++)
    if (strcmp(regression_cases[k].id, id) == 0) return &regression_cases[k];
  cr_assert_fail("no case %s", id);
  return NULL;
}

/* Opens the plugin, runs the case as it stands. */
static const stat_reads_group *run_case(stat_plugin *s, const char *id, prepared *p,
                                        stat_reads *r) {
  stat_open(s, SAMPAN_ESTIMATOR, "regression");
  prepare(s, case_of(id), p);
  cr_assert_eq(stat_reads_run(s, &p->data, r), SAMPAN_OK, "%s", s->error.message);
  return r->groups;
}

/* F of the coefficients of a test, by the plugin wald-test. */
static void check_wald(const regression_case *c, const wald_row *t) {
  stat_plugin s;
  double v[64];
  stat_open(&s, SAMPAN_COMPARISON, "wald-test");
  for (unsigned i = 0; i < t->n; i++)
    for (unsigned j = 0; j < t->n; j++) {
      const unsigned a = t->first + (i > j ? i : j), b = t->first + (i > j ? j : i);
      v[i * t->n + j] = c->covariance[a * (a + 1) / 2 + b];
    }
  double df2 = NAN;
  const sampan_compared in = {.struct_size = sizeof in,
                              .n = t->n,
                              .estimate = c->estimate + t->first,
                              .covariance = v,
                              .df = c->df,
                              .level = 0.95,
                              .df_second = &df2};
  sampan_finding f;
  cr_assert_eq(((const sampan_comparison_ops *)s.plugin->ops)->compare(&s.call, &in, &f),
               SAMPAN_OK);
  STAT_NEAR(f.test, t->f, 1e-8);
  STAT_NEAR(f.p_value, t->p, 1e-7);
  cr_assert(f.df == t->n && df2 == c->df);
  stat_close(&s);
}

Test(regression, agrees_with_svyglm) {
  for (size_t k = 0; k < N_CASES; k++) {
    const regression_case *c = &regression_cases[k];
    stat_plugin s;
    prepared p;
    stat_reads r;
    const stat_reads_group *g = run_case(&s, c->id, &p, &r);
    cr_assert_eq(r.shape.n_statistics, c->n, "%s", c->id);
    cr_log_info("%s: %u reads", c->id, g->reads);
    cr_assert_leq(g->reads, strcmp(c->family, "gaussian") == 0 ? 3U : 12U, "%s", c->id);
    for (uint32_t a = 0; a < c->n; a++) {
      cr_assert_str_eq(r.shape.statistics[a].name, c->term[a]);
      cr_assert_eq(g->status[a], SAMPAN_ESTIMABLE);
      STAT_NEAR(g->value[a], c->estimate[a], 1e-10);
      if (isnan(c->covariance[0])) continue;
      STAT_NEAR(stat_reads_df(&s, &r, &p.data, &p.design) - g->df_spent[a], c->df, 0);
      for (uint32_t b = 0; b <= a; b++) {
        const double v = stat_reads_covariance(&s, &r, &p.data, &p.design, 0, a, b);
        const double expected = c->covariance[a * (a + 1) / 2 + b];
        cr_assert(fabs(v - expected) <= c->tolerance * fabs(expected) + 1e-13, "%s %s %s: %.17g",
                  c->id, c->term[a], c->term[b], v);
      }
    }
    for (int t = 0; t < 2; t++)
      if (c->test[t].n > 0) check_wald(c, &c->test[t]);
    stat_close(&s);
  }
}

Test(regression, ratios_are_exp_of_coefficients) {
  stat_plugin s, other;
  prepared p, q;
  stat_reads r, shown;
  const stat_reads_group *g = run_case(&s, "glm_logit_strat", &p, &r);
  stat_open(&other, SAMPAN_ESTIMATOR, "regression");
  prepare(&other, case_of("glm_logit_strat"), &q);
  stat_set_choice(&other, "show", "ratio");
  cr_assert_eq(stat_reads_run(&other, &q.data, &shown), SAMPAN_OK);
  for (uint32_t a = 0; a < r.shape.n_statistics; a++) {
    const double v = stat_reads_covariance(&s, &r, &p.data, &p.design, 0, a, a);
    const double w = stat_reads_covariance(&other, &shown, &q.data, &q.design, 0, a, a);
    STAT_NEAR(shown.groups[0].value[a], exp(g->value[a]), 1e-13);
    STAT_NEAR(sqrt(w), exp(g->value[a]) * sqrt(v), 1e-11);
    cr_assert_eq(shown.shape.statistics[a].unit, SAMPAN_UNIT_RATIO);
  }
  stat_set_choice(&other, "family", "gaussian");
  cr_assert_eq(stat_reads_run(&other, &q.data, &shown), SAMPAN_E_PLAN);
  cr_assert_str_eq(other.error.parameter, "show");
  stat_close(&s);
  stat_close(&other);
}

Test(regression, vadjust_and_df_as_in_sas) {
  stat_plugin s;
  prepared p;
  stat_reads r, adjusted;
  run_case(&s, "glm_logit_nasty", &p, &r);
  const double v = stat_reads_covariance(&s, &r, &p.data, &p.design, 0, 1, 1);
  stat_set_number(&s, "vadjust", 1);
  stat_set_choice(&s, "df", "design");
  cr_assert_eq(stat_reads_run(&s, &p.data, &adjusted), SAMPAN_OK);
  const stat_reads_group *g = &adjusted.groups[0];
  const double n = (double)g->n_positive, terms = r.shape.n_statistics;
  cr_assert_lt(g->n_positive, g->n_records, "the case has records of weight 0");
  STAT_NEAR(stat_reads_covariance(&s, &adjusted, &p.data, &p.design, 0, 1, 1),
            v * (n - 1) / (n - terms), 1e-12);
  STAT_NEAR(g->value[1], r.groups[0].value[1], 1e-14);
  STAT_NEAR(g->df_spent[1], 0, 0);
  STAT_NEAR(r.groups[0].df_spent[1], terms - 1, 0);
  stat_close(&s);
}

/* The influence of a record, gradient' u, against the change of the coefficients when its weight
 * changes a little and the model is fitted again. */
Test(regression, gradient_is_the_derivative_of_a_refit) {
  static const char *const ids[] = {"glm_interaction", "glm_logit_strat", "glm_pois_offset"};
  for (size_t k = 0; k < 3; k++) {
    stat_plugin s;
    prepared p;
    stat_reads r, high, low;
    const stat_reads_group *g = run_case(&s, ids[k], &p, &r);
    double *weight = array(&s, p.data.n, sizeof *weight);
    const double *given = p.data.weight;
    memcpy(weight, given, (size_t)p.data.n * sizeof *weight);
    p.data.weight = weight;
    for (int64_t i = 3; i < p.data.n; i += 57) {
      const double h = 1e-3 * given[i];
      weight[i] = given[i] + h;
      cr_assert_eq(stat_reads_run(&s, &p.data, &high), SAMPAN_OK);
      weight[i] = given[i] - h;
      cr_assert_eq(stat_reads_run(&s, &p.data, &low), SAMPAN_OK);
      weight[i] = given[i];
      for (uint32_t a = 0; a < r.shape.n_statistics; a++) {
        const uint32_t n = r.shape.n_components;
        const double slope = (high.groups[0].value[a] - low.groups[0].value[a]) / (2 * h);
        double influence = 0;
        for (uint32_t c = 0; c < n; c++)
          influence += g->gradient[(uint64_t)a * n + c] * r.u[(uint64_t)i * n + c];
        cr_assert(fabs(slope - influence) <= 2e-6 * fabs(slope) + 1e-12 * fabs(g->value[a]),
                  "%s record %d term %u: numeric %.12g, given %.12g", ids[k], (int)i, a, slope,
                  influence);
      }
    }
    stat_close(&s);
  }
}

/* Of value() itself, by every total, far from a settled fit as well. */
Test(regression, gradient_is_the_derivative_of_value) {
  stat_plugin s;
  prepared p;
  stat_reads r;
  stat_reads_group g = *run_case(&s, "glm_gauss_nasty", &p, &r);
  const uint32_t n = r.shape.n_components, n_statistics = r.shape.n_statistics;
  double *gradient = array(&s, (int64_t)n * n_statistics, sizeof *gradient);
  double *high = array(&s, n_statistics, sizeof *high);
  for (uint32_t j = 0; j < n_statistics; j++) /* a last step that can be seen, yet settled */
    g.total[n - 2 - n_statistics + j] += 0.1 * (j + 1) * g.total[0];
  g.total[n - 2] = 1e30;
  cr_assert_eq(stat_reads_value(&s, &r, &g), SAMPAN_OK);
  cr_assert_eq(g.status[0], SAMPAN_ESTIMABLE);
  memcpy(gradient, g.gradient, (size_t)n * n_statistics * sizeof *gradient);
  for (uint32_t c = 0; c < n - 2; c++) {
    const double before = g.total[c], h = 1e-5 * g.total[0];
    g.total[c] = before + h;
    cr_assert_eq(stat_reads_value(&s, &r, &g), SAMPAN_OK);
    memcpy(high, g.value, n_statistics * sizeof *high);
    g.total[c] = before - h;
    cr_assert_eq(stat_reads_value(&s, &r, &g), SAMPAN_OK);
    g.total[c] = before;
    for (uint32_t a = 0; a < n_statistics; a++) {
      const double slope = (high[a] - g.value[a]) / (2 * h), is = gradient[(uint64_t)a * n + c];
      cr_assert(fabs(slope - is) <= 1e-6 * fabs(is) + 1e-7 / g.total[0],
                "total %u: %.9g, given %.9g", c, slope, is);
      cr_assert(is != 0, "total %u", c);
    }
  }
  stat_close(&s);
}

Test(regression, weights_count_in_proportion) {
  stat_plugin s;
  prepared p;
  stat_reads r, scaled;
  const stat_reads_group *g = run_case(&s, "glm_logit_nasty", &p, &r);
  double *weight = array(&s, p.data.n, sizeof *weight);
  for (int64_t i = 0; i < p.data.n; i++) weight[i] = 1e6 * p.data.weight[i];
  const stat_reads_data data = {.columns = p.columns,
                                .n_columns = p.data.n_columns,
                                .n = p.data.n,
                                .weight = weight,
                                .group = p.data.group};
  cr_assert_eq(stat_reads_run(&s, &data, &scaled), SAMPAN_OK);
  for (uint32_t a = 0; a < r.shape.n_statistics; a++) {
    STAT_NEAR(scaled.groups[0].value[a], g->value[a], 1e-11);
    STAT_NEAR(stat_reads_covariance(&s, &scaled, &data, &p.design, 0, a, a),
              stat_reads_covariance(&s, &r, &p.data, &p.design, 0, a, a), 1e-10);
  }
  stat_close(&s);
}

/* Other sizes of batch give the same bytes, as the scores are of the record alone. */
Test(regression, batches_do_not_matter) {
  stat_plugin s;
  prepared p;
  stat_reads r, other;
  const stat_reads_group *g = run_case(&s, "trend_poly_logit", &p, &r);
  p.data.batch = 64;
  cr_assert_eq(stat_reads_run(&s, &p.data, &other), SAMPAN_OK);
  for (uint32_t a = 0; a < r.shape.n_statistics; a++)
    cr_assert_eq(other.groups[0].value[a], g->value[a]);
  cr_assert_arr_eq(other.u, r.u, (size_t)r.n * r.shape.n_components * sizeof *r.u);
  stat_close(&s);
}

/* Replicate weights: each is a fit of its own. */
typedef struct replicate_case {
  const char *id;
  regression_case model;
  const char *prefix;
  uint32_t n_replicates;
  double factor;
  int about_estimate;
  double std_error[4];
} replicate_case;

static const replicate_case replicate_cases[] = {
    {"glm_gauss_rep",
     {.data = "sim_rep.csv",
      .of = "sbp",
      .family = "gaussian",
      .on = "vis sex*",
      .weight = "wt0",
      .n = 3,
      .term = {"(Intercept)", "vis", "sex2"},
      .estimate = {119.05981233052776, -0.24684871342046397, 0.9320856714626898}},
     "jkn",
     32,
     0.5,
     1,
     {2.2889710177743727, 0.7206216974861734, 1.2627009070404513}},
    {"glm_logit_rep",
     {.data = "sim_rep.csv",
      .of = "hyp",
      .family = "binomial",
      .on = "sbp grp*",
      .weight = "wt0",
      .n = 4,
      .term = {"(Intercept)", "sbp", "grpv", "grpw"},
      .estimate = {0.030218748911500205, -0.0015869922337002208, -0.1274370932742998,
                   -0.4495283517837757}},
     "brr",
     20,
     0.05,
     0,
     {1.110481236755551, 0.009248441578358697, 0.37498079599803397, 0.7424648847652656}},
};

Test(regression, fits_of_replicates) {
  for (size_t k = 0; k < 2; k++) {
    const replicate_case *c = &replicate_cases[k];
    stat_plugin s;
    prepared p;
    stat_reads r;
    double fits[40][4], centre[4] = {0}, variance[4] = {0};
    stat_open(&s, SAMPAN_ESTIMATOR, "regression");
    prepare(&s, &c->model, &p);
    cr_assert_eq(stat_reads_run(&s, &p.data, &r), SAMPAN_OK);
    for (uint32_t a = 0; a < c->model.n; a++) {
      cr_assert_str_eq(r.shape.statistics[a].name, c->model.term[a]);
      STAT_NEAR(r.groups[0].value[a], c->model.estimate[a], 1e-10);
    }
    for (uint32_t i = 0; i < c->n_replicates; i++) {
      char name[16];
      stat_reads one;
      snprintf(name, sizeof name, "%s%02u", c->prefix, i + 1);
      p.data.weight = stat_frame_numbers(&p.frame, name);
      cr_assert_eq(stat_reads_run(&s, &p.data, &one), SAMPAN_OK);
      for (uint32_t a = 0; a < c->model.n; a++) {
        fits[i][a] = one.groups[0].value[a];
        centre[a] += fits[i][a] / c->n_replicates;
      }
    }
    for (uint32_t a = 0; a < c->model.n; a++) {
      const double about = c->about_estimate ? r.groups[0].value[a] : centre[a];
      for (uint32_t i = 0; i < c->n_replicates; i++)
        variance[a] += c->factor * (fits[i][a] - about) * (fits[i][a] - about);
      STAT_NEAR(sqrt(variance[a]), c->std_error[a], 1e-9);
    }
    stat_close(&s);
  }
}

/* Two groups are two fits, each with its own state and number of reads. */
Test(regression, groups_are_fitted_apart) {
  stat_plugin s;
  prepared p;
  stat_reads both, alone;
  run_case(&s, "trend_pois", &p, &alone);
  const double *sex = stat_frame_numbers(&p.frame, "sex");
  uint32_t *group = array(&s, p.data.n, sizeof *group);
  for (int64_t i = 0; i < p.data.n; i++) group[i] = sex[i] == 2;
  p.data.group = group;
  p.data.n_groups = 2;
  cr_assert_eq(stat_reads_run(&s, &p.data, &both), SAMPAN_OK);
  for (int64_t i = 0; i < p.data.n; i++) group[i] = sex[i] == 2 ? 0 : UINT32_MAX;
  p.data.n_groups = 1;
  cr_assert_eq(stat_reads_run(&s, &p.data, &alone), SAMPAN_OK);
  for (uint32_t a = 0; a < alone.shape.n_statistics; a++) {
    STAT_NEAR(both.groups[1].value[a], alone.groups[0].value[a], 1e-14);
    cr_assert(fabs(both.groups[0].value[a] - both.groups[1].value[a]) > 1e-4);
  }
  cr_assert_eq(both.groups[1].reads, alone.groups[0].reads);
  stat_close(&s);
}
