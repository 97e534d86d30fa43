/* isolate.h - a source in a child process: internal to core/host. The child opens the file, runs
 * the source and sends what it gives through a pipe (wire.h); the parent believes nothing of it.
 * A process that forks has one thread. */
#ifndef SP_HOST_ISOLATE_H
#define SP_HOST_ISOLATE_H

#include "host/source.h"

typedef struct sp_isolate_limits {
  uint64_t address_bytes; /* beside what this process has mapped; 0: no limit */
  uint64_t cpu_seconds;
  int64_t idle_ms; /* without a message: the child is ended */
} sp_isolate_limits;

extern const sp_isolate_limits sp_isolate_default;

/* As sp_source_schema and sp_source_read. `error` is not NULL. */
int32_t sp_isolate_schema(sp_source *source, sp_context *context, const sp_isolate_limits *limits,
                          sampan_error *error) SP_CHECK;
int32_t sp_isolate_read(sp_source *source, const sampan_sink *sink, sp_context *context,
                        const sp_isolate_limits *limits, sp_progress_fn *progress,
                        void *progress_data, int64_t *n_records, sampan_error *error) SP_CHECK;

#endif
