/* coder.c - numbering the values of grouping columns. */
#include "records/coder.h"

#include <stdlib.h>

#include "records/error_ids.h"
#include "records/numbers.h"

struct sp_coder {
  sp_map *texts; /* the values, by text */
  /* As long as all values are numbers, each as often as it was asked for: these, by code. Their
     texts are hashed when one is looked for, which is never for most PSUs. */
  double *values;
  uint64_t value_capacity;
  int32_t all_numbers;
  int32_t reserved;
  sp_numbers numbers;
  sp_map *odd;      /* decimals as they are written shortest, where a text writes them otherwise */
  uint32_t *of_odd; /* that text */
  uint64_t odd_capacity;
  uint32_t *of_text; /* dictionary code of a text column -> our number + 1; 0 not yet */
  uint32_t n_of_text;
  uint32_t truth[2]; /* our numbers of false and true + 1; 0 not yet */
};

sp_coder *sp_coder_new(void) {
  sp_coder *c = calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  c->texts = sp_map_new(1);
  c->all_numbers = 1;
  c->odd = sp_map_new(3);
  if (sp_numbers_init(&c->numbers) < 0 || c->texts == NULL || c->odd == NULL) {
    sp_coder_free(c);
    return NULL;
  }
  return c;
}

void sp_coder_free(sp_coder *c) {
  if (c == NULL) return;
  sp_map_free(c->texts);
  sp_numbers_clear(&c->numbers);
  free(c->values);
  sp_map_free(c->odd);
  free(c->of_odd);
  free(c->of_text);
  free(c);
}

/* The shortest way to write the decimal number that a text is, in at most as many bytes and a
 * one; 0 if it is none. By digits, not by value: two long codes may be near one double. An
 * exponent makes no number here: 1E2 and 100 are two block codes. */
static uint64_t shortest(const char *text, char *out) {
  const char *end = text + strlen(text), *point;
  while (*text == ' ' || *text == '\t') text++;
  while (end > text && (end[-1] == ' ' || end[-1] == '\t')) end--;
  const int negative = *text == '-';
  if (text < end && (*text == '-' || *text == '+')) text++;
  uint32_t n_digits = 0, n_points = 0;
  for (const char *t = text; t < end; t++) {
    if (*t != '.' && (*t < '0' || *t > '9')) return 0;
    n_points += *t == '.';
    n_digits += *t != '.';
  }
  if (n_digits == 0 || n_points > 1) return 0;
  point = n_points > 0 ? strchr(text, '.') : end;
  while (end > point && (end[-1] == '0' || end[-1] == '.')) end--;
  while (text < point && *text == '0') text++;
  uint64_t n = 0;
  const int is_zero = text >= end;
  if (negative && !is_zero) out[n++] = '-';
  if (text >= point) out[n++] = '0'; /* a zero was there, or the text is .5 and is odd by it */
  if (!is_zero) {
    memcpy(out + n, text, (size_t)(end - text));
    n += (uint64_t)(end - text);
  }
  return n;
}

/* A text that is new, and its number: is it the same decimal as one before, *twin? */
static int32_t find_twin(sp_coder *c, uint32_t ours, const char *text, uint32_t *twin,
                         sampan_error *error) {
  char place[64];
  const uint64_t n_text = strlen(text);
  *twin = SP_MAP_NONE;
  char *number = n_text + 2 <= sizeof place ? place : malloc(n_text + 2);
  if (number == NULL) return sp_error_memory(error);
  const uint64_t n = shortest(text, number);
  int32_t status = SAMPAN_OK;
  if (n > 0) {
    const uint32_t known = sp_map_find(c->odd, number, n);
    if (known != SP_MAP_NONE) {
      *twin = c->of_odd[known];
    } else if (n != n_text || memcmp(number, text, n) != 0) {
      *twin = sp_map_find(c->texts, number, n);
      const uint32_t size = sp_map_size(c->odd);
      uint32_t *grown = sp_codes_room(c->of_odd, &c->odd_capacity, size + (uint64_t)1);
      if (grown != NULL) c->of_odd = grown;
      if (grown == NULL || sp_map_add(c->odd, number, n) == SP_MAP_NONE) {
        status = sp_error_memory(error);
      } else {
        grown[size] = ours;
      }
    }
  }
  if (number != place) free(number);
  return status;
}

