/* program_internal.h - shared by program.c, symbols.c, types.c and machine.c. */
#ifndef SP_RECORDS_PROGRAM_INTERNAL_H
#define SP_RECORDS_PROGRAM_INTERNAL_H

#include "records/kernels.h"
#include "records/program.h"

/* A field of the files, or a derived column. */
typedef struct sp_symbol {
  const char *name;
  int32_t type;        /* 0: not settled */
  uint32_t reg;        /* UINT32_MAX: nobody needs it */
  const sp_expr *expr; /* NULL: a field */
  /* Of a derived column: the type its uses ask for, the first that is number or text; whether one
   * asks for true or false; the types that all of them take; whether anybody needs it. */
  int32_t want, want_truth, types, needed;
  int32_t has_reasons; /* a field: its file can say why a value is missing */
  /* A field: asked for as a key; offered as a number; used otherwise; read as written. */
  int32_t is_key, is_offered, has_other_use, as_written;
} sp_symbol;

typedef struct sp_required {
  const sp_expr *expr;
  int32_t types;
  uint32_t reg;
  int32_t prefers_number;
  int32_t is_key;
  int32_t reserved;
} sp_required;

typedef struct sp_register {
  const char *name;
  int32_t type;
  int32_t with_reason;
  int32_t guessed; /* text because nothing told what it is */
} sp_register;

struct sp_program {
  sp_arena *arena;
  const char *file;
  sp_symbol *symbols; /* the fields first */
  sp_required *required;
  sp_register *registers;
  sp_operation *operations;
  uint32_t *slots; /* symbol + 1 by the hash of its name; 0: empty */
  uint32_t n_slots;
  uint32_t n_symbols, symbol_capacity, n_fields;
  uint32_t n_required, required_capacity;
  uint32_t n_registers, register_capacity;
  uint32_t n_operations, operation_capacity;
  uint32_t n_as_written;
  int32_t changed; /* while types are being settled */
  int32_t reserved;
};

enum { SP_SHAPE_SIMPLE = 0, SP_SHAPE_COMPARE, SP_SHAPE_BETWEEN, SP_SHAPE_CHOICE, SP_SHAPE_LIST };

typedef struct sp_function {
  const char *name;
  int32_t op, shape;
  uint32_t minimum, maximum; /* arguments; a range counts as one */
  int32_t argument;          /* types that it takes */
  int32_t result;
} sp_function;

/* The operator or function of a name, or NULL. */
const sp_function *sp_function_find(const char *name);
const char *sp_type_name(int32_t type);

/* The number of a name, or UINT32_MAX. */
uint32_t sp_program_symbol(const sp_program *p, const char *name);
/* Adds a name that is not there. */
int32_t sp_program_add_symbol(sp_program *p, const char *name, sp_symbol **out,
                              sampan_error *error) SP_CHECK;
/* Room for one more element: `array` of the arena doubles. NULL: no memory. */
void *sp_program_grow(sp_arena *arena, const void *array, uint32_t n, uint32_t *capacity,
                      uint64_t size);
/* Refuses unknown columns and functions and wrong numbers of arguments. */
int32_t sp_program_names(sp_program *p, const sp_expr *e, sampan_error *error) SP_CHECK;
/* The type of an expression as far as it is known (0: not). */
int32_t sp_program_known(const sp_program *p, const sp_expr *e);
/* What an operator or function takes as argument i, its result being one of `types`. */
int32_t sp_function_takes(const sp_function *f, uint32_t i, int32_t types);
/* Repeats infer over everything until nothing changes. */
void sp_program_settle_types(sp_program *p);

#endif
