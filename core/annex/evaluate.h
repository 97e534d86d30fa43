/* evaluate.h - from a programme and the outcomes of its plans to a verdict on every goal.
 *
 * Two verdicts stand side by side and are never merged. The point verdict is the office's: the
 * current value against the target, no error counted. The statistical verdict asks whether the
 * whole interval of (current - target) lies on the good side, where the target moves with its own
 * error (baseline, comparator): met, not met, or undecided. Beside them stands the Healthy People
 * progress status. docs/methods.md has the rules. */
#ifndef SP_ANNEX_EVALUATE_H
#define SP_ANNEX_EVALUATE_H

#include "engine/outcome.h"
#include "plan/programme.h"

enum {
  SP_VERDICT_MET = 1,
  SP_VERDICT_NOT_MET = 2,
  SP_VERDICT_UNDECIDED = 3,
  SP_VERDICT_NOT_ASSESSABLE = 4 /* no numeric target, or no value */
};

enum {
  SP_PROGRESS_MET = 1, /* target met or exceeded */
  SP_PROGRESS_IMPROVING = 2,
  SP_PROGRESS_LITTLE = 3, /* little or no detectable change */
  SP_PROGRESS_WORSE = 4,
  SP_PROGRESS_BASELINE_ONLY = 5,
  SP_PROGRESS_NONE = 6,          /* no numeric target */
  SP_PROGRESS_NOT_ASSESSABLE = 7 /* sampled, but the change cannot be tested */
};

/* A value with its error: an estimate of a plan, a number of the programme, or none. */
typedef struct sp_value {
  int32_t given;             /* 0: none */
  int32_t is_full_count;     /* a register: no sampling error */
  const sp_outcome *outcome; /* NULL for a number of the programme */
  const sp_estimate *estimate;
  double value, std_error, df, low, high; /* NaN where unknown; std_error 0 for a full count */
  double numerator, denominator;          /* of a register; NaN otherwise */
  int64_t n;                              /* -1 unknown */
  int32_t unit;                           /* SAMPAN_UNIT_* */
  int32_t reserved;
  double per;
  sp_label source;
  const char *definition_version; /* NULL: none is stated */
} sp_value;

/* A difference with its interval. */
typedef struct sp_change {
  int32_t given, reserved;
  double value, std_error, df, low, high, p; /* std_error 0: exact; then low = high = value */
  double var_current, var_other; /* of the two sides, the factor counted; NaN where not used */
} sp_change;

/* One clause of a target, decided; `any` and `all` have parts. */
typedef struct sp_clause {
  const sp_target *target;
  double threshold; /* what the current value is held against; NaN for any/all/none */
  sp_change gap;    /* current - threshold, the threshold's own error counted; for a factor
                       of the baseline: current - factor * baseline */
  int32_t point, statistical; /* SP_VERDICT_* */
  const struct sp_clause *parts;
  uint32_t n_parts;
  int32_t is_other_definition; /* the two sides follow different definitions: not assessable */
} sp_clause;

/* One line of a checklist. */
typedef struct sp_check_item {
  const char *item, *task, *task_en, *phase, *deadline, *done_date, *evidence, *department;
  int32_t done; /* 1 yes, 0 no, -1 not said */
  int32_t late; /* done after its deadline */
  double points;
  int64_t row;
} sp_check_item;

enum {
  SP_CHECK_ON_TIME = 1,
  SP_CHECK_LATE = 2,
  SP_CHECK_NO_EVIDENCE = 3,
  SP_CHECK_NOT_DONE = 4,
  SP_CHECK_UNKNOWN = 5
};

/* A checklist that was read: its lines, and the files that they came from. */
typedef struct sp_check_list {
  const sp_check_item *items;
  const sp_file_fact *files;
  uint32_t n, n_files;
} sp_check_list;

/* What another wave could settle, if the values stay as they are. */
enum {
  SP_NEXT_NONE = 0,           /* nothing to settle, or no standard error to go by */
  SP_NEXT_SIZE = 1,           /* next_n settles it with 80 % power */
  SP_NEXT_NOT_PRACTICABLE = 2 /* more than the population, more than ten times the present sample,
                                 or more than any number */
};

/* What was found for one goal. */
typedef struct sp_finding {
  const sp_goal *goal;
  const sp_goal_group *group;
  sp_value baseline, current;
  const sp_value *comparators; /* as in the goal */
  sp_change change;            /* current - baseline */
  sp_clause clause;
  sp_value coverage; /* of a register: the share of those concerned whom it holds */
  int32_t point, statistical, progress;
  int32_t differ;     /* the two verdicts differ, and both decided or one undecided */
  int32_t next;       /* SP_NEXT_* */
  double next_n;      /* sample size that the next wave would need for a verdict with 80 %
                         power if the values stay as they are; NaN where it has no meaning */
  double next_factor; /* next_n over the present one */
  double next_psu;    /* PSUs of that sample; NaN where records are drawn singly */
  double detectable;  /* smallest gap of next_clause that a sample of the present size shows
                         with 80 % power; NaN: not known */
  const sp_clause *next_clause; /* the clause that these look at, or NULL */
  const sp_check_item *check;   /* kind checklist */
  int32_t check_status;         /* SP_CHECK_* */
  int32_t reserved;
} sp_finding;

typedef struct sp_evaluation {
  sp_arena *arena;
  const sp_programme *programme;
  sp_outcome **outcomes;       /* by plan of the programme; NULL for checklists */
  const sp_check_list *checks; /* by plan; items NULL for what is no checklist */
  const sp_finding *findings;  /* in the programme's order */
  uint32_t n_findings;
  uint32_t n_by_point[5], n_by_statistical[5]; /* by SP_VERDICT_* */
  uint32_t reserved;
} sp_evaluation;

/* Runs every plan of the programme and decides every goal. *out is owned. */
int32_t sp_evaluate(const sp_programme *programme, sp_registry *registry,
                    const sp_run_options *options, sp_evaluation **out,
                    sampan_error *error) SP_CHECK;
void sp_evaluation_free(sp_evaluation *evaluation);

/* a - b with the error of both: with their covariance where they come from one outcome, as
 * independent samples otherwise (df by Welch and Satterthwaite). `factor` multiplies b. */
int32_t sp_value_difference(const sp_value *a, const sp_value *b, double factor, double level,
                            sp_change *out, sampan_error *error) SP_CHECK;

/* Reads a plan of kind checklist: one item per record, in file order. *out lives in the arena. */
int32_t sp_checklist_read(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                          sp_arena *arena, sp_check_list *out, sampan_error *error) SP_CHECK;

#endif
