/* bind.c - a plan against its files, columns, plugins and parameters. */
#include <math.h>

#include "base/text.h"
#include "engine/error_ids.h"
#include "engine/job.h"
#include "host/abi.h"
#include "host/params.h"

/* Most columns of one kind; the scan and the comparisons keep them on the stack. */
enum { SP_MOST_BY = 31, SP_MOST_COLUMNS = 512 };

#define SP_ANY_TYPE (SAMPAN_NUMBER | SAMPAN_TEXT | SAMPAN_TRUTH)

/* Keys of an indicator that the plan reads itself, so that no plugin sees them. */
static const char *const plan_keys[] = {"label", "estimator", "interval",           "by",
                                        "where", "decimals",  "definition_version", "note"};
#define SP_N_PLAN_KEYS (sizeof plan_keys / sizeof plan_keys[0])

static int32_t require(sp_job *job, const sp_expr *e, int32_t types, uint32_t *out,
                       sampan_error *error) {
  *out = SP_NONE;
  return e != NULL ? sp_program_require(job->program, e, types, out, error) : SAMPAN_OK;
}

static int32_t require_all(sp_job *job, const sp_expr *const *e, uint32_t n, uint32_t **out,
                           sampan_error *error) {
  *out = sp_arena_array(job->arena, n + 1U, sizeof **out);
  if (*out == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < n; i++) SP_TRY(require(job, e[i], SP_ANY_TYPE, &(*out)[i], error));
  return SAMPAN_OK;
}

static int32_t too_many_parts(const sp_plan *plan, const sp_yaml *place, sampan_error *error) {
  return sp_yaml_error(place, plan->file, SP_ID_TOO_MANY, error,
                       "design: strata and units are crossings of at most %d columns",
                       SP_MOST_PARTS);
}

/* Stages after the first. */
static int32_t bind_stages(sp_job *job, sampan_error *error) {
  const sp_design *d = &job->plan->design;
  sp_stage_columns *stages = sp_arena_array(job->arena, d->n_stages + 1U, sizeof *stages);
  if (stages == NULL) return sp_error_memory(error);
  for (uint32_t k = 0; k < d->n_stages; k++) {
    const sp_stage *s = &d->stages[k];
    uint32_t *strata, *units;
    if (s->n_strata > SP_MOST_PARTS || s->n_unit > SP_MOST_PARTS) {
      return too_many_parts(job->plan, s->place, error);
    }
    SP_TRY(require_all(job, s->strata, s->n_strata, &strata, error));
    SP_TRY(require_all(job, s->unit, s->n_unit, &units, error));
    SP_TRY(require(job, s->fpc, SAMPAN_NUMBER, &stages[k].fpc, error));
    stages[k].strata = strata;
    stages[k].units = units;
  }
  job->place.stages = stages;
  return SAMPAN_OK;
}

static int32_t bind_design(sp_job *job, sampan_error *error) {
  const sp_plan *plan = job->plan;
  const sp_design *d = &plan->design;
  if (d->n_strata > SP_MOST_PARTS || d->n_psu > SP_MOST_PARTS) {
    return too_many_parts(plan, d->place, error);
  }
  uint32_t *strata, *psus;
  SP_TRY(require_all(job, d->strata, d->n_strata, &strata, error));
  SP_TRY(require_all(job, d->psu, d->n_psu, &psus, error));
  job->place.strata = strata;
  job->place.psus = psus;
  SP_TRY(bind_stages(job, error));
  SP_TRY(require(job, d->weight, SAMPAN_NUMBER, &job->weight, error));
  SP_TRY(require(job, d->fpc, SAMPAN_NUMBER, &job->place.fpc, error));
  SP_TRY(require(job, plan->domain, SAMPAN_TRUTH, &job->domain, error));
  SP_TRY(require(job, plan->keep, SAMPAN_TRUTH, &job->keep, error));
  job->drops = sp_arena_array(job->arena, plan->n_drops + 1U, sizeof *job->drops);
  if (job->drops == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < plan->n_drops; i++) {
    SP_TRY(require(job, plan->drops[i].expr, SAMPAN_TRUTH, &job->drops[i], error));
  }
  return SAMPAN_OK;
}

