/* place_batch.c - strata and units of a batch: by runs of its columns, by the codes of records, or
 * record by record. */
#include <stdlib.h>

#include "engine/distinct.h"
#include "engine/place_internal.h"
#include "records/error_ids.h"

static int32_t take_codes(sp_coder *const *coders, const uint32_t *columns, uint32_t n_parts,
                          const sp_machine *machine, int64_t n, uint32_t *const *codes,
                          sampan_error *error) {
  for (uint32_t k = 0; k < n_parts; k++) {
    SP_TRY(sp_coder_codes(coders[k], sp_machine_column(machine, columns[k]), n, codes[k], error));
  }
  return SAMPAN_OK;
}

/* Room in the memo for the codes that there are. */
static int32_t memo_room(sp_place_memo *m, const sp_place_stage *s) {
  const uint32_t n_strata = s->n_strata == 1 ? sp_coder_size(s->strata_coders[0]) : 1;
  const uint32_t n_units = s->n_unit == 1 ? sp_coder_size(s->unit_coders[0]) : 0;
  if (n_strata > m->n_strata) {
    const uint32_t n = n_strata * 2;
    uint32_t *grown = realloc(m->stratum_of_code, n * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + m->n_strata, 0, (n - m->n_strata) * sizeof *grown);
    m->stratum_of_code = grown;
    m->n_strata = n;
  }
  if (n_units > m->n_units) {
    const uint32_t n = n_units * 2;
    struct sp_unit_memo *grown = realloc(m->unit_of_code, n * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    memset(grown + m->n_units, 0, (n - m->n_units) * sizeof *grown);
    m->unit_of_code = grown;
    m->n_units = n;
  }
  return SAMPAN_OK;
}

/* How many records after i, up to the next multiple of 64, are kept, and of its codes. */
static int64_t run_after(const sp_place *p, const uint64_t *kept, const uint32_t *strata,
                         const uint32_t *units, int64_t i, int64_t n) {
  const int64_t first = i / 64 * 64;
  if (first + 64 > n || (i + 3 < first + 64 && units[i + 3] != units[i])) return 0;
  uint64_t same = kept[i / 64] & p->lanes->same_codes(units + first, units[i]);
  if (strata != NULL) same &= p->lanes->same_codes(strata + first, strata[i]);
  return sp_run_after(same, i - first);
}

/* Designs of one stage, strata and units by one column each: most records are of a unit that the
 * memo has. */
static int32_t place_by_codes(sp_place *p, const sp_machine *machine, const uint64_t *kept,
                              const double *weight, int64_t n, uint32_t *unit,
                              sampan_error *error) {
  const sp_place_stage *s = &p->stages[0];
  sp_place_memo *m = &p->memo;
  if (memo_room(m, s) < 0) return sp_error_memory(error);
  const uint32_t *strata = s->n_strata == 1 ? s->strata_codes[0] : NULL;
  const uint32_t *units = s->unit_codes[0];
  const sp_column *fpc = s->fpc != UINT32_MAX ? sp_machine_column(machine, s->fpc) : NULL;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(kept, i)) continue;
    const uint32_t h = strata != NULL ? strata[i] : 0, u = units[i];
    if (h < m->n_strata && u < m->n_units && m->unit_of_code[u].stratum != 0 &&
        m->unit_of_code[u].stratum == m->stratum_of_code[h]) {
      unit[i] = m->unit_of_code[u].unit;
      if (fpc != NULL) {
        SP_TRY(sp_place_fpc(p, s, fpc, m->unit_of_code[u].stratum - 1, i, error));
      }
      if (weight[i] > 0) s->units->psus[unit[i]].has_weight = 1;
    } else {
      SP_TRY(sp_place_record(p, machine, weight[i], i, &unit[i], error));
      const uint32_t stratum = s->units->psus[unit[i]].stratum + 1;
      m->stratum_of_code[h] = stratum;
      m->unit_of_code[u] = (struct sp_unit_memo){.stratum = stratum, .unit = unit[i]};
    }
    if (fpc != NULL || !s->units->psus[unit[i]].has_weight) continue;
    const int64_t n_more = run_after(p, kept, strata, units, i, n);
    p->lanes->fill_codes(unit + i + 1, unit[i], n_more);
    i += n_more;
  }
  return SAMPAN_OK;
}

/* A column of a stage's strata or units, by run. */
typedef struct run_walk {
  sp_coder *coder;
  const sp_column *column; /* NULL: there is none, and all records are of code 0 */
  uint32_t *codes;         /* of records, for those that are placed by them */
  uint32_t run, code;
  int64_t end;
} run_walk;

/* The code of record i, where it is in the next run. */
static int32_t walk_to(run_walk *w, int64_t i, int64_t n, sampan_error *error) {
  if (w->column == NULL) w->end = n;
  if (i < w->end) return SAMPAN_OK;
  if (w->run >= w->column->n_runs) {
    return sp_error_set(error, SAMPAN_E_INTERNAL, SP_ID_CHANGED, "runs of fewer records");
  }
  const int32_t status = sp_coder_run_code(w->coder, w->column, w->run, &w->code, error);
  if (status < 0 && error != NULL && error->row > 0) error->row += i;
  w->end = w->column->run_end[w->run++];
  return status;
}

