/* tiwari.c - the modified gamma interval of a directly standardized rate.
 *
 *   lower = G(a/2; D^2 / V, V / D)
 *   upper = G(1 - a/2; (D + k)^2 / (V + m), (V + m) / (D + k))
 *   G(p; shape, scale) the gamma quantile, V = se^2, k the mean and m the mean square, over the age
 *   groups with exposure, of what one event adds to D
 *
 * Reference: Tiwari, Clegg and Zou, Stat Methods Med Res 2006;15:547-569; as SEER*Stat prints.
 *
 * T1  The lower limit is that of Fay and Feuer, 0 where the rate is 0.
 * T2  k must be above 0, for the statistic to count events, and k^2 <= m <= k times the largest
 *     weight, for the three to be of the same groups.
 * T3  A rate above 0 with a standard error of 0 has no gamma distribution: no limits.
 * T4  Without standardization the limits are the exact Poisson ones.
 */
#include <math.h>
#include <sampan/plugin.h>
#include <stddef.h>

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const double d = in->estimate, v = in->std_error * in->std_error, tail = (1 - in->level) / 2;
  const int has_means = in->struct_size >= offsetof(sampan_interval_in, gradient_mean_square) +
                                               sizeof in->gradient_mean_square;
  const double k = has_means ? in->gradient_mean : NAN;
  const double m = has_means ? in->gradient_mean_square : NAN;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!(d >= 0) || isinf(d) || !(v >= 0) || isinf(v)) {
    snprintf(out->why, sizeof out->why, "no rate or no standard error");
    return SAMPAN_OK;
  }
  if (!(k > 0) || isinf(k) || !(m > 0) || isinf(m)) { /* T2 */
    snprintf(out->why, sizeof out->why, "the statistic counts no events");
    return SAMPAN_OK;
  }
  if (m < k * k * (1 - 1e-9) || m > k * in->gradient_max * (1 + 1e-9)) {
    snprintf(out->why, sizeof out->why, "the weights of the events contradict one another");
    return SAMPAN_OK;
  }
  if (d > 0 && v == 0) { /* T3 */
    snprintf(out->why, sizeof out->why, "standard error is 0: events need a Poisson variance");
    return SAMPAN_OK;
  }
  out->status = SAMPAN_LIMITS_OK;
  out->lower = d > 0 ? call->host->gamma_quantile(tail, d * d / v, v / d) : 0; /* T1 */
  out->upper = call->host->gamma_quantile(1 - tail, (d + k) * (d + k) / (v + m), (v + m) / (d + k));
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
    .name = "tiwari",
    .version = "1.0.0",
    .label_en = "Tiwari-Clegg-Zou",
    .label_zh = "Tiwari 修正伽马法",
    .summary_en = "Gamma limits of a standardized rate, with the mean weight of one more event.",
    .summary_zh = "标化率的伽马区间，新增一例按平均权重计。",
    .formula = "[G(a/2; D^2/V, V/D), G(1-a/2; (D+k)^2/(V+m), (V+m)/(D+k))]",
    .reference = "Tiwari, Clegg and Zou, Stat Methods Med Res 2006;15:547-569",
    .ops = &ops,
};

SAMPAN_MODULE("tiwari", "GPL-3.0-or-later", &plugin);