/* ---- groupings and splits ----------------------------------------------------------------- */

static int32_t grouping_of(sp_job *job, const char *column, const sp_yaml *place, uint32_t *out,
                           sampan_error *error) {
  for (uint32_t i = 0; i < job->n_groupings; i++) {
    if (strcmp(job->groupings[i].column, column) == 0) {
      *out = i;
      return SAMPAN_OK;
    }
  }
  sp_grouping *grown = sp_arena_grow(job->arena, job->groupings, job->n_groupings,
                                     job->n_groupings + 1U, sizeof *grown);
  sp_expr *name = sp_arena_alloc(job->arena, sizeof *name);
  if (grown == NULL || name == NULL) return sp_error_memory(error);
  name->kind = SP_EXPR_NAME;
  name->text = column;
  name->line = place != NULL ? place->line : 0;
  name->column = place != NULL ? place->column : 0;
  job->groupings = grown;
  grown[job->n_groupings].column = column;
  SP_TRY(require(job, name, SP_ANY_TYPE, &grown[job->n_groupings].required, error));
  *out = job->n_groupings++;
  return SAMPAN_OK;
}

static int32_t split_of(sp_job *job, const sp_by *by, const sp_yaml *place, uint32_t *out,
                        sampan_error *error) {
  const uint32_t period = job->plan->period != NULL ? 1 : 0;
  const uint32_t n = by->n_columns + period;
  if (n > SP_MOST_BY) {
    return sp_yaml_error(place, job->plan->file, SP_ID_TOO_MANY, error,
                         "by: a crossing has at most %d variables", SP_MOST_BY);
  }
  uint32_t *groupings = sp_arena_array(job->arena, n + 1U, sizeof *groupings);
  if (groupings == NULL) return sp_error_memory(error);
  if (period) groupings[0] = job->period_grouping;
  for (uint32_t i = 0; i < by->n_columns; i++) {
    SP_TRY(grouping_of(job, by->columns[i], place, &groupings[period + i], error));
    for (uint32_t k = 0; k < period + i; k++) {
      if (groupings[k] == groupings[period + i]) {
        return sp_yaml_error(place, job->plan->file, SP_ID_DUPLICATE_BY, error,
                             "by: '%s' is named twice, or is the period, which is always split by",
                             by->columns[i]);
      }
    }
  }
  for (uint32_t s = 0; s < job->n_splits; s++) {
    const sp_split *split = &job->splits[s];
    if (split->n_groupings == n &&
        memcmp(split->groupings, groupings, n * sizeof *groupings) == 0) {
      *out = s;
      return SAMPAN_OK;
    }
  }
  sp_split *grown =
      sp_arena_grow(job->arena, job->splits, job->n_splits, job->n_splits + 1U, sizeof *grown);
  if (grown == NULL) return sp_error_memory(error);
  job->splits = grown;
  grown[job->n_splits].groupings = groupings;
  grown[job->n_splits].n_groupings = n;
  *out = job->n_splits++;
  return SAMPAN_OK;
}

static int32_t bind_splits(sp_job *job, sampan_error *error) {
  const sp_plan *plan = job->plan;
  job->period_grouping = SP_NONE;
  if (plan->period != NULL) {
    SP_TRY(grouping_of(job, plan->period, NULL, &job->period_grouping, error));
  }
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    const sp_indicator *indicator = &plan->indicators[i];
    uint32_t *splits = sp_arena_array(job->arena, indicator->n_by + 1U, sizeof *splits);
    if (splits == NULL) return sp_error_memory(error);
    for (uint32_t k = 0; k < indicator->n_by; k++) {
      SP_TRY(split_of(job, &indicator->by[k], indicator->place, &splits[k], error));
      for (uint32_t j = 0; j < k; j++) {
        if (splits[j] == splits[k]) {
          return sp_yaml_error(indicator->place, plan->file, SP_ID_DUPLICATE_BY, error,
                               "by: the same split is named twice");
        }
      }
    }
    job->indicators[i].splits = splits;
  }
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
    if (indicators == NULL || split->lane_start == NULL || split->count_start == NULL) {
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
      indicators[split->n_indicators++] = i;
      split->n_lanes += 1 + b->n_totals; /* the first lane is the weight of the records in */
      split->n_counts += SP_COUNT_TOTALS + b->n_totals;
    }
  }
  return SAMPAN_OK;
}

