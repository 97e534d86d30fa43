/* verdict.h - the decisions, as functions of numbers: nothing here knows of plans or outcomes. */
#ifndef SP_ANNEX_VERDICT_H
#define SP_ANNEX_VERDICT_H

#include "annex/evaluate.h"

/* `op` on current - threshold, no error counted. NaN: not assessable. */
int32_t sp_verdict_point(int32_t op, double gap);
/* The whole interval of the gap on the good side: met; wholly on the bad side: not met; else
 * undecided. An exact gap is decided as its point; one without limits is not assessable. */
int32_t sp_verdict_statistical(int32_t op, const sp_change *gap);

/* Several rules of which one must hold, or all, three-valued: what is undecided or not assessable
 * matters only where the others do not settle it. */
int32_t sp_verdict_any(const int32_t *verdicts, uint32_t n);
int32_t sp_verdict_all(const int32_t *verdicts, uint32_t n);

/* 100 (current - baseline) / (target - baseline); NaN where the target is the baseline. */
double sp_progress_percent(double baseline, double current, double target);

typedef struct sp_progress_in {
  int32_t has_target, is_met; /* by the point verdict */
  int32_t direction;          /* +1, -1, 0: that of the target from the baseline */
  int32_t is_untestable;      /* the two values cannot be compared, or not tested */
  double baseline, current;   /* NaN: none */
  double target;              /* NaN where it is not known */
  const sp_change *change;    /* current - baseline */
} sp_progress_in;

/* The Healthy People 2030 status, SP_PROGRESS_*. */
int32_t sp_progress(const sp_progress_in *in);

/* One target against the values of a goal. */
typedef struct sp_clause_values {
  const sp_goal *goal;
  const sp_value *current, *baseline, *comparators; /* comparators as in the goal */
  double level;
} sp_clause_values;

int32_t sp_clause_decide(const sp_target *target, const sp_clause_values *values, sp_arena *arena,
                         sp_clause *out, sampan_error *error) SP_CHECK;
/* The number that the target comes to: of several rules the nearest one where any will do, the
 * farthest where all must hold. NaN where there is none. */
double sp_clause_threshold(const sp_clause *clause, int32_t direction);
/* What a rule holds the current value against, with its factor: NULL for a number. */
const sp_value *sp_clause_other(const sp_target *target, const sp_clause_values *values,
                                double *factor);

/* The sample size that shows the gap with 80 % power, INFINITY where none does; sample_size.c.
 * `covariance` is that of the two sides, the factor of the second one counted. */
double sp_next_n(double n, double var_current, double var_other, double covariance, double gap,
                 double df, double level);
/* The same for a decided clause over its parts; NaN where it has no meaning. *by is the part that
 * the size is for, or NULL. */
double sp_clause_next_n(const sp_clause *clause, const sp_clause_values *values,
                        const sp_clause **by);
/* The smallest gap that a test at `level` finds with 80 % power where its standard error is that of
 * `gap`; NaN where there is none. */
double sp_detectable_gap(const sp_change *gap, double level);
/* SP_NEXT_*: is a wave of next_n records one that could be drawn? `population` is NaN where the
 * weights do not tell it. */
int32_t sp_next_kind(double next_n, double n, double population);

#endif
