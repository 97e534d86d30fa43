/* replicates.c - the variance factors of replicate weights, and covariances from replicates. */
#include "design/replicates.h"

#include <math.h>
#include <string.h>

#include "design/error_ids.h"
#include "totals/exact.h"

static int32_t placed(const sp_replicates *spec, const char *file, sampan_error *error) {
  return spec->place != NULL
             ? sp_error_text_place(error, file, spec->place->line, spec->place->column)
             : sp_error_file(error, file);
}

/* The scale by type; NaN where the type has none for n replicates. */
static double scale_of(const sp_replicates *spec, double n) {
  switch (spec->type) {
    case SP_REPLICATES_BRR:
      return 1 / n;
    case SP_REPLICATES_FAY:
      return 1 / (n * (1 - spec->rho) * (1 - spec->rho));
    case SP_REPLICATES_JK1:
      return n > 1 ? (n - 1) / n : NAN;
    case SP_REPLICATES_BOOTSTRAP:
      return n > 1 ? 1 / (n - 1) : NAN;
    case SP_REPLICATES_SDR:
    case SP_REPLICATES_ACS:
      return 4 / n;
    default:
      return 1;
  }
}

static int32_t check(const sp_replicates *spec, uint32_t n, const char *file, sampan_error *error) {
  if (spec->type == SP_REPLICATES_FAY && !(spec->rho >= 0 && spec->rho < 1)) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE,
                 "Fay's rho of %.10g is not at least 0 and less than 1", spec->rho);
    sp_error_hint(error, "rho: what is taken from the weights of half of the sample, often 0.3");
    return placed(spec, file, error);
  }
  if (spec->rscales == NULL && spec->type == SP_REPLICATES_JKN && isnan(spec->scale)) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE,
                 "JKn replicates in the data need rscales: their weights do not tell the strata");
    sp_error_hint(error,
                  "rscales: (n_h - 1) / n_h for each replicate, n_h the PSUs of its stratum; one "
                  "number, such as 0.5, where it is the same for all");
    return placed(spec, file, error);
  }
  if (spec->rscales != NULL && spec->n_rscales != 1 && spec->n_rscales != n) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE,
                 "rscales has %u numbers for %u replicates", spec->n_rscales, n);
    sp_error_hint(error, "give one number for all, or one for each replicate");
    return placed(spec, file, error);
  }
  if (isnan(spec->scale) && isnan(scale_of(spec, n))) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE, "one %s replicate tells no variance",
                 spec->name != NULL ? spec->name : "single");
    sp_error_hint(error, "name all columns of replicate weights, or give a scale");
    return placed(spec, file, error);
  }
  return SAMPAN_OK;
}

int32_t sp_replicates_factors(const sp_replicates *spec, uint32_t n, const char *file, double *out,
                              sampan_error *error) {
  SP_TRY(check(spec, n, file, error));
  const double scale = isnan(spec->scale) ? scale_of(spec, n) : spec->scale;
  for (uint32_t r = 0; r < n; r++) {
    const double own = spec->rscales == NULL ? 1 : spec->rscales[spec->n_rscales == 1 ? 0 : r];
    out[r] = scale * own;
    if (out[r] >= 0 && isfinite(out[r])) continue;
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_REPLICATES_SCALE,
                 "the variance factor of replicate %u, scale %.10g times rscale %.10g, is no "
                 "number of 0 or more",
                 r + 1, scale, own);
    sp_error_hint(error, "see the survey's documentation for scale and rscales");
    return placed(spec, file, error);
  }
  return SAMPAN_OK;
}

/* Whether a replicate counts: it has a factor, and both estimates. */
static int counts(const double *a, const double *b, const double *factors, uint32_t r) {
  return factors[r] > 0 && isfinite(a[r]) && isfinite(b[r]);
}

/* The plain mean of x over the replicates that count. */
static double center_of(const double *x, const double *a, const double *b, const double *factors,
                        uint32_t n) {
  sp_exact sum;
  double n_used = 0;
  memset(&sum, 0, sizeof sum);
  for (uint32_t r = 0; r < n; r++) {
    if (!counts(a, b, factors, r)) continue;
    sp_exact_add(&sum, x[r]);
    n_used++;
  }
  return sp_exact_value(&sum) / n_used;
}

uint32_t sp_replicates_covariance(const double *a, const double *b, double full_a, double full_b,
                                  const double *factors, uint32_t n, int32_t about_full,
                                  double *out) {
  uint32_t n_bad = 0, n_used = 0;
  for (uint32_t r = 0; r < n; r++) {
    n_used += (uint32_t)counts(a, b, factors, r);
    n_bad += factors[r] > 0 && !counts(a, b, factors, r);
  }
  *out = NAN;
  if (n_used == 0) return n_bad;
  const double at_a = about_full ? full_a : center_of(a, a, b, factors, n);
  const double at_b = about_full ? full_b : center_of(b, a, b, factors, n);
  sp_exact sum;
  memset(&sum, 0, sizeof sum);
  for (uint32_t r = 0; r < n; r++) {
    if (counts(a, b, factors, r)) sp_exact_add(&sum, factors[r] * ((a[r] - at_a) * (b[r] - at_b)));
  }
  *out = sp_exact_value(&sum);
  return n_bad;
}
