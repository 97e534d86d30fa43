/* encode.c - a block of records into its chunks, each column by itself. */
#include "packed.h"

int32_t packed_store_block(const sampan_call *call, const sampan_schema *schema,
                           const sampan_slab *slab, const sampan_output *out,
                           const sampan_output *note) {
  packed_bytes heads = {.call = call}, chunk = {.call = call};
  int64_t at = 0;
  if (slab->n_columns != schema->n_fields || slab->n_records <= 0 ||
      slab->n_records > PACKED_MOST_RECORDS) {
    return sampan_fail(call, SAMPAN_E_INTERNAL, "the block does not have the columns of the file");
  }
  uint16_t *codes = (uint16_t *)call->host->alloc(call, (uint64_t)slab->n_records * sizeof *codes);
  if (codes == NULL) return packed_fail_memory(call);
  (void)packed_room(&heads, PACKED_UNIT * (1 + (int64_t)slab->n_columns));
  if (heads.failed) return packed_fail_memory(call);
  for (uint32_t i = 0; i < slab->n_columns; i++) {
    packed_chunk head = {0};
    chunk.n = 0;
    int32_t status = packed_encode(call, &slab->columns[i], slab->n_records, codes, &head, &chunk);
    packed_pad(&chunk, PACKED_UNIT);
    if (chunk.failed) status = packed_fail_memory(call);
    if (status < 0) {
      if (call->error != NULL) {
        snprintf(call->error->column, sizeof call->error->column, "%s", schema->fields[i].name);
      }
      return status;
    }
    head.offset = at;
    head.n_bytes = chunk.n;
    head.sum = packed_sum(chunk.data, chunk.n);
    at += chunk.n;
    memcpy(heads.data + PACKED_UNIT * (1 + (int64_t)i), &head, sizeof head);
    if (chunk.n > 0) {
      status = out->write(out->data, chunk.data, chunk.n, call->error);
      if (status < 0) return status;
    }
  }
  const packed_block_head head = {.n_records = (uint64_t)slab->n_records,
                                  .n_columns = slab->n_columns,
                                  .n_bytes = (uint64_t)at};
  memcpy(heads.data, &head, sizeof head);
  return note->write(note->data, heads.data, heads.n, call->error);
}
