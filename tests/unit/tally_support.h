/* tally_support.h - drives an estimator of several reads in a test: makes the tallies, calls
 * advance() between the reads, and gives the standard errors of one stage of sampling. */
#ifndef SAMPAN_TEST_TALLY_SUPPORT_H
#define SAMPAN_TEST_TALLY_SUPPORT_H

#include "stat_support.h"

enum { TALLY_GROUPS = 3, TALLY_COMPONENTS = 8, TALLY_STATISTICS = 6, TALLY_READS = 4 };

/* What is known of one group. */
typedef struct tally_group {
  sampan_tally tally;
  const sampan_tally *tallies[TALLY_COMPONENTS];
  double state[TALLY_STATISTICS];
  double total[TALLY_COMPONENTS], weight;
  int64_t count[TALLY_COMPONENTS], n_records, n_positive;
  sampan_totals totals;
  double value[TALLY_STATISTICS], element_variance[TALLY_STATISTICS], inner[TALLY_STATISTICS];
  double gradient[TALLY_STATISTICS * TALLY_COMPONENTS];
  int32_t status[TALLY_STATISTICS];
  int settled;
} tally_group;

typedef struct tally_run {
  sampan_shape shape;
  int64_t n;
  uint32_t n_groups, n_reads;
  double *u; /* components of each record in the last read; 0 for records that are out */
  tally_group g[TALLY_GROUPS];
} tally_run;

/* Records to drive with; x is NaN where it is missing. */
typedef struct tally_records {
  const double *x, *w;
  const uint32_t *group; /* NULL: all in group 0 */
  int64_t n, batch;      /* batch: records at a time, at most STAT_RECORDS; 0: that many */
} tally_records;

typedef struct tally_entry {
  double x, w;
  int64_t at;
} tally_entry;

static inline int tally_order(const void *a, const void *b) {
  const tally_entry *p = a, *q = b;
  if (p->x != q->x) return p->x < q->x ? -1 : 1;
  return p->at < q->at ? -1 : p->at > q->at;
}

/* The tally of n entries, freed by tally_free(). */
static inline void tally_build(tally_entry *entries, int64_t n, int apart, sampan_tally *out) {
  double *value = calloc((size_t)n + 1, sizeof *value);
  double *weight = calloc((size_t)n + 1, sizeof *weight);
  double *below = calloc((size_t)n + 1, sizeof *below);
  int64_t *count = calloc((size_t)n + 1, sizeof *count);
  int64_t k = -1;
  long double sum = 0;
  qsort(entries, (size_t)n, sizeof *entries, tally_order);
  for (int64_t i = 0; i < n; i++) {
    if (k < 0 || apart || entries[i].x != value[k]) value[++k] = entries[i].x;
    sum += entries[i].w;
    weight[k] += entries[i].w;
    below[k] = (double)sum;
    count[k]++;
  }
  *out = (sampan_tally){.struct_size = sizeof *out,
                        .n = k + 1,
                        .value = value,
                        .weight = weight,
                        .below = below,
                        .count = count};
}

static inline void tally_free(sampan_tally *t) {
  free((void *)t->value);
  free((void *)t->weight);
  free((void *)t->below);
  free((void *)t->count);
}

static inline void tally_close(tally_run *run) {
  for (uint32_t g = 0; g < run->n_groups; g++) tally_free(&run->g[g].tally);
  free(run->u);
}

