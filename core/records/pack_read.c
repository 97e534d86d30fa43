/* pack_read.c - reading the source into runs. What a column of unknown type is, the first records
 * suggest; every cell is then looked at, and where one contradicts, the read begins again. */
#include <math.h>
#include <stdlib.h>

#include "records/error_ids.h"
#include "records/pack_internal.h"

enum { CAPACITY = 2048, SAMPLE = 8192, NOT_PLAIN = 1024 };

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  sp_pack_reader *r = data;
  const uint32_t column = r->fills[fill].field;
  const int32_t mode = r->s->columns[column].mode;
  sp_written w;
  if (mode == SP_READ_CODE) return sp_written_code(text, n);
  if (mode == SP_READ_TEXT) return sp_dictionary_add(&r->texts[column], text, n);
  if (!sp_written_read(text, n, &w)) return NOT_PLAIN;
  return (uint32_t)w.whole << 5 | (uint32_t)w.decimals << 1 | (w.decimals > 0 && w.k % 10 == 0);
}

static void become(sp_pack_reader *r, uint32_t column, int32_t mode) {
  if (mode != SP_READ_BOTH || r->next_mode[column] != SP_READ_TEXT) r->next_mode[column] = mode;
  r->again = 1;
}

/* Texts of a batch that a column cannot be stored as numbers with. */
static void look_at_codes(sp_pack_reader *r, uint32_t column, int64_t n) {
  const int both = r->s->columns[column].mode == SP_READ_BOTH;
  const sampan_fill *fill = &r->fills[both ? r->shape[column] : r->fill[column]];
  if (!both) {
    uint32_t most = 0; /* what stands where a record has no value was looked at before */
    for (int64_t i = 0; i < n; i++) most = fill->code[i] > most ? fill->code[i] : most;
    if (most == SP_WRITTEN_LONG) become(r, column, SP_READ_BOTH);
    if (most > SP_WRITTEN_LONG) become(r, column, SP_READ_TEXT);
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(fill->present, i)) continue;
    if (fill->code[i] >= NOT_PLAIN) {
      become(r, column, SP_READ_TEXT);
      return;
    }
    sp_writings_add_digits(&r->writings[column], (int32_t)(fill->code[i] >> 5),
                           (int32_t)(fill->code[i] >> 1 & 15), (int)(fill->code[i] & 1));
  }
}

/* Hands a full run over, and takes an empty one. */
static int32_t hand_over(sp_pack_reader *r) {
  sp_pack_state *s = r->s;
  if (sp_run_close(r) < 0) return SAMPAN_E_MEMORY;
  pthread_mutex_lock(&s->lock);
  r->run->index = s->n_runs++;
  sp_run **last = &s->full_runs;
  while (*last != NULL) last = &(*last)->next;
  *last = r->run;
  r->run = NULL;
  pthread_cond_broadcast(&s->changed);
  while (s->free_runs == NULL && s->failure.status >= 0) {
    pthread_cond_wait(&s->changed, &s->lock);
  }
  if (s->failure.status >= 0) {
    r->run = s->free_runs;
    s->free_runs = r->run->next;
  }
  const int32_t status = s->failure.status;
  pthread_mutex_unlock(&s->lock);
  if (r->run == NULL) return status;
  sp_run_reset(s, r->run);
  return SAMPAN_OK;
}

static void clear_fills(sp_pack_reader *r) {
  for (uint32_t f = 0; f < r->sink.n_fills; f++) {
    memset(r->fills[f].present, 0, CAPACITY / 8);
    memset(r->fills[f].reason, 0, CAPACITY);
  }
}

/* A read in order is guarded by the host; one in stretches must fail where that would. */
static int is_finite(const sp_pack_reader *r, int64_t n) {
  double probe = 0;
  for (uint32_t f = 0; f < r->sink.n_fills; f++) {
    if (r->fills[f].type != SAMPAN_NUMBER) continue;
    for (int64_t i = 0; i < n; i++) probe += r->fills[f].number[i] * 0.0;
  }
  return probe == 0;
}

static int32_t add_batch(sp_pack_reader *r, int64_t n, sampan_error *error) {
  const sp_pack_state *s = r->s;
  for (int64_t done = 0; done < n && !r->again;) {
    const int64_t room = s->block - r->run->n, m = n - done < room ? n - done : room;
    if (r->one_run && m < n - done) {
      r->overflow = 1;
      return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "too many records in a stretch");
    }
    if (sp_run_add(r, done, m) < 0) return sp_error_memory(error);
    done += m;
    if (r->run->n == s->block && !r->one_run) {
      const int32_t status = hand_over(r);
      if (status < 0) return sp_error_set(error, status, SP_ID_PACK, "packing failed");
    }
  }
  for (uint32_t i = 0; i < s->n_columns; i++) {
    if (!sp_writings_hold(&r->writings[i])) become(r, i, SP_READ_TEXT);
  }
  return SAMPAN_OK;
}

