/* worker.h - what a thread that makes estimates has to itself: memory for plugins and texts, notes
 * with their places, quantiles that it has met. */
#ifndef SP_ENGINE_WORKER_H
#define SP_ENGINE_WORKER_H

#include "engine/job.h"

enum { SP_TEXTS_KEPT = 16, SP_QUANTILES_KEPT = 512 };

typedef struct sp_placed_note {
  uint64_t place; /* of the estimate in the order of results */
  uint64_t order; /* among those of one place */
  const char *text;
} sp_placed_note;

typedef struct sp_worker {
  sp_job *job;
  sp_arena *arena; /* of what its estimates keep: it ends with the outcome */
  sp_scratch scratch;
  uint64_t place, n_said; /* what it is at; notes so far */
  sp_placed_note *notes;
  uint32_t n_notes, note_capacity;
  const char *texts[SP_TEXTS_KEPT]; /* the last ones */
  uint32_t n_texts, reserved;
  double tail;                        /* what the quantiles are of; NaN: none yet */
  double quantile[SP_QUANTILES_KEPT]; /* by df; 0: not known */
  double last_df, last_quantile;      /* other df */
} sp_worker;

/* `arena` is borrowed, and must outlive the estimates. */
int32_t sp_worker_init(sp_worker *worker, sp_job *job, sp_arena *arena);
void sp_worker_clear(sp_worker *worker);

/* A text that lasts as long as the arena, the same for the same words as far as it goes; NULL when
 * out of memory. */
const char *sp_worker_text(sp_worker *worker, const char *text);
/* Keeps a note for where the worker is. */
void sp_worker_note(void *worker, const char *text);
/* sp_t_quantile. */
double sp_worker_t(sp_worker *worker, double tail, double df);
/* Hands the notes of all workers to the job, in the order of places. SAMPAN_E_MEMORY. */
int32_t sp_workers_tell(const sp_worker *workers, uint32_t n, sp_job *job);

#endif
