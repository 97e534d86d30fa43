/* directory.c - the file's ends: header, trailer, and the directory before the trailer. */
#include "packed.h"

/* Bytes that a transfer as text would change stand in the header's mark. */
static const char header_mark[8] = {'\x89', 's', 'm', 'p', '\r', '\n', '\x1A', '\n'};
static const char trailer_mark[8] = {'s', 'm', 'p', ' ', 'e', 'n', 'd', '\n'};

#define COOKIE UINT64_C(0x73616D70616E7031)

typedef struct header {
  char mark[8];
  uint32_t version, n_bytes;
  uint64_t zero[5];
  uint64_t sum; /* of the header with 0 here */
} header;

typedef struct trailer {
  char mark[8];
  uint32_t version, n_bytes;
  uint64_t directory_offset, directory_bytes, directory_sum;
  uint64_t file_bytes, n_records;
  uint64_t sum;
} trailer;

_Static_assert(sizeof(header) == PACKED_HEAD && sizeof(trailer) == PACKED_HEAD, "64 bytes each");
_Static_assert(sizeof(packed_chunk) == 64 && sizeof(packed_block_head) == 64, "64 bytes each");

static int32_t put(const sampan_call *call, const sampan_output *out, const void *bytes,
                   int64_t n) {
  return out->write(out->data, bytes, n, call->error);
}

/* ---- writing ------------------------------------------------------------------------------ */

int32_t packed_store_begin(const sampan_call *call, const sampan_output *out) {
  header h = {.version = PACKED_VERSION, .n_bytes = sizeof h};
  memcpy(h.mark, header_mark, sizeof h.mark);
  h.sum = packed_sum(&h, sizeof h);
  return put(call, out, &h, sizeof h);
}

static const char *const encoding_names[PACKED_ENCODINGS] = {"", "codes", "runs", "integers",
                                                             "doubles"};

const char *packed_encoding_name(uint32_t encoding) {
  return encoding < PACKED_ENCODINGS ? encoding_names[encoding] : "";
}

/* How the chunks of a column are encoded: "codes 61%, runs 39%". */
static void add_encodings(packed_bytes *about, const sampan_stored *stored, uint32_t column) {
  int64_t n[PACKED_ENCODINGS] = {0}, bytes = 0;
  const char *separator = "";
  char text[128];
  for (int64_t b = 0; b < stored->n_blocks; b++) {
    packed_chunk head;
    memcpy(&head, (const char *)stored->note[b] + PACKED_UNIT * (1 + (int64_t)column), sizeof head);
    n[head.encoding < PACKED_ENCODINGS ? head.encoding : 0]++;
    bytes += head.n_bytes;
  }
  for (uint32_t e = 1; e < PACKED_ENCODINGS; e++) {
    if (n[e] == 0) continue;
    snprintf(text, sizeof text, "%s%s", separator, packed_encoding_name(e));
    packed_add(about, text, (int64_t)strlen(text));
    if (n[e] < stored->n_blocks) {
      snprintf(text, sizeof text, " %.0f%%", 100.0 * (double)n[e] / (double)stored->n_blocks);
      packed_add(about, text, (int64_t)strlen(text));
    }
    separator = ", ";
  }
  snprintf(text, sizeof text, " (%lld bytes)", (long long)bytes);
  packed_add(about, text, (int64_t)strlen(text));
}

static void add_about(packed_bytes *d, const sampan_schema *schema, const sampan_stored *stored,
                      int64_t file_blocks_bytes) {
  packed_bytes about = {.call = d->call};
  char text[256];
  if (stored->about != NULL) packed_add(&about, stored->about, (int64_t)strlen(stored->about));
  snprintf(text, sizeof text, "format: sampan packed %d\nblocks: %lld\nbytes of blocks: %lld\n",
           PACKED_VERSION, (long long)stored->n_blocks, (long long)file_blocks_bytes);
  packed_add(&about, text, (int64_t)strlen(text));
  for (uint32_t i = 0; i < schema->n_fields && stored->n_blocks > 0; i++) {
    snprintf(text, sizeof text, "stored %.100s: ", schema->fields[i].name);
    packed_add(&about, text, (int64_t)strlen(text));
    add_encodings(&about, stored, i);
    packed_add(&about, "\n", 1);
  }
  packed_add(&about, "", 1);
  if (about.failed) d->failed = 1;
  if (!d->failed) packed_add_text(d, about.data);
}

