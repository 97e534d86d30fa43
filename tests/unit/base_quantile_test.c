/* base_quantile_test.c - inverse distribution functions against stored values and their own laws.
 */
#include "base/quantile.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN SAMPAN_SOURCE_DIR "/tests/golden/quantiles/"
#define TOLERANCE_R 1e-13    /* reached: 3.5e-14, on values of 15 digits */
#define TOLERANCE_MORE 2e-13 /* reached: 5.3e-14 */

static void setup(void) {
  sp_quantile_setup();
}

TestSuite(base_quantile, .init = setup, .timeout = 60);

static double quantile(const char *name, double p, double a, double b) {
  if (!strcmp(name, "beta")) return sp_beta_quantile(p, a, b);
  if (!strcmp(name, "gamma")) return sp_gamma_quantile(p, a, b > 0.0 ? b : 1.0);
  if (!strcmp(name, "chisq")) return sp_chisq_quantile(p, a);
  if (!strcmp(name, "t")) return sp_t_quantile(p, a);
  if (!strcmp(name, "normal")) return sp_normal_quantile(p);
  return NAN;
}

/* Splits a line at its commas, in place; empty fields stay. */
static int split(char *line, char *field[], int n_max) {
  int n = 0;
  line[strcspn(line, "\r\n")] = '\0';
  for (char *at = line; at && n < n_max;) {
    field[n++] = at;
    at = strchr(at, ',');
    if (at) *at++ = '\0';
  }
  return n;
}

static int check_file(const char *path, double tolerance) {
  FILE *f = fopen(path, "r");
  cr_assert_not_null(f, "%s", path);
  char line[256];
  int n_rows = 0;
  double worst = 0.0;
  while (fgets(line, sizeof line, f)) {
    char *field[8];
    if (line[0] == '#' || !strncmp(line, "dist", 4)) continue;
    const int n = split(line, field, 8);
    cr_assert_geq(n, 5);
    const double p = strtod(field[1], NULL), a = strtod(field[2], NULL), b = strtod(field[3], NULL);
    const double want = strtod(field[4], NULL), got = quantile(field[0], p, a, b);
    const double error = got == want ? 0.0 : fabs(got - want) / fmax(fabs(want), 1e-300);
    cr_expect(error <= tolerance, "%s p=%.17g a=%.17g b=%.17g: got %.17g, want %.17g, off by %.2g",
              field[0], p, a, b, got, want, error);
    if (error > worst) worst = error;
    ++n_rows;
  }
  fclose(f);
  cr_log_info("%s: %d rows, largest relative error %.2g", path, n_rows, worst);
  return n_rows;
}

Test(base_quantile, agrees_with_r) {
  cr_assert_eq(check_file(GOLDEN "golden_quantiles_R.csv", TOLERANCE_R), 48);
}

Test(base_quantile, agrees_with_30_digits) {
  cr_assert_geq(check_file(GOLDEN "golden_quantiles_more.csv", TOLERANCE_MORE), 300);
}

static const double probabilities[] = {1e-12, 1e-6, .001, .025, .1,   .3,
                                       .5,    .6,   .9,   .975, .995, .999999};
#define N_PROBABILITIES ((int)(sizeof probabilities / sizeof probabilities[0]))

/* F(x) = p up to what the last bit of x makes of it: F must cross p within a few bits around x. */
static void check_return(double p, double below, double at, double above, const char *name,
                         double a, double b) {
  const double slack = 1e-13 * fmin(p, 1.0 - p) + 2e-16;
  const double spread = fmax(above - at, at - below);
  cr_expect(fabs(at - p) <= 2.0 * spread + slack + 1e-11 * fmin(p, 1.0 - p),
            "%s p=%.17g a=%g b=%g: F is %.17g", name, p, a, b, at);
  cr_expect(below <= p + slack && above >= p - slack,
            "%s p=%.17g a=%g b=%g: %.17g .. %.17g does not hold p", name, p, a, b, below, above);
}

