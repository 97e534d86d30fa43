/* plan.h - what a plan file says, checked for form; immutable once read. Columns, plugins and their
 * parameters are bound later, when files and plugins are at hand (engine/bind.h). */
#ifndef SP_PLAN_PLAN_H
#define SP_PLAN_PLAN_H

#include "plan/expression.h"
#include "plan/preset.h"
#include "plan/yaml.h"

enum { SP_KIND_SURVEY = 0, SP_KIND_VITAL = 1, SP_KIND_REGISTER = 2, SP_KIND_CHECKLIST = 3 };

/* A text in both languages; `en` falls back to `zh` and the other way round; "" where none. */
typedef struct sp_label {
  const char *en, *zh;
} sp_label;

/* The text in a language: "zh" or "en". */
const char *sp_label_in(const sp_label *label, const char *language);

/* Parameters for a plugin as the plan gives them: a map, or NULL. */
typedef struct sp_choice {
  const char *plugin; /* name; NULL: chosen by rule */
  const sp_yaml *options;
  const sp_yaml *place;
} sp_choice;

typedef struct sp_join {
  const char *file;  /* resolved against the folder of the plan */
  const char *given; /* as written */
  sp_choice source;
  const char *const *by;       /* key columns of the main file */
  const char *const *by_there; /* the same in the joined file */
  uint32_t n_by;
  int32_t unmatched_is_error; /* a record without partner: 0 its columns are missing, 1 an error */
  int64_t n_records;          /* as the plan asserts, or -1 */
  const char *sha256;         /* as the plan asserts, or NULL */
  const sp_yaml *place;
} sp_join;

/* A constant column of a wave. */
typedef struct sp_setting {
  const char *name;
  const sp_yaml *value;
} sp_setting;

typedef struct sp_wave {
  const char *file, *given;
  sp_choice source;
  int64_t n_records;
  const char *sha256;
  const sp_setting *settings;
  uint32_t n_settings;
  uint32_t n_joins;
  const sp_join *joins;
  const char *const *absent; /* columns that this wave lacks: missing in all its records */
  uint32_t n_absent;
  uint32_t reserved;
  const sp_yaml *place;
} sp_wave;

/* Texts or numbers that mean missing, in one column or in a range of columns. */
typedef struct sp_missing_rule {
  const char *first, *last; /* last NULL: one column */
  const char *const *codes;
  uint32_t n_codes;
  uint32_t reserved;
  const sp_yaml *place;
} sp_missing_rule;

typedef struct sp_named_expr {
  const char *name;
  const sp_expr *expr;
  const sp_yaml *place;
} sp_named_expr;

/* How the values of a column are called in tables. */
typedef struct sp_value_label {
  const char *value;
  sp_label label;
} sp_value_label;

typedef struct sp_column_label {
  const char *column;
  sp_label label;               /* of the column itself */
  const sp_value_label *values; /* in the order that tables show */
  uint32_t n_values;
  uint32_t reserved;
} sp_column_label;

typedef struct sp_by {
  const char *const *columns; /* none: all records */
  uint32_t n_columns;
  uint32_t reserved;
} sp_by;

enum {
  SP_LONELY_FAIL = 0,
  SP_LONELY_REMOVE = 1,
  SP_LONELY_CERTAINTY = 2,
  SP_LONELY_ADJUST = 3,
  SP_LONELY_AVERAGE = 4
};

enum {
  SP_DF_DOMAIN = 0,         /* PSUs less strata that hold records of the domain */
  SP_DF_DESIGN = 1,         /* PSUs less strata of the whole design */
  SP_DF_STRATA_PRESENT = 2, /* all PSUs of the strata that hold records of the domain */
  SP_DF_INFINITE = 3
};

enum { SP_FPC_NONE = 0, SP_FPC_POPULATION = 1, SP_FPC_FRACTION = 2 };

