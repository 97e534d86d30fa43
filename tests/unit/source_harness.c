/* source_harness.c - drives a source plugin from memory, for tests. */
#include "source_harness.h"

#include <stdlib.h>

#include "host/context.h"

#define MAX_COLUMNS 512

typedef struct memory_reader {
  const source_job *job;
  int64_t at, bytes_read;
  const char *bytes;
} memory_reader;

static int64_t memory_read(void *data, void *buffer, int64_t n, sampan_error *error) {
  memory_reader *m = (memory_reader *)data;
  const source_job *job = m->job;
  int64_t left = job->n_bytes - m->at;
  if (left < 0) left = 0;
  if (n > left) n = left;
  if (job->chunk > 0 && n > job->chunk) n = job->chunk;
  if (job->fail_at > 0 && m->at + n > job->fail_at) {
    error->status = SAMPAN_E_IO;
    snprintf(error->message, sizeof error->message, "the disk failed");
    return SAMPAN_E_IO;
  }
  if (n > 0) memcpy(buffer, m->bytes + m->at, (size_t)n);
  m->at += n;
  m->bytes_read += n;
  return n;
}

static int32_t memory_seek(void *data, int64_t offset, sampan_error *error) {
  (void)error;
  ((memory_reader *)data)->at = offset;
  return SAMPAN_OK;
}

typedef struct dictionary {
  char **text;
  uint32_t n, capacity;
  uint32_t *slot; /* code + 1 */
  uint32_t n_slots;
} dictionary;

typedef struct memory_sink {
  source_result *result;
  const sampan_sink *sink;
  dictionary *dictionaries;
  int64_t capacity; /* records that `cells` has room for */
  int64_t refuse;
} memory_sink;

static uint32_t hash(const char *text, uint64_t n) {
  uint32_t h = 2166136261u;
  for (uint64_t i = 0; i < n; i++) h = (h ^ (unsigned char)text[i]) * 16777619u;
  return h;
}

static void rehash(dictionary *d) {
  d->n_slots = d->n_slots == 0 ? 256 : 2 * d->n_slots;
  d->slot = (uint32_t *)realloc(d->slot, d->n_slots * sizeof *d->slot);
  memset(d->slot, 0, d->n_slots * sizeof *d->slot);
  for (uint32_t i = 0; i < d->n; i++) {
    uint32_t at = hash(d->text[i], strlen(d->text[i])) & (d->n_slots - 1);
    while (d->slot[at] != 0) at = (at + 1) & (d->n_slots - 1);
    d->slot[at] = i + 1;
  }
}

static uint32_t memory_intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  dictionary *d = &((memory_sink *)data)->dictionaries[fill];
  if (2 * d->n >= d->n_slots) rehash(d);
  uint32_t at = hash(text, n) & (d->n_slots - 1);
  for (; d->slot[at] != 0; at = (at + 1) & (d->n_slots - 1)) {
    const char *known = d->text[d->slot[at] - 1];
    if (strlen(known) == n && memcmp(known, text, n) == 0) return d->slot[at] - 1;
  }
  if (d->n == d->capacity) {
    d->capacity = d->capacity == 0 ? 64 : 2 * d->capacity;
    d->text = (char **)realloc(d->text, d->capacity * sizeof *d->text);
  }
  d->text[d->n] = sp_arena_text_n(((memory_sink *)data)->result->own, text, n);
  d->slot[at] = ++d->n;
  return d->n - 1;
}

static void clear_batch(const sampan_sink *sink) {
  for (uint32_t i = 0; i < sink->n_fills; i++) {
    const size_t n = (size_t)sink->capacity;
    memset(sink->fills[i].present, 0, n / 8);
    /* Values of an earlier batch must not be seen where a source writes nothing. */
    if (sink->fills[i].number) memset(sink->fills[i].number, 0x5A, n * sizeof(double));
    if (sink->fills[i].code) memset(sink->fills[i].code, 0x5A, n * sizeof(uint32_t));
    memset(sink->fills[i].reason, 0, n);
  }
}

