/* elements.c - whether every record of a design is a PSU, and what that makes of its totals. */
#include "engine/elements.h"

#include "base/text.h"
#include "engine/distinct.h"
#include "host/abi.h"

/* Moments of an estimator in one stratum. */
enum { MOST_MOMENTS = 192 };
/* Squares of weights in between are ordinary numbers. */
#define MOST_WEIGHT 0x1p300
#define LEAST_WEIGHT 0x1p-300

/* ---- estimators --------------------------------------------------------------------------- */

int sp_has_squares(const sp_bound *b) {
  const uint64_t n = b->shape.n_components;
  if (sp_estimator_advances(b->ops) || n > MOST_MOMENTS) return 0;
  for (uint32_t c = 0; c < n; c++) {
    const int32_t type = b->shape.components[c].type;
    if (type != SAMPAN_ONE && type != SAMPAN_BIT) return 0;
  }
  return n * (n + 1) / 2 * b->shape.n_cells <= MOST_MOMENTS;
}

/* ONE is all records in: with a bit it is the bit. */
static sp_square_of square_of(const sp_bound *b, uint32_t i, uint32_t j) {
  const sampan_component *c = b->shape.components;
  if (c[i].type == SAMPAN_ONE) i = SP_NONE;
  if (c[j].type == SAMPAN_ONE) j = SP_NONE;
  if (i == SP_NONE) return (sp_square_of){j, SP_NONE};
  return (sp_square_of){i, j == i ? SP_NONE : j};
}

int32_t sp_squares_bind(sp_bound *b, sp_arena *arena) {
  const uint32_t n = b->shape.n_components, n_pairs = n * (n + 1) / 2;
  b->n_squares = 0;
  if (!sp_has_squares(b)) return SAMPAN_OK;
  b->squares = sp_arena_array(arena, n_pairs, sizeof *b->squares);
  b->square_of_pair = sp_arena_array(arena, n_pairs, sizeof *b->square_of_pair);
  if (b->squares == NULL || b->square_of_pair == NULL) return SAMPAN_E_MEMORY;
  uint32_t pair = 0;
  for (uint32_t i = 0; i < n; i++) {
    for (uint32_t j = 0; j <= i; j++) {
      const sp_square_of square = square_of(b, i, j);
      uint32_t k = 0;
      while (k < b->n_squares && (b->squares[k].a != square.a || b->squares[k].b != square.b)) k++;
      if (k == b->n_squares) b->squares[b->n_squares++] = square;
      b->square_of_pair[pair++] = k;
    }
  }
  return SAMPAN_OK;
}

/* ---- designs ------------------------------------------------------------------------------ */

/* What is true of a design whatever its records are. */
static int has_elements(const sp_job *job) {
  const sp_plan *plan = job->plan;
  const sp_design *d = &plan->design;
  return plan->kind == SP_KIND_SURVEY && d->replicates == NULL && job->aux == NULL &&
         sp_design_stages(d) == 1 && !sp_lonely_by_domain(d);
}

/* Nothing will ask for the units one by one. */
static int needs_no_units(const sp_job *job) {
  return has_elements(job) && job->plan->n_comparisons == 0 && job->options->no_covariances &&
         job->plan->design.n_psu <= 1;
}

const char *sp_elements_psu(const sp_job *job) {
  const sp_design *d = &job->plan->design;
  if (!needs_no_units(job) || d->n_psu == 0 || d->psu[0]->kind != SP_EXPR_NAME) return NULL;
  return d->psu[0]->text;
}

int32_t sp_elements_decide(sp_job *job) {
  const sp_plan *plan = job->plan;
  const sp_design *d = &plan->design;
  job->by_stratum = 0;
  if (!job->may_be_elements || job->plain || job->n_levels > 0 || !needs_no_units(job)) {
    return SAMPAN_OK;
  }
  for (uint32_t s = 0; s < job->n_splits; s++) {
    if (!job->splits[s].is_narrow) return SAMPAN_OK;
  }
  for (uint32_t i = 0; i < plan->n_indicators; i++) {
    if (!sp_has_squares(&job->indicators[i])) return SAMPAN_OK;
  }
  if (d->n_psu == 1) {
    if (sp_program_type(job->program, job->place.psus[0]) != SAMPAN_NUMBER) return SAMPAN_OK;
    job->distinct = sp_distinct_new();
    if (job->distinct == NULL) return SAMPAN_E_MEMORY;
  }
  job->by_stratum = 1;
  return SAMPAN_OK;
}

int sp_elements_failed(const sp_outcome *o) {
  const sp_totals *t = o->totals;
  if (!o->job->by_stratum) return 0;
  if (o->job->distinct != NULL && sp_distinct_failed(o->job->distinct)) return 1;
  return t->n_kept > 0 && !(t->weight_max >= LEAST_WEIGHT && t->weight_max <= MOST_WEIGHT);
}

int sp_elements_apply(const sp_outcome *o) {
  const sp_totals *t = o->totals;
  if (!has_elements(o->job)) return 0;
  if (t->place.by_stratum) return 1;
  return t->n_kept == (int64_t)t->place.units.n_psu && t->weight_max >= LEAST_WEIGHT &&
         t->weight_max <= MOST_WEIGHT;
}

int64_t sp_count_psus(const sp_totals *t) {
  const sp_units *u = &t->place.units;
  int64_t n = 0;
  if (!t->place.by_stratum) return u->n_psu;
  for (uint32_t h = 0; h < u->n_strata; h++) n += u->strata[h].n_psu;
  return n;
}
