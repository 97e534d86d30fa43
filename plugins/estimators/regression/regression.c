/* regression.c - coefficients of a generalized linear model for the population of a survey.
 *
 *   U(b) = sum w x (y - mu(b)) = 0,   V(b) = A^-1 Cov(U) A^-1,   A = sum w v x x'
 *
 * The coefficients are those that a fit to the whole population would have; their estimate solves
 * the weighted score equations, whose linearization is A^-1 U: the design's covariance of U does
 * the rest. Each read gives A and U at the coefficients of the read before; value() makes the last
 * step, with A^-1 as the gradient by U.
 *
 * Reference: Binder, On the variances of asymptotically normal estimators from complex surveys,
 * Int Stat Rev 51, 1983; Fuller, Sampling Statistics, 2009, 6.3; Lumley, Complex Surveys, 2010, 6;
 * Korn and Graubard, Am Stat 44, 1990 (the adjusted Wald test).
 *
 * R1  A record counts when outcome, offset and all columns of `on` are present.
 * R2  An outcome that the family does not have (binomial: 0 to 1; poisson: 0 or more) is an error
 *     that names the row.
 * R3  Collinear terms, a level without records, separated outcomes, a fit that does not settle: no
 *     coefficient is estimable, and a note names the term. There is no half of a model.
 * R4  df: the residual ones of R, df + 1 - p, or the design's as in Stata, SUDAAN and SAS.
 * R5  `vadjust` is SAS's VADJUST=DF: the variance times (n - 1) / (n - p), n the records of
 *     positive weight. It scales the linearization, and is nothing to replicate weights.
 */
#include <math.h>

#include "model.h"

static const sampan_param params[] = {
    {"family", SAMPAN_P_CHOICE, 0, "gaussian|binomial|poisson", "gaussian", 1, 0,
     "distribution of the outcome, with its link: identity, logit or log",
     "因变量的分布及其联系函数：恒等、logit、对数"},
    {"interactions", SAMPAN_P_TEXT, 0, NULL, NULL, 1, 0,
     "products of columns of `on`, such as: meals:sch_wide, age:sex",
     "`on` 中各列的交互项，如 meals:sch_wide, age:sex"},
    {"intercept", SAMPAN_P_TRUTH, 0, NULL, "yes", 1, 0, "whether the model has a constant",
     "模型是否含常数项"},
    {"df", SAMPAN_P_CHOICE, 0, "residual|design", "residual", 1, 0,
     "degrees of freedom: the design's less the coefficients but one (R), or the design's (Stata, "
     "SUDAAN, SAS)",
     "自由度：设计自由度减去（系数个数-1）（R），或设计自由度（Stata、SUDAAN、SAS）"},
    {"vadjust", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0,
     "the variance times (n - 1) / (n - p), as SAS has it unless told otherwise",
     "方差乘以 (n-1)/(n-p)，即 SAS 的默认做法"},
    {"show", SAMPAN_P_CHOICE, 0, "coefficient|ratio", "coefficient", 1, 0,
     "coefficients, or exp(coefficient): odds ratios and rate ratios",
     "系数，或 exp(系数)：比值比、率比"},
    {"reference", SAMPAN_P_TEXT, 0, NULL, NULL, 1, 0,
     "reference levels other than the first, such as: stype=M, agegrp=65+",
     "参照水平（默认第一个），如 stype=M, agegrp=65+"},
};

static const sampan_role roles[] = {
    {"of", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "the outcome", "因变量"},
    {"offset", SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL,
     "added to the linear predictor with coefficient 1, such as the log of a population",
     "偏移量：以系数 1 计入线性预测值，如人口的对数"},
    {"on", SAMPAN_NUMBER | SAMPAN_TRUTH | SAMPAN_TEXT, SAMPAN_ROLE_MANY | SAMPAN_ROLE_LEVELS,
     "what the outcome is regressed on: numbers, yes/no, and texts as factors",
     "自变量：数值、是否，或作为分类变量的文本"},
};

static int32_t no_memory(const sampan_call *call) {
  return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  model *m = NULL;
  const int32_t status = model_read(call, columns, &m);
  if (status != SAMPAN_OK) return status;
  sampan_component *components = call->host->alloc(call, n_lanes(m) * sizeof *components);
  sampan_statistic *statistics = call->host->alloc(call, m->n * sizeof *statistics);
  if (!components || !statistics) return no_memory(call);
  for (uint32_t c = 0; c < n_lanes(m); c++) components[c].type = SAMPAN_F64;
  for (uint32_t j = 0; j < m->n; j++) {
    statistics[j].name = m->terms[j].name;
    statistics[j].unit = m->ratio ? SAMPAN_UNIT_RATIO : SAMPAN_UNIT_NONE;
    statistics[j].lower = m->ratio ? 0 : -HUGE_VAL;
    statistics[j].upper = HUGE_VAL;
    statistics[j].per = 1;
  }
  out->n_components = n_lanes(m);
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = m->n;
  out->statistics = statistics;
  out->bound = m;
  out->n_state = n_state(m);
  return SAMPAN_OK;
}

