/* indirect.c - indirect standardization: observed deaths over those expected by reference rates.
 *
 *   E = sum w r_a n,  O = sum w d,  SMR = O / E,  ISR = per SMR c
 *   dSMR/dE = -O / E^2,  dSMR/dO = 1 / E
 *   chi2 = (O - E)^2 / E; p_exact: Poisson(E) counts no likelier than O
 *
 * Reference: Breslow and Day, Statistical Methods in Cancer Research II, 1987, 2.3.
 *
 * I1  A record belongs to the statistic when its columns are present and its age has a rate. A
 * label that the reference rates do not have is an error. I2  Expected deaths are the exposure of
 * the observed ones, so that limits of a count over its exposure are those of the SMR. I3  Groups
 * of the reference rates neither overlap nor leave a gap. I4  No deaths expected: not estimable; a
 * note where some were observed. I5  p_exact wants a whole number of deaths: none of weighted ones.
 * I6  The crude rate c of the reference is `crude_rate`, or that of its populations.
 */
#include <math.h>

#include "mortality.h"
#include "poisson.h"
#include "reference_rates.h"

enum { PARAM_RATES, PARAM_STANDARD_PER, PARAM_CRUDE, PARAM_PER, PARAM_STATISTIC };
enum { ROLE_NUMERATOR, ROLE_DENOMINATOR, ROLE_AGE };
enum { GIVE_SMR, GIVE_ISR, GIVE_EXPECTED, GIVE_TEST, GIVE_ALL };
enum { SMR, EXPECTED, ISR, CHI2, P_EXACT, N_KINDS };

static const sampan_param params[] = {
    {"standard_rates", SAMPAN_P_TABLE, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0,
     "the reference: a map from age group to rate, or a file with age and rate, or with age, "
     "events and population",
     "参照率：年龄组到率的映射，或含 age、rate（或 age、events、population）列的文件"},
    {"standard_per", SAMPAN_P_NUMBER, 0, NULL, "1", 1e-9, 1e12,
     "the reference rates are per this many person-years: 1000, 100000",
     "参照率的基数：1000、100000"},
    {"crude_rate", SAMPAN_P_NUMBER, 0, NULL, NULL, 0, 1e12,
     "crude rate of the reference population, per `standard_per`",
     "参照人口的粗率，基数同 standard_per"},
    {"per", SAMPAN_P_NUMBER, 0, NULL, "100000", 1e-9, 1e12,
     "the indirectly standardized rate is per this many person-years", "间接标化率的基数"},
    {"statistic", SAMPAN_P_CHOICE, 0, "smr|isr|expected|test|all", "smr", 1, 0,
     "what to give: the ratio, the rate, the expected deaths, a test of the ratio against 1, or "
     "all",
     "给出：标化比、间接标化率、期望死亡数、与 1 的检验或全部"},
};

static const sampan_role roles[] = {
    {"numerator", SAMPAN_NUMBER, 0, "observed deaths or cases", "实际死亡数或病例数"},
    {"denominator", SAMPAN_NUMBER, 0, "person-years or population", "人年数或人口数"},
    {"age", SAMPAN_NUMBER | SAMPAN_TEXT, 0, "age in years, or the label of an age group",
     "年龄（岁），或年龄组标签"},
};

static const sampan_component components[] = {{SAMPAN_F64, SAMPAN_EXPOSURE},
                                              {SAMPAN_F64, SAMPAN_EVENTS}};

typedef struct bound {
  reference_rates rates;
  double crude; /* per person-year */
  uint32_t n_kinds;
  int32_t kind[N_KINDS];
} bound;

