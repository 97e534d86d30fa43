/* covariance.c - the Taylor covariance of linearized totals, stage by stage. */
#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"
#include "design/units.h"
#include "totals/exact.h"

/* A leaf that either estimate has a point in; 0 for one that has none. */
typedef struct pair {
  uint32_t leaf;
  uint32_t reserved;
  double za, zb;
} pair;

typedef struct covariance {
  const sp_units *leaves;
  const sp_design *design;
  const char *file;
  const pair *pairs;
  sp_variance_note *note;
  sampan_error *error;
} covariance;

/* Pairs in the order of the leaves: those of one unit, or of one stratum, lie together. */
typedef struct range {
  uint32_t first, end;
} range;

/* The unit of a stage that a pair's leaf lies in. */
static uint32_t unit_at(const covariance *c, const sp_units *stage, uint32_t i) {
  uint32_t unit = c->pairs[i].leaf;
  for (const sp_units *at = c->leaves; at != stage; at = at->above) {
    unit = at->strata[at->psus[unit].stratum].parent;
  }
  return unit;
}

/* From `first`, the pairs of the same unit of a stage, or of the same stratum. */
static range same_unit(const covariance *c, const sp_units *stage, uint32_t first, uint32_t end) {
  const uint32_t unit = unit_at(c, stage, first);
  range r = {first, first + 1};
  while (r.end < end && unit_at(c, stage, r.end) == unit) r.end++;
  return r;
}

static range same_stratum(const covariance *c, const sp_units *stage, uint32_t first,
                          uint32_t end) {
  const uint32_t h = stage->psus[unit_at(c, stage, first)].stratum;
  range r = {first, first + 1};
  while (r.end < end && stage->psus[unit_at(c, stage, r.end)].stratum == h) r.end++;
  return r;
}

/* Totals of both estimates over pairs. */
static void totals(const covariance *c, range r, double out[2]) {
  if (r.end - r.first == 1) {
    out[0] = c->pairs[r.first].za;
    out[1] = c->pairs[r.first].zb;
    return;
  }
  sp_exact a, b;
  memset(&a, 0, sizeof a);
  memset(&b, 0, sizeof b);
  for (uint32_t i = r.first; i < r.end; i++) {
    sp_exact_add(&a, c->pairs[i].za);
    sp_exact_add(&b, c->pairs[i].zb);
  }
  out[0] = sp_exact_value(&a);
  out[1] = sp_exact_value(&b);
}

int32_t sp_lonely_error(const sp_design *design, const char *file, uint32_t stage, const char *text,
                        sampan_error *error) {
  if (stage == 1) {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_LONELY,
                 "stratum '%s' has only one PSU, so its variance cannot be estimated", text);
  } else {
    sp_error_set(error, SAMPAN_E_DATA, SP_ID_LONELY,
                 "'%s' has only one unit of stage %u, so its variance cannot be estimated", text,
                 stage);
  }
  sp_error_hint(error,
                "merge it with a neighbour, or choose a rule: design: {lonely: remove | certainty "
                "| adjust | average}");
  const sp_yaml *place = design->place;
  return place != NULL ? sp_error_text_place(error, file, place->line, place->column)
                       : sp_error_file(error, file);
}

static int32_t lonely_error(const covariance *c, const sp_units *stage, const sp_stratum *s) {
  uint32_t number = 1;
  for (const sp_units *at = stage; at->above != NULL; at = at->above) number++;
  return sp_lonely_error(c->design, c->file, number, s->text, c->error);
}

/* Sum over the units of a stratum of (za - centre_a)(zb - centre_b), those without a pair at 0. */
static double cross_products(const covariance *c, const sp_units *stage, range r, double n,
                             const double centre[2]) {
  sp_exact cross;
  double z[2], n_pairs = 0;
  memset(&cross, 0, sizeof cross);
  for (range unit = {r.first, r.first}; unit.end < r.end; n_pairs++) {
    unit = same_unit(c, stage, unit.end, r.end);
    totals(c, unit, z);
    sp_exact_add(&cross, (z[0] - centre[0]) * (z[1] - centre[1]));
  }
  return sp_exact_value(&cross) + (n - n_pairs) * centre[0] * centre[1];
}

/* One stratum: (1 - f) n / (n - 1) sum (za - mean_a)(zb - mean_b). */
static double stratum_part(const covariance *c, const sp_units *stage, const sp_stratum *s,
                           range r) {
  const double n = s->n_psu;
  double mean[2];
  if (s->fpc >= 1) return 0; /* every unit is in the sample */
  totals(c, r, mean);
  mean[0] /= n;
  mean[1] /= n;
  return (1 - s->fpc) * n / (n - 1) * cross_products(c, stage, r, n, mean);
}

/* Means over all units of the strata that hold a pair, which `adjust` centres lonely ones at. */
static void grand_means(const covariance *c, const sp_units *stage, range all, double out[2]) {
  double n = 0;
  for (range r = {all.first, all.first}; r.end < all.end;) {
    r = same_stratum(c, stage, r.end, all.end);
    n += stage->strata[stage->psus[unit_at(c, stage, r.first)].stratum].n_psu;
  }
  totals(c, all, out);
  out[0] /= n;
  out[1] /= n;
}

