/* ages.h - age groups, and the group that each record falls in. */
#ifndef SAMPAN_MORTALITY_AGES_H
#define SAMPAN_MORTALITY_AGES_H

#include <sampan/plugin.h>

#define AGES_NONE (UINT32_MAX - 1U) /* outside all groups: below the first, or after the last */
#define AGES_BAD (UINT32_MAX - 2U)  /* a label that is no age, or runs over an edge */

/* Groups in ascending order without gaps; group g holds the ages [lower[g], upper[g]). */
typedef struct ages {
  uint32_t n;
  int32_t has_ages; /* 0: groups are known by their labels alone */
  double *lower, *upper;
  const char **label; /* n texts, or NULL */
} ages;

/* Reads "20-39", "85+" or "0", in completed years; 0 if the text is none of these. */
int ages_read_label(const sampan_call *call, const char *text, double *lower, double *upper);

/* Groups that start at these ages, which must rise; the last ends before `end`. */
int32_t ages_from_edges(const sampan_call *call, const char *parameter, const double *lower,
                        uint32_t n, double end, ages *out);

/* A name such as "e65" in the memory of the call; NULL: out of memory. */
const char *ages_text(const sampan_call *call, const char *prefix, double age);

/* Writes the group of each record that is in; one of no group is no longer in. A label that is of
 * no group is an error, but for those outside all of them. */
int32_t ages_score(const sampan_call *call, const ages *a, const sampan_column *age, int64_t n,
                   uint64_t *in, uint32_t *cell);

/* Copies a column of cases or populations: finite and 0 or more where the record is in. */
int32_t ages_score_count(const sampan_call *call, const sampan_column *column, int64_t n,
                         const uint64_t *in, double *out);

/* Fails with SAMPAN_E_PLAN, naming the parameter. */
int32_t ages_fail_plan(const sampan_call *call, const char *parameter, const char *hint);

#endif
