/* joinpoint.c - a series as a broken line: where its trend changes, and the percent change in each
 * segment.
 *
 *   log rate = a + b (x - first x) + sum_j g_j (x - tau_j)+, least squares; SSE its weighted
 * residual sum of squares; slope of segment j: b + g_1 + .. + g_(j-1);  APC = 100 (exp(slope) - 1)
 *   limits by t on n - 2 - 2k with the joinpoints taken as known
 *   AAPC: the slopes weighted by the lengths of their segments between `from` and `to`
 *   F = ((SSE_0 - SSE_k) / 2k) / (SSE_k / (n - 2 - 2k)) against no joinpoint
 *
 * Reference: Kim, Fay, Feuer and Midthune, Stat Med 2000;19:335-351; Kim et al., J Appl Stat
 * 2023;50:1992-2013 (WBIC); Clegg et al., Stat Med 2009;28:3670-3682 (AAPC); Lerman, Appl Stat
 * 1980;29:77-84 (grid); Hudson, J Am Stat Assoc 1966;61:1097-1129.
 *
 * J1  The grid: all placements at observed x with `min_end` points outside and `min_between`
 * between joinpoints, the joinpoints not counted. `search: continuous` then moves the chosen ones
 *     between observed x; their number is chosen on the grid.
 * J2  `max_joinpoints` is by NCI's rule if not given: one more for every 5 points from 7 on, here
 * up to 5, and never more than the series has room for. J3  `weights: equal` by default; `variance`
 * weighs by 1 / var(log rate) = (rate / std_error)^2. J4  A rate of 0 has no logarithm: no numbers,
 * and a note. J5  Slopes and AAPC take account of the covariance of the segments; NCI's parametric
 * limits of the AAPC do not, and are by the normal. J6  Permutation tests are random by `seed`
 * alone: the same plan gives the same p. J7  The p-value of F takes the joinpoints as known and is
 * too small where they were searched for.
 */
#include "joinpoint.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>

enum {
  PARAM_MIN,
  PARAM_MAX,
  PARAM_SELECT,
  PARAM_SEARCH,
  PARAM_SCALE,
  PARAM_WEIGHTS,
  PARAM_MIN_END,
  PARAM_MIN_BETWEEN,
  PARAM_FROM,
  PARAM_TO,
  PARAM_PERMUTATIONS,
  PARAM_SEED,
  PARAM_ALPHA,
  N_PARAMS
};
enum { SEARCH_GRID, SEARCH_CONTINUOUS };
enum { SCALE_LOG, SCALE_LOGGED, SCALE_LINEAR };
enum { WEIGHTS_EQUAL, WEIGHTS_VARIANCE };

enum {
  NUMBER,
  JOINPOINT,
  SLOPE = JOINPOINT + MOST_JOINPOINTS,
  APC = SLOPE + MOST_JOINPOINTS + 1,
  INTERCEPT = APC + MOST_JOINPOINTS + 1,
  AVERAGE,
  AAPC,
  SSE,
  F_TEST,
  BIC,
  BIC3 = BIC + MOST_JOINPOINTS + 1,
  WBIC = BIC3 + MOST_JOINPOINTS + 1,
  PERMUTATION = WBIC + MOST_JOINPOINTS + 1,
  N_FINDINGS = PERMUTATION + MOST_JOINPOINTS
};

static const char *const names[N_FINDINGS] = {"joinpoints",
                                              "joinpoint 1",
                                              "joinpoint 2",
                                              "joinpoint 3",
                                              "joinpoint 4",
                                              "joinpoint 5",
                                              "slope 1",
                                              "slope 2",
                                              "slope 3",
                                              "slope 4",
                                              "slope 5",
                                              "slope 6",
                                              "APC 1",
                                              "APC 2",
                                              "APC 3",
                                              "APC 4",
                                              "APC 5",
                                              "APC 6",
                                              "intercept",
                                              "mean slope",
                                              "AAPC",
                                              "SSE",
                                              "F",
                                              "BIC 0",
                                              "BIC 1",
                                              "BIC 2",
                                              "BIC 3",
                                              "BIC 4",
                                              "BIC 5",
                                              "BIC3 0",
                                              "BIC3 1",
                                              "BIC3 2",
                                              "BIC3 3",
                                              "BIC3 4",
                                              "BIC3 5",
                                              "WBIC 0",
                                              "WBIC 1",
                                              "WBIC 2",
                                              "WBIC 3",
                                              "WBIC 4",
                                              "WBIC 5",
                                              "permutation 1",
                                              "permutation 2",
                                              "permutation 3",
                                              "permutation 4",
                                              "permutation 5"};