static int32_t memory_batch(void *data, int64_t n_records, sampan_error *error) {
  memory_sink *m = (memory_sink *)data;
  source_result *r = m->result;
  const uint32_t n_fills = m->sink->n_fills;
  if (m->refuse > r->n_records && m->refuse <= r->n_records + n_records) {
    error->row = m->refuse;
    snprintf(error->message, sizeof error->message, "refused");
    return error->status = SAMPAN_E_MEMORY;
  }
  while (r->n_records + n_records > m->capacity) {
    m->capacity = m->capacity == 0 ? 4096 : 2 * m->capacity;
    r->cells = (source_cell *)realloc(
        r->cells, (size_t)m->capacity * (n_fills ? n_fills : 1) * sizeof *r->cells);
  }
  for (int64_t i = 0; i < n_records; i++) {
    for (uint32_t f = 0; f < n_fills; f++) {
      const sampan_fill *fill = &m->sink->fills[f];
      source_cell *cell = &r->cells[(size_t)(r->n_records + i) * n_fills + f];
      memset(cell, 0, sizeof *cell);
      cell->present = (uint8_t)sampan_bit(fill->present, i);
      cell->reason = fill->reason[i];
      if (fill->type == SAMPAN_NUMBER) cell->number = fill->number[i];
      if (fill->type == SAMPAN_TEXT && cell->present) {
        cell->text = m->dictionaries[f].text[fill->code[i]];
      }
      if (fill->type == SAMPAN_TEXT && !cell->present) cell->number = fill->code[i];
    }
  }
  r->n_records += n_records;
  r->n_batches++;
  clear_batch(m->sink);
  return SAMPAN_OK;
}

static void on_note(void *data, const char *text) {
  source_result *r = (source_result *)data;
  snprintf(r->notes + strlen(r->notes), sizeof r->notes - strlen(r->notes), "%s\n", text);
}

/* The fills for the columns of the job; -1 where the file lacks one. */
static int32_t make_fills(const source_job *job, source_result *r, sampan_sink *sink) {
  while (job->columns != NULL && job->columns[r->n_columns].name != NULL) r->n_columns++;
  sink->n_fills = r->n_columns;
  sink->fills = (sampan_fill *)sp_arena_array(r->own, r->n_columns + 1, sizeof(sampan_fill));
  for (uint32_t i = 0; i < r->n_columns; i++) {
    const source_column *column = &job->columns[i];
    const sampan_field *field = source_field(r, column->name);
    sampan_fill *fill = &sink->fills[i];
    if (field == NULL) return -1;
    fill->struct_size = sizeof *fill;
    fill->type = column->type;
    fill->field = (uint32_t)(field - r->schema.fields);
    fill->missing = column->missing;
    fill->n_missing = column->n_missing;
    fill->flags = job->flags;
    const uint64_t n = (uint64_t)sink->capacity;
    fill->present = (uint64_t *)sp_arena_array(r->own, n / 64, sizeof(uint64_t));
    fill->reason = (uint8_t *)sp_arena_array(r->own, n, 1);
    if (column->type == SAMPAN_NUMBER) {
      fill->number = (double *)sp_arena_array(r->own, n, sizeof(double));
    } else {
      fill->code = (uint32_t *)sp_arena_array(r->own, n, sizeof(uint32_t));
    }
  }
  return 0;
}

/* A stretch with nothing but the 64 bytes behind it that the contract grants. */
static int32_t read_stretch(const sampan_source_ops *ops, const sampan_call *call,
                            const sampan_schema *schema, const sampan_sink *sink, const char *bytes,
                            int64_t n, int32_t is_first, int32_t is_last) {
  char *copy = (char *)calloc((size_t)n + 64, 1);
  if (copy == NULL) return SAMPAN_E_MEMORY;
  memcpy(copy, bytes, (size_t)n);
  const sampan_stretch stretch = {.struct_size = sizeof stretch,
                                  .is_first = is_first,
                                  .is_last = is_last,
                                  .bytes = copy,
                                  .n_bytes = n};
  const int32_t status = ops->read_cut(call, schema, &stretch, sink);
  free(copy);
  return status;
}

static int64_t cut_copy(const sampan_source_ops *ops, const sampan_call *call,
                        const sampan_schema *schema, const char *bytes, int64_t n) {
  char *copy = (char *)malloc((size_t)n + 64);
  if (copy == NULL) return -1;
  memcpy(copy, bytes, (size_t)n);
  memset(copy + n, '"', 64); /* a buffer holds anything there */
  const int64_t m = ops->cut(call, schema, copy, n);
  free(copy);
  return m;
}

/* Deals the bytes out as the host does. */
static int32_t read_stretches(const source_job *job, const sampan_source_ops *ops,
                              const sampan_call *call, const sampan_sink *sink,
                              source_result *out) {
  for (int64_t at = 0, n = job->buffer;;) {
    const int64_t left = job->n_bytes - at;
    int32_t is_last = n >= left;
    int64_t m = is_last ? left : n;
    if (!is_last || (job->buffer % 2 == 1 && left > 0)) {
      const int64_t cut = cut_copy(ops, call, &out->schema, job->bytes + at, m);
      if (cut < 0) return SOURCE_UNCUT;
      if (cut == 0 && !is_last) {
        n *= 2;
        continue;
      }
      if (cut > 0) m = cut;
      is_last = is_last && cut == 0;
    }
    const int32_t status =
        read_stretch(ops, call, &out->schema, sink, job->bytes + at, m, at == 0, is_last);
    if (status != SAMPAN_END || is_last) return status;
    out->n_stretches++;
    at += m;
    n = job->buffer;
  }
}

