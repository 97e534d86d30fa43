/* place.c - strata and units of records. */
#include "engine/place.h"

#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"

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

int32_t sp_place_init(sp_place *p, const sp_plan *plan, const sp_place_columns *columns) {
  memset(p, 0, sizeof *p);
  sp_buffer_init(&p->text);
  p->plan = plan;
  p->columns = columns;
  SP_TRY(sp_units_init(&p->units));
  SP_TRY(make_coders(&p->strata_coders, plan->design.n_strata));
  SP_TRY(make_coders(&p->psu_coders, plan->design.n_psu));
  p->stratum_tuples = sp_map_new(31);
  p->psu_homes = sp_map_new(32);
  return p->stratum_tuples != NULL && p->psu_homes != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

static void free_codes(uint32_t **codes, uint32_t n) {
  for (uint32_t i = 0; codes != NULL && i < n; i++) free(codes[i]);
  free(codes);
}

void sp_place_clear(sp_place *p) {
  if (p->plan == NULL) return; /* never made */
  sp_buffer_clear(&p->text);
  sp_units_clear(&p->units);
  free_coders(p->strata_coders, p->plan->design.n_strata);
  free_coders(p->psu_coders, p->plan->design.n_psu);
  free_codes(p->strata_codes, p->plan->design.n_strata);
  free_codes(p->psu_codes, p->plan->design.n_psu);
  sp_map_free(p->stratum_tuples);
  sp_map_free(p->psu_homes);
  free(p->stratum_of_tuple);
  free(p->home_strata);
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
  SP_TRY(make_codes(&p->strata_codes, p->plan->design.n_strata, capacity));
  return make_codes(&p->psu_codes, p->plan->design.n_psu, capacity);
}

static int32_t missing_part(const sp_expr *e, int32_t id, const char *what, int64_t i,
                            sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, id, "the record has no %s", what);
  sp_error_hint(error,
                "drop such records with `keep` or `drop`, so that they are counted, or give "
                "them one with coalesce()");
  return sp_error_cell(error, NULL, i + 1, e->kind == SP_EXPR_NAME ? e->text : NULL);
}

/* The texts of a record's codes, joined. */
static const char *join_texts(sp_place *p, sp_coder *const *coders, uint32_t *const *codes,
                              uint32_t n_parts, int64_t i) {
  sp_buffer_reset(&p->text);
  for (uint32_t k = 0; k < n_parts; k++) {
    if (k > 0) sp_buffer_text_add(&p->text, " / ");
    sp_buffer_text_add(&p->text, sp_coder_text(coders[k], codes[k][i]));
  }
  return sp_buffer_text(&p->text);
}

static int32_t stratum_of(sp_place *p, int64_t i, uint32_t *out, sampan_error *error) {
  const sp_design *d = &p->plan->design;
  uint32_t tuple[16] = {0};
  for (uint32_t k = 0; k < d->n_strata; k++) {
    tuple[k] = p->strata_codes[k][i];
    if (tuple[k] == SP_CODE_MISSING) {
      return missing_part(d->strata[k], SP_ID_STRATUM_MISSING, "stratum", i, error);
    }
  }
  const uint32_t number = sp_map_add(p->stratum_tuples, tuple, d->n_strata * sizeof *tuple);
  if (number == SP_MAP_NONE) return sp_error_memory(error);
  if (number >= p->n_stratum_of_tuple) {
    uint32_t *grown = realloc(p->stratum_of_tuple, (number + 1U) * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    p->stratum_of_tuple = grown;
    (void)join_texts(p, p->strata_coders, p->strata_codes, d->n_strata, i);
    /* The tuple behind the text tells "a / b" of one column from "a" and "b" of two. */
    sp_buffer_char(&p->text, '\0');
    sp_buffer_add(&p->text, tuple, d->n_strata * sizeof *tuple);
    grown[number] = sp_units_stratum(&p->units, sp_buffer_text(&p->text), p->text.n_bytes);
    p->n_stratum_of_tuple = number + 1;
    if (grown[number] == SP_MAP_NONE || p->text.failed) return sp_error_memory(error);
  }
  *out = p->stratum_of_tuple[number];
  return SAMPAN_OK;
}

static int32_t take_fpc(sp_place *p, const sp_column *c, uint32_t stratum, int64_t i,
                        sampan_error *error) {
  sp_stratum *h = &p->units.strata[stratum];
  if (!sampan_bit(c->present, i)) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC_VARIES,
                 "the record has no finite population correction");
    return sp_error_cell(error, NULL, i + 1, c->name);
  }
  if (isnan(h->fpc_given)) h->fpc_given = c->number[i];
  if (h->fpc_given == c->number[i]) return SAMPAN_OK;
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC_VARIES,
               "the finite population correction of stratum '%s' is %.10g here, and %.10g in an "
               "earlier record; it must be the same in the whole stratum",
               h->text, c->number[i], h->fpc_given);
  return sp_error_cell(error, NULL, i + 1, c->name);
}

