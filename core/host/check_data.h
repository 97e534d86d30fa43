/* check_data.h - made-up records for the laws of estimators: internal to core/host. */
#ifndef SP_HOST_CHECK_DATA_H
#define SP_HOST_CHECK_DATA_H

#include "host/check_laws.h"

enum { SP_CHECK_MOST_COLUMNS = 256, SP_CHECK_PROFILES = 4 };

/* One column, a byte per bit so that any record can be picked. */
typedef struct sp_check_column {
  int32_t type;       /* 0: the role is left out */
  int32_t profile;    /* which kind of values, 0 to SP_CHECK_PROFILES - 1 */
  int32_t has_levels; /* the order of the texts means something, and a code is a level */
  const char *name;
  uint8_t *present, *truth;
  double *number;
  uint32_t *code;
  uint32_t n_texts;
  const char **texts;
} sp_check_column;

typedef struct sp_check_data {
  uint32_t n_columns;
  int64_t n_records;
  sp_check_column columns[SP_CHECK_MOST_COLUMNS];
} sp_check_data;

/* How records are packed into a batch. */
typedef struct sp_check_packing {
  uint8_t tail;     /* what the bits after the last record are made of */
  int32_t reversed; /* dictionaries hold their texts in the opposite order */
} sp_check_packing;

/* Lays out the columns of an estimator: types[role], 0 to leave it out. A role that takes many gets
 * the items of a table among the parameters, or three columns. Fails where there are too many. */
int32_t sp_check_data_columns(const sp_checker *c, const sampan_value *values, const int32_t *types,
                              sp_check_data *out) SP_CHECK;
/* Fills a column with n values of its profile; memory from the checker's arena. */
int32_t sp_check_data_fill(const sp_checker *c, const sampan_value *values, uint32_t column,
                           int64_t n, sp_check_data *data) SP_CHECK;

/* A batch of the given records, -1 for one whose every value is missing; memory from `arena`. */
const sampan_batch *sp_check_batch(const sp_check_data *data, const int64_t *records, int64_t n,
                                   const sp_check_packing *packing, sp_arena *arena);
/* A number that changes when anything in a batch does. */
uint64_t sp_check_batch_digest(const sampan_batch *batch);

#endif
