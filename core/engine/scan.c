/* scan.c - one read of the records: sifted, placed in the design, weighed, divided, scored, added
 * up. */
#include <stdlib.h>

#include "base/processors.h"
#include "design/error_ids.h"
#include "engine/common.h"
#include "engine/error_ids.h"
#include "engine/merge.h"
#include "engine/scanner.h"

/* Many replicates make batches smaller. */
#define SP_MOST_WEIGHT_BYTES (INT64_C(1) << 27)
/* What a worker's own tables hold before they are brought to those of all. */
#define SP_WORKER_BYTES (INT64_C(1) << 22)

enum { SP_MOST_WORKERS = 1024 };

void *sp_scanner_array(sp_scanner *s, uint64_t size) {
  return sp_arena_array(s->arena, (uint64_t)s->capacity + 64, size);
}

static int32_t make_rows(sp_scanner *s, uint32_t ***out, uint32_t n) {
  *out = sp_arena_array(s->arena, n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = sp_scanner_array(s, sizeof(uint32_t));
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static void take_note(void *data, const char *text) {
  sp_scanner *s = data;
  sp_notes_add(&s->notes, s->arena, text);
}

static int32_t scanner_init(sp_scanner *s, sp_job *job, sp_totals *totals, uint32_t read,
                            int64_t capacity) {
  memset(s, 0, sizeof *s);
  s->job = job;
  s->totals = totals;
  s->read = read;
  s->capacity = capacity;
  s->arena = sp_arena_new(0);
  if (s->arena == NULL) return SAMPAN_E_MEMORY;
  s->unit = sp_scanner_array(s, sizeof(uint32_t));
  s->crossings = sp_arena_array(s->arena, job->n_splits + 1U, sizeof *s->crossings);
  s->row_starts = sp_arena_array(s->arena, job->n_splits + 1U, sizeof *s->row_starts);
  if (s->unit == NULL || s->crossings == NULL || s->row_starts == NULL) {
    return SAMPAN_E_MEMORY;
  }
  SP_TRY(sp_sift_init(&s->sift, job, capacity, s->arena));
  SP_TRY(sp_weigh_init(&s->weigh, job, capacity, s->arena));
  SP_TRY(sp_place_start(&totals->place, capacity));
  SP_TRY(make_rows(s, &s->codes, job->n_groupings));
  SP_TRY(make_rows(s, &s->rows, job->n_splits));
  SP_TRY(make_rows(s, &s->groups, job->n_splits));
  SP_TRY(sp_score_init(s));
  s->scratch.context.note = take_note; /* not the job's: others are at work as well */
  s->scratch.context.note_data = s;
  return SAMPAN_OK;
}

static void scanner_clear(sp_scanner *s) {
  for (uint32_t k = 0; s->crossings != NULL && k < s->job->n_splits; k++) {
    sp_crossing_clear(&s->crossings[k]);
  }
  sp_scratch_clear(&s->scratch);
  sp_arena_free(s->arena);
}

/* Calibration: the auxiliary variables by unit, with calibrated weights. */
static int32_t add_auxiliary(sp_scanner *s, int64_t n, sampan_error *error) {
  const uint32_t n_aux = s->job->n_aux;
  sp_table *table = s->totals->aux_by_unit;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(s->sift.kept, i)) continue;
    const uint32_t row = sp_table_row(table, 0, s->unit[i]);
    if (row == UINT32_MAX) return sp_error_memory(error);
    sp_exact *lanes = sp_table_lanes(table, row);
    for (uint32_t j = 0; j < n_aux; j++) {
      sp_exact_add(&lanes[j], s->weigh.weight[0][i] * s->weigh.aux[j][i]);
    }
  }
  return SAMPAN_OK;
}

/* PSUs that hold records of the domain. */
static int32_t mark_psus(sp_scanner *s, int64_t n, sampan_error *error) {
  sp_totals *t = s->totals;
  const sp_units *units = &t->place.units;
  for (int64_t i = 0; i < n && s->job->by_stratum; i++) {
    units->strata[s->unit[i]].n_in_domain +=
        sampan_bit(s->sift.eligible, i) && s->sift.weight[i] > 0;
  }
  if (units->n_psu > t->n_psu_in_domain) {
    const uint32_t room = units->n_psu * 2;
    unsigned char *grown = realloc(t->psu_in_domain, room);
    if (grown == NULL) return sp_error_memory(error);
    memset(grown + t->n_psu_in_domain, 0, room - t->n_psu_in_domain);
    t->psu_in_domain = grown;
    t->n_psu_in_domain = room;
  }
  uint32_t last = SP_NONE;
  for (int64_t i = 0; i < n && units->n_psu > 0; i++) {
    if (s->unit[i] == last || !sampan_bit(s->sift.eligible, i) || !(s->sift.weight[i] > 0))
      continue;
    last = s->unit[i];
    t->psu_in_domain[sp_units_psu_of(units, last)] = 1;
  }
  return SAMPAN_OK;
}

