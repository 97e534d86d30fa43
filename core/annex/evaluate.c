/* evaluate.c - runs the plans of a programme and decides every goal. */
#include "annex/evaluate.h"

#include <math.h>

#include "annex/checklist.h"
#include "annex/dates.h"
#include "annex/error_ids.h"
#include "annex/value.h"
#include "annex/verdict.h"

/* An evaluation in the making. */
typedef struct evaluating {
  sp_evaluation *evaluation;
  const sp_programme *programme;
  sp_check_list *checks; /* by plan of the programme */
  sampan_error *error;
} evaluating;

static uint32_t plan_index(const sp_programme *programme, const char *name) {
  uint32_t i = 0;
  while (i < programme->n_plans && strcmp(programme->plans[i].name, name) != 0) i++;
  return i;
}

static int32_t wrong_plan(const evaluating *v, const sp_yaml *place, const char *plan,
                          const char *what) {
  return sp_yaml_error(place, v->programme->file, SP_ID_ANNEX_PLAN, v->error, "plan '%.100s' is %s",
                       plan, what);
}

/* ---- values ------------------------------------------------------------------------------- */

static const sp_indicator *indicator_of(const evaluating *v, const sp_reference *reference) {
  if (!reference->given || reference->is_value || reference->indicator == NULL) return NULL;
  const sp_plan *plan = v->programme->plans[plan_index(v->programme, reference->plan)].plan;
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    if (strcmp(plan->indicators[i].name, reference->indicator) == 0) return &plan->indicators[i];
  }
  return NULL;
}

/* Why there is no estimate for a reference that the programme's reader accepted. */
static int32_t no_estimate(const evaluating *v, const sp_outcome *outcome,
                           const sp_reference *reference) {
  uint32_t i = 0;
  while (reference->period != NULL && i < outcome->n_periods &&
         strcmp(outcome->periods[i], reference->period) != 0) {
    i++;
  }
  if (reference->period != NULL && i == outcome->n_periods) {
    const sp_yaml *place = sp_yaml_get(reference->place, "period");
    const int32_t status = sp_yaml_error(place != NULL ? place : reference->place,
                                         v->programme->file, SP_ID_ANNEX_PERIOD, v->error,
                                         "the data of plan '%.100s' have no '%.60s' %.60s",
                                         reference->plan, outcome->plan->period, reference->period);
    sp_yaml_suggest(reference->period, outcome->periods, outcome->n_periods, "they have", v->error);
    return status;
  }
  const int32_t status =
      sp_yaml_error(reference->place, v->programme->file, SP_ID_ANNEX_NO_TOTAL, v->error,
                    "plan '%.100s' does not estimate '%.100s' for all records", reference->plan,
                    reference->indicator);
  (void)sp_error_hint(v->error, "add [] to 'by' of the indicator");
  return status;
}

static int32_t value_of(const evaluating *v, const sp_reference *reference, double level,
                        sp_value *out) {
  sp_value_none(out);
  if (!reference->given) return SAMPAN_OK;
  if (reference->is_value) {
    sp_value_number(reference, level, out);
    return SAMPAN_OK;
  }
  const sp_outcome *outcome = v->evaluation->outcomes[plan_index(v->programme, reference->plan)];
  if (outcome == NULL || reference->indicator == NULL) {
    return wrong_plan(v, reference->place, reference->plan,
                      "a checklist: it has no values, only items");
  }
  const sp_estimate *estimate =
      sp_outcome_find(outcome, reference->indicator, reference->period, NULL, NULL, 0);
  if (estimate == NULL) return no_estimate(v, outcome, reference);
  sp_value_estimate(outcome, estimate, reference, out);
  const sp_indicator *indicator = indicator_of(v, reference);
  if (indicator != NULL) out->definition_version = indicator->definition_version;
  return SAMPAN_OK;
}

