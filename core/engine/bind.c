/* bind.c - a plan against its files, columns, plugins and parameters. */
#include <math.h>

#include "base/text.h"
#include "engine/auxiliary.h"
#include "engine/bind.h"
#include "engine/distinct.h"
#include "engine/elements.h"
#include "engine/error_ids.h"
#include "engine/levels.h"
#include "host/abi.h"
#include "host/preset_params.h"

/* Most columns of one kind; the scan and the comparisons keep them on the stack. */
enum { SP_MOST_BY = 31, SP_MOST_COLUMNS = 512 };

/* Keys of an indicator that the plan reads itself, so that no plugin sees them. */
static const char *const plan_keys[] = {"label", "estimator", "interval",           "by",
                                        "where", "decimals",  "definition_version", "note"};
#define SP_N_PLAN_KEYS (sizeof plan_keys / sizeof plan_keys[0])

int32_t sp_bind_expr(sp_job *job, const sp_expr *e, int32_t types, uint32_t *out,
                     sampan_error *error) {
  *out = SP_NONE;
  return e != NULL ? sp_program_require(job->program, e, types, out, error) : SAMPAN_OK;
}

int32_t sp_bind_column(sp_job *job, const char *column, const sp_yaml *place, int32_t types,
                       uint32_t *out, sampan_error *error) {
  sp_expr *name = sp_arena_alloc(job->arena, sizeof *name);
  if (name == NULL) return sp_error_memory(error);
  name->kind = SP_EXPR_NAME;
  name->text = column;
  name->line = place != NULL ? place->line : 0;
  name->column = place != NULL ? place->column : 0;
  return sp_program_require(job->program, name, types, out, error);
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
  if (grown == NULL) return sp_error_memory(error);
  job->groupings = grown;
  grown[job->n_groupings].column = column;
  SP_TRY(sp_bind_column(job, column, place, SP_ANY_TYPE | SP_KEY, &grown[job->n_groupings].required,
                        error));
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

/* ---- estimators --------------------------------------------------------------------------- */

/* A role of texts with levels takes columns of any type by their values; one that takes numbers as
 * well is given a factor only where the plan or the file says that a column is a text. */
static int32_t role_types(const sampan_role *role) {
  const int32_t types = role->types;
  if ((role->flags & SAMPAN_ROLE_LEVELS) != 0 && types == SAMPAN_TEXT) return SP_ANY_TYPE;
  return (types & SAMPAN_NUMBER) != 0 ? types | SP_PREFERS_NUMBER : types;
}

static int32_t add_column(sp_job *job, sp_bound *b, uint32_t *columns, const sampan_role *role,
                          const sp_yaml *item, sampan_error *error) {
  sp_expr *e;
  SP_TRY(sp_expr_parse(item->text, job->plan->file, item->line,
                       item->column + (item->quoted ? 1 : 0), job->arena, &e, error));
  return sp_program_require(job->program, e, role_types(role), &columns[b->n_columns++], error);
}

int32_t sp_bind_item(sp_job *job, const sp_yaml *item, const char ***names, uint32_t *n,
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
    SP_TRY(sp_bind_item(job, item, &names, &n, error));
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
      SP_TRY(sp_program_require(job->program, e, role_types(role), &grown[b->n_columns++], error));
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
  b->roles = sp_arena_array(job->arena, b->n_columns + 1U, sizeof *b->roles);
  if (b->roles == NULL) return sp_error_memory(error);
  /* One column a role, and then those of the last one, which may take many. */
  for (uint32_t k = 0; k < b->n_columns; k++) {
    b->roles[k] = &b->ops->roles[k < b->ops->n_roles ? k : b->ops->n_roles - 1];
  }
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
  SP_TRY(sp_params_bind_preset(job->plan->preset, b->plugin, indicator->estimator.options,
                               indicator->place, also, n_also, plan->file, plan->folder,
                               job->options->data_folder, job->arena, &values, error));
  b->values = values;
  SP_TRY(sp_bind_expr(job, indicator->where, SAMPAN_TRUTH, &b->where, error));
  return bind_roles(job, b, error);
}

int32_t sp_job_bind(const sp_plan *plan, sp_registry *registry, const sp_run_options *options,
                    int32_t keys_as_written, sp_arena *arena, sp_job **out, sampan_error *error) {
  sp_job *job = sp_arena_alloc(arena, sizeof *job);
  *out = job;
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
  SP_TRY(sp_bind_design(job, error));
  for (uint32_t i = 0; i < plan->n_indicators; i++) SP_TRY(bind_indicator(job, i, error));
  SP_TRY(bind_splits(job, error));
  if (keys_as_written == SP_KEYS_ALL) {
    SP_TRY(sp_stream_offer_numbers(job->stream, job->program, NULL, error));
  } else if (keys_as_written == SP_KEYS_PSU && sp_elements_psu(job) != NULL) {
    SP_TRY(sp_stream_offer_numbers(job->stream, job->program, sp_elements_psu(job), error));
  }
  SP_TRY(sp_program_compile(job->program, error));
  SP_TRY(sp_levels_bind(job, error));
  return sp_job_bind_comparisons(job, error);
}

void sp_job_clear(sp_job *job) {
  if (job == NULL) return;
  sp_levels_free(job);
  sp_auxiliary_free(job);
  sp_stream_free(job->stream);
  sp_replicate_set_clear(&job->made);
  sp_distinct_free(job->distinct);
}
