/* matrix.c - the columns of the model matrix for the records of a batch. */
#include "model.h"

/* M1  A record counts when the outcome, the offset and every column of `on` are present. */
void matrix_complete(const sampan_batch *batch, uint64_t *in) {
  const int64_t n_words = sampan_words(batch->n_records);
  for (int64_t w = 0; w < n_words; w++) in[w] = batch->columns[ROLE_OF]->present[w];
  for (uint32_t k = ROLE_OFFSET; k < batch->n_columns; k++) {
    if (!batch->columns[k]) continue;
    for (int64_t w = 0; w < n_words; w++) in[w] &= batch->columns[k]->present[w];
  }
}

/* Values of records that do not count are whatever their columns hold. */
void matrix_column(const model_term *term, const sampan_batch *batch, double *x) {
  for (int64_t i = 0; i < batch->n_records; i++) x[i] = 1;
  for (uint32_t k = 0; k < term->n_parts; k++) {
    const sampan_column *column = batch->columns[term->parts[k].column];
    const uint32_t level = term->parts[k].level;
    if (column->type == SAMPAN_NUMBER) {
      for (int64_t i = 0; i < batch->n_records; i++) x[i] *= column->number[i];
    } else if (column->type == SAMPAN_TRUTH) {
      for (int64_t i = 0; i < batch->n_records; i++) x[i] *= sampan_bit(column->truth, i);
    } else {
      for (int64_t i = 0; i < batch->n_records; i++) x[i] *= column->code[i] == level;
    }
  }
}
