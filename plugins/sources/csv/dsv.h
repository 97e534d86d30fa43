/* dsv.h - the parts of the csv source: dialect, decoder, scanner, cells. Private to the plugin. */
#ifndef SAMPAN_CSV_DSV_H
#define SAMPAN_CSV_DSV_H

#include <iconv.h>
#include <sampan/plugin.h>

/* Limits that keep a stray quote from swallowing a file (C7). */
#define DSV_MAX_FIELD_BYTES (INT64_C(1) << 20)
#define DSV_MAX_RECORD_BYTES (INT64_C(1) << 24)
#define DSV_RAW_BYTES 65536

/* How the file is written: from the parameters. */
typedef struct dsv_dialect {
  unsigned char delimiter;
  unsigned char quote; /* 0: fields are never quoted */
  int32_t gb18030;
  int32_t decimal_comma;
} dsv_dialect;

/* csv.c: the dialect that the parameters give, or an error. */
int32_t dsv_read_dialect(const sampan_call *call, dsv_dialect *out);

/* ---- decode.c: bytes of the file -> UTF-8 in whole characters ------------------------------- */

enum { DSV_CODE_OK = 0, DSV_CODE_BAD = 1, DSV_CODE_CUT = 2 };

typedef struct dsv_decoder {
  const sampan_call *call;
  const sampan_reader *reader;
  iconv_t converter; /* (iconv_t)-1: the file is UTF-8 */
  char *raw;         /* DSV_RAW_BYTES and the cut character of the piece before */
  char *converted;   /* the piece, where it had to be converted */
  int64_t raw_start; /* file offset of raw[0] */
  int64_t n_raw;     /* bytes in raw */
  int64_t n_used;    /* of them, decoded into the current piece */
  int64_t skipped;   /* bytes of raw before the piece: the byte order mark */
  int32_t at_start, at_end;
  int32_t problem; /* DSV_CODE_*: what stands behind the current piece */
} dsv_decoder;

int32_t dsv_decoder_open(dsv_decoder *d, const sampan_call *call, const sampan_reader *reader,
                         const dsv_dialect *dialect);
void dsv_decoder_close(dsv_decoder *d);
/* The next piece, *n == 0 at the end of the file or before a byte that cannot be decoded (then
 * d->problem says which). Borrowed until the next call. */
int32_t dsv_decoder_next(dsv_decoder *d, const char **text, int64_t *n);
/* The file offset (from 0) of byte i of the current piece; i may be its length. */
int64_t dsv_decoder_offset(const dsv_decoder *d, int64_t i);

/* How many bytes of p[0, n) are whole UTF-8 characters; *problem (DSV_CODE_*) says what stopped it.
 */
int64_t dsv_valid(const unsigned char *p, int64_t n, int32_t *problem);

/* ---- scan.c: where records end, and whether they are well-formed ---------------------------- */

/* What the scanner found. The problems are explained in place.c. */
enum {
  DSV_MORE = 0,   /* the piece is used up */
  DSV_RECORD = 1, /* a record ends here */
  DSV_BLANK = 2,  /* an empty line ends here */
  DSV_P_NUL = 10,
  DSV_P_STRAY_QUOTE = 11,
  DSV_P_AFTER_QUOTE = 12,
  DSV_P_OPEN_QUOTE = 13,
  DSV_P_BARE_CR = 14,
  DSV_P_TOO_MANY = 15,
  DSV_P_TOO_FEW = 16,
  DSV_P_CUT_RECORD = 17,
  DSV_P_LONG_FIELD = 18,
  DSV_P_LONG_RECORD = 19,
  DSV_P_BLANK_LINE = 20,
  DSV_P_BLANK_VALUE = 21,
  DSV_P_NO_HEADER = 22,
  DSV_P_CUT_HEADER = 23
};

/* A place met before it is known whether it matters: an opening quote, an empty line. */
typedef struct dsv_mark {
  int64_t line;
  int64_t index; /* in the current piece; -1: `byte` is known */
  int64_t byte;  /* file offset from 0 */
} dsv_mark;