/* PSUs that hold records of several periods, which the annex and the log should tell of: are they
 * the same ones, or do their numbers start anew? */
static int32_t share_psus(sp_scanner *s, int64_t n, sampan_error *error) {
  const uint32_t shared = UINT32_MAX;
  sp_totals *t = s->totals;
  const sp_units *units = &t->place.units;
  const uint32_t *codes = s->codes[s->job->period_grouping];
  if (units->n_psu > t->n_period_of_psu) {
    const uint32_t room = units->n_psu + units->n_psu / 2 + 64;
    uint32_t *grown = realloc(t->period_of_psu, room * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    memset(grown + t->n_period_of_psu, 0, (room - t->n_period_of_psu) * sizeof *grown);
    t->period_of_psu = grown;
    t->n_period_of_psu = room;
  }
  uint32_t last = SP_NONE, last_code = SP_NONE;
  for (int64_t i = 0; i < n && units->n_psu > 0; i++) {
    if ((s->unit[i] == last && codes[i] == last_code) || !sampan_bit(s->sift.kept, i)) continue;
    last = s->unit[i];
    last_code = codes[i];
    uint32_t *period = &t->period_of_psu[sp_units_psu_of(units, s->unit[i])];
    if (*period == 0) *period = codes[i] + 1;
    if (*period == codes[i] + 1 || *period == shared) continue;
    *period = shared;
    t->n_shared_psus++;
  }
  return SAMPAN_OK;
}

/* ---- merging ------------------------------------------------------------------------------ */

/* Tables that no longer stay in the cache of a core. */
static int is_full(const sp_scanner *s) {
  if (s->merge == NULL) return 0;
  uint64_t n_bytes = 0;
  for (uint32_t k = 0; k < s->job->n_splits; k++) n_bytes += sp_table_used(s->totals->tables[k]);
  return n_bytes > SP_WORKER_BYTES;
}

static int32_t settle(sp_scanner *s, sampan_error *error) {
  s->n_since = 0;
  return sp_settle_bits(s->job, s->totals, error);
}

/* Brings what a worker has added up to the totals of all. */
static int32_t unload(sp_scanner *s, int32_t is_last, sampan_error *error) {
  sp_common *common = s->job->common;
  SP_TRY(settle(s, error));
  (void)pthread_mutex_lock(&common->lock);
  common->bound += s->weigh.bound;
  s->weigh.bound = 0;
  int32_t status = SAMPAN_OK;
  if (common->bound > SP_MOST_BOUND) {
    s->job->needs_wide = 1;
    status = sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_WEIGHT,
                          "the sum of the weights does not fit on the grid");
  }
  for (uint32_t k = 0; k < s->job->n_splits && s->merge != NULL; k++) {
    if (s->job->splits[k].is_narrow) sp_table_set_grid(s->main->tables[k], &common->grid);
  }
  if (status >= 0 && s->merge != NULL && is_last && !common->has_merged) {
    /* There is nothing yet that it would have to be added to. */
    s->owned->n_reads = s->main->n_reads;
    sp_totals_swap(s->main, s->owned);
    sp_common_count(common, s->main, &common->main_bytes);
  } else if (status >= 0 && s->merge != NULL) {
    status = sp_merge_add(s->merge, error);
    sp_common_count(common, s->main, &common->main_bytes);
  }
  common->has_merged = 1;
  (void)pthread_mutex_unlock(&common->lock);
  return status;
}

/* ---- batches ------------------------------------------------------------------------------ */

/* The grid of this read, once it is known, to the tables of this worker. */
static void tell_grid(sp_scanner *s) {
  if (!s->weigh.grid.is_set || s->has_grid) return;
  for (uint32_t k = 0; k < s->job->n_splits; k++) {
    if (s->job->splits[k].is_narrow) sp_table_set_grid(s->totals->tables[k], &s->weigh.grid);
  }
  s->has_grid = 1;
}

