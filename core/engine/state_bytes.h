/* state_bytes.h - numbers and texts as bytes, the same on every machine. Internal to state*.c. */
#ifndef SP_ENGINE_STATE_BYTES_H
#define SP_ENGINE_STATE_BYTES_H

#include "base/buffer.h"
#include "totals/exact.h"

/* Plans are run in no more shards; and what a state counts is so small that the counts of as many
 * can be added. */
#define SP_MOST_SHARDS (UINT32_C(1) << 20)
#define SP_MOST_TALLY (INT64_C(1) << 42)

/* Seven bits a byte, the lowest first; negative ones folded between the others. */
void sp_put_count(sp_buffer *out, uint64_t x);
void sp_put_integer(sp_buffer *out, int64_t x);
void sp_put_number(sp_buffer *out, double x);
void sp_put_text(sp_buffer *out, const char *text);
void sp_put_exact(sp_buffer *out, const sp_exact *x);

/* What is left to be read. What cannot be read makes it bad, and everything after it 0 or "". */
typedef struct sp_bytes {
  const char *at, *end;
  int32_t is_bad;
} sp_bytes;

/* At most `most`. */
uint64_t sp_get_count(sp_bytes *in, uint64_t most);
int64_t sp_get_integer(sp_bytes *in);
/* A count of records, from 0 to SP_MOST_TALLY. */
int64_t sp_get_tally(sp_bytes *in);
/* A digit of a sum, below 2^62 in size. */
int64_t sp_get_limb(sp_bytes *in);
double sp_get_number(sp_bytes *in);
/* Where it lies in the bytes, with a terminator. */
const char *sp_get_text(sp_bytes *in);
sp_exact sp_get_exact(sp_bytes *in);
/* How many things follow of at least one byte each: no more than there are bytes. */
uint32_t sp_get_size(sp_bytes *in);

#endif
