/* standardized.c - a prevalence, mean or rate, directly standardized to a standard population.
 *
 *   D = per sum_a s_a T1a / T0a
 *   of:                    T0a = sum w, T1a = sum w y over the records of age group a
 *   numerator/denominator: T0a = population, T1a = cases
 *   dD/dT0a = -per s_a T1a / T0a^2,  dD/dT1a = per s_a / T0a
 *
 * Reference: Breslow and Day, Statistical Methods in Cancer Research II, 1987, 2.4; Klein and
 * Schoenborn, Healthy People Statistical Notes 20, 2001. With survey data the variance is that of
 * R's svystandardize: sum_a s_a p_a with all covariances between the age groups.
 *
 * S1  Exactly one form: `of`, or `numerator` with `denominator`.
 * S2  A record belongs to the statistic when its columns are present and its age has a group.
 * S3  Text ages are matched to the standard by their text, never by position. A label that the
 *     standard does not know is an error unless the plan says `unknown_label: exclude`.
 * S4  Groups of the standard neither overlap nor leave a gap; wider groups have its edges.
 * S5  Shares add up to 1 over the groups that are used.
 * S6  A group of positive share without records: not estimable, or `empty: renormalize` to spread
 *     its share over the others, as NCHS does. Cases without population: not estimable, with a
 *     note.
 * S7  For a prevalence the element variance is n sum_a s_a^2 p_a (1 - p_a) / n_a, n the records of
 *     positive weight, so that dividing by n gives the variance that n_a independent records in
 *     each group would have.
 * S8  Numbers are finite, cases and populations 0 or more, a prevalence is of 0 and 1 only.
 */
#include <math.h>
#include <stddef.h>

#include "standard.h"

enum { PARAM_STANDARD, PARAM_GROUPS, PARAM_BELOW, PARAM_PER, PARAM_EMPTY, PARAM_UNKNOWN, PARAM_OF };
enum { ROLE_AGE, ROLE_OF, ROLE_NUMERATOR, ROLE_DENOMINATOR, N_ROLES };
enum { EMPTY_NOT_ESTIMABLE = 0, EMPTY_RENORMALIZE = 1 };
enum { UNKNOWN_REFUSE = 0, UNKNOWN_EXCLUDE = 1 };
enum { OF_PREVALENCE = 0, OF_MEAN = 1 };

static const sampan_param params[] = {
    {"standard", SAMPAN_P_TABLE, SAMPAN_PARAM_REQUIRED, NULL, NULL, 1, 0,
     "the standard population: a shipped one, a file, or a map from age group to weight",
     "标准人口：自带、文件或年龄组到权重的映射"},
    {"groups", SAMPAN_P_NUMBERS, 0, NULL, NULL, 0, 1000,
     "lower ages of wider groups, made of whole groups of the standard",
     "合并后各年龄组的下限，须与标准人口的组界一致"},
    {"below", SAMPAN_P_NUMBER, 0, NULL, NULL, 0, 1000, "use the ages below this only",
     "只用此年龄以下"},
    {"per", SAMPAN_P_NUMBER, 0, NULL, "1", 1e-9, 1e12, "multiply by this: 1000, 100000",
     "乘以此数：1000、100000"},
    {"empty", SAMPAN_P_CHOICE, 0, "not_estimable|renormalize", "not_estimable", 1, 0,
     "what to do where an age group has no records", "某年龄组没有记录时的处理"},
    {"unknown_label", SAMPAN_P_CHOICE, 0, "refuse|exclude", "refuse", 1, 0,
     "what to do with an age label that the standard does not have",
     "标准人口中没有的年龄组标签的处理"},
    {"statistic", SAMPAN_P_CHOICE, 0, "prevalence|mean", "prevalence", 1, 0,
     "what `of` is: an event, or a number to average", "of 是事件还是求均值的变量"},
};

