/* value.h - values that come from references, and arithmetic of values with their errors. */
#ifndef SP_ANNEX_VALUE_H
#define SP_ANNEX_VALUE_H

#include "annex/evaluate.h"

/* a - b; 0 where they agree to a relative 1e-12, so that 31/62 is not below 50 %. */
double sp_minus(double a, double b);

/* The df of a sum of two independent variances (Satterthwaite 1946; Welch 1947); an infinite df is
 * allowed. NaN where a variance above 0 has no df. */
double sp_welch_df(double var_a, double df_a, double var_b, double df_b);

/* 1: known without error. A survey's standard error of 0 (nobody, or everybody, has the event) is
 * not that: its interval says otherwise. */
int sp_value_is_exact(const sp_value *v);

/* No value. */
void sp_value_none(sp_value *out);
/* A number of the programme, with t-limits at `level`. */
void sp_value_number(const sp_reference *reference, double level, sp_value *out);
/* An estimate; one that is suppressed or not estimable is kept with given 0. */
void sp_value_estimate(const sp_outcome *outcome, const sp_estimate *estimate,
                       const sp_reference *reference, sp_value *out);

/* v - number, with the value's own limits moved along: not symmetric where they are not. p is NaN:
 * the interval, not a Wald test, is what decides. */
void sp_value_minus_number(const sp_value *v, double number, sp_change *out);

/* V(a) + V(b) - 2 C of a difference; 0 where it is rounding alone, an internal error where it is
 * negative beyond that. Factors are counted in the arguments. */
int32_t sp_variance_of_difference(double var_a, double var_b, double covariance, double *out,
                                  sampan_error *error) SP_CHECK;

/* 1 if both state one version of their definition, or neither states any. */
int sp_value_comparable(const sp_value *a, const sp_value *b);

#endif
