/* shape.c - what estimators decide on before the data are read, and where their totals stand. */
#include <math.h>

#include "base/text.h"
#include "engine/elements.h"
#include "engine/error_ids.h"
#include "engine/levels.h"
#include "host/abi.h"
#include "host/preset_params.h"

/* Whether the totals of an indicator are sums of the weights of some of the records. */
static int is_narrow(const sp_job *job, const sp_bound *b) {
  if (job->all_wide || job->n_replicates > 0 || job->aux != NULL) return 0;
  if (sp_estimator_advances(b->ops)) return 0;
  for (uint32_t c = 0; c < b->shape.n_components; c++) {
    const int32_t type = b->shape.components[c].type;
    if (type != SAMPAN_ONE && type != SAMPAN_BIT) return 0;
  }
  return 1;
}

/* Splits whose indicators are of both kinds become two. */
static int32_t part_splits(sp_job *job, sampan_error *error) {
  const uint32_t n = job->n_splits;
  for (uint32_t s = 0; s < n; s++) {
    uint32_t n_narrow = 0, n_wide = 0, twin = s;
    for (uint32_t pass = 0; pass < 2; pass++) {
      for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
        sp_bound *b = &job->indicators[i];
        const int narrow = is_narrow(job, b);
        for (uint32_t k = 0; k < b->indicator->n_by; k++) {
          if (b->splits[k] != s) continue;
          n_narrow += pass == 0 && narrow;
          n_wide += pass == 0 && !narrow;
          if (pass == 1 && !narrow) ((uint32_t *)b->splits)[k] = twin;
        }
      }
      job->splits[s].is_narrow = n_narrow > 0;
      if (n_narrow == 0 || n_wide == 0) break;
      if (pass == 1) continue;
      sp_split *grown =
          sp_arena_grow(job->arena, job->splits, job->n_splits, job->n_splits + 1U, sizeof *grown);
      if (grown == NULL) return sp_error_memory(error);
      job->splits = grown;
      twin = job->n_splits++;
      grown[twin].groupings = grown[s].groupings;
      grown[twin].n_groupings = grown[s].n_groupings;
    }
  }
  return SAMPAN_OK;
}

/* Where an indicator's totals stand among its lanes: in narrow totals what is 1 for every record
 * that is in comes to the weight of these. */
static int32_t lay_out_lanes(sp_job *job, sp_bound *b) {
  uint32_t *lane_of = sp_arena_array(job->arena, b->n_totals + 1U, sizeof *lane_of);
  if (lane_of == NULL) return SAMPAN_E_MEMORY;
  const int shares = is_narrow(job, b) && b->shape.n_cells == 1;
  b->n_lanes = 1;
  for (uint32_t k = 0; k < b->n_totals; k++) {
    const int is_one = shares && b->shape.components[k].type == SAMPAN_ONE;
    lane_of[k] = is_one ? 0 : b->n_lanes++;
  }
  b->lane_of = lane_of;
  return SAMPAN_OK;
}

/* Where each indicator's totals stand in the rows of each split. */
static int32_t lay_out_splits(sp_job *job, sampan_error *error) {
  const uint32_t n_indicators = job->plan->n_indicators;
  for (uint32_t s = 0; s < job->n_splits; s++) {
    sp_split *split = &job->splits[s];
    uint32_t *indicators = sp_arena_array(job->arena, n_indicators + 1U, sizeof *indicators);
    split->lane_start = sp_arena_array(job->arena, n_indicators + 1U, sizeof(uint32_t));
    split->count_start = sp_arena_array(job->arena, n_indicators + 1U, sizeof(uint32_t));
    split->cross_start = sp_arena_array(job->arena, n_indicators + 1U, sizeof(uint32_t));
    split->square_start = sp_arena_array(job->arena, n_indicators + 1U, sizeof(uint32_t));
    if (indicators == NULL || split->lane_start == NULL || split->count_start == NULL ||
        split->cross_start == NULL || split->square_start == NULL) {
      return sp_error_memory(error);
    }
    split->indicators = indicators;
    for (uint32_t i = 0; i < n_indicators; i++) {
      const sp_bound *b = &job->indicators[i];
      int here = 0;
      for (uint32_t k = 0; k < b->indicator->n_by; k++) here = here || b->splits[k] == s;
      if (!here) continue;
      split->lane_start[split->n_indicators] = split->n_lanes;
      split->count_start[split->n_indicators] = split->n_counts;
      split->cross_start[split->n_indicators] = split->n_crosses;
      split->square_start[split->n_indicators] = split->n_squares;
      indicators[split->n_indicators++] = i;
      split->n_lanes += b->n_lanes;
      split->n_counts += SP_COUNT_TOTALS + b->n_totals;
      split->n_crosses += b->n_totals * job->n_aux;
      split->n_squares += b->n_squares * b->shape.n_cells;
    }
  }
  return SAMPAN_OK;
}

