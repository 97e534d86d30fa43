/* state_totals.h - totals as bytes. Internal to state*.c. */
#ifndef SP_ENGINE_STATE_TOTALS_H
#define SP_ENGINE_STATE_TOTALS_H

#include "engine/job.h"
#include "engine/state_bytes.h"

/* What a read of one pass adds up. */
void sp_put_totals(sp_buffer *out, const sp_job *job, sp_totals *totals);
/* Makes tables those of exact sums, which take the sums of any grid. SAMPAN_E_MEMORY. */
int32_t sp_totals_widen(const sp_job *job, sp_totals *totals) SP_CHECK;
/* Fills totals that are made and laid out. SAMPAN_E_DATA where the bytes are no totals of this job;
 * SAMPAN_E_MEMORY. */
int32_t sp_get_totals(sp_bytes *in, const sp_job *job, sp_totals *totals) SP_CHECK;

/* The strata and units. */
void sp_put_place(sp_buffer *out, const sp_place *place);
int32_t sp_get_place(sp_bytes *in, sp_place *place) SP_CHECK;

/* The values that a coder numbers, in order. */
void sp_put_values(sp_buffer *out, const sp_coder *coder);
int32_t sp_get_values(sp_bytes *in, sp_coder *coder) SP_CHECK;

#endif
