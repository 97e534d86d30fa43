/* wire_receive.c - the parent's end of the pipe, which believes nothing. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/text.h"
#include "host/wire.h"

enum {
  BUFFER_BYTES = 256 * 1024,
  WAKE_MS = 100, /* how soon a cancel is noticed */
  LONGEST_TEXT = 64 << 20,
  LONGEST_NOTE = 64 << 10,
  LONGEST_SCHEMA = 256 << 20,
  FIELD_BYTES = 16, /* what a field or label takes in a message at least */
  FIRST_CODES = 64
};

int32_t sp_wire_in_init(sp_wire_in *in, int fd, const volatile int *cancel, int64_t idle_ms) {
  *in = (sp_wire_in){.fd = fd, .cancel = cancel, .idle_ms = idle_ms};
  in->buffer = (unsigned char *)malloc(BUFFER_BYTES);
  return in->buffer != NULL ? SP_WIRE_OK : SP_WIRE_MEMORY;
}

void sp_wire_in_clear(sp_wire_in *in) {
  free(in->buffer);
  free(in->text);
  in->buffer = NULL;
  in->text = NULL;
}

/* ---- bytes -------------------------------------------------------------------------------- */

static int64_t now_ms(void) {
  struct timespec t = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int32_t wait_for_bytes(const sp_wire_in *in) {
  const int64_t deadline = now_ms() + in->idle_ms;
  for (;;) {
    struct pollfd p = {.fd = in->fd, .events = POLLIN};
    if (sp_cancelled(in->cancel)) return SP_WIRE_CANCELLED;
    const int64_t left = deadline - now_ms();
    if (left <= 0) return SP_WIRE_IDLE;
    const int n = poll(&p, 1, (int)(left < WAKE_MS ? left : WAKE_MS));
    if (n > 0) return SP_WIRE_OK;
    if (n < 0 && errno != EINTR) return SP_WIRE_GONE;
  }
}

/* At least one byte into [to, to + n). */
static int32_t read_some(const sp_wire_in *in, void *to, uint64_t n, uint64_t *got) {
  for (;;) {
    const int32_t status = wait_for_bytes(in);
    if (status != SP_WIRE_OK) return status;
    const ssize_t k = read(in->fd, to, (size_t)n);
    if (k < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (k <= 0) return SP_WIRE_GONE;
    *got = (uint64_t)k;
    return SP_WIRE_OK;
  }
}

static int32_t get_raw(sp_wire_in *in, void *to, uint64_t n) {
  unsigned char *at = (unsigned char *)to;
  while (n > 0) {
    uint64_t got = in->end - in->next;
    if (got == 0 && n >= BUFFER_BYTES) { /* straight to its place */
      const int32_t status = read_some(in, at, n < (1U << 30) ? n : 1U << 30, &got);
      if (status != SP_WIRE_OK) return status;
    } else if (got == 0) {
      in->next = in->end = 0;
      const int32_t status = read_some(in, in->buffer, BUFFER_BYTES, &in->end);
      if (status != SP_WIRE_OK) return status;
      continue;
    } else {
      if (got > n) got = n;
      memcpy(at, in->buffer + in->next, (size_t)got);
      in->next += got;
    }
    at += got;
    n -= got;
  }
  return SP_WIRE_OK;
}

/* The next n bytes of the message. */
static int32_t get(sp_wire_in *in, void *to, uint64_t n) {
  if (n > in->remaining) return SP_WIRE_SENSELESS;
  in->remaining -= n;
  return get_raw(in, to, n);
}

#define GET(in, to)                                            \
  do {                                                         \
    const int32_t get_status_ = get((in), (to), sizeof *(to)); \
    if (get_status_ != SP_WIRE_OK) return get_status_;         \
  } while (0)

/* The next text of the message, in in->text: UTF-8 without a NUL. */
static int32_t get_text(sp_wire_in *in, uint64_t longest, uint32_t *n) {
  GET(in, n);
  if (*n > longest || *n > in->remaining) return SP_WIRE_SENSELESS;
  if (*n + UINT64_C(1) > in->text_capacity) {
    const uint64_t capacity = (*n + UINT64_C(1)) * 2;
    char *grown = (char *)realloc(in->text, (size_t)capacity);
    if (grown == NULL) return SP_WIRE_MEMORY;
    in->text = grown;
    in->text_capacity = capacity;
  }
  const int32_t status = get(in, in->text, *n);
  if (status != SP_WIRE_OK) return status;
  in->text[*n] = '\0';
  if (memchr(in->text, '\0', *n) != NULL || sp_utf8_invalid(in->text, *n) >= 0) {
    return SP_WIRE_SENSELESS;
  }
  return SP_WIRE_OK;
}

static int32_t at_end(const sp_wire_in *in) {
  return in->remaining == 0 ? SP_WIRE_OK : SP_WIRE_SENSELESS;
}

int32_t sp_wire_receive(sp_wire_in *in, int32_t *type) {
  uint32_t head[2];
  uint64_t n;
  in->remaining = sizeof head + sizeof n;
  GET(in, &head);
  GET(in, &n);
  if (head[0] < SP_WIRE_SCHEMA || head[0] > SP_WIRE_DONE || head[1] != 0) return SP_WIRE_SENSELESS;
  in->remaining = n;
  *type = (int32_t)head[0];
  return SP_WIRE_OK;
}

/* ---- schema ------------------------------------------------------------------------------- */

static int32_t keep_text(sp_wire_in *in, sp_arena *arena, const char **out) {
  uint32_t n;
  const int32_t status = get_text(in, LONGEST_TEXT, &n);
  if (status != SP_WIRE_OK) return status;
  *out = sp_arena_text_n(arena, in->text, n);
  return *out != NULL ? SP_WIRE_OK : SP_WIRE_MEMORY;
}

static int32_t get_label(sp_wire_in *in, sp_arena *arena, sampan_label *label) {
  GET(in, &label->number);
  const int32_t status = keep_text(in, arena, &label->value);
  return status == SP_WIRE_OK ? keep_text(in, arena, &label->text) : status;
}

static int32_t get_field(sp_wire_in *in, sp_arena *arena, sampan_field *field) {
  uint32_t type;
  field->struct_size = sizeof *field;
  GET(in, &type);
  GET(in, &field->n_labels);
  if (type != 0 && type != SAMPAN_NUMBER && type != SAMPAN_TEXT) return SP_WIRE_SENSELESS;
  field->type = (int32_t)type;
  int32_t status = keep_text(in, arena, &field->name);
  if (status == SP_WIRE_OK) status = keep_text(in, arena, &field->label);
  if (status != SP_WIRE_OK || field->n_labels == 0) return status;
  if (field->n_labels > in->remaining / FIELD_BYTES) return SP_WIRE_SENSELESS;
  sampan_label *labels = (sampan_label *)sp_arena_array(arena, field->n_labels, sizeof *labels);
  if (labels == NULL) return SP_WIRE_MEMORY;
  for (uint32_t k = 0; k < field->n_labels && status == SP_WIRE_OK; k++) {
    status = get_label(in, arena, &labels[k]);
  }
  field->labels = labels;
  return status;
}

int32_t sp_wire_schema(sp_wire_in *in, sp_arena *arena, sampan_schema *out) {
  uint32_t n_fields, complete;
  int64_t n_records;
  if (in->remaining > LONGEST_SCHEMA) return SP_WIRE_SENSELESS;
  GET(in, &n_fields);
  GET(in, &complete);
  GET(in, &n_records);
  if (complete > 1 || n_records < -1 || n_fields > in->remaining / FIELD_BYTES) {
    return SP_WIRE_SENSELESS;
  }
  sampan_field *fields =
      (sampan_field *)sp_arena_array(arena, n_fields + UINT64_C(1), sizeof *fields);
  if (fields == NULL) return SP_WIRE_MEMORY;
  for (uint32_t i = 0; i < n_fields; i++) {
    const int32_t status = get_field(in, arena, &fields[i]);
    if (status != SP_WIRE_OK) return status;
  }
  *out = (sampan_schema){.struct_size = sizeof *out,
                         .n_fields = n_fields,
                         .fields = fields,
                         .n_records = n_records,
                         .complete = (int32_t)complete};
  return at_end(in);
}

/* ---- batches ------------------------------------------------------------------------------ */

static int32_t get_new_texts(sp_wire_in *in, const sampan_sink *sink, uint32_t fill,
                             sp_wire_codes *codes) {
  uint32_t n_new, n;
  GET(in, &n_new);
  if (n_new > in->remaining / sizeof(uint32_t) || n_new > UINT32_MAX - 1 - codes->n ||
      (n_new > 0 && sink->fills[fill].type != SAMPAN_TEXT)) {
    return SP_WIRE_SENSELESS;
  }
  for (uint32_t i = 0; i < n_new; i++) {
    if (codes->n == codes->capacity) {
      const uint32_t capacity = codes->capacity == 0               ? (uint32_t)FIRST_CODES
                                : codes->capacity > UINT32_MAX / 2 ? UINT32_MAX
                                                                   : codes->capacity * 2;
      uint32_t *grown = (uint32_t *)realloc(codes->code, capacity * sizeof *grown);
      if (grown == NULL) return SP_WIRE_MEMORY;
      codes->code = grown;
      codes->capacity = capacity;
    }
    const int32_t status = get_text(in, LONGEST_TEXT, &n);
    if (status != SP_WIRE_OK) return status;
    const uint32_t code = sink->intern(sink->data, fill, in->text, n);
    if (code == UINT32_MAX) return SP_WIRE_MEMORY;
    codes->code[codes->n++] = code;
  }
  return SP_WIRE_OK;
}

static int32_t get_codes(sp_wire_in *in, const sampan_fill *fill, const sp_wire_codes *codes,
                         int64_t n) {
  const int32_t status = get(in, fill->code, (uint64_t)n * sizeof *fill->code);
  if (status != SP_WIRE_OK) return status;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(fill->present, i)) {
      fill->code[i] = 0;
    } else if (fill->code[i] < codes->n) {
      fill->code[i] = codes->code[fill->code[i]];
    } else {
      return SP_WIRE_SENSELESS;
    }
  }
  return SP_WIRE_OK;
}