static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  sp_pack_reader *r = data;
  for (uint32_t i = 0; i < r->s->n_columns; i++) {
    const int32_t mode = r->s->columns[i].mode;
    if (mode == SP_READ_CODE || mode == SP_READ_BOTH) look_at_codes(r, i, n);
  }
  r->n_records += n;
  if (r->stop_after > 0 && r->n_records >= r->stop_after) {
    return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "enough was seen");
  }
  if (r->one_run && !is_finite(r, n)) {
    return sp_error_set(error, SAMPAN_E_DATA, SP_ID_PACK, "a number is not finite");
  }
  if (r->stop_after == 0) {
    SP_TRY(add_batch(r, n, error));
    if (r->again) {
      return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "another type is needed");
    }
  }
  clear_fills(r);
  return SAMPAN_OK;
}

/* ---- readers ------------------------------------------------------------------------------ */

static int32_t make_fill(sp_pack_reader *r, uint32_t column, int32_t type, uint32_t *index) {
  sampan_fill *fill = &r->fills[r->sink.n_fills];
  *index = r->sink.n_fills++;
  *fill = (sampan_fill){.struct_size = sizeof *fill, .type = type, .field = column};
  fill->number = type == SAMPAN_NUMBER ? calloc(CAPACITY, sizeof(double)) : NULL;
  fill->code = type == SAMPAN_TEXT ? calloc(CAPACITY, sizeof(uint32_t)) : NULL;
  fill->present = calloc(CAPACITY / 64, sizeof(uint64_t));
  fill->reason = calloc(CAPACITY, 1);
  return (fill->number == NULL && fill->code == NULL) || fill->present == NULL ||
                 fill->reason == NULL
             ? SAMPAN_E_MEMORY
             : SAMPAN_OK;
}

int32_t sp_pack_reader_init(sp_pack_reader *r, sp_pack_state *s) {
  const size_t n = s->n_columns;
  *r = (sp_pack_reader){.s = s};
  r->fills = calloc(2 * n + 1, sizeof *r->fills);
  r->fill = calloc(n + 1, sizeof *r->fill);
  r->shape = calloc(n + 1, sizeof *r->shape);
  r->raw = calloc(n + 1, sizeof *r->raw);
  r->next_mode = calloc(n + 1, sizeof *r->next_mode);
  r->writings = calloc(n + 1, sizeof *r->writings);
  r->texts = calloc(n + 1, sizeof *r->texts);
  if (r->fills == NULL || r->fill == NULL || r->shape == NULL || r->raw == NULL ||
      r->next_mode == NULL || r->writings == NULL || r->texts == NULL) {
    return SAMPAN_E_MEMORY;
  }
  r->sink = (sampan_sink){.struct_size = sizeof r->sink,
                          .fills = r->fills,
                          .capacity = CAPACITY,
                          .data = r,
                          .intern = intern,
                          .batch = take_batch};
  for (uint32_t i = 0; i < n; i++) {
    const int32_t mode = s->columns[i].mode;
    const int number = mode == SP_READ_NUMBER || mode == SP_READ_BOTH;
    r->next_mode[i] = -1;
    if (make_fill(r, i, number ? SAMPAN_NUMBER : SAMPAN_TEXT, &r->fill[i]) < 0 ||
        (mode == SP_READ_BOTH && make_fill(r, i, SAMPAN_TEXT, &r->shape[i]) < 0)) {
      return SAMPAN_E_MEMORY;
    }
  }
  return sp_pack_reader_restart(r);
}

int32_t sp_pack_reader_restart(sp_pack_reader *r) {
  /* What a stretch becomes must not depend on those that the same thread had before. */
  memset(r->raw, 0, r->s->n_columns * sizeof *r->raw);
  for (uint32_t i = 0; i < r->s->n_columns; i++) {
    if (r->s->columns[i].mode != SP_READ_TEXT) continue;
    sp_dictionary_clear(&r->texts[i]);
    if (sp_dictionary_init(&r->texts[i]) < 0) return SAMPAN_E_MEMORY;
  }
  clear_fills(r);
  return SAMPAN_OK;
}

