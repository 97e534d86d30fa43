/* relative-survival.c - observed survival over that expected of the general population.
 *
 *   Interval k is ((k - 1) h, k h]; l at risk at its start, d die in it, w are censored within it.
 *   observed    S = prod p_k,  p_k = 1 - d / (l - w / 2)
 *   ederer2     R = prod p_k / e_k,  e_k = sum_{at risk} p*_ik / l
 *   ederer1     R = S / E,  E = mean over all patients of prod p*_ik
 *   pohar-perme R = prod exp(-h (D - M) / Y), D, M, Y the deaths, expected deaths and person-time
 * of the interval, each weighted by 1 / (the patient's expected survival to its middle) p*_ik: of
 * the table, at the age and year of the interval's start, to the power h.
 *
 * Reference: Ederer, Axtell and Cutler, NCI Monograph 1961;6:101-121; Dickman and Coviello, Stata
 * Journal 2015;15:186-215; Pohar Perme, Stare and Esteve, Biometrics 2012;68:113-120.
 *
 * V1  A record belongs to the statistic when its columns are present.
 * V2  Times are 0 or more, events 0 or 1, ages and years in the table: else an error with the row.
 * V3  Who is censored at the very end of an interval has lived through it, and is not in the next.
 * V4  Nobody at risk in an interval: not estimable from there on, but after S = 0 it stays 0.
 * V5  In vital data: Var(R) = R^2 sum d / (l' (l' - d)), l' = l - w / 2 (Greenwood); of Pohar Perme
 *     R^2 h^2 sum D2 / Y^2, D2 the deaths with squared weights. The table is taken as known.
 */
#include <math.h>
#include <stddef.h>

#include "population.h"

enum { PARAM_EXPECTED, PARAM_AT, PARAM_METHOD, PARAM_WIDTH, PARAM_COLUMNS, PARAM_OUTSIDE };
enum { ROLE_TIME, ROLE_EVENT, ROLE_AGE, ROLE_SEX, ROLE_YEAR };
enum { EDERER2, EDERER1, POHAR_PERME };
enum { AT_RISK, DIED, WITHDRAWN, FIRST_NUMBER }; /* components of each interval */
enum { WEIGHTED_DEATHS = FIRST_NUMBER, WEIGHTED_EXPECTED, WEIGHTED_TIME, WEIGHTED_SQUARES };
enum { RELATIVE, OBSERVED, EXPECTED, N_KINDS };
enum { MOST_INTERVALS = 240, MOST_PARTS = 7 };

static const sampan_param params[] = {
    {"expected", SAMPAN_P_TABLE, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0,
     "a table with age and survival or death over one year, or rate; sex and year if they count",
     "一般人群表：age 与一年的 survival 或 death（或 rate），可另含 sex、year"},
    {"at", SAMPAN_P_NUMBERS, SAMPAN_PARAM_REQUIRED, NULL, NULL, 0.01, 100,
     "years at which to give survival: [1, 3, 5]", "给出生存率的年数：[1, 3, 5]"},
    {"method", SAMPAN_P_CHOICE, 0, "ederer2|ederer1|pohar-perme", "ederer2", 1, 0,
     "how the expected survival is made", "期望生存的计算方法"},
    {"width", SAMPAN_P_NUMBER, 0, NULL, "1", 0.01, 1, "years in each interval", "区间长度（年）"},
    {"columns", SAMPAN_P_CHOICE, 0, "relative|all", "relative", 1, 0,
     "give relative survival alone, or also observed and expected",
     "只给出相对生存率，或同时给出观察和期望生存率"},
    {"outside", SAMPAN_P_CHOICE, 0, "refuse|nearest", "refuse", 1, 0,
     "what to do with years that the table does not have", "表中没有的年份的处理"},
};

static const sampan_role roles[] = {
    {"time", SAMPAN_NUMBER, 0, "years from diagnosis to death or to the end of observation",
     "自诊断到死亡或观察结束的年数"},
    {"event", SAMPAN_NUMBER | SAMPAN_TRUTH, 0, "whether the patient died then, of any cause",
     "届时是否死亡（不论死因）"},
    {"age", SAMPAN_NUMBER, 0, "age at diagnosis, in years", "诊断时年龄（岁）"},
    {"sex", SAMPAN_NUMBER | SAMPAN_TEXT, SAMPAN_ROLE_OPTIONAL, "sex, as the table writes it",
     "性别，写法同期望表"},
    {"year", SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL, "year of diagnosis, with decimals if known",
     "诊断年份，可带小数"},
};

