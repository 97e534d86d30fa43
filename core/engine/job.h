/* job.h - a plan bound to its files and plugins, and the totals that a scan of them fills. */
#ifndef SP_ENGINE_JOB_H
#define SP_ENGINE_JOB_H

#include "design/rank.h"
#include "design/replicates.h"
#include "engine/outcome.h"
#include "engine/place.h"
#include "engine/presentation.h"
#include "records/coder.h"
#include "totals/table.h"

#define SP_NONE UINT32_MAX

/* An indicator with its plugins. */
typedef struct sp_bound {
  const sp_indicator *indicator;
  const sampan_plugin *plugin;
  const sampan_estimator_ops *ops;
  const sampan_value *values;
  const uint32_t *columns;         /* what the program is asked for, by role; SP_NONE: left out */
  const sampan_role **roles;       /* by column */
  const struct sp_levels **levels; /* by column; NULL: it comes without */
  uint32_t n_columns;
  uint32_t where; /* in the program, or SP_NONE */
  sampan_shape shape;
  uint32_t n_totals;
  uint32_t n_squares; /* of a cell; 0: its second moments are no sums of squared weights */
  struct sp_square_of *squares; /* elements.h */
  uint32_t *square_of_pair;     /* by pair of components */
  uint32_t n_lanes;        /* of its totals in a row; the first is the weight of the records in */
  const uint32_t *lane_of; /* by total; that of the weight where it is the same */
  const sampan_plugin *interval;
  const sampan_value *interval_values;
  const uint32_t *splits; /* one per by of the indicator */
} sp_bound;

/* A way of dividing the records: a crossing of variables, the period first where there is one. */
typedef struct sp_split {
  const uint32_t *groupings; /* indexes */
  uint32_t n_groupings;
  uint32_t n_indicators;
  const uint32_t *indicators; /* those that are estimated for it */
  uint32_t *lane_start;       /* of each of them */
  uint32_t *count_start;
  uint32_t *cross_start; /* in the rows of totals by auxiliary variable */
  uint32_t *square_start;
  uint32_t n_crosses, n_squares;
  uint32_t n_lanes, n_counts; /* lanes of one run: the full sample or a replicate */
  int32_t is_narrow;          /* its lanes are sums of weights alone */
  int32_t reserved2;
} sp_split;

/* A variable that records are grouped by. */
typedef struct sp_grouping {
  const char *column;
  uint32_t required;
} sp_grouping;

/* A comparison with its plugin and the indicators that it is of. */
typedef struct sp_bound_comparison {
  const sp_comparison *comparison;
  const sampan_plugin *plugin;
  const sampan_value *values;
  uint32_t *of;
} sp_bound_comparison;

/* What plugins had to say, each sentence once. */
typedef struct sp_notes {
  const char **texts;
  uint32_t n, reserved;
} sp_notes;

/* Per group and indicator: records in, of them with a positive weight, of them with the event; then
 * the records behind each total. */
enum { SP_COUNT_N = 0, SP_COUNT_POSITIVE = 1, SP_COUNT_EVENTS = 2, SP_COUNT_TOTALS = 3 };

typedef struct sp_job {
  sp_arena *arena;
  const sp_plan *plan;
  sp_registry *registry;
  const sp_run_options *options;
  sp_context context;
  sp_stream *stream;
  sp_program *program;
  sp_bound *indicators;
  sp_split *splits;
  sp_grouping *groupings;
  uint32_t n_splits, n_groupings;
  sp_place_columns place; /* what the program is asked for */
  uint32_t weight, domain, keep, period_grouping;
  int32_t by_unit;    /* totals are kept by unit of the design, not by group alone */
  int32_t by_stratum; /* every record is a PSU: by stratum instead (elements.h) */
  int32_t may_be_elements;
  int32_t reserved;
  struct sp_distinct *distinct; /* the PSUs that were met, where that is to be proven, or NULL */
  uint32_t *drops;
  struct sp_levels *levels; /* of all indicators */
  uint32_t n_levels;
  uint32_t n_replicates;
  uint32_t *replicate_columns; /* what the program is asked for; NULL where they are made */
  double *replicate_factors;
  const sp_units *units;    /* as they are met; NULL before the first read */
  int64_t n_prepared;       /* records that the read before the others found; -1: there was none */
  sp_replicate_set made;    /* replicates made from the design, after the read that finds it */
  int32_t needs_rank;       /* the df of the replicates are found from their weights */
  int32_t rank_by_domain;   /* and those of each domain from the weights there */
  struct sp_auxiliary *aux; /* of a calibration, or NULL */
  uint32_t n_aux;
  int32_t plain;      /* files are read as a whole, in one thread: errors are the first ones */
  int32_t all_wide;   /* no totals are narrow */
  int32_t is_reading; /* a read is under way, or failed */
  int32_t in_pieces;  /* a file was read in pieces: an error of a read may not be the first one */
  int32_t needs_wide; /* a read failed since the weights do not fit on one grid */
  struct sp_common *common; /* what the workers of a read share, while it lasts */
  sp_presentation presentation;
  sp_bound_comparison *comparisons;
  sp_notes notes;
} sp_job;