/* A lonely unit under `adjust`: about the grand mean. n / (n - 1) is for strata that are lonely in
 * the domain alone. */
static double adjusted_part(const covariance *c, const sp_units *stage, const sp_stratum *s,
                            range r, const double grand[2]) {
  const double n = s->n_psu;
  return (1 - s->fpc) * (n > 1 ? n / (n - 1) : 1) * cross_products(c, stage, r, n, grand);
}

/* Whether the rule for lonely units has to do with a stratum; with one unit of the domain out of
 * several only where the plan asks for it, and then as R: the other rules leave it as it is. */
static int is_lonely(const covariance *c, const sp_units *stage, const sp_stratum *s, range r) {
  const sp_design *d = c->design;
  if (s->fpc >= 1) return 0;
  if (s->n_psu <= 1) return 1;
  return d->lonely_in_domain && (d->lonely == SP_LONELY_ADJUST || d->lonely == SP_LONELY_AVERAGE) &&
         same_unit(c, stage, r.first, r.end).end == r.end;
}

/* The variance of one stage's sampling within `all`: all pairs, or those of one unit above. */
static int32_t one_stage(const covariance *c, const sp_units *stage, range all, double *out) {
  double grand[2] = {NAN, NAN};
  const sp_stratum *failed = NULL;
  uint32_t n_strata = 0, n_lonely = 0;
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  for (range r = {all.first, all.first}; r.end < all.end;) {
    r = same_stratum(c, stage, r.end, all.end);
    const sp_stratum *s = &stage->strata[stage->psus[unit_at(c, stage, r.first)].stratum];
    n_strata++;
    if (!is_lonely(c, stage, s, r)) {
      sp_exact_add(&sum, stratum_part(c, stage, s, r));
      continue;
    }
    if (c->design->lonely == SP_LONELY_FAIL) {
      /* Of several the first by name: numbers go by who read what. */
      if (failed == NULL || strcmp(s->text, failed->text) < 0) failed = s;
      continue;
    }
    if (c->note->n_lonely++ == 0) c->note->lonely_text = s->text;
    n_lonely++;
    if (c->design->lonely != SP_LONELY_ADJUST) continue;
    if (isnan(grand[0])) grand_means(c, stage, all, grand);
    sp_exact_add(&sum, adjusted_part(c, stage, s, r, grand));
  }
  if (failed != NULL) return lonely_error(c, stage, failed);
  *out = sp_exact_value(&sum);
  if (c->design->lonely == SP_LONELY_AVERAGE && n_lonely > 0) {
    const double kept = (double)n_strata - n_lonely;
    *out = kept > 0 ? *out * n_strata / kept : NAN;
  }
  return SAMPAN_OK;
}

/* The variance from a stage on: its own sampling, and f times what the stages below add in each
 * unit. As many levels deep as the plan has stages. */
static int32_t from_stage(const covariance *c, const sp_units *stage, range all, double *out) {
  SP_TRY(one_stage(c, stage, all, out));
  if (stage->below == NULL) return SAMPAN_OK;
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  int is_none = isnan(*out);
  for (range unit = {all.first, all.first}; unit.end < all.end;) {
    double within;
    unit = same_unit(c, stage, unit.end, all.end);
    SP_TRY(from_stage(c, stage->below, unit, &within));
    is_none = is_none || isnan(within);
    const double f = stage->strata[stage->psus[unit_at(c, stage, unit.first)].stratum].fpc;
    if (!is_none) sp_exact_add(&sum, f * within);
  }
  *out = is_none ? NAN : *out + sp_exact_value(&sum);
  return SAMPAN_OK;
}

/* The union of two lists of points. */
static uint32_t merge(const sp_units *u, const sp_point *a, uint32_t n_a, const sp_point *b,
                      uint32_t n_b, pair *out) {
  uint32_t i = 0, j = 0, n = 0;
  while (i < n_a || j < n_b) {
    const uint64_t ka = i < n_a ? sp_point_order(u, &a[i]) : UINT64_MAX;
    const uint64_t kb = j < n_b ? sp_point_order(u, &b[j]) : UINT64_MAX;
    const sp_point *p = ka <= kb ? &a[i] : &b[j];
    out[n].leaf = u->below != NULL ? p->leaf : p->psu;
    out[n].za = ka <= kb ? a[i++].z : 0;
    out[n++].zb = kb <= ka ? b[j++].z : 0;
  }
  return n;
}

int32_t sp_units_covariance(const sp_units *u, const sp_design *design, const char *file,
                            const sp_point *a, uint32_t n_a, const sp_point *b, uint32_t n_b,
                            double *out, sp_variance_note *note, sampan_error *error) {
  pair *pairs = malloc(((size_t)n_a + n_b + 1U) * sizeof *pairs);
  note->n_lonely = 0;
  note->lonely_text = NULL;
  if (pairs == NULL) return sp_error_memory(error);
  const range all = {0, merge(u, a, n_a, b, n_b, pairs)};
  const covariance c = {.leaves = sp_units_leaves(u),
                        .design = design,
                        .file = file,
                        .pairs = pairs,
                        .note = note,
                        .error = error};
  const int32_t status = from_stage(&c, u, all, out);
  free(pairs);
  return status;
}
