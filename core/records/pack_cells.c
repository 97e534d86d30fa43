/* pack_cells.c - distinct cells, numbered in order of first appearance. */
#include <stdlib.h>

#include "records/pack_internal.h"

enum { FIRST_SLOTS = 256 };

void sp_cell_set_clear(sp_cell_set *c) {
  free(c->cell);
  free(c->slot);
  memset(c, 0, sizeof *c);
}

void sp_cell_set_reset(sp_cell_set *c) {
  if (c->n > 0) memset(c->slot, 0, c->n_slots * sizeof *c->slot);
  c->n = 0;
}

static uint32_t place(const sp_cell_set *c, uint64_t cell) {
  uint32_t at = sp_cell_set_hash(cell);
  while (c->slot[at & (c->n_slots - 1)] != 0) at++;
  return at & (c->n_slots - 1);
}

/* No memory: as if it had no room, and nothing in it. */
static uint32_t give_up(sp_cell_set *c) {
  sp_cell_set_clear(c);
  return UINT32_MAX;
}

uint32_t sp_cell_set_grow(sp_cell_set *c, uint64_t cell) {
  if (c->n == SP_CELL_SET_MOST) return UINT32_MAX;
  if (2 * c->n >= c->n_slots) {
    const uint32_t wider = c->n_slots == 0 ? FIRST_SLOTS : 2 * c->n_slots;
    uint32_t *slot = calloc(wider, sizeof *slot);
    if (slot == NULL) return give_up(c);
    free(c->slot);
    c->slot = slot;
    c->n_slots = wider;
    for (uint32_t i = 0; i < c->n; i++) c->slot[place(c, c->cell[i])] = i + 1;
  }
  if (c->n == c->room) {
    const uint32_t wider = c->room == 0 ? FIRST_SLOTS / 2 : 2 * c->room;
    uint64_t *grown = realloc(c->cell, wider * sizeof *grown);
    if (grown == NULL) return give_up(c);
    c->cell = grown;
    c->room = wider;
  }
  c->slot[place(c, cell)] = c->n + 1;
  c->cell[c->n] = cell;
  return c->n++;
}

uint32_t sp_cell_set_add(sp_cell_set *c, uint64_t cell) {
  return sp_cell_set_number(c, cell);
}
