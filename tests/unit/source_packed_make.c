/* source_packed_make.c - packed files made in memory. */
#include "source_packed_make.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "host/context.h"
#include "records/column.h"

static int32_t keep(void *data, const void *bytes, int64_t n, sampan_error *error) {
  made_file *f = (made_file *)data;
  (void)error;
  if (f->n_bytes + n > f->capacity) {
    f->capacity = 2 * f->capacity + n + 4096;
    f->bytes = (char *)realloc(f->bytes, (size_t)f->capacity);
  }
  memcpy(f->bytes + f->n_bytes, bytes, (size_t)n);
  f->n_bytes += n;
  return SAMPAN_OK;
}

/* Distinct values in order of appearance, and the codes of n records. */
static uint32_t code_numbers(const double *x, int64_t n, uint16_t *code, double *value) {
  uint32_t n_values = 0;
  for (int64_t i = 0; i < n; i++) {
    uint32_t k = 0;
    while (k < n_values && memcmp(&value[k], &x[i], sizeof x[i]) != 0) k++;
    if (k == n_values) value[n_values++] = x[i];
    code[i] = (uint16_t)k;
  }
  return n_values;
}

static sampan_slab_column lay_out(const made_column *c, int64_t from, int64_t n, sp_arena *arena) {
  sampan_slab_column out = {.type = c->type};
  uint64_t *present = (uint64_t *)sp_arena_array(arena, (uint64_t)n / 64 + 1, 8);
  if (c->present != NULL) {
    for (int64_t i = 0; i < n; i++) sampan_set_bit(present, i, c->present[from + i]);
    out.present = present;
  }
  if (c->reason != NULL) out.reason = c->reason + from;
  if (c->type == SAMPAN_TEXT) { /* each record's text is an entry: the encoder drops doubles */
    uint32_t *code = (uint32_t *)sp_arena_array(arena, (uint64_t)n, sizeof *code);
    const char **text = (const char **)sp_arena_array(arena, (uint64_t)n + 1, sizeof *text);
    uint32_t n_texts = 0;
    for (int64_t i = 0; i < n; i++) {
      const char *t = c->text[from + i] != NULL ? c->text[from + i] : "";
      uint32_t k = 0;
      while (k < n_texts && strcmp(text[k], t) != 0) k++;
      if (k == n_texts) text[n_texts++] = t;
      code[i] = k;
    }
    out.code = code;
    out.code_bytes = 4;
    out.text = text;
    out.n_entries = n_texts;
  } else if (c->coded) {
    uint16_t *code = (uint16_t *)sp_arena_array(arena, (uint64_t)n, sizeof *code);
    double *value = (double *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *value);
    out.n_entries = code_numbers(c->number + from, n, code, value);
    out.code = code;
    out.code_bytes = 2;
    out.value = value;
  } else {
    out.number = c->number + from;
  }
  return out;
}

