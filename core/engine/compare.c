/* compare.c - the comparisons of a plan: estimates with their covariance to a comparison plugin. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/order.h"
#include "host/params.h"

/* Variables of `within`, and the period. */
enum { SP_MOST_LEVELS = 32 };

/* ---- choosing the estimates --------------------------------------------------------------- */

static int is_listed(const sp_comparison *c, const char *value, uint32_t *place) {
  for (uint32_t i = 0; i < c->n_values; i++) {
    if (strcmp(c->values[i], value) == 0) {
      *place = i;
      return 1;
    }
  }
  return c->n_values == 0;
}

/* Whether the periods are compared one by one though the plan's comparison does not say so:
 * estimates of several periods differ in more than `across`. */
static uint32_t period_level(const sp_outcome *o, const sp_comparison *c) {
  const char *period = o->plan->period;
  if (period == NULL || strcmp(period, c->across) == 0) return 0;
  for (uint32_t k = 0; c->within != NULL && k < c->within->n_columns; k++) {
    if (strcmp(period, c->within->columns[k]) == 0) return 0;
  }
  return 1;
}

/* How many variables a comparison is done once for each level of. */
static uint32_t count_levels(const sp_outcome *o, const sp_comparison *c) {
  return (c->within != NULL ? c->within->n_columns : 0) + period_level(o, c);
}

/* The value of `across` of an estimate if it is split by it and, apart from it, by exactly the
 * variables of `within`; else NULL. `level` gets the values of `within`, then of the period where
 * that is a level, too. */
static const char *across_value(const sp_outcome *o, const sp_comparison *c, const sp_estimate *e,
                                const char **level) {
  const sp_plan *plan = o->plan;
  const uint32_t n_within = c->within != NULL ? c->within->n_columns : 0;
  const int by_period = plan->period != NULL && strcmp(plan->period, c->across) == 0;
  const char *value = by_period ? e->period : NULL;
  uint32_t n_found = 0;
  for (uint32_t k = 0; k < n_within; k++) {
    level[k] = NULL;
    if (plan->period != NULL && strcmp(plan->period, c->within->columns[k]) == 0) {
      level[k] = e->period;
    }
  }
  for (uint32_t i = 0; i < e->n_by; i++) {
    if (strcmp(e->by[i], c->across) == 0) {
      value = e->values[i];
      n_found++;
    }
    for (uint32_t k = 0; k < n_within; k++) {
      if (strcmp(e->by[i], c->within->columns[k]) == 0) {
        level[k] = e->values[i];
        n_found++;
      }
    }
  }
  for (uint32_t k = 0; k < n_within; k++) {
    if (level[k] == NULL) return NULL;
  }
  if (period_level(o, c)) level[n_within] = e->period;
  return n_found == e->n_by ? value : NULL;
}

typedef struct chosen {
  const sp_estimate *estimate;
  const char *value;
  uint32_t place;
  uint32_t reserved;
} chosen;

typedef struct comparer {
  sp_outcome *outcome;
  const sp_comparison *comparison;
  const sampan_plugin *plugin;
  const sampan_value *values;
  chosen *chosen;
  const char **terms;
  uint32_t n_chosen;
  uint32_t n_unusable; /* without a value, or suppressed */
  uint32_t test_capacity;
} comparer;

static int compare_chosen(const comparer *k, const chosen *a, const chosen *b) {
  if (k->comparison->n_values > 0) return a->place < b->place ? -1 : a->place > b->place;
  return sp_order_values(k->outcome->plan, k->comparison->across, a->value, b->value);
}

/* All estimates of an indicator (first statistic) that belong to one level of `within`. */
static void choose(comparer *k, uint32_t indicator, const char *const *wanted) {
  const sp_outcome *o = k->outcome;
  const uint32_t n_within = count_levels(o, k->comparison);
  const char *level[SP_MOST_LEVELS];
  k->n_chosen = k->n_unusable = 0;
  for (uint32_t i = 0; i < o->n_estimates; i++) {
    const sp_estimate *e = &o->estimates[i];
    if (e->indicator != indicator || e->statistic != 0) continue;
    const char *value = across_value(o, k->comparison, e, level);
    int same = value != NULL;
    for (uint32_t w = 0; w < n_within && same; w++) {
      same = wanted[w] != NULL && strcmp(level[w], wanted[w]) == 0;
    }
    chosen c = {.estimate = e, .value = value};
    if (!same || !is_listed(k->comparison, value, &c.place)) continue;
    if (isnan(e->value) || e->status == SAMPAN_STATUS_SUPPRESSED) {
      k->n_unusable++;
      continue;
    }
    uint32_t at = k->n_chosen++;
    while (at > 0 && compare_chosen(k, &c, &k->chosen[at - 1]) < 0) {
      k->chosen[at] = k->chosen[at - 1];
      at--;
    }
    k->chosen[at] = c;
  }
}

/* ---- calling the plugin ------------------------------------------------------------------- */

