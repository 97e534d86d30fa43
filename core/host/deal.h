/* deal.h - a file read by several threads at once: it is dealt out piece by piece, and each hand
 * has a sink of its own. */
#ifndef SP_HOST_DEAL_H
#define SP_HOST_DEAL_H

#include "host/source.h"

/* How a read came about. */
typedef struct sp_dealt {
  int64_t n_records;
  int32_t in_pieces; /* an error tells that there is one, not which: read() must find it */
  int32_t reserved;
} sp_dealt;

/* Whether a source can be read in pieces. Files that can be read but once cannot. */
int sp_source_can_deal(const sp_source *source);

/* Whether it then is by functions that know SAMPAN_FILL_AS_WRITTEN. */
int sp_source_knows_writing(const sp_source *source);

/* A part of a file: the stretches and pieces that begin at the bytes [from, to) of `size`. Parts
 * that follow on one another have every record once. */
typedef struct sp_span {
  int64_t from, to, size;
} sp_span;

/* Whether parts of a file of so many bytes are worth dealing out by themselves. It is a matter of
 * the file and its options alone: a source that cannot cut even no bytes at all can cut none. */
int sp_source_has_spans(const sp_source *source, int64_t size, sp_context *context);

/* As sp_source_read, with n_sinks sinks, whose functions are called by as many threads, each by its
 * own: records come to any of them, in any order. `progress` is called by one thread at a time.
 * `span` NULL: the whole file; else a part of one that has spans. */
int32_t sp_source_deal(sp_source *source, const sp_span *span, const sampan_sink *const *sinks,
                       uint32_t n_sinks, sp_context *context, sp_progress_fn *progress,
                       void *progress_data, sp_dealt *dealt, sampan_error *error) SP_CHECK;

#endif
