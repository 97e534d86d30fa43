/* input.h - bytes in: a file, or a .gz of it. */
#ifndef SP_BASE_INPUT_H
#define SP_BASE_INPUT_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/error.h"

typedef struct sp_input sp_input;

/* Opens `path`; a name that ends in .gz is inflated (every member must end with a valid checksum
 * and length; a ratio over 1000:1 past the first 16 MiB is refused). With `seeks`, a stream that
 * cannot seek is first spooled to an unlinked temporary file; a pipe always is, as it could not be
 * rewound either. A file that turns out shorter than it was when opened is SAMPAN_E_INCOMPLETE.
 * *out is owned. */
int32_t sp_input_open(const char *path, int32_t seeks, sp_input **out,
                      sampan_error *error) SP_CHECK;
/* Opens a pipe that is to be read but once, as it comes: what is read before the one
 * sp_input_rewind() is kept until it was given again. `digest` (or NULL) takes in every byte, as it
 * comes from the pipe. *cancel (or NULL) ends the waiting for more. */
int32_t sp_input_open_once(const char *path, const volatile int *cancel, sp_sha256 *digest,
                           sp_input **out, sampan_error *error) SP_CHECK;
/* No digest is taken of what is yet to come. */
void sp_input_no_digest(sp_input *input);
/* Puts all that such a pipe gives, inflated, into an unlinked temporary file; `path` is where it
 * can be opened, by this process and its children, for as long as the input is open. */
int32_t sp_input_spool(sp_input *input, char *path, uint64_t size, sampan_error *error) SP_CHECK;
/* How errors name the file, where it is opened by another name. */
int32_t sp_input_rename(sp_input *input, const char *name, sampan_error *error) SP_CHECK;
/* Reads the rest of the file, unless its end was seen before, and closes: a read error found here,
 * or one that the source did not pass on, is an error. NULL is allowed. */
int32_t sp_input_close(sp_input *input, sampan_error *error) SP_CHECK;
/* Closes without looking further, on the way out of an error. */
void sp_input_abandon(sp_input *input);

/* The reader that a source is given; borrowed. Read errors name the file. */
const sampan_reader *sp_input_reader(sp_input *input);
/* Back to the start, for a source that reads header and records in two calls. */
int32_t sp_input_rewind(sp_input *input, sampan_error *error) SP_CHECK;
/* SHA-256 of the file as it lies on disk (before inflating): reads the file once, by
 * itself. Not for pipes, which can be read only once. */
int32_t sp_input_digest(const char *path, char out[65], int64_t *n_bytes,
                        sampan_error *error) SP_CHECK;
/* The same; SAMPAN_E_CANCELLED once stop(data) is not 0, which is asked every now and then. */
typedef int32_t sp_stop_fn(void *data);
int32_t sp_input_digest_until(const char *path, sp_stop_fn *stop, void *data, char out[65],
                              int64_t *n_bytes, sampan_error *error) SP_CHECK;
/* Bytes read so far and in all (-1 unknown), of the file on disk: for progress. */
void sp_input_progress(const sp_input *input, int64_t *done, int64_t *total);

/* The whole of a small text file, terminated, in the arena; more than max_bytes is an error. */
int32_t sp_input_text(const char *path, uint64_t max_bytes, sp_arena *arena, char **out,
                      uint64_t *n_bytes, sampan_error *error) SP_CHECK;

#endif
