/* wire_send.c - the child's end of the pipe. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "host/wire.h"

enum { BUFFER_BYTES = 64 * 1024 };

int32_t sp_wire_out_init(sp_wire_out *out, int fd) {
  *out = (sp_wire_out){.fd = fd};
  out->buffer = (unsigned char *)malloc(BUFFER_BYTES);
  return out->buffer != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

void sp_wire_out_clear(sp_wire_out *out) {
  free(out->buffer);
  out->buffer = NULL;
}

static void write_all(sp_wire_out *out, const void *bytes, uint64_t n) {
  const unsigned char *at = (const unsigned char *)bytes;
  while (n > 0 && !out->failed) {
    const ssize_t put = write(out->fd, at, (size_t)(n < (1U << 30) ? n : 1U << 30));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      out->failed = 1;
      return;
    }
    at += put;
    n -= (uint64_t)put;
  }
}

static void flush(sp_wire_out *out) {
  write_all(out, out->buffer, out->n_buffered);
  out->n_buffered = 0;
}

static void put(sp_wire_out *out, const void *bytes, uint64_t n) {
  if (n > BUFFER_BYTES - out->n_buffered) flush(out);
  if (n > BUFFER_BYTES) {
    write_all(out, bytes, n);
  } else if (n > 0) {
    memcpy(out->buffer + out->n_buffered, bytes, (size_t)n);
    out->n_buffered += n;
  }
}

static void put_u32(sp_wire_out *out, uint32_t x) {
  put(out, &x, sizeof x);
}

static void put_head(sp_wire_out *out, uint32_t type, uint64_t n) {
  put_u32(out, type);
  put_u32(out, 0);
  put(out, &n, sizeof n);
}

static void put_text(sp_wire_out *out, const char *text, uint64_t n) {
  put_u32(out, (uint32_t)n);
  put(out, text, n);
}

static void send_buffer(sp_wire_out *out, uint32_t type, const sp_buffer *b) {
  if (b->failed) {
    out->failed = 1;
    return;
  }
  put_head(out, type, b->n_bytes);
  put(out, b->data, b->n_bytes);
  flush(out);
}

static void add_u32(sp_buffer *b, uint32_t x) {
  sp_buffer_add(b, &x, sizeof x);
}

static void add_text(sp_buffer *b, const char *text) {
  const uint32_t n = text != NULL ? (uint32_t)strlen(text) : 0;
  add_u32(b, n);
  if (n > 0) sp_buffer_add(b, text, n);
}

void sp_wire_send_schema(sp_wire_out *out, const sampan_schema *schema) {
  sp_buffer b;
  sp_buffer_init(&b);
  add_u32(&b, schema->n_fields);
  add_u32(&b, (uint32_t)(schema->complete != 0));
  sp_buffer_add(&b, &schema->n_records, sizeof schema->n_records);
  for (uint32_t i = 0; i < schema->n_fields; i++) {
    const sampan_field *field = &schema->fields[i];
    add_u32(&b, (uint32_t)field->type);
    add_u32(&b, field->n_labels);
    add_text(&b, field->name);
    add_text(&b, field->label);
    for (uint32_t k = 0; k < field->n_labels; k++) {
      sp_buffer_add(&b, &field->labels[k].number, sizeof field->labels[k].number);
      add_text(&b, field->labels[k].value);
      add_text(&b, field->labels[k].text);
    }
  }
  send_buffer(out, SP_WIRE_SCHEMA, &b);
  sp_buffer_clear(&b);
}

/* The bytes of a fill's part of a batch. */
static uint64_t fill_bytes(const sampan_fill *fill, const sp_map *texts, uint32_t n_sent,
                           int64_t n) {
  uint64_t total = sizeof(uint32_t) + (uint64_t)sampan_words(n) * sizeof(uint64_t);
  total += (uint64_t)n * (fill->type == SAMPAN_NUMBER ? sizeof(double) : sizeof(uint32_t));
  if (fill->reason != NULL) total += (uint64_t)n;
  for (uint32_t code = n_sent; texts != NULL && code < sp_map_size(texts); code++) {
    uint64_t n_bytes = 0;
    (void)sp_map_key(texts, code, &n_bytes);
    total += sizeof(uint32_t) + n_bytes;
  }
  return total;
}

static void put_fill(sp_wire_out *out, const sampan_fill *fill, const sp_map *texts,
                     uint32_t n_sent, int64_t n) {
  const uint32_t n_texts = texts != NULL ? sp_map_size(texts) : 0;
  put_u32(out, n_texts - n_sent);
  for (uint32_t code = n_sent; code < n_texts; code++) {
    uint64_t n_bytes = 0;
    const char *text = sp_map_key(texts, code, &n_bytes);
    put_text(out, text, n_bytes);
  }
  put(out, fill->present, (uint64_t)sampan_words(n) * sizeof(uint64_t));
  if (fill->type == SAMPAN_NUMBER) {
    put(out, fill->number, (uint64_t)n * sizeof(double));
  } else {
    put(out, fill->code, (uint64_t)n * sizeof(uint32_t));
  }
  if (fill->reason != NULL) put(out, fill->reason, (uint64_t)n);
}

void sp_wire_send_batch(sp_wire_out *out, const sampan_sink *sink, sp_map *const *texts,
                        uint32_t *n_sent, int64_t n_records, int64_t bytes_done,
                        int64_t bytes_total) {
  uint64_t total = 3 * sizeof(int64_t);
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    total += fill_bytes(&sink->fills[f], texts[f], n_sent[f], n_records);
  }
  put_head(out, SP_WIRE_BATCH, total);
  put(out, &n_records, sizeof n_records);
  put(out, &bytes_done, sizeof bytes_done);
  put(out, &bytes_total, sizeof bytes_total);
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    put_fill(out, &sink->fills[f], texts[f], n_sent[f], n_records);
    if (texts[f] != NULL) n_sent[f] = sp_map_size(texts[f]);
  }
  flush(out);
}

void sp_wire_send_note(sp_wire_out *out, const char *text) {
  const uint64_t n = strlen(text);
  put_head(out, SP_WIRE_NOTE, sizeof(uint32_t) + n);
  put_text(out, text, n);
  flush(out);
}

void sp_wire_send_done(sp_wire_out *out, int32_t status, const sampan_error *error) {
  put_head(out, SP_WIRE_DONE, sizeof(uint32_t) + sizeof *error);
  put(out, &status, sizeof status);
  put(out, error, sizeof *error);
  flush(out);
}
