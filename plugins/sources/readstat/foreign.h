/* foreign.h - the parts of the readstat sources: bytes, one run of the parser, schema, records.
 * Private to the plugin. */
#ifndef SAMPAN_READSTAT_FOREIGN_H
#define SAMPAN_READSTAT_FOREIGN_H

#include <readstat.h>
#include <sampan/plugin.h>

/* A multiple of XPT_CARD, so that each card lies in one buffer. */
#define FOREIGN_BUFFER_BYTES 81920
#define XPT_CARD 80

enum { FOREIGN_XPT = 1, FOREIGN_SAS7BDAT = 2, FOREIGN_SAV = 3, FOREIGN_DTA = 4, FOREIGN_POR = 5 };

typedef struct foreign_format {
  int32_t id;
  const char *label; /* "SAS transport", for messages */
  readstat_error_t (*parse)(readstat_parser_t *parser, const char *path, void *context);
  int32_t i_encoding, i_user_missing; /* indexes of the parameters; -1: it has none */
} foreign_format;

/* ---- bytes.c: ReadStat's input over a sampan_reader ---------------------------------------- */

typedef struct foreign_bytes {
  const sampan_reader *reader;
  sampan_error *error;
  char *buffer;
  int64_t buffer_at, n_buffer;
  int64_t at;        /* where ReadStat is */
  int64_t reader_at; /* where the reader is; -1 unknown */
  int64_t size;
  int64_t cards_from; /* from here on, a card that begins a member of a library is noted; -1: no */
  int64_t member_at;  /* such a card; -1: none */
  int32_t status;     /* the reader's error */
  int32_t short_read; /* more was asked for than the file has */
} foreign_bytes;

int32_t foreign_bytes_open(foreign_bytes *b, const sampan_call *call, const sampan_reader *reader);
/* Sets the handlers of a parser. */
readstat_error_t foreign_bytes_attach(foreign_bytes *b, readstat_parser_t *parser);
/* From where ReadStat is, looks for cards that begin another member. */
void foreign_bytes_watch(foreign_bytes *b);
/* Up to n bytes from an offset; how many, or a SAMPAN_E_*. */
int64_t foreign_bytes_read_at(foreign_bytes *b, int64_t offset, char *out, int64_t n);

/* ---- run.c: one run of the parser ----------------------------------------------------------- */

typedef struct foreign_run {
  const sampan_call *call;
  const foreign_format *format;
  foreign_bytes bytes;
  const char *encoding; /* that overrides the file's; NULL: none */
  int32_t keep_user_missing;
  int32_t status;     /* a handler's error: it has filled call->error */
  int32_t try_again;  /* the file names an encoding too narrow for what such files hold */
  char detail[256];   /* what ReadStat said before its error */
  int64_t n_declared; /* records, as the file declares; -1 */
  int64_t n_rows;     /* records begun so far */
  int64_t row_bytes;  /* XPT: of one record */
  int32_t n_numbers;  /* XPT: columns that are numbers */
  void *part;         /* what the handlers below work on */
  int (*variable)(struct foreign_run *run, readstat_variable_t *variable, const char *labels);
  int (*value)(struct foreign_run *run, readstat_variable_t *variable, readstat_value_t value);
  int (*label)(struct foreign_run *run, const char *set, readstat_value_t value, const char *text);
} foreign_run;

/* Reads the parameters and opens the bytes. */
int32_t foreign_open(foreign_run *run, const sampan_call *call, const sampan_reader *reader,
                     const foreign_format *format);
/* Parses; `restart` puts run->part back to its beginning, should the file be parsed twice. */
int32_t foreign_parse(foreign_run *run, void (*restart)(foreign_run *run));
/* A handler's error: remembers the status, and stops ReadStat. */
int foreign_stop(foreign_run *run, int32_t status);

/* ---- xport.c: what can be known of a file without a record count ---------------------------- */

int32_t foreign_xport_before(foreign_run *run);
int32_t foreign_xport_members(foreign_run *run);
int32_t foreign_xport_after(foreign_run *run);

/* ---- texts.c -------------------------------------------------------------------------------- */

int foreign_utf8(const char *text);
/* A copy in the host's memory, bytes that are not UTF-8 replaced by '?'; NULL: no memory. */
char *foreign_copy(const sampan_call *call, const char *text);
/* The shortest decimal that reads back as x: at least 32 bytes. */
void foreign_number(const sampan_call *call, double x, char out[32]);
int foreign_blank(const char *text);
void foreign_hint(const sampan_call *call, const char *text);

/* ---- schema.c, records.c -------------------------------------------------------------------- */

int32_t foreign_schema(const sampan_call *call, const sampan_reader *reader,
                       const foreign_format *format, sampan_schema *out);
int32_t foreign_records(const sampan_call *call, const sampan_reader *reader,
                        const foreign_format *format, const sampan_schema *schema,
                        const sampan_sink *sink);

#endif