static const sampan_role roles[] = {
    {"age", SAMPAN_NUMBER | SAMPAN_TEXT, 0, "age in years, or the label of an age group",
     "年龄（岁），或年龄组标签"},
    {"of", SAMPAN_TRUTH | SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL,
     "the event, or the number to average", "事件，或求均值的变量"},
    {"numerator", SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL, "cases or deaths", "病例或死亡数"},
    {"denominator", SAMPAN_NUMBER, SAMPAN_ROLE_OPTIONAL, "the population they come from", "人口数"},
};

static const sampan_component of_event[] = {{SAMPAN_ONE, SAMPAN_EXPOSURE},
                                            {SAMPAN_BIT, SAMPAN_EVENTS}};
static const sampan_component of_number[] = {{SAMPAN_ONE, SAMPAN_EXPOSURE}, {SAMPAN_F64, 0}};
static const sampan_component of_cases[] = {{SAMPAN_F64, SAMPAN_EXPOSURE},
                                            {SAMPAN_F64, SAMPAN_EVENTS}};

static int32_t check_roles(const sampan_call *call, const sampan_batch *columns) {
  const int has_of = columns->columns[ROLE_OF] != NULL;
  const int has_numerator = columns->columns[ROLE_NUMERATOR] != NULL;
  const int has_denominator = columns->columns[ROLE_DENOMINATOR] != NULL;
  if (has_numerator == has_denominator && has_of != has_numerator) return SAMPAN_OK; /* S1 */
  if (call->error)
    snprintf(call->error->parameter, sizeof call->error->parameter, "%s",
             has_of || !has_numerator ? "of" : "numerator");
  return sampan_fail(call, SAMPAN_E_PLAN,
                     "give either `of`, or `numerator` and `denominator` together");
}