/* ---- estimators --------------------------------------------------------------------------- */

static int32_t add_column(sp_job *job, sp_bound *b, uint32_t *columns, const sampan_role *role,
                          const sp_yaml *item, sampan_error *error) {
  sp_expr *e;
  SP_TRY(sp_expr_parse(item->text, job->plan->file, item->line,
                       item->column + (item->quoted ? 1 : 0), job->arena, &e, error));
  return sp_program_require(job->program, e, role->types, &columns[b->n_columns++], error);
}

/* How many columns an item of a list stands for. */
static int32_t item_columns(sp_job *job, const sp_yaml *item, const char ***names, uint32_t *n,
                            sampan_error *error) {
  sp_expr *e;
  *names = NULL;
  *n = 1;
  SP_TRY(sp_expr_parse_columns(item->text, job->plan->file, item->line,
                               item->column + (item->quoted ? 1 : 0), job->arena, &e, error));
  if (e->kind != SP_EXPR_RANGE) return SAMPAN_OK;
  return sp_program_range(job->program, e, names, n, error);
}

static int32_t bind_many(sp_job *job, sp_bound *b, uint32_t **columns, const sampan_role *role,
                         const sp_yaml *given, sampan_error *error) {
  const uint32_t n_items = given->kind == SP_YAML_LIST ? given->n : 1;
  for (uint32_t i = 0; i < n_items; i++) {
    const sp_yaml *item = given->kind == SP_YAML_LIST ? given->items[i] : given;
    const char **names;
    uint32_t n;
    if (item->kind != SP_YAML_SCALAR) {
      return sp_yaml_error(item, job->plan->file, SP_ID_ROLE, error, "%s: a column is needed here",
                           role->name);
    }
    SP_TRY(item_columns(job, item, &names, &n, error));
    uint32_t *grown =
        sp_arena_grow(job->arena, *columns, b->n_columns, b->n_columns + n + 1U, sizeof *grown);
    if (grown == NULL) return sp_error_memory(error);
    *columns = grown;
    if (names == NULL) {
      SP_TRY(add_column(job, b, grown, role, item, error));
      continue;
    }
    for (uint32_t k = 0; k < n; k++) {
      sp_expr *e = sp_arena_alloc(job->arena, sizeof *e);
      if (e == NULL) return sp_error_memory(error);
      e->kind = SP_EXPR_NAME;
      e->text = names[k];
      e->line = item->line;
      e->column = item->column;
      SP_TRY(sp_program_require(job->program, e, role->types, &grown[b->n_columns++], error));
    }
  }
  return SAMPAN_OK;
}

static int32_t bind_roles(sp_job *job, sp_bound *b, sampan_error *error) {
  const sp_indicator *indicator = b->indicator;
  uint32_t *columns = sp_arena_array(job->arena, b->ops->n_roles + 1U, sizeof *columns);
  if (columns == NULL) return sp_error_memory(error);
  for (uint32_t r = 0; r < b->ops->n_roles; r++) {
    const sampan_role *role = &b->ops->roles[r];
    const sp_yaml *given = sp_yaml_get(indicator->estimator.options, role->name);
    if (given == NULL) {
      if ((role->flags & SAMPAN_ROLE_OPTIONAL) == 0) {
        sp_yaml_error(indicator->place, job->plan->file, SP_ID_ROLE_MISSING, error,
                      "indicator '%s': estimator '%s' needs '%s'", indicator->name, b->plugin->name,
                      role->name);
        return sp_error_hint(error, "%s: %s", role->name, role->text_en);
      }
      if ((role->flags & SAMPAN_ROLE_MANY) == 0) columns[b->n_columns++] = SP_NONE;
    } else if ((role->flags & SAMPAN_ROLE_MANY) != 0) {
      SP_TRY(bind_many(job, b, &columns, role, given, error));
    } else if (given->kind != SP_YAML_SCALAR) {
      return sp_yaml_error(given, job->plan->file, SP_ID_ROLE, error,
                           "%s: one column or expression is needed here", role->name);
    } else {
      SP_TRY(add_column(job, b, columns, role, given, error));
    }
  }
  if (b->n_columns > SP_MOST_COLUMNS) {
    return sp_yaml_error(indicator->place, job->plan->file, SP_ID_TOO_MANY, error,
                         "indicator '%s' takes %u columns; the most is %d", indicator->name,
                         b->n_columns, SP_MOST_COLUMNS);
  }
  b->columns = columns;
  return SAMPAN_OK;
}

