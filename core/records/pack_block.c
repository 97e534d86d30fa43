/* pack_block.c - a block as the source that stores it sees it, and into the file. */
#include <stdlib.h>

#include "base/buffer.h"
#include "records/error_ids.h"
#include "records/pack_internal.h"

/* Memory of one column, kept from block to block. */
typedef struct room {
  uint64_t *present;
  uint8_t *reason, *missing; /* missing: 1 + the reason of an entry that is no value; or 0 */
  double *number, *value;
  uint32_t *code;
  uint32_t n_entries; /* that `missing` and `value` have room for */
} room;

struct sp_pack_slab {
  const sp_pack_state *s;
  sampan_slab_column *columns;
  room *rooms;
};

sp_pack_slab *sp_slab_new(const sp_pack_state *s) {
  sp_pack_slab *slab = calloc(1, sizeof *slab);
  if (slab == NULL) return NULL;
  slab->s = s;
  slab->columns = calloc(s->n_columns, sizeof *slab->columns);
  slab->rooms = calloc(s->n_columns, sizeof *slab->rooms);
  if (slab->columns != NULL && slab->rooms != NULL) return slab;
  sp_slab_free(slab);
  return NULL;
}

void sp_slab_free(sp_pack_slab *slab) {
  if (slab == NULL) return;
  for (uint32_t c = 0; slab->rooms != NULL && c < slab->s->n_columns; c++) {
    room *r = &slab->rooms[c];
    free(r->present);
    free(r->reason);
    free(r->missing);
    free(r->number);
    free(r->value);
    free(r->code);
  }
  free(slab->rooms);
  free(slab->columns);
  free(slab);
}

/* ---- laying out --------------------------------------------------------------------------- */

/* Room for as many as a block has. */
static void *need(const sp_pack_slab *slab, void *had, size_t size) {
  return had != NULL ? had : calloc((size_t)slab->s->block + 64, size);
}

/* Bits and reasons of n records; `state` of one is 0 where it has a value, else 1 + its reason. */
#define SET_PRESENT(slab, r, to, n, state)                                   \
  do {                                                                       \
    (r)->present = need(slab, (r)->present, sizeof *(r)->present);           \
    (r)->reason = need(slab, (r)->reason, 1);                                \
    if ((r)->present == NULL || (r)->reason == NULL) return SAMPAN_E_MEMORY; \
    for (int64_t w = 0; w < sampan_words(n); w++) {                          \
      uint64_t bits = 0;                                                     \
      const int64_t end = 64 * w + 64 < (n) ? 64 * w + 64 : (n);             \
      for (int64_t i = 64 * w; i < end; i++) {                               \
        const uint32_t is = (state);                                         \
        bits |= (uint64_t)(is == 0) << (i - 64 * w);                         \
        (r)->reason[i] = (uint8_t)(is != 0 ? is - 1 : 0);                    \
      }                                                                      \
      (r)->present[w] = bits;                                                \
    }                                                                        \
    (to)->present = (r)->present;                                            \
    (to)->reason = (r)->reason;                                              \
  } while (0)

static uint32_t missing_state(uint64_t cell) {
  return sp_cell_is_missing(cell) ? 1 + (uint32_t)(cell & 0xFF) : 0;
}

static double number_of(uint64_t cell) {
  double x;
  if (sp_cell_is_missing(cell)) return 0;
  memcpy(&x, &cell, sizeof x);
  return x;
}

/* Codes into a table of cells, or of texts. */
static int32_t set_coded(sp_pack_slab *slab, uint32_t column, const uint16_t *code, int64_t n,
                         const uint64_t *cell, uint32_t n_entries, const char *const *text,
                         int settled) {
  const sp_pack_column *c = &slab->s->columns[column];
  room *r = &slab->rooms[column];
  sampan_slab_column *to = &slab->columns[column];
  int any_missing = 0;
  if (n_entries > r->n_entries) {
    free(r->missing);
    free(r->value);
    r->missing = malloc(n_entries);
    r->value = malloc(n_entries * sizeof *r->value);
    r->n_entries = n_entries;
    if (r->missing == NULL || r->value == NULL) {
      r->n_entries = 0;
      return SAMPAN_E_MEMORY;
    }
  }
  for (uint32_t k = 0; k < n_entries; k++) {
    const uint32_t is = missing_state(cell[k]);
    r->missing[k] = (uint8_t)is;
    any_missing |= is != 0;
    if (text == NULL) r->value[k] = number_of(settled ? cell[k] : sp_run_value(c, cell[k]));
  }
  *to = (sampan_slab_column){.type = text != NULL ? SAMPAN_TEXT : SAMPAN_NUMBER,
                             .code_bytes = 2,
                             .code = code,
                             .value = r->value,
                             .text = text,
                             .n_entries = n_entries};
  if (any_missing) SET_PRESENT(slab, r, to, n, r->missing[code[i]]);
  return SAMPAN_OK;
}

