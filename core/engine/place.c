/* place.c - strata and units of records. */
#include "engine/place_internal.h"

#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"
#include "records/error_ids.h"

static int32_t make_coders(sp_coder ***out, uint32_t n) {
  *out = calloc(n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = sp_coder_new();
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

static void free_coders(sp_coder **coders, uint32_t n) {
  for (uint32_t i = 0; coders != NULL && i < n; i++) sp_coder_free(coders[i]);
  free(coders);
}

/* Where a stage's parts are: in the design itself, or in one of its later stages. */
static void describe_stage(sp_place *p, uint32_t k) {
  const sp_design *d = &p->plan->design;
  sp_place_stage *s = &p->stages[k];
  if (k == 0) {
    s->strata = d->strata;
    s->unit = d->psu;
    s->n_strata = d->n_strata;
    s->n_unit = d->n_psu;
    s->strata_columns = p->columns->strata;
    s->unit_columns = p->columns->psus;
    s->fpc = p->columns->fpc;
    s->units = &p->units;
    return;
  }
  const sp_stage *stage = &d->stages[k - 1];
  const sp_stage_columns *columns = &p->columns->stages[k - 1];
  s->strata = stage->strata;
  s->unit = stage->unit;
  s->n_strata = stage->n_strata;
  s->n_unit = stage->n_unit;
  s->strata_columns = columns->strata;
  s->unit_columns = columns->units;
  s->fpc = columns->fpc;
  s->units = p->stages[k - 1].units->below;
}

int32_t sp_place_init(sp_place *p, const sp_plan *plan, const sp_place_columns *columns) {
  memset(p, 0, sizeof *p);
  sp_buffer_init(&p->text);
  p->plan = plan;
  p->columns = columns;
  p->lanes = sp_lanes_best();
  const uint32_t n_stages = sp_design_stages(&plan->design);
  SP_TRY(sp_units_init_stages(&p->units, n_stages));
  p->stages = calloc(n_stages, sizeof *p->stages);
  if (p->stages == NULL) return SAMPAN_E_MEMORY;
  p->n_stages = n_stages;
  for (uint32_t k = 0; k < n_stages; k++) {
    sp_place_stage *s = &p->stages[k];
    describe_stage(p, k);
    SP_TRY(make_coders(&s->strata_coders, s->n_strata));
    SP_TRY(make_coders(&s->unit_coders, s->n_unit));
    s->stratum_tuples = sp_map_new(31);
    if (s->stratum_tuples == NULL) return SAMPAN_E_MEMORY;
  }
  p->units.is_flat = !plan->design.nested;
  return SAMPAN_OK;
}

static void free_codes(uint32_t **codes, uint32_t n) {
  for (uint32_t i = 0; codes != NULL && i < n; i++) free(codes[i]);
  free(codes);
}

void sp_place_clear(sp_place *p) {
  if (p->plan == NULL) return; /* never made */
  sp_buffer_clear(&p->text);
  sp_units_clear(&p->units);
  for (uint32_t k = 0; k < p->n_stages; k++) {
    sp_place_stage *s = &p->stages[k];
    free_coders(s->strata_coders, s->n_strata);
    free_coders(s->unit_coders, s->n_unit);
    free_codes(s->strata_codes, s->n_strata);
    free_codes(s->unit_codes, s->n_unit);
    sp_map_free(s->stratum_tuples);
    free(s->stratum_of_tuple);
  }
  free(p->stages);
  free(p->memo.stratum_of_code);
  free(p->memo.unit_of_code);
  free(p->start_bits);
}

void sp_place_moved(sp_place *p) {
  if (p->n_stages > 0) p->stages[0].units = &p->units;
  if (p->units.below != NULL) p->units.below->above = &p->units;
}

static int32_t make_codes(uint32_t ***out, uint32_t n, int64_t capacity) {
  free_codes(*out, n);
  *out = calloc(n + 1U, sizeof **out);
  if (*out == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t i = 0; i < n; i++) {
    (*out)[i] = calloc((size_t)capacity + 1, sizeof ***out);
    if ((*out)[i] == NULL) return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

int32_t sp_place_start(sp_place *p, int64_t capacity) {
  p->n_records = 0;
  free(p->start_bits);
  p->start_bits = calloc((size_t)capacity / 64 + 1, sizeof *p->start_bits);
  if (p->start_bits == NULL) return SAMPAN_E_MEMORY;
  for (uint32_t k = 0; k < p->n_stages; k++) {
    sp_place_stage *s = &p->stages[k];
    SP_TRY(make_codes(&s->strata_codes, s->n_strata, capacity));
    SP_TRY(make_codes(&s->unit_codes, s->n_unit, capacity));
  }
  return SAMPAN_OK;
}

static const char *column_of(const sp_expr *e) {
  return e->kind == SP_EXPR_NAME ? e->text : NULL;
}

static int32_t missing_part(const sp_expr *e, int32_t id, const char *what, uint32_t stage,
                            int64_t i, sampan_error *error) {
  if (stage == 0) {
    sp_error_set(error, SAMPAN_E_DATA, id, "the record has no %s", what);
  } else {
    sp_error_set(error, SAMPAN_E_DATA, id, "the record has no %s of stage %u", what, stage + 1);
  }
  sp_error_hint(error,
                "drop such records with `keep` or `drop`, so that they are counted, or give "
                "them one with coalesce()");
  return sp_error_cell(error, NULL, i + 1, column_of(e));
}

/* Adds the texts of a record's codes, joined. */
static void join_texts(sp_buffer *out, sp_coder *const *coders, uint32_t *const *codes,
                       uint32_t n_parts, int64_t i) {
  for (uint32_t k = 0; k < n_parts; k++) {
    if (out->n_bytes > 0) sp_buffer_text_add(out, " / ");
    sp_buffer_text_add(out, sp_coder_text(coders[k], codes[k][i]));
  }
}

/* What a stratum is called: by the units that it lies in, and by its own values. */
static void name_stratum(sp_place *p, uint32_t stage, int64_t i) {
  sp_buffer_reset(&p->text);
  for (uint32_t k = 0; k < stage; k++) {
    const sp_place_stage *s = &p->stages[k];
    join_texts(&p->text, s->strata_coders, s->strata_codes, s->n_strata, i);
    join_texts(&p->text, s->unit_coders, s->unit_codes, s->n_unit, i);
  }
  const sp_place_stage *s = &p->stages[stage];
  join_texts(&p->text, s->strata_coders, s->strata_codes, s->n_strata, i);
}

int32_t sp_place_new_stratum(sp_place *p, sp_place_stage *s, uint32_t number,
                             const uint32_t *tuple) {
  uint32_t *grown = realloc(s->stratum_of_tuple, (number + (size_t)1) * sizeof *grown);
  if (grown == NULL) return SAMPAN_E_MEMORY;
  s->stratum_of_tuple = grown;
  /* The tuple behind the text tells "a / b" of one column from "a" and "b" of two. */
  sp_buffer_char(&p->text, '\0');
  sp_buffer_add(&p->text, tuple, (s->n_strata + 1U) * sizeof *tuple);
  grown[number] = sp_units_stratum(s->units, sp_buffer_text(&p->text), p->text.n_bytes);
  s->n_stratum_of_tuple = number + 1;
  if (grown[number] == SP_MAP_NONE || p->text.failed) return SAMPAN_E_MEMORY;
  s->units->strata[grown[number]].parent = tuple[0];
  return SAMPAN_OK;
}

/* A stratum that records before were in, by the one code that tells it. */
static int in_memo(const sp_place *p, uint32_t stage, int64_t i, uint32_t *stratum) {
  const sp_place_stage *s = &p->stages[0];
  if (stage > 0 || s->n_strata > 1) return 0;
  const uint32_t code = s->n_strata == 1 ? s->strata_codes[0][i] : 0;
  if (code >= p->memo.n_strata || p->memo.stratum_of_code[code] == 0) return 0;
  *stratum = p->memo.stratum_of_code[code] - 1;
  return 1;
}

int32_t sp_place_stratum(sp_place *p, uint32_t stage, uint32_t above, int64_t i, uint32_t *out,
                         sampan_error *error) {
  sp_place_stage *s = &p->stages[stage];
  if (in_memo(p, stage, i, out)) return SAMPAN_OK;
  uint32_t tuple[SP_MOST_PARTS + 1] = {above};
  for (uint32_t k = 0; k < s->n_strata; k++) {
    tuple[k + 1] = s->strata_codes[k][i];
    if (tuple[k + 1] == SP_CODE_MISSING) {
      return missing_part(s->strata[k], SP_ID_STRATUM_MISSING, "stratum", stage, i, error);
    }
  }
  const uint64_t n_bytes = (s->n_strata + 1U) * sizeof *tuple;
  const uint32_t number = sp_map_add(s->stratum_tuples, tuple, n_bytes);
  if (number == SP_MAP_NONE) return sp_error_memory(error);
  if (number >= s->n_stratum_of_tuple) {
    name_stratum(p, stage, i);
    if (sp_place_new_stratum(p, s, number, tuple) < 0) return sp_error_memory(error);
  }
  *out = s->stratum_of_tuple[number];
  return SAMPAN_OK;
}

/* ---- finite population corrections -------------------------------------------------------- */

/* Population sizes where fractions belong, and the other way round. */
static int32_t check_fpc(const sp_design *d, double fpc, sampan_error *error) {
  if (d->fpc_is == SP_FPC_FRACTION && fpc > 0 && fpc <= 1 + 1e-12) return SAMPAN_OK;
  if (d->fpc_is == SP_FPC_POPULATION && fpc >= 1 && isfinite(fpc)) return SAMPAN_OK;
  if (d->fpc_is == SP_FPC_FRACTION) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC,
                 "a sampled fraction of %.10g is not between 0 and 1", fpc);
    return sp_error_hint(error, fpc > 1 ? "population sizes are declared by fpc_is: population; a "
                                          "column that mixes both must be made one or the other"
                                        : "a stratum without a sample has no records");
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC, "a population of %.10g units is less than 1", fpc);
  return sp_error_hint(error,
                       "sampled fractions are declared by fpc_is: fraction; a column that "
                       "mixes both must be made one or the other");
}

int32_t sp_place_fpc(sp_place *p, const sp_place_stage *s, const sp_column *c, uint32_t stratum,
                     int64_t i, sampan_error *error) {
  sp_stratum *h = &s->units->strata[stratum];
  if (!sampan_bit(c->present, i)) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC_VARIES,
                 "the record has no finite population correction");
    return sp_error_cell(error, NULL, i + 1, c->name);
  }
  if (h->fpc_given == c->number[i]) return SAMPAN_OK;
  if (check_fpc(&p->plan->design, c->number[i], error) < 0) {
    return sp_error_cell(error, NULL, i + 1, c->name);
  }
  if (isnan(h->fpc_given)) {
    h->fpc_given = c->number[i];
    return SAMPAN_OK;
  }
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC_VARIES,
               "the finite population correction of stratum '%s' is %.10g here, and %.10g in an "
               "earlier record; it must be the same in the whole stratum",
               h->text, c->number[i], h->fpc_given);
  return sp_error_cell(error, NULL, i + 1, c->name);
}