static int32_t take_batch(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                          sampan_error *error) {
  sp_scanner *s = data;
  sp_totals *counted = s->read == 0 ? s->totals : NULL;
  (void)wave;
  (void)row;
  s->n_read += n;
  SP_TRY(sp_sift_batch(&s->sift, machine, n, counted, error));
  SP_TRY(
      sp_place_batch(&s->totals->place, machine, s->sift.kept, s->sift.weight, n, s->unit, error));
  SP_TRY(sp_weigh_batch(&s->weigh, &s->sift, machine, s->unit, n, counted, error));
  tell_grid(s);
  if (s->job->by_stratum) sp_squares_make(s->weigh.high, s->weigh.low, n, &s->squares);
  SP_TRY(sp_divide(s, machine, n, error));
  if (s->read == 0 && s->job->period_grouping != SP_NONE) SP_TRY(share_psus(s, n, error));
  if (s->read == 0 && s->job->domain != SP_NONE) SP_TRY(mark_psus(s, n, error));
  if (s->read == 0 && s->totals->aux_by_unit != NULL) SP_TRY(add_auxiliary(s, n, error));
  SP_TRY(sp_add_batch(s, machine, n, error));
  s->n_since += n;
  if (s->n_since >= SP_GRID_MOST - s->capacity) SP_TRY(settle(s, error));
  if (is_full(s)) SP_TRY(unload(s, 0, error));
  sp_common_count(s->job->common, s->totals, &s->n_counted);
  return sp_common_check(s->job->common, s->totals, s->main, error);
}

int32_t sp_nothing_kept(const sp_job *job, int64_t n_read, sampan_error *error) {
  if (n_read == 0) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "there is not one record in %s",
                 job->plan->n_waves == 1 ? "the file" : "the files");
    return sp_error_file(error,
                         job->plan->n_waves == 1 ? job->plan->waves[0].file : job->plan->file);
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOTHING_KEPT, "not one of the %lld records is kept",
               (long long)n_read);
  sp_error_hint(error, "`keep` and `drop` of the plan leave all of them out");
  return sp_error_file(error, job->plan->file);
}

int64_t sp_batch_capacity(const sp_job *job) {
  const int64_t asked = job->options->batch > 0 ? job->options->batch : 2048;
  const int64_t a_record = (1 + (int64_t)job->n_replicates) * (8 + (int64_t)sizeof(sp_slices));
  int64_t capacity = (asked + 63) / 64 * 64;
  while (capacity > 64 && capacity * a_record > SP_MOST_WEIGHT_BYTES) {
    capacity = (capacity / 2 + 63) / 64 * 64;
  }
  return capacity;
}

int32_t sp_job_read(sp_job *job, const sp_stream_hand *hands, uint32_t n_hands, sp_batch_fn *batch,
                    sampan_error *error) {
  sp_stream_use use = {.hands = hands,
                       .n_hands = n_hands,
                       .plain = job->plain,
                       .capacity = sp_batch_capacity(job),
                       .batch = batch,
                       .may_repeat = 1,
                       .progress = job->options->progress,
                       .progress_data = job->options->progress_data};
  job->is_reading = 1;
  const int32_t status = sp_stream_read(job->stream, job->program, &use, error);
  job->in_pieces |= use.in_pieces;
  return status;
}

/* ---- workers ------------------------------------------------------------------------------ */

/* Parts of the records can be added up apart: no order, no state and no dictionary is shared. */
static int is_divisible(const sp_job *job) {
  return job->n_levels == 0 && job->aux == NULL && job->made.n == 0;
}

/* What keeps one worker busy. */
#define SP_BYTES_OF_ONE (INT64_C(1) << 18)

/* As many workers as the files have work for. */
static int64_t most_by_size(const sp_job *job) {
  uint32_t n_files;
  const sp_file_fact *files = sp_stream_files(job->stream, &n_files);
  int64_t n_bytes = 0;
  for (uint32_t i = 0; i < n_files; i++) n_bytes += files[i].n_bytes > 0 ? files[i].n_bytes : 0;
  return 1 + n_bytes / SP_BYTES_OF_ONE;
}

static uint32_t count_workers(const sp_job *job, const sp_totals *totals, uint32_t read) {
  if (job->plain || read > 0 || totals->n_courses > 0 || !is_divisible(job)) return 1;
  int64_t n = job->options->threads;
  if (n <= 0) n = sp_processors();
  if (n > most_by_size(job)) n = most_by_size(job);
  /* Fewer, where what each takes for itself leaves little for the totals of all. */
  const uint64_t least = sp_totals_least(job, totals), room = sp_budget(job->options) / 4;
  if (least > 0 && (uint64_t)n > room / least) n = (int64_t)(room / least);
  return n < 1 ? 1 : n < SP_MOST_WORKERS ? (uint32_t)n : SP_MOST_WORKERS;
}

