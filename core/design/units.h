/* units.h - the strata and units that a survey's records come from, stage by stage, as they are
 * met, and the covariance of totals under the design. */
#ifndef SP_DESIGN_UNITS_H
#define SP_DESIGN_UNITS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "plan/plan.h"

typedef struct sp_stratum {
  const char *text; /* its values joined by " / ", after those of the units above; "" for none */
  double fpc;       /* sampled fraction of units, 0 without FPC */
  double fpc_given; /* as given; NaN before the first record */
  uint32_t n_psu;   /* units that the sample has in it */
  uint32_t parent;  /* the unit of the stage above that it lies in; 0 at the first stage */
  /* Designs whose records are counted by stratum alone, each a PSU: of n_psu, those with a positive
     weight, and of these those of the plan's domain. */
  uint32_t n_positive, n_in_domain;
} sp_stratum;

/* A unit of a stage; at the first one a PSU. */
typedef struct sp_psu {
  uint32_t stratum;
  int32_t has_weight; /* some record has a positive weight */
} sp_psu;

/* The strata and units of one stage. Records are counted by the units of the last stage, which a
 * design of one stage calls PSUs and one of several its leaves. */
typedef struct sp_units {
  sp_map *stratum_keys, *psu_keys;
  int32_t is_flat; /* units are told by their text alone, which is in one stratum */
  /* Flat units whose text is the 4 bytes of a small number need no map: unit + 1 by number, 0 where
     there is none, and the number by unit. */
  uint32_t *of_number, *numbers;
  uint32_t n_of_number, n_numbers; /* that there is room for */
  sp_stratum *strata;
  sp_psu *psus;
  uint32_t n_strata, stratum_capacity, n_psu, psu_capacity;
  struct sp_units *below, *above; /* the next stage and the one before, or NULL */
  uint32_t *rank; /* last of several stages, once finished: place of a leaf in the order of strata,
                     PSUs, strata within them, ... */
} sp_units;

/* The stages of a design whose sampling a variance knows of: the leading ones that have an FPC, and
 * the first in any case. Within units that are sampled with replacement nothing matters; neither
 * does it for replicate weights, which leave whole PSUs out. */
uint32_t sp_design_stages(const sp_design *design);

/* Units of one stage, or of several. */
int32_t sp_units_init(sp_units *units) SP_CHECK;
int32_t sp_units_init_stages(sp_units *units, uint32_t n_stages) SP_CHECK;
void sp_units_clear(sp_units *units);

/* The number of the stratum with this text, made if it is new; SP_MAP_NONE when out of memory. At
 * later stages the bytes behind the text tell the strata of one unit from those of another. */
uint32_t sp_units_stratum(sp_units *units, const char *text, uint64_t n_bytes);
/* The number of a unit by its text in a stratum; NULL text: a unit of its own for this record.
 * Where units are flat it may be one of another stratum, which the caller has to refuse. */
uint32_t sp_units_psu(sp_units *units, uint32_t stratum, const char *text, uint64_t n_bytes);
/* The text of a unit that has one; stable until there is another unit. */
const char *sp_units_text(const sp_units *units, uint32_t psu);

/* The last stage, whose units records belong to; given the first. */
const sp_units *sp_units_leaves(const sp_units *units);
/* The PSU of a leaf. */
uint32_t sp_units_psu_of(const sp_units *units, uint32_t leaf);
/* Leaves go by this: stratum, PSU, stratum within the PSU, and so on; walks.c has their rows in
 * this order. After sp_units_finish. */
uint64_t sp_units_order(const sp_units *units, uint32_t leaf);

/* Works out the sampled fractions and refuses what cannot be: more units in the sample than in the
 * population. */
int32_t sp_units_finish(sp_units *units, const sp_design *design, const char *file,
                        sampan_error *error) SP_CHECK;

/* One leaf's linearized value, z = gradient . totals of the domain in that leaf. */
typedef struct sp_point {
  uint32_t psu;
  uint32_t stratum;
  double z;
  uint32_t leaf;       /* designs of several stages; else the PSU is the leaf */
  uint32_t has_weight; /* some record of the domain in it weighs something */
} sp_point;

/* Where a point stands in a list. */
uint64_t sp_point_order(const sp_units *units, const sp_point *point);

/* Whether a stratum with one unit of the domain is lonely as well. */
static inline int sp_lonely_by_domain(const sp_design *design) {
  return design->lonely_in_domain &&
         (design->lonely == SP_LONELY_ADJUST || design->lonely == SP_LONELY_AVERAGE);
}

/* What a variance met on its way. */
typedef struct sp_variance_note {
  int32_t n_lonely;        /* strata with one unit that hold records of the domain */
  const char *lonely_text; /* the first of them */
} sp_variance_note;

/* The error of a stratum with one unit where the design has no rule for it; returns its status. */
int32_t sp_lonely_error(const sp_design *design, const char *file, uint32_t stage, const char *text,
                        sampan_error *error);

/* The covariance of two estimates from their points, each in the order of sp_point_order; units
 * without a point count as 0. Sum over strata of (1 - f) n / (n - 1) sum (z_a - mean)(z_b - mean)
 * (Woodruff 1971; Sarndal, Swensson, Wretman 1992, 5.5), and over the units of each stratum of f
 * times the same within the unit (there, 4.3). Lonely units by the design's rule; under `fail` an
 * error that names the stratum; NaN where `average` has no stratum left. Exact sums: the order of
 * the units does not matter. */
int32_t sp_units_covariance(const sp_units *units, const sp_design *design, const char *file,
                            const sp_point *a, uint32_t n_a, const sp_point *b, uint32_t n_b,
                            double *out, sp_variance_note *note, sampan_error *error) SP_CHECK;

#endif
