/* kaplan-meier.c - the survival curve of weighted records, at given times and quantiles.
 *
 *   S(t) = prod_{u <= t} (1 - d(u) / Y(u)),  Y(u) = sum w [entry < u <= time]
 *   z_i = -S(t) (event_i [T_i <= t] / (Y - d)(T_i) - sum_{entry < u <= min(T_i, t)} d / (Y (Y -
 * d))) nelson-aalen: S(t) = exp(-sum d / Y), Y in place of Y - d in z
 *
 * Two reads: the first tallies event, exit and entry times, the second gives each record its
 * influence z, whose total has the variance of S. Without weights and strata it is Greenwood's,
 * times n / (n - 1).
 *
 * Reference: Kaplan and Meier, JASA 1958;53:457-481; Williams, Biometrics 1995;51:172-185, for the
 * linearization; Woodruff, JASA 1952;47:635-646, for limits of quantiles.
 *
 * K1  A record belongs to the statistic when its columns are present.
 * K2  Times are 0 or more, events 0 or 1, and entry is before exit: else an error that names the
 * row. K3  Deaths come before the censored of the same time; who enters at u is at risk after u. K4
 * Past the longest time S is known where it is 0 alone; else not estimable. K5  A quantile is the
 * first time at which 1 - S reaches it; not estimable where it never does. K6  In vital data the
 * variance of S is Greenwood's: S^2 sum d / (Y (Y - d)).
 */
#include <math.h>
#include <stddef.h>

#include "curve.h"

enum { PARAM_AT, PARAM_QUANTILES, PARAM_METHOD };
enum { ROLE_TIME, ROLE_EVENT, ROLE_ENTRY };
enum { COMPONENT_EVENT, COMPONENT_EVENT_TIME, COMPONENT_TIME, COMPONENT_ENTRY };
enum { MOST_STATISTICS = 1000 };

static const sampan_param params[] = {
    {"at", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 1e9, "times at which to give survival: [1, 3, 5]",
     "给出生存率的时间点：[1, 3, 5]"},
    {"quantiles", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0.001, 0.999,
     "quantiles of the survival time: [0.5] for its median",
     "生存时间的分位数：[0.5] 为中位生存期"},
    {"method", SAMPAN_P_CHOICE, 0, "kaplan-meier|nelson-aalen", "kaplan-meier", 1, 0,
     "product of the shares that survive, or exp(-cumulative hazard)",
     "乘积极限法，或由累积风险取指数"},
};

static const sampan_role roles[] = {
    {"time", SAMPAN_NUMBER, 0, "time to the event or to the end of observation",
     "到事件发生或观察结束的时间"},
    {"event", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "whether the event happened then: yes/no, 1/0",
     "届时是否发生事件：是/否、1/0"},
    {"entry", SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL, "time at which observation begins, if not 0",
     "开始观察的时间（若不为 0）"},
};

/* State: for each statistic its value, S or a time, NaN where it is not estimable, and the variance
 * of S in counts. */
typedef struct survival {
  uint32_t n_at, n_quantiles, first; /* first: the component of the first statistic */
  int32_t aalen;
  const double *at, *quantile;
} survival;

static int32_t fail_param(const sampan_call *call, int param, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[param].name);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return SAMPAN_E_PLAN;
}

/* Copies a list, which must rise. */
static int32_t copy_list(const sampan_call *call, int param, const double **out, uint32_t *n) {
  const sampan_value *v = &call->values[param];
  *n = v->is_set ? v->n_numbers : 0;
  double *copy = call->host->alloc(call, (*n + 1ULL) * sizeof *copy);
  if (!copy) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < *n; i++) {
    copy[i] = v->numbers[i];
    if (i == 0 || copy[i] > copy[i - 1]) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "the numbers must rise, but %g follows %g", copy[i],
                copy[i - 1]);
    return fail_param(call, param, "write them in order, each once");
  }
  *out = copy;
  return SAMPAN_OK;
}

