#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64, FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024 };

typedef struct block {
  struct block *next;
  unsigned char *data; /* aligned */
  uint64_t used, capacity;
  uint64_t dirty; /* bytes that were handed out before a reset */
} block;

struct sp_arena {
  block *first; /* the one that small requests are served from */
  block *spare; /* of before a reset */
  uint64_t n_bytes, budget;
  uint64_t next_block;
};

sp_arena *sp_arena_new(uint64_t budget_bytes) {
  sp_arena *arena = calloc(1, sizeof *arena);
  if (!arena) return NULL;
  arena->budget = budget_bytes;
  arena->next_block = FIRST_BLOCK;
  return arena;
}

static void free_blocks(block *b) {
  while (b) {
    block *next = b->next;
    free(b);
    b = next;
  }
}

void sp_arena_free(sp_arena *arena) {
  if (!arena) return;
  free_blocks(arena->first);
  free_blocks(arena->spare);
  free(arena);
}

void sp_arena_reset(sp_arena *arena) {
  while (arena->first) {
    block *b = arena->first;
    arena->first = b->next;
    if (b->used > b->dirty) b->dirty = b->used;
    b->used = 0;
    b->next = arena->spare;
    arena->spare = b;
  }
  arena->n_bytes = 0;
}

/* A spare block of this size, out of its list; NULL: none. */
static block *reuse_block(sp_arena *arena, uint64_t capacity) {
  for (block **at = &arena->spare; *at; at = &(*at)->next) {
    block *b = *at;
    if (b->capacity < capacity) continue;
    *at = b->next;
    return b;
  }
  return NULL;
}

/* calloc rather than aligned_alloc: the system hands out large blocks as zero pages, untouched. */
static block *new_block(uint64_t capacity) {
  const uint64_t extra = sizeof(block) + ALIGNMENT - 1;
  block *b;
  if (capacity > SIZE_MAX - extra) return NULL;
  b = calloc(1, (size_t)(capacity + extra));
  if (!b) return NULL;
  b->data = (unsigned char *)(b + 1);
  b->data += (ALIGNMENT - (uintptr_t)b->data % ALIGNMENT) % ALIGNMENT;
  b->capacity = capacity;
  return b;
}

/* align is 1 or ALIGNMENT. What the alignment costs counts as handed out. */
static void *take(sp_arena *arena, uint64_t n_bytes, uint64_t align) {
  block *b = arena->first;
  uint64_t at = 0, cost;
  if (n_bytes == 0) n_bytes = 1; /* NULL must mean one thing */
  if (n_bytes > UINT64_MAX - (align - 1)) return NULL;
  cost = (n_bytes + align - 1) / align * align;
  if (arena->budget && (arena->n_bytes > arena->budget || cost > arena->budget - arena->n_bytes)) {
    return NULL;
  }
  if (b) at = (b->used + align - 1) / align * align;
  if (!b || at > b->capacity || n_bytes > b->capacity - at) {
    const int alone = n_bytes > arena->next_block / 4;
    block *fresh = reuse_block(arena, n_bytes);
    if (!fresh) fresh = new_block(alone ? n_bytes : arena->next_block);
    if (!fresh) return NULL;
    if (alone && arena->first) { /* keep serving small requests from the block in use */
      fresh->next = arena->first->next;
      arena->first->next = fresh;
    } else {
      fresh->next = arena->first;
      arena->first = fresh;
    }
    if (!alone && arena->next_block < LARGEST_BLOCK) arena->next_block *= 2;
    b = fresh;
    at = 0;
  }
  if (at < b->dirty) {
    const uint64_t n_dirty = b->dirty - at < n_bytes ? b->dirty - at : n_bytes;
    memset(b->data + at, 0, (size_t)n_dirty);
  }
  b->used = at + n_bytes;
  arena->n_bytes += cost;
  return b->data + at;
}

void *sp_arena_alloc(sp_arena *arena, uint64_t n_bytes) {
  return take(arena, n_bytes, ALIGNMENT);
}

void *sp_arena_array(sp_arena *arena, uint64_t n, uint64_t size) {
  if (size && n > UINT64_MAX / size) return NULL;
  return take(arena, n * size, ALIGNMENT);
}

void *sp_arena_grow(sp_arena *arena, const void *old, uint64_t n_old, uint64_t n_new,
                    uint64_t size) {
  void *fresh = sp_arena_array(arena, n_new, size);
  const uint64_t kept = n_old < n_new ? n_old : n_new;
  if (fresh && old && kept && size) memcpy(fresh, old, (size_t)(kept * size));
  return fresh;
}

char *sp_arena_text_n(sp_arena *arena, const char *text, uint64_t n_bytes) {
  char *out;
  if (n_bytes == UINT64_MAX) return NULL;
  out = take(arena, n_bytes + 1, 1);
  if (out && n_bytes) memcpy(out, text, (size_t)n_bytes);
  return out;
}

char *sp_arena_text(sp_arena *arena, const char *text) {
  return sp_arena_text_n(arena, text, strlen(text));
}

char *sp_arena_printf(sp_arena *arena, const char *format, ...) {
  va_list ap;
  char *out;
  int n;
  va_start(ap, format);
  n = vsnprintf(NULL, 0, format, ap);
  va_end(ap);
  if (n < 0) return NULL;
  out = take(arena, (uint64_t)n + 1, 1);
  if (!out) return NULL;
  va_start(ap, format);
  n = vsnprintf(out, (size_t)n + 1, format, ap);
  va_end(ap);
  return n < 0 ? NULL : out;
}

uint64_t sp_arena_bytes(const sp_arena *arena) {
  return arena->n_bytes;
}