static int32_t check_twin(sp_coder *c, uint32_t ours, const char *text, const char *column,
                          sampan_error *error) {
  uint32_t twin;
  SP_TRY(find_twin(c, ours, text, &twin, error));
  if (twin == SP_MAP_NONE) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_TWO_TEXTS,
               "column '%s' holds \"%s\" and \"%s\": one number, but two texts and so two groups",
               column, sp_map_key(c->texts, twin, NULL), text);
  return sp_error_hint(error,
                       "if they mean the same, types: {%s: number} makes them one; if not, recode "
                       "them to texts that no one can take for each other",
                       column);
}

/* Values that are no numbers come in. */
static void take_texts(sp_coder *c) {
  c->all_numbers = 0;
  free(c->values);
  c->values = NULL;
  c->value_capacity = 0;
}

/* The number + 1 of an entry of the dictionary that is new. */
static int32_t new_text(sp_coder *c, const sp_column *column, uint32_t code, sampan_error *error) {
  const char *text = column->dictionary->text[code];
  const uint32_t size = sp_map_size(c->texts);
  take_texts(c);
  const uint32_t ours = sp_map_add(c->texts, text, strlen(text));
  if (ours == SP_MAP_NONE) return sp_error_memory(error);
  if (ours == size) SP_TRY(check_twin(c, ours, text, column->name, error));
  c->of_text[code] = ours + 1;
  return SAMPAN_OK;
}

