/* byar.c - the interval of a count of events, or of a crude rate: Byar's, or exact for few events.
 *
 *   lower = x (1 - 1/(9x) - z/(3 sqrt x))^3,  upper = y (1 - 1/(9y) + z/(3 sqrt y))^3,  y = x + 1
 *   exact: [C(a/2; 2x) / 2, C(1 - a/2; 2x + 2) / 2], C the chi-square quantile
 *   limits of the rate = per limits / exposure
 *
 * Reference: Breslow and Day, Statistical Methods in Cancer Research II, 1987, p. 69; Ulm, Am J
 * Epidemiol 1990;131:373-375, for the exact limits.
 *
 * B1  Below `exact_below` events the limits are exact; 0 gives Byar's everywhere.
 * B2  Lower limit 0 at 0 events.
 * B3  Every event must count the same in the estimate: a crude rate, a count where nothing is the
 *     exposure, observed over expected. A standardized rate has no Byar limits, and the reason
 * names what to use; with 0 events too.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_EXACT_BELOW };

static const sampan_param params[] = {{"exact_below", SAMPAN_P_NUMBER, 0, NULL, "10", 0, 1e9,
                                       "use exact Poisson limits below this many events",
                                       "事件数低于此值时用泊松精确区间"}};

static double byar(double x, double z) {
  const double root = 1 - 1 / (9 * x) + z / (3 * sqrt(x));
  return fmax(x * root * root * root, 0);
}

/* What one event adds to the estimate; NaN where events differ in that (B3). */
static double per_event(const sampan_interval_in *in) {
  const double x = in->events, most = in->gradient_max;
  const double scale = in->exposure > 0 ? in->per / in->exposure : 1;
  const int has_mean =
      in->struct_size >= offsetof(sampan_interval_in, gradient_mean) + sizeof in->gradient_mean;
  if (fabs(in->estimate - scale * x) <= 1e-9 * fmax(scale * x, scale) &&
      (x > 0 || !(most > 0) || fabs(most - scale) <= 1e-9 * scale))
    return scale;
  if (has_mean && most > 0 && fabs(most - in->gradient_mean) <= 1e-9 * most &&
      fabs(in->estimate - most * x) <= 1e-9 * fmax(most * x, most))
    return most;
  return NAN;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double x = in->events, tail = (1 - in->level) / 2;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(x >= 0) || isinf(x) || !isfinite(in->estimate)) {
    snprintf(out->why, sizeof out->why, "no count of events");
    return SAMPAN_OK;
  }
  const double scale = per_event(in);
  if (!isfinite(scale)) { /* B3 */
    snprintf(out->why, sizeof out->why,
             "events count differently in the estimate: use fay-feuer, tiwari or dobson");
    return SAMPAN_OK;
  }
  if (x < call->values[PARAM_EXACT_BELOW].number) { /* B1 */
    out->lower = x > 0 ? call->host->chisq_quantile(tail, 2 * x) / 2 : 0;
    out->upper = call->host->chisq_quantile(1 - tail, 2 * x + 2) / 2;
    snprintf(out->why, sizeof out->why, "exact Poisson limits");
  } else {
    const double z = call->host->normal_quantile(1 - tail);
    out->lower = x > 0 ? byar(x, -z) : 0; /* B2 */
    out->upper = byar(x + 1, z);
  }
  out->lower *= scale;
  out->upper *= scale;
  out->status = SAMPAN_LIMITS_OK;
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_COUNT | 1U << SAMPAN_UNIT_RATE | 1U << SAMPAN_UNIT_RATIO,
    .limits = limits,
    .flags = SAMPAN_INTERVAL_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "byar",
    .version = "1.1.0",
    .label_en = "Byar",
    .label_zh = "Byar 法",
    .summary_en =
        "Byar's approximation to the Poisson limits of the events, exact where they are "
        "few.",
    .summary_zh = "事件数泊松区间的 Byar 近似；事件少时用精确区间。",
    .formula = "x (1 - 1/(9x) - z/(3 sqrt x))^3, (x+1) (1 - 1/(9(x+1)) + z/(3 sqrt(x+1)))^3",
    .reference = "Breslow and Day, Statistical Methods in Cancer Research II, 1987, p. 69",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("byar", "GPL-3.0-or-later", &plugin);
