/* vital_support.h - drives an estimator of many statistics and several reads over one group, as the
 * host does: scores, tallies, totals, state, values. */
#ifndef SAMPAN_TEST_VITAL_SUPPORT_H
#define SAMPAN_TEST_VITAL_SUPPORT_H

#include <stddef.h>

#include "stat_support.h"

enum { VITAL_COMPONENTS = 64, VITAL_READS = 5 };

typedef struct vital_tally {
  sampan_tally tally;
  double value[STAT_RECORDS], weight[STAT_RECORDS], below[STAT_RECORDS];
  int64_t count[STAT_RECORDS];
} vital_tally;

typedef struct vital_run {
  sampan_shape shape;
  uint32_t n_totals, n_statistics, n_reads;
  int64_t n;
  double *total, *u; /* n_totals; n * n_components, the scores of the last read */
  int64_t *count;
  uint32_t *cell;
  uint8_t *in;
  const double *weight;
  double *value, *gradient, *element, *inner, *df_spent, *model_variance, *state;
  int32_t *status;
  vital_tally *tally[VITAL_COMPONENTS];
  const sampan_tally *tallies[VITAL_COMPONENTS];
  sampan_totals totals;
} vital_run;

static inline void *vital_memory(stat_plugin *s, uint64_t n, uint64_t size) {
  return sp_arena_array(s->context.arena, n + 1, size);
}

static inline int32_t vital_bind(stat_plugin *s, const sampan_column *const *columns, uint32_t n,
                                 vital_run *run) {
  const sampan_batch batch = {.struct_size = sizeof batch, .n_columns = n, .columns = columns};
  memset(run, 0, sizeof *run);
  run->shape.struct_size = sizeof run->shape;
  const int32_t status = stat_estimator(s)->bind(&s->call, &batch, &run->shape);
  if (status < 0) return status;
  cr_assert_leq(run->shape.n_components, VITAL_COMPONENTS);
  run->n_totals = run->shape.n_cells * run->shape.n_components;
  run->n_statistics = run->shape.n_statistics;
  const uint64_t m = run->n_statistics;
  run->total = vital_memory(s, run->n_totals, sizeof(double));
  run->count = vital_memory(s, run->n_totals, sizeof(int64_t));
  run->value = vital_memory(s, m, sizeof(double));
  run->gradient = vital_memory(s, m * run->n_totals, sizeof(double));
  run->element = vital_memory(s, m, sizeof(double));
  run->inner = vital_memory(s, m, sizeof(double));
  run->df_spent = vital_memory(s, m, sizeof(double));
  run->model_variance = vital_memory(s, m, sizeof(double));
  run->status = vital_memory(s, m, sizeof(int32_t));
  run->state = vital_memory(s, run->shape.n_state, sizeof(double));
  return status;
}

static inline void vital_add_to_tally(vital_tally *t, double x, double w) {
  int64_t at = 0;
  while (at < t->tally.n && t->value[at] < x) at++;
  if (at == t->tally.n || t->value[at] != x) {
    for (int64_t i = t->tally.n++; i > at; i--) {
      t->value[i] = t->value[i - 1];
      t->weight[i] = t->weight[i - 1];
      t->count[i] = t->count[i - 1];
    }
    t->value[at] = x;
    t->weight[at] = 0;
    t->count[at] = 0;
  }
  t->weight[at] += w;
  t->count[at]++;
}