static const sampan_param params[N_PARAMS] = {
    {"min_joinpoints", SAMPAN_P_INTEGER, 0, NULL, "0", 0, MOST_JOINPOINTS, "the fewest joinpoints",
     "最少转折点数"},
    {"max_joinpoints", SAMPAN_P_INTEGER, 0, NULL, NULL, 0, MOST_JOINPOINTS,
     "the most joinpoints; by the number of points if not given", "最多转折点数；缺省按点数确定"},
    {"select", SAMPAN_P_CHOICE, 0, "wbic|bic|bic3|permutation", "wbic", 1, 0,
     "how their number is chosen", "转折点数的选择方法"},
    {"search", SAMPAN_P_CHOICE, 0, "grid|continuous", "grid", 1, 0,
     "joinpoints at observed positions, or between them as well", "转折点只在观测点，或可在其间"},
    {"scale", SAMPAN_P_CHOICE, 0, "log|logged|linear", "log", 1, 0,
     "a line through the log of the estimates; through estimates that are logs; as they are",
     "对数尺度；估计值已取对数；线性尺度"},
    {"weights", SAMPAN_P_CHOICE, 0, "equal|variance", "equal", 1, 0,
     "the same weight for every point, or 1 / variance", "等权，或以方差倒数加权"},
    {"min_end", SAMPAN_P_INTEGER, 0, NULL, "2", 1, 1000,
     "points before the first and after the last", "两端至少点数"},
    {"min_between", SAMPAN_P_INTEGER, 0, NULL, "2", 0, 1000, "points between two joinpoints",
     "两转折点间至少点数"},
    {"from", SAMPAN_P_NUMBER, 0, NULL, NULL, 1, 0, "where the average starts; default: the first",
     "平均变化起点；缺省为首点"},
    {"to", SAMPAN_P_NUMBER, 0, NULL, NULL, 1, 0, "where the average ends; default: the last",
     "平均变化终点；缺省为末点"},
    {"permutations", SAMPAN_P_INTEGER, 0, NULL, "4499", 99, 1e6, "shuffles of a permutation test",
     "置换次数"},
    {"seed", SAMPAN_P_INTEGER, 0, NULL, "1", 0, 4294967295.0, "the seed of the shuffles",
     "置换的随机种子"},
    {"alpha", SAMPAN_P_NUMBER, 0, NULL, "0.05", 0.0001, 0.5,
     "level of all permutation tests together", "全部置换检验的总水准"}};

/* ---- the series --------------------------------------------------------------------------- */

static int say(const sampan_call *call, const sampan_compared *in, uint32_t i, const char *what) {
  char text[256];
  snprintf(text, sizeof text, "joinpoint: %.60s %s",
           in->label && in->label[i] ? in->label[i] : "a point", what);
  call->host->note(call, text);
  return 0;
}