static int32_t text_codes(sp_coder *c, const sp_column *column, int64_t n, uint32_t *out,
                          sampan_error *error) {
  const sp_dictionary *d = column->dictionary;
  if (c->n_of_text < d->n) {
    uint32_t *grown = realloc(c->of_text, d->capacity * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    memset(grown + c->n_of_text, 0, (d->capacity - c->n_of_text) * sizeof *grown);
    c->of_text = grown;
    c->n_of_text = d->capacity;
  }
  for (int64_t i = 0; i < n; i += 64) {
    const int64_t end = n - i < 64 ? n : i + 64;
    const uint64_t present = column->present[i / 64];
    uint32_t unknown = 0;
    for (int64_t k = i; k < end; k++) { /* absent ones have the code 0, which is there */
      const uint32_t here = 0 - (uint32_t)(present >> (k - i) & 1);
      const uint32_t ours = c->n_of_text != 0 ? c->of_text[column->code[k]] : 0;
      unknown |= here & (uint32_t)(ours == 0);
      out[k] = (ours & here) - 1;
    }
    for (int64_t k = i; k < end && unknown != 0; k++) {
      if ((present >> (k - i) & 1) == 0) continue;
      const uint32_t code = column->code[k];
      if (c->of_text[code] == 0 && new_text(c, column, code, error) < 0) {
        const int32_t status = error != NULL ? error->status : SAMPAN_E_DATA;
        if (status == SAMPAN_E_DATA) (void)sp_error_cell(error, NULL, k + 1, column->name);
        return status;
      }
      out[k] = c->of_text[code] - 1;
    }
  }
  return SAMPAN_OK;
}

static int32_t truth_codes(sp_coder *c, const sp_column *column, int64_t n, uint32_t *out,
                           sampan_error *error) {
  if (c->truth[1] == 0) {
    take_texts(c);
    const uint32_t no = sp_map_add(c->texts, "false", 5), yes = sp_map_add(c->texts, "true", 4);
    if (no == SP_MAP_NONE || yes == SP_MAP_NONE) return sp_error_memory(error);
    c->truth[0] = no + 1;
    c->truth[1] = yes + 1;
  }
  const uint32_t no = c->truth[0] - 1, flip = no ^ (c->truth[1] - 1);
  for (int64_t w = 0; w < sampan_words(n); w++) {
    const uint64_t present = column->present[w], truth = column->truth[w];
    const int64_t end = n - w * 64 < 64 ? n - w * 64 : 64;
    uint32_t *o = out + w * 64;
    for (int64_t k = 0; k < end; k++) { /* what is absent has all bits: SP_CODE_MISSING */
      o[k] = (no ^ (flip & (0 - (uint32_t)(truth >> k & 1)))) | ((uint32_t)(present >> k & 1) - 1);
    }
  }
  return SAMPAN_OK;
}

static uint32_t code_of_number(void *data, const sp_number_text *number) {
  sp_coder *c = data;
  if (!number->is_new && c->all_numbers) take_texts(c);
  if (!c->all_numbers) return sp_map_add(c->texts, number->text, number->n_bytes);
  const uint32_t n = sp_map_size(c->texts);
  if (n == c->value_capacity) {
    const uint64_t capacity = n > 0 ? 2 * (uint64_t)n : 64;
    double *grown = realloc(c->values, capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    c->values = grown;
    c->value_capacity = capacity;
  }
  c->values[n] = number->number;
  return sp_map_append(c->texts, number->text, number->n_bytes);
}

int32_t sp_coder_run_code(sp_coder *c, const sp_column *column, uint32_t run, uint32_t *out,
                          sampan_error *error) {
  if (column->type != SAMPAN_TEXT) {
    *out = sp_numbers_code(&c->numbers, column->number[run], code_of_number, c);
    return *out != SP_MAP_NONE ? SAMPAN_OK : sp_error_memory(error);
  }
  uint64_t present = 1;
  const sp_column one = {.name = column->name,
                         .type = SAMPAN_TEXT,
                         .present = &present,
                         .code = column->code + run,
                         .dictionary = column->dictionary};
  return text_codes(c, &one, 1, out, error);
}

/* The code of each run, and of its records. */
static int32_t codes_of_runs(sp_coder *c, const sp_column *column, uint32_t *out,
                             sampan_error *error) {
  int64_t i = 0;
  for (uint32_t k = 0; k < column->n_runs; k++) {
    uint32_t code;
    const int32_t status = sp_coder_run_code(c, column, k, &code, error);
    if (status < 0 && error != NULL && error->row > 0) error->row += i;
    if (status < 0) return status;
    const int64_t end = column->run_end[k];
    c->numbers.lanes->fill_codes(out + i, code, end - i);
    i = end;
  }
  return SAMPAN_OK;
}

int32_t sp_coder_codes(sp_coder *c, const sp_column *column, int64_t n, uint32_t *out,
                       sampan_error *error) {
  if (column->n_runs > 0) return codes_of_runs(c, column, out, error);
  if (column->type == SAMPAN_TRUTH) return truth_codes(c, column, n, out, error);
  if (column->type == SAMPAN_TEXT) return text_codes(c, column, n, out, error);
  if (sp_numbers_codes(&c->numbers, column->number, column->present, n, out, code_of_number, c) <
      0) {
    return sp_error_memory(error);
  }
  return SAMPAN_OK;
}

const char *sp_coder_text(const sp_coder *c, uint32_t code) {
  return sp_map_key(c->texts, code, NULL);
}

uint64_t sp_coder_bytes(const sp_coder *c) {
  return sizeof *c + c->value_capacity * sizeof *c->values + sp_map_bytes(c->texts) +
         sp_map_bytes(c->odd) + sp_map_bytes(c->numbers.map) +
         (c->odd_capacity + c->numbers.capacity + c->n_of_text + c->numbers.n_small) *
             sizeof(uint32_t);
}

uint32_t sp_coder_size(const sp_coder *c) {
  return sp_map_size(c->texts);
}

uint32_t sp_coder_add_text(sp_coder *c, const char *text) {
  take_texts(c);
  const uint32_t size = sp_map_size(c->texts);
  const uint32_t ours = sp_map_add(c->texts, text, strlen(text));
  uint32_t twin; /* only so that texts that come later know of this one */
  if (ours == size && find_twin(c, ours, text, &twin, NULL) < 0) return SP_CODE_MISSING;
  return ours;
}

int32_t sp_coder_merge(sp_coder *into, const sp_coder *from, uint32_t first, uint32_t *map,
                       const char *column, sampan_error *error) {
  const uint32_t n = sp_map_size(from->texts);
  for (uint32_t i = first; i < n && into->all_numbers && from->all_numbers; i++) {
    map[i] = sp_numbers_code(&into->numbers, from->values[i], code_of_number, into);
    if (map[i] == SP_MAP_NONE) return sp_error_memory(error);
    first = i + 1;
  }
  if (first < n) take_texts(into);
  for (uint32_t i = first; i < n; i++) {
    uint64_t n_bytes;
    const char *text = sp_map_key(from->texts, i, &n_bytes);
    const uint32_t size = sp_map_size(into->texts);
    map[i] = sp_map_add(into->texts, text, n_bytes);
    if (map[i] == SP_MAP_NONE) return sp_error_memory(error);
    if (map[i] == size) SP_TRY(check_twin(into, map[i], text, column, error));
  }
  return SAMPAN_OK;
}
