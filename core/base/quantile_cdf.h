/* quantile_cdf.h - incomplete gamma and beta functions, both tails, for quantile.c. */
#ifndef SP_BASE_QUANTILE_CDF_H
#define SP_BASE_QUANTILE_CDF_H

/* lower + upper = 1, each to its own relative accuracy where it is the smaller one;
 * slope = d lower / d log x for the gamma, d lower / d log(x / y) for the beta. */
typedef struct sp_tails {
  double lower, upper, slope;
} sp_tails;

/* x > 0, 0 < a < infinity. */
sp_tails sp_gamma_tails(double x, double a);
/* x, y > 0 with x + y = 1, both given so that neither end loses digits; 0 < a, b < infinity. */
sp_tails sp_beta_tails(double x, double y, double a, double b);

/* log Gamma(1 + a), a >= 0. */
double sp_log_gamma1p(double a);
/* log(a * Beta(a, b)), the constant of the lower tail x^a / (a Beta(a, b)) as x -> 0. */
double sp_log_beta_tail(double a, double b);

#endif