typedef struct relative {
  population population;
  int32_t method;
  uint32_t n_intervals, n_parts; /* components of each interval; Ederer I has one more at the end */
  uint32_t n_kinds;              /* statistics of each year */
  uint32_t *steps;               /* of each year: how many intervals */
  double width;
} relative;

static int32_t fail_param(const sampan_call *call, int param, const char *hint) {
  if (call->error) {
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s", params[param].name);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  return SAMPAN_E_PLAN;
}

/* What the table tells apart must come with the data, and the other way round. */
static int32_t check_roles(const sampan_call *call, const sampan_batch *columns,
                           const population *p) {
  const int sex = columns->columns[ROLE_SEX] != NULL, year = columns->columns[ROLE_YEAR] != NULL;
  if (sex == (p->n_sexes > 0) && year == (p->n_years > 0)) return SAMPAN_OK;
  const char *name = sex != (p->n_sexes > 0) ? "sex" : "year";
  sampan_fail(call, SAMPAN_E_PLAN,
              "the expected survival and the plan must both have `%s`, or neither", name);
  return fail_param(call, PARAM_EXPECTED, "name the column in the plan, or leave it out of both");
}

static int32_t make_steps(const sampan_call *call, relative *r) {
  const sampan_value *at = &call->values[PARAM_AT];
  r->steps = call->host->alloc(call, (at->n_numbers + 1ULL) * sizeof *r->steps);
  if (!r->steps) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < at->n_numbers; i++) {
    const double x = at->numbers[i] / r->width;
    const int whole = x >= 0.5 && x <= MOST_INTERVALS && fabs(x - round(x)) <= 1e-9 * x;
    if (whole) r->steps[i] = (uint32_t)lround(x);
    if (whole && (i == 0 || r->steps[i] > r->steps[i - 1])) continue;
    sampan_fail(call, SAMPAN_E_PLAN, "%g years are no whole intervals of %g, or follow later ones",
                at->numbers[i], r->width);
    return fail_param(call, PARAM_AT, "years rise, and are multiples of `width`, 240 at most");
  }
  if (at->n_numbers > 0) {
    r->n_intervals = r->steps[at->n_numbers - 1];
    return SAMPAN_OK;
  }
  sampan_fail(call, SAMPAN_E_PLAN, "no year is asked for");
  return fail_param(call, PARAM_AT, "name years, as [1, 3, 5]");
}

static int32_t make_shape(const sampan_call *call, const relative *r, sampan_shape *out) {
  enum { BYTES = 40 };
  static const char prefix[N_KINDS] = {'R', 'S', 'E'};
  const sampan_value *at = &call->values[PARAM_AT];
  const uint32_t n = at->n_numbers * r->n_kinds;
  const uint32_t n_components = r->n_intervals * r->n_parts + (r->method == EDERER1);
  sampan_component *c = call->host->alloc(call, n_components * sizeof *c);
  sampan_statistic *s = call->host->alloc(call, n * sizeof *s);
  if (!c || !s) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint32_t i = 0; i < n_components; i++) {
    const uint32_t part = i % r->n_parts;
    c[i].type = part < FIRST_NUMBER ? SAMPAN_BIT : SAMPAN_F64;
    if (part == DIED) c[i].flags = SAMPAN_EVENTS;
  }
  if (r->method == EDERER1) c[n_components - 1] = (sampan_component){SAMPAN_ONE, 0};
  for (uint32_t i = 0; i < n; i++) {
    const uint32_t kind = i % r->n_kinds;
    char *name = call->host->alloc(call, BYTES);
    if (!name) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
    snprintf(name, BYTES, "%c%.10g", prefix[kind], at->numbers[i / r->n_kinds]);
    s[i] = (sampan_statistic){.name = name,
                              .unit = kind == RELATIVE ? SAMPAN_UNIT_RATIO : SAMPAN_UNIT_PROPORTION,
                              .upper = kind == RELATIVE ? HUGE_VAL : 1,
                              .per = 1};
  }
  out->n_components = n_components;
  out->components = c;
  out->n_cells = 1;
  out->n_statistics = n;
  out->statistics = s;
  out->bound = r;
  return SAMPAN_OK;
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  relative *r = call->host->alloc(call, sizeof *r);
  if (!r) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const int all = (int)call->values[PARAM_COLUMNS].number == 1;
  r->method = (int)call->values[PARAM_METHOD].number;
  r->width = call->values[PARAM_WIDTH].number;
  r->n_parts = r->method == POHAR_PERME ? WEIGHTED_SQUARES + 1 : FIRST_NUMBER + 1;
  /* Pohar Perme's has no expected survival of its own. */
  r->n_kinds = !all ? 1 : r->method == POHAR_PERME ? 2 : N_KINDS;
  r->population.nearest = (int)call->values[PARAM_OUTSIDE].number;
  int32_t status = population_read(call, params[PARAM_EXPECTED].name,
                                   call->values[PARAM_EXPECTED].table, &r->population);
  if (status >= 0) status = check_roles(call, columns, &r->population);
  if (status >= 0) status = make_steps(call, r);
  return status < 0 ? status : make_shape(call, r, out);
}

