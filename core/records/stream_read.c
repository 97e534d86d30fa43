/* stream_read.c - reading the waves through a machine. */
#include <stdatomic.h>
#include <stdlib.h>

#include "base/lanes.h"
#include "base/text.h"
#include "records/error_ids.h"
#include "records/stream_internal.h"

int32_t sp_missing_codes(const sp_stream *s, sp_program *program, const char *column,
                         const char *const **out, uint32_t *n, sampan_error *error) {
  uint32_t total = 0;
  const char **codes = NULL;
  const uint32_t field = sp_program_find_field(program, column);
  for (uint32_t r = 0; r < s->plan->n_missing; r++) {
    const sp_missing_rule *rule = &s->plan->missing[r];
    const uint32_t first = sp_program_find_field(program, rule->first);
    const uint32_t last = rule->last != NULL ? sp_program_find_field(program, rule->last) : first;
    if (field < first || field > last) continue;
    codes = sp_arena_grow(s->context->arena, codes, total, total + rule->n_codes, sizeof *codes);
    if (codes == NULL) return sp_error_memory(error);
    for (uint32_t i = 0; i < rule->n_codes; i++) codes[total++] = rule->codes[i];
  }
  *out = codes;
  *n = total;
  return SAMPAN_OK;
}

void sp_missing_apply(sp_column *column, int64_t n, const char *const *codes, uint32_t n_codes) {
  const sp_lanes *lanes = sp_lanes_best();
  for (uint32_t k = 0; k < n_codes; k++) {
    double x = 0;
    uint32_t code = SP_MAP_NONE;
    if (column->type == SAMPAN_TEXT) {
      code = sp_map_find(column->dictionary->map, codes[k], strlen(codes[k]));
      if (code == SP_MAP_NONE) continue;
    } else if (sp_parse_number(codes[k], strlen(codes[k]), &x) != 0) {
      continue;
    }
    for (int64_t w = 0; w < sampan_words(n); w++) {
      const int64_t end = n - w * 64 < 64 ? n - w * 64 : 64;
      uint64_t hits = 0;
      if (column->type == SAMPAN_NUMBER) {
        lanes->compare_one(SP_IS_EQ, column->number + w * 64, x, end, &hits);
      } else {
        for (int64_t i = 0; i < end; i++) {
          hits |= (uint64_t)(column->code[w * 64 + i] == code) << i;
        }
      }
      column->present[w] &= ~hits;
    }
  }
  if (n_codes > 0) sp_column_zero_absent(column, n);
}

sp_file_stamp sp_file_stamp_of(const char *path) {
  struct stat st;
  sp_file_stamp stamp;
  memset(&stamp, 0, sizeof stamp);
  if (stat(path, &st) != 0) return stamp;
  stamp.device = st.st_dev;
  stamp.inode = st.st_ino;
  stamp.size = -1; /* of a pipe, which changes as it is read */
  if (!S_ISREG(st.st_mode)) return stamp;
  stamp.size = st.st_size;
  stamp.modified = st.st_mtim;
  return stamp;
}

int32_t sp_file_unchanged(const sp_file *file, sampan_error *error) {
  const sp_file_stamp then = file->stamp, now = sp_file_stamp_of(file->source.file);
  if (now.device == then.device && now.inode == then.inode && now.size == then.size &&
      now.modified.tv_sec == then.modified.tv_sec &&
      now.modified.tv_nsec == then.modified.tv_nsec) {
    return SAMPAN_OK;
  }
  sp_error_clear(error); /* whatever the read found is not worth telling */
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED, "the file changed while it was being read");
  sp_error_hint(error, "run again when no other program writes to it; or read a copy");
  return sp_error_file(error, file->source.file);
}

int32_t sp_file_read(sp_stream *s, sp_file *file, const sp_file_hands *to, sp_progress_fn *progress,
                     void *progress_data, sampan_error *error) {
  int32_t status;
  SP_TRY(sp_file_unchanged(file, error));
  if (to->plain || !sp_source_can_deal(&file->source)) {
    status = sp_source_read(&file->source, to->sinks[0], s->context, progress, progress_data, NULL,
                            error);
  } else {
    sp_dealt dealt;
    if (to->in_pieces != NULL) *to->in_pieces = 1;
    status = sp_source_deal(&file->source, to->span, to->sinks, to->n_sinks, s->context, progress,
                            progress_data, &dealt, error);
  }
  if (status == SAMPAN_E_CANCELLED) return status;
  SP_TRY(sp_file_unchanged(file, error));
  return status;
}

