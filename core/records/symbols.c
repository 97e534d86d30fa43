/* symbols.c - the names of a program: fields and derived columns, found by hash. */
#include "records/program_internal.h"

void *sp_program_grow(sp_arena *arena, const void *array, uint32_t n, uint32_t *capacity,
                      uint64_t size) {
  const uint32_t wanted = *capacity != 0 ? *capacity * 2 : 32;
  void *grown = sp_arena_grow(arena, array, n, wanted, size);
  if (grown != NULL) *capacity = wanted;
  return grown;
}

/* FNV-1a: the slot where the search for a name begins. */
static uint32_t slot_of(const sp_program *p, const char *name) {
  uint32_t hash = 2166136261U;
  for (; *name != '\0'; name++) hash = (hash ^ (unsigned char)*name) * 16777619U;
  return hash & (p->n_slots - 1);
}

uint32_t sp_program_symbol(const sp_program *p, const char *name) {
  if (p->n_slots == 0) return UINT32_MAX;
  for (uint32_t i = slot_of(p, name); p->slots[i] != 0; i = (i + 1) & (p->n_slots - 1)) {
    if (strcmp(p->symbols[p->slots[i] - 1].name, name) == 0) return p->slots[i] - 1;
  }
  return UINT32_MAX;
}

static void place(sp_program *p, uint32_t index) {
  uint32_t i = slot_of(p, p->symbols[index].name);
  while (p->slots[i] != 0) i = (i + 1) & (p->n_slots - 1);
  p->slots[i] = index + 1;
}

/* At most half of the slots are taken. */
static int32_t room(sp_program *p, sampan_error *error) {
  if (p->n_symbols == p->symbol_capacity) {
    sp_symbol *grown = sp_program_grow(p->arena, p->symbols, p->n_symbols, &p->symbol_capacity,
                                       sizeof *p->symbols);
    if (grown == NULL) return sp_error_memory(error);
    p->symbols = grown;
  }
  if (p->n_slots < 2 * p->symbol_capacity) {
    uint32_t *slots = sp_arena_array(p->arena, 2 * (uint64_t)p->symbol_capacity, sizeof *slots);
    if (slots == NULL) return sp_error_memory(error);
    p->slots = slots;
    p->n_slots = 2 * p->symbol_capacity;
    for (uint32_t i = 0; i < p->n_symbols; i++) place(p, i);
  }
  return SAMPAN_OK;
}

int32_t sp_program_add_symbol(sp_program *p, const char *name, sp_symbol **out,
                              sampan_error *error) {
  SP_TRY(room(p, error));
  sp_symbol *s = &p->symbols[p->n_symbols];
  s->name = name;
  s->reg = UINT32_MAX;
  s->types = SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH;
  place(p, p->n_symbols++);
  *out = s;
  return SAMPAN_OK;
}
