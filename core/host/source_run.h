/* source_run.h - calling a source in this process, whichever process that is: internal to
 * core/host. */
#ifndef SP_HOST_SOURCE_RUN_H
#define SP_HOST_SOURCE_RUN_H

#include "host/source.h"

/* As sp_source_schema and sp_source_read, without isolation. `error` is not NULL. */
int32_t sp_source_run_schema(sp_source *source, sp_context *context, sampan_error *error) SP_CHECK;
int32_t sp_source_run_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                           sp_progress_fn *progress, void *progress_data, int64_t *n_records,
                           sampan_error *error) SP_CHECK;

/* A guarded sink: what stands between a source, or what a child process sent of one, and the
 * caller's sink. */
typedef struct sp_guard {
  const sampan_sink *sink;
  const sp_source *source;
  sp_context *context;
  int64_t n_records;
  int32_t status;  /* of the first batch that failed: it ends the read whatever the source says */
  int32_t by_sink; /* the failure is the sink's own */
  sampan_error failure;
} sp_guard;

/* Clears what the source may leave alone. */
void sp_guard_clear_fills(const sampan_sink *sink);
/* Checks n records and hands them to the sink. */
int32_t sp_guard_batch(sp_guard *guard, int64_t n) SP_CHECK;
/* What the whole read comes to, from what the source returned. */
int32_t sp_guard_finish(const sp_guard *guard, int32_t status, sampan_error *error) SP_CHECK;

/* Gives an error of a source its status, file and plugin, and a message if it has none. */
int32_t sp_source_error(const sp_source *source, int32_t status, sampan_error *error);
/* The error of a source that ended with neither an error nor SAMPAN_END. */
int32_t sp_source_without_end(const sp_source *source, sampan_error *error);
/* Refuses a schema that breaks the contract. */
int32_t sp_source_check_schema(const sp_source *source, sampan_error *error) SP_CHECK;

#endif
