/* stat_reads.h - drives an estimator of several reads as the core does: bind, then score and
 * advance until every group is settled, then value; and the design's covariance of what came out.
 * Estimators with a TALLY are not for it. */
#ifndef SAMPAN_TEST_STAT_READS_H
#define SAMPAN_TEST_STAT_READS_H

#include "stat_support.h"

enum { READS_MOST = 60 };

typedef struct stat_reads_group {
  double *total, *state;
  int64_t *count;
  double weight;
  int64_t n_records, n_positive;
  uint32_t reads;
  int settled;
  double *value, *gradient, *element_variance, *df_spent;
  int32_t *status;
} stat_reads_group;

typedef struct stat_reads {
  sampan_shape shape;
  uint32_t n_groups;
  stat_reads_group *groups;
  double *u;   /* n * n_components: the scores of the last read of the record's group; 0 if out */
  uint8_t *in; /* n */
  int64_t n;
  sampan_error error;
} stat_reads;

typedef struct stat_reads_data {
  const sampan_column *const *columns;
  uint32_t n_columns;
  int64_t n;
  const double *weight;  /* NULL: 1 */
  const uint32_t *group; /* NULL: all in group 0; UINT32_MAX: in none */
  uint32_t n_groups;     /* 0: 1 */
  int64_t batch;         /* a multiple of 64; 0: 1024 */
} stat_reads_data;

/* All of it; the status of the first call that failed. Memory is that of the plugin's context. */
int32_t stat_reads_run(stat_plugin *s, const stat_reads_data *data, stat_reads *out);
/* value() again, at other totals. */
int32_t stat_reads_value(stat_plugin *s, const stat_reads *r, stat_reads_group *group);

/* A with-replacement design: stratum and PSU of each record as numbers below n_strata, n_psu;
 * `fraction`, of each stratum, is the sampling fraction of its PSUs; NULL: 0. */
typedef struct stat_reads_design {
  const uint32_t *stratum, *psu;
  uint32_t n_strata, n_psu;
  const double *fraction;
} stat_reads_design;

/* Covariance of statistics a and b of a group. */
double stat_reads_covariance(stat_plugin *s, const stat_reads *r, const stat_reads_data *data,
                             const stat_reads_design *design, uint32_t group, uint32_t a,
                             uint32_t b);
/* PSUs less strata among the records of positive weight that are in. */
double stat_reads_df(stat_plugin *s, const stat_reads *r, const stat_reads_data *data,
                     const stat_reads_design *design);

#endif
