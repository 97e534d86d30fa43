/* pack_merge.c - sorted blocks from sorted runs. Where a block begins in each run is found by
 * bisection, so that blocks can be put together by themselves, by several threads. */
#include <stdlib.h>
#include <sys/mman.h>

#include "records/error_ids.h"
#include "records/pack_internal.h"

/* Blocks after which the pages of the temporary file are given back. */
enum { BLOCKS_KEPT = 16 };

static uint64_t load_cell(const sp_pack_state *s, int64_t run, uint32_t column, int64_t i,
                          uint32_t *code) {
  const sp_spilled *sp = &s->spilled[run].columns[column];
  const char *at = s->map + sp->offset;
  *code = UINT32_MAX;
  if (sp->width == 8) return ((const uint64_t *)(const void *)at)[i];
  *code = sp->width == 1 ? ((const uint8_t *)at)[i] : ((const uint16_t *)(const void *)at)[i];
  return 0;
}

static uint64_t order_at(const sp_pack_state *s, uint32_t key, int64_t run, int64_t i) {
  uint32_t code;
  const uint64_t cell = load_cell(s, run, s->keys[key], i, &code);
  return code != UINT32_MAX ? s->code_order[key][code] : sp_cell_order(s, key, cell);
}

/* ---- where blocks begin ------------------------------------------------------------------- */

/* Compares record i of a run with a pivot. */
static int compare(const sp_pack_state *s, int64_t run, int64_t i, const uint64_t *pivot) {
  for (uint32_t k = 0; k < s->job->n_sort; k++) {
    const uint64_t x = order_at(s, k, run, i);
    if (x != pivot[k]) return x < pivot[k] ? -1 : 1;
  }
  return 0;
}

/* The first record in [low, high) of a run that does not come before the pivot; where equal ones
 * come before it, the first that comes after. */
