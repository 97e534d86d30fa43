/* sampan/statistics.h - estimators, intervals and comparisons: the part of the plugin ABI that is
 * about numbers. Plugins include sampan/plugin.h, which takes this in.
 *
 * What ABI 1.1 added stands at the ends of structs and says so: a plugin that means to run under an
 * older host looks at struct_size first.
 */
#ifndef SAMPAN_STATISTICS_H
#define SAMPAN_STATISTICS_H

#ifndef SAMPAN_PLUGIN_H
#error "include sampan/plugin.h"
#endif

#include <stddef.h>

/* ---- estimators --------------------------------------------------------------------------- */

enum {
  SAMPAN_ROLE_OPTIONAL = 1,
  SAMPAN_ROLE_MANY = 2, /* takes a list of columns; only the last role may */
  SAMPAN_ROLE_LEVELS =
      4 /* 1.1: a column of texts comes with its levels, in bind() as well: its
           dictionary holds all values that the records of the domain have, in the
           order that tables show, and a code is the number of a level. A role whose
           types are TEXT alone then takes columns of any type by their values */
};

/* A column that the estimator needs, named by this key in the plan. */
typedef struct sampan_role {
  const char *name; /* "of", "numerator", "age" */
  int32_t types;    /* mask of the column types that it accepts */
  uint32_t flags;
  const char *text_en, *text_zh;
} sampan_role;

/* How a component of u is given for a record. */
enum {
  SAMPAN_ONE = 1, /* 1 for every record that is in: nothing is written */
  SAMPAN_BIT = 2, /* 0 or 1: a bitmap */
  SAMPAN_F64 = 3, /* a double */
  /* 1.1, in the first read only: a double whose distribution over the records of the group is kept
     (sampan_tally), and which adds up to nothing. A record that is NaN has no part in it. */
  SAMPAN_TALLY = 4
};

/* What a component is, beside how it is given. */
enum {
  SAMPAN_EVENTS = 1,   /* counts events: its total is Poisson in data of kind `vital`, and
                          the records with it are the n_events of the result */
  SAMPAN_EXPOSURE = 2, /* the population or person-time that the events come from */
  SAMPAN_APART = 4     /* 1.1, of a TALLY: records of the same value are kept apart, in the order of
                          the file */
};

typedef struct sampan_component {
  int32_t type; /* ONE, BIT, F64 */
  uint32_t flags;
} sampan_component;

/* The units of an estimate, for tables. */
enum {
  SAMPAN_UNIT_NONE = 0,
  SAMPAN_UNIT_PROPORTION = 1, /* 0 to 1, shown as per cent */
  SAMPAN_UNIT_COUNT = 2,
  SAMPAN_UNIT_RATE = 3, /* per the `per` of its shape */
  SAMPAN_UNIT_RATIO = 4
};

/* One number that the estimator gives. */
typedef struct sampan_statistic {
  const char *name; /* "prevalence", "mean" */
  int32_t unit;
  uint32_t flags;      /* 1.1: SAMPAN_STATISTIC_* */
  double lower, upper; /* the values it can take; -HUGE_VAL, HUGE_VAL where unbounded */
  double per;          /* RATE: 1000, 100000; else 1 */
} sampan_statistic;

enum {
  SAMPAN_STATISTIC_TEST = 1 /* the number of a test, as a chi-square or a p: it has no standard
                               error and no interval */
};

/* What bind() decides from parameters and column types. Totals are laid out cell by cell:
 * total[cell * n_components + component]. */
typedef struct sampan_shape {
  uint32_t struct_size;
  uint32_t n_components;
  const sampan_component *components;
  uint32_t n_cells; /* 1 where the estimator needs no cells */
  uint32_t n_statistics;
  const sampan_statistic *statistics;
  const void *bound; /* the estimator's own immutable data, from host->alloc; or NULL */
  uint32_t n_state;  /* 1.1: doubles that are carried from read to read for each group; 0 */
  uint32_t flags;    /* 1.1: SAMPAN_SHAPE_* */
} sampan_shape;

