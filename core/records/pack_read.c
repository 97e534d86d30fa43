/* pack_read.c - reading the source into runs. What a column of unknown type is, the first records
 * suggest; every cell is then looked at, and where one contradicts, the read begins again. */
#include <stdlib.h>

#include "records/error_ids.h"
#include "records/pack_internal.h"

enum { CAPACITY = 2048, SAMPLE = 8192, NOT_PLAIN = 64 };

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  sp_pack_state *s = data;
  sp_pack_column *c = &s->columns[s->fills[fill].reserved2];
  sp_written w;
  if (c->mode == SP_READ_CODE) return sp_written_code(text, n);
  if (c->mode == SP_READ_TEXT) return sp_dictionary_add(&c->texts, text, n);
  if (!sp_written_read(text, n, &w)) return NOT_PLAIN;
  return (uint32_t)w.decimals * 2 + (w.decimals > 0 && w.k % 10 == 0);
}

static void become(sp_pack_state *s, sp_pack_column *c, int32_t mode) {
  if (mode != SP_READ_BOTH || c->next_mode != SP_READ_TEXT) c->next_mode = mode;
  s->again = 1;
}

/* Texts of a batch that a column cannot be stored as numbers with. */
static void look_at_codes(sp_pack_state *s, sp_pack_column *c, int64_t n) {
  const sampan_fill *fill = &s->fills[c->mode == SP_READ_BOTH ? c->shape : c->fill];
  uint32_t most = 0;
  if (c->mode == SP_READ_CODE) {
    for (int64_t i = 0; i < n; i++) {
      const uint32_t code = sampan_bit(fill->present, i) ? fill->code[i] : 0;
      most = code > most ? code : most;
    }
    if (most >= SP_WRITTEN_LONG)
      become(s, c, most == SP_WRITTEN_LONG ? SP_READ_BOTH : SP_READ_TEXT);
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(fill->present, i)) continue;
    if (fill->code[i] >= NOT_PLAIN) {
      become(s, c, SP_READ_TEXT);
      return;
    }
    c->writings.decimals |= UINT32_C(1) << (fill->code[i] / 2);
    c->writings.ends_in_0 |= (int32_t)(fill->code[i] & 1);
  }
}

/* Hands a full run over, and takes an empty one. */
static int32_t hand_over(sp_pack_state *s) {
  if (sp_run_close(s, s->filling) < 0) return SAMPAN_E_MEMORY;
  pthread_mutex_lock(&s->lock);
  s->filling->index = s->n_runs++;
  sp_run **last = &s->full_runs;
  while (*last != NULL) last = &(*last)->next;
  *last = s->filling;
  s->filling = NULL;
  pthread_cond_broadcast(&s->changed);
  while (s->free_runs == NULL && s->failure.status >= 0) {
    pthread_cond_wait(&s->changed, &s->lock);
  }
  if (s->failure.status >= 0) {
    s->filling = s->free_runs;
    s->free_runs = s->filling->next;
  }
  pthread_mutex_unlock(&s->lock);
  if (s->filling == NULL) return s->failure.status;
  sp_run_reset(s, s->filling);
  return SAMPAN_OK;
}

static void clear_fills(sp_pack_state *s) {
  for (uint32_t f = 0; f < s->sink.n_fills; f++) {
    memset(s->fills[f].present, 0, CAPACITY / 8);
    memset(s->fills[f].reason, 0, CAPACITY);
  }
}

static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  sp_pack_state *s = data;
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    if (c->mode == SP_READ_CODE || c->mode == SP_READ_BOTH) look_at_codes(s, c, n);
  }
  s->n_records += n;
  if (s->stop_after > 0) {
    if (s->n_records < s->stop_after) {
      clear_fills(s);
      return SAMPAN_OK;
    }
    return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "enough was seen");
  }
  for (int64_t done = 0; done < n && !s->again;) {
    const int64_t room = s->block - s->filling->n, m = n - done < room ? n - done : room;
    if (sp_run_add(s, s->filling, done, m) < 0) return sp_error_memory(error);
    done += m;
    if (s->filling->n == s->block) {
      const int32_t status = hand_over(s);
      if (status < 0) return sp_error_set(error, status, SP_ID_PACK, "packing failed");
    }
  }
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    if (!sp_writings_hold(&c->writings)) become(s, c, SP_READ_TEXT);
  }
  if (s->again)
    return sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_PACK, "another type is needed");
  clear_fills(s);
  return SAMPAN_OK;
}

