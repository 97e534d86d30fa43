/* program.h - the derived columns of a plan as a straight program over batches.
 *
 * First everything is named: fields of the files, derived columns, and the expressions that design,
 * domains and estimators need. compile() then settles the types (a CSV field has the type that its
 * uses demand), drops what nobody needs, and makes the instructions. A machine holds the registers
 * of one worker. Logic is three-valued; a result that is not finite is missing. */
#ifndef SP_RECORDS_PROGRAM_H
#define SP_RECORDS_PROGRAM_H

#include "plan/expression.h"
#include "records/column.h"

typedef struct sp_program sp_program;
typedef struct sp_machine sp_machine;

/* `file` is the plan, for messages. NULL: no memory. Lives in the arena. */
sp_program *sp_program_new(sp_arena *arena, const char *file);

/* Adds a field, in file order (ranges go by it). type 0: not known. A name comes once. */
int32_t sp_program_field(sp_program *program, const char *name, int32_t type, uint32_t *out,
                         sampan_error *error) SP_CHECK;
/* No file says why a value of this field is missing: a constant of the plan, a column of a CSV
 * file. Else a field has reasons if its type is known. */
void sp_program_no_reasons(sp_program *program, uint32_t field);
/* Adds a derived column; it may use fields and derived columns that were added before it. */
int32_t sp_program_define(sp_program *program, const char *name, const sp_expr *expr,
                          sampan_error *error) SP_CHECK;
/* In the mask of types: a CSV field that nothing else tells the type of is a number. */
#define SP_PREFERS_NUMBER 8
/* In the mask: values are only told apart, by what they are written as. */
#define SP_KEY 16

/* Asks for the value of an expression as one of the types of the mask; its number is *out. The same
 * name asked for twice is computed once. */
int32_t sp_program_require(sp_program *program, const sp_expr *expr, int32_t types, uint32_t *out,
                           sampan_error *error) SP_CHECK;
/* The columns of first..last in file order; *out lives in the arena. */
int32_t sp_program_range(sp_program *program, const sp_expr *range, const char ***out, uint32_t *n,
                         sampan_error *error) SP_CHECK;
/* A field's number, or UINT32_MAX. */
uint32_t sp_program_find_field(const sp_program *program, const char *name);

/* Whether a field is asked for as a key; and, once it is compiled, as nothing else. */
int32_t sp_program_is_key(const sp_program *program, uint32_t field);
int32_t sp_program_is_key_alone(const sp_program *program, uint32_t field);
/* A key field may be read as numbers, if each of them tells what it is written as: so it is if
 * nothing else tells the field's type, or uses it. */
void sp_program_offer_number(sp_program *program, uint32_t field);

int32_t sp_program_compile(sp_program *program, sampan_error *error) SP_CHECK;

/* After compile(). Type of a required expression, and its name ("" for a nameless one). */
int32_t sp_program_type(const sp_program *program, uint32_t required);
const char *sp_program_name(const sp_program *program, uint32_t required);
uint32_t sp_program_n_fields(const sp_program *program);
const char *sp_program_field_name(const sp_program *program, uint32_t field);
int32_t sp_program_field_type(const sp_program *program, uint32_t field);
int32_t sp_program_field_used(const sp_program *program, uint32_t field);
/* The offer was taken: every number must tell what it is written as. Of all fields: n. */
int32_t sp_program_as_written(const sp_program *program, uint32_t field);
uint32_t sp_program_n_as_written(const sp_program *program);

/* Registers for batches of up to `capacity` records. *out is owned. */
int32_t sp_machine_new(const sp_program *program, int64_t capacity, sp_machine **out,
                       sampan_error *error) SP_CHECK;
void sp_machine_free(sp_machine *machine);
/* A field's column, to be filled before run(); NULL where nobody uses it. */
sp_column *sp_machine_field(sp_machine *machine, uint32_t field);
/* Computes everything for n records. */
int32_t sp_machine_run(sp_machine *machine, int64_t n, sampan_error *error) SP_CHECK;
/* The column of a required expression. */
const sp_column *sp_machine_column(const sp_machine *machine, uint32_t required);

#endif
