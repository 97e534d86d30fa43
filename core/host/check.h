/* check.h - the laws that any plugin must satisfy, for us and for every author: sampan check X.so.
 */
#ifndef SP_HOST_CHECK_H
#define SP_HOST_CHECK_H

#include "base/arena.h"
#include "base/error.h"

/* One law for one plugin. */
typedef struct sp_law {
  const char *plugin, *law;
  int32_t passed; /* 1 passed, 0 failed, -1 does not apply */
  int32_t reserved;
  const char *detail; /* "" or what was seen, with the seed */
} sp_law;

/* Checks every plugin of a loaded module, each in a child process: one that crashes, hangs, prints
 * or ends the process breaks a law. Column types, sizes and values are drawn by a fixed random
 * sequence. Estimators: batch sizes 1, 7, 1024, 65536; permuted rows; masked against compacted
 * input; all missing; no rows; gradient against a numeric derivative; bits past the end ignored;
 * two instances; input untouched; the end of memory; of several reads: state, tallies, purity of
 * every read, an end, the gradient against what the weight of a record does, back(). Intervals:
 * limits hold the estimate, nest with the level, df <= 0, extreme inputs and replicates give no
 * NaN. Comparisons: p-values and errors are such; no variance, no records, empty cells of tables,
 * coefficients, replicates. Sources: cancel, batch sizes, a sink that fails, truncated and damaged
 * copies of `sample`. Writers: hostile text, a sink that fails, same bytes twice. All: symbols,
 * descriptor, FP state, locale, signals and files as they were.
 *
 * `sample` (may be NULL): a file for a source; for the parameters of other plugins, the table that
 * they need (.csv), or their options as in a plan, under their name or not (.yaml). `data_folder`:
 * the shipped tables. The calling process has one thread. */
int32_t sp_check_module(const sampan_module *module, const char *sample, const char *data_folder,
                        sp_arena *arena, sp_law **out, uint32_t *n, sampan_error *error) SP_CHECK;

#endif