/* Without nesting, a PSU that turns up in a second stratum is a mistake in the data or in the plan.
 */
static int32_t check_home(sp_place *p, uint32_t stratum, const char *psu, uint64_t n_bytes,
                          int64_t i, sampan_error *error) {
  const uint32_t number = sp_map_add(p->psu_homes, psu, n_bytes);
  if (number == SP_MAP_NONE) return sp_error_memory(error);
  if (number == p->n_home_strata) {
    uint32_t *grown = realloc(p->home_strata, (number + 1U) * sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    p->home_strata = grown;
    p->home_strata[p->n_home_strata++] = stratum;
  }
  if (p->home_strata[number] == stratum) return SAMPAN_OK;
  const sp_design *d = &p->plan->design;
  const char *text = join_texts(p, p->psu_coders, p->psu_codes, d->n_psu, i);
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_NOT_NESTED,
               "PSU '%s' is in stratum '%s' here, and in stratum '%s' before", text,
               p->units.strata[stratum].text, p->units.strata[p->home_strata[number]].text);
  sp_error_hint(error, "if PSU numbers start anew in each stratum, say so: design: {nest: yes}");
  return sp_error_cell(error, NULL, i + 1,
                       d->psu[0]->kind == SP_EXPR_NAME ? d->psu[0]->text : NULL);
}

/* A record that is a unit of its own: the next one, which in a later read is there already. */
static int32_t record_unit(sp_place *p, uint32_t stratum, uint32_t *out) {
  const uint32_t number = p->n_records++;
  if (p->is_known) {
    *out = number;
    return number < p->units.n_psu ? SAMPAN_OK : SAMPAN_E_INTERNAL;
  }
  *out = sp_units_psu(&p->units, stratum, NULL, 0);
  return *out != SP_MAP_NONE ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

/* The text that a PSU goes by: the codes of its parts, which are stable within a run. */
static int32_t unit_of(sp_place *p, uint32_t stratum, double weight, int64_t i, uint32_t *out,
                       sampan_error *error) {
  const sp_design *d = &p->plan->design;
  uint32_t tuple[16];
  for (uint32_t k = 0; k < d->n_psu; k++) {
    tuple[k] = p->psu_codes[k][i];
    if (tuple[k] == SP_CODE_MISSING) {
      return missing_part(d->psu[k], SP_ID_PSU_MISSING, "PSU", i, error);
    }
  }
  if (d->n_psu > 0) {
    const char *text = (const char *)tuple;
    const uint64_t n_bytes = d->n_psu * sizeof *tuple;
    if (!d->nested) SP_TRY(check_home(p, stratum, text, n_bytes, i, error));
    *out = sp_units_psu(&p->units, stratum, text, n_bytes);
    if (*out == SP_MAP_NONE) return sp_error_memory(error);
  } else if (record_unit(p, stratum, out) < 0) {
    return sp_error_memory(error);
  }
  if (weight > 0) p->units.psus[*out].has_weight = 1;
  return SAMPAN_OK;
}

int32_t sp_place_batch(sp_place *p, const sp_machine *machine, const uint64_t *kept,
                       const double *weight, int64_t n, uint32_t *unit, sampan_error *error) {
  const sp_design *d = &p->plan->design;
  memset(unit, 0, (size_t)n * sizeof *unit);
  if (p->plan->kind != SP_KIND_SURVEY || (d->replicates != NULL && !d->replicates->make)) {
    return SAMPAN_OK; /* no units: the error is not theirs */
  }
  for (uint32_t k = 0; k < d->n_strata; k++) {
    SP_TRY(sp_coder_codes(p->strata_coders[k], sp_machine_column(machine, p->columns->strata[k]), n,
                          p->strata_codes[k], error));
  }
  for (uint32_t k = 0; k < d->n_psu; k++) {
    SP_TRY(sp_coder_codes(p->psu_coders[k], sp_machine_column(machine, p->columns->psus[k]), n,
                          p->psu_codes[k], error));
  }
  const sp_column *fpc =
      p->columns->fpc != UINT32_MAX ? sp_machine_column(machine, p->columns->fpc) : NULL;
  for (int64_t i = 0; i < n; i++) {
    uint32_t stratum = 0;
    if (!sampan_bit(kept, i)) continue;
    SP_TRY(stratum_of(p, i, &stratum, error));
    SP_TRY(unit_of(p, stratum, weight[i], i, &unit[i], error));
    if (fpc != NULL) SP_TRY(take_fpc(p, fpc, stratum, i, error));
  }
  return SAMPAN_OK;
}

int32_t sp_place_finish(sp_place *p, sampan_error *error) {
  if (p->is_known) return SAMPAN_OK;
  p->is_known = 1;
  return sp_units_finish(&p->units, &p->plan->design, p->plan->file, error);
}