/* A stage of sampling after the first: units within the units of the stage before. */
typedef struct sp_stage {
  const sp_expr *const *strata; /* crossed, within the unit above; none: one stratum */
  const sp_expr *const *unit;   /* crossed; none: the record */
  uint32_t n_strata, n_unit;
  const sp_expr *fpc; /* or NULL */
  const sp_yaml *place;
} sp_stage;

enum {
  SP_REPLICATES_OTHER = 0, /* scale and rscales are given */
  SP_REPLICATES_BRR = 1,
  SP_REPLICATES_FAY = 2,
  SP_REPLICATES_JK1 = 3,
  SP_REPLICATES_JKN = 4,
  SP_REPLICATES_JK2 = 5,
  SP_REPLICATES_BOOTSTRAP = 6,
  SP_REPLICATES_SDR = 7,
  SP_REPLICATES_ACS = 8
};

/* Replicate weights, in the file (weights) or to be made from strata and PSUs (make). */
typedef struct sp_replicates {
  int32_t type;
  int32_t make;                  /* 1: made from the design; 0: columns of the data */
  const sp_yaml *const *weights; /* columns, or ranges of them; n_weights items */
  uint32_t n_weights;
  int32_t combined;      /* 0: factors that multiply the weight; 1: weights of their own */
  int32_t about;         /* 1: squares about the full-sample estimate (mse); 0: about their mean */
  uint32_t n_made;       /* bootstrap: how many; 0: as the type says */
  uint64_t seed;         /* of the bootstrap */
  double rho;            /* Fay */
  double scale;          /* NaN: by type */
  const double *rscales; /* n_rscales; NULL: 1, or by type */
  uint32_t n_rscales;    /* 1 for all, or one for each */
  uint32_t reserved;
  double df;        /* NaN: rank of the weights less 1 */
  const char *name; /* "BRR" */
  const sp_yaml *place;
} sp_replicates;

enum { SP_DISTANCE_LINEAR = 0, SP_DISTANCE_RAKING = 1, SP_DISTANCE_LOGIT = 2 };

/* A known total of the population: of an expression (a number, or a truth as 0 and 1). */
typedef struct sp_known_total {
  const sp_expr *of; /* NULL: cell `text` of the margin that it belongs to */
  const char *text;  /* as given */
  double total;
  const sp_yaml *place;
} sp_known_total;

/* A set of cells with known totals: post-strata, or one margin of a raking. */
typedef struct sp_margin {
  const sp_by *by; /* variables that are crossed; NULL: totals of expressions */
  const sp_known_total *totals;
  uint32_t n_totals;
  uint32_t reserved;
  const sp_yaml *place;
} sp_margin;

/* Weights that are made to agree with known totals. */
typedef struct sp_calibrate {
  const char *name; /* "poststratify", "rake", "calibrate" */
  int32_t distance; /* of a calibration; post-strata are linear, raking is raking */
  int32_t is_bounded;
  double low, high;        /* bounds of the ratio of weights */
  const sp_expr *variance; /* heteroskedastic: the variance of a record is proportional to it */
  const sp_margin *margins;
  uint32_t n_margins;
  uint32_t reserved;
  const sp_yaml *place;
} sp_calibrate;

typedef struct sp_design {
  int32_t given; /* 0: the plan has no design: each record its own PSU, weight 1 */
  int32_t lonely, df_rule, fpc_is;
  const sp_expr *const *strata; /* crossed */
  uint32_t n_strata;
  uint32_t n_psu;
  const sp_expr *const *psu;         /* crossed; none: each record is its own PSU */
  const sp_expr *weight;             /* NULL: 1 */
  const sp_expr *fpc;                /* of the first stage, or NULL */
  const char *lonely_name, *df_name; /* canonical names, for results */
  int32_t nested;           /* 1 (default): a PSU is (stratum, PSU). 0: a PSU id that occurs in
                               two strata is an error */
  int32_t lonely_in_domain; /* 1: strata with one PSU of the domain go by `lonely`, too */
  const sp_stage *stages;   /* after the first */
  uint32_t n_stages;
  int32_t deff_replace;            /* 1: design effects against sampling with replacement */
  const sp_replicates *replicates; /* or NULL */
  const sp_calibrate *calibrate;   /* or NULL */
  const sp_yaml *place;
} sp_design;

