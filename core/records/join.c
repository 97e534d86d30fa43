/* join.c - side tables: read once into memory, then looked up by key for each record. */
#include <stdlib.h>

#include "base/buffer.h"
#include "base/text.h"
#include "records/error_ids.h"
#include "records/stream_internal.h"

/* The key of record i as bytes: doubles by their bits, texts with their end. 0 if any part of it is
 * missing. */
static int32_t make_key(const sp_column *const *columns, uint32_t n_columns, int64_t i,
                        sp_buffer *key) {
  sp_buffer_reset(key);
  for (uint32_t k = 0; k < n_columns; k++) {
    const sp_column *c = columns[k];
    if (!sampan_bit(c->present, i)) return 0;
    if (c->type == SAMPAN_NUMBER) {
      const double x = c->number[i] == 0 ? 0 : c->number[i];
      sp_buffer_add(key, &x, sizeof x);
    } else {
      const char *text = c->dictionary->text[c->code[i]];
      sp_buffer_add(key, text, strlen(text) + 1);
    }
  }
  return 1;
}

/* Where a side table is while it is being read. */
typedef struct loading {
  const sp_join *join;
  sp_file *file;
  sp_side *side;
  sp_column *batch;            /* keys, then the side's columns, of one batch */
  sp_dictionary *dictionaries; /* of the batch */
  sp_column **by_fill;         /* column of each fill */
  const char *const **codes;   /* missing codes of each fill */
  uint32_t *n_codes;
  sampan_fill *fills;
  uint32_t n_fills;
  int64_t capacity; /* of the side's columns */
  sp_buffer key;
} loading;

static uint32_t intern(void *data, uint32_t fill, const char *text, uint64_t n) {
  loading *l = data;
  return sp_dictionary_add(l->by_fill[fill]->dictionary, text, n);
}

/* Room for more records in the side's columns: the arena keeps the old arrays, so double. */
static int32_t make_room(loading *l, int64_t n_more) {
  const int64_t wanted = l->side->n_records + n_more;
  if (wanted <= l->capacity) return SAMPAN_OK;
  int64_t capacity = l->capacity != 0 ? l->capacity : 4096;
  while (capacity < wanted) capacity *= 2;
  for (uint32_t c = 0; c < l->side->n_columns; c++) {
    sp_column grown;
    sp_column *old = &l->side->columns[c];
    SP_TRY(sp_column_init(&grown, old->name, old->type, capacity, 1, l->side->arena));
    grown.dictionary = old->dictionary;
    if (l->capacity != 0) {
      memcpy(grown.present, old->present, (size_t)sampan_words(l->capacity) * 8);
      memcpy(grown.reason, old->reason, (size_t)l->capacity);
      if (old->number != NULL) memcpy(grown.number, old->number, (size_t)l->capacity * 8);
      if (old->code != NULL) memcpy(grown.code, old->code, (size_t)l->capacity * 4);
    }
    *old = grown;
  }
  l->capacity = capacity;
  return SAMPAN_OK;
}

static int32_t take_batch(void *data, int64_t n, sampan_error *error) {
  loading *l = data;
  sp_side *side = l->side;
  const uint32_t n_by = l->join->n_by;
  const sp_column *keys[SP_MOST_KEYS];
  for (uint32_t k = 0; k < n_by; k++) keys[k] = &l->batch[k];
  if (make_room(l, n) < 0) return sp_error_memory(error);
  for (uint32_t f = 0; f < l->n_fills; f++) {
    sp_missing_apply(l->by_fill[f], n, l->codes[f], l->n_codes[f]);
  }
  for (int64_t i = 0; i < n; i++) {
    const int64_t row = side->n_records;
    if (!make_key(keys, n_by, i, &l->key)) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_JOIN_KEY, "a record to be joined has no key");
      return sp_error_cell(error, l->file->source.file, row + 1, l->join->by_there[0]);
    }
    const uint32_t number = sp_map_add(side->keys, l->key.data, l->key.n_bytes);
    if (number == SP_MAP_NONE || l->key.failed) return sp_error_memory(error);
    if (number != row) {
      char text[32] = "";
      if (keys[0]->type == SAMPAN_NUMBER) sp_format_number(keys[0]->number[i], text);
      sp_error_set(
          error, SAMPAN_E_DATA, SP_ID_JOIN_DUPLICATE, "the key %s%s comes twice: first in row %u",
          n_by > 1 ? "that begins with " : "",
          keys[0]->type == SAMPAN_NUMBER ? text : keys[0]->dictionary->text[keys[0]->code[i]],
          number + 1U);
      sp_error_hint(error, "a joined file has one record per key; is the key complete?");
      return sp_error_cell(error, l->file->source.file, row + 1, l->join->by_there[0]);
    }
    for (uint32_t c = 0; c < side->n_columns; c++) {
      const sp_column *from = &l->batch[n_by + c];
      sp_column *to = &side->columns[c];
      const int present = sampan_bit(from->present, i);
      sampan_set_bit(to->present, row, present);
      to->reason[row] = from->reason[i];
      if (to->type == SAMPAN_NUMBER) to->number[row] = present ? from->number[i] : 0;
      if (to->type == SAMPAN_TEXT) {
        const char *text = present ? from->dictionary->text[from->code[i]] : "";
        to->code[row] = sp_dictionary_add(to->dictionary, text, strlen(text));
        if (to->code[row] == SP_MAP_NONE) return sp_error_memory(error);
      }
    }
    side->n_records++;
  }
  for (uint32_t f = 0; f < l->n_fills; f++) {
    memset(l->by_fill[f]->present, 0, (size_t)sampan_words(4096) * 8);
    memset(l->by_fill[f]->reason, 0, 4096);
  }
  return SAMPAN_OK;
}

