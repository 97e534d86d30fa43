/* coder.c - numbering the values of grouping columns. */
#include "records/coder.h"

#include <stdlib.h>

#include "base/text.h"

struct sp_coder {
  sp_map *texts;   /* the values, by text */
  sp_map *numbers; /* bits of a double -> position in `of_number` */
  uint32_t *of_number;
  uint32_t n_of_number;
  uint32_t n_of_text;
  uint32_t *of_text; /* dictionary code of a text column -> our number + 1; 0 not yet */
  double last;       /* the value before: files come sorted more often than not */
  uint32_t last_code;
  int32_t has_last;
};

sp_coder *sp_coder_new(void) {
  sp_coder *c = calloc(1, sizeof *c);
  if (c == NULL) return NULL;
  c->texts = sp_map_new(1);
  c->numbers = sp_map_new(2);
  if (c->texts == NULL || c->numbers == NULL) {
    sp_coder_free(c);
    return NULL;
  }
  return c;
}

void sp_coder_free(sp_coder *c) {
  if (c == NULL) return;
  sp_map_free(c->texts);
  sp_map_free(c->numbers);
  free(c->of_number);
  free(c->of_text);
  free(c);
}

static uint32_t number_code(sp_coder *c, double x) {
  if (c->has_last && c->last == x) return c->last_code;
  const double key = x == 0 ? 0 : x; /* -0 and 0 are one value */
  const uint32_t position = sp_map_add(c->numbers, &key, sizeof key);
  if (position == SP_MAP_NONE) return SP_MAP_NONE;
  if (position == c->n_of_number) {
    uint32_t *grown = realloc(c->of_number, (position + 1U) * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    c->of_number = grown;
    char text[32];
    const int32_t length = sp_format_number(key, text);
    grown[position] = sp_map_add(c->texts, text, (uint64_t)length);
    c->n_of_number++;
  }
  c->last = x;
  c->last_code = c->of_number[position];
  c->has_last = 1;
  return c->last_code;
}

static uint32_t text_code(sp_coder *c, const sp_dictionary *d, uint32_t code) {
  if (code >= c->n_of_text) {
    uint32_t *grown = realloc(c->of_text, d->capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    memset(grown + c->n_of_text, 0, (d->capacity - c->n_of_text) * sizeof *grown);
    c->of_text = grown;
    c->n_of_text = d->capacity;
  }
  if (c->of_text[code] == 0) {
    const uint32_t ours = sp_map_add(c->texts, d->text[code], strlen(d->text[code]));
    if (ours == SP_MAP_NONE) return SP_MAP_NONE;
    c->of_text[code] = ours + 1;
  }
  return c->of_text[code] - 1;
}

int32_t sp_coder_codes(sp_coder *c, const sp_column *column, int64_t n, uint32_t *out) {
  uint32_t truth[2] = {0, 0};
  if (column->type == SAMPAN_TRUTH) {
    truth[0] = sp_map_add(c->texts, "false", 5);
    truth[1] = sp_map_add(c->texts, "true", 4);
    if (truth[0] == SP_MAP_NONE || truth[1] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(column->present, i)) {
      out[i] = SP_CODE_MISSING;
      continue;
    }
    switch (column->type) {
      case SAMPAN_NUMBER:
        out[i] = number_code(c, column->number[i]);
        break;
      case SAMPAN_TEXT:
        out[i] = text_code(c, column->dictionary, column->code[i]);
        break;
      default:
        out[i] = truth[sampan_bit(column->truth, i)];
    }
    if (out[i] == SP_MAP_NONE) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

const char *sp_coder_text(const sp_coder *c, uint32_t code) {
  return sp_map_key(c->texts, code, NULL);
}

uint32_t sp_coder_size(const sp_coder *c) {
  return sp_map_size(c->texts);
}

uint32_t sp_coder_find(const sp_coder *c, const char *text) {
  return sp_map_find(c->texts, text, strlen(text));
}
