/* wald.c - the symmetric interval of an estimate and its standard error.
 *
 *   estimate -/+ t[1 - a/2, df] se
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 2.7 and 5.4.
 *
 * W1  df <= 0: no limits, and the reason. df infinite: the normal quantile.
 * W2  A standard error of 0 gives limits of no width: right for a complete count, and said so.
 *     At a proportion of 0 or 1 it says that the width means nothing.
 * W3  Limits may pass the values that the statistic can take, as in R, SAS and Stata;
 *     `bounded: yes` stops them there.
 * W4  Of a proportion, `size: records` and `size: exposure` take se = sqrt(p (1 - p) / n) and the
 *     normal quantile: simple random samples, and complete counts in rows.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_BOUNDED, PARAM_SIZE };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };

static const sampan_param params[] = {
    {"bounded", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0,
     "stop the limits at the values that the statistic can take", "限值不超出统计量的取值范围"},
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "of a proportion: the sample size, what the design is worth, the records, or the total of the "
     "denominator",
     "样本量：有效样本量、记录数或分母合计"}};

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  const int size = (int)call->values[PARAM_SIZE].number;
  const double upper_tail = 0.5 + in->level / 2;
  double se = in->std_error, t;
  if (size != SIZE_EFFECTIVE) { /* W4 */
    const double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive;
    const double p = in->estimate;
    if (in->unit != SAMPAN_UNIT_PROPORTION || !(p >= 0 && p <= 1)) {
      snprintf(out->why, sizeof out->why, "`size` is for proportions: leave it out");
      return SAMPAN_OK;
    }
    if (!(n > 0) || isinf(n)) {
      snprintf(out->why, sizeof out->why, "no sample size");
      return SAMPAN_OK;
    }
    se = sqrt(p * (1 - p) / n);
    t = call->host->normal_quantile(upper_tail);
    out->n_eff = n;
  } else if (!isfinite(in->estimate) || !(in->std_error >= 0) || isinf(in->std_error)) {
    snprintf(out->why, sizeof out->why, "no estimate or no standard error");
    return SAMPAN_OK;
  } else if (!(in->df > 0)) { /* W1 */
    snprintf(out->why, sizeof out->why, "no degrees of freedom");
    return SAMPAN_OK;
  } else {
    t = sampan_interval_t(call, in);
  }
  out->status = SAMPAN_LIMITS_OK;
  out->lower = in->estimate - t * se;
  out->upper = in->estimate + t * se;
  if (se == 0) { /* W2 */
    const int at_end =
        in->unit == SAMPAN_UNIT_PROPORTION && (in->estimate <= 0 || in->estimate >= 1);
    snprintf(out->why, sizeof out->why, "%s",
             at_end ? "estimate is 0 or 1, so the width of 0 means nothing: use korn-graubard"
                    : "standard error is 0: right for a complete count alone");
  }
  if (call->values[PARAM_BOUNDED].number != 0) { /* W3 */
    out->lower = fmax(out->lower, in->lower_bound);
    out->upper = fmin(out->upper, in->upper_bound);
  }
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_NONE | 1U << SAMPAN_UNIT_PROPORTION | 1U << SAMPAN_UNIT_COUNT |
             1U << SAMPAN_UNIT_RATE | 1U << SAMPAN_UNIT_RATIO,
    .limits = limits,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "wald",
    .version = "1.1.0",
    .label_en = "Wald",
    .label_zh = "Wald 法",
    .summary_en = "Symmetric limits from the standard error and the t distribution.",
    .summary_zh = "由标准误和 t 分布得到的对称区间。",
    .formula = "estimate -/+ t[1 - a/2, df] * se",
    .reference = "Cochran, Sampling Techniques, 3rd ed. 1977, 2.7",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("wald", "GPL-3.0-or-later", &plugin);