int32_t sp_file_finish(const sp_stream *s, sp_file *file, int64_t n_records, sampan_error *error) {
  file->fact->n_records = n_records;
  if (file->asserted >= 0 && file->asserted != n_records) {
    sp_yaml_error(file->place, s->plan->file, SP_ID_ROW_COUNT, error,
                  "the plan says that '%s' has %lld records, but it has %lld", file->given,
                  (long long)file->asserted, (long long)n_records);
    sp_error_hint(error, "was the file cut off, or is it another one? else correct `rows`");
    if (error != NULL) error->status = SAMPAN_E_INCOMPLETE;
    return SAMPAN_E_INCOMPLETE;
  }
  /* What the format cannot prove, the plan can: the file is the one it means, or as long. */
  if (file->asserted >= 0 || file->asserted_digest != NULL) file->fact->proven = 1;
  return SAMPAN_OK;
}

/* One wave while it is being read: what all hands share. */
typedef struct wave_reading {
  sp_stream *stream;
  sp_program *program;
  sp_stream_use *use;
  uint32_t wave;
  uint32_t n_sides;
  sp_side *sides;
  int64_t bytes_before, bytes_total, records_before;
  atomic_llong n_records;
} wave_reading;

/* One hand. */
typedef struct reading {
  wave_reading *shared;
  sp_stream *stream;
  sp_program *program;
  sp_machine *machine;
  void *data;
  uint32_t wave;
  uint32_t n_fills;
  sp_side *sides;
  sampan_fill *fills;
  sp_column **by_fill;
  uint32_t **run_end; /* of those that may have runs */
  sp_column **fixed;  /* columns that the file does not have: constants and absent ones */
  const sp_setting **fixed_value; /* NULL: absent */
  uint32_t n_fixed;
  int64_t row, capacity;
  int64_t from, to;     /* the records that are taken */
  int64_t *n_unmatched; /* by join */
} reading;

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  reading *r = data;
  return sp_dictionary_add(r->by_fill[fill]->dictionary, text, n);
}

