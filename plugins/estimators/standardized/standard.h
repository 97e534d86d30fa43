/* standard.h - the age groups of a standard population, read from a table and joined by key. */
#ifndef SAMPAN_STANDARDIZED_STANDARD_H
#define SAMPAN_STANDARDIZED_STANDARD_H

#include <sampan/plugin.h>

#define STANDARD_NO_GROUP UINT32_MAX

/* A text that means a group. */
typedef struct standard_label {
  const char *text;
  uint32_t group;
  uint32_t reserved;
} standard_label;

/* Immutable after standard_read. Ages of group g are [lower[g], upper[g]). */
typedef struct standard {
  uint32_t n_groups;
  uint32_t n_labels;
  int32_t has_ages; /* 0: the groups are known by label alone */
  int32_t reserved;
  double *share; /* n_groups, of sum 1 */
  double *lower, *upper;
  standard_label *labels;
  const char **name; /* n_groups, for messages */
} standard;

/* Where the table and what the plan does to it come from. */
typedef struct standard_request {
  const sampan_value *table;
  const sampan_value *groups; /* lower bounds of wider groups; may be unset */
  const sampan_value *below;  /* the age at which the last group ends; may be unset */
  int32_t needs_ages;         /* the age column is a number */
  int32_t reserved;
} standard_request;

/* Reads and checks a standard; memory is the call's. Fails with SAMPAN_E_PLAN. */
int32_t standard_read(const sampan_call *call, const standard_request *request, standard *out);

/* The group of an age in years, or STANDARD_NO_GROUP. */
uint32_t standard_group_of_age(const standard *s, double age);

/* The group of a label, or STANDARD_NO_GROUP. */
uint32_t standard_group_of_label(const standard *s, const char *label);

#endif
