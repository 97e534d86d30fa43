/* clause.c - the rules of a target, each decided against the values of its goal. */
#include <math.h>

#include "annex/value.h"
#include "annex/verdict.h"

const sp_value *sp_clause_other(const sp_target *target, const sp_clause_values *values,
                                double *factor) {
  *factor = 1;
  switch (target->kind) {
    case SP_TARGET_BASELINE:
      *factor = target->value;
      return values->baseline;
    case SP_TARGET_CHANGE:
      return values->baseline;
    case SP_TARGET_COMPARATOR:
      for (uint32_t i = 0; i < values->goal->n_comparators; i++) {
        if (strcmp(values->goal->comparators[i].name, target->comparator) == 0) {
          return &values->comparators[i];
        }
      }
      return NULL;
    default:
      return NULL;
  }
}

/* The same gap against a threshold that lies `by` higher. */
static void move(sp_change *gap, double by, double scale) {
  const double moved = gap->value - by;
  /* A gap of rounding errors alone is none: see sp_minus. */
  gap->value = fabs(moved) <= 1e-12 * fmax(fabs(by), scale) ? 0 : moved;
  gap->low = gap->std_error == 0 ? gap->value : gap->low - by;
  gap->high = gap->std_error == 0 ? gap->value : gap->high - by;
}

static int32_t decide_gap(const sp_target *target, const sp_clause_values *values, sp_clause *out,
                          sampan_error *error) {
  double factor;
  const sp_value *other = sp_clause_other(target, values, &factor);
  out->threshold = NAN;
  if (target->kind == SP_TARGET_VALUE) {
    out->threshold = target->value;
    sp_value_minus_number(values->current, target->value, &out->gap);
    return SAMPAN_OK;
  }
  out->is_other_definition = other != NULL && other->given && values->current->given &&
                             !sp_value_comparable(values->current, other);
  if (other == NULL || !other->given || out->is_other_definition) {
    sp_value_minus_number(values->current, NAN, &out->gap); /* no gap */
    return SAMPAN_OK;
  }
  out->threshold = factor * other->value;
  SP_TRY(sp_value_difference(values->current, other, factor, values->level, &out->gap, error));
  if (target->kind == SP_TARGET_CHANGE) {
    out->threshold += target->value;
    if (out->gap.given) {
      move(&out->gap, target->value, fmax(fabs(values->current->value), fabs(other->value)));
      out->gap.p = NAN; /* was that of no change at all */
    }
  }
  return SAMPAN_OK;
}

/* Decides the parts, and hands out their verdicts. */
static int32_t decide_parts(const sp_target *target, const sp_clause_values *values,
                            sp_arena *arena, sp_clause *out, sampan_error *error) {
  sp_clause *parts = sp_arena_array(arena, target->n_parts, sizeof *parts);
  int32_t *point = sp_arena_array(arena, target->n_parts, sizeof *point);
  int32_t *statistical = sp_arena_array(arena, target->n_parts, sizeof *statistical);
  if (parts == NULL || point == NULL || statistical == NULL) return sp_error_memory(error);
  for (uint32_t i = 0; i < target->n_parts; i++) {
    SP_TRY(sp_clause_decide(target->parts[i], values, arena, &parts[i], error));
    point[i] = parts[i].point;
    statistical[i] = parts[i].statistical;
  }
  out->parts = parts;
  out->n_parts = target->n_parts;
  if (target->kind == SP_TARGET_ANY) {
    out->point = sp_verdict_any(point, target->n_parts);
    out->statistical = sp_verdict_any(statistical, target->n_parts);
  } else {
    out->point = sp_verdict_all(point, target->n_parts);
    out->statistical = sp_verdict_all(statistical, target->n_parts);
  }
  return SAMPAN_OK;
}

int32_t sp_clause_decide(const sp_target *target, const sp_clause_values *values, sp_arena *arena,
                         sp_clause *out, sampan_error *error) {
  memset(out, 0, sizeof *out);
  out->target = target;
  out->threshold = NAN;
  out->point = out->statistical = SP_VERDICT_NOT_ASSESSABLE;
  sp_value_minus_number(values->current, NAN, &out->gap);
  if (target->kind == SP_TARGET_NONE) return SAMPAN_OK;
  if (target->kind == SP_TARGET_ANY || target->kind == SP_TARGET_ALL) {
    return decide_parts(target, values, arena, out, error);
  }
  SP_TRY(decide_gap(target, values, out, error));
  out->point = sp_verdict_point(target->op, out->gap.value);
  out->statistical = sp_verdict_statistical(target->op, &out->gap);
  return SAMPAN_OK;
}

double sp_clause_threshold(const sp_clause *clause, int32_t direction) {
  if (clause->n_parts == 0) return clause->threshold;
  const int nearest = clause->target->kind == SP_TARGET_ANY;
  const int lowest = nearest == (direction >= 0);
  double threshold = NAN;
  for (uint32_t i = 0; i < clause->n_parts; i++) {
    const double part = sp_clause_threshold(&clause->parts[i], direction);
    if (isnan(part) && !nearest) return NAN;
    threshold = lowest ? fmin(threshold, part) : fmax(threshold, part); /* both drop NaN */
  }
  return threshold;
}