/* The level of the plan that the goal's values come from. */
static double level_of(const evaluating *v, const sp_goal *goal) {
  const sp_reference *from[] = {&goal->current, &goal->baseline};
  for (int i = 0; i < 2; i++) {
    if (!from[i]->given || from[i]->plan == NULL) continue;
    return v->programme->plans[plan_index(v->programme, from[i]->plan)].plan->level;
  }
  return 0.95;
}

/* A number of the programme is in the unit of the estimate that it stands beside. */
static void share_unit(const sp_goal *goal, const sp_value *from, sp_value *to) {
  if (to->estimate == NULL && from->estimate != NULL) {
    to->unit = from->unit;
    to->per = from->per;
  }
  if (to->outcome == NULL && to->given && to->std_error == 0 && goal->kind == SP_KIND_REGISTER) {
    to->is_full_count = 1;
  }
}

static int32_t find_values(const evaluating *v, const sp_goal *goal, double level,
                           sp_finding *out) {
  sp_value *comparators =
      sp_arena_array(v->evaluation->arena, goal->n_comparators + 1U, sizeof *comparators);
  if (comparators == NULL) return sp_error_memory(v->error);
  SP_TRY(value_of(v, &goal->baseline, level, &out->baseline));
  SP_TRY(value_of(v, &goal->current, level, &out->current));
  SP_TRY(value_of(v, &goal->coverage, level, &out->coverage));
  share_unit(goal, &out->current, &out->baseline);
  share_unit(goal, &out->baseline, &out->current);
  for (uint32_t i = 0; i < goal->n_comparators; i++) {
    SP_TRY(value_of(v, &goal->comparators[i].reference, level, &comparators[i]));
    share_unit(goal, &out->current, &comparators[i]);
  }
  out->comparators = comparators;
  return SAMPAN_OK;
}

/* ---- goals -------------------------------------------------------------------------------- */

static int32_t direction_of(const sp_goal *goal, const sp_clause *clause, double baseline) {
  if (goal->direction != 0) return goal->direction;
  const double threshold = sp_clause_threshold(clause, 1);
  return threshold > baseline ? 1 : threshold < baseline ? -1 : 0;
}

/* The population of a sample as its weights tell it, NaN where they do not. */
static double population_of(const sp_value *v) {
  const sp_design *design = &v->outcome->plan->design;
  const int is_told = design->given && design->weight != NULL && v->estimate->pop > (double)v->n;
  return is_told ? v->estimate->pop : NAN;
}

static void look_ahead(const sp_clause_values *values, sp_finding *out) {
  const sp_value *current = &out->current;
  if (current->outcome == NULL || current->outcome->plan->kind != SP_KIND_SURVEY) return;
  out->next_n = sp_clause_next_n(&out->clause, values, &out->next_clause);
  out->next_factor = out->next_n / (double)current->n;
  out->next = sp_next_kind(out->next_n, (double)current->n, population_of(current));
  if (current->outcome->plan->design.n_psu > 0 && current->estimate->n_psu > 0) {
    out->next_psu = ceil(out->next_factor * current->estimate->n_psu * (1 - 1e-12));
  }
  if (out->next_clause != NULL) {
    out->detectable = sp_detectable_gap(&out->next_clause->gap, values->level);
  }
}