/* Which keys of text files are read as numbers, if they may be: all, the PSU that every record may
 * have one of (elements.h), or none. */
enum { SP_KEYS_NONE, SP_KEYS_PSU, SP_KEYS_ALL };

/* Binds a plan: files, columns, plugins, parameters. Reads headers, no records. */
int32_t sp_job_bind(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                    int32_t keys_as_written, sp_arena *arena, sp_job **out,
                    sampan_error *error) SP_CHECK;
/* After the last read of a try, which came to `status`: sp_stream_settle(), unless there will be
 * another try. */
int32_t sp_job_settle(sp_job *job, int32_t status, sampan_error *error) SP_CHECK;

/* Has the estimators decide on their shapes, binds intervals and lays out the totals. With
 * `only_known`, estimators that need the levels of a factor, which only the data tell, are left
 * out: for checking a plan. */
int32_t sp_job_shape(sp_job *job, int32_t only_known, sampan_error *error) SP_CHECK;
/* Frees what the job's arena does not; the job may be NULL. */
void sp_job_clear(sp_job *job);

/* The part of sp_job_bind that is about comparisons. */
int32_t sp_job_bind_comparisons(sp_job *job, sampan_error *error) SP_CHECK;

/* Whether the records are a sample with strata, PSUs or weights: their counts are then not
 * independent, or not those of the population. */
int sp_plan_has_design(const sp_plan *plan);
/* Whether a choice of a plugin's parameters is this one. */
int sp_has_chosen(const sampan_plugin *plugin, const sampan_value *values, const char *parameter,
                  const char *choice);

/* Adds a sentence that is not there yet. */
void sp_notes_add(sp_notes *notes, sp_arena *arena, const char *text);
/* Adds a sentence for the run's log and the annex. */
void sp_job_note(void *job, const char *text);

/* The call context of a plugin while the plan is bound: memory lasts as long as the job. */
sampan_call sp_job_call(sp_job *job, const sampan_plugin *plugin, const sampan_value *values,
                        sampan_error *error);

/* Between two pieces of work: SAMPAN_E_CANCELLED where the run is to end. */
int32_t sp_job_cancelled(const sp_job *job, sampan_error *error) SP_CHECK;
/* Names the plugin in the error of a call that failed; returns its status. */
int32_t sp_plugin_failed(int32_t status, const sampan_plugin *plugin, sampan_error *error);

/* Memory for one call at a time: what a plugin takes during a call ends with the next. */
typedef struct sp_scratch {
  sp_context context;
} sp_scratch;

int32_t sp_scratch_init(sp_scratch *scratch, sp_job *job);
void sp_scratch_clear(sp_scratch *scratch);
/* The call context of a plugin, its memory fresh. */
sampan_call sp_scratch_call(sp_scratch *scratch, const sampan_plugin *plugin,
                            const sampan_value *values, sampan_error *error);

/* Numbers tuples of codes. */
typedef struct sp_tuples {
  sp_map *map;
  uint32_t width;
} sp_tuples;

/* The rows of a split's table by group: rows of group g are rows[start[g]] and on, in the order of
 * their units. */
typedef struct sp_walk {
  uint32_t *rows, *start;
  uint32_t n_rows, most_rows; /* most: of one group */
} sp_walk;