/* The points in order: 1; 0 where there is no line, said in a note. */
static int32_t read_series(const sampan_call *call, const sampan_compared *in, series *s) {
  const uint32_t n = in->n;
  const int scale = (int)call->values[PARAM_SCALE].number;
  const int by_variance = (int)call->values[PARAM_WEIGHTS].number == WEIGHTS_VARIANCE;
  const uint64_t room = 3 + 2 * (MOST_JOINPOINTS + 3);
  double *x = call->host->alloc(call, room * n * sizeof *x);
  if (!x) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *y = x + n, *root = y + n;
  for (uint32_t i = 0; i < n; i++) {
    double value = in->estimate[i];
    double error = by_variance ? (in->std_error ? in->std_error[i] : NAN) : 1;
    if (scale == SCALE_LOG) {
      if (!(value > 0)) return say(call, in, i, "is 0 or less and has no logarithm"); /* J4 */
      if (by_variance) error /= value;
      value = log(value);
    }
    if (!(error > 0) || !isfinite(value))
      return say(call, in, i, "has no standard error above 0 to weigh it by");
    uint32_t at = i;
    for (; at > 0 && x[at - 1] >= in->position[i]; at--) {
      if (x[at - 1] == in->position[i])
        return sampan_fail(call, SAMPAN_E_PLAN,
                           "two estimates stand at position %g: a joinpoint line takes one for "
                           "each; split them by `within`",
                           in->position[i]);
      x[at] = x[at - 1];
      y[at] = y[at - 1];
      root[at] = root[at - 1];
    }
    x[at] = in->position[i];
    y[at] = value;
    root[at] = 1 / error;
  }
  s->n = n;
  s->min_end = (uint32_t)call->values[PARAM_MIN_END].number;
  s->min_between = (uint32_t)call->values[PARAM_MIN_BETWEEN].number;
  s->x = x;
  s->y = y;
  s->root = root;
  s->work = root + n;
  return 1;
}

/* How many joinpoints there may be. */
static int32_t limits_of(const sampan_call *call, const series *s, uint32_t *least,
                         uint32_t *most) {
  const sampan_value *max = &call->values[PARAM_MAX];
  const double rule = fmin(fmax(floor(((double)s->n - 2) / 5), 0), MOST_JOINPOINTS); /* J2 */
  *most = (uint32_t)(max->is_set ? max->number : rule);
  *least = (uint32_t)call->values[PARAM_MIN].number;
  if (!max->is_set && *most < *least) *most = *least;
  if (*least > *most)
    return sampan_fail(call, SAMPAN_E_PLAN, "`min_joinpoints` %u is above `max_joinpoints` %u",
                       *least, *most);
  const uint32_t wanted = *most;
  while (*most > 0 && (joinpoint_placements(s, *most) < 1 || s->n < 3 + 2 * *most)) (*most)--;
  if (*most < wanted && (max->is_set || *least > *most)) {
    char text[160];
    snprintf(text, sizeof text, "joinpoint: %u points have room for %u joinpoints, not %u", s->n,
             *most, wanted);
    call->host->note(call, text);
  }
  if (*least > *most) *least = *most;
  double work = 0;
  for (uint32_t k = 1; k <= *most; k++) work += joinpoint_placements(s, k) * s->n * (k + 2);
  if ((int)call->values[PARAM_SELECT].number == SELECT_PERMUTATION)
    work *= call->values[PARAM_PERMUTATIONS].number;
  if (work > 1e10)
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "%u joinpoints in %u points take too long to try: lower `max_joinpoints` or "
                       "`permutations`, or raise `min_between`",
                       *most, s->n);
  return SAMPAN_OK;
}

/* ---- the chosen line ---------------------------------------------------------------------- */

/* Coefficients a, b, g_1 .. g_k and their covariance over the residual variance. */
typedef struct line {
  double c[MOST_JOINPOINTS + 2], cov[(MOST_JOINPOINTS + 2) * (MOST_JOINPOINTS + 2)], scale, df, q;
  uint32_t p;
} line;