/* ---- records ------------------------------------------------------------------------------ */

static int32_t fail_cell(const sampan_call *call, const sampan_column *column, int64_t i,
                         const char *what, const char *hint) {
  if (call->error) {
    call->error->row = i + 1;
    snprintf(call->error->column, sizeof call->error->column, "%s", column->name);
    snprintf(call->error->hint, sizeof call->error->hint, "%s", hint);
  }
  if (column->type == SAMPAN_TEXT)
    return sampan_fail(call, SAMPAN_E_DATA, "%s, but is `%s`", what,
                       column->dictionary->text[column->code[i]]);
  return sampan_fail(call, SAMPAN_E_DATA, "%s, but is %.17g", what, column->number[i]);
}

/* The sex of a record in the table, n_sexes if it has none such. */
static uint32_t sex_of(const population *p, const sampan_column *sex, int64_t i) {
  uint32_t k = 0;
  if (!sex) return 0;
  if (sex->type == SAMPAN_NUMBER)
    while (k < p->n_sexes && p->sex_number[k] != sex->number[i]) k++;
  else
    while (k < p->n_sexes && strcmp(p->sex[k], sex->dictionary->text[sex->code[i]]) != 0) k++;
  return k;
}

static int32_t check_record(const sampan_call *call, const relative *r, const sampan_batch *batch,
                            int64_t i) {
  const sampan_column *time = batch->columns[ROLE_TIME], *event = batch->columns[ROLE_EVENT];
  const sampan_column *sex = batch->columns[ROLE_SEX];
  if (!isfinite(time->number[i]) || time->number[i] < 0)
    return fail_cell(call, time, i, "a time of observation is 0 or more", "times are in years");
  if (event->type == SAMPAN_NUMBER && event->number[i] != 0 && event->number[i] != 1)
    return fail_cell(call, event, i, "an event is 0 or 1", "derive it with an expression");
  if (sex && sex_of(&r->population, sex, i) == r->population.n_sexes)
    return fail_cell(call, sex, i, "a sex is one that the expected survival has",
                     "write it in the data as in the table");
  return SAMPAN_OK;
}

/* Expected survival of one record over each interval. */
static int32_t expect(const sampan_call *call, const relative *r, const sampan_batch *batch,
                      int64_t i, double *out) {
  const sampan_column *age = batch->columns[ROLE_AGE], *year = batch->columns[ROLE_YEAR];
  const uint32_t sex = sex_of(&r->population, batch->columns[ROLE_SEX], i);
  for (uint32_t k = 0; k < r->n_intervals; k++) {
    const double since = k * r->width;
    const double p = population_survival(&r->population, sex, age->number[i] + since,
                                         year ? year->number[i] + since : 0);
    if (p == -1)
      return fail_cell(call, age, i, "an age is in the expected survival",
                       "the table begins at a later age");
    if (p < 0)
      return fail_cell(call, year, i, "the years from diagnosis on are in the expected survival",
                       "lengthen the table, or set `outside: nearest`");
    out[k] = r->width == 1 ? p : pow(p, r->width);
  }
  return SAMPAN_OK;
}

