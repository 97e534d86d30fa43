/* state_bytes.c - numbers and texts as bytes. */
#include "engine/state_bytes.h"

#include <string.h>

void sp_put_count(sp_buffer *out, uint64_t x) {
  char bytes[10];
  uint32_t n = 0;
  for (; x >= 0x80; x >>= 7) bytes[n++] = (char)(x | 0x80);
  bytes[n++] = (char)x;
  sp_buffer_add(out, bytes, n);
}

void sp_put_integer(sp_buffer *out, int64_t x) {
  sp_put_count(out, x < 0 ? ~((uint64_t)x << 1) : (uint64_t)x << 1);
}

void sp_put_number(sp_buffer *out, double x) {
  uint64_t bits;
  char bytes[8];
  memcpy(&bits, &x, sizeof bits);
  for (uint32_t i = 0; i < 8; i++) bytes[i] = (char)(bits >> (8 * i));
  sp_buffer_add(out, bytes, sizeof bytes);
}

void sp_put_text(sp_buffer *out, const char *text) {
  const uint64_t n = strlen(text);
  sp_put_count(out, n);
  sp_buffer_add(out, text, n + 1);
}

/* Its position and whether it is finite, then the limbs, unless nothing was added. */
void sp_put_exact(sp_buffer *out, const sp_exact *x) {
  sp_put_count(out, (uint64_t)x->top << 1 | (uint64_t)(x->not_finite != 0));
  for (uint32_t i = 0; x->top != 0 && i < SP_EXACT_LIMBS; i++) sp_put_integer(out, x->limb[i]);
}

static uint64_t bad(sp_bytes *in) {
  in->is_bad = 1;
  in->at = in->end;
  return 0;
}

uint64_t sp_get_count(sp_bytes *in, uint64_t most) {
  uint64_t x = 0;
  for (uint32_t shift = 0;; shift += 7) {
    if (in->at == in->end || shift > 63) return bad(in);
    const uint64_t byte = (unsigned char)*in->at++;
    x |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return x <= most ? x : bad(in);
}

int64_t sp_get_integer(sp_bytes *in) {
  const uint64_t x = sp_get_count(in, UINT64_MAX);
  return (int64_t)((x & 1) != 0 ? ~(x >> 1) : x >> 1);
}

int64_t sp_get_tally(sp_bytes *in) {
  const int64_t n = sp_get_integer(in);
  if (n < 0 || n > SP_MOST_TALLY) in->is_bad = 1;
  return in->is_bad ? 0 : n;
}

int64_t sp_get_limb(sp_bytes *in) {
  const int64_t x = sp_get_integer(in);
  if (x <= -(INT64_C(1) << 62) || x >= INT64_C(1) << 62) in->is_bad = 1;
  return in->is_bad ? 0 : x;
}

double sp_get_number(sp_bytes *in) {
  uint64_t bits = 0;
  double x;
  if (in->end - in->at < 8) {
    (void)bad(in);
    return 0;
  }
  for (uint32_t i = 0; i < 8; i++) bits |= (uint64_t)(unsigned char)in->at[i] << (8 * i);
  in->at += 8;
  memcpy(&x, &bits, sizeof x);
  return x;
}

const char *sp_get_text(sp_bytes *in) {
  const uint64_t n = sp_get_count(in, UINT64_MAX);
  const char *text = in->at;
  if (n >= (uint64_t)(in->end - in->at) || text[n] != '\0' || strlen(text) != n) {
    (void)bad(in);
    return "";
  }
  in->at += n + 1;
  return text;
}

sp_exact sp_get_exact(sp_bytes *in) {
  sp_exact x;
  memset(&x, 0, sizeof x);
  /* No position of a finite double is beyond this. */
  const uint64_t head = sp_get_count(in, (uint64_t)(2100 / SP_EXACT_BITS + 4) << 1 | 1);
  x.top = (int32_t)(head >> 1);
  x.not_finite = (int32_t)(head & 1);
  for (uint32_t i = 0; x.top != 0 && i < SP_EXACT_LIMBS; i++) x.limb[i] = sp_get_limb(in);
  return x;
}

uint32_t sp_get_size(sp_bytes *in) {
  const uint64_t left = (uint64_t)(in->end - in->at);
  return (uint32_t)sp_get_count(in, left < UINT32_MAX - 1 ? left : UINT32_MAX - 1);
}
