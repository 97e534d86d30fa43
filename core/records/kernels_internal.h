/* kernels_internal.h - shared by kernels.c and kernels_text.c. */
#ifndef SP_RECORDS_KERNELS_INTERNAL_H
#define SP_RECORDS_KERNELS_INTERNAL_H

#include "records/kernels.h"

/* The columns of one operation, for n records. */
typedef struct sp_kernel {
  const sp_operation *op;
  sp_column *columns, *t;
  const sp_column *a, *b; /* the first arguments, or NULL */
  const sp_lanes *lanes;
  sp_kernel_state *state;
  int64_t n;
} sp_kernel;

static inline int64_t sp_kernel_words(const sp_kernel *k) {
  return sampan_words(k->n);
}

/* The value of column i of an argument list. */
static inline const sp_column *sp_kernel_argument(const sp_kernel *k, uint32_t i) {
  return &k->columns[k->op->arguments[i]];
}

/* == and != of texts; t->present is made. */
int32_t sp_kernel_compare_texts(const sp_kernel *k) SP_CHECK;
int32_t sp_kernel_in_texts(const sp_kernel *k) SP_CHECK;
int32_t sp_kernel_choose_texts(const sp_kernel *k) SP_CHECK;
int32_t sp_kernel_cut(const sp_kernel *k) SP_CHECK;
int32_t sp_kernel_to_number(const sp_kernel *k) SP_CHECK;
int32_t sp_kernel_to_text(const sp_kernel *k) SP_CHECK;

#endif
