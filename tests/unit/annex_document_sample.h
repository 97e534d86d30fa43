/* annex_document_sample.h - an evaluation by hand, with a case of everything that an annex shows.
 * Every number is invented. */
#ifndef ANNEX_DOCUMENT_SAMPLE_H
#define ANNEX_DOCUMENT_SAMPLE_H

#include "annex/evaluate.h"

enum {
  SAMPLE_LITERACY,  /* met by its point, undecided */
  SAMPLE_SMOKING,   /* low is good; not met */
  SAMPLE_EXERCISE,  /* met; no comparator */
  SAMPLE_PHYSIQUE,  /* no numeric target */
  SAMPLE_HIDDEN,    /* the current value is suppressed */
  SAMPLE_COMMUNITY, /* register, met */
  SAMPLE_AGENCY,    /* register, short by 1 */
  SAMPLE_FAMILIES,  /* a count */
  SAMPLE_STAFF,     /* a rate */
  SAMPLE_TASK_DONE,
  SAMPLE_TASK_LATE,
  SAMPLE_TASK_BARE, /* without evidence */
  SAMPLE_TASK_OPEN,
  SAMPLE_N_GOALS
};

/* Secret numbers of suppressed estimates: no text may hold their digits. */
#define SAMPLE_SECRET_N 77123
#define SAMPLE_SECRET_SHARE 0.87654

const sp_evaluation *annex_document_sample(void);

#endif
