#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing over slots that hold the upper half of the hash beside the number, so that a
 * probe seldom has to look at a key. Keys lie in chunks that never move. */

enum { FIRST_SLOTS = 16, FIRST_CHUNK = 4 * 1024, LARGEST_CHUNK = 1024 * 1024 };

typedef struct slot {
  uint32_t tag;
  uint32_t number; /* + 1; 0: free */
} slot;

typedef struct entry {
  const char *key;
  uint64_t n_bytes, hash;
} entry;

typedef struct chunk {
  struct chunk *next;
  uint64_t used, capacity;
  char data[];
} chunk;

struct sp_map {
  slot *slots;
  entry *entries;
  chunk *chunks;
  uint64_t n_slots; /* a power of 2 */
  uint64_t capacity, next_chunk, n_bytes, seed;
  uint32_t size;
};

sp_map *sp_map_new(uint64_t seed) {
  sp_map *map = calloc(1, sizeof *map);
  if (!map) return NULL;
  map->slots = calloc(FIRST_SLOTS, sizeof *map->slots);
  if (!map->slots) {
    free(map);
    return NULL;
  }
  map->n_slots = FIRST_SLOTS;
  map->next_chunk = FIRST_CHUNK;
  map->n_bytes = sizeof *map + FIRST_SLOTS * sizeof *map->slots;
  map->seed = seed;
  return map;
}

void sp_map_free(sp_map *map) {
  if (!map) return;
  for (chunk *c = map->chunks; c;) {
    chunk *next = c->next;
    free(c);
    c = next;
  }
  free(map->entries);
  free(map->slots);
  free(map);
}

static uint64_t mix(uint64_t h) {
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  return h ^ h >> 32;
}

static uint64_t hash_of(uint64_t seed, const void *key, uint64_t n_bytes) {
  const unsigned char *p = key;
  uint64_t h = mix(seed ^ n_bytes * UINT64_C(0x9e3779b97f4a7c15));
  uint64_t word;
  for (; n_bytes >= 8; p += 8, n_bytes -= 8) {
    memcpy(&word, p, 8);
    h = mix(h ^ word);
  }
  if (n_bytes) {
    word = 0;
    memcpy(&word, p, (size_t)n_bytes);
    h = mix(h ^ word);
  }
  return mix(h + UINT64_C(0x9e3779b97f4a7c15));
}

/* Where the key is or would be put. */
static slot *probe(const sp_map *map, const void *key, uint64_t n_bytes, uint64_t hash) {
  const uint64_t mask = map->n_slots - 1;
  const uint32_t tag = (uint32_t)(hash >> 32);
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    slot *s = &map->slots[i];
    const entry *e;
    if (s->number == 0) return s;
    if (s->tag != tag) continue;
    e = &map->entries[s->number - 1];
    if (e->n_bytes == n_bytes && (n_bytes == 0 || memcmp(e->key, key, (size_t)n_bytes) == 0)) {
      return s;
    }
  }
}

static int grow_slots(sp_map *map) {
  const uint64_t n_slots = map->n_slots * 2, mask = n_slots - 1;
  slot *slots;
  if (n_slots > SIZE_MAX / sizeof *slots) return 0;
  slots = calloc((size_t)n_slots, sizeof *slots);
  if (!slots) return 0;
  for (uint32_t number = 0; number < map->size; ++number) {
    const uint64_t hash = map->entries[number].hash;
    uint64_t i = hash & mask;
    while (slots[i].number) i = (i + 1) & mask;
    slots[i].tag = (uint32_t)(hash >> 32);
    slots[i].number = number + 1;
  }
  free(map->slots);
  map->n_bytes += (n_slots - map->n_slots) * sizeof *slots;
  map->slots = slots;
  map->n_slots = n_slots;
  return 1;
}

static int grow_entries(sp_map *map) {
  const uint64_t capacity = map->capacity ? map->capacity * 2 : FIRST_SLOTS;
  entry *entries;
  if (capacity > SIZE_MAX / sizeof *entries) return 0;
  entries = realloc(map->entries, (size_t)capacity * sizeof *entries);
  if (!entries) return 0;
  map->n_bytes += (capacity - map->capacity) * sizeof *entries;
  map->entries = entries;
  map->capacity = capacity;
  return 1;
}

static const char *store(sp_map *map, const void *key, uint64_t n_bytes) {
  chunk *c = map->chunks;
  char *out;
  if (n_bytes >= SIZE_MAX - sizeof *c) return NULL;
  if (!c || n_bytes + 1 > c->capacity - c->used) {
    const int alone = n_bytes + 1 > map->next_chunk / 4;
    const uint64_t capacity = alone ? n_bytes + 1 : map->next_chunk;
    c = malloc((size_t)(sizeof *c + capacity));
    if (!c) return NULL;
    c->used = 0;
    c->capacity = capacity;
    map->n_bytes += sizeof *c + capacity;
    if (alone && map->chunks) { /* keep filling the chunk in use */
      c->next = map->chunks->next;
      map->chunks->next = c;
    } else {
      c->next = map->chunks;
      map->chunks = c;
    }
    if (!alone && map->next_chunk < LARGEST_CHUNK) map->next_chunk *= 2;
  }
  out = c->data + c->used;
  if (n_bytes) memcpy(out, key, (size_t)n_bytes);
  out[n_bytes] = '\0';
  c->used += n_bytes + 1;
  return out;
}

uint32_t sp_map_add(sp_map *map, const void *key, uint64_t n_bytes) {
  const uint64_t hash = hash_of(map->seed, key, n_bytes);
  slot *s = probe(map, key, n_bytes, hash);
  entry *e;
  const char *stored;
  if (s->number) return s->number - 1;
  if (map->size >= SP_MAP_NONE - 1) return SP_MAP_NONE;
  if ((uint64_t)map->size + 1 > map->n_slots / 2) { /* at most half full: short probes */
    if (!grow_slots(map)) return SP_MAP_NONE;
    s = probe(map, key, n_bytes, hash);
  }
  if (map->size == map->capacity && !grow_entries(map)) return SP_MAP_NONE;
  stored = store(map, key, n_bytes);
  if (!stored) return SP_MAP_NONE;
  e = &map->entries[map->size];
  e->key = stored;
  e->n_bytes = n_bytes;
  e->hash = hash;
  s->tag = (uint32_t)(hash >> 32);
  s->number = ++map->size;
  return map->size - 1;
}

uint32_t sp_map_find(const sp_map *map, const void *key, uint64_t n_bytes) {
  const slot *s = probe(map, key, n_bytes, hash_of(map->seed, key, n_bytes));
  return s->number ? s->number - 1 : SP_MAP_NONE;
}

uint32_t sp_map_size(const sp_map *map) {
  return map->size;
}

const char *sp_map_key(const sp_map *map, uint32_t number, uint64_t *n_bytes) {
  if (n_bytes) *n_bytes = number < map->size ? map->entries[number].n_bytes : 0;
  return number < map->size ? map->entries[number].key : NULL;
}

uint64_t sp_map_bytes(const sp_map *map) {
  return map->n_bytes;
}