/* ---- units -------------------------------------------------------------------------------- */

/* Without nesting, a PSU that turns up in a second stratum is a mistake in the data or in the plan.
 */
static int32_t not_nested(sp_place *p, uint32_t stratum, uint32_t home, int64_t i,
                          sampan_error *error) {
  const sp_place_stage *s = &p->stages[0];
  sp_buffer_reset(&p->text);
  join_texts(&p->text, s->unit_coders, s->unit_codes, s->n_unit, i);
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOT_NESTED,
               "PSU '%s' is in stratum '%s' here, and in stratum '%s' before",
               sp_buffer_text(&p->text), p->units.strata[stratum].text, p->units.strata[home].text);
  sp_error_hint(error, "if PSU numbers start anew in each stratum, say so: design: {nest: yes}");
  return sp_error_cell(error, NULL, i + 1, column_of(s->unit[0]));
}

/* All that is counted by unit has room for the units of the first read. */
static int32_t not_known(sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_CHANGED,
               "the record is in a unit that was not there in the first read: the file has changed "
               "meanwhile");
  return sp_error_hint(error, "run again when nobody writes to the file");
}

/* A record that is a unit of its own: the next one, which in a later read is there already. */
static int32_t record_unit(sp_place *p, sp_units *units, uint32_t stratum, uint32_t *out,
                           sampan_error *error) {
  const uint32_t number = p->n_records++;
  if (p->is_known) {
    *out = number;
    return number < p->n_known ? SAMPAN_OK : not_known(error);
  }
  *out = sp_units_psu(units, stratum, NULL, 0);
  return *out != SP_MAP_NONE ? SAMPAN_OK : sp_error_memory(error);
}

