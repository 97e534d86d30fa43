/* scan.c - a strict state machine over the text: where records end, lines, rows and quoting. libcsv
 * sees a byte only after it has passed here, for it accepts too much and cannot be stopped. */
#include "dsv.h"

enum {
  RECORD_START = 0,
  FIELD_START,
  PLAIN,
  QUOTED,
  QUOTE_SEEN, /* inside a quoted field: its end, or the first half of a doubled quote */
  CR_SEEN,
  BLANK_CR_SEEN
};

void dsv_scanner_start(dsv_scanner *s, const dsv_dialect *dialect) {
  memset(s, 0, sizeof *s);
  s->delimiter = dialect->delimiter;
  s->quote = dialect->quote;
  s->special[0] = s->special['\n'] = s->special['\r'] = 1;
  s->special[s->delimiter] = s->special[s->quote] = 1;
  s->line = 1;
  s->record_line = 1;
}

static void set_mark(dsv_scanner *s, int64_t i) {
  s->mark.line = s->line;
  s->mark.index = i;
}

/* Counts m bytes of the current field and record; how many of them are within the limits. */
static int64_t count(dsv_scanner *s, int64_t m) {
  int64_t room = DSV_MAX_FIELD_BYTES - s->field_bytes;
  if (room > DSV_MAX_RECORD_BYTES - s->record_bytes) room = DSV_MAX_RECORD_BYTES - s->record_bytes;
  if (m > room) m = room;
  s->field_bytes += m;
  s->record_bytes += m;
  return m;
}

static int32_t too_long(const dsv_scanner *s) {
  return s->record_bytes >= DSV_MAX_RECORD_BYTES ? DSV_P_LONG_RECORD : DSV_P_LONG_FIELD;
}

/* A delimiter: the field before it is complete. */
static int32_t next_field(dsv_scanner *s) {
  s->n_fields++;
  s->field_bytes = 0;
  s->state = FIELD_START;
  /* One byte for the delimiter: a record of nothing but delimiters must end, too. */
  if (++s->record_bytes > DSV_MAX_RECORD_BYTES) return DSV_P_LONG_RECORD;
  return s->n_expected > 0 && s->n_fields >= s->n_expected ? DSV_P_TOO_MANY : DSV_MORE;
}

/* A line end outside quotes. */
static int32_t end_record(dsv_scanner *s) {
  s->n_fields++;
  s->field_bytes = 0;
  s->state = RECORD_START;
  return s->n_expected > 0 && s->n_fields < s->n_expected ? DSV_P_TOO_FEW : DSV_RECORD;
}

static int32_t blank_line(dsv_scanner *s) {
  s->state = RECORD_START;
  if (s->n_expected == 0) return DSV_P_NO_HEADER;
  if (s->n_expected == 1) return DSV_P_BLANK_VALUE;
  return DSV_BLANK;
}

/* A byte where a field begins. */
static int32_t begin_field(dsv_scanner *s, unsigned char c, int64_t i) {
  if (c == s->delimiter) return next_field(s);
  set_mark(s, i);
  s->state = c == s->quote ? QUOTED : PLAIN; /* NUL, the quote that is none, does not come here */
  return count(s, 1) == 1 ? DSV_MORE : too_long(s);
}

/* One byte in any state but within a run of ordinary ones. */
static int32_t step(dsv_scanner *s, unsigned char c, int64_t i) {
  if (s->state == CR_SEEN || s->state == BLANK_CR_SEEN) {
    if (c != '\n') return DSV_P_BARE_CR;
    s->seen_crlf = 1;
    return s->state == CR_SEEN ? end_record(s) : blank_line(s);
  }
  if (c == 0) return DSV_P_NUL;
  if (s->state == QUOTED) {
    if (c == s->quote) s->state = QUOTE_SEEN;
    return count(s, 1) == 1 ? DSV_MORE : too_long(s);
  }
  if (s->state == QUOTE_SEEN && c == s->quote) {
    s->state = QUOTED;
    return count(s, 1) == 1 ? DSV_MORE : too_long(s);
  }
  if (s->state == RECORD_START) {
    if (c == '\n' || c == '\r') {
      if (!s->blank_pending && s->n_expected > 0) {
        s->blank_pending = 1;
        set_mark(s, i);
      }
      if (c == '\n') return blank_line(s);
      s->state = BLANK_CR_SEEN;
      return DSV_MORE;
    }
    if (s->blank_pending) return DSV_P_BLANK_LINE;
    s->record_line = s->line;
    s->record_bytes = 0;
    s->field_bytes = 0;
    s->n_fields = 0;
    s->state = FIELD_START;
  }
  if (c == '\n') return end_record(s);
  if (c == '\r') {
    s->state = CR_SEEN;
    return DSV_MORE;
  }
  if (s->state == FIELD_START) return begin_field(s, c, i);
  if (c == s->delimiter) return next_field(s);
  if (s->state == QUOTE_SEEN) return DSV_P_AFTER_QUOTE;
  if (c == s->quote) return DSV_P_STRAY_QUOTE;
  return count(s, 1) == 1 ? DSV_MORE : too_long(s);
}

int32_t dsv_scan(dsv_scanner *s, const char *text, int64_t from, int64_t n, int64_t *end) {
  const unsigned char *p = (const unsigned char *)text;
  int64_t i = from;
  while (i < n) {
    if (s->state == PLAIN || s->state == QUOTED) {
      int64_t j = i;
      while (j < n && !s->special[p[j]]) j++;
      const int64_t counted = count(s, j - i);
      i += counted;
      if (i < j) {
        *end = i;
        return too_long(s);
      }
      if (i == n) break;
    }
    const int32_t found = step(s, p[i], i);
    if (found >= DSV_P_NUL) {
      *end = i;
      return found;
    }
    if (p[i] == '\n') s->line++;
    i++;
    if (found != DSV_MORE) {
      *end = i;
      return found;
    }
  }
  *end = n;
  return DSV_MORE;
}

int32_t dsv_scan_end(dsv_scanner *s) {
  switch (s->state) {
    case RECORD_START:
      return s->n_expected == 0 ? DSV_P_NO_HEADER : DSV_MORE;
    case QUOTED:
      return DSV_P_OPEN_QUOTE;
    case BLANK_CR_SEEN:
      return s->n_expected > 1 && s->seen_crlf ? DSV_MORE : DSV_P_BARE_CR;
    case CR_SEEN:
      if (!s->seen_crlf) return DSV_P_BARE_CR;
      break;
    default:
      break;
  }
  if (s->n_expected == 0) return DSV_P_CUT_HEADER;
  return end_record(s) == DSV_RECORD ? DSV_RECORD : DSV_P_CUT_RECORD;
}
