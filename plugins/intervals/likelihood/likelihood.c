/* likelihood.c - the interval of a proportion by its binomial likelihood, scaled to the design.
 *
 *   limits: the two roots q of  p log(p / q) + (1 - p) log((1 - p) / (1 - q)) = h
 *   h = c^2 / (2 n),  n = p (1 - p) / se^2
 *
 * The left side is the deviance of q for one record, half; 2 n of it is chi-square where n is what
 * the design is worth: Rao and Scott's scaled likelihood ratio with one parameter.
 *
 * Reference: Rao and Scott, Ann Stat 1984;12:46-60; R survey, svyciprop "likelihood", which finds
 * the roots on a spline and divides by a dispersion that is 1 but for n / (n - 1).
 *
 * H1  `size: effective`: n as above, c = t[1 - a/2, df]. df <= 0 or a standard error of 0 (as at 0
 *     and 1): no limits, and the reason.
 * H2  `size: records`, `size: exposure`: n as it is, c normal; at 0 and 1 one limit is the
 * estimate. H3  In replicate designs `replicates: transformed` takes se / (p (1 - p)) from the log
 * odds of the replicates, as R's regression does; `delta` from the standard error. A replicate of 0
 * or 1 has no log odds: then, and without replicates, `delta`, and the reason says so.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE, PARAM_REPLICATES };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };
enum { TRANSFORMED = 0, DELTA = 1, ROUNDS = 200 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"},
    {"replicates", SAMPAN_P_CHOICE, 0, "transformed|delta", "transformed", 1, 0,
     "replicate weights: the error of the log odds from those of the replicates, or by the delta "
     "method",
     "重复权数：logit 的标准误由各重复样本的 logit 得到，或用 delta 法"}};

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

/* The root s < 0 of D(s) = h, where q = p exp(s), rest = 1 - p. D is convex and falls, so that
 * Newton's steps from where D is at least h go up to the root and never past it. */
static double log_shift(double p, double rest, double h) {
  double s = -(h - rest * log(rest)) / p;
  for (int i = 0; i < ROUNDS; i++) {
    const double more = -p * expm1(s); /* p - q */
    const double d = -p * s - rest * log1p(more / rest);
    const double step = (d - h) * (rest + more) / more;
    if (!(step > 0)) break;
    if (s + step == s) break;
    s += step;
  }
  return fmin(s, 0);
}

static double log_odds(double p) {
  return log(p) - log1p(-p);
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error, upper_tail = 0.5 + in->level / 2;
  const int size = (int)call->values[PARAM_SIZE].number;
  double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive, c;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(p >= 0 && p <= 1)) return none(out, "no estimate between 0 and 1");
  if (size == SIZE_EFFECTIVE) { /* H1 */
    if (!(se >= 0) || isinf(se)) return none(out, "no standard error");
    if (!(in->df > 0)) return none(out, "no degrees of freedom");
    if (se == 0) return none(out, "standard error is 0: use korn-graubard, or `size: records`");
    n = p * (1 - p) / (se * se);
    c = sampan_interval_t(call, in);
    if ((int)call->values[PARAM_REPLICATES].number == TRANSFORMED && sampan_has_replicates(in) &&
        p > 0 && p < 1) { /* H3 */
      const double variance = sampan_replicate_variance(in, log_odds);
      if (variance > 0)
        n = 1 / (p * (1 - p) * variance);
      else
        snprintf(out->why, sizeof out->why, "a replicate is 0 or 1: standard error by delta");
    }
  } else { /* H2 */
    c = call->host->normal_quantile(upper_tail);
  }
  if (!(n > 0) || isinf(n)) return none(out, "no sample size");
  const double h = c * c / (2 * n);
  out->status = SAMPAN_LIMITS_OK;
  out->n_eff = n;
  if (p == 0 || p == 1) {
    out->lower = p == 1 ? exp(-h) : 0;
    out->upper = p == 0 ? -expm1(-h) : 1;
    return SAMPAN_OK;
  }
  out->lower = p * exp(log_shift(p, 1 - p, h));
  out->upper = fmin(p - (1 - p) * expm1(log_shift(1 - p, p, h)), 1);
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_PROPORTION,
    .limits = limits,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "likelihood",
    .version = "1.0.0",
    .label_en = "Likelihood ratio",
    .label_zh = "似然比法",
    .summary_en = "Limits from the binomial likelihood ratio, scaled to the effective sample size.",
    .summary_zh = "按有效样本量缩放的二项似然比区间。",
    .formula = "roots q of p log(p/q) + (1-p) log((1-p)/(1-q)) = t^2 / (2n), n = p(1-p)/se^2",
    .reference = "Rao and Scott, Ann Stat 1984;12:46-60",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("likelihood", "GPL-3.0-or-later", &plugin);
