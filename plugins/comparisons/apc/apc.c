/* apc.c - annual percent change: the slope of the logarithm of a rate over years.
 *
 *   APC = 100 (exp(b) - 1), limits 100 (exp(b -/+ q se(b)) - 1), with b the slope in
 *     ols           log(rate) = a + b (year - first year), least squares, t on n - 2
 *     wls           the same with weights = events, that is 1 / var(log rate), t on n - 2
 *     wls-variance  the same with weights (rate / std_error)^2, for standardized rates
 *     poisson       log E(events) = log(exposure) + a + b (year - first year), normal
 *     quasipoisson  the same, variance times Pearson's chi-square / (n - 2), t on n - 2
 *
 * Reference: Clayton and Hills, Statistical Models in Epidemiology, 1993, 23; NCI, SEER*Stat;
 * McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 6.2.
 *
 * Y1  Least squares take the estimates, so the intercept is the log of a rate in the unit of the
 *     indicator; the Poisson models take its events and exposure: the log rate per unit of
 * exposure. Y2  A rate of 0 has no logarithm: the least-squares methods then give no numbers, and a
 * note says so. The Poisson models take zero counts as they are. Y3  The Poisson fit is iterated
 * until the coefficients no longer change. Y4  Two years: a slope, no df and no error by least
 * squares.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_MODEL };
enum { OLS, WLS, WLS_VARIANCE, POISSON, QUASIPOISSON };
enum { APC, SLOPE, INTERCEPT, N_FINDINGS };
enum { MOST_STEPS = 100 };

static const sampan_param params[] = {
    {"model", SAMPAN_P_CHOICE, 0, "ols|wls|wls-variance|poisson|quasipoisson", "wls", 1, 0,
     "least squares of log rates, ordinary, weighted by events or by 1 / variance; or Poisson",
     "对数率的最小二乘（等权、以事件数或方差倒数加权），或 Poisson 模型"}};

/* A line through points with weights, about the weighted mean of x. */
typedef struct line {
  double a, b, mean, sum_w, sum_xx; /* y = a + b x */
} line;

static line fit_line(const double *x, const double *y, const double *w, uint32_t n) {
  line f = {0, 0, 0, 0, 0};
  double sum_y = 0, sum_xy = 0;
  for (uint32_t i = 0; i < n; i++) {
    f.sum_w += w[i];
    f.mean += w[i] * x[i];
    sum_y += w[i] * y[i];
  }
  f.mean /= f.sum_w;
  for (uint32_t i = 0; i < n; i++) {
    const double d = x[i] - f.mean;
    f.sum_xx += w[i] * d * d;
    sum_xy += w[i] * d * (y[i] - sum_y / f.sum_w);
  }
  f.b = sum_xy / f.sum_xx;
  f.a = sum_y / f.sum_w - f.b * f.mean;
  return f;
}

static const char *label_of(const sampan_compared *in, uint32_t i) {
  return in->label && in->label[i] ? in->label[i] : "a year";
}

static int32_t needs_counts(const sampan_call *call, const sampan_compared *in, int exposure) {
  for (uint32_t i = 0; i < in->n; i++) {
    const double events = in->events ? in->events[i] : NAN;
    const double at_risk = in->exposure ? in->exposure[i] : NAN;
    if (!(events >= 0) || (exposure && !(at_risk > 0)))
      return sampan_fail(call, SAMPAN_E_PLAN,
                         "%s has no %s: this model needs an indicator of events over exposure, "
                         "such as `estimator: ratio`; `model: ols` needs neither",
                         label_of(in, i), events >= 0 ? "exposure" : "count of events");
  }
  return SAMPAN_OK;
}

/* Least squares: 1 where there is a fit. `scale` gets the residual variance. */
static int32_t least_squares(const sampan_call *call, const sampan_compared *in, int model,
                             double *work, line *f, double *scale) {
  const uint32_t n = in->n;
  double *x = work, *y = work + n, *w = work + 2 * (uint64_t)n;
  if (model == WLS) {
    const int32_t status = needs_counts(call, in, 0);
    if (status < 0) return status;
  }
  for (uint32_t i = 0; i < n; i++) {
    const double rate = in->estimate[i];
    double weight = 1;
    if (model == WLS) weight = in->events[i];
    if (model == WLS_VARIANCE) weight = pow(rate / (in->std_error ? in->std_error[i] : NAN), 2);
    if (!(rate > 0) || !(weight > 0) || isinf(weight)) { /* Y2 */
      char text[256];
      snprintf(text, sizeof text,
               rate > 0 ? "apc: %.60s has a weight that is not above 0, so there is no weighted "
                          "least squares; `model: ols` takes no weights"
                        : "apc: the rate of %.60s has no logarithm, so there is no least-squares "
                          "slope; `model: poisson` takes zero counts",
               label_of(in, i));
      call->host->note(call, text);
      return 0;
    }
    y[i] = log(rate);
    w[i] = weight;
  }
  *f = fit_line(x, y, w, n);
  double rest = 0;
  for (uint32_t i = 0; i < n; i++) rest += w[i] * pow(y[i] - f->a - f->b * x[i], 2);
  *scale = n > 2 ? rest / (n - 2) : NAN; /* Y4 */
  return 1;
}