typedef struct dsv_scanner {
  unsigned char special[256]; /* bytes at which the scanner must look */
  unsigned char delimiter, quote;
  int32_t state;
  int32_t seen_crlf;
  uint32_t n_expected; /* fields of a record; 0 while the header is read */
  uint32_t n_fields;   /* complete fields of the current record */
  int64_t line;        /* of the next byte */
  int64_t record_line; /* on which the current record begins */
  int64_t row;         /* of the current record; 0 is the header */
  int64_t field_bytes, record_bytes;
  int32_t blank_pending; /* `mark` is an empty line that may be one of the last ones */
  dsv_mark mark;
} dsv_scanner;

void dsv_scanner_start(dsv_scanner *s, const dsv_dialect *dialect);
/* Scans text[from, n) up to the end of a record, a problem or the end; *end is where it stopped:
 * behind the record, or at the byte that is the problem. */
int32_t dsv_scan(dsv_scanner *s, const char *text, int64_t from, int64_t n, int64_t *end);
/* What the end of the file means here: DSV_MORE for nothing, DSV_RECORD for a last record. */
int32_t dsv_scan_end(dsv_scanner *s);

/* ---- place.c: errors with their place ------------------------------------------------------- */

/* Names of the columns, for errors; NULL while the header is read. */
typedef struct dsv_names {
  const sampan_field *fields;
  uint32_t n_fields;
} dsv_names;

/* Fills the error for a problem of the scanner, at file offset `byte` (from 0). */
int32_t dsv_fail_scan(const sampan_call *call, const dsv_scanner *s, const dsv_names *names,
                      int32_t problem, int64_t byte);
/* The same for bytes that are not characters of the encoding. */
int32_t dsv_fail_code(const sampan_call *call, const dsv_scanner *s, const dsv_names *names,
                      int32_t problem, int32_t gb18030, int64_t byte);
/* Puts row, line, byte (from 0; -1 unknown) and column (an index; UINT32_MAX none) in the error. */
void dsv_place(const sampan_call *call, int64_t row, int64_t line, int64_t byte,
               const dsv_names *names, uint32_t column);
/* The header is not the one that the schema was made from. */
int32_t dsv_fail_changed(const sampan_call *call);
void dsv_hint(const sampan_call *call, const char *text);
/* A cell's text for a message: at most 40 bytes, no control characters. */
#define DSV_SHOWN_BYTES 64
void dsv_show(const char *text, uint64_t n, char out[DSV_SHOWN_BYTES]);

/* ---- feed.c: scanner and libcsv together ---------------------------------------------------- */

/* Who gets the fields. `field` may note a failure but not stop; `record` is called after the
 * scanner has found the record well-formed, and ends the read unless it returns SAMPAN_OK. */
typedef struct dsv_handler {
  void *data;
  void (*field)(void *data, uint32_t i, const char *text, uint64_t n);
  int32_t (*record)(void *data, const dsv_scanner *s);
} dsv_handler;

/* Reads the file to its end. Returns SAMPAN_END, what `record` returned, or an error. `names` may
 * be filled in by the handler while reading. */
int32_t dsv_feed(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                 const dsv_names *names, const dsv_handler *handler, uint32_t n_expected);

/* ---- cell.c: what one cell means ------------------------------------------------------------ */

enum {
  DSV_CELL_ABSENT = 0,
  DSV_CELL_PRESENT = 1,
  DSV_CELL_NOT_NUMBER = -1,
  DSV_CELL_NO_MEMORY = -2
};

typedef struct dsv_fills {
  const sampan_call *call;
  const dsv_dialect *dialect;
  const sampan_sink *sink;
  double **missing_number; /* per fill: its `missing` as numbers, NaN where a text is none */
} dsv_fills;

/* Reads what the fills mean by missing; refuses a fill of a column that is not there. */
int32_t dsv_fills_open(dsv_fills *f, const sampan_call *call, const dsv_dialect *dialect,
                       const sampan_sink *sink, uint32_t n_fields);
/* The cell with this (unquoted) text in a fill: DSV_CELL_*. *x, *code are 0 where it is absent. */
int32_t dsv_cell(const dsv_fills *f, uint32_t i_fill, const char *text, uint64_t n, double *x,
                 uint32_t *code);

/* ---- header.c, cells.c ---------------------------------------------------------------------- */

/* Reads the header record into *out. */
int32_t dsv_header(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                   sampan_schema *out);
/* Reads the records into the sink. */
int32_t dsv_cells(const sampan_call *call, const sampan_reader *reader, const dsv_dialect *dialect,
                  const sampan_schema *schema, const sampan_sink *sink);

#endif