static int32_t bind_indicator(sp_job *job, uint32_t i, sampan_error *error) {
  const sp_plan *plan = job->plan;
  const sp_indicator *indicator = &plan->indicators[i];
  sp_bound *b = &job->indicators[i];
  const char *also[64];
  uint32_t n_also = 0;
  b->indicator = indicator;
  const int32_t status = sp_registry_load(job->registry, SAMPAN_ESTIMATOR,
                                          indicator->estimator.plugin, &b->plugin, error);
  if (status < 0) {
    const sp_yaml *named = sp_yaml_get(indicator->estimator.options, "estimator");
    const sp_yaml *at = named != NULL ? named : indicator->place;
    sp_error_text_place(error, plan->file, at->line, at->column);
    return status;
  }
  b->ops = b->plugin->ops;
  for (size_t k = 0; k < SP_N_PLAN_KEYS; k++) also[n_also++] = plan_keys[k];
  for (uint32_t r = 0; r < b->ops->n_roles && n_also < 64; r++) {
    also[n_also++] = b->ops->roles[r].name;
  }
  sampan_value *values;
  SP_TRY(sp_params_bind(b->plugin, indicator->estimator.options, indicator->place, also, n_also,
                        plan->file, plan->folder, job->options->data_folder, job->arena, &values,
                        error));
  b->values = values;
  SP_TRY(require(job, indicator->where, SAMPAN_TRUTH, &b->where, error));
  return bind_roles(job, b, error);
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

static int32_t bind_shape(sp_job *job, sp_bound *b, sampan_error *error) {
  sampan_batch columns = {0};
  SP_TRY(describe_columns(job, b, &columns, error));
  sampan_call call = sp_job_call(job, b->plugin, b->values, error);
  b->shape.struct_size = sizeof b->shape;
  const int32_t status = b->ops->bind(&call, &columns, &b->shape);
  if (status < 0) return plugin_error(job, b, status, error);
  const char *fault = shape_fault(&b->shape);
  if (fault != NULL) {
    sp_error_set(error, SAMPAN_E_PLUGIN, SP_ID_SHAPE, "the shape it decided on is wrong: %s",
                 fault);
    return plugin_error(job, b, SAMPAN_E_PLUGIN, error);
  }
  b->n_totals = b->shape.n_components * b->shape.n_cells;
  return SAMPAN_OK;
}

/* The interval that a plan gets without asking. */
static const char *default_interval(const sp_plan *plan, const sp_bound *b) {
  if (plan->kind == SP_KIND_REGISTER) return NULL;
  switch (b->shape.statistics[0].unit) {
    case SAMPAN_UNIT_PROPORTION:
      return plan->kind == SP_KIND_VITAL ? "wilson" : "logit";
    case SAMPAN_UNIT_RATE:
      if (plan->kind != SP_KIND_VITAL) return "wald";
      return b->shape.n_cells > 1 ? "fay-feuer" : "byar";
    default:
      return "wald";
  }
}

static int32_t bind_interval(sp_job *job, sp_bound *b, sampan_error *error) {
  const sp_choice *choice = &b->indicator->interval;
  const char *name = choice->plugin != NULL ? choice->plugin : default_interval(job->plan, b);
  const sp_yaml *at = choice->place != NULL ? choice->place : b->indicator->place;
  if (name == NULL || strcmp(name, "none") == 0) return SAMPAN_OK;
  static const char *const also[] = {"method"};
  sampan_value *values;
  const int32_t status =
      sp_registry_load(job->registry, SAMPAN_INTERVAL, name, &b->interval, error);
  if (status < 0) {
    sp_error_text_place(error, job->plan->file, at->line, at->column);
    return status;
  }
  const sampan_interval_ops *ops = b->interval->ops;
  for (uint32_t i = 0; i < b->shape.n_statistics; i++) {
    if ((ops->units & (UINT32_C(1) << b->shape.statistics[i].unit)) != 0) continue;
    return sp_yaml_error(at, job->plan->file, SP_ID_INTERVAL, error,
                         "interval '%s' is not made for what estimator '%s' gives", name,
                         b->plugin->name);
  }
  const sp_design *design = &job->plan->design;
  const int designed = job->plan->kind == SP_KIND_SURVEY &&
                       (design->n_strata > 0 || design->n_psu > 0 || design->weight != NULL);
  if (designed && (sp_interval_flags(ops) & SAMPAN_INTERVAL_COUNTS) != 0) {
    sp_yaml_error(at, job->plan->file, SP_ID_INTERVAL, error,
                  "interval '%s' takes events for independent counts, which those of a sample with "
                  "strata, clusters or weights are not",
                  name);
    return sp_error_hint(error, "proportions: korn-graubard, logit or wilson; others: wald");
  }
  SP_TRY(sp_params_bind(b->interval, choice->options, at, also, 1, job->plan->file,
                        job->plan->folder, job->options->data_folder, job->arena, &values, error));
  b->interval_values = values;
  return SAMPAN_OK;
}

int32_t sp_job_bind(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                    sp_arena *arena, sp_job **out, sampan_error *error) {
  sp_job *job = sp_arena_alloc(arena, sizeof *job);
  if (job == NULL) return sp_error_memory(error);
  job->arena = arena;
  job->plan = plan;
  job->registry = registry;
  job->options = options;
  job->context.arena = arena;
  job->context.cancel = options->cancel;
  job->context.note = sp_job_note;
  job->context.note_data = job;
  if (plan->kind == SP_KIND_CHECKLIST) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_KIND, "a checklist has nothing to estimate");
    sp_error_hint(error, "name the plan in a programme and use `sampan annex`");
    return sp_error_file(error, plan->file);
  }
  if (plan->n_indicators == 0) {
    sp_error_set(error, SAMPAN_E_PLAN, SP_ID_NO_INDICATORS, "the plan has no indicators");
    return sp_error_file(error, plan->file);
  }
  SP_TRY(sp_presentation_read(plan, &job->presentation, error));
  job->program = sp_program_new(arena, plan->file);
  job->indicators = sp_arena_array(arena, plan->n_indicators, sizeof *job->indicators);
  if (job->program == NULL || job->indicators == NULL) return sp_error_memory(error);
  SP_TRY(sp_stream_open(plan, registry, options->data_folder, &job->context, &job->stream, error));
  SP_TRY(sp_stream_fields(job->stream, job->program, error));
  for (uint32_t i = 0; i < plan->n_derived; i++) {
    SP_TRY(sp_program_define(job->program, plan->derived[i].name, plan->derived[i].expr, error));
  }
  SP_TRY(bind_design(job, error));
  for (uint32_t i = 0; i < plan->n_indicators; i++) SP_TRY(bind_indicator(job, i, error));
  SP_TRY(bind_splits(job, error));
  SP_TRY(sp_program_compile(job->program, error));
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    SP_TRY(bind_shape(job, &job->indicators[i], error));
    SP_TRY(bind_interval(job, &job->indicators[i], error));
  }
  SP_TRY(lay_out_splits(job, error));
  SP_TRY(sp_job_bind_comparisons(job, error));
  *out = job;
  return SAMPAN_OK;
}
