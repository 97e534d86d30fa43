/* column.c - columns and dictionaries. */
#include "records/column.h"

#include <stdlib.h>

#include "base/lanes.h"

int32_t sp_dictionary_init(sp_dictionary *d) {
  memset(d, 0, sizeof *d);
  d->map = sp_map_new(UINT64_C(0x9e3779b97f4a7c15));
  return d->map != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

void sp_dictionary_clear(sp_dictionary *d) {
  sp_map_free(d->map);
  free((void *)d->text);
  memset(d, 0, sizeof *d);
}

/* A text of up to 7 bytes as a number, no two alike. */
static uint64_t short_text(const char *text, uint64_t n) {
  uint64_t word = n << 56;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (n >= 4) { /* the halves agree where they overlap */
    uint32_t head, tail;
    memcpy(&head, text, 4);
    memcpy(&tail, text + n - 4, 4);
    return word | head | (uint64_t)tail << (n - 4) * 8;
  }
#endif
  for (uint64_t i = 0; i < n; i++) word |= (uint64_t)(unsigned char)text[i] << i * 8;
  return word;
}

static uint32_t add(sp_dictionary *d, const char *text, uint64_t n_bytes) {
  if (d->n == d->capacity) {
    const uint32_t capacity = d->capacity != 0 ? d->capacity * 2 : 16;
    const char **grown = realloc((void *)d->text, capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    d->text = grown;
    d->capacity = capacity;
  }
  const uint32_t code = sp_map_add(d->map, text, n_bytes);
  if (code == d->n) d->text[d->n++] = sp_map_key(d->map, code, NULL);
  return code;
}

uint32_t sp_dictionary_add(sp_dictionary *d, const char *text, uint64_t n_bytes) {
  if (n_bytes > 7) return add(d, text, n_bytes);
  const uint64_t word = short_text(text, n_bytes);
  const uint64_t at = word * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SP_RECENT_BITS);
  if (d->recent[at] == word && d->recent_code[at] != 0) return d->recent_code[at] - 1;
  const uint32_t code = add(d, text, n_bytes);
  if (code == SP_MAP_NONE) return code;
  d->recent[at] = word;
  d->recent_code[at] = code + 1;
  return code;
}

int32_t sp_column_init(sp_column *column, const char *name, int32_t type, int64_t capacity,
                       int32_t with_reason, sp_arena *arena) {
  const uint64_t n_words = (uint64_t)sampan_words(capacity);
  memset(column, 0, sizeof *column);
  column->name = name;
  column->type = type;
  column->present = sp_arena_array(arena, n_words, sizeof(uint64_t));
  if (column->present == NULL) return SAMPAN_E_MEMORY;
  if (with_reason) {
    column->reason = sp_arena_array(arena, (uint64_t)capacity, 1);
    if (column->reason == NULL) return SAMPAN_E_MEMORY;
  }
  switch (type) {
    case SAMPAN_NUMBER:
      column->number = sp_arena_array(arena, (uint64_t)capacity, sizeof(double));
      return column->number != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
    case SAMPAN_TEXT:
      column->code = sp_arena_array(arena, (uint64_t)capacity, sizeof(uint32_t));
      return column->code != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
    default:
      column->truth = sp_arena_array(arena, n_words, sizeof(uint64_t));
      return column->truth != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
  }
}

void sp_column_zero_absent(sp_column *column, int64_t n) {
  const sp_lanes *lanes = sp_lanes_best();
  if (column->number != NULL) lanes->zero_absent(column->number, column->present, n);
  if (column->code != NULL) lanes->zero_absent_codes(column->code, column->present, n);
  for (int64_t w = 0; column->truth != NULL && w < sampan_words(n); w++) {
    column->truth[w] &= column->present[w];
  }
}

void sp_column_view(const sp_column *column, sampan_column *view,
                    sampan_dictionary *view_dictionary) {
  memset(view, 0, sizeof *view);
  view->struct_size = sizeof *view;
  view->type = column->type;
  view->present = column->present;
  view->number = column->number;
  view->code = column->code;
  view->truth = column->truth;
  view->name = column->name != NULL ? column->name : "";
  if (column->dictionary != NULL) {
    view_dictionary->struct_size = sizeof *view_dictionary;
    view_dictionary->n_entries = column->dictionary->n;
    view_dictionary->text = column->dictionary->text;
    view->dictionary = view_dictionary;
  }
}
