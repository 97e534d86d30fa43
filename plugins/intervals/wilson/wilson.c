/* wilson.c - the score interval of a proportion, with the sample size that the design is worth.
 *
 *   (p + c^2 / 2n -/+ c sqrt(p (1 - p) / n + c^2 / 4n^2)) / (1 + c^2 / n)
 *
 * Reference: Wilson, JASA 1927;22:209-212; R survey 4.5, svyciprop "wilson", for survey data.
 *
 * I1  `size: effective`: n = p (1 - p) / se^2, not truncated, and c = t[1 - a/2, df].
 * I2  `size: records`: n = records of positive weight, c normal: for simple random samples.
 * I3  `size: exposure`: n = total of the denominator, c normal: for complete counts in rows.
 * I4  With `effective`, df <= 0 or a standard error of 0 (as at 0 and 1): no limits, and the
 * reason.
 * I5  `continuity: yes`: the limits of p - 1/2n and p + 1/2n, with 0 and 1 where these pass 0 and 1
 *     (Newcombe, Stat Med 1998;17:857-872, method 4).
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE, PARAM_CONTINUITY };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"},
    {"continuity", SAMPAN_P_TRUTH, 0, NULL, "no", 1, 0,
     "correct for continuity: half a record on either side", "连续性校正"}};

/* The lower root for a share p of n, k = c^2 / n: p^2 over the upper root's numerator, so that no
 * difference of near numbers is taken. */
static double lower_root(double p, double k) {
  return p > 0 ? p * p / (p + k / 2 + sqrt(k * (p * (1 - p) + k / 4))) : 0;
}

static double upper_root(double p, double k) {
  return p < 1 ? fmin((p + k / 2 + sqrt(k * (p * (1 - p) + k / 4))) / (1 + k), 1) : 1;
}

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error;
  const int size = (int)call->values[PARAM_SIZE].number;
  double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive;
  double c = 0;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(p >= 0 && p <= 1)) return none(out, "no estimate between 0 and 1");
  if (size == SIZE_EFFECTIVE) { /* I1, I4 */
    if (!(se >= 0) || isinf(se)) return none(out, "no standard error");
    if (!(in->df > 0)) return none(out, "no degrees of freedom");
    if (se > 0) {
      n = p * (1 - p) / (se * se);
    } else if (!isinf(
                   in->df)) { /* a complete count of 0 or N has its n; a cluster sample has not */
      return none(out, "standard error is 0: use korn-graubard, or `size: records`");
    }
    c = sampan_interval_t(call, in);
  } else { /* I2, I3 */
    c = call->host->normal_quantile(0.5 + in->level / 2);
  }
  if (!(n > 0) || isinf(n)) return none(out, "no sample size");
  /* c^2 / n first: an n of 1e8 must not cancel in the square root. */
  const double k = c * c / n;
  const double shift = call->values[PARAM_CONTINUITY].number != 0 ? 1 / (2 * n) : 0; /* I5 */
  out->status = SAMPAN_LIMITS_OK;
  out->lower = lower_root(p - shift, k);
  out->upper = upper_root(p + shift, k);
  out->n_eff = n;
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
    .name = "wilson",
    .version = "1.1.0",
    .label_en = "Wilson",
    .label_zh = "Wilson 法",
    .summary_en =
        "The score interval of a proportion, with the effective sample size of the "
        "design.",
    .summary_zh = "比例的得分区间，采用设计的有效样本量。",
    .formula = "(p + c^2/2n -/+ c sqrt(p(1-p)/n + c^2/4n^2)) / (1 + c^2/n), n = p(1-p)/se^2",
    .reference = "Wilson, JASA 1927;22:209-212",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("wilson", "GPL-3.0-or-later", &plugin);
