/* bytes.c - checksums, bytes put together and taken apart, places of the file. */
#include "packed.h"

/* Each lane is a bijection of its state for a given word, and injective in the word for a given
 * state: a change within one word cannot be undone by what follows. The rotation brings the high
 * bits, which a product does not spread, to where the next product does. */
#define MULTIPLIER UINT64_C(0x9E3779B185EBCA87)

static inline uint64_t mix(uint64_t state, uint64_t word) {
  const uint64_t x = (state ^ word) * MULTIPLIER;
  return x << 31 | x >> 33;
}

static inline uint64_t word_at(const char *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
  return word;
}

uint64_t packed_sum(const void *bytes, int64_t n) {
  enum { AHEAD = 4096 };
  const char *p = (const char *)bytes;
  uint64_t lane[8], sum = (uint64_t)n;
  for (uint64_t k = 0; k < 8; k++) lane[k] = (k + 1) * UINT64_C(0xC2B2AE3D27D4EB4F);
  for (int64_t i = 0; i + PACKED_UNIT <= n; i += PACKED_UNIT) {
    /* The machine's own looking ahead ends with the page. */
    if (i + AHEAD < n) __builtin_prefetch(p + i + AHEAD);
    for (int k = 0; k < 8; k++) lane[k] = mix(lane[k], word_at(p + i + 8 * k));
  }
  for (int k = 0; k < 8; k++) {
    sum = mix(sum, lane[k]);
    sum ^= sum >> 29;
  }
  return sum;
}

int64_t packed_round(int64_t n) {
  return (n + PACKED_UNIT - 1) / PACKED_UNIT * PACKED_UNIT;
}

/* ---- putting together --------------------------------------------------------------------- */

void *packed_room(packed_bytes *b, int64_t n) {
  if (b->failed) return NULL;
  if (b->n + n > b->capacity) {
    const int64_t wider = 2 * b->capacity + n + 1024;
    char *grown = (char *)b->call->host->alloc(b->call, (uint64_t)wider);
    if (grown == NULL) {
      b->failed = 1;
      return NULL;
    }
    if (b->n > 0) memcpy(grown, b->data, (size_t)b->n);
    b->data = grown;
    b->capacity = wider;
  }
  char *at = b->data != NULL ? b->data + b->n : NULL;
  if (n > 0) memset(at, 0, (size_t)n);
  b->n += n;
  return at;
}

void packed_add(packed_bytes *b, const void *bytes, int64_t n) {
  void *room = packed_room(b, n);
  if (room != NULL && n > 0) memcpy(room, bytes, (size_t)n);
}

void packed_add_u32(packed_bytes *b, uint32_t x) {
  packed_add(b, &x, sizeof x);
}

void packed_add_u64(packed_bytes *b, uint64_t x) {
  packed_add(b, &x, sizeof x);
}

void packed_add_text(packed_bytes *b, const char *text) {
  const uint64_t n = strlen(text) + 1;
  packed_add_u64(b, n);
  packed_add(b, text, (int64_t)n);
}

void packed_pad(packed_bytes *b, int64_t unit) {
  (void)packed_room(b, (unit - b->n % unit) % unit);
}

/* ---- taking apart ------------------------------------------------------------------------- */

const void *packed_take(packed_cursor *c, int64_t n) {
  if (c->failed || n < 0 || n > c->left) {
    c->failed = 1;
    return NULL;
  }
  const void *at = c->at;
  c->at += n;
  c->left -= n;
  return at;
}

uint32_t packed_take_u32(packed_cursor *c) {
  uint32_t x = 0;
  const void *at = packed_take(c, sizeof x);
  if (at != NULL) memcpy(&x, at, sizeof x);
  return x;
}

uint64_t packed_take_u64(packed_cursor *c) {
  uint64_t x = 0;
  const void *at = packed_take(c, sizeof x);
  if (at != NULL) memcpy(&x, at, sizeof x);
  return x;
}

const char *packed_take_text(packed_cursor *c) {
  const uint64_t n = packed_take_u64(c);
  const char *at =
      n > 0 && n <= (uint64_t)c->left ? (const char *)packed_take(c, (int64_t)n) : NULL;
  if (at == NULL || at[n - 1] != '\0') {
    c->failed = 1;
    return "";
  }
  return at;
}

/* ---- places of the file ------------------------------------------------------------------- */

static int can_map(const sampan_reader *reader) {
  return reader->struct_size >= sizeof(sampan_reader) && reader->map != NULL &&
         reader->unmap != NULL;
}

int32_t packed_open(const sampan_call *call, const sampan_reader *reader, int64_t offset, int64_t n,
                    packed_view *view) {
  packed_close(reader, view);
  if (can_map(reader)) {
    view->mapped = reader->map(reader->data, offset, n, call->error);
    view->bytes = (const char *)view->mapped;
    view->n = n;
    if (view->mapped != NULL) return SAMPAN_OK;
    return call->error != NULL && call->error->status < 0
               ? call->error->status
               : sampan_fail(call, SAMPAN_E_IO, "the file cannot be mapped");
  }
  if (n + 64 > view->capacity) {
    const int64_t room = n + n / 4 + 4096;
    view->buffer = (char *)call->host->alloc(call, (uint64_t)room);
    view->capacity = view->buffer != NULL ? room : 0;
    if (view->buffer == NULL) return packed_fail_memory(call);
  }
  const int32_t status = reader->seek(reader->data, offset, call->error);
  if (status < 0) return status;
  for (int64_t done = 0; done < n;) {
    const int64_t got = reader->read(reader->data, view->buffer + done, n - done, call->error);
    if (got < 0) return (int32_t)got;
    if (got == 0) return sampan_fail(call, SAMPAN_E_INCOMPLETE, "the file ended while it was read");
    done += got;
  }
  view->bytes = view->buffer;
  view->n = n;
  return SAMPAN_OK;
}

void packed_close(const sampan_reader *reader, packed_view *view) {
  if (view->mapped != NULL) reader->unmap(reader->data, view->mapped, view->n);
  view->mapped = NULL;
  view->bytes = NULL;
}

/* ---- failures ----------------------------------------------------------------------------- */

int32_t packed_fail_memory(const sampan_call *call) {
  return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
}

int32_t packed_fail_damage(const sampan_call *call, int64_t block, const char *column, int64_t byte,
                           const char *what) {
  sampan_error *e = call->error;
  char where[64] = "";
  if (e != NULL) {
    e->byte = byte + 1;
    snprintf(e->column, sizeof e->column, "%s", column != NULL ? column : "");
    snprintf(e->hint, sizeof e->hint,
             "get the file again, or pack its data again: what is left of it cannot be trusted");
  }
  if (block >= 0) snprintf(where, sizeof where, "block %lld: ", (long long)block + 1);
  return sampan_fail(call, SAMPAN_E_DATA, "the file is damaged: %s%s, at byte %lld", where, what,
                     (long long)byte + 1);
}
