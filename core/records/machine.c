/* machine.c - the registers of one worker, and running a program over a batch. */
#include <stdlib.h>

#include "records/program_internal.h"

struct sp_machine {
  const sp_program *program;
  sp_arena *arena;
  sp_column *columns;          /* one per register */
  sp_dictionary *dictionaries; /* of those that are text */
  sp_kernel_state *states;     /* by operation */
  const sp_lanes *lanes;
};

/* Constants are written once, for good. */
static int32_t fill_constants(sp_machine *m, int64_t capacity) {
  for (uint32_t i = 0; i < m->program->n_operations; i++) {
    const sp_operation *op = &m->program->operations[i];
    if (op->op != SP_OP_CONSTANT) continue;
    SP_TRY(sp_kernel_run(op, m->columns, m->lanes, &m->states[i], capacity));
    m->columns[op->target].constant = 1;
  }
  return SAMPAN_OK;
}

int32_t sp_machine_new(const sp_program *p, int64_t capacity, sp_machine **out,
                       sampan_error *error) {
  *out = NULL;
  sp_arena *arena = sp_arena_new(0);
  sp_machine *m = arena != NULL ? sp_arena_alloc(arena, sizeof *m) : NULL;
  if (m == NULL) {
    sp_arena_free(arena);
    return sp_error_memory(error);
  }
  m->program = p;
  m->arena = arena;
  m->columns = sp_arena_array(arena, p->n_registers + 1U, sizeof *m->columns);
  m->dictionaries = sp_arena_array(arena, p->n_registers + 1U, sizeof *m->dictionaries);
  m->states = sp_arena_array(arena, p->n_operations + 1U, sizeof *m->states);
  m->lanes = sp_lanes_best();
  const int whole = m->columns != NULL && m->dictionaries != NULL && m->states != NULL;
  int32_t status = whole ? SAMPAN_OK : SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < p->n_registers && status == SAMPAN_OK; i++) {
    const sp_register *r = &p->registers[i];
    status = sp_column_init(&m->columns[i], r->name, r->type, capacity, r->with_reason, arena);
    if (status == SAMPAN_OK && r->type == SAMPAN_TEXT) {
      status = sp_dictionary_init(&m->dictionaries[i]);
      /* Entry 0 is the empty text: the code of absent values is always valid. */
      if (status == SAMPAN_OK && sp_dictionary_add(&m->dictionaries[i], "", 0) != 0) {
        status = SAMPAN_E_MEMORY;
      }
      m->columns[i].dictionary = &m->dictionaries[i];
    }
  }
  if (status == SAMPAN_OK) status = fill_constants(m, capacity);
  if (status != SAMPAN_OK) {
    sp_machine_free(m);
    return sp_error_memory(error);
  }
  *out = m;
  return SAMPAN_OK;
}

void sp_machine_free(sp_machine *m) {
  if (m == NULL) return;
  for (uint32_t i = 0; m->dictionaries != NULL && i < m->program->n_registers; i++) {
    if (m->dictionaries[i].map != NULL) sp_dictionary_clear(&m->dictionaries[i]);
  }
  for (uint32_t i = 0; m->states != NULL && i < m->program->n_operations; i++) {
    sp_kernel_state_clear(&m->states[i]);
  }
  sp_arena_free(m->arena);
}

sp_column *sp_machine_field(sp_machine *m, uint32_t field) {
  const uint32_t reg = m->program->symbols[field].reg;
  return reg != UINT32_MAX ? &m->columns[reg] : NULL;
}

int32_t sp_machine_run(sp_machine *m, int64_t n, sampan_error *error) {
  for (uint32_t i = 0; i < m->program->n_operations; i++) {
    const sp_operation *op = &m->program->operations[i];
    if (op->op == SP_OP_CONSTANT) continue;
    if (sp_kernel_run(op, m->columns, m->lanes, &m->states[i], n) < 0) {
      return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

const sp_column *sp_machine_column(const sp_machine *m, uint32_t required) {
  return &m->columns[m->program->required[required].reg];
}
