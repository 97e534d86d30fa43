/* input_whole.c - files taken as a whole: digests and small texts. */
#include <stdlib.h>
#include <string.h>

#include "base/error_ids.h"
#include "base/input_internal.h"

enum { BLOCK = 128 * 1024 };

int32_t sp_input_digest(const char *path, char out[65], int64_t *n_bytes, sampan_error *error) {
  return sp_input_digest_until(path, NULL, NULL, out, n_bytes, error);
}

int32_t sp_input_digest_until(const char *path, sp_stop_fn *stop, void *data, char out[65],
                              int64_t *n_bytes, sampan_error *error) {
  sp_sha256 digest;
  sp_input *in;
  int64_t got;
  out[0] = '\0';
  SP_TRY(sp_input_begin(path, NULL, &in, error));
  if (!in->positioned) {
    sp_input_abandon(in);
    (void)sp_error_set(error, SAMPAN_E_IO, SP_ID_DIGEST_STREAM,
                       "no digest can be taken of a pipe or device");
    (void)sp_error_hint(error, "save it to a file first");
    (void)sp_error_file(error, path);
    return SAMPAN_E_IO;
  }
  in->gzip = 0; /* as it lies on disk */
  sp_sha256_init(&digest);
  unsigned char *block = malloc(BLOCK);
  got = block != NULL ? 1 : sp_error_memory(error);
  while (got > 0) {
    got = sp_input_take(in, block, BLOCK, error);
    if (got > 0) sp_sha256_add(&digest, block, (uint64_t)got);
    if (got > 0 && stop != NULL && stop(data)) {
      got = sp_error_set(error, SAMPAN_E_CANCELLED, SP_ID_INPUT_CANCELLED, "cancelled");
    }
  }
  free(block);
  if (got < 0) {
    sp_input_abandon(in);
    return (int32_t)got;
  }
  if (n_bytes) *n_bytes = in->disk_next;
  SP_TRY(sp_input_close(in, error));
  sp_sha256_hex(&digest, out);
  return SAMPAN_OK;
}

static int32_t read_text(sp_input *in, uint64_t max_bytes, sp_buffer *text, sampan_error *error) {
  char block[16 * 1024];
  int64_t got;
  while ((got = sp_input_take(in, block, sizeof block, error)) > 0) {
    if ((uint64_t)got > max_bytes - text->n_bytes) {
      (void)sp_error_set(error, SAMPAN_E_DATA, SP_ID_TEXT_SIZE,
                         "the file is larger than the %llu bytes allowed here",
                         (unsigned long long)max_bytes);
      (void)sp_error_file(error, in->path);
      return SAMPAN_E_DATA;
    }
    sp_buffer_add(text, block, (uint64_t)got);
    if (text->failed) return sp_error_memory(error);
  }
  return (int32_t)got;
}

int32_t sp_input_text(const char *path, uint64_t max_bytes, sp_arena *arena, char **out,
                      uint64_t *n_bytes, sampan_error *error) {
  sp_buffer text;
  sp_input *in;
  int32_t status;
  *out = NULL;
  SP_TRY(sp_input_begin(path, NULL, &in, error));
  sp_buffer_init(&text);
  status = read_text(in, max_bytes, &text, error);
  if (status < 0) {
    sp_input_abandon(in);
  } else {
    status = sp_input_close(in, error);
  }
  if (status >= 0) {
    *out = sp_arena_text_n(arena, sp_buffer_text(&text), text.n_bytes);
    if (!*out) status = sp_error_memory(error);
    if (n_bytes) *n_bytes = text.n_bytes;
  }
  sp_buffer_clear(&text);
  return status;
}