static int32_t decide_values(const evaluating *v, sp_finding *out) {
  const sp_goal *goal = out->goal;
  const double level = level_of(v, goal);
  SP_TRY(find_values(v, goal, level, out));
  const sp_clause_values values = {.goal = goal,
                                   .current = &out->current,
                                   .baseline = &out->baseline,
                                   .comparators = out->comparators,
                                   .level = level};
  const int comparable = !out->current.given || !out->baseline.given ||
                         sp_value_comparable(&out->current, &out->baseline);
  if (comparable) {
    SP_TRY(sp_value_difference(&out->current, &out->baseline, 1, level, &out->change, v->error));
  } else {
    sp_value_minus_number(&out->current, NAN, &out->change); /* none */
  }
  SP_TRY(sp_clause_decide(goal->target, &values, v->evaluation->arena, &out->clause, v->error));
  out->point = out->clause.point;
  out->statistical = out->clause.statistical;
  const int32_t direction = direction_of(goal, &out->clause, out->baseline.value);
  const sp_progress_in progress = {.has_target = goal->target->kind != SP_TARGET_NONE,
                                   .is_met = out->point == SP_VERDICT_MET,
                                   .direction = direction,
                                   .is_untestable = !comparable,
                                   .baseline = out->baseline.value,
                                   .current = out->current.value,
                                   .target = sp_clause_threshold(&out->clause, direction),
                                   .change = &out->change};
  out->progress = sp_progress(&progress);
  look_ahead(&values, out);
  return SAMPAN_OK;
}

static int32_t no_item(const evaluating *v, const sp_goal *goal, const sp_check_list *lines) {
  const sp_yaml *place = sp_yaml_get(goal->place, "item");
  const char **names = sp_arena_array(v->evaluation->arena, lines->n + 1U, sizeof *names);
  if (names == NULL) return sp_error_memory(v->error);
  for (uint32_t i = 0; i < lines->n; i++) names[i] = lines->items[i].item;
  const int32_t status =
      sp_yaml_error(place != NULL ? place : goal->place, v->programme->file, SP_ID_CHECK_NO_ITEM,
                    v->error, "the checklist has no item '%.100s'", goal->item);
  sp_yaml_suggest(goal->item, names, lines->n, "its items", v->error);
  return status;
}

/* The goal's own deadline stands in where the checklist has none. */
static int32_t with_deadline(const evaluating *v, const sp_goal *goal, const sp_check_item **item) {
  int32_t first, last;
  if (goal->deadline == NULL) return SAMPAN_OK;
  if (sp_date_read(goal->deadline, &first, &last) < 0) {
    const sp_yaml *place = sp_yaml_get(goal->place, "deadline");
    const int32_t status =
        sp_yaml_error(place != NULL ? place : goal->place, v->programme->file, SP_ID_ANNEX_DEADLINE,
                      v->error, "'deadline' is no date: '%.60s'", goal->deadline);
    (void)sp_error_hint(v->error, "write 2020-08-31, or 2020-08 for a month");
    return status;
  }
  if ((*item)->deadline[0] != '\0') return SAMPAN_OK;
  sp_check_item *copy = sp_arena_alloc(v->evaluation->arena, sizeof *copy);
  if (copy == NULL) return sp_error_memory(v->error);
  *copy = **item;
  copy->deadline = goal->deadline;
  copy->late = sp_check_late(copy->done, copy->done_date, copy->deadline);
  *item = copy;
  return SAMPAN_OK;
}

static int32_t decide_check(const evaluating *v, sp_finding *out) {
  const sp_goal *goal = out->goal;
  const uint32_t plan = plan_index(v->programme, goal->current.plan);
  const sp_check_list *lines = &v->checks[plan];
  if (lines->items == NULL) {
    return wrong_plan(v, goal->current.place, goal->current.plan, "no checklist: it has no items");
  }
  for (uint32_t i = 0; i < lines->n; i++) {
    if (strcmp(lines->items[i].item, goal->item) == 0) out->check = &lines->items[i];
  }
  if (out->check == NULL) return no_item(v, goal, lines);
  SP_TRY(with_deadline(v, goal, &out->check));
  out->check_status = sp_check_status(out->check, &v->programme->plans[plan].plan->checklist);
  out->point = out->statistical = sp_check_verdict(out->check_status);
  out->clause.point = out->clause.statistical = out->point;
  out->progress = SP_PROGRESS_NONE;
  return SAMPAN_OK;
}