made_file packed_make(const sampan_plugin *plugin, const made_column *columns, uint32_t n_columns,
                      int64_t n_records, int64_t block) {
  const sampan_source_ops *ops = (const sampan_source_ops *)plugin->ops;
  made_file file = {0};
  made_file *notes = (made_file *)calloc((size_t)(n_records / block + 2), sizeof *notes);
  sp_arena *arena = sp_arena_new(0);
  sp_context context = {.arena = arena};
  sampan_error error = {.struct_size = sizeof error};
  const sampan_call call = sp_host_call(&context, NULL, 0, &error);
  const sampan_output out = {.struct_size = sizeof out, .data = &file, .write = keep};
  sampan_field *fields = (sampan_field *)sp_arena_array(arena, n_columns + 1, sizeof *fields);
  int32_t *types = (int32_t *)sp_arena_array(arena, n_columns + 1, sizeof *types);
  sampan_writing *writing = (sampan_writing *)sp_arena_array(arena, n_columns + 1, sizeof *writing);
  int64_t records[512], bytes[512], note_bytes[512], n_blocks = 0;
  const void *note[512];
  for (uint32_t c = 0; c < n_columns; c++) {
    fields[c] = (sampan_field){.struct_size = sizeof fields[c],
                               .type = columns[c].declared,
                               .name = columns[c].name,
                               .label = columns[c].label != NULL ? columns[c].label : "",
                               .labels = columns[c].labels,
                               .n_labels = columns[c].n_labels};
    types[c] = columns[c].type;
    writing[c] = columns[c].writing;
  }
  const sampan_schema schema = {
      .struct_size = sizeof schema, .n_fields = n_columns, .fields = fields, .n_records = -1};
  cr_assert_eq(ops->store_begin(&call, &out), SAMPAN_OK);
  for (int64_t from = 0; from < n_records; from += block) {
    const int64_t n = n_records - from < block ? n_records - from : block;
    sampan_slab_column *laid =
        (sampan_slab_column *)sp_arena_array(arena, n_columns + 1, sizeof *laid);
    for (uint32_t c = 0; c < n_columns; c++) laid[c] = lay_out(&columns[c], from, n, arena);
    const sampan_slab slab = {
        .struct_size = sizeof slab, .n_columns = n_columns, .n_records = n, .columns = laid};
    const sampan_output to_note = {
        .struct_size = sizeof to_note, .data = &notes[n_blocks], .write = keep};
    const int64_t before = file.n_bytes;
    cr_assert_eq(ops->store_block(&call, &schema, &slab, &out, &to_note), SAMPAN_OK, "%s",
                 error.message);
    records[n_blocks] = n;
    bytes[n_blocks] = file.n_bytes - before;
    note[n_blocks] = notes[n_blocks].bytes;
    note_bytes[n_blocks] = notes[n_blocks].n_bytes;
    n_blocks++;
  }
  const sampan_stored stored = {.struct_size = sizeof stored,
                                .n_blocks = n_blocks,
                                .n_records = records,
                                .n_bytes = bytes,
                                .note = note,
                                .note_bytes = note_bytes,
                                .type = types,
                                .writing = writing,
                                .about = "made: by a test\n"};
  cr_assert_eq(ops->store_end(&call, &schema, &stored, &out), SAMPAN_OK, "%s", error.message);
  for (int64_t b = 0; b < n_blocks; b++) free(notes[b].bytes);
  free(notes);
  sp_arena_free(arena);
  return file;
}

/* ---- pieces ------------------------------------------------------------------------------- */

typedef struct pieces {
  const source_job *job;
  source_result *out;
  sampan_sink sink;
  sp_dictionary dictionaries[64];
  int64_t at;
  int64_t n_views; /* mapped, and not given back */
} pieces;

static int64_t never_read(void *data, void *buffer, int64_t n, sampan_error *error) {
  (void)data;
  (void)buffer;
  (void)n;
  error->status = SAMPAN_E_INTERNAL;
  return SAMPAN_E_INTERNAL;
}

/* A copy of just these bytes: what is read past them is found by the sanitizer. */
static const void *map(void *data, int64_t offset, int64_t n, sampan_error *error) {
  pieces *p = (pieces *)data;
  (void)error;
  cr_assert(offset >= 0 && n >= 0 && offset + n <= p->job->n_bytes);
  char *view = (char *)malloc((size_t)n + 1);
  memcpy(view, p->job->bytes + offset, (size_t)n);
  p->n_views++;
  return view;
}

static void unmap(void *data, const void *view, int64_t n) {
  (void)n;
  ((pieces *)data)->n_views--;
  free((void *)(uintptr_t)view);
}

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  return sp_dictionary_add(&((pieces *)data)->dictionaries[fill], text, n);
}

static void clear_fills(pieces *p) {
  for (uint32_t f = 0; f < p->sink.n_fills; f++) {
    memset(p->sink.fills[f].present, 0, (size_t)p->sink.capacity / 8);
    memset(p->sink.fills[f].reason, 0, (size_t)p->sink.capacity);
  }
}

