/* check_score.c - calling bind() and score(), with guards around everything they may touch. */
#include "host/check_score.h"

#include <math.h>

enum { GUARD = 64 };

int32_t sp_check_bind(sp_check_form *f, sp_check_host *host, sampan_shape *shape) {
  sp_arena *arena = sp_arena_new(0);
  const sp_check_packing packing = {0};
  if (arena == NULL) return SAMPAN_E_MEMORY;
  const sampan_batch *columns = sp_check_batch(&f->data, NULL, 0, &packing, arena);
  int32_t status = SAMPAN_E_MEMORY;
  memset(shape, 0, sizeof *shape);
  shape->struct_size = sizeof *shape;
  if (columns != NULL) {
    const sampan_call call = sp_check_call(host, f->c->plugin, f->options->values);
    status = f->ops->bind(&call, columns, shape);
  }
  sp_arena_free(arena); /* the columns of bind() are borrowed for the call */
  return status;
}

int32_t sp_check_scores_new(const sp_check_form *f, int64_t n, sp_check_scores *out) {
  sp_arena *arena = f->c->arena;
  out->n = n;
  out->in = (uint8_t *)sp_arena_array(arena, (uint64_t)n + 1, 1);
  out->u =
      (double *)sp_arena_array(arena, ((uint64_t)n + 1) * f->shape.n_components, sizeof *out->u);
  out->cell = (uint32_t *)sp_arena_array(arena, (uint64_t)n + 1, sizeof *out->cell);
  return out->in != NULL && out->u != NULL && out->cell != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

/* ---- guarded memory ----------------------------------------------------------------------- */

typedef struct guarded {
  unsigned char *bytes; /* of the array, GUARD bytes in */
  uint64_t n_bytes;
} guarded;

/* Memory with something in it, as the core's: undefined at entry. */
static int32_t guarded_new(uint64_t n_bytes, uint8_t fill, sp_arena *arena, guarded *out) {
  unsigned char *all = (unsigned char *)sp_arena_alloc(arena, n_bytes + 2 * GUARD);
  if (all == NULL) return SAMPAN_E_MEMORY;
  memset(all, 0xa5, n_bytes + 2 * GUARD);
  memset(all + GUARD, fill, n_bytes);
  out->bytes = all + GUARD;
  out->n_bytes = n_bytes;
  return SAMPAN_OK;
}

static int is_clean(const guarded *g) {
  for (int i = 0; g->bytes != NULL && i < GUARD; i++) {
    if (g->bytes[-1 - i] != 0xa5 || g->bytes[g->n_bytes + (uint64_t)i] != 0xa5) return 0;
  }
  return 1;
}

/* ---- one batch ---------------------------------------------------------------------------- */

typedef struct output {
  guarded in, cell, bits, numbers, *component;
  sampan_scores scores;
} output;

static int32_t output_new(const sampan_shape *shape, int64_t n, uint8_t fill, sp_arena *arena,
                          output *out) {
  const uint64_t n_words = (uint64_t)sampan_words(n), k = shape->n_components;
  memset(out, 0, sizeof *out);
  out->component = (guarded *)sp_arena_array(arena, k + 1, sizeof *out->component);
  if (out->component == NULL) return SAMPAN_E_MEMORY;
  SP_TRY(guarded_new(n_words * 8, fill, arena, &out->in));
  SP_TRY(guarded_new(k * sizeof(void *), 0, arena, &out->bits));
  SP_TRY(guarded_new(k * sizeof(void *), 0, arena, &out->numbers));
  if (shape->n_cells > 1) SP_TRY(guarded_new((uint64_t)n * 4, fill, arena, &out->cell));
  for (uint32_t i = 0; i < k; i++) {
    const int32_t type = shape->components[i].type;
    if (type == SAMPAN_ONE) continue;
    const uint64_t n_bytes = type == SAMPAN_BIT ? n_words * 8 : (uint64_t)n * 8;
    SP_TRY(guarded_new(n_bytes, fill, arena, &out->component[i]));
    void **slot = (void **)(type == SAMPAN_BIT ? out->bits.bytes : out->numbers.bytes);
    slot[i] = out->component[i].bytes;
  }
  out->scores = (sampan_scores){.struct_size = sizeof out->scores,
                                .n_components = shape->n_components,
                                .in = (uint64_t *)out->in.bytes,
                                .bits = (uint64_t *const *)out->bits.bytes,
                                .numbers = (double *const *)out->numbers.bytes,
                                .cell = (uint32_t *)out->cell.bytes};
  return SAMPAN_OK;
}

static void check_guards(sp_check_form *f, const sampan_shape *shape, const output *out,
                         int64_t n) {
  sp_law_enter(f->c, "score() writes inside its arrays");
  sp_law_holds(f->c, is_clean(&out->in), "it wrote beside `in`, %lld records, %s", (long long)n,
               f->text);
  sp_law_holds(f->c, is_clean(&out->cell), "it wrote beside `cell`, %lld records, %s", (long long)n,
               f->text);
  for (uint32_t i = 0; i < shape->n_components; i++) {
    sp_law_holds(f->c, is_clean(&out->component[i]),
                 "it wrote beside component %u, %lld records, %s", (unsigned)i, (long long)n,
                 f->text);
  }
}

/* Takes the scores of one batch over into single records. */
static void unpack(sp_check_form *f, const sampan_shape *shape, const output *out, int64_t n,
                   int64_t first, sp_check_scores *to) {
  sp_law_enter(f->c, "scores are finite, and in a cell that there is");
  for (int64_t i = 0; i < n; i++) {
    double *u = to->u + (uint64_t)(first + i) * shape->n_components;
    const int in = sampan_bit(out->scores.in, i);
    to->in[first + i] = (uint8_t)in;
    to->cell[first + i] = 0;
    memset(u, 0, shape->n_components * sizeof *u);
    if (!in) continue;
    if (shape->n_cells > 1) {
      const uint32_t cell = out->scores.cell[i];
      if (!sp_law_holds(f->c, cell < shape->n_cells, "record %lld is in cell %u of %u, %s",
                        (long long)(first + i) + 1, (unsigned)cell, (unsigned)shape->n_cells,
                        f->text)) {
        continue;
      }
      to->cell[first + i] = cell;
    }
    for (uint32_t k = 0; k < shape->n_components; k++) {
      const int32_t type = shape->components[k].type;
      u[k] = type == SAMPAN_ONE   ? 1
             : type == SAMPAN_BIT ? sampan_bit(out->scores.bits[k], i)
                                  : out->scores.numbers[k][i];
      sp_law_holds(f->c, isfinite(u[k]), "component %u of record %lld is %g, %s", (unsigned)k,
                   (long long)(first + i) + 1, u[k], f->text);
    }
  }
}

static int32_t score_batch(sp_check_form *f, const sampan_shape *shape, const int64_t *records,
                           int64_t n, int64_t first, const sp_check_packing *packing,
                           sp_arena *arena, sp_check_scores *to) {
  output out;
  const sampan_batch *batch = sp_check_batch(&f->data, records, n, packing, arena);
  if (batch == NULL) return SAMPAN_E_MEMORY;
  SP_TRY(output_new(shape, n, packing->tail ^ 0x5aU, arena, &out));
  const uint64_t before = sp_check_batch_digest(batch);
  const sampan_call call = sp_check_call(&f->scratch, f->c->plugin, f->options->values);
  const int32_t status = f->ops->score(&call, shape, batch, &out.scores);
  check_guards(f, shape, &out, n);
  sp_law_enter(f->c, "score() leaves its input as it was");
  sp_law_holds(f->c, before == sp_check_batch_digest(batch), "%lld records, %s", (long long)n,
               f->text);
  if (status == SAMPAN_OK) unpack(f, shape, &out, n, first, to);
  return status;
}

int32_t sp_check_score(sp_check_form *f, const sampan_shape *shape, const int64_t *records,
                       int64_t n, int64_t batch_size, const sp_check_packing *packing,
                       sp_check_scores *out) {
  int64_t first = 0;
  do {
    const int64_t left = n - first, size = left < batch_size ? left : batch_size;
    sp_arena *arena = sp_arena_new(0);
    if (arena == NULL || sp_check_host_renew(&f->scratch) < 0) return SAMPAN_E_MEMORY;
    const int32_t status = score_batch(f, shape, records + first, size, first, packing, arena, out);
    sp_arena_free(arena);
    if (status != SAMPAN_OK) return status < 0 ? status : SAMPAN_E_PLUGIN;
    sp_law_beat(f->c);
    first += size;
  } while (first < n);
  return SAMPAN_OK;
}
