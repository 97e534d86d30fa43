/* auxiliary.h - the auxiliary variables of a calibration: their values for records, and the
 * calibrations that a read before the others finds. */
#ifndef SP_ENGINE_AUXILIARY_H
#define SP_ENGINE_AUXILIARY_H

#include "design/calibration.h"
#include "engine/sift.h"
#include "totals/table.h"

/* One margin as it is bound: cells of crossed columns, or expressions. */
typedef struct sp_aux_margin {
  const sp_margin *margin;
  uint32_t first;     /* its first variable */
  uint32_t n_columns; /* of a margin of cells; 0: expressions */
  uint32_t *required; /* columns, or expressions */
  sp_coder **coders;  /* by column */
  uint32_t **codes;   /* by column: of a batch */
  sp_map *tuples;     /* codes of the columns: cell_of */
  uint32_t *cell_of;
  uint32_t n_cell_of;
  uint32_t reserved;
} sp_aux_margin;

typedef struct sp_auxiliary {
  const sp_job *job;
  uint32_t n; /* variables */
  uint32_t n_margins;
  sp_aux_margin *margins;
  double *totals;
  const char **names;
  uint32_t variance; /* in the program, or SP_NONE */
  uint32_t capacity;
  double **x; /* [variable][record], then q: of a batch */
  /* Of the read before the others: distinct (x, q), and their weights by unit. */
  sp_map *rows;
  sp_table *weights;
  double *key;
  /* What it leads to. */
  sp_calibration *calibrations; /* the full sample, then each replicate */
  uint32_t n_calibrations;
  uint32_t reserved;
  sp_calibration_solver solver;
} sp_auxiliary;

/* Binds the plan's calibration: job->aux, job->n_aux. */
int32_t sp_auxiliary_bind(sp_job *job, sampan_error *error) SP_CHECK;
void sp_auxiliary_free(sp_job *job);

/* Makes room for batches of up to `capacity` records. */
int32_t sp_auxiliary_start(sp_auxiliary *aux, int64_t capacity, sp_arena *arena);
/* The variables of the kept records of a batch: aux->x. */
int32_t sp_auxiliary_batch(sp_auxiliary *aux, const sp_sift *sift, const sp_machine *machine,
                           int64_t n, sampan_error *error) SP_CHECK;
/* Takes a batch in, by unit, with its weights: the full sample's and those of replicates that the
 * data hold. */
int32_t sp_auxiliary_take(sp_auxiliary *aux, const sp_sift *sift, const uint32_t *unit,
                          double *const *weights, uint32_t n_weights, int64_t n,
                          sampan_error *error) SP_CHECK;
/* Ends that read: calibrates the full sample and each replicate. */
int32_t sp_auxiliary_settle(sp_job *job, sampan_error *error) SP_CHECK;

#endif