static int32_t add_tests(comparer *k, uint32_t indicator, const sampan_finding *findings,
                         uint32_t n, const char *const *level, double conf_level,
                         sampan_error *error) {
  sp_outcome *o = k->outcome;
  const char *language = o->job->options->language;
  sampan_test *tests = (sampan_test *)o->results.tests;
  if (o->results.n_tests + n > k->test_capacity) {
    k->test_capacity = (k->test_capacity + n) * 2;
    tests = sp_arena_grow(o->arena, tests, o->results.n_tests, k->test_capacity, sizeof *tests);
    if (tests == NULL) return sp_error_memory(error);
    o->results.tests = tests;
  }
  const char *terms = "";
  for (uint32_t i = 0; i < k->n_chosen; i++) {
    terms = sp_arena_printf(o->arena, "%s%s%s", terms, i > 0 ? ", " : "", k->chosen[i].value);
    if (terms == NULL) return sp_error_memory(error);
  }
  const sp_by *within = k->comparison->within;
  for (uint32_t w = 0; w < count_levels(o, k->comparison); w++) {
    const char *name =
        within != NULL && w < within->n_columns ? within->columns[w] : o->plan->period;
    terms = sp_arena_printf(o->arena, "%s | %s=%s", terms, name, level[w]);
    if (terms == NULL) return sp_error_memory(error);
  }
  for (uint32_t i = 0; i < n; i++) {
    const sampan_test test = {
        .struct_size = sizeof test,
        .comparison = k->comparison->name,
        .label = sp_label_in(&k->comparison->label, language),
        .indicator = o->plan->indicators[indicator].name,
        .terms = sp_arena_printf(o->arena, "%s: %s", k->comparison->across, terms),
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
    if (test.terms == NULL) return sp_error_memory(error);
    tests[o->results.n_tests++] = test;
  }
  return SAMPAN_OK;
}

/* A level that cannot be compared keeps a row, without numbers. */
static int32_t add_gap(comparer *k, uint32_t indicator, const char *const *level,
                       sampan_error *error) {
  const sampan_finding gap = {"not estimable", NAN, NAN, NAN, NAN, NAN, NAN, NAN};
  const double conf_level =
      isnan(k->comparison->level) ? k->outcome->plan->level : k->comparison->level;
  return add_tests(k, indicator, &gap, 1, level, conf_level, error);
}

static int32_t call_plugin(comparer *k, uint32_t indicator, const char *const *level,
                           sampan_error *error) {
  sp_outcome *o = k->outcome;
  const sampan_comparison_ops *ops = k->plugin->ops;
  const uint32_t n = k->n_chosen;
  double *memory = sp_arena_array(o->arena, (uint64_t)n * n + 2 * (uint64_t)n, sizeof *memory);
  int64_t *counts = sp_arena_array(o->arena, 2 * (uint64_t)n, sizeof *counts);
  const char **labels = sp_arena_array(o->arena, n, sizeof *labels);
  const sp_estimate **estimates = sp_arena_array(o->arena, n, sizeof *estimates);
  sampan_finding *findings = sp_arena_array(o->arena, ops->n_findings, sizeof *findings);
  if (memory == NULL || counts == NULL || labels == NULL || estimates == NULL || findings == NULL) {
    return sp_error_memory(error);
  }
  double *position = memory + n, *covariance = memory + 2 * (size_t)n;
  int numeric = 1;
  for (uint32_t i = 0; i < n; i++) {
    const chosen *c = &k->chosen[i];
    estimates[i] = c->estimate;
    memory[i] = c->estimate->value;
    labels[i] = c->value;
    /* Data in rows count what the rows hold, not the rows. */
    const int in_rows = o->plan->kind != SP_KIND_SURVEY && !isnan(c->estimate->exposure);
    counts[i] = in_rows ? llround(c->estimate->exposure) : c->estimate->n;
    counts[n + i] = c->estimate->n_events;
    numeric = numeric && sp_parse_number(c->value, strlen(c->value), &position[i]) == 0;
  }
  for (uint32_t i = 0; i < n; i++) {
    if (k->comparison->positions != NULL) {
      position[i] = k->comparison->positions[k->chosen[i].place];
    } else if (!numeric) {
      position[i] = i;
    }
  }
  SP_TRY(sp_outcome_covariances(o, estimates, n, covariance, error));
  const double conf_level = isnan(k->comparison->level) ? o->plan->level : k->comparison->level;
  sampan_compared in = {.struct_size = sizeof in,
                        .n = n,
                        .estimate = memory,
                        .covariance = covariance,
                        .position = position,
                        .n_records = counts,
                        .n_events = counts + n,
                        .label = labels,
                        .level = conf_level};
  SP_TRY(sp_joint_df(o, estimates, n, &in.df, error));
  sampan_call call = sp_job_call(o->job, k->plugin, k->values, error);
  const int32_t status = ops->compare(&call, &in, findings);
  if (status < 0) {
    if (error != NULL) {
      error->status = status;
      snprintf(error->plugin, sizeof error->plugin, "%s", k->plugin->name);
      const sp_yaml *at = k->comparison->place;
      sp_error_text_place(error, o->plan->file, at->line, at->column);
    }
    return status;
  }
  return add_tests(k, indicator, findings, ops->n_findings, level, conf_level, error);
}

static int32_t wrong_number(const comparer *k, uint32_t indicator, sampan_error *error) {
  const sampan_comparison_ops *ops = k->plugin->ops;
  char wanted[48];
  if (ops->minimum == ops->maximum) {
    snprintf(wanted, sizeof wanted, "%u", ops->minimum);
  } else if (k->n_chosen < ops->minimum) {
    snprintf(wanted, sizeof wanted, "at least %u", ops->minimum);
  } else {
    snprintf(wanted, sizeof wanted, "at most %u", ops->maximum);
  }
  sp_yaml_error(k->comparison->place, k->outcome->plan->file, SP_ID_COMPARISON, error,
                "comparison '%s' needs %s estimates of '%s' that differ in '%s', and %s %u",
                k->comparison->name, wanted, k->outcome->plan->indicators[indicator].name,
                k->comparison->across, k->n_chosen == 1 ? "there is" : "there are", k->n_chosen);
  return sp_error_hint(error,
                       "the indicator must be split by it (by: [[%s]]); `values` chooses "
                       "among its values",
                       k->comparison->across);
}

/* A value that is asked for and that no estimate has is a slip of the pen, not a smaller
 * comparison.
 */
static int32_t check_values(const comparer *k, uint32_t indicator, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  const sp_comparison *c = k->comparison;
  const char *level[SP_MOST_LEVELS];
  for (uint32_t v = 0; v < c->n_values; v++) {
    int found = 0;
    for (uint32_t i = 0; i < o->n_estimates && !found; i++) {
      const sp_estimate *e = &o->estimates[i];
      if (e->indicator != indicator || e->statistic != 0) continue;
      const char *value = across_value(o, c, e, level);
      found = value != NULL && strcmp(value, c->values[v]) == 0;
    }
    if (found) continue;
    sp_yaml_error(c->place, o->plan->file, SP_ID_COMPARISON, error,
                  "comparison '%s': '%s' has no estimate for '%s' of '%s'", c->name,
                  o->plan->indicators[indicator].name, c->values[v], c->across);
    return sp_error_hint(error, "`values` are written as in the results; is it split by '%s'?",
                         c->across);
  }
  return SAMPAN_OK;
}

/* One indicator, every level of `within`, each once. */
static int32_t compare_indicator(comparer *k, uint32_t indicator, sampan_error *error) {
  const sp_outcome *o = k->outcome;
  const sampan_comparison_ops *ops = k->plugin->ops;
  const uint32_t n_within = count_levels(o, k->comparison);
  SP_TRY(check_values(k, indicator, error));
  sp_map *done = sp_map_new(51);
  if (done == NULL) return sp_error_memory(error);
  int32_t status = SAMPAN_OK;
  uint32_t n_levels = 0;
  for (uint32_t i = 0; i < o->n_estimates && status >= 0; i++) {
    const sp_estimate *e = &o->estimates[i];
    const char *level[SP_MOST_LEVELS] = {NULL};
    uint32_t place;
    if (e->indicator != indicator || e->statistic != 0) continue;
    const char *value = across_value(o, k->comparison, e, level);
    if (value == NULL || !is_listed(k->comparison, value, &place)) continue;
    const uint32_t number = sp_map_add(done, level, n_within * sizeof *level);
    if (number == SP_MAP_NONE) status = sp_error_memory(error);
    if (number < n_levels || status < 0) continue;
    n_levels = number + 1;
    choose(k, indicator, level);
    /* With its values listed, a comparison is of these, and of no fewer. */
    const int whole = k->comparison->n_values == 0 || k->n_chosen == k->comparison->n_values;
    const int fits = k->n_chosen >= ops->minimum && k->n_chosen <= ops->maximum;
    if (!fits && whole && n_within == 0 && k->n_unusable == 0) {
      status = wrong_number(k, indicator, error);
    } else if (!fits || !whole) {
      status = add_gap(k, indicator, level, error);
    } else {
      status = call_plugin(k, indicator, level, error);
    }
  }
  sp_map_free(done);
  if (status >= 0 && n_levels == 0) {
    k->n_chosen = 0;
    return wrong_number(k, indicator, error);
  }
  return status;
}

int32_t sp_compare(sp_outcome *o, sampan_error *error) {
  const sp_job *job = o->job;
  comparer k = {.outcome = o};
  k.chosen = sp_arena_array(o->arena, o->n_estimates + 1U, sizeof *k.chosen);
  if (k.chosen == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < o->plan->n_comparisons; i++) {
    const sp_bound_comparison *b = &job->comparisons[i];
    k.comparison = b->comparison;
    if (k.comparison->across == NULL || k.comparison->second != NULL) {
      return sp_yaml_error(k.comparison->place, o->plan->file, SP_ID_COMPARISON, error,
                           "comparison '%s': crossings and statistics are not compared yet",
                           k.comparison->name);
    }
    k.plugin = b->plugin;
    k.values = b->values;
    for (uint32_t f = 0; f < b->comparison->n_of; f++) {
      SP_TRY(compare_indicator(&k, b->of[f], error));
    }
  }
  return SAMPAN_OK;
}
