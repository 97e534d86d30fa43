/* place_order.c - PSUs in an order that does not depend on the order of the records. */
#include <stdlib.h>

#include "engine/place.h"

typedef struct psu_text {
  const char *stratum, *text;
  uint32_t psu, reserved;
} psu_text;

static int compare(const void *a, const void *b) {
  const psu_text *x = a, *y = b;
  int by = strcmp(x->stratum, y->stratum);
  if (by == 0) by = strcmp(x->text, y->text);
  if (by != 0) return by;
  return x->psu < y->psu ? -1 : x->psu > y->psu; /* records that are PSUs: as they come */
}

/* The values that a PSU is known by. */
static const char *text_of(const sp_place *p, uint32_t psu, sp_arena *arena) {
  const uint32_t n = p->stages[0].n_unit;
  const char *codes = n > 0 ? sp_units_text(&p->units, psu) : NULL;
  const char *text = "";
  for (uint32_t k = 0; k < n && text != NULL; k++) {
    uint32_t code;
    memcpy(&code, codes + k * sizeof code, sizeof code);
    text = sp_arena_printf(arena, "%s%s%s", text, k > 0 ? " / " : "",
                           sp_coder_text(p->stages[0].unit_coders[k], code));
  }
  return text;
}

int32_t sp_place_order(const sp_place *p, uint32_t **out, sampan_error *error) {
  const uint32_t n = p->units.n_psu;
  sp_arena *arena = sp_arena_new(0);
  psu_text *texts = malloc((n + 1U) * sizeof *texts);
  *out = malloc((n + 1U) * sizeof **out);
  int failed = arena == NULL || texts == NULL || *out == NULL;
  for (uint32_t i = 0; i < n && !failed; i++) {
    texts[i].stratum = p->units.strata[p->units.psus[i].stratum].text;
    texts[i].text = text_of(p, i, arena);
    texts[i].psu = i;
    failed = texts[i].text == NULL;
  }
  if (!failed) {
    qsort(texts, n, sizeof *texts, compare);
    for (uint32_t i = 0; i < n; i++) (*out)[i] = texts[i].psu;
  }
  free(texts);
  sp_arena_free(arena);
  if (!failed) return SAMPAN_OK;
  free(*out);
  *out = NULL;
  return sp_error_memory(error);
}
