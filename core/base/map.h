/* map.h - from keys to dense numbers 0, 1, 2, ... in order of first appearance. */
#ifndef SP_BASE_MAP_H
#define SP_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

typedef struct sp_map sp_map;

#define SP_MAP_NONE UINT32_MAX

/* A map whose keys are byte strings of any length. `seed` spreads the hashes. NULL: no memory. */
sp_map *sp_map_new(uint64_t seed);
void sp_map_free(sp_map *map);
/* The number of a key, which is added if it is new; SP_MAP_NONE when out of memory. */
uint32_t sp_map_add(sp_map *map, const void *key, uint64_t n_bytes);
/* The same for a key that is known to be new. The next sp_map_add or sp_map_find hashes it, and so
 * writes to the map; without memory for that they find nothing. */
uint32_t sp_map_append(sp_map *map, const void *key, uint64_t n_bytes);
/* The number of a key, or SP_MAP_NONE. */
uint32_t sp_map_find(const sp_map *map, const void *key, uint64_t n_bytes);
uint32_t sp_map_size(const sp_map *map);
/* The key of a number: n_bytes bytes and a terminator after them; stable until sp_map_free. */
const char *sp_map_key(const sp_map *map, uint32_t number, uint64_t *n_bytes);
uint64_t sp_map_bytes(const sp_map *map);

#endif
