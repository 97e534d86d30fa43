/* add_bits.c - totals that are sums of weights alone, for all indicators of a split at once. */
#include "engine/error_ids.h"
#include "engine/scanner.h"

/* The squares of the cell that record i is in. */
static void add_cell_squares(const sp_scanner *s, const sp_bound *b, const sp_scored *scored,
                             sp_table *table, uint32_t split, uint32_t first, int64_t i) {
  for (uint32_t k = 0; k < b->n_squares; k++) {
    const sp_square_of *of = &b->squares[k];
    if (of->a != SP_NONE && !sampan_bit(scored->bits[of->a], i)) continue;
    if (of->b != SP_NONE && !sampan_bit(scored->bits[of->b], i)) continue;
    sp_table_add_square(table, s->rows[split][i], first + scored->cell[i] * b->n_squares + k,
                        &s->squares, i);
  }
}

/* The records that each square of an indicator without cells is of; bits are those of records
 * in. */
static void find_squares(const sp_scanner *s, const sp_bound *b, const sp_scored *scored,
                         uint32_t first, int64_t n) {
  for (uint32_t k = 0; k < b->n_squares; k++) {
    const sp_square_of *of = &b->squares[k];
    uint64_t *both = s->both[first + k];
    s->square_lanes[first + k] = of->a == SP_NONE   ? scored->in
                                 : of->b == SP_NONE ? scored->bits[of->a]
                                                    : both;
    for (int64_t w = 0; of->b != SP_NONE && w < sampan_words(n); w++) {
      both[w] = scored->bits[of->a][w] & scored->bits[of->b][w];
    }
  }
}

/* Estimators with cells: a record is in one of them, so its lanes are found, not masked. */
static int32_t add_cells(const sp_scanner *s, const sp_bound *b, const sp_scored *scored,
                         sp_table *table, uint32_t split, uint32_t place, int64_t n,
                         sampan_error *error) {
  const uint32_t lane = s->job->splits[split].lane_start[place];
  const uint32_t square = s->job->splits[split].square_start[place];
  const sampan_shape *shape = &b->shape;
  const uint32_t *rows = s->rows[split], *groups = s->groups[split];
  for (int64_t w = 0; w < sampan_words(n); w++) {
    uint64_t word = scored->in[w];
    while (word != 0) {
      const int64_t i = w * 64 + __builtin_ctzll(word);
      word &= word - 1;
      if (rows[i] == SP_NONE) continue;
      if (scored->cell[i] >= shape->n_cells) {
        sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_SCORE,
                     "estimator '%s' broke its contract: a cell is out of range", b->plugin->name);
        return sp_error_cell(error, NULL, i + 1, NULL);
      }
      const int64_t high = s->weigh.high[i], low = s->weigh.low[i];
      const uint32_t *lane_of = b->lane_of + (size_t)scored->cell[i] * shape->n_components;
      int32_t status = sp_table_add_bit(table, rows[i], groups[i], lane, high, low);
      for (uint32_t c = 0; c < shape->n_components && status >= 0; c++) {
        if (scored->bits[c] != NULL && !sampan_bit(scored->bits[c], i)) continue;
        status = sp_table_add_bit(table, rows[i], groups[i], lane + lane_of[c], high, low);
      }
      if (status < 0) return sp_error_memory(error);
      if (s->job->by_stratum) add_cell_squares(s, b, scored, table, split, square, i);
    }
  }
  return SAMPAN_OK;
}

/* Records of weight 0 are in, but not with a positive weight. */
static int32_t mark_weightless(const sp_scanner *s, uint32_t split, uint32_t place,
                               const sp_scored *scored, int64_t n, sampan_error *error) {
  const sp_split *at = &s->job->splits[split];
  sp_table *table = s->totals->tables[split];
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(scored->in, i) || s->rows[split][i] == SP_NONE) continue;
    if (s->weigh.weight[0][i] > 0) continue;
    int64_t *counts = sp_table_counts(table, s->groups[split][i]);
    if (counts == NULL || sp_table_touch(table, s->rows[split][i], at->lane_start[place]) < 0) {
      return sp_error_memory(error);
    }
    counts[at->count_start[place] + SP_COUNT_POSITIVE]--;
  }
  return SAMPAN_OK;
}

