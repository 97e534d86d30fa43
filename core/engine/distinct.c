/* distinct.c - a bitmap of numbers in chunks that are made when they are needed. */
#include "engine/distinct.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "design/error_ids.h"

enum { CHUNK_BITS = 16, N_CHUNKS = 1 << (31 - CHUNK_BITS), CHUNK_WORDS = 1 << (CHUNK_BITS - 6) };

typedef struct chunk {
  _Atomic uint64_t word[CHUNK_WORDS];
} chunk;

struct sp_distinct {
  _Atomic(chunk *) chunks[N_CHUNKS];
  atomic_int failed;
};

sp_distinct *sp_distinct_new(void) {
  return calloc(1, sizeof(sp_distinct)); /* all zeros: no chunk */
}

void sp_distinct_free(sp_distinct *d) {
  if (d == NULL) return;
  for (uint32_t i = 0; i < N_CHUNKS; i++) free(atomic_load(&d->chunks[i]));
  free(d);
}

int sp_distinct_failed(const sp_distinct *d) {
  return atomic_load(&((sp_distinct *)(uintptr_t)d)->failed);
}

static chunk *chunk_of(sp_distinct *d, uint32_t number) {
  _Atomic(chunk *) *at = &d->chunks[number];
  chunk *known = atomic_load_explicit(at, memory_order_acquire);
  if (known != NULL) return known;
  chunk *made = calloc(1, sizeof *made);
  if (made == NULL || atomic_compare_exchange_strong(at, &known, made)) return made;
  free(made); /* another worker was quicker */
  return known;
}

/* Sets bits of a word; 0 where one was set, -1 out of memory. */
static int set(sp_distinct *d, uint32_t word, uint64_t bits) {
  chunk *c = chunk_of(d, word >> (CHUNK_BITS - 6));
  if (c == NULL) return -1;
  const uint64_t before =
      atomic_fetch_or_explicit(&c->word[word & (CHUNK_WORDS - 1)], bits, memory_order_relaxed);
  return (before & bits) == 0;
}

static int32_t fail(sp_distinct *d, sampan_error *error) {
  atomic_store(&d->failed, 1);
  return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_PSU_MISSING,
                      "records are no PSUs of their own");
}

int32_t sp_distinct_add(sp_distinct *d, const sp_column *column, const uint64_t *kept, int64_t n,
                        sampan_error *error) {
  if (column->n_runs > 0 && column->n_runs < n) return fail(d, error);
  uint32_t word = 0;
  uint64_t bits = 0; /* of this word, not set yet: files come with runs of numbers */
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(kept, i)) continue;
    const double x = column->number[column->constant ? 0 : i];
    if (!sampan_bit(column->present, i) || !(x >= 0 && x < 0x1p31)) return fail(d, error);
    const uint32_t value = (uint32_t)x;
    const uint64_t bit = UINT64_C(1) << (value & 63);
    if ((double)value != x || (value >> 6 == word && (bits & bit) != 0)) return fail(d, error);
    if (value >> 6 != word) {
      const int is_new = bits == 0 ? 1 : set(d, word, bits);
      if (is_new < 0) return sp_error_memory(error);
      if (!is_new) return fail(d, error);
      word = value >> 6;
      bits = 0;
    }
    bits |= bit;
  }
  const int is_new = bits == 0 ? 1 : set(d, word, bits);
  if (is_new < 0) return sp_error_memory(error);
  return is_new ? SAMPAN_OK : fail(d, error);
}
