#include "stat_reads.h"

static void *array(stat_plugin *s, uint64_t n, uint64_t size) {
  void *out = sp_arena_array(s->context.arena, n + 1, size);
  cr_assert_not_null(out);
  return out;
}

static uint32_t group_of(const stat_reads_data *data, int64_t i) {
  return data->group ? data->group[i] : 0;
}

/* Columns from record `from` on, a multiple of 64. */
static const sampan_column *const *slice(stat_plugin *s, const stat_reads_data *data,
                                         int64_t from) {
  const sampan_column **out = array(s, data->n_columns, sizeof *out);
  for (uint32_t k = 0; k < data->n_columns; k++) {
    if (!data->columns[k]) continue;
    sampan_column *c = array(s, 1, sizeof *c);
    *c = *data->columns[k];
    c->present += from / 64;
    if (c->number) c->number += from;
    if (c->code) c->code += from;
    if (c->truth) c->truth += from / 64;
    out[k] = c;
  }
  return out;
}

static int32_t score_batch(stat_plugin *s, const stat_reads_data *data, stat_reads *r,
                           uint32_t read, int64_t from, int64_t n) {
  const uint32_t n_components = r->shape.n_components;
  sampan_memory *memories = array(s, r->n_groups, sizeof *memories);
  const sampan_memory **memory = array(s, r->n_groups, sizeof *memory);
  uint32_t *group = array(s, (uint64_t)n, sizeof *group);
  uint64_t *in = array(s, (uint64_t)sampan_words(n), sizeof *in);
  uint64_t **bits = array(s, n_components, sizeof *bits);
  double **numbers = array(s, n_components, sizeof *numbers);
  memset(in, 0xa5, (size_t)sampan_words(n) * sizeof *in); /* memory is undefined at entry */
  for (uint32_t g = 0; g < r->n_groups; g++) {
    memories[g].struct_size = sizeof memories[g];
    memories[g].n_state = r->shape.n_state;
    memories[g].state = r->groups[g].state;
    memory[g] = &memories[g];
  }
  for (uint32_t c = 0; c < n_components; c++) {
    cr_assert_neq(r->shape.components[c].type, SAMPAN_TALLY);
    if (r->shape.components[c].type == SAMPAN_BIT)
      bits[c] = array(s, (uint64_t)sampan_words(n), sizeof **bits);
    if (r->shape.components[c].type == SAMPAN_F64) {
      numbers[c] = array(s, (uint64_t)n, sizeof **numbers);
      memset(numbers[c], 0xff, (size_t)n * sizeof **numbers);
    }
  }
  for (int64_t i = 0; i < n; i++) group[i] = group_of(data, from + i);
  const sampan_batch batch = {.struct_size = sizeof batch,
                              .n_columns = data->n_columns,
                              .n_records = n,
                              .columns = slice(s, data, from),
                              .read = read,
                              .n_groups = r->n_groups,
                              .group = group,
                              .memory = read > 0 ? memory : NULL};
  const sampan_scores scores = {.struct_size = sizeof scores,
                                .n_components = n_components,
                                .in = in,
                                .bits = bits,
                                .numbers = numbers};
  const int32_t status = stat_estimator(s)->score(&s->call, &r->shape, &batch, &scores);
  if (status < 0) {
    s->error.row += from;
    return status;
  }
  for (int64_t i = 0; i < n; i++) {
    if (group[i] == UINT32_MAX || r->groups[group[i]].settled) continue;
    r->in[from + i] = (uint8_t)sampan_bit(in, i);
    for (uint32_t c = 0; c < n_components && r->in[from + i]; c++)
      r->u[(uint64_t)(from + i) * n_components + c] = bits[c]      ? sampan_bit(bits[c], i)
                                                      : numbers[c] ? numbers[c][i]
                                                                   : 1;
  }
  return SAMPAN_OK;
}