static int32_t bind(const sampan_call *call, const sampan_batch *columns, sampan_shape *out) {
  int32_t status = check_roles(call, columns);
  if (status < 0) return status;
  const sampan_column *of = columns->columns[ROLE_OF];
  const int is_mean = of && (int)call->values[PARAM_OF].number == OF_MEAN;
  if (is_mean && of->type != SAMPAN_NUMBER)
    return sampan_fail(call, SAMPAN_E_PLAN, "`statistic: mean` needs a number, not yes or no");
  standard *s = call->host->alloc(call, sizeof *s);
  sampan_statistic *statistic = call->host->alloc(call, sizeof *statistic);
  if (!s || !statistic) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  const standard_request request = {
      .table = &call->values[PARAM_STANDARD],
      .groups = &call->values[PARAM_GROUPS],
      .below = &call->values[PARAM_BELOW],
      .needs_ages = columns->columns[ROLE_AGE]->type == SAMPAN_NUMBER,
  };
  status = standard_read(call, &request, s);
  if (status < 0) return status;

  statistic->per = call->values[PARAM_PER].number;
  statistic->unit = SAMPAN_UNIT_RATE;
  statistic->upper = HUGE_VAL;
  if (!of) {
    statistic->name = "standardized_rate";
  } else if (is_mean) {
    statistic->name = "standardized_mean";
    statistic->unit = SAMPAN_UNIT_NONE;
    statistic->lower = -HUGE_VAL;
  } else {
    statistic->name = "standardized_prevalence";
    statistic->upper = statistic->per;
    if (statistic->per == 1) statistic->unit = SAMPAN_UNIT_PROPORTION;
  }
  out->n_components = 2;
  out->components = !of ? of_cases : is_mean ? of_number : of_event;
  out->n_cells = s->n_groups;
  out->n_statistics = 1;
  out->statistics = statistic;
  out->bound = s;
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

/* Clears `in` where the age has no group, and writes the group elsewhere (S2, S3). */
static int32_t score_age(const sampan_call *call, const standard *s, const sampan_column *age,
                         int64_t n, uint64_t *in, uint32_t *cell) {
  uint32_t *group_of_code = NULL; /* 1 + group; 0: not looked up yet */
  if (age->type == SAMPAN_TEXT) {
    const uint64_t n_entries = age->dictionary->n_entries;
    group_of_code = call->host->alloc(call, (n_entries + 1) * sizeof *group_of_code);
    if (!group_of_code) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  }
  for (int64_t i = 0; i < n; i++) {
    uint32_t group = STANDARD_NO_GROUP;
    if (!sampan_bit(in, i)) continue;
    if (!group_of_code) {
      group = standard_group_of_age(s, age->number[i]);
    } else {
      uint32_t *known = &group_of_code[age->code[i]];
      if (*known == 0) *known = 1 + standard_group_of_label(s, age->dictionary->text[age->code[i]]);
      group = *known - 1;
      if (group == STANDARD_NO_GROUP && (int)call->values[PARAM_UNKNOWN].number == UNKNOWN_REFUSE) {
        if (call->error) {
          call->error->row = i + 1;
          snprintf(call->error->column, sizeof call->error->column, "%s", age->name);
          snprintf(call->error->hint, sizeof call->error->hint,
                   "rename it, or set `unknown_label: exclude` to leave such records out");
        }
        return sampan_fail(call, SAMPAN_E_DATA, "the standard has no age group `%s`",
                           age->dictionary->text[age->code[i]]);
      }
    }
    if (group == STANDARD_NO_GROUP)
      sampan_set_bit(in, i, 0);
    else
      cell[i] = group;
  }
  return SAMPAN_OK;
}

/* Copies a column of numbers, checked (S8). */
static int32_t score_number(const sampan_call *call, const sampan_column *column, int64_t n,
                            const uint64_t *in, int only_positive, double *out) {
  for (int64_t i = 0; i < n; i++) {
    const double x = column->number[i];
    out[i] = x;
    if ((!isfinite(x) || (only_positive && x < 0)) && sampan_bit(in, i))
      return fail_cell(call, column, i,
                       only_positive ? "cases and populations are 0 or more"
                                     : "a number that is averaged is finite");
  }
  return SAMPAN_OK;
}

static int32_t score_event(const sampan_call *call, const sampan_column *of, int64_t n,
                           const uint64_t *in, uint64_t *event) {
  if (of->type == SAMPAN_TRUTH) {
    for (int64_t w = 0; w < sampan_words(n); w++) event[w] = of->truth[w] & in[w];
    return SAMPAN_OK;
  }
  call->host->pack_compare(of->number, n, '=', 1.0, event);
  for (int64_t i = 0; i < n; i++)
    if (sampan_bit(in, i) && of->number[i] != 0 && of->number[i] != 1) /* S8 */
      return fail_cell(call, of, i, "the event of a prevalence is 0 or 1");
  return SAMPAN_OK;
}

static int32_t score(const sampan_call *call, const sampan_shape *shape, const sampan_batch *batch,
                     const sampan_scores *out) {
  const standard *s = (const standard *)shape->bound;
  const sampan_column *age = batch->columns[ROLE_AGE], *of = batch->columns[ROLE_OF];
  const sampan_column *numerator = batch->columns[ROLE_NUMERATOR];
  const sampan_column *denominator = batch->columns[ROLE_DENOMINATOR];
  const int64_t n = batch->n_records, n_words = sampan_words(n);
  for (int64_t w = 0; w < n_words; w++)
    out->in[w] =
        age->present[w] & (of ? of->present[w] : numerator->present[w] & denominator->present[w]);
  /* With one group the core passes no room for cells, but ages outside it must still go. */
  uint32_t *cell = out->cell;
  if (!cell) cell = call->host->alloc(call, ((uint64_t)n + 1) * sizeof *cell);
  if (!cell) return sampan_fail(call, SAMPAN_E_MEMORY, "out of memory");
  int32_t status = score_age(call, s, age, n, out->in, cell);
  if (status < 0) return status;
  if (of && shape->components[1].type == SAMPAN_BIT)
    return score_event(call, of, n, out->in, out->bits[1]);
  if (of) return score_number(call, of, n, out->in, 0, out->numbers[1]);
  status = score_number(call, denominator, n, out->in, 1, out->numbers[0]);
  if (status < 0) return status;
  return score_number(call, numerator, n, out->in, 1, out->numbers[1]);
}

/* The share of the groups that have a population; 0 where D is not estimable (S6). */
static double covered_share(const sampan_call *call, const standard *s,
                            const sampan_totals *totals) {
  const int renormalize = (int)call->values[PARAM_EMPTY].number == EMPTY_RENORMALIZE;
  double covered = 0;
  for (uint32_t g = 0; g < s->n_groups; g++) {
    if (s->share[g] == 0) continue;
    if (totals->total[2 * g] > 0) {
      covered += s->share[g];
    } else if (totals->total[2 * g + 1] > 0) {
      char text[160];
      snprintf(text, sizeof text, "ages %s have cases but no population: no rate is given",
               s->name[g]);
      call->host->note(call, text);
      return 0;
    } else if (!renormalize) {
      return 0;
    }
  }
  return covered;
}

/* The records of positive weight: the sample that the element variance comes from. A host older
 * than the field gives all records. */
static double sample_size(const sampan_totals *totals) {
  const size_t covered = offsetof(sampan_totals, n_positive) + sizeof totals->n_positive;
  return (double)(totals->struct_size >= covered ? totals->n_positive : totals->n_records);
}

static int32_t value(const sampan_call *call, const sampan_shape *shape,
                     const sampan_totals *totals, const sampan_estimates *out) {
  const standard *s = (const standard *)shape->bound;
  const double per = shape->statistics[0].per;
  const int is_prevalence = shape->components[1].type == SAMPAN_BIT;
  for (uint32_t i = 0; i < totals->n_totals; i++) out->gradient[i] = 0;
  out->value[0] = out->element_variance[0] = NAN;
  out->status[0] = SAMPAN_NOT_ESTIMABLE;
  if (totals->n_records < 1) return SAMPAN_OK;
  const double covered = covered_share(call, s, totals);
  if (!(covered > 0)) return SAMPAN_OK;
  double sum = 0, variance = 0;
  for (uint32_t g = 0; g < s->n_groups; g++) {
    const double t0 = totals->total[2 * g], t1 = totals->total[2 * g + 1];
    if (s->share[g] == 0 || !(t0 > 0)) continue;
    const double share = s->share[g] / covered; /* S5 */
    const double p = t1 / t0;
    sum += share * p;
    out->gradient[2 * g] = -per * share * p / t0;
    out->gradient[2 * g + 1] = per * share / t0;
    variance += share * share * p * (1 - p) / (double)totals->count[2 * g];
  }
  out->value[0] = per * sum;
  if (is_prevalence) /* S7 */
    out->element_variance[0] = per * per * sample_size(totals) * variance;
  out->status[0] = SAMPAN_ESTIMABLE;
  return SAMPAN_OK;
}

static const sampan_estimator_ops ops = {
    .struct_size = sizeof ops,
    .n_roles = N_ROLES,
    .roles = roles,
    .bind = bind,
    .score = score,
    .value = value,
};

static const sampan_plugin plugin = {
    .struct_size = sizeof plugin,
    .kind = SAMPAN_ESTIMATOR,
    .name = "standardized",
    .version = "1.0.0",
    .label_en = "Age-standardized",
    .label_zh = "年龄标化",
    .summary_en =
        "The age-specific values, averaged with the shares of a standard population "
        "(direct method).",
    .summary_zh = "以标准人口构成加权各年龄组的率（直接法）。",
    .formula = "D = per * sum_a s_a T1a / T0a",
    .reference = "Breslow and Day, Statistical Methods in Cancer Research II, 1987, 2.4",
    .params = params,
    .n_params = sizeof params / sizeof params[0],
    .ops = &ops,
};

SAMPAN_MODULE("standardized", "GPL-3.0-or-later", &plugin);
