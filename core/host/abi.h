/* abi.h - what a plugin of ABI 1.0 has: the least that a struct of a descriptor may cover. Internal
 * to the core.
 *
 * These sizes never change. A field that plugin.h appends is read through a function here, which
 * looks whether the plugin that was built before has it. */
#ifndef SP_HOST_ABI_H
#define SP_HOST_ABI_H

#include <sampan/plugin.h>
#include <stddef.h>

/* The bytes of a struct up to and with a field. */
#define SP_SIZE_WITH(type, field) (offsetof(type, field) + sizeof(((type *)0)->field))

#define SAMPAN_MODULE_SIZE_1_0 SP_SIZE_WITH(sampan_module, plugins)
#define SAMPAN_PLUGIN_SIZE_1_0 SP_SIZE_WITH(sampan_plugin, ops)
#define SAMPAN_SOURCE_OPS_SIZE_1_0 SP_SIZE_WITH(sampan_source_ops, read)
#define SAMPAN_ESTIMATOR_OPS_SIZE_1_0 SP_SIZE_WITH(sampan_estimator_ops, value)
#define SAMPAN_INTERVAL_OPS_SIZE_1_0 SP_SIZE_WITH(sampan_interval_ops, limits)
#define SAMPAN_COMPARISON_OPS_SIZE_1_0 SP_SIZE_WITH(sampan_comparison_ops, compare)
#define SAMPAN_WRITER_OPS_SIZE_1_0 SP_SIZE_WITH(sampan_writer_ops, results)

/* SAMPAN_INTERVAL_*; 0 where the plugin is older than the field. */
static inline uint32_t sp_interval_flags(const sampan_interval_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_interval_ops, flags) ? ops->flags : 0;
}

/* SAMPAN_COMPARES_*; 0 where the plugin is older than the field. */
static inline uint32_t sp_comparison_flags(const sampan_comparison_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_comparison_ops, flags) ? ops->flags : 0;
}

/* Whether the source can be dealt out in stretches of text. */
static inline int sp_source_cuts(const sampan_source_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_source_ops, read_cut) && ops->cut != NULL &&
         ops->read_cut != NULL;
}

/* Whether the source can read its pieces one by one. */
static inline int sp_source_has_pieces(const sampan_source_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_source_ops, read_piece) && ops->read_piece != NULL;
}

/* Whether records can be stored in the source's format. */
static inline int sp_source_stores(const sampan_source_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_source_ops, store_end) &&
         ops->store_begin != NULL && ops->store_block != NULL && ops->store_end != NULL;
}

/* Whether the estimator takes several reads. */
static inline int sp_estimator_advances(const sampan_estimator_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_estimator_ops, advance) && ops->advance != NULL;
}

/* Whether the estimator has statistics whose limits are found on another scale. */
static inline int sp_estimator_goes_back(const sampan_estimator_ops *ops) {
  return ops->struct_size >= SP_SIZE_WITH(sampan_estimator_ops, back) && ops->back != NULL;
}

#endif
