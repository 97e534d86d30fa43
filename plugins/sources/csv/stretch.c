/* stretch.c - reads a stretch of whole records: separators first, then column by column.
 *
 * A record has the header's fields exactly where every n-th separator is a line end and no other
 * one is. Whatever is not plainly well-formed is refused without a place: the host then reads the
 * file by read(), which finds the place, or finds nothing wrong. */
#include "columns.h"
#include "word.h"

/* Bytes split at once: with their separators they stay near the processor. A multiple of 64. */
#define CHUNK_BYTES 8192

typedef struct lane {
  const sampan_call *call;
  const sampan_schema *schema;
  const sampan_sink *sink;
  const char *bytes;
  int64_t n_bytes;
  dsv_fills fills;
  dsv_unquote unquote;
  dsv_numbers *numbers; /* per fill */
  dsv_recent **recent;  /* per fill; NULL for numbers */
  const dsv_machine *machine;
  dsv_split split;
  uint32_t *at; /* separators not yet used up, behind the one (or the start) before them */
  uint64_t n_at;
  uint64_t n_records; /* in all, with the header */
  int64_t n_batch;    /* in the batch */
  int32_t header_due;
  int64_t n_valid; /* bytes known to be UTF-8 */
} lane;

static int32_t refuse(const lane *l) {
  return sampan_fail(l->call, SAMPAN_E_DATA, "a stretch of the text is not well-formed");
}

static int32_t no_memory(const lane *l) {
  return sampan_fail(l->call, SAMPAN_E_MEMORY, "out of memory");
}

/* The fields of one column of n records, whose separators begin at p. */
static inline void span_fields(const lane *l, const uint32_t *p, int32_t n, dsv_spans *out,
                               int is_last, int has_quotes) {
  const uint32_t n_fields = l->schema->n_fields;
  for (int32_t i = 0; i < n; i++, p += n_fields) {
    uint32_t from = p[0] + 1, m = p[1] - from;
    uint64_t word = dsv_word(l->bytes + from);
    if (is_last) m -= m > 0 && l->bytes[from + m - 1] == '\r';
    if (has_quotes && (int32_t)(word & 0xFF) == l->unquote.quote && m > 1) {
      word = dsv_word(l->bytes + ++from);
      m -= 2;
    }
    out->word[i] = word;
    out->from[i] = from;
    out->n[i] = m;
  }
  for (int32_t i = n; i < DSV_GROUP; i++) out->from[i] = out->n[i] = 0;
}

static void span(const lane *l, const uint32_t *at, int32_t n, uint32_t c, dsv_spans *out) {
  const int is_last = c + 1 == l->schema->n_fields, has_quotes = l->split.quotes != 0;
  if (!is_last && !has_quotes) {
    span_fields(l, at + c, n, out, 0, 0);
  } else if (!is_last) {
    span_fields(l, at + c, n, out, 0, 1);
  } else {
    span_fields(l, at + c, n, out, 1, has_quotes);
  }
}

static int32_t read_slow_cells(lane *l, uint32_t i_fill, const dsv_spans *spans, uint64_t which,
                               double *x, uint64_t *present) {
  for (; which != 0; which &= which - 1) {
    const int i = __builtin_ctzll(which);
    uint64_t n;
    uint32_t code;
    const char *text = dsv_unquoted(&l->unquote, l->bytes + spans->from[i], spans->n[i], &n);
    if (text == NULL) return no_memory(l);
    const int32_t found = dsv_cell(&l->fills, i_fill, text, n, &x[i], &code);
    if (found < 0) return refuse(l);
    *present |= (uint64_t)(found == DSV_CELL_PRESENT) << i;
  }
  return SAMPAN_OK;
}

/* A CR that ends the file ends its last line where lines end in CR LF, as the one before it does.
 */
static int is_last_cr_fine(const lane *l, uint32_t before) {
  const uint32_t start = before + 1; /* of the last record; 0: none is known before it */
  return l->bytes[l->n_bytes - 1] != '\r' ||
         (start >= 2 && l->bytes[start - 1] == '\n' && l->bytes[start - 2] == '\r');
}

/* Every n-th separator is a line end, and nothing is longer than read() allows (C7). */
static int is_regular(const lane *l, const uint32_t *at, int32_t n) {
  const uint32_t n_fields = l->schema->n_fields;
  for (int32_t i = 1; i <= n; i++) {
    const uint32_t end = at[(uint64_t)i * n_fields];
    if (end == l->n_bytes) {
      if (!is_last_cr_fine(l, at[(uint64_t)(i - 1) * n_fields])) return 0;
    } else if (l->bytes[end] != '\n') {
      return 0;
    }
  }
  if (n_fields == 1) { /* an empty line: a missing value, or no record? */
    for (int32_t i = 1; i <= n; i++) {
      const uint32_t m = at[i] - at[i - 1] - 1;
      if (m == 0 || (m == 1 && l->bytes[at[i] - 1] == '\r')) return 0;
    }
  }
  if (l->n_bytes <= DSV_MAX_FIELD_BYTES) return 1;
  for (uint64_t i = 1; i <= (uint64_t)n * n_fields; i++) {
    if (at[i] - at[i - 1] - 1 > DSV_MAX_FIELD_BYTES) return 0;
  }
  for (uint64_t i = n_fields; i <= (uint64_t)n * n_fields; i += n_fields) {
    if (at[i] - at[i - n_fields] - 1 > DSV_MAX_RECORD_BYTES) return 0;
  }
  return 1;
}