static int32_t fill_fixed(sp_column *c, const sp_setting *set, int64_t n) {
  const size_t bytes = (size_t)sampan_words(n) * sizeof(uint64_t);
  c->n_runs = 0;
  memset(c->present, set != NULL ? 0xff : 0, bytes);
  if (c->reason != NULL) memset(c->reason, 0, (size_t)n); /* a wave before may have had some */
  double x = 0;
  uint32_t code = 0;
  if (set != NULL && c->type == SAMPAN_NUMBER) {
    if (sp_parse_number(set->value->text, strlen(set->value->text), &x) != 0) {
      return SAMPAN_E_PLAN;
    }
  } else if (set != NULL) {
    code = sp_dictionary_add(c->dictionary, set->value->text, strlen(set->value->text));
    if (code == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  for (int64_t i = 0; i < n; i++) {
    if (c->number != NULL) c->number[i] = x;
    if (c->code != NULL) c->code[i] = code;
  }
  return SAMPAN_OK;
}

/* Rows within a batch become rows of the file. */
static int32_t place_error(const reading *r, int32_t status, sampan_error *error) {
  if (status < 0 && error != NULL && error->file[0] == '\0') {
    sp_error_file(error, r->stream->waves[r->wave].main.source.file);
    if (error->row > 0) error->row += r->row;
  }
  return status;
}

/* The failure of the earliest record, whatever the batch: what looks at a batch step by step may
 * have met that of a later one first, so the records before it are handed over once more. */
static int32_t hand_over(reading *r, int64_t n, sampan_error *error) {
  const sp_stream_use *use = r->shared->use;
  int32_t status = use->batch(r->data, r->machine, r->wave, r->row, n, error);
  while (use->may_repeat && status == SAMPAN_E_DATA && error != NULL && error->file[0] == '\0' &&
         error->row > 1 && error->row <= n) {
    sampan_error earlier = {.struct_size = sizeof earlier};
    n = error->row - 1;
    if (use->batch(r->data, r->machine, r->wave, r->row, n, &earlier) != SAMPAN_E_DATA) break;
    *error = earlier;
  }
  return status;
}

static int32_t take_records(reading *r, int64_t n, sampan_error *error) {
  const sp_wave *wave = &r->stream->plan->waves[r->wave];
  for (uint32_t f = 0; f < r->n_fills; f++) {
    const sampan_fill *fill = &r->fills[f];
    r->by_fill[f]->n_runs = fill->n_runs;
    r->by_fill[f]->run_end = r->run_end[f];
    if (fill->n_runs > 0) continue; /* none is missing */
    sp_missing_apply(r->by_fill[f], n, fill->missing, fill->n_missing);
    sp_column_zero_absent(r->by_fill[f], n);
  }
  for (uint32_t k = 0; k < r->n_fixed; k++) {
    const int32_t status = fill_fixed(r->fixed[k], r->fixed_value[k], n);
    if (status == SAMPAN_E_PLAN) {
      return sp_yaml_error(r->fixed_value[k]->value, r->stream->plan->file, SP_ID_SETTING, error,
                           "set: '%s' is a number in another wave, so it must be one here",
                           r->fixed_value[k]->name);
    }
    if (status < 0) return sp_error_memory(error);
  }
  for (uint32_t j = 0; j < wave->n_joins; j++) {
    const int32_t status = sp_side_join(&r->sides[j], &wave->joins[j], r->program, r->machine, n,
                                        &r->n_unmatched[j], error);
    if (status < 0) return place_error(r, status, error);
  }
  SP_TRY(sp_machine_run(r->machine, n, error));
  return place_error(r, hand_over(r, n, error), error);
}

/* Of a batch what belongs to the shard. */
static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  reading *r = data;
  const int64_t before = r->from > r->row ? r->from - r->row : 0;
  const int64_t end = r->to - r->row < n ? r->to - r->row : n;
  if (before < end) {
    if (before > 0) sp_fills_shift(r->fills, r->n_fills, before, end - before);
    r->row += before;
    SP_TRY(take_records(r, end - before, error));
    r->row += n - before;
    sp_stretch *stretches = r->stream->stretches;
    if (stretches != NULL && stretches[r->wave].by_records) {
      stretches[r->wave].n_records += end - before;
    }
  } else {
    r->row += n;
  }
  atomic_fetch_add_explicit(&r->shared->n_records, n, memory_order_relaxed);
  for (uint32_t f = 0; f < r->n_fills; f++) {
    memset(r->fills[f].present, 0, (size_t)sampan_words(r->capacity) * 8);
    if (r->fills[f].reason != NULL) memset(r->fills[f].reason, 0, (size_t)r->capacity);
  }
  return SAMPAN_OK;
}

static void tell(void *data, int64_t done, int64_t total) {
  wave_reading *w = data;
  (void)total;
  w->use->progress(w->use->progress_data, w->stream->n_reads, w->bytes_before + done,
                   w->bytes_total,
                   w->records_before + atomic_load_explicit(&w->n_records, memory_order_relaxed));
}

/* A column of the program that the wave's main file and joins do not have. */
static int32_t fixed_column(reading *r, uint32_t field, sampan_error *error) {
  const sp_wave *wave = &r->stream->plan->waves[r->wave];
  const char *name = sp_program_field_name(r->program, field);
  const sp_setting *value = NULL;
  int known = 0;
  for (uint32_t i = 0; i < wave->n_settings; i++) {
    if (strcmp(wave->settings[i].name, name) == 0) value = &wave->settings[i];
  }
  for (uint32_t i = 0; i < wave->n_absent; i++) {
    known = known || strcmp(wave->absent[i], name) == 0;
  }
  if (value == NULL && !known) {
    sp_yaml_error(wave->place, r->stream->plan->file, SP_ID_WAVE_COLUMN, error,
                  "'%s' has no column '%s', which the plan needs", wave->given, name);
    return sp_error_hint(error, "if it is to be missing in this wave, say so: absent: [%s]", name);
  }
  r->fixed[r->n_fixed] = sp_machine_field(r->machine, field);
  r->fixed_value[r->n_fixed++] = value;
  return SAMPAN_OK;
}

/* Only coders look at the column, and at whole batches of what the file has. */
static int may_have_runs(const reading *r, uint32_t field, const sampan_fill *fill) {
  const sp_stream *s = r->stream;
  return sp_program_is_key_alone(r->program, field) && fill->n_missing == 0 &&
         s->stretches == NULL && s->plan->waves[r->wave].n_joins == 0 &&
         !sp_source_is_isolated(&s->waves[r->wave].main.source);
}

static int32_t main_column(reading *r, uint32_t field, uint32_t in_file, sampan_error *error) {
  sp_column *column = sp_machine_field(r->machine, field);
  sampan_fill *fill = &r->fills[r->n_fills];
  const char *const *codes;
  SP_TRY(sp_missing_codes(r->stream, r->program, column->name, &codes, &fill->n_missing, error));
  fill->struct_size = sizeof *fill;
  fill->type = column->type;
  fill->field = in_file;
  fill->flags = sp_program_as_written(r->program, field) ? SAMPAN_FILL_AS_WRITTEN : 0;
  if (may_have_runs(r, field, fill)) {
    uint32_t **end = &r->run_end[r->n_fills];
    *end = sp_arena_array(r->stream->context->arena, (uint64_t)r->capacity, sizeof **end);
    if (*end == NULL) return sp_error_memory(error);
    fill->flags |= SAMPAN_FILL_RUNS;
  }
  fill->number = column->number;
  fill->code = column->code;
  fill->present = column->present;
  fill->reason = column->reason;
  fill->missing = codes;
  r->by_fill[r->n_fills++] = column;
  memset(column->present, 0, (size_t)sampan_words(r->capacity) * 8);
  return SAMPAN_OK;
}

static int32_t map_columns(reading *r, sampan_error *error) {
  const sp_wave_files *files = &r->stream->waves[r->wave];
  const sp_wave *wave = &r->stream->plan->waves[r->wave];
  for (uint32_t f = 0; f < sp_program_n_fields(r->program); f++) {
    if (!sp_program_field_used(r->program, f)) continue;
    sp_machine_field(r->machine, f)->n_runs = 0; /* a wave before may have had runs */
    const char *name = sp_program_field_name(r->program, f);
    const uint32_t in_main = sp_schema_find(&files->main.source.schema, name);
    int in_side = 0;
    for (uint32_t j = 0; j < wave->n_joins; j++) {
      in_side = in_side || sp_side_provides(wave, files, j, name);
    }
    if (in_main != UINT32_MAX) {
      SP_TRY(main_column(r, f, in_main, error));
    } else if (!in_side) {
      SP_TRY(fixed_column(r, f, error));
    }
  }
  return SAMPAN_OK;
}

static int32_t hand_init(reading *r, wave_reading *shared, uint32_t i, sampan_error *error) {
  sp_stream *s = shared->stream;
  const sp_wave *wave = &s->plan->waves[shared->wave];
  const uint32_t n_fields = sp_program_n_fields(shared->program);
  sp_arena *arena = s->context->arena;
  *r = (reading){.shared = shared,
                 .stream = s,
                 .program = shared->program,
                 .machine = shared->use->hands[i].machine,
                 .data = shared->use->hands[i].data,
                 .wave = shared->wave,
                 .sides = shared->sides,
                 .capacity = shared->use->capacity,
                 .to = INT64_MAX};
  r->fills = sp_arena_array(arena, n_fields + 1U, sizeof *r->fills);
  r->by_fill = sp_arena_array(arena, n_fields + 1U, sizeof *r->by_fill);
  r->run_end = sp_arena_array(arena, n_fields + 1U, sizeof *r->run_end);
  r->fixed = sp_arena_array(arena, n_fields + 1U, sizeof *r->fixed);
  r->fixed_value = sp_arena_array(arena, n_fields + 1U, sizeof *r->fixed_value);
  r->n_unmatched = sp_arena_array(arena, wave->n_joins + 1U, sizeof *r->n_unmatched);
  if (r->fills == NULL || r->by_fill == NULL || r->run_end == NULL || r->fixed == NULL ||
      r->fixed_value == NULL || r->n_unmatched == NULL) {
    return sp_error_memory(error);
  }
  return map_columns(r, error);
}

/* What the hands found of a wave's joins. */
static void sum_up(wave_reading *w, const reading *hands, uint32_t n_hands) {
  sp_wave_files *files = &w->stream->waves[w->wave];
  for (uint32_t j = 0; j < w->stream->plan->waves[w->wave].n_joins; j++) {
    int64_t n = 0;
    for (uint32_t i = 0; i < n_hands; i++) n += hands[i].n_unmatched[j];
    files->joins[j].fact->n_unmatched = n;
  }
}

/* Only read_cut() looks at how a number is written. */
static int32_t check_fills(const sampan_fill *fills, uint32_t n, const sp_file *file, int plain,
                           sampan_error *error) {
  for (uint32_t i = 0; i < n; i++) {
    if ((fills[i].flags & SAMPAN_FILL_AS_WRITTEN) == 0 ||
        (!plain && sp_source_knows_writing(&file->source)))
      continue;
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_TYPE, "keys cannot be read as they are written here");
    return sp_error_file(error, file->source.file);
  }
  return SAMPAN_OK;
}