static void add(bound *b, sampan_statistic *statistics, int kind, double per) {
  static const struct {
    const char *name;
    int32_t unit;
    double upper;
  } about[N_KINDS] = {{"smr", SAMPAN_UNIT_RATIO, HUGE_VAL},
                      {"expected", SAMPAN_UNIT_COUNT, HUGE_VAL},
                      {"isr", SAMPAN_UNIT_RATE, HUGE_VAL},
                      {"chi2", SAMPAN_UNIT_NONE, HUGE_VAL},
                      {"p_exact", SAMPAN_UNIT_PROPORTION, 1}};
  statistics[b->n_kinds] =
      (sampan_statistic){.name = about[kind].name,
                         .unit = about[kind].unit,
                         .flags = kind == CHI2 || kind == P_EXACT ? SAMPAN_STATISTIC_TEST : 0,
                         .upper = about[kind].upper,
                         .per = kind == ISR ? per : 1};
  b->kind[b->n_kinds++] = kind;
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  const sampan_value *crude = &call->values[PARAM_CRUDE];
  const double standard_per = call->values[PARAM_STANDARD_PER].number;
  const double per = call->values[PARAM_PER].number;
  const int give = (int)call->values[PARAM_STATISTIC].number;
  bound *b = call->host->alloc(call, sizeof *b);
  sampan_statistic *statistics = call->host->alloc(call, N_KINDS * sizeof *statistics);
  if (!b || !statistics) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const int32_t status =
      reference_rates_read(call, call->values[PARAM_RATES].table, standard_per,
                           columns->columns[ROLE_AGE]->type == SAMPAN_NUMBER, &b->rates);
  if (status < 0) return status;
  b->crude = crude->is_set ? crude->number / standard_per : b->rates.crude; /* I6 */
  if (give == GIVE_ISR && isnan(b->crude)) {
    sampan_fail(call, SAMPAN_E_PLAN, "the crude rate of the reference population is not known");
    return ages_fail_plan(call, params[PARAM_CRUDE].name,
                          "give `crude_rate`, or reference rates with a column `population`");
  }
  if (give == GIVE_SMR || give == GIVE_ALL) add(b, statistics, SMR, per);
  if (give == GIVE_EXPECTED || give == GIVE_ALL) add(b, statistics, EXPECTED, per);
  if (give == GIVE_ISR || (give == GIVE_ALL && !isnan(b->crude))) add(b, statistics, ISR, per);
  if (give == GIVE_TEST || give == GIVE_ALL) {
    add(b, statistics, CHI2, per);
    add(b, statistics, P_EXACT, per);
  }
  out->n_components = 2;
  out->components = components;
  out->n_cells = 1;
  out->n_statistics = b->n_kinds;
  out->statistics = statistics;
  out->bound = b;
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const bound *b = (const bound *)shape->bound;
  const sampan_column *deaths = batch->columns[ROLE_NUMERATOR];
  const sampan_column *years = batch->columns[ROLE_DENOMINATOR];
  const sampan_column *age = batch->columns[ROLE_AGE];
  const int64_t n = batch->n_records;
  uint32_t *group = call->host->alloc(call, ((uint64_t)n + 1) * sizeof *group);
  if (!group) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  for (int64_t w = 0; w < sampan_words(n); w++) /* I1 */
    out->in[w] = deaths->present[w] & years->present[w] & age->present[w];
  int32_t status = ages_score(call, &b->rates.ages, age, n, out->in, group);
  if (status < 0) return status;
  status = ages_score_count(call, deaths, n, out->in, out->numbers[1]);
  if (status < 0) return status;
  status = ages_score_count(call, years, n, out->in, out->numbers[0]);
  if (status < 0) return status;
  for (int64_t i = 0; i < n; i++)
    if (sampan_bit(out->in, i)) out->numbers[0][i] *= b->rates.rate[group[i]];
  return SAMPAN_OK;
}

/* One statistic of O observed and E > 0 expected deaths: its value, and d / dE, d / dO. */
static double evaluate(const bound *b, int kind, double per, double e, double o, double *gradient) {
  const double scale = kind == ISR ? per * b->crude : 1, smr = o / e;
  switch (kind) {
    case EXPECTED:
      gradient[0] = 1;
      gradient[1] = 0;
      return e;
    case CHI2:
      gradient[0] = 1 - smr * smr;
      gradient[1] = 2 * (smr - 1);
      return (o - e) * (o - e) / e;
    case P_EXACT: /* I5 */
      gradient[1] = 0;
      if (fabs(o - round(o)) > 1e-9 * fmax(o, 1)) return NAN;
      return poisson_two_sided(round(o), e, &gradient[0]);
    default:
      gradient[0] = -scale * smr / e;
      gradient[1] = scale / e;
      return scale * smr;
  }
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const bound *b = (const bound *)shape->bound;
  const double e = totals->total[0], o = totals->total[1];
  const int estimable = totals->n_records > 0 && e > 0 && isfinite(e) && isfinite(o);
  if (totals->n_records > 0 && e == 0 && o > 0) /* I4 */
    call->host->note(call, "deaths where the reference rates expect none: no ratio is given");
  for (uint32_t k = 0; k < b->n_kinds; k++) {
    double *gradient = out->gradient + 2 * (size_t)k;
    gradient[0] = gradient[1] = 0;
    out->element_variance[k] = NAN;
    out->value[k] =
        estimable ? evaluate(b, b->kind[k], shape->statistics[k].per, e, o, gradient) : NAN;
    out->status[k] = isnan(out->value[k]) ? SAMPAN_NOT_ESTIMABLE : SAMPAN_ESTIMABLE;
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

const sampan_plugin mortality_indirect = {
    .struct_size = sizeof mortality_indirect,
    .kind = SAMPAN_ESTIMATOR,
    .name = "indirect",
    .version = "1.0.0",
    .label_en = "Indirect standardization (SMR)",
    .label_zh = "间接标化（标化死亡比）",
    .summary_en =
        "Observed deaths over those that the age-specific rates of a reference would give.",
    .summary_zh = "实际死亡数与按参照年龄别率计算的期望死亡数之比（间接标化法）。",
    .formula = "SMR = sum(w d) / sum(w r_a n)",
    .reference = "Breslow and Day, Statistical Methods in Cancer Research II, 1987, 2.3",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};