static void add_field(packed_bytes *d, const sampan_field *field, int32_t stored,
                      const sampan_writing *writing) {
  packed_add_u32(d, (uint32_t)field->type);
  packed_add_u32(d, (uint32_t)stored);
  packed_add_u32(d, (uint32_t)writing->decimals);
  packed_add_u32(d, (uint32_t)writing->fixed);
  packed_add_text(d, field->name);
  packed_add_text(d, field->label != NULL ? field->label : "");
  packed_add_u64(d, field->n_labels);
  for (uint32_t i = 0; i < field->n_labels; i++) {
    const sampan_label *label = &field->labels[i];
    packed_add(d, &label->number, sizeof label->number);
    packed_add_text(d, label->value != NULL ? label->value : "");
    packed_add_text(d, label->text != NULL ? label->text : "");
  }
}

int32_t packed_store_end(const sampan_call *call, const sampan_schema *schema,
                         const sampan_stored *stored, const sampan_output *out) {
  packed_bytes d = {.call = call};
  trailer t = {.version = PACKED_VERSION, .n_bytes = sizeof t};
  int64_t at = PACKED_HEAD;
  memcpy(t.mark, trailer_mark, sizeof t.mark);
  packed_add_u64(&d, (uint64_t)stored->n_blocks);
  packed_add_u64(&d, schema->n_fields);
  for (int64_t b = 0; b < stored->n_blocks; b++) {
    packed_add_u64(&d, (uint64_t)stored->n_records[b]);
    packed_add_u64(&d, (uint64_t)stored->n_bytes[b]);
    packed_add_u64(&d, (uint64_t)stored->note_bytes[b]);
    packed_add_u64(&d, packed_sum(stored->note[b], stored->note_bytes[b]));
    at += stored->n_bytes[b];
    t.n_records += (uint64_t)stored->n_records[b];
  }
  for (int64_t b = 0; b < stored->n_blocks; b++) {
    const int32_t status = put(call, out, stored->note[b], stored->note_bytes[b]);
    if (status < 0) return status;
  }
  add_about(&d, schema, stored, at - PACKED_HEAD);
  for (int64_t b = 0; b < stored->n_blocks; b++) at += stored->note_bytes[b];
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    add_field(&d, &schema->fields[i], stored->type[i], &stored->writing[i]);
  }
  packed_pad(&d, PACKED_UNIT);
  if (d.failed) return packed_fail_memory(call);
  t.directory_offset = (uint64_t)at;
  t.directory_bytes = (uint64_t)d.n;
  t.directory_sum = packed_sum(d.data, d.n);
  t.file_bytes = (uint64_t)at + (uint64_t)d.n + sizeof t;
  t.sum = packed_sum(&t, sizeof t);
  const int32_t status = put(call, out, d.data, d.n);
  return status < 0 ? status : put(call, out, &t, sizeof t);
}

/* ---- reading ------------------------------------------------------------------------------ */

static int32_t newer(const sampan_call *call, uint32_t version) {
  if (call->error != NULL) {
    snprintf(call->error->hint, sizeof call->error->hint,
             "update sampan, or pack the data again with this one");
  }
  return sampan_fail(call, SAMPAN_E_DATA,
                     "the file is of version %lu of the format, and this sampan reads version %d",
                     (unsigned long)version, PACKED_VERSION);
}

static int32_t cut(const sampan_call *call) {
  if (call->error != NULL) {
    snprintf(call->error->hint, sizeof call->error->hint,
             "it was cut, or not copied to its end: get it again");
  }
  return sampan_fail(call, SAMPAN_E_INCOMPLETE, "the file does not end as a packed file does");
}

