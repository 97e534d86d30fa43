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
 */
#include <math.h>
#include <sampan/plugin.h>

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(p) || !(se >= 0) || isinf(se)) {
    snprintf(out->why, sizeof out->why, "no estimate or no standard error");
    return SAMPAN_OK;
  }
  if (p <= 0 || p >= 1) { /* L2 */
    snprintf(out->why, sizeof out->why, "estimate is 0 or 1: use korn-graubard");
    return SAMPAN_OK;
  }
  if (!(in->df > 0)) { /* L1 */
    snprintf(out->why, sizeof out->why, "no degrees of freedom");
    return SAMPAN_OK;
  }
  const double width = call->host->t_quantile(0.5 + in->level / 2, in->df) * (se / (p * (1 - p)));
  const double f = log(p) - log1p(-p);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = 1 / (1 + exp(width - f));
  out->upper = 1 / (1 + exp(-width - f));
  if (se > 0)
    out->n_eff = p * (1 - p) / (se * se); /* L4 */
  else
    snprintf(out->why, sizeof out->why, "standard error is 0: right for a complete count alone");
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
    .version = "1.0.0",
    .label_en = "Logit",
    .label_zh = "logit 法",
    .summary_en = "Limits of the log odds from the t distribution, turned back into a proportion.",
    .summary_zh = "在 logit 尺度上由 t 分布得到并变换回比例的区间。",
    .formula = "expit(logit(p) -/+ t[1 - a/2, df] * se / (p (1 - p)))",
    .reference = "Korn and Graubard, Survey Methodology 1998;24:193-201",
    .ops = &ops,
};

SAMPAN_MODULE("logit", "GPL-3.0-or-later", &plugin);