static int32_t name_statistics(const sampan_call *call, const survival *s, sampan_statistic *out) {
  enum { BYTES = 40 };
  for (uint32_t k = 0; k < s->n_at + s->n_quantiles; k++) {
    const int is_quantile = k >= s->n_at;
    const double x = is_quantile ? s->quantile[k - s->n_at] : s->at[k];
    char *name = call->host->alloc(call, BYTES);
    if (!name) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    if (is_quantile && x == 0.5)
      snprintf(name, BYTES, "median");
    else
      snprintf(name, BYTES, "%s%.10g", is_quantile ? "p" : "S", is_quantile ? 100 * x : x);
    out[k] = (sampan_statistic){.name = name,
                                .unit = is_quantile ? SAMPAN_UNIT_NONE : SAMPAN_UNIT_PROPORTION,
                                .upper = is_quantile ? HUGE_VAL : 1,
                                .per = 1};
  }
  return SAMPAN_OK;
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  survival *s = call->host->alloc(call, sizeof *s);
  if (!s) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  int32_t status = copy_list(call, PARAM_AT, &s->at, &s->n_at);
  if (status >= 0) status = copy_list(call, PARAM_QUANTILES, &s->quantile, &s->n_quantiles);
  if (status < 0) return status;
  const uint32_t n = s->n_at + s->n_quantiles;
  if (n == 0 || n > MOST_STATISTICS) {
    sampan_fail(
        call, SAMPAN_E_PLAN,
        n == 0 ? "no time and no quantile is asked for" : "more than 1000 times are asked for");
    return fail_param(call, PARAM_AT, "give times, as `at: [1, 3, 5]`, or `quantiles: [0.5]`");
  }
  s->aalen = (int)call->values[PARAM_METHOD].number;
  s->first = columns->columns[ROLE_ENTRY] ? COMPONENT_ENTRY + 1 : COMPONENT_ENTRY;
  sampan_component *components = call->host->alloc(call, (s->first + n) * sizeof *components);
  sampan_statistic *statistics = call->host->alloc(call, n * sizeof *statistics);
  if (!components || !statistics) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  components[COMPONENT_EVENT] = (sampan_component){SAMPAN_BIT, SAMPAN_EVENTS};
  for (uint32_t c = COMPONENT_EVENT_TIME; c < s->first; c++) components[c].type = SAMPAN_TALLY;
  for (uint32_t c = s->first; c < s->first + n; c++) components[c].type = SAMPAN_F64;
  status = name_statistics(call, s, statistics);
  if (status < 0) return status;
  out->n_components = s->first + n;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = n;
  out->statistics = statistics;
  out->bound = s;
  out->n_state = 2 * n;
  return SAMPAN_OK;
}

static int32_t fail_cell(const sampan_call *call, const sampan_column *column, int64_t i,
                         const char *what) {
  if (call->error) {
    call->error->row = i + 1;
    snprintf(call->error->column, sizeof call->error->column, "%s", column->name);
  }
  return sampan_fail(call, SAMPAN_E_DATA, "%s, but is %.17g", what, column->number[i]);
}

/* Checks the columns, and sets the events (K1, K2). */
static int32_t score_columns(const sampan_call *call, const sampan_batch *batch,
                             const sampan_scores *out) {
  const sampan_column *time = batch->columns[ROLE_TIME], *event = batch->columns[ROLE_EVENT];
  const sampan_column *entry = batch->columns[ROLE_ENTRY];
  uint64_t *bits = out->bits[COMPONENT_EVENT];
  const int64_t n = batch->n_records;
  for (int64_t w = 0; w < sampan_words(n); w++)
    out->in[w] = time->present[w] & event->present[w] & (entry ? entry->present[w] : UINT64_MAX);
  if (event->type == SAMPAN_TRUTH)
    for (int64_t w = 0; w < sampan_words(n); w++) bits[w] = event->truth[w] & out->in[w];
  else
    call->host->pack_compare(event->number, n, '=', 1.0, bits);
  for (int64_t i = 0; i < n; i++) {
    if (!sampan_bit(out->in, i)) continue;
    if (!isfinite(time->number[i]) || time->number[i] < 0)
      return fail_cell(call, time, i, "a time of observation is 0 or more");
    if (event->type == SAMPAN_NUMBER && event->number[i] != 0 && event->number[i] != 1)
      return fail_cell(call, event, i, "an event is 0 or 1");
    if (entry && !(entry->number[i] >= 0 && entry->number[i] < time->number[i]))
      return fail_cell(call, entry, i, "observation begins at 0 or later, and before it ends");
  }
  return SAMPAN_OK;
}

