/* sampan/plugin.h - the plugin ABI, the one header a plugin is built against. It takes in
 * statistics.h (estimators, intervals, comparisons) and document.h (what writers are given).
 *
 * An estimator is a few weighted totals and a smooth function of them. The core owns the totals; a
 * plugin owns the function. A plugin therefore holds no state: it is constant descriptor data that
 * points to pure functions, and it links nothing of ours. What it needs from the host comes through
 * the table in `sampan_call`.
 *
 * Rules of the ABI (docs/plugin-guide.md has the reasons):
 *  - one exported symbol per shared object: `const sampan_module sampan_module_v1`, data only;
 *  - a struct that may grow begins with struct_size and is passed alone, by pointer: fields are
 * only appended, and a reader looks at a field only where struct_size covers it;
 *  - an element of an array is frozen, as a plugin steps by the size that it was built with; what a
 *    later ABI adds comes in a parallel array. So are sampan_value, _param, _label, _field, _fill,
 *    _role, _component, _statistic and _finding, and in document.h all but sampan_results and
 *    sampan_document. The struct_size of a frozen struct is its size and promises nothing;
 *  - enumerators are numbered and never renumbered;
 *  - no struct by value, no bool, long, size_t or FILE * across the line; every call has a context;
 *  - end, error and incomplete are three different results;
 *  - a plugin never prints, exits, aborts, keeps memory of its own between calls, or changes the
 *    locale, the floating-point environment or any other state of the process.
 *
 * Bitmaps are arrays of uint64_t words; bit i of the batch is bit (i % 64) of word i / 64. Bits
 * past the last record of a batch are undefined: the core masks them.
 */
#ifndef SAMPAN_PLUGIN_H
#define SAMPAN_PLUGIN_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SAMPAN_ABI_MAGIC UINT32_C(0x53414d50) /* "SAMP" */
#define SAMPAN_ABI_MAJOR 1
#define SAMPAN_ABI_MINOR 2

#define SAMPAN_EXPORT __attribute__((visibility("default")))

/* ---- results and errors ------------------------------------------------------------------- */

/* What a call returns: 0 or more is a result, less than 0 an error described in `sampan_error`. */
enum {
  SAMPAN_OK = 0,
  SAMPAN_END = 1,           /* the source has no more records, and has read all it should */
  SAMPAN_E_USAGE = -2,      /* the command line */
  SAMPAN_E_PLAN = -3,       /* the plan, the programme, or a parameter */
  SAMPAN_E_DATA = -4,       /* the data: a cell, a record, a join */
  SAMPAN_E_PLUGIN = -5,     /* a plugin broke its contract */
  SAMPAN_E_MEMORY = -6,     /* out of memory */
  SAMPAN_E_IO = -7,         /* reading or writing failed */
  SAMPAN_E_INCOMPLETE = -8, /* the input ended before it was whole */
  SAMPAN_E_CANCELLED = -9,
  SAMPAN_E_INTERNAL = -10
};

/* Owned by the caller of a function; the callee fills what it knows, the host adds file and plugin.
 * Numbers are 1-based; 0 means unknown. Texts are UTF-8, always terminated. */
typedef struct sampan_error {
  uint32_t struct_size;
  int32_t status;      /* one of SAMPAN_E_*; SAMPAN_OK where nothing happened */
  int32_t id;          /* stable number of the message, printed as SMPnnnn; 0 if none */
  int32_t line;        /* line in a text file */
  int32_t line_column; /* column in that line, in characters */
  int32_t reserved;
  int64_t row;        /* data record, the header not counted */
  int64_t byte;       /* byte in the file, the first is 1 */
  char column[128];   /* name of the data column */
  char parameter[64]; /* name of the parameter or plan key */
  char plugin[64];
  char file[512];
  char message[768]; /* what is wrong */
  char hint[512];    /* what to do about it */
} sampan_error;

/* ---- what the host gives ------------------------------------------------------------------ */
struct sampan_call;