/* Scores every batch of one read and adds up. */
static inline int32_t tally_read(stat_plugin *s, const tally_records *r, tally_run *run,
                                 tally_entry *entries, uint32_t read) {
  static uint64_t in[STAT_WORDS], bits[TALLY_COMPONENTS][STAT_WORDS];
  static double numbers[TALLY_COMPONENTS][STAT_RECORDS];
  static stat_column column;
  const uint32_t n_components = run->shape.n_components;
  long double sums[TALLY_GROUPS][TALLY_COMPONENTS] = {{0}};
  int64_t n_entries[TALLY_GROUPS] = {0};
  sampan_memory memory[TALLY_GROUPS];
  const sampan_memory *p_memory[TALLY_GROUPS];
  uint64_t *p_bits[TALLY_COMPONENTS] = {NULL};
  double *p_numbers[TALLY_COMPONENTS] = {NULL};
  for (uint32_t g = 0; g < run->n_groups; g++) {
    tally_group *group = &run->g[g];
    memory[g] = (sampan_memory){.struct_size = sizeof memory[g],
                                .n_state = run->shape.n_state,
                                .state = group->state,
                                .tallies = read > 0 ? group->tallies : NULL};
    p_memory[g] = &memory[g];
    group->n_records = group->n_positive = 0;
    group->weight = 0;
    memset(group->count, 0, sizeof group->count);
  }
  for (uint32_t c = 0; c < n_components; c++) {
    const int32_t type = run->shape.components[c].type;
    if (type == SAMPAN_BIT) p_bits[c] = bits[c];
    if (type == SAMPAN_F64 || (type == SAMPAN_TALLY && read == 0)) p_numbers[c] = numbers[c];
  }
  memset(run->u, 0, (size_t)run->n * TALLY_COMPONENTS * sizeof *run->u);
  const int64_t step = r->batch > 0 ? r->batch : STAT_RECORDS;
  for (int64_t from = 0; from < r->n; from += step) {
    uint32_t group_of[STAT_RECORDS];
    const int64_t n = r->n - from < step ? r->n - from : step;
    const sampan_column *of = stat_numbers(&column, "x", r->x + from, n);
    for (int64_t i = 0; i < n; i++) group_of[i] = r->group ? r->group[from + i] : 0;
    memset(bits, 0xa5, sizeof bits); /* memory is undefined at entry */
    memset(numbers, 0xff, sizeof numbers);
    memset(in, 0xa5, sizeof in);
    const sampan_batch batch = {.struct_size = sizeof batch,
                                .n_columns = 1,
                                .n_records = n,
                                .columns = &of,
                                .read = read,
                                .n_groups = run->n_groups,
                                .group = group_of,
                                .memory = read > 0 ? p_memory : NULL};
    const sampan_scores scores = {.struct_size = sizeof scores,
                                  .n_components = n_components,
                                  .in = in,
                                  .bits = p_bits,
                                  .numbers = p_numbers};
    const int32_t status = stat_estimator(s)->score(&s->call, &run->shape, &batch, &scores);
    if (status < 0) return status;
    for (int64_t i = 0; i < n; i++) {
      if (!sampan_bit(in, i) || group_of[i] == UINT32_MAX) continue;
      const double w = r->w ? r->w[from + i] : 1;
      tally_group *group = &run->g[group_of[i]];
      group->n_records++;
      group->n_positive += w > 0;
      group->weight += w;
      for (uint32_t c = 0; c < n_components; c++) {
        const int32_t type = run->shape.components[c].type;
        if (type == SAMPAN_TALLY) {
          if (read == 0 && w > 0) /* entries of a group stand together */
            entries[(int64_t)group_of[i] * run->n + n_entries[group_of[i]]++] =
                (tally_entry){numbers[c][i], w, from + i};
          continue;
        }
        const double u = p_bits[c] ? sampan_bit(bits[c], i) : p_numbers[c] ? numbers[c][i] : 1;
        sums[group_of[i]][c] += (long double)w * u;
        group->count[c] += p_bits[c] ? u != 0 : 1;
        run->u[(from + i) * TALLY_COMPONENTS + c] = u;
      }
    }
  }
  for (uint32_t g = 0; g < run->n_groups; g++) {
    tally_group *group = &run->g[g];
    for (uint32_t c = 0; c < n_components; c++) {
      const sampan_component *component = &run->shape.components[c];
      group->total[c] = (double)sums[g][c];
      if (component->type != SAMPAN_TALLY || read > 0) continue;
      tally_build(entries + (int64_t)g * run->n, n_entries[g],
                  (component->flags & SAMPAN_APART) != 0, &group->tally);
      group->tallies[c] = &group->tally;
    }
    group->totals = (sampan_totals){.struct_size = sizeof group->totals,
                                    .n_totals = n_components,
                                    .total = group->total,
                                    .count = group->count,
                                    .n_records = group->n_records,
                                    .weight = group->weight,
                                    .n_positive = group->n_positive,
                                    .read = read,
                                    .n_state = run->shape.n_state,
                                    .state = group->state,
                                    .tallies = group->tallies};
  }
  return SAMPAN_OK;
}