static int32_t fail_outcome(const sampan_call *call, const sampan_column *of, int64_t i,
                            const model *m, const char *what) {
  if (call->error) {
    call->error->row = i + 1;
    snprintf(call->error->column, sizeof call->error->column, "%s", of->name);
    snprintf(call->error->hint, sizeof call->error->hint, "%s",
             m->family == FAMILY_BINOMIAL
                 ? "derive a yes/no column, such as `x == 1`, or choose another `family`"
                 : "counts have no negative values: list the code under `missing`, or choose "
                   "another `family`");
  }
  return sampan_fail(call, SAMPAN_E_DATA, "the outcome must be %s in this family, but is %.17g",
                     what, of->number[i]);
}

/* State of the group of a record; NULL in the first read. */
static const double *state_of(const sampan_batch *batch, int64_t i) {
  return batch->memory ? batch->memory[batch->group[i]]->state : NULL;
}

static int belongs(const sampan_batch *batch, const uint64_t *in, int64_t i) {
  return sampan_bit(in, i) && (!batch->group || batch->group[i] != UINT32_MAX);
}

/* The model matrix, column by column; after the first read centred by the group's centres. */
static double *matrix(const sampan_call *call, const model *m, const sampan_batch *batch,
                      const uint64_t *in) {
  const int64_t n = batch->n_records;
  double *x = call->host->alloc(call, (uint64_t)(n + 1) * m->n * sizeof *x);
  if (!x) return NULL;
  for (uint32_t j = 0; j < m->n; j++) {
    double *column = x + (uint64_t)j * (uint64_t)n;
    matrix_column(&m->terms[j], batch, column);
    if (!batch->memory) continue;
    for (int64_t i = 0; i < n; i++)
      if (belongs(batch, in, i)) column[i] -= state_centre(m, state_of(batch, i))[j];
  }
  return x;
}

/* v and the residual of each record, in the last lanes that need them. */
static int32_t score_points(const sampan_call *call, const model *m, const sampan_batch *batch,
                            const uint64_t *in, const double *x, double *weight, double *working,
                            const sampan_scores *out) {
  const sampan_column *of = batch->columns[ROLE_OF], *offset = batch->columns[ROLE_OFFSET];
  for (int64_t i = 0; i < batch->n_records; i++) {
    family_point point = {0, 0, 0, 0};
    if (belongs(batch, in, i)) {
      const double y = of->type == SAMPAN_TRUTH ? sampan_bit(of->truth, i) : of->number[i];
      const double plus = offset ? offset->number[i] : 0;
      const double *state = state_of(batch, i);
      const char *refusal = family_refusal(m->family, y);
      if (refusal) return fail_outcome(call, of, i, m, refusal); /* R2 */
      if (state) {
        const double *beta = state_beta(m, state);
        double eta = plus;
        for (uint32_t j = 0; j < m->n; j++)
          eta += beta[j] * x[(uint64_t)j * (uint64_t)batch->n_records + (uint64_t)i];
        family_at(m->family, y, eta, &point);
      } else {
        family_start(m->family, y, plus, &point);
      }
    }
    weight[i] = point.weight;
    working[i] = point.working;
    out->numbers[at_deviance(m)][i] = point.deviance;
    out->numbers[at_size(m)][i] = point.size;
  }
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const model *m = shape->bound;
  const int64_t n = batch->n_records;
  matrix_complete(batch, out->in); /* R1 */
  double *x = matrix(call, m, batch, out->in);
  double *weight = call->host->alloc(call, (uint64_t)(n + 1) * 2 * sizeof *weight);
  if (!x || !weight) return no_memory(call);
  double *working = weight + n;
  const int32_t status = score_points(call, m, batch, out->in, x, weight, working, out);
  if (status != SAMPAN_OK) return status;
  for (uint32_t j = 0; j < m->n; j++) {
    const double *a = x + (uint64_t)j * (uint64_t)n;
    for (uint32_t k = 0; k <= j; k++) {
      const double *b = x + (uint64_t)k * (uint64_t)n;
      double *lane = out->numbers[at_a(j, k)];
      for (int64_t i = 0; i < n; i++) lane[i] = weight[i] * (a[i] * b[i]);
    }
    double *lane = out->numbers[at_u(m, j)];
    for (int64_t i = 0; i < n; i++) lane[i] = working[i] * a[i];
  }
  return SAMPAN_OK;
}