void sp_pack_reader_clear(sp_pack_reader *r) {
  for (uint32_t f = 0; f < r->sink.n_fills; f++) {
    free(r->fills[f].number);
    free(r->fills[f].code);
    free(r->fills[f].present);
    free(r->fills[f].reason);
  }
  for (uint32_t i = 0; r->texts != NULL && i < r->s->n_columns; i++) {
    sp_dictionary_clear(&r->texts[i]);
  }
  free(r->fills);
  free(r->fill);
  free(r->shape);
  free(r->raw);
  free(r->next_mode);
  free(r->writings);
  free(r->texts);
  sp_run_free(r->s, r->run);
}

void sp_pack_reader_merge(const sp_pack_reader *r) {
  sp_pack_state *s = r->s;
  s->n_records += r->n_records;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    sp_writings_merge(&c->writings, &r->writings[i]);
    int32_t next = r->next_mode[i];
    if (!sp_writings_hold(&c->writings)) next = SP_READ_TEXT;
    if (next < 0 || c->next_mode == SP_READ_TEXT) continue;
    c->next_mode = next;
    s->again = 1;
  }
}

/* ---- in order ----------------------------------------------------------------------------- */

/* A number that the source does not take for one: the column is of texts. */
static int is_of_both(sp_pack_reader *r, const sampan_error *error) {
  for (uint32_t i = 0; i < r->s->n_columns; i++) {
    const sp_pack_column *c = &r->s->columns[i];
    if (c->mode != SP_READ_BOTH ||
        strncmp(c->field->name, error->column, sizeof error->column - 1) != 0) {
      continue;
    }
    become(r, i, SP_READ_TEXT);
    return 1;
  }
  return 0;
}

/* Of a thread that stores, if one failed. */
static int32_t store_failure(sp_pack_state *s, int32_t status, sampan_error *error) {
  pthread_mutex_lock(&s->lock);
  if (s->failure.status < 0) {
    *error = s->failure;
    status = error->status;
  }
  pthread_mutex_unlock(&s->lock);
  return status;
}

static int32_t read_in_order(sp_pack_reader *r, sampan_error *error) {
  const sp_pack_job *job = r->s->job;
  const int sample = r->stop_after > 0;
  int32_t status = sp_source_read(job->source, &r->sink, job->context,
                                  sample ? NULL : job->progress, job->progress_data, NULL, error);
  const int enough = sample && r->n_records >= r->stop_after;
  const int other =
      status == SAMPAN_E_DATA && error->row > 0 && error->column[0] != '\0' && is_of_both(r, error);
  if (status < 0 && (r->again || enough || other)) {
    sp_error_clear(error);
    return SAMPAN_OK;
  }
  if (status < 0) return store_failure(r->s, status, error);
  if (!sample && r->run->n > 0) {
    status = hand_over(r);
    if (status < 0) {
      (void)sp_error_memory(error);
      return store_failure(r->s, status, error);
    }
  }
  return SAMPAN_OK;
}

int32_t sp_pack_read(sp_pack_state *s, sampan_error *error) {
  sp_pack_reader r;
  int32_t status = sp_pack_reader_init(&r, s) < 0 ? sp_error_memory(error) : (int32_t)SAMPAN_OK;
  if (status >= 0) {
    pthread_mutex_lock(&s->lock);
    r.run = s->free_runs;
    s->free_runs = r.run->next;
    pthread_mutex_unlock(&s->lock);
    sp_run_reset(s, r.run);
    status = read_in_order(&r, error);
    pthread_mutex_lock(&s->lock);
    sp_pack_reader_merge(&r);
    pthread_mutex_unlock(&s->lock);
    /* Texts of runs that are still being stored are the reader's: the caller frees it. */
  }
  s->reader = r;
  return status;
}

int32_t sp_pack_sample(sp_pack_state *s, sampan_error *error) {
  int any = 0;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    c->next_mode = c->field->type == 0               ? SP_READ_CODE
                   : c->field->type == SAMPAN_NUMBER ? SP_READ_NUMBER
                                                     : SP_READ_TEXT;
    any = any || c->field->type == 0;
  }
  for (s->again = any; s->again;) {
    sp_pack_reader r;
    s->again = 0;
    s->n_records = 0;
    for (uint32_t i = 0; i < s->n_columns; i++) {
      s->columns[i].mode = s->columns[i].next_mode;
      s->columns[i].writings = (sp_writings){0};
    }
    int32_t status = sp_pack_reader_init(&r, s) < 0 ? sp_error_memory(error) : (int32_t)SAMPAN_OK;
    r.stop_after = SAMPLE;
    if (status >= 0) status = read_in_order(&r, error);
    if (status >= 0) sp_pack_reader_merge(&r);
    sp_pack_reader_clear(&r);
    if (status < 0) return status;
  }
  return SAMPAN_OK;
}