static int32_t read_header(const sampan_call *call, const sampan_reader *reader,
                           packed_view *view) {
  header h;
  if (reader->size < PACKED_HEAD) return cut(call);
  const int32_t status = packed_open(call, reader, 0, PACKED_HEAD, view);
  if (status < 0) return status;
  memcpy(&h, view->bytes, sizeof h);
  if (memcmp(h.mark, header_mark, sizeof h.mark) != 0) {
    return sampan_fail(call, SAMPAN_E_DATA, "this is no packed file: it does not begin as one");
  }
  if (h.version > PACKED_VERSION) return newer(call, h.version);
  const uint64_t sum = h.sum;
  h.sum = 0;
  if (packed_sum(&h, sizeof h) != sum) {
    return packed_fail_damage(call, -1, NULL, 0, "the checksum of the header is wrong");
  }
  return SAMPAN_OK;
}

static int32_t read_trailer(const sampan_call *call, const sampan_reader *reader, packed_view *view,
                            trailer *t) {
  const int64_t at = reader->size - PACKED_HEAD;
  if (at < PACKED_HEAD) return cut(call);
  const int32_t status = packed_open(call, reader, at, PACKED_HEAD, view);
  if (status < 0) return status;
  memcpy(t, view->bytes, sizeof *t);
  if (memcmp(t->mark, trailer_mark, sizeof t->mark) != 0) return cut(call);
  if (t->version > PACKED_VERSION) return newer(call, t->version);
  const uint64_t sum = t->sum;
  t->sum = 0;
  if (packed_sum(t, sizeof *t) != sum) {
    return packed_fail_damage(call, -1, NULL, at, "the checksum of the trailer is wrong");
  }
  if (t->file_bytes != (uint64_t)reader->size || t->directory_offset < PACKED_HEAD ||
      t->directory_offset > (uint64_t)at ||
      t->directory_bytes != (uint64_t)at - t->directory_offset ||
      t->directory_bytes % PACKED_UNIT != 0) {
    return cut(call);
  }
  return SAMPAN_OK;
}

static int32_t senseless(const sampan_call *call, const trailer *t) {
  return packed_fail_damage(call, -1, NULL, (int64_t)t->directory_offset,
                            "the directory makes no sense");
}

/* The blocks, which fill the file from its header to their heads, and these up to the directory. */
static int take_blocks(packed_cursor *c, const trailer *t, int64_t n_blocks, packed_block *blocks,
                       int64_t *pieces) {
  const int64_t end = (int64_t)t->directory_offset;
  int64_t at = PACKED_HEAD, records = 0;
  for (int64_t i = 0; i < n_blocks; i++) {
    packed_block *b = &blocks[i];
    b->n_records = (int64_t)packed_take_u64(c);
    b->n_bytes = (int64_t)packed_take_u64(c);
    b->head_bytes = (int64_t)packed_take_u64(c);
    b->head_sum = packed_take_u64(c);
    b->offset = at;
    if (c->failed || b->n_records <= 0 || b->n_bytes < 0 || b->n_bytes > end - at ||
        b->n_bytes % PACKED_UNIT != 0 || b->head_bytes < PACKED_UNIT || b->head_bytes > end ||
        b->head_bytes % PACKED_UNIT != 0 || b->n_records > PACKED_MOST_RECORDS) {
      return 0;
    }
    at += b->n_bytes;
    records += b->n_records;
    pieces[i] = b->n_records;
  }
  for (int64_t i = 0; i < n_blocks; i++) {
    blocks[i].head_offset = at;
    if (blocks[i].head_bytes > end - at) return 0;
    at += blocks[i].head_bytes;
  }
  return at == end && records == (int64_t)t->n_records;
}

static int32_t take_field(const sampan_call *call, packed_cursor *c, sampan_field *field,
                          packed_kind *kind) {
  *field = (sampan_field){.struct_size = sizeof *field, .type = (int32_t)packed_take_u32(c)};
  kind->declared = field->type;
  kind->type = (int32_t)packed_take_u32(c);
  kind->writing.decimals = (int32_t)packed_take_u32(c);
  kind->writing.fixed = (int32_t)packed_take_u32(c);
  field->name = packed_take_text(c);
  field->label = packed_take_text(c);
  const uint64_t n_labels = packed_take_u64(c);
  if (c->failed || n_labels > (uint64_t)c->left / 24) return 0;
  if (kind->type != SAMPAN_NUMBER && kind->type != SAMPAN_TEXT) return 0;
  if (kind->declared != 0 && kind->declared != kind->type) return 0;
  if (kind->writing.decimals > 15) return 0;
  sampan_label *labels =
      (sampan_label *)call->host->alloc(call, (n_labels + 1) * sizeof(sampan_label));
  if (labels == NULL) return SAMPAN_E_MEMORY;
  for (uint64_t i = 0; i < n_labels; i++) {
    const void *number = packed_take(c, sizeof labels[i].number);
    if (number != NULL) memcpy(&labels[i].number, number, sizeof labels[i].number);
    labels[i].value = packed_take_text(c);
    labels[i].text = packed_take_text(c);
  }
  field->labels = n_labels > 0 ? labels : NULL;
  field->n_labels = (uint32_t)n_labels;
  return !c->failed;
}

