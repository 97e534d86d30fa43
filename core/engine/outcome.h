/* outcome.h - what a plan came to: estimates that know their covariance, the counts of records, and
 * the table of results. */
#ifndef SP_ENGINE_OUTCOME_H
#define SP_ENGINE_OUTCOME_H

#include "host/registry.h"
#include "plan/plan.h"
#include "records/stream.h"

/* One number. Doubles are NaN where they have no value. */
typedef struct sp_estimate {
  uint32_t indicator;        /* of the plan */
  uint32_t statistic;        /* of the estimator */
  uint32_t split;            /* internal */
  uint32_t group;            /* internal */
  const char *period;        /* "" where the plan names none */
  const char *const *by;     /* names of the variables that it is split by, without the period */
  const char *const *values; /* their values */
  uint32_t n_by;
  int32_t status; /* SAMPAN_STATUS_* */
  const sampan_statistic *about;
  int64_t n, n_positive, n_events; /* records in; with a positive weight; with the event */
  double pop, value, std_error, df, level, low, high, deff, n_eff;
  double simple_variance;   /* of an age-adjusted proportion if its records were a simple random
                               sample within ages; else NaN */
  double events, exposure;  /* totals behind a rate or a ratio; NaN where it has none */
  const double *replicates; /* by replicate: the value, or its inner one; NULL without any */
  int32_t n_psu, n_strata;  /* that hold records of the domain */
  const char *interval;     /* plugin, "" if no limits */
  const char *flags;        /* space-separated words: "df0", "lonely", "p0" ... */
  const char *why;          /* a sentence where there is no value or no interval, or "" */
} sp_estimate;

/* Records that a condition of the plan dropped before the design saw them. */
typedef struct sp_drop_count {
  sp_label reason;
  int64_t n;
} sp_drop_count;

/* How many records of the domain an indicator could not use. */
typedef struct sp_use_count {
  int64_t n_domain;  /* records in the plan's domain and the indicator's `where` */
  int64_t n_missing; /* of them, without a value */
} sp_use_count;

/* Records of the domain that have no value of a variable, and so are in none of its groups. */
typedef struct sp_ungrouped {
  const char *column;
  int64_t n;
} sp_ungrouped;

/* What the design came to: what the plan alone does not tell. */
typedef struct sp_design_facts {
  double df;                      /* of the whole design */
  double factor_low, factor_high; /* of the squares of replicates; NaN: there are none */
  double misfit;                  /* calibration: the largest relative one left; NaN: none */
  uint32_t n_replicates;
  uint32_t n_totals, n_dependent; /* known totals; of them, those that follow from others */
  uint32_t n_reads;               /* of the files */
} sp_design_facts;

typedef struct sp_outcome {
  sp_arena *arena;
  const sp_plan *plan;
  int64_t n_read, n_kept;
  const sp_drop_count *drops;
  uint32_t n_drops;
  uint32_t n_periods;
  const char *const *periods; /* values of the period column, in natural order */
  const int64_t *n_read_by_period, *n_kept_by_period;
  const sp_use_count *uses; /* by indicator, and by period where the plan has one:
                               uses[indicator * max(n_periods, 1) + period] */
  int32_t n_strata, n_psu;  /* of the design */
  double weight_sum, weight_min, weight_max, weight_cv, weight_squares;
  const sp_estimate *estimates;
  uint32_t n_estimates;
  uint32_t n_files;
  const sp_file_fact *files;
  const sampan_plugin *const *estimators; /* by indicator */
  const sampan_plugin *const *intervals;  /* by indicator; NULL: none */
  sampan_results results;   /* the table, for writers; its texts are in the language asked for */
  const char *const *notes; /* what plugins had to say, and records that no group takes */
  uint32_t n_notes;
  uint32_t n_ungrouped;
  const sp_ungrouped *ungrouped;
  sp_design_facts design;
  sp_arena **arenas; /* internal: of texts that estimates point to */
  uint32_t n_arenas;
  uint32_t reserved;
  struct sp_totals *totals; /* internal */
  struct sp_job *job;       /* internal */
} sp_outcome;

typedef struct sp_run_options {
  const char *language;    /* "en" or "zh" */
  const char *data_folder; /* shipped standards: .../datasets/standards */
  int64_t batch;           /* records in a batch; 0: 2048 */
  int64_t threads;         /* 0: one for each processor that the process may use */
  int64_t memory;          /* most bytes that totals may take; 0: half of what the machine has */
  int32_t no_covariances;  /* sp_outcome_covariances and sp_joint_df will not be called */
  int32_t reserved;
  int32_t no_digest; /* no SHA-256 of the inputs, but of those that the plan asserts one of */
  const volatile int *cancel;
  sp_stream_progress_fn *progress;
  void *progress_data;
  /* Becomes the most bytes that totals took, where it is less; NULL: nobody asks. */
  int64_t *totals_peak;
} sp_run_options;

/* Checks a plan against its files and plugins without reading records. */
int32_t sp_run_check(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                     sampan_error *error) SP_CHECK;

/* Runs a plan. *out is owned: sp_outcome_free. The plan and the registry must outlive it. */
int32_t sp_run(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
               sp_outcome **out, sampan_error *error) SP_CHECK;
void sp_outcome_free(sp_outcome *outcome);

/* The estimate of an indicator (its first statistic) in a period ("" or NULL: plans without one)
 * for the records with by[i] == values[i]; NULL if the plan does not estimate it. */
const sp_estimate *sp_outcome_find(const sp_outcome *outcome, const char *indicator,
                                   const char *period, const char *const *by,
                                   const char *const *values, uint32_t n_by);

/* The covariance matrix (n * n) of estimates of this outcome, which share PSUs where their domains
 * do. All entries go by the same strata at hand, so that v[0] + v[3] - 2 v[1] is the variance of a
 * difference under any rule for lonely PSUs; the diagonal may differ from the estimates' own
 * variances under `adjust` and `average`. */
int32_t sp_outcome_covariances(const sp_outcome *outcome, const sp_estimate *const *estimates,
                               uint32_t n, double *matrix, sampan_error *error) SP_CHECK;

/* PSUs and strata that hold records of any of the estimates: the df of a comparison. */
int32_t sp_joint_df(const sp_outcome *outcome, const sp_estimate *const *estimates, uint32_t n,
                    double *df, sampan_error *error) SP_CHECK;
/* Writes the manifest of the run as JSON: plan, files, plugins with their digests, counts. */
struct sp_buffer;
void sp_outcome_manifest(const sp_outcome *outcome, const sp_registry *registry,
                         struct sp_buffer *out);

#endif
