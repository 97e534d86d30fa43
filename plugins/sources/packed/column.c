/* column.c - a chunk, checked and laid out, into the records of a fill. */
#include "packed.h"

/* ---- layout ------------------------------------------------------------------------------- */

static int32_t damaged(const packed_column *c, const packed_block *block, int64_t i_block,
                       const char *what) {
  return packed_fail_damage(c->call, i_block, c->name, block->offset + c->head.offset, what);
}

static int64_t padded(int64_t n) {
  return (n + 7) / 8 * 8;
}

/* Bytes of the records' part; -1 for a head that makes no sense. */
static int64_t data_bytes(const packed_chunk *h, int64_t n) {
  switch (h->encoding) {
    case PACKED_CODES:
      if (h->n_absent == (uint64_t)n) {
        return h->n_entries == 0 && h->dictionary_bytes == 0 ? 0 : -1;
      }
      if (h->n_entries == 0 || h->width > 16 || h->n_entries > UINT32_C(1) << h->width) return -1;
      if (h->width == 1 || h->width == 2 || h->width == 4 || h->width == 8 || h->width == 16) {
        return (n * h->width + 7) / 8;
      }
      return -1;
    case PACKED_RUNS:
      return h->base >= 1 && h->base <= n && h->n_entries > 0 ? 8 * h->base : -1;
    case PACKED_SCALED:
      return h->width >= 1 && h->width <= 8 && h->decimals <= PACKED_MOST_DECIMALS
                 ? n * h->width + 8
                 : -1;
    case PACKED_RAW:
      return 8 * n;
    default:
      return -1;
  }
}

static int check_runs(const packed_chunk *h, const uint32_t *ends, const uint32_t *codes,
                      int64_t n) {
  uint32_t last = 0;
  for (int64_t i = 0; i < h->base; i++) {
    if (ends[i] <= last || codes[i] >= h->n_entries) return 0;
    last = ends[i];
  }
  return (int64_t)last == n;
}

/* Codes of 8 bits and less have tables for all that can be said in them. */
static int check_codes(const packed_chunk *h, const unsigned char *data, int64_t n) {
  const uint16_t *p = (const uint16_t *)(const void *)data;
  uint16_t most = 0;
  if (h->width < 16) return 1;
  for (int64_t i = 0; i < n; i++) most = p[i] > most ? p[i] : most;
  return most < h->n_entries;
}

static int check_texts(const char *texts, int64_t n_bytes, uint32_t n) {
  const char *end = texts + n_bytes;
  for (uint32_t i = 0; i < n; i++) {
    const char *at = (const char *)memchr(texts, '\0', (size_t)(end - texts));
    if (at == NULL) return 0;
    texts = at + 1;
  }
  return 1;
}

static int lay_out(packed_column *c, int64_t n) {
  const packed_chunk *h = &c->head;
  const int is_text = (h->flags & PACKED_IS_TEXT) != 0;
  const int64_t data = data_bytes(h, n);
  packed_cursor at = {.at = c->view.bytes, .left = h->n_bytes};
  if (data < 0 || h->n_absent > (uint64_t)n || is_text != (c->kind->type == SAMPAN_TEXT)) return 0;
  if (is_text && h->encoding != PACKED_CODES && h->encoding != PACKED_RUNS) return 0;
  c->present = NULL;
  c->reason = NULL;
  if (h->flags & PACKED_HAS_PRESENT) {
    c->present = (const uint64_t *)packed_take(&at, 8 * sampan_words(n));
    if (c->present == NULL) return 0;
    int64_t n_present = 0;
    for (int64_t w = 0; w < sampan_words(n); w++) n_present += __builtin_popcountll(c->present[w]);
    if (n_present + (int64_t)h->n_absent != n) return 0;
    if (n % 64 != 0 && c->present[n / 64] >> (n % 64) != 0) return 0;
  } else if (h->n_absent != 0) {
    return 0;
  }
  if (h->flags & PACKED_HAS_REASONS) {
    c->reason = (const uint8_t *)packed_take(&at, padded(h->n_absent));
    if (c->reason == NULL) return 0;
  }
  if (h->dictionary_bytes % 8 != 0) return 0; /* what follows would not be aligned */
  const void *dictionary = packed_take(&at, h->dictionary_bytes);
  if (dictionary == NULL) return 0;
  c->numbers = is_text ? NULL : (const double *)dictionary;
  c->texts = is_text ? (const char *)dictionary : NULL;
  if (is_text ? !check_texts(c->texts, h->dictionary_bytes, h->n_entries)
              : h->dictionary_bytes != 8 * (int64_t)h->n_entries) {
    return 0;
  }
  c->data = (const unsigned char *)packed_take(&at, data);
  if (c->data == NULL) return 0;
  if (h->encoding == PACKED_RUNS) {
    c->ends = (const uint32_t *)(const void *)c->data;
    c->run_codes = c->ends + h->base;
    return check_runs(h, c->ends, c->run_codes, n);
  }
  return h->encoding != PACKED_CODES || data == 0 || check_codes(h, c->data, n);
}

