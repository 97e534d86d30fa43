/* distinct.h - the proof that a column of whole numbers has each value once. */
#ifndef SP_ENGINE_DISTINCT_H
#define SP_ENGINE_DISTINCT_H

#include "records/column.h"

/* The values below 2^31 that were met, by all workers. */
typedef struct sp_distinct sp_distinct;

sp_distinct *sp_distinct_new(void);
void sp_distinct_free(sp_distinct *distinct);
/* Adds the values of the kept records of a batch. An error where one was there already, is missing
 * or is no whole number below 2^31: then sp_distinct_failed() from now on. */
int32_t sp_distinct_add(sp_distinct *distinct, const sp_column *column, const uint64_t *kept,
                        int64_t n, sampan_error *error) SP_CHECK;
int sp_distinct_failed(const sp_distinct *distinct);

#endif