int32_t sp_add_bits(sp_scanner *s, uint32_t split, int64_t n, sampan_error *error) {
  const sp_split *at = &s->job->splits[split];
  sp_table *table = s->totals->tables[split];
  memset(s->lanes, 0, at->n_lanes * sizeof *s->lanes);
  if (s->job->by_stratum) memset(s->square_lanes, 0, at->n_squares * sizeof *s->square_lanes);
  for (uint32_t p = 0; p < at->n_indicators; p++) {
    const sp_bound *b = &s->job->indicators[at->indicators[p]];
    const sp_scored *scored = &s->scored[at->indicators[p]];
    const uint32_t lane = at->lane_start[p];
    if (s->weigh.some_weightless) SP_TRY(mark_weightless(s, split, p, scored, n, error));
    if (b->shape.n_cells > 1) {
      SP_TRY(add_cells(s, b, scored, table, split, p, n, error));
      continue;
    }
    s->lanes[lane] = scored->in;
    for (uint32_t c = 0; c < b->shape.n_components; c++) {
      uint64_t *bits = scored->bits[c];
      for (int64_t w = 0; bits != NULL && w < sampan_words(n); w++) bits[w] &= scored->in[w];
      if (bits != NULL) s->lanes[lane + b->lane_of[c]] = bits;
    }
    if (s->job->by_stratum) find_squares(s, b, scored, at->square_start[p], n);
  }
  const sp_addends addends = {.rows = s->rows[split],
                              .group = s->groups[split],
                              .n_groups = sp_map_size(s->totals->groups[split].map),
                              .starts = s->row_starts[split],
                              .high = s->weigh.high,
                              .low = s->weigh.low};
  if (sp_table_add_bits(table, &addends, n, s->lanes) < 0) return sp_error_memory(error);
  if (s->job->by_stratum) {
    sp_table_add_squares(table, s->rows[split], n, &s->squares, s->square_lanes);
  }
  return SAMPAN_OK;
}

/* The counts of one indicator in one group, from the tallies of its lanes. */
static void settle_counts(const sp_bound *b, const uint32_t *tally, int64_t *counts) {
  counts[SP_COUNT_N] += tally[0];
  counts[SP_COUNT_POSITIVE] += tally[0];
  for (uint32_t k = 0; k < b->n_totals; k++) {
    const sampan_component *c = &b->shape.components[k % b->shape.n_components];
    counts[SP_COUNT_TOTALS + k] += tally[b->lane_of[k]];
    if (c->type == SAMPAN_BIT && (c->flags & SAMPAN_EVENTS) != 0) {
      counts[SP_COUNT_EVENTS] += tally[b->lane_of[k]];
    }
  }
}

int32_t sp_settle_bits(const sp_job *job, sp_totals *t, sampan_error *error) {
  for (uint32_t k = 0; k < job->n_splits; k++) {
    const sp_split *split = &job->splits[k];
    if (!split->is_narrow) continue;
    for (uint32_t g = 0; g < sp_table_n_tallied(t->tables[k]); g++) {
      uint32_t *tally = sp_table_tally(t->tables[k], g);
      int64_t *counts = sp_table_counts(t->tables[k], g);
      if (counts == NULL) return sp_error_memory(error);
      for (uint32_t p = 0; p < split->n_indicators; p++) {
        settle_counts(&job->indicators[split->indicators[p]], tally + split->lane_start[p],
                      counts + split->count_start[p]);
      }
      memset(tally, 0, split->n_lanes * sizeof *tally);
    }
    sp_table_carry(t->tables[k]);
  }
  return SAMPAN_OK;
}