/* bind, the reads, and value() of each group. */
static inline int32_t tally_drive(stat_plugin *s, const tally_records *r, tally_run *run) {
  static stat_column column;
  const sampan_estimator_ops *ops = stat_estimator(s);
  const sampan_column *of = stat_numbers(&column, "x", r->x, 0);
  const sampan_batch columns = {.struct_size = sizeof columns, .n_columns = 1, .columns = &of};
  memset(run, 0, sizeof *run);
  run->shape.struct_size = sizeof run->shape;
  int32_t status = ops->bind(&s->call, &columns, &run->shape);
  if (status < 0) return status;
  cr_assert_leq(run->shape.n_components, TALLY_COMPONENTS);
  cr_assert_leq(run->shape.n_statistics, TALLY_STATISTICS);
  run->n = r->n;
  run->n_groups = 1;
  for (int64_t i = 0; r->group && i < r->n; i++)
    if (r->group[i] != UINT32_MAX && r->group[i] >= run->n_groups) run->n_groups = r->group[i] + 1;
  cr_assert_leq(run->n_groups, TALLY_GROUPS);
  run->u = calloc((size_t)r->n * TALLY_COMPONENTS + 1, sizeof *run->u);
  tally_entry *entries = calloc((size_t)(r->n * run->n_groups) + 1, sizeof *entries);
  uint32_t n_settled = 0;
  for (uint32_t read = 0; status >= 0 && n_settled < run->n_groups; read++) {
    cr_assert_lt(read, TALLY_READS);
    status = tally_read(s, r, run, entries, read);
    run->n_reads = read + 1;
    for (uint32_t g = 0; status >= 0 && g < run->n_groups; g++) {
      tally_group *group = &run->g[g];
      const int32_t next = ops->advance(&s->call, &run->shape, &group->totals, group->state);
      cr_assert(next == SAMPAN_OK || next == SAMPAN_END);
      n_settled += next == SAMPAN_END && !group->settled;
      group->settled = group->settled || next == SAMPAN_END;
    }
  }
  free(entries);
  for (uint32_t g = 0; status >= 0 && g < run->n_groups; g++) {
    tally_group *group = &run->g[g];
    for (uint32_t k = 0; k < TALLY_STATISTICS; k++) group->inner[k] = NAN;
    const sampan_estimates out = {.struct_size = sizeof out,
                                  .n_statistics = run->shape.n_statistics,
                                  .value = group->value,
                                  .gradient = group->gradient,
                                  .element_variance = group->element_variance,
                                  .status = group->status,
                                  .inner = group->inner};
    status = ops->value(&s->call, &run->shape, &group->totals, &out);
  }
  return status;
}

static inline double tally_back(stat_plugin *s, const tally_run *run, uint32_t g, uint32_t k,
                                double x) {
  double out = 0;
  cr_assert_eq(stat_estimator(s)->back(&s->call, &run->shape, &run->g[g].totals, k, x, &out),
               SAMPAN_OK);
  return out;
}

/* Sampling in one stage: stratum and PSU of each record, 0 and up, and the share sampled of the
 * stratum of a record; each may be NULL. */
typedef struct tally_design {
  const uint32_t *stratum, *psu;
  const double *fraction;
  uint32_t n_strata, n_psus; /* PSUs are numbered through */
} tally_design;

/* Linearised standard error of statistic k of group g. */
static inline double tally_std_error(const tally_run *run, const tally_records *r,
                                     const tally_design *d, uint32_t g, uint32_t k) {
  const uint32_t n_strata = d->stratum ? d->n_strata : 1;
  const uint32_t n_psus = d->psu ? d->n_psus : (uint32_t)r->n;
  const double *gradient = run->g[g].gradient + k * run->shape.n_components;
  double *z = calloc(n_psus, sizeof *z), variance = 0;
  uint32_t *home = calloc(n_psus, sizeof *home);
  double *fraction = calloc(n_strata, sizeof *fraction);
  for (int64_t i = 0; i < r->n; i++) {
    const uint32_t psu = d->psu ? d->psu[i] : (uint32_t)i;
    home[psu] = d->stratum ? d->stratum[i] : 0;
    if (d->fraction) fraction[home[psu]] = d->fraction[i];
    if (r->group && r->group[i] != g) continue;
    for (uint32_t c = 0; c < run->shape.n_components; c++)
      z[psu] += (r->w ? r->w[i] : 1) * gradient[c] * run->u[i * TALLY_COMPONENTS + c];
  }
  for (uint32_t h = 0; h < n_strata; h++) {
    double n = 0, sum = 0, squares = 0;
    for (uint32_t j = 0; j < n_psus; j++)
      if (home[j] == h) n++, sum += z[j];
    for (uint32_t j = 0; j < n_psus; j++)
      if (home[j] == h) squares += (z[j] - sum / n) * (z[j] - sum / n);
    if (n > 1) variance += (1 - fraction[h]) * n / (n - 1) * squares;
  }
  free(z);
  free(home);
  free(fraction);
  return sqrt(variance);
}

#endif
