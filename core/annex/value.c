/* value.c - values from references, and differences with the error of both sides.
 *
 * For survey values a and b and a factor f:
 *
 *   d = a - f b,  V(d) = V(a) + f^2 V(b) - 2 f C(a, b),  limits d -/+ t(df) sqrt V(d)
 *
 * D1  Two estimates of one outcome share PSUs where their domains do: V(a), V(b), C and df are the
 *     engine's, as in a comparison of the plan, so that an annex and a table of results never
 *     disagree.
 * D2  Otherwise they are independent samples: C = 0, df by Welch and Satterthwaite.
 * D3  A full count and a number without error add no variance. With two of them d is exact; so is
 *     an estimate less itself. Nothing else is, whatever the variance comes to.
 * D4  A standard error of 0 that is no full count (0 or 100 % of a sample), or two estimates that
 *     move as one in every PSU, leave no usable variance: the limits of both sides are combined
 *     instead (MOVER; Zou and Donner, Statistics in Medicine 2008),
 *     low = d - sqrt((a - a_low)^2 + f^2 (b_high - b)^2).
 * D5  df <= 0 or no standard error: no limits.
 * D6  A variance below 0 by more than rounding is a defect of the engine and is told as one.
 */
#include "annex/value.h"

#include <math.h>

#include "annex/error_ids.h"
#include "base/quantile.h"
#include "engine/job.h"

static const sp_label no_label = {"", ""};

double sp_minus(double a, double b) {
  const double d = a - b;
  return fabs(d) <= 1e-12 * fmax(fabs(a), fabs(b)) ? 0.0 : d;
}

double sp_welch_df(double var_a, double df_a, double var_b, double df_b) {
  if ((var_a > 0 && !(df_a > 0)) || (var_b > 0 && !(df_b > 0))) return NAN;
  const double part_a = var_a > 0 ? var_a * var_a / df_a : 0;
  const double part_b = var_b > 0 ? var_b * var_b / df_b : 0;
  if (part_a + part_b == 0) return HUGE_VAL;
  return (var_a + var_b) * (var_a + var_b) / (part_a + part_b);
}

int sp_value_is_exact(const sp_value *v) {
  return v->std_error == 0 && (v->is_full_count || v->outcome == NULL);
}

void sp_value_none(sp_value *out) {
  memset(out, 0, sizeof *out);
  out->value = out->std_error = out->df = out->low = out->high = NAN;
  out->numerator = out->denominator = NAN;
  out->n = -1;
  out->per = 1;
  out->source = no_label;
}

void sp_value_number(const sp_reference *reference, double level, sp_value *out) {
  sp_value_none(out);
  out->definition_version = reference->definition_version;
  if (!isfinite(reference->value)) return;
  out->given = 1;
  out->value = out->low = out->high = reference->value;
  out->std_error = reference->std_error;
  out->df = reference->df;
  out->source = reference->source;
  if (out->std_error == 0) return;
  const double half = sp_t_quantile(0.5 + level / 2, out->df) * out->std_error;
  out->low = out->value - half;
  out->high = out->value + half;
}

void sp_value_estimate(const sp_outcome *outcome, const sp_estimate *estimate,
                       const sp_reference *reference, sp_value *out) {
  sp_value_none(out);
  out->outcome = outcome;
  out->estimate = estimate;
  out->source = reference->source;
  if (estimate->about != NULL) {
    out->unit = estimate->about->unit;
    out->per = estimate->about->per;
  }
  if (estimate->status == SAMPAN_STATUS_SUPPRESSED ||
      estimate->status == SAMPAN_STATUS_NOT_ESTIMABLE || !isfinite(estimate->value)) {
    return;
  }
  out->given = 1;
  out->value = estimate->value;
  out->std_error = estimate->std_error;
  out->df = estimate->df;
  out->low = estimate->low;
  out->high = estimate->high;
  out->n = estimate->n;
  if (outcome->plan->kind != SP_KIND_REGISTER) return;
  out->numerator = estimate->events;
  out->denominator = estimate->exposure;
  if (out->std_error > 0) return; /* the plan asked for an error of the counts */
  out->is_full_count = 1;
  out->std_error = 0;
  out->df = HUGE_VAL;
  out->low = out->high = out->value;
}

/* An exactly known difference. */
static void exact(sp_change *out) {
  out->std_error = 0;
  out->df = HUGE_VAL;
  out->low = out->high = out->value;
}

static void no_change(sp_change *out) {
  memset(out, 0, sizeof *out);
  out->value = out->std_error = out->df = out->low = out->high = out->p = NAN;
  out->var_current = out->var_other = NAN;
}

