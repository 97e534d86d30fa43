/* sample_size.c - how many records the next wave would need for a verdict.
 *
 * The gap d is taken to stay as it is, and so are the design effect and every error that the wave
 * does not touch (baseline, comparator). A two-sided test at `level` finds it with 80 % power when
 *
 *   SE(d) = |d| / (t_(1 - a/2) + t_0.8) =: s
 *
 * With k times the records the variance of the current value is V / k and its covariance with the
 * other side, their correlation kept, C / sqrt k. Hence x = 1 / sqrt k is the larger root of
 *
 *   V x^2 - 2 C x + (V_other - s^2) = 0
 *
 * and n' = n / x^2; where C = 0, n' = n V / (s^2 - V_other). No root above 0: the other side's
 * error alone is too large, and no sample of this wave is large enough.
 *
 * The size is a condition, not a forecast, and none at all where nobody could draw it: more than
 * ten times the present sample, or more than the population. Then the smallest gap that a sample of
 * the present size shows is told instead, (t_(1 - a/2) + t_0.8) SE(d).
 *
 * The quantiles are those of today's df: with normal ones a wave of few PSUs could be told that it
 * is large enough as it is, though its gap is not significant.
 *
 * Reference: Cochran, Sampling Techniques, 3rd ed. 1977, 4.6, for sizes from a wanted variance.
 */
#include <math.h>

#include "annex/verdict.h"
#include "base/quantile.h"

double sp_next_n(double n, double var_current, double var_other, double covariance, double gap,
                 double df, double level) {
  if (!(n > 0) || !(var_current > 0) || isnan(var_other) || isnan(covariance) || isnan(gap) ||
      !(df > 0)) {
    return NAN;
  }
  const double s = fabs(gap) / (sp_t_quantile(0.5 + level / 2, df) + sp_t_quantile(0.8, df));
  const double inside = covariance * covariance - var_current * (var_other - s * s);
  if (!(inside >= 0)) return INFINITY;
  const double x = (covariance + sqrt(inside)) / var_current;
  if (!(x > 0)) return INFINITY;
  /* An interval that is wider than Wald's can leave undecided what this finds large enough. */
  return fmax(ceil(n / (x * x) * (1 - 1e-12)), n);
}

double sp_detectable_gap(const sp_change *gap, double level) {
  if (!(gap->std_error > 0) || !(gap->df > 0)) return NAN;
  return (sp_t_quantile(0.5 + level / 2, gap->df) + sp_t_quantile(0.8, gap->df)) * gap->std_error;
}

int32_t sp_next_kind(double next_n, double n, double population) {
  if (isnan(next_n)) return SP_NEXT_NONE;
  return next_n > 10 * n || next_n > population ? SP_NEXT_NOT_PRACTICABLE : SP_NEXT_SIZE;
}

static double one_next_n(const sp_clause *clause, const sp_clause_values *values) {
  const sp_change *gap = &clause->gap;
  const double n = (double)values->current->n, var = gap->var_current + gap->var_other;
  if (clause->target->op == SP_TARGET_EQ) return NAN; /* no sample confirms that two are equal */
  double covariance = (var - gap->std_error * gap->std_error) / 2;
  if (fabs(covariance) <= 1e-9 * var) covariance = 0;
  return sp_next_n(n, gap->var_current, gap->var_other, covariance, gap->value, gap->df,
                   values->level);
}

double sp_clause_next_n(const sp_clause *clause, const sp_clause_values *values,
                        const sp_clause **by) {
  *by = NULL;
  if (clause->statistical != SP_VERDICT_UNDECIDED) return NAN;
  if (clause->n_parts == 0) {
    const double n = one_next_n(clause, values);
    if (!isnan(n)) *by = clause;
    return n;
  }
  /* One part that leans to the side that settles is enough: the cheapest. Else all must be shown.
   */
  const int32_t settles =
      clause->target->kind == SP_TARGET_ANY ? SP_VERDICT_MET : SP_VERDICT_NOT_MET;
  const sp_clause *cheapest = NULL, *dearest = NULL;
  double least = NAN, most = NAN;
  for (uint32_t i = 0; i < clause->n_parts; i++) {
    const sp_clause *part;
    const double n = sp_clause_next_n(&clause->parts[i], values, &part);
    if (isnan(n)) continue;
    if (clause->parts[i].point == settles && !(n >= least)) {
      least = n;
      cheapest = part;
    }
    if (!(n <= most)) {
      most = n;
      dearest = part;
    }
  }
  *by = cheapest != NULL ? cheapest : dearest;
  return cheapest != NULL ? least : most;
}