static int is_empty(const sampan_totals *totals) {
  return totals->n_positive < 1 || !(totals->weight > 0);
}

static int32_t advance(const sampan_call *call, const sampan_shape *shape,
                       const sampan_totals *totals, double *state) {
  const model *m = shape->bound;
  fit f;
  if (is_empty(totals)) return SAMPAN_END;
  if (totals->read == 0) return fit_start(call, m, totals, state);
  if (fit_halve(m, totals, state)) return SAMPAN_OK;
  const int32_t status = fit_solve(call, m, totals, &f);
  if (status != SAMPAN_OK) return status;
  if (fit_settled(m, totals, &f) || fit_hopeless(m, totals, &f)) return SAMPAN_END;
  fit_step(m, totals, &f, state);
  return SAMPAN_OK;
}

/* Coefficient s and its gradient, of the columns as they are: g = h' A^-1, with h the change back
 * from centred columns. The gradient by A is that of A^-1 U: 0, but for the size of the last step.
 */
static void differentiate(const model *m, const sampan_totals *totals, const fit *f, uint32_t s,
                          double factor, const sampan_estimates *out, double *g) {
  double *gradient = out->gradient + (uint64_t)s * n_lanes(m);
  const double *centre = state_centre(m, totals->state);
  for (uint32_t j = 0; j < m->n; j++) g[j] = j == s;
  if (s == 0 && m->intercept)
    for (uint32_t j = 1; j < m->n; j++) g[j] = -centre[j];
  fit_apply(m, f, g);
  for (uint32_t j = 0; j < m->n; j++) {
    gradient[at_u(m, j)] = factor * g[j];
    for (uint32_t k = 0; k < j; k++)
      gradient[at_a(j, k)] = -factor * (g[j] * f->step[k] + g[k] * f->step[j]);
    gradient[at_a(j, j)] = -factor * g[j] * f->step[j];
  }
}

static double coefficient(const model *m, const sampan_totals *totals, const fit *f, uint32_t s) {
  const double *beta = state_beta(m, totals->state), *centre = state_centre(m, totals->state);
  double sum = beta[s] + f->step[s];
  if (s == 0 && m->intercept)
    for (uint32_t j = 1; j < m->n; j++) sum -= centre[j] * (beta[j] + f->step[j]);
  return sum;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const model *m = shape->bound;
  fit f;
  memset(out->gradient, 0, (uint64_t)m->n * n_lanes(m) * sizeof *out->gradient);
  for (uint32_t s = 0; s < m->n; s++) {
    out->value[s] = out->element_variance[s] = NAN;
    out->status[s] = SAMPAN_NOT_ESTIMABLE;
  }
  if (is_empty(totals) || totals->read == 0 || !totals->state) return SAMPAN_OK;
  const int32_t status = fit_solve(call, m, totals, &f);
  if (status != SAMPAN_OK) return status;
  if (!fit_settled(m, totals, &f)) { /* R3 */
    fit_note(call, m, totals, &f);
    return SAMPAN_OK;
  }
  const double n = (double)totals->n_positive, p = m->n;
  if (m->vadjust && n <= p) {
    call->host->note(call,
                     "regression: a group has no more records than coefficients, so there is no "
                     "factor (n - 1) / (n - p)");
    return SAMPAN_OK;
  }
  const double adjust = m->vadjust ? sqrt((n - 1) / (n - p)) : 1; /* R5 */
  double *g = call->host->alloc(call, m->n * sizeof *g);
  if (!g) return no_memory(call);
  for (uint32_t s = 0; s < m->n; s++) {
    const double b = coefficient(m, totals, &f, s);
    const double shown = m->ratio ? exp(b) : b;
    if (!isfinite(shown)) continue;
    differentiate(m, totals, &f, s, adjust * (m->ratio ? shown : 1), out, g);
    out->value[s] = shown;
    out->status[s] = SAMPAN_ESTIMABLE;
    if (m->residual_df) out->df_spent[s] = p - 1; /* R4 */
  }
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = 3,
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
    .advance = advance,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "regression",
    .version = "1.0.0",
    .label_en = "Regression",
    .label_zh = "回归",
    .summary_en =
        "A linear, logistic or Poisson regression with the survey's weights; the "
        "variance is Binder's, from the strata and PSUs of the design.",
    .summary_zh =
        "采用调查权重的线性、logistic 或 Poisson 回归；方差按 Binder "
        "线性化方法，由设计的层和初级抽样单元计算。",
    .formula = "sum(w x (y - mu(b))) = 0; V = A^-1 Cov(U) A^-1, A = sum(w v x x')",
    .reference = "Binder, Int Stat Rev 51, 1983; Lumley, Complex Surveys, 2010, ch. 6",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("regression", "GPL-3.0-or-later", &plugin);
