/* covariance.c - the with-replacement Taylor covariance of linearized PSU totals. */
#include <math.h>

#include "design/error_ids.h"
#include "design/units.h"
#include "totals/exact.h"

/* The union of two lists of points, both in the order of (stratum, PSU). */
typedef struct walk {
  const sp_point *a, *b;
  uint32_t n_a, n_b, i, j;
} walk;

static uint64_t key_of(const sp_point *p, uint32_t i, uint32_t n) {
  return i < n ? (uint64_t)p[i].stratum << 32 | p[i].psu : UINT64_MAX;
}

/* The stratum of the next point, UINT32_MAX at the end. */
static uint32_t next_stratum(const walk *w) {
  const uint64_t ka = key_of(w->a, w->i, w->n_a), kb = key_of(w->b, w->j, w->n_b);
  return (uint32_t)((ka < kb ? ka : kb) >> 32);
}

static void next(walk *w, double *za, double *zb) {
  const uint64_t ka = key_of(w->a, w->i, w->n_a), kb = key_of(w->b, w->j, w->n_b);
  *za = ka <= kb ? w->a[w->i++].z : 0;
  *zb = kb <= ka ? w->b[w->j++].z : 0;
}

static int32_t lonely_error(const sp_stratum *s, const sp_design *design, const char *file,
                            sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_LONELY,
               "stratum '%s' has only one PSU, so its variance cannot be estimated", s->text);
  sp_error_hint(
      error,
      "merge it with a neighbour, or choose a rule: design: {lonely: remove | certainty | "
      "adjust | average}");
  return design->place != NULL
             ? sp_error_text_place(error, file, design->place->line, design->place->column)
             : sp_error_file(error, file);
}

/* One stratum: (1 - f) n / (n - 1) sum (za - mean_a)(zb - mean_b), PSUs without a point at z = 0.
 */
static double stratum_part(const sp_stratum *s, uint32_t h, walk *w) {
  sp_exact sum_a, sum_b, cross;
  double za = 0, zb = 0;
  memset(&sum_a, 0, sizeof sum_a);
  memset(&sum_b, 0, sizeof sum_b);
  memset(&cross, 0, sizeof cross);
  walk again = *w;
  uint32_t n_points = 0;
  while (next_stratum(w) == h) {
    next(w, &za, &zb);
    sp_exact_add(&sum_a, za);
    sp_exact_add(&sum_b, zb);
    n_points++;
  }
  if (s->fpc >= 1) return 0; /* every PSU is in the sample */
  const double n = s->n_psu;
  const double mean_a = sp_exact_value(&sum_a) / n, mean_b = sp_exact_value(&sum_b) / n;
  for (uint32_t k = 0; k < n_points; k++) {
    next(&again, &za, &zb);
    sp_exact_add(&cross, (za - mean_a) * (zb - mean_b));
  }
  const double rest = (n - n_points) * mean_a * mean_b;
  return (1 - s->fpc) * n / (n - 1) * (sp_exact_value(&cross) + rest);
}

/* Means over all PSUs of the strata that hold a point, which `adjust` centres lonely ones at. */
static void grand_means(const sp_units *u, walk w, double out[2]) {
  sp_exact all[2];
  double za = 0, zb = 0, n_psu = 0;
  uint32_t last = UINT32_MAX;
  memset(all, 0, sizeof all);
  for (uint32_t h; (h = next_stratum(&w)) != UINT32_MAX; last = h) {
    if (h != last) n_psu += u->strata[h].n_psu;
    next(&w, &za, &zb);
    sp_exact_add(&all[0], za);
    sp_exact_add(&all[1], zb);
  }
  out[0] = sp_exact_value(&all[0]) / n_psu;
  out[1] = sp_exact_value(&all[1]) / n_psu;
}

int32_t sp_units_covariance(const sp_units *u, const sp_design *design, const char *file,
                            const sp_point *a, uint32_t n_a, const sp_point *b, uint32_t n_b,
                            double *out, sp_variance_note *note, sampan_error *error) {
  walk w = {a, b, n_a, n_b, 0, 0};
  uint32_t n_touched = 0;
  double grand[2] = {NAN, NAN};
  sp_exact total;
  memset(&total, 0, sizeof total);
  note->n_lonely = 0;
  note->lonely_text = NULL;
  for (uint32_t h; (h = next_stratum(&w)) != UINT32_MAX;) {
    const sp_stratum *s = &u->strata[h];
    n_touched++;
    if (s->n_psu > 1 || s->fpc >= 1) {
      sp_exact_add(&total, stratum_part(s, h, &w));
      continue;
    }
    if (design->lonely == SP_LONELY_FAIL) return lonely_error(s, design, file, error);
    if (note->n_lonely++ == 0) note->lonely_text = s->text;
    double za, zb;
    next(&w, &za, &zb);
    if (design->lonely != SP_LONELY_ADJUST) continue;
    if (isnan(grand[0])) {
      const walk start = {a, b, n_a, n_b, 0, 0};
      grand_means(u, start, grand);
    }
    sp_exact_add(&total, (1 - s->fpc) * (za - grand[0]) * (zb - grand[1]));
  }
  *out = sp_exact_value(&total);
  if (design->lonely == SP_LONELY_AVERAGE && note->n_lonely > 0) {
    const double kept = (double)n_touched - note->n_lonely;
    *out = kept > 0 ? *out * n_touched / kept : NAN;
  }
  return SAMPAN_OK;
}
