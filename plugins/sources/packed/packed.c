/* packed.c - source: sampan's own packed files. Format and requirements: README.md. */
#include "packed.h"

/* What a read works with: a block at a time. */
typedef struct reading {
  const sampan_call *call;
  const sampan_reader *reader;
  const sampan_schema *schema;
  const packed_directory *directory;
  const sampan_sink *sink;
  packed_kernels kernels;
  packed_view head;
  packed_column *columns; /* one for each fill */
  int64_t row;            /* records before the block */
} reading;

/* Every cell of the column was written as SAMPAN_FILL_AS_WRITTEN has it. */
static int is_whole(const packed_kind *kind) {
  return kind->type == SAMPAN_NUMBER && kind->declared == 0 && kind->writing.decimals == 0;
}

static int32_t start(reading *r) {
  const sampan_call *call = r->call;
  packed_kernels variants[PACKED_MOST_KERNELS];
  r->kernels = variants[packed_kernels_of_machine(variants) - 1];
  r->columns = (packed_column *)call->host->alloc(
      call, ((uint64_t)r->sink->n_fills + 1) * sizeof *r->columns);
  if (r->columns == NULL) return packed_fail_memory(call);
  for (uint32_t f = 0; f < r->sink->n_fills; f++) {
    packed_column *c = &r->columns[f];
    sampan_fill *fill = &r->sink->fills[f];
    if (fill->field >= r->schema->n_fields) {
      return sampan_fail(call, SAMPAN_E_INTERNAL, "column %lu was asked for, of %lu",
                         (unsigned long)fill->field + 1, (unsigned long)r->schema->n_fields);
    }
    if ((fill->flags & SAMPAN_FILL_AS_WRITTEN) != 0 &&
        !is_whole(&r->directory->kinds[fill->field])) {
      return sampan_fail(call, SAMPAN_E_DATA, "column '%s' has other than whole numbers",
                         r->schema->fields[fill->field].name);
    }
    c->call = call;
    c->sink = r->sink;
    c->fill = fill;
    c->i_fill = f;
    c->name = r->schema->fields[fill->field].name;
    c->kind = &r->directory->kinds[fill->field];
    c->missing =
        (double *)call->host->alloc(call, ((uint64_t)fill->n_missing + 1) * sizeof(double));
    if (c->missing == NULL) return packed_fail_memory(call);
    for (uint32_t m = 0; m < fill->n_missing; m++) {
      const char *text = fill->missing[m];
      static const uint64_t nan_bits = UINT64_C(0x7FF8000000000000);
      if (call->host->parse_number(text, strlen(text), &c->missing[m]) != 0) {
        memcpy(&c->missing[m], &nan_bits, sizeof nan_bits);
      }
    }
  }
  return SAMPAN_OK;
}

/* The heads of the block's chunks: they fill the block without gaps. */
static int32_t open_head(reading *r, int64_t i_block) {
  const packed_block *b = &r->directory->blocks[i_block];
  packed_block_head head;
  int64_t at = 0;
  int32_t status = packed_open(r->call, r->reader, b->head_offset, b->head_bytes, &r->head);
  if (status < 0) return status;
  if (packed_sum(r->head.bytes, b->head_bytes) != b->head_sum) {
    return packed_fail_damage(r->call, i_block, NULL, b->head_offset,
                              "the checksum of its head is wrong");
  }
  memcpy(&head, r->head.bytes, sizeof head);
  int fine = head.n_columns == r->schema->n_fields && head.n_records == (uint64_t)b->n_records &&
             head.n_bytes == (uint64_t)b->n_bytes &&
             b->head_bytes == PACKED_UNIT * (1 + (int64_t)r->schema->n_fields);
  for (uint64_t i = 0; fine && i < head.n_columns; i++) {
    packed_chunk chunk;
    memcpy(&chunk, r->head.bytes + PACKED_UNIT * (1 + i), sizeof chunk);
    fine = chunk.offset == at && chunk.n_bytes >= 0 && chunk.n_bytes <= b->n_bytes - at &&
           chunk.n_bytes % PACKED_UNIT == 0;
    at += fine ? chunk.n_bytes : 0;
  }
  if (fine && at == b->n_bytes) return SAMPAN_OK;
  return packed_fail_damage(r->call, i_block, NULL, b->head_offset, "its head makes no sense");
}

static int32_t open_columns(reading *r, int64_t i_block) {
  const packed_block *b = &r->directory->blocks[i_block];
  int32_t status = open_head(r, i_block);
  for (uint32_t f = 0; f < r->sink->n_fills && status >= 0; f++) {
    packed_column *c = &r->columns[f];
    memcpy(&c->head, r->head.bytes + PACKED_UNIT * (1 + (int64_t)c->fill->field), sizeof c->head);
    status = packed_open(r->call, r->reader, b->offset + c->head.offset, c->head.n_bytes, &c->view);
    if (c->cache != NULL) memset(c->cache, 0, 65536 * sizeof *c->cache);
    if (status >= 0) status = packed_column_open(c, b, i_block);
  }
  return status;
}

/* The read ends at a record of this batch: what is wrong with an earlier one comes first, whatever
 * the batches. */
