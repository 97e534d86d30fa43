/* quantile.c - inverse distribution functions: Newton steps on the logarithm of the smaller tail,
 * in log x (gamma) or log(x / y) (beta), inside a bracket.
 *
 * In these variables the densities are log-concave, so the logarithm of either tail is concave:
 * from the far side of the root Newton's method runs to it without overshooting, and where the
 * tail is a power of x one step is exact. The bracket and the limit on steps are there for rounding
 * alone. The forward functions are in quantile_cdf.c, which says why they are not GSL's. */
#include "base/quantile.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <math.h>

#include "base/quantile_cdf.h"

#define MAX_STEPS 200
#define LOG_LEAST (-690.0) /* below it x leaves the range of normal numbers */
#define LOG_REACH 720.0
#define LEAST 1e-290
#define NORMAL_DF 1e20 /* t and normal agree to the last digit */

/* x and 1 - x, and log(x / y), which stays finite where x or y is no longer a number of its own. */
typedef struct sp_split {
  double x, y, logit;
} sp_split;

/* b is 0 for the gamma, whose y is not used. */
static sp_split split_at(double u, double b) {
  if (b <= 0.0) return (sp_split){exp(u), 1.0, u};
  const double e = exp(-fabs(u)), near = 1.0 / (1.0 + e), far = e * near;
  return u < 0.0 ? (sp_split){far, near, u} : (sp_split){near, far, u};
}

static sp_split split_move(sp_split s, double d, double b) {
  if (b <= 0.0) return (sp_split){s.x * exp(d), 1.0, s.logit + d};
  const double e = expm1(d), scale = 1.0 / (1.0 + s.x * e);
  return (sp_split){s.x * (1.0 + e) * scale, s.y * scale, s.logit + d};
}

static sp_tails tails_at(sp_split s, double a, double b) {
  return b <= 0.0 ? sp_gamma_tails(s.x, a) : sp_beta_tails(s.x, s.y, a, b);
}

/* Solves lower(u) = p, upper(u) = q; p + q = 1, both > 0. */
static sp_split solve(double p, double q, double a, double b, double start) {
  const int is_lower = p < q;
  const double target = is_lower ? p : q;
  double low = -LOG_REACH, high = LOG_REACH;
  double u = fmin(fmax(start, LOG_LEAST), -LOG_LEAST);
  sp_split s = split_at(u, b);
  for (int i = 0; i < MAX_STEPS; ++i) {
    const sp_tails t = tails_at(s, a, b);
    const double tail = is_lower ? t.lower : t.upper;
    const double miss = log(target / tail); /* infinite where the tail underflows */
    const int go_right = is_lower ? miss > 0.0 : miss < 0.0;
    if (go_right) {
      low = u;
    } else {
      high = u;
    }
    const double step = (is_lower ? miss : -miss) * (tail / t.slope);
    /* The error left after a step is of the order of miss^2. */
    if (fabs(miss) <= 1e-8 && isfinite(step)) return split_move(s, step, b);
    double next = u + step;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (next == u) break;
    u = next;
    s = split_at(u, b);
  }
  return s;
}

static double normal_start(double p, double q) {
  return p < q ? gsl_cdf_ugaussian_Pinv(p) : gsl_cdf_ugaussian_Qinv(q);
}

/* 0 < a, b < infinity; p, q > 0. */
static sp_split beta_split(double p, double q, double a, double b) {
  /* Where x is so small that the tail is x^a / (a Beta(a, b)) and nothing else. */
  const double from_left = (log(p) + sp_log_beta_tail(a, b)) / a;
  if (from_left + log1p(b) < LOG_LEAST) return split_at(from_left, b);
  const double from_right = (log(q) + sp_log_beta_tail(b, a)) / b;
  if (from_right + log1p(a) < LOG_LEAST) return split_at(-from_right, b);
  double start = log(a / b) + normal_start(p, q) * sqrt(1.0 / a + 1.0 / b);
  if (a < 1.0 && p < q) start = from_left;
  if (b < 1.0 && q < p) start = -from_right;
  return solve(p, q, a, b, start);
}

double sp_beta_quantile(double p, double a, double b) {
  if (!(p >= 0.0 && p <= 1.0 && a >= 0.0 && b >= 0.0)) return NAN;
  if ((a <= 0.0 && b <= 0.0) || (isinf(a) && isinf(b))) return NAN;
  if (a <= 0.0 || isinf(b)) return 0.0;
  if (b <= 0.0 || isinf(a)) return 1.0;
  if (p <= 0.0 || p >= 1.0) return p;
  const sp_split s = beta_split(p, 1.0 - p, a, b);
  return s.x <= s.y ? s.x : 1.0 - s.y;
}

double sp_gamma_quantile(double p, double shape, double scale) {
  if (!(p >= 0.0 && p <= 1.0 && shape >= 0.0 && scale > 0.0)) return NAN;
  if (isinf(shape) || isinf(scale)) return NAN;
  if (shape <= 0.0 || p <= 0.0) return 0.0;
  if (p >= 1.0) return HUGE_VAL;
  const double q = 1.0 - p, from_left = (log(p) + sp_log_gamma1p(shape)) / shape;
  if (from_left < LOG_LEAST) return exp(from_left + log(scale));
  double start = from_left;
  if (shape >= 1.0) { /* Wilson and Hilferty */
    const double c = 1.0 / (9.0 * shape), root = 1.0 - c + normal_start(p, q) * sqrt(c);
    if (root > 0.0) start = fmax(start, log(shape) + 3.0 * log(root));
  }
  return solve(p, q, shape, 0.0, start).x * scale;
}

