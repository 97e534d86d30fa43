/* check_course.h - the reads of an estimator over made-up records: internal to core/host. */
#ifndef SP_HOST_CHECK_COURSE_H
#define SP_HOST_CHECK_COURSE_H

#include "host/check_value.h"

/* An estimator of several reads, its records, and what is known of each group. */
typedef struct sp_check_course_run {
  sp_check_form *f;
  int64_t n, *records;
  double *weight;
  sp_check_scores scores; /* of the last read */
  double *state, *next, *total;
  int64_t *count;
  sampan_tally *tally;
  const sampan_tally **tallies;
  sampan_memory memory[SP_CHECK_GROUPS];
  const sampan_memory *memories[SP_CHECK_GROUPS];
  sampan_totals totals[SP_CHECK_GROUPS];
  int settled[SP_CHECK_GROUPS];
  sp_check_reads reads;
} sp_check_course_run;

/* Reads until all groups are settled, with `each` after every read; 0 where a law was broken.
 * Tallies lie in `arena`. */
int sp_check_course_go(sp_check_course_run *r, const char *when,
                       void (*each)(sp_check_course_run *), sp_arena *arena);
/* Takes the totals of a group over. */
void sp_check_course_totals(const sp_check_course_run *r, uint32_t group, sp_check_trial *t);

#define SP_CHECK_INFLUENCE_LAW "the gradient says what the weight of a record does"
#define SP_CHECK_BACK_LAW "back() turns the inner value into the statistic, one way"

/* check_influence.c */
/* back() of the statistics that have an inner value. */
void sp_check_back(sp_check_trial *t);
/* What the weight of a record does to a value is what the gradient says of its scores. */
void sp_check_influence(sp_check_course_run *r, sp_check_trial *t);

#endif