/* All that one scan adds up. */
typedef struct sp_totals {
  sp_place place;
  sp_coder **coders; /* by grouping */
  sp_tuples *groups; /* by split */
  sp_table **tables; /* by split */
  int64_t n_read, n_kept;
  int64_t *n_dropped; /* by rule; the last is `keep` */
  int64_t *by_period; /* [period code + 1][read, kept]; 0: no period */
  uint32_t n_by_period;
  int64_t *n_ungrouped; /* by grouping: records of the domain without a value of it */
  sp_use_count *uses;   /* [indicator][period code + 1] */
  uint32_t use_periods;
  sp_exact weight, weight_squared;
  double weight_min, weight_max;
  int64_t n_weighted;
  sp_walk *walks; /* by split, once the scan is over; in the outcome's arena */
  struct sp_course *courses;
  uint32_t n_courses;
  uint32_t reserved;
  uint32_t *period_of_psu; /* by PSU: 1 and the code of the first period that it was met in */
  uint32_t n_period_of_psu, n_shared_psus; /* shared: met in several periods */
  unsigned char *psu_in_domain; /* by PSU: it has a record of the plan's domain with weight */
  uint32_t n_psu_in_domain;     /* PSUs that it covers */
  uint32_t n_reads;
  sp_rank rank;          /* of the replicate weights */
  uint64_t rank_bytes;   /* of all ranks */
  uint64_t tally_bytes;  /* of the distributions of all courses, made or about to be */
  sp_rank **ranks;       /* [split][group * indicators of the split], where df go by domain */
  uint32_t *rank_groups; /* by split: groups that ranks covers */
  /* Calibration: totals times auxiliary variables by group, with base weights; and the auxiliary
     variables by unit, with calibrated ones. */
  sp_table **crosses; /* by split */
  sp_table *aux_by_unit;
} sp_totals;

int32_t sp_totals_new(const sp_job *job, sp_totals **out, sampan_error *error) SP_CHECK;
/* Makes the tables, once the shapes of the estimators are known. */
int32_t sp_totals_lay_out(const sp_job *job, sp_totals *totals, sampan_error *error) SP_CHECK;
/* Room for the counts of n periods (code + 1; 0 for records without one). SAMPAN_E_MEMORY. */
int32_t sp_totals_period_room(const sp_job *job, sp_totals *totals, uint32_t n) SP_CHECK;
void sp_totals_free(const sp_job *job, sp_totals *totals);
/* Has two totals of one job change places. */
void sp_totals_swap(sp_totals *a, sp_totals *b);
/* Frees the tables, once all estimates are made and nothing is compared. */
void sp_totals_shed(const sp_job *job, sp_totals *totals);

/* A read before the others, where something must be known first: levels of factors, PSUs that
 * replicates are made of, sums of auxiliary variables. Does nothing where nothing is. */
int32_t sp_prepare(sp_job *job, sp_totals *totals, sampan_error *error) SP_CHECK;
/* Reads all records of the job into the totals; `read` 0 the first time. Later reads are of the
 * courses that are not settled. */
int32_t sp_scan(sp_job *job, sp_totals *totals, uint32_t read, sampan_error *error) SP_CHECK;
/* The error of a run without records. */
int32_t sp_nothing_kept(const sp_job *job, int64_t n_read, sampan_error *error);
/* Reads all records, by as many threads as there are hands. */
int32_t sp_job_read(sp_job *job, const sp_stream_hand *hands, uint32_t n_hands, sp_batch_fn *batch,
                    sampan_error *error) SP_CHECK;
/* Records in a batch: a multiple of 64. */
int64_t sp_batch_capacity(const sp_job *job);

/* Makes the outcome of a plan by a step that gets it with its job bound; again, in another way, if
 * the step fails in a read and that may help. *out is owned. */
typedef int32_t sp_outcome_fn(sp_outcome *outcome, void *data, sampan_error *error);
int32_t sp_outcome_make(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                        sp_outcome_fn *step, void *data, sp_outcome **out,
                        sampan_error *error) SP_CHECK;
