/* plan_parts.h - the sections of a plan, one reader each. Internal to core/plan. */
#ifndef SP_PLAN_PLAN_PARTS_H
#define SP_PLAN_PLAN_PARTS_H

#include "plan/read.h"

int32_t sp_plan_data(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_types(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_missing(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_derive(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_keep(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_drop(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_labels(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_checklist(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_design(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_indicators(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
/* After the indicators and the period. */
int32_t sp_plan_compare(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;

/* survey, vital, register or checklist. */
int32_t sp_plan_kind(const sp_reading *r, const sp_yaml *node, int32_t *out) SP_CHECK;

#endif