/* The unit of record i, by its codes. */
static int32_t place_one(sp_place *p, const sp_machine *machine, const run_walk *h,
                         const run_walk *u, double weight, int64_t i, uint32_t *unit,
                         sampan_error *error) {
  sp_place_memo *m = &p->memo;
  if (memo_room(m, &p->stages[0]) < 0) return sp_error_memory(error);
  struct sp_unit_memo *known = &m->unit_of_code[u->code];
  if (known->stratum != 0 && known->stratum == m->stratum_of_code[h->code]) {
    *unit = known->unit;
    return SAMPAN_OK;
  }
  u->codes[i] = u->code;
  if (h->codes != NULL) h->codes[i] = h->code;
  SP_TRY(sp_place_record(p, machine, weight, i, unit, error));
  known->stratum = m->stratum_of_code[h->code] = p->units.psus[*unit].stratum + 1;
  known->unit = *unit;
  return SAMPAN_OK;
}

/* Designs as before whose strata and units come by run, where all records are kept. */
static int32_t place_by_runs(sp_place *p, const sp_machine *machine, const double *weight,
                             int64_t n, uint32_t *unit, sampan_error *error) {
  const sp_place_stage *s = &p->stages[0];
  run_walk u = {.coder = s->unit_coders[0],
                .column = sp_machine_column(machine, s->unit_columns[0]),
                .codes = s->unit_codes[0]};
  run_walk h = {.column = NULL};
  if (s->n_strata == 1) {
    h = (run_walk){.coder = s->strata_coders[0],
                   .column = sp_machine_column(machine, s->strata_columns[0]),
                   .codes = s->strata_codes[0]};
  }
  memset(p->start_bits, 0, (size_t)sampan_words(n) * sizeof *p->start_bits);
  for (int64_t i = 0; i < n;) {
    SP_TRY(walk_to(&h, i, n, error));
    SP_TRY(walk_to(&u, i, n, error));
    const int64_t end = h.end < u.end ? h.end : u.end;
    uint32_t here = 0;
    SP_TRY(place_one(p, machine, &h, &u, weight[i], i, &here, error));
    for (int64_t k = i; k < end && !s->units->psus[here].has_weight; k++) {
      if (weight[k] > 0) s->units->psus[here].has_weight = 1;
    }
    p->lanes->fill_codes(unit + i, here, end - i);
    sampan_set_bit(p->start_bits, i, 1);
    i = end;
  }
  p->starts = p->start_bits;
  return SAMPAN_OK;
}

static int has_runs(const sp_machine *machine, const uint32_t *columns, uint32_t n) {
  return n == 0 || (n == 1 && sp_machine_column(machine, columns[0])->n_runs > 0);
}

/* Records that are units are counted in their strata, and their own codes are of no use. */
static int32_t place_elements(sp_place *p, const sp_machine *machine, const uint64_t *kept,
                              const double *weight, int64_t n, uint32_t *unit,
                              sampan_error *error) {
  const sp_place_stage *s = &p->stages[0];
  sp_place_memo *m = &p->memo;
  SP_TRY(take_codes(s->strata_coders, s->strata_columns, s->n_strata, machine, n, s->strata_codes,
                    error));
  if (p->distinct != NULL) {
    const sp_column *psu = sp_machine_column(machine, s->unit_columns[0]);
    SP_TRY(sp_distinct_add(p->distinct, psu, kept, n, error));
  }
  if (memo_room(m, s) < 0) return sp_error_memory(error);
  const uint32_t *codes = s->n_strata == 1 ? s->strata_codes[0] : NULL;
  const sp_column *fpc = s->fpc != UINT32_MAX ? sp_machine_column(machine, s->fpc) : NULL;
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(kept, i)) continue;
    const uint32_t code = codes != NULL ? codes[i] : 0;
    SP_TRY(sp_place_stratum(p, 0, 0, i, &unit[i], error));
    if (s->n_strata <= 1) m->stratum_of_code[code] = unit[i] + 1;
    sp_stratum *h = &p->units.strata[unit[i]];
    h->n_psu++;
    h->n_positive += weight[i] > 0;
    if (fpc != NULL) SP_TRY(sp_place_fpc(p, s, fpc, unit[i], i, error));
  }
  return SAMPAN_OK;
}

int32_t sp_place_batch(sp_place *p, const sp_machine *machine, const uint64_t *kept,
                       const double *weight, int64_t n, uint32_t *unit, sampan_error *error) {
  const sp_design *d = &p->plan->design;
  p->starts = NULL;
  if (p->plan->kind != SP_KIND_SURVEY || (d->replicates != NULL && !d->replicates->make)) {
    memset(unit, 0, (size_t)n * sizeof *unit);
    return SAMPAN_OK; /* no units: the error is not theirs */
  }
  const sp_place_stage *first = &p->stages[0];
  const int is_plain = p->n_stages == 1 && first->n_strata <= 1 && first->n_unit == 1;
  if (is_plain && !p->by_stratum && first->fpc == UINT32_MAX && sp_all_bits(kept, n) &&
      has_runs(machine, first->strata_columns, first->n_strata) &&
      has_runs(machine, first->unit_columns, 1)) {
    return place_by_runs(p, machine, weight, n, unit, error);
  }
  memset(unit, 0, (size_t)n * sizeof *unit);
  if (p->by_stratum) return place_elements(p, machine, kept, weight, n, unit, error);
  for (uint32_t k = 0; k < p->n_stages; k++) {
    const sp_place_stage *s = &p->stages[k];
    SP_TRY(take_codes(s->strata_coders, s->strata_columns, s->n_strata, machine, n, s->strata_codes,
                      error));
    SP_TRY(
        take_codes(s->unit_coders, s->unit_columns, s->n_unit, machine, n, s->unit_codes, error));
  }
  if (is_plain) return place_by_codes(p, machine, kept, weight, n, unit, error);
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(kept, i)) continue;
    SP_TRY(sp_place_record(p, machine, weight[i], i, &unit[i], error));
  }
  return SAMPAN_OK;
}