/* What comes before the first read: shapes, totals. */
int32_t sp_outcome_open(sp_outcome *outcome, sampan_error *error) SP_CHECK;
/* All that comes after the reads, once sp_walks_make was called: estimates, comparisons, results,
 * the manifest. */
int32_t sp_outcome_finish(sp_outcome *outcome, sp_registry *registry, sampan_error *error) SP_CHECK;
/* Turns totals into estimates (outcome->estimates and the counts). */
int32_t sp_finish(sp_outcome *outcome, sampan_error *error) SP_CHECK;
/* outcome->design, once the files are read; and the same as members of a JSON object, with a comma
 * after each. */
struct sp_buffer;
void sp_design_facts_take(sp_outcome *outcome);
void sp_design_manifest(const sp_outcome *outcome, struct sp_buffer *out);
/* Adds the comparisons of the plan to outcome->results, after the estimates. */
int32_t sp_compare(sp_outcome *outcome, sampan_error *error) SP_CHECK;
/* Makes outcome->results.rows from the estimates, in the language of the options. */
int32_t sp_results_build(sp_outcome *outcome, sampan_error *error) SP_CHECK;

/* Where an indicator stands in a split that it is estimated for. */
uint32_t sp_place_in_split(const sp_split *split, uint32_t indicator);
/* Points of one statistic of a group by its gradient; and how many units with a positive weight the
 * group has, in how many strata. `out` has room for the rows of the group. */
int32_t sp_make_points(const sp_job *job, const sp_totals *totals, uint32_t indicator,
                       uint32_t split, uint32_t group, const double *gradient, sp_point *out,
                       uint32_t *n, int32_t *n_psu, int32_t *n_strata);
/* By the design's rule, for a group with these points. */
double sp_degrees_of_freedom(const sp_job *job, const sp_totals *totals, const sp_point *points,
                             uint32_t n, int32_t n_psu, int32_t n_strata);

/* Under calibration: the points of an estimate's residuals, of all units of the sample; *out is
 * owned (free). */
int32_t sp_residual_points(const sp_outcome *outcome, const sp_estimate *estimate,
                           const double *gradient, const sp_point *points, uint32_t n,
                           sp_point **out, uint32_t *n_out, sampan_error *error) SP_CHECK;
/* Under replicate weights: the rank of the weights less 1, or as given. */
double sp_replicate_df(const sp_outcome *outcome, const sp_estimate *estimate);
/* The rows of the tables by group; once the first read is over. */
int32_t sp_walks_make(sp_outcome *outcome, sampan_error *error) SP_CHECK;

/* The linearized values of an estimate by unit of the last stage, in the order of sp_point_order;
 * *out is owned (free). For data without a design there is none: *n is 0. */
int32_t sp_points(const sp_outcome *outcome, const sp_estimate *estimate, sp_point **out,
                  uint32_t *n, sampan_error *error) SP_CHECK;
/* PSUs less strata of the whole design, counting those with a positive weight. */
double sp_design_df(const sp_totals *totals);
/* The df of the whole design, whatever gives its errors; and of the part of it that holds records
 * of the plan's domain. */
double sp_whole_df(const sp_outcome *outcome);
double sp_sample_df(const sp_outcome *outcome);

/* The totals of a group in one run (0: the full sample, r: replicate r), and the view of them that
 * plugins get. SAMPAN_E_MEMORY. */
int32_t sp_group_totals(const sp_outcome *outcome, uint32_t indicator, uint32_t split,
                        uint32_t group, uint32_t run, double *totals, sampan_totals *view);
/* That view, of totals that are at hand. SAMPAN_E_MEMORY. */
int32_t sp_totals_view(const sp_outcome *outcome, uint32_t indicator, uint32_t split,
                       uint32_t group, uint32_t run, double weight, const double *totals,
                       sampan_totals *view);
/* The value of an estimator's statistics for a view of totals; arrays as in statistics.h. */
int32_t sp_estimator_value(const sp_outcome *outcome, uint32_t indicator, const sampan_totals *view,
                           sp_scratch *scratch, const sampan_estimates *out,
                           sampan_error *error) SP_CHECK;
/* Memory for the estimates of an indicator in the arena. */
int32_t sp_estimates_make(const sp_bound *bound, sp_arena *arena, sampan_estimates *out);

#endif
