/* values.c - what the entries of a dictionary, and numbers without one, are to a fill: numbers read
 * as texts, texts read as numbers, and what means missing. A column whose type its file left open
 * is read as the delimited text that it came from would be. */
#include <math.h>

#include "packed.h"

int packed_is_missing(const packed_column *c, double x) {
  for (uint32_t i = 0; i < c->fill->n_missing; i++) {
    if (c->missing[i] == x) return 1;
  }
  return 0;
}

static int is_missing_text(const packed_column *c, const char *text, uint64_t n) {
  for (uint32_t i = 0; i < c->fill->n_missing; i++) {
    if (strlen(c->fill->missing[i]) == n && memcmp(c->fill->missing[i], text, n) == 0) return 1;
  }
  return 0;
}

/* ---- numbers as texts --------------------------------------------------------------------- */

/* The decimal digits of k, at least `least` of them; how many. */
static int put_digits(uint64_t k, int least, char *out) {
  char reversed[24];
  int n = 0;
  while (k > 0 || n < least) {
    reversed[n++] = (char)('0' + k % 10);
    k /= 10;
  }
  for (int i = 0; i < n; i++) out[i] = reversed[n - 1 - i];
  return n;
}

/* The shortest decimal that reads back as x, as the project writes it. */
static void shortest(const sampan_call *call, double x, char *out) {
  if (fabs(x) < 1e15 && floor(x) == x) {
    if (x < 0) *out++ = '-';
    out[put_digits((uint64_t)fabs(x), 1, out)] = '\0';
    return;
  }
  for (int precision = 1; precision <= 17; precision++) {
    double back;
    const int n = snprintf(out, 40, "%.*g", precision, x);
    if (call->host->parse_number(out, (uint64_t)n, &back) == 0 && back == x) break;
  }
  /* 1e+20 and 1e-07 as the project writes them: 1e20, 1e-7. */
  char *e = strchr(out, 'e');
  if (e == NULL) return;
  char *to = e + 1;
  const char *from = e + 1;
  if (*from == '-') to++;
  if (*from == '-' || *from == '+') from++;
  while (*from == '0') from++;
  memmove(to, from, strlen(from) + 1);
}

void packed_number_text(const packed_column *c, double x, char *out) {
  const int32_t decimals = c->kind->writing.decimals;
  char digits[24];
  double power = 1;
  for (int32_t i = 0; i < decimals; i++) power *= 10;
  /* At most 15 digits, so that the nearest integer is the one that was written. */
  if (decimals < 0 || !(fabs(x) * power < 1e15)) {
    shortest(c->call, x, out);
    return;
  }
  const int n = put_digits((uint64_t)nearbyint(fabs(x) * power), decimals + 1, digits);
  char *to = out;
  if (x < 0) *to++ = '-';
  memcpy(to, digits, (size_t)(n - decimals));
  to += n - decimals;
  int kept = decimals;
  while (!c->kind->writing.fixed && kept > 0 && digits[n - decimals + kept - 1] == '0') kept--;
  if (kept > 0) {
    *to++ = '.';
    memcpy(to, digits + n - decimals, (size_t)kept);
    to += kept;
  }
  *to = '\0';
}

/* Whether a number that is read as text means missing. */
static int is_missing_number_text(const packed_column *c, double x, const char *text) {
  if (c->fill->n_missing == 0) return 0;
  return is_missing_text(c, text, strlen(text)) ||
         (c->kind->declared != 0 && packed_is_missing(c, x));
}

static int32_t intern(const packed_column *c, const char *text, uint64_t n, uint32_t *out) {
  *out = c->sink->intern(c->sink->data, c->i_fill, text, n);
  return *out != UINT32_MAX ? SAMPAN_OK : packed_fail_memory(c->call);
}

/* ---- entries ------------------------------------------------------------------------------ */

static int32_t text_entry(packed_column *c, uint32_t k, const char *text) {
  const char *core = text;
  uint64_t n = strlen(text), n_core = n;
  if (c->kind->declared == 0) { /* blanks around it do not count */
    while (n_core > 0 && (*core == ' ' || *core == '\t')) core++, n_core--;
    while (n_core > 0 && (core[n_core - 1] == ' ' || core[n_core - 1] == '\t')) n_core--;
  }
  if (is_missing_text(c, core, n_core)) {
    c->state[k] = PACKED_ENTRY_ABSENT;
    return SAMPAN_OK;
  }
  if (c->fill->type == SAMPAN_TEXT) return intern(c, text, n, &c->codes[k]);
  if (c->call->host->parse_number(core, n_core, &c->table[k]) != 0) {
    c->table[k] = 0;
    c->state[k] = PACKED_ENTRY_WRONG;
  } else if (packed_is_missing(c, c->table[k])) {
    c->table[k] = 0;
    c->state[k] = PACKED_ENTRY_ABSENT;
  }
  return SAMPAN_OK;
}

