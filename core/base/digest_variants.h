/* digest_variants.h - SHA-256 by instructions of the processor: internal to digest.c. */
#ifndef SP_BASE_DIGEST_VARIANTS_H
#define SP_BASE_DIGEST_VARIANTS_H

#include "base/digest.h"

extern const uint32_t sp_sha256_constants[64];

/* NULL where this processor, or this build, has none. */
sp_sha256_compress_fn *sp_sha256_instructions(void);

#endif
