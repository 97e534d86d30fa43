/* source_packed_make.h - packed files made in memory, through the store functions of a source. */
#ifndef SOURCE_PACKED_MAKE_H
#define SOURCE_PACKED_MAKE_H

#include "source_harness.h"

/* A column of all records: numbers, or texts. */
typedef struct made_column {
  const char *name;
  int32_t type, declared; /* declared 0: as a CSV has it */
  const double *number;
  const char *const *text; /* of each record; NULL: absent */
  const uint8_t *present;  /* a byte for each record; NULL: all */
  const uint8_t *reason;
  int32_t coded; /* numbers are given by codes into a table */
  sampan_writing writing;
  const char *label;
  const sampan_label *labels;
  uint32_t n_labels;
} made_column;

typedef struct made_file {
  char *bytes;
  int64_t n_bytes, capacity;
} made_file;

/* Blocks of `block` records; freed by the caller. */
made_file packed_make(const sampan_plugin *plugin, const made_column *columns, uint32_t n_columns,
                      int64_t n_records, int64_t block);

/* Reads the file's pieces, the last one first, through a reader that maps; the cells, in the order
 * of the file, and the status of the first piece that fails. */
int32_t packed_read_pieces(const source_job *job, source_result *out);

#endif