enum {
  SAMPAN_SHAPE_SHARED_STATE = 1 /* replicates go by the state and tallies of the full sample: only
                                   the totals are their own */
};

/* ---- several reads ------------------------------------------------------------------------
 *
 * 1.1. An estimator with `advance` has the records read again until all its groups are settled. In
 * each read, score() is given what the reads before left for the group of each record: the state
 * that advance() wrote, and the tallies of the first read. The totals of the last read are those of
 * value(). Under replicate weights all this is done once for each replicate, whose state is its
 * own.
 */

/* The distribution of a TALLY over the records of positive weight of a group. */
typedef struct sampan_tally {
  uint32_t struct_size;
  uint32_t reserved;
  int64_t n;            /* different values, or records where they are kept APART */
  const double *value;  /* ascending; equal ones in the order of the file */
  const double *weight; /* of each */
  const double *below;  /* sum of the weights up to and with each, exact but for one rounding */
  const int64_t *count; /* records of each */
} sampan_tally;

/* What the reads before left for a group. */
typedef struct sampan_memory {
  uint32_t struct_size;
  uint32_t n_state;
  const double *state; /* zeros in the first read */
  const sampan_tally *const
      *tallies; /* by component, NULL for the others; NULL in the first read */
} sampan_memory;

/* The columns of a batch, by role: columns[0] is the first column of role 0; an optional role that
 * the plan leaves out has columns[i] == NULL; the columns of a MANY role are the last ones. */
typedef struct sampan_batch {
  uint32_t struct_size;
  uint32_t n_columns;
  int64_t n_records;
  const sampan_column *const *columns;
  /* 1.1, for estimators with `advance`: which read this is, 0 the first; the group of each record,
     and what is known of each group. In the first read `memory` is NULL. A record whose group is
     UINT32_MAX is in none: what is scored for it does not matter. */
  uint32_t read;
  uint32_t n_groups;
  const uint32_t *group;
  const sampan_memory *const *memory;
} sampan_batch;

/* Where score() writes. Memory is the core's, 64-byte aligned, undefined at entry. */
typedef struct sampan_scores {
  uint32_t struct_size;
  uint32_t n_components;
  uint64_t *in;           /* bitmap: the record belongs to this statistic (nothing missing) */
  uint64_t *const *bits;  /* BIT components: a bitmap; NULL for others */
  double *const *numbers; /* F64 and TALLY components: a double per record; NULL for others */
  uint32_t *cell;         /* cell of each record that is in; NULL where n_cells is 1 */
} sampan_scores;

/* The totals of one domain. */
typedef struct sampan_totals {
  uint32_t struct_size;
  uint32_t n_totals; /* n_cells * n_components */
  const double *total;
  const int64_t *count; /* records behind each total: in, and (for a BIT) with it set */
  int64_t n_records;    /* records that are in */
  double weight;        /* their weight */
  int64_t n_positive;   /* of n_records, those with a positive weight */
  /* 1.1, for estimators with `advance`: the read that the totals are of, and as in sampan_memory.
   */
  uint32_t read;
  uint32_t n_state;
  const double *state;
  const sampan_tally *const *tallies; /* of the first read, in advance() after it as well */
} sampan_totals;

enum {
  SAMPAN_ESTIMABLE = 0,
  SAMPAN_NOT_ESTIMABLE = 1 /* e.g. no record in the domain; the row is kept, without numbers */
};

/* Where value() writes, one of each per statistic. */
typedef struct sampan_estimates {
  uint32_t struct_size;
  uint32_t n_statistics;
  double *value;
  double *gradient;         /* n_statistics * n_totals: d value / d total */
  double *element_variance; /* variance of the element in the population, for the design effect;
                               NaN where it has none */
  int32_t *status;
  /* 1.1; all are NaN (df_spent: 0) before the call. */
  double *inner;          /* for a statistic whose error is that of another one, as a quantile's is
                             that of the share below it: the value of that one. The gradient is then
                             of `inner`, a proportion, whose limits back() turns into those of the
                             statistic; its std_error is (upper - lower) / 2 t */
  double *df_spent;       /* degrees of freedom that go to parameters: taken from the design's */
  double *model_variance; /* in data of kind `vital`: the variance, instead of Poisson's by the
                             gradient */
} sampan_estimates;

