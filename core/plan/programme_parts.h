/* programme_parts.h - the parts of a programme, one reader each. Internal to core/plan. */
#ifndef SP_PLAN_PROGRAMME_PARTS_H
#define SP_PLAN_PROGRAMME_PARTS_H

#include "plan/programme.h"
#include "plan/read.h"

int32_t sp_programme_goal(const sp_reading *r, const sp_programme *programme, const sp_yaml *map,
                          sp_goal *out) SP_CHECK;
/* A baseline, current value or comparator, in a map that may have other keys, too. A goal of kind
 * checklist needs no indicator. */
int32_t sp_programme_reference(const sp_reading *r, const sp_programme *programme,
                               const sp_yaml *map, int32_t is_checklist,
                               sp_reference *out) SP_CHECK;
/* The goal's baseline and comparators are known; its direction may be 0. */
int32_t sp_programme_target(const sp_reading *r, const sp_goal *goal, const sp_yaml *node,
                            const sp_target **out) SP_CHECK;
/* The plan of a name, or NULL. */
const sp_plan *sp_programme_plan_named(const sp_programme *programme, const char *name);

#endif
