/* kernels.h - one operation over the columns of a batch. */
#ifndef SP_RECORDS_KERNELS_H
#define SP_RECORDS_KERNELS_H

#include "records/column.h"
#include "records/numbers.h"

enum {
  SP_OP_ADD = 1,
  SP_OP_SUB,
  SP_OP_MUL,
  SP_OP_DIV,
  SP_OP_POW,
  SP_OP_NEG,
  SP_OP_ABS,
  SP_OP_FLOOR,
  SP_OP_CEIL,
  SP_OP_SQRT,
  SP_OP_LOG,
  SP_OP_EXP,
  SP_OP_ROUND, /* constants[0]: decimals */
  SP_OP_EQ,
  SP_OP_NE,
  SP_OP_LESS,
  SP_OP_LESS_EQUAL,
  SP_OP_AND,
  SP_OP_OR,
  SP_OP_NOT,
  SP_OP_IN, /* constants or texts */
  SP_OP_IF,
  SP_OP_COALESCE,
  SP_OP_IS_MISSING, /* texts[0]: a reason, if n_texts */
  SP_OP_SUM,
  SP_OP_MEAN,
  SP_OP_MINIMUM,
  SP_OP_MAXIMUM,
  SP_OP_COUNT,
  SP_OP_CUT,       /* constants: breaks; texts: n_constants + 1 labels */
  SP_OP_TO_NUMBER, /* of a truth: 0 or 1; of a text: parsed, missing if it is none */
  SP_OP_TO_TEXT,
  SP_OP_STARTS_WITH, /* texts: any of them */
  SP_OP_CONSTANT     /* constants[0] or texts[0]; of type `type`; none: missing */
};

typedef struct sp_operation {
  int32_t op;
  uint32_t target;
  const uint32_t *arguments;
  uint32_t n_arguments, n_constants;
  const double *constants;
  const char *const *texts;
  uint32_t n_texts;
  uint32_t reserved;
} sp_operation;

/* What is known of the entries of a dictionary, by code; 0: nothing yet. */
typedef struct sp_memo {
  uint32_t *of;
  double *number; /* TO_NUMBER: the value */
  uint32_t n, capacity;
} sp_memo;

/* What one operation of a machine keeps between batches, so that a text is looked at once and not
 * in every record. Starts as zeros. */
typedef struct sp_kernel_state {
  sp_memo *memos;      /* by argument */
  sp_numbers *numbers; /* TO_TEXT */
  uint32_t n_memos;
  uint32_t reserved;
} sp_kernel_state;

void sp_kernel_state_clear(sp_kernel_state *state);

/* Computes columns[op->target] from its arguments for n records. SAMPAN_OK or SAMPAN_E_MEMORY. */
int32_t sp_kernel_run(const sp_operation *op, sp_column *columns, const sp_lanes *lanes,
                      sp_kernel_state *state, int64_t n) SP_CHECK;

#endif