/* Column types. As a mask where a role accepts several. */
enum {
  SAMPAN_NUMBER = 1, /* double */
  SAMPAN_TEXT = 2,   /* code into a dictionary of UTF-8 texts */
  SAMPAN_TRUTH = 4   /* a bitmap */
};

typedef struct sampan_dictionary {
  uint32_t struct_size;
  uint32_t n_entries;
  const char *const *text; /* n_entries terminated UTF-8 texts */
} sampan_dictionary;

/* One column of a batch, borrowed for the duration of one call. */
typedef struct sampan_column {
  uint32_t struct_size;
  int32_t type;                        /* one of SAMPAN_NUMBER, SAMPAN_TEXT, SAMPAN_TRUTH */
  const uint64_t *present;             /* bitmap: the record has a value; never NULL */
  const double *number;                /* NUMBER: n_records doubles, 0 where absent */
  const uint32_t *code;                /* TEXT: n_records codes, 0 where absent */
  const uint64_t *truth;               /* TRUTH: bitmap, 0 where absent */
  const sampan_dictionary *dictionary; /* TEXT */
  const char *name;
} sampan_column;

/* A small table given as a parameter: a shipped standard, a CSV file or a map in the plan. Cells
 * are row-major. `number` is NaN where a cell is not a number. */
typedef struct sampan_table {
  uint32_t struct_size;
  uint32_t n_rows;
  uint32_t n_columns;
  uint32_t reserved;
  const char *const *header; /* n_columns names */
  const char *const *text;   /* n_rows * n_columns cells */
  const double *number;      /* n_rows * n_columns cells */
  const char *name;          /* how the plan named it */
  const char *digest; /* SHA-256 of the file that it was read from; "" for a map in the plan */
} sampan_table;

/* Parameter types. */
enum {
  SAMPAN_P_NUMBER = 1,
  SAMPAN_P_INTEGER = 2,
  SAMPAN_P_TEXT = 3,
  SAMPAN_P_CHOICE = 4,  /* one of the names in `choices`; the value is its index */
  SAMPAN_P_TRUTH = 5,   /* yes or no; the value is 1 or 0 */
  SAMPAN_P_NUMBERS = 6, /* a list of numbers */
  SAMPAN_P_TABLE = 7
};

enum { SAMPAN_PARAM_REQUIRED = 1 };

/* A declared parameter; the host checks plans and prints help from it. */
typedef struct sampan_param {
  const char *name;
  int32_t type;
  uint32_t flags;
  const char *choices;      /* CHOICE: names separated by '|' */
  const char *default_text; /* NULL: no default */
  /* NUMBER, INTEGER, NUMBERS; no limits: minimum > maximum (1, 0); 0, 0 is refused. */
  double minimum, maximum;
  const char *text_en, *text_zh;
} sampan_param;

/* A parameter's value, in the order of the descriptor. */
typedef struct sampan_value {
  uint32_t struct_size;
  int32_t is_set;        /* 0: neither given nor a default */
  double number;         /* NUMBER, INTEGER, CHOICE, TRUTH */
  const char *text;      /* TEXT, CHOICE */
  const double *numbers; /* NUMBERS */
  uint32_t n_numbers;
  uint32_t reserved;
  const sampan_table *table; /* TABLE */
} sampan_value;

