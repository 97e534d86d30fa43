/* log.c - the interval of a positive estimate on the log scale.
 *
 *   exp(log X -/+ t[1 - a/2, df] se / X)
 *
 * Reference: Parker et al., National Center for Health Statistics, Vital Health Stat 2(200), 2023,
 * eq. 24, for totals; Breslow and Day, Statistical Methods in Cancer Research II, 1987, 2.3, for
 * rates and ratios.
 *
 * X1  An estimate that is not above 0 has no logarithm: no limits, and the reason.
 * X2  df <= 0: no limits, and the reason. df infinite: the normal quantile.
 * X3  A standard error of 0 gives limits of no width, and says that this is for complete counts.
 * X4  In replicate designs `replicates: transformed` takes the error from the logarithms of the
 * replicates: the limits of an odds ratio are those of its coefficient; `delta` the formula above.
 * A replicate that is not above 0 has no logarithm: then `delta`, and the reason says so.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { TRANSFORMED = 0, DELTA = 1 };

static const sampan_param params[] = {
    {"replicates", SAMPAN_P_CHOICE, 0, "transformed|delta", "transformed", 1, 0,
     "replicate weights: the error of the logarithm from those of the replicates, or by the delta "
     "method",
     "重复权数：对数的标准误由各重复样本的对数得到，或用 delta 法"}};

static double logarithm(double x) {
  return x > 0 ? log(x) : NAN;
}

/* The standard error of the logarithm. */
static double log_error(const sampan_call *call, const sampan_interval_in *in,
                        sampan_interval_out *out) {
  const double by_delta = in->std_error / in->estimate;
  if ((int)call->values[0].number != TRANSFORMED || !sampan_has_replicates(in)) return by_delta;
  const double variance = sampan_replicate_variance(in, logarithm);
  if (!isnan(variance)) return sqrt(variance);
  snprintf(out->why, sizeof out->why, "a replicate is not above 0: standard error by delta");
  return by_delta;
}

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double x = in->estimate, se = in->std_error;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(x) || !(se >= 0) || isinf(se)) return none(out, "no estimate or no standard error");
  if (!(x > 0)) /* X1 */
    return none(out, x == 0 && in->unit != SAMPAN_UNIT_NONE
                         ? "estimate is 0, which has no logarithm: counts and rates have limits by "
                           "poisson or fay-feuer"
                         : "estimate is not above 0, and has no logarithm: use wald");
  if (!(in->df > 0)) return none(out, "no degrees of freedom"); /* X2 */
  const double width = sampan_interval_t(call, in) * log_error(call, in, out);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = x * exp(-width);
  out->upper = x * exp(width);
  if (se == 0) /* X3 */
    snprintf(out->why, sizeof out->why, "standard error is 0: right for a complete count alone");
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_NONE | 1U << SAMPAN_UNIT_COUNT | 1U << SAMPAN_UNIT_RATE |
             1U << SAMPAN_UNIT_RATIO,
    .limits = limits,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "log",
    .version = "1.1.0",
    .label_en = "Log",
    .label_zh = "对数法",
    .summary_en = "Limits of the logarithm from the t distribution, turned back.",
    .summary_zh = "在对数尺度上由 t 分布得到并变换回的区间。",
    .formula = "exp(log X -/+ t[1 - a/2, df] * se / X)",
    .reference = "Parker et al., Vital Health Stat 2(200), 2023",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("log", "GPL-3.0-or-later", &plugin);
