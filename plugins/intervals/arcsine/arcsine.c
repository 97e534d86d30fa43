/* arcsine.c - the interval of a proportion on the scale that makes its variance constant.
 *
 *   f = asin(sqrt p),  se(f) = se / (2 sqrt(p (1 - p))),  limits = sin(f -/+ c se(f))^2
 *
 * Reference: Freeman and Tukey, Ann Math Stat 1950;21:607-611; R survey, svyciprop "asin".
 *
 * A1  `size: effective`: se is that of the design, c = t[1 - a/2, df]. df <= 0 or a standard error
 *     of 0 (as at 0 and 1): no limits, and the reason.
 * A2  `size: records`, `size: exposure`: se(f) = 1 / (2 sqrt n), c normal: for simple random
 * samples and complete counts, which have limits at 0 and 1 as well. A3  An angle below 0 or above
 * 90 degrees stops there: the limit is 0 or 1. `reflect: yes` lets the sine turn it back, as R's
 * svyciprop does, so long as the limits still hold the estimate.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE, PARAM_REFLECT };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"},
    {"reflect", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0,
     "let an angle beyond 0 or 90 degrees turn back, as R does, instead of stopping there",
     "角度越过 0° 或 90° 时按 R 的做法折返，而非截断"}};

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error, upper_tail = 0.5 + in->level / 2;
  const double right = 2 * atan(1);
  const int size = (int)call->values[PARAM_SIZE].number;
  const int reflect = call->values[PARAM_REFLECT].number != 0;
  double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive, c;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(p >= 0 && p <= 1)) return none(out, "no estimate between 0 and 1");
  if (size == SIZE_EFFECTIVE) { /* A1 */
    if (!(se >= 0) || isinf(se)) return none(out, "no standard error");
    if (!(in->df > 0)) return none(out, "no degrees of freedom");
    if (se == 0) return none(out, "standard error is 0: use korn-graubard, or `size: records`");
    n = p * (1 - p) / (se * se);
    c = sampan_interval_t(call, in);
  } else { /* A2 */
    c = call->host->normal_quantile(upper_tail);
  }
  if (!(n > 0) || isinf(n)) return none(out, "no sample size");
  const double angle = atan2(sqrt(p), sqrt(1 - p)), width = c / (2 * sqrt(n));
  const double low = sin(angle - width), high = sin(angle + width);
  out->status = SAMPAN_LIMITS_OK;
  out->n_eff = n;
  out->lower = low * low;
  out->upper = high * high;
  /* A3 */
  if (angle - width < 0 && !(reflect && width <= 2 * angle)) out->lower = 0;
  if (angle + width > right && !(reflect && width <= 2 * (right - angle))) out->upper = 1;
  out->lower = fmin(out->lower, p); /* a turned limit may pass the estimate by rounding */
  out->upper = fmax(out->upper, p);
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
    .name = "arcsine",
    .version = "1.0.0",
    .label_en = "Arcsine",
    .label_zh = "反正弦平方根法",
    .summary_en = "Limits of the arcsine of the square root, turned back into a proportion.",
    .summary_zh = "在反正弦平方根尺度上得到并变换回比例的区间。",
    .formula = "sin(asin(sqrt p) -/+ t[1 - a/2, df] * se / (2 sqrt(p (1 - p))))^2",
    .reference = "Freeman and Tukey, Ann Math Stat 1950;21:607-611",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("arcsine", "GPL-3.0-or-later", &plugin);
