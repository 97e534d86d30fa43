/* error_ids.h - the numbers of the messages of core/annex about evaluating, 4000 to 4099. Stable: a
 * number is never given to another message. */
#ifndef SP_ANNEX_ERROR_IDS_H
#define SP_ANNEX_ERROR_IDS_H

enum {
  /* values */
  SP_ID_ANNEX_PERIOD = 4000,   /* a period that the data of the plan do not have */
  SP_ID_ANNEX_NO_TOTAL = 4001, /* the indicator is not estimated for all records */
  SP_ID_ANNEX_PLAN = 4002,     /* a goal of another kind refers to a checklist, or the reverse */
  SP_ID_ANNEX_DEADLINE = 4003, /* the deadline of a goal is no date */
  SP_ID_ANNEX_VARIANCE = 4004, /* internal: the variance of a difference is negative */

  /* checklists */
  SP_ID_CHECK_SECTION = 4020,    /* a section that a checklist cannot have */
  SP_ID_CHECK_ITEM_EMPTY = 4021, /* a line without an item */
  SP_ID_CHECK_ITEM_TWICE = 4022, /* two lines with one item */
  SP_ID_CHECK_DONE = 4023,       /* neither yes nor no */
  SP_ID_CHECK_DATE = 4024,       /* no date */
  SP_ID_CHECK_POINTS = 4025,     /* points that are no number */
  SP_ID_CHECK_NO_ITEM = 4026,    /* a goal's item that the checklist does not have */
  SP_ID_CHECK_EMPTY = 4027       /* no line at all */
};

#endif
