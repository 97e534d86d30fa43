/* jeffreys.c - the equal-tailed interval of the posterior under Jeffreys' prior.
 *
 *   [B(a/2; n p + 1/2, n (1 - p) + 1/2), B(1 - a/2; n p + 1/2, n (1 - p) + 1/2)]
 *
 * Reference: Brown, Cai and DasGupta, Stat Sci 2001;16:101-133. For survey data with the effective
 * sample size: Dean and Pagano, J Surv Stat Methodol 2015;3:484-503; Franco, Little, Louis and
 * Slud, ibid. 2019;7:334-364.
 *
 * J1  `size: effective`: n = p (1 - p) / se^2 (t[1-a/2, m-1] / t[1-a/2, df])^2, m the records of
 *     positive weight, at most m, as korn-graubard has it. df <= 0 or a standard error of 0 (as at
 * 0 and 1): no limits, and the reason. J2  `size: records`, `size: exposure`: n as it is, for
 * simple random samples and complete counts. J3  Lower limit 0 at p = 0, upper limit 1 at p = 1. J4
 * An n worth less than about one event could leave the estimate out: a limit that would pass it is
 * the estimate.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE };
enum { SIZE_EFFECTIVE = 0, SIZE_RECORDS = 1, SIZE_EXPOSURE = 2 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "effective|records|exposure", "effective", 1, 0,
     "the sample size: what the design is worth, the records, or the total of the denominator",
     "样本量：有效样本量、记录数或分母合计"}};

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double p = in->estimate, se = in->std_error;
  const double tail = (1 - in->level) / 2, upper_tail = 0.5 + in->level / 2;
  const int size = (int)call->values[PARAM_SIZE].number;
  double n = size == SIZE_EXPOSURE ? in->exposure : (double)in->n_positive;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(p >= 0 && p <= 1)) return none(out, "no estimate between 0 and 1");
  if (!(n > 0) || isinf(n)) return none(out, "no sample size");
  out->n_eff = n;
  if (size == SIZE_EFFECTIVE) { /* J1 */
    out->n_eff = NAN;
    if (!(se >= 0) || isinf(se)) return none(out, "no standard error");
    if (!(in->df > 0)) return none(out, "no degrees of freedom");
    if (se == 0) return none(out, "standard error is 0: use korn-graubard, or `size: records`");
    if (n < 2) return none(out, "fewer than 2 records");
    const double adjust = call->host->t_quantile(upper_tail, n - 1) / sampan_interval_t(call, in);
    out->n_eff = fmin(p * (1 - p) / (se * se), n);
    n = fmin(out->n_eff * adjust * adjust, n);
  }
  const double a = n * p + 0.5, b = n * (1 - p) + 0.5;
  out->status = SAMPAN_LIMITS_OK;
  out->lower = p > 0 ? call->host->beta_quantile(tail, a, b) : 0; /* J3 */
  out->upper = p < 1 ? call->host->beta_quantile(1 - tail, a, b) : 1;
  out->lower = fmin(out->lower, p); /* J4 */
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
    .name = "jeffreys",
    .version = "1.0.0",
    .label_en = "Jeffreys",
    .label_zh = "Jeffreys 法",
    .summary_en = "The equal-tailed interval of a proportion under Jeffreys' prior.",
    .summary_zh = "Jeffreys 先验下比例的等尾区间。",
    .formula = "[B(a/2; np + 1/2, n(1-p) + 1/2), B(1-a/2; np + 1/2, n(1-p) + 1/2)]",
    .reference = "Brown, Cai and DasGupta, Stat Sci 2001;16:101-133",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("jeffreys", "GPL-3.0-or-later", &plugin);
