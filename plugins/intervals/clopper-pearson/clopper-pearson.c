/* clopper-pearson.c - the exact binomial interval, for simple random samples and complete counts.
 *
 *   [B(a/2; x, n - x + 1), B(1 - a/2; x + 1, n - x)], B the beta quantile
 *
 * Reference: Clopper and Pearson, Biometrika 1934;26:404-413.
 *
 * E1  `size: records`: x and n are records. `size: exposure`: x and n are the totals of numerator
 *     and denominator, for counts in rows.
 * E2  The estimate must be x / n: weighted estimates have no exact interval, and the reason says
 *     to use korn-graubard.
 * E3  Lower limit 0 at x = 0, upper limit 1 at x = n.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_SIZE };
enum { SIZE_RECORDS = 0, SIZE_EXPOSURE = 1 };

static const sampan_param params[] = {
    {"size", SAMPAN_P_CHOICE, 0, "records|exposure", "records", 1, 0,
     "what is counted: records, or the totals of numerator and denominator",
     "计数对象：记录，或分子与分母合计"}};

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const int is_exposure = (int)call->values[PARAM_SIZE].number == SIZE_EXPOSURE; /* E1 */
  const double x = is_exposure ? in->events : (double)in->n_events;
  const double n = is_exposure ? in->exposure : (double)in->n_positive;
  const double tail = (1 - in->level) / 2;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(n > 0) || !(x >= 0) || x > n) {
    snprintf(out->why, sizeof out->why, "no count of events among %s",
             is_exposure ? "an exposure" : "records");
    return SAMPAN_OK;
  }
  if (!(fabs(in->estimate - x / n) <= 1e-9)) { /* E2 */
    snprintf(out->why, sizeof out->why,
             is_exposure
                 ? "estimate is not events / exposure: use korn-graubard"
                 : "estimate is not events / records: use korn-graubard, or `size: exposure`"
                   " for counts");
    return SAMPAN_OK;
  }
  out->status = SAMPAN_LIMITS_OK;
  out->lower = x > 0 ? call->host->beta_quantile(tail, x, n - x + 1) : 0; /* E3 */
  out->upper = x < n ? call->host->beta_quantile(1 - tail, x + 1, n - x) : 1;
  out->n_eff = n;
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_PROPORTION,
    .limits = limits,
    .flags = SAMPAN_INTERVAL_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "clopper-pearson",
    .version = "1.0.0",
    .label_en = "Clopper-Pearson",
    .label_zh = "Clopper-Pearson 精确法",
    .summary_en = "The exact binomial interval.",
    .summary_zh = "二项分布精确区间。",
    .formula = "[B(a/2; x, n-x+1), B(1-a/2; x+1, n-x)]",
    .reference = "Clopper and Pearson, Biometrika 1934;26:404-413",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("clopper-pearson", "GPL-3.0-or-later", &plugin);