double sp_chisq_quantile(double p, double df) {
  return df > 0.0 ? sp_gamma_quantile(p, 0.5 * df, 2.0) : NAN;
}

double sp_chisq_cdf(double x, double df) {
  if (isnan(x) || !(df > 0.0)) return NAN;
  if (isinf(df)) return isinf(x) && x > 0.0 ? NAN : 0.0;
  if (x <= 0.0) return 0.0;
  if (isinf(x)) return 1.0;
  return sp_gamma_tails(0.5 * x, 0.5 * df).lower;
}

double sp_normal_quantile(double p) {
  if (!(p >= 0.0 && p <= 1.0)) return NAN;
  if (p <= 0.0) return -HUGE_VAL;
  if (p >= 1.0) return HUGE_VAL;
  return normal_start(p, 1.0 - p); /* a rational function (Wichura, AS 241): no search in it */
}

double sp_normal_cdf(double x) {
  return isnan(x) ? NAN : gsl_cdf_ugaussian_P(x);
}

/* With y = df / (df + t^2), P(|T| > t) = I_y(df / 2, 1 / 2) and P(|T| < t) = I_x(1 / 2, df / 2). */
double sp_t_quantile(double p, double df) {
  if (!(p >= 0.0 && p <= 1.0 && df > 0.0)) return NAN;
  if (df > NORMAL_DF) return sp_normal_quantile(p);
  if (p <= 0.0) return -HUGE_VAL;
  if (p >= 1.0) return HUGE_VAL;
  const double inner = 2.0 * fabs(p - 0.5), outer = 2.0 * fmin(p, 1.0 - p);
  if (inner <= 0.0) return 0.0;
  const sp_split s = beta_split(inner, outer, 0.5, 0.5 * df);
  const int is_normal = s.x > LEAST && s.y > LEAST;
  const double t = is_normal ? sqrt(df) * sqrt(s.x / s.y) : exp(0.5 * (s.logit + log(df)));
  return p < 0.5 ? -t : t;
}

double sp_t_cdf(double x, double df) {
  if (isnan(x) || !(df > 0.0)) return NAN;
  if (df > NORMAL_DF) return sp_normal_cdf(x);
  if (isinf(x)) return x > 0.0 ? 1.0 : 0.0;
  if (!(fabs(x) > 0.0)) return 0.5;
  const double logit = 2.0 * log(fabs(x)) - log(df);
  double outer; /* P(|T| > |x|) */
  if (logit > -LOG_LEAST) {
    outer = exp(-0.5 * df * logit - sp_log_beta_tail(0.5 * df, 0.5));
  } else if (logit < LOG_LEAST) {
    return 0.5;
  } else {
    const double w = fabs(x) / sqrt(df), r = w < 1.0 ? w * w : 1.0 / w / w;
    const double small = r / (1.0 + r), large = 1.0 / (1.0 + r);
    const sp_tails t = w < 1.0 ? sp_beta_tails(small, large, 0.5, 0.5 * df)
                               : sp_beta_tails(large, small, 0.5, 0.5 * df);
    if (t.lower < 0.5) return x > 0.0 ? 0.5 + 0.5 * t.lower : 0.5 - 0.5 * t.lower;
    outer = t.upper;
  }
  return x > 0.0 ? 1.0 - 0.5 * outer : 0.5 * outer;
}

double sp_f_cdf(double x, double df1, double df2) {
  if (isnan(x) || !(df1 > 0.0 && df2 > 0.0)) return NAN;
  if (x <= 0.0) return 0.0;
  if (isinf(x)) return 1.0;
  if (isinf(df1) && isinf(df2)) return x < 1.0 ? 0.0 : 1.0;
  if (isinf(df2)) return sp_gamma_tails(0.5 * df1 * x, 0.5 * df1).lower;
  if (isinf(df1)) return sp_gamma_tails(0.5 * df2 / x, 0.5 * df2).upper;
  const double logit = log(x) + log(df1) - log(df2);
  if (logit < LOG_LEAST) return exp(0.5 * df1 * logit - sp_log_beta_tail(0.5 * df1, 0.5 * df2));
  if (logit > -LOG_LEAST) {
    return 1.0 - exp(-0.5 * df2 * logit - sp_log_beta_tail(0.5 * df2, 0.5 * df1));
  }
  const double r = x * (df1 / df2), inverse = 1.0 / r;
  return sp_beta_tails(r < 1.0 ? r / (1.0 + r) : 1.0 / (1.0 + inverse),
                       r < 1.0 ? 1.0 / (1.0 + r) : inverse / (1.0 + inverse), 0.5 * df1, 0.5 * df2)
      .lower;
}

void sp_quantile_setup(void) {
  gsl_set_error_handler_off();
}
