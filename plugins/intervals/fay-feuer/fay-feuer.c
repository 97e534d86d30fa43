/* fay-feuer.c - the gamma interval of a directly standardized rate.
 *
 *   lower = G(a/2; D^2 / V, V / D)
 *   upper = G(1 - a/2; (D + k)^2 / (V + k^2), (V + k^2) / (D + k))
 *   G(p; shape, scale) the gamma quantile, V = se^2, k = max_a d D / d events_a
 *
 * Reference: Fay and Feuer, Stat Med 1997;16:791-801.
 *
 * F1  Lower limit 0 where the rate is 0; the upper limit is then that of one event of weight k.
 * F2  k, the weight of the age group where an event counts most, must be above 0.
 * F3  A rate above 0 with a standard error of 0 has no gamma distribution: no limits.
 * F4  Without standardization the limits are the exact Poisson ones.
 */
#include <math.h>
#include <sampan/plugin.h>

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double d = in->estimate, v = in->std_error * in->std_error;
  const double k = in->gradient_max, tail = (1 - in->level) / 2;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(d >= 0) || isinf(d) || !(v >= 0) || isinf(v)) {
    snprintf(out->why, sizeof out->why, "no rate or no standard error");
    return SAMPAN_OK;
  }
  if (!(k > 0) || isinf(k)) { /* F2 */
    snprintf(out->why, sizeof out->why, "the statistic counts no events");
    return SAMPAN_OK;
  }
  if (d > 0 && v == 0) { /* F3 */
    snprintf(out->why, sizeof out->why, "standard error is 0: events need a Poisson variance");
    return SAMPAN_OK;
  }
  out->status = SAMPAN_LIMITS_OK;
  out->lower = d > 0 ? call->host->gamma_quantile(tail, d * d / v, v / d) : 0; /* F1 */
  out->upper =
      call->host->gamma_quantile(1 - tail, (d + k) * (d + k) / (v + k * k), (v + k * k) / (d + k));
  return SAMPAN_OK;
}

static const sampan_interval_ops ops = {
    .struct_size = sizeof ops,
    .units = 1U << SAMPAN_UNIT_RATE | 1U << SAMPAN_UNIT_RATIO,
    .limits = limits,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_INTERVAL,
    .name = "fay-feuer",
    .version = "1.0.0",
    .label_en = "Fay-Feuer",
    .label_zh = "Fay-Feuer 伽马法",
    .summary_en = "Gamma limits of a standardized rate, never too narrow where events are few.",
    .summary_zh = "标化率的伽马区间，事件少时仍保守。",
    .formula = "[G(a/2; D^2/V, V/D), G(1-a/2; (D+k)^2/(V+k^2), (V+k^2)/(D+k))]",
    .reference = "Fay and Feuer, Stat Med 1997;16:791-801",
    .ops = &ops,
};

SAMPAN_MODULE("fay-feuer", "GPL-3.0-or-later", &plugin);