static int32_t flush(lane *l) {
  const int64_t n = l->n_batch;
  l->n_batch = 0;
  if (l->call->host->cancelled(l->call)) {
    return sampan_fail(l->call, SAMPAN_E_CANCELLED, "cancelled");
  }
  return n > 0 ? l->sink->batch(l->sink->data, n, l->call->error) : SAMPAN_OK;
}

/* n records, the first 64 that are left or the last ones of the stretch. */
static int32_t read_group(lane *l, const uint32_t *at, int32_t n) {
  dsv_spans spans;
  int32_t status = SAMPAN_OK;
  if (!is_regular(l, at, n)) return refuse(l);
  for (uint32_t i = 0; i < l->sink->n_fills; i++) {
    const sampan_fill *fill = &l->sink->fills[i];
    uint64_t present = 0;
    if (i == 0 || fill[-1].field != fill->field) span(l, at, n, fill->field, &spans);
    if (fill->type == SAMPAN_NUMBER) {
      double *x = fill->number + l->n_batch;
      const uint64_t left =
          dsv_read_numbers(&l->numbers[i], l->machine->digits, l->bytes, &spans, x, &present);
      if (left != 0) status = read_slow_cells(l, i, &spans, left, x, &present);
    } else {
      status = dsv_read_texts(&l->fills, i, l->recent[i], &l->unquote, l->bytes, &spans, n,
                              fill->code + l->n_batch, &present);
    }
    if (status < 0) return status;
    fill->present[l->n_batch / DSV_GROUP] = present;
  }
  l->n_records += (uint64_t)n;
  l->n_batch += n;
  return l->n_batch == l->sink->capacity ? flush(l) : SAMPAN_OK;
}

/* C9 */
static int32_t read_header(lane *l) {
  dsv_spans spans;
  if (!is_regular(l, l->at, 1) || l->at[l->schema->n_fields] == l->n_bytes) return refuse(l);
  for (uint32_t i = 0; i < l->schema->n_fields; i++) {
    const char *name = l->schema->fields[i].name;
    uint64_t n;
    span(l, l->at, 1, i, &spans);
    const char *text = dsv_unquoted(&l->unquote, l->bytes + spans.from[0], spans.n[0], &n);
    if (text == NULL) return no_memory(l);
    if (strlen(name) != n || memcmp(name, text, n) != 0) return refuse(l);
  }
  l->header_due = 0;
  l->n_records++;
  return SAMPAN_OK;
}

/* The records whose ends are known: groups of 64, and at the end what is left. */
static int32_t read_groups(lane *l, int at_end) {
  const uint64_t n_fields = l->schema->n_fields, in_group = n_fields * DSV_GROUP;
  uint64_t used = 0;
  int32_t status = SAMPAN_OK;
  if (l->header_due && l->n_at >= n_fields) {
    status = read_header(l);
    used = n_fields;
  }
  for (; status == SAMPAN_OK && l->n_at - used >= in_group; used += in_group) {
    status = read_group(l, l->at + used, DSV_GROUP);
  }
  if (status == SAMPAN_OK && at_end && l->n_at > used) {
    const uint64_t n = (l->n_at - used) / n_fields;
    if (n * n_fields != l->n_at - used) return refuse(l);
    status = read_group(l, l->at + used, (int32_t)n);
    used = l->n_at;
  }
  if (status != SAMPAN_OK) return status;
  l->n_at -= used;
  if (used > 0) memmove(l->at, l->at + used, (l->n_at + 1) * sizeof *l->at);
  return SAMPAN_OK;
}

/* Bytes up to `to` are characters, but for one that may be cut there (C4). */
static int32_t check_utf8(lane *l, int64_t to) {
  const unsigned char *p = (const unsigned char *)l->bytes;
  int64_t end = to;
  int32_t problem;
  while (end > l->n_valid && to - end < 3 && (p[end - 1] & 0xC0) == 0x80) end--;
  if (end > l->n_valid && p[end - 1] >= 0xC0) end--;
  if (!l->machine->is_utf8(l->bytes + l->n_valid, end - l->n_valid)) return refuse(l);
  l->n_valid = end + dsv_valid(p + end, to - end, &problem);
  return problem == DSV_CODE_BAD ? refuse(l) : SAMPAN_OK;
}