/* The text that a unit goes by: the codes of its parts, which are stable within a run. */
static int32_t unit_of(sp_place *p, uint32_t stage, uint32_t stratum, double weight, int64_t i,
                       uint32_t *out, sampan_error *error) {
  const sp_place_stage *s = &p->stages[stage];
  uint32_t tuple[SP_MOST_PARTS];
  for (uint32_t k = 0; k < s->n_unit; k++) {
    tuple[k] = s->unit_codes[k][i];
    if (tuple[k] == SP_CODE_MISSING) {
      return missing_part(s->unit[k], SP_ID_PSU_MISSING, stage == 0 ? "PSU" : "unit", stage, i,
                          error);
    }
  }
  if (s->n_unit > 0) {
    const char *text = (const char *)tuple;
    *out = sp_units_psu(s->units, stratum, text, s->n_unit * sizeof *tuple);
    if (*out == SP_MAP_NONE) return sp_error_memory(error);
    const uint32_t home = s->units->psus[*out].stratum;
    if (home != stratum) return not_nested(p, stratum, home, i, error);
  } else {
    SP_TRY(record_unit(p, s->units, stratum, out, error));
  }
  if (weight > 0) s->units->psus[*out].has_weight = 1;
  return SAMPAN_OK;
}

/* ---- records ------------------------------------------------------------------------------ */

int32_t sp_place_record(sp_place *p, const sp_machine *machine, double weight, int64_t i,
                        uint32_t *out, sampan_error *error) {
  uint32_t unit = 0;
  for (uint32_t k = 0; k < p->n_stages; k++) {
    const sp_place_stage *s = &p->stages[k];
    uint32_t stratum = 0;
    SP_TRY(sp_place_stratum(p, k, unit, i, &stratum, error));
    SP_TRY(unit_of(p, k, stratum, weight, i, &unit, error));
    if (s->fpc == UINT32_MAX) continue;
    SP_TRY(sp_place_fpc(p, s, sp_machine_column(machine, s->fpc), stratum, i, error));
  }
  if (p->is_known && unit >= p->n_known) return not_known(error);
  *out = unit;
  return SAMPAN_OK;
}

int32_t sp_place_finish(sp_place *p, sampan_error *error) {
  if (p->is_known) return SAMPAN_OK;
  p->is_known = 1;
  p->n_known = sp_units_leaves(&p->units)->n_psu;
  return sp_units_finish(&p->units, &p->plan->design, p->plan->file, error);
}
