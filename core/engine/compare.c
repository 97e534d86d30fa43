/* compare.c - the comparisons of a plan: estimates with their covariance to a comparison plugin. */
#include "engine/compare.h"

#include <math.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "host/abi.h"

/* ---- results ------------------------------------------------------------------------------ */

/* Room for n more tests, and their second df, which stand beside them. */
static int32_t make_room(sp_comparer *k, uint32_t n, sampan_error *error) {
  sp_outcome *o = k->outcome;
  if (o->results.n_tests + n <= k->test_capacity) return SAMPAN_OK;
  k->test_capacity = (k->test_capacity + n) * 2;
  sampan_test *tests = sp_arena_grow(o->arena, (sampan_test *)o->results.tests, o->results.n_tests,
                                     k->test_capacity, sizeof *tests);
  double *df = sp_arena_grow(o->arena, (double *)o->results.df_second, o->results.n_tests,
                             k->test_capacity, sizeof *df);
  if (tests == NULL || df == NULL) return sp_error_memory(error);
  o->results.tests = tests;
  o->results.df_second = df;
  return SAMPAN_OK;
}

/* What is compared, in words: "sex: 1, 2 | region=3". */
static const char *terms_of(const sp_comparer *k, const char *const *level) {
  const sp_outcome *o = k->outcome;
  const sp_comparison *c = k->comparison;
  const sp_by *within = c->within;
  const char *terms =
      c->second != NULL
          ? sp_arena_printf(o->arena, "%s x %s: ", c->across, c->second)
          : sp_arena_printf(o->arena, "%s: ", c->across != NULL ? c->across : "statistics");
  if (c->second != NULL) {
    terms = sp_arena_printf(o->arena, "%s%u x %u", terms, k->n_rows, k->n_columns);
  }
  for (uint32_t i = 0; i < k->n_chosen && c->second == NULL && terms != NULL; i++) {
    terms = sp_arena_printf(o->arena, "%s%s%s", terms, i > 0 ? ", " : "", k->chosen[i].value);
  }
  for (uint32_t w = 0; w < sp_compare_levels(k) && terms != NULL; w++) {
    const char *name =
        within != NULL && w < within->n_columns ? within->columns[w] : o->plan->period;
    terms = sp_arena_printf(o->arena, "%s | %s=%s", terms, name, level[w]);
  }
  return terms;
}

static int32_t add_tests(sp_comparer *k, uint32_t indicator, const sampan_finding *findings,
                         const double *df_second, uint32_t n, const char *const *level,
                         double conf_level, sampan_error *error) {
  sp_outcome *o = k->outcome;
  SP_TRY(make_room(k, n, error));
  const char *terms = terms_of(k, level);
  if (terms == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) {
    if (findings[i].statistic == NULL) continue;
    const sampan_test test = {
        .struct_size = sizeof test,
        .comparison = k->comparison->name,
        .label = sp_label_in(&k->comparison->label, o->job->options->language),
        .indicator = o->plan->indicators[indicator].name,
        .terms = terms,
        .statistic = findings[i].statistic,
        .method = k->plugin->name,
        .estimate = findings[i].estimate,
        .std_error = findings[i].std_error,
        .test = findings[i].test,
        .df = findings[i].df,
        .p_value = findings[i].p_value,
        .conf_low = findings[i].lower,
        .conf_high = findings[i].upper,
        .conf_level = conf_level};
    ((double *)o->results.df_second)[o->results.n_tests] = df_second != NULL ? df_second[i] : NAN;
    ((sampan_test *)o->results.tests)[o->results.n_tests++] = test;
  }
  return SAMPAN_OK;
}

