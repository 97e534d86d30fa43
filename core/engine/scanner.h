/* scanner.h - the scratch of one worker for one batch. Internal to scan.c and score.c. */
#ifndef SP_ENGINE_SCANNER_H
#define SP_ENGINE_SCANNER_H

#include "engine/course.h"
#include "engine/levels.h"
#include "engine/weigh.h"

typedef struct sp_scanner {
  sp_job *job;
  sp_totals *totals;
  sp_arena *arena;
  int64_t capacity, n_read;
  uint32_t read; /* 0 the first */
  uint32_t reserved;
  sp_sift sift;
  sp_weigh weigh;
  uint32_t *unit;
  uint32_t **codes;  /* [grouping][record] */
  uint32_t **rows;   /* [split][record]; SP_NONE: not in it */
  uint32_t **groups; /* [split][record] */
  /* Of the indicator at hand. */
  uint64_t *mine;  /* in the domain and its `where` */
  uint64_t *in;    /* and with what it needs */
  uint64_t **bits; /* one bitmap per component, for the widest estimator */
  double **numbers;
  uint64_t **bits_used; /* NULL where it gives none */
  double **numbers_used;
  uint32_t *cell;
  uint32_t **level_codes; /* by column, for those with levels */
  uint64_t **level_present;
  sp_scratch scratch;
} sp_scanner;

/* Memory for scoring. SAMPAN_E_MEMORY. */
int32_t sp_score_init(sp_scanner *scanner);

/* Scores the indicators that this read is for, and adds them up. */
int32_t sp_score_batch(sp_scanner *scanner, const sp_machine *machine, int64_t n,
                       sampan_error *error) SP_CHECK;

/* Memory for a batch of elements; ends with the scanner. */
void *sp_scanner_array(sp_scanner *scanner, uint64_t size);

#endif
