/* units.c - strata and units as they are met, stage by stage. */
#include "design/units.h"

#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"

uint32_t sp_design_stages(const sp_design *design) {
  uint32_t n = 1;
  if (design->fpc == NULL || design->replicates != NULL) return n;
  while (n <= design->n_stages && design->stages[n - 1].fpc != NULL) n++;
  return n;
}

static int32_t init_one(sp_units *u) {
  memset(u, 0, sizeof *u);
  u->stratum_keys = sp_map_new(11);
  u->psu_keys = sp_map_new(12);
  return u->stratum_keys != NULL && u->psu_keys != NULL ? SAMPAN_OK : SAMPAN_E_MEMORY;
}

int32_t sp_units_init_stages(sp_units *u, uint32_t n_stages) {
  int32_t status = init_one(u);
  sp_units *at = u;
  for (uint32_t k = 1; k < n_stages && status >= 0; k++) {
    at->below = calloc(1, sizeof *at->below);
    status = at->below != NULL ? init_one(at->below) : SAMPAN_E_MEMORY;
    if (at->below == NULL) break;
    at->below->above = at;
    at = at->below;
  }
  if (status < 0) sp_units_clear(u);
  return status;
}

int32_t sp_units_init(sp_units *u) {
  return sp_units_init_stages(u, 1);
}

void sp_units_clear(sp_units *u) {
  sp_units *next = u->below;
  while (next != NULL) {
    sp_units *after = next->below;
    next->below = NULL;
    sp_units_clear(next);
    free(next);
    next = after;
  }
  sp_map_free(u->stratum_keys);
  sp_map_free(u->psu_keys);
  free(u->strata);
  free(u->psus);
  free(u->of_number);
  free(u->numbers);
  free(u->rank);
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

/* `array` with room for element i, what is new being 0; NULL when out of memory. */
static uint32_t *room_for(uint32_t *array, uint32_t i, uint32_t *n) {
  uint32_t wanted = *n != 0 ? *n : 256;
  if (i < *n) return array;
  while (wanted <= i) wanted *= 2;
  uint32_t *grown = realloc(array, (size_t)wanted * sizeof *grown);
  if (grown == NULL) return NULL;
  memset(grown + *n, 0, (size_t)(wanted - *n) * sizeof *grown);
  *n = wanted;
  return grown;
}

static uint32_t numbered_psu(sp_units *u, uint32_t stratum, uint32_t number) {
  if (number >= UINT32_MAX / 2) return SP_MAP_NONE;
  uint32_t *grown = room_for(u->of_number, number, &u->n_of_number);
  if (grown == NULL) return SP_MAP_NONE;
  u->of_number = grown;
  if (grown[number] != 0) return grown[number] - 1;
  uint32_t *numbers = room_for(u->numbers, u->n_psu, &u->n_numbers);
  if (numbers == NULL) return SP_MAP_NONE;
  u->numbers = numbers;
  numbers[u->n_psu] = number;
  const uint32_t psu = new_psu(u, stratum);
  if (psu != SP_MAP_NONE) grown[number] = psu + 1;
  return psu;
}

uint32_t sp_units_psu(sp_units *u, uint32_t stratum, const char *text, uint64_t n_bytes) {
  if (text == NULL) return new_psu(u, stratum);
  uint32_t number;
  if (u->is_flat && n_bytes == sizeof number) {
    memcpy(&number, text, sizeof number);
    return numbered_psu(u, stratum, number);
  }
  if (u->is_flat) {
    number = sp_map_add(u->psu_keys, text, n_bytes);
    return number == u->n_psu ? new_psu(u, stratum) : number;
  }
  char small[256];
  const uint64_t n_key = sizeof stratum + n_bytes;
  char *key = n_key <= sizeof small ? small : malloc(n_key);
  if (key == NULL) return SP_MAP_NONE;
  memcpy(key, &stratum, sizeof stratum);
  memcpy(key + sizeof stratum, text, n_bytes);
  number = sp_map_add(u->psu_keys, key, n_key);
  if (key != small) free(key);
  if (number == u->n_psu) number = new_psu(u, stratum);
  return number;
}

const char *sp_units_text(const sp_units *u, uint32_t psu) {
  if (u->numbers != NULL) return (const char *)&u->numbers[psu];
  const char *key = sp_map_key(u->psu_keys, psu, NULL);
  return key == NULL || u->is_flat ? key : key + sizeof(uint32_t); /* the stratum comes first */
}

/* ---- leaves ------------------------------------------------------------------------------- */

const sp_units *sp_units_leaves(const sp_units *u) {
  while (u->below != NULL) u = u->below;
  return u;
}

uint32_t sp_units_psu_of(const sp_units *u, uint32_t leaf) {
  uint32_t unit = leaf;
  for (const sp_units *at = sp_units_leaves(u); at->above != NULL; at = at->above) {
    unit = at->strata[at->psus[unit].stratum].parent;
  }
  return unit;
}

uint64_t sp_units_order(const sp_units *u, uint32_t leaf) {
  if (u->below != NULL) return sp_units_leaves(u)->rank[leaf];
  return (uint64_t)u->psus[leaf].stratum << 32 | leaf;
}

uint64_t sp_point_order(const sp_units *u, const sp_point *p) {
  return u->below != NULL ? sp_units_order(u, p->leaf) : (uint64_t)p->stratum << 32 | p->psu;
}

typedef struct ranked {
  uint64_t first; /* rank of the unit above, and stratum */
  uint32_t unit;
  uint32_t reserved;
} ranked;

static int compare_ranked(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->first != y->first) return x->first < y->first ? -1 : 1;
  return x->unit < y->unit ? -1 : x->unit > y->unit;
}