/* Functions of the host. Versioned by struct_size; valid in every call. */
typedef struct sampan_host {
  uint32_t struct_size;
  uint32_t abi_minor;
  /* Zeroed memory, aligned to 64 bytes, or NULL; freed by the host after the call, or, in bind(),
   * when the plan ends. */
  void *(*alloc)(const struct sampan_call *call, uint64_t n_bytes);
  /* Nonzero when the run is being cancelled; a source asks once a batch. */
  int32_t (*cancelled)(const struct sampan_call *call);
  /* A sentence for the run's log and the annex's data quality section. */
  void (*note)(const struct sampan_call *call, const char *text);
  /* Reads a decimal number that fills [text, text + n) exactly; 0 if it did, -1 if it is none. */
  int32_t (*parse_number)(const char *text, uint64_t n, double *out);
  /* For n elements: bit i is 1 where x[i] OP c, OP one of '<', 'l' (<=), '>', 'g' (>=), '=', '!';
   * else, and in the rest of the last word, 0. */
  void (*pack_compare)(const double *x, int64_t n, int32_t op, double c, uint64_t *bits);
  /* Quantiles and distribution functions, right for parameters up to 1e8 (docs/methods.md). NaN
   * where the parameters allow no value. */
  double (*normal_quantile)(double p);
  double (*normal_cdf)(double x);
  double (*t_quantile)(double p, double df);
  double (*t_cdf)(double x, double df);
  double (*beta_quantile)(double p, double a, double b);
  double (*gamma_quantile)(double p, double shape, double scale);
  double (*chisq_quantile)(double p, double df);
  double (*chisq_cdf)(double x, double df);
  double (*f_cdf)(double x, double df1, double df2);
  /* 1.2. Writes a double with the fewest of 15, 16 or 17 digits that read back as it, as printf's
     %g does, and returns their number; "" where it is not finite. `out` holds 32 bytes. */
  int32_t (*format_number)(double x, char *out);
} sampan_host;

/* The context of every call. */
typedef struct sampan_call {
  uint32_t struct_size;
  uint32_t n_values;
  const sampan_host *host;
  sampan_error *error;        /* fill it before returning an error */
  const sampan_value *values; /* the parameters' values, in descriptor order */
  void *host_data;            /* the host's own; hands off */
} sampan_call;

/* ---- sources ------------------------------------------------------------------------------ */

/* Bytes of one file. A source is given this, never a path. */
typedef struct sampan_reader {
  uint32_t struct_size;
  uint32_t reserved;
  void *data;
  int64_t size; /* uncompressed bytes, or -1 if unknown before the end */
  /* Reads up to n bytes: how many, 0 at the end, a SAMPAN_E_* on failure. */
  int64_t (*read)(void *data, void *buffer, int64_t n, sampan_error *error);
  /* Moves to an absolute offset; only where the source declared SAMPAN_SOURCE_SEEKS. */
  int32_t (*seek)(void *data, int64_t offset, sampan_error *error);
  /* 1.2, for read_piece, by any thread. The bytes [offset, offset + n) of the file, mapped or read
     into memory, until unmap() of the same; NULL, with an error, where they cannot be had. */
  const void *(*map)(void *data, int64_t offset, int64_t n, sampan_error *error);
  void (*unmap)(void *data, const void *view, int64_t n);
} sampan_reader;

typedef struct sampan_label {
  double number;     /* the labelled value, of a NUMBER column */
  const char *value; /* the labelled value as text: "1", "a" for a tagged missing value */
  const char *text;
} sampan_label;

/* A column that a file has. */
typedef struct sampan_field {
  uint32_t struct_size;
  int32_t type; /* NUMBER or TEXT; 0 where the file does not say (CSV) */
  const char *name;
  const char *label; /* "" if none */
  const sampan_label *labels;
  uint32_t n_labels;
  uint32_t reserved;
} sampan_field;

typedef struct sampan_schema {
  uint32_t struct_size;
  uint32_t n_fields;
  const sampan_field *fields; /* allocated by the source with host->alloc */
  int64_t n_records;          /* as the file declares, or -1 */
  int32_t complete;           /* 1: the format lets the source prove that it read everything */
  int32_t reserved;
  int64_t n_pieces;     /* 1.2, for read_piece: the pieces that the file consists of */
  const int64_t *piece; /* 1.2: records of each of them */
  const char *about;    /* 1.2: lines "name: value" on the file, for `sampan describe`; or NULL */
} sampan_schema;

/* 1.2. Of a NUMBER fill, in read_cut() and read_piece() of a source that declares
 * SAMPAN_SOURCE_AS_WRITTEN: a cell that is present must be written as a whole number is written
 * shortest, `0` or
 * `-?[1-9][0-9]{0,14}` without blanks or anything else, so that the number tells the text. Any
 * other is an error: the host then reads the column as text. */
enum { SAMPAN_FILL_AS_WRITTEN = 1 };

