/* plan_parts.h - the sections of a plan, one reader each. Internal to core/plan. */
#ifndef SP_PLAN_PLAN_PARTS_H
#define SP_PLAN_PLAN_PARTS_H

#include "plan/read.h"

/* Stages of a design after the first. */
enum { SP_PLAN_MOST_STAGES = 8 };

int32_t sp_plan_data(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_types(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_missing(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_derive(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_keep(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_drop(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_labels(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_checklist(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
/* Before the design, whose own keys win; and after it. */
int32_t sp_plan_preset(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
void sp_plan_preset_end(sp_plan *plan);
int32_t sp_plan_design(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
int32_t sp_plan_indicators(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;
/* The parts of `design` that are about replicate weights, and about known totals; after the strata
 * and PSUs. */
int32_t sp_plan_replicates(const sp_reading *r, const sp_yaml *node, sp_design *design) SP_CHECK;
int32_t sp_plan_calibrate(const sp_reading *r, const sp_yaml *node, sp_design *design) SP_CHECK;
/* The item of a key that has other names, too, or NULL; two of them at once are an error. */
int32_t sp_plan_aliased(const sp_reading *r, const sp_yaml *map, const char *const *names,
                        uint32_t n, const sp_yaml **out) SP_CHECK;
/* sp_read_needs with a hint. */
int32_t sp_plan_needs(const sp_reading *r, const sp_yaml *map, const char *what,
                      const char *hint) SP_CHECK;
/* Whether two crossings are of the same columns, in any order. */
int sp_plan_same_columns(const sp_by *a, const sp_by *b);
/* After the indicators and the period. */
int32_t sp_plan_compare(const sp_reading *r, const sp_yaml *node, sp_plan *plan) SP_CHECK;

/* survey, vital, register or checklist. */
int32_t sp_plan_kind(const sp_reading *r, const sp_yaml *node, int32_t *out) SP_CHECK;

#endif