/* The places of one stage's units in the order, from those of the stage above. */
static int32_t rank_stage(sp_units *u) {
  ranked *list = malloc((u->n_psu + 1U) * sizeof *list);
  free(u->rank);
  u->rank = malloc((u->n_psu + 1U) * sizeof *u->rank);
  if (list == NULL || u->rank == NULL) {
    free(list);
    return SAMPAN_E_MEMORY;
  }
  for (uint32_t i = 0; i < u->n_psu; i++) {
    const uint32_t h = u->psus[i].stratum;
    const uint32_t above = u->above != NULL ? u->above->rank[u->strata[h].parent] : 0;
    list[i] = (ranked){.first = (uint64_t)above << 32 | h, .unit = i};
  }
  qsort(list, u->n_psu, sizeof *list, compare_ranked);
  for (uint32_t i = 0; i < u->n_psu; i++) u->rank[list[i].unit] = i;
  free(list);
  return SAMPAN_OK;
}

/* ---- sampled fractions -------------------------------------------------------------------- */

static int32_t finish_stage(sp_units *u, const sp_design *design, const sp_yaml *place,
                            const char *file, sampan_error *error) {
  const char *unit = u->above == NULL ? "PSUs" : "units";
  for (uint32_t h = 0; h < u->n_strata; h++) {
    sp_stratum *s = &u->strata[h];
    const double given = s->fpc_given;
    const int is_fraction = design->fpc_is == SP_FPC_FRACTION;
    const double fraction = is_fraction ? given : s->n_psu / given;
    if (!(fraction > 0 && fraction <= 1 + 1e-12)) {
      if (is_fraction) {
        sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC,
                     "stratum '%s': a sampled fraction of %.10g is not between 0 and 1", s->text,
                     given);
      } else {
        sp_error_set(error, SAMPAN_E_DATA, SP_ID_FPC,
                     "stratum '%s': a population of %.10g %s is less than the %u in the data",
                     s->text, given, unit, s->n_psu);
      }
      sp_error_hint(error, "fpc_is: population (%s in the stratum) or fraction (of them sampled)",
                    unit);
      return place != NULL ? sp_error_text_place(error, file, place->line, place->column)
                           : sp_error_file(error, file);
    }
    s->fpc = fraction > 1 ? 1 : fraction;
  }
  return SAMPAN_OK;
}

int32_t sp_units_finish(sp_units *u, const sp_design *design, const char *file,
                        sampan_error *error) {
  if (design->fpc == NULL) return SAMPAN_OK;
  const int is_deep = u->below != NULL;
  uint32_t stage = 0;
  for (sp_units *at = u; at != NULL; at = at->below, stage++) {
    const sp_yaml *place = stage == 0 ? design->place : design->stages[stage - 1].place;
    SP_TRY(finish_stage(at, design, place, file, error));
    if (is_deep && rank_stage(at) < 0) return sp_error_memory(error);
  }
  return SAMPAN_OK;
}