static int32_t set_raw(sp_pack_slab *slab, uint32_t column, const uint64_t *cell, int64_t n,
                       int settled) {
  const sp_pack_column *c = &slab->s->columns[column];
  room *r = &slab->rooms[column];
  sampan_slab_column *to = &slab->columns[column];
  int64_t n_missing = 0;
  for (int64_t i = 0; i < n; i++) n_missing += sp_cell_is_missing(cell[i]);
  if (c->mode == SP_READ_TEXT) {
    r->code = need(slab, r->code, sizeof *r->code);
    if (r->code == NULL) return SAMPAN_E_MEMORY;
    for (int64_t i = 0; i < n; i++) {
      r->code[i] = sp_cell_is_missing(cell[i]) ? 0 : (uint32_t)cell[i];
    }
    *to = (sampan_slab_column){.type = SAMPAN_TEXT,
                               .code_bytes = 4,
                               .code = r->code,
                               .text = c->texts.text,
                               .n_entries = c->texts.n};
  } else {
    r->number = need(slab, r->number, sizeof *r->number);
    if (r->number == NULL) return SAMPAN_E_MEMORY;
    for (int64_t i = 0; i < n; i++) {
      r->number[i] = number_of(settled ? cell[i] : sp_run_value(c, cell[i]));
    }
    *to = (sampan_slab_column){.type = SAMPAN_NUMBER, .number = r->number};
  }
  if (n_missing > 0) SET_PRESENT(slab, r, to, n, missing_state(cell[i]));
  return SAMPAN_OK;
}

int32_t sp_slab_of_run(sp_pack_slab *slab, const sp_run *run, sampan_error *error) {
  for (uint32_t i = 0; i < slab->s->n_columns; i++) {
    const sp_run_column *rc = &run->columns[i];
    const int text = slab->s->columns[i].mode == SP_READ_TEXT;
    const int32_t status = rc->cell != NULL ? set_raw(slab, i, rc->cell, run->n, 0)
                                            : set_coded(slab, i, rc->code, run->n, rc->cells.cell,
                                                        rc->cells.n, text ? rc->text : NULL, 0);
    if (status < 0) return sp_error_memory(error);
  }
  return SAMPAN_OK;
}

int32_t sp_slab_column(sp_pack_slab *slab, uint32_t column, const uint16_t *code,
                       const uint64_t *cell, int64_t n, sampan_error *error) {
  const sp_pack_column *c = &slab->s->columns[column];
  int32_t status;
  if (code == NULL) {
    status = set_raw(slab, column, cell, n, 1);
  } else {
    status = set_coded(slab, column, code, n, c->codes.cell, c->codes.n,
                       c->mode == SP_READ_TEXT ? c->code_text : NULL, 1);
  }
  return status < 0 ? sp_error_memory(error) : SAMPAN_OK;
}

/* ---- storing ------------------------------------------------------------------------------ */

static int32_t keep(void *data, const void *bytes, int64_t n, sampan_error *error) {
  sp_buffer *b = data;
  sp_buffer_add(b, bytes, (uint64_t)n);
  return b->failed ? sp_error_memory(error) : SAMPAN_OK;
}

/* Notes a block, and writes it. */
static int32_t put_block(sp_pack_state *s, int64_t n, const sp_buffer *bytes, const sp_buffer *note,
                         sampan_error *error) {
  if (s->n_blocks == s->room_blocks) {
    const int64_t wider = 2 * s->room_blocks + 64;
    sp_packed_block *grown = realloc(s->blocks, (size_t)wider * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    s->blocks = grown;
    s->room_blocks = wider;
  }
  char *copy = malloc(note->n_bytes + 1);
  if (copy == NULL) return sp_error_memory(error);
  memcpy(copy, note->data, note->n_bytes);
  s->blocks[s->n_blocks++] =
      (sp_packed_block){n, (int64_t)bytes->n_bytes, (int64_t)note->n_bytes, copy};
  return sp_output_write(s->output, bytes->data, (int64_t)bytes->n_bytes, error);
}

/* The same when it is the turn of run `index`. */
static int32_t put_in_turn(sp_pack_state *s, int64_t index, int64_t n, const sp_buffer *bytes,
                           const sp_buffer *note, sampan_error *error) {
  int32_t status = SAMPAN_OK;
  pthread_mutex_lock(&s->lock);
  while (s->turn != index && s->failure.status >= 0) pthread_cond_wait(&s->changed, &s->lock);
  if (s->failure.status < 0) {
    *error = s->failure;
    status = s->failure.status;
  } else {
    if (n > 0) status = put_block(s, n, bytes, note, error);
    s->turn++;
    pthread_cond_broadcast(&s->changed);
  }
  pthread_mutex_unlock(&s->lock);
  return status;
}

int32_t sp_slab_store(sp_pack_slab *slab, sp_pack_state *s, int64_t index, int64_t n,
                      sampan_error *error) {
  sp_buffer bytes, note;
  if (n == 0) return put_in_turn(s, index, 0, NULL, NULL, error);
  sp_buffer_init(&bytes);
  sp_buffer_init(&note);
  sp_context context = {.arena = sp_arena_new(0), .cancel = s->job->context->cancel};
  if (context.arena == NULL) return sp_error_memory(error);
  const sampan_slab block = {.struct_size = sizeof block,
                             .n_columns = s->n_columns,
                             .n_records = n,
                             .columns = slab->columns};
  const sampan_output out = {.struct_size = sizeof out, .data = &bytes, .write = keep};
  const sampan_output notes = {.struct_size = sizeof notes, .data = &note, .write = keep};
  const sampan_call call = sp_host_call(&context, NULL, 0, error);
  int32_t status = s->ops->store_block(&call, &s->job->source->schema, &block, &out, &notes);
  sp_arena_free(context.arena);
  if (status >= 0) status = put_in_turn(s, index, n, &bytes, &note, error);
  sp_buffer_clear(&bytes);
  sp_buffer_clear(&note);
  return status;
}
