/* scanner.h - the scratch of one worker for one batch. Internal to scan.c and what it calls. */
#ifndef SP_ENGINE_SCANNER_H
#define SP_ENGINE_SCANNER_H

#include "engine/course.h"
#include "engine/elements.h"
#include "engine/levels.h"
#include "engine/weigh.h"

/* From the codes of a split's variables to its groups. */
typedef struct sp_crossing {
  sp_cross cross;                /* with group + 1 by place; 0: not met yet */
  uint32_t width[SP_CROSS_MOST]; /* of each code, in bits */
  uint32_t *dense;               /* owned */
  uint32_t n_known;              /* groups that `dense` has */
  int32_t is_dense;
} sp_crossing;

/* What an indicator makes of a batch. */
typedef struct sp_scored {
  uint64_t *mine;   /* in the domain and its `where` */
  uint64_t *in;     /* and with what it needs */
  uint64_t **bits;  /* by component; NULL where it gives none */
  double **numbers; /* shared by all indicators: good until the next is scored */
  uint32_t *cell;   /* its own, or NULL */
} sp_scored;

typedef struct sp_scanner {
  sp_job *job;
  sp_totals *totals;
  sp_arena *arena;
  int64_t capacity, n_read;
  uint32_t read;   /* 0 the first */
  uint32_t period; /* that all records of the batch share, as code + 1; SP_NONE: they do not */
  sp_sift sift;
  sp_weigh weigh;
  uint32_t *unit;
  uint32_t **codes;            /* [grouping][record] */
  uint32_t **rows;             /* [split][record]; SP_NONE: not in it */
  uint32_t **groups;           /* [split][record] */
  const uint64_t **row_starts; /* [split]: where a row begins that is another; NULL: not known */
  sp_crossing *crossings;      /* by split */
  sp_scored *scored;           /* by indicator */
  const uint64_t **lanes;      /* scratch of add_bits.c: bitmaps by lane */
  sp_squares squares;          /* of the weights, where records are PSUs; then also: */
  const uint64_t **square_lanes;
  uint64_t **both; /* by square of a split: records of two components */
  double **numbers;
  uint32_t **level_codes; /* by column, for those with levels */
  uint64_t **level_present;
  sp_scratch scratch;
  sp_notes notes; /* what estimators said while they scored */
  sp_machine *machine;
  /* A worker of several has totals of its own, which it brings to those of all now and then. */
  sp_totals *main, *owned;
  struct sp_merge *merge;
  int64_t n_since;    /* records since then */
  uint64_t n_counted; /* bytes of its totals */
  int32_t has_grid;
  int32_t reserved;
} sp_scanner;

/* Memory for an element per record of a batch; ends with the scanner. */
void *sp_scanner_array(sp_scanner *scanner, uint64_t size);

/* Codes, groups and rows of totals of the records. Frees what it keeps: sp_crossing_clear. */
int32_t sp_divide(sp_scanner *scanner, const sp_machine *machine, int64_t n,
                  sampan_error *error) SP_CHECK;
void sp_crossing_clear(sp_crossing *crossing);

/* Memory for scoring. SAMPAN_E_MEMORY. */
int32_t sp_score_init(sp_scanner *scanner);
/* Calls the estimator of an indicator for the records of `mine`; `course` and `run` where it takes
 * several reads. */
int32_t sp_score(sp_scanner *scanner, const sp_machine *machine, uint32_t indicator,
                 const sp_course *course, uint32_t run, int64_t n, sampan_error *error) SP_CHECK;

/* Scores the indicators that this read is for, and adds them up. */
int32_t sp_add_batch(sp_scanner *scanner, const sp_machine *machine, int64_t n,
                     sampan_error *error) SP_CHECK;
/* The part of it that is about a split of narrow totals, once its indicators are scored. */
int32_t sp_add_bits(sp_scanner *scanner, uint32_t split, int64_t n, sampan_error *error) SP_CHECK;
/* Makes counts of the tallies of all narrow tables, and carries their sums. */
int32_t sp_settle_bits(const sp_job *job, sp_totals *totals, sampan_error *error) SP_CHECK;

#endif
