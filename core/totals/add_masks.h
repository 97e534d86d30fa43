/* add_masks.h - adding the weight of a record to those lanes of its row that a mask names. */
#ifndef SP_TOTALS_ADD_MASKS_H
#define SP_TOTALS_ADD_MASKS_H

#include "totals/grid.h"

/* Lanes lie in blocks of 8 (of 2 or 4 in rows of no more): the low parts, then the high parts. */
enum { SP_BLOCK_LANES = 8, SP_WAYS_READ = 16 };

/* The loops of narrow tables, in the widest instructions that a processor has; every variant gives
 * the same sums. */
typedef struct sp_adders {
  const char *name;
  /* Adds (high, low) to the lanes of `row`, in blocks of 8, whose bits are set in `mask`, and 1 to
   * their tallies: n_lanes of them, a multiple of 8 up to 64. */
  void (*add_mask)(int64_t *row, uint32_t *tally, uint32_t n_lanes, uint64_t mask, int64_t high,
                   int64_t low);
  /* Adds 64 records, those of `same`, to a row of `block` (2 or 4) lanes: record i to lane k where
   * words[k] has bit i. */
  void (*add_run)(int64_t *row, uint32_t *tally, uint32_t block, uint64_t same,
                  const uint64_t *words, const int64_t *high, const int64_t *low);
  /* A matrix of 64 x 64 bits turned about: bit j of out[i] is bit i of word j. */
  void (*turn_bits)(const uint64_t in[64], uint64_t out[64]);
  /* For 8 records: ways[unit << bits | (group & (1 << bits) - 1)], pairs of a group and a row,
   * where the group of each is the record's; 0 where some is not. */
  int (*find_8)(const uint64_t *ways, uint32_t bits, const uint32_t *group, const uint32_t *unit,
                uint32_t *rows);
  /* The same for those of 64 records that `here` names, all of one unit, given its ways; UINT32_MAX
   * for those without a group. Those that are not found. SP_WAYS_READ ways are read, however many
   * the unit has. */
  uint64_t (*find_64)(const uint64_t *ways, uint32_t bits, const uint32_t *group, uint64_t here,
                      uint32_t *rows);
} sp_adders;

/* The fastest that this processor has; and by name, for tests: "portable", "avx2", "avx512", or
 * NULL where there is no such here. */
const sp_adders *sp_adders_best(void);
const sp_adders *sp_adders_named(const char *name);

#endif
