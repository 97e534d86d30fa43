#include "base/map.h"

#include <stdlib.h>
#include <string.h>

/* Open addressing over slots that hold the hash beside the number, so that a probe seldom has to
 * look at a key that is another. Keys lie in chunks that never move. */

enum { FIRST_SLOTS = 16, FIRST_CHUNK = 4 * 1024, LARGEST_CHUNK = 1024 * 1024 };
#define FREE SP_MAP_NONE

typedef struct slot {
  uint32_t hash;
  uint32_t number; /* FREE where there is none */
} slot;

typedef struct entry {
  const char *key;
  uint32_t n_bytes, hash;
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
  uint32_t size, n_hashed; /* entries; the first of them, which the slots have */
};

/* Slots that are written before they are read: pages that are read first are the system's page of
 * zeros, and taking its place later stops all threads of the process. */
static slot *free_slots(uint64_t n) {
  slot *slots = n <= SIZE_MAX / sizeof *slots ? malloc((size_t)n * sizeof *slots) : NULL;
  if (slots) memset(slots, 0xff, (size_t)n * sizeof *slots);
  return slots;
}

sp_map *sp_map_new(uint64_t seed) {
  sp_map *map = calloc(1, sizeof *map);
  if (!map) return NULL;
  map->slots = free_slots(FIRST_SLOTS);
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

/* Two words into one, each bit of which hangs on all of theirs. That the words themselves go in
 * again leaves no word that would blot out the other. */
static inline uint64_t mix(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 wide;
  const wide product = (wide)a * b;
  return a ^ (b << 32 | b >> 32) ^ (uint64_t)product ^ (uint64_t)(product >> 64);
#else
  uint64_t h = a ^ (b << 32 | b >> 32);
  h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
  h = (h ^ h >> 32 ^ b) * UINT64_C(0xd6e8feb86659fd93);
  return h ^ h >> 32;
#endif
}

static uint64_t word_at(const unsigned char *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

static uint64_t half_at(const unsigned char *p) {
  uint32_t half;
  memcpy(&half, p, sizeof half);
  return half;
}

/* A key of up to 16 bytes as two words: of one length, no two keys have the same. Keys are mostly
 * made of whole numbers of 4 bytes just before; they are read as they were written, since a load
 * that spans two stores waits until all before it is done. The upper half comes first so that
 * compilers do not make one load of it. */
static inline void two_words(const unsigned char *p, uint64_t n, uint64_t *a, uint64_t *b) {
  *b = 0;
  if (n == 4) {
    *a = half_at(p);
  } else if (n == 8) {
    *a = half_at(p) << 32 | half_at(p + 4);
  } else if (n == 12) {
    *a = half_at(p) << 32 | half_at(p + 4);
    *b = half_at(p + 8);
  } else if (n > 8) {
    *a = word_at(p);
    *b = word_at(p + n - 8);
  } else if (n > 4) {
    *a = half_at(p);
    *b = half_at(p + n - 4);
  } else if (n > 0) {
    *a = (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
  } else {
    *a = 0;
  }
}

static inline uint32_t hash_of(uint64_t seed, const void *key, uint64_t n_bytes) {
  static const uint64_t k1 = UINT64_C(0x9e3779b97f4a7c15), k2 = UINT64_C(0xd6e8feb86659fd93);
  const unsigned char *p = key;
  uint64_t h = seed + n_bytes * k1, left = n_bytes, a, b;
  for (; left > 16; p += 16, left -= 16) h = mix(word_at(p) ^ h ^ k1, word_at(p + 8) ^ k2);
  two_words(p, left, &a, &b);
  h = mix(mix(a ^ h ^ k1, b ^ k2), k2);
  return (uint32_t)(h ^ h >> 32);
}

static inline int same_key(const entry *e, const void *key, uint64_t n_bytes) {
  uint64_t a, b, c, d;
  if (e->n_bytes != n_bytes) return 0;
  if (n_bytes > 16) return memcmp(e->key, key, (size_t)n_bytes) == 0;
  two_words((const unsigned char *)e->key, n_bytes, &a, &b);
  two_words(key, n_bytes, &c, &d);
  return ((a ^ c) | (b ^ d)) == 0;
}

/* Where the key is or would be put. */
static inline slot *probe(const sp_map *map, const void *key, uint64_t n_bytes, uint32_t hash) {
  const uint64_t mask = map->n_slots - 1;
  for (uint64_t i = hash & mask;; i = (i + 1) & mask) {
    slot *s = &map->slots[i];
    if (s->number == FREE) return s;
    if (s->hash == hash && same_key(&map->entries[s->number], key, n_bytes)) return s;
  }
}

/* Puts the entries in that the slots do not have yet; at most half of these are taken, so that
 * probes are short. */
static int hash_entries(sp_map *map) {
  uint64_t n_slots = map->n_slots;
  while (map->size > n_slots / 2) n_slots *= 2;
  const uint64_t mask = n_slots - 1;
  if (n_slots != map->n_slots) {
    slot *slots = free_slots(n_slots);
    if (!slots) return 0;
    free(map->slots);
    map->n_bytes += (n_slots - map->n_slots) * sizeof *slots;
    map->slots = slots;
    map->n_slots = n_slots;
    map->n_hashed = 0;
  }
  for (; map->n_hashed < map->size; map->n_hashed++) {
    const uint32_t hash = map->entries[map->n_hashed].hash;
    uint64_t i = hash & mask;
    while (map->slots[i].number != FREE) i = (i + 1) & mask;
    map->slots[i].hash = hash;
    map->slots[i].number = map->n_hashed;
  }
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

static uint32_t append(sp_map *map, const void *key, uint64_t n_bytes, uint32_t hash) {
  if (map->size >= SP_MAP_NONE - 1 || n_bytes > UINT32_MAX) return SP_MAP_NONE;
  if (map->size == map->capacity && !grow_entries(map)) return SP_MAP_NONE;
  const char *stored = store(map, key, n_bytes);
  if (!stored) return SP_MAP_NONE;
  map->entries[map->size] = (entry){.key = stored, .n_bytes = (uint32_t)n_bytes, .hash = hash};
  return map->size++;
}

uint32_t sp_map_append(sp_map *map, const void *key, uint64_t n_bytes) {
  return append(map, key, n_bytes, hash_of(map->seed, key, n_bytes));
}

uint32_t sp_map_add(sp_map *map, const void *key, uint64_t n_bytes) {
  const uint32_t hash = hash_of(map->seed, key, n_bytes);
  if (map->n_hashed < map->size && !hash_entries(map)) return SP_MAP_NONE;
  slot *s = probe(map, key, n_bytes, hash);
  if (s->number != FREE) return s->number;
  const uint32_t number = append(map, key, n_bytes, hash);
  if (number == SP_MAP_NONE) return SP_MAP_NONE;
  if (map->size > map->n_slots / 2) {
    if (hash_entries(map)) return number;
    map->size--;
    return SP_MAP_NONE;
  }
  s->hash = hash;
  s->number = number;
  map->n_hashed = map->size;
  return number;
}

uint32_t sp_map_find(const sp_map *map, const void *key, uint64_t n_bytes) {
  sp_map *own = (sp_map *)(uintptr_t)map;
  if (map->n_hashed < map->size && !hash_entries(own)) return SP_MAP_NONE;
  const slot *s = probe(map, key, n_bytes, hash_of(map->seed, key, n_bytes));
  return s->number; /* FREE is SP_MAP_NONE */
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