static int32_t parse(const sampan_call *call, const trailer *t, const char *bytes,
                     sampan_schema *out) {
  packed_cursor c = {.at = bytes, .left = (int64_t)t->directory_bytes};
  const uint64_t n_blocks = packed_take_u64(&c), n_fields = packed_take_u64(&c);
  if (c.failed || n_blocks > (uint64_t)c.left / 32 || n_fields > (uint64_t)c.left / 40) {
    return senseless(call, t);
  }
  const sampan_host *host = call->host;
  packed_directory *d =
      (packed_directory *)host->alloc(call, sizeof *d + (n_blocks + 1) * sizeof(int64_t));
  packed_block *blocks = (packed_block *)host->alloc(call, (n_blocks + 1) * sizeof *blocks);
  packed_kind *kinds = (packed_kind *)host->alloc(call, (n_fields + 1) * sizeof *kinds);
  sampan_field *fields = (sampan_field *)host->alloc(call, (n_fields + 1) * sizeof *fields);
  if (d == NULL || blocks == NULL || kinds == NULL || fields == NULL) {
    return packed_fail_memory(call);
  }
  int64_t *pieces = (int64_t *)(d + 1);
  if (!take_blocks(&c, t, (int64_t)n_blocks, blocks, pieces)) return senseless(call, t);
  const char *about = packed_take_text(&c);
  for (uint64_t i = 0; i < n_fields; i++) {
    const int32_t taken = take_field(call, &c, &fields[i], &kinds[i]);
    if (taken < 0) return packed_fail_memory(call);
    if (!taken) return senseless(call, t);
  }
  *d = (packed_directory){COOKIE, blocks, kinds, (int64_t)n_blocks, t->directory_sum};
  out->fields = fields;
  out->n_fields = (uint32_t)n_fields;
  out->n_records = (int64_t)t->n_records;
  out->complete = 1;
  out->n_pieces = (int64_t)n_blocks;
  out->piece = pieces;
  out->about = about;
  return SAMPAN_OK;
}

int32_t packed_read_directory(const sampan_call *call, const sampan_reader *reader,
                              sampan_schema *out) {
  packed_view view = {0};
  trailer t;
  int32_t status = read_header(call, reader, &view);
  if (status >= 0) status = read_trailer(call, reader, &view, &t);
  if (status >= 0) {
    status =
        packed_open(call, reader, (int64_t)t.directory_offset, (int64_t)t.directory_bytes, &view);
  }
  char *copy = NULL;
  if (status >= 0) {
    copy = (char *)call->host->alloc(call, t.directory_bytes + 1);
    if (copy == NULL) status = packed_fail_memory(call);
  }
  if (status >= 0) {
    memcpy(copy, view.bytes, t.directory_bytes);
    if (packed_sum(copy, (int64_t)t.directory_bytes) != t.directory_sum) {
      status = packed_fail_damage(call, -1, NULL, (int64_t)t.directory_offset,
                                  "the checksum of the directory is wrong");
    }
  }
  packed_close(reader, &view);
  return status < 0 ? status : parse(call, &t, copy, out);
}

const packed_directory *packed_directory_of(const sampan_schema *schema) {
  if (schema->struct_size < sizeof(sampan_schema) || schema->piece == NULL) return NULL;
  const packed_directory *d = (const packed_directory *)(const void *)schema->piece - 1;
  return d->cookie == COOKIE ? d : NULL;
}