/* The first read: what is tallied. */
static void score_times(const survival *s, const sampan_batch *batch, const sampan_scores *out) {
  const sampan_column *time = batch->columns[ROLE_TIME], *entry = batch->columns[ROLE_ENTRY];
  for (int64_t i = 0; i < batch->n_records; i++) {
    const int event = sampan_bit(out->bits[COMPONENT_EVENT], i);
    if (out->numbers[COMPONENT_EVENT_TIME])
      out->numbers[COMPONENT_EVENT_TIME][i] = event ? time->number[i] : NAN;
    if (out->numbers[COMPONENT_TIME]) out->numbers[COMPONENT_TIME][i] = time->number[i];
    if (entry && out->numbers[COMPONENT_ENTRY]) out->numbers[COMPONENT_ENTRY][i] = entry->number[i];
  }
  for (uint32_t c = s->first; c < out->n_components; c++)
    for (int64_t i = 0; i < batch->n_records; i++) out->numbers[c][i] = 0;
}

static const sampan_tally *entries_of(const survival *s, const sampan_tally *const *tallies) {
  return s->first > COMPONENT_ENTRY ? tallies[COMPONENT_ENTRY] : NULL;
}

/* The influence of a record on S at time t, after `steps` steps (z above). */
static double influence(const curve *c, double t, int64_t steps, double entry, double time,
                        int event) {
  const int64_t to = time < t ? curve_steps(c, time) : steps;
  const int64_t from = entry > 0 ? curve_steps(c, entry) : 0;
  double z = from < to ? c->influence[from] - c->influence[to] : 0;
  if (event && time <= t) z += c->jump[to - 1];
  return -c->survival[steps] * z;
}

/* Later reads: the influence of each record on each statistic. */
static int32_t score_influence(const sampan_call *call, const survival *s,
                               const sampan_batch *batch, const sampan_scores *out) {
  const sampan_column *time = batch->columns[ROLE_TIME], *entry = batch->columns[ROLE_ENTRY];
  const uint32_t n_statistics = s->n_at + s->n_quantiles;
  curve *curves = call->host->alloc(call, (batch->n_groups + 1ULL) * sizeof *curves);
  if (!curves) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (int64_t i = 0; i < batch->n_records; i++) {
    const uint32_t g = batch->group[i];
    const int in = g != UINT32_MAX && sampan_bit(out->in, i) && batch->memory[g]->tallies;
    for (uint32_t k = 0; !in && k < n_statistics; k++) out->numbers[s->first + k][i] = 0;
    if (!in) continue;
    const sampan_memory *m = batch->memory[g];
    curve *c = &curves[g];
    if (!c->survival) { /* made when its first record comes */
      const int32_t status =
          curve_make(call, m->tallies[COMPONENT_EVENT_TIME], m->tallies[COMPONENT_TIME],
                     entries_of(s, m->tallies), s->aalen, c);
      if (status < 0) return status;
    }
    for (uint32_t k = 0; k < n_statistics; k++) {
      const double t = k < s->n_at ? s->at[k] : m->state[2 * k];
      out->numbers[s->first + k][i] =
          isnan(t) ? 0
                   : influence(c, t, curve_steps(c, t), entry ? entry->number[i] : 0,
                               time->number[i], sampan_bit(out->bits[COMPONENT_EVENT], i));
    }
  }
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const survival *s = (const survival *)shape->bound;
  const int32_t status = score_columns(call, batch, out);
  if (status < 0) return status;
  if (batch->read > 0) return score_influence(call, s, batch, out);
  score_times(s, batch, out);
  return SAMPAN_OK;
}

