/* logit.c - the Wald interval of a proportion on the log-odds scale.
 *
 *   f = log(p / (1 - p)),  se(f) = se / (p (1 - p)),  limits = 1 / (1 + exp(-(f -/+ t se(f))))
 *
 * Reference: Korn and Graubard, Survey Methodology 1998;24:193-201; R survey, svyciprop "logit".
 *
 * L1  df <= 0: no limits, and the reason. df infinite: the normal quantile.
 * L2  An estimate of 0 or 1 has no log odds: no limits, and the reason.
 * L3  A standard error of 0 gives limits of no width, and says that this is for complete counts.
 * L4  n_eff reported is p (1 - p) / se^2.
 * L5  `size: records` and `size: exposure` take se(f) = 1 / sqrt(n p (1 - p)) and the normal
 *     quantile: simple random samples, and complete counts in rows.
 * L6  In replicate designs `replicates: transformed` takes se(f) from the log odds of the
 * replicates, as R's "logit"; `delta` the formula above, as R's "xlogit". A replicate of 0 or 1 has
 * no log odds: then `delta`, and the reason says so.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE, PARAM_REPLICATES };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };
enum { TRANSFORMED = 0, DELTA = 1 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"},
    {"replicates", SAMPAN_P_CHOICE, 0, "transformed|delta", "transformed", 1, 0,
     "replicate weights: the error of the log odds from those of the replicates, or by the delta "
     "method",
     "重复权数：logit 的标准误由各重复样本的 logit 得到，或用 delta 法"}};

static double log_odds(double p) {
  return log(p) - log1p(-p);
}

/* The standard error of the log odds of the design. */
static double log_odds_error(const sampan_call *call, const sampan_interval_in *in,
                             sampan_interval_out *out) {
  const double p = in->estimate, by_delta = in->std_error / (p * (1 - p));
  if ((int)call->values[PARAM_REPLICATES].number != TRANSFORMED || !sampan_has_replicates(in))
    return by_delta;
  const double variance = sampan_replicate_variance(in, log_odds); /* L6 */
  if (!isnan(variance)) return sqrt(variance);
  snprintf(out->why, sizeof out->why, "a replicate is 0 or 1: standard error by delta");
  return by_delta;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  const int size = (int)call->values[PARAM_SIZE].number;
  const double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive;
  const double upper_tail = 0.5 + in->level / 2;
  if (!isfinite(p) || (size == SIZE_EFFECTIVE && (!(se >= 0) || isinf(se)))) {
    snprintf(out->why, sizeof out->why, "no estimate or no standard error");
    return SAMPAN_OK;
  }
  if (p <= 0 || p >= 1) { /* L2 */
    snprintf(out->why, sizeof out->why, "estimate is 0 or 1: use korn-graubard");
    return SAMPAN_OK;
  }
  double width;
  if (size != SIZE_EFFECTIVE) { /* L5 */
    if (!(n > 0) || isinf(n)) {
      snprintf(out->why, sizeof out->why, "no sample size");
      return SAMPAN_OK;
    }
    width = call->host->normal_quantile(upper_tail) / sqrt(n * p * (1 - p));
    out->n_eff = n;
  } else if (!(in->df > 0)) { /* L1 */
    snprintf(out->why, sizeof out->why, "no degrees of freedom");
    return SAMPAN_OK;
  } else {
    width = sampan_interval_t(call, in) * log_odds_error(call, in, out);
    if (se > 0)
      out->n_eff = p * (1 - p) / (se * se); /* L4 */
    else
      snprintf(out->why, sizeof out->why, "standard error is 0: right for a complete count alone");
  }
  const double f = log(p) - log1p(-p);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = 1 / (1 + exp(width - f));
  out->upper = 1 / (1 + exp(-width - f));
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
    .name = "logit",
    .version = "1.1.0",
    .label_en = "Logit",
    .label_zh = "logit 法",
    .summary_en = "Limits of the log odds from the t distribution, turned back into a proportion.",
    .summary_zh = "在 logit 尺度上由 t 分布得到并变换回比例的区间。",
    .formula = "expit(logit(p) -/+ t[1 - a/2, df] * se / (p (1 - p)))",
    .reference = "Korn and Graubard, Survey Methodology 1998;24:193-201",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("logit", "GPL-3.0-or-later", &plugin);
