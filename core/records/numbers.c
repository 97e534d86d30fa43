/* numbers.c - a code for each number of a column. */
#include "records/numbers.h"

#include <math.h>
#include <stdlib.h>

#include "base/text.h"

enum { LEAST_SMALL = 256, MOST_SMALL = 65536, MOST_MAPPED = 65536 };

int32_t sp_numbers_init(sp_numbers *c) {
  memset(c, 0, sizeof *c);
  c->map = sp_map_new(2);
  c->lanes = sp_lanes_best();
  return c->map != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

void sp_numbers_clear(sp_numbers *c) {
  sp_map_free(c->map);
  free(c->of);
  free(c->small);
  memset(c, 0, sizeof *c);
}

uint32_t *sp_codes_room(uint32_t *array, uint64_t *capacity, uint64_t n) {
  uint64_t wanted = *capacity != 0 ? *capacity : 16;
  if (n <= *capacity) return array;
  while (wanted < n) wanted *= 2;
  uint32_t *grown = realloc(array, (size_t)wanted * sizeof *grown);
  if (grown != NULL) *capacity = wanted;
  return grown;
}

static int is_small(double x) {
  return x >= 0 && x < MOST_SMALL && x == (uint32_t)x;
}

/* Notes the code of a small whole number. */
static int32_t note_small(sp_numbers *c, double x, uint32_t code) {
  if (!is_small(x)) return SAMPAN_OK;
  const uint32_t at = (uint32_t)x;
  if (at >= c->n_small) {
    uint32_t n = c->n_small != 0 ? c->n_small : LEAST_SMALL;
    while (n <= at) n *= 2;
    uint32_t *grown = realloc(c->small, n * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + c->n_small, 0, (n - c->n_small) * sizeof *grown);
    c->small = grown;
    c->n_small = n;
  }
  c->small[at] = code + 1;
  return SAMPAN_OK;
}

static uint32_t known_small(const sp_numbers *c, double x) {
  if (!(x >= 0 && x < c->n_small) || x != (uint32_t)x) return 0;
  return c->small[(uint32_t)x];
}

/* Writing it takes no longer than finding it in a large map, and no memory. */
static int is_soon_written(double x) {
  return fabs(x) < 1e15 && x == (double)(int64_t)x;
}

static uint32_t ask(double key, int is_new, sp_number_code_fn *make, void *data) {
  char text[32];
  const int32_t n = sp_format_number(key, text);
  const sp_number_text number = {
      .number = key, .text = text, .n_bytes = (uint64_t)n, .is_new = is_new};
  return make(data, &number);
}

/* The code of a number that is neither recent nor small and known. */
static uint32_t look_for(sp_numbers *c, double key, sp_number_code_fn *make, void *data) {
  if (is_small(key)) return ask(key, 1, make, data);
  if (c->n >= MOST_MAPPED && is_soon_written(key)) return ask(key, 0, make, data);
  const uint32_t position = sp_map_add(c->map, &key, sizeof key);
  if (position == SP_MAP_NONE) return SP_MAP_NONE;
  if (position == c->n) {
    uint32_t *grown = sp_codes_room(c->of, &c->capacity, position + (uint64_t)1);
    if (grown == NULL) return SP_MAP_NONE;
    c->of = grown;
    grown[position] = ask(key, c->n < MOST_MAPPED, make, data);
    c->n++;
  }
  return c->of[position];
}

uint32_t sp_numbers_code(sp_numbers *c, double x, sp_number_code_fn *make, void *data) {
  if (c->has_last && c->last == x) return c->last_code;
  const double key = x == 0 ? 0 : x; /* -0 and 0 are one value */
  uint64_t bits;
  memcpy(&bits, &key, sizeof bits);
  const uint64_t at = bits * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SP_RECENT_NUMBER_BITS);
  uint32_t code = known_small(c, key);
  if (code == 0 && c->recent[at] == key) code = c->recent_code[at];
  if (code != 0) {
    code--;
  } else {
    code = look_for(c, key, make, data);
    if (code == SP_MAP_NONE) return SP_MAP_NONE;
    if (note_small(c, key, code) < 0) return SP_MAP_NONE;
    c->recent[at] = key;
    c->recent_code[at] = code + 1;
  }
  c->last = x;
  c->last_code = code;
  c->has_last = 1;
  return code;
}

/* 64 records of the value before, or 64 that are small and known. */
static int together(const sp_numbers *c, const double *x, uint64_t present, uint32_t *out) {
  if (present == ~UINT64_C(0) && c->has_last && x[0] == c->last && x[63] == c->last) {
    if (c->lanes->spread(x, c->last, c->last_code, out)) return 1;
  }
  return c->n_small != 0 && c->lanes->look_up(x, present, c->small, c->n_small, out) != 0;
}

/* How many records after k, of 64, are there and of its value. */
static int64_t run_after(const sp_numbers *c, const double *x, uint64_t present, int64_t k) {
  uint64_t same;
  if (k >= 60 || x[k + 3] != x[k]) return 0;
  c->lanes->compare_one(SP_IS_EQ, x, x[k], 64, &same);
  return sp_run_after(same & present, k);
}

int32_t sp_numbers_codes(sp_numbers *c, const double *x, const uint64_t *present, int64_t n,
                         uint32_t *out, sp_number_code_fn *make, void *data) {
  for (int64_t i = 0; i < n; i += 64) {
    const uint64_t here = present[i / 64];
    const int64_t end = n - i < 64 ? n - i : 64;
    if (end == 64 && together(c, x + i, here, out + i)) continue;
    for (int64_t k = 0; k < end; k++) {
      uint32_t code = UINT32_MAX;
      if ((here >> k & 1) != 0) {
        code = sp_numbers_code(c, x[i + k], make, data);
        if (code == SP_MAP_NONE) return SAMPAN_E_MEMORY;
      }
      out[i + k] = code;
      if (end < 64 || code == UINT32_MAX) continue;
      const int64_t n_more = run_after(c, x + i, here, k);
      c->lanes->fill_codes(out + i + k + 1, code, n_more);
      k += n_more;
    }
  }
  return SAMPAN_OK;
}