/* 1.2, asked for in read(), read_cut() and read_piece(). The plan looks at the column as runs of
 * equal values. Where all records of a batch have one, a source may give the values by run: n_runs
 * of them, from number[0] or code[0] on, and in sink->run_end[fill][] the records of the batch up
 * to the end of each, rising, up to n_records. `present` is filled as ever. Runs that were not
 * asked for are an error. */
enum { SAMPAN_FILL_RUNS = 2 };

/* A column that the plan needs: the source fills it for `capacity` records at a time. Before each
 * batch the host zeroes `present`, `reason` and `n_runs`; the values it leaves as they are. */
typedef struct sampan_fill {
  uint32_t struct_size;
  int32_t type;      /* NUMBER or TEXT: what the plan wants it read as */
  uint32_t field;    /* index into the schema */
  uint32_t flags;    /* 1.2: SAMPAN_FILL_* */
  double *number;    /* NUMBER */
  uint32_t *code;    /* TEXT: from sink->intern */
  uint64_t *present; /* bitmap */
  uint8_t *reason;   /* why a value is missing: 0 none given, else a letter 'a'..'z', '_' */
  const char *const *missing; /* texts that mean missing in this column, beside the empty one */
  uint32_t n_missing;
  uint32_t n_runs; /* 1.2: with SAMPAN_FILL_RUNS; 0: a value for each record */
} sampan_fill;

/* Where a source puts records. */
typedef struct sampan_sink {
  uint32_t struct_size;
  uint32_t n_fills;
  sampan_fill *fills;
  int64_t capacity; /* records in a batch, a multiple of 64 */
  void *data;
  /* The code of a text of column `fill`, or UINT32_MAX when out of memory. */
  uint32_t (*intern)(void *data, uint32_t fill, const char *text, uint64_t n_bytes);
  /* Hands over n filled records (row numbers follow on); anything but SAMPAN_OK ends the read. */
  int32_t (*batch)(void *data, int64_t n_records, sampan_error *error);
  uint32_t *const *run_end; /* 1.2: by fill; of those with SAMPAN_FILL_RUNS, for `capacity` runs;
                               NULL where there is none */
} sampan_sink;

enum {
  SAMPAN_SOURCE_SEEKS = 1,   /* needs reader->seek */
  SAMPAN_SOURCE_ISOLATE = 2, /* parses foreign formats with foreign code: runs in a child process */
  SAMPAN_SOURCE_AS_WRITTEN = 4 /* 1.2: read_cut() knows SAMPAN_FILL_AS_WRITTEN */
};

/* ---- reading in pieces, by several threads ------------------------------------------------
 *
 * 1.2. A source may offer one of two ways, beside read(); all their functions are pure, and called
 * by several threads at once, each with a sink of its own.
 *  - cut() and read_cut(), for texts: the host deals the file out in stretches of whole records, as
 *    cut() finds their end, from the file's first byte on (the first stretch begins with the
 *    header).
 *  - read_piece(), for files that know their pieces: schema->n_pieces > 0.
 * Where a piece fails, whatever the error, the host reads the file again by read(), from the start,
 * and reports what that finds: so rows, lines and errors do not depend on the pieces, and a piece
 * need not know its place. read_cut() and read_piece() must give the cells that read() gives, and
 * must fail wherever read() would.
 */
typedef struct sampan_stretch {
  uint32_t struct_size;
  int32_t is_first, is_last; /* it begins, ends the file */
  uint32_t reserved;
  const char *bytes; /* 64 more bytes behind them can be read, and are 0 */
  int64_t n_bytes;
} sampan_stretch;

/* ---- storing ------------------------------------------------------------------------------ */

struct sampan_output;

/* 1.2. A column of a block of records. Values stand in `number`, or as codes of 1, 2 or 4 bytes
 * into a table of `n_entries` values or texts; what stands where a record has no value means
 * nothing, but a code is within the table. */
