/* bind.h - the steps of binding a plan. Internal to bind*.c and what they call. */
#ifndef SP_ENGINE_BIND_H
#define SP_ENGINE_BIND_H

#include "engine/job.h"

#define SP_ANY_TYPE (SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH)

/* Asks the program for an expression; NULL: *out is SP_NONE. */
int32_t sp_bind_expr(sp_job *job, const sp_expr *expr, int32_t types, uint32_t *out,
                     sampan_error *error) SP_CHECK;
/* Asks it for a column by name. */
int32_t sp_bind_column(sp_job *job, const char *column, const sp_yaml *place, int32_t types,
                       uint32_t *out, sampan_error *error) SP_CHECK;
/* How many columns an item of a list stands for: *names is NULL for an expression, else the columns
 * of a range. */
int32_t sp_bind_item(sp_job *job, const sp_yaml *item, const char ***names, uint32_t *n,
                     sampan_error *error) SP_CHECK;

/* Strata, PSUs, weights, replicates, calibration, domain, drops. */
int32_t sp_bind_design(sp_job *job, sampan_error *error) SP_CHECK;

#endif
