/* stream_shard.c - reading a part of the records, and what the parts come to. */
#include <string.h>

#include "records/error_ids.h"
#include "records/stream_internal.h"

__extension__ typedef unsigned __int128 wide;

/* floor(a b / c), a <= c. */
static int64_t portion(int64_t a, int64_t b, int64_t c) {
  return (int64_t)((wide)a * (wide)b / (wide)c);
}

static int64_t within(int64_t position, int64_t size) {
  return position < 0 ? 0 : position < size ? position : size;
}

const char *sp_stream_pipe(const sp_stream *s) {
  for (uint32_t i = 0; i < s->n_facts; i++) {
    if (s->files[i]->is_pipe) return s->files[i]->given;
  }
  return NULL;
}

int32_t sp_stream_take_shard(sp_stream *s, uint32_t k, uint32_t n) {
  const uint32_t n_waves = s->plan->n_waves;
  int64_t total = 0, before = 0;
  s->stretches = sp_arena_array(s->context->arena, n_waves + 1U, sizeof *s->stretches);
  if (s->stretches == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t w = 0; w < n_waves; w++) total += s->waves[w].main.fact->n_bytes;
  const int64_t from = portion(k - 1, total, n), to = portion(k, total, n);
  for (uint32_t w = 0; w < n_waves; w++) {
    const int64_t size = s->waves[w].main.fact->n_bytes;
    s->stretches[w].size = size;
    s->stretches[w].from = within(from - before, size);
    s->stretches[w].to = within(to - before, size);
    before += size;
  }
  return SAMPAN_OK;
}

const sp_stretch *sp_stream_stretches(const sp_stream *s) {
  return s->stretches;
}

const sp_span *sp_stretch_span(sp_stream *s, uint32_t wave, int32_t plain, sp_span *out) {
  if (s->stretches == NULL) return NULL;
  sp_stretch *t = &s->stretches[wave];
  t->n_records = 0;
  const int has_spans = sp_source_has_spans(&s->waves[wave].main.source, t->size, s->context);
  t->by_records = plain || !has_spans;
  t->fell_back = plain && has_spans;
  *out = (sp_span){.from = t->from, .to = t->to, .size = t->size};
  return t->by_records ? NULL : out;
}

int32_t sp_stream_check_shard(const sp_stream *s, sampan_error *error) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    const sp_stretch *t = &s->stretches[w];
    if (!t->fell_back || t->from == t->to || t->to - t->from == t->size) continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_SHARD_UNCUT,
                 "this shard of the file cannot be read by its bytes, as the others are");
    sp_error_hint(error, "use `sampan run`, which reads it; or write all its line ends alike");
    return sp_error_file(error, s->waves[w].main.source.file);
  }
  return SAMPAN_OK;
}

/* ---- by records --------------------------------------------------------------------------- */

static uint32_t no_text(void *data, uint32_t fill, const char *text, uint64_t n) {
  (void)data;
  (void)fill;
  (void)text;
  (void)n;
  return 0;
}

static int32_t count_batch(void *data, int64_t n, sampan_error *error) {
  (void)error;
  *(int64_t *)data += n;
  return SAMPAN_OK;
}

/* How many records a file has: as its format proves, or as they are counted. */
static int32_t count_records(sp_stream *s, sp_file *file, int64_t *out, sampan_error *error) {
  const sampan_schema *schema = &file->source.schema;
  *out = schema->n_records;
  if (schema->complete && schema->n_records >= 0) return SAMPAN_OK;
  *out = 0;
  const sampan_sink sink = {.struct_size = sizeof sink,
                            .capacity = 2048,
                            .data = out,
                            .intern = no_text,
                            .batch = count_batch};
  const sampan_sink *const sinks[] = {&sink};
  const sp_file_hands to = {.sinks = sinks, .n_sinks = 1, .plain = 1};
  return sp_file_read(s, file, &to, NULL, NULL, error);
}

int32_t sp_stretch_rows(sp_stream *s, uint32_t wave, int64_t *from, int64_t *to,
                        sampan_error *error) {
  *from = 0;
  *to = INT64_MAX;
  if (s->stretches == NULL || !s->stretches[wave].by_records) return SAMPAN_OK;
  const sp_stretch *t = &s->stretches[wave];
  int64_t n = 0;
  SP_TRY(count_records(s, &s->waves[wave].main, &n, error));
  *from = t->size > 0 ? portion(t->from, n, t->size) : 0;
  *to = t->size > 0 ? portion(t->to, n, t->size) : 0;
  return SAMPAN_OK;
}

void sp_fills_shift(const sampan_fill *fills, uint32_t n_fills, int64_t by, int64_t n) {
  for (uint32_t f = 0; f < n_fills; f++) {
    const sampan_fill *fill = &fills[f];
    const size_t count = (size_t)n;
    if (fill->number != NULL) memmove(fill->number, fill->number + by, count * sizeof(double));
    if (fill->code != NULL) memmove(fill->code, fill->code + by, count * sizeof(uint32_t));
    if (fill->reason != NULL) memmove(fill->reason, fill->reason + by, count);
    for (int64_t i = 0; i < n; i++) {
      sampan_set_bit(fill->present, i, sampan_bit(fill->present, by + i));
    }
    for (int64_t i = n; i < by + n; i++) sampan_set_bit(fill->present, i, 0);
  }
}

/* ---- all parts ---------------------------------------------------------------------------- */

int32_t sp_stream_check_joins(const sp_stream *s, sampan_error *error) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    for (uint32_t j = 0; j < s->plan->waves[w].n_joins; j++) {
      const sp_file_fact *fact = s->waves[w].joins[j].fact;
      const int64_t n_main = s->waves[w].main.fact->n_records;
      if (n_main > 0 && fact->n_unmatched >= n_main) {
        sp_yaml_error(s->plan->waves[w].joins[j].place, s->plan->file, SP_ID_JOIN_UNMATCHED, error,
                      "not one record of '%s' has a partner in '%s'", s->plan->waves[w].given,
                      s->plan->waves[w].joins[j].given);
        return sp_error_hint(error,
                             "is the key the right one, and written alike in both? 01 and 1 are "
                             "two texts; types: {%s: number} makes them one number",
                             s->plan->waves[w].joins[j].by[0]);
      }
    }
  }
  return SAMPAN_OK;
}

int32_t sp_stream_set_counts(sp_stream *s, const int64_t *n_records, const int64_t *n_unmatched,
                             sampan_error *error) {
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    sp_wave_files *files = &s->waves[w];
    SP_TRY(sp_file_finish(s, &files->main, n_records[files->main.fact - s->facts], error));
    for (uint32_t j = 0; j < s->plan->waves[w].n_joins; j++) {
      const size_t i = (size_t)(files->joins[j].fact - s->facts);
      SP_TRY(sp_file_finish(s, &files->joins[j], n_records[i], error));
      files->joins[j].fact->n_unmatched = n_unmatched[i];
    }
  }
  return sp_stream_check_joins(s, error);
}
