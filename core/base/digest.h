/* digest.h - SHA-256 (FIPS 180-4). */
#ifndef SP_BASE_DIGEST_H
#define SP_BASE_DIGEST_H

#include <stdint.h>

typedef struct sp_sha256 {
  uint32_t state[8];
  uint64_t n_bytes;
  unsigned char block[64];
} sp_sha256;

void sp_sha256_init(sp_sha256 *s);
void sp_sha256_add(sp_sha256 *s, const void *bytes, uint64_t n);
/* Writes 64 hexadecimal digits and a terminator. */
void sp_sha256_hex(sp_sha256 *s, char out[65]);

#endif
