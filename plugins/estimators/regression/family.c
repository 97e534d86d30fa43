/* family.c - what a record gives by its outcome and linear predictor: gaussian with identity,
 * binomial with logit, poisson with log. All links are canonical, so d mu / d eta is the variance
 * function, and Fisher scoring is Newton's method on a concave likelihood.
 *
 * Reference: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 2.2 and 2.5.
 */
#include <math.h>

#include "model.h"

/* Beyond it a mean overflows, or vanishes, in the sums; a step that far out is halved. */
static const double most_eta = 300;

const char *family_refusal(int32_t family, double y) {
  if (family == FAMILY_BINOMIAL && !(y >= 0 && y <= 1)) return "between 0 and 1";
  if (family == FAMILY_POISSON && !(y >= 0)) return "0 or more";
  return NULL;
}

/* The start of R's glm: the outcome itself as mean, moved off the ends. */
void family_start(int32_t family, double y, double offset, family_point *out) {
  double mu = y, eta = y, v = 1;
  if (family == FAMILY_BINOMIAL) {
    mu = (y + 0.5) / 2;
    eta = log(mu / (1 - mu));
    v = mu * (1 - mu);
  } else if (family == FAMILY_POISSON) {
    mu = y + 0.1;
    eta = log(mu);
    v = mu;
  }
  out->weight = v;
  out->working = v * (eta - offset) + y - mu;
  out->deviance = out->size = 0;
}

static double log_1_exp(double x) { /* log(1 + exp(x)) */
  return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double x_log(double x, double ratio) { /* x log(ratio), 0 at x = 0 */
  return x > 0 ? x * log(ratio) : 0;
}

void family_at(int32_t family, double y, double eta, family_point *out) {
  if (family == FAMILY_GAUSSIAN) {
    out->weight = 1;
    out->working = y - eta;
    out->deviance = out->working * out->working;
    out->size = eta * eta;
    return;
  }
  if (eta > most_eta) eta = most_eta;
  if (eta < -most_eta) eta = -most_eta;
  if (family == FAMILY_BINOMIAL) {
    const double e = exp(-fabs(eta)), mu = eta > 0 ? 1 / (1 + e) : e / (1 + e);
    const double other = eta > 0 ? e / (1 + e) : 1 / (1 + e); /* 1 - mu, without cancelling */
    out->weight = mu * other;
    out->working = y == 1 ? other : y - mu;
    /* minus log-likelihood, y log(1 + 1 / odds) + (1 - y) log(1 + odds), less the saturated one */
    out->deviance =
        2 * (y * log_1_exp(-eta) + (1 - y) * log_1_exp(eta) + x_log(y, y) + x_log(1 - y, 1 - y));
  } else {
    const double mu = exp(eta);
    out->weight = mu;
    out->working = y - mu;
    out->deviance = 2 * (x_log(y, y / mu) - (y - mu));
  }
  out->size = out->weight * (eta * eta + 1);
}