static int64_t bound(const sp_pack_state *s, int64_t run, int64_t low, int64_t high,
                     const uint64_t *pivot, int equal_before) {
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (compare(s, run, middle, pivot) < equal_before) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Narrows [low, high] of every run to where the first `n` records of all end. Equal keys go by run,
 * that is by the order of the file. `pivot` and `found` are room. */
static void cut(const sp_pack_state *s, int64_t n, int64_t *low, int64_t *high, uint64_t *pivot,
                int64_t *found) {
  for (;;) {
    int64_t widest = 0, sum = 0;
    for (int64_t r = 1; r < s->n_runs; r++) {
      if (high[r] - low[r] > high[widest] - low[widest]) widest = r;
    }
    if (high[widest] == low[widest]) return;
    const int64_t middle = low[widest] + (high[widest] - low[widest]) / 2;
    for (uint32_t k = 0; k < s->job->n_sort; k++) pivot[k] = order_at(s, k, widest, middle);
    for (int64_t r = 0; r < s->n_runs; r++) {
      found[r] = r == widest ? middle : bound(s, r, low[r], high[r], pivot, r < widest);
      sum += found[r];
    }
    if (sum < n) { /* the pivot is among them */
      memcpy(low, found, (size_t)s->n_runs * sizeof *low);
      low[widest] = middle + 1;
    } else {
      memcpy(high, found, (size_t)s->n_runs * sizeof *high);
    }
  }
}

static int32_t find_cuts(sp_pack_state *s, int64_t n_blocks) {
  const size_t n_runs = (size_t)s->n_runs;
  int64_t *high = malloc((n_runs + 1) * sizeof *high),
          *found = malloc((n_runs + 1) * sizeof *found);
  uint64_t *pivot = malloc((s->job->n_sort + 1) * sizeof *pivot);
  s->cuts = calloc((size_t)(n_blocks + 1) * n_runs + 1, sizeof *s->cuts);
  const int fine = high != NULL && found != NULL && pivot != NULL && s->cuts != NULL;
  for (int64_t b = 1; fine && b <= n_blocks; b++) {
    int64_t *low = s->cuts + b * s->n_runs;
    memcpy(low, low - s->n_runs, n_runs * sizeof *low);
    for (size_t r = 0; r < n_runs; r++) high[r] = s->spilled[r].n;
    cut(s, b < n_blocks ? b * s->block : s->n_records, low, high, pivot, found);
  }
  free(high);
  free(found);
  free(pivot);
  return fine ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

/* ---- a block ------------------------------------------------------------------------------ */

/* A thread's room. */
typedef struct builder {
  sp_pack_state *s;
  sp_pack_slab *slab;
  uint16_t **code; /* per column: codes, in the order of the keys */
  uint64_t **cell;
  uint16_t *part_code;
  uint64_t *part_cell;
  uint16_t *ranks;
  const uint16_t **rank;
  uint32_t *order;
} builder;

/* A column of the block as its runs have it, one behind the other: codes, or cells where one of all
 * runs has cells (which of them, the order of the threads says; that there is one, the file alone).
 * Returns whether these are codes. */
static int collect(const builder *b, uint32_t column, const int64_t *from, const int64_t *to) {
  const sp_pack_state *s = b->s;
  const int coded = s->columns[column].all_coded;
  int64_t n = 0;
  for (int64_t r = 0; r < s->n_runs; r++) {
    const int64_t m = to[r] - from[r];
    if (m == 0) continue;
    const sp_spilled *sp = &s->spilled[r].columns[column];
    const char *at = s->map + sp->offset;
    if (coded && sp->width == 1) {
      const uint8_t *p = (const uint8_t *)at + from[r];
      for (int64_t i = 0; i < m; i++) b->part_code[n + i] = p[i];
    } else if (coded) {
      memcpy(b->part_code + n, at + 2 * from[r], (size_t)m * 2);
    } else if (sp->width == 8) {
      memcpy(b->part_cell + n, at + 8 * from[r], (size_t)m * 8);
    } else {
      for (int64_t i = 0; i < m; i++) {
        uint32_t code;
        (void)load_cell(s, r, column, from[r] + i, &code);
        b->part_cell[n + i] = s->columns[column].codes.cell[code];
      }
    }
    n += m;
  }
  return coded;
}

/* Order of the block's records: those of a run are sorted, the runs one behind the other. */
static int32_t sort_block(const builder *b, const int64_t *from, const int64_t *to, int64_t n) {
  const sp_pack_state *s = b->s;
  uint64_t *order = NULL;
  int32_t status = SAMPAN_OK;
  for (uint32_t k = 0; k < s->job->n_sort && status >= 0; k++) {
    uint16_t *rank = b->ranks + k * (size_t)s->block;
    b->rank[k] = rank;
    if (collect(b, s->keys[k], from, to)) {
      for (int64_t i = 0; i < n; i++) rank[i] = s->code_rank[k][b->part_code[i]];
      continue;
    }
    if (order == NULL) order = malloc((size_t)n * sizeof *order);
    if (order == NULL) return SAMPAN_E_MEMORY;
    for (int64_t i = 0; i < n; i++) order[i] = sp_cell_order(s, k, b->part_cell[i]);
    status = sp_rank_orders(order, n, rank);
  }
  free(order);
  if (status < 0) return status;
  return sp_sort_ranks(b->rank, s->job->n_sort, n, b->order, b->order + s->block);
}

static int32_t build(const builder *b, int64_t index, sampan_error *error) {
  sp_pack_state *s = b->s;
  const int64_t *from = s->cuts + index * s->n_runs, *to = from + s->n_runs;
  int64_t n = 0;
  for (int64_t r = 0; r < s->n_runs; r++) n += to[r] - from[r];
  if (sort_block(b, from, to, n) < 0) return sp_error_memory(error);
  for (uint32_t c = 0; c < s->n_columns; c++) {
    const uint32_t *order = b->order;
    if (collect(b, c, from, to)) {
      for (int64_t i = 0; i < n; i++) b->code[c][i] = b->part_code[order[i]];
      SP_TRY(sp_slab_column(b->slab, c, b->code[c], NULL, n, error));
      continue;
    }
    if (b->cell[c] == NULL) b->cell[c] = malloc((size_t)s->block * sizeof(uint64_t));
    if (b->cell[c] == NULL) return sp_error_memory(error);
    for (int64_t i = 0; i < n; i++) b->cell[c][i] = b->part_cell[order[i]];
    SP_TRY(sp_slab_column(b->slab, c, NULL, b->cell[c], n, error));
  }
  return sp_slab_store(b->slab, s, index, n, error);
}

/* ---- threads ------------------------------------------------------------------------------ */

static void builder_clear(builder *b) {
  for (uint32_t c = 0; c < b->s->n_columns; c++) {
    if (b->code != NULL) free(b->code[c]);
    if (b->cell != NULL) free(b->cell[c]);
  }
  free(b->code);
  free(b->cell);
  free(b->part_code);
  free(b->part_cell);
  free(b->ranks);
  free(b->rank);
  free(b->order);
  sp_slab_free(b->slab);
}

static int32_t builder_init(builder *b, sp_pack_state *s) {
  const size_t n = (size_t)s->block;
  *b = (builder){.s = s, .slab = sp_slab_new(s)};
  b->code = calloc(s->n_columns, sizeof *b->code);
  b->cell = calloc(s->n_columns, sizeof *b->cell);
  b->part_code = malloc(n * sizeof *b->part_code);
  b->part_cell = malloc(n * sizeof *b->part_cell);
  b->ranks = malloc(s->job->n_sort * n * sizeof *b->ranks);
  b->rank = malloc(s->job->n_sort * sizeof *b->rank);
  b->order = malloc(2 * n * sizeof *b->order);
  if (b->slab == NULL || b->code == NULL || b->cell == NULL || b->part_code == NULL ||
      b->part_cell == NULL || b->ranks == NULL || b->rank == NULL || b->order == NULL) {
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t c = 0; c < s->n_columns; c++) {
    b->code[c] = malloc(n * sizeof(uint16_t));
    if (b->code[c] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

/* The next block to be put together, or -1. */
static int64_t take(sp_pack_state *s, int64_t n_blocks) {
  const volatile int *cancel = s->job->context->cancel;
  pthread_mutex_lock(&s->lock);
  const int stop = s->failure.status < 0 || (cancel != NULL && *cancel);
  const int64_t i = stop || s->next_block >= n_blocks ? -1 : s->next_block++;
  pthread_mutex_unlock(&s->lock);
  return i;
}

static void *merge_blocks(void *data) {
  sp_pack_state *s = data;
  const int64_t n_blocks = (s->n_records + s->block - 1) / s->block;
  sampan_error error;
  builder b;
  sp_error_clear(&error);
  int32_t status = builder_init(&b, s) < 0 ? sp_error_memory(&error) : SAMPAN_OK;
  for (int64_t i = 0; status >= 0 && (i = take(s, n_blocks)) >= 0;) {
    status = build(&b, i, &error);
    if (i % BLOCKS_KEPT == BLOCKS_KEPT - 1) {
      (void)madvise((void *)(uintptr_t)s->map, (size_t)s->spill_end, MADV_DONTNEED);
    }
  }
  if (status < 0) (void)sp_pack_fail(s, &error);
  builder_clear(&b);
  return NULL;
}

/* ---- what is known once all runs are there ------------------------------------------------ */

static int32_t settle_key(sp_pack_state *s, uint32_t k) {
  const sp_pack_column *c = &s->columns[s->keys[k]];
  if (c->mode == SP_READ_TEXT) {
    s->text_rank[k] = sp_rank_texts(c->texts.text, c->texts.n);
    if (s->text_rank[k] == NULL) return SAMPAN_E_MEMORY;
  }
  s->code_order[k] = malloc((c->codes.n + 1U) * sizeof **s->code_order);
  s->code_rank[k] = malloc((c->codes.n + 1U) * sizeof **s->code_rank);
  if (s->code_order[k] == NULL || s->code_rank[k] == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < c->codes.n; i++) {
    s->code_order[k][i] = sp_cell_order(s, k, c->codes.cell[i]);
  }
  return sp_rank_orders(s->code_order[k], c->codes.n, s->code_rank[k]);
}

static int32_t settle(sp_pack_state *s) {
  const uint32_t n_keys = s->job->n_sort;
  s->text_rank = calloc(n_keys, sizeof *s->text_rank);
  s->code_order = calloc(n_keys, sizeof *s->code_order);
  s->code_rank = calloc(n_keys, sizeof *s->code_rank);
  if (s->text_rank == NULL || s->code_order == NULL || s->code_rank == NULL) {
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t k = 0; k < n_keys; k++) {
    if (settle_key(s, k) < 0) return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < s->n_columns; i++) {
    sp_pack_column *c = &s->columns[i];
    c->all_coded = 1;
    for (int64_t r = 0; r < s->n_runs; r++) {
      if (s->spilled[r].n > 0 && s->spilled[r].columns[i].width == 8) c->all_coded = 0;
    }
    if (c->mode != SP_READ_TEXT) continue;
    c->code_text = malloc((c->codes.n + 1U) * sizeof *c->code_text);
    if (c->code_text == NULL) return SAMPAN_E_MEMORY;
    for (uint32_t k = 0; k < c->codes.n; k++) {
      const uint64_t cell = c->codes.cell[k];
      c->code_text[k] = sp_cell_is_missing(cell) ? "" : c->texts.text[cell];
    }
  }
  return SAMPAN_OK;
}

int32_t sp_pack_merge(sp_pack_state *s, sampan_error *error) {
  pthread_t threads[64];
  uint32_t n = 0;
  if (s->n_records == 0) return SAMPAN_OK;
  if (settle(s) < 0) return sp_error_memory(error);
  const size_t n_map = (size_t)(s->spill_end > 0 ? s->spill_end : 1);
  void *map = mmap(NULL, n_map, PROT_READ, MAP_SHARED, s->spill_fd, 0);
  if (map == MAP_FAILED) {
    return sp_error_set(error, SAMPAN_E_IO, SP_ID_PACK_SPILL,
                        "the temporary file for sorting cannot be mapped");
  }
  s->map = map;
  (void)madvise(map, n_map, MADV_RANDOM);
  int32_t status = find_cuts(s, (s->n_records + s->block - 1) / s->block);
  if (status < 0) status = sp_error_memory(error);
  for (; status >= 0 && n + 1 < s->n_threads && n < 64; n++) {
    if (pthread_create(&threads[n], NULL, merge_blocks, s) != 0) break;
  }
  if (status >= 0) (void)merge_blocks(s); /* this thread works, too */
  for (uint32_t i = 0; i < n; i++) (void)pthread_join(threads[i], NULL);
  (void)munmap(map, n_map);
  s->map = NULL;
  if (status >= 0 && s->failure.status < 0) {
    *error = s->failure;
    status = error->status;
  }
  return status;
}