static int32_t read_wave(wave_reading *w, sampan_error *error) {
  sp_stream *s = w->stream;
  sp_stream_use *use = w->use;
  const sp_wave *wave = &s->plan->waves[w->wave];
  sp_wave_files *files = &s->waves[w->wave];
  sp_arena *arena = s->context->arena;
  sp_span part;
  const sp_span *span = sp_stretch_span(s, w->wave, use->plain, &part);
  const int plain = use->plain || (s->stretches != NULL && span == NULL);
  const uint32_t n_hands = plain ? 1 : use->n_hands;
  w->sides = sp_arena_array(arena, wave->n_joins + 1U, sizeof *w->sides);
  reading *hands = sp_arena_array(arena, n_hands, sizeof *hands);
  sampan_sink *sinks = sp_arena_array(arena, n_hands, sizeof *sinks);
  const sampan_sink **pointers = sp_arena_array(arena, n_hands, sizeof *pointers);
  if (w->sides == NULL || hands == NULL || sinks == NULL || pointers == NULL) {
    return sp_error_memory(error);
  }
  for (uint32_t i = 0; i < n_hands; i++) {
    SP_TRY(hand_init(&hands[i], w, i, error));
    SP_TRY(check_fills(hands[i].fills, hands[i].n_fills, &files->main, plain, error));
    sinks[i] = (sampan_sink){.struct_size = sizeof *sinks,
                             .n_fills = hands[i].n_fills,
                             .fills = hands[i].fills,
                             .capacity = use->capacity,
                             .data = &hands[i],
                             .intern = intern,
                             .batch = take_batch,
                             .run_end = hands[i].run_end};
    pointers[i] = &sinks[i];
  }
  if (plain) SP_TRY(sp_stretch_rows(s, w->wave, &hands[0].from, &hands[0].to, error));
  for (; w->n_sides < wave->n_joins; w->n_sides++) {
    SP_TRY(sp_side_load(s, w->wave, w->n_sides, w->program, &w->sides[w->n_sides], error));
  }
  const sp_file_hands to = {.sinks = pointers,
                            .n_sinks = n_hands,
                            .plain = plain,
                            .in_pieces = &use->in_pieces,
                            .span = span};
  SP_TRY(sp_file_read(s, &files->main, &to, use->progress != NULL ? tell : NULL, w, error));
  sum_up(w, hands, n_hands);
  if (span != NULL) {
    s->stretches[w->wave].n_records = atomic_load(&w->n_records);
    return SAMPAN_OK;
  }
  return sp_file_finish(s, &files->main, atomic_load(&w->n_records), error);
}