/* One column of the batch and of the side table, and its fill. */
static int32_t add_column(sp_stream *s, loading *l, sp_program *program, const char *there,
                          const char *column, int32_t type, sampan_error *error) {
  const uint32_t f = l->n_fills++;
  sp_column *batch = &l->batch[f];
  if (sp_column_init(batch, column, type, 4096, 1, l->side->arena) < 0) {
    return sp_error_memory(error);
  }
  if (type == SAMPAN_TEXT) {
    if (sp_dictionary_init(&l->dictionaries[f]) < 0) return sp_error_memory(error);
    batch->dictionary = &l->dictionaries[f];
  }
  SP_TRY(sp_missing_codes(s, program, column, &l->codes[f], &l->n_codes[f], error));
  l->by_fill[f] = batch;
  sampan_fill *fill = &l->fills[f];
  fill->struct_size = sizeof *fill;
  fill->type = type;
  fill->field = sp_schema_find(&l->file->source.schema, there);
  fill->number = batch->number;
  fill->code = batch->code;
  fill->present = batch->present;
  fill->reason = batch->reason;
  fill->missing = l->codes[f];
  fill->n_missing = l->n_codes[f];
  return SAMPAN_OK;
}

static int32_t load(sp_stream *s, loading *l, uint32_t wave, uint32_t j, sp_program *program,
                    sampan_error *error) {
  const sp_join *join = l->join;
  const sampan_schema *schema = &l->file->source.schema;
  sp_side *side = l->side;
  const uint32_t most = schema->n_fields + join->n_by;
  l->batch = sp_arena_array(side->arena, most, sizeof *l->batch);
  l->dictionaries = sp_arena_array(side->arena, most, sizeof *l->dictionaries);
  l->by_fill = sp_arena_array(side->arena, most, sizeof *l->by_fill);
  l->codes = sp_arena_array(side->arena, most, sizeof *l->codes);
  l->n_codes = sp_arena_array(side->arena, most, sizeof *l->n_codes);
  l->fills = sp_arena_array(side->arena, most, sizeof *l->fills);
  side->columns = sp_arena_array(side->arena, most, sizeof *side->columns);
  side->dictionaries = sp_arena_array(side->arena, most, sizeof *side->dictionaries);
  side->fields = sp_arena_array(side->arena, most, sizeof *side->fields);
  side->keys = sp_map_new(3);
  if (l->batch == NULL || l->dictionaries == NULL || l->by_fill == NULL || l->codes == NULL ||
      l->n_codes == NULL || l->fills == NULL || side->columns == NULL ||
      side->dictionaries == NULL || side->fields == NULL || side->keys == NULL) {
    return sp_error_memory(error);
  }
  for (uint32_t k = 0; k < join->n_by; k++) {
    const uint32_t field = sp_program_find_field(program, join->by[k]);
    SP_TRY(add_column(s, l, program, join->by_there[k], join->by[k],
                      sp_program_field_type(program, field), error));
  }
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    const char *name = schema->fields[i].name;
    const uint32_t field = sp_program_find_field(program, name);
    if (field == UINT32_MAX || !sp_program_field_used(program, field)) continue;
    if (!sp_side_provides(&s->plan->waves[wave], &s->waves[wave], j, name)) continue;
    const uint32_t c = side->n_columns++;
    const int32_t type = sp_program_field_type(program, field);
    SP_TRY(add_column(s, l, program, name, name, type, error));
    side->columns[c].name = name;
    side->columns[c].type = type;
    side->fields[c] = field;
    if (type == SAMPAN_TEXT) {
      if (sp_dictionary_init(&side->dictionaries[c]) < 0) return sp_error_memory(error);
      side->columns[c].dictionary = &side->dictionaries[c];
    }
  }
  const sampan_sink sink = {.struct_size = sizeof sink,
                            .n_fills = l->n_fills,
                            .fills = l->fills,
                            .capacity = 4096,
                            .data = l,
                            .intern = intern,
                            .batch = take_batch};
  const sampan_sink *const sinks[] = {&sink};
  const sp_file_hands to = {.sinks = sinks, .n_sinks = 1, .plain = 1};
  SP_TRY(sp_file_read(s, l->file, &to, NULL, NULL, error));
  return sp_file_finish(s, l->file, side->n_records, error);
}