/* The first time at which 1 - S is at least p, but for rounding; NaN where it never is (K5). */
static double time_of(const curve *c, double p) {
  for (int64_t k = 1; k <= c->n; k++)
    if (1 - c->survival[k] >= p - 1e-12) return c->time[k - 1];
  return NAN;
}

static int32_t advance(const sampan_call *call, const sampan_shape *shape,
                       const sampan_totals *totals, double *state) {
  const survival *s = (const survival *)shape->bound;
  curve c;
  if (totals->read > 0) return SAMPAN_END;
  for (uint32_t i = 0; i < shape->n_state; i++) state[i] = NAN;
  if (totals->n_positive < 1) return SAMPAN_END;
  const int32_t status =
      curve_make(call, totals->tallies[COMPONENT_EVENT_TIME], totals->tallies[COMPONENT_TIME],
                 entries_of(s, totals->tallies), s->aalen, &c);
  if (status < 0) return status;
  for (uint32_t k = 0; k < s->n_at; k++) {
    const int64_t steps = curve_steps(&c, s->at[k]);
    const double value = c.survival[steps];
    if (!(s->at[k] <= c.last) && value != 0) continue; /* K4 */
    state[2 * k] = value;
    state[2 * k + 1] = value * value * c.variance[steps];
  }
  for (uint32_t k = s->n_at; k < shape->n_statistics; k++) {
    const double t = time_of(&c, s->quantile[k - s->n_at]);
    const int64_t steps = isnan(t) ? 0 : curve_steps(&c, t);
    state[2 * k] = t;
    state[2 * k + 1] = c.survival[steps] * c.survival[steps] * c.variance[steps];
  }
  return SAMPAN_OK;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const survival *s = (const survival *)shape->bound;
  (void)call;
  for (uint64_t i = 0; i < (uint64_t)shape->n_statistics * totals->n_totals; i++)
    out->gradient[i] = 0;
  for (uint32_t k = 0; k < shape->n_statistics; k++) {
    const int is_quantile = k >= s->n_at;
    const double x = totals->n_records < 1 || !totals->state ? NAN : totals->state[2 * k];
    out->element_variance[k] = NAN;
    out->value[k] = x;
    out->status[k] = isnan(x) ? SAMPAN_NOT_ESTIMABLE : SAMPAN_ESTIMABLE;
    if (isnan(x)) continue;
    out->gradient[(uint64_t)k * totals->n_totals + s->first + k] = is_quantile ? -1 : 1;
    if (is_quantile && out->inner)
      out->inner[k] = s->quantile[k - s->n_at]; /* the share that has died, whose slope is -dS */
    if (out->model_variance) out->model_variance[k] = totals->state[2 * k + 1]; /* K6 */
  }
  return SAMPAN_OK;
}

/* The time by which the share x has died. */
static int32_t back(const sampan_call *call, const sampan_shape *shape, const sampan_totals *totals,
                    uint32_t statistic, double x, double *out) {
  const survival *s = (const survival *)shape->bound;
  curve c;
  *out = NAN;
  if (statistic < s->n_at || !totals->tallies) return SAMPAN_OK;
  const int32_t status =
      curve_make(call, totals->tallies[COMPONENT_EVENT_TIME], totals->tallies[COMPONENT_TIME],
                 entries_of(s, totals->tallies), s->aalen, &c);
  if (status < 0) return status;
  *out = time_of(&c, x);
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = sizeof roles / sizeof roles[0],
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
    .advance = advance,
    .back = back,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "kaplan-meier",
    .version = "1.0.0",
    .label_en = "Survival (Kaplan-Meier)",
    .label_zh = "生存率（Kaplan-Meier 法）",
    .summary_en =
        "The weighted Kaplan-Meier curve; standard errors by linearization, Greenwood's in "
        "complete counts.",
    .summary_zh = "加权 Kaplan-Meier 生存曲线；抽样数据用线性化标准误，全数据用 Greenwood 公式。",
    .formula = "S(t) = prod_{u <= t} (1 - d(u) / Y(u))",
    .reference = "Kaplan and Meier, JASA 1958;53:457-481; Williams, Biometrics 1995;51:172-185",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("kaplan-meier", "GPL-3.0-or-later", &plugin);