int32_t packed_column_open(packed_column *c, const packed_block *block, int64_t i_block) {
  c->run = 0;
  if (packed_sum(c->view.bytes, c->head.n_bytes) != c->head.sum) {
    return damaged(c, block, i_block, "the checksum of the column is wrong");
  }
  if (!lay_out(c, block->n_records)) {
    return damaged(c, block, i_block, "the column makes no sense");
  }
  return packed_entries(c);
}

/* ---- records ------------------------------------------------------------------------------ */

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

uint32_t packed_code_at(const packed_column *c, int64_t i) {
  const packed_chunk *h = &c->head;
  if (h->encoding == PACKED_RUNS) {
    int64_t run = 0;
    while ((int64_t)c->ends[run] <= i) run++;
    return c->run_codes[run];
  }
  if (h->width == 16) return ((const uint16_t *)(const void *)c->data)[i];
  return (uint32_t)c->data[i * h->width / 8] >> (i * h->width % 8) & ((1U << h->width) - 1);
}

/* Fewer values than this part of the records are given by run. */
enum { LEAST_RUN = 8 };

static int give_runs(packed_column *c, int64_t from, int64_t n) {
  sampan_fill *fill = c->fill;
  int64_t run = c->run;
  uint32_t n_runs = 0;
  if ((fill->flags & SAMPAN_FILL_RUNS) == 0 || c->present != NULL || c->any_state) return 0;
  uint32_t *run_end = c->sink->run_end[c->i_fill];
  while ((int64_t)c->ends[run] <= from) run++;
  for (int64_t i = from; i < from + n; run++, n_runs++) {
    if (n_runs >= n / LEAST_RUN) return 0;
    const int64_t end = least(c->ends[run], from + n);
    const uint32_t k = c->run_codes[run];
    if (fill->type == SAMPAN_NUMBER) {
      fill->number[n_runs] = c->table[k];
    } else {
      fill->code[n_runs] = c->codes[k];
    }
    run_end[n_runs] = (uint32_t)(end - from);
    i = end;
  }
  fill->n_runs = n_runs;
  c->run = run - 1;
  return 1;
}

static void fill_runs(packed_column *c, int64_t from, int64_t n) {
  const sampan_fill *fill = c->fill;
  if (give_runs(c, from, n)) return;
  for (int64_t i = from; i < from + n;) {
    while ((int64_t)c->ends[c->run] <= i) c->run++;
    const int64_t end = least(c->ends[c->run], from + n);
    const uint32_t k = c->run_codes[c->run];
    if (fill->type == SAMPAN_NUMBER) {
      const double x = c->table[k];
      for (; i < end; i++) fill->number[i - from] = x;
    } else {
      const uint32_t code = c->codes[k];
      for (; i < end; i++) fill->code[i - from] = code;
    }
  }
}

static void fill_codes(const packed_column *c, const packed_kernels *kernels, int64_t from,
                       int64_t n) {
  const sampan_fill *fill = c->fill;
  if (fill->type == SAMPAN_NUMBER) {
    kernels->numbers(c->data, c->head.width, from, n, c->table, fill->number);
  } else {
    kernels->codes(c->data, c->head.width, from, n, c->codes, fill->code);
  }
}