/* Sums of the records of the groups that are not settled, with an error below one rounding each. */
static void add_up(const stat_reads_data *data, stat_reads *r, double *lost) {
  const uint32_t n_components = r->shape.n_components;
  for (uint32_t g = 0; g < r->n_groups; g++) {
    stat_reads_group *group = &r->groups[g];
    if (group->settled) continue;
    group->n_records = group->n_positive = 0;
    group->weight = 0;
    for (uint32_t c = 0; c < n_components; c++) {
      group->total[c] = lost[c] = 0;
      group->count[c] = 0;
    }
    for (int64_t i = 0; i < data->n; i++) {
      if (group_of(data, i) != g || !r->in[i]) continue;
      const double w = data->weight ? data->weight[i] : 1;
      group->n_records++;
      group->n_positive += w > 0;
      group->weight += w;
      for (uint32_t c = 0; c < n_components; c++) { /* Kahan */
        const double x = w * r->u[(uint64_t)i * n_components + c] - lost[c];
        const double sum = group->total[c] + x;
        lost[c] = (sum - group->total[c]) - x;
        group->total[c] = sum;
        group->count[c]++;
      }
    }
  }
}

static sampan_totals totals_of(const stat_reads *r, const stat_reads_group *group) {
  const sampan_totals t = {.struct_size = sizeof t,
                           .n_totals = r->shape.n_components,
                           .total = group->total,
                           .count = group->count,
                           .n_records = group->n_records,
                           .weight = group->weight,
                           .n_positive = group->n_positive,
                           .read = group->reads - 1,
                           .n_state = r->shape.n_state,
                           .state = group->state};
  return t;
}

int32_t stat_reads_value(stat_plugin *s, const stat_reads *r, stat_reads_group *group) {
  const sampan_totals totals = totals_of(r, group);
  const uint32_t n = r->shape.n_statistics;
  double *inner = array(s, n, sizeof *inner), *variance = array(s, n, sizeof *variance);
  for (uint32_t k = 0; k < n; k++) {
    inner[k] = variance[k] = NAN;
    group->df_spent[k] = 0;
  }
  const sampan_estimates out = {.struct_size = sizeof out,
                                .n_statistics = n,
                                .value = group->value,
                                .gradient = group->gradient,
                                .element_variance = group->element_variance,
                                .status = group->status,
                                .inner = inner,
                                .df_spent = group->df_spent,
                                .model_variance = variance};
  return stat_estimator(s)->value(&s->call, &r->shape, &totals, &out);
}

static int32_t read_once(stat_plugin *s, const stat_reads_data *data, stat_reads *r, uint32_t read,
                         double *lost, int *left) {
  const int64_t step = data->batch > 0 ? data->batch : 1024;
  for (int64_t from = 0; from < data->n; from += step) {
    const int64_t n = data->n - from < step ? data->n - from : step;
    const int32_t status = score_batch(s, data, r, read, from, n);
    if (status < 0) return status;
  }
  add_up(data, r, lost);
  *left = 0;
  for (uint32_t g = 0; g < r->n_groups; g++) {
    stat_reads_group *group = &r->groups[g];
    if (group->settled) continue;
    group->reads = read + 1;
    double *next = array(s, r->shape.n_state, sizeof *next);
    memcpy(next, group->state, r->shape.n_state * sizeof *next);
    const sampan_totals totals = totals_of(r, group);
    const int32_t status = stat_estimator(s)->advance(&s->call, &r->shape, &totals, next);
    if (status < 0) return status;
    group->settled = status == SAMPAN_END;
    if (group->settled) continue;
    group->state = next;
    ++*left;
  }
  return SAMPAN_OK;
}