typedef struct sp_indicator {
  const char *name;
  sp_label label;
  sp_choice estimator; /* options: the indicator's own map, roles and parameters */
  sp_choice interval;  /* plugin NULL: by unit of the statistic */
  const sp_by *by;     /* at least one; the default is one empty list */
  uint32_t n_by;
  int32_t decimals;     /* -1: by unit */
  const sp_expr *where; /* records that the indicator is about, or NULL */
  const char *definition_version;
  sp_label note;
  const sp_yaml *place;
} sp_indicator;

enum {
  SP_COMPARE_DF_COMPARED = 0,
  SP_COMPARE_DF_ALL = 1,
  SP_COMPARE_DF_DESIGN = 2,
  SP_COMPARE_DF_DOMAIN = 3
};

/* A comparison between estimates of one indicator (or of several) that differ in one variable or in
 * two, or between the statistics of one estimate. */
typedef struct sp_comparison {
  const char *name;
  sp_label label;
  sp_choice method;      /* comparison plugin */
  const char *const *of; /* indicators */
  uint32_t n_of;
  uint32_t n_values;
  const char *across; /* the variable whose values are compared; the period's name for waves; NULL
                         where statistics are compared */
  const char *second; /* the columns of a crossing, whose rows are `across`; or NULL */
  const char *const *values; /* which, in order; none: all in order. Statistics: their names */
  const double *positions;   /* n_values, or NULL: the values as numbers, or 0, 1, 2 */
  const sp_by *within;       /* done once for each level of these; NULL: once */
  double level;              /* NaN: the plan's */
  int32_t df;                /* SP_COMPARE_DF_* */
  int32_t reserved;
  const sp_yaml *place;
} sp_comparison;

/* A checklist's columns. */
typedef struct sp_checklist {
  const char *item, *task, *phase, *deadline, *done, *done_date, *evidence, *department, *points;
  const char *task_en;
} sp_checklist;

typedef struct sp_plan {
  sp_arena *arena; /* owns everything below */
  const char *file, *folder;
  const char *digest; /* SHA-256 of the file */
  int32_t kind;
  int32_t reserved;
  sp_label title;
  const sp_wave *waves;
  uint32_t n_waves;
  uint32_t n_missing;
  const sp_missing_rule *missing;
  const sp_named_expr *types; /* NAME "number" or "text" by column */
  uint32_t n_types;
  uint32_t n_derived;
  const sp_named_expr *derived; /* in order */
  const sp_expr *keep;          /* records that the design has at all, or NULL */
  const sp_label *keep_reason;  /* with `keep`: why the others are dropped, or its expression */
  const sp_named_expr *drops;   /* reason: condition, in order; counted apart */
  const sp_label *drop_reasons; /* the same reasons in both languages */
  uint32_t n_drops;
  uint32_t n_labels;
  sp_design design;
  const sp_expr *domain; /* the records that all indicators are about, or NULL */
  const char *period;    /* column, or NULL */
  double level;          /* 0.95 */
  const sp_column_label *labels;
  const sp_indicator *indicators;
  const sp_comparison *comparisons;
  uint32_t n_indicators, n_comparisons;
  sp_checklist checklist;     /* kind checklist */
  const sp_yaml *suppression; /* presentation standards, or NULL */
  const sp_preset *preset;    /* whose conventions hold where the plan says nothing, or NULL */
} sp_plan;

/* Reads and checks a plan file. *out is owned: sp_plan_free. */
int32_t sp_plan_read(const char *path, sp_plan **out, sampan_error *error) SP_CHECK;
void sp_plan_free(sp_plan *plan);

/* The label of a column or of one of its values; NULL where the plan gives none. */
const sp_column_label *sp_plan_label(const sp_plan *plan, const char *column);
const sp_value_label *sp_plan_value_label(const sp_plan *plan, const char *column,
                                          const char *value);

#endif
