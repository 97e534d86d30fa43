#include "stat_frame.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef SAMPAN_SOURCE_DIR
#define SAMPAN_SOURCE_DIR "."
#endif

static char *read_all(sp_arena *arena, const char *file) {
  char path[512];
  snprintf(path, sizeof path, "%s/tests/golden/oracle/data/%s", SAMPAN_SOURCE_DIR, file);
  FILE *f = fopen(path, "rb");
  cr_assert_not_null(f, "%s", path);
  fseek(f, 0, SEEK_END);
  const long size = ftell(f);
  rewind(f);
  char *text = sp_arena_alloc(arena, (uint64_t)size + 1);
  cr_assert_eq(fread(text, 1, (size_t)size, f), (size_t)size);
  fclose(f);
  return text;
}

/* The cell at *at, unquoted in place; *at moves behind its delimiter, which is returned. */
static char next_cell(char **at, const char **out) {
  char *from = *at, *to = *at;
  const int is_quoted = *from == '"';
  *out = to;
  if (is_quoted) from++;
  while (*from != '\0') {
    if (is_quoted && *from == '"') {
      if (from[1] != '"') {
        from++;
        break;
      }
      from++;
    } else if (!is_quoted && (*from == ',' || *from == '\n' || *from == '\r')) {
      break;
    }
    *to++ = *from++;
  }
  if (*from == '\r') from++;
  const char delimiter = *from;
  *at = delimiter == '\0' ? from : from + 1;
  *to = '\0';
  return delimiter;
}

void stat_frame_read(stat_frame *f, sp_arena *arena, const char *file) {
  char *at = read_all(arena, file);
  uint64_t room = 1, n = 0;
  const char *cell;
  for (const char *c = at; *c != '\0'; c++) room += *c == ',' || *c == '\n';
  f->arena = arena;
  f->cell = sp_arena_array(arena, room, sizeof *f->cell);
  f->name = sp_arena_array(arena, room, sizeof *f->name);
  f->n_fields = 0;
  char delimiter;
  do {
    delimiter = next_cell(&at, &f->name[f->n_fields++]);
  } while (delimiter == ',');
  while (*at != '\0') {
    (void)next_cell(&at, &cell);
    f->cell[n++] = cell;
  }
  cr_assert_eq(n % f->n_fields, 0, "%s is ragged", file);
  f->n = (int64_t)(n / f->n_fields);
}

const char *const *stat_frame_texts(const stat_frame *f, const char *name) {
  uint32_t k = 0;
  while (k < f->n_fields && strcmp(f->name[k], name) != 0) k++;
  cr_assert_lt(k, f->n_fields, "no field %s", name);
  const char **out = sp_arena_array(f->arena, (uint64_t)f->n, sizeof *out);
  for (int64_t i = 0; i < f->n; i++) out[i] = f->cell[(uint64_t)i * f->n_fields + k];
  return out;
}

double *stat_frame_numbers(const stat_frame *f, const char *name) {
  const char *const *text = stat_frame_texts(f, name);
  double *out = sp_arena_array(f->arena, (uint64_t)f->n, sizeof *out);
  for (int64_t i = 0; i < f->n; i++) out[i] = text[i][0] == '\0' ? NAN : strtod(text[i], NULL);
  return out;
}

static sampan_column *new_column(sp_arena *arena, const char *name, int32_t type, int64_t n,
                                 uint64_t **present) {
  sampan_column *c = sp_arena_alloc(arena, sizeof *c);
  *present = sp_arena_array(arena, (uint64_t)sampan_words(n) + 1, sizeof **present);
  c->struct_size = sizeof *c;
  c->type = type;
  c->name = name;
  c->present = *present;
  return c;
}

const sampan_column *stat_number_column(sp_arena *arena, const char *name, const double *x,
                                        int64_t n) {
  uint64_t *present;
  sampan_column *c = new_column(arena, name, SAMPAN_NUMBER, n, &present);
  double *number = sp_arena_array(arena, (uint64_t)n + 1, sizeof *number);
  for (int64_t i = 0; i < n; i++) {
    number[i] = isnan(x[i]) ? 0 : x[i];
    sampan_set_bit(present, i, !isnan(x[i]));
  }
  c->number = number;
  return c;
}

const sampan_column *stat_truth_column(sp_arena *arena, const char *name, const double *x,
                                       int64_t n) {
  uint64_t *present;
  sampan_column *c = new_column(arena, name, SAMPAN_TRUTH, n, &present);
  uint64_t *truth = sp_arena_array(arena, (uint64_t)sampan_words(n) + 1, sizeof *truth);
  for (int64_t i = 0; i < n; i++) {
    sampan_set_bit(truth, i, x[i] == 1);
    sampan_set_bit(present, i, !isnan(x[i]));
  }
  c->truth = truth;
  return c;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The different texts, sorted, the empty one left out. */
static uint32_t levels_of(sp_arena *arena, const char *const *text, int64_t n,
                          const char ***levels) {
  const char **sorted = sp_arena_array(arena, (uint64_t)n + 1, sizeof *sorted);
  uint32_t n_levels = 0;
  for (int64_t i = 0; i < n; i++) sorted[i] = text[i];
  qsort(sorted, (size_t)n, sizeof *sorted, by_text);
  for (int64_t i = 0; i < n; i++) {
    if (sorted[i][0] == '\0') continue;
    if (n_levels == 0 || strcmp(sorted[n_levels - 1], sorted[i]) != 0)
      sorted[n_levels++] = sorted[i];
  }
  *levels = sorted;
  return n_levels;
}

static uint32_t code_of(const char *const *levels, uint32_t n_levels, const char *text) {
  const char *const *found =
      bsearch(&text, levels, n_levels, sizeof *levels, by_text); /* not missing */
  cr_assert_not_null(found);
  return (uint32_t)(found - levels);
}

const sampan_column *stat_text_column(sp_arena *arena, const char *name, const char *const *text,
                                      int64_t n) {
  uint64_t *present;
  sampan_column *c = new_column(arena, name, SAMPAN_TEXT, n, &present);
  sampan_dictionary *dictionary = sp_arena_alloc(arena, sizeof *dictionary);
  uint32_t *code = sp_arena_array(arena, (uint64_t)n + 1, sizeof *code);
  const char **levels;
  dictionary->struct_size = sizeof *dictionary;
  dictionary->n_entries = levels_of(arena, text, n, &levels);
  dictionary->text = levels;
  for (int64_t i = 0; i < n; i++) {
    if (text[i][0] == '\0') continue;
    sampan_set_bit(present, i, 1);
    code[i] = code_of(levels, dictionary->n_entries, text[i]);
  }
  c->code = code;
  c->dictionary = dictionary;
  return c;
}

uint32_t stat_codes(sp_arena *arena, const char *const *a, const char *const *b, int64_t n,
                    uint32_t *out) {
  const char **both = sp_arena_array(arena, (uint64_t)n + 1, sizeof *both);
  const char **levels;
  for (int64_t i = 0; i < n; i++)
    both[i] = sp_arena_printf(arena, "%s/%s", a ? a[i] : "", b ? b[i] : "");
  const uint32_t n_levels = levels_of(arena, both, n, &levels);
  for (int64_t i = 0; i < n; i++) out[i] = code_of(levels, n_levels, both[i]);
  return n_levels;
}