/* One read: scores all records and adds them up. */
static inline int32_t vital_read(stat_plugin *s, const sampan_column *const *columns,
                                 uint32_t n_columns, const double *weight, int64_t n, uint32_t read,
                                 vital_run *run) {
  static uint64_t bits[VITAL_COMPONENTS][STAT_WORDS], in[STAT_WORDS];
  static double numbers[VITAL_COMPONENTS][STAT_RECORDS];
  static uint32_t group[STAT_RECORDS], cell[STAT_RECORDS];
  uint64_t *p_bits[VITAL_COMPONENTS] = {NULL};
  double *p_numbers[VITAL_COMPONENTS] = {NULL};
  const uint32_t m = run->shape.n_components;
  for (uint32_t c = 0; c < m; c++) {
    const int32_t type = run->shape.components[c].type;
    memset(bits[c], 0xa5, sizeof bits[c]); /* memory is undefined at entry */
    memset(numbers[c], 0xff, sizeof numbers[c]);
    if (type == SAMPAN_BIT) p_bits[c] = bits[c];
    if (type == SAMPAN_F64 || type == SAMPAN_TALLY) p_numbers[c] = numbers[c];
  }
  memset(cell, 0xff, sizeof cell);
  memset(in, 0xa5, sizeof in);
  memset(group, 0, sizeof group);
  const sampan_memory memory = {.struct_size = sizeof memory,
                                .n_state = run->shape.n_state,
                                .state = run->state,
                                .tallies = run->tallies};
  const sampan_memory *const memories[] = {&memory};
  const sampan_batch batch = {.struct_size = sizeof batch,
                              .n_columns = n_columns,
                              .n_records = n,
                              .columns = columns,
                              .read = read,
                              .n_groups = 1,
                              .group = group,
                              .memory = read > 0 ? memories : NULL};
  const sampan_scores scores = {.struct_size = sizeof scores,
                                .n_components = m,
                                .in = in,
                                .bits = p_bits,
                                .numbers = p_numbers,
                                .cell = run->shape.n_cells > 1 ? cell : NULL};
  const int32_t status = stat_estimator(s)->score(&s->call, &run->shape, &batch, &scores);
  if (status < 0) return status;
  memset(run->total, 0, run->n_totals * sizeof *run->total);
  memset(run->count, 0, run->n_totals * sizeof *run->count);
  run->totals = (sampan_totals){.struct_size = sizeof run->totals,
                                .n_totals = run->n_totals,
                                .total = run->total,
                                .count = run->count,
                                .read = read,
                                .n_state = run->shape.n_state,
                                .state = run->state,
                                .tallies = run->tallies};
  run->n = n;
  run->weight = weight;
  run->u = vital_memory(s, (uint64_t)n * m, sizeof(double));
  run->cell = vital_memory(s, (uint64_t)n, sizeof(uint32_t));
  run->in = vital_memory(s, (uint64_t)n, 1);
  for (int64_t i = 0; i < n; i++) {
    const double w = weight ? weight[i] : 1;
    if (!sampan_bit(in, i)) continue;
    run->in[i] = 1;
    run->cell[i] = run->shape.n_cells > 1 ? cell[i] : 0;
    cr_assert_lt(run->cell[i], run->shape.n_cells);
    run->totals.n_records++;
    run->totals.n_positive += w > 0;
    run->totals.weight += w;
    for (uint32_t c = 0; c < m; c++) {
      const size_t at = (size_t)run->cell[i] * m + c;
      if (run->shape.components[c].type == SAMPAN_TALLY) {
        if (read > 0 || isnan(numbers[c][i]) || !(w > 0)) continue;
        if (!run->tally[c]) run->tally[c] = vital_memory(s, 1, sizeof *run->tally[c]);
        vital_add_to_tally(run->tally[c], numbers[c][i], w);
        continue;
      }
      const double u = p_bits[c] ? sampan_bit(bits[c], i) : p_numbers[c] ? numbers[c][i] : 1;
      run->u[(uint64_t)i * m + c] = u;
      run->total[at] += w * u;
      run->count[at] += p_bits[c] ? u != 0 : 1;
    }
  }
  for (uint32_t c = 0; read == 0 && c < m; c++) {
    if (run->shape.components[c].type != SAMPAN_TALLY) continue;
    if (!run->tally[c]) run->tally[c] = vital_memory(s, 1, sizeof *run->tally[c]);
    vital_tally *t = run->tally[c];
    t->tally.struct_size = sizeof t->tally;
    t->tally.value = t->value;
    t->tally.weight = t->weight;
    t->tally.below = t->below;
    t->tally.count = t->count;
    for (int64_t i = 0; i < t->tally.n; i++)
      t->below[i] = t->weight[i] + (i > 0 ? t->below[i - 1] : 0);
    run->tallies[c] = &t->tally;
  }
  return SAMPAN_OK;
}

/* value() over the totals that stand in the run. */
static inline void vital_value(stat_plugin *s, vital_run *run) {
  for (uint32_t k = 0; k < run->n_statistics; k++) {
    run->value[k] = run->element[k] = run->inner[k] = run->model_variance[k] = NAN;
    run->df_spent[k] = 0;
    run->status[k] = -77;
  }
  const sampan_estimates out = {.struct_size = sizeof out,
                                .n_statistics = run->n_statistics,
                                .value = run->value,
                                .gradient = run->gradient,
                                .element_variance = run->element,
                                .status = run->status,
                                .inner = run->inner,
                                .df_spent = run->df_spent,
                                .model_variance = run->model_variance};
  memset(run->gradient, 0, (size_t)run->n_statistics * run->n_totals * sizeof(double));
  const int32_t status = stat_estimator(s)->value(&s->call, &run->shape, &run->totals, &out);
  cr_assert_eq(status, SAMPAN_OK, "%s", s->error.message);
}