/* The columns of an indicator as its plugin sees them, without records. */
static int32_t describe_columns(sp_job *job, const sp_bound *b, sampan_batch *batch,
                                sampan_error *error) {
  const sampan_column **pointers = sp_arena_array(job->arena, b->n_columns + 1U, sizeof *pointers);
  sampan_column *columns = sp_arena_array(job->arena, b->n_columns + 1U, sizeof *columns);
  if (pointers == NULL || columns == NULL) return sp_error_memory(error);
  for (uint32_t k = 0; k < b->n_columns; k++) {
    if (b->columns[k] == SP_NONE) continue;
    columns[k].struct_size = sizeof *columns;
    columns[k].type = sp_program_type(job->program, b->columns[k]);
    columns[k].name = sp_program_name(job->program, b->columns[k]);
    if (b->levels[k] != NULL) {
      columns[k].type = SAMPAN_TEXT;
      columns[k].dictionary = &b->levels[k]->dictionary;
    }
    pointers[k] = &columns[k];
  }
  batch->struct_size = sizeof *batch;
  batch->n_columns = b->n_columns;
  batch->n_records = 0;
  batch->columns = pointers;
  return SAMPAN_OK;
}

static int32_t plugin_error(const sp_job *job, const sp_bound *b, int32_t status,
                            sampan_error *error) {
  if (error == NULL) return status;
  error->status = status;
  if (error->plugin[0] == '\0') {
    snprintf(error->plugin, sizeof error->plugin, "%s", b->plugin->name);
  }
  if (error->line == 0) {
    const sp_yaml *at = b->indicator->place;
    const sp_yaml *key = error->parameter[0] != '\0'
                             ? sp_yaml_get(b->indicator->estimator.options, error->parameter)
                             : NULL;
    if (key != NULL) at = key;
    sp_error_text_place(error, job->plan->file, at->line, at->column);
  }
  return status;
}

/* What a plugin decided on, before anything is built upon it. */
static const char *shape_fault(const sampan_shape *shape) {
  const uint64_t n_totals = (uint64_t)shape->n_components * shape->n_cells;
  if (n_totals == 0 || n_totals > 1000000) return "it has no totals, or too many";
  if (shape->n_statistics == 0 || shape->n_statistics > 10000) {
    return "it gives no statistic, or too many";
  }
  if (shape->components == NULL || shape->statistics == NULL) return "it does not describe itself";
  for (uint32_t i = 0; i < shape->n_components; i++) {
    const int32_t type = shape->components[i].type;
    if (type < SAMPAN_ONE || type > SAMPAN_TALLY) return "a component is of no known type";
  }
  for (uint32_t i = 0; i < shape->n_statistics; i++) {
    const sampan_statistic *s = &shape->statistics[i];
    if (s->unit < SAMPAN_UNIT_NONE || s->unit > SAMPAN_UNIT_RATIO) return "a unit is not known";
    if (s->name == NULL || !(s->per > 0)) return "a statistic has no name, or no `per`";
  }
  return NULL;
}

/* What needs several reads needs the functions for it. */
static const char *reads_fault(const sampan_estimator_ops *ops, const sampan_shape *shape) {
  if (sp_estimator_advances(ops)) return NULL;
  if (shape->n_state > 0) return "it has a state, and no advance()";
  for (uint32_t i = 0; i < shape->n_components; i++) {
    if (shape->components[i].type == SAMPAN_TALLY) return "it has a tally, and no advance()";
  }
  return NULL;
}

static int32_t bind_shape(sp_job *job, sp_bound *b, sampan_error *error) {
  sampan_batch columns = {0};
  SP_TRY(describe_columns(job, b, &columns, error));
  sampan_call call = sp_job_call(job, b->plugin, b->values, error);
  b->shape.struct_size = sizeof b->shape;
  const int32_t status = b->ops->bind(&call, &columns, &b->shape);
  if (status < 0) return plugin_error(job, b, status, error);
  const char *fault = shape_fault(&b->shape);
  if (fault == NULL) fault = reads_fault(b->ops, &b->shape);
  if (fault != NULL) {
    sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_SHAPE, "the shape it decided on is wrong: %s",
                 fault);
    return plugin_error(job, b, SAMPAN_E_PLUGIN, error);
  }
  b->n_totals = b->shape.n_components * b->shape.n_cells;
  return SAMPAN_OK;
}

static int counts_events(const sp_bound *b) {
  uint32_t found = 0;
  for (uint32_t c = 0; c < b->shape.n_components; c++) found |= b->shape.components[c].flags;
  return (found & SAMPAN_EVENTS) != 0 && (found & SAMPAN_EXPOSURE) != 0;
}

/* Whether an interval is for all statistics that can have one. */
static int fits(const sampan_interval_ops *ops, const sp_bound *b) {
  /* Limits that are found on the scale of a share. */
  const int by_share =
      sp_estimator_goes_back(b->ops) && (ops->units & (1U << SAMPAN_UNIT_PROPORTION)) != 0;
  for (uint32_t i = 0; i < b->shape.n_statistics; i++) {
    const sampan_statistic *s = &b->shape.statistics[i];
    if ((s->flags & SAMPAN_STATISTIC_TEST) != 0 || by_share) continue;
    if ((ops->units & (UINT32_C(1) << s->unit)) == 0) return 0;
  }
  return 1;
}

