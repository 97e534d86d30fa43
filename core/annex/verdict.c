/* verdict.c - point and statistical verdicts, and the progress status beside them.
 *
 * Reference: National Center for Health Statistics, Healthy People 2030 methods: measuring progress
 * toward target attainment, for the status.
 *
 * V1  The interval of the gap decides; limits that touch the threshold count as the operator says.
 * V2  What is known exactly is decided as the point is.
 * V3  `==` cannot be confirmed from a sample, only refuted.
 * V4  Progress: met or exceeded (also where the baseline was there already); improving, or worse,
 *     where the change is significant; little or no detectable change elsewhere. Without standard
 *     errors: improving from 10 % of the targeted change, worse from 10 % of the baseline. A
 *     change with sampling error that cannot be tested (df 0, no interval) is not assessable.
 */
#include "annex/verdict.h"

#include <math.h>

/* +1: on the good side of 0, -1: on the bad one. */
static int side(int32_t op, double gap) {
  switch (op) {
    case SP_TARGET_GT:
      return gap > 0 ? 1 : -1;
    case SP_TARGET_GE:
      return gap >= 0 ? 1 : -1;
    case SP_TARGET_LT:
      return gap < 0 ? 1 : -1;
    case SP_TARGET_LE:
      return gap <= 0 ? 1 : -1;
    default:
      return gap == 0 ? 1 : -1;
  }
}

int32_t sp_verdict_point(int32_t op, double gap) {
  if (isnan(gap)) return SP_VERDICT_NOT_ASSESSABLE;
  return side(op, gap) > 0 ? SP_VERDICT_MET : SP_VERDICT_NOT_MET;
}

int32_t sp_verdict_statistical(int32_t op, const sp_change *gap) {
  if (!gap->given || isnan(gap->low) || isnan(gap->high)) return SP_VERDICT_NOT_ASSESSABLE;
  if (gap->std_error == 0) return sp_verdict_point(op, gap->value); /* V2 */
  if (op == SP_TARGET_EQ) {                                         /* V3 */
    return gap->low > 0 || gap->high < 0 ? SP_VERDICT_NOT_MET : SP_VERDICT_UNDECIDED;
  }
  const int low = side(op, gap->low), high = side(op, gap->high); /* V1 */
  if (low != high) return SP_VERDICT_UNDECIDED;
  return low > 0 ? SP_VERDICT_MET : SP_VERDICT_NOT_MET;
}

/* `settles` is the verdict of one rule that settles all of them, `else_all` that of every rule
 * together where none settles it. */
static int32_t combine(const int32_t *verdicts, uint32_t n, int32_t settles, int32_t else_all) {
  uint32_t n_undecided = 0, n_unknown = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (verdicts[i] == settles) return settles;
    n_undecided += verdicts[i] == SP_VERDICT_UNDECIDED;
    n_unknown += verdicts[i] == SP_VERDICT_NOT_ASSESSABLE;
  }
  if (n_undecided > 0) return SP_VERDICT_UNDECIDED;
  return n_unknown > 0 || n == 0 ? SP_VERDICT_NOT_ASSESSABLE : else_all;
}

int32_t sp_verdict_any(const int32_t *verdicts, uint32_t n) {
  return combine(verdicts, n, SP_VERDICT_MET, SP_VERDICT_NOT_MET);
}

int32_t sp_verdict_all(const int32_t *verdicts, uint32_t n) {
  return combine(verdicts, n, SP_VERDICT_NOT_MET, SP_VERDICT_MET);
}

double sp_progress_percent(double baseline, double current, double target) {
  if (baseline == target) return NAN;
  return 100 * ((current - baseline) / (target - baseline));
}

/* At least x, a rounding error aside. */
static int reaches(double value, double x) {
  return value >= x * (1 - 1e-12);
}

int32_t sp_progress(const sp_progress_in *in) {
  if (!in->has_target) return SP_PROGRESS_NONE;
  if (in->is_met) return SP_PROGRESS_MET;
  if (in->is_untestable) return SP_PROGRESS_NOT_ASSESSABLE;
  if (isnan(in->baseline) || isnan(in->current)) return SP_PROGRESS_BASELINE_ONLY;
  double way = in->direction;
  if (in->direction == 0) way = in->target > in->baseline ? 1 : in->target < in->baseline ? -1 : 0;
  if (way == 0 || isnan(in->target)) return SP_PROGRESS_NONE;
  const double moved = way * in->change->value;
  const sp_change *c = in->change;
  if (c->std_error != 0) {
    if (isnan(c->low) || isnan(c->high)) return SP_PROGRESS_NOT_ASSESSABLE;
    if (c->low <= 0 && c->high >= 0) return SP_PROGRESS_LITTLE;
    return moved > 0 ? SP_PROGRESS_IMPROVING : SP_PROGRESS_WORSE;
  }
  if (moved > 0) {
    const double percent = sp_progress_percent(in->baseline, in->current, in->target);
    return reaches(percent, 10) ? SP_PROGRESS_IMPROVING : SP_PROGRESS_LITTLE;
  }
  const int much = moved < 0 && reaches(-moved, 0.1 * fabs(in->baseline));
  return much ? SP_PROGRESS_WORSE : SP_PROGRESS_LITTLE;
}