/* Numbers without a dictionary. */
static int32_t fill_numbers(packed_column *c, const packed_kernels *kernels, int64_t from,
                            int64_t n) {
  enum { PART = 512 };
  const sampan_fill *fill = c->fill;
  const packed_chunk *h = &c->head;
  double part[PART];
  for (int64_t i = 0; i < n; i += PART) {
    const int is_number = fill->type == SAMPAN_NUMBER;
    const int64_t m = is_number ? n : least(PART, n - i);
    double *out = is_number ? fill->number : part;
    if (h->encoding == PACKED_SCALED) {
      kernels->scaled(c->data, h->width, from + i, m, h->base, h->decimals, out);
    } else {
      memcpy(out, c->data + 8 * (from + i), (size_t)m * 8);
    }
    if (is_number) break;
    const int32_t status = packed_texts_of_numbers(c, part, from + i, m);
    if (status < 0) return status;
  }
  return SAMPAN_OK;
}

static void clear_value(const sampan_fill *fill, int64_t i) {
  if (fill->type == SAMPAN_NUMBER) {
    fill->number[i] = 0;
  } else {
    fill->code[i] = 0;
  }
}

/* Bits of the records that have a value, reasons of the others. */
static void fill_present(packed_column *c, int64_t from, int64_t n) {
  const sampan_fill *fill = c->fill;
  const int64_t words = sampan_words(n);
  if (c->present == NULL) {
    memset(fill->present, 0xff, (size_t)words * 8);
    return;
  }
  memcpy(fill->present, c->present + from / 64, (size_t)words * 8);
  for (int64_t w = 0; w < words; w++) {
    uint64_t absent = ~fill->present[w];
    if (64 * (w + 1) > n) absent &= n % 64 != 0 ? (UINT64_C(1) << (n % 64)) - 1 : UINT64_MAX;
    for (; absent != 0; absent &= absent - 1) {
      const int64_t i = 64 * w + __builtin_ctzll(absent);
      clear_value(fill, i);
      if (c->reason == NULL) continue;
      if (fill->reason != NULL) fill->reason[i] = *c->reason;
      c->reason++;
    }
  }
}

/* Entries that are no value here, and numbers that mean missing. */
static void look_at_each(packed_column *c, int64_t from, int64_t n, int64_t *wrong) {
  const sampan_fill *fill = c->fill;
  const int coded = c->head.encoding == PACKED_CODES || c->head.encoding == PACKED_RUNS;
  int64_t run = c->head.encoding == PACKED_RUNS ? c->run : 0;
  if (c->head.encoding == PACKED_RUNS) {
    while (run > 0 && (int64_t)c->ends[run - 1] > from) run--;
  }
  for (int64_t i = 0; i < n; i++) {
    int absent = 0;
    if (!sampan_bit(fill->present, i)) continue;
    if (coded) {
      uint32_t k;
      if (c->head.encoding == PACKED_RUNS) {
        while ((int64_t)c->ends[run] <= from + i) run++;
        k = c->run_codes[run];
      } else {
        k = packed_code_at(c, from + i);
      }
      if (c->state[k] == PACKED_ENTRY_WRONG && (*wrong < 0 || from + i < *wrong)) *wrong = from + i;
      absent = c->state[k] != PACKED_ENTRY_VALUE;
    } else {
      absent = packed_is_missing(c, fill->number[i]);
    }
    if (!absent) continue;
    sampan_set_bit(fill->present, i, 0);
    clear_value(fill, i);
  }
}

int32_t packed_column_fill(packed_column *c, const packed_kernels *kernels, int64_t from, int64_t n,
                           int64_t *wrong) {
  const sampan_fill *fill = c->fill;
  const uint32_t encoding = c->head.encoding;
  const int coded = encoding == PACKED_CODES || encoding == PACKED_RUNS;
  if (encoding == PACKED_RUNS) {
    fill_runs(c, from, n);
  } else if (coded && c->head.n_entries == 0) { /* no record has a value */
    for (int64_t i = 0; i < n; i++) clear_value(fill, i);
  } else if (coded) {
    fill_codes(c, kernels, from, n);
  } else if (fill->type == SAMPAN_NUMBER) {
    const int32_t status = fill_numbers(c, kernels, from, n);
    if (status < 0) return status;
  }
  fill_present(c, from, n);
  if (!coded && fill->type == SAMPAN_TEXT) {
    const int32_t status = fill_numbers(c, kernels, from, n);
    if (status < 0) return status;
  }
  if (coded ? c->any_state : fill->n_missing > 0 && fill->type == SAMPAN_NUMBER) {
    look_at_each(c, from, n, wrong);
  }
  return SAMPAN_OK;
}
