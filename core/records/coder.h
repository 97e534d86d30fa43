/* coder.h - small numbers for the values of a column that groups records: strata, PSUs, domains.
 * Numbers depend on the order of the records; texts do not, so results are ordered by text. */
#ifndef SP_RECORDS_CODER_H
#define SP_RECORDS_CODER_H

#include "records/column.h"

typedef struct sp_coder sp_coder;

#define SP_CODE_MISSING UINT32_MAX

sp_coder *sp_coder_new(void);
void sp_coder_free(sp_coder *coder);
/* The number of each record's value, SP_CODE_MISSING where it is absent. Texts that differ but are
 * the same decimal number ("1", "1.0", "01") would be two groups of one code, as when two files
 * write it in two ways: SAMPAN_E_DATA, with the record in the batch and the column. */
int32_t sp_coder_codes(sp_coder *coder, const sp_column *column, int64_t n, uint32_t *out,
                       sampan_error *error) SP_CHECK;
/* The number of the value of one run of a column that has runs; errors name record 0. */
int32_t sp_coder_run_code(sp_coder *coder, const sp_column *column, uint32_t run, uint32_t *out,
                          sampan_error *error) SP_CHECK;
/* The value of a number as text: the text itself, the shortest decimal, "true" or "false". */
const char *sp_coder_text(const sp_coder *coder, uint32_t code);
uint32_t sp_coder_size(const sp_coder *coder);
uint64_t sp_coder_bytes(const sp_coder *coder);
/* The number of a text, made if it is new; SP_CODE_MISSING when out of memory. A decimal written in
 * two ways is not refused here, but by what comes after it. */
uint32_t sp_coder_add_text(sp_coder *coder, const char *text);
/* Takes over the values of another coder: map[i], for its numbers i from `first` up to its size, is
 * the number here. Refuses one decimal in two texts as sp_coder_codes() does, but no record is
 * told. */
int32_t sp_coder_merge(sp_coder *into, const sp_coder *from, uint32_t first, uint32_t *map,
                       const char *column, sampan_error *error) SP_CHECK;

#endif
