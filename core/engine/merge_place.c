/* merge_place.c - the strata and units of two parts. */
#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"
#include "engine/merge_numbers.h"
#include "records/error_ids.h"

/* What the values of a part of a stratum or unit are of, for messages. */
static const char *column_of(const sp_expr *e) {
  return e->kind == SP_EXPR_NAME ? e->text : "of the design";
}

static int32_t merge_codes(sp_numbers *numbers, sp_coder *const *into, sp_coder *const *from,
                           const sp_expr *const *parts, uint32_t n_parts, sampan_error *error) {
  for (uint32_t k = 0; k < n_parts; k++) {
    const uint32_t n = sp_coder_size(from[k]);
    if (sp_numbers_room(&numbers[k], n) < 0) return sp_error_memory(error);
    SP_TRY(
        sp_coder_merge(into[k], from[k], numbers[k].n, numbers[k].to, column_of(parts[k]), error));
    numbers[k].n = n;
  }
  return SAMPAN_OK;
}

/* ---- strata ------------------------------------------------------------------------------- */

static int32_t merge_fpc(sp_place *into, const sp_place_stage *s, sp_stratum *h, double given,
                         sampan_error *error) {
  if (isnan(given) || h->fpc_given == given) return SAMPAN_OK;
  if (isnan(h->fpc_given)) {
    h->fpc_given = given;
    return SAMPAN_OK;
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC_VARIES,
               "the finite population correction of stratum '%s' is %.10g here, and %.10g in an "
               "earlier record; it must be the same in the whole stratum",
               h->text, given, h->fpc_given);
  const sp_expr *fpc = s == into->stages ? into->plan->design.fpc
                                         : into->plan->design.stages[s - into->stages - 1].fpc;
  return sp_error_cell(error, NULL, 0, fpc->kind == SP_EXPR_NAME ? fpc->text : NULL);
}

/* The stratum of a tuple that is new in `into`, named as in `from`. */
static int32_t new_stratum(sp_place *into, sp_place_stage *s, uint32_t number, const char *text,
                           const uint32_t *tuple) {
  sp_buffer_reset(&into->text);
  sp_buffer_text_add(&into->text, text);
  return sp_place_new_stratum(into, s, number, tuple);
}

static int32_t merge_strata(sp_merge *m, uint32_t stage, sampan_error *error) {
  sp_place *place = &m->into->place;
  sp_place_stage *into = &place->stages[stage];
  const sp_place_stage *from = &m->from->place.stages[stage];
  sp_merge_stage *s = &m->stages[stage];
  const uint32_t n = sp_map_size(from->stratum_tuples);
  const uint64_t n_bytes = (from->n_strata + 1U) * sizeof(uint32_t);
  if (sp_numbers_room(&s->strata, from->units->n_strata) < 0) return sp_error_memory(error);
  for (; s->tuples.n < n; s->tuples.n++) {
    uint32_t tuple[SP_MOST_PARTS + 1];
    memcpy(tuple, sp_map_key(from->stratum_tuples, s->tuples.n, NULL), n_bytes);
    if (stage > 0) tuple[0] = m->stages[stage - 1].units.to[tuple[0]];
    for (uint32_t k = 0; k < from->n_strata; k++) {
      tuple[k + 1] = s->strata_codes[k].to[tuple[k + 1]];
    }
    const uint32_t theirs = from->stratum_of_tuple[s->tuples.n];
    const sp_stratum *h = &from->units->strata[theirs];
    const uint32_t number = sp_map_add(into->stratum_tuples, tuple, n_bytes);
    if (number == SP_MAP_NONE || (number >= into->n_stratum_of_tuple &&
                                  new_stratum(place, into, number, h->text, tuple) < 0)) {
      return sp_error_memory(error);
    }
    const uint32_t mine = into->stratum_of_tuple[number];
    s->strata.to[theirs] = mine;
    SP_TRY(merge_fpc(place, into, &into->units->strata[mine], h->fpc_given, error));
  }
  s->strata.n = from->units->n_strata;
  return SAMPAN_OK;
}

/* ---- units -------------------------------------------------------------------------------- */

static void translate(const sp_merge_stage *s, uint32_t n_parts, const char *key, uint32_t *tuple) {
  memcpy(tuple, key, n_parts * sizeof *tuple);
  for (uint32_t k = 0; k < n_parts; k++) tuple[k] = s->unit_codes[k].to[tuple[k]];
}

