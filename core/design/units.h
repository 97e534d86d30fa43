/* units.h - the strata and PSUs that a survey's records come from, as they are met, and the
 * covariance of totals under the design. */
#ifndef SP_DESIGN_UNITS_H
#define SP_DESIGN_UNITS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "plan/plan.h"

typedef struct sp_stratum {
  const char *text; /* its values joined by " / "; "" where the plan has none */
  double fpc;       /* sampled fraction of PSUs, 0 without FPC */
  double fpc_given; /* as given; NaN before the first record */
  uint32_t n_psu;
  uint32_t reserved;
} sp_stratum;

typedef struct sp_psu {
  uint32_t stratum;
  int32_t has_weight; /* some record has a positive weight */
} sp_psu;

typedef struct sp_units {
  sp_map *stratum_keys, *psu_keys;
  sp_stratum *strata;
  sp_psu *psus;
  uint32_t n_strata, stratum_capacity, n_psu, psu_capacity;
} sp_units;

int32_t sp_units_init(sp_units *units) SP_CHECK;
void sp_units_clear(sp_units *units);

/* The number of the stratum with this text, made if it is new; SP_MAP_NONE when out of memory. */
uint32_t sp_units_stratum(sp_units *units, const char *text, uint64_t n_bytes);
/* The number of a PSU by its text in a stratum; NULL text: a PSU of its own for this record. */
uint32_t sp_units_psu(sp_units *units, uint32_t stratum, const char *text, uint64_t n_bytes);

/* The PSU that a unit is in. */
static inline uint32_t sp_units_psu_of(const sp_units *units, uint32_t unit) {
  (void)units;
  return unit;
}

/* Works out the sampled fractions and refuses what cannot be: more PSUs in the sample than in the
 * population. */
int32_t sp_units_finish(sp_units *units, const sp_design *design, const char *file,
                        sampan_error *error) SP_CHECK;

/* One PSU's linearized value, z = gradient . totals of the domain in that PSU. */
typedef struct sp_point {
  uint32_t psu;
  uint32_t stratum;
  double z;
} sp_point;

/* What a variance met on its way. */
typedef struct sp_variance_note {
  int32_t n_lonely;        /* strata with one PSU that hold records of the domain */
  const char *lonely_text; /* the first of them */
} sp_variance_note;

/* The covariance of two estimates from their points, each in the order of (stratum, PSU); PSUs
 * without a point count as 0. Sum over strata of (1 - f) n / (n - 1) sum (z_a - mean)(z_b - mean)
 * (Woodruff 1971; Sarndal, Swensson, Wretman 1992, 5.5). Lonely PSUs by the design's rule; under
 * `fail` an error that names the stratum. Exact sums: the order of the PSUs does not matter. */
int32_t sp_units_covariance(const sp_units *units, const sp_design *design, const char *file,
                            const sp_point *a, uint32_t n_a, const sp_point *b, uint32_t n_b,
                            double *out, sp_variance_note *note, sampan_error *error) SP_CHECK;

#endif