/* ---- fills -------------------------------------------------------------------------------- */

static int32_t make_fill(sp_pack_state *s, uint32_t column, int32_t type, uint32_t *index) {
  sampan_fill *fill = &s->fills[s->sink.n_fills];
  sp_arena *arena = s->job->context->arena;
  *index = s->sink.n_fills++;
  if (fill->present == NULL) {
    fill->struct_size = sizeof *fill;
    fill->number = sp_arena_array(arena, CAPACITY, sizeof(double));
    fill->code = sp_arena_array(arena, CAPACITY, sizeof(uint32_t));
    fill->present = sp_arena_array(arena, CAPACITY / 64, sizeof(uint64_t));
    fill->reason = sp_arena_array(arena, CAPACITY, 1);
  }
  if (fill->number == NULL || fill->code == NULL || fill->present == NULL || fill->reason == NULL) {
    return SAMPAN_E_MEMORY;
  }
  fill->type = type;
  fill->field = column;
  fill->reserved2 = column;
  return SAMPAN_OK;
}

static int32_t make_fills(sp_pack_state *s) {
  sp_arena *arena = s->job->context->arena;
  if (s->fills == NULL) s->fills = sp_arena_array(arena, 2 * s->n_columns + 1, sizeof *s->fills);
  if (s->fills == NULL) return SAMPAN_E_MEMORY;
  s->sink = (sampan_sink){.struct_size = sizeof s->sink,
                          .fills = s->fills,
                          .capacity = CAPACITY,
                          .data = s,
                          .intern = intern,
                          .batch = take_batch};
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    c->mode = c->next_mode;
    const int number = c->mode == SP_READ_NUMBER || c->mode == SP_READ_BOTH;
    c->writings = (sp_writings){0};
    sp_dictionary_clear(&c->texts);
    if (c->mode == SP_READ_TEXT && sp_dictionary_init(&c->texts) < 0) return SAMPAN_E_MEMORY;
    if (make_fill(s, i, number ? SAMPAN_NUMBER : SAMPAN_TEXT, &c->fill) < 0) return SAMPAN_E_MEMORY;
    if (c->mode == SP_READ_BOTH && make_fill(s, i, SAMPAN_TEXT, &c->shape) < 0) {
      return SAMPAN_E_MEMORY;
    }
  }
  clear_fills(s);
  return SAMPAN_OK;
}

/* A number that the source does not take for one: the column is of texts. */
static int is_of_both(sp_pack_state *s, const sampan_error *error) {
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    if (c->mode != SP_READ_BOTH ||
        strncmp(c->field->name, error->column, sizeof error->column - 1) != 0) {
      continue;
    }
    become(s, c, SP_READ_TEXT);
    return 1;
  }
  return 0;
}

int32_t sp_pack_read(sp_pack_state *s, sampan_error *error) {
  int64_t n_records = 0;
  s->n_records = 0;
  s->again = 0;
  if (make_fills(s) < 0) return sp_error_memory(error);
  const sp_pack_job *job = s->job;
  int32_t status =
      sp_source_read(job->source, &s->sink, job->context, s->stop_after > 0 ? NULL : job->progress,
                     job->progress_data, &n_records, error);
  if (status < 0 && (s->again || (s->stop_after > 0 && s->n_records >= s->stop_after))) {
    sp_error_clear(error);
    return SAMPAN_OK;
  }
  if (status == SAMPAN_E_DATA && error->row > 0 && error->column[0] != '\0' &&
      is_of_both(s, error)) {
    sp_error_clear(error);
    return SAMPAN_OK;
  }
  if (status < 0) {
    pthread_mutex_lock(&s->lock);
    if (s->failure.status < 0) { /* of a thread that stores */
      *error = s->failure;
      status = error->status;
    }
    pthread_mutex_unlock(&s->lock);
    return status;
  }
  if (s->stop_after == 0 && s->filling->n > 0) {
    status = hand_over(s);
    if (status < 0) {
      *error = s->failure;
      return status == SAMPAN_E_MEMORY ? sp_error_memory(error) : status;
    }
  }
  return SAMPAN_OK;
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
  if (!any) return SAMPAN_OK;
  s->stop_after = SAMPLE;
  do {
    const int32_t status = sp_pack_read(s, error);
    if (status < 0) return status;
  } while (s->again);
  s->stop_after = 0;
  return SAMPAN_OK;
}
