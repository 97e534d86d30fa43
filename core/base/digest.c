/* digest.c - SHA-256: blocks, padding, and the compression that runs anywhere. */
#include "base/digest.h"

#include <string.h>

#include "base/digest_variants.h"

static uint32_t rotate(uint32_t x, int n) {
  return x >> n | x << (32 - n);
}

/* One round: the eight words stand still and their roles move on, as moving the words would cost as
 * much as the round itself. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                           \
  do {                                                                                             \
    const uint32_t t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + \
                       sp_sha256_constants[i] + w[i];                                              \
    d += t;                                                                                        \
    h = t + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));        \
  } while (0)

static void compress_block(uint32_t state[8], const unsigned char *p) {
  uint32_t w[64];
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 16; ++i, p += 4) {
    w[i] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
  }
  for (int i = 16; i < 64; ++i) {
    const uint32_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) +
           (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
  }
  for (int i = 0; i < 64; i += 8) {
    ROUND(a, b, c, d, e, f, g, h, i);
    ROUND(h, a, b, c, d, e, f, g, i + 1);
    ROUND(g, h, a, b, c, d, e, f, i + 2);
    ROUND(f, g, h, a, b, c, d, e, i + 3);
    ROUND(e, f, g, h, a, b, c, d, i + 4);
    ROUND(d, e, f, g, h, a, b, c, i + 5);
    ROUND(c, d, e, f, g, h, a, b, i + 6);
    ROUND(b, c, d, e, f, g, h, a, i + 7);
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

static void compress(uint32_t state[8], const unsigned char *p, uint64_t n_blocks) {
  for (; n_blocks > 0; p += 64, n_blocks--) compress_block(state, p);
}

int32_t sp_sha256_init_as(sp_sha256 *s, int32_t variant) {
  static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memset(s, 0, sizeof *s);
  memcpy(s->state, start, sizeof start);
  s->compress = compress;
  if (variant == SP_SHA256_PORTABLE) return 1;
  sp_sha256_compress_fn *fast = sp_sha256_instructions();
  if (fast != NULL) s->compress = fast;
  return fast != NULL;
}

void sp_sha256_init(sp_sha256 *s) {
  (void)sp_sha256_init_as(s, SP_SHA256_INSTRUCTIONS); /* the portable one where there are none */
}

void sp_sha256_add(sp_sha256 *s, const void *bytes, uint64_t n) {
  const unsigned char *p = bytes;
  const uint64_t held = s->n_bytes % 64;
  s->n_bytes += n;
  if (n == 0) return;
  if (held) {
    const uint64_t part = n < 64 - held ? n : 64 - held;
    memcpy(s->block + held, p, (size_t)part);
    p += part;
    n -= part;
    if (held + part < 64) return;
    s->compress(s->state, s->block, 1);
  }
  s->compress(s->state, p, n / 64);
  p += n - n % 64;
  n %= 64;
  if (n) memcpy(s->block, p, (size_t)n);
}

void sp_sha256_hex(sp_sha256 *s, char out[65]) {
  static const char digits[] = "0123456789abcdef";
  static const unsigned char padding[64] = {0x80};
  const uint64_t n_bits = s->n_bytes * 8;
  unsigned char length[8];
  for (int i = 0; i < 8; ++i) length[i] = (unsigned char)(n_bits >> (56 - 8 * i));
  sp_sha256_add(s, padding, 1 + (119 - s->n_bytes % 64) % 64);
  sp_sha256_add(s, length, sizeof length);
  for (int i = 0; i < 64; ++i) out[i] = digits[s->state[i / 8] >> (28 - 4 * (i % 8)) & 15];
  out[64] = '\0';
}