/* One worker: its own totals, unless it is the only one. */
static int32_t worker_init(sp_scanner *s, sp_job *job, sp_totals *totals, uint32_t read,
                           uint32_t n_workers, sampan_error *error) {
  sp_totals *own = totals;
  if (n_workers > 1) {
    SP_TRY(sp_totals_new(job, &own, error));
    const int32_t status = sp_totals_lay_out(job, own, error);
    if (status < 0) {
      sp_totals_free(job, own);
      return status;
    }
  }
  if (scanner_init(s, job, own, read, sp_batch_capacity(job)) < 0 ||
      (own != totals && sp_merge_new(job, totals, own, &s->merge) < 0)) {
    if (own != totals && s->merge == NULL) s->owned = own;
    return sp_error_memory(error);
  }
  if (own != totals) s->owned = own;
  s->main = totals;
  return sp_machine_new(job->program, s->capacity, &s->machine, error);
}

static void worker_clear(sp_scanner *s) {
  sp_machine_free(s->machine);
  sp_merge_free(s->merge);
  if (s->owned != NULL) sp_totals_free(s->job, s->owned);
  if (s->arena != NULL) scanner_clear(s);
}

static int compare_texts(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Hands the job what all workers were told, in an order that does not go by who read what. */
static int32_t tell_notes(sp_job *job, const sp_scanner *workers, uint32_t n) {
  uint32_t n_texts = 0, k = 0;
  for (uint32_t i = 0; i < n; i++) n_texts += workers[i].notes.n;
  if (n_texts == 0) return SAMPAN_OK;
  const char **texts = malloc(n_texts * sizeof *texts);
  if (texts == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = 0; j < workers[i].notes.n; j++) texts[k++] = workers[i].notes.texts[j];
  }
  qsort(texts, n_texts, sizeof *texts, compare_texts);
  for (k = 0; k < n_texts; k++) sp_job_note(job, texts[k]);
  free(texts);
  return SAMPAN_OK;
}

static int32_t read_by(sp_job *job, sp_scanner *workers, uint32_t n, sampan_error *error) {
  sp_stream_hand *hands = calloc(n, sizeof *hands);
  if (hands == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    hands[i] = (sp_stream_hand){.machine = workers[i].machine, .data = &workers[i]};
  }
  int32_t status = sp_job_read(job, hands, n, take_batch, error);
  free(hands);
  /* In this order, whichever worker was the first: the numbers of a run are the same each time. */
  for (uint32_t i = 0; i < n && status >= 0; i++) {
    status = unload(&workers[i], 1, error);
    if (status < 0) break;
    status = sp_common_check(job->common, workers[i].totals, workers[i].main, error);
  }
  return status;
}

int32_t sp_scan(sp_job *job, sp_totals *totals, uint32_t read, sampan_error *error) {
  sp_common common = {
      .job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .most = sp_budget(job->options)};
  const uint32_t n_workers = count_workers(job, totals, read);
  sp_scanner *workers = calloc(n_workers, sizeof *workers);
  if (workers == NULL) return sp_error_memory(error);
  totals->n_reads++;
  job->common = &common;
  int32_t status = SAMPAN_OK;
  for (uint32_t i = 0; i < n_workers && status >= 0; i++) {
    status = worker_init(&workers[i], job, totals, read, n_workers, error);
  }
  if (status >= 0) status = read_by(job, workers, n_workers, error);
  if (status >= 0 && tell_notes(job, workers, n_workers) < 0) status = sp_error_memory(error);
  int64_t n_read = 0;
  for (uint32_t i = 0; i < n_workers; i++) {
    n_read += workers[i].n_read;
    worker_clear(&workers[i]);
  }
  free(workers);
  job->common = NULL;
  int64_t *peak = job->options->totals_peak;
  if (peak != NULL && common.peak > (uint64_t)*peak) *peak = (int64_t)common.peak;
  (void)pthread_mutex_destroy(&common.lock);
  if (status < 0) return status;
  const int64_t n_before = read > 0 ? totals->n_read : job->n_prepared;
  if (n_before >= 0 && n_read != n_before) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
                        "the first read found %lld records, and a later one %lld: a file has "
                        "changed meanwhile",
                        (long long)n_before, (long long)n_read);
  }
  if (read > 0) return SAMPAN_OK;
  totals->n_read = n_read;
  const int is_shard = sp_stream_stretches(job->stream) != NULL; /* others may have some */
  if (totals->n_kept == 0 && !is_shard) return sp_nothing_kept(job, n_read, error);
  return sp_place_finish(&totals->place, error);
}
