/* source_csv_both.h - reads the same bytes by read() and in stretches, by every variant of the
 * splitter that this machine runs, and says where the two disagree. For a test and a fuzzer. */
#ifndef SOURCE_CSV_BOTH_H
#define SOURCE_CSV_BOTH_H

#include <stdlib.h>

#include "columns.h"
#include "source_harness.h"

extern const sampan_module sampan_module_v1;

#define BOTH_MACHINES 3
#define BOTH_COLUMNS 64

#define BOTH_VARIANT(i)                                                                            \
  static int64_t both_cut_##i(const sampan_call *call, const sampan_schema *schema,                \
                              const char *bytes, int64_t n) {                                      \
    dsv_dialect d;                                                                                 \
    (void)schema;                                                                                  \
    return dsv_read_dialect(call, &d) < 0 ? -1 : dsv_cut(&d, dsv_machine_at(i), bytes, n);         \
  }                                                                                                \
  static int32_t both_read_cut_##i(const sampan_call *call, const sampan_schema *schema,           \
                                   const sampan_stretch *stretch, const sampan_sink *sink) {       \
    dsv_dialect d;                                                                                 \
    const int32_t status = dsv_read_dialect(call, &d);                                             \
    return status < 0 ? status : dsv_read_cut(call, &d, schema, stretch, sink, dsv_machine_at(i)); \
  }
BOTH_VARIANT(0)
BOTH_VARIANT(1)
BOTH_VARIANT(2)

static const sampan_source_ops both_ops[BOTH_MACHINES] = {
    {.struct_size = sizeof(sampan_source_ops), .cut = both_cut_0, .read_cut = both_read_cut_0},
    {.struct_size = sizeof(sampan_source_ops), .cut = both_cut_1, .read_cut = both_read_cut_1},
    {.struct_size = sizeof(sampan_source_ops), .cut = both_cut_2, .read_cut = both_read_cut_2}};

typedef struct both_input {
  const char *bytes;
  int64_t n_bytes;
  const sampan_value *values;
  uint64_t texts; /* bit i: column i is read as text */
  const char *const *missing;
  uint32_t n_missing;
  int64_t capacity;
} both_input;

typedef struct both_outcome {
  int32_t read_status;                /* of read() */
  int32_t n_read, n_refused, n_uncut; /* readings in stretches: as read(), refused, not cut */
  int32_t disagree;
  char message[256];
} both_outcome;

/* Every column of the file, and the first one twice. */
static void both_columns(const both_input *in, const sampan_schema *schema,
                         source_column out[BOTH_COLUMNS + 2]) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < schema->n_fields && i < BOTH_COLUMNS; i++) {
    const int32_t type = in->texts >> (i % 64) & 1 ? SAMPAN_TEXT : SAMPAN_NUMBER;
    out[n++] = (source_column){schema->fields[i].name, type, in->missing, in->n_missing};
  }
  if (n > 0) out[n++] = (source_column){out[0].name, SAMPAN_TEXT, NULL, 0};
  out[n] = (source_column){0};
}

/* The bytes dealt out from buffers of one size, by one variant. */
static inline void both_compare(const source_job *job, const source_result *whole, const char *name,
                                both_outcome *out) {
  source_result r;
  source_run(job, &r);
  const int same = r.status == SAMPAN_END && whole->status == SAMPAN_END && source_equal(whole, &r);
  out->n_read += same;
  out->n_uncut += r.status == SOURCE_UNCUT;
  out->n_refused += r.status != SAMPAN_END && r.status != SOURCE_UNCUT;
  if (r.status == SAMPAN_END && !same && !out->disagree) {
    out->disagree = 1;
    snprintf(out->message, sizeof out->message,
             "%s, buffer %ld: %ld records, read() gives status %ld and %ld records (%.80s)", name,
             (long)job->buffer, (long)r.n_records, (long)whole->status, (long)whole->n_records,
             whole->error.message);
  }
  source_result_clear(&r);
}

static inline both_outcome both_read(const both_input *in, const int64_t *buffers,
                                     int32_t n_buffers) {
  both_outcome out;
  source_column columns[BOTH_COLUMNS + 2];
  source_result names, whole;
  memset(&out, 0, sizeof out);
  source_job job = {.plugin = sampan_module_v1.plugins[0],
                    .values = in->values,
                    .bytes = in->bytes,
                    .n_bytes = in->n_bytes,
                    .capacity = in->capacity};
  source_run(&job, &names);
  out.read_status = names.status;
  if (names.schema.n_fields > 0) {
    both_columns(in, &names.schema, columns);
    job.columns = columns;
    source_run(&job, &whole);
    out.read_status = whole.status;
    for (uint32_t m = 0; dsv_machine_at(m) != NULL && m < BOTH_MACHINES; m++) {
      job.ops = &both_ops[m];
      for (int32_t i = 0; i < n_buffers; i++) {
        job.buffer = buffers[i];
        both_compare(&job, &whole, dsv_machine_at(m)->name, &out);
      }
    }
    source_result_clear(&whole);
  }
  source_result_clear(&names);
  return out;
}

#endif