static int32_t fit(const sampan_call *call, const series *s, const broken *b, line *out) {
  const size_t n = s->n, p = b->k + 2;
  double *memory = call->host->alloc(call, n * (p + 2) * sizeof *memory), sse;
  if (!memory) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  double *design = memory, *weight = memory + n * p, *y = weight + n;
  for (size_t i = 0; i < n; i++) {
    double *row = design + i * p;
    row[0] = 1;
    row[1] = s->x[i] - s->x[0];
    for (uint32_t j = 0; j < b->k; j++) row[2 + j] = fmax(s->x[i] - b->tau[j], 0);
    weight[i] = s->root[i] * s->root[i];
    y[i] = s->y[i];
  }
  gsl_multifit_linear_workspace *w = gsl_multifit_linear_alloc(n, p);
  if (!w) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  gsl_matrix_view x = gsl_matrix_view_array(design, n, p),
                  cov = gsl_matrix_view_array(out->cov, p, p);
  gsl_vector_view wv = gsl_vector_view_array(weight, n), yv = gsl_vector_view_array(y, n),
                  c = gsl_vector_view_array(out->c, p);
  const int status =
      gsl_multifit_wlinear(&x.matrix, &wv.vector, &yv.vector, &c.vector, &cov.matrix, &sse, w);
  gsl_multifit_linear_free(w);
  if (status != GSL_SUCCESS)
    return sampan_fail(call, SAMPAN_E_DATA, "the line could not be fitted: %s",
                       gsl_strerror(status));
  out->p = (uint32_t)p;
  out->df = (double)n - 2 - 2.0 * b->k;
  out->scale = out->df > 0 ? b->sse / out->df : NAN;
  return SAMPAN_OK;
}

/* A linear combination of the coefficients as a finding. */
static void combine(const sampan_call *call, const line *f, const double *l, sampan_finding *out) {
  double variance = 0;
  out->estimate = 0;
  for (uint32_t i = 0; i < f->p; i++) {
    out->estimate += l[i] * f->c[i];
    for (uint32_t j = 0; j < f->p; j++) variance += l[i] * f->cov[i * f->p + j] * l[j];
  }
  out->std_error = sqrt(fmax(variance, 0) * f->scale);
  out->df = f->df;
  out->lower = out->estimate - f->q * out->std_error;
  out->upper = out->estimate + f->q * out->std_error;
  if (!(out->std_error > 0)) return;
  out->test = out->estimate / out->std_error;
  out->p_value = 2 * call->host->t_cdf(-fabs(out->test), f->df);
}

static sampan_finding percent(const sampan_finding *slope, const char *statistic) {
  sampan_finding f = *slope;
  f.statistic = statistic;
  f.estimate = 100 * expm1(slope->estimate);
  f.std_error = 100 * exp(slope->estimate) * slope->std_error;
  f.lower = 100 * expm1(slope->lower);
  f.upper = 100 * expm1(slope->upper);
  return f;
}

/* Slopes of the segments, and their average over [from, to]. */
static void set_slopes(const sampan_call *call, const series *s, const broken *b, const line *f,
                       double from, double to, sampan_finding *out) {
  double average[MOST_JOINPOINTS + 2] = {0}, l[MOST_JOINPOINTS + 2] = {0};
  const int is_log = (int)call->values[PARAM_SCALE].number != SCALE_LINEAR;
  for (uint32_t j = 0; j <= b->k; j++) {
    const double low = fmax(j > 0 ? b->tau[j - 1] : s->x[0], from);
    const double high = fmin(j < b->k ? b->tau[j] : s->x[s->n - 1], to);
    l[1 + j] = 1;
    out[SLOPE + j].statistic = names[SLOPE + j];
    combine(call, f, l, &out[SLOPE + j]);
    if (is_log) out[APC + j] = percent(&out[SLOPE + j], names[APC + j]);
    for (uint32_t i = 1; i <= 1 + j; i++) average[i] += l[i] * fmax(high - low, 0) / (to - from);
  }
  out[AVERAGE].statistic = names[AVERAGE];
  combine(call, f, average, &out[AVERAGE]);
  if (is_log) out[AAPC] = percent(&out[AVERAGE], names[AAPC]);
}

static void set_value(sampan_finding *out, int which, double estimate) {
  out[which].statistic = names[which];
  out[which].estimate = isfinite(estimate) ? estimate : NAN;
}