/* Poisson by iterated weighted least squares: 1 where it converged. */
static int32_t poisson(const sampan_call *call, const sampan_compared *in, double *work, line *f,
                       double *scale) {
  const uint32_t n = in->n;
  double *x = work, *y = work + n, *mu = work + 2 * (uint64_t)n;
  const int32_t status = needs_counts(call, in, 1);
  if (status < 0) return status;
  double events = 0, exposure = 0;
  uint32_t n_years = 0;
  for (uint32_t i = 0; i < n; i++) {
    events += in->events[i];
    exposure += in->exposure[i];
    n_years += in->events[i] > 0;
  }
  *f = (line){log(events / exposure), 0, 0, 0, 0};
  for (int step = 0; step < MOST_STEPS && n_years > 1; step++) {
    const line before = *f;
    for (uint32_t i = 0; i < n; i++) {
      const double eta = before.a + before.b * x[i];
      mu[i] = in->exposure[i] * exp(eta);
      y[i] = eta + (in->events[i] - mu[i]) / mu[i];
    }
    *f = fit_line(x, y, mu, n);
    if (!isfinite(f->a) || !isfinite(f->b)) break;
    if (fabs(f->b - before.b) <= 1e-12 * fmax(fabs(f->b), 1e-3) &&
        fabs(f->a - before.a) <= 1e-12 * fmax(fabs(f->a), 1)) { /* Y3 */
      double pearson = 0;
      for (uint32_t i = 0; i < n; i++) pearson += pow(in->events[i] - mu[i], 2) / mu[i];
      *scale = n > 2 ? pearson / (n - 2) : NAN;
      return 1;
    }
  }
  call->host->note(call, "apc: the counts are too few for a Poisson slope");
  return 0;
}

static int32_t compare(const sampan_call *call, const sampan_compared *in, sampan_finding *out) {
  static const char *const names[N_FINDINGS] = {"APC", "slope", "intercept"};
  const uint32_t n = in->n;
  const int model = (int)call->values[PARAM_MODEL].number;
  const int is_poisson = model == POISSON || model == QUASIPOISSON;
  const double df = model == POISSON ? HUGE_VAL : (double)n - 2;
  for (int i = 0; i < N_FINDINGS; i++)
    out[i] = (sampan_finding){names[i], NAN, NAN, NAN, df, NAN, NAN, NAN};
  double *work = call->host->alloc(call, (uint64_t)n * 3 * sizeof *work), first = HUGE_VAL;
  if (!work) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n; i++) first = fmin(first, in->position[i]);
  int varies = 0;
  for (uint32_t i = 0; i < n; i++) {
    work[i] = in->position[i] - first;
    varies |= work[i] > 0;
  }
  if (!varies) return sampan_fail(call, SAMPAN_E_PLAN, "a trend needs two different years");
  line f;
  double scale = NAN;
  const int32_t status = is_poisson ? poisson(call, in, work, &f, &scale)
                                    : least_squares(call, in, model, work, &f, &scale);
  if (status <= 0) return status;
  if (model == POISSON) scale = 1;
  const double se = sqrt(scale / f.sum_xx);
  const double q = df > 0 ? call->host->t_quantile(0.5 + in->level / 2, df) : NAN;
  sampan_finding *slope = &out[SLOPE], *apc = &out[APC];
  slope->estimate = f.b;
  slope->std_error = se;
  slope->lower = f.b - q * se;
  slope->upper = f.b + q * se;
  if (se > 0 && df > 0) {
    slope->test = f.b / se;
    slope->p_value = 2 * call->host->t_cdf(-fabs(slope->test), df);
  }
  *apc = *slope;
  apc->statistic = names[APC];
  apc->estimate = 100 * expm1(f.b);
  apc->std_error = 100 * exp(f.b) * se;
  apc->lower = 100 * expm1(slope->lower);
  apc->upper = 100 * expm1(slope->upper);
  out[INTERCEPT].estimate = f.a;
  out[INTERCEPT].std_error = sqrt(scale * (1 / f.sum_w + f.mean * f.mean / f.sum_xx));
  return SAMPAN_OK;
}

static const sampan_comparison_ops ops = {
    .struct_size = sizeof ops,
    .minimum = 2,
    .maximum = UINT32_MAX,
    .n_findings = N_FINDINGS,
    .compare = compare,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_COMPARISON,
    .name = "apc",
    .version = "1.0.0",
    .label_en = "Annual percent change",
    .label_zh = "年度变化百分比（APC）",
    .summary_en = "The percent change of a rate per year, by a line through its logarithm.",
    .summary_zh = "率的年度变化百分比：对数率的直线拟合。",
    .formula = "APC = 100 (exp(b) - 1), log rate = a + b year",
    .reference = "Clayton and Hills, Statistical Models in Epidemiology, 1993, 23; SEER*Stat",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("apc", "GPL-3.0-or-later", &plugin);