static int32_t batch(void *data, int64_t n, sampan_error *error) {
  pieces *p = (pieces *)data;
  (void)error;
  for (uint32_t f = 0; f < p->sink.n_fills; f++) {
    const sampan_fill *fill = &p->sink.fills[f];
    for (int64_t i = 0; i < n; i++) {
      source_cell *cell = &p->out->cells[(p->at + i) * p->sink.n_fills + f];
      cell->present = (uint8_t)sampan_bit(fill->present, i);
      cell->reason = fill->reason[i];
      if (fill->type == SAMPAN_NUMBER) cell->number = fill->number[i];
      if (fill->type == SAMPAN_TEXT && cell->present) {
        cell->text = sp_arena_text(p->out->own, p->dictionaries[f].text[fill->code[i]]);
      }
    }
  }
  p->at += n;
  clear_fills(p);
  return SAMPAN_OK;
}

static void make_fills(pieces *p) {
  source_result *r = p->out;
  while (p->job->columns[r->n_columns].name != NULL) r->n_columns++;
  p->sink = (sampan_sink){.struct_size = sizeof p->sink,
                          .n_fills = r->n_columns,
                          .fills = (sampan_fill *)sp_arena_array(r->own, 64, sizeof(sampan_fill)),
                          .capacity = p->job->capacity > 0 ? p->job->capacity : 2048,
                          .data = p,
                          .intern = intern,
                          .batch = batch};
  for (uint32_t f = 0; f < r->n_columns; f++) {
    const uint64_t n = (uint64_t)p->sink.capacity;
    const source_column *c = &p->job->columns[f];
    p->sink.fills[f] =
        (sampan_fill){.struct_size = sizeof(sampan_fill),
                      .type = c->type,
                      .field = (uint32_t)(source_field(r, c->name) - r->schema.fields),
                      .number = (double *)sp_arena_array(r->own, n, sizeof(double)),
                      .code = (uint32_t *)sp_arena_array(r->own, n, sizeof(uint32_t)),
                      .present = (uint64_t *)sp_arena_array(r->own, n / 64, sizeof(uint64_t)),
                      .reason = (uint8_t *)sp_arena_array(r->own, n, 1),
                      .missing = c->missing,
                      .n_missing = c->n_missing};
    cr_assert_eq(sp_dictionary_init(&p->dictionaries[f]), SAMPAN_OK);
  }
  clear_fills(p);
}

int32_t packed_read_pieces(const source_job *job, source_result *out) {
  const sampan_source_ops *ops = (const sampan_source_ops *)job->plugin->ops;
  memset(out, 0, sizeof *out);
  out->arena = sp_arena_new(0);
  out->own = sp_arena_new(0);
  out->error.struct_size = sizeof out->error;
  pieces *p = (pieces *)calloc(1, sizeof *p);
  p->job = job;
  p->out = out;
  const sampan_reader reader = {.struct_size = sizeof reader,
                                .data = p,
                                .size = job->n_bytes,
                                .read = never_read,
                                .map = map,
                                .unmap = unmap};
  sp_context context = {.arena = out->arena};
  const sampan_call call = sp_host_call(&context, NULL, 0, &out->error);
  out->schema.struct_size = sizeof out->schema;
  out->status = ops->schema(&call, &reader, &out->schema);
  cr_assert_eq(out->status, SAMPAN_OK, "%s", out->error.message);
  make_fills(p);
  out->n_records = out->schema.n_records;
  out->cells =
      (source_cell *)calloc((size_t)out->n_records * out->n_columns + 1, sizeof *out->cells);
  out->status = SAMPAN_END;
  for (int64_t i = out->schema.n_pieces - 1; i >= 0 && out->status == SAMPAN_END; i--) {
    p->at = 0;
    for (int64_t k = 0; k < i; k++) p->at += out->schema.piece[k];
    out->status = ops->read_piece(&call, &reader, &out->schema, i, &p->sink);
  }
  cr_assert_eq(p->n_views, 0, "%lld views were not given back", (long long)p->n_views);
  for (uint32_t f = 0; f < out->n_columns; f++) sp_dictionary_clear(&p->dictionaries[f]);
  free(p);
  return out->status;
}