typedef struct sampan_slab_column {
  int32_t type;            /* NUMBER or TEXT */
  uint32_t code_bytes;     /* 1, 2, 4; 0 where `number` has the values */
  const uint64_t *present; /* NULL: every record has a value */
  const uint8_t *reason;   /* as in sampan_fill; NULL: none is given */
  const double *number;
  const void *code;
  const double *value;     /* NUMBER by codes */
  const char *const *text; /* TEXT */
  uint32_t n_entries;
  uint32_t reserved;
} sampan_slab_column;

typedef struct sampan_slab {
  uint32_t struct_size;
  uint32_t n_columns;
  int64_t n_records;
  const sampan_slab_column *columns;
} sampan_slab;

/* How numbers of a column whose type the schema leaves open (0) were written: so they are again
 * where they are read as texts. */
typedef struct sampan_writing {
  int32_t decimals; /* the most that one has; -1: the shortest text of the double */
  int32_t fixed;    /* 1: all have as many */
} sampan_writing;

/* All that was stored. */
typedef struct sampan_stored {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t n_blocks;
  const int64_t *n_records;      /* of each block */
  const int64_t *n_bytes;        /* of each block */
  const void *const *note;       /* of each block */
  const int64_t *note_bytes;     /* of each block */
  const int32_t *type;           /* of each column: NUMBER or TEXT, as the blocks have it */
  const sampan_writing *writing; /* of each column */
  const char *about;             /* lines "name: value" to keep with the file */
} sampan_stored;

typedef struct sampan_source_ops {
  uint32_t struct_size;
  uint32_t flags;
  const char *extensions; /* "csv|tsv": file names that select this source by default */
  /* Reads the header. */
  int32_t (*schema)(const sampan_call *call, const sampan_reader *reader, sampan_schema *out);
  /* Reads every record, from the start of the file, into the sink; SAMPAN_END when it has proved or
   * has no reason to doubt that the file is whole, SAMPAN_E_INCOMPLETE when it is not. Before it
   * fails, it hands over the records before the one that is wrong: what the host finds in these
   * comes first. */
  int32_t (*read)(const sampan_call *call, const sampan_reader *reader, const sampan_schema *schema,
                  const sampan_sink *sink);
  /* 1.2. How many of n bytes, which begin where a record does (or the file), are whole records: up
   * to the end of the last one that ends in them; 0 where none does, -1 where they cannot be cut
   * (the file is then read by read()). 64 bytes behind them can be read. */
  int64_t (*cut)(const sampan_call *call, const sampan_schema *schema, const char *bytes,
                 int64_t n);
  /* 1.2. Reads the records of a stretch into the sink: SAMPAN_END, or an error. */
  int32_t (*read_cut)(const sampan_call *call, const sampan_schema *schema,
                      const sampan_stretch *stretch, const sampan_sink *sink);
  /* 1.2. Reads piece i (from 0) into the sink: SAMPAN_END, or an error. */
  int32_t (*read_piece)(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, int64_t i, const sampan_sink *sink);
  /* 1.2. Storing records in the source's own format, or all NULL. The file is what store_begin
   * writes, then the blocks in order, then what store_end writes. */
  int32_t (*store_begin)(const sampan_call *call, const struct sampan_output *out);
  /* 1.2. Pure, and called by several threads: the block, of at most 65536 records, into `out`; and
   * what store_end must know of it, into `note`. */
  int32_t (*store_block)(const sampan_call *call, const sampan_schema *schema,
                         const sampan_slab *slab, const struct sampan_output *out,
                         const struct sampan_output *note);
  /* 1.2. */
  int32_t (*store_end)(const sampan_call *call, const sampan_schema *schema,
                       const sampan_stored *stored, const struct sampan_output *out);
} sampan_source_ops;

#include "statistics.h"

/* ---- writers ------------------------------------------------------------------------------ */

/* Where a writer puts bytes. The host makes the file whole or leaves it alone. */
typedef struct sampan_output {
  uint32_t struct_size;
  uint32_t reserved;
  void *data;
  int32_t (*write)(void *data, const void *bytes, int64_t n, sampan_error *error);
} sampan_output;

struct sampan_document; /* sampan/document.h: included below */
struct sampan_results;

/* 1.2. It shows nothing of results->manifest: the host may then leave out what costs it most, the
 * digests of the inputs. */
