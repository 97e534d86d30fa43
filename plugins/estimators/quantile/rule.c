/* rule.c - the rules for quantiles: README.md has their formulas.
 *
 * Over the tally C_k is the sum of the weights up to and with value k, W = C_n; C_0 is 0.
 */
#include "rule.h"

#include <float.h>
#include <math.h>

/* Rounding of a sum of weights and of p W: closer than this, C_k is p W. */
static const double TIE = 8 * DBL_EPSILON;

int rule_by_record(int rule) {
  return (rule >= RULE_HF4 && rule <= RULE_HF9) || rule == RULE_SHAHVAISH;
}

static double between(double a, double b, double share) {
  /* Equal ends stay what they are: x <= q must hold for them. */
  return a == b || share == 0 ? a : share == 1 ? b : (1 - share) * a + share * b;
}

/* ---- rules that go by the distribution function -------------------------------------------- */

/* The last value with C_k <= p W, and whether they are equal; -1 where the first is above. */
static int64_t last_within(const sampan_tally *t, double p, int *tied) {
  const double total = t->below[t->n - 1], target = p * total, slack = TIE * total;
  int64_t low = -1, high = t->n; /* C_low is within, C_high is not */
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (t->below[middle] <= target + slack)
      low = middle;
    else
      high = middle;
  }
  *tied = low >= 0 && t->below[low] >= target - slack;
  return low;
}

static double by_steps(const sampan_tally *t, int rule, double p) {
  int tied;
  const int64_t k = last_within(t, p, &tied);
  const int64_t next = k + 1 < t->n ? k + 1 : t->n - 1;
  const int64_t second = t->n > 1 ? 1 : 0;
  switch (rule) {
    case RULE_SCHOOL:
    case RULE_HF2:
      /* R takes the two smallest records for tied where p is less than the share of the first. */
      if (k < 0) return t->count[0] > 1 ? t->value[0] : between(t->value[0], t->value[second], 0.5);
      return tied ? between(t->value[k], t->value[next], 0.5) : t->value[next];
    case RULE_HF3: /* R: there too, and 1 is odd */
      if (k < 0) return t->value[second];
      return tied && (k + 1) % 2 == 0 ? t->value[k] : t->value[next];
    default: /* the smallest value with C_k >= p W */
      return k < 0 ? t->value[0] : tied ? t->value[k] : t->value[next];
  }
}

/* The distribution function made continuous by straight lines between its steps. */
static double by_lines(const sampan_tally *t, int rule, double p) {
  const double target = p * t->below[t->n - 1];
  int tied;
  int64_t k = last_within(t, p, &tied);
  if (k == t->n - 1) return t->value[k];
  if (k < 0) {
    if (rule == RULE_SAS || t->n == 1) return t->value[0];
    k = 0; /* R goes on along the first line, below the smallest value */
  }
  if (tied) return t->value[k];
  return between(t->value[k], t->value[k + 1],
                 (target - t->below[k]) / (t->below[k + 1] - t->below[k]));
}

/* ---- rules that give each record a position ------------------------------------------------ */

/* Record k stands at (a C_(k-1) + (1 - a) C_k) / D. */
typedef struct positions {
  double a, divisor;
} positions;

static positions positions_of(const sampan_tally *t, int rule) {
  const double total = t->below[t->n - 1], last = t->weight[t->n - 1];
  switch (rule) {
    case RULE_HF5:
      return (positions){0.5, total};
    case RULE_HF6:
      return (positions){0, total + last};
    case RULE_HF7:
      return (positions){1, t->below[t->n - 2]};
    case RULE_HF8:
      return (positions){1.0 / 3, total + last / 3};
    default: /* HF9 */
      return (positions){3.0 / 8, total + last / 4};
  }
}

static double place(const sampan_tally *t, double a, int64_t k) {
  return a * (k > 0 ? t->below[k - 1] : 0) + (1 - a) * t->below[k];
}

static double by_positions(const sampan_tally *t, int rule, double p) {
  if (t->n == 1) return t->value[0];
  const positions s = positions_of(t, rule);
  const double target = p * s.divisor;
  if (target <= place(t, s.a, 0)) return t->value[0];
  if (target >= place(t, s.a, t->n - 1)) return t->value[t->n - 1];
  int64_t low = 0, high = t->n - 1;
  while (high - low > 1) {
    const int64_t middle = low + (high - low) / 2;
    if (place(t, s.a, middle) <= target)
      low = middle;
    else
      high = middle;
  }
  const double from = place(t, s.a, low), to = place(t, s.a, high);
  return between(t->value[low], t->value[high], (target - from) / (to - from));
}

/* The record of the highest position that is not above p, or, where all are, of the lowest. As the
 * weight stands in the position as it is, positions need not rise; records of one position give
 * the mean of their values. */
static double by_shah_vaish(const sampan_tally *t, double p) {
  const double n = (double)t->n;
  if (t->n == 1) return t->value[0];
  const double mean = t->below[t->n - 1] / n;
  double found = NAN, found_sum = 0, lowest = NAN, lowest_sum = 0, found_n = 0, lowest_n = 0;
  for (int64_t k = 0; k < t->n; k++) {
    const double at = (t->below[k] / mean + 0.5 - t->weight[k] / 2) / (n + 1);
    const double slack = TIE * fmax(fabs(at), 1);
    if (isnan(lowest) || at < lowest - slack) {
      lowest = at;
      lowest_sum = t->value[k];
      lowest_n = 1;
    } else if (at <= lowest + slack) {
      lowest_sum += t->value[k];
      lowest_n++;
    }
    if (at > p + slack) continue;
    if (isnan(found) || at > found + slack) {
      found = at;
      found_sum = t->value[k];
      found_n = 1;
    } else if (at >= found - slack) {
      found_sum += t->value[k];
      found_n++;
    }
  }
  return isnan(found) ? lowest_sum / lowest_n : found_sum / found_n;
}

double rule_quantile(const sampan_tally *tally, int rule, double p) {
  if (!tally || tally->n < 1 || !(p >= 0 && p <= 1)) return NAN;
  switch (rule) {
    case RULE_HF4:
    case RULE_SAS:
      return by_lines(tally, rule, p);
    case RULE_HF5:
    case RULE_HF6:
    case RULE_HF7:
    case RULE_HF8:
    case RULE_HF9:
      return by_positions(tally, rule, p);
    case RULE_SHAHVAISH:
      return by_shah_vaish(tally, p);
    default:
      return by_steps(tally, rule, p);
  }
}