Test(base_quantile, distribution_of_quantile_is_p) {
  const double by = 1e-12;
  for (double df = 1e-2; df < 2e8; df *= 10.0) {
    for (int i = 0; i < N_PROBABILITIES; ++i) {
      const double p = probabilities[i], x = sp_chisq_quantile(p, df);
      if (x > 1e-300) {
        check_return(p, sp_chisq_cdf(x * (1 - by), df), sp_chisq_cdf(x, df),
                     sp_chisq_cdf(x * (1 + by), df), "chisq", df, 0.0);
      }
      const double t = sp_t_quantile(p, df), d = fabs(t) * by;
      if (isfinite(t))
        check_return(p, sp_t_cdf(t - d, df), sp_t_cdf(t, df), sp_t_cdf(t + d, df), "t", df, 0.0);
      for (double df2 = 1e-2; df2 < 2e8; df2 *= 10.0) {
        /* F = (x / a) / (y / b): the beta through the F distribution, where 1 - x has digits. */
        const double z = sp_beta_quantile(p, df / 2, df2 / 2);
        if (z < 1e-290 || z > 0.9) continue;
        const double f = z / (1.0 - z) * (df2 / df);
        check_return(p, sp_f_cdf(f * (1 - by), df, df2), sp_f_cdf(f, df, df2),
                     sp_f_cdf(f * (1 + by), df, df2), "beta", df, df2);
      }
    }
  }
  for (int i = 0; i < N_PROBABILITIES; ++i) {
    const double p = probabilities[i], x = sp_normal_quantile(p), d = fabs(x) * by;
    check_return(p, sp_normal_cdf(x - d), sp_normal_cdf(x), sp_normal_cdf(x + d), "normal", 0, 0);
  }
}

Test(base_quantile, rises_with_p) {
  const char *names[] = {"beta", "gamma", "chisq", "t", "normal"};
  for (int k = 0; k < 5; ++k) {
    for (double a = 1e-3; a < 2e8; a *= 10.0) {
      for (double b = 1e-3; b < 2e8; b *= 100.0) {
        double last = -HUGE_VAL;
        for (int i = 0; i <= 1000; ++i) {
          const double x = quantile(names[k], i / 1000.0, a, b);
          cr_expect(x >= last, "%s p=%g a=%g b=%g: %.17g after %.17g", names[k], i / 1000.0, a, b,
                    x, last);
          last = x;
        }
        if (k > 1) break;
      }
    }
  }
}

Test(base_quantile, ends_and_degenerate_laws) {
  cr_expect_eq(sp_normal_quantile(0), -HUGE_VAL);
  cr_expect_eq(sp_normal_quantile(1), HUGE_VAL);
  cr_expect_eq(sp_normal_quantile(.5), 0);
  cr_expect_eq(sp_t_quantile(0, 3), -HUGE_VAL);
  cr_expect_eq(sp_t_quantile(1, 3), HUGE_VAL);
  cr_expect_eq(sp_t_quantile(.5, 3), 0);
  cr_expect_eq(sp_t_quantile(.975, HUGE_VAL), sp_normal_quantile(.975));
  cr_expect_eq(sp_t_cdf(1.5, HUGE_VAL), sp_normal_cdf(1.5));
  cr_expect_eq(sp_t_cdf(0, 2), .5);
  cr_expect_eq(sp_beta_quantile(0, 2, 3), 0);
  cr_expect_eq(sp_beta_quantile(1, 2, 3), 1);
  for (double p = 0; p <= 1; p += .25) {
    cr_expect_eq(sp_beta_quantile(p, 0, 5e6), 0);
    cr_expect_eq(sp_beta_quantile(p, 5e6, 0), 1);
    cr_expect_eq(sp_gamma_quantile(p, 0, 2), 0);
  }
  cr_expect_eq(sp_gamma_quantile(0, 2, 3), 0);
  cr_expect_eq(sp_gamma_quantile(1, 2, 3), HUGE_VAL);
  cr_expect_eq(sp_chisq_cdf(0, 2), 0);
  cr_expect_eq(sp_chisq_cdf(HUGE_VAL, 2), 1);
  cr_expect_eq(sp_f_cdf(-1, 2, 3), 0);
  cr_expect_eq(sp_f_cdf(HUGE_VAL, 2, 3), 1);
  cr_expect_float_eq(sp_f_cdf(1.7, 4, HUGE_VAL), sp_chisq_cdf(6.8, 4), 1e-15);
}

