/* course.h - the course of an estimator of several reads over one split: what it has learnt of each
 * group, in the full sample and in each replicate, and whether it is settled. */
#ifndef SP_ENGINE_COURSE_H
#define SP_ENGINE_COURSE_H

#include "engine/job.h"
#include "engine/tally.h"

typedef struct sp_course {
  uint32_t indicator, split;
  uint32_t n_runs;   /* that have a state of their own: the full sample, and its replicates */
  uint32_t n_groups; /* known after the first read */
  uint32_t n_reads;  /* done */
  int32_t is_settled;
  double *state;          /* [run][group][n_state] */
  unsigned char *settled; /* [run][group]: the number of reads that it took, 0 while it is open */
  uint32_t *n_open;       /* by run: groups that are not settled */
  sampan_memory *memory;
  const sampan_memory **memories; /* [run][group] */
  sp_tally_table *tallies;        /* by component; without a table where it is no TALLY */
  sp_arena *arena;
} sp_course;

/* Makes the courses of a plan: totals->courses, totals->n_courses. */
int32_t sp_courses_make(const sp_job *job, sp_totals *totals, sampan_error *error) SP_CHECK;
void sp_courses_free(const sp_job *job, sp_totals *totals);

/* The course of an indicator in a split; NULL where it takes one read. */
sp_course *sp_course_of(const sp_totals *totals, uint32_t indicator, uint32_t split);

/* After a read: has every group of every course that is not settled advance. *n_open: courses that
 * need another read. */
int32_t sp_courses_advance(sp_outcome *outcome, uint32_t *n_open, sampan_error *error) SP_CHECK;

/* Before a read after the first: clears the totals that it makes anew, those of groups that are not
 * settled. */
void sp_courses_restart(const sp_job *job, sp_totals *totals);

/* Whether a group has no part in this read for a run: its totals are made. */
int sp_course_is_settled(const sp_course *course, uint32_t run, uint32_t group);

/* Fills in what a totals view knows of a course; `run` 0 is the full sample. */
void sp_course_view(const sp_course *course, uint32_t run, uint32_t group, sampan_totals *view);

#endif
