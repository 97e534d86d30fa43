/* korn-graubard.c - the exact binomial interval with the sample size that the design is worth.
 *
 *   n_eff = p (1 - p) / se^2,  adj = (t[1-a/2, n-1] / t[1-a/2, df])^2,  n* = n_eff adj
 *   [B(a/2; n* p, n* (1-p) + 1), B(1 - a/2; n* p + 1, n* (1-p))], B the beta quantile
 *
 * Reference: Korn and Graubard, Survey Methodology 1998;24:193-201; Parker et al., National Center
 * for Health Statistics, Vital Health Stat 2(175), 2017.
 *
 * K1  `convention: nchs`: n counts records of positive weight; n_eff and n* are capped at n.
 * K2  An estimate of 0 or 1 has n_eff = n* = n, so that limits exist and do not depend on df. An
 *     estimate counts as 0 or 1 also when rounding alone keeps it off while every or no record has
 *     the event.
 * K3  df <= 0 (elsewhere): adj = 0, so the limits are 0 and 1, and the reason says so.
 * K4  A standard error of 0 at another estimate (a complete count) has n_eff = n.
 * K5  `convention: r`: n counts zero weights too and nothing is capped, as R's svyciprop "beta";
 *     a standard error of 0 or df <= 0 gives no limits.
 * K6  The n_eff reported is the capped one before adj: what presentation standards test.
 * K7  `cap: yes` and `cap: no` say whether n_eff and n* stop at n, whatever the convention: SAS's
 *     TRUNCATE. `cap: adjusted` stops n* alone, so that a sample worth more than its records makes
 *     up for few df.
 * K8  `adjust_df: no` has adj = 1, and df plays no part: SAS's ADJUST=NO.
 */
#include <math.h>
#include <sampan/plugin.h>

enum { PARAM_CONVENTION, PARAM_CAP, PARAM_ADJUST_DF };
enum { CONVENTION_R = 0, CONVENTION_NCHS = 1 };
enum { CAP_BY_CONVENTION = 0, CAP_YES = 1, CAP_NO = 2, CAP_ADJUSTED = 3 };

static const sampan_param params[] = {
    {"convention", SAMPAN_P_CHOICE, 0, "r|nchs", "nchs", 1, 0,
     "whose effective sample size: R's, or that of the NCHS presentation standards",
     "有效样本量的约定：R 或 NCHS 发布标准"},
    {"cap", SAMPAN_P_CHOICE, 0, "convention|yes|no|adjusted", "convention", 1, 0,
     "stop the effective sample size at the number of records: as the convention has it, yes, no, "
     "or only once it is adjusted for the degrees of freedom",
     "有效样本量是否以记录数为上限：按约定、是、否，或仅在按自由度校正之后"},
    {"adjust_df", SAMPAN_P_TRUTH, 0, NULL, "yes", 1, 0,
     "adjust the effective sample size for the degrees of freedom", "有效样本量按自由度校正"}};

static int32_t none(sampan_interval_out *out, const char *why) {
  snprintf(out->why, sizeof out->why, "%s", why);
  return SAMPAN_OK;
}

/* The estimate, exactly 0 or 1 where the records say so and only rounding keeps it off (K2). */
static double snapped(const sampan_interval_in *in) {
  const double p = in->estimate;
  if (p < 1e-9 && in->n_events == 0) return 0;
  if (p > 1 - 1e-9 && in->n_events == in->n_positive) return 1;
  return fmin(fmax(p, 0), 1);
}

static void set_limits(const sampan_call *call, double p, double n, double level,
                       sampan_interval_out *out) {
  const double tail = (1 - level) / 2;
  const double x = n * p, rest = n * (1 - p);
  out->status = SAMPAN_LIMITS_OK;
  out->lower = x > 0 ? call->host->beta_quantile(tail, x, rest + 1) : 0;
  out->upper = rest > 0 ? call->host->beta_quantile(1 - tail, x + 1, rest) : 1;
}

static int32_t limits(const sampan_call *call, const sampan_interval_in *in,
                      sampan_interval_out *out) {
  const int is_r = (int)call->values[PARAM_CONVENTION].number == CONVENTION_R;
  const double n = (double)(is_r ? in->n : in->n_positive); /* K1, K5 */
  const int cap = (int)call->values[PARAM_CAP].number;
  const int is_capped = cap == CAP_YES || (cap == CAP_BY_CONVENTION && !is_r); /* K1, K5, K7 */
  const int adjusts = call->values[PARAM_ADJUST_DF].number != 0;               /* K8 */
  const double se = in->std_error, upper_tail = 0.5 + in->level / 2;
  out->status = SAMPAN_LIMITS_NONE;
  out->lower = out->upper = out->n_eff = NAN;
  out->why[0] = '\0';
  if (!isfinite(in->estimate) || !(se >= 0) || isinf(se))
    return none(out, "no estimate or no standard error");
  if (!(n >= 1)) return none(out, "no record");
  const double p = snapped(in);
  const int at_end = p == 0 || p == 1;
  if (is_r) { /* K5 */
    if (at_end || se == 0) return none(out, "standard error is 0: use `convention: nchs`");
    if (adjusts && !(in->df > 0)) return none(out, "no degrees of freedom");
  }
  if (at_end) { /* K2 */
    out->n_eff = n;
    set_limits(call, p, n, in->level, out);
    snprintf(out->why, sizeof out->why, "estimate is %g: n_eff is the number of records", p);
    return SAMPAN_OK;
  }
  out->n_eff = se > 0 ? p * (1 - p) / (se * se) : n; /* K4 */
  if (is_capped && out->n_eff > n) out->n_eff = n;
  if (adjusts && !(in->df > 0)) { /* K3 */
    set_limits(call, p, 0, in->level, out);
    snprintf(out->why, sizeof out->why, "no degrees of freedom: the limits are 0 and 1");
    return SAMPAN_OK;
  }
  if (n < 2) return none(out, "one record with an estimate between 0 and 1");
  const double adjust =
      adjusts ? call->host->t_quantile(upper_tail, n - 1) / sampan_interval_t(call, in) : 1;
  double n_star = out->n_eff * adjust * adjust;
  if ((is_capped || cap == CAP_ADJUSTED) && n_star > n) n_star = n;
  set_limits(call, p, n_star, in->level, out);
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
    .name = "korn-graubard",
    .version = "1.1.0",
    .label_en = "Korn-Graubard",
    .label_zh = "Korn-Graubard 法",
    .summary_en =
        "The exact binomial interval with the effective sample size of the design, "
        "adjusted for its degrees of freedom.",
    .summary_zh = "采用设计有效样本量并按自由度校正的二项分布精确区间。",
    .formula =
        "[B(a/2; n*p, n*(1-p)+1), B(1-a/2; n*p+1, n*(1-p))], "
        "n* = p(1-p)/se^2 (t[1-a/2, n-1] / t[1-a/2, df])^2",
    .reference =
        "Korn and Graubard, Survey Methodology 1998;24:193-201; "
        "NCHS, Vital Health Stat 2(175), 2017",
    .params = params,
    .n_params = 3,
    .ops = &ops,
};

SAMPAN_MODULE("korn-graubard", "GPL-3.0-or-later", &plugin);