static int32_t get_reasons(sp_wire_in *in, const sampan_fill *fill, int64_t n) {
  const int32_t status = get(in, fill->reason, (uint64_t)n);
  if (status != SP_WIRE_OK) return status;
  for (int64_t i = 0; i < n; i++) {
    const uint8_t r = fill->reason[i];
    if (r != 0 && r != '_' && !(r >= 'a' && r <= 'z')) return SP_WIRE_SENSELESS;
  }
  return SP_WIRE_OK;
}

static int32_t get_fill(sp_wire_in *in, const sampan_sink *sink, uint32_t f, sp_wire_codes *codes,
                        int64_t n) {
  const sampan_fill *fill = &sink->fills[f];
  const int64_t n_words = sampan_words(n);
  int32_t status = get_new_texts(in, sink, f, codes);
  if (status == SP_WIRE_OK) status = get(in, fill->present, (uint64_t)n_words * sizeof(uint64_t));
  if (status != SP_WIRE_OK) return status;
  if (n % 64 != 0) fill->present[n_words - 1] &= (UINT64_C(1) << (n % 64)) - 1;
  if (fill->type == SAMPAN_NUMBER) {
    status = get(in, fill->number, (uint64_t)n * sizeof *fill->number);
    for (int64_t i = 0; status == SP_WIRE_OK && i < n; i++) {
      if (!sampan_bit(fill->present, i)) fill->number[i] = 0;
    }
  } else {
    status = get_codes(in, fill, codes, n);
  }
  if (status != SP_WIRE_OK || fill->reason == NULL) return status;
  return get_reasons(in, fill, n);
}

