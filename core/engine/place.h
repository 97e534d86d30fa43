/* place.h - where records stand in the design: their strata and units, numbered as they are met and
 * the same in every read. */
#ifndef SP_ENGINE_PLACE_H
#define SP_ENGINE_PLACE_H

#include "base/buffer.h"
#include "base/lanes.h"
#include "design/units.h"
#include "records/coder.h"
#include "records/program.h"

/* Most columns that are crossed to a stratum or a unit. */
enum { SP_MOST_PARTS = 16 };

/* What the program is asked for at one stage; a number or UINT32_MAX each. */
typedef struct sp_stage_columns {
  const uint32_t *strata, *units;
  uint32_t fpc;
  uint32_t reserved;
} sp_stage_columns;

typedef struct sp_place_columns {
  const uint32_t *strata, *psus;
  uint32_t fpc;
  uint32_t reserved;
  const sp_stage_columns *stages; /* after the first */
} sp_place_columns;

/* One stage: its parts in the plan, and the codes of their values. */
typedef struct sp_place_stage {
  const sp_expr *const *strata, *const *unit;
  const uint32_t *strata_columns, *unit_columns;
  uint32_t n_strata, n_unit;
  uint32_t fpc;
  uint32_t n_stratum_of_tuple;
  sp_units *units;
  sp_coder **strata_coders, **unit_coders;
  uint32_t **strata_codes, **unit_codes; /* of a batch: [part][record] */
  sp_map *stratum_tuples;                /* the unit above and the codes */
  uint32_t *stratum_of_tuple;
} sp_place_stage;

/* Where the records of a unit's code were found: designs of one stage whose strata and units are of
 * one column each look there first. */
typedef struct sp_place_memo {
  uint32_t *stratum_of_code; /* stratum + 1; 0: not met */
  struct sp_unit_memo {
    uint32_t stratum, unit; /* stratum + 1 */
  } * unit_of_code;
  uint32_t n_strata, n_units; /* codes that there is room for */
} sp_place_memo;

typedef struct sp_place {
  const sp_plan *plan;
  const sp_place_columns *columns;
  const sp_lanes *lanes;
  sp_units units;
  /* Of the batch: bit i where record i is of another unit than the one before; NULL where that is
     not known. All are kept then. */
  const uint64_t *starts;
  uint64_t *start_bits;
  sp_place_stage *stages; /* those that a variance knows of */
  uint32_t n_stages;
  uint32_t n_records; /* this read's records that are units of their own, so far */
  sp_place_memo memo;
  int32_t is_known;             /* a read after the first, in which nothing new turns up */
  int32_t by_stratum;           /* every record is a unit, and goes by its stratum */
  struct sp_distinct *distinct; /* what proves it, or NULL; borrowed */
  uint32_t n_known;             /* units of the last stage after the first read */
  sp_buffer text;
} sp_place;

/* `columns` is borrowed. */
int32_t sp_place_init(sp_place *place, const sp_plan *plan, const sp_place_columns *columns);
void sp_place_clear(sp_place *place);

/* After the struct was copied to here from elsewhere. */
void sp_place_moved(sp_place *place);

/* Makes ready for a read with batches of up to `capacity` records. */
int32_t sp_place_start(sp_place *place, int64_t capacity);

/* The unit of the last stage of each kept record of a batch, or its stratum; for data without a
 * sample 0. Errors name the row in the batch. */
int32_t sp_place_batch(sp_place *place, const sp_machine *machine, const uint64_t *kept,
                       const double *weight, int64_t n, uint32_t *unit,
                       sampan_error *error) SP_CHECK;

/* Makes the stratum of a tuple (the unit above and the codes) that is new in stratum_tuples, where
 * it has this number; place->text holds what it is called. SAMPAN_E_MEMORY. */
int32_t sp_place_new_stratum(sp_place *place, sp_place_stage *stage, uint32_t number,
                             const uint32_t *tuple) SP_CHECK;

/* The PSUs ordered by the texts of stratum and PSU; *out is owned (free). */
int32_t sp_place_order(const sp_place *place, uint32_t **out, sampan_error *error) SP_CHECK;

/* Ends a read: works out the sampled fractions. */
int32_t sp_place_finish(sp_place *place, sampan_error *error) SP_CHECK;

#endif
