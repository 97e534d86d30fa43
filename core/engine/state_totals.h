/* state_totals.h - totals as bytes. Internal to state*.c. */
#ifndef SP_ENGINE_STATE_TOTALS_H
#define SP_ENGINE_STATE_TOTALS_H

#include "engine/job.h"
#include "engine/state_bytes.h"

/* What a read of one pass adds up. */
void sp_put_totals(sp_buffer *out, const sp_job *job, sp_totals *totals);
/* Fills totals that are made and laid out, of a job without narrow totals (all_wide). SAMPAN_E_DATA
 * where the bytes are no totals of this job; SAMPAN_E_MEMORY. */
int32_t sp_get_totals(sp_bytes *in, const sp_job *job, sp_totals *totals) SP_CHECK;

/* Groups and tables. */
void sp_put_tables(sp_buffer *out, const sp_job *job, sp_totals *totals);
int32_t sp_get_tables(sp_bytes *in, const sp_job *job, sp_totals *totals) SP_CHECK;
/* The splits of the plan: those of the job without the second parts of some. */
uint32_t sp_splits_whole(const sp_job *job);

/* The strata and units. */
void sp_put_place(sp_buffer *out, const sp_place *place);
int32_t sp_get_place(sp_bytes *in, sp_place *place) SP_CHECK;

/* The values that a coder numbers, in order. */
void sp_put_values(sp_buffer *out, const sp_coder *coder);
int32_t sp_get_values(sp_bytes *in, sp_coder *coder) SP_CHECK;

#endif