int32_t sp_side_load(sp_stream *s, uint32_t wave, uint32_t j, sp_program *program, sp_side *out,
                     sampan_error *error) {
  memset(out, 0, sizeof *out);
  out->arena = sp_arena_new(0);
  if (out->arena == NULL) return sp_error_memory(error);
  loading l = {
      .join = &s->plan->waves[wave].joins[j], .file = &s->waves[wave].joins[j], .side = out};
  sp_buffer_init(&l.key);
  const int32_t status = load(s, &l, wave, j, program, error);
  for (uint32_t f = 0; f < l.n_fills; f++) {
    if (l.dictionaries[f].map != NULL) sp_dictionary_clear(&l.dictionaries[f]);
  }
  sp_buffer_clear(&l.key);
  if (status < 0) sp_side_clear(out);
  return status;
}

void sp_side_clear(sp_side *side) {
  for (uint32_t c = 0; side->dictionaries != NULL && c < side->n_columns; c++) {
    if (side->dictionaries[c].map != NULL) sp_dictionary_clear(&side->dictionaries[c]);
  }
  sp_map_free(side->keys);
  sp_arena_free(side->arena);
  memset(side, 0, sizeof *side);
}

/* Value `row` of a side column into record i of the machine's column; row < 0: absent. */
static int32_t put(sp_column *to, int64_t i, const sp_column *from, int64_t row) {
  const int present = row >= 0 && sampan_bit(from->present, row);
  sampan_set_bit(to->present, i, present);
  if (to->reason != NULL) to->reason[i] = row >= 0 ? from->reason[row] : 0;
  if (to->type == SAMPAN_NUMBER) to->number[i] = present ? from->number[row] : 0;
  if (to->type == SAMPAN_TEXT) {
    const char *text = present ? from->dictionary->text[from->code[row]] : "";
    to->code[i] = sp_dictionary_add(to->dictionary, text, strlen(text));
    if (to->code[i] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_side_join(const sp_side *side, const sp_join *join, const sp_program *program,
                     sp_machine *machine, int64_t n, int64_t *n_unmatched, sampan_error *error) {
  const sp_column *keys[SP_MOST_KEYS];
  for (uint32_t k = 0; k < join->n_by; k++) {
    keys[k] = sp_machine_field(machine, sp_program_find_field(program, join->by[k]));
  }
  sp_buffer key;
  sp_buffer_init(&key);
  int32_t status = SAMPAN_OK;
  for (int64_t i = 0; i < n && status >= 0; i++) {
    uint32_t row = SP_MAP_NONE;
    if (make_key(keys, join->n_by, i, &key)) row = sp_map_find(side->keys, key.data, key.n_bytes);
    if (row == SP_MAP_NONE) {
      ++*n_unmatched;
      if (join->unmatched_is_error) {
        sp_error_set(error, SAMPAN_E_DATA, SP_ID_JOIN_UNMATCHED,
                     "no record of '%s' has the key of this one", join->given);
        sp_error_hint(error, "unmatched: missing lets such records keep missing values");
        status = sp_error_cell(error, NULL, i + 1, join->by[0]);
        break;
      }
    }
    for (uint32_t c = 0; c < side->n_columns && status >= 0; c++) {
      if (put(sp_machine_field(machine, side->fields[c]), i, &side->columns[c],
              row == SP_MAP_NONE ? -1 : (int64_t)row) < 0) {
        status = sp_error_memory(error);
      }
    }
  }
  sp_buffer_clear(&key);
  return status;
}