/* bind, every read, value: all must succeed. */
static inline void vital_all(stat_plugin *s, const sampan_column *const *columns,
                             uint32_t n_columns, const double *weight, int64_t n, vital_run *run) {
  const sampan_estimator_ops *ops = stat_estimator(s);
  const int many = ops->struct_size > offsetof(sampan_estimator_ops, advance) && ops->advance;
  cr_assert_eq(vital_bind(s, columns, n_columns, run), SAMPAN_OK, "%s", s->error.message);
  for (uint32_t read = 0;; read++) {
    cr_assert_lt(read, VITAL_READS);
    cr_assert_eq(vital_read(s, columns, n_columns, weight, n, read, run), SAMPAN_OK, "%s",
                 s->error.message);
    run->n_reads = read + 1;
    if (!many) break;
    const int32_t status = ops->advance(&s->call, &run->shape, &run->totals, run->state);
    cr_assert_geq(status, SAMPAN_OK, "%s", s->error.message);
    if (status == SAMPAN_END) break;
  }
  vital_value(s, run);
}

/* The place of a statistic by name. */
static inline uint32_t vital_at(const vital_run *run, const char *name) {
  for (uint32_t k = 0; k < run->n_statistics; k++)
    if (strcmp(run->shape.statistics[k].name, name) == 0) return k;
  cr_assert_fail("no statistic %s", name);
  return 0;
}

/* What a record adds to the linearized statistic: w sum g u. */
static inline double vital_z(const vital_run *run, uint32_t k, int64_t i) {
  const uint32_t m = run->shape.n_components;
  double z = 0;
  for (uint32_t c = 0; run->in[i] && c < m; c++)
    z += run->gradient[(size_t)k * run->n_totals + (size_t)run->cell[i] * m + c] *
         run->u[(uint64_t)i * m + c];
  return z * (run->weight ? run->weight[i] : 1);
}

/* The variance of a simple sample with replacement: n / (n - 1) sum (z - mean)^2. */
static inline double vital_variance(const vital_run *run, uint32_t k) {
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < run->n; i++) sum += vital_z(run, k, i);
  for (int64_t i = 0; i < run->n; i++) {
    const double d = vital_z(run, k, i) - sum / (double)run->n;
    squares += d * d;
  }
  return squares * (double)run->n / (double)(run->n - 1);
}

/* The Poisson variance of events, as the host has it in vital data: sum g^2 D. */
static inline double vital_poisson(const vital_run *run, uint32_t k) {
  double variance = 0;
  for (uint32_t i = 0; i < run->n_totals; i++) {
    const double g = run->gradient[(size_t)k * run->n_totals + i];
    if (run->shape.components[i % run->shape.n_components].flags & SAMPAN_EVENTS)
      variance += g * g * run->total[i];
  }
  return variance;
}

/* The gradient of a statistic against differences of its value, for estimators of one read. */
static inline void vital_check_gradient(stat_plugin *s, vital_run *run, uint32_t k) {
  double kept[STAT_TOTALS * 4];
  const size_t from = (size_t)k * run->n_totals;
  cr_assert_leq(run->n_totals, STAT_TOTALS * 4);
  memcpy(kept, run->gradient + from, run->n_totals * sizeof *kept);
  const double value = run->value[k];
  for (uint32_t i = 0; i < run->n_totals; i++) {
    const double total = run->total[i], h = 1e-5 * (total != 0 ? fabs(total) : 1);
    run->total[i] = total + h;
    vital_value(s, run);
    const double above = run->value[k];
    run->total[i] = total - h;
    vital_value(s, run);
    const double below = run->value[k];
    run->total[i] = total;
    if (total == 0) continue; /* may have no value on one side */
    cr_assert(fabs((above - below) / (2 * h) - kept[i]) <=
                  1e-6 * fabs(kept[i]) + 1e-9 * fabs(value) / fabs(total),
              "%s by total %u: %.10g, not %.10g", run->shape.statistics[k].name, (unsigned)i,
              kept[i], (above - below) / (2 * h));
  }
  vital_value(s, run);
}

#endif
