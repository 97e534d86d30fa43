/* units.c - strata and PSUs as they are met. */
#include "design/units.h"

#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"

int32_t sp_units_init(sp_units *u) {
  memset(u, 0, sizeof *u);
  u->stratum_keys = sp_map_new(11);
  u->psu_keys = sp_map_new(12);
  if (u->stratum_keys == NULL || u->psu_keys == NULL) {
    sp_units_clear(u);
    return SAMPAN_E_MEMORY;
  }
  return SAMPAN_OK;
}

void sp_units_clear(sp_units *u) {
  sp_map_free(u->stratum_keys);
  sp_map_free(u->psu_keys);
  free(u->strata);
  free(u->psus);
  memset(u, 0, sizeof *u);
}

uint32_t sp_units_stratum(sp_units *u, const char *text, uint64_t n_bytes) {
  const uint32_t number = sp_map_add(u->stratum_keys, text, n_bytes);
  if (number == SP_MAP_NONE || number < u->n_strata) return number;
  if (u->n_strata == u->stratum_capacity) {
    const uint32_t capacity = u->stratum_capacity != 0 ? u->stratum_capacity * 2 : 64;
    sp_stratum *grown = realloc(u->strata, capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    u->strata = grown;
    u->stratum_capacity = capacity;
  }
  sp_stratum *s = &u->strata[u->n_strata++];
  memset(s, 0, sizeof *s);
  s->text = sp_map_key(u->stratum_keys, number, NULL);
  s->fpc_given = NAN;
  return number;
}

static uint32_t new_psu(sp_units *u, uint32_t stratum) {
  if (u->n_psu == u->psu_capacity) {
    const uint32_t capacity = u->psu_capacity != 0 ? u->psu_capacity * 2 : 256;
    sp_psu *grown = realloc(u->psus, capacity * sizeof *grown);
    if (grown == NULL) return SP_MAP_NONE;
    u->psus = grown;
    u->psu_capacity = capacity;
  }
  u->psus[u->n_psu].stratum = stratum;
  u->psus[u->n_psu].has_weight = 0;
  u->strata[stratum].n_psu++;
  return u->n_psu++;
}

uint32_t sp_units_psu(sp_units *u, uint32_t stratum, const char *text, uint64_t n_bytes) {
  if (text == NULL) return new_psu(u, stratum);
  char small[256];
  const uint64_t n_key = sizeof stratum + n_bytes;
  char *key = n_key <= sizeof small ? small : malloc(n_key);
  if (key == NULL) return SP_MAP_NONE;
  memcpy(key, &stratum, sizeof stratum);
  memcpy(key + sizeof stratum, text, n_bytes);
  uint32_t number = sp_map_add(u->psu_keys, key, n_key);
  if (key != small) free(key);
  if (number == u->n_psu) number = new_psu(u, stratum);
  return number;
}

int32_t sp_units_finish(sp_units *u, const sp_design *design, const char *file,
                        sampan_error *error) {
  if (design->fpc == NULL) return SAMPAN_OK;
  for (uint32_t h = 0; h < u->n_strata; h++) {
    sp_stratum *s = &u->strata[h];
    const double given = s->fpc_given;
    const double fraction = design->fpc_is == SP_FPC_FRACTION ? given : s->n_psu / given;
    if (!(fraction > 0 && fraction <= 1 + 1e-12)) {
      sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC,
                   design->fpc_is == SP_FPC_FRACTION
                       ? "stratum '%s': a sampled fraction of %.10g is not between 0 and 1"
                       : "stratum '%s': a population of %.10g PSUs is less than the %u in the data",
                   s->text, given, s->n_psu);
      sp_error_hint(error,
                    "fpc_is: population (PSUs in the stratum) or fraction (of them sampled)");
      return design->place != NULL
                 ? sp_error_text_place(error, file, design->place->line, design->place->column)
                 : sp_error_file(error, file);
    }
    s->fpc = fraction > 1 ? 1 : fraction;
  }
  return SAMPAN_OK;
}
