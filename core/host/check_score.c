/* check_score.c - calling bind() and score(), with guards around everything they may touch. */
#include "host/check_score.h"

#include <math.h>

#include "host/abi.h"

enum { GUARD = 64 };

uint32_t sp_check_group(int64_t record) {
  if (record < 0) return 0;
  return record % 17 == 16 ? UINT32_MAX : (uint32_t)(record % SP_CHECK_GROUPS);
}

/* Of a record that is in no group, nothing that is scored matters. */
static int is_in_none(const sp_check_form *f, int64_t record) {
  return sp_estimator_advances(f->ops) && sp_check_group(record) == UINT32_MAX;
}

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
static void unpack(sp_check_form *f, const sampan_shape *shape, const output *out,
                   const int64_t *records, int64_t n, int64_t first, sp_check_scores *to) {
  sp_law_enter(f->c, "scores are finite, and in a cell that there is");
  for (int64_t i = 0; i < n; i++) {
    double *u = to->u + (uint64_t)(first + i) * shape->n_components;
    const int in = sampan_bit(out->scores.in, i) && !is_in_none(f, records[i]);
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
      /* A record without a value has no part in a tally, which is of the first read alone. */
      if (type == SAMPAN_TALLY && (f->reads != NULL || isnan(u[k]))) {
        u[k] = NAN;
        continue;
      }
      sp_law_holds(f->c, isfinite(u[k]), "component %u of record %lld is %g, %s", (unsigned)k,
                   (long long)(first + i) + 1, u[k], f->text);
    }
  }
}

/* An estimator of several reads is told the groups, and in later reads what is known of them. */
static int32_t add_groups(const sp_check_form *f, const int64_t *records, sp_arena *arena,
                          sampan_batch *batch) {
  if (!sp_estimator_advances(f->ops)) return SAMPAN_OK;
  const uint64_t n = (uint64_t)batch->n_records;
  uint32_t *group = (uint32_t *)sp_arena_array(arena, n + 1, sizeof *group);
  if (group == NULL) return SAMPAN_E_MEMORY;
  for (uint64_t i = 0; i < n; i++) group[i] = sp_check_group(records[i]);
  batch->group = group;
  if (f->reads == NULL) return SAMPAN_OK;
  batch->read = f->reads->read;
  batch->n_groups = SP_CHECK_GROUPS;
  batch->memory = f->reads->memory;
  return SAMPAN_OK;
}

static int32_t score_batch(sp_check_form *f, const sampan_shape *shape, const int64_t *records,
                           int64_t n, int64_t first, const sp_check_packing *packing,
                           sp_arena *arena, sp_check_scores *to) {
  output out;
  const sampan_batch *packed = sp_check_batch(&f->data, records, n, packing, arena);
  if (packed == NULL) return SAMPAN_E_MEMORY;
  sampan_batch whole = *packed;
  const sampan_batch *batch = &whole;
  SP_TRY(add_groups(f, records, arena, &whole));
  SP_TRY(output_new(shape, n, packing->tail ^ 0x5aU, arena, &out));
  const uint64_t before = sp_check_batch_digest(batch);
  const sampan_call call = sp_check_call(&f->scratch, f->c->plugin, f->options->values);
  const int32_t status = f->ops->score(&call, shape, batch, &out.scores);
  check_guards(f, shape, &out, n);
  sp_law_enter(f->c, "score() leaves its input as it was");
  sp_law_holds(f->c, before == sp_check_batch_digest(batch), "%lld records, %s", (long long)n,
               f->text);
  if (status == SAMPAN_OK) unpack(f, shape, &out, records, n, first, to);
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

/* ---- comparing scores --------------------------------------------------------------------- */

void sp_check_same(sp_check_form *f, const char *law, const sp_check_scores *all,
                   const int64_t *records, const sp_check_scores *got, int64_t n, const char *how) {
  const uint64_t k = f->shape.n_components;
  sp_law_enter(f->c, law);
  for (int64_t i = 0; i < n; i++) {
    const int64_t r = records[i];
    const int in = r >= 0 && all->in[r];
    if (is_in_none(f, r)) continue;
    if (!sp_law_holds(f->c, got->in[i] == in, "%s: record %lld is %s, not %s; %s; seed %llu", how,
                      (long long)i + 1, in ? "out" : "in", in ? "in" : "out", f->text,
                      (unsigned long long)SP_CHECK_SEED)) {
      return;
    }
    if (!in) continue;
    const double *a = all->u + (uint64_t)r * k, *b = got->u + (uint64_t)i * k;
    for (uint64_t j = 0; j < k; j++) {
      if (!sp_law_holds(f->c, memcmp(&a[j], &b[j], sizeof *a) == 0 || (isnan(a[j]) && isnan(b[j])),
                        "%s: component %u of record %lld is %.17g, not %.17g; %s", how, (unsigned)j,
                        (long long)i + 1, b[j], a[j], f->text)) {
        return;
      }
    }
    if (!sp_law_holds(f->c, all->cell[r] == got->cell[i],
                      "%s: record %lld is in cell %u, not %u; %s", how, (long long)i + 1,
                      (unsigned)got->cell[i], (unsigned)all->cell[r], f->text)) {
      return;
    }
  }
}

void sp_check_way(sp_check_form *f, const char *law, const sp_check_scores *all,
                  const int64_t *records, int64_t n, int64_t batch, const sp_check_packing *packing,
                  const char *how) {
  sp_check_scores got;
  sp_law_enter(f->c, law);
  if (sp_check_scores_new(f, n, &got) < 0) return;
  const int32_t status = sp_check_score(f, &f->shape, records, n, batch, packing, &got);
  sp_law_enter(f->c, law);
  if (sp_law_holds(f->c, status == SAMPAN_OK, "%s: it returned %d '%s'; %s", how, (int)status,
                   f->scratch.error.message, f->text)) {
    sp_check_same(f, law, all, records, &got, n, how);
  }
}
