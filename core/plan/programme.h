/* programme.h - what a programme file says: the tree of indicators with baselines, targets and
 * departments over the results of one or more plans, and what its annex is called. */
#ifndef SP_PLAN_PROGRAMME_H
#define SP_PLAN_PROGRAMME_H

#include "plan/plan.h"

/* Where a value comes from: an indicator of a plan in one period, a level of a variable - or a
 * number written in the programme, with its own error and source. */
typedef struct sp_reference {
  int32_t given;    /* 0: none */
  int32_t is_value; /* 1: a number */
  const char *plan; /* name in the programme */
  const char *indicator;
  const char *period; /* value of the plan's period column; NULL where it has none */
  double value, std_error,
      df; /* is_value; std_error 0: known without error; df HUGE_VAL if not given */
  const char *definition_version; /* is_value: NULL where it states none */
  sp_label source;
  const sp_yaml *place;
} sp_reference;

enum { SP_TARGET_LT = 1, SP_TARGET_LE = 2, SP_TARGET_GT = 3, SP_TARGET_GE = 4, SP_TARGET_EQ = 5 };

enum {
  SP_TARGET_VALUE = 1,      /* op value */
  SP_TARGET_BASELINE = 2,   /* op factor * baseline: 1.2 for 20 % more */
  SP_TARGET_CHANGE = 3,     /* op baseline + difference */
  SP_TARGET_COMPARATOR = 4, /* op the named comparator */
  SP_TARGET_ANY = 5,
  SP_TARGET_ALL = 6,
  SP_TARGET_NONE = 7 /* the text sets no number: level and change are reported */
};

typedef struct sp_target {
  int32_t kind, op;
  double value;                         /* VALUE, factor of BASELINE, difference of CHANGE */
  const char *comparator;               /* COMPARATOR: name of a comparator of the indicator */
  const struct sp_target *const *parts; /* ANY, ALL */
  uint32_t n_parts;
  uint32_t reserved;
  sp_label text; /* the clause in words; "" : made from the rule */
  const sp_yaml *place;
} sp_target;

typedef struct sp_comparator {
  const char *name; /* "province" */
  sp_label label;
  sp_reference reference;
} sp_comparator;

typedef struct sp_goal {
  const char *number; /* "1.1" */
  sp_label label;
  sp_label unit;     /* "%"; "" : by the estimate's unit */
  int32_t kind;      /* SP_KIND_* of its data */
  int32_t direction; /* +1 higher is better, -1 lower is better, 0 neither */
  int32_t decimals;  /* -1: by unit */
  int32_t reserved;
  sp_reference baseline, current;
  sp_reference coverage; /* the share of those concerned whom a register holds */
  const sp_comparator *comparators;
  uint32_t n_comparators;
  uint32_t n_by;
  const char *const *by;   /* variables whose groups the card shows, in order */
  const sp_target *target; /* never NULL */
  sp_label lead, cooperating, definition, source, note, clause;
  const char *item; /* checklist item, kind checklist */
  const char *deadline;
  const sp_yaml *place;
} sp_goal;

typedef struct sp_goal_group {
  const char *number;
  sp_label label;
  const sp_goal *goals;
  uint32_t n_goals;
  uint32_t reserved;
} sp_goal_group;

typedef struct sp_programme_plan {
  const char *name;
  sp_plan *plan; /* read */
} sp_programme_plan;

typedef struct sp_programme {
  sp_arena *arena;
  const char *file, *folder, *digest;
  const char *number; /* "附件1" */
  sp_label annex_number, title, subtitle, document, cycle, issuer, baseline_name, current_name;
  sp_label baseline_fieldwork, current_fieldwork; /* when the data were collected; "": not said */
  const sp_programme_plan *plans;
  uint32_t n_plans;
  uint32_t n_groups;
  const sp_goal_group *groups;
  const sp_label *remarks; /* paragraphs that the programme adds to the data-quality section */
  uint32_t n_remarks;
  uint32_t reserved;
} sp_programme;

/* Reads and checks a programme and every plan that it names. *out is owned: sp_programme_free. */
int32_t sp_programme_read(const char *path, sp_programme **out, sampan_error *error) SP_CHECK;
void sp_programme_free(sp_programme *programme);

/* 1 if the file is a programme, 0 if it is a plan, < 0 on error; by its version key. */
int32_t sp_programme_is(const char *path, sampan_error *error) SP_CHECK;

#endif
