/* output.h - bytes out: a file comes into being whole or not at all (temp, fsync, rename, fsync of
 * the folder); standard output is checked to the last byte. */
#ifndef SP_BASE_OUTPUT_H
#define SP_BASE_OUTPUT_H

#include "base/error.h"

typedef struct sp_output sp_output;

/* Opens `path` for writing through a temporary file beside it; "-" or NULL: standard output. What
 * is no regular file (a device, a pipe) is written to directly. *out is owned. */
int32_t sp_output_open(const char *path, sp_output **out, sampan_error *error) SP_CHECK;
int32_t sp_output_write(sp_output *output, const void *bytes, int64_t n,
                        sampan_error *error) SP_CHECK;
/* The form that a writer plugin is given; borrowed. */
const sampan_output *sp_output_sink(sp_output *output);
/* *cancel ends the waiting for a reader of a pipe. */
void sp_output_cancel(sp_output *output, const volatile int *cancel);
/* 1 for what is written to directly: bytes that have left cannot be taken back. */
int32_t sp_output_is_direct(const sp_output *output);

/* What others see of it by now. */
enum { SP_OUTPUT_NOTHING = 0, SP_OUTPUT_PART = 1, SP_OUTPUT_WHOLE = 2 };
int32_t sp_output_seen(const sp_output *output);

/* Flushes, syncs, closes: all that is likely to fail. Several files come into being together, as
 * far as a file system allows, where each is prepared before the first is published. */
int32_t sp_output_prepare(sp_output *output, sampan_error *error) SP_CHECK;
/* Renames what was prepared, syncs the folder. On an error the old file is as it was, save that a
 * folder which cannot be synced is found out after the rename. */
int32_t sp_output_publish(sp_output *output, sampan_error *error) SP_CHECK;
/* Both; frees. */
int32_t sp_output_commit(sp_output *output, sampan_error *error) SP_CHECK;
/* Removes the temporary file, if it was not published; frees. NULL is allowed. */
void sp_output_abandon(sp_output *output);

#endif