Test(base_quantile, no_value_is_nan) {
  const double bad[] = {NAN, -1e-9, 1.0000001, HUGE_VAL, -HUGE_VAL};
  for (int i = 0; i < 5; ++i) {
    cr_expect(isnan(sp_normal_quantile(bad[i])));
    cr_expect(isnan(sp_t_quantile(bad[i], 3)));
    cr_expect(isnan(sp_beta_quantile(bad[i], 2, 3)));
    cr_expect(isnan(sp_beta_quantile(bad[i], 0, 3)));
    cr_expect(isnan(sp_gamma_quantile(bad[i], 2, 3)));
    cr_expect(isnan(sp_chisq_quantile(bad[i], 2)));
  }
  const double wrong[] = {NAN, -1, -HUGE_VAL};
  for (int i = 0; i < 3; ++i) {
    cr_expect(isnan(sp_t_quantile(.5, wrong[i])));
    cr_expect(isnan(sp_t_cdf(1, wrong[i])));
    cr_expect(isnan(sp_beta_quantile(.5, wrong[i], 1)));
    cr_expect(isnan(sp_beta_quantile(.5, 1, wrong[i])));
    cr_expect(isnan(sp_gamma_quantile(.5, wrong[i], 1)));
    cr_expect(isnan(sp_gamma_quantile(.5, 1, wrong[i])));
    cr_expect(isnan(sp_chisq_quantile(.5, wrong[i])));
    cr_expect(isnan(sp_chisq_cdf(1, wrong[i])));
    cr_expect(isnan(sp_f_cdf(1, wrong[i], 1)));
    cr_expect(isnan(sp_f_cdf(1, 1, wrong[i])));
  }
  cr_expect(isnan(sp_t_quantile(.5, 0)));
  cr_expect(isnan(sp_chisq_quantile(.5, 0)));
  cr_expect(isnan(sp_normal_cdf(NAN)));
  cr_expect(isnan(sp_t_cdf(NAN, 2)));
  cr_expect(isnan(sp_chisq_cdf(NAN, 2)));
  cr_expect(isnan(sp_f_cdf(NAN, 2, 2)));
}

static double uniform(uint64_t *state) { /* splitmix64 */
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

/* A hang shows as the time limit of the suite. */
Test(base_quantile, any_parameters_give_a_number) {
  uint64_t state = 20240229;
  for (int i = 0; i < 20000; ++i) {
    double a = pow(10.0, -3.0 + 11.0 * uniform(&state)), b = pow(10.0, -3 + 11 * uniform(&state));
    if (i % 3 == 0) {
      a = ceil(a);
      b = ceil(b);
    }
    if (i % 1000 == 0)
      a = pow(10.0, -300.0 + 600.0 * uniform(&state)); /* far out: a number still */
    double p = uniform(&state);
    if (i % 4 == 1) p = pow(10.0, -300.0 * p);
    if (i % 4 == 2) p = 1.0 - pow(10.0, -16.0 * p);
    const double x = sp_beta_quantile(p, a, b), y = sp_beta_quantile(1.0 - p, b, a);
    cr_expect(x >= 0.0 && x <= 1.0, "beta p=%.17g a=%.17g b=%.17g: %g", p, a, b, x);
    if (p >= 0.5) { /* 1 - p is exact: the mirror image */
      cr_expect_float_eq(x, 1.0 - y, 1e-13, "beta p=%.17g a=%.17g b=%.17g: %.17g and %.17g", p, a,
                         b, x, y);
    }
    const double g = sp_gamma_quantile(p, a, 1.0), c = sp_chisq_quantile(p, a);
    cr_expect(g >= 0.0, "gamma p=%.17g a=%.17g: %g", p, a, g);
    cr_expect(c >= 0.0, "chisq p=%.17g a=%.17g: %g", p, a, c);
    const double t = sp_t_quantile(p, a);
    cr_expect(p < 0.5 ? t <= 0.0 : t >= 0.0, "t p=%.17g df=%.17g: %g", p, a, t);
    const double f = sp_f_cdf(b, a, 1.0 / p);
    cr_expect(f >= 0.0 && f <= 1.0, "F x=%.17g df=%.17g, %.17g: %g", b, a, 1.0 / p, f);
  }
}
