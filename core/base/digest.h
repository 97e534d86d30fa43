/* digest.h - SHA-256 (FIPS 180-4). */
#ifndef SP_BASE_DIGEST_H
#define SP_BASE_DIGEST_H

#include <stdint.h>

/* Takes whole blocks of 64 bytes into the state. */
typedef void sp_sha256_compress_fn(uint32_t state[8], const unsigned char *bytes,
                                   uint64_t n_blocks);

typedef struct sp_sha256 {
  uint32_t state[8];
  uint64_t n_bytes;
  unsigned char block[64];
  sp_sha256_compress_fn *compress;
} sp_sha256;

/* By the fastest way that this processor knows. */
void sp_sha256_init(sp_sha256 *s);
/* By one way, for tests: 0 where the processor has no such instructions. */
enum { SP_SHA256_PORTABLE = 0, SP_SHA256_INSTRUCTIONS = 1 };
int32_t sp_sha256_init_as(sp_sha256 *s, int32_t variant);
void sp_sha256_add(sp_sha256 *s, const void *bytes, uint64_t n);
/* Writes 64 hexadecimal digits and a terminator. */
void sp_sha256_hex(sp_sha256 *s, char out[65]);

#endif