int32_t sp_wire_batch(sp_wire_in *in, const sampan_sink *sink, sp_wire_codes *codes,
                      int64_t *n_records, int64_t *bytes_done, int64_t *bytes_total) {
  GET(in, n_records);
  GET(in, bytes_done);
  GET(in, bytes_total);
  if (*n_records <= 0 || *n_records > sink->capacity || *bytes_done < 0 || *bytes_total < -1) {
    return SP_WIRE_SENSELESS;
  }
  for (uint32_t f = 0; f < sink->n_fills; f++) {
    const int32_t status = get_fill(in, sink, f, &codes[f], *n_records);
    if (status != SP_WIRE_OK) return status;
  }
  return at_end(in);
}

/* ---- notes and the end -------------------------------------------------------------------- */

int32_t sp_wire_note(sp_wire_in *in, const char **text) {
  uint32_t n;
  const int32_t status = get_text(in, LONGEST_NOTE, &n);
  if (status != SP_WIRE_OK) return status;
  *text = in->text;
  return at_end(in);
}

#define END_TEXT(field) (field)[sizeof(field) - 1] = '\0'

int32_t sp_wire_done(sp_wire_in *in, int32_t *status, sampan_error *error) {
  char message[sizeof error->message], hint[sizeof error->hint], file[sizeof error->file];
  GET(in, status);
  GET(in, error);
  error->struct_size = sizeof *error;
  END_TEXT(error->column);
  END_TEXT(error->parameter);
  END_TEXT(error->plugin);
  END_TEXT(error->file);
  END_TEXT(error->message);
  END_TEXT(error->hint);
  if (*status > SAMPAN_OK || (*status < 0 && error->message[0] == '\0')) return SP_WIRE_SENSELESS;
  /* Setting a text makes it UTF-8. */
  memcpy(message, error->message, sizeof message);
  memcpy(hint, error->hint, sizeof hint);
  memcpy(file, error->file, sizeof file);
  (void)sp_error_set(error, *status, error->id, "%s", message);
  (void)sp_error_hint(error, "%s", hint);
  (void)sp_error_file(error, file);
  if (sp_utf8_invalid(error->column, strlen(error->column)) >= 0) error->column[0] = '\0';
  if (sp_utf8_invalid(error->parameter, strlen(error->parameter)) >= 0) error->parameter[0] = '\0';
  return at_end(in);
}