/* Designs that are not nested: a PSU has one stratum in both. */
static int32_t two_homes(sp_place *into, const uint32_t *tuple, uint32_t stratum, uint32_t before,
                         sampan_error *error) {
  const sp_place_stage *s = &into->stages[0];
  sp_buffer_reset(&into->text);
  for (uint32_t k = 0; k < s->n_unit; k++) {
    if (k > 0) sp_buffer_text_add(&into->text, " / ");
    sp_buffer_text_add(&into->text, sp_coder_text(s->unit_coders[k], tuple[k]));
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOT_NESTED,
               "PSU '%s' is in stratum '%s' here, and in stratum '%s' before",
               sp_buffer_text(&into->text), into->units.strata[stratum].text,
               into->units.strata[before].text);
  sp_error_hint(error, "if PSU numbers start anew in each stratum, say so: design: {nest: yes}");
  return sp_error_cell(error, NULL, 0, s->unit[0]->kind == SP_EXPR_NAME ? s->unit[0]->text : NULL);
}

/* Weights come to units that had none. */
static void merge_weights(sp_merge_stage *s, sp_units *into, const sp_units *from) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < s->n_idle; i++) {
    const uint32_t unit = s->idle[i];
    if (from->psus[unit].has_weight) {
      into->psus[s->units.to[unit]].has_weight = 1;
    } else {
      s->idle[n++] = unit;
    }
  }
  s->n_idle = n;
}

static int32_t add_idle(sp_merge_stage *s, uint32_t unit) {
  if (s->n_idle == s->idle_capacity) {
    const uint32_t capacity = s->idle_capacity != 0 ? s->idle_capacity * 2 : 64;
    uint32_t *grown = realloc(s->idle, capacity * sizeof *grown);
    if (grown == NULL) return SAMPAN_E_MEMORY;
    s->idle = grown;
    s->idle_capacity = capacity;
  }
  s->idle[s->n_idle++] = unit;
  return SAMPAN_OK;
}

static int32_t merge_units(sp_merge *m, uint32_t stage, sampan_error *error) {
  const sp_place_stage *parts = &m->from->place.stages[stage];
  sp_units *into = m->into->place.stages[stage].units;
  const sp_units *from = parts->units;
  sp_merge_stage *s = &m->stages[stage];
  merge_weights(s, into, from);
  if (sp_numbers_room(&s->units, from->n_psu) < 0) return sp_error_memory(error);
  for (; s->units.n < from->n_psu; s->units.n++) {
    const uint32_t unit = s->units.n, stratum = s->strata.to[from->psus[unit].stratum];
    uint32_t to;
    if (parts->n_unit > 0) {
      uint32_t tuple[SP_MOST_PARTS];
      translate(s, parts->n_unit, sp_units_text(from, unit), tuple);
      to = sp_units_psu(into, stratum, (const char *)tuple, parts->n_unit * sizeof *tuple);
      if (to != SP_MAP_NONE && into->psus[to].stratum != stratum) {
        return two_homes(&m->into->place, tuple, stratum, into->psus[to].stratum, error);
      }
    } else {
      to = sp_units_psu(into, stratum, NULL, 0);
      m->into->place.n_records++;
    }
    if (to == SP_MAP_NONE) return sp_error_memory(error);
    s->units.to[unit] = to;
    if (from->psus[unit].has_weight) {
      into->psus[to].has_weight = 1;
    } else if (add_idle(s, unit) < 0) {
      return sp_error_memory(error);
    }
  }
  return SAMPAN_OK;
}

/* Strata that their records are counted by. */
static void merge_elements(sp_merge *m) {
  const sp_units *from = &m->from->place.units;
  for (uint32_t h = 0; h < from->n_strata; h++) {
    sp_stratum *mine = &from->strata[h];
    sp_stratum *theirs = &m->into->place.units.strata[m->stages[0].strata.to[h]];
    theirs->n_psu += mine->n_psu;
    theirs->n_positive += mine->n_positive;
    theirs->n_in_domain += mine->n_in_domain;
    mine->n_psu = mine->n_positive = mine->n_in_domain = 0;
  }
}

int32_t sp_merge_place(sp_merge *m, sampan_error *error) {
  sp_place *into = &m->into->place;
  const sp_place *from = &m->from->place;
  for (uint32_t k = 0; k < m->n_stages; k++) {
    const sp_place_stage *f = &from->stages[k], *i = &into->stages[k];
    sp_merge_stage *s = &m->stages[k];
    SP_TRY(merge_codes(s->strata_codes, i->strata_coders, f->strata_coders, f->strata, f->n_strata,
                       error));
    SP_TRY(merge_codes(s->unit_codes, i->unit_coders, f->unit_coders, f->unit, f->n_unit, error));
    SP_TRY(merge_strata(m, k, error));
    if (from->by_stratum) {
      merge_elements(m);
      continue;
    }
    SP_TRY(merge_units(m, k, error));
  }
  if (!into->is_known || sp_units_leaves(&into->units)->n_psu <= into->n_known) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
               "a record is in a unit that was not there in the first read: the file has changed "
               "meanwhile");
  return sp_error_hint(error, "run again when nobody writes to the file");
}
