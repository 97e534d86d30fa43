/* encode_column.c - one column of one block: the smallest of the encodings that fit. */
#include <stdlib.h>

#include "packed.h"

/* What is encoded: codes into a table of distinct values, or doubles. */
typedef struct encoding {
  const sampan_call *call;
  const sampan_slab_column *column;
  int64_t n;
  uint16_t *room;  /* for a code of each record */
  uint16_t *code;  /* of each record, into the entries below; or NULL */
  uint32_t *entry; /* entries of the column's own table that occur, in their new order */
  uint32_t n_entries;
  double *value; /* NUMBER: of the entries */
  int64_t n_runs;
} encoding;

static void *room(const sampan_call *call, int64_t n, int64_t size) {
  return call->host->alloc(call, (uint64_t)(n + 8) * (uint64_t)size);
}

/* ---- which entries occur ------------------------------------------------------------------ */

typedef struct by_value {
  double x;
  uint32_t entry;
} by_value;

static int compare_values(const void *a, const void *b) {
  const by_value *x = (const by_value *)a, *y = (const by_value *)b;
  if (x->x != y->x) return x->x < y->x ? -1 : 1;
  return (x->entry > y->entry) - (x->entry < y->entry);
}

static int compare_codes(const void *a, const void *b) {
  const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

/* Records without value repeat the one before, which makes runs longer, and adds no entry. */
#define REPEAT_ABSENT(code)                                                     \
  do {                                                                          \
    int64_t first = 0;                                                          \
    while (first < n && !sampan_bit(present, first)) first++;                   \
    for (int64_t i = 0; i < first && first < n; i++) (code)[i] = (code)[first]; \
    for (int64_t w = first / 64; w < sampan_words(n); w++) {                    \
      uint64_t absent = ~present[w];                                            \
      if (64 * w + 64 > n) absent &= (UINT64_C(1) << (n % 64)) - 1;             \
      for (; absent != 0; absent &= absent - 1) {                               \
        const int64_t i = 64 * w + __builtin_ctzll(absent);                     \
        if (i > first) (code)[i] = (code)[i - 1];                               \
      }                                                                         \
    }                                                                           \
  } while (0)

static int32_t bad_code(const encoding *e, uint32_t code) {
  return sampan_fail(e->call, SAMPAN_E_INTERNAL, "code %lu of a table of %lu", (unsigned long)code,
                     (unsigned long)e->column->n_entries);
}

/* The old codes, where they have 1 or 2 bytes. */
static int32_t load_short(encoding *e) {
  const sampan_slab_column *c = e->column;
  const uint64_t *present = c->present;
  const int64_t n = e->n;
  if (c->code_bytes == 1) {
    const uint8_t *from = (const uint8_t *)c->code;
    for (int64_t i = 0; i < n; i++) e->code[i] = from[i];
  } else {
    memcpy(e->code, c->code, (size_t)n * sizeof *e->code);
  }
  if (present != NULL) REPEAT_ABSENT(e->code);
  uint16_t most = 0;
  for (int64_t i = 0; i < n; i++) most = e->code[i] > most ? e->code[i] : most;
  return most < c->n_entries ? SAMPAN_OK : bad_code(e, most);
}

/* Numbers of entries, in the order in which they come up. */
static void find_texts(encoding *e, uint32_t *number) {
  for (int64_t i = 0; i < e->n; i++) {
    const uint32_t old = e->code[i];
    if (number[old] != 0) continue;
    e->entry[e->n_entries] = old;
    number[old] = ++e->n_entries;
  }
}

/* The same, by value. */
static int32_t find_numbers(encoding *e, uint32_t *number) {
  uint8_t *mark = (uint8_t *)room(e->call, e->column->n_entries, 1);
  if (mark == NULL) return packed_fail_memory(e->call);
  for (int64_t i = 0; i < e->n; i++) mark[e->code[i]] = 1;
  for (uint32_t k = 0; k < e->column->n_entries; k++) e->n_entries += mark[k];
  by_value *sorted = (by_value *)room(e->call, e->n_entries, sizeof *sorted);
  e->value = (double *)room(e->call, e->n_entries, sizeof *e->value);
  if (sorted == NULL || e->value == NULL) return packed_fail_memory(e->call);
  uint32_t n = 0;
  for (uint32_t k = 0; k < e->column->n_entries; k++) {
    if (mark[k]) sorted[n++] = (by_value){e->column->value[k], k};
  }
  qsort(sorted, n, sizeof *sorted, compare_values);
  for (uint32_t k = 0; k < n; k++) {
    e->entry[k] = sorted[k].entry;
    e->value[k] = sorted[k].x;
    number[e->entry[k]] = k + 1;
  }
  return SAMPAN_OK;
}

/* Numbers the n entries anew, in the order in which they come up: that of the table says only which
 * thread came first. */
static int32_t order_by_appearance(encoding *e) {
  uint32_t *number = (uint32_t *)room(e->call, e->n_entries, sizeof *number);
  uint32_t *entry = (uint32_t *)room(e->call, e->n_entries, sizeof *entry);
  uint32_t n = 0;
  if (number == NULL || entry == NULL) return packed_fail_memory(e->call);
  memset(number, 0, e->n_entries * sizeof *number);
  for (int64_t i = 0; i < e->n; i++) {
    const uint32_t old = e->code[i];
    if (number[old] == 0) {
      entry[n] = e->entry[old];
      number[old] = ++n;
    }
    e->code[i] = (uint16_t)(number[old] - 1);
  }
  e->entry = entry;
  return SAMPAN_OK;
}

/* Texts of a large table. */
static int32_t load_long(encoding *e) {
  const sampan_slab_column *c = e->column;
  const uint64_t *present = c->present;
  const int64_t n = e->n;
  uint32_t *code = (uint32_t *)room(e->call, n, sizeof *code);
  if (code == NULL) return packed_fail_memory(e->call);
  memcpy(code, c->code, (size_t)n * sizeof *code);
  if (present != NULL) REPEAT_ABSENT(code);
  memcpy(e->entry, code, (size_t)n * sizeof *code);
  qsort(e->entry, (size_t)n, sizeof *code, compare_codes);
  for (int64_t i = 0; i < n; i++) {
    if (i == 0 || e->entry[i] != e->entry[e->n_entries - 1]) e->entry[e->n_entries++] = e->entry[i];
  }
  if (e->entry[e->n_entries - 1] >= c->n_entries) {
    return bad_code(e, e->entry[e->n_entries - 1]);
  }
  for (int64_t i = 0; i < n; i++) {
    const uint32_t *at =
        (const uint32_t *)bsearch(&code[i], e->entry, e->n_entries, sizeof *code, compare_codes);
    e->code[i] = (uint16_t)(at - e->entry);
  }
  return order_by_appearance(e);
}

static int32_t settle_codes(encoding *e) {
  const sampan_slab_column *c = e->column;
  e->code = e->room;
  e->entry = (uint32_t *)room(e->call, c->code_bytes == 4 ? e->n : c->n_entries, sizeof *e->entry);
  if (e->entry == NULL) return packed_fail_memory(e->call);
  if (c->code_bytes == 4) return load_long(e);
  uint32_t *number = (uint32_t *)room(e->call, c->n_entries, sizeof *number);
  if (number == NULL) return packed_fail_memory(e->call);
  int32_t status = load_short(e);
  if (status >= 0 && c->type == SAMPAN_NUMBER) status = find_numbers(e, number);
  if (status < 0) return status;
  if (c->type == SAMPAN_TEXT) find_texts(e, number);
  for (int64_t i = 0; i < e->n; i++) e->code[i] = (uint16_t)(number[e->code[i]] - 1);
  return SAMPAN_OK;
}

/* Numbers by codes of 4 bytes are numbers. */
static int32_t unfold(encoding *e, double **out) {
  const uint32_t *code = (const uint32_t *)e->column->code;
  double *x = (double *)room(e->call, e->n, sizeof *x);
  if (x == NULL) return packed_fail_memory(e->call);
  for (int64_t i = 0; i < e->n; i++) {
    x[i] = code[i] < e->column->n_entries ? e->column->value[code[i]] : 0;
  }
  *out = x;
  return SAMPAN_OK;
}

/* ---- what each would cost ----------------------------------------------------------------- */

static uint32_t bits_for(uint32_t n_entries) {
  uint32_t bits = 1;
  while (bits < 16 && n_entries > UINT32_C(1) << bits) bits *= 2;
  return bits;
}

static uint32_t bytes_for(uint64_t range) {
  uint32_t n = 1;
  while (n < 8 && range >> (8 * n) != 0) n++;
  return n;
}

/* ---- writing ------------------------------------------------------------------------------ */

/* Bytes of codes of 1, 2 or 4 bits. */
#define PUT_BITS(bits)                                                                        \
  do {                                                                                        \
    for (int64_t b = 0; b < n / (8 / (bits)); b++) {                                          \
      uint32_t byte = 0;                                                                      \
      for (int k = 0; k < 8 / (bits); k++) {                                                  \
        byte |= (uint32_t)code[b * (8 / (bits)) + k] << (k * (bits));                         \
      }                                                                                       \
      to[b] = (unsigned char)byte;                                                            \
    }                                                                                         \
    for (int64_t i = n / (8 / (bits)) * (8 / (bits)); i < n; i++) {                           \
      to[i * (bits) / 8] = (unsigned char)(to[i * (bits) / 8] | code[i] << (i * (bits) % 8)); \
    }                                                                                         \
  } while (0)

static void put_codes(packed_bytes *out, const uint16_t *code, int64_t n, uint32_t bits) {
  if (bits == 16) {
    packed_add(out, code, 2 * n);
    return;
  }
  unsigned char *to = (unsigned char *)packed_room(out, (n * bits + 7) / 8);
  if (to == NULL) return;
  if (bits == 8) {
    for (int64_t i = 0; i < n; i++) to[i] = (unsigned char)code[i];
  } else if (bits == 4) {
    PUT_BITS(4);
  } else if (bits == 2) {
    PUT_BITS(2);
  } else {
    PUT_BITS(1);
  }
}

static void put_runs(packed_bytes *out, const encoding *e) {
  uint32_t *to = (uint32_t *)packed_room(out, 8 * e->n_runs);
  int64_t run = 0;
  if (to == NULL) return;
  for (int64_t i = 0; i < e->n; i++) {
    if (i + 1 < e->n && e->code[i] == e->code[i + 1]) continue;
    to[run] = (uint32_t)(i + 1);
    to[e->n_runs + run++] = e->code[i];
  }
}

/* Integers of any number of bytes; 8 more stand behind them. */
static void put_scaled(packed_bytes *out, const encoding *e, const double *x, int64_t base,
                       uint32_t decimals, uint32_t width) {
  const sampan_slab_column *c = e->column;
  unsigned char *to = (unsigned char *)packed_room(out, e->n * width + 8);
  uint64_t *of_entry = NULL;
  if (to == NULL) return;
  if (e->code != NULL) {
    of_entry = (uint64_t *)room(e->call, e->n_entries, sizeof *of_entry);
    if (of_entry == NULL) {
      out->failed = 1;
      return;
    }
    for (uint32_t k = 0; k < e->n_entries; k++) {
      of_entry[k] = (uint64_t)(packed_scaled(e->value[k], decimals) - base);
    }
  }
  for (int64_t i = 0; i < e->n; i++) {
    const int has = c->present == NULL || sampan_bit(c->present, i);
    const uint64_t u = of_entry != NULL ? of_entry[e->code[i]]
                       : has            ? (uint64_t)(packed_scaled(x[i], decimals) - base)
                                        : 0;
    memcpy(to + i * width, &u, sizeof u); /* what is too much, the next one overwrites */
  }
}

static void put_dictionary(packed_bytes *out, const encoding *e, packed_chunk *head) {
  const int64_t before = out->n;
  if (e->column->type == SAMPAN_NUMBER) {
    packed_add(out, e->value, (int64_t)e->n_entries * 8);
  } else {
    for (uint32_t k = 0; k < e->n_entries; k++) {
      const char *text = e->column->text[e->entry[k]];
      packed_add(out, text, (int64_t)strlen(text) + 1);
    }
  }
  packed_pad(out, 8);
  head->n_entries = e->n_entries;
  head->dictionary_bytes = out->n - before;
}

/* Which records have a value, and why others have none. */
static void put_absent(packed_bytes *out, const encoding *e, packed_chunk *head) {
  const sampan_slab_column *c = e->column;
  int any_reason = 0;
  if (c->present == NULL) return;
  for (int64_t i = 0; i < e->n; i++) {
    if (sampan_bit(c->present, i)) continue;
    head->n_absent++;
    if (c->reason != NULL && c->reason[i] != 0) any_reason = 1;
  }
  if (head->n_absent == 0) return;
  head->flags |= PACKED_HAS_PRESENT;
  uint64_t *bits = (uint64_t *)packed_room(out, 8 * sampan_words(e->n));
  if (bits == NULL) return;
  memcpy(bits, c->present, (size_t)sampan_words(e->n) * 8);
  if (e->n % 64 != 0) bits[e->n / 64] &= (UINT64_C(1) << (e->n % 64)) - 1;
  if (!any_reason) return;
  head->flags |= PACKED_HAS_REASONS;
  unsigned char *to = (unsigned char *)packed_room(out, head->n_absent);
  for (int64_t i = 0; i < e->n && to != NULL; i++) {
    if (!sampan_bit(c->present, i)) *to++ = c->reason[i];
  }
  packed_pad(out, 8);
}

static int64_t count_runs(const uint16_t *code, int64_t n) {
  int64_t changes = 0;
  for (int64_t i = 1; i < n; i++) changes += code[i] != code[i - 1];
  return n > 0 ? changes + 1 : 0;
}

/* The encoding with the fewest bytes; of equal ones the one that reads faster. */
static int32_t choose(encoding *e, const double *x, packed_chunk *head, packed_bytes *out) {
  int64_t least = 0, most = 0;
  int32_t decimals = -1;
  int64_t best = e->code == NULL ? e->n * 8 : INT64_MAX;
  if (e->column->type == SAMPAN_NUMBER) {
    decimals = e->code != NULL ? packed_scale(e->value, NULL, e->n_entries, 0, &least, &most)
                               : packed_scale(x, e->column->present, e->n, 0, &least, &most);
  }
  const uint32_t width = decimals >= 0 ? bytes_for((uint64_t)(most - least)) : 8;
  head->encoding = PACKED_RAW;
  if (e->code != NULL) {
    const uint32_t bits = bits_for(e->n_entries);
    const int64_t dictionary = e->column->type == SAMPAN_NUMBER ? 8 * (int64_t)e->n_entries : 0;
    head->encoding = PACKED_CODES;
    head->width = bits;
    best = e->n * bits / 8 + dictionary;
    e->n_runs = count_runs(e->code, e->n);
    if (8 * e->n_runs + dictionary < best) {
      head->encoding = PACKED_RUNS;
      head->width = 0;
      head->base = e->n_runs;
      best = 8 * e->n_runs + dictionary;
    }
  }
  if (decimals >= 0 && e->n * (int64_t)width < best) {
    head->encoding = PACKED_SCALED;
    head->width = width;
    head->base = least;
    head->decimals = (uint32_t)decimals;
  }
  if (head->encoding == PACKED_CODES || head->encoding == PACKED_RUNS) {
    put_dictionary(out, e, head);
  }
  if (head->encoding == PACKED_CODES) put_codes(out, e->code, e->n, head->width);
  if (head->encoding == PACKED_RUNS) put_runs(out, e);
  if (head->encoding == PACKED_SCALED) {
    put_scaled(out, e, x, least, head->decimals, head->width);
  }
  if (head->encoding == PACKED_RAW) {
    double *to = (double *)packed_room(out, 8 * e->n);
    for (int64_t i = 0; i < e->n && to != NULL; i++) {
      to[i] = e->column->present == NULL || sampan_bit(e->column->present, i) ? x[i] : 0;
    }
  }
  return SAMPAN_OK;
}

int32_t packed_encode(const sampan_call *call, const sampan_slab_column *column, int64_t n_records,
                      uint16_t *codes, packed_chunk *head, packed_bytes *out) {
  encoding e = {.call = call, .column = column, .n = n_records, .room = codes};
  double *unfolded = NULL;
  int32_t status = SAMPAN_OK;
  const int is_text = column->type == SAMPAN_TEXT;
  if (is_text) head->flags |= PACKED_IS_TEXT;
  put_absent(out, &e, head);
  if (out->failed) return packed_fail_memory(call);
  if (head->n_absent == (uint64_t)n_records) { /* codes of an empty dictionary: no bytes */
    head->encoding = PACKED_CODES;
    return SAMPAN_OK;
  }
  if (is_text || (column->code_bytes != 0 && column->code_bytes != 4)) {
    status = settle_codes(&e);
  } else if (column->code_bytes != 0) {
    status = unfold(&e, &unfolded);
  }
  if (status < 0) return status;
  return choose(&e, unfolded != NULL ? unfolded : column->number, head, out);
}