static int32_t decide_goal(const evaluating *v, sp_finding *out) {
  const sp_goal *goal = out->goal;
  sp_value_none(&out->baseline);
  sp_value_none(&out->current);
  sp_value_none(&out->coverage);
  sp_value_minus_number(&out->current, NAN, &out->change);
  out->clause.target = goal->target;
  out->clause.threshold = NAN;
  out->clause.gap = out->change;
  out->next_n = out->next_factor = out->next_psu = out->detectable = NAN;
  SP_TRY(goal->kind == SP_KIND_CHECKLIST && goal->current.plan != NULL ? decide_check(v, out)
                                                                       : decide_values(v, out));
  out->differ = out->point != out->statistical && out->point != SP_VERDICT_NOT_ASSESSABLE &&
                out->statistical != SP_VERDICT_NOT_ASSESSABLE;
  return SAMPAN_OK;
}

/* ---- the whole ---------------------------------------------------------------------------- */

static int32_t run_plans(const evaluating *v, sp_registry *registry,
                         const sp_run_options *options) {
  for (uint32_t i = 0; i < v->programme->n_plans; i++) {
    const sp_plan *plan = v->programme->plans[i].plan;
    if (plan->kind == SP_KIND_CHECKLIST) {
      SP_TRY(sp_checklist_read(plan, registry, options, v->evaluation->arena, &v->checks[i],
                               v->error));
    } else {
      SP_TRY(sp_run(plan, registry, options, &v->evaluation->outcomes[i], v->error));
    }
  }
  return SAMPAN_OK;
}

static int32_t decide_goals(const evaluating *v) {
  sp_evaluation *e = v->evaluation;
  uint32_t n = 0;
  for (uint32_t g = 0; g < v->programme->n_groups; g++) n += v->programme->groups[g].n_goals;
  sp_finding *findings = sp_arena_array(e->arena, n + 1U, sizeof *findings);
  if (findings == NULL) return sp_error_memory(v->error);
  e->findings = findings;
  for (uint32_t g = 0; g < v->programme->n_groups; g++) {
    const sp_goal_group *group = &v->programme->groups[g];
    for (uint32_t i = 0; i < group->n_goals; i++) {
      sp_finding *f = &findings[e->n_findings];
      f->goal = &group->goals[i];
      f->group = group;
      SP_TRY(decide_goal(v, f));
      e->n_findings++;
      e->n_by_point[f->point]++;
      e->n_by_statistical[f->statistical]++;
    }
  }
  return SAMPAN_OK;
}

static int32_t evaluate(evaluating *v, sp_registry *registry, const sp_run_options *options) {
  sp_evaluation *e = v->evaluation;
  e->outcomes = sp_arena_array(e->arena, v->programme->n_plans + 1U, sizeof *e->outcomes);
  v->checks = sp_arena_array(e->arena, v->programme->n_plans + 1U, sizeof *v->checks);
  if (e->outcomes == NULL || v->checks == NULL) return sp_error_memory(v->error);
  e->checks = v->checks;
  SP_TRY(run_plans(v, registry, options));
  return decide_goals(v);
}

int32_t sp_evaluate(const sp_programme *programme, sp_registry *registry,
                    const sp_run_options *options, sp_evaluation **out, sampan_error *error) {
  *out = NULL;
  sp_arena *arena = sp_arena_new(0);
  sp_evaluation *e = arena != NULL ? sp_arena_alloc(arena, sizeof *e) : NULL;
  if (e == NULL) {
    sp_arena_free(arena);
    return sp_error_memory(error);
  }
  e->arena = arena;
  e->programme = programme;
  evaluating v = {.evaluation = e, .programme = programme, .error = error};
  const int32_t status = evaluate(&v, registry, options);
  if (status < 0) {
    sp_evaluation_free(e);
    return status;
  }
  *out = e;
  return SAMPAN_OK;
}

void sp_evaluation_free(sp_evaluation *e) {
  if (e == NULL) return;
  for (uint32_t i = 0; e->outcomes != NULL && i < e->programme->n_plans; i++) {
    sp_outcome_free(e->outcomes[i]);
  }
  sp_arena_free(e->arena);
}