/* The interval that a plan gets without asking. */
static const char *default_interval(const sp_plan *plan, const sp_bound *b) {
  if (plan->kind == SP_KIND_REGISTER) return NULL;
  if (plan->preset != NULL && plan->kind == SP_KIND_SURVEY) {
    return sp_preset_interval(plan->preset, b->shape.statistics[0].unit);
  }
  switch (b->shape.statistics[0].unit) {
    case SAMPAN_UNIT_PROPORTION:
      return plan->kind == SP_KIND_VITAL ? "wilson" : "logit";
    case SAMPAN_UNIT_RATE:
      if (plan->kind != SP_KIND_VITAL) return "wald";
      return b->shape.n_cells > 1 ? "fay-feuer" : "byar";
    case SAMPAN_UNIT_RATIO: /* observed over expected events */
      return plan->kind == SP_KIND_VITAL && counts_events(b) && b->shape.n_cells == 1 ? "byar"
                                                                                      : "wald";
    default:
      return "wald";
  }
}

int sp_plan_has_design(const sp_plan *plan) {
  const sp_design *d = &plan->design;
  return plan->kind == SP_KIND_SURVEY &&
         (d->n_strata > 0 || d->n_psu > 0 || d->weight != NULL || d->replicates != NULL);
}

int sp_has_chosen(const sampan_plugin *plugin, const sampan_value *values, const char *parameter,
                  const char *choice) {
  for (uint32_t i = 0; i < plugin->n_params; i++) {
    if (plugin->params[i].type != SAMPAN_P_CHOICE) continue;
    if (strcmp(plugin->params[i].name, parameter) != 0 || values[i].text == NULL) continue;
    return strcmp(values[i].text, choice) == 0;
  }
  return 0;
}

static int32_t bind_interval(sp_job *job, sp_bound *b, sampan_error *error) {
  const sp_choice *choice = &b->indicator->interval;
  const char *name = choice->plugin != NULL ? choice->plugin : default_interval(job->plan, b);
  const sp_yaml *at = choice->place != NULL ? choice->place : b->indicator->place;
  if (name == NULL || strcmp(name, "none") == 0) return SAMPAN_OK;
  static const char *const also[] = {"method"};
  sampan_value *values;
  int32_t status = sp_registry_load(job->registry, SAMPAN_INTERVAL, name, &b->interval, error);
  if (status >= 0 && choice->plugin == NULL && !fits(b->interval->ops, b)) {
    /* By default each of several statistics has limits. */
    status = sp_registry_load(job->registry, SAMPAN_INTERVAL, "wald", &b->interval, error);
  }
  if (status < 0) {
    sp_error_text_place(error, job->plan->file, at->line, at->column);
    return status;
  }
  const sampan_interval_ops *ops = b->interval->ops;
  if (!fits(ops, b)) {
    return sp_yaml_error(at, job->plan->file, SP_ID_INTERVAL, error,
                         "interval '%s' is not made for what estimator '%s' gives", name,
                         b->plugin->name);
  }
  const int designed = sp_plan_has_design(job->plan);
  if (designed && (sp_interval_flags(ops) & SAMPAN_INTERVAL_COUNTS) != 0) {
    sp_yaml_error(at, job->plan->file, SP_ID_INTERVAL, error,
                  "interval '%s' takes events for independent counts, which those of a sample with "
                  "strata, clusters or weights are not",
                  name);
    return sp_error_hint(error, "proportions: korn-graubard, logit or wilson; others: wald");
  }
  SP_TRY(sp_params_bind_preset(job->plan->preset, b->interval, choice->options, at, also, 1,
                               job->plan->file, job->plan->folder, job->options->data_folder,
                               job->arena, &values, error));
  b->interval_values = values;
  if (designed && sp_has_chosen(b->interval, values, "size", "records")) {
    sp_yaml_error(
        at, job->plan->file, SP_ID_INTERVAL, error,
        "interval '%s' of `size: records` takes records for independent ones, which those "
        "of a sample with strata, clusters or weights are not",
        name);
    return sp_error_hint(error, "write size: effective");
  }
  return SAMPAN_OK;
}

static int has_levels(const sp_bound *b) {
  for (uint32_t k = 0; k < b->n_columns; k++) {
    if (b->levels[k] != NULL) return 1;
  }
  return 0;
}

int32_t sp_job_shape(sp_job *job, int32_t only_known, sampan_error *error) {
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    sp_bound *b = &job->indicators[i];
    if (only_known && has_levels(b)) continue;
    SP_TRY(bind_shape(job, b, error));
    SP_TRY(bind_interval(job, b, error));
    if (sp_squares_bind(b, job->arena) < 0) return sp_error_memory(error);
  }
  SP_TRY(part_splits(job, error));
  for (uint32_t i = 0; i < job->plan->n_indicators; i++) {
    sp_bound *b = &job->indicators[i];
    if (b->n_totals > 0 && lay_out_lanes(job, b) < 0) return sp_error_memory(error);
  }
  SP_TRY(lay_out_splits(job, error));
  return sp_elements_decide(job) < 0 ? sp_error_memory(error) : SAMPAN_OK;
}
