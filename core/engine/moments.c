/* moments.c - sums and sums of squares of a group by stratum. */
#include "engine/moments.h"

#include <stdlib.h>

#include "engine/elements.h"

void sp_moments_clear(sp_moments *m) {
  free(m->stratum);
  free(m->totals);
  free(m->moments);
  free(m->sums);
}

static int32_t room(void *array, uint64_t *capacity, uint64_t n, uint64_t size) {
  void **at = array;
  if (n <= *capacity) return SAMPAN_OK;
  free(*at);
  *at = malloc(n * 2 * size);
  *capacity = *at != NULL ? n * 2 : 0;
  return *at != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static int32_t make_room(sp_moments *m, const sp_bound *b, uint32_t n_strata) {
  const uint64_t n = (uint64_t)n_strata + 1;
  const uint32_t n_moments = sp_elements_moments(b->shape.n_cells, b->n_totals);
  SP_TRY(room(&m->stratum, &m->capacity[0], n, sizeof *m->stratum));
  SP_TRY(room(&m->totals, &m->capacity[1], n * b->n_totals, sizeof *m->totals));
  SP_TRY(room(&m->moments, &m->capacity[2], n * n_moments, sizeof *m->moments));
  free(m->sums);
  m->sums = calloc((size_t)b->n_totals + n_moments, sizeof *m->sums);
  return m->sums != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static void begin_stratum(sp_moments *m, uint32_t stratum) {
  m->stratum[m->n_strata++] = stratum;
}

static void count_present(sp_moments *m, const sp_units *u, uint32_t stratum) {
  m->n_present++;
  m->df_present += u->strata[stratum].n_psu - 1.0;
}

/* ---- by stratum --------------------------------------------------------------------------- */

static void load_stratum(sp_moments *m, const sp_bound *b, const sp_group_rows *g, uint32_t row) {
  const uint32_t n = b->shape.n_components, n_pairs = n * (n + 1) / 2;
  const uint32_t h = m->n_strata - 1;
  sp_twofold *totals = m->totals + (size_t)h * b->n_totals;
  sp_twofold *moments = m->moments + (size_t)h * n_pairs * b->shape.n_cells;
  sp_long_sum *sum = &m->sums[0];
  for (uint32_t k = 0; k < b->n_totals; k++) {
    sp_long_clear(sum);
    sp_table_sum(g->table, row, g->first + b->lane_of[k], sum);
    totals[k] = sp_long_value(sum);
  }
  for (uint32_t cell = 0; cell < b->shape.n_cells; cell++, moments += n_pairs) {
    for (uint32_t pair = 0; pair < n_pairs; pair++) {
      const uint32_t square = b->square_of_pair[pair];
      uint32_t same = 0;
      while (same < pair && b->square_of_pair[same] != square) same++;
      if (same < pair) {
        moments[pair] = moments[same];
        continue;
      }
      sp_long_clear(sum);
      sp_table_square(g->table, row, g->first_square + cell * b->n_squares + square, sum);
      moments[pair] = sp_long_value(sum);
    }
  }
}

static void load_strata(sp_moments *m, const sp_units *u, const sp_bound *b,
                        const sp_group_rows *g) {
  for (uint32_t r = 0; r < g->n_rows; r++) {
    const int32_t touched = sp_table_touched(g->table, g->rows[r], g->first);
    if (touched == 0) continue;
    begin_stratum(m, g->leaf[r]);
    load_stratum(m, b, g, g->rows[r]);
    if (touched > 1) count_present(m, u, g->leaf[r]);
  }
}

/* ---- by unit ------------------------------------------------------------------------------ */

static void end_stratum(sp_moments *m, const sp_bound *b) {
  const uint32_t n_moments = sp_elements_moments(b->shape.n_cells, b->n_totals);
  if (m->n_strata == 0) return;
  sp_twofold *totals = m->totals + (size_t)(m->n_strata - 1) * b->n_totals;
  sp_twofold *moments = m->moments + (size_t)(m->n_strata - 1) * n_moments;
  for (uint32_t k = 0; k < b->n_totals; k++) totals[k] = sp_long_value(&m->sums[k]);
  for (uint32_t k = 0; k < n_moments; k++) moments[k] = sp_long_value(&m->sums[b->n_totals + k]);
  for (uint32_t k = 0; k < b->n_totals + n_moments; k++) sp_long_clear(&m->sums[k]);
}

/* A record, by its lanes. It is in one cell. */
static void add_record(sp_moments *m, const sp_bound *b, const double *v) {
  const uint32_t n = b->shape.n_components;
  sp_long_sum *totals = m->sums, *moments = m->sums + b->n_totals;
  const uint32_t *of = b->lane_of;
  for (uint32_t cell = 0; cell < b->shape.n_cells; cell++, of += n, totals += n) {
    for (uint32_t k = 0; k < n; k++) {
      if (v[of[k]] == 0) {
        moments += k + 1;
        continue;
      }
      sp_long_add(&totals[k], v[of[k]]);
      for (uint32_t j = 0; j <= k; j++, moments++) {
        if (v[of[j]] != 0) sp_long_add_product(moments, v[of[k]], v[of[j]]);
      }
    }
  }
}

static int32_t load_units(sp_moments *m, const sp_units *u, const sp_bound *b,
                          const sp_group_rows *g) {
  uint32_t last = UINT32_MAX, present = UINT32_MAX;
  double *v = malloc((b->n_lanes + 1U) * sizeof *v);
  if (v == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t r = 0; r < g->n_rows; r++) {
    const int32_t touched = sp_table_touched(g->table, g->rows[r], g->first);
    if (touched == 0) continue;
    const uint32_t stratum = u->psus[g->leaf[r]].stratum;
    if (stratum != last) {
      end_stratum(m, b);
      begin_stratum(m, last = stratum);
    }
    sp_table_totals(g->table, &g->rows[r], 1, g->first, b->n_lanes, v);
    add_record(m, b, v);
    if (touched > 1 && stratum != present) count_present(m, u, present = stratum);
  }
  end_stratum(m, b);
  free(v);
  return SAMPAN_OK;
}

int32_t sp_moments_load(sp_moments *m, const sp_units *u, const sp_bound *b,
                        const sp_group_rows *g) {
  m->n_strata = m->n_present = 0;
  m->df_present = 0;
  SP_TRY(make_room(m, b, g->n_rows < u->n_strata ? g->n_rows : u->n_strata));
  if (!g->by_stratum) return load_units(m, u, b, g);
  load_strata(m, u, b, g);
  return SAMPAN_OK;
}
