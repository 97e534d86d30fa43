/* place_internal.h - what place.c and place_batch.c share. */
#ifndef SP_ENGINE_PLACE_INTERNAL_H
#define SP_ENGINE_PLACE_INTERNAL_H

#include "engine/place.h"

/* The stratum of a record at a stage, within the unit above (0 at the first stage), by the codes of
 * the batch. */
int32_t sp_place_stratum(sp_place *place, uint32_t stage, uint32_t above, int64_t i, uint32_t *out,
                         sampan_error *error) SP_CHECK;
/* The finite population correction of a record, which its whole stratum has. */
int32_t sp_place_fpc(sp_place *place, const sp_place_stage *stage, const sp_column *column,
                     uint32_t stratum, int64_t i, sampan_error *error) SP_CHECK;
/* One record through all stages, by the codes of the batch; *out becomes its unit of the last. */
int32_t sp_place_record(sp_place *place, const sp_machine *machine, double weight, int64_t i,
                        uint32_t *out, sampan_error *error) SP_CHECK;

#endif