static void score_record(const relative *r, int64_t i, double time, int event,
                         const double *expected, const sampan_scores *out) {
  double lived = 1; /* expected survival to the start of the interval */
  for (uint32_t k = 0; k < r->n_intervals; lived *= expected[k++]) {
    const uint32_t c = k * r->n_parts;
    const double start = k * r->width, end = (k + 1) * r->width;
    const int at_risk = k == 0 || time > start, ends = at_risk && time <= end;
    sampan_set_bit(out->bits[c + AT_RISK], i, at_risk);
    sampan_set_bit(out->bits[c + DIED], i, ends && event);
    sampan_set_bit(out->bits[c + WITHDRAWN], i, ends && !event && time < end); /* V3 */
    if (r->method == EDERER2) out->numbers[c + FIRST_NUMBER][i] = at_risk ? expected[k] : 0;
    if (r->method == EDERER1) out->numbers[c + FIRST_NUMBER][i] = lived * expected[k];
    if (r->method != POHAR_PERME) continue;
    const double weight = 1 / (lived * sqrt(expected[k]));
    const double years = !at_risk ? 0 : ends ? time - start : r->width;
    const double deaths = ends && event;
    out->numbers[c + WEIGHTED_DEATHS][i] = weight * deaths;
    out->numbers[c + WEIGHTED_EXPECTED][i] = weight * years * -log(expected[k]) / r->width;
    out->numbers[c + WEIGHTED_TIME][i] = weight * years;
    out->numbers[c + WEIGHTED_SQUARES][i] = weight * weight * deaths;
  }
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const relative *r = (const relative *)shape->bound;
  const sampan_column *event = batch->columns[ROLE_EVENT];
  double expected[MOST_INTERVALS];
  for (int64_t w = 0; w < sampan_words(batch->n_records); w++) { /* V1 */
    out->in[w] = UINT64_MAX;
    for (uint32_t c = 0; c < batch->n_columns; c++)
      if (batch->columns[c]) out->in[w] &= batch->columns[c]->present[w];
  }
  for (int64_t i = 0; i < batch->n_records; i++) {
    if (!sampan_bit(out->in, i)) continue;
    int32_t status = check_record(call, r, batch, i);
    if (status >= 0) status = expect(call, r, batch, i, expected);
    if (status < 0) return status;
    score_record(r, i, batch->columns[ROLE_TIME]->number[i],
                 event->type == SAMPAN_TRUTH ? sampan_bit(event->truth, i) : event->number[i] == 1,
                 expected, out);
  }
  return SAMPAN_OK;
}

/* ---- totals ------------------------------------------------------------------------------- */

/* One factor of a product over intervals, with its derivatives by the interval's components. */
typedef struct factor {
  double value, slope[MOST_PARTS], variance; /* variance: of its logarithm, in counts */
} factor;

/* NaN where nobody is at risk. */
static factor observed(const double *t) {
  const double exposed = t[AT_RISK] - t[WITHDRAWN] / 2, q = t[DIED] / exposed;
  factor f = {.value = exposed > 0 ? 1 - q : NAN};
  f.slope[AT_RISK] = q / exposed;
  f.slope[DIED] = -1 / exposed;
  f.slope[WITHDRAWN] = -q / exposed / 2;
  f.variance = q < 1 ? q / (exposed * (1 - q)) : 0;
  return f;
}

static factor expected_of_risk(const double *t) { /* Ederer II */
  factor f = {.value = t[AT_RISK] > 0 ? t[FIRST_NUMBER] / t[AT_RISK] : NAN};
  f.slope[AT_RISK] = -f.value / t[AT_RISK];
  f.slope[FIRST_NUMBER] = 1 / t[AT_RISK];
  return f;
}

static factor net(const double *t, double width) { /* Pohar Perme */
  const double excess = (t[WEIGHTED_DEATHS] - t[WEIGHTED_EXPECTED]) / t[WEIGHTED_TIME];
  factor f = {.value = t[WEIGHTED_TIME] > 0 ? exp(-width * excess) : NAN};
  f.slope[WEIGHTED_DEATHS] = -width * f.value / t[WEIGHTED_TIME];
  f.slope[WEIGHTED_EXPECTED] = width * f.value / t[WEIGHTED_TIME];
  f.slope[WEIGHTED_TIME] = width * f.value * excess / t[WEIGHTED_TIME];
  f.variance = width * width * t[WEIGHTED_SQUARES] / (t[WEIGHTED_TIME] * t[WEIGHTED_TIME]);
  return f;
}

