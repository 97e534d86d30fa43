/* quantile.h - distribution functions and their inverses by bracketed Newton on own forward
 * functions (docs/methods/quantiles.md): GSL's inverses hang or return NaN for large parameters,
 * and some of its forward functions lose digits there. NaN where the parameters allow no value;
 * never hangs, for parameters up to 1e8. */
#ifndef SP_BASE_QUANTILE_H
#define SP_BASE_QUANTILE_H

/* p in [0, 1]; df > 0, HUGE_VAL is the normal. */
double sp_normal_quantile(double p);
double sp_normal_cdf(double x);
double sp_t_quantile(double p, double df);
double sp_t_cdf(double x, double df);
/* a = 0 puts all mass at 0, b = 0 all at 1. */
double sp_beta_quantile(double p, double a, double b);
/* shape = 0 puts all mass at 0. */
double sp_gamma_quantile(double p, double shape, double scale);
double sp_chisq_quantile(double p, double df);
double sp_chisq_cdf(double x, double df);
double sp_f_cdf(double x, double df1, double df2);

/* Turns GSL's aborting error handler off, once, at start of the program. */
void sp_quantile_setup(void);

#endif