void sp_value_minus_number(const sp_value *v, double number, sp_change *out) {
  no_change(out);
  if (!v->given || isnan(number)) return;
  out->given = 1;
  out->value = sp_minus(v->value, number);
  if (sp_value_is_exact(v)) {
    exact(out);
    return;
  }
  out->std_error = v->std_error > 0 ? v->std_error : NAN; /* 0 would say that it is exact */
  out->df = v->df;
  out->var_current = out->std_error * out->std_error;
  out->var_other = 0;
  out->low = sp_minus(v->low, number);
  out->high = sp_minus(v->high, number);
}

/* D4. A side that is exact has no width. */
static void combine_limits(const sp_value *a, const sp_value *b, double factor, sp_change *out) {
  const double a_low = sp_value_is_exact(a) ? 0 : a->value - a->low;
  const double a_high = sp_value_is_exact(a) ? 0 : a->high - a->value;
  const double b_low = sp_value_is_exact(b) ? 0 : b->value - b->low;
  const double b_high = sp_value_is_exact(b) ? 0 : b->high - b->value;
  out->low = out->value - hypot(a_low, factor * (factor > 0 ? b_high : b_low));
  out->high = out->value + hypot(a_high, factor * (factor > 0 ? b_low : b_high));
}

static int has_no_variance(const sp_value *v) {
  return v->std_error == 0 && !sp_value_is_exact(v);
}

/* D1, D2: the two variances, b's with its factor, the covariance of the two sides and the df. */
static int32_t variances(const sp_value *a, const sp_value *b, double factor, sp_change *out,
                         double *covariance, sampan_error *error) {
  const sp_estimate *both[] = {a->estimate, b->estimate};
  double matrix[4];
  if (a->outcome == NULL || a->outcome != b->outcome || sp_value_is_exact(a)) {
    out->var_current = a->std_error * a->std_error;
    out->var_other = factor * factor * b->std_error * b->std_error;
    out->df = sp_welch_df(out->var_current, a->df, out->var_other, b->df);
    *covariance = 0;
    return SAMPAN_OK;
  }
  SP_TRY(sp_outcome_covariances(a->outcome, both, 2, matrix, error));
  out->var_current = matrix[0];
  out->var_other = factor * factor * matrix[3];
  *covariance = factor * matrix[1];
  return sp_joint_df(a->outcome, both, 2, &out->df, error);
}

int32_t sp_variance_of_difference(double var_a, double var_b, double covariance, double *out,
                                  sampan_error *error) {
  const double variance = var_a + var_b - 2 * covariance, rounding = 1e-12 * (var_a + var_b);
  *out = variance > rounding ? variance : isnan(variance) ? NAN : 0;
  if (!(variance < -rounding)) return SAMPAN_OK;
  return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_ANNEX_VARIANCE,
                      "the variance of a difference is negative: %g", variance); /* D6 */
}

int sp_value_comparable(const sp_value *a, const sp_value *b) {
  if (a->definition_version == NULL || b->definition_version == NULL) {
    return a->definition_version == b->definition_version;
  }
  return strcmp(a->definition_version, b->definition_version) == 0;
}

int32_t sp_value_difference(const sp_value *a, const sp_value *b, double factor, double level,
                            sp_change *out, sampan_error *error) {
  double covariance, variance;
  no_change(out);
  if (!a->given || !b->given) return SAMPAN_OK;
  out->given = 1;
  out->value = sp_minus(a->value, factor * b->value);
  const int is_itself = a->estimate != NULL && a->estimate == b->estimate && factor == 1;
  if (is_itself || (sp_value_is_exact(a) && sp_value_is_exact(b))) { /* D3 */
    exact(out);
    return SAMPAN_OK;
  }
  if (has_no_variance(a) || has_no_variance(b)) { /* D4 */
    combine_limits(a, b, factor, out);
    return SAMPAN_OK;
  }
  if (isnan(a->std_error) || isnan(b->std_error)) return SAMPAN_OK; /* D5 */
  SP_TRY(variances(a, b, factor, out, &covariance, error));
  SP_TRY(sp_variance_of_difference(out->var_current, out->var_other, covariance, &variance, error));
  if (isnan(variance)) return SAMPAN_OK;
  if (variance == 0) { /* D4 */
    combine_limits(a, b, factor, out);
    return SAMPAN_OK;
  }
  out->std_error = sqrt(variance);
  if (!(out->df > 0)) return SAMPAN_OK; /* D5 */
  const double half = sp_t_quantile(0.5 + level / 2, out->df) * out->std_error;
  out->low = out->value - half;
  out->high = out->value + half;
  out->p = 2 * sp_t_cdf(-fabs(out->value) / out->std_error, out->df);
  return SAMPAN_OK;
}