int32_t stat_reads_run(stat_plugin *s, const stat_reads_data *data, stat_reads *r) {
  const sampan_batch batch = {
      .struct_size = sizeof batch, .n_columns = data->n_columns, .columns = data->columns};
  memset(r, 0, sizeof *r);
  memset(&s->error, 0, sizeof s->error);
  s->error.struct_size = sizeof s->error;
  r->shape.struct_size = sizeof r->shape;
  int32_t status = stat_estimator(s)->bind(&s->call, &batch, &r->shape);
  if (status != SAMPAN_OK) return status;
  cr_assert_eq(r->shape.n_cells, 1);
  const uint32_t n_components = r->shape.n_components, n_statistics = r->shape.n_statistics;
  r->n = data->n;
  r->n_groups = data->n_groups > 0 ? data->n_groups : 1;
  r->groups = array(s, r->n_groups, sizeof *r->groups);
  r->u = array(s, (uint64_t)data->n * n_components, sizeof *r->u);
  r->in = array(s, (uint64_t)data->n, 1);
  for (uint32_t g = 0; g < r->n_groups; g++) {
    stat_reads_group *group = &r->groups[g];
    group->total = array(s, n_components, sizeof *group->total);
    group->count = array(s, n_components, sizeof *group->count);
    group->state = array(s, r->shape.n_state, sizeof *group->state);
    group->value = array(s, n_statistics, sizeof *group->value);
    group->df_spent = array(s, n_statistics, sizeof *group->df_spent);
    group->element_variance = array(s, n_statistics, sizeof *group->element_variance);
    group->status = array(s, n_statistics, sizeof *group->status);
    group->gradient = array(s, (uint64_t)n_statistics * n_components, sizeof *group->gradient);
  }
  double *lost = array(s, n_components, sizeof *lost);
  int left = 1;
  for (uint32_t read = 0; left > 0; read++) {
    cr_assert_lt(read, READS_MOST, "the reads do not end");
    status = read_once(s, data, r, read, lost, &left);
    if (status < 0) return status;
  }
  for (uint32_t g = 0; g < r->n_groups; g++) {
    status = stat_reads_value(s, r, &r->groups[g]);
    if (status < 0) return status;
  }
  return SAMPAN_OK;
}

/* Linearized totals of a statistic by PSU. */
static double *psu_totals(stat_plugin *s, const stat_reads *r, const stat_reads_data *data,
                          const stat_reads_design *design, uint32_t g, uint32_t statistic) {
  const uint32_t n_components = r->shape.n_components;
  const double *gradient = r->groups[g].gradient + (uint64_t)statistic * n_components;
  double *out = array(s, design->n_psu, sizeof *out);
  for (int64_t i = 0; i < data->n; i++) {
    if (group_of(data, i) != g || !r->in[i]) continue;
    double sum = 0;
    for (uint32_t c = 0; c < n_components; c++)
      sum += gradient[c] * r->u[(uint64_t)i * n_components + c];
    out[design->psu[i]] += (data->weight ? data->weight[i] : 1) * sum;
  }
  return out;
}

double stat_reads_covariance(stat_plugin *s, const stat_reads *r, const stat_reads_data *data,
                             const stat_reads_design *design, uint32_t group, uint32_t a,
                             uint32_t b) {
  const double *za = psu_totals(s, r, data, design, group, a);
  const double *zb = psu_totals(s, r, data, design, group, b);
  uint32_t *stratum = array(s, design->n_psu, sizeof *stratum);
  double *n = array(s, design->n_strata, sizeof *n), variance = 0;
  double *sum_a = array(s, design->n_strata, sizeof *n);
  double *sum_b = array(s, design->n_strata, sizeof *n);
  for (int64_t i = 0; i < data->n; i++) stratum[design->psu[i]] = design->stratum[i];
  for (uint32_t k = 0; k < design->n_psu; k++) {
    n[stratum[k]]++;
    sum_a[stratum[k]] += za[k];
    sum_b[stratum[k]] += zb[k];
  }
  for (uint32_t k = 0; k < design->n_psu; k++) {
    const uint32_t h = stratum[k];
    cr_assert(n[h] > 1, "a lonely PSU");
    const double f = design->fraction ? design->fraction[h] : 0;
    variance += (1 - f) * n[h] / (n[h] - 1) * (za[k] - sum_a[h] / n[h]) * (zb[k] - sum_b[h] / n[h]);
  }
  return variance;
}

double stat_reads_df(stat_plugin *s, const stat_reads *r, const stat_reads_data *data,
                     const stat_reads_design *design) {
  uint8_t *psu = array(s, design->n_psu, 1), *stratum = array(s, design->n_strata, 1);
  double df = 0;
  for (int64_t i = 0; i < data->n; i++) {
    if (!r->in[i] || (data->weight && !(data->weight[i] > 0))) continue;
    df += !psu[design->psu[i]];
    df -= !stratum[design->stratum[i]];
    psu[design->psu[i]] = stratum[design->stratum[i]] = 1;
  }
  return df;
}
