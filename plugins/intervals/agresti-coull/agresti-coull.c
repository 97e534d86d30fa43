/* agresti-coull.c - Wald's interval after adding c^2 / 2 events and as many non-events.
 *
 *   n' = n + c^2,  p' = (n p + c^2 / 2) / n',  p' -/+ c sqrt(p' (1 - p') / n')
 *
 * Reference: Agresti and Coull, Am Stat 1998;52:119-126; Brown, Cai and DasGupta, Stat Sci
 * 2001;16:101-133. For survey data with the effective sample size: Franco, Little, Louis and Slud,
 * J Surv Stat Methodol 2019;7:334-364.
 *
 * G1  `size: effective`: n = p (1 - p) / se^2, not truncated, and c = t[1 - a/2, df]. df <= 0 or a
 *     standard error of 0 (as at 0 and 1): no limits, and the reason.
 * G2  `size: records`, `size: exposure`: n as it is, c normal.
 * G3  Limits stop at 0 and 1; `bounded: no` lets them pass.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE, PARAM_BOUNDED };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"},
    {"bounded", SAMPAN_P_TRUTH, 0, NULL, "yes", 1, 0, "stop the limits at 0 and 1",
     "限值不超出 0 至 1"}};

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
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
  if (size == SIZE_EFFECTIVE) { /* G1 */
    if (!(se >= 0) || isinf(se)) return none(out, "no standard error");
    if (!(in->df > 0)) return none(out, "no degrees of freedom");
    if (se == 0) return none(out, "standard error is 0: use korn-graubard, or `size: records`");
    n = p * (1 - p) / (se * se);
    c = sampan_interval_t(call, in);
  } else { /* G2 */
    c = call->host->normal_quantile(upper_tail);
  }
  if (!(n > 0) || isinf(n)) return none(out, "no sample size");
  /* c^2 / n first: an n of 1e8 must not drown it. */
  const double k = c * c / n;
  const double centre = (p + k / 2) / (1 + k), rest = (1 - p + k / 2) / (1 + k);
  const double half = sqrt(k * centre * rest / (1 + k));
  out->status = SAMPAN_LIMITS_OK;
  out->lower = centre - half;
  out->upper = centre + half;
  out->n_eff = n;
  if (call->values[PARAM_BOUNDED].number != 0) { /* G3 */
    out->lower = fmax(out->lower, 0);
    out->upper = fmin(out->upper, 1);
  }
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
    .name = "agresti-coull",
    .version = "1.0.0",
    .label_en = "Agresti-Coull",
    .label_zh = "Agresti-Coull 法",
    .summary_en =
        "Symmetric limits of a proportion after adding half of c^2 events and non-events.",
    .summary_zh = "各加 c²/2 个事件与非事件后的对称比例区间。",
    .formula =
        "p' -/+ c sqrt(p'(1-p') / n'), n' = n + c^2, p' = (n p + c^2/2) / n', n = p(1-p)/se^2",
    .reference = "Agresti and Coull, Am Stat 1998;52:119-126",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("agresti-coull", "GPL-3.0-or-later", &plugin);
