/* bind_design.c - the design of a plan, its domain and its drops against the columns. */
#include <math.h>

#include "engine/auxiliary.h"
#include "engine/bind.h"
#include "engine/error_ids.h"

enum { SP_MOST_REPLICATES = 10000 };

static int32_t require_all(sp_job *job, const sp_expr *const *e, uint32_t n, const uint32_t **out,
                           sampan_error *error) {
  uint32_t *list = sp_arena_array(job->arena, n + 1U, sizeof *list);
  if (list == NULL) return sp_error_memory(error);
  *out = list;
  for (uint32_t i = 0; i < n; i++)
    SP_TRY(sp_bind_expr(job, e[i], SP_ANY_TYPE | SP_KEY, &list[i], error));
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
    if (s->n_strata > SP_MOST_PARTS || s->n_unit > SP_MOST_PARTS) {
      return too_many_parts(job->plan, s->place, error);
    }
    SP_TRY(require_all(job, s->strata, s->n_strata, &stages[k].strata, error));
    SP_TRY(require_all(job, s->unit, s->n_unit, &stages[k].units, error));
    SP_TRY(sp_bind_expr(job, s->fpc, SAMPAN_NUMBER, &stages[k].fpc, error));
  }
  job->place.stages = stages;
  return SAMPAN_OK;
}

static int32_t add_replicate(sp_job *job, const sp_yaml *item, const char *range_name,
                             sampan_error *error) {
  sp_expr *e;
  uint32_t *grown = sp_arena_grow(job->arena, job->replicate_columns, job->n_replicates,
                                  job->n_replicates + 1U, sizeof *grown);
  if (grown == NULL) return sp_error_memory(error);
  job->replicate_columns = grown;
  if (range_name != NULL) {
    e = sp_arena_alloc(job->arena, sizeof *e);
    if (e == NULL) return sp_error_memory(error);
    e->kind = SP_EXPR_NAME;
    e->text = range_name;
    e->line = item->line;
    e->column = item->column;
  } else {
    SP_TRY(sp_expr_parse(item->text, job->plan->file, item->line,
                         item->column + (item->quoted ? 1 : 0), job->arena, &e, error));
  }
  if (job->n_replicates == SP_MOST_REPLICATES) {
    return sp_yaml_error(item, job->plan->file, SP_ID_TOO_MANY, error,
                         "replicates: there are at most %d weights", SP_MOST_REPLICATES);
  }
  return sp_program_require(job->program, e, SAMPAN_NUMBER, &grown[job->n_replicates++], error);
}

/* Replicate weights of the data: their columns, and the factors of their variance. */
static int32_t bind_replicates(sp_job *job, const sp_replicates *r, sampan_error *error) {
  for (uint32_t i = 0; i < r->n_weights; i++) {
    const char **names;
    uint32_t n;
    SP_TRY(sp_bind_item(job, r->weights[i], &names, &n, error));
    for (uint32_t k = 0; k < n; k++) {
      SP_TRY(add_replicate(job, r->weights[i], names != NULL ? names[k] : NULL, error));
    }
  }
  job->replicate_factors =
      sp_arena_array(job->arena, job->n_replicates + 1U, sizeof *job->replicate_factors);
  if (job->replicate_factors == NULL) return sp_error_memory(error);
  return sp_replicates_factors(r, job->n_replicates, job->plan->file, job->replicate_factors,
                               error);
}

int32_t sp_bind_design(sp_job *job, sampan_error *error) {
  const sp_plan *plan = job->plan;
  const sp_design *d = &plan->design;
  if (d->n_strata > SP_MOST_PARTS || d->n_psu > SP_MOST_PARTS) {
    return too_many_parts(plan, d->place, error);
  }
  SP_TRY(require_all(job, d->strata, d->n_strata, &job->place.strata, error));
  SP_TRY(require_all(job, d->psu, d->n_psu, &job->place.psus, error));
  SP_TRY(bind_stages(job, error));
  SP_TRY(sp_bind_expr(job, d->weight, SAMPAN_NUMBER, &job->weight, error));
  SP_TRY(sp_bind_expr(job, d->fpc, SAMPAN_NUMBER, &job->place.fpc, error));
  SP_TRY(sp_bind_expr(job, plan->domain, SAMPAN_TRUTH, &job->domain, error));
  SP_TRY(sp_bind_expr(job, plan->keep, SAMPAN_TRUTH, &job->keep, error));
  job->drops = sp_arena_array(job->arena, plan->n_drops + 1U, sizeof *job->drops);
  if (job->drops == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < plan->n_drops; i++) {
    SP_TRY(sp_bind_expr(job, plan->drops[i].expr, SAMPAN_TRUTH, &job->drops[i], error));
  }
  job->by_unit = plan->kind == SP_KIND_SURVEY && d->replicates == NULL;
  if (d->replicates != NULL) {
    if (!d->replicates->make) SP_TRY(bind_replicates(job, d->replicates, error));
    job->needs_rank = isnan(d->replicates->df);
    job->rank_by_domain = job->needs_rank && d->df_rule == SP_DF_DOMAIN;
  }
  return sp_auxiliary_bind(job, error);
}