static void set_choice(const sampan_call *call, const sampan_compared *in, const series *s,
                       const choice *c, const broken *b, uint32_t most, sampan_finding *out) {
  const double df1 = 2.0 * b->k, df2 = (double)s->n - 2 - df1;
  for (uint32_t k = 0; k <= most; k++) {
    set_value(out, BIC + (int)k, c->bic[k]);
    set_value(out, BIC3 + (int)k, c->bic3[k]);
    set_value(out, WBIC + (int)k, c->wbic[k]);
  }
  for (uint32_t i = 0; i < c->n_steps; i++) {
    sampan_finding *f = &out[PERMUTATION + i];
    set_value(out, PERMUTATION + (int)i, c->step[i].null);
    f->test = c->step[i].f;
    f->df = 2.0 * (c->step[i].other - c->step[i].null);
    f->p_value = c->step[i].p;
    if (in->df_second) in->df_second[PERMUTATION + i] = (double)s->n - 2 - 2.0 * c->step[i].other;
  }
  if (b->k == 0 || !(df2 > 0)) return;
  out[F_TEST].statistic = names[F_TEST];
  out[F_TEST].df = df1;
  if (in->df_second) in->df_second[F_TEST] = df2;
  if (!(b->sse > 0)) return;
  out[F_TEST].test = (c->best[0].sse - b->sse) / df1 / (b->sse / df2);
  out[F_TEST].p_value =
      out[F_TEST].test > 0 ? call->host->f_cdf(1 / out[F_TEST].test, df2, df1) : 1;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  for (int i = 0; i < N_FINDINGS; i++)
    out[i] = (sampan_finding){NULL, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  set_value(out, NUMBER, NAN);
  series s;
  uint32_t least, most;
  int32_t status = read_series(call, in, &s);
  if (status <= 0) return status;
  status = limits_of(call, &s, &least, &most);
  if (status < 0) return status;
  const sampan_value *values = call->values;
  const double from = values[PARAM_FROM].is_set ? values[PARAM_FROM].number : s.x[0];
  const double to = values[PARAM_TO].is_set ? values[PARAM_TO].number : s.x[s.n - 1];
  if (!(from >= s.x[0] && from < to && to <= s.x[s.n - 1]))
    return sampan_fail(call, SAMPAN_E_PLAN,
                       "the average from %g to %g is not within the series, which is from %g to %g",
                       from, to, s.x[0], s.x[s.n - 1]);
  const permutations p = {values[PARAM_PERMUTATIONS].number, values[PARAM_SEED].number,
                          values[PARAM_ALPHA].number};
  choice c;
  status = joinpoint_choose(call, &s, (int)values[PARAM_SELECT].number, least, most, &p, &c);
  if (status < 0) return status;
  broken b = c.best[c.chosen];
  if ((int)values[PARAM_SEARCH].number == SEARCH_CONTINUOUS) joinpoint_refine(&s, &b); /* J1 */
  line f;
  status = fit(call, &s, &b, &f);
  if (status < 0) return status;
  f.q = f.df > 0 ? call->host->t_quantile(0.5 + in->level / 2, f.df) : NAN;
  set_value(out, NUMBER, b.k);
  for (uint32_t j = 0; j < b.k; j++) set_value(out, JOINPOINT + (int)j, b.tau[j]);
  set_slopes(call, &s, &b, &f, from, to, out);
  set_value(out, INTERCEPT, f.c[0]);
  set_value(out, SSE, b.sse);
  set_choice(call, in, &s, &c, &b, most, out);
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 3,
    .maximum = 1000,
    .n_findings = N_FINDINGS,
    .compare = compare,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "joinpoint",
    .version = "1.0.0",
    .label_en = "Joinpoint regression",
    .label_zh = "Joinpoint 回归",
    .summary_en =
        "Where the trend of a series changes, with the percent change per year in each segment.",
    .summary_zh = "序列趋势的转折点，以及各时段的年度变化百分比。",
    .formula = "log rate = a + b x + sum_j g_j (x - tau_j)+; APC = 100 (exp(slope) - 1)",
    .reference = "Kim, Fay, Feuer and Midthune, Stat Med 2000;19:335-351",
    .params = params,
    .n_params = N_PARAMS,
    .ops = &ops,
};

SAMPAN_MODULE("joinpoint", "GPL-3.0-or-later", &plugin);
