/* covariance.c - the with-replacement Taylor covariance of linearized PSU totals. */
#include <math.h>
#include <stdlib.h>

#include "design/error_ids.h"
#include "design/units.h"
#include "totals/exact.h"

/* What is summed for a stratum that holds points. */
typedef struct stratum_sum {
  sp_exact a, b;  /* of the points */
  sp_exact cross; /* of the products of deviations */
  uint32_t n;     /* PSUs with a point in a or b */
  int32_t touched;
  double mean_a, mean_b;
} stratum_sum;

/* Walks the union of two lists in the order of PSU numbers. */
typedef struct walk {
  const sp_point *a, *b;
  uint32_t n_a, n_b, i, j;
} walk;

static int next(walk *w, uint32_t *stratum, double *za, double *zb) {
  const uint32_t pa = w->i < w->n_a ? w->a[w->i].psu : UINT32_MAX;
  const uint32_t pb = w->j < w->n_b ? w->b[w->j].psu : UINT32_MAX;
  if (pa == UINT32_MAX && pb == UINT32_MAX) return 0;
  *stratum = pa <= pb ? w->a[w->i].stratum : w->b[w->j].stratum;
  *za = pa <= pb ? w->a[w->i++].z : 0;
  *zb = pb <= pa ? w->b[w->j++].z : 0;
  return 1;
}

static int32_t lonely_error(const sp_stratum *s, const char *file, sampan_error *error) {
  sp_error_set(error, SAMPAN_E_DATA, SP_ID_LONELY,
               "stratum '%s' has only one PSU, so its variance cannot be estimated", s->text);
  sp_error_hint(
      error,
      "merge it with a neighbour, or choose a rule: design: {lonely: remove | certainty | "
      "adjust | average}");
  return sp_error_file(error, file);
}

/* The part of one stratum; `grand` are the means over all PSUs, for `adjust`. */
static double stratum_part(const sp_design *design, const sp_stratum *s, const stratum_sum *sum,
                           double z_a, double z_b, const double grand[2]) {
  const double n = s->n_psu;
  if (s->fpc >= 1) return 0; /* all PSUs are in the sample */
  if (s->n_psu == 1) {
    if (design->lonely != SP_LONELY_ADJUST) return 0;
    return (1 - s->fpc) * (z_a - grand[0]) * (z_b - grand[1]);
  }
  /* PSUs without records of the domain deviate by the mean alone. */
  const double rest = (n - sum->n) * sum->mean_a * sum->mean_b;
  return (1 - s->fpc) * n / (n - 1) * (sp_exact_value(&sum->cross) + rest);
}

static int32_t sum_up(const sp_units *u, const sp_design *design, const char *file, walk start,
                      stratum_sum *sums, double *out, sp_variance_note *note, sampan_error *error) {
  uint32_t h = 0, n_touched = 0;
  double za = 0, zb = 0;
  sp_exact all[2], total;
  memset(all, 0, sizeof all);
  memset(&total, 0, sizeof total);
  for (walk w = start; next(&w, &h, &za, &zb);) {
    stratum_sum *s = &sums[h];
    sp_exact_add(&s->a, za);
    sp_exact_add(&s->b, zb);
    sp_exact_add(&all[0], za);
    sp_exact_add(&all[1], zb);
    s->n++;
    n_touched += !s->touched;
    s->touched = 1;
  }
  const double grand[2] = {sp_exact_value(&all[0]) / u->n_psu, sp_exact_value(&all[1]) / u->n_psu};
  for (h = 0; h < u->n_strata; h++) {
    stratum_sum *s = &sums[h];
    if (!s->touched) continue;
    s->mean_a = sp_exact_value(&s->a) / u->strata[h].n_psu;
    s->mean_b = sp_exact_value(&s->b) / u->strata[h].n_psu;
    if (u->strata[h].n_psu > 1 || u->strata[h].fpc >= 1) continue;
    if (design->lonely == SP_LONELY_FAIL) return lonely_error(&u->strata[h], file, error);
    if (note->n_lonely++ == 0) note->lonely_text = u->strata[h].text;
  }
  for (walk w = start; next(&w, &h, &za, &zb);) {
    sp_exact_add(&sums[h].cross, (za - sums[h].mean_a) * (zb - sums[h].mean_b));
  }
  for (h = 0; h < u->n_strata; h++) {
    if (!sums[h].touched) continue;
    sp_exact_add(&total, stratum_part(design, &u->strata[h], &sums[h], sp_exact_value(&sums[h].a),
                                      sp_exact_value(&sums[h].b), grand));
  }
  *out = sp_exact_value(&total);
  if (design->lonely == SP_LONELY_AVERAGE && note->n_lonely > 0) {
    const double kept = (double)n_touched - note->n_lonely;
    *out = kept > 0 ? *out * n_touched / kept : NAN;
  }
  return SAMPAN_OK;
}

int32_t sp_units_covariance(const sp_units *u, const sp_design *design, const char *file,
                            const sp_point *a, uint32_t n_a, const sp_point *b, uint32_t n_b,
                            double *out, sp_variance_note *note, sampan_error *error) {
  const walk start = {a, b, n_a, n_b, 0, 0};
  note->n_lonely = 0;
  note->lonely_text = NULL;
  stratum_sum *sums = calloc(u->n_strata != 0 ? u->n_strata : 1, sizeof *sums);
  if (sums == NULL) return sp_error_memory(error);
  const int32_t status = sum_up(u, design, file, start, sums, out, note, error);
  free(sums);
  return status;
}
