/* state_place.c - strata and units as bytes: in the order of their numbers, which they get again.
 */
#include <string.h>

#include "engine/state_totals.h"

void sp_put_values(sp_buffer *out, const sp_coder *coder) {
  const uint32_t n = sp_coder_size(coder);
  sp_put_count(out, n);
  for (uint32_t i = 0; i < n; i++) sp_put_text(out, sp_coder_text(coder, i));
}

int32_t sp_get_values(sp_bytes *in, sp_coder *coder) {
  const uint32_t n = sp_get_size(in);
  for (uint32_t i = 0; i < n && !in->is_bad; i++) {
    const uint32_t number = sp_coder_add_text(coder, sp_get_text(in));
    if (number == SP_CODE_MISSING) return SAMPAN_E_MEMORY;
    if (number != i) return SAMPAN_E_DATA;
  }
  return in->is_bad ? SAMPAN_E_DATA : SAMPAN_OK;
}

/* ---- out ---------------------------------------------------------------------------------- */

static void put_codes(sp_buffer *out, const char *codes, uint32_t n) {
  for (uint32_t k = 0; k < n; k++) {
    uint32_t code;
    memcpy(&code, codes + k * sizeof code, sizeof code);
    sp_put_count(out, code);
  }
}

static void put_stage(sp_buffer *out, const sp_place_stage *s) {
  for (uint32_t k = 0; k < s->n_strata; k++) sp_put_values(out, s->strata_coders[k]);
  for (uint32_t k = 0; k < s->n_unit; k++) sp_put_values(out, s->unit_coders[k]);
  const uint32_t n = s->n_stratum_of_tuple;
  sp_put_count(out, n);
  for (uint32_t i = 0; i < n; i++) {
    const sp_stratum *h = &s->units->strata[s->stratum_of_tuple[i]];
    put_codes(out, sp_map_key(s->stratum_tuples, i, NULL), s->n_strata + 1);
    sp_put_text(out, h->text);
    sp_put_number(out, h->fpc_given);
  }
  sp_put_count(out, s->units->n_psu);
  for (uint32_t i = 0; i < s->units->n_psu; i++) {
    const sp_psu *unit = &s->units->psus[i];
    sp_put_count(out, (uint64_t)unit->stratum << 1 | (uint64_t)(unit->has_weight != 0));
    if (s->n_unit == 0) continue;
    put_codes(out, sp_units_text(s->units, i), s->n_unit);
  }
}

void sp_put_place(sp_buffer *out, const sp_place *p) {
  for (uint32_t k = 0; k < p->n_stages; k++) put_stage(out, &p->stages[k]);
}

/* ---- in ----------------------------------------------------------------------------------- */

static void get_codes(sp_bytes *in, sp_coder *const *coders, uint32_t n, uint32_t *out) {
  for (uint32_t k = 0; k < n; k++) {
    const uint32_t size = sp_coder_size(coders[k]);
    out[k] = (uint32_t)sp_get_count(in, size > 0 ? size - 1 : 0);
    if (size == 0) in->is_bad = 1;
  }
}

static int32_t get_strata(sp_bytes *in, sp_place *p, uint32_t stage) {
  sp_place_stage *s = &p->stages[stage];
  const uint32_t n = sp_get_size(in);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t tuple[SP_MOST_PARTS + 1];
    tuple[0] = (uint32_t)sp_get_count(in, UINT32_MAX);
    get_codes(in, s->strata_coders, s->n_strata, tuple + 1);
    const char *text = sp_get_text(in);
    const double fpc_given = sp_get_number(in);
    if (in->is_bad || (stage == 0 ? tuple[0] != 0 : tuple[0] >= s->units->above->n_psu)) {
      return SAMPAN_E_DATA;
    }
    const uint32_t number =
        sp_map_add(s->stratum_tuples, tuple, (s->n_strata + 1U) * sizeof *tuple);
    if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    if (number != i) return SAMPAN_E_DATA;
    sp_buffer_reset(&p->text);
    sp_buffer_text_add(&p->text, text);
    SP_TRY(sp_place_new_stratum(p, s, number, tuple));
    s->units->strata[s->stratum_of_tuple[number]].fpc_given = fpc_given;
  }
  return SAMPAN_OK;
}

static int32_t get_units(sp_bytes *in, sp_place *p, uint32_t stage) {
  const sp_place_stage *s = &p->stages[stage];
  const uint32_t n = sp_get_size(in);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t tuple[SP_MOST_PARTS];
    const uint64_t head = sp_get_count(in, UINT64_MAX);
    get_codes(in, s->unit_coders, s->n_unit, tuple);
    if (in->is_bad || head >> 1 >= s->units->n_strata) return SAMPAN_E_DATA;
    const uint32_t stratum = (uint32_t)(head >> 1);
    const uint64_t n_bytes = s->n_unit * sizeof *tuple;
    const uint32_t number =
        sp_units_psu(s->units, stratum, s->n_unit > 0 ? (const char *)tuple : NULL, n_bytes);
    if (number == SP_MAP_NONE) return SAMPAN_E_MEMORY;
    if (number != i) return SAMPAN_E_DATA;
    s->units->psus[number].has_weight = (int32_t)(head & 1);
  }
  return SAMPAN_OK;
}

int32_t sp_get_place(sp_bytes *in, sp_place *p) {
  for (uint32_t k = 0; k < p->n_stages; k++) {
    const sp_place_stage *s = &p->stages[k];
    for (uint32_t i = 0; i < s->n_strata; i++) SP_TRY(sp_get_values(in, s->strata_coders[i]));
    for (uint32_t i = 0; i < s->n_unit; i++) SP_TRY(sp_get_values(in, s->unit_coders[i]));
    SP_TRY(get_strata(in, p, k));
    SP_TRY(get_units(in, p, k));
  }
  return SAMPAN_OK;
}