/* A level that cannot be compared keeps a row, without numbers. */
static int32_t add_gap(sp_comparer *k, uint32_t indicator, const char *const *level,
                       sampan_error *error) {
  const sampan_finding gap = {"not estimable", NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  const double conf_level =
      isnan(k->comparison->level) ? k->outcome->plan->level : k->comparison->level;
  return add_tests(k, indicator, &gap, NULL, 1, level, conf_level, error);
}

/* ---- what the plugin gets ------------------------------------------------------------------ */

/* Arrays of one call, in the arena of the outcome. */
typedef struct call_data {
  double *estimate, *covariance, *position, *row_position, *events, *exposure, *std_error,
      *df_second, *replicate;
  int64_t *n_records, *n_events;
  const char **label, **row_label;
  sampan_finding *findings;
  const sp_estimate **real; /* the estimates that there are, and where each stands */
  uint32_t *place_of_real;
  uint32_t n_real;
} call_data;

static int32_t make_data(const sp_comparer *k, call_data *d) {
  const sampan_comparison_ops *ops = k->plugin->ops;
  sp_arena *arena = k->outcome->arena;
  const uint64_t n = k->n_chosen;
  memset(d, 0, sizeof *d);
  double *numbers = sp_arena_array(arena, 6 * n + n * n + 1, sizeof *numbers);
  d->n_records = sp_arena_array(arena, 2 * n + 1, sizeof *d->n_records);
  d->label = sp_arena_array(arena, 2 * n + 1, sizeof *d->label);
  d->real = sp_arena_array(arena, n + 1, sizeof *d->real);
  d->place_of_real = sp_arena_array(arena, n + 1, sizeof *d->place_of_real);
  d->findings = sp_arena_array(arena, ops->n_findings + 1U, sizeof *d->findings);
  d->df_second = sp_arena_array(arena, ops->n_findings + 1U, sizeof *d->df_second);
  const uint32_t n_replicates = k->outcome->job->n_replicates;
  d->replicate = sp_arena_array(arena, n_replicates * n + 1, sizeof *d->replicate);
  if (numbers == NULL || d->n_records == NULL || d->label == NULL || d->real == NULL ||
      d->place_of_real == NULL || d->findings == NULL || d->df_second == NULL ||
      d->replicate == NULL) {
    return SAMPAN_E_MEMORY;
  }
  d->estimate = numbers;
  d->position = numbers + n;
  d->row_position = numbers + 2 * n;
  d->events = numbers + 3 * n;
  d->exposure = numbers + 4 * n;
  d->std_error = numbers + 5 * n;
  d->covariance = numbers + 6 * n;
  d->n_events = d->n_records + n;
  d->row_label = d->label + n;
  /* What a plugin does not write is not 0. */
  const sampan_finding unwritten = {NULL, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  for (uint32_t i = 0; i < ops->n_findings; i++) {
    d->findings[i] = unwritten;
    d->df_second[i] = NAN;
  }
  return SAMPAN_OK;
}

static void take_estimate(const sp_comparer *k, call_data *d, uint32_t i) {
  const sp_estimate *e = k->chosen[i].estimate;
  d->events[i] = d->exposure[i] = NAN;
  if (e == NULL) {
    d->events[i] = 0;
    return;
  }
  /* Data in rows count what the rows hold, not the rows. */
  const int in_rows = k->outcome->plan->kind != SP_KIND_SURVEY && !isnan(e->exposure);
  d->estimate[i] = e->value;
  d->std_error[i] = e->std_error;
  d->events[i] = e->events;
  d->exposure[i] = e->exposure;
  d->n_records[i] = in_rows ? llround(e->exposure) : e->n;
  d->n_events[i] = e->n_events;
  for (uint32_t r = 0; e->replicates != NULL && r < k->outcome->job->n_replicates; r++) {
    d->replicate[(size_t)r * k->n_chosen + i] = e->replicates[r];
  }
  d->real[d->n_real] = e;
  d->place_of_real[d->n_real++] = i;
}

/* The numbers of labels if all are numbers, else 0, 1, 2. */
static void positions_of(const char *const *labels, uint32_t n, double *out) {
  int numeric = 1;
  for (uint32_t i = 0; i < n && numeric; i++) {
    numeric = sp_parse_number(labels[i], strlen(labels[i]), &out[i]) == 0;
  }
  for (uint32_t i = 0; i < n && !numeric; i++) out[i] = i;
}

static void take_labels(const sp_comparer *k, call_data *d) {
  const sp_comparison *c = k->comparison;
  const uint32_t n = k->n_chosen;
  if (k->n_rows == 0) {
    for (uint32_t i = 0; i < n; i++) d->label[i] = k->chosen[i].value;
    positions_of(d->label, n, d->position);
    for (uint32_t i = 0; i < n && c->positions != NULL; i++) {
      d->position[i] = c->positions[k->chosen[i].place];
    }
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    d->label[i] = c->second != NULL ? k->chosen[i].second : k->chosen[i].value;
  }
  positions_of(d->label, k->n_columns, d->position);
  for (uint32_t i = k->n_columns; i < n; i++) d->position[i] = d->position[i - k->n_columns];
  for (uint32_t r = 0; r < k->n_rows; r++) {
    d->row_label[r] = c->second != NULL ? k->chosen[r * k->n_columns].value : "";
  }
  positions_of(d->row_label, k->n_rows, d->row_position);
}

/* The covariance of the estimates that there are, put in its places; the rest is 0. */
static int32_t take_covariance(const sp_comparer *k, call_data *d, sampan_error *error) {
  const uint32_t n = k->n_chosen, m = d->n_real;
  if (m == n) return sp_outcome_covariances(k->outcome, d->real, n, d->covariance, error);
  double *part = sp_arena_array(k->outcome->arena, (uint64_t)m * m + 1, sizeof *part);
  if (part == NULL) return sp_error_memory(error);
  SP_TRY(sp_outcome_covariances(k->outcome, d->real, m, part, error));
  for (uint32_t i = 0; i < m; i++) {
    for (uint32_t j = 0; j < m; j++) {
      d->covariance[(size_t)d->place_of_real[i] * n + d->place_of_real[j]] =
          part[(size_t)i * m + j];
    }
  }
  return SAMPAN_OK;
}

/* All estimates of the indicator at a level. */
static int32_t df_of_all(const sp_comparer *k, uint32_t indicator, const char *const *wanted,
                         double *df, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  sp_comparison all = *k->comparison;
  sp_comparer other = *k;
  const char *level[SP_MOST_LEVELS];
  const sp_estimate **list = sp_arena_array(o->arena, o->n_estimates + 1U, sizeof *list);
  uint32_t n = 0;
  if (list == NULL) return sp_error_memory(error);
  all.n_values = 0;
  other.comparison = &all;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    sp_chosen c;
    int same = sp_compare_takes(&other, indicator, &o->estimates[i], &c, level);
    for (uint32_t w = 0; w < sp_compare_levels(k) && same; w++) {
      same = strcmp(level[w], wanted[w]) == 0;
    }
    if (same && !isnan(o->estimates[i].value)) list[n++] = &o->estimates[i];
  }
  return sp_joint_df(o, list, n, df, error);
}

static int32_t find_df(const sp_comparer *k, const call_data *d, uint32_t indicator,
                       const char *const *level, double *df, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  switch (k->comparison->df) {
    case SP_COMPARE_DF_DESIGN:
      *df = sp_whole_df(o);
      return SAMPAN_OK;
    case SP_COMPARE_DF_DOMAIN:
      *df = sp_sample_df(o);
      return SAMPAN_OK;
    case SP_COMPARE_DF_ALL:
      return df_of_all(k, indicator, level, df, error);
    default:
      if (k->comparison->across != NULL) return sp_joint_df(o, d->real, d->n_real, df, error);
      *df = d->n_real > 0 ? d->real[0]->df : NAN; /* statistics of one estimate */
      return SAMPAN_OK;
  }
}

/* Records of the domain that the indicator is about, those without a value as well. */
static double sample_size(const sp_comparer *k, const call_data *d, uint32_t indicator,
                          const char *const *level) {
  const sp_outcome *o = k->outcome;
  const uint32_t width = o->n_periods > 0 ? o->n_periods : 1;
  const int by_period = sp_compare_levels(k) > 0 && k->comparison->within == NULL;
  double n = 0;
  if (k->comparison->within != NULL) {
    for (uint32_t i = 0; i < k->n_chosen; i++) n += (double)d->n_records[i];
    return n;
  }
  for (uint32_t p = 0; p < width; p++) {
    if (by_period && strcmp(o->periods[p], level[0]) != 0) continue;
    n += (double)o->uses[(size_t)indicator * width + p].n_domain;
  }
  return n;
}

/* 0 or 100 % of a sample has a variance of 0, and yet is not exact: it has none. In a crossing a
 * cell without a record is part of the table. */
static int32_t drop_bounds(sp_comparer *k, call_data *d, sampan_error *error) {
  sp_outcome *o = k->outcome;
  const uint32_t n = k->n_chosen;
  uint32_t n_dropped = 0;
  if (o->plan->kind != SP_KIND_SURVEY || k->n_rows > 0) return SAMPAN_OK;
  for (uint32_t r = 0; r < d->n_real; r++) {
    const sp_estimate *e = d->real[r];
    const uint32_t i = d->place_of_real[r];
    const int at_bound = e->value <= e->about->lower || e->value >= e->about->upper;
    if (isnan(e->events) || !at_bound || d->covariance[(size_t)i * n + i] != 0) continue;
    for (uint32_t j = 0; j < n; j++) {
      d->covariance[(size_t)i * n + j] = d->covariance[(size_t)j * n + i] = NAN;
    }
    d->std_error[i] = NAN;
    n_dropped++;
  }
  if (n_dropped == 0) return SAMPAN_OK;
  const char *text = sp_arena_printf(
      o->arena,
      "comparison '%s': an estimate of no event, or of events only, has a standard error of 0 and "
      "yet is not exact in a sample: no test and no limits",
      k->comparison->name);
  if (text == NULL) return sp_error_memory(error);
  sp_job_note(o->job, text);
  return SAMPAN_OK;
}

static int32_t call_plugin(sp_comparer *k, uint32_t indicator, const char *const *level,
                           sampan_error *error) {
  sp_outcome *o = k->outcome;
  const sampan_comparison_ops *ops = k->plugin->ops;
  call_data d;
  if (make_data(k, &d) < 0) return sp_error_memory(error);
  for (uint32_t i = 0; i < k->n_chosen; i++) take_estimate(k, &d, i);
  take_labels(k, &d);
  SP_TRY(take_covariance(k, &d, error));
  SP_TRY(drop_bounds(k, &d, error));
  sampan_compared in = {
      .struct_size = sizeof in,
      .n = k->n_chosen,
      .estimate = d.estimate,
      .covariance = d.covariance,
      .position = d.position,
      .n_records = d.n_records,
      .n_events = d.n_events,
      .label = d.label,
      .level = isnan(k->comparison->level) ? o->plan->level : k->comparison->level,
      .n_rows = k->n_rows,
      .n_columns = k->n_columns,
      .row_position = k->n_rows > 0 ? d.row_position : NULL,
      .row_label = k->n_rows > 0 ? d.row_label : NULL,
      .events = d.events,
      .exposure = d.exposure,
      .std_error = d.std_error,
      .n_sample = sample_size(k, &d, indicator, level),
      .df_design = sp_sample_df(o),
      .df_second = d.df_second};
  if (o->job->n_replicates > 0) {
    in.n_replicates = o->job->n_replicates;
    in.about_estimate = o->plan->design.replicates->about;
    in.replicate = d.replicate;
    in.replicate_factor = o->job->replicate_factors;
  }
  SP_TRY(find_df(k, &d, indicator, level, &in.df, error));
  sampan_call call = sp_job_call(o->job, k->plugin, k->values, error);
  const int32_t status = ops->compare(&call, &in, d.findings);
  if (status < 0) {
    if (error != NULL) {
      error->status = status;
      snprintf(error->plugin, sizeof error->plugin, "%s", k->plugin->name);
      const sp_yaml *at = k->comparison->place;
      sp_error_text_place(error, o->plan->file, at->line, at->column);
    }
    return status;
  }
  return add_tests(k, indicator, d.findings, d.df_second, ops->n_findings, level, in.level, error);
}

/* ---- comparisons -------------------------------------------------------------------------- */

static int32_t wrong_number(const sp_comparer *k, uint32_t indicator, sampan_error *error) {
  const sampan_comparison_ops *ops = k->plugin->ops;
  const sp_comparison *c = k->comparison;
  const char *what = c->across != NULL ? c->across : "statistic";
  char wanted[48];
  if (ops->minimum == ops->maximum) {
    snprintf(wanted, sizeof wanted, "%u", ops->minimum);
  } else if (k->n_chosen < ops->minimum) {
    snprintf(wanted, sizeof wanted, "at least %u", ops->minimum);
  } else {
    snprintf(wanted, sizeof wanted, "at most %u", ops->maximum);
  }
  sp_yaml_error(c->place, k->outcome->plan->file, SP_ID_COMPARISON, error,
                "comparison '%s' needs %s estimates of '%s' that differ in '%s', and %s %u",
                c->name, wanted, k->outcome->plan->indicators[indicator].name, what,
                k->n_chosen == 1 ? "there is" : "there are", k->n_chosen);
  if (c->across == NULL) return sp_error_hint(error, "`statistics` chooses among its statistics");
  return sp_error_hint(error,
                       "the indicator must be split by it (by: [[%s]]); `values` chooses "
                       "among its values",
                       what);
}

/* One level of `within`. */
static int32_t compare_level(sp_comparer *k, uint32_t indicator, const char *const *level,
                             sampan_error *error) {
  const sampan_comparison_ops *ops = k->plugin->ops;
  const sp_comparison *c = k->comparison;
  SP_TRY(sp_compare_choose(k, indicator, level, error));
  if (c->second == NULL && (sp_comparison_flags(ops) & SAMPAN_COMPARES_CROSSING) != 0) {
    k->n_rows = 1; /* a table of one row */
    k->n_columns = k->n_chosen;
  }
  /* With its values listed, a comparison is of these, and of no fewer. */
  const int whole = c->n_values == 0 || c->second != NULL || k->n_chosen == c->n_values;
  int fits = k->n_chosen >= ops->minimum && k->n_chosen <= ops->maximum;
  /* A crossing of which a cell is withheld is no table. */
  if (c->second != NULL && k->n_unusable > 0) fits = 0;
  if (!fits && whole && sp_compare_levels(k) == 0 && k->n_unusable == 0) {
    return wrong_number(k, indicator, error);
  }
  return fits && whole ? call_plugin(k, indicator, level, error)
                       : add_gap(k, indicator, level, error);
}

/* One indicator, every level of `within`, each once. */
static int32_t compare_indicator(sp_comparer *k, uint32_t indicator, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  const uint32_t n_within = sp_compare_levels(k);
  SP_TRY(sp_compare_check_values(k, indicator, error));
  sp_map *done = sp_map_new(51);
  if (done == NULL) return sp_error_memory(error);
  int32_t status = SAMPAN_OK;
  uint32_t n_levels = 0;
  for (uint32_t i = 0; i < o->n_estimates && status >= 0; i++) {
    const char *level[SP_MOST_LEVELS] = {NULL};
    sp_chosen c;
    if (!sp_compare_takes(k, indicator, &o->estimates[i], &c, level)) continue;
    const uint32_t number = sp_map_add(done, level, n_within * sizeof *level);
    if (number == SP_MAP_NONE) status = sp_error_memory(error);
    if (number < n_levels || status < 0) continue;
    n_levels = number + 1;
    status = sp_job_cancelled(o->job, error);
    if (status >= 0) status = compare_level(k, indicator, level, error);
  }
  sp_map_free(done);
  if (status >= 0 && n_levels == 0) {
    k->n_chosen = 0;
    return wrong_number(k, indicator, error);
  }
  return status;
}

int32_t sp_compare(sp_outcome *o, sampan_error *error) {
  sp_comparer k = {.outcome = o};
  if (o->plan->n_comparisons == 0) return SAMPAN_OK;
  k.room = sp_arena_array(o->arena, o->n_estimates + 1U, sizeof *k.room);
  if (k.room == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < o->plan->n_comparisons; i++) {
    const sp_bound_comparison *b = &o->job->comparisons[i];
    k.comparison = b->comparison;
    k.plugin = b->plugin;
    k.values = b->values;
    for (uint32_t f = 0; f < b->comparison->n_of; f++) {
      SP_TRY(compare_indicator(&k, b->of[f], error));
    }
  }
  return SAMPAN_OK;
}
