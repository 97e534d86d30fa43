/* check_score.h - an estimator under check, bound to made-up records: internal to core/host. */
#ifndef SP_HOST_CHECK_SCORE_H
#define SP_HOST_CHECK_SCORE_H

#include "host/check_data.h"

enum { SP_CHECK_GROUPS = 3 };

/* What the reads before left for the groups. */
typedef struct sp_check_reads {
  uint32_t read;
  const sampan_memory *const *memory; /* SP_CHECK_GROUPS */
} sp_check_reads;

/* An estimator bound in one of the ways that its roles and parameters allow. */
typedef struct sp_check_form {
  sp_checker *c;
  const sampan_estimator_ops *ops;
  const sp_check_options *options;
  const char *text; /* for messages: parameters and types */
  sp_check_data data;
  sp_check_host host;    /* whose memory holds `shape` */
  sp_check_host scratch; /* of the calls that follow */
  sampan_shape shape;
  const sp_check_reads *reads; /* NULL: the first read */
} sp_check_form;

/* The scores of n records, one by one. */
typedef struct sp_check_scores {
  int64_t n;
  uint8_t *in;
  double *u; /* n * n_components; 0 where not in */
  uint32_t *cell;
} sp_check_scores;

/* Binds into *shape with memory of `host`. */
int32_t sp_check_bind(sp_check_form *f, sp_check_host *host, sampan_shape *shape) SP_CHECK;
int32_t sp_check_scores_new(const sp_check_form *f, int64_t n, sp_check_scores *out) SP_CHECK;
/* Scores the given records in batches; guards memory and input on the way. A refusal is returned,
 * with its error in f->scratch.error. */
int32_t sp_check_score(sp_check_form *f, const sampan_shape *shape, const int64_t *records,
                       int64_t n, int64_t batch_size, const sp_check_packing *packing,
                       sp_check_scores *out) SP_CHECK;

/* The group of a record, for estimators of several reads; UINT32_MAX for one that is in none. */
uint32_t sp_check_group(int64_t record);
/* Whether `got` says of each listed record what `all` says of it; a missing record is out. */
void sp_check_same(sp_check_form *f, const char *law, const sp_check_scores *all,
                   const int64_t *records, const sp_check_scores *got, int64_t n, const char *how);
/* Scores the records another way and compares. */
void sp_check_way(sp_check_form *f, const char *law, const sp_check_scores *all,
                  const int64_t *records, int64_t n, int64_t batch, const sp_check_packing *packing,
                  const char *how);

/* The laws of value(), from scores of all records. */
void sp_check_value(sp_check_form *f, const sp_check_scores *scores);
/* The laws of the reads after the first, and of value() after them; of `n` records at most. */
void sp_check_course(sp_check_form *f, int64_t n);

#endif
