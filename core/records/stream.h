/* stream.h - the records of a plan: its waves stacked, side tables joined by key, missing codes
 * applied, columns nobody needs left out. */
#ifndef SP_RECORDS_STREAM_H
#define SP_RECORDS_STREAM_H

#include "host/registry.h"
#include "host/source.h"
#include "plan/plan.h"
#include "records/program.h"

typedef struct sp_stream sp_stream;

/* A file that was read, for the manifest. */
typedef struct sp_file_fact {
  const char *file;   /* as the plan names it */
  const char *source; /* plugin */
  char digest[65];    /* SHA-256; "" where none was taken */
  int32_t proven;     /* the format, or what the plan asserts, proves that everything was read */
  int64_t n_bytes, n_records; /* on disk, or in the pipe (-1 before its end) */
  int64_t n_unmatched;        /* joined file: records of the main file without partner; else -1 */
} sp_file_fact;

/* Loads the sources and reads the headers of every file. *out is owned. `folder_data` is where
 * shipped tables are. The context's arena must outlive the stream. */
int32_t sp_stream_open(const sp_plan *plan, sp_registry *registry, const char *folder_data,
                       sp_context *context, sp_stream **out, sampan_error *error) SP_CHECK;
void sp_stream_free(sp_stream *stream); /* NULL is allowed */

/* Between sp_stream_open and the first read: has the SHA-256 of every file taken, or (all 0) of
 * those alone that the plan asserts one of; beside what follows unless n_threads is 1. */
int32_t sp_stream_digest(sp_stream *stream, int32_t all, int64_t n_threads,
                         sampan_error *error) SP_CHECK;
/* There will be but one read: pipes are read as they come, and not spooled. */
void sp_stream_once(sp_stream *stream);
/* After the last read, which came to `status`: awaits the digests and holds them against the plan.
 * A file that is not the one meant says more than what reading it failed of. Returns `status`, or
 * an error of its own. */
int32_t sp_stream_settle(sp_stream *stream, int32_t status, sampan_error *error) SP_CHECK;

/* Adds the fields of all files to a program, with what is known of their types. */
int32_t sp_stream_fields(sp_stream *stream, sp_program *program, sampan_error *error) SP_CHECK;

/* Offers the keys of the program (or the one of this name) to be read as numbers as they are
 * written, where every file that has one is text that is dealt out; before the program is compiled.
 * sp_stream_read() then fails, with in_pieces set, wherever a key is written otherwise. */
int32_t sp_stream_offer_numbers(sp_stream *stream, sp_program *program, const char *only,
                                sampan_error *error) SP_CHECK;

/* Called for each batch after the machine has computed it. `row` is the number, in its file, of the
 * first record of the batch less one; errors get file and row from the stream: the callee counts
 * rows from 1 within the batch. */
typedef int32_t sp_batch_fn(void *data, sp_machine *machine, uint32_t wave, int64_t row, int64_t n,
                            sampan_error *error);

/* Told how far a read is, the first being 1: bytes done and in all (-1 unknown) over all files, and
 * records. At the end of a whole read of known size all are done: one that was not is given up. */
typedef void sp_stream_progress_fn(void *data, uint32_t read, int64_t bytes_done,
                                   int64_t bytes_total, int64_t n_records);

/* One of those that records are read by: a machine, and what the batch function is given. */
typedef struct sp_stream_hand {
  sp_machine *machine;
  void *data;
} sp_stream_hand;

/* How the records are to be read. */
typedef struct sp_stream_use {
  const sp_stream_hand *hands; /* each gets some of the records, in a thread of its own */
  uint32_t n_hands;
  int32_t plain;    /* as a whole, in one thread, by the first hand: for the exact error */
  int64_t capacity; /* of the machines */
  sp_batch_fn *batch;
  sp_stream_progress_fn *progress; /* called by one thread at a time; or NULL */
  void *progress_data;
  int32_t in_pieces;  /* set by the read: an error, if there is one, need not be the first of the
                         file, nor its place right: read again, plain */
  int32_t may_repeat; /* where `batch` failed at a record, those before it may come once more */
} sp_stream_use;

/* Reads every record of every wave. With one hand the records come in order.
 *
 * Memory does not grow with the records, but for text columns: a machine keeps every distinct
 * text until it is freed, as a source may rely on the code of a text all through a read. So a join
 * by a text key that is different in every record costs that key's bytes and some 30 more each;
 * `types: {key: number}` costs nothing. */
int32_t sp_stream_read(sp_stream *stream, sp_program *program, sp_stream_use *use,
                       sampan_error *error) SP_CHECK;

/* Whether some file is a pipe, which cannot be read a second time. */
int sp_stream_has_pipe(const sp_stream *stream);

/* ---- shards ------------------------------------------------------------------------------- */

/* What a shard covers of a wave's main file: bytes [from, to) of the `size` bytes that it has on
 * disk, and the records that it found there. Small files, and those that cannot be dealt out, are
 * cut by records, in the same proportion. */
typedef struct sp_stretch {
  int64_t from, to, size, n_records;
  int32_t by_records; /* 0: by spans of the file (host/deal.h) */
  int32_t fell_back;  /* by records for an error in a span, which a whole read does not have */
} sp_stretch;

/* A file that gives its bytes only once, as the plan names it, or NULL: shards need it more often.
 */
const char *sp_stream_pipe(const sp_stream *stream);
/* Has reads take shard k (from 1) of n only: of the files of all waves, one behind the other. Side
 * tables are read whole. SAMPAN_E_MEMORY. */
int32_t sp_stream_take_shard(sp_stream *stream, uint32_t k, uint32_t n) SP_CHECK;
/* After a read of a shard: refuses one that took by records what other shards take by spans. */
int32_t sp_stream_check_shard(const sp_stream *stream, sampan_error *error) SP_CHECK;
/* By wave; NULL where reads take all. Borrowed. */
const sp_stretch *sp_stream_stretches(const sp_stream *stream);
/* Makes the facts what a whole read leaves: by file, in the order of sp_stream_files. Refuses what
 * the read would have: another number of records than the plan says, a join without partners. */
int32_t sp_stream_set_counts(sp_stream *stream, const int64_t *n_records,
                             const int64_t *n_unmatched, sampan_error *error) SP_CHECK;

/* The files, in the order of the plan; after the read. Borrowed. */
const sp_file_fact *sp_stream_files(const sp_stream *stream, uint32_t *n);
/* A field's label and value labels as the first file that has it gives them, or NULL. */
const sampan_field *sp_stream_label(const sp_stream *stream, const char *field);

#endif
