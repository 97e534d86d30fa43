/* levels.h - the levels of factors: the values that a column has among the records that an
 * indicator is about, found by a read of their own before estimators decide on their shape. */
#ifndef SP_ENGINE_LEVELS_H
#define SP_ENGINE_LEVELS_H

#include "engine/sift.h"

/* The levels of one column of one indicator. */
typedef struct sp_levels {
  const char *column;
  uint32_t indicator, required;
  sp_coder *coder;
  unsigned char *is_met; /* by code */
  uint32_t n_met;        /* codes that is_met covers */
  uint32_t n_levels;     /* of them, those that are met */
  uint32_t *level;       /* by code; SP_NONE: no level */
  const char **texts;    /* by level, in the order that tables show */
  sampan_dictionary dictionary;
} sp_levels;

/* Finds the columns that come with levels; job->levels. After the program is compiled. */
int32_t sp_levels_bind(sp_job *job, sampan_error *error) SP_CHECK;
void sp_levels_free(sp_job *job);

/* Takes in the values of a batch of the read before. */
int32_t sp_levels_take(sp_job *job, const sp_sift *sift, const sp_machine *machine, int64_t n,
                       uint32_t *codes, sampan_error *error) SP_CHECK;
/* Ends that read: orders the levels. */
int32_t sp_levels_settle(sp_job *job, sampan_error *error) SP_CHECK;

/* The variable whose levels an indicator's statistics may be: one for each; or NULL. */
const char *sp_levels_column(const sp_job *job, uint32_t indicator);

/* A column as texts whose codes are levels. `codes` and `present` have room for the batch. */
int32_t sp_levels_view(const sp_levels *levels, const sp_column *column, int64_t n, uint32_t *codes,
                       uint64_t *present, sampan_column *view, sampan_error *error) SP_CHECK;

#endif
