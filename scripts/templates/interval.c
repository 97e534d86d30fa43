/* @NAME@.c - limits of a proportion on the arcsine scale.
 *
 *   x = asin(sqrt(p)),  h = t[1 - a/2, df] se / (2 sqrt(p (1 - p))),  limits sin^2(x -/+ h)
 *
 * Reference: put here where the formula comes from.
 *
 * R1  df <= 0: no interval. df infinite: normal.
 * R2  An estimate of 0 or 1 has no place on this scale: no interval.
 * R3  Limits stay between 0 and 1.
 */
#include <math.h>
#include <sampan/plugin.h>

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

/* Called for every estimate: gives its limits, or says why there are none. */
static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, quarter_turn = asin(1);
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(p) || !isfinite(in->std_error) || in->std_error < 0)
    return none(out, "no estimate or no standard error");
  if (!(in->df > 0)) return none(out, "no degrees of freedom");     /* R1 */
  if (p <= 0 || p >= 1) return none(out, "the estimate is 0 or 1"); /* R2 */
  const double t = call->host->t_quantile(0.5 + in->level / 2, in->df);
  const double x = asin(sqrt(p)), h = t * in->std_error / (2 * sqrt(p * (1 - p)));
  const double low = sin(fmax(x - h, 0)), high = sin(fmin(x + h, quarter_turn)); /* R3 */
  out->status = SAMPAN_LIMITS_OK;
  out->lower = low * low;
  out->upper = high * high;
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops, .units = 1U << SAMPAN_UNIT_PROPORTION, .limits = limits};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "@NAME@",
    .version = "0.1.0",
    .label_en = "Arcsine",
    .label_zh = "反正弦法",
    .summary_en = "Limits on the arcsine scale, from the standard error and the t distribution.",
    .summary_zh = "由标准误和 t 分布在反正弦尺度上得到的区间。",
    .formula = "sin^2(asin(sqrt(p)) -/+ t[1 - a/2, df] se / (2 sqrt(p (1 - p))))",
    .reference = "",
    .ops = &ops,
};

SAMPAN_MODULE("@NAME@", "GPL-3.0-or-later", &plugin);