typedef struct sampan_estimator_ops {
  uint32_t struct_size;
  uint32_t n_roles;
  const sampan_role *roles;
  /* Decides the shape. `columns` as in sampan_batch, without records. */
  int32_t (*bind)(const sampan_call *call, const sampan_batch *columns, sampan_shape *out);
  /* Scores a batch. Pure: the same records give the same scores, whatever the batch. */
  int32_t (*score)(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                   const sampan_scores *out);
  /* The value of each statistic, and its gradient. */
  int32_t (*value)(const sampan_call *call, const sampan_shape *shape, const sampan_totals *totals,
                   const sampan_estimates *out);
  /* 1.1. NULL for an estimator of one read. After each read, for each group: from its totals and
   * totals->state makes the next `state` (n_state doubles, those of before at entry). SAMPAN_END:
   * the group is settled, these totals are its last; SAMPAN_OK: another read is needed. */
  int32_t (*advance)(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, double *state);
  /* 1.1. The value of a statistic where its `inner` one is x; NaN where there is none. NULL where
   * no statistic has one. */
  int32_t (*back)(const sampan_call *call, const sampan_shape *shape, const sampan_totals *totals,
                  uint32_t statistic, double x, double *out);
} sampan_estimator_ops;

/* ---- intervals ---------------------------------------------------------------------------- */

typedef struct sampan_interval_in {
  uint32_t struct_size;
  int32_t unit; /* SAMPAN_UNIT_* */
  double estimate, std_error;
  double df;           /* HUGE_VAL: normal */
  double level;        /* 0.95 */
  int64_t n;           /* records in, zero weights counted */
  int64_t n_positive;  /* records in with a positive weight */
  int64_t n_events;    /* of them, with the event */
  double events;       /* total of the EVENTS components, unweighted by the standard */
  double exposure;     /* total of the EXPOSURE components */
  double gradient_max; /* largest d estimate / d event over the cells: Fay and Feuer's w_m */
  double lower_bound, upper_bound; /* the values the statistic can take */
  double per;
  /* 1.1. Over the cells with exposure: mean and mean square of d estimate / d event (Tiwari's
     modification of Fay and Feuer); NaN where there are no cells. */
  double gradient_mean, gradient_mean_square;
  /* 1.1. Replicate weights: the estimate by each replicate, NaN where one has none, and its factor:
     the variance of any function f of the estimate is sum factor_r (f(replicate_r) - c)^2, with c
     f(estimate) where `about_estimate`, else the mean of f over replicates of positive factor. */
  uint32_t n_replicates;
  int32_t about_estimate;
  const double *replicate, *replicate_factor;
  double t_quantile; /* 1.2. Of 0.5 + level / 2 at df, which the host has at hand; 0: not given */
} sampan_interval_in;

/* The t quantile of 0.5 + level / 2 at df. */
static inline double sampan_interval_t(const sampan_call *call, const sampan_interval_in *in) {
  const size_t end = offsetof(sampan_interval_in, t_quantile) + sizeof in->t_quantile;
  if (in->struct_size >= end && in->t_quantile > 0) return in->t_quantile;
  return call->host->t_quantile(0.5 + in->level / 2, in->df);
}

/* Whether the host gives replicates, and there are any. */
static inline int sampan_has_replicates(const sampan_interval_in *in) {
  const size_t end = offsetof(sampan_interval_in, replicate_factor) + sizeof in->replicate_factor;
  return in->struct_size >= end && in->n_replicates > 0;
}

/* The variance over the replicates of f of the estimate; replicates without an estimate are left
 * out. NaN where f of one is no finite number. */
static inline double sampan_replicate_variance(const sampan_interval_in *in, double (*f)(double)) {
  double sum = 0, n = 0, variance = 0, center = f(in->estimate);
  for (int pass = in->about_estimate ? 1 : 0; pass < 2; pass++) {
    for (uint32_t r = 0; r < in->n_replicates; r++) {
      const double x = in->replicate[r], factor = in->replicate_factor[r];
      if (x != x || !(factor > 0)) continue;
      const double y = f(x);
      sum += y;
      n++;
      if (pass == 1) variance += factor * (y - center) * (y - center);
    }
    if (pass == 0) center = sum / n;
  }
  return variance - variance == 0 ? variance : variance - variance; /* infinite or NaN: NaN */
}

