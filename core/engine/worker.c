/* worker.c - what a thread that makes estimates has to itself. */
#include "engine/worker.h"

#include <math.h>
#include <stdlib.h>

#include "base/quantile.h"

int32_t sp_worker_init(sp_worker *w, sp_job *job, sp_arena *arena) {
  memset(w, 0, sizeof *w);
  w->job = job;
  w->arena = arena;
  w->tail = w->last_df = NAN;
  if (sp_scratch_init(&w->scratch, job) < 0) return SAMPAN_E_MEMORY;
  w->scratch.context.note = sp_worker_note;
  w->scratch.context.note_data = w;
  return SAMPAN_OK;
}

void sp_worker_clear(sp_worker *w) {
  sp_scratch_clear(&w->scratch);
  free(w->notes);
  memset(w, 0, sizeof *w);
}

const char *sp_worker_text(sp_worker *w, const char *text) {
  const uint32_t n = w->n_texts < SP_TEXTS_KEPT ? w->n_texts : SP_TEXTS_KEPT;
  for (uint32_t i = 0; i < n; i++) {
    if (strcmp(w->texts[i], text) == 0) return w->texts[i];
  }
  const char *copy = sp_arena_text(w->arena, text);
  if (copy != NULL) w->texts[w->n_texts++ % SP_TEXTS_KEPT] = copy;
  return copy;
}

/* A note is told once, at the first of its places; that it cannot be kept is no failure. */
void sp_worker_note(void *data, const char *text) {
  sp_worker *w = data;
  const uint64_t order = w->n_said++;
  for (uint32_t i = 0; i < w->n_notes; i++) {
    if (strcmp(w->notes[i].text, text) != 0) continue;
    if (w->place < w->notes[i].place) {
      w->notes[i].place = w->place;
      w->notes[i].order = order;
    }
    return;
  }
  if (w->n_notes == w->note_capacity) {
    const uint32_t capacity = w->note_capacity != 0 ? w->note_capacity * 2 : 8;
    sp_placed_note *grown = realloc(w->notes, capacity * sizeof *grown);
    if (grown == NULL) return;
    w->notes = grown;
    w->note_capacity = capacity;
  }
  const char *copy = sp_arena_text(w->arena, text);
  if (copy == NULL) return;
  w->notes[w->n_notes++] = (sp_placed_note){.place = w->place, .order = order, .text = copy};
}

double sp_worker_t(sp_worker *w, double tail, double df) {
  if (!(w->tail == tail)) {
    memset(w->quantile, 0, sizeof w->quantile);
    w->last_df = NAN;
    w->tail = tail;
  }
  if (df >= 1 && df < SP_QUANTILES_KEPT && floor(df) == df) {
    double *kept = &w->quantile[(int32_t)df];
    if (*kept == 0) *kept = sp_t_quantile(tail, df);
    return *kept;
  }
  if (!(df == w->last_df)) {
    w->last_df = df;
    w->last_quantile = sp_t_quantile(tail, df);
  }
  return w->last_quantile;
}

static int compare_notes(const void *a, const void *b) {
  const sp_placed_note *x = a, *y = b;
  if (x->place != y->place) return x->place < y->place ? -1 : 1;
  return x->order < y->order ? -1 : x->order > y->order;
}

int32_t sp_workers_tell(const sp_worker *workers, uint32_t n, sp_job *job) {
  size_t n_notes = 0;
  for (uint32_t i = 0; i < n; i++) n_notes += workers[i].n_notes;
  if (n_notes == 0) return SAMPAN_OK;
  sp_placed_note *all = malloc(n_notes * sizeof *all);
  if (all == NULL) return SAMPAN_E_MEMORY;
  n_notes = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t k = 0; k < workers[i].n_notes; k++) all[n_notes++] = workers[i].notes[k];
  }
  qsort(all, n_notes, sizeof *all, compare_notes);
  for (size_t i = 0; i < n_notes; i++) sp_job_note(job, all[i].text);
  free(all);
  return SAMPAN_OK;
}