int32_t source_run(const source_job *job, source_result *out) {
  memset(out, 0, sizeof *out);
  out->arena = sp_arena_new(job->budget);
  out->own = sp_arena_new(0);
  out->error.struct_size = sizeof(sampan_error);
  const sampan_source_ops *ops = (const sampan_source_ops *)job->plugin->ops;
  volatile int cancel = 0;
  sp_context context = {.arena = out->arena, .cancel = &cancel, .note = on_note, .note_data = out};
  const sampan_call call =
      sp_host_call(&context, job->values, job->values ? job->plugin->n_params : 0, &out->error);
  memory_reader memory = {.job = job, .bytes = job->bytes};
  const sampan_reader reader = {.struct_size = sizeof(sampan_reader),
                                .data = &memory,
                                .size = job->n_bytes,
                                .read = memory_read,
                                .seek = memory_seek};
  out->schema.struct_size = sizeof(sampan_schema);
  const uint64_t before = sp_arena_bytes(out->arena);
  out->status = ops->schema(&call, &reader, &out->schema);
  if (out->status == SAMPAN_OK) {
    sampan_sink sink = {.struct_size = sizeof(sampan_sink),
                        .capacity = job->capacity ? job->capacity : 1024,
                        .intern = memory_intern,
                        .batch = memory_batch};
    memory_sink m = {.result = out, .sink = &sink, .refuse = job->refuse};
    dictionary dictionaries[MAX_COLUMNS];
    memset(dictionaries, 0, sizeof dictionaries);
    m.dictionaries = dictionaries;
    sink.data = &m;
    memory.at = 0;
    if (job->bytes_later != NULL) memory.bytes = job->bytes_later;
    if (make_fills(job, out, &sink) != 0) {
      out->status = SAMPAN_E_PLAN;
      return out->status;
    }
    clear_batch(&sink);
    cancel = job->cancel_from;
    out->status = job->buffer == 0
                      ? ops->read(&call, &reader, &out->schema, &sink)
                      : read_stretches(job, job->ops != NULL ? job->ops : ops, &call, &sink, out);
    for (uint32_t i = 0; i < out->n_columns; i++) {
      free(dictionaries[i].slot);
      free(dictionaries[i].text);
    }
  }
  out->bytes_read = memory.bytes_read;
  out->bytes_allocated = sp_arena_bytes(out->arena) - before;
  return out->status;
}

void source_result_clear(source_result *r) {
  free(r->cells);
  sp_arena_free(r->arena);
  sp_arena_free(r->own);
  memset(r, 0, sizeof *r);
}

const source_cell *source_cell_at(const source_result *r, int64_t row, uint32_t column) {
  return &r->cells[(size_t)(row - 1) * r->n_columns + column];
}

int source_equal(const source_result *a, const source_result *b) {
  if (a->n_records != b->n_records || a->n_columns != b->n_columns) return 0;
  for (int64_t i = 0; i < a->n_records * a->n_columns; i++) {
    const source_cell *x = &a->cells[i], *y = &b->cells[i];
    if (x->present != y->present || x->reason != y->reason) return 0;
    if (memcmp(&x->number, &y->number, sizeof x->number) != 0) return 0;
    if ((x->text == NULL) != (y->text == NULL)) return 0;
    if (x->text != NULL && strcmp(x->text, y->text) != 0) return 0;
  }
  return 1;
}

const sampan_field *source_field(const source_result *r, const char *name) {
  for (uint32_t i = 0; i < r->schema.n_fields; i++) {
    if (strcmp(r->schema.fields[i].name, name) == 0) return &r->schema.fields[i];
  }
  return NULL;
}

char *source_slurp(const char *path, int64_t *n_bytes) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return NULL;
  fseek(f, 0, SEEK_END);
  *n_bytes = ftell(f);
  rewind(f);
  char *bytes = (char *)malloc((size_t)*n_bytes + 1);
  if (bytes != NULL && fread(bytes, 1, (size_t)*n_bytes, f) != (size_t)*n_bytes) {
    free(bytes);
    bytes = NULL;
  }
  fclose(f);
  return bytes;
}