enum {
  SAMPAN_LIMITS_OK = 0,
  SAMPAN_LIMITS_NONE = 1 /* no interval can be given (df <= 0, no events); say so in `why` */
};

typedef struct sampan_interval_out {
  uint32_t struct_size;
  int32_t status;
  double lower, upper;
  double n_eff;  /* effective sample size that was used; NaN if none was */
  char why[128]; /* NONE: the reason; OK: a convention that took effect, or "" */
} sampan_interval_out;

enum {
  SAMPAN_INTERVAL_COUNTS = 1 /* its limits treat events as unweighted counts of independent records:
                                not for samples with strata, PSUs or weights */
};

typedef struct sampan_interval_ops {
  uint32_t struct_size;
  uint32_t units; /* mask 1 << SAMPAN_UNIT_* of what it is for */
  int32_t (*limits)(const sampan_call *call, const sampan_interval_in *in,
                    sampan_interval_out *out);
  uint32_t flags; /* SAMPAN_INTERVAL_* */
  uint32_t reserved;
} sampan_interval_ops;

/* ---- comparisons -------------------------------------------------------------------------- */

typedef struct sampan_compared {
  uint32_t struct_size;
  uint32_t n; /* estimates */
  const double *estimate;
  const double *covariance; /* n * n */
  const double *position;   /* year, level or group of each; 0 .. n - 1 if the plan gives none */
  const int64_t *n_records;
  const int64_t *n_events;
  const char *const *label;
  double df; /* of the whole comparison */
  double level;
  /* 1.1 */
  uint32_t n_rows, n_columns;   /* a crossing of two variables, row by row, n_rows * n_columns = n:
                                   `position` and `label` are those of the second variable. A cell
                                   without a record is 0. Else 0, 0 */
  const double *row_position;   /* n_rows; NULL without a crossing */
  const char *const *row_label; /* n_rows */
  const double *events, *exposure; /* totals behind each estimate, NaN where it has none */
  const double *std_error;         /* of each; its square is the diagonal of the covariance, but for
                                      rules for lonely PSUs that go by the strata at hand */
  double n_sample;                 /* records of the domain, those without a value as well */
  double df_design;                /* of the sample within the plan's domain */
  double *df_second; /* to write: the second df of an F test, by finding; NaN before */
  /* 1.1. Replicate weights: the estimates by each replicate, n_replicates * n, and the factors: as
     in sampan_interval_in, for tests of functions of the estimates. Else 0 and NULL. */
  uint32_t n_replicates;
  int32_t about_estimate;
  const double *replicate, *replicate_factor;
} sampan_compared;

typedef struct sampan_finding {
  const char *statistic;      /* constant text: "difference", "ratio", "slope" */
  double estimate, std_error; /* NaN where not defined */
  double test, df, p_value;
  double lower, upper;
} sampan_finding;

enum {
  SAMPAN_COMPARES_CROSSING = 1,   /* wants `across` to name two variables */
  SAMPAN_COMPARES_STATISTICS = 2, /* can compare the statistics of one estimate */
  SAMPAN_COMPARES_COUNTS = 4 /* takes records and events for unweighted, independent counts: not for
                                samples with strata, PSUs or weights */
};

typedef struct sampan_comparison_ops {
  uint32_t struct_size;
  uint32_t minimum;    /* estimates that it needs at least */
  uint32_t maximum;    /* and at most */
  uint32_t n_findings; /* rows that it gives, at most */
  /* Writes n_findings rows; one whose statistic is NULL is left out. */
  int32_t (*compare)(const sampan_call *call, const sampan_compared *in, sampan_finding *out);
  uint32_t flags; /* 1.1: SAMPAN_COMPARES_* */
  uint32_t reserved;
} sampan_comparison_ops;

#endif