/* Splits m bytes of p, a multiple of 64, which are the stretch's from `from` up to `to`. */
static int32_t take(lane *l, const char *p, int64_t m, int64_t from, int64_t to) {
  uint32_t *out = l->at + 1 + l->n_at;
  l->split.high = 0;
  l->n_at += (uint64_t)(l->machine->split(&l->split, p, m, (uint32_t)from, out) - out);
  if (l->split.bad != 0) return refuse(l);
  if (l->split.high != 0 || l->n_valid != from) return check_utf8(l, to);
  l->n_valid = to;
  return SAMPAN_OK;
}

static int32_t read_all(lane *l, int64_t from) {
  char tail[64];
  int32_t status = SAMPAN_OK;
  const int64_t n_tail = (l->n_bytes - from) % 64, whole = l->n_bytes - n_tail;
  for (int64_t i = from; i < whole && status == SAMPAN_OK; i += CHUNK_BYTES) {
    const int64_t end = whole - i < CHUNK_BYTES ? whole : i + CHUNK_BYTES;
    status = take(l, l->bytes + i, end - i, i, end);
    if (status == SAMPAN_OK) status = read_groups(l, 0);
  }
  if (status != SAMPAN_OK) return status;
  /* The last bytes, a line end where there is none, and no mark behind it. */
  memset(tail, 'x', sizeof tail);
  memcpy(tail, l->bytes + whole, (size_t)n_tail);
  if (l->bytes[l->n_bytes - 1] != '\n') tail[n_tail] = '\n';
  status = take(l, tail, sizeof tail, whole, l->n_bytes);
  if (status == SAMPAN_OK) status = read_groups(l, 1);
  if (status != SAMPAN_OK) return status;
  if (l->split.inside != 0 || l->n_valid != l->n_bytes || l->header_due ||
      l->n_records != l->split.n_lines) {
    return refuse(l);
  }
  return flush(l);
}

static int32_t prepare(lane *l, const dsv_dialect *dialect) {
  const sampan_host *host = l->call->host;
  const uint32_t n_fills = l->sink->n_fills;
  uint64_t n_at = (uint64_t)l->schema->n_fields * DSV_GROUP;
  int32_t status = dsv_fills_open(&l->fills, l->call, dialect, l->sink, l->schema->n_fields);
  if (status < 0) return status;
  if (n_at > (uint64_t)l->n_bytes) n_at = (uint64_t)l->n_bytes; /* a byte each */
  n_at += (uint64_t)(l->n_bytes < CHUNK_BYTES ? l->n_bytes : CHUNK_BYTES) + 3 * 64;
  l->at = (uint32_t *)host->alloc(l->call, n_at * sizeof *l->at);
  l->numbers = (dsv_numbers *)host->alloc(l->call, (uint64_t)n_fills * sizeof *l->numbers + 1);
  l->recent = (dsv_recent **)host->alloc(l->call, (uint64_t)n_fills * sizeof *l->recent + 1);
  if (l->at == NULL || l->numbers == NULL || l->recent == NULL) return no_memory(l);
  for (uint32_t i = 0; i < n_fills; i++) {
    if (l->sink->fills[i].type == SAMPAN_NUMBER) {
      dsv_numbers_open(&l->numbers[i], &l->fills, i);
      continue;
    }
    l->recent[i] = (dsv_recent *)host->alloc(l->call, DSV_RECENT * sizeof(dsv_recent));
    if (l->recent[i] == NULL) return no_memory(l);
  }
  return SAMPAN_OK;
}

int32_t dsv_read_cut(const sampan_call *call, const dsv_dialect *dialect,
                     const sampan_schema *schema, const sampan_stretch *stretch,
                     const sampan_sink *sink, const dsv_machine *machine) {
  lane l = {.call = call,
            .schema = schema,
            .sink = sink,
            .bytes = stretch->bytes,
            .n_bytes = stretch->n_bytes,
            .unquote = {.call = call, .quote = dialect->quote != 0 ? dialect->quote : 256},
            .machine = machine,
            .split = {.delimiter = dialect->delimiter, .quote = dialect->quote, .may_open = 1},
            .header_due = stretch->is_first};
  int64_t from = 0;
  if (dialect->gb18030 || l.n_bytes >= INT32_MAX - 128) return refuse(&l);
  if (stretch->is_first && l.n_bytes >= 3 && memcmp(l.bytes, "\xEF\xBB\xBF", 3) == 0) from = 3;
  if (stretch->is_last && schema->n_fields > 1) {
    l.n_bytes = dsv_without_blank_lines(l.bytes, l.n_bytes);
  }
  if (l.n_bytes == from) return stretch->is_first ? refuse(&l) : SAMPAN_END;
  const char last = l.bytes[l.n_bytes - 1];
  if (last != '\n' && !stretch->is_last) return refuse(&l);
  int32_t status = prepare(&l, dialect);
  if (status < 0) return status;
  l.at[0] = (uint32_t)(from - 1);
  l.n_valid = from;
  status = read_all(&l, from);
  return status == SAMPAN_OK ? SAMPAN_END : status;
}
