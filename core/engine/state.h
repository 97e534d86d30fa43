/* state.h - what a shard of the records came to, as a file: to be merged with those of the others.
 *
 * SAMPANST, the version of the format (4 bytes), the number of bytes that follow (8 bytes), then
 * the state: what it was made from, which records it covers, its totals. At the end SHA-256, in
 * hexadecimal, of all before it. Numbers are little-endian. */
#ifndef SP_ENGINE_STATE_H
#define SP_ENGINE_STATE_H

#include "engine/outcome.h"

struct sp_buffer;

/* Runs a plan over shard k (from 1) of n; *out gets the bytes of the state. Plans that take more
 * than one read of all the records are refused. */
int32_t sp_partial(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                   uint32_t k, uint32_t n, struct sp_buffer *out, sampan_error *error) SP_CHECK;

/* The outcome of a plan from the states of all shards, in any order: what sp_run makes of the
 * records, byte for byte. Refuses states that are damaged, of another plan, of other plugins or
 * files, that cover records twice, or not all. *out is owned. */
int32_t sp_merge_states(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                        const char *const *files, uint32_t n_files, sp_outcome **out,
                        sampan_error *error) SP_CHECK;

#endif