static int32_t give_before(const reading *r, int64_t n) {
  const sampan_sink *sink = r->sink;
  if (n == 0) return SAMPAN_OK;
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    uint64_t *present = sink->fills[f].present;
    for (int64_t w = n / 64; w < sink->capacity / 64; w++) {
      present[w] &= w == n / 64 ? (UINT64_C(1) << (n % 64)) - 1 : 0;
    }
  }
  return sink->batch(sink->data, n, r->call->error);
}

static int32_t not_a_number(const reading *r, const packed_column *c, int64_t record) {
  sampan_error *e = r->call->error;
  const char *text = packed_column_text(c, record);
  size_t n = strlen(text) <= 40 ? strlen(text) : 40;
  while (n < strlen(text) && n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80) n--;
  if (e != NULL) {
    e->row = r->row + record + 1;
    snprintf(e->column, sizeof e->column, "%s", c->name);
    snprintf(e->hint, sizeof e->hint,
             "If this text means missing, list it under `missing` for the column; if the column "
             "holds texts, read it as text.");
  }
  return sampan_fail(r->call, SAMPAN_E_DATA, "\"%.*s%s\" is not a number", (int)n, text,
                     text[n] != '\0' ? "..." : "");
}

static int32_t read_records(reading *r, int64_t i_block) {
  const packed_block *b = &r->directory->blocks[i_block];
  const sampan_sink *sink = r->sink;
  for (int64_t from = 0; from < b->n_records; from += sink->capacity) {
    const int64_t left = b->n_records - from, n = left < sink->capacity ? left : sink->capacity;
    int64_t wrong = -1;
    const packed_column *culprit = NULL;
    if (r->call->host->cancelled(r->call)) {
      return sampan_fail(r->call, SAMPAN_E_CANCELLED, "cancelled");
    }
    for (uint32_t f = 0; f < sink->n_fills; f++) {
      const int64_t before = wrong;
      const int32_t status = packed_column_fill(&r->columns[f], &r->kernels, from, n, &wrong);
      if (status < 0) return status;
      if (wrong != before) culprit = &r->columns[f];
    }
    if (culprit != NULL) {
      const int32_t earlier = give_before(r, wrong - from);
      return earlier != SAMPAN_OK ? earlier : not_a_number(r, culprit, wrong);
    }
    const int32_t status = sink->batch(sink->data, n, r->call->error);
    if (status != SAMPAN_OK) return status;
  }
  return SAMPAN_OK;
}

static int32_t read_block(reading *r, int64_t i_block) {
  int32_t status = open_columns(r, i_block);
  if (status >= 0) status = read_records(r, i_block);
  for (uint32_t f = 0; f < r->sink->n_fills; f++) packed_close(r->reader, &r->columns[f].view);
  packed_close(r->reader, &r->head);
  r->row += r->directory->blocks[i_block].n_records;
  return status;
}

/* The file is looked at anew: it must be the one that the schema was made from. */
static int32_t read_all(const sampan_call *call, const sampan_reader *reader,
                        const sampan_schema *schema, const sampan_sink *sink) {
  sampan_schema now = {.struct_size = sizeof now};
  int32_t status = packed_read_directory(call, reader, &now);
  if (status < 0) return status;
  reading r = {.call = call, .reader = reader, .schema = &now, .sink = sink};
  r.directory = packed_directory_of(&now);
  const packed_directory *then = packed_directory_of(schema);
  int same = now.n_fields == schema->n_fields && (then == NULL || then->sum == r.directory->sum);
  for (uint32_t i = 0; same && i < now.n_fields; i++) {
    same = strcmp(now.fields[i].name, schema->fields[i].name) == 0;
  }
  if (!same) return sampan_fail(call, SAMPAN_E_DATA, "the file changed while it was read");
  status = start(&r);
  for (int64_t i = 0; i < r.directory->n_blocks && status >= 0; i++) status = read_block(&r, i);
  return status < 0 ? status : SAMPAN_END;
}

static int32_t read_piece(const sampan_call *call, const sampan_reader *reader,
                          const sampan_schema *schema, int64_t i, const sampan_sink *sink) {
  reading r = {.call = call, .reader = reader, .schema = schema, .sink = sink};
  r.directory = packed_directory_of(schema);
  if (r.directory == NULL || i < 0 || i >= r.directory->n_blocks) {
    return sampan_fail(call, SAMPAN_E_INTERNAL, "there is no piece %lld", (long long)i + 1);
  }
  int32_t status = start(&r);
  if (status >= 0) status = read_block(&r, i);
  return status < 0 ? status : SAMPAN_END;
}

static const sampan_source_ops ops = {
    .struct_size = sizeof(sampan_source_ops),
    .flags = SAMPAN_SOURCE_SEEKS | SAMPAN_SOURCE_AS_WRITTEN,
    .extensions = "sampan",
    .schema = packed_read_directory,
    .read = read_all,
    .read_piece = read_piece,
    .store_begin = packed_store_begin,
    .store_block = packed_store_block,
    .store_end = packed_store_end,
};

static const sampan_plugin packed = {
    .struct_size = sizeof(sampan_plugin),
    .kind = SAMPAN_SOURCE,
    .name = "packed",
    .version = "1",
    .label_en = "Packed file",
    .label_zh = "压缩数据文件",
    .summary_en = "A packed file of sampan was read; every part that was read has a checksum.",
    .summary_zh = "读取 sampan 压缩数据文件，所读各部分均经校验和验证。",
    .formula = "",
    .reference = "",
    .ops = &ops,
};

SAMPAN_MODULE("packed", "GPL-3.0-or-later", &packed);
