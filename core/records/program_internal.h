/* program_internal.h - shared by program.c, types.c and machine.c. */
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
} sp_symbol;

typedef struct sp_required {
  const sp_expr *expr;
  int32_t types;
  uint32_t reg;
} sp_required;

typedef struct sp_register {
  const char *name;
  int32_t type;
  int32_t with_reason;
} sp_register;

struct sp_program {
  sp_arena *arena;
  const char *file;
  sp_symbol *symbols; /* the fields first */
  sp_required *required;
  sp_register *registers;
  sp_operation *operations;
  uint32_t n_symbols, symbol_capacity, n_fields;
  uint32_t n_required, required_capacity;
  uint32_t n_registers, register_capacity;
  uint32_t n_operations, operation_capacity;
  int32_t changed; /* while types are being settled */
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

uint32_t sp_program_symbol(const sp_program *p, const char *name);
/* Refuses unknown columns and functions and wrong numbers of arguments. */
int32_t sp_program_names(sp_program *p, const sp_expr *e, sampan_error *error) SP_CHECK;
/* The type of an expression as far as it is known (0: not), telling fields of unknown type what is
 * wanted of them. */
int32_t sp_program_infer(sp_program *p, const sp_expr *e, int32_t want);
/* Repeats infer over everything until nothing changes. */
void sp_program_settle_types(sp_program *p);

#endif
