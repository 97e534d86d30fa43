/* source.h - running a source plugin over a file; those that parse foreign formats with foreign
 * code run in a child process with limits, and a crash there is a located error here. */
#ifndef SP_HOST_SOURCE_H
#define SP_HOST_SOURCE_H

#include "base/input.h"
#include "host/context.h"

/* A source bound to a file. */
typedef struct sp_source {
  const sampan_plugin *plugin;
  const sampan_value *values;
  const char *file;     /* path, as errors name it */
  const char *opens;    /* where the bytes are, if elsewhere: a pipe that was spooled; or NULL */
  sp_input *once;       /* a pipe that is read as it comes, but once: the read closes it; or NULL */
  sampan_schema schema; /* filled by sp_source_schema; lives in the context's arena */
} sp_source;

/* Reads the header into source->schema. */
int32_t sp_source_schema(sp_source *source, sp_context *context, sampan_error *error) SP_CHECK;

/* Reads all records into the sink. SAMPAN_OK when the whole file was read and the source vouches
 * for it; the number of records in *n_records (may be NULL). `progress` (may be NULL) is told the
 * bytes of the file that are done and in all, now and then. Errors carry file, row and column. */
typedef void sp_progress_fn(void *data, int64_t bytes_done, int64_t bytes_total);
int32_t sp_source_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                       sp_progress_fn *progress, void *progress_data, int64_t *n_records,
                       sampan_error *error) SP_CHECK;

/* 1 if it runs in a child. */
int sp_source_is_isolated(const sp_source *source);
/* 1 if it can read a pipe as it comes: it neither moves about in the file nor runs in a child. */
int32_t sp_source_reads_once(const sp_source *source);
/* Puts the bytes of source->once where they can be read again, as long as *spooled is open. */
int32_t sp_source_spool(sp_source *source, sp_arena *arena, sp_input **spooled,
                        sampan_error *error) SP_CHECK;

#endif
