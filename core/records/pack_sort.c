/* pack_sort.c - the order of records: ranks of their keys, then a stable sort by counting. */
#include <stdlib.h>

#include "base/text.h"
#include "records/pack_internal.h"

int32_t sp_sort_ranks(const uint16_t *const *rank, uint32_t n_keys, int64_t n, uint32_t *order,
                      uint32_t *spare) {
  uint32_t *count = malloc(65537 * sizeof *count);
  if (count == NULL) return SAMPAN_E_MEMORY;
  uint32_t *from = order, *to = spare;
  for (int64_t i = 0; i < n; i++) from[i] = (uint32_t)i;
  for (uint32_t k = n_keys; k-- > 0;) { /* the last key first: later passes keep its order */
    memset(count, 0, 65537 * sizeof *count);
    for (int64_t i = 0; i < n; i++) count[rank[k][i] + 1]++;
    for (uint32_t r = 0; r < 65536; r++) count[r + 1] += count[r];
    for (int64_t i = 0; i < n; i++) to[count[rank[k][from[i]]]++] = from[i];
    uint32_t *other = from;
    from = to;
    to = other;
  }
  if (from != order) memcpy(order, from, (size_t)n * sizeof *order);
  free(count);
  return SAMPAN_OK;
}

/* ---- order of cells ----------------------------------------------------------------------- */

uint64_t sp_cell_order(const sp_pack_state *s, uint32_t key, uint64_t cell) {
  if (sp_cell_is_missing(cell)) return UINT64_MAX - 255 + (cell & 0xFF);
  if (s->columns[s->keys[key]].mode == SP_READ_TEXT) return s->text_rank[key][cell];
  if (cell == UINT64_C(0x8000000000000000)) cell = 0; /* -0 */
  return cell >> 63 ? ~cell : cell | UINT64_C(0x8000000000000000);
}

typedef struct ordered {
  uint64_t order;
  uint32_t index;
} ordered;

static int compare_orders(const void *a, const void *b) {
  const ordered *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

int32_t sp_rank_orders(const uint64_t *order, int64_t n, uint16_t *out) {
  ordered *o = malloc((size_t)(n + 1) * sizeof *o);
  if (o == NULL) return SAMPAN_E_MEMORY;
  for (int64_t i = 0; i < n; i++) o[i] = (ordered){order[i], (uint32_t)i};
  qsort(o, (size_t)n, sizeof *o, compare_orders);
  uint16_t rank = 0;
  for (int64_t i = 0; i < n; i++) {
    if (i > 0 && o[i].order != o[i - 1].order) rank++;
    out[o[i].index] = rank;
  }
  free(o);
  return SAMPAN_OK;
}

typedef struct named {
  const char *text;
  uint32_t index;
} named;

static int compare_texts(const void *a, const void *b) {
  return sp_compare_natural(((const named *)a)->text, ((const named *)b)->text);
}

uint32_t *sp_rank_texts(const char *const *text, uint32_t n) {
  named *t = malloc(((size_t)n + 1) * sizeof *t);
  uint32_t *rank = malloc(((size_t)n + 1) * sizeof *rank);
  if (t == NULL || rank == NULL) {
    free(t);
    free(rank);
    return NULL;
  }
  for (uint32_t i = 0; i < n; i++) t[i] = (named){text[i], i};
  qsort(t, n, sizeof *t, compare_texts);
  for (uint32_t i = 0; i < n; i++) rank[t[i].index] = i;
  free(t);
  return rank;
}

/* ---- in a run ----------------------------------------------------------------------------- */

/* Orders of the distinct cells of a column of texts. */
static int32_t order_texts(const sp_run_column *rc, uint64_t *order) {
  uint32_t *rank = sp_rank_texts(rc->text, rc->cells.n);
  if (rank == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t k = 0; k < rc->cells.n; k++) {
    const uint64_t cell = rc->cells.cell[k];
    order[k] = sp_cell_is_missing(cell) ? UINT64_MAX - 255 + (cell & 0xFF) : rank[k];
  }
  free(rank);
  return SAMPAN_OK;
}

static uint32_t key_of(const sp_pack_state *s, uint32_t column) {
  uint32_t k = 0;
  while (s->keys[k] != column) k++;
  return k;
}

int32_t sp_run_ranks(const sp_pack_state *s, const sp_run *run, uint32_t column, uint16_t *out) {
  const sp_pack_column *c = &s->columns[column];
  const sp_run_column *rc = &run->columns[column];
  const int64_t n = rc->cell != NULL ? run->n : rc->cells.n;
  const uint32_t key = key_of(s, column);
  uint64_t *order = malloc((size_t)(n + 1) * sizeof *order);
  uint16_t *rank = malloc((size_t)(n + 1) * sizeof *rank);
  int32_t status = order != NULL && rank != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
  if (status >= 0 && c->mode == SP_READ_TEXT) {
    status = order_texts(rc, order);
  } else if (status >= 0) {
    const uint64_t *cell = rc->cell != NULL ? rc->cell : rc->cells.cell;
    for (int64_t i = 0; i < n; i++) order[i] = sp_cell_order(s, key, sp_run_value(c, cell[i]));
  }
  if (status >= 0) status = sp_rank_orders(order, n, rank);
  for (int64_t i = 0; status >= 0 && i < run->n; i++) {
    out[i] = rank[rc->cell != NULL ? i : rc->code[i]];
  }
  free(order);
  free(rank);
  return status;
}
