/* arena.h - memory that lives and dies together. Zeroed, 64-byte aligned (texts: packed), with a
 * budget. */
#ifndef SP_BASE_ARENA_H
#define SP_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct sp_arena sp_arena;

/* A new arena, or NULL. budget_bytes 0: no limit. */
sp_arena *sp_arena_new(uint64_t budget_bytes);
void sp_arena_free(sp_arena *arena);
/* Takes all back that was handed out, and keeps the memory for what comes next. */
void sp_arena_reset(sp_arena *arena);

/* Zeroed memory that lives as long as the arena, or NULL when out of memory or over the budget. */
void *sp_arena_alloc(sp_arena *arena, uint64_t n_bytes);
/* n * size with the multiplication checked. */
void *sp_arena_array(sp_arena *arena, uint64_t n, uint64_t size);
/* A larger copy of an array made here; the old one stays until the arena goes. */
void *sp_arena_grow(sp_arena *arena, const void *old, uint64_t n_old, uint64_t n_new,
                    uint64_t size);
char *sp_arena_text(sp_arena *arena, const char *text);
char *sp_arena_text_n(sp_arena *arena, const char *text, uint64_t n_bytes);
char *sp_arena_printf(sp_arena *arena, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
/* Bytes handed out. */
uint64_t sp_arena_bytes(const sp_arena *arena);

#endif
