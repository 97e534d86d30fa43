/* rule.h - rules that make one number of an estimated distribution function and a share p. */
#ifndef QUANTILE_RULE_H
#define QUANTILE_RULE_H

#include <sampan/plugin.h>

/* In the order of the choices of the parameter `rule`. */
enum {
  RULE_MATH,
  RULE_SCHOOL,
  RULE_HF1,
  RULE_HF2,
  RULE_HF3,
  RULE_HF4,
  RULE_HF5,
  RULE_HF6,
  RULE_HF7,
  RULE_HF8,
  RULE_HF9,
  RULE_SHAHVAISH,
  RULE_SAS
};

/* 1 for a rule that goes by records, so that the order of records of one value matters. */
int rule_by_record(int rule);

/* The quantile of share p, 0 <= p <= 1; NaN where there is no record or p is no share. */
double rule_quantile(const sampan_tally *tally, int rule, double p);

#endif
