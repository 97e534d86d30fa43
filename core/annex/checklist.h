/* checklist.h - what a line of a checklist comes to. */
#ifndef SP_ANNEX_CHECKLIST_H
#define SP_ANNEX_CHECKLIST_H

#include "annex/evaluate.h"

/* 1 yes, 0 no, -1 not said, -2 neither: 1, yes, true, 是 ...; 0, no, false, 否 ...; "". */
int32_t sp_check_done(const char *text);
/* 1: done after the deadline's last day, whatever day of its month done_date means. Texts that are
 * empty or no dates are never late. */
int32_t sp_check_late(int32_t done, const char *done_date, const char *deadline);
/* SP_CHECK_*; `columns` says what the checklist records at all. */
int32_t sp_check_status(const sp_check_item *item, const sp_checklist *columns);
/* On time and late are met (late is flagged beside it), without evidence is undecided. */
int32_t sp_check_verdict(int32_t status);

#endif
