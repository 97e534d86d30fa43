/* poisson.c - limits of a count of events, or of a rate or ratio that is proportional to it.
 *
 *   exact:        [C(a/2; 2x) / 2, C(1 - a/2; 2x + 2) / 2], C the chi-square quantile
 *   mid-p:        P(X > x) + P(X = x) / 2 = a/2 at the lower limit, P(X < x) + P(X = x) / 2 at the
 * upper score:        x + z^2 / 2 -/+ z sqrt(x + z^2 / 4) square-root:  (sqrt x -/+ z / 2)^2 limits
 * of the rate = per limits / exposure
 *
 * Reference: Ulm, Am J Epidemiol 1990;131:373-375 (exact); Rothman and Boice, Epidemiologic
 * Analysis with a Programmable Calculator, 1979 (mid-p, score); Vandenbroucke, Am J Epidemiol
 * 1982;115:303-304 (square-root).
 *
 * P1  Lower limit 0 at 0 events, in every form.
 * P2  Every event must count the same in the estimate: a crude rate, a count where nothing is the
 *     exposure, observed over expected. A standardized rate has no Poisson limits, and the reason
 *     names what to use; with 0 events too.
 * P3  The square root of few events less z / 2 stops at 0.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

enum { PARAM_FORM };
enum { EXACT = 0, MID_P = 1, SCORE = 2, SQUARE_ROOT = 3, ROUNDS = 200 };

static const sampan_param params[] = {{"form", SAMPAN_P_CHOICE, 0, "exact|mid-p|score|square-root",
                                       "exact", 1, 0, "how the limits of the events are found",
                                       "事件数区间的求法：精确、mid-P、得分或平方根"}};

/* What one event adds to the estimate; NaN where events differ in that (P2). */
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

/* (P(X > x) + P(X >= x)) / 2 at a mean of mu: rises with mu. */
static double above(const sampan_host *host, double x, double mu) {
  return (host->chisq_cdf(2 * mu, 2 * x) + host->chisq_cdf(2 * mu, 2 * x + 2)) / 2;
}

/* The mean where above() is p. It lies between the quantiles of the two that above() is the mean
 * of. */
static double mid_p(const sampan_host *host, double x, double p) {
  double low = host->chisq_quantile(p, 2 * x) / 2, high = host->chisq_quantile(p, 2 * x + 2) / 2;
  for (int i = 0; i < ROUNDS; i++) {
    const double middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) break;
    if (above(host, x, middle) < p)
      low = middle;
    else
      high = middle;
  }
  return low + (high - low) / 2;
}

static void events_limits(const sampan_host *host, int form, double x, double level, double *lower,
                          double *upper) {
  const double tail = (1 - level) / 2, z = host->normal_quantile(1 - tail);
  switch (form) {
    case MID_P:
      *lower = x > 0 ? mid_p(host, x, tail) : 0;
      *upper = x > 0 ? mid_p(host, x, 1 - tail) : -log(2 * tail);
      break;
    case SCORE: {
      /* The roots multiply to x^2: no difference of near numbers in the lower one. */
      *upper = x + z * z / 2 + z * sqrt(x + z * z / 4);
      *lower = x > 0 ? x * (x / *upper) : 0;
      break;
    }
    case SQUARE_ROOT: {
      const double root = fmax(sqrt(x) - z / 2, 0); /* P3 */
      *lower = root * root;
      *upper = (sqrt(x) + z / 2) * (sqrt(x) + z / 2);
      break;
    }
    default:
      *lower = x > 0 ? host->chisq_quantile(tail, 2 * x) / 2 : 0;
      *upper = host->chisq_quantile(1 - tail, 2 * x + 2) / 2;
  }
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(in->events >= 0) || isinf(in->events) || !isfinite(in->estimate)) {
    snprintf(out->why, sizeof out->why, "no count of events");
    return SAMPAN_OK;
  }
  const double scale = per_event(in);
  if (!isfinite(scale)) {
    snprintf(out->why, sizeof out->why,
             "events count differently in the estimate: use fay-feuer, tiwari or dobson");
    return SAMPAN_OK;
  }
  events_limits(call->host, (int)call->values[PARAM_FORM].number, in->events, in->level,
                &out->lower, &out->upper);
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
    .name = "poisson",
    .version = "1.0.0",
    .label_en = "Poisson",
    .label_zh = "泊松法",
    .summary_en = "Poisson limits of the events: exact, mid-P, score or by their square root.",
    .summary_zh = "事件数的泊松区间：精确、mid-P、得分或平方根法。",
    .formula =
        "exact: [C(a/2; 2x)/2, C(1-a/2; 2x+2)/2]; score: x + z^2/2 -/+ z sqrt(x + z^2/4); "
        "square-root: (sqrt x -/+ z/2)^2",
    .reference =
        "Ulm, Am J Epidemiol 1990;131:373-375; Rothman and Boice 1979; "
        "Vandenbroucke, Am J Epidemiol 1982;115:303-304",
    .params = params,
    .n_params = 1,
    .ops = &ops,
};

SAMPAN_MODULE("poisson", "GPL-3.0-or-later", &plugin);