static factor quotient(factor a, factor b) {
  factor f = {.value = a.value / b.value, .variance = a.variance};
  for (int c = 0; c < MOST_PARTS; c++) f.slope[c] = (a.slope[c] - f.value * b.slope[c]) / b.value;
  return f;
}

static factor factor_of(const relative *r, uint32_t kind, const double *t) {
  if (kind == OBSERVED || (kind == RELATIVE && r->method == EDERER1)) return observed(t);
  if (kind == EXPECTED) return expected_of_risk(t);
  return r->method == POHAR_PERME ? net(t, r->width) : quotient(observed(t), expected_of_risk(t));
}

/* The product over the first n intervals; 0 stays 0, whoever is left (V4). */
static double product(const relative *r, uint32_t kind, uint32_t n, const double *total,
                      factor *factors, double *gradient, double *variance) {
  double value = 1;
  *variance = 0;
  for (uint32_t k = 0; k < n && value != 0; k++) {
    factors[k] = factor_of(r, kind, total + (size_t)k * r->n_parts);
    value *= factors[k].value;
    *variance += factors[k].variance;
    if (value == 0) n = k + 1;
  }
  *variance *= value * value;
  for (uint32_t k = 0; k < n; k++) {
    double others = 1;
    for (uint32_t j = 0; j < n; j++) others *= j != k ? factors[j].value : 1;
    for (uint32_t c = 0; c < r->n_parts; c++)
      gradient[(size_t)k * r->n_parts + c] = others * factors[k].slope[c];
  }
  return value;
}

/* Ederer I: the mean of all patients, E; or what is given over it. */
static double by_mean(const relative *r, uint32_t kind, uint32_t n, const double *total,
                      factor *factors, double *gradient, double *variance) {
  const size_t at = (size_t)(n - 1) * r->n_parts + FIRST_NUMBER;
  const size_t all = (size_t)r->n_intervals * r->n_parts;
  const double e = total[at] / total[all];
  if (kind == EXPECTED) {
    *variance = 0;
    gradient[at] = 1 / total[all];
    gradient[all] = -e / total[all];
    return e;
  }
  const double s = product(r, OBSERVED, n, total, factors, gradient, variance);
  for (size_t i = 0; i < all; i++) gradient[i] /= e;
  gradient[at] = -s / e / total[at];
  gradient[all] = s / e / total[all];
  *variance /= e * e;
  return s / e;
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const relative *r = (const relative *)shape->bound;
  const size_t covered = offsetof(sampan_estimates, model_variance) + sizeof out->model_variance;
  const int has_model = out->struct_size >= covered && out->model_variance;
  factor *factors = call->host->alloc(call, (r->n_intervals + 1ULL) * sizeof *factors);
  if (!factors) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (uint64_t i = 0; i < (uint64_t)shape->n_statistics * totals->n_totals; i++)
    out->gradient[i] = 0;
  for (uint32_t k = 0; k < shape->n_statistics; k++) {
    const uint32_t kind = k % r->n_kinds, n = r->steps[k / r->n_kinds];
    double *gradient = out->gradient + (size_t)k * totals->n_totals, variance = 0;
    out->value[k] = out->element_variance[k] = NAN;
    out->status[k] = SAMPAN_NOT_ESTIMABLE;
    if (totals->n_records < 1) continue;
    out->value[k] = r->method == EDERER1 && kind != OBSERVED
                        ? by_mean(r, kind, n, totals->total, factors, gradient, &variance)
                        : product(r, kind, n, totals->total, factors, gradient, &variance);
    if (!isfinite(out->value[k])) continue;
    out->status[k] = SAMPAN_ESTIMABLE;
    if (has_model) out->model_variance[k] = variance; /* V5 */
  }
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = sizeof roles / sizeof roles[0],
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "relative-survival",
    .version = "1.0.0",
    .label_en = "Relative survival",
    .label_zh = "相对生存率",
    .summary_en =
        "The survival of patients over that expected of people of their sex, age and year in the "
        "general population.",
    .summary_zh = "患者观察生存率与同性别、年龄、年份一般人群期望生存率之比。",
    .formula = "R = prod_k (1 - d / (l - w / 2)) / mean p*",
    .reference = "Ederer, Axtell and Cutler, NCI Monograph 1961;6:101-121",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("relative-survival", "GPL-3.0-or-later", &plugin);