static int32_t number_entry(packed_column *c, uint32_t k, double x) {
  char text[40];
  if (c->fill->type == SAMPAN_NUMBER) {
    c->table[k] = x;
    if (packed_is_missing(c, x)) c->state[k] = PACKED_ENTRY_ABSENT;
    return SAMPAN_OK;
  }
  packed_number_text(c, x, text);
  if (is_missing_number_text(c, x, text)) {
    c->state[k] = PACKED_ENTRY_ABSENT;
    return SAMPAN_OK;
  }
  return intern(c, text, strlen(text), &c->codes[k]);
}

/* Tables that hold all that the codes can say, kept from block to block. */
static int32_t make_room(packed_column *c) {
  int64_t n = c->head.n_entries;
  const sampan_call *call = c->call;
  if (c->head.encoding == PACKED_CODES && c->head.width <= 8) n = INT64_C(1) << c->head.width;
  if (n > c->table_room) {
    const int64_t wider = n < 256 ? 256 : n + n / 2;
    c->table = (double *)call->host->alloc(call, (uint64_t)wider * sizeof *c->table);
    c->codes = (uint32_t *)call->host->alloc(call, (uint64_t)wider * sizeof *c->codes);
    c->state = (uint8_t *)call->host->alloc(call, (uint64_t)wider);
    c->table_room = wider;
    if (c->table == NULL || c->codes == NULL || c->state == NULL) {
      c->table_room = 0;
      return packed_fail_memory(call);
    }
  }
  for (int64_t k = 0; k < n; k++) {
    c->table[k] = 0;
    c->codes[k] = 0;
    c->state[k] = PACKED_ENTRY_VALUE;
  }
  return SAMPAN_OK;
}

int32_t packed_entries(packed_column *c) {
  const packed_chunk *h = &c->head;
  c->any_state = 0;
  if (h->encoding != PACKED_CODES && h->encoding != PACKED_RUNS) return SAMPAN_OK;
  int32_t status = make_room(c);
  const char *text = c->texts;
  for (uint32_t k = 0; k < h->n_entries && status >= 0; k++) {
    if (text != NULL) {
      status = text_entry(c, k, text);
      text += strlen(text) + 1;
    } else {
      double x;
      memcpy(&x, c->numbers + k, sizeof x);
      if (!isfinite(x)) x = 0; /* the checksum is right, so it was made on purpose */
      status = number_entry(c, k, x);
    }
    c->any_state |= c->state[k] != PACKED_ENTRY_VALUE;
  }
  return status;
}

const char *packed_column_text(const packed_column *c, int64_t record) {
  const char *text = c->texts;
  if (text == NULL) return "";
  for (uint32_t k = packed_code_at(c, record); k > 0; k--) text += strlen(text) + 1;
  return text;
}

/* ---- numbers without a dictionary, as texts ----------------------------------------------- */

enum { CACHE = 65536 };

int32_t packed_texts_of_numbers(packed_column *c, const double *x, int64_t from, int64_t n) {
  const sampan_fill *fill = c->fill;
  const int cached = c->head.encoding == PACKED_SCALED && c->head.width <= 2;
  const int64_t at = from % c->sink->capacity;
  char text[40];
  if (cached && c->cache == NULL) {
    c->cache = (uint32_t *)c->call->host->alloc(c->call, CACHE * sizeof *c->cache);
    if (c->cache == NULL) return packed_fail_memory(c->call);
  }
  for (int64_t i = 0; i < n; i++) {
    uint32_t u = 0;
    fill->code[at + i] = 0;
    if (!sampan_bit(fill->present, at + i)) continue;
    if (cached) {
      const unsigned char *p = c->data + (from + i) * c->head.width;
      u = c->head.width == 1 ? p[0] : (uint32_t)p[0] | (uint32_t)p[1] << 8;
      if (c->cache[u] != 0) {
        fill->code[at + i] = c->cache[u] - 1;
        continue;
      }
    }
    packed_number_text(c, x[i], text);
    if (is_missing_number_text(c, x[i], text)) {
      sampan_set_bit(fill->present, at + i, 0);
      continue;
    }
    uint32_t code;
    const int32_t status = intern(c, text, strlen(text), &code);
    if (status < 0) return status;
    fill->code[at + i] = code;
    if (cached) c->cache[u] = code + 1;
  }
  return SAMPAN_OK;
}
