/* feed.c - reads the file piece by piece; the scanner vets a record, then libcsv takes it apart.
 *
 * A problem of the scanner wins over a bad cell of the same record, however the file happens to be
 * cut into pieces: what is reported does not depend on how it is read. */
#include <csv.h>

#include "dsv.h"

typedef struct feed {
  const dsv_handler *handler;
  uint32_t n_fields; /* of the record that libcsv is in */
  uint32_t n_done;   /* of the record that it completed last */
  int32_t record_done;
} feed;

/* libcsv trims what this calls blank. */
static int never(unsigned char c) {
  (void)c;
  return 0;
}

static void on_field(void *text, size_t n, void *data) {
  feed *f = (feed *)data;
  f->handler->field(f->handler->data, f->n_fields++, text != NULL ? (const char *)text : "", n);
}

static void on_record(int c, void *data) {
  feed *f = (feed *)data;
  (void)c;
  f->n_done = f->n_fields;
  f->n_fields = 0;
  f->record_done = 1;
}

/* A record has passed the scanner and libcsv. */
static int32_t finish_record(const sampan_call *call, feed *f, dsv_scanner *s,
                             uint32_t n_expected) {
  if (!f->record_done || f->n_done != s->n_fields) {
    return sampan_fail(call, SAMPAN_E_INTERNAL, "libcsv and the scanner disagree on a record");
  }
  f->record_done = 0;
  const int32_t status = f->handler->record(f->handler->data, s);
  if (status != SAMPAN_OK) return status;
  if (s->row == 0) {
    if (n_expected != 0 && s->n_fields != n_expected) {
      return dsv_fail_changed(call);
    }
    s->n_expected = s->n_fields;
  }
  s->row++;
  s->n_fields = 0;
  return SAMPAN_OK;
}

static int32_t parse(const sampan_call *call, struct csv_parser *p, feed *f, const char *text,
                     int64_t n) {
  if (csv_parse(p, text, (size_t)n, on_field, on_record, f) == (size_t)n) return SAMPAN_OK;
  if (csv_error(p) == CSV_ENOMEM || csv_error(p) == CSV_ETOOBIG) {
    return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  }
  return sampan_fail(call, SAMPAN_E_INTERNAL, "libcsv refused a record: %s",
                     csv_strerror(csv_error(p)));
}

/* Gives the mark its offset in the file, while the piece that it points into is at hand. */
static void settle_mark(dsv_scanner *s, const dsv_decoder *d) {
  if (s->mark.index < 0) return;
  s->mark.byte = dsv_decoder_offset(d, s->mark.index);
  s->mark.index = -1;
}

/* One piece: every record that ends in it. */
static int32_t feed_piece(const sampan_call *call, struct csv_parser *p, feed *f, dsv_scanner *s,
                          const dsv_decoder *d, const dsv_names *names, const char *text, int64_t n,
                          uint32_t n_expected) {
  for (int64_t i = 0, end = 0; i < n; i = end) {
    const int32_t found = dsv_scan(s, text, i, n, &end);
    if (found >= DSV_P_NUL) {
      settle_mark(s, d);
      return dsv_fail_scan(call, s, names, found, dsv_decoder_offset(d, end));
    }
    int32_t status = parse(call, p, f, text + i, end - i);
    if (status == SAMPAN_OK && found == DSV_RECORD) status = finish_record(call, f, s, n_expected);
    if (status != SAMPAN_OK) return status;
  }
  settle_mark(s, d);
  return SAMPAN_OK;
}

/* The last record, where it has no line end. */
static int32_t feed_end(const sampan_call *call, struct csv_parser *p, feed *f, dsv_scanner *s,
                        const dsv_decoder *d, const dsv_names *names, uint32_t n_expected) {
  const int64_t n_bytes = d->raw_start + d->n_used;
  const int32_t found = dsv_scan_end(s);
  if (found >= DSV_P_NUL) return dsv_fail_scan(call, s, names, found, n_bytes);
  if (csv_fini(p, on_field, on_record, f) != 0) {
    return sampan_fail(call, SAMPAN_E_INTERNAL, "libcsv refused the last record: %s",
                       csv_strerror(csv_error(p)));
  }
  if (found != DSV_RECORD) return SAMPAN_END;
  const int32_t status = finish_record(call, f, s, n_expected);
  return status == SAMPAN_OK ? SAMPAN_END : status;
}

int32_t dsv_feed(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                 const dsv_names *names, const dsv_handler *handler, uint32_t n_expected) {
  feed f = {.handler = handler};
  struct csv_parser p;
  dsv_decoder d;
  dsv_scanner s;
  if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0) {
    return sampan_fail(call, SAMPAN_E_INTERNAL, "libcsv does not start");
  }
  csv_set_delim(&p, dialect->delimiter);
  csv_set_quote(&p, dialect->quote);
  csv_set_space_func(&p, never);
  dsv_scanner_start(&s, dialect);
  s.mark.index = -1;
  int32_t status = dsv_decoder_open(&d, call, reader, dialect);
  while (status == SAMPAN_OK) {
    const char *text;
    int64_t n;
    if (call->host->cancelled(call)) {
      status = sampan_fail(call, SAMPAN_E_CANCELLED, "cancelled");
      break;
    }
    status = dsv_decoder_next(&d, &text, &n);
    if (status < 0) break;
    if (n > 0) {
      status = feed_piece(call, &p, &f, &s, &d, names, text, n, n_expected);
    } else if (d.problem != DSV_CODE_OK) {
      status = dsv_fail_code(call, &s, names, d.problem, dialect->gb18030, d.raw_start + d.n_used);
    } else {
      status = feed_end(call, &p, &f, &s, &d, names, n_expected);
    }
  }
  dsv_decoder_close(&d);
  csv_free(&p);
  return status;
}
