/* dobson.c - the interval of a directly standardized rate, scaled from that of its events.
 *
 *   D + (se(D) / sqrt(O)) (O_limit - O), O the events, O_limit Byar's or exact
 *
 * Reference: Dobson, Kuulasmaa, Eberle and Scherer, Stat Med 1991;10:457-462.
 *
 * D1  Below `exact_below` events O_limit is exact, else Byar's.
 * D2  Below `minimum_events` events: no limits, and the reason.
 * D3  The standard error must be above 0; no limits otherwise.
 * D4  A lower limit below the lowest value of the statistic stops there, and says so.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_EXACT_BELOW, PARAM_MINIMUM_EVENTS };

static const sampan_param params[] = {
    {"exact_below", SAMPAN_P_NUMBER, 0, NULL, "10", 0, 1e9,
     "use exact Poisson limits of the events below this many", "事件数低于此值时用泊松精确区间"},
    {"minimum_events", SAMPAN_P_NUMBER, 0, NULL, "10", 0, 1e9,
     "give no limits below this many events", "事件数低于此值时不给区间"},
};

static double byar(double x, double z) {
  const double root = 1 - 1 / (9 * x) + z / (3 * sqrt(x));
  return fmax(x * root * root * root, 0);
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double x = in->events, tail = (1 - in->level) / 2;
  const double minimum = call->values[PARAM_MINIMUM_EVENTS].number;
  double lower, upper;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(in->estimate) || !(x > 0) || isinf(x) || x < minimum) { /* D2 */
    if (x > 0 && x < minimum)
      snprintf(out->why, sizeof out->why, "fewer than %g events", minimum);
    else
      snprintf(out->why, sizeof out->why, "no events");
    return SAMPAN_OK;
  }
  if (!(in->std_error > 0) || isinf(in->std_error)) { /* D3 */
    snprintf(out->why, sizeof out->why, "standard error is not above 0");
    return SAMPAN_OK;
  }
  if (x < call->values[PARAM_EXACT_BELOW].number) { /* D1 */
    lower = call->host->chisq_quantile(tail, 2 * x) / 2;
    upper = call->host->chisq_quantile(1 - tail, 2 * x + 2) / 2;
  } else {
    const double z = call->host->normal_quantile(1 - tail);
    lower = byar(x, -z);
    upper = byar(x + 1, z);
  }
  const double scale = in->std_error / sqrt(x);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = in->estimate + scale * (lower - x);
  out->upper = in->estimate + scale * (upper - x);
  if (out->lower < in->lower_bound) { /* D4 */
    out->lower = in->lower_bound;
    snprintf(out->why, sizeof out->why, "lower limit stopped at %g", in->lower_bound);
  }
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_RATE | 1U << SAMPAN_UNIT_RATIO,
    .limits = limits,
    .flags = SAMPAN_INTERVAL_COUNTS,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "dobson",
    .version = "1.0.0",
    .label_en = "Dobson",
    .label_zh = "Dobson 法",
    .summary_en =
        "The limits of the events, scaled to the standard error of the standardized rate.",
    .summary_zh = "将事件数的区间按标化率的标准误换算。",
    .formula = "D + se(D) / sqrt(O) * (O_limit - O)",
    .reference = "Dobson et al., Stat Med 1991;10:457-462",
    .params = params,
    .n_params = 2,
    .ops = &ops,
};

SAMPAN_MODULE("dobson", "GPL-3.0-or-later", &plugin);
