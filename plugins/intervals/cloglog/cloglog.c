/* cloglog.c - the Wald interval of a proportion on the complementary log-log scale.
 *
 *   f = log(-log(1 - p)),  se(f) = se / (-(1 - p) log(1 - p)),  limits = 1 - exp(-exp(f -/+ t
 * se(f))) of: complement - the same of 1 - p, turned back: log(-log(p)), as survival curves have it
 *
 * Reference: Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 1980, 1.4.
 *
 * C1  df <= 0: no limits, and the reason. df infinite: the normal quantile.
 * C2  An estimate of 0 or 1 has no such scale: no limits, and the reason.
 * C3  A standard error of 0 gives limits of no width, and says that this is for complete counts.
 * C4  n_eff reported is p (1 - p) / se^2.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_OF };
enum { OF_PROPORTION, OF_COMPLEMENT };

static const sampan_param params[] = {
    {"of", SAMPAN_P_CHOICE, 0, "proportion|complement", "proportion", 1, 0,
     "log(-log(1 - p)), for probabilities of dying; complement: log(-log(p)), for survival",
     "log(-log(1 - p))，用于死亡概率；complement：log(-log(p))，用于生存率"}};

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error;
  const int complement = (int)call->values[PARAM_OF].number == OF_COMPLEMENT;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(p) || !(se >= 0) || isinf(se)) {
    snprintf(out->why, sizeof out->why, "no estimate or no standard error");
    return SAMPAN_OK;
  }
  if (p <= 0 || p >= 1) { /* C2 */
    snprintf(out->why, sizeof out->why, "estimate is 0 or 1: has no log-log scale");
    return SAMPAN_OK;
  }
  if (!(in->df > 0)) { /* C1 */
    snprintf(out->why, sizeof out->why, "no degrees of freedom");
    return SAMPAN_OK;
  }
  const double hazard = complement ? -log(p) : -log1p(-p);
  const double width = sampan_interval_t(call, in) * (se / ((complement ? p : 1 - p) * hazard));
  const double low = hazard * exp(-width), high = hazard * exp(width);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = complement ? exp(-high) : -expm1(-low);
  out->upper = complement ? exp(-low) : -expm1(-high);
  if (se > 0)
    out->n_eff = p * (1 - p) / (se * se); /* C4 */
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
    .name = "cloglog",
    .version = "1.0.0",
    .label_en = "Complementary log-log",
    .label_zh = "互补双对数法",
    .summary_en =
        "Limits of log(-log(1 - p)) from the t distribution, turned back into a proportion.",
    .summary_zh = "在 log(-log(1 - p)) 尺度上由 t 分布得到并变换回比例的区间。",
    .formula = "1 - exp(-exp(log(-log(1 - p)) -/+ t[1 - a/2, df] * se / (-(1 - p) log(1 - p))))",
    .reference = "Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data, 1980",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("cloglog", "GPL-3.0-or-later", &plugin);
