/* source_harness.h - drives a source plugin from memory, for tests: a reader that cuts the bytes as
 * it is told, and a sink that keeps every cell. */
#ifndef SOURCE_HARNESS_H
#define SOURCE_HARNESS_H

#include <sampan/plugin.h>

#include "base/arena.h"

typedef struct source_column {
  const char *name; /* NULL ends a list */
  int32_t type;
  const char *const *missing;
  uint32_t n_missing;
} source_column;

/* What to read, and how. Zero means the usual. */
typedef struct source_job {
  const sampan_plugin *plugin;
  const sampan_value *values;
  const char *bytes;
  int64_t n_bytes;
  const char *bytes_later; /* as many, of which the records are read; NULL: the file is the same */
  int64_t chunk;           /* largest answer of the reader; 0: no limit */
  int64_t capacity;        /* of a batch; 0: 1024 */
  const source_column *columns;
  uint64_t budget; /* of the host's memory; 0: no limit */
  int64_t fail_at; /* reading this offset fails, where it is positive */
  int64_t refuse;  /* the sink refuses a batch with this record, where it is positive: "refused" */
  int32_t cancel_from; /* with 1, the run is cancelled from the first record on */
  /* Read by cut() and read_cut(), from a buffer of so many bytes, which grows where it holds no
   * whole record; 0: by read(). An odd number: the last stretch is what the last cut leaves. */
  int64_t buffer;
  const sampan_source_ops *ops; /* of the pieces; NULL: the plugin's */
  uint32_t flags;               /* of all fills */
} source_job;

typedef struct source_cell {
  double number;
  const char *text; /* of a TEXT cell */
  uint8_t present, reason;
} source_cell;

typedef struct source_result {
  int32_t status;
  sampan_error error;
  sampan_schema schema;
  uint32_t n_columns;
  int64_t n_records, n_batches;
  source_cell *cells; /* n_records * n_columns */
  int64_t bytes_read;
  int64_t n_stretches;
  uint64_t bytes_allocated; /* from the host */
  char notes[1024];
  sp_arena *arena; /* the plugin's */
  sp_arena *own;   /* the harness's */
} source_result;

/* Whether cut() said that the bytes cannot be cut: then they were read by read(). */
#define SOURCE_UNCUT -1

/* Reads; always fills *out, which source_result_clear empties. */
int32_t source_run(const source_job *job, source_result *out);
void source_result_clear(source_result *r);
/* Cell of a record (from 1) and a column of the job (from 0). */
const source_cell *source_cell_at(const source_result *r, int64_t row, uint32_t column);
/* 1 if two results have the same cells. */
int source_equal(const source_result *a, const source_result *b);
/* The field of the schema with a name, or NULL. */
const sampan_field *source_field(const source_result *r, const char *name);

/* A whole file; NULL if it cannot be read. Freed by the caller. */
char *source_slurp(const char *path, int64_t *n_bytes);

#endif
