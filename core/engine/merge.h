/* merge.h - adding what one part of the records came to to another: of the threads of a read, and
 * of shards. Numbers of values, strata, units and groups differ between parts; texts do not. */
#ifndef SP_ENGINE_MERGE_H
#define SP_ENGINE_MERGE_H

#include "engine/job.h"

typedef struct sp_merge sp_merge;

/* Ready to bring over what `from` adds up to `into`, both of this job and laid out alike; it keeps
 * the numbers that a value, unit or group of `from` has in `into`. All are borrowed. *out is owned.
 * SAMPAN_E_MEMORY. */
int32_t sp_merge_new(const sp_job *job, sp_totals *into, sp_totals *from, sp_merge **out) SP_CHECK;
void sp_merge_free(sp_merge *merge);

/* Brings over what `from` has added up since the last call, and leaves nothing of it: its sums,
 * rows and counts are empty. Its values, units and groups stay, so that it can go on; only new ones
 * are looked up by the next call. What a total comes to does not depend on how the records were
 * divided, nor on what was merged first. Values that two records of one part would be refused for
 * (two corrections in one stratum, a PSU in two strata, one number in two texts) are refused here
 * as well, without a row; what `into` then holds is of no use.
 *
 * It is for first reads. Distributions whose records are kept apart (SAMPAN_APART) are in the order
 * of the merges. Records that are units of their own become new units with every call, so they can
 * be merged only where `into` has not ended a read (sp_place_finish). */
int32_t sp_merge_add(sp_merge *merge, sampan_error *error) SP_CHECK;

#endif
