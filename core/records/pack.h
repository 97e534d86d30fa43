/* pack.h - storing the records of a file in a source's own format, sorted if asked: memory does not
 * grow with the records but for distinct texts, and some bytes for each block. */
#ifndef SP_RECORDS_PACK_H
#define SP_RECORDS_PACK_H

#include "base/output.h"
#include "host/source.h"

typedef struct sp_pack_job {
  sp_source *source;   /* its schema has been read */
  sp_context *context; /* its arena outlives the call */
  const sampan_plugin *store;
  const char *const *sort; /* columns, the first counts most */
  uint32_t n_sort;
  uint32_t n_threads;       /* beside the one that reads; 0: as the machine has */
  int64_t block;            /* records of a block, a multiple of 64; 0: chosen by columns */
  const char *path;         /* of the file to be made; temporary ones stand beside it */
  sp_progress_fn *progress; /* may be NULL */
  void *progress_data;
} sp_pack_job;

typedef struct sp_pack_outcome {
  int64_t n_records, n_blocks;
} sp_pack_outcome;

/* Stores all records. A column that the source gives no type is stored as numbers where every cell
 * can be written again from its number, else as texts; all cells are looked at, and those of the
 * stored file read as those of the source would. */
int32_t sp_pack(const sp_pack_job *job, sp_pack_outcome *out, sampan_error *error) SP_CHECK;

#endif