int32_t sp_stream_read(sp_stream *s, sp_program *program, sp_stream_use *use, sampan_error *error) {
  int64_t bytes_total = 0, bytes_before = 0, records = 0;
  use->in_pieces = 0;
  for (uint32_t i = 0; i < s->n_conflicts; i++) {
    const sp_conflict *c = &s->conflicts[i];
    const uint32_t field = sp_program_find_field(program, c->column);
    if (field != UINT32_MAX && sp_program_field_used(program, field)) {
      sp_yaml_error(c->place, s->plan->file, SP_ID_COLUMN_TWICE, error,
                    "column '%s' is in '%s' and in a file before it, so the plan cannot mean one "
                    "of them",
                    c->column, c->file);
      return sp_error_hint(error, "rename it in one of the files, or leave it out there");
    }
  }
  SP_TRY(sp_stream_ready(s, error));
  s->n_reads++;
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    const int64_t n_bytes = s->waves[w].main.fact->n_bytes;
    bytes_total = n_bytes < 0 || bytes_total < 0 ? -1 : bytes_total + n_bytes;
  }
  for (uint32_t w = 0; w < s->plan->n_waves; w++) {
    wave_reading wave = {.stream = s,
                         .program = program,
                         .use = use,
                         .wave = w,
                         .bytes_before = bytes_before,
                         .bytes_total = bytes_total,
                         .records_before = records};
    const int32_t status = read_wave(&wave, error);
    for (uint32_t j = 0; j < wave.n_sides; j++) sp_side_clear(&wave.sides[j]);
    if (status < 0) return status;
    if (s->waves[w].main.fact->n_bytes > 0) bytes_before += s->waves[w].main.fact->n_bytes;
    records += atomic_load(&wave.n_records);
  }
  if (use->progress != NULL && bytes_total >= 0 && s->stretches == NULL) {
    use->progress(use->progress_data, s->n_reads, bytes_total, bytes_total, records);
  }
  /* Of a shard alone nobody can say. */
  return s->stretches == NULL ? sp_stream_check_joins(s, error) : SAMPAN_OK;
}