enum { SAMPAN_WRITER_NO_MANIFEST = 1 };

typedef struct sampan_writer_ops {
  uint32_t struct_size;
  uint32_t flags;
  const char *extensions; /* "html|htm" */
  /* Either may be NULL where the writer has no such form. */
  int32_t (*document)(const sampan_call *call, const struct sampan_document *document,
                      const sampan_output *out);
  int32_t (*results)(const sampan_call *call, const struct sampan_results *results,
                     const sampan_output *out);
} sampan_writer_ops;

/* ---- descriptors -------------------------------------------------------------------------- */

enum {
  SAMPAN_SOURCE = 1,
  SAMPAN_ESTIMATOR = 2,
  SAMPAN_INTERVAL = 3,
  SAMPAN_COMPARISON = 4,
  SAMPAN_WRITER = 5
};

/* One plugin. Constant data. */
typedef struct sampan_plugin {
  uint32_t struct_size;
  int32_t kind;
  const char *name;    /* [a-z][a-z0-9_-]{0,31}, unique within its kind */
  const char *version; /* of its results: raise it when a number can change */
  const char *label_en, *label_zh;
  const char *summary_en, *summary_zh; /* one sentence, for the methods section of an annex */
  const char *formula;                 /* plain text */
  const char *reference;
  const sampan_param *params;
  uint32_t n_params;
  uint32_t reserved;
  const void *ops; /* sampan_<kind>_ops */
} sampan_plugin;

/* What the shared object exports as `sampan_module_v1`. Constant data. */
typedef struct sampan_module {
  uint32_t magic; /* SAMPAN_ABI_MAGIC */
  uint32_t struct_size;
  uint16_t abi_major, abi_minor;
  uint32_t n_plugins;
  const char *name; /* the file's name without .so */
  const char *license;
  const sampan_plugin *const *plugins;
} sampan_module;

#define SAMPAN_MODULE_SYMBOL "sampan_module_v1"

/* Defines the module of a shared object that holds the given plugins. */
#define SAMPAN_MODULE(module_name, license_text, ...)                               \
  static const sampan_plugin *const sampan_module_plugins_[] = {__VA_ARGS__};       \
  SAMPAN_EXPORT extern const sampan_module sampan_module_v1;                        \
  SAMPAN_EXPORT const sampan_module sampan_module_v1 = {                            \
      SAMPAN_ABI_MAGIC,                                                             \
      (uint32_t)sizeof(sampan_module),                                              \
      SAMPAN_ABI_MAJOR,                                                             \
      SAMPAN_ABI_MINOR,                                                             \
      (uint32_t)(sizeof sampan_module_plugins_ / sizeof sampan_module_plugins_[0]), \
      module_name,                                                                  \
      license_text,                                                                 \
      sampan_module_plugins_}

/* ---- small helpers for plugins, inline so that nothing has to be linked -------------------- */

/* Fills the call's error with a printf-style message and returns `status`. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4), unused))
#endif
static inline int32_t
sampan_fail(const sampan_call *call, int32_t status, const char *format, ...) {
  if (call->error) {
    va_list ap;
    call->error->status = status;
    va_start(ap, format);
    vsnprintf(call->error->message, sizeof call->error->message, format, ap);
    va_end(ap);
  }
  return status;
}

/* Words of a bitmap over n records. */
static inline int64_t sampan_words(int64_t n_records) {
  return (n_records + 63) / 64;
}

/* Bit i of a bitmap. */
static inline int sampan_bit(const uint64_t *bits, int64_t i) {
  return (int)((bits[i >> 6] >> (i & 63)) & 1U);
}

/* Sets bit i of a bitmap to b (0 or 1). */
static inline void sampan_set_bit(uint64_t *bits, int64_t i, int b) {
  const uint64_t mask = UINT64_C(1) << (i & 63);
  bits[i >> 6] = b ? bits[i >> 6] | mask : bits[i >> 6] & ~mask;
}

#ifdef __cplusplus
}
#endif

#include "document.h"

#endif /* SAMPAN_PLUGIN_H */
